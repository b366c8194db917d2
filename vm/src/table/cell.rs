//! The fields of a table's cell, and the plain steps on them.

use super::{DICTIONARY, INLINE_VALUES, INTEGER_KEYS, Table};
use crate::gc::Heap;
use crate::gc::storage::{self, NewValues};
use crate::value::{Gc, RawValue};

/// Reads and writes of plain fields: `getter setter field: type`.
macro_rules! fields {
    ($owner:ty, |$this:ident| $pointer:expr; $($get:ident $set:ident $($field:ident).+ : $ty:ty,)+) => {
        #[allow(dead_code, reason = "one line per field, used or not")]
        impl $owner {
            $(
                #[inline(always)]
                pub(super) fn $get(self) -> $ty {
                    let $this = self;
                    // SAFETY: the cell is live (gc/mod.rs) and has this type.
                    unsafe { (*$pointer).$($field).+ }
                }
                #[inline(always)]
                pub(super) fn $set(self, value: $ty) {
                    let $this = self;
                    // SAFETY: the cell is live (gc/mod.rs) and has this type.
                    unsafe { (*$pointer).$($field).+ = value }
                }
            )+
        }
    };
}
pub(super) use fields;

fields! { Gc<Table>, |table| table.as_ptr();
    flags set_flags header.flags: u8,
    extra set_extra header.extra: [u8; 2],
    shape set_shape header.aux: u32,
    meta_ptr set_meta_ptr meta: *mut Table,
    slots set_slots slots: *mut RawValue,
    array set_array array: *mut RawValue,
    array_len set_array_len array_len: u32,
    array_cap set_array_cap array_cap: u32,
}

impl Gc<Table> {
    /// Whether the keyed part is a dictionary.
    #[inline(always)]
    pub fn is_dictionary(self) -> bool {
        self.has(DICTIONARY)
    }

    /// Whether one of these flags is set.
    #[inline(always)]
    pub(super) fn has(self, flags: u8) -> bool {
        self.flags() & flags != 0
    }

    #[inline(always)]
    pub(super) fn set_flag(self, flag: u8) {
        self.set_flags(self.flags() | flag);
    }

    #[inline(always)]
    pub(super) fn unset_flag(self, flag: u8) {
        self.set_flags(self.flags() & !flag);
    }

    #[inline(always)]
    pub(super) fn set_slot_cap(self, cap: usize) {
        self.set_extra([cap.min(255) as u8, self.extra()[1]]);
    }

    #[inline(always)]
    pub(super) fn slot_cap(self) -> usize {
        usize::from(self.extra()[0])
    }

    /// The value in a slot below the room of `slots`.
    #[inline(always)]
    pub(super) fn slot(self, slot: u32) -> RawValue {
        // SAFETY: the caller's slot comes from the table's shape or dictionary (invariant 2).
        unsafe { *self.slots().add(slot as usize) }
    }

    /// The field in a slot of tables of a [`cache_shape`](Gc::cache_shape); `None` when this is no such table.
    ///
    /// # Safety
    /// [`find_slot`](Gc::find_slot) has found the slot in a table of this shape.
    #[inline]
    pub unsafe fn get_slot(self, shape: u32, slot: u32) -> Option<RawValue> {
        (self.shape() == shape && shape != 0).then(|| self.slot(slot))
    }

    #[inline(always)]
    pub(super) fn put_slot(self, slot: u32, value: RawValue) {
        // SAFETY: as for `slot`.
        unsafe { *self.slots().add(slot as usize) = value }
    }

    /// The value in the array at an index below `array_cap`.
    #[inline(always)]
    pub(super) fn element(self, index: u32) -> RawValue {
        debug_assert!(index < self.array_cap());
        // SAFETY: invariant 1.
        unsafe { *self.array().add(index as usize) }
    }

    #[inline(always)]
    pub(super) fn put_element(self, index: u32, value: RawValue) {
        debug_assert!(index < self.array_cap());
        // SAFETY: invariant 1.
        unsafe { *self.array().add(index as usize) = value }
    }

    /// Whether a value may simply be put behind the last array element.
    #[inline(always)]
    pub(super) fn can_append(self) -> bool {
        self.array_len() < self.array_cap() && !self.has(INTEGER_KEYS)
    }

    /// The first of the inline values.
    #[inline(always)]
    pub(super) fn inline(self) -> *mut RawValue {
        // SAFETY: a live cell; only the address of the field is taken.
        unsafe { (&raw mut (*self.as_ptr()).inline).cast() }
    }

    /// Whether neither part uses the inline values.
    pub(super) fn inline_is_free(self) -> bool {
        self.slots() != self.inline() && self.array() != self.inline()
    }

    pub(super) fn use_inline_for_slots(self) {
        debug_assert!(self.slots().is_null() && self.inline_is_free());
        self.set_slots(self.inline());
        self.set_slot_cap(INLINE_VALUES);
    }

    /// Copies `count` inline values to a block and leaves nil.
    pub(super) fn move_inline_to(self, heap: &mut Heap, block: NewValues, count: usize) {
        for i in 0..count {
            // SAFETY: `count` is at most `INLINE_VALUES`, and the block has more room than that.
            unsafe {
                let from = self.inline().add(i);
                // The cell may not have been scanned yet, and the fresh block will not be.
                heap.barrier(*from);
                block.first.add(i).write(*from);
                *from = RawValue::NIL;
            }
        }
        // SAFETY: the values below `count` were just written.
        unsafe { storage::set_values_len(block.first, count) }
    }
}

/// Initialises values of a block up to `len` with nil, unless they are already.
pub(super) fn initialise_to(first: *mut RawValue, len: usize) {
    // SAFETY: the caller owns the block, which has room for `len` values.
    unsafe {
        for i in storage::values_len(first)..len {
            first.add(i).write(RawValue::NIL);
        }
        storage::set_values_len(first, len.max(storage::values_len(first)));
    }
}
