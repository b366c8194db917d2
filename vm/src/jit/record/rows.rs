//! Loops over the rows of a query.
//!
//! A step moves the cursor, and the variables are what the cursor says: views that show their row once somebody looks ([`SHOWN`](IrOp::SHOWN)), or are made
//! then, where the body does more with them than index them. Where the loop's back-edge is the region's header, they are not carried from turn to
//! turn but derived from the cursor again ([`RowLoop`]).

use super::{Recorded, Recorder};
use crate::bytecode::{Insn, Op};
use crate::ffi::cdata::WRITABLE;
use crate::ffi::cursor::{self, Cursor};
use crate::function::{FunctionView, NativeFunction, Special};
use crate::jit::ir::{
    Ins, IrOp, LaneField, Ref, RowLoop, Slot, Ty, VIRTUAL_REUSED, head_mask, rows_imm, virtual_kind,
};
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

impl Recorder {
    /// The first instruction of a root is a back-edge: if it is that of a loop over rows, the variables are what the cursor says.
    pub(super) fn begin_rows(&mut self, vm: &Vm, insn: Insn) -> Recorded<()> {
        if insn.op() != Op::ITERLOOP {
            return Ok(());
        }
        // SAFETY: an `ITERLOOP` follows its `ITERCALL` (the verifier).
        let call = unsafe { *self.pc.sub(1) };
        let Some(native) = self.row_step(vm, insn.a()) else { return Ok(()) };
        let variables = self.slot(insn.a() + 3);
        if call.op() != Op::ITERCALL || call.a() != insn.a() {
            return Ok(());
        }
        let Some(cursor) = self.cursor(vm, native, variables) else { return Ok(()) };
        // SAFETY: the payload of a userdata that the step keeps, borrowed by nobody else.
        let cursor = unsafe { &*cursor };
        if cursor.next == 0 || cursor.next > cursor.plain || !self.can_show(cursor, call) {
            return Ok(());
        }
        let iterator = self.read(vm, insn.a())?;
        let proof =
            self.emit(Ins::new(IrOp::FNATIVE, Ty::Void).a(iterator).imm(cursor::STEP as usize as u64))?;
        let (slot, reused) = (self.slot(insn.a()), call.index() as u32);
        self.region.rows = Some(RowLoop { slot, count: call.c() as u32, reused });
        let at = self.cursor_value(iterator, proof, slot)?;
        let next = self.op1(IrOp::RNEXT, Ty::Int, at)?;
        let back = self.integer(-1);
        let row = self.op2(IrOp::IADD, Ty::Int, next, back)?;
        self.show_row(vm, cursor, (at, row, at), call)?;
        // What is shown there is not among the slots of the snapshot, as it is right on the stack whenever one of these guards does not hold.
        if let Some(snap) = self.snap {
            self.region.snaps[snap as usize].may_grow = false;
        }
        Ok(())
    }

    /// A step of a loop over rows; false if the interpreter is to take it.
    pub(super) fn next_row(&mut self, vm: &Vm, insn: Insn, iterator: Ref, proof: Ref) -> Recorded<bool> {
        let variables = self.slot(insn.a() + 3);
        let Some(native) = self.row_step(vm, insn.a()) else { return Ok(false) };
        let Some(cursor) = self.cursor(vm, native, variables) else { return Ok(false) };
        // SAFETY: as above.
        let cursor = unsafe { &*cursor };
        if cursor.next >= cursor.plain || !self.can_show(cursor, insn) {
            return Ok(false);
        }
        let at = self.cursor_value(iterator, proof, self.slot(insn.a()))?;
        // SAFETY: the `ITERLOOP` follows.
        if self.frames.len() == 1 && unsafe { self.pc.add(1) } == self.header {
            // Here, where nothing of the row to come is there to be restored.
            self.emit(Ins::new(IrOp::POLL, Ty::Void))?;
            self.has_polled = true;
        }
        let row = self.op1(IrOp::RNEXT, Ty::Int, at)?;
        let len = self.op1(IrOp::RLEN, Ty::Int, at)?;
        let proof = self.op2(IrOp::GINDEX, Ty::Void, row, len)?;
        let one = self.integer(1);
        let next = self.op2(IrOp::IADD, Ty::Int, row, one)?;
        self.show_row(vm, cursor, (at, row, proof), insn)?;
        // Behind all guards.
        self.op2(IrOp::RSTEP, Ty::Void, at, next)?;
        Ok(true)
    }

    /// Whether each of a loop's variables has a lane, or no column, and its views need not be objects.
    fn can_show(&self, cursor: &Cursor, call: Insn) -> bool {
        let columns = call.c().saturating_sub(1);
        let all_reused = (0..columns).all(|column| call.index() & 2 << column != 0);
        call.c() >= 1 && cursor.has_lanes_for(columns) && (all_reused || !self.makes_views)
    }

    /// The step of a loop over rows, if that is what the register has.
    pub(super) fn row_step(&self, vm: &Vm, register: usize) -> Option<Gc<NativeFunction>> {
        match self.actual_reg(vm, register).as_function()?.view() {
            FunctionView::Native(native) => (native.special() == Special::NextRow).then_some(native),
            FunctionView::Lua(_) => None,
        }
    }

    fn cursor(&self, vm: &Vm, native: Gc<NativeFunction>, variables: Slot) -> Option<*mut Cursor> {
        // SAFETY: a step, as `Special` says.
        unsafe { cursor::cursor_of(vm, native, self.base.wrapping_add_signed(variables)) }
    }

    /// The cursor of the loop whose step is in a slot. In the turns of a region's own loop it is at a row.
    fn cursor_value(&mut self, iterator: Ref, proof: Ref, slot: Slot) -> Recorded<Ref> {
        let is_at_row = self.region.rows.is_some_and(|rows| rows.slot == slot);
        self.emit(Ins::new(IrOp::ROWS, Ty::Ptr).a(iterator).b(proof).imm(rows_imm(slot + 3, is_at_row)))
    }

    /// Gives the variables of an `ITERCALL` what a row has.
    fn show_row(
        &mut self,
        vm: &Vm,
        cursor: &Cursor,
        (at, row, proof): (Ref, Ref, Ref),
        insn: Insn,
    ) -> Recorded<()> {
        let first = self.slot(insn.a() + 3);
        let lane = |index: usize, field: LaneField, ty| {
            Ins::new(IrOp::LANE, ty).a(at).imm(field as u64 | (index as u64) << 8)
        };
        let entities = self.emit(lane(0, LaneField::Entities, Ty::Ptr))?;
        let place = self.emit(Ins::new(IrOp::ADDR, Ty::Ptr).a(entities).b(row).imm(8))?;
        let entity = self.emit(Ins::new(IrOp::RENTITY, Ty::Any).a(place).b(proof))?;
        self.write_slot(first, entity)?;
        for index in 0..insn.c() - 1 {
            let slot = first + 1 + index as Slot;
            let Some(actual) = cursor.lane(index) else {
                let nil = self.primitive(RawValue::NIL);
                self.write_slot(slot, nil)?;
                continue;
            };
            let data = self.emit(lane(index, LaneField::Data, Ty::Ptr))?;
            let is_absent = actual.data.is_null();
            self.emit(Ins::new(IrOp::GNULL, Ty::Void).a(data).imm(u64::from(is_absent)))?;
            if is_absent {
                let nil = self.primitive(RawValue::NIL);
                self.write_slot(slot, nil)?;
                continue;
            }
            let stride = self.emit(lane(index, LaneField::Stride, Ty::Int))?;
            self.guard_integer(stride, actual.stride as i64)?;
            let data = self.emit(Ins::new(IrOp::ADDR, Ty::Ptr).a(data).b(row).imm(actual.stride as u64))?;
            let ticks = self.emit(lane(index, LaneField::Ticks, Ty::Ptr))?;
            self.emit(Ins::new(IrOp::GNULL, Ty::Void).a(ticks).imm(u64::from(actual.ticks.is_null())))?;
            let tick = if actual.ticks.is_null() {
                Ref::NONE
            } else {
                self.emit(Ins::new(IrOp::ADDR, Ty::Ptr).a(ticks).b(row).imm(4))?
            };
            let view = self.emit(lane(index, LaneField::View, Ty::Cdt))?;
            // SAFETY: a live view, which the step keeps.
            let (head, shown) = unsafe { (actual.view.cast::<u64>().read(), Gc::from_ptr(actual.view)) };
            self.emit(Ins::new(IrOp::CHEAD, Ty::Void).a(view).imm(head & head_mask(head)))?;
            // It is good as long as the loop's epoch is, which `ROWS` has seen.
            self.epoch(vm, view, shown)?;
            let kind = virtual_kind(shown.ctype().0, shown.flags() & WRITABLE != 0);
            let (op, kind) = if insn.index() & 2 << index != 0 {
                (IrOp::SHOWN, kind | VIRTUAL_REUSED)
            } else {
                (IrOp::PART, kind)
            };
            let value = self.emit(Ins::new(op, Ty::Cdt).a(view).b(data).c(tick).imm(kind))?;
            self.write_slot(slot, value)?;
        }
        Ok(())
    }
}
