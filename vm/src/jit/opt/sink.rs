//! Allocation sinking: a table, reference or C value that nobody but the trace knows is made only where the trace is left while a slot holds it.
//!
//! References never change, so that it does not matter if several exits make one each.
//!
//! The recorder knows what such a table has in each snapshot (`FreshTable`), and reads its fields from there, so that what is left of it is the allocation and
//! the stores. If nothing else names the table they go.

use std::collections::HashSet;

use super::super::ir::{End, Ins, IrOp, Ref, Region, SnapId};

pub(super) fn sink(region: &mut Region) {
    let mut escaped: HashSet<Ref> = HashSet::new();
    let mut tables: Vec<Ref> = Vec::new();
    let snapshot = |snap: SnapId, escaped: &mut HashSet<Ref>| {
        let snap = &region.snaps[snap as usize];
        for (_, r) in &snap.restored {
            let is_known = snap.tables.iter().any(|(table, _)| table == r)
                || snap.made.iter().any(|(value, _)| value == r)
                || region.get(*r).op == IrOp::CREF;
            if !is_known {
                escaped.insert(*r);
            }
        }
        for (_, table) in &snap.tables {
            escaped.extend(table.values());
        }
    };
    for trace in &region.traces {
        for r in trace.body.iter().chain(&region.hoisted) {
            let ins = region.get(*r);
            if matches!(ins.op, IrOp::TNEW | IrOp::CREF | IrOp::CNEW) {
                tables.push(*r);
            }
            let own = if is_init(ins.op) { ins.a } else { Ref::NONE };
            escaped.extend(ins.operands().filter(|operand| *operand != own));
            if ins.op.has_snapshot() {
                snapshot(ins.snap, &mut escaped);
            }
        }
        match &trace.end {
            End::Exit(snap) | End::Link(snap, _) | End::Return(snap, _) => snapshot(*snap, &mut escaped),
            End::Loop(_) | End::Again(..) | End::Enter(..) => {}
        }
    }
    for inner in &region.inner {
        snapshot(inner.snap, &mut escaped);
    }
    escaped.extend(region.passed());
    region.sunk = tables.into_iter().filter(|table| !escaped.contains(table)).collect();
    let sunk: HashSet<Ref> = region.sunk.iter().copied().collect();
    let ins = &region.ins;
    for trace in &mut region.traces {
        trace.body.retain(|r| {
            let Ins { op, a, .. } = ins[r.index()];
            !(sunk.contains(r) || is_init(op) && sunk.contains(&a))
        });
    }
}

/// Whether an operation gives a fresh object, its first operand, something.
fn is_init(op: IrOp) -> bool {
    matches!(op, IrOp::TINIT | IrOp::TLIST | IrOp::TMETA | IrOp::CINIT)
}
