//! What a test gets for scripts that are broken, missing or do not end: an error that helps, and the test goes on.

use std::time::{Duration, Instant};

use crate::common::{Counter, TestApp};
use bevy_perilune::perilune::ErrorKind;
use bevy_perilune::{LuaAppExt, LuaVm};

/// A global of the scripts, as text.
fn global(test: &mut TestApp, name: &str) -> String {
    let mut vm = test.app.world_mut().resource_mut::<LuaVm>();
    let lua = vm.lua();
    lua.load(format!("return tostring({name})")).eval(lua).expect("it is an expression")
}

fn until_global(test: &mut TestApp, name: &str, value: &str) {
    test.until(&format!("{name} = {value}"), |test| global(test, name) == value);
}

#[test]
fn text_that_is_not_utf8_a_byte_order_mark_and_a_hash_bang_line_work() {
    let files: [(&str, &[u8]); 4] = [
        ("scripts/latin.lua", b"latin = #'\xe4\xff\x80' -- \xfc"),
        ("scripts/mark.lua", b"\xef\xbb\xbfmark = 1"),
        ("scripts/bang.lua", b"#!/usr/bin/env perilune\nbang = 1"),
        ("scripts/both.lua", b"\xef\xbb\xbf#!/usr/bin/env perilune\nboth = 1"),
    ];
    let mut test = TestApp::new(&files);
    for (path, _) in files {
        test.app.add_lua_script(path);
    }
    for (name, value) in [("latin", "3"), ("mark", "1"), ("bang", "1"), ("both", "1")] {
        until_global(&mut test, name, value);
    }
    test.no_errors();
}

#[test]
fn a_missing_script_is_named_with_who_asked() {
    let mut test = TestApp::new::<&str>(&[]);
    test.app.add_lua_script("scripts/absent.lua");
    let error = test.error("scripts/absent.lua");
    assert!(error.to_string().contains("added to the app"), "{error}");
    let entity = test.spawn("scripts/nobody.lua");
    let error = test.error("scripts/nobody.lua");
    assert!(error.to_string().contains("attached to an entity"), "{error}");
    test.frames(20);
    test.no_errors();
    assert!(test.app.world().get_entity(entity).is_ok());
}

#[test]
fn a_missing_module_is_named_with_who_asked() {
    let mut test = TestApp::with_script("local name = 'lib.absent'\nrequire(name)");
    let error = test.error("scripts/lib/absent.lua");
    assert!(error.message.contains("asked for by scripts/main.lua"), "{error}");
    let mut test = TestApp::with_script("require 'lib.absent'");
    let error = test.error("scripts/lib/absent.lua");
    assert_eq!(error.script, "scripts/main.lua");
}

#[test]
fn an_unknown_component_brings_near_matches() {
    let mut test =
        TestApp::with_script("system { name = 'count', query = { 'mut Countre' }, run = function() end }");
    test.error("there is no component 'Countre' (did you mean 'Counter'?)");
    let (mut test, _) = TestApp::with_behaviour(
        "local Class = {}\nfunction Class:update() return self.Countre end\nreturn Class",
    );
    test.error("scripts/main.lua:2: there is no component 'Countre' (did you mean 'Counter'?)");
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
        let (mut test, entity) = TestApp::with_behaviour(&format!(
            "local Class = {{}}\nfunction Class:update() {statement} end\nreturn Class"
        ));
        let error = test.error(expected);
        assert!(error.message.starts_with("scripts/main.lua:2:"), "{error}");
        assert_eq!(test.counter(entity), &Counter::default());
    }
}

#[test]
fn an_endless_loop_is_stopped_with_a_traceback_and_the_game_goes_on() {
    let mut test = TestApp::new(&[
        ("scripts/loop.lua", "local Class = {}\nfunction Class:update() while true do end end\nreturn Class"),
        (
            "scripts/good.lua",
            "local Class = {}\nfunction Class:update() self.Counter.value = self.Counter.value + 1 end\nreturn Class",
        ),
    ]);
    test.settings().time_limit = Some(Duration::from_millis(50));
    let good = test.spawn("scripts/good.lua");
    let endless = test.spawn("scripts/loop.lua");
    let error = test.error("scripts/loop.lua");
    assert_eq!((error.kind, error.entity), (ErrorKind::Interrupted, Some(endless)));
    assert!(error.traceback.is_some_and(|traceback| traceback.contains("scripts/loop.lua:2")));
    let (before, start) = (test.value(good), Instant::now());
    test.frames(20);
    assert_eq!(test.value(good), before + 20.0);
    assert!(start.elapsed() < Duration::from_secs(1), "the loop is not tried again: {:?}", start.elapsed());
    test.no_errors();
}

#[test]
fn an_endless_loop_cannot_hide_behind_pcall_or_at_the_top_level() {
    let mut test = TestApp::new(&[
        ("scripts/top.lua", "while true do end"),
        (
            "scripts/system.lua",
            "system { name = 'spin', run = function() while true do pcall(function() while true do end end) end end }",
        ),
        ("scripts/good.lua", "count = 0 system { name = 'count', run = function() count = count + 1 end }"),
    ]);
    test.settings().time_limit = Some(Duration::from_millis(50));
    test.app.add_lua_script("scripts/top.lua");
    assert_eq!(test.error("scripts/top.lua").kind, ErrorKind::Interrupted);
    test.app.add_lua_script("scripts/system.lua");
    let error = test.error("system 'spin'");
    assert_eq!((error.kind, error.script.as_str()), (ErrorKind::Interrupted, "scripts/system.lua"));
    test.app.add_lua_script("scripts/good.lua");
    until_global(&mut test, "count", "20");
    test.no_errors();
}

#[test]
fn endless_allocation_is_stopped_by_the_memory_limit_and_the_game_goes_on() {
    let mut test = TestApp::new(&[
        (
            "scripts/greedy.lua",
            "local Class, hoard = {}, {}\nfunction Class:update() while true do hoard[#hoard + 1] = ('x'):rep(1000) .. #hoard end end\nreturn Class",
        ),
        (
            "scripts/good.lua",
            "local Class = {}\nfunction Class:update() self.Counter.value = self.Counter.value + 1 end\nreturn Class",
        ),
    ]);
    test.settings().memory_limit = 16 << 20;
    let good = test.spawn("scripts/good.lua");
    test.until_value(good, 1.0);
    test.spawn("scripts/greedy.lua");
    let error = test.error("scripts/greedy.lua");
    assert!(error.message.contains("not enough memory"), "{error}");
    let before = test.value(good);
    test.frames(20);
    assert_eq!(test.value(good), before + 20.0);
}

#[test]
fn a_script_that_was_missing_works_once_it_is_there() {
    let mut test = TestApp::with_script("local numbers = require 'lib.numbers' seen = numbers");
    test.error("scripts/lib/numbers.lua");
    test.write("scripts/lib/numbers.lua", "return 5");
    until_global(&mut test, "seen", "5");
    test.no_errors();
}

#[test]
fn a_script_first_saved_with_a_syntax_error_works_once_it_is_repaired() {
    let mut test = TestApp::with_script("seen = = 1");
    assert_eq!(test.error("near '='").kind, ErrorKind::Syntax);
    test.write("scripts/main.lua", "seen = 7");
    until_global(&mut test, "seen", "7");
    test.no_errors();
}
