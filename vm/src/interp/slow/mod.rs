//! The slow paths: ordinary Rust functions that work on the frame on top, whose `pc` is saved.
//!
//! They take operands from stack slots by number and call `rt/` for what an operation means; what is here is how that
//! meaning is reached without recursion: a metamethod is pushed as a frame of kind `Meta`, and `deliver.rs` finishes the
//! instruction when it returns.

pub(super) mod arith;
pub(super) mod call;
pub(super) mod compare;
pub(super) mod coroutine;
pub(super) mod deliver;
mod each;
pub(super) mod iterate;
pub(super) mod misc;
pub(super) mod raise;
pub(super) mod table;

use crate::bytecode::{Insn, Op};
use crate::interp::{Go, SlowFn};
use crate::thread::{CallInfo, FrameKind};
use crate::value::RawValue;
use crate::vm::{Raised, Vm};

/// The slow path that does all of an instruction's work, whatever its operands are; `None` for those whose work is all in the handler. Compiled
/// code leaves to it what it has no code for.
pub(crate) fn slow_path(vm: &Vm, insn: Insn) -> Option<SlowFn> {
    Some(match insn.op() {
        Op::SETUPVAL => misc::set_upvalue,
        Op::CLOSEUP => misc::close_upvalues,
        Op::CLOSURE => misc::closure,
        Op::GETGLOBAL => table::get_global,
        Op::SETGLOBAL => table::set_global,
        Op::NEWTABLE => misc::new_table,
        Op::GETFIELD => table::get_field,
        Op::SETFIELD => table::set_field,
        Op::INITFIELD => table::init_field,
        Op::GETINDEX => table::get_index,
        Op::SETINDEX => table::set_index,
        Op::GETINT => table::get_int,
        Op::SETINT => table::set_int,
        Op::SELF => table::get_method,
        Op::SETLIST => table::set_list,
        Op::ADD | Op::SUB | Op::MUL | Op::DIV | Op::MOD | Op::POW => arith::arith,
        Op::ADDVK | Op::SUBVK | Op::MULVK | Op::DIVVK | Op::MODVK | Op::POWVK => arith::arith,
        Op::ADDKV | Op::SUBKV | Op::MULKV | Op::DIVKV | Op::MODKV | Op::POWKV => arith::arith,
        Op::BITOP => arith::bit_op,
        Op::UNM => arith::unm,
        Op::LEN => misc::len,
        Op::CONCAT => arith::concat,
        Op::EQ | Op::EQK | Op::EQPRI => compare::equal,
        Op::LT | Op::LTVK | Op::GTVK => compare::less_than,
        Op::LE | Op::LEVK | Op::GEVK => compare::less_equal,
        Op::CALL => call::call_op,
        Op::VARARG => misc::vararg,
        Op::FORPREP => iterate::for_prepare,
        Op::ITERCALL => iterate::iterator_step(vm, insn),
        Op::REMAP => misc::remap,
        Op::LOADK => misc::load_constant,
        Op::MOV | Op::LOADINT | Op::LOADPRI | Op::LOADNIL | Op::GETUPVAL | Op::NOT | Op::JMP | Op::LOOP => {
            return None;
        }
        Op::ISTRUE | Op::ISFALSE | Op::COPYTRUE | Op::COPYFALSE | Op::TAILCALL | Op::RET | Op::RET0 => {
            return None;
        }
        Op::RET1 | Op::FORLOOP | Op::FORLOOP1 | Op::ITERLOOP | Op::JLOOP => return None,
    })
}

/// Does what the instruction at a back-edge does, for which a `JLOOP` stands.
pub(crate) fn back_edge(vm: &mut Vm, original: Insn) -> Result<Go, Raised> {
    iterate::back_edge(vm, original)
}

impl Vm {
    /// The frame on top.
    pub(crate) fn frame(&self) -> &CallInfo {
        self.frames().last().expect("the interpreter runs a frame")
    }

    /// A register of the frame on top.
    fn reg(&self, register: usize) -> RawValue {
        self.slot(self.frame().base + register as u32)
    }

    /// Assigns a register of the frame on top.
    fn set_reg(&mut self, register: usize, value: RawValue) {
        let base = self.frame().base;
        self.set_slot(base + register as u32, value);
    }

    /// A constant of the frame on top.
    fn constant(&self, index: usize) -> RawValue {
        // SAFETY: the instruction's constant index was verified against this code (bytecode/verify.rs).
        unsafe { *self.frame().constants.add(index) }
    }

    /// Moves the program counter of the frame on top.
    fn jump(&mut self, distance: i32) {
        let frame = self.frame_mut();
        // SAFETY: jump targets were verified to lie inside the code.
        frame.pc = unsafe { frame.pc.offset(distance as isize) };
    }

    /// Takes a conditional jump if the outcome is the one the instruction asks for.
    fn branch(&mut self, outcome: bool, insn: Insn) -> Go {
        if outcome == (insn.c() != 0) {
            self.jump(insn.d());
        }
        Go::On
    }

    /// Calls a metamethod for the instruction of the frame on top: arguments above its registers, a frame of kind `Meta`.
    fn call_meta(&mut self, handler: RawValue, args: &[RawValue], flags: u16) -> Result<Go, Raised> {
        let function = self.frame_limit();
        self.ensure_stack(function + 1 + args.len() as u32)?;
        self.set_slot(function, handler);
        for (i, &arg) in args.iter().enumerate() {
            self.set_slot(function + 1 + i as u32, arg);
        }
        call::begin(self, function, args.len() as u32, FrameKind::Meta, flags)
    }

    /// The instruction the frame on top is executing (the one before its saved `pc`).
    fn current_insn(&self) -> Insn {
        // SAFETY: a Lua frame's pc is past at least one instruction whenever a slow path or a callee runs.
        unsafe { *self.frame().pc.sub(1) }
    }
}
