//! Counters of plugins. Envoy makes the name of a counter with labels anew each time that it is added to, which costs 5 thousand instructions; so
//! counts are added up here first, and one short time later the main thread hands them to Envoy together.
//!
//! They get there by a `Home`: a filter's configuration that has told Envoy of the counters. Any home takes the counts of all; what is there when one goes
//! is left to the others, and only the last one takes it along. Envoy forgets a counter with the last home that has added to it, so where there is a
//! `lasting` one it gets everything.
const std = @import("std");
const abi = @import("abi.zig");
const Hooks = @import("plugin.zig").Hooks;
const log = @import("log.zig").log;
const Allocator = std.mem.Allocator;

const DELAY_NS = 50 * std.time.ns_per_ms;

/// A configuration at Envoy, until `forget`.
pub const Home = struct {
    envoy: abi.FilterConfig,
    known: []const Hooks,
    /// Envoy's numbers of the counters of each known plugin, by its place in the list.
    numbers: []const []const usize,
    lasting: bool,
    previous: ?*Home = null,
    next: ?*Home = null,

    fn numbersOf(self: *const Home, plugin: *const Hooks) []const usize {
        return self.numbers[(@intFromPtr(plugin) - @intFromPtr(self.known.ptr)) / @sizeOf(Hooks)];
    }
};

/// Values of labels, and what a plugin has counted with them.
const Entry = struct {
    hash: u64,
    plugin: *const Hooks,
    labels: []const abi.Slice,
    /// Null was not counted: Envoy shows such a counter not even as 0.
    amounts: []?u64,
};

const Wanted = struct { hash: u64, plugin: *const Hooks, labels: []const abi.Slice };

const Table = std.HashMapUnmanaged(*Entry, void, struct {
    pub fn hash(_: @This(), entry: *Entry) u64 {
        return entry.hash;
    }
    pub fn eql(_: @This(), one: *Entry, other: *Entry) bool {
        return one == other;
    }
}, 80);

const Lookup = struct {
    pub fn hash(_: @This(), wanted: Wanted) u64 {
        return wanted.hash;
    }
    pub fn eql(_: @This(), wanted: Wanted, entry: *Entry) bool {
        if (entry.hash != wanted.hash or entry.plugin != wanted.plugin or entry.labels.len != wanted.labels.len) return false;
        for (entry.labels, wanted.labels) |one, other| if (!std.mem.eql(u8, one.bytes(), other.bytes())) return false;
        return true;
    }
};

/// This thread is the one that waits; Envoy's statistics are not for it.
threadlocal var waits = false;

pub const Counters = struct {
    heap: Allocator = std.heap.c_allocator,
    mutex: std.Thread.Mutex = .{},
    wake: std.Thread.Condition = .{},
    seed: u64 = 0,
    /// All from the oldest to the newest, and of those the one that all counts go to while it is there.
    oldest: ?*Home = null,
    newest: ?*Home = null,
    lasting: ?*Home = null,
    table: Table = .empty,
    /// Of what is in the table. Both begin anew with each handing over, so that values of labels that come no more take no room.
    memory: ?std.heap.ArenaAllocator = null,
    /// There are counts, and the thread that waits knows.
    pending: bool = false,
    thread: enum { none, runs, failed } = .none,

    /// Only on a thread of Envoy's, as `forget` and `handOver`.
    pub fn register(self: *Counters, home: *Home) void {
        self.mutex.lock();
        defer self.mutex.unlock();
        home.previous = self.newest;
        if (self.newest) |last| last.next = home else self.oldest = home;
        self.newest = home;
        if (home.lasting) self.lasting = home;
        if (self.thread == .none) self.begin();
        // Counts that were left without a home.
        if (self.table.count() > 0) {
            self.pending = true;
            self.wake.signal();
        }
    }

    fn begin(self: *Counters) void {
        self.seed = std.crypto.random.int(u64);
        const thread = std.Thread.spawn(.{ .stack_size = 256 * 1024 }, wait, .{self}) catch |problem| {
            self.thread = .failed;
            return log(.warn, "counters cost more time: no thread for them: {s}", .{@errorName(problem)});
        };
        thread.setName("counters") catch {};
        thread.detach();
        self.thread = .runs;
    }

    pub fn forget(self: *Counters, home: *Home) void {
        const last = removed: {
            self.mutex.lock();
            defer self.mutex.unlock();
            if (home.previous) |one| one.next = home.next else self.oldest = home.next;
            if (home.next) |one| one.previous = home.previous else self.newest = home.previous;
            if (self.lasting == home) self.lasting = null;
            break :removed self.newest == null;
        };
        // `wait` may hold the last reference to it for a moment; then the counts stay here for the next home.
        if (last and !waits) self.handOver(home);
    }

    /// What a plugin has counted with these values of the labels, in the order of its counters; null leaves one out.
    pub fn count(self: *Counters, home: *const Home, plugin: *const Hooks, labels: []const abi.Slice, amounts: []const ?u64) Allocator.Error!void {
        var hash = self.seed;
        for (labels) |label| hash = std.hash.Wyhash.hash(hash, label.bytes());
        try self.add(.{ .hash = hash, .plugin = plugin, .labels = labels }, amounts);
        if (self.thread == .failed) self.handOver(home);
    }

    fn add(self: *Counters, wanted: Wanted, amounts: []const ?u64) Allocator.Error!void {
        // Only when the lock is free again: on the same processor the thread would come here at once, to wait for it.
        if (try self.addLocked(wanted, amounts)) self.wake.signal();
    }

    /// Whether the thread that waits is to be told.
    fn addLocked(self: *Counters, wanted: Wanted, amounts: []const ?u64) Allocator.Error!bool {
        self.mutex.lock();
        defer self.mutex.unlock();
        if (self.memory == null) self.memory = .init(self.heap);
        const arena = self.memory.?.allocator();
        const found = try self.table.getOrPutAdapted(arena, wanted, Lookup{});
        if (!found.found_existing) {
            errdefer self.table.removeByPtr(found.key_ptr);
            found.key_ptr.* = try entryOf(arena, wanted);
        }
        for (found.key_ptr.*.amounts, amounts) |*sum, amount| {
            if (amount) |by| sum.* = (sum.* orelse 0) +% by;
        }
        defer self.pending = true;
        return !self.pending;
    }

    fn entryOf(arena: Allocator, wanted: Wanted) Allocator.Error!*Entry {
        const entry = try arena.create(Entry);
        const labels = try arena.alloc(abi.Slice, wanted.labels.len);
        for (wanted.labels, labels) |label, *own| own.* = .of(try arena.dupe(u8, label.bytes()));
        const amounts = try arena.alloc(?u64, wanted.plugin.counters.len);
        @memset(amounts, null);
        entry.* = .{ .hash = wanted.hash, .plugin = wanted.plugin, .labels = labels, .amounts = amounts };
        return entry;
    }

    /// Everything counted so far goes to Envoy. `home` is there until this returns.
    pub fn handOver(self: *Counters, home: *const Home) void {
        var table, var memory = taken: {
            self.mutex.lock();
            defer self.mutex.unlock();
            const all = .{ self.table, self.memory orelse return };
            self.table = .empty;
            self.memory = null;
            self.pending = false;
            break :taken all;
        };
        defer memory.deinit();
        var entries = table.keyIterator();
        while (entries.next()) |place| {
            const entry = place.*;
            for (home.numbersOf(entry.plugin), entry.amounts) |number, amount| if (amount) |by| {
                _ = abi.envoy_dynamic_module_callback_http_filter_config_increment_counter(home.envoy, number, entry.labels.ptr, entry.labels.len, by);
            };
        }
    }

    fn wait(self: *Counters) void {
        waits = true;
        while (true) {
            {
                self.mutex.lock();
                defer self.mutex.unlock();
                while (!self.pending) self.wake.wait(&self.mutex);
            }
            std.Thread.sleep(DELAY_NS);
            self.ask();
        }
    }

    /// Has Envoy call `handOver` on its main thread. That may come to nothing when the home goes meanwhile; then the next round asks another one.
    fn ask(self: *Counters) void {
        const scheduler = chosen: {
            self.mutex.lock();
            defer self.mutex.unlock();
            if (!self.pending) return;
            const home = self.lasting orelse self.newest orelse {
                self.pending = false;
                return;
            };
            // A home is there until it is forgotten, which waits for this lock.
            break :chosen abi.envoy_dynamic_module_callback_http_filter_config_scheduler_new(home.envoy);
        };
        abi.envoy_dynamic_module_callback_http_filter_config_scheduler_commit(scheduler, 0);
        abi.envoy_dynamic_module_callback_http_filter_config_scheduler_delete(scheduler);
    }
};

/// Those of all filters in this process.
pub var shared: Counters = .{};
