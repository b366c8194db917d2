//! Recursions whose frames nobody gets to see, which are made late (`lower/late.rs`).
//!
//! All that runs in one is the region's own code: what no instruction of it writes is the same throughout, also behind calls, so that it is read and checked once on each way. A call is
//! asked for interruptions on each way once, too: what it calls does so itself.

use std::collections::HashMap;

use super::super::ir::{Begin, End, Ins, IrOp, Kind, OWN_SITE, Ref, Region, called_site};
use super::written::Written;

/// Fills in `Region::makes_frames_late`, and leaves out what such a region has computed before.
pub(super) fn late(region: &mut Region) {
    region.makes_frames_late = is_unseen(region);
    if region.makes_frames_late {
        leave_out_repetitions(region);
    }
}

fn calls_itself(ins: &Ins) -> bool {
    ins.op == IrOp::CALL && called_site(ins.imm) == OWN_SITE
}

/// Whether a region is a recursion in which nothing looks at frames or at the slots of callers.
fn is_unseen(region: &Region) -> bool {
    let shows_nothing = |ins: &Ins| match ins.op {
        IrOp::RELOAD | IrOp::VSTORE | IrOp::GTOP | IrOp::ROWS | IrOp::RENTITY | IrOp::PLACE => false,
        _ => ins.op.kind() != Kind::Call || calls_itself(ins),
    };
    region.is_function
        && region.bodies().any(|r| calls_itself(region.get(r)))
        && region.bodies().all(|r| shows_nothing(region.get(r)))
        && !region.traces.iter().any(|trace| matches!(trace.end, End::Link(..)))
        && !region.snaps.iter().any(|snap| snap.has_tail_called || snap.has_returned)
}

/// What is known on the way to a place.
type Known = HashMap<Ins, Ref>;

fn leave_out_repetitions(region: &mut Region) {
    let all: Vec<Ref> = region.bodies().filter(|r| !calls_itself(region.get(*r))).collect();
    let written = Written::by_instructions(region, all.iter());
    let mut instead: HashMap<Ref, Ref> = HashMap::new();
    // What is known where each trace begins; those it begins in come before.
    let mut beginnings: Vec<Option<Known>> = vec![None; region.traces.len()];
    for trace in 0..region.traces.len() {
        // A loop is asked in each of its turns.
        let mut known = match region.traces[trace].begin {
            Begin::Inner(_) => Known::new(),
            Begin::Root | Begin::At(_) => beginnings[trace].take().unwrap_or_default(),
        };
        let body = std::mem::take(&mut region.traces[trace].body);
        let mut rest = Vec::with_capacity(body.len());
        for r in body {
            let ins = region.get(r);
            let side = region.snaps.get(ins.snap as usize).and_then(|snap| snap.side);
            if let Some(side) = side {
                // The first that leaves by it.
                beginnings[side as usize].get_or_insert_with(|| known.clone());
            }
            let is_stable = ins.op == IrOp::POLL
                || matches!(ins.op.kind(), Kind::Value | Kind::Guard) && !written.touches(ins);
            if is_stable {
                let put = |operand: Ref| instead.get(&operand).copied().unwrap_or(operand);
                let key = Ins { a: put(ins.a), b: put(ins.b), c: put(ins.c), ..*ins }.identity();
                match known.get(&key) {
                    Some(same) if side.is_none() => {
                        instead.insert(r, *same);
                        continue;
                    }
                    Some(_) => {}
                    None => drop(known.insert(key, r)),
                }
            }
            rest.push(r);
        }
        region.traces[trace].body = rest;
    }
    region.replace(&instead);
}
