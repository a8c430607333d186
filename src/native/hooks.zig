//! The functions that Envoy calls. Those for things that this module does not use are there because Envoy wants them to be.
const std = @import("std");
const abi = @import("abi.zig");
const Config = @import("config.zig").Config;
const counters = @import("counters.zig");
const parse = @import("config.zig").parse;
const log = @import("log.zig").log;
const known: []const @import("plugin.zig").Hooks = &@import("../plugins/native.zig").plugins;

const carriers = @import("hop/carrier.zig");
const Carrier = carriers.Carrier;
const Exchange = @import("hop/exchange.zig").Exchange;
const Filter = @import("filter.zig").Filter;

const heap = std.heap.c_allocator;

/// What a filter of this module does with a stream: plugins here, or the hop to those in the plugin server.
const Instance = union(enum) {
    plugins: *Filter,
    hop: *Exchange,
};

export fn envoy_dynamic_module_on_program_init() [*:0]const u8 {
    carriers.concurrency = abi.envoy_dynamic_module_callback_get_concurrency();
    return abi.version;
}

export fn envoy_dynamic_module_on_http_filter_config_new(envoy: abi.FilterConfig, name: abi.Slice, config: abi.Slice) ?*const Config {
    return configOf(name, config, envoy);
}

export fn envoy_dynamic_module_on_http_filter_config_destroy(config: *Config) void {
    config.destroy();
}

/// On the main thread, some time after a plugin has counted.
export fn envoy_dynamic_module_on_http_filter_config_scheduled(_: abi.FilterConfig, config: *const Config, _: u64) void {
    if (config.home) |*home| counters.shared.handOver(home);
}

export fn envoy_dynamic_module_on_http_filter_per_route_config_new(name: abi.Slice, config: abi.Slice) ?*const Config {
    return configOf(name, config, null);
}

export fn envoy_dynamic_module_on_http_filter_per_route_config_destroy(config: *Config) void {
    config.destroy();
}

fn configOf(name: abi.Slice, config: abi.Slice, envoy: ?abi.FilterConfig) ?*const Config {
    return parse(known, name.bytes(), config.bytes(), envoy) catch |problem| {
        log(.err, "the configuration of filter {s} is not understood: {s}", .{ name.bytes(), @errorName(problem) });
        return null;
    };
}

export fn envoy_dynamic_module_on_http_filter_new(config: *const Config, envoy: abi.Filter) ?*Instance {
    const self = heap.create(Instance) catch return null;
    self.* = switch (config.kind) {
        .plugins => .{ .plugins = Filter.create(config, envoy) catch return null },
        .hop => .{ .hop = Exchange.create(config.hop, envoy) catch return null },
    };
    return self;
}

export fn envoy_dynamic_module_on_http_filter_destroy(self: *Instance) void {
    switch (self.*) {
        inline else => |one| one.destroy(),
    }
    heap.destroy(self);
}

export fn envoy_dynamic_module_on_http_filter_request_headers(_: abi.Filter, self: *Instance, ended: bool) abi.HeadersStatus {
    return switch (self.*) {
        inline else => |one| one.onRequestHeaders(ended),
    };
}

export fn envoy_dynamic_module_on_http_filter_request_body(_: abi.Filter, self: *Instance, ended: bool) abi.BodyStatus {
    return switch (self.*) {
        inline else => |one| one.onRequestBody(ended),
    };
}

export fn envoy_dynamic_module_on_http_filter_request_trailers(_: abi.Filter, self: *Instance) abi.TrailersStatus {
    return switch (self.*) {
        inline else => |one| one.onRequestTrailers(),
    };
}

export fn envoy_dynamic_module_on_http_filter_response_headers(_: abi.Filter, self: *Instance, ended: bool) abi.HeadersStatus {
    switch (self.*) {
        .plugins => |one| one.onResponseHeaders(ended),
        .hop => |one| return one.onResponseHeaders(ended),
    }
    return .go_on;
}

export fn envoy_dynamic_module_on_http_filter_response_body(_: abi.Filter, self: *Instance, ended: bool) abi.BodyStatus {
    switch (self.*) {
        .plugins => |one| one.onResponseBody(ended),
        .hop => |one| return one.onResponseBody(ended),
    }
    return .go_on;
}

export fn envoy_dynamic_module_on_http_filter_response_trailers(_: abi.Filter, self: *Instance) abi.TrailersStatus {
    switch (self.*) {
        .plugins => |one| one.onResponseTrailers(),
        .hop => |one| return one.onResponseTrailers(),
    }
    return .go_on;
}

export fn envoy_dynamic_module_on_http_filter_stream_complete(_: abi.Filter, self: *Instance) void {
    switch (self.*) {
        inline else => |one| one.onComplete(),
    }
}

export fn envoy_dynamic_module_on_http_filter_http_callout_done(_: abi.Filter, _: *Instance, _: u64, _: c_uint, _: ?*anyopaque, _: usize, _: ?*anyopaque, _: usize) void {}
export fn envoy_dynamic_module_on_http_filter_http_stream_headers(_: abi.Filter, _: *Instance, _: u64, _: ?*anyopaque, _: usize, _: bool) void {}
export fn envoy_dynamic_module_on_http_filter_http_stream_data(_: abi.Filter, _: *Instance, _: u64, _: ?*anyopaque, _: usize, _: bool) void {}
export fn envoy_dynamic_module_on_http_filter_http_stream_trailers(_: abi.Filter, _: *Instance, _: u64, _: ?*anyopaque, _: usize) void {}
export fn envoy_dynamic_module_on_http_filter_http_stream_complete(_: abi.Filter, _: *Instance, _: u64) void {}
export fn envoy_dynamic_module_on_http_filter_http_stream_reset(_: abi.Filter, _: *Instance, _: u64, _: c_uint) void {}
export fn envoy_dynamic_module_on_http_filter_scheduled(_: abi.Filter, _: *Instance, _: u64) void {}
export fn envoy_dynamic_module_on_http_filter_downstream_above_write_buffer_high_watermark(_: abi.Filter, _: *Instance) void {}
export fn envoy_dynamic_module_on_http_filter_downstream_below_write_buffer_low_watermark(_: abi.Filter, _: *Instance) void {}

/// 0: the local reply is sent as it is.
export fn envoy_dynamic_module_on_http_filter_local_reply(_: abi.Filter, _: *Instance, _: u32, _: abi.Slice, _: bool) c_uint {
    return 0;
}

// The listener that plugin servers connect to.

export fn envoy_dynamic_module_on_network_filter_config_new(_: *anyopaque, _: abi.Slice, _: abi.Slice) ?*const anyopaque {
    return &carriers.concurrency;
}

export fn envoy_dynamic_module_on_network_filter_config_destroy(_: *const anyopaque) void {}

export fn envoy_dynamic_module_on_network_filter_new(_: *const anyopaque, envoy: abi.NetworkFilter) ?*Carrier {
    return Carrier.create(envoy);
}

export fn envoy_dynamic_module_on_network_filter_destroy(self: *Carrier) void {
    self.destroy();
}

export fn envoy_dynamic_module_on_network_filter_new_connection(_: abi.NetworkFilter, self: *Carrier) abi.DataStatus {
    self.connected();
    return .go_on;
}

export fn envoy_dynamic_module_on_network_filter_read(_: abi.NetworkFilter, self: *Carrier, _: usize, _: bool) abi.DataStatus {
    self.onRead();
    return .stop;
}

export fn envoy_dynamic_module_on_network_filter_write(_: abi.NetworkFilter, _: *Carrier, _: usize, _: bool) abi.DataStatus {
    return .go_on;
}

/// 0 and 1: the connection is closed, from there or from here.
export fn envoy_dynamic_module_on_network_filter_event(_: abi.NetworkFilter, self: *Carrier, event: c_uint) void {
    if (event <= 1) self.lost();
}

export fn envoy_dynamic_module_on_network_filter_http_callout_done(_: abi.NetworkFilter, _: *Carrier, _: u64, _: c_uint, _: ?*anyopaque, _: usize, _: ?*anyopaque, _: usize) void {}
export fn envoy_dynamic_module_on_network_filter_scheduled(_: abi.NetworkFilter, _: *Carrier, _: u64) void {}
export fn envoy_dynamic_module_on_network_filter_config_scheduled(_: *const anyopaque, _: u64) void {}
export fn envoy_dynamic_module_on_network_filter_above_write_buffer_high_watermark(_: abi.NetworkFilter, _: *Carrier) void {}
export fn envoy_dynamic_module_on_network_filter_below_write_buffer_low_watermark(_: abi.NetworkFilter, _: *Carrier) void {}
