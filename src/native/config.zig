//! The configuration of one filter: `{"plugins": [{"name": …, "config": …}, …]}`, or `{"slot": true}` for a filter that does what the
//! route in force says, and nothing without its word. It comes as an `envoy.config.core.v3.DataSource` with `inline_string`; when there is
//! a secret in it, as the one of a `GenericSecret`, whose text Envoy hides in its dumps.
//! `{"kind": "hop", "hop": {…}}` is the hop to the plugin server.
const std = @import("std");
const abi = @import("abi.zig");
const counters = @import("counters.zig");
const HopConfig = @import("hop/exchange.zig").HopConfig;
const plugin = @import("plugin.zig");
const protobuf = @import("protobuf.zig");
const Allocator = std.mem.Allocator;

const Kind = enum { plugins, hop };

pub const Config = struct {
    memory: std.heap.ArenaAllocator,
    kind: Kind,
    /// Null in a slot.
    hop: ?*const HopConfig,
    plugins: []const plugin.Plugin,
    slot: bool,
    /// Where plugins run that count.
    home: ?counters.Home,

    pub fn destroy(self: *Config) void {
        if (self.home) |*home| counters.shared.forget(home);
        var memory = self.memory;
        memory.deinit();
    }
};

const Text = struct {
    kind: Kind = .plugins,
    hop: ?HopConfig = null,
    slot: bool = false,
    plugins: []const struct { name: []const u8, config: std.json.Value } = &.{},
};

/// Name of the filter whose configuration stays as long as Envoy runs.
const LASTING = "counters";

/// `filter_config` is null for the configuration of a single route.
pub fn parse(known: []const plugin.Hooks, name: []const u8, data_source: []const u8, filter_config: ?abi.FilterConfig) !*Config {
    var memory = std.heap.ArenaAllocator.init(std.heap.c_allocator);
    errdefer memory.deinit();
    const arena = memory.allocator();
    const text = inlineString(data_source) orelse return error.NoInlineString;
    const parsed = try std.json.parseFromSliceLeaky(Text, arena, text, .{ .allocate = .alloc_always });
    const plugins = try arena.alloc(plugin.Plugin, parsed.plugins.len);
    for (parsed.plugins, plugins) |one, *made| {
        const hooks = hooksNamed(known, one.name) orelse return error.UnknownPlugin;
        made.* = .{ .hooks = hooks, .config = try hooks.parse(arena, one.config) };
    }
    const hop: ?*HopConfig = if (parsed.hop == null) null else try arena.create(HopConfig);
    if (hop) |kept| kept.* = parsed.hop.?;
    const config = try arena.create(Config);
    config.* = .{ .memory = undefined, .kind = parsed.kind, .hop = hop, .plugins = plugins, .slot = parsed.slot, .home = null };
    // Counters belong to filters, also those that plugins of a single route count in a slot.
    if (filter_config) |envoy| if (parsed.kind == .plugins and (parsed.slot or anyCounts(plugins))) {
        config.home = .{ .envoy = envoy, .known = known, .numbers = try defineCounters(arena, envoy, known), .lasting = std.mem.eql(u8, name, LASTING) };
    };
    config.memory = memory;
    if (config.home) |*home| counters.shared.register(home);
    return config;
}

/// Of all plugins, since any home takes the counts of all.
fn defineCounters(arena: Allocator, envoy: abi.FilterConfig, known: []const plugin.Hooks) ![]const []const usize {
    const all = try arena.alloc([]const usize, known.len);
    for (known, all) |hooks, *numbers| {
        const own = try arena.alloc(usize, hooks.counters.len);
        for (hooks.counters, own) |counter, *number| number.* = try define(arena, envoy, counter);
        numbers.* = own;
    }
    return all;
}

fn anyCounts(plugins: []const plugin.Plugin) bool {
    for (plugins) |one| if (one.hooks.counters.len > 0) return true;
    return false;
}

fn define(arena: Allocator, envoy: abi.FilterConfig, counter: plugin.Counter) !usize {
    const labels = try arena.alloc(abi.Slice, counter.labels.len);
    for (counter.labels, labels) |label, *slice| slice.* = .of(label);
    var number: usize = 0;
    const result = abi.envoy_dynamic_module_callback_http_filter_config_define_counter(envoy, .of(counter.name), labels.ptr, labels.len, &number);
    return if (result == 0) number else error.CounterNotDefined;
}

fn hooksNamed(known: []const plugin.Hooks, name: []const u8) ?*const plugin.Hooks {
    for (known) |*hooks| if (std.mem.eql(u8, hooks.name, name)) return hooks;
    return null;
}

/// The text of a serialized DataSource, which may be the one of a GenericSecret.
fn inlineString(message: []const u8) ?[]const u8 {
    return protobuf.onlyBytes(protobuf.onlyBytes(message, 1) orelse message, 3);
}

test "a DataSource's text" {
    try std.testing.expectEqualStrings("ab", inlineString("\x1a\x02ab").?);
    try std.testing.expectEqualStrings("ab", inlineString("\x0a\x04\x1a\x02ab").?);
    try std.testing.expectEqual(null, inlineString("\x1a\x03ab"));
    try std.testing.expectEqual(null, inlineString("\x0a\x02ab"));
    try std.testing.expectEqual(null, inlineString("\x1a"));
    const long = "\x1a\xac\x02" ++ "x" ** 300;
    try std.testing.expectEqual(300, inlineString(long).?.len);
}
