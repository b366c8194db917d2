//! Allocation: cells, memory counted from outside the heap, and what happens at the memory limit.

use super::classes::{MAX_CELL, pool_for};
use super::kind::Kind;
use super::memory::Memory;
use super::pacer::Drive;
use super::probe::StallCause;
use super::{Heap, OutOfMemory};
use crate::thread::Thread;

impl Heap {
    /// Memory for a cell. May run one bounded unit of a collection under way, before the cell exists; the caller
    /// initialises the cell before it allocates again.
    ///
    /// # Errors
    /// When the memory limit is reached.
    #[inline(always)]
    pub fn alloc(&mut self, kind: Kind, size: usize) -> Result<*mut u8, OutOfMemory> {
        #[cfg(test)]
        self.fail_if_due()?;
        if size <= MAX_CELL && kind != Kind::Thread {
            let span = &mut self.memory.spans[pool_for(kind.contents(), size)];
            let cell = span.cursor;
            if cell != span.end {
                span.cursor = cell + span.cell_size;
                return Ok(cell as *mut u8);
            }
        }
        self.alloc_slow(kind, size).map(|(cell, _)| cell as *mut u8)
    }

    /// `alloc` with the memory set to zero.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn alloc_zeroed(&mut self, kind: Kind, size: usize) -> Result<*mut u8, OutOfMemory> {
        let (cell, zeroed) = if size <= MAX_CELL {
            (self.alloc(kind, size)?, false)
        } else {
            let (cell, zeroed) = self.alloc_slow(kind, size)?;
            (cell as *mut u8, zeroed)
        };
        if !zeroed {
            // SAFETY: the cell has room for `size` bytes.
            unsafe { std::ptr::write_bytes(cell, 0, size) };
        }
        Ok(cell)
    }

    /// Fails the allocation a test has chosen, and that one only.
    #[cfg(test)]
    fn fail_if_due(&mut self) -> Result<(), OutOfMemory> {
        match self.failing_in {
            Some(0) => {
                self.failing_in = None;
                Err(OutOfMemory)
            }
            Some(more) => {
                self.failing_in = Some(more - 1);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Allocates when the span is used up, for large objects and for coroutines, which are listed.
    #[cold]
    #[inline(never)]
    fn alloc_slow(&mut self, kind: Kind, size: usize) -> Result<(usize, bool), OutOfMemory> {
        #[cfg(test)]
        if let Some(left) = &mut self.allocations_left {
            if *left == 0 {
                return Err(OutOfMemory);
            }
            *left -= 1;
        }
        self.assist();
        let before = self.memory.acquired;
        let found = self.find_cell(kind, size)?;
        self.debt = self.debt.saturating_add((self.memory.acquired - before) as isize);
        if kind == Kind::Thread {
            self.threads.push(found.0 as *mut Thread);
        }
        Ok(found)
    }

    fn find_cell(&mut self, kind: Kind, size: usize) -> Result<(usize, bool), OutOfMemory> {
        if size > MAX_CELL {
            self.make_room(Memory::growth_for(size))?;
            let begun = self.stall_begins();
            let found = self.memory.alloc_large(kind, size);
            self.stall_ends(begun, StallCause::Allocation);
            return found;
        }
        let pool = pool_for(kind.contents(), size);
        if kind == Kind::Thread {
            let span = &mut self.memory.spans[pool];
            let cell = span.cursor;
            if cell != span.end {
                span.cursor = cell + span.cell_size;
                return Ok((cell, false));
            }
        }
        if let Some(cell) = self.memory.refill_at_hand(pool, self.has_room_for(Memory::growth_for(size))) {
            return Ok((cell, false));
        }
        loop {
            let begun = self.stall_begins();
            let may_grow = self.has_room_for(Memory::growth_for(size));
            let drops = &mut self.finalizers.drops;
            let found = self.memory.refill(pool, may_grow, &mut |cell| drops.push(cell));
            self.stall_ends(begun, StallCause::Allocation);
            if let Some(cell) = found? {
                return Ok((cell, false));
            }
            self.make_room(Memory::growth_for(size))?;
        }
    }

    fn has_room_for(&self, bytes: usize) -> bool {
        self.memory.committed.saturating_add(self.external).saturating_add(bytes) <= self.limit.hard
    }

    /// Sees to it that so many bytes stay within the hard limit, by finishing the collection under way if need be.
    fn make_room(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        self.watch_soft_limit();
        if !self.has_room_for(bytes) && self.cycle_active() {
            self.stats.emergencies += 1;
            let begun = self.stall_begins();
            self.finish_cycle();
            self.stall_ends(begun, StallCause::Full);
        }
        if self.has_room_for(bytes) {
            return Ok(());
        }
        // A collection helps if there can be garbage to speak of; a script that goes on at the limit does not get one for every attempt.
        if self.memory.acquired - self.collected_at > self.used() as u64 / 8 {
            self.emergency = true;
            self.debt = self.debt.max(1);
        }
        Err(OutOfMemory)
    }

    /// Whether so many bytes more stay within the memory limit: to be asked before a large buffer is made outside the heap.
    ///
    /// # Errors
    /// When they would not.
    pub fn check_room(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        if self.has_room_for(bytes) { Ok(()) } else { self.make_room(bytes) }
    }

    /// Has the next safe point collect: what ran out of memory has ended, and what it held is garbage.
    pub(crate) fn memory_ran_out(&mut self) {
        self.emergency = true;
        self.debt = self.debt.max(1);
    }

    /// Whether memory ran short and nothing has been collected since.
    pub(crate) fn is_short_of_memory(&self) -> bool {
        self.emergency
    }

    fn watch_soft_limit(&mut self) {
        // Frames go by the soft limit all along.
        if self.pacer.drive == Drive::Debt
            && self.memory.committed.saturating_add(self.external) > self.soft_mark
        {
            self.emergency = true;
            self.debt = self.debt.max(1);
        }
    }

    /// Says when the next emergency collection is due: at the soft limit, or, when what is alive exceeds it already, at a good part of the way
    /// from there to the hard limit. Otherwise every safe point beyond the soft limit would collect the whole heap.
    pub(super) fn set_soft_mark(&mut self) {
        self.collected_at = self.memory.acquired;
        let committed = self.memory.committed.saturating_add(self.external);
        self.soft_mark = if committed <= self.limit.soft {
            self.limit.soft
        } else {
            committed.saturating_add(self.limit.hard.saturating_sub(committed) / 4)
        };
    }

    /// Work that allocation does for a collection whose slices do not keep up.
    fn assist(&mut self) {
        self.watch_soft_limit();
        let is_due = |heap: &Heap| {
            heap.pacer.drive == Drive::Frames
                && heap.debt > 0
                && heap.pacer.is_behind(heap.used())
                && heap.assist_time().is_some()
        };
        if self.cycle_active() && (self.stress.is_on() || is_due(self)) {
            self.stats.assists += 1;
            let begun = self.stall_begins();
            self.step_units(1);
            self.stall_ends(begun, StallCause::Assist);
        }
    }

    /// Counts memory a cell owns outside the heap.
    pub fn add_external(&mut self, bytes: usize) {
        self.external += bytes;
        self.debt = self.debt.saturating_add_unsigned(bytes);
        self.watch_soft_limit();
    }

    /// Takes back what `add_external` counted.
    pub fn remove_external(&mut self, bytes: usize) {
        self.external = self.external.saturating_sub(bytes);
    }

    /// The room of a cell, which may be more than was asked for.
    pub(crate) fn cell_size(&self, cell: usize) -> usize {
        self.memory.room(cell)
    }

    /// Makes a huge cell larger without copying; `None` if it must be copied.
    ///
    /// # Safety
    /// `cell` is a live block of values, whose owner takes the new address.
    pub(crate) unsafe fn grow_large(
        &mut self,
        cell: *mut u8,
        size: usize,
    ) -> Result<Option<*mut u8>, OutOfMemory> {
        let cell = cell as usize;
        if !self.memory.is_huge(cell) {
            return Ok(None);
        }
        self.assist();
        self.make_room(size.saturating_sub(self.memory.room(cell)))?;
        let before = self.memory.acquired;
        let Some(moved) = self.memory.grow_huge(cell, size) else { return Ok(None) };
        self.debt = self.debt.saturating_add((self.memory.acquired - before) as isize);
        if moved != cell {
            self.marker.relocate(cell, moved);
        }
        Ok(Some(moved as *mut u8))
    }

    /// Gives up a storage block: see `storage::retire`.
    ///
    /// # Safety
    /// `cell` is a live storage block to which nothing refers any more.
    pub(crate) unsafe fn retire_cell(&mut self, cell: *mut u8) {
        if self.marking {
            self.shade(cell as usize);
        } else {
            self.memory.free_early(cell as usize);
        }
    }
}
