//! Words of HTTP that plugins share: paths, queries, media types.
const std = @import("std");
const search = @import("search.zig");
const Allocator = std.mem.Allocator;

/// The path without its query.
pub fn withoutQuery(path: []const u8) []const u8 {
    return path[0 .. std.mem.indexOfScalar(u8, path, '?') orelse path.len];
}

/// Whether the path without its query ends in one of the suffixes; `*` is every path.
pub fn pathEnds(path: []const u8, suffixes: []const []const u8) bool {
    const own = withoutQuery(path);
    for (suffixes) |suffix| {
        if (std.mem.eql(u8, suffix, "*") or std.mem.endsWith(u8, own, suffix)) return true;
    }
    return false;
}

/// Safe to stand in a header: no control characters.
pub fn headerSafe(value: []const u8) bool {
    for (value) |byte| if (byte < 32 or byte == 127) return false;
    return true;
}

pub fn contains(text: []const u8, part: []const u8) bool {
    return search.indexOf(text, part) != null;
}

/// ASCII letters in either case.
pub fn containsIgnoreCase(text: []const u8, part: []const u8) bool {
    return std.ascii.indexOfIgnoreCase(text, part) != null;
}

/// Whether a media type begins so, spaces and case aside. `part` is in lower case.
pub fn mediaTypeBegins(media_type: []const u8, part: []const u8) bool {
    const trimmed = std.mem.trimLeft(u8, media_type, " \t");
    return trimmed.len >= part.len and std.ascii.eqlIgnoreCase(trimmed[0..part.len], part);
}

/// `application/json` and its kin (`application/problem+json`).
pub fn isJson(media_type: []const u8) bool {
    const trimmed = std.mem.trimLeft(u8, media_type, " \t");
    if (!mediaTypeBegins(trimmed, "application/")) return false;
    var end: usize = "application/".len;
    while (end < trimmed.len) : (end += 1) switch (trimmed[end]) {
        'a'...'z', 'A'...'Z', '0'...'9', '.', '-', '+' => {},
        else => break,
    };
    return std.ascii.indexOfIgnoreCase(trimmed["application/".len..end], "json") != null;
}

/// Pairs of a query, names and values decoded as forms are.
pub const Query = struct {
    parts: std.mem.TokenIterator(u8, .scalar),

    pub fn of(path: []const u8) Query {
        const mark = std.mem.indexOfScalar(u8, path, '?');
        return .{ .parts = std.mem.tokenizeScalar(u8, if (mark) |at| path[at + 1 ..] else "", '&') };
    }

    pub const Pair = struct { name: []const u8, value: []const u8 };

    pub fn next(self: *Query, arena: Allocator) Allocator.Error!?Pair {
        const part = self.parts.next() orelse return null;
        const equals = std.mem.indexOfScalar(u8, part, '=');
        return .{
            .name = try decodeForm(arena, if (equals) |at| part[0..at] else part),
            .value = if (equals) |at| try decodeForm(arena, part[at + 1 ..]) else "",
        };
    }
};

/// `+` is a space, `%41` is A; wrong escapes stay as they are.
pub fn decodeForm(arena: Allocator, text: []const u8) Allocator.Error![]const u8 {
    if (std.mem.indexOfAny(u8, text, "+%") == null) return text;
    var out: std.ArrayListUnmanaged(u8) = .empty;
    try out.ensureTotalCapacity(arena, text.len);
    var at: usize = 0;
    while (at < text.len) : (at += 1) {
        const byte = text[at];
        if (byte == '%' and at + 2 < text.len) {
            if (std.fmt.parseInt(u8, text[at + 1 .. at + 3], 16)) |code| {
                if (std.ascii.isHex(text[at + 1])) {
                    out.appendAssumeCapacity(code);
                    at += 2;
                    continue;
                }
            } else |_| {}
        }
        out.appendAssumeCapacity(if (byte == '+') ' ' else byte);
    }
    return out.items;
}

test "paths, media types and queries" {
    try std.testing.expect(pathEnds("/v1/chat/completions?a=/x", &.{ "/nothing", "/completions" }));
    try std.testing.expect(!pathEnds("/v1/chat?x=/completions", &.{"/completions"}));
    try std.testing.expect(isJson(" Application/Problem+JSON; charset=utf-8"));
    try std.testing.expect(!isJson("text/plain; x=application/json"));
    var arena_state = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena_state.deinit();
    const arena = arena_state.allocator();
    var query = Query.of("/a?x=1+2%41%zz%4&y&&=3");
    const first = (try query.next(arena)).?;
    try std.testing.expectEqualStrings("1 2A%zz%4", first.value);
    try std.testing.expectEqualStrings("y", (try query.next(arena)).?.name);
    try std.testing.expectEqualStrings("3", (try query.next(arena)).?.value);
    try std.testing.expectEqual(null, try query.next(arena));
}
