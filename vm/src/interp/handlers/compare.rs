//! Fused compare-and-jump. `C` says which outcome jumps.

use super::jump_if;
use crate::interp::dispatch::{handler, next, slow};
use crate::interp::slow::compare;
use crate::value::RawValue;

/// Jumps when an outcome is the one the instruction asks for.
macro_rules! branch {
    ($outcome:expr, $pc:ident, $vm:ident, $insn:ident, $base:ident, $k:ident) => {
        jump_if!(($outcome) == ($insn.c() != 0), $pc, $vm, $insn, $base, $k)
    };
}

/// An ordered comparison: with a boxed operand or a NaN neither the relation nor its opposite holds.
macro_rules! ordered {
    ($name:ident, $slow:path, $left:expr, $right:expr, $op:tt, $opposite:tt, $pc:ident, $vm:ident, $insn:ident, $base:ident, $k:ident) => {
        handler! { $name($pc, $vm, $insn, $base, $k) {
            let x = (*$left).as_f64_or_nan();
            let y = (*$right).as_f64_or_nan();
            if x $op y {
                branch!(true, $pc, $vm, $insn, $base, $k)
            }
            if x $opposite y {
                branch!(false, $pc, $vm, $insn, $base, $k)
            }
            slow!($slow, $pc, $vm, $insn, $base, $k)
        } }
    };
}

ordered!(LT, compare::less_than, base.add(insn.a()), base.add(insn.b()), <, >=, pc, vm, insn, base, k);
ordered!(LE, compare::less_equal, base.add(insn.a()), base.add(insn.b()), <=, >, pc, vm, insn, base, k);
ordered!(LTVK, compare::less_than, base.add(insn.a()), k.add(insn.b()), <, >=, pc, vm, insn, base, k);
ordered!(LEVK, compare::less_equal, base.add(insn.a()), k.add(insn.b()), <=, >, pc, vm, insn, base, k);
ordered!(GTVK, compare::less_than, k.add(insn.b()), base.add(insn.a()), <, >=, pc, vm, insn, base, k);
ordered!(GEVK, compare::less_equal, k.add(insn.b()), base.add(insn.a()), <=, >, pc, vm, insn, base, k);

/// Equality of two values as far as it is known without metamethods and long strings.
macro_rules! equality {
    ($x:expr, $y:expr, $pc:ident, $vm:ident, $insn:ident, $base:ident, $k:ident) => {{
        let (x, y): (RawValue, RawValue) = ($x, $y);
        if x.is_number() && y.is_number() {
            branch!(x.as_f64_or_nan() == y.as_f64_or_nan(), $pc, $vm, $insn, $base, $k)
        }
        if x == y && !x.is_cdata() {
            branch!(true, $pc, $vm, $insn, $base, $k)
        }
        if !(x.is_heap() && y.is_heap()) && !(x.is_cdata() || y.is_cdata()) {
            branch!(false, $pc, $vm, $insn, $base, $k)
        }
        slow!(compare::equal, $pc, $vm, $insn, $base, $k)
    }};
}

handler! { EQ(pc, vm, insn, base, k) {
    equality!(*base.add(insn.a()), *base.add(insn.b()), pc, vm, insn, base, k)
} }

handler! { EQK(pc, vm, insn, base, k) {
    equality!(*base.add(insn.a()), *k.add(insn.b()), pc, vm, insn, base, k)
} }

handler! { EQPRI(pc, vm, insn, base, k) {
    let primitive = RawValue::NIL.bits() + insn.b() as u64;
    let value = *base.add(insn.a());
    if value.bits() == primitive {
        branch!(true, pc, vm, insn, base, k)
    }
    if value.is_cdata() {
        // A null pointer equals nil.
        slow!(compare::equal, pc, vm, insn, base, k)
    }
    branch!(false, pc, vm, insn, base, k)
} }
