//! Dead code: values nobody uses are not computed.

use super::super::ir::{Kind, Ref, Region};

pub(super) fn dce(region: &mut Region) {
    let mut used = vec![false; region.ins.len()];
    let mut todo: Vec<Ref> = Vec::new();
    for snap in &region.snaps {
        todo.extend(snap.restored.iter().map(|(_, r)| *r));
        for (table, fresh) in &snap.tables {
            if region.sunk.contains(table) {
                todo.extend(fresh.values());
            }
        }
    }
    for (value, fresh) in region.snaps.iter().flat_map(|snap| &snap.made) {
        if region.sunk.contains(value) {
            todo.extend(fresh.parts.iter().map(|(_, part)| *part));
        }
    }
    todo.extend(region.passed());
    for r in region.bodies() {
        match region.get(r).op.kind() {
            Kind::Guard | Kind::Store | Kind::Call => todo.push(r),
            Kind::Value | Kind::Floating => {}
        }
    }
    while let Some(r) = todo.pop() {
        if !std::mem::replace(&mut used[r.index()], true) {
            todo.extend(region.get(r).operands());
        }
    }
    let keep = |r: &Ref| used[r.index()];
    region.hoisted.retain(keep);
    for inner in &mut region.inner {
        inner.hoisted.retain(keep);
    }
    for trace in &mut region.traces {
        trace.body.retain(keep);
    }
}
