//! How a heap's memory is divided: arenas, blocks, cells, and the bitmaps that describe them.
//!
//! ```text
//! arena (4 MiB, aligned):  [bitmaps: block 0][block 1: 64 KiB][block 2] ... [block 63]
//! ```
//!
//! Block 0 of every arena holds two bits for each 16-byte granule of the other blocks: **allocated** (a cell starts here) and **marked**. Both
//! are found from a cell's address by masking, and lie apart from the cells, so that marking does not touch a leaf
//! and bitmaps of neighbours share cache lines. A block holds cells of one size; a large object has blocks of its own: a run in an arena, or (huge) a
//! region of its own that starts like an arena.

/// Cells start at multiples of this.
pub(crate) const GRANULE: usize = 16;
/// The size of a block.
pub(crate) const BLOCK_SIZE: usize = 1 << 16;
/// The size and alignment of an arena.
pub(crate) const ARENA_SIZE: usize = 1 << 22;
/// Words of one bitmap that describe a block.
pub(crate) const BLOCK_WORDS: usize = BLOCK_SIZE / GRANULE / 64;
/// Where the allocated bits start, relative to the mark bits.
const ALLOCATED: usize = ARENA_SIZE / GRANULE / 8;

/// What stands at an arena's start, in place of the mark bits that block 0 does not need.
#[repr(C)]
pub(crate) struct Arena {
    /// Its place in the heap's list of arenas; of no meaning for a huge object's region.
    pub(crate) index: usize,
    /// The descriptor of each block in use; block 1 of a huge object's region.
    pub(crate) blocks: [u32; 64],
    /// Whether it is in huge pages.
    pub(crate) huge_pages: bool,
    /// The number of the last sweep that found a block without anything alive in it.
    pub(crate) emptied_in: u32,
    /// Bit n: that sweep found block n so.
    pub(crate) emptied: u64,
}

const _: () = assert!(size_of::<Arena>() <= BLOCK_WORDS * 8);

/// The address of the arena (or huge region) a cell lies in.
#[inline(always)]
pub(crate) fn arena_of(cell: usize) -> *mut Arena {
    (cell & !(ARENA_SIZE - 1)) as *mut Arena
}

/// The number of the descriptor of the block a cell starts in.
///
/// # Safety
/// `cell` is the address of a cell of the heap.
#[inline(always)]
pub(crate) unsafe fn block_id_of(cell: usize) -> u32 {
    // SAFETY: every cell lies in an arena, whose start is initialised when it is mapped (contract).
    unsafe { (*arena_of(cell)).blocks[(cell & (ARENA_SIZE - 1)) / BLOCK_SIZE] }
}

#[inline(always)]
fn mark_word(cell: usize) -> *mut u64 {
    ((cell & !(ARENA_SIZE - 1)) + (cell & (ARENA_SIZE - 1)) / (GRANULE * 64) * 8) as *mut u64
}

#[inline(always)]
fn bit(cell: usize) -> u64 {
    1 << ((cell / GRANULE) & 63)
}

/// Whether a cell is marked.
///
/// # Safety
/// `cell` is the address of a cell of the heap.
#[inline(always)]
pub(crate) unsafe fn is_marked(cell: usize) -> bool {
    // SAFETY: the word describes the cell and lies in its arena's first block.
    unsafe { *mark_word(cell) & bit(cell) != 0 }
}

/// Asks for the memory of a cell's allocated bit. Any address will do.
#[inline(always)]
pub(crate) fn prefetch_allocated(cell: usize) {
    prefetch(mark_word(cell) as usize + ALLOCATED);
}

/// Asks for the memory of a cell's mark. Any address will do.
#[inline(always)]
pub(crate) fn prefetch_mark(cell: usize) {
    prefetch(mark_word(cell) as usize);
}

/// Asks for memory ahead of its use.
#[inline(always)]
pub(crate) fn prefetch(address: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch has no effect but on the cache.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(address as *const i8);
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}

/// Touches the bitmaps of blocks that come into use, so that no slice is the first to do so: that takes a page fault, which in a virtual machine is
/// some microseconds. Those of a whole arena at once would be a hundred.
///
/// # Safety
/// `count` blocks from `base` on are in an arena of the heap, and no cell lies in them.
pub(crate) unsafe fn touch_bitmaps(base: usize, count: usize) {
    for block in 0..count {
        let word = mark_word(base + block * BLOCK_SIZE);
        // SAFETY: the first words of both bitmaps of the block, which are clear since it holds no cell.
        unsafe {
            word.write_volatile(0);
            word.byte_add(ALLOCATED).write_volatile(0);
        }
    }
}

/// Marks a cell; whether it was not marked before.
///
/// # Safety
/// `cell` is the address of a cell of the heap.
#[inline(always)]
pub(crate) unsafe fn set_mark(cell: usize) -> bool {
    // SAFETY: as in `is_marked`.
    unsafe {
        let word = mark_word(cell);
        let bit = bit(cell);
        let old = *word;
        *word = old | bit;
        old & bit == 0
    }
}

/// Takes a cell's mark away.
///
/// # Safety
/// `cell` is the address of a cell of the heap.
pub(crate) unsafe fn clear_mark(cell: usize) {
    // SAFETY: as in `is_marked`.
    unsafe { *mark_word(cell) &= !bit(cell) }
}

/// Whether a cell starts at an address.
///
/// # Safety
/// `cell` is a place for a cell in a block in use.
#[inline(always)]
pub(crate) unsafe fn is_allocated(cell: usize) -> bool {
    // SAFETY: the allocated bits follow the mark bits of the whole arena.
    unsafe { *mark_word(cell).byte_add(ALLOCATED) & bit(cell) != 0 }
}

/// Records that a cell starts, or no longer starts, at an address.
///
/// # Safety
/// `cell` is a place for a cell in a block in use.
#[inline(always)]
pub(crate) unsafe fn set_allocated(cell: usize, allocated: bool) {
    // SAFETY: as in `is_allocated`.
    unsafe {
        let word = mark_word(cell).byte_add(ALLOCATED);
        *word = if allocated { *word | bit(cell) } else { *word & !bit(cell) };
    }
}

/// The first cell that starts in a range, or its end.
///
/// # Safety
/// As for `mark_range`.
pub(crate) unsafe fn next_allocated(from: usize, to: usize) -> usize {
    let mut word = from;
    while word < to {
        // SAFETY: the word describes granules from here on, and the allocated bits follow the mark bits of the whole arena.
        let cells = unsafe { *mark_word(word).byte_add(ALLOCATED) } >> (word / GRANULE % 64);
        if cells != 0 {
            return to.min(word + cells.trailing_zeros() as usize * GRANULE);
        }
        word = (word / (64 * GRANULE) + 1) * (64 * GRANULE);
    }
    to
}

/// Records that cells of so many bytes start one after the other in a range in which none did.
///
/// # Safety
/// As for `mark_range`; the cells fill the range.
pub(crate) unsafe fn allocate_range(from: usize, to: usize, size: usize) {
    let granules = size / GRANULE;
    if granules.is_power_of_two() && granules < 64 {
        // Every word has a cell at the same places.
        let places = (u64::MAX / ((1 << granules) - 1)) << (from / GRANULE % granules);
        // SAFETY: as above.
        unsafe { for_words(from, to, |word, bits| *word.byte_add(ALLOCATED) |= bits & places) };
    } else {
        for cell in (from..to).step_by(size) {
            // SAFETY: a place for a cell (contract).
            unsafe { set_allocated(cell, true) };
        }
    }
}

/// Sets the mark bits of a range of granules, whether cells start there or not.
///
/// # Safety
/// The range is not empty and lies in one block in use.
pub(crate) unsafe fn mark_range(from: usize, to: usize) {
    // SAFETY: the words describe the range.
    unsafe { for_words(from, to, |word, bits| *word |= bits) }
}

/// Clears both bits of a range of granules.
///
/// # Safety
/// As for `mark_range`.
pub(crate) unsafe fn clear_range(from: usize, to: usize) {
    // SAFETY: the words describe the range, and the allocated bits follow the mark bits of the whole arena.
    unsafe {
        for_words(from, to, |word, bits| {
            *word &= !bits;
            *word.byte_add(ALLOCATED) &= !bits;
        });
    }
}

/// Visits the words of mark bits that describe a range, each with the bits that do.
///
/// # Safety
/// As for `mark_range`.
unsafe fn for_words(from: usize, to: usize, mut visit: impl FnMut(*mut u64, u64)) {
    let (mut word, last) = (mark_word(from), mark_word(to - GRANULE));
    let mut bits = u64::MAX << (from / GRANULE % 64);
    while word < last {
        visit(word, bits);
        bits = u64::MAX;
        // SAFETY: up to `last`, which is in the same block's words (contract).
        word = unsafe { word.add(1) };
    }
    visit(last, bits & u64::MAX >> (63 - (to / GRANULE - 1) % 64));
}

/// The two bitmaps of a block, word by word.
///
/// # Safety
/// `base` is the start of a block of an arena. The slices must be the only use of these words while they live.
pub(crate) unsafe fn bitmaps<'a>(base: usize) -> (&'a mut [u64; BLOCK_WORDS], &'a mut [u64; BLOCK_WORDS]) {
    // SAFETY: a block's words are contiguous in both bitmaps, which do not overlap.
    unsafe {
        let marks = mark_word(base);
        (&mut *marks.cast(), &mut *marks.byte_add(ALLOCATED).cast())
    }
}

/// What a block is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockUse {
    /// A descriptor not in use.
    Free,
    /// Cells of one size.
    Cells,
    /// One object in `blocks` blocks of an arena.
    Run {
        /// How many.
        blocks: u32,
    },
    /// One object in a region of its own, starting at block 1.
    Huge {
        /// The size of the region, the bitmaps' block included.
        mapped: usize,
    },
}

/// The descriptor of a block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The address of its first cell.
    pub(crate) base: usize,
    /// Bytes of a cell; of the room for a large object.
    pub(crate) cell_size: usize,
    /// Bytes counted as used: for a large object that has room to grow, the part it asked for.
    pub(crate) counted: usize,
    /// The pool it belongs to; for a large object that of the smallest cells of its contents.
    pub(crate) pool: u16,
    /// The number of the sweep that last swept it or during which it was made.
    pub(crate) swept: u32,
    /// What it is used for.
    pub(crate) used_for: BlockUse,
}

impl Block {
    /// How many cells there is room for.
    pub(crate) fn capacity(&self) -> usize {
        match self.used_for {
            BlockUse::Free => 0,
            BlockUse::Cells => BLOCK_SIZE / self.cell_size,
            BlockUse::Run { .. } | BlockUse::Huge { .. } => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::classes::SIZES;
    use super::*;

    #[test]
    fn ranges_of_cells_are_found_and_recorded_as_single_cells_are() {
        let layout = std::alloc::Layout::from_size_align(ARENA_SIZE, ARENA_SIZE).expect("a layout");
        // SAFETY: not empty; freed below.
        let arena = unsafe { std::alloc::alloc_zeroed(layout) } as usize;
        assert_ne!(arena, 0);
        let (base, other) = (arena + 5 * BLOCK_SIZE, arena + 9 * BLOCK_SIZE);
        for &size in &SIZES {
            let count = BLOCK_SIZE / size;
            for (first, end) in
                [(0, count), (count / 3, count), (count / 2, count - 1), (count / 3, count / 3 + 1)]
            {
                if first >= end {
                    continue;
                }
                // SAFETY: places for cells of two blocks of the arena, which is this test's alone.
                unsafe {
                    if end < count {
                        set_allocated(base + end * size, true);
                    }
                    let found = next_allocated(base + first * size, base + count * size);
                    assert_eq!(found, base + end * size, "cells of {size} from {first}");
                    allocate_range(base + first * size, found, size);
                    (first..count.min(end + 1)).for_each(|cell| set_allocated(other + cell * size, true));
                    assert_eq!(bitmaps(base).1, bitmaps(other).1, "cells of {size}, {first}..{end}");
                    bitmaps(base).1.fill(0);
                    bitmaps(other).1.fill(0);
                }
            }
        }
        // SAFETY: made above with this layout.
        unsafe { std::alloc::dealloc(arena as *mut u8, layout) };
    }
}
