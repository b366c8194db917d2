//! The heap and its collector: non-moving, incremental mark and sweep with a snapshot-at-the-beginning barrier.
//!
//! Every step of a collection is a short **unit** (128 attempts to mark, one block swept, ...), and the collector looks at the clock
//! between any two. That is the whole promise: whatever the heap holds, a slice ends when its budget ends. [`Unit::most_steps`] bounds each kind, and
//! `tests/units.rs` audits that: who adds work to a unit counts it as steps there, and who finds something that may be
//! long gives it a cursor ([`mark::Work`], or a field of `Cycle`).
//!
//! What a script pays between slices is bounded too, to 200 microseconds at a time, and recorded (`probe.rs`). Nothing is copied whole but stacks;
//! large arrays grow in reserved address space; memory goes back to the system on a thread of its own (`release.rs`).
//!
//! # How a collection goes
//!
//! 1. **Snapshot** ([`Heap::start_cycle`]). At a safe point (between instructions of the interpreter, or when no Lua runs) every reference is in
//!    a heap object, a stack slot or a root. The roots become gray, the running stack is scanned whole, and `marking` is set. What is reachable at this
//!    moment is the snapshot, and all of it survives the collection. A running stack that is deep is copied, and the copy is gray.
//! 2. **Mark** (`mark.rs`, `trace.rs`). Gray cells are traced until there are none. Meanwhile the program runs on. It could only
//!    hide a cell of the snapshot from the marker by overwriting the reference through which the marker would have come: so while `marking`, every store into a
//!    heap slot first shades the *old* value ([`Heap::barrier`]). Stacks have no barrier: a coroutine that was not scanned yet is scanned, or its stack
//!    copied, before it runs. Values that move within an array need shading only where they would pass the marker's cursor, towards its
//!    beginning. New cells are born marked. So nothing is ever scanned twice, and when no gray cell is left, marking is over.
//! 3. **Finalizers** (`finalize.rs`). Listed objects that were not reached are put in a queue, and what they refer to is marked too.
//! 4. **Clearing** (`weak`, `cycle.rs`): entries of weak tables; variables of dead coroutines; shapes without tables. Whatever could lead to a
//!    dead cell without being a reference is cut here, but for the intern table, which leads to strings only: it is cleared (`intern.rs`)
//!    after everything else has been swept, since that takes long and the rest is most of the garbage. Until then strings are born marked.
//! 5. **Sweep** (`memory.rs`). Blocks are swept one at a time, also by the allocator when it needs room. Sweeping compares two bitmaps; it follows no pointer
//!    and runs no code of the user's. Payloads with destructors go to a list that is worked off later; since that means looking at each dead cell, such
//!    blocks are swept in pieces.
//!
//! # Invariants
//!
//! - Cells never move (a huge block of values may, and then its owner and the gray queue are told).
//! - **No value outlives its cell.** A reference in a Rust local is good until the next call into Lua: a collection starts at safe points only,
//!   and what was live at the snapshot or made later is not freed by the collection under way.
//! - A cell is initialised before anything else is allocated; units run inside `alloc`, before the cell exists.
//! - While `marking`: every cell reachable in the snapshot is marked, or gray cells lead to it.
//! - `marking` turns true at safe points only. It turns false in any unit.
//! - A weak table counts as weak in a collection if it was when the collection started ([`Heap::keep_strong`] otherwise). Loads from weak tables go through
//!   [`Heap::weak_load`].
//! - A stack's slots below [`Thread::initialised`] hold nil or references to cells not freed; those from there on are not read. Scanning moves the
//!   border down to a little above the live limit, and whoever may have had the running stack scanned calls `Vm::update_stack_limit`.
//! - A large table whose metatable asks for weakness stays strong while its array goes to the dictionary, piece by piece between cycles; waiting ones
//!   are roots of a cycle that starts meanwhile (`weakness_changes`).
//! - Method caches and shape caches hold references nobody traces; they are good for one `method_epoch`, which ends with marking.
//!
//! `verify.rs` checks what can be checked; [`Stress::EveryAllocation`] makes every allocation a unit, every safe point the start of a collection,
//! and every freed cell recognisable.

#![allow(unsafe_code, reason = "owns the memory of the heap")]

mod block;
mod budget;
mod classes;
mod cycle;
mod driver;
mod finalize;
mod intern;
pub mod kind;
mod mark;
mod memory;
mod pacer;
mod pages;
mod probe;
mod release;
mod segments;
mod stats;
pub mod storage;
#[cfg(test)]
mod tests;
mod trace;
mod verify;

use crate::rt::meta::Meta;
use crate::shape::Shapes;
use crate::string::LuaString;
use crate::table::Table;
use crate::thread::Thread;
use crate::value::{Gc, RawValue, Type};

use classes::{MAX_CELL, pool_for};
use cycle::Cycle;
use finalize::Finalizers;
use intern::InternTable;
use kind::Kind;
use mark::Marker;
use memory::Memory;
use pacer::{Drive, Pacer};
use segments::Segments;

pub(crate) use block::is_marked;
pub use budget::{Budget, Gap, Unit};
pub use cycle::Phase;
pub use pacer::{Pacing, Policy};
pub use probe::{Clock, StallCause, StallRecord, Stalls};
pub use stats::{CycleRecord, SliceRecord, Stats, TOLERANCE};

/// The memory limit was reached, also after a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

/// What the collector starts from. Everything here that is assigned while marking goes through the barrier.
#[derive(Default)]
pub struct Roots {
    /// The globals table.
    pub globals: Option<Gc<Table>>,
    /// The registry (`debug.getregistry`).
    pub registry: Option<Gc<Table>>,
    /// The main coroutine.
    pub main_thread: Option<Gc<Thread>>,
    /// The running coroutine.
    pub current_thread: Option<Gc<Thread>>,
    /// Metatables of basic types.
    pub type_metatables: [Option<Gc<Table>>; Type::COUNT],
    /// The names of the metamethods, interned.
    pub meta_names: Vec<Gc<LuaString>>,
    /// The error value in flight.
    pub raised: Option<RawValue>,
    /// Host handles: slots are reused, free ones hold nil.
    pub handles: Vec<RawValue>,
    /// Values a part of the VM keeps by index (metatables of C types, modules of the host).
    pub pinned: Vec<RawValue>,
    /// The finalizers of C values by address, pinned too.
    pub cdata_finalizers: Option<Gc<Table>>,
}

/// How hard the collector is tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stress {
    /// Not at all.
    #[default]
    Off,
    /// A unit at every allocation, a new collection at every safe point, freed cells poisoned and not reused for a cycle, marks and heap verified.
    EveryAllocation,
}

impl Stress {
    fn is_on(self) -> bool {
        self == Stress::EveryAllocation
    }
}

/// Limits on the memory of a heap, in bytes; Rust-side buffers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryLimit {
    /// Above this the next safe point collects at once.
    pub soft: usize,
    /// Above this allocation fails.
    pub hard: usize,
}

impl MemoryLimit {
    /// No limit but the machine's.
    pub const NONE: MemoryLimit = MemoryLimit { soft: usize::MAX, hard: usize::MAX };
}

/// The heap.
pub struct Heap {
    /// Whether a mark phase is running: stores shade the old value.
    pub marking: bool,
    /// Moves when a method found through a metatable may have changed.
    pub method_epoch: u32,
    /// More than zero when a collection step is due at the next safe point.
    pub debt: isize,
    /// Whether back-edges are counted in code that is instantiated from now on: there is a compiler.
    pub(crate) counts_loops: bool,
    /// The roots.
    pub roots: Roots,
    /// The shapes of the tables.
    pub shapes: Shapes,
    /// What has been collected and how long it took.
    pub stats: Stats,
    memory: Memory,
    strings: InternTable,
    marker: Marker,
    cycle: Cycle,
    finalizers: Finalizers,
    pacer: Pacer,
    /// Every coroutine that was not found dead.
    threads: Segments<*mut Thread>,
    /// Weak tables reached in this cycle.
    weak_tables: Segments<usize>,
    /// Tables reached in this cycle whose metatable asks for another weakness.
    weakness_changes: Segments<usize>,
    /// Bytes of Rust-side buffers.
    external: usize,
    limit: MemoryLimit,
    /// What had been allocated at the last emergency collection.
    collected_at: u64,
    /// Beyond this an emergency collection is made.
    soft_mark: usize,
    /// The soft mark has been exceeded.
    emergency: bool,
    /// The host asked for a collection.
    requested: bool,
    /// How many allocations succeed, counted under stress.
    #[cfg(test)]
    allocations_left: Option<u64>,
    stress: Stress,
    /// Under stress: how many safe points go by before the next collection.
    stress_pause: u32,
    verify: bool,
    /// How many cells the verifier found last time.
    verified_cells: usize,
    /// Tests: how many allocations succeed before one fails.
    #[cfg(test)]
    pub(crate) failing_in: Option<u32>,
}

impl Heap {
    /// An empty heap. The seed goes into the hash of strings.
    pub fn new(seed: u64) -> Heap {
        let mut heap = Heap {
            marking: false,
            method_epoch: 1,
            debt: 0,
            counts_loops: false,
            roots: Roots::default(),
            shapes: Shapes::default(),
            stats: Stats::default(),
            memory: Memory::new(seed),
            strings: InternTable::new(seed),
            marker: Marker::default(),
            cycle: Cycle::new(),
            finalizers: Finalizers::default(),
            pacer: Pacer::default(),
            threads: Segments::default(),
            weak_tables: Segments::default(),
            weakness_changes: Segments::default(),
            external: 0,
            limit: MemoryLimit::NONE,
            collected_at: 0,
            soft_mark: usize::MAX,
            emergency: false,
            requested: false,
            #[cfg(test)]
            allocations_left: None,
            stress: Stress::Off,
            stress_pause: 0,
            verify: false,
            verified_cells: 0,
            #[cfg(test)]
            failing_in: None,
        };
        heap.settle_debt();
        heap
    }

    // ---- allocation ------------------------------------------------------------------------------------

    /// Memory for a cell. May run one bounded unit of a collection under way, before the cell exists; the caller
    /// initialises the cell before it allocates again.
    ///
    /// # Errors
    /// When the memory limit is reached.
    #[inline(always)]
    pub fn alloc(&mut self, kind: Kind, size: usize) -> Result<*mut u8, OutOfMemory> {
        #[cfg(test)]
        self.fail_if_due()?;
        if size <= MAX_CELL && kind != Kind::Thread {
            let span = &mut self.memory.spans[pool_for(kind.contents(), size)];
            let cell = span.cursor;
            if cell != span.end {
                span.cursor = cell + span.cell_size;
                return Ok(cell as *mut u8);
            }
        }
        self.alloc_slow(kind, size).map(|(cell, _)| cell as *mut u8)
    }

    /// `alloc` with the memory set to zero.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn alloc_zeroed(&mut self, kind: Kind, size: usize) -> Result<*mut u8, OutOfMemory> {
        let (cell, zeroed) = if size <= MAX_CELL {
            (self.alloc(kind, size)?, false)
        } else {
            let (cell, zeroed) = self.alloc_slow(kind, size)?;
            (cell as *mut u8, zeroed)
        };
        if !zeroed {
            // SAFETY: the cell has room for `size` bytes.
            unsafe { std::ptr::write_bytes(cell, 0, size) };
        }
        Ok(cell)
    }

    /// Fails the allocation a test has chosen, and that one only.
    #[cfg(test)]
    fn fail_if_due(&mut self) -> Result<(), OutOfMemory> {
        match self.failing_in {
            Some(0) => {
                self.failing_in = None;
                Err(OutOfMemory)
            }
            Some(more) => {
                self.failing_in = Some(more - 1);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Allocates when the span is used up, for large objects and for coroutines, which are listed.
    #[cold]
    #[inline(never)]
    fn alloc_slow(&mut self, kind: Kind, size: usize) -> Result<(usize, bool), OutOfMemory> {
        #[cfg(test)]
        if let Some(left) = &mut self.allocations_left {
            if *left == 0 {
                return Err(OutOfMemory);
            }
            *left -= 1;
        }
        self.assist();
        let before = self.memory.acquired;
        let found = self.find_cell(kind, size)?;
        self.debt = self.debt.saturating_add((self.memory.acquired - before) as isize);
        if kind == Kind::Thread {
            self.threads.push(found.0 as *mut Thread);
        }
        Ok(found)
    }

    fn find_cell(&mut self, kind: Kind, size: usize) -> Result<(usize, bool), OutOfMemory> {
        if size > MAX_CELL {
            self.make_room(Memory::growth_for(size))?;
            let begun = self.stall_begins();
            let found = self.memory.alloc_large(kind.contents(), size);
            self.stall_ends(begun, StallCause::Allocation);
            return found;
        }
        let pool = pool_for(kind.contents(), size);
        if kind == Kind::Thread {
            let span = &mut self.memory.spans[pool];
            let cell = span.cursor;
            if cell != span.end {
                span.cursor = cell + span.cell_size;
                return Ok((cell, false));
            }
        }
        if let Some(cell) = self.memory.refill_at_hand(pool) {
            return Ok((cell, false));
        }
        loop {
            let begun = self.stall_begins();
            let may_grow = self.has_room_for(Memory::growth_for(size));
            let drops = &mut self.finalizers.drops;
            let found = self.memory.refill(pool, may_grow, &mut |cell| drops.push(cell));
            self.stall_ends(begun, StallCause::Allocation);
            if let Some(cell) = found? {
                return Ok((cell, false));
            }
            self.make_room(Memory::growth_for(size))?;
        }
    }

    fn has_room_for(&self, bytes: usize) -> bool {
        self.memory.committed.saturating_add(self.external).saturating_add(bytes) <= self.limit.hard
    }

    /// Sees to it that so many bytes stay within the hard limit, by finishing the collection under way if need be.
    fn make_room(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        self.watch_soft_limit();
        if !self.has_room_for(bytes) && self.cycle_active() {
            self.stats.emergencies += 1;
            let begun = self.stall_begins();
            self.finish_cycle();
            self.stall_ends(begun, StallCause::Full);
        }
        if self.has_room_for(bytes) {
            return Ok(());
        }
        // A collection helps if there can be garbage to speak of; a script that goes on at the limit does not get one for every attempt.
        if self.memory.acquired - self.collected_at > self.used() as u64 / 8 {
            self.emergency = true;
            self.debt = self.debt.max(1);
        }
        Err(OutOfMemory)
    }

    /// Whether so many bytes more stay within the memory limit: to be asked before a large buffer is made outside the heap.
    ///
    /// # Errors
    /// When they would not.
    pub fn check_room(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        if self.has_room_for(bytes) { Ok(()) } else { self.make_room(bytes) }
    }

    /// Has the next safe point collect: what ran out of memory has ended, and what it held is garbage.
    pub(crate) fn memory_ran_out(&mut self) {
        self.emergency = true;
        self.debt = self.debt.max(1);
    }

    /// Whether memory ran short and nothing has been collected since.
    pub(crate) fn is_short_of_memory(&self) -> bool {
        self.emergency
    }

    fn watch_soft_limit(&mut self) {
        // Frames go by the soft limit all along.
        if self.pacer.drive == Drive::Debt
            && self.memory.committed.saturating_add(self.external) > self.soft_mark
        {
            self.emergency = true;
            self.debt = self.debt.max(1);
        }
    }

    /// Says when the next emergency collection is due: at the soft limit, or, when what is alive exceeds it already, at a good part of the way
    /// from there to the hard limit. Otherwise every safe point beyond the soft limit would collect the whole heap.
    fn set_soft_mark(&mut self) {
        self.collected_at = self.memory.acquired;
        let committed = self.memory.committed.saturating_add(self.external);
        self.soft_mark = if committed <= self.limit.soft {
            self.limit.soft
        } else {
            committed.saturating_add(self.limit.hard.saturating_sub(committed) / 4)
        };
    }

    /// Work that allocation does for a collection whose slices do not keep up.
    fn assist(&mut self) {
        self.watch_soft_limit();
        let behind = self.pacer.drive == Drive::Frames && self.debt > 0;
        if self.cycle_active() && (self.stress.is_on() || behind) {
            self.stats.assists += 1;
            let begun = self.stall_begins();
            self.step_units(1);
            self.stall_ends(begun, StallCause::Assist);
        }
    }

    /// Counts memory a cell owns outside the heap.
    pub fn add_external(&mut self, bytes: usize) {
        self.external += bytes;
        self.debt = self.debt.saturating_add_unsigned(bytes);
        self.watch_soft_limit();
    }

    /// Takes back what `add_external` counted.
    pub fn remove_external(&mut self, bytes: usize) {
        self.external = self.external.saturating_sub(bytes);
    }

    /// The room of a cell, which may be more than was asked for.
    pub(crate) fn cell_size(&self, cell: usize) -> usize {
        self.memory.room(cell)
    }

    /// Makes a huge cell larger without copying; `None` if it must be copied.
    ///
    /// # Safety
    /// `cell` is a live block of values, whose owner takes the new address.
    pub(crate) unsafe fn grow_large(
        &mut self,
        cell: *mut u8,
        size: usize,
    ) -> Result<Option<*mut u8>, OutOfMemory> {
        let cell = cell as usize;
        if !self.memory.is_huge(cell) {
            return Ok(None);
        }
        self.assist();
        self.make_room(size.saturating_sub(self.memory.room(cell)))?;
        let before = self.memory.acquired;
        let Some(moved) = self.memory.grow_huge(cell, size) else { return Ok(None) };
        self.debt = self.debt.saturating_add((self.memory.acquired - before) as isize);
        if moved != cell {
            self.marker.relocate(cell, moved);
        }
        Ok(Some(moved as *mut u8))
    }

    /// Gives up a storage block: see `storage::retire`.
    ///
    /// # Safety
    /// `cell` is a live storage block to which nothing refers any more.
    pub(crate) unsafe fn retire_cell(&mut self, cell: *mut u8) {
        if self.marking {
            self.shade(cell as usize);
        } else {
            self.memory.free_early(cell as usize);
        }
    }

    // ---- barriers --------------------------------------------------------------------------------------

    /// The deletion barrier: to be called with the value about to be overwritten in any heap slot.
    #[inline(always)]
    pub fn barrier(&mut self, old: RawValue) {
        if self.marking
            && let Some(addr) = old.heap_addr()
        {
            self.shade(addr);
        }
    }

    /// The barrier for a reference that is not a Lua value (an upvalue, a prototype, a storage block).
    #[inline(always)]
    pub fn barrier_cell(&mut self, old_addr: usize) {
        if self.marking {
            self.shade(old_addr);
        }
    }

    /// How far a block of values has been traced, if the marker is in the middle of it.
    pub(crate) fn cursor_in_values(&self, first: *mut RawValue) -> Option<usize> {
        self.marker.cursor_in(first as usize - storage::STORAGE_HEADER)
    }

    /// The interned name of a metamethod.
    #[inline]
    pub fn meta_name(&self, event: Meta) -> Gc<LuaString> {
        self.roots.meta_names[event as usize]
    }

    // ---- figures and settings --------------------------------------------------------------------------

    /// Bytes of cells in use and of Rust-side buffers: what `collectgarbage("count")` reports.
    pub fn used(&self) -> usize {
        (self.memory.used + self.external)
            .saturating_sub(self.memory.unused_in_spans() + self.memory.quarantined)
    }

    /// Bytes taken from the system: what the memory limit is about.
    pub fn committed(&self) -> usize {
        self.memory.committed + self.external
    }

    /// Bytes allocated since the heap was made, garbage included, to the nearest span.
    pub fn allocated(&self) -> u64 {
        self.memory.acquired
    }

    /// What the pacer goes by.
    pub fn pacing(&self) -> Pacing {
        self.pacer.figures()
    }

    /// How many strings are interned.
    pub fn interned_strings(&self) -> usize {
        self.strings.count()
    }

    /// Sets the memory limit.
    pub fn set_memory_limit(&mut self, limit: MemoryLimit) {
        self.limit = limit;
        self.pacer.soft_limit = limit.soft;
        self.set_soft_mark();
    }

    /// Sets what happens when a frame's budget is too small.
    pub fn set_policy(&mut self, policy: Policy) {
        self.pacer.policy = policy;
    }

    /// `collectgarbage("stop")`: no collection starts or goes on by itself, but at the memory limit.
    pub fn stop(&mut self) {
        self.pacer.stopped = true;
        self.settle_debt();
    }

    /// `collectgarbage("restart")`.
    pub fn restart(&mut self) {
        self.pacer.stopped = false;
        self.settle_debt();
    }

    /// Has the next frame start a collection if none is under way.
    pub fn request_cycle(&mut self) {
        self.requested = true;
    }

    /// Whether collections wait for `restart`.
    pub fn is_stopped(&self) -> bool {
        self.pacer.stopped
    }

    /// Sets the heap size at which a collection starts, in percent of the live size; returns the last setting.
    pub fn set_pause(&mut self, percent: u32) -> u32 {
        std::mem::replace(&mut self.pacer.pause, percent)
    }

    /// Sets how much is collected per allocation, in percent; returns the last setting.
    pub fn set_step_multiplier(&mut self, percent: u32) -> u32 {
        std::mem::replace(&mut self.pacer.step_multiplier, percent)
    }

    /// Sets how hard the collector is tried. Not while a collection is under way.
    pub fn set_stress(&mut self, stress: Stress) {
        self.finish_cycle();
        self.stress = stress;
        self.memory.single_cells = stress.is_on();
        self.memory.poison = stress.is_on();
        self.memory.quarantined = 0;
        self.verify = stress.is_on();
        self.settle_debt();
    }

    /// Checks marks and heap in every collection: slow.
    pub fn set_verify(&mut self, verify: bool) {
        self.verify = verify;
    }
}
