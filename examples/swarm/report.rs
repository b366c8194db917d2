//! The swarm without a window: a line a second and a closing table.

use std::time::{Duration, Instant};

use bevy::prelude::*;
use bevy_perilune::{LuaCollector, LuaReloads};
use hdrhistogram::Histogram;

use crate::Ship;

/// What a run has measured.
#[derive(Resource)]
struct Measured {
    frames: u32,
    script: Duration,
    /// Slices, in nanoseconds of CPU time.
    slices: Histogram<u64>,
    /// How long scripts have waited for the compiler in each frame, in nanoseconds.
    waits: Histogram<u64>,
    last_line: Instant,
    lines_frames: u32,
}

pub(crate) fn plugin(app: &mut App) {
    app.insert_resource(Measured {
        frames: 0,
        script: Duration::ZERO,
        slices: Histogram::new(3).expect("three digits are allowed"),
        waits: Histogram::new(3).expect("three digits are allowed"),
        last_line: Instant::now(),
        lines_frames: 0,
    });
    app.add_systems(First, measure);
    app.add_systems(Last, print_table);
}

/// Takes the figures of the frame before.
fn measure(mut measured: ResMut<Measured>, collector: Res<LuaCollector>, ships: Query<(), With<Ship>>) {
    if collector.budget.is_zero() {
        return;
    }
    measured.frames += 1;
    measured.script += collector.script_time;
    let slice = u64::try_from(collector.slice_cpu.as_nanos()).unwrap_or(u64::MAX);
    measured.slices.record(slice).expect("the histogram grows as needed");
    let waited = u64::try_from(collector.compiler_time.as_nanos()).unwrap_or(u64::MAX);
    measured.waits.record(waited).expect("the histogram grows as needed");
    let elapsed = measured.last_line.elapsed();
    if elapsed >= Duration::from_secs(1) {
        let frames = measured.frames - measured.lines_frames;
        println!(
            "{:6} frames  {:6.1} frames/s  {} ships  scripts {:6.2} ms  slice {:5.0} us  heap {:5.1} MiB",
            measured.frames,
            f64::from(frames) / elapsed.as_secs_f64(),
            ships.iter().len(),
            collector.script_time.as_secs_f64() * 1e3,
            collector.slice_cpu.as_secs_f64() * 1e6,
            mib(collector.heap_bytes),
        );
        measured.last_line = Instant::now();
        measured.lines_frames = measured.frames;
    }
}

fn print_table(
    mut exits: MessageReader<AppExit>,
    measured: Res<Measured>,
    collector: Res<LuaCollector>,
    reloads: Res<LuaReloads>,
    ships: Query<(), With<Ship>>,
) {
    if exits.read().next().is_none() {
        return;
    }
    let us = |nanoseconds: u64| nanoseconds as f64 / 1e3;
    let slices = &measured.slices;
    println!();
    println!("frames                 {:>10}", measured.frames);
    println!("ships                  {:>10}", ships.iter().len());
    println!(
        "script ms a frame      {:>10.3}",
        measured.script.as_secs_f64() * 1e3 / f64::from(measured.frames.max(1))
    );
    if let Some(compiler) = collector.compiler {
        println!("script time compiled   {:>9.1}%", compiler.share() * 100.0);
        println!("compiler's time ms     {:>10.1}", compiler.time.as_secs_f64() * 1e3);
        println!("waited for it us p99   {:>10.1}", us(measured.waits.value_at_quantile(0.99)));
        println!("waited for it us max   {:>10.1}", us(measured.waits.max()));
    }
    println!("collector budget us    {:>10}", collector.budget.as_micros());
    println!("collector slice us p50 {:>10.1}", us(slices.value_at_quantile(0.5)));
    println!("collector slice us p99 {:>10.1}", us(slices.value_at_quantile(0.99)));
    println!("collector slice us max {:>10.1}", us(slices.max()));
    println!("budget overruns        {:>10}", collector.overruns);
    println!("heap MiB               {:>10.2}", mib(collector.heap_bytes));
    println!("reloads                {:>10}", reloads.applied);
}

fn mib(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
