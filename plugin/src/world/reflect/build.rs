//! Values made from what scripts give, field by field.

#![allow(unsafe_code, reason = "reads plain values through their reflection data")]

use std::any::TypeId;
use std::ptr::NonNull;

use bevy_asset::ReflectHandle;
use bevy_ecs::ptr::Ptr;
use bevy_reflect::map::{DynamicMap, Map};
use bevy_reflect::structs::DynamicStruct;
use bevy_reflect::tuple::DynamicTuple;
use bevy_reflect::tuple_struct::DynamicTupleStruct;
use bevy_reflect::{PartialReflect, ReflectFromPtr, TypeInfo};
use perilune::ffi::ctype::near_matches;
use perilune::ffi::host::HostValue;

use super::{Types, enums, list, short_name, single};

/// A value of a type from plain data: concrete, or dynamic for `FromReflect` to complete.
///
/// # Errors
/// "expected X, got Y", naming the type and where it is a field, the field.
pub(crate) fn from_host(
    types: Types<'_>,
    info: &'static TypeInfo,
    value: &HostValue,
) -> Result<Box<dyn PartialReflect>, String> {
    if let Some(single) = single::single(info, value)? {
        return Ok(single);
    }
    if let Some(copy) = copied(types, info, value) {
        return Ok(copy);
    }
    if let Some(handle) = types.registry.get_type_data::<ReflectHandle>(info.type_id()) {
        return single::handle(types, handle, value);
    }
    match info {
        TypeInfo::Struct(s) => {
            let mut new = DynamicStruct::default();
            new.set_represented_type(Some(info));
            for (key, value) in entries(info, value)? {
                let name = key_name(key);
                let Some(field) = s.field(&name) else {
                    return Err(no_field(info, &name, s.iter().map(|f| f.name())));
                };
                let field_info = type_info(types, field.type_id(), &name, info)?;
                new.insert_boxed(
                    name.clone(),
                    from_host(types, field_info, value).map_err(|e| in_field(e, &name, info))?,
                );
            }
            enums::absent_options(types, s, &mut new);
            Ok(Box::new(new))
        }
        TypeInfo::TupleStruct(t) => {
            let mut new = DynamicTupleStruct::default();
            new.set_represented_type(Some(info));
            let fields: Vec<TypeId> = t.iter().map(|f| f.type_id()).collect();
            for field in fields_in_order(types, info, &fields, value)? {
                new.insert_boxed(field);
            }
            Ok(Box::new(new))
        }
        TypeInfo::Tuple(t) => {
            let mut new = DynamicTuple::default();
            new.set_represented_type(Some(info));
            let fields: Vec<TypeId> = t.iter().map(|f| f.type_id()).collect();
            for field in fields_in_order(types, info, &fields, value)? {
                new.insert_boxed(field);
            }
            Ok(Box::new(new))
        }
        TypeInfo::List(l) => list::list(types, info, l.item_ty().id(), value),
        TypeInfo::Array(a) => list::array(types, info, (a.item_ty().id(), a.capacity()), value),
        TypeInfo::Map(m) => {
            let mut new = DynamicMap::default();
            new.set_represented_type(Some(info));
            let key_info = type_info(types, m.key_ty().id(), "key", info)?;
            let value_info = type_info(types, m.value_ty().id(), "value", info)?;
            for (key, value) in entries(info, value)? {
                new.insert_boxed(from_host(types, key_info, key)?, from_host(types, value_info, value)?);
            }
            Ok(Box::new(new))
        }
        TypeInfo::Enum(_) => enums::variant(types, info, value),
        TypeInfo::Set(_) | TypeInfo::Opaque(_) => Err(format!(
            "a {0} cannot be written from Lua (got {1}): offer a function that does with app.add_lua_function",
            short_name(info),
            value.type_name()
        )),
    }
}

/// A value given as cdata of the very type, which is a copy of plain memory.
fn copied(types: Types<'_>, info: &TypeInfo, value: &HostValue) -> Option<Box<dyn PartialReflect>> {
    let HostValue::Struct(ctype, bytes) = value else { return None };
    if types.hosted.layouts().get(&info.type_id()) != Some(ctype) {
        return None;
    }
    let from_ptr = types.registry.get_type_data::<ReflectFromPtr>(info.type_id())?;
    // Words of 16 bytes are aligned for every value a script can see as plain memory.
    let mut aligned = vec![0u128; bytes.len().div_ceil(16).max(1)];
    let at = NonNull::from(aligned.as_mut_slice()).cast::<u8>();
    // SAFETY: the buffer is large enough for the bytes, which are a plain value of the type the reflection data is of.
    unsafe {
        at.as_ptr().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        Some(from_ptr.as_reflect(Ptr::new(at)).to_dynamic())
    }
}

/// The fields of a tuple-like type: a sequence, or for one field its value itself.
pub(super) fn fields_in_order(
    types: Types<'_>,
    info: &TypeInfo,
    fields: &[TypeId],
    value: &HostValue,
) -> Result<Vec<Box<dyn PartialReflect>>, String> {
    let single = fields.len() == 1 && !matches!(value, HostValue::Table(_));
    let values: Vec<&HostValue> =
        if single { vec![value] } else { entries(info, value)?.iter().map(|(_, value)| value).collect() };
    if values.len() > fields.len() {
        return Err(format!("{} has {} fields, got {}", short_name(info), fields.len(), values.len()));
    }
    let mut made = Vec::with_capacity(fields.len());
    for (n, (type_id, value)) in fields.iter().zip(values).enumerate() {
        let name = n.to_string();
        let field_info = type_info(types, *type_id, &name, info)?;
        made.push(from_host(types, field_info, value).map_err(|e| in_field(e, &name, info))?);
    }
    Ok(made)
}

pub(super) fn entries<'v>(
    info: &TypeInfo,
    value: &'v HostValue,
) -> Result<&'v [(HostValue, HostValue)], String> {
    match value {
        HostValue::Table(entries) => Ok(entries),
        HostValue::Nil
        | HostValue::Boolean(_)
        | HostValue::Number(_)
        | HostValue::Text(_)
        | HostValue::Entity(_)
        | HostValue::Color(_)
        | HostValue::Duration(_)
        | HostValue::Struct(..)
        | HostValue::Other(_) => {
            Err(format!("expected a table for {}, got {}", short_name(info), value.type_name()))
        }
    }
}

pub(super) fn key_name(key: &HostValue) -> String {
    match key {
        HostValue::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        HostValue::Number(n) => n.to_string(),
        HostValue::Nil
        | HostValue::Boolean(_)
        | HostValue::Entity(_)
        | HostValue::Color(_)
        | HostValue::Duration(_)
        | HostValue::Struct(..)
        | HostValue::Table(_)
        | HostValue::Other(_) => key.type_name().to_owned(),
    }
}

pub(super) fn type_info(
    types: Types<'_>,
    type_id: TypeId,
    field: &str,
    owner: &TypeInfo,
) -> Result<&'static TypeInfo, String> {
    let found = types.registry.get_type_info(type_id);
    found.ok_or_else(|| {
        format!(
            "the type of '{field}' of {} is not registered: call app.register_type for it",
            short_name(owner)
        )
    })
}

pub(super) fn in_field(error: String, field: &str, owner: &TypeInfo) -> String {
    // Only the innermost field is named: errors from further inside already say theirs.
    if error.starts_with("expected") && !error.contains(" of ") {
        match error.split_once(", got ") {
            Some((expected, got)) => {
                format!("{expected} for field '{field}' of {}, got {got}", short_name(owner))
            }
            None => format!("{error} for field '{field}' of {}", short_name(owner)),
        }
    } else {
        error
    }
}

pub(super) fn no_field<'n>(info: &TypeInfo, name: &str, fields: impl Iterator<Item = &'n str>) -> String {
    let fields: Vec<&str> = fields.collect();
    let near = near_matches(name, fields.iter().copied());
    let hint = near.first().map_or_else(String::new, |near| format!(" (did you mean '{near}'?)"));
    format!("{} has no field '{name}'{hint}; its fields are: {}", short_name(info), fields.join(", "))
}
