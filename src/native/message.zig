//! Headers and bodies of a request or an answer, as Envoy gives them: what plugins' streams and the hop's exchanges both ask for.
const std = @import("std");
const abi = @import("abi.zig");
const Allocator = std.mem.Allocator;

/// One of several values of a header; null behind the last one.
pub fn headerAt(filter: abi.Filter, map: abi.HeaderMap, name: []const u8, index: usize) ?[]const u8 {
    var value: abi.Slice = .{};
    var count: usize = 0;
    if (!abi.envoy_dynamic_module_callback_http_get_header(filter, map, .of(name), &value, index, &count)) return null;
    return if (index < count) value.bytes() else null;
}

/// All headers of a map, in their order. Names and values are Envoy's, the list is the caller's.
pub fn headers(filter: abi.Filter, map: abi.HeaderMap, allocator: Allocator) Allocator.Error![]const abi.Header {
    const count = abi.envoy_dynamic_module_callback_http_get_headers_size(filter, map);
    const all = try allocator.alloc(abi.Header, count);
    if (count > 0 and abi.envoy_dynamic_module_callback_http_get_headers(filter, map, all.ptr)) return all;
    allocator.free(all);
    return &.{};
}

pub fn attribute(filter: abi.Filter, id: abi.Attribute) []const u8 {
    var value: abi.Slice = .{};
    return if (abi.envoy_dynamic_module_callback_http_filter_get_attribute_string(filter, id, &value)) value.bytes() else "";
}

/// Content-Length as it is after an edit; gone when nobody knows it yet. Messages without it stay so.
pub fn mendLength(filter: abi.Filter, map: abi.HeaderMap, length: ?usize) void {
    const before = headerAt(filter, map, "content-length", 0) orelse return;
    var digits: [20]u8 = undefined;
    const value: abi.Slice = if (length) |known| .of(std.fmt.bufPrint(&digits, "{d}", .{known}) catch unreachable) else .{};
    if (length != null and std.mem.eql(u8, before, value.bytes())) return;
    _ = abi.envoy_dynamic_module_callback_http_set_header(filter, map, .of("content-length"), value);
}

/// The parts of a body. Bytes are Envoy's, the list is the caller's.
pub fn parts(filter: abi.Filter, place: abi.Body, allocator: Allocator) Allocator.Error![]const abi.Slice {
    const count = abi.envoy_dynamic_module_callback_http_get_body_chunks_size(filter, place);
    const all = try allocator.alloc(abi.Slice, count);
    if (count > 0 and abi.envoy_dynamic_module_callback_http_get_body_chunks(filter, place, all.ptr)) return all;
    allocator.free(all);
    return &.{};
}

pub fn drain(filter: abi.Filter, place: abi.Body) void {
    const size = abi.envoy_dynamic_module_callback_http_get_body_size(filter, place);
    if (size > 0) _ = abi.envoy_dynamic_module_callback_http_drain_body(filter, place, size);
}
