//! The printed form of a region, which [`parse`](super::parse) reads back, but for what fresh tables have in snapshots.
//!
//! ```text
//! slots 4:int=%0 5:num=%1
//! header 4
//! preheader 4
//! snap 1 pc 7 : 4=%0 5=mem | restores 4=%0
//! hoisted
//!   %9 = FLOOR num %1
//! trace 0
//!   %3 = IADD int %0 %2
//!   %4 = GLE - %3 %1 #1 >1
//! loop 4=%3
//! trace 1 from 1
//! exit 2
//! ```
//!
//! An inner loop is a line `inner 0 3=%6 | 4=%7:%3 >1`: the `PHI`s of what is passed to it (or `private`), the slots that change with their `PHI`s and first
//! values, and the snapshot before it; what is hoisted to before it follows. A line `unrolled %9` with the values for the parameters, and what it computes, belongs to the loop in front of it. A trace that enters it ends with `enter 0` and values, the one that goes on there is
//! `trace 1 in 0`, and one that goes round ends with `again 0` and values.

use std::fmt::Write as _;

use super::{Begin, End, Ins, NO_SNAP, Place, Ref, Region, SnapId, Unrolled};

/// The region as text. Immediates that are addresses are printed as they are.
pub(crate) fn print(region: &Region) -> String {
    let mut out = String::new();
    let list = |values: &[Ref]| values.iter().map(|r| format!(" {r:?}")).collect::<String>();
    let slots = |slots: &[i32]| slots.iter().map(|slot| format!(" {slot}")).collect::<String>();
    for (at, ins) in region.ins.iter().enumerate().filter(|(_, ins)| ins.op.kind() == super::Kind::Floating) {
        line(&mut out, "", at, ins);
    }
    let params: String =
        region.params.iter().map(|(slot, r)| format!(" {slot}:{}={r:?}", region.ty(*r).text())).collect();
    let _ = writeln!(
        out,
        "slots{params}\nheader{}\npreheader{}",
        slots(&region.header),
        slots(&region.preheader)
    );
    if let Some(rows) = region.rows {
        let _ = writeln!(out, "rows {} {} {}", rows.slot, rows.count, rows.reused);
    }
    if !region.sunk.is_empty() {
        let sunk: String = region.sunk.iter().map(|r| format!(" {r:?}")).collect();
        let _ = writeln!(out, "sunk{sunk}");
    }
    for id in 0..region.snaps.len() as SnapId {
        let _ = writeln!(out, "{}", print_snapshot(region, id));
    }
    let _ = writeln!(out, "hoisted");
    for r in &region.hoisted {
        line(&mut out, "  ", r.index(), region.get(*r));
    }
    let unrolled = |out: &mut String, unrolled: &Option<Unrolled>| {
        let Some(unrolled) = unrolled else { return };
        let _ = writeln!(out, "unrolled{}", list(&unrolled.values));
        for r in &unrolled.body {
            line(out, "  ", r.index(), region.get(*r));
        }
    };
    unrolled(&mut out, &region.unrolled);
    for (number, inner) in region.inner.iter().enumerate() {
        let passed = if inner.is_private { " private".into() } else { pairs(&inner.passed) };
        let initial = inner.params.iter().zip(&inner.initial);
        let params: String = initial.map(|((slot, r), first)| format!(" {slot}={r:?}:{first:?}")).collect();
        let _ = writeln!(out, "inner {number}{passed} |{params} >{}", inner.snap);
        for r in &inner.hoisted {
            line(&mut out, "  ", r.index(), region.get(*r));
        }
        unrolled(&mut out, &inner.unrolled);
    }
    for (number, trace) in region.traces.iter().enumerate() {
        let from = match trace.begin {
            Begin::Root => String::new(),
            Begin::At(snap) => format!(" from {snap}"),
            Begin::Inner(inner) => format!(" in {inner}"),
        };
        let _ = writeln!(out, "trace {number}{from}");
        for r in &trace.body {
            line(&mut out, "  ", r.index(), region.get(*r));
        }
        let _ = match &trace.end {
            End::Loop(values) => writeln!(out, "loop{}", pairs(values)),
            End::Exit(snap) => writeln!(out, "exit {snap}"),
            End::Link(snap, site) => writeln!(out, "link {snap} {site}"),
            End::Return(snap, values) => writeln!(out, "return {snap}{}", list(values)),
            End::Enter(inner, values) => writeln!(out, "enter {inner}{}", list(values)),
            End::Again(inner, values) => writeln!(out, "again {inner}{}", list(values)),
        };
    }
    out
}

/// One snapshot, as in the list of them.
pub(crate) fn print_snapshot(region: &Region, id: SnapId) -> String {
    let snap = &region.snaps[id as usize];
    let places: String = snap
        .slots
        .iter()
        .map(|(slot, place)| match place {
            Place::Value(r) => format!(" {slot}={r:?}"),
            Place::Memory => format!(" {slot}=mem"),
        })
        .collect();
    format!("snap {id} pc {} :{places} | restores{}", snap.pc_index, pairs(&snap.restored))
}

/// One instruction, as in its trace.
pub(crate) fn print_instruction(region: &Region, r: Ref) -> String {
    let mut out = String::new();
    line(&mut out, "", r.index(), region.get(r));
    out.truncate(out.trim_end().len());
    out
}

fn pairs(pairs: &[(i32, Ref)]) -> String {
    pairs.iter().map(|(slot, r)| format!(" {slot}={r:?}")).collect()
}

fn line(out: &mut String, indent: &str, at: usize, ins: &Ins) {
    let _ = write!(out, "{indent}%{at} = {} {}", ins.op.name(), ins.ty.text());
    // A missing operand in front of one that is there is printed.
    let operands = [ins.a, ins.b, ins.c];
    let count = operands.iter().rposition(|r| *r != Ref::NONE).map_or(0, |last| last + 1);
    for operand in &operands[..count] {
        let _ = write!(out, " {operand:?}");
    }
    if ins.imm != 0 {
        let _ = write!(out, " #{}", ins.imm);
    }
    if ins.snap != NO_SNAP {
        let _ = write!(out, " >{}", ins.snap);
    }
    out.push('\n');
}
