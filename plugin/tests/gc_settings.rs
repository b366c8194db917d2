//! The collector's settings have the effect they say, at the next frame.

use std::time::Duration;

use crate::common::{TestApp, log};
use bevy_perilune::{GcPolicy, LuaCollector, LuaSettings, LuaVm};
use perilune::ErrorKind;

/// Holds 8 MiB, and makes about a MiB of garbage a frame.
const OUTRUN: &str = "local held = {}
  for i = 1, 100000 do held[i] = { i } end
  system { name = 'outrun', run = function()
    for i = 1, 12000 do held[i] = { i } end
    running = true
  end }";

/// Too little for `OUTRUN`.
const TINY: Duration = Duration::from_micros(30);

fn outrun(settings: LuaSettings) -> TestApp {
    let mut test = TestApp::with_script(OUTRUN);
    *test.settings() = settings.with_gc_budget(TINY);
    test.until_global("running");
    test
}

fn collector(test: &TestApp) -> LuaCollector {
    *test.app.world().resource()
}

/// The figures of so many frames.
fn figures(test: &mut TestApp, frames: usize) -> Vec<LuaCollector> {
    (0..frames)
        .map(|_| {
            test.frame();
            collector(test)
        })
        .collect()
}

#[test]
fn strict_never_exceeds_the_budget() {
    let mut test = outrun(LuaSettings::default().with_gc_policy(GcPolicy::Strict));
    let figures = figures(&mut test, 300);
    assert!(figures.iter().all(|gc| gc.budget_in_force <= TINY && !gc.is_raised && gc.raises == 0));
    // Not because there was nothing to do.
    assert!(figures.iter().any(|gc| gc.debt() > TINY), "{:?}", figures.last());
    test.no_errors();
}

#[test]
fn strict_has_allocation_help_once_the_heap_has_grown_too_large() {
    let mut test = outrun(LuaSettings::default().with_gc_policy(GcPolicy::Strict));
    test.until("allocation helps", |test| !collector(test).assists.is_zero());
    // Which is enough.
    let most = figures(&mut test, 300).iter().map(|gc| gc.heap_bytes).max();
    assert!(most < Some(100 << 20), "{most:?}");
}

#[test]
fn adaptive_raises_the_budget_up_to_fourfold() {
    log::record();
    let mut test = outrun(LuaSettings::default().with_gc_policy(GcPolicy::Adaptive));
    test.until("the budget is raised", |test| collector(test).is_raised);
    let figures = figures(&mut test, 300);
    assert!(figures.iter().all(|gc| gc.budget == TINY && gc.budget_in_force <= TINY * 4));
    assert!(figures.iter().any(|gc| gc.budget_in_force > TINY * 2));
    assert!(figures.last().is_some_and(|gc| gc.raises > 0 && gc.full_collections == 0));
    // Other tests are raised with the same budget, and say so too.
    let said = log::lines_with("INFO collection is given ");
    let is_whole = |line: &String| {
        line.contains(" us of the frame instead of ")
            && line.contains(": scripts allocate ")
            && line.contains(" KiB a frame, which takes ")
            && line.ends_with(" us to collect")
    };
    assert!(!said.is_empty() && said.iter().all(is_whole), "{said:?}");
    test.settings().gc_budget = Duration::from_millis(5);
    test.until("it is said that it is enough", |_| {
        let said = log::lines_with("INFO collection keeps to its budget again: it was raised in ");
        said.iter().any(|line| line.contains(" frames, to ") && line.ends_with(" us at most"))
    });
}

#[test]
fn a_bounded_heap_raises_it_as_far_as_it_takes() {
    let mut test = outrun(LuaSettings::default().with_gc_policy(GcPolicy::BoundedHeap));
    test.until("the budget is raised a lot", |test| collector(test).budget_in_force > TINY * 4);
}

#[test]
fn a_policy_can_change_while_the_game_runs() {
    let mut test = outrun(LuaSettings::default());
    test.until("the budget is raised", |test| collector(test).is_raised);
    test.settings().gc_policy = GcPolicy::Strict;
    test.frame();
    let raises = collector(&test).raises;
    let figures = figures(&mut test, 200);
    assert!(figures.iter().all(|gc| gc.raises == raises && gc.budget_in_force <= TINY));
}

#[test]
fn what_a_frame_has_left_is_used_before_the_budget_is_raised() {
    // Frames of the test are never this old.
    let hour = Duration::from_secs(3600);
    for policy in [GcPolicy::Strict, GcPolicy::Adaptive, GcPolicy::BoundedHeap] {
        let mut test = outrun(LuaSettings::default().with_gc_policy(policy).with_frame_time(hour));
        test.until("a slice goes on beyond the budget", |test| collector(test).budget_in_force > TINY);
        let figures = figures(&mut test, 200);
        let left = |gc: &LuaCollector| gc.slack > hour / 2 && gc.slack < hour;
        assert!(figures.iter().all(|gc| !gc.is_raised && gc.raises == 0 && left(gc)), "{policy:?}");
    }
}

#[test]
fn a_frame_that_is_late_has_nothing_left() {
    let settings = LuaSettings::default().with_gc_policy(GcPolicy::Strict);
    let mut test = outrun(settings.with_frame_time(Duration::from_nanos(1)));
    let figures = figures(&mut test, 200);
    assert!(figures.iter().all(|gc| gc.slack.is_zero() && gc.budget_in_force <= TINY));
}

#[test]
fn a_soft_cap_keeps_the_heap_small() {
    const CAP: usize = 11 << 20;
    let most = |settings: LuaSettings| {
        let mut test = TestApp::with_script(OUTRUN);
        // A slice does all there is to do, so that no clock has a say: a collection begins and ends with the frame in which it is due.
        *test.settings() = settings.with_gc_budget(Duration::from_secs(3600));
        test.until_global("running");
        figures(&mut test, 20);
        figures(&mut test, 100).iter().map(|gc| gc.heap_bytes).max().expect("there were frames")
    };
    let (uncapped, capped) =
        (most(LuaSettings::default()), most(LuaSettings::default().with_memory_soft_limit(CAP)));
    // In a frame less than a MiB comes in.
    assert!(capped < CAP + (1 << 20), "{capped} with a cap of {CAP}");
    assert!(uncapped > CAP + (2 << 20), "{uncapped} without");
}

#[test]
fn a_soft_cap_below_what_is_alive_is_said_to_be_and_stops_no_frame() {
    log::record();
    let cap = 3_333_333;
    let settings = LuaSettings::default().with_memory_soft_limit(cap);
    let mut test = outrun(settings.with_gc_policy(GcPolicy::BoundedHeap));
    test.until("the cap is known not to be kept", |test| collector(test).unkept_soft_cap == Some(cap));
    let figures = figures(&mut test, 300);
    assert!(figures.iter().all(|gc| gc.budget_in_force < Duration::from_secs(1)));
    let said = log::lines_with("3333333 bytes cannot be kept");
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(
        said[0].starts_with("WARN the soft cap of 3333333 bytes cannot be kept: ")
            && said[0].ends_with(
                " bytes are alive. Collection goes by an eighth more than that instead; raise `LuaSettings::memory_soft_limit`, or have scripts hold less"
            ),
        "{said:?}"
    );
    test.settings().memory_soft_limit = Some(64 << 20);
    test.until("a larger cap is kept", |test| collector(test).unkept_soft_cap.is_none());
    test.no_errors();
}

#[test]
fn a_soft_cap_above_the_hard_one_is_said_to_be() {
    log::record();
    let mut test = TestApp::with_script("running = true");
    *test.settings() =
        LuaSettings::default().with_memory_limit(33_333_333).with_memory_soft_limit(44_444_444);
    test.until_global("running");
    test.frame();
    let said = log::lines_with("44444444 bytes and above `memory_limit`, which is 33333333 bytes");
    assert_eq!(said.len(), 1, "{said:#?}");
}

#[test]
fn at_the_hard_cap_a_script_gets_an_error_and_the_game_goes_on() {
    let mut test = TestApp::with_script(
        "system { name = 'hog', run = function()
           local all = {}
           for i = 1, 1e8 do all[i] = { i } end
         end }
         frames = 0
         system { name = 'clock', run = function() frames = frames + #{ frames } end }",
    );
    *test.settings() = LuaSettings::default().with_memory_limit(24 << 20);
    let error = test.error("not enough memory");
    assert_eq!(error.kind, ErrorKind::Memory);
    assert!(error.to_string().contains("hog") && error.to_string().contains("scripts/main.lua:3"), "{error}");
    let before: u32 = test.eval("return frames");
    test.frames(50);
    assert_eq!(test.eval::<u32>("return frames"), before + 50);
    test.no_errors();
    // What the script had is free again, and a larger cap lets it have more.
    test.eval::<()>("collectgarbage()");
    let mut vm = test.app.world_mut().resource_mut::<LuaVm>();
    let left = vm.lua().stats().heap_bytes;
    assert!(left < 2 << 20, "{left} bytes");
    let large = "return #string.rep('x', 30 * 2^20)";
    let lua = vm.lua();
    assert_eq!(lua.load(large).eval::<u32>(lua).map_err(|error| error.kind()), Err(ErrorKind::Memory));
    test.settings().memory_limit = 128 << 20;
    test.frame();
    assert_eq!(test.eval::<u32>(large), 30 << 20);
}

#[test]
fn a_budget_of_zero_leaves_collecting_to_allocation() {
    let mut test = TestApp::with_script(OUTRUN);
    *test.settings() = LuaSettings::default().with_gc_budget(Duration::ZERO);
    test.until_global("running");
    let figures = figures(&mut test, 300);
    let most = figures.iter().map(|gc| gc.heap_bytes).max();
    assert!(most < Some(100 << 20), "{most:?}");
    test.no_errors();
}
