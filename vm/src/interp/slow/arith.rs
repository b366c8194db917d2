//! Arithmetic with coercions and metamethods; concatenation.

use crate::bytecode::{BitOp, Format, Insn};
use crate::interp::Go;
use crate::rt::{self, Step, meta::Meta};
use crate::vm::{Raised, Vm};

/// Every binary operation in its three forms.
pub(in crate::interp) fn arith(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let op = insn.op();
    let (left, right) = match op.format() {
        Format::ABK => (vm.reg(insn.b()), vm.constant(insn.index())),
        Format::ACK => (vm.constant(insn.index()), vm.reg(insn.c())),
        _ => (vm.reg(insn.b()), vm.reg(insn.c())),
    };
    let event = rt::event_of(op);
    match rt::arith(vm, event, left, right)? {
        Step::Done(value) => {
            vm.set_reg(insn.a(), value);
            if value.is_heap() {
                vm.check_collector(insn);
            }
        }
        Step::Call(handler) => return vm.call_meta(handler, &[left, right], 0),
        Step::Invalid => {
            // The operand that is to blame is the second one if the first is a number.
            let second = rt::to_number(left).is_some();
            let register = match (op.format(), second) {
                (Format::ABK, false) => Some(insn.b()),
                (Format::ACK, true) => Some(insn.c()),
                (Format::ABC, false) => Some(insn.b()),
                (Format::ABC, true) => Some(insn.c()),
                _ => None,
            };
            let culprit = if second { right } else { left };
            return Err(vm.operand_error("perform arithmetic on", culprit, register));
        }
    }
    Ok(Go::On)
}

/// `BITOP`
pub(in crate::interp) fn bit_op(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let op = BitOp::ALL[insn.index()];
    let (left, right) = (vm.reg(insn.b()), vm.reg(insn.c()));
    match rt::bit_operation(vm, op, left, right)? {
        Ok(value) => {
            vm.set_reg(insn.a(), value);
            if value.is_heap() {
                vm.check_collector(insn);
            }
            Ok(Go::On)
        }
        Err(is_second) => {
            let (culprit, register) = if is_second { (right, insn.c()) } else { (left, insn.b()) };
            Err(vm.operand_error("perform arithmetic on", culprit, Some(register)))
        }
    }
}

/// `UNM`
pub(in crate::interp) fn unm(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let value = vm.reg(insn.b());
    match rt::arith(vm, Meta::Unm, value, value)? {
        Step::Done(value) => {
            vm.set_reg(insn.a(), value);
            if value.is_heap() {
                vm.check_collector(insn);
            }
        }
        Step::Call(handler) => return vm.call_meta(handler, &[value, value], 0),
        Step::Invalid => return Err(vm.operand_error("perform arithmetic on", value, Some(insn.b()))),
    }
    Ok(Go::On)
}

/// `CONCAT`
pub(in crate::interp) fn concat(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let go = concat_from(vm, insn, insn.c())?;
    vm.check_collector(insn);
    Ok(go)
}

/// Concatenates `R[B] .. ... .. R[last]` from the right; everything right of `last` is already part of `R[last]`.
pub(super) fn concat_from(vm: &mut Vm, insn: Insn, mut last: usize) -> Result<Go, Raised> {
    while last > insn.b() {
        // As many strings, numbers and buffers as there are in a row become one string at once.
        let mut first = last;
        while first > insn.b() && rt::is_concatenable(vm.reg(first - 1)) && rt::is_concatenable(vm.reg(last))
        {
            first -= 1;
        }
        if first < last {
            let base = vm.frame().base;
            let value = rt::concat_slots(vm, base + first as u32, base + last as u32)?;
            last = first;
            vm.set_reg(last, value);
            continue;
        }
        let (left, right) = (vm.reg(last - 1), vm.reg(last));
        let handler = rt::binary_handler(vm, Meta::Concat, left, right)?;
        match handler {
            Step::Done(value) => {
                last -= 1;
                vm.set_reg(last, value);
            }
            Step::Call(handler) => {
                return vm.call_meta(handler, &[left, right], ((last - 1) as u16) << 8);
            }
            Step::Invalid => {
                let second = left.is_string() || left.is_number();
                let (culprit, register) = if second { (right, last) } else { (left, last - 1) };
                return Err(vm.operand_error("concatenate", culprit, Some(register)));
            }
        }
    }
    let value = vm.reg(insn.b());
    vm.set_reg(insn.a(), value);
    Ok(Go::On)
}
