//! The functions that Envoy calls. Those for things that this module does not use are there because Envoy wants them to be.
const std = @import("std");
const abi = @import("abi.zig");
const Config = @import("config.zig").Config;
const parse = @import("config.zig").parse;
const filter = @import("filter.zig");
const known: []const @import("plugin.zig").Hooks = &@import("../plugins/native.zig").plugins;

const Filter = filter.Filter;

export fn envoy_dynamic_module_on_program_init() [*:0]const u8 {
    return abi.version;
}

export fn envoy_dynamic_module_on_http_filter_config_new(envoy: abi.FilterConfig, name: abi.Slice, config: abi.Slice) ?*const Config {
    return configOf(name, config, envoy);
}

export fn envoy_dynamic_module_on_http_filter_config_destroy(config: *Config) void {
    config.destroy();
}

export fn envoy_dynamic_module_on_http_filter_per_route_config_new(name: abi.Slice, config: abi.Slice) ?*const Config {
    return configOf(name, config, null);
}

export fn envoy_dynamic_module_on_http_filter_per_route_config_destroy(config: *Config) void {
    config.destroy();
}

fn configOf(name: abi.Slice, config: abi.Slice, envoy: ?abi.FilterConfig) ?*const Config {
    return parse(known, config.bytes(), envoy) catch |problem| {
        filter.log(.err, "the configuration of filter {s} is not understood: {s}", .{ name.bytes(), @errorName(problem) });
        return null;
    };
}

export fn envoy_dynamic_module_on_http_filter_new(config: *const Config, envoy: abi.Filter) ?*Filter {
    return Filter.create(config, envoy) catch null;
}

export fn envoy_dynamic_module_on_http_filter_destroy(self: *Filter) void {
    self.destroy();
}

export fn envoy_dynamic_module_on_http_filter_request_headers(_: abi.Filter, self: *Filter, ended: bool) abi.HeadersStatus {
    return self.onRequestHeaders(ended);
}

export fn envoy_dynamic_module_on_http_filter_request_body(_: abi.Filter, self: *Filter, ended: bool) abi.BodyStatus {
    return self.onRequestBody(ended);
}

export fn envoy_dynamic_module_on_http_filter_request_trailers(_: abi.Filter, self: *Filter) abi.TrailersStatus {
    return self.onRequestTrailers();
}

export fn envoy_dynamic_module_on_http_filter_response_headers(_: abi.Filter, self: *Filter, ended: bool) abi.HeadersStatus {
    self.onResponseHeaders(ended);
    return .go_on;
}

export fn envoy_dynamic_module_on_http_filter_response_body(_: abi.Filter, self: *Filter, ended: bool) abi.BodyStatus {
    self.onResponseBody(ended);
    return .go_on;
}

export fn envoy_dynamic_module_on_http_filter_response_trailers(_: abi.Filter, self: *Filter) abi.TrailersStatus {
    self.onResponseTrailers();
    return .go_on;
}

export fn envoy_dynamic_module_on_http_filter_stream_complete(_: abi.Filter, self: *Filter) void {
    self.onComplete();
}

export fn envoy_dynamic_module_on_http_filter_http_callout_done(_: abi.Filter, _: *Filter, _: u64, _: c_uint, _: ?*anyopaque, _: usize, _: ?*anyopaque, _: usize) void {}
export fn envoy_dynamic_module_on_http_filter_http_stream_headers(_: abi.Filter, _: *Filter, _: u64, _: ?*anyopaque, _: usize, _: bool) void {}
export fn envoy_dynamic_module_on_http_filter_http_stream_data(_: abi.Filter, _: *Filter, _: u64, _: ?*anyopaque, _: usize, _: bool) void {}
export fn envoy_dynamic_module_on_http_filter_http_stream_trailers(_: abi.Filter, _: *Filter, _: u64, _: ?*anyopaque, _: usize) void {}
export fn envoy_dynamic_module_on_http_filter_http_stream_complete(_: abi.Filter, _: *Filter, _: u64) void {}
export fn envoy_dynamic_module_on_http_filter_http_stream_reset(_: abi.Filter, _: *Filter, _: u64, _: c_uint) void {}
export fn envoy_dynamic_module_on_http_filter_scheduled(_: abi.Filter, _: *Filter, _: u64) void {}
export fn envoy_dynamic_module_on_http_filter_config_scheduled(_: abi.FilterConfig, _: *Config, _: u64) void {}
export fn envoy_dynamic_module_on_http_filter_downstream_above_write_buffer_high_watermark(_: abi.Filter, _: *Filter) void {}
export fn envoy_dynamic_module_on_http_filter_downstream_below_write_buffer_low_watermark(_: abi.Filter, _: *Filter) void {}

/// 0: the local reply is sent as it is.
export fn envoy_dynamic_module_on_http_filter_local_reply(_: abi.Filter, _: *Filter, _: u32, _: abi.Slice, _: bool) c_uint {
    return 0;
}
