//! `envoy.service.ext_proc.v3` on the wire: requests for the plugin server are written, its replies read. Field numbers are those of Envoy 1.40.
const std = @import("std");
const abi = @import("../abi.zig");
const protobuf = @import("../protobuf.zig");
const Allocator = std.mem.Allocator;
const Bytes = std.ArrayListUnmanaged(u8);

/// Fields of ProcessingRequest.
pub const Kind = enum(u8) { request_headers = 2, response_headers = 3, request_body = 4, response_body = 5 };

/// A message with headers: HttpHeaders { headers = 1 { headers = 1 { key = 1, raw_value = 3 } }, end_of_stream = 3 }.
pub fn writeHeaders(out: *Bytes, heap: Allocator, kind: Kind, headers: []const abi.Header, end: bool) Allocator.Error!void {
    var map: usize = 0;
    for (headers) |header| map += delimited(headerSize(header));
    const message = delimited(map) + @as(usize, if (end) 2 else 0);
    try out.ensureUnusedCapacity(heap, delimited(message) + 16);
    tag(out, @intFromEnum(kind), message);
    tag(out, 1, map);
    for (headers) |header| {
        tag(out, 1, headerSize(header));
        text(out, 1, header.name());
        text(out, 3, header.value());
    }
    if (end) flag(out, 3);
}

/// A message with a body (part): HttpBody { body = 1, end_of_stream = 2 }.
pub fn writeBody(out: *Bytes, heap: Allocator, kind: Kind, body: []const u8, end: bool) Allocator.Error!void {
    const message = (if (body.len > 0) delimited(body.len) else 0) + @as(usize, if (end) 2 else 0);
    try out.ensureUnusedCapacity(heap, delimited(message) + 16);
    tag(out, @intFromEnum(kind), message);
    if (body.len > 0) text(out, 1, body);
    if (end) flag(out, 2);
}

fn headerSize(header: abi.Header) usize {
    return delimited(header.name_len) + delimited(header.value_len);
}

/// Of a length-delimited field with a tag of one byte.
fn delimited(length: usize) usize {
    return 1 + protobuf.varintSize(length) + length;
}

fn tag(out: *Bytes, field: u8, length: usize) void {
    out.appendAssumeCapacity(field << 3 | 2);
    protobuf.putVarint(out, length);
}

fn text(out: *Bytes, field: u8, value: []const u8) void {
    tag(out, field, value.len);
    out.appendSliceAssumeCapacity(value);
}

fn flag(out: *Bytes, field: u8) void {
    out.appendAssumeCapacity(field << 3);
    out.appendAssumeCapacity(1);
}

/// One header of a HeaderMutation.set_headers.
pub const HeaderEdit = struct {
    name: []const u8 = "",
    value: []const u8 = "",
    append: bool = false,

    /// HeaderValueOption { header = 1 { key = 1, value = 2, raw_value = 3 }, append = 2 { value = 1 }, append_action = 3 }.
    pub fn of(option: []const u8) protobuf.Malformed!HeaderEdit {
        const header = try protobuf.bytesOf(option, 1);
        const raw = try protobuf.bytesOf(header, 3);
        return .{
            .name = try protobuf.bytesOf(header, 1),
            .value = if (raw.len > 0) raw else try protobuf.bytesOf(header, 2),
            .append = (try protobuf.varintOf(try protobuf.bytesOf(option, 2), 1) orelse 0) != 0,
        };
    }
};

test "messages as protobuf has them" {
    const heap = std.testing.allocator;
    var out: Bytes = .empty;
    defer out.deinit(heap);
    try writeHeaders(&out, heap, .request_headers, &.{ .of(":path", "/"), .of("a", "b" ** 200) }, true);
    const map = try protobuf.bytesOf(try protobuf.bytesOf(out.items, 2), 1);
    const first = try protobuf.bytesOf(map[0 .. 2 + 10], 1);
    try std.testing.expectEqualStrings(":path", try protobuf.bytesOf(first, 1));
    try std.testing.expectEqualStrings("/", try protobuf.bytesOf(first, 3));
    try std.testing.expectEqual(1, (try protobuf.varintOf(try protobuf.bytesOf(out.items, 2), 3)).?);
    out.clearRetainingCapacity();
    try writeBody(&out, heap, .response_body, "xyz", false);
    try std.testing.expectEqualStrings("\x2a\x05\x0a\x03xyz", out.items);
    const edit = try HeaderEdit.of("\x0a\x08\x0a\x01n\x1a\x03abc\x12\x02\x08\x01");
    try std.testing.expectEqualStrings("abc", edit.value);
    try std.testing.expect(edit.append);
}
