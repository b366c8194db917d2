//! A workload in Perilune.

use std::time::Duration;

use perilune::{
    Budget, Clock, CollectorStats, Function, Libraries, Lua, LuaOptions, MemoryLimit, Policy, SliceRecord,
    StallCause, StallRecord, Unit, Value,
};

use super::FRAME;
use super::held::{Lateness, held_up};
use super::mmu::{Kind, Pause, minimum_utilisation, worst_window};
use super::options::Options;
use super::series::Series;
use super::workload::{Rhythm, Workload};
use crate::timing::{Disturbances, cpu_time, median};

/// A bench never takes more memory than this.
const MEMORY: usize = 7 << 30;
/// Cycles at least.
const CYCLES: u64 = 3;
/// Frames at most, as a multiple of those at least.
const PATIENCE: u64 = 10;

/// What was measured.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// Objects asked for.
    pub objects: u64,
    /// Frames run.
    pub frames: u64,
    /// Complete cycles.
    pub cycles: u64,
    /// Processor time of slices.
    pub slice_cpu: Series,
    /// Processor time of the whole frame step, destructors and finalizers included.
    pub step_cpu: Series,
    /// Wall time of slices.
    pub slice_wall: Series,
    /// Processor time of the script's frames.
    pub script_cpu: Series,
    /// The longest time between two looks at the clock in each slice of a run of its own, since measuring it in processor time costs some.
    pub check_gap: Series,
    /// The unit of the longest gap.
    pub check_gap_unit: String,
    /// The longest stall outside slices.
    pub stall: Option<StallRecord>,
    /// The longest and all together, by cause.
    pub stalls: Vec<(StallCause, Duration, Duration)>,
    /// Utilisation of windows of a frame and of 5 ms.
    pub mmu: [f64; 2],
    /// The same if nothing had held slices up.
    pub mmu_unheld: [f64; 2],
    /// The worst window of 5 ms: slices and stalls in it, in microseconds.
    pub worst_window: [f64; 2],
    /// The starts of cycles.
    pub cycle_start: Series,
    /// The steps these took, in the same order.
    pub start_steps: Series,
    /// Peak heap over live size.
    pub heap_ratio: f64,
    /// The largest heap in bytes.
    pub peak_bytes: usize,
    /// Nanoseconds of collection per object and cycle.
    pub ns_per_object: f64,
    /// Collector time over that of a run of the same frames whose collections are done in one go.
    pub cpu_ratio: f64,
    /// Frames a cycle takes.
    pub frames_per_cycle: f64,
    /// The share of the time of units that each kind took.
    pub unit_shares: Vec<(Unit, f64)>,
    /// The longest slices, the longest first.
    pub longest: Vec<LongSlice>,
    /// Units that half of the slices exceed.
    pub usual_units: f64,
    /// Slices over budget and tolerance.
    pub overruns: u64,
    /// Of these, by why they were too long ([`Lateness`]).
    pub late: [u64; Lateness::ALL.len()],
    /// The longest budget a slice was given.
    pub budget_us: f64,
}

/// A slice, and what happened in it.
#[derive(Clone, Copy, Debug)]
pub struct LongSlice {
    /// What the collector says of it.
    pub slice: SliceRecord,
    /// The frame.
    pub frame: u64,
    /// What the system did to the thread meanwhile.
    pub system: Disturbances,
}

/// How many of the longest slices are remembered.
const LONGEST: usize = 5;

/// A VM for the bench.
pub fn state() -> Lua {
    let mut lua = Lua::with_options(LuaOptions {
        libraries: Libraries::ALL,
        seed: Some(1),
        jit: false,
        ..LuaOptions::default()
    });
    lua.set_memory_limit(Some(MemoryLimit { soft: MEMORY / 10 * 9, hard: MEMORY }));
    lua.set_gc_policy(Policy::Strict);
    lua.set_gc_clocks(Clock::Processor, Clock::Wall);
    lua
}

/// Builds a workload's heap; its function for a frame, or why it does not run here.
///
/// # Errors
/// The reason.
pub fn prepare(lua: &mut Lua, workload: &Workload, objects: u64, frames: u64) -> Result<Function, String> {
    let chunk = lua
        .load(workload.source)
        .name(workload.name)
        .into_function(lua)
        .map_err(|error| error.to_string())?;
    match chunk.call::<Value>(lua, workload.arguments(objects, frames)).map_err(|error| error.to_string())? {
        Value::Function(frame) => Ok(frame),
        Value::String(reason) => Err(reason.to_string_lossy(lua).unwrap_or_default()),
        other => Err(format!("the program returned {other:?}")),
    }
}

/// Runs a workload.
///
/// # Errors
/// Why it does not run here.
pub fn run(workload: &Workload, objects: u64, options: &Options) -> Result<Measured, String> {
    let least = options.frames.unwrap_or(workload.frames);
    let mut lua = state();
    let frame_function = prepare(&mut lua, workload, objects, least)?;
    lua.gc_collect();
    let live_at_start = lua.stats().heap_bytes;
    lua.reset_slice_stats();
    let mut measured = Measured { objects, ..Measured::default() };
    let (mut pauses, mut units) = (Vec::new(), Vec::new());
    let mut clock = 0.0;
    let first_cycle = lua.stats().collector.cycles;
    let mut cycles = first_cycle;
    let (mut marked, mut cycle_frames) = (0, Vec::new());
    let mut in_cycles = Duration::ZERO;
    // The frames in which cycles began, and what complete ones had taken when the last of them ended.
    let mut starts = Vec::new();
    let mut complete = Complete::default();
    let mut stalled_before = Duration::ZERO;
    let mut frame = 0;
    while frame < least || cycles < first_cycle + CYCLES && frame < least * PATIENCE {
        frame += 1;
        let script_start = cpu_time();
        frame_function.call::<()>(&mut lua, frame).map_err(|error| error.to_string())?;
        let script_end = cpu_time();
        if workload.rhythm == Rhythm::Continuous {
            lua.gc_request();
        }
        let before = Disturbances::so_far();
        let step_start = cpu_time();
        let slice = lua.gc_frame(Budget::Time(options.budget));
        let end = cpu_time();
        let system = Disturbances::so_far().since(before);
        let stats = lua.stats();
        let us = |time: Duration| time.as_secs_f64() * 1e6;
        measured.script_cpu.push(us(script_end - script_start));
        measured.step_cpu.push(us(end - step_start));
        if slice.units > 0 {
            measured.slice_cpu.push(us(slice.cpu));
            measured.slice_wall.push(us(slice.wall));
            units.push(slice.units as f64);
            let longest = &mut measured.longest;
            let at = longest.partition_point(|other: &LongSlice| other.slice.cpu >= slice.cpu);
            longest.insert(at, LongSlice { slice, frame, system });
            longest.truncate(LONGEST);
        }
        if let Some(lateness) = Lateness::of(&slice) {
            measured.late[lateness as usize] += 1;
        }
        if let Budget::Time(given) = slice.budget {
            measured.budget_us = measured.budget_us.max(us(given));
        }
        in_cycles += slice.cpu;
        starts.extend(slice.cycle_start.map(|_| frame));
        // A frame begins every sixtieth of a second, if the last one is over; what the VM took of the script lies next to the slice.
        let stalled = stats.collector.stalls.total();
        let script = (script_end - script_start).as_secs_f64();
        let in_script = stalled.saturating_sub(stalled_before).as_secs_f64();
        stalled_before = stalled;
        add_pauses(&mut pauses, clock, script, in_script, &slice);
        clock += FRAME.max(script + slice.cpu.as_secs_f64());
        measured.peak_bytes = measured.peak_bytes.max(stats.heap_bytes);
        if stats.collector.cycles > cycles {
            cycles = stats.collector.cycles;
            let last = stats.collector.last_cycle.unwrap_or_default();
            marked += last.marked_cells;
            cycle_frames.push(last.slices as f64);
            complete = Complete { frames: frame, cpu: in_cycles + collected_outside(stats.collector) };
        }
    }
    let stats = lua.stats();
    let collector = stats.collector;
    measured.frames = frame;
    measured.cycles = cycles - first_cycle;
    measured.stall = collector.stalls.worst();
    measured.stalls = StallCause::ALL
        .iter()
        .map(|&cause| (cause, collector.stalls.worst_for(cause), collector.stalls.total_for(cause)))
        .collect();
    let windows = [0.0167, 0.005];
    measured.mmu = windows.map(|window| minimum_utilisation(&pauses, window));
    measured.worst_window = worst_window(&pauses, windows[1]).map(|seconds| seconds * 1e6);
    for pause in &mut pauses {
        pause.length -= pause.held;
    }
    measured.mmu_unheld = windows.map(|window| minimum_utilisation(&pauses, window));
    measured.overruns = collector.overruns;
    let in_units: Duration = collector.unit_time.iter().sum();
    measured.unit_shares = Unit::ALL
        .iter()
        .map(|&unit| {
            (unit, collector.unit_time[unit as usize].as_secs_f64() / in_units.as_secs_f64().max(1e-9))
        })
        .collect();
    measured.usual_units = if units.is_empty() { 0.0 } else { median(&units) };
    measured.frames_per_cycle = if cycle_frames.is_empty() { 0.0 } else { median(&cycle_frames) };
    measured.ns_per_object = in_cycles.as_secs_f64() * 1e9 / marked.max(1) as f64;
    look_closely(&mut lua, workload, &frame_function, &mut measured, options)?;
    lua.gc_collect();
    let live = lua.stats().heap_bytes.max(live_at_start);
    measured.heap_ratio = measured.peak_bytes as f64 / live as f64;
    drop(frame_function);
    drop(lua);
    let stopped = stopped(workload, objects, least, &starts, complete.frames)?;
    measured.cpu_ratio = complete.cpu.as_secs_f64() / stopped.as_secs_f64().max(1e-9);
    Ok(measured)
}

/// The complete cycles of a run.
#[derive(Clone, Copy, Default)]
struct Complete {
    /// The frame in which the last of them ended.
    frames: u64,
    /// The processor time of collecting up to then.
    cpu: Duration,
}

/// What allocation swept and marked belongs to collections too.
fn collected_outside(collector: &CollectorStats) -> Duration {
    let causes = [StallCause::Allocation, StallCause::Assist, StallCause::Resume];
    causes.iter().map(|&cause| collector.stalls.total_for(cause)).sum()
}

/// The pauses of a frame: stalls while the script runs, in pieces spread over that time, and the slice.
fn add_pauses(pauses: &mut Vec<Pause>, start: f64, script: f64, stalled: f64, slice: &SliceRecord) {
    /// Stalls are no longer than this, or they are reported as such.
    const STALL: f64 = 200e-6;
    let pieces = (stalled / STALL).ceil();
    for piece in 0..pieces as u32 {
        // The last one ends when the slice begins.
        let length = stalled / pieces;
        let start = start + script * f64::from(piece + 1) / pieces - length;
        pauses.push(Pause { start, length, kind: Kind::Stall, held: 0.0 });
    }
    let held = held_up(slice).total().as_secs_f64();
    pauses.push(Pause { start: start + script, length: slice.cpu.as_secs_f64(), kind: Kind::Slice, held });
}

/// More frames, in which the gaps between two looks at the clock are measured.
fn look_closely(
    lua: &mut Lua,
    workload: &Workload,
    frame_function: &Function,
    measured: &mut Measured,
    options: &Options,
) -> Result<(), String> {
    lua.reset_slice_stats();
    lua.set_gc_clocks(Clock::Processor, Clock::Processor);
    let more = measured.frames / 2;
    for frame in measured.frames..measured.frames + more {
        frame_function.call::<()>(lua, frame).map_err(|error| error.to_string())?;
        if workload.rhythm == Rhythm::Continuous {
            lua.gc_request();
        }
        let slice = lua.gc_frame(Budget::Time(options.budget));
        if slice.units > 0 {
            measured.check_gap.push(slice.gap.time.as_secs_f64() * 1e6);
        }
        if let Some(start) = slice.cycle_start {
            measured.cycle_start.push(start.time.as_secs_f64() * 1e6);
            measured.start_steps.push(start.steps as f64);
        }
    }
    let gap = lua.stats().collector.gap;
    measured.check_gap_unit = gap.unit.map_or("start".to_owned(), |unit| format!("{unit:?}"));
    lua.set_gc_clocks(Clock::Processor, Clock::Wall);
    Ok(())
}

/// The processor time of collecting in a run of the same frames in which the collections that began in `starts` are done in one go.
fn stopped(
    workload: &Workload,
    objects: u64,
    least: u64,
    starts: &[u64],
    frames: u64,
) -> Result<Duration, String> {
    let mut lua = state();
    let frame_function = prepare(&mut lua, workload, objects, least)?;
    lua.gc_collect();
    // From here on frames drive.
    lua.gc_frame(Budget::Units(0));
    lua.load("collectgarbage('stop')").exec(&mut lua).map_err(|error| error.to_string())?;
    lua.reset_slice_stats();
    let mut starts = starts.iter().peekable();
    let mut taken = Duration::ZERO;
    for frame in 1..=frames {
        frame_function.call::<()>(&mut lua, frame).map_err(|error| error.to_string())?;
        let collects = starts.next_if_eq(&&frame).is_some();
        if collects {
            lua.gc_request();
        }
        // Finalizers and destructors have their turn in every frame, as in the other run.
        let budget = if collects { Budget::Unlimited } else { Budget::Units(0) };
        taken += lua.gc_frame(budget).cpu;
    }
    Ok(taken + collected_outside(lua.stats().collector))
}
