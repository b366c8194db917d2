//! Which slots the loop carries, and what each snapshot restores.

use std::collections::BTreeSet;

use super::super::ir::{End, IrOp, Place, Ref, Region, Slot, Ty};

/// Fills in `Region::header` and `preheader`, makes the `SLOT`s they need, and lists what snapshots restore.
pub(super) fn settle(region: &mut Region) {
    let changed =
        |trace: usize| region.changes(trace).iter().map(|(slot, _)| *slot).collect::<BTreeSet<Slot>>();
    let root = changed(0);
    let mut all = BTreeSet::new();
    for trace in 0..region.traces.len() {
        all.extend(changed(trace));
    }
    // A root that does not come round itself changes what the traces that do change.
    let is_open = !matches!(region.traces[0].end, End::Loop(_));
    region.header = if is_open { all.iter().copied().collect() } else { root.into_iter().collect() };
    region.preheader = all.iter().copied().collect();
    for slot in region.preheader.clone() {
        region.slot(slot, Ty::Any);
    }
    for index in 0..region.snaps.len() {
        let snap = &region.snaps[index];
        let mut restored = Vec::new();
        for slot in &snap.live {
            let place = snap.slots.iter().find(|(s, _)| s == slot).map(|(_, place)| *place);
            let param = region.param(*slot).filter(|_| !snap.has_returned);
            // Its type was checked, and no more.
            let is_param = |r: Ref| {
                let ins = region.get(r);
                param.is_some_and(|param| r == param || ins.op == IrOp::GTYPE && ins.a == param)
            };
            let value = match place {
                Some(Place::Value(r)) if is_param(r) && !all.contains(slot) => None,
                Some(Place::Value(r)) => Some(r),
                Some(Place::Memory) => None,
                None if all.contains(slot) => param.filter(|_| !snap.has_returned),
                None => None,
            };
            restored.extend(value.map(|value| (*slot, value)));
        }
        region.snaps[index].restored = restored;
    }
}
