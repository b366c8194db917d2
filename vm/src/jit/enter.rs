//! Running compiled code, from region to region, and what follows when it is left.

use super::exit::{restore, restore_frames};
use super::ir::{self, SnapId};
use super::lifecycle::{collect, compile_again, drop_region, free_retired, give_region_up};
use super::record::Recorder;
use super::{
    Compiled, EAGER, LEFT, LINKED, Left, NOT_ENTERED, Runtime, RuntimeHead, State, original, report,
};
use crate::activity::Activity;
use crate::interp::Go;
use crate::vm::{Raised, Vm};

/// After so many entries it is asked whether a region pays,
const PROBATION: u64 = 400;
/// and after so many times as many as it takes for an exit to be recorded: there may be several.
const CHANCES: u64 = 16;
/// Turns an entry has to come to.
const WORTHWHILE_TURNS: u64 = 5;
/// What an exit costs, in nanoseconds, with what the interpreter does until compiled code is entered again; about.
const EXIT_COST: u128 = 300;
/// An exit is recorded when it has cost one part of so many of what it takes to compile the region again.
const PART_OF_COMPILING: u128 = 8;

/// How often an exit of a region is taken until it has cost enough to be recorded.
pub(super) fn exits_to_pay(compile_time: std::time::Duration) -> u32 {
    let count = compile_time.as_nanos() / (EXIT_COST * PART_OF_COMPILING);
    u32::try_from(count).unwrap_or(u32::MAX).min(1 << 20)
}

/// Runs a region from its loop's beginning, and what it leads to: regions it links to, then the interpreter.
pub(super) fn enter(vm: &mut Vm, number: u32, site: u32) -> Result<Go, Raised> {
    // SAFETY: as in `hot`.
    let state: *mut State = unsafe { State::of(vm) };
    // SAFETY: regions are retired, not freed, while they run.
    unsafe {
        let saved = *(&raw const (*state).runtime).cast::<RuntimeHead>();
        let (first, mut number, mut site) = (number, number, site);
        let mut turns = 0;
        // How it goes on, and the exit by which the last region was left, if it was.
        let (gone, exit) = loop {
            let compiled: *mut Compiled =
                (&mut (*state).regions)[number as usize].as_deref_mut().expect("a site's region is there");
            let base = vm.frame().base;
            // A nearly full stack is the interpreter's, which raises the error.
            if base + (*compiled).region.max_slots + 8 > vm.max_stack
                || vm.ensure_stack(base + (*compiled).region.max_slots).is_err()
            {
                (&mut (*state).loop_sites)[site as usize].count = 2;
                break (Ok(Go::On), None);
            }
            let answer = run(vm, state, compiled, base);
            // Which may be another one by now: it calls others.
            let compiled = (*state).runtime.region.cast_mut();
            (number, site) = ((*compiled).number, (*compiled).site);
            let is_called = vm.frame != (*state).runtime.bottom;
            let left = answer as u32;
            if left == LINKED {
                turns += (*state).runtime.turns + (*state).runtime.calls + 1;
                (*compiled).refused = 0;
                let exit = &(&(*compiled).exits)[(answer >> 32) as usize];
                let next = exit.link.expect("a link leads to a site");
                restore_frames(vm, exit, vm.frame().base);
                if let Some(region) = linked(vm, &mut *state, next) {
                    (number, site) = (region, next);
                    continue;
                }
                break (Ok(Go::On), None);
            }
            if left == NOT_ENTERED || left == ir::ENTRY_SNAP {
                // A trace that goes back to what stands before the loop may leave there, for instance where the rows are at their end.
                let taken = if left == NOT_ENTERED { 0 } else { (*state).runtime.turns };
                turns += taken;
                let restored = refused(vm, &mut *state, compiled, left, taken > 0);
                break (restored.map(|()| Go::On), None);
            }
            turns += (*state).runtime.turns + (*state).runtime.calls;
            if left == LEFT {
                let how = match (*state).left {
                    Left::On => Ok(Go::On),
                    Left::Exit => Ok(Go::Exit),
                    Left::Raised(raised) => Err(raised),
                };
                break (how, None);
            }
            report::left(vm, &mut *state, number, left);
            (*compiled).refused = 0;
            let exit = &(&(*compiled).exits)[left as usize];
            let restored = restore(vm, &raw const (*state).runtime, exit);
            if let Some(next) = exit.link
                && restored.is_ok()
            {
                turns += 1;
                let is_retired = (*compiled).is_retired.get();
                if let Some(region) = linked(vm, &mut *state, next) {
                    (number, site) = (region, next);
                    continue;
                }
                break (Ok(Go::On), Some((left, is_retired, is_called)));
            }
            break (restored.map(|()| Go::On), Some((left, (*compiled).is_retired.get(), is_called)));
        };
        *(&raw mut (*state).runtime).cast::<RuntimeHead>() = saved;
        if is_unprofitable(&mut *state, first, turns) {
            give_region_up(vm, &mut *state, first);
        } else if let Some((left, false, is_called)) = exit {
            after_exit(vm, &mut *state, number, site, left, is_called);
            force_another(vm, &mut *state, number, left);
        }
        free_retired(&mut *state);
        let gone = gone?;
        if exit.is_some() {
            let insn = original(state, *vm.frame().pc);
            if vm.interrupt_requested() {
                vm.honour_interrupt()?;
            }
            // Short forms may have allocated; but a list that is open lies above all registers.
            if !super::record::takes_all(insn) {
                vm.check_collector(insn);
            }
        }
        Ok(gone)
    }
}

/// So much of the machine's stack compiled code may take for calling itself, in bytes; beyond, the interpreter goes on.
const MACHINE_STACK: usize = 256 << 10;

/// A region has linked to a site, in the frame on top: the region there is for it now. If there is none, the interpreter goes on there.
fn linked(vm: &mut Vm, state: &mut State, site: u32) -> Option<u32> {
    collect(vm, state);
    let number = state.loop_sites[site as usize].region;
    (number != 0).then_some(number)
}

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
        let function = std::mem::transmute::<*const u8, extern "C" fn(*mut Vm, *mut Runtime) -> u64>(
            (*compiled).code.start(),
        );
        vm.activity.set(Activity::Compiled);
        let answer = function(vm, &raw mut (*state).runtime);
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
        // The types have changed for good.
        let known = &mut state.sites[site as usize];
        known.keeps_guards |= left == ir::ENTRY_SNAP;
        known.failures = (known.failures + 1).min(16);
        drop_region(vm, state, number);
    } else {
        force_another(vm, state, number, left);
    }
    restored
}

/// An entry that began with a region has come to so many turns; whether such entries are too short for what they cost.
fn is_unprofitable(state: &mut State, number: u32, turns: u64) -> bool {
    let only_if_it_pays = state.only_if_it_pays();
    let Some(Some(compiled)) = state.regions.get_mut(number as usize) else { return false };
    compiled.entries += 1;
    compiled.turns += turns;
    // Not while a version is on its way that may be left less.
    if compiled.entries < PROBATION + CHANCES * u64::from(compiled.exits_to_pay)
        || state.sites[compiled.site as usize].is_pending
    {
        return false;
    }
    let pays = compiled.turns >= compiled.entries * WORTHWHILE_TURNS;
    (compiled.entries, compiled.turns) = (0, 0);
    !pays && only_if_it_pays
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

/// A region was left by a snapshot, which has been restored.
fn after_exit(vm: &mut Vm, state: &mut State, number: u32, site: u32, left: SnapId, is_called: bool) {
    let compiled = state.regions[number as usize].as_deref_mut().expect("it has just run");
    if vm.frame().pc == compiled.header {
        // The instruction itself is next: what is compiled for it has just been left.
        state.loop_sites[site as usize].count = 2;
    }
    let to_pay = compiled.exits_to_pay;
    let exit = &mut compiled.exits[left as usize];
    if !exit.may_grow || vm.compiled.recording || state.sites[site as usize].is_pending {
        return;
    }
    exit.count += 1;
    let hot_exit = state.parameters.hot_exit.max(1);
    let hot = if state.parameters.hot_loop > EAGER { hot_exit.max(to_pay) } else { hot_exit };
    let hot = state.odd.count(hot.saturating_mul(1 << exit.failures), 4);
    if exit.count < hot || compiled.region.traces.len() > state.parameters.max_side as usize {
        return;
    }
    exit.count = 0;
    if !state.may_begin() {
        return;
    }
    let compiled = state.regions[number as usize].as_deref().expect("it has just run");
    let any = state.sites[site as usize].any.clone();
    let side = Recorder::side(
        vm,
        site,
        number,
        &compiled.region,
        compiled.header,
        &compiled.protos,
        left,
        any,
        state.parameters.max_record,
    );
    match side {
        Ok(mut recorder) => {
            recorder.is_called = is_called;
            state.begin(vm, recorder);
        }
        Err(reason) => {
            state.abort(reason);
            if let Some(compiled) = &mut state.regions[number as usize] {
                compiled.exits[left as usize].failed();
            }
        }
    }
}
