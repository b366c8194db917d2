//! Values of fields that are no plain memory: read and written through reflection.

#![allow(unsafe_code, reason = "makes reflected references from pointers into components")]

use std::any::TypeId;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use bevy_asset::{AssetPath, AssetServer, ReflectHandle};
use bevy_color::{Color, ColorToComponents, LinearRgba, Srgba};
use bevy_ecs::entity::Entity;
use bevy_ecs::name::Name;
use bevy_ecs::ptr::{Ptr, PtrMut};
use bevy_ecs::reflect::AppTypeRegistry;
use bevy_math::{Quat, Vec2, Vec3, Vec4};
use bevy_platform::collections::HashMap;
use bevy_reflect::array::DynamicArray;
use bevy_reflect::enums::{DynamicEnum, DynamicVariant, VariantInfo, VariantType};
use bevy_reflect::list::DynamicList;
use bevy_reflect::map::{DynamicMap, Map};
use bevy_reflect::structs::{DynamicStruct, Struct, StructInfo};
use bevy_reflect::tuple::DynamicTuple;
use bevy_reflect::tuple_struct::DynamicTupleStruct;
use bevy_reflect::{
    PartialReflect, ReflectFromPtr, ReflectFromReflect, ReflectMut, ReflectRef, TypeInfo, TypeRegistry,
};
use perilune::ffi::ctype::{CTypeId, Math, near_matches};
use perilune::ffi::host::{FieldHost, HostValue, Part, Parts};
use perilune::ffi::list::ListEdit;
use perilune::vm::{Raised, Vm};

use super::context::context;
use super::layout;

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
        if let Some(handle) = registry.get_type_data::<ReflectHandle>(value.as_any().type_id()) {
            let path =
                handle.downcast_handle_untyped(value.as_any()).and_then(|handle| handle.path().cloned());
            return path.map_or(HostValue::Nil, |path| text(&path.to_string()));
        }
        to_host(value.as_partial_reflect())
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
                Ok(read_list(value.as_partial_reflect(), &edit))
            }
            ListEdit::Set(..) | ListEdit::Insert(..) | ListEdit::Remove(_) | ListEdit::Clear => {
                // SAFETY: as above, and by contract nothing else reads the value.
                let value = unsafe { from_ptr.as_reflect_mut(PtrMut::new(non_null(base))) };
                edit_list(self.types(&registry), info, value.as_partial_reflect_mut(), edit)
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
            Some(whole) => target.set(whole).map_err(|_| "the value has another type".to_owned()),
            None => target.try_apply(&*new).map_err(|error| error.to_string()),
        };
        outcome.map_err(|error| format!("{}: {error}", short_name(info)))
    }
}

fn read_list(value: &dyn PartialReflect, edit: &ListEdit) -> HostValue {
    let (len, element) = match value.reflect_ref() {
        ReflectRef::List(list) => match edit {
            ListEdit::Get(at) => (list.len(), list.get(*at)),
            _ => (list.len(), None),
        },
        _ => (0, None),
    };
    match edit {
        ListEdit::Len => HostValue::Number(len as f64),
        _ => element.map_or(HostValue::Nil, to_host),
    }
}

fn edit_list(
    types: Types<'_>,
    info: &'static TypeInfo,
    value: &mut dyn PartialReflect,
    edit: ListEdit,
) -> Result<HostValue, String> {
    let item = match info {
        TypeInfo::List(list) => list.item_ty().id(),
        _ => return Err(format!("a {} is no list", short_name(info))),
    };
    // Bevy panics where an element has another type or lacks a field: it is made whole here.
    let whole = |given: &HostValue| -> Result<Box<dyn PartialReflect>, String> {
        let item_info = type_info(types, item, "item", info)?;
        let new = from_host(types, item_info, given).map_err(|error| in_element(error, info))?;
        match types.registry.get_type_data::<ReflectFromReflect>(item) {
            Some(build) => match build.from_reflect(&*new) {
                Some(value) => Ok(value.into_partial_reflect()),
                None => Err(format!("an element of {} needs all its fields", short_name(info))),
            },
            // Primitive types are concrete already.
            None if !new.is_dynamic() => Ok(new),
            None => Err(format!("elements of {} cannot be made from Lua", short_name(info))),
        }
    };
    match (value.reflect_mut(), edit) {
        (ReflectMut::List(list), ListEdit::Set(at, given)) => {
            let new = whole(&given)?;
            list.remove(at);
            list.insert(at, new);
        }
        (ReflectMut::List(list), ListEdit::Insert(at, given)) => list.insert(at, whole(&given)?),
        (ReflectMut::List(list), ListEdit::Remove(at)) => return Ok(to_host(&*list.remove(at))),
        (ReflectMut::List(list), ListEdit::Clear) => drop(list.drain()),
        (_, _) => return Err(format!("{} cannot be edited from Lua", short_name(info))),
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

fn non_null(pointer: *mut u8) -> NonNull<u8> {
    NonNull::new(pointer).expect("components are not at address zero")
}

fn short_name(info: &TypeInfo) -> &'static str {
    info.type_path_table().short_path()
}

macro_rules! numbers {
    ($($ty:ty)*) => {
        fn number_of(value: &dyn PartialReflect) -> Option<f64> {
            $(if let Some(n) = value.try_downcast_ref::<$ty>() { return Some(*n as f64); })*
            None
        }
        fn number_as(type_id: TypeId, n: f64) -> Option<Box<dyn PartialReflect>> {
            $(if type_id == TypeId::of::<$ty>() { return Some(Box::new(n as $ty)); })*
            None
        }
    };
}
numbers! { f32 f64 i8 u8 i16 u16 i32 u32 i64 u64 isize usize i128 u128 }

/// A reflected value as plain data.
pub(crate) fn to_host(value: &dyn PartialReflect) -> HostValue {
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
    match value.reflect_ref() {
        ReflectRef::Struct(s) => HostValue::Table(
            (0..s.field_len()).filter_map(|i| Some((text(s.name_at(i)?), to_host(s.field_at(i)?)))).collect(),
        ),
        ReflectRef::TupleStruct(t) => sequence(t.iter_fields()),
        ReflectRef::Tuple(t) => sequence(t.iter_fields()),
        ReflectRef::List(l) => sequence(l.iter()),
        ReflectRef::Array(a) => sequence(a.iter()),
        ReflectRef::Set(s) => sequence(s.iter()),
        ReflectRef::Map(m) => HostValue::Table(m.iter().map(|(k, v)| (to_host(k), to_host(v))).collect()),
        ReflectRef::Enum(e) => match (e.variant_name(), e.variant_type()) {
            ("None", VariantType::Unit) if is_option(value) => HostValue::Nil,
            ("Some", VariantType::Tuple) if is_option(value) => e.field_at(0).map_or(HostValue::Nil, to_host),
            (name, VariantType::Unit) => text(name),
            (name, VariantType::Tuple) => {
                let fields = sequence((0..e.field_len()).filter_map(|i| e.field_at(i)));
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

fn text(text: &str) -> HostValue {
    HostValue::Text(text.as_bytes().to_vec())
}

fn sequence<'v>(values: impl Iterator<Item = &'v dyn PartialReflect>) -> HostValue {
    HostValue::Table(values.zip(1..).map(|(v, n)| (HostValue::Number(f64::from(n)), to_host(v))).collect())
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

/// A value of a type from plain data: concrete, or dynamic for `FromReflect` to complete.
///
/// # Errors
/// "expected X, got Y", naming the type and where it is a field, the field.
pub(crate) fn from_host(
    types: Types<'_>,
    info: &'static TypeInfo,
    value: &HostValue,
) -> Result<Box<dyn PartialReflect>, String> {
    if let Some(simple) = simple(info, value)? {
        return Ok(simple);
    }
    if let Some(copy) = copied(types, info, value) {
        return Ok(copy);
    }
    if let Some(handle) = types.registry.get_type_data::<ReflectHandle>(info.type_id()) {
        return handle_value(types, handle, value);
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
            absent_options(types, s, &mut new);
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
        TypeInfo::List(l) => list(types, info, l.item_ty().id(), value),
        TypeInfo::Array(a) => array(types, info, (a.item_ty().id(), a.capacity()), value),
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
        TypeInfo::Enum(_) => enum_value(types, info, value),
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

/// A handle, from the path of an asset, which begins to load.
fn handle_value(
    types: Types<'_>,
    handle: &ReflectHandle,
    value: &HostValue,
) -> Result<Box<dyn PartialReflect>, String> {
    let HostValue::Text(path) = value else {
        return Err(format!("expected asset(\"path\"), got {}", value.type_name()));
    };
    let Some(assets) = types.hosted.assets.get() else { return Err("this app has no assets".to_owned()) };
    let path = String::from_utf8_lossy(path).into_owned();
    let path = AssetPath::try_parse(&path).map_err(|error| format!("asset path '{path}': {error}"))?;
    let loading = assets.load_builder().load_erased(handle.asset_type_id(), path.into_owned());
    Ok(handle.typed(loading).into_partial_reflect())
}

fn list(
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

fn array(
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

/// `None` for the options among the fields that were not given, as a table cannot say it.
fn absent_options(types: Types<'_>, info: &StructInfo, new: &mut DynamicStruct) {
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

fn simple(info: &TypeInfo, value: &HostValue) -> Result<Option<Box<dyn PartialReflect>>, String> {
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
        return Err(format!("expected {}, got cdata of another type", math.name()));
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

fn enum_value(
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
            return Err(format!(
                "expected the name of a variant of {}, got {}",
                short_name(info),
                value.type_name()
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

/// The fields of a tuple-like type: a sequence, or for one field its value itself.
fn fields_in_order(
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

fn entries<'v>(info: &TypeInfo, value: &'v HostValue) -> Result<&'v [(HostValue, HostValue)], String> {
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

fn key_name(key: &HostValue) -> String {
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

fn type_info(
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

fn in_field(error: String, field: &str, owner: &TypeInfo) -> String {
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

fn no_field<'n>(info: &TypeInfo, name: &str, fields: impl Iterator<Item = &'n str>) -> String {
    let fields: Vec<&str> = fields.collect();
    let near = near_matches(name, fields.iter().copied());
    let hint = near.first().map_or_else(String::new, |near| format!(" (did you mean '{near}'?)"));
    format!("{} has no field '{name}'{hint}; its fields are: {}", short_name(info), fields.join(", "))
}
