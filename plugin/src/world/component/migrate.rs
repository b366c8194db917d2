//! What entities have of a component moves over, name by name, when a script declares it with other fields.
//!
//! A field keeps its value when the new component has one of the same name at the same place: numbers and bit-fields convert to each other
//! as C converts them, enums keep the name of their constant, structs move part by part, arrays element by element as far as both
//! go. What has become something else gets the new field's default; unions move when they are the same.

#![allow(unsafe_code, reason = "reads and writes values of components that have no Rust type")]

use bevy_ecs::entity::Entity;
use bevy_ecs::world::World;
use perilune::ffi::ctype::{Bits, BitsOf, Scalar};

use super::LuaComponent;
use super::fields::{FieldType, LuaField, write_bits};

/// Gives every entity that has the old component the new one instead.
pub(super) fn move_values(world: &mut World, old: &LuaComponent, new: &LuaComponent) {
    let archetypes = world.archetypes().iter().filter(|archetype| archetype.contains(old.id));
    let entities: Vec<Entity> =
        archetypes.flat_map(|archetype| archetype.entities().iter().map(|entity| entity.id())).collect();
    for entity in entities {
        let Ok(mut entity) = world.get_entity_mut(entity) else { continue };
        let mut value = new.new_value();
        let Ok(from) = entity.get_by_id(old.id) else { continue };
        // SAFETY: a live value of the old component, which is plain memory of its size.
        let from = unsafe { std::slice::from_raw_parts(from.as_ptr().cast_const(), old.size) };
        convert_fields(&old.fields, from, &new.fields, value.bytes_mut());
        entity.remove_by_id(old.id);
        value.insert(&mut entity);
    }
}

fn convert_fields(before: &[LuaField], from: &[u8], after: &[LuaField], to: &mut [u8]) {
    for field in after {
        let Some(old) = before.iter().find(|old| old.name == field.name) else { continue };
        convert(&old.kind, &from[old.offset.min(from.len())..], &field.kind, &mut to[field.offset..]);
    }
}

/// Copies a value to a place that may have another type; what does not convert is left at its default.
fn convert(before: &FieldType, from: &[u8], after: &FieldType, to: &mut [u8]) {
    match (before, after) {
        (FieldType::Constant(..), _) | (_, FieldType::Constant(..)) => {}
        // Their bytes are shared with other bits.
        (FieldType::Bits(..), _) | (_, FieldType::Bits(..)) => {
            if let Some(number) = read(before, from) {
                write(after, to, number);
            }
        }
        _ if before == after => to[..after.size()].copy_from_slice(&from[..after.size()]),
        (FieldType::Struct(old), FieldType::Struct(new)) => {
            if !old.is_union && !new.is_union {
                convert_fields(&old.fields, from, &new.fields, to);
            }
        }
        (FieldType::Array(old), FieldType::Array(new)) => {
            let (old_size, new_size) = (old.element.size(), new.element.size());
            for n in 0..old.count.min(new.count) {
                convert(&old.element, &from[n * old_size..], &new.element, &mut to[n * new_size..]);
            }
        }
        (FieldType::Enum(old), FieldType::Enum(new)) => {
            let bits = read_bits(&from[..old.size]);
            let name = old.variants.iter().find(|(_, known)| *known == bits).map(|(name, _)| name);
            if let Some((_, bits)) = new.variants.iter().find(|(known, _)| Some(known) == name) {
                write_bits(&mut to[..new.size], *bits);
            }
        }
        (
            FieldType::Scalar(_)
            | FieldType::Known(_)
            | FieldType::Enum(_)
            | FieldType::Struct(_)
            | FieldType::Array(_),
            _,
        ) => {
            if let Some(number) = read(before, from) {
                write(after, to, number);
            }
        }
    }
}

fn read_bits(bytes: &[u8]) -> u64 {
    match *bytes {
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_ne_bytes([a, b])),
        [a, b, c, d] => u64::from(u32::from_ne_bytes([a, b, c, d])),
        _ => u64::from_ne_bytes(*bytes.first_chunk().expect("an enum has 1, 2, 4 or 8 bytes")),
    }
}

/// The number a value is; `None` when it is none.
fn read(kind: &FieldType, from: &[u8]) -> Option<f64> {
    match kind {
        FieldType::Scalar(scalar) => read_number(*scalar, from),
        FieldType::Bits(bits, of) => Some(read_part(*bits, *of, from)),
        FieldType::Known(_)
        | FieldType::Enum(_)
        | FieldType::Struct(_)
        | FieldType::Array(_)
        | FieldType::Constant(..) => None,
    }
}

fn write(kind: &FieldType, to: &mut [u8], number: f64) {
    match kind {
        FieldType::Scalar(scalar) => write_number(*scalar, to, number),
        FieldType::Bits(bits, of) => write_part(*bits, *of, to, number),
        FieldType::Known(_)
        | FieldType::Enum(_)
        | FieldType::Struct(_)
        | FieldType::Array(_)
        | FieldType::Constant(..) => {}
    }
}

fn read_part(bits: Bits, of: BitsOf, from: &[u8]) -> f64 {
    let word: u64 = bits.bytes().map(|byte| u64::from(from[byte]) << (8 * byte)).sum();
    let unused = 32 - u32::from(bits.width);
    let high = ((word >> bits.position) as u32) << unused;
    match of {
        BitsOf::Signed => f64::from(high as i32 >> unused),
        BitsOf::Bool | BitsOf::Unsigned => f64::from(high >> unused),
    }
}

fn write_part(bits: Bits, of: BitsOf, to: &mut [u8], number: f64) {
    let value = match of {
        BitsOf::Bool => u64::from(number != 0.0),
        BitsOf::Signed | BitsOf::Unsigned => number as i64 as u64,
    };
    let mask = ((1u64 << bits.width) - 1) << bits.position;
    let value = value << bits.position & mask;
    for byte in bits.bytes() {
        let shift = 8 * byte;
        to[byte] = to[byte] & !((mask >> shift) as u8) | (value >> shift) as u8;
    }
}

macro_rules! number_types {
    ($($scalar:ident $ty:ty,)+) => {
        fn read_number(scalar: Scalar, from: &[u8]) -> Option<f64> {
            match scalar {
                $(Scalar::$scalar => {
                    let bytes = from.first_chunk().expect("a field lies inside its value");
                    Some(<$ty>::from_ne_bytes(*bytes) as f64)
                })+
                Scalar::Bool => Some(f64::from(from[0] != 0)),
                Scalar::Char | Scalar::Entity => None,
            }
        }

        fn write_number(scalar: Scalar, to: &mut [u8], number: f64) {
            match scalar {
                $(Scalar::$scalar => to[..size_of::<$ty>()].copy_from_slice(&(number as $ty).to_ne_bytes()),)+
                Scalar::Bool => to[0] = u8::from(number != 0.0),
                Scalar::Char | Scalar::Entity => {}
            }
        }
    };
}
number_types! {
    I8 i8, U8 u8, I16 i16, U16 u16, I32 i32, U32 u32, I64 i64, U64 u64, F32 f32, F64 f64,
}
