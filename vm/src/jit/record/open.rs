//! Lists of values whose number the trace knows: `...`, `select`, `unpack`, arguments and results up to the top.
//!
//! The number is what it was when it was recorded, and guarded where it is not the trace's own doing ([`GTOP`](IrOp::GTOP)).

use super::{Recorded, Recorder};
use crate::bytecode::{Insn, Op};
use crate::function::NativeFunction;
use crate::jit::ir::{Ins, IrOp, Place, Ref, Slot, Ty};
use crate::jit::reason::Reason;
use crate::stdlib::{INSERT, UNPACK};
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// Values of such a list, at most.
pub(super) const MAX_VALUES: usize = 24;

/// Whether an instruction takes values up to the top.
pub(crate) fn takes_all(insn: Insn) -> bool {
    matches!(insn.op(), Op::CALL | Op::RET | Op::SETLIST | Op::TAILCALL) && insn.b() == 0
}

impl Recorder {
    /// The current instruction takes values up to a top that the interpreter has set.
    pub(super) fn settle_top(&mut self, vm: &Vm, insn: Insn) -> Recorded<()> {
        if !takes_all(insn) || self.top.is_some() {
            return Ok(());
        }
        let top = vm.top.wrapping_sub(self.base) as Slot;
        let from = self.slot(insn.a());
        if top < from || (top - from) as usize > MAX_VALUES {
            return Err(Reason::OpenValues);
        }
        // What the trace has not touched is what the interpreter has put there.
        for slot in from..top {
            if self.place(slot).is_none() {
                self.set_place(slot, Some(Place::Memory));
            }
        }
        self.emit(Ins::new(IrOp::GTOP, Ty::Void).imm(top as u64))?;
        self.does_not_grow();
        self.snap = None;
        self.open_to(top);
        Ok(())
    }

    /// Where the list ends that the current instruction takes: what lies behind it is nobody's, and may be what has been collected. Nothing else ends there.
    pub(super) fn list_end(&self) -> Slot {
        self.top.unwrap_or(Slot::MAX)
    }

    fn open_to(&mut self, top: Slot) {
        self.top = Some(top);
        self.region.max_slots = self.region.max_slots.max(top as u32 + 2);
    }

    /// The values that a call with this `C` gives.
    pub(super) fn give_all(&mut self, callee: Slot, values: &[Ref], c: usize) -> Recorded<()> {
        self.forget_from(callee);
        let nil = self.primitive(RawValue::NIL);
        let wanted = if c == 0 { values.len() } else { c - 1 };
        for i in 0..wanted {
            let value = values.get(i).copied().unwrap_or(nil);
            self.write_slot(callee + i as Slot, value)?;
        }
        if c == 0 {
            self.open_to(callee + wanted as Slot);
        }
        Ok(())
    }

    /// `VARARG`
    pub(super) fn extra_arguments(&mut self, vm: &Vm, insn: Insn) -> Recorded<()> {
        if self.frames.len() == 1 {
            return self.exec(insn);
        }
        let frame = self.top_frame();
        let (base, count) = (frame.base, frame.varargs as usize);
        let from = base - 1 - count as Slot;
        let wanted = if insn.b() == 0 { count } else { insn.b() - 1 };
        let nil = self.primitive(RawValue::NIL);
        for i in 0..wanted {
            let value = if i < count { self.read_slot(vm, from + i as Slot)? } else { nil };
            self.write(insn.a() + i, value)?;
        }
        if insn.b() == 0 {
            self.open_to(self.slot(insn.a() + wanted));
        }
        Ok(())
    }

    /// `select`, `unpack` and `table.insert` at the end; false if that is not what is called, or it takes more.
    pub(super) fn list_call(
        &mut self,
        vm: &mut Vm,
        callee: Slot,
        count: usize,
        c: usize,
        native: Gc<NativeFunction>,
    ) -> Recorded<bool> {
        // SAFETY: a live native.
        let (name, code, has_short) = unsafe {
            ((*native.as_ptr()).name, (*native.as_ptr()).function, (*native.as_ptr()).short.is_some())
        };
        let values = if name.as_bytes() == b"select" && has_short {
            self.select(vm, callee, count)?
        } else if code as usize == UNPACK as usize {
            self.unpack(vm, callee, count)?
        } else if code as usize == INSERT as usize && count == 2 {
            return self.appended(vm, callee, c, native);
        } else {
            None
        };
        let Some(values) = values else { return Ok(false) };
        self.guard_native(vm, callee, native)?;
        self.give_all(callee, &values, c)?;
        Ok(true)
    }

    /// `table.insert(table, value)`: an assignment to the element behind the last.
    fn appended(
        &mut self,
        vm: &mut Vm,
        callee: Slot,
        c: usize,
        native: Gc<NativeFunction>,
    ) -> Recorded<bool> {
        let Some(table) = self.actual(vm, callee + 1).as_table() else { return Ok(false) };
        let len = table.len(&vm.heap) as f64;
        if table.metatable().is_some() || self.actual(vm, callee + 2).is_nil() {
            return Ok(false);
        }
        self.guard_native(vm, callee, native)?;
        let holder = self.read_slot(vm, callee + 1)?;
        let value = self.read_slot(vm, callee + 2)?;
        let index = match self.fresh_length(holder) {
            Some(len) => self.integer(len as i64 + 1),
            None => {
                let (length, one) = (self.op1(IrOp::TLEN, Ty::Int, holder)?, self.integer(1));
                self.op2(IrOp::IADD, Ty::Int, length, one)?
            }
        };
        let is_set = self.set_index(vm, holder, table, index, RawValue::number(len + 1.0), value)?;
        if is_set {
            self.give_all(callee, &[], c)?;
        }
        Ok(is_set)
    }

    fn select(&mut self, vm: &Vm, callee: Slot, count: usize) -> Recorded<Option<Vec<Ref>>> {
        if count == 0 {
            return Ok(None);
        }
        let which = self.read_slot(vm, callee + 1)?;
        let actual = self.actual(vm, callee + 1);
        if actual.as_string().is_some_and(|text| text.as_bytes().first() == Some(&b'#')) {
            let is_constant = self.region.get(which).op == IrOp::KSTR;
            let number = self.number(count as f64 - 1.0);
            return Ok(is_constant.then(|| vec![number]));
        }
        let Some(index) = self.array_index(which, actual)? else { return Ok(None) };
        let n = actual.as_f64_or_nan() as i64;
        let skipped = if n < 0 { count as i64 + n } else { n.min(count as i64) };
        if skipped < 1 {
            return Ok(None);
        }
        self.guard_integer(index, n)?;
        (skipped as usize..count)
            .map(|i| self.read_slot(vm, callee + 1 + i as Slot))
            .collect::<Recorded<Vec<_>>>()
            .map(Some)
    }

    fn unpack(&mut self, vm: &Vm, callee: Slot, count: usize) -> Recorded<Option<Vec<Ref>>> {
        let actual = self.actual(vm, callee + 1);
        let Some(table) = actual.as_table().filter(|_| count == 1) else { return Ok(None) };
        let len = table.len(&vm.heap);
        // SAFETY: a live table.
        let in_array = unsafe { (*table.as_ptr()).array_len };
        if len as usize > MAX_VALUES || len > u64::from(in_array) || table.is_weak() {
            return Ok(None);
        }
        let holder = self.read_slot(vm, callee + 1)?;
        if self.fresh_length(holder).is_none() {
            let length = self.op1(IrOp::TLEN, Ty::Int, holder)?;
            self.guard_integer(length, len as i64)?;
        }
        let mut values = Vec::with_capacity(len as usize);
        for n in 1..=len as i64 {
            let value = match self.fresh_element(holder, n) {
                Some(value) => value,
                None => {
                    let index = self.integer(n);
                    self.element(holder, index)?
                }
            };
            values.push(self.refine(value, table.get_int(&vm.heap, n))?);
        }
        Ok(Some(values))
    }
}
