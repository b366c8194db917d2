//! Running compiled code, and what follows when it is left.

use super::exit::restore;
use super::ir::{self, SnapId};
use super::lifecycle::{compile_again, drop_region, free_retired, give_region_up};
use super::record::Recorder;
use super::{Compiled, EAGER, LEFT, Left, NOT_ENTERED, RuntimeHead, State, original, report};
use crate::activity::Activity;
use crate::interp::Go;
use crate::vm::{Raised, Vm};

/// After so many entries it is asked whether a region pays,
const PROBATION: u64 = 400;
/// and after so many times as many as it takes for an exit to be recorded: there may be several.
const CHANCES: u64 = 16;
/// Turns an entry has to come to.
const WORTHWHILE_TURNS: u64 = 5;
/// What an exit costs, in nanoseconds, until compiled code is entered again; about.
const EXIT_COST: u128 = 100;
/// An exit is recorded when it has cost one part of so many of what it takes to compile the region again.
const PART_OF_COMPILING: u128 = 8;

impl Compiled {
    /// How often an exit is taken until it has cost enough to be recorded.
    fn exits_to_pay(&self) -> u32 {
        let count = self.compile_time.as_nanos() / (EXIT_COST * PART_OF_COMPILING);
        u32::try_from(count).unwrap_or(u32::MAX).min(1 << 20)
    }
}

/// Runs a region from its loop's beginning, and what it leads to.
pub(super) fn enter(vm: &mut Vm, number: u32, site: u32) -> Result<Go, Raised> {
    // SAFETY: as in `hot`.
    let state: *mut State = unsafe { State::of(vm) };
    // SAFETY: regions are retired, not freed, while they run.
    unsafe {
        let compiled: *mut Compiled =
            (&mut (*state).regions)[number as usize].as_deref_mut().expect("a site's region is there");
        let base = vm.frame().base;
        // A nearly full stack is the interpreter's, which raises the error.
        if base + (*compiled).region.max_slots + 8 > vm.max_stack
            || vm.ensure_stack(base + (*compiled).region.max_slots).is_err()
        {
            (&mut (*state).loop_sites)[site as usize].count = 2;
            return Ok(Go::On);
        }
        let saved = *(&raw const (*state).runtime).cast::<RuntimeHead>();
        let depth = vm.frames().len() - 1;
        (*state).runtime.base = vm.stack.add(base as usize);
        (*state).runtime.base_index = base;
        (*state).runtime.depth = depth;
        (*state).runtime.region = compiled;
        (*state).entries += 1;
        (*state).running += 1;
        let function =
            std::mem::transmute::<*const u8, extern "C" fn(*mut Vm) -> u64>((*compiled).code.start());
        vm.activity.set(Activity::Compiled);
        let left = function(vm) as u32;
        vm.activity.set(Activity::Interpreted);
        (*state).running -= 1;
        (*compiled).entries += 1;
        (*compiled).last_entry = (*state).entries;
        if left != NOT_ENTERED {
            (*compiled).turns += (*state).runtime.turns;
        }
        // Not while a version is on its way that may be left less.
        let is_pending = (&(*state).sites)[site as usize].is_pending;
        let is_unprofitable = (*compiled).entries
            >= PROBATION + CHANCES * u64::from((*compiled).exits_to_pay())
            && !is_pending
            && {
                let pays = (*compiled).turns >= (*compiled).entries * WORTHWHILE_TURNS;
                ((*compiled).entries, (*compiled).turns) = (0, 0);
                !pays && (*state).only_if_it_pays() && !(*compiled).is_retired.get()
            };
        if left == LEFT {
            *(&raw mut (*state).runtime).cast::<RuntimeHead>() = saved;
            let how = (*state).left;
            if is_unprofitable {
                give_region_up(vm, &mut *state, number);
            }
            free_retired(&mut *state);
            return match how {
                Left::On => Ok(Go::On),
                Left::Exit => Ok(Go::Exit),
                Left::Raised(raised) => Err(raised),
            };
        }
        if left != NOT_ENTERED {
            report::left(vm, &mut *state, number, left);
        }
        if left == NOT_ENTERED || left == ir::ENTRY_SNAP {
            (&mut (*state).loop_sites)[site as usize].count = 2;
            let restored = match left {
                ir::ENTRY_SNAP => {
                    restore(vm, &raw const (*state).runtime, &(&(*compiled).exits)[left as usize])
                }
                _ => Ok(()),
            };
            (*compiled).refused += 1;
            if (*compiled).refused > 40 {
                // The types have changed for good.
                let known = &mut (&mut (*state).sites)[site as usize];
                known.keeps_guards |= left == ir::ENTRY_SNAP;
                known.failures = (known.failures + 1).min(16);
                drop_region(vm, &mut *state, number);
            }
            *(&raw mut (*state).runtime).cast::<RuntimeHead>() = saved;
            force_another(vm, &mut *state, number, left);
            free_retired(&mut *state);
            return restored.map(|()| Go::On);
        }
        (*compiled).refused = 0;
        let exit = &(&(*compiled).exits)[left as usize];
        let restored = restore(vm, &raw const (*state).runtime, exit);
        *(&raw mut (*state).runtime).cast::<RuntimeHead>() = saved;
        if is_unprofitable {
            give_region_up(vm, &mut *state, number);
        } else if !(*compiled).is_retired.get() {
            after_exit(vm, &mut *state, number, site, left);
            force_another(vm, &mut *state, number, left);
        }
        free_retired(&mut *state);
        restored?;
        let insn = original(state, *vm.frame().pc);
        if vm.interrupt_requested() {
            vm.honour_interrupt()?;
        }
        // Short forms may have allocated; but a list that is open lies above all registers.
        if !super::record::takes_all(insn) {
            vm.check_collector(insn);
        }
        Ok(Go::On)
    }
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
fn after_exit(vm: &mut Vm, state: &mut State, number: u32, site: u32, left: SnapId) {
    let compiled = state.regions[number as usize].as_deref_mut().expect("it has just run");
    if vm.frame().pc == compiled.header {
        // The instruction itself is next: what is compiled for it has just been left.
        state.loop_sites[site as usize].count = 2;
    }
    let to_pay = compiled.exits_to_pay();
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
        Ok(recorder) => state.begin(vm, recorder),
        Err(reason) => {
            state.abort(reason);
            if let Some(compiled) = &mut state.regions[number as usize] {
                compiled.exits[left as usize].failed();
            }
        }
    }
}
