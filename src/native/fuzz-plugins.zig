//! Requests and answers of mutated bytes through all plugins, each alone: nothing panics, no plugin fails, no value that Envoy has freed comes back,
//! and the length that a request tells is that of its body.
const std = @import("std");
const abi = @import("abi.zig");
const Config = @import("config.zig").Config;
const parse = @import("config.zig").parse;
const Fake = @import("fake.zig").Fake;
const FilterConfig = @import("fake.zig").FilterConfig;
const POISON = @import("fake.zig").POISON;
const Filter = @import("filter.zig").Filter;
const fuzz = @import("fuzz.zig");
const known: []const @import("plugin.zig").Hooks = &@import("../plugins/native.zig").plugins;

const ROUNDS = 4_000;

const KEY_AUTH =
    \\{"name":"key-auth","config":{"sources":[{"kind":"header","name":"x-a"},{"kind":"query","name":"a"}],
    \\"known":{"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb":{"consumer":"ann","allowed":true,"sources":[0,1]}},
    \\"original":"x-b","consumer":"x-c","headers":[{"name":"www-authenticate","value":"Key"}],
    \\"refusals":{"multi_key":{"status":401,"body":"","details":"d"},"no_key":{"status":401,"body":"","details":"d"},
    \\"unknown_key":{"status":401,"body":"","details":"d"},"not_allowed":{"status":403,"body":"","details":"d"}}}}
;

const PLUGINS = [_][]const u8{
    KEY_AUTH,
    \\{"name":"model-mapper","config":{"key":"model","suffixes":["*"],"exact":{"a":"b"},"prefixes":[{"prefix":"a/","target":"\"c"}],"rest":"d"}}
    ,
    \\{"name":"model-router","config":{"key":"model","field":"model","suffixes":["*"],"model_header":"x-a","provider_header":"x-b"}}
    ,
    \\{"name":"request-block","config":{"exact":["/a"],"keywords":["zz"],"headers":["x-a\nb"],"bodies":["evil"],"fold":true,"status":403,"message":"m"}}
    ,
    \\{"name":"transformer","config":{"request":[{"operation":"rename","key":"x-a","argument":"x-b"},{"operation":"append","key":"x-b","argument":"v"},
    \\{"operation":"map","key":":path","argument":"x-c"},{"operation":"map","key":"x-a","argument":":path"},{"operation":"RETAIN_UNIQUE","key":"x-c","argument":""}],
    \\"response":[{"operation":"RETAIN_LAST","key":"x-a","argument":""},{"operation":"map","key":"x-b","argument":"x-a"},{"operation":"remove","key":"x-c","argument":""}],"reroute":true}}
    ,
    \\{"name":"ai-proxy","config":{"strip":"/a","host":"h","auth_header":"authorization","auth_values":["Bearer t","Bearer u"],"caller_key":["x-a"],"remove":["x-b"],
    \\"apis":[{"kind":"suffix","match":"/v1/chat/completions","to":"/v2","edited":true,"chat":true,"form":true,"stateful":true},
    \\{"kind":"segments","segments":["v1","files",""],"to":"/v1/files/{1}"}],"exact":{"a/b":"c"},"prefixes":[{"prefix":"a","target":"b"}],"rest":"c"}}
    ,
    \\{"name":"ai-statistics","config":{"api":"-","limit":40,"usage":true,"spans":true,"sessions":["x-a"],"request_headers":[{"key":"h","value":"x-b","log":true}],
    \\"request_body":[{"key":"q","path":["messages"],"log":true}],"response_headers":[{"key":"r","value":"x-c","separate":true}],
    \\"whole":[{"key":"w","path":["usage","model"],"log":true}],"stream":[{"key":"s","path":["model"],"log":true,"span":"s","first":true}]}}
    ,
};

const NAMES = [_][]const u8{ "x-a", "x-b", "x-c", "content-length", "authorization" };
const TYPES = [_][]const u8{ "application/json", "multipart/form-data; boundary=X", "text/event-stream" };

/// The thread of counters may still call on it when the test is over.
var envoy: FilterConfig = .{ .heap = std.testing.allocator };

test "requests and answers through plugins" {
    for (PLUGINS) |text| {
        defer envoy.deinit();
        const config = try configOf(text);
        defer config.destroy();
        try fuzz.run(ROUNDS, config, pass);
    }
}

fn configOf(text: []const u8) !*Config {
    const allocator = std.testing.allocator;
    const json = try std.fmt.allocPrint(allocator, "{{\"plugins\":[{s}]}}", .{text});
    defer allocator.free(json);
    // A DataSource's inline_string: its length in two bytes.
    const message = try std.mem.concat(allocator, u8, &.{ &.{ 0x1a, @as(u8, @intCast(json.len & 127)) | 128, @intCast(json.len >> 7) }, json });
    defer allocator.free(message);
    return parse(known, "", message, &envoy);
}

fn pass(config: *Config, source: fuzz.Source) !void {
    var fake: Fake = .{ .arena = source.arena };
    const random = source.random;
    try fake.add(.request, ":path", try headerValue(source));
    try fillHeaders(&fake, source, .request);
    const body = if (random.boolean()) try source.text() else null;
    if (body != null and random.boolean()) try fake.add(.request, "content-length", "0");

    const filter = try Filter.create(config, &fake);
    defer filter.destroy();
    _ = filter.onRequestHeaders(body == null);
    if (fake.status == null) if (body) |bytes| try sendBody(&fake, filter, source, bytes);
    try expectSound(&fake, .request);
    if (fake.status == null) try answer(&fake, filter, source);
    filter.onComplete();
}

/// In two parts, by the hand of another filter, or with trailers behind.
fn sendBody(fake: *Fake, filter: *Filter, source: fuzz.Source, bytes: []const u8) !void {
    const random = source.random;
    fake.one_place = random.boolean();
    const cut = if (fake.one_place) 0 else random.uintAtMost(usize, bytes.len);
    try fake.body(.received_request).appendSlice(fake.arena, bytes[0..cut]);
    if (cut > 0) {
        if (filter.onRequestBody(false) == .stop_and_buffer) try fake.body(.buffered_request).appendSlice(fake.arena, bytes[0..cut]);
        fake.body(.received_request).clearRetainingCapacity();
        if (fake.body(.buffered_request).items.len == 0) return;
    }
    try fake.body(.received_request).appendSlice(fake.arena, bytes[cut..]);
    if (!fake.one_place and cut == bytes.len and random.boolean()) {
        _ = filter.onRequestTrailers();
    } else {
        _ = filter.onRequestBody(true);
    }
    if (fake.status != null or !filter.stream.body_changed) return;
    const size = fake.body(.buffered_request).items.len + if (fake.one_place) 0 else fake.body(.received_request).items.len;
    var digits: [20]u8 = undefined;
    if (fake.get(.request, "content-length")) |length| try std.testing.expectEqualStrings(try std.fmt.bufPrint(&digits, "{d}", .{size}), length);
}

fn answer(fake: *Fake, filter: *Filter, source: fuzz.Source) !void {
    try fillHeaders(fake, source, .response);
    filter.onResponseHeaders(false);
    try expectSound(fake, .response);
    for (0..source.random.uintLessThan(usize, 4)) |_| {
        fake.body(.received_response).clearRetainingCapacity();
        if (source.random.boolean()) try fake.body(.received_response).appendSlice(fake.arena, "data: ");
        try fake.body(.received_response).appendSlice(fake.arena, try source.text());
        if (source.random.boolean()) try fake.body(.received_response).appendSlice(fake.arena, "\n\n");
        filter.onResponseBody(false);
    }
    fake.body(.received_response).clearRetainingCapacity();
    if (source.random.boolean()) filter.onResponseBody(true) else filter.onResponseTrailers();
}

fn fillHeaders(fake: *Fake, source: fuzz.Source, map: abi.HeaderMap) !void {
    if (source.random.boolean()) try fake.add(map, "content-type", if (source.random.boolean()) source.oneOf(&TYPES) else try headerValue(source));
    for (0..source.random.uintLessThan(usize, 5)) |_| try fake.add(map, source.oneOf(&NAMES), try headerValue(source));
}

/// What a parser of HTTP lets pass.
fn headerValue(source: fuzz.Source) ![]const u8 {
    if (source.random.boolean()) return "a";
    const value = try source.arena.dupe(u8, try source.text());
    for (value) |*byte| if (byte.* < 32 or byte.* == 127 or byte.* == POISON) {
        byte.* = ' ';
    };
    return value;
}

fn expectSound(fake: *Fake, map: abi.HeaderMap) !void {
    for (fake.headers[@intFromEnum(map)].items) |header| {
        try std.testing.expect(std.mem.indexOfScalar(u8, header.value, POISON) == null);
        for (header.value) |byte| try std.testing.expect(byte >= 32 and byte != 127);
    }
}
