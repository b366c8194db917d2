//! What the table library does to whole arrays.
//!
//! The shifts work on a **plain array**: all integer keys from 1 on in the array part, no hole at its end, not weak. They say so when
//! it is not, and the caller goes key by key.

use super::{INTEGER_KEYS, SetError, TURNING_WEAK, Table, WEAK_KEYS, WEAK_VALUES};
use crate::gc::Heap;
use crate::value::{Gc, RawValue};

/// Values moved down by one copy: long copies by so short a distance are the slow case of the C library's `memmove`.
const MOVED_AT_ONCE: usize = 128;

impl Gc<Table> {
    /// The length of a plain array; `None` for any other table.
    pub fn plain_len(self, heap: &Heap) -> Option<u32> {
        if self.has(INTEGER_KEYS | WEAK_KEYS | WEAK_VALUES | TURNING_WEAK) {
            return None;
        }
        let border = self.len(heap);
        if border == u64::from(self.array_len()) { Some(border as u32) } else { None }
    }

    /// The largest key in the array part that has a value, and the traversal position behind the array part.
    pub(crate) fn array_extent(self) -> (u32, u32) {
        let end = self.array_len();
        let used = (0..end).rev().find(|&index| !self.element(index).is_nil());
        (used.map_or(0, |index| index + 1), end)
    }

    /// Inserts a value at a zero-based index of a plain array and moves up what follows; `false` when it is not one or the
    /// index is beyond its end.
    ///
    /// # Errors
    /// See [`SetError`].
    pub fn insert_shift(self, heap: &mut Heap, index: u32, value: RawValue) -> Result<bool, SetError> {
        let Some(len) = self.plain_len(heap) else { return Ok(false) };
        if index > len || value.is_nil() {
            return Ok(false);
        }
        if index == len {
            return self.set_int(heap, i64::from(len) + 1, value).map(|()| true);
        }
        if len == self.array_cap() {
            self.reserve_array(heap, len as usize + 1)?;
        }
        // While marking, values only move away from what has been scanned: none is missed.
        // SAFETY: `index <= len < array_cap` (invariant 1).
        unsafe {
            let at = self.array().add(index as usize);
            std::ptr::copy(at, at.add(1), (len - index) as usize);
        }
        self.put_element(index, value);
        self.set_array_len(len + 1);
        Ok(true)
    }

    /// Removes the value at a zero-based index of a plain array and moves down what follows; `None` when it is not one or the
    /// index is beyond its end.
    pub fn remove_shift(self, heap: &mut Heap, index: u32) -> Option<RawValue> {
        let len = self.plain_len(heap)?;
        if index >= len {
            return None;
        }
        let value = self.element(index);
        heap.barrier(value);
        self.shade_at_cursor(heap, index);
        let mut from = index as usize + 1;
        while from < len as usize {
            let count = MOVED_AT_ONCE.min(len as usize - from);
            // SAFETY: `from + count <= len <= array_cap` (invariant 1).
            unsafe {
                let source = self.array().add(from);
                std::ptr::copy(source, source.sub(1), count);
            }
            from += count;
        }
        self.put_element(len - 1, RawValue::NIL);
        self.set_array_len(len - 1);
        Some(value)
    }

    /// Removes the last value of a plain array; `None` when it is not one or is empty.
    #[inline]
    pub fn remove_last(self, heap: &mut Heap) -> Option<RawValue> {
        let len = self.plain_len(heap)?.checked_sub(1)?;
        let value = self.element(len);
        heap.barrier(value);
        self.put_element(len, RawValue::NIL);
        self.set_array_len(len);
        Some(value)
    }

    /// To be called before values above `index` move down by one: shades the one that would pass the marker, if that is in the middle of
    /// the array. An array that it has not come to keeps what it holds; of one that it is done with everything is marked.
    fn shade_at_cursor(self, heap: &mut Heap, index: u32) {
        if heap.marking
            && self.array_is_block()
            && let Some(cursor) = heap.cursor_in_values(self.array())
            && (index as usize) < cursor
            && cursor < self.array_len() as usize
        {
            heap.barrier(self.element(cursor as u32));
        }
    }
}
