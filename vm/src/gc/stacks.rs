//! Coroutines: their frames, stacks and open upvalues.
//!
//! A stack is scanned once in a cycle, from the top down, piece by piece; the coroutine knows what is left of it ([`Thread::unscanned_slots`]). Since stores
//! into stacks have no barrier, a coroutine cannot run on what has not been scanned. One that is to run first has its top scanned at once, some
//! frames deep, and the lowest of these frames is **guarded**: its kind becomes [`FrameKind::Guarded`]. The handlers' short ways to return know the
//! kind `Lua` only, so a guarded frame returns through [`Vm::pop_frame`](crate::vm::Vm::pop_frame), which has the next few frames scanned and guarded
//! ([`Heap::lower_guard`]) before the frame below runs. Calls and other returns pay nothing for it.
//!
//! What may touch the part that is not scanned, and why nothing is lost:
//! - Machine code takes frames away itself that it has made for its calls of machine code. It is left before if one of them is guarded (`jit/helpers.rs`, `execute`).
//! - Frames below the guarded one do not run, and no frame writes below its own function slot.
//! - Assignments to captured variables and `debug.setlocal` are stores with a barrier; upvalues are closed without a change of value.
//! - Whoever hands a script what it has read there (`debug.getlocal`, functions by level, the handler of an `xpcall`) shades it: the slot may be gone before the marker comes to it.
//! - An error drops frames. What they held and nobody has read is not needed; the slots are forgotten ([`Heap::unwind_guard`]), since
//!   the next scan must not find them.
//! - A new closure may capture a variable that is still open, and whose upvalue the marker has not come to: it is shaded then.
//!
//! Only Lua functions that a `CALL` has called can be guarded. Where there is no such frame, the rest of a stack is copied, and the copy is gray.

use super::Heap;
use super::mark::Work;
use super::probe::StallCause;
use super::trace::PIECE;
use crate::function::Upvalue;
use crate::thread::{CallInfo, FrameKind, NO_GUARD, Thread};
use crate::value::{Gc, RawValue};

/// Scanning the tops of longer stacks is timed: there may be nothing to guard in them.
const TIMED_STACK: u32 = 1024;
/// More slots are copied when they must be scanned at once: copying a slot costs a tenth of marking what it refers to.
const COPIED_STACK: usize = 512;
/// Before a coroutine runs so many frames are scanned, or so many slots if they have more.
const FRAMES_AT_ONCE: usize = 16;
const SLOTS_AT_ONCE: u32 = 256;

impl Thread {
    fn has_unscanned(&self) -> bool {
        self.unscanned_frames > 0 || self.unscanned_slots > 0
    }

    /// Takes the guard away.
    fn unguard(&mut self) {
        let index = std::mem::replace(&mut self.guard, NO_GUARD);
        if let Some(frame) = self.frames.get_mut(index as usize) {
            frame.kind = frame.kind.unguarded();
        }
    }
}

impl CallInfo {
    /// The slot where the function was called, below everything the frame has, if nothing but returns, errors and compiled code takes the frame away.
    fn guarded_from(&self) -> Option<u32> {
        if self.kind != FrameKind::Lua {
            return None;
        }
        let code = self.code()?;
        // SAFETY: live code.
        let proto = unsafe { (*code.as_ptr()).draft_proto() };
        // A vararg frame has left its function and the extra arguments further down.
        let left_below = if proto.is_vararg { 1 + self.varargs + u32::from(proto.param_count) } else { 0 };
        Some(self.base - 1 - left_below)
    }
}

impl Heap {
    /// Scans the first piece of a coroutine that the marker has come to; frames count as one slot each.
    ///
    /// # Safety
    /// `cell` is a live coroutine.
    pub(super) unsafe fn trace_thread(&mut self, cell: usize) -> usize {
        // SAFETY: by contract; one that runs has been begun.
        unsafe { if self.begin_scan(cell as *mut Thread) { self.scan_thread_on(cell) } else { 1 } }
    }

    /// Scans the next piece of a coroutine, which may be running above it.
    ///
    /// # Safety
    /// As above, and its scan has begun.
    pub(super) unsafe fn scan_thread_on(&mut self, cell: usize) -> usize {
        let thread = cell as *mut Thread;
        // SAFETY: a live thread.
        unsafe {
            let frames = ((*thread).unscanned_frames as usize).min(PIECE);
            let slots = ((*thread).unscanned_slots as usize).min(PIECE - frames);
            let (frame_floor, slot_floor) =
                ((*thread).unscanned_frames - frames as u32, (*thread).unscanned_slots - slots as u32);
            self.scan_down_to(thread, frame_floor, slot_floor);
            if (*thread).has_unscanned() {
                self.marker.work.push(Work::Thread { cell });
            } else {
                self.scan_ended(thread);
            }
            frames + slots
        }
    }

    /// Begins to scan a coroutine; whether that had not been done in this cycle. What lies above its live part is forgotten.
    unsafe fn begin_scan(&mut self, thread: *mut Thread) -> bool {
        // SAFETY: a live thread.
        unsafe {
            if (*thread).begun_in == self.cycle.number {
                return false;
            }
            (*thread).begun_in = self.cycle.number;
            // One of an earlier cycle.
            (*thread).unguard();
            if let Some(resumer) = (*thread).resumer {
                self.marker.mark_cell(resumer.addr());
            }
            if let Some(env) = (*thread).env {
                self.marker.mark_cell(env.addr());
            }
            let limit = Gc::from_ptr(thread).live_limit();
            (*thread).unscanned_frames = (*thread).frames.len() as u32;
            (*thread).unscanned_slots = limit;
            (*thread).forget_above(limit);
            true
        }
    }

    /// All of a coroutine's stack is scanned: what is left are its open upvalues.
    unsafe fn scan_ended(&mut self, thread: *mut Thread) {
        // SAFETY: a live thread.
        unsafe {
            (*thread).scanned_in = self.cycle.number;
            let upvalue = (*thread).open_upvalues as usize;
            if upvalue != 0 {
                self.marker.work.push(Work::OpenUpvalues { thread: thread as usize, upvalue });
            }
        }
    }

    /// Scans frames and slots from these on; all above has been.
    unsafe fn scan_down_to(&mut self, thread: *mut Thread, frame_floor: u32, slot_floor: u32) {
        // SAFETY: a live thread. What has not been scanned lies below the guarded frame, if it runs: such frames are there and do not change, whatever the
        // length of their list, which handlers do not keep up to date.
        unsafe {
            let frames = (*thread).unscanned_frames.saturating_sub(frame_floor) as usize;
            if frames > 0 {
                let first = (*thread).frames.as_ptr().add(frame_floor as usize);
                self.mark_frames(std::slice::from_raw_parts(first, frames));
                (*thread).unscanned_frames = frame_floor;
            }
            let slots = (*thread).unscanned_slots.saturating_sub(slot_floor) as usize;
            if slots > 0 {
                let first: *const RawValue = (*thread).stack.add(slot_floor as usize);
                let slots = std::slice::from_raw_parts(first, slots);
                if slots.len() > COPIED_STACK {
                    self.marker.queue_copy(slots);
                } else {
                    for &value in slots {
                        self.marker.mark_value(value);
                    }
                }
                (*thread).unscanned_slots = slot_floor;
            }
        }
    }

    /// Marks the code that frames run. In a deep recursion many run the same.
    fn mark_frames(&mut self, frames: &[CallInfo]) {
        let mut last = std::ptr::null();
        for frame in frames {
            if frame.constants != last {
                last = frame.constants;
                if let Some(code) = frame.code() {
                    self.marker.mark_cell(code.addr());
                }
            }
        }
    }

    /// Marks the next open upvalues of a coroutine.
    ///
    /// # Safety
    /// `thread` is a live coroutine, whose scan has ended; `next` is a live upvalue that was on its list of open ones.
    pub(super) unsafe fn trace_open_upvalues(&mut self, thread: usize, next: usize) -> usize {
        let (thread, mut upvalue) = (thread as *mut Thread, next as *mut Upvalue);
        // SAFETY: the list of open upvalues holds live cells, by falling address of the variable.
        unsafe {
            if !Gc::from_ptr(upvalue).is_open() {
                // All that were before it on the list have been closed with it, and what is there now is new.
                upvalue = (*thread).open_upvalues;
            }
            for step in 0..PIECE {
                if upvalue.is_null() {
                    return 1 + step;
                }
                self.marker.mark_cell(upvalue as usize);
                upvalue = (*upvalue).next_open;
            }
            if !upvalue.is_null() {
                self.marker
                    .work
                    .push(Work::OpenUpvalues { thread: thread as usize, upvalue: upvalue as usize });
            }
        }
        PIECE
    }

    /// Has a coroutine's top scanned, if it has not been in this cycle. To be called, while marking, before a coroutine runs: when it is
    /// resumed, and when the coroutine it resumed yields, returns or fails.
    pub(crate) fn scan_before_running(&mut self, thread: Gc<Thread>) {
        // SAFETY: a live thread.
        let (scanned_in, size) = unsafe { ((*thread.as_ptr()).scanned_in, (*thread.as_ptr()).stack_size) };
        if scanned_in == self.cycle.number {
            return;
        }
        if size <= TIMED_STACK {
            self.scan_thread_now(thread);
            return;
        }
        let begun = self.stall_begins();
        self.scan_thread_now(thread);
        self.stall_ends(begun, StallCause::Resume);
    }

    /// Whether a coroutine may run, as far as the cycle under way goes.
    #[inline(always)]
    pub(crate) fn has_scanned(&self, thread: &Thread) -> bool {
        thread.scanned_in == self.cycle.number
    }

    /// Has a coroutine scanned as far as it must be before it runs.
    pub(crate) fn scan_thread_now(&mut self, thread: Gc<Thread>) {
        let thread = thread.as_ptr();
        // SAFETY: a live thread.
        unsafe {
            if self.has_scanned(&*thread) {
                return;
            }
            self.marker.mark_leaf(thread as usize);
            let is_new = self.begin_scan(thread);
            self.scan_top(thread);
            (*thread).scanned_in = self.cycle.number;
            // It runs, or is about to.
            (*thread).wiped_from = u32::MAX;
            if !is_new {
                // The marker is at it.
            } else if (*thread).has_unscanned() {
                self.marker.work.push(Work::Thread { cell: thread as usize });
            } else {
                self.scan_ended(thread);
            }
        }
    }

    /// Scans a coroutine down to a frame that can be guarded, and guards it; all, if there is none. It has no guard.
    unsafe fn scan_top(&mut self, thread: *mut Thread) {
        // SAFETY: a live thread, which is not in the middle of a handler.
        unsafe {
            let count = (*thread).frames.len();
            let slots = (*thread).unscanned_slots;
            let (enough_frames, enough_slots) =
                if self.stress.is_on() { (1, 1) } else { (FRAMES_AT_ONCE, SLOTS_AT_ONCE) };
            let is_enough = |index: usize, frame: &CallInfo| {
                count - index >= enough_frames || slots.saturating_sub(frame.base) >= enough_slots
            };
            // Below the first frame there is none to protect.
            let guarded = (1..count).rev().find_map(|index| {
                let frame = &(&(*thread).frames)[index];
                let function_slot = if is_enough(index, frame) { frame.guarded_from() } else { None };
                function_slot.map(|slot| (index, slot))
            });
            let Some((index, function_slot)) = guarded else {
                self.scan_down_to(thread, 0, 0);
                return;
            };
            self.scan_down_to(thread, index as u32, function_slot);
            if (*thread).has_unscanned() {
                (&mut (*thread).frames)[index].kind = FrameKind::Guarded;
                (*thread).guard = index as u32;
            }
        }
    }

    /// The guarded frame of the running coroutine has been taken off its list: the frame below is about to run.
    #[cold]
    #[inline(never)]
    pub(crate) fn lower_guard(&mut self, thread: Gc<Thread>) {
        let thread = thread.as_ptr();
        // SAFETY: a live thread.
        unsafe {
            (*thread).guard = NO_GUARD;
            // It may be left from an earlier cycle.
            if self.marking && (*thread).begun_in == self.cycle.number && (*thread).has_unscanned() {
                self.scan_top(thread);
            }
        }
    }

    /// Frames of the running coroutine have been taken off its list, the guarded one perhaps among them.
    pub(crate) fn lower_lost_guard(&mut self, thread: Gc<Thread>) {
        // SAFETY: a live thread.
        let (guard, count) = unsafe { ((*thread.as_ptr()).guard, (*thread.as_ptr()).frames.len()) };
        if guard != NO_GUARD && guard as usize >= count {
            self.lower_guard(thread);
        }
    }

    /// An error has taken frames of the running coroutine off its list, and nothing lives from the slot `limit` on. Whether the stack's
    /// initialised part has become smaller.
    pub(crate) fn unwind_guard(&mut self, thread: Gc<Thread>, limit: u32) -> bool {
        // SAFETY: a live thread.
        unsafe {
            let it = &mut *thread.as_ptr();
            let is_lost = it.guard != NO_GUARD && it.guard as usize >= it.frames.len();
            let is_partly_scanned = is_lost && self.marking && it.begun_in == self.cycle.number;
            let forgets = is_partly_scanned && it.unscanned_slots > limit;
            if is_partly_scanned {
                it.unscanned_frames = it.unscanned_frames.min(it.frames.len() as u32);
            }
            if forgets {
                it.unscanned_slots = limit;
                it.forget_above(limit);
                it.wiped_from = u32::MAX;
            }
            if is_lost {
                self.lower_guard(thread);
            }
            forgets
        }
    }
}
