//! Operators on cdata of the host's types, which are the math types, and what 64-bit integers need everywhere.

#![allow(unsafe_code, reason = "fills the bytes of new integers")]

use crate::gc::{Heap, OutOfMemory};
use crate::rt::meta::Meta;
use crate::value::RawValue;
use crate::vm::{Raised, Vm};

use super::carith::Outcome;
use super::cdata;
use super::ctab::known;
use super::ctype::Scalar;
use super::scalars::{boxed_integer, store_bits};
use super::vector;

/// An arithmetic operator with at least one cdata operand (for unary minus, both are the operand). `None`: the
/// operands are no built-in type's, look for a metamethod.
///
/// # Errors
/// An expired view; operands of math types that do not go together; division by integer zero.
#[inline]
pub(crate) fn arith(vm: &mut Vm, event: Meta, a: RawValue, b: RawValue) -> Result<Option<Outcome>, Raised> {
    if is_declared(a) || is_declared(b) {
        return super::carith::operate(vm, event, a, b).map(Some);
    }
    let left = vm.math_lanes(a)?;
    let right = vm.math_lanes(b)?;
    if left.is_some() || right.is_some() {
        return Ok(vector::arith(vm, event, (a, left), (b, right))?.map(Outcome::Done));
    }
    Ok(None)
}

/// Whether a value is of a type that scripts declare.
pub(crate) fn is_declared(value: RawValue) -> bool {
    value.as_cdata().is_some_and(|cdata| cdata.ctype().is_declared())
}

/// Division as LuaJIT does it: by zero, it yields the smallest integer.
pub(crate) fn divide(x: u64, y: u64, unsigned: bool) -> u64 {
    match (y, unsigned) {
        (0, _) => 1 << 63,
        (_, true) => x / y,
        (_, false) => (x as i64).wrapping_div(y as i64) as u64,
    }
}

/// The remainder as LuaJIT computes it: by zero, the smallest integer too.
pub(crate) fn remainder(x: u64, y: u64, unsigned: bool) -> u64 {
    match (y, unsigned) {
        (0, _) => 1 << 63,
        (_, true) => x % y,
        (_, false) => (x as i64).wrapping_rem(y as i64) as u64,
    }
}

pub(crate) fn power(mut base: u64, exponent: u64, signed: bool) -> u64 {
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
    let ctype = if scalar == Scalar::U64 { known::UINT64 } else { known::INT64 };
    let boxed = cdata::new_owned(heap, ctype, 8, 0)?;
    // SAFETY: an owned value of eight bytes.
    unsafe { store_bits(boxed.data(), 8, bits) };
    Ok(boxed.into())
}

/// A complex number without a real part: what a literal `2i` is.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_imaginary(heap: &mut Heap, im: f64) -> Result<RawValue, OutOfMemory> {
    new_complex(heap, 0.0, im)
}

/// A complex number.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_complex(heap: &mut Heap, re: f64, im: f64) -> Result<RawValue, OutOfMemory> {
    let complex = cdata::new_owned(heap, known::COMPLEX_DOUBLE, 16, cdata::WRITABLE)?;
    // SAFETY: an owned value of sixteen bytes.
    unsafe {
        store_bits(complex.data(), 8, re.to_bits());
        store_bits(complex.data().add(8), 8, im.to_bits());
    }
    Ok(complex.into())
}

/// The number nearest to a 64-bit integer; `None` for any other value.
pub fn to_number(vm: &Vm, value: RawValue) -> Option<f64> {
    let (scalar, bits) = boxed_integer(vm, value)?;
    Some(if scalar == Scalar::I64 { bits as i64 as f64 } else { bits as f64 })
}
