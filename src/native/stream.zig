//! One request and its answer, as plugins see it.
const std = @import("std");
const abi = @import("abi.zig");
const counters = @import("counters.zig");
const Hooks = @import("plugin.zig").Hooks;
const json = @import("json.zig");
const message = @import("message.zig");
const metadata = @import("metadata.zig");
const Allocator = std.mem.Allocator;

/// Where a plugin that answers leaves why, for the access log; Envoy's own word for it is the same.
const LOG_NAMESPACE = "higress.log";

pub const Stream = struct {
    filter: abi.Filter,
    /// What is taken from it lives as long as the request and its answer.
    arena: Allocator,
    /// What is taken from it lives until the hook at hand ends: for work on bodies.
    scratch: Allocator,
    /// The whole request body, once a plugin has asked for it and it is there.
    body: ?[]const u8 = null,
    body_changed: bool = false,
    /// Of the body that a plugin has looked into last, until the hook ends.
    outlined: ?struct { text: []const u8, outline: ?json.Outline } = null,
    /// A plugin has answered in place of the upstream.
    replied: bool = false,
    known_path: ?[]const u8 = null,
    /// The plugin at hand and where its counts go, in `onComplete`.
    counting: ?struct { home: *const counters.Home, plugin: *const Hooks } = null,

    /// All values of a request header, with commas between them as HTTP reads them. Null when there is none.
    pub fn header(self: *Stream, name: []const u8) Allocator.Error!?[]const u8 {
        return self.valueIn(.request, name);
    }

    pub fn responseHeader(self: *Stream, name: []const u8) Allocator.Error!?[]const u8 {
        return self.valueIn(.response, name);
    }

    fn valueIn(self: *Stream, map: abi.HeaderMap, name: []const u8) Allocator.Error!?[]const u8 {
        var value: abi.Slice = .{};
        var total: usize = 0;
        if (!abi.envoy_dynamic_module_callback_http_get_header(self.filter, map, .of(name), &value, 0, &total)) return null;
        if (total == 0) return null;
        if (total == 1) return value.bytes();
        var joined: std.ArrayListUnmanaged(u8) = .empty;
        for (0..total) |index| {
            if (index > 0) try joined.append(self.arena, ',');
            try joined.appendSlice(self.arena, self.headerAt(map, name, index) orelse "");
        }
        return joined.items;
    }

    /// One of several values; null behind the last one.
    pub fn headerAt(self: *Stream, map: abi.HeaderMap, name: []const u8, index: usize) ?[]const u8 {
        return message.headerAt(self.filter, map, name, index);
    }

    /// The values of a header as they came, one after the other.
    pub fn values(self: *Stream, map: abi.HeaderMap, name: []const u8) Values {
        return .{ .filter = self.filter, .map = map, .name = name };
    }

    pub fn hasHeader(self: *Stream, name: []const u8) bool {
        return self.headerAt(.request, name, 0) != null;
    }

    /// All headers of a map, in their order. Names and values are Envoy's.
    pub fn headers(self: *Stream, map: abi.HeaderMap) Allocator.Error![]const abi.Header {
        return message.headers(self.filter, map, self.arena);
    }

    /// Replaces all values of a request header. Slices that came from headers before must not be used afterwards.
    pub fn setHeader(self: *Stream, name: []const u8, value: []const u8) void {
        self.setIn(.request, name, value);
    }

    pub fn setIn(self: *Stream, map: abi.HeaderMap, name: []const u8, value: []const u8) void {
        _ = abi.envoy_dynamic_module_callback_http_set_header(self.filter, map, .of(name), .of(value));
        if (map == .request and std.mem.eql(u8, name, ":path")) self.known_path = null;
    }

    pub fn addIn(self: *Stream, map: abi.HeaderMap, name: []const u8, value: []const u8) void {
        _ = abi.envoy_dynamic_module_callback_http_add_header(self.filter, map, .of(name), .of(value));
    }

    pub fn removeHeader(self: *Stream, name: []const u8) void {
        self.removeIn(.request, name);
    }

    pub fn removeIn(self: *Stream, map: abi.HeaderMap, name: []const u8) void {
        _ = abi.envoy_dynamic_module_callback_http_set_header(self.filter, map, .of(name), .{});
    }

    /// Path and query of the request; the slice stays good when headers change.
    pub fn path(self: *Stream) Allocator.Error![]const u8 {
        if (self.known_path) |known| return known;
        const own = try self.arena.dupe(u8, self.headerAt(.request, ":path", 0) orelse "");
        self.known_path = own;
        return own;
    }

    /// Content-Type of the request, empty without one.
    pub fn contentType(self: *Stream) Allocator.Error![]const u8 {
        return try self.header("content-type") orelse "";
    }

    /// Where a member of a JSON body stands; null when it is not one object. Plugins that look into the same body share what is found.
    pub fn find(self: *Stream, body: []const u8, key: []const u8) Allocator.Error!?json.Place {
        if (self.outlined) |known| if (known.text.ptr == body.ptr and known.text.len == body.len) {
            return if (known.outline) |outline| try outline.find(self.scratch, key) else null;
        };
        const outline = try json.Outline.of(self.scratch, body);
        self.outlined = .{ .text = body, .outline = outline };
        return if (outline) |found| try found.find(self.scratch, key) else null;
    }

    /// Text of a member of a JSON body; the last of equal members counts.
    pub fn member(self: *Stream, body: []const u8, key: []const u8) Allocator.Error!?[]const u8 {
        const place = try self.find(body, key) orelse return null;
        return place.last(body);
    }

    pub fn setBody(self: *Stream, text: []const u8) void {
        self.body = text;
        self.body_changed = true;
    }

    /// Answers in place of the upstream; nothing behind this plugin sees the request.
    pub fn reply(self: *Stream, status: u32, reply_headers: []const abi.Header, body: []const u8, details: []const u8) void {
        self.setLog("response_code_details", details);
        self.replied = true;
        abi.envoy_dynamic_module_callback_http_send_response(self.filter, status, reply_headers.ptr, reply_headers.len, .of(body), .of(details));
    }

    /// A field of the access log.
    pub fn setLog(self: *Stream, key: []const u8, value: []const u8) void {
        abi.envoy_dynamic_module_callback_http_set_dynamic_metadata_string(self.filter, .of(LOG_NAMESPACE), .of(key), .of(value));
    }

    pub fn setMetadata(self: *Stream, namespace: []const u8, fields: metadata.Fields) void {
        if (fields.bytes.items.len == 0) return;
        abi.envoy_dynamic_module_callback_http_set_dynamic_metadata_struct(self.filter, .of(namespace), .of(fields.bytes.items));
    }

    /// Has Envoy choose the route anew.
    pub fn clearRouteCache(self: *Stream) void {
        abi.envoy_dynamic_module_callback_http_clear_route_cache(self.filter);
    }

    pub fn attribute(self: *Stream, id: abi.Attribute) []const u8 {
        return message.attribute(self.filter, id);
    }

    /// Adds to the plugin's `counters`, in their order; null leaves one out. Only in `onComplete`. Envoy shows it a moment later.
    pub fn count(self: *Stream, labels: []const abi.Slice, amounts: []const ?u64) Allocator.Error!void {
        const to = self.counting orelse return;
        try counters.shared.count(to.home, to.plugin, labels, amounts);
    }
};

pub const Values = struct {
    filter: abi.Filter,
    map: abi.HeaderMap,
    name: []const u8,
    at: usize = 0,
    count: usize = 1,

    pub fn next(self: *Values) ?[]const u8 {
        if (self.at >= self.count) return null;
        var value: abi.Slice = .{};
        if (!abi.envoy_dynamic_module_callback_http_get_header(self.filter, self.map, .of(self.name), &value, self.at, &self.count)) return null;
        self.at += 1;
        return value.bytes();
    }
};
