//! The collector driven by the host.

use std::time::Duration;

use perilune::{Budget, Error, Lua};

#[test]
fn slices_of_a_frame_finish_a_cycle() -> Result<(), Error> {
    let mut lua = Lua::new();
    lua.load("junk = {} for i = 1, 20000 do junk[i] = { i } end junk = nil").exec(&mut lua)?;
    let before = lua.stats().heap_bytes;
    let cycles = lua.stats().cycles;
    let mut frames = 0;
    while lua.stats().cycles < cycles + 2 {
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
    lua.gc_collect()?;
    let before = lua.stats().heap_bytes;
    lua.load("local t = {} for i = 1, 20000 do t[i] = { i } end").exec(&mut lua)?;
    lua.gc_collect()?;
    let after = lua.stats().heap_bytes;
    assert!(after < before + 100_000, "{before} bytes before, {after} after");
    Ok(())
}
