//! Rules that touch nothing but headers.
const std = @import("std");
const abi = @import("../../native/abi.zig");
const Next = @import("../../native/plugin.zig").Next;
const Stream = @import("../../native/stream.zig").Stream;

pub const name = "transformer";

const Step = struct {
    operation: enum { remove, rename, replace, add, append, map, RETAIN_FIRST, RETAIN_LAST, RETAIN_UNIQUE },
    key: []const u8,
    /// New name of `rename`, source of `map`, value of `replace`, `add` and `append`.
    argument: []const u8,
};

pub const Config = struct {
    request: []const Step,
    response: []const Step,
    /// Have Envoy choose the route anew when a request has changed.
    reroute: bool,
};

pub fn onRequestHeaders(self: *const Config, stream: *Stream, _: anytype) !Next {
    const changed = try run(stream, .request, self.request);
    if (changed and self.reroute) stream.clearRouteCache();
    return .go_on;
}

pub fn onResponseHeaders(self: *const Config, stream: *Stream, _: anytype, _: bool) !void {
    _ = try run(stream, .response, self.response);
}

/// Says whether anything differs from before.
fn run(stream: *Stream, map: abi.HeaderMap, steps: []const Step) !bool {
    var headers: Headers = .{ .stream = stream, .map = map };
    for (steps) |step| try apply(&headers, step);
    return headers.write();
}

fn apply(headers: *Headers, step: Step) !void {
    const key = step.key;
    const values = try headers.get(if (step.operation == .map) step.argument else key);
    switch (step.operation) {
        .remove => try headers.remove(key),
        .rename => if (values.len > 0 and !std.mem.eql(u8, key, step.argument)) {
            try headers.remove(key);
            try headers.set(step.argument, values);
        },
        .replace => if (values.len > 0) try headers.set(key, &.{step.argument}),
        .add => if (values.len == 0) try headers.set(key, &.{step.argument}),
        .append => try headers.set(key, try std.mem.concat(headers.stream.scratch, []const u8, &.{ values, &.{step.argument} })),
        .map => if (values.len > 0) try headers.set(key, values),
        .RETAIN_FIRST => if (values.len > 0) try headers.set(key, values[0..1]),
        .RETAIN_LAST => if (values.len > 0) try headers.set(key, values[values.len - 1 ..]),
        .RETAIN_UNIQUE => if (values.len > 0) try headers.set(key, try unique(headers.stream.scratch, values)),
    }
}

const Values = []const []const u8;

fn unique(scratch: std.mem.Allocator, values: Values) !Values {
    var kept: std.ArrayListUnmanaged([]const u8) = .empty;
    for (values) |value| if (!has(kept.items, value)) try kept.append(scratch, value);
    return kept.items;
}

fn has(values: Values, wanted: []const u8) bool {
    for (values) |value| if (std.mem.eql(u8, value, wanted)) return true;
    return false;
}

/// Headers as the steps so far have left them; nothing is written before the last one.
const Headers = struct {
    stream: *Stream,
    map: abi.HeaderMap,
    edits: std.ArrayListUnmanaged(Edit) = .empty,

    const Edit = struct { name: []const u8, before: Values, after: Values };

    fn get(self: *Headers, header: []const u8) !Values {
        return if (self.editOf(header)) |edit| edit.after else self.original(header);
    }

    /// Values that cannot stand in a header change nothing. Pseudo headers hold one value.
    fn set(self: *Headers, header: []const u8, values: Values) !void {
        for (values) |value| if (!isSafe(value)) return;
        const after = if (isPseudo(header)) values[values.len - 1 ..] else values;
        try self.put(header, try self.stream.scratch.dupe([]const u8, after));
    }

    /// Pseudo headers are never taken away.
    fn remove(self: *Headers, header: []const u8) !void {
        if (!isPseudo(header)) try self.put(header, &.{});
    }

    fn put(self: *Headers, header: []const u8, after: Values) !void {
        if (self.editOf(header)) |edit| {
            edit.after = after;
            return;
        }
        try self.edits.append(self.stream.scratch, .{ .name = header, .before = try self.original(header), .after = after });
    }

    fn editOf(self: *Headers, header: []const u8) ?*Edit {
        for (self.edits.items) |*edit| if (std.mem.eql(u8, edit.name, header)) return edit;
        return null;
    }

    /// Copies, since Envoy's own die when headers change.
    fn original(self: *Headers, header: []const u8) !Values {
        var copies: std.ArrayListUnmanaged([]const u8) = .empty;
        var values = self.stream.values(self.map, header);
        while (values.next()) |value| try copies.append(self.stream.scratch, try self.stream.scratch.dupe(u8, value));
        return copies.items;
    }

    /// Says whether anything differs from before.
    fn write(self: *Headers) !bool {
        var changed = false;
        for (self.edits.items) |edit| {
            if (same(edit.before, edit.after)) continue;
            changed = true;
            switch (edit.after.len) {
                0 => self.stream.removeIn(self.map, edit.name),
                1 => self.stream.setIn(self.map, edit.name, edit.after[0]),
                2 => {
                    self.stream.setIn(self.map, edit.name, edit.after[0]);
                    self.stream.addIn(self.map, edit.name, edit.after[1]);
                },
                // One line, which means the same and is what the plugin server writes.
                else => self.stream.setIn(self.map, edit.name, try std.mem.join(self.stream.scratch, ",", edit.after)),
            }
        }
        return changed;
    }
};

fn same(left: Values, right: Values) bool {
    if (left.len != right.len) return false;
    for (left, right) |one, other| if (!std.mem.eql(u8, one, other)) return false;
    return true;
}

fn isPseudo(header: []const u8) bool {
    return header.len > 0 and header[0] == ':';
}

/// No control characters but tabs.
fn isSafe(value: []const u8) bool {
    for (value) |byte| if (byte != '\t' and (byte < 32 or byte == 127)) return false;
    return true;
}
