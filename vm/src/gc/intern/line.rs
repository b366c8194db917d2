//! What the intern table consists of: entries, and lines of them.

use crate::gc::kind::{Header, Kind};
use crate::gc::memory::Memory;
use crate::string::{INTERNED, LuaString};
use crate::value::Gc;

/// The places of a line.
const PLACES: usize = 7;
const TAG_SHIFT: u32 = 48;
/// The bits of an entry that hold the number of a sweep, modulo 16.
const SWEEP: u64 = 15;
const ADDRESS: u64 = (1 << TAG_SHIFT) - 1 - SWEEP;

/// A reference with the upper half of the string's hash, and the lowest bits of the number of a sweep it is known to have survived; zero for none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry(u64);

impl Entry {
    pub(super) const NONE: Entry = Entry(0);

    #[inline(always)]
    pub(super) fn new(string: Gc<LuaString>, survived: u32) -> Entry {
        Entry(string.addr() as u64 | Entry::tag(string.hash()) | u64::from(survived) & SWEEP)
    }

    #[inline(always)]
    fn tag(hash: u32) -> u64 {
        u64::from(hash >> 16) << TAG_SHIFT
    }

    #[inline(always)]
    fn has_tag_of(self, hash: u32) -> bool {
        self.0 >> TAG_SHIFT == u64::from(hash >> 16)
    }

    /// Where the string was when it was linked.
    #[inline(always)]
    pub(super) fn cell(self) -> usize {
        (self.0 & ADDRESS) as usize
    }

    /// The number of a sweep it has survived, or a later one: the number is kept modulo 16.
    #[inline(always)]
    pub(super) fn survived(self, memory: &Memory) -> u32 {
        let latest = memory.survived();
        latest.wrapping_sub(latest.wrapping_sub(self.0 as u32) & SWEEP as u32)
    }

    /// Whether the last sweep, which has begun, leaves its string alone or may do so, as far as is known without looking at the string.
    #[inline]
    fn may_be_alive(self, memory: &Memory) -> bool {
        let survived = self.survived(memory);
        survived >= memory.sweep_number() || memory.may_be_there(self.cell(), survived)
    }

    /// A bit of the string's hash; `None` when the entry is known to be one of a dead string.
    #[inline]
    pub(super) fn hash_bit(self, bit: u32, memory: &Memory) -> Option<bool> {
        if bit >= 16 {
            self.may_be_alive(memory).then_some(self.0 >> (TAG_SHIFT + bit - 16) & 1 != 0)
        } else {
            self.hash(memory).map(|hash| hash >> bit & 1 != 0)
        }
    }

    /// The hash of the string that is there; `None` when the entry is one of a dead string. That of an entry that was kept without need may be any.
    #[inline]
    pub(super) fn hash(self, memory: &Memory) -> Option<u32> {
        if !self.may_be_alive(memory) {
            return None;
        }
        // SAFETY: the cell's memory is mapped.
        unsafe { interned_hash(self.cell()) }.filter(|&hash| self.has_tag_of(hash))
    }
}

/// The hash of the interned string in a cell, if it holds one.
///
/// # Safety
/// The cell lies in the heap's memory. It need not be in use: then the answer is of no meaning.
#[inline(always)]
pub(super) unsafe fn interned_hash(cell: usize) -> Option<u32> {
    let header = cell as *const Header;
    // SAFETY: mapped memory (contract). A kind is read as a number, since there may be none.
    unsafe {
        let is_string = *(cell as *const u8) == Kind::String as u8;
        (is_string && (&raw const (*header).flags).read() & INTERNED != 0)
            .then(|| (&raw const (*header).aux).read())
    }
}

/// A line of entries. Places before the first empty one are in use.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Line {
    pub(super) places: [Entry; PLACES],
    /// The number of the line in which a bucket goes on that is full; zero for none.
    pub(super) next: u64,
}

impl Line {
    pub(super) const EMPTY: Line = Line { places: [Entry::NONE; PLACES], next: 0 };

    /// Adds an entry, if there is room.
    #[inline]
    pub(super) fn add(&mut self, entry: Entry) -> bool {
        match self.places.iter_mut().find(|place| **place == Entry::NONE) {
            Some(place) => *place = entry,
            None => return false,
        }
        true
    }

    #[inline]
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> {
        self.places.iter().copied().take_while(|&entry| entry != Entry::NONE)
    }

    /// The string with these bytes.
    #[inline(always)]
    pub(super) fn find(&self, memory: &Memory, bytes: &[u8], hash: u32) -> Option<Gc<LuaString>> {
        for &entry in &self.places {
            if entry == Entry::NONE {
                return None;
            }
            if entry.has_tag_of(hash)
                && let Some(found) = matching(memory, entry.cell(), bytes, hash)
            {
                return Some(found);
            }
        }
        None
    }

    /// Takes out entries that do not stay.
    #[inline]
    pub(super) fn retain(&mut self, mut stays: impl FnMut(Entry) -> bool) {
        let mut kept = 0;
        for at in 0..PLACES {
            let entry = self.places[at];
            if entry == Entry::NONE {
                break;
            }
            self.places[at] = Entry::NONE;
            if stays(entry) {
                self.places[kept] = entry;
                kept += 1;
            }
        }
    }
}

/// The string in a cell, if one is there that has these bytes.
#[inline(always)]
fn matching(memory: &Memory, cell: usize, bytes: &[u8], hash: u32) -> Option<Gc<LuaString>> {
    // SAFETY: entries lead to mapped memory (`memory/remains.rs`).
    if unsafe { interned_hash(cell) } != Some(hash) || !memory.is_there(cell) {
        return None;
    }
    // SAFETY: a cell is there and in use, and its header is an interned string's.
    let string = unsafe { Gc::from_ptr(cell as *mut LuaString) };
    (string.as_bytes() == bytes).then_some(string)
}
