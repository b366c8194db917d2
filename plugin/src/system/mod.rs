//! Systems that scripts declare, as real systems in Bevy's schedules.
//!
//! Schedules change only between frames (`plugin.rs` runs [`sync`] in a schedule of its own before `First`), and only when a plan changed: a
//! reload that edits bodies leaves them alone.

pub(crate) mod body;
pub(crate) mod light;
mod order;

use std::sync::Arc;

use bevy_app::{
    FixedMainScheduleOrder, FixedPostUpdate, FixedPreUpdate, FixedUpdate, Last, MainScheduleOrder,
    PostUpdate, PreUpdate, Update,
};
use bevy_ecs::change_detection::{Mut, Res, ResMut};
use bevy_ecs::reflect::AppTypeRegistry;
use bevy_ecs::resource::Resource;
use bevy_ecs::schedule::{
    InternedScheduleLabel, IntoScheduleConfigs, ScheduleCleanupPolicy, ScheduleLabel, Schedules, SystemSet,
};
use bevy_ecs::system::{IntoSystem, ParamBuilder, SystemParamBuilder};
use bevy_ecs::world::World;
use bevy_time::Time;
use perilune::{Error, ErrorKind, Function, Lua, Value};

use crate::behaviour::{Behaviours, LuaInstance};
use crate::error::{LuaError, report};
use crate::hooks::{Hook, HookArgs};
use crate::library::Library;
use crate::observe::ScriptObservers;
use crate::sets::LuaSystems;
use crate::timing::ScriptTimes;
use crate::vm::LuaVm;
use crate::world::declare::{Loaded, Plan, SystemDeclaration};
use crate::world::driver::{self, SystemObjects};
use crate::world::system::{ScriptParam, ScriptParamBuilder, SystemAccess};
use crate::world::terms::QueryTerms;
use body::{Body, ErrorQueue};
use order::Order;

/// The set of one script system, for ordering and removal.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
struct ScriptSystemSet {
    script: Arc<str>,
    name: Arc<str>,
}

struct ScriptSystem {
    script: Arc<str>,
    name: Arc<str>,
    plan: Plan,
    body: Arc<Body>,
}

impl ScriptSystem {
    fn set(&self) -> ScriptSystemSet {
        ScriptSystemSet { script: Arc::clone(&self.script), name: Arc::clone(&self.name) }
    }
}

/// The systems scripts have declared.
#[derive(Resource, Default)]
pub(crate) struct ScriptSystems {
    systems: Vec<ScriptSystem>,
    /// Declarations to be brought into the schedules, by script.
    pending: Vec<(Arc<str>, Vec<SystemDeclaration>)>,
    /// Components that have other fields than before: what declared access to them is made anew.
    changed_components: Vec<String>,
}

/// Loads a script, and takes in what it and the scripts it requires declare.
pub(crate) fn load(world: &mut World, lua: &mut Lua, library: &Library, path: &str) -> Result<Value, Error> {
    let outcome =
        driver::run_exclusive(world, lua, format!("script '{path}'").into(), |cx| library.run(cx, path));
    take_in(world, lua);
    outcome
}

/// Takes in what scripts have declared while they were loading.
pub(crate) fn take_in(world: &mut World, lua: &mut Lua) {
    for Loaded { script, systems, observers, redeclared } in driver::take_loaded(lua) {
        match driver::migrate(world, lua, redeclared) {
            Ok(changed) if !changed.is_empty() => {
                world.resource_mut::<ScriptObservers>().components_changed(&changed);
                world.resource_mut::<ScriptSystems>().changed_components.extend(changed);
            }
            Ok(_) => {}
            Err(error) => report(world, LuaError::new(&script, "changing components", &error)),
        }
        world.resource_mut::<ScriptSystems>().declare(&script, systems);
        world.resource_mut::<ScriptObservers>().declare(&script, observers);
    }
}

impl ScriptSystems {
    /// A script has declared these systems, all it has.
    pub(crate) fn declare(&mut self, script: &str, declared: Vec<SystemDeclaration>) {
        let known = self.systems.iter().any(|system| &*system.script == script);
        if known || !declared.is_empty() || self.pending.iter().any(|(pending, _)| &**pending == script) {
            self.pending.push((script.into(), declared));
        }
    }
}

/// Brings declarations into the schedules.
pub(crate) fn sync(world: &mut World) {
    let systems = world.resource::<ScriptSystems>();
    if systems.pending.is_empty() && systems.changed_components.is_empty() {
        return;
    }
    world.resource_scope(|world, mut systems: Mut<ScriptSystems>| {
        for (script, declared) in std::mem::take(&mut systems.pending) {
            systems.sync_script(world, &script, declared);
        }
        let changed = std::mem::take(&mut systems.changed_components);
        systems.rebuild(world, &changed);
    });
}

impl ScriptSystems {
    fn sync_script(&mut self, world: &mut World, script: &Arc<str>, declared: Vec<SystemDeclaration>) {
        let old: Vec<ScriptSystem> = self.systems.extract_if(.., |system| system.script == *script).collect();
        let mut old: Vec<Option<ScriptSystem>> = old.into_iter().map(Some).collect();
        for declaration in declared {
            let known = old
                .iter_mut()
                .find(|system| system.as_ref().is_some_and(|s| *s.name == *declaration.name))
                .and_then(Option::take);
            let before = match known {
                Some(system) if system.plan == declaration.plan => {
                    system.body.replace(declaration.run);
                    self.systems.push(system);
                    continue;
                }
                // A plan that changed: the old system goes before the new one comes, under the same name.
                Some(system) => {
                    remove(world, &system);
                    Some(system.body)
                }
                None => None,
            };
            self.add_or_report(world, script, declaration, before.as_deref());
        }
        for system in old.into_iter().flatten() {
            remove(world, &system);
        }
    }

    fn add_or_report(
        &mut self,
        world: &mut World,
        script: &Arc<str>,
        declaration: SystemDeclaration,
        before: Option<&Body>,
    ) {
        let name = declaration.name.clone();
        match self.add(world, script, declaration) {
            Ok(system) => {
                if let Some(before) = before {
                    system.body.continue_from(before);
                }
                self.systems.push(system);
            }
            Err(message) => {
                report(
                    world,
                    LuaError::text(script, format!("system '{name}'"), ErrorKind::Runtime, message),
                );
            }
        }
    }

    /// Makes systems anew that declared access to one of these components.
    fn rebuild(&mut self, world: &mut World, changed: &[String]) {
        if changed.is_empty() {
            return;
        }
        let names = |plan: &Plan| plan.query.as_ref().is_some_and(|query| query.names_any(changed));
        let stale: Vec<ScriptSystem> = self.systems.extract_if(.., |system| names(&system.plan)).collect();
        for ScriptSystem { script, name, plan, body } in stale {
            let system = ScriptSystem { script: Arc::clone(&script), name, plan: plan.clone(), body };
            remove(world, &system);
            let declaration =
                SystemDeclaration { name: system.name.to_string(), plan, run: system.body.function() };
            self.add_or_report(world, &script, declaration, Some(&system.body));
        }
        let drivers = world.resource_scope(|_, behaviours: Mut<Behaviours>| behaviours.declared(changed));
        for (class, borrower, terms) in drivers {
            remove_driver(world, class);
            if let Err(message) = add_driver(world, &borrower, &terms, class) {
                report(world, LuaError::text(&borrower, "access", ErrorKind::Runtime, message));
            }
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
        let body = Body::new(world, script, Arc::clone(&label), run);
        let system = ScriptSystem { script: Arc::clone(script), name, plan, body: Arc::clone(&body) };
        let order = order::order(&self.systems, script, &system.name, &system.plan)?;
        let plan = &system.plan;
        let mut access = access(world, plan, &label)?;
        if plan.schedule == light::NAME {
            light::insert(world, system.set(), order, body, access);
            return Ok(system);
        }
        let schedule = schedule(world, &plan.schedule)?;
        let boxed: bevy_ecs::system::BoxedSystem = if plan.exclusive {
            Box::new(IntoSystem::into_system(move |world: &mut World| run_alone(world, &body, &mut access)))
        } else {
            build(world, access, body)
        };
        insert(world, schedule, system.set(), order, boxed);
        Ok(system)
    }
}

/// What a system declared to touch, and the objects its function gets.
struct Access {
    declared: SystemAccess,
    objects: SystemObjects,
    is_exclusive: bool,
}

fn access(world: &mut World, plan: &Plan, label: &str) -> Result<Access, String> {
    let registry = world.resource::<AppTypeRegistry>().clone();
    let declared =
        SystemAccess::new(world, &registry.read(), label, plan.query.as_ref(), &plan.resources, &[])?;
    let objects = world.resource_scope(|_, mut vm: Mut<LuaVm>| SystemObjects::new(vm.lua(), label));
    let objects = objects.map_err(|error| error.to_string())?;
    Ok(Access { declared, objects, is_exclusive: plan.exclusive })
}

/// A system with declared access.
fn build(world: &mut World, access: Access, body: Arc<Body>) -> bevy_ecs::system::BoxedSystem {
    let Access { declared, objects, .. } = access;
    let system = (
        ScriptParamBuilder(declared),
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
                script.changed_since(body.last_run());
                body.runs_at(script.tick());
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
    Box::new(system)
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
    if system.plan.schedule == light::NAME {
        light::remove(world, &system.set());
        return;
    }
    let Ok(label) = schedule(world, &system.plan.schedule) else { return };
    remove_set(world, label, system.set(), &system.script, &system.name);
}

fn remove_set(
    world: &mut World,
    label: InternedScheduleLabel,
    set: impl SystemSet,
    script: &str,
    name: &str,
) {
    let outcome = world.schedule_scope(label, |world, schedule| {
        schedule.remove_systems_in_set(set.intern(), world, ScheduleCleanupPolicy::RemoveSystemsOnly)
    });
    if let Err(error) = outcome {
        let doing = format!("removing system '{name}'");
        report(world, LuaError::text(script, doing, ErrorKind::Runtime, error.to_string()));
    }
}

/// The schedules scripts can name, beside [`light::NAME`].
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
                "there is no schedule '{other}'; schedules are: PreUpdate, Update, PostUpdate, Last, FixedPreUpdate, FixedUpdate, FixedPostUpdate, LuaUpdate"
            ));
        }
    };
    // Bevy's own schedules begin to exist when something is added to them.
    let main = world.get_resource::<MainScheduleOrder>().map(|order| &order.labels);
    let fixed = world.get_resource::<FixedMainScheduleOrder>().map(|order| &order.labels);
    let is_run = main.into_iter().chain(fixed).any(|labels| labels.contains(&label));
    if is_run || world.resource::<Schedules>().contains(label) {
        Ok(label)
    } else {
        Err(format!(
            "this app does not run the schedule '{name}': choose another, or add Bevy's plugin that runs it"
        ))
    }
}

/// Runs a system that no other runs beside. An exclusive one gets `world` first, then what the others get.
fn run_alone(world: &mut World, body: &Arc<Body>, access: &mut Access) {
    if body.paused() {
        return;
    }
    let _span = tracing::info_span!("lua_system", name = %body.label).entered();
    let dt = f64::from(world.resource::<Time>().delta_secs());
    let times = world.resource::<ScriptTimes>().clone();
    let Access { declared, objects, is_exclusive } = access;
    world.resource_scope(|world, mut vm: Mut<LuaVm>| {
        let function = body.function();
        let (lua, last_run) = (vm.lua(), body.last_run());
        let outcome = times.measure(&body.label, || {
            driver::run_alone(world, declared, lua, objects, last_run, *is_exclusive, |cx, tick| {
                body.runs_at(tick);
                if !*is_exclusive {
                    return function.call::<()>(cx, (&objects.query, dt, &objects.resources));
                }
                let access: Value = cx.globals().get(cx, "world")?;
                function.call::<()>(cx, (&access, dt, &objects.query, &objects.resources))
            })
        });
        if let Err(error) = outcome.and_then(|inner| inner) {
            body.fail(&error);
        }
    });
    crate::observe::run_pending(world);
}

/// Calls a body's function with the world to itself; an error pauses it.
pub(crate) fn call_exclusively(
    world: &mut World,
    body: &Arc<Body>,
    call: impl FnOnce(&mut perilune::Context, &Function) -> Result<(), Error>,
) {
    let times = world.resource::<ScriptTimes>().clone();
    world.resource_scope(|world, mut vm: Mut<LuaVm>| {
        let function = body.function();
        let lua = vm.lua();
        let outcome = times.measure(&body.label, || {
            driver::run_exclusive(world, lua, Arc::clone(&body.label), |cx| call(cx, &function))
        });
        if let Err(error) = outcome {
            body.fail(&error);
        }
    });
}

/// The set of the drivers of one class.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
struct DriverSet(usize);

const DRIVERS: [Hook; 2] = [Hook::Update, Hook::FixedUpdate];

fn driver_schedule(hook: Hook) -> InternedScheduleLabel {
    match hook {
        Hook::FixedUpdate => FixedUpdate.intern(),
        Hook::Update | Hook::Start | Hook::OnMessage => Update.intern(),
    }
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
    for hook in DRIVERS {
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
                        driver::run_declared(&mut script, vm.lua(), None, |cx| {
                            let mut failures = Vec::new();
                            if hook == Hook::Update {
                                failures = behaviours.deliver(cx, &driver);
                            }
                            failures.extend(
                                driver.run(cx, hook, &HookArgs::Delta(dt), 0).into_iter().map(|f| (hook, f)),
                            );
                            failures
                        })
                    });
                    match outcome {
                        Ok(failures) => {
                            for (hook, failure) in failures {
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
            let system = system.in_set(LuaSystems::Behaviours).in_set(DriverSet(class));
            schedules.add_systems(driver_schedule(hook), system);
        });
    }
    Ok(())
}

fn remove_driver(world: &mut World, class: usize) {
    for hook in DRIVERS {
        remove_set(world, driver_schedule(hook), DriverSet(class), "behaviours", hook.name());
    }
}
