//! `commands.spawn`, `insert`, `remove`, `despawn`: structural changes, applied at the next sync point.
//!
//! Everything that can be wrong with a component's value is found when the script calls: the command that is queued
//! holds a finished value of the right type.

#![allow(unsafe_code, reason = "lends a value under construction, and moves it into the world")]

use std::alloc::Layout;
use std::any::TypeId;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{NonNull, null_mut};

use bevy_ecs::component::{ComponentId, Components};
use bevy_ecs::entity::Entity;
use bevy_ecs::hierarchy::ChildOf;
use bevy_ecs::ptr::OwningPtr;
use bevy_ecs::reflect::ReflectComponent;
use bevy_ecs::system::Commands;
use bevy_ecs::world::{EntityWorldMut, World};
use bevy_reflect::std_traits::ReflectDefault;
use bevy_reflect::{Reflect, ReflectFromReflect, TypeInfo};
use perilune::ffi::ctype::CTypeId;
use perilune::ffi::host::HostValue;
use perilune::ffi::view::{Source, WriteRule};
use perilune::function::NativeFn;
use perilune::table::Table;
use perilune::value::{Gc, RawValue};
use perilune::vm::{Args, NativeResult, Raised, Vm};

use super::access::no_entity;
use super::component::PlainValue;
use super::context::context;
use super::names::{self, Category};
use super::reflect::from_host;
use super::{layout, messages, run};

/// The table `commands`.
///
/// # Errors
/// When the VM's memory limit is reached.
pub(crate) fn open(vm: &mut Vm) -> Result<RawValue, Raised> {
    let table = vm.new_table(0, FUNCTIONS.len())?;
    for (name, function) in FUNCTIONS {
        let function = vm.new_host_function(name, *function, &[])?;
        vm.raw_set_name(table, name, function)?;
    }
    Ok(table.into())
}

/// What `commands` has.
const FUNCTIONS: &[(&str, NativeFn)] = &[
    ("spawn", spawn),
    ("insert", insert),
    ("remove", remove),
    ("despawn", despawn),
    ("trigger", messages::trigger),
    ("set_parent", set_parent),
    ("remove_parent", remove_parent),
];

/// Whether `commands` has a function of this name.
pub(super) fn has(name: &str) -> bool {
    FUNCTIONS.iter().any(|(known, _)| *known == name)
}

/// A component ready to be inserted.
pub(super) enum Prepared {
    /// A value of a Rust type, and what registers the component when nothing in the world has used it yet.
    Rust(Box<dyn Reflect>, Option<ReflectComponent>),
    /// A value of a component that a script declared.
    Lua(PlainValue),
}

/// A component to be removed.
enum Removed {
    Rust(TypeId),
    Lua(ComponentId),
}

/// `commands.spawn { Transform = { ... }, "Frozen", parent = entity, children = { { ... } } }`: the new entity, at once.
fn spawn(vm: &mut Vm, args: Args) -> NativeResult {
    let tree = if args.count == 0 {
        Tree::default()
    } else {
        let table = vm.check_table(args, 0)?;
        prepare_tree(vm, args, table, 0)?
    };
    let entity = with_commands(vm, |commands| spawn_tree(commands, tree))?;
    let value = vm.ffi.entities.value(entity.to_bits());
    vm.ret1(value)
}

/// How deep children of children may be spawned at once.
const MAX_DEPTH: u32 = 32;

/// An entity to be spawned, and its children.
#[derive(Default)]
struct Tree {
    components: Vec<Prepared>,
    children: Vec<Tree>,
}

const CHILDREN: &str = "'children' must be a list of tables of components, as in children = { { Transform = {} }, { \"Frozen\" } }";

fn prepare_tree(vm: &mut Vm, args: Args, table: Gc<Table>, depth: u32) -> Result<Tree, Raised> {
    if depth == MAX_DEPTH {
        return Err(vm.error(format!("children nested more than {MAX_DEPTH} deep: spawn them one by one")));
    }
    let mut tree = Tree { components: prepare_all(vm, args, 0, table)?, children: Vec::new() };
    let children = vm.new_string(b"children")?;
    let children = table.get(&vm.heap, children);
    if children.is_nil() {
        return Ok(tree);
    }
    let Some(list) = children.as_table() else {
        return Err(vm.arg_error(args, 0, CHILDREN));
    };
    let mut position = 0;
    while let Some((next, _, child)) = list.entry_after(&vm.heap, position) {
        position = next;
        let Some(child) = child.as_table() else {
            return Err(vm.arg_error(args, 0, CHILDREN));
        };
        tree.children.push(prepare_tree(vm, args, child, depth + 1)?);
    }
    Ok(tree)
}

fn spawn_tree(commands: &mut Commands, tree: Tree) -> Entity {
    let mut entity = commands.spawn_empty();
    let id = entity.id();
    let components = tree.components;
    entity.queue_silenced(move |mut entity: EntityWorldMut| insert_all(&mut entity, components));
    for child in tree.children {
        let child = spawn_tree(commands, child);
        commands.entity(child).insert(ChildOf(id));
    }
    id
}

/// `commands.set_parent(child, parent)`
fn set_parent(vm: &mut Vm, args: Args) -> NativeResult {
    let child = check_existing(vm, args, 0)?;
    let parent = check_existing(vm, args, 1)?;
    if child == parent {
        return Err(vm.arg_error(args, 1, "an entity cannot be its own parent: name another one"));
    }
    with_commands(vm, |commands| {
        commands.queue(move |world: &mut World| {
            // One of them may be gone by now.
            if world.get_entity(parent).is_ok()
                && let Ok(mut child) = world.get_entity_mut(child)
            {
                child.insert(ChildOf(parent));
            }
        });
    })?;
    vm.ret0()
}

/// `commands.remove_parent(child)`
fn remove_parent(vm: &mut Vm, args: Args) -> NativeResult {
    let child = check_existing(vm, args, 0)?;
    with_commands(vm, |commands| {
        commands.entity(child).queue_silenced(|mut child: EntityWorldMut| {
            child.remove::<ChildOf>();
        });
    })?;
    vm.ret0()
}

/// `commands.insert(entity, { Velocity = { ... } })`.
fn insert(vm: &mut Vm, args: Args) -> NativeResult {
    let entity = check_existing(vm, args, 0)?;
    let table = vm.check_table(args, 1)?;
    let components = prepare_all(vm, args, 1, table)?;
    with_commands(vm, |commands| {
        let mut entity = commands.entity(entity);
        entity.queue_silenced(move |mut entity: EntityWorldMut| insert_all(&mut entity, components));
    })?;
    vm.ret0()
}

/// `commands.remove(entity, "Velocity", ...)`.
fn remove(vm: &mut Vm, args: Args) -> NativeResult {
    let entity = check_existing(vm, args, 0)?;
    let mut types = Vec::new();
    for index in 1..args.count.max(2) {
        let name = vm.check_string(args, index)?;
        let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
        let declared = context(vm).shared.lua_components.get(&name);
        types.push(match declared {
            Some(component) => Removed::Lua(component.id),
            None => Removed::Rust(resolve(vm, &name, |registration| registration.type_id())?),
        });
    }
    with_commands(vm, |commands| {
        commands.entity(entity).queue_silenced(move |mut entity: EntityWorldMut| {
            let components = entity.world().components();
            let ids: Vec<ComponentId> = types.iter().filter_map(|removed| removed.id(components)).collect();
            for id in ids {
                entity.remove_by_id(id);
            }
        });
    })?;
    vm.ret0()
}

/// `commands.despawn(entity)`, its children too.
fn despawn(vm: &mut Vm, args: Args) -> NativeResult {
    let entity = check_existing(vm, args, 0)?;
    with_commands(vm, |commands| commands.entity(entity).try_despawn())?;
    vm.ret0()
}

impl Removed {
    fn id(&self, components: &Components) -> Option<ComponentId> {
        match self {
            Removed::Rust(type_id) => components.get_id(*type_id),
            Removed::Lua(id) => Some(*id),
        }
    }
}

pub(super) fn with_commands<R>(vm: &mut Vm, f: impl FnOnce(&mut Commands) -> R) -> Result<R, Raised> {
    match &mut context(vm).run {
        // SAFETY: the commands outlive the run (`Run::new`), and nothing else uses them while it lasts.
        Some(run) => Ok(f(unsafe { run.commands.as_mut() })),
        None => Err(vm.error("commands can be used only inside a system or a behaviour's hooks")),
    }
}

/// An argument as an entity that exists, or was spawned in this run.
fn check_existing(vm: &mut Vm, args: Args, index: u32) -> Result<Entity, Raised> {
    let bits = vm.check_entity(args, index)?;
    let entity = Entity::try_from_bits(bits);
    let known = with_commands(vm, |commands| entity.filter(|entity| commands.get_entity(*entity).is_ok()))?;
    known.ok_or_else(|| no_entity(vm, bits))
}

fn resolve<R>(
    vm: &mut Vm,
    name: &str,
    f: impl FnOnce(&bevy_reflect::TypeRegistration) -> R,
) -> Result<R, Raised> {
    let shared = context(vm).shared.clone();
    let Some(run::Run { world, .. }) = &context(vm).run else {
        return Err(vm.error("commands can be used only inside a system or a behaviour's hooks"));
    };
    let components = world.components();
    let registry = shared.registry.read();
    let found = names::resolve(&registry, components, Category::Component, name).map_err(|message| {
        names::or_declared(Some(&shared.lua_components), Category::Component, name, message)
    });
    match found {
        Ok(registration) => Ok(f(registration)),
        Err(message) => Err(vm.error(message)),
    }
}

/// The components of a table: `Name = value`, or `"Name"` for a default one.
fn prepare_all(vm: &mut Vm, args: Args, index: u32, table: Gc<Table>) -> Result<Vec<Prepared>, Raised> {
    let mut prepared = Vec::new();
    let mut position = 0;
    while let Some((next, key, value)) = table.entry_after(&vm.heap, position) {
        position = next;
        let (name, value) = match (key.as_string(), value.as_string()) {
            (Some(name), _) => (name, Some(value)),
            (None, Some(name)) if key.is_number() => (name, None),
            (None, _) => {
                let message = "components expected: Name = { fields }, or \"Name\"";
                return Err(vm.arg_error(args, index, message));
            }
        };
        match (name.as_bytes(), value) {
            (b"children", Some(_)) => continue,
            (b"parent", Some(value)) => {
                let bits = vm.ffi.entities.bits(value).and_then(Entity::try_from_bits);
                let parent = bits
                    .map(|parent| with_commands(vm, |c| c.get_entity(parent).is_ok().then_some(parent)))
                    .transpose()?
                    .flatten();
                let Some(parent) = parent else {
                    return Err(vm.arg_error(
                        args,
                        index,
                        "'parent' must be an entity that exists, as commands.spawn returns one",
                    ));
                };
                prepared.push(Prepared::Rust(Box::new(ChildOf(parent)), None));
                continue;
            }
            _ => {}
        }
        let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
        prepared.push(prepare(vm, &name, value)?);
    }
    Ok(prepared)
}

/// A component from what a script gave for it: a table of fields, the value of a component with one field, `true` or nothing for
/// its default.
fn prepare(vm: &mut Vm, name: &str, value: Option<RawValue>) -> Result<Prepared, Raised> {
    let declared = context(vm).shared.lua_components.get(name);
    if let Some(component) = declared {
        let mut new = component.new_value();
        if let Some(value) = value.filter(|value| *value != RawValue::TRUE) {
            // SAFETY: a new value of the type.
            unsafe { assign(vm, name, component.ctype, new.as_mut_ptr(), value)? };
        }
        return Ok(Prepared::Lua(new));
    }
    let (info, default, build, register) = resolve(vm, name, |registration| {
        (
            registration.type_info(),
            registration.data::<ReflectDefault>().cloned(),
            registration.data::<ReflectFromReflect>().cloned(),
            registration.data::<ReflectComponent>().cloned(),
        )
    })?;
    let shared = context(vm).shared.clone();
    let value = value.filter(|value| *value != RawValue::TRUE || is_newtype(info));
    if let Some(default) = default {
        let Ok(mut new) = catch_unwind(|| default.default()) else {
            return Err(vm.error(format!(
                "component '{name}': its default panicked: mend its Default in Rust, or leave Default out of its #[reflect(...)]"
            )));
        };
        if let Some(value) = value {
            let ctype = layout::ctype_of(vm, &shared, &*new)?;
            // SAFETY: a live value of the type.
            unsafe { assign(vm, name, ctype, std::ptr::from_mut(&mut *new).cast(), value)? };
        }
        return Ok(Prepared::Rust(new, register));
    }
    let given = value.map_or(Ok(HostValue::Table(Vec::new())), |value| vm.to_host(value))?;
    let new = {
        let registry = shared.registry.read();
        from_host(shared.hosted.types(&registry), info, &given)
    };
    let new = match new {
        Ok(new) => new,
        Err(message) => return Err(vm.error(format!("component '{name}': {message}"))),
    };
    let built = catch_unwind(AssertUnwindSafe(|| build.and_then(|build| build.from_reflect(&*new))));
    match built {
        Ok(Some(value)) => Ok(Prepared::Rust(value, register)),
        Ok(None) => {
            let fields = field_names(info);
            Err(vm.error(format!(
                "component '{name}' has no default: give all its fields ({})",
                fields.join(", ")
            )))
        }
        Err(_) => Err(vm.error(format!(
            "component '{name}': building it panicked: mend its FromReflect in Rust, or give other fields"
        ))),
    }
}

fn is_newtype(info: &TypeInfo) -> bool {
    matches!(info, TypeInfo::TupleStruct(t) if t.field_len() == 1)
}

pub(super) fn field_names(info: &TypeInfo) -> Vec<String> {
    match info {
        TypeInfo::Struct(s) => s.iter().map(|field| field.name().to_owned()).collect(),
        TypeInfo::TupleStruct(t) => (0..t.field_len()).map(|n| n.to_string()).collect(),
        TypeInfo::Enum(e) => e.iter().map(|variant| variant.name().to_owned()).collect(),
        TypeInfo::Tuple(_)
        | TypeInfo::List(_)
        | TypeInfo::Array(_)
        | TypeInfo::Map(_)
        | TypeInfo::Set(_)
        | TypeInfo::Opaque(_) => Vec::new(),
    }
}

/// Assigns fields of a value under construction, by the rules of assigning to a view.
///
/// # Safety
/// `data` is a live value of the type.
unsafe fn assign(
    vm: &mut Vm,
    name: &str,
    ctype: CTypeId,
    data: *mut u8,
    value: RawValue,
) -> Result<(), Raised> {
    let source = vm.ffi.lending.source(Source {
        category: "component",
        name: name.to_owned(),
        borrower: "commands".to_owned(),
        rule: WriteRule::Allowed,
    });
    // SAFETY: the view is used for one assignment, which runs no script code, and is reachable from nowhere afterwards.
    unsafe {
        let view = vm.lend(ctype, data, null_mut(), source)?;
        vm.assign(view, value)
    }
}

/// Moves values into the world as components of an entity.
pub(super) fn insert_all(entity: &mut EntityWorldMut, components: Vec<Prepared>) {
    for prepared in components {
        let (value, register) = match prepared {
            Prepared::Rust(value, register) => (value, register),
            Prepared::Lua(value) => {
                value.insert(entity);
                continue;
            }
        };
        let type_id = value.as_any().type_id();
        let known = entity.world().components().get_id(type_id);
        let id = match (known, register) {
            (Some(id), _) => id,
            (None, Some(register)) => entity.world_scope(|world| register.register_component(world)),
            // A relationship's component, which has no need of reflection.
            (None, None) => entity.world_scope(|world| world.register_component::<ChildOf>()),
        };
        let layout = Layout::for_value(value.as_partial_reflect());
        let raw = Box::into_raw(value).cast::<u8>();
        // SAFETY: the pointer is to a live value of the component's type, which the world takes over; what remains is its memory,
        // allocated by `Box` with this layout (nothing for a type without size).
        unsafe {
            entity.insert_by_id(id, OwningPtr::new(NonNull::new_unchecked(raw)));
            if layout.size() > 0 {
                std::alloc::dealloc(raw, layout);
            }
        }
    }
}
