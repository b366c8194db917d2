//! Arithmetic.

use crate::bytecode::Op;
use crate::convert;
use crate::ffi;
use crate::rt::Step;
use crate::rt::meta::Meta;
use crate::value::RawValue;
use crate::vm::{Raised, Vm};

/// A value as a number: numbers, and strings that can be read as one.
pub(crate) fn to_number(value: RawValue) -> Option<f64> {
    match value.as_number() {
        Some(number) => Some(number),
        None => value.as_string().and_then(|string| convert::parse_number(string.as_bytes())),
    }
}

/// A binary operation; for `Unm` the operand is given twice.
pub(crate) fn arith(vm: &mut Vm, event: Meta, left: RawValue, right: RawValue) -> Result<Step, Raised> {
    if let (Some(x), Some(y)) = (to_number(left), to_number(right)) {
        return Ok(Step::Done(RawValue::number(compute(event, x, y))));
    }
    binary_handler(vm, event, left, right)
}

/// The event of an arithmetic instruction on two operands.
pub(crate) fn event_of(op: Op) -> Meta {
    match op {
        Op::ADD | Op::ADDVK | Op::ADDKV => Meta::Add,
        Op::SUB | Op::SUBVK | Op::SUBKV => Meta::Sub,
        Op::MUL | Op::MULVK | Op::MULKV => Meta::Mul,
        Op::DIV | Op::DIVVK | Op::DIVKV => Meta::Div,
        Op::MOD | Op::MODVK | Op::MODKV => Meta::Mod,
        _ => Meta::Pow,
    }
}

/// The operation on two numbers.
pub(crate) fn compute(event: Meta, x: f64, y: f64) -> f64 {
    match event {
        Meta::Add => x + y,
        Meta::Sub => x - y,
        Meta::Mul => x * y,
        Meta::Div => x / y,
        Meta::Mod => x - (x / y).floor() * y,
        Meta::Pow => x.powf(y),
        Meta::Unm => -x,
        _ => unreachable!("{} is no arithmetic event", event.name()),
    }
}

/// The handler of a binary event: the first operand's, else the second's. C values with arithmetic of their own are computed here.
pub(crate) fn binary_handler(
    vm: &mut Vm,
    event: Meta,
    left: RawValue,
    right: RawValue,
) -> Result<Step, Raised> {
    if (left.is_cdata() || right.is_cdata())
        && let Some(result) = ffi::arith::arith(vm, event, left, right)?
    {
        return Ok(result.into());
    }
    let mut handler = vm.metamethod(left, event);
    if handler.is_nil() {
        handler = vm.metamethod(right, event);
    }
    Ok(if handler.is_nil() { Step::Invalid } else { Step::Call(handler) })
}
