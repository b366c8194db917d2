//! The intern table: linear hashing, so that no insert moves more than one bucket.
//!
//! The table has `2^level + split` buckets; buckets below `split` have already been divided in two. An insert that
//! makes more than [`LOAD`] strings a bucket divides the next one.
//!
//! A bucket is a cache line of seven references, each with 16 bits of its string's hash on top, so that a search that finds nothing, which is what
//! a new string costs, usually touches one line and no string. A bucket with more strings goes on in further lines of the same kind.
//!
//! Strings are held weakly, and **nobody tells the table that one has died**: of the strings of a script that makes them all the time most die in the same collection, and taking each out of
//! its bucket took longer than marking everything that was alive. So an entry leads to where its string was. There may be nothing by now, or another object: whoever finds the right hash bits in an
//! entry looks whether a string is there (`memory/remains.rs`), and which. Entries of dead strings go when their bucket is full, or is divided; they tell by the number of the last sweep they are known to have survived, kept in
//! the lowest bits, that they need not be looked at.
//!
//! A collection looks through the whole table only to give back arenas that it still refers to, and to make a table smaller that is mostly empty.
//!
//! From Snapshot on a look-up that finds an unmarked string marks it, if it has not been swept: to whoever asked, it is alive again.

use std::mem::offset_of;

mod line;
mod lines;

use super::block::{prefetch, prefetch_allocated};
use super::memory::Memory;
use super::pages::Pages;
use super::{Heap, OutOfMemory, StallCause};
use crate::gc::kind::{Header, Kind};
use crate::string::{INTERNED, LuaString, MAX_SHORT};
use crate::value::Gc;

use line::{Entry, Line, interned_hash};
use lines::Lines;

const FIRST_LEVEL: u32 = 6;
/// Strings per bucket at which buckets are divided. Those not yet divided hold up to twice as many, and should seldom need another line, which
/// costs a look-up a cache miss.
const LOAD: usize = 3;
/// How many buckets ahead they are asked for when the table is looked through, and what says whether their strings are there.
const BUCKETS_AHEAD: usize = 24;
const CELLS_AHEAD: usize = 8;
/// A table is made smaller when it has room for so many times as many strings, until it has for a quarter of that.
const MOSTLY_EMPTY: usize = 16;

pub(crate) struct InternTable {
    seed: u64,
    level: u32,
    split: usize,
    /// The strings linked since the last sweep and those it may have left alive: what the number of buckets goes by.
    count: usize,
    /// How many were linked since the last sweep began.
    linked: usize,
    buckets: Lines,
    /// Lines in which full buckets go on. The first is never used: its number means none.
    more: Lines,
    /// The first of those that are not in use, which are a list.
    free: u64,
}

impl InternTable {
    /// A table for few strings.
    ///
    /// # Panics
    /// If the system does not even have memory for these.
    pub(crate) fn new(seed: u64, pages: &mut Pages) -> InternTable {
        let mut table = InternTable {
            seed,
            level: FIRST_LEVEL,
            split: 0,
            count: 0,
            linked: 0,
            buckets: Lines::default(),
            more: Lines::default(),
            free: 0,
        };
        table.buckets.see_to_memory(pages).expect("a MiB for the table of strings");
        for _ in 0..1 << FIRST_LEVEL {
            table.buckets.push(Line::EMPTY);
        }
        table
    }

    /// How many strings are interned, at most.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// How many buckets there are.
    #[cfg(test)]
    pub(crate) fn bucket_count(&self) -> usize {
        self.buckets.len()
    }

    #[inline]
    fn bucket_of(&self, hash: u32) -> usize {
        bucket_in(self.level, self.split, hash)
    }

    #[inline]
    pub(crate) fn find(&self, memory: &Memory, bytes: &[u8], hash: u32) -> Option<Gc<LuaString>> {
        let mut line = self.buckets.get_ref(self.bucket_of(hash));
        loop {
            let found = line.find(memory, bytes, hash);
            // A line that is not full may have full ones behind it.
            if found.is_some() || line.next == 0 {
                return found;
            }
            line = self.more.get_ref(line.next as usize);
        }
    }

    /// Whether [`InternTable::see_to_memory`] is to be called before the next string is linked.
    #[inline]
    fn wants_memory(&self) -> bool {
        self.count >= self.buckets.len() * LOAD && self.buckets.wants_memory() || self.wants_free_line()
    }

    /// Whether the next line in which a full bucket goes on may need memory.
    #[inline]
    fn wants_free_line(&self) -> bool {
        self.free == 0 && self.more.wants_memory()
    }

    /// Sees to it that there is room for whatever the next string needs: a bucket and a line in which another one goes on. Dividing a bucket needs no line that was not its own.
    ///
    /// # Errors
    /// When the system has no memory.
    #[cold]
    fn see_to_memory(&mut self, pages: &mut Pages) -> Result<(), OutOfMemory> {
        self.buckets.see_to_memory(pages)?;
        if self.wants_free_line() { self.more.see_to_memory(pages) } else { Ok(()) }
    }

    fn link(&mut self, memory: &Memory, string: Gc<LuaString>) {
        let bucket = self.bucket_of(string.hash());
        let entry = Entry::new(string, memory.survived());
        if !self.buckets.get_mut(bucket).add(entry) {
            self.make_room(memory, bucket);
            self.add(bucket, entry);
        }
        self.count += 1;
        self.linked += 1;
        if self.count > self.buckets.len() * LOAD {
            self.split_next(memory);
        }
    }

    /// Takes a string out that is about to be freed: a large one, whose memory may be given back.
    pub(crate) fn unlink(&mut self, cell: usize) {
        // SAFETY: a dead cell that has not been freed.
        if let Some(hash) = unsafe { interned_hash(cell) } {
            let bucket = self.bucket_of(hash);
            self.retain(bucket, |entry| entry.cell() != cell);
        }
    }

    /// Takes entries of dead strings out of a bucket.
    #[cold]
    fn make_room(&mut self, memory: &Memory, bucket: usize) {
        let (level, split) = (self.level, self.split);
        self.retain(bucket, |entry| {
            entry.survived(memory) >= memory.sweep_number()
                || entry.hash(memory).is_some_and(|hash| bucket_in(level, split, hash) == bucket)
        });
    }

    #[inline]
    fn retain(&mut self, bucket: usize, mut stays: impl FnMut(Entry) -> bool) {
        if self.buckets.get_ref(bucket).next == 0 {
            self.buckets.get_mut(bucket).retain(stays);
        } else {
            self.take_apart(bucket, |table, entry| {
                if stays(entry) {
                    table.add(bucket, entry);
                }
            });
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

    fn split_next(&mut self, memory: &Memory) {
        let (low, high, level) = (self.split, self.buckets.len(), self.level);
        self.buckets.push(Line::EMPTY);
        self.take_apart(low, |table, entry| {
            if let Some(is_high) = entry.hash_bit(level, memory) {
                table.add(if is_high { high } else { low }, entry);
            }
        });
        self.split += 1;
        if self.split == 1 << self.level {
            self.level += 1;
            self.split = 0;
        }
    }

    /// Undoes the last division.
    fn merge_last(&mut self) {
        if self.split == 0 {
            self.level -= 1;
            self.split = 1 << self.level;
        }
        self.split -= 1;
        let (low, high) = (self.split, self.buckets.len() - 1);
        self.take_apart(high, |table, entry| table.add(low, entry));
        self.buckets.truncate(high);
    }

    /// A sweep begins.
    pub(crate) fn sweep_begins(&mut self) {
        self.linked = 0;
    }

    /// A sweep has ended, which found so many cells alive that may be strings.
    pub(crate) fn sweep_ended(&mut self, alive: usize) {
        self.count = self.count.min(alive + self.linked);
    }

    /// Whether there is room for many times as many strings as there are.
    pub(crate) fn is_mostly_empty(&self) -> bool {
        self.buckets.len() > 1 << FIRST_LEVEL && self.buckets.len() * LOAD > self.count * MOSTLY_EMPTY
    }

    /// Takes out of up to `count` buckets what leads to no cell; whether the cursor has come to the end.
    pub(crate) fn clean(&mut self, memory: &Memory, cursor: &mut usize, count: usize) -> bool {
        let end = self.buckets.len().min(*cursor + count);
        while *cursor < end {
            if *cursor + BUCKETS_AHEAD < self.buckets.len() {
                prefetch(std::ptr::from_ref(self.buckets.get_ref(*cursor + BUCKETS_AHEAD)) as usize);
            }
            // What says whether cells are there lies all over the heap's bitmaps: it is asked for ahead of its use.
            if *cursor + CELLS_AHEAD < self.buckets.len() {
                let line = self.buckets.get_ref(*cursor + CELLS_AHEAD);
                line.entries().for_each(|entry| prefetch_allocated(entry.cell()));
                if line.next != 0 {
                    prefetch(std::ptr::from_ref(self.more.get_ref(line.next as usize)) as usize);
                }
            }
            // Whatever an entry says: that it has survived the last sweep may be true of one sixteen sweeps ago.
            self.retain(*cursor, |entry| memory.may_be_there(entry.cell(), entry.survived(memory)));
            *cursor += 1;
        }
        *cursor >= self.buckets.len()
    }

    /// Takes up to `count` buckets away from a table that is mostly empty; how many it was.
    pub(crate) fn shrink(&mut self, pages: &mut Pages, count: usize) -> usize {
        let least = (self.count * MOSTLY_EMPTY / 4 / LOAD).max(1 << FIRST_LEVEL);
        let surplus = self.buckets.len().saturating_sub(least).min(count);
        for merged in 0..surplus {
            // The strings of two buckets may need a line more than those have.
            if self.wants_free_line() && self.more.see_to_memory(pages).is_err() {
                return merged;
            }
            self.merge_last();
        }
        surplus
    }

    /// Gives back a piece of memory that buckets do not need any more; whether there was one.
    pub(crate) fn drop_a_spare(&mut self, pages: &Pages) -> bool {
        self.buckets.drop_a_spare(pages)
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

/// The bucket of a hash in a table of a certain size.
#[inline]
fn bucket_in(level: u32, split: usize, hash: u32) -> usize {
    let index = hash as usize & ((1 << level) - 1);
    if index < split { hash as usize & ((2 << level) - 1) } else { index }
}

impl Heap {
    /// The interned string with these bytes; strings longer than `MAX_SHORT` are interned too.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn intern(&mut self, bytes: &[u8]) -> Result<Gc<LuaString>, OutOfMemory> {
        let hash = self.strings.hash(bytes);
        if let Some(found) = self.strings.find(&self.memory, bytes, hash) {
            return Ok(self.revive(found));
        }
        self.see_to_links()?;
        let string = self.make_string(bytes, INTERNED, hash)?;
        self.strings.link(&self.memory, string);
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
        if let Some(found) = self.strings.find(&self.memory, bytes, hash) {
            return Ok(self.revive(found));
        }
        self.see_to_links()?;
        // SAFETY: a live string. Nobody sees the change but who asks whether it is interned.
        unsafe {
            (*string.as_ptr()).header.aux = hash;
            (*string.as_ptr()).header.flags |= INTERNED;
        }
        self.strings.link(&self.memory, string);
        Ok(self.revive(string))
    }

    /// The interned string equal to this one, if there is one. Only to be compared with, not kept: it is not marked.
    pub fn find_interned(&self, string: Gc<LuaString>) -> Option<Gc<LuaString>> {
        if string.is_interned() {
            return Some(string);
        }
        let bytes = string.as_bytes();
        self.strings.find(&self.memory, bytes, self.strings.hash(bytes))
    }

    /// Sees to it that the table has room for another string.
    #[inline]
    fn see_to_links(&mut self) -> Result<(), OutOfMemory> {
        if !self.strings.wants_memory() {
            return Ok(());
        }
        let begun = self.stall_begins();
        let result = self.strings.see_to_memory(&mut self.memory.pages);
        self.stall_ends(begun, StallCause::Interning);
        result
    }

    /// Marks a string found in the table if the cycle would otherwise free it.
    #[inline(always)]
    fn revive(&mut self, string: Gc<LuaString>) -> Gc<LuaString> {
        if self.cycle_active() {
            self.memory.keep(string.addr());
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
