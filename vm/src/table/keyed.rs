//! Keys outside the array: string keys by shape, and everything by dictionary.

use super::array::block_room;
use super::cell::initialise_to;
use super::dict::{Dict, hash_of};
use super::{
    DICTIONARY, INLINE_VALUES, INTEGER_KEYS, IS_META, SetError, SetHint, Table, WEAK_KEYS, WEAK_VALUES,
};
use crate::gc::storage;
use crate::gc::{Heap, OutOfMemory};
use crate::shape;
use crate::string::LuaString;
use crate::value::{Gc, RawValue};

/// Dictionaries up to this size are wiped by `clear`, larger ones dropped.
const WIPED: u32 = 1024;

/// Where an assignment by a string key went.
#[derive(Clone, Copy)]
pub(super) enum Placed {
    /// Nowhere: nil to an absent key.
    Nowhere,
    /// Into a slot the key had.
    Slot(u32),
    /// Into the slot of a new key of a dictionary.
    NewEntry,
    /// Into the slot of a new key by a change of shape.
    Added { before: u32, after: u32, slot: u32 },
}

impl Gc<Table> {
    /// The slot of a string key (whose value may be nil).
    pub fn find_slot(self, heap: &Heap, key: Gc<LuaString>) -> Option<u32> {
        if self.is_dictionary() {
            let key = RawValue::string(key);
            self.dict().find(key, hash_of(key))
        } else {
            heap.shapes.find(self.shape(), key)
        }
    }

    /// The shape id an inline cache may record, which stands for the slots of this table's string keys and the absence of others; 0
    /// when the table cannot be cached (weak tables). Gives a dictionary its private id.
    pub fn cache_shape(self, heap: &mut Heap) -> u32 {
        if self.has(WEAK_KEYS | WEAK_VALUES) {
            return 0;
        }
        if self.shape() == 0 {
            self.set_shape(heap.shapes.private_id());
        }
        self.shape()
    }

    /// Whether its [`cache_shape`](Gc::cache_shape) is this one.
    #[inline]
    pub fn has_shape(self, shape: u32) -> bool {
        self.shape() == shape && shape != 0
    }

    /// What a cache may remember of an assignment. Stores to a table that method caches look through are never cached, since
    /// they may have to move the method epoch.
    pub(super) fn hint(self, heap: &mut Heap, placed: Placed) -> SetHint {
        match placed {
            Placed::Nowhere | Placed::NewEntry => SetHint::None,
            Placed::Slot(slot) => match if self.has(IS_META) { 0 } else { self.cache_shape(heap) } {
                0 => SetHint::None,
                shape => SetHint::Existing { shape, slot },
            },
            Placed::Added { before, after, slot } => SetHint::Added { before, after, slot },
        }
    }

    /// Assigns a string key.
    pub(super) fn set_name(
        self,
        heap: &mut Heap,
        key: Gc<LuaString>,
        value: RawValue,
    ) -> Result<Placed, SetError> {
        if self.is_dictionary() {
            return self.set_entry(heap, key.into(), value);
        }
        let before = self.shape();
        if let Some(slot) = heap.shapes.find(before, key) {
            heap.barrier(self.slot(slot));
            self.put_slot(slot, value);
            return Ok(Placed::Slot(slot));
        }
        if value.is_nil() {
            return Ok(Placed::Nowhere);
        }
        self.add_name(heap, before, key, value)
    }

    /// [`Gc::set_name`] in a constructor.
    pub(super) fn init_name(
        self,
        heap: &mut Heap,
        key: Gc<LuaString>,
        value: RawValue,
    ) -> Result<Placed, SetError> {
        let shape = self.shape();
        if self.is_dictionary() || heap.shapes.find(shape, key).is_some() {
            return self.set_name(heap, key, value);
        }
        self.add_name(heap, shape, key, value)
    }

    /// Gives a table without keys, that nobody else knows and that has room for them, the values of the keys of a shape, in order. The shape is one that some live table has.
    pub(crate) fn give_fields(self, shape: u32, values: impl ExactSizeIterator<Item = RawValue>) {
        debug_assert!(self.shape() == shape::ROOT && values.len() <= self.slot_cap());
        for (slot, value) in (0..).zip(values) {
            self.put_slot(slot, value);
        }
        self.set_shape(shape);
    }

    #[inline(never)]
    fn add_name(
        self,
        heap: &mut Heap,
        before: u32,
        key: Gc<LuaString>,
        value: RawValue,
    ) -> Result<Placed, SetError> {
        let slot = heap.shapes.key_count(before);
        if slot == self.slot_cap() {
            self.grow_slots(heap, slot + 1)?;
        }
        heap.barrier_shape(before);
        let bytes = heap.shapes.bytes();
        let child = heap.shapes.child(before, key);
        heap.add_external(heap.shapes.bytes() - bytes);
        let Some(after) = child else {
            self.make_dictionary(heap, slot + 1)?;
            return self.set_entry(heap, key.into(), value);
        };
        self.put_slot(slot as u32, value);
        self.set_shape(after);
        Ok(Placed::Added { before, after, slot: slot as u32 })
    }

    /// Gives a table with a shape room for `want` slots.
    fn grow_slots(self, heap: &mut Heap, want: usize) -> Result<(), OutOfMemory> {
        if self.slots().is_null() && want <= INLINE_VALUES && self.inline_is_free() {
            self.use_inline_for_slots();
            return Ok(());
        }
        let new = if self.slots().is_null() || self.slots() == self.inline() {
            let new = storage::alloc_values(heap, block_room(want))?;
            if self.slots() == self.inline() {
                self.move_inline_to(heap, new, INLINE_VALUES);
            }
            new
        } else {
            // SAFETY: the block is the table's own.
            unsafe { storage::grow_values(heap, self.slots(), block_room(want))? }
        };
        let cap = new.cap.min(shape::MAX_KEYS);
        initialise_to(new.first, cap);
        self.set_slots(new.first);
        self.set_slot_cap(cap);
        Ok(())
    }

    /// Room for string keys, asked for when the table is made.
    pub(super) fn reserve_keys(self, heap: &mut Heap, keys: usize) -> Result<(), OutOfMemory> {
        if keys <= shape::MAX_KEYS { self.grow_slots(heap, keys) } else { self.make_dictionary(heap, keys) }
    }

    // ---- dictionaries ----------------------------------------------------------------------------------

    /// The dictionary of a table in dictionary mode.
    #[inline]
    pub(super) fn dict(self) -> Dict {
        debug_assert!(self.is_dictionary());
        Dict::of(self)
    }

    /// Any key that is not in the array.
    pub(super) fn get_other(self, heap: &Heap, key: RawValue) -> RawValue {
        if !self.is_dictionary() {
            return RawValue::NIL;
        }
        match self.dict().find(key, hash_of(key)) {
            Some(entry) => self.load(heap, self.slot(entry)),
            None => RawValue::NIL,
        }
    }

    /// Whether a key not in the array has a value.
    pub(super) fn has_other(self, key: RawValue) -> bool {
        self.dict().find(key, hash_of(key)).is_some_and(|entry| !self.slot(entry).is_nil())
    }

    /// Assigns any key that is neither in the array nor a string.
    pub(super) fn set_other(self, heap: &mut Heap, key: RawValue, value: RawValue) -> Result<(), SetError> {
        if !self.is_dictionary() {
            if value.is_nil() {
                return Ok(());
            }
            self.make_dictionary(heap, 1 + heap.shapes.key_count(self.shape()))?;
        }
        self.set_entry(heap, key, value).map(|_| ())
    }

    /// Assigns a key in a dictionary.
    fn set_entry(self, heap: &mut Heap, key: RawValue, value: RawValue) -> Result<Placed, SetError> {
        let dict = self.dict();
        let hash = hash_of(key);
        if let Some(entry) = dict.find(key, hash) {
            let old = self.slot(entry);
            heap.barrier(old);
            self.note_change(heap, key, old, value);
            self.put_slot(entry, value);
            match (old.is_nil(), value.is_nil()) {
                (true, false) => dict.revived(entry),
                (false, true) => dict.removed(heap, entry),
                (true, true) | (false, false) => {}
            }
            return Ok(Placed::Slot(entry));
        }
        if value.is_nil() {
            return Ok(Placed::Nowhere);
        }
        dict.insert(heap, key, hash, value)?;
        self.note_change(heap, key, RawValue::NIL, value);
        if key.is_string() {
            self.set_shape(0);
        }
        Ok(Placed::NewEntry)
    }

    /// Turns a table with a shape into a dictionary with room for `want` entries. Slots become the entries of the same number.
    pub(super) fn make_dictionary(self, heap: &mut Heap, want: usize) -> Result<(), OutOfMemory> {
        debug_assert!(!self.is_dictionary());
        let shape = self.shape();
        let count = heap.shapes.key_count(shape);
        let want = want.max(count).max(1);
        let (dict, keys) = Dict::alloc(heap, want)?;
        let in_block = !self.slots().is_null() && self.slots() != self.inline();
        let room = if in_block { self.slot_cap() } else { 0 };
        if room < want {
            let grown = if in_block {
                // SAFETY: the block is the table's own.
                unsafe { storage::grow_values(heap, self.slots(), keys.cap) }
            } else {
                storage::alloc_values(heap, keys.cap)
            };
            let new = match grown {
                Ok(new) => new,
                Err(error) => {
                    Dict::discard(heap, dict, keys);
                    return Err(error);
                }
            };
            if self.slots() == self.inline() {
                self.move_inline_to(heap, new, INLINE_VALUES);
            }
            self.set_slots(new.first);
            self.attach(heap, shape, count, dict, keys, new.cap);
        } else {
            self.attach(heap, shape, count, dict, keys, room);
        }
        Ok(())
    }

    fn attach(
        self,
        heap: &mut Heap,
        shape: u32,
        count: usize,
        dict: *mut super::dict::Record,
        keys: storage::NewValues,
        slot_room: usize,
    ) {
        // SAFETY: `slots` is a block, and the table's own.
        unsafe { *storage::link(self.slots()) = dict as usize }
        heap.barrier_shape(shape);
        self.set_shape(0);
        self.set_slot_cap(0);
        self.set_flag(DICTIONARY);
        let dict = self.dict();
        dict.start(keys, slot_room);
        for slot in 0..count as u32 {
            let key = heap.shapes.key(shape, slot).expect("the shape has `count` keys");
            dict.enter_slot(slot, key.into());
        }
    }

    /// After integer keys have migrated: a dictionary of which nothing is left goes away.
    pub(super) fn drop_empty_dictionary(self, heap: &mut Heap) {
        if self.dict().is_spent() && !self.has(IS_META | WEAK_KEYS | WEAK_VALUES | INTEGER_KEYS) {
            self.drop_dictionary(heap);
        }
    }

    fn drop_dictionary(self, heap: &mut Heap) {
        self.dict().retire(heap);
        let slots = self.slots();
        self.set_slots(std::ptr::null_mut());
        self.unset_flag(DICTIONARY | INTEGER_KEYS);
        self.set_shape(shape::ROOT);
        // SAFETY: a dictionary's slots are a block, the table's own, to which it no longer refers.
        unsafe { storage::retire(heap, slots.cast()) }
    }

    pub(super) fn clear_keys(self, heap: &mut Heap) {
        if !self.is_dictionary() {
            for slot in 0..heap.shapes.key_count(self.shape()) as u32 {
                heap.barrier(self.slot(slot));
                self.put_slot(slot, RawValue::NIL);
            }
            // A key may be in somebody's hands who got it from here.
            heap.barrier_shape(self.shape());
            self.set_shape(shape::ROOT);
            return;
        }
        if self.has(IS_META) {
            self.forget_absences();
            heap.method_epoch += 1;
        }
        if self.dict().len() > WIPED && !self.has(IS_META | WEAK_KEYS | WEAK_VALUES) {
            self.drop_dictionary(heap);
        } else {
            self.dict().wipe(heap);
            self.unset_flag(INTEGER_KEYS);
            self.set_shape(0);
        }
    }
}
