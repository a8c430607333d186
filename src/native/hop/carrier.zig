//! Connections of plugin servers. They connect to a listener of Envoy, so that a connection belongs to one worker: its requests go there and back
//! without leaving the thread. A frame is a length of what follows it (u32, little endian), an exchange's number (u32), a kind (u8) and a payload.
const std = @import("std");
const abi = @import("../abi.zig");
const log = @import("../log.zig").log;
const Exchange = @import("exchange.zig").Exchange;

const heap = std.heap.c_allocator;
const HEADER_BYTES = 9;
/// A buffered body of 100 MiB and what stands around it.
const LARGEST_FRAME = 128 * 1024 * 1024;

pub const Frame = enum(u8) {
    /// To the plugin server, first: number of this worker (u32) and of all workers (u32).
    hello = 0,
    /// An exchange begins: chain, route, cluster and source address, with a zero byte behind each.
    open = 1,
    /// A ProcessingRequest, or a ProcessingResponse.
    message = 2,
    /// To the plugin server: the exchange is over. From it: it has no more to say. A payload is why it failed.
    close = 3,
    /// From the plugin server: begin nothing more here. Goes back when that is so.
    drain = 4,
    /// From the plugin server, in front of a reply: events of the answer that are translated here from then on, until it is asked again.
    copies = 5,
    /// To the plugin server, in front of a part of the answer: the last event that was translated here and is to be remembered.
    copied = 6,
    _,
};

/// Of this worker.
threadlocal var carriers: std.ArrayListUnmanaged(*Carrier) = .empty;
threadlocal var exchanges: std.AutoHashMapUnmanaged(u32, *Exchange) = .empty;
threadlocal var last_number: u32 = 0;
threadlocal var turn: usize = 0;
threadlocal var frame: std.ArrayListUnmanaged(u8) = .empty;

pub const Carrier = struct {
    envoy: abi.NetworkFilter,
    /// Bytes of a frame that has not ended.
    held: std.ArrayListUnmanaged(u8) = .empty,
    /// It speaks something else; where the next frame begins is not known.
    broken: bool = false,

    pub fn create(envoy: abi.NetworkFilter) ?*Carrier {
        const self = heap.create(Carrier) catch return null;
        self.* = .{ .envoy = envoy };
        return self;
    }

    pub fn destroy(self: *Carrier) void {
        self.lost();
        self.held.deinit(heap);
        heap.destroy(self);
    }

    pub fn connected(self: *Carrier) void {
        carriers.append(heap, self) catch return;
        var numbers: [8]u8 = undefined;
        std.mem.writeInt(u32, numbers[0..4], abi.envoy_dynamic_module_callback_network_filter_get_worker_index(self.envoy), .little);
        std.mem.writeInt(u32, numbers[4..8], concurrency, .little);
        self.send(0, .hello, &numbers) catch return;
        self.beginWaiting() catch return;
    }

    fn beginWaiting(self: *Carrier) !void {
        const numbers = try numbersOf(null);
        defer heap.free(numbers);
        for (numbers) |number| if (exchanges.get(number)) |exchange| exchange.begin(self);
    }

    pub fn send(self: *Carrier, number: u32, kind: Frame, payload: []const u8) !void {
        const out = try self.start(number, kind, payload.len);
        out.appendSliceAssumeCapacity(payload);
        self.finish();
    }

    /// For payloads that are written in place: what stands in the list behind `start` is the payload.
    pub fn start(_: *Carrier, number: u32, kind: Frame, room: usize) !*std.ArrayListUnmanaged(u8) {
        if (room > LARGEST_FRAME - HEADER_BYTES) return error.FrameTooLong;
        frame.clearRetainingCapacity();
        try frame.ensureTotalCapacity(heap, HEADER_BYTES + room);
        frame.appendNTimesAssumeCapacity(0, 4);
        frame.appendSliceAssumeCapacity(&std.mem.toBytes(std.mem.nativeToLittle(u32, number)));
        frame.appendAssumeCapacity(@intFromEnum(kind));
        return &frame;
    }

    pub fn finish(self: *Carrier) void {
        std.mem.writeInt(u32, frame.items[0..4], @intCast(frame.items.len - 4), .little);
        abi.envoy_dynamic_module_callback_network_filter_write(self.envoy, .of(frame.items), false);
        if (frame.capacity > 1024 * 1024) frame.clearAndFree(heap);
    }

    pub fn onRead(self: *Carrier) void {
        const count = abi.envoy_dynamic_module_callback_network_filter_get_read_buffer_chunks_size(self.envoy);
        if (count == 0) return;
        const parts = heap.alloc(abi.Slice, count) catch return;
        defer heap.free(parts);
        if (!abi.envoy_dynamic_module_callback_network_filter_get_read_buffer_chunks(self.envoy, parts.ptr)) return;
        var size: usize = 0;
        for (parts) |part| size += part.len;
        const first = if (count == 1) parts[0].bytes() else "";
        const copied = self.held.items.len > 0 or count > 1;
        if (copied) for (parts) |part| self.held.appendSlice(heap, part.bytes()) catch return;
        const all = if (copied) self.held.items else first;
        const used = self.take(all);
        if (!copied) {
            self.held.appendSlice(heap, all[used..]) catch return;
        } else if (used > 0) {
            std.mem.copyForwards(u8, self.held.items, all[used..]);
            self.held.shrinkRetainingCapacity(all.len - used);
            if (self.held.items.len == 0 and self.held.capacity > 1024 * 1024) self.held.clearAndFree(heap);
        }
        _ = abi.envoy_dynamic_module_callback_network_filter_drain_read_buffer(self.envoy, size);
        if (!self.broken) return;
        self.lost();
        abi.envoy_dynamic_module_callback_network_filter_close(self.envoy, .no_flush);
    }

    /// Handles the whole frames; returns how many bytes they are.
    fn take(self: *Carrier, bytes: []const u8) usize {
        var at: usize = 0;
        while (bytes.len - at >= HEADER_BYTES) {
            const length = std.mem.readInt(u32, bytes[at..][0..4], .little);
            if (length < HEADER_BYTES - 4 or length > LARGEST_FRAME) {
                log(.warn, "a plugin server sent a frame of {d} bytes; its connection is closed", .{length});
                self.broken = true;
                return bytes.len;
            }
            if (bytes.len - at < 4 + length) break;
            const number = std.mem.readInt(u32, bytes[at + 4 ..][0..4], .little);
            self.onFrame(number, @enumFromInt(bytes[at + 8]), bytes[at + HEADER_BYTES .. at + 4 + length]);
            at += 4 + length;
        }
        return at;
    }

    fn onFrame(self: *Carrier, number: u32, kind: Frame, payload: []const u8) void {
        switch (kind) {
            .message => if (exchanges.get(number)) |exchange| exchange.onMessage(payload),
            .copies => if (exchanges.get(number)) |exchange| exchange.onCopies(payload),
            .close => if (exchanges.get(number)) |exchange| exchange.onClosed(payload),
            .drain => {
                self.retire();
                self.send(0, .drain, "") catch {};
            },
            else => {},
        }
    }

    /// Begins nothing more here; what has begun goes on.
    fn retire(self: *Carrier) void {
        for (carriers.items, 0..) |one, index| if (one == self) {
            _ = carriers.swapRemove(index);
            return;
        };
    }

    /// The connection has ended, and with it what was under way.
    pub fn lost(self: *Carrier) void {
        self.retire();
        const numbers = numbersOf(self) catch return;
        defer heap.free(numbers);
        for (numbers) |number| if (exchanges.get(number)) |exchange| exchange.onClosed("the plugin server has gone");
    }
};

/// The exchanges of a carrier, or those that wait for one. What is done with one of them may end others, so they are named, not held.
fn numbersOf(carrier: ?*Carrier) ![]u32 {
    var numbers: std.ArrayListUnmanaged(u32) = .empty;
    errdefer numbers.deinit(heap);
    var all = exchanges.iterator();
    while (all.next()) |entry| if (entry.value_ptr.*.carrier == carrier) try numbers.append(heap, entry.key_ptr.*);
    return numbers.toOwnedSlice(heap);
}

/// Of all workers; asked for once, on the main thread.
pub var concurrency: u32 = 1;

/// Gives an exchange a number, and a carrier if there is one.
pub fn register(exchange: *Exchange) !?*Carrier {
    last_number +%= 1;
    while (last_number == 0 or exchanges.contains(last_number)) last_number +%= 1;
    try exchanges.put(heap, last_number, exchange);
    exchange.number = last_number;
    if (carriers.items.len == 0) return null;
    turn +%= 1;
    return carriers.items[turn % carriers.items.len];
}

pub fn unregister(number: u32) void {
    _ = exchanges.remove(number);
}

/// Whether an exchange is still there: Envoy may end a stream in any call that lets it go on.
pub fn isThere(number: u32) bool {
    return exchanges.contains(number);
}
