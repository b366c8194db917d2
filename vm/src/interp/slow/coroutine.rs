//! Switching between coroutines. The native frame of `coroutine.resume` stays on the resumer's stack and that of
//! `coroutine.yield` on the coroutine's; what comes back is delivered as that native's results.

use crate::error::ErrorKind;
use crate::interp::slow::{call, deliver, raise};
use crate::interp::{Go, run};
use crate::thread::{CallInfo, FrameKind, ResumedBy, Thread, ThreadStatus};
use crate::value::{Gc, RawValue};
use crate::vm::{Args, Raised, Ret, Vm};

/// How deep coroutines may resume coroutines. Nothing but memory would end the nesting otherwise: it costs no Rust stack.
const MAX_COROUTINE_DEPTH: u32 = 5_000;

/// Where the values of a coroutine went.
pub(super) enum Handed {
    /// To Rust, at `vm.exit`.
    Host,
    /// To a native frame of the resumer, which was popped: go on with its kind and these values.
    Values(CallInfo, Ret),
}

/// `coroutine.resume`, called as `args`.
pub(super) fn resume(vm: &mut Vm, args: Args) -> Result<Go, Raised> {
    let coroutine = vm.check_thread(args, 0)?;
    if let Some(problem) = refusal(coroutine) {
        let message = vm.new_string(problem.as_bytes())?;
        vm.set_slot(args.base, RawValue::FALSE);
        vm.set_slot(args.base + 1, message);
        let frame = vm.pop_frame();
        return deliver::deliver(vm, frame.kind, frame.flags, args.base, 2);
    }
    let values = Ret { first: args.base + 1, count: args.count - 1 };
    start(vm, coroutine, values, ResumedBy::Resume)
}

/// A call of a function made by `coroutine.wrap`.
pub(super) fn call_wrapped(vm: &mut Vm, coroutine: RawValue, args: Args) -> Result<Go, Raised> {
    let coroutine = coroutine.as_thread().expect("the upvalue of a wrapped coroutine");
    if let Some(problem) = refusal(coroutine) {
        return Err(vm.error(problem));
    }
    start(vm, coroutine, Ret { first: args.base, count: args.count }, ResumedBy::Wrapped)
}

/// Resumes from Rust and runs until the coroutine yields, returns or fails.
pub(super) fn host_resume(vm: &mut Vm, coroutine: Gc<Thread>, args: &[RawValue]) -> Result<Ret, Raised> {
    if let Some(problem) = refusal(coroutine) {
        return Err(vm.error(problem));
    }
    if vm.native_depth >= call::MAX_NATIVE_DEPTH {
        return Err(vm.error_of_kind(ErrorKind::StackOverflow, "C stack overflow"));
    }
    let (resumer, home) = (vm.thread, vm.top);
    for &arg in args {
        vm.push(arg)?;
    }
    vm.native_depth += 1;
    vm.add_native_calls(resumer, 1);
    let values = Ret { first: home, count: args.len() as u32 };
    let outcome = match start(vm, coroutine, values, ResumedBy::Host) {
        Ok(Go::On) => run(vm),
        Ok(Go::Exit) => Ok(()),
        Err(raised) => match raise::unwind(vm, raised) {
            Ok(Go::On) => run(vm),
            Ok(Go::Exit) => Ok(()),
            Err(raised) => Err(raised),
        },
    };
    vm.native_depth -= 1;
    vm.add_native_calls(resumer, -1);
    debug_assert!(vm.thread == resumer);
    vm.top = home;
    outcome?;
    let Ret { first, count } = vm.exit;
    vm.move_values(first, home, count);
    vm.top = home + count;
    Ok(Ret { first: home, count })
}

/// Why a coroutine cannot be resumed.
fn refusal(coroutine: Gc<Thread>) -> Option<&'static str> {
    match coroutine.status() {
        ThreadStatus::Suspended => None,
        ThreadStatus::Dead => Some("cannot resume dead coroutine"),
        ThreadStatus::Running | ThreadStatus::Normal => Some("cannot resume running coroutine"),
    }
}

/// Hands values of the running thread to a suspended coroutine and makes it the running one.
fn start(vm: &mut Vm, coroutine: Gc<Thread>, values: Ret, by: ResumedBy) -> Result<Go, Raised> {
    let resumer = vm.thread;
    if vm.coroutine_depth >= MAX_COROUTINE_DEPTH {
        return Err(vm.error_of_kind(ErrorKind::StackOverflow, "stack overflow"));
    }
    vm.coroutine_depth += 1;
    vm.save_top();
    // SAFETY: live cells. The coroutine's own roots (its stack) are scanned before it runs, in `switch_to`.
    let is_new = unsafe {
        (*coroutine.as_ptr()).resumer = Some(resumer);
        (*coroutine.as_ptr()).resumed_by = by;
        (*coroutine.as_ptr()).status = ThreadStatus::Running;
        (*resumer.as_ptr()).status = ThreadStatus::Normal;
        (*coroutine.as_ptr()).frames.is_empty()
    };
    vm.switch_to(coroutine);
    let first = vm.top;
    copy_between(vm, resumer, values, first)?;
    vm.top = first + values.count;
    if is_new {
        // The function is in slot 0.
        call::begin(vm, first - 1, values.count, FrameKind::Coroutine, 0)
    } else {
        // The frame on top is that of `yield`: the values are what it returns.
        let frame = vm.pop_frame();
        deliver::deliver(vm, frame.kind, frame.flags, first, values.count)
    }
}

/// `coroutine.yield`, called as `args`: its frame stays on top until the coroutine is resumed.
pub(super) fn yield_values(vm: &mut Vm, args: Args) -> Result<Go, Raised> {
    let coroutine = vm.thread;
    // SAFETY: a live cell.
    let (native_calls, has_resumer) =
        unsafe { ((*coroutine.as_ptr()).native_calls, (*coroutine.as_ptr()).resumer.is_some()) };
    if !has_resumer || native_calls > 0 {
        return Err(vm.error("attempt to yield across C-call boundary"));
    }
    vm.top = args.base;
    vm.save_top();
    // SAFETY: a live cell.
    unsafe { (*coroutine.as_ptr()).status = ThreadStatus::Suspended };
    match hand_over(vm, coroutine, Ret { first: args.base, count: args.count })? {
        Handed::Host => Ok(Go::Exit),
        Handed::Values(frame, ret) => deliver::deliver(vm, frame.kind, frame.flags, ret.first, ret.count),
    }
}

/// The first function of the running coroutine has returned.
pub(super) fn finish(vm: &mut Vm, first: u32, count: u32) -> Result<Handed, Raised> {
    let coroutine = vm.thread;
    // SAFETY: a live cell.
    unsafe { (*coroutine.as_ptr()).status = ThreadStatus::Dead };
    vm.top = 0;
    vm.save_top();
    hand_over(vm, coroutine, Ret { first, count })
}

/// Gives values of a coroutine to whoever resumed it and makes that the running thread.
fn hand_over(vm: &mut Vm, coroutine: Gc<Thread>, values: Ret) -> Result<Handed, Raised> {
    let by = leave(vm, coroutine);
    let first = vm.top;
    vm.ensure_stack(first + values.count + 1)?;
    match by {
        ResumedBy::Host => {
            copy_between(vm, coroutine, values, first)?;
            vm.exit = Ret { first, count: values.count };
            Ok(Handed::Host)
        }
        ResumedBy::Wrapped => {
            copy_between(vm, coroutine, values, first)?;
            Ok(Handed::Values(vm.pop_frame(), Ret { first, count: values.count }))
        }
        ResumedBy::Resume => {
            vm.set_slot(first, RawValue::TRUE);
            copy_between(vm, coroutine, values, first + 1)?;
            Ok(Handed::Values(vm.pop_frame(), Ret { first, count: values.count + 1 }))
        }
    }
}

/// Makes the resumer of a coroutine the running thread again.
pub(super) fn leave(vm: &mut Vm, coroutine: Gc<Thread>) -> ResumedBy {
    // SAFETY: live cells.
    let (resumer, by) = unsafe {
        let resumer = (*coroutine.as_ptr()).resumer.take().expect("a running coroutine has a resumer");
        (*resumer.as_ptr()).status = ThreadStatus::Running;
        vm.heap.barrier(resumer.into());
        (resumer, (*coroutine.as_ptr()).resumed_by)
    };
    vm.coroutine_depth -= 1;
    vm.switch_to(resumer);
    by
}

/// Copies values from another thread's stack to the running one's.
fn copy_between(vm: &mut Vm, from: Gc<Thread>, values: Ret, into: u32) -> Result<(), Raised> {
    vm.ensure_stack(into + values.count + 1)?;
    for i in 0..values.count {
        // SAFETY: the values lie on the live stack of `from`.
        let value = unsafe { *(*from.as_ptr()).stack.add((values.first + i) as usize) };
        vm.set_slot(into + i, value);
    }
    Ok(())
}
