//! Answers whose events the hop translates by rules, cut anywhere: what leaves is the same as when the plugin server translates all of it.
const std = @import("std");
const abi = @import("abi.zig");
const carriers = @import("hop/carrier.zig");
const Connection = @import("fake.zig").Connection;
const encoded = @import("hop/copies.zig").encoded;
const Exchange = @import("hop/exchange.zig").Exchange;
const Fake = @import("fake.zig").Fake;
const HopConfig = @import("hop/exchange.zig").HopConfig;
const HopStream = @import("fake.zig").HopStream;
const fuzz = @import("fuzz.zig");
const protobuf = @import("protobuf.zig");
const Rule = @import("hop/copies.zig").Rule;
const Bytes = std.ArrayListUnmanaged(u8);

const ROUNDS = 20_000;
const BEHIND = "\"content_block_start\"";
const BEFORE = "{\"delta\":{\"text\":";
const PING = "{\"type\": \"ping\"}";

const FIXTURES = [_][]const u8{
    @embedFile("../ai/providers/claude/fixtures/text.stream.jsonl"),
    @embedFile("../ai/providers/claude/fixtures/tools-and-thinking.stream.jsonl"),
    @embedFile("../ai/providers/gemini/fixtures/text.stream.jsonl"),
};

/// Events, and what is nearly one of them.
const EVENTS = [_][]const u8{
    "event: d\ndata: {\"delta\":{\"text\":\"a \\u00e9\\n\"}}\n\n",
    "event: d\ndata: {\"delta\":{\"text\":\"Gott, 世界 🌍\"}   }\n\n",
    "event: d\ndata: {\"delta\":{\"text\":\"\"}}\n\n",
    "event: d\ndata: {\"delta\":{\"text\":\"\\\"}}\\\\\"} }\n\n",
    "event: d\r\ndata: {\"delta\":{\"text\":\"a\"}}\r\n\r\n",
    "event: d\ndata: {\"delta\":{\"text\":\"\\q\"}}\n\n",
    "event: d\ndata: {\"delta\":{\"text\":\"\xff\"}}\n\n",
    "event: d\ndata: {\"delta\":{\"text\":\"a\"},\"more\":1}\n\n",
    "data: {\"delta\":{\"text\":\"a\"}}\n\n",
    "event: ping\ndata: {\"type\": \"ping\"}\n\n",
    "event: ping\rdata: {\"type\": \"ping\"}\r\r",
    "data: {\"type\":\"content_block_start\"}\n\n",
    ": keep-alive\n\n",
    ":\n",
    "\n",
    "\r\n",
    "data: " ++ "long" ** 40 ++ "\nevent: d\ndata: {\"delta\":{\"text\":\"not alone\"}}\n\n",
    "data: [DONE]\n\n",
};

/// What a plugin server makes of bytes, which come in any pieces: texts of deltas between brackets, nothing of pings, all other lines one by one.
const Server = struct {
    arena: std.mem.Allocator,
    line: Bytes = .empty,
    name: []const u8 = "",
    data: ?[]const u8 = null,
    after_return: bool = false,
    /// Of the texts; told at the end.
    last: []const u8 = "",
    out: Bytes = .empty,

    fn feed(self: *Server, bytes: []const u8, end: bool) ![]const u8 {
        self.out = .empty;
        for (bytes) |byte| {
            const second = self.after_return and byte == '\n';
            self.after_return = byte == '\r';
            if (second) continue;
            if (byte == '\n' or byte == '\r') try self.endLine() else try self.line.append(self.arena, byte);
        }
        if (!end) return self.out.items;
        try self.endLine();
        try self.endLine();
        try self.out.writer(self.arena).print("end behind {s}", .{self.last});
        return self.out.items;
    }

    fn atBoundary(self: *const Server) bool {
        return self.line.items.len == 0 and self.data == null and self.name.len == 0 and !self.after_return;
    }

    fn endLine(self: *Server) !void {
        const line = try self.arena.dupe(u8, self.line.items);
        self.line.clearRetainingCapacity();
        if (std.mem.startsWith(u8, line, "event: ")) {
            self.name = line[7..];
        } else if (std.mem.startsWith(u8, line, "data: ")) {
            self.data = if (self.data) |before| try std.fmt.allocPrint(self.arena, "{s}|{s}", .{ before, line[6..] }) else line[6..];
        } else if (line.len > 0) {
            try self.out.writer(self.arena).print("line: {s}\n\n", .{line});
        } else {
            if (self.data) |data| try self.event(self.name, data);
            self.name = "";
            self.data = null;
        }
    }

    fn event(self: *Server, name: []const u8, data: []const u8) !void {
        const out = self.out.writer(self.arena);
        if (std.mem.eql(u8, name, "ping") and std.mem.eql(u8, data, PING)) return;
        if (std.mem.eql(u8, name, "d")) if (self.textOf(data)) |text| {
            self.last = text;
            return out.print("data: <{s}>\n\n", .{text});
        };
        try out.print("data: {s}\n\n", .{data});
    }

    fn textOf(self: *Server, data: []const u8) ?[]const u8 {
        if (!std.mem.startsWith(u8, data, BEFORE)) return null;
        const parsed = std.json.parseFromSliceLeaky(struct { delta: struct { text: []const u8 } }, self.arena, data, .{}) catch return null;
        _ = parsed;
        const last = std.mem.lastIndexOfScalar(u8, data, '"').?;
        return data[BEFORE.len .. last + 1];
    }
};

/// Rules, with a reply.
const Gives = enum { never, by_chance, always };

const Round = struct {
    source: fuzz.Source,
    fake: Fake,
    stream: HopStream = .{},
    connection: Connection,
    carrier: *carriers.Carrier = undefined,
    server: Server,
    /// Of the connection, so far.
    read: usize = 0,
    parts_heard: usize = 0,
    gives: Gives,

    fn run(self: *Round, answer: []const u8, cuts: []const usize) !void {
        self.carrier = carriers.Carrier.create(&self.connection).?;
        defer self.carrier.destroy();
        self.carrier.connected();
        self.fake.hop = &self.stream;
        const one = try Exchange.create(&.{ .chain = "c", .request_body = false, .response_headers = true, .response_body = true }, &self.fake);
        defer one.destroy();
        self.stream.exchange = one;
        self.stream.request_stopped = one.onRequestHeaders(true) == .stop;
        while (try self.talk()) {}
        try self.fake.add(.response, "content-type", "text/event-stream");
        self.stream.response_stopped = one.onResponseHeaders(false) == .stop;
        var from: usize = 0;
        for (0..cuts.len + 1) |index| {
            const to = if (index < cuts.len) cuts[index] else answer.len;
            try self.fake.body(.received_response).appendSlice(self.source.arena, answer[from..to]);
            from = to;
            try self.stream.answered(&self.fake, one.onResponseBody(index == cuts.len));
            while (self.source.random.uintLessThan(u8, 4) > 0) if (!try self.talk()) break;
        }
        while (try self.talk()) {}
        try std.testing.expect(!self.stream.response_stopped);
        one.onComplete();
    }

    fn talk(self: *Round) !bool {
        const out = self.connection.out.items;
        if (self.read >= out.len) return false;
        const length = std.mem.readInt(u32, out[self.read..][0..4], .little);
        const number = std.mem.readInt(u32, out[self.read + 4 ..][0..4], .little);
        const kind: carriers.Frame = @enumFromInt(out[self.read + 8]);
        const message = try self.source.arena.dupe(u8, out[self.read + 9 .. self.read + 4 + length]);
        self.read += 4 + length;
        if (kind == .copied) {
            var one: Server = .{ .arena = self.source.arena };
            _ = try one.feed(message, false);
            self.server.last = one.last;
        }
        if (kind != .message) return true;
        const arena = self.source.arena;
        switch (message[0] >> 3) {
            2 => try self.say(number, .message, "\x0a\x00"),
            3 => {
                if (self.gives != .never) try self.say(number, .copies, try encoded(arena, BEHIND, &.{}));
                try self.say(number, .message, "\x12\x00");
            },
            5 => {
                const inner = try protobuf.bytesOf(message, 5);
                const end = (try protobuf.varintOf(inner, 2) orelse 0) != 0;
                self.parts_heard += 1;
                const new = try self.server.feed(try protobuf.bytesOf(inner, 1), end);
                const gives = self.gives == .always or self.gives == .by_chance and self.source.random.uintLessThan(u8, 4) > 0;
                if (gives and !end and self.server.atBoundary()) try self.say(number, .copies, try encoded(arena, BEHIND, &RULES));
                var mutation: Bytes = .empty;
                if (new.len == 0) try mutation.appendSlice(arena, "\x10\x01") else try field(arena, &mutation, 1, new);
                var common: Bytes = .empty;
                try field(arena, &common, 3, mutation.items);
                var reply: Bytes = .empty;
                try field(arena, &reply, 1, common.items);
                var all: Bytes = .empty;
                try field(arena, &all, 4, reply.items);
                try self.say(number, .message, all.items);
            },
            else => unreachable,
        }
        return true;
    }

    fn say(self: *Round, number: u32, kind: carriers.Frame, payload: []const u8) !void {
        var bytes: Bytes = .empty;
        try bytes.appendSlice(self.source.arena, &std.mem.toBytes(@as(u32, @intCast(payload.len + 5))));
        try bytes.appendSlice(self.source.arena, &std.mem.toBytes(number));
        try bytes.append(self.source.arena, @intFromEnum(kind));
        try bytes.appendSlice(self.source.arena, payload);
        self.connection.incoming = bytes.items;
        self.carrier.onRead();
    }
};

const RULES = [_]Rule{
    .{ .string = .any, .remember = true, .before = "event: d\ndata: " ++ BEFORE, .after = "\x00}\x00}", .end = "\n\n", .out_before = "data: <", .out_after = ">\n\n" },
    .{ .string = .any, .remember = true, .before = "event: d\r\ndata: " ++ BEFORE, .after = "\x00}\x00}", .end = "\r\n\r\n", .out_before = "data: <", .out_after = ">\n\n" },
    .{ .string = .none, .before = "event: ping\ndata: " ++ PING, .after = "", .end = "\n\n", .out_before = "", .out_after = "" },
};

const field = @import("fuzz-hop.zig").field;

/// Returns how many messages the plugin server got of the answer.
fn expectSame(source: fuzz.Source, answer: []const u8, cuts: []const usize, gives: Gives) !usize {
    var alone: Server = .{ .arena = source.arena };
    const expected = try alone.feed(answer, true);
    var round: Round = .{
        .source = source,
        .fake = .{ .arena = source.arena },
        .connection = .{ .arena = source.arena },
        .server = .{ .arena = source.arena },
        .gives = gives,
    };
    try round.run(answer, cuts);
    try std.testing.expectEqualStrings(expected, round.stream.left.items);
    return round.parts_heard;
}

test "events by chance, cut anywhere, leave by rules as they do without" {
    try fuzz.run(ROUNDS, {}, struct {
        fn check(_: void, source: fuzz.Source) !void {
            const random = source.random;
            var answer: Bytes = .empty;
            for (0..random.uintLessThan(usize, 12)) |_| try answer.appendSlice(source.arena, source.oneOf(&EVENTS));
            for (0..random.uintLessThan(usize, 3)) |_| {
                if (answer.items.len == 0 or random.uintLessThan(u8, 4) > 0) break;
                answer.items[random.uintLessThan(usize, answer.items.len)] = source.oneOf(&.{ "\n", "\r", ":", "\"", " ", "\xc3", "\\" })[0];
            }
            var cuts: [6]usize = undefined;
            const count = random.uintLessThan(usize, cuts.len);
            for (cuts[0..count]) |*cut| cut.* = random.uintAtMost(usize, answer.items.len);
            std.mem.sort(usize, cuts[0..count], {}, std.sort.asc(usize));
            _ = try expectSame(source, answer.items, cuts[0..count], if (random.uintLessThan(u8, 8) > 0) .by_chance else .never);
        }
    }.check);
}

test "answers of vendors, cut at every byte, leave by rules as they do without" {
    for (FIXTURES) |fixture| for ([_][]const u8{ "\n", "\r\n", "\r" }) |newline| for ([_]Gives{ .always, .never }) |gives| {
        if (gives == .never and newline[0] != '\n') continue;
        const arena = std.heap.page_allocator;
        var answer: Bytes = .empty;
        defer answer.deinit(arena);
        var lines = std.mem.tokenizeScalar(u8, fixture, '\n');
        while (lines.next()) |line| {
            try answer.writer(arena).print("event: e{s}data: {s}{s}{s}", .{ newline, line, newline, newline });
            try answer.writer(arena).print("event: d{s}data: {s}\"{d}\"}}}}{s}{s}", .{ newline, BEFORE, line.len, newline, newline });
        }
        var case: Case = .{ .answer = answer.items, .gives = gives };
        try fuzz.run(answer.items.len - 1, &case, Case.check);
    };
}

/// One answer, cut further behind with each check.
const Case = struct {
    answer: []const u8,
    gives: Gives,
    at: usize = 0,

    fn check(self: *Case, source: fuzz.Source) !void {
        self.at += 1;
        _ = try expectSame(source, self.answer, &.{self.at}, self.gives);
    }
};

test "texts that come one by one do not reach the plugin server" {
    try fuzz.run(1, {}, struct {
        fn check(_: void, source: fuzz.Source) !void {
            const start = "data: {\"type\":\"content_block_start\"}\n\n";
            const text = "event: d\ndata: {\"delta\":{\"text\":\"abc\"}}\n\n";
            const answer = start ++ text ** 20 ++ "data: [DONE]\n\n";
            var cuts: [21]usize = undefined;
            for (&cuts, 0..) |*cut, index| cut.* = start.len + text.len * index;
            // The start, and the end.
            try std.testing.expectEqual(2, try expectSame(source, answer, &.{}, .always));
            try std.testing.expectEqual(2, try expectSame(source, answer, &cuts, .always));
            for (&cuts) |*cut| cut.* += 9;
            try std.testing.expectEqual(2, try expectSame(source, answer, &cuts, .always));
        }
    }.check);
}
