//! How a frame is named where stacks are counted: by function, or by module and line, as LuaJIT's profiler does.

#![allow(unsafe_code, reason = "reads the code that frames run")]

use super::traceback::{code_position, function_name_in, visible};
use crate::function::FunctionView;
use crate::thread::{CallInfo, Thread};
use crate::value::{Gc, RawValue};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameName {
    /// The function's name where one can be found, else its module and first line.
    Function,
    /// The same, with the module in front of the name.
    ModuleAndFunction,
    /// Module and line.
    Line,
}

/// The depths of a coroutine's frames that a script can see, from the top down; of so many frames at the bottom only, if said.
pub(crate) fn visible_depths(thread: Gc<Thread>, limit: Option<usize>) -> Vec<usize> {
    let frames = frames_of(thread);
    visible(&frames[..limit.unwrap_or(frames.len()).min(frames.len())]).collect()
}

fn frames_of<'a>(thread: Gc<Thread>) -> &'a [CallInfo] {
    // SAFETY: a live cell, whose frames nothing changes while callers of this file look at them.
    unsafe { &(*thread.as_ptr()).frames }
}

/// The name of the frame at a depth.
pub(crate) fn name_of_frame(thread: Gc<Thread>, depth: usize, what: FrameName, keeps_paths: bool) -> Vec<u8> {
    let frames = frames_of(thread);
    let named = match what {
        FrameName::Line => None,
        FrameName::Function | FrameName::ModuleAndFunction => function_name_in(frames, depth),
    };
    let Some((code, pc)) = code_position(&frames[depth]) else {
        return named.map_or_else(|| native_name(thread, depth), |(_, name)| name.into_bytes());
    };
    // SAFETY: a frame keeps its code alive.
    let code = unsafe { &*code.as_ptr() };
    let module = module_name(&code.draft.chunk_name, keeps_paths);
    let line = if what == FrameName::Line { code.line(pc) } else { code.draft_proto().line_defined };
    match (named, what) {
        (Some((_, name)), FrameName::ModuleAndFunction) => [&module, &b":"[..], name.as_bytes()].concat(),
        (Some((_, name)), _) => name.into_bytes(),
        (None, _) => [&module, &b":"[..], line.to_string().as_bytes()].concat(),
    }
}

/// The name a native has in its library.
fn native_name(thread: Gc<Thread>, depth: usize) -> Vec<u8> {
    let base = frames_of(thread)[depth].base as usize;
    // SAFETY: the slot below a frame's base holds its function.
    let function: RawValue = unsafe { *(*thread.as_ptr()).stack.add(base - 1) };
    match function.as_function().map(Gc::view) {
        // SAFETY: a live native.
        Some(FunctionView::Native(native)) => unsafe { (*native.as_ptr()).name.as_bytes().to_vec() },
        Some(FunctionView::Lua(_)) | None => b"?".to_vec(),
    }
}

/// A chunk's name: of files the last part of their path, of text no more than that it is text.
fn module_name(chunk_name: &[u8], keeps_paths: bool) -> Vec<u8> {
    match chunk_name.split_first() {
        Some((b'@' | b'=', path)) => {
            let folder = path.iter().rposition(|byte| matches!(byte, b'/' | b'\\'));
            let from = if keeps_paths { 0 } else { folder.map_or(0, |slash| slash + 1) };
            path[from..].to_vec()
        }
        _ => b"[string]".to_vec(),
    }
}
