//! Calls of natives.

use super::call::return_values;
use super::keep_branch;
use crate::activity::Activity;
use crate::bytecode::Op;
use crate::ffi::cursor;
use crate::function::{NativeFunction, Special};
use crate::gc::kind::Kind;
use crate::interp::dispatch::{handler, leave, next, reload, save_pc, slow};
use crate::interp::slow::{call, coroutine, iterate, misc};
use crate::thread::{FrameKind, ResumedBy};
use crate::value::{Gc, RawValue};
use crate::vm::Args;

/// The short form's answer to a call of `$native` with the arguments above `$callee`.
macro_rules! short_form {
    ($vm:ident, $insn:ident, $callee:ident, $native:ident) => {
        match (*$native).short {
            Some(short) if $insn.b() != 0 => {
                let args = std::slice::from_raw_parts($callee.add(1), $insn.b() - 1);
                short(&mut *$vm, Gc::from_ptr($native), args)
            }
            _ => None,
        }
    };
}

// A call of what is no function.
handler! {
#[inline(never)]
call_value(pc, vm, insn, base, k) {
    slow!(call::call_op, pc, vm, insn, base, k)
} }

// A call of a native.
handler! {
#[inline(never)]
call_native(pc, vm, insn, base, k) {
    let native = (*base.add(insn.a())).as_function_unchecked().as_ptr().cast::<NativeFunction>();
    if (*native).direct.is_some() {
        return call_host(pc, vm, insn, base, k);
    }
    if (*native).short.is_some() {
        return call_short_form(pc, vm, insn, base, k);
    }
    return call_framed(pc, vm, insn, base, k);
} }

handler! {
#[inline(never)]
call_short_form(pc, vm, insn, base, k) {
    let callee = base.add(insn.a());
    let native = (*callee).as_function_unchecked().as_ptr().cast::<NativeFunction>();
    if let Some(value) = short_form!(vm, insn, callee, native) {
        match insn.c() {
            2 => *callee = value,
            0 => {
                *callee = value;
                (*vm).top = callee.add(1).offset_from_unsigned((*vm).stack) as u32;
            }
            1 => {}
            wanted => {
                *callee = value;
                for i in 1..wanted - 1 {
                    *callee.add(i) = RawValue::NIL;
                    keep_branch();
                }
            }
        }
        if (*vm).heap.debt > 0 {
            slow!(misc::collector_point, pc, vm, insn, base, k)
        }
        next!(pc, vm, base, k)
    }
    return call_framed(pc, vm, insn, base, k);
} }

// A call of a function of the host that answers in one word.
handler! {
#[inline(never)]
call_host(pc, vm, insn, base, k) {
    let callee = base.add(insn.a());
    let native: Gc<NativeFunction> = Gc::from_ptr((*callee).as_function_unchecked().as_ptr().cast());
    let first = callee.add(1).offset_from_unsigned((*vm).stack) as u32;
    let count = if insn.b() == 0 { (*vm).top - first } else { insn.b() as u32 - 1 };
    if call::push_native_frame(vm, pc, first, count) {
        let direct = (*native.as_ptr()).direct.unwrap_unchecked();
        (*vm).activity.set(Activity::Native);
        let answer = direct(&mut *vm, Args { base: first, count });
        (*vm).activity.set(Activity::Interpreted);
        let wanted = insn.c();
        if let Some(value) = answer.only()
            && !(*vm).moved
            && (wanted == 2 || wanted == 1)
        {
            if wanted == 2 {
                *base.add(insn.a()) = value;
            }
            (*vm).drop_frame();
            if (*vm).heap.debt > 0 {
                slow!(misc::collector_point, pc, vm, insn, base, k)
            }
            next!(pc, vm, base, k)
        }
        if call::take_answer(&mut *vm, insn, answer) {
            let (pc, base, k) = reload(vm);
            next!(pc, vm, base, k)
        }
        (*vm).find_frame();
        slow!(call::call_op, pc, vm, insn, base, k)
    }
    return call_framed(pc, vm, insn, base, k);
} }

// A call of a native with a frame of its own.
handler! {
#[inline(never)]
call_framed(pc, vm, insn, base, k) {
    let callee = base.add(insn.a());
    let native: Gc<NativeFunction> = Gc::from_ptr((*callee).as_function_unchecked().as_ptr().cast());
    let first = callee.add(1).offset_from_unsigned((*vm).stack) as u32;
    let count = if insn.b() == 0 { (*vm).top - first } else { insn.b() as u32 - 1 };
    if native.special().is_plain() && call::push_native_frame(vm, pc, first, count) {
        if call::run_native(&mut *vm, insn, native, first, count) {
            if !(*vm).moved {
                next!(pc, vm, base, k)
            }
            let (pc, base, k) = reload(vm);
            next!(pc, vm, base, k)
        }
    } else {
        save_pc(vm, pc);
        if call::native_directly(&mut *vm, insn, native) {
            let (pc, base, k) = reload(vm);
            next!(pc, vm, base, k)
        }
    }
    (*vm).find_frame();
    slow!(call::call_op, pc, vm, insn, base, k)
} }

// `return` of such a call.
handler! {
#[inline(never)]
tail_call_native(pc, vm, insn, base, k) {
    let callee = base.add(insn.a());
    if let Some(function) = (*callee).as_function()
        && (*vm).heap.debt <= 0
    {
        let native = function.as_ptr().cast::<NativeFunction>();
        if let Some(value) = short_form!(vm, insn, callee, native) {
            *callee = value;
            return_values!(callee, 1, pc, vm, insn, base, k);
            slow!(call::return_result, pc, vm, insn, base, k)
        }
    }
    slow!(call::tail_call_op, pc, vm, insn, base, k)
} }

// A step of a loop whose iterator is neither `next` nor that of `ipairs`.
handler! {
#[inline(never)]
call_iterator(pc, vm, insn, base, k) {
    let control = base.add(insn.a());
    let Some(function) =
        (*control).as_function().filter(|f| (*f.as_ptr()).header.kind == Kind::NativeFunction)
    else {
        slow!(iterate::call_iterator, pc, vm, insn, base, k)
    };
    if (*function.as_ptr()).header.extra[1] == Special::NextColumns as u8 {
        slow!(iterate::next_columns, pc, vm, insn, base, k)
    }
    if (*function.as_ptr()).header.extra[1] == Special::Wrapped as u8 {
        for i in 0..3 {
            *control.add(3 + i) = *control.add(i);
            keep_branch();
        }
        save_pc(vm, pc);
        let callee = control.add(3).offset_from_unsigned((*vm).stack) as u32;
        let native: Gc<NativeFunction> = Gc::from_ptr(function.as_ptr().cast());
        let coroutine = native.upvalue(0);
        if coroutine::resume_directly(&mut *vm, coroutine, callee, 0, 2, ResumedBy::Wrapped, FrameKind::Meta) {
            let (pc, base, k) = reload(vm);
            next!(pc, vm, base, k)
        }
        (*vm).find_frame();
    }
    slow!(iterate::call_iterator, pc, vm, insn, base, k)
} }

// A step of a loop over the rows of a query.
handler! {
#[inline(never)]
next_row(pc, vm, insn, base, k) {
    let control = base.add(insn.a());
    let native = Gc::from_ptr((*control).as_function_unchecked().as_ptr().cast::<NativeFunction>());
    if cursor::step_plain(vm, native, control.add(3), insn) {
        next!(pc, vm, base, k)
    }
    return next_row_of_any(pc, vm, insn, base, k);
} }

handler! {
#[inline(never)]
next_row_of_any(pc, vm, insn, base, k) {
    let control = base.add(insn.a());
    let native = Gc::from_ptr((*control).as_function_unchecked().as_ptr().cast::<NativeFunction>());
    if cursor::step(&mut *vm, native, control.add(3), insn) {
        if (*vm).heap.debt > 0 {
            slow!(misc::collector_point, pc, vm, insn, base, k)
        }
        next!(pc, vm, base, k)
    }
    slow!(iterate::call_iterator, pc, vm, insn, base, k)
} }
