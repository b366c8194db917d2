//! The array part: values of `1..=array_len`, and when an integer key belongs there.
//!
//! An append to a full array doubles it. Other integer keys go to the dictionary, which counts them by powers of two; when
//! more than half of `1..2^k` would be in use, the array gets room for `2^k` and the keys migrate, a few per assignment of
//! an integer key and in order, so that at any time keys up to `array_len` are in the array and the rest is not.
//!
//! Nil is stored like any value, so an array may be full of holes. Whether it is worth growing is judged by a sample of
//! its values: a queue, which empties at the front as it grows at the end, stops growing its array and lives on in the
//! dictionary, whose memory follows its live entries.

use super::cell::initialise_to;
use super::{
    INLINE_VALUES, INTEGER_KEYS, MAX_ENTRIES, SetError, TURNING_WEAK, Table, WEAK_KEYS, WEAK_VALUES,
};
use crate::gc::storage::{self, NewValues};
use crate::gc::{Heap, OutOfMemory, StallCause};
use crate::value::{Gc, RawValue};

/// Keys that migrate to the array per assignment.
const MIGRATED_AT_ONCE: usize = 16;
/// How many values a judgement of density looks at.
const SAMPLE: u32 = 64;
/// How far past the last element `#` trims.
const TRIMMED_AT_ONCE: u32 = 16;
/// How many values of a fresh block are set to nil ahead of their use.
const INITIALISED_AT_ONCE: usize = 256;
/// Growing to more values than this is timed.
pub(in crate::table) const TIMED: usize = 1024;
/// Arrays larger than this are dropped, not wiped, by `clear`.
const WIPED: u32 = 1024;

impl Gc<Table> {
    /// The border `#t` returns.
    #[inline]
    pub fn len(self, heap: &Heap) -> u64 {
        let len = self.array_len();
        if len > 0 && !self.has(INTEGER_KEYS) && !self.element(len - 1).is_nil() {
            return u64::from(len);
        }
        self.border(heap)
    }

    #[cold]
    #[inline(never)]
    fn border(self, heap: &Heap) -> u64 {
        let len = self.array_len();
        let mut trimmed = len;
        while trimmed > 0 && len - trimmed <= TRIMMED_AT_ONCE {
            if !self.element(trimmed - 1).is_nil() {
                self.set_array_len(trimmed);
                let border = u64::from(trimmed);
                return if trimmed == len { self.border_beyond(heap, border) } else { border };
            }
            trimmed -= 1;
        }
        if trimmed == 0 {
            self.set_array_len(0);
            return if len == 0 { self.border_beyond(heap, 0) } else { 0 };
        }
        // A hole at the end that is longer: find some border by halving.
        self.set_array_len(trimmed);
        let (mut below, mut above) = (0, trimmed + 1);
        while above - below > 1 {
            let middle = below + (above - below) / 2;
            if self.element(middle - 1).is_nil() { above = middle } else { below = middle }
        }
        u64::from(below)
    }

    /// A border at or above `from`, which is 0 or a key in use, looking into the dictionary.
    fn border_beyond(self, heap: &Heap, from: u64) -> u64 {
        if !self.has(INTEGER_KEYS) || self.get_far_int(heap, from as i64 + 1).is_nil() {
            return from;
        }
        let (mut below, mut above) = (from + 1, (from + 1) * 2);
        while !self.get_int(heap, above as i64).is_nil() {
            below = above;
            above *= 2;
        }
        while above - below > 1 {
            let middle = below + (above - below) / 2;
            if self.get_int(heap, middle as i64).is_nil() { above = middle } else { below = middle }
        }
        below
    }

    /// An integer key beyond the array.
    #[inline]
    pub(super) fn get_far_int(self, heap: &Heap, key: i64) -> RawValue {
        if !self.is_dictionary() {
            return RawValue::NIL;
        }
        self.get_other(heap, RawValue::number(key as f64))
    }

    /// Assigns an integer key beyond the array.
    #[cold]
    #[inline(never)]
    pub(super) fn set_far_int(self, heap: &mut Heap, key: i64, value: RawValue) -> Result<(), SetError> {
        let number = RawValue::number(key as f64);
        let exists = self.is_dictionary() && self.has_other(number);
        if exists || value.is_nil() {
            return if exists { self.set_other(heap, number, value) } else { Ok(()) };
        }
        let index = (key as u64).wrapping_sub(1);
        let len = u64::from(self.array_len());
        if !self.has(WEAK_KEYS | WEAK_VALUES | TURNING_WEAK)
            && (self.fits_at(index) || index == len && self.grow_for_append(heap)?)
        {
            self.put_element(index as u32, value);
            self.set_array_len(index as u32 + 1);
            if self.is_dictionary() {
                self.dict().take_integer(heap, key as u64);
            }
            if self.has(INTEGER_KEYS) {
                self.migrate(heap);
            }
            return Ok(());
        }
        self.set_other(heap, number, value)?;
        if key >= 1 {
            self.set_flag(INTEGER_KEYS);
            if !self.has(WEAK_KEYS | WEAK_VALUES | TURNING_WEAK) {
                self.rebalance(heap, key as u64);
            }
        }
        Ok(())
    }

    /// Whether there is room at an array index at or beyond `array_len`, without passing keys that are in the dictionary.
    fn fits_at(self, index: u64) -> bool {
        if self.array_cap() == 0 && index < INLINE_VALUES as u64 && self.inline_is_free() {
            self.use_inline_for_array();
        }
        index < u64::from(self.array_cap())
            && (index == u64::from(self.array_len()) || !self.has(INTEGER_KEYS))
    }

    /// Makes room behind a full array; false when it is too sparse to grow.
    fn grow_for_append(self, heap: &mut Heap) -> Result<bool, SetError> {
        let cap = self.array_cap() as usize;
        debug_assert_eq!(self.array_len() as usize, cap);
        if cap >= MAX_ENTRIES {
            return Err(SetError::TooLarge);
        }
        if cap >= SAMPLE as usize && self.estimate_used() * 2 < cap as u64 {
            return Ok(false);
        }
        self.reserve_array(heap, cap + 1)?;
        Ok(true)
    }

    /// Gives the array room for at least `want` values, and more to grow into; the first of it is initialised.
    pub(super) fn reserve_array(self, heap: &mut Heap, want: usize) -> Result<(), OutOfMemory> {
        let cap = self.array_cap() as usize;
        if self.array().is_null() && want <= INLINE_VALUES && self.inline_is_free() {
            self.use_inline_for_array();
        }
        if want <= self.array_room() {
            self.initialise_array();
            return Ok(());
        }
        let wanted_room = block_room(want.max(cap * 2));
        let begun = (wanted_room > TIMED).then(|| heap.stall_begins());
        let new = self.array_block(heap, wanted_room);
        if let Some(begun) = begun {
            heap.stall_ends(begun, StallCause::Growth);
        }
        let new = new?;
        self.set_array(new.first);
        // SAFETY: the block is the table's own.
        unsafe { *storage::link(new.first) = new.cap }
        self.initialise_array();
        Ok(())
    }

    /// A block with this room that holds the array.
    fn array_block(self, heap: &mut Heap, room: usize) -> Result<NewValues, OutOfMemory> {
        if self.array_is_block() {
            // SAFETY: the block is the table's own.
            unsafe { storage::grow_values(heap, self.array(), room) }
        } else {
            let new = storage::alloc_values(heap, room)?;
            if self.array() == self.inline() {
                self.move_inline_to(heap, new, self.array_len() as usize);
            }
            Ok(new)
        }
    }

    /// Initialises the next piece of the array's room, if there is more.
    fn initialise_array(self) {
        if self.array_is_block() {
            let ahead = (self.array_len() as usize + INITIALISED_AT_ONCE).min(self.array_room());
            if ahead > self.array_cap() as usize {
                initialise_to(self.array(), ahead);
                self.set_array_cap(ahead as u32);
            }
        }
    }

    fn use_inline_for_array(self) {
        self.set_array(self.inline());
        self.set_array_cap(INLINE_VALUES as u32);
    }

    #[inline]
    pub(super) fn array_is_block(self) -> bool {
        !self.array().is_null() && self.array() != self.inline()
    }

    /// How many values the array has room for, initialised or not: for a block its link word.
    fn array_room(self) -> usize {
        if !self.array_is_block() {
            return self.array_cap() as usize;
        }
        // SAFETY: the block is the table's own.
        unsafe { *storage::link(self.array()) }
    }

    /// How many array values are in use, exactly for small arrays, else estimated from a sample.
    fn estimate_used(self) -> u64 {
        let len = self.array_len();
        let step = len.div_ceil(SAMPLE).max(1);
        let used = (0..len).step_by(step as usize).filter(|&i| !self.element(i).is_nil()).count();
        (used as u64 * u64::from(step)).min(u64::from(len))
    }

    /// After a new integer key in the dictionary: if more than half of `1..=2^k` is in use for some `2^k` beyond the array, the array
    /// gets room for that many and keys start to migrate.
    fn rebalance(self, heap: &mut Heap, key: u64) {
        let dict = self.dict();
        if key <= MAX_ENTRIES as u64
            && u64::from(self.array_len()) + dict.integers() > key.next_power_of_two() / 2
        {
            let used = self.estimate_used();
            let mut in_reach = 0;
            let mut best = 0;
            for power in 0..=MAX_ENTRIES.trailing_zeros() {
                in_reach += dict.integers_in(power);
                let size = 1u64 << power;
                if size > u64::from(self.array_len()) && (used + in_reach) * 2 > size {
                    best = size;
                }
            }
            if best > dict.migrate_to() {
                // Without the memory for it the keys stay where they are.
                if self.reserve_array(heap, best as usize).is_ok() {
                    dict.set_migrate_to(best);
                }
            }
        }
        self.migrate(heap);
    }

    /// Moves the next few keys to the array: those up to the dictionary's `migrate_to`, and those that follow on the last element.
    fn migrate(self, heap: &mut Heap) {
        let dict = self.dict();
        for _ in 0..=MIGRATED_AT_ONCE {
            let len = self.array_len();
            if dict.integers() == 0 {
                dict.set_migrate_to(0);
                if !dict.has_other_integers() {
                    self.unset_flag(INTEGER_KEYS);
                }
                self.drop_empty_dictionary(heap);
                break;
            }
            if len == self.array_cap() {
                self.initialise_array();
            }
            if len == self.array_cap() {
                break;
            }
            let within = dict.migrate_to();
            let value = dict.take_integer(heap, u64::from(len) + 1);
            if value.is_nil() && (u64::from(len) >= within || dict.integers_up_to(within) == 0) {
                dict.set_migrate_to(0);
                break;
            }
            self.put_element(len, value);
            self.set_array_len(len + 1);
        }
    }

    pub(super) fn clear_array(self, heap: &mut Heap) {
        if self.array_len() > WIPED {
            let block = self.array();
            self.set_array(std::ptr::null_mut());
            self.set_array_cap(0);
            // SAFETY: more values than fit inline, so a block, and the table's own; it no longer refers to it.
            unsafe { storage::retire(heap, block.cast()) }
        }
        for i in 0..self.array_len().min(self.array_cap()) {
            heap.barrier(self.element(i));
            self.put_element(i, RawValue::NIL);
        }
        self.set_array_len(0);
    }

    /// Gives up the array, whose values the caller has taken.
    pub(super) fn drop_array(self, heap: &mut Heap) {
        let block = self.array();
        self.set_array(std::ptr::null_mut());
        self.set_array_len(0);
        self.set_array_cap(0);
        if block == self.inline() {
            for i in 0..INLINE_VALUES {
                // SAFETY: there are `INLINE_VALUES` inline values.
                unsafe {
                    heap.barrier(*block.add(i));
                    *block.add(i) = RawValue::NIL;
                }
            }
        } else if !block.is_null() {
            // SAFETY: the block was the table's own, and it no longer refers to it.
            unsafe { storage::retire(heap, block.cast()) }
        }
    }

    /// Room asked for when the table is made.
    #[cold]
    pub(super) fn reserve(self, heap: &mut Heap, array: usize, keys: usize) -> Result<(), OutOfMemory> {
        if keys > INLINE_VALUES {
            self.reserve_keys(heap, keys)?;
        }
        self.reserve_array(heap, array)
    }
}

/// A room that fills a cell of a power of two together with its header.
pub(in crate::table) fn block_room(want: usize) -> usize {
    const HEADER_VALUES: usize = storage::STORAGE_HEADER / 8;
    (want + HEADER_VALUES).next_power_of_two().max(4) - HEADER_VALUES
}
