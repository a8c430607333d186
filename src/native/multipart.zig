const std=@import("std");
pub const Field = struct { start: usize, end: usize };
pub fn find(_: std.mem.Allocator, _: []const u8, _: []const u8, _: []const u8) !struct { field: ?Field, whole: bool } { return .{ .field = null, .whole = false }; }
pub fn withField(_: std.mem.Allocator, _: []const u8, _: []const u8, _: []const u8, _: []const u8) !?[]const u8 { return null; }
