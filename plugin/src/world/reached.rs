//! `self.Name` of behaviours, in the usual case: what was found for the last instance of a class says where to look for the next one.
//!
//! Within a run nothing moves, so that a component of one entity leads to those of all entities in the same table. A remembered place is good for
//! the view epoch, which is a run's own.

#![allow(unsafe_code, reason = "lends components inside the access of the run")]

use bevy_ecs::component::StorageType;
use bevy_ecs::entity::{Entity, EntityLocation};
use bevy_ecs::storage::TableId;
use bevy_ecs::world::unsafe_world_cell::UnsafeWorldCell;
use perilune::ffi::ctype::CTypeId;
use perilune::ffi::host::NamedPlace;
use perilune::ffi::view::SourceId;
use perilune::function::NativeFunction;
use perilune::string::LuaString;
use perilune::table::Table;
use perilune::value::{Gc, RawValue};
use perilune::vm::Vm;

use super::access::known_place;
use super::context::context;
use super::storage;

/// How many names are remembered at a time; two with the same place take turns.
const PLACES: usize = 16;

/// What has been reached in this run, by name.
#[derive(Default)]
pub(crate) struct Reached {
    columns: [Option<Column>; PLACES],
    /// Where the entity is that was asked last, which is asked for several components in a row.
    last: Option<Last>,
}

/// An entity, by its bits, and where it is for the length of an epoch.
#[derive(Clone, Copy)]
struct Last {
    epoch: u64,
    bits: u64,
    table: TableId,
    row: usize,
}

/// A component's column in the table of the entity that was last asked for it.
#[derive(Clone, Copy)]
struct Column {
    epoch: u64,
    name: usize,
    /// The class, and its shape: it has nothing of this name.
    class: (usize, u32),
    /// The shape of the instance, and where its entity is, where an instance was asked.
    instance: Option<(u32, u32)>,
    /// Where among the pinned values a view is of the same kind, once a compiled loop has asked.
    like: Option<usize>,
    table: TableId,
    ctype: CTypeId,
    source: SourceId,
    data: *mut u8,
    stride: usize,
    ticks: *mut u32,
}

// SAFETY: the addresses are used only in their epoch, by the thread that has the run.
unsafe impl Send for Column {}

impl Reached {
    fn place(name: Gc<LuaString>) -> usize {
        name.addr() / 32 % PLACES
    }

    /// What is remembered of a name in this epoch, if the class still has nothing of that name.
    #[inline]
    fn get(&self, name: Gc<LuaString>, class: Gc<Table>, epoch: u64) -> Option<Column> {
        self.columns[Reached::place(name)].filter(|column| {
            column.name == name.addr()
                && column.epoch == epoch
                && column.class.0 == class.addr()
                && class.has_shape(column.class.1)
                && class.metatable().is_none()
        })
    }

    /// The row of an entity in this table, if it is there.
    #[inline]
    fn row_in(
        &mut self,
        table: TableId,
        world: UnsafeWorldCell<'_>,
        (bits, epoch): (u64, u64),
    ) -> Option<usize> {
        let last = match self.last {
            Some(last) if last.bits == bits && last.epoch == epoch => last,
            _ => {
                let (_, location) = find(world, bits)?;
                let (table, row) = (location.table_id, location.table_row.index());
                *self.last.insert(Last { epoch, bits, table, row })
            }
        };
        (last.table == table).then_some(last.row)
    }
}

/// The short form of the `__index` function of instances ([`super::access::instance_index`]): something of the class, or a component this
/// borrower has reached before.
pub(super) fn index(vm: &mut Vm, native: Gc<NativeFunction>, args: &[RawValue]) -> Option<RawValue> {
    let &[instance, key] = args else { return None };
    let (instance, name) = (instance.as_table()?, key.as_string()?);
    let class = native.upvalue(0).as_table()?;
    let epoch = vm.ffi.lending.epoch();
    let state = context(vm);
    if let Some(column) = state.reached.get(name, class, epoch)
        && let Some((shape, slot)) = column.instance
        && let Some(run) = &state.run
    {
        let world = run.world;
        // SAFETY: the slot was found in a table of this shape.
        let own = unsafe { instance.get_slot(shape, slot) };
        let bits = own.and_then(|own| vm.ffi.entities.bits(own));
        let state = context(vm);
        if let Some(bits) = bits
            && let Some(row) = state.reached.row_in(column.table, world, (bits, epoch))
        {
            // SAFETY: the table has this row, nothing has moved in the epoch, and the run may reach this component of all entities in the table.
            let view = unsafe {
                vm.lend(
                    column.ctype,
                    column.data.add(row * column.stride),
                    column.ticks.add(row),
                    column.source,
                )
            };
            return Some(view.ok()?.into());
        }
    }
    search(vm, native, (instance, class, name))
}

fn find(world: UnsafeWorldCell<'_>, bits: u64) -> Option<(Entity, EntityLocation)> {
    let entity = Entity::try_from_bits(bits)?;
    Some((entity, world.get_entity(entity).ok()?.location()))
}

/// The same, by name in class and instance.
#[cold]
fn search(
    vm: &mut Vm,
    native: Gc<NativeFunction>,
    (instance, class, name): (Gc<Table>, Gc<Table>, Gc<LuaString>),
) -> Option<RawValue> {
    let own = class.get_str(&vm.heap, name);
    if !own.is_nil() {
        return Some(own);
    }
    if class.metatable().is_some() {
        return None;
    }
    let slot = instance.find_slot(&vm.heap, native.upvalue(1).as_string()?)?;
    let shape = instance.cache_shape(&mut vm.heap);
    // SAFETY: the slot was just found.
    let own = unsafe { instance.get_slot(shape, slot)? };
    let bits = vm.ffi.entities.bits(own)?;
    let (ctype, source, place) = known_place(context(vm), bits, name)?;
    let (data, tick) = place?;
    if class.find_slot(&vm.heap, name).is_none() {
        let class = (class.addr(), class.cache_shape(&mut vm.heap));
        let column = Column {
            epoch: vm.ffi.lending.epoch(),
            name: name.addr(),
            class,
            instance: Some((shape, slot)),
            like: None,
            table: TableId::empty(),
            ctype,
            source,
            data,
            stride: 0,
            ticks: tick,
        };
        remember(vm, bits, name, column);
    }
    // SAFETY: the run's scope has the component, of this entity, until the epoch ends with the run.
    let view = unsafe { vm.lend(ctype, data, tick, source) }.ok()?;
    Some(view.into())
}

/// Remembers the column that a component is in, if it is in one, and whoever may reach one of its values may reach all.
fn remember(vm: &mut Vm, bits: u64, name: Gc<LuaString>, column: Column) -> Option<()> {
    let state = context(vm);
    let run = state.run.as_ref()?;
    let by_table = run.is_exclusive || !run.lease.locator.by_archetype;
    let named = &state.names.get(&name.addr())?.named;
    if !by_table || named.storage != StorageType::Table {
        return None;
    }
    let (_, location) = find(run.world, bits)?;
    // SAFETY: only this component's column is reached, to which the run has access.
    let table = unsafe { run.world.storages() }.tables.get(location.table_id)?;
    let (data, ticks, _) = storage::column(run.world, table, named.id)?;
    let stride = run.world.components().get_info(named.id)?.layout().size();
    let place = &mut state.reached.columns[Reached::place(name)];
    // What is known of it from the other way of asking stays.
    let before = place.filter(|old| {
        (old.epoch, old.name, old.class, old.source)
            == (column.epoch, column.name, column.class, column.source)
    });
    let instance = column.instance.or(before.and_then(|old| old.instance));
    let like = column.like.or(before.and_then(|old| old.like));
    *place = Some(Column { table: location.table_id, data, ticks, stride, instance, like, ..column });
    Some(())
}

/// The place of the component of an entity, for compiled loops, unless the class has something of the name; no view of it is made.
pub(super) fn place(
    vm: &mut Vm,
    native: Gc<NativeFunction>,
    owner: RawValue,
    name: Gc<LuaString>,
) -> Option<NamedPlace> {
    let class = native.upvalue(0).as_table()?;
    let bits = vm.ffi.entities.bits(owner)?;
    let epoch = vm.ffi.lending.epoch();
    let state = context(vm);
    if let Some(column) = state.reached.get(name, class, epoch)
        && let Some(at) = column.like
        && let Some(run) = &state.run
        && let Some(row) = state.reached.row_in(column.table, run.world, (bits, epoch))
    {
        let like = vm.heap.roots.pinned[at].as_cdata()?;
        // SAFETY: as in `index`.
        let (data, tick) = unsafe { (column.data.add(row * column.stride), column.ticks.add(row)) };
        return Some(NamedPlace { data, tick, like });
    }
    search_place(vm, (class, name), bits)
}

/// The same, by name.
#[cold]
fn search_place(vm: &mut Vm, (class, name): (Gc<Table>, Gc<LuaString>), bits: u64) -> Option<NamedPlace> {
    if !class.get_str(&vm.heap, name).is_nil() || class.metatable().is_some() {
        return None;
    }
    let (ctype, source, place) = known_place(context(vm), bits, name)?;
    let (data, tick) = place?;
    let epoch = vm.ffi.lending.epoch();
    let known = context(vm).names.get(&name.addr())?.like;
    let at = match known.filter(|(of, _)| *of == epoch) {
        Some((_, at)) => at,
        None => {
            // SAFETY: the run's scope has the component, of this entity, until the epoch ends with the run.
            let view = unsafe { vm.lend(ctype, data, tick, source) }.ok()?;
            let at = match known {
                Some((_, at)) => {
                    let old = std::mem::replace(&mut vm.heap.roots.pinned[at], view.into());
                    vm.heap.barrier(old);
                    at
                }
                None => {
                    vm.heap.roots.pinned.push(view.into());
                    vm.heap.roots.pinned.len() - 1
                }
            };
            context(vm).names.get_mut(&name.addr())?.like = Some((epoch, at));
            at
        }
    };
    if class.find_slot(&vm.heap, name).is_none() {
        let class = (class.addr(), class.cache_shape(&mut vm.heap));
        let column = Column {
            epoch,
            name: name.addr(),
            class,
            instance: None,
            like: Some(at),
            table: TableId::empty(),
            ctype,
            source,
            data,
            stride: 0,
            ticks: tick,
        };
        remember(vm, bits, name, column);
    }
    let like = vm.heap.roots.pinned[at].as_cdata()?;
    Some(NamedPlace { data, tick, like })
}
