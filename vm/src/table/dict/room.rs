//! The memory of a dictionary: what it starts with and how it grows.

use super::{Dict, REBUILT_AT_ONCE, Record, SCANNED, hash_of};
use crate::gc::storage::{self, NewValues};
use crate::gc::{Heap, OutOfMemory, StallCause};
use crate::table::array::{TIMED, block_room};
use crate::table::cell::initialise_to;
use crate::table::{MAX_ENTRIES, SetError};
use crate::value::RawValue;

/// How many entries are initialised ahead of their use.
const INITIALISED_AT_ONCE: usize = 64;

/// Index cells for a number of entries, as a power of two: at most three quarters are used.
fn bits_for(cap: u32) -> u32 {
    if cap <= SCANNED { 0 } else { (cap + cap / 2).next_power_of_two().trailing_zeros() }
}

impl Dict {
    /// The memory of a dictionary: its record, and a block of keys with room for `want`.
    pub(in crate::table) fn alloc(
        heap: &mut Heap,
        want: usize,
    ) -> Result<(*mut Record, NewValues), OutOfMemory> {
        let want = block_room(want.max(6));
        let record: *mut Record = storage::alloc_bytes(heap, size_of::<Record>())?.cast();
        let bits = bits_for(want as u32);
        let index = match alloc_index(heap, bits) {
            Ok(index) => index,
            Err(error) => {
                // SAFETY: nothing refers to the record yet.
                unsafe { storage::retire(heap, record.cast()) }
                return Err(error);
            }
        };
        // SAFETY: the record is fresh and zero, which is valid for all its fields.
        unsafe {
            (*record).index = index;
            (*record).index_bits = bits;
        }
        match storage::alloc_values(heap, want) {
            Ok(keys) => Ok((record, keys)),
            Err(error) => {
                let none = NewValues { first: std::ptr::null_mut(), cap: 0 };
                Dict::discard(heap, record, none);
                Err(error)
            }
        }
    }

    /// Gives up what [`Dict::alloc`] returned.
    pub(in crate::table) fn discard(heap: &mut Heap, record: *mut Record, keys: NewValues) {
        // SAFETY: no table refers to the blocks yet.
        unsafe {
            let index = (*record).index;
            for block in [keys.first.cast::<u8>(), index.cast(), record.cast()] {
                if !block.is_null() {
                    storage::retire(heap, block);
                }
            }
        }
    }

    /// Takes a fresh block of keys into use.
    pub(in crate::table) fn start(self, keys: NewValues, slot_room: usize) {
        self.set_keys(keys.first);
        self.set_keys_cap(keys.cap as u32);
        self.set_room(slot_room);
    }

    /// Computes the room for entries from that for values, for keys, and in the index.
    fn set_room(self, slot_room: usize) {
        let by_index = if self.index().is_null() { SCANNED } else { (3u32 << self.index_bits()) / 4 };
        self.set_cap((slot_room as u32).min(self.keys_cap()).min(by_index));
    }

    /// Makes a slot that has its value already an entry.
    pub(in crate::table) fn enter_slot(self, slot: u32, key: RawValue) {
        debug_assert_eq!(slot, self.len());
        self.initialise(slot as usize + 1);
        self.put_key(slot, key);
        self.set_len(slot + 1);
        self.enter(hash_of(key), slot);
        if self.table.slot(slot).is_nil() {
            self.set_dead_names(self.dead_names() + 1);
        }
    }

    /// Initialises both halves of the entries below `len`.
    pub(super) fn initialise(self, len: usize) {
        for block in [self.keys(), self.table.slots()] {
            // SAFETY: both blocks are the table's own.
            if unsafe { storage::values_len(block) } < len {
                initialise_to(block, (len + INITIALISED_AT_ONCE).min(self.cap() as usize).max(len));
            }
        }
    }

    /// Makes room for so many more entries.
    pub(in crate::table) fn reserve(self, heap: &mut Heap, more: usize) -> Result<(), OutOfMemory> {
        if self.rebuilding() {
            self.rebuild(heap, u32::MAX);
        }
        let want = self.len() as usize + more;
        if want > self.cap() as usize {
            self.grow(heap, want).map_err(|_| OutOfMemory)?;
            if self.rebuilding() {
                self.rebuild(heap, u32::MAX);
            }
        }
        Ok(())
    }

    /// Sees to it that there is room for one more entry.
    pub(super) fn make_room(self, heap: &mut Heap) -> Result<(), SetError> {
        let (len, cap) = (self.len(), self.cap());
        if self.rebuilding() && len < cap {
            return Ok(());
        }
        let dead = self.dead() + self.dead_names();
        if cap > REBUILT_AT_ONCE && len < cap && len >= cap - cap / 8 {
            let grown = block_room(cap as usize * 2);
            if dead >= len / 4 {
                // Without the memory for it, later.
                if let Ok(index) = self.timed(heap, |heap| alloc_index(heap, self.index_bits())) {
                    self.start_rebuild(index, self.index_bits());
                }
            } else if (self.keys_cap() as usize) < grown {
                // The first part of growing, so that no one insert copies keys and values. It may fail: the second will say so.
                let _ = self.timed(heap, |heap| self.grow_keys(heap, grown));
            }
            return Ok(());
        }
        if len < cap {
            return Ok(());
        }
        if self.rebuilding() {
            self.timed(heap, |heap| self.rebuild(heap, u32::MAX));
            return self.make_room(heap);
        }
        if cap <= REBUILT_AT_ONCE && dead >= cap / 4 {
            let index = alloc_index(heap, self.index_bits())?;
            self.start_rebuild(index, self.index_bits());
            self.rebuild(heap, u32::MAX);
            if self.len() < cap {
                return Ok(());
            }
        }
        self.timed(heap, |heap| self.grow(heap, cap as usize * 2))
    }

    /// Does something that may be long in a large dictionary.
    fn timed<R>(self, heap: &mut Heap, f: impl FnOnce(&mut Heap) -> R) -> R {
        if (self.cap() as usize) <= TIMED {
            return f(heap);
        }
        let begun = heap.stall_begins();
        let result = f(heap);
        heap.stall_ends(begun, StallCause::Growth);
        result
    }

    /// Grows both halves of the entries and starts to move to a larger index.
    #[cold]
    pub(super) fn grow(self, heap: &mut Heap, want: usize) -> Result<(), SetError> {
        if self.len() as usize >= MAX_ENTRIES {
            return Err(SetError::TooLarge);
        }
        let want = block_room(want);
        let bits = bits_for(want as u32);
        let index = alloc_index(heap, bits)?;
        match self.grow_entries(heap, want) {
            Ok(room) => {
                self.start_rebuild(index, bits);
                self.set_room(room);
            }
            Err(error) => {
                if !index.is_null() {
                    // SAFETY: nothing refers to the index.
                    unsafe { storage::retire(heap, index.cast()) }
                }
                return Err(error.into());
            }
        }
        if self.len() <= REBUILT_AT_ONCE {
            self.rebuild(heap, u32::MAX);
        }
        Ok(())
    }

    /// Grows keys and values; returns the room for values.
    fn grow_entries(self, heap: &mut Heap, want: usize) -> Result<usize, OutOfMemory> {
        if (self.keys_cap() as usize) < want {
            self.grow_keys(heap, want)?;
        }
        // SAFETY: the block is the table's own, and not used after it was grown.
        let slots = unsafe { storage::grow_values(heap, self.table.slots(), want)? };
        self.table.set_slots(slots.first);
        Ok(slots.cap)
    }

    fn grow_keys(self, heap: &mut Heap, want: usize) -> Result<(), OutOfMemory> {
        // SAFETY: as above.
        let keys = unsafe { storage::grow_values(heap, self.keys(), want)? };
        self.set_keys(keys.first);
        self.set_keys_cap(keys.cap as u32);
        Ok(())
    }
}

/// An empty index; null for none.
fn alloc_index(heap: &mut Heap, bits: u32) -> Result<*mut u32, OutOfMemory> {
    if bits == 0 { Ok(std::ptr::null_mut()) } else { Ok(storage::alloc_bytes(heap, 4 << bits)?.cast()) }
}
