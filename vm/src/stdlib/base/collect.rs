//! `collectgarbage` and `gcinfo`.

use std::time::{Duration, Instant};

use crate::hooks::FullCollection;
use crate::stdlib::check_option;
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

macro_rules! requests {
    ($($name:literal $variant:ident,)+) => {
        /// What `collectgarbage` can be asked.
        #[derive(Clone, Copy)]
        enum Request { $($variant,)+ }

        const REQUESTS: &[Request] = &[$(Request::$variant,)+];
        const NAMES: &[&str] = &[$($name,)+];
    };
}

requests! {
    "collect" Collect,
    "stop" Stop,
    "restart" Restart,
    "count" Count,
    "step" Step,
    "setpause" SetPause,
    "setstepmul" SetStepMultiplier,
    "isrunning" IsRunning,
    "stats" Stats,
}

pub(super) fn collectgarbage(vm: &mut Vm, args: Args) -> NativeResult {
    let request = REQUESTS[check_option(vm, args, 0, Some(Request::Collect as usize), NAMES)?];
    let number = vm.opt_int(args, 1, 0)?.max(0) as u32;
    let answer = match request {
        Request::Collect => {
            let begun = Instant::now();
            vm.collect_all();
            report_full(vm, begun);
            RawValue::number(0.0)
        }
        Request::Stop => {
            vm.heap.stop();
            RawValue::number(0.0)
        }
        Request::Restart => {
            vm.heap.restart();
            RawValue::number(0.0)
        }
        Request::Count => RawValue::number(kilobytes(vm)),
        Request::Step => {
            let (is_idle, begun) = (!vm.heap.cycle_active(), Instant::now());
            let has_ended = vm.collect_step(number as usize);
            if is_idle && has_ended {
                report_full(vm, begun);
            }
            has_ended.into()
        }
        Request::SetPause => RawValue::number(f64::from(vm.heap.set_pause(number))),
        Request::SetStepMultiplier => RawValue::number(f64::from(vm.heap.set_step_multiplier(number))),
        Request::IsRunning => (!vm.heap.is_stopped()).into(),
        Request::Stats => stats(vm)?.into(),
    };
    vm.ret1(answer)
}

/// What the collector reports, in a table: what `Lua::stats` says to Rust, with the units in the names.
fn stats(vm: &mut Vm) -> Result<Gc<Table>, Raised> {
    let us = |time: Duration| time.as_nanos() as f64 / 1e3;
    let heap = &vm.heap;
    let (stats, pacing, cycle) = (&heap.stats, heap.pacing(), heap.stats.last_cycle.unwrap_or_default());
    let slice = stats.last_slice;
    let phase = heap.phase().name();
    let stall = stats.stalls.worst();
    let numbers = [
        ("heap_bytes", heap.used() as f64),
        ("live_bytes", pacing.live_bytes as f64),
        ("next_cycle_bytes", pacing.next_cycle_at as f64),
        ("allocated_bytes_per_frame", pacing.bytes_per_frame),
        ("cost_ns_per_byte", pacing.cost_per_byte),
        ("budget_us", us(pacing.budget)),
        ("budget_in_force_us", us(pacing.budget_in_force)),
        ("sustaining_budget_us", us(pacing.sustaining_budget)),
        ("slices", stats.slices as f64),
        ("slice_cpu_us", slice.map_or(0.0, |slice| us(slice.cpu))),
        ("slice_wall_us", slice.map_or(0.0, |slice| us(slice.wall))),
        ("slice_cpu_p99_us", stats.slice_cpu.value_at_quantile(0.99) as f64 / 1e3),
        ("slice_cpu_max_us", stats.slice_cpu.max() as f64 / 1e3),
        ("overruns", stats.overruns as f64),
        ("raised", stats.raised as f64),
        ("assists", stats.assists as f64),
        ("emergencies", stats.emergencies as f64),
        ("full_collections", stats.full_collections as f64),
        ("cycles", stats.cycles as f64),
        ("cycle_slices", cycle.slices as f64),
        ("cycle_cpu_us", us(cycle.cpu)),
        ("cycle_marked_cells", cycle.marked_cells as f64),
        ("cycle_freed_bytes", cycle.freed_bytes as f64),
        ("cycle_live_bytes", cycle.live_bytes as f64),
        ("finalizers_waiting", heap.finalizers_waiting().0 as f64),
        ("finalizers_run", stats.finalizers_run as f64),
        ("stall_max_us", stall.map_or(0.0, |stall| us(stall.time))),
        ("stall_total_us", us(stats.stalls.total())),
    ];
    let texts = [("phase", phase), ("stall_cause", stall.map_or("none", |stall| stall.cause.name()))];
    let table = vm.new_table(0, numbers.len() + texts.len())?;
    vm.push(table.into())?;
    for (name, number) in numbers {
        let name = vm.heap.intern(name.as_bytes())?;
        vm.raw_set(table, name.into(), RawValue::number(number))?;
    }
    for (name, text) in texts {
        let (name, text) = (vm.heap.intern(name.as_bytes())?, vm.heap.intern(text.as_bytes())?);
        vm.raw_set(table, name.into(), text.into())?;
    }
    Ok(table)
}

/// Tells the host of a whole collection that the function which called `collectgarbage` asked for.
fn report_full(vm: &Vm, begun: Instant) {
    if let Some(hook) = &vm.hooks.full_collection {
        hook(&FullCollection { caller: vm.place(1), time: begun.elapsed() });
    }
}

pub(super) fn gcinfo(vm: &mut Vm, _args: Args) -> NativeResult {
    let size = kilobytes(vm).floor();
    vm.ret1(size)
}

/// The size of the heap.
fn kilobytes(vm: &Vm) -> f64 {
    vm.heap.used() as f64 / 1024.0
}
