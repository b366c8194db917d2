//! The plugin's settings.

use std::time::Duration;

use bevy_ecs::resource::Resource;

/// How scripts run. Changes take effect at the next frame.
#[derive(Resource, Clone, Debug)]
pub struct LuaSettings {
    /// The time a frame's slice of garbage collection may take: 500 us by default.
    pub gc_budget: Duration,
    /// The longest one call into scripts may take (a system, one class's behaviours, loading a script): 1 s by default; `None` for no
    /// limit. What takes longer is stopped, reported and paused.
    pub time_limit: Option<Duration>,
    /// The most memory scripts may use, in bytes: 1 GiB by default. What would exceed it gets the Lua error "not enough memory".
    pub memory_limit: usize,
}

impl Default for LuaSettings {
    fn default() -> LuaSettings {
        LuaSettings {
            gc_budget: Duration::from_micros(500),
            time_limit: Some(Duration::from_secs(1)),
            memory_limit: 1 << 30,
        }
    }
}
