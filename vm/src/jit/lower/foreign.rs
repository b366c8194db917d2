//! Which doubles may be NaNs with bits of their own.
//!
//! A Lua value holds the two NaNs that arithmetic makes of such values, of either sign ([`RawValue`](crate::value::RawValue)); any others come from
//! memory of C alone, and what is computed from them. Those are made one of the two before they are stored.

use super::super::ir::{End, IrOp, Ref, Region, Ty};

/// For each instruction whether its value may be such a NaN.
pub(super) fn find(region: &Region) -> Vec<bool> {
    let mut is_foreign = vec![false; region.ins.len()];
    if !region.bodies().any(|r| is_source(region, r)) {
        return is_foreign;
    }
    // What is passed round a loop may take several rounds.
    let mut again = true;
    while again {
        again = false;
        for r in region.bodies() {
            let from = || region.get(r).operands().any(|operand| is_foreign[operand.index()]);
            if region.ty(r) == Ty::Num && !is_foreign[r.index()] && (is_source(region, r) || from()) {
                is_foreign[r.index()] = true;
                again = true;
            }
        }
        for (param, value) in passed(region) {
            if region.ty(param) == Ty::Num && is_foreign[value.index()] && !is_foreign[param.index()] {
                is_foreign[param.index()] = true;
                again = true;
            }
        }
    }
    is_foreign
}

fn is_source(region: &Region, r: Ref) -> bool {
    region.get(r).op == IrOp::CLOAD && region.ty(r) == Ty::Num
}

/// The loops' parameters, each with a value that it gets.
fn passed(region: &Region) -> Vec<(Ref, Ref)> {
    let mut all = Vec::new();
    for inner in &region.inner {
        all.extend(inner.params.iter().map(|(_, phi)| *phi).zip(inner.initial.iter().copied()));
    }
    for trace in &region.traces {
        match &trace.end {
            End::Loop(values) => {
                all.extend(values.iter().filter_map(|(slot, value)| Some((region.param(*slot)?, *value))));
            }
            End::Enter(inner, values) => {
                let passed = &region.inner[*inner as usize].passed;
                all.extend(passed.iter().map(|(_, phi)| *phi).zip(values.iter().copied()));
            }
            End::Again(inner, values) => {
                let params = &region.inner[*inner as usize].params;
                all.extend(params.iter().map(|(_, phi)| *phi).zip(values.iter().copied()));
            }
            End::Exit(_) | End::Link(..) | End::Return(..) => {}
        }
    }
    all
}
