//! Tables: one type with an array part, and a part for other keys that is either described by a shape or a dictionary.
//!
//! - [`array`](self::array): dense values of `1..n`, next to which integer keys in the dictionary wait for their turn.
//! - [`keyed`]: string keys, by shape as long as there are few, and how a table becomes a dictionary.
//! - [`dict`]: insertion-ordered entries with an incremental index.
//! - [`traverse`], [`metatable`], [`weak`], [`bulk`], [`parts`]: `next`, metatables and their caches, weak tables, what the table library
//!   does to arrays, what the collector sees.
//! - [`cell`]: the fields of the cell. Everything above is written in its terms.
//!
//! Invariants, on which the `SAFETY` comments rest:
//!
//! 1. `array_len <= array_cap <=` the length of the array's storage (the inline values, or the initialised length of its block). Values from `array_len` on are nil.
//! 2. With a shape, `slots` has room for `header.extra[0] >=` the shape's key count, all initialised. As a dictionary, `slots` is always a block,
//!    its link is the address of the dictionary's record, and `len <= cap <=` the room of both entry blocks, initialised up to `len`.
//! 3. A key lives in one place: integer keys `<= array_len` in the array, all others not. If the dictionary may have integer keys at or above 1,
//!    [`INTEGER_KEYS`] is set.
//! 4. The inline values belong to `slots` or to `array` or to neither (then they are nil).

#![allow(unsafe_code, reason = "reads and writes heap cells")]

mod array;
mod bulk;
mod cell;
mod dict;
mod keyed;
mod metatable;
mod parts;
#[cfg(test)]
pub(crate) mod tests;
mod traverse;
mod weak;

use crate::gc::kind::{Header, Kind};
use crate::gc::{Heap, OutOfMemory};
use crate::shape;
use crate::string::LuaString;
use crate::value::{Gc, RawValue};

pub(crate) use dict::RecordLayout;
pub(crate) use parts::Part;
pub(crate) use weak::IsKey;

/// How many values a table's own cell holds.
pub const INLINE_VALUES: usize = 3;
/// The most elements an array, and the most entries a dictionary can have.
pub const MAX_ENTRIES: usize = 1 << 27;

/// A table's header cell (64 bytes). `header.aux` is the shape id (0 for a dictionary that no cache has seen), `header.extra[0]` the
/// capacity of `slots` (0 for a dictionary), `header.extra[1]` the absent-metamethod bits of a table used as a metatable.
///
/// `slots` holds the values of string (and other non-array) keys, densely, in both modes: with a shape the key-to-slot map is the
/// shape's; as a dictionary it is the table's own, found through the link word in front of the slots. Either
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
    /// How many array values are in use (reads beyond go to the dictionary).
    pub array_len: u32,
    /// How many array values there is initialised room for.
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
/// Header flag: the dictionary may have integer keys at or above 1, so an append must look there.
pub const INTEGER_KEYS: u8 = 16;

/// Header flag: the array is on its way to the dictionary, after which the table is weak.
pub const TURNING_WEAK: u8 = 32;

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
    /// The key exists in `slot` of tables with this shape. A store there keeps the barrier and needs nothing else.
    Existing {
        /// The shape id.
        shape: u32,
        /// The slot.
        slot: u32,
    },
    /// The key was added: tables of shape `before` with room in `slots` become `after` with the value in `slot`. **Good only while
    /// `heap.method_epoch` stays as it is** (the collector may drop the shape afterwards), and only for a value other than nil.
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
#[inline]
pub fn new_table(heap: &mut Heap, array: usize, keys: usize) -> Result<Gc<Table>, OutOfMemory> {
    let cell: *mut Table = heap.alloc(Kind::Table, size_of::<Table>())?.cast();
    // SAFETY: the cell is fresh and large enough.
    let table = unsafe {
        cell.write(Table {
            header: Header { aux: shape::ROOT, ..Header::new(Kind::Table) },
            meta: std::ptr::null_mut(),
            slots: std::ptr::null_mut(),
            array: std::ptr::null_mut(),
            array_len: 0,
            array_cap: 0,
            inline: [RawValue::NIL; INLINE_VALUES],
        });
        Gc::from_ptr(cell)
    };
    if keys > 0 && keys <= INLINE_VALUES {
        table.use_inline_for_slots();
    }
    if array > 0 || keys > INLINE_VALUES {
        table.reserve(heap, array, keys)?;
    }
    Ok(table)
}

/// A key as the parts of a table see it.
#[derive(Clone, Copy)]
enum Key {
    /// An interned string.
    Name(Gc<LuaString>),
    /// A number with an integer value.
    Integer(i64),
    /// Anything else but nil and NaN.
    Other(RawValue),
}

/// The integer a number is, if it is one; `-0` is 0.
#[inline(always)]
fn integer_of(n: f64) -> Option<i64> {
    let i = n as i64;
    // 2^63 and beyond saturate, and are not integers here: the float is the key.
    if i as f64 == n && i != i64::MAX { Some(i) } else { None }
}

impl Gc<Table> {
    /// `rawget`.
    #[inline]
    pub fn get(self, heap: &Heap, key: RawValue) -> RawValue {
        if let Some(name) = key.as_string() {
            if name.is_interned() { self.get_str(heap, name) } else { self.get_long(heap, name) }
        } else if let Some(n) = key.as_number() {
            match integer_of(n) {
                Some(i) => self.get_int(heap, i),
                None => self.get_other(heap, key),
            }
        } else {
            self.get_other(heap, key)
        }
    }

    /// `rawget` with an interned string.
    #[inline]
    pub fn get_str(self, heap: &Heap, key: Gc<LuaString>) -> RawValue {
        if self.is_dictionary() {
            return self.get_other(heap, key.into());
        }
        heap.shapes.find(self.shape(), key).map_or(RawValue::NIL, |slot| self.slot(slot))
    }

    /// `rawget` with an integer.
    #[inline(always)]
    pub fn get_int(self, heap: &Heap, key: i64) -> RawValue {
        let index = (key as u64).wrapping_sub(1);
        if index < u64::from(self.array_len()) {
            return self.element(index as u32);
        }
        self.get_far_int(heap, key)
    }

    /// `rawset`.
    ///
    /// # Errors
    /// See [`SetError`].
    #[inline]
    pub fn set(self, heap: &mut Heap, key: RawValue, value: RawValue) -> Result<(), SetError> {
        match key_of(heap, key)? {
            Key::Name(name) => self.set_name(heap, name, value).map(|_| ()),
            Key::Integer(i) => self.set_int(heap, i, value),
            Key::Other(key) => self.set_other(heap, key, value),
        }
    }

    /// `rawset` with an interned string, telling what a cache may remember.
    ///
    /// # Errors
    /// See [`SetError`].
    pub fn set_str(self, heap: &mut Heap, key: Gc<LuaString>, value: RawValue) -> Result<SetHint, SetError> {
        let placed = self.set_name(heap, key, value)?;
        Ok(self.hint(heap, placed))
    }

    /// Assigns a string key of a table under construction: a key assigned nil has its place in the shape, so that tables from
    /// one constructor have one shape.
    ///
    /// # Errors
    /// See [`SetError`].
    pub fn init_str(self, heap: &mut Heap, key: Gc<LuaString>, value: RawValue) -> Result<SetHint, SetError> {
        let placed = self.init_name(heap, key, value)?;
        Ok(self.hint(heap, placed))
    }

    /// `rawset` with an integer.
    ///
    /// # Errors
    /// See [`SetError`].
    #[inline(always)]
    pub fn set_int(self, heap: &mut Heap, key: i64, value: RawValue) -> Result<(), SetError> {
        let index = (key as u64).wrapping_sub(1);
        let len = self.array_len();
        if index < u64::from(len) {
            heap.barrier(self.element(index as u32));
            self.put_element(index as u32, value);
            return Ok(());
        }
        if index == u64::from(len) && self.can_append() && !value.is_nil() {
            self.put_element(len, value);
            self.set_array_len(len + 1);
            return Ok(());
        }
        self.set_far_int(heap, key, value)
    }

    /// Whether an assignment by a number leaves alone what inline caches and compiled code know of the table: it goes to the array, or to a dictionary
    /// whose string keys nobody knows the places of.
    pub fn takes_number(self, key: f64) -> bool {
        let is_element =
            integer_of(key).is_some_and(|i| (i as u64).wrapping_sub(1) < u64::from(self.array_len()));
        !self.has(WEAK_KEYS | WEAK_VALUES | TURNING_WEAK)
            && (is_element || self.is_dictionary() && self.shape() == 0)
    }

    #[cold]
    fn get_long(self, heap: &Heap, key: Gc<LuaString>) -> RawValue {
        heap.find_interned(key).map_or(RawValue::NIL, |name| self.get_str(heap, name))
    }

    /// Removes all entries, keeping what room is cheap to keep.
    pub fn clear(self, heap: &mut Heap) {
        self.clear_array(heap);
        self.clear_keys(heap);
    }
}

/// Sorts a key to be assigned; a long string is interned.
#[inline]
fn key_of(heap: &mut Heap, key: RawValue) -> Result<Key, SetError> {
    if let Some(name) = key.as_string() {
        return Ok(Key::Name(heap.intern_key(name)?));
    }
    if let Some(n) = key.as_number() {
        return match integer_of(n) {
            Some(i) => Ok(Key::Integer(i)),
            None if n.is_nan() => Err(SetError::NanKey),
            None => Ok(Key::Other(key)),
        };
    }
    if key.is_nil() { Err(SetError::NilKey) } else { Ok(Key::Other(key)) }
}
