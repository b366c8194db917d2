//! Assigning to cdata: conversion of a Lua value to the type of a field, with messages that say what was expected.
//!
//! An assignment converts everything before it stores anything, so that a refused one changes nothing (fields the host writes are
//! checked by the host, one after another).

#![allow(unsafe_code, reason = "stores through pointers that view.rs has checked")]

use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

use super::access::{Part, copy_plain, field_host};
use super::cdata::CData;
use super::ctype::{Bits, BitsOf, CTypeId, Form, Scalar, near_matches};
use super::host::{Access, HostValue, name_list};
use super::scalars::{scalar_bits, store_bits, store_part};

/// A store that is known to succeed, except for hosted ones.
enum Store {
    /// The low bytes of a word.
    Bits { offset: u32, size: u32, bits: u64 },
    /// Bits of an integer.
    Part { offset: u32, bits: Bits, value: u32 },
    /// Bytes, and zeros behind them.
    Text { offset: u32, bytes: Vec<u8>, size: u32 },
    /// A plain value of this type.
    Copy { offset: u32, ctype: CTypeId, from: *const u8 },
    /// The bytes of one, which lay where another store may free them.
    Bytes { offset: u32, ctype: CTypeId, bytes: Vec<u8> },
    /// Through the host.
    Hosted { offset: u32, number: u32, value: HostValue, target: Target },
}

/// What is assigned to, for messages.
#[derive(Clone, Copy)]
pub(super) enum Target {
    Field { name: Gc<crate::string::LuaString>, owner: CTypeId },
    Element { index: u32, owner: CTypeId },
    Whole(CTypeId),
}

impl Vm {
    /// Assigns a whole cdata: from a cdata of the same type or from a table of fields (those not in the table keep their value).
    ///
    /// # Errors
    /// An expired or read-only view; an unknown field; a value that does not fit. Nothing is changed then.
    pub fn assign(&mut self, cdata: Gc<CData>, value: RawValue) -> Result<(), Raised> {
        let base = self.writable(cdata)?;
        let ctype = cdata.ctype();
        let mut stores = Vec::new();
        self.plan(&mut stores, Target::Whole(ctype), self.ffi.access_of(ctype), 0, value)?;
        self.commit(base, stores)?;
        self.written(cdata);
        Ok(())
    }

    /// Assigns a part of the value at `base`, which the caller has found writable.
    pub(super) fn assign_part(&mut self, base: *mut u8, part: Part, value: RawValue) -> Result<(), Raised> {
        let mut stores = Vec::new();
        self.plan(&mut stores, part.target, part.access, part.offset, value)?;
        self.commit(base, stores)
    }

    fn plan(
        &mut self,
        stores: &mut Vec<Store>,
        target: Target,
        access: Access,
        offset: u32,
        value: RawValue,
    ) -> Result<(), Raised> {
        match access {
            Access::Scalar(scalar) => match scalar_bits(self, scalar, value) {
                Some(bits) => stores.push(Store::Bits { offset, size: scalar.size(), bits }),
                None => return Err(self.wrong_type(target, scalar_expects(scalar), value)),
            },
            Access::Enum(ctype) => {
                let (size, bits) = self.variant_bits(target, ctype, value)?;
                stores.push(Store::Bits { offset, size, bits });
            }
            Access::Hosted(number) => {
                let value = self.to_host(value)?;
                stores.push(Store::Hosted { offset, number, value, target });
            }
            Access::Bits(bits, of) => {
                let word = match of {
                    BitsOf::Bool => value.as_boolean().map(u32::from),
                    BitsOf::Signed | BitsOf::Unsigned => {
                        scalar_bits(self, Scalar::I64, value).map(|bits| bits as u32)
                    }
                };
                let Some(value) = word else {
                    let expected = if of == BitsOf::Bool { "boolean" } else { "number" };
                    return Err(self.wrong_type(target, expected, value));
                };
                stores.push(Store::Part { offset, bits, value });
            }
            Access::Constant(..) => {
                let message =
                    format!("{} is a constant of the type: it cannot be assigned", self.describe(target));
                return Err(self.error(message));
            }
            Access::Struct(ctype) => {
                if let Some(text) = value.as_string()
                    && let Some(size) = self.text_size(ctype)
                {
                    let bytes = text.as_bytes().to_vec();
                    if bytes.len() > size as usize {
                        let message = format!(
                            "a string of {} bytes does not fit {}, which has room for {size}",
                            bytes.len(),
                            self.describe(target)
                        );
                        return Err(self.error(message));
                    }
                    stores.push(Store::Text { offset, bytes, size });
                    return Ok(());
                }
                if let Some(table) = value.as_table() {
                    return self.plan_table(stores, ctype, offset, table);
                }
                let same = value.as_cdata().filter(|cdata| cdata.ctype() == ctype);
                let Some(other) = same else {
                    if let Some(only) = self.ffi.newtype_field(ctype) {
                        return self.plan(stores, target, only.access, offset + only.offset, value);
                    }
                    let wanted = self.ffi.types.get(ctype);
                    let parts = match wanted.form {
                        Form::Array { .. } => "elements",
                        Form::Scalar(_)
                        | Form::Enum(_)
                        | Form::Struct(_)
                        | Form::Math(_)
                        | Form::Hosted(_) => "fields",
                    };
                    let expected = format!("{} or a table of its {parts}", wanted.name);
                    return Err(self.wrong_type(target, &expected, value));
                };
                let from = self.readable(other)?;
                if !self.ffi.is_plain(ctype) {
                    let name = &self.ffi.types.get(ctype).name;
                    let message = format!("{name} cannot be copied as a whole: assign its fields");
                    return Err(self.error(message));
                }
                // SAFETY: a live cell with the flag of a view.
                if other.view().is_some_and(|view| unsafe { super::path::is_path(view) }) {
                    let mut bytes = vec![0; self.ffi.types.get(ctype).size as usize];
                    // SAFETY: just found readable; the bytes are as many as the type has.
                    unsafe { copy_plain(self, ctype, from, bytes.as_mut_ptr()) };
                    stores.push(Store::Bytes { offset, ctype, bytes });
                } else {
                    stores.push(Store::Copy { offset, ctype, from });
                }
            }
        }
        Ok(())
    }

    /// A table stands for a struct by field names, or by position.
    fn plan_table(
        &mut self,
        stores: &mut Vec<Store>,
        ctype: CTypeId,
        offset: u32,
        table: Gc<Table>,
    ) -> Result<(), Raised> {
        let mut position = 0;
        while let Some((next, key, value)) = table.entry_after(&self.heap, position) {
            position = next;
            let index = key.as_number().map(|n| n - 1.0);
            if let Some(index) = index
                && let Some((at, access)) = self.ffi.element(ctype, index.into())
            {
                let target = Target::Element { index: index as u32, owner: ctype };
                self.plan(stores, target, access, offset + at, value)?;
                continue;
            }
            let field = match (key.as_string(), key.as_number()) {
                (Some(name), _) => self.ffi.field(ctype, name),
                (None, Some(n)) if n >= 1.0 => self.ffi.fields(ctype).get(n as usize - 1).copied(),
                (None, _) => None,
            };
            let Some(field) = field else {
                let key = self.key_text(key);
                let message = match self.ffi.types.get(ctype).form {
                    Form::Array { count, .. } => format!(
                        "{} has room for {count} elements, a table of them is counted from 1: got [{key}]",
                        self.ffi.types.get(ctype).name
                    ),
                    Form::Scalar(_) | Form::Enum(_) | Form::Struct(_) | Form::Math(_) | Form::Hosted(_) => {
                        self.ffi.types.no_field(ctype, &key)
                    }
                };
                return Err(self.error(message));
            };
            let target = Target::Field { name: field.name, owner: ctype };
            self.plan(stores, target, field.access, offset + field.offset, value)?;
        }
        Ok(())
    }

    /// How many bytes of text an array of bytes has room for.
    fn text_size(&self, ctype: CTypeId) -> Option<u32> {
        match self.ffi.types.get(ctype).form {
            Form::Array { element, count }
                if element == Scalar::I8.into() || element == Scalar::U8.into() =>
            {
                Some(count)
            }
            Form::Array { .. }
            | Form::Scalar(_)
            | Form::Enum(_)
            | Form::Struct(_)
            | Form::Math(_)
            | Form::Hosted(_) => None,
        }
    }

    fn key_text(&self, key: RawValue) -> String {
        match (key.as_string(), key.as_number()) {
            (Some(name), _) => String::from_utf8_lossy(name.as_bytes()).into_owned(),
            (None, Some(n)) => format!("{n}"),
            (None, None) => key.type_name().to_owned(),
        }
    }

    fn commit(&mut self, base: *mut u8, stores: Vec<Store>) -> Result<(), Raised> {
        for store in stores {
            // SAFETY: `base` was found writable by the caller; offsets lie inside the type (checked at registration); sources of
            // copies were found readable, and nothing ran since that could move the epoch.
            unsafe {
                match store {
                    Store::Bits { offset, size, bits } => store_bits(base.add(offset as usize), size, bits),
                    Store::Part { offset, bits, value } => {
                        store_part(base.add(offset as usize), bits, value);
                    }
                    Store::Text { offset, bytes, size } => {
                        let to = base.add(offset as usize);
                        to.write_bytes(0, size as usize);
                        to.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
                    }
                    Store::Copy { offset, ctype, from } => {
                        copy_plain(self, ctype, from, base.add(offset as usize));
                    }
                    Store::Bytes { offset, ctype, bytes } => {
                        copy_plain(self, ctype, bytes.as_ptr(), base.add(offset as usize));
                    }
                    Store::Hosted { offset, number, value, target } => {
                        let host = field_host(self);
                        if let Err(message) = host.write(number, base.add(offset as usize), value) {
                            let message = in_target(&message, &self.describe(target));
                            return Err(self.error(message));
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn variant_bits(
        &mut self,
        target: Target,
        ctype: CTypeId,
        value: RawValue,
    ) -> Result<(u32, u64), Raised> {
        let Form::Enum(e) = &self.ffi.types.get(ctype).form else {
            unreachable!("an enum's access names an enum")
        };
        let name = value.as_string().map(|s| String::from_utf8_lossy(s.as_bytes()).into_owned());
        if let Some(name) = &name
            && let Some((_, bits)) = e.variants.iter().find(|(variant, _)| variant == name)
        {
            return Ok((e.size, *bits));
        }
        let names = || e.variants.iter().map(|(variant, _)| variant.as_str());
        let expected = format!("one of {}", name_list(names()));
        let Some(name) = name else { return Err(self.wrong_type(target, &expected, value)) };
        let hint = near_matches(&name, names())
            .first()
            .map_or_else(String::new, |near| format!(" (did you mean '{near}'?)"));
        let message = format!("expected {expected} for {}, got '{name}'{hint}", self.describe(target));
        Err(self.error(message))
    }

    #[cold]
    fn wrong_type(&mut self, target: Target, expected: &str, value: RawValue) -> Raised {
        let got = self.describe_type(value);
        let message = format!("expected {expected} for {}, got {got}", self.describe(target));
        self.error(message)
    }

    pub(super) fn describe(&self, target: Target) -> String {
        match target {
            Target::Field { name, owner } => {
                let name = String::from_utf8_lossy(name.as_bytes());
                format!("field '{name}' of {}", self.ffi.types.get(owner).name)
            }
            Target::Element { index, owner } => {
                format!("element {index} of {}", self.ffi.types.get(owner).name)
            }
            Target::Whole(ctype) => self.ffi.types.get(ctype).name.clone(),
        }
    }

    /// The name of a value's type, for messages about what a host expected.
    pub fn describe_type(&self, value: RawValue) -> String {
        if let Some(cdata) = value.as_cdata() {
            return self.ctype_name(cdata.ctype());
        }
        if self.ffi.entities.bits(value).is_some() {
            return "entity".to_owned();
        }
        value.type_name().to_owned()
    }
}

/// A host's "expected X, got Y" with the place it is about, unless the host named a more precise one.
fn in_target(message: &str, target: &str) -> String {
    match message.split_once(", got ") {
        Some((expected, got)) if expected.starts_with("expected") && !expected.contains(" of ") => {
            format!("{expected} for {target}, got {got}")
        }
        _ => message.to_owned(),
    }
}

fn scalar_expects(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "boolean",
        Scalar::Char => "string of one character",
        Scalar::Entity => "entity",
        Scalar::I8
        | Scalar::U8
        | Scalar::I16
        | Scalar::U16
        | Scalar::I32
        | Scalar::U32
        | Scalar::I64
        | Scalar::U64
        | Scalar::F32
        | Scalar::F64 => "number",
    }
}
