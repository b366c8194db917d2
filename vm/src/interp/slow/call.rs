//! Calls: of Lua functions, natives, callable values, and from Rust.

use crate::activity::Activity;
use crate::bytecode::Insn;
use crate::function::{FunctionView, LuaFunction, NativeFunction, Special};
use crate::interp::slow::{coroutine, deliver, each, raise};
use crate::interp::{Go, run};
use crate::rt::meta::Meta;
use crate::thread::{
    CallInfo, FRAME_CATCH, FRAME_HANDLER, FRAME_HOST, FRAME_TAIL_CALL, FrameKind, ResumedBy, Thread,
    ThreadStatus,
};
use crate::value::{Gc, RawValue};
use crate::vm::{Answer, Args, Given, NativeResult, Raised, Ret, Vm};

/// How deep calls from Rust into Lua may nest.
pub(crate) const MAX_NATIVE_DEPTH: u32 = 190;
/// Stack slots a native may push without asking.
pub(in crate::interp) const NATIVE_SLOTS: u32 = 24;

/// `CALL`
pub(in crate::interp) fn call_op(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    if let Some(raised) = vm.failed.take() {
        // By the native that `run_native` has run.
        return Err(raised);
    }
    let (function, count) = callee(vm, insn);
    if let Some(FunctionView::Native(native)) = vm.slot(function).as_function().map(Gc::view)
        && native.special().is_plain()
    {
        return call_plain(vm, insn);
    }
    let go = begin(vm, function, count, FrameKind::Lua, 0)?;
    vm.check_collector(insn);
    Ok(go)
}

/// A `CALL` of a native that is a plain one.
pub(crate) fn call_plain(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let (function, _) = callee(vm, insn);
    let Some(FunctionView::Native(native)) = vm.slot(function).as_function().map(Gc::view) else {
        unreachable!("whoever calls this has seen the native")
    };
    let has_run = native_directly(vm, insn, native);
    if has_run { Ok(Go::On) } else { Err(vm.failed.take().expect("why it has not")) }
}

/// The most frequent of slow calls, a `CALL` of a plain native whose frame has been pushed: runs it and puts its results where they are
/// wanted. `false` when an error is to be raised: [`call_op`] is next.
#[inline(never)]
pub(crate) fn run_native(vm: &mut Vm, insn: Insn, native: Gc<NativeFunction>, base: u32, count: u32) -> bool {
    // SAFETY: a live cell.
    let function = unsafe { (*native.as_ptr()).function };
    vm.activity.set(Activity::Native);
    let outcome = function(vm, Args { base, count });
    vm.activity.set(Activity::Interpreted);
    match outcome {
        Ok(Ret { first, count }) => {
            vm.drop_frame();
            deliver::store_results(vm, insn.c(), base - 1, first, count);
            vm.check_collector(insn);
            true
        }
        Err(raised) => {
            vm.failed = Some(raised);
            false
        }
    }
}

/// What is left to do with the answer of a function of the host, called by a `CALL`, whose frame is on top: that goes, its results to where they
/// are wanted. `false` when an error is to be raised: [`call_op`] is next.
#[inline(never)]
pub(crate) fn take_answer(vm: &mut Vm, insn: Insn, answer: Answer) -> bool {
    let count = match answer.outcome() {
        Ok(Given::Nothing) => 0,
        Ok(Given::Pushed(count)) => count,
        Ok(Given::One(value)) => match vm.push(value) {
            Ok(()) => 1,
            Err(raised) => {
                vm.failed = Some(raised);
                return false;
            }
        },
        Err(raised) => {
            vm.failed = Some(raised);
            return false;
        }
    };
    let callee = vm.frame().base - 1;
    vm.drop_frame();
    deliver::store_results(vm, insn.c(), callee, vm.top - count, count);
    vm.check_collector(insn);
    true
}

/// `CALL` of what is left of natives: runs it, or of a coroutine, to where the interpreter goes on. `false` when nothing has been done or an
/// error is to be raised: [`call_op`] is next.
pub(in crate::interp) fn native_directly(vm: &mut Vm, insn: Insn, native: Gc<NativeFunction>) -> bool {
    let (function, count) = callee(vm, insn);
    match native.special() {
        Special::ToString if tostring_method(vm, native, function, count).is_some() => false,
        Special::None
        | Special::Host
        | Special::Next
        | Special::NextIndex
        | Special::NextRow
        | Special::NextColumns
        | Special::ToString => match enter_native(vm, function, count, FrameKind::Lua, 0) {
            Ok(Args { base, count }) => run_native(vm, insn, native, base, count),
            Err(raised) => {
                vm.failed = Some(raised);
                false
            }
        },
        Special::Wrapped => coroutine::resume_directly(
            vm,
            native.upvalue(0),
            function,
            0,
            count,
            ResumedBy::Wrapped,
            FrameKind::Lua,
        ),
        Special::Resume if count > 0 => {
            let coroutine = vm.slot(function + 1);
            coroutine::resume_directly(vm, coroutine, function, 1, count, ResumedBy::Resume, FrameKind::Lua)
        }
        Special::Yield => coroutine::yield_directly(vm, function, count),
        Special::Resume | Special::Pcall | Special::Xpcall | Special::Each => false,
    }
}

/// Pushes the frame of a native called by the frame on top with the `count` arguments from stack slot `first` on, if there is room and nobody
/// looks on.
///
/// # Safety
/// Handlers or compiled code run, and a `CALL` in front of `pc`; `frame` is the frame on top.
#[inline(always)]
pub(crate) unsafe fn push_native_frame(vm: *mut Vm, pc: *const Insn, first: u32, count: u32) -> bool {
    // SAFETY: `frame` is the frame on top, and there is room behind it.
    unsafe {
        let frame = (*vm).frame;
        if (*vm).stack.wrapping_add((first + count + NATIVE_SLOTS) as usize) > (*vm).stack_limit
            || frame >= (*vm).last_frame
            || (*vm).watch.sees_calls()
        {
            return false;
        }
        frame.add(1).write(CallInfo {
            pc: std::ptr::null(),
            constants: std::ptr::null(),
            base: first,
            varargs: 0,
            kind: FrameKind::Lua,
            flags: 0,
        });
        (*frame).pc = pc;
        let frames = &mut (*(*vm).thread.as_ptr()).frames;
        frames.set_len(frame.offset_from_unsigned(frames.as_ptr()) + 2);
        (*vm).top = first + count;
        (*vm).moved = false;
        true
    }
}

/// Pushes the frame of a native: it has the native's arguments as registers.
#[inline(always)]
fn enter_native(vm: &mut Vm, function: u32, count: u32, kind: FrameKind, flags: u16) -> Result<Args, Raised> {
    let base = function + 1;
    vm.ensure_stack(base + count + NATIVE_SLOTS)?;
    vm.push_frame(CallInfo {
        pc: std::ptr::null(),
        constants: std::ptr::null(),
        base,
        varargs: 0,
        kind,
        flags,
    });
    vm.top = base + count;
    vm.hook_call()?;
    Ok(Args { base, count })
}

/// `TAILCALL`
pub(in crate::interp) fn tail_call_op(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let (function, mut count) = callee(vm, insn);
    let closure = loop {
        // A loop of tail calls has no back-edge and does not end at the stack limit.
        vm.poll()?;
        match vm.slot(function).as_function().map(Gc::view) {
            Some(FunctionView::Lua(closure)) => break closure,
            Some(FunctionView::Native(native)) => match tostring_method(vm, native, function, count) {
                Some(method) => {
                    vm.set_slot(function, method);
                    count = 1;
                }
                // Natives run now; `deliver` returns their results from this frame.
                None => return begin(vm, function, count, FrameKind::Lua, FRAME_TAIL_CALL),
            },
            None => {
                insert_call_handler(vm, function, count)?;
                count += 1;
            }
        }
    };
    // Move the function and its arguments down to where this frame's function was called, and take its place.
    let frame = *vm.frame();
    let home = function_slot(vm, &frame);
    for i in 0..=count {
        let value = vm.slot(function + i);
        vm.set_slot(home + i, value);
    }
    let (base, varargs) = lay_out_frame(vm, home, closure, count)?;
    *vm.frame_mut() = lua_frame(closure, base, varargs, frame.kind, frame.flags);
    vm.hook_call()?;
    Ok(Go::On)
}

/// The value in `R[A]`, which a short form gave to a `TAILCALL`, to a caller that is no Lua frame.
pub(in crate::interp) fn return_result(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let frame = vm.pop_frame();
    deliver::deliver(vm, frame.kind, frame.flags, frame.base + insn.a() as u32, 1)
}

/// `RET`, `RET0`, `RET1`
pub(in crate::interp) fn return_op(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    use crate::bytecode::Op;
    let base = vm.frame().base;
    let first = base + insn.a() as u32;
    let (first, count) = match insn.op() {
        Op::RET0 => (base, 0),
        Op::RET1 => (first, 1),
        _ if insn.b() == 0 => (first, vm.top - first),
        _ => (first, insn.b() as u32 - 1),
    };
    let frame = vm.pop_frame();
    deliver::deliver(vm, frame.kind, frame.flags, first, count)
}

/// The function slot and the number of arguments of a call instruction.
fn callee(vm: &Vm, insn: Insn) -> (u32, u32) {
    let function = vm.frame().base + insn.a() as u32;
    let count = if insn.b() == 0 { vm.top - function - 1 } else { insn.b() as u32 - 1 };
    (function, count)
}

/// The stack slot where a Lua frame's function was called: below its arguments, which a vararg frame has left further down.
pub(super) fn function_slot(vm: &Vm, frame: &CallInfo) -> u32 {
    let Some(closure) = vm.slot(frame.base - 1).as_function() else { return frame.base - 1 };
    match closure.view() {
        FunctionView::Lua(closure) => {
            // SAFETY: a live prototype.
            let (is_vararg, params) =
                unsafe { ((*closure.proto().as_ptr()).is_vararg, (*closure.proto().as_ptr()).param_count) };
            if is_vararg { frame.base - 2 - frame.varargs - u32::from(params) } else { frame.base - 1 }
        }
        FunctionView::Native(_) => frame.base - 1,
    }
}

/// Starts a call of the value at stack slot `function` with the `count` values above it. A Lua function becomes the frame on
/// top; a native has run, and its results are delivered, when this returns.
pub(super) fn begin(
    vm: &mut Vm,
    function: u32,
    mut count: u32,
    kind: FrameKind,
    flags: u16,
) -> Result<Go, Raised> {
    loop {
        match vm.slot(function).as_function().map(Gc::view) {
            Some(FunctionView::Lua(closure)) => {
                vm.poll()?;
                let (base, varargs) = lay_out_frame(vm, function, closure, count)?;
                vm.push_frame(lua_frame(closure, base, varargs, kind, flags));
                vm.hook_call()?;
                if vm.interrupt_requested() {
                    vm.take_sample()?;
                }
                return Ok(Go::On);
            }
            Some(FunctionView::Native(native)) => {
                if let Some(method) = tostring_method(vm, native, function, count) {
                    vm.poll()?;
                    vm.set_slot(function, method);
                    count = 1;
                    continue;
                }
                return call_native(vm, native, function, count, kind, flags);
            }
            None => {
                insert_call_handler(vm, function, count)?;
                count += 1;
            }
        }
    }
}

/// The method that `tostring`, called with `count` arguments above `function`, ends in a tail call of. For strings there is none.
fn tostring_method(vm: &Vm, native: Gc<NativeFunction>, function: u32, count: u32) -> Option<RawValue> {
    if native.special() != Special::ToString || count == 0 {
        return None;
    }
    let value = vm.slot(function + 1);
    let method = if value.is_string() { RawValue::NIL } else { vm.metamethod(value, Meta::ToString) };
    (!method.is_nil()).then_some(method)
}

/// Puts the `__call` metamethod of a value in front of it.
fn insert_call_handler(vm: &mut Vm, function: u32, count: u32) -> Result<(), Raised> {
    let value = vm.slot(function);
    let handler = vm.metamethod(value, Meta::Call);
    if !handler.is_function() {
        return Err(vm.call_error(value, function));
    }
    vm.ensure_stack(function + count + 2)?;
    for i in (0..=count).rev() {
        let value = vm.slot(function + i);
        vm.set_slot(function + i + 1, value);
    }
    vm.set_slot(function, handler);
    Ok(())
}

/// The frame of a Lua function whose registers and extra arguments have been laid out.
#[inline(always)]
fn lua_frame(closure: Gc<LuaFunction>, base: u32, varargs: u32, kind: FrameKind, flags: u16) -> CallInfo {
    // SAFETY: a live prototype.
    let (entry, constants) =
        unsafe { ((*closure.proto().as_ptr()).entry, (*closure.proto().as_ptr()).constants) };
    CallInfo { pc: entry, constants, base, varargs, kind, flags }
}

/// Lays out the stack for a Lua function called with `count` arguments above `function`: checks the stack, fills in missing
/// parameters. Returns register 0 and the number of extra arguments.
fn lay_out_frame(
    vm: &mut Vm,
    function: u32,
    closure: Gc<LuaFunction>,
    count: u32,
) -> Result<(u32, u32), Raised> {
    // SAFETY: a live prototype; the reference ends before anything is allocated.
    let proto = unsafe { &*closure.proto().as_ptr() };
    let (frame_size, params) = (u32::from(proto.frame_size), u32::from(proto.param_count));
    let fill = |vm: &mut Vm, from: u32, to: u32| (from..to).for_each(|slot| vm.set_slot(slot, RawValue::NIL));
    if proto.is_vararg {
        let given = count.max(params);
        let base = function + given + 2;
        vm.ensure_stack(base + frame_size)?;
        fill(vm, function + 1 + count, function + 1 + given);
        vm.set_slot(base - 1, closure.as_function().into());
        // The parameters move up; what is left below them are the extra arguments.
        for i in 0..params {
            let value = vm.slot(function + 1 + i);
            vm.set_slot(base + i, value);
        }
        Ok((base, given - params))
    } else {
        let base = function + 1;
        vm.ensure_stack(base + frame_size.max(count))?;
        fill(vm, base + count, base + params);
        Ok((base, 0))
    }
}

/// Runs the Rust function of a native.
fn run_function(vm: &mut Vm, native: Gc<NativeFunction>, args: Args) -> NativeResult {
    // SAFETY: a live cell.
    let function = unsafe { (*native.as_ptr()).function };
    vm.activity.set(Activity::Native);
    let outcome = function(vm, args);
    vm.activity.set(Activity::Interpreted);
    outcome
}

/// Calls a native.
fn call_native(
    vm: &mut Vm,
    native: Gc<NativeFunction>,
    function: u32,
    count: u32,
    kind: FrameKind,
    flags: u16,
) -> Result<Go, Raised> {
    let args = enter_native(vm, function, count, kind, flags)?;
    let Args { base, count } = args;
    match native.special() {
        Special::None
        | Special::Host
        | Special::Next
        | Special::NextIndex
        | Special::NextRow
        | Special::NextColumns
        | Special::ToString => {
            let ret = run_function(vm, native, args)?;
            let frame = vm.pop_frame();
            deliver::deliver(vm, frame.kind, frame.flags, ret.first, ret.count)
        }
        Special::Each => {
            let state = run_function(vm, native, args)?;
            each::start(vm, state)
        }
        Special::Pcall => {
            vm.check_any(args, 0)?;
            vm.frame_mut().flags |= FRAME_CATCH;
            begin(vm, base, count - 1, FrameKind::Protected, 0)
        }
        Special::Xpcall => {
            // The handler goes first, so that the function is followed by its arguments.
            vm.check_any(args, 0)?;
            vm.check_function(args, 1)?;
            let (body, handler) = (vm.slot(base), vm.slot(base + 1));
            vm.set_slot(base, handler);
            vm.set_slot(base + 1, body);
            vm.frame_mut().flags |= FRAME_CATCH | FRAME_HANDLER;
            begin(vm, base + 1, count - 2, FrameKind::Protected, 0)
        }
        Special::Resume => coroutine::resume(vm, args),
        Special::Wrapped => coroutine::call_wrapped(vm, native.upvalue(0), args),
        Special::Yield => coroutine::yield_values(vm, args),
    }
}

/// Calls a value from Rust. The results lie at the returned place, and `vm.top` is past them.
///
/// # Errors
/// Those the function raises.
pub(crate) fn call(vm: &mut Vm, function: RawValue, args: &[RawValue], host: bool) -> NativeResult {
    let home = vm.top;
    vm.ensure_stack(home + 1 + args.len() as u32 + NATIVE_SLOTS)?;
    vm.set_slot(home, function);
    for (i, &arg) in args.iter().enumerate() {
        vm.set_slot(home + 1 + i as u32, arg);
    }
    call_at(vm, home, args.len() as u32, host)
}

/// [`call`] of a function already on the stack, with its arguments above it. On an error `vm.top` is `home` again.
pub(crate) fn call_at(vm: &mut Vm, home: u32, count: u32, host: bool) -> NativeResult {
    if vm.native_depth >= MAX_NATIVE_DEPTH {
        vm.top = home;
        return Err(vm.error_of_kind(crate::error::ErrorKind::StackOverflow, "C stack overflow"));
    }
    if host && vm.native_depth == 0 && vm.heap.is_short_of_memory() {
        // An earlier call ended for lack of memory, and left garbage.
        vm.top = home + 1 + count;
        vm.save_top();
        vm.safe_point();
    }
    let thread = vm.thread;
    let depth = vm.frames().len();
    vm.native_depth += 1;
    vm.add_native_calls(thread, 1);
    let flags = if host { FRAME_HOST } else { 0 };
    let outcome = if enter_lua(vm, home, count, flags) {
        run(vm)
    } else {
        call_any(vm, home, count, flags, (thread, depth))
    };
    vm.native_depth -= 1;
    vm.add_native_calls(thread, -1);
    debug_assert!(
        vm.thread == thread && vm.frames().len() == depth,
        "a call leaves the frames as it found them"
    );
    match outcome {
        Ok(()) => {
            let Ret { first, count } = vm.exit;
            vm.move_values(first, home, count);
            vm.top = home + count;
            Ok(Ret { first: home, count })
        }
        Err(raised) => {
            vm.top = home;
            Err(raised)
        }
    }
}

/// Enters the function at stack slot `home` with the `count` values above it, if it is one of Lua with a fixed number of parameters, there is
/// room, and nobody looks on: most of what is called from Rust.
#[inline(always)]
fn enter_lua(vm: &mut Vm, home: u32, count: u32, flags: u16) -> bool {
    let Some(FunctionView::Lua(closure)) = vm.slot(home).as_function().map(Gc::view) else { return false };
    // SAFETY: a live prototype; the reference ends before anything is allocated.
    let proto = unsafe { &*closure.proto().as_ptr() };
    let (base, params) = (home + 1, u32::from(proto.param_count));
    if proto.is_vararg
        || !vm.has_stack(base + u32::from(proto.frame_size).max(count))
        || vm.interrupt_requested()
        || vm.watch.sees_calls()
        || !vm.push_frame_within(lua_frame(closure, base, 0, FrameKind::Entry, flags))
    {
        return false;
    }
    for missing in count..params {
        vm.set_slot(base + missing, RawValue::NIL);
    }
    true
}

/// Calls any value from Rust, in the coroutine that runs at a depth of so many frames.
#[inline(never)]
fn call_any(
    vm: &mut Vm,
    home: u32,
    count: u32,
    flags: u16,
    (thread, depth): (Gc<Thread>, usize),
) -> Result<(), Raised> {
    match begin(vm, home, count, FrameKind::Entry, flags) {
        Ok(Go::On) => run(vm),
        Ok(Go::Exit) => Ok(()),
        Err(raised) if vm.thread == thread && vm.frames().len() == depth => {
            // Nothing was entered: there is nothing to unwind.
            if flags & FRAME_HOST != 0 {
                raise::take_traceback(vm);
            }
            Err(raised)
        }
        Err(raised) => match raise::unwind(vm, raised) {
            Ok(Go::On) => run(vm),
            Ok(Go::Exit) => Ok(()),
            Err(raised) => Err(raised),
        },
    }
}

/// Resumes a coroutine from Rust: the values it yields or returns, which lie on top of the stack, and whether it is still alive.
pub(crate) fn host_resume(
    vm: &mut Vm,
    coroutine: Gc<Thread>,
    args: &[RawValue],
) -> Result<(Ret, bool), Raised> {
    coroutine::host_resume(vm, coroutine, args).map(|ret| (ret, coroutine.status() != ThreadStatus::Dead))
}

/// The value of an error, as `pcall` would return it.
pub(crate) fn resume_error_value(vm: &mut Vm, raised: Raised) -> RawValue {
    raise::error_value(vm, raised)
}
