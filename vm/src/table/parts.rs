//! What the collector sees of a table.

use super::{INLINE_VALUES, Table, WEAK_KEYS, WEAK_VALUES};
use crate::value::{Gc, RawValue};

/// A part of a table to be marked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// The metatable.
    Metatable(Gc<Table>),
    /// A block of values (its first value), all of them strong.
    Values(*mut RawValue),
    /// A block of values that are weak: the block itself is marked, and strings in it, which are values and never removed.
    WeakValues(*mut RawValue),
    /// A block of bytes (its first byte).
    Bytes(*mut u8),
}

impl Gc<Table> {
    /// The values in the table's own cell.
    #[inline(always)]
    pub(crate) fn inline_values(self) -> [RawValue; INLINE_VALUES] {
        // SAFETY: there are `INLINE_VALUES` inline values, always initialised (invariant 4).
        unsafe { self.inline().cast::<[RawValue; INLINE_VALUES]>().read() }
    }

    /// Visits everything the table refers to except its inline values and its shape, whose id is `header.aux`. At most ten calls.
    #[inline]
    pub(crate) fn for_each_part(self, mut visit: impl FnMut(Part)) {
        if let Some(meta) = self.metatable() {
            visit(Part::Metatable(meta));
        }
        if self.array_is_block() {
            visit(Part::Values(self.array()));
        }
        let values = if self.has(WEAK_VALUES) { Part::WeakValues } else { Part::Values };
        if !self.slots().is_null() && self.slots() != self.inline() {
            visit(values(self.slots()));
        }
        if self.is_dictionary() {
            let [record, keys, index, old_index] = self.dict().blocks();
            let key_part = if self.has(WEAK_KEYS) { Part::WeakValues } else { Part::Values };
            visit(key_part(keys.cast()));
            for block in [record, index, old_index] {
                if !block.is_null() {
                    visit(Part::Bytes(block));
                }
            }
        }
    }
}
