//! Statements other than loops.

use super::Compiler;
use super::jump::JumpList;
use super::operand::{Operand, Value};
use crate::bytecode::Op;
use crate::syntax::ast::{Block, LabelId, LocalId, Span, Stat, StatKind};

impl Compiler<'_> {
    /// The statements of a block, in the scope of what surrounds it.
    pub(super) fn stats(&mut self, block: Block) {
        for stat in block.of(&self.tree.stats) {
            self.f.line = stat.line;
            self.stat(stat);
            self.free_temporaries();
        }
    }

    /// A block with a scope of its own.
    pub(super) fn block(&mut self, block: Block) {
        let active = self.f.active.len();
        self.stats(block);
        self.leave_scope(active, self.end_is_reachable(block));
    }

    /// Whether control can fall out of a block, as far as its last statement tells.
    pub(super) fn end_is_reachable(&self, block: Block) -> bool {
        let last = block.of(&self.tree.stats).last().map(|stat| stat.kind);
        let leaves = |kind| {
            matches!(
                kind,
                StatKind::Return(_) | StatKind::Break | StatKind::Continue { .. } | StatKind::Goto(_)
            )
        };
        !last.is_some_and(leaves)
    }

    fn stat(&mut self, stat: &Stat) {
        match stat.kind {
            StatKind::Local { first, count, values } => self.local(first, count, values),
            StatKind::LocalFunction { local, function } => {
                let register = self.reserve(1);
                self.activate(local, register);
                let mut value = self.expr(function);
                self.load_to(&mut value, register);
            }
            StatKind::Function { target, function } => self.function_statement(target, function, stat.line),
            StatKind::Assign { targets, values } => {
                self.assignment(targets, values, stat.end_line);
                self.land_guards();
            }
            StatKind::Compound { op, target, value, line } => {
                self.compound_assignment(op, target, value, (line, stat.end_line));
                self.land_guards();
            }
            StatKind::Call(call) => {
                let call = self.expr(call);
                self.drop_results(&call);
                self.land_guards();
            }
            StatKind::Do(block) => self.block(block),
            StatKind::While { condition, body } => self.while_loop(condition, body),
            StatKind::Repeat { body, condition } => self.repeat_loop(body, condition),
            StatKind::If { arms, otherwise } => self.if_statement(arms, otherwise),
            StatKind::NumericFor { variable, range, body } => {
                self.numeric_for(variable, range, body, stat.line)
            }
            StatKind::GenericFor { first, count, values, body } => {
                self.generic_for(first, count, values, body, stat.line);
            }
            StatKind::Return(values) => self.return_statement(values, stat.end_line),
            StatKind::Break => self.break_statement(),
            StatKind::Continue { active_locals } => self.continue_statement(active_locals),
            StatKind::Goto(goto) => self.goto(self.tree.gotos[goto.0 as usize]),
            StatKind::Label(label) => self.label(label),
        }
    }

    fn local(&mut self, first: LocalId, count: u32, values: Span) {
        let base = self.f.free;
        self.push_exactly(values, count);
        for index in 0..count {
            self.activate(LocalId(first.0 + index), base + index);
        }
    }

    fn if_statement(&mut self, arms: Span, otherwise: Option<Block>) {
        let arms = arms.of(&self.tree.arms);
        let mut ends = JumpList::EMPTY;
        for (index, arm) in arms.iter().enumerate() {
            let otherwise_from = self.condition(arm.condition);
            self.free_temporaries();
            self.block(arm.block);
            let has_more = index + 1 < arms.len() || otherwise.is_some();
            if has_more && self.end_is_reachable(arm.block) {
                let end = self.jump();
                self.append(&mut ends, end);
            }
            self.land(otherwise_from);
        }
        if let Some(block) = otherwise {
            self.block(block);
        }
        self.land(ends);
    }

    /// Tail calls included, a return counts as happening on the statement's last line.
    fn return_statement(&mut self, values: Span, end_line: u32) {
        match values.of(&self.tree.lists) {
            [] => {
                self.close_upvalues(0);
                self.emit(Op::RET0, 0, 0, 0);
            }
            [only] => {
                let mut value = self.expr(*only);
                match value.value {
                    Value::Call { base, .. } if value.is_multiple() => {
                        let call = self.take_back();
                        self.f.line = end_line;
                        self.close_upvalues(0);
                        self.emit(Op::TAILCALL, base, call.b() as u32, 0);
                    }
                    _ if value.is_multiple() => self.return_all(&value),
                    _ => {
                        let register = self.load_to_any(&mut value);
                        self.f.line = end_line;
                        self.close_upvalues(0);
                        self.emit(Op::RET1, register, 0, 0);
                    }
                }
            }
            _ => {
                let first = self.f.free;
                let is_open = self.push_values(values);
                self.f.line = end_line;
                self.close_upvalues(0);
                let count = if is_open { 0 } else { values.len + 1 };
                self.emit(Op::RET, first, count, 0);
            }
        }
    }

    /// `return ...`
    fn return_all(&mut self, values: &Operand) {
        let first = self.f.free;
        self.keep_all_results(values);
        self.close_upvalues(0);
        self.emit(Op::RET, first, 0, 0);
    }

    fn goto(&mut self, label: LabelId) {
        self.close_upvalues(self.tree.labels[label.0 as usize].active_locals as usize);
        match self.labels[label.0 as usize].pc {
            Some(pc) => self.jump_back(pc),
            None => {
                let jump = self.jump();
                let mut pending = self.labels[label.0 as usize].pending;
                self.append(&mut pending, jump);
                self.labels[label.0 as usize].pending = pending;
            }
        }
    }

    fn label(&mut self, label: LabelId) {
        let state = &mut self.labels[label.0 as usize];
        let pending = std::mem::replace(&mut state.pending, JumpList::EMPTY);
        state.pc = Some(self.f.proto.code.len() as u32);
        self.land(pending);
    }
}
