//! Observers that scripts declare.
//!
//! A Bevy observer runs wherever structural changes are applied, where the VM may be busy. So each only notes what it has seen, and asks
//! for [`run_pending`] at the end of the same changes; if the VM is busy then, whoever uses it calls it again afterwards.

use std::sync::{Arc, Mutex, PoisonError};

use bevy_ecs::change_detection::Mut;
use bevy_ecs::entity::Entity;
use bevy_ecs::resource::Resource;
use bevy_ecs::world::World;
use perilune::ErrorKind;

use crate::error::{LuaError, report};
use crate::system::body::Body;
use crate::system::call_exclusively;
use crate::vm::LuaVm;
use crate::world::declare::{ObserverDeclaration, ObserverPlan};
use crate::world::driver;
use crate::world::observers::{self, Seen};

/// How many observer calls may follow from one another before the rest is dropped: they trigger each other without end.
const MAX_CALLS: usize = 100_000;

/// The observers scripts have declared.
#[derive(Resource, Default)]
pub(crate) struct ScriptObservers {
    observers: Vec<ScriptObserver>,
    pending: Vec<(Arc<str>, Vec<ObserverDeclaration>)>,
    /// Components whose observers are to be made anew.
    changed_components: Vec<String>,
}

struct ScriptObserver {
    script: Arc<str>,
    plan: ObserverPlan,
    body: Arc<Body>,
    entity: Entity,
}

/// What observers have seen and scripts have not heard of.
#[derive(Resource, Clone, Default)]
pub(crate) struct PendingEvents(Arc<Mutex<Vec<PendingCall>>>);

/// A function, and what it is to be called with.
type PendingCall = (Arc<Body>, Seen);

impl ScriptObservers {
    /// A script has declared these observers, all it has.
    pub(crate) fn declare(&mut self, script: &str, declared: Vec<ObserverDeclaration>) {
        let known = self.observers.iter().any(|observer| &*observer.script == script);
        if known || !declared.is_empty() {
            self.pending.push((script.into(), declared));
        }
    }

    /// Components have other ids.
    pub(crate) fn components_changed(&mut self, names: &[String]) {
        self.changed_components.extend_from_slice(names);
    }
}

/// Makes and removes observers as declared. Between frames.
pub(crate) fn sync(world: &mut World) {
    let observers = world.resource::<ScriptObservers>();
    if observers.pending.is_empty() && observers.changed_components.is_empty() {
        return;
    }
    world.resource_scope(|world, mut observers: Mut<ScriptObservers>| {
        for (script, declared) in std::mem::take(&mut observers.pending) {
            observers.sync_script(world, &script, declared);
        }
        let changed = std::mem::take(&mut observers.changed_components);
        let stale: Vec<ScriptObserver> =
            observers.observers.extract_if(.., |observer| changed.contains(&observer.plan.target)).collect();
        for observer in stale {
            world.despawn(observer.entity);
            observers.add(world, &observer.script, observer.plan, observer.body);
        }
    });
}

impl ScriptObservers {
    fn sync_script(&mut self, world: &mut World, script: &Arc<str>, declared: Vec<ObserverDeclaration>) {
        let mut old: Vec<ScriptObserver> =
            self.observers.extract_if(.., |observer| observer.script == *script).collect();
        for ObserverDeclaration { plan, run } in declared {
            if let Some(at) = old.iter().position(|observer| observer.plan == plan) {
                let observer = old.remove(at);
                observer.body.replace(run);
                self.observers.push(observer);
                continue;
            }
            let body = Body::new(world, script, plan.label().into(), run);
            self.add(world, script, plan, body);
        }
        for observer in old {
            world.despawn(observer.entity);
        }
    }

    fn add(&mut self, world: &mut World, script: &Arc<str>, plan: ObserverPlan, body: Arc<Body>) {
        let pending = world.resource::<PendingEvents>().clone();
        let seen_by = Arc::clone(&body);
        let outcome = observers::spawn(world, &plan, move |seen, world| {
            if seen_by.paused() {
                return;
            }
            pending.0.lock().unwrap_or_else(PoisonError::into_inner).push((Arc::clone(&seen_by), seen));
            world.commands().queue(run_pending);
        });
        match outcome {
            Ok(entity) => {
                self.observers.push(ScriptObserver { script: Arc::clone(script), plan, body, entity });
            }
            Err(message) => report(world, LuaError::text(script, plan.label(), ErrorKind::Runtime, message)),
        }
    }
}

/// Calls scripts' observers with what has been seen, unless the VM is in use.
pub(crate) fn run_pending(world: &mut World) {
    let Some(pending) = world.get_resource::<PendingEvents>().cloned() else { return };
    let mut calls = 0;
    while world.contains_resource::<LuaVm>() {
        let batch = std::mem::take(&mut *pending.0.lock().unwrap_or_else(PoisonError::into_inner));
        if batch.is_empty() {
            return;
        }
        for (body, seen) in batch {
            calls += 1;
            if calls > MAX_CALLS {
                let message = format!(
                    "observers trigger each other without end: stopped after {MAX_CALLS} calls; let one of them look before it triggers"
                );
                report(world, LuaError::text(&body.script, &*body.label, ErrorKind::Runtime, message));
                pending.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
                return;
            }
            if body.paused() {
                continue;
            }
            call_exclusively(world, &body, |cx, function| {
                let mut values = Vec::with_capacity(seen.len());
                for value in &seen {
                    values.push(driver::lua_value(cx, value)?);
                }
                match values.as_slice() {
                    [only] => function.call::<()>(cx, only),
                    [first, second] => function.call::<()>(cx, (first, second)),
                    _ => unreachable!("observers see one or two values"),
                }
            });
        }
    }
}
