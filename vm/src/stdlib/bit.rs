//! The `bit` library: operations on 32-bit integers.

use super::{Library, always, builtins, no_more};
use crate::convert::to_bit;
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

fn tobit(vm: &mut Vm, args: Args) -> NativeResult {
    unary(vm, args, |x| x)
}

fn bnot(vm: &mut Vm, args: Args) -> NativeResult {
    unary(vm, args, |x| !x)
}

fn bswap(vm: &mut Vm, args: Args) -> NativeResult {
    unary(vm, args, i32::swap_bytes)
}

fn lshift(vm: &mut Vm, args: Args) -> NativeResult {
    shift(vm, args, |x, count| x << count)
}

fn rshift(vm: &mut Vm, args: Args) -> NativeResult {
    shift(vm, args, |x, count| (x as u32 >> count) as i32)
}

fn arshift(vm: &mut Vm, args: Args) -> NativeResult {
    shift(vm, args, |x, count| x >> count)
}

fn rol(vm: &mut Vm, args: Args) -> NativeResult {
    shift(vm, args, i32::rotate_left)
}

fn ror(vm: &mut Vm, args: Args) -> NativeResult {
    shift(vm, args, i32::rotate_right)
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
    let value = check_bits(vm, args, 0)? as u32;
    let digits = if args.count > 1 { check_bits(vm, args, 1)? } else { 8 };
    let width = digits.unsigned_abs().min(MAX_DIGITS) as usize;
    let mut text = format!("{value:08x}");
    if width < 8 {
        text.drain(..8 - width);
    } else {
        text.insert_str(0, &"0".repeat(width - 8));
    }
    if digits < 0 {
        text.make_ascii_uppercase();
    }
    let text = vm.new_string(text.as_bytes())?;
    vm.ret1(text)
}

#[inline(always)]
fn unary(vm: &mut Vm, args: Args, operation: impl Fn(i32) -> i32) -> NativeResult {
    let x = check_bits(vm, args, 0)?;
    vm.ret1(f64::from(operation(x)))
}

/// Only the low five bits of the count matter.
#[inline(always)]
fn shift(vm: &mut Vm, args: Args, operation: impl Fn(i32, u32) -> i32) -> NativeResult {
    let x = check_bits(vm, args, 0)?;
    let count = check_bits(vm, args, 1)? as u32 & 31;
    vm.ret1(f64::from(operation(x, count)))
}

#[inline(always)]
fn fold(vm: &mut Vm, args: Args, operation: impl Fn(i32, i32) -> i32) -> NativeResult {
    let mut result = check_bits(vm, args, 0)?;
    for index in 1..args.count {
        result = operation(result, check_bits(vm, args, index)?);
    }
    vm.ret1(f64::from(result))
}

#[inline(always)]
fn check_bits(vm: &mut Vm, args: Args, index: u32) -> Result<i32, Raised> {
    Ok(to_bit(vm.check_number(args, index)?))
}
