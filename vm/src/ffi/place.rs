//! Where a scalar field is, in one word: what an inline cache remembers of a field, and the loads and stores it then takes.

#![allow(unsafe_code, reason = "loads and stores through pointers that the caller has checked")]

use crate::string::LuaString;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

use super::cdata::{CData, UNCHECKED, VIEW, View, WRITABLE};
use super::ctab::Kind;
use super::ctype::{CTypeId, Scalar};
use super::host::Access;
use super::state::CFieldKind;

// The scalars a place may have.
const F32: u32 = Scalar::F32 as u32;
const F64: u32 = Scalar::F64 as u32;
const I32: u32 = Scalar::I32 as u32;
const U32: u32 = Scalar::U32 as u32;
const U8: u32 = Scalar::U8 as u32;
const I8: u32 = Scalar::I8 as u32;
const U16: u32 = Scalar::U16 as u32;
const I16: u32 = Scalar::I16 as u32;
const BOOL: u32 = Scalar::Bool as u32;

/// The word for a scalar at an offset: `None` when it does not fit, or reading it takes more than a load.
fn pack(scalar: Scalar, offset: u32) -> Option<u32> {
    match scalar {
        Scalar::Bool
        | Scalar::I8
        | Scalar::U8
        | Scalar::I16
        | Scalar::U16
        | Scalar::I32
        | Scalar::U32
        | Scalar::F32
        | Scalar::F64 => (offset < 1 << 24).then_some(offset << 8 | scalar as u32),
        Scalar::Char | Scalar::I64 | Scalar::U64 | Scalar::Entity => None,
    }
}

/// The place of a field, for the inline cache of an access that reads, or writes.
pub(crate) fn of_field(vm: &mut Vm, ctype: CTypeId, name: Gc<LuaString>, writes: bool) -> Option<u32> {
    if ctype.is_declared() {
        return of_declared(vm, ctype, name, writes);
    }
    let field = vm.ffi.field(ctype, name)?;
    match field.access {
        Access::Scalar(scalar) => pack(scalar, field.offset),
        Access::Enum(_) | Access::Struct(_) | Access::Hosted(_) => None,
    }
}

/// The place of a field of a struct a script has declared, or of the struct behind a pointer.
fn of_declared(vm: &mut Vm, ctype: CTypeId, name: Gc<LuaString>, writes: bool) -> Option<u32> {
    let table = &vm.ffi.c.table;
    let mut target = table.referent(ctype);
    if let Kind::Pointer(to) = table.kind(target) {
        target = table.referent(to);
    }
    let is_constant = table.get(target).quals.constant;
    let record = table.as_record(target)?;
    // No memory for the list of fields only means that nothing is cached.
    let field = vm.c_field(record, name).ok()??;
    if field.kind != CFieldKind::Field || writes && (is_constant || field.is_constant) {
        return None;
    }
    let table = &vm.ffi.c.table;
    let scalar = match (table.kind(field.ctype), table.size(field.ctype)) {
        (Kind::Bool, 1) => Scalar::Bool,
        (Kind::Int { unsigned: false, .. }, 1) => Scalar::I8,
        (Kind::Int { unsigned: true, .. }, 1) => Scalar::U8,
        (Kind::Int { unsigned: false, .. }, 2) => Scalar::I16,
        (Kind::Int { unsigned: true, .. }, 2) => Scalar::U16,
        (Kind::Int { unsigned: false, .. }, 4) => Scalar::I32,
        (Kind::Int { unsigned: true, .. }, 4) => Scalar::U32,
        (Kind::Float, 4) => Scalar::F32,
        (Kind::Float, 8) => Scalar::F64,
        _ => return None,
    };
    pack(scalar, field.offset)
}

/// The first byte of a cdata that may be read now, if it may. What is behind a pointer, for a pointer.
///
/// # Safety
/// Both are live.
#[inline(always)]
pub(crate) unsafe fn readable(vm: *mut Vm, cdata: *mut CData) -> Option<*mut u8> {
    // SAFETY: by contract; a cdata with the flag is a view.
    unsafe {
        let flags = (*cdata).header.flags;
        if flags & (VIEW | UNCHECKED) == 0 {
            return Some((*cdata).data);
        }
        let current = flags & UNCHECKED == 0 && (*cdata.cast::<View>()).epoch == (*vm).ffi.lending.epoch;
        if current { Some((*cdata).data) } else { None }
    }
}

/// The value at a place.
///
/// # Safety
/// `data` may be read and is of the type the place is of.
#[inline(always)]
pub(crate) unsafe fn load(data: *const u8, place: u32) -> RawValue {
    // SAFETY: by contract; `pack` made the place.
    unsafe {
        let at = data.add((place >> 8) as usize);
        match place & 0xFF {
            F32 => RawValue::number(f64::from(at.cast::<f32>().read_unaligned())),
            F64 => RawValue::number(at.cast::<f64>().read_unaligned()),
            I32 => RawValue::number_unchecked(f64::from(at.cast::<i32>().read_unaligned())),
            U32 => RawValue::number_unchecked(f64::from(at.cast::<u32>().read_unaligned())),
            U8 => RawValue::number_unchecked(f64::from(at.read())),
            I8 => RawValue::number_unchecked(f64::from(at.cast::<i8>().read())),
            U16 => RawValue::number_unchecked(f64::from(at.cast::<u16>().read_unaligned())),
            I16 => RawValue::number_unchecked(f64::from(at.cast::<i16>().read_unaligned())),
            // What `pack` lets pass beside these is `bool`.
            _ => RawValue::boolean(at.read() != 0),
        }
    }
}

/// Assigns a number at a place, if the cdata may be written now; integers only while nothing but the low bits of a word are asked for.
///
/// # Safety
/// Both are live, and the cdata is of the type the place is of.
#[inline(always)]
pub(crate) unsafe fn store(vm: *mut Vm, cdata: *mut CData, place: u32, value: RawValue) -> bool {
    // SAFETY: by contract; the view is checked before its memory and its tick are touched.
    unsafe {
        let flags = (*cdata).header.flags;
        let Some(data) = readable(vm, cdata) else { return false };
        if flags & WRITABLE == 0 || !value.is_number() {
            return false;
        }
        let at = data.add((place >> 8) as usize);
        let number = value.as_f64_or_nan();
        match place & 0xFF {
            F32 => at.cast::<f32>().write_unaligned(number as f32),
            F64 => at.cast::<f64>().write_unaligned(number),
            BOOL => return false,
            integer => {
                let word = number as i64;
                // Beyond, the slow path has the rules.
                if word == i64::MAX || word == i64::MIN {
                    return false;
                }
                match integer {
                    U8 | I8 => at.write(word as u8),
                    U16 | I16 => at.cast::<u16>().write_unaligned(word as u16),
                    _ => at.cast::<u32>().write_unaligned(word as u32),
                }
            }
        }
        if flags & VIEW != 0 {
            let tick = (*cdata.cast::<View>()).tick;
            if !tick.is_null() {
                tick.write((*vm).ffi.lending.tick);
            }
        }
        true
    }
}
