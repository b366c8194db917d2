//! Components that scripts declare: `component("Health", "struct { float current, max; }")`.
//!
//! Each is a dynamic component of the world, stored in tables like any other, whose values are plain memory laid out as a C compiler
//! would ([`fields`] reads the declaration). A script that is saved with other fields gives the name a new component, and what entities have
//! of the old one moves over field by field ([`migrate`]).

#![allow(unsafe_code, reason = "reads and writes values of components that have no Rust type")]

mod fields;
mod migrate;
mod parse;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bevy_ecs::component::{ComponentCloneBehavior, ComponentDescriptor, ComponentId, StorageType};
use bevy_ecs::entity::{ComponentCloneCtx, SourceComponent};
use bevy_ecs::ptr::OwningPtr;
use bevy_ecs::resource::Resource;
use bevy_ecs::world::World;
use bevy_platform::collections::HashMap;
use perilune::ffi::ctype::CTypeId;
use perilune::value::RawValue;
use perilune::vm::{Args, NativeResult, Raised, Vm};

pub use fields::LuaField;
use parse::Layout;

use super::context::{Named, Origin, context};

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

    /// Whether these are its fields already.
    fn has(&self, layout: &Layout) -> bool {
        self.fields == layout.fields && (self.size, self.align) == (layout.size, layout.align)
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

    /// A value as a script that says nothing gets it: zero, no rotation, no entity, an enum's first constant if none is zero.
    pub(crate) fn new_value(&self) -> PlainValue {
        let mut value = PlainValue { words: vec![0; self.size.div_ceil(fields::MAX_ALIGN)], id: self.id };
        fields::fill_defaults(&self.fields, value.bytes_mut());
        value
    }
}

/// A value of a component without a Rust type, on its way into the world.
pub(crate) struct PlainValue {
    /// Aligned for every component there is ([`fields::MAX_ALIGN`]).
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

/// A component that has been declared with other fields than it has. It gets them once the script has loaded.
pub(crate) struct Redeclared {
    name: String,
    layout: Layout,
}

const _: () = assert!(align_of::<u128>() == fields::MAX_ALIGN);

/// Makes the global `component`.
pub(super) fn open(vm: &mut Vm) -> Result<(), Raised> {
    let globals = vm.heap.roots.globals.expect("a VM has globals from its creation");
    let function = vm.new_host_function("component", component, &[])?;
    vm.raw_set_name(globals, "component", function)?;
    fields::name_types(vm)
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
    let layout = match parse::parse(name, text, &vm.ffi.c.table) {
        Ok(layout) => layout,
        Err(message) => return Ok(Err(message)),
    };
    let shared = context(vm).shared.clone();
    let (world, script) = match &context(vm).run {
        Some(run) if run.is_exclusive => (run.world, run.lease.borrower.to_string()),
        Some(_) | None => {
            return Ok(Err(
                "components are declared at the top of a script, not while a system runs".to_owned()
            ));
        }
    };
    if let Some(known) = shared.lua_components.get(name) {
        if known.has(&layout) {
            return Ok(Ok(()));
        }
        if known.script != script {
            return Ok(Err(format!(
                "{} declares it with other fields: choose another name, or declare it in one script that both require",
                known.script
            )));
        }
        let Some(loaded) = context(vm).loading.current() else {
            return Ok(Err("fields are changed at the top of the script that declares them".to_owned()));
        };
        loaded.redeclared.retain(|other| other.name != name);
        loaded.redeclared.push(Redeclared { name: name.to_owned(), layout });
        return Ok(Ok(()));
    }
    if shared.registry.read().get_with_short_type_path(name).is_some() {
        return Ok(Err("the game has a type of this name already: choose another".to_owned()));
    }
    let Layout { fields, size, align } = layout;
    let ctype = fields::register_struct(vm, name, &fields, size)?;
    let descriptor = describe(name, size, align);
    // SAFETY: the run has the world to itself, and registering puts the component into a queue.
    let id = unsafe { world.world() }.components_queue().queue_register_component_with_descriptor(descriptor);
    let component = LuaComponent { id, size, align, fields, script, ctype };
    shared.lua_components.lock().insert(name.to_owned(), component);
    // What the name was found to mean before is out of date.
    context(vm).names.clear();
    Ok(Ok(()))
}

fn describe(name: &str, size: usize, align: usize) -> ComponentDescriptor {
    let layout = std::alloc::Layout::from_size_align(size, align).expect("sizes of a few fields are small");
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
    for Redeclared { name, layout: Layout { fields, size, align } } in redeclared {
        let Some(old) = shared.lua_components.get(&name) else { continue };
        let ctype = fields::register_struct(vm, &name, &fields, size)?;
        let id = world.register_component_with_descriptor(describe(&name, size, align));
        let new = LuaComponent { id, size, align, fields, script: old.script.clone(), ctype };
        shared.lua_components.lock().insert(name.clone(), new.clone());
        migrate::move_values(world, &old, &new);
        names.push(name);
    }
    if !names.is_empty() {
        context(vm).names.clear();
    }
    Ok(names)
}
