//! What the bench prints: a line of JSON, or a table row and a histogram.

use std::fmt::Write as _;

use super::held::{Lateness, held_up};
use super::options::Options;
use super::ours::{LongSlice, Measured};
use super::series::Series;
use super::workload::Workload;
use super::{control, peer};

/// One JSON object.
pub fn json(workload: &Workload, measured: &Measured, options: &Options) -> String {
    let (stall, cause) = stall(measured);
    let cpu = &measured.slice_cpu;
    let late = measured.late.map(|count| count as f64);
    let fields: [(&str, f64); 22] = [
        ("slice_cpu_p50_us", cpu.quantile(0.5)),
        ("slice_cpu_p99_us", cpu.quantile(0.99)),
        ("slice_cpu_p999_us", cpu.quantile(0.999)),
        ("slice_cpu_max_us", cpu.max()),
        ("slice_wall_max_us", measured.slice_wall.max()),
        ("check_gap_max_us", measured.check_gap.max()),
        ("stall_max_us", stall),
        ("mmu_16ms", measured.mmu[0]),
        ("mmu_5ms", measured.mmu[1]),
        ("cycle_start_us", measured.cycle_start.max()),
        ("heap_ratio", measured.heap_ratio),
        ("ns_per_object", measured.ns_per_object),
        ("cpu_ratio", measured.cpu_ratio),
        ("frames_per_cycle", measured.frames_per_cycle),
        ("overruns", measured.overruns as f64),
        ("overruns_held_in_unit", late[Lateness::InUnit as usize]),
        ("overruns_held_outside_units", late[Lateness::Outside as usize]),
        ("overruns_switched", late[Lateness::Switched as usize]),
        ("overruns_of_work", late[Lateness::Work as usize]),
        ("mmu_16ms_unheld", measured.mmu_unheld[0]),
        ("mmu_5ms_unheld", measured.mmu_unheld[1]),
        ("cycle_start_steps_max", measured.start_steps.max()),
    ];
    let mut line = format!(
        "{{\"workload\":\"{}\",\"objects\":{},\"budget_us\":{}",
        workload.name,
        measured.objects,
        options.budget.as_micros()
    );
    for (name, value) in fields {
        let _ = write!(line, ",\"{name}\":{value:.3}");
        if name == "stall_max_us" {
            let _ = write!(line, ",\"stall_cause\":\"{cause}\"");
        }
    }
    line.push('}');
    line
}

fn stall(measured: &Measured) -> (f64, &'static str) {
    measured.stall.map_or((0.0, "none"), |stall| (stall.time.as_secs_f64() * 1e6, stall.cause.name()))
}

/// The heading of the rows.
pub fn heading() -> String {
    format!(
        "{:<16}{:>11} | {:>7}{:>7}{:>7}{:>7}{:>9} | {:>6}{:>8} {:<12}{:>6} | {:>6}{:>6} | {:>6}{:>6}{:>6}{:>7}{:>7}",
        "workload",
        "objects",
        "p50",
        "p99",
        "p99.9",
        "max",
        "wall max",
        "gap",
        "stall",
        "cause",
        "start",
        "mmu16",
        "mmu5",
        "heap",
        "ns/obj",
        "cpu x",
        "cycles",
        "frames"
    )
}

/// A workload's rows: ours, the peer's, the control's; then what stalls there were, and the histogram.
pub fn rows(workload: &Workload, measured: &Measured, options: &Options) -> String {
    let (stall, cause) = stall(measured);
    let cpu = &measured.slice_cpu;
    let mut out = format!(
        "{:<16}{:>11} | {:>7.0}{:>7.0}{:>7.0}{:>7.0}{:>9.0} | {:>6.1}{:>8.1} {:<12}{:>6.1} | {:>5.1}%{:>5.1}% | {:>6.2}{:>6.1}{:>6.2}{:>7}{:>7.0}\n",
        workload.name,
        measured.objects,
        cpu.quantile(0.5),
        cpu.quantile(0.99),
        cpu.quantile(0.999),
        cpu.max(),
        measured.slice_wall.max(),
        measured.check_gap.max(),
        stall,
        cause,
        measured.cycle_start.max(),
        measured.mmu[0] * 100.0,
        measured.mmu[1] * 100.0,
        measured.heap_ratio,
        measured.ns_per_object,
        measured.cpu_ratio,
        measured.cycles,
        measured.frames_per_cycle,
    );
    let series = |label: &str, cpu: &Series, wall: f64| {
        format!(
            "  {label:<25} | {:>7.0}{:>7.0}{:>7.0}{:>7.0}{wall:>9.0} |",
            cpu.quantile(0.5),
            cpu.quantile(0.99),
            cpu.quantile(0.999),
            cpu.max()
        )
    };
    let _ = writeln!(
        out,
        "{} script frame at most {:.0} us",
        series("with destructors", &measured.step_cpu, 0.0),
        measured.script_cpu.max()
    );
    match (!options.alone).then(|| peer::run(workload, measured.objects, options)) {
        None => {}
        Some(Ok(peer)) => {
            let _ = writeln!(
                out,
                "{} script frame at most {:.0} us, heap {:.2}, {} cycles",
                series("LuaJIT", &peer.step_cpu, 0.0),
                peer.script_cpu.max(),
                peer.heap_ratio,
                peer.cycles
            );
        }
        Some(Err(error)) => {
            let _ = writeln!(out, "  LuaJIT: {error}");
        }
    }
    let (cpu, wall, gap) = control::spin(options.budget, measured.frames.min(2000));
    let over = options.budget.as_secs_f64() * 1e6 + 50.0;
    let _ = writeln!(
        out,
        "{} {:>6.1}, {} over {over:.0}",
        series("spin loop", &cpu, wall.max()),
        gap.max(),
        cpu.count_in(over, f64::INFINITY)
    );
    let _ = writeln!(
        out,
        "  gaps: p50 {:.1} p99 {:.1} p99.9 {:.1} (spin loop {:.1} {:.1} {:.1}); starts: p50 {:.1} p99 {:.1}, {:.0} steps at most, the longest {:.0}",
        measured.check_gap.quantile(0.5),
        measured.check_gap.quantile(0.99),
        measured.check_gap.quantile(0.999),
        gap.quantile(0.5),
        gap.quantile(0.99),
        gap.quantile(0.999),
        measured.cycle_start.quantile(0.5),
        measured.cycle_start.quantile(0.99),
        measured.start_steps.max(),
        measured.start_steps.beside_max_of(&measured.cycle_start),
    );
    let _ = writeln!(
        out,
        "  utilisation without what held slices up {:.1}% {:.1}%; the worst 5 ms: slices {:.0} us, stalls {:.0}",
        measured.mmu_unheld[0] * 100.0,
        measured.mmu_unheld[1] * 100.0,
        measured.worst_window[0],
        measured.worst_window[1],
    );
    let _ = write!(
        out,
        "  {} frames, {} overruns ({} held up in one unit, {} outside units, {} with the thread switched off, {} of work), longest gap in {}, peak {:.0} MiB; stalls:",
        measured.frames,
        measured.overruns,
        measured.late[Lateness::InUnit as usize],
        measured.late[Lateness::Outside as usize],
        measured.late[Lateness::Switched as usize],
        measured.late[Lateness::Work as usize],
        measured.check_gap_unit,
        measured.peak_bytes as f64 / f64::from(1 << 20)
    );
    for (cause, time, total) in measured.stalls.iter().filter(|(_, time, _)| !time.is_zero()) {
        let (us, ms) = (time.as_secs_f64() * 1e6, total.as_secs_f64() * 1e3);
        let _ = write!(out, " {} {us:.1} ({ms:.1} ms in all)", cause.name());
    }
    let _ = write!(out, "\n  time in");
    for (unit, share) in &measured.unit_shares {
        let _ = write!(out, " {unit:?} {:.0}%", share * 100.0);
    }
    out.push('\n');
    out.push_str(&longest(measured));
    out.push_str(&histogram(&measured.slice_cpu, options.budget.as_secs_f64() * 1e6));
    out
}

/// The longest slices: what the collector was at when it went longest without a look at the clock, what of that was no work, and what the system did meanwhile.
fn longest(measured: &Measured) -> String {
    let us = |time: std::time::Duration| time.as_secs_f64() * 1e6;
    let mut out = String::new();
    for LongSlice { slice, frame, system } in &measured.longest {
        let gap = slice.gap;
        let unit = gap.unit.map_or("the beginning".to_owned(), |unit| format!("{unit:?}"));
        let _ = writeln!(
            out,
            "  longest: {:.0} us ({:.0} on the wall) in frame {frame} from {}, {} units (usually {:.0}), {:.0} us of it in one {unit} of {} with {} steps of {}; held up there for {:.0} us, outside units for {:.0}; {system}",
            us(slice.cpu),
            us(slice.wall),
            slice.phase.name(),
            slice.units,
            measured.usual_units,
            us(gap.time),
            gap.phase.map_or("no phase", |phase| phase.name()),
            gap.steps,
            slice.steps,
            us(held_up(slice).in_unit),
            us(held_up(slice).outside),
        );
    }
    out
}

/// How many slices took how much of the budget.
fn histogram(series: &Series, budget: f64) -> String {
    let steps: Vec<f64> = (0..=10)
        .map(|tenth| budget * f64::from(tenth) / 10.0)
        .chain([budget + 50.0, f64::INFINITY])
        .collect();
    let mut out = String::new();
    for pair in steps.windows(2) {
        let count = series.count_in(pair[0], pair[1]);
        if count > 0 {
            let width = (count as f64 / series.len() as f64 * 60.0).ceil() as usize;
            let _ =
                writeln!(out, "  {:>6.0} .. {:>4.0} us {count:>6} {}", pair[0], pair[1], "#".repeat(width));
        }
    }
    out
}
