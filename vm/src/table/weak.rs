//! Weak tables. They are dictionaries without an array part, and no inline cache knows them, so that every load comes through here:
//! a loaded reference is shaded while marking, and reads as nil once marking has ended without reaching it.

use super::{INTEGER_KEYS, TURNING_WEAK, Table, WEAK_KEYS, WEAK_VALUES};
use crate::gc::{Heap, OutOfMemory};
use crate::value::{Gc, RawValue};

/// Whether a reference is a weak table's key or value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IsKey(pub(crate) bool);

/// A table with more array elements becomes weak in pieces, between frames.
const TURNED_AT_ONCE: u32 = 256;
/// Array elements that go to the dictionary in one piece: few, since each may touch a dozen fresh pages of an index.
const PIECE: u32 = 2;

impl Gc<Table> {
    /// Whether becoming weak would take long: the array goes to the dictionary, and a large dictionary may have to finish
    /// a rebuild for it.
    pub(super) fn turns_slowly(self) -> bool {
        let entries = if self.is_dictionary() { self.dict().len() } else { 0 };
        self.array_len() > 0 && self.array_len().saturating_add(entries) > TURNED_AT_ONCE
    }

    /// Whether pieces of its array are going to the dictionary.
    pub(crate) fn is_turning_weak(self) -> bool {
        self.has(TURNING_WEAK)
    }

    /// Its metatable no longer asks for it: the array may grow again.
    pub(crate) fn stop_turning_weak(self) {
        self.unset_flag(TURNING_WEAK);
    }

    /// Moves the next piece of the array to the dictionary, from its end; whether the table is weak now. It stays strong until then.
    ///
    /// # Errors
    /// When the memory limit is reached; the table is then not weak, and has lost nothing.
    pub(crate) fn turn_weak(self, heap: &mut Heap, flags: u8) -> Result<bool, OutOfMemory> {
        if !self.has(TURNING_WEAK) {
            // Room for all of it: growing while it fills would copy it several times, into fresh memory.
            if !self.is_dictionary() {
                self.make_dictionary(heap, self.array_len() as usize)?;
            }
            self.set_flag(TURNING_WEAK);
        }
        for _ in 0..PIECE {
            let Some(index) = self.array_len().checked_sub(1) else {
                self.unset_flag(TURNING_WEAK);
                return self.make_weak(heap, flags).map(|()| true);
            };
            let value = self.element(index);
            if !value.is_nil() {
                let key = RawValue::number(f64::from(index) + 1.0);
                // From here on the dictionary has the key; there it is an ordinary one.
                self.set_array_len(index);
                if self.set_other(heap, key, value).is_err() {
                    self.set_array_len(index + 1);
                    self.unset_flag(TURNING_WEAK);
                    return Err(OutOfMemory);
                }
                self.set_flag(INTEGER_KEYS);
            }
            self.put_element(index, RawValue::NIL);
            self.set_array_len(index);
        }
        Ok(false)
    }

    /// Makes the table weak, in effect from the next cycle on.
    ///
    /// # Errors
    /// When the memory limit is reached; the table is then not weak, and has lost nothing.
    pub(crate) fn make_weak(self, heap: &mut Heap, flags: u8) -> Result<(), OutOfMemory> {
        if !self.is_dictionary() {
            self.make_dictionary(heap, 0)?;
        }
        if self.array_len() > 0 {
            self.dict().reserve(heap, self.array_len() as usize)?;
        }
        for index in 0..self.array_len() {
            let value = self.element(index);
            if !value.is_nil() {
                self.dict().append_integer(heap, u64::from(index) + 1, value);
                self.set_flag(INTEGER_KEYS);
            }
        }
        self.drop_array(heap);
        self.unset_flag(WEAK_KEYS | WEAK_VALUES | TURNING_WEAK);
        self.set_flag(flags);
        self.set_shape(0);
        Ok(())
    }

    /// A value of a slot, as the script may see it.
    #[inline]
    pub(super) fn load(self, heap: &Heap, value: RawValue) -> RawValue {
        if self.has(WEAK_VALUES) { heap.weak_load(value) } else { value }
    }

    /// A key of an entry, as the script may see it.
    #[inline]
    pub(super) fn load_key(self, heap: &Heap, key: RawValue) -> RawValue {
        if self.has(WEAK_KEYS) { heap.weak_load(key) } else { key }
    }

    /// Removes the entries of a weak table whose weak key or value is dead, looking at up to `units` entries from `cursor` on. Returns where
    /// to go on, `None` at the end, and how many it looked at.
    pub(crate) fn clear_dead_entries(
        self,
        cursor: u32,
        units: u32,
        is_dead: impl Fn(RawValue, IsKey) -> bool,
    ) -> (Option<u32>, u32) {
        if !self.is_dictionary() {
            return (None, 0);
        }
        let dict = self.dict();
        let end = dict.len().min(cursor.saturating_add(units));
        for entry in cursor..end {
            let value = self.slot(entry);
            // Asking about a string keeps it: also as the key of a removed entry, which may come back.
            let dead_key = self.has(WEAK_KEYS) && is_dead(dict.key(entry), IsKey(true));
            let dead_value = self.has(WEAK_VALUES) && is_dead(value, IsKey(false));
            if !value.is_nil() && (dead_key || dead_value) {
                dict.expire(entry);
            }
        }
        (if end < dict.len() { Some(end) } else { None }, end - cursor.min(end))
    }
}
