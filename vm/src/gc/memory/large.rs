//! Large objects: a run of blocks in an arena, or (huge) a region of their own.

use super::super::OutOfMemory;
use super::super::block::*;
use super::super::classes::pool_for;
use super::super::kind::Kind;
use super::super::pages::Mapped;
use super::{Birth, Memory};

/// Larger objects have a region of their own.
const MAX_RUN: usize = 2 * BLOCK_SIZE;
/// So do larger blocks of values that can grow there without being copied: growing one never copies more than this, to pages that nobody may have touched.
const MAX_GROWING_RUN: usize = BLOCK_SIZE;
/// The address space reserved for a huge block of values: as large as the largest table's. Where memory is not mapped, none is reserved.
pub(super) const GROWTH_ROOM: usize = if cfg!(unix) { 1 << 30 } else { 0 };

/// Regions for arrays that outgrow their runs made ready at a time: a dictionary has two blocks that grow at once.
const ROOMS_AHEAD: u32 = 2;

/// What is touched of a region that is made ready for an object that does not grow: zeros all of it.
const TOUCHED_AHEAD: usize = BLOCK_SIZE + 4096;
/// Such regions made ready at a time, at most, since waking the thread takes longer than anything else about them.
const LIKES_AHEAD: u32 = 4;

impl Memory {
    /// A large object's cell, and whether its memory is known to be zero.
    pub(crate) fn alloc_large(&mut self, kind: Kind, size: usize) -> Result<(usize, bool), OutOfMemory> {
        let pool = pool_for(kind.contents(), 16);
        let may_grow = kind == Kind::Values;
        let swept = self.sweep_number;
        let max_run = if may_grow && self.growth_room > MAX_RUN { MAX_GROWING_RUN } else { MAX_RUN };
        let (id, zeroed) = if size <= max_run {
            let blocks = size.div_ceil(BLOCK_SIZE);
            let base = self.take_blocks(blocks)?;
            self.committed += blocks * BLOCK_SIZE;
            if may_grow {
                self.look_ahead_of_growth();
            }
            let used_for = BlockUse::Run { blocks: blocks as u32 };
            let block = Block {
                base,
                cell_size: blocks * BLOCK_SIZE,
                counted: size,
                pool: pool as u16,
                swept,
                used_for,
            };
            (self.describe(block), false)
        } else {
            let room = if may_grow { size.max(self.growth_room) } else { size };
            let counted = size.next_multiple_of(4096);
            let (region, mapped) = self.map_huge(room, counted).or_else(|_| self.map_huge(size, counted))?;
            self.committed += counted;
            if may_grow {
                self.rooms_ahead = self.rooms_ahead.saturating_sub(1);
            } else {
                self.look_ahead_of_the_like(mapped);
            }
            let block = Block {
                base: region.start + BLOCK_SIZE,
                cell_size: counted,
                counted,
                pool: pool as u16,
                swept,
                used_for: BlockUse::Huge { mapped },
            };
            (self.describe(block), region.used <= BLOCK_SIZE || region.used == TOUCHED_AHEAD)
        };
        self.large.push(id);
        let block = &self.blocks[id as usize];
        self.used += block.counted;
        self.acquired += block.counted as u64;
        // SAFETY: the first place of a block that was just made.
        unsafe {
            (*arena_of(block.base)).blocks[(block.base & (ARENA_SIZE - 1)) / BLOCK_SIZE] = id;
            set_allocated(block.base, true);
        }
        let cell = block.base;
        if self.birth == Birth::Black {
            // SAFETY: a cell of this heap.
            unsafe { set_mark(cell) };
        }
        Ok((cell, zeroed))
    }

    /// An array has come near to what a run may hold: has a region made ready that it will be copied to.
    fn look_ahead_of_growth(&mut self) {
        if self.rooms_ahead < ROOMS_AHEAD && self.growth_room > MAX_RUN {
            let mapped = (self.growth_room + BLOCK_SIZE).next_multiple_of(BLOCK_SIZE);
            self.rooms_ahead += 1;
            self.pages.wish_for_regions(1, mapped, BLOCK_SIZE + MAX_GROWING_RUN);
        }
    }

    /// An object that does not grow has got a region of its own. Two of one size are likely to be followed by a third: has regions made ready for more, the more there have been, as far as
    /// their bitmaps and their first page, which in a virtual machine may take most of a millisecond when they are first touched.
    fn look_ahead_of_the_like(&mut self, mapped: usize) {
        if self.last_region != mapped {
            (self.last_region, self.likes, self.likes_ahead) = (mapped, 0, 0);
            return;
        }
        self.likes += 1;
        // Where the thread was late, or another heap has taken it, what was made ready is of no use yet: then there is more of it for a while.
        self.likes_ahead = self.likes_ahead.saturating_sub(1);
        let wanted = self.likes.min(LIKES_AHEAD);
        if self.likes_ahead * 2 < wanted {
            self.pages.wish_for_regions(wanted - self.likes_ahead, mapped, TOUCHED_AHEAD);
            self.likes_ahead = wanted;
        }
    }

    /// A region for an object of so many bytes, of which `counted` come into use at once, and its size.
    fn map_huge(&mut self, size: usize, counted: usize) -> Result<(Mapped, usize), OutOfMemory> {
        let mapped = size.checked_add(BLOCK_SIZE).ok_or(OutOfMemory)?.next_multiple_of(BLOCK_SIZE);
        // One that was used further than that would keep more memory than is counted.
        let region = self.pages.map(mapped, BLOCK_SIZE + counted).ok_or(OutOfMemory)?;
        // It may have been an arena.
        // SAFETY: a region that is this heap's alone, with room for what stands at its start.
        unsafe { (*(region.start as *mut Arena)).emptied = 0 };
        Ok((region, mapped))
    }

    /// Makes a huge object larger without copying; its new address, `None` when that is not possible.
    pub(crate) fn grow_huge(&mut self, cell: usize, size: usize) -> Option<usize> {
        // SAFETY: the caller's cell is one of this heap's.
        let id = unsafe { block_id_of(cell) };
        let block = &self.blocks[id as usize];
        let BlockUse::Huge { mapped } = block.used_for else { return None };
        let counted = size.next_multiple_of(4096);
        let (old_counted, region) = (block.counted, block.base - BLOCK_SIZE);
        if counted <= old_counted {
            return Some(cell);
        }
        let mut base = block.base;
        let mut new_mapped = mapped;
        if counted + BLOCK_SIZE > mapped {
            new_mapped = size.checked_mul(2)?.checked_add(BLOCK_SIZE)?.next_multiple_of(BLOCK_SIZE);
            // SAFETY: the region belongs to this object alone; its bitmaps move along with it.
            base = unsafe { self.pages.remap(region, mapped, new_mapped)? } + BLOCK_SIZE;
        }
        let block = &mut self.blocks[id as usize];
        block.base = base;
        block.cell_size = counted;
        block.counted = counted;
        block.used_for = BlockUse::Huge { mapped: new_mapped };
        self.used += counted - old_counted;
        self.committed += counted - old_counted;
        self.acquired += (counted - old_counted) as u64;
        Some(base)
    }

    pub(super) fn free_large(&mut self, id: u32) {
        let block = &self.blocks[id as usize];
        self.used -= block.counted;
        // SAFETY: a dead large object's only cell.
        unsafe {
            set_allocated(block.base, false);
            clear_mark(block.base);
        }
        self.free_block(id);
    }
}
