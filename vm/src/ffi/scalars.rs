//! Scalars in memory: read and written, converted from Lua values, and bit by bit.

#![allow(unsafe_code, reason = "loads and stores through pointers that view.rs has checked")]

use crate::value::RawValue;
use crate::vm::{Raised, Vm};

use super::cdata::VIEW;
use super::ctype::{Bits, BitsOf, CTypeId, Form, Scalar};

/// A floating-point number in memory.
///
/// # Safety
/// `at` is a float or double.
pub(super) unsafe fn load_float(scalar: Scalar, at: *const u8) -> f64 {
    // SAFETY: by contract.
    unsafe {
        if scalar == Scalar::F32 {
            f64::from(at.cast::<f32>().read_unaligned())
        } else {
            at.cast::<f64>().read_unaligned()
        }
    }
}

/// The Lua value of a scalar in memory.
///
/// # Errors
/// When the memory limit is reached.
///
/// # Safety
/// `at` is a live scalar of the type.
#[inline]
pub(super) unsafe fn load_scalar(vm: &mut Vm, scalar: Scalar, at: *const u8) -> Result<RawValue, Raised> {
    // SAFETY: by contract.
    unsafe {
        Ok(match scalar {
            Scalar::F32 | Scalar::F64 => RawValue::number(load_float(scalar, at)),
            Scalar::Bool => RawValue::boolean(at.read() != 0),
            Scalar::I8 => f64::from(at.cast::<i8>().read()).into(),
            Scalar::U8 => f64::from(at.read()).into(),
            Scalar::I16 => f64::from(at.cast::<i16>().read_unaligned()).into(),
            Scalar::U16 => f64::from(at.cast::<u16>().read_unaligned()).into(),
            Scalar::I32 => f64::from(at.cast::<i32>().read_unaligned()).into(),
            Scalar::U32 => f64::from(at.cast::<u32>().read_unaligned()).into(),
            Scalar::I64 | Scalar::U64 => {
                super::arith::new_integer(&mut vm.heap, scalar, at.cast::<u64>().read_unaligned())?
            }
            Scalar::Char => {
                let c =
                    char::from_u32(at.cast::<u32>().read_unaligned()).unwrap_or(char::REPLACEMENT_CHARACTER);
                vm.new_string(c.encode_utf8(&mut [0; 4]).as_bytes())?
            }
            Scalar::Entity => vm.ffi.entities.value(at.cast::<u64>().read_unaligned()),
        })
    }
}

/// The bits of an integer in memory.
///
/// # Safety
/// `at` points at `size` readable bytes.
pub(super) unsafe fn load_bits(at: *const u8, size: u32) -> u64 {
    // SAFETY: by contract.
    unsafe {
        match size {
            1 => u64::from(at.read()),
            2 => u64::from(at.cast::<u16>().read_unaligned()),
            4 => u64::from(at.cast::<u32>().read_unaligned()),
            _ => at.cast::<u64>().read_unaligned(),
        }
    }
}

/// Writes the bits of an integer.
///
/// # Safety
/// `at` points at `size` writable bytes.
#[inline]
pub(super) unsafe fn store_bits(at: *mut u8, size: u32, bits: u64) {
    // SAFETY: by contract. Truncation drops bits that the scalar does not have.
    unsafe {
        match size {
            1 => at.write(bits as u8),
            2 => at.cast::<u16>().write_unaligned(bits as u16),
            4 => at.cast::<u32>().write_unaligned(bits as u32),
            _ => at.cast::<u64>().write_unaligned(bits),
        }
    }
}

/// The bits a scalar takes for a Lua value, always valid ones; `None` when the value has the wrong type.
/// Numbers become integers as in C: towards zero, modulo the integer's size.
#[inline]
pub(super) fn scalar_bits(vm: &Vm, scalar: Scalar, value: RawValue) -> Option<u64> {
    match scalar {
        Scalar::F32 => Some(u64::from((to_f64(vm, value)? as f32).to_bits())),
        Scalar::F64 => Some(to_f64(vm, value)?.to_bits()),
        Scalar::I8
        | Scalar::U8
        | Scalar::I16
        | Scalar::U16
        | Scalar::I32
        | Scalar::U32
        | Scalar::I64
        | Scalar::U64 => match value.as_number() {
            Some(n) if n >= 9_223_372_036_854_775_808.0 => Some(n as u64),
            Some(n) => Some(n as i64 as u64),
            None => Some(boxed_integer(vm, value)?.1),
        },
        Scalar::Bool => value.as_boolean().map(u64::from),
        Scalar::Char => {
            let text = std::str::from_utf8(value.as_string()?.as_bytes()).ok()?;
            let mut chars = text.chars();
            let c = chars.next()?;
            if chars.next().is_none() { Some(u64::from(c)) } else { None }
        }
        // Index `u32::MAX` is the one a host cannot have: its inverse is zero.
        Scalar::Entity => vm.ffi.entities.bits(value).filter(|&bits| bits as u32 != 0),
    }
}

fn to_f64(vm: &Vm, value: RawValue) -> Option<f64> {
    value.as_number().or_else(|| super::arith::to_number(vm, value))
}

/// The type and bits of an owned 64-bit integer. (A view of one cannot be had: reading a field copies.)
pub(crate) fn boxed_integer(vm: &Vm, value: RawValue) -> Option<(Scalar, u64)> {
    let cdata = value.as_cdata()?;
    if cdata.ctype().is_declared() {
        return super::carith::wide_integer(vm, value);
    }
    match vm.ffi.types.get(cdata.ctype()).form {
        Form::Scalar(scalar @ (Scalar::I64 | Scalar::U64)) if cdata.flags() & VIEW == 0 => {
            // SAFETY: an owned value of eight bytes.
            Some((scalar, unsafe { cdata.data().cast::<u64>().read_unaligned() }))
        }
        Form::Scalar(_)
        | Form::Enum(_)
        | Form::Struct(_)
        | Form::Array { .. }
        | Form::Math(_)
        | Form::Hosted(_) => None,
    }
}

/// The value of some bits of an integer.
///
/// # Safety
/// The bytes the bits are in are readable.
pub(super) unsafe fn load_part(at: *const u8, bits: Bits, of: BitsOf) -> RawValue {
    // SAFETY: by contract.
    let word: u64 = bits.bytes().map(|byte| u64::from(unsafe { at.add(byte).read() }) << (8 * byte)).sum();
    let unused = 32 - u32::from(bits.width);
    let high = ((word >> bits.position) as u32) << unused;
    match of {
        BitsOf::Bool => RawValue::boolean(high != 0),
        BitsOf::Signed => f64::from(high as i32 >> unused).into(),
        BitsOf::Unsigned => f64::from(high >> unused).into(),
    }
}

/// Assigns some bits of an integer, the low ones of the value.
///
/// # Safety
/// The bytes the bits are in are readable and writable.
pub(super) unsafe fn store_part(at: *mut u8, bits: Bits, value: u32) {
    let mask = ((1u64 << bits.width) - 1) << bits.position;
    let value = u64::from(value) << bits.position & mask;
    for byte in bits.bytes() {
        let shift = 8 * byte;
        // SAFETY: by contract.
        unsafe {
            let old = at.add(byte).read();
            at.add(byte).write(old & !((mask >> shift) as u8) | (value >> shift) as u8);
        }
    }
}

/// The name of an enum value in memory.
///
/// # Safety
/// `at` points at a live value of the enum type.
pub(super) unsafe fn variant_name(vm: &Vm, ctype: CTypeId, at: *const u8) -> String {
    let Form::Enum(e) = &vm.ffi.types.get(ctype).form else { unreachable!("an enum's access names an enum") };
    // SAFETY: by contract.
    let bits = unsafe { load_bits(at, e.size) };
    e.variants
        .iter()
        .find(|(_, b)| *b == bits)
        .map_or_else(|| format!("unknown ({bits})"), |(name, _)| name.clone())
}
