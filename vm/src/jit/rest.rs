//! Loops and functions that nothing has come of, again and again, are not counted for a while.
//!
//! To count a turn takes the interpreter a dozen instructions, and a call two dozen, which a loop over a coroutine or a callback that is part of nothing pays for nothing: they
//! were 2 to 5 % slower than without a compiler. So after [`TRIES`] recordings in vain, or when a region has been given up, a back-edge is again the instruction that it was,
//! and calls of a function go past the instruction that counts them. What follows may be another phase of the program: they are counted again when the compiler
//! has been asked [`VISITS`] times since, for other loops and functions, or when [`FRAMES`] of the host's frames have begun; each time they come to nothing it takes twice as
//! long, up to [`LONGEST`] times. All are counted when a script switches the compiler or a parameter of it, and before a reload gives functions other code.

#![allow(unsafe_code, reason = "writes bytecode, and where functions begin")]

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
const LONGEST: u32 = 32;

/// What rests, and how long it still does.
#[derive(Default)]
pub(super) struct Resting {
    sleepers: Vec<Sleeper>,
    visits: u32,
    frames: u32,
}

/// A back-edge or a function that is not counted.
struct Sleeper {
    place: Place,
    /// Where its function is pinned.
    pinned: Vec<usize>,
    /// So many times the visits or frames have to be over until it is counted again.
    periods: u32,
}

enum Place {
    /// A back-edge, and what counts it.
    BackEdge(*mut Insn, Insn),
    /// A function whose calls go past the instruction that counts them.
    Entry(Gc<Proto>, *const Insn),
}

impl Place {
    /// Where what counts for a site is in a function, if it does.
    fn find(state: &State, site: u32, header: *const Insn, proto: Gc<Proto>) -> Option<Place> {
        // SAFETY: a live prototype and its code; instructions are data, and nobody holds a reference to them.
        unsafe {
            let entry = (*proto.as_ptr()).entry;
            let insns = &mut (*(*proto.as_ptr()).code.as_ptr()).insns;
            let range = insns.as_ptr_range();
            if !range.contains(&header) || (*header).op() != Op::JLOOP || (*header).index() != site as usize {
                return None;
            }
            if !state.sites[site as usize].counts_calls {
                let place = insns.as_mut_ptr().add(header.offset_from_unsigned(range.start));
                return Some(Place::BackEdge(place, *header));
            }
            // A function that was reloaded begins with another instruction.
            std::ptr::eq(entry, header).then_some(Place::Entry(proto, header))
        }
    }

    fn rest(&self, state: &State, site: u32) {
        // SAFETY: as above.
        unsafe {
            match *self {
                Place::BackEdge(place, _) => *place = state.loop_sites[site as usize].original,
                Place::Entry(proto, header) => (*proto.as_ptr()).entry = header.add(1),
            }
        }
    }

    fn wake(&self) {
        // SAFETY: its function was pinned, and has that code until all is flushed.
        unsafe {
            match *self {
                Place::BackEdge(place, counted) => *place = counted,
                Place::Entry(proto, header) => (*proto.as_ptr()).entry = header,
            }
        }
    }
}

/// Lets the loop or function of a site rest that `header`, in a function, counts, if it has come to nothing often enough.
pub(super) fn rest(vm: &mut Vm, state: &mut State, site: u32, header: *const Insn, proto: Gc<Proto>) {
    if state.sites[site as usize].failures <= TRIES || !state.only_if_it_pays() {
        return;
    }
    let Some(place) = Place::find(state, site, header, proto) else { return };
    let Ok(pinned) = pin(vm, state, &[proto]) else { return };
    place.rest(state, site);
    let is_first = state.resting.sleepers.is_empty();
    if is_first {
        (state.resting.visits, state.resting.frames) = (VISITS, FRAMES);
    }
    // The rest is the penalty: awake, it is soon known whether something has changed.
    let count = state.parameters.hot_loop.max(1).saturating_mul(2 << TRIES);
    let known = &mut state.loop_sites[site as usize];
    known.count = known.count.min(count);
    let periods = state.sites[site as usize].rests.max(1);
    state.sites[site as usize].rests = (periods * 2).min(LONGEST);
    // The period that has begun is nearly over, perhaps.
    let periods = periods + u32::from(!is_first);
    state.resting.sleepers.push(Sleeper { place, pinned, periods });
}

/// All are counted again.
pub(super) fn wake(vm: &mut Vm, state: &mut State) {
    for sleeper in std::mem::take(&mut state.resting.sleepers) {
        sleeper.place.wake();
        unpin(vm, state, &sleeper.pinned);
    }
}

/// A period is over: those are counted again that have slept long enough.
fn end_period(vm: &mut Vm, state: &mut State) {
    (state.resting.visits, state.resting.frames) = (VISITS, FRAMES);
    for sleeper in &mut state.resting.sleepers {
        sleeper.periods -= 1;
    }
    let awake: Vec<Sleeper> = state.resting.sleepers.extract_if(.., |sleeper| sleeper.periods == 0).collect();
    for sleeper in awake {
        sleeper.place.wake();
        unpin(vm, state, &sleeper.pinned);
    }
}

/// The compiler has been asked for another loop.
#[inline]
pub(super) fn visit(vm: &mut Vm, state: &mut State) {
    if !state.resting.sleepers.is_empty() {
        state.resting.visits -= 1;
        if state.resting.visits == 0 {
            end_period(vm, state);
        }
    }
}

/// A frame of the host's begins.
pub(super) fn frame_begins(vm: &mut Vm, state: &mut State) {
    if !state.resting.sleepers.is_empty() {
        state.resting.frames -= 1;
        if state.resting.frames == 0 {
            end_period(vm, state);
        }
    }
}

#[cfg(test)]
impl Resting {
    pub(super) fn count(&self) -> usize {
        self.sleepers.len()
    }
}
