//! Conversions of strings and tables to arrays, structs and unions.

#![allow(unsafe_code, reason = "stores through pointers that memory.rs has checked")]

use super::cconv::{Fault, How};
use super::ctab::{CTypeId, Kind, UNKNOWN, repr};
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

impl Vm {
    /// Copies a string into an array of characters.
    ///
    /// # Safety
    /// As many bytes as `size` says may be written, if it is known; else as many as the string has and one more.
    pub(crate) unsafe fn string_to_array(
        &mut self,
        to: CTypeId,
        of: CTypeId,
        at: *mut u8,
        size: u32,
        value: RawValue,
    ) -> Result<(), Fault> {
        let string = value.as_string().expect("the caller has looked");
        if !self.ffi.c.table.is_integer(of) || self.ffi.c.table.size(of) != 1 {
            return Err(self.bad_value(to, value));
        }
        let bytes = string.as_bytes();
        let count = (bytes.len() + 1).min(size as usize);
        let text = count.min(bytes.len());
        // SAFETY: by contract.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), at, text);
            if count > text {
                at.add(text).write(0);
            }
        }
        Ok(())
    }

    /// Converts a table to an array, complex number, struct or union.
    ///
    /// # Safety
    /// `size` bytes may be written.
    pub(crate) unsafe fn table_to_c(
        &mut self,
        to: CTypeId,
        at: *mut u8,
        size: u32,
        table: Gc<Table>,
        how: How,
    ) -> Result<(), Fault> {
        match self.ffi.c.table.kind(to) {
            Kind::Array(of) | Kind::VariableArray(of) | Kind::Complex(of) | Kind::Vector(of) => {
                // SAFETY: by contract.
                unsafe { self.table_to_array(to, of, at, size, table, how) }
            }
            Kind::Record(record) => {
                let mut next = Some(0);
                // SAFETY: by contract; the members lie inside.
                unsafe {
                    at.write_bytes(0, size as usize);
                    self.table_to_record(record, at, size, table, &mut next, how)
                }
            }
            _ => Err(self.bad_value(to, table.into())),
        }
    }

    unsafe fn table_to_array(
        &mut self,
        to: CTypeId,
        of: CTypeId,
        at: *mut u8,
        size: u32,
        table: Gc<Table>,
        how: How,
    ) -> Result<(), Fault> {
        let element = self.ffi.c.table.size(of);
        let mut offset = 0;
        let mut index = 0;
        loop {
            let value = table.get_int(&self.heap, index);
            index += 1;
            if value.is_nil() {
                if index == 1 {
                    // Tables may begin with 1 as well.
                    continue;
                }
                break;
            }
            if offset >= size || element > size - offset {
                return Err(Fault::Overflow(repr(&self.ffi.c.table, to, None)));
            }
            // SAFETY: just checked.
            unsafe { self.lua_to_c(of, at.add(offset as usize), value, how)? };
            offset += element;
        }
        // SAFETY: as above.
        unsafe { fill_rest(at, offset, element, size) };
        Ok(())
    }

    /// `next` is the position of the next value, or `None` once the table turned out to have names.
    unsafe fn table_to_record(
        &mut self,
        record: u32,
        at: *mut u8,
        size: u32,
        table: Gc<Table>,
        next: &mut Option<i64>,
        how: How,
    ) -> Result<(), Fault> {
        let is_union = self.ffi.c.table.record(record).is_union;
        for n in 0..self.ffi.c.table.record(record).members.len() {
            let member = self.ffi.c.table.record(record).members[n].clone();
            let offset = member.offset as usize;
            match member.kind {
                super::ctab::MemberKind::Constant(_) => continue,
                super::ctab::MemberKind::Anonymous => {
                    if let Some(inner) = self.ffi.c.table.as_record(member.ctype) {
                        let inside = self.ffi.c.table.size(member.ctype);
                        // SAFETY: the part lies inside.
                        unsafe { self.table_to_record(inner, at.add(offset), inside, table, next, how)? };
                    }
                    continue;
                }
                super::ctab::MemberKind::Field | super::ctab::MemberKind::Bits(_) => {}
            }
            let Some(name) = &member.name else { continue };
            let value = match self.member_value(table, name, next)? {
                MemberValue::Of(value) => value,
                MemberValue::Absent => continue,
                MemberValue::NoMore => break,
            };
            // SAFETY: the member lies inside.
            unsafe {
                match member.kind {
                    super::ctab::MemberKind::Bits(bits) => {
                        self.lua_to_bits(member.ctype, bits, at.add(offset), value)?;
                    }
                    _ => self.member_to_c(member.ctype, at.add(offset), size, offset, value, how)?,
                }
            }
            if is_union {
                break;
            }
        }
        Ok(())
    }

    /// Converts to a member; an array without a size has what is left of the struct.
    pub(super) unsafe fn member_to_c(
        &mut self,
        ctype: CTypeId,
        at: *mut u8,
        size: u32,
        offset: usize,
        value: RawValue,
        how: How,
    ) -> Result<(), Fault> {
        if self.ffi.c.table.is_array(ctype) && self.ffi.c.table.size(ctype) == UNKNOWN {
            let rest = size.saturating_sub(offset as u32);
            let of = self.ffi.c.table.element(ctype).expect("an array has elements");
            // SAFETY: so many bytes are left.
            return unsafe {
                if value.is_string() {
                    self.string_to_array(ctype, of, at, rest, value)
                } else if let Some(table) = value.as_table() {
                    self.table_to_array(ctype, of, at, rest, table, how)
                } else {
                    Err(self.bad_value(ctype, value))
                }
            };
        }
        // SAFETY: by contract.
        unsafe { self.lua_to_c(ctype, at, value, how) }
    }

    fn member_value(
        &mut self,
        table: Gc<Table>,
        name: &str,
        next: &mut Option<i64>,
    ) -> Result<MemberValue, Fault> {
        if let Some(position) = *next {
            let mut at = position;
            let mut value = table.get_int(&self.heap, at);
            if value.is_nil() && at == 0 {
                at = 1;
                value = table.get_int(&self.heap, at);
            }
            if !value.is_nil() {
                *next = Some(at + 1);
                return Ok(MemberValue::Of(value));
            }
            if position != 0 {
                return Ok(MemberValue::NoMore);
            }
            *next = None;
        }
        let key = self.heap.intern(name.as_bytes())?;
        let value = table.get_str(&self.heap, key);
        Ok(if value.is_nil() { MemberValue::Absent } else { MemberValue::Of(value) })
    }
}

/// What a table has for a member.
enum MemberValue {
    Of(RawValue),
    Absent,
    NoMore,
}

/// A single value fills the whole array, what more than one value leaves is zero.
///
/// # Safety
/// `size` bytes may be written, if it is known, of which `offset` have been.
pub(crate) unsafe fn fill_rest(at: *mut u8, offset: u32, element: u32, size: u32) {
    if size == UNKNOWN {
        return;
    }
    // SAFETY: by contract.
    unsafe {
        if offset == element && element > 0 {
            let mut done = offset;
            while done + element <= size {
                std::ptr::copy_nonoverlapping(at, at.add(done as usize), element as usize);
                done += element;
            }
        } else {
            at.add(offset as usize).write_bytes(0, (size - offset) as usize);
        }
    }
}
