//! What stands in Envoy's place in tests: headers and bodies of one stream, behind the functions that `abi.zig` names.
const std = @import("std");
const abi = @import("abi.zig");
const Exchange = @import("hop/exchange.zig").Exchange;
const Allocator = std.mem.Allocator;

/// Written over values that Envoy would have freed; no test sends it.
pub const POISON = 0xaa;

pub const Fake = struct {
    arena: Allocator,
    headers: [4]std.ArrayListUnmanaged(Header) = @splat(.empty),
    bodies: [4]std.ArrayListUnmanaged(u8) = @splat(.empty),
    /// What is received is what another filter held back.
    one_place: bool = false,
    status: ?u32 = null,
    hop: ?*HopStream = null,

    pub const Header = struct { name: []const u8, value: []u8 };

    pub fn add(self: *Fake, map: abi.HeaderMap, name: []const u8, value: []const u8) !void {
        try self.headers[@intFromEnum(map)].append(self.arena, .{ .name = try self.arena.dupe(u8, name), .value = try self.arena.dupe(u8, value) });
    }

    pub fn get(self: *Fake, map: abi.HeaderMap, name: []const u8) ?[]const u8 {
        for (self.headers[@intFromEnum(map)].items) |header| if (std.mem.eql(u8, header.name, name)) return header.value;
        return null;
    }

    fn remove(self: *Fake, map: abi.HeaderMap, name: []const u8) void {
        const all = &self.headers[@intFromEnum(map)];
        var kept: usize = 0;
        for (all.items) |header| {
            if (std.mem.eql(u8, header.name, name)) {
                @memset(header.value, POISON);
                continue;
            }
            all.items[kept] = header;
            kept += 1;
        }
        all.shrinkRetainingCapacity(kept);
    }

    pub fn body(self: *Fake, place: abi.Body) *std.ArrayListUnmanaged(u8) {
        const same = self.one_place and place == .received_request;
        return &self.bodies[@intFromEnum(if (same) abi.Body.buffered_request else place)];
    }

    fn of(filter: abi.Filter) *Fake {
        return @ptrCast(@alignCast(filter));
    }
};

/// What Envoy keeps of a stream that its filter may stop.
pub const HopStream = struct {
    request_stopped: bool = false,
    response_stopped: bool = false,
    /// Of the answer.
    left: std.ArrayListUnmanaged(u8) = .empty,
    /// Null when the stream is over.
    exchange: ?*Exchange = null,
    /// It ends in the next call that lets it go on.
    doomed: bool = false,

    /// The filter has looked at a part of the answer. When it goes on, what was stopped before goes first.
    pub fn answered(self: *HopStream, fake: *Fake, status: abi.BodyStatus) Allocator.Error!void {
        const received = fake.body(.received_response);
        const held = fake.body(.buffered_response);
        try held.appendSlice(fake.arena, received.items);
        received.clearRetainingCapacity();
        self.response_stopped = status != .go_on;
        if (self.response_stopped) return;
        try self.left.appendSlice(fake.arena, held.items);
        held.clearRetainingCapacity();
    }

    fn wentOn(self: *HopStream) void {
        if (!self.doomed) return;
        const exchange = self.exchange orelse return;
        self.exchange = null;
        exchange.destroy();
    }
};

/// A filter's configuration with its counters, which any thread may ask for.
pub const FilterConfig = struct {
    heap: Allocator,
    mutex: std.Thread.Mutex = .{},
    names: std.ArrayListUnmanaged([]const u8) = .empty,
    /// By name and values of labels, each with a `/` between.
    totals: std.StringHashMapUnmanaged(u64) = .empty,
    /// Once for each call on the main thread that was asked for.
    scheduled: std.Thread.Semaphore = .{},

    pub fn deinit(self: *FilterConfig) void {
        var keys = self.totals.keyIterator();
        while (keys.next()) |key| self.heap.free(key.*);
        self.totals.deinit(self.heap);
        self.names.deinit(self.heap);
        self.totals = .empty;
        self.names = .empty;
    }

    pub fn total(self: *FilterConfig, key: []const u8) ?u64 {
        self.mutex.lock();
        defer self.mutex.unlock();
        return self.totals.get(key);
    }

    fn define(self: *FilterConfig, name: []const u8) !usize {
        try self.names.append(self.heap, name);
        return self.names.items.len;
    }

    fn increment(self: *FilterConfig, number: usize, labels: []const abi.Slice, by: u64) !void {
        self.mutex.lock();
        defer self.mutex.unlock();
        var key: std.ArrayListUnmanaged(u8) = .empty;
        defer key.deinit(self.heap);
        try key.appendSlice(self.heap, self.names.items[number - 1]);
        for (labels) |label| try key.writer(self.heap).print("/{s}", .{label.bytes()});
        const found = try self.totals.getOrPut(self.heap, key.items);
        if (!found.found_existing) {
            found.key_ptr.* = try self.heap.dupe(u8, key.items);
            found.value_ptr.* = 0;
        }
        found.value_ptr.* += by;
    }

    fn of(config: abi.FilterConfig) *FilterConfig {
        return @ptrCast(@alignCast(config));
    }
};

/// A plugin server's connection.
pub const Connection = struct {
    arena: Allocator,
    incoming: []const u8 = "",
    out: std.ArrayListUnmanaged(u8) = .empty,
    closed: bool = false,

    fn of(filter: abi.NetworkFilter) *Connection {
        return @ptrCast(@alignCast(filter));
    }
};

fn must(result: Allocator.Error!void) void {
    result catch @panic("a test is out of memory");
}

export fn envoy_dynamic_module_callback_log(level: abi.LogLevel, message: abi.Slice) void {
    if (@intFromEnum(level) >= @intFromEnum(abi.LogLevel.err)) std.debug.panic("a plugin failed: {s}", .{message.bytes()});
}

export fn envoy_dynamic_module_callback_http_get_header(filter: abi.Filter, map: abi.HeaderMap, name: abi.Slice, value: *abi.Slice, index: usize, count: ?*usize) bool {
    var seen: usize = 0;
    value.* = .{};
    for (Fake.of(filter).headers[@intFromEnum(map)].items) |header| {
        if (!std.mem.eql(u8, header.name, name.bytes())) continue;
        if (seen == index) value.* = .of(header.value);
        seen += 1;
    }
    if (count) |total| total.* = seen;
    return index < seen;
}

export fn envoy_dynamic_module_callback_http_get_headers_size(filter: abi.Filter, map: abi.HeaderMap) usize {
    return Fake.of(filter).headers[@intFromEnum(map)].items.len;
}

export fn envoy_dynamic_module_callback_http_get_headers(filter: abi.Filter, map: abi.HeaderMap, all: [*]abi.Header) bool {
    for (Fake.of(filter).headers[@intFromEnum(map)].items, all) |header, *out| out.* = .of(header.name, header.value);
    return true;
}

export fn envoy_dynamic_module_callback_http_add_header(filter: abi.Filter, map: abi.HeaderMap, name: abi.Slice, value: abi.Slice) bool {
    must(Fake.of(filter).add(map, name.bytes(), value.bytes()));
    return true;
}

export fn envoy_dynamic_module_callback_http_set_header(filter: abi.Filter, map: abi.HeaderMap, name: abi.Slice, value: abi.Slice) bool {
    const fake = Fake.of(filter);
    // As Envoy does: the value is copied before the old one goes.
    if (value.ptr != null) must(fake.add(map, name.bytes(), value.bytes()));
    const fresh = if (value.ptr != null) fake.headers[@intFromEnum(map)].pop() else null;
    fake.remove(map, name.bytes());
    if (fresh) |header| must(fake.headers[@intFromEnum(map)].append(fake.arena, header));
    return true;
}

export fn envoy_dynamic_module_callback_http_get_body_size(filter: abi.Filter, place: abi.Body) usize {
    return Fake.of(filter).body(place).items.len;
}

export fn envoy_dynamic_module_callback_http_get_body_chunks_size(filter: abi.Filter, place: abi.Body) usize {
    return @min(2, Fake.of(filter).body(place).items.len);
}

/// Two pieces, so that plugins never find a body by luck in one.
export fn envoy_dynamic_module_callback_http_get_body_chunks(filter: abi.Filter, place: abi.Body, chunks: [*]abi.Slice) bool {
    const bytes = Fake.of(filter).body(place).items;
    const middle = if (bytes.len > 1) bytes.len / 2 else bytes.len;
    chunks[0] = .of(bytes[0..middle]);
    if (bytes.len > 1) chunks[1] = .of(bytes[middle..]);
    return bytes.len > 0;
}

export fn envoy_dynamic_module_callback_http_received_buffered_request_body(filter: abi.Filter) bool {
    return Fake.of(filter).one_place;
}

export fn envoy_dynamic_module_callback_http_append_body(filter: abi.Filter, place: abi.Body, text: abi.Slice) bool {
    const fake = Fake.of(filter);
    must(fake.body(place).appendSlice(fake.arena, fake.arena.dupe(u8, text.bytes()) catch @panic("a test is out of memory")));
    return true;
}

export fn envoy_dynamic_module_callback_http_drain_body(filter: abi.Filter, place: abi.Body, size: usize) bool {
    const fake = Fake.of(filter);
    must(fake.body(place).replaceRange(fake.arena, 0, @min(size, fake.body(place).items.len), ""));
    return true;
}

export fn envoy_dynamic_module_callback_http_send_response(filter: abi.Filter, status: u32, _: ?[*]const abi.Header, _: usize, _: abi.Slice, details: abi.Slice) void {
    const fake = Fake.of(filter);
    if (fake.hop) |stream| {
        fake.status = status;
        return stream.wentOn();
    }
    std.debug.assert(details.len > 0);
    fake.status = status;
}

export fn envoy_dynamic_module_callback_http_set_dynamic_metadata_string(_: abi.Filter, _: abi.Slice, _: abi.Slice, _: abi.Slice) void {}
export fn envoy_dynamic_module_callback_http_set_dynamic_metadata_struct(_: abi.Filter, _: abi.Slice, _: abi.Slice) void {}
export fn envoy_dynamic_module_callback_http_clear_route_cache(_: abi.Filter) void {}
export fn envoy_dynamic_module_callback_get_most_specific_route_config(_: abi.Filter) ?*const anyopaque {
    return null;
}
export fn envoy_dynamic_module_callback_http_filter_get_attribute_string(_: abi.Filter, _: abi.Attribute, _: *abi.Slice) bool {
    return false;
}
export fn envoy_dynamic_module_callback_http_filter_config_define_counter(config: abi.FilterConfig, name: abi.Slice, _: [*]const abi.Slice, _: usize, number: *usize) c_uint {
    number.* = FilterConfig.of(config).define(name.bytes()) catch @panic("a test is out of memory");
    return 0;
}
export fn envoy_dynamic_module_callback_http_filter_config_increment_counter(config: abi.FilterConfig, number: usize, labels: [*]const abi.Slice, count: usize, by: u64) c_uint {
    must(FilterConfig.of(config).increment(number, labels[0..count], by));
    return 0;
}
export fn envoy_dynamic_module_callback_http_filter_config_scheduler_new(config: abi.FilterConfig) abi.FilterConfigScheduler {
    return config;
}
export fn envoy_dynamic_module_callback_http_filter_config_scheduler_commit(scheduler: abi.FilterConfigScheduler, _: u64) void {
    FilterConfig.of(scheduler).scheduled.post();
}
export fn envoy_dynamic_module_callback_http_filter_config_scheduler_delete(_: abi.FilterConfigScheduler) void {}

// Of the hop.

export fn envoy_dynamic_module_callback_http_filter_continue_decoding(filter: abi.Filter) void {
    const stream = Fake.of(filter).hop.?;
    if (!stream.request_stopped) @panic("a request goes on that was not stopped");
    stream.request_stopped = false;
    stream.wentOn();
}
export fn envoy_dynamic_module_callback_http_filter_continue_encoding(filter: abi.Filter) void {
    const fake = Fake.of(filter);
    const stream = fake.hop.?;
    if (!stream.response_stopped) @panic("an answer goes on that was not stopped");
    stream.response_stopped = false;
    must(stream.left.appendSlice(fake.arena, fake.body(.buffered_response).items));
    fake.body(.buffered_response).clearRetainingCapacity();
    stream.wentOn();
}
export fn envoy_dynamic_module_callback_network_filter_get_worker_index(_: abi.NetworkFilter) u32 {
    return 0;
}
export fn envoy_dynamic_module_callback_network_filter_get_read_buffer_chunks_size(filter: abi.NetworkFilter) usize {
    return @min(2, Connection.of(filter).incoming.len);
}
export fn envoy_dynamic_module_callback_network_filter_get_read_buffer_chunks(filter: abi.NetworkFilter, chunks: [*]abi.Slice) bool {
    const bytes = Connection.of(filter).incoming;
    chunks[0] = .of(bytes[0 .. (bytes.len + 1) / 2]);
    if (bytes.len > 1) chunks[1] = .of(bytes[(bytes.len + 1) / 2 ..]);
    return true;
}
export fn envoy_dynamic_module_callback_network_filter_drain_read_buffer(filter: abi.NetworkFilter, size: usize) bool {
    const connection = Connection.of(filter);
    connection.incoming = connection.incoming[size..];
    return true;
}
export fn envoy_dynamic_module_callback_network_filter_write(filter: abi.NetworkFilter, bytes: abi.Slice, _: bool) void {
    const connection = Connection.of(filter);
    must(connection.out.appendSlice(connection.arena, bytes.bytes()));
}
export fn envoy_dynamic_module_callback_network_filter_close(filter: abi.NetworkFilter, _: abi.CloseType) void {
    Connection.of(filter).closed = true;
}
