//! What a game gets for scripts that are broken, missing or do not end: an error that helps, and the game goes on.

mod game;

use std::time::{Duration, Instant};

use bevy_perilune::perilune::ErrorKind;
use bevy_perilune::{LuaAppExt, LuaVm};
use game::{Counter, Game};

/// A global of the scripts, as text.
fn global(game: &mut Game, name: &str) -> String {
    let mut vm = game.app.world_mut().resource_mut::<LuaVm>();
    let lua = vm.lua();
    lua.load(format!("return tostring({name})")).eval(lua).expect("it is an expression")
}

fn until_global(game: &mut Game, name: &str, value: &str) {
    game.until(&format!("{name} = {value}"), |game| global(game, name) == value);
}

#[test]
fn text_that_is_not_utf8_a_byte_order_mark_and_a_hash_bang_line_work() {
    let files: [(&str, &[u8]); 4] = [
        ("scripts/latin.lua", b"latin = #'\xe4\xff\x80' -- \xfc"),
        ("scripts/mark.lua", b"\xef\xbb\xbfmark = 1"),
        ("scripts/bang.lua", b"#!/usr/bin/env perilune\nbang = 1"),
        ("scripts/both.lua", b"\xef\xbb\xbf#!/usr/bin/env perilune\nboth = 1"),
    ];
    let mut game = Game::new(&files);
    for (path, _) in files {
        game.app.add_lua_script(path);
    }
    for (name, value) in [("latin", "3"), ("mark", "1"), ("bang", "1"), ("both", "1")] {
        until_global(&mut game, name, value);
    }
    game.no_errors();
}

#[test]
fn a_missing_script_is_named_with_who_asked() {
    let mut game = Game::new::<&str>(&[]);
    game.app.add_lua_script("scripts/absent.lua");
    let error = game.error("scripts/absent.lua");
    assert!(error.to_string().contains("added to the app"), "{error}");
    let entity = game.spawn("scripts/nobody.lua");
    let error = game.error("scripts/nobody.lua");
    assert!(error.to_string().contains("attached to an entity"), "{error}");
    game.frames(20);
    game.no_errors();
    assert!(game.app.world().get_entity(entity).is_ok());
}

#[test]
fn a_missing_module_is_named_with_who_asked() {
    let mut game = Game::with_script("local name = 'lib.absent'\nrequire(name)");
    let error = game.error("scripts/lib/absent.lua");
    assert!(error.message.contains("asked for by scripts/main.lua"), "{error}");
    let mut game = Game::with_script("require 'lib.absent'");
    let error = game.error("scripts/lib/absent.lua");
    assert_eq!(error.script, "scripts/main.lua");
}

#[test]
fn an_unknown_component_brings_near_matches() {
    let mut game =
        Game::with_script("system { name = 'count', query = { 'mut Countre' }, run = function() end }");
    game.error("there is no component 'Countre' (did you mean 'Counter'?)");
    let (mut game, _) = Game::with_behaviour(
        "local Class = {}\nfunction Class:update() return self.Countre end\nreturn Class",
    );
    game.error("scripts/main.lua:2: there is no component 'Countre' (did you mean 'Counter'?)");
}

#[test]
fn a_wrong_field_lists_the_fields_and_a_wrong_type_says_what_was_expected() {
    for (statement, expected) in [
        (
            "self.Counter.valeu = 1",
            "Counter has no field 'valeu' (did you mean 'value'?); its fields are: value, other",
        ),
        ("self.Counter.value = 'x'", "expected number for field 'value' of Counter, got string"),
        ("commands.spawn { Counter = 5 }", "Counter"),
    ] {
        let (mut game, entity) = Game::with_behaviour(&format!(
            "local Class = {{}}\nfunction Class:update() {statement} end\nreturn Class"
        ));
        let error = game.error(expected);
        assert!(error.message.starts_with("scripts/main.lua:2:"), "{error}");
        assert_eq!(game.counter(entity), &Counter::default());
    }
}

#[test]
fn an_endless_loop_is_stopped_with_a_traceback_and_the_game_goes_on() {
    let mut game = Game::new(&[
        ("scripts/loop.lua", "local Class = {}\nfunction Class:update() while true do end end\nreturn Class"),
        (
            "scripts/good.lua",
            "local Class = {}\nfunction Class:update() self.Counter.value = self.Counter.value + 1 end\nreturn Class",
        ),
    ]);
    game.settings().time_limit = Some(Duration::from_millis(50));
    let good = game.spawn("scripts/good.lua");
    let endless = game.spawn("scripts/loop.lua");
    let error = game.error("scripts/loop.lua");
    assert_eq!((error.kind, error.entity), (ErrorKind::Interrupted, Some(endless)));
    assert!(error.traceback.is_some_and(|traceback| traceback.contains("scripts/loop.lua:2")));
    let (before, start) = (game.value(good), Instant::now());
    game.frames(20);
    assert_eq!(game.value(good), before + 20.0);
    assert!(start.elapsed() < Duration::from_secs(1), "the loop is not tried again: {:?}", start.elapsed());
    game.no_errors();
}

#[test]
fn an_endless_loop_cannot_hide_behind_pcall_or_at_the_top_level() {
    let mut game = Game::new(&[
        ("scripts/top.lua", "while true do end"),
        (
            "scripts/system.lua",
            "system { name = 'spin', run = function() while true do pcall(function() while true do end end) end end }",
        ),
        ("scripts/good.lua", "count = 0 system { name = 'count', run = function() count = count + 1 end }"),
    ]);
    game.settings().time_limit = Some(Duration::from_millis(50));
    game.app.add_lua_script("scripts/top.lua");
    assert_eq!(game.error("scripts/top.lua").kind, ErrorKind::Interrupted);
    game.app.add_lua_script("scripts/system.lua");
    let error = game.error("system 'spin'");
    assert_eq!((error.kind, error.script.as_str()), (ErrorKind::Interrupted, "scripts/system.lua"));
    game.app.add_lua_script("scripts/good.lua");
    until_global(&mut game, "count", "20");
    game.no_errors();
}

#[test]
fn endless_allocation_is_stopped_by_the_memory_limit_and_the_game_goes_on() {
    let mut game = Game::new(&[
        (
            "scripts/greedy.lua",
            "local Class, hoard = {}, {}\nfunction Class:update() while true do hoard[#hoard + 1] = ('x'):rep(1000) .. #hoard end end\nreturn Class",
        ),
        (
            "scripts/good.lua",
            "local Class = {}\nfunction Class:update() self.Counter.value = self.Counter.value + 1 end\nreturn Class",
        ),
    ]);
    game.settings().memory_limit = 16 << 20;
    let good = game.spawn("scripts/good.lua");
    game.until_value(good, 1.0);
    game.spawn("scripts/greedy.lua");
    let error = game.error("scripts/greedy.lua");
    assert!(error.message.contains("not enough memory"), "{error}");
    let before = game.value(good);
    game.frames(20);
    assert_eq!(game.value(good), before + 20.0);
}

#[test]
fn a_script_that_was_missing_works_once_it_is_there() {
    let mut game = Game::with_script("local numbers = require 'lib.numbers' seen = numbers");
    game.error("scripts/lib/numbers.lua");
    game.write("scripts/lib/numbers.lua", "return 5");
    until_global(&mut game, "seen", "5");
    game.no_errors();
}

#[test]
fn a_script_first_saved_with_a_syntax_error_works_once_it_is_repaired() {
    let mut game = Game::with_script("seen = = 1");
    assert_eq!(game.error("near '='").kind, ErrorKind::Syntax);
    game.write("scripts/main.lua", "seen = 7");
    until_global(&mut game, "seen", "7");
    game.no_errors();
}
