//! Parts of declared C values: members of structs, elements of arrays, what pointers point at.
//!
//! A struct or array inside another one is a reference ([`CREF`](IrOp::CREF)): an object, which `opt::sink` leaves to the exits where nobody but the trace
//! knows it. Its bytes are reached by the address it was made of. The rules are those of `ffi/cindex.rs` and `ffi/memory.rs`; whatever they refuse, or need more
//! than an address for, is the interpreter's.

use super::cdata::{Target, Tick};
use super::wide::{wide_scalar, wide_type_of};
use super::{Recorded, Recorder};
use crate::bytecode::Insn;
use crate::ffi::cdata::{CData, COLUMN, INNER, Inner, SIZED, UNCHECKED, VIEW, WRITABLE};
use crate::ffi::ctab::{Kind, UNKNOWN};
use crate::ffi::ctype::CTypeId;
use crate::ffi::place;
use crate::ffi::state::CFieldKind;
use crate::function::FunctionView;
use crate::jit::ir::{Ins, IrOp, Place, Ref, Slot, Ty, VIRTUAL_WRITABLE, reference_imm};
use crate::rt::meta::Meta;
use crate::string::LuaString;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// Addresses below are never memory.
const FIRST_PAGE: usize = 4096;

/// What the elements of an array are, or of what a pointer points at.
#[derive(Clone, Copy)]
struct Elements {
    ctype: CTypeId,
    is_constant: bool,
    size: u32,
    /// How many, if the type says.
    count: Option<u32>,
}

impl Elements {
    fn of(vm: &Vm, ctype: CTypeId) -> Option<Elements> {
        if !ctype.is_declared() {
            return None;
        }
        let table = &vm.ffi.c.table;
        let whole = table.referent(ctype);
        let element = table.element(whole)?;
        let size = table.known_size(element).filter(|size| *size > 0)?;
        let count = match table.kind(whole) {
            Kind::Pointer(_) | Kind::VariableArray(_) => None,
            Kind::Array(_) => match table.size(whole) {
                UNKNOWN => None,
                // The interpreter looks at where arrays of one element end.
                bytes => Some(bytes / size).filter(|count| *count > 1).map(Some)?,
            },
            _ => return None,
        };
        Some(Elements { ctype: element, is_constant: table.quals(element).constant, size, count })
    }
}

/// The type of a cdata as the trace knows it, if it is a view or reference that need not be an object; else its own.
pub(super) fn type_of_object(object: &Ins, actual: Gc<CData>) -> CTypeId {
    if object.is_virtual() || object.op == IrOp::CREF { CTypeId(object.imm as u32) } else { actual.ctype() }
}

impl Recorder {
    /// The bytes a reference of the trace is to.
    pub(super) fn bytes_of_reference(&self, object: Ref, at: *mut u8) -> Target {
        let reference = *self.region.get(object);
        Target {
            ctype: CTypeId(reference.imm as u32),
            is_writable: reference.imm & VIRTUAL_WRITABLE != 0,
            is_view: false,
            whole: self.whole_of(object),
            data: reference.b,
            offset: 0,
            at,
            tick: Tick::None,
            proof: reference.c,
        }
    }

    /// The cdata that keeps what a reference of the trace is to: the reference itself once it is an object.
    fn whole_of(&self, object: Ref) -> Ref {
        if self.kept.contains(&object) { object } else { self.region.get(object).a }
    }

    /// `GETFIELD` of a declared struct, or of what a pointer points at; false where it takes the interpreter.
    pub(super) fn declared_field(
        &mut self,
        vm: &mut Vm,
        insn: Insn,
        object: Ref,
        actual: Gc<CData>,
    ) -> Recorded<bool> {
        let ctype = type_of_object(self.region.get(object), actual);
        let table = &vm.ffi.c.table;
        let mut record = table.referent(ctype);
        if let Kind::Pointer(to) = table.kind(record) {
            record = table.referent(to);
        }
        let Some(record) = table.as_record(record) else { return Ok(false) };
        let Ok(Some(field)) = vm.c_field(record, self.key_of(insn)) else { return Ok(false) };
        if field.kind != CFieldKind::Field {
            return Ok(false);
        }
        if let Some(scalar) = place::scalar_of(vm, field.ctype)
            && let Some(value) = self.part_of_fresh(object, scalar as u32, field.offset as usize)
        {
            self.write(insn.a(), value)?;
            return Ok(true);
        }
        let Some(mut target) = self.bytes_of(vm, object, actual)? else { return Ok(false) };
        target.offset += field.offset as usize;
        target.at = target.at.wrapping_add(field.offset as usize);
        target.ctype = field.ctype;
        self.give_member(vm, insn.a(), target)
    }

    /// Gives a register the member or element that a place has.
    pub(super) fn give_member(&mut self, vm: &Vm, register: usize, target: Target) -> Recorded<bool> {
        let value = match vm.ffi.c.table.kind(target.ctype) {
            _ if let Some(scalar) = place::scalar_of(vm, target.ctype) => {
                self.load_scalar(&target, scalar as u32)?
            }
            _ if let Some(ty) = wide_type_of(target.ctype) => {
                self.load_scalar(&target, wide_scalar(ty) as u32)?
            }
            Kind::Record(record) if vm.ffi.c.table.record(record).host.is_some() => return Ok(false),
            Kind::Record(_) | Kind::Array(_) | Kind::VariableArray(_) if !target.is_view => {
                self.reference(&target)?
            }
            _ => return Ok(false),
        };
        self.write(register, value)?;
        Ok(true)
    }

    fn reference(&mut self, target: &Target) -> Recorded<Ref> {
        let data = self.address(target)?;
        let imm = reference_imm(target.ctype.0, target.is_writable);
        let made = Ins::new(IrOp::CREF, Ty::Cdt).a(target.whole).b(data).c(target.proof).imm(imm);
        let made = self.emit(made)?;
        self.does_not_grow();
        Ok(made)
    }

    /// An element of an array, or of what a pointer points at, which may be read now (or written); `None` where it takes the interpreter to say.
    pub(super) fn array_element(
        &mut self,
        vm: &Vm,
        object: Ref,
        actual: Gc<CData>,
        (key, actual_key): (Ref, RawValue),
        writes: bool,
    ) -> Recorded<Option<Target>> {
        let (ins, flags) = (*self.region.get(object), actual.flags());
        let Some(elements) = Elements::of(vm, type_of_object(&ins, actual)) else { return Ok(None) };
        let is_refused = writes && (elements.is_constant || flags & WRITABLE == 0);
        if flags & (VIEW | UNCHECKED | COLUMN) != 0 || is_refused {
            return Ok(None);
        }
        let Some(at) = element_now(actual, &elements, actual_key) else { return Ok(None) };
        let is_reference = ins.op == IrOp::CREF;
        if is_reference && elements.count.is_none() && flags & INNER != 0 {
            // Its end is that of what it is part of.
            return Ok(None);
        }
        let Some(index) = self.array_index(key, actual_key)? else { return Ok(None) };
        let (whole, data, mut proof) = if is_reference {
            (self.whole_of(object), ins.b, ins.c)
        } else {
            let Some(proof) = self.head(vm, object, actual)? else { return Ok(None) };
            (object, self.emit(Ins::new(IrOp::CDATA, Ty::Ptr).a(object).b(proof))?, proof)
        };
        let size = u64::from(elements.size);
        let address = self.emit(Ins::new(IrOp::ADDR, Ty::Ptr).a(data).b(index).imm(size))?;
        if let Some(count) = elements.count {
            let count = self.integer(i64::from(count));
            proof = self.emit(Ins::new(IrOp::GINDEX, Ty::Void).a(index).b(count))?;
        } else if flags & INNER != 0 {
            proof = self.emit(Ins::new(IrOp::CBOUND, Ty::Void).a(object).b(address).c(proof).imm(size))?;
        } else if flags & SIZED != 0 {
            let count = self.emit(Ins::new(IrOp::CCOUNT, Ty::Int).a(data).b(proof).imm(size))?;
            proof = self.emit(Ins::new(IrOp::GINDEX, Ty::Void).a(index).b(count))?;
        } else {
            proof = self.emit(Ins::new(IrOp::CPAGE, Ty::Void).a(address).b(proof))?;
        }
        Ok(Some(Target {
            ctype: elements.ctype,
            is_writable: flags & WRITABLE != 0,
            is_view: false,
            whole,
            data: address,
            offset: 0,
            at,
            tick: Tick::None,
            proof,
        }))
    }

    /// A method of a C value, looked for as its metatype says; `None` where that is not all.
    pub(super) fn cdata_method(
        &mut self,
        vm: &mut Vm,
        object: Ref,
        actual: Gc<CData>,
        key: Gc<LuaString>,
    ) -> Recorded<Option<Ref>> {
        let ins = *self.region.get(object);
        let ctype = type_of_object(&ins, actual);
        if actual.flags() & COLUMN != 0 {
            return Ok(None);
        }
        let meta = if ctype.is_declared() {
            match vm.ffi.c.method_target(ctype) {
                Some(record) if matches!(vm.c_field(record, key), Ok(None)) => {}
                _ => return Ok(None),
            }
            vm.ffi.c.metatype(&vm.heap, ctype)
        } else {
            if vm.ffi.field(ctype, key).is_some() {
                return Ok(None);
            }
            vm.ffi.metatable(&vm.heap, ctype)
        };
        let Some(meta) = meta else { return Ok(None) };
        let is_clear = ins.is_virtual() || matches!(ins.op, IrOp::CREF | IrOp::CNEW);
        if !is_clear && self.head(vm, object, actual)?.is_none() {
            return Ok(None);
        }
        let holder = self.region.constant(IrOp::KTAB, Ty::Tab, meta.as_ptr() as u64);
        if !ctype.is_declared() {
            if meta.get_str(&vm.heap, key).is_nil() {
                return Ok(None);
            }
            return self.field(vm, holder, meta, key);
        }
        if meta.meta(&vm.heap, Meta::Index).as_table().is_none() {
            return Ok(None);
        }
        let Some((handler, now)) = self.index_handler(vm, holder, meta)? else { return Ok(None) };
        match now.as_table() {
            Some(table) => self.field(vm, handler, table, key),
            None => Ok(None),
        }
    }

    /// What the interpreter is about to see of the slots it reads has to be there.
    pub(super) fn keep_what_is_read(&mut self, insn: Insn) -> Recorded<()> {
        let (reads, _) = super::live::uses(insn, 250);
        let slots = reads.iter().map(|register| self.slot(register));
        let slots: Vec<Slot> = slots.filter(|slot| *slot < self.list_end()).collect();
        for slot in slots {
            if let Some(r) = self.value_in(slot).filter(|r| self.region.ty(*r).is_wide()) {
                self.object(r)?;
            }
            if let Some(Place::Value(r)) = self.place(slot)
                && matches!(self.region.get(r).op, IrOp::CREF | IrOp::CNEW)
            {
                self.emit(Ins::new(IrOp::KEEP, Ty::Void).a(r))?;
            }
        }
        // A collection may begin. A reference keeps the memory it is to, but what it was reached by is kept by a slot or not at all.
        let snap = self.snapshot()?;
        let live = self.region.snaps[snap as usize].live.clone();
        let values: Vec<Ref> = live.iter().filter_map(|slot| self.value_in(*slot)).collect();
        for r in &values {
            let ins = *self.region.get(*r);
            if ins.op == IrOp::CREF && !self.kept.contains(r) && !values.contains(&ins.a) {
                self.emit(Ins::new(IrOp::KEEP, Ty::Void).a(*r))?;
            }
        }
        Ok(())
    }

    /// What the trace knows a slot to hold.
    fn value_in(&self, slot: Slot) -> Option<Ref> {
        match self.place(slot) {
            Some(Place::Value(r)) => Some(r),
            Some(Place::Memory) => None,
            None => self.region.param(slot),
        }
    }

    /// A call of what is no function is left to the interpreter if no Lua function comes of it.
    pub(super) fn is_called_natively(vm: &mut Vm, callee: RawValue) -> bool {
        let handler = match callee.as_cdata() {
            // Functions of C, and constructors.
            Some(cdata) if cdata.ctype().is_declared() => return true,
            Some(_) => return false,
            None => vm.metatable_of(callee).map(|meta| meta.meta(&vm.heap, Meta::Call)),
        };
        let native = handler.and_then(|handler| match handler.as_function()?.view() {
            FunctionView::Native(native) => Some(native),
            FunctionView::Lua(_) => None,
        });
        native.is_some_and(|native| native.special().is_plain())
    }
}

/// Where an element is now, if it may be read.
fn element_now(actual: Gc<CData>, elements: &Elements, key: RawValue) -> Option<*mut u8> {
    let index = super::ops::is_small_integer(key).then(|| key.as_f64_or_nan() as i64)?;
    if elements.count.is_some_and(|count| !(0..i64::from(count)).contains(&index)) {
        return None;
    }
    let size = elements.size as usize;
    let at = actual.data().wrapping_offset(index as isize * size as isize);
    let flags = actual.flags();
    if elements.count.is_some() {
        return Some(at);
    }
    let is_there = if flags & INNER != 0 {
        // SAFETY: a live cell with the flag.
        let (start, end) = unsafe {
            let inner = actual.as_ptr().cast::<Inner>();
            ((*inner).start, (*inner).end)
        };
        at as usize >= start && (at as usize).checked_add(size)? <= end
    } else if flags & SIZED != 0 {
        index >= 0 && (index as usize + 1) * size <= actual.own_size()? as usize
    } else {
        at as usize >= FIRST_PAGE
    };
    is_there.then_some(at)
}
