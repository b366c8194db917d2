//! Values of fields that are no plain memory: read and written through reflection.
//!
//! `read.rs` turns reflected values into plain data, `build.rs` makes them from what scripts give: by the fields of structs and tuples, with enums
//! (`enums.rs`), lists and arrays (`list.rs`) and single values (`single.rs`: numbers, text, math types, handles) apart.

#![allow(unsafe_code, reason = "makes reflected references from pointers into components")]

mod build;
mod enums;
mod list;
mod read;
mod single;

use std::any::TypeId;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use bevy_asset::AssetServer;
use bevy_ecs::ptr::{Ptr, PtrMut};
use bevy_ecs::reflect::AppTypeRegistry;
use bevy_platform::collections::HashMap;
use bevy_reflect::{ReflectFromPtr, ReflectFromReflect, ReflectMut, ReflectRef, TypeInfo, TypeRegistry};
use perilune::ffi::ctype::CTypeId;
use perilune::ffi::host::{FieldHost, HostValue, Part, Parts};
use perilune::ffi::list::ListEdit;
use perilune::vm::{Raised, Vm};

use super::context::context;
use super::layout;

pub(crate) use build::from_host;
pub(crate) use read::to_host;

/// The Rust types that are read and written through reflection, by the VM's number.
pub(crate) struct HostedTypes {
    registry: AppTypeRegistry,
    types: RwLock<Vec<Hosted>>,
    /// Loads assets for fields that are handles.
    assets: OnceLock<AssetServer>,
    /// C types by Rust type.
    layouts: Mutex<HashMap<TypeId, CTypeId>>,
}

#[derive(Clone, Copy)]
struct Hosted {
    type_id: TypeId,
    parts: Parts,
}

/// What it takes to make reflected values from plain data.
#[derive(Clone, Copy)]
pub(crate) struct Types<'r> {
    /// The type registry.
    pub(crate) registry: &'r TypeRegistry,
    hosted: &'r HostedTypes,
}

impl HostedTypes {
    /// None yet.
    pub(crate) fn new(registry: AppTypeRegistry) -> HostedTypes {
        HostedTypes { registry, types: RwLock::default(), assets: OnceLock::new(), layouts: Mutex::default() }
    }

    /// The number of a type.
    pub(crate) fn number(&self, type_id: TypeId, parts: Parts) -> u32 {
        let mut types = self.types.write().unwrap_or_else(PoisonError::into_inner);
        let known = types.iter().position(|known| known.type_id == type_id);
        let number = known.unwrap_or_else(|| {
            types.push(Hosted { type_id, parts });
            types.len() - 1
        });
        number as u32
    }

    fn hosted(&self, number: u32) -> Hosted {
        self.types.read().unwrap_or_else(PoisonError::into_inner)[number as usize]
    }

    /// Fields that are handles are assigned by path from now on.
    pub(crate) fn set_asset_server(&self, server: AssetServer) {
        // An app has one: another try brings the same.
        let _ = self.assets.set(server);
    }

    /// The C types that were made for Rust types.
    pub(crate) fn layouts(&self) -> MutexGuard<'_, HashMap<TypeId, CTypeId>> {
        self.layouts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it takes to make values, with the registry locked.
    pub(crate) fn types<'r>(&'r self, registry: &'r TypeRegistry) -> Types<'r> {
        Types { registry, hosted: self }
    }
}

impl FieldHost for HostedTypes {
    unsafe fn read(&self, field: u32, base: *const u8) -> HostValue {
        let registry = self.registry.read();
        let Some(from_ptr) = registry.get_type_data::<ReflectFromPtr>(self.hosted(field).type_id) else {
            let is_unit = self.hosted(field).type_id == TypeId::of::<()>();
            return if is_unit { HostValue::Nil } else { HostValue::Other("opaque") };
        };
        // SAFETY: by contract `base` is a live value of the type with this number, whose own reflection data is used.
        let value = unsafe { from_ptr.as_reflect(Ptr::new(non_null(base.cast_mut()))) };
        to_host(&registry, value.as_partial_reflect())
    }

    fn parts(&self, field: u32) -> Parts {
        self.hosted(field).parts
    }

    unsafe fn part_type(
        &self,
        vm: &mut Vm,
        field: u32,
        base: *mut u8,
        index: u32,
    ) -> Result<Option<CTypeId>, Raised> {
        let from_ptr =
            self.registry.read().get_type_data::<ReflectFromPtr>(self.hosted(field).type_id).cloned();
        let Some(from_ptr) = from_ptr else { return Ok(None) };
        // SAFETY: by contract a live value of the type with this number, whose own reflection data is used.
        let value = unsafe { from_ptr.as_reflect(Ptr::new(non_null(base))) };
        let part = match value.reflect_ref() {
            ReflectRef::List(list) => list.get(index as usize),
            ReflectRef::Enum(e) => e.field_at(0),
            _ => None,
        };
        let Some(part) = part.filter(|part| !part.is_dynamic()) else { return Ok(None) };
        let shared = context(vm).shared.clone();
        layout::ctype_of_part(vm, &shared, part).map(Some)
    }

    unsafe fn part(&self, field: u32, base: *mut u8, part: Part) -> Result<*mut u8, String> {
        let registry = self.registry.read();
        let Some(from_ptr) = registry.get_type_data::<ReflectFromPtr>(self.hosted(field).type_id) else {
            return Err("its type is not registered".to_owned());
        };
        let at = part.index as usize;
        // What is only lent for reading may be read elsewhere at the same time.
        let (len, found) = if part.is_writable {
            // SAFETY: by contract a live value of the type with this number, which nothing else reads.
            match unsafe { from_ptr.as_reflect_mut(PtrMut::new(non_null(base))) }.reflect_mut() {
                ReflectMut::List(list) => (Some(list.len()), list.get_mut(at).map(|found| &*found)),
                ReflectMut::Enum(e) => (None, e.field_at_mut(0).map(|found| &*found)),
                _ => (None, None),
            }
        } else {
            // SAFETY: as above, but for other readers.
            match unsafe { from_ptr.as_reflect(Ptr::new(non_null(base))) }.reflect_ref() {
                ReflectRef::List(list) => (Some(list.len()), list.get(at)),
                ReflectRef::Enum(e) => (None, e.field_at(0)),
                _ => (None, None),
            }
        };
        let found = found.ok_or_else(|| match len {
            Some(0) => "its list is empty now".to_owned(),
            Some(len) => format!("its list has {len} elements now, and it was number {}", at + 1),
            None => "it was set to nil".to_owned(),
        })?;
        // A list of mixed types may have something else there by now.
        let type_id = found.get_represented_type_info().map(TypeInfo::type_id);
        if found.is_dynamic() || type_id.and_then(|id| self.layouts().get(&id).copied()) != Some(part.ctype) {
            return Err("something of another type is in its place".to_owned());
        }
        Ok(std::ptr::from_ref(found).cast::<u8>().cast_mut())
    }

    unsafe fn edit_list(&self, field: u32, base: *mut u8, edit: ListEdit) -> Result<HostValue, String> {
        let registry = self.registry.read();
        let type_id = self.hosted(field).type_id;
        let (Some(info), Some(from_ptr)) =
            (registry.get_type_info(type_id), registry.get_type_data::<ReflectFromPtr>(type_id))
        else {
            return Err(
                "this list cannot be used from Lua: its type is not registered, call app.register_type for it".to_owned()
            );
        };
        match edit {
            ListEdit::Len | ListEdit::Get(_) => {
                // SAFETY: by contract a live value of the type, whose own reflection data is used.
                let value = unsafe { from_ptr.as_reflect(Ptr::new(non_null(base))) };
                Ok(list::read(&registry, value.as_partial_reflect(), &edit))
            }
            ListEdit::Set(..) | ListEdit::Insert(..) | ListEdit::Remove(_) | ListEdit::Clear => {
                // SAFETY: as above, and by contract nothing else reads the value.
                let value = unsafe { from_ptr.as_reflect_mut(PtrMut::new(non_null(base))) };
                list::edit(self.types(&registry), info, value.as_partial_reflect_mut(), edit)
            }
        }
    }

    unsafe fn write(&self, field: u32, base: *mut u8, value: HostValue) -> Result<(), String> {
        let registry = self.registry.read();
        let type_id = self.hosted(field).type_id;
        let (Some(info), Some(from_ptr)) =
            (registry.get_type_info(type_id), registry.get_type_data::<ReflectFromPtr>(type_id))
        else {
            return Err(
                "this field cannot be written from Lua: its type is not registered, call app.register_type for it".to_owned()
            );
        };
        let new = from_host(self.types(&registry), info, &value)?;
        // SAFETY: as above, and by contract nothing else reads the value.
        let target = unsafe { from_ptr.as_reflect_mut(PtrMut::new(non_null(base))) };
        // Applying would leave the rest of a longer list in place: a whole value is set, where one can be built.
        let whole =
            registry.get_type_data::<ReflectFromReflect>(type_id).and_then(|build| build.from_reflect(&*new));
        let outcome = match whole {
            // `FromReflect` of the type gives the type.
            Some(whole) => target.set(whole).map_err(|_| "the value has another type".to_owned()),
            None => target.try_apply(&*new).map_err(|error| error.to_string()),
        };
        outcome.map_err(|error| format!("{}: {error}", short_name(info)))
    }
}

fn non_null(pointer: *mut u8) -> NonNull<u8> {
    NonNull::new(pointer).expect("components are not at address zero")
}

fn short_name(info: &TypeInfo) -> &'static str {
    info.type_path_table().short_path()
}
