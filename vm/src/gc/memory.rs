//! The allocator: spans of free cells, pools of blocks, large objects.
//!
//! Each pool has a **span**: a run of free cells in one block, already counted and recorded as allocated, that the
//! allocator's fast path cuts cells from with one compare and one add. When it is used up, the next span is found: first
//! single cells given back early, then holes of the block at hand, then other blocks with holes, then blocks not yet swept, then a fresh block.
//!
//! Invariants:
//! - The cells of a span have their allocated bits set; while cells of its group are born black ([`Birth::Black`]) also their mark bits.
//! - A block is in exactly one place: a pool's `current`, `holed`, `full` or `unswept` list.
//! - A cell on a pool's `returned` list has its allocated bit set and its second word holds the next such cell.

use super::OutOfMemory;
use super::block::*;
use super::classes::{Group, MAX_CELL, POOLS, cell_size, group_of, has_payloads, pool_for, pools_of};
use super::kind::{Contents, Header, Kind};
use super::pages::{Pages, unmap};

/// Larger objects have a region of their own, so that growing one never copies more than this.
const MAX_RUN: usize = 2 * BLOCK_SIZE;
/// The address space reserved for a huge block of values: as large as the largest table's. Where memory is not mapped, none is reserved.
const GROWTH_ROOM: usize = if cfg!(unix) { 1 << 30 } else { 0 };
/// Arenas without a block in use that are kept for reuse.
const SPARE_ARENAS: usize = 4;
/// The free blocks of an arena without a block in use: all but the bitmaps.
const ALL_FREE: u64 = !1;
/// What freed cells are filled with when poisoning is on; no `Kind` has this number.
pub(crate) const POISON: u8 = 0xDD;
/// Header flag of a cell with a payload that waits for its destructor.
pub(crate) const DROP_QUEUED: u8 = 0x40;

/// The colour new cells get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Birth {
    /// Not marked: no cycle, or sweeping (cells then only come from swept blocks).
    White,
    /// Marked: from Snapshot until cells of the group are swept.
    Black,
}

/// A run of free cells.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    pub(crate) cursor: usize,
    pub(crate) end: usize,
    pub(crate) cell_size: usize,
}

#[derive(Default)]
struct Pool {
    current: Option<(u32, usize)>,
    returned: usize,
    returned_count: usize,
    holed: Vec<u32>,
    full: Vec<u32>,
    unswept: Vec<u32>,
}

/// A heap's memory.
pub(crate) struct Memory {
    /// The spans, by pool.
    pub(crate) spans: [Span; POOLS],
    /// The colour of new cells, by group.
    birth: [Birth; Group::COUNT],
    /// Spans have one cell only, so that every allocation takes the slow path.
    pub(crate) single_cells: bool,
    /// Freed cells are filled with [`POISON`] and not reused for one more cycle.
    pub(crate) poison: bool,
    /// Bytes of poisoned cells that are not reused yet.
    pub(crate) quarantined: usize,
    /// Bytes of cells in use, spans and quarantine included.
    pub(crate) used: usize,
    /// Bytes of blocks and regions in use.
    pub(crate) committed: usize,
    /// Bytes handed to spans and large objects since the start.
    pub(crate) acquired: u64,
    pools: Vec<Pool>,
    blocks: Vec<Block>,
    free_descriptors: Vec<u32>,
    arenas: Vec<usize>,
    /// Of each arena: bit n says that block n is free.
    free: Vec<u64>,
    arena_hint: usize,
    empty_arenas: usize,
    /// By group.
    large: [Vec<u32>; Group::COUNT],
    large_unswept: Vec<u32>,
    /// The pools of the group being swept that have not had their turn.
    sweep_pools: Vec<usize>,
    /// A block that is swept in pieces.
    partial: Option<Partial>,
    /// Counts sweeps, by group.
    sweep_numbers: [u32; Group::COUNT],
    /// The address space reserved for a huge block of values.
    pub(crate) growth_room: usize,
    pages: Pages,
}

/// How far a block has been swept.
#[derive(Clone, Copy)]
struct Partial {
    id: u32,
    /// The next word of the bitmaps.
    word: usize,
    /// Cells kept so far.
    kept: usize,
}

/// Words of the bitmaps swept in one piece where dead cells must be looked at.
const SWEPT_WORDS: usize = 4;

/// What sweeping one block found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Swept {
    /// Bytes of cells freed.
    pub(crate) freed: usize,
    /// Bytes of cells kept.
    pub(crate) kept: usize,
}

impl Memory {
    pub(crate) fn new(seed: u64) -> Memory {
        let mut pool = 0;
        Memory {
            spans: [(); POOLS].map(|()| {
                pool += 1;
                Span { cursor: 0, end: 0, cell_size: cell_size(pool - 1) }
            }),
            birth: [Birth::White; Group::COUNT],
            single_cells: false,
            poison: false,
            quarantined: 0,
            used: 0,
            committed: 0,
            acquired: 0,
            pools: (0..POOLS).map(|_| Pool::default()).collect(),
            blocks: Vec::new(),
            free_descriptors: Vec::new(),
            arenas: Vec::new(),
            free: Vec::new(),
            arena_hint: 0,
            empty_arenas: 0,
            large: Default::default(),
            large_unswept: Vec::new(),
            sweep_pools: Vec::new(),
            partial: None,
            sweep_numbers: [0; Group::COUNT],
            growth_room: GROWTH_ROOM,
            pages: Pages::new(seed),
        }
    }

    // ---- allocation ------------------------------------------------------------------------------------

    /// A cell from a pool whose span is used up, if one is found soon: given back early, or in a hole of the block at hand.
    pub(crate) fn refill_at_hand(&mut self, pool: usize) -> Option<usize> {
        self.take_returned(pool).or_else(|| self.next_span(pool).then(|| self.cut(pool)))
    }

    /// The first cell of a fresh span.
    fn cut(&mut self, pool: usize) -> usize {
        let span = &mut self.spans[pool];
        let cell = span.cursor;
        span.cursor += span.cell_size;
        cell
    }

    /// A cell from a pool whose span is used up; `None` when a fresh block is needed and `may_grow` says no. Sweeping a block
    /// on the way appends cells whose payloads are to be dropped to `drops`.
    pub(crate) fn refill(
        &mut self,
        pool: usize,
        may_grow: bool,
        drops: &mut impl FnMut(usize),
    ) -> Result<Option<usize>, OutOfMemory> {
        // Sweeping finds room soon if there is much; if not, a fresh block is the shorter way.
        let mut sweeps_left = match may_grow {
            // Dead cells with payloads are looked at one by one.
            true if has_payloads(pool) => 1,
            true => 8,
            false => usize::MAX,
        };
        loop {
            if self.next_span(pool) {
                return Ok(Some(self.cut(pool)));
            }
            if let Some(id) = self.pools[pool].holed.pop() {
                self.pools[pool].current = Some((id, 0));
            } else if sweeps_left > 0
                && let Some(id) = self.pools[pool].unswept.pop()
            {
                sweeps_left -= 1;
                self.sweep_cells(id, drops);
            } else if !may_grow && self.partial.is_some() {
                while self.partial.is_some() {
                    self.sweep_piece(drops);
                }
            } else if may_grow {
                let id = self.fresh_block(pool)?;
                self.pools[pool].current = Some((id, 0));
            } else {
                return Ok(None);
            }
        }
    }

    fn take_returned(&mut self, pool: usize) -> Option<usize> {
        let cell = self.pools[pool].returned;
        if cell == 0 {
            return None;
        }
        let size = cell_size(pool);
        // SAFETY: a cell on the list is free memory of its block, its second word the link (invariant).
        unsafe {
            self.pools[pool].returned = *(cell as *const usize).add(1);
            self.pools[pool].returned_count -= 1;
            if self.is_born_black(pool) {
                set_mark(cell);
            }
        }
        self.used += size;
        self.acquired += size as u64;
        Some(cell)
    }

    /// Makes the next hole of the pool's current block its span.
    fn next_span(&mut self, pool: usize) -> bool {
        let Some((id, start)) = self.pools[pool].current else { return false };
        let block = &self.blocks[id as usize];
        let (base, size, count) = (block.base, block.cell_size, block.capacity());
        let is_born_black = self.is_born_black(pool);
        let mut first = start;
        // SAFETY: all addresses are places for cells of this block.
        unsafe {
            while first < count && is_allocated(base + first * size) {
                first += 1;
            }
            if first == count {
                self.pools[pool].current = None;
                self.pools[pool].full.push(id);
                return false;
            }
            let mut end = first;
            while end < count && !is_allocated(base + end * size) {
                set_allocated(base + end * size, true);
                if is_born_black {
                    set_mark(base + end * size);
                }
                end += 1;
                if self.single_cells {
                    break;
                }
            }
            self.pools[pool].current = Some((id, end));
            self.spans[pool].cursor = base + first * size;
            self.spans[pool].end = base + end * size;
            self.used += (end - first) * size;
            self.acquired += ((end - first) * size) as u64;
        }
        true
    }

    /// Bytes of blocks that a cell of this size would need if no hole can be found.
    pub(crate) fn growth_for(size: usize) -> usize {
        if size <= MAX_CELL { BLOCK_SIZE } else { size.next_multiple_of(BLOCK_SIZE) }
    }

    /// A large object's cell, and whether its memory is known to be zero.
    pub(crate) fn alloc_large(
        &mut self,
        contents: Contents,
        size: usize,
    ) -> Result<(usize, bool), OutOfMemory> {
        let pool = pool_for(contents, 16);
        let swept = self.sweep_numbers[group_of(pool) as usize];
        let (id, zeroed) = if size <= MAX_RUN {
            let blocks = size.div_ceil(BLOCK_SIZE);
            let base = self.take_blocks(blocks)?;
            self.committed += blocks * BLOCK_SIZE;
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
            let room = if contents == Contents::References { size.max(self.growth_room) } else { size };
            let (region, mapped) = self.map_huge(room).or_else(|_| self.map_huge(size))?;
            let counted = size.next_multiple_of(4096);
            self.committed += counted;
            let block = Block {
                base: region + BLOCK_SIZE,
                cell_size: counted,
                counted,
                pool: pool as u16,
                swept,
                used_for: BlockUse::Huge { mapped },
            };
            (self.describe(block), true)
        };
        self.large[group_of(pool) as usize].push(id);
        let block = &self.blocks[id as usize];
        self.used += block.counted;
        self.acquired += block.counted as u64;
        // SAFETY: the first place of a block that was just made.
        unsafe {
            (*arena_of(block.base)).blocks[(block.base & (ARENA_SIZE - 1)) / BLOCK_SIZE] = id;
            set_allocated(block.base, true);
            if self.is_born_black(pool) {
                set_mark(block.base);
            }
        }
        Ok((block.base, zeroed))
    }

    fn is_born_black(&self, pool: usize) -> bool {
        self.birth[group_of(pool) as usize] == Birth::Black
    }

    fn map_huge(&mut self, size: usize) -> Result<(usize, usize), OutOfMemory> {
        let mapped = size.checked_add(BLOCK_SIZE).ok_or(OutOfMemory)?.next_multiple_of(BLOCK_SIZE);
        let region = self.pages.map(mapped).ok_or(OutOfMemory)?;
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

    /// The room of a cell in bytes.
    pub(crate) fn room(&self, cell: usize) -> usize {
        // SAFETY: the caller's cell is one of this heap's.
        self.blocks[unsafe { block_id_of(cell) } as usize].cell_size
    }

    /// Whether a cell is a huge object.
    pub(crate) fn is_huge(&self, cell: usize) -> bool {
        // SAFETY: the caller's cell is one of this heap's.
        matches!(self.blocks[unsafe { block_id_of(cell) } as usize].used_for, BlockUse::Huge { .. })
    }

    // ---- blocks ----------------------------------------------------------------------------------------

    fn describe(&mut self, block: Block) -> u32 {
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

    fn fresh_block(&mut self, pool: usize) -> Result<u32, OutOfMemory> {
        let base = self.take_blocks(1)?;
        self.committed += BLOCK_SIZE;
        let id = self.describe(Block {
            base,
            cell_size: cell_size(pool),
            counted: 0,
            pool: pool as u16,
            swept: self.sweep_numbers[group_of(pool) as usize],
            used_for: BlockUse::Cells,
        });
        // SAFETY: the block was just taken from its arena.
        unsafe { (*arena_of(base)).blocks[(base & (ARENA_SIZE - 1)) / BLOCK_SIZE] = id };
        Ok(id)
    }

    /// The first of `count` adjacent free blocks, now taken. Their bitmaps are clear.
    fn take_blocks(&mut self, count: usize) -> Result<usize, OutOfMemory> {
        for step in 0..self.arenas.len() {
            let index = (self.arena_hint + step) % self.arenas.len();
            if let Some((block, was_empty)) = take_from(&mut self.free[index], count) {
                let base = self.arenas[index] + block * BLOCK_SIZE;
                self.arena_hint = index;
                self.empty_arenas -= usize::from(was_empty);
                return Ok(base);
            }
        }
        let arena = self.pages.map(ARENA_SIZE).ok_or(OutOfMemory)?;
        let index = self.arenas.len();
        // SAFETY: a fresh arena.
        unsafe {
            touch_bitmaps(arena);
            (*(arena as *mut Arena)).index = index;
        }
        self.arenas.push(arena);
        self.free.push(ALL_FREE & !(run_mask(count) << 1));
        self.arena_hint = index;
        Ok(arena + BLOCK_SIZE)
    }

    fn free_block(&mut self, id: u32) {
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
                    self.pages.release(block.base - BLOCK_SIZE, mapped, BLOCK_SIZE + block.counted);
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
        if self.free[index] == ALL_FREE {
            self.empty_arenas += 1;
            if self.empty_arenas > SPARE_ARENAS {
                self.empty_arenas -= 1;
                self.drop_arena(index);
            }
        }
    }

    /// Gives up an arena without a block in use.
    fn drop_arena(&mut self, index: usize) {
        let arena = self.arenas.swap_remove(index);
        self.free.swap_remove(index);
        if let Some(&moved) = self.arenas.get(index) {
            // SAFETY: an arena of the heap.
            unsafe { (*(moved as *mut Arena)).index = index };
        }
        // SAFETY: no block of the arena is in use, and the heap has forgotten it.
        unsafe { self.pages.release(arena, ARENA_SIZE, ARENA_SIZE) };
    }

    // ---- early frees -----------------------------------------------------------------------------------

    /// Whether a block waits to be swept.
    fn is_unswept(&self, block: &Block) -> bool {
        block.swept != self.sweep_numbers[group_of(usize::from(block.pool)) as usize]
    }

    /// Frees a cell without a payload before any sweep finds it.
    pub(crate) fn free_early(&mut self, cell: usize) {
        // SAFETY: the caller's cell is one of this heap's and dead. Without its mark the sweep will free it, if it comes first.
        let id = unsafe {
            clear_mark(cell);
            block_id_of(cell)
        };
        let block = &self.blocks[id as usize];
        if self.is_unswept(block) {
            return;
        }
        match block.used_for {
            BlockUse::Free => unreachable!("a cell's block is in use"),
            BlockUse::Cells => {
                if self.poison {
                    // The sweep frees it, poisoned.
                    return;
                }
                let pool = usize::from(block.pool);
                self.put_returned(pool, cell);
            }
            BlockUse::Run { .. } | BlockUse::Huge { .. } => {
                let large = &mut self.large[group_of(usize::from(block.pool)) as usize];
                if let Some(at) = large.iter().rposition(|&other| other == id) {
                    large.swap_remove(at);
                    self.free_large(id);
                }
            }
        }
    }

    fn free_large(&mut self, id: u32) {
        let block = &self.blocks[id as usize];
        self.used -= block.counted;
        // SAFETY: a dead large object's only cell.
        unsafe {
            set_allocated(block.base, false);
            clear_mark(block.base);
        }
        self.free_block(id);
    }

    /// Puts a cell whose payload was dropped at its pool's disposal.
    pub(crate) fn free_dropped(&mut self, cell: usize) {
        // SAFETY: the caller's cell is one of this heap's and dead.
        let block = &self.blocks[unsafe { block_id_of(cell) } as usize];
        let (pool, size) = (usize::from(block.pool), block.cell_size);
        let left_to_sweep = self.poison || self.is_unswept(block);
        // SAFETY: the cell is dead. With the poison in front the next sweep does not take it for a payload.
        unsafe {
            std::ptr::write_bytes(cell as *mut u8, POISON, if self.poison { size } else { 1 });
        }
        if self.poison {
            self.quarantined += size;
        }
        if !left_to_sweep {
            self.put_returned(pool, cell);
        }
    }

    fn put_returned(&mut self, pool: usize, cell: usize) {
        self.used -= cell_size(pool);
        // SAFETY: the cell is dead, so that its memory may hold the link.
        unsafe { *(cell as *mut usize).add(1) = self.pools[pool].returned };
        self.pools[pool].returned = cell;
        self.pools[pool].returned_count += 1;
    }

    // ---- the collector's side --------------------------------------------------------------------------

    /// From now on cells are born black: what is left of the spans is marked.
    pub(crate) fn begin_marking(&mut self) {
        self.birth = [Birth::Black; Group::COUNT];
        for span in &self.spans {
            if span.cursor != span.end {
                // SAFETY: a span lies in one block.
                unsafe { mark_range(span.cursor, span.end) };
            }
        }
    }

    /// From now on the blocks of a group wait to be swept: its spans and lists of free cells are dropped.
    pub(crate) fn begin_sweep(&mut self, group: Group) {
        self.birth[group as usize] = Birth::White;
        for number in pools_of(group) {
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
            pool.unswept.append(&mut pool.full);
            pool.unswept.append(&mut pool.holed);
            pool.unswept.extend(pool.current.take().map(|(id, _)| id));
            self.sweep_pools.push(number);
        }
        self.sweep_numbers[group as usize] += 1;
        self.large_unswept.append(&mut self.large[group as usize]);
    }

    /// Sweeps one block, or a piece of one whose dead cells must be looked at; `None` when all are swept.
    pub(crate) fn sweep_next(&mut self, drops: &mut impl FnMut(usize)) -> Option<Swept> {
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
        let id = self.large_unswept.pop()?;
        let base = self.blocks[id as usize].base;
        let size = self.blocks[id as usize].counted;
        // SAFETY: a large object's only cell.
        if unsafe { is_marked(base) } {
            // SAFETY: as above.
            unsafe { clear_mark(base) };
            let group = group_of(usize::from(self.blocks[id as usize].pool)) as usize;
            self.blocks[id as usize].swept = self.sweep_numbers[group];
            self.large[group].push(id);
            Some(Swept { freed: 0, kept: size })
        } else {
            self.free_large(id);
            Some(Swept { freed: size, kept: 0 })
        }
    }

    /// Sweeps a whole block.
    fn sweep_cells(&mut self, id: u32, drops: &mut impl FnMut(usize)) {
        self.sweep_words(Partial { id, word: 0, kept: 0 }, BLOCK_WORDS, drops);
    }

    /// Sweeps the next piece of the block at hand.
    fn sweep_piece(&mut self, drops: &mut impl FnMut(usize)) -> Swept {
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
        let (mut kept, mut freed) = (0, 0);
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
            freed += (*allocated & !*marks & !stay).count_ones() as usize;
            *allocated &= *marks | stay;
            *marks = 0;
            kept += allocated.count_ones() as usize;
        }
        self.used -= freed * size;
        let swept = Swept { freed: freed * size, kept: kept * size };
        kept += kept_before;
        if to < BLOCK_WORDS {
            return (Some(Partial { id, word: to, kept }), swept);
        }
        self.blocks[id as usize].swept = self.sweep_numbers[group_of(pool) as usize];
        let pool = &mut self.pools[pool];
        if kept == 0 {
            self.free_block(id);
        } else if kept < capacity - capacity / 32 {
            pool.holed.push(id);
        } else {
            pool.full.push(id);
        }
        (None, swept)
    }

    /// Every cell whose payload has not been dropped: for the end of the heap.
    pub(crate) fn payload_cells(&self) -> Vec<usize> {
        let unused: Vec<_> = self
            .spans
            .iter()
            .enumerate()
            .filter(|&(pool, span)| has_payloads(pool) && span.cursor < span.end)
            .map(|(_, span)| span.cursor..span.end)
            .collect();
        let blocks = self.blocks.iter().filter(|block| has_payloads(usize::from(block.pool)));
        blocks
            .flat_map(|block| (0..block.capacity()).map(|index| block.base + index * block.cell_size))
            // SAFETY: places for cells; a dropped one is poisoned.
            .filter(|cell| unsafe { is_allocated(*cell) && *(*cell as *const u8) != POISON })
            .filter(|cell| !unused.iter().any(|span| span.contains(cell)))
            .collect()
    }

    fn returned_cells(&self, pool: usize) -> impl Iterator<Item = usize> {
        // SAFETY: cells of the list hold the link (invariant).
        std::iter::successors(Some(self.pools[pool].returned), |&cell| unsafe {
            (cell != 0).then(|| *(cell as *const usize).add(1))
        })
        .filter(|&cell| cell != 0)
    }

    /// Bytes cut from spans are counted when the span is taken: what is left of them.
    pub(crate) fn unused_in_spans(&self) -> usize {
        self.spans.iter().map(|span| span.end - span.cursor).sum()
    }

    /// Checks blocks, lists and counts against each other.
    ///
    /// # Panics
    /// When they disagree.
    pub(crate) fn verify(&self) {
        let mut used = 0;
        let mut committed = 0;
        let mut seen = vec![false; self.blocks.len()];
        let mut listed =
            |id: u32| assert!(!std::mem::replace(&mut seen[id as usize], true), "a block is listed once");
        for pool in &self.pools {
            pool.holed.iter().chain(&pool.full).chain(&pool.unswept).copied().for_each(&mut listed);
            pool.current.into_iter().for_each(|(id, _)| listed(id));
        }
        self.large.iter().flatten().chain(&self.large_unswept).copied().for_each(&mut listed);
        self.partial.iter().for_each(|partial| listed(partial.id));
        for (id, block) in self.blocks.iter().enumerate() {
            assert_eq!(seen[id], block.used_for != BlockUse::Free, "a block in use is listed");
            match block.used_for {
                BlockUse::Free => {}
                BlockUse::Cells => {
                    committed += BLOCK_SIZE;
                    // SAFETY: places for cells of the block.
                    let cells = (0..block.capacity())
                        .filter(|i| unsafe { is_allocated(block.base + i * block.cell_size) });
                    used += cells.count() * block.cell_size;
                }
                BlockUse::Run { blocks } => {
                    committed += blocks as usize * BLOCK_SIZE;
                    used += block.counted;
                }
                BlockUse::Huge { .. } => {
                    committed += block.counted;
                    used += block.counted;
                }
            }
        }
        let returned: usize =
            (0..POOLS).map(|pool| self.returned_cells(pool).count() * cell_size(pool)).sum();
        assert_eq!(used - returned, self.used, "bytes in use");
        assert_eq!(committed, self.committed, "bytes of blocks");
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        for block in &self.blocks {
            if let BlockUse::Huge { mapped } = block.used_for {
                // SAFETY: the heap ends, and with it every reference into it.
                unsafe { unmap(block.base - BLOCK_SIZE, mapped) };
            }
        }
        for &arena in &self.arenas {
            // SAFETY: as above.
            unsafe { unmap(arena, ARENA_SIZE) };
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

/// The kind of a cell.
///
/// # Safety
/// `cell` is a live cell.
#[inline(always)]
pub(crate) unsafe fn kind_of(cell: usize) -> Kind {
    debug_assert!(
        // SAFETY: a cell of the heap has at least sixteen bytes.
        usize::from(unsafe { *(cell as *const u8) }) < Kind::ALL.len(),
        "{cell:#x} holds no object"
    );
    // SAFETY: every live cell starts with its header.
    unsafe { (*(cell as *const Header)).kind }
}
