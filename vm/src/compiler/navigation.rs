//! Values that depend on nil and on conditions: `a?.b`, `a ?? b`, `a ? b : c`.

use super::Compiler;
use super::jump::JumpList;
use super::operand::{Operand, Value};
use crate::bytecode::{Op, Pri};
use crate::syntax::ast::{ExprId, ExprKind};

impl Compiler<'_> {
    /// A chain of suffixes with guards in it: if one of them meets a nil, a nil is loaded where the chain left its value,
    /// or, if it ends in a field or element, where that is looked up.
    pub(super) fn navigation(&mut self, chain: ExprId) -> Operand {
        let outer = std::mem::take(&mut self.f.guards);
        let operand = self.suffixed(chain, true);
        let guards = std::mem::replace(&mut self.f.guards, outer);
        let register = match operand.value {
            Value::Register(register) => register,
            Value::Call { base, .. } => base,
            Value::Field { object, .. } | Value::Index { object, .. } | Value::IntIndex { object, .. } => {
                object
            }
            _ => unreachable!("a guarded chain ends in a suffix"),
        };
        let around = self.jump();
        self.land(guards);
        let nil_pc = self.emit(Op::LOADPRI, register, Pri::Nil as u32, 0);
        self.land(around);
        match operand.value {
            Value::Call { pc, base } => Operand::new(Value::NavigatedCall { pc, base, nil_pc }),
            _ => operand,
        }
    }

    /// `operand?.`
    pub(super) fn guard(&mut self, operand: &mut Operand) {
        let register = self.load_to_any(operand);
        self.guard_register(register);
    }

    /// Ends the navigation if a register is nil.
    pub(super) fn guard_register(&mut self, register: u32) {
        let jump = JumpList::of(self.emit_wide(Op::EQPRI, register, Pri::Nil as u32, 1, -1));
        let mut guards = self.f.guards;
        self.append(&mut guards, jump);
        self.f.guards = guards;
    }

    /// The guards of a statement lead behind it.
    pub(super) fn land_guards(&mut self) {
        let guards = std::mem::take(&mut self.f.guards);
        self.land(guards);
    }

    /// `left ?? right`
    pub(super) fn coalesce(&mut self, mut left: Operand, right: ExprId, line: u32) -> Operand {
        let register = self.load_to_next(&mut left);
        let skip = JumpList::of(self.emit_wide(Op::EQPRI, register, Pri::Nil as u32, 0, -1));
        self.free_register(register);
        let mut right = self.expr(right);
        self.f.line = line;
        self.load_to_next(&mut right);
        self.land(skip);
        right
    }

    /// `a ? b : c ? d : e`
    pub(super) fn conditional(&mut self, id: ExprId) -> Operand {
        let mut ends = JumpList::EMPTY;
        let mut at = id;
        while let ExprKind::Conditional { condition, accepted, rejected } =
            self.tree.exprs[at.0 as usize].kind
        {
            let mut condition = self.expr(condition);
            self.jump_if_false(&mut condition);
            let mut value = self.expr(accepted);
            let register = self.load_to_next(&mut value);
            let end = self.jump();
            self.append(&mut ends, end);
            self.land(condition.if_false);
            self.free_register(register);
            at = rejected;
        }
        let mut value = self.expr(at);
        self.load_to_next(&mut value);
        self.land(ends);
        value
    }
}
