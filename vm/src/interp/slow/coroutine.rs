//! Switching between coroutines. The native frame of `coroutine.resume` stays on the resumer's stack and that of
//! `coroutine.yield` on the coroutine's; what comes back is delivered as that native's results.

use crate::bytecode::Op;
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

/// Goes on in a coroutine that has yielded to a `CALL` in Lua, for a call of the native at stack slot `function` with `count` arguments, of which
/// the first `skipped` do not go to the coroutine. The program counter is saved. `false`: nothing has been done, since something is
/// unusual.
pub(in crate::interp) fn resume_directly(
    vm: &mut Vm,
    coroutine: RawValue,
    function: u32,
    skipped: u32,
    count: u32,
    by: ResumedBy,
    kind: FrameKind,
) -> bool {
    let Some(coroutine) = coroutine.as_thread() else { return false };
    let resumer = vm.thread;
    // SAFETY: live cells; a suspended coroutine is not the running one.
    unsafe {
        let target = &mut *coroutine.as_ptr();
        if target.status != ThreadStatus::Suspended
            || !may_switch(vm, target)
            || vm.coroutine_depth >= MAX_COROUTINE_DEPTH
        {
            return false;
        }
        let [.., caller, yielding] = &target.frames[..] else { return false };
        let Some((into, wanted)) = results_of_call(caller, yielding) else { return false };
        let given = count - skipped;
        if into + given.max(wanted.unwrap_or(0)) + 1 > target.initialised.min(vm.max_stack) {
            return false;
        }
        target.frames.pop();
        target.status = ThreadStatus::Running;
        target.resumer = Some(resumer);
        target.resumed_by = by;
        let from = &mut *resumer.as_ptr();
        from.frames.push(native_frame(function, kind));
        from.top = function + 1 + count;
        from.status = ThreadStatus::Normal;
        vm.coroutine_depth += 1;
        let values = from.stack.add((function + 1 + skipped) as usize);
        vm.switch_to(coroutine);
        hand_values(vm, values, given, into, wanted);
    }
    true
}

/// `coroutine.yield`, called at stack slot `function`, to a `CALL` or `ITERCALL` in Lua; otherwise like [`resume_directly`].
pub(in crate::interp) fn yield_directly(vm: &mut Vm, function: u32, count: u32) -> bool {
    let coroutine = vm.thread;
    // SAFETY: live cells; the resumer is another thread.
    unsafe {
        let from = &mut *coroutine.as_ptr();
        let Some(resumer) = from.resumer else { return false };
        if from.native_calls > 0 || !may_switch(vm, &*resumer.as_ptr()) {
            return false;
        }
        let with_status = match from.resumed_by {
            ResumedBy::Resume => 1,
            ResumedBy::Wrapped => 0,
            ResumedBy::Host => return false,
        };
        let target = &mut *resumer.as_ptr();
        let [.., caller, resuming] = &target.frames[..] else { return false };
        let Some((into, wanted)) = results_of_call(caller, resuming) else { return false };
        if into + (with_status + count).max(wanted.unwrap_or(0)) + 1 > target.initialised.min(vm.max_stack) {
            return false;
        }
        from.frames.push(native_frame(function, FrameKind::Lua));
        from.top = function + 1;
        from.status = ThreadStatus::Suspended;
        from.resumer = None;
        target.frames.pop();
        target.status = ThreadStatus::Running;
        vm.coroutine_depth -= 1;
        let values = from.stack.add((function + 1) as usize);
        vm.switch_to(resumer);
        if with_status == 0 {
            hand_values(vm, values, count, into, wanted);
        } else {
            vm.set_slot(into, RawValue::TRUE);
            match wanted {
                Some(0) => {}
                Some(wanted) => hand_values(vm, values, count, into + 1, Some(wanted - 1)),
                None => hand_values(vm, values, count, into + 1, None),
            }
        }
    }
    true
}

/// Whether a thread can run with no more ado: nobody is yet to mark what its stack holds, and nobody wants the VM to stop.
#[inline(always)]
fn may_switch(vm: &Vm, target: &Thread) -> bool {
    (!vm.heap.marking || vm.heap.has_scanned(target)) && !vm.interrupt_requested()
}

/// Where the results of the native frame `native`, called by `caller`, go, and how many are wanted; `None`: all of them. Nothing for anything
/// but a `CALL` or `ITERCALL` in a Lua frame.
#[inline(always)]
fn results_of_call(caller: &CallInfo, native: &CallInfo) -> Option<(u32, Option<u32>)> {
    if caller.is_native() || !native.is_native() {
        return None;
    }
    // SAFETY: a Lua frame that called something has executed an instruction.
    let insn = unsafe { *caller.pc.sub(1) };
    let into = caller.base + insn.a() as u32;
    if native.kind == FrameKind::Lua && insn.code() == Op::CALL as u8 {
        Some((into, (insn.c() as u32).checked_sub(1)))
    } else if native.kind == FrameKind::Meta && insn.code() == Op::ITERCALL as u8 {
        Some((into + 3, Some(insn.c() as u32)))
    } else {
        None
    }
}

fn native_frame(function: u32, kind: FrameKind) -> CallInfo {
    CallInfo {
        pc: std::ptr::null(),
        constants: std::ptr::null(),
        base: function + 1,
        varargs: 0,
        kind,
        flags: 0,
    }
}

/// Copies values from another stack to where they are wanted on the running one, which has room.
///
/// # Safety
/// `values` has `count` values and does not lie on the running stack.
#[inline(always)]
unsafe fn hand_values(vm: &mut Vm, values: *const RawValue, count: u32, into: u32, wanted: Option<u32>) {
    let wanted = wanted.unwrap_or_else(|| {
        vm.top = into + count;
        count
    });
    for i in 0..wanted {
        // SAFETY: by contract.
        let value = if i < count { unsafe { *values.add(i as usize) } } else { RawValue::NIL };
        vm.set_slot(into + i, value);
    }
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
