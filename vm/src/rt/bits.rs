//! The bit operators.

use crate::bytecode::BitOp;
use crate::convert::{to_bit, to_i64, to_u64};
use crate::ffi::arith::new_integer;
use crate::ffi::carith::bit_operand;
use crate::ffi::ctype::Scalar;
use crate::value::RawValue;
use crate::vm::{Raised, Vm};

/// The operation on two operands, or whether it is the second one that does not have it. Strings are not read as numbers,
/// and there are no metamethods. With a boxed 64-bit integer the operation is that wide, except that the count of a shift
/// does not decide.
pub(crate) fn bit_operation(
    vm: &mut Vm,
    op: BitOp,
    left: RawValue,
    right: RawValue,
) -> Result<Result<RawValue, bool>, Raised> {
    let is_shift = matches!(op, BitOp::Shl | BitOp::Shr | BitOp::Sar);
    let Some((left_scalar, mut x)) = operand(vm, left)? else { return Ok(Err(false)) };
    let Some((right_scalar, mut y)) = operand(vm, right)? else { return Ok(Err(true)) };
    let scalar = match (left_scalar, right_scalar) {
        (left, _) if is_shift => left,
        (Some(Scalar::U64), _) | (_, Some(Scalar::U64)) => Some(Scalar::U64),
        (left, right) => left.or(right),
    };
    let Some(scalar) = scalar else {
        return Ok(Ok(RawValue::number(f64::from(op.on_integers(x as i32, y as i32)))));
    };
    for (value, bits) in [(left, &mut x), (right, &mut y)] {
        if let Some(number) = value.as_number() {
            *bits = if scalar == Scalar::U64 { to_u64(number) } else { to_i64(number) as u64 };
        }
    }
    Ok(Ok(new_integer(&mut vm.heap, scalar, wide(op, x, y))?))
}

/// The bits of an operand, and its type if it is a boxed integer.
fn operand(vm: &mut Vm, value: RawValue) -> Result<Option<(Option<Scalar>, u64)>, Raised> {
    if let Some(number) = value.as_number() {
        return Ok(Some((None, i64::from(to_bit(number)) as u64)));
    }
    match bit_operand(vm, value) {
        Ok(found) => Ok(found.map(|(scalar, bits)| (Some(scalar), bits))),
        Err(fault) => Err(vm.fault(fault)),
    }
}

fn wide(op: BitOp, x: u64, y: u64) -> u64 {
    match op {
        BitOp::And => x & y,
        BitOp::Or => x | y,
        BitOp::Xor => x ^ y,
        BitOp::Shl => x.wrapping_shl(y as u32),
        BitOp::Shr => x.wrapping_shr(y as u32),
        BitOp::Sar => (x as i64).wrapping_shr(y as u32) as u64,
        BitOp::Not => !x,
    }
}
