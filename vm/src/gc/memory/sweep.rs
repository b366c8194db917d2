//! The collector's side: what changes when marking and sweeping begin, and the sweep of one block.

use super::super::block::*;
use super::super::classes::{POOLS, has_leaves, has_payloads};
use super::super::kind::Header;
use super::{Birth, DROP_QUEUED, Memory, POISON, Swept};

/// How far a block has been swept.
#[derive(Clone, Copy)]
pub(super) struct Partial {
    pub(super) id: u32,
    /// The next word of the bitmaps.
    word: usize,
    /// Cells kept so far.
    kept: usize,
}

/// Words of the bitmaps swept in one piece where dead cells must be looked at.
const SWEPT_WORDS: usize = 4;
/// Large objects that are alive swept in one go: as many as take about as long as a block.
pub(crate) const LARGE_IN_A_ROW: usize = 8;

impl Memory {
    /// From now on cells are born black: what is left of the spans is marked. How many words of bitmaps that are.
    pub(crate) fn begin_marking(&mut self) -> u64 {
        self.birth = Birth::Black;
        let mut words = 0;
        for span in &self.spans {
            if span.cursor != span.end {
                // SAFETY: a span lies in one block.
                unsafe { mark_range(span.cursor, span.end) };
                words += 1 + (span.end - span.cursor) / (GRANULE * 64);
            }
        }
        words as u64
    }

    /// From now on blocks wait to be swept: spans and lists of free cells are dropped.
    pub(crate) fn begin_sweep(&mut self) {
        self.birth = Birth::White;
        self.live_leaves = 0;
        for number in 0..POOLS {
            let span = &mut self.spans[number];
            if span.cursor != span.end {
                // SAFETY: a span lies in one block; nothing was put there.
                unsafe { clear_range(span.cursor, span.end) };
            }
            self.used -= span.end - span.cursor;
            span.end = span.cursor;
            let pool = &mut self.pools[number];
            // The cells on the list are dead like any other now.
            self.used += pool.returned_count * span.cell_size;
            pool.returned = 0;
            pool.returned_count = 0;
            // The longest list becomes the new one, so that little is copied, however many blocks there are.
            if pool.unswept.is_empty() {
                std::mem::swap(&mut pool.unswept, &mut pool.full);
            }
            pool.unswept.append(&mut pool.full);
            pool.unswept.append(&mut pool.holed);
            pool.unswept.extend(pool.current.take().map(|(id, _)| id));
            self.sweep_pools.push(number);
        }
        self.sweep_number += 1;
        std::mem::swap(&mut self.large_unswept, &mut self.large);
    }

    /// Sweeps one block, or a piece of one whose dead cells must be looked at; `None` when all are swept. Says of a large cell that is dead before it is freed.
    pub(crate) fn sweep_next(
        &mut self,
        drops: &mut impl FnMut(usize),
        large: impl FnOnce(usize),
    ) -> Option<Swept> {
        if self.partial.is_some() {
            return Some(self.sweep_piece(drops));
        }
        while let Some(&pool) = self.sweep_pools.last() {
            if let Some(id) = self.pools[pool].unswept.pop() {
                self.partial = Some(Partial { id, word: 0, kept: 0 });
                return Some(self.sweep_piece(drops));
            }
            self.sweep_pools.pop();
        }
        self.sweep_large(large)
    }

    /// Sweeps large objects, up to one that is dead; `None` when there are none left.
    fn sweep_large(&mut self, large: impl FnOnce(usize)) -> Option<Swept> {
        let mut swept = Swept::default();
        for looked_at in 0..LARGE_IN_A_ROW {
            let Some(id) = self.large_unswept.pop() else { return (looked_at > 0).then_some(swept) };
            swept.steps += 1;
            let block = &mut self.blocks[id as usize];
            let (base, size) = (block.base, block.counted);
            // SAFETY: a large object's only cell.
            if !unsafe { is_marked(base) } {
                swept.freed = size;
                large(base);
                self.free_large(id);
                break;
            }
            // SAFETY: as above.
            unsafe { clear_mark(base) };
            block.swept = self.sweep_number;
            swept.kept += size;
            self.large.push(id);
        }
        Some(swept)
    }

    /// Sweeps a whole block.
    pub(super) fn sweep_cells(&mut self, id: u32, drops: &mut impl FnMut(usize)) {
        self.sweep_words(Partial { id, word: 0, kept: 0 }, BLOCK_WORDS, drops);
    }

    /// Sweeps the next piece of the block at hand.
    pub(super) fn sweep_piece(&mut self, drops: &mut impl FnMut(usize)) -> Swept {
        let partial = self.partial.take().expect("a block is at hand");
        let pool = usize::from(self.blocks[partial.id as usize].pool);
        let words = if has_payloads(pool) { SWEPT_WORDS } else { BLOCK_WORDS };
        let (rest, swept) = self.sweep_words(partial, words, drops);
        self.partial = rest;
        swept
    }

    /// Sweeps so many words of a block; what is left to do.
    fn sweep_words(
        &mut self,
        Partial { id, word: from, kept: kept_before }: Partial,
        words: usize,
        drops: &mut impl FnMut(usize),
    ) -> (Option<Partial>, Swept) {
        let block = &self.blocks[id as usize];
        let (base, size, pool, capacity) =
            (block.base, block.cell_size, usize::from(block.pool), block.capacity());
        let to = BLOCK_WORDS.min(from + words);
        // SAFETY: the bitmaps of a block in use; nothing else touches them before this function ends.
        let (marks, allocated) = unsafe { bitmaps(base) };
        let (mut kept, mut freed, mut alive) = (0, 0, 0);
        for word in from..to {
            let (marks, allocated) = (&mut marks[word], &mut allocated[word]);
            let mut dead = *allocated & !*marks;
            let mut stay = 0;
            if dead != 0 && (self.poison || has_payloads(pool)) {
                while dead != 0 {
                    let cell = base + (word * 64 + dead.trailing_zeros() as usize) * GRANULE;
                    // SAFETY: a dead cell.
                    match unsafe { bury(cell, size, has_payloads(pool), self.poison, drops) } {
                        Buried::Free => {}
                        Buried::FromQuarantine => self.quarantined = self.quarantined.saturating_sub(size),
                        Buried::Quarantined => {
                            self.quarantined += size;
                            stay |= dead & dead.wrapping_neg();
                        }
                        Buried::Queued => stay |= dead & dead.wrapping_neg(),
                    }
                    dead &= dead - 1;
                }
            }
            alive += (*allocated & *marks).count_ones() as usize;
            freed += (*allocated & !*marks & !stay).count_ones() as usize;
            *allocated &= *marks | stay;
            *marks = 0;
            kept += allocated.count_ones() as usize;
        }
        self.used -= freed * size;
        self.live_leaves += if has_leaves(pool) { alive } else { 0 };
        let swept = Swept { freed: freed * size, kept: kept * size, steps: 1 };
        kept += kept_before;
        if to < BLOCK_WORDS {
            return (Some(Partial { id, word: to, kept }), swept);
        }
        self.blocks[id as usize].swept = self.sweep_number;
        let pool = &mut self.pools[pool];
        if kept == 0 {
            self.note_emptied(base);
            self.free_block(id);
        } else if kept < capacity - capacity / 32 {
            pool.holed.push(id);
        } else {
            pool.full.push(id);
        }
        (None, swept)
    }
}

/// What became of a dead cell.
enum Buried {
    /// Its memory is free.
    Free,
    /// Its memory is free, after a cycle in quarantine.
    FromQuarantine,
    /// Its memory is poisoned and stays in use for now.
    Quarantined,
    /// It waits for its destructor.
    Queued,
}

/// Decides about a dead cell in a pool with payloads, or in any while poisoning.
///
/// # Safety
/// `cell` is a dead cell of `size` bytes: initialised once, or poisoned.
unsafe fn bury(
    cell: usize,
    size: usize,
    payload: bool,
    poison: bool,
    drops: &mut impl FnMut(usize),
) -> Buried {
    let header = cell as *mut Header;
    // SAFETY: the first byte of a dead cell is a kind or the poison (contract).
    unsafe {
        if *(cell as *const u8) == POISON {
            // Without quarantine it is one whose payload has been dropped.
            return if poison { Buried::FromQuarantine } else { Buried::Free };
        }
        if payload {
            if (*header).flags & DROP_QUEUED == 0 {
                (*header).flags |= DROP_QUEUED;
                drops(cell);
            }
            return Buried::Queued;
        }
        if poison {
            std::ptr::write_bytes(cell as *mut u8, POISON, size);
            return Buried::Quarantined;
        }
    }
    Buried::Free
}
