//! Which registers matter before each instruction of a function: those that may still be read, and those a debugger could show.

use crate::bytecode::disasm::jump_target;
use crate::bytecode::{Draft, DraftProto, Insn, Op, UpvalueSource};

/// A set of registers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Registers([u64; 4]);

impl Registers {
    pub(crate) fn add(&mut self, register: usize) {
        self.0[register / 64] |= 1 << (register % 64);
    }
    fn add_range(&mut self, first: usize, end: usize) {
        (first..end).for_each(|register| self.add(register));
    }
    pub(crate) fn contains(&self, register: usize) -> bool {
        register < 256 && self.0[register / 64] >> (register % 64) & 1 != 0
    }
    fn union(&mut self, other: Registers) -> bool {
        let before = *self;
        (0..4).for_each(|i| self.0[i] |= other.0[i]);
        *self != before
    }
    fn minus(&self, other: Registers) -> Registers {
        Registers(std::array::from_fn(|i| self.0[i] & !other.0[i]))
    }
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..256).filter(|register| self.contains(*register))
    }
}

/// What is known of a function.
pub(crate) struct Liveness {
    before: Vec<Registers>,
    /// The registers that closures may share.
    pub(crate) captured: Registers,
    /// Where each loop begins, and its last back-edge. A `for` that begins with another loop begins where that does.
    loops: Vec<(usize, usize)>,
}

impl Liveness {
    /// The registers that matter before an instruction of the draft's code.
    pub(crate) fn before(&self, pc: usize) -> Registers {
        self.before.get(pc).copied().unwrap_or_default()
    }

    /// The last back-edge of the loop that begins at an instruction, if one does; of two, that of the inner one: each of its turns begins there.
    pub(crate) fn loop_at(&self, pc: usize) -> Option<usize> {
        self.loops.iter().filter(|(begin, _)| *begin == pc).map(|(_, back_edge)| *back_edge).min()
    }

    /// Where the loop with this back-edge begins.
    pub(crate) fn loop_of(&self, back_edge: usize) -> Option<usize> {
        self.loops.iter().find(|(_, last)| *last == back_edge).map(|(begin, _)| *begin)
    }

    pub(crate) fn of(draft: &Draft, proto: &DraftProto) -> Liveness {
        let size = usize::from(proto.frame_size);
        let mut captured = Registers::default();
        for child in &proto.children {
            for source in &draft.protos[*child as usize].upvalues {
                if let UpvalueSource::ParentRegister(register) = source {
                    captured.add(usize::from(*register));
                }
            }
        }
        let mut before = vec![Registers::default(); proto.code.len() + 1];
        let mut again = true;
        while again {
            again = false;
            for (pc, insn) in proto.code.iter().enumerate().rev() {
                let mut after = if ends(insn.op()) { Registers::default() } else { before[pc + 1] };
                if let Some(target) = jump_target(pc, *insn) {
                    let target = before[target];
                    after.union(target);
                }
                let (reads, writes) = uses(*insn, size);
                let mut live = after.minus(writes);
                live.union(reads);
                again |= before[pc].union(live);
            }
        }
        for local in &proto.locals {
            let end = (local.end_pc as usize).min(before.len());
            let start = (local.start_pc as usize).min(end);
            for (pc, registers) in before.iter_mut().enumerate().take(end).skip(start) {
                // One that a loop's next turn makes anew is over where the turn ends.
                let target = proto.code.get(pc).and_then(|insn| jump_target(pc, *insn));
                if target.is_none_or(|target| target > pc || target >= start) {
                    registers.add(usize::from(local.register));
                }
            }
        }
        let mut loops: Vec<(usize, usize)> = Vec::new();
        for (pc, insn) in proto.code.iter().enumerate() {
            let Some(target) = jump_target(pc, *insn).filter(|target| *target <= pc) else { continue };
            // Back-edges that only jump are as good as one; those of a `for` are its own.
            let is_jump =
                |pc: usize| !matches!(proto.code[pc].op(), Op::FORLOOP | Op::FORLOOP1 | Op::ITERLOOP);
            let is_same =
                |(begin, last): &&mut (usize, usize)| *begin == target && is_jump(*last) && is_jump(pc);
            match loops.iter_mut().find(is_same) {
                Some(known) => known.1 = pc,
                None => loops.push((target, pc)),
            }
        }
        Liveness { before, captured, loops }
    }
}

fn ends(op: Op) -> bool {
    matches!(op, Op::JMP | Op::LOOP | Op::TAILCALL | Op::RET | Op::RET0 | Op::RET1)
}

/// The registers an instruction reads, and those it writes in any case. `size` registers has the frame.
pub(crate) fn uses(insn: Insn, size: usize) -> (Registers, Registers) {
    let (mut reads, mut writes) = (Registers::default(), Registers::default());
    let (a, b, c) = (insn.a(), insn.b(), insn.c());
    match insn.op() {
        Op::LOADK | Op::LOADINT | Op::LOADPRI | Op::NEWTABLE | Op::GETUPVAL | Op::GETGLOBAL | Op::CLOSURE => {
            writes.add(a);
        }
        Op::LOADNIL => writes.add_range(a, b + 1),
        Op::MOV | Op::UNM | Op::NOT | Op::LEN | Op::GETFIELD | Op::GETINT => {
            reads.add(b);
            writes.add(a);
        }
        Op::SETUPVAL => reads.add(b),
        Op::SETGLOBAL | Op::ISTRUE | Op::ISFALSE => reads.add(a),
        Op::CLOSEUP | Op::JMP | Op::LOOP | Op::RET0 | Op::REMAP | Op::JLOOP => {}
        Op::GETINDEX | Op::ADD | Op::SUB | Op::MUL | Op::DIV | Op::MOD | Op::POW | Op::BITOP => {
            reads.add(b);
            reads.add(c);
            writes.add(a);
        }
        Op::SETFIELD | Op::INITFIELD | Op::EQ | Op::LT | Op::LE => {
            reads.add(a);
            reads.add(b);
        }
        Op::SETINDEX => {
            reads.add(a);
            reads.add(b);
            reads.add(c);
        }
        Op::SETINT => {
            reads.add(a);
            reads.add(c);
        }
        Op::SELF => {
            reads.add(b);
            writes.add_range(a, a + 2);
        }
        Op::SETLIST => reads.add_range(a, if b == 0 { size } else { a + b }),
        Op::ADDVK | Op::SUBVK | Op::MULVK | Op::DIVVK | Op::MODVK | Op::POWVK => {
            reads.add(b);
            writes.add(a);
        }
        Op::ADDKV | Op::SUBKV | Op::MULKV | Op::DIVKV | Op::MODKV | Op::POWKV => {
            reads.add(c);
            writes.add(a);
        }
        Op::CONCAT => {
            reads.add_range(b, c + 1);
            writes.add(a);
        }
        // Written on one way only.
        Op::COPYTRUE | Op::COPYFALSE => {
            reads.add(b);
            reads.add(a);
        }
        Op::EQK | Op::EQPRI | Op::LTVK | Op::LEVK | Op::GTVK | Op::GEVK => reads.add(a),
        Op::CALL => {
            reads.add_range(a, if b == 0 { size } else { a + b });
            // An open list is all that there is from there on.
            writes.add_range(a, if c == 0 { size } else { a + c - 1 });
        }
        Op::TAILCALL => reads.add_range(a, if b == 0 { size } else { a + b }),
        Op::RET => reads.add_range(a, if b == 0 { size } else { a + b - 1 }),
        Op::RET1 => reads.add(a),
        Op::VARARG => writes.add_range(a, if b == 0 { size } else { a + b - 1 }),
        // The visible variable is written, or out of scope.
        Op::FORPREP | Op::FORLOOP | Op::FORLOOP1 => {
            reads.add_range(a, a + 3);
            writes.add(a + 3);
        }
        Op::ITERCALL => {
            reads.add_range(a, a + 3);
            writes.add_range(a + 3, a + 3 + c);
        }
        Op::ITERLOOP => reads.add(a + 3),
    }
    (reads, writes)
}

/// Adds the registers that an instruction may write: with those it writes in any case, what it changes in passing.
pub(crate) fn may_write(insn: Insn, written: &mut Registers) {
    let (a, b, c) = (insn.a(), insn.b(), insn.c());
    written.union(uses(insn, 256).1);
    match insn.op() {
        Op::FORPREP => written.add_range(a, a + 4),
        Op::FORLOOP | Op::FORLOOP1 => written.add(a),
        Op::ITERLOOP => written.add(a + 2),
        Op::COPYTRUE | Op::COPYFALSE => written.add(a),
        Op::CONCAT => written.add_range(b, c + 1),
        Op::CALL | Op::TAILCALL | Op::ITERCALL | Op::VARARG | Op::SELF => {
            written.add_range(a, (a + 3 + c).min(256))
        }
        _ => {}
    }
}
