//! Dynamic metadata as one serialized `google.protobuf.Struct`: one call to Envoy for all fields of a namespace.
const std = @import("std");
const protobuf = @import("protobuf.zig");
const varintSize = protobuf.varintSize;
const Allocator = std.mem.Allocator;

/// Fields of one namespace, in the order in which they were put; a later one of the same name wins.
pub const Fields = struct {
    arena: Allocator,
    bytes: std.ArrayListUnmanaged(u8) = .empty,

    /// Bytes that are no UTF-8 become U+FFFD: protobuf takes nothing else.
    pub fn string(self: *Fields, key: []const u8, bytes: []const u8) Allocator.Error!void {
        const text = if (std.unicode.utf8ValidateSlice(bytes))
            bytes
        else
            try std.fmt.allocPrint(self.arena, "{}", .{std.unicode.fmtUtf8(bytes)});
        // google.protobuf.Value.string_value = 3
        try self.field(key, varintSize(text.len) + text.len + 1);
        self.value(3, text);
    }

    pub fn number(self: *Fields, key: []const u8, amount: f64) Allocator.Error!void {
        // google.protobuf.Value.number_value = 2
        try self.field(key, 9);
        self.bytes.appendAssumeCapacity(2 << 3 | 1);
        self.bytes.appendSliceAssumeCapacity(std.mem.asBytes(&std.mem.nativeToLittle(u64, @as(u64, @bitCast(amount)))));
    }

    pub fn count(self: *Fields, key: []const u8, amount: u64) Allocator.Error!void {
        return self.number(key, @floatFromInt(amount));
    }

    /// Fields inside a field.
    pub fn object(self: *Fields, key: []const u8, inner: Fields) Allocator.Error!void {
        // google.protobuf.Value.struct_value = 5
        const length = inner.bytes.items.len;
        try self.field(key, varintSize(length) + length + 1);
        self.value(5, inner.bytes.items);
    }

    /// An entry of `Struct.fields` up to where the value's own bytes stand, and room for those.
    fn field(self: *Fields, key: []const u8, value_length: usize) Allocator.Error!void {
        const entry = 1 + varintSize(key.len) + key.len + 1 + varintSize(value_length) + value_length;
        try self.bytes.ensureUnusedCapacity(self.arena, 1 + varintSize(entry) + entry);
        self.bytes.appendAssumeCapacity(1 << 3 | 2);
        protobuf.putVarint(&self.bytes, entry);
        self.value(1, key);
        self.bytes.appendAssumeCapacity(2 << 3 | 2);
        protobuf.putVarint(&self.bytes, value_length);
    }

    fn value(self: *Fields, number_of_field: u8, bytes: []const u8) void {
        self.bytes.appendAssumeCapacity(number_of_field << 3 | 2);
        protobuf.putVarint(&self.bytes, bytes.len);
        self.bytes.appendSliceAssumeCapacity(bytes);
    }
};

test "a Struct as protobuf has it" {
    var arena_state = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena_state.deinit();
    var inner: Fields = .{ .arena = arena_state.allocator() };
    try inner.number("n", 1);
    var fields: Fields = .{ .arena = arena_state.allocator() };
    try fields.string("a", "bc");
    try fields.object("o", inner);
    const expected = "\x0a\x09\x0a\x01a\x12\x04\x1a\x02bc" ++
        "\x0a\x17\x0a\x01o\x12\x12\x2a\x10\x0a\x0e\x0a\x01n\x12\x09\x11\x00\x00\x00\x00\x00\x00\xf0\x3f";
    try std.testing.expectEqualSlices(u8, expected, fields.bytes.items);
}
