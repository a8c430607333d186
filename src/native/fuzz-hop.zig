//! Exchanges of the hop between a stand-in for Envoy and a plugin server that answers early, late, wrongly or not at all: nothing panics, nothing goes
//! on that was not stopped, nothing is touched of a stream that has ended; and where all is well, the bytes that leave are those of the replies.
const std = @import("std");
const abi = @import("abi.zig");
const carriers = @import("hop/carrier.zig");
const Connection = @import("fake.zig").Connection;
const Exchange = @import("hop/exchange.zig").Exchange;
const HopConfig = @import("hop/exchange.zig").HopConfig;
const HopStream = @import("fake.zig").HopStream;
const Fake = @import("fake.zig").Fake;
const fuzz = @import("fuzz.zig");
const protobuf = @import("protobuf.zig");
const Bytes = std.ArrayListUnmanaged(u8);

const ROUNDS = 20_000;

/// Of ProcessingResponse, by the field of the request that it answers: request headers, answer headers, request body, answer body.
const REPLY_FIELDS = [_]u8{ 0, 0, 1, 2, 3, 4 };

const Round = struct {
    source: fuzz.Source,
    config: HopConfig,
    fake: Fake,
    stream: HopStream = .{},
    connection: Connection,
    carrier: ?*carriers.Carrier = null,
    /// How far what was written to the plugin server has been read.
    read: usize = 0,
    /// The plugin server makes mistakes.
    wild: bool,
    expected: Bytes = .empty,
    ended: bool = false,
    /// The plugins have asked for the answer as one piece.
    whole: bool = false,

    fn chance(self: *Round, of: u8) bool {
        return self.source.random.uintLessThan(u8, of) == 0;
    }

    /// Until the stream waits for the plugin server or is over.
    fn run(self: *Round) !void {
        self.stream.exchange = try Exchange.create(&self.config, &self.fake);
        self.fake.hop = &self.stream;
        const bodiless = self.source.random.boolean();
        if (self.stream.exchange) |one| self.stream.request_stopped = one.onRequestHeaders(bodiless) == .stop;
        _ = try self.talk();
        if (!bodiless) try self.requestBody();
        while (self.stream.request_stopped and self.stream.exchange != null) if (!try self.talk()) return;
        try self.answer();
        while (self.stream.response_stopped and self.stream.exchange != null) if (!try self.talk()) return;
    }

    fn requestBody(self: *Round) !void {
        for (0..3) |part| {
            const one = self.stream.exchange orelse return;
            if (self.fake.status != null) return;
            const received = self.fake.body(.received_request);
            try received.appendSlice(self.source.arena, try self.source.text());
            const status = one.onRequestBody(part == 2);
            if (self.stream.exchange == null) return;
            if (status != .go_on) try self.fake.body(.buffered_request).appendSlice(self.source.arena, received.items);
            self.stream.request_stopped = status != .go_on;
            received.clearRetainingCapacity();
            if (self.source.random.boolean()) _ = try self.talk();
        }
    }

    fn answer(self: *Round) !void {
        const one = self.stream.exchange orelse return;
        if (self.fake.status != null) return;
        if (self.source.random.boolean()) try self.fake.add(.response, "content-type", "text/event-stream");
        if (self.source.random.boolean()) try self.fake.add(.response, "content-length", "40");
        const parts = self.source.random.uintLessThan(usize, 5);
        self.stream.response_stopped = one.onResponseHeaders(parts == 0) == .stop;
        for (0..parts) |part| {
            if (self.source.random.boolean()) _ = try self.talk();
            if (self.stream.exchange == null or self.fake.status != null) return;
            try self.answerPart(part + 1 == parts);
        }
        self.ended = true;
    }

    fn answerPart(self: *Round, end: bool) !void {
        const one = self.stream.exchange.?;
        const received = self.fake.body(.received_response);
        const sent = if (self.source.random.boolean()) try self.source.text() else "";
        try received.appendSlice(self.source.arena, sent);
        const asked = self.config.response_body and self.config.response_headers;
        if (!asked) try self.expected.appendSlice(self.source.arena, sent);
        const status = one.onResponseBody(end);
        if (self.stream.exchange == null) return;
        try self.stream.answered(&self.fake, status);
    }

    /// What the plugin server says to one message; false when it has heard nothing new.
    fn talk(self: *Round) !bool {
        if (self.carrier == null) {
            self.carrier = carriers.Carrier.create(&self.connection).?;
            self.carrier.?.connected();
        }
        const out = self.connection.out.items;
        if (self.read >= out.len) return false;
        const length = std.mem.readInt(u32, out[self.read..][0..4], .little);
        const number = std.mem.readInt(u32, out[self.read + 4 ..][0..4], .little);
        const kind: carriers.Frame = @enumFromInt(out[self.read + 8]);
        const payload = try self.source.arena.dupe(u8, out[self.read + 9 .. self.read + 4 + length]);
        self.read += 4 + length;
        if (kind != .message) return true;
        if (self.wild and self.chance(8)) self.stream.doomed = true;
        if (self.wild and self.chance(12)) return self.lose();
        try self.say(number, .message, try self.reply(payload));
        if (self.wild and self.chance(6)) try self.say(number, .message, try self.reply(payload));
        if (self.wild and self.chance(10)) try self.say(number, .close, if (self.source.random.boolean()) "" else "why");
        return if (self.connection.closed) self.lose() else true;
    }

    fn lose(self: *Round) bool {
        self.carrier.?.destroy();
        self.carrier = null;
        self.connection = .{ .arena = self.source.arena };
        self.read = 0;
        return false;
    }

    fn reply(self: *Round, message: []const u8) ![]const u8 {
        const arena = self.source.arena;
        const kind = message[0] >> 3;
        var common: Bytes = .empty;
        if (kind >= 4) {
            const fresh = if (self.source.random.boolean()) try self.source.text() else null;
            const was = try protobuf.bytesOf(try protobuf.bytesOf(message, kind), 1);
            if (fresh) |bytes| {
                var mutation: Bytes = .empty;
                if (bytes.len == 0) try mutation.appendSlice(arena, "\x10\x01") else try field(arena, &mutation, 1, bytes);
                try field(arena, &common, 3, mutation.items);
            }
            const end = (try protobuf.varintOf(try protobuf.bytesOf(message, kind), 2) orelse 0) != 0;
            if (kind == 5 and self.whole and !self.wild) try std.testing.expect(end);
            if (kind == 5) try self.expected.appendSlice(arena, fresh orelse was);
        } else if (self.source.random.boolean()) {
            try common.appendSlice(arena, "\x12\x10\x0a\x0e\x0a\x0c\x0a\x01a\x1a\x07x: y\x20zz");
        }
        var inner: Bytes = .empty;
        if (common.items.len > 0) try field(arena, &inner, 1, common.items);
        var out: Bytes = .empty;
        if (kind == 3 and self.config.response_body and self.source.random.boolean()) {
            self.whole = true;
            // mode_override { response_header_mode = SEND, response_body_mode = BUFFERED }
            try out.appendSlice(arena, "\x4a\x04\x10\x01\x20\x02");
        }
        const wrong = self.wild and self.chance(8);
        try field(arena, &out, if (wrong) self.source.random.intRangeAtMost(u8, 1, 9) else REPLY_FIELDS[kind], inner.items);
        if (self.wild) for (0..self.source.random.uintLessThan(usize, 2)) |_| {
            out.items[self.source.random.uintLessThan(usize, out.items.len)] = self.source.random.int(u8);
        };
        return out.items;
    }

    /// Cut anywhere.
    fn say(self: *Round, number: u32, kind: carriers.Frame, payload: []const u8) !void {
        var bytes: Bytes = .empty;
        const length: u32 = if (self.wild and self.chance(40)) self.source.random.int(u32) else @intCast(payload.len + 5);
        try bytes.appendSlice(self.source.arena, &std.mem.toBytes(length));
        try bytes.appendSlice(self.source.arena, &std.mem.toBytes(number));
        try bytes.append(self.source.arena, @intFromEnum(kind));
        try bytes.appendSlice(self.source.arena, payload);
        const cut = self.source.random.uintAtMost(usize, bytes.items.len);
        for ([_][]const u8{ bytes.items[0..cut], bytes.items[cut..] }) |part| {
            self.connection.incoming = part;
            self.carrier.?.onRead();
        }
    }
};

/// A field of protobuf that has a length.
pub fn field(arena: std.mem.Allocator, out: *Bytes, number: u8, bytes: []const u8) !void {
    try out.append(arena, number << 3 | 2);
    var rest = bytes.len;
    while (rest >= 128) : (rest >>= 7) try out.append(arena, @as(u8, @intCast(rest & 127)) | 128);
    try out.append(arena, @intCast(rest));
    try out.appendSlice(arena, bytes);
}

fn pass(wild: bool, source: fuzz.Source) !void {
    const random = source.random;
    var round: Round = .{
        .source = source,
        .wild = wild,
        .fake = .{ .arena = source.arena },
        .connection = .{ .arena = source.arena },
        .config = .{
            .chain = "chain",
            .request_body = random.boolean(),
            .response_headers = random.boolean(),
            .response_body = random.boolean(),
            .fail_open = wild and random.boolean(),
        },
    };
    if (round.config.fail_open or random.boolean()) {
        round.carrier = carriers.Carrier.create(&round.connection).?;
        round.carrier.?.connected();
    }
    if (random.boolean()) try round.fake.add(.request, "content-length", if (random.boolean()) "9" else "x");
    try round.run();
    round.stream.doomed = false;
    if (!wild) {
        try std.testing.expect(round.ended and !round.stream.request_stopped and !round.stream.response_stopped);
        try std.testing.expectEqualStrings(round.expected.items, round.stream.left.items);
    }
    if (round.carrier) |carrier| if (random.boolean()) carrier.lost();
    if (round.stream.exchange) |one| {
        one.onComplete();
        one.destroy();
    }
    if (round.carrier) |carrier| carrier.destroy();
}

test "exchanges of the hop" {
    try fuzz.run(ROUNDS, false, pass);
}

test "exchanges of the hop with a plugin server that goes wrong" {
    try fuzz.run(ROUNDS, true, pass);
}
