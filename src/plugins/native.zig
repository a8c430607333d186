//! Plugins with a form of their own inside Envoy.
const Hooks = @import("../native/plugin.zig").Hooks;
const hooksOf = @import("../native/plugin.zig").hooksOf;

pub const plugins = [_]Hooks{
    hooksOf(@import("ai-proxy/ai-proxy.zig")),
    hooksOf(@import("ai-statistics/ai-statistics.zig")),
    hooksOf(@import("key-auth/key-auth.zig")),
    hooksOf(@import("model-mapper/model-mapper.zig")),
    hooksOf(@import("model-router/model-router.zig")),
    hooksOf(@import("request-block/request-block.zig")),
    hooksOf(@import("transformer/transformer.zig")),
};

test {
    _ = @import("ai-proxy/ai-proxy.zig");
    _ = @import("ai-statistics/ai-statistics.zig");
    _ = @import("ai-statistics/usage.zig");
}
