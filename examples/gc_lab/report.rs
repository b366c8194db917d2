//! The lab without a window: figures and a histogram of the slices.

use std::time::Duration;

use bevy::prelude::*;
use bevy_perilune::{LuaCollector, LuaError, LuaSettings};
use hdrhistogram::Histogram;

use crate::Lab;

/// What a run has measured.
#[derive(Resource)]
struct Measured {
    frames: u32,
    /// CPU time of slices that did something, in nanoseconds.
    slices: Histogram<u64>,
    script: Duration,
    assists: Duration,
    allocated: u64,
    largest_budget: Duration,
    largest_heap: usize,
}

/// Frames before anything is measured: the scripts are loading.
const BEGINNING: u32 = 30;

/// Measures so many frames, prints what was seen, and ends the app.
pub(crate) fn plugin(frames: u32) -> impl Fn(&mut App) + Send + Sync + 'static {
    move |app: &mut App| {
        app.insert_resource(Measured {
            frames: 0,
            slices: Histogram::new(3).expect("three digits are allowed"),
            script: Duration::ZERO,
            assists: Duration::ZERO,
            allocated: 0,
            largest_budget: Duration::ZERO,
            largest_heap: 0,
        });
        app.add_systems(First, measure);
        app.add_systems(Last, print_report);
        perilune_examples::stop_after(app, frames + BEGINNING);
    }
}

/// Takes the figures of the frame before.
fn measure(mut measured: ResMut<Measured>, gc: Res<LuaCollector>, mut frame: Local<u32>) {
    *frame += 1;
    if *frame <= BEGINNING {
        return;
    }
    measured.frames += 1;
    measured.script += gc.script_time;
    measured.assists += gc.assists;
    measured.allocated += gc.frame_bytes;
    measured.largest_budget = measured.largest_budget.max(gc.budget_in_force);
    measured.largest_heap = measured.largest_heap.max(gc.heap_bytes);
    if !gc.slice_cpu.is_zero() && gc.phase != bevy_perilune::perilune::Phase::Idle {
        let slice = u64::try_from(gc.slice_cpu.as_nanos()).unwrap_or(u64::MAX);
        measured.slices.record(slice).expect("the histogram grows as needed");
    }
}

fn print_report(
    mut exits: MessageReader<AppExit>,
    mut errors: MessageReader<LuaError>,
    measured: Res<Measured>,
    gc: Res<LuaCollector>,
    settings: Res<LuaSettings>,
    lab: Res<Lab>,
) {
    for error in errors.read() {
        println!("{error}");
    }
    if exits.read().next().is_none() {
        return;
    }
    let us = |time: Duration| time.as_secs_f64() * 1e6;
    let frames = measured.frames.max(1);
    let mib = |bytes: usize| bytes as f64 / f64::from(1 << 20);
    println!();
    println!(
        "{}, load {}, budget {:.0} us, {:?}, {} frames",
        lab.workload,
        lab.load,
        us(settings.gc_budget),
        settings.gc_policy,
        measured.frames
    );
    println!();
    print_histogram(&measured.slices, us(settings.gc_budget));
    println!();
    println!("largest budget in force us {:>10.0}", us(measured.largest_budget));
    println!("slices over budget         {:>10}", gc.overruns);
    println!("budget raised              {:>10}", gc.raises);
    println!("budget this rate needs us  {:>10.0}", us(gc.sustaining_budget));
    println!("frames of the last cycle   {:>10}", gc.cycle_frames);
    println!("allocated KiB a frame      {:>10.1}", measured.allocated as f64 / 1024.0 / f64::from(frames));
    println!("scripts us a frame         {:>10.1}", us(measured.script) / f64::from(frames));
    println!("assists us a frame         {:>10.2}", us(measured.assists) / f64::from(frames));
    if let Some(stall) = gc.longest_stall {
        println!("longest stall us           {:>10.1}  {}", us(stall.time), stall.cause.name());
    }
    println!("heap MiB, peak and live    {:>10.2} {:.2}", mib(measured.largest_heap), mib(gc.live_bytes));
    println!("full collections           {:>10}", gc.full_collections + gc.emergencies);
}

/// Rows of a fifth of the budget, up to twice it.
fn print_histogram(slices: &Histogram<u64>, budget_us: f64) {
    const ROWS: u32 = 10;
    const WIDTH: f64 = 50.0;
    let total = slices.len();
    let us = |nanoseconds: u64| nanoseconds as f64 / 1e3;
    println!(
        "{total} slices: p50 {:.1}, p99 {:.1}, p99.9 {:.1}, longest {:.1} us of CPU time",
        us(slices.value_at_quantile(0.5)),
        us(slices.value_at_quantile(0.99)),
        us(slices.value_at_quantile(0.999)),
        us(slices.max())
    );
    let step = (budget_us / 5.0).max(1.0);
    for row in 0..=ROWS {
        let (from, to) = (f64::from(row) * step, f64::from(row + 1) * step);
        let is_last = row == ROWS;
        let count: u64 = slices
            .iter_recorded()
            .filter(|step| {
                (from..to).contains(&us(step.value_iterated_to()))
                    || is_last && us(step.value_iterated_to()) >= to
            })
            .map(|step| step.count_at_value())
            .sum();
        let bar = "#".repeat((count as f64 / total.max(1) as f64 * WIDTH).ceil() as usize);
        let label = if is_last { format!("{from:.0} and more") } else { format!("{from:.0} to {to:.0}") };
        println!("{label:>16} us {count:>7}  {bar}");
    }
}
