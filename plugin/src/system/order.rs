//! The order of script systems among each other.

use std::sync::Arc;

use super::{ScriptSystem, ScriptSystemSet};
use crate::world::declare::Plan;

/// The systems a system runs before and after.
#[derive(Debug, Default)]
pub(super) struct Order {
    pub(super) before: Vec<ScriptSystemSet>,
    pub(super) after: Vec<ScriptSystemSet>,
}

/// The system a plan of `script` means by a name: its own script's, or else any script's.
fn find<'s>(systems: &'s [ScriptSystem], script: &str, name: &str) -> Option<&'s ScriptSystem> {
    let own = systems.iter().find(|system| &*system.script == script && &*system.name == name);
    own.or_else(|| systems.iter().find(|system| &*system.name == name))
}

/// The sets that a new system's `before` and `after` name.
///
/// # Errors
/// There is no such system, it runs in another schedule, or the order would be a cycle, which the message names.
pub(super) fn order(
    systems: &[ScriptSystem],
    script: &Arc<str>,
    name: &str,
    plan: &Plan,
) -> Result<Order, String> {
    let resolve = |other: &String| {
        let Some(system) = find(systems, script, other) else {
            let names: Vec<&str> = systems.iter().map(|s| &*s.name).collect();
            return Err(format!(
                "there is no script system '{other}' to be ordered with: declare it before this one (declared so far: {})",
                names.join(", ")
            ));
        };
        if system.plan.schedule != plan.schedule {
            return Err(format!(
                "'{other}' runs in schedule {}, this system in {}: only systems of one schedule can be ordered",
                system.plan.schedule, plan.schedule
            ));
        }
        Ok(system.set())
    };
    let before: Vec<ScriptSystemSet> = plan.before.iter().map(resolve).collect::<Result<_, _>>()?;
    let after: Vec<ScriptSystemSet> = plan.after.iter().map(resolve).collect::<Result<_, _>>()?;
    // Only systems that exist can be named, so a cycle needs this one between two that are ordered already.
    for first in &before {
        for last in &after {
            if let Some(path) = path(systems, first, last) {
                let names: Vec<&str> = path.iter().map(|set| &*set.name).collect();
                return Err(format!(
                    "the order is a cycle: {name} -> {} -> {name}: leave out one 'before' or 'after'",
                    names.join(" -> ")
                ));
            }
        }
    }
    Ok(Order { before, after })
}

/// How one system comes to run before another: the systems from the one to the other.
fn path(
    systems: &[ScriptSystem],
    from: &ScriptSystemSet,
    to: &ScriptSystemSet,
) -> Option<Vec<ScriptSystemSet>> {
    let mut paths = vec![vec![from.clone()]];
    let mut seen: Vec<ScriptSystemSet> = Vec::new();
    while let Some(path) = paths.pop() {
        let at = path.last().expect("paths have a beginning").clone();
        if at == *to {
            return Some(path);
        }
        if seen.contains(&at) {
            continue;
        }
        let mut extend = |next: ScriptSystemSet| paths.push(path.iter().cloned().chain([next]).collect());
        for system in systems {
            let named = |names: &[String], set: &ScriptSystemSet| {
                names.iter().any(|name| find(systems, &system.script, name).is_some_and(|s| s.set() == *set))
            };
            if system.set() == at {
                for name in &system.plan.before {
                    if let Some(next) = find(systems, &system.script, name) {
                        extend(next.set());
                    }
                }
            }
            if named(&system.plan.after, &at) {
                extend(system.set());
            }
        }
        seen.push(at);
    }
    None
}
