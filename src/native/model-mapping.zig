//! Which model takes the place of another, as model-mapper and ai-proxy have it.
const std = @import("std");

pub const Exact = std.json.ArrayHashMap([]const u8);
pub const Prefix = struct { prefix: []const u8, target: []const u8 };

/// By the whole name, else by the first prefix that fits, else the rest. Empty: the model stays.
pub fn targetOf(exact: Exact, prefixes: []const Prefix, rest: []const u8, model: []const u8) []const u8 {
    if (exact.map.get(model)) |target| return target;
    for (prefixes) |one| if (std.mem.startsWith(u8, model, one.prefix)) return one.target;
    return rest;
}
