//! The dictionary part: entries in order of insertion, and an open-addressing index over them.
//!
//! Entry `e` has its key in `keys[e]` and its value in the table's `slots[e]`. The index maps a key's hash to `e + 1`; 0 is an empty cell.
//! Up to [`SCANNED`] entries need no index.
//!
//! A removed entry keeps its place with a nil value, so that `next` goes on from it. A key that is a string or no reference keeps its
//! key too and comes back to its place when assigned again; any other reference becomes a dead key
//! ([`RawValue::dead_key`]), which only `next` matches and the collector does not follow.
//!
//! **Rebuilding.** When the entries fill up (to grow) or many of them are dead (to compact), a new index takes over from the old one, a few
//! entries per insert: `read` walks over the entries, live ones move down to `write` and enter the new index. Meanwhile
//! entries below `write` and those added since (`end` and beyond) are in the new index, those from `read` to `end` in the old one, between
//! `write` and `read` there is nothing. Both indexes are searched, and a match is always decided by the key in the entry, so what is
//! stale in the old one does no harm. Only inserts rebuild: a traversal that only assigns and clears stays valid.

mod rebuild;
mod room;

use std::mem::offset_of;

use super::cell::fields;
use super::{MAX_ENTRIES, SetError, Table, WEAK_KEYS};
use crate::gc::Heap;
use crate::gc::storage::{self, NewValues};
use crate::value::{Gc, RawValue};

/// Up to this many entries are searched in order.
const SCANNED: u32 = 8;
/// Up to this many entries are rebuilt in one go.
const REBUILT_AT_ONCE: u32 = 64;
/// Entries a rebuild looks at per insert. A rebuild that starts when an eighth of the room is left must end before that is used up, so
/// more than eight; no more, since each may touch a fresh page of the new index.
const REBUILT_PER_INSERT: u32 = 10;
/// Powers of two by which integer keys are counted; the last row counts those beyond.
const POWERS: usize = MAX_ENTRIES.trailing_zeros() as usize + 2;

/// The record of a dictionary, a `Kind::Bytes` cell of the table's own.
#[repr(C)]
pub(super) struct Record {
    pub(super) keys: *mut RawValue,
    pub(super) index: *mut u32,
    /// The index being replaced; null when no rebuild is under way.
    pub(super) old_index: *mut u32,
    index_bits: u32,
    old_bits: u32,
    /// Entries there is room for.
    cap: u32,
    /// Keys there is room for, which grow ahead of the rest.
    keys_cap: u32,
    /// Entries in use, dead ones included.
    len: u32,
    /// Dead entries whose key is not a string (exact).
    dead: u32,
    /// Dead entries whose key is a string (about: inline caches assign nil without telling).
    dead_names: u32,
    /// All entries before this one are dead, and none of them can come back without telling.
    first_live: u32,
    read: u32,
    write: u32,
    end: u32,
    /// Live integer keys from 1 on, by the power of two they lie below or at.
    integers: [u32; POWERS],
    integer_count: u64,
    migrate_to: u64,
    rebuilding: bool,
}

/// Where compiled code finds the parts of a dictionary it looks numbers up in, as [`Dict::find`] does.
pub(crate) struct RecordLayout;

impl RecordLayout {
    /// The record's address, from the first slot.
    pub(crate) const FROM_SLOTS: i32 =
        offset_of!(storage::Storage, link) as i32 - size_of::<storage::Storage>() as i32;
    pub(crate) const KEYS: i32 = offset_of!(Record, keys) as i32;
    pub(crate) const INDEX: i32 = offset_of!(Record, index) as i32;
    pub(crate) const OLD_INDEX: i32 = offset_of!(Record, old_index) as i32;
    pub(crate) const INDEX_BITS: i32 = offset_of!(Record, index_bits) as i32;
    pub(crate) const LEN: i32 = offset_of!(Record, len) as i32;
    /// What [`hash_of`] multiplies with; the highest bits are the cell.
    pub(crate) const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
}

/// The dictionary of a table.
#[derive(Clone, Copy)]
pub(super) struct Dict {
    table: Gc<Table>,
    record: *mut Record,
}

fields! { Dict, |dict| dict.record;
    keys set_keys keys: *mut RawValue,
    index set_index index: *mut u32,
    old_index set_old_index old_index: *mut u32,
    index_bits set_index_bits index_bits: u32,
    old_bits set_old_bits old_bits: u32,
    cap set_cap cap: u32,
    keys_cap set_keys_cap keys_cap: u32,
    len set_len len: u32,
    dead set_dead dead: u32,
    dead_names set_dead_names dead_names: u32,
    first_live set_first_live first_live: u32,
    read set_read read: u32,
    write set_write write: u32,
    end set_end end: u32,
    migrate_to set_migrate_to migrate_to: u64,
    integers set_integers integer_count: u64,
    rebuilding set_rebuilding rebuilding: bool,
}

/// The hash of a key: a string's own, anything else from its bits (`-0` never gets here).
#[inline]
pub(super) fn hash_of(key: RawValue) -> u32 {
    match key.as_string() {
        Some(name) => name.hash().wrapping_mul(0x9E37_79B1),
        None => ((key.bits() ^ key.bits() >> 32).wrapping_mul(RecordLayout::FACTOR) >> 32) as u32,
    }
}

/// The row that counts an integer key; `None` for other keys.
fn power_of(key: RawValue) -> Option<usize> {
    let n = key.as_number()?;
    let i = super::integer_of(n)?;
    if i < 1 {
        return None;
    }
    Some(((i as u64).next_power_of_two().trailing_zeros() as usize).min(POWERS - 1))
}

impl Dict {
    #[inline]
    pub(super) fn of(table: Gc<Table>) -> Dict {
        // SAFETY: invariant 2: a dictionary's slots are a block whose link is the record's address.
        let record = unsafe { *storage::link(table.slots()) as *mut Record };
        Dict { table, record }
    }

    // ---- looking up ------------------------------------------------------------------------------------

    #[inline(always)]
    pub(super) fn key(self, entry: u32) -> RawValue {
        // SAFETY: entries below `len` are initialised (invariant 2).
        unsafe { *self.keys().add(entry as usize) }
    }

    #[inline(always)]
    fn put_key(self, entry: u32, key: RawValue) {
        // SAFETY: as for `key`.
        unsafe { *self.keys().add(entry as usize) = key }
    }

    /// The entry of a key, whose value may be nil.
    #[inline]
    pub(super) fn find(self, key: RawValue, hash: u32) -> Option<u32> {
        if self.index().is_null() {
            return (0..self.len()).find(|&entry| self.key(entry) == key);
        }
        self.probe(self.index(), self.index_bits(), key, hash).or_else(|| self.find_old(key, hash))
    }

    fn find_old(self, key: RawValue, hash: u32) -> Option<u32> {
        if self.old_index().is_null() {
            None
        } else {
            self.probe(self.old_index(), self.old_bits(), key, hash)
        }
    }

    /// The entry a key had when it was removed last: the key may have died in several, and a new object may have taken the address of
    /// one long gone.
    #[cold]
    pub(super) fn find_dead(self, key: RawValue) -> Option<u32> {
        let dead = key.dead_key();
        let entries =
            |index, bits| self.entries_at(index, bits, hash_of(key)).filter(|&e| self.key(e) == dead).max();
        if self.index().is_null() {
            return (0..self.len()).rfind(|&entry| self.key(entry) == dead);
        }
        let old = if self.old_index().is_null() { None } else { entries(self.old_index(), self.old_bits()) };
        entries(self.index(), self.index_bits()).max(old)
    }

    /// The entries whose cells are probed for a hash.
    fn entries_at(self, index: *mut u32, bits: u32, hash: u32) -> impl Iterator<Item = u32> {
        let mask = (1u32 << bits) - 1;
        let mut cell = hash >> (32 - bits);
        std::iter::from_fn(move || {
            // SAFETY: as in `probe`.
            let number = unsafe { *index.add(cell as usize) };
            cell = (cell + 1) & mask;
            number.checked_sub(1)
        })
    }

    #[inline]
    fn probe(self, index: *mut u32, bits: u32, key: RawValue, hash: u32) -> Option<u32> {
        let mask = (1u32 << bits) - 1;
        let mut cell = hash >> (32 - bits);
        loop {
            // SAFETY: the index has `1 << bits` cells, some of them empty; those in use name entries below the room for entries.
            unsafe {
                let number = *index.add(cell as usize);
                if number == 0 {
                    return None;
                }
                if *self.keys().add(number as usize - 1) == key {
                    return Some(number - 1);
                }
            }
            cell = (cell + 1) & mask;
        }
    }

    /// The index cell to change: the first one that holds `number`, which is there, or 0.
    fn cell_with(self, hash: u32, number: u32) -> *mut u32 {
        let bits = self.index_bits();
        let mask = (1u32 << bits) - 1;
        let mut cell = hash >> (32 - bits);
        loop {
            // SAFETY: as in `probe`.
            unsafe {
                let at = self.index().add(cell as usize);
                if *at == number {
                    return at;
                }
            }
            cell = (cell + 1) & mask;
        }
    }

    fn renumber(self, hash: u32, from: u32, to: u32) {
        if !self.index().is_null() {
            // SAFETY: `cell_with` returns a cell of the index.
            unsafe { *self.cell_with(hash, from) = to }
        }
    }

    /// Enters an entry into the index.
    fn enter(self, hash: u32, entry: u32) {
        self.renumber(hash, 0, entry + 1);
    }

    // ---- changes ---------------------------------------------------------------------------------------

    /// Adds an entry for a key that has none.
    pub(super) fn insert(
        self,
        heap: &mut Heap,
        key: RawValue,
        hash: u32,
        value: RawValue,
    ) -> Result<(), SetError> {
        if self.rebuilding() {
            self.rebuild(heap, REBUILT_PER_INSERT);
        }
        self.make_room(heap)?;
        self.append(key, hash, value);
        Ok(())
    }

    /// Adds an entry in the room there is.
    fn append(self, key: RawValue, hash: u32, value: RawValue) {
        let entry = self.len();
        self.initialise(entry as usize + 1);
        self.put_key(entry, key);
        self.table.put_slot(entry, value);
        self.set_len(entry + 1);
        self.enter(hash, entry);
        self.count(key, 1);
    }

    /// Assigns an integer key in room that was reserved.
    pub(super) fn append_integer(self, heap: &mut Heap, key: u64, value: RawValue) {
        let key = RawValue::number(key as f64);
        // The array may not have been scanned yet, and the entries may have been.
        heap.barrier(value);
        self.append(key, hash_of(key), value);
    }

    /// The value of an entry went from nil to something.
    pub(super) fn revived(self, entry: u32) {
        let key = self.key(entry);
        self.set_first_live(self.first_live().min(entry));
        if key.is_string() {
            self.set_dead_names(self.dead_names().saturating_sub(1));
        } else {
            self.set_dead(self.dead() - 1);
            self.count(key, 1);
        }
    }

    /// The value of an entry went from something to nil.
    pub(super) fn removed(self, heap: &mut Heap, entry: u32) {
        let key = self.key(entry);
        // A weak key would not be kept alive.
        if key.is_string() && !self.table.has(WEAK_KEYS) {
            self.set_dead_names(self.dead_names() + 1);
            return;
        }
        self.set_dead(self.dead() + 1);
        self.count(key, u32::MAX);
        if key.is_heap() {
            heap.barrier(key);
            self.put_key(entry, key.dead_key());
        }
    }

    /// Removes an integer key that goes to the array, and returns its value, nil when it has none. The entry forgets the key, which
    /// `next` will look for in the array.
    pub(super) fn take_integer(self, heap: &mut Heap, key: u64) -> RawValue {
        let key = RawValue::number(key as f64);
        let Some(entry) = self.find(key, hash_of(key)) else { return RawValue::NIL };
        let value = self.table.slot(entry);
        if !value.is_nil() {
            heap.barrier(value);
            self.table.put_slot(entry, RawValue::NIL);
            self.removed(heap, entry);
        }
        self.put_key(entry, RawValue::NIL);
        value
    }

    /// Turns the key of a dead entry that is a string into a dead key: to skip it for good, or to no longer keep it alive.
    pub(super) fn kill(self, heap: &Heap, entry: u32) {
        let key = self.key(entry);
        if key.is_string() {
            // Shades the key, which a stack may still hold.
            heap.weak_load(key);
            self.put_key(entry, key.dead_key());
            self.set_dead_names(self.dead_names().saturating_sub(1));
            self.set_dead(self.dead() + 1);
            self.table.set_shape(0);
        }
    }

    /// Removes an entry of which the collector freed the key or the value.
    pub(super) fn expire(self, entry: u32) {
        let key = self.key(entry);
        self.table.put_slot(entry, RawValue::NIL);
        self.set_dead(self.dead() + 1);
        self.count(key, u32::MAX);
        self.put_key(entry, key.dead_key());
    }

    /// Removes all entries, keeping the room.
    pub(super) fn wipe(self, heap: &mut Heap) {
        for entry in 0..self.len() {
            heap.barrier(self.key(entry));
            heap.barrier(self.table.slot(entry));
            self.put_key(entry, RawValue::NIL);
            self.table.put_slot(entry, RawValue::NIL);
        }
        if !self.index().is_null() {
            // SAFETY: the index has `1 << index_bits` cells.
            unsafe { self.index().write_bytes(0, 1 << self.index_bits()) }
        }
        self.end_rebuild(heap);
        self.reset_counts();
    }

    fn count(self, key: RawValue, change: u32) {
        if let Some(power) = power_of(key) {
            // SAFETY: the record is the table's own, `power` below `POWERS`.
            unsafe {
                let row = &raw mut (*self.record).integers[power];
                *row = (*row).wrapping_add(change);
            }
            if power < POWERS - 1 {
                self.set_integers(self.integers().wrapping_add_signed(i64::from(change as i32)));
            }
        }
    }

    /// Live integer keys in `2^(power-1) + 1 ..= 2^power`.
    pub(super) fn integers_in(self, power: u32) -> u64 {
        // SAFETY: the record is the table's own; the index is checked.
        u64::from(unsafe { (*self.record).integers[power as usize] })
    }

    /// Live integer keys in `1..=limit`, a power of two or 0.
    pub(super) fn integers_up_to(self, limit: u64) -> u64 {
        if limit == 0 { 0 } else { (0..=limit.trailing_zeros()).map(|power| self.integers_in(power)).sum() }
    }

    /// Whether there are integer keys too large for any array.
    pub(super) fn has_other_integers(self) -> bool {
        self.integers_in(POWERS as u32 - 1) > 0
    }

    /// Whether no entry can ever be read or come back but by being inserted anew.
    pub(super) fn is_spent(self) -> bool {
        let gap = if self.rebuilding() { self.read() - self.write() } else { 0 };
        self.dead() + gap == self.len()
    }

    fn reset_counts(self) {
        self.set_len(0);
        self.set_dead(0);
        self.set_dead_names(0);
        self.set_first_live(0);
        self.set_integers(0);
        self.set_migrate_to(0);
        // SAFETY: the record is the table's own.
        unsafe { (*self.record).integers = [0; POWERS] }
    }

    /// Gives up everything but the slots.
    pub(super) fn retire(self, heap: &mut Heap) {
        self.end_rebuild(heap);
        let keys = NewValues { first: self.keys(), cap: 0 };
        Dict::discard(heap, self.record, keys);
    }

    /// The blocks of the dictionary apart from the slots: record, keys, indexes (some may be null).
    pub(super) fn blocks(self) -> [*mut u8; 4] {
        [self.record.cast(), self.keys().cast(), self.index().cast(), self.old_index().cast()]
    }
}
