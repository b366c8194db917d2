//! Values that are one thing: numbers, text, entities, spans of time, colours, math types and handles.

use std::any::TypeId;
use std::time::Duration;

use bevy_asset::{AssetPath, ReflectHandle};
use bevy_color::{Color, LinearRgba, Srgba};
use bevy_ecs::entity::Entity;
use bevy_ecs::name::Name;
use bevy_math::{Quat, Vec2, Vec3, Vec4};
use bevy_reflect::{PartialReflect, TypeInfo};
use perilune::ffi::ctype::Math;
use perilune::ffi::host::HostValue;

use super::Types;
use super::read::number_as;

/// A value of a type that is made in one piece; `None` for other types.
///
/// # Errors
/// "expected X, got Y".
pub(super) fn single(info: &TypeInfo, value: &HostValue) -> Result<Option<Box<dyn PartialReflect>>, String> {
    let type_id = info.type_id();
    let expect = |expected: &str| Err(format!("expected {expected}, got {}", value.type_name()));
    if number_as(type_id, 0.0).is_some() {
        let HostValue::Number(n) = value else { return expect("number") };
        return Ok(number_as(type_id, *n));
    }
    if type_id == TypeId::of::<bool>() {
        let HostValue::Boolean(b) = value else { return expect("boolean") };
        return Ok(Some(Box::new(*b)));
    }
    if type_id == TypeId::of::<Entity>() {
        let HostValue::Entity(bits) = value else { return expect("entity") };
        return match Entity::try_from_bits(*bits) {
            Some(entity) => Ok(Some(Box::new(entity))),
            None => expect("entity"),
        };
    }
    if type_id == TypeId::of::<Duration>() {
        let seconds = match value {
            HostValue::Duration(duration) => return Ok(Some(Box::new(*duration))),
            HostValue::Number(n) => *n,
            _ => return expect("Duration or seconds"),
        };
        return match Duration::try_from_secs_f64(seconds) {
            Ok(duration) => Ok(Some(Box::new(duration))),
            Err(_) => Err(format!("expected Duration or seconds from 0 to 2^64, got {seconds}")),
        };
    }
    if [TypeId::of::<String>(), TypeId::of::<Name>(), TypeId::of::<char>()].contains(&type_id) {
        let HostValue::Text(bytes) = value else { return expect("string") };
        let Ok(text) = String::from_utf8(bytes.clone()) else {
            return Err("expected UTF-8 string".to_owned());
        };
        if type_id == TypeId::of::<String>() {
            return Ok(Some(Box::new(text)));
        }
        if type_id == TypeId::of::<Name>() {
            return Ok(Some(Box::new(Name::new(text))));
        }
        let mut chars = text.chars();
        return match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(Some(Box::new(c))),
            _ => Err("expected string of one character".to_owned()),
        };
    }
    if let HostValue::Color([red, green, blue, alpha]) = *value {
        let srgba = Srgba { red, green, blue, alpha };
        return match type_id {
            _ if type_id == TypeId::of::<Color>() => Ok(Some(Box::new(Color::Srgba(srgba)))),
            _ if type_id == TypeId::of::<Srgba>() => Ok(Some(Box::new(srgba))),
            _ if type_id == TypeId::of::<LinearRgba>() => Ok(Some(Box::new(LinearRgba::from(srgba)))),
            // An option of a colour, or what refuses it below.
            _ => Ok(None),
        };
    }
    math_value(type_id, value)
}

fn math_value(type_id: TypeId, value: &HostValue) -> Result<Option<Box<dyn PartialReflect>>, String> {
    let types = [
        (TypeId::of::<Vec2>(), Math::Vec2),
        (TypeId::of::<Vec3>(), Math::Vec3),
        (TypeId::of::<Vec4>(), Math::Vec4),
        (TypeId::of::<Quat>(), Math::Quat),
    ];
    let Some((_, math)) = types.into_iter().find(|(known, _)| *known == type_id) else { return Ok(None) };
    let HostValue::Struct(ctype, bytes) = value else {
        // A table of fields is built as any struct is.
        let table = matches!(value, HostValue::Table(_)) && math != Math::Quat;
        return if table {
            Ok(None)
        } else {
            Err(format!("expected {}, got {}", math.name(), value.type_name()))
        };
    };
    if *ctype != math.ctype() {
        return Err(format!("expected {}, got another C type", math.name()));
    }
    let mut lanes = [0.0f32; 4];
    for (lane, chunk) in lanes.iter_mut().zip(bytes.chunks_exact(4)) {
        *lane = f32::from_ne_bytes(chunk.try_into().expect("chunks of four bytes"));
    }
    let [x, y, z, w] = lanes;
    Ok(Some(match math {
        Math::Vec2 => Box::new(Vec2::new(x, y)),
        Math::Vec3 => Box::new(Vec3::new(x, y, z)),
        Math::Vec4 => Box::new(Vec4::new(x, y, z, w)),
        Math::Quat => Box::new(Quat::from_xyzw(x, y, z, w)),
    }))
}

/// A handle, from the path of an asset, which begins to load.
pub(super) fn handle(
    types: Types<'_>,
    handle: &ReflectHandle,
    value: &HostValue,
) -> Result<Box<dyn PartialReflect>, String> {
    let HostValue::Text(path) = value else {
        return Err(format!("expected asset(\"path\"), got {}", value.type_name()));
    };
    let Some(assets) = types.hosted.assets.get() else {
        return Err("this app has no assets: add Bevy's AssetPlugin".to_owned());
    };
    let path = String::from_utf8_lossy(path).into_owned();
    let path = AssetPath::try_parse(&path).map_err(|error| format!("asset path '{path}': {error}"))?;
    let loading = assets.load_builder().load_erased(handle.asset_type_id(), path.into_owned());
    Ok(handle.typed(loading).into_partial_reflect())
}
