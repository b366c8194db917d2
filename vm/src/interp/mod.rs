//! The interpreter.
//!
//! Every opcode has a handler, a small function over five values kept in machine registers: `pc` (already past the
//! instruction), the VM, the instruction word, `base` (register 0) and `k` (the constants, inline caches below them). A handler ends
//! in one of three ways, each a macro, so that the same bodies serve two drivers:
//!
//! - `next!`: go on with the instruction at `pc`;
//! - `slow!`: leave the fast path: `pc` is saved in the frame, an ordinary Rust function does the work, and the interpreter goes on with whatever
//!   frame is then on top;
//! - `enter!`: go on in another frame, whose registers are at hand.
//!
//! With `perilune_tail_calls` each handler is an `extern` function that ends in a sibling call of the next (`dispatch.rs`). That
//! holds as long as a handler has at most six integer arguments, nothing to drop and no local whose address is taken. Elsewhere the
//! same bodies are driven by a `loop { match }`.
//!
//! Hooks and the instruction limit work by exchanging the handler table (`hook.rs`).
//!
//! The interpreter is stackless: a call from Lua to Lua, a metamethod, an iterator, `pcall`, a coroutine switch pushes a
//! [`CallInfo`](crate::thread::CallInfo) and no Rust frame. What to do with the results of a call is decoded from the caller's
//! instruction (`slow/deliver.rs`). Only a native that calls back (`Vm::call`) enters [`run`] again.

#![allow(unsafe_code, reason = "runs verified bytecode over raw stack slots")]

pub(crate) mod compiled;
mod dispatch;
mod handlers;
pub(crate) mod hook;
mod lookup;
mod slow;

pub use dispatch::handler_code;
pub(crate) use dispatch::{Handlers, handler_table, recording_table, watched_table};
pub(crate) use lookup::Lookups;
pub(crate) use slow::call::{
    call, call_at, call_plain, host_resume, push_native_frame, resume_error_value, run_native, take_answer,
};
pub(crate) use slow::{back_edge, slow_path};

use crate::activity::Activity;
use crate::bytecode::Insn;
use crate::vm::{Raised, Vm};

/// What a slow function leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Go {
    /// Go on with the frame on top.
    On,
    /// An `Entry` frame has returned: leave the interpreter. Its results are at `vm.exit`.
    Exit,
}

/// A slow path: the frame's `pc` is saved; it may change it, push or pop frames.
pub(crate) type SlowFn = fn(&mut Vm, Insn) -> Result<Go, Raised>;

/// Runs the frame on top until the nearest `Entry` frame returns.
///
/// # Errors
/// When an error leaves that `Entry` frame; it is popped then.
pub(crate) fn run(vm: &mut Vm) -> Result<(), Raised> {
    let caller = vm.activity.replace(Activity::Interpreted);
    let go = dispatch::drive(vm);
    // Whoever has called a native that has called this: handlers have run.
    vm.moved = true;
    vm.activity.restore(caller);
    match go {
        Go::Exit => Ok(()),
        Go::On => Err(vm.failed.take().expect("the driver stops without an exit only on an error")),
    }
}

/// Runs a slow path; an error is taken to the frame that catches it. `On` with `vm.failed` set means that it left the `Entry` frame.
fn run_slow(vm: &mut Vm, insn: Insn, slow: SlowFn) -> bool {
    let outcome = match slow(vm, insn) {
        Ok(go) => Ok(go),
        Err(raised) => slow::raise::unwind(vm, raised),
    };
    match outcome {
        Ok(Go::On) => true,
        Ok(Go::Exit) => {
            vm.failed = None;
            false
        }
        Err(raised) => {
            vm.failed = Some(raised);
            false
        }
    }
}
