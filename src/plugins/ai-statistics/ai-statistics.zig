//! Looks at bodies as they pass: log fields, span attributes and counters of models, tokens and durations.
const std = @import("std");
const abi = @import("../../native/abi.zig");
const http = @import("../../native/http.zig");
const json = @import("../../native/json.zig");
const Counter = @import("../../native/plugin.zig").Counter;
const Fields = @import("../../native/metadata.zig").Fields;
const Next = @import("../../native/plugin.zig").Next;
const Stream = @import("../../native/stream.zig").Stream;
const usage = @import("usage.zig");
const Allocator = std.mem.Allocator;

pub const name = "ai-statistics";

const LOG = "higress.ai_log";
const FIELDS = "higress.log";
const SPAN = "higress.span";
/// A whole answer beyond this size is not read.
const READ_LIMIT = 16 * 1024 * 1024;

const LABELS = [_][]const u8{ "ai_route", "ai_cluster", "ai_model", "ai_consumer" };

pub const counters = [_]Counter{
    .{ .name = "input_token", .labels = &LABELS },
    .{ .name = "output_token", .labels = &LABELS },
    .{ .name = "total_token", .labels = &LABELS },
    .{ .name = "llm_service_duration", .labels = &LABELS },
    .{ .name = "llm_duration_count", .labels = &LABELS },
    .{ .name = "llm_first_token_duration", .labels = &LABELS },
    .{ .name = "llm_stream_duration_count", .labels = &LABELS },
};

const Attribute = struct {
    key: []const u8,
    /// A header's name or a fixed value.
    value: []const u8 = "",
    /// Member names in a body.
    path: []const []const u8 = &.{},
    fallback: []const u8 = "",
    log: bool = false,
    separate: bool = false,
    span: ?[]const u8 = null,
    /// The first value of a stream counts, not the last one.
    first: bool = false,
};

pub const Config = struct {
    api: []const u8,
    /// Bytes of a value that are written at most.
    limit: usize,
    usage: bool = false,
    /// Somebody reads what stands there for spans, and for the access log.
    spans: bool = false,
    log: bool = false,
    suffixes: []const []const u8 = &.{},
    types: []const []const u8 = &.{},
    sessions: []const []const u8 = &.{},
    fixed: []const Attribute = &.{},
    request_headers: []const Attribute = &.{},
    request_body: []const Attribute = &.{},
    response_headers: []const Attribute = &.{},
    whole: []const Attribute = &.{},
    stream: []const Attribute = &.{},
};

/// A number is kept as it was written, and as a number.
const Value = struct { text: []const u8, number: ?f64 = null };

pub const State = struct {
    /// Milliseconds of the epoch; null for a request that this plugin does not look at.
    start: ?i64 = null,
    /// Null where nobody reads them.
    log: ?Fields = null,
    fields: ?Fields = null,
    span: ?Fields = null,
    asked_model: ?[]const u8 = null,
    chat_round: ?u64 = null,
    reading: enum { nothing, whole, stream } = .nothing,
    /// Of a stream: the line that has not ended; of a whole answer: what came so far.
    held: std.ArrayListUnmanaged(u8) = .empty,
    too_long: bool = false,
    seen: usage.Seen = .{},
    stream_values: []?Value = &.{},
    first_token: ?i64 = null,
    duration: ?i64 = null,
    total: ?u64 = null,
    written: bool = false,
};

pub fn onRequestHeaders(self: *const Config, stream: *Stream, state: *State) !Next {
    if (self.suffixes.len > 0 and !http.pathEnds(try stream.path(), self.suffixes)) return .go_on;
    state.start = std.time.milliTimestamp();
    if (self.log) {
        state.log = .{ .arena = stream.arena };
        state.fields = .{ .arena = stream.arena };
    }
    stream.removeHeader("accept-encoding");
    // An access log may print what stands there for spans.
    if (self.spans or self.log) state.span = .{ .arena = stream.arena };
    if (self.spans) try state.span.?.string("gen_ai.span.kind", "LLM");
    if (state.log) |*log| {
        try log.string("api", self.api);
        for (self.sessions) |header| {
            const session = try stream.header(header) orelse continue;
            if (session.len == 0) continue;
            try log.string("session_id", session);
            break;
        }
    }
    for (self.fixed) |one| try put(self, stream, state, one, .{ .text = one.value });
    for (self.request_headers) |one| try put(self, stream, state, one, .{ .text = try stream.header(one.value) orelse "" });
    return .with_body;
}

pub fn onRequestBody(self: *const Config, stream: *Stream, state: *State, body: []const u8) !void {
    if (state.start == null) return;
    if (self.usage or self.spans) {
        const model = if (try stream.member(body, "model")) |raw| try usage.textOf(stream.scratch, raw) else null;
        state.asked_model = try stream.arena.dupe(u8, model orelse "unknown");
        if (self.spans) try state.span.?.string("gen_ai.request.model", state.asked_model.?);
    }
    if (self.usage and self.log) {
        const messages = try stream.member(body, "messages") orelse try stream.member(body, "contents");
        if (messages) |list| if (list[0] == '[') {
            state.chat_round = usage.userMessages(list);
        };
    }
    for (self.request_body) |one| try put(self, stream, state, one, try at(stream.scratch, body, one.path));
}

pub fn onResponseHeaders(self: *const Config, stream: *Stream, state: *State, _: bool) !void {
    if (state.start == null) return;
    for (self.response_headers) |one| try put(self, stream, state, one, .{ .text = try stream.responseHeader(one.value) orelse "" });
    const kind = try stream.responseHeader("content-type");
    if (!wanted(self.types, kind) or stream.headerAt(.response, "content-encoding", 0) != null) return;
    state.reading = if (http.mediaTypeBegins(kind orelse "", "text/event-stream")) .stream else .whole;
    if (state.reading == .stream and self.stream.len > 0) {
        state.stream_values = try stream.arena.alloc(?Value, self.stream.len);
        @memset(state.stream_values, null);
    }
}

pub fn onResponseData(self: *const Config, stream: *Stream, state: *State, part: []const u8) !void {
    switch (state.reading) {
        .nothing => {},
        .whole => try holdWhole(state, part),
        .stream => try readStream(self, stream, state, part),
    }
}

pub fn onResponseEnd(self: *const Config, stream: *Stream, state: *State) !void {
    switch (state.reading) {
        .nothing => return,
        .stream => {
            try readLine(self, stream, state, state.held.items);
            for (self.stream, state.stream_values) |one, value| try put(self, stream, state, one, value orelse .{ .text = "" });
        },
        .whole => {
            const text: []const u8 = if (state.too_long) "" else state.held.items;
            if (self.usage) try state.seen.learn(stream.scratch, stream.arena, text);
            for (self.whole) |one| try put(self, stream, state, one, try at(stream.scratch, text, one.path));
        },
    }
    try finish(self, state);
    try write(self, stream, state);
}

pub fn onComplete(self: *const Config, stream: *Stream, state: *State) !void {
    defer state.held.deinit(std.heap.c_allocator);
    if (state.start == null) return;
    if (!state.written) {
        // A filter of the module does not see an answer that a plugin in it gave.
        if (stream.replied and wanted(self.types, null)) {
            state.reading = .whole;
            try finish(self, state);
        }
        try write(self, stream, state);
    }
    const total = state.total orelse return;
    const labels = [_]abi.Slice{
        .of(orDash(stream.attribute(.xds_route_name))),
        .of(orDash(stream.attribute(.xds_cluster_name))),
        .of(state.seen.model orelse state.asked_model orelse "-"),
        .of(orDash(try stream.header("x-mse-consumer") orelse "")),
    };
    const streamed = state.first_token != null;
    try stream.count(&labels, &.{
        state.seen.input orelse 0,
        state.seen.output orelse 0,
        total,
        milliseconds(state.duration),
        1,
        if (streamed) milliseconds(state.first_token) else null,
        if (streamed) 1 else null,
    });
}

fn orDash(value: []const u8) []const u8 {
    return if (value.len == 0) "-" else value;
}

fn milliseconds(duration: ?i64) u64 {
    return @intCast(@max(duration orelse 0, 0));
}

fn wanted(types: []const []const u8, kind: ?[]const u8) bool {
    if (types.len == 0) return true;
    for (types) |one| if (http.contains(kind orelse "", one)) return true;
    return false;
}

fn holdWhole(state: *State, part: []const u8) !void {
    if (state.too_long) return;
    if (state.held.items.len + part.len > READ_LIMIT) {
        state.too_long = true;
        state.held.clearAndFree(std.heap.c_allocator);
        return;
    }
    try state.held.appendSlice(std.heap.c_allocator, part);
}

fn readStream(self: *const Config, stream: *Stream, state: *State, part: []const u8) !void {
    if (state.first_token == null) state.first_token = std.time.milliTimestamp() - state.start.?;
    var rest = part;
    if (state.held.items.len > 0) {
        const end = std.mem.indexOfAny(u8, part, "\r\n") orelse part.len;
        if (state.held.items.len + end > READ_LIMIT) state.held.clearRetainingCapacity();
        try state.held.appendSlice(std.heap.c_allocator, part[0..end]);
        if (end == part.len) return;
        try readLine(self, stream, state, state.held.items);
        state.held.clearRetainingCapacity();
        rest = part[end + 1 ..];
    }
    const whole = if (std.mem.lastIndexOfAny(u8, rest, "\r\n")) |last| last + 1 else 0;
    try readLines(self, stream, state, rest[0..whole]);
    try state.held.appendSlice(std.heap.c_allocator, rest[whole..]);
}

/// All lines for attributes of streams; else those up to the one that tells the model, and those with a usage object, found without looking into
/// the others.
fn readLines(self: *const Config, stream: *Stream, state: *State, text: []const u8) !void {
    if (!self.usage and self.stream.len == 0) return;
    var from: usize = 0;
    while (from < text.len and (self.stream.len > 0 or state.seen.model == null)) {
        const end = std.mem.indexOfAnyPos(u8, text, from, "\r\n") orelse text.len;
        try readLine(self, stream, state, text[from..end]);
        from = end + 1;
    }
    while (from < text.len) {
        const found = usage.usageAt(text, from) orelse return;
        const start = if (std.mem.lastIndexOfAny(u8, text[from..found], "\r\n")) |before| from + before + 1 else from;
        const end = std.mem.indexOfAnyPos(u8, text, found, "\r\n") orelse text.len;
        try readLine(self, stream, state, text[start..end]);
        from = end + 1;
    }
}

fn readLine(self: *const Config, stream: *Stream, state: *State, line: []const u8) !void {
    if (!std.mem.startsWith(u8, line, "data:")) return;
    const data = std.mem.trimLeft(u8, line["data:".len..], " \t");
    if (data.len == 0 or data[0] != '{') return;
    if (self.usage and (state.seen.model == null or usage.usageAt(data, 0) != null)) {
        try state.seen.learn(stream.scratch, stream.arena, data);
    }
    for (self.stream, state.stream_values) |one, *value| {
        if (one.first and value.* != null) continue;
        const found = try at(stream.scratch, data, one.path);
        if (found.text.len == 0) continue;
        value.* = .{ .text = try stream.arena.dupe(u8, found.text), .number = found.number };
    }
}

/// The value at a path of members; empty when there is none.
fn at(scratch: Allocator, body: []const u8, path: []const []const u8) !Value {
    var raw = body;
    for (path) |key| raw = try json.memberOf(scratch, raw, key) orelse return .{ .text = "" };
    if (path.len == 0) return .{ .text = "" };
    if (raw.len > 0 and (raw[0] == '-' or std.ascii.isDigit(raw[0]))) {
        if (std.fmt.parseFloat(f64, raw)) |number| return .{ .text = raw, .number = number } else |_| {}
    }
    return .{ .text = try json.string(scratch, raw) orelse "" };
}

fn put(self: *const Config, stream: *Stream, state: *State, one: Attribute, found: Value) !void {
    const value: Value = if (found.text.len == 0) .{ .text = one.fallback } else found;
    if (value.text.len == 0) return;
    const text = if (value.number == null) try limited(stream.arena, value.text, self.limit) else value.text;
    const place = if (one.separate) &state.fields else if (one.log) &state.log else null;
    if (place) |maybe| if (maybe.*) |*fields| {
        if (value.number) |number| try fields.number(one.key, number) else try fields.string(one.key, text);
    };
    if (one.span) |key| if (state.span) |*span| try span.string(key, text);
}

/// The beginning and the end of a long text, each about half of what is allowed.
fn limited(arena: Allocator, text: []const u8, limit: usize) ![]const u8 {
    if (text.len <= limit) return text;
    var head = limit / 2;
    while (head > 0 and isContinuation(text[head])) head -= 1;
    var tail = text.len - limit / 2;
    while (tail < text.len and isContinuation(text[tail])) tail += 1;
    return std.mem.concat(arena, u8, &.{ text[0..head], " [truncated] ", text[tail..] });
}

fn isContinuation(byte: u8) bool {
    return byte & 0xc0 == 0x80;
}

fn finish(self: *const Config, state: *State) !void {
    state.duration = std.time.milliTimestamp() - state.start.?;
    const input = state.seen.input orelse return;
    const output = state.seen.output orelse return;
    state.total = state.seen.total orelse input +| output +| (state.seen.cached orelse 0);
    // As texts: Envoy writes numbers of more than six digits as powers of ten.
    if (!self.spans) return;
    const span = &state.span.?;
    inline for (.{ "input", "output", "total" }, .{ input, output, state.total.? }) |kind, count| {
        var digits: [20]u8 = undefined;
        try span.string("gen_ai.usage." ++ kind ++ "_tokens", std.fmt.bufPrint(&digits, "{d}", .{count}) catch unreachable);
    }
    try span.string("gen_ai.model_name", state.seen.model orelse state.asked_model orelse "unknown");
}

/// Everything at once, when the answer has ended or will not.
fn write(self: *const Config, stream: *Stream, state: *State) !void {
    state.written = true;
    if (state.log) |*log| {
        try describe(self, state, log);
        stream.setMetadata(LOG, log.*);
    }
    if (state.fields) |fields| stream.setMetadata(FIELDS, fields);
    if (state.span) |span| stream.setMetadata(SPAN, span);
}

fn describe(self: *const Config, state: *State, log: *Fields) !void {
    if (self.usage) {
        if (state.seen.model orelse state.asked_model) |model| try log.string("model", model);
        if (state.chat_round) |count| try log.count("chat_round", count);
        try state.seen.describe(log);
    }
    if (state.first_token) |duration| try log.number("llm_first_token_duration", @floatFromInt(duration));
    const duration = state.duration orelse return;
    try log.string("response_type", if (state.reading == .stream) "stream" else "normal");
    try log.number("llm_service_duration", @floatFromInt(duration));
    if (state.total) |total| try log.count("total_token", total);
}

test "long values keep both ends, and whole characters" {
    var arena_state = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena_state.deinit();
    const arena = arena_state.allocator();
    try std.testing.expectEqualStrings("ab [truncated] yz", try limited(arena, "abcdwxyz", 4));
    try std.testing.expectEqualStrings("a [truncated] z", try limited(arena, "a\u{e9}bc\u{e9}z", 4));
}
