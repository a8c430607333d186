//! One stream through the plugins of a filter.
const std = @import("std");
const abi = @import("abi.zig");
const Config = @import("config.zig").Config;
const log = @import("log.zig").log;
const message = @import("message.zig");
const plugin = @import("plugin.zig");
const Stream = @import("stream.zig").Stream;
const Allocator = std.mem.Allocator;

const REQUEST_BODY = [_]abi.Body{ .buffered_request, .received_request };

pub const Filter = struct {
    base: *const Config,
    stream: Stream,
    memory: std.heap.ArenaAllocator,
    scratch: std.heap.ArenaAllocator,
    begun: bool = false,
    plugins: []const plugin.Plugin = &.{},
    states: []*anyopaque = &.{},
    /// The plugin whose turn it is with the request, and whether it has asked for the body.
    turn: usize = 0,
    asked: bool = false,
    waits_for_body: bool = false,
    response_ended: bool = false,

    pub fn create(base: *const Config, envoy: abi.Filter) Allocator.Error!*Filter {
        const heap = std.heap.c_allocator;
        const self = try heap.create(Filter);
        self.* = .{
            .base = base,
            .stream = undefined,
            .memory = .init(heap),
            .scratch = .init(heap),
        };
        self.stream = .{ .filter = envoy, .arena = self.memory.allocator(), .scratch = self.scratch.allocator() };
        return self;
    }

    pub fn destroy(self: *Filter) void {
        self.scratch.deinit();
        self.memory.deinit();
        std.heap.c_allocator.destroy(self);
    }

    pub fn onRequestHeaders(self: *Filter, ended: bool) abi.HeadersStatus {
        defer self.endHook();
        self.begin();
        if (ended) self.stream.body = "";
        return if (self.runRequest()) .go_on else .stop;
    }

    pub fn onRequestBody(self: *Filter, ended: bool) abi.BodyStatus {
        defer self.endHook();
        if (self.stream.replied) return .stop_and_buffer;
        if (!self.waits_for_body) return .go_on;
        if (!ended) return .stop_and_buffer;
        const one_place = abi.envoy_dynamic_module_callback_http_received_buffered_request_body(self.stream.filter);
        return if (self.runWithBody(if (one_place) REQUEST_BODY[1..] else &REQUEST_BODY)) .go_on else .stop_and_buffer;
    }

    pub fn onRequestTrailers(self: *Filter) abi.TrailersStatus {
        defer self.endHook();
        if (self.stream.replied) return .stop;
        if (!self.waits_for_body) return .go_on;
        return if (self.runWithBody(REQUEST_BODY[0..1])) .go_on else .stop;
    }

    pub fn onResponseHeaders(self: *Filter, ended: bool) void {
        defer self.endHook();
        self.begin();
        var at = self.plugins.len;
        while (at > 0) {
            at -= 1;
            const hook = self.plugins[at].hooks.on_response_headers orelse continue;
            hook(self.plugins[at].config, &self.stream, self.states[at], ended) catch |problem| self.report(at, problem);
        }
        if (ended) self.endResponse();
    }

    pub fn onResponseBody(self: *Filter, ended: bool) void {
        defer self.endHook();
        var at = self.plugins.len;
        while (at > 0) {
            at -= 1;
            if (self.plugins[at].hooks.on_response_data == null) continue;
            self.responseParts(at) catch |problem| self.report(at, problem);
        }
        if (ended) self.endResponse();
    }

    pub fn onResponseTrailers(self: *Filter) void {
        defer self.endHook();
        self.endResponse();
    }

    pub fn onComplete(self: *Filter) void {
        defer self.endHook();
        for (self.plugins, 0..) |one, at| {
            const hook = one.hooks.on_complete orelse continue;
            self.stream.counting = if (self.base.home) |*home| .{ .home = home, .plugin = one.hooks } else null;
            hook(one.config, &self.stream, self.states[at]) catch |problem| self.report(at, problem);
        }
    }

    /// Chooses the plugins: the filter's own, or those that the route in force names. An answer may come without a request, when a filter before
    /// this one gave it.
    fn begin(self: *Filter) void {
        if (self.begun) return;
        self.begun = true;
        const plugins = chosen: {
            if (!self.base.slot) break :chosen self.base.plugins;
            const named = abi.envoy_dynamic_module_callback_get_most_specific_route_config(self.stream.filter) orelse return;
            const config: *const Config = @ptrCast(@alignCast(named));
            break :chosen config.plugins;
        };
        const states = self.stream.arena.alloc(*anyopaque, plugins.len) catch return log(.err, "a stream could not be begun: out of memory", .{});
        for (plugins, states) |one, *state| {
            state.* = one.hooks.new_state(self.stream.arena) catch return log(.err, "a stream could not be begun: out of memory", .{});
        }
        self.states = states;
        self.plugins = plugins;
    }

    /// False when the request goes no further for now.
    fn runRequest(self: *Filter) bool {
        while (self.turn < self.plugins.len) : (self.turn += 1) {
            const one = self.plugins[self.turn];
            const state = self.states[self.turn];
            if (!self.asked) {
                const hook = one.hooks.on_request_headers orelse continue;
                const next = hook(one.config, &self.stream, state) catch |problem| self.failed(problem);
                if (self.stream.replied) return false;
                if (next == .go_on or one.hooks.on_request_body == null) continue;
                self.asked = true;
            }
            const body = self.stream.body orelse {
                self.waits_for_body = true;
                return false;
            };
            self.asked = false;
            if (body.len == 0) continue;
            one.hooks.on_request_body.?(one.config, &self.stream, state, body) catch |problem| {
                _ = self.failed(problem);
            };
            if (self.stream.replied) return false;
        }
        return true;
    }

    fn runWithBody(self: *Filter, places: []const abi.Body) bool {
        self.waits_for_body = false;
        self.stream.body = self.gather(places) catch |problem| unreadable: {
            _ = self.failed(problem);
            break :unreadable "";
        };
        if (self.stream.replied or !self.runRequest()) return false;
        if (self.stream.body_changed) self.writeBody(places);
        return true;
    }

    /// What stands in these places, one behind the other.
    fn gather(self: *Filter, places: []const abi.Body) Allocator.Error![]const u8 {
        const scratch = self.stream.scratch;
        var parts: std.ArrayListUnmanaged(abi.Slice) = .empty;
        var size: usize = 0;
        for (places) |place| {
            for (try message.parts(self.stream.filter, place, scratch)) |part| {
                try parts.append(scratch, part);
                size += part.len;
            }
        }
        if (parts.items.len == 1) return parts.items[0].bytes();
        const whole = try scratch.alloc(u8, size);
        var at: usize = 0;
        for (parts.items) |part| {
            @memcpy(whole[at..][0..part.len], part.bytes());
            at += part.len;
        }
        return whole;
    }

    fn writeBody(self: *Filter, places: []const abi.Body) void {
        const text = self.stream.body orelse return;
        // The new text may be a part of the old one, so it is put behind it first.
        const last = places[places.len - 1];
        for (places[0 .. places.len - 1]) |place| message.drain(self.stream.filter, place);
        const before = abi.envoy_dynamic_module_callback_http_get_body_size(self.stream.filter, last);
        _ = abi.envoy_dynamic_module_callback_http_append_body(self.stream.filter, last, .of(text));
        _ = abi.envoy_dynamic_module_callback_http_drain_body(self.stream.filter, last, before);
        message.mendLength(self.stream.filter, .request, text.len);
    }

    fn responseParts(self: *Filter, at: usize) !void {
        const one = self.plugins[at];
        for (try message.parts(self.stream.filter, .received_response, self.stream.scratch)) |part| {
            if (part.len > 0) try one.hooks.on_response_data.?(one.config, &self.stream, self.states[at], part.bytes());
        }
    }

    fn endResponse(self: *Filter) void {
        if (self.response_ended) return;
        self.response_ended = true;
        var at = self.plugins.len;
        while (at > 0) {
            at -= 1;
            const hook = self.plugins[at].hooks.on_response_end orelse continue;
            hook(self.plugins[at].config, &self.stream, self.states[at]) catch |problem| self.report(at, problem);
        }
    }

    /// What a plugin's failure means for the request: a guard lets nothing pass, others are left out.
    fn failed(self: *Filter, problem: anyerror) plugin.Next {
        self.report(self.turn, problem);
        const one = self.plugins[self.turn];
        if (!one.hooks.guards) return .go_on;
        var details: [64]u8 = undefined;
        self.stream.reply(500, &.{}, "", std.fmt.bufPrint(&details, "{s}.failed", .{one.hooks.name}) catch "plugin.failed");
        return .go_on;
    }

    fn report(self: *Filter, at: usize, problem: anyerror) void {
        log(.err, "{s}: {s}", .{ self.plugins[at].hooks.name, @errorName(problem) });
    }

    fn endHook(self: *Filter) void {
        _ = self.scratch.reset(.free_all);
        self.stream.outlined = null;
        // Slices into Envoy's memory and into scratch are dead now.
        if (!self.waits_for_body) self.stream.body = "";
    }
};
