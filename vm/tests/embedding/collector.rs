//! The collector driven by the host.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use perilune::{Budget, Error, Lua, Methods, UserData};

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
