//! What the `jit` library asks for: the compiler and single functions switched on and off, parameters, and what there is to tell of a region.

use super::exit::constant;
use super::ir::{Ref, print_instruction, print_snapshot};
use super::lifecycle::{drop_region, flush, flush_function, free_retired};
use super::rest::{frame_begins, wake};
use super::{Compiled, State};
use crate::bytecode::Op;
use crate::function::Proto;
use crate::interp::compiled::{Control, ListingPart, RegionFacts};
use crate::value::Gc;
use crate::vm::Vm;

/// See [`CompilerLink::control`](crate::interp::compiled::CompilerLink::control).
pub(super) fn control(vm: &mut Vm, what: Control<'_>) -> bool {
    // SAFETY: only a VM with a compiler is linked with this function.
    let state = unsafe { &mut *State::of(vm) };
    if matches!(what, Control::Switch(_) | Control::SwitchFor(..) | Control::Parameter(..)) {
        wake(vm, state);
    }
    match what {
        Control::Status => state.is_on,
        Control::Frame => {
            frame_begins(vm, state);
            state.allowance.frame_begins();
            true
        }
        Control::Switch(on) => {
            state.is_on = on;
            if on {
                count_anew(state);
            }
            true
        }
        Control::SwitchFor(proto, on) => {
            switch_function(vm, state, proto, on);
            true
        }
        Control::Flush => {
            flush(vm, state);
            true
        }
        Control::FlushFor(proto) => {
            flush_function(vm, state, proto);
            true
        }
        Control::FlushRegion(number) => {
            let exists = region(state, number).is_some();
            if exists {
                drop_region(vm, state, number);
                free_retired(state);
            }
            exists
        }
        Control::Listen(listener) => {
            state.report.listen(listener);
            true
        }
        Control::Parameter(name, value) => set_parameter(state, name, value.max(0) as u32),
        Control::Facts(number, facts) => region(state, number).map(|it| *facts = facts_of(it)).is_some(),
        Control::Line(number, part, index, line) => {
            region(state, number).and_then(|it| line_of(it, part, index)).map(|text| *line = text).is_some()
        }
        Control::Constant(number, index, value) => region(state, number)
            .filter(|it| (index as usize) < it.region.ins.len())
            .and_then(|it| constant(&it.region, Ref(index)))
            .map(|found| *value = found)
            .is_some(),
        Control::Code(number, bytes) => {
            region(state, number).map(|it| bytes.extend_from_slice(it.code.bytes())).is_some()
        }
    }
}

fn region(state: &State, number: u32) -> Option<&Compiled> {
    state.regions.get(number as usize)?.as_deref()
}

/// What is not compiled is asked about after `hotloop` turns.
fn count_anew(state: &mut State) {
    let count = state.parameters.hot_loop.saturating_add(1).max(1);
    for site in &mut state.loop_sites[1..] {
        site.count = site.count.min(count);
    }
}

/// `jit.on` and `jit.off` for one function.
fn switch_function(vm: &mut Vm, state: &mut State, proto: Gc<Proto>, on: bool) {
    // SAFETY: a live prototype and its code, of which nobody holds a reference.
    let code = unsafe {
        (*proto.as_ptr()).is_never_compiled = !on;
        &*(*proto.as_ptr()).code.as_ptr()
    };
    if !on {
        return flush_function(vm, state, proto);
    }
    let is_loop = |insn: &&crate::bytecode::Insn| insn.op() == Op::JLOOP && insn.index() != 0;
    for insn in code.insns.iter().filter(is_loop) {
        let site = insn.index();
        (state.sites[site].failures, state.sites[site].rests) = (0, 0);
        let known = &mut state.loop_sites[site];
        known.count = known.count.min(state.parameters.hot_loop.saturating_add(1).max(1));
    }
}

/// False if there is none of the name.
fn set_parameter(state: &mut State, name: &[u8], value: u32) -> bool {
    let parameters = &mut state.parameters;
    match name {
        b"hotloop" => {
            parameters.hot_loop = value;
            count_anew(state);
        }
        b"hotexit" => parameters.hot_exit = value,
        b"recunroll" => parameters.unrolled_recursion = value,
        b"maxrecord" => parameters.max_record = value,
        b"maxside" => parameters.max_side = value,
        b"maxtrace" => parameters.max_trace = value,
        b"maxmcode" => parameters.max_mcode = value,
        b"force" => state.odd.force(value),
        b"seed" => state.odd.seed(value),
        b"loop" => parameters.hoists = value != 0,
        b"narrow" => parameters.narrows = value != 0,
        _ => return false,
    }
    true
}

fn facts_of(compiled: &Compiled) -> RegionFacts {
    let region = &compiled.region;
    RegionFacts {
        instructions: region.ins.len(),
        constants: region.ins.iter().filter(|ins| ins.is_constant()).count(),
        exits: region.snaps.len(),
        traces: region.traces.len(),
        address: compiled.code.start() as usize,
    }
}

fn line_of(compiled: &Compiled, part: ListingPart, index: u32) -> Option<String> {
    let region = &compiled.region;
    match part {
        ListingPart::Instruction => {
            ((index as usize) < region.ins.len()).then(|| print_instruction(region, Ref(index)))
        }
        ListingPart::Snapshot => {
            ((index as usize) < region.snaps.len()).then(|| print_snapshot(region, index))
        }
    }
}
