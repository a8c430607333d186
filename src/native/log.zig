//! Lines of Envoy's own log, component `dynamic_modules`.
const std = @import("std");
const abi = @import("abi.zig");

pub fn log(level: abi.LogLevel, comptime format: []const u8, values: anytype) void {
    var line: [512]u8 = undefined;
    abi.envoy_dynamic_module_callback_log(level, .of(std.fmt.bufPrint(&line, format, values) catch line[0..]));
}
