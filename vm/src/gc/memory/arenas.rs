//! Where blocks come from and go: arenas, and the descriptors of blocks.

use super::super::OutOfMemory;
use super::super::block::*;
use super::super::classes::cell_size;
use super::super::pages::Mapped;
use super::Memory;

/// Arenas without a block in use that are kept for reuse.
const SPARE_ARENAS: usize = 4;
/// The next arena is made ready when there are fewer free blocks than this: a megabyte, which a script takes longer to use up than that takes.
const FEW_BLOCKS: usize = 16;
/// A heap of fewer arenas does without: it may never need another, and the memory would be wasted.
const ARENAS_OF_GROWING_HEAP: usize = 4;
/// The free blocks of an arena without a block in use: all but the bitmaps.
const ALL_FREE: u64 = !1;

impl Memory {
    pub(super) fn describe(&mut self, block: Block) -> u32 {
        match self.free_descriptors.pop() {
            Some(id) => {
                self.blocks[id as usize] = block;
                id
            }
            None => {
                self.blocks.push(block);
                (self.blocks.len() - 1) as u32
            }
        }
    }

    pub(super) fn fresh_block(&mut self, pool: usize) -> Result<u32, OutOfMemory> {
        let base = self.take_blocks(1)?;
        self.committed += BLOCK_SIZE;
        let id = self.describe(Block {
            base,
            cell_size: cell_size(pool),
            counted: 0,
            pool: pool as u16,
            swept: self.sweep_number,
            used_for: BlockUse::Cells,
        });
        // SAFETY: the block was just taken from its arena.
        unsafe { (*arena_of(base)).blocks[(base & (ARENA_SIZE - 1)) / BLOCK_SIZE] = id };
        Ok(id)
    }

    /// The first of `count` adjacent free blocks, now taken. Their bitmaps are clear, and have been touched.
    pub(super) fn take_blocks(&mut self, count: usize) -> Result<usize, OutOfMemory> {
        for step in 0..self.arenas.len() {
            let index = (self.arena_hint + step) % self.arenas.len();
            if let Some((block, was_empty)) = take_from(&mut self.free[index], count) {
                let base = self.arenas[index] + block * BLOCK_SIZE;
                self.arena_hint = index;
                self.empty_arenas -= usize::from(was_empty);
                self.free_blocks -= count;
                self.look_ahead();
                // SAFETY: the blocks were just taken.
                unsafe { touch_bitmaps(base, count) };
                return Ok(base);
            }
        }
        let base = self.map_arena()? + BLOCK_SIZE;
        self.free[self.arena_hint] &= !(run_mask(count) << 1);
        self.free_blocks -= count;
        self.empty_arenas -= 1;
        // SAFETY: as above.
        unsafe { touch_bitmaps(base, count) };
        Ok(base)
    }

    /// A new arena, without a block in use.
    fn map_arena(&mut self) -> Result<usize, OutOfMemory> {
        // The bitmaps of one that was used before are clear, since no block of it was in use any more.
        let arena = match self.reuse_arena() {
            Some(arena) => arena,
            None => {
                let region = self.pages.map(ARENA_SIZE, ARENA_SIZE).ok_or(OutOfMemory)?;
                let arena = region.start as *mut Arena;
                // SAFETY: an arena that is this heap's alone. It may have been another's.
                unsafe {
                    (*arena).huge_pages = region.huge_pages;
                    ((*arena).emptied_in, (*arena).emptied) = (0, 0);
                }
                region.start
            }
        };
        // SAFETY: as above.
        unsafe { (*(arena as *mut Arena)).index = self.arenas.len() };
        self.arena_hint = self.arenas.len();
        self.arenas.push(arena);
        self.free.push(ALL_FREE);
        self.free_blocks += ALL_FREE.count_ones() as usize;
        self.empty_arenas += 1;
        self.has_wished = false;
        Ok(arena)
    }

    /// Sees to it that the thread that makes memory ready runs.
    pub(crate) fn meet_releaser(&mut self) {
        self.pages.meet_releaser();
    }

    /// Has the next arena made ready when the last free blocks are being used.
    fn look_ahead(&mut self) {
        if !self.has_wished
            && self.free_blocks < FEW_BLOCKS
            && self.arenas.len() >= ARENAS_OF_GROWING_HEAP
            && self.has_no_idle_arena()
        {
            self.has_wished = true;
            self.pages.wish_for_arena();
        }
    }

    pub(super) fn free_block(&mut self, id: u32) {
        let block = self.blocks[id as usize].clone();
        self.blocks[id as usize].used_for = BlockUse::Free;
        self.free_descriptors.push(id);
        let blocks = match block.used_for {
            BlockUse::Free => unreachable!("a block is freed once"),
            BlockUse::Cells => 1,
            BlockUse::Run { blocks } => blocks as usize,
            BlockUse::Huge { mapped } => {
                self.committed -= block.counted;
                // SAFETY: the region of a huge block that is freed; what follows the bitmaps was used up to its counted size.
                unsafe {
                    let (start, used) = (block.base - BLOCK_SIZE, BLOCK_SIZE + block.counted);
                    self.pages.release(Mapped { start, used, huge_pages: false }, mapped);
                }
                return;
            }
        };
        self.committed -= blocks * BLOCK_SIZE;
        let first = (block.base & (ARENA_SIZE - 1)) / BLOCK_SIZE;
        // SAFETY: the block's arena; no cell of the block is in use.
        let index = unsafe {
            bitmaps(block.base).1.fill(0);
            (*arena_of(block.base)).index
        };
        self.free[index] |= run_mask(blocks) << first;
        self.free_blocks += blocks;
        if self.free[index] == ALL_FREE {
            self.empty_arenas += 1;
            if self.empty_arenas > SPARE_ARENAS {
                self.empty_arenas -= 1;
                self.drop_arena(index);
            }
        }
    }

    /// Takes an arena without a block in use out of the lists.
    fn drop_arena(&mut self, index: usize) {
        let arena = self.arenas.swap_remove(index);
        self.free.swap_remove(index);
        if let Some(&moved) = self.arenas.get(index) {
            // SAFETY: an arena of the heap.
            unsafe { (*(moved as *mut Arena)).index = index };
        }
        self.free_blocks -= ALL_FREE.count_ones() as usize;
        self.retire_arena(arena);
    }

    /// Gives back an arena that is in no list.
    pub(super) fn give_back_arena(&mut self, arena: usize) {
        // SAFETY: no block of the arena is in use, and nothing refers to it.
        unsafe {
            let huge_pages = (*(arena as *const Arena)).huge_pages;
            self.pages.release(Mapped { start: arena, used: ARENA_SIZE, huge_pages }, ARENA_SIZE);
        }
    }
}

fn run_mask(blocks: usize) -> u64 {
    (1 << blocks) - 1
}

/// Takes `count` adjacent blocks of those that are free in an arena; the number of the first, and whether all were free before.
fn take_from(free: &mut u64, count: usize) -> Option<(usize, bool)> {
    let mut starts = *free;
    for step in 1..count {
        starts &= *free >> step;
    }
    if starts == 0 {
        return None;
    }
    let first = starts.trailing_zeros() as usize;
    let was_empty = *free == ALL_FREE;
    *free &= !(run_mask(count) << first);
    Some((first, was_empty))
}
