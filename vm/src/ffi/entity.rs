//! Entities as Lua values.
//!
//! A host names its objects with 64 bits: the low half an index stored inverted (so that zero is no entity), the high half a
//! generation. In Lua that is a light userdata, made without allocation, so that entities with equal bits are equal and
//! the same table key. Its payload has 47 bits: index (24) and generation (22) when both fit, which takes sixteen million objects
//! or four million reuses of one index to exceed; else a number in a table of its own, marked by the top bit.

use std::collections::HashMap;

use crate::value::RawValue;

const INDEX_BITS: u32 = 24;
const GENERATION_BITS: u32 = 22;
const LARGE: u64 = 1 << (INDEX_BITS + GENERATION_BITS);

/// The entities whose bits do not fit into a value. Never freed: a game that gets here has bigger worries than eight bytes each.
#[derive(Debug, Default)]
pub struct LargeEntities {
    bits: Vec<u64>,
    numbers: HashMap<u64, u64>,
}

/// Index and generation of an entity's bits.
pub fn parts(bits: u64) -> (u32, u32) {
    (!(bits as u32), (bits >> 32) as u32)
}

/// The bits with this index and generation.
pub fn from_parts(index: u32, generation: u32) -> u64 {
    u64::from(generation) << 32 | u64::from(!index)
}

impl LargeEntities {
    /// The value of an entity.
    #[inline]
    pub fn value(&mut self, bits: u64) -> RawValue {
        let (index, generation) = parts(bits);
        if index >> INDEX_BITS == 0 && generation >> GENERATION_BITS == 0 {
            RawValue::light(u64::from(generation) << INDEX_BITS | u64::from(index))
        } else {
            self.large_value(bits)
        }
    }

    #[cold]
    fn large_value(&mut self, bits: u64) -> RawValue {
        let next = self.bits.len() as u64;
        let number = *self.numbers.entry(bits).or_insert(next);
        if number == next {
            self.bits.push(bits);
        }
        RawValue::light(LARGE | number)
    }

    /// The bits of an entity value; `None` for any other value.
    #[inline]
    pub fn bits(&self, value: RawValue) -> Option<u64> {
        let payload = value.as_light()?;
        if payload & LARGE == 0 {
            let index = payload as u32 & ((1 << INDEX_BITS) - 1);
            Some(from_parts(index, (payload >> INDEX_BITS) as u32))
        } else {
            self.bits.get((payload & !LARGE) as usize).copied()
        }
    }
}

/// What an entity prints as: index, `v`, generation.
pub fn display(bits: u64) -> String {
    let (index, generation) = parts(bits);
    format!("{index}v{generation}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entity_survives_and_equal_bits_are_equal_values() {
        let mut large = LargeEntities::default();
        for index in [0, 1, 77, (1 << 24) - 1, 1 << 24, u32::MAX - 1] {
            for generation in [0, 1, (1 << 22) - 1, 1 << 22, u32::MAX] {
                let bits = from_parts(index, generation);
                let value = large.value(bits);
                assert_eq!(large.bits(value), Some(bits));
                assert_eq!(large.value(bits), value);
                assert_eq!(display(bits), format!("{index}v{generation}"));
            }
        }
        assert_eq!(large.bits(RawValue::number(1.0)), None);
        assert_ne!(large.value(from_parts(1, 0)), large.value(from_parts(1, 1)));
    }
}
