//! Plugins with a form of their own inside Envoy.
const hooksOf = @import("../native/plugin.zig").hooksOf;

pub const plugins = [_]@import("../native/plugin.zig").Hooks{
    hooksOf(@import("model-mapper/model-mapper.zig")),
};
