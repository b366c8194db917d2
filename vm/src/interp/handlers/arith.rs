//! Arithmetic. Any boxed operand makes the result NaN, so one test of the result covers both operands; a genuine NaN is
//! recomputed, and made canonical, by the slow path.

use crate::bytecode::BitOp;
use crate::convert::to_bit;
use crate::interp::dispatch::{handler, next, slow};
use crate::interp::slow::{arith, misc};
use crate::table::INTEGER_KEYS;
use crate::value::{RawValue, truncate};

/// One handler; the last arguments say where the operands are and what is computed.
macro_rules! operation {
    ($name:ident, $vm:ident, $pc:ident, $insn:ident, $base:ident, $k:ident, $left:expr, $right:expr, |$x:ident, $y:ident| $result:expr) => {
        handler! { $name($pc, $vm, $insn, $base, $k) {
            let $x = (*$left).as_f64_or_nan();
            let $y = (*$right).as_f64_or_nan();
            let result: f64 = $result;
            if result.is_nan() {
                slow!(arith::arith, $pc, $vm, $insn, $base, $k)
            }
            *$base.add($insn.a()) = RawValue::number_unchecked(result);
            next!($pc, $vm, $base, $k)
        } }
    };
}

/// The three forms of an operation: register and register, register and constant, constant and register.
macro_rules! forms {
    ($vv:ident $vk:ident $kv:ident |$x:ident, $y:ident| $result:expr) => {
        operation!($vv, vm, pc, insn, base, k, base.add(insn.b()), base.add(insn.c()), |$x, $y| $result);
        operation!($vk, vm, pc, insn, base, k, base.add(insn.b()), k.add(insn.index()), |$x, $y| $result);
        operation!($kv, vm, pc, insn, base, k, k.add(insn.index()), base.add(insn.c()), |$x, $y| $result);
    };
}

forms!(ADD ADDVK ADDKV |x, y| x + y);
forms!(SUB SUBVK SUBKV |x, y| x - y);
forms!(MUL MULVK MULKV |x, y| x * y);
forms!(DIV DIVVK DIVKV |x, y| x / y);
forms!(MOD MODVK MODKV |x, y| small_modulo(x, y));

// `pow` is a library call, so the whole operation is in the slow path.
handler! { POW(pc, vm, insn, base, k) { slow!(arith::arith, pc, vm, insn, base, k) } }
handler! { POWVK(pc, vm, insn, base, k) {
    let x = (*base.add(insn.b())).as_f64_or_nan();
    if (*k.add(insn.index())).as_f64_or_nan() == 2.0 && !(x * x).is_nan() {
        *base.add(insn.a()) = RawValue::number_unchecked(x * x);
        next!(pc, vm, base, k)
    }
    slow!(arith::arith, pc, vm, insn, base, k)
} }
handler! { POWKV(pc, vm, insn, base, k) { slow!(arith::arith, pc, vm, insn, base, k) } }

/// `x % y` where both are integers in the range of `i32` and `y` is positive; else NaN, which asks for the slow path (a call of
/// `floor` does not belong in a handler).
#[inline(always)]
fn small_modulo(x: f64, y: f64) -> f64 {
    let (xi, yi) = (truncate(x), truncate(y));
    if f64::from(xi) == x && f64::from(yi) == y && yi > 0 {
        let rest = xi % yi;
        f64::from(if rest < 0 { rest + yi } else { rest })
    } else {
        f64::NAN
    }
}

handler! { BITOP(pc, vm, insn, base, k) {
    let x = (*base.add(insn.b())).as_f64_or_nan();
    let y = (*base.add(insn.c())).as_f64_or_nan();
    if (x + y).is_nan() {
        slow!(arith::bit_op, pc, vm, insn, base, k)
    }
    let (x, y) = (to_bit(x), to_bit(y));
    let result = match insn.index() {
        AND => BitOp::And.on_integers(x, y),
        OR => BitOp::Or.on_integers(x, y),
        XOR => BitOp::Xor.on_integers(x, y),
        SHL => BitOp::Shl.on_integers(x, y),
        SHR => BitOp::Shr.on_integers(x, y),
        SAR => BitOp::Sar.on_integers(x, y),
        _ => BitOp::Not.on_integers(x, y),
    };
    *base.add(insn.a()) = RawValue::number_unchecked(f64::from(result));
    next!(pc, vm, base, k)
} }

const AND: usize = BitOp::And as usize;
const OR: usize = BitOp::Or as usize;
const XOR: usize = BitOp::Xor as usize;
const SHL: usize = BitOp::Shl as usize;
const SHR: usize = BitOp::Shr as usize;
const SAR: usize = BitOp::Sar as usize;

handler! { UNM(pc, vm, insn, base, k) {
    let result = -(*base.add(insn.b())).as_f64_or_nan();
    if result.is_nan() {
        slow!(arith::unm, pc, vm, insn, base, k)
    }
    *base.add(insn.a()) = RawValue::number_unchecked(result);
    next!(pc, vm, base, k)
} }

handler! { NOT(pc, vm, insn, base, k) {
    *base.add(insn.a()) = RawValue::boolean((*base.add(insn.b())).is_falsy());
    next!(pc, vm, base, k)
} }

handler! { LEN(pc, vm, insn, base, k) {
    let value = *base.add(insn.b());
    if let Some(table) = value.as_table() {
        // A table without holes at its end, and no integer keys elsewhere: the last element is the border.
        let table = table.as_ptr();
        let len = (*table).array_len as usize;
        if len > 0
            && (*table).header.flags & INTEGER_KEYS == 0
            && !(*(*table).array.add(len - 1)).is_nil()
        {
            *base.add(insn.a()) = RawValue::number_unchecked(len as f64);
            next!(pc, vm, base, k)
        }
    } else if let Some(string) = value.as_string() {
        *base.add(insn.a()) = RawValue::number_unchecked((*string.as_ptr()).len as f64);
        next!(pc, vm, base, k)
    }
    slow!(misc::len, pc, vm, insn, base, k)
} }

handler! { CONCAT(pc, vm, insn, base, k) { slow!(arith::concat, pc, vm, insn, base, k) } }
