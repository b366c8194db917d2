//! Emitting instructions, and keeping the registers.

use super::{ActiveLocal, Compiler, MAX_REGISTERS};
use crate::bytecode::{Insn, LocalVar, Op};
use crate::syntax::ast::LocalId;

impl Compiler<'_> {
    /// The index of the next instruction.
    pub(super) fn here(&self) -> u32 {
        self.f.proto.code.len() as u32
    }

    /// Emits an instruction with operands `A`, `B`, `C`; gives its index.
    pub(super) fn emit(&mut self, op: Op, a: u32, b: u32, c: u32) -> u32 {
        self.emit_wide(op, a, b, c, 0)
    }

    /// Emits an instruction with operands `A` and `D`.
    pub(super) fn emit_ad(&mut self, op: Op, a: u32, d: i32) -> u32 {
        self.emit_wide(op, a, 0, 0, d)
    }

    /// Emits an instruction. A register beyond the limit is cut off here; by then the error is on record.
    pub(super) fn emit_wide(&mut self, op: Op, a: u32, b: u32, c: u32, d: i32) -> u32 {
        let pc = self.here();
        self.f.proto.code.push(Insn::abcd(op, a as u8, b as u8, c as u8, d));
        self.f.proto.lines.push(self.f.line);
        pc
    }

    /// Takes back the instruction emitted last.
    pub(super) fn take_back(&mut self) -> Insn {
        self.f.proto.lines.pop();
        self.f.proto.code.pop().expect("an instruction was emitted before")
    }

    /// An instruction emitted before.
    pub(super) fn insn(&self, pc: u32) -> Insn {
        self.f.proto.code[pc as usize]
    }

    /// Replaces an instruction emitted before.
    pub(super) fn set_insn(&mut self, pc: u32, insn: Insn) {
        self.f.proto.code[pc as usize] = insn;
    }

    /// Replaces an instruction by one with the same `D`.
    pub(super) fn rewrite(&mut self, pc: u32, op: Op, a: u32, b: u32, c: u32) {
        let d = self.insn(pc).d();
        self.set_insn(pc, Insn::abcd(op, a as u8, b as u8, c as u8, d));
    }

    /// Takes the next `count` registers; gives the first.
    pub(super) fn reserve(&mut self, count: u32) -> u32 {
        let first = self.f.free;
        self.f.free += count;
        self.require(self.f.free);
        first
    }

    /// Makes the frame at least this large.
    pub(super) fn require(&mut self, registers: u32) {
        self.f.most_used = self.f.most_used.max(registers);
        if registers > MAX_REGISTERS {
            self.too_complex.get_or_insert(self.f.line);
        }
    }

    /// Gives a temporary back; other registers stay.
    pub(super) fn free_register(&mut self, register: u32) {
        if register >= self.f.first_temporary {
            self.f.free -= 1;
            debug_assert_eq!(register, self.f.free, "temporaries are freed in reverse order");
        }
    }

    /// Gives all temporaries back.
    pub(super) fn free_temporaries(&mut self) {
        self.f.free = self.f.first_temporary;
    }

    /// Brings a local into scope, in the first register above the other locals, which already has its value.
    pub(super) fn activate(&mut self, local: LocalId, register: u32) {
        let info = self.tree.locals[local.0 as usize];
        self.registers[local.0 as usize] = register as u8;
        let record = self.record(info.name, register, info.initialiser_hash);
        self.f.active.push(ActiveLocal { local, record });
        self.f.first_temporary = register + 1;
    }

    /// Makes a register of a loop's own, with a name that debuggers see.
    pub(super) fn activate_hidden(&mut self, name: &str, register: u32) -> usize {
        let name = self.strings.intern(name.as_bytes());
        self.f.first_temporary = register + 1;
        self.record(name, register, 0)
    }

    /// Ends the scope of a hidden register.
    pub(super) fn end_record(&mut self, record: usize) {
        self.f.proto.locals[record].end_pc = self.here();
    }

    fn record(&mut self, name: crate::bytecode::StrId, register: u32, initialiser_hash: u64) -> usize {
        let pc = self.here();
        let register = register as u8;
        self.f.proto.locals.push(LocalVar { name, register, start_pc: pc, end_pc: pc, initialiser_hash });
        self.f.proto.locals.len() - 1
    }

    /// Ends the scope of all but the first `active` locals, closing their upvalues if the end can be reached.
    pub(super) fn leave_scope(&mut self, active: usize, is_reachable: bool) {
        if is_reachable {
            self.close_upvalues(active);
        }
        let end = self.here();
        for index in active..self.f.active.len() {
            let ActiveLocal { local, record } = self.f.active[index];
            self.f.proto.locals[record].end_pc = end;
            if index == active {
                self.f.first_temporary = u32::from(self.registers[local.0 as usize]);
            }
        }
        self.f.active.truncate(active);
        self.free_temporaries();
    }

    /// Emits a `CLOSEUP` if any but the first `active` locals is captured.
    pub(super) fn close_upvalues(&mut self, active: usize) {
        let captured = self.f.active[active..]
            .iter()
            .map(|active| active.local.0 as usize)
            .find(|local| self.tree.locals[*local].is_captured);
        if let Some(local) = captured {
            self.emit(Op::CLOSEUP, u32::from(self.registers[local]), 0, 0);
        }
    }
}
