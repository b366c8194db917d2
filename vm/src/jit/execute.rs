//! What others do in the middle of compiled code: the interpreter an instruction that there is no code for (`EXEC`), a native what it is called for (`NATIVE`).
//!
//! All that matters is on the stack and in the frames before, as if compiled code were left. Afterwards it goes on if everything is where it was expected; the interpreter
//! does otherwise, from where the frames say. All functions here answer 0 if compiled code goes on.

#![allow(
    unsafe_code,
    reason = "called by compiled code with addresses, and writes the frames it has left out"
)]

use super::exit::{Exit, restore, restore_frames};
use super::ir::record_count;
use super::{Compiled, Left, Runtime, RuntimeHead, State, original};
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

/// Calls the plain native that the `CALL` of a snapshot calls. The values are in their slots. The snapshot has one frame only, where it is stored that the next instruction is
/// the one behind the call, and the call says how many arguments it has.
pub(super) extern "C" fn call_native_here(vm: *mut Vm, runtime: *mut Runtime, snap: u64) -> u64 {
    // SAFETY: compiled code hands over its VM and its runtime, and a snapshot of the running region; it has seen to it that the call is one of a plain native.
    unsafe {
        let vm = &mut *vm;
        let before = Before::of(vm, runtime);
        let next = (*before.frame).pc;
        let insn = *next.sub(1);
        let first = Args { base: before.base + insn.a() as u32 + 1, count: insn.b() as u32 - 1 };
        match call_plainly(vm, next, insn, first) {
            Some(true) if goes_straight_on(vm, before.head.region) => 0,
            Some(has_run) => after_native(vm, &before, snap, has_run, next),
            None => call_in_room(vm, snap, next),
        }
    }
}

/// The same where the frames of the snapshot are to be written first, or the arguments are all up to the top.
pub(super) extern "C" fn call_native(vm: *mut Vm, snap: u64, next: *const Insn) -> u64 {
    // SAFETY: as above.
    unsafe {
        let vm = &mut *vm;
        let runtime = &raw const (*State::of(vm)).runtime;
        let before = Before::of(vm, runtime);
        let exit = &(&(*before.head.region).exits)[snap as usize];
        let Some(top) = write_frames(vm, exit, before.base) else { return call_in_room(vm, snap, next) };
        let insn = *(*top).pc;
        if let Some(top) = exit.top {
            vm.top = before.base.wrapping_add_signed(top);
        }
        let base = (*top).base + insn.a() as u32 + 1;
        let count = if insn.b() == 0 { vm.top - base } else { insn.b() as u32 - 1 };
        vm.frame = top;
        let has_run = call_plainly(vm, next, insn, Args { base, count });
        match has_run {
            Some(true) if goes_straight_on(vm, before.head.region) => {
                vm.frame = before.frame;
                0
            }
            Some(has_run) => after_native(vm, &before, snap, has_run, next),
            None => {
                vm.frame = before.frame;
                call_in_room(vm, snap, next)
            }
        }
    }
}

/// Calls the plain native that a `CALL` of the frame on top calls with these arguments, and puts its results where they belong. Whether it has given some, or an error, which is at
/// `vm.failed`; nothing if there is no room, and nothing done.
///
/// # Safety
/// The native lies below the arguments; the instruction at `next` follows.
#[inline(always)]
unsafe fn call_plainly(vm: &mut Vm, next: *const Insn, insn: Insn, args: Args) -> Option<bool> {
    let Args { base, count } = args;
    // SAFETY: by contract.
    unsafe {
        let native = vm.slot(base - 1).as_function_unchecked().as_ptr().cast::<NativeFunction>();
        if !push_native_frame(vm, next, base, count) {
            return None;
        }
        let has_run = match (*native).direct {
            Some(direct) => {
                vm.activity.set(Activity::Native);
                let answer = direct(vm, args);
                match answer.only() {
                    Some(value) if !vm.moved && insn.c() == 2 && vm.heap.debt <= 0 => {
                        vm.drop_frame();
                        vm.set_slot(base - 1, value);
                        true
                    }
                    _ => take_answer(vm, insn, answer),
                }
            }
            None => run_native(vm, insn, Gc::from_ptr(native), base, count),
        };
        vm.activity.set(Activity::Compiled);
        Some(has_run)
    }
}

/// Whether nothing has moved and nobody wants anything: no collector has run that might have guarded a frame.
///
/// # Safety
/// The region is the one that runs.
#[inline(always)]
unsafe fn goes_straight_on(vm: &Vm, region: *const Compiled) -> bool {
    // SAFETY: it is kept until it is left, whatever is flushed meanwhile.
    !vm.moved && !vm.watch.is_on() && unsafe { !(*region).is_retired.get() }
}

/// What comes after a native.
///
/// # Safety
/// As of [`after`].
#[cold]
#[inline(never)]
unsafe fn after_native(vm: &mut Vm, before: &Before, snap: u64, has_run: bool, next: *const Insn) -> u64 {
    let outcome = if has_run { Ok(Go::On) } else { Err(vm.failed.take().expect("why it has not")) };
    // SAFETY: by contract.
    unsafe { after(vm, before, &(&(*before.head.region).exits)[snap as usize], outcome, next) }
}

/// A call of a plain native where room has to be made first.
///
/// # Safety
/// As of [`execute`].
#[cold]
#[inline(never)]
unsafe fn call_in_room(vm: *mut Vm, snap: u64, next: *const Insn) -> u64 {
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
    /// The list of frames, and the frame it keeps to, with its register 0. They may lie elsewhere now.
    first: *const CallInfo,
    frame: *mut CallInfo,
    base: u32,
    thread: Gc<Thread>,
}

impl Before {
    /// # Safety
    /// Compiled code of the VM runs, with this runtime.
    #[inline(always)]
    unsafe fn of(vm: &mut Vm, runtime: *const Runtime) -> Before {
        vm.moved = false;
        // SAFETY: by contract.
        unsafe {
            Before {
                head: *runtime.cast::<RuntimeHead>(),
                first: vm.frames().as_ptr(),
                frame: vm.frame,
                base: (*vm.frame).base,
                thread: vm.thread,
            }
        }
    }

    /// The index of that frame.
    fn depth(&self) -> usize {
        self.index(self.frame)
    }

    /// That of the frame in which compiled code was entered.
    fn below(&self) -> usize {
        self.index(self.head.bottom)
    }

    /// Whether the instruction at `next`, in the frame on top of the exit, is what is to be executed now.
    fn is_followed_by(&self, vm: &Vm, exit: &Exit, next: *const Insn) -> bool {
        vm.thread == self.thread
            && vm.frames().len() == self.depth() + record_count(&exit.frames)
            && vm.frame().pc == next
    }

    fn index(&self, frame: *const CallInfo) -> usize {
        (frame.addr() - self.first.addr()) / size_of::<CallInfo>()
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
    // SAFETY: the frame that compiled code keeps to; a tail call may have put another function there. There is room up to the last frame.
    unsafe {
        ((*top).pc, (*top).constants) = (root.pc, root.constants);
        for record in inlined.iter().flat_map(|frame| frame.records(base)) {
            if top >= vm.last_frame {
                return None;
            }
            top = top.add(1);
            top.write(record);
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
        let is_here = matches!(outcome, Ok(Go::On)) && before.is_followed_by(vm, exit, next);
        if is_here && goes_straight_on(vm, before.head.region) {
            return 0;
        }
        after(vm, &before, exit, outcome, next)
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
    before: &Before,
    exit: &Exit,
    outcome: Result<Go, Raised>,
    next: *const Insn,
) -> u64 {
    // SAFETY: as above; nested entries have restored the runtime or are over.
    unsafe {
        let state = State::of(vm);
        let runtime = &raw mut (*state).runtime;
        *runtime.cast::<RuntimeHead>() = before.head;
        (*state).left = match outcome {
            Ok(Go::On) => Left::On,
            Ok(Go::Exit) => Left::Exit,
            Err(raised) => Left::Raised(raised),
        };
        let is_here = matches!((*state).left, Left::On) && before.is_followed_by(vm, exit, next);
        let region = &*before.head.region;
        // Functions that compiled code has called return without a look at what the collector wants of their frames.
        if !is_here || vm.watch.is_on() || region.is_retired.get() || vm.is_guarded_above(before.below()) {
            return 1;
        }
        vm.truncate_frames(before.depth() + 1);
        if vm.ensure_stack(before.base + region.region.max_slots).is_err() {
            // Where there is no room the interpreter raises the error, should it come to that.
            vm.heap.roots.raised = None;
            restore_frames(vm, exit, before.base);
            vm.frame_mut().pc = next;
            return 1;
        }
        (*runtime).base = vm.stack.add(before.base as usize);
        let top = vm.find_frame();
        (*runtime).bottom = top.sub(before.depth() - before.below());
        0
    }
}
