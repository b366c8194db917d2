//! Loops, and `break`.

use super::jump::{JumpList, distance};
use super::operand::{Operand, Value};
use super::{Compiler, LoopState};
use crate::bytecode::Op;
use crate::convert::NumberLiteral;
use crate::syntax::ast::{Block, ExprId, ExprKind, LocalId, Span};

/// An iterator is called with itself and two values in the registers after the hidden variables.
const ITERATOR_CALL_REGISTERS: u32 = 3;

impl Compiler<'_> {
    pub(super) fn while_loop(&mut self, condition: ExprId, body: Block) {
        let start = self.here();
        let exit = self.condition(condition);
        self.free_temporaries();
        self.open_loop();
        self.block(body);
        self.land_continues();
        self.jump_back(start);
        self.land(exit);
        self.close_loop();
    }

    /// The condition sees the body's locals, so that their scope ends on both ways out of it.
    pub(super) fn repeat_loop(&mut self, body: Block, condition: ExprId) {
        let start = self.here();
        let active = self.f.active.len();
        self.open_loop();
        self.stats(body);
        self.land_continues();
        let mut condition = self.expr(condition);
        match condition.value {
            Value::True | Value::Number(_) | Value::Str(_) if !condition.has_jumps() => {}
            Value::Nil | Value::False if !condition.has_jumps() => {
                self.close_upvalues(active);
                self.jump_back(start);
            }
            _ => {
                let exit = self.jumps_if_true(&mut condition);
                self.close_upvalues(active);
                self.jump_back(start);
                self.land(exit);
            }
        }
        self.leave_scope(active, true);
        self.close_loop();
    }

    fn jumps_if_true(&mut self, condition: &mut Operand) -> JumpList {
        self.jump_if_true(condition);
        self.drop_values(condition.if_true);
        condition.if_true
    }

    pub(super) fn numeric_for(&mut self, variable: LocalId, range: Span, body: Block, line: u32) {
        let base = self.f.free;
        self.push_exactly(range, range.len);
        let step_is_positive = match range.of(&self.tree.lists) {
            [_, _, step] => self.is_positive_constant(*step),
            _ => {
                let mut one = Operand::new(Value::Number(1.0));
                self.load_to_next(&mut one);
                true
            }
        };
        let outer_temporary = self.f.first_temporary;
        let records = ["(for index)", "(for limit)", "(for step)"];
        let records: [usize; 3] = std::array::from_fn(|i| self.activate_hidden(records[i], base + i as u32));
        let prepare = self.emit_ad(Op::FORPREP, base, -1);
        self.open_loop();
        let active = self.f.active.len();
        let register = self.reserve(1);
        self.activate(variable, register);
        self.stats(body);
        self.leave_scope(active, self.end_is_reachable(body));
        self.land_continues();
        self.f.line = line;
        let op = if step_is_positive { Op::FORLOOP1 } else { Op::FORLOOP };
        let pc = self.here();
        self.emit_ad(op, base, distance(pc, prepare + 1));
        self.land(JumpList::of(prepare));
        self.end_hidden(&records, outer_temporary);
        self.close_loop();
    }

    pub(super) fn generic_for(&mut self, first: LocalId, count: u32, values: Span, body: Block, line: u32) {
        let base = self.f.free;
        self.push_exactly(values, 3);
        let outer_temporary = self.f.first_temporary;
        let records = ["(for generator)", "(for state)", "(for control)"];
        let records: [usize; 3] = std::array::from_fn(|i| self.activate_hidden(records[i], base + i as u32));
        let enter = self.jump();
        let start = self.here();
        self.open_loop();
        let active = self.f.active.len();
        let register = self.reserve(count);
        self.require(register + ITERATOR_CALL_REGISTERS);
        for index in 0..count {
            self.activate(LocalId(first.0 + index), register + index);
        }
        self.stats(body);
        self.leave_scope(active, self.end_is_reachable(body));
        self.land_continues();
        self.f.line = line;
        self.land(enter);
        let reused = self.only_indexed(first, count);
        self.emit_wide(Op::ITERCALL, base, 0, count, reused);
        let pc = self.here();
        self.emit_ad(Op::ITERLOOP, base, distance(pc, start));
        self.end_hidden(&records, outer_temporary);
        self.close_loop();
    }

    /// Which of a loop's variables are only ever indexed, a bit for each.
    fn only_indexed(&mut self, first: LocalId, count: u32) -> i32 {
        // The first variable is the key of most iterators, and of those with objects to reuse an entity.
        if count < 2 {
            return 0;
        }
        let tree = self.tree;
        let known = self.only_indexed.get_or_insert_with(|| tree.only_indexed());
        (1..count.min(31)).filter(|i| known[(first.0 + i) as usize]).map(|i| 1 << i).sum()
    }

    pub(super) fn break_statement(&mut self) {
        let active = self.innermost_loop().active;
        self.close_upvalues(active);
        let jump = self.jump();
        let mut breaks = self.innermost_loop().breaks;
        self.append(&mut breaks, jump);
        self.innermost_loop().breaks = breaks;
    }

    pub(super) fn continue_statement(&mut self, active_locals: u32) {
        self.close_upvalues(active_locals as usize);
        let jump = self.jump();
        let mut continues = self.innermost_loop().continues;
        self.append(&mut continues, jump);
        self.innermost_loop().continues = continues;
    }

    /// The loop goes on here after a `continue`.
    fn land_continues(&mut self) {
        let continues = std::mem::take(&mut self.innermost_loop().continues);
        self.land(continues);
    }

    fn innermost_loop(&mut self) -> &mut LoopState {
        self.f.loops.last_mut().expect("the parser takes `break` and `continue` only inside a loop")
    }

    fn open_loop(&mut self) {
        let (breaks, continues) = (JumpList::EMPTY, JumpList::EMPTY);
        self.f.loops.push(LoopState { breaks, continues, active: self.f.active.len() });
    }

    fn close_loop(&mut self) {
        let state = self.f.loops.pop().expect("loops are opened and closed in pairs");
        self.land(state.breaks);
    }

    /// Ends the scope of a loop's hidden variables.
    fn end_hidden(&mut self, records: &[usize], outer_temporary: u32) {
        for record in records {
            self.end_record(*record);
        }
        self.f.first_temporary = outer_temporary;
        self.free_temporaries();
    }

    fn is_positive_constant(&self, id: ExprId) -> bool {
        match self.tree.exprs[id.0 as usize].kind {
            ExprKind::Number(NumberLiteral::Number(number)) => number > 0.0,
            _ => false,
        }
    }
}
