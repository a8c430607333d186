//! The dynamic module of the gateway for Envoy: plugins that run inside of it. Built into `libhigress.so`; `native/README.md` tells how it is made.
const builtin = @import("builtin");

comptime {
    // Tests have no Envoy to call.
    if (!builtin.is_test) _ = @import("native/hooks.zig");
}

test {
    _ = @import("native/config.zig");
    _ = @import("native/counters-test.zig");
    _ = @import("native/fuzz.zig");
    _ = @import("native/fuzz-copies.zig");
    _ = @import("native/fuzz-hop.zig");
    _ = @import("native/fuzz-plugins.zig");
    _ = @import("native/hop/copies.zig");
    _ = @import("native/hop/messages.zig");
    _ = @import("native/http.zig");
    _ = @import("native/json.zig");
    _ = @import("native/metadata.zig");
    _ = @import("plugins/native.zig");
    _ = @import("native/multipart.zig");
    _ = @import("native/protobuf.zig");
    _ = @import("native/search.zig");
}
