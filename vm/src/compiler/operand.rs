//! Operands: where the value of an expression is, and how to bring it into a register.

use super::Compiler;
use super::jump::JumpList;
use crate::bytecode::{Const, Op, Part, Pri, StrId};

/// The value of an expression that was visited.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand {
    pub(super) value: Value,
    /// Jumps taken when the expression is true; they bypass the code for `value`.
    pub(super) if_true: JumpList,
    /// Jumps taken when it is false.
    pub(super) if_false: JumpList,
}

/// Where a value is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    Nil,
    False,
    True,
    Number(f64),
    Str(StrId),
    /// A 64-bit integer or imaginary number.
    Boxed(Const),
    /// In a local variable's register.
    Local(u32),
    Upvalue(u32),
    Global(StrId),
    /// A field of the object in a register.
    Field {
        object: u32,
        name: StrId,
    },
    /// An element of the object in a register, its key in another.
    Index {
        object: u32,
        key: u32,
    },
    /// An element with a small integer as its key.
    IntIndex {
        object: u32,
        key: u8,
    },
    /// The outcome of the comparison at an index, which jumps if it holds.
    Test(u32),
    /// The result of the instruction at an index, whose `A` is still open.
    Open(u32),
    /// In a register.
    Register(u32),
    /// The results of the `CALL` at an index, from a register on.
    Call {
        pc: u32,
        base: u32,
    },
    /// The results of a call at the end of a navigation, or the `nil` loaded at another index into the same register.
    NavigatedCall {
        pc: u32,
        base: u32,
        nil_pc: u32,
    },
    /// The values of the `VARARG` at an index, whose `A` is still open.
    Vararg(u32),
}

impl Operand {
    pub(super) fn new(value: Value) -> Operand {
        Operand { value, if_true: JumpList::EMPTY, if_false: JumpList::EMPTY }
    }

    pub(super) fn has_jumps(&self) -> bool {
        !(self.if_true.is_empty() && self.if_false.is_empty())
    }

    /// The number, if it is a constant one.
    pub(super) fn number(&self) -> Option<f64> {
        match self.value {
            Value::Number(number) if !self.has_jumps() => Some(number),
            _ => None,
        }
    }

    /// Whether it can be an operand of `==` without a register.
    pub(super) fn is_constant(&self) -> bool {
        matches!(self.value, Value::Nil | Value::False | Value::True | Value::Number(_) | Value::Str(_))
            && !self.has_jumps()
    }

    /// Whether it may stand for any number of values.
    pub(super) fn is_multiple(&self) -> bool {
        matches!(self.value, Value::Call { .. } | Value::Vararg(_)) && !self.has_jumps()
    }
}

impl Compiler<'_> {
    /// Emits what gets the value, leaving only its register open: afterwards it is a constant, a test, `Open` or `Register`.
    pub(super) fn discharge(&mut self, operand: &mut Operand) {
        operand.value = match operand.value {
            Value::Local(register) => Value::Register(register),
            Value::Upvalue(index) => Value::Open(self.emit(Op::GETUPVAL, 0, index, 0)),
            Value::Global(name) => {
                let slot = self.cache_slot(name);
                Value::Open(self.emit_ad(Op::GETGLOBAL, 0, slot))
            }
            Value::Field { object, name } => {
                self.free_register(object);
                let slot = self.cache_slot(name);
                let pc = self.emit_wide(Op::GETFIELD, 0, object, 0, slot);
                if object >= self.f.first_temporary && pc > 0 && self.insn(pc - 1).a() as u32 == object {
                    self.set_part(pc - 1, Part::ReadNext);
                }
                Value::Open(pc)
            }
            Value::Index { object, key } => {
                self.free_pair(object, key);
                Value::Open(self.emit(Op::GETINDEX, 0, object, key))
            }
            Value::IntIndex { object, key } => {
                self.free_register(object);
                Value::Open(self.emit(Op::GETINT, 0, object, u32::from(key)))
            }
            Value::Call { pc, base } => {
                let call = self.insn(pc);
                self.rewrite(pc, Op::CALL, call.a() as u32, call.b() as u32, 2);
                Value::Register(base)
            }
            Value::NavigatedCall { base, .. } => Value::Register(base),
            Value::Vararg(pc) => {
                self.rewrite(pc, Op::VARARG, 0, 2, 0);
                Value::Open(pc)
            }
            value @ (Value::Nil
            | Value::False
            | Value::True
            | Value::Number(_)
            | Value::Str(_)
            | Value::Boxed(_)
            | Value::Test(_)
            | Value::Open(_)
            | Value::Register(_)) => value,
        };
    }

    /// Says what becomes of the value that an instruction reads, if it is a field or element.
    pub(super) fn set_part(&mut self, pc: u32, part: Part) {
        let insn = self.insn(pc);
        let (a, b) = (insn.a() as u32, insn.b() as u32);
        match insn.op() {
            Op::GETFIELD => self.rewrite(pc, Op::GETFIELD, a, b, part as u32),
            Op::GETINDEX => self.set_insn(pc, insn.with_d(part as i32)),
            _ => {}
        }
    }

    /// Brings the value into a register, jumps included.
    pub(super) fn load_to(&mut self, operand: &mut Operand, register: u32) {
        self.value_to_register(operand, register);
        if let Value::Test(pc) = operand.value {
            self.append(&mut operand.if_true, JumpList::of(pc));
        }
        if operand.has_jumps() {
            let mut load_false = 0;
            let mut load_true = 0;
            if self.lacks_value(operand.if_true) || self.lacks_value(operand.if_false) {
                let over = match operand.value {
                    Value::Test(_) => JumpList::EMPTY,
                    _ => self.jump(),
                };
                load_false = self.emit(Op::LOADPRI, register, Pri::False as u32, 0);
                self.emit_ad(Op::JMP, 0, 1);
                load_true = self.emit(Op::LOADPRI, register, Pri::True as u32, 0);
                self.land(over);
            }
            let end = self.here();
            self.aim(operand.if_false, end, Some(register), load_false);
            self.aim(operand.if_true, end, Some(register), load_true);
        }
        *operand = Operand::new(Value::Register(register));
    }

    /// Brings the value itself into a register; a test stays what it is.
    pub(super) fn value_to_register(&mut self, operand: &mut Operand, register: u32) {
        self.discharge(operand);
        match operand.value {
            Value::Nil => {
                self.emit(Op::LOADPRI, register, Pri::Nil as u32, 0);
            }
            Value::False => {
                self.emit(Op::LOADPRI, register, Pri::False as u32, 0);
            }
            Value::True => {
                self.emit(Op::LOADPRI, register, Pri::True as u32, 0);
            }
            Value::Number(number) => self.load_number(register, number),
            Value::Str(string) => {
                let index = self.string_constant(string);
                self.emit_ad(Op::LOADK, register, index as i32);
            }
            Value::Boxed(constant) => {
                let index = self.constant(constant);
                self.emit_ad(Op::LOADK, register, index as i32);
            }
            Value::Open(pc) => {
                let insn = self.insn(pc);
                self.rewrite(pc, insn.op(), register, insn.b() as u32, insn.c() as u32);
            }
            Value::Register(from) => {
                if from != register {
                    self.emit(Op::MOV, register, from, 0);
                }
            }
            Value::Test(_) => return,
            Value::Local(_)
            | Value::Upvalue(_)
            | Value::Global(_)
            | Value::Field { .. }
            | Value::Index { .. }
            | Value::IntIndex { .. }
            | Value::Call { .. }
            | Value::NavigatedCall { .. }
            | Value::Vararg(_) => unreachable!("discharged above"),
        }
        operand.value = Value::Register(register);
    }

    fn load_number(&mut self, register: u32, number: f64) {
        let integer = number as i32;
        if f64::from(integer).to_bits() == number.to_bits() {
            self.emit_ad(Op::LOADINT, register, integer);
        } else {
            let index = self.constant(Const::Number(number));
            self.emit_ad(Op::LOADK, register, index as i32);
        }
    }

    /// Brings the value into the next free register, which is taken.
    pub(super) fn load_to_next(&mut self, operand: &mut Operand) -> u32 {
        self.discharge(operand);
        self.free_operand(operand);
        let register = self.reserve(1);
        self.load_to(operand, register);
        register
    }

    /// Brings the value into some register: where it is, if it is in one.
    pub(super) fn load_to_any(&mut self, operand: &mut Operand) -> u32 {
        self.discharge(operand);
        if let Value::Register(register) = operand.value {
            if !operand.has_jumps() {
                return register;
            }
            if register >= self.f.first_temporary {
                self.load_to(operand, register);
                return register;
            }
        }
        self.load_to_next(operand)
    }

    /// Gives back the temporaries an operand occupies.
    pub(super) fn free_operand(&mut self, operand: &Operand) {
        match operand.value {
            Value::Register(register) => self.free_register(register),
            Value::Call { base, .. } | Value::NavigatedCall { base, .. } => self.free_register(base),
            Value::Field { object, .. } | Value::IntIndex { object, .. } => self.free_register(object),
            Value::Index { object, key } => self.free_pair(object, key),
            Value::Nil
            | Value::False
            | Value::True
            | Value::Number(_)
            | Value::Str(_)
            | Value::Boxed(_)
            | Value::Local(_)
            | Value::Upvalue(_)
            | Value::Global(_)
            | Value::Test(_)
            | Value::Open(_)
            | Value::Vararg(_) => {}
        }
    }

    /// Gives back two registers, the upper one first.
    pub(super) fn free_pair(&mut self, first: u32, second: u32) {
        self.free_register(first.max(second));
        self.free_register(first.min(second));
    }

    /// Gives back the registers of two operands that are in registers or constant.
    pub(super) fn free_operands(&mut self, first: &Operand, second: &Operand) {
        match (first.value, second.value) {
            (Value::Register(first), Value::Register(second)) => self.free_pair(first, second),
            _ => {
                self.free_operand(first);
                self.free_operand(second);
            }
        }
    }
}
