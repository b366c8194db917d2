//! What the plugin keeps inside a VM: the type registry, the C types made from it, and the run under way.

use std::sync::Arc;

use bevy_ecs::component::{ComponentId, Components, StorageType};
use bevy_ecs::reflect::AppTypeRegistry;
use bevy_platform::collections::HashMap;
use bevy_transform::components::GlobalTransform;
use perilune::ffi::ctype::CTypeId;
use perilune::ffi::view::SourceId;
use perilune::value::RawValue;
use perilune::vm::{Raised, Vm};

use super::component::LuaComponents;
use super::declare::Loading;
use super::messages::{self, MessageLogs};
use super::reached::Reached;
use super::reflect::HostedTypes;
use super::run::Run;
use super::{access, commands};

/// Shared by the VM's context and the host of its reflected fields.
pub(crate) struct Shared {
    /// Bevy's type registry.
    pub(crate) registry: AppTypeRegistry,
    /// The types whose fields are read and written through reflection.
    pub(crate) hosted: Arc<HostedTypes>,
    /// The components scripts have declared.
    pub(crate) lua_components: LuaComponents,
}

impl Shared {
    /// The C type made for a Rust type.
    pub(crate) fn layout(&self, type_id: std::any::TypeId) -> Option<CTypeId> {
        self.hosted.layouts().get(&type_id).copied()
    }
    /// Remembers the C type made for a Rust type.
    pub(crate) fn add_layout(&self, type_id: std::any::TypeId, ctype: CTypeId) {
        self.hosted.layouts().insert(type_id, ctype);
    }
}

/// What the values of a component are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Of a Rust type.
    Rust(std::any::TypeId),
    /// Of a type that a script declared.
    Lua(CTypeId),
}

/// A component as scripts reach it by name.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    /// The name the script used.
    pub(crate) name: String,
    /// Its id in the world.
    pub(crate) id: ComponentId,
    /// What its values are.
    pub(crate) origin: Origin,
    /// Whether Bevy lets it change in place.
    pub(crate) mutable: bool,
    /// Where its values are.
    pub(crate) storage: StorageType,
}

impl Named {
    /// What the world knows of a component.
    pub(crate) fn new(name: &str, components: &Components, id: ComponentId) -> Option<Named> {
        let info = components.get_info(id)?;
        let type_id = info.type_id()?;
        Some(Named {
            name: name.to_owned(),
            id,
            origin: Origin::Rust(type_id),
            mutable: info.mutable() && !is_computed(type_id),
            storage: info.storage_type(),
        })
    }
}

/// Whether Bevy computes a component in every frame, so that a script's write would be lost.
pub(crate) fn is_computed(type_id: std::any::TypeId) -> bool {
    type_id == std::any::TypeId::of::<GlobalTransform>()
}

/// A component reached through `self.Name`, remembered by the address of its name (a pinned, interned string).
#[derive(Clone)]
pub(crate) struct CachedName {
    /// The component.
    pub(crate) named: Arc<Named>,
    /// Its C type, once known.
    pub(crate) ctype: Option<CTypeId>,
    /// What its views say about themselves, and for which borrower and whether writable.
    pub(crate) source: Option<(Arc<str>, bool, SourceId)>,
    /// A view of the component that was lent in this epoch, and where among the pinned values it is.
    pub(crate) like: Option<(u64, usize)>,
}

/// The plugin's state in the VM.
pub(crate) struct ScriptContext {
    /// Registry and types.
    pub(crate) shared: Arc<Shared>,
    /// The system or driver that runs now.
    pub(crate) run: Option<Run>,
    /// Components by the address of their interned name.
    pub(crate) names: HashMap<usize, CachedName>,
    /// Where components by name were found in this run.
    pub(crate) reached: Reached,
    /// The scripts that are loading.
    pub(crate) loading: Loading,
    /// Messages that scripts can read.
    pub(crate) messages: MessageLogs,
}

/// Prepares a VM for scripts of this app: math types, entities, the tables `commands` and `world`.
///
/// # Errors
/// When the VM's memory limit is reached.
pub(crate) fn install(
    vm: &mut Vm,
    registry: AppTypeRegistry,
    lua_components: LuaComponents,
) -> Result<(), Raised> {
    let hosted = Arc::new(HostedTypes::new(registry.clone()));
    let shared = Shared { registry, hosted: hosted.clone(), lua_components };
    super::layout::add_known(&shared);
    vm.ffi.field_host = Some(hosted);
    vm.ffi.context = Some(Box::new(ScriptContext {
        shared: Arc::new(shared),
        run: None,
        names: HashMap::default(),
        reached: Reached::default(),
        loading: Loading::default(),
        messages: MessageLogs::default(),
    }));
    vm.open_host_types()?;
    vm.ffi.c.reloads = true;
    let shared = context(vm).shared.clone();
    super::layout::add_structs(vm, &shared);
    let globals: RawValue = vm.heap.roots.globals.expect("a VM has globals from its creation").into();
    let globals = globals.as_table().expect("just made from one");
    let table = commands::open(vm)?;
    vm.raw_set_name(globals, "commands", table)?;
    access::open_instances(vm)?;
    let table = access::open(vm)?;
    vm.raw_set_name(globals, "world", table)?;
    let table = messages::open(vm)?;
    vm.raw_set_name(globals, "messages", table)?;
    super::component::open(vm)
}

/// The context of a VM that [`install`] prepared.
pub(crate) fn context(vm: &mut Vm) -> &mut ScriptContext {
    vm.host_context().expect("the plugin prepared this VM")
}
