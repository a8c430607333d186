//! Refuses requests that hold what they must not: in path and query, in headers, in the body.
const std = @import("std");
const abi = @import("../../native/abi.zig");
const http = @import("../../native/http.zig");
const Next = @import("../../native/plugin.zig").Next;
const Stream = @import("../../native/stream.zig").Stream;

pub const name = "request-block";
pub const guards = true;

pub const Config = struct {
    /// Paths with their queries.
    exact: []const []const u8,
    /// Parts of paths and queries, of headers, of bodies.
    keywords: []const []const u8,
    headers: []const []const u8,
    bodies: []const []const u8,
    /// ASCII letters in either case are the same.
    fold: bool,
    status: u32,
    message: []const u8,

    fn isExact(self: *const Config, url: []const u8) bool {
        for (self.exact) |one| {
            if (if (self.fold) std.ascii.eqlIgnoreCase(url, one) else std.mem.eql(u8, url, one)) return true;
        }
        return false;
    }

    fn contains(self: *const Config, text: []const u8, parts: []const []const u8) bool {
        for (parts) |part| {
            if (if (self.fold) http.containsIgnoreCase(text, part) else http.contains(text, part)) return true;
        }
        return false;
    }

    fn refuse(self: *const Config, stream: *Stream, details: []const u8) void {
        const plain = [_]abi.Header{.of("content-type", "text/plain")};
        stream.reply(self.status, if (self.message.len > 0) &plain else &.{}, self.message, details);
    }
};

pub fn onRequestHeaders(self: *const Config, stream: *Stream, _: anytype) !Next {
    const url = try stream.path();
    if (self.isExact(url)) {
        self.refuse(stream, "request-block.url_blocked.exact");
    } else if (self.contains(url, self.keywords)) {
        self.refuse(stream, "request-block.url_blocked.keyword");
    } else if (self.headers.len > 0 and self.contains(try headerText(stream), self.headers)) {
        self.refuse(stream, "request-block.body_blocked");
    } else if (self.bodies.len > 0) return .with_body;
    return .go_on;
}

pub fn onRequestBody(self: *const Config, stream: *Stream, _: anytype, body: []const u8) !void {
    if (self.contains(body, self.bodies)) self.refuse(stream, "request-block.body_blocked");
}

/// Name, line end, value, line end of each.
fn headerText(stream: *Stream) ![]const u8 {
    var text: std.ArrayListUnmanaged(u8) = .empty;
    for (try stream.headers(.request)) |header| {
        for ([_][]const u8{ header.name(), "\n", header.value(), "\n" }) |part| try text.appendSlice(stream.scratch, part);
    }
    return text.items;
}
