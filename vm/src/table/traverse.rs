//! Traversal: the array in order, then the other keys in order of insertion.
//!
//! A position counts what lies before: `array_cap` array places, then slots or entries. The array's room and the entries' places only change when a
//! key is added, so positions and dead keys stay good while values are assigned or cleared.

use super::dict::Dict;
use super::{InvalidKey, Table};
use crate::gc::Heap;
use crate::value::{Gc, RawValue};

impl Gc<Table> {
    /// The traversal position of a key: 0 for nil, else one that `entry_after` continues from. Dead keys are found too.
    ///
    /// # Errors
    /// When the key was never in the table.
    #[inline]
    pub fn position_of(self, heap: &Heap, key: RawValue) -> Result<u32, InvalidKey> {
        if key.is_nil() {
            return Ok(0);
        }
        let index = key.as_number().and_then(super::integer_of);
        if let Some(i) = index
            && (i as u64).wrapping_sub(1) < u64::from(self.array_len())
        {
            return Ok(i as u32);
        }
        // A long string stands for its interned twin.
        let name = key.as_string().and_then(|name| heap.find_interned(name));
        let slot = name.and_then(|name| self.find_slot(heap, name));
        if let Some(slot) = slot.or_else(|| self.entry_of(name.map_or(key, RawValue::string))) {
            return Ok(self.array_cap() + slot + 1);
        }
        match index {
            // It was at the end of the array, and has been cleared.
            Some(i) if (i as u64).wrapping_sub(1) < u64::from(self.array_cap()) => Ok(i as u32),
            // LuaJIT's arrays have a place for it.
            Some(0) if self.array_cap() > 0 => Ok(0),
            Some(_) | None => Err(InvalidKey),
        }
    }

    /// The entry of a key in the dictionary, dead or alive.
    fn entry_of(self, key: RawValue) -> Option<u32> {
        if !self.is_dictionary() {
            return None;
        }
        let key = match key.as_number().and_then(super::integer_of) {
            Some(i) => RawValue::number(i as f64),
            None => key,
        };
        let dict = self.dict();
        dict.find(key, super::dict::hash_of(key)).or_else(|| dict.find_dead(key))
    }

    /// The first entry with a non-nil value at a position or after: the next position, key and value.
    #[inline]
    pub fn entry_after(self, heap: &Heap, position: u32) -> Option<(u32, RawValue, RawValue)> {
        for index in position..self.array_len() {
            let value = self.element(index);
            if !value.is_nil() {
                return Some((index + 1, RawValue::number_unchecked(f64::from(index + 1)), value));
            }
        }
        let start = position.saturating_sub(self.array_cap());
        let (slot, key, value) =
            if self.is_dictionary() { self.next_entry(heap, start) } else { self.next_slot(heap, start) }?;
        Some((self.array_cap() + slot + 1, key, value))
    }

    /// The key and value behind those of a key, the first ones behind nil: what `next` gives, nothing at the end.
    ///
    /// # Errors
    /// When the key was never in the table.
    #[inline]
    pub fn entry_behind(
        self,
        heap: &Heap,
        key: RawValue,
    ) -> Result<Option<(RawValue, RawValue)>, InvalidKey> {
        let position = self.position_of(heap, key)?;
        Ok(self.entry_after(heap, position).map(|(_, key, value)| (key, value)))
    }

    fn next_slot(self, heap: &Heap, start: u32) -> Option<(u32, RawValue, RawValue)> {
        let shape = self.shape();
        for slot in start..heap.shapes.key_count(shape) as u32 {
            let value = self.slot(slot);
            if !value.is_nil() {
                let key = heap.shapes.key(shape, slot).expect("a slot below the shape's key count");
                return Some((slot, key.into(), value));
            }
        }
        None
    }

    fn next_entry(self, heap: &Heap, start: u32) -> Option<(u32, RawValue, RawValue)> {
        let dict: Dict = self.dict();
        let mut entry = start.max(dict.first_live());
        let mut all_dead_before = entry == dict.first_live();
        let mut found = None;
        while entry < dict.len() {
            let stored = self.slot(entry);
            if stored.is_nil() {
                if all_dead_before {
                    dict.kill(heap, entry);
                    dict.set_first_live(entry + 1);
                }
            } else {
                all_dead_before = false;
                let (key, value) = (self.load_key(heap, dict.key(entry)), self.load(heap, stored));
                if !key.is_nil() && !value.is_nil() {
                    found = Some((entry, key, value));
                    break;
                }
            }
            entry += 1;
        }
        found
    }
}
