//! Calls, and lists of values in consecutive registers.

use super::Compiler;
use super::operand::{Operand, Value};
use crate::bytecode::{Op, StrId};
use crate::syntax::ast::Span;

impl Compiler<'_> {
    /// `callee(arguments)`
    pub(super) fn call(&mut self, mut callee: Operand, arguments: Span, line: u32) -> Operand {
        let base = self.load_to_next(&mut callee);
        self.finish_call(base, arguments, line)
    }

    /// `object:name(arguments)`
    pub(super) fn method_call(
        &mut self,
        mut object: Operand,
        name: StrId,
        arguments: Span,
        is_guarded: bool,
        line: u32,
    ) -> Operand {
        let register = self.load_to_any(&mut object);
        self.f.line = line;
        self.free_register(register);
        let slot = self.cache_slot(name);
        let base = self.reserve(2);
        self.emit_wide(Op::SELF, base, register, 0, slot);
        if is_guarded {
            self.guard_register(base);
        }
        self.finish_call(base, arguments, line)
    }

    /// The arguments and the call itself; the function, and `self` of a method, are in place.
    fn finish_call(&mut self, base: u32, arguments: Span, line: u32) -> Operand {
        let is_open = self.push_values(arguments);
        self.f.line = line;
        let count = if is_open { 0 } else { self.f.free - base };
        let pc = self.emit(Op::CALL, base, count, 2);
        self.f.free = base + 1;
        Operand::new(Value::Call { pc, base })
    }

    /// Brings values into the next registers; whether the last one stands for all its values, up to the top.
    pub(super) fn push_values(&mut self, values: Span) -> bool {
        let values = values.of(&self.tree.lists);
        for (index, id) in values.iter().enumerate() {
            let mut value = self.expr(*id);
            if index + 1 == values.len() && value.is_multiple() {
                self.keep_all_results(&value);
                return true;
            }
            self.load_to_next(&mut value);
        }
        false
    }

    /// Brings exactly `wanted` values into the next registers.
    pub(super) fn push_exactly(&mut self, values: Span, wanted: u32) {
        let values = values.of(&self.tree.lists);
        let first = self.f.free;
        for (index, id) in values.iter().enumerate() {
            let mut value = self.expr(*id);
            let is_navigated_call = matches!(value.value, Value::NavigatedCall { .. });
            if index + 1 == values.len() && (value.is_multiple() || is_navigated_call) {
                let has_base = is_navigated_call || matches!(value.value, Value::Call { .. });
                let others = self.f.free - first - u32::from(has_base);
                self.keep_results(&value, wanted.saturating_sub(others));
            } else {
                self.load_to_next(&mut value);
            }
        }
        let present = self.f.free - first;
        if present < wanted {
            let register = self.reserve(wanted - present);
            self.emit(Op::LOADNIL, register, register + (wanted - present) - 1, 0);
        }
        self.f.free = first + wanted;
    }

    /// Keeps `count` results of a call or `...`, in the next registers.
    fn keep_results(&mut self, operand: &Operand, count: u32) {
        match operand.value {
            Value::Call { pc, base } => {
                let call = self.insn(pc);
                self.rewrite(pc, Op::CALL, base, call.b() as u32, count + 1);
                self.f.free = base;
                self.reserve(count);
            }
            Value::NavigatedCall { pc, base, nil_pc } => {
                let call = self.insn(pc);
                self.rewrite(pc, Op::CALL, base, call.b() as u32, count + 1);
                if count > 1 {
                    self.rewrite(nil_pc, Op::LOADNIL, base, base + count - 1, 0);
                }
                self.f.free = base;
                self.reserve(count);
            }
            Value::Vararg(pc) => {
                let first = self.reserve(count);
                self.rewrite(pc, Op::VARARG, first, count + 1, 0);
            }
            _ => unreachable!("only these have several values"),
        }
    }

    /// Keeps all results of a call or `...`.
    pub(super) fn keep_all_results(&mut self, operand: &Operand) {
        match operand.value {
            Value::Call { pc, base } => {
                let call = self.insn(pc);
                self.rewrite(pc, Op::CALL, base, call.b() as u32, 0);
            }
            Value::Vararg(pc) => {
                let first = self.reserve(1);
                self.rewrite(pc, Op::VARARG, first, 0, 0);
            }
            _ => unreachable!("only these have several values"),
        }
    }

    /// Drops the results of a call that is a statement.
    pub(super) fn drop_results(&mut self, operand: &Operand) {
        let Value::Call { pc, base } = operand.value else {
            unreachable!("the parser takes only calls as statements");
        };
        let call = self.insn(pc);
        self.rewrite(pc, Op::CALL, base, call.b() as u32, 1);
    }
}
