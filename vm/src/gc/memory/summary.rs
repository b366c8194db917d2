//! Which blocks hold nothing that is marked, and which nothing else: asked when dead strings are unlinked, which comes to them in the order of their hashes.
//!
//! Their marks lie all over the bitmaps then, and each costs a cache miss, where a script that makes strings all the time has filled whole blocks with dead ones
//! and others with new ones. So each arena's bitmaps are looked through once, in order, and what most blocks come to is remembered in a few kilobytes.
//!
//! A summary is good for one phase. What is marked meanwhile is made known to it ([`Summary::forget`]), and so are blocks that come into use, since a script goes on making
//! strings. New cells are born marked, so that a block of marked ones stays one.

use super::super::block::*;
use super::Memory;

/// The most arenas that are remembered: 16 GiB in a row. Of two that fall on the same place one is not.
const MOST_PLACES: usize = 4096;

/// What is known of an arena's blocks, by their numbers.
#[derive(Clone, Copy, Default)]
struct Place {
    /// The address of the arena, zero for none.
    arena: usize,
    /// Whether all cells of a block are alike.
    known: u64,
    /// Whether these are marked.
    marked: u64,
}

/// What is known of the blocks of arenas.
pub(crate) struct Summary {
    places: Vec<Place>,
    /// Arenas before this one in the heap's list are still to be looked through.
    arenas_left: usize,
    /// Blocks in use, and of how many it is known.
    blocks: u32,
    blocks_known: u32,
    /// Whether little is left to be looked up.
    pub(crate) knows_most: bool,
}

impl Default for Summary {
    fn default() -> Self {
        Summary {
            places: vec![Place::default()],
            arenas_left: 0,
            blocks: 0,
            blocks_known: 0,
            knows_most: false,
        }
    }
}

impl Summary {
    #[inline(always)]
    fn place_of(&self, arena: usize) -> usize {
        // A power of two of places: arenas in a row have places in a row.
        (arena / ARENA_SIZE) & (self.places.len() - 1)
    }

    /// Whether a cell is marked, where its block says so.
    #[inline(always)]
    pub(crate) fn is_marked(&self, cell: usize) -> Option<bool> {
        let (known, marked) = self.look_up(cell);
        known.then_some(marked)
    }

    /// `is_marked` without a branch: whether it is known, and if so whether the cell is marked.
    #[inline(always)]
    pub(crate) fn look_up(&self, cell: usize) -> (bool, bool) {
        let place = &self.places[self.place_of(cell)];
        let block = cell / BLOCK_SIZE % 64;
        let is_known = (place.arena == cell & !(ARENA_SIZE - 1)) & (place.known >> block & 1 != 0);
        (is_known, is_known & (place.marked >> block & 1 != 0))
    }

    /// A cell is being marked.
    #[inline]
    pub(super) fn forget(&mut self, cell: usize) {
        let at = self.place_of(cell);
        let place = &mut self.places[at];
        if place.arena == cell & !(ARENA_SIZE - 1) {
            // Where all are marked, that stays true.
            place.known &= place.marked | !(1 << (cell / BLOCK_SIZE % 64));
        }
    }

    /// A block comes into use, in which cells are born marked.
    pub(super) fn note_fresh(&mut self, base: usize) {
        let (at, arena) = (self.place_of(base), base & !(ARENA_SIZE - 1));
        let place = &mut self.places[at];
        if place.arena == 0 {
            *place = Place { arena, ..Place::default() };
        }
        if place.arena == arena {
            let block = 1 << (base / BLOCK_SIZE % 64);
            place.known |= block;
            place.marked |= block;
        }
    }
}

impl Memory {
    /// Begins a summary of marks; without one, nothing is known.
    pub(crate) fn begin_summary(&mut self, is_wanted: bool) {
        let arenas = if is_wanted { self.arenas.len() } else { 0 };
        let places = (2 * arenas).next_power_of_two().min(MOST_PLACES);
        self.summary.places.clear();
        self.summary.places.resize(places, Place::default());
        self.summary.arenas_left = arenas;
        (self.summary.blocks, self.summary.blocks_known, self.summary.knows_most) = (0, 0, false);
    }

    /// Adds an arena's blocks; whether there was one left. Arenas come at the end of the list, and one that goes leaves its place to the last, so that going
    /// backwards none is left out that may hold what the summary is for.
    pub(crate) fn summarise_next(&mut self) -> bool {
        let summary = &mut self.summary;
        summary.arenas_left = summary.arenas_left.min(self.arenas.len());
        if summary.arenas_left == 0 {
            return false;
        }
        summary.arenas_left -= 1;
        let (arena, free) = (self.arenas[summary.arenas_left], self.free[summary.arenas_left]);
        let mut found = Place { arena, ..Place::default() };
        for block in (1..64).filter(|block| free >> block & 1 == 0) {
            // SAFETY: a block in use, of an arena of the heap.
            let (marks, allocated) = unsafe { bitmaps(arena + block * BLOCK_SIZE) };
            let any = marks.iter().fold(0, |any, word| any | word);
            let unmarked =
                marks.iter().zip(allocated).fold(0, |rest, (marks, cells)| rest | *cells & !*marks);
            found.known |= u64::from(any == 0 || unmarked == 0) << block;
            found.marked |= u64::from(any != 0) << block;
        }
        let at = summary.place_of(arena);
        summary.places[at] = found;
        summary.blocks += (!free).count_ones() - 1;
        summary.blocks_known += found.known.count_ones();
        // Where that is not so, marks are asked for ahead of their use.
        summary.knows_most = summary.blocks_known >= summary.blocks / 16 * 15;
        true
    }

    /// Marks a cell that a reader of the summary may come to.
    #[inline]
    pub(crate) fn mark_noted(&mut self, cell: usize) {
        // SAFETY: the caller's cell is one of this heap's.
        if unsafe { set_mark(cell) } {
            self.summary.forget(cell);
        }
    }
}
