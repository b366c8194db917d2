//! Lists of jumps whose target is not known yet.

use super::Compiler;
use crate::bytecode::{Insn, Op};

/// Register `A` of a `COPYTRUE` or `COPYFALSE` that does not know yet where its value goes.
pub(super) const NO_REGISTER: u32 = 255;

/// Jumps with the same target, threaded through their `D` operands: each holds the index of the next one, the last -1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JumpList(i32);

impl Default for JumpList {
    fn default() -> JumpList {
        JumpList::EMPTY
    }
}

impl JumpList {
    pub(super) const EMPTY: JumpList = JumpList(-1);

    pub(super) fn is_empty(self) -> bool {
        self == JumpList::EMPTY
    }

    /// The list of one jump, whose `D` must be -1.
    pub(super) fn of(pc: u32) -> JumpList {
        JumpList(pc as i32)
    }
}

impl Compiler<'_> {
    /// Emits a forward jump with its target open.
    pub(super) fn jump(&mut self) -> JumpList {
        JumpList::of(self.emit_ad(Op::JMP, 0, -1))
    }

    /// Emits a jump back to an instruction.
    pub(super) fn jump_back(&mut self, target: u32) {
        let pc = self.here();
        self.emit_ad(Op::LOOP, 0, distance(pc, target));
    }

    /// Appends `more` to a list.
    pub(super) fn append(&mut self, list: &mut JumpList, more: JumpList) {
        if list.is_empty() {
            *list = more;
        } else if !more.is_empty() {
            // The new part is the shorter one as a rule: walk that and hang the old list behind it.
            let mut last = more.0;
            while self.insn(last as u32).d() >= 0 {
                last = self.insn(last as u32).d();
            }
            self.set_insn(last as u32, self.insn(last as u32).with_d(list.0));
            *list = more;
        }
    }

    /// Aims all jumps of a list at the next instruction.
    pub(super) fn land(&mut self, list: JumpList) {
        let here = self.here();
        self.aim(list, here, None, here);
    }

    /// Aims the jumps of a list: those that bring the tested value along to `value_target`, with the value in `register`,
    /// the others to `target`.
    pub(super) fn aim(&mut self, list: JumpList, value_target: u32, register: Option<u32>, target: u32) {
        let mut at = list.0;
        while at >= 0 {
            let pc = at as u32;
            at = self.insn(pc).d();
            let target = if self.settle_copy(pc, register) { value_target } else { target };
            self.set_insn(pc, self.insn(pc).with_d(distance(pc, target)));
        }
    }

    /// Whether some jump of the list does not bring a value along.
    pub(super) fn lacks_value(&self, list: JumpList) -> bool {
        let mut at = list.0;
        while at >= 0 {
            let insn = self.insn(at as u32);
            if !matches!(insn.op(), Op::COPYTRUE | Op::COPYFALSE) {
                return true;
            }
            at = insn.d();
        }
        false
    }

    /// Makes the jumps of a list mere tests: their value is not wanted.
    pub(super) fn drop_values(&mut self, list: JumpList) {
        let mut at = list.0;
        while at >= 0 {
            self.settle_copy(at as u32, None);
            at = self.insn(at as u32).d();
        }
    }

    /// Gives a copying test its destination, or makes it a plain test where there is none or it is the tested
    /// register itself. Whether it was a copying test.
    fn settle_copy(&mut self, pc: u32, register: Option<u32>) -> bool {
        let insn = self.insn(pc);
        let (copy, test) = match insn.op() {
            Op::COPYTRUE => (Op::COPYTRUE, Op::ISTRUE),
            Op::COPYFALSE => (Op::COPYFALSE, Op::ISFALSE),
            _ => return false,
        };
        let tested = insn.b() as u32;
        match register {
            Some(register) if register != tested => self.rewrite(pc, copy, register, tested, 0),
            _ => self.rewrite(pc, test, tested, 0, 0),
        }
        true
    }
}

/// The `D` of a jump.
pub(super) fn distance(pc: u32, target: u32) -> i32 {
    target as i32 - (pc as i32 + 1)
}

/// Lets forward jumps that lead to a `JMP` lead to its target instead.
pub(super) fn thread(code: &mut [Insn]) {
    // From the back, so that the jumps met on the way are direct already.
    for pc in (0..code.len()).rev() {
        if !code[pc].op().format().is_jump() || code[pc].d() < 0 {
            continue;
        }
        let target = pc + 1 + code[pc].d() as usize;
        if let Some(next) = code.get(target).filter(|next| next.op() == Op::JMP) {
            code[pc] = code[pc].with_d(distance(pc as u32, (target as i32 + 1 + next.d()) as u32));
        }
    }
}
