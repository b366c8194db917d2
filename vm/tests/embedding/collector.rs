//! The collector driven by the host.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use perilune::{Budget, Error, Lua, MemoryLimit, Methods, Phase, StallCause, UserData};

#[test]
fn slices_of_a_frame_finish_a_cycle() -> Result<(), Error> {
    let mut lua = Lua::new();
    lua.load("junk = {} for i = 1, 20000 do junk[i] = { i } end junk = nil").exec(&mut lua)?;
    let before = lua.stats().heap_bytes;
    let cycles = lua.stats().collector.cycles;
    let mut frames = 0;
    while lua.stats().collector.cycles < cycles + 2 {
        lua.gc_frame(Budget::Time(Duration::from_micros(500)));
        lua.load("local t = {} for i = 1, 100 do t[i] = {} end").exec(&mut lua)?;
        frames += 1;
        assert!(frames < 100_000, "the collector makes no progress");
    }
    assert!(lua.stats().heap_bytes < before);
    Ok(())
}

#[test]
fn a_full_collection_frees_garbage() -> Result<(), Error> {
    let mut lua = Lua::new();
    lua.gc_collect();
    let before = lua.stats().heap_bytes;
    lua.load("local t = {} for i = 1, 20000 do t[i] = { i } end").exec(&mut lua)?;
    lua.gc_collect();
    let after = lua.stats().heap_bytes;
    assert!(after < before + 100_000, "{before} bytes before, {after} after");
    Ok(())
}

#[test]
fn a_value_is_dropped_when_scripts_let_go() -> Result<(), Error> {
    struct Counted(Arc<AtomicU32>);
    impl UserData for Counted {
        const NAME: &'static str = "Counted";
        fn methods(_: &mut Methods<'_, Self>) {}
    }
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
        }
    }
    let drops = Arc::new(AtomicU32::new(0));
    let mut lua = Lua::new();
    for _ in 0..10 {
        lua.globals().set(&mut lua, "x", Counted(Arc::clone(&drops)))?;
    }
    lua.gc_collect();
    assert_eq!(drops.load(SeqCst), 9);
    drop(lua);
    assert_eq!(drops.load(SeqCst), 10);
    Ok(())
}

#[test]
fn stalls_outside_slices_are_recorded_with_their_cause() -> Result<(), Error> {
    let mut lua = Lua::new();
    lua.load("big = {} for i = 1, 100000 do big[i] = i end").exec(&mut lua)?;
    assert!(lua.stats().collector.stalls.worst_for(StallCause::Growth) > Duration::ZERO);
    assert!(lua.stats().collector.stalls.worst().is_some());
    lua.reset_slice_stats();
    assert_eq!(lua.stats().collector.stalls.worst(), None);
    let before = lua.stats().collector.full_collections;
    lua.load("collectgarbage()").exec(&mut lua)?;
    assert_eq!(lua.stats().collector.full_collections, before + 1);
    assert!(lua.stats().collector.stalls.worst_for(StallCause::Full) > Duration::ZERO);
    Ok(())
}

#[test]
fn a_step_that_a_script_asks_for_is_recorded() -> Result<(), Error> {
    let mut lua = Lua::new();
    lua.load("keep = {} for i = 1, 100000 do keep[i] = { i } end collectgarbage()").exec(&mut lua)?;
    lua.reset_slice_stats();
    let full = lua.stats().collector.full_collections;
    lua.load("assert(not collectgarbage('step', 1))").exec(&mut lua)?;
    let stalls = &lua.stats().collector.stalls;
    assert!(stalls.worst_for(StallCause::Requested) > Duration::ZERO);
    assert_eq!(stalls.worst_for(StallCause::Full), Duration::ZERO);
    // One in which a whole collection fits is a full one; this one began before it.
    lua.load("assert(collectgarbage('step', 1e6))").exec(&mut lua)?;
    assert_eq!(lua.stats().collector.full_collections, full);
    lua.load("assert(collectgarbage('step', 1e6))").exec(&mut lua)?;
    assert_eq!(lua.stats().collector.full_collections, full + 1);
    assert!(lua.stats().collector.stalls.worst_for(StallCause::Full) > Duration::ZERO);
    Ok(())
}

#[test]
fn a_collection_asked_for_starts_with_the_next_frame() {
    let mut lua = Lua::new();
    lua.gc_frame(Budget::Units(1_000_000));
    lua.gc_frame(Budget::Units(1));
    assert_eq!(lua.stats().phase, Phase::Idle);
    lua.gc_request();
    let slice = lua.gc_frame_with_slack(Budget::Units(1), Duration::from_millis(1));
    assert!(slice.cycle_start.is_some() && !slice.raised);
    assert_eq!(lua.stats().phase, Phase::Mark);
}

#[test]
fn a_large_table_becomes_weak_between_frames() -> Result<(), Error> {
    let mut lua = Lua::new();
    lua.load(
        "list, kept = {}, {}
         for i = 1, 5000 do list[i] = { i } end
         for i = 1, 5000, 50 do kept[#kept + 1] = list[i] end
         setmetatable(list, { __mode = 'v' })
         function count()
             local n = 0
             for i = 1, 5000 do if list[i] then n = n + 1 assert(list[i][1] == i) end end
             return n
         end",
    )
    .exec(&mut lua)?;
    let count: perilune::Function = lua.globals().get(&mut lua, "count")?;
    for _ in 0..400 {
        lua.gc_request();
        lua.gc_frame(Budget::Units(50));
        assert!(count.call::<u32>(&mut lua, ())? >= 100);
    }
    lua.load("collectgarbage()").exec(&mut lua)?;
    assert_eq!(count.call::<u32>(&mut lua, ())?, 100);
    // As one does that is collected at once.
    lua.load("list = {} for i = 1, 5000 do list[i] = { i } end setmetatable(list, { __mode = 'v' }) collectgarbage()")
        .exec(&mut lua)?;
    assert_eq!(count.call::<u32>(&mut lua, ())?, 0);
    Ok(())
}

#[test]
fn deep_stacks_keep_their_values_and_shallow_ones_forget() -> Result<(), Error> {
    let mut lua = Lua::new();
    lua.load(
        "threads = {}
         for i = 1, 4 do
             threads[i] = coroutine.wrap(function()
                 while true do
                     local function down(level)
                         local t = { level }
                         if level == 0 then coroutine.yield() else down(level - 1) end
                         assert(t[1] == level)
                     end
                     down(3000)
                     coroutine.yield()
                 end
             end)
         end
         function frame()
             for i = 1, 4 do threads[i]() end
             local junk = {} for i = 1, 200 do junk[i] = { i } end
         end",
    )
    .exec(&mut lua)?;
    let frame: perilune::Function = lua.globals().get(&mut lua, "frame")?;
    for _ in 0..200 {
        frame.call::<()>(&mut lua, ())?;
        lua.gc_request();
        lua.gc_frame(Budget::Units(20));
    }
    assert!(lua.stats().collector.cycles > 2);
    Ok(())
}

#[test]
fn frames_with_a_soft_limit_are_never_stopped_for_it() -> Result<(), Error> {
    let mut lua = Lua::new();
    lua.load("keep = {} for i = 1, 20000 do keep[i] = { i } end").exec(&mut lua)?;
    lua.gc_collect();
    let live = lua.stats().heap_bytes;
    lua.set_memory_limit(Some(MemoryLimit { soft: live * 2, hard: live * 20 }));
    let frame = lua.load("local t for i = 1, 2000 do t = { i } end").into_function(&mut lua)?;
    // The first frame says that there are frames.
    lua.gc_frame(Budget::Units(1));
    let mut most = 0;
    for _ in 0..2000 {
        frame.call::<()>(&mut lua, ())?;
        most = most.max(lua.stats().heap_bytes);
        // Too little for this rate: allocation has to help.
        lua.gc_frame(Budget::Units(4));
    }
    let collector = lua.stats().collector;
    assert_eq!(collector.emergencies, 0);
    assert!(collector.assists > 0 || collector.stalls.worst_for(StallCause::Assist) > Duration::ZERO);
    assert!(most < live * 4, "{most} bytes at most, {live} live");
    Ok(())
}

#[test]
fn a_script_reads_what_the_collector_reports() -> Result<(), Error> {
    let mut lua = Lua::new();
    lua.load("all = {} for i = 1, 50000 do all[i] = { i } end").exec(&mut lua)?;
    lua.gc_collect();
    lua.gc_request();
    lua.gc_frame(Budget::Time(Duration::from_micros(200)));
    let read = |lua: &mut Lua, name: &str| -> Result<f64, Error> {
        lua.load(format!("return collectgarbage('stats').{name}")).eval(lua)
    };
    let stats = lua.stats();
    let (slices, cycles) = (stats.collector.slices as f64, stats.collector.cycles as f64);
    let live = stats.pacing.live_bytes as f64;
    assert_eq!(read(&mut lua, "slices")?, slices);
    assert_eq!(read(&mut lua, "cycles")?, cycles);
    assert_eq!(read(&mut lua, "live_bytes")?, live);
    assert_eq!(read(&mut lua, "budget_us")?, 200.0);
    assert!(read(&mut lua, "cycle_marked_cells")? >= 50_000.0);
    let (phase, cause): (String, String) =
        lua.load("local s = collectgarbage('stats') return s.phase, s.stall_cause").eval(&mut lua)?;
    assert_eq!(phase, lua.stats().phase.name());
    assert!(cause == "none" || StallCause::ALL.iter().any(|known| known.name() == cause), "{cause}");
    Ok(())
}
