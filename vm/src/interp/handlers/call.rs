//! Calls and returns between Lua functions; everything else is a slow path.

use super::keep_branch;
use super::load::closure;
use crate::function::LuaFunction;
use crate::gc::kind::Kind;
use crate::interp::dispatch::{handler, next, slow};
use crate::interp::slow::{call, misc};
use crate::thread::{CallInfo, FrameKind};
use crate::value::RawValue;

handler! { CALL(pc, vm, insn, base, k) {
    let callee = base.add(insn.a());
    if let Some(function) = (*callee).as_function()
        && (*function.as_ptr()).header.kind == Kind::LuaFunction
        && insn.b() != 0
    {
        let proto = (*function.as_ptr().cast::<LuaFunction>()).proto.as_ptr();
        let thread = (*vm).thread.as_ptr();
        let new_base = callee.add(1);
        let frames = &mut (*thread).frames;
        let depth = frames.len();
        // Missing parameters, arguments up to the top (`B` is 0) and varargs are the slow path's business.
        if insn.b() > (*proto).param_count as usize
            && !(*proto).is_vararg
            && new_base.add((*proto).frame_size as usize) <= (*vm).stack_limit
            && depth < frames.capacity()
            && (*(*vm).interrupt).load(std::sync::atomic::Ordering::Relaxed) == 0
        {
            let frame = frames.as_mut_ptr().add(depth);
            (*frame.sub(1)).pc = pc;
            let entry = (*proto).entry;
            let constants = (*proto).constants;
            frame.write(CallInfo {
                pc: entry,
                constants,
                base: new_base.offset_from_unsigned((*thread).stack) as u32,
                varargs: 0,
                kind: FrameKind::Lua,
                flags: 0,
            });
            frames.set_len(depth + 1);
            next!(entry, vm, new_base, constants)
        }
    }
    slow!(call::call_op, pc, vm, insn, base, k)
} }

handler! { TAILCALL(pc, vm, insn, base, k) {
    let callee = base.add(insn.a());
    if let Some(function) = (*callee).as_function()
        && (*function.as_ptr()).header.kind == Kind::LuaFunction
        && insn.b() != 0
    {
        let proto = (*function.as_ptr().cast::<LuaFunction>()).proto.as_ptr();
        // A vararg frame does not lie where its function was called.
        if insn.b() > (*proto).param_count as usize
            && !(*proto).is_vararg
            && !(*(*closure!(base)).proto.as_ptr()).is_vararg
            && base.add((*proto).frame_size as usize) <= (*vm).stack_limit
            && (*(*vm).interrupt).load(std::sync::atomic::Ordering::Relaxed) == 0
        {
            let home = base.sub(1);
            for i in 0..insn.b() {
                *home.add(i) = *callee.add(i);
                keep_branch();
            }
            let entry = (*proto).entry;
            let constants = (*proto).constants;
            let frames = &mut (*(*vm).thread.as_ptr()).frames;
            let frame = frames.as_mut_ptr().add(frames.len() - 1);
            (*frame).pc = entry;
            (*frame).constants = constants;
            next!(entry, vm, base, constants)
        }
    }
    slow!(call::tail_call_op, pc, vm, insn, base, k)
} }

handler! { VARARG(pc, vm, insn, base, k) { slow!(misc::vararg, pc, vm, insn, base, k) } }

handler! { RET(pc, vm, insn, base, k) { slow!(call::return_op, pc, vm, insn, base, k) } }

/// Returns from a frame called by a `CALL`: `one` writes the first result where there is one. Anything unusual is left to the slow path.
macro_rules! return_to_caller {
    ($one:expr, $pc:ident, $vm:ident, $insn:ident, $base:ident, $k:ident) => {{
        let thread = (*$vm).thread.as_ptr();
        let frames = &mut (*thread).frames;
        let depth = frames.len();
        let frame = frames.as_ptr().add(depth - 1);
        if (*frame).kind == FrameKind::Lua {
            let caller = frame.sub(1);
            let caller_pc = (*caller).pc;
            let call = *caller_pc.sub(1);
            // `C` is one more than the wanted results; 0 (all of them) sets the top.
            let caller_base = (*thread).stack.add((*caller).base as usize);
            if call.c() == 2 {
                *caller_base.add(call.a()) = $one;
                frames.set_len(depth - 1);
                next!(caller_pc, $vm, caller_base, (*caller).constants)
            }
            if call.c() == 1 {
                frames.set_len(depth - 1);
                next!(caller_pc, $vm, caller_base, (*caller).constants)
            }
        }
    }};
}

handler! { RET0(pc, vm, insn, base, k) {
    return_to_caller!(RawValue::NIL, pc, vm, insn, base, k);
    slow!(call::return_op, pc, vm, insn, base, k)
} }

handler! { RET1(pc, vm, insn, base, k) {
    let value = *base.add(insn.a());
    return_to_caller!(value, pc, vm, insn, base, k);
    slow!(call::return_op, pc, vm, insn, base, k)
} }
