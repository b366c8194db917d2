//! Systems that scripts declare, among Rust systems.

mod game;

use bevy_app::{PreUpdate, Update};
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::Schedules;
use bevy_perilune::{LuaReloads, LuaSystems, LuaVm};
use game::{Counter, Game};

const SCRIPT: &str = "scripts/main.lua";

/// What a Rust system saw.
#[derive(Resource, Default)]
struct Seen(Vec<(Entity, f64)>);

fn global(game: &mut Game, name: &str) -> String {
    let mut vm = game.app.world_mut().resource_mut::<LuaVm>();
    let lua = vm.lua();
    lua.load(format!("return tostring({name})")).eval(lua).expect("it is an expression")
}

fn systems_in(game: &Game, schedule: impl bevy_ecs::schedule::ScheduleLabel) -> usize {
    game.app.world().resource::<Schedules>().get(schedule).map_or(0, |schedule| schedule.systems_len())
}

#[test]
fn rust_reads_what_lua_wrote_in_the_same_frame() {
    let mut game = Game::with_script(
        "local frame = 0
         system { name = 'write', query = { 'mut Counter' }, run = function(q)
           frame = frame + 1
           for _, counter in q:iter() do counter.value = frame end
         end }",
    );
    let entity = game.app.world_mut().spawn(Counter::default()).id();
    game.app.init_resource::<Seen>().add_systems(
        Update,
        (|query: Query<(Entity, &Counter)>, mut seen: ResMut<Seen>| {
            seen.0.extend(query.iter().map(|(entity, counter)| (entity, counter.value)));
        })
        .after(LuaSystems::Systems),
    );
    game.until_value(entity, 1.0);
    game.app.world_mut().resource_mut::<Seen>().0.clear();
    game.frames(3);
    assert_eq!(game.app.world().resource::<Seen>().0, [(entity, 2.0), (entity, 3.0), (entity, 4.0)]);
    game.no_errors();
}

#[test]
fn schedule_before_and_after_order_systems() {
    let mut game = Game::with_script(
        "order = {}
         local function note(name) return function() order[#order + 1] = name end end
         system { name = 'middle', run = note 'middle' }
         system { name = 'last', after = { 'middle' }, run = note 'last' }
         system { name = 'first', before = { 'middle' }, run = note 'first' }
         system { name = 'post', schedule = 'PostUpdate', run = note 'post' }
         system { name = 'pre', schedule = 'PreUpdate', run = note 'pre' }",
    );
    game.until("two frames", |game| global(game, "order ~= nil and #order >= 10") == "true");
    assert_eq!(
        global(&mut game, "table.concat(order, ' ', 1, 10)"),
        "pre first middle last post pre first middle last post"
    );
    game.no_errors();
}

#[test]
fn a_schedule_or_a_system_that_does_not_exist_is_an_error_with_the_choices() {
    let mut game = Game::with_script("system { name = 'a', schedule = 'Updaet', run = function() end }");
    game.error("there is no schedule 'Updaet'; schedules are: PreUpdate, Update");
    let mut game = Game::with_script("system { name = 'a', after = { 'b' }, run = function() end }");
    game.error("there is no script system 'b' to be ordered with");
}

#[test]
fn a_write_without_mut_is_refused_and_pauses_the_system_alone() {
    let mut game = Game::with_script(
        "tries, others = 0, 0
         system { name = 'sneak', query = { 'Counter' }, run = function(q)
           tries = tries + 1
           for _, counter in q:iter() do counter.value = 1 end
         end }
         system { name = 'other', run = function() others = others + 1 end }",
    );
    let entity = game.app.world_mut().spawn(Counter::default()).id();
    let error = game.error(
        "component 'Counter' was declared read-only by system 'sneak': declare \"mut Counter\" to write it",
    );
    assert_eq!((error.doing.as_str(), error.script.as_str()), ("system 'sneak'", SCRIPT));
    assert_eq!(game.value(entity), 0.0);
    let before: f64 = global(&mut game, "others").parse().expect("a number");
    game.frames(10);
    assert_eq!(global(&mut game, "tries"), "1");
    assert_eq!(global(&mut game, "others"), format!("{}", before + 10.0));
    game.no_errors();
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
    let mut game = Game::with_script(&body(1));
    let entity = game.app.world_mut().spawn(Counter::default()).id();
    game.until_value(entity, 1.0);
    let before = systems_in(&game, Update);
    game.write(SCRIPT, body(2));
    game.until_value(entity, 2.0);
    assert_eq!(systems_in(&game, Update), before);
    game.no_errors();
}

#[test]
fn a_changed_declaration_takes_the_systems_place() {
    let mut game = Game::with_script(&body(1));
    let entity = game.app.world_mut().spawn(Counter::default()).id();
    game.until_value(entity, 1.0);
    let (update, pre) = (systems_in(&game, Update), systems_in(&game, PreUpdate));
    game.write(SCRIPT, body(2).replace("name =", "schedule = 'PreUpdate', name ="));
    game.until_value(entity, 2.0);
    assert_eq!((systems_in(&game, Update), systems_in(&game, PreUpdate)), (update - 1, pre + 1));
    game.no_errors();
}

#[test]
fn a_paused_system_goes_on_with_the_next_version() {
    let mut game = Game::with_script(&body(1).replace("counter.value = 1", "error('oops')"));
    let entity = game.app.world_mut().spawn(Counter::default()).id();
    game.error("scripts/main.lua:2: oops");
    game.frames(5);
    game.no_errors();
    game.write(SCRIPT, body(2));
    game.until_value(entity, 2.0);
    assert_eq!(game.app.world().resource::<LuaReloads>().applied, 1);
}
