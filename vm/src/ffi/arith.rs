//! Operators on cdata: 64-bit integers as in C, math values lane by lane.

#![allow(unsafe_code, reason = "fills the bytes of new integers")]

use std::cmp::Ordering;

use crate::gc::{Heap, OutOfMemory};
use crate::rt::meta::Meta;
use crate::value::RawValue;
use crate::vm::{Raised, Vm};

use super::access::{boxed_integer, store_bits};
use super::cdata;
use super::ctype::Scalar;
use super::vector;

/// An arithmetic operator with at least one cdata operand (for unary minus, both are the operand). `None`: the
/// operands are no built-in type's, look for a metamethod.
///
/// # Errors
/// An expired view; operands of math types that do not go together; division by integer zero.
#[inline]
pub fn arith(vm: &mut Vm, event: Meta, a: RawValue, b: RawValue) -> Result<Option<RawValue>, Raised> {
    let left = vm.math_lanes(a)?;
    let right = vm.math_lanes(b)?;
    if left.is_some() || right.is_some() {
        return vector::arith(vm, event, (a, left), (b, right));
    }
    integers(vm, event, a, b)
}

/// A 64-bit integer operand: its type and bits. A number beside one is converted as in C.
fn integer(vm: &Vm, value: RawValue) -> Option<(Scalar, u64)> {
    match value.as_number() {
        Some(n) => Some((Scalar::I64, n as i64 as u64)),
        None => boxed_integer(vm, value),
    }
}

fn both(vm: &Vm, a: RawValue, b: RawValue) -> Option<(Scalar, u64, u64)> {
    if boxed_integer(vm, a).is_none() && boxed_integer(vm, b).is_none() {
        return None;
    }
    let ((left, x), (right, y)) = (integer(vm, a)?, integer(vm, b)?);
    let scalar = if left == Scalar::U64 || right == Scalar::U64 { Scalar::U64 } else { Scalar::I64 };
    Some((scalar, x, y))
}

#[cold]
fn integers(vm: &mut Vm, event: Meta, a: RawValue, b: RawValue) -> Result<Option<RawValue>, Raised> {
    let Some((scalar, x, y)) = both(vm, a, b) else { return Ok(None) };
    let signed = scalar == Scalar::I64;
    let (sx, sy) = (x as i64, y as i64);
    let bits = match event {
        Meta::Add => x.wrapping_add(y),
        Meta::Sub => x.wrapping_sub(y),
        Meta::Mul => x.wrapping_mul(y),
        Meta::Unm => x.wrapping_neg(),
        Meta::Pow => power(x, y, signed),
        // As LuaJIT on x86: dividing by zero yields the smallest integer, the remainder the dividend.
        Meta::Div if y == 0 => 1 << 63,
        Meta::Mod if y == 0 => x,
        Meta::Div if signed => sx.wrapping_div(sy) as u64,
        Meta::Div => x / y,
        Meta::Mod if signed => sx.wrapping_rem(sy) as u64,
        Meta::Mod => x % y,
        Meta::Index
        | Meta::NewIndex
        | Meta::Mode
        | Meta::Gc
        | Meta::Eq
        | Meta::Len
        | Meta::Call
        | Meta::Concat
        | Meta::Lt
        | Meta::Le
        | Meta::Metatable
        | Meta::ToString
        | Meta::Name => return Ok(None),
    };
    Ok(Some(new_integer(&mut vm.heap, scalar, bits)?))
}

fn power(mut base: u64, exponent: u64, signed: bool) -> u64 {
    if signed && (exponent as i64) < 0 {
        return match base as i64 {
            0 => u64::MAX >> 1,
            1 => 1,
            -1 if exponent & 1 == 0 => 1,
            -1 => u64::MAX,
            _ => 0,
        };
    }
    let (mut result, mut left) = (1u64, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result = result.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        left >>= 1;
    }
    result
}

/// A boxed 64-bit integer.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_integer(heap: &mut Heap, scalar: Scalar, bits: u64) -> Result<RawValue, OutOfMemory> {
    let boxed = cdata::new_owned(heap, scalar.into(), 8, 0)?;
    // SAFETY: an owned value of eight bytes.
    unsafe { store_bits(boxed.data(), 8, bits) };
    Ok(boxed.into())
}

/// How two values compare as 64-bit integers, numbers converted as in C; `None` when neither is one, or one is no number.
pub fn compare(vm: &Vm, a: RawValue, b: RawValue) -> Option<Ordering> {
    let (scalar, x, y) = both(vm, a, b)?;
    Some(if scalar == Scalar::U64 { x.cmp(&y) } else { (x as i64).cmp(&(y as i64)) })
}

/// The number nearest to a 64-bit integer; `None` for any other value.
pub fn to_number(vm: &Vm, value: RawValue) -> Option<f64> {
    let (scalar, bits) = boxed_integer(vm, value)?;
    Some(if scalar == Scalar::I64 { bits as i64 as f64 } else { bits as f64 })
}
