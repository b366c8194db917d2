//! Which slots the loop carries, and what each snapshot restores.

use std::collections::BTreeSet;

use super::super::ir::{End, IrOp, Place, Region, Slot, Ty};

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
            let value = match place {
                Some(Place::Value(r)) if Some(r) == param && !all.contains(slot) => None,
                Some(Place::Value(r)) => Some(r),
                Some(Place::Memory) => None,
                None if all.contains(slot) => param.filter(|_| !snap.has_returned),
                None => None,
            };
            // What the trace has read a 64-bit integer from is the object that it is.
            let value = value.map(|r| match region.get(r) {
                ins if ins.op == IrOp::GTYPE && ins.ty.is_wide() => ins.a,
                _ => r,
            });
            restored.extend(value.map(|value| (*slot, value)));
        }
        region.snaps[index].restored = restored;
    }
}
