//! C types from reflected Rust types.
//!
//! The layout of a Rust struct is known to the compiler only, but a live value and reflection tell it: the offset of a field is the
//! difference of two addresses. What is neither a number, a known math type, a fieldless enum nor a struct of such is left to
//! reflection at every access.

#![allow(unsafe_code, reason = "reads a discriminant through a reflected value")]

use std::any::TypeId;

use bevy_ecs::entity::Entity;
use bevy_ecs::name::Name;
use bevy_math::{IVec2, IVec3, IVec4, Mat3, Mat4, Quat, Rect, UVec2, UVec3, UVec4, Vec2, Vec3, Vec4};
use bevy_reflect::enums::{DynamicEnum, DynamicVariant, Enum, VariantInfo};
use bevy_reflect::{PartialReflect, Reflect, ReflectFromPtr, ReflectFromReflect, ReflectRef, TypeInfo};
use perilune::ffi::ctype::{CType, CTypeId, EnumType, Field, Form, Math, Scalar};
use perilune::ffi::host::{Parts, RegisterError};
use perilune::ffi::structs::{FloatStruct, IntVector};
use perilune::vm::{Raised, Vm};

use super::context::Shared;

/// The Rust types that are scalars.
fn scalars() -> [(TypeId, Scalar); 15] {
    let words = match size_of::<usize>() {
        4 => (Scalar::I32, Scalar::U32),
        _ => (Scalar::I64, Scalar::U64),
    };
    [
        (TypeId::of::<bool>(), Scalar::Bool),
        (TypeId::of::<char>(), Scalar::Char),
        (TypeId::of::<i8>(), Scalar::I8),
        (TypeId::of::<u8>(), Scalar::U8),
        (TypeId::of::<i16>(), Scalar::I16),
        (TypeId::of::<u16>(), Scalar::U16),
        (TypeId::of::<i32>(), Scalar::I32),
        (TypeId::of::<u32>(), Scalar::U32),
        (TypeId::of::<i64>(), Scalar::I64),
        (TypeId::of::<u64>(), Scalar::U64),
        (TypeId::of::<isize>(), words.0),
        (TypeId::of::<usize>(), words.1),
        (TypeId::of::<f32>(), Scalar::F32),
        (TypeId::of::<f64>(), Scalar::F64),
        (TypeId::of::<Entity>(), Scalar::Entity),
    ]
}

/// The math types whose lanes are floats in order, which this checks rather than believes: `glam` uses vector registers for some.
fn math_types() -> impl Iterator<Item = (TypeId, Math)> {
    let lanes = [1.0, 2.0, 3.0, 4.0];
    let [x, y, z, w] = lanes;
    [
        (TypeId::of::<Vec2>(), Math::Vec2, bytes_of(&Vec2::new(x, y))),
        (TypeId::of::<Vec3>(), Math::Vec3, bytes_of(&Vec3::new(x, y, z))),
        (TypeId::of::<Vec4>(), Math::Vec4, bytes_of(&Vec4::new(x, y, z, w))),
        (TypeId::of::<Quat>(), Math::Quat, bytes_of(&Quat::from_xyzw(x, y, z, w))),
    ]
    .into_iter()
    .filter(move |(_, math, bytes)| {
        let expected: Vec<u8> =
            lanes[..math.lanes()].iter().flat_map(|lane: &f32| lane.to_ne_bytes()).collect();
        *bytes == expected
    })
    .map(|(type_id, math, _)| (type_id, math))
}

/// The bytes of a math value, none of which is padding.
fn bytes_of<T: Copy>(value: &T) -> Vec<u8> {
    // SAFETY: a live value of `size_of::<T>()` bytes; glam's float types have no padding.
    unsafe { std::slice::from_raw_parts(std::ptr::from_ref(value).cast::<u8>(), size_of::<T>()) }.to_vec()
}

/// Tells which C types of every VM stand for which Rust types.
pub(crate) fn add_known(shared: &Shared) {
    for (type_id, scalar) in scalars() {
        shared.add_layout(type_id, scalar.into());
    }
    for (type_id, math) in math_types() {
        shared.add_layout(type_id, math.ctype());
    }
}

/// Tells which of a VM's own structs stand for which Rust types, where both lie in memory alike.
pub(crate) fn add_structs(vm: &Vm, shared: &Shared) {
    let structs = &vm.ffi.structs;
    let lanes: [f32; 16] = std::array::from_fn(|i| i as f32);
    let floats =
        |count: usize| lanes[..count].iter().flat_map(|lane| lane.to_ne_bytes()).collect::<Vec<u8>>();
    let [x0, y0, x1, y1] = [lanes[0], lanes[1], lanes[2], lanes[3]];
    let known = [
        (TypeId::of::<Mat3>(), FloatStruct::Mat3, bytes_of(&Mat3::from_cols_slice(&lanes)), 9),
        (TypeId::of::<Mat4>(), FloatStruct::Mat4, bytes_of(&Mat4::from_cols_slice(&lanes)), 16),
        (TypeId::of::<Rect>(), FloatStruct::Rect, bytes_of(&Rect::new(x0, y0, x1, y1)), 4),
    ];
    for (type_id, kind, bytes, count) in known {
        if bytes == floats(count) {
            shared.add_layout(type_id, structs.of_floats(kind));
        }
    }
    let words = |count: u32| (1..=count).flat_map(u32::to_ne_bytes).collect::<Vec<u8>>();
    let known = [
        (TypeId::of::<IVec2>(), IntVector::IVec2, bytes_of(&IVec2::new(1, 2)), 2),
        (TypeId::of::<IVec3>(), IntVector::IVec3, bytes_of(&IVec3::new(1, 2, 3)), 3),
        (TypeId::of::<IVec4>(), IntVector::IVec4, bytes_of(&IVec4::new(1, 2, 3, 4)), 4),
        (TypeId::of::<UVec2>(), IntVector::UVec2, bytes_of(&UVec2::new(1, 2)), 2),
        (TypeId::of::<UVec3>(), IntVector::UVec3, bytes_of(&UVec3::new(1, 2, 3)), 3),
        (TypeId::of::<UVec4>(), IntVector::UVec4, bytes_of(&UVec4::new(1, 2, 3, 4)), 4),
    ];
    for (type_id, kind, bytes, count) in known {
        if bytes == words(count) {
            shared.add_layout(type_id, structs.of_integers(kind));
        }
    }
}

/// The C type of a live value's type. Made at the first call for the type.
///
/// # Errors
/// When the VM's memory limit is reached.
pub(crate) fn ctype_of(vm: &mut Vm, shared: &Shared, value: &dyn Reflect) -> Result<CTypeId, Raised> {
    ctype_of_part(vm, shared, value.as_partial_reflect())
}

pub(super) fn ctype_of_part(
    vm: &mut Vm,
    shared: &Shared,
    value: &dyn PartialReflect,
) -> Result<CTypeId, Raised> {
    let info = value.get_represented_type_info().filter(|_| !value.is_dynamic());
    let info = info.expect("a value in the world or inside one is of a concrete type");
    if let Some(known) = shared.layout(info.type_id()) {
        return Ok(known);
    }
    let size = size_of_val(value) as u32;
    let form = match value.reflect_ref() {
        // A string with its hash, which belong together.
        _ if info.type_id() == TypeId::of::<Name>() => hosted(shared, info),
        ReflectRef::Struct(s) => {
            let names = (0..s.field_len()).map(|i| s.name_at(i).unwrap_or_default().to_owned());
            struct_form(vm, shared, value, names.collect(), |i| s.field_at(i))?
        }
        ReflectRef::TupleStruct(t) => {
            let names = (0..t.field_len()).map(|i| i.to_string());
            struct_form(vm, shared, value, names.collect(), |i| t.field(i))?
        }
        // As in C: elements by number, from zero.
        ReflectRef::Array(a) => match a.get(0) {
            Some(first)
                if address(first) == address(value) && size_of_val(first) * a.len() == size_of_val(value) =>
            {
                let element = ctype_of_part(vm, shared, first)?;
                Form::Array { element, count: a.len() as u32 }
            }
            Some(_) => hosted(shared, info),
            None => Form::Struct(Vec::new()),
        },
        ReflectRef::Enum(e) => match unit_enum(shared, info, e, size) {
            Some(form) => form,
            None => hosted(shared, info),
        },
        ReflectRef::Tuple(_)
        | ReflectRef::List(_)
        | ReflectRef::Map(_)
        | ReflectRef::Set(_)
        | ReflectRef::Opaque(_) => hosted(shared, info),
    };
    let name = info.type_path_table().short_path().to_owned();
    let ctype = match vm.register_ctype(CType { name: name.clone(), size, form }) {
        Ok(ctype) => ctype,
        // A type reflection describes wrongly (a field outside its value): safe access is through reflection only.
        Err(RegisterError::Layout(_)) => {
            let form = hosted(shared, info);
            match vm.register_ctype(CType { name, size, form }) {
                Ok(ctype) => ctype,
                Err(RegisterError::Layout(_)) => unreachable!("a hosted type has no layout to check"),
                Err(RegisterError::Raised(raised)) => return Err(raised),
            }
        }
        Err(RegisterError::Raised(raised)) => return Err(raised),
    };
    vm.make_list_type(ctype)?;
    vm.make_array_type(ctype)?;
    shared.add_layout(info.type_id(), ctype);
    Ok(ctype)
}

fn hosted(shared: &Shared, info: &TypeInfo) -> Form {
    // What cannot be reflected from a pointer is read as a whole, if at all.
    let parts = match info {
        _ if shared.registry.read().get_type_data::<ReflectFromPtr>(info.type_id()).is_none() => Parts::None,
        TypeInfo::List(_) => Parts::Elements,
        TypeInfo::Enum(_) if info.type_path_table().ident() == Some("Option") => Parts::Maybe,
        _ => Parts::None,
    };
    Form::Hosted(shared.hosted.number(info.type_id(), parts))
}

fn struct_form<'v>(
    vm: &mut Vm,
    shared: &Shared,
    value: &dyn PartialReflect,
    names: Vec<String>,
    field_at: impl Fn(usize) -> Option<&'v dyn PartialReflect>,
) -> Result<Form, Raised> {
    let base = address(value);
    let mut fields = Vec::with_capacity(names.len());
    for (i, name) in names.into_iter().enumerate() {
        let Some(field) = field_at(i) else { continue };
        let ctype = ctype_of_part(vm, shared, field)?;
        // An address before the value wraps to an offset that registration refuses.
        let offset = u32::try_from(address(field).wrapping_sub(base)).unwrap_or(u32::MAX);
        fields.push(Field::new(name, offset, ctype));
    }
    Ok(Form::Struct(fields))
}

fn address(value: &dyn PartialReflect) -> usize {
    std::ptr::from_ref(value).cast::<u8>().addr()
}

/// A fieldless enum, its discriminants learnt by building each variant.
fn unit_enum(shared: &Shared, info: &TypeInfo, sample: &dyn Enum, size: u32) -> Option<Form> {
    let TypeInfo::Enum(enum_info) = info else { return None };
    if !matches!(size, 1 | 2 | 4 | 8) || sample.field_len() > 0 {
        return None;
    }
    let registry = shared.registry.read();
    let build = registry.get_type_data::<ReflectFromReflect>(info.type_id())?;
    let mut variants = Vec::new();
    for variant in enum_info.iter() {
        let VariantInfo::Unit(unit) = variant else { return None };
        let value = build.from_reflect(&DynamicEnum::new(unit.name(), DynamicVariant::Unit))?;
        let at = std::ptr::from_ref(&*value).cast::<u8>();
        let mut bits = [0u8; 8];
        // SAFETY: a live value of the enum's type, whose size is at most eight bytes; all variants being units, the
        // discriminant fills it.
        unsafe { std::ptr::copy_nonoverlapping(at, bits.as_mut_ptr(), size as usize) };
        variants.push((unit.name().to_owned(), u64::from_le_bytes(bits).to_le()));
    }
    Some(Form::Enum(EnumType { size, variants }))
}
