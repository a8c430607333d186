//! Counts on their way to Envoy, with a stand-in for it.
const std = @import("std");
const abi = @import("abi.zig");
const counters = @import("counters.zig");
const Counters = counters.Counters;
const FilterConfig = @import("fake.zig").FilterConfig;
const Hooks = @import("plugin.zig").Hooks;
const expectEqual = std.testing.expectEqual;

const Plugin = struct {
    pub const name = "counts";
    pub const counters = [_]@import("plugin.zig").Counter{
        .{ .name = "calls", .labels = &.{ "a", "b" } },
        .{ .name = "bytes", .labels = &.{ "a", "b" } },
    };
    pub const Config = struct {};
};
const known = [_]Hooks{@import("plugin.zig").hooksOf(Plugin)};
const NUMBERS: []const []const usize = &.{&.{ 1, 2 }};
const SECOND_NS = std.time.ns_per_s;

/// Those of the whole process, as in Envoy: their thread never ends. Each test leaves them empty.
var all: Counters = .{ .heap = std.testing.allocator };
/// That thread may still call on one when its test is over.
var places: [16]Place = @splat(.{});

/// A configuration at Envoy, and what the module knows of it.
const Place = struct {
    envoy: FilterConfig = .{ .heap = std.testing.allocator },
    home: counters.Home = undefined,

    fn open(self: *Place, lasting: bool) !void {
        self.envoy.deinit();
        for (Plugin.counters) |counter| try self.envoy.names.append(self.envoy.heap, counter.name);
        self.home = .{ .envoy = &self.envoy, .known = &known, .numbers = NUMBERS, .lasting = lasting };
        all.register(&self.home);
    }

    fn add(self: *Place, a: []const u8, b: []const u8, amounts: [2]?u64) !void {
        try all.count(&self.home, &known[0], &.{ .of(a), .of(b) }, &amounts);
    }

    fn close(self: *Place) void {
        all.forget(&self.home);
    }

    /// As Envoy's main thread does, until everything is there.
    fn receive(self: *Place) !void {
        while (hasPending()) {
            try self.envoy.scheduled.timedWait(20 * SECOND_NS);
            all.handOver(&self.home);
        }
    }
};

fn hasPending() bool {
    all.mutex.lock();
    defer all.mutex.unlock();
    return all.pending;
}

fn freePlaces() void {
    for (&places) |*place| place.envoy.deinit();
}

test "counts with the same labels are added up and come to Envoy together" {
    defer freePlaces();
    const place = &places[0];
    try place.open(false);
    for (0..3) |_| try place.add("x", "y", .{ 1, 10 });
    try place.add("xy", "", .{ 1, 0 });
    try place.add("", "xy", .{ 1, null });
    try expectEqual(null, place.envoy.total("calls/x/y"));
    try place.receive();
    try expectEqual(3, place.envoy.total("calls/x/y"));
    try expectEqual(30, place.envoy.total("bytes/x/y"));
    try expectEqual(0, place.envoy.total("bytes/xy/"));
    try expectEqual(1, place.envoy.total("calls//xy"));
    try expectEqual(null, place.envoy.total("bytes//xy"));
    // Nothing is kept of labels that come no more, and nothing comes twice.
    try expectEqual(0, all.table.count());
    all.handOver(&place.home);
    try place.add("x", "y", .{ 2, null });
    try place.receive();
    try expectEqual(5, place.envoy.total("calls/x/y"));
    place.close();
    try expectEqual(5, place.envoy.total("calls/x/y"));
}

test "counts of a configuration that goes are left to another one, and the last one takes them along" {
    defer freePlaces();
    const first = &places[0];
    const second = &places[1];
    try first.open(false);
    try second.open(false);
    try first.add("x", "y", .{ 1, null });
    first.close();
    try second.receive();
    try expectEqual(null, first.envoy.total("calls/x/y"));
    try expectEqual(1, second.envoy.total("calls/x/y"));
    try second.add("x", "y", .{ 1, null });
    second.close();
    try expectEqual(2, second.envoy.total("calls/x/y"));
}

test "counts without a configuration wait for the next one" {
    defer freePlaces();
    const first = &places[0];
    const second = &places[1];
    try first.open(false);
    first.close();
    try first.add("x", "y", .{ 1, null });
    while (hasPending()) try std.Thread.yield();
    try second.open(false);
    try second.receive();
    second.close();
    try expectEqual(1, second.envoy.total("calls/x/y"));
}

test "a lasting configuration gets the counts of all" {
    defer freePlaces();
    const lasting = &places[0];
    const other = &places[1];
    try lasting.open(true);
    try other.open(false);
    try other.add("x", "y", .{ 1, null });
    other.close();
    try lasting.receive();
    lasting.close();
    try expectEqual(1, lasting.envoy.total("calls/x/y"));
    try expectEqual(null, other.envoy.total("calls/x/y"));
}

test "many threads count while configurations come and go" {
    defer freePlaces();
    const THREADS = 4;
    const ROUNDS = 20_000;
    try places[0].open(false);
    const work = struct {
        fn run(thread: usize) void {
            const labels = [_][]const u8{ "p", "q", "r" };
            for (0..ROUNDS) |round| places[0].add(labels[round % 3], labels[thread % 2], .{ 1, round }) catch @panic("a test is out of memory");
        }
    };
    var threads: [THREADS]std.Thread = undefined;
    for (&threads, 0..) |*thread, number| thread.* = try std.Thread.spawn(.{}, work.run, .{number});
    for (places[1..], 1..) |*place, number| {
        try place.open(false);
        all.handOver(&place.home);
        if (number > 1) places[number - 1].close();
    }
    for (threads) |thread| thread.join();
    places[0].close();
    places[places.len - 1].close();
    var calls: u64 = 0;
    var bytes: u64 = 0;
    for (&places) |*place| {
        var totals = place.envoy.totals.iterator();
        while (totals.next()) |one| {
            if (std.mem.startsWith(u8, one.key_ptr.*, "calls")) calls += one.value_ptr.* else bytes += one.value_ptr.*;
        }
    }
    try expectEqual(THREADS * ROUNDS, calls);
    try expectEqual(THREADS * ROUNDS * (ROUNDS - 1) / 2, bytes);
}
