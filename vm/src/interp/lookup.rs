//! Where string keys were found, for instructions that meet tables of many shapes.
//!
//! An inline cache remembers one shape and one class. Behind all of them stands this one cache per VM, found by
//! shape, metatable and key; entries are good under the same conditions as inline caches, and are not traced either
//! (`gc/mod.rs`, "Method caches and shape caches").

use crate::function::InlineCache;
use crate::string::LuaString;
use crate::table::Table;
use crate::value::{Gc, RawValue};

/// A power of two.
const SETS: usize = 256;
/// Answers of a set. With one, two lookups that fall together, in one loop body, would drive each other out for ever.
const WAYS: usize = 2;

/// One answer in this many is copied to the inline cache that asked: it gets to know what it sees all the time, and need not
/// change each time where it sees many shapes.
const COPIED_OF: u32 = 16;

/// The cache.
pub(crate) struct Lookups {
    sets: [[Lookup; WAYS]; SETS],
    /// Counts answers.
    answers: u32,
}

/// One answer.
#[derive(Clone, Copy)]
pub(crate) struct Lookup {
    key: *mut LuaString,
    /// The shape of the tables it answers for; 0, which an answer is never given for, when empty.
    shape: u32,
    /// The slot that has the key, or [`Lookup::LACKS`].
    slot: u32,
    /// The metatable of the tables it answers for, and what the key comes to behind it when there is no value in the slot ...
    meta: *mut Table,
    inherited: Inherited,
    /// ... while this method epoch stands.
    epoch: u32,
}

/// Where the answer behind a metatable is.
#[derive(Clone, Copy)]
pub(in crate::interp) enum Inherited {
    /// Not known.
    Unknown,
    /// It is this: a function, or nil. Storing another moves the epoch.
    Value(RawValue),
    /// It is in this slot of this table, whose keys change with the epoch.
    Slot(*mut Table, u32),
}

impl Lookup {
    /// As `slot`: tables of the shape lack the key.
    const LACKS: u32 = u32::MAX;
    const EMPTY: Lookup = Lookup {
        key: std::ptr::null_mut(),
        shape: 0,
        slot: 0,
        meta: std::ptr::null_mut(),
        inherited: Inherited::Unknown,
        epoch: 0,
    };

    #[inline(always)]
    fn is_for(&self, shape: u32, meta: *mut Table, key: Gc<LuaString>) -> bool {
        self.shape == shape && self.key == key.as_ptr() && self.meta == meta
    }
}

impl Lookups {
    pub(crate) fn new() -> Lookups {
        Lookups { sets: [[Lookup::EMPTY; WAYS]; SETS], answers: 0 }
    }

    #[inline(always)]
    fn index(shape: u32, meta: *mut Table, key: Gc<LuaString>) -> usize {
        // Cells are 16 bytes at least, tables 64. What is made together lies together, and shapes are counted: the factors keep
        // small differences in one from making up for those in another.
        let (key, meta) = (key.as_ptr() as usize >> 4, meta as usize >> 6);
        key.wrapping_add(meta.wrapping_mul(31)).wrapping_add((shape as usize).wrapping_mul(73)) % SETS
    }

    /// The entry for a key in a table.
    ///
    /// # Safety
    /// `table` is live.
    #[inline(always)]
    unsafe fn entry(&self, table: *mut Table, key: Gc<LuaString>) -> Option<&Lookup> {
        // SAFETY: a live table.
        let (shape, meta) = unsafe { ((*table).header.aux, (*table).meta) };
        let [first, second] = &self.sets[Self::index(shape, meta, key)];
        let entry = if first.is_for(shape, meta, key) { first } else { second };
        (entry.is_for(shape, meta, key) && shape != 0).then_some(entry)
    }

    #[inline(always)]
    fn is_to_be_copied(&mut self) -> bool {
        self.answers = self.answers.wrapping_add(1);
        self.answers.is_multiple_of(COPIED_OF)
    }

    /// What the key of an inline cache comes to in a table, if that is remembered. The inline cache may learn it too.
    ///
    /// # Safety
    /// `table` and `cache` are live and the cache is that of a read; `epoch` is the method epoch.
    #[inline(always)]
    pub(in crate::interp) unsafe fn read(
        &mut self,
        table: *mut Table,
        cache: *mut InlineCache,
        epoch: u32,
    ) -> Option<RawValue> {
        // SAFETY: a live table; its shape says that it has the slot, the epoch that the slot inherited from is there.
        unsafe {
            let entry = *self.entry(table, (*cache).key)?;
            if entry.slot != Lookup::LACKS {
                let value = *(*table).slots.add(entry.slot as usize);
                if !value.is_nil() {
                    if self.is_to_be_copied() {
                        (*cache).found_in_slot(entry.shape, entry.slot);
                    }
                    return Some(value);
                }
            }
            if entry.epoch != epoch {
                return None;
            }
            match entry.inherited {
                Inherited::Unknown => None,
                Inherited::Value(value) => {
                    if self.is_to_be_copied() {
                        if entry.slot != Lookup::LACKS {
                            (*cache).found_in_slot(entry.shape, entry.slot);
                        }
                        (*cache).other_shape = entry.shape;
                        (*cache).meta = entry.meta;
                        (*cache).value = value;
                        (*cache).epoch = epoch;
                        (*cache).ctype = InlineCache::EMPTY;
                    }
                    Some(value)
                }
                Inherited::Slot(holder, slot) => {
                    let value = *(*holder).slots.add(slot as usize);
                    (!value.is_nil()).then_some(value)
                }
            }
        }
    }

    /// Where a table has the key of an inline cache, if that is remembered. The inline cache may learn it too.
    ///
    /// # Safety
    /// `table` and `cache` are live and the cache is that of an assignment.
    #[inline(always)]
    pub(in crate::interp) unsafe fn place(
        &mut self,
        table: *mut Table,
        cache: *mut InlineCache,
    ) -> Option<*mut RawValue> {
        // SAFETY: a live table; its shape says that it has the slot.
        unsafe {
            let entry = *self.entry(table, (*cache).key)?;
            if entry.slot == Lookup::LACKS {
                return None;
            }
            if self.is_to_be_copied() {
                (*cache).shape = entry.shape;
                (*cache).slot = entry.slot;
                (*cache).other_shape = InlineCache::EMPTY;
            }
            Some((*table).slots.add(entry.slot as usize))
        }
    }

    /// Remembers where tables of a shape have a key, and what it comes to behind their metatable, if that is known for an epoch.
    ///
    /// # Safety
    /// `table` is live.
    pub(in crate::interp) unsafe fn remember(
        &mut self,
        table: *mut Table,
        key: Gc<LuaString>,
        slot: Option<u32>,
        inherited: Option<(Inherited, u32)>,
    ) {
        // SAFETY: a live table.
        let (shape, meta) = unsafe { ((*table).header.aux, (*table).meta) };
        let slot = slot.unwrap_or(Lookup::LACKS);
        let (inherited, epoch) = inherited.unwrap_or((Inherited::Unknown, 0));
        let set = &mut self.sets[Self::index(shape, meta, key)];
        if !set[0].is_for(shape, meta, key) {
            set[1] = set[0];
        }
        set[0] = Lookup { key: key.as_ptr(), shape, slot, meta, inherited, epoch };
    }
}
