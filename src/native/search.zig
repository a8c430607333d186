//! Texts in texts, by the C library: Zig's own search looks at every byte, this one at few.
const std = @import("std");

extern "c" fn memmem(haystack: [*]const u8, haystack_len: usize, needle: [*]const u8, needle_len: usize) ?[*]const u8;

/// Offset of the first `part` from `from` on; null without one.
pub fn indexOfPos(text: []const u8, from: usize, part: []const u8) ?usize {
    if (from > text.len) return null;
    const rest = text[from..];
    const found = memmem(rest.ptr, rest.len, part.ptr, part.len) orelse return null;
    return from + (@intFromPtr(found) - @intFromPtr(rest.ptr));
}

pub fn indexOf(text: []const u8, part: []const u8) ?usize {
    return indexOfPos(text, 0, part);
}

test "texts are found" {
    try std.testing.expectEqual(2, indexOf("ababc", "abc"));
    try std.testing.expectEqual(2, indexOfPos("abab", 1, "ab"));
    try std.testing.expectEqual(null, indexOfPos("abab", 3, "ab"));
    try std.testing.expectEqual(4, indexOfPos("abab", 4, ""));
    try std.testing.expectEqual(null, indexOfPos("abab", 5, ""));
}
