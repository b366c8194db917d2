//! Tables: array, shape and dictionary parts.

#![allow(unsafe_code, reason = "reads and writes heap cells")]

use crate::gc::kind::Header;
use crate::gc::{Heap, OutOfMemory};
use crate::rt::meta::Meta;
use crate::string::LuaString;
use crate::value::{Gc, RawValue};

/// How many values a table's own cell holds.
pub const INLINE_VALUES: usize = 3;

/// A table's header cell (64 bytes). `header.aux` is the shape id, `header.extra[0]` the capacity of `slots`,
/// `header.extra[1]` the absent-metamethod bits of a table used as a metatable.
///
/// `slots` holds the values of string (and other non-array) keys, densely, in both modes: with a shape the key-to-slot map is the
/// shape's; as a dictionary it is the table's own, found through a word in front of the slots. Either
/// `slots` or `array` may use the inline values.
#[repr(C)]
pub struct Table {
    /// See the type.
    pub header: Header,
    /// The metatable, or null.
    pub meta: *mut Table,
    /// Values by slot.
    pub slots: *mut RawValue,
    /// Values of the keys `1..=array_len`.
    pub array: *mut RawValue,
    /// How many array values are initialised (reads beyond go to the dictionary).
    pub array_len: u32,
    /// How many array values there is room for.
    pub array_cap: u32,
    /// Room for a few values in the cell itself.
    pub inline: [RawValue; INLINE_VALUES],
}

/// Header flag: used as a metatable or `__index` target: changing it may move the method epoch.
pub const IS_META: u8 = 1;
/// Header flag: weak keys (in effect from the next cycle).
pub const WEAK_KEYS: u8 = 2;
/// Header flag: weak values.
pub const WEAK_VALUES: u8 = 4;
/// Header flag: the table is in dictionary mode.
pub const DICTIONARY: u8 = 8;

/// Why an assignment is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetError {
    /// The key is nil.
    NilKey,
    /// The key is NaN.
    NanKey,
    /// The table has reached its size limit.
    TooLarge,
    /// The memory limit was reached; the table is unchanged.
    Memory,
}

impl From<OutOfMemory> for SetError {
    fn from(_: OutOfMemory) -> SetError {
        SetError::Memory
    }
}

/// What an inline cache may remember of a lookup or assignment by a string key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetHint {
    /// Nothing.
    None,
    /// The key exists in `slot` of tables with this shape.
    Existing {
        /// The shape id.
        shape: u32,
        /// The slot.
        slot: u32,
    },
    /// The key was added: tables of shape `before` with room in `slots` become `after` with the value in `slot`.
    Added {
        /// The shape id before.
        before: u32,
        /// The shape id after.
        after: u32,
        /// The slot.
        slot: u32,
    },
}

/// A key given to `next` is not in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidKey;

/// A new table with room for `array` elements and `keys` keys.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_table(_heap: &mut Heap, _array: usize, _keys: usize) -> Result<Gc<Table>, OutOfMemory> {
    todo!()
}

impl Gc<Table> {
    /// `rawget`.
    pub fn get(self, _heap: &Heap, _key: RawValue) -> RawValue {
        todo!()
    }
    /// `rawget` with an interned string.
    pub fn get_str(self, _heap: &Heap, _key: Gc<LuaString>) -> RawValue {
        todo!()
    }
    /// `rawget` with an integer.
    pub fn get_int(self, _heap: &Heap, _key: i64) -> RawValue {
        todo!()
    }
    /// `rawset`.
    ///
    /// # Errors
    /// See [`SetError`].
    pub fn set(self, _heap: &mut Heap, _key: RawValue, _value: RawValue) -> Result<(), SetError> {
        todo!()
    }
    /// `rawset` with an interned string, telling what a cache may remember.
    ///
    /// # Errors
    /// See [`SetError`].
    pub fn set_str(
        self,
        _heap: &mut Heap,
        _key: Gc<LuaString>,
        _value: RawValue,
    ) -> Result<SetHint, SetError> {
        todo!()
    }
    /// `rawset` with an integer.
    ///
    /// # Errors
    /// See [`SetError`].
    pub fn set_int(self, _heap: &mut Heap, _key: i64, _value: RawValue) -> Result<(), SetError> {
        todo!()
    }
    /// The border `#t` returns.
    pub fn len(self, _heap: &Heap) -> u64 {
        todo!()
    }
    /// The traversal position of a key: 0 for nil, else one that `entry_after` continues from. Dead keys are found too.
    ///
    /// # Errors
    /// When the key was never in the table.
    pub fn position_of(self, _heap: &Heap, _key: RawValue) -> Result<u32, InvalidKey> {
        todo!()
    }
    /// The first entry with a non-nil value at a position or after: the next position, key and value.
    pub fn entry_after(self, _heap: &Heap, _position: u32) -> Option<(u32, RawValue, RawValue)> {
        todo!()
    }
    /// The metatable.
    #[inline(always)]
    pub fn metatable(self) -> Option<Gc<Table>> {
        // SAFETY: a live cell, whose metatable is null or live.
        unsafe {
            let meta = (*self.as_ptr()).meta;
            if meta.is_null() { None } else { Some(Gc::from_ptr(meta)) }
        }
    }
    /// Replaces the metatable; sets its flags, reads its `__mode`.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn set_metatable(self, _heap: &mut Heap, _meta: Option<Gc<Table>>) -> Result<(), OutOfMemory> {
        todo!()
    }
    /// A metamethod, this table being the metatable: nil when absent. Absence is cached in the header.
    pub fn meta(self, _heap: &Heap, _event: Meta) -> RawValue {
        todo!()
    }
    /// The slot of a string key (whose value may be nil).
    pub fn find_slot(self, _heap: &Heap, _key: Gc<LuaString>) -> Option<u32> {
        todo!()
    }
    /// The shape id an inline cache may record; 0 when the table cannot be cached (weak tables). Gives a dictionary its private id.
    pub fn cache_shape(self, _heap: &mut Heap) -> u32 {
        todo!()
    }
    /// Marks the table as one that method caches look through (a metatable or `__index` target): it becomes a dictionary
    /// whose changes move the method epoch. To be called for every table a method cache's value was found through.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn make_meta(self, _heap: &mut Heap) -> Result<(), OutOfMemory> {
        todo!()
    }
    /// Removes all entries, keeping the room.
    pub fn clear(self, _heap: &mut Heap) {
        todo!()
    }
}
