//! Lets callers pass by the key that they send. No key stands in the configuration: keys are compared by their SHA-256.
const std = @import("std");
const abi = @import("../../native/abi.zig");
const http = @import("../../native/http.zig");
const Next = @import("../../native/plugin.zig").Next;
const Stream = @import("../../native/stream.zig").Stream;
const Sha256 = std.crypto.hash.sha2.Sha256;

pub const name = "key-auth";
pub const guards = true;

const Known = struct {
    /// Empty for keys without names.
    consumer: []const u8,
    allowed: bool,
    /// Places in `sources` where the key counts.
    sources: []const usize,
};

const Answer = struct { status: u32, body: []const u8, details: []const u8 };

pub const Config = struct {
    /// In order of precedence.
    sources: []const struct { kind: enum { header, query }, name: []const u8 },
    /// By the digest of the key, in hexadecimal.
    known: std.json.ArrayHashMap(Known),
    /// Header that keeps the caller's own key when another has taken its place; empty = none.
    original: []const u8,
    /// Header that tells the consumer.
    consumer: []const u8,
    /// Of all refusals.
    headers: []const struct { name: []const u8, value: []const u8 },
    refusals: struct { multi_key: Answer, no_key: Answer, unknown_key: Answer, not_allowed: Answer },

    fn find(self: *const Config, key: []const u8) ?Known {
        var digest: [Sha256.digest_length]u8 = undefined;
        Sha256.hash(key, &digest, .{});
        return self.known.map.get(&std.fmt.bytesToHex(digest, .lower));
    }

    fn findIn(self: *const Config, source: usize, key: []const u8) ?Known {
        const known = self.find(key) orelse return null;
        return if (std.mem.indexOfScalar(usize, known.sources, source) != null) known else null;
    }
};

/// Who calls, or the answer for those who may not.
const Verdict = union(enum) { caller: Known, refused: Answer };

/// What the values seen so far tell.
const Found = struct {
    key: ?[]const u8 = null,
    owner: ?Known = null,

    /// False when there is another key already.
    fn take(self: *Found, config: *const Config, source: usize, key: []const u8) bool {
        if (key.len == 0) return true;
        if (self.key) |before| if (!std.mem.eql(u8, before, key)) return false;
        self.key = key;
        if (self.owner == null) self.owner = config.findIn(source, key);
        return true;
    }
};

pub fn onRequestHeaders(self: *const Config, stream: *Stream, _: anytype) !Next {
    switch (try identify(self, stream)) {
        .caller => |caller| if (!caller.allowed)
            try refuse(self, stream, self.refusals.not_allowed)
        else if (caller.consumer.len > 0)
            stream.setHeader(self.consumer, caller.consumer)
        else
            stream.removeHeader(self.consumer),
        .refused => |answer| try refuse(self, stream, answer),
    }
    return .go_on;
}

fn identify(self: *const Config, stream: *Stream) !Verdict {
    if (self.original.len > 0) {
        var kept = stream.values(.request, self.original);
        while (kept.next()) |key| if (self.find(key)) |owner| return .{ .caller = owner };
    }
    var found: Found = .{};
    for (self.sources, 0..) |source, place| switch (source.kind) {
        .header => {
            var values = stream.values(.request, source.name);
            while (values.next()) |key| if (!found.take(self, place, key)) return .{ .refused = self.refusals.multi_key };
        },
        .query => {
            var query = http.Query.of(try stream.path());
            while (try query.next(stream.scratch)) |pair| {
                if (!std.mem.eql(u8, pair.name, source.name)) continue;
                if (!found.take(self, place, pair.value)) return .{ .refused = self.refusals.multi_key };
            }
        },
    };
    if (found.key == null) return .{ .refused = self.refusals.no_key };
    return if (found.owner) |owner| .{ .caller = owner } else .{ .refused = self.refusals.unknown_key };
}

fn refuse(self: *const Config, stream: *Stream, answer: Answer) !void {
    const headers = try stream.scratch.alloc(abi.Header, self.headers.len);
    for (self.headers, headers) |one, *header| header.* = .of(one.name, one.value);
    stream.reply(answer.status, headers, answer.body, answer.details);
}
