//! The life of a region: compiled when a trace is complete, compiled anew when it grows, retired when it does not pay or what it rests on changes.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Instant;

use super::background::{Background, Done, Job};
use super::enter::{exits_to_pay, trial};
use super::ir::Region;
use super::layout::lay_out;
use super::opt::Wanted;
use super::reason::Reason;
use super::record::Recorder;
use super::rest::{rest, wake};
use super::{Compiled, State, report};
use crate::bytecode::Insn;
use crate::function::Proto;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// A recording has come to nothing: the next comes later, each time twice as late.
pub(super) fn penalise(state: &mut State, site: u32, reason: Reason) {
    state.abort(reason);
    let known = &mut state.sites[site as usize];
    // A function that returns to its caller is part of what calls it.
    let is_simple = known.counts_calls && matches!(reason, Reason::Returned | Reason::TailCall);
    known.failures = (known.failures + if is_simple { 6 } else { 1 }).min(16);
    let count = state.parameters.hot_loop.max(1).saturating_mul(1 << known.failures);
    state.loop_sites[site as usize].count = count.clamp(2, 1 << 22);
}

/// A region that is being compiled.
pub(super) struct Pending {
    ticket: u64,
    /// Of which `flush` it knows.
    generation: u64,
    site: u32,
    /// The region it is to replace.
    number: Option<u32>,
    header: *const Insn,
    protos: Vec<Gc<Proto>>,
    pinned: Vec<usize>,
    /// As recorded.
    region: Arc<Region>,
    /// What has been recorded since to be added to it.
    next: Option<Next>,
    /// Where, for those who read it.
    place: String,
}

/// A region that has grown while a version of it was being compiled: it is compiled when that has come.
struct Next {
    region: Region,
    protos: Vec<Gc<Proto>>,
    pinned: Vec<usize>,
}

/// Where the version of a region stands that is being compiled. Numbers are used again after a flush, of which such a version knows nothing.
fn on_its_way(state: &State, site: u32, number: u32) -> Option<usize> {
    state.pending.iter().position(|pending| {
        pending.number == Some(number) && pending.site == site && pending.generation == state.generation
    })
}

/// A region as it was recorded last, and the prototypes it has to do with: it may have grown since it was compiled.
pub(super) fn newest<'a>(state: &'a State, compiled: &'a Compiled) -> (&'a Region, &'a [Gc<Proto>]) {
    let pending = on_its_way(state, compiled.site, compiled.number).map(|at| &state.pending[at]);
    match pending {
        None => (&compiled.region, &compiled.protos),
        Some(Pending { next: Some(next), .. }) => (&next.region, &next.protos),
        Some(pending) => (&pending.region, &pending.protos),
    }
}

/// Has a region compiled once the version of it that is on its way has come.
fn compile_next(vm: &mut Vm, state: &mut State, pending: usize, region: Region, protos: Vec<Gc<Proto>>) {
    // Without memory it has not been recorded: its exit is counted again.
    let Ok(pinned) = pin(vm, state, &protos) else { return };
    if let Some(old) = state.pending[pending].next.replace(Next { region, protos, pinned }) {
        unpin(vm, state, &old.pinned);
    }
}

/// How often a loop is interpreted until it is asked whether its code is there.
const UNTIL_ASKED: u32 = 64;

/// A trace is complete: compiles it, or its region with it, on the thread for that; or at once, where everything is compiled.
pub(super) fn finish(vm: &mut Vm, state: &mut State, recorder: Recorder) {
    let site = recorder.site;
    let number = recorder.region_number;
    let header = recorder.header;
    let (region, protos) = recorder.into_region();
    if number.is_some_and(|number| state.regions.get(number as usize).is_none_or(Option::is_none)) {
        // It was flushed meanwhile.
        return state.abort(Reason::Flushed);
    }
    compile(vm, state, site, number, header, region, protos);
}

/// Where compiled code finds the region of a site.
fn entrance(state: &State, site: u32) -> usize {
    &raw const *state.entrances[site as usize] as usize
}

/// Compiles a region as it was recorded once more, with another guard forced.
pub(super) fn compile_again(vm: &mut Vm, state: &mut State, number: u32) {
    let Some(compiled) = state.regions[number as usize].as_deref() else { return };
    let (site, header, region) = (compiled.site, compiled.header, compiled.region.clone());
    let protos = compiled.protos.clone();
    compile(vm, state, site, Some(number), header, region, protos);
}

fn compile(
    vm: &mut Vm,
    state: &mut State,
    site: u32,
    number: Option<u32>,
    header: *const Insn,
    region: Region,
    protos: Vec<Gc<Proto>>,
) {
    if let Some(pending) = number.and_then(|number| on_its_way(state, site, number)) {
        return compile_next(vm, state, pending, region, protos);
    }
    let mut region = region;
    let Ok(mut pinned) = pin(vm, state, &protos) else {
        return penalise(state, site, Reason::Memory);
    };
    let Ok(templates) = lay_out(&mut vm.heap, &mut region) else {
        unpin(vm, state, &pinned);
        return penalise(state, site, Reason::Memory);
    };
    pinned.extend(templates.into_iter().map(|table| pin_value(vm, state, table)));
    state.tickets += 1;
    let ticket = state.tickets;
    region.entrances = region.linked_sites().map(|site| (site, entrance(state, site))).collect();
    #[allow(
        clippy::arc_with_non_send_sync,
        reason = "both threads read it only, and follow no address (`Job`)"
    )]
    let region = Arc::new(region);
    let known = &state.sites[site as usize];
    let job = Job {
        ticket,
        region: Arc::clone(&region),
        wanted: Wanted {
            hoists: state.parameters.hoists && !known.keeps_guards,
            narrows: state.parameters.narrows && !known.keeps_doubles,
        },
        forced: state.odd.next_guard(),
        wants_listing: state.report.wants_code(),
        garbage: std::mem::take(&mut state.garbage),
    };
    let place = report::place_if_shown(vm, &state.report, &protos, header);
    let generation = state.generation;
    let pending =
        Pending { ticket, generation, site, number, header, protos, pinned, region, next: None, place };
    if state.only_if_it_pays() && state.background(vm).is_some() {
        if state.background(vm).is_some_and(|background| background.send(job)) {
            state.loop_sites[site as usize].count = if number.is_some() { 1 } else { UNTIL_ASKED };
            state.sites[site as usize].is_pending = true;
            state.pending.push(pending);
        } else {
            unpin(vm, state, &pending.pinned);
            penalise(state, site, Reason::Backend);
        }
        return;
    }
    let Some(compiler) = state.compiler(vm) else {
        unpin(vm, state, &pending.pinned);
        return penalise(state, site, Reason::Backend);
    };
    let done = job.run(compiler);
    publish(vm, state, pending, done);
}

/// Puts to use what has been compiled meanwhile.
#[inline]
pub(super) fn collect(vm: &mut Vm, state: &mut State) {
    // Asked at every entry of compiled code.
    if !state.pending.is_empty() {
        collect_done(vm, state);
    }
}

#[cold]
fn collect_done(vm: &mut Vm, state: &mut State) {
    while let Some(done) = state.background.as_ref().and_then(Background::next) {
        let began = Instant::now();
        let at = state.pending.iter().position(|pending| pending.ticket == done.ticket);
        let pending = state.pending.swap_remove(at.expect("what is compiled is pending"));
        state.allowance.took_elsewhere(done.time);
        publish(vm, state, pending, done);
        state.allowance.took_here(began.elapsed());
    }
}

/// A region has been compiled.
fn publish(vm: &mut Vm, state: &mut State, pending: Pending, done: Done) {
    let Pending { generation, site, number, header, protos, pinned, region, next, place, .. } = pending;
    let unpin_next = |vm: &mut Vm, state: &mut State| {
        if let Some(next) = &next {
            unpin(vm, state, &next.pinned);
        }
    };
    state.sites[site as usize].is_pending = false;
    let is_gone = generation != state.generation
        || number.is_some_and(|number| state.regions.get(number as usize).is_none_or(Option::is_none));
    if is_gone {
        unpin(vm, state, &pinned);
        unpin_next(vm, state);
        return state.abort(Reason::Flushed);
    }
    let Some(code) = done.code else {
        unpin(vm, state, &pinned);
        unpin_next(vm, state);
        return match number {
            Some(number) => exit_failed(state, number, &region, Reason::Backend),
            None => penalise(state, site, Reason::Backend),
        };
    };
    let region = Arc::unwrap_or_clone(region);
    evict(vm, state, number, code.len());
    let optimised = done.optimised;
    let exits_to_pay = exits_to_pay(done.time);
    let mut exits = done.exits;
    if let Some(old) = number.and_then(|number| state.regions[number as usize].as_ref()) {
        for (exit, old) in exits.iter_mut().zip(&old.exits) {
            exit.failures = old.failures;
        }
    }
    for exit in &mut exits {
        exit.hot = state.hot_exit(exits_to_pay);
        exit.count_anew();
    }
    let is_retired = Cell::new(false);
    let shown = number.unwrap_or(state.regions.len() as u32);
    let compiled = Compiled {
        region,
        code,
        number: shown,
        site,
        exits,
        header,
        protos,
        pinned,
        is_retired,
        forced: done.forced,
        last_entry: state.entries,
        refused: 0,
        entries: 0,
        turns: 0,
        trial: trial(exits_to_pay),
    };
    state.compiled += 1;
    let made = report::Made {
        number: shown,
        region: &optimised,
        place: &place,
        protos: &compiled.protos,
        header,
        code: done.listing.as_deref(),
    };
    report::compiled(vm, &mut state.report, &made);
    if let Some(number) = number {
        retire(vm, state, number);
        state.regions[number as usize] = Some(Box::new(compiled));
    } else {
        state.regions.push(Some(Box::new(compiled)));
        state.loop_sites[site as usize].region = state.regions.len() as u32 - 1;
    }
    let compiled: &Compiled = state.regions[shown as usize].as_deref().expect("just put there");
    state.entrances[site as usize].set(compiled);
    state.loop_sites[site as usize].count = 1;
    state.garbage.regions.push(optimised);
    if let Some(next) = next {
        compile(vm, state, site, Some(shown), header, next.region, next.protos);
        unpin(vm, state, &next.pinned);
    }
}

pub(super) fn give_up(vm: &mut Vm, state: &mut State, recorder: &Recorder, reason: Reason) {
    report::aborted(vm, state, recorder.protos(), recorder.at(), reason);
    if reason == Reason::View {
        state.sites[recorder.site as usize].makes_views = true;
    }
    if reason == Reason::Unstable {
        if let Some(slot) = recorder.unstable {
            state.sites[recorder.site as usize].has_any(slot);
        }
        if let Some(number) = recorder.region_number {
            state.abort(reason);
            drop_region(vm, state, number);
            return;
        }
    }
    match recorder.region_number {
        None => {
            penalise(state, recorder.site, reason);
            rest(vm, state, recorder.site, recorder.header, recorder.function());
        }
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
    let parent = region.last_parent();
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
        places.push(pin_value(vm, state, RawValue::function(holder.as_function())));
    }
    Ok(places)
}

/// Keeps a value alive; where it is pinned.
fn pin_value(vm: &mut Vm, state: &mut State, value: RawValue) -> usize {
    let pinned = &mut vm.heap.roots.pinned;
    let place = state.free_pins.pop().unwrap_or(pinned.len());
    match pinned.get_mut(place) {
        Some(free) => *free = value,
        None => pinned.push(value),
    }
    place
}

pub(super) fn unpin(vm: &mut Vm, state: &mut State, places: &[usize]) {
    for place in places {
        let old = std::mem::replace(&mut vm.heap.roots.pinned[*place], RawValue::NIL);
        vm.heap.barrier(old);
        state.free_pins.push(*place);
    }
}

/// Pins the functions that a recording has come to since it was last asked.
pub(super) fn keep(
    vm: &mut Vm,
    state: &mut State,
    recorder: &mut Recorder,
) -> Result<(), crate::gc::OutOfMemory> {
    let new = recorder.protos_to_keep();
    if !new.is_empty() {
        let places = pin(vm, state, &new)?;
        state.recording_pins.extend(places);
    }
    Ok(())
}

/// A recording is over.
pub(super) fn let_go(vm: &mut Vm, state: &mut State) {
    let places = std::mem::take(&mut state.recording_pins);
    unpin(vm, state, &places);
}

/// Takes a region out of use. Its code is freed when none of it runs.
pub(super) fn retire(vm: &mut Vm, state: &mut State, number: u32) {
    let Some(compiled) = state.regions[number as usize].take() else { return };
    unpin(vm, state, &compiled.pinned);
    compiled.is_retired.set(true);
    state.retired.push(compiled);
}

#[inline]
pub(super) fn free_retired(state: &mut State) {
    // Asked after every entry of compiled code.
    if state.running == 0 && !state.retired.is_empty() {
        let_go_of_retired(state);
    }
}

/// Garbage of so many regions is not kept until the next is compiled.
const MUCH_GARBAGE: usize = 16;

#[cold]
fn let_go_of_retired(state: &mut State) {
    state.garbage.compiled.append(&mut state.retired);
    if state.garbage.len() >= MUCH_GARBAGE {
        let garbage = std::mem::take(&mut state.garbage);
        match &state.background {
            Some(background) => background.free(garbage),
            None => drop(garbage),
        }
    }
}

/// Retires a region for good; its site is counted again.
pub(super) fn drop_region(vm: &mut Vm, state: &mut State, number: u32) {
    let Some(compiled) = &state.regions[number as usize] else { return };
    let site = compiled.site as usize;
    state.loop_sites[site].region = 0;
    state.entrances[site].set(std::ptr::null());
    let count = state.parameters.hot_loop.saturating_add(1).max(2);
    state.loop_sites[site].count = count.saturating_mul(1 << state.sites[site].failures).min(1 << 22);
    retire(vm, state, number);
}

/// Retires all regions; what is being compiled will not be used.
pub(super) fn flush(vm: &mut Vm, state: &mut State) {
    // A reload is about to give functions other code.
    wake(vm, state);
    state.generation += 1;
    for number in 1..state.regions.len() as u32 {
        drop_region(vm, state, number);
    }
    if state.recorder.take().is_some() {
        state.abort(Reason::Flushed);
        vm.set_recording(false);
        let_go(vm, state);
    }
    free_retired(state);
    if state.retired.is_empty() {
        state.regions.truncate(1);
    }
}

/// Makes room for a region with so much code, which may take the place of another: those are retired that were entered longest ago.
fn evict(vm: &mut Vm, state: &mut State, replaced: Option<u32>, code_bytes: usize) {
    let most_bytes = (state.parameters.max_mcode as usize).saturating_mul(1024);
    let most_regions = (state.parameters.max_trace as usize).max(1);
    loop {
        let others = || {
            let numbered = state.regions.iter().enumerate();
            numbered
                .filter_map(|(number, region)| Some((number as u32, region.as_deref()?)))
                .filter(|(number, _)| Some(*number) != replaced)
        };
        let bytes: usize = others().map(|(_, compiled)| compiled.code.len()).sum();
        if others().count() < most_regions && bytes + code_bytes <= most_bytes {
            return;
        }
        let Some((oldest, _)) = others().min_by_key(|(_, compiled)| compiled.last_entry) else { return };
        state.abort(Reason::Evicted);
        drop_region(vm, state, oldest);
    }
}

/// Retires the regions that have to do with a function, and gives up what is recorded or compiled of it.
pub(super) fn flush_function(vm: &mut Vm, state: &mut State, proto: Gc<Proto>) {
    for number in 1..state.regions.len() as u32 {
        if state.regions[number as usize].as_ref().is_some_and(|region| region.protos.contains(&proto)) {
            drop_region(vm, state, number);
        }
    }
    for pending in &mut state.pending {
        if pending.protos.contains(&proto) {
            pending.generation = u64::MAX;
        }
    }
    if state.recorder.as_ref().is_some_and(|recorder| recorder.has_to_do_with(proto)) {
        state.recorder = None;
        state.abort(Reason::Flushed);
        vm.set_recording(false);
        let_go(vm, state);
    }
    free_retired(state);
}

/// A region that is left as soon as it is entered is dropped; its loop is counted again, for longer each time.
pub(super) fn give_region_up(vm: &mut Vm, state: &mut State, number: u32) {
    state.abort(Reason::Unprofitable);
    let Some(compiled) = state.regions[number as usize].as_deref() else { return };
    let (site, header, protos) = (compiled.site, compiled.header, compiled.protos.clone());
    let known = &mut state.sites[site as usize];
    known.failures = (known.failures + 12).min(16);
    report::aborted(vm, state, &protos, header, Reason::Unprofitable);
    drop_region(vm, state, number);
    for proto in protos {
        rest(vm, state, site, header, proto);
    }
}
