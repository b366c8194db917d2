//! Tables as metatables: flags, cached absence of metamethods, and when method caches become void.

use super::{DICTIONARY, IS_META, TURNING_WEAK, Table, WEAK_KEYS, WEAK_VALUES};
use crate::gc::{Heap, OutOfMemory, StallCause};
use crate::rt::meta::Meta;
use crate::value::{Gc, RawValue};

/// Events up to `Call` have a bit in a metatable's header that says "absent".
const EVENTS_WITH_BIT: u8 = Meta::Call as u8 + 1;
const _: () = assert!(EVENTS_WITH_BIT <= 8);

/// Making tables with more array elements weak is timed.
const TIMED_WEAKNESS: u32 = 32;

impl Gc<Table> {
    /// The metatable.
    #[inline(always)]
    pub fn metatable(self) -> Option<Gc<Table>> {
        let meta = self.meta_ptr();
        // SAFETY: the metatable of a live table is null or live.
        if meta.is_null() { None } else { Some(unsafe { Gc::from_ptr(meta) }) }
    }

    /// Replaces the metatable; sets its flags, reads its `__mode`.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn set_metatable(self, heap: &mut Heap, meta: Option<Gc<Table>>) -> Result<(), OutOfMemory> {
        let mut weakness = 0;
        if let Some(meta) = meta {
            meta.make_meta(heap)?;
            weakness = meta.weakness(heap);
        }
        self.set_weakness(heap, weakness)?;
        if let Some(old) = self.metatable() {
            heap.barrier(old.into());
        }
        if self.has(IS_META) {
            // What was found through it came from the old one.
            heap.method_epoch = heap.method_epoch.wrapping_add(1);
        }
        self.set_meta_ptr(meta.map_or(std::ptr::null_mut(), |meta| meta.as_ptr()));
        Ok(())
    }

    /// A metamethod, this table being the metatable: nil when absent. Absence is cached in the header.
    #[inline]
    pub fn meta(self, heap: &Heap, event: Meta) -> RawValue {
        let bit = event as u8;
        if bit < EVENTS_WITH_BIT && self.extra()[1] & (1 << bit) != 0 {
            return RawValue::NIL;
        }
        let value = self.get_str(heap, heap.meta_name(event));
        if value.is_nil()
            && bit < EVENTS_WITH_BIT
            && self.flags() & (IS_META | DICTIONARY) == IS_META | DICTIONARY
        {
            self.set_extra([self.extra()[0], self.extra()[1] | 1 << bit]);
        }
        value
    }

    /// Marks the table as one that method caches look through (a metatable or `__index` target): it becomes a dictionary
    /// whose changes move the method epoch. To be called for every table a method cache's value was found through.
    ///
    /// The epoch moves when a string key gets or loses its value, and when a value other than a number or boolean is replaced; so a cache
    /// may keep everything but numbers and booleans.
    ///
    /// # Errors
    /// When the memory limit is reached.
    #[inline]
    pub fn make_meta(self, heap: &mut Heap) -> Result<(), OutOfMemory> {
        if self.has(IS_META) {
            return Ok(());
        }
        if !self.is_dictionary() {
            self.make_dictionary(heap, 0)?;
        }
        self.set_flag(IS_META);
        // Caches for stores that are not seen here know the old id.
        self.set_shape(0);
        Ok(())
    }

    /// Makes the table weak, or no longer weak.
    ///
    /// # Errors
    /// When the memory limit is reached; nothing has changed.
    pub(crate) fn set_weakness(self, heap: &mut Heap, weakness: u8) -> Result<(), OutOfMemory> {
        if weakness & !self.weak_flags() != 0 && self.turns_slowly() {
            heap.turn_weak_later(self);
            return Ok(());
        }
        if weakness & !self.weak_flags() != 0 {
            heap.keep_strong(self);
            // Scripts make small tables weak by the hundred.
            let begun = (self.array_len() > TIMED_WEAKNESS).then(|| heap.stall_begins());
            let made = self.make_weak(heap, weakness | self.weak_flags());
            if let Some(begun) = begun {
                heap.stall_ends(begun, StallCause::Weakness);
            }
            made?;
        }
        if weakness != self.weak_flags() && !heap.cycle_active() {
            // In mid-cycle loads go on being careful; the marker notices the change in the next one.
            self.unset_flag(WEAK_KEYS | WEAK_VALUES);
            self.set_flag(weakness);
        }
        Ok(())
    }

    /// Its weak flags.
    #[inline(always)]
    pub(crate) fn weak_flags(self) -> u8 {
        self.flags() & (WEAK_KEYS | WEAK_VALUES)
    }

    /// Whether it is weak in any way.
    #[inline(always)]
    pub(crate) fn is_weak(self) -> bool {
        self.weak_flags() != 0
    }

    /// Whether it is weak, or becoming so in pieces.
    #[inline(always)]
    pub(crate) fn is_weak_or_turning(self) -> bool {
        self.flags() & (WEAK_KEYS | WEAK_VALUES | TURNING_WEAK) != 0
    }

    /// Whether, being a metatable, it is known not to have a metamethod; `false` means that one has to look.
    #[inline(always)]
    pub(crate) fn is_known_to_lack(self, event: Meta) -> bool {
        (event as u8) < EVENTS_WITH_BIT && self.extra()[1] & (1 << event as u8) != 0
    }

    /// The weak flags `__mode` asks for, this table being the metatable.
    pub(crate) fn weakness(self, heap: &Heap) -> u8 {
        let Some(mode) = self.meta(heap, Meta::Mode).as_string() else { return 0 };
        let mode = mode.as_bytes();
        let keys = if mode.contains(&b'k') { WEAK_KEYS } else { 0 };
        let values = if mode.contains(&b'v') { WEAK_VALUES } else { 0 };
        keys | values
    }

    /// To be called before a value is replaced in a dictionary.
    #[inline]
    pub(super) fn note_change(self, heap: &mut Heap, key: RawValue, old: RawValue, new: RawValue) {
        if self.has(IS_META) && key.is_string() {
            let is_plain = old.is_number() || old.as_boolean().is_some();
            if old.is_nil() != new.is_nil() || !is_plain && old != new {
                self.forget_absences();
                heap.method_epoch = heap.method_epoch.wrapping_add(1);
            }
        }
    }

    pub(super) fn forget_absences(self) {
        self.set_extra([self.extra()[0], 0]);
    }
}
