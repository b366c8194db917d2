//! One run of a script system: what the functions scripts call may reach while it lasts.

#![allow(unsafe_code, reason = "erases the lifetime of the world for the length of a run")]

use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};

use bevy_ecs::change_detection::Tick;
use bevy_ecs::entity::Entity;
use bevy_ecs::system::Commands;
use bevy_ecs::world::unsafe_world_cell::UnsafeWorldCell;
use bevy_ecs::world::{CommandQueue, World};
use perilune::ffi::rows::Locate;
use perilune::vm::Vm;

use super::context::{Named, context};
use super::storage::tick_word;

/// What a run has borrowed, and who: a system keeps one for all its runs, and hands it to each.
pub(crate) struct Lease {
    /// Who runs: "system 'move'".
    pub(crate) borrower: Arc<str>,
    /// The components that were declared, and whether they may be written.
    pub(crate) components: Vec<(Named, bool)>,
    /// Tells which entities match the declaration.
    pub(crate) locator: Locator,
}

impl Lease {
    /// Of a run without a declaration.
    pub(crate) fn of(borrower: Arc<str>) -> Lease {
        Lease { borrower, components: Vec::new(), locator: Locator::default() }
    }
}

/// Finds the segment and row of an entity among what a query matched.
#[derive(Default)]
pub(crate) struct Locator {
    /// The world, for the length of the run.
    world: Option<UnsafeWorldCell<'static>>,
    /// Whether segments are archetypes, not tables.
    pub(crate) by_archetype: bool,
    /// The index of each segment's table or archetype.
    matched: Vec<u32>,
    /// The same the other way round, `NONE` for what is not matched: once somebody asks, which most runs do not.
    segments: OnceLock<Vec<u32>>,
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
        self.matched.clear();
        self.segments.take();
    }

    /// The next segment is this table or archetype.
    pub(crate) fn add(&mut self, index: usize) {
        self.matched.push(index as u32);
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
        let segments = self.segments.get_or_init(|| {
            let count = self.matched.iter().max().map_or(0, |last| *last as usize + 1);
            let mut segments = vec![Self::NONE; count];
            for (segment, index) in (0..).zip(&self.matched) {
                segments[*index as usize] = segment;
            }
            segments
        });
        let segment = *segments.get(index)?;
        (segment != Self::NONE).then_some((segment, row as u32))
    }
}

impl Locate for Locator {
    fn locate(&self, bits: u64) -> Option<(u32, u32)> {
        self.find(bits)
    }
}

/// Finds an entity among what the query of the run under way matched.
pub(super) fn find_in_run(vm: &mut Vm, bits: u64) -> Option<(u32, u32)> {
    context(vm).run.as_ref()?.lease.locator.find(bits)
}

/// A run of a system or driver. In the VM's context while it lasts.
pub(crate) struct Run {
    /// The world. Lives as long as the run, not longer.
    pub(crate) world: UnsafeWorldCell<'static>,
    /// Where structural changes go.
    pub(crate) commands: NonNull<Commands<'static, 'static>>,
    /// What was declared, and by whom.
    pub(crate) lease: Box<Lease>,
    /// It has the world to itself, and may touch what it has not declared.
    pub(crate) is_exclusive: bool,
    /// What is newer has changed since it ran last, or since the last frame.
    pub(crate) last_run: Tick,
}

// SAFETY: a run is used by the thread that holds the VM, between `with_run` putting it into the context and taking it out.
unsafe impl Send for Run {}

impl Run {
    /// # Safety
    /// World and commands outlive the run. The caller has the access of the `lease`, or the world to itself.
    pub(crate) unsafe fn new(
        world: UnsafeWorldCell<'_>,
        commands: &mut Commands<'_, '_>,
        lease: Box<Lease>,
        is_exclusive: bool,
        last_run: Tick,
    ) -> Run {
        Run {
            // SAFETY: the lifetime is only erased; the run ends before it, by contract.
            world: unsafe { erase(world) },
            commands: NonNull::from(commands).cast(),
            lease,
            is_exclusive,
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

impl End<'_> {
    fn end(&mut self) -> Option<Run> {
        self.0.ffi.lending.expire();
        context(self.0).run.take()
    }
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

/// Calls `f` with a run in the VM's context, and gives back what it had borrowed. Writes leave `this_run`; views lent in it expire when it ends.
pub(crate) fn with_run<R>(
    vm: &mut Vm,
    run: Run,
    this_run: Tick,
    f: impl FnOnce(&mut Vm) -> R,
) -> (R, Option<Box<Lease>>) {
    vm.ffi.lending.set_tick(tick_word(this_run));
    context(vm).run = Some(run);
    let mut end = End(vm);
    let result = f(&mut *end.0);
    let run = end.end();
    // It has ended once.
    std::mem::forget(end);
    (result, run.map(|run| run.lease))
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
    let run = unsafe { Run::new(cell, &mut commands, Box::new(Lease::of(borrower)), true, last_run) };
    let (result, _) = with_run(vm, run, this_run, f);
    // Components that the run declared are wanted by its commands.
    world.flush();
    queue.apply(world);
    result
}
