//! Arithmetic, comparison, concatenation.

use super::Compiler;
use super::operand::{Operand, Value};
use crate::bytecode::{BitOp, Const, Op, Pri};
use crate::convert::to_bit;
use crate::syntax::ast::BinaryOp;

impl Compiler<'_> {
    pub(super) fn arithmetic(&mut self, op: BinaryOp, left: Operand, mut right: Operand) -> Operand {
        let ((registers, right_constant, left_constant), on_numbers) = arithmetic(op);
        if let Some(right_number) = right.number() {
            let mut left = left;
            if let Some(folded) = left.number().and_then(|left| fold(on_numbers, left, right_number)) {
                return Operand::new(Value::Number(folded));
            }
            let register = self.load_to_any(&mut left);
            let constant = self.constant(Const::Number(right_number));
            self.free_register(register);
            return Operand::new(Value::Open(self.emit_wide(
                right_constant,
                0,
                register,
                0,
                constant as i32,
            )));
        }
        let right_register = self.load_to_any(&mut right);
        if let Some(left_number) = left.number() {
            let constant = self.constant(Const::Number(left_number));
            self.free_register(right_register);
            let pc = self.emit_wide(left_constant, 0, 0, right_register, constant as i32);
            return Operand::new(Value::Open(pc));
        }
        let mut left = left;
        let left_register = self.load_to_any(&mut left);
        self.free_pair(left_register, right_register);
        Operand::new(Value::Open(self.emit(registers, 0, left_register, right_register)))
    }

    /// A bit operator on two operands.
    pub(super) fn bit_operation(&mut self, op: BitOp, mut left: Operand, mut right: Operand) -> Operand {
        if let (Some(x), Some(y)) = (left.number(), right.number()) {
            return Operand::new(Value::Number(fold_bits(op, x, y)));
        }
        let second = self.load_to_any(&mut right);
        let first = self.load_to_any(&mut left);
        self.free_pair(first, second);
        Operand::new(Value::Open(self.emit_wide(Op::BITOP, 0, first, second, op as i32)))
    }

    /// `~operand`
    pub(super) fn bit_not(&mut self, mut operand: Operand) -> Operand {
        if let Some(number) = operand.number() {
            return Operand::new(Value::Number(fold_bits(BitOp::Not, number, number)));
        }
        let register = self.load_to_any(&mut operand);
        self.free_register(register);
        Operand::new(Value::Open(self.emit_wide(Op::BITOP, 0, register, register, BitOp::Not as i32)))
    }

    /// `left .. right`; the left operand is in the register below the right one. A chain becomes one instruction.
    pub(super) fn concat(&mut self, left: Operand, mut right: Operand) -> Operand {
        let Value::Register(first) = left.value else {
            unreachable!("the left operand was brought into a register");
        };
        if let Value::Open(pc) = right.value
            && !right.has_jumps()
            && self.insn(pc).op() == Op::CONCAT
            && self.insn(pc).b() as u32 == first + 1
        {
            let last = self.insn(pc).c() as u32;
            self.rewrite(pc, Op::CONCAT, 0, first, last);
            self.free_register(first);
            return right;
        }
        let last = self.load_to_next(&mut right);
        self.free_pair(first, last);
        Operand::new(Value::Open(self.emit(Op::CONCAT, 0, first, last)))
    }

    /// `left == right`, or `~=`.
    pub(super) fn equality(&mut self, sense: bool, left: Operand, right: Operand) -> Operand {
        // A constant goes to the right.
        let (mut left, mut right) = if left.is_constant() { (right, left) } else { (left, right) };
        let register = self.load_to_any(&mut left);
        let (op, second) = match right.value {
            _ if right.has_jumps() => (Op::EQ, self.load_to_any(&mut right)),
            Value::Nil => (Op::EQPRI, Pri::Nil as u32),
            Value::False => (Op::EQPRI, Pri::False as u32),
            Value::True => (Op::EQPRI, Pri::True as u32),
            Value::Number(number) => {
                self.constant_operand(Const::Number(number), &mut right, Op::EQK, Op::EQ)
            }
            Value::Str(string) => self.constant_operand(Const::Str(string), &mut right, Op::EQK, Op::EQ),
            _ => (Op::EQ, self.load_to_any(&mut right)),
        };
        self.free_operands(&left, &right);
        Operand::new(Value::Test(self.emit_wide(op, register, second, u32::from(sense), -1)))
    }

    /// `left < right` and the other orderings.
    pub(super) fn ordering(&mut self, op: BinaryOp, left: Operand, right: Operand) -> Operand {
        let (mut left, mut right) = (left, right);
        let (forward, left_constant, right_constant, is_swapped) = match op {
            BinaryOp::Lt => (Op::LT, Op::GTVK, Op::LTVK, false),
            BinaryOp::Le => (Op::LE, Op::GEVK, Op::LEVK, false),
            BinaryOp::Gt => (Op::LT, Op::LTVK, Op::GTVK, true),
            BinaryOp::Ge => (Op::LE, Op::LEVK, Op::GEVK, true),
            _ => unreachable!("not an ordering"),
        };
        if left.number().is_some() && right.number().is_some() {
            self.load_to_any(&mut left);
        }
        let (op, first, second) = if let Some(number) = right.number() {
            let register = self.load_to_any(&mut left);
            let (op, second) =
                self.constant_operand(Const::Number(number), &mut right, right_constant, forward);
            if op == forward && is_swapped { (op, second, register) } else { (op, register, second) }
        } else {
            let register = self.load_to_any(&mut right);
            match left.number() {
                Some(number) => {
                    let (op, other) =
                        self.constant_operand(Const::Number(number), &mut left, left_constant, forward);
                    if op == forward && !is_swapped { (op, other, register) } else { (op, register, other) }
                }
                None => {
                    let other = self.load_to_any(&mut left);
                    if is_swapped { (forward, register, other) } else { (forward, other, register) }
                }
            }
        };
        self.free_operands(&left, &right);
        Operand::new(Value::Test(self.emit_wide(op, first, second, 1, -1)))
    }

    /// A constant as operand `B` of a comparison: its index where that fits, else a register for the other form of the instruction.
    fn constant_operand(
        &mut self,
        constant: Const,
        operand: &mut Operand,
        with_constant: Op,
        with_register: Op,
    ) -> (Op, u32) {
        let index = self.constant(constant);
        if index <= u32::from(u8::MAX) {
            (with_constant, index)
        } else {
            (with_register, self.load_to_any(operand))
        }
    }
}

/// What an operator does to numbers.
type OnNumbers = fn(f64, f64) -> f64;

/// An arithmetic operator: the instructions for two registers, for a register and a constant, for a constant and a register, and what it
/// does to numbers.
fn arithmetic(op: BinaryOp) -> ((Op, Op, Op), OnNumbers) {
    match op {
        BinaryOp::Add => ((Op::ADD, Op::ADDVK, Op::ADDKV), |left, right| left + right),
        BinaryOp::Sub => ((Op::SUB, Op::SUBVK, Op::SUBKV), |left, right| left - right),
        BinaryOp::Mul => ((Op::MUL, Op::MULVK, Op::MULKV), |left, right| left * right),
        BinaryOp::Div => ((Op::DIV, Op::DIVVK, Op::DIVKV), |left, right| left / right),
        BinaryOp::Mod => {
            ((Op::MOD, Op::MODVK, Op::MODKV), |left, right| left - (left / right).floor() * right)
        }
        BinaryOp::Pow => ((Op::POW, Op::POWVK, Op::POWKV), f64::powf),
        BinaryOp::Concat
        | BinaryOp::Eq
        | BinaryOp::Ne
        | BinaryOp::Lt
        | BinaryOp::Le
        | BinaryOp::Gt
        | BinaryOp::Ge
        | BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Coalesce
        | BinaryOp::Bit(_) => unreachable!("not an arithmetic operator"),
    }
}

/// The result of an operation on constants, unless it is NaN or negative zero.
fn fold(op: OnNumbers, left: f64, right: f64) -> Option<f64> {
    let result = op(left, right);
    let is_negative_zero = result == 0.0 && result.is_sign_negative();
    (!result.is_nan() && !is_negative_zero).then_some(result)
}

fn fold_bits(op: BitOp, left: f64, right: f64) -> f64 {
    f64::from(op.on_integers(to_bit(left), to_bit(right)))
}
