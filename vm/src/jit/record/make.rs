//! `ffi.new` and calls of type objects: small structs of numbers are fresh C values (`values.rs`).

use super::values::part_imm;
use super::wide::wide_type_of;
use super::{Recorded, Recorder};
use crate::ffi::cconv::type_object;
use crate::ffi::ctab::MemberKind;
use crate::ffi::ctype::{CTypeId, Scalar};
use crate::ffi::place;
use crate::function::NativeFunction;
use crate::jit::ir::{IrOp, Ref, Slot, Ty};
use crate::rt::meta::Meta;
use crate::stdlib::{FFI_CAST, FFI_NEW};
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// Bytes of a struct that is kept track of, at most.
const MAX_SIZE: u32 = 128;

impl Recorder {
    /// `ffi.new(type, ...)`; `None` if that is not what is called, or it takes the interpreter.
    pub(super) fn ffi_new(
        &mut self,
        vm: &mut Vm,
        callee: Slot,
        count: usize,
        native: Gc<NativeFunction>,
    ) -> Recorded<Option<Ref>> {
        // SAFETY: a live native.
        let code = unsafe { (*native.as_ptr()).function as usize };
        let is_cast = code == FFI_CAST as usize;
        if !is_cast && code != FFI_NEW as usize || count == 0 {
            return Ok(None);
        }
        let (which, actual) = (self.read_slot(vm, callee + 1)?, self.actual(vm, callee + 1));
        let ctype = match actual.as_string() {
            Some(text) if self.region.get(which).op == IrOp::KSTR => {
                vm.ffi.c.spelled.get(text.as_bytes()).copied()
            }
            Some(_) => None,
            None => actual.as_cdata().and_then(type_object),
        };
        let Some(ctype) = ctype else { return Ok(None) };
        if let Some(value) = self.wide_initial(vm, ctype, callee + 2, count - 1)? {
            if actual.is_cdata() && !self.is_type_object(vm, which, actual, ctype)? {
                return Ok(None);
            }
            self.guard_native(vm, callee, native)?;
            return Ok(Some(value));
        }
        if is_cast {
            return Ok(None);
        }
        let Some(parts) = self.initial_parts(vm, ctype, callee + 2, count - 1)? else { return Ok(None) };
        if actual.is_cdata() && !self.is_type_object(vm, which, actual, ctype)? {
            return Ok(None);
        }
        self.guard_native(vm, callee, native)?;
        self.new_struct(vm, ctype, parts).map(Some)
    }

    /// A call of a type object; `None` if it is none, or it takes the interpreter.
    pub(super) fn type_constructor(
        &mut self,
        vm: &mut Vm,
        callee: Slot,
        count: usize,
    ) -> Recorded<Option<Ref>> {
        let actual = self.actual(vm, callee);
        let Some(ctype) = actual.as_cdata().and_then(type_object) else { return Ok(None) };
        if let Some(meta) = vm.ffi.c.metatype(&vm.heap, ctype) {
            let Ok(name) = vm.heap.intern(b"__new") else { return Ok(None) };
            if !meta.get_str(&vm.heap, name).is_nil() {
                return Ok(None);
            }
        }
        let object = self.read_slot(vm, callee)?;
        if let Some(value) = self.wide_initial(vm, ctype, callee + 1, count)? {
            return Ok(self.is_type_object(vm, object, actual, ctype)?.then_some(value));
        }
        let Some(parts) = self.initial_parts(vm, ctype, callee + 1, count)? else { return Ok(None) };
        if !self.is_type_object(vm, object, actual, ctype)? {
            return Ok(None);
        }
        self.new_struct(vm, ctype, parts).map(Some)
    }

    /// What a 64-bit integer is made of; `None` if the type is none, or that takes the interpreter.
    fn wide_initial(&mut self, vm: &Vm, ctype: CTypeId, first: Slot, count: usize) -> Recorded<Option<Ref>> {
        let Some(ty) = wide_type_of(ctype).filter(|_| count == 1) else { return Ok(None) };
        let value = self.read_slot(vm, first)?;
        self.as_wide(value, ty)
    }

    /// Guards that a value is an object that names a type.
    fn is_type_object(&mut self, vm: &Vm, object: Ref, actual: RawValue, ctype: CTypeId) -> Recorded<bool> {
        let Some(cdata) = actual.as_cdata() else { return Ok(false) };
        let Some(target) = self.bytes_of(vm, object, cdata)? else { return Ok(false) };
        let id = self.load_scalar(&target, Scalar::U32 as u32)?;
        self.guard_integer(id, i64::from(ctype.0))?;
        Ok(true)
    }

    /// What the fields of a struct of numbers get; `None` if it is none, or has to be made by the interpreter.
    fn initial_parts(
        &mut self,
        vm: &mut Vm,
        ctype: CTypeId,
        first: Slot,
        count: usize,
    ) -> Recorded<Option<Vec<(u64, Ref)>>> {
        let table = &vm.ffi.c.table;
        let Some(record) = table.as_record(ctype).map(|record| table.record(record)) else { return Ok(None) };
        let is_small =
            table.known_size(ctype).is_some_and(|size| size <= MAX_SIZE) && table.align(ctype) <= 3;
        if !is_small || record.is_union || record.is_variable || record.host.is_some() {
            return Ok(None);
        }
        let mut places = Vec::with_capacity(record.members.len());
        for member in &record.members {
            match place::scalar_of(vm, member.ctype) {
                Some(Scalar::Bool) | None => return Ok(None),
                Some(scalar) if member.kind == MemberKind::Field => {
                    places.push((scalar, member.offset as usize));
                }
                Some(_) => return Ok(None),
            }
        }
        if count > places.len() {
            return Ok(None);
        }
        if let Some(meta) = vm.ffi.c.exact_metatype(&vm.heap, ctype) {
            // Nobody has given it a finalizer, or another constructor.
            let holder = self.region.constant(IrOp::KTAB, Ty::Tab, meta.as_ptr() as u64);
            if !meta.meta(&vm.heap, Meta::Gc).is_nil() || self.shape(vm, holder, meta)?.is_none() {
                return Ok(None);
            }
        }
        let mut parts = Vec::with_capacity(count);
        for (i, (scalar, offset)) in places.into_iter().enumerate().take(count) {
            let value = self.read_slot(vm, first + i as Slot)?;
            if !self.region.ty(value).is_number() {
                return Ok(None);
            }
            let value = self.as_part(scalar as u32, value)?;
            parts.push((part_imm(scalar as u32, offset), value));
        }
        Ok(Some(parts))
    }

    fn new_struct(&mut self, vm: &Vm, ctype: CTypeId, parts: Vec<(u64, Ref)>) -> Recorded<Ref> {
        let size = vm.ffi.c.table.known_size(ctype).unwrap_or(0);
        self.make_value(ctype, size as usize, true, parts)
    }
}
