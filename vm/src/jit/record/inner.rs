//! Loops inside the one that is recorded.
//!
//! A short loop is unrolled. Another one becomes a loop of the region ([`InnerLoop`]): the trace that has come to its back-edge ends there, and the next one begins,
//! in which the slots that the loop may write are parameters. Which those are the bytecode says. What memory was known to hold is forgotten, as any turn may write it;
//! loads that no turn spoils are moved out again by `opt::hoist`.

use super::live::may_write;
use super::ops::is_small_integer;
use super::{Recorded, Recorder};
use crate::bytecode::{Insn, Op};
use crate::jit::ir::{Begin, End, InnerLoop, Ins, IrOp, Place, Ref, Slot, Ty};
use crate::jit::reason::Reason;
use crate::vm::Vm;

/// Inner loops of a region, at most.
const MAX_INNER: usize = 16;
/// Turns of a loop with known bounds that are unrolled.
const UNROLLED: f64 = 4.0;

/// What became of a back-edge on the way.
pub(super) enum Inner {
    /// The trace is back at the beginning of a loop it is in.
    Closed,
    /// A loop begins.
    Opened,
    /// It is recorded as any other jump.
    Unrolled,
}

impl Recorder {
    /// At the back-edge of a loop that is not the region's.
    pub(super) fn inner_loop(&mut self, vm: &mut Vm, insn: Insn) -> Recorded<Inner> {
        for number in self.region.enclosing(self.begin) {
            if self.is_at(number) {
                self.close_inner(vm, number)?;
                return Ok(Inner::Closed);
            }
        }
        if self.region.inner.len() >= MAX_INNER || !self.goes_round(vm, insn) {
            return Ok(Inner::Unrolled);
        }
        let Some(slots) = self.written_in(insn) else { return Ok(Inner::Unrolled) };
        let is_shown = |place: Option<Place>| match place {
            Some(Place::Value(r)) => self.region.get(r).is_virtual(),
            _ => false,
        };
        if slots.iter().any(|slot| is_shown(self.place(*slot))) {
            return Ok(Inner::Unrolled);
        }
        self.open_inner(vm, insn, &slots)?;
        Ok(Inner::Opened)
    }

    /// Whether the trace is where an inner loop begins, in the same frames, and whatever is not a parameter of the loop as it was.
    fn is_at(&self, number: u32) -> bool {
        let inner = &self.region.inner[number as usize];
        let snap = &self.region.snaps[inner.snap as usize];
        let is_here = inner.header == self.pc
            && snap.frames.len() == self.frames.len()
            && snap.frames.iter().zip(&self.frames).all(|(then, now)| {
                then.base == now.base && then.constants == now.constants && then.kind == now.kind
            })
            && snap.frames.iter().zip(&self.frames[1..]).all(|(then, called)| then.pc == called.return_pc);
        let place_then = |slot: Slot| inner.places.get((slot + 1) as usize).copied().flatten();
        let is_param = |slot: Slot| inner.params.iter().any(|(param, _)| *param == slot);
        is_here
            && snap.live.iter().all(|slot| {
                let then = place_then(*slot);
                is_param(*slot) || then == self.place(*slot) || then == Some(Place::Memory)
            })
    }

    /// Whether the loop is about to take another turn, and not one of a few.
    fn goes_round(&self, vm: &Vm, insn: Insn) -> bool {
        let a = insn.a();
        match insn.op() {
            Op::FORLOOP | Op::FORLOOP1 => {
                let [index, limit, step] = [0, 1, 2].map(|i| self.actual_reg(vm, a + i).as_f64_or_nan());
                let left = ((limit - index) / step).floor();
                let is_constant = |register: usize| match self.place(self.slot(register)) {
                    Some(Place::Value(r)) => self.small_constant(r).is_some() || self.counts_from(r),
                    _ => false,
                };
                left >= 1.0 && !(left < UNROLLED && is_constant(a) && is_constant(a + 1))
            }
            Op::ITERLOOP => !self.actual_reg(vm, a + 3).is_nil(),
            _ => true,
        }
    }

    /// Whether a value is a constant and a few more.
    fn counts_from(&self, r: Ref) -> bool {
        let ins = self.region.get(r);
        ins.op == IrOp::IADD && (self.small_constant(ins.a).is_some() || self.counts_from(ins.a))
    }

    /// The slots that matter where the loop begins and that a turn may write, but those that closures share; nothing where that cannot be told.
    fn written_in(&self, insn: Insn) -> Option<Vec<Slot>> {
        let frame = self.top_frame();
        let target = Self::index_of(frame, self.target(insn));
        let at = Self::index_of(frame, self.pc);
        // SAFETY: live code.
        #[allow(unsafe_code, reason = "reads code")]
        let code = unsafe { &(*frame.code.as_ptr()).draft_proto().code };
        let mut written = super::live::Registers::default();
        for insn in code.get(target..=at)? {
            may_write(*insn, &mut written);
        }
        let live = frame.live.before(at);
        let slot = |register: usize| frame.base + register as Slot;
        let carried = live.iter().filter(|register| written.contains(*register)).map(slot);
        Some(carried.filter(|slot| !self.is_captured(*slot)).collect())
    }

    fn open_inner(&mut self, vm: &Vm, insn: Insn, slots: &[Slot]) -> Recorded<()> {
        let snap = self.snapshot()?;
        self.region.snaps[snap as usize].may_grow = false;
        let control = match insn.op() {
            Op::FORLOOP | Op::FORLOOP1 => [insn.a(), insn.a() + 3].map(|register| self.slot(register)),
            Op::ITERLOOP => [insn.a() + 2, insn.a() + 3].map(|register| self.slot(register)),
            _ => [Slot::MAX; 2],
        };
        let (mut params, mut initial) = (Vec::new(), Vec::new());
        for slot in slots.iter().copied() {
            let value = match self.place(slot) {
                Some(Place::Memory) => continue,
                Some(Place::Value(r)) => r,
                None => self.read_slot(vm, slot)?,
            };
            let counts = control.contains(&slot) && is_small_integer(self.actual(vm, slot));
            let ty = match self.region.ty(value) {
                _ if self.any.contains(&slot) => Ty::Any,
                Ty::Num | Ty::Int if counts && self.small_constant(value).is_some() => Ty::Int,
                Ty::Int if !counts => Ty::Num,
                ty => ty,
            };
            let value = match self.small_constant(value) {
                Some(n) if ty == Ty::Int => self.integer(n),
                Some(n) if ty == Ty::Num => self.number(n as f64),
                _ => self.convert(vm, slot, value, ty)?,
            };
            let phi = self.region.push(Ins::new(IrOp::PHI, ty).imm(slot as i64 as u64));
            params.push((slot, phi));
            initial.push(value);
        }
        for (slot, phi) in &params {
            self.set_place(*slot, Some(Place::Value(*phi)));
        }
        let number = self.region.inner.len() as u32;
        self.end(End::Enter(number));
        let places = self.places.clone();
        self.region.inner.push(InnerLoop { header: self.pc, params, initial, snap, places, hoisted: Vec::new() });
        self.begin = Begin::Inner(number);
        self.forget_memory();
        self.asked = None;
        self.snap = None;
        Ok(())
    }

    fn close_inner(&mut self, vm: &Vm, number: u32) -> Recorded<()> {
        self.is_not_mostly_left()?;
        let inner = &self.region.inner[number as usize];
        let (params, places) = (inner.params.clone(), inner.places.clone());
        let live = self.region.snaps[inner.snap as usize].live.clone();
        // What lies in its slot when a turn begins has to do so again.
        for slot in live {
            let then = places.get((slot + 1) as usize).copied().flatten();
            if then == Some(Place::Memory)
                && let Some(Place::Value(r)) = self.place(slot)
            {
                let value = self.boxed(r)?;
                self.emit(Ins::new(IrOp::VSTORE, Ty::Void).a(value).imm(slot as i64 as u64))?;
            }
        }
        let mut values = Vec::with_capacity(params.len());
        for (slot, phi) in params {
            let value = match self.place(slot) {
                Some(Place::Value(r)) => r,
                Some(Place::Memory) => self.read_slot(vm, slot)?,
                None => return Err(Reason::Unstable),
            };
            values.push(self.convert(vm, slot, value, self.region.ty(phi))?);
        }
        self.emit(Ins::new(IrOp::POLL, Ty::Void))?;
        if let Some(snap) = self.snap {
            self.region.snaps[snap as usize].may_grow = false;
        }
        self.end(End::Again(number, values));
        Ok(())
    }
}
