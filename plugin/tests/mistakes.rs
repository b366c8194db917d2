//! Mistakes in what a script declares: each message names the fix.

use bevy_ecs::prelude::*;
use bevy_reflect::Reflect;

use crate::common::{TestApp, test_app};

/// Each script fails, with a message that has this in it. `RUN` in a script stands for the function of a system that does nothing.
#[track_caller]
fn each_says(cases: &[(&str, &str)]) {
    each_says_in(cases, |test| {
        test.app.register_type::<NoComponent>().register_type::<Absent>();
    });
}

/// The same in an app made ready for it.
#[track_caller]
pub(crate) fn each_says_in(cases: &[(&str, &str)], prepare: impl Fn(&mut TestApp)) {
    let mut wrong = Vec::new();
    for (script, part) in cases {
        let mut test = test_app();
        prepare(&mut test);
        test.script("scripts/main.lua", script.replace("RUN", "run = function() end"));
        let message = test.first_error().to_string();
        if !message.contains(part) {
            wrong.push(format!("{script}\n  wanted {part}\n  got {message}\n"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
}

#[test]
fn declarations_of_systems() {
    each_says(&[
        (
            "system { run = print }",
            "system: it needs a name: system { name = \"move\", query = ..., run = ... }",
        ),
        (
            "system { name = 'a' }",
            "system 'a': 'run' must be a function, as in run = function(q, dt) ... end, got nil",
        ),
        ("system { name = 'a', run = 5 }", "got number"),
        (
            "system { name = 'a', RUN } system { name = 'a', RUN }",
            "system 'a' is declared twice in this script: give one another name",
        ),
        (
            "system { name = 'a', qeury = {}, RUN }",
            "system has no setting 'qeury' (did you mean 'query'?); settings are: name, schedule",
        ),
        (
            "system { name = 'a', query = 'Counter', RUN }",
            "query: expected a table of names, as in query = { \"Transform\" }, got string",
        ),
        (
            "system { name = 'a', query = { 5 }, RUN }",
            "query: expected a name in quotes, like \"Transform\", got number",
        ),
        (
            "system { name = 'a', query = { 'Counter', 'mut Counter' }, RUN }",
            "query names 'Counter' twice: leave one out (\"mut Counter\" reads too)",
        ),
        ("system { name = 'a', query = { 'mut' }, RUN }", "expected \"Name\" or \"mut Name\", got \"mut\""),
        (
            "system { name = 'a', query = { 'Counter', wiht = 'Name' }, RUN }",
            "query has no filter 'wiht' (did you mean 'with'?); filters are: with, without",
        ),
        (
            "system { name = 'a', query = { with = 'mut Counter' }, RUN }",
            "with: 'mut Counter' makes no sense in a filter: write 'Counter'",
        ),
        (
            "system { name = 'a', query = { [true] = 'Counter' }, RUN }",
            "query: expected names and filters, as in { \"mut Transform\", without = \"Frozen\" }, got a boolean as key",
        ),
        (
            "system { name = 'a', query = { 'Countre' }, RUN }",
            "there is no component 'Countre' (did you mean 'Counter'?)",
        ),
        (
            "system { name = 'a', query = { 'Xyzzy' }, RUN }",
            "is it registered with app.register_type::<Xyzzy>(), or declared with component(\"Xyzzy\", \"struct { ... }\")?",
        ),
        (
            "system { name = 'a', query = { 'NoComponent' }, RUN }",
            "type 'NoComponent' is registered, but it is no component: derive Component for it and add #[reflect(Component)]",
        ),
        (
            "system { name = 'a', query = { 'mut GlobalTransform' }, RUN }",
            "declare \"GlobalTransform\" to read it, and write Transform",
        ),
        (
            "system { name = 'a', query = { 'mut ChildOf' }, RUN }",
            "cannot be declared \"mut ChildOf\": declare \"ChildOf\" to read it, and replace it with commands.insert",
        ),
        (
            "system { name = 'a', resources = { 'NoComponent' }, RUN }",
            "it is no resource: derive Resource for it and add #[reflect(Resource)]",
        ),
        (
            "system { name = 'a', resources = { 'Absent' }, RUN }",
            "resource 'Absent' declared by system 'a' does not exist: insert it in Rust, as with app.init_resource::<Absent>()",
        ),
        (
            "system { name = 'a', resources = { 'Time', 'Time' }, RUN }",
            "resource 'Time' is declared twice: leave one out (\"mut Time\" reads too)",
        ),
        ("system { name = 'a', resources = { 'mut Time' }, RUN }", "declare \"Time\" to read it"),
        (
            "system { name = 'a', resources = 5, RUN }",
            "resources: expected a table of names, as in resources = { \"Transform\" }, got number",
        ),
        (
            "system { name = 'a', schedule = 5, RUN }",
            "'schedule' must be a name, like \"Update\", got number",
        ),
        ("system { name = 'a', exclusive = 1, RUN }", "'exclusive' must be true or false, got number"),
        (
            "system { name = 'a', after = 'b', RUN }",
            "there is no script system 'b' to be ordered with: declare it before this one (declared so far: ",
        ),
        (
            "system { name = 'a', RUN } system { name = 'b', after = 'a', before = 'a', RUN }",
            "the order is a cycle: ",
        ),
        (
            "system { name = 'a', schedule = 'Updaet', RUN }",
            "there is no schedule 'Updaet'; schedules are: PreUpdate, Update, PostUpdate, Last, FixedPreUpdate, FixedUpdate, FixedPostUpdate, LuaUpdate",
        ),
        (
            "system { name = 'a', RUN } system { name = 'b', schedule = 'Last', after = 'a', RUN }",
            "'a' runs in schedule Update, this system in Last: only systems of one schedule can be ordered",
        ),
        (
            "system { name = 'a', query = { 'mut Counter mut' }, RUN }",
            "query: expected \"Name\" or \"mut Name\", got \"mut Counter mut\"",
        ),
        (
            "local s = system system { name = 'a', run = function() s { name = 'b', RUN } end }",
            "systems are declared at the top of a script, not while a system runs",
        ),
    ]);
}

#[test]
fn declarations_of_observers_and_components() {
    each_says(&[
        (
            "observe { add = 5, run = print }",
            "observe: 'add' must be a name in quotes, as in add = \"Health\", got number",
        ),
        (
            "observe { run = print }",
            "observe: say what to observe by one of: event, add, insert, remove, despawn",
        ),
        (
            "observe { add = 'Counter' }",
            "'run' must be a function, as in run = function(entity) ... end, got nil",
        ),
        ("observe { ad = 'Counter', run = print }", "observe has no setting 'ad' (did you mean 'add'?)"),
        ("observe { add = 'Countre', run = print }", "did you mean 'Counter'?"),
        (
            "component('health', 'struct { float a; }')",
            "the name must be a word that begins with a capital letter, like \"Health\"",
        ),
        (
            "component('Counter', 'struct { float a; }')",
            "the game has a type of this name already: choose another",
        ),
        ("component('Health', 'struct { flaot a; }')", "there is no type 'flaot' (did you mean 'float'?)"),
        ("component('Health', 'float')", "expected \"struct { float name; ... }\", got the type 'float'"),
        (
            "component('Health', 'Vec3')",
            "a component is a struct of its own: write \"struct { Vec3 value; }\"",
        ),
        (
            "component('Health', 'struct { char c; int x : 31; } __attribute__((packed))')",
            "field 'x' cannot be in a component: it is packed across the end of its integer",
        ),
        (
            "local o = observe system { name = 'a', run = function() o { add = 'Counter', run = print } end }",
            "observers are declared at the top of a script, not while a system runs",
        ),
        ("component('Health', 'struct { float *p; }')", "keep an Entity, or the value itself"),
        ("component('Health', 'struct { float a[]; }')", "give the array a length"),
        ("component('Health', 'struct { float a; float a; }')", "declared twice"),
        ("component('Health', 'struct { const float a; }')", "leave that out"),
        (
            "system { name = 'a', run = function() component('Late', 'struct {}') end }",
            "components are declared at the top of a script, not while a system runs",
        ),
        (
            "system { name = 'a', run = function() messages.read('Nothing') end }",
            "expose it with app.expose_message::<Nothing>()",
        ),
        (
            "system { name = 'a', run = function() messages.write('Nothing', {}) end }",
            "is it registered with app.register_type::<Nothing>()?",
        ),
        (
            "system { name = 'a', run = function() messages.write('NoComponent', {}) end }",
            "type 'NoComponent' is registered, but not as ",
        ),
        (
            "system { name = 'a', run = function() commands.trigger('Nothing') end }",
            "is it registered with app.register_type::<Nothing>()?",
        ),
        (
            "system { name = 'a', run = function() return input.pressed('KeyÄ') end }",
            "there is no button 'KeyÄ'",
        ),
        (
            "require 'ffi'.cast('int *', 4096)",
            "UnsafeFfi, which this program has not been given (LuaOptions::unsafe_ffi, in a game LuaScriptPlugin::unsafe_ffi)",
        ),
    ]);
}

#[derive(Reflect, Default)]
struct NoComponent {
    a: f32,
}

#[derive(Resource, Reflect, Default)]
#[reflect(Resource)]
struct Absent;
