//! Maps the model of a JSON body and leaves every other byte alone.
const std = @import("std");
const http = @import("../../native/http.zig");
const json = @import("../../native/json.zig");
const mapping = @import("../../native/model-mapping.zig");
const Next = @import("../../native/plugin.zig").Next;
const Stream = @import("../../native/stream.zig").Stream;

pub const name = "model-mapper";

pub const Config = struct {
    /// Member of the body that holds the model.
    key: []const u8,
    suffixes: []const []const u8,
    exact: mapping.Exact,
    prefixes: []const mapping.Prefix,
    rest: []const u8,
};

pub fn onRequestHeaders(self: *const Config, stream: *Stream, _: anytype) !Next {
    return if (http.pathEnds(try stream.path(), self.suffixes)) .with_body else .go_on;
}

pub fn onRequestBody(self: *const Config, stream: *Stream, _: anytype, body: []const u8) !void {
    const place = try stream.find(body, self.key) orelse return;
    const raw = place.first(body) orelse "null";
    const model = try json.string(stream.scratch, raw) orelse return;
    const target = mapping.targetOf(self.exact, self.prefixes, self.rest, model);
    if (target.len == 0 or std.mem.eql(u8, target, model)) return;
    stream.setBody(try json.put(stream.scratch, body, place, self.key, try json.quote(stream.scratch, target)));
}
