//! Fields and elements of C values, as loads and stores.
//!
//! A value is read where its bytes are once its head is known (what type, lent or owned, writable) and, if it is lent, that its epoch is the current one. Parts
//! of lent structs are no objects here but places ([`PART`](IrOp::PART)), as are the rows of a query ([`SHOWN`](IrOp::SHOWN), `rows.rs`): a view is made, or
//! brought up to date, where the trace is left while somebody could look at it.

use super::refs::type_of_object;
use super::wide::{wide_scalar, wide_type_of};
use super::{Pending, Recorded, Recorder};
use crate::bytecode::{Insn, Part};
use crate::ffi::cdata::{CData, COLUMN, UNCHECKED, VIEW, View, WRITABLE};
use crate::ffi::column;
use crate::ffi::ctype::{CTypeId, Scalar};
use crate::ffi::place::{self, PART};
use crate::ffi::state::CFieldKind;
use crate::function::InlineCache;
use crate::jit::ir::{
    ColumnField, Ins, IrOp, Ref, Ty, VIRTUAL_REUSED, VIRTUAL_WRITABLE, head_mask, virtual_kind,
};
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// Offsets above are left to the interpreter.
const MAX_OFFSET: usize = 1 << 30;

/// Where a write leaves the tick.
#[derive(Clone, Copy)]
pub(super) enum Tick {
    /// Nowhere.
    None,
    /// At this address.
    At(Ref),
    /// Where the view says, which is nowhere or not.
    OfView { is_null: bool },
}

/// Where a value's bytes are.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) ctype: CTypeId,
    pub(super) is_writable: bool,
    pub(super) is_view: bool,
    /// The cdata, or the one it is a part of.
    pub(super) whole: Ref,
    pub(super) data: Ref,
    pub(super) offset: usize,
    /// Where it is now.
    pub(super) at: *mut u8,
    pub(super) tick: Tick,
    pub(super) proof: Ref,
}

impl Recorder {
    /// The bytes of a cdata, if they may be read now.
    pub(super) fn bytes_of(&mut self, vm: &Vm, object: Ref, actual: Gc<CData>) -> Recorded<Option<Target>> {
        let ins = *self.region.get(object);
        if ins.is_virtual() {
            // Whatever the interpreter has executed meanwhile may have ended the epoch.
            let Some(proof) = self.epoch(vm, ins.a, actual)? else { return Ok(None) };
            return Ok(Some(Target {
                ctype: CTypeId(ins.imm as u32),
                is_writable: ins.imm & VIRTUAL_WRITABLE != 0,
                is_view: true,
                whole: ins.a,
                data: ins.b,
                offset: 0,
                at: actual.data(),
                tick: if ins.c == Ref::NONE { Tick::None } else { Tick::At(ins.c) },
                proof,
            }));
        }
        if ins.op == IrOp::CREF {
            return Ok(Some(self.bytes_of_reference(object, actual.data())));
        }
        let flags = actual.flags();
        if flags & (UNCHECKED | COLUMN) != 0 {
            return Ok(None);
        }
        let Some(proof) = self.head(vm, object, actual)? else { return Ok(None) };
        let data = self.emit(Ins::new(IrOp::CDATA, Ty::Ptr).a(object).b(proof))?;
        Ok(Some(Target {
            ctype: actual.ctype(),
            is_writable: flags & WRITABLE != 0,
            is_view: flags & VIEW != 0,
            whole: object,
            data,
            offset: 0,
            at: actual.data(),
            tick: if flags & VIEW != 0 {
                // SAFETY: a live view, as the flag says.
                Tick::OfView { is_null: unsafe { (*actual.as_ptr().cast::<View>()).tick.is_null() } }
            } else {
                Tick::None
            },
            proof,
        }))
    }

    /// Guards of what a cdata is, and that it may be read; `None` if it may not.
    pub(super) fn head(&mut self, vm: &Vm, object: Ref, actual: Gc<CData>) -> Recorded<Option<Ref>> {
        // SAFETY: a live cell.
        let head = unsafe { actual.as_ptr().cast::<u64>().read() };
        let proof = self.emit(Ins::new(IrOp::CHEAD, Ty::Void).a(object).imm(head & head_mask(head)))?;
        if actual.flags() & VIEW == 0 {
            return Ok(Some(proof));
        }
        self.epoch(vm, object, actual)
    }

    /// Guards that a view may be used: it is of the current epoch.
    pub(super) fn epoch(&mut self, vm: &Vm, view: Ref, actual: Gc<CData>) -> Recorded<Option<Ref>> {
        // SAFETY: a live view: of virtual ones the interpreter has one that was lent with it.
        if unsafe { (*actual.as_ptr().cast::<View>()).epoch } != vm.ffi.lending.epoch() {
            return Ok(None);
        }
        self.emit(Ins::new(IrOp::CEPOCH, Ty::Void).a(view)).map(Some)
    }

    /// `GETFIELD` of a cdata; false where it takes more than loads.
    pub(super) fn cdata_field(&mut self, vm: &mut Vm, insn: Insn, object: Ref) -> Recorded<bool> {
        let Some(actual) = self.actual_reg(vm, insn.b()).as_cdata() else { return Ok(false) };
        let key = self.key_of(insn);
        // Asked before anything is emitted.
        let ctype = type_of_object(self.region.get(object), actual);
        if ctype.is_declared() {
            return self.declared_field(vm, insn, object, actual);
        }
        let Some(field) = place::of_field(vm, ctype, key, false) else { return Ok(false) };
        if let Some(value) = self.part_of_fresh(object, field.0 & 0xFF, (field.0 >> 8) as usize) {
            self.write(insn.a(), value)?;
            return Ok(true);
        }
        let Some(target) = self.bytes_of(vm, object, actual)? else { return Ok(false) };
        self.follow(vm, insn.a(), insn.c(), target, Some(field))
    }

    /// Goes on from a struct, of which a field is read, or which is a value of a column: to the value that is wanted in the end.
    fn follow(
        &mut self,
        vm: &mut Vm,
        register: usize,
        part: usize,
        mut target: Target,
        field: Option<(u32, CTypeId)>,
    ) -> Recorded<bool> {
        if let Some((place, part_type)) = field {
            target.offset += (place >> 8) as usize;
            target.at = target.at.wrapping_add((place >> 8) as usize);
            if place & 0xFF != PART {
                let value = self.load_scalar(&target, place & 0xFF)?;
                self.write(register, value)?;
                return Ok(true);
            }
            target.ctype = part_type;
        }
        if part == Part::ReadNext as usize {
            return self.read_next(vm, register, target);
        }
        if !target.is_view || !self.may_be_part(part) {
            return Ok(false);
        }
        let value = self.part(&target, part)?;
        self.write(register, value)?;
        Ok(true)
    }

    /// A struct of which the next instruction reads a field: the interpreter does both at once if it can.
    fn read_next(&mut self, vm: &mut Vm, register: usize, target: Target) -> Recorded<bool> {
        // SAFETY: the verifier has seen that the next instruction is the one that reads the field.
        let next = unsafe { *self.pc.add(1) };
        let cache = self.cache_of(next);
        // SAFETY: a cache of the running code.
        let (key, ctype) = unsafe { ((*cache).key, (*cache).ctype) };
        let Some((place, part)) = place::of_field(vm, target.ctype, key, false) else { return Ok(false) };
        if ctype != target.ctype.0 {
            // The interpreter will make an object of the part, this time.
            return Ok(false);
        }
        let first = self.pc;
        let mut inner = target;
        inner.offset += (place >> 8) as usize;
        inner.at = inner.at.wrapping_add((place >> 8) as usize);
        // SAFETY: both instructions are there.
        let end = unsafe { first.add(2) };
        if place & 0xFF != PART {
            let value = self.load_scalar(&inner, place & 0xFF)?;
            self.write(register, value)?;
            self.pending = Pending::Chain { end, register: next.a(), value };
        } else {
            inner.ctype = part;
            if next.c() != Part::Indexed as usize || !inner.is_view {
                return self.read_deeper(vm, next, inner);
            }
            let value = self.part(&inner, next.c())?;
            self.pending = Pending::Chain { end, register: next.a(), value };
        }
        self.expected = [end; 2];
        Ok(true)
    }

    /// A third instruction and more of a chain.
    fn read_deeper(&mut self, vm: &mut Vm, insn: Insn, target: Target) -> Recorded<bool> {
        if insn.c() != Part::ReadNext as usize {
            return Ok(false);
        }
        let here = self.pc;
        // SAFETY: as in `read_next`.
        self.pc = unsafe { here.add(1) };
        let outcome = self.read_next(vm, insn.a(), target);
        self.pc = here;
        outcome
    }

    /// Whether a part of which this use is made can be a place: if it is kept, only as long as no recording of the loop has come to where an object is
    /// needed.
    fn may_be_part(&self, part: usize) -> bool {
        part == Part::Indexed as usize || part == Part::Kept as usize && !self.makes_views
    }

    /// A part as a value.
    fn part(&mut self, target: &Target, part: usize) -> Recorded<Ref> {
        let data = self.address(target)?;
        let tick = self.tick(target)?;
        let reused = if part == Part::Indexed as usize { VIRTUAL_REUSED } else { 0 };
        let kind = virtual_kind(target.ctype.0, target.is_writable) | reused;
        self.emit(Ins::new(IrOp::PART, Ty::Cdt).a(target.whole).b(data).c(tick).imm(kind))
    }

    pub(super) fn address(&mut self, target: &Target) -> Recorded<Ref> {
        if target.offset == 0 {
            return Ok(target.data);
        }
        self.emit(Ins::new(IrOp::ADDR, Ty::Ptr).a(target.data).imm(target.offset as u64))
    }

    /// Where a write leaves the tick; nothing if nowhere.
    fn tick(&mut self, target: &Target) -> Recorded<Ref> {
        match target.tick {
            Tick::None => Ok(Ref::NONE),
            Tick::At(r) => Ok(r),
            Tick::OfView { is_null } => {
                let tick = self.emit(Ins::new(IrOp::CTICK, Ty::Ptr).a(target.whole).b(target.proof))?;
                self.emit(Ins::new(IrOp::GNULL, Ty::Void).a(tick).imm(u64::from(is_null)))?;
                Ok(if is_null { Ref::NONE } else { tick })
            }
        }
    }

    pub(super) fn load_scalar(&mut self, target: &Target, scalar: u32) -> Recorded<Ref> {
        if target.offset > MAX_OFFSET {
            return Err(crate::jit::reason::Reason::TooLong);
        }
        let ty = match Scalar::ALL[scalar as usize] {
            Scalar::F32 | Scalar::F64 => Ty::Num,
            Scalar::I64 => Ty::I64,
            Scalar::U64 => Ty::U64,
            _ => Ty::Int,
        };
        let place = target.offset as u64 | u64::from(scalar) << 32;
        let value = self.emit(Ins::new(IrOp::CLOAD, ty).a(target.data).b(target.proof).imm(place))?;
        if scalar != Scalar::Bool as u32 {
            return Ok(value);
        }
        // SAFETY: it may be read now.
        let is_true = unsafe { target.at.read() } != 0;
        let zero = self.integer(0);
        self.emit(Ins::new(IrOp::GEQ, Ty::Void).a(value).b(zero).imm(u64::from(!is_true)))?;
        Ok(self.primitive(is_true.into()))
    }

    /// `SETFIELD` of a cdata; false where it takes more than a store.
    pub(super) fn set_cdata_field(&mut self, vm: &mut Vm, insn: Insn, object: Ref) -> Recorded<bool> {
        let Some(actual) = self.actual_reg(vm, insn.a()).as_cdata() else { return Ok(false) };
        let key = self.key_of(insn);
        let ctype = type_of_object(self.region.get(object), actual);
        let Some((place, part)) = place::of_field(vm, ctype, key, true) else {
            return self.set_wide_field(vm, insn, (object, actual, ctype));
        };
        let value = self.read(vm, insn.b())?;
        if place & 0xFF == PART {
            let value = (value, self.actual_reg(vm, insn.b()));
            let Some(mut target) = self.bytes_of(vm, object, actual)? else { return Ok(false) };
            target.offset += (place >> 8) as usize;
            return self.set_whole(vm, &target, part, value);
        }
        if !self.region.ty(value).is_number() {
            return Ok(false);
        }
        if self.set_part_of_fresh(object, place & 0xFF, (place >> 8) as usize, value)? {
            return Ok(true);
        }
        let Some(mut target) = self.bytes_of(vm, object, actual)? else { return Ok(false) };
        target.offset += (place >> 8) as usize;
        self.store_scalar(&target, place & 0xFF, value)
    }

    /// The same of a field of a declared struct that is a 64-bit integer.
    fn set_wide_field(
        &mut self,
        vm: &mut Vm,
        insn: Insn,
        (object, actual, ctype): (Ref, Gc<CData>, CTypeId),
    ) -> Recorded<bool> {
        let is_new = self.region.get(object).op == IrOp::CNEW;
        if is_new || !ctype.is_declared() || vm.ffi.c.table.quals(ctype).constant {
            return Ok(false);
        }
        let Some(record) = vm.ffi.c.table.as_record(ctype) else { return Ok(false) };
        let Ok(Some(field)) = vm.c_field(record, self.key_of(insn)) else { return Ok(false) };
        let Some(wide) = wide_type_of(field.ctype).filter(|_| field.kind == CFieldKind::Field) else {
            return Ok(false);
        };
        let value = self.read(vm, insn.b())?;
        let ty = self.region.ty(value);
        if !(ty.is_number() || ty.is_wide()) {
            return Ok(false);
        }
        let Some(mut target) = self.bytes_of(vm, object, actual)? else { return Ok(false) };
        target.offset += field.offset as usize;
        self.store_scalar(&target, wide_scalar(wide) as u32, value)
    }

    pub(super) fn store_scalar(&mut self, target: &Target, scalar: u32, value: Ref) -> Recorded<bool> {
        if !target.is_writable || scalar == Scalar::Bool as u32 || target.offset > MAX_OFFSET {
            return Ok(false);
        }
        let value = match Scalar::ALL[scalar as usize] {
            Scalar::F32 | Scalar::F64 => self.double(value)?,
            wide @ (Scalar::I64 | Scalar::U64) => {
                let ty = if wide == Scalar::U64 { Ty::U64 } else { Ty::I64 };
                let Some(value) = self.as_wide(value, ty)? else { return Ok(false) };
                value
            }
            _ => self.whole(value)?,
        };
        let tick = self.tick(target)?;
        let place = target.offset as u64 | u64::from(scalar) << 32;
        self.emit(Ins::new(IrOp::CSTORE, Ty::Void).a(target.data).b(value).imm(place))?;
        if tick != Ref::NONE && self.ticked.insert(tick) {
            let now = self.emit(Ins::new(IrOp::LTICK, Ty::Int))?;
            self.op2(IrOp::TSTORE, Ty::Void, tick, now)?;
        }
        Ok(true)
    }

    /// An element of a column, or of an array or what a pointer points at.
    pub(super) fn cdata_element(
        &mut self,
        vm: &mut Vm,
        insn: Insn,
        object: Ref,
        (key, actual_key): (Ref, RawValue),
        part: usize,
    ) -> Recorded<bool> {
        let Some(actual) = self.actual_reg(vm, insn.b()).as_cdata() else { return Ok(false) };
        if self.region.get(object).is_virtual() {
            return Ok(false);
        }
        if actual.flags() & COLUMN != 0 {
            return self.column_element(vm, insn, object, actual, (key, actual_key), part);
        }
        match self.array_element(vm, object, actual, (key, actual_key), false)? {
            Some(target) => self.give_member(vm, insn.a(), target),
            None => Ok(false),
        }
    }

    /// Assigns an element of an array or of what a pointer points at.
    pub(super) fn set_cdata_element(
        &mut self,
        vm: &mut Vm,
        insn: Insn,
        object: Ref,
        key: (Ref, RawValue),
        value: Ref,
    ) -> Recorded<bool> {
        let Some(actual) = self.actual_reg(vm, insn.a()).as_cdata() else { return Ok(false) };
        let is_column = actual.flags() & COLUMN != 0;
        let ty = self.region.ty(value);
        if self.region.get(object).is_virtual() || is_column || !(ty.is_number() || ty.is_wide()) {
            return Ok(false);
        }
        let Some(target) = self.array_element(vm, object, actual, key, true)? else { return Ok(false) };
        let scalar = match wide_type_of(target.ctype) {
            Some(wide) => Some(wide_scalar(wide)),
            // What a narrower integer gets of a wide one the interpreter knows.
            None => place::scalar_of(vm, target.ctype).filter(|_| ty.is_number()),
        };
        match scalar {
            Some(scalar) => self.store_scalar(&target, scalar as u32, value),
            None => Ok(false),
        }
    }

    fn column_element(
        &mut self,
        vm: &mut Vm,
        insn: Insn,
        object: Ref,
        actual: Gc<CData>,
        (key, actual_key): (Ref, RawValue),
        part: usize,
    ) -> Recorded<bool> {
        // SAFETY: a live column, as the flag says.
        let (found, field) = unsafe {
            let found = column::element(vm, actual.as_ptr(), actual_key);
            (found, &*actual.as_ptr().cast::<column::Column>())
        };
        let Some((at, element)) = found else { return Ok(false) };
        if !field.places.is_null()
            || part != Part::ReadNext as usize
                && !self.may_be_part(part)
                && CTypeId(element) != Scalar::Entity.into()
        {
            return Ok(false);
        }
        let stride = u64::from(field.stride);
        let is_entity = CTypeId(element) == Scalar::Entity.into();
        let Some(index) = self.array_index(key, actual_key)? else { return Ok(false) };
        let Some(proof) = self.head(vm, object, actual)? else { return Ok(false) };
        let column = |field: ColumnField, ty| Ins::new(IrOp::COLUMN, ty).a(object).b(proof).imm(field as u64);
        let places = self.emit(column(ColumnField::Places, Ty::Ptr))?;
        self.emit(Ins::new(IrOp::GNULL, Ty::Void).a(places).imm(1))?;
        let actual_stride = self.emit(column(ColumnField::Stride, Ty::Int))?;
        self.guard_integer(actual_stride, stride as i64)?;
        let len = self.emit(column(ColumnField::Len, Ty::Int))?;
        let proof_of_row = self.emit(Ins::new(IrOp::GINDEX, Ty::Void).a(index).b(len))?;
        let data = self.emit(Ins::new(IrOp::CDATA, Ty::Ptr).a(object).b(proof))?;
        let address = self.emit(Ins::new(IrOp::ADDR, Ty::Ptr).a(data).b(index).imm(stride))?;
        if is_entity {
            let value = self.emit(Ins::new(IrOp::RENTITY, Ty::Any).a(address).b(proof_of_row))?;
            self.write(insn.a(), value)?;
            return Ok(true);
        }
        let first = self.emit(Ins::new(IrOp::CTICK, Ty::Ptr).a(object).b(proof))?;
        // SAFETY: a live view.
        let is_watched = unsafe { !(*actual.as_ptr().cast::<View>()).tick.is_null() };
        self.emit(Ins::new(IrOp::GNULL, Ty::Void).a(first).imm(u64::from(!is_watched)))?;
        let tick = if is_watched {
            Tick::At(self.emit(Ins::new(IrOp::ADDR, Ty::Ptr).a(first).b(index).imm(4))?)
        } else {
            Tick::None
        };
        let target = Target {
            ctype: CTypeId(element),
            is_writable: actual.flags() & WRITABLE != 0,
            is_view: true,
            whole: object,
            data: address,
            offset: 0,
            at,
            tick,
            proof: proof_of_row,
        };
        self.follow(vm, insn.a(), part, target, None)
    }

    /// The inline cache of an instruction of the current frame.
    pub(super) fn cache_of(&self, insn: Insn) -> *const InlineCache {
        // SAFETY: caches lie below the back pointer below the constants (function/code.rs); the index was verified.
        unsafe { self.top_frame().constants.sub(1).cast::<InlineCache>().sub(insn.index() + 1) }
    }
}
