//! Loops. Back-edges are where the interrupt flag is looked at.

use super::jump;
use super::native::{call_iterator, next_row};
use crate::bytecode::Op;
use crate::function::{NativeFunction, Special};
use crate::gc::kind::Kind;
use crate::interp::dispatch::{handler, next, slow};
use crate::interp::slow::{iterate, misc};
use crate::value::RawValue;

/// Takes a back-edge unless somebody wants the VM to stop.
macro_rules! back_edge {
    ($pc:ident, $vm:ident, $insn:ident, $base:ident, $k:ident) => {{
        let target = jump!($pc, $insn);
        if (*(*$vm).interrupt).load(std::sync::atomic::Ordering::Relaxed) != 0 {
            slow!(misc::interrupted, target, $vm, $insn, $base, $k)
        }
        next!(target, $vm, $base, $k)
    }};
}

handler! { LOOP(pc, vm, insn, base, k) { back_edge!(pc, vm, insn, base, k) } }

// In code that may be compiled, where a back-edge is.
handler! { JLOOP(pc, vm, insn, base, k) {
    let site = (*vm).compiled.sites.add(insn.index());
    let left = (*site).count - 1;
    (*site).count = left;
    if left == 0 {
        slow!((*vm).compiled.hot, pc, vm, insn, base, k)
    }
    let original = (*site).original;
    match original.code() {
        FOR_ONE => return FORLOOP1(pc, vm, original, base, k),
        FOR_ANY => return FORLOOP(pc, vm, original, base, k),
        ITERATE => return ITERLOOP(pc, vm, original, base, k),
        _ => return LOOP(pc, vm, original, base, k),
    }
} }

const FOR_ONE: u8 = Op::FORLOOP1 as u8;
const FOR_ANY: u8 = Op::FORLOOP as u8;
const ITERATE: u8 = Op::ITERLOOP as u8;

handler! { FORPREP(pc, vm, insn, base, k) {
    let control = base.add(insn.a());
    let index = (*control).as_f64_or_nan();
    let limit = (*control.add(1)).as_f64_or_nan();
    let step = (*control.add(2)).as_f64_or_nan();
    if (step >= 0.0 && index <= limit) || (step < 0.0 && index >= limit) {
        *control.add(3) = *control;
        next!(pc, vm, base, k)
    }
    // No numbers, or a loop that does not run.
    slow!(iterate::for_prepare, pc, vm, insn, base, k)
} }

handler! { FORLOOP1(pc, vm, insn, base, k) {
    let control = base.add(insn.a());
    let index = (*control).as_f64_or_nan() + (*control.add(2)).as_f64_or_nan();
    if index <= (*control.add(1)).as_f64_or_nan() {
        let value = RawValue::number_unchecked(index);
        *control = value;
        *control.add(3) = value;
        back_edge!(pc, vm, insn, base, k)
    }
    next!(pc, vm, base, k)
} }

handler! { FORLOOP(pc, vm, insn, base, k) {
    let control = base.add(insn.a());
    let step = (*control.add(2)).as_f64_or_nan();
    let index = (*control).as_f64_or_nan() + step;
    let limit = (*control.add(1)).as_f64_or_nan();
    if (step >= 0.0 && index <= limit) || (step < 0.0 && index >= limit) {
        let value = RawValue::number_unchecked(index);
        *control = value;
        *control.add(3) = value;
        back_edge!(pc, vm, insn, base, k)
    }
    next!(pc, vm, base, k)
} }

handler! { ITERCALL(pc, vm, insn, base, k) {
    let control = base.add(insn.a());
    if let Some(function) = (*control).as_function()
        && (*function.as_ptr()).header.kind == Kind::NativeFunction
    {
        let special = (*function.as_ptr().cast::<NativeFunction>()).header.extra[1];
        let Some(table) = (*control.add(1)).as_table() else {
            if special == Special::NextRow as u8 {
                return next_row(pc, vm, insn, base, k);
            }
            return call_iterator(pc, vm, insn, base, k);
        };
        if special == Special::NextIndex as u8 {
            let index = (*control.add(2)).as_f64_or_nan();
            let position = index as u32;
            if f64::from(position) == index && position < (*table.as_ptr()).array_len && insn.c() <= 2 {
                let value = *(*table.as_ptr()).array.add(position as usize);
                if !value.is_nil() {
                    *control.add(3) = RawValue::number_unchecked(index + 1.0);
                    // With one variable this is a register of the call that was not needed.
                    *control.add(4) = value;
                    next!(pc, vm, base, k)
                }
            }
            slow!(iterate::next_index, pc, vm, insn, base, k)
        }
        if special == Special::Next as u8 {
            slow!(iterate::next_entry, pc, vm, insn, base, k)
        }
    }
    return call_iterator(pc, vm, insn, base, k);
} }

handler! { ITERLOOP(pc, vm, insn, base, k) {
    let control = base.add(insn.a());
    let value = *control.add(3);
    if !value.is_nil() {
        *control.add(2) = value;
        back_edge!(pc, vm, insn, base, k)
    }
    next!(pc, vm, base, k)
} }
