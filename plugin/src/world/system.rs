//! A script's declared access as a parameter of a Bevy system.

#![allow(unsafe_code, reason = "implements SystemParam: the access declared is the access used")]

use std::any::TypeId;
use std::sync::Arc;

use bevy_ecs::change_detection::Tick;
use bevy_ecs::component::ComponentId;
use bevy_ecs::query::FilteredAccessSet;
use bevy_ecs::system::{Commands, SystemMeta, SystemParam, SystemParamBuilder, SystemParamValidationError};
use bevy_ecs::world::unsafe_world_cell::UnsafeWorldCell;
use bevy_ecs::world::{CommandQueue, DeferredWorld, World};
use bevy_reflect::TypeRegistry;
use bevy_time::Time;
use perilune::ffi::ctype::CTypeId;
use perilune::ffi::rows::Rows;
use perilune::ffi::view::{SourceId, WriteRule};
use perilune::table::Table;
use perilune::userdata::UserData;
use perilune::value::Gc;
use perilune::vm::{Raised, Vm};

use super::context::{Named, Origin, context};
use super::names::Category;
use super::query::{QueryAccess, ctype_at, named, source};
use super::run::{Lease, Run, with_run};
use super::storage;
use super::terms::{QueryTerms, Term};

/// A declared resource.
struct ResourceAccess {
    named: Named,
    write: bool,
    ctype: Option<CTypeId>,
    source: Option<SourceId>,
}

/// Everything a script system declared.
pub(crate) struct SystemAccess {
    borrower: Arc<str>,
    query: Option<QueryAccess>,
    resources: Vec<ResourceAccess>,
    /// What is handed to each run, between the runs.
    lease: Option<Box<Lease>>,
}

impl SystemAccess {
    /// Access for a system or driver that messages call `borrower` ("system 'move'"). Entities must also have `also_with`.
    ///
    /// # Errors
    /// What is wrong with the declaration: unknown names, `mut` on something immutable, a resource declared twice.
    pub(crate) fn new(
        world: &mut World,
        registry: &TypeRegistry,
        borrower: &str,
        query: Option<&QueryTerms>,
        resources: &[Term],
        also_with: &[ComponentId],
    ) -> Result<SystemAccess, String> {
        let query = query.map(|terms| QueryAccess::new(world, registry, terms, also_with)).transpose()?;
        let mut declared: Vec<ResourceAccess> = Vec::new();
        for term in resources {
            let named = named(world, registry, Category::Resource, &term.name, term.write)?;
            if term.write && named.origin == Origin::Rust(TypeId::of::<Time>()) {
                return Err(format!("resource '{0}' is kept by Bevy: declare \"{0}\" to read it", term.name));
            }
            if declared.iter().any(|known| known.named.id == named.id) {
                return Err(format!(
                    "resource '{0}' is declared twice: leave one out (\"mut {0}\" reads too)",
                    term.name
                ));
            }
            declared.push(ResourceAccess { named, write: term.write, ctype: None, source: None });
        }
        Ok(SystemAccess { borrower: borrower.into(), query, resources: declared, lease: None })
    }

    /// What a run is handed; a new one for the first run, and after one that has panicked.
    fn take_lease(&mut self) -> Box<Lease> {
        self.lease.take().unwrap_or_else(|| {
            let components = self.query.as_ref().map_or_else(Vec::new, QueryAccess::components);
            Box::new(Lease { components, ..Lease::of(Arc::clone(&self.borrower)) })
        })
    }
}

/// Builds a [`ScriptParam`] from what a script declared.
pub(crate) struct ScriptParamBuilder(pub(crate) SystemAccess);

// SAFETY: the state is complete: all access is in it, and registered by `init_access`.
unsafe impl SystemParamBuilder<ScriptParam<'_, '_>> for ScriptParamBuilder {
    fn build(self, world: &mut World) -> ScriptState {
        ScriptState { access: self.0, commands: Commands::init_state(world) }
    }
}

/// The state of a [`ScriptParam`].
pub(crate) struct ScriptState {
    access: SystemAccess,
    commands: <Commands<'static, 'static> as SystemParam>::State,
}

/// A script's access to the world in one run of a system.
pub(crate) struct ScriptParam<'w, 's> {
    world: UnsafeWorldCell<'w>,
    access: &'s mut SystemAccess,
    commands: Commands<'w, 's>,
    last_run: Tick,
    this_run: Tick,
    /// The caller has the world to itself, and lends all of it.
    is_exclusive: bool,
}

// SAFETY: `init_access` registers the query's and the resources' access and that of `Commands`, and `get_param` and the run
// reach nothing else.
unsafe impl SystemParam for ScriptParam<'_, '_> {
    type State = ScriptState;
    type Item<'w, 's> = ScriptParam<'w, 's>;

    fn init_state(world: &mut World) -> ScriptState {
        let access = SystemAccess {
            borrower: "a system without declaration".into(),
            query: None,
            resources: Vec::new(),
            lease: None,
        };
        ScriptState { access, commands: Commands::init_state(world) }
    }

    fn init_access(
        state: &ScriptState,
        meta: &mut SystemMeta,
        set: &mut FilteredAccessSet,
        world: &mut World,
    ) {
        Commands::init_access(&state.commands, meta, set, world);
        if let Some(query) = &state.access.query {
            let conflicts = set.get_conflicts_single(query.component_access());
            assert!(
                conflicts.is_empty(),
                "{} declares access that conflicts with another parameter of its system",
                state.access.borrower
            );
            set.add(query.component_access().clone());
        }
        for resource in &state.access.resources {
            if resource.write {
                set.add_resource_write(resource.named.id);
            } else {
                set.add_resource_read(resource.named.id);
            }
        }
    }

    fn apply(state: &mut ScriptState, meta: &SystemMeta, world: &mut World) {
        Commands::apply(&mut state.commands, meta, world);
    }

    fn queue(state: &mut ScriptState, meta: &SystemMeta, world: DeferredWorld) {
        <Commands as SystemParam>::queue(&mut state.commands, meta, world);
    }

    unsafe fn get_param<'w, 's>(
        state: &'s mut ScriptState,
        meta: &SystemMeta,
        world: UnsafeWorldCell<'w>,
        change_tick: Tick,
    ) -> Result<ScriptParam<'w, 's>, SystemParamValidationError> {
        // SAFETY: by contract of this function.
        let commands = unsafe { Commands::get_param(&mut state.commands, meta, world, change_tick)? };
        let last_run = meta.get_last_run();
        let access = &mut state.access;
        Ok(ScriptParam { world, access, commands, last_run, this_run: change_tick, is_exclusive: false })
    }
}

/// The Lua objects of a system, made once ([`new_objects`]) and kept alive by the caller.
#[derive(Clone, Copy)]
pub(crate) struct Objects {
    /// The query object.
    pub(crate) query: Gc<UserData>,
    /// The table whose fields are the resources.
    pub(crate) resources: Gc<Table>,
}

/// The objects a system passes to its function.
///
/// # Errors
/// When the VM's memory limit is reached.
pub(crate) fn new_objects(vm: &mut Vm, borrower: &str) -> Result<Objects, Raised> {
    let query = vm.new_query(borrower.to_owned())?;
    Ok(Objects { query, resources: vm.new_table(0, 4)? })
}

impl ScriptParam<'_, '_> {
    /// `changed` and `added` filters count from this tick on, if there is one, not from the system's last run.
    pub(crate) fn changed_since(&mut self, last_run: Option<Tick>) {
        self.last_run = last_run.unwrap_or(self.last_run);
    }

    /// The tick of this run.
    pub(crate) fn tick(&self) -> Tick {
        self.this_run
    }

    /// Calls `f` with the objects filled and the access open. What was lent expires when it returns.
    ///
    /// # Errors
    /// A declared resource does not exist; the VM's memory limit.
    pub(crate) fn run<R>(
        &mut self,
        vm: &mut Vm,
        objects: Option<Objects>,
        f: impl FnOnce(&mut Vm) -> R,
    ) -> Result<R, Raised> {
        let mut lease = self.access.take_lease();
        if let Err(raised) = self.fill(vm, objects, &mut lease) {
            self.access.lease = Some(lease);
            // Some of it was lent already.
            vm.ffi.lending.expire();
            return Err(raised);
        }
        let (is_exclusive, last_run) = (self.is_exclusive, self.last_run);
        // SAFETY: world and commands outlive the run, which ends before this returns; the lease is what was declared.
        let run = unsafe { Run::new(self.world, &mut self.commands, lease, is_exclusive, last_run) };
        let (result, lease) = with_run(vm, run, self.this_run, f);
        self.access.lease = lease;
        Ok(result)
    }

    fn fill(&mut self, vm: &mut Vm, objects: Option<Objects>, lease: &mut Lease) -> Result<(), Raised> {
        vm.ffi.lending.set_tick(storage::tick_word(self.this_run));
        let SystemAccess { borrower, query, resources, .. } = &mut *self.access;
        if let Some(query) = query {
            let mut unseen;
            let rows = match objects {
                // SAFETY: Lua runs once the rows are lent, below.
                Some(objects) => unsafe { vm.describe_rows(objects.query) },
                None => {
                    unseen = Rows::default();
                    &mut unseen
                }
            };
            // SAFETY: `init_access` declared the access; nothing changes structure before the run ends the epoch.
            let gathered = unsafe { query.gather(vm, self.world, (self.last_run, lease), rows) };
            if gathered.is_err() {
                rows.segments.clear();
            }
            if let Some(objects) = objects {
                // SAFETY: `gather` described them for this epoch.
                unsafe { vm.lend_rows(objects.query) };
            }
            gathered?;
        }
        if let Some(objects) = objects {
            for resource in resources {
                resource.lend(vm, self.world, objects.resources, borrower)?;
            }
        }
        Ok(())
    }
}

impl ResourceAccess {
    fn lend(
        &mut self,
        vm: &mut Vm,
        world: UnsafeWorldCell<'_>,
        into: Gc<Table>,
        borrower: &str,
    ) -> Result<(), Raised> {
        let named = &self.named;
        // SAFETY: `init_access` declared the access.
        let Some((data, tick)) = (unsafe { storage::resource(world, named.id) }) else {
            let message = format!(
                "resource '{0}' declared by {borrower} does not exist: insert it in Rust, as with app.init_resource::<{0}>()",
                named.name
            );
            return Err(vm.error(message));
        };
        if self.ctype.is_none() {
            let shared = context(vm).shared.clone();
            // SAFETY: the live resource.
            self.ctype = unsafe { ctype_at(vm, &shared, named.origin, data)? };
        }
        let Some(ctype) = self.ctype else {
            return Err(vm.error(super::access::not_reflected(Category::Resource, &named.name)));
        };
        let rule = if self.write { WriteRule::Allowed } else { WriteRule::NotDeclared };
        let source =
            *self.source.get_or_insert_with(|| source(vm, Category::Resource, named, rule, borrower));
        // SAFETY: as declared; the epoch ends with the run.
        let view = unsafe { vm.lend(ctype, data, tick, source)? };
        vm.raw_set_name(into, &named.name, view.into())
    }
}

/// Runs `f` with declared access, outside of any Bevy system, with the world to itself; all of it is lent if `is_exclusive`. Structural changes are applied when it returns.
///
/// # Errors
/// As [`ScriptParam::run`].
pub(crate) fn run_alone<R>(
    world: &mut World,
    access: &mut SystemAccess,
    vm: &mut Vm,
    objects: Objects,
    last_run: Option<Tick>,
    is_exclusive: bool,
    f: impl FnOnce(&mut Vm, Tick) -> R,
) -> Result<R, Raised> {
    // As each system of a schedule has a tick of its own.
    let this_run = world.increment_change_tick();
    let last_run = last_run.unwrap_or_else(|| Tick::new(this_run.get().wrapping_sub(Tick::MAX.get())));
    let mut queue = CommandQueue::default();
    let cell = world.as_unsafe_world_cell();
    let commands = Commands::new_from_entities(&mut queue, cell.entity_allocator(), cell.entities());
    let mut script = ScriptParam { world: cell, access, commands, last_run, this_run, is_exclusive };
    let result = script.run(vm, Some(objects), |vm| f(vm, this_run));
    world.flush();
    queue.apply(world);
    result
}
