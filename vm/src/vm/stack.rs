//! The running coroutine's stack and its frames.

#![allow(unsafe_code, reason = "reads and writes the running stack")]

use super::{Raised, Vm};
use crate::error::ErrorKind;
use crate::gc::StallCause;
use crate::thread::{CallInfo, EXTRA_STACK, FrameKind, NO_GUARD, Thread};
use crate::value::{Gc, RawValue};

impl Vm {
    // ---- the stack -------------------------------------------------------------------------------------

    /// The value of a stack slot.
    #[inline(always)]
    pub fn slot(&self, index: u32) -> RawValue {
        // SAFETY: a live thread, whose stack `self.stack` is (`update_stack_limit`); the assertion keeps the index inside it.
        unsafe {
            debug_assert!(index < (*self.thread.as_ptr()).initialised);
            debug_assert!(self.stack == (*self.thread.as_ptr()).stack);
            *self.stack.add(index as usize)
        }
    }

    /// Assigns a stack slot.
    #[inline(always)]
    pub fn set_slot(&mut self, index: u32, value: RawValue) {
        // SAFETY: as above.
        unsafe {
            debug_assert!(index < (*self.thread.as_ptr()).initialised);
            debug_assert!(self.stack == (*self.thread.as_ptr()).stack);
            *self.stack.add(index as usize) = value;
        }
    }

    /// Moves `count` values within the stack.
    pub(crate) fn move_values(&mut self, from: u32, to: u32, count: u32) {
        if from == to || count == 0 {
            return;
        }
        // SAFETY: both ranges are inside the stack (the callers have made room).
        unsafe {
            let stack = self.stack;
            debug_assert!(from.max(to) + count <= (*self.thread.as_ptr()).initialised);
            if count == 1 {
                // Most calls: not worth a call of `memmove`.
                *stack.add(to as usize) = *stack.add(from as usize);
                return;
            }
            std::ptr::copy(stack.add(from as usize), stack.add(to as usize), count as usize);
        }
    }

    /// Pushes a value, growing the stack as needed.
    ///
    /// # Errors
    /// "stack overflow" at the stack limit.
    #[inline]
    pub fn push(&mut self, value: RawValue) -> Result<(), Raised> {
        self.ensure_stack(self.top + 1)?;
        self.set_slot(self.top, value);
        self.top += 1;
        Ok(())
    }

    /// Makes sure that all slots below `slots` exist. The stack may move.
    ///
    /// # Errors
    /// "stack overflow" at the stack limit.
    #[inline(always)]
    pub(crate) fn ensure_stack(&mut self, slots: u32) -> Result<(), Raised> {
        if self.has_stack(slots) { Ok(()) } else { self.grow_stack(slots) }
    }

    /// Whether all slots below `slots` exist.
    #[inline(always)]
    pub(crate) fn has_stack(&self, slots: u32) -> bool {
        // Not `add`: the stack may end before.
        self.stack.wrapping_add(slots as usize) <= self.stack_limit
    }

    #[cold]
    #[inline(never)]
    fn grow_stack(&mut self, slots: u32) -> Result<(), Raised> {
        let limit = if self.extra_stack { self.max_stack + EXTRA_STACK } else { self.max_stack };
        if slots > limit {
            return Err(self.error_of_kind(ErrorKind::StackOverflow, "stack overflow"));
        }
        // SAFETY: a live thread; nobody holds an address into its stack here (handlers reload after slow paths).
        let thread = unsafe { &mut *self.thread.as_ptr() };
        if slots > thread.stack_size {
            let size = (thread.stack_size * 2).max(slots).min(limit);
            let begun = self.heap.stall_begins();
            self.heap.add_external((size - thread.stack_size) as usize * size_of::<RawValue>());
            thread.grow(size);
            self.heap.stall_ends(begun, StallCause::Growth);
        }
        thread.initialise(slots);
        self.update_stack_limit();
        Ok(())
    }

    /// Sets the longest a value stack may get.
    pub(crate) fn set_max_stack(&mut self, slots: u32) {
        self.max_stack = slots;
        self.update_stack_limit();
    }

    /// To be called when the collector may have scanned the running stack, too.
    pub(crate) fn update_stack_limit(&mut self) {
        self.moved = true;
        let limit = if self.extra_stack { self.max_stack + EXTRA_STACK } else { self.max_stack };
        // SAFETY: a live thread.
        unsafe {
            let thread = &*self.thread.as_ptr();
            self.stack = thread.stack;
            self.stack_limit = thread.stack.add(thread.initialised.min(limit) as usize);
        }
    }

    /// Opens or closes the room reserved for error handling.
    pub(crate) fn extra_stack(&mut self, open: bool) {
        self.extra_stack = open || self.handlers_running > 1;
        self.update_stack_limit();
    }

    // ---- frames ----------------------------------------------------------------------------------------

    /// The frames of the running coroutine.
    #[inline(always)]
    pub(crate) fn frames(&self) -> &Vec<CallInfo> {
        // SAFETY: a live thread; the frames are not changed through another path while the reference is held.
        unsafe { &(*self.thread.as_ptr()).frames }
    }

    #[inline(always)]
    fn frames_mut(&mut self) -> &mut Vec<CallInfo> {
        // SAFETY: as above.
        unsafe { &mut (*self.thread.as_ptr()).frames }
    }

    /// Finds the frame on top, for code that keeps to `frame` instead of the list's length.
    #[inline(always)]
    pub(crate) fn find_frame(&mut self) -> *mut CallInfo {
        self.moved = true;
        let frames = self.frames_mut();
        let (first, count, room) = (frames.as_mut_ptr(), frames.len(), frames.capacity());
        // SAFETY: there is a frame, and room for as many as the capacity says.
        unsafe {
            let frame = first.add(count - 1);
            self.frame = frame;
            self.last_frame = first.add(room - 1);
            frame
        }
    }

    /// The list of frames ends with the one on top again.
    ///
    /// # Safety
    /// `frame` is a frame of the running coroutine, and every frame up to it is initialised.
    #[inline(always)]
    pub(crate) unsafe fn keep_frames(&mut self) {
        let frame = self.frame;
        let frames = self.frames_mut();
        // SAFETY: by contract.
        unsafe { frames.set_len(frame.offset_from_unsigned(frames.as_ptr()) + 1) };
    }

    /// The frame on top.
    pub(crate) fn frame_mut(&mut self) -> &mut CallInfo {
        self.frames_mut().last_mut().expect("the interpreter runs a frame")
    }

    #[inline]
    pub(crate) fn push_frame(&mut self, frame: CallInfo) {
        let frames = self.frames_mut();
        if frames.len() == frames.capacity() {
            self.grow_frames();
        }
        self.frames_mut().push(frame);
    }

    #[cold]
    fn grow_frames(&mut self) {
        self.moved = true;
        self.frames_mut().reserve(1);
    }

    pub(crate) fn pop_frame(&mut self) -> CallInfo {
        let frame = self.frames_mut().pop().expect("a frame returns");
        if frame.kind == FrameKind::Guarded {
            self.heap.lower_guard(self.thread);
        }
        CallInfo { kind: frame.kind.unguarded(), ..frame }
    }

    /// Takes the frame on top away, which the caller has pushed, and which is not guarded.
    #[inline(always)]
    pub(crate) fn drop_frame(&mut self) {
        let frames = self.frames_mut();
        debug_assert!(frames.last().is_some_and(|frame| frame.kind != FrameKind::Guarded));
        // SAFETY: there is a frame; frames need no dropping.
        unsafe { frames.set_len(frames.len() - 1) };
    }

    /// Takes a frame away, which is none that the collector guards, and all above it.
    ///
    /// # Safety
    /// It is a frame of the running coroutine, up to which all are initialised.
    #[cfg_attr(
        not(perilune_tail_calls),
        allow(dead_code, reason = "the other driver leaves it to the slow path")
    )]
    #[inline(always)]
    pub(crate) unsafe fn drop_frames_from(&mut self, frame: *mut CallInfo) {
        let frames = self.frames_mut();
        // SAFETY: by contract.
        unsafe {
            debug_assert!((*frame).kind != FrameKind::Guarded);
            frames.set_len(frame.offset_from_unsigned(frames.as_ptr()));
        }
    }

    /// Pushes a frame if there is room in the list.
    #[inline(always)]
    pub(crate) fn push_frame_within(&mut self, frame: CallInfo) -> bool {
        let frames = self.frames_mut();
        let count = frames.len();
        if count == frames.capacity() {
            return false;
        }
        // SAFETY: there is room, which is initialised before it counts.
        unsafe {
            frames.as_mut_ptr().add(count).write(frame);
            frames.set_len(count + 1);
        }
        true
    }

    /// Whether the collector has to be told when a frame above the one of this index is taken away.
    pub(crate) fn is_guarded_above(&self, index: usize) -> bool {
        // SAFETY: a live thread.
        let guard = unsafe { (*self.thread.as_ptr()).guard };
        guard != NO_GUARD && guard as usize > index
    }

    /// Takes frames away whose values are still wanted.
    pub(crate) fn truncate_frames(&mut self, depth: usize) {
        self.frames_mut().truncate(depth);
        self.heap.lower_lost_guard(self.thread);
    }

    /// Takes frames away that an error has left, and with them what lies from the stack slot `limit` on.
    pub(crate) fn unwind_frames(&mut self, depth: usize, limit: u32) {
        self.frames_mut().truncate(depth);
        if self.heap.unwind_guard(self.thread, limit) {
            self.update_stack_limit();
        }
    }

    /// The first stack slot above everything the frame on top uses.
    pub(crate) fn frame_limit(&self) -> u32 {
        match self.frames().last() {
            Some(frame) => match frame.code() {
                // SAFETY: live code.
                Some(code) => frame.base + u32::from(unsafe { (*code.as_ptr()).draft_proto().frame_size }),
                None => self.top,
            },
            None => self.top,
        }
    }

    /// Remembers the top in the running coroutine, for the collector and for when it runs again.
    pub(crate) fn save_top(&mut self) {
        // SAFETY: a live thread.
        unsafe { (*self.thread.as_ptr()).top = self.top };
    }

    /// Makes a coroutine the running one. The caller has saved the top of the one that ran.
    pub(crate) fn switch_to(&mut self, thread: Gc<Thread>) {
        if self.heap.marking {
            self.heap.scan_before_running(thread);
        }
        self.thread = thread;
        self.heap.roots.current_thread = Some(thread);
        // SAFETY: a live thread.
        unsafe {
            (*thread.as_ptr()).wiped_from = u32::MAX;
            self.top = (*thread.as_ptr()).top;
        }
        self.update_stack_limit();
    }

    /// Counts nested Rust calls on a coroutine, which cannot yield across them.
    pub(crate) fn add_native_calls(&mut self, thread: Gc<Thread>, change: i32) {
        // SAFETY: a live thread.
        unsafe {
            let calls = &mut (*thread.as_ptr()).native_calls;
            *calls = calls.wrapping_add_signed(change);
        }
    }
}
