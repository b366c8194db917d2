//! Components that scripts declare: `component("Health", "struct { float current, max; }")`.
//!
//! Each is a dynamic component of the world, stored in tables like any other, whose values are plain memory laid out as a C compiler
//! would. A script that is saved with other fields gives the name a new component, and what entities have of the old one moves over field by
//! field ([`migrate`]).

#![allow(unsafe_code, reason = "reads and writes values of components that have no Rust type")]

use std::alloc::Layout;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bevy_ecs::component::{ComponentCloneBehavior, ComponentDescriptor, ComponentId, StorageType};
use bevy_ecs::entity::{ComponentCloneCtx, Entity, SourceComponent};
use bevy_ecs::ptr::OwningPtr;
use bevy_ecs::resource::Resource;
use bevy_ecs::world::World;
use bevy_math::{Quat, Vec2, Vec3, Vec4};
use bevy_platform::collections::HashMap;
use perilune::ffi::ctype::{CType, CTypeId, Field, Form, Math, Scalar};
use perilune::ffi::host::RegisterError;
use perilune::value::RawValue;
use perilune::vm::{Args, NativeResult, Raised, Vm};

use super::context::{Named, Origin, context};
use super::run::Scope;

/// The components that scripts have declared, by name.
///
/// ```
/// # use bevy_ecs::prelude::*;
/// # use bevy_perilune::LuaComponents;
/// // What the script says: component("Health", "struct { float current, max; }")
/// fn current_health(components: Res<LuaComponents>, entities: Query<EntityRef>) {
///     let Some(health) = components.get("Health") else { return };
///     let offset = health.field("current").expect("a field of it").offset;
///     for entity in &entities {
///         let Ok(value) = entity.get_by_id(health.id) else { continue };
///         // SAFETY: a live value, with a float at this offset.
///         let current = unsafe { value.byte_add(offset).deref::<f32>() };
///         println!("{current}");
///     }
/// }
/// ```
#[derive(Resource, Clone, Default)]
pub struct LuaComponents(Arc<Mutex<HashMap<String, LuaComponent>>>);

/// A component that a script has declared.
#[derive(Clone, Debug)]
pub struct LuaComponent {
    /// Its id in the world. A script that changes its fields changes its id.
    pub id: ComponentId,
    /// The size of a value in bytes.
    pub size: usize,
    /// The alignment of a value.
    pub align: usize,
    /// The fields, in order of declaration.
    pub fields: Vec<LuaField>,
    /// The script that declares it.
    pub script: String,
    pub(crate) ctype: CTypeId,
}

/// A field of a component that a script has declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LuaField {
    /// Its name.
    pub name: String,
    /// Its type as C names it: `float`, `int32_t`, `Vec3`, `Entity`.
    pub type_name: &'static str,
    /// Its place in a value, in bytes.
    pub offset: usize,
    kind: FieldKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FieldKind {
    Scalar(Scalar),
    Math(Math),
}

impl LuaComponents {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, LuaComponent>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The component with this name.
    pub fn get(&self, name: &str) -> Option<LuaComponent> {
        self.lock().get(name).cloned()
    }

    /// The names of all.
    pub(crate) fn names(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    /// The component as scripts reach it.
    pub(crate) fn named(&self, name: &str) -> Option<Named> {
        self.lock().get(name).map(|component| component.named(name))
    }
}

impl LuaComponent {
    /// A field by name.
    pub fn field(&self, name: &str) -> Option<&LuaField> {
        self.fields.iter().find(|field| field.name == name)
    }

    fn named(&self, name: &str) -> Named {
        Named {
            name: name.to_owned(),
            id: self.id,
            origin: Origin::Lua(self.ctype),
            mutable: true,
            storage: StorageType::Table,
        }
    }

    /// A value as a script that says nothing gets it: zero, no rotation, no entity.
    pub(crate) fn new_value(&self) -> PlainValue {
        let mut value = PlainValue { words: vec![0; self.size.div_ceil(16)], id: self.id };
        for field in &self.fields {
            let bytes = &mut value.bytes_mut()[field.offset..];
            match field.kind {
                FieldKind::Scalar(Scalar::Entity) => {
                    bytes[..8].copy_from_slice(&Entity::PLACEHOLDER.to_bits().to_ne_bytes());
                }
                FieldKind::Math(Math::Quat) => bytes[12..16].copy_from_slice(&1f32.to_ne_bytes()),
                FieldKind::Scalar(_) | FieldKind::Math(_) => {}
            }
        }
        value
    }
}

/// A value of a component without a Rust type, on its way into the world.
pub(crate) struct PlainValue {
    /// Aligned for every field there is.
    words: Vec<u128>,
    id: ComponentId,
}

impl PlainValue {
    pub(crate) fn as_mut_ptr(&mut self) -> *mut u8 {
        self.words.as_mut_ptr().cast()
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: initialised words, of which any byte may be written.
        unsafe { std::slice::from_raw_parts_mut(self.as_mut_ptr(), self.words.len() * 16) }
    }

    /// Makes it a component of an entity.
    pub(crate) fn insert(mut self, entity: &mut bevy_ecs::world::EntityWorldMut) {
        let at = std::ptr::NonNull::new(self.as_mut_ptr()).expect("a vector's address is not null");
        // SAFETY: a value of the component's layout, copied as the plain memory it is.
        unsafe { entity.insert_by_id(self.id, OwningPtr::new(at)) };
    }
}

const ALIGN: usize = align_of::<u128>();
const _: () = assert!(align_of::<Vec4>() <= ALIGN && align_of::<Quat>() <= ALIGN);

impl FieldKind {
    fn ctype(self) -> CTypeId {
        match self {
            FieldKind::Scalar(scalar) => scalar.into(),
            FieldKind::Math(math) => math.ctype(),
        }
    }

    fn layout(self) -> (usize, usize) {
        match self {
            FieldKind::Scalar(scalar) => (scalar.size() as usize, scalar.size() as usize),
            FieldKind::Math(math) => match math {
                Math::Vec2 => (8, align_of::<Vec2>()),
                Math::Vec3 => (12, align_of::<Vec3>()),
                Math::Vec4 => (16, align_of::<Vec4>()),
                Math::Quat => (16, align_of::<Quat>()),
            },
        }
    }
}

/// The types a field can have.
const TYPES: &[(&str, FieldKind)] = &[
    ("float", FieldKind::Scalar(Scalar::F32)),
    ("double", FieldKind::Scalar(Scalar::F64)),
    ("bool", FieldKind::Scalar(Scalar::Bool)),
    ("int8_t", FieldKind::Scalar(Scalar::I8)),
    ("uint8_t", FieldKind::Scalar(Scalar::U8)),
    ("int16_t", FieldKind::Scalar(Scalar::I16)),
    ("uint16_t", FieldKind::Scalar(Scalar::U16)),
    ("int32_t", FieldKind::Scalar(Scalar::I32)),
    ("uint32_t", FieldKind::Scalar(Scalar::U32)),
    ("int64_t", FieldKind::Scalar(Scalar::I64)),
    ("uint64_t", FieldKind::Scalar(Scalar::U64)),
    ("int", FieldKind::Scalar(Scalar::I32)),
    ("unsigned", FieldKind::Scalar(Scalar::U32)),
    ("unsigned int", FieldKind::Scalar(Scalar::U32)),
    ("short", FieldKind::Scalar(Scalar::I16)),
    ("unsigned short", FieldKind::Scalar(Scalar::U16)),
    ("Entity", FieldKind::Scalar(Scalar::Entity)),
    ("Vec2", FieldKind::Math(Math::Vec2)),
    ("Vec3", FieldKind::Math(Math::Vec3)),
    ("Vec4", FieldKind::Math(Math::Vec4)),
    ("Quat", FieldKind::Math(Math::Quat)),
];

/// The names and types of `struct { float current, max; Vec3 home; }`. The one place that reads declarations of components, to be
/// replaced by the parser of C declarations.
///
/// # Errors
/// What is wrong, and what is possible.
fn parse_fields(text: &str) -> Result<Vec<(String, &'static str, FieldKind)>, String> {
    let body = text.trim().strip_prefix("struct").map(str::trim_start);
    let body =
        body.and_then(|body| body.strip_prefix('{')).and_then(|body| body.trim_end().strip_suffix('}'));
    let Some(body) = body else {
        return Err(format!("expected \"struct {{ float name; ... }}\", got \"{text}\""));
    };
    let mut fields: Vec<(String, &'static str, FieldKind)> = Vec::new();
    let mut declarations: Vec<&str> = body.split(';').map(str::trim).collect();
    if declarations.pop() != Some("") {
        return Err("a ';' is missing behind the last field".to_owned());
    }
    for declaration in declarations.into_iter().filter(|declaration| !declaration.is_empty()) {
        let (first, others) = match declaration.split_once(',') {
            Some((first, others)) => (first, Some(others)),
            None => (declaration, None),
        };
        let words: Vec<&str> = first.split_whitespace().collect();
        let Some((name, words)) = words.split_last().filter(|(_, words)| !words.is_empty()) else {
            return Err(format!("expected a type and a name, got \"{declaration}\""));
        };
        let wanted = words.join(" ");
        let Some((type_name, kind)) = TYPES.iter().find(|(known, _)| *known == wanted) else {
            let names: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
            return Err(format!("there is no field type '{wanted}'; types are: {}", names.join(", ")));
        };
        for name in std::iter::once(*name).chain(others.into_iter().flat_map(|others| others.split(','))) {
            let name = name.trim();
            let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if !is_name {
                return Err(format!("'{name}' cannot be the name of a field"));
            }
            if fields.iter().any(|(known, ..)| known == name) {
                return Err(format!("field '{name}' is declared twice"));
            }
            fields.push((name.to_owned(), type_name, *kind));
        }
    }
    Ok(fields)
}

/// Fields at the places a C compiler gives them, with the size and alignment of the whole.
fn lay_out(fields: Vec<(String, &'static str, FieldKind)>) -> (Vec<LuaField>, usize, usize) {
    let (mut end, mut align) = (0usize, 1usize);
    let fields = fields.into_iter().map(|(name, type_name, kind)| {
        let (size, field_align) = kind.layout();
        let offset = end.next_multiple_of(field_align);
        end = offset + size;
        align = align.max(field_align);
        LuaField { name, type_name, offset, kind }
    });
    let fields = fields.collect();
    (fields, end.next_multiple_of(align), align)
}

/// A component that has been declared with other fields than it has. It gets them once the script has loaded.
pub(crate) struct Redeclared {
    name: String,
    fields: Vec<LuaField>,
    size: usize,
    align: usize,
}

/// Makes the global `component`.
pub(super) fn open(vm: &mut Vm) -> Result<(), Raised> {
    let globals = vm.heap.roots.globals.expect("a VM has globals from its creation");
    let function = vm.new_host_function("component", component, &[])?;
    vm.raw_set_name(globals, "component", function)
}

/// `component(name, "struct { ... }")`; without fields it is a marker. Returns the name.
fn component(vm: &mut Vm, args: Args) -> NativeResult {
    let name_value = vm.check_string(args, 0)?;
    let name = String::from_utf8_lossy(name_value.as_bytes()).into_owned();
    let text = match vm.arg(args, 1) {
        value if value.is_nil() => "struct {}".to_owned(),
        _ => String::from_utf8_lossy(vm.check_string(args, 1)?.as_bytes()).into_owned(),
    };
    if let Err(message) = declare(vm, &name, &text)? {
        return Err(vm.error(format!("component '{name}': {message}")));
    }
    vm.ret1(RawValue::from(name_value))
}

fn declare(vm: &mut Vm, name: &str, text: &str) -> Result<Result<(), String>, Raised> {
    if !name.starts_with(|c: char| c.is_ascii_uppercase()) || name.contains(|c: char| !c.is_alphanumeric()) {
        return Ok(Err(
            "the name must be a word that begins with a capital letter, like \"Health\"".to_owned()
        ));
    }
    let (fields, size, align) = match parse_fields(text) {
        Ok(fields) => lay_out(fields),
        Err(message) => return Ok(Err(message)),
    };
    let shared = context(vm).shared.clone();
    let (world, script) = match &context(vm).run {
        Some(run) if matches!(run.scope, Scope::Everything) => (run.world, run.borrower.to_string()),
        Some(_) | None => {
            return Ok(Err(
                "components are declared at the top of a script, not while a system runs".to_owned()
            ));
        }
    };
    if let Some(known) = shared.lua_components.get(name) {
        if known.fields == fields {
            return Ok(Ok(()));
        }
        if known.script != script {
            return Ok(Err(format!("{} declares it with other fields", known.script)));
        }
        let Some(loaded) = context(vm).loading.current() else {
            return Ok(Err("fields are changed at the top of the script that declares them".to_owned()));
        };
        loaded.redeclared.retain(|other| other.name != name);
        loaded.redeclared.push(Redeclared { name: name.to_owned(), fields, size, align });
        return Ok(Ok(()));
    }
    if shared.registry.read().get_with_short_type_path(name).is_some() {
        return Ok(Err("the game has a type of this name already: choose another".to_owned()));
    }
    let ctype = register_ctype(vm, name, &fields, size)?;
    let descriptor = describe(name, size, align);
    // SAFETY: the run has the world to itself, and registering puts the component into a queue.
    let id = unsafe { world.world() }.components_queue().queue_register_component_with_descriptor(descriptor);
    let component = LuaComponent { id, size, align, fields, script, ctype };
    shared.lua_components.lock().insert(name.to_owned(), component);
    // What the name was found to mean before is out of date.
    context(vm).names.clear();
    Ok(Ok(()))
}

fn register_ctype(vm: &mut Vm, name: &str, fields: &[LuaField], size: usize) -> Result<CTypeId, Raised> {
    let fields = fields.iter().map(|field| Field::new(&*field.name, field.offset as u32, field.kind.ctype()));
    let ctype = CType { name: name.to_owned(), size: size as u32, form: Form::Struct(fields.collect()) };
    match vm.register_ctype(ctype) {
        Ok(ctype) => Ok(ctype),
        Err(RegisterError::Layout(error)) => Err(vm.error(error.to_string())),
        Err(RegisterError::Raised(raised)) => Err(raised),
    }
}

fn describe(name: &str, size: usize, align: usize) -> ComponentDescriptor {
    let layout = Layout::from_size_align(size, align).expect("sizes of a few fields are small");
    let clone = ComponentCloneBehavior::Custom(clone_bytes);
    // SAFETY: plain memory needs no drop, and may be sent and shared.
    unsafe {
        ComponentDescriptor::new_with_layout(
            name.to_owned(),
            StorageType::Table,
            layout,
            None,
            true,
            clone,
            None,
        )
    }
}

fn clone_bytes(source: &SourceComponent, context: &mut ComponentCloneCtx) {
    // SAFETY: the component's values are plain memory.
    unsafe { context.write_target_component_ptr(source.ptr()) };
}

/// Gives components the fields they were declared with last, and every entity's values with them. Gives the names.
///
/// # Errors
/// When the VM's memory limit is reached.
pub(crate) fn migrate(
    world: &mut World,
    vm: &mut Vm,
    redeclared: Vec<Redeclared>,
) -> Result<Vec<String>, Raised> {
    let shared = context(vm).shared.clone();
    let mut names = Vec::new();
    for Redeclared { name, fields, size, align } in redeclared {
        let Some(old) = shared.lua_components.get(&name) else { continue };
        let ctype = register_ctype(vm, &name, &fields, size)?;
        let id = world.register_component_with_descriptor(describe(&name, size, align));
        let new = LuaComponent { id, size, align, fields, script: old.script.clone(), ctype };
        shared.lua_components.lock().insert(name.clone(), new.clone());
        move_values(world, &old, &new);
        names.push(name);
    }
    if !names.is_empty() {
        context(vm).names.clear();
    }
    Ok(names)
}

fn move_values(world: &mut World, old: &LuaComponent, new: &LuaComponent) {
    let archetypes = world.archetypes().iter().filter(|archetype| archetype.contains(old.id));
    let entities: Vec<Entity> =
        archetypes.flat_map(|archetype| archetype.entities().iter().map(|entity| entity.id())).collect();
    for entity in entities {
        let Ok(mut entity) = world.get_entity_mut(entity) else { continue };
        let mut value = new.new_value();
        let Ok(from) = entity.get_by_id(old.id) else { continue };
        for field in &new.fields {
            let Some(before) = old.field(&field.name) else { continue };
            // SAFETY: both are live values of these layouts.
            unsafe {
                let from = from.as_ptr().add(before.offset);
                let to = value.as_mut_ptr().add(field.offset);
                convert(before.kind, from, field.kind, to);
            }
        }
        entity.remove_by_id(old.id);
        value.insert(&mut entity);
    }
}

/// Copies a field's value to a field that may have another type; what does not convert is left at its default.
///
/// # Safety
/// Both point at live values of these types.
unsafe fn convert(before: FieldKind, from: *const u8, after: FieldKind, to: *mut u8) {
    if before == after {
        // SAFETY: by contract.
        unsafe { std::ptr::copy_nonoverlapping(from, to, after.layout().0) };
        return;
    }
    let (FieldKind::Scalar(before), FieldKind::Scalar(after)) = (before, after) else { return };
    // SAFETY: by contract.
    let number = unsafe { read_number(before, from) };
    if let Some(number) = number {
        // SAFETY: by contract.
        unsafe { write_number(after, to, number) };
    }
}

macro_rules! number_types {
    ($($scalar:ident $ty:ty,)+) => {
        /// # Safety
        /// `at` is a live value of the type.
        unsafe fn read_number(scalar: Scalar, at: *const u8) -> Option<f64> {
            match scalar {
                // SAFETY: by contract.
                $(Scalar::$scalar => Some(unsafe { at.cast::<$ty>().read_unaligned() } as f64),)+
                Scalar::Bool | Scalar::Char | Scalar::Entity => None,
            }
        }

        /// # Safety
        /// `at` is a live value of the type.
        unsafe fn write_number(scalar: Scalar, at: *mut u8, number: f64) {
            match scalar {
                // SAFETY: by contract.
                $(Scalar::$scalar => unsafe { at.cast::<$ty>().write_unaligned(number as $ty) },)+
                Scalar::Bool | Scalar::Char | Scalar::Entity => {}
            }
        }
    };
}
number_types! {
    I8 i8, U8 u8, I16 i16, U16 u16, I32 i32, U32 u32, I64 i64, U64 u64, F32 f32, F64 f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lie_where_c_puts_them() {
        let fields =
            parse_fields("struct { bool on; double d; unsigned short a, b; Quat q; }").expect("well formed");
        let (fields, size, align) = lay_out(fields);
        let offsets: Vec<(&str, usize)> = fields.iter().map(|f| (f.name.as_str(), f.offset)).collect();
        assert_eq!(offsets, [("on", 0), ("d", 8), ("a", 16), ("b", 18), ("q", 32)]);
        assert_eq!((size, align), (48, 16));
        assert_eq!(lay_out(parse_fields("struct {}").expect("a marker")).1, 0);
    }

    #[test]
    fn mistakes_are_named() {
        let fails = |text: &str| parse_fields(text).expect_err("a mistake");
        assert!(fails("float x").starts_with("expected \"struct"));
        assert!(fails("struct { float x }").contains("';' is missing"));
        assert!(fails("struct { flot x; }").starts_with("there is no field type 'flot'; types are: float, "));
        assert!(fails("struct { float x, x; }").contains("declared twice"));
        assert!(fails("struct { float; }").starts_with("expected a type and a name"));
        assert!(fails("struct { float x[3]; }").contains("cannot be the name"));
    }
}
