//! Mistakes in what a script does with entities, messages, assets and values: each message names the fix.

use std::collections::HashSet;
use std::time::Duration;

use bevy_asset::Handle;
use bevy_ecs::prelude::*;
use bevy_ecs::reflect::AppTypeRegistry;
use bevy_math::Vec3;
use bevy_perilune::{LuaAppExt, LuaSource, LuaVm};
use bevy_reflect::std_traits::ReflectDefault;
use bevy_reflect::{FromReflect, GetTypeRegistration, PartialReflect, Reflect, ReflectFromReflect};

use crate::common::{TestApp, test_app};
use crate::mistakes::each_says_in;

/// An event of all kinds of values.
#[derive(Event, Reflect, Clone, Debug)]
#[reflect(Event)]
struct Signal {
    at: Vec3,
    after: Duration,
    name: String,
    shape: Shape,
    tags: Vec<String>,
    seen: HashSet<u32>,
}

#[derive(Reflect, Clone, Debug)]
enum Shape {
    Point,
    Span(f32, f32),
    Box { width: f32 },
}

/// A component whose parts have no default.
#[derive(Component, Reflect, Default)]
#[reflect(Component, Default)]
struct Cargo {
    shape: Option<Shape>,
    seen: HashSet<u32>,
    sealed: Vec<Sealed>,
    script: Handle<LuaSource>,
}

/// Not to be made from parts.
#[derive(Reflect, Clone, Debug)]
#[reflect(from_reflect = false)]
struct Sealed {
    number: u32,
}

/// Registered without the types of its fields.
#[derive(Component, Reflect, Default)]
#[reflect(Component, Default)]
struct Half {
    inner: Option<Inner>,
    list: Vec<Inner>,
}

#[derive(Reflect, Clone, Default)]
struct Inner {
    number: f32,
}

/// What cannot be made.
#[derive(Component, Message, Event, Reflect)]
#[reflect(Component, Message, Event, FromReflect)]
#[reflect(from_reflect = false)]
struct Fragile {
    number: f32,
}

impl FromReflect for Sealed {
    fn from_reflect(_: &dyn PartialReflect) -> Option<Sealed> {
        None
    }
}

impl FromReflect for Fragile {
    fn from_reflect(_: &dyn PartialReflect) -> Option<Fragile> {
        panic!("it is fragile")
    }
}

mod red {
    use super::*;
    #[derive(Component, Reflect, Default)]
    #[reflect(Component)]
    pub(super) struct Twin;
}

mod blue {
    use super::*;
    #[derive(Component, Reflect, Default)]
    #[reflect(Component)]
    pub(super) struct Twin;
}

fn prepare(test: &mut TestApp) {
    test.app
        .register_type::<Signal>()
        .register_type::<Cargo>()
        .register_type::<Fragile>()
        .register_type::<red::Twin>()
        .register_type::<blue::Twin>();
    let registry = test.app.world().resource::<AppTypeRegistry>().clone();
    registry.write().add_registration(Half::get_type_registration());
}

#[test]
fn commands() {
    each_says_in(
        &[
            (
                "commands.spawn { children = 5 }",
                r#"'children' must be a list of tables of components, as in children = { { Transform = {} }, { "Frozen" } }"#,
            ),
            (
                "commands.spawn { children = { 5 } }",
                "as in children = { { Transform = {} }, { \"Frozen\" } }",
            ),
            (
                "local t = {} for i = 1, 40 do t = { children = { t } } end commands.spawn(t)",
                "children nested more than 32 deep: spawn them one by one",
            ),
            (
                "commands.spawn { parent = 5 }",
                "'parent' must be an entity that exists, as commands.spawn returns one",
            ),
            (
                "local e = commands.spawn() commands.set_parent(e, e)",
                "an entity cannot be its own parent: name another one",
            ),
            (
                "commands.spawn { Fragile = { number = 1 } }",
                "component 'Fragile': building it panicked: mend its FromReflect in Rust, or give other fields",
            ),
            (
                "commands.spawn { 'Twin' }",
                "'Twin' is ambiguous: write one of plugin::mistakes_in_use::blue::Twin, plugin::mistakes_in_use::red::Twin",
            ),
            (
                "commands.trigger('Fragile', { number = 1 })",
                "event 'Fragile': building it panicked: mend its Default or FromReflect in Rust, or give other fields",
            ),
            (
                "messages.write('Fragile', { number = 1 })",
                "message 'Fragile': building it panicked: mend its Default or FromReflect in Rust, or give other fields",
            ),
        ],
        prepare,
    );
}

#[test]
fn values_that_reflection_takes() {
    let cases = [
        ("at = require('ffi').new('Vec2')", "expected Vec3 for field 'at' of Signal, got another C type"),
        ("at = 5", "expected Vec3 for field 'at' of Signal, got number"),
        ("after = -1", "expected Duration or seconds from 0 to 2^64 for field 'after' of Signal, got -1"),
        ("after = 'soon'", "expected Duration or seconds for field 'after' of Signal, got string"),
        ("name = '\\xff'", "expected UTF-8 string for field 'name' of Signal"),
        (
            "shape = 5",
            "expected a variant of Shape, as \"Name\" or { Name = { fields } }, got number; they are: Point, Span, Box",
        ),
        ("shape = 'Pint'", "Shape has no variant 'Pint' (did you mean 'Point'?); they are: Point, Span, Box"),
        ("shape = { Span = { 1, 2, 3 } }", "Shape has 2 fields, got 3"),
        ("shape = { Span = { 1, 'x' } }", "expected number for field '1' of Shape, got string"),
        ("shape = { Box = { wdith = 1 } }", "Shape has no field 'wdith' (did you mean 'width'?); its fields are: width"),
        ("tags = 'many'", "expected a table for Vec<String> for field 'tags' of Signal, got string"),
        (
            "seen = { 1 }",
            "a HashSet<u32, RandomState> cannot be written from Lua (got table): offer a function that does with app.add_lua_function",
        ),
    ]
    .map(|(field, part)| (format!("commands.trigger('Signal', {{ {field} }})"), part));
    let cases: Vec<(&str, &str)> = cases.iter().map(|(script, part)| (script.as_str(), *part)).collect();
    each_says_in(&cases, prepare);
}

#[test]
fn fields_that_go_through_reflection() {
    let cases = [
        ("cargo.shape = 5", "expected a variant of Shape"),
        ("cargo.seen = { 1 }", "a HashSet<u32, RandomState> cannot be written from Lua (got table)"),
        (
            "cargo.sealed:push { number = 1 }",
            "elements of Vec<Sealed> cannot be made from Lua: add #[reflect(FromReflect)] to their type",
        ),
        ("cargo.script = 5", "expected asset(\"path\") for field 'script' of Cargo, got number"),
        ("cargo.script = asset('ship.lua#')", "asset: 'ship.lua#' is no path: "),
        ("cargo.script = 'ship.lua#'", "asset path 'ship.lua#': "),
        (
            "half.inner = { number = 1 }",
            "this field cannot be written from Lua: its type is not registered, call app.register_type for it",
        ),
        (
            "half.list:push { number = 1 }",
            "field 'list' of Half cannot be read from Lua: its type is not registered, call app.register_type for it",
        ),
    ]
    .map(|(statement, part)| {
        let system = "system { name = 'a', query = { 'mut Cargo', 'mut Half' }, run = function(q)";
        (format!("{system} for _, cargo, half in q:iter() do {statement} end end }}"), part)
    });
    let cases: Vec<(&str, &str)> = cases.iter().map(|(script, part)| (script.as_str(), *part)).collect();
    each_says_in(&cases, |test| {
        prepare(test);
        test.app.world_mut().spawn((Cargo::default(), Half::default()));
    });
}

#[test]
fn a_type_that_is_registered_without_those_of_its_fields() {
    each_says_in(
        &[(
            "commands.trigger('Outer', { inner = { number = 1 } })",
            "the type of 'inner' of Outer is not registered: call app.register_type for it",
        )],
        |test| {
            let registry = test.app.world().resource::<AppTypeRegistry>().clone();
            registry.write().add_registration(Outer::get_type_registration());
        },
    );
}

/// Registered without the type of its field.
#[derive(Event, Reflect)]
#[reflect(Event)]
struct Outer {
    inner: Inner,
}

#[test]
fn outside_a_system_nothing_of_the_world_can_be_reached() {
    let mut test = test_app();
    test.app.update();
    let mut vm = test.app.world_mut().resource_mut::<LuaVm>();
    for (call, part) in [
        ("world.resource('Score')", "the world can be used only inside a system or a behaviour's hooks"),
        ("commands.spawn()", "commands can be used only inside a system or a behaviour's hooks"),
        ("commands.spawn { 'Frozen' }", "commands can be used only inside a system or a behaviour's hooks"),
        ("messages.read('Signal')", "messages can be read only inside a system or a behaviour's hooks"),
        (
            "messages.write('Signal')",
            "there is no message 'Signal'; is it registered with app.register_type::<Signal>()?",
        ),
    ] {
        let error = vm.lua().load(call).exec(vm.lua()).expect_err("no system runs");
        assert!(error.message().contains(part), "{call}: {error}");
    }
}

#[test]
fn scripts_among_each_other() {
    let mut test = TestApp::new(&[
        ("scripts/one.lua", "component('Shared', 'struct { float a; }') ready = true"),
        ("scripts/two.lua", "component('Shared', 'struct { float b; }')"),
        ("scripts/ring.lua", "require 'lib.ring'"),
        ("scripts/lib/ring.lua", "require 'ring'"),
    ]);
    test.app.add_lua_script("scripts/one.lua");
    test.until_global("ready");
    test.app.add_lua_script("scripts/two.lua");
    test.error(
        "component 'Shared': script 'scripts/one.lua' declares it with other fields: choose another name, or declare it in one script that both require",
    );
    test.app.add_lua_script("scripts/ring.lua");
    test.error(
        "scripts require each other in a circle: scripts/ring.lua -> scripts/lib/ring.lua -> scripts/ring.lua; move what they share into a script of its own",
    );
}

#[test]
fn behaviours() {
    for (script, part) in [
        (
            "return 5",
            "scripts/main.lua must return its class, a table of hooks like 'update', to be attached to an entity; it returned number",
        ),
        ("", "a table of hooks like 'update', to be attached to an entity; it returned nil"),
        ("return { access = 5 }", "access: query: expected a table of names"),
        (
            "return { access = { 'Countre' } }",
            "scripts/main.lua: access: there is no component 'Countre' (did you mean 'Counter'?)",
        ),
        ("return { access = { 'mut ChildOf' } }", "access: component 'ChildOf' is immutable"),
        (
            "return { access = { 'Counter' }, update = function(self) return self.Velocity end }",
            "behaviour 'scripts/main.lua' did not declare component 'Velocity': add \"Velocity\" or \"mut Velocity\" to its declaration",
        ),
        (
            "return { access = { 'Counter' }, update = function(self) world.query { 'Velocity' } end }",
            "behaviour 'scripts/main.lua' has declared access: name what it needs in its own query, or make it exclusive = true",
        ),
        (
            "return { update = function(self) self.Velocity = { x = 1 } end }",
            "the entity has no Velocity to assign: add one with commands.insert(self.entity, { Velocity = ... })",
        ),
        (
            "return { update = function(self) world.entity() end }",
            "world has no 'entity'; it has: get, query, resource",
        ),
        (
            "return { update = function(self) world.spawn() end }",
            "world has no 'spawn': structure changes by commands.spawn",
        ),
        (
            "return { update = function(self) world.query { 'Countre' } end }",
            "world.query: there is no component 'Countre' (did you mean 'Counter'?)",
        ),
        (
            "return { update = function(self) world.get(self.entity, 'Countre') end }",
            "there is no component 'Countre' (did you mean 'Counter'?)",
        ),
        (
            "return { update = function(self) world.resource('Scoer') end }",
            "there is no resource 'Scoer' (did you mean 'Score'?)",
        ),
        (
            "return { update = function(self) input.pressed('zzzzzz') end }",
            "names are those of Bevy, like KeyA, ArrowLeft, Space, MouseLeft, GamepadSouth",
        ),
        (
            "return { update = function(self) input.pressed('KeyAA') end }",
            "there is no button 'KeyAA' (did you mean 'KeyA'?)",
        ),
    ] {
        let (mut test, _) = TestApp::with_behaviour(script);
        test.error(part);
    }
}

#[test]
fn observers_that_never_end() {
    let mut test = test_app();
    prepare(&mut test);
    test.script(
        "scripts/main.lua",
        "observe { add = 'Frozen', run = function(entity) commands.remove(entity, 'Frozen') end }
         observe { remove = 'Frozen', run = function(entity) commands.insert(entity, { 'Frozen' }) end }
         ready = true",
    );
    test.until_global("ready");
    test.app.world_mut().spawn(crate::common::Frozen);
    test.error("observers trigger each other without end: stopped after 100000 calls; let one of them look before it triggers");
    assert!(test.errors().is_empty(), "one report is enough: {:?}", test.errors());
}
