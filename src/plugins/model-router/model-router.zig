//! Takes the model of a JSON body or a form into headers, its provider apart, and has Envoy choose the route by them.
const std = @import("std");
const http = @import("../../native/http.zig");
const json = @import("../../native/json.zig");
const Form = @import("../../native/multipart.zig").Form;
const Next = @import("../../native/plugin.zig").Next;
const Stream = @import("../../native/stream.zig").Stream;

pub const name = "model-router";

pub const Config = struct {
    /// Member of a JSON body that holds the model, and the field of a form.
    key: []const u8,
    field: []const u8,
    suffixes: []const []const u8,
    /// Headers for the model and for its part before the first `/`; empty = none.
    model_header: []const u8,
    provider_header: []const u8,

    /// Where the part before the first `/` ends, when a header wants it.
    fn slashOf(self: *const Config, model: []const u8) ?usize {
        if (self.provider_header.len == 0) return null;
        const at = std.mem.indexOfScalar(u8, model, '/') orelse return null;
        return if (at > 0) at else null;
    }

    /// Says whether any header tells the model now.
    fn setHeaders(self: *const Config, stream: *Stream, model: []const u8) bool {
        if (self.model_header.len > 0) stream.setHeader(self.model_header, model);
        const slash = self.slashOf(model);
        if (slash) |at| stream.setHeader(self.provider_header, model[0..at]);
        return self.model_header.len > 0 or slash != null;
    }
};

const Kind = enum { json, form };

fn kindOf(content_type: []const u8) ?Kind {
    if (http.containsIgnoreCase(content_type, "application/json")) return .json;
    return if (http.containsIgnoreCase(content_type, "multipart/form-data")) .form else null;
}

pub fn onRequestHeaders(self: *const Config, stream: *Stream, _: anytype) !Next {
    if (!http.pathEnds(try stream.path(), self.suffixes)) return .go_on;
    return if (kindOf(try stream.contentType()) == null) .go_on else .with_body;
}

pub fn onRequestBody(self: *const Config, stream: *Stream, _: anytype, body: []const u8) !void {
    const content_type = try stream.contentType();
    const changed = switch (kindOf(content_type) orelse return) {
        .json => try routeJson(self, stream, body),
        .form => try routeForm(self, stream, body, content_type),
    };
    if (changed) stream.clearRouteCache();
}

fn routeJson(self: *const Config, stream: *Stream, body: []const u8) !bool {
    const place = try stream.find(body, self.key) orelse return false;
    const raw = place.first(body) orelse return false;
    if (!json.isString(raw)) return false;
    const model = try json.string(stream.scratch, raw) orelse return false;
    if (model.len == 0 or !http.headerSafe(model)) return false;
    if (self.slashOf(model)) |slash| {
        const rest = try json.quote(stream.scratch, model[slash + 1 ..]);
        stream.setBody(try json.put(stream.scratch, body, place, self.key, rest));
    }
    return self.setHeaders(stream, model);
}

fn routeForm(self: *const Config, stream: *Stream, body: []const u8, content_type: []const u8) !bool {
    const form = try Form.read(stream.scratch, body, content_type) orelse return false;
    const part = form.part(self.field) orelse return false;
    const model = body[part.start..part.end];
    if (model.len == 0 or !http.headerSafe(model)) return false;
    if (self.slashOf(model)) |slash| stream.setBody(try form.withContent(stream.scratch, part, model[slash + 1 ..]));
    return self.setHeaders(stream, model);
}
