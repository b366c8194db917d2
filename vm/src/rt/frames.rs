//! What the `debug` library and environments ask of the frames of a coroutine and of the functions in them.
//!
//! A level counts from the frame on top, 0; a depth is an index into the frames.

#![allow(unsafe_code, reason = "reads frames, stacks and code")]

use std::sync::Arc;

use crate::bytecode::{Draft, LocalVar};
use crate::function::{Code, Function, FunctionView, LuaFunction, Special};
use crate::rt::traceback::{code_position, visible};
use crate::thread::{CallInfo, Thread};
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// The frame at a level.
pub(crate) fn depth_of(thread: Gc<Thread>, level: u32) -> Option<usize> {
    // SAFETY: a live cell, which nothing changes meanwhile.
    visible(unsafe { &(*thread.as_ptr()).frames }).nth(level as usize)
}

/// The function that a frame runs.
pub(crate) fn function_at(thread: Gc<Thread>, depth: usize) -> Gc<Function> {
    let function = stack_slot(thread, frame(thread, depth).base - 1);
    function.as_function().expect("the slot below a frame holds its function")
}

/// The function at a level of the running coroutine.
pub(crate) fn function_at_level(vm: &mut Vm, level: u32) -> Option<Gc<Function>> {
    let function = depth_of(vm.thread, level).map(|depth| function_at(vm.thread, depth))?;
    // The marker may come to its slot when the frame is gone.
    vm.heap.barrier(function.into());
    Some(function)
}

/// The line a frame is at; `None` for a native.
pub(crate) fn current_line(thread: Gc<Thread>, depth: usize) -> Option<u32> {
    let frame = frame(thread, depth);
    let (code, pc) = code_position(&frame)?;
    // SAFETY: live code.
    let code = unsafe { &*code.as_ptr() };
    Some(if has_begun(&frame) { code.line(pc) } else { code.draft_proto().line_defined })
}

/// Whether the function of a frame runs already: a call hook sees one that does not.
fn has_begun(frame: &CallInfo) -> bool {
    // SAFETY: live code.
    frame.code().is_none_or(|code| !unsafe { (*code.as_ptr()).begins_at(frame.pc) })
}

/// How a frame's caller names its function: ("local", "f").
pub(crate) fn function_name(thread: Gc<Thread>, depth: usize) -> Option<(&'static str, String)> {
    // SAFETY: a live cell, which nothing changes meanwhile.
    super::traceback::function_name_in(unsafe { &(*thread.as_ptr()).frames }, depth)
}

/// A copy of a call-info record.
fn frame(thread: Gc<Thread>, depth: usize) -> CallInfo {
    // SAFETY: a live cell.
    unsafe { (&(*thread.as_ptr()).frames)[depth] }
}

// ---- variables -------------------------------------------------------------------------------------------

/// The name and stack slot of a frame's `number`th variable in scope, counted from 1; extra arguments count from -1 downwards. What is not
/// a variable but below the next frame is a temporary. Functions of the host show nothing: what they work on is kept alive by their arguments.
pub(crate) fn variable_at(thread: Gc<Thread>, depth: usize, number: i32) -> Option<(Vec<u8>, u32)> {
    let frame = frame(thread, depth);
    if number < 0 {
        let index = number.unsigned_abs();
        return (index <= frame.varargs)
            .then(|| (b"(*vararg)".to_vec(), frame.base - 1 - frame.varargs + (index - 1)));
    }
    let index = u32::try_from(number).ok()?.checked_sub(1)?;
    if let Some((code, pc)) = code_position(&frame) {
        // SAFETY: live code.
        let code = unsafe { &*code.as_ptr() };
        let pc = (pc as u32).saturating_sub(code.pc_bias);
        let is_in_scope = |local: &&LocalVar| local.start_pc <= pc && pc < local.end_pc;
        if let Some(local) = code.draft_proto().locals.iter().filter(is_in_scope).nth(index as usize) {
            return Some((code.draft.string(local.name).to_vec(), frame.base + u32::from(local.register)));
        }
    }
    if let FunctionView::Native(native) = function_at(thread, depth).view()
        && native.special() == Special::Host
    {
        return None;
    }
    let slot = frame.base.checked_add(index)?;
    (has_begun(&frame) && slot < end_of_frame(thread, depth)).then(|| (b"(*temporary)".to_vec(), slot))
}

/// The stack slot where the frame above keeps its function, or the top of the stack.
fn end_of_frame(thread: Gc<Thread>, depth: usize) -> u32 {
    // SAFETY: a live cell.
    let (frames, top) = unsafe { ((*thread.as_ptr()).frames.len(), (*thread.as_ptr()).top) };
    if depth + 1 == frames {
        return top;
    }
    let next = frame(thread, depth + 1);
    match function_at(thread, depth + 1).view() {
        FunctionView::Lua(closure) => {
            let proto = code_of(closure).draft_proto();
            // A vararg frame has left its function and extra arguments further down.
            let moved = if proto.is_vararg { 1 + next.varargs + u32::from(proto.param_count) } else { 0 };
            next.base - 1 - moved
        }
        FunctionView::Native(_) => next.base - 1,
    }
}

/// The name of a function's parameter, counted from 1.
pub(crate) fn parameter_name(closure: Gc<LuaFunction>, number: i32) -> Option<Vec<u8>> {
    let code = code_of(closure);
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    let proto = code.draft_proto();
    let local = proto.locals.iter().take(usize::from(proto.param_count)).nth(index)?;
    Some(code.draft.string(local.name).to_vec())
}

/// A slot of a coroutine's stack.
pub(crate) fn stack_slot(thread: Gc<Thread>, index: u32) -> RawValue {
    // SAFETY: callers get the index from a frame of the thread, whose slots are inside the stack.
    unsafe {
        assert!(index < (*thread.as_ptr()).initialised, "a frame's slots are inside its stack");
        *(*thread.as_ptr()).stack.add(index as usize)
    }
}

/// Assigns a slot of a coroutine's stack. Unlike the top of a running stack, it may be waiting to be scanned.
pub(crate) fn set_stack_slot(vm: &mut Vm, thread: Gc<Thread>, index: u32, value: RawValue) {
    vm.heap.barrier(stack_slot(thread, index));
    // SAFETY: checked by `stack_slot`.
    unsafe { *(*thread.as_ptr()).stack.add(index as usize) = value }
}

/// The name of a function's upvalue; empty for natives.
pub(crate) fn upvalue_name(function: Gc<Function>, index: usize) -> Option<Vec<u8>> {
    match function.view() {
        FunctionView::Lua(closure) => {
            let code = code_of(closure);
            let name = *code.draft_proto().upvalue_names.get(index)?;
            Some(code.draft.string(name).to_vec())
        }
        FunctionView::Native(native) => (index < native.shown_upvalues()).then(Vec::new),
    }
}

// ---- functions -------------------------------------------------------------------------------------------

/// What is known of a function from its definition.
pub(crate) struct Definition {
    pub(crate) chunk_name: Vec<u8>,
    pub(crate) first_line: u32,
    pub(crate) last_line: u32,
    pub(crate) parameters: u8,
    pub(crate) is_vararg: bool,
    /// The lines that have instructions, some more than once.
    pub(crate) lines: Vec<u32>,
}

/// The definition of a Lua function.
pub(crate) fn definition(closure: Gc<LuaFunction>) -> Definition {
    let code = code_of(closure);
    let proto = code.draft_proto();
    Definition {
        chunk_name: code.draft.chunk_name.clone(),
        first_line: proto.line_defined,
        last_line: proto.last_line_defined,
        parameters: proto.param_count,
        is_vararg: proto.is_vararg,
        lines: proto.lines.clone(),
    }
}

/// The draft of a closure's current code, and which of its functions that is.
pub(crate) fn draft_of(closure: Gc<LuaFunction>) -> (Arc<Draft>, u32) {
    let code = code_of(closure);
    (Arc::clone(&code.draft), code.index)
}

/// A constant of a closure's current code.
pub(crate) fn constant(closure: Gc<LuaFunction>, index: usize) -> RawValue {
    assert!(index < code_of(closure).draft_proto().constants.len(), "a constant of the function");
    // SAFETY: a live prototype, whose constants are those of its code's record.
    unsafe { *(*closure.proto().as_ptr()).constants.add(index) }
}

/// The current code of a closure. The reference is used up before anything is allocated.
fn code_of<'a>(closure: Gc<LuaFunction>) -> &'a Code {
    // SAFETY: live cells; a prototype always has code.
    unsafe { &*(*closure.proto().as_ptr()).code.as_ptr() }
}
