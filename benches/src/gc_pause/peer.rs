//! The same workload in LuaJIT, stepped the way games do it: automatic collection off, steps in a loop until the time is used.

use std::time::{Duration, Instant};

use super::options::Options;
use super::series::Series;
use super::workload::Workload;
use crate::timing::cpu_time;

/// What was measured.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// Processor time of the steps of a frame.
    pub step_cpu: Series,
    /// Processor time of the script's frames.
    pub script_cpu: Series,
    /// Peak heap over live size.
    pub heap_ratio: f64,
    /// Complete cycles.
    pub cycles: u64,
}

/// Frames of a run of the peer, whose frames may be long.
const FRAMES: u64 = 2_000;
/// It is not waited for longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs a workload.
///
/// # Errors
/// Why it does not run.
pub fn run(workload: &Workload, objects: u64, options: &Options) -> Result<Measured, String> {
    let text = |error: mlua::Error| error.to_string();
    let least = options.frames.unwrap_or(workload.frames);
    let lua = state();
    let chunk = lua.load(workload.source).set_name(workload.name).into_function().map_err(text)?;
    let frame_function = match chunk.call(workload.arguments(objects, least)).map_err(text)? {
        mlua::Value::Function(function) => function,
        other => return Err(format!("{other:?}")),
    };
    lua.gc_collect().map_err(text)?;
    let live_at_start = lua.used_memory();
    lua.gc_stop();
    let mut measured = Measured::default();
    let mut peak = 0;
    let begun = Instant::now();
    for frame in 1..=least.min(FRAMES) {
        let start = cpu_time();
        frame_function.call::<()>(frame).map_err(text)?;
        let stepped = cpu_time();
        let wall = Instant::now();
        while wall.elapsed() < options.budget {
            measured.cycles += u64::from(lua.gc_step().map_err(text)?);
        }
        measured.script_cpu.push((stepped - start).as_secs_f64() * 1e6);
        measured.step_cpu.push((cpu_time() - stepped).as_secs_f64() * 1e6);
        // A step turns automatic collection on again.
        lua.gc_stop();
        peak = peak.max(lua.used_memory());
        if begun.elapsed() > PATIENCE {
            break;
        }
    }
    lua.gc_collect().map_err(text)?;
    measured.heap_ratio = peak as f64 / lua.used_memory().max(live_at_start) as f64;
    Ok(measured)
}

#[allow(unsafe_code, reason = "the only way to a LuaJIT state with all its libraries")]
fn state() -> mlua::Lua {
    // SAFETY: the bench runs its own programs, which neither load bytecode nor call C functions.
    unsafe { mlua::Lua::unsafe_new() }
}
