//! What the rest of the plugin needs of the VM's internals, as safe functions.

#![allow(unsafe_code, reason = "reaches the bare VM behind the public face")]

use std::sync::Arc;

use bevy_asset::AssetServer;
use bevy_ecs::change_detection::Tick;
use bevy_ecs::entity::Entity;
use bevy_ecs::reflect::AppTypeRegistry;
use bevy_ecs::world::World;
use perilune::ffi::host::HostValue;
use perilune::value::RawValue;
use perilune::vm::{Raised, Vm};
use perilune::{Context, Error, Lua, Table, Value};

use super::component::{self, LuaComponents, Redeclared};
use super::declare::{self, Loaded};
use super::system::{self, Objects, ScriptParam, SystemAccess, new_objects};
use super::terms::QueryTerms;
use super::{access, context, run};

/// The bare VM.
fn bare(cx: &mut Context) -> &mut Vm {
    // SAFETY: this module keeps the VM's rules: it holds no reference to a heap cell over a call into Lua, and never moves the VM.
    unsafe { cx.raw() }
}

/// Runs a step on the bare VM; its error becomes the host's.
fn step<R>(cx: &mut Context, f: impl FnOnce(&mut Vm) -> Result<R, Raised>) -> Result<R, Error> {
    cx.checked(f)
}

/// Prepares a VM for the scripts of an app.
pub(crate) fn install(
    lua: &mut Lua,
    registry: AppTypeRegistry,
    components: LuaComponents,
) -> Result<(), Error> {
    step(lua, |vm| {
        context::install(vm, registry, components)?;
        declare::open(vm)
    })
}

/// Calls `f` with the whole world open to scripts; structural changes are applied when it returns.
pub(crate) fn run_exclusive<R>(
    world: &mut World,
    cx: &mut Context,
    borrower: Arc<str>,
    f: impl FnOnce(&mut Context) -> R,
) -> R {
    run::run_exclusive(world, bare(cx), borrower, |vm| f(Context::from_raw(vm)))
}

/// Calls `f` with the access of a system open to scripts.
pub(crate) fn run_declared<R>(
    script: &mut ScriptParam<'_, '_>,
    cx: &mut Context,
    objects: Option<&SystemObjects>,
    f: impl FnOnce(&mut Context) -> R,
) -> Result<R, Error> {
    step(cx, |vm| {
        let objects = objects.map(|objects| objects.bare(vm));
        script.run(vm, objects, |vm| f(Context::from_raw(vm)))
    })
}

/// The query and resource objects of a system, kept alive by handles.
#[derive(Clone, Debug)]
pub(crate) struct SystemObjects {
    /// The query.
    pub(crate) query: Value,
    /// The table of resources.
    pub(crate) resources: Value,
}

impl SystemObjects {
    /// The objects a system passes to its function.
    pub(crate) fn new(cx: &mut Context, borrower: &str) -> Result<SystemObjects, Error> {
        let (query, resources) = step(cx, |vm| {
            let Objects { query, resources } = new_objects(vm, borrower)?;
            Ok((RawValue::from(query), RawValue::from(resources)))
        })?;
        // Nothing was allocated since: the references are still good, and now rooted.
        Ok(SystemObjects { query: Value::from_raw(query, cx), resources: Value::from_raw(resources, cx) })
    }

    fn bare(&self, vm: &Vm) -> Objects {
        let query = self.query.raw(vm).ok().and_then(RawValue::as_userdata);
        let resources = self.resources.raw(vm).ok().and_then(RawValue::as_table);
        Objects {
            query: query.expect("made by `new`, of this VM"),
            resources: resources.expect("made by `new`, of this VM"),
        }
    }
}

/// Reads a declaration of access.
pub(crate) fn query_terms(cx: &mut Context, value: &Value) -> Result<QueryTerms, Error> {
    let raw = value.raw(bare(cx))?;
    let value = step(cx, |vm| vm.to_host(raw))?;
    QueryTerms::parse(&value).map_err(|message| Error::runtime(format!("access: {message}")))
}

/// The metatable of a class's instances: what the class has, then components of the instance's entity.
pub(crate) fn instance_metatable(cx: &mut Context, class: &Table) -> Result<Table, Error> {
    let class = Value::Table(class.clone()).raw(bare(cx))?;
    let index = step(cx, |vm| access::instance_index(vm, class))?;
    let index = Value::from_raw(index, cx);
    let metatable = cx.create_table()?;
    metatable.set(cx, "__index", &index)?;
    let new_index = step(cx, access::instance_new_index)?;
    let new_index = Value::from_raw(new_index, cx);
    metatable.set(cx, "__newindex", &new_index)?;
    Ok(metatable)
}

/// An instance of a class for an entity.
pub(crate) fn new_instance(cx: &mut Context, metatable: &Table, entity: Entity) -> Result<Table, Error> {
    let instance = cx.create_table()?;
    let value = bare(cx).ffi.entities.value(entity.to_bits());
    let value = Value::from_raw(value, cx);
    instance.set(cx, "entity", &value)?;
    instance.set_metatable(cx, Some(metatable))?;
    Ok(instance)
}

/// Calls `f` with the declared access of a system open to scripts, with the world to itself, or all of it if `is_exclusive`.
pub(crate) fn run_alone<R>(
    world: &mut World,
    access: &mut SystemAccess,
    cx: &mut Context,
    objects: &SystemObjects,
    last_run: Option<Tick>,
    is_exclusive: bool,
    f: impl FnOnce(&mut Context, Tick) -> R,
) -> Result<R, Error> {
    step(cx, |vm| {
        let objects = objects.bare(vm);
        system::run_alone(world, access, vm, objects, last_run, is_exclusive, |vm, tick| {
            f(Context::from_raw(vm), tick)
        })
    })
}

/// Fields that are handles of assets are assigned by path from now on.
pub(crate) fn set_asset_server(cx: &mut Context, server: AssetServer) {
    context::context(bare(cx)).shared.hosted.set_asset_server(server);
}

/// A script's top level begins to run: what is declared from now on is its own.
pub(crate) fn begin_script(cx: &mut Context, path: &str) {
    context::context(bare(cx)).loading.begin(path);
}

/// It has run.
pub(crate) fn end_script(cx: &mut Context, is_ok: bool) {
    context::context(bare(cx)).loading.end(is_ok);
}

/// What the scripts that have loaded since the last time declared.
pub(crate) fn take_loaded(cx: &mut Context) -> Vec<Loaded> {
    context::context(bare(cx)).loading.take()
}

/// Gives components the fields they were declared with last. Gives the names of those that changed.
pub(crate) fn migrate(
    world: &mut World,
    cx: &mut Context,
    redeclared: Vec<Redeclared>,
) -> Result<Vec<String>, Error> {
    if redeclared.is_empty() {
        return Ok(Vec::new());
    }
    step(cx, |vm| component::migrate(world, vm, redeclared))
}

/// Hands over the messages that have come since the last time; those of two frames ago are dropped.
pub(crate) fn begin_messages(cx: &mut Context, fresh: Vec<(Arc<str>, HostValue)>, exposed: &[Arc<str>]) {
    context::context(bare(cx)).messages.begin_frame(fresh, exposed);
}

/// The messages of this frame, as Lua values.
pub(crate) fn fresh_messages(cx: &mut Context) -> Result<Vec<(Arc<str>, Value)>, Error> {
    let fresh = context::context(bare(cx)).messages.fresh();
    fresh.into_iter().map(|(name, value)| Ok((name, lua_value(cx, &value)?))).collect()
}

/// The Lua value of plain data.
pub(crate) fn lua_value(cx: &mut Context, value: &HostValue) -> Result<Value, Error> {
    let value = step(cx, |vm| vm.from_host(value))?;
    Ok(Value::from_raw(value, cx))
}
