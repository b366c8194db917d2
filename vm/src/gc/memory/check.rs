//! Blocks, lists and counts held against each other; what the end of a heap must find.

use super::super::block::*;
use super::super::classes::{POOLS, cell_size, has_payloads};
use super::{Memory, POISON};

impl Memory {
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
        self.large.iter().chain(&self.large_unswept).copied().for_each(&mut listed);
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
        let free: u32 = self.free.iter().map(|free| free.count_ones()).sum();
        assert_eq!(free as usize, self.free_blocks, "free blocks");
    }
}
