//! Events that the plugin server has told how to translate: what comes is fixed bytes around one JSON string, what leaves is other bytes around the same
//! string. They are translated here, byte for byte as the plugin server would, and it does not hear of them.
const std = @import("std");
const search = @import("../search.zig");
const spare = @import("spare.zig");

const heap = std.heap.c_allocator;
const Bytes = std.ArrayListUnmanaged(u8);

/// What more there is of them is not used.
const MOST_RULES = 8;

/// An event that is longer and has not ended goes to the plugin server as far as it has come. Little in tests, so that it happens.
const EVENT_BYTES = if (@import("builtin").is_test) 160 else 64 * 1024;

/// Messages that ended early in vain, one after the other; then none does until there are rules.
const MOST_FRUITLESS = 4;

pub const Rule = struct {
    /// Between `before` and `after`, and copied; without one nothing leaves.
    string: String,
    /// The plugin server gets the last such event before it gets anything else.
    remember: bool = false,
    before: []const u8,
    /// `ANY_SPACES` and `ANY_DIGITS` stand for what they say.
    after: []const u8,
    /// Line ends.
    end: []const u8,
    out_before: []const u8,
    out_after: []const u8,

    pub const String = enum(u8) { none = 0, any = 1, not_empty = 2 };

    /// None or more.
    pub const ANY_SPACES = 0;
    /// One or more.
    pub const ANY_DIGITS = 1;

    const Found = struct { string: []const u8, length: usize };

    /// The event at the beginning of `bytes`, if it is whole and such a one.
    fn find(self: *const Rule, bytes: []const u8) ?Found {
        if (!std.mem.startsWith(u8, bytes, self.before)) return null;
        const start = self.before.len;
        var at = if (self.string == .none) start else stringEnd(bytes, start) orelse return null;
        const string = bytes[start..at];
        if (self.string == .not_empty and string.len == 2) return null;
        for (self.after) |byte| switch (byte) {
            ANY_SPACES => while (at < bytes.len and bytes[at] == ' ') {
                at += 1;
            },
            ANY_DIGITS => {
                const first = at;
                while (at < bytes.len and std.ascii.isDigit(bytes[at])) at += 1;
                if (at == first) return null;
            },
            else => {
                if (at == bytes.len or bytes[at] != byte) return null;
                at += 1;
            },
        };
        if (!std.mem.startsWith(u8, bytes[at..], self.end)) return null;
        // What is no UTF-8 becomes other bytes where text is made of it.
        return if (std.unicode.utf8ValidateSlice(string)) .{ .string = string, .length = at + self.end.len } else null;
    }
};

/// Behind the JSON string that begins at `start`; null when there is none, or not its end.
fn stringEnd(bytes: []const u8, start: usize) ?usize {
    if (start >= bytes.len or bytes[start] != '"') return null;
    var at = start + 1;
    while (at < bytes.len) switch (bytes[at]) {
        '"' => return at + 1,
        0...31 => return null,
        '\\' => {
            if (at + 1 >= bytes.len) return null;
            switch (bytes[at + 1]) {
                '"', '\\', '/', 'b', 'f', 'n', 'r', 't' => at += 2,
                'u' => {
                    if (at + 6 > bytes.len) return null;
                    for (bytes[at + 2 .. at + 6]) |digit| if (!std.ascii.isHex(digit)) return null;
                    at += 6;
                },
                else => return null,
            }
        },
        else => at += 1,
    };
    return null;
}

const End = union(enum) { no, begun, yes: usize };

/// Where the event at `start` ends, a comment and an empty line counted as one; `no` where lines end in a way that is not looked into.
fn eventEnd(bytes: []const u8, start: usize) End {
    var at = start;
    while (std.mem.indexOfScalarPos(u8, bytes, at, '\n')) |feed| {
        const returned = feed > at and bytes[feed - 1] == '\r';
        const line = bytes[at .. feed - @intFromBool(returned)];
        if (std.mem.indexOfScalar(u8, line, '\r') != null) return .no;
        if (line.len == 0 or at == start and line[0] == ':') return .{ .yes = feed + 1 };
        at = feed + 1;
    }
    return if (std.mem.indexOfScalarPos(u8, bytes, at, '\r') != null) .no else .begun;
}

pub const Copies = struct {
    /// What the others are slices of.
    text: Bytes = .empty,
    /// A message ends behind an event that has this in it: from there on there may be rules. Without it there never are, and nothing is cut or held back.
    behind: []const u8 = "",
    rules: std.ArrayListUnmanaged(Rule) = .empty,
    /// The last event that was translated by a rule that wants it remembered, as it came.
    last: Bytes = .empty,
    fruitless: u8 = 0,

    pub fn deinit(self: *Copies) void {
        spare.give(&self.text);
        spare.give(&self.last);
        self.rules.deinit(heap);
        self.* = .{};
    }

    /// As frames have it: `behind`, then for each rule a byte (its string, and 4 when it remembers), `before`, `after`, `end`, `out_before` and `out_after`;
    /// texts with their length (u32, little endian) in front.
    pub fn set(self: *Copies, payload: []const u8) !void {
        errdefer self.deinit();
        try put(&self.text, payload);
        self.forget();
        var rest: []const u8 = self.text.items;
        self.behind = try textOf(&rest);
        while (rest.len > 0 and self.rules.items.len < MOST_RULES) {
            const kind = rest[0];
            if (kind & 3 == 3 or kind > 7) return error.RuleUnknown;
            rest = rest[1..];
            const rule: Rule = .{
                .string = @enumFromInt(kind & 3),
                .remember = kind & 4 != 0,
                .before = try textOf(&rest),
                .after = try textOf(&rest),
                .end = try textOf(&rest),
                .out_before = try textOf(&rest),
                .out_after = try textOf(&rest),
            };
            if (rule.before.len == 0 or rule.end.len == 0) return error.RuleWithoutEnds;
            try self.rules.append(heap, rule);
        }
        if (self.rules.items.len > 0) self.fruitless = 0;
    }

    fn textOf(rest: *[]const u8) ![]const u8 {
        if (rest.len < 4) return error.RuleCutOff;
        const length = std.mem.readInt(u32, rest.*[0..4], .little);
        if (length > rest.len - 4) return error.RuleCutOff;
        defer rest.* = rest.*[4 + length ..];
        return rest.*[4 .. 4 + length];
    }

    /// The plugin server is asked something: what it has said before does not hold any more.
    pub fn forget(self: *Copies) void {
        self.rules.clearRetainingCapacity();
    }

    pub fn active(self: *const Copies) bool {
        return self.behind.len > 0;
    }

    const Match = struct { rule: *const Rule, found: Rule.Found };

    /// The first rule that the event at the beginning of `bytes` fits.
    fn match(self: *const Copies, bytes: []const u8) ?Match {
        for (self.rules.items) |*rule| if (rule.find(bytes)) |found| return .{ .rule = rule, .found = found };
        return null;
    }

    /// Translates the events at the beginning of `bytes`; returns how many bytes they were.
    pub fn translate(self: *Copies, bytes: []const u8, out: *Bytes) !usize {
        var at: usize = 0;
        var last: ?[]const u8 = null;
        while (self.match(bytes[at..])) |one| {
            const rule = one.rule;
            const string = one.found.string;
            if (rule.remember) last = bytes[at .. at + one.found.length];
            if (rule.string != .none) {
                try out.ensureUnusedCapacity(heap, rule.out_before.len + string.len + rule.out_after.len);
                for ([_][]const u8{ rule.out_before, string, rule.out_after }) |part| out.appendSliceAssumeCapacity(part);
            }
            at += one.found.length;
        }
        if (last) |event| try put(&self.last, event);
        return at;
    }

    /// In place of what was in the list.
    fn put(list: *Bytes, bytes: []const u8) !void {
        if (list.capacity == 0) list.* = spare.take();
        list.clearRetainingCapacity();
        try list.appendSlice(heap, bytes);
    }

    /// How many of the bytes, which no rule translates at their beginning, the plugin server gets as one message. 0: the event waits for its end.
    /// `ended`: nothing comes behind them.
    pub fn portion(self: *Copies, bytes: []const u8, ended: bool) usize {
        var at: usize = 0;
        while (at < bytes.len) {
            if (at > 0 and self.match(bytes[at..]) != null) return at;
            switch (eventEnd(bytes, at)) {
                .no => return bytes.len,
                .begun => return if (ended or bytes.len - at > EVENT_BYTES) bytes.len else at,
                .yes => |end| {
                    const behind = self.fruitless < MOST_FRUITLESS and search.indexOf(bytes[at..end], self.behind) != null;
                    at = end;
                    if (!behind) continue;
                    if (end < bytes.len) self.fruitless += 1;
                    return end;
                },
            }
        }
        return at;
    }
};

/// What `set` reads; for tests.
pub fn encoded(arena: std.mem.Allocator, behind: []const u8, rules: []const Rule) ![]const u8 {
    var out: Bytes = .empty;
    try putText(arena, &out, behind);
    for (rules) |rule| {
        try out.append(arena, @intFromEnum(rule.string) | @as(u8, if (rule.remember) 4 else 0));
        inline for (.{ "before", "after", "end", "out_before", "out_after" }) |name| try putText(arena, &out, @field(rule, name));
    }
    return out.items;
}

fn putText(arena: std.mem.Allocator, out: *Bytes, text: []const u8) !void {
    try out.appendSlice(arena, &std.mem.toBytes(std.mem.nativeToLittle(u32, @intCast(text.len))));
    try out.appendSlice(arena, text);
}

const TEXT: Rule = .{ .string = .any, .before = "data: {\"t\":", .after = "\x00}\x00}", .end = "\n\n", .out_before = "<", .out_after = ">" };
const COUNT: Rule = .{ .string = .not_empty, .remember = true, .before = "data: {\"c\":", .after = ",\"n\":\x01}", .end = "\n\n", .out_before = "(", .out_after = ")" };
const PING: Rule = .{ .string = .none, .before = "data: {\"p\":1", .after = "}", .end = "\n\n", .out_before = "", .out_after = "" };

fn expectTranslated(expected: []const u8, rest: []const u8, bytes: []const u8) !void {
    var memory = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer memory.deinit();
    var copies: Copies = .{};
    defer copies.deinit();
    try copies.set(try encoded(memory.allocator(), "start", &.{ TEXT, COUNT, PING }));
    var out: Bytes = .empty;
    defer out.deinit(heap);
    const used = try copies.translate(bytes, &out);
    try std.testing.expectEqualStrings(expected, out.items);
    try std.testing.expectEqualStrings(rest, bytes[used..]);
}

test "events of rules are translated, up to the first that is none" {
    try expectTranslated("<\"a\"><\"\\\"\\u00e9ö\">", "", "data: {\"t\":\"a\"}}\n\ndata: {\"p\":1}\n\ndata: {\"t\":\"\\\"\\u00e9ö\"  } }\n\n");
    try expectTranslated("(\"a\")(\"b\")", "", "data: {\"c\":\"a\",\"n\":1}\n\ndata: {\"c\":\"b\",\"n\":234}\n\n");
    for ([_][]const u8{
        "data: {\"c\":\"\",\"n\":1}\n\n",
        "data: {\"c\":\"a\",\"n\":}\n\n",
        "data: {\"c\":\"a\",\"n\": 1}\n\n",
        "data: {\"t\":\"\\x\"}}\n\n", // no escape
        "data: {\"t\":\"\\u00g0\"}}\n\n",
        "data: {\"t\":\"\x01\"}}\n\n", // a control character
        "data: {\"t\":\"\xff\"}}\n\n", // no UTF-8
        "data: {\"t\":1}}\n\n",
        "data: {\"t\":\"a\",\"b\":1}}\n\n",
        "data: {\"t\":\"a\"}}\r\n\r\n",
        "data: {\"t\":\"a\"}}\ndata: b\n\n",
        "data: {\"t\":\"a\"}}\n", // cut off
        "data: {\"p\":2}\n\n",
        ": c\n",
    }) |other| {
        try expectTranslated("", other, other);
        var both: [64]u8 = undefined;
        try expectTranslated("<\"\">", other, try std.fmt.bufPrint(&both, "data: {{\"t\":\"\"}}}}\n\n{s}", .{other}));
    }
}

test "messages end where rules may begin" {
    var memory = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer memory.deinit();
    var copies: Copies = .{};
    defer copies.deinit();
    try copies.set(try encoded(memory.allocator(), "start", &.{TEXT}));
    for ([_]struct { usize, []const u8 }{
        .{ 11, "data: a\r\n\r\ndata: b" },
        .{ 0, "data: a\n" },
        .{ 5, ": c\r\ndata" },
        .{ 13, ": c\n\ndata: \n\ndata" },
        .{ 13, "data: start\n\ndata: b\n\n" },
        .{ 9, "data: a\n\ndata: {\"t\":\"\"}}\n\n" },
        .{ 10, "data: a\r\rb" },
        .{ 8, "data: a\r" },
    }) |case| try std.testing.expectEqual(case[0], copies.portion(case[1], false));
    try std.testing.expectEqual(15, copies.portion("data: a\n\ndata: ", true));
    try std.testing.expectEqual(200, copies.portion("d" ** 200, false));
    copies.forget();
    try std.testing.expectEqual(26, copies.portion("data: a\n\ndata: {\"t\":\"\"}}\n\n", false));
}

test "the last event that is to be remembered is" {
    var memory = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer memory.deinit();
    var copies: Copies = .{};
    defer copies.deinit();
    try copies.set(try encoded(memory.allocator(), "start", &.{ TEXT, COUNT }));
    var out: Bytes = .empty;
    defer out.deinit(heap);
    _ = try copies.translate("data: {\"c\":\"a\",\"n\":1}\n\ndata: {\"c\":\"b\",\"n\":2}\n\ndata: {\"t\":\"\"}}\n\n", &out);
    try std.testing.expectEqualStrings("data: {\"c\":\"b\",\"n\":2}\n\n", copies.last.items);
}

test "messages that end early in vain do so a few times only" {
    var memory = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer memory.deinit();
    var copies: Copies = .{};
    defer copies.deinit();
    try copies.set(try encoded(memory.allocator(), "a", &.{}));
    const events = "data: a\n\n" ** 3;
    for (0..MOST_FRUITLESS) |_| try std.testing.expectEqual(events.len / 3, copies.portion(events, false));
    try std.testing.expectEqual(events.len, copies.portion(events, false));
    try copies.set(try encoded(memory.allocator(), "a", &.{TEXT}));
    try std.testing.expectEqual(events.len / 3, copies.portion(events, false));
}

test "rules that are cut off are refused" {
    var memory = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer memory.deinit();
    const whole = try encoded(memory.allocator(), "start", &.{ TEXT, PING });
    const one = (try encoded(memory.allocator(), "start", &.{TEXT})).len;
    for (0..whole.len) |length| {
        var copies: Copies = .{};
        defer copies.deinit();
        if (length == one or length == 9) try copies.set(whole[0..length]) else try std.testing.expectError(error.RuleCutOff, copies.set(whole[0..length]));
    }
}
