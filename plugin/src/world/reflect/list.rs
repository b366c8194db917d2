//! Lists and arrays: edited in place, and made from tables.

use std::any::TypeId;

use bevy_reflect::array::DynamicArray;
use bevy_reflect::list::DynamicList;
use bevy_reflect::{PartialReflect, ReflectFromReflect, ReflectMut, ReflectRef, TypeInfo, TypeRegistry};
use perilune::ffi::host::HostValue;
use perilune::ffi::list::ListEdit;

use super::build::{entries, type_info};
use super::{Types, from_host, short_name, to_host};
use crate::world::commands::field_names;

/// What a list answers, without a change.
pub(super) fn read(registry: &TypeRegistry, value: &dyn PartialReflect, edit: &ListEdit) -> HostValue {
    let (len, element) = match value.reflect_ref() {
        ReflectRef::List(list) => match edit {
            ListEdit::Get(at) => (list.len(), list.get(*at)),
            _ => (list.len(), None),
        },
        _ => (0, None),
    };
    match edit {
        ListEdit::Len => HostValue::Number(len as f64),
        _ => element.map_or(HostValue::Nil, |element| to_host(registry, element)),
    }
}

/// Changes a list.
///
/// # Errors
/// What is wrong with an element.
pub(super) fn edit(
    types: Types<'_>,
    info: &'static TypeInfo,
    value: &mut dyn PartialReflect,
    edit: ListEdit,
) -> Result<HostValue, String> {
    // The host gives only lists such a field.
    let (TypeInfo::List(typed), ReflectMut::List(list)) = (info, value.reflect_mut()) else {
        return Err(format!("a {} is no list", short_name(info)));
    };
    let item = typed.item_ty().id();
    // Bevy panics where an element has another type or lacks a field: it is made whole here.
    let whole = |given: &HostValue| -> Result<Box<dyn PartialReflect>, String> {
        let item_info = type_info(types, item, "item", info)?;
        let new = from_host(types, item_info, given).map_err(|error| in_element(error, info))?;
        match types.registry.get_type_data::<ReflectFromReflect>(item) {
            Some(build) => match build.from_reflect(&*new) {
                Some(value) => Ok(value.into_partial_reflect()),
                None => {
                    let fields = field_names(item_info).join(", ");
                    Err(format!("an element of {} needs all its fields ({fields})", short_name(info)))
                }
            },
            // Primitive types are concrete already.
            None if !new.is_dynamic() => Ok(new),
            None => Err(format!(
                "elements of {} cannot be made from Lua: add #[reflect(FromReflect)] to their type",
                short_name(info)
            )),
        }
    };
    match edit {
        ListEdit::Set(at, given) => {
            let new = whole(&given)?;
            list.remove(at);
            list.insert(at, new);
        }
        ListEdit::Insert(at, given) => list.insert(at, whole(&given)?),
        ListEdit::Remove(at) => return Ok(to_host(types.registry, &*list.remove(at))),
        ListEdit::Clear => drop(list.drain()),
        // Questions go to `read`.
        ListEdit::Len | ListEdit::Get(_) => {}
    }
    Ok(HostValue::Nil)
}

fn in_element(error: String, info: &TypeInfo) -> String {
    match error.split_once(", got ") {
        Some((expected, got)) if !expected.contains(" of ") => {
            format!("{expected} for an element of {}, got {got}", short_name(info))
        }
        _ => error,
    }
}

/// A list from a table.
///
/// # Errors
/// What is wrong with an element.
pub(super) fn list(
    types: Types<'_>,
    info: &TypeInfo,
    item: TypeId,
    value: &HostValue,
) -> Result<Box<dyn PartialReflect>, String> {
    let item_info = type_info(types, item, "item", info)?;
    let mut new = DynamicList::default();
    for (_, value) in entries(info, value)? {
        new.push_box(from_host(types, item_info, value)?);
    }
    Ok(Box::new(new))
}

/// An array from a table, whole.
///
/// # Errors
/// What is wrong with an element, or how many there must be.
pub(super) fn array(
    types: Types<'_>,
    info: &'static TypeInfo,
    (item, count): (TypeId, usize),
    value: &HostValue,
) -> Result<Box<dyn PartialReflect>, String> {
    let item_info = type_info(types, item, "item", info)?;
    let given = entries(info, value)?;
    if given.len() != count {
        return Err(format!("expected {count} elements for {}, got {}", short_name(info), given.len()));
    }
    let values = given.iter().map(|(_, value)| from_host(types, item_info, value));
    let values: Vec<Box<dyn PartialReflect>> = values.collect::<Result<_, String>>()?;
    let mut new = DynamicArray::new(values.into_boxed_slice());
    new.set_represented_type(Some(info));
    Ok(Box::new(new))
}
