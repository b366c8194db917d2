//! The public system sets.

use bevy_ecs::schedule::SystemSet;

/// Where scripts run, for ordering Rust systems with them.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LuaSystems {
    /// The behaviours of entities, in `Update` and `FixedUpdate`.
    Behaviours,
    /// The systems that scripts declare with `system{...}`, in the schedule each names.
    Systems,
    /// The frame's slice of garbage collection, in `Last`.
    Collect,
    /// The figures of the frame go to Bevy's diagnostics, in `Last` after [`LuaSystems::Collect`].
    Diagnostics,
}
