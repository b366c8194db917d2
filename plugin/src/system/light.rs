//! The schedule `LuaUpdate`: script systems that run one after another in one system of `Update`.
//!
//! Bevy rebuilds a whole schedule when a system comes or goes, in a time that grows with the square of its systems. A system here costs
//! nothing of that, and does not run beside Rust systems.

use std::sync::Arc;

use bevy_ecs::change_detection::Mut;
use bevy_ecs::resource::Resource;
use bevy_ecs::world::World;

use super::body::Body;
use super::order::Order;
use super::{Access, ScriptSystemSet, run_alone};

/// The name scripts call it by.
pub(super) const NAME: &str = "LuaUpdate";

/// The systems of `LuaUpdate`, in the order in which they run.
#[derive(Resource, Default)]
pub(crate) struct LightSchedule(Vec<LightSystem>);

struct LightSystem {
    set: ScriptSystemSet,
    order: Order,
    body: Arc<Body>,
    access: Access,
}

/// Adds a system, behind what it runs after and in front of what it runs before.
pub(super) fn insert(world: &mut World, set: ScriptSystemSet, order: Order, body: Arc<Body>, access: Access) {
    let mut schedule = world.resource_mut::<LightSchedule>();
    let systems = &mut schedule.0;
    systems.push(LightSystem { set, order, body, access });
    sort(systems);
}

/// Removes a system.
pub(super) fn remove(world: &mut World, set: &ScriptSystemSet) {
    world.resource_mut::<LightSchedule>().0.retain(|system| system.set != *set);
}

/// Puts systems into an order that has no cycle, keeping the order of declaration where nothing else is said.
fn sort(systems: &mut Vec<LightSystem>) {
    let mut waiting = std::mem::take(systems);
    while !waiting.is_empty() {
        let is_first = |at: usize| {
            let candidate = &waiting[at];
            waiting.iter().enumerate().all(|(i, other)| {
                let precedes =
                    other.order.before.contains(&candidate.set) || candidate.order.after.contains(&other.set);
                i == at || !precedes
            })
        };
        // Cycles are refused at declaration.
        let next = (0..waiting.len()).find(|&at| is_first(at)).unwrap_or(0);
        systems.push(waiting.remove(next));
    }
}

/// Runs them all.
pub(crate) fn run(world: &mut World) {
    if world.resource::<LightSchedule>().0.is_empty() {
        return;
    }
    world.resource_scope(|world, mut schedule: Mut<LightSchedule>| {
        for system in &mut schedule.0 {
            run_alone(world, &system.body, &mut system.access);
        }
    });
}
