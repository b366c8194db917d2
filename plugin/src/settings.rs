//! The plugin's settings.

use std::time::Duration;

use bevy_ecs::resource::Resource;
use perilune::{Lua, MemoryLimit, Policy};

/// How scripts run. Changes take effect at the next frame.
///
/// ```no_run
/// use std::time::Duration;
/// use bevy_app::prelude::*;
/// use bevy_perilune::{GcPolicy, LuaPlugins, LuaScriptPlugin, LuaSettings};
///
/// let settings = LuaSettings::default()
///     .with_gc_budget(Duration::from_micros(300))
///     .with_gc_policy(GcPolicy::Strict)
///     .with_frame_time(Duration::from_micros(16_600))
///     .with_memory_limit(256 << 20);
/// App::new().add_plugins(LuaPlugins.set(LuaScriptPlugin::with_settings(settings)));
/// ```
#[derive(Resource, Clone, Debug, PartialEq)]
pub struct LuaSettings {
    /// The time a frame's slice of garbage collection may take: 500 us by default. Finalizers of scripts may take half of it again. What operations of
    /// scripts waited for the heap in the frame, beyond an eighth of the budget, is taken off the slice, down to a quarter of it. With zero there are no
    /// slices: allocation collects, a little at a time, once the heap has grown too large.
    pub gc_budget: Duration,
    /// What is done when scripts allocate faster than the budget collects: `Adaptive` by default.
    pub gc_policy: GcPolicy,
    /// How long a frame may take, if collection may use what is left of it: `None` by default. When scripts allocate faster than the budget collects,
    /// a slice then goes on beyond the budget, under every policy, but ends before the frame is this old. What comes after the slice
    /// (rendering, if it is not pipelined) needs its share: say 10 ms rather than 16.6.
    pub gc_frame_time: Option<Duration>,
    /// The soft cap, in bytes: slices are made longer, as the policy allows, and allocation helps, so that no more is in use. By default, `None`, nine tenths
    /// of the memory limit; never more than that limit. One that what is alive exceeds cannot be kept, and the log says so.
    pub memory_soft_limit: Option<usize>,
    /// The hard cap: the most memory scripts may use, in bytes, 1 GiB by default. What would exceed it gets the Lua error "not enough memory".
    pub memory_limit: usize,
    /// The longest one call into scripts may take (a system, one class's behaviours, loading a script): 1 s by default; `None` for no
    /// limit. What takes longer is stopped, reported and paused.
    pub time_limit: Option<Duration>,
}

/// What to do when a frame's budget does not keep up with allocation:
///
/// - `Strict`: never exceed the budget. The heap grows up to twice the size at which collections start, or the soft cap; beyond that allocation
///   pays in small steps, which count towards the budget up to two and a quarter times that size, and at the hard cap scripts get "not enough memory".
/// - `Adaptive`: before that, exceed it up to fourfold, and report it.
/// - `BoundedHeap`: exceed it by whatever keeps the heap within these bounds; at most by what the rest of the collection takes.
pub use perilune::Policy as GcPolicy;

impl Default for LuaSettings {
    fn default() -> LuaSettings {
        LuaSettings {
            gc_budget: Duration::from_micros(500),
            gc_policy: Policy::default(),
            gc_frame_time: None,
            memory_soft_limit: None,
            memory_limit: 1 << 30,
            time_limit: Some(Duration::from_secs(1)),
        }
    }
}

impl LuaSettings {
    /// Sets [`LuaSettings::gc_budget`].
    #[must_use]
    pub fn with_gc_budget(self, budget: Duration) -> LuaSettings {
        LuaSettings { gc_budget: budget, ..self }
    }

    /// Sets [`LuaSettings::gc_policy`].
    #[must_use]
    pub fn with_gc_policy(self, policy: GcPolicy) -> LuaSettings {
        LuaSettings { gc_policy: policy, ..self }
    }

    /// Lets collection use what is left of a frame of this length: [`LuaSettings::gc_frame_time`].
    #[must_use]
    pub fn with_frame_time(self, time: Duration) -> LuaSettings {
        LuaSettings { gc_frame_time: Some(time), ..self }
    }

    /// Sets [`LuaSettings::memory_soft_limit`].
    #[must_use]
    pub fn with_memory_soft_limit(self, bytes: usize) -> LuaSettings {
        LuaSettings { memory_soft_limit: Some(bytes), ..self }
    }

    /// Sets [`LuaSettings::memory_limit`].
    #[must_use]
    pub fn with_memory_limit(self, bytes: usize) -> LuaSettings {
        LuaSettings { memory_limit: bytes, ..self }
    }

    /// Sets [`LuaSettings::time_limit`].
    #[must_use]
    pub fn with_time_limit(self, limit: Option<Duration>) -> LuaSettings {
        LuaSettings { time_limit: limit, ..self }
    }

    /// The caps as the VM takes them.
    fn memory_limits(&self) -> MemoryLimit {
        let hard = self.memory_limit;
        MemoryLimit { soft: self.memory_soft_limit.unwrap_or(hard / 10 * 9).min(hard), hard }
    }

    /// What a slice may take beyond the budget when the frame is this old.
    pub(crate) fn slack(&self, age: Duration) -> Duration {
        let left = self.gc_frame_time.unwrap_or_default().saturating_sub(age);
        left.saturating_sub(self.gc_budget)
    }

    /// Tells the VM what has changed since the settings it was given last.
    pub(crate) fn apply(&self, last: Option<&LuaSettings>, lua: &mut Lua) {
        if last.map(|last| last.time_limit) != Some(self.time_limit) {
            lua.set_time_limit(self.time_limit);
        }
        if last.map(|last| last.gc_policy) != Some(self.gc_policy) {
            lua.set_gc_policy(self.gc_policy);
        }
        if last.map(LuaSettings::memory_limits) != Some(self.memory_limits()) {
            if let Some(soft) = self.memory_soft_limit.filter(|&soft| soft > self.memory_limit) {
                tracing::warn!(
                    target: "perilune",
                    "`memory_soft_limit` is {soft} bytes and above `memory_limit`, which is {} bytes and holds for both",
                    self.memory_limit
                );
            }
            lua.set_memory_limit(Some(self.memory_limits()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_cap_is_never_above_the_hard_one() {
        let limits = |settings: LuaSettings| {
            let MemoryLimit { soft, hard } = settings.memory_limits();
            (soft, hard)
        };
        let settings = LuaSettings::default().with_memory_limit(1000);
        assert_eq!(limits(settings.clone()), (900, 1000));
        assert_eq!(limits(settings.clone().with_memory_soft_limit(500)), (500, 1000));
        assert_eq!(limits(settings.with_memory_soft_limit(5000)), (1000, 1000));
    }

    #[test]
    fn slack_is_what_the_frame_has_left_beyond_the_budget() {
        let ms = Duration::from_millis;
        let settings = LuaSettings::default().with_gc_budget(ms(1));
        assert_eq!(settings.slack(ms(3)), Duration::ZERO);
        let settings = settings.with_frame_time(ms(10));
        assert_eq!(settings.slack(ms(3)), ms(6));
        assert_eq!(settings.slack(ms(9)), Duration::ZERO);
        assert_eq!(settings.slack(ms(30)), Duration::ZERO);
    }
}
