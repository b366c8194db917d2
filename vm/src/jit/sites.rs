//! Where loops and calls are counted: what happens when a count is down, and while what follows is recorded.

#![allow(unsafe_code, reason = "reads and writes bytecode")]

use std::cell::Cell;

use super::enter::enter;
use super::lifecycle::{collect, finish, give_up, keep, let_go, penalise};
use super::reason::Reason;
use super::record::{Outcome, Recorder};
use super::rest::visit;
use super::{CALLS_PER_LOOP, Site, State};
use crate::activity::Activity;
use crate::bytecode::{Insn, Op};
use crate::interp::compiled::LoopSite;
use crate::interp::{Go, back_edge};
use crate::vm::{Raised, Vm};

/// The instruction that a `JLOOP` without a site stands for, and a site for it.
fn new_site(vm: &mut Vm, state: &mut State, at: *const Insn) -> u32 {
    let code = vm.frame().code().expect("a Lua frame has code");
    // SAFETY: live code, which `at` lies in; instructions are data, and nobody holds a reference to them.
    unsafe {
        let code = &mut *code.as_ptr();
        let index = at.offset_from_unsigned(code.insns.as_ptr());
        let hot_loop = state.parameters.hot_loop.max(1);
        // A function is counted where it is called: there it goes straight on.
        let (original, usual) = match index.checked_sub(code.pc_bias as usize) {
            Some(index) => (code.draft_proto().code[index], hot_loop),
            None => (Insn::ad(Op::LOOP, 0, 0), hot_loop.saturating_mul(CALLS_PER_LOOP)),
        };
        let site = state.loop_sites.len() as u32;
        let count = state.odd.count(usual, 12);
        state.loop_sites.push(LoopSite { original, count, region: 0 });
        state.entrances.push(Box::new(Cell::new(std::ptr::null())));
        let counts_calls = index < code.pc_bias as usize;
        state.sites.push(Site { counts_calls, ..Site::default() });
        vm.compiled.sites = state.loop_sites.as_mut_ptr();
        let place = code.insns.as_mut_ptr().add(index);
        *place = (*place).with_d(site as i32);
        site
    }
}

/// The slow path of `JLOOP`: the site's count is down.
pub(super) fn hot(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    // SAFETY: the VM has a compiler, or its code would have no `JLOOP`.
    let state = unsafe { &mut *State::of(vm) };
    // SAFETY: the frame's pc is behind the instruction.
    let at = unsafe { vm.frame().pc.sub(1) };
    let mut site = insn.index() as u32;
    visit(vm, state);
    if site == 0 {
        state.loop_sites[0].count = 1;
        site = new_site(vm, state, at);
        if state.loop_sites[site as usize].count > 1 {
            return back_edge(vm, state.loop_sites[site as usize].original);
        }
    }
    let LoopSite { original, region: number, .. } = state.loop_sites[site as usize];
    if vm.watch.is_on() || vm.capture.is_some() || !state.is_on {
        state.loop_sites[site as usize].count = if number == 0 { 100 } else { 1 };
        return back_edge(vm, original);
    }
    if number != 0 {
        collect(vm, state);
        let number = state.loop_sites[site as usize].region;
        if number == 0 {
            return back_edge(vm, original);
        }
        state.loop_sites[site as usize].count = 1;
        if is_about_to_end(vm, original) {
            return back_edge(vm, original);
        }
        // However this ends, the instruction is next; unless said otherwise, itself and not what is compiled for it.
        vm.frame_mut().pc = at;
        // Code that is left in each turn, by an error or a switch to another coroutine, does not come to where it would ask.
        vm.poll()?;
        return enter(vm, site);
    }
    collect(vm, state);
    if state.loop_sites[site as usize].region != 0 {
        state.loop_sites[site as usize].count = 1;
        return back_edge(vm, original);
    }
    if is_switched_off(vm) {
        state.loop_sites[site as usize].count = u32::MAX;
        return back_edge(vm, original);
    }
    state.loop_sites[site as usize].count = state.parameters.hot_loop.saturating_add(1).max(2);
    if vm.compiled.recording || state.sites[site as usize].is_pending || !state.may_begin() {
        return back_edge(vm, original);
    }
    vm.frame_mut().pc = at;
    state.recorder = None;
    let any = state.sites[site as usize].any.clone();
    match Recorder::root(vm, site, at, any, state.parameters.max_record) {
        Ok(recorder) => state.begin(vm, recorder),
        Err(reason) => penalise(state, site, reason),
    }
    Ok(Go::On)
}

/// Whether `jit.off` was called for the function of the frame on top.
fn is_switched_off(vm: &Vm) -> bool {
    let code = vm.frame().code().expect("a Lua frame has code");
    // SAFETY: a frame keeps its code alive, and code its prototype.
    unsafe { (*code.as_ptr()).proto.is_some_and(|proto| (*proto.as_ptr()).is_never_compiled) }
}

/// Whether a back-edge will not be taken: compiled code would be left at once.
fn is_about_to_end(vm: &Vm, back_edge: Insn) -> bool {
    let register = |index: usize| vm.slot(vm.frame().base + (back_edge.a() + index) as u32);
    match back_edge.op() {
        Op::FORLOOP | Op::FORLOOP1 => {
            let [index, limit, step] = [0, 1, 2].map(|i| register(i).as_f64_or_nan());
            let next = index + step;
            if step >= 0.0 { next > limit } else { next < limit }
        }
        Op::ITERLOOP => register(3).is_nil(),
        _ => false,
    }
}

/// Before an instruction that the recorder is to see.
pub(super) fn record(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    // SAFETY: as in `hot`.
    let state = unsafe { &mut *State::of(vm) };
    let Some(mut recorder) = state.recorder.take() else {
        vm.set_recording(false);
        return Ok(Go::On);
    };
    // SAFETY: it is this VM's compiler.
    let insn = unsafe { original_of(vm, state, insn) };
    vm.activity.set(Activity::Compiling);
    let outcome = match (recorder.step(vm, state, insn), keep(vm, state, &mut recorder)) {
        (_, Err(_)) => Outcome::Aborted(Reason::Memory),
        (outcome, Ok(())) => outcome,
    };
    match outcome {
        Outcome::On => state.recorder = Some(recorder),
        Outcome::Done => {
            vm.set_recording(false);
            finish(vm, state, *recorder);
            let_go(vm, state);
            state.allowance.end();
        }
        Outcome::Aborted(reason) => {
            vm.set_recording(false);
            give_up(vm, state, &recorder, reason);
            let_go(vm, state);
            state.allowance.end();
        }
    }
    vm.activity.set(Activity::Interpreted);
    Ok(Go::On)
}

/// The instruction about to be executed by the frame on top, looked through a `JLOOP`, which gets a site if it has none.
///
/// # Safety
/// The state is the VM's.
unsafe fn original_of(vm: &mut Vm, state: &mut State, insn: Insn) -> Insn {
    if insn.op() != Op::JLOOP {
        return insn;
    }
    let site = if insn.index() == 0 {
        // SAFETY: the frame's pc is behind the instruction.
        let at = unsafe { vm.frame().pc.sub(1) };
        new_site(vm, state, at)
    } else {
        insn.index() as u32
    };
    let known = &mut state.loop_sites[site as usize];
    // Recorded as what it stands for, and executed as that, whatever is compiled for it.
    known.count = known.count.max(2);
    known.original
}
