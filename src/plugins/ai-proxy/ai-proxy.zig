//! Vendors that speak OpenAI's language: path, host, credentials, model name. Answers pass untouched.
const std = @import("std");
const abi = @import("../../native/abi.zig");
const http = @import("../../native/http.zig");
const json = @import("../../native/json.zig");
const mapping = @import("../../native/model-mapping.zig");
const multipart = @import("../../native/multipart.zig");
const Next = @import("../../native/plugin.zig").Next;
const Stream = @import("../../native/stream.zig").Stream;
const search = @import("../../native/search.zig");
const Allocator = std.mem.Allocator;

pub const name = "ai-proxy";

const Api = struct {
    kind: enum { contains, suffix, segments },
    match: []const u8 = "",
    /// The last segments of the path; an empty one stands for any.
    segments: []const []const u8 = &.{},
    /// Path at the vendor, with `{1}` for the first segment that stood for any. Null leaves the path.
    to: ?[]const u8 = null,
    edited: bool = false,
    form: bool = false,
    chat: bool = false,
    /// Requests of one consumer must find what earlier ones left: they take the same credential.
    stateful: bool = false,
    /// Answers in place of the vendor.
    front: ?[]const u8 = null,
    refused: ?[]const u8 = null,
};

pub const Config = struct {
    strip: []const u8 = "",
    host: ?[]const u8 = null,
    fixed: ?[]const u8 = null,
    prefix: []const []const u8 = &.{},
    auth_header: []const u8 = "",
    auth_values: []const []const u8 = &.{},
    /// Headers in which the caller's own key may stand.
    caller_key: []const []const u8 = &.{},
    remove: []const []const u8 = &.{},
    set: []const struct { name: []const u8, value: []const u8, unless_present: bool } = &.{},
    apis: []const Api = &.{},
    exact: mapping.Exact = .{},
    prefixes: []const mapping.Prefix = &.{},
    rest: []const u8 = "",
    first_byte_headers: []const []const u8 = &.{},
    first_byte_timeout: []const u8 = "",

    fn targetOf(self: *const Config, model: []const u8) []const u8 {
        return mapping.targetOf(self.exact, self.prefixes, self.rest, model);
    }
};

pub const State = struct {
    api: ?*const Api = null,
    /// Content-Type of a form.
    form_type: ?[]const u8 = null,
};

pub fn onRequestHeaders(self: *const Config, stream: *Stream, state: *State) !Next {
    const asked = try stream.path();
    const own = stripped(self, http.withoutQuery(asked));
    const api, const values = detect(self.apis, own);
    if (api) |found| if (found.front) |message| {
        stream.reply(501, &.{.of("content-type", "application/json")}, message, "ai-proxy.front_not_lowered");
        return .go_on;
    };
    const path = try targetPath(self, stream.arena, asked, own, api, values);
    if (!std.mem.eql(u8, path, asked)) {
        stream.setHeader("x-envoy-original-path", asked);
        stream.setHeader(":path", path);
    }
    if (self.host) |host| {
        const authority = stream.headerAt(.request, ":authority", 0) orelse "";
        if (!std.mem.eql(u8, authority, host)) {
            stream.setHeader("x-envoy-original-host", try stream.arena.dupe(u8, authority));
            stream.setHeader(":authority", host);
        }
    }
    try authorize(self, stream, api);
    for (self.remove) |header| stream.removeHeader(header);
    for (self.set) |header| {
        if (!header.unless_present or !stream.hasHeader(header.name)) stream.setHeader(header.name, header.value);
    }
    const found = api orelse return .go_on;
    if (!found.edited and found.refused == null) return .go_on;
    const kind = try stream.contentType();
    const is_json = kind.len == 0 or http.isJson(kind);
    const is_form = !is_json and found.form and http.mediaTypeBegins(kind, "multipart/form-data");
    if (!is_json and !is_form) return .go_on;
    state.* = .{ .api = found, .form_type = if (is_form) try stream.arena.dupe(u8, kind) else null };
    return .with_body;
}

pub fn onRequestBody(self: *const Config, stream: *Stream, state: *State, body: []const u8) !void {
    const api = state.api orelse return;
    if (api.refused) |message| {
        stream.reply(500, &.{.of("content-type", "text/plain")}, message, "ai-proxy.proc_req_body_failed");
        return;
    }
    if (!api.edited) return;
    if (state.form_type) |kind| return editForm(self, stream, kind, body);
    const place = try stream.find(body, "model") orelse return;
    const raw = place.last(body) orelse "";
    const model = if (json.isString(raw)) try json.string(stream.scratch, raw) orelse "" else "";
    const target = self.targetOf(model);
    var edited = body;
    if (target.len > 0 and !std.mem.eql(u8, target, model)) {
        edited = try json.put(stream.scratch, body, place, "model", try json.quote(stream.scratch, target));
    }
    if (api.chat) edited = try editChat(self, stream, edited);
    if (edited.ptr != body.ptr) stream.setBody(edited);
}

fn editChat(self: *const Config, stream: *Stream, body: []const u8) ![]const u8 {
    var edited = body;
    const streamed = if (http.contains(body, "\"stream\"")) try stream.member(body, "stream") else null;
    if (streamed) |raw| if (std.mem.eql(u8, raw, "true")) {
        edited = try withUsage(stream.scratch, body);
        stream.setHeader("accept", "text/event-stream");
        for (self.first_byte_headers) |header| stream.setHeader(header, self.first_byte_timeout);
    };
    return withoutDeveloper(stream.scratch, edited);
}

/// A form's field `model` is mapped as the member of a JSON body is.
fn editForm(self: *const Config, stream: *Stream, kind: []const u8, body: []const u8) !void {
    const form = try multipart.find(stream.scratch, body, kind, "model");
    if (!form.whole) return;
    const model = if (form.field) |field| body[field.start..field.end] else "";
    const target = self.targetOf(model);
    if (target.len == 0 or std.mem.eql(u8, target, model)) return;
    const edited = if (form.field) |field|
        try std.mem.concat(stream.scratch, u8, &.{ body[0..field.start], target, body[field.end..] })
    else
        try multipart.withField(stream.scratch, body, kind, "model", target) orelse return;
    stream.setBody(edited);
}

/// `stream_options.include_usage` is true unless the caller has said something about it.
fn withUsage(scratch: Allocator, body: []const u8) ![]const u8 {
    const place = try json.find(scratch, body, "stream_options") orelse return body;
    var inner: []const u8 = "{\"include_usage\":true}";
    if (place.last(body)) |raw| if (json.isObject(raw)) {
        if (try json.find(scratch, raw, "include_usage")) |own| {
            if (own.spans.len > 0) return body;
            inner = try json.put(scratch, raw, own, "include_usage", "true");
        }
    };
    return json.put(scratch, body, place, "stream_options", inner);
}

/// Messages of the role `developer` become those of `system`.
fn withoutDeveloper(scratch: Allocator, body: []const u8) ![]const u8 {
    if (!http.contains(body, "\"developer\"")) return body;
    const place = try json.find(scratch, body, "messages") orelse return body;
    if (place.spans.len != 1) return body;
    const span = place.spans[0];
    var out: std.ArrayListUnmanaged(u8) = .empty;
    try out.ensureTotalCapacity(scratch, body.len);
    out.appendSliceAssumeCapacity(body[0..span.start]);
    var from = span.start;
    while (search.indexOfPos(body[0..span.end], from, "\"developer\"")) |at| {
        const behind = at + "\"developer\"".len;
        out.appendSliceAssumeCapacity(body[from..at]);
        out.appendSliceAssumeCapacity(if (isRole(body[span.start..at])) "\"system\"" else body[at..behind]);
        from = behind;
    }
    out.appendSliceAssumeCapacity(body[from..]);
    return if (out.items.len == body.len) body else out.items;
}

/// Whether a text ends with the member name `role` of an object, up to its value.
fn isRole(before: []const u8) bool {
    const spaces = " \n\r\t";
    var rest = std.mem.trimRight(u8, before, spaces);
    if (!std.mem.endsWith(u8, rest, ":")) return false;
    rest = std.mem.trimRight(u8, rest[0 .. rest.len - 1], spaces);
    if (!std.mem.endsWith(u8, rest, "\"role\"")) return false;
    rest = std.mem.trimRight(u8, rest[0 .. rest.len - "\"role\"".len], spaces);
    return std.mem.endsWith(u8, rest, "{") or std.mem.endsWith(u8, rest, ",");
}

fn authorize(self: *const Config, stream: *Stream, api: ?*const Api) !void {
    if (self.auth_values.len > 0) {
        const index = if (self.auth_values.len == 1) 0 else try tokenFor(self, stream, api);
        stream.setHeader(self.auth_header, self.auth_values[index]);
        return;
    }
    for (self.caller_key) |header| {
        const key = withoutBearer(try stream.header(header) orelse continue);
        if (key.len == 0) continue;
        stream.setHeader("authorization", try std.mem.concat(stream.arena, u8, &.{ "Bearer ", key }));
        return;
    }
}

fn tokenFor(self: *const Config, stream: *Stream, api: ?*const Api) !usize {
    if (api) |found| if (found.stateful) {
        const consumer = try stream.header("x-mse-consumer") orelse "";
        if (consumer.len > 0) return std.hash.Fnv1a_32.hash(consumer) % self.auth_values.len;
    };
    return random().uintLessThan(usize, self.auth_values.len);
}

threadlocal var generator: ?std.Random.DefaultPrng = null;

fn random() std.Random {
    if (generator == null) {
        var seed: u64 = undefined;
        std.posix.getrandom(std.mem.asBytes(&seed)) catch {
            seed = @truncate(@as(u128, @bitCast(std.time.nanoTimestamp())));
        };
        generator = .init(seed);
    }
    return generator.?.random();
}

fn withoutBearer(value: []const u8) []const u8 {
    if (value.len <= 6 or !std.ascii.startsWithIgnoreCase(value, "bearer") or !std.ascii.isWhitespace(value[6])) return value;
    return std.mem.trimLeft(u8, value[6..], &std.ascii.whitespace);
}

fn stripped(self: *const Config, path: []const u8) []const u8 {
    if (self.strip.len == 0 or !std.mem.startsWith(u8, path, self.strip)) return path;
    const rest = path[self.strip.len..];
    // The slash before it belongs to what is stripped when the rest has none of its own.
    return if (rest.len == 0) "/" else rest;
}

/// At most this many segments stand for any.
const MOST_VALUES = 4;
const Values = [MOST_VALUES][]const u8;

fn detect(apis: []const Api, path: []const u8) struct { ?*const Api, Values } {
    var values: Values = @splat("");
    for (apis) |*api| {
        const fits = switch (api.kind) {
            .suffix => std.mem.endsWith(u8, path, api.match),
            .contains => http.contains(path, api.match),
            .segments => endsInSegments(path, api.segments, &values),
        };
        if (fits) return .{ api, values };
    }
    return .{ null, values };
}

fn endsInSegments(path: []const u8, segments: []const []const u8, values: *Values) bool {
    var rest = path;
    var index = segments.len;
    var any: usize = 0;
    for (segments) |segment| any += @intFromBool(segment.len == 0);
    while (index > 0) {
        index -= 1;
        const slash = std.mem.lastIndexOfScalar(u8, rest, '/') orelse return false;
        const value = rest[slash + 1 ..];
        if (segments[index].len == 0) {
            if (value.len == 0 or any == 0) return false;
            any -= 1;
            if (any < MOST_VALUES) values[any] = value;
        } else if (!std.mem.eql(u8, segments[index], value)) return false;
        rest = rest[0..slash];
    }
    return true;
}

fn targetPath(self: *const Config, arena: Allocator, asked: []const u8, own: []const u8, api: ?*const Api, values: Values) ![]const u8 {
    var path: []const u8 = if (own.len > 0 and own[0] == '/') own else try std.mem.concat(arena, u8, &.{ "/", own });
    if (self.fixed) |fixed| {
        path = fixed;
    } else if (api) |found| {
        if (found.to) |to| path = try filled(arena, to, values);
    }
    for (self.prefix) |prefix| {
        const there = std.mem.startsWith(u8, path, prefix) and (path.len == prefix.len or path[prefix.len] == '/');
        if (!there) path = try std.mem.concat(arena, u8, &.{ prefix, path });
    }
    const mark = std.mem.indexOfScalar(u8, asked, '?') orelse return path;
    const query = asked[mark + 1 ..];
    if (query.len == 0) return path;
    const joint: []const u8 = if (std.mem.indexOfScalar(u8, path, '?') == null) "?" else "&";
    return std.mem.concat(arena, u8, &.{ path, joint, query });
}

/// A template with what stood for its numbers.
fn filled(arena: Allocator, template: []const u8, values: Values) ![]const u8 {
    if (std.mem.indexOfScalar(u8, template, '{') == null) return template;
    var out: std.ArrayListUnmanaged(u8) = .empty;
    var at: usize = 0;
    while (at < template.len) : (at += 1) {
        if (template[at] == '{' and at + 2 < template.len and template[at + 2] == '}') {
            const number = template[at + 1] -% '1';
            if (number < MOST_VALUES) {
                try out.appendSlice(arena, values[number]);
                at += 2;
                continue;
            }
        }
        try out.append(arena, template[at]);
    }
    return out.items;
}

test "segments at the end of a path" {
    var values: Values = @splat("");
    try std.testing.expect(endsInSegments("/x/v1/jobs/a%2Fb/events", &.{ "v1", "jobs", "", "events" }, &values));
    try std.testing.expectEqualStrings("a%2Fb", values[0]);
    try std.testing.expect(!endsInSegments("/v1/jobs//events", &.{ "v1", "jobs", "", "events" }, &values));
    try std.testing.expect(!endsInSegments("jobs/events", &.{ "v1", "jobs" }, &values));
    try std.testing.expect(endsInSegments("/v1/a/b/c", &.{ "v1", "", "b", "" }, &values));
    try std.testing.expectEqualStrings("c", values[1]);
}

test "bodies are edited where they must be" {
    var arena_state = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena_state.deinit();
    const arena = arena_state.allocator();
    try std.testing.expectEqualStrings("{\"messages\":[{\"role\" : \"system\",\"content\":\"\\\"role\\\":\\\"developer\\\"\"}],\"a\":\"developer\"}", try withoutDeveloper(arena, "{\"messages\":[{\"role\" : \"developer\",\"content\":\"\\\"role\\\":\\\"developer\\\"\"}],\"a\":\"developer\"}"));
    try std.testing.expectEqualStrings("{\"stream_options\":{\"a\":1,\"include_usage\":true}}", try withUsage(arena, "{\"stream_options\":{\"a\":1}}"));
    try std.testing.expectEqualStrings("{\"stream_options\":{\"include_usage\":false}}", try withUsage(arena, "{\"stream_options\":{\"include_usage\":false}}"));
}
