//! Calls and returns between Lua functions; everything else is a slow path.

use super::keep_branch;
use super::load::closure;
use super::native::{call_native, call_value, tail_call_native};
use crate::bytecode::{Insn, Op};
use crate::function::{LuaFunction, Proto};
use crate::gc::kind::Kind;
use crate::interp::dispatch::{handler, leave, next, slow};
use crate::interp::slow::{call, misc};
use crate::thread::{CallInfo, FrameKind};
use crate::value::RawValue;
use crate::vm::Vm;

handler! { CALL(pc, vm, insn, base, k) {
    let callee = base.add(insn.a());
    if let Some(function) = (*callee).as_function() {
        if (*function.as_ptr()).header.kind != Kind::LuaFunction {
            return call_native(pc, vm, insn, base, k);
        }
        let proto = (*function.as_ptr().cast::<LuaFunction>()).proto.as_ptr();
        let new_base = callee.add(1);
        // Missing parameters, arguments up to the top (`B` is 0) and varargs are another handler's business.
        if insn.b() > (*proto).direct_params as usize
            && new_base.add((*proto).frame_size as usize) <= (*vm).stack_limit
            && (*vm).frame < (*vm).last_frame
            && (*(*vm).interrupt).load(std::sync::atomic::Ordering::Relaxed) == 0
        {
            let constants = (*proto).constants;
            let entry = enter(vm, pc, proto, new_base, 0);
            next!(entry, vm, new_base, constants)
        }
        return call_adjusted(pc, vm, insn, base, k);
    }
    return call_value(pc, vm, insn, base, k);
} }

/// Pushes the frame of a Lua function called by a `CALL`, with the room checked; returns its first instruction.
#[inline(always)]
unsafe fn enter(
    vm: *mut Vm,
    pc: *const Insn,
    proto: *const Proto,
    base: *mut RawValue,
    varargs: u32,
) -> *const Insn {
    // SAFETY: `frame` is the frame on top, with room behind it; the base lies on the running stack.
    unsafe {
        let caller = (*vm).frame;
        (*caller).pc = pc;
        let frame = caller.add(1);
        (*vm).frame = frame;
        let entry = (*proto).entry;
        frame.write(CallInfo {
            pc: entry,
            constants: (*proto).constants,
            base: base.offset_from_unsigned((*vm).stack) as u32,
            varargs,
            kind: FrameKind::Lua,
            flags: 0,
        });
        entry
    }
}

// A call of a Lua function whose arguments are not simply where its parameters are: some are missing, there are as many as there are values
// up to the top, or the function takes any number.
handler! {
#[inline(never)]
call_adjusted(pc, vm, insn, base, k) {
    let callee = base.add(insn.a());
    let function = (*callee).as_function_unchecked();
    let proto = (*function.as_ptr().cast::<LuaFunction>()).proto.as_ptr();
    let count = match insn.b() {
        0 => (*vm).stack.add((*vm).top as usize).offset_from_unsigned(callee) - 1,
        b => b - 1,
    };
    let params = (*proto).param_count as usize;
    let given = count.max(params);
    let (new_base, varargs) =
        if (*proto).is_vararg { (callee.add(given + 2), given - params) } else { (callee.add(1), 0) };
    if new_base.add(((*proto).frame_size as usize).max(count)) <= (*vm).stack_limit
        && (*vm).frame < (*vm).last_frame
        && (*(*vm).interrupt).load(std::sync::atomic::Ordering::Relaxed) == 0
    {
        for i in count..given {
            *callee.add(1 + i) = RawValue::NIL;
            keep_branch();
        }
        if (*proto).is_vararg {
            *new_base.sub(1) = *callee;
            // The parameters move up; what is left below them are the extra arguments.
            for i in 0..params {
                *new_base.add(i) = *callee.add(1 + i);
                keep_branch();
            }
        }
        let constants = (*proto).constants;
        let entry = enter(vm, pc, proto, new_base, varargs as u32);
        next!(entry, vm, new_base, constants)
    }
    slow!(call::call_op, pc, vm, insn, base, k)
} }

handler! { TAILCALL(pc, vm, insn, base, k) {
    let callee = base.add(insn.a());
    if let Some(function) = (*callee).as_function()
        && (*function.as_ptr()).header.kind == Kind::LuaFunction
    {
        let proto = (*function.as_ptr().cast::<LuaFunction>()).proto.as_ptr();
        let count = match insn.b() {
            0 => (*vm).stack.add((*vm).top as usize).offset_from_unsigned(callee) - 1,
            b => b - 1,
        };
        let given = count.max((*proto).param_count as usize);
        // A vararg frame does not lie where its function was called.
        if !(*proto).is_vararg
            && !(*(*closure!(base)).proto.as_ptr()).is_vararg
            && base.add(((*proto).frame_size as usize).max(count)) <= (*vm).stack_limit
            && (*(*vm).interrupt).load(std::sync::atomic::Ordering::Relaxed) == 0
        {
            let home = base.sub(1);
            for i in 0..=count {
                *home.add(i) = *callee.add(i);
                keep_branch();
            }
            for i in count..given {
                *base.add(i) = RawValue::NIL;
                keep_branch();
            }
            let entry = (*proto).entry;
            let constants = (*proto).constants;
            let frame = (*vm).frame;
            (*frame).pc = entry;
            (*frame).constants = constants;
            next!(entry, vm, base, constants)
        }
        slow!(call::tail_call_op, pc, vm, insn, base, k)
    }
    return tail_call_native(pc, vm, insn, base, k);
} }

handler! { VARARG(pc, vm, insn, base, k) {
    let count = (*(*vm).frame).varargs as usize;
    let wanted = if insn.b() == 0 { count } else { insn.b() - 1 };
    let into = base.add(insn.a());
    if into.add(wanted) < (*vm).stack_limit {
        let from = base.sub(1 + count);
        for i in 0..wanted {
            *into.add(i) = if i < count { *from.add(i) } else { RawValue::NIL };
            keep_branch();
        }
        if insn.b() == 0 {
            (*vm).top = into.add(wanted).offset_from_unsigned((*vm).stack) as u32;
        }
        next!(pc, vm, base, k)
    }
    slow!(misc::vararg, pc, vm, insn, base, k)
} }

/// Returns from a frame called by a `CALL`: `one` writes the first result where there is one. Anything unusual is left to the slow path.
macro_rules! return_to_caller {
    ($one:expr, $pc:ident, $vm:ident, $insn:ident, $base:ident, $k:ident) => {{
        let frame = (*$vm).frame;
        if (*frame).kind == FrameKind::Lua {
            let caller = frame.sub(1);
            let caller_pc = (*caller).pc;
            let call = *caller_pc.sub(1);
            // `C` is one more than the wanted results; 0 (all of them) sets the top.
            let caller_base = (*$vm).stack.add((*caller).base as usize);
            if call.c() == 2 {
                *caller_base.add(call.a()) = $one;
                (*$vm).frame = caller;
                next!(caller_pc, $vm, caller_base, (*caller).constants)
            }
            if call.c() == 1 {
                (*$vm).frame = caller;
                next!(caller_pc, $vm, caller_base, (*caller).constants)
            }
        }
    }};
}

/// Returns `$count` values from `$first` to a `CALL` or `ITERCALL` that wants any number of them. Anything unusual is left to the slow path.
macro_rules! return_values {
    ($first:expr, $count:expr, $pc:ident, $vm:ident, $insn:ident, $base:ident, $k:ident) => {{
        let (first, count): (*mut RawValue, usize) = ($first, $count);
        let frame = (*$vm).frame;
        if (*frame).kind == FrameKind::Lua {
            let caller = frame.sub(1);
            let caller_pc = (*caller).pc;
            let call = *caller_pc.sub(1);
            let caller_base = (*$vm).stack.add((*caller).base as usize);
            let into = caller_base.add(call.a());
            // `C` is one more than the wanted results; 0 (all of them) sets the top.
            let wanted = if call.c() == 0 { count } else { call.c() - 1 };
            // The place of the called function lies below its registers.
            for i in 0..wanted {
                *into.add(i) = if i < count { *first.add(i) } else { RawValue::NIL };
                keep_branch();
            }
            if call.c() == 0 {
                (*$vm).top = into.add(wanted).offset_from_unsigned((*$vm).stack) as u32;
            }
            (*$vm).frame = caller;
            next!(caller_pc, $vm, caller_base, (*caller).constants)
        }
        if (*frame).kind == FrameKind::Entry {
            leave!($vm, frame, first, count);
        }
        if (*frame).kind == FrameKind::Meta {
            let caller = frame.sub(1);
            let caller_pc = (*caller).pc;
            let call = *caller_pc.sub(1);
            if call.code() == Op::ITERCALL as u8 {
                let caller_base = (*$vm).stack.add((*caller).base as usize);
                for i in 0..call.c() {
                    *caller_base.add(call.a() + 3 + i) =
                        if i < count { *first.add(i) } else { RawValue::NIL };
                    keep_branch();
                }
                (*$vm).frame = caller;
                next!(caller_pc, $vm, caller_base, (*caller).constants)
            }
        }
    }};
}
pub(super) use return_values;

handler! { RET(pc, vm, insn, base, k) {
    let first = base.add(insn.a());
    let count = match insn.b() {
        0 => (*vm).stack.add((*vm).top as usize).offset_from_unsigned(first),
        b => b - 1,
    };
    return_values!(first, count, pc, vm, insn, base, k);
    slow!(call::return_op, pc, vm, insn, base, k)
} }

handler! { RET0(pc, vm, insn, base, k) {
    return_to_caller!(RawValue::NIL, pc, vm, insn, base, k);
    return return_none(pc, vm, insn, base, k);
} }

handler! { RET1(pc, vm, insn, base, k) {
    let value = *base.add(insn.a());
    return_to_caller!(value, pc, vm, insn, base, k);
    return return_one(pc, vm, insn, base, k);
} }

// The same, where any number of results is wanted.
handler! {
#[inline(never)]
return_none(pc, vm, insn, base, k) {
    return_values!(base, 0, pc, vm, insn, base, k);
    slow!(call::return_op, pc, vm, insn, base, k)
} }

handler! {
#[inline(never)]
return_one(pc, vm, insn, base, k) {
    return_values!(base.add(insn.a()), 1, pc, vm, insn, base, k);
    slow!(call::return_op, pc, vm, insn, base, k)
} }
