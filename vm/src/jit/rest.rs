//! Loops that nothing has come of, again and again, are not counted for a while.
//!
//! To count a turn takes the interpreter a dozen instructions, which a loop over a coroutine pays for nothing: it was 5 % slower than without a compiler. So after
//! [`TRIES`] recordings in vain its back-edge is again the instruction that it was. What follows may be another phase of the program: all are counted again when the compiler
//! has been asked [`VISITS`] times since, for other loops and functions, when [`FRAMES`] of the host's frames have begun, when a script asks anything of the compiler, and before a reload gives functions other code.

#![allow(unsafe_code, reason = "writes bytecode")]

use super::State;
use super::lifecycle::{pin, unpin};
use crate::bytecode::{Insn, Op};
use crate::function::Proto;
use crate::value::Gc;
use crate::vm::Vm;

/// After so many recordings in vain a loop rests.
const TRIES: u32 = 6;
const VISITS: u32 = 4_096;
const FRAMES: u32 = 256;

/// The loops that rest, and how long they still do.
#[derive(Default)]
pub(super) struct Resting {
    loops: Vec<Loop>,
    visits: u32,
    frames: u32,
}

/// A back-edge that is not counted.
struct Loop {
    place: *mut Insn,
    /// What counts it.
    counted: Insn,
    /// Where its function is pinned.
    pinned: Vec<usize>,
}

/// Lets the loop of a site rest whose back-edge is at `header` in a function, if it has come to nothing often enough.
pub(super) fn rest(vm: &mut Vm, state: &mut State, site: u32, header: *const Insn, proto: Gc<Proto>) {
    let known = &state.sites[site as usize];
    if known.failures <= TRIES || known.counts_calls || !state.only_if_it_pays() {
        return;
    }
    // SAFETY: a live prototype and its code; instructions are data, and nobody holds a reference to them.
    let (place, counted) = unsafe {
        let insns = &mut (*(*proto.as_ptr()).code.as_ptr()).insns;
        let Some(index) = insns.iter().position(|insn| std::ptr::eq(insn, header)) else { return };
        (insns.as_mut_ptr().add(index), insns[index])
    };
    if counted.op() != Op::JLOOP || counted.index() != site as usize {
        return;
    }
    let Ok(pinned) = pin(vm, state, &[proto]) else { return };
    // SAFETY: as above.
    unsafe { *place = state.loop_sites[site as usize].original };
    if state.resting.loops.is_empty() {
        (state.resting.visits, state.resting.frames) = (VISITS, FRAMES);
    }
    state.resting.loops.push(Loop { place, counted, pinned });
}

/// All loops are counted again.
pub(super) fn wake(vm: &mut Vm, state: &mut State) {
    for Loop { place, counted, pinned } in std::mem::take(&mut state.resting.loops) {
        // SAFETY: its function was pinned, and has that code until all is flushed.
        unsafe { *place = counted };
        unpin(vm, state, &pinned);
    }
}

/// The compiler has been asked for another loop.
#[inline]
pub(super) fn visit(vm: &mut Vm, state: &mut State) {
    if !state.resting.loops.is_empty() {
        state.resting.visits -= 1;
        if state.resting.visits == 0 {
            wake(vm, state);
        }
    }
}

/// A frame of the host's begins.
pub(super) fn frame_begins(vm: &mut Vm, state: &mut State) {
    if !state.resting.loops.is_empty() {
        state.resting.frames -= 1;
        if state.resting.frames == 0 {
            wake(vm, state);
        }
    }
}

#[cfg(test)]
impl Resting {
    pub(super) fn count(&self) -> usize {
        self.loops.len()
    }
}
