//! Loop-invariant code: what gives the same in every turn is done once, before the loop.
//!
//! An instruction of the root is hoisted when its operands are constants, slots the root does not change, or hoisted themselves, and when no trace of the
//! region writes what it reads. A guard is hoisted too: when it does not hold, the loop is not entered, which is as good as leaving it. A load
//! rests on a proof (an operand) and goes only where that has gone. Recording order is kept among what is hoisted.
//!
//! Side traces in which the interpreter executes something go back to the preheader, and what they write does not count.

use std::collections::HashSet;

use super::super::ir::{ENTRY_SNAP, End, Ins, IrOp, Kind, Mem, Ref, Region, Slot};

/// What the traces of a region write.
#[derive(Default)]
struct Written {
    stack: bool,
    array: bool,
    head: bool,
    closure: bool,
    row: bool,
    lent: bool,
    bytes: bool,
    everything: bool,
    fields: HashSet<u64>,
}

pub(super) fn hoist(region: &mut Region) {
    region.hoisted.clear();
    if !matches!(region.traces[0].end, End::Loop(_)) {
        return;
    }
    for trace in 1..region.traces.len() {
        let calls = region.traces[trace].body.iter().any(|r| region.get(*r).op == IrOp::EXEC);
        // So does what begins in one.
        let follows = region.parent(trace).is_some_and(|parent| region.traces[parent].rehoists);
        region.traces[trace].rehoists = calls || follows;
    }
    let written = written(region);
    let mut settled: HashSet<Ref> = HashSet::new();
    let changes: HashSet<Slot> = region.header.iter().copied().collect();
    let body = std::mem::take(&mut region.traces[0].body);
    let mut rest = Vec::with_capacity(body.len());
    for r in body {
        let ins = *region.get(r);
        let known = |operand: Ref| {
            let source = region.get(operand);
            source.is_constant()
                || source.op == IrOp::SLOT && !changes.contains(&(source.imm as i64 as Slot))
                || settled.contains(&operand)
        };
        let movable = matches!(ins.op.kind(), Kind::Value | Kind::Guard)
            && !matches!(ins.op, IrOp::POLL | IrOp::ARG)
            && ins.operands().all(known)
            && !is_written(&written, &ins);
        if movable {
            settled.insert(r);
            region.hoisted.push(r);
            if ins.op.kind() == Kind::Guard {
                region.ins[r.index()].snap = ENTRY_SNAP;
            }
        } else {
            rest.push(r);
        }
    }
    region.traces[0].body = rest;
}

fn written(region: &Region) -> Written {
    let mut written = Written::default();
    for r in region.traces.iter().filter(|trace| !trace.rehoists).flat_map(|trace| &trace.body) {
        let ins = region.get(*r);
        match ins.op.kind() {
            Kind::Store | Kind::Call => {}
            Kind::Value | Kind::Guard | Kind::Floating => continue,
        }
        match ins.op.mem() {
            _ if ins.op == IrOp::APPEND => {
                written.array = true;
                written.head = true;
            }
            Mem::Pure => {}
            Mem::Stack => written.stack = true,
            Mem::Array => written.array = true,
            Mem::Head => written.head = true,
            Mem::Closure => written.closure = true,
            Mem::Row => written.row = true,
            Mem::Lent => written.lent = true,
            Mem::Bytes => written.bytes = true,
            Mem::Tick => {}
            Mem::Field => drop(written.fields.insert(ins.imm)),
            Mem::All => written.everything = true,
        }
    }
    written
}

fn is_written(written: &Written, ins: &Ins) -> bool {
    let part = match ins.op.mem() {
        Mem::Pure => return false,
        Mem::Stack => written.stack,
        Mem::Array => written.array,
        Mem::Head => written.head,
        Mem::Closure => written.closure,
        Mem::Row => written.row,
        Mem::Lent => written.lent,
        Mem::Bytes => written.bytes,
        Mem::Tick => false,
        Mem::Field => written.fields.contains(&ins.imm),
        Mem::All => written.stack || written.array || written.head || !written.fields.is_empty(),
    };
    part || written.everything
}
