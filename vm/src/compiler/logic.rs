//! Conditions: jumps on true and on false, `not`, `and`, `or`.

use super::Compiler;
use super::jump::{JumpList, NO_REGISTER};
use super::operand::{Operand, Value};
use crate::bytecode::Op;
use crate::syntax::ast::ExprId;

impl Compiler<'_> {
    /// Code that goes on if the condition holds; the jumps taken if it does not.
    pub(super) fn condition(&mut self, id: ExprId) -> JumpList {
        let mut operand = self.expr(id);
        if matches!(operand.value, Value::Nil | Value::False) && !operand.has_jumps() {
            return self.jump();
        }
        self.jump_if_false(&mut operand);
        self.drop_values(operand.if_false);
        operand.if_false
    }

    /// Code that goes on if the operand is true, with its jumps on false in `if_false`.
    pub(super) fn jump_if_false(&mut self, operand: &mut Operand) {
        self.discharge(operand);
        let jump = match operand.value {
            Value::True | Value::Number(_) | Value::Str(_) => JumpList::EMPTY,
            Value::Test(pc) => {
                self.invert(pc);
                JumpList::of(pc)
            }
            _ => self.branch(operand, false),
        };
        self.append(&mut operand.if_false, jump);
        self.land(operand.if_true);
        operand.if_true = JumpList::EMPTY;
    }

    /// Code that goes on if the operand is false, with its jumps on true in `if_true`.
    pub(super) fn jump_if_true(&mut self, operand: &mut Operand) {
        self.discharge(operand);
        let jump = match operand.value {
            Value::Nil | Value::False => JumpList::EMPTY,
            Value::Test(pc) => JumpList::of(pc),
            _ => self.branch(operand, true),
        };
        self.append(&mut operand.if_true, jump);
        self.land(operand.if_false);
        operand.if_false = JumpList::EMPTY;
    }

    /// A jump taken if the operand's truth is `sense`.
    fn branch(&mut self, operand: &mut Operand, sense: bool) -> JumpList {
        if let Value::Open(pc) = operand.value
            && pc + 1 == self.here()
            && self.insn(pc).op() == Op::NOT
        {
            let tested = self.take_back().b() as u32;
            let test = if sense { Op::ISFALSE } else { Op::ISTRUE };
            return JumpList::of(self.emit_ad(test, tested, -1));
        }
        let register = match operand.value {
            Value::Register(register) => register,
            _ => {
                let register = self.reserve(1);
                self.value_to_register(operand, register);
                register
            }
        };
        let copy = if sense { Op::COPYTRUE } else { Op::COPYFALSE };
        let jump = JumpList::of(self.emit_wide(copy, NO_REGISTER, register, 0, -1));
        self.free_operand(operand);
        jump
    }

    /// `not operand`
    pub(super) fn not(&mut self, mut operand: Operand) -> Operand {
        std::mem::swap(&mut operand.if_true, &mut operand.if_false);
        self.drop_values(operand.if_true);
        self.drop_values(operand.if_false);
        self.discharge(&mut operand);
        operand.value = match operand.value {
            Value::Nil | Value::False => Value::True,
            Value::True | Value::Number(_) | Value::Str(_) | Value::Boxed(_) => Value::False,
            Value::Test(pc) => {
                self.invert(pc);
                Value::Test(pc)
            }
            _ => {
                let register = match operand.value {
                    Value::Register(register) => register,
                    _ => {
                        let register = self.reserve(1);
                        self.value_to_register(&mut operand, register);
                        register
                    }
                };
                self.free_register(register);
                Value::Open(self.emit(Op::NOT, 0, register, 0))
            }
        };
        operand
    }

    /// `left and right`, the left operand having gone through [`jump_if_false`](Self::jump_if_false) before the right was visited.
    pub(super) fn and(&mut self, left: Operand, mut right: Operand) -> Operand {
        self.discharge(&mut right);
        let mut if_false = left.if_false;
        self.append(&mut if_false, right.if_false);
        Operand { if_false, ..right }
    }

    /// `left or right`, the left operand having gone through [`jump_if_true`](Self::jump_if_true).
    pub(super) fn or(&mut self, left: Operand, mut right: Operand) -> Operand {
        self.discharge(&mut right);
        let mut if_true = left.if_true;
        self.append(&mut if_true, right.if_true);
        Operand { if_true, ..right }
    }

    /// Makes the comparison at an index jump on the opposite outcome.
    fn invert(&mut self, pc: u32) {
        let insn = self.insn(pc);
        self.rewrite(pc, insn.op(), insn.a() as u32, insn.b() as u32, insn.c() as u32 ^ 1);
    }
}
