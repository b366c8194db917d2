//! `collectgarbage` and `gcinfo`.

use std::time::Instant;

use crate::hooks::FullCollection;
use crate::stdlib::check_option;
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Vm};

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
    };
    vm.ret1(answer)
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
