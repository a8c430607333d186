//! Whatever bytes come, the readers end, panic at nothing and give slices of what they got. Seeded, so that a failure comes again; whole texts are
//! mutated, since bytes by chance are mostly refused at the first one.
const std = @import("std");
const http = @import("http.zig");
const json = @import("json.zig");
const multipart = @import("multipart.zig");
const Allocator = std.mem.Allocator;

const ROUNDS = 20_000;

const TEXTS = [_][]const u8{
    "{\"model\":\"a/b\",\"n\":1,\"messages\":[{\"role\":\"user\",\"content\":\"x\\\"y\\u00e9\\ud83d\\ude00\"}],\"model\":null}",
    " {\"a\" : {\"model\": -1.5e+7}, \"mod\\u0065l\" : true, \"b\":[1,2,{\"c\":null}]}\n",
    "{}",
    "[]",
    "\"\\ud800\\ud800\\u\"",
    "--X\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\na/b\r\n--X\r\ncontent-disposition: form-data; name=f; filename=\"g\"\r\n\r\n--X--\r\n--X--\r\n",
    "multipart/form-data; charset=utf-8; boundary=\"X\"",
    "application/problem+json; q=1",
    "/v1/chat/completions?a=1+2%41%zz%4&y&&=3%",
};

const PIECES = [_][]const u8{ "\"", "\\", "{", "}", "[", "]", ",", ":", "\\u", "\\ud83d", "model", "\"model\":", "\r\n", "\r\n\r\n", "--X", "--", "name=", "boundary=", ";", "=", "%", "?", "&", " ", "\x00", "\xff", "1e", "-", "null" };

pub const Source = struct {
    random: std.Random,
    arena: Allocator,

    pub fn text(self: Source) ![]const u8 {
        var out: std.ArrayListUnmanaged(u8) = .empty;
        if (self.random.uintLessThan(u8, 8) > 0) try out.appendSlice(self.arena, self.oneOf(&TEXTS));
        for (0..self.random.uintLessThan(usize, 8)) |_| {
            const from = self.random.uintAtMost(usize, out.items.len);
            const length = self.random.uintAtMost(usize, @min(out.items.len - from, 12));
            const with: []const u8 = switch (self.random.uintLessThan(u8, 4)) {
                0 => &.{self.random.int(u8)},
                1 => self.oneOf(&PIECES),
                2 => try self.arena.dupe(u8, out.items[from..][0..length]),
                else => "",
            };
            try out.replaceRange(self.arena, from, if (self.random.boolean()) length else 0, with);
        }
        return out.items;
    }

    pub fn oneOf(self: Source, all: []const []const u8) []const u8 {
        return all[self.random.uintLessThan(usize, all.len)];
    }
};

/// `check(context, source)` again and again, with memory of its own each time.
pub fn run(rounds: usize, context: anytype, comptime check: fn (@TypeOf(context), Source) anyerror!void) !void {
    var prng = std.Random.DefaultPrng.init(0x6869677265737321);
    var memory = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer memory.deinit();
    for (0..rounds) |_| {
        _ = memory.reset(.retain_capacity);
        try check(context, .{ .random = prng.random(), .arena = memory.allocator() });
    }
}

test "JSON" {
    try run(ROUNDS, {}, struct {
        fn check(_: void, source: Source) !void {
            const arena = source.arena;
            const text = try source.text();
            const key = if (source.random.boolean()) "model" else try source.text();
            _ = json.pick(&.{ "model", "n" }, text);
            if (try json.string(arena, text)) |plain| try expectSame(plain, (try json.string(arena, try json.quote(arena, plain))).?);
            const place = try json.find(arena, text, key) orelse return;
            try std.testing.expect(place.insert_at <= text.len);
            for (place.spans) |span| try std.testing.expect(span.start < span.end and span.end <= text.len);
            // What is put is found again, wherever it was put.
            const value = try json.quote(arena, try source.text());
            const edited = try json.put(arena, text, place, key, value);
            const again = (try json.find(arena, edited, key)).?;
            try std.testing.expectEqual(@max(1, place.spans.len), again.spans.len);
            for (again.spans) |span| try expectSame(value, edited[span.start..span.end]);
        }
    }.check);
}

test "forms" {
    try run(ROUNDS, {}, struct {
        fn check(_: void, source: Source) !void {
            const arena = source.arena;
            const text = try source.text();
            const kind = if (source.random.boolean()) "multipart/form-data; boundary=X" else try source.text();
            const name = if (source.random.boolean()) "model" else "f";
            const found = try multipart.find(arena, text, kind, name);
            const form = try multipart.Form.read(arena, text, kind) orelse return std.testing.expect(!found.whole and found.field == null);
            for (form.parts) |part| try std.testing.expect(part.content.start <= part.content.end and part.content.end <= text.len);
            const longer = (try multipart.withField(arena, text, kind, name, "value")).?;
            const field = (try multipart.find(arena, longer, kind, name)).field.?;
            try expectSame("value", longer[field.start..field.end]);
            const part = form.part(name) orelse return;
            const edited = try form.withContent(arena, part, "other");
            const again = (try multipart.Form.read(arena, edited, kind)).?.part(name).?;
            try expectSame("other", edited[again.start..again.end]);
        }
    }.check);
}

test "words of HTTP" {
    try run(ROUNDS, {}, struct {
        fn check(_: void, source: Source) !void {
            const text = try source.text();
            _ = http.isJson(text);
            _ = http.headerSafe(text);
            _ = http.mediaTypeBegins(text, "multipart/form-data");
            _ = http.pathEnds(text, &.{ "*", "" });
            const part = try source.text();
            if (http.contains(text, part)) try std.testing.expect(http.containsIgnoreCase(text, part));
            try std.testing.expect((try http.decodeForm(source.arena, text)).len <= text.len);
            var query = http.Query.of(text);
            while (try query.next(source.arena)) |pair| try std.testing.expect(pair.name.len + pair.value.len <= text.len);
        }
    }.check);
}

fn expectSame(expected: []const u8, actual: []const u8) !void {
    try std.testing.expectEqualStrings(expected, actual);
}
