//! Loops inside the one that is recorded.
//!
//! A loop of a few turns whose number is known is unrolled. One with a region of its own is linked to, one that may get a region is waited for. Another one becomes a loop of the region ([`InnerLoop`]): the trace that has come to where it begins
//! ends there, and the next one begins, in which the slots that the loop may write are parameters. Which those are the bytecode says. Nothing of what was computed
//! before is known in it, so that other traces may enter it too; loads that no turn spoils are moved out again by `opt::hoist`.

use super::live::may_write;
use super::ops::is_small_integer;
use super::{Recorded, Recorder};
use crate::bytecode::{Insn, Op};
use crate::jit::LoopCode;
use crate::jit::ir::{Begin, End, InnerLoop, Ins, IrOp, Place, Ref, Slot, Ty};
use crate::jit::reason::Reason;
use crate::vm::Vm;

/// Inner loops of a region, at most.
const MAX_INNER: usize = 16;
/// Turns of a loop with known bounds that are unrolled.
const UNROLLED: f64 = 4.0;

/// What became of the beginning of a loop on the way.
pub(super) enum Inner {
    /// It is that of a loop the trace is in, and the trace ends.
    Closed,
    /// A loop begins, or what follows is recorded as it comes.
    On,
}

impl Recorder {
    /// The back-edge of the loop that begins at the current instruction, if one does.
    pub(super) fn loop_that_begins(&self) -> Option<*const Insn> {
        let frame = self.top_frame();
        if self.is_at_entry() {
            return None;
        }
        let back_edge = frame.live.loop_at(Self::index_of(frame, self.pc))?;
        // SAFETY: both lie in the same code.
        #[allow(unsafe_code, reason = "another place in the code")]
        Some(unsafe { self.pc.add(back_edge - Self::index_of(frame, self.pc)) })
    }

    /// Where a loop that is not the region's begins, with its back-edge, and what code there is for it.
    pub(super) fn inner_loop(
        &mut self,
        vm: &Vm,
        back_edge: *const Insn,
        insn: Insn,
        code: LoopCode,
    ) -> Recorded<Inner> {
        for number in self.region.enclosing(self.begin) {
            if self.is_in_first_frame() && self.is_at(number) {
                self.close_inner(vm, number)?;
                return Ok(Inner::Closed);
            }
        }
        if self.has_few_turns(vm, insn) && !self.branches_before(back_edge) {
            self.unrolled.insert(back_edge);
            return Ok(Inner::On);
        }
        self.unrolled.remove(&back_edge);
        for number in 0..self.region.inner.len() as u32 {
            if self.is_in_first_frame() && self.may_enter(vm, number) {
                self.enter_inner(vm, number)?;
                return Ok(Inner::Closed);
            }
        }
        if self.frames.len() == 1 && !self.is_over_rows(vm, insn) {
            match code {
                // The inner loop's region grows this loop around it.
                LoopCode::Compiled(_) if !self.may_link() => return Err(Reason::InnerLoop),
                LoopCode::Compiled(site) if self.before_back_edge(vm, back_edge, insn)? => {
                    self.link(site)?;
                    return Ok(Inner::Closed);
                }
                // Whether there is a turn shows where it ends.
                LoopCode::Coming if insn.op() == Op::LOOP => return Ok(Inner::On),
                LoopCode::Coming => return Err(Reason::InnerLoop),
                _ => {}
            }
        }
        let has_room = self.region.inner.len() < MAX_INNER && self.is_in_first_frame();
        let written = if has_room { self.written_in(back_edge) } else { None };
        match written {
            Some(written) if !written.iter().any(|slot| self.is_shown(*slot)) => {
                self.open_inner(vm, insn, &written, back_edge)?;
            }
            _ => drop(self.declined.insert(back_edge)),
        }
        Ok(Inner::On)
    }

    /// Where a loop begins: what the state has to be at its back-edge for the turn that begins to be the one that follows. Regions begin there. Whether there is such a state.
    pub(super) fn before_back_edge(&mut self, vm: &Vm, back_edge: *const Insn, insn: Insn) -> Recorded<bool> {
        match insn.op() {
            Op::LOOP => {}
            Op::FORLOOP | Op::FORLOOP1 => {
                let index = self.slot(insn.a());
                let [now, _, step] = [0, 1, 2].map(|i| self.actual_reg(vm, insn.a() + i));
                if !is_small_integer(now) || !is_small_integer(step) || self.is_captured(index) {
                    return Ok(false);
                }
                let value = self.read_integer(vm, index)?;
                // What is to be added is known: the loop began in this trace, or it is a guard of the loop's.
                self.read_constant(vm, index + 2)?;
                let back = self.integer(-(step.as_f64_or_nan() as i64));
                let before = self.op2(IrOp::IADD, Ty::Int, value, back)?;
                self.set_place(index, Some(Place::Value(before)));
            }
            // Of a loop with nothing in it the first step is not behind a back-edge, but what begins it.
            Op::ITERLOOP if !self.is_over_rows(vm, insn) && !self.is_at_step() => {}
            _ => return Ok(false),
        }
        (self.pc, self.snap) = (back_edge, None);
        Ok(true)
    }

    /// Whether the current instruction is the step of a loop over an iterator.
    #[allow(unsafe_code, reason = "reads code")]
    fn is_at_step(&self) -> bool {
        // SAFETY: a live code's instruction.
        unsafe { (*self.pc).op() == Op::ITERCALL }
    }

    /// Whether a back-edge is that of a loop over rows, whose region begins with a step of the cursor.
    fn is_over_rows(&self, vm: &Vm, back_edge: Insn) -> bool {
        back_edge.op() == Op::ITERLOOP && self.row_step(vm, back_edge.a()).is_some()
    }

    /// Whether the region's loop lies in the one with this back-edge.
    pub(super) fn is_around(&self, back_edge: *const Insn) -> bool {
        let frame = &self.frames[0];
        if !self.is_in_first_frame() || self.is_of_function() {
            return false;
        }
        let (inner, outer) = (Self::index_of(frame, self.header), Self::index_of(frame, back_edge));
        let begin = frame.live.loop_of(outer);
        begin.is_some_and(|begin| (begin..outer).contains(&inner))
    }

    /// Whether a trace may end in another region: one that begins in the same frame.
    pub(super) fn may_link(&self) -> bool {
        self.frames.len() == 1 && (self.parent.is_some() || self.is_of_function())
    }

    /// At the back-edge of a loop that has a region of its own, which takes over.
    pub(super) fn link(&mut self, site: u32) -> Recorded<()> {
        self.is_not_mostly_left()?;
        self.poll()?;
        self.snap = None;
        let snap = self.snapshot()?;
        self.region.snaps[snap as usize].may_grow = false;
        self.end(End::Link(snap, site));
        Ok(())
    }

    /// Whether the frame in which the region was entered is still there, with the function that it had.
    fn is_in_first_frame(&self) -> bool {
        !self.has_returned && !self.has_tail_called
    }

    /// Whether a slot holds a view that is no object.
    fn is_shown(&self, slot: Slot) -> bool {
        match self.place(slot) {
            Some(Place::Value(r)) => self.region.get(r).is_virtual(),
            _ => false,
        }
    }

    /// Whether a back-edge is that of a loop the trace is in, or of one that is unrolled.
    pub(super) fn is_expected_to_turn(&self) -> bool {
        let of_open = |number: &u32| self.region.inner[*number as usize].back_edge == self.pc;
        self.unrolled.contains(&self.pc)
            || self.is_in_first_frame() && self.region.enclosing(self.begin).iter().any(of_open)
    }

    /// Whether the trace is where an inner loop begins, in the same frames.
    fn is_where(&self, inner: &InnerLoop) -> bool {
        let snap = &self.region.snaps[inner.snap as usize];
        inner.header == self.pc
            && snap.frames.len() == self.frames.len()
            && snap.frames.iter().zip(&self.frames).all(|(then, now)| {
                then.base == now.base
                    && then.constants == now.constants
                    && then.kind == now.kind
                    && then.catch == now.catch
            })
            && snap.frames.iter().zip(&self.frames[1..]).all(|(then, called)| then.pc == called.return_pc)
    }

    /// Whether it may go round a loop it is in: whatever is no parameter of the loop is as it was.
    fn is_at(&self, number: u32) -> bool {
        let inner = &self.region.inner[number as usize];
        let is_param = |slot: Slot| inner.params.iter().any(|(param, _)| *param == slot);
        self.is_where(inner)
            && self.region.snaps[inner.snap as usize].live.iter().all(|slot| {
                let then = place_in(&inner.places, *slot);
                is_param(*slot)
                    || then == self.place(*slot)
                    || then == Some(Place::Memory)
                    || self.is_captured(*slot)
            })
    }

    /// Whether it may enter a loop that has been recorded: the values it has are of the types that are passed to it.
    fn may_enter(&self, vm: &Vm, number: u32) -> bool {
        let inner = &self.region.inner[number as usize];
        let passed = |slot: Slot| inner.passed.iter().find(|(other, _)| *other == slot).map(|(_, phi)| *phi);
        !inner.is_private
            && self.is_where(inner)
            && self.region.snaps[inner.snap as usize].live.iter().all(|slot| {
                let now = self.place(*slot);
                match (passed(*slot), now) {
                    _ if self.is_captured(*slot) => true,
                    _ if self.is_shown(*slot) => false,
                    (Some(phi), Some(Place::Value(r))) => self.fits(r, self.region.ty(phi)),
                    (Some(phi), None) => {
                        let ty = self.region.ty(phi);
                        ty == Ty::Any || ty == super::type_of(self.actual(vm, *slot))
                    }
                    (Some(_), Some(Place::Memory)) => false,
                    (None, _) if place_in(&inner.places, *slot) == Some(Place::Memory) => now.is_some(),
                    (None, _) => now == place_in(&inner.places, *slot),
                }
            })
    }

    /// Whether a value is of a type, or can be made to be without a guard.
    fn fits(&self, r: Ref, ty: Ty) -> bool {
        let is = self.region.ty(r);
        is == ty
            || ty == Ty::Any
            || ty == Ty::Num && is == Ty::Int
            || ty == Ty::Int && self.small_constant(r).is_some()
    }

    /// A value as one of a type that it fits.
    fn fitted(&mut self, vm: &Vm, slot: Slot, r: Ref, ty: Ty) -> Recorded<Ref> {
        match self.small_constant(r) {
            Some(n) if ty == Ty::Int => Ok(self.integer(n)),
            Some(n) if ty == Ty::Num => Ok(self.number(n as f64)),
            _ => self.convert(vm, slot, r, ty),
        }
    }

    fn enter_inner(&mut self, vm: &Vm, number: u32) -> Recorded<()> {
        let inner = self.region.inner[number as usize].clone();
        self.store_what_lies_in_slots(&inner)?;
        let mut values = Vec::with_capacity(inner.passed.len());
        for (slot, phi) in &inner.passed {
            let value = match self.place(*slot) {
                Some(Place::Value(r)) => r,
                _ => self.read_slot(vm, *slot)?,
            };
            values.push(self.fitted(vm, *slot, value, self.region.ty(*phi))?);
        }
        self.poll()?;
        self.end(End::Enter(number, values));
        Ok(())
    }

    /// What lies in its slot when a turn begins has to do so again.
    fn store_what_lies_in_slots(&mut self, inner: &InnerLoop) -> Recorded<()> {
        for slot in self.region.snaps[inner.snap as usize].live.clone() {
            if place_in(&inner.places, slot) == Some(Place::Memory)
                && let Some(Place::Value(r)) = self.place(slot)
            {
                let value = self.boxed(r)?;
                self.emit(Ins::new(IrOp::VSTORE, Ty::Void).a(value).imm(slot as i64 as u64))?;
            }
        }
        Ok(())
    }

    pub(super) fn poll(&mut self) -> Recorded<()> {
        self.emit(Ins::new(IrOp::POLL, Ty::Void))?;
        if let Some(snap) = self.snap {
            self.region.snaps[snap as usize].may_grow = false;
        }
        Ok(())
    }

    /// Whether the turns of a loop are known and few.
    fn has_few_turns(&self, vm: &Vm, insn: Insn) -> bool {
        let a = insn.a();
        if !matches!(insn.op(), Op::FORLOOP | Op::FORLOOP1) {
            return false;
        }
        let [index, limit, step] = [0, 1, 2].map(|i| self.actual_reg(vm, a + i).as_f64_or_nan());
        let is_constant = |register: usize| match self.place(self.slot(register)) {
            Some(Place::Value(r)) => self.small_constant(r).is_some() || self.counts_from(r),
            _ => false,
        };
        ((limit - index) / step).floor() < UNROLLED && is_constant(a) && is_constant(a + 1)
    }

    /// Whether a turn may go one way or another: unrolled, each turn would double the ways through the rest.
    fn branches_before(&self, back_edge: *const Insn) -> bool {
        let frame = self.top_frame();
        let turn = Self::index_of(frame, self.pc)..Self::index_of(frame, back_edge);
        // SAFETY: live code.
        #[allow(unsafe_code, reason = "reads code")]
        let code = unsafe { &(*frame.code.as_ptr()).draft_proto().code };
        code.get(turn).is_none_or(|turn| turn.iter().any(|insn| is_condition(insn.op())))
    }

    /// Whether a value is a constant and a few more.
    fn counts_from(&self, r: Ref) -> bool {
        let ins = self.region.get(r);
        ins.op == IrOp::IADD && (self.small_constant(ins.a).is_some() || self.counts_from(ins.a))
    }

    /// The slots that matter where the loop begins and that a turn may write, but those that closures share; nothing where that cannot be told.
    fn written_in(&self, back_edge: *const Insn) -> Option<Vec<Slot>> {
        let frame = self.top_frame();
        let (at, last) = (Self::index_of(frame, self.pc), Self::index_of(frame, back_edge));
        // SAFETY: live code.
        #[allow(unsafe_code, reason = "reads code")]
        let code = unsafe { &(*frame.code.as_ptr()).draft_proto().code };
        let mut written = super::live::Registers::default();
        for insn in code.get(at..=last)? {
            may_write(*insn, &mut written);
        }
        let live = frame.live.before(at);
        let slot = |register: usize| frame.base + register as Slot;
        let carried = live.iter().filter(|register| written.contains(*register)).map(slot);
        Some(carried.filter(|slot| !self.is_captured(*slot)).collect())
    }

    fn open_inner(&mut self, vm: &Vm, insn: Insn, written: &[Slot], back_edge: *const Insn) -> Recorded<()> {
        let here = self.snapshot()?;
        self.region.snaps[here as usize].may_grow = false;
        let live = self.region.snaps[here as usize].live.clone();
        let is_private = live.iter().any(|slot| self.is_shown(*slot));
        let control = match insn.op() {
            Op::FORLOOP | Op::FORLOOP1 => [insn.a(), insn.a() + 3].map(|register| self.slot(register)),
            Op::ITERLOOP => [insn.a() + 2, insn.a() + 3].map(|register| self.slot(register)),
            _ => [Slot::MAX; 2],
        };
        let (mut passed, mut values) = (Vec::new(), Vec::new());
        let (mut params, mut initial) = (Vec::new(), Vec::new());
        let mut slots: Vec<Slot> = live.into_iter().filter(|slot| !self.is_captured(*slot)).collect();
        slots.sort_unstable();
        slots.dedup();
        for slot in slots {
            let changes = written.contains(&slot);
            let value = match self.place(slot) {
                Some(Place::Value(r)) if changes || !is_private => r,
                None if changes => self.read_slot(vm, slot)?,
                _ => continue,
            };
            let counts = control.contains(&slot) && is_small_integer(self.actual(vm, slot));
            let ty = match self.region.ty(value) {
                ty if (changes || ty.is_wide()) && self.any.contains(&slot) => Ty::Any,
                Ty::Num | Ty::Int if counts && self.small_constant(value).is_some() => Ty::Int,
                Ty::Int if !counts => Ty::Num,
                ty => ty,
            };
            let mut value = self.fitted(vm, slot, value, ty)?;
            if !is_private {
                let phi = self.region.push(Ins::new(IrOp::PHI, ty).imm(slot as i64 as u64));
                passed.push((slot, phi));
                values.push(value);
                value = phi;
            }
            if changes {
                let phi = self.region.push(Ins::new(IrOp::PHI, ty).imm(slot as i64 as u64));
                params.push((slot, phi));
                initial.push(value);
            }
        }
        let number = self.region.inner.len() as u32;
        self.end(End::Enter(number, values));
        self.begin = Begin::Inner(number);
        if is_private {
            self.forget_memory()
        } else {
            self.forget()
        }
        self.asked = None;
        for (slot, phi) in &passed {
            self.set_place(*slot, Some(Place::Value(*phi)));
        }
        // The state before the first turn, by what was passed.
        self.snap = None;
        let snap = self.snapshot()?;
        self.region.snaps[snap as usize].may_grow = false;
        for (slot, phi) in &params {
            self.set_place(*slot, Some(Place::Value(*phi)));
        }
        self.snap = None;
        let (header, places) = (self.pc, self.places.clone());
        self.region.inner.push(InnerLoop {
            header,
            back_edge,
            is_private,
            passed,
            params,
            initial,
            snap,
            places,
            hoisted: Vec::new(),
            unrolled: None,
        });
        Ok(())
    }

    fn close_inner(&mut self, vm: &Vm, number: u32) -> Recorded<()> {
        self.turn_is_not_mostly_left()?;
        let inner = self.region.inner[number as usize].clone();
        self.store_what_lies_in_slots(&inner)?;
        let mut values = Vec::with_capacity(inner.params.len());
        for (slot, phi) in inner.params {
            let value = match self.place(slot) {
                Some(Place::Value(r)) => r,
                Some(Place::Memory) => self.read_slot(vm, slot)?,
                None => return Err(Reason::Unstable),
            };
            values.push(self.convert(vm, slot, value, self.region.ty(phi))?);
        }
        self.poll()?;
        self.end(End::Again(number, values));
        Ok(())
    }
}

fn place_in(places: &[Option<Place>], slot: Slot) -> Option<Place> {
    places.get((slot + 1) as usize).copied().flatten()
}

/// Whether it jumps or does not, as a value is.
fn is_condition(op: Op) -> bool {
    use Op::{COPYFALSE, COPYTRUE, EQ, EQK, EQPRI, GEVK, GTVK, ISFALSE, ISTRUE, LE, LEVK, LT, LTVK};
    matches!(
        op,
        ISTRUE | ISFALSE | COPYTRUE | COPYFALSE | EQ | EQK | EQPRI | LT | LE | LTVK | LEVK | GTVK | GEVK
    )
}
