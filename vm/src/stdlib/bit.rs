//! The `bit` library: operations on 32-bit integers, and on boxed 64-bit ones.

use super::{Library, always, builtins, no_more};
use crate::convert::{to_bit, to_u64};
use crate::ffi::arith::new_integer;
use crate::ffi::carith::bit_operand;
use crate::ffi::ctype::Scalar;
use crate::vm::{Args, NativeResult, Raised, Vm};

/// The most digits `bit.tohex` writes.
const MAX_DIGITS: u32 = 254;

pub(crate) const LIBRARY: Library = Library {
    name: "bit",
    functions: builtins! {
        "arshift" arshift,
        "band" band,
        "bnot" bnot,
        "bor" bor,
        "bswap" bswap,
        "bxor" bxor,
        "lshift" lshift,
        "rol" rol,
        "ror" ror,
        "rshift" rshift,
        "tobit" tobit,
        "tohex" tohex,
    },
    open: no_more,
    wanted: always,
};

/// An operand, which decides how wide the operation is.
enum Operand {
    Narrow(i32),
    /// A boxed 64-bit integer, signed or not.
    Wide(Scalar, u64),
}

fn tobit(vm: &mut Vm, args: Args) -> NativeResult {
    let low = match check_operand(vm, args, 0)? {
        Operand::Narrow(x) => x,
        Operand::Wide(_, x) => x as i32,
    };
    vm.ret1(f64::from(low))
}

fn bnot(vm: &mut Vm, args: Args) -> NativeResult {
    unary(vm, args, |x| !x, |x| !x)
}

fn bswap(vm: &mut Vm, args: Args) -> NativeResult {
    unary(vm, args, i32::swap_bytes, u64::swap_bytes)
}

// The shifts of 32-bit operands. Only the five low bits of the count matter.
pub(super) const LSHIFT: fn(i32, u32) -> i32 = i32::wrapping_shl;
pub(super) const RSHIFT: fn(i32, u32) -> i32 = |x, count| (x as u32).wrapping_shr(count) as i32;
pub(super) const ARSHIFT: fn(i32, u32) -> i32 = i32::wrapping_shr;
pub(super) const ROL: fn(i32, u32) -> i32 = |x, count| x.rotate_left(count & 31);
pub(super) const ROR: fn(i32, u32) -> i32 = |x, count| x.rotate_right(count & 31);

fn lshift(vm: &mut Vm, args: Args) -> NativeResult {
    shift(vm, args, LSHIFT, u64::wrapping_shl)
}

fn rshift(vm: &mut Vm, args: Args) -> NativeResult {
    shift(vm, args, RSHIFT, u64::wrapping_shr)
}

fn arshift(vm: &mut Vm, args: Args) -> NativeResult {
    shift(vm, args, ARSHIFT, |x, count| (x as i64).wrapping_shr(count) as u64)
}

fn rol(vm: &mut Vm, args: Args) -> NativeResult {
    shift(vm, args, ROL, |x, count| x.rotate_left(count & 63))
}

fn ror(vm: &mut Vm, args: Args) -> NativeResult {
    shift(vm, args, ROR, |x, count| x.rotate_right(count & 63))
}

fn band(vm: &mut Vm, args: Args) -> NativeResult {
    fold(vm, args, |x, y| x & y)
}

fn bor(vm: &mut Vm, args: Args) -> NativeResult {
    fold(vm, args, |x, y| x | y)
}

fn bxor(vm: &mut Vm, args: Args) -> NativeResult {
    fold(vm, args, |x, y| x ^ y)
}

/// A negative number of digits asks for capitals.
fn tohex(vm: &mut Vm, args: Args) -> NativeResult {
    let (value, full) = match check_operand(vm, args, 0)? {
        Operand::Narrow(x) => (u64::from(x as u32), 8),
        Operand::Wide(_, x) => (x, 16),
    };
    let digits = if args.count > 1 { check_count(vm, args, 1)? } else { full };
    let width = digits.unsigned_abs().min(MAX_DIGITS) as usize;
    let mut text = format!("{value:0width$x}");
    text.drain(..text.len() - width);
    if digits < 0 {
        text.make_ascii_uppercase();
    }
    let text = vm.new_string(text.as_bytes())?;
    vm.ret1(text)
}

#[inline(always)]
fn unary(vm: &mut Vm, args: Args, narrow: fn(i32) -> i32, wide: fn(u64) -> u64) -> NativeResult {
    match check_operand(vm, args, 0)? {
        Operand::Narrow(x) => vm.ret1(f64::from(narrow(x))),
        Operand::Wide(scalar, x) => return_wide(vm, scalar, wide(x)),
    }
}

/// Only as many low bits of the count matter as the operand is wide.
#[inline(always)]
fn shift(
    vm: &mut Vm,
    args: Args,
    narrow: impl Fn(i32, u32) -> i32,
    wide: impl Fn(u64, u32) -> u64,
) -> NativeResult {
    let x = check_operand(vm, args, 0)?;
    let count = check_count(vm, args, 1)? as u32;
    match x {
        Operand::Narrow(x) => vm.ret1(f64::from(narrow(x, count))),
        Operand::Wide(scalar, x) => return_wide(vm, scalar, wide(x, count)),
    }
}

#[inline(always)]
fn fold(vm: &mut Vm, args: Args, operation: impl Fn(u64, u64) -> u64) -> NativeResult {
    let mut result = 0;
    for index in 0..args.count.max(1) {
        let Operand::Narrow(x) = check_operand(vm, args, index)? else {
            return fold_wide(vm, args, operation);
        };
        let x = x as u64;
        result = if index == 0 { x } else { operation(result, x) };
    }
    vm.ret1(f64::from(result as i32))
}

/// With one boxed operand all are converted to 64 bits, without a sign if one of them has none.
#[cold]
fn fold_wide(vm: &mut Vm, args: Args, operation: impl Fn(u64, u64) -> u64) -> NativeResult {
    let (mut result, mut scalar) = (0, Scalar::I64);
    for index in 0..args.count {
        let x = match c_operand(vm, args, index)? {
            Some((kind, bits)) => {
                if kind == Scalar::U64 {
                    scalar = kind;
                }
                bits
            }
            None => to_u64(vm.check_number(args, index)?),
        };
        result = if index == 0 { x } else { operation(result, x) };
    }
    return_wide(vm, scalar, result)
}

fn return_wide(vm: &mut Vm, scalar: Scalar, bits: u64) -> NativeResult {
    let integer = new_integer(&mut vm.heap, scalar, bits)?;
    vm.ret1(integer)
}

#[inline(always)]
fn check_operand(vm: &mut Vm, args: Args, index: u32) -> Result<Operand, Raised> {
    let value = vm.arg(args, index);
    if let Some(number) = value.as_number() {
        return Ok(Operand::Narrow(to_bit(number)));
    }
    match c_operand(vm, args, index)? {
        Some((scalar, bits)) => Ok(Operand::Wide(scalar, bits)),
        None => Ok(Operand::Narrow(to_bit(vm.check_number(args, index)?))),
    }
}

fn c_operand(vm: &mut Vm, args: Args, index: u32) -> Result<Option<(Scalar, u64)>, Raised> {
    let value = vm.arg(args, index);
    bit_operand(vm, value).map_err(|fault| vm.arg_fault(args, index, fault))
}

/// A number of bits or digits.
fn check_count(vm: &mut Vm, args: Args, index: u32) -> Result<i32, Raised> {
    Ok(match check_operand(vm, args, index)? {
        Operand::Narrow(count) => count,
        Operand::Wide(_, count) => count as i32,
    })
}
