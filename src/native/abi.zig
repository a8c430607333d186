//! The part of Envoy 1.40's dynamic-module interface that this module uses. Names and shapes are those of
//! `source/extensions/dynamic_modules/abi/abi.h`; functions are Envoy's own, found when it loads the module.
//!
//! Slices that Envoy gives live until the end of the hook that asked, or until the same thing is changed.

/// What `envoy_dynamic_module_on_program_init` answers. Envoy warns when it is not its own.
pub const version = "v0.2.0";

pub const Filter = *anyopaque;
pub const FilterConfig = *anyopaque;
pub const NetworkFilter = *anyopaque;
pub const FilterConfigScheduler = *anyopaque;

pub const Slice = extern struct {
    ptr: ?[*]const u8 = null,
    len: usize = 0,

    pub fn of(text: []const u8) Slice {
        return .{ .ptr = text.ptr, .len = text.len };
    }

    pub fn bytes(self: Slice) []const u8 {
        const ptr = self.ptr orelse return "";
        return ptr[0..self.len];
    }
};

pub const Header = extern struct {
    name_ptr: ?[*]const u8 = null,
    name_len: usize = 0,
    value_ptr: ?[*]const u8 = null,
    value_len: usize = 0,

    pub fn of(header_name: []const u8, header_value: []const u8) Header {
        return .{
            .name_ptr = header_name.ptr,
            .name_len = header_name.len,
            .value_ptr = header_value.ptr,
            .value_len = header_value.len,
        };
    }

    pub fn name(self: Header) []const u8 {
        return (Slice{ .ptr = self.name_ptr, .len = self.name_len }).bytes();
    }

    pub fn value(self: Header) []const u8 {
        return (Slice{ .ptr = self.value_ptr, .len = self.value_len }).bytes();
    }
};

pub const HeaderMap = enum(c_uint) { request = 0, request_trailers = 1, response = 2, response_trailers = 3 };

/// `received`: what came in the hook at hand; `buffered`: what was held back before it.
pub const Body = enum(c_uint) { received_request = 0, buffered_request = 1, received_response = 2, buffered_response = 3 };

pub const LogLevel = enum(c_uint) { trace = 0, debug = 1, info = 2, warn = 3, err = 4, critical = 5 };

/// Those of `envoy_dynamic_module_type_attribute_id` that are read.
pub const Attribute = enum(c_uint) { source_address = 24, xds_cluster_name = 57, xds_route_name = 61 };

pub const HeadersStatus = enum(c_uint) { go_on = 0, stop = 1 };
pub const BodyStatus = enum(c_uint) { go_on = 0, stop_and_buffer = 1, stop_and_watermark = 2 };
pub const TrailersStatus = enum(c_uint) { go_on = 0, stop = 1 };

/// Of network filters.
pub const DataStatus = enum(c_uint) { go_on = 0, stop = 1 };

pub const CloseType = enum(c_uint) { flush_write = 0, no_flush = 1 };

pub extern fn envoy_dynamic_module_callback_get_concurrency() u32;
pub extern fn envoy_dynamic_module_callback_log(level: LogLevel, message: Slice) void;

pub extern fn envoy_dynamic_module_callback_http_get_header(Filter, HeaderMap, name: Slice, value: *Slice, index: usize, count: ?*usize) bool;
pub extern fn envoy_dynamic_module_callback_http_get_headers_size(Filter, HeaderMap) usize;
pub extern fn envoy_dynamic_module_callback_http_get_headers(Filter, HeaderMap, [*]Header) bool;
pub extern fn envoy_dynamic_module_callback_http_add_header(Filter, HeaderMap, name: Slice, value: Slice) bool;
/// A value without a pointer removes the header.
pub extern fn envoy_dynamic_module_callback_http_set_header(Filter, HeaderMap, name: Slice, value: Slice) bool;

pub extern fn envoy_dynamic_module_callback_http_get_body_size(Filter, Body) usize;
pub extern fn envoy_dynamic_module_callback_http_get_body_chunks_size(Filter, Body) usize;
pub extern fn envoy_dynamic_module_callback_http_get_body_chunks(Filter, Body, [*]Slice) bool;
/// Whether what was received in the hook at hand is what a filter before this one has held back: then both places are one.
pub extern fn envoy_dynamic_module_callback_http_received_buffered_request_body(Filter) bool;
pub extern fn envoy_dynamic_module_callback_http_append_body(Filter, Body, Slice) bool;
pub extern fn envoy_dynamic_module_callback_http_drain_body(Filter, Body, usize) bool;

pub extern fn envoy_dynamic_module_callback_http_send_response(Filter, status: u32, headers: ?[*]const Header, header_count: usize, body: Slice, details: Slice) void;

pub extern fn envoy_dynamic_module_callback_http_set_dynamic_metadata_string(Filter, namespace: Slice, key: Slice, value: Slice) void;
/// `value` is a serialized `google.protobuf.Struct`; its fields are merged into the namespace.
pub extern fn envoy_dynamic_module_callback_http_set_dynamic_metadata_struct(Filter, namespace: Slice, value: Slice) void;

pub extern fn envoy_dynamic_module_callback_http_clear_route_cache(Filter) void;
pub extern fn envoy_dynamic_module_callback_get_most_specific_route_config(Filter) ?*const anyopaque;
pub extern fn envoy_dynamic_module_callback_http_filter_get_attribute_string(Filter, Attribute, *Slice) bool;

/// Only while a configuration is made. 0 is success.
pub extern fn envoy_dynamic_module_callback_http_filter_config_define_counter(FilterConfig, name: Slice, labels: [*]const Slice, label_count: usize, id: *usize) c_uint;
/// Only on Envoy's threads.
pub extern fn envoy_dynamic_module_callback_http_filter_config_increment_counter(FilterConfig, id: usize, label_values: [*]const Slice, label_count: usize, by: u64) c_uint;

/// It knows whether the configuration is still there, and may outlive it.
pub extern fn envoy_dynamic_module_callback_http_filter_config_scheduler_new(FilterConfig) FilterConfigScheduler;
/// On any thread: `envoy_dynamic_module_on_http_filter_config_scheduled` follows on the main thread, if the configuration is still there then.
pub extern fn envoy_dynamic_module_callback_http_filter_config_scheduler_commit(FilterConfigScheduler, event: u64) void;
pub extern fn envoy_dynamic_module_callback_http_filter_config_scheduler_delete(FilterConfigScheduler) void;

pub extern fn envoy_dynamic_module_callback_http_filter_continue_decoding(Filter) void;
pub extern fn envoy_dynamic_module_callback_http_filter_continue_encoding(Filter) void;

pub extern fn envoy_dynamic_module_callback_network_filter_get_worker_index(NetworkFilter) u32;
pub extern fn envoy_dynamic_module_callback_network_filter_get_read_buffer_chunks_size(NetworkFilter) usize;
pub extern fn envoy_dynamic_module_callback_network_filter_get_read_buffer_chunks(NetworkFilter, [*]Slice) bool;
pub extern fn envoy_dynamic_module_callback_network_filter_drain_read_buffer(NetworkFilter, usize) bool;
pub extern fn envoy_dynamic_module_callback_network_filter_write(NetworkFilter, Slice, end_stream: bool) void;
pub extern fn envoy_dynamic_module_callback_network_filter_close(NetworkFilter, CloseType) void;
