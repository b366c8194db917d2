//! Errors on their way to whoever catches them.
//!
//! An error is prepared once, where it is raised, with all frames still there: an `xpcall` handler runs, or, when the host will get
//! it, the traceback is taken. Then frames are dropped up to the one that catches.

use crate::interp::Go;
use crate::interp::slow::{coroutine, deliver};
use crate::rt::traceback;
use crate::thread::{FRAME_CATCH, FRAME_HANDLER, FRAME_HOST, FrameKind, ResumedBy, ThreadStatus};
use crate::value::{RawValue, Type};
use crate::vm::{Raised, Ret, Vm};

/// What stops an error on the running thread.
enum Boundary {
    /// The native frame of a `pcall` or `xpcall`, at this depth.
    Catch(usize),
    /// A call from Rust, at this depth.
    Entry(usize),
    /// The end of a coroutine.
    Coroutine,
}

/// Takes an error to the frame that catches it: `Ok` with the interpreter ready to go on there, `Err` when it leaves through a call from Rust,
/// whose frame is popped.
pub(in crate::interp) fn unwind(vm: &mut Vm, mut raised: Raised) -> Result<Go, Raised> {
    loop {
        raised = prepare_raise(vm, raised);
        match boundary(vm, raised) {
            Boundary::Catch(depth) => {
                let value = error_value(vm, raised);
                vm.raise_prepared = false;
                let first = vm.frames()[depth].base;
                vm.close_upvalues(first);
                vm.unwind_frames(depth + 1, first + 2);
                vm.set_slot(first, RawValue::FALSE);
                vm.set_slot(first + 1, value);
                let frame = vm.pop_frame();
                match deliver::deliver(vm, frame.kind, frame.flags, first, 2) {
                    Ok(go) => {
                        collect_if_short(vm);
                        return Ok(go);
                    }
                    Err(next) => raised = next,
                }
            }
            Boundary::Entry(depth) => {
                let base = vm.frames()[depth].base;
                vm.close_upvalues(base);
                vm.unwind_frames(depth, base);
                if raised == Raised::Memory && vm.native_depth == 1 {
                    vm.heap.memory_ran_out();
                }
                return Err(raised);
            }
            Boundary::Coroutine => {
                let dead = vm.thread;
                vm.close_upvalues(0);
                // The frames stay, so that `debug.traceback` can show where it failed.
                vm.save_top();
                // SAFETY: a live cell.
                unsafe { (*dead.as_ptr()).status = ThreadStatus::Dead };
                match coroutine::leave(vm, dead) {
                    ResumedBy::Host => return Err(raised),
                    // The error goes on in the resumer, where other handlers may see it.
                    ResumedBy::Wrapped => {
                        vm.raise_prepared = false;
                        raised = with_caller(vm, raised);
                    }
                    ResumedBy::Resume if raised == Raised::Interrupted => vm.raise_prepared = false,
                    ResumedBy::Resume => {
                        let value = error_value(vm, raised);
                        vm.raise_prepared = false;
                        let first = vm.frame().base;
                        vm.set_slot(first, RawValue::FALSE);
                        vm.set_slot(first + 1, value);
                        let frame = vm.pop_frame();
                        let ret = Ret { first, count: 2 };
                        match deliver::deliver(vm, frame.kind, frame.flags, ret.first, ret.count) {
                            Ok(go) => return Ok(go),
                            Err(next) => raised = next,
                        }
                    }
                }
            }
        }
    }
}

/// What was caught may have been a lack of memory, and its garbage fills the heap: without a collection the next allocation would fail too.
fn collect_if_short(vm: &mut Vm) {
    if vm.heap.is_short_of_memory() && vm.frames().last().is_some_and(|frame| !frame.is_native()) {
        let insn = vm.current_insn();
        vm.check_collector(insn);
    }
}

/// A message that leaves a wrapped coroutine gets the position of the call that resumed it in front, and ends at its first zero byte, as in LuaJIT.
fn with_caller(vm: &mut Vm, raised: Raised) -> Raised {
    let value = vm.heap.roots.raised;
    match value.and_then(RawValue::as_string) {
        Some(message) if raised == Raised::Error => {
            let kind = vm.kind_of_error(value);
            let text = message.as_bytes();
            let end = memchr::memchr(0, text).unwrap_or(text.len());
            vm.error_of_kind(kind, &text[..end])
        }
        _ => raised,
    }
}

/// The nearest boundary on the running thread. An interrupt is not caught by scripts.
fn boundary(vm: &Vm, raised: Raised) -> Boundary {
    for (depth, frame) in vm.frames().iter().enumerate().rev() {
        if frame.flags & FRAME_CATCH != 0 && raised != Raised::Interrupted {
            return Boundary::Catch(depth);
        }
        match frame.kind {
            FrameKind::Entry => return Boundary::Entry(depth),
            FrameKind::Coroutine => return Boundary::Coroutine,
            FrameKind::Lua
            | FrameKind::Guarded
            | FrameKind::Meta
            | FrameKind::Protected
            | FrameKind::Each => {}
        }
    }
    Boundary::Coroutine
}

/// Runs the `xpcall` handler, or takes the traceback for the host, the first time it sees an error.
pub(crate) fn prepare_raise(vm: &mut Vm, raised: Raised) -> Raised {
    if vm.raise_prepared {
        return raised;
    }
    vm.raise_prepared = true;
    let mut catcher = None;
    for (depth, frame) in vm.frames().iter().enumerate().rev() {
        let catches = frame.flags & FRAME_CATCH != 0 && raised != Raised::Interrupted;
        if catches || frame.flags & FRAME_HOST != 0 {
            catcher = Some((depth, frame.flags, frame.base));
            break;
        }
    }
    let raised = match catcher {
        // Without memory a handler could do nothing: the error goes on as it is, as in LuaJIT.
        Some((_, flags, base))
            if flags & FRAME_HANDLER != 0 && flags & FRAME_CATCH != 0 && raised != Raised::Memory =>
        {
            run_handler(vm, raised, base)
        }
        Some((_, flags, _)) if flags & FRAME_CATCH == 0 => {
            take_traceback(vm);
            raised
        }
        _ => raised,
    };
    vm.thread.set_handling_error(false);
    raised
}

/// Remembers the frames for the host.
pub(super) fn take_traceback(vm: &mut Vm) {
    vm.traceback = Some(traceback::traceback(vm, vm.thread, None, 0));
}

/// Replaces the error by what the handler in the first slot of an `xpcall` frame makes of it. An error that leaves the handler is not
/// handled again, unless the handler has caught another one before: that is how LuaJIT finds out.
fn run_handler(vm: &mut Vm, raised: Raised, base: u32) -> Raised {
    let value = error_value(vm, raised);
    let handler = vm.slot(base);
    // It is taken from a frame that the collector may not have come to, and will be gone.
    vm.heap.barrier(handler);
    if vm.thread.set_handling_error(true) || handler.type_of() != Type::Function {
        return vm.error_value_str("error in error handling");
    }
    vm.handlers_running += 1;
    vm.top = vm.frame_limit();
    // Errors inside the handler are prepared for themselves.
    vm.raise_prepared = false;
    vm.extra_stack(true);
    let outcome = vm.call1(handler, &[value]);
    vm.extra_stack(false);
    vm.handlers_running -= 1;
    let raised = outcome.map_or_else(|raised| raised, |value| vm.throw(value));
    vm.raise_prepared = true;
    raised
}

/// The Lua value of an error.
pub(super) fn error_value(vm: &mut Vm, raised: Raised) -> RawValue {
    match raised {
        Raised::Error | Raised::Interrupted => vm.heap.roots.raised.take().unwrap_or(RawValue::NIL),
        Raised::Memory => vm.out_of_memory_message.into(),
    }
}
