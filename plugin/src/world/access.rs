//! Components and resources by entity and name: `world.get(entity, "Transform")`, and what `self.Transform` of a behaviour means.

#![allow(unsafe_code, reason = "lends components inside the access of the run")]

use std::sync::Arc;

use bevy_ecs::entity::Entity;
use bevy_ecs::world::unsafe_world_cell::UnsafeWorldCell;
use perilune::ffi::ctype::{CTypeId, near_matches};
use perilune::ffi::host::NamedPlaces;
use perilune::ffi::view::{SourceId, WriteRule};
use perilune::function::NativeFn;
use perilune::string::LuaString;
use perilune::value::{Gc, RawValue};
use perilune::vm::{Args, NativeResult, Raised, Vm};

use super::context::{CachedName, Named, ScriptContext, Shared, context};
use super::names::{self, Category};
use super::query::{ctype_at, source};
use super::run::Run;
use super::storage;

/// The table `world`.
///
/// # Errors
/// When the VM's memory limit is reached.
pub(crate) fn open(vm: &mut Vm) -> Result<RawValue, Raised> {
    let table = vm.new_table(0, FUNCTIONS.len())?;
    for (name, function) in FUNCTIONS {
        let function = vm.new_host_function(name, *function, &[])?;
        vm.raw_set_name(table, name, function)?;
    }
    let meta = vm.new_table(0, 1)?;
    let index = vm.new_host_function("__index", no_function, &[])?;
    vm.raw_set_name(meta, "__index", index)?;
    table.set_metatable(&mut vm.heap, Some(meta))?;
    Ok(table.into())
}

/// What `world` has.
const FUNCTIONS: &[(&str, NativeFn)] = &[
    ("get", get),
    ("query", super::adhoc::query),
    ("resource", resource),
    ("contains", contains),
    ("parent", parent),
    ("children", children),
];

/// A name that `world` does not have: what it has, and where structural changes are.
fn no_function(vm: &mut Vm, args: Args) -> NativeResult {
    let key = vm.arg(args, 1);
    let Some(name) = key.as_string() else { return vm.ret1(RawValue::NIL) };
    let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
    let names = FUNCTIONS.iter().map(|(name, _)| *name);
    if super::commands::has(&name) {
        return Err(vm.error(format!("world has no '{name}': structure changes by commands.{name}")));
    }
    let near = near_matches(&name, names.clone());
    let hint = near.first().map_or_else(String::new, |near| format!(" (did you mean '{near}'?)"));
    let names: Vec<&str> = names.collect();
    Err(vm.error(format!("world has no '{name}'{hint}; it has: {}", names.join(", "))))
}

/// The world of the run under way, whether it may touch everything, and who runs.
pub(super) fn running(vm: &mut Vm) -> Result<(UnsafeWorldCell<'static>, bool, Arc<str>), Raised> {
    if let Some(run) = &context(vm).run {
        return Ok((run.world, run.is_exclusive, Arc::clone(&run.lease.borrower)));
    }
    Err(vm.error("the world can be used only inside a system or a behaviour's hooks"))
}

/// `world.get(entity, name)`: a view of the component, nil when the entity has none.
fn get(vm: &mut Vm, args: Args) -> NativeResult {
    let bits = vm.check_entity(args, 0)?;
    let name = vm.check_string(args, 1)?;
    match component(vm, bits, name)? {
        Some(view) => vm.ret1(view),
        None => Err(unknown_component(vm, name)),
    }
}

/// `world.parent(entity)`: the entity it is a child of, or nil.
fn parent(vm: &mut Vm, args: Args) -> NativeResult {
    let value = relation(vm, args, b"ChildOf")?;
    vm.ret1(value)
}

/// `world.children(entity)`: the list of its children, or nil.
fn children(vm: &mut Vm, args: Args) -> NativeResult {
    let value = relation(vm, args, b"Children")?;
    vm.ret1(value)
}

/// What the only field of a relationship's component holds.
fn relation(vm: &mut Vm, args: Args, name: &[u8]) -> Result<RawValue, Raised> {
    let bits = vm.check_entity(args, 0)?;
    let name = vm.new_string(name)?.as_string().expect("just made");
    match component(vm, bits, name)? {
        Some(view) if view.is_cdata() => vm.index(view, 0.0.into()),
        Some(_) => Ok(RawValue::NIL),
        None => Err(unknown_component(vm, name)),
    }
}

/// `world.contains(entity)`: whether it exists.
fn contains(vm: &mut Vm, args: Args) -> NativeResult {
    let bits = vm.check_entity(args, 0)?;
    let (world, ..) = running(vm)?;
    let exists = Entity::try_from_bits(bits).is_some_and(|entity| world.get_entity(entity).is_ok());
    vm.ret1(exists)
}

/// `world.resource(name)`: a view of the resource, in an exclusive run.
fn resource(vm: &mut Vm, args: Args) -> NativeResult {
    let name = vm.check_string(args, 0)?;
    let (world, is_exclusive, borrower) = running(vm)?;
    let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
    if !is_exclusive {
        let message =
            format!("{borrower} has declared access: add \"{name}\" or \"mut {name}\" to its resources");
        return Err(vm.error(message));
    }
    let shared = context(vm).shared.clone();
    let found = lookup(&shared, world, Category::Resource, &name);
    let named = match found {
        Ok(named) => named,
        Err(message) => return Err(vm.error(message)),
    };
    // SAFETY: the run has the world to itself.
    let place = named.as_ref().and_then(|named| unsafe { storage::resource(world, named.id) });
    let (Some(named), Some((data, tick))) = (named, place) else {
        return vm.ret1(RawValue::NIL);
    };
    // SAFETY: the live resource.
    let Some(ctype) = (unsafe { ctype_at(vm, &shared, named.origin, data)? }) else {
        return Err(vm.error(not_reflected(Category::Resource, &name)));
    };
    let rule = if named.mutable { WriteRule::Allowed } else { WriteRule::Immutable };
    let source = source(vm, Category::Resource, &named, rule, &borrower);
    // SAFETY: the run has the world to itself until the epoch ends.
    let view = unsafe { vm.lend(ctype, data, tick, source)? };
    vm.ret1(RawValue::from(view))
}

/// What a name means in this world; `None` when it is a type the world has never used.
pub(super) fn lookup(
    shared: &Shared,
    world: UnsafeWorldCell<'_>,
    category: Category,
    name: &str,
) -> Result<Option<Named>, String> {
    if category == Category::Component
        && let Some(named) = shared.lua_components.named(name)
    {
        return Ok(Some(named));
    }
    let registry = shared.registry.read();
    let registration = names::resolve(&registry, world.components(), category, name)
        .map_err(|message| names::or_declared(Some(&shared.lua_components), category, name, message))?;
    let id = world.components().get_id(registration.type_id());
    Ok(id.and_then(|id| Named::new(name, world.components(), id)))
}

#[cold]
fn unknown_component(vm: &mut Vm, name: Gc<LuaString>) -> Raised {
    let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
    let shared = context(vm).shared.clone();
    match running(vm) {
        Ok((world, ..)) => match lookup(&shared, world, Category::Component, &name) {
            Err(message) => vm.error(message),
            Ok(_) => vm.error(not_reflected(Category::Component, &name)),
        },
        Err(raised) => raised,
    }
}

/// The component of an entity by name: `None` when no component has this name, a nil value when the entity lacks it.
///
/// # Errors
/// Outside a run; an entity that does not exist; a component the run has not declared.
pub(crate) fn component(vm: &mut Vm, bits: u64, name: Gc<LuaString>) -> Result<Option<RawValue>, Raised> {
    // Behaviours do this for every instance in every frame: the usual case copies what it needs and counts no reference.
    let known = known_place(context(vm), bits, name);
    let (ctype, source, place) = match known {
        Some(known) => known,
        None => match learn_place(vm, bits, name)? {
            Place::Known(ctype, source, place) => (ctype, source, place),
            Place::Absent => return Ok(Some(RawValue::NIL)),
            Place::NoComponent => return Ok(None),
        },
    };
    let Some((data, tick)) = place else { return Ok(Some(RawValue::NIL)) };
    // SAFETY: the run's scope has the component, of this entity, until the epoch ends with the run.
    let view = unsafe { vm.lend(ctype, data, tick, source)? };
    Ok(Some(view.into()))
}

/// Where a component's value and its change tick are.
type Address = Option<(*mut u8, *mut u32)>;

/// What looking a component up for the first time in a run comes to.
enum Place {
    Known(CTypeId, SourceId, Address),
    Absent,
    NoComponent,
}

/// The place of a component this borrower has reached before.
pub(super) fn known_place(
    context: &ScriptContext,
    bits: u64,
    name: Gc<LuaString>,
) -> Option<(CTypeId, SourceId, Address)> {
    let run = context.run.as_ref()?;
    let entry = context.names.get(&name.addr())?;
    let (borrower, write, source) = entry.source.as_ref()?;
    if !Arc::ptr_eq(borrower, &run.lease.borrower)
        || permission(run, &entry.named, bits) != Permission::Granted(*write)
    {
        return None;
    }
    let entity = Entity::try_from_bits(bits)?;
    let location = run.world.get_entity(entity).ok()?.location();
    let named = &entry.named;
    // SAFETY: the run's scope has the component, of this entity.
    let place = unsafe { storage::cell(run.world, entity, location, named.id, named.storage) };
    Some((entry.ctype?, *source, place.map(|(data, tick, _)| (data, tick))))
}

/// Whether a run may reach a component of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Permission {
    /// Yes, and to write when true.
    Granted(bool),
    /// The component was not declared.
    NotDeclared,
    /// The entity does not match the declaration.
    NotMatched,
}

fn permission(run: &Run, named: &Named, bits: u64) -> Permission {
    if run.is_exclusive {
        return Permission::Granted(named.mutable);
    }
    match run.lease.components.iter().find(|(known, _)| known.id == named.id) {
        None => Permission::NotDeclared,
        Some(_) if run.lease.locator.find(bits).is_none() => Permission::NotMatched,
        Some((_, write)) => Permission::Granted(*write),
    }
}

#[cold]
fn learn_place(vm: &mut Vm, bits: u64, name: Gc<LuaString>) -> Result<Place, Raised> {
    let (world, is_exclusive, borrower) = running(vm)?;
    let cached = match cached(vm, world, name)? {
        Meaning::Known(cached) => cached,
        // What is declared is known to the world.
        Meaning::Unused if !is_exclusive => {
            let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
            return Err(not_declared(vm, &borrower, &name));
        }
        Meaning::Unused => return Ok(Place::Absent),
        Meaning::Nothing => return Ok(Place::NoComponent),
    };
    let named = &cached.named;
    let entity = Entity::try_from_bits(bits);
    let Some((entity, location)) = entity.and_then(|e| Some((e, world.get_entity(e).ok()?.location())))
    else {
        return Err(no_entity(vm, bits));
    };
    let run = context(vm).run.as_ref().expect("just asked");
    let write = match permission(run, named, bits) {
        Permission::Granted(write) => write,
        Permission::NotDeclared => return Err(not_declared(vm, &borrower, &named.name)),
        Permission::NotMatched => {
            let entity = perilune::ffi::entity::display(bits);
            return Err(vm.error(format!(
                "entity {entity} does not match the declaration of {borrower}: its query reaches only entities it matches; widen it, or say exclusive = true"
            )));
        }
    };
    // SAFETY: the run's scope has the component, of this entity.
    let place = unsafe { storage::cell(world, entity, location, named.id, named.storage) };
    let Some((data, tick, _)) = place else { return Ok(Place::Absent) };
    let shared = context(vm).shared.clone();
    // SAFETY: the live component.
    let Some(ctype) = (unsafe { ctype_at(vm, &shared, named.origin, data)? }) else {
        return Ok(Place::NoComponent);
    };
    let rule = match (write, named.mutable) {
        (true, _) => WriteRule::Allowed,
        (false, true) => WriteRule::NotDeclared,
        (false, false) => WriteRule::Immutable,
    };
    let source = source(vm, Category::Component, named, rule, &borrower);
    if let Some(entry) = context(vm).names.get_mut(&name.addr()) {
        entry.ctype = Some(ctype);
        entry.source = Some((borrower, write, source));
        entry.like = entry.like.map(|(_, at)| (0, at));
    }
    Ok(Place::Known(ctype, source, Some((data, tick))))
}

#[cold]
fn not_declared(vm: &mut Vm, borrower: &str, name: &str) -> Raised {
    vm.error(format!(
        "{borrower} did not declare component '{name}': add \"{name}\" or \"mut {name}\" to its declaration"
    ))
}

/// What a name means as a component.
enum Meaning {
    /// This one.
    Known(CachedName),
    /// A type that no entity of this world has ever had.
    Unused,
    /// No component's name.
    Nothing,
}

/// A name that was looked up before, or is a component's.
fn cached(vm: &mut Vm, world: UnsafeWorldCell<'_>, name: Gc<LuaString>) -> Result<Meaning, Raised> {
    if let Some(entry) = context(vm).names.get(&name.addr()) {
        return Ok(Meaning::Known(entry.clone()));
    }
    let text = String::from_utf8_lossy(name.as_bytes()).into_owned();
    let shared = context(vm).shared.clone();
    let named = match lookup(&shared, world, Category::Component, &text) {
        Ok(Some(named)) => named,
        Ok(None) => return Ok(Meaning::Unused),
        Err(_) => return Ok(Meaning::Nothing),
    };
    let entry = CachedName { named: Arc::new(named), ctype: None, source: None, like: None };
    // The cache knows the name by its address, which is good as long as the string lives: pinned, it lives for ever.
    let name = vm.heap.intern_key(name)?;
    vm.heap.roots.pinned.push(name.into());
    context(vm).names.insert(name.addr(), entry.clone());
    Ok(Meaning::Known(entry))
}

/// What to say of a type that the world has and reflection does not know.
pub(super) fn not_reflected(category: Category, name: &str) -> String {
    let (word, attribute) = match category {
        Category::Component => ("component", "Component"),
        Category::Resource => ("resource", "Resource"),
    };
    format!(
        "{word} '{name}' cannot be seen from Lua: derive Reflect for it, with #[reflect({attribute})], and call app.register_type::<{name}>()"
    )
}

#[cold]
pub(super) fn no_entity(vm: &mut Vm, bits: u64) -> Raised {
    let entity = perilune::ffi::entity::display(bits);
    vm.error(format!(
        "entity {entity} does not exist (any more): ask world.contains(entity) before using one that was kept"
    ))
}

/// A function for the `__index` of behaviour instances: what the class has, then `self.Name` as a component of `self.entity`.
///
/// # Errors
/// When the VM's memory limit is reached.
pub(crate) fn instance_index(vm: &mut Vm, class: RawValue) -> Result<RawValue, Raised> {
    let entity = vm.new_string(b"entity")?;
    vm.new_index_function("index", index_instance, super::reached::index, &[class, entity])
}

/// Compiled loops reach the components of behaviours by [`super::reached::place`].
///
/// # Errors
/// When the VM's memory limit is reached.
pub(crate) fn open_instances(vm: &mut Vm) -> Result<(), Raised> {
    let owner = vm.new_string(b"entity")?.as_string().expect("just made");
    let owner = vm.heap.intern_key(owner)?;
    vm.heap.roots.pinned.push(owner.into());
    vm.ffi.named_places = Some(NamedPlaces { function: index_instance, owner, place: super::reached::place });
    Ok(())
}

/// A function for the `__newindex` of behaviour instances: `self.Name = value` assigns a component of `self.entity`, if it has one.
///
/// # Errors
/// When the VM's memory limit is reached.
pub(crate) fn instance_new_index(vm: &mut Vm) -> Result<RawValue, Raised> {
    let entity = vm.new_string(b"entity")?;
    vm.new_host_function("newindex", assign_instance, &[entity])
}

fn assign_instance(vm: &mut Vm, args: Args) -> NativeResult {
    let instance = vm.check_table(args, 0)?;
    let (key, value) = (vm.arg(args, 1), vm.arg(args, 2));
    let name = key.as_string().filter(|name| name.as_bytes().first().is_some_and(u8::is_ascii_uppercase));
    let entity = vm.native_upvalue(args, 0).as_string().expect("made by instance_new_index");
    let own = instance.get_str(&vm.heap, entity);
    if let (Some(name), Some(bits)) = (name, vm.ffi.entities.bits(own))
        && context(vm).run.is_some()
        && let Some(view) = component(vm, bits, name)?
    {
        let Some(cdata) = view.as_cdata() else {
            let text = String::from_utf8_lossy(name.as_bytes()).into_owned();
            return Err(vm.error(format!(
                "the entity has no {text} to assign: add one with commands.insert(self.entity, {{ {text} = ... }})"
            )));
        };
        vm.assign(cdata, value)?;
        return vm.ret0();
    }
    vm.raw_set(instance, key, value)?;
    vm.ret0()
}

fn index_instance(vm: &mut Vm, args: Args) -> NativeResult {
    let (class, key) = (vm.native_upvalue(args, 0), vm.arg(args, 1));
    // Most classes have no parent: what they have is in their table.
    let table = class.as_table();
    let own = table.map_or(RawValue::NIL, |table| table.get(&vm.heap, key));
    let has_parent = table.is_none_or(|table| table.metatable().is_some());
    let found = if own.is_nil() && has_parent { vm.index(class, key)? } else { own };
    if !found.is_nil() {
        return vm.ret1(found);
    }
    // Types are written in CamelCase: any other absent field is nil without asking the registry.
    let Some(name) =
        key.as_string().filter(|name| name.as_bytes().first().is_some_and(u8::is_ascii_uppercase))
    else {
        return vm.ret1(RawValue::NIL);
    };
    let entity = vm.native_upvalue(args, 1).as_string().expect("made by instance_index");
    let own = vm.arg(args, 0).as_table().map_or(RawValue::NIL, |own| own.get_str(&vm.heap, entity));
    let Some(bits) = vm.ffi.entities.bits(own) else { return vm.ret1(RawValue::NIL) };
    if context(vm).run.is_none() {
        return vm.ret1(RawValue::NIL);
    }
    match component(vm, bits, name)? {
        Some(view) => vm.ret1(view),
        None => misspelt(vm, name),
    }
}

/// An absent field that looks like a misspelt component is an error, else nil.
#[cold]
fn misspelt(vm: &mut Vm, name: Gc<LuaString>) -> NativeResult {
    let (world, ..) = running(vm)?;
    let text = String::from_utf8_lossy(name.as_bytes()).into_owned();
    let shared = context(vm).shared.clone();
    let near = names::near(&shared.registry.read(), world.components(), Category::Component, &text);
    if near.is_empty() {
        return vm.ret1(RawValue::NIL);
    }
    Err(vm.error(format!("there is no component '{text}' (did you mean {}?)", near.join(" or "))))
}
