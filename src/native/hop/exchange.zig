//! One request and its answer on the hop to the plugin server. What Envoy's own ext_proc filter does with a gRPC stream of its own for each request, this does
//! by frames on a connection that all share. The messages are those of ext_proc.
const std = @import("std");
const abi = @import("../abi.zig");
const carriers = @import("carrier.zig");
const message = @import("../message.zig");
const http = @import("../http.zig");
const messages = @import("messages.zig");
const protobuf = @import("../protobuf.zig");
const spare = @import("spare.zig");
const log = @import("../log.zig").log;
const Carrier = carriers.Carrier;
const Copies = @import("copies.zig").Copies;
const Reader = protobuf.Reader;

const heap = std.heap.c_allocator;
const Bytes = std.ArrayListUnmanaged(u8);

/// A body that is known to be at most so long is waited for, and goes with the headers.
const TOGETHER_BYTES = 64 * 1024;

/// What waits of an answer; more stays with Envoy, which then holds the upstream back. Little in tests, so that it happens.
const HELD_BYTES = if (@import("builtin").is_test) 16 else 1024 * 1024;

/// The plugins get a longer answer not whole.
const WHOLE_BYTES = 100 * 1024 * 1024;

const BUFFERED_BYTES = [_]abi.Body{ .buffered_request, .received_request };

pub const HopConfig = struct {
    chain: []const u8,
    request_body: bool,
    response_headers: bool,
    response_body: bool,
    /// Go on without the plugins when their server fails.
    fail_open: bool = false,
    /// The plugins want the address of the client.
    source: bool = false,
};

pub const Exchange = struct {
    envoy: abi.Filter,
    base: ?*const HopConfig,
    config: *const HopConfig = undefined,
    number: u32 = 0,
    carrier: ?*Carrier = null,
    /// Nothing is asked of the plugin server any more.
    passes: bool = false,
    /// The plugins answered in place of the upstream.
    replied: bool = false,
    /// Parts of the answer that the plugins want, as they have said last.
    wants_request_body: bool = false,
    wants_response_headers: bool = false,
    wants_response_body: bool = false,
    /// As one piece, and headers are held for it.
    wants_whole_response: bool = false,
    request: Request = .{},
    response: Response = .{},

    const Request = struct {
        /// Begun, and not yet let go on.
        held: bool = false,
        ended: bool = false,
        /// Headers wait for a body that goes with them.
        together: bool = false,
        body_sent: bool = false,
    };

    const Response = struct {
        begun: bool = false,
        passes: bool = false,
        ended: bool = false,
        together: bool = false,
        headers_released: bool = false,
        /// Envoy waits to be told to go on.
        stopped: bool = false,
        /// A plugin put other bytes in the place of some.
        changed: bool = false,
        awaits_headers: bool = false,
        awaits_body: bool = false,
        end_sent: bool = false,
        /// Bytes that wait for their turn, but for the first `taken`; and those that the plugins look at, which stand for themselves when they are left alone.
        waiting: Bytes = .empty,
        taken: usize = 0,
        sent: Bytes = .empty,
        /// What the plugins want done without them, as they have said last.
        copies: Copies = .{},
        /// What leaves next.
        ready: Bytes = .empty,
        /// Envoy keeps what has come since.
        parked: bool = false,
        released_bytes: usize = 0,

        fn rest(self: *const Response) []const u8 {
            return self.waiting.items[self.taken..];
        }

        fn take(self: *Response, size: usize) void {
            self.taken += size;
            if (self.taken == self.waiting.items.len) self.dropTaken();
        }

        fn dropTaken(self: *Response) void {
            if (self.taken > 0) self.waiting.replaceRangeAssumeCapacity(0, self.taken, "");
            self.taken = 0;
        }
    };

    pub fn create(base: ?*const HopConfig, filter: abi.Filter) !*Exchange {
        const self = try heap.create(Exchange);
        self.* = .{ .envoy = filter, .base = base };
        return self;
    }

    pub fn destroy(self: *Exchange) void {
        self.leave();
        const response = &self.response;
        for ([_]*Bytes{ &response.waiting, &response.sent, &response.ready }) |list| spare.give(list);
        response.copies.deinit();
        heap.destroy(self);
    }

    /// Tells the plugin server that the exchange is over.
    fn leave(self: *Exchange) void {
        if (self.number == 0) return;
        carriers.unregister(self.number);
        if (self.carrier) |carrier| carrier.send(self.number, .close, "") catch {};
        self.carrier = null;
        self.number = 0;
    }

    // The request.

    pub fn onRequestHeaders(self: *Exchange, ended: bool) abi.HeadersStatus {
        self.config = self.base orelse named: {
            const route = abi.envoy_dynamic_module_callback_get_most_specific_route_config(self.envoy) orelse {
                self.passes = true;
                return .go_on;
            };
            break :named @as(*const @import("../config.zig").Config, @ptrCast(@alignCast(route))).hop orelse {
                self.passes = true;
                return .go_on;
            };
        };
        self.wants_request_body = self.config.request_body;
        self.wants_response_headers = self.config.response_headers;
        self.wants_response_body = self.config.response_body;
        self.request = .{ .held = true, .ended = ended };
        self.request.together = self.wants_request_body and !ended and self.lengthOf(.request) <= TOGETHER_BYTES;
        const carrier = carriers.register(self) catch |problem| {
            self.fail(@errorName(problem));
            return if (self.passes and !self.replied) .go_on else .stop;
        };
        if (carrier) |found| {
            self.carrier = found;
            if (!self.request.together) self.send(.request_headers, .request, ended) catch |problem| self.fail(@errorName(problem));
        } else if (self.config.fail_open) {
            self.passes = true;
        }
        return if (self.passes and !self.replied) .go_on else .stop;
    }

    /// A carrier has come for an exchange that waited for one.
    pub fn begin(self: *Exchange, carrier: *Carrier) void {
        if (self.carrier != null or self.passes) return;
        self.carrier = carrier;
        if (self.request.together and !self.request.ended) return;
        self.sendRequest() catch |problem| self.fail(@errorName(problem));
    }

    /// What is there of the request: headers, and the body when it is whole.
    fn sendRequest(self: *Exchange) !void {
        const body = self.wants_request_body and self.request.body_sent;
        try self.send(.request_headers, .request, self.request.ended and !body);
        if (body) try self.sendBody(.request_body, try self.gathered(&.{.buffered_request}), true);
    }

    pub fn onRequestBody(self: *Exchange, ended: bool) abi.BodyStatus {
        if (self.replied) return .stop_and_buffer;
        if (self.passes or !self.request.held) return .go_on;
        if (!ended) return if (self.wants_request_body) .stop_and_buffer else .stop_and_watermark;
        const one_place = abi.envoy_dynamic_module_callback_http_received_buffered_request_body(self.envoy);
        self.requestIsWhole(if (one_place) BUFFERED_BYTES[1..] else &BUFFERED_BYTES);
        return if (self.passes and !self.replied) .go_on else .stop_and_buffer;
    }

    pub fn onRequestTrailers(self: *Exchange) abi.TrailersStatus {
        if (self.replied) return .stop;
        if (self.passes or !self.request.held) return .go_on;
        self.requestIsWhole(BUFFERED_BYTES[0..1]);
        return if (self.passes and !self.replied) .go_on else .stop;
    }

    fn requestIsWhole(self: *Exchange, places: []const abi.Body) void {
        self.request.ended = true;
        if (!self.wants_request_body) return;
        self.request.body_sent = true;
        if (self.carrier == null) return;
        self.bodyAfterHeaders(places) catch |problem| self.fail(@errorName(problem));
    }

    fn bodyAfterHeaders(self: *Exchange, places: []const abi.Body) !void {
        if (self.request.together) try self.send(.request_headers, .request, false);
        try self.sendBody(.request_body, try self.gathered(places), true);
    }

    fn releaseRequest(self: *Exchange) void {
        self.request.held = false;
        abi.envoy_dynamic_module_callback_http_filter_continue_decoding(self.envoy);
    }

    // The answer.

    pub fn onResponseHeaders(self: *Exchange, ended: bool) abi.HeadersStatus {
        if (self.passes or self.replied or self.request.held or self.carrier == null or !self.wants_response_headers) {
            self.response.passes = true;
            return .go_on;
        }
        const response = &self.response;
        response.begun = true;
        for ([_]*Bytes{ &response.waiting, &response.sent, &response.ready }) |list| list.* = spare.take();
        response.ended = ended;
        response.together = self.wants_response_body and !ended and !self.isEventStream() and self.lengthOf(.response) <= TOGETHER_BYTES;
        if (!response.together) {
            response.end_sent = ended;
            response.awaits_headers = true;
            self.send(.response_headers, .response, ended) catch |problem| self.fail(@errorName(problem));
        }
        response.stopped = !response.passes;
        return if (response.passes) .go_on else .stop;
    }

    pub fn onResponseBody(self: *Exchange, ended: bool) abi.BodyStatus {
        const response = &self.response;
        if (response.passes) {
            self.giveBefore();
            return .go_on;
        }
        response.ended = ended;
        response.stopped = true;
        if (!self.wants_response_body) return .stop_and_watermark;
        const full = response.waiting.items.len >= HELD_BYTES and (response.awaits_headers or response.awaits_body);
        if (!self.wants_whole_response and (response.parked or full)) {
            response.parked = true;
            return .stop_and_watermark;
        }
        self.takePart(&response.waiting) catch |problem| {
            self.fail(@errorName(problem));
            return if (response.passes) .go_on else .stop_and_buffer;
        };
        self.advance();
        if (response.passes) return .go_on;
        if (response.awaits_headers or response.awaits_body or !response.headers_released or response.ready.items.len == 0) return .stop_and_buffer;
        // Translated here, and nothing is asked.
        response.stopped = false;
        self.giveBefore();
        return .go_on;
    }

    pub fn onResponseTrailers(self: *Exchange) abi.TrailersStatus {
        const response = &self.response;
        if (response.passes) {
            self.give();
            return .go_on;
        }
        response.ended = true;
        response.stopped = true;
        if (!self.wants_response_body) return .stop;
        self.advance();
        return if (response.passes) .go_on else .stop;
    }

    /// Sends what waits, when it is its turn.
    fn advance(self: *Exchange) void {
        const response = &self.response;
        if (response.together) {
            if (!response.ended) return;
            response.together = false;
            response.awaits_headers = true;
            self.send(.response_headers, .response, false) catch |problem| return self.fail(@errorName(problem));
        } else if (response.awaits_headers or response.awaits_body) return;
        self.unpark() catch |problem| return self.fail(@errorName(problem));
        if (response.end_sent) return;
        if (self.wants_whole_response and !response.ended) {
            if (response.rest().len > WHOLE_BYTES) self.fail("the answer is longer than 100 MiB");
            return;
        }
        self.askNext() catch |problem| self.fail(@errorName(problem));
    }

    /// Translates what needs no plugin server, and asks it about the rest, or the part of it behind which there may be something to translate again.
    fn askNext(self: *Exchange) !void {
        const response = &self.response;
        if (response.copies.active()) {
            const before = response.ready.items.len;
            const size = try response.copies.translate(response.rest(), &response.ready);
            response.released_bytes += response.ready.items.len - before;
            if (size > 0) response.changed = true;
            response.take(size);
        }
        const rest = response.rest();
        const size = if (response.copies.active()) response.copies.portion(rest, response.ended) else rest.len;
        response.end_sent = response.ended and size == rest.len;
        if (size == 0 and !response.end_sent) return;
        response.copies.forget();
        if (response.taken == 0 and size == rest.len) {
            std.mem.swap(Bytes, &response.sent, &response.waiting);
            response.waiting.clearRetainingCapacity();
        } else {
            try response.sent.appendSlice(heap, rest[0..size]);
            response.take(size);
        }
        response.awaits_body = true;
        const last = &response.copies.last;
        if (last.items.len > 0) if (self.carrier) |carrier| try carrier.send(self.number, .copied, last.items);
        last.clearRetainingCapacity();
        try self.sendBody(.response_body, response.sent.items, response.end_sent);
    }

    /// What the plugins have let go leaves when nothing is asked of them any more. Envoy lets an answer go on once for each time that it was stopped, so
    /// it must not be called in between; and after the end has come it would take what leaves for all.
    fn releaseResponse(self: *Exchange) void {
        const response = &self.response;
        if (response.awaits_headers or response.awaits_body) return;
        const all = response.ended and (response.end_sent or response.passes);
        if (!all and (response.ended or self.wants_whole_response and !response.passes)) return;
        if (all) response.passes = true;
        if (!response.headers_released) {
            response.headers_released = true;
            // What nobody changed is as long as it says: also when it has no body, as the answer to HEAD.
            if (response.changed or !response.passes) message.mendLength(self.envoy, .response, if (all) response.released_bytes else null);
        }
        if (!response.stopped) return;
        response.stopped = false;
        self.give();
        abi.envoy_dynamic_module_callback_http_filter_continue_encoding(self.envoy);
    }

    // What the plugin server says.

    pub fn onMessage(self: *Exchange, bytes: []const u8) void {
        self.handle(bytes) catch |problem| {
            log(.warn, "a reply of the plugin server: {s}", .{@errorName(problem)});
            self.fail("its reply is not understood");
        };
    }

    fn handle(self: *Exchange, bytes: []const u8) !void {
        var reader: Reader = .{ .bytes = bytes };
        var reply: ?Reader.Field = null;
        while (try reader.next()) |field| {
            if (field.value != .bytes) continue;
            switch (field.number) {
                1...4, 7 => reply = field,
                8 => try self.setMetadata(field.value.bytes),
                9 => try self.overrideModes(field.value.bytes),
                else => {},
            }
        }
        const found = reply orelse return;
        const inner = found.value.bytes;
        switch (found.number) {
            1 => try self.onRequestHeadersReply(try protobuf.bytesOf(inner, 1)),
            3 => try self.onRequestBodyReply(try protobuf.bytesOf(inner, 1)),
            2 => try self.onResponseHeadersReply(try protobuf.bytesOf(inner, 1)),
            4 => try self.onResponseBodyReply(try protobuf.bytesOf(inner, 1)),
            else => try self.onImmediate(inner),
        }
    }

    /// What the reply that comes next lets this do without the plugin server.
    pub fn onCopies(self: *Exchange, payload: []const u8) void {
        if (!self.response.awaits_headers and !self.response.awaits_body) return;
        self.response.copies.set(payload) catch |problem| log(.warn, "rules of the plugin server: {s}", .{@errorName(problem)});
    }

    fn onRequestHeadersReply(self: *Exchange, common: []const u8) !void {
        if (!self.request.held) return;
        try self.editHeaders(.request, common);
        if (self.wants_request_body and !(self.request.ended and !self.request.body_sent)) return;
        self.releaseRequest();
    }

    fn onRequestBodyReply(self: *Exchange, common: []const u8) !void {
        if (!self.request.held) return;
        try self.editHeaders(.request, common);
        if (try newBody(common)) |body| {
            message.drain(self.envoy, .buffered_request);
            if (body.len > 0) _ = abi.envoy_dynamic_module_callback_http_append_body(self.envoy, .buffered_request, .of(body));
            message.mendLength(self.envoy, .request, body.len);
        }
        self.releaseRequest();
    }

    fn onResponseHeadersReply(self: *Exchange, common: []const u8) !void {
        const response = &self.response;
        const number = self.number;
        if (!response.awaits_headers) return;
        response.awaits_headers = false;
        try self.editHeaders(.response, common);
        if (!self.wants_response_body and !response.awaits_body) {
            self.putBack();
            response.passes = true;
        } else self.advance();
        // It may have failed, and with it the stream have ended.
        if (carriers.isThere(number)) self.releaseResponse();
    }

    fn onResponseBodyReply(self: *Exchange, common: []const u8) !void {
        const response = &self.response;
        const number = self.number;
        if (!response.awaits_body) return;
        response.awaits_body = false;
        try self.editHeaders(.response, common);
        const fresh = try newBody(common);
        if (fresh != null) response.changed = true;
        self.put(fresh orelse response.sent.items);
        response.sent.clearRetainingCapacity();
        if (!self.wants_response_body) {
            self.putBack();
            response.passes = true;
        } else self.advance();
        // It may have failed, and with it the stream have ended.
        if (carriers.isThere(number)) self.releaseResponse();
    }

    fn put(self: *Exchange, bytes: []const u8) void {
        if (bytes.len == 0) return;
        self.response.released_bytes += bytes.len;
        self.response.ready.appendSlice(heap, bytes) catch {
            self.give();
            _ = abi.envoy_dynamic_module_callback_http_append_body(self.envoy, .buffered_response, .of(bytes));
        };
    }

    fn give(self: *Exchange) void {
        const ready = &self.response.ready;
        if (ready.items.len == 0) return;
        _ = abi.envoy_dynamic_module_callback_http_append_body(self.envoy, .buffered_response, .of(ready.items));
        ready.clearRetainingCapacity();
    }

    /// In front of the part that has come.
    fn giveBefore(self: *Exchange) void {
        const ready = &self.response.ready;
        if (ready.items.len == 0) return;
        self.takePart(ready) catch {};
        _ = abi.envoy_dynamic_module_callback_http_append_body(self.envoy, .received_response, .of(ready.items));
        ready.clearRetainingCapacity();
    }

    fn unpark(self: *Exchange) !void {
        if (!self.response.parked) return;
        self.response.dropTaken();
        try self.copyFrom(.buffered_response, &self.response.waiting);
        message.drain(self.envoy, .buffered_response);
        self.response.parked = false;
    }

    /// Parts that no plugin looks at any more.
    fn putBack(self: *Exchange) void {
        self.unpark() catch {};
        self.put(self.response.sent.items);
        self.put(self.response.rest());
        self.response.sent.clearRetainingCapacity();
        self.response.take(self.response.rest().len);
    }

    /// ImmediateResponse { status = 1 { code = 1 }, headers = 2, body = 3, details = 5 }.
    fn onImmediate(self: *Exchange, immediate: []const u8) !void {
        const status = try protobuf.varintOf(try protobuf.bytesOf(immediate, 1), 1) orelse 200;
        var headers: std.ArrayListUnmanaged(abi.Header) = .empty;
        defer headers.deinit(heap);
        var reader: Reader = .{ .bytes = try protobuf.bytesOf(immediate, 2) };
        while (try reader.next()) |field| if (field.number == 1 and field.value == .bytes) {
            const edit = try messages.HeaderEdit.of(field.value.bytes);
            try headers.append(heap, .of(edit.name, edit.value));
        };
        self.answer(@intCast(@min(status, 999)), headers.items, try protobuf.bytesOf(immediate, 3), try protobuf.bytesOf(immediate, 5));
    }

    fn answer(self: *Exchange, status: u32, headers: []const abi.Header, body: []const u8, details: []const u8) void {
        self.replied = true;
        self.passes = true;
        self.response.passes = true;
        abi.envoy_dynamic_module_callback_http_send_response(self.envoy, status, headers.ptr, headers.len, .of(body), .of(details));
    }

    /// HeaderMutation { set_headers = 1, remove_headers = 2 } in CommonResponse.header_mutation = 2; clear_route_cache = 5.
    fn editHeaders(self: *Exchange, map: abi.HeaderMap, common: []const u8) !void {
        var reader: Reader = .{ .bytes = try protobuf.bytesOf(common, 2) };
        while (try reader.next()) |field| if (field.number == 2 and field.value == .bytes) {
            _ = abi.envoy_dynamic_module_callback_http_set_header(self.envoy, map, .of(field.value.bytes), .{});
        };
        reader.at = 0;
        while (try reader.next()) |field| if (field.number == 1 and field.value == .bytes) {
            const edit = try messages.HeaderEdit.of(field.value.bytes);
            const change = if (edit.append) &abi.envoy_dynamic_module_callback_http_add_header else &abi.envoy_dynamic_module_callback_http_set_header;
            _ = change(self.envoy, map, .of(edit.name), .of(edit.value));
        };
        if ((try protobuf.varintOf(common, 5) orelse 0) != 0) abi.envoy_dynamic_module_callback_http_clear_route_cache(self.envoy);
    }

    /// BodyMutation { body = 1, clear_body = 2 } in CommonResponse.body_mutation = 3. Null leaves the body as it is.
    fn newBody(common: []const u8) !?[]const u8 {
        const mutation = try protobuf.bytesOf(common, 3);
        if (mutation.len == 0) return null;
        if ((try protobuf.varintOf(mutation, 2) orelse 0) != 0) return "";
        return try protobuf.bytesOf(mutation, 1);
    }

    /// ProcessingMode { response_header_mode = 2, request_body_mode = 3, response_body_mode = 4 }; 2 is SKIP of headers, 0 is NONE and 2 BUFFERED of bodies.
    fn overrideModes(self: *Exchange, mode: []const u8) !void {
        self.wants_response_headers = try protobuf.varintOf(mode, 2) orelse 0 != 2;
        self.wants_request_body = try protobuf.varintOf(mode, 3) orelse 0 != 0;
        const response_body = try protobuf.varintOf(mode, 4) orelse 0;
        self.wants_response_body = response_body != 0;
        self.wants_whole_response = response_body == 2;
    }

    /// A Struct whose fields are namespaces: each is an entry { key = 1, value = 2 { struct_value = 5 } }.
    fn setMetadata(self: *Exchange, namespaces: []const u8) !void {
        var reader: Reader = .{ .bytes = namespaces };
        while (try reader.next()) |field| if (field.number == 1 and field.value == .bytes) {
            const name = try protobuf.bytesOf(field.value.bytes, 1);
            const fields = try protobuf.bytesOf(try protobuf.bytesOf(field.value.bytes, 2), 5);
            if (fields.len > 0) abi.envoy_dynamic_module_callback_http_set_dynamic_metadata_struct(self.envoy, .of(name), .of(fields));
        };
    }

    /// The plugin server has no more to say; `why` when it failed.
    pub fn onClosed(self: *Exchange, why: []const u8) void {
        carriers.unregister(self.number);
        self.number = 0;
        self.carrier = null;
        if (why.len > 0) return self.fail(why);
        const pending = self.response.begun and !self.response.passes;
        self.passes = true;
        if (self.request.held) return self.releaseRequest();
        if (!pending) return;
        self.response.awaits_headers = false;
        self.response.awaits_body = false;
        self.putBack();
        self.response.passes = true;
        self.releaseResponse();
    }

    fn fail(self: *Exchange, why: []const u8) void {
        self.leave();
        if (self.replied) return;
        if (!self.config.fail_open) {
            // One line for each request: the access log has them too.
            log(.debug, "the plugins of a request failed: {s}", .{why});
            return self.answer(503, &.{}, "", "plugin_server_failed");
        }
        self.onClosed("");
    }

    pub fn onComplete(self: *Exchange) void {
        self.leave();
    }

    // What is sent.

    fn send(self: *Exchange, kind: messages.Kind, map: abi.HeaderMap, ended: bool) !void {
        const carrier = self.carrier orelse return;
        if (kind == .request_headers) try self.open(carrier);
        const headers = try message.headers(self.envoy, map, heap);
        defer heap.free(headers);
        try messages.writeHeaders(try carrier.start(self.number, .message, 0), heap, kind, headers, ended);
        carrier.finish();
    }

    fn open(self: *Exchange, carrier: *Carrier) !void {
        const out = try carrier.start(self.number, .open, 0);
        for ([_][]const u8{
            self.config.chain,
            message.attribute(self.envoy, .xds_route_name),
            message.attribute(self.envoy, .xds_cluster_name),
            if (self.config.source) message.attribute(self.envoy, .source_address) else "",
        }) |fact| {
            try out.appendSlice(heap, fact);
            try out.append(heap, 0);
        }
        carrier.finish();
    }

    fn sendBody(self: *Exchange, kind: messages.Kind, body: []const u8, ended: bool) !void {
        const carrier = self.carrier orelse return;
        try messages.writeBody(try carrier.start(self.number, .message, body.len), heap, kind, body, ended);
        carrier.finish();
    }

    // Bodies and headers at Envoy.

    threadlocal var gathering: Bytes = .empty;

    /// Good until the next call.
    fn gathered(self: *Exchange, places: []const abi.Body) ![]const u8 {
        gathering.clearRetainingCapacity();
        for (places) |place| try self.copyFrom(place, &gathering);
        return gathering.items;
    }

    fn copyFrom(self: *Exchange, place: abi.Body, out: *Bytes) !void {
        const parts = try message.parts(self.envoy, place, heap);
        defer heap.free(parts);
        for (parts) |part| try out.appendSlice(heap, part.bytes());
    }

    fn takePart(self: *Exchange, out: *Bytes) !void {
        if (out == &self.response.waiting) self.response.dropTaken();
        try self.copyFrom(.received_response, out);
        message.drain(self.envoy, .received_response);
    }

    /// As Content-Length says; the largest number when it does not.
    fn lengthOf(self: *Exchange, map: abi.HeaderMap) u64 {
        const value = message.headerAt(self.envoy, map, "content-length", 0) orelse return std.math.maxInt(u64);
        return std.fmt.parseInt(u64, value, 10) catch std.math.maxInt(u64);
    }

    fn isEventStream(self: *Exchange) bool {
        const kind = message.headerAt(self.envoy, .response, "content-type", 0) orelse return false;
        return http.mediaTypeBegins(kind, "text/event-stream");
    }
};
