//! Walking the frames: positions, names of functions and variables, tracebacks.

#![allow(unsafe_code, reason = "reads the code that frames run")]

use super::names;
use crate::function::{Code, FunctionView};
use crate::syntax::chunk_id;
use crate::thread::{CallInfo, FRAME_TAIL_CALL, FrameKind, Thread};
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// Levels shown before and after the gap of a long traceback; level 0, the frame on top, counts.
const FIRST_LEVELS: usize = 12;
const LAST_LEVELS: usize = 10;

/// The code a frame runs and the index of the instruction it is executing.
pub(crate) fn code_position(frame: &CallInfo) -> Option<(Gc<Code>, usize)> {
    let code = frame.code()?;
    // SAFETY: a frame's pc points into its code, past the instruction it executes; a fresh frame has not begun.
    let pc = unsafe { frame.pc.offset_from_unsigned((*code.as_ptr()).insns.as_ptr()) };
    Some((code, pc.saturating_sub(1)))
}

/// The chunk name and line a Lua frame is at.
pub(crate) fn location(frame: &CallInfo, _on_top: bool) -> Option<(Vec<u8>, u32)> {
    let (code, pc) = code_position(frame)?;
    // SAFETY: live code.
    let code = unsafe { &*code.as_ptr() };
    Some((code.draft.chunk_name.clone(), code.line(pc)))
}

/// What a register of the frame on top holds, as messages name it: ("local", "x").
pub(crate) fn variable(vm: &Vm, register: usize) -> Option<(&'static str, String)> {
    variable_at(vm.frames().last()?, register)
}

/// What a register of a Lua frame holds.
fn variable_at(frame: &CallInfo, register: usize) -> Option<(&'static str, String)> {
    let (code, pc) = code_position(frame)?;
    // SAFETY: live code.
    let code = unsafe { &*code.as_ptr() };
    let pc = pc.checked_sub(code.pc_bias as usize)?;
    names::variable(&code.draft, code.draft_proto(), pc, register)
}

/// How the function of a frame was named by its caller: ("global", "print"). Also for natives.
pub(crate) fn function_name(vm: &Vm, depth: usize) -> Option<(&'static str, String)> {
    function_name_in(vm.frames(), depth)
}

/// [`function_name`] in any thread's frames.
pub(crate) fn function_name_in(frames: &[CallInfo], depth: usize) -> Option<(&'static str, String)> {
    let frame = frames.get(depth)?;
    let below = depth.checked_sub(1)?;
    if frame.is_native() && frame.flags & FRAME_TAIL_CALL != 0 {
        // It stands for the frame that called it, which a script no longer sees.
        return function_name_in(frames, below);
    }
    let caller = frames.get(below)?;
    match frame.kind {
        FrameKind::Protected | FrameKind::Each | FrameKind::Coroutine => return None,
        // What is entered on top of a Lua frame (a hook, an error handler) is named after the instruction it interrupts, as in LuaJIT.
        FrameKind::Entry | FrameKind::Lua | FrameKind::Guarded | FrameKind::Meta => {}
    }
    let (code, pc) = code_position(caller)?;
    // SAFETY: live code.
    let code = unsafe { &*code.as_ptr() };
    names::callee(&code.draft, code.draft_proto(), pc.checked_sub(code.pc_bias as usize)?)
}

/// The depths of the frames a script can see, from the top down: a frame that made a tail call to a native is gone for it.
pub(crate) fn visible(frames: &[CallInfo]) -> impl Iterator<Item = usize> + '_ {
    let is_gone = |next: &CallInfo| next.is_native() && next.flags & FRAME_TAIL_CALL != 0;
    (0..frames.len()).rev().filter(move |&depth| !frames.get(depth + 1).is_some_and(is_gone))
}

/// The traceback of a thread as `debug.traceback` gives it, from a level on.
pub(crate) fn traceback(vm: &Vm, thread: Gc<Thread>, message: Option<&str>, level: usize) -> String {
    // SAFETY: a live thread; nothing runs meanwhile.
    let frames = unsafe { &(*thread.as_ptr()).frames };
    let levels: Vec<usize> = visible(frames).collect();
    let mut text = String::new();
    if let Some(message) = message {
        text.push_str(message);
        text.push('\n');
    }
    text.push_str("stack traceback:");
    let mut level = level;
    let mut may_omit = true;
    while let Some(&depth) = levels.get(level) {
        if may_omit && level >= FIRST_LEVELS {
            // The middle of a long one is left out.
            may_omit = false;
            if level + 1 + LAST_LEVELS < levels.len() {
                text.push_str("\n\t...");
                level = levels.len() - LAST_LEVELS;
                continue;
            }
        }
        text.push_str("\n\t");
        text.push_str(&describe_frame(vm, thread, frames, depth));
        level += 1;
    }
    text
}

/// One line of a traceback.
fn describe_frame(_vm: &Vm, thread: Gc<Thread>, frames: &[CallInfo], depth: usize) -> String {
    let frame = &frames[depth];
    let name = function_name_in(frames, depth);
    // SAFETY: the slot below a frame's base holds its function.
    let function: RawValue = unsafe { *(*thread.as_ptr()).stack.add(frame.base as usize - 1) };
    let view = function.as_function().map(Gc::view);
    match (location(frame, false), view) {
        (Some((chunk, line)), Some(FunctionView::Lua(closure))) => {
            // SAFETY: live prototype and code.
            let code = unsafe { &*(*closure.proto().as_ptr()).code.as_ptr() };
            let proto = code.draft_proto();
            let chunk = chunk_id(&chunk);
            // Stripped functions have no lines.
            let line = if line == 0 { String::new() } else { format!("{line}:") };
            match name {
                Some((_, name)) => format!("{chunk}:{line} in function '{name}'"),
                None if proto.is_main() => format!("{chunk}:{line} in main chunk"),
                None => format!("{chunk}:{line} in function <{chunk}:{}>", proto.line_defined),
            }
        }
        (_, Some(FunctionView::Native(native))) => {
            // SAFETY: a live cell.
            let own = unsafe { (*native.as_ptr()).name };
            let name = name.map_or_else(|| String::from_utf8_lossy(own.as_bytes()).into_owned(), |(_, n)| n);
            format!("[C]: in function '{name}'")
        }
        _ => "[C]: in ?".to_owned(),
    }
}
