//! Declared access to components, and the rows it matches.

#![allow(unsafe_code, reason = "reads raw columns inside declared access")]

use bevy_ecs::archetype::ArchetypeId;
use bevy_ecs::change_detection::Tick;
use bevy_ecs::component::{ComponentId, StorageType};
use bevy_ecs::ptr::Ptr;
use bevy_ecs::query::{FilteredAccess, QueryBuilder, QueryState};
use bevy_ecs::resource::IsResource;
use bevy_ecs::storage::TableRow;
use bevy_ecs::world::World;
use bevy_ecs::world::unsafe_world_cell::UnsafeWorldCell;
use bevy_reflect::{ReflectFromPtr, TypeRegistry};
use perilune::ffi::ctype::CTypeId;
use perilune::ffi::rows::{Cells, Column, FilterTicks, Finder, Rows};
use perilune::ffi::view::{Source, SourceId, WriteRule};
use perilune::userdata::UserData;
use perilune::value::Gc;
use perilune::vm::{Raised, Vm};

use super::access::not_reflected;
use super::component::LuaComponents;
use super::context::{Named, Origin, Shared, context, is_computed};
use super::layout;
use super::names::{self, Category};
use super::run::{self, Lease, Locator};
use super::storage;
use super::terms::{QueryTerms, Term};

/// A component a query yields.
pub(crate) struct ColumnAccess {
    named: Named,
    write: bool,
    /// The size of a value.
    stride: u32,
    /// Known after the first row was seen.
    ctype: Option<CTypeId>,
    source: Option<SourceId>,
}

/// Declared access to components.
pub(crate) struct QueryAccess {
    state: QueryState<(), ()>,
    matched: Matched,
    by_archetype: bool,
}

/// What a query reads and writes of the archetypes it matches.
pub(super) struct Matched {
    /// Required ones, then optional ones.
    columns: Vec<ColumnAccess>,
    changed: Vec<Named>,
    added: Vec<Named>,
    /// The columns as rows describe them, once all is known of them.
    described: Vec<Column>,
    /// Row 0, once a table has been seen that has one: it is the same in all tables.
    first_row: Option<TableRow>,
}

impl Matched {
    pub(super) fn new(columns: Vec<ColumnAccess>, changed: Vec<Named>, added: Vec<Named>) -> Matched {
        Matched { columns, changed, added, described: Vec::new(), first_row: None }
    }
}

/// A name's component, registered in the world.
///
/// # Errors
/// An unknown name; `mut` on a component that is immutable.
pub(crate) fn named(
    world: &mut World,
    registry: &TypeRegistry,
    category: Category,
    name: &str,
    write: bool,
) -> Result<Named, String> {
    if category == Category::Component
        && let Some(named) = world.get_resource::<LuaComponents>().and_then(|known| known.named(name))
    {
        return Ok(named);
    }
    let registration = names::resolve(registry, world.components(), category, name)
        .map_err(|message| names::or_declared(world.get_resource(), category, name, message))?;
    let id = names::component_id(world, registration).ok_or_else(|| not_reflected(category, name))?;
    let named = Named::new(name, world.components(), id).expect("found by its Rust type");
    check_writable(&named, category, write)?;
    Ok(named)
}

/// Whether a component or resource may be declared like this.
///
/// # Errors
/// `mut` on something immutable.
pub(super) fn check_writable(named: &Named, category: Category, write: bool) -> Result<(), String> {
    let (name, word) = (&named.name, category.word());
    if write && matches!(named.origin, Origin::Rust(type_id) if is_computed(type_id)) {
        return Err(format!(
            "component '{name}' is computed by Bevy: declare \"{name}\" to read it, and write Transform"
        ));
    }
    if write && !named.mutable {
        return Err(format!(
            "{word} '{name}' is immutable and cannot be declared \"mut {name}\": declare \"{name}\" to read it, and replace it with commands.insert"
        ));
    }
    Ok(())
}

impl QueryAccess {
    /// Access as declared, to entities that also have the components `also_with`.
    ///
    /// # Errors
    /// What is wrong with the declaration.
    pub(crate) fn new(
        world: &mut World,
        registry: &TypeRegistry,
        terms: &QueryTerms,
        also_with: &[ComponentId],
    ) -> Result<QueryAccess, String> {
        let mut find = |name: &str, write| named(world, registry, Category::Component, name, write);
        let mut list = |terms: &[Term]| -> Result<Vec<ColumnAccess>, String> {
            terms.iter().map(|t| Ok(ColumnAccess::new(find(&t.name, t.write)?, t.write))).collect()
        };
        let required = list(&terms.columns)?;
        let optional = list(&terms.optional)?;
        let mut filter = |names: &[String]| -> Result<Vec<Named>, String> {
            names.iter().map(|name| named(world, registry, Category::Component, name, false)).collect()
        };
        let (with, without) = (filter(&terms.with)?, filter(&terms.without)?);
        let (changed, added) = (filter(&terms.changed)?, filter(&terms.added)?);

        let mut builder = QueryBuilder::<()>::new(world);
        for column in &required {
            if column.write {
                builder.mut_id(column.named.id)
            } else {
                builder.ref_id(column.named.id)
            };
        }
        for column in &optional {
            let (id, write) = (column.named.id, column.write);
            builder.optional(|builder| {
                if write {
                    builder.mut_id(id)
                } else {
                    builder.ref_id(id)
                };
            });
        }
        let written = |id| required.iter().chain(&optional).any(|c| c.write && c.named.id == id);
        for filter in changed.iter().chain(&added) {
            // Reading ticks is reading the component, unless it is declared to be written anyway.
            if written(filter.id) {
                builder.with_id(filter.id)
            } else {
                builder.ref_id(filter.id)
            };
        }
        for id in with.iter().map(|named| named.id).chain(also_with.iter().copied()) {
            builder.with_id(id);
        }
        for named in &without {
            builder.without_id(named.id);
        }
        builder.without::<IsResource>();
        let state = builder.build();

        let components = world.components();
        let access = state.component_access();
        let sparse =
            |id| components.get_info(id).is_some_and(|info| info.storage_type() == StorageType::SparseSet);
        let by_archetype = access.with_filters().chain(access.without_filters()).any(sparse)
            || optional.iter().any(|column| column.named.storage == StorageType::SparseSet);
        let mut columns: Vec<ColumnAccess> = required.into_iter().chain(optional).collect();
        for column in &mut columns {
            let info = components.get_info(column.named.id);
            column.stride = info.map_or(0, |info| info.layout().size()) as u32;
        }
        Ok(QueryAccess { state, matched: Matched::new(columns, changed, added), by_archetype })
    }

    /// What the scheduler must know.
    pub(crate) fn component_access(&self) -> &FilteredAccess {
        self.state.component_access()
    }

    /// Describes the rows that match now, to be given to a query object.
    ///
    /// # Errors
    /// When the VM's memory limit is reached.
    ///
    /// # Safety
    /// The caller has the access of [`QueryAccess::component_access`], and nothing changes the structure of the world before the view
    /// epoch moves.
    pub(crate) unsafe fn gather(
        &mut self,
        vm: &mut Vm,
        world: UnsafeWorldCell<'_>,
        (last_run, lease): (Tick, &mut Lease),
        rows: &mut Rows,
    ) -> Result<(), Raised> {
        self.state.update_archetypes_unsafe_world_cell(world);
        let locator = &mut lease.locator;
        // SAFETY: it is asked only in the epoch of this run; only declared components are reached.
        unsafe {
            locator.begin(world, self.by_archetype);
            if self.by_archetype {
                self.matched.archetype_segments(world, self.state.matched_archetypes(), rows, locator);
            } else {
                self.matched.table_segments(world, &self.state, rows, locator);
            }
            rows.finder = Finder::Host(run::find_in_run);
            self.matched.describe(vm, rows, (last_run, &lease.borrower))
        }
    }

    /// The components that are declared, and whether they may be written.
    pub(crate) fn components(&self) -> Vec<(Named, bool)> {
        self.matched.columns.iter().map(|column| (column.named.clone(), column.write)).collect()
    }
}

/// Gives a query object the rows of these archetypes.
///
/// # Errors
/// When the VM's memory limit is reached.
///
/// # Safety
/// The caller has the world to itself, and nothing changes its structure before the view epoch moves.
pub(super) unsafe fn lend_archetypes(
    vm: &mut Vm,
    world: UnsafeWorldCell<'_>,
    (matched, archetypes): (&mut Matched, Vec<ArchetypeId>),
    (last_run, borrower): (Tick, &str),
    object: Gc<UserData>,
) -> Result<(), Raised> {
    let mut locator = Locator::default();
    // SAFETY: by contract; Lua does not run meanwhile.
    unsafe {
        let rows = vm.describe_rows(object);
        locator.begin(world, true);
        matched.archetype_segments(world, archetypes.into_iter(), rows, &mut locator);
        rows.finder = Finder::Own(Box::new(locator));
        matched.describe(vm, rows, (last_run, borrower))?;
        vm.lend_rows(object);
    }
    Ok(())
}

impl Matched {
    /// What there is to say of rows beside where they are.
    ///
    /// # Safety
    /// The segments are those of this run, as for [`QueryAccess::gather`].
    unsafe fn describe(
        &mut self,
        vm: &mut Vm,
        rows: &mut Rows,
        (last_run, borrower): (Tick, &str),
    ) -> Result<(), Raised> {
        rows.last_run = storage::tick_word(last_run);
        rows.columns.clear();
        if !self.described.is_empty() {
            rows.columns.extend_from_slice(&self.described);
            return Ok(());
        }
        if self.columns.iter().any(|column| column.ctype.is_none()) {
            let shared = context(vm).shared.clone();
            for segment in &rows.segments {
                for (column, cells) in self.columns.iter_mut().zip(&segment.columns) {
                    // SAFETY: by contract; the segment has a row, whose value this is.
                    unsafe { column.learn(vm, &shared, cells)? };
                }
            }
        }
        rows.columns.extend(self.columns.iter_mut().map(|column| column.describe(vm, borrower)));
        if self.columns.iter().all(|column| column.ctype.is_some()) {
            self.described.clone_from(&rows.columns);
        }
        Ok(())
    }

    /// A segment for each matched table.
    ///
    /// # Safety
    /// As [`QueryAccess::gather`].
    unsafe fn table_segments(
        &mut self,
        world: UnsafeWorldCell<'_>,
        state: &QueryState<(), ()>,
        rows: &mut Rows,
        locator: &mut Locator,
    ) {
        // SAFETY: only declared columns are read.
        let tables = unsafe { &world.storages().tables };
        let mut used = 0;
        for id in state.matched_tables() {
            let Some(table) = tables.get(id) else { continue };
            if table.entities().is_empty() {
                continue;
            }
            let first = match self.first_row {
                Some(first) => first,
                None => {
                    let Some(first) = storage::first_row(world, table) else { continue };
                    *self.first_row.insert(first)
                }
            };
            // SAFETY: a row of this table.
            let column = |named: &Named| unsafe { storage::column_from(table, first, named.id) };
            let segment = rows.segment(used);
            segment.entities = table.entities().as_ptr().cast();
            segment.len = table.entity_count();
            segment.columns.extend(self.columns.iter().map(|known| match column(&known.named) {
                Some((data, ticks, _)) => Cells::Dense { data, stride: known.stride, ticks },
                None => Cells::Absent,
            }));
            let changed = self.changed.iter().filter_map(|named| Some(column(named)?.1.cast_const()));
            let added = self.added.iter().filter_map(|named| Some(column(named)?.2.cast_const()));
            segment.filters.extend(changed.chain(added).map(FilterTicks::Dense));
            locator.add(id.as_usize());
            used += 1;
        }
        rows.segments.truncate(used);
    }

    /// A segment for each matched archetype: where a filter or column is in a sparse set, several archetypes share a table.
    ///
    /// # Safety
    /// As [`QueryAccess::gather`].
    unsafe fn archetype_segments(
        &self,
        world: UnsafeWorldCell<'_>,
        ids: impl Iterator<Item = ArchetypeId>,
        rows: &mut Rows,
        locator: &mut Locator,
    ) {
        let mut used = 0;
        for id in ids {
            let Some(archetype) = world.archetypes().get(id).filter(|archetype| !archetype.is_empty()) else {
                continue;
            };
            // SAFETY: only the entities are read here.
            let Some(table) = (unsafe { world.storages() }).tables.get(archetype.table_id()) else {
                continue;
            };
            // SAFETY: the component is declared; the entity is in the archetype.
            let cell = |named: &Named, entity, location| unsafe {
                storage::cell(world, entity, location, named.id, named.storage)
            };
            let scattered = |named: &Named| -> Vec<(*mut u8, *mut u32, *mut u32)> {
                archetype
                    .entities_with_location()
                    .filter_map(|(e, location)| cell(named, e, location))
                    .collect()
            };
            let columns = self.columns.iter().map(|column| {
                if archetype.contains(column.named.id) {
                    let places =
                        scattered(&column.named).into_iter().map(|(data, changed, _)| (data, changed));
                    Cells::Scattered(places.collect())
                } else {
                    Cells::Absent
                }
            });
            let changed = self.changed.iter().map(|named| {
                FilterTicks::Scattered(
                    scattered(named).into_iter().map(|(_, tick, _)| tick.cast_const()).collect(),
                )
            });
            let added = self.added.iter().map(|named| {
                FilterTicks::Scattered(
                    scattered(named).into_iter().map(|(_, _, tick)| tick.cast_const()).collect(),
                )
            });
            let segment = rows.segment(used);
            segment.entities = table.entities().as_ptr().cast();
            segment.len = archetype.len();
            let listed = archetype.entities().iter().map(|entity| entity.table_row().index() as u32);
            segment.rows = Some(listed.collect());
            segment.columns.extend(columns);
            segment.filters.extend(changed.chain(added));
            locator.add(id.index());
            used += 1;
        }
        rows.segments.truncate(used);
    }
}

impl ColumnAccess {
    pub(super) fn new(named: Named, write: bool) -> ColumnAccess {
        ColumnAccess { named, write, stride: 0, ctype: None, source: None }
    }

    /// Learns the C type from a live value.
    ///
    /// # Safety
    /// The cells are of a segment that has a row, and may be read.
    unsafe fn learn(&mut self, vm: &mut Vm, shared: &Shared, cells: &Cells) -> Result<(), Raised> {
        if self.ctype.is_some() {
            return Ok(());
        }
        let first = match cells {
            Cells::Absent => return Ok(()),
            Cells::Dense { data, .. } => *data,
            Cells::Scattered(places) => places[0].0,
        };
        // SAFETY: by contract.
        self.ctype = unsafe { ctype_at(vm, shared, self.named.origin, first)? };
        match self.ctype {
            Some(_) => Ok(()),
            None => Err(vm.error(not_reflected(Category::Component, &self.named.name))),
        }
    }

    fn describe(&mut self, vm: &mut Vm, borrower: &str) -> Column {
        let named = &self.named;
        let rule = if self.write { WriteRule::Allowed } else { WriteRule::NotDeclared };
        let source =
            *self.source.get_or_insert_with(|| source(vm, Category::Component, named, rule, borrower));
        // A type without rows is never looked at.
        let unseen = perilune::ffi::ctype::Scalar::U8.into();
        Column { ctype: self.ctype.unwrap_or(unseen), source }
    }
}

/// What views of a component say about themselves.
pub(crate) fn source(
    vm: &mut Vm,
    category: Category,
    named: &Named,
    rule: WriteRule,
    borrower: &str,
) -> SourceId {
    vm.ffi.lending.source(Source {
        category: category.word(),
        name: named.name.clone(),
        borrower: borrower.to_owned(),
        rule,
    })
}

/// The C type of the value at an address.
///
/// # Errors
/// When the VM's memory limit is reached.
///
/// # Safety
/// The address is that of a live value of the type, which may be read.
pub(crate) unsafe fn ctype_at(
    vm: &mut Vm,
    shared: &Shared,
    origin: Origin,
    address: *mut u8,
) -> Result<Option<CTypeId>, Raised> {
    let type_id = match origin {
        Origin::Lua(ctype) => return Ok(Some(ctype)),
        Origin::Rust(type_id) => type_id,
    };
    if let Some(known) = shared.layout(type_id) {
        return Ok(Some(known));
    }
    let from_ptr = shared.registry.read().get_type_data::<ReflectFromPtr>(type_id).cloned();
    let (Some(from_ptr), Some(address)) = (from_ptr, std::ptr::NonNull::new(address)) else {
        return Ok(None);
    };
    // SAFETY: by contract; the reflection data is the type's own.
    let value = unsafe { from_ptr.as_reflect(Ptr::new(address)) };
    layout::ctype_of(vm, shared, value).map(Some)
}
