//! The gray queue, and the rules by which cells get onto it.
//!
//! A cell is white while unmarked, gray while marked and queued, black when marked and no longer queued. Small cells are queued by address and
//! traced whole; what may be large (storage blocks, stacks, long functions, root lists) is queued as [`Work`] with a position.

use std::cell::RefCell;

use super::Heap;
use super::block::{BLOCK_SIZE, is_marked, prefetch, set_mark};
use super::kind::{Contents, Kind};
use super::memory::kind_of;
use super::segments::Segments;
use crate::table::IsKey;
use crate::thread::Thread;
use crate::userdata::FINALIZED;
use crate::value::{Gc, RawValue};

/// How far ahead of tracing a cell its memory is asked for.
const PREFETCH: usize = 16;
/// How far ahead of scanning a coroutine its stack and its frames are asked for, which lie outside the heap.
const THREADS_AHEAD: usize = 8;

/// A gray object that is traced in pieces, from `next` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// A block of values.
    Values { cell: usize, next: usize },
    /// The part of a coroutine's frames and stack that it says is not scanned yet.
    Thread { cell: usize },
    /// A coroutine's open upvalues, from this one on: the last part of it.
    OpenUpvalues { thread: usize, upvalue: usize },
    /// A copy of a stack, by its number.
    Copy { number: usize, next: usize },
    /// A prototype's children.
    Children { cell: usize, next: usize },
    /// A code's caches and constants.
    Code { cell: usize, next: usize },
    /// The host's handles.
    Handles { next: usize },
    /// The values pinned by parts of the VM.
    Pinned { next: usize },
    /// The objects waiting for their finalizers.
    Pending { next: usize },
}

/// Cells on their way to being traced, what they need asked for: the first in is the first out.
struct Ahead<const N: usize> {
    cells: [usize; N],
    /// Where the next one goes.
    at: usize,
    count: usize,
}

impl<const N: usize> Default for Ahead<N> {
    fn default() -> Self {
        Ahead { cells: [0; N], at: 0, count: 0 }
    }
}

impl<const N: usize> Ahead<N> {
    /// Puts a cell in; takes out the one put in `N` cells ago, if there was one.
    #[inline(always)]
    fn put(&mut self, incoming: usize) -> Option<usize> {
        let outgoing = std::mem::replace(&mut self.cells[self.at], incoming);
        self.at = (self.at + 1) % N;
        if self.count == N {
            return Some(outgoing);
        }
        self.count += 1;
        None
    }

    /// Takes the oldest one out.
    #[inline(always)]
    fn take(&mut self) -> Option<usize> {
        self.count = self.count.checked_sub(1)?;
        Some(self.cells[(self.at + N - 1 - self.count) % N])
    }
}

/// A stack of cells. What was pushed last lies in a small array, indexed by a byte, so that most pushes and pops are a few instructions.
pub(crate) struct Gray {
    near: Box<[usize; NEAR]>,
    /// How many there are in it.
    count: u8,
    far: Segments<usize>,
}

/// As many as a byte can tell apart.
const NEAR: usize = 1 << u8::BITS;
/// How many are moved between the array and the rest at once.
const MOVED: usize = NEAR / 2;

impl Default for Gray {
    fn default() -> Self {
        Gray { near: Box::new([0; NEAR]), count: 0, far: Segments::default() }
    }
}

impl Gray {
    #[inline(always)]
    pub(crate) fn push(&mut self, cell: usize) {
        if self.count == u8::MAX {
            self.move_away();
        }
        self.near[usize::from(self.count)] = cell;
        self.count += 1;
    }

    #[inline(always)]
    pub(crate) fn pop(&mut self) -> Option<usize> {
        if self.count == 0 {
            if self.far.is_empty() {
                return None;
            }
            self.move_near();
        }
        self.count -= 1;
        Some(self.near[usize::from(self.count)])
    }

    #[cold]
    #[inline(never)]
    fn move_away(&mut self) {
        self.near[..MOVED].iter().for_each(|&cell| self.far.push(cell));
        self.near.copy_within(MOVED.., 0);
        self.count -= MOVED as u8;
    }

    #[cold]
    #[inline(never)]
    fn move_near(&mut self) {
        let count = self.far.len().min(MOVED);
        for place in self.near[..count].iter_mut().rev() {
            *place = self.far.pop().expect("as many as that");
        }
        self.count = count as u8;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0 && self.far.is_empty()
    }

    /// See [`Segments::drop_a_spare`].
    pub(crate) fn drop_a_spare(&mut self) -> bool {
        self.far.drop_a_spare()
    }
}

/// The gray queue.
#[derive(Default)]
pub(crate) struct Marker {
    pub(crate) gray: Gray,
    /// Between `gray` and being traced, their memory asked for.
    ahead: Ahead<PREFETCH>,
    /// Coroutines, their stacks asked for.
    threads_ahead: Ahead<THREADS_AHEAD>,
    pub(crate) work: Segments<Work>,
    /// What weak loads shade: they have the heap by shared reference.
    pub(crate) inbox: RefCell<Segments<usize>>,
    /// Copies of parts of stacks that had to be scanned at once.
    copies: Vec<Vec<RawValue>>,
    /// The numbers of copies that are scanned, whose memory serves again.
    free_copies: Vec<usize>,
    /// How many copies were wanted at once in this cycle.
    copies_wanted: usize,
    /// How many cells were marked in this cycle.
    pub(crate) marked: u64,
}

impl Marker {
    /// Marks what a value refers to.
    #[inline(always)]
    pub(crate) fn mark_value(&mut self, value: RawValue) {
        if let Some(cell) = value.heap_addr() {
            // SAFETY: a value refers to a live cell.
            if unsafe { set_mark(cell) } {
                self.marked += 1;
                if !value.is_string() {
                    self.gray.push(cell);
                }
            }
        }
    }

    /// Marks a cell that is not a storage block.
    #[inline(always)]
    pub(crate) fn mark_cell(&mut self, cell: usize) {
        // SAFETY: callers pass live cells.
        if unsafe { set_mark(cell) } {
            self.marked += 1;
            self.gray.push(cell);
        }
    }

    /// Marks a cell that holds no references.
    #[inline(always)]
    pub(crate) fn mark_leaf(&mut self, cell: usize) {
        // SAFETY: callers pass live cells.
        if unsafe { set_mark(cell) } {
            self.marked += 1;
        }
    }

    /// Marks a block of values. Those at the start of a 64 KiB block, huge ones among them, are queued as `Work`, where they are found again when
    /// they are moved.
    #[inline(always)]
    pub(crate) fn mark_storage(&mut self, cell: usize) {
        // SAFETY: callers pass live cells.
        if unsafe { set_mark(cell) } {
            self.marked += 1;
            if cell.is_multiple_of(BLOCK_SIZE) {
                self.work.push(Work::Values { cell, next: 0 });
            } else {
                self.gray.push(cell);
            }
        }
    }

    /// Copies values and queues the copy.
    pub(crate) fn queue_copy(&mut self, values: &[RawValue]) {
        let number = self.free_copies.pop().unwrap_or_else(|| {
            self.copies.push(Vec::new());
            self.copies.len() - 1
        });
        self.copies_wanted = self.copies_wanted.max(self.copies.len() - self.free_copies.len());
        self.copies[number].extend_from_slice(values);
        self.work.push(Work::Copy { number, next: 0 });
    }

    /// Marks the next values of a copy; how many it was.
    pub(crate) fn trace_copy(&mut self, number: usize, next: usize, count: usize) -> usize {
        let end = self.copies[number].len().min(next + count);
        for index in next..end {
            self.mark_value(self.copies[number][index]);
        }
        if end < self.copies[number].len() {
            self.work.push(Work::Copy { number, next: end });
        } else {
            self.copies[number].clear();
            self.free_copies.push(number);
        }
        end - next
    }

    /// Marking has ended, so that all copies are scanned: gives back the memory of those that this cycle did not need, one per call; whether
    /// there was one. The others serve the next cycle, since touching fresh memory takes longer than copying a stack.
    pub(crate) fn drop_a_copy(&mut self) -> bool {
        if self.copies.len() <= self.copies_wanted {
            self.copies_wanted = 0;
            return false;
        }
        self.copies.pop();
        self.free_copies.clear();
        self.free_copies.extend(0..self.copies.len());
        true
    }

    /// How far a block of values that is traced in pieces has been traced; `None` for one that is not, or whose turn has not come.
    pub(crate) fn cursor_in(&self, block: usize) -> Option<usize> {
        (0..self.work.len()).rev().find_map(|index| match self.work.get(index) {
            Work::Values { cell, next } if cell == block && next > 0 => Some(next),
            _ => None,
        })
    }

    /// The next cell to trace.
    #[inline(always)]
    pub(crate) fn next_cell(&mut self) -> Option<usize> {
        while let Some(cell) = self.gray.pop() {
            prefetch(cell);
            if let Some(ready) = self.ahead.put(cell) {
                return Some(ready);
            }
        }
        self.ahead.take()
    }

    /// The coroutine to scan when the marker has come to this one: one that it came to some time ago.
    pub(crate) fn thread_after(&mut self, thread: *const Thread) -> Option<usize> {
        // SAFETY: a live coroutine.
        let (stack, frames) = unsafe { ((*thread).stack, (*thread).frames.as_ptr()) };
        prefetch(stack as usize);
        prefetch(frames as usize);
        self.threads_ahead.put(thread as usize)
    }

    /// The next coroutine to scan, when the marker comes to no other.
    pub(crate) fn next_thread(&mut self) -> Option<usize> {
        self.threads_ahead.take()
    }

    /// Takes over up to `count` cells that weak loads have shaded; how many it was.
    pub(crate) fn take_inbox(&mut self, count: usize) -> usize {
        let inbox = self.inbox.get_mut();
        for taken in 0..count {
            let Some(cell) = inbox.pop() else { return taken };
            self.marked += 1;
            self.gray.push(cell);
        }
        count
    }

    /// Whether nothing is gray.
    pub(crate) fn is_empty(&self) -> bool {
        self.gray.is_empty()
            && self.ahead.count == 0
            && self.threads_ahead.count == 0
            && self.work.is_empty()
            && self.inbox.borrow().is_empty()
    }

    /// A block of values has been moved.
    pub(crate) fn relocate(&mut self, from: usize, to: usize) {
        for index in 0..self.work.len() {
            if let Work::Values { cell, next } = self.work.get(index)
                && cell == from
            {
                self.work.set(index, Work::Values { cell: to, next });
            }
        }
    }
}

/// How values of weak tables are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WeakLoads {
    /// As they are.
    Plain,
    /// Shading them: marking is under way.
    Shade,
    /// Those not marked are dead and read as nil.
    Filter,
}

impl Heap {
    /// Shades a cell: the cold half of the barriers.
    #[cold]
    #[inline(never)]
    pub(crate) fn shade(&mut self, cell: usize) {
        // Most have been marked before: then the cell itself is not touched.
        // SAFETY: barriers are called with cells that are still live.
        if unsafe { is_marked(cell) } {
            return;
        }
        // SAFETY: as above.
        let kind = unsafe { kind_of(cell) };
        match kind.contents() {
            Contents::Leaf => self.marker.mark_leaf(cell),
            Contents::References if kind == Kind::Values => self.marker.mark_storage(cell),
            Contents::References | Contents::Payload => self.marker.mark_cell(cell),
        }
    }

    /// A value loaded from a weak slot (not a key): shaded while marking; nil when marking has ended without reaching it.
    #[inline]
    pub fn weak_load(&self, value: RawValue) -> RawValue {
        match self.cycle.weak_loads {
            WeakLoads::Plain => value,
            WeakLoads::Shade => {
                if let Some(cell) = value.heap_addr()
                    // SAFETY: marking has not ended, so that the entry's cell is not swept.
                    && unsafe { set_mark(cell) }
                {
                    self.marker.inbox.borrow_mut().push(cell);
                }
                value
            }
            WeakLoads::Filter => {
                if self.is_dead(value, IsKey(false)) {
                    RawValue::NIL
                } else {
                    value
                }
            }
        }
    }

    /// Whether marking has ended without reaching a value held by a weak table as a key or a value. Strings are never dead: asking marks them.
    /// A userdata that waits for its finalizer is dead as a value, not as a key.
    pub(crate) fn is_dead(&self, value: RawValue, is_key: IsKey) -> bool {
        let Some(cell) = value.heap_addr() else { return false };
        // SAFETY: until weak tables are cleared, nothing is swept.
        unsafe {
            if value.is_string() {
                set_mark(cell);
                return false;
            }
            !is_marked(cell)
                || !is_key.0
                    && value.as_userdata().is_some_and(|u| (*u.as_ptr()).header.flags & FINALIZED != 0)
        }
    }

    /// Has a table that becomes weak while marking keep its entries until the cycle ends.
    pub fn keep_strong(&mut self, table: Gc<crate::table::Table>) {
        if self.marking {
            self.cycle.kept_strong.insert(table.addr());
        }
    }
}
