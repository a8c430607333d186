//! What a plugin is: a name, a configuration as JSON, and those of the hooks below that it needs. A plugin's file has
//!
//!     pub const name = "key-auth";
//!     pub const guards = true;                // optional: a failure answers 500 instead of letting the request pass
//!     pub const counters = [_]Counter{ … };    // optional: what `stream.count` adds to
//!     pub const Config = struct { … };         // read from JSON by std.json
//!     pub const State = struct { … };          // optional: what it remembers of one stream; all fields with defaults
//!     pub fn onRequestHeaders(self: *const Config, stream: *Stream, state: *State) !Next { … }
//!     pub fn onRequestBody(self: *const Config, stream: *Stream, state: *State, body: []const u8) !void { … }
//!     pub fn onResponseHeaders(self: *const Config, stream: *Stream, state: *State, ended: bool) !void { … }
//!     pub fn onResponseData(self: *const Config, stream: *Stream, state: *State, part: []const u8) !void { … }
//!     pub fn onResponseEnd(self: *const Config, stream: *Stream, state: *State) !void { … }
//!     pub fn onComplete(self: *const Config, stream: *Stream, state: *State) !void { … }
//!
//! Requests pass plugins first to last, answers last to first. Hooks never wait; a plugin that wants the request body says so and gets it
//! whole, if there is one. `onComplete` comes once for every stream, also when client or upstream went away.
const std = @import("std");
const Stream = @import("stream.zig").Stream;
const Allocator = std.mem.Allocator;

pub const Next = enum {
    /// To the next plugin.
    go_on,
    /// `onRequestBody` with the whole body first, if the request has one.
    with_body,
};

/// A plugin with its configuration.
pub const Plugin = struct {
    config: *const anyopaque,
    hooks: *const Hooks,
};

pub const Hooks = struct {
    name: []const u8,
    guards: bool,
    /// What `stream.count` adds to, in the order of its amounts.
    counters: []const Counter,
    parse: *const fn (arena: Allocator, json: std.json.Value) anyerror!*const anyopaque,
    new_state: *const fn (arena: Allocator) Allocator.Error!*anyopaque,
    on_request_headers: ?*const fn (*const anyopaque, *Stream, *anyopaque) anyerror!Next,
    on_request_body: ?*const fn (*const anyopaque, *Stream, *anyopaque, []const u8) anyerror!void,
    on_response_headers: ?*const fn (*const anyopaque, *Stream, *anyopaque, bool) anyerror!void,
    on_response_data: ?*const fn (*const anyopaque, *Stream, *anyopaque, []const u8) anyerror!void,
    on_response_end: ?*const fn (*const anyopaque, *Stream, *anyopaque) anyerror!void,
    on_complete: ?*const fn (*const anyopaque, *Stream, *anyopaque) anyerror!void,
};

/// A counter of Envoy's, by the name that it gets there.
pub const Counter = struct { name: []const u8, labels: []const []const u8 };

const NoState = struct {};

/// The hooks of a plugin's file.
pub fn hooksOf(comptime File: type) Hooks {
    const State = if (@hasDecl(File, "State")) File.State else NoState;
    const Config = File.Config;
    const glue = struct {
        fn parse(arena: Allocator, json: std.json.Value) anyerror!*const anyopaque {
            const config = try arena.create(Config);
            config.* = try std.json.parseFromValueLeaky(Config, arena, json, .{});
            return config;
        }
        fn newState(arena: Allocator) Allocator.Error!*anyopaque {
            const state = try arena.create(State);
            state.* = .{};
            return state;
        }
        fn requestHeaders(config: *const anyopaque, stream: *Stream, state: *anyopaque) anyerror!Next {
            return File.onRequestHeaders(own(config), stream, mine(state));
        }
        fn requestBody(config: *const anyopaque, stream: *Stream, state: *anyopaque, body: []const u8) anyerror!void {
            return File.onRequestBody(own(config), stream, mine(state), body);
        }
        fn responseHeaders(config: *const anyopaque, stream: *Stream, state: *anyopaque, ended: bool) anyerror!void {
            return File.onResponseHeaders(own(config), stream, mine(state), ended);
        }
        fn responseData(config: *const anyopaque, stream: *Stream, state: *anyopaque, part: []const u8) anyerror!void {
            return File.onResponseData(own(config), stream, mine(state), part);
        }
        fn responseEnd(config: *const anyopaque, stream: *Stream, state: *anyopaque) anyerror!void {
            return File.onResponseEnd(own(config), stream, mine(state));
        }
        fn complete(config: *const anyopaque, stream: *Stream, state: *anyopaque) anyerror!void {
            return File.onComplete(own(config), stream, mine(state));
        }
        fn own(config: *const anyopaque) *const Config {
            return @ptrCast(@alignCast(config));
        }
        fn mine(state: *anyopaque) *State {
            return @ptrCast(@alignCast(state));
        }
    };
    return .{
        .name = File.name,
        .guards = @hasDecl(File, "guards") and File.guards,
        .counters = if (@hasDecl(File, "counters")) &File.counters else &.{},
        .parse = glue.parse,
        .new_state = glue.newState,
        .on_request_headers = if (@hasDecl(File, "onRequestHeaders")) glue.requestHeaders else null,
        .on_request_body = if (@hasDecl(File, "onRequestBody")) glue.requestBody else null,
        .on_response_headers = if (@hasDecl(File, "onResponseHeaders")) glue.responseHeaders else null,
        .on_response_data = if (@hasDecl(File, "onResponseData")) glue.responseData else null,
        .on_response_end = if (@hasDecl(File, "onResponseEnd")) glue.responseEnd else null,
        .on_complete = if (@hasDecl(File, "onComplete")) glue.complete else null,
    };
}
