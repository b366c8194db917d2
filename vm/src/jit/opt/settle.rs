//! Which slots the loop carries, and what each snapshot restores.

use std::collections::{BTreeSet, HashSet};

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
    let overwritten = overwritten(region);
    for index in 0..region.snaps.len() {
        let snap = &region.snaps[index];
        let mut restored = Vec::new();
        for slot in &snap.live {
            let may_differ = all.contains(slot) || overwritten.contains(slot);
            let place = snap.slots.iter().find(|(s, _)| s == slot).map(|(_, place)| *place);
            let param = region.param(*slot).filter(|_| !snap.has_returned);
            let value = match place {
                Some(Place::Value(r)) if param.is_some() && is_param(region, *slot, r) && !may_differ => None,
                Some(Place::Value(r)) => Some(r),
                Some(Place::Memory) => None,
                None if may_differ => param.filter(|_| !snap.has_returned),
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

/// The slots that the interpreter was shown with other values than they have where the loop begins: their memory is another then, even if the trace gives them back what they had.
fn overwritten(region: &Region) -> HashSet<Slot> {
    let shown = region.bodies().filter(|r| region.get(*r).op.shows_slots());
    let mut slots = HashSet::new();
    for snap in shown.map(|r| &region.snaps[region.get(r).snap as usize]) {
        let places = snap.slots.iter().filter(|_| !snap.has_returned);
        slots.extend(places.filter_map(|(slot, place)| match place {
            Place::Value(r) if !is_param(region, *slot, *r) => Some(*slot),
            _ => None,
        }));
    }
    slots
}

/// Whether a value is what a slot had where the loop begins. Its type may have been checked.
fn is_param(region: &Region, slot: Slot, r: Ref) -> bool {
    let ins = region.get(r);
    region.param(slot).is_some_and(|param| r == param || ins.op == IrOp::GTYPE && ins.a == param)
}
