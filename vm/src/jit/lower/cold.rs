//! Exits: what they restore, and what is computed in them only.
//!
//! A value that only snapshots name, and that is computed from other values alone, is computed where a snapshot is taken: a boxed number, the address of a
//! view nobody has looked at. The loop itself does not.

use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::super::exit::{constant, is_sunk_reference};
use std::collections::HashSet;

use super::super::ir::{Begin, ENTRY_SNAP, End, IrOp, Kind, Mem, NO_SNAP, Ref, Region, Slot, SnapId};
use super::{Lowering, buffer_places, layout};

/// For each instruction whether only exits want it, and can compute it themselves.
pub(super) fn find(region: &Region) -> Vec<bool> {
    let mut is_hot = vec![false; region.ins.len()];
    let mut todo: Vec<Ref> = Vec::new();
    todo.extend(region.passed());
    let restored_late = restored_late(region);
    for r in region.bodies() {
        let op = region.get(r).op;
        let can_wait = op.kind() == Kind::Value
            && op != IrOp::ARG
            && (op.mem() == Mem::Pure || op == IrOp::RENTITY && !restored_late.contains(&r));
        if !can_wait {
            todo.push(r);
        }
    }
    while let Some(r) = todo.pop() {
        if !std::mem::replace(&mut is_hot[r.index()], true) {
            todo.extend(region.get(r).operands());
        }
    }
    is_hot.into_iter().map(|hot| !hot).collect()
}

/// What is restored where the interpreter may have run since it was computed: what was lent may not be there any more.
fn restored_late(region: &Region) -> HashSet<Ref> {
    let mut late = HashSet::new();
    let shows_slots = |r: Ref| region.get(r).op.shows_slots();
    if !region.bodies().any(shows_slots) {
        return late;
    }
    // What is moved out of an inner loop leaves by what is passed to that.
    region.inner.iter().for_each(|inner| late.extend(region.values_of(inner.snap)));
    // Whether the interpreter has run before each trace, since the beginning of the loop; inner loops may do anything.
    let mut has_run: Vec<bool> =
        region.traces.iter().map(|trace| matches!(trace.begin, Begin::Inner(_))).collect();
    for trace in 0..region.traces.len() {
        let mut runs = has_run[trace];
        let mut restore = |snap: SnapId, runs: bool| {
            if runs {
                late.extend(region.values_of(snap));
            }
            if let Some(side) = region.snaps[snap as usize].side {
                has_run[side as usize] |= runs;
            }
        };
        for r in &region.traces[trace].body {
            let ins = region.get(*r);
            if ins.op.has_snapshot() && ins.snap != NO_SNAP {
                restore(ins.snap, runs);
            }
            runs |= shows_slots(*r);
        }
        match region.traces[trace].end {
            End::Exit(snap) | End::Link(snap, _) | End::Return(snap, _) => restore(snap, runs),
            End::Loop(_) | End::Enter(..) | End::Again(..) => {}
        }
    }
    late
}

impl Lowering<'_> {
    /// Stores what a snapshot restores, where `buffer_places` says.
    pub(super) fn store_snapshot(&mut self, snap: SnapId) {
        let region = self.region;
        let mut made = Vec::new();
        for ((_, r), at) in region.snaps[snap as usize].restored.iter().zip(buffer_places(region, snap)) {
            let Some(at) = at else { continue };
            let ins = *region.get(*r);
            if let Some(table) = region.sunk_table(snap, *r) {
                for (i, value) in
                    table.values().filter(|value| constant(region, *value).is_none()).enumerate()
                {
                    self.ensure(value, &mut made);
                    let value = self.value(value);
                    self.b.ins().store(Self::flags(), value, self.runtime, in_buffer(at + i));
                }
                continue;
            }
            if let Some(value) = region.sunk_value(snap, *r) {
                let values = value.parts.iter().map(|(_, part)| *part);
                for (i, value) in values.filter(|value| constant(region, *value).is_none()).enumerate() {
                    self.ensure(value, &mut made);
                    let value = self.value(value);
                    self.b.ins().store(Self::flags(), value, self.runtime, in_buffer(at + i));
                }
                continue;
            }
            let operands =
                if is_sunk_reference(region, *r) { [ins.b, ins.a, Ref::NONE] } else { [ins.b, ins.c, ins.a] };
            if !ins.is_virtual() && !is_sunk_reference(region, *r) {
                self.ensure(*r, &mut made);
                let value = self.value(*r);
                self.b.ins().store(Self::flags(), value, self.runtime, in_buffer(at));
                continue;
            }
            for (i, operand) in operands.into_iter().enumerate() {
                let value = if operand == Ref::NONE {
                    self.b.ins().iconst(types::I64, 0)
                } else {
                    self.ensure(operand, &mut made);
                    self.value(operand)
                };
                self.b.ins().store(Self::flags(), value, self.runtime, in_buffer(at + i));
            }
        }
        // They are known in this block only.
        for r in made {
            self.values[r.index()] = None;
            self.singles.remove(&r);
        }
    }

    /// Whether nothing has to be made where a snapshot is restored.
    pub(super) fn makes_nothing(&self, snap: SnapId) -> bool {
        let region = self.region;
        let snapshot = &region.snaps[snap as usize];
        let is_made = |r: Ref| {
            region.get(r).is_virtual()
                || region.ty(r).is_wide()
                || is_sunk_reference(region, r)
                || region.sunk_table(snap, r).is_some()
                || region.sunk_value(snap, r).is_some()
        };
        !snapshot.restored.iter().any(|(_, r)| is_made(*r))
    }

    /// Whether all that a snapshot says of the interpreter's state is stack slots, and where the one frame goes on.
    pub(super) fn is_at_hand(&self, snap: SnapId) -> bool {
        let snapshot = &self.region.snaps[snap as usize];
        let is_plain = snapshot.frames.len() == 1 && !snapshot.has_tail_called && snapshot.top.is_none();
        is_plain && snap != ENTRY_SNAP && self.makes_nothing(snap)
    }

    /// Stores where the frame goes on in which the region runs.
    pub(super) fn store_pc(&mut self, pc: Value) {
        let frame = self.frame();
        self.b.ins().store(Self::flags(), pc, frame, layout::FRAME_PC);
    }

    /// Stores where that frame goes on by a snapshot.
    pub(super) fn store_frame_pc(&mut self, snap: SnapId) {
        let pc = self.word(self.region.snaps[snap as usize].frames[0].pc as u64);
        self.store_pc(pc);
    }

    /// Stores what a snapshot restores, from which nothing has to be made, where it belongs, if it is not there already.
    pub(super) fn store_in_slots(&mut self, snap: SnapId) {
        self.store_slots(snap, |_| true);
    }

    /// The same of some of its slots.
    pub(super) fn store_slots(&mut self, snap: SnapId, which: impl Fn(Slot) -> bool) {
        let region = self.region;
        let mut made = Vec::new();
        let mut known: Vec<(Ref, Value)> = Vec::new();
        let stack = self.stack();
        for (slot, r) in region.snaps[snap as usize].restored.iter().filter(|(slot, _)| which(*slot)) {
            if self.stored.insert(*slot, *r) == Some(*r) {
                continue;
            }
            let value = match known.iter().find(|(other, _)| other == r) {
                Some((_, value)) => *value,
                None => {
                    self.ensure(*r, &mut made);
                    let value = self.stored(*r);
                    known.push((*r, value));
                    value
                }
            };
            self.b.ins().store(Self::flags(), value, stack, slot * 8);
        }
        for r in made {
            self.values[r.index()] = None;
            self.singles.remove(&r);
        }
    }

    /// The instruction of a snapshot has been executed, or the function called that it is in: what is known of the slots that it leaves alone is known
    /// still, as far as it matters.
    pub(super) fn forget_written(&mut self, snap: SnapId) {
        let snapshot = &self.region.snaps[snap as usize];
        self.stored.retain(|slot, _| *slot < snapshot.kept_below && snapshot.live.contains(slot));
    }

    /// Computes what only exits want.
    fn ensure(&mut self, r: Ref, made: &mut Vec<Ref>) {
        let region = self.region;
        let ins = region.get(r);
        if ins.op == IrOp::SLOT || ins.is_constant() || self.values[r.index()].is_some() {
            return;
        }
        for operand in ins.operands() {
            if region.ty(operand) != super::Ty::Void {
                self.ensure(operand, made);
            }
        }
        // What else the trace has computed may be another trace's here, and what is computed here is known in this block only.
        let offsets = std::mem::take(&mut self.offsets);
        self.compute(r);
        self.offsets = offsets;
        made.push(r);
    }
}

/// Where a word of the exit buffer is.
fn in_buffer(at: usize) -> i32 {
    layout::BUFFER + at as i32 * 8
}
