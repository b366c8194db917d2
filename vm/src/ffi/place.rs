//! Where a scalar field is, in one word: what an inline cache remembers of a field, and the loads and stores it then takes.

#![allow(unsafe_code, reason = "loads and stores through pointers that the caller has checked")]

use crate::string::LuaString;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

use super::cdata::{CData, VIEW, View, WRITABLE};
use super::ctype::{CTypeId, Scalar};
use super::host::Access;

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

/// As the kind of a place: a struct inside the struct, whose type the cache has beside the place.
pub(crate) const PART: u32 = 0xFF;

/// The place of a field and, of a struct inside the struct, its type; for an inline cache.
pub(crate) fn of_field(vm: &Vm, ctype: CTypeId, name: Gc<LuaString>) -> Option<(u32, CTypeId)> {
    let field = vm.ffi.field(ctype, name)?;
    match field.access {
        Access::Scalar(scalar) => Some((pack(scalar, field.offset)?, ctype)),
        Access::Struct(part) => (field.offset < 1 << 24).then_some((field.offset << 8 | PART, part)),
        Access::Enum(_) | Access::Hosted(_) => None,
    }
}

/// The first byte of a cdata that may be read now, if it may.
///
/// # Safety
/// Both are live.
#[inline(always)]
pub(crate) unsafe fn readable(vm: *mut Vm, cdata: *mut CData) -> Option<*mut u8> {
    // SAFETY: by contract; a cdata with the flag is a view.
    unsafe {
        let view = (*cdata).header.flags & VIEW != 0;
        let current = !view || (*cdata.cast::<View>()).epoch == (*vm).ffi.lending.epoch;
        if current { Some((*cdata).data) } else { None }
    }
}

/// As the kind of a place: a single-precision number.
pub(crate) const FLOAT: u32 = Scalar::F32 as u32;

/// The value at the place of a single-precision number.
///
/// # Safety
/// As [`load`].
#[inline(always)]
pub(crate) unsafe fn load_float(data: *const u8, place: u32) -> RawValue {
    // SAFETY: by contract.
    unsafe { RawValue::number(f64::from(data.add((place >> 8) as usize).cast::<f32>().read_unaligned())) }
}

/// The value at a place.
///
/// # Safety
/// `data` may be read and is of the type the place is of.
#[inline(always)]
pub(crate) unsafe fn load(data: *const u8, place: u32) -> RawValue {
    const F32: u32 = Scalar::F32 as u32;
    const F64: u32 = Scalar::F64 as u32;
    const I32: u32 = Scalar::I32 as u32;
    const U32: u32 = Scalar::U32 as u32;
    const U8: u32 = Scalar::U8 as u32;
    const I8: u32 = Scalar::I8 as u32;
    const U16: u32 = Scalar::U16 as u32;
    const I16: u32 = Scalar::I16 as u32;
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

/// Assigns a float at a place, if the cdata may be written now, the place is a float's and the value a number.
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
        if place & 0xFF == Scalar::F32 as u32 {
            at.cast::<f32>().write_unaligned(value.as_f64_or_nan() as f32);
        } else if place & 0xFF == Scalar::F64 as u32 {
            at.cast::<f64>().write_unaligned(value.as_f64_or_nan());
        } else {
            return false;
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
