//! Rebuilding a dictionary's index and compacting its entries, a few per insert.

use super::{Dict, hash_of};
use crate::gc::Heap;
use crate::gc::storage;
use crate::value::RawValue;

impl Dict {
    pub(super) fn start_rebuild(self, index: *mut u32, bits: u32) {
        debug_assert!(!self.rebuilding());
        self.set_old_index(self.index());
        self.set_old_bits(self.index_bits());
        self.set_index(index);
        self.set_index_bits(bits);
        self.set_read(0);
        self.set_write(0);
        self.set_end(self.len());
        self.set_dead_names(0);
        self.set_rebuilding(true);
    }

    /// Looks at the next entries: live ones stay, further down; dead ones go.
    pub(super) fn rebuild(self, heap: &mut Heap, budget: u32) {
        let stop = self.len().min(self.read().saturating_add(budget));
        let moved =
            self.read() != self.write() || (self.read()..stop).any(|entry| self.table.slot(entry).is_nil());
        if moved {
            // Slots change: what caches know of them is void.
            self.table.set_shape(0);
        }
        for entry in self.read()..stop {
            let value = self.table.load(heap, self.table.slot(entry));
            let key = self.table.load_key(heap, self.key(entry));
            let to = self.write();
            if value.is_nil() || key.is_nil() {
                self.drop_entry(heap, entry);
                continue;
            }
            let hash = hash_of(key);
            if to != entry {
                // The marker may be past `to` and not yet at `entry`.
                heap.barrier(value);
                heap.barrier(key);
                self.put_key(to, key);
                self.table.put_slot(to, value);
                self.put_key(entry, RawValue::NIL);
                self.table.put_slot(entry, RawValue::NIL);
                self.set_first_live(self.first_live().min(to));
            }
            if entry < self.end() {
                self.enter(hash, to);
            } else if to != entry {
                self.renumber(hash, entry + 1, to + 1);
            }
            self.set_write(to + 1);
        }
        self.set_read(stop);
        if stop == self.len() {
            self.set_len(self.write());
            self.set_first_live(self.first_live().min(self.write()));
            self.end_rebuild(heap);
        }
    }

    /// Takes a dead entry out of the counts and out of the way.
    fn drop_entry(self, heap: &mut Heap, entry: u32) {
        let key = self.key(entry);
        let value = self.table.slot(entry);
        if !value.is_nil() {
            // A weak entry the collector has not come to yet: it was never counted as dead.
            heap.barrier(value);
            self.table.put_slot(entry, RawValue::NIL);
            self.count(key, u32::MAX);
        } else if !key.is_string() {
            self.set_dead(self.dead() - 1);
        }
        heap.barrier(key);
        self.put_key(entry, RawValue::NIL);
    }

    pub(super) fn end_rebuild(self, heap: &mut Heap) {
        let old = self.old_index();
        self.set_old_index(std::ptr::null_mut());
        self.set_rebuilding(false);
        if !old.is_null() {
            // SAFETY: the old index is the table's own, to which it no longer refers.
            unsafe { storage::retire(heap, old.cast()) }
        }
    }
}
