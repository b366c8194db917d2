//! Systems that scripts declare, as real systems in Bevy's schedules.
//!
//! Schedules change only between frames (`plugin.rs` runs [`sync`] in a schedule of its own before `First`), and only when a plan changed: a
//! reload that edits bodies leaves them alone.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bevy_app::{FixedPostUpdate, FixedPreUpdate, FixedUpdate, Last, PostUpdate, PreUpdate, Update};
use bevy_ecs::change_detection::{Mut, Res, ResMut};
use bevy_ecs::reflect::AppTypeRegistry;
use bevy_ecs::resource::Resource;
use bevy_ecs::schedule::{
    InternedScheduleLabel, IntoScheduleConfigs, ScheduleCleanupPolicy, ScheduleLabel, Schedules, SystemSet,
};
use bevy_ecs::system::{IntoSystem, ParamBuilder, SystemParamBuilder};
use bevy_ecs::world::World;
use bevy_time::Time;
use crossbeam_channel::{Receiver, Sender, unbounded};
use perilune::{Context, Error, ErrorKind, Function, Lua, Table, Value};

use crate::behaviour::{Behaviours, Failure, LuaInstance};
use crate::error::{LuaError, report};
use crate::library::Library;
use crate::sets::LuaSystems;
use crate::timing::ScriptTimes;
use crate::vm::LuaVm;
use crate::world::declare::{Plan, SystemDeclaration};
use crate::world::driver::{self, SystemObjects};
use crate::world::system::{ScriptParam, ScriptParamBuilder, SystemAccess};
use crate::world::terms::QueryTerms;

/// The set of one script system, for ordering and removal.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
struct ScriptSystemSet {
    script: Arc<str>,
    name: Arc<str>,
}

/// A hook of a behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hook {
    Start,
    Update,
    FixedUpdate,
}

impl Hook {
    /// Its name in a class.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Hook::Start => "start",
            Hook::Update => "update",
            Hook::FixedUpdate => "fixed_update",
        }
    }
}

/// Runs the hooks of a class's instances.
pub(crate) struct Driver {
    pub(crate) path: Arc<str>,
    pub(crate) borrower: Arc<str>,
    pub(crate) function: Function,
    pub(crate) class: Table,
    pub(crate) instances: Table,
    pub(crate) live: Table,
    pub(crate) cursor: Table,
}

impl Driver {
    /// One Lua loop over the instances from index `from` on; those that failed.
    pub(crate) fn run(&self, cx: &mut Context, hook: Hook, dt: f64, from: usize) -> Vec<Failure> {
        let mut failures = Vec::new();
        if let Err(error) = self.try_run(cx, hook, dt, from, &mut failures) {
            // A time limit, which scripts cannot catch: the instance at the cursor ran into it.
            let index = self.cursor.get::<usize>(cx, 1).unwrap_or(1).saturating_sub(1);
            if self.live.set(cx, (index + 1) as f64, false).is_ok() {
                failures.push(Failure {
                    index,
                    kind: error.kind(),
                    message: error.message().to_owned(),
                    traceback: error.traceback().map(str::to_owned),
                });
            }
        }
        failures
    }

    fn try_run(
        &self,
        cx: &mut Context,
        hook: Hook,
        dt: f64,
        from: usize,
        failures: &mut Vec<Failure>,
    ) -> Result<(), Error> {
        let failed = cx.create_table()?;
        let args =
            (&self.class, &self.instances, &self.live, &self.cursor, hook.name(), dt, from as f64, &failed);
        let outcome = self.function.call::<()>(cx, args);
        failed.for_each(cx, |cx, _: f64, failure: Table| {
            failures.push(Failure {
                index: failure.get::<usize>(cx, "index")?.saturating_sub(1),
                kind: ErrorKind::Runtime,
                message: failure.get(cx, "message")?,
                traceback: Some(failure.get::<String>(cx, "traceback")?.trim_start().to_owned()),
            });
            Ok(())
        })?;
        outcome
    }
}

/// Errors of systems that have no access to the whole world; reported between frames.
#[derive(Resource)]
pub(crate) struct ErrorQueue {
    sender: Sender<LuaError>,
    receiver: Receiver<LuaError>,
}

impl Default for ErrorQueue {
    fn default() -> ErrorQueue {
        let (sender, receiver) = unbounded();
        ErrorQueue { sender, receiver }
    }
}

/// Reports what systems have queued.
pub(crate) fn flush_errors(world: &mut World) {
    let errors: Vec<LuaError> = world.resource::<ErrorQueue>().receiver.try_iter().collect();
    for error in errors {
        report(world, error);
    }
}

/// What a system runs; a reload may replace the function.
struct Body {
    run: Mutex<Function>,
    paused: AtomicBool,
    label: Arc<str>,
    script: Arc<str>,
    errors: Sender<LuaError>,
}

impl Body {
    fn function(&self) -> Function {
        self.run.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Pauses the system and queues its error.
    fn fail(&self, error: &Error) {
        self.paused.store(true, Ordering::Relaxed);
        drop(self.errors.send(LuaError::new(&self.script, &*self.label, error)));
    }

    fn paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }
}

struct ScriptSystem {
    script: Arc<str>,
    name: Arc<str>,
    plan: Plan,
    body: Arc<Body>,
}

/// The systems scripts have declared.
#[derive(Resource, Default)]
pub(crate) struct ScriptSystems {
    systems: Vec<ScriptSystem>,
    /// Declarations to be brought into the schedules, by script.
    pending: Vec<(Arc<str>, Vec<SystemDeclaration>)>,
}

/// Loads a script, taking in the systems it declares. Systems of scripts it requires count as their own scripts' when those are
/// loaded by name, else as this one's.
pub(crate) fn load(world: &mut World, lua: &mut Lua, library: &Library, path: &str) -> Result<Value, Error> {
    drop(driver::take_declared(lua));
    let outcome =
        driver::run_exclusive(world, lua, format!("script '{path}'").into(), |cx| library.run(cx, path));
    let declared = driver::take_declared(lua);
    let value = outcome?;
    world.resource_mut::<ScriptSystems>().declare(path, declared);
    Ok(value)
}

impl ScriptSystems {
    /// A script has declared these systems, all it has.
    pub(crate) fn declare(&mut self, script: &str, declared: Vec<SystemDeclaration>) {
        let known = self.systems.iter().any(|system| &*system.script == script);
        if known || !declared.is_empty() {
            self.pending.push((script.into(), declared));
        }
    }
}

/// Brings declarations into the schedules.
pub(crate) fn sync(world: &mut World) {
    if world.resource::<ScriptSystems>().pending.is_empty() {
        return;
    }
    world.resource_scope(|world, mut systems: Mut<ScriptSystems>| {
        for (script, declared) in std::mem::take(&mut systems.pending) {
            systems.sync_script(world, &script, declared);
        }
    });
}

impl ScriptSystems {
    fn sync_script(&mut self, world: &mut World, script: &Arc<str>, declared: Vec<SystemDeclaration>) {
        let old: Vec<ScriptSystem> = self.systems.extract_if(.., |system| system.script == *script).collect();
        let mut old: Vec<Option<ScriptSystem>> = old.into_iter().map(Some).collect();
        for declaration in declared {
            let same = old.iter_mut().find(|system| {
                system.as_ref().is_some_and(|s| *s.name == *declaration.name && s.plan == declaration.plan)
            });
            if let Some(system) = same.and_then(Option::take) {
                *system.body.run.lock().unwrap_or_else(PoisonError::into_inner) = declaration.run;
                system.body.paused.store(false, Ordering::Relaxed);
                self.systems.push(system);
                continue;
            }
            // A plan that changed: the old system goes before the new one comes, under the same name.
            if let Some(changed) =
                old.iter_mut().find(|system| system.as_ref().is_some_and(|s| *s.name == *declaration.name))
            {
                remove(world, &changed.take().expect("just seen"));
            }
            let name = declaration.name.clone();
            match self.add(world, script, declaration) {
                Ok(system) => self.systems.push(system),
                Err(message) => {
                    let doing = format!("system '{name}'");
                    report(world, LuaError::text(script, doing, ErrorKind::Runtime, message));
                }
            }
        }
        for system in old.into_iter().flatten() {
            remove(world, &system);
        }
    }

    fn add(
        &self,
        world: &mut World,
        script: &Arc<str>,
        declaration: SystemDeclaration,
    ) -> Result<ScriptSystem, String> {
        let SystemDeclaration { name, plan, run } = declaration;
        let name: Arc<str> = name.into();
        let label: Arc<str> = format!("system '{name}'").into();
        let schedule = schedule(world, &plan.schedule)?;
        let body = Arc::new(Body {
            run: Mutex::new(run),
            paused: AtomicBool::new(false),
            label: Arc::clone(&label),
            script: Arc::clone(script),
            errors: world.resource::<ErrorQueue>().sender.clone(),
        });
        let set = ScriptSystemSet { script: Arc::clone(script), name: Arc::clone(&name) };
        let order = self.order(script, &plan)?;
        if plan.exclusive {
            let body = Arc::clone(&body);
            let system = IntoSystem::into_system(move |world: &mut World| run_exclusive_system(world, &body));
            insert(world, schedule, set, order, Box::new(system));
        } else {
            let registry = world.resource::<AppTypeRegistry>().clone();
            let access = SystemAccess::new(
                world,
                &registry.read(),
                &label,
                plan.query.as_ref(),
                &plan.resources,
                &[],
            )?;
            let objects = world.resource_scope(|_, mut vm: Mut<LuaVm>| SystemObjects::new(vm.lua(), &label));
            let objects = objects.map_err(|error| error.to_string())?;
            let body = Arc::clone(&body);
            let system = (
                ScriptParamBuilder(access),
                ParamBuilder::resource_mut::<LuaVm>(),
                ParamBuilder::resource::<ScriptTimes>(),
                ParamBuilder::resource::<Time>(),
            )
                .build_state(world)
                .build_any_system(
                    move |mut script: ScriptParam<'_, '_>,
                          mut vm: ResMut<'_, LuaVm>,
                          times: Res<'_, ScriptTimes>,
                          time: Res<'_, Time>| {
                        if body.paused() {
                            return;
                        }
                        let _span = tracing::info_span!("lua_system", name = %body.label).entered();
                        let dt = f64::from(time.delta_secs());
                        let function = body.function();
                        let outcome = times.measure(&body.label, || {
                            driver::run_declared(&mut script, vm.lua(), Some(&objects), |cx| {
                                function.call::<()>(cx, (&objects.query, dt, &objects.resources))
                            })
                        });
                        if let Err(error) = outcome.and_then(|inner| inner) {
                            body.fail(&error);
                        }
                    },
                );
            insert(world, schedule, set, order, Box::new(system));
        }
        Ok(ScriptSystem { script: Arc::clone(script), name, plan, body })
    }

    /// The sets a plan's `before` and `after` name; a cycle among script systems is refused.
    fn order(&self, script: &Arc<str>, plan: &Plan) -> Result<Order, String> {
        let find = |name: &String| {
            let known = self.systems.iter().find(|s| s.script == *script && *s.name == **name);
            let known = known.or_else(|| self.systems.iter().find(|s| *s.name == **name));
            match known {
                Some(system) => {
                    Ok(ScriptSystemSet { script: Arc::clone(&system.script), name: Arc::clone(&system.name) })
                }
                None => {
                    let names: Vec<&str> = self.systems.iter().map(|s| &*s.name).collect();
                    Err(format!(
                        "there is no script system '{name}' to be ordered with (declared before this one: {})",
                        names.join(", ")
                    ))
                }
            }
        };
        let before: Vec<ScriptSystemSet> = plan.before.iter().map(find).collect::<Result<_, _>>()?;
        let after: Vec<ScriptSystemSet> = plan.after.iter().map(find).collect::<Result<_, _>>()?;
        // Only systems that exist can be named, so a cycle needs this one between two that are ordered already.
        for first in &before {
            for last in &after {
                if first == last || self.reaches(&first.name, &last.name) {
                    return Err(format!(
                        "it would run before '{}' and after '{}', which runs after that: a cycle",
                        first.name, last.name
                    ));
                }
            }
        }
        Ok(Order { before, after })
    }

    /// Whether a system is declared to run before another, directly or through others.
    fn reaches(&self, from: &str, to: &str) -> bool {
        let mut queue = vec![from];
        let mut seen: Vec<&str> = Vec::new();
        while let Some(name) = queue.pop() {
            if name == to {
                return true;
            }
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            for system in &self.systems {
                if *system.name == *name {
                    queue.extend(system.plan.before.iter().map(String::as_str));
                }
                if system.plan.after.iter().any(|after| after == name) {
                    queue.push(&system.name);
                }
            }
        }
        false
    }
}

struct Order {
    before: Vec<ScriptSystemSet>,
    after: Vec<ScriptSystemSet>,
}

fn insert(
    world: &mut World,
    schedule: InternedScheduleLabel,
    set: ScriptSystemSet,
    order: Order,
    system: bevy_ecs::system::BoxedSystem,
) {
    world.resource_scope(|_, mut schedules: Mut<Schedules>| {
        let mut configs = system.in_set(set).in_set(LuaSystems::Systems);
        for before in order.before {
            configs = configs.before(before);
        }
        for after in order.after {
            configs = configs.after(after);
        }
        schedules.add_systems(schedule, configs);
    });
}

fn remove(world: &mut World, system: &ScriptSystem) {
    let set = ScriptSystemSet { script: Arc::clone(&system.script), name: Arc::clone(&system.name) };
    let Ok(label) = schedule(world, &system.plan.schedule) else { return };
    let outcome = world.schedule_scope(label, |world, schedule| {
        schedule.remove_systems_in_set(set, world, ScheduleCleanupPolicy::RemoveSystemsOnly)
    });
    if let Err(error) = outcome {
        let doing = format!("removing system '{}'", system.name);
        report(world, LuaError::text(&system.script, doing, ErrorKind::Runtime, error.to_string()));
    }
}

/// The schedules scripts can name.
fn schedule(world: &World, name: &str) -> Result<InternedScheduleLabel, String> {
    let label = match name {
        "PreUpdate" => PreUpdate.intern(),
        "Update" => Update.intern(),
        "PostUpdate" => PostUpdate.intern(),
        "Last" => Last.intern(),
        "FixedPreUpdate" => FixedPreUpdate.intern(),
        "FixedUpdate" => FixedUpdate.intern(),
        "FixedPostUpdate" => FixedPostUpdate.intern(),
        other => {
            return Err(format!(
                "there is no schedule '{other}'; schedules are: PreUpdate, Update, PostUpdate, Last, FixedPreUpdate, FixedUpdate, FixedPostUpdate"
            ));
        }
    };
    if world.resource::<Schedules>().contains(label) {
        Ok(label)
    } else {
        Err(format!("this app does not run the schedule '{name}'"))
    }
}

fn run_exclusive_system(world: &mut World, body: &Arc<Body>) {
    if body.paused() {
        return;
    }
    let _span = tracing::info_span!("lua_system", name = %body.label).entered();
    let dt = f64::from(world.resource::<Time>().delta_secs());
    let times = world.resource::<ScriptTimes>().clone();
    world.resource_scope(|world, mut vm: Mut<LuaVm>| {
        let function = body.function();
        let lua = vm.lua();
        let outcome = times.measure(&body.label, || {
            driver::run_exclusive(world, lua, Arc::clone(&body.label), |cx| {
                let access: Value = cx.globals().get(cx, "world")?;
                function.call::<()>(cx, (&access, dt))
            })
        });
        if let Err(error) = outcome {
            body.fail(&error);
        }
    });
}

/// Adds the drivers of a class with declared access to `Update` and `FixedUpdate`.
pub(crate) fn add_driver(
    world: &mut World,
    borrower: &Arc<str>,
    terms: &QueryTerms,
    class: usize,
) -> Result<(), String> {
    let marker = world.register_component::<LuaInstance>();
    let registry = world.resource::<AppTypeRegistry>().clone();
    for (label, hook) in [(Update.intern(), Hook::Update), (FixedUpdate.intern(), Hook::FixedUpdate)] {
        let access = SystemAccess::new(world, &registry.read(), borrower, Some(terms), &[], &[marker])?;
        let errors = world.resource::<ErrorQueue>().sender.clone();
        let system = (
            ScriptParamBuilder(access),
            ParamBuilder::resource_mut::<LuaVm>(),
            ParamBuilder::resource::<Behaviours>(),
            ParamBuilder::resource::<ScriptTimes>(),
            ParamBuilder::resource::<Time>(),
        )
            .build_state(world)
            .build_any_system(
                move |mut script: ScriptParam<'_, '_>,
                      mut vm: ResMut<'_, LuaVm>,
                      behaviours: Res<'_, Behaviours>,
                      times: Res<'_, ScriptTimes>,
                      time: Res<'_, Time>| {
                    let Some(driver) = behaviours.driver(class) else { return };
                    let _span = tracing::info_span!("lua_behaviours", script = %driver.path).entered();
                    let dt = f64::from(time.delta_secs());
                    let outcome = times.measure(&driver.path, || {
                        driver::run_declared(&mut script, vm.lua(), None, |cx| driver.run(cx, hook, dt, 0))
                    });
                    match outcome {
                        Ok(failures) => {
                            for failure in failures {
                                let entity = behaviours.entity(class, failure.index);
                                drop(errors.send(failure.into_error(&driver.path, hook, entity)));
                            }
                        }
                        Err(error) => drop(errors.send(LuaError::new(&driver.path, hook.name(), &error))),
                    }
                },
            );
        world.resource_scope(|_, mut schedules: Mut<Schedules>| {
            let system: bevy_ecs::system::BoxedSystem = Box::new(system);
            schedules.add_systems(label, system.in_set(LuaSystems::Behaviours));
        });
    }
    Ok(())
}
