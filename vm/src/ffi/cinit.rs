//! New C values and their initialisers.

#![allow(unsafe_code, reason = "fills values that were just made")]

use super::caggregate::fill_rest;
use super::cconv::{Fault, How};
use super::cdata;
use super::ctab::{CTypeId, Kind, MemberKind, repr};
use crate::rt::meta::Meta;
use crate::value::RawValue;
use crate::vm::{Args, Raised, Vm};

impl Vm {
    /// A new value of a type, of `size` bytes, initialised with the arguments from `first` on.
    pub(crate) fn new_c_value(
        &mut self,
        ctype: CTypeId,
        size: u32,
        args: Args,
        first: u32,
    ) -> Result<RawValue, Raised> {
        let count = args.count.saturating_sub(first);
        let value = match self.initialised(ctype, size, args, first, count) {
            Ok(value) => value,
            Err(fault) => return Err(self.fault(fault)),
        };
        if let Some(record) = self.ffi.c.table.as_record(ctype)
            && let Some(cdata) = value.as_cdata()
        {
            let unqualified = self.ffi.c.table.record(record).ctype;
            if let Some(meta) = self.ffi.c.exact_metatype(&self.heap, unqualified) {
                let finalizer = meta.meta(&self.heap, Meta::Gc);
                if !finalizer.is_nil() {
                    self.set_finalizer(cdata, finalizer)?;
                }
            }
            self.surface(cdata);
        }
        Ok(value)
    }

    fn initialised(
        &mut self,
        ctype: CTypeId,
        size: u32,
        args: Args,
        first: u32,
        count: u32,
    ) -> Result<RawValue, Fault> {
        let kind = self.ffi.c.table.kind(ctype);
        if matches!(kind, Kind::Pointer(_) | Kind::Reference(_)) {
            if count > 1 {
                return Err(Fault::Overflow(repr(&self.ffi.c.table, ctype, None)));
            }
            return self.new_pointer_value(ctype, self.arg(args, first), How::default());
        }
        let value = if self.ffi.c.table.is_variable(ctype) {
            let align = self.ffi.c.table.align(ctype);
            cdata::new_sized(&mut self.heap, ctype, size, align)?
        } else {
            self.new_value(ctype, size)?
        };
        let at = value.data();
        if count == 0 {
            return Ok(value.into());
        }
        let initial = self.arg(args, first);
        // SAFETY: the value has `size` bytes.
        unsafe {
            if count == 1 && !self.is_element(ctype, initial) {
                self.whole(ctype, at, size, initial)?;
            } else if let Some(of) = self.ffi.c.table.element(ctype) {
                self.elements(ctype, of, at, size, args, first, count)?;
            } else if let Kind::Record(record) = kind {
                let mut next = 0;
                self.members(record, at, size, args, first, count, &mut next)?;
                if next < count {
                    return Err(Fault::Overflow(repr(&self.ffi.c.table, self.plain(ctype), None)));
                }
            } else {
                return Err(Fault::Overflow(repr(&self.ffi.c.table, ctype, None)));
            }
        }
        Ok(value.into())
    }

    fn plain(&self, ctype: CTypeId) -> CTypeId {
        match self.ffi.c.table.kind(ctype) {
            Kind::Record(record) => self.ffi.c.table.record(record).ctype,
            _ => ctype,
        }
    }

    /// A pointer made of a Lua value, knowing what it may touch.
    pub(crate) fn new_pointer_value(
        &mut self,
        ctype: CTypeId,
        value: RawValue,
        how: How,
    ) -> Result<RawValue, Fault> {
        let pointer = match self.ffi.c.table.kind(ctype) {
            Kind::Reference(to) => {
                let pointer = self.ffi.c.table.pointer(to, super::ctab::Quals::NONE);
                self.made(pointer)?
            }
            _ => ctype,
        };
        let (address, extent) = self.pointer_from(pointer, value, how)?;
        let size =
            self.ffi.c.table.element(pointer).map_or(super::ctab::UNKNOWN, |to| self.ffi.c.table.size(to));
        Ok(self.new_pointer(ctype, address as *mut u8, extent, size)?.into())
    }

    /// Whether a single initialiser is one for the first element or member, not for the whole.
    fn is_element(&self, ctype: CTypeId, value: RawValue) -> bool {
        let is_record = self.ffi.c.table.as_record(ctype).is_some();
        if !is_record && !self.ffi.c.table.is_array(ctype) {
            return false;
        }
        if value.is_table() || value.is_string() && !is_record {
            return false;
        }
        match value.as_cdata().and_then(|cdata| self.c_type_of(cdata)) {
            Some(other) => self.plain(self.ffi.c.table.referent(other)) != self.plain(ctype),
            None => true,
        }
    }

    unsafe fn whole(&mut self, ctype: CTypeId, at: *mut u8, size: u32, value: RawValue) -> Result<(), Fault> {
        // SAFETY: by contract of the callers: `size` bytes.
        unsafe {
            if let Some(table) = value.as_table() {
                return self.table_to_c(ctype, at, size, table, How::default());
            }
            if value.is_string()
                && self.ffi.c.table.is_array(ctype)
                && let Some(of) = self.ffi.c.table.element(ctype)
            {
                return self.string_to_array(ctype, of, at, size, value);
            }
            self.lua_to_c(ctype, at, value, How::default())
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the arguments of an initialiser list")]
    unsafe fn elements(
        &mut self,
        ctype: CTypeId,
        of: CTypeId,
        at: *mut u8,
        size: u32,
        args: Args,
        first: u32,
        count: u32,
    ) -> Result<(), Fault> {
        let element = self.ffi.c.table.size(of);
        if u64::from(count) * u64::from(element) > u64::from(size) {
            return Err(Fault::Overflow(repr(&self.ffi.c.table, ctype, None)));
        }
        for n in 0..count {
            let value = self.arg(args, first + n);
            // SAFETY: inside, as just checked.
            unsafe { self.lua_to_c(of, at.add((n * element) as usize), value, How::default())? };
        }
        // SAFETY: as above.
        unsafe { fill_rest(at, count * element, element, size) };
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "the arguments of an initialiser list")]
    unsafe fn members(
        &mut self,
        record: u32,
        at: *mut u8,
        size: u32,
        args: Args,
        first: u32,
        count: u32,
        next: &mut u32,
    ) -> Result<(), Fault> {
        let is_union = self.ffi.c.table.record(record).is_union;
        for n in 0..self.ffi.c.table.record(record).members.len() {
            let member = self.ffi.c.table.record(record).members[n].clone();
            let offset = member.offset as usize;
            match member.kind {
                MemberKind::Constant(_) => continue,
                MemberKind::Anonymous => {
                    if let Some(inner) = self.ffi.c.table.as_record(member.ctype) {
                        // SAFETY: the part lies inside.
                        unsafe { self.members(inner, at.add(offset), size, args, first, count, next)? };
                        if is_union {
                            break;
                        }
                    }
                    continue;
                }
                MemberKind::Field | MemberKind::Bits(_) => {}
            }
            if member.name.is_none() {
                continue;
            }
            if *next >= count {
                break;
            }
            let value = self.arg(args, first + *next);
            *next += 1;
            // SAFETY: the member lies inside.
            unsafe {
                match member.kind {
                    MemberKind::Bits(bits) => {
                        self.lua_to_bits(member.ctype, bits, at.add(offset), value)?;
                    }
                    _ => {
                        self.member_to_c(member.ctype, at.add(offset), size, offset, value, How::default())?;
                    }
                }
            }
            if is_union {
                break;
            }
        }
        Ok(())
    }

    /// Gives a C value a finalizer, or with nil takes it away.
    pub(crate) fn set_finalizer(
        &mut self,
        cdata: crate::value::Gc<cdata::CData>,
        finalizer: RawValue,
    ) -> Result<(), Raised> {
        self.heap.set_cdata_finalizer(cdata, finalizer).map_err(|error| self.set_error(error))
    }
}
