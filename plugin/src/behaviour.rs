//! Behaviours: scripts attached to entities, run as one Lua loop per class.

use std::sync::Arc;

use bevy_asset::{AssetServer, Assets, Handle};
use bevy_ecs::component::Component;
use bevy_ecs::entity::Entity;
use bevy_ecs::lifecycle::HookContext;
use bevy_ecs::query::Without;
use bevy_ecs::resource::Resource;
use bevy_ecs::world::{DeferredWorld, World};
use bevy_platform::collections::{HashMap, HashSet};
use perilune::{Context, ErrorKind, Function, Table, Value};

use crate::asset::LuaSource;
use crate::error::{LuaError, report};
use crate::hooks::{Driver, Hook, HookArgs};
use crate::props::{self, LuaProps};
use crate::scripts::Readiness;
use crate::system;
use crate::timing::ScriptTimes;
use crate::vm::LuaVm;
use crate::world::driver;
use crate::{scripts, world};

/// Attaches a script to an entity: a class of hooks, of which the entity gets an instance.
///
/// ```no_run
/// # use bevy_ecs::prelude::*;
/// # use bevy_asset::AssetServer;
/// use bevy_perilune::LuaScript;
///
/// fn spawn_ship(mut commands: Commands, assets: Res<AssetServer>) {
///     commands.spawn(LuaScript::new(assets.load("scripts/ship.lua")));
/// }
/// ```
///
/// ```lua
/// local Ship = {}
/// function Ship:start() self.speed = 10 end
/// function Ship:update(dt)
///   self.Transform.translation.x = self.Transform.translation.x + self.speed * dt
/// end
/// return Ship
/// ```
#[derive(Component, Clone, Debug)]
#[component(on_remove = on_remove)]
pub struct LuaScript {
    /// The script.
    pub source: Handle<LuaSource>,
}

impl LuaScript {
    /// A behaviour of the class that a script returns.
    pub fn new(source: Handle<LuaSource>) -> LuaScript {
        LuaScript { source }
    }
}

/// Marks an entity whose behaviour has begun. Drivers of classes with declared access ask for it.
#[derive(Component)]
pub(crate) struct LuaInstance;

fn on_remove(mut world: DeferredWorld<'_>, context: HookContext) {
    if let Some(mut removed) = world.get_resource_mut::<RemovedScripts>() {
        removed.0.push(context.entity);
    }
}

/// Entities whose scripts were removed since the last frame. Not part of [`Behaviours`], which is out of the world while hooks of
/// behaviours run and remove some.
#[derive(Resource, Default)]
pub(crate) struct RemovedScripts(Vec<Entity>);

/// All classes and their instances.
#[derive(Resource, Default)]
pub(crate) struct Behaviours {
    pub(crate) classes: Vec<Class>,
    by_path: HashMap<String, usize>,
    instances: HashMap<Entity, (usize, usize)>,
    /// Scripts that could not be loaded, reported once; tried again when they change.
    failed: HashSet<String>,
    driver: Option<Function>,
}

/// A class: the table a script returned.
pub(crate) struct Class {
    /// The script.
    pub(crate) path: Arc<str>,
    table: Table,
    metatable: Table,
    lists: Lists,
    entities: Vec<Entity>,
    /// The driver is a system with declared access.
    declared: Option<world::terms::QueryTerms>,
    /// Its name in messages.
    pub(crate) borrower: Arc<str>,
}

/// The Lua side of a class's instances, by index.
#[derive(Clone)]
struct Lists {
    instances: Table,
    live: Table,
    cursor: Table,
}

/// Begins the behaviours of entities whose scripts have loaded, ends those that were removed. Between frames.
pub(crate) fn update_instances(world: &mut World) {
    world.resource_scope(|world, mut behaviours: bevy_ecs::change_detection::Mut<Behaviours>| {
        world.resource_scope(|world, mut vm: bevy_ecs::change_detection::Mut<LuaVm>| {
            end_removed(world, &mut behaviours, &mut vm);
            begin_loaded(world, &mut behaviours, &mut vm);
        });
    });
}

fn end_removed(world: &mut World, behaviours: &mut Behaviours, vm: &mut LuaVm) {
    for entity in std::mem::take(&mut world.resource_mut::<RemovedScripts>().0) {
        let Some((class, index)) = behaviours.instances.remove(&entity) else { continue };
        let outcome = behaviours.remove(world, vm, class, index);
        if let Err(error) = outcome {
            let path = &behaviours.classes[class].path;
            report(world, LuaError::new(path, "stop", &error).of(entity));
        }
        if let Ok(mut entity) = world.get_entity_mut(entity) {
            entity.remove::<LuaInstance>();
        }
    }
}

fn begin_loaded(world: &mut World, behaviours: &mut Behaviours, vm: &mut LuaVm) {
    let mut waiting = world.query_filtered::<(Entity, &LuaScript), Without<LuaInstance>>();
    let waiting: Vec<(Entity, Handle<LuaSource>)> =
        waiting.iter(world).map(|(entity, script)| (entity, script.source.clone())).collect();
    if waiting.is_empty() {
        return;
    }
    let mut begun: HashMap<usize, usize> = HashMap::default();
    for (entity, source) in waiting {
        let Some(path) = ready(world, behaviours, vm, &source) else { continue };
        let class = match behaviours.class(world, vm, &path) {
            Ok(class) => class,
            Err(error) => {
                behaviours.failed.insert(path.clone());
                report(world, LuaError::new(&path, "loading", &error));
                continue;
            }
        };
        let from = behaviours.classes[class].entities.len();
        let props = world.get::<LuaProps>(entity).cloned();
        if let Err(error) = behaviours.add(vm, class, entity, props.as_ref()) {
            report(world, LuaError::new(&path, "start", &error).of(entity));
            continue;
        }
        begun.entry(class).or_insert(from);
        world.entity_mut(entity).insert(LuaInstance);
    }
    for (class, from) in begun {
        behaviours.run(world, vm, class, Hook::Start, &HookArgs::Delta(0.0), from);
    }
}

/// The path of a script that can run, once it has loaded; what keeps it from loading is reported once.
fn ready(
    world: &mut World,
    behaviours: &mut Behaviours,
    vm: &mut LuaVm,
    source: &Handle<LuaSource>,
) -> Option<String> {
    let sources = world.resource::<Assets<LuaSource>>();
    if let Some(script) = sources.get(source)
        && behaviours.by_path.contains_key(&script.path)
    {
        return Some(script.path.clone());
    }
    let path = world.resource::<AssetServer>().get_path(source).map(|path| path.path().display().to_string());
    let path = path.unwrap_or_else(|| "a script without a path".to_owned());
    if behaviours.failed.contains(&path) {
        return None;
    }
    match scripts::make_known(world, vm, source) {
        Readiness::Ready => Some(path),
        Readiness::Failed(problem) => {
            behaviours.failed.insert(path.clone());
            scripts::report_load_failure(world, &path, "attached to an entity", &problem);
            None
        }
        Readiness::Loading => None,
    }
}

impl Behaviours {
    /// A script has a new version: what failed is tried again, and its paused instances go on.
    pub(crate) fn revive(&mut self, cx: &mut Context, path: &str) -> Result<(), perilune::Error> {
        self.failed.remove(path);
        for class in self.classes.iter().filter(|class| &*class.path == path) {
            for index in 1..=class.entities.len() {
                class.lists.live.set(cx, index as f64, true)?;
            }
        }
        Ok(())
    }

    /// Something loaded or changed: scripts that failed are worth another try.
    pub(crate) fn retry_failed(&mut self) {
        self.failed.clear();
    }

    /// The class of a script, loaded on first use.
    fn class(&mut self, world: &mut World, vm: &mut LuaVm, path: &str) -> Result<usize, perilune::Error> {
        if let Some(&class) = self.by_path.get(path) {
            return Ok(class);
        }
        let library = vm.library.clone();
        let lua = vm.lua();
        let returned = system::load(world, lua, &library, path)?;
        let Value::Table(table) = returned else {
            let got = returned.type_name();
            return Err(perilune::Error::runtime(format!(
                "{path} must return its class, a table of hooks like 'update', to be attached to an entity; it returned {got}"
            )));
        };
        let declared = match table.get::<Value>(lua, "access")? {
            Value::Nil => None,
            access => Some(driver::query_terms(lua, &access)?),
        };
        let borrower: Arc<str> = format!("behaviour '{path}'").into();
        let class = Class {
            path: path.into(),
            metatable: driver::instance_metatable(lua, &table)?,
            table,
            lists: Lists {
                instances: lua.create_table()?,
                live: lua.create_table()?,
                cursor: lua.create_table()?,
            },
            entities: Vec::new(),
            declared,
            borrower,
        };
        if self.driver.is_none() {
            self.driver = Some(lua.load(include_str!("driver.lua")).name("=driver").eval(lua)?);
        }
        let index = self.classes.len();
        if let Some(terms) = class.declared.clone() {
            system::add_driver(world, &class.borrower, &terms, index)
                .map_err(|message| perilune::Error::runtime(format!("{path}: access: {message}")))?;
        }
        self.classes.push(class);
        self.by_path.insert(path.to_owned(), index);
        Ok(index)
    }

    fn add(
        &mut self,
        vm: &mut LuaVm,
        class: usize,
        entity: Entity,
        props: Option<&LuaProps>,
    ) -> Result<(), perilune::Error> {
        let lua = vm.lua();
        let record = &mut self.classes[class];
        let instance = driver::new_instance(lua, &record.metatable, entity)?;
        props::give(lua, &instance, props)?;
        record.lists.instances.push(lua, &instance)?;
        record.lists.live.push(lua, true)?;
        record.entities.push(entity);
        self.instances.insert(entity, (class, record.entities.len() - 1));
        Ok(())
    }

    /// Calls `stop` of an instance and takes it out of its class: the last one takes its place.
    fn remove(
        &mut self,
        world: &mut World,
        vm: &mut LuaVm,
        class: usize,
        index: usize,
    ) -> Result<(), perilune::Error> {
        let record = &mut self.classes[class];
        let lua = vm.lua();
        let Lists { instances, live, .. } = record.lists.clone();
        let (here, last) = ((index + 1) as f64, record.entities.len() as f64);
        let instance: Table = instances.get(lua, here)?;
        let was_live: bool = live.get(lua, here)?;
        record.entities.swap_remove(index);
        let moved: Value = instances.get(lua, last)?;
        let moved_live: Value = live.get(lua, last)?;
        instances.set(lua, here, &moved)?;
        live.set(lua, here, &moved_live)?;
        instances.set(lua, last, Value::Nil)?;
        live.set(lua, last, Value::Nil)?;
        if let Some(&moved) = record.entities.get(index) {
            self.instances.insert(moved, (class, index));
        }
        let stop: Value = record.table.get(lua, "stop")?;
        let (Value::Function(stop), true) = (stop, was_live) else { return Ok(()) };
        let borrower = Arc::clone(&record.borrower);
        driver::run_exclusive(world, lua, borrower, |cx| stop.call::<()>(cx, &instance))
    }

    /// Runs a hook of all instances of a class from `from` on, with the whole world at hand.
    pub(crate) fn run(
        &mut self,
        world: &mut World,
        vm: &mut LuaVm,
        class: usize,
        hook: Hook,
        args: &HookArgs,
        from: usize,
    ) {
        let Some(driver) = self.driver(class) else { return };
        let lua = vm.lua();
        let times = world.resource::<ScriptTimes>().clone();
        let borrower = Arc::clone(&driver.borrower);
        let failures = times.measure(&driver.path, || {
            driver::run_exclusive(world, lua, borrower, |cx| driver.run(cx, hook, args, from))
        });
        for failure in failures {
            let entity = self.classes[class].entities.get(failure.index).copied();
            report(world, failure.into_error(&driver.path, hook, entity));
        }
    }

    /// Calls `on_message` of a class's instances with the messages of this frame; those that failed.
    pub(crate) fn deliver(&self, cx: &mut Context, driver: &Driver) -> Vec<(Hook, Failure)> {
        if !driver.has(cx, Hook::OnMessage) {
            return Vec::new();
        }
        // Running out of memory is what can go wrong; the hooks themselves will say so.
        let messages = driver::fresh_messages(cx).unwrap_or_default();
        let mut failures = Vec::new();
        for (name, content) in messages {
            let args = HookArgs::Message(name, content);
            failures
                .extend(driver.run(cx, Hook::OnMessage, &args, 0).into_iter().map(|f| (Hook::OnMessage, f)));
        }
        failures
    }

    /// The same with the whole world at hand.
    fn deliver_exclusively(&mut self, world: &mut World, vm: &mut LuaVm, class: usize) {
        let Some(driver) = self.driver(class) else { return };
        let lua = vm.lua();
        let borrower = Arc::clone(&driver.borrower);
        let failures = driver::run_exclusive(world, lua, borrower, |cx| self.deliver(cx, &driver));
        for (hook, failure) in failures {
            let entity = self.entity(class, failure.index);
            report(world, failure.into_error(&driver.path, hook, entity));
        }
    }

    /// The scripts of all classes.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.classes.iter().map(|class| class.path.to_string()).collect()
    }

    /// The classes that declared access to one of these components, with their declarations.
    pub(crate) fn declared(&self, components: &[String]) -> Vec<(usize, Arc<str>, world::terms::QueryTerms)> {
        let classes = self.classes.iter().enumerate();
        let declared = classes.filter_map(|(n, class)| Some((n, class, class.declared.clone()?)));
        declared
            .filter(|(.., terms)| terms.names_any(components))
            .map(|(n, class, terms)| (n, Arc::clone(&class.borrower), terms))
            .collect()
    }

    /// What runs the hooks of a class.
    pub(crate) fn driver(&self, class: usize) -> Option<Driver> {
        let record = self.classes.get(class)?;
        if record.entities.is_empty() {
            return None;
        }
        Some(Driver {
            path: Arc::clone(&record.path),
            borrower: Arc::clone(&record.borrower),
            function: self.driver.clone()?,
            class: record.table.clone(),
            instances: record.lists.instances.clone(),
            live: record.lists.live.clone(),
            cursor: record.lists.cursor.clone(),
        })
    }

    /// The instance of an entity, if it has one.
    pub(crate) fn instance(
        &self,
        cx: &mut Context,
        entity: Entity,
    ) -> Result<Option<Table>, perilune::Error> {
        let Some(&(class, index)) = self.instances.get(&entity) else { return Ok(None) };
        self.classes[class].lists.instances.get(cx, (index + 1) as f64).map(Some)
    }

    /// The entity of an instance.
    pub(crate) fn entity(&self, class: usize, index: usize) -> Option<Entity> {
        self.classes.get(class)?.entities.get(index).copied()
    }
}

/// Runs a hook of every class that has the world to itself: the body of the plugin's exclusive systems.
pub(crate) fn run_exclusive_classes(world: &mut World, hook: Hook, dt: f64) {
    if world.resource::<Behaviours>().instances.is_empty() {
        return;
    }
    world.resource_scope(|world, mut behaviours: bevy_ecs::change_detection::Mut<Behaviours>| {
        world.resource_scope(|world, mut vm: bevy_ecs::change_detection::Mut<LuaVm>| {
            for class in 0..behaviours.classes.len() {
                if behaviours.classes[class].declared.is_none() {
                    if hook == Hook::Update {
                        behaviours.deliver_exclusively(world, &mut vm, class);
                    }
                    behaviours.run(world, &mut vm, class, hook, &HookArgs::Delta(dt), 0);
                }
            }
        });
    });
    crate::observe::run_pending(world);
}

/// An instance that failed.
pub(crate) struct Failure {
    /// Its place in the class.
    pub(crate) index: usize,
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
    pub(crate) traceback: Option<String>,
}

impl Failure {
    pub(crate) fn into_error(self, path: &str, hook: Hook, entity: Option<Entity>) -> LuaError {
        LuaError {
            script: path.to_owned(),
            doing: hook.name().to_owned(),
            entity,
            kind: self.kind,
            message: self.message,
            traceback: self.traceback,
        }
    }
}
