//! What happens when a heap meets its limits: twice the allocation rate that a budget can keep up with, and the memory limit.

use std::fmt::Write as _;

use perilune::{Budget, ErrorKind, Lua, MemoryLimit, Policy, StallCause};

use super::options::Options;
use super::ours::{prepare, state};
use super::workload::{Rhythm, Workload};

/// The names of these runs.
pub const ALL: &[&str] = &["twice_sustainable", "memory_limit"];

/// Runs one of them; `None` when it is none of these.
pub fn run(name: &str, options: &Options) -> Option<String> {
    match name {
        "twice_sustainable" => Some(twice_sustainable(options)),
        "memory_limit" => Some(memory_limit()),
        _ => None,
    }
}

const OBJECTS: u64 = 1_000_000;
const FRAMES: u64 = 1_000;
/// The soft limit in multiples of the live size. The pacer aims at twice the live size, so that a limit there is exceeded as often as not.
const ROOM: usize = 3;
/// The first rate tried, in kilobytes a frame.
const SLOWEST: u32 = 128;

/// What a run at some rate came to.
struct Run {
    peak: usize,
    soft: usize,
    allocated_kb: f64,
    largest_budget: f64,
    raised: u64,
    full: u64,
    assists_ms: f64,
    longest_slice: f64,
}

fn twice_sustainable(options: &Options) -> String {
    let run = |kilobytes, policy| at_rate(kilobytes, policy, options);
    let fits = |kilobytes| {
        let run = run(kilobytes, Policy::Strict);
        run.peak <= run.soft && run.assists_ms == 0.0
    };
    // From one rate to the next until it does not: near the limit runs differ.
    let (mut below, mut rate) = (None, SLOWEST);
    while fits(rate) {
        below = Some(rate);
        rate += rate / 4;
    }
    let Some(below) = below else {
        return format!("twice_sustainable: Strict does not keep up with {SLOWEST} KB a frame");
    };
    let twice = run(2 * below, Policy::Adaptive);
    let budget = options.budget.as_secs_f64() * 1e6;
    format!(
        "twice_sustainable: {OBJECTS} objects, soft limit {ROOM}x the live size, {FRAMES} frames: Strict keeps up with {below} KB a frame; Adaptive at {} KB \
         ({:.0} KB by the heap's count): peak {:.3} of the soft limit, largest budget {:.2}x, {} raises reported, {} full collections, {:.2} ms in assists, \
         longest slice {:.0} us",
        2 * below,
        twice.allocated_kb,
        twice.peak as f64 / twice.soft as f64,
        twice.largest_budget / budget,
        twice.raised,
        twice.full,
        twice.assists_ms,
        twice.longest_slice
    )
}

fn at_rate(kilobytes: u32, policy: Policy, options: &Options) -> Run {
    let workload = Workload {
        name: "allocation_rate",
        source: include_str!("../../programs/gc/allocation_rate.lua"),
        sizes: &[],
        frames: FRAMES,
        kilobytes,
        rhythm: Rhythm::Paced,
    };
    let mut lua = state();
    lua.set_gc_policy(policy);
    let frame = prepare(&mut lua, &workload, OBJECTS, FRAMES).expect("the program runs");
    lua.gc_collect();
    let soft = lua.stats().heap_bytes * ROOM;
    lua.set_memory_limit(Some(MemoryLimit { soft, hard: soft * 3 }));
    let mut peak = 0;
    for number in 1..=FRAMES {
        if number == FRAMES / 4 {
            // The pacer knows the rate and the cost by now.
            lua.reset_slice_stats();
            peak = 0;
        }
        frame.call::<()>(&mut lua, number).expect("the program runs");
        peak = peak.max(lua.stats().heap_bytes);
        lua.gc_frame(Budget::Time(options.budget));
    }
    let stats = lua.stats();
    let collector = stats.collector;
    let us = |time: std::time::Duration| time.as_secs_f64() * 1e6;
    Run {
        peak,
        soft,
        allocated_kb: stats.pacing.bytes_per_frame / 1024.0,
        largest_budget: us(collector.largest_budget),
        raised: collector.raised,
        full: collector.emergencies,
        assists_ms: us(collector.stalls.total_for(StallCause::Assist)) / 1e3,
        longest_slice: collector.slice_cpu.max() as f64 / 1e3,
    }
}

/// A script that takes all there is, in several ways, one after the other in the same VM.
fn memory_limit() -> String {
    const PROGRAMS: &[(&str, &str)] = &[
        ("a list", "local l while true do l = { l } end"),
        ("an array", "local t = {} for i = 1, math.huge do t[i] = i end"),
        ("a dictionary", "local t = {} for i = 1, math.huge do t[-i] = i end"),
        ("strings", "local t = {} for i = 1, math.huge do t[i] = 'text ' .. i end"),
        ("a long string", "local s = 'x' while true do s = s .. s end"),
        ("coroutines", "local t = {} for i = 1, math.huge do t[i] = coroutine.create(print) end"),
        ("closures", "local t = {} for i = 1, math.huge do t[i] = function() return i end end"),
    ];
    let mut lua: Lua = state();
    let hard = 64 << 20;
    lua.set_memory_limit(Some(MemoryLimit { soft: hard / 10 * 9, hard }));
    lua.gc_collect();
    let before = lua.stats().heap_bytes;
    let mut out = format!("memory_limit: {} MiB:", hard >> 20);
    for round in 0..3 {
        for (name, program) in PROGRAMS {
            let error = lua.load(*program).exec(&mut lua).expect_err("the limit is reached");
            assert_eq!(error.kind(), ErrorKind::Memory, "{name}: {error}");
            assert!(error.to_string().contains("not enough memory"), "{name}: {error}");
            let sum: f64 = lua
                .load("local t = {} for i = 1, 10000 do t[i] = { i } end return t[10000][1]")
                .eval(&mut lua)
                .expect("the VM is usable afterwards");
            assert_eq!(sum, 10000.0);
            if round == 0 {
                let _ = write!(out, " {name};");
            }
        }
    }
    lua.gc_collect();
    lua.gc_collect();
    let after = lua.stats().heap_bytes;
    let _ = write!(
        out,
        " each ends in \"not enough memory\", three times over, and the VM goes on; {before} bytes in use before, {after} after"
    );
    out
}
