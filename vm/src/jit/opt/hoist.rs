//! Loop-invariant code: what gives the same in every turn is done once, before the loop.
//!
//! An instruction of the root is hoisted when its operands are constants, slots the root does not change, or hoisted themselves, and when no trace of the
//! region writes what it reads. A guard is hoisted too, unless it is a branch of the program: when it does not hold, the loop is not entered, which is as good as leaving it. A load
//! rests on a proof (an operand) and goes only where that has gone. Recording order is kept among what is hoisted.
//!
//! From an inner loop the same goes to before that loop, where the trace that enters it has come to its end.
//!
//! What traces write does not count after which the preheader comes in any case: those in which the interpreter executes something, which are sent there, and the turns of a loop around this one.

use std::collections::HashSet;

use crate::value::RawValue;

use super::super::ir::{Begin, ENTRY_SNAP, End, InnerLoop, Ins, IrOp, Kind, Ref, Region, Slot, SnapId};
use super::written::Written;

pub(super) fn hoist(region: &mut Region) {
    region.hoisted.clear();
    for inner in 0..region.inner.len() as u32 {
        hoist_from_inner(region, inner);
    }
    if !matches!(region.traces[0].end, End::Loop(_) | End::Enter(..)) {
        return;
    }
    find_rehoisting(region);
    let turning = (0..region.traces.len()).filter(|trace| !region.traces[*trace].rehoists);
    let written = Written::by(region, turning);
    let changes: HashSet<Slot> = region.header.iter().copied().collect();
    let is_known = |region: &Region, operand: Ref| {
        let source = region.get(operand);
        source.is_constant() || source.op == IrOp::SLOT && !changes.contains(&(source.imm as i64 as Slot))
    };
    region.hoisted = take_out(region, 0, &written, ENTRY_SNAP, is_known);
}

/// Finds the traces after which the preheader comes in any case, or the end of the loop: what is hoisted is computed anew, and may depend on what they write.
fn find_rehoisting(region: &mut Region) {
    let count = region.traces.len();
    let parents: Vec<Option<usize>> = (0..count).map(|trace| region.parent(trace)).collect();
    // Those in which the interpreter executes something are sent there, with all that follows them.
    let mut is_sent: Vec<bool> = (0..count).map(|trace| trace > 0 && shows_slots(region, trace)).collect();
    let follows = |trace: usize, is_sent: &[bool]| {
        let enters = |inner| region.entrances(inner).any(|trace| is_sent[trace]);
        parents[trace].is_some_and(|parent| is_sent[parent])
            || matches!(region.traces[trace].begin, Begin::Inner(inner) if enters(inner))
    };
    while let Some(trace) = (1..count).find(|trace| !is_sent[*trace] && follows(*trace, &is_sent)) {
        is_sent[trace] = true;
    }
    // Others change more slots than the header has, whichever way they go on.
    let mut rehoists: Vec<bool> = (0..count).map(|trace| trace > 0).collect();
    let stays = |trace: usize, rehoists: &[bool]| {
        let end_stays = match &region.traces[trace].end {
            End::Loop(changes) => {
                !is_sent[trace] && changes.iter().all(|(slot, _)| region.header.contains(slot))
            }
            End::Enter(inner, _) | End::Again(inner, _) => {
                let body = region.loop_body(Some(*inner));
                body.is_none_or(|body| !rehoists[body])
            }
            End::Exit(_) | End::Link(..) | End::Return(..) => false,
        };
        end_stays || (0..count).any(|side| !rehoists[side] && parents[side] == Some(trace))
    };
    while let Some(trace) = (1..count).find(|trace| rehoists[*trace] && stays(*trace, &rehoists)) {
        rehoists[trace] = false;
    }
    for (trace, rehoists) in region.traces.iter_mut().zip(rehoists) {
        trace.rehoists = rehoists;
    }
}

/// Whether the interpreter executes something in a trace.
fn shows_slots(region: &Region, trace: usize) -> bool {
    let mut ops = region.traces[trace].body.iter().map(|r| region.get(*r).op);
    ops.any(|op| op.shows_slots() || op == IrOp::RETURN)
}

/// What each turn of an inner loop would compute anew goes before it.
fn hoist_from_inner(region: &mut Region, inner: u32) {
    region.inner[inner as usize].hoisted.clear();
    let Some(body) = region.loop_body(Some(inner)) else { return };
    // One that is never gone round is a straight line.
    let turns = turns_of(region, inner).into_iter().filter(|trace| *trace != body);
    let written = Written::by(region, turns.chain([body]));
    let inside: HashSet<Ref> = region.traces[body].body.iter().copied().collect();
    let InnerLoop { params, snap, .. } = region.inner[inner as usize].clone();
    let is_known = |_: &Region, operand: Ref| {
        !inside.contains(&operand) && !params.iter().any(|(_, phi)| *phi == operand)
    };
    region.inner[inner as usize].hoisted = take_out(region, body, &written, snap, is_known);
}

/// Takes out of a trace what rests on what is known before the loop and on memory that no turn writes; guards leave by `snap`.
fn take_out(
    region: &mut Region,
    trace: usize,
    written: &Written,
    snap: SnapId,
    is_known: impl Fn(&Region, Ref) -> bool,
) -> Vec<Ref> {
    let mut settled: HashSet<Ref> = HashSet::new();
    let mut taken = Vec::new();
    let body = std::mem::take(&mut region.traces[trace].body);
    let mut rest = Vec::with_capacity(body.len());
    for r in body {
        let ins = *region.get(r);
        let movable = matches!(ins.op.kind(), Kind::Value | Kind::Guard)
            && !is_decided_again(&ins)
            && ins.operands().all(|operand| settled.contains(&operand) || is_known(region, operand))
            && !written.touches(&ins);
        if movable {
            settled.insert(r);
            taken.push(r);
            if ins.op.kind() == Kind::Guard {
                region.ins[r.index()].snap = snap;
            }
        } else {
            rest.push(r);
        }
    }
    region.traces[trace].body = rest;
    taken
}

/// What stays where it is: branches of the program. One whose condition no turn changes goes one way in all of them, but not each time the loop is entered,
/// and outside there is no side trace for the other way.
fn is_decided_again(ins: &Ins) -> bool {
    match ins.op {
        IrOp::POLL | IrOp::ARG | IrOp::GLT | IrOp::GLE | IrOp::GEQ | IrOp::GNPRI => true,
        // What has to be one number is the step of a loop.
        IrOp::GPRI => !is_number(ins.imm),
        _ => false,
    }
}

/// Whether the bits are those of a number.
fn is_number(bits: u64) -> bool {
    // SAFETY: the immediate of a `GPRI` is a Lua value.
    #[allow(unsafe_code, reason = "a value from its bits")]
    unsafe { RawValue::from_bits(bits) }.is_number()
}

/// The traces that are part of a turn of an inner loop: those that go round it, and those of the loops they go through.
fn turns_of(region: &Region, inner: u32) -> HashSet<usize> {
    let mut members = HashSet::new();
    let mut todo = vec![inner];
    let mut seen: HashSet<u32> = HashSet::new();
    while let Some(inner) = todo.pop() {
        if !seen.insert(inner) {
            continue;
        }
        for (number, trace) in region.traces.iter().enumerate() {
            if !matches!(trace.end, End::Again(other, _) if other == inner) {
                continue;
            }
            let mut at = Some(number);
            while let Some(member) = at {
                members.insert(member);
                match region.traces[member].begin {
                    Begin::Inner(other) if other == inner => break,
                    Begin::Inner(other) => todo.push(other),
                    _ => {}
                }
                at = region.parent(member);
            }
        }
    }
    members
}
