//! One run of a script system: what the functions scripts call may reach while it lasts.

#![allow(unsafe_code, reason = "erases the lifetime of the world for the length of a run")]

use std::ptr::NonNull;
use std::sync::Arc;

use bevy_ecs::change_detection::Tick;
use bevy_ecs::entity::Entity;
use bevy_ecs::system::Commands;
use bevy_ecs::world::unsafe_world_cell::UnsafeWorldCell;
use bevy_ecs::world::{CommandQueue, World};
use perilune::ffi::rows::Locate;
use perilune::vm::Vm;

use super::context::{Named, context};
use super::storage::tick_word;

/// What a run may touch by entity.
#[derive(Clone)]
pub(crate) enum Scope {
    /// Every component and resource: the run has the world to itself.
    Everything,
    /// What was declared, of the entities that match.
    Declared(Arc<Declared>),
}

/// The declared components of a run. A system keeps one for all its runs, and fills it for each.
#[derive(Clone, Default)]
pub(crate) struct Declared {
    /// The components, and whether they may be written.
    pub(crate) components: Vec<(Named, bool)>,
    /// Tells which entities match.
    pub(crate) locator: Locator,
}

/// Finds the segment and row of an entity among what a query matched.
#[derive(Clone, Default)]
pub(crate) struct Locator {
    /// The world, for the length of the run.
    world: Option<UnsafeWorldCell<'static>>,
    /// Whether segments are archetypes, not tables.
    pub(crate) by_archetype: bool,
    /// By table or archetype index: the segment, `NONE` when not matched.
    segments: Vec<u32>,
}

impl Locator {
    /// Not matched.
    const NONE: u32 = u32::MAX;

    /// Begins anew, with nothing matched.
    ///
    /// # Safety
    /// Nobody asks it after the world's lifetime.
    pub(crate) unsafe fn begin(&mut self, world: UnsafeWorldCell<'_>, by_archetype: bool) {
        // SAFETY: by contract.
        self.world = Some(unsafe { erase(world) });
        self.by_archetype = by_archetype;
        self.segments.clear();
    }

    /// A table or archetype, by its index, is this segment.
    pub(crate) fn add(&mut self, index: usize, segment: usize) {
        if self.segments.len() <= index {
            self.segments.resize(index + 1, Self::NONE);
        }
        self.segments[index] = segment as u32;
    }

    /// The segment of an entity and its place in there.
    pub(crate) fn find(&self, bits: u64) -> Option<(u32, u32)> {
        let entity = Entity::try_from_bits(bits)?;
        let location = self.world?.get_entity(entity).ok()?.location();
        let (index, row) = if self.by_archetype {
            (location.archetype_id.index(), location.archetype_row.index())
        } else {
            (location.table_id.as_usize(), location.table_row.index())
        };
        let segment = *self.segments.get(index)?;
        (segment != Self::NONE).then_some((segment, row as u32))
    }
}

impl Locate for Locator {
    fn locate(&self, bits: u64) -> Option<(u32, u32)> {
        self.find(bits)
    }
}

impl Locate for Declared {
    fn locate(&self, bits: u64) -> Option<(u32, u32)> {
        self.locator.find(bits)
    }
}

/// A run of a system or driver. In the VM's context while it lasts.
pub(crate) struct Run {
    /// The world. Lives as long as the run, not longer.
    pub(crate) world: UnsafeWorldCell<'static>,
    /// Where structural changes go.
    pub(crate) commands: NonNull<Commands<'static, 'static>>,
    /// What may be touched.
    pub(crate) scope: Scope,
    /// Who runs: "system 'move'".
    pub(crate) borrower: Arc<str>,
    /// What is newer has changed since it ran last, or since the last frame.
    pub(crate) last_run: Tick,
}

// SAFETY: a run is used by the thread that holds the VM, between `with_run` putting it into the context and taking it out.
unsafe impl Send for Run {}

impl Run {
    /// # Safety
    /// World and commands outlive the run, whose `scope` is access the caller has.
    pub(crate) unsafe fn new(
        world: UnsafeWorldCell<'_>,
        commands: &mut Commands<'_, '_>,
        scope: Scope,
        borrower: Arc<str>,
        last_run: Tick,
    ) -> Run {
        Run {
            // SAFETY: the lifetime is only erased; the run ends before it, by contract.
            world: unsafe { erase(world) },
            commands: NonNull::from(commands).cast(),
            scope,
            borrower,
            last_run,
        }
    }
}

/// # Safety
/// The result is not used after the world's lifetime.
pub(crate) unsafe fn erase(world: UnsafeWorldCell<'_>) -> UnsafeWorldCell<'static> {
    // SAFETY: only the lifetime differs.
    unsafe { std::mem::transmute::<UnsafeWorldCell<'_>, UnsafeWorldCell<'static>>(world) }
}

/// Ends the run even when what it runs panics: a view must never outlive it.
struct End<'v>(&'v mut Vm);

impl Drop for End<'_> {
    fn drop(&mut self) {
        context(self.0).run = None;
        self.0.ffi.lending.expire();
    }
}

/// Calls `f` with a run in the VM's context. Writes leave `this_run`; views lent in it expire when it ends.
pub(crate) fn with_run<R>(vm: &mut Vm, run: Run, this_run: Tick, f: impl FnOnce(&mut Vm) -> R) -> R {
    vm.ffi.lending.set_tick(tick_word(this_run));
    context(vm).run = Some(run);
    let end = End(vm);
    f(&mut *end.0)
}

/// Calls `f` with a run that may touch everything; structural changes are applied when it returns.
pub(crate) fn run_exclusive<R>(
    world: &mut World,
    vm: &mut Vm,
    borrower: Arc<str>,
    f: impl FnOnce(&mut Vm) -> R,
) -> R {
    let (this_run, last_run) = (world.change_tick(), world.last_change_tick());
    let mut queue = CommandQueue::default();
    let cell = world.as_unsafe_world_cell();
    let mut commands = Commands::new_from_entities(&mut queue, cell.entity_allocator(), cell.entities());
    // SAFETY: both are locals that outlive the run, and the caller has the world to itself.
    let run = unsafe { Run::new(cell, &mut commands, Scope::Everything, borrower, last_run) };
    let result = with_run(vm, run, this_run, f);
    // Components that the run declared are wanted by its commands.
    world.flush();
    queue.apply(world);
    result
}
