//! Enums with data: `"Idle"`, `{ Walking = { speed = 3 } }`; options are their value or nil.

use std::any::TypeId;

use bevy_reflect::enums::{DynamicEnum, DynamicVariant, VariantInfo};
use bevy_reflect::structs::{DynamicStruct, Struct, StructInfo};
use bevy_reflect::tuple::DynamicTuple;
use bevy_reflect::{PartialReflect, TypeInfo};
use perilune::ffi::ctype::near_matches;
use perilune::ffi::host::HostValue;

use super::build::{entries, fields_in_order, in_field, key_name, no_field, type_info};
use super::{Types, from_host, short_name};

/// A variant from its name, or from a table with its name as the only key.
///
/// # Errors
/// What the variants are, or what is wrong with a field.
pub(super) fn variant(
    types: Types<'_>,
    info: &'static TypeInfo,
    value: &HostValue,
) -> Result<Box<dyn PartialReflect>, String> {
    let TypeInfo::Enum(e) = info else { unreachable!("called for enums") };
    let option = info.type_path_table().ident() == Some("Option");
    let (name, fields) = match value {
        HostValue::Nil if option => ("None".to_owned(), &HostValue::Nil),
        _ if option => ("Some".to_owned(), value),
        HostValue::Text(name) => (String::from_utf8_lossy(name).into_owned(), &HostValue::Nil),
        HostValue::Table(entries) if entries.len() == 1 => (key_name(&entries[0].0), &entries[0].1),
        HostValue::Nil
        | HostValue::Boolean(_)
        | HostValue::Number(_)
        | HostValue::Entity(_)
        | HostValue::Color(_)
        | HostValue::Duration(_)
        | HostValue::Struct(..)
        | HostValue::Table(_)
        | HostValue::Other(_) => {
            let names: Vec<&str> = e.iter().map(|variant| variant.name()).collect();
            return Err(format!(
                "expected a variant of {}, as \"Name\" or {{ Name = {{ fields }} }}, got {}; they are: {}",
                short_name(info),
                value.type_name(),
                names.join(", ")
            ));
        }
    };
    if option
        && *value != HostValue::Nil
        && let Some(VariantInfo::Tuple(some)) = e.variant("Some")
        && let Some(field) = some.field_at(0)
    {
        let field_info = type_info(types, field.type_id(), "Some", info)?;
        let mut tuple = DynamicTuple::default();
        tuple.insert_boxed(from_host(types, field_info, value)?);
        let mut new = DynamicEnum::new("Some", DynamicVariant::Tuple(tuple));
        new.set_represented_type(Some(info));
        return Ok(Box::new(new));
    }
    let variant = match e.variant(&name) {
        Some(VariantInfo::Unit(_)) => DynamicVariant::Unit,
        Some(VariantInfo::Tuple(t)) => {
            let mut tuple = DynamicTuple::default();
            let wanted: Vec<TypeId> = t.iter().map(|f| f.type_id()).collect();
            for field in fields_in_order(types, info, &wanted, fields)? {
                tuple.insert_boxed(field);
            }
            DynamicVariant::Tuple(tuple)
        }
        Some(VariantInfo::Struct(s)) => {
            let mut new = DynamicStruct::default();
            for (key, value) in entries(info, fields)? {
                let key = key_name(key);
                let Some(field) = s.field(&key) else {
                    return Err(no_field(info, &key, s.iter().map(|f| f.name())));
                };
                let field_info = type_info(types, field.type_id(), &key, info)?;
                new.insert_boxed(
                    key.clone(),
                    from_host(types, field_info, value).map_err(|e| in_field(e, &key, info))?,
                );
            }
            DynamicVariant::Struct(new)
        }
        None => {
            let names: Vec<&str> = e.iter().map(|v| v.name()).collect();
            let near = near_matches(&name, names.iter().copied());
            let hint = near.first().map_or_else(String::new, |near| format!(" (did you mean '{near}'?)"));
            return Err(format!(
                "{} has no variant '{name}'{hint}; they are: {}",
                short_name(info),
                names.join(", ")
            ));
        }
    };
    let mut new = DynamicEnum::new(name, variant);
    new.set_represented_type(Some(info));
    Ok(Box::new(new))
}

/// `None` for the options among the fields that were not given, as a table cannot say it.
pub(super) fn absent_options(types: Types<'_>, info: &StructInfo, new: &mut DynamicStruct) {
    let absent: Vec<_> = info.iter().filter(|field| new.field(field.name()).is_none()).collect();
    for field in absent {
        let Some(info) = types.registry.get_type_info(field.type_id()) else { continue };
        if info.type_path_table().ident() == Some("Option") {
            let mut none = DynamicEnum::new("None", DynamicVariant::Unit);
            none.set_represented_type(Some(info));
            new.insert_boxed(field.name(), Box::new(none));
        }
    }
}
