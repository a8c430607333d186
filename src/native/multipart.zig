//! Bodies of multipart/form-data, with the place of every part, so that an edit leaves every other byte alone. Read as `multipartParts` in
//! TypeScript reads them.
const std = @import("std");
const search = @import("search.zig");
const Allocator = std.mem.Allocator;

/// The content of a part: `body[start..end]`. The line end before the next boundary does not belong to it.
pub const Field = struct { start: usize, end: usize };

const Part = struct { name: []const u8, is_file: bool, content: Field };

/// A form that is whole: it ends as it should.
pub const Form = struct {
    body: []const u8,
    boundary: []const u8,
    /// Offset of the first boundary line.
    start: usize,
    parts: []const Part,

    /// Null when the content type names no boundary or the body is not whole.
    pub fn read(arena: Allocator, body: []const u8, content_type: []const u8) Allocator.Error!?Form {
        const boundary = boundaryOf(content_type) orelse return null;
        const line = try std.mem.concat(arena, u8, &.{ "\r\n--", boundary });
        const marker = line[2..];
        const start = if (std.mem.startsWith(u8, body, marker)) 0 else (search.indexOf(body, line) orelse return null) + 2;
        var parts: std.ArrayListUnmanaged(Part) = .empty;
        var at = start;
        while (true) {
            const behind = at + marker.len;
            if (std.mem.startsWith(u8, body[behind..], "--")) break;
            const line_end = search.indexOfPos(body, behind, "\r\n") orelse return null;
            const head_end = search.indexOfPos(body, line_end, "\r\n\r\n") orelse return null;
            const content = head_end + 4;
            const end = search.indexOfPos(body, content, line) orelse return null;
            const disposition = dispositionOf(body[line_end..head_end]);
            try parts.append(arena, .{
                .name = parameter(disposition, "name=", .behind_space) orelse "",
                .is_file = parameter(disposition, "filename=", .behind_space) != null,
                .content = .{ .start = content, .end = end },
            });
            at = end + 2;
        }
        return .{ .body = body, .boundary = boundary, .start = start, .parts = parts.items };
    }

    /// The first part of that name, a file or not.
    pub fn part(self: Form, name: []const u8) ?Field {
        for (self.parts) |one| if (std.mem.eql(u8, one.name, name)) return one.content;
        return null;
    }

    /// The first part of that name that is no file.
    pub fn field(self: Form, name: []const u8) ?Field {
        for (self.parts) |one| if (!one.is_file and std.mem.eql(u8, one.name, name)) return one.content;
        return null;
    }

    /// The body with other content in a part.
    pub fn withContent(self: Form, arena: Allocator, place: Field, content: []const u8) Allocator.Error![]const u8 {
        return std.mem.concat(arena, u8, &.{ self.body[0..place.start], content, self.body[place.end..] });
    }

    /// The body with one more field, in front of the others. A name with quotes in it is the caller's mistake.
    pub fn withField(self: Form, arena: Allocator, name: []const u8, value: []const u8) Allocator.Error![]const u8 {
        return std.mem.concat(arena, u8, &.{
            self.body[0..self.start],
            "--",
            self.boundary,
            "\r\nContent-Disposition: form-data; name=\"",
            name,
            "\"\r\n\r\n",
            value,
            "\r\n",
            self.body[self.start..],
        });
    }
};

/// The first field of that name, and whether the form is whole; without a field when it is not.
pub fn find(arena: Allocator, body: []const u8, content_type: []const u8, name: []const u8) Allocator.Error!struct { field: ?Field, whole: bool } {
    const form = try Form.read(arena, body, content_type) orelse return .{ .field = null, .whole = false };
    return .{ .field = form.field(name), .whole = true };
}

/// `Form.withField`, or null when the form is not whole.
pub fn withField(arena: Allocator, body: []const u8, content_type: []const u8, name: []const u8, value: []const u8) Allocator.Error!?[]const u8 {
    const form = try Form.read(arena, body, content_type) orelse return null;
    return try form.withField(arena, name, value);
}

/// The boundary that a content type names, without its quotes.
fn boundaryOf(content_type: []const u8) ?[]const u8 {
    return parameter(content_type, "boundary=", .behind_semicolon);
}

/// The line of a part's head that says what it is, empty without one.
fn dispositionOf(head: []const u8) []const u8 {
    const at = std.ascii.indexOfIgnoreCase(head, "\r\ncontent-disposition:") orelse return "";
    const line = head[at + 2 ..];
    return line[0 .. std.mem.indexOfAny(u8, line, "\r\n") orelse line.len];
}

const Behind = enum { behind_semicolon, behind_space };

/// The value behind `key` (in lower case, with its `=`), quoted or not. A boundary stands behind a semicolon and is not empty; other parameters may
/// stand behind any space.
fn parameter(text: []const u8, comptime key: []const u8, behind: Behind) ?[]const u8 {
    var from: usize = 0;
    while (std.ascii.indexOfIgnoreCasePos(text, from, key)) |at| {
        from = at + key.len;
        const before = text[0..at];
        const begins = switch (behind) {
            .behind_semicolon => std.mem.endsWith(u8, std.mem.trimRight(u8, before, &std.ascii.whitespace), ";"),
            .behind_space => before.len > 0 and endsParameter(before[before.len - 1]),
        };
        if (!begins) continue;
        const rest = text[from..];
        if (rest.len > 0 and rest[0] == '"') {
            if (std.mem.indexOfScalarPos(u8, rest, 1, '"')) |quote| {
                if (quote > 1 or behind == .behind_space) return rest[1..quote];
            }
        }
        var end: usize = 0;
        while (end < rest.len and !endsParameter(rest[end])) end += 1;
        if (end > 0) return rest[0..end];
    }
    return null;
}

fn endsParameter(byte: u8) bool {
    return byte == ';' or std.ascii.isWhitespace(byte);
}

test "fields are found, and nothing else is touched" {
    var arena_state = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena_state.deinit();
    const arena = arena_state.allocator();
    const body = "preamble\r\n--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"model\"\r\nContent-Type: image/png\r\n\r\n\x00--X model\r\n" ++
        "--X\r\ncontent-disposition: form-data; NAME=model\r\n\r\na/b\r\n--X\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n\r\n--X--\r\n";
    const form = (try Form.read(arena, body, "multipart/form-data; charset=utf-8 ; Boundary=\"X\"")).?;
    const model = form.field("model").?;
    try std.testing.expectEqualStrings("a/b", body[model.start..model.end]);
    try std.testing.expectEqual(null, form.field("f"));
    try std.testing.expect(form.part("f") != null);
    try std.testing.expectEqual(0, form.field("").?.end - form.field("").?.start);
    const edited = try form.withContent(arena, model, "c");
    try std.testing.expectEqualStrings("c\r\n--X", edited[model.start..][0..6]);
    try std.testing.expectEqual(body.len - 2, edited.len);
    const added = (try Form.read(arena, try form.withField(arena, "n", "1"), "a/b;boundary=X")).?;
    try std.testing.expectEqual(form.parts.len + 1, added.parts.len);
    const kind = "multipart/form-data; boundary=X";
    const found = try find(arena, added.body, kind, "n");
    try std.testing.expectEqualStrings("1", added.body[found.field.?.start..found.field.?.end]);
    try std.testing.expectEqualStrings(added.body, (try withField(arena, body, kind, "n", "1")).?);
    try std.testing.expect((try find(arena, body, kind, "none")).whole);
}

test "what is no whole form is none" {
    var arena_state = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena_state.deinit();
    const arena = arena_state.allocator();
    const whole = "--X\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--X--";
    for (0..whole.len) |length| try std.testing.expectEqual(null, try Form.read(arena, whole[0..length], "a/b;boundary=X"));
    try std.testing.expectEqualStrings("a", (try Form.read(arena, whole, "a/b;boundary=X")).?.parts[0].name);
    for ([_][]const u8{ "", "a/b", "a/b; boundary=", "a/b; xboundary=X", "a/b boundary=X", "a/b; boundary=Y" }) |kind|
        try std.testing.expectEqual(null, try Form.read(arena, whole, kind));
}
