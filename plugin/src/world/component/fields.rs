//! The fields of components that scripts declare, read ([`super::parse`]) by the parser of C declarations and laid out as a C compiler does.
//!
//! What scripts have declared with `ffi.cdef` may be named in a component, and so may the types of the plugin ([`KNOWN`]).
//! Whatever has a fixed size and is no address can be a field.

use bevy_ecs::entity::Entity;
use bevy_math::{IVec2, IVec3, IVec4, Mat3, Mat4, Quat, Rect, UVec2, UVec3, UVec4, Vec2, Vec3, Vec4};
use perilune::ffi::ctype::{Bits, BitsOf, CType, CTypeId, EnumType, Field, Form, Math, Scalar};
use perilune::ffi::duration;
use perilune::ffi::host::RegisterError;
use perilune::ffi::structs::{FloatStruct, IntVector};
use perilune::vm::{Raised, Vm};

/// A field of a component that a script has declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LuaField {
    /// Its name.
    pub name: String,
    /// Its type as C names it: `float`, `int32_t [4]`, `Vec3`, `Entity`.
    pub type_name: String,
    /// Its place in a value, in bytes. Of a bit-field, that of the integer it is part of; a `static const` has none.
    pub offset: usize,
    pub(super) kind: FieldType,
}

impl LuaField {
    /// The fields of a struct or union, their offsets counted from its beginning.
    pub fn fields(&self) -> &[LuaField] {
        match &self.kind {
            FieldType::Struct(s) => &s.fields,
            FieldType::Scalar(_)
            | FieldType::Known(_)
            | FieldType::Enum(_)
            | FieldType::Array(_)
            | FieldType::Bits(..)
            | FieldType::Constant(..) => &[],
        }
    }
}

/// What a field is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FieldType {
    Scalar(Scalar),
    Known(Known),
    Enum(EnumOf),
    Struct(StructOf),
    Array(ArrayOf),
    Bits(Bits, BitsOf),
    /// A `static const`, which takes no memory.
    Constant(Scalar, u32),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EnumOf {
    pub(super) name: String,
    pub(super) size: usize,
    pub(super) variants: Vec<(String, u64)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StructOf {
    pub(super) name: String,
    pub(super) is_union: bool,
    pub(super) size: usize,
    pub(super) fields: Vec<LuaField>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ArrayOf {
    pub(super) name: String,
    pub(super) element: Box<FieldType>,
    pub(super) count: usize,
}

/// A type of the plugin with operators and methods of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Math(Math),
    Floats(FloatStruct),
    Integers(IntVector),
    Duration,
    Entity,
}

macro_rules! known {
    ($($name:literal $known:expr, $ty:ty;)+) => {
        /// The types of the plugin by name, with the size and alignment Rust gives them.
        pub(super) const KNOWN: &[(&str, Known, usize, usize)] =
            &[$(($name, $known, size_of::<$ty>(), align_of::<$ty>()),)+];
    };
}
known! {
    "Entity" Known::Entity, Entity;
    "Vec2" Known::Math(Math::Vec2), Vec2;
    "Vec3" Known::Math(Math::Vec3), Vec3;
    "Vec4" Known::Math(Math::Vec4), Vec4;
    "Quat" Known::Math(Math::Quat), Quat;
    "IVec2" Known::Integers(IntVector::IVec2), IVec2;
    "IVec3" Known::Integers(IntVector::IVec3), IVec3;
    "IVec4" Known::Integers(IntVector::IVec4), IVec4;
    "UVec2" Known::Integers(IntVector::UVec2), UVec2;
    "UVec3" Known::Integers(IntVector::UVec3), UVec3;
    "UVec4" Known::Integers(IntVector::UVec4), UVec4;
    "Mat3" Known::Floats(FloatStruct::Mat3), Mat3;
    "Mat4" Known::Floats(FloatStruct::Mat4), Mat4;
    "Rect" Known::Floats(FloatStruct::Rect), Rect;
    "Color" Known::Floats(FloatStruct::Color), [f32; 4];
    "Duration" Known::Duration, [u64; duration::SIZE / 8];
}

/// Lets `ffi` declarations name these types, `Entity` apart: an entity read from arbitrary bits would be none.
pub(super) fn name_types(vm: &mut Vm) -> Result<(), Raised> {
    for &(_, known, _, align) in KNOWN.iter().filter(|(_, known, ..)| *known != Known::Entity) {
        let ctype = known.ctype(vm);
        vm.name_host_type(ctype, align)?;
    }
    Ok(())
}

/// No component asks for more, in bytes: what the largest vectors need.
pub(super) const MAX_ALIGN: usize = 16;

impl Known {
    fn size(self) -> usize {
        let row = KNOWN.iter().find(|(_, known, ..)| *known == self);
        row.expect("every known type is in the table").2
    }

    fn ctype(self, vm: &Vm) -> CTypeId {
        match self {
            Known::Math(math) => math.ctype(),
            Known::Floats(kind) => vm.ffi.structs.of_floats(kind),
            Known::Integers(kind) => vm.ffi.structs.of_integers(kind),
            Known::Duration => vm.ffi.duration.expect("a VM with components has opened the host's types"),
            Known::Entity => Scalar::Entity.into(),
        }
    }
}

impl FieldType {
    /// The name of the type.
    pub(super) fn name(&self) -> String {
        match self {
            FieldType::Scalar(scalar) => scalar.name().to_owned(),
            FieldType::Known(known) => {
                KNOWN.iter().find(|(_, row, ..)| row == known).expect("a row of the table").0.to_owned()
            }
            FieldType::Enum(e) => e.name.clone(),
            FieldType::Struct(s) => s.name.clone(),
            FieldType::Array(array) => array.name.clone(),
            FieldType::Bits(bits, of) => {
                let of = match of {
                    BitsOf::Bool => "bool",
                    BitsOf::Signed => "int",
                    BitsOf::Unsigned => "unsigned",
                };
                format!("{of} : {}", bits.width)
            }
            FieldType::Constant(scalar, _) => format!("static const {}", scalar.name()),
        }
    }

    /// The size in bytes.
    pub(super) fn size(&self) -> usize {
        match self {
            FieldType::Scalar(scalar) => scalar.size() as usize,
            FieldType::Known(known) => known.size(),
            FieldType::Enum(e) => e.size,
            FieldType::Struct(s) => s.size,
            FieldType::Array(array) => array.count * array.element.size(),
            FieldType::Bits(bits, _) => bits.bytes().end,
            FieldType::Constant(..) => 0,
        }
    }

    /// Writes the value that a script gets that says nothing, into zeros: no rotation, no entity, an enum's zero or first constant.
    pub(super) fn fill_default(&self, bytes: &mut [u8]) {
        let mut ones = |places: &[usize]| {
            for at in places {
                bytes[at * 4..at * 4 + 4].copy_from_slice(&1f32.to_ne_bytes());
            }
        };
        match self {
            FieldType::Scalar(Scalar::Entity) => {
                bytes[..8].copy_from_slice(&Entity::PLACEHOLDER.to_bits().to_ne_bytes());
            }
            FieldType::Known(Known::Math(Math::Quat)) => ones(&[3]),
            FieldType::Known(Known::Floats(FloatStruct::Mat3)) => ones(&[0, 4, 8]),
            FieldType::Known(Known::Floats(FloatStruct::Mat4)) => ones(&[0, 5, 10, 15]),
            FieldType::Enum(e) => {
                if e.variants.iter().all(|(_, bits)| *bits != 0) {
                    write_bits(&mut bytes[..e.size], e.variants[0].1);
                }
            }
            FieldType::Struct(s) if !s.is_union => fill_defaults(&s.fields, bytes),
            FieldType::Array(array) => {
                let size = array.element.size();
                for n in 0..array.count {
                    array.element.fill_default(&mut bytes[n * size..(n + 1) * size]);
                }
            }
            FieldType::Scalar(_)
            | FieldType::Known(_)
            | FieldType::Struct(_)
            | FieldType::Bits(..)
            | FieldType::Constant(..) => {}
        }
    }

    /// Registers the C type of its values.
    fn register(&self, vm: &mut Vm) -> Result<CTypeId, Raised> {
        let (name, size, form) = match self {
            FieldType::Scalar(scalar) => return Ok((*scalar).into()),
            FieldType::Known(known) => return Ok(known.ctype(vm)),
            FieldType::Enum(e) => {
                let form = Form::Enum(EnumType { size: e.size as u32, variants: e.variants.clone() });
                (&e.name, e.size, form)
            }
            FieldType::Struct(s) => return register_struct(vm, &s.name, &s.fields, s.size),
            FieldType::Array(array) => {
                let element = array.element.register(vm)?;
                (&array.name, self.size(), Form::Array { element, count: array.count as u32 })
            }
            FieldType::Bits(..) | FieldType::Constant(..) => unreachable!("no value has this type"),
        };
        let ctype = register(vm, name, size, form)?;
        vm.make_array_type(ctype)?;
        Ok(ctype)
    }
}

/// The low bytes of a word.
pub(super) fn write_bits(bytes: &mut [u8], bits: u64) {
    match bytes.len() {
        1 => bytes.copy_from_slice(&(bits as u8).to_ne_bytes()),
        2 => bytes.copy_from_slice(&(bits as u16).to_ne_bytes()),
        4 => bytes.copy_from_slice(&(bits as u32).to_ne_bytes()),
        _ => bytes.copy_from_slice(&bits.to_ne_bytes()),
    }
}

/// As [`FieldType::fill_default`], for all fields.
pub(super) fn fill_defaults(fields: &[LuaField], bytes: &mut [u8]) {
    for field in fields {
        field.kind.fill_default(&mut bytes[field.offset..]);
    }
}

/// The C type of values with these fields.
pub(super) fn register_struct(
    vm: &mut Vm,
    name: &str,
    fields: &[LuaField],
    size: usize,
) -> Result<CTypeId, Raised> {
    use perilune::ffi::ctype::Place;
    let mut parts = Vec::with_capacity(fields.len());
    for field in fields {
        let offset = field.offset as u32;
        let place = match &field.kind {
            FieldType::Bits(bits, of) => Place::Bits { offset, bits: *bits, of: *of },
            FieldType::Constant(scalar, bits) => Place::Constant { scalar: *scalar, bits: *bits },
            FieldType::Scalar(_)
            | FieldType::Known(_)
            | FieldType::Enum(_)
            | FieldType::Struct(_)
            | FieldType::Array(_) => Place::Memory { offset, ctype: field.kind.register(vm)? },
        };
        parts.push(Field { name: field.name.clone(), place });
    }
    register(vm, name, size, Form::Struct(parts))
}

fn register(vm: &mut Vm, name: &str, size: usize, form: Form) -> Result<CTypeId, Raised> {
    match vm.register_ctype(CType { name: name.to_owned(), size: size as u32, form }) {
        Ok(ctype) => Ok(ctype),
        Err(RegisterError::Layout(error)) => Err(vm.error(error.to_string())),
        Err(RegisterError::Raised(raised)) => Err(raised),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_type_has_the_size_the_vm_gives_it() {
        for (name, known, size, align) in KNOWN {
            let floats = |count: usize| count * 4;
            let expected = match known {
                Known::Math(math) => floats(math.lanes()),
                Known::Floats(FloatStruct::Mat3) => floats(9),
                Known::Floats(FloatStruct::Mat4) => floats(16),
                Known::Floats(FloatStruct::Rect | FloatStruct::Color) => floats(4),
                Known::Integers(IntVector::IVec2 | IntVector::UVec2) => 8,
                Known::Integers(IntVector::IVec3 | IntVector::UVec3) => 12,
                Known::Integers(IntVector::IVec4 | IntVector::UVec4) => 16,
                Known::Duration => 16,
                Known::Entity => 8,
            };
            assert_eq!(*size, expected, "{name}");
            assert!(*align <= MAX_ALIGN, "{name}");
        }
    }
}
