//! The phases of a collection, and the loop that runs their units.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::budget::{Budget, Meter, Unit, WorstCosts, thread_cpu_time};
use super::mark::{WeakLoads, Work};
use super::pacer::{Drive, Frame, FrameBudget};
use super::stats::{CycleStart, SliceRecord};
use super::{Heap, OutOfMemory};
use crate::activity::Activity;
use crate::function::Upvalue;
use crate::table::Table;
use crate::thread::Thread;
use crate::value::Gc;

macro_rules! phases {
    ($($(#[doc = $doc:literal])+ $name:ident $label:literal,)+) => {
        /// Where a collection stands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Phase { $($(#[doc = $doc])+ $name,)+ }

        impl Phase {
            /// Every phase, in order.
            pub const ALL: &'static [Phase] = &[$(Phase::$name,)+];

            /// Its name, for reports.
            pub fn name(self) -> &'static str {
                match self { $(Phase::$name => $label,)+ }
            }
        }
    };
}

phases! {
    /// No collection is under way.
    Idle "idle",
    /// Marking what the snapshot reaches.
    Mark "mark",
    /// Separating unreachable objects with a finalizer.
    Separate "separate",
    /// Marking what those objects reach.
    Resurrect "resurrect",
    /// Clearing dead entries of weak tables.
    ClearWeak "clear weak",
    /// Closing the variables of dead coroutines.
    Threads "threads",
    /// Dropping shapes no table has.
    Shapes "shapes",
    /// Sweeping blocks.
    Sweep "sweep",
    /// Looking through the intern table, when arenas are to be given back or it is mostly empty.
    Strings "strings",
}

/// Attempts to mark per unit.
pub(super) const MARKS: usize = 256;
/// List entries per unit.
pub(super) const ENTRIES: usize = 256;
/// Weak entries, buckets or coroutines per unit.
pub(super) const LINKS: usize = 64;
/// What a weak table counts for besides its entries.
pub(super) const TABLE_STEPS: usize = 8;
/// Shapes per unit: a dead one is taken out of its parent's list and its key list.
const SHAPES: usize = 16;

/// Under stress, safe points between two collections for so many slots of the running stack, which each snapshot scans whole.
const STRESS_PAUSE_SLOTS: u32 = 1024;
/// Heaps of up to this many cells are verified in every cycle when that is on.
const VERIFIED_CELLS: usize = 4096;
/// Pieces of tables made weak, or strong again, when a cycle starts without frames.
const WEAKNESS_CHANGES: usize = 64;

/// What keeps memory in reserve, and gives back a piece of it.
const RESERVES: [fn(&mut Heap) -> bool; 12] = [
    |heap| heap.marker.drop_a_copy(),
    |heap| heap.marker.gray.drop_a_spare(),
    |heap| heap.marker.work.drop_a_spare(),
    |heap| heap.marker.inbox.get_mut().drop_a_spare(),
    |heap| heap.finalizers.listed.drop_a_spare(),
    |heap| heap.finalizers.batch.drop_a_spare(),
    |heap| heap.finalizers.pending.drop_a_spare(),
    |heap| heap.finalizers.drops.drop_a_spare(),
    |heap| heap.threads.drop_a_spare(),
    |heap| heap.weak_tables.drop_a_spare(),
    |heap| heap.weakness_changes.drop_a_spare(),
    |heap| heap.strings.drop_a_spare(&heap.memory.pages),
];

/// The state of the collection under way.
pub(crate) struct Cycle {
    pub(crate) phase: Phase,
    /// Counts cycles, from 1 on.
    pub(crate) number: u32,
    pub(crate) weak_loads: WeakLoads,
    /// Tables that became weak during this cycle, in which they count as strong.
    pub(crate) kept_strong: HashSet<usize>,
    pub(crate) worst: WorstCosts,
    /// The position in the list the phase works on.
    cursor: usize,
    /// Where elements kept so far end.
    kept: usize,
    /// The position within the weak table at `cursor`; of the reserve at hand.
    inner: u32,
    pub(crate) freed_bytes: usize,
    pub(crate) kept_bytes: usize,
    /// Bytes ever allocated when it started.
    acquired_at_start: u64,
    /// Units done since the snapshot.
    pub(crate) units: u64,
    /// The most steps a unit of each kind took.
    pub(crate) longest_units: [usize; Unit::ALL.len()],
}

impl Cycle {
    pub(crate) fn new() -> Cycle {
        Cycle {
            phase: Phase::Idle,
            number: 0,
            weak_loads: WeakLoads::Plain,
            kept_strong: HashSet::new(),
            worst: WorstCosts::default(),
            cursor: 0,
            kept: 0,
            inner: 0,
            freed_bytes: 0,
            kept_bytes: 0,
            acquired_at_start: 0,
            units: 0,
            longest_units: [0; Unit::ALL.len()],
        }
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.cursor = 0;
        self.kept = 0;
        self.inner = 0;
    }
}

impl Heap {
    /// The phase of the collection.
    pub fn phase(&self) -> Phase {
        self.cycle.phase
    }

    /// Takes the snapshot: from here on what is reachable now is kept, whatever stores follow. Only at a safe
    /// point; the running coroutine's `top` must be up to date. How many steps it took: see [`CycleStart`].
    ///
    /// # Panics
    /// When a collection is under way.
    pub fn start_cycle(&mut self) -> u64 {
        assert_eq!(self.cycle.phase, Phase::Idle, "a collection starts when the last one has ended");
        if self.pacer.drive == Drive::Debt {
            self.change_weakness(WEAKNESS_CHANGES);
        }
        self.cycle.number += 1;
        self.cycle.enter(Phase::Mark);
        self.cycle.units = 1;
        self.cycle.acquired_at_start = self.memory.acquired;
        self.cycle.freed_bytes = 0;
        self.cycle.kept_bytes = 0;
        self.cycle.weak_loads = WeakLoads::Shade;
        self.marking = true;
        self.marker.marked = 0;
        let mut steps = self.memory.begin_marking();
        self.shapes.start_marking();
        self.stats.cycle_started(self.memory.used);
        let roots = &self.roots;
        let tables = [roots.globals, roots.registry].into_iter().chain(roots.type_metatables).flatten();
        for table in tables {
            self.marker.mark_cell(table.addr());
        }
        for name in &roots.meta_names {
            self.marker.mark_leaf(name.addr());
        }
        if let Some(raised) = roots.raised {
            self.marker.mark_value(raised);
        }
        if let Some(main) = roots.main_thread {
            self.marker.mark_cell(main.addr());
        }
        self.marker.work.push(Work::Handles { next: 0 });
        self.marker.work.push(Work::Pinned { next: 0 });
        self.marker.work.push(Work::Pending { next: 0 });
        // Those that are alive are found again as they are traced; waiting keeps none alive.
        self.weakness_changes.truncate(0);
        if let Some(current) = self.roots.current_thread {
            // SAFETY: a live thread.
            let initialised = || unsafe { (*current.as_ptr()).initialised };
            let before = initialised();
            self.scan_thread_now(current);
            steps += u64::from(before - initialised().min(before));
            self.stress_pause = initialised() / STRESS_PAUSE_SLOTS;
        }
        steps + self.marker.marked
    }

    /// Runs units of the collection under way until the budget is used up or the collection ends.
    pub fn step(&mut self, budget: Budget) -> SliceRecord {
        self.slice(FrameBudget { budget, raised: false }, false)
    }

    /// Takes a snapshot if asked to, then runs units; both are part of the slice.
    fn slice(&mut self, FrameBudget { budget, raised }: FrameBudget, start_cycle: bool) -> SliceRecord {
        let start = Instant::now();
        let cpu_start = thread_cpu_time(start);
        let mut meter = Meter::with_clock(budget, self.stats.gap_clock);
        while !self.cycle_active()
            && !self.weakness_changes.is_empty()
            && meter.allows(Unit::Weak, &self.cycle.worst)
        {
            self.change_weakness(1);
            meter.spend(Unit::Weak, 1, &mut self.cycle.worst);
        }
        let cycle_start = start_cycle.then(|| {
            let begun = self.stats.gap_clock.now();
            let steps = self.start_cycle();
            let time = self.stats.gap_clock.now().saturating_sub(begun);
            meter.look();
            CycleStart { time, steps }
        });
        let phase = self.cycle.phase;
        self.run(&mut meter);
        let record = SliceRecord {
            cpu: thread_cpu_time(start).saturating_sub(cpu_start),
            wall: start.elapsed(),
            budget,
            phase,
            units: meter.units_done(),
            steps: meter.steps(),
            gap: meter.gap(),
            in_units: meter.in_units(),
            raised,
            cycle_start,
        };
        self.stats.slice(&record);
        for (total, time) in self.stats.unit_time.iter_mut().zip(meter.time_by_kind()) {
            *total += *time;
        }
        record
    }

    /// Ends the collection under way, whatever it takes.
    pub fn finish_cycle(&mut self) {
        self.run(&mut Meter::new(Budget::Unlimited));
    }

    /// Runs units without timing them.
    pub(crate) fn step_units(&mut self, units: u64) {
        self.run(&mut Meter::new(Budget::Units(units)));
    }

    /// Makes tables weak, or strong again, whose metatable was found to ask for it, in up to `count` pieces. The tables are alive: they were
    /// marked in the last cycle, or are what a script has had in its hands since.
    pub(crate) fn change_weakness(&mut self, count: usize) {
        if self.cycle_active() {
            return;
        }
        for _ in 0..count {
            let Some(table) = self.weakness_changes.pop() else { return };
            match self.change_weakness_of(table) {
                Ok(true) => {}
                Ok(false) => self.weakness_changes.push(table),
                // Without memory they stay as they are; the next cycle notices again.
                Err(OutOfMemory) => self.weakness_changes.truncate(0),
            }
        }
    }

    /// Whether the table is what its metatable asks for.
    fn change_weakness_of(&mut self, table: usize) -> Result<bool, OutOfMemory> {
        // SAFETY: see above.
        let table = unsafe { Gc::<Table>::from_ptr(table as *mut Table) };
        let weakness = table.metatable().map_or(0, |meta| meta.weakness(self));
        let added = weakness & !table.weak_flags();
        if added == 0 {
            table.stop_turning_weak();
        } else if !table.turn_weak(self, weakness | table.weak_flags())? {
            return Ok(false);
        }
        table.set_weakness(self, weakness)?;
        Ok(true)
    }

    /// Has a large table become weak in pieces.
    pub(crate) fn turn_weak_later(&mut self, table: Gc<Table>) {
        self.weakness_changes.push(table.addr());
    }

    pub(super) fn run(&mut self, meter: &mut Meter) {
        let mut worst = std::mem::take(&mut self.cycle.worst);
        let before = self.activity.replace(Activity::Collector);
        while self.cycle.phase != Phase::Idle {
            let unit = match self.cycle.phase {
                Phase::Idle | Phase::Mark | Phase::Resurrect => Unit::Mark,
                Phase::Separate => Unit::Finalizers,
                Phase::ClearWeak => Unit::Weak,
                Phase::Threads | Phase::Shapes | Phase::Strings => Unit::Unlink,
                Phase::Sweep => Unit::Sweep,
            };
            if !meter.allows(unit, &worst) {
                break;
            }
            meter.enters(self.cycle.phase);
            let steps = self.phase_unit();
            self.cycle.longest_units[unit as usize] = self.cycle.longest_units[unit as usize].max(steps);
            self.cycle.units += 1;
            meter.spend(unit, steps, &mut worst);
        }
        self.activity.restore(before);
        self.cycle.worst = worst;
    }

    /// Does one unit; of how many steps. [`Unit::most_steps`] has the bound of each kind.
    fn phase_unit(&mut self) -> usize {
        match self.cycle.phase {
            Phase::Idle => 0,
            Phase::Mark => {
                let (steps, done) = self.mark_unit();
                if done {
                    if self.verifies_this_cycle() {
                        self.verify_marks();
                    }
                    // What weak tables hold and nobody reaches is dead from here on.
                    self.cycle.weak_loads = WeakLoads::Filter;
                    self.cycle.enter(Phase::Separate);
                }
                steps
            }
            Phase::Separate => {
                let before = self.cycle.cursor;
                let done = self.finalizers.separate(&mut self.cycle.cursor, &mut self.cycle.kept, ENTRIES);
                let steps = self.cycle.cursor - before;
                if done {
                    self.cycle.enter(Phase::Resurrect);
                }
                steps
            }
            Phase::Resurrect => {
                let (steps, done) = self.resurrect_unit();
                if done {
                    self.marking_ended();
                    self.cycle.enter(Phase::ClearWeak);
                }
                steps
            }
            Phase::ClearWeak => {
                let (steps, done) = self.clear_weak_unit();
                if done {
                    self.weak_tables.truncate(0);
                    self.cycle.weak_loads = WeakLoads::Plain;
                    self.cycle.enter(Phase::Threads);
                }
                steps
            }
            Phase::Threads => {
                if self.drop_a_spare() {
                    return 1;
                }
                let (steps, done) = self.threads_unit();
                if done {
                    self.cycle.enter(Phase::Shapes);
                }
                steps
            }
            Phase::Shapes => {
                let before = self.shapes.bytes();
                let done = self.shapes.sweep_step(SHAPES);
                self.remove_external(before - self.shapes.bytes());
                if done {
                    self.memory.begin_sweep();
                    self.strings.sweep_begins();
                    self.cycle.enter(Phase::Sweep);
                }
                SHAPES
            }
            Phase::Sweep => {
                let (drops, strings) = (&mut self.finalizers.drops, &mut self.strings);
                match self.memory.sweep_next(&mut |cell| drops.push(cell), |cell| strings.unlink(cell)) {
                    Some(swept) => {
                        self.cycle.freed_bytes += swept.freed;
                        self.cycle.kept_bytes += swept.kept;
                        return swept.steps;
                    }
                    None => {
                        self.strings.sweep_ended(self.memory.live_leaves);
                        if self.memory.choose_leaving() || self.strings.is_mostly_empty() {
                            self.cycle.enter(Phase::Strings);
                        } else {
                            self.cycle_ended();
                        }
                    }
                }
                1
            }
            Phase::Strings => self.strings_unit(),
        }
    }

    /// Marks until there have been [`MARKS`] attempts; how many there were, and whether nothing is gray any more.
    fn mark_unit(&mut self) -> (usize, bool) {
        let mut attempts = 0;
        while attempts < MARKS {
            if let Some(cell) = self.marker.next_cell() {
                // SAFETY: gray cells are live and initialised: they were reachable when they were marked.
                attempts += 1 + unsafe { self.trace(cell) };
            } else if let Some(thread) = self.marker.next_thread() {
                // SAFETY: as above, and a coroutine.
                attempts += 1 + unsafe { self.trace_thread(thread) };
            } else if let Some(work) = self.marker.work.pop() {
                attempts += 1 + self.advance(work);
            } else {
                let taken = self.marker.take_inbox(MARKS);
                if taken == 0 {
                    return (attempts, true);
                }
                attempts += taken;
            }
        }
        (attempts, false)
    }

    /// Large heaps are not verified in every cycle, which would take for ever under stress.
    fn verifies_this_cycle(&self) -> bool {
        self.verify && self.cycle.number.is_multiple_of(1 + (self.verified_cells / VERIFIED_CELLS) as u32)
    }

    fn resurrect_unit(&mut self) -> (usize, bool) {
        if self.finalizers.batch_is_empty() {
            return self.mark_unit();
        }
        (self.finalizers.queue_batch(MARKS, &mut self.marker), false)
    }

    fn marking_ended(&mut self) {
        self.marking = false;
        self.cycle.kept_strong.clear();
        // Method caches hold references that are not traced; those of this epoch end here.
        self.method_epoch = self.method_epoch.wrapping_add(1);
        self.shapes.start_sweep();
    }

    fn clear_weak_unit(&mut self) -> (usize, bool) {
        let mut steps = 0;
        while steps < LINKS {
            if self.cycle.cursor == self.weak_tables.len() {
                return (steps, true);
            }
            let table = self.weak_tables.get(self.cycle.cursor);
            // SAFETY: listed while marking, so marked and live.
            let table = unsafe { Gc::<Table>::from_ptr(table as *mut Table) };
            let is_dead = |value, is_key| self.is_dead(value, is_key);
            let (next, looked_at) =
                table.clear_dead_entries(self.cycle.inner, (LINKS - steps) as u32, is_dead);
            // Coming to a table's entries takes longer than looking at one.
            steps += TABLE_STEPS + looked_at as usize;
            self.cycle.inner = next.unwrap_or(0);
            self.cycle.cursor += usize::from(next.is_none());
        }
        (steps, false)
    }

    /// Looks through the intern table, then gives back what it does not refer to any more, and makes it smaller.
    fn strings_unit(&mut self) -> usize {
        let before = self.cycle.cursor;
        if !self.strings.clean(&self.memory, &mut self.cycle.cursor, LINKS) || self.cycle.cursor > before {
            return self.cycle.cursor - before;
        }
        if self.memory.give_back_leaving() {
            return 1;
        }
        let merged = self.strings.shrink(&mut self.memory.pages, LINKS);
        if merged == 0 {
            self.cycle_ended();
        }
        merged
    }

    /// Gives back a piece of what lists have in reserve and this cycle did not need; whether there was one.
    fn drop_a_spare(&mut self) -> bool {
        while let Some(drop_from) = RESERVES.get(self.cycle.inner as usize) {
            if drop_from(self) {
                return true;
            }
            self.cycle.inner += 1;
        }
        false
    }

    /// Takes dead coroutines off the list, closing their variables: closures may outlive the stack.
    fn threads_unit(&mut self) -> (usize, bool) {
        let cycle = &mut self.cycle;
        let mut steps = LINKS;
        while cycle.cursor < self.threads.len() && steps > 0 {
            let thread = self.threads.get(cycle.cursor);
            // SAFETY: listed since it was made, and not swept yet.
            unsafe {
                if super::block::is_marked(thread as usize) {
                    self.threads.set(cycle.kept, thread);
                    cycle.kept += 1;
                    cycle.cursor += 1;
                    steps -= 1;
                } else {
                    steps = steps.saturating_sub(close_upvalues(thread, steps));
                    if (*thread).open_upvalues.is_null() {
                        cycle.cursor += 1;
                        steps = steps.saturating_sub(1);
                    }
                }
            }
        }
        if cycle.cursor < self.threads.len() {
            return (LINKS - steps, false);
        }
        self.threads.truncate(cycle.kept);
        (LINKS - steps, true)
    }

    fn cycle_ended(&mut self) {
        self.cycle.enter(Phase::Idle);
        self.stats.cycle_ended(&self.cycle, self.marker.marked);
        let time = self.stats.last_cycle.map_or(Duration::ZERO, |cycle| cycle.cpu);
        let meanwhile = (self.memory.acquired - self.cycle.acquired_at_start) as usize;
        self.pacer.cycle_ended(self.used(), meanwhile, time);
        if self.verifies_this_cycle() {
            self.verify_heap();
        }
    }

    /// Whether a collection is under way.
    pub fn cycle_active(&self) -> bool {
        self.cycle.phase != Phase::Idle
    }

    /// A frame's slice, when no Lua runs: starts a collection if one is due, and runs units. `slack` is time the host has left beyond the
    /// budget, to be used when allocation outruns that.
    pub fn frame_step(&mut self, budget: Budget, slack: Duration) -> SliceRecord {
        if std::mem::replace(&mut self.pacer.drive, Drive::Frames) == Drive::Debt {
            // Starting its thread takes a tenth of a millisecond, which some frame's script would wait for.
            self.memory.meet_releaser();
        }
        let used = self.used();
        let budget = self.pacer.frame_budget(&Frame {
            budget,
            slack,
            acquired: self.memory.acquired,
            used,
            waited: self.stats.stalls.between_slices(),
            spent: self.cycle_active().then(|| self.stats.cycle_time()),
        });
        let is_due = std::mem::take(&mut self.emergency) || self.requested || self.pacer.wants_cycle(used);
        let start_cycle = is_due && !self.cycle_active();
        self.requested &= !start_cycle;
        let record = self.slice(budget, start_cycle);
        self.settle_debt();
        record
    }
}

/// Closes up to `count` variables of a dead coroutine; how many it was.
unsafe fn close_upvalues(thread: *mut Thread, count: usize) -> usize {
    for done in 0..count {
        // SAFETY: the list holds cells that have not been swept, and the stack is still there.
        unsafe {
            let upvalue: *mut Upvalue = (*thread).open_upvalues;
            if upvalue.is_null() {
                return done;
            }
            (*thread).open_upvalues = (*upvalue).next_open;
            (*upvalue).closed = *(*upvalue).location;
            (*upvalue).location = &raw mut (*upvalue).closed;
            (*upvalue).next_open = std::ptr::null_mut();
        }
    }
    count
}
