//! The heap and its collector: non-moving, incremental mark and sweep with a snapshot-at-the-beginning barrier.
//!
//! Every step of a collection is a short **unit** (128 attempts to mark, one block swept, ...), and the collector looks at the clock
//! between any two. That is the whole promise: whatever the heap holds, a slice ends when its budget ends. [`Unit::most_steps`] bounds each kind, and
//! `tests/units.rs` audits that: who adds work to a unit counts it as steps there, and who finds something that may be
//! long gives it a cursor ([`mark::Work`], or a field of `Cycle`).
//!
//! What a script pays between slices is bounded too, to 200 microseconds at a time, and recorded (`probe.rs`). Nothing is copied whole;
//! large arrays grow in reserved address space; memory goes back to the system on a thread of its own, which makes the next arena ready too (`release`).
//!
//! # How a collection goes
//!
//! 1. **Snapshot** ([`Heap::start_cycle`]). At a safe point (between instructions of the interpreter, or when no Lua runs) every reference is in
//!    a heap object, a stack slot or a root. The roots become gray, the top of the running stack is scanned, and `marking` is set. What is reachable at this
//!    moment is the snapshot, and all of it survives the collection.
//! 2. **Mark** (`mark.rs`, `trace.rs`). Gray cells are traced until there are none. Meanwhile the program runs on. It could only
//!    hide a cell of the snapshot from the marker by overwriting the reference through which the marker would have come: so while `marking`, every store into a
//!    heap slot first shades the *old* value ([`Heap::barrier`]). Stacks have no barrier: of a coroutine that was not scanned yet the top is scanned
//!    before it runs, and its frames further down before they run (`stacks.rs`). Values that move within an array need shading only where they would pass the marker's cursor, towards its
//!    beginning. New cells are born marked. So nothing is ever scanned twice, and when no gray cell is left, marking is over.
//! 3. **Finalizers** (`finalize.rs`). Listed objects that were not reached are put in a queue, and what they refer to is marked too.
//! 4. **Clearing** (`weak`, `cycle.rs`): entries of weak tables; variables of dead coroutines; shapes without tables. Whatever could lead to a
//!    dead cell without being a reference is cut here, but for the intern table, which is not told what has died: who comes to one of its entries looks whether the string is still there
//!    (`intern/`, `memory/remains.rs`).
//! 5. **Sweep** (`memory`). Blocks are swept one at a time, also by the allocator when it needs room. Sweeping compares two bitmaps; it follows no pointer
//!    and runs no code of the user's. Payloads with destructors go to a list that is worked off later; since that means looking at each dead cell, such
//!    blocks are swept in pieces.
//! 6. **Strings**, seldom: the intern table is looked through when arenas are to be given back that it may refer to, or when it is mostly empty.
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
//! - A large table whose metatable asks for weakness stays strong while its array goes to the dictionary, piece by piece between cycles. Nothing keeps
//!   it alive for that: the list of those waiting is dropped at the snapshot, and the marker lists again what it comes to (`weakness_changes`).
//! - An entry of the intern table leads into an arena that is mapped. A cell's allocated bit is set only where a cell with a header is, dead perhaps and not swept, or in what is left of
//!   a span.
//! - The running coroutine's frames from its guarded one on are scanned, and so are the slots they have.
//! - Method caches and shape caches hold references nobody traces; they are good for one `method_epoch`, which ends with marking.
//!
//! `verify.rs` checks what can be checked; [`Stress::EveryAllocation`] makes every allocation a unit, every safe point the start of a collection,
//! and every freed cell recognisable.

#![allow(unsafe_code, reason = "owns the memory of the heap")]

mod alloc;
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
mod stacks;
mod stats;
pub mod storage;
#[cfg(test)]
mod tests;
mod trace;
mod verify;

use crate::activity::ActivityCell;
use crate::rt::meta::Meta;
use crate::shape::Shapes;
use crate::string::LuaString;
use crate::table::Table;
use crate::thread::Thread;
use crate::value::{Gc, RawValue, Type};

use cycle::Cycle;
use finalize::Finalizers;
use intern::InternTable;
use mark::Marker;
use memory::Memory;
use pacer::Pacer;
use segments::Segments;

pub(crate) use block::is_marked;
pub use budget::{Budget, Gap, Unit};
pub(crate) use classes::MAX_CELL;
pub use cycle::Phase;
pub use pacer::{Pacing, Policy};
pub use probe::{Clock, StallCause, StallRecord, Stalls};
pub use stats::{CycleRecord, CycleStart, SliceRecord, Stats, TOLERANCE};

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
    /// What the VM is doing.
    pub(crate) activity: ActivityCell,
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
    /// Tables reached in this cycle, or made so since it began, whose metatable asks for another weakness.
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
        let mut memory = Memory::new(seed);
        let strings = InternTable::new(seed, &mut memory.pages);
        let mut heap = Heap {
            marking: false,
            method_epoch: 1,
            debt: 0,
            activity: ActivityCell::default(),
            counts_loops: false,
            roots: Roots::default(),
            shapes: Shapes::default(),
            stats: Stats::default(),
            memory,
            strings,
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

    /// How many strings are interned, at most: some of them may be dead, or other cells without references.
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
