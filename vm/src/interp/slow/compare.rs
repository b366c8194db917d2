//! Comparisons of anything but two numbers.

use crate::bytecode::{Insn, Op};
use crate::interp::Go;
use crate::rt::{self, Step};
use crate::thread::FRAME_NEGATE;
use crate::value::RawValue;
use crate::vm::{Raised, Vm};

/// The operands in the order in which they are compared.
fn operands(vm: &Vm, insn: Insn) -> (RawValue, RawValue) {
    match insn.op() {
        Op::EQK | Op::LTVK | Op::LEVK => (vm.reg(insn.a()), vm.constant(insn.b())),
        Op::EQPRI => {
            let right = [RawValue::NIL, RawValue::FALSE, RawValue::TRUE][insn.b()];
            (vm.reg(insn.a()), right)
        }
        Op::GTVK | Op::GEVK => (vm.constant(insn.b()), vm.reg(insn.a())),
        _ => (vm.reg(insn.a()), vm.reg(insn.b())),
    }
}

/// `EQ`, `EQK` of two heap values.
pub(in crate::interp) fn equal(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let (left, right) = operands(vm, insn);
    match rt::equals(vm, left, right)? {
        Step::Done(outcome) => Ok(vm.branch(outcome.is_truthy(), insn)),
        Step::Call(handler) => vm.call_meta(handler, &[left, right], 0),
        Step::Invalid => unreachable!("any two values can be compared for equality"),
    }
}

/// `LT` and its forms.
pub(in crate::interp) fn less_than(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let (left, right) = operands(vm, insn);
    match rt::less_than(vm, left, right)? {
        Step::Done(outcome) => Ok(vm.branch(outcome.is_truthy(), insn)),
        Step::Call(handler) => vm.call_meta(handler, &[left, right], 0),
        Step::Invalid => Err(vm.compare_error(left, right)),
    }
}

/// `LE` and its forms; without `__le` it is the opposite of `right < left`.
pub(in crate::interp) fn less_equal(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let (left, right) = operands(vm, insn);
    match rt::less_equal(vm, left, right)? {
        rt::LessEqual::Done(outcome) => Ok(vm.branch(outcome, insn)),
        rt::LessEqual::Call(handler) => vm.call_meta(handler, &[left, right], 0),
        rt::LessEqual::NotLess(handler) => vm.call_meta(handler, &[right, left], FRAME_NEGATE),
        rt::LessEqual::Invalid => Err(vm.compare_error(left, right)),
    }
}
