//! Bevy observers for what scripts observe: events by reflection, components by id.

#![allow(unsafe_code, reason = "reads the component that is about to go")]

use bevy_ecs::entity::Entity;
use bevy_ecs::lifecycle::{Add, Despawn, Insert, Remove};
use bevy_ecs::observer::{Observer, On};
use bevy_ecs::ptr::Ptr;
use bevy_ecs::reflect::{AppTypeRegistry, ReflectEvent};
use bevy_ecs::world::{DeferredWorld, World};
use bevy_reflect::ReflectFromPtr;
use perilune::ffi::host::HostValue;
use perilune::vm::Vm;

use super::context::{Named, Origin, context};
use super::declare::{ObserverKind, ObserverPlan};
use super::names::Category;
use super::reflect::to_host;
use super::{messages, query};

/// What an observer has seen, as arguments of a script's function.
pub(crate) type Seen = Vec<HostValue>;

/// Whether the event or component that is to be observed is one.
///
/// # Errors
/// What is wrong with its name.
pub(super) fn check(vm: &mut Vm, plan: &ObserverPlan) -> Result<(), String> {
    let shared = context(vm).shared.clone();
    let registry = shared.registry.read();
    match plan.kind {
        ObserverKind::Event => {
            messages::find::<ReflectEvent>(&registry, "event", "Event", &plan.target).map(|_| ())
        }
        // Whether it is a component depends on the world, which is asked when the observer is made.
        ObserverKind::Add | ObserverKind::Insert | ObserverKind::Remove | ObserverKind::Despawn => Ok(()),
    }
}

/// Makes the observer of a plan: `see` gets what it sees while structural changes are applied, and may only note it.
///
/// # Errors
/// What is wrong with the plan's name.
pub(crate) fn spawn(
    world: &mut World,
    plan: &ObserverPlan,
    see: impl Fn(Seen, &mut DeferredWorld<'_>) + Send + Sync + 'static,
) -> Result<Entity, String> {
    let registry = world.resource::<AppTypeRegistry>().clone();
    let component =
        |world: &mut World| query::named(world, &registry.read(), Category::Component, &plan.target, false);
    let entity = |entity: Entity| HostValue::Entity(entity.to_bits());
    let observer = match plan.kind {
        ObserverKind::Event => {
            let (_, event) =
                messages::find::<ReflectEvent>(&registry.read(), "event", "Event", &plan.target)?;
            event.create_observer(Box::new(move |event, mut world| {
                let event = to_host(&registry.read(), event.as_partial_reflect());
                see(vec![event], &mut world);
            }))
        }
        ObserverKind::Add => {
            let id = component(world)?.id;
            let see = move |on: On<Add>, mut world: DeferredWorld| see(vec![entity(on.entity)], &mut world);
            Observer::new(see).with_component(id)
        }
        ObserverKind::Insert => {
            let id = component(world)?.id;
            let see =
                move |on: On<Insert>, mut world: DeferredWorld| see(vec![entity(on.entity)], &mut world);
            Observer::new(see).with_component(id)
        }
        ObserverKind::Remove => {
            let named = component(world)?;
            let id = named.id;
            let see = move |on: On<Remove>, mut world: DeferredWorld| {
                let value = value_of(&world, on.entity, &named);
                see(vec![entity(on.entity), value], &mut world);
            };
            Observer::new(see).with_component(id)
        }
        ObserverKind::Despawn => {
            let named = component(world)?;
            let id = named.id;
            let see = move |on: On<Despawn>, mut world: DeferredWorld| {
                let value = value_of(&world, on.entity, &named);
                see(vec![entity(on.entity), value], &mut world);
            };
            Observer::new(see).with_component(id)
        }
    };
    Ok(world.spawn(observer).id())
}

/// The value of a component as plain data; nil when it cannot be seen from Lua.
fn value_of(world: &DeferredWorld<'_>, entity: Entity, named: &Named) -> HostValue {
    let Some(value) = world.get_entity(entity).ok().and_then(|entity| entity.get_by_id(named.id).ok()) else {
        return HostValue::Nil;
    };
    match named.origin {
        Origin::Rust(type_id) => {
            let registry = world.resource::<AppTypeRegistry>().read();
            let Some(from_ptr) = registry.get_type_data::<ReflectFromPtr>(type_id) else {
                return HostValue::Nil;
            };
            // SAFETY: a live value of the type, whose own reflection data is used.
            to_host(&registry, unsafe { from_ptr.as_reflect(value) }.as_partial_reflect())
        }
        Origin::Lua(ctype) => {
            let size = world.components().get_info(named.id).map_or(0, |info| info.layout().size());
            HostValue::Struct(ctype, bytes(value, size))
        }
    }
}

fn bytes(value: Ptr<'_>, size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    // SAFETY: a live value of this size, which is plain memory without padding that matters: it is read as bytes that came from bytes.
    unsafe { value.as_ptr().copy_to_nonoverlapping(bytes.as_mut_ptr(), size) };
    bytes
}
