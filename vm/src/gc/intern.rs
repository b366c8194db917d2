//! The intern table: linear hashing, so that no insert moves more than one bucket.
//!
//! The table has `2^level + split` buckets; buckets below `split` have already been divided in two. An insert that
//! makes more than [`LOAD`] strings a bucket divides the next one.
//!
//! A bucket is a cache line of seven references, each with 16 bits of its string's hash on top, so that a search that finds nothing, which is what
//! a new string costs, usually touches one line and no string. A bucket with more strings goes on in further lines of the same kind.
//!
//! Strings are held weakly: between Mark and Sweep a cursor unlinks those that are not marked, most of which blocks tell
//! that hold nothing else (`memory/summary.rs`). From Snapshot until then a look-up
//! that finds an unmarked string marks it: to whoever asked, it is alive again.

use std::mem::offset_of;

use super::block::{is_marked, prefetch, prefetch_mark};
use super::memory::Summary;
use super::segments::Segments;
use super::{Heap, OutOfMemory, StallCause};
use crate::gc::kind::{Header, Kind};
use crate::string::{INTERNED, LuaString, MAX_SHORT};
use crate::value::Gc;

const FIRST_LEVEL: u32 = 6;
/// Strings per bucket at which buckets are divided. Those not yet divided hold up to twice as many, and should seldom need another line, which
/// costs a look-up a cache miss.
const LOAD: usize = 3;
/// The places of a line.
const PLACES: usize = 7;
/// More are seldom in use.
const FEW: usize = 4;
const TAG_SHIFT: u32 = 48;
/// How many buckets ahead of unlinking they are asked for, and their strings' marks.
const BUCKETS_AHEAD: usize = 24;
const MARKS_AHEAD: usize = 8;

/// A reference with the upper half of the string's hash; zero for none.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry(u64);

impl Entry {
    const NONE: Entry = Entry(0);

    #[inline(always)]
    fn new(string: Gc<LuaString>) -> Entry {
        Entry(string.addr() as u64 | Entry::tag(string.hash()))
    }

    #[inline(always)]
    fn tag(hash: u32) -> u64 {
        u64::from(hash >> 16) << TAG_SHIFT
    }

    #[inline(always)]
    fn has_tag_of(self, hash: u32) -> bool {
        self.0 >> TAG_SHIFT == u64::from(hash >> 16)
    }

    #[inline(always)]
    fn string(self) -> *mut LuaString {
        (self.0 & ((1 << TAG_SHIFT) - 1)) as *mut LuaString
    }

    /// Whether the string was marked in a cycle in which no string has been swept yet.
    #[inline(always)]
    fn is_alive(self, summary: &Summary) -> bool {
        let cell = self.string() as usize;
        // SAFETY: the table holds strings that have not been swept.
        let is_marked = || unsafe { is_marked(cell) };
        debug_assert!(summary.is_marked(cell).is_none_or(|marked| marked == is_marked()), "{cell:#x}");
        summary.is_marked(cell).unwrap_or_else(is_marked)
    }

    /// A bit of the string's hash.
    #[inline(always)]
    fn hash_bit(self, bit: u32) -> bool {
        if bit >= 16 {
            self.0 >> (TAG_SHIFT + bit - 16) & 1 != 0
        } else {
            // SAFETY: the table holds live strings only.
            unsafe { (*self.string()).header.aux >> bit & 1 != 0 }
        }
    }
}

/// A line of entries. Places before the first empty one are in use.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line {
    places: [Entry; PLACES],
    /// The number of the line in which a bucket goes on that is full; zero for none.
    next: u64,
}

impl Line {
    const EMPTY: Line = Line { places: [Entry::NONE; PLACES], next: 0 };

    /// Adds an entry, if there is room.
    #[inline]
    fn add(&mut self, entry: Entry) -> bool {
        match self.places.iter_mut().find(|place| **place == Entry::NONE) {
            Some(place) => *place = entry,
            None => return false,
        }
        true
    }

    #[inline]
    fn entries(&self) -> impl Iterator<Item = Entry> {
        self.places.iter().copied().take_while(|&entry| entry != Entry::NONE)
    }

    /// The string with these bytes.
    #[inline(always)]
    fn find(&self, bytes: &[u8], hash: u32) -> Option<Gc<LuaString>> {
        for &entry in &self.places {
            if entry == Entry::NONE {
                return None;
            }
            if entry.has_tag_of(hash)
                && let Some(found) = matching(entry.string(), bytes, hash)
            {
                return Some(found);
            }
        }
        None
    }

    #[inline]
    fn ask_for_marks(&self, summary: &Summary) {
        for entry in &self.places {
            let cell = entry.string() as usize;
            if *entry == Entry::NONE {
                break;
            }
            if summary.is_marked(cell).is_none() {
                prefetch_mark(cell);
            }
        }
    }

    /// Unlinks unmarked strings; how many.
    #[inline]
    fn unlink_dead(&mut self, summary: &Summary) -> usize {
        if self.places[0] == Entry::NONE {
            // A table that once held many more strings has little else.
            0
        } else if self.places[FEW] == Entry::NONE {
            self.unlink_dead_of::<FEW>(summary)
        } else {
            self.unlink_dead_of::<PLACES>(summary)
        }
    }

    /// `unlink_dead` for a line of which the first `N` places may be in use. How many are, and which strings are dead, follows no pattern, so there is no branch
    /// on that.
    #[inline(always)]
    fn unlink_dead_of<const N: usize>(&mut self, summary: &Summary) -> usize {
        let mut is_alive = [false; N];
        let mut is_known = true;
        for (alive, entry) in is_alive.iter_mut().zip(&self.places) {
            let (known, marked) = summary.look_up(entry.string() as usize);
            *alive = marked;
            is_known &= known | (*entry == Entry::NONE);
        }
        if !is_known {
            for (alive, entry) in is_alive.iter_mut().zip(&self.places) {
                *alive = *entry != Entry::NONE && entry.is_alive(summary);
            }
        }
        let (mut kept, mut count) = (0, 0);
        for (at, alive) in is_alive.into_iter().enumerate() {
            let entry = std::mem::replace(&mut self.places[at], Entry::NONE);
            count += usize::from(entry != Entry::NONE);
            self.places[kept] = Entry(entry.0 * u64::from(alive));
            kept += usize::from(alive);
        }
        count - kept
    }
}

pub(crate) struct InternTable {
    seed: u64,
    level: u32,
    split: usize,
    count: usize,
    buckets: Segments<Line>,
    /// Lines in which full buckets go on. The first is never used: its number means none.
    more: Segments<Line>,
    /// The first of those that are not in use, which are a list.
    free: u64,
}

impl InternTable {
    pub(crate) fn new(seed: u64) -> InternTable {
        let mut table = InternTable {
            seed,
            level: FIRST_LEVEL,
            split: 0,
            count: 0,
            buckets: Segments::default(),
            more: Segments::default(),
            free: 0,
        };
        for _ in 0..1 << FIRST_LEVEL {
            table.buckets.push(Line::EMPTY);
        }
        table
    }

    /// How many strings are interned.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    #[inline]
    fn bucket_of(&self, hash: u32) -> usize {
        let index = hash as usize & ((1 << self.level) - 1);
        if index < self.split { hash as usize & ((2 << self.level) - 1) } else { index }
    }

    #[inline]
    fn find(&self, bytes: &[u8], hash: u32) -> Option<Gc<LuaString>> {
        let mut line = self.buckets.get_ref(self.bucket_of(hash));
        loop {
            let found = line.find(bytes, hash);
            // A line that is not full may have full ones behind it.
            if found.is_some() || line.next == 0 {
                return found;
            }
            line = self.more.get_ref(line.next as usize);
        }
    }

    /// Whether the next string may take memory for more buckets.
    #[inline]
    fn grows_by_a_segment(&self) -> bool {
        self.count >= self.buckets.len() * LOAD && self.buckets.is_full()
            || self.free == 0 && self.more.is_full()
    }

    fn link(&mut self, string: Gc<LuaString>) {
        let bucket = self.bucket_of(string.hash());
        self.add(bucket, Entry::new(string));
        self.count += 1;
        if self.count > self.buckets.len() * LOAD {
            self.split_next();
        }
    }

    #[inline]
    fn add(&mut self, bucket: usize, entry: Entry) {
        if !self.buckets.get_mut(bucket).add(entry) {
            self.add_to_full(bucket, entry);
        }
    }

    #[cold]
    fn add_to_full(&mut self, bucket: usize, entry: Entry) {
        let next = self.buckets.get_ref(bucket).next;
        if next != 0 && self.more.get_mut(next as usize).add(entry) {
            return;
        }
        let mut line = Line { next, ..Line::EMPTY };
        line.add(entry);
        let number = self.free;
        self.buckets.get_mut(bucket).next = if number != 0 {
            self.free = self.more.get_ref(number as usize).next;
            self.more.set(number as usize, line);
            number
        } else {
            if self.more.is_empty() {
                self.more.push(Line::EMPTY);
            }
            self.more.push(line);
            (self.more.len() - 1) as u64
        };
    }

    /// Empties a bucket, whose entries the visitor puts elsewhere or back.
    #[inline(always)]
    fn take_apart(&mut self, bucket: usize, mut visit: impl FnMut(&mut InternTable, Entry)) {
        let mut line = std::mem::replace(self.buckets.get_mut(bucket), Line::EMPTY);
        loop {
            for entry in line.places {
                if entry == Entry::NONE {
                    break;
                }
                visit(self, entry);
            }
            let number = line.next;
            if number == 0 {
                return;
            }
            line = *self.more.get_ref(number as usize);
            self.more.set(number as usize, Line { next: self.free, ..Line::EMPTY });
            self.free = number;
        }
    }

    fn split_next(&mut self) {
        let (low, high, level) = (self.split, self.buckets.len(), self.level);
        self.buckets.push(Line::EMPTY);
        self.take_apart(low, |table, entry| table.add(if entry.hash_bit(level) { high } else { low }, entry));
        self.split += 1;
        if self.split == 1 << self.level {
            self.level += 1;
            self.split = 0;
        }
    }

    /// Unlinks unmarked strings from up to `count` buckets; whether the cursor has come to the end.
    pub(crate) fn unlink_dead(&mut self, summary: &Summary, cursor: &mut usize, count: usize) -> bool {
        let end = self.buckets.len().min(*cursor + count);
        while *cursor < end {
            if *cursor + BUCKETS_AHEAD < self.buckets.len() {
                prefetch(std::ptr::from_ref(self.buckets.get_ref(*cursor + BUCKETS_AHEAD)) as usize);
            }
            // Marks lie all over the heap's bitmaps: they are asked for ahead of their use.
            if *cursor + MARKS_AHEAD < self.buckets.len() {
                let line = self.buckets.get_ref(*cursor + MARKS_AHEAD);
                if !summary.knows_most {
                    line.ask_for_marks(summary);
                }
                if line.next != 0 {
                    prefetch(std::ptr::from_ref(self.more.get_ref(line.next as usize)) as usize);
                }
            }
            let line = self.buckets.get_mut(*cursor);
            if line.next == 0 {
                self.count -= line.unlink_dead(summary);
            } else {
                self.unlink_dead_in_lines(summary, *cursor);
            }
            *cursor += 1;
        }
        *cursor == self.buckets.len()
    }

    /// `unlink_dead` for a bucket of several lines.
    fn unlink_dead_in_lines(&mut self, summary: &Summary, bucket: usize) {
        self.take_apart(bucket, |table, entry| {
            if entry.is_alive(summary) {
                table.add(bucket, entry);
            } else {
                table.count -= 1;
            }
        });
    }

    /// Every interned string.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(Gc<LuaString>)) {
        for index in 0..self.buckets.len() {
            let mut line = self.buckets.get_ref(index);
            loop {
                // SAFETY: the table holds live strings only.
                line.entries().for_each(|entry| visit(unsafe { Gc::from_ptr(entry.string()) }));
                if line.next == 0 {
                    break;
                }
                line = self.more.get_ref(line.next as usize);
            }
        }
    }

    /// A seeded hash of all bytes.
    #[inline]
    pub(crate) fn hash(&self, bytes: &[u8]) -> u32 {
        const K0: u64 = 0x9E37_79B9_7F4A_7C15;
        const K1: u64 = 0xD6E8_FEB8_6659_FD93;
        #[inline(always)]
        fn fold(a: u64, b: u64) -> u64 {
            let wide = u128::from(a) * u128::from(b);
            wide as u64 ^ (wide >> 64) as u64
        }
        #[inline(always)]
        fn word(bytes: &[u8], at: usize) -> u64 {
            u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
        }
        let n = bytes.len();
        let mut h = self.seed ^ (n as u64).wrapping_mul(K1);
        if n >= 8 {
            let mut at = 0;
            while at + 8 < n {
                h = fold(h ^ word(bytes, at), K0);
                at += 8;
            }
            // The last eight bytes, overlapping what was read.
            h = fold(h ^ word(bytes, n - 8), K1);
        } else if n >= 4 {
            let low = u32::from_le_bytes(bytes[..4].try_into().expect("four bytes"));
            let high = u32::from_le_bytes(bytes[n - 4..].try_into().expect("four bytes"));
            h = fold(h ^ (u64::from(low) | u64::from(high) << 32), K1);
        } else if n > 0 {
            let sample = u64::from(bytes[0]) | u64::from(bytes[n / 2]) << 8 | u64::from(bytes[n - 1]) << 16;
            h = fold(h ^ sample, K1);
        }
        (fold(h, K0) >> 16) as u32
    }
}

/// The string at an address, if it has these bytes.
#[inline(always)]
fn matching(string: *mut LuaString, bytes: &[u8], hash: u32) -> Option<Gc<LuaString>> {
    // SAFETY: the table holds live strings only.
    let string = unsafe { Gc::from_ptr(string) };
    (string.hash() == hash && string.as_bytes() == bytes).then_some(string)
}

impl Heap {
    /// The interned string with these bytes; strings longer than `MAX_SHORT` are interned too.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn intern(&mut self, bytes: &[u8]) -> Result<Gc<LuaString>, OutOfMemory> {
        let hash = self.strings.hash(bytes);
        if let Some(found) = self.strings.find(bytes, hash) {
            return Ok(self.revive(found));
        }
        let string = self.make_string(bytes, INTERNED, hash)?;
        self.link_string(string);
        Ok(string)
    }

    /// A string with these bytes: interned when short.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn new_string(&mut self, bytes: &[u8]) -> Result<Gc<LuaString>, OutOfMemory> {
        if bytes.len() <= MAX_SHORT { self.intern(bytes) } else { self.make_string(bytes, 0, 0) }
    }

    /// The interned string equal to this one (itself when interned), for use as a table key. A long string without
    /// an interned equal becomes the interned one.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn intern_key(&mut self, string: Gc<LuaString>) -> Result<Gc<LuaString>, OutOfMemory> {
        if string.is_interned() {
            return Ok(string);
        }
        let bytes = string.as_bytes();
        let hash = self.strings.hash(bytes);
        if let Some(found) = self.strings.find(bytes, hash) {
            return Ok(self.revive(found));
        }
        // SAFETY: a live string. Nobody sees the change but who asks whether it is interned.
        unsafe {
            (*string.as_ptr()).header.aux = hash;
            (*string.as_ptr()).header.flags |= INTERNED;
        }
        self.link_string(string);
        // Its bucket may have been passed by the sweep already.
        Ok(self.revive(string))
    }

    /// The interned string equal to this one, if there is one. Only to be compared with, not kept: it is not marked.
    pub fn find_interned(&self, string: Gc<LuaString>) -> Option<Gc<LuaString>> {
        if string.is_interned() {
            return Some(string);
        }
        let bytes = string.as_bytes();
        self.strings.find(bytes, self.strings.hash(bytes))
    }

    #[inline]
    fn link_string(&mut self, string: Gc<LuaString>) {
        if self.strings.grows_by_a_segment() {
            let begun = self.stall_begins();
            self.strings.link(string);
            self.stall_ends(begun, StallCause::Interning);
        } else {
            self.strings.link(string);
        }
    }

    /// Marks a string found in the table if the cycle would otherwise unlink it.
    #[inline(always)]
    fn revive(&mut self, string: Gc<LuaString>) -> Gc<LuaString> {
        if self.cycle.strings_are_revived() {
            self.memory.mark_noted(string.addr());
        }
        string
    }

    fn make_string(&mut self, bytes: &[u8], flags: u8, hash: u32) -> Result<Gc<LuaString>, OutOfMemory> {
        let len = u32::try_from(bytes.len()).map_err(|_| OutOfMemory)?;
        let cell: *mut LuaString =
            self.alloc(Kind::String, offset_of!(LuaString, bytes) + bytes.len() + 1)?.cast();
        // SAFETY: the cell is fresh and has room for the header and the bytes.
        unsafe {
            cell.write(LuaString {
                header: Header { flags, aux: hash, ..Header::new(Kind::String) },
                len,
                bytes: [],
            });
            let first = (&raw mut (*cell).bytes).cast::<u8>();
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), first, bytes.len());
            // C sees the end of a string by a zero.
            first.add(bytes.len()).write(0);
            Ok(Gc::from_ptr(cell))
        }
    }
}
