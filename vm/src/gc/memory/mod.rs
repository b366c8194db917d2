//! The allocator: spans of free cells, pools of blocks, large objects.
//!
//! Each pool has a **span**: a run of free cells in one block, already counted and recorded as allocated, that the
//! allocator's fast path cuts cells from with one compare and one add. When it is used up, the next span is found: first
//! single cells given back early, then holes of the block at hand, then other blocks with holes, then blocks not yet swept, then a fresh block.
//!
//! Invariants:
//! - The cells of a span have their allocated bits set; while cells are born black ([`Birth::Black`]) also their mark bits.
//! - A block is in exactly one place: a pool's `current`, `holed`, `full` or `unswept` list.
//! - A cell on a pool's `returned` list has its allocated bit set and its second word holds the next such cell.
//!
//! This file has the pools, `arenas.rs` where blocks come from, `large.rs` large objects, `sweep.rs` the collector's side, `remains.rs` what the intern table asks about cells that may be gone, `check.rs` the checks of the
//! invariants.

mod arenas;
mod check;
mod large;
mod remains;
mod sweep;

use std::collections::VecDeque;

use super::OutOfMemory;
use super::block::*;
use super::classes::{MAX_CELL, POOLS, cell_size, has_payloads};
use super::kind::{Header, Kind};
use super::pages::{Pages, unmap};

use large::GROWTH_ROOM;
pub(crate) use sweep::LARGE_IN_A_ROW;
use sweep::Partial;

/// What freed cells are filled with when poisoning is on; no `Kind` has this number.
pub(crate) const POISON: u8 = 0xDD;
/// Header flag of a cell with a payload that waits for its destructor.
pub(crate) const DROP_QUEUED: u8 = 0x40;

/// The colour new cells get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Birth {
    /// Not marked: no cycle, or sweeping (cells then only come from swept blocks).
    White,
    /// Marked: from Snapshot until Sweep.
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
    /// The colour of new cells.
    birth: Birth,
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
    /// Free blocks of all arenas.
    free_blocks: usize,
    /// The next arena is being made ready, or has been.
    has_wished: bool,
    /// So are so many regions for arrays that outgrow their run.
    rooms_ahead: u32,
    /// The size of the last region that an object got that does not grow, how many before it had this size, and how many are being made ready, or have been.
    last_region: usize,
    likes: u32,
    likes_ahead: u32,
    large: Vec<u32>,
    large_unswept: Vec<u32>,
    /// The pools being swept that have not had their turn.
    sweep_pools: Vec<usize>,
    /// A block that is swept in pieces.
    partial: Option<Partial>,
    /// Counts sweeps.
    sweep_number: u32,
    /// Live cells without references found by the last sweep, or so far by this one, large ones not included.
    pub(crate) live_leaves: usize,
    /// Arenas without a block in use that the intern table may still refer to, the oldest first.
    idle_arenas: VecDeque<usize>,
    /// How few of these there were since the last sweep.
    least_idle: usize,
    /// Those that are given back when the intern table has been looked through.
    leaving_arenas: Vec<usize>,
    /// The address space reserved for a huge block of values.
    pub(crate) growth_room: usize,
    /// Where regions come from.
    pub(crate) pages: Pages,
}

/// What sweeping one block found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Swept {
    /// Bytes of cells freed.
    pub(crate) freed: usize,
    /// Bytes of cells kept.
    pub(crate) kept: usize,
    /// Blocks, or pieces of one, or large objects looked at.
    pub(crate) steps: usize,
}

impl Memory {
    pub(crate) fn new(seed: u64) -> Memory {
        let mut pool = 0;
        Memory {
            spans: [(); POOLS].map(|()| {
                pool += 1;
                Span { cursor: 0, end: 0, cell_size: cell_size(pool - 1) }
            }),
            birth: Birth::White,
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
            free_blocks: 0,
            has_wished: false,
            rooms_ahead: 0,
            last_region: 0,
            likes: 0,
            likes_ahead: 0,
            large: Vec::new(),
            large_unswept: Vec::new(),
            sweep_pools: Vec::new(),
            partial: None,
            sweep_number: 0,
            live_leaves: 0,
            idle_arenas: VecDeque::new(),
            least_idle: 0,
            leaving_arenas: Vec::new(),
            growth_room: GROWTH_ROOM,
            pages: Pages::new(seed),
        }
    }

    // ---- allocation ------------------------------------------------------------------------------------

    /// A cell from a pool whose span is used up, if one is found soon: given back early, in a hole of a block that was swept, or, when nothing waits to be swept and `may_grow` says so,
    /// in a fresh block of an arena that is there.
    pub(crate) fn refill_at_hand(&mut self, pool: usize, may_grow: bool) -> Option<usize> {
        if let Some(cell) = self.take_returned(pool) {
            return Some(cell);
        }
        loop {
            if self.next_span(pool) {
                return Some(self.cut(pool));
            }
            self.pools[pool].current = if let Some(id) = self.pools[pool].holed.pop() {
                Some((id, 0))
            } else if may_grow && self.free_blocks > 0 && self.pools[pool].unswept.is_empty() {
                Some((self.fresh_block(pool).ok()?, 0))
            } else {
                return None;
            };
        }
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
        }
        if self.birth == Birth::Black {
            // SAFETY: a cell of this heap.
            unsafe { set_mark(cell) };
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
        let is_born_black = self.birth == Birth::Black;
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
            let end = if self.single_cells {
                first + 1
            } else {
                (next_allocated(base + first * size, base + count * size) - base) / size
            };
            let (from, to) = (base + first * size, base + end * size);
            allocate_range(from, to, size);
            if is_born_black {
                mark_range(from, to);
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

    // ---- early frees -----------------------------------------------------------------------------------

    /// Whether a block waits to be swept.
    fn is_unswept(&self, block: &Block) -> bool {
        block.swept != self.sweep_number
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
                if let Some(at) = self.large.iter().rposition(|&other| other == id) {
                    self.large.swap_remove(at);
                    self.free_large(id);
                }
            }
        }
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

    /// Bytes cut from spans are counted when the span is taken: what is left of them.
    pub(crate) fn unused_in_spans(&self) -> usize {
        self.spans.iter().map(|span| span.end - span.cursor).sum()
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
        for &arena in self.arenas.iter().chain(&self.idle_arenas).chain(&self.leaving_arenas) {
            // SAFETY: as above.
            unsafe { unmap(arena, ARENA_SIZE) };
        }
    }
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
