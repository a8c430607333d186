//! What documents of vendors tell of model, id and token usage.
const std = @import("std");
const json = @import("../../native/json.zig");
const Fields = @import("../../native/metadata.zig").Fields;
const search = @import("../../native/search.zig");
const Allocator = std.mem.Allocator;

pub const Seen = struct {
    id: ?[]const u8 = null,
    model: ?[]const u8 = null,
    input: ?u64 = null,
    output: ?u64 = null,
    total: ?u64 = null,
    cached: ?u64 = null,
    input_details: ?Fields = null,
    output_details: ?Fields = null,

    /// Takes what one document tells: an answer, or an event of a stream. OpenAI's, Anthropic's and Gemini's names.
    pub fn learn(self: *Seen, scratch: Allocator, arena: Allocator, text: []const u8) Allocator.Error!void {
        const id, const model, const own, const response_raw, const message_raw, const response_id, const version, const gemini =
            json.pick(&.{ "id", "model", "usage", "response", "message", "responseId", "modelVersion", "usageMetadata" }, text) orelse return;
        const response = inner(response_raw);
        const message = inner(message_raw);
        if (self.id == null) self.id = try first(scratch, arena, &.{ id, response[0], response_id, message[0] });
        if (self.model == null) self.model = try first(scratch, arena, &.{ model, response[1], message[1], version });
        if (object(own) orelse object(response[2]) orelse object(message[2])) |raw| return self.count(arena, raw);
        if (object(gemini)) |raw| self.countGemini(raw);
    }

    fn count(self: *Seen, arena: Allocator, text: []const u8) Allocator.Error!void {
        const found = json.pick(&.{
            "prompt_tokens",         "input_tokens",                "completion_tokens",       "output_tokens",
            "total_tokens",          "prompt_tokens_details",       "input_tokens_details",    "completion_tokens_details",
            "output_tokens_details", "cache_creation_input_tokens", "cache_read_input_tokens",
        }, text) orelse return;
        self.input = tally(found[0]) orelse tally(found[1]) orelse self.input;
        self.output = tally(found[2]) orelse tally(found[3]) orelse self.output;
        self.total = tally(found[4]) orelse self.total;
        const details = try numbers(arena, object(found[5]) orelse object(found[6]));
        const output_details = try numbers(arena, object(found[7]) orelse object(found[8]));
        const made = tally(found[9]);
        const read = tally(found[10]);
        if (made != null or read != null) self.cached = (made orelse 0) +| (read orelse 0);
        self.input_details = details orelse try cacheDetails(arena, made, read) orelse self.input_details;
        self.output_details = output_details orelse self.output_details;
    }

    fn countGemini(self: *Seen, text: []const u8) void {
        const found = json.pick(&.{ "promptTokenCount", "candidatesTokenCount", "totalTokenCount" }, text) orelse return;
        self.input = tally(found[0]) orelse self.input;
        self.output = tally(found[1]) orelse self.output;
        self.total = tally(found[2]) orelse self.total;
    }

    /// Log fields, but for the model and the total, which depend on more.
    pub fn describe(self: Seen, log: *Fields) Allocator.Error!void {
        if (self.id) |id| try log.string("chat_id", id);
        if (self.input) |tokens| try log.count("input_token", tokens);
        if (self.output) |tokens| try log.count("output_token", tokens);
        if (self.input_details) |details| try log.object("input_token_details", details);
        if (self.output_details) |details| try log.object("output_token_details", details);
    }
};

/// The text of a JSON string; null for everything else and for an empty one.
pub fn textOf(scratch: Allocator, raw: []const u8) Allocator.Error!?[]const u8 {
    if (!json.isString(raw)) return null;
    const text = try json.string(scratch, raw) orelse return null;
    return if (text.len == 0) null else text;
}

/// Offset of the first `"usage…": {` from `from` on.
pub fn usageAt(text: []const u8, from: usize) ?usize {
    var at = from;
    while (search.indexOfPos(text, at, "\"usage")) |found| {
        at = found + "\"usage".len;
        while (at < text.len and std.ascii.isAlphanumeric(text[at])) at += 1;
        if (at >= text.len or text[at] != '"') continue;
        at = json.skipSpace(text, at + 1);
        if (at >= text.len or text[at] != ':') continue;
        at = json.skipSpace(text, at + 1);
        if (at < text.len and text[at] == '{') return found;
    }
    return null;
}

/// Members `"role": "user"`. Quotes inside strings are escaped, so the plain text stands for a member's name or for a string that no colon follows.
pub fn userMessages(text: []const u8) u64 {
    var count: u64 = 0;
    var at: usize = 0;
    while (search.indexOfPos(text, at, "\"role\"")) |found| {
        at = found + "\"role\"".len;
        const colon = json.skipSpace(text, at);
        if (colon >= text.len or text[colon] != ':') continue;
        if (std.mem.startsWith(u8, text[json.skipSpace(text, colon + 1)..], "\"user\"")) count += 1;
    }
    return count;
}

fn inner(raw: ?[]const u8) [3]?[]const u8 {
    return json.pick(&.{ "id", "model", "usage" }, object(raw) orelse "{}") orelse .{ null, null, null };
}

fn object(raw: ?[]const u8) ?[]const u8 {
    const text = raw orelse return null;
    return if (json.isObject(text)) text else null;
}

fn first(scratch: Allocator, arena: Allocator, raws: []const ?[]const u8) Allocator.Error!?[]const u8 {
    for (raws) |raw| {
        const text = try textOf(scratch, raw orelse continue) orelse continue;
        return try arena.dupe(u8, text);
    }
    return null;
}

/// The whole number that a JSON number begins with.
fn tally(raw: ?[]const u8) ?u64 {
    const text = raw orelse return null;
    var end: usize = 0;
    while (end < text.len and std.ascii.isDigit(text[end])) end += 1;
    return if (end == 0) null else std.fmt.parseInt(u64, text[0..end], 10) catch null;
}

/// Numbers of a flat object; null when there are none.
fn numbers(arena: Allocator, raw: ?[]const u8) Allocator.Error!?Fields {
    const text = raw orelse return null;
    var members = json.Members.of(text) orelse return null;
    var fields: Fields = .{ .arena = arena };
    while (members.next() catch return null) |member| {
        if (!isWord(member.name)) continue;
        const number = std.fmt.parseFloat(f64, text[member.value.start..member.value.end]) catch continue;
        try fields.number(member.name, number);
    }
    return if (fields.bytes.items.len == 0) null else fields;
}

fn isWord(name: []const u8) bool {
    for (name) |byte| if (!std.ascii.isAlphanumeric(byte) and byte != '_') return false;
    return true;
}

fn cacheDetails(arena: Allocator, made: ?u64, read: ?u64) Allocator.Error!?Fields {
    if (made == null and read == null) return null;
    var fields: Fields = .{ .arena = arena };
    if (made) |tokens| try fields.count("cache_creation_input_tokens", tokens);
    if (read) |tokens| try fields.count("cache_read_input_tokens", tokens);
    return fields;
}

test "usage is found where it stands" {
    try std.testing.expectEqual(17, usageAt("{\"a\":\"\\\"usage\\\":{\"usage\" : {}}", 0).?);
    try std.testing.expectEqual(null, usageAt("{\"usage\":null}", 0));
    try std.testing.expectEqual(2, userMessages("[{\"role\":\"system\"},{\"role\": \"user\",\"content\":\"\\\"role\\\":\\\"user\\\"\"},{\"role\":\"user\"}]"));
}
