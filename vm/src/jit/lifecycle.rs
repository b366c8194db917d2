//! The life of a region: compiled when a trace is complete, compiled anew when it grows, retired when it does not pay or what it rests on changes.

use std::cell::Cell;

use super::exit::exits_of;
use super::ir::Region;
use super::reason::Reason;
use super::record::Recorder;
use super::{Compiled, MAX_REGIONS, State, opt, report};
use crate::function::Proto;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// A recording has come to nothing: the next comes later, each time twice as late.
pub(super) fn penalise(state: &mut State, site: u32, reason: Reason) {
    state.abort(reason);
    let known = &mut state.sites[site as usize];
    known.failures = (known.failures + 1).min(16);
    let count = state.parameters.hot_loop.max(1).saturating_mul(1 << known.failures);
    state.loop_sites[site as usize].count = count.clamp(2, 1 << 22);
}

/// A trace is complete: compiles it, or its region with it.
pub(super) fn finish(vm: &mut Vm, state: &mut State, recorder: Recorder) {
    let site = recorder.site;
    let number = recorder.region_number;
    let header = recorder.header;
    let (region, protos) = recorder.into_region();
    if number.is_some_and(|number| state.regions.get(number as usize).is_none_or(Option::is_none)) {
        // It was flushed meanwhile.
        return state.abort(Reason::Flushed);
    }
    let mut optimised = region.clone();
    opt::optimise(&mut optimised, !state.sites[site as usize].keeps_guards);
    let code = state.compiler.compile(&optimised, (&raw const state.runtime).cast());
    let Some(code) = code else {
        match number {
            Some(number) => exit_failed(state, number, &region, Reason::Backend),
            None => penalise(state, site, Reason::Backend),
        }
        return;
    };
    if state.regions.len() > MAX_REGIONS {
        flush(vm, state);
        return;
    }
    let Ok(pinned) = pin(vm, state, &protos) else {
        return penalise(state, site, Reason::Memory);
    };
    let mut exits = exits_of(&optimised);
    let (mut entries, mut turns) = (0, 0);
    if let Some(old) = number.and_then(|number| state.regions[number as usize].as_ref()) {
        for (exit, old) in exits.iter_mut().zip(&old.exits) {
            exit.failures = old.failures;
        }
        // Whether it pays is asked of all its versions together: compiling them takes time too.
        (entries, turns) = (old.entries, old.turns);
    }
    let is_retired = Cell::new(false);
    let compiled = Compiled {
        region,
        code,
        exits,
        header,
        site,
        protos,
        pinned,
        is_retired,
        refused: 0,
        entries,
        turns,
    };
    state.compiled += 1;
    let shown = number.unwrap_or(state.regions.len() as u32);
    report::compiled(vm, state.level, shown, &optimised, header, state.compiler.listing.as_deref());
    if let Some(number) = number {
        retire(vm, state, number);
        state.regions[number as usize] = Some(Box::new(compiled));
    } else {
        state.regions.push(Some(Box::new(compiled)));
        state.loop_sites[site as usize].region = state.regions.len() as u32 - 1;
        state.loop_sites[site as usize].count = 1;
    }
}

pub(super) fn give_up(vm: &mut Vm, state: &mut State, recorder: &Recorder, reason: Reason) {
    report::aborted(vm, state.level, recorder.at(), reason);
    if reason == Reason::Unstable {
        let known = &mut state.sites[recorder.site as usize];
        if let Some(slot) = recorder.unstable
            && !known.any.contains(&slot)
        {
            known.any.push(slot);
        }
        if let Some(number) = recorder.region_number {
            state.abort(reason);
            drop_region(vm, state, number);
            return;
        }
    }
    match recorder.region_number {
        None => penalise(state, recorder.site, reason),
        Some(number) => {
            state.abort(reason);
            if let Some(compiled) = &mut state.regions[number as usize]
                && let Some(parent) = recorder.parent
            {
                let exit = &mut compiled.exits[parent as usize];
                exit.failed();
            }
        }
    }
}

pub(super) fn exit_failed(state: &mut State, number: u32, region: &Region, reason: Reason) {
    state.abort(reason);
    let parent = region.traces.last().and_then(|trace| trace.parent);
    if let (Some(parent), Some(compiled)) = (parent, &mut state.regions[number as usize]) {
        compiled.exits[parent as usize].failed();
    }
}

/// Keeps prototypes alive: by closures of them, which are pinned.
pub(super) fn pin(
    vm: &mut Vm,
    state: &mut State,
    protos: &[Gc<Proto>],
) -> Result<Vec<usize>, crate::gc::OutOfMemory> {
    let globals = vm.heap.roots.globals.expect("a VM has globals from its creation");
    let mut places = Vec::with_capacity(protos.len());
    for proto in protos {
        let holder = crate::function::new_closure(&mut vm.heap, *proto, globals, &[])?;
        let holder = RawValue::function(holder.as_function());
        let place = match state.free_pins.pop() {
            Some(place) => {
                vm.heap.roots.pinned[place] = holder;
                place
            }
            None => {
                vm.heap.roots.pinned.push(holder);
                vm.heap.roots.pinned.len() - 1
            }
        };
        places.push(place);
    }
    Ok(places)
}

/// Takes a region out of use. Its code is freed when none of it runs.
pub(super) fn retire(vm: &mut Vm, state: &mut State, number: u32) {
    let Some(compiled) = state.regions[number as usize].take() else { return };
    for place in &compiled.pinned {
        let old = std::mem::replace(&mut vm.heap.roots.pinned[*place], RawValue::NIL);
        vm.heap.barrier(old);
        state.free_pins.push(*place);
    }
    compiled.is_retired.set(true);
    state.retired.push(compiled);
}

pub(super) fn free_retired(state: &mut State) {
    if state.running == 0 {
        state.retired.clear();
    }
}

/// Retires a region for good; its site is counted again.
pub(super) fn drop_region(vm: &mut Vm, state: &mut State, number: u32) {
    let Some(compiled) = &state.regions[number as usize] else { return };
    let site = compiled.site as usize;
    state.loop_sites[site].region = 0;
    let count = state.parameters.hot_loop.saturating_add(1).max(2);
    state.loop_sites[site].count = count.saturating_mul(1 << state.sites[site].failures).min(1 << 22);
    retire(vm, state, number);
}

/// Retires all regions.
pub(super) fn flush(vm: &mut Vm, state: &mut State) {
    for number in 1..state.regions.len() as u32 {
        drop_region(vm, state, number);
    }
    if state.recorder.take().is_some() {
        state.abort(Reason::Flushed);
        vm.set_recording(false);
    }
    free_retired(state);
    if state.retired.is_empty() {
        state.regions.truncate(1);
    }
}

/// A region that is left as soon as it is entered is dropped; its loop is counted again, for longer each time.
pub(super) fn give_region_up(vm: &mut Vm, state: &mut State, number: u32) {
    state.abort(Reason::Unprofitable);
    if let Some(compiled) = &state.regions[number as usize] {
        report::aborted(vm, state.level, compiled.header, Reason::Unprofitable);
        let known = &mut state.sites[compiled.site as usize];
        known.failures = (known.failures + 12).min(16);
    }
    drop_region(vm, state, number);
}
