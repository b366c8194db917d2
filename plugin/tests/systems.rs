//! Systems that scripts declare, among Rust systems.

use crate::common::{Counter, TestApp};
use bevy_app::{PreUpdate, Update};
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::Schedules;
use bevy_perilune::{LuaReloads, LuaSystems, LuaVm};

const SCRIPT: &str = "scripts/main.lua";

/// What a Rust system saw.
#[derive(Resource, Default)]
struct Seen(Vec<(Entity, f64)>);

fn global(test: &mut TestApp, name: &str) -> String {
    let mut vm = test.app.world_mut().resource_mut::<LuaVm>();
    let lua = vm.lua();
    lua.load(format!("return tostring({name})")).eval(lua).expect("it is an expression")
}

fn systems_in(test: &TestApp, schedule: impl bevy_ecs::schedule::ScheduleLabel) -> usize {
    test.app.world().resource::<Schedules>().get(schedule).map_or(0, |schedule| schedule.systems_len())
}

#[test]
fn rust_reads_what_lua_wrote_in_the_same_frame() {
    let mut test = TestApp::with_script(
        "local frame = 0
         system { name = 'write', query = { 'mut Counter' }, run = function(q)
           frame = frame + 1
           for _, counter in q:iter() do counter.value = frame end
         end }",
    );
    let entity = test.app.world_mut().spawn(Counter::default()).id();
    test.app.init_resource::<Seen>().add_systems(
        Update,
        (|query: Query<(Entity, &Counter)>, mut seen: ResMut<Seen>| {
            seen.0.extend(query.iter().map(|(entity, counter)| (entity, counter.value)));
        })
        .after(LuaSystems::Systems),
    );
    test.until_value(entity, 1.0);
    test.app.world_mut().resource_mut::<Seen>().0.clear();
    test.frames(3);
    assert_eq!(test.app.world().resource::<Seen>().0, [(entity, 2.0), (entity, 3.0), (entity, 4.0)]);
    test.no_errors();
}

#[test]
fn schedule_before_and_after_order_systems() {
    let mut test = TestApp::with_script(
        "order = {}
         local function note(name) return function() order[#order + 1] = name end end
         system { name = 'middle', run = note 'middle' }
         system { name = 'last', after = { 'middle' }, run = note 'last' }
         system { name = 'first', before = { 'middle' }, run = note 'first' }
         system { name = 'post', schedule = 'PostUpdate', run = note 'post' }
         system { name = 'pre', schedule = 'PreUpdate', run = note 'pre' }",
    );
    test.until("two frames", |test| global(test, "order ~= nil and #order >= 10") == "true");
    assert_eq!(
        global(&mut test, "table.concat(order, ' ', 1, 10)"),
        "pre first middle last post pre first middle last post"
    );
    test.no_errors();
}

#[test]
fn a_schedule_or_a_system_that_does_not_exist_is_an_error_with_the_choices() {
    let mut test = TestApp::with_script("system { name = 'a', schedule = 'Updaet', run = function() end }");
    test.error("there is no schedule 'Updaet'; schedules are: PreUpdate, Update");
    let mut test = TestApp::with_script("system { name = 'a', after = { 'b' }, run = function() end }");
    test.error("there is no script system 'b' to be ordered with");
}

#[test]
fn a_write_without_mut_is_refused_and_pauses_the_system_alone() {
    let mut test = TestApp::with_script(
        "tries, others = 0, 0
         system { name = 'sneak', query = { 'Counter' }, run = function(q)
           tries = tries + 1
           for _, counter in q:iter() do counter.value = 1 end
         end }
         system { name = 'other', run = function() others = others + 1 end }",
    );
    let entity = test.app.world_mut().spawn(Counter::default()).id();
    let error = test.error(
        "component 'Counter' was declared read-only by system 'sneak': declare \"mut Counter\" to write it",
    );
    assert_eq!((error.doing.as_str(), error.script.as_str()), ("system 'sneak'", SCRIPT));
    assert_eq!(test.value(entity), 0.0);
    let before: f64 = global(&mut test, "others").parse().expect("a number");
    test.frames(10);
    assert_eq!(global(&mut test, "tries"), "1");
    assert_eq!(global(&mut test, "others"), format!("{}", before + 10.0));
    test.no_errors();
}

fn body(value: u32) -> String {
    format!(
        "system {{ name = 'write', query = {{ 'mut Counter' }}, run = function(q)
           for _, counter in q:iter() do counter.value = {value} end
         end }}"
    )
}

#[test]
fn a_reload_of_a_body_leaves_the_schedule_alone() {
    let mut test = TestApp::with_script(&body(1));
    let entity = test.app.world_mut().spawn(Counter::default()).id();
    test.until_value(entity, 1.0);
    let before = systems_in(&test, Update);
    test.write(SCRIPT, body(2));
    test.until_value(entity, 2.0);
    assert_eq!(systems_in(&test, Update), before);
    test.no_errors();
}

#[test]
fn a_changed_declaration_takes_the_systems_place() {
    let mut test = TestApp::with_script(&body(1));
    let entity = test.app.world_mut().spawn(Counter::default()).id();
    test.until_value(entity, 1.0);
    let (update, pre) = (systems_in(&test, Update), systems_in(&test, PreUpdate));
    test.write(SCRIPT, body(2).replace("name =", "schedule = 'PreUpdate', name ="));
    test.until_value(entity, 2.0);
    assert_eq!((systems_in(&test, Update), systems_in(&test, PreUpdate)), (update - 1, pre + 1));
    test.no_errors();
}

#[test]
fn a_paused_system_goes_on_with_the_next_version() {
    let mut test = TestApp::with_script(&body(1).replace("counter.value = 1", "error('oops')"));
    let entity = test.app.world_mut().spawn(Counter::default()).id();
    test.error("scripts/main.lua:2: oops");
    test.frames(5);
    test.no_errors();
    test.write(SCRIPT, body(2));
    test.until_value(entity, 2.0);
    assert_eq!(test.app.world().resource::<LuaReloads>().applied, 1);
}
