//! `collectgarbage` in a game: what it answers, and the warning when a script stops the frame with it.

use crate::common::{TestApp, log};
use bevy_perilune::{LuaCollector, LuaVm};

#[test]
fn options_mean_what_they_mean_in_lua() {
    let mut test = TestApp::with_script("system { name = 'idle', run = function() ready = true end }");
    test.until_global("ready");
    test.eval::<()>(
        "assert(type(collectgarbage('count')) == 'number' and collectgarbage('count') > 10)
         assert(collectgarbage() == 0 and collectgarbage('collect') == 0)
         assert(collectgarbage('setpause', 150) == 200 and collectgarbage('setpause', 200) == 150)
         assert(collectgarbage('setstepmul', 300) == 200 and collectgarbage('setstepmul', 200) == 300)
         assert(type(collectgarbage('step')) == 'boolean')
         assert(collectgarbage('step', 1e6) == true)
         assert(collectgarbage('stop') == 0 and not collectgarbage('isrunning'))
         assert(collectgarbage('restart') == 0 and collectgarbage('isrunning'))
         local ok, message = pcall(collectgarbage, 'faster')
         assert(not ok and message:find(\"invalid option 'faster'\", 1, true), message)
         local weak = setmetatable({ {} }, { __mode = 'v' })
         collectgarbage()
         assert(weak[1] == nil)",
    );
    test.no_errors();
}

#[test]
fn stopped_collection_waits_for_restart() {
    let mut test = TestApp::with_script(
        "collectgarbage('stop')
         system { name = 'litter', run = function() for i = 1, 5000 do ready = { i } end end }",
    );
    test.until_global("ready");
    let cycles =
        |test: &mut TestApp| test.app.world_mut().resource_mut::<LuaVm>().lua().stats().collector.cycles;
    let before = cycles(&mut test);
    test.frames(100);
    assert_eq!(cycles(&mut test), before);
    test.eval::<()>("collectgarbage('restart')");
    test.until("a cycle ends", |test| cycles(test) > before);
    test.no_errors();
}

#[test]
fn a_script_that_stops_the_frame_is_named_once() {
    log::record();
    let mut test = TestApp::new(&[
        (
            "scripts/impatient.lua",
            "system { name = 'impatient', run = function()
               collectgarbage('count')
               collectgarbage('step')
               times = (times or 0) + 1
               collectgarbage()
               collectgarbage('collect')
             end }",
        ),
        (
            "scripts/hasty.lua",
            "local Hasty = {}\nfunction Hasty:update() collectgarbage('step', 1e7) end\nreturn Hasty",
        ),
    ]);
    test.app.world_mut().spawn_empty();
    test.spawn("scripts/hasty.lua");
    test.script(
        "scripts/impatient.lua",
        std::fs::read(test.path("scripts/impatient.lua")).expect("written above"),
    );
    test.until("it has run often", |test| test.eval::<Option<u32>>("return times") > Some(5));
    let said = log::lines_with("impatient.lua");
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(
        said[0].starts_with("WARN scripts/impatient.lua:5: a full collection inside a frame, which waited ")
            && said[0].ends_with(
                " ms for it. Every frame's slice collects within its budget; this script's further full collections are not reported"
            ),
        "{said:?}"
    );
    let said = log::lines_with("hasty.lua");
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(said[0].starts_with("WARN scripts/hasty.lua:2: a full collection"), "{said:?}");
    let collector: &LuaCollector = test.app.world().resource();
    assert!(collector.full_collections >= 12, "{}", collector.full_collections);
    test.no_errors();
}

#[test]
fn steps_and_counts_are_no_full_collections() {
    log::record();
    let mut test = TestApp::with_script(
        "held = {}
         for i = 1, 200000 do held[i] = { i } end
         system { name = 'patient', run = function()
           collectgarbage('count')
           if not collectgarbage('step') then steps = (steps or 0) + 1 end
         end }",
    );
    test.until("it has run", |test| test.eval::<Option<u32>>("return steps") > Some(20));
    assert_eq!(log::lines_with("main.lua:5: a full collection"), Vec::<String>::new());
    assert_eq!(test.app.world().resource::<LuaCollector>().full_collections, 0);
}
