//! Size classes and pools: which block a cell of a given size and contents comes from.

use super::kind::Contents;

/// The cell sizes, in bytes.
pub(crate) const SIZES: [usize; 42] = [
    16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, //
    320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 1792, 2048, //
    2560, 3072, 3584, 4096, 5120, 6144, 7168, 8192, //
    9360, 10912, 13104, 16384, 21840, 32768,
];

/// The largest cell that shares a block with others.
pub(crate) const MAX_CELL: usize = 32768;
/// How many pools there are: one for each size and contents.
pub(crate) const POOLS: usize = SIZES.len() * 3;

/// Sizes up to this find their class in a table.
const TABLED: usize = 2048;
static CLASS_OF_GRANULES: [u8; TABLED / 16 + 1] = class_table();

const fn class_table() -> [u8; TABLED / 16 + 1] {
    let mut table = [0; TABLED / 16 + 1];
    let mut granules = 1;
    let mut class = 0;
    while granules < table.len() {
        while SIZES[class] < granules * 16 {
            class += 1;
        }
        table[granules] = class as u8;
        granules += 1;
    }
    table
}

/// The pool for cells of up to `size` bytes, which is at most [`MAX_CELL`].
#[inline(always)]
pub(crate) fn pool_for(contents: Contents, size: usize) -> usize {
    let class = if size <= TABLED {
        usize::from(CLASS_OF_GRANULES[size.div_ceil(16)])
    } else {
        SIZES.partition_point(|&s| s < size)
    };
    contents as usize * SIZES.len() + class
}

/// Whether a pool's cells hold no references: strings, above all.
pub(crate) fn has_leaves(pool: usize) -> bool {
    pool / SIZES.len() == Contents::Leaf as usize
}

/// The size of a pool's cells.
pub(crate) fn cell_size(pool: usize) -> usize {
    SIZES[pool % SIZES.len()]
}

/// Whether a pool's cells have payloads to drop.
pub(crate) fn has_payloads(pool: usize) -> bool {
    pool / SIZES.len() == Contents::Payload as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_gets_the_smallest_cell_that_fits() {
        for size in 1..=MAX_CELL {
            let got = cell_size(pool_for(Contents::Leaf, size));
            let want = *SIZES.iter().find(|&&s| s >= size).expect("sizes up to MAX_CELL fit");
            assert_eq!(got, want, "size {size}");
        }
        assert!(
            has_payloads(pool_for(Contents::Payload, 40))
                && !has_payloads(pool_for(Contents::References, 40))
        );
    }
}
