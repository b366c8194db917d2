//! What others do in the middle of compiled code: the interpreter an instruction that there is no code for (`EXEC`), a native what it is called for (`NATIVE`).
//!
//! All that matters is on the stack and in the frames before, as if compiled code were left. Afterwards it goes on if everything is where it was expected; the interpreter
//! does otherwise, from where the frames say. All functions here answer 0 if compiled code goes on.

#![allow(
    unsafe_code,
    reason = "called by compiled code with addresses, and writes the frames it has left out"
)]

use super::exit::{Exit, call_info, restore, restore_frames};
use super::ir::record_count;
use super::{Left, Runtime, RuntimeHead, State, original};
use crate::activity::Activity;
use crate::bytecode::Insn;
use crate::function::NativeFunction;
use crate::interp::{Go, call_plain, push_native_frame, run_native, slow_path, take_answer};
use crate::thread::{CallInfo, Thread};
use crate::value::Gc;
use crate::vm::{Args, Raised, Vm};

/// Has the interpreter execute the instruction of a snapshot of the running region, whose values are in the exit buffer. The instruction at `next` is expected to follow.
pub(super) extern "C" fn exec(vm: *mut Vm, snap: u64, next: *const Insn) -> u64 {
    // SAFETY: what compiled code hands over.
    unsafe { execute(vm, snap, next, false, slowly) }
}

/// The same where the values are in their slots already.
pub(super) extern "C" fn exec_stored(vm: *mut Vm, snap: u64, next: *const Insn) -> u64 {
    // SAFETY: as above.
    unsafe { execute(vm, snap, next, true, slowly) }
}

/// Calls the plain native that the `CALL` of a snapshot calls. The values are in their slots.
pub(super) extern "C" fn call_native(vm: *mut Vm, snap: u64, next: *const Insn) -> u64 {
    // SAFETY: compiled code hands over its VM, a snapshot of the running region, whose code has seen to it that the call is one of a plain native.
    unsafe {
        let (vm, state) = (&mut *vm, State::of(vm));
        let runtime = &raw mut (*state).runtime;
        let before = Before::of(vm, runtime);
        let region = (*runtime).region;
        let exit = &(&(*region).exits)[snap as usize];
        let bottom = vm.frame;
        if let Some(top) = write_frames(vm, exit, before.base) {
            let pc = (*top).pc;
            let insn = *pc;
            vm.frame = top;
            if let Some(top) = exit.top {
                vm.top = before.base.wrapping_add_signed(top);
            }
            let callee = (*top).base + insn.a() as u32;
            let base = callee + 1;
            let count = if insn.b() == 0 { vm.top - base } else { insn.b() as u32 - 1 };
            let native: Gc<NativeFunction> =
                Gc::from_ptr(vm.slot(callee).as_function_unchecked().as_ptr().cast());
            if push_native_frame(vm, pc.add(1), base, count) {
                let has_run = match (*native.as_ptr()).direct {
                    Some(direct) => {
                        vm.activity.set(Activity::Native);
                        let answer = direct(vm, Args { base, count });
                        take_answer(vm, insn, answer)
                    }
                    None => run_native(vm, insn, native, base, count),
                };
                vm.activity.set(Activity::Compiled);
                if has_run && !vm.moved && !vm.watch.is_on() && !(*region).is_retired.get() {
                    vm.frame = bottom;
                    return 0;
                }
                let outcome =
                    if has_run { Ok(Go::On) } else { Err(vm.failed.take().expect("why it has not")) };
                return after(vm, state, &before, exit, outcome, next);
            }
            vm.frame = bottom;
        }
        call_natively(vm, snap, next)
    }
}

/// The same where there is no room yet.
///
/// # Safety
/// As of [`execute`], of a call of a plain native.
#[cold]
#[inline(never)]
unsafe fn call_natively(vm: *mut Vm, snap: u64, next: *const Insn) -> u64 {
    // SAFETY: by contract.
    unsafe { execute(vm, snap, next, true, call_plain) }
}

/// The slow path of an instruction.
fn slowly(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let Some(slow) = slow_path(vm, insn) else {
        unreachable!("only instructions with a slow path are recorded so")
    };
    slow(vm, insn)
}

/// Where compiled code was.
struct Before {
    head: RuntimeHead,
    thread: Gc<Thread>,
    /// The index of the frame it keeps to, of that in which it was entered, and register 0 of the former.
    depth: usize,
    below: usize,
    base: u32,
}

impl Before {
    /// # Safety
    /// Compiled code of the VM runs.
    #[inline(always)]
    unsafe fn of(vm: &mut Vm, runtime: *const Runtime) -> Before {
        vm.moved = false;
        let first = vm.frames().as_ptr();
        // SAFETY: both are frames of the running coroutine.
        unsafe {
            Before {
                head: *runtime.cast::<RuntimeHead>(),
                thread: vm.thread,
                depth: vm.frame.cast_const().offset_from_unsigned(first),
                below: (*runtime).bottom.cast_const().offset_from_unsigned(first),
                base: (*vm.frame).base,
            }
        }
    }
}

/// Writes the frames of an exit, for as many as there is room. The one on top, if there was room for all.
///
/// # Safety
/// Compiled code of the VM has run to the exit, which is one of its region's.
#[inline(always)]
unsafe fn write_frames(vm: &Vm, exit: &Exit, base: u32) -> Option<*mut CallInfo> {
    let (root, inlined) = exit.frames.split_first()?;
    let mut top = vm.frame;
    let push = |top: &mut *mut CallInfo, frame: CallInfo| {
        let has_room = *top < vm.last_frame;
        if has_room {
            // SAFETY: there is room up to the last frame.
            unsafe {
                *top = top.add(1);
                top.write(frame);
            }
        }
        has_room
    };
    // SAFETY: the frame that compiled code keeps to; a tail call may have put another function there.
    unsafe { ((*top).pc, (*top).constants) = (root.pc, root.constants) };
    for frame in inlined {
        if frame.catch.is_some_and(|catch| !push(&mut top, catch.call_info(base)))
            || !push(&mut top, call_info(frame, base))
        {
            return None;
        }
    }
    Some(top)
}

/// # Safety
/// `vm` is a VM that runs compiled code, `snap` a snapshot of the running region, whose values are in their slots (`is_stored`) or in the exit buffer.
#[inline(always)]
unsafe fn execute(
    vm: *mut Vm,
    snap: u64,
    next: *const Insn,
    is_stored: bool,
    instruction: impl FnOnce(&mut Vm, Insn) -> Result<Go, Raised>,
) -> u64 {
    // SAFETY: compiled code hands over its VM; the state is there while it runs. The running region is kept until it is left, whatever is flushed meanwhile;
    // compiled code keeps to `frame`.
    unsafe {
        let (vm, state) = (&mut *vm, State::of(vm));
        let runtime = &raw mut (*state).runtime;
        let before = Before::of(vm, runtime);
        vm.keep_frames();
        let exit = &(&(*(*runtime).region).exits)[snap as usize];
        if is_stored {
            restore_frames(vm, exit, before.base);
            if let Some(top) = exit.top {
                vm.top = before.base.wrapping_add_signed(top);
            }
        } else if let Err(raised) = restore(vm, runtime, exit) {
            (*state).left = Left::Raised(raised);
            return 1;
        }
        let at = vm.frame().pc;
        // The snapshot's instruction; code does not end with one that is executed so.
        let insn = original(state, *at);
        vm.frame_mut().pc = at.add(1);
        vm.activity.set(Activity::Interpreted);
        let outcome = instruction(vm, insn);
        vm.activity.set(Activity::Compiled);
        let is_here = matches!(outcome, Ok(Go::On))
            && vm.thread == before.thread
            && vm.frames().len() == before.depth + record_count(&exit.frames)
            && vm.frame().pc == next;
        if is_here && !vm.moved && !vm.watch.is_on() && !(*before.head.region).is_retired.get() {
            // Nothing has moved, and no collector has run that might have guarded a frame.
            return 0;
        }
        after(vm, state, &before, exit, outcome, next)
    }
}

/// Whether compiled code goes on, and if so, from where: stack and frames may have moved.
///
/// # Safety
/// As of [`execute`], which has executed the instruction.
#[cold]
#[inline(never)]
unsafe fn after(
    vm: &mut Vm,
    state: *mut State,
    before: &Before,
    exit: &Exit,
    outcome: Result<Go, Raised>,
    next: *const Insn,
) -> u64 {
    // SAFETY: as above; nested entries have restored the runtime or are over.
    unsafe {
        let runtime = &raw mut (*state).runtime;
        *runtime.cast::<RuntimeHead>() = before.head;
        (*state).left = match outcome {
            Ok(Go::On) => Left::On,
            Ok(Go::Exit) => Left::Exit,
            Err(raised) => Left::Raised(raised),
        };
        let is_here = matches!((*state).left, Left::On)
            && vm.thread == before.thread
            && vm.frames().len() == before.depth + record_count(&exit.frames)
            && vm.frame().pc == next;
        let region = &*before.head.region;
        // Functions that compiled code has called return without a look at what the collector wants of their frames.
        if !is_here || vm.watch.is_on() || region.is_retired.get() || vm.is_guarded_above(before.below) {
            return 1;
        }
        vm.truncate_frames(before.depth + 1);
        if vm.ensure_stack(before.base + region.region.max_slots).is_err() {
            // Where there is no room the interpreter raises the error, should it come to that.
            vm.heap.roots.raised = None;
            restore_frames(vm, exit, before.base);
            vm.frame_mut().pc = next;
            return 1;
        }
        (*runtime).base = vm.stack.add(before.base as usize);
        let top = vm.find_frame();
        (*runtime).bottom = top.sub(before.depth - before.below);
        0
    }
}
