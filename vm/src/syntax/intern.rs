//! The pool of names and strings of one chunk.

use std::hash::Hasher;

use crate::bytecode::{Draft, StrId};

/// Interns byte strings into a draft's pool, each once.
pub struct Interner {
    draft: Draft,
    /// Open addressing, power-of-two sized: `(hash, id + 1)`, 0 for a free slot.
    slots: Vec<(u32, u32)>,
}

impl Interner {
    /// A pool over a draft whose own pool is empty.
    pub fn new(draft: Draft) -> Interner {
        debug_assert_eq!(draft.string_count(), 0);
        Interner { draft, slots: vec![(0, 0); 256] }
    }

    /// The id of a string, the same for equal bytes.
    pub fn intern(&mut self, bytes: &[u8]) -> StrId {
        let hash = hash_bytes(bytes);
        let mask = self.slots.len() - 1;
        let mut index = hash as usize & mask;
        loop {
            let (slot_hash, slot_id) = self.slots[index];
            if slot_id == 0 {
                break;
            }
            if slot_hash == hash && self.draft.string(StrId(slot_id - 1)) == bytes {
                return StrId(slot_id - 1);
            }
            index = (index + 1) & mask;
        }
        let id = self.draft.add_string(bytes);
        self.slots[index] = (hash, id.0 + 1);
        if self.draft.string_count() * 2 > self.slots.len() {
            self.grow();
        }
        id
    }

    /// How many strings there are.
    pub fn count(&self) -> usize {
        self.draft.string_count()
    }

    /// The bytes of an interned string.
    pub fn bytes(&self, id: StrId) -> &[u8] {
        self.draft.string(id)
    }

    /// The draft, its pool filled.
    pub fn into_draft(self) -> Draft {
        self.draft
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        let mut slots = vec![(0, 0); mask + 1];
        for &(hash, id) in self.slots.iter().filter(|slot| slot.1 != 0) {
            let mut index = hash as usize & mask;
            while slots[index].1 != 0 {
                index = (index + 1) & mask;
            }
            slots[index] = (hash, id);
        }
        self.slots = slots;
    }
}

/// A 32-bit hash.
fn hash_bytes(bytes: &[u8]) -> u32 {
    let wide = hash_bytes_wide(bytes);
    (wide ^ wide >> 32) as u32
}

/// A 64-bit hash of some bytes; the same in every process.
pub fn hash_bytes_wide(bytes: &[u8]) -> u64 {
    let seed = 0x9E37_79B9_7F4A_7C15 ^ bytes.len() as u64;
    match bytes {
        [] => seed,
        [first, ..] if bytes.len() < 4 => {
            let (middle, last) = (bytes[bytes.len() / 2], bytes[bytes.len() - 1]);
            mix(seed, u64::from(*first) | u64::from(middle) << 8 | u64::from(last) << 16)
        }
        _ if bytes.len() <= 8 => mix(seed, first_four(bytes) | first_four(&bytes[bytes.len() - 4..]) << 32),
        _ => {
            let mut hash = seed;
            let mut rest = bytes;
            while rest.len() > 8 {
                hash = mix(hash, first_eight(rest));
                rest = &rest[8..];
            }
            // The last eight bytes, some of them for the second time.
            mix(hash, first_eight(&bytes[bytes.len() - 8..]))
        }
    }
}

#[inline]
fn first_four(bytes: &[u8]) -> u64 {
    u64::from(u32::from_le_bytes(bytes[..4].try_into().expect("a slice of four bytes")))
}

#[inline]
fn first_eight(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes[..8].try_into().expect("a slice of eight bytes"))
}

#[inline]
fn mix(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ word) * 0xA076_1D64_78BD_642F;
    product as u64 ^ (product >> 64) as u64 ^ hash.rotate_left(23)
}

/// A quick hasher for maps with small integers as keys.
#[derive(Default)]
pub struct PlainHasher(u64);

impl Hasher for PlainHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = mix(self.0, hash_bytes_wide(bytes));
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = mix(self.0 ^ 0x9E37_79B9_7F4A_7C15, value);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_strings_share_an_id_across_growth() {
        let mut pool = Interner::new(Draft::default());
        let ids: Vec<StrId> = (0..5000).map(|i| pool.intern(format!("name{i}").as_bytes())).collect();
        for (i, id) in ids.iter().enumerate() {
            assert_eq!(pool.intern(format!("name{i}").as_bytes()), *id);
            assert_eq!(pool.bytes(*id), format!("name{i}").as_bytes());
        }
        assert_eq!(pool.into_draft().string_count(), 5000);
    }
}
