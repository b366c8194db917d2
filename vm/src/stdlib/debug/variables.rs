//! Local variables and upvalues of other functions.

use super::thread_arg;
use crate::function::{Function, FunctionView, LuaFunction};
use crate::rt::frames;
use crate::thread::Thread;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(super) fn getlocal(vm: &mut Vm, args: Args) -> NativeResult {
    let (thread, first) = thread_arg(vm, args);
    let number = vm.check_int(args, first + 1)?;
    if let Some(function) = vm.arg(args, first).as_function() {
        let name = match function.view() {
            FunctionView::Lua(closure) => frames::parameter_name(closure, number),
            FunctionView::Native(_) => None,
        };
        return ret_name(vm, name);
    }
    let depth = check_level(vm, args, first, thread)?;
    let Some((name, slot)) = frames::variable_at(thread, depth, number) else {
        return vm.ret1(RawValue::NIL);
    };
    let name = vm.new_string(&name)?;
    vm.push(name)?;
    let value = frames::stack_slot(thread, slot);
    // The marker may come to the slot when the frame is gone.
    vm.heap.barrier(value);
    vm.push(value)?;
    vm.ret_top(2)
}

pub(super) fn setlocal(vm: &mut Vm, args: Args) -> NativeResult {
    let (thread, first) = thread_arg(vm, args);
    let depth = check_level(vm, args, first, thread)?;
    let value = vm.check_any(args, first + 2)?;
    let number = vm.check_int(args, first + 1)?;
    let Some((name, slot)) = frames::variable_at(thread, depth, number) else {
        return vm.ret1(RawValue::NIL);
    };
    frames::set_stack_slot(vm, thread, slot, value);
    ret_name(vm, Some(name))
}

fn check_level(vm: &mut Vm, args: Args, index: u32, thread: Gc<Thread>) -> Result<usize, Raised> {
    let level = vm.check_int(args, index)?;
    // The end of the frame on top.
    vm.save_top();
    let depth = u32::try_from(level).ok().and_then(|level| frames::depth_of(thread, level));
    depth.ok_or_else(|| vm.arg_error(args, index, "level out of range"))
}

fn ret_name(vm: &mut Vm, name: Option<Vec<u8>>) -> NativeResult {
    match name {
        Some(name) => {
            let name = vm.new_string(&name)?;
            vm.ret1(name)
        }
        None => vm.ret1(RawValue::NIL),
    }
}

// ---- upvalues --------------------------------------------------------------------------------------------

/// An upvalue found by number.
struct Found {
    function: Gc<Function>,
    index: usize,
    name: Vec<u8>,
}

pub(super) fn getupvalue(vm: &mut Vm, args: Args) -> NativeResult {
    let Some(Found { function, index, name }) = find_upvalue(vm, args)? else { return vm.ret0() };
    let value = match function.view() {
        FunctionView::Lua(closure) => closure.upvalue(index).get(),
        FunctionView::Native(native) => native.upvalue(index),
    };
    let name = vm.new_string(&name)?;
    vm.push(name)?;
    vm.push(value)?;
    vm.ret_top(2)
}

pub(super) fn setupvalue(vm: &mut Vm, args: Args) -> NativeResult {
    let value = vm.check_any(args, 2)?;
    let Some(Found { function, index, name }) = find_upvalue(vm, args)? else { return vm.ret0() };
    match function.view() {
        FunctionView::Lua(closure) => closure.upvalue(index).set(&mut vm.heap, value),
        FunctionView::Native(native) => native.set_upvalue(&mut vm.heap, index, value),
    }
    ret_name(vm, Some(name))
}

/// The upvalue that the first two arguments mean, if the function has it.
fn find_upvalue(vm: &mut Vm, args: Args) -> Result<Option<Found>, Raised> {
    let number = vm.check_int(args, 1)?;
    let function = check_function(vm, args, 0)?;
    let Some(index) = usize::try_from(number).ok().and_then(|number| number.checked_sub(1)) else {
        return Ok(None);
    };
    Ok(frames::upvalue_name(function, index).map(|name| Found { function, index, name }))
}

fn check_function(vm: &mut Vm, args: Args, index: u32) -> Result<Gc<Function>, Raised> {
    Ok(vm.check_function(args, index)?.as_function().expect("just checked"))
}

pub(super) fn upvalueid(vm: &mut Vm, args: Args) -> NativeResult {
    let function = check_function(vm, args, 0)?;
    let id = match function.view() {
        FunctionView::Lua(closure) => {
            let index = check_index(vm, args, 1, closure.upvalue_count())?;
            closure.upvalue(index).addr()
        }
        FunctionView::Native(native) => {
            let index = check_index(vm, args, 1, native.shown_upvalues())?;
            native.upvalue_slot(index) as usize
        }
    };
    vm.ret1(RawValue::light(id as u64))
}

pub(super) fn upvaluejoin(vm: &mut Vm, args: Args) -> NativeResult {
    let (to, to_index) = closure_and_index(vm, args, 0)?;
    let (from, from_index) = closure_and_index(vm, args, 2)?;
    to.set_upvalue(&mut vm.heap, to_index, from.upvalue(from_index));
    vm.ret0()
}

fn closure_and_index(vm: &mut Vm, args: Args, first: u32) -> Result<(Gc<LuaFunction>, usize), Raised> {
    match check_function(vm, args, first)?.view() {
        FunctionView::Lua(closure) => {
            let index = check_index(vm, args, first + 1, closure.upvalue_count())?;
            Ok((closure, index))
        }
        FunctionView::Native(_) => Err(vm.arg_error(args, first, "Lua function expected")),
    }
}

/// An argument that counts upvalues from 1, as an index.
fn check_index(vm: &mut Vm, args: Args, index: u32, count: usize) -> Result<usize, Raised> {
    let number = vm.check_int(args, index)?;
    match usize::try_from(number).ok().and_then(|number| number.checked_sub(1)) {
        Some(found) if found < count => Ok(found),
        _ => Err(vm.arg_error(args, index, "index out of range")),
    }
}
