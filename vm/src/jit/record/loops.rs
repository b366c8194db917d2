//! Loops: numeric ones count in integers where they can.

use super::ops::is_small_integer;
use super::{Recorded, Recorder};
use crate::bytecode::Insn;
use crate::function::{FunctionView, Special};
use crate::jit::ir::{Ins, IrOp, Place, Ref, Slot, Ty, native_imm};
use crate::jit::reason::Reason;
use crate::value::RawValue;
use crate::vm::Vm;

impl Recorder {
    /// The value of a slot as an integer, which it is.
    pub(super) fn read_integer(&mut self, vm: &Vm, slot: Slot) -> Recorded<Ref> {
        if self.place(slot).is_none()
            && !self.has_returned
            && self.region.param(slot).is_none()
            && !self.any.contains(&slot)
            && !self.is_captured(slot)
        {
            let r = self.region.slot(slot, Ty::Int);
            self.set_place(slot, Some(Place::Value(r)));
            return Ok(r);
        }
        let value = self.read_slot(vm, slot)?;
        if let Some(n) = self.small_constant(value) {
            return Ok(self.integer(n));
        }
        match self.region.ty(value) {
            Ty::Int => Ok(value),
            Ty::Num => self.op1(IrOp::N2I, Ty::Int, value),
            _ => Err(Reason::Unstable),
        }
    }

    /// The value of a slot, which it is taken to have always.
    pub(super) fn read_constant(&mut self, vm: &Vm, slot: Slot) -> Recorded<Ref> {
        let actual = self.actual(vm, slot);
        match self.place(slot) {
            Some(Place::Value(r)) if self.region.get(r).is_constant() => return Ok(r),
            None if !self.is_captured(slot) && !self.has_returned => {
                let r = self.region.slot(slot, Ty::Any);
                if self.region.ty(r) == Ty::Any {
                    self.emit(Ins::new(IrOp::GPRI, Ty::Void).a(r).imm(actual.bits()))?;
                    return self.constant(actual);
                }
            }
            _ => {}
        }
        let r = self.read_slot(vm, slot)?;
        let constant = self.constant(actual)?;
        let (left, right) = self.alike(r, constant)?;
        self.emit(Ins::new(IrOp::GEQ, Ty::Void).a(left).b(right).imm(1))?;
        Ok(constant)
    }

    pub(super) fn for_prepare(&mut self, vm: &Vm, insn: Insn) -> Recorded<()> {
        let a = insn.a();
        self.expected = [self.target(insn), self.expected[1]];
        let actual: [RawValue; 3] = std::array::from_fn(|i| self.actual_reg(vm, a + i));
        if !actual.iter().all(|value| value.is_number()) {
            return self.exec(insn);
        }
        let step = self.read_constant(vm, self.slot(a + 2))?;
        let counts = is_small_integer(actual[0]) && is_small_integer(actual[2]);
        let index = if counts { self.read_integer(vm, self.slot(a))? } else { self.read(vm, a)? };
        let limit = if counts && is_small_integer(actual[1]) {
            self.read_integer(vm, self.slot(a + 1))?
        } else {
            self.read(vm, a + 1)?
        };
        let (x, y) = self.alike(index, limit)?;
        let (x, y) = if actual[2].as_f64_or_nan() >= 0.0 { (x, y) } else { (y, x) };
        let _ = step;
        self.branch(insn, Ins::new(IrOp::GLE, Ty::Void).a(x).b(y), false)?;
        if is_within(actual[0].as_f64_or_nan(), actual) {
            // The guard comes before the writes.
            self.take_branch(self.expected[1])?;
        }
        self.write(a, index)?;
        self.write(a + 1, limit)?;
        self.write(a + 3, index)
    }

    pub(super) fn for_loop(&mut self, vm: &Vm, insn: Insn) -> Recorded<()> {
        let a = insn.a();
        let actual: [RawValue; 3] = std::array::from_fn(|i| self.actual_reg(vm, a + i));
        if !actual.iter().all(|value| value.is_number()) {
            return Err(Reason::Unstable);
        }
        let step = self.read_constant(vm, self.slot(a + 2))?;
        let counts = is_small_integer(actual[0]) && is_small_integer(actual[2]);
        let counts = counts
            && self.place(self.slot(a)).is_none_or(|place| match place {
                Place::Value(r) => self.region.ty(r) != Ty::Num || self.small_constant(r).is_some(),
                Place::Memory => true,
            });
        let (next, limit) = if counts && self.param(self.slot(a)).is_none_or(|r| self.region.ty(r) == Ty::Int)
        {
            let index = self.read_integer(vm, self.slot(a))?;
            let step = actual[2].as_f64_or_nan() as i64;
            let step = self.integer(step);
            let next = self.op2(IrOp::IADD, Ty::Int, index, step)?;
            let limit = if is_small_integer(actual[1]) {
                self.read_integer(vm, self.slot(a + 1))?
            } else {
                self.read(vm, a + 1)?
            };
            (next, limit)
        } else {
            let index = self.read(vm, a)?;
            let index = self.double(index)?;
            let step = self.double(step)?;
            let limit = self.read(vm, a + 1)?;
            (self.op2(IrOp::ADD, Ty::Num, index, step)?, limit)
        };
        let (x, y) = self.alike(next, limit)?;
        let (x, y) = if actual[2].as_f64_or_nan() >= 0.0 { (x, y) } else { (y, x) };
        self.branch(insn, Ins::new(IrOp::GLE, Ty::Void).a(x).b(y), true)?;
        // If not, nothing is written, and nobody reads it.
        if is_within(actual[0].as_f64_or_nan() + actual[2].as_f64_or_nan(), actual) {
            self.take_branch(self.expected[0])?;
            self.write(a, next)?;
            self.write(a + 3, next)?;
        }
        Ok(())
    }

    /// The branch just recorded leads to this instruction, as is known: its guard comes before what the instruction itself writes.
    fn take_branch(&mut self, to: *const Insn) -> Recorded<()> {
        self.settle(to)?;
        self.expected = [to; 2];
        Ok(())
    }

    pub(super) fn iterate(&mut self, vm: &Vm, insn: Insn, count: usize) -> Recorded<()> {
        let a = insn.a();
        let actual = self.actual_reg(vm, a);
        let iterator = self.read(vm, a)?;
        let Some(function) = actual.as_function() else { return Err(Reason::CallHandler) };
        match function.view() {
            FunctionView::Native(native) => {
                match native.special() {
                    special if special.is_plain() => {}
                    _ => return Err(Reason::Special),
                }
                let proof =
                    self.emit(Ins::new(IrOp::FNATIVE, Ty::Void).a(iterator).imm(native_imm(native)))?;
                if native.special() == Special::NextRow && self.next_row(vm, insn, iterator, proof)? {
                    return Ok(());
                }
                if native.special() == Special::Next && self.next_entry(vm, a, count)? {
                    return Ok(());
                }
                if native.special() == Special::NextIndex && count <= 2 && self.next_index(vm, a, count)? {
                    return Ok(());
                }
                self.exec(insn)
            }
            FunctionView::Lua(_) => {
                let arguments = [self.read(vm, a + 1)?, self.read(vm, a + 2)?];
                if self.call_metamethod(insn, (iterator, actual), &arguments)? {
                    Ok(())
                } else {
                    Err(Reason::Special)
                }
            }
        }
    }

    /// A step of `next`.
    fn next_entry(&mut self, vm: &Vm, a: usize, count: usize) -> Recorded<bool> {
        let (table, before) = (self.actual_reg(vm, a + 1), self.actual_reg(vm, a + 2));
        let Some(table) = table.as_table().filter(|table| !table.is_weak()) else { return Ok(false) };
        let Ok(entry) = table.entry_behind(&vm.heap, before) else { return Ok(false) };
        let entry = entry.unwrap_or((RawValue::NIL, RawValue::NIL));
        let (holder, before) = (self.read(vm, a + 1)?, self.read(vm, a + 2)?);
        let before = self.boxed(before)?;
        let key = self.op2(IrOp::NEXT, Ty::Any, holder, before)?;
        let value = self.op1(IrOp::NVALUE, Ty::Any, key)?;
        self.leave_from_here();
        let key = self.refine(key, entry.0)?;
        self.write(a + 3, key)?;
        if count >= 2 {
            let value = self.refine(value, entry.1)?;
            self.write(a + 4, value)?;
        }
        let nil = self.primitive(RawValue::NIL);
        (2..count).try_for_each(|extra| self.write(a + 3 + extra, nil))?;
        Ok(true)
    }

    /// A step of `ipairs` within an array.
    pub(super) fn next_index(&mut self, vm: &Vm, a: usize, count: usize) -> Recorded<bool> {
        let (table, index) = (self.actual_reg(vm, a + 1), self.actual_reg(vm, a + 2));
        let Some(table) = table.as_table() else { return Ok(false) };
        if !is_small_integer(index) {
            return Ok(false);
        }
        // SAFETY: a live table.
        let len = unsafe { (*table.as_ptr()).array_len };
        let next = index.as_f64_or_nan() as i64 + 1;
        if next < 1 || next > i64::from(len) || table.get_int(&vm.heap, next).is_nil() {
            return Ok(false);
        }
        let holder = self.read(vm, a + 1)?;
        let index = self.read_integer(vm, self.slot(a + 2))?;
        let one = self.integer(1);
        let index = self.op2(IrOp::IADD, Ty::Int, index, one)?;
        let value = self.element(holder, index)?;
        let value = self.refine(value, table.get_int(&vm.heap, next))?;
        if self.known_primitive(value).is_none() && self.region.ty(value) == Ty::Any {
            self.emit(Ins::new(IrOp::GNPRI, Ty::Void).a(value).imm(RawValue::NIL.bits()))?;
        }
        self.write(a + 3, index)?;
        if count == 2 {
            self.write(a + 4, value)?;
        }
        Ok(true)
    }
}

/// Whether a numeric loop with these index, limit and step has a turn with an index.
fn is_within(index: f64, [_, limit, step]: [RawValue; 3]) -> bool {
    let limit = limit.as_f64_or_nan();
    if step.as_f64_or_nan() >= 0.0 { index <= limit } else { index >= limit }
}
