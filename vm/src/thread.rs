//! Coroutines as heap objects: a value stack and a call-info stack each.

#![allow(unsafe_code, reason = "reads and writes heap cells")]

use crate::bytecode::Insn;
use crate::function::{Code, Upvalue};
use crate::gc::kind::Header;
use crate::value::{Gc, RawValue};

/// What a frame returns to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FrameKind {
    /// A Lua function called by a Lua frame: the caller's `CALL` instruction says where results go.
    Lua,
    /// Called by a Lua frame on behalf of another instruction (a metamethod): decoded from that instruction.
    Meta,
    /// Called by Rust: returning leaves the interpreter loop.
    Entry,
    /// The body of a `pcall`.
    Pcall,
    /// The body of an `xpcall`; the handler lies in the slot below the function.
    Xpcall,
    /// A running native function.
    Native,
    /// The first frame of a coroutine: returning resumes the resumer.
    Coroutine,
}

/// A call-info record.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct CallInfo {
    /// Where the frame goes on: the next instruction. Saved when the frame calls or may raise an error.
    pub pc: *const Insn,
    /// The constants of the code it runs; null for native frames.
    pub constants: *const RawValue,
    /// The stack index of register 0; the function is in the slot below.
    pub base: u32,
    /// How many extra arguments lie below the function slot of a vararg frame.
    pub varargs: u32,
    /// What it returns to.
    pub kind: FrameKind,
    /// Set on a frame entered by a tail call, for tracebacks.
    pub is_tail_call: bool,
}

/// The state of a coroutine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ThreadStatus {
    /// Not started, or yielded.
    Suspended,
    /// Running now.
    Running,
    /// Resumed another coroutine.
    Normal,
    /// Returned or failed.
    Dead,
}

/// A coroutine.
#[repr(C)]
pub struct Thread {
    /// The header.
    pub header: Header,
    /// The value stack.
    pub stack: *mut RawValue,
    /// How many slots it has.
    pub stack_size: u32,
    /// No slot at or above this index was ever written since it was last set to nil.
    pub high_water: u32,
    /// The top of the stack while the thread does not run.
    pub top: u32,
    /// The state.
    pub status: ThreadStatus,
    /// The collector has scanned the stack in this cycle (or it was made during the cycle).
    pub scanned: bool,
    /// The call-info stack; the last is the running frame.
    pub frames: Vec<CallInfo>,
    /// The open upvalues, highest stack address first.
    pub open_upvalues: *mut Upvalue,
    /// Who resumed it.
    pub resumer: Option<Gc<Thread>>,
    /// The environment for functions loaded in it.
    pub env: Option<Gc<crate::table::Table>>,
}

impl CallInfo {
    /// The code the frame runs, found through the back pointer below its constants; `None` for native frames.
    pub fn code(&self) -> Option<Gc<Code>> {
        if self.constants.is_null() {
            return None;
        }
        // SAFETY: the word below the constants of a code is the address of its cell (function.rs, `Code`), which the frame keeps alive.
        unsafe { Some(Gc::from_ptr(*self.constants.cast::<*mut Code>().sub(1))) }
    }
}

impl Gc<Thread> {
    /// The state.
    pub fn status(self) -> ThreadStatus {
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).status }
    }

    /// Where the live part of the stack ends: everything at or above is garbage that the collector sets to nil.
    pub fn live_limit(self) -> u32 {
        // SAFETY: a live cell; a frame's constants lead to its code (`CallInfo::code`).
        unsafe {
            let thread = &*self.as_ptr();
            let mut limit = thread.top;
            if let Some(frame) = thread.frames.last()
                && let Some(code) = frame.code()
            {
                limit = limit.max(frame.base + u32::from((*code.as_ptr()).draft_proto().frame_size));
            }
            limit.min(thread.stack_size)
        }
    }
}
