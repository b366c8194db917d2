//! Where the value of a component is, and its change tick.

#![allow(unsafe_code, reason = "reads raw columns of the ECS storages")]

use std::cell::UnsafeCell;

use bevy_ecs::change_detection::Tick;
use bevy_ecs::component::{ComponentId, StorageType};
use bevy_ecs::entity::{Entity, EntityLocation};
use bevy_ecs::storage::{Table, TableRow};
use bevy_ecs::world::unsafe_world_cell::UnsafeWorldCell;

// A change tick is written as a plain word.
const _: () = assert!(size_of::<Tick>() == 4 && align_of::<Tick>() == 4);

/// The address of a tick, as the VM writes it.
pub(crate) fn tick_address(tick: &UnsafeCell<Tick>) -> *mut u32 {
    tick.get().cast()
}

/// A tick's word.
pub(crate) fn tick_word(tick: Tick) -> u32 {
    tick.get()
}

/// The first value, first changed tick and first added tick of a table's column; `None` when the table has no such column
/// or no rows.
pub(crate) fn column(
    world: UnsafeWorldCell<'_>,
    table: &Table,
    id: ComponentId,
) -> Option<(*mut u8, *mut u32, *mut u32)> {
    let first = first_row(world, table)?;
    // SAFETY: a row of this table.
    unsafe { column_from(table, first, id) }
}

/// The same from a row on that is known already.
///
/// # Safety
/// The table has the row.
pub(super) unsafe fn column_from(
    table: &Table,
    first: TableRow,
    id: ComponentId,
) -> Option<(*mut u8, *mut u32, *mut u32)> {
    let column = table.get_column(id)?;
    // SAFETY: by contract.
    unsafe {
        Some((
            column.get_data_unchecked(first).as_ptr(),
            tick_address(column.get_changed_tick_unchecked(first)),
            tick_address(column.get_added_tick_unchecked(first)),
        ))
    }
}

/// The row of a table's first entity, if it has one.
pub(super) fn first_row(world: UnsafeWorldCell<'_>, table: &Table) -> Option<TableRow> {
    let entity = *table.entities().first()?;
    Some(world.get_entity(entity).ok()?.location().table_row)
}

/// The value of an entity's component with its changed and added ticks.
///
/// # Safety
/// The caller has access to the component, and uses the addresses while nothing changes the structure of the world.
pub(crate) unsafe fn cell(
    world: UnsafeWorldCell<'_>,
    entity: Entity,
    location: EntityLocation,
    id: ComponentId,
    storage: StorageType,
) -> Option<(*mut u8, *mut u32, *mut u32)> {
    // SAFETY: only this component's values are reached below, to which the caller has access.
    let storages = unsafe { world.storages() };
    match storage {
        StorageType::Table => {
            let column = storages.tables.get(location.table_id)?.get_column(id)?;
            // SAFETY: the location is the entity's, so the row exists.
            unsafe {
                Some((
                    column.get_data_unchecked(location.table_row).as_ptr(),
                    tick_address(column.get_changed_tick_unchecked(location.table_row)),
                    tick_address(column.get_added_tick_unchecked(location.table_row)),
                ))
            }
        }
        StorageType::SparseSet => {
            let (data, ticks) = storages.sparse_sets.get(id)?.get_with_ticks(entity)?;
            Some((data.as_ptr(), tick_address(ticks.changed), tick_address(ticks.added)))
        }
    }
}

/// The value of a resource and its changed tick.
///
/// # Safety
/// As [`cell`].
pub(crate) unsafe fn resource(world: UnsafeWorldCell<'_>, id: ComponentId) -> Option<(*mut u8, *mut u32)> {
    // SAFETY: reads the entity a resource lives on, no resource.
    let entity = unsafe { world.resource_entities() }.get(id)?;
    let location = world.get_entity(entity).ok()?.location();
    let storage = world.components().get_info(id)?.storage_type();
    // SAFETY: by contract.
    let (data, changed, _) = unsafe { cell(world, entity, location, id, storage) }?;
    Some((data, changed))
}
