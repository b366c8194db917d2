//! The access to the ECS, seen from Lua: each file a behaviour.

mod adhoc;
mod by_entity;
mod c_names;
mod change_ticks;
mod columns;
mod commands;
mod durations;
mod entities;
mod errors;
mod every_type;
mod exactness;
mod expiry;
mod fields;
mod filters;
mod lists;
mod math;
mod parallel;
mod parts;
mod resources;
mod spec;
mod whole_messages;

use std::sync::Arc;

use bevy_ecs::prelude::*;
use bevy_ecs::reflect::AppTypeRegistry;
use bevy_ecs::schedule::Schedule;
use bevy_ecs::system::ParamBuilder;
use bevy_math::{Quat, Vec2, Vec3};
use bevy_platform::cell::SyncCell;
use bevy_reflect::std_traits::ReflectDefault;
use bevy_reflect::{self as reflected, GetTypeRegistration, Reflect};
use bevy_transform::components::Transform;
use perilune::value::RawValue;
use perilune::{Context, Error, Function, Lua, LuaOptions, Table, Value};

use super::component::LuaComponents;
use super::context::install;
use super::run::run_exclusive;
use super::system::{Objects, ScriptParam, ScriptParamBuilder, SystemAccess, new_objects};
use super::terms::{QueryTerms, parse_list};

/// A component without `Default`, its fields in an order that Rust changes.
#[derive(Component, Reflect, Clone, Debug, PartialEq)]
#[reflect(Component)]
pub(super) struct Velocity {
    pub(super) fast: bool,
    pub(super) linear: Vec2,
    pub(super) turn: f32,
}

#[derive(Component, Reflect, Clone, Debug, PartialEq, Default)]
#[reflect(Component, Default)]
pub(super) struct Health(pub(super) f32);

#[derive(Component, Reflect, Clone, Debug, PartialEq, Default)]
#[reflect(Component, Default)]
pub(super) struct Frozen;

#[derive(Component, Reflect, Clone, Debug, PartialEq, Default)]
#[component(storage = "SparseSet")]
#[reflect(Component, Default)]
pub(super) struct Stunned {
    pub(super) seconds: f32,
}

#[derive(Reflect, Clone, Copy, Debug, PartialEq, Default)]
pub(super) enum Mood {
    #[default]
    Calm,
    Angry,
    Asleep = 40,
}

#[derive(Component, Reflect, Clone, Debug, PartialEq, Default)]
#[reflect(Component, Default)]
pub(super) struct Everything {
    pub(super) byte: u8,
    pub(super) short: i16,
    pub(super) int: i32,
    pub(super) word: u32,
    pub(super) long: i64,
    pub(super) size: usize,
    pub(super) double: f64,
    pub(super) flag: bool,
    pub(super) letter: char,
    pub(super) mood: Mood,
    pub(super) rotation: Quat,
    pub(super) name: String,
    pub(super) tags: Vec<String>,
    pub(super) maybe: Option<f32>,
    pub(super) nested: Nested,
}

#[derive(Reflect, Clone, Debug, PartialEq, Default)]
pub(super) struct Nested {
    pub(super) flag: bool,
    pub(super) position: Vec3,
    pub(super) label: String,
}

#[derive(Component, Reflect, Clone, Debug, PartialEq)]
#[component(immutable)]
#[reflect(Component)]
pub(super) struct Team(pub(super) u8);

#[derive(Component, Reflect, Clone, Debug, PartialEq)]
#[reflect(Component)]
pub(super) struct Target(pub(super) Entity);

#[derive(Component, Reflect)]
#[reflect(Component, Default)]
pub(super) struct Bomb;

impl Default for Bomb {
    fn default() -> Bomb {
        panic!("a default that panics")
    }
}

#[derive(Resource, Reflect, Clone, Debug, PartialEq, Default)]
#[reflect(Resource, Default)]
pub(super) struct Score {
    pub(super) points: u32,
}

/// What the last Lua call of a system raised.
#[derive(Resource, Default)]
pub(super) struct LastError(pub(super) Option<String>);

#[derive(Resource)]
struct TestVm(SyncCell<Lua>);

/// A world with a VM prepared for it, and a schedule.
pub(super) struct Test {
    pub(super) world: World,
    pub(super) schedule: Schedule,
}

impl Test {
    /// With every loop compiled as soon as it goes round if `PERILUNE_COMPILED` is set.
    pub(super) fn new() -> Test {
        Test::interpreted_or_compiled(std::env::var_os("PERILUNE_COMPILED").is_some())
    }

    pub(super) fn interpreted_or_compiled(jit: bool) -> Test {
        let mut world = World::new();
        let registry = AppTypeRegistry::default();
        world.insert_resource(registry.clone());
        let mut lua = Lua::with_options(LuaOptions { jit, ..LuaOptions::default() });
        if jit {
            lua.load("jit.opt.start('hotloop=1', 'hotexit=1')").exec(&mut lua).expect("flags");
        }
        let components = LuaComponents::default();
        world.insert_resource(components.clone());
        install(raw(&mut lua), registry, components).expect("there is memory");
        // Views, queries and names must survive a collector that runs at every allocation.
        raw(&mut lua).heap.set_stress(perilune::gc::Stress::EveryAllocation);
        world.insert_resource(TestVm(SyncCell::new(lua)));
        world.init_resource::<LastError>();
        let mut test = Test { world, schedule: Schedule::default() };
        test.register::<Transform>();
        test.register::<Velocity>();
        test.register::<Health>();
        test.register::<Frozen>();
        test.register::<Stunned>();
        test.register::<Everything>();
        test.register::<Team>();
        test.register::<Target>();
        test.register::<Score>();
        test.register::<Bomb>();
        test
    }

    fn register<T: GetTypeRegistration>(&mut self) {
        self.world.resource::<AppTypeRegistry>().write().register::<T>();
    }

    pub(super) fn lua(&mut self) -> LuaGuard<'_> {
        LuaGuard(self.world.resource_mut::<TestVm>().into_inner().0.get())
    }

    /// Adds a system from the table a script returns: `{ query = {...}, resources = {...}, run = function(q, resources) ... end }`.
    pub(super) fn system(&mut self, source: &str) {
        let system = self.build(source).expect("the declaration is right");
        self.schedule.add_systems(system);
    }

    /// What is wrong with a declaration.
    pub(super) fn refused(&mut self, source: &str) -> String {
        self.build(source).err().expect("the declaration is wrong")
    }

    fn build(
        &mut self,
        source: &str,
    ) -> Result<bevy_ecs::schedule::ScheduleConfigs<bevy_ecs::system::ScheduleSystem>, String> {
        let registry = self.world.resource::<AppTypeRegistry>().clone();
        let lua = self.lua().0;
        let table: Table = lua.load(source).name("=test").eval(lua).expect("the script runs");
        let run: Function = table.get(lua, "run").expect("a system has a function");
        let declaration = |lua: &mut Lua, key: &str| {
            let value: Value = table.get(lua, key).expect("a table");
            let value = value.raw(raw(lua)).expect("of this VM");
            (!value.is_nil()).then(|| raw(lua).to_host(value).expect("plain data"))
        };
        let terms = declaration(lua, "query").map(|value| QueryTerms::parse(&value)).transpose()?;
        let declared =
            declaration(lua, "resources").map(|value| parse_list("resources", &value)).transpose()?;
        let objects = new_objects(raw(lua), "system 'test'").expect("there is memory");
        let (query, resources) =
            (Value::from_raw(objects.query.into(), lua), Value::from_raw(objects.resources.into(), lua));
        let access = SystemAccess::new(
            &mut self.world,
            &registry.read(),
            "system 'test'",
            terms.as_ref(),
            &declared.unwrap_or_default(),
            &[],
        )?;
        let builder = (
            ScriptParamBuilder(access),
            ParamBuilder::resource_mut::<TestVm>(),
            ParamBuilder::resource_mut::<LastError>(),
        );
        let system = builder.build_state(&mut self.world).build_any_system(
            move |mut param: ScriptParam, mut vm: ResMut<TestVm>, mut last: ResMut<LastError>| {
                let lua = vm.0.get();
                last.0 = call(lua, &mut param, &query, &resources, &run).err();
            },
        );
        Ok(bevy_ecs::schedule::IntoScheduleConfigs::into_configs(system))
    }

    /// Runs the schedule once.
    pub(super) fn run(&mut self) {
        self.schedule.run(&mut self.world);
        self.world.clear_trackers();
    }

    /// Runs once, and returns what the Lua system raised.
    pub(super) fn run_failing(&mut self) -> String {
        self.run();
        self.world.resource_mut::<LastError>().0.take().expect("the system fails")
    }

    /// Runs once; the Lua system must not fail.
    pub(super) fn run_ok(&mut self) {
        self.run();
        assert_eq!(self.world.resource::<LastError>().0, None);
    }

    /// Runs a chunk with the world to itself, as an exclusive driver does.
    pub(super) fn exclusive(&mut self, source: &str) -> Result<(), String> {
        self.world.resource_scope(|world: &mut World, mut vm: Mut<TestVm>| {
            let lua = vm.0.get();
            let chunk = lua.load(source).name("=test").into_function(lua).expect("it compiles");
            let borrower: Arc<str> = "behaviour 'test'".into();
            run_exclusive(world, raw(lua), borrower, |vm| {
                chunk.call::<()>(Context::from_raw(vm), ()).map_err(|error: Error| error.message().to_owned())
            })
        })
    }

    /// The value of an expression in the VM, as text.
    pub(super) fn eval(&mut self, expression: &str) -> String {
        let lua = self.lua().0;
        lua.load(format!("return tostring({expression})")).eval(lua).expect("the expression is right")
    }
}

pub(super) struct LuaGuard<'w>(pub(super) &'w mut Lua);

#[allow(unsafe_code, reason = "natives of the world module work on the bare VM")]
fn raw(lua: &mut Lua) -> &mut perilune::vm::Vm {
    // SAFETY: the tests only call functions of this crate with it.
    unsafe { lua.raw() }
}

fn call(
    lua: &mut Lua,
    param: &mut ScriptParam,
    query: &Value,
    resources: &Value,
    run: &Function,
) -> Result<(), String> {
    let vm = raw(lua);
    let objects = Objects {
        query: query.raw(vm).expect("of this VM").as_userdata().expect("a query"),
        resources: resources.raw(vm).expect("of this VM").as_table().expect("a table"),
    };
    let ran = param.run(vm, Some(objects), |vm| {
        run.call::<()>(Context::from_raw(vm), (query, resources)).map_err(|error| error.message().to_owned())
    });
    match ran {
        Ok(result) => result,
        Err(_) => {
            let value = raw(lua).heap.roots.raised.take().unwrap_or(RawValue::NIL);
            Err(value
                .as_string()
                .map_or_else(String::new, |s| String::from_utf8_lossy(s.as_bytes()).into_owned()))
        }
    }
}
