//! Members of the outermost object in JSON text, found without parsing the rest, so that an edit leaves every other byte alone.
//! The same outline check as `editJsonText` in TypeScript: brackets, strings and commas, not every literal inside.
const std = @import("std");
const Allocator = std.mem.Allocator;

/// Where a value stands: `text[start..end]`.
pub const Span = struct { start: usize, end: usize };

/// Occurrences of a member, and where a new one would be put.
pub const Place = struct {
    spans: []const Span,
    /// Offset at which a new member is inserted, and whether a comma must come before it.
    insert_at: usize,
    comma: bool,

    /// Text of the first occurrence, which `readJsonText` in TypeScript reads.
    pub fn first(self: Place, text: []const u8) ?[]const u8 {
        if (self.spans.len == 0) return null;
        return text[self.spans[0].start..self.spans[0].end];
    }

    /// Text of the last occurrence, which counts for those that parse all.
    pub fn last(self: Place, text: []const u8) ?[]const u8 {
        if (self.spans.len == 0) return null;
        const span = self.spans[self.spans.len - 1];
        return text[span.start..span.end];
    }
};

/// Steps through the members of the outermost object.
pub const Members = struct {
    text: []const u8,
    at: usize,
    state: enum { first, more, done } = .first,
    /// Offset behind the last value, or behind the opening brace.
    behind: usize,

    pub const Member = struct { name: []const u8, value: Span };

    /// Null when the text does not begin as an object.
    pub fn of(text: []const u8) ?Members {
        const at = skipSpace(text, 0);
        if (at >= text.len or text[at] != '{') return null;
        return .{ .text = text, .at = at + 1, .behind = at + 1 };
    }

    /// The next member, its name as it stands between the quotes. Null behind the last one; an error when the text is not one object.
    pub fn next(self: *Members) error{NotAnObject}!?Member {
        if (self.state == .done) return null;
        const text = self.text;
        var at = skipSpace(text, self.at);
        if (at >= text.len) return error.NotAnObject;
        if (text[at] == '}') {
            if (self.state == .more and text[self.behind] == ',') return error.NotAnObject;
            if (skipSpace(text, at + 1) < text.len) return error.NotAnObject;
            self.state = .done;
            return null;
        }
        if (self.state == .more) {
            if (text[at] != ',') return error.NotAnObject;
            at = skipSpace(text, at + 1);
        }
        if (at >= text.len or text[at] != '"') return error.NotAnObject;
        const name_end = skipString(text, at) orelse return error.NotAnObject;
        const name = text[at + 1 .. name_end - 1];
        at = skipSpace(text, name_end);
        if (at >= text.len or text[at] != ':') return error.NotAnObject;
        const start = skipSpace(text, at + 1);
        const end = skipValue(text, start) orelse return error.NotAnObject;
        self.at = end;
        self.behind = end;
        self.state = .more;
        return .{ .name = name, .value = .{ .start = start, .end = end } };
    }
};

/// All members of the outermost object.
pub const Outline = struct {
    members: []const Members.Member,
    insert_at: usize,

    /// Null when the text is not one JSON object.
    pub fn of(arena: Allocator, text: []const u8) Allocator.Error!?Outline {
        var members = Members.of(text) orelse return null;
        var all: std.ArrayListUnmanaged(Members.Member) = .empty;
        while (members.next() catch return null) |member| try all.append(arena, member);
        return .{ .members = all.items, .insert_at = members.behind };
    }

    pub fn find(self: Outline, arena: Allocator, key: []const u8) Allocator.Error!Place {
        var spans: std.ArrayListUnmanaged(Span) = .empty;
        for (self.members) |member| {
            if (try sameName(arena, member.name, key)) try spans.append(arena, member.value);
        }
        return .{ .spans = spans.items, .insert_at = self.insert_at, .comma = self.members.len > 0 };
    }
};

/// Where the member `key` of the outermost object stands; null when the text is not one JSON object.
pub fn find(arena: Allocator, text: []const u8, key: []const u8) Allocator.Error!?Place {
    const outline = try Outline.of(arena, text) orelse return null;
    return try outline.find(arena, key);
}

/// Text of a member of an object, or null when it is not there or the text is no object. The last of equal members counts.
pub fn memberOf(arena: Allocator, text: []const u8, key: []const u8) Allocator.Error!?[]const u8 {
    const place = try find(arena, text, key) orelse return null;
    return place.last(text);
}

/// Texts of several members at once: one for each of `keys`, null where there is none. Null when the text is not one JSON object.
pub fn pick(comptime keys: []const []const u8, text: []const u8) ?[keys.len]?[]const u8 {
    var members = Members.of(text) orelse return null;
    var found = [_]?[]const u8{null} ** keys.len;
    while (members.next() catch return null) |member| {
        inline for (keys, 0..) |key, i| {
            // Most names are told apart by their length, without a call.
            if (member.name.len == key.len and std.mem.eql(u8, member.name, key)) found[i] = text[member.value.start..member.value.end];
        }
    }
    return found;
}

/// The text with JSON text `raw` as the value of `key`, at the places that `find` gave.
pub fn put(arena: Allocator, text: []const u8, place: Place, key: []const u8, raw: []const u8) Allocator.Error![]const u8 {
    var out: std.ArrayListUnmanaged(u8) = .empty;
    try out.ensureTotalCapacity(arena, text.len + raw.len + key.len + 8);
    if (place.spans.len == 0) {
        try out.appendSlice(arena, text[0..place.insert_at]);
        if (place.comma) try out.append(arena, ',');
        try out.appendSlice(arena, try quote(arena, key));
        try out.append(arena, ':');
        try out.appendSlice(arena, raw);
        try out.appendSlice(arena, text[place.insert_at..]);
        return out.items;
    }
    var from: usize = 0;
    for (place.spans) |span| {
        try out.appendSlice(arena, text[from..span.start]);
        try out.appendSlice(arena, raw);
        from = span.end;
    }
    try out.appendSlice(arena, text[from..]);
    return out.items;
}

/// JSON text of a string.
pub fn quote(arena: Allocator, text: []const u8) Allocator.Error![]const u8 {
    var out: std.ArrayListUnmanaged(u8) = .empty;
    try out.ensureTotalCapacity(arena, text.len + 2);
    try out.append(arena, '"');
    for (text) |byte| switch (byte) {
        8 => try out.appendSlice(arena, "\\b"),
        12 => try out.appendSlice(arena, "\\f"),
        '\n' => try out.appendSlice(arena, "\\n"),
        '\r' => try out.appendSlice(arena, "\\r"),
        '\t' => try out.appendSlice(arena, "\\t"),
        '"' => try out.appendSlice(arena, "\\\""),
        '\\' => try out.appendSlice(arena, "\\\\"),
        0...7, 11, 14...31 => try out.writer(arena).print("\\u{x:0>4}", .{byte}),
        else => try out.append(arena, byte),
    };
    try out.append(arena, '"');
    return out.items;
}

/// A value's JSON text as a string: strings unescaped, null as empty, others as written; null when an escape is wrong.
pub fn string(arena: Allocator, raw: []const u8) Allocator.Error!?[]const u8 {
    if (raw.len >= 2 and raw[0] == '"') return unescape(arena, raw[1 .. raw.len - 1]);
    return if (std.mem.eql(u8, raw, "null")) "" else raw;
}

pub fn isString(raw: []const u8) bool {
    return raw.len >= 2 and raw[0] == '"';
}

pub fn isObject(raw: []const u8) bool {
    return raw.len >= 2 and raw[0] == '{';
}

/// The text of a JSON string given without its quotes; null when an escape is wrong.
pub fn unescape(arena: Allocator, raw: []const u8) Allocator.Error!?[]const u8 {
    if (std.mem.indexOfScalar(u8, raw, '\\') == null) return raw;
    var out: std.ArrayListUnmanaged(u8) = .empty;
    try out.ensureTotalCapacity(arena, raw.len);
    var at: usize = 0;
    while (at < raw.len) {
        if (raw[at] != '\\') {
            out.appendAssumeCapacity(raw[at]);
            at += 1;
            continue;
        }
        if (at + 1 >= raw.len) return null;
        const kind = raw[at + 1];
        at += 2;
        switch (kind) {
            'b' => out.appendAssumeCapacity(8),
            'f' => out.appendAssumeCapacity(12),
            'n' => out.appendAssumeCapacity('\n'),
            'r' => out.appendAssumeCapacity('\r'),
            't' => out.appendAssumeCapacity('\t'),
            '"', '\\', '/' => out.appendAssumeCapacity(kind),
            'u' => {
                var code: u21 = hex(raw, at) orelse return null;
                at += 4;
                if (code >= 0xd800 and code < 0xdc00 and at + 1 < raw.len and raw[at] == '\\' and raw[at + 1] == 'u') {
                    if (hex(raw, at + 2)) |low| if (low >= 0xdc00 and low < 0xe000) {
                        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                        at += 6;
                    };
                }
                // A lone surrogate becomes its three bytes, as it stands: at most three bytes for six.
                var bytes: [4]u8 = undefined;
                const length = if (code >= 0xd800 and code < 0xe000)
                    std.unicode.wtf8Encode(code, &bytes) catch return null
                else
                    std.unicode.utf8Encode(code, &bytes) catch return null;
                out.appendSliceAssumeCapacity(bytes[0..length]);
            },
            else => return null,
        }
    }
    return out.items;
}

fn hex(raw: []const u8, at: usize) ?u16 {
    if (at + 4 > raw.len) return null;
    var code: u16 = 0;
    for (raw[at .. at + 4]) |digit| code = code << 4 | (std.fmt.charToDigit(digit, 16) catch return null);
    return code;
}

/// Whether a name as it stands between quotes is `key`, also in an escaped spelling.
fn sameName(arena: Allocator, name: []const u8, key: []const u8) Allocator.Error!bool {
    if (std.mem.eql(u8, name, key)) return true;
    if (name.len <= key.len or std.mem.indexOfScalar(u8, name, '\\') == null) return false;
    const plain = try unescape(arena, name) orelse return false;
    return std.mem.eql(u8, plain, key);
}

pub fn skipSpace(text: []const u8, from: usize) usize {
    var at = from;
    while (at < text.len) : (at += 1) switch (text[at]) {
        ' ', '\n', '\r', '\t' => {},
        else => break,
    };
    return at;
}

const Chunk = @Vector(16, u8);

/// Offset behind the string whose opening quote stands at `from`; null when it does not end.
fn skipString(text: []const u8, from: usize) ?usize {
    var at = from + 1;
    // Most strings are short: their end is in the first bytes, which are looked at together.
    if (at + 16 <= text.len) {
        const chunk: Chunk = text[at..][0..16].*;
        const quotes: u16 = @bitCast(chunk == @as(Chunk, @splat('"')));
        const slashes: u16 = @bitCast(chunk == @as(Chunk, @splat('\\')));
        const end = @ctz(quotes);
        if (end < @ctz(slashes)) return at + end + 1;
    }
    while (std.mem.indexOfScalarPos(u8, text, at, '"')) |stop| {
        var slashes: usize = 0;
        while (stop - 1 - slashes > from and text[stop - 1 - slashes] == '\\') slashes += 1;
        if (slashes % 2 == 0) return stop + 1;
        at = stop + 1;
    }
    return null;
}

fn skipValue(text: []const u8, from: usize) ?usize {
    if (from >= text.len) return null;
    switch (text[from]) {
        '"' => return skipString(text, from),
        '{', '[' => {},
        else => return skipLiteral(text, from),
    }
    var depth: usize = 0;
    var at = from;
    while (at < text.len) switch (text[at]) {
        '"' => at = skipString(text, at) orelse return null,
        '{', '[' => {
            depth += 1;
            at += 1;
        },
        '}', ']' => {
            depth -= 1;
            at += 1;
            if (depth == 0) return at;
        },
        else => at += 1,
    };
    return null;
}

fn skipLiteral(text: []const u8, from: usize) ?usize {
    const word: []const u8 = switch (text[from]) {
        't' => "true",
        'f' => "false",
        'n' => "null",
        else => "",
    };
    if (word.len > 0) {
        if (!std.mem.startsWith(u8, text[from..], word)) return null;
        return endOfLiteral(text, from + word.len);
    }
    var at = if (text[from] == '-') from + 1 else from;
    if (at >= text.len or !std.ascii.isDigit(text[at])) return null;
    while (at < text.len) : (at += 1) switch (text[at]) {
        '0'...'9', '.', 'e', 'E', '+', '-' => {},
        else => break,
    };
    return endOfLiteral(text, at);
}

/// A literal ends before anything but letters, digits and the other signs of numbers.
fn endOfLiteral(text: []const u8, at: usize) ?usize {
    if (at < text.len) switch (text[at]) {
        'a'...'z', 'A'...'Z', '0'...'9', '.', '+', '-' => return null,
        else => {},
    };
    return at;
}

test "members are found wherever they stand, and nothing else is touched" {
    var arena_state = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena_state.deinit();
    const arena = arena_state.allocator();
    const text = " {\"a\": {\"model\": 1}, \"model\" : \"x\\\"y\", \"b\":[1,2,{\"c\":null}]}\n";
    const place = (try find(arena, text, "model")).?;
    try std.testing.expectEqualStrings("\"x\\\"y\"", place.last(text).?);
    try std.testing.expectEqualStrings(" {\"a\": {\"model\": 1}, \"model\" : \"new\", \"b\":[1,2,{\"c\":null}]}\n", try put(arena, text, place, "model", "\"new\""));
    const absent = (try find(arena, text, "absent")).?;
    try std.testing.expectEqualStrings(" {\"a\": {\"model\": 1}, \"model\" : \"x\\\"y\", \"b\":[1,2,{\"c\":null}],\"absent\":true}\n", try put(arena, text, absent, "absent", "true"));
    const empty = (try find(arena, "{ }", "k")).?;
    try std.testing.expectEqualStrings("{\"k\":1 }", try put(arena, "{ }", empty, "k", "1"));
    const escaped = (try find(arena, "{\"mod\\u0065l\":1,\"model\":2}", "model")).?;
    try std.testing.expectEqual(2, escaped.spans.len);
}

test "strings of all lengths end at their own quote" {
    var buffer: [128]u8 = undefined;
    for (0..40) |before| for (0..20) |behind| for ([_][]const u8{ "", "\\\"", "\\\\", "\\\\\\\"" }) |escape| {
        var stream = std.io.fixedBufferStream(&buffer);
        const out = stream.writer();
        try out.writeByte('"');
        try out.writeByteNTimes('x', before);
        try out.writeAll(escape);
        try out.writeByte('"');
        const end = stream.pos;
        try out.writeByteNTimes('"', behind);
        try std.testing.expectEqual(end, skipString(stream.getWritten(), 0));
        try std.testing.expectEqual(null, skipString(stream.getWritten()[0 .. end - 1], 0));
    };
}

test "what is not one object is none" {
    var arena_state = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena_state.deinit();
    const arena = arena_state.allocator();
    const broken = [_][]const u8{
        "",              "[]",        "{",          "{\"a\"}",   "{\"a\":}",   "{\"a\":1,}",        "{\"a\":1} x",  "{\"a\":tru}",
        "{\"a\":truex}", "{\"a\":-}", "{\"a\":\"}", "{\"a\":[}", "{,\"a\":1}", "{\"a\":1 \"b\":2}", "{\"a\":1e5z}",
    };
    for (broken) |text| try std.testing.expectEqual(null, try find(arena, text, "a"));
}

test "strings are read and written" {
    var arena_state = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena_state.deinit();
    const arena = arena_state.allocator();
    try std.testing.expectEqualStrings("a\"\\/\n\u{e9}\u{1f600}", (try string(arena, "\"a\\\"\\\\\\/\\n\\u00e9\\ud83d\\ude00\"")).?);
    try std.testing.expectEqual(null, try string(arena, "\"\\x\""));
    try std.testing.expectEqual(null, try string(arena, "\"\\u12\""));
    try std.testing.expectEqualStrings("\"a\\\"\\u0001\\n\"", try quote(arena, "a\"\x01\n"));
    const found = pick(&.{ "id", "model" }, "{\"model\":\"m\",\"id\":\"1\",\"id\":\"2\"}").?;
    try std.testing.expectEqualStrings("\"2\"", found[0].?);
}
