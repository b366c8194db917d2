//! Running compiled code, from region to region, and what follows when it is left.

use super::exit::{restore, restore_frames};
use super::ir::{self, SnapId};
use super::lifecycle::{collect, compile_again, drop_region, free_retired, give_region_up, newest};
use super::record::{Recorder, type_of};
use super::{
    Compiled, LEFT, LINKED, Left, NOT_ENTERED, Runtime, RuntimeHead, STORED, State, original, report,
};
use crate::activity::Activity;
use crate::interp::Go;
use crate::thread::CallInfo;
use crate::value::RawValue;
use crate::vm::{Raised, Vm};

/// After so many entries it is asked whether a region pays,
const PROBATION: u64 = 400;
/// and after so many times as many as it takes for an exit to be recorded: there may be several.
const CHANCES: u64 = 16;
/// So often an exit is taken until it is asked again whether there is time to record.
const SOON: u32 = 16;
/// Turns an entry has to come to,
const WORTHWHILE_TURNS: u64 = 5;
/// of so many instructions; of shorter ones, more. To enter and to leave takes some 300 instructions of the machine, and each of a trace saves three or four.
const WORTHWHILE_LENGTH: u64 = 20;
/// What an exit costs, in nanoseconds, with what the interpreter does until compiled code is entered again; about.
const EXIT_COST: u128 = 300;
/// An exit is recorded when it has cost one part of so many of what it takes to compile the region again.
const PART_OF_COMPILING: u128 = 8;

/// How often an exit of a region is taken until it has cost enough to be recorded.
pub(super) fn exits_to_pay(compile_time: std::time::Duration) -> u32 {
    let count = compile_time.as_nanos() / (EXIT_COST * PART_OF_COMPILING);
    u32::try_from(count).unwrap_or(u32::MAX).min(1 << 20)
}

/// A region was left by a snapshot, which has been restored.
struct Leaving {
    compiled: *mut Compiled,
    snap: SnapId,
    /// In a function that compiled code has called.
    is_called: bool,
}

/// Runs the region of a site from its loop's beginning, and what it leads to: regions it links to, then the interpreter.
///
/// Much is entered for a few turns only, so that the way in and out is short: what happens now and then is asked for by one comparison each.
pub(super) fn enter(vm: &mut Vm, site: u32) -> Result<Go, Raised> {
    // SAFETY: as in `hot`.
    let state: *mut State = unsafe { State::of(vm) };
    // SAFETY: regions are retired, not freed, while they run, and until the end of this function.
    unsafe {
        let head = (&raw mut (*state).runtime).cast::<RuntimeHead>();
        let saved = *head;
        let mut entered = entrance(&*state, site);
        let first = entered;
        let mut turns = 0;
        // How it goes on, and how the last region was left, if it was.
        let (gone, leaving) = loop {
            let base = vm.frame().base;
            // A nearly full stack is the interpreter's, which raises the error.
            if base + (*entered).region.max_slots + 8 > vm.max_stack
                || vm.ensure_stack(base + (*entered).region.max_slots).is_err()
            {
                (&mut (*state).loop_sites)[(*entered).site as usize].count = 2;
                break (Ok(Go::On), None);
            }
            let answer = run(vm, state, entered, base);
            let snap = answer as u32;
            // Which may be another one by now: it calls others.
            let compiled = (*state).runtime.region.cast_mut();
            let is_called = vm.frame != (*state).runtime.bottom;
            let leaving = Some(Leaving { compiled, snap, is_called });
            // What a region leads to is no merit of its own.
            let taken = if entered == first { (*state).runtime.turns + (*state).runtime.calls } else { 0 };
            if (answer >> 32) as u32 == STORED {
                turns += taken;
                break (Ok(Go::On), leaving);
            }
            if snap == NOT_ENTERED || snap == ir::ENTRY_SNAP {
                // A trace that goes back to what stands before the loop may leave there, for instance where the rows are at their end.
                let has_turned = snap != NOT_ENTERED && (*state).runtime.turns > 0;
                turns += if snap == NOT_ENTERED { 0 } else { taken };
                let restored = refused(vm, &mut *state, compiled, snap, has_turned);
                break (restored.map(|()| Go::On), None);
            }
            turns += taken;
            let next = if snap == LINKED {
                (*compiled).refused = 0;
                let exit = &(&(*compiled).exits)[(answer >> 32) as usize];
                restore_frames(vm, exit, vm.frame().base);
                exit.link
            } else if snap == LEFT {
                let how = match (*state).left {
                    Left::On => Ok(Go::On),
                    Left::Exit => Ok(Go::Exit),
                    Left::Raised(raised) => Err(raised),
                };
                break (how, None);
            } else {
                let exit = &(&(*compiled).exits)[snap as usize];
                let restored = restore(vm, &raw const (*state).runtime, exit);
                match exit.link.filter(|_| restored.is_ok()) {
                    None => break (restored.map(|()| Go::On), leaving),
                    link => link,
                }
            };
            collect(vm, &mut *state);
            entered = entrance(&*state, next.expect("a link leads to a site"));
            if entered.is_null() {
                break (Ok(Go::On), leaving.filter(|_| snap != LINKED));
            }
        };
        *head = saved;
        (*first).entries += 1;
        (*first).turns += turns;
        if (*first).entries >= (*first).trial && is_unprofitable(&mut *state, &mut *first) {
            let number = (*first).number;
            give_region_up(vm, &mut *state, number);
        } else if let Some(leaving) = &leaving
            && !(*leaving.compiled).is_retired.get()
        {
            after_exit(vm, &mut *state, leaving);
        }
        free_retired(&mut *state);
        let gone = gone?;
        if leaving.is_some() {
            if vm.interrupt_requested() {
                vm.honour_interrupt()?;
            }
            if vm.heap.debt > 0 {
                let insn = original(state, *vm.frame().pc);
                // Short forms may have allocated; but a list that is open lies above all registers.
                if !super::record::takes_all(insn) {
                    vm.check_collector(insn);
                }
            }
        }
        Ok(gone)
    }
}

/// The region of a site; null if there is none.
fn entrance(state: &State, site: u32) -> *mut Compiled {
    state.entrances[site as usize].get().cast_mut()
}

/// So much of the machine's stack compiled code may take for calling itself, in bytes; beyond, the interpreter goes on.
const MACHINE_STACK: usize = 256 << 10;

/// The code of a region.
type Function = extern "C" fn(*mut Vm, *mut Runtime, *mut RawValue, *mut CallInfo) -> u64;

/// Runs the code of a region; the snapshot by which it was left.
///
/// # Safety
/// The state is the VM's, the region is one of its, and the stack has room for what it writes above `base`.
unsafe fn run(vm: &mut Vm, state: *mut State, compiled: *mut Compiled, base: u32) -> u64 {
    // SAFETY: by contract; the code is as long there as the region is.
    unsafe {
        let runtime = &mut (*state).runtime;
        runtime.base = vm.stack.add(base as usize);
        runtime.region = compiled;
        runtime.bottom = vm.find_frame();
        runtime.calls = 0;
        if (*state).running == 0 {
            let here = 0u8;
            runtime.stack_floor = (&raw const here as usize).saturating_sub(MACHINE_STACK);
        }
        (*state).entries += 1;
        (*compiled).last_entry = (*state).entries;
        (*state).running += 1;
        let (base, frame) = (runtime.base, runtime.bottom);
        let function = std::mem::transmute::<*const u8, Function>((*compiled).code.start());
        vm.activity.set(Activity::Compiled);
        let answer = function(vm, &raw mut (*state).runtime, base, frame);
        vm.activity.set(Activity::Interpreted);
        (*state).running -= 1;
        if answer as u32 != LEFT {
            // Compiled code may have been left in a function that it has called.
            vm.keep_frames();
        }
        answer
    }
}

/// A region was not entered, or left where it would have been entered again: a slot had another type than it was compiled for, or a guard in
/// front of the loop did not hold.
///
/// # Safety
/// The region has just run, and is one of the VM's, retired or not.
unsafe fn refused(
    vm: &mut Vm,
    state: &mut State,
    compiled: *mut Compiled,
    left: SnapId,
    has_turned: bool,
) -> Result<(), Raised> {
    // SAFETY: by contract; regions are not freed while it matters.
    let compiled = unsafe { &mut *compiled };
    let (number, site) = (compiled.number, compiled.site);
    state.loop_sites[site as usize].count = 2;
    compiled.refused = if has_turned { 0 } else { compiled.refused + 1 };
    let is_retired = compiled.is_retired.get();
    let is_for_good = compiled.refused > 40;
    let restored = match left {
        ir::ENTRY_SNAP => restore(vm, &raw const state.runtime, &compiled.exits[left as usize]),
        _ => Ok(()),
    };
    if is_retired {
        return restored;
    }
    if is_for_good {
        // The types have changed for good, or change now and then.
        let other = if left == NOT_ENTERED { slots_of_other_types(vm, &compiled.region) } else { Vec::new() };
        let known = &mut state.sites[site as usize];
        known.keeps_guards |= left == ir::ENTRY_SNAP;
        known.keeps_doubles |= left == NOT_ENTERED && other.is_empty();
        other.into_iter().for_each(|slot| known.has_any(slot));
        known.failures = (known.failures + 1).min(16);
        drop_region(vm, state, number);
    } else {
        force_another(vm, state, number, left);
    }
    restored
}

/// The slots of the frame on top that do not have the types with which a region begins.
fn slots_of_other_types(vm: &Vm, region: &ir::Region) -> Vec<ir::Slot> {
    let base = vm.frame().base;
    let is_other = |(slot, r): &(ir::Slot, ir::Ref)| {
        let (wanted, actual) = (region.ty(*r), vm.slot(base.wrapping_add_signed(*slot)));
        match wanted {
            ir::Ty::Any => false,
            ir::Ty::Int => !actual.is_number(),
            _ => type_of(actual) != wanted,
        }
    };
    region.params.iter().filter(|param| is_other(param)).map(|(slot, _)| *slot).collect()
}

/// How often a region is entered until it is asked whether it pays.
pub(super) fn trial(exits_to_pay: u32) -> u64 {
    PROBATION + CHANCES * u64::from(exits_to_pay)
}

/// Whether the entries of a region are too short for what they cost; it is asked after so many of them.
fn is_unprofitable(state: &mut State, compiled: &mut Compiled) -> bool {
    // Not while a version is on its way that may be left less.
    if compiled.is_retired.get() || state.sites[compiled.site as usize].is_pending {
        return false;
    }
    let region = &compiled.region;
    let length = if region.has_turns() { region.traces[0].body.len() as u64 } else { WORTHWHILE_LENGTH };
    let length = length.min(WORTHWHILE_LENGTH);
    let pays = compiled.turns * length >= compiled.entries * WORTHWHILE_TURNS * WORTHWHILE_LENGTH;
    (compiled.entries, compiled.turns) = (0, 0);
    if pays {
        state.sites[compiled.site as usize].rests = 0;
    }
    !pays && state.only_if_it_pays()
}

/// In tests: it was left as it was forced to, so that it is another guard's turn.
fn force_another(vm: &mut Vm, state: &mut State, number: u32, left: u32) {
    let Some(Some(compiled)) = state.regions.get(number as usize) else { return };
    if compiled.forced != Some(left) || vm.compiled.recording {
        return;
    }
    let site = compiled.site as usize;
    let count = state.loop_sites[site].count;
    compile_again(vm, state, number);
    // Whether the instruction that was left is next stays as it is.
    state.loop_sites[site].count = count;
}

/// A region that is in use was left by a snapshot, which has been restored.
///
/// # Safety
/// The region is one of the VM's.
unsafe fn after_exit(vm: &mut Vm, state: &mut State, leaving: &Leaving) {
    // SAFETY: by contract; it is not touched otherwise until the recorder begins.
    let compiled = unsafe { &mut *leaving.compiled };
    compiled.refused = 0;
    if vm.frame().pc == compiled.header {
        // The instruction itself is next: what is compiled for it has just been left.
        state.loop_sites[compiled.site as usize].count = 2;
    }
    let exit = &mut compiled.exits[leaving.snap as usize];
    exit.due -= 1;
    if exit.due == 0 {
        // SAFETY: as above.
        unsafe { grow(vm, state, leaving) };
    }
    if state.odd.is_forcing() || state.report.shows(b'x') {
        report::left(vm, state, compiled.number, leaving.snap);
        force_another(vm, state, compiled.number, leaving.snap);
    }
}

/// An exit has been taken so often that a side trace is due.
///
/// # Safety
/// As of `after_exit`.
#[cold]
unsafe fn grow(vm: &mut Vm, state: &mut State, leaving: &Leaving) {
    // SAFETY: by contract; the recorder copies what it needs of the region.
    let compiled = unsafe { &mut *leaving.compiled };
    let site = compiled.site;
    let (region, _) = newest(state, compiled);
    let has_room = region.traces.len() <= state.parameters.max_side as usize;
    // Recorded while another version was being compiled. Exits that only the compiled version has lead to none.
    let is_coming = region.snaps.get(leaving.snap as usize).is_some_and(|snap| snap.side.is_some());
    let exit = &mut compiled.exits[leaving.snap as usize];
    if !exit.may_grow || !has_room {
        exit.due = u32::MAX;
        return;
    }
    if vm.compiled.recording {
        exit.due = 1;
        return;
    }
    if is_coming {
        exit.due = SOON;
        return;
    }
    if !state.may_begin() {
        // Soon there will be time. Meanwhile the region has not had its chance.
        exit.due = SOON;
        (compiled.entries, compiled.turns) = (0, 0);
        return;
    }
    exit.count_anew();
    let any = state.sites[site as usize].any.clone();
    let (region, protos) = newest(state, compiled);
    let side = Recorder::side(
        vm,
        site,
        compiled.number,
        region,
        compiled.header,
        protos,
        leaving.snap,
        any,
        state.parameters.max_record,
    );
    match side {
        Ok(mut recorder) => {
            recorder.is_called = leaving.is_called;
            state.begin(vm, recorder);
        }
        Err(reason) => {
            state.abort(reason);
            compiled.exits[leaving.snap as usize].failed();
        }
    }
}
