//! `world.query { "mut Transform", with = "Ship" }`: queries that an exclusive run makes as it goes.
//!
//! Such a run has the world to itself, so nothing needs to be declared to the scheduler; what matches is found among the archetypes at the
//! call. Spawning and the like still go through `commands`, so the rows stay where they are until the run ends.

#![allow(unsafe_code, reason = "reads the world inside an exclusive run")]

use std::any::TypeId;

use bevy_ecs::archetype::{Archetype, ArchetypeId};
use bevy_ecs::component::{ComponentId, StorageType};
use bevy_ecs::entity_disabling::DefaultQueryFilters;
use bevy_ecs::resource::IsResource;
use bevy_ecs::world::unsafe_world_cell::UnsafeWorldCell;
use perilune::ffi::ctype::Scalar;
use perilune::value::RawValue;
use perilune::vm::{Args, NativeResult, Vm};

use super::access::{lookup, running};
use super::context::{Named, Origin, context};
use super::names::Category;
use super::query::{ColumnAccess, Matched, check_writable};
use super::terms::QueryTerms;

/// `world.query { ... }`: an object like the one a system gets for its `query`.
pub(super) fn query(vm: &mut Vm, args: Args) -> NativeResult {
    vm.check_table(args, 0)?;
    let given = vm.arg(args, 0);
    let given = vm.to_host(given)?;
    let (world, is_exclusive, borrower) = running(vm)?;
    if !is_exclusive {
        let message = format!(
            "{borrower} has declared access: name what it needs in its own query, or make it exclusive = true"
        );
        return Err(vm.error(message));
    }
    let shared = context(vm).shared.clone();
    let last_run = context(vm).run.as_ref().expect("just asked").last_run;
    let found = QueryTerms::parse(&given).and_then(|terms| {
        let find = |name: &str, write: bool| -> Result<Option<Named>, String> {
            let named = lookup(&shared, world, Category::Component, name)?;
            named.as_ref().map_or(Ok(()), |named| check_writable(named, Category::Component, write))?;
            Ok(named)
        };
        let all = |names: &[String]| -> Result<Vec<Option<Named>>, String> {
            names.iter().map(|name| find(name, false)).collect()
        };
        let required: Vec<Option<Named>> =
            terms.columns.iter().map(|term| find(&term.name, term.write)).collect::<Result<_, _>>()?;
        let optional: Vec<Option<Named>> =
            terms.optional.iter().map(|term| find(&term.name, term.write)).collect::<Result<_, _>>()?;
        let (with, without) = (all(&terms.with)?, all(&terms.without)?);
        let (changed, added) = (all(&terms.changed)?, all(&terms.added)?);
        // A component that no entity has ever had.
        let is_empty = [&required, &with, &changed, &added].into_iter().flatten().any(Option::is_none);
        let ids = |names: &[Option<Named>]| -> Vec<ComponentId> {
            names.iter().flatten().map(|named| named.id).collect()
        };
        let needed = [ids(&required), ids(&with), ids(&changed), ids(&added)].concat();
        let refused = ids(&without);
        let matches = |archetype: &Archetype| {
            needed.iter().all(|id| archetype.contains(*id))
                && !refused.iter().any(|id| archetype.contains(*id))
        };
        let hidden = hidden(world, &[ids(&required), ids(&optional), ids(&with), refused.clone()].concat());
        let archetypes = world.archetypes().iter().filter(|archetype| {
            !is_empty && matches(archetype) && !hidden.iter().any(|id| archetype.contains(*id))
        });
        let archetypes: Vec<ArchetypeId> = archetypes.map(|archetype| archetype.id()).collect();
        let terms = terms.columns.iter().chain(&terms.optional).zip(required.into_iter().chain(optional));
        let columns = terms
            .map(|(term, named)| ColumnAccess::new(named.unwrap_or_else(|| unused(&term.name)), term.write));
        let columns = columns.collect();
        let (changed, added) = (changed.into_iter().flatten(), added.into_iter().flatten());
        Ok((Matched::new(columns, changed.collect(), added.collect()), archetypes))
    });
    let (mut matched, archetypes) = match found {
        Ok(found) => found,
        Err(message) => return Err(vm.error(format!("world.query: {message}"))),
    };
    let object = vm.new_query(borrower.to_string())?;
    let rows = (&mut matched, archetypes);
    // SAFETY: the run has the world to itself, and its structure changes only when the run has ended.
    unsafe { super::query::lend_archetypes(vm, world, rows, (last_run, &borrower), object)? };
    vm.ret1(RawValue::from(object))
}

/// An optional component that no entity has ever had.
fn unused(name: &str) -> Named {
    Named {
        name: name.to_owned(),
        id: ComponentId::new(u32::MAX as usize),
        origin: Origin::Lua(Scalar::U8.into()),
        mutable: true,
        storage: StorageType::Table,
    }
}

/// The components that hide an entity from queries that do not name them.
fn hidden(world: UnsafeWorldCell<'_>, named: &[ComponentId]) -> Vec<ComponentId> {
    // SAFETY: the run has the world to itself, and nobody holds this resource.
    let filters = unsafe { world.get_resource::<DefaultQueryFilters>() };
    let filters = filters.into_iter().flat_map(DefaultQueryFilters::disabling_ids);
    let resources = world.components().get_id(TypeId::of::<IsResource>());
    filters.chain(resources).filter(|id| !named.contains(id)).collect()
}
