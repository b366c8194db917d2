//! Coroutines as heap objects: a value stack and a call-info stack each.

#![allow(unsafe_code, reason = "reads and writes heap cells")]

use std::mem::MaybeUninit;

use crate::bytecode::Insn;
use crate::function::{Code, Upvalue};
use crate::gc::kind::{Header, Kind};
use crate::gc::{Heap, OutOfMemory};
use crate::value::{Gc, RawValue};

/// What a frame returns to.
///
/// Two bytes, so that a [`CallInfo`] has no gap: the handlers clear what follows `base` at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum FrameKind {
    /// A Lua function called by a Lua frame: the caller's `CALL` instruction says where results go.
    Lua,
    /// Called by a Lua frame on behalf of another instruction (a metamethod, an iterator): decoded from that instruction.
    Meta,
    /// Called by Rust: returning leaves the interpreter loop.
    Entry,
    /// The body of a `pcall` or `xpcall`, whose own native frame is below.
    Protected,
    /// A callback of `table.foreach` or `table.foreachi`, whose own native frame is below.
    Each,
    /// The first frame of a coroutine: returning resumes the resumer.
    Coroutine,
    /// Like `Lua`, of a Lua function, and the collector must have more of the stack scanned before the frame below runs (`gc/stacks.rs`): whoever
    /// takes such a frame away tells it.
    Guarded,
}

impl FrameKind {
    /// The kind it has when the collector wants nothing of it.
    #[inline(always)]
    pub fn unguarded(self) -> FrameKind {
        if self == FrameKind::Guarded { FrameKind::Lua } else { self }
    }
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
    /// See the `FRAME_*` flags. The upper byte is a register number where a `Meta` frame needs one to go on (`CONCAT`).
    pub flags: u16,
}

/// Frame flag: entered by a tail call, for tracebacks.
pub const FRAME_TAIL_CALL: u16 = 1;
/// Frame flag of a `Meta` frame: the condition is the opposite of the result (`__le` answered by `__lt`).
pub const FRAME_NEGATE: u16 = 2;
/// Frame flag of an `Entry` frame: the host takes the error, so a traceback is made when it is raised.
pub const FRAME_HOST: u16 = 4;
/// Frame flag of the native frame of a `pcall` or `xpcall`: errors stop here.
pub const FRAME_CATCH: u16 = 8;
/// Frame flag of the native frame of an `xpcall`: its first slot holds the handler.
pub const FRAME_HANDLER: u16 = 16;

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

/// Through what a coroutine was resumed: where its results go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ResumedBy {
    /// `coroutine.resume`, called by a Lua frame: `true` and the values, or `false` and the error.
    Resume,
    /// A function made by `coroutine.wrap`, called by a Lua frame: the values; errors are raised again.
    Wrapped,
    /// Rust: the interpreter loop is left.
    Host,
}

/// The longest value stack, in slots.
pub const MAX_STACK: u32 = 65_500;
/// Slots beyond `MAX_STACK` that only error handling may use.
pub const EXTRA_STACK: u32 = 1_000;

/// Slots taken into use at once.
const INITIALISED_AT_ONCE: u32 = 1024;
/// Slots above the live limit that stay in use when the stack is scanned: what a native has made sure of before it called into Lua, it
/// need not make sure of again.
const KEPT_ABOVE: u32 = 512;

/// No frame is guarded.
pub(crate) const NO_GUARD: u32 = u32::MAX;

/// A coroutine.
#[repr(C)]
pub struct Thread {
    /// The header.
    pub header: Header,
    /// The value stack.
    pub stack: *mut RawValue,
    /// How many slots there is memory for.
    pub stack_size: u32,
    /// How many of them are initialised: no slot from here on is read before [`Thread::initialise`] has set it to nil. When the collector
    /// scans the stack it moves this down to a little above the live limit, and sets what lies between to nil: so no slot below
    /// ever refers to a freed cell, and no scan deals with slots that were used long ago.
    pub initialised: u32,
    /// Slots from the live limit on are nil if that is not below this one: the collector has set them so, and the coroutine has not run since.
    pub(crate) wiped_from: u32,
    /// The top of the stack while the thread does not run.
    pub top: u32,
    /// The state.
    pub status: ThreadStatus,
    /// The number of the last collection cycle that has scanned as much of the stack as must be before the coroutine runs.
    pub(crate) scanned_in: u32,
    /// The number of the last collection cycle that has begun to scan it.
    pub(crate) begun_in: u32,
    /// How many frames, from the first on, that cycle has not come to yet.
    pub(crate) unscanned_frames: u32,
    /// How many slots, from the first on, that cycle has not come to yet.
    pub(crate) unscanned_slots: u32,
    /// The index of the frame that is guarded; [`NO_GUARD`] if none is.
    pub(crate) guard: u32,
    /// The call-info stack; the last is the running frame.
    pub frames: Vec<CallInfo>,
    /// The open upvalues, highest stack address first.
    pub open_upvalues: *mut Upvalue,
    /// Who resumed it.
    pub resumer: Option<Gc<Thread>>,
    /// Through what it was resumed.
    pub resumed_by: ResumedBy,
    /// Whether the handler of an `xpcall` runs and no error has been raised since.
    pub handling_error: bool,
    /// How many nested Rust calls its frames contain: it can only yield at zero.
    pub native_calls: u32,
    /// The environment for functions loaded in it.
    pub env: Option<Gc<crate::table::Table>>,
}

impl CallInfo {
    /// Whether a native function runs in it.
    #[inline(always)]
    pub fn is_native(&self) -> bool {
        self.constants.is_null()
    }

    /// The code the frame runs, found through the back pointer below its constants; `None` for native frames.
    pub fn code(&self) -> Option<Gc<Code>> {
        if self.constants.is_null() {
            return None;
        }
        // SAFETY: the word below the constants of a code is the address of its cell (function/code.rs), which the frame keeps alive.
        unsafe { Some(Gc::from_ptr(*self.constants.cast::<*mut Code>().sub(1))) }
    }
}

impl Gc<Thread> {
    /// The state.
    pub fn status(self) -> ThreadStatus {
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).status }
    }

    /// Whether it could yield now: it was resumed, and no native that is calling back into Lua is on its stack.
    pub fn can_yield(self) -> bool {
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).resumer.is_some() && (*self.as_ptr()).native_calls == 0 }
    }

    /// Notes whether an `xpcall` handler runs in it without an error since; returns what was noted before.
    pub fn set_handling_error(self, handling: bool) -> bool {
        // SAFETY: a live cell.
        unsafe { std::mem::replace(&mut (*self.as_ptr()).handling_error, handling) }
    }

    /// The environment of chunks loaded in it, if it has one of its own.
    pub fn environment(self) -> Option<Gc<crate::table::Table>> {
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).env }
    }

    /// Gives it an environment of its own.
    pub fn set_environment(self, heap: &mut Heap, env: Gc<crate::table::Table>) {
        if let Some(old) = self.environment() {
            heap.barrier(old.into());
        }
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).env = Some(env) };
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
            limit.min(thread.initialised)
        }
    }
}

/// A new coroutine with an empty stack of `slots` slots.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_thread(heap: &mut Heap, slots: u32) -> Result<Gc<Thread>, OutOfMemory> {
    let cell: *mut Thread = heap.alloc(Kind::Thread, size_of::<Thread>())?.cast();
    heap.add_external(slots as usize * size_of::<RawValue>());
    // SAFETY: the cell is fresh and large enough.
    unsafe {
        cell.write(Thread {
            header: Header::new(Kind::Thread),
            stack: new_stack(slots),
            stack_size: slots,
            initialised: 0,
            wiped_from: u32::MAX,
            top: 0,
            status: ThreadStatus::Suspended,
            scanned_in: 0,
            begun_in: 0,
            unscanned_frames: 0,
            unscanned_slots: 0,
            guard: NO_GUARD,
            frames: Vec::new(),
            open_upvalues: std::ptr::null_mut(),
            resumer: None,
            resumed_by: ResumedBy::Host,
            handling_error: false,
            native_calls: 0,
            env: None,
        });
        (*cell).initialise(slots);
        Ok(Gc::from_ptr(cell))
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        // SAFETY: `stack` was made by `new_stack`.
        unsafe { drop_stack(self.stack, self.stack_size) }
    }
}

/// The memory of a stack, not initialised.
fn new_stack(slots: u32) -> *mut RawValue {
    Box::into_raw(Box::<[RawValue]>::new_uninit_slice(slots as usize)).cast()
}

/// # Safety
/// `stack` was made by `new_stack` with so many slots.
unsafe fn drop_stack(stack: *mut RawValue, slots: u32) {
    let slots = std::ptr::slice_from_raw_parts_mut(stack.cast::<MaybeUninit<RawValue>>(), slots as usize);
    // SAFETY: made as such a box (contract).
    drop(unsafe { Box::from_raw(slots) });
}

impl Thread {
    /// Moves the stack to a larger one; open upvalues follow. The caller accounts for the memory and reloads any address.
    pub fn grow(&mut self, slots: u32) {
        debug_assert!(slots > self.stack_size);
        let fresh = new_stack(slots);
        // SAFETY: both stacks have room for the slots in use; open upvalues point into the old one.
        unsafe {
            std::ptr::copy_nonoverlapping(self.stack, fresh, self.initialised as usize);
            let old = std::mem::replace(&mut self.stack, fresh);
            let mut upvalue = self.open_upvalues;
            while !upvalue.is_null() {
                let index = (*upvalue).location.offset_from_unsigned(old);
                (*upvalue).location = self.stack.add(index);
                upvalue = (*upvalue).next_open;
            }
            drop_stack(old, self.stack_size);
        }
        self.stack_size = slots;
    }

    /// Takes slots below `slots` into use, and a few more.
    pub fn initialise(&mut self, slots: u32) {
        debug_assert!(slots <= self.stack_size);
        let end = slots.next_multiple_of(INITIALISED_AT_ONCE).min(self.stack_size);
        for slot in self.initialised..end {
            // SAFETY: inside the stack.
            unsafe { self.stack.add(slot as usize).write(RawValue::NIL) }
        }
        self.initialised = self.initialised.max(end);
    }

    /// The stack has been scanned up to the live limit: what lies above is no longer kept.
    pub(crate) fn forget_above(&mut self, limit: u32) {
        let end = (limit + KEPT_ABOVE).min(self.initialised);
        // Most coroutines wait through many collections.
        if self.wiped_from > limit {
            for slot in limit..end {
                // SAFETY: inside the stack.
                unsafe { self.stack.add(slot as usize).write(RawValue::NIL) }
            }
            self.wiped_from = limit;
        }
        self.initialised = end;
    }
}
