//! What happens to the results of a call: decoded from the kind of frame that returned and from the instruction its caller
//! is executing.

use crate::bytecode::{Insn, Op};
use crate::interp::Go;
use crate::interp::slow::{arith, coroutine, each};
use crate::thread::{FRAME_NEGATE, FrameKind};
use crate::value::RawValue;
use crate::vm::{Raised, Ret, Vm};

/// Takes the values of a frame that was just popped to whatever called it.
pub(super) fn deliver(
    vm: &mut Vm,
    mut kind: FrameKind,
    mut flags: u16,
    mut first: u32,
    mut count: u32,
) -> Result<Go, Raised> {
    loop {
        match kind {
            FrameKind::Entry => {
                vm.exit = Ret { first, count };
                return Ok(Go::Exit);
            }
            FrameKind::Lua | FrameKind::Guarded => {
                let insn = vm.current_insn();
                if insn.op() != Op::TAILCALL {
                    let into = vm.frame().base + insn.a() as u32;
                    store_results(vm, insn.c(), into, first, count);
                    return Ok(Go::On);
                }
                // A native called in tail position: its results are this frame's.
                let frame = vm.pop_frame();
                (kind, flags) = (frame.kind, frame.flags);
            }
            FrameKind::Meta => return finish_instruction(vm, flags, first, count),
            FrameKind::Protected => {
                let into = vm.frame().base;
                vm.move_values(first, into + 1, count);
                vm.set_slot(into, RawValue::TRUE);
                let frame = vm.pop_frame();
                (kind, flags, first, count) = (frame.kind, frame.flags, into, count + 1);
            }
            FrameKind::Each => match each::returned(vm, first, count)? {
                each::Walk::Entered(go) => return Ok(go),
                each::Walk::Over(frame, ret) => {
                    (kind, flags, first, count) = (frame.kind, frame.flags, ret.first, ret.count);
                }
            },
            FrameKind::Coroutine => match coroutine::finish(vm, first, count)? {
                coroutine::Handed::Host => return Ok(Go::Exit),
                coroutine::Handed::Values(frame, ret) => {
                    (kind, flags, first, count) = (frame.kind, frame.flags, ret.first, ret.count);
                }
            },
        }
    }
}

/// Puts results where a `CALL` wants them. `c` is one more than how many it wants; 0: all, and they set the top.
#[inline(always)]
pub(super) fn store_results(vm: &mut Vm, c: usize, into: u32, first: u32, count: u32) {
    match (c, count) {
        (1, _) => {}
        (2, 1..) => {
            let value = vm.slot(first);
            vm.set_slot(into, value);
        }
        (_, _) => store_others(vm, c, into, first, count),
    }
}

/// What is not the first of the results, or none of them.
#[inline(never)]
fn store_others(vm: &mut Vm, c: usize, into: u32, first: u32, count: u32) {
    if c == 0 {
        vm.move_values(first, into, count);
        vm.top = into + count;
        return;
    }
    let wanted = c as u32 - 1;
    vm.move_values(first, into, count.min(wanted));
    for slot in into + count.min(wanted)..into + wanted {
        vm.set_slot(slot, RawValue::NIL);
    }
}

/// Finishes the instruction on whose behalf a metamethod or iterator was called.
fn finish_instruction(vm: &mut Vm, flags: u16, first: u32, count: u32) -> Result<Go, Raised> {
    let insn: Insn = vm.current_insn();
    let result = if count > 0 { vm.slot(first) } else { RawValue::NIL };
    match insn.op() {
        Op::SETGLOBAL | Op::SETFIELD | Op::INITFIELD | Op::SETINDEX | Op::SETINT => {}
        Op::EQ | Op::EQK | Op::EQPRI | Op::LT | Op::LE | Op::LTVK | Op::LEVK | Op::GTVK | Op::GEVK => {
            let outcome = result.is_truthy() != (flags & FRAME_NEGATE != 0);
            vm.branch(outcome, insn);
        }
        Op::CONCAT => {
            let register = usize::from(flags >> 8);
            vm.set_reg(register, result);
            return arith::concat_from(vm, insn, register);
        }
        Op::ITERCALL => {
            let into = vm.frame().base + insn.a() as u32 + 3;
            store_results(vm, insn.c() + 1, into, first, count);
        }
        _ => vm.set_reg(insn.a(), result),
    }
    Ok(Go::On)
}
