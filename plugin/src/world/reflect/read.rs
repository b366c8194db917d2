//! Reflected values as plain data.

use std::any::TypeId;
use std::time::Duration;

use bevy_asset::ReflectHandle;
use bevy_color::{Color, ColorToComponents};
use bevy_ecs::entity::Entity;
use bevy_ecs::name::Name;
use bevy_math::{Quat, Vec2, Vec3, Vec4};
use bevy_reflect::enums::VariantType;
use bevy_reflect::{PartialReflect, ReflectRef, TypeRegistry};
use perilune::ffi::ctype::Math;
use perilune::ffi::host::HostValue;

/// A reflected value as plain data; a handle is the path of its asset, nil when it has none.
pub(crate) fn to_host(registry: &TypeRegistry, value: &dyn PartialReflect) -> HostValue {
    let to_host = |value: &dyn PartialReflect| to_host(registry, value);
    if let Some(n) = number_of(value) {
        return HostValue::Number(n);
    }
    if let Some(b) = value.try_downcast_ref::<bool>() {
        return HostValue::Boolean(*b);
    }
    if let Some(c) = value.try_downcast_ref::<char>() {
        return HostValue::Text(c.to_string().into_bytes());
    }
    if let Some(s) = value.try_downcast_ref::<String>() {
        return HostValue::Text(s.clone().into_bytes());
    }
    if let Some(e) = value.try_downcast_ref::<Entity>() {
        return HostValue::Entity(e.to_bits());
    }
    if let Some(d) = value.try_downcast_ref::<Duration>() {
        return HostValue::Duration(*d);
    }
    if let Some(name) = value.try_downcast_ref::<Name>() {
        return text(name.as_str());
    }
    if let Some(color) = value.try_downcast_ref::<Color>() {
        return HostValue::Color(color.to_srgba().to_f32_array());
    }
    if let Some(lanes) = math_lanes(value) {
        return lanes;
    }
    if let ReflectRef::Enum(_) = value.reflect_ref()
        && let Some(path) = handle_path(registry, value)
    {
        return path;
    }
    match value.reflect_ref() {
        ReflectRef::Struct(s) => HostValue::Table(
            (0..s.field_len()).filter_map(|i| Some((text(s.name_at(i)?), to_host(s.field_at(i)?)))).collect(),
        ),
        ReflectRef::TupleStruct(t) => sequence(registry, t.iter_fields()),
        ReflectRef::Tuple(t) => sequence(registry, t.iter_fields()),
        ReflectRef::List(l) => sequence(registry, l.iter()),
        ReflectRef::Array(a) => sequence(registry, a.iter()),
        ReflectRef::Set(s) => sequence(registry, s.iter()),
        ReflectRef::Map(m) => HostValue::Table(m.iter().map(|(k, v)| (to_host(k), to_host(v))).collect()),
        ReflectRef::Enum(e) => match (e.variant_name(), e.variant_type()) {
            ("None", VariantType::Unit) if is_option(value) => HostValue::Nil,
            ("Some", VariantType::Tuple) if is_option(value) => e.field_at(0).map_or(HostValue::Nil, to_host),
            (name, VariantType::Unit) => text(name),
            (name, VariantType::Tuple) => {
                let fields = sequence(registry, (0..e.field_len()).filter_map(|i| e.field_at(i)));
                HostValue::Table(vec![(text(name), fields)])
            }
            (name, VariantType::Struct) => {
                let fields =
                    (0..e.field_len()).filter_map(|i| Some((text(e.name_at(i)?), to_host(e.field_at(i)?))));
                HostValue::Table(vec![(text(name), HostValue::Table(fields.collect()))])
            }
        },
        // What reflection cannot look into still says what it is.
        ReflectRef::Opaque(o) => text(&format!("{o:?}")),
    }
}

macro_rules! numbers {
    ($($ty:ty)*) => {
        fn number_of(value: &dyn PartialReflect) -> Option<f64> {
            $(if let Some(n) = value.try_downcast_ref::<$ty>() { return Some(*n as f64); })*
            None
        }
        pub(super) fn number_as(type_id: TypeId, n: f64) -> Option<Box<dyn PartialReflect>> {
            $(if type_id == TypeId::of::<$ty>() { return Some(Box::new(n as $ty)); })*
            None
        }
    };
}
numbers! { f32 f64 i8 u8 i16 u16 i32 u32 i64 u64 isize usize i128 u128 }

pub(super) fn text(text: &str) -> HostValue {
    HostValue::Text(text.as_bytes().to_vec())
}

fn sequence<'v>(registry: &TypeRegistry, values: impl Iterator<Item = &'v dyn PartialReflect>) -> HostValue {
    let entry = |(value, n)| (HostValue::Number(f64::from(n)), to_host(registry, value));
    HostValue::Table(values.zip(1..).map(entry).collect())
}

fn handle_path(registry: &TypeRegistry, value: &dyn PartialReflect) -> Option<HostValue> {
    let value = value.try_as_reflect()?.as_any();
    let handle = registry.get_type_data::<ReflectHandle>(value.type_id())?;
    let path = handle.downcast_handle_untyped(value).and_then(|handle| handle.path().cloned());
    Some(path.map_or(HostValue::Nil, |path| text(&path.to_string())))
}

fn is_option(value: &dyn PartialReflect) -> bool {
    value.reflect_ident() == Some("Option")
}

trait Ident {
    fn reflect_ident(&self) -> Option<&'static str>;
}

impl Ident for dyn PartialReflect + '_ {
    fn reflect_ident(&self) -> Option<&'static str> {
        self.get_represented_type_info()?.type_path_table().ident()
    }
}

fn math_lanes(value: &dyn PartialReflect) -> Option<HostValue> {
    let (math, lanes) = if let Some(v) = value.try_downcast_ref::<Vec2>() {
        (Math::Vec2, v.to_array().to_vec())
    } else if let Some(v) = value.try_downcast_ref::<Vec3>() {
        (Math::Vec3, v.to_array().to_vec())
    } else if let Some(v) = value.try_downcast_ref::<Vec4>() {
        (Math::Vec4, v.to_array().to_vec())
    } else {
        (Math::Quat, value.try_downcast_ref::<Quat>()?.to_array().to_vec())
    };
    Some(HostValue::Struct(math.ctype(), lanes.iter().flat_map(|lane| lane.to_ne_bytes()).collect()))
}
