//! Entities as Lua values.
//!
//! A host names its objects with 64 bits: the low half an index stored inverted (so that zero is no entity), the high half a
//! generation. In Lua that is a light userdata, made without allocation, so that entities with equal bits are equal and
//! the same table key. Its payload has 47 bits: index (24) and generation (22) when both fit, which takes sixteen million objects
//! or four million reuses of one index to exceed; else a number in a table of its own, marked by the top bit.

use std::collections::HashMap;

use crate::rt::meta::Meta;
use crate::value::{RawValue, Type};
use crate::vm::{Args, NativeResult, Raised, Vm};

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

/// The value of an entity whose bits fit into one.
#[inline(always)]
pub(crate) fn small_value(bits: u64) -> Option<RawValue> {
    let (index, generation) = parts(bits);
    let fits = index >> INDEX_BITS == 0 && generation >> GENERATION_BITS == 0;
    fits.then(|| RawValue::light(u64::from(generation) << INDEX_BITS | u64::from(index)))
}

impl LargeEntities {
    /// The value of an entity.
    #[inline]
    pub fn value(&mut self, bits: u64) -> RawValue {
        match small_value(bits) {
            Some(value) => value,
            None => self.large_value(bits),
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

/// Gives entities what Lua needs of them: `tostring(entity)`, and the methods `entity:index()` and `entity:generation()`.
///
/// # Errors
/// When the memory limit is reached.
pub fn open(vm: &mut Vm) -> Result<(), Raised> {
    let meta = vm.new_table(0, 2)?;
    let methods = vm.new_table(0, 2)?;
    let index = vm.new_host_function("index", index, &[])?;
    vm.raw_set_name(methods, "index", index)?;
    let generation = vm.new_host_function("generation", generation, &[])?;
    vm.raw_set_name(methods, "generation", generation)?;
    let tostring = vm.new_host_function("tostring", tostring, &[])?;
    vm.raw_set_name(meta, Meta::ToString.name(), tostring)?;
    vm.raw_set_name(meta, Meta::Index.name(), methods.into())?;
    // The list of type metatables starts empty: there is no old one to shade.
    vm.heap.roots.type_metatables[Type::LightUserData as usize] = Some(meta);
    Ok(())
}

impl Vm {
    /// The bits of an argument that must be an entity.
    ///
    /// # Errors
    /// "entity expected".
    pub fn check_entity(&mut self, args: Args, index: u32) -> Result<u64, Raised> {
        let value = self.arg(args, index);
        match self.ffi.entities.bits(value) {
            Some(bits) => Ok(bits),
            None => {
                let got = if index < args.count { self.describe_type(value) } else { "no value".to_owned() };
                Err(self.arg_error(args, index, format!("entity expected, got {got}")))
            }
        }
    }
}

fn tostring(vm: &mut Vm, args: Args) -> NativeResult {
    let bits = vm.check_entity(args, 0)?;
    let text = vm.new_string(display(bits).as_bytes())?;
    vm.ret1(text)
}

fn index(vm: &mut Vm, args: Args) -> NativeResult {
    let bits = vm.check_entity(args, 0)?;
    vm.ret1(f64::from(parts(bits).0))
}

fn generation(vm: &mut Vm, args: Args) -> NativeResult {
    let bits = vm.check_entity(args, 0)?;
    vm.ret1(f64::from(parts(bits).1))
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
