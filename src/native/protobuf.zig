//! Protobuf on the wire: a message is a row of fields, each a key (number and type) and a value.
const std = @import("std");

/// How many bytes `putVarint` writes.
pub fn varintSize(value: usize) usize {
    var size: usize = 1;
    var rest = value;
    while (rest >= 128) : (rest >>= 7) size += 1;
    return size;
}

/// The list must have room.
pub fn putVarint(out: *std.ArrayListUnmanaged(u8), value: usize) void {
    var rest = value;
    while (rest >= 128) : (rest >>= 7) out.appendAssumeCapacity(@as(u8, @intCast(rest & 127)) | 128);
    out.appendAssumeCapacity(@intCast(rest));
}

pub const Malformed = error{Malformed};

/// Steps through the fields of a message.
pub const Reader = struct {
    bytes: []const u8,
    at: usize = 0,

    pub const Field = struct { number: u64, value: union(enum) { varint: u64, bytes: []const u8, other: void } };

    pub fn next(self: *Reader) Malformed!?Field {
        if (self.at >= self.bytes.len) return null;
        const key = try self.varint();
        const number = key >> 3;
        switch (key & 7) {
            0 => return .{ .number = number, .value = .{ .varint = try self.varint() } },
            1 => return self.skipped(number, 8),
            2 => {
                const length = try self.varint();
                if (length > self.bytes.len - self.at) return error.Malformed;
                const start = self.at;
                self.at += @intCast(length);
                return .{ .number = number, .value = .{ .bytes = self.bytes[start..self.at] } };
            },
            5 => return self.skipped(number, 4),
            else => return error.Malformed,
        }
    }

    fn skipped(self: *Reader, number: u64, length: usize) Malformed!?Field {
        if (length > self.bytes.len - self.at) return error.Malformed;
        self.at += length;
        return .{ .number = number, .value = .other };
    }

    fn varint(self: *Reader) Malformed!u64 {
        var value: u64 = 0;
        var shift: u7 = 0;
        while (self.at < self.bytes.len and shift < 64) : (shift += 7) {
            const byte = self.bytes[self.at];
            self.at += 1;
            value |= @as(u64, byte & 127) << @intCast(shift);
            if (byte < 128) return value;
        }
        return error.Malformed;
    }
};

/// The bytes of one field of a message; empty when it is not there.
pub fn bytesOf(message: []const u8, number: u64) Malformed![]const u8 {
    var reader: Reader = .{ .bytes = message };
    var found: []const u8 = "";
    while (try reader.next()) |field| if (field.number == number and field.value == .bytes) {
        found = field.value.bytes;
    };
    return found;
}

pub fn varintOf(message: []const u8, number: u64) Malformed!?u64 {
    var reader: Reader = .{ .bytes = message };
    var found: ?u64 = null;
    while (try reader.next()) |field| if (field.number == number and field.value == .varint) {
        found = field.value.varint;
    };
    return found;
}

/// The bytes of this field when it is all that the message holds.
pub fn onlyBytes(message: []const u8, number: u64) ?[]const u8 {
    var reader: Reader = .{ .bytes = message };
    const field = (reader.next() catch return null) orelse return null;
    if (field.number != number or field.value != .bytes or reader.at != message.len) return null;
    return field.value.bytes;
}

test "what is no message is told" {
    try std.testing.expectError(error.Malformed, bytesOf("\x0a\x05ab", 1));
    try std.testing.expectError(error.Malformed, bytesOf("\x80", 1));
    try std.testing.expectEqual(null, onlyBytes("\x0a\x01a\x0a\x01b", 1));
    try std.testing.expectEqualStrings("a", onlyBytes("\x0a\x01a", 1).?);
}
