//! What the intern table asks about: cells that it refers to and that may have been swept, and arenas that it may refer to and that nobody uses.
//!
//! The table is told of no string's death. Its entries lead to where a string was, and so into mapped memory: an arena without a block in use is kept for the heap's next need, and
//! given back only when the table has been looked through.

use super::super::block::*;
use super::{Birth, Memory};

/// Idle arenas given back in one go.
const GIVEN_BACK: usize = 4;

impl Memory {
    /// The number of the last sweep that a string survives which is made now, or marked.
    #[inline(always)]
    pub(crate) fn survived(&self) -> u32 {
        self.sweep_number + u32::from(self.birth == Birth::Black)
    }

    /// The last sweep that has begun.
    #[inline(always)]
    pub(crate) fn sweep_number(&self) -> u32 {
        self.sweep_number
    }

    /// Whether a cell is there, at an address where one was that survived a sweep with this number. It may be another one by now, not in use yet, or dead and not swept.
    #[inline]
    pub(crate) fn may_be_there(&self, cell: usize, survived: u32) -> bool {
        // SAFETY: the arenas of cells that were are mapped (above), and they start with what describes them.
        unsafe {
            let arena = arena_of(cell);
            let was_emptied =
                (*arena).emptied >> (cell / BLOCK_SIZE % 64) & 1 != 0 && survived < (*arena).emptied_in;
            !was_emptied && is_allocated(cell)
        }
    }

    /// Whether a cell is there and in use, at an address where one was.
    #[inline]
    pub(crate) fn is_there(&self, cell: usize) -> bool {
        // SAFETY: as above; where an allocated bit is set, the block is in use.
        unsafe {
            if !is_allocated(cell) {
                return false;
            }
            let span = &self.spans[usize::from(self.blocks[block_id_of(cell) as usize].pool)];
            cell.wrapping_sub(span.cursor) >= span.end - span.cursor
        }
    }

    /// Has a cell that is there survive the collection under way.
    #[inline]
    pub(crate) fn keep(&mut self, cell: usize) {
        // SAFETY: the caller's cell is one of this heap's.
        unsafe {
            if self.birth == Birth::Black || self.is_unswept(&self.blocks[block_id_of(cell) as usize]) {
                set_mark(cell);
            }
        }
    }

    /// A sweep has found a block without anything alive in it.
    pub(super) fn note_emptied(&mut self, base: usize) {
        // SAFETY: the block's arena.
        unsafe {
            let arena = arena_of(base);
            if (*arena).emptied_in != self.sweep_number {
                (*arena).emptied_in = self.sweep_number;
                (*arena).emptied = 0;
            }
            (*arena).emptied |= 1 << (base / BLOCK_SIZE % 64);
        }
    }

    /// How many arenas there are, idle ones and those about to be given back included.
    #[cfg(test)]
    pub(crate) fn arena_count(&self) -> usize {
        self.arenas.len() + self.idle_arenas.len() + self.leaving_arenas.len()
    }

    /// An arena has no block in use any more, and more than enough others have none either.
    pub(super) fn retire_arena(&mut self, arena: usize) {
        self.idle_arenas.push_back(arena);
    }

    pub(super) fn has_no_idle_arena(&self) -> bool {
        self.idle_arenas.is_empty()
    }

    /// An arena that was retired, in use again.
    pub(super) fn reuse_arena(&mut self) -> Option<usize> {
        let arena = self.idle_arenas.pop_back();
        self.least_idle = self.least_idle.min(self.idle_arenas.len());
        arena
    }

    /// A sweep has ended: chooses the arenas to be given back, which are those that were not needed since the last, and those beyond as many as are in use. Whether there are any.
    pub(crate) fn choose_leaving(&mut self) -> bool {
        let idle = self.idle_arenas.len();
        let count = self.least_idle.min(idle).max(idle.saturating_sub(self.arenas.len()));
        self.leaving_arenas.extend(self.idle_arenas.drain(..count));
        self.least_idle = self.idle_arenas.len();
        !self.leaving_arenas.is_empty()
    }

    /// The intern table refers to none of the chosen arenas: gives some of them back; whether there was one left.
    pub(crate) fn give_back_leaving(&mut self) -> bool {
        for _ in 0..GIVEN_BACK {
            let Some(arena) = self.leaving_arenas.pop() else { return false };
            self.give_back_arena(arena);
        }
        true
    }
}
