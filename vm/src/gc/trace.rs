//! What each kind of object refers to.
//!
//! Every function returns how many steps it took: a reference that it followed is one, and slots of blocks that hold none are [`SLOTS_PER_STEP`] to a step. An object that may have
//! many is put on the work list and continued from there.

use super::Heap;
use super::block::prefetch_mark;
use super::kind::Kind;
use super::mark::Work;
use super::memory::kind_of;
use super::storage::{STORAGE_HEADER, Storage};
use crate::function::{Code, InlineCache, LuaFunction, NativeFunction, Proto, REDIRECTED, Upvalue};
use crate::rt::meta::Meta;
use crate::table::{Part, Table};
use crate::thread::Thread;
use crate::userdata::UserData;
use crate::value::{Gc, RawValue};

/// Slots looked at in one go, or references followed.
pub(super) const PIECE: usize = 128;
/// Slots of a block that take as long as following a reference: with a unit for every two pieces of 128 numbers, looking at the clock took a third of an array's scan.
pub(super) const SLOTS_PER_STEP: usize = 8;
/// Slots of a block looked at between two counts of the references found.
const SLOTS_BETWEEN_COUNTS: usize = 32;
/// How far ahead in a block of values marks are asked for.
const MARKS_AHEAD: usize = 16;
/// The most steps of a piece once begun: a function with all its upvalues.
pub(super) const LARGEST_PIECE: usize = 256 + 4;
/// What a table's own cell counts for.
const TABLE_PARTS: usize = 4;

impl Heap {
    /// Traces a gray cell.
    ///
    /// # Safety
    /// `cell` is live and initialised.
    #[inline]
    pub(crate) unsafe fn trace(&mut self, cell: usize) -> usize {
        // SAFETY: the kind says what the cell holds; all references in live cells are to live cells (gc/mod.rs).
        unsafe {
            match kind_of(cell) {
                Kind::Table => self.trace_table(cell as *mut Table),
                Kind::Values => self.trace_values(cell, 0),
                Kind::LuaFunction => self.trace_lua_function(&*(cell as *const LuaFunction)),
                Kind::NativeFunction => self.trace_native_function(&*(cell as *const NativeFunction)),
                Kind::Upvalue => {
                    let upvalue = cell as *const Upvalue;
                    if (*upvalue).header.flags & REDIRECTED != 0 {
                        self.marker.mark_cell((*upvalue).next_open as usize);
                    }
                    self.marker.mark_value(*(*upvalue).location);
                    1
                }
                Kind::Proto => {
                    self.marker.mark_cell((*(cell as *const Proto)).code.addr());
                    self.trace_children(cell, 0)
                }
                Kind::Code => {
                    if let Some(proto) = (*(cell as *const Code)).proto {
                        self.marker.mark_cell(proto.addr());
                    }
                    self.trace_code(cell, 0)
                }
                Kind::UserData => {
                    let userdata = cell as *const UserData;
                    self.mark_table((*userdata).meta);
                    self.mark_table((*userdata).env);
                    2
                }
                Kind::Thread => match self.marker.thread_after(cell as *const Thread) {
                    Some(thread) => self.trace_thread(thread),
                    None => 1,
                },
                Kind::CData => {
                    if let Some(owner) = crate::ffi::cdata::owner_of(cell) {
                        self.marker.mark_value(owner);
                    }
                    1
                }
                Kind::String | Kind::Bytes => 1,
            }
        }
    }

    /// Continues with an object in pieces.
    pub(crate) fn advance(&mut self, work: Work) -> usize {
        // SAFETY: work is queued for marked cells, which stay live for the rest of the cycle.
        unsafe {
            match work {
                Work::Values { cell, next } => self.trace_values(cell, next),
                Work::Thread { cell } => self.scan_thread_on(cell),
                Work::OpenUpvalues { thread, upvalue } => self.trace_open_upvalues(thread, upvalue),
                Work::Copy { number, next } => self.marker.trace_copy(number, next, PIECE),
                Work::Children { cell, next } => self.trace_children(cell, next),
                Work::Code { cell, next } => self.trace_code(cell, next),
                Work::Handles { next } => {
                    let end = self.roots.handles.len().min(next + PIECE);
                    for index in next..end {
                        self.marker.mark_value(self.roots.handles[index]);
                    }
                    self.continue_if(end < self.roots.handles.len(), Work::Handles { next: end });
                    end - next.min(end)
                }
                Work::Pinned { next } => {
                    let end = self.roots.pinned.len().min(next + PIECE);
                    for index in next..end {
                        self.marker.mark_value(self.roots.pinned[index]);
                    }
                    self.continue_if(end < self.roots.pinned.len(), Work::Pinned { next: end });
                    end - next.min(end)
                }
                Work::Pending { next } => {
                    let end = self.finalizers.pending.len().min(next + PIECE);
                    for index in next..end {
                        self.marker.mark_cell(self.finalizers.pending.get(index));
                    }
                    self.continue_if(end < self.finalizers.pending.len(), Work::Pending { next: end });
                    end - next.min(end)
                }
            }
        }
    }

    fn continue_if(&mut self, more: bool, work: Work) {
        if more {
            self.marker.work.push(work);
        }
    }

    fn mark_table(&mut self, table: *mut Table) {
        if !table.is_null() {
            self.marker.mark_cell(table as usize);
        }
    }

    #[inline(always)]
    unsafe fn trace_table(&mut self, table: *mut Table) -> usize {
        // SAFETY: a live table.
        let (shape, table) = unsafe { ((*table).header.aux, Gc::from_ptr(table)) };
        self.mark_shape(shape);
        let weak = self.counts_as_weak(table);
        if weak {
            self.weak_tables.push(table.addr());
        }
        let marker = &mut self.marker;
        for value in table.inline_values() {
            marker.mark_value(value);
        }
        table.for_each_part(|part| match part {
            Part::Metatable(meta) => marker.mark_cell(meta.addr()),
            Part::WeakValues(first) if weak => marker.mark_leaf(first as usize - STORAGE_HEADER),
            Part::Values(first) | Part::WeakValues(first) => {
                marker.mark_storage(first as usize - STORAGE_HEADER)
            }
            Part::Bytes(first) => marker.mark_leaf(first as usize - STORAGE_HEADER),
        });
        TABLE_PARTS
    }

    /// Whether a table is weak in this cycle: it was when the cycle started, and its metatable still asks for it. Where metatable and flags
    /// disagree, because `__mode` was set later or the metatable was replaced in mid-cycle, the flags follow after the cycle.
    #[inline(always)]
    fn counts_as_weak(&mut self, table: Gc<Table>) -> bool {
        let Some(meta) = table.metatable() else {
            return table.is_weak_or_turning() && self.note_weakness(table, 0);
        };
        if meta.is_known_to_lack(Meta::Mode) && !table.is_weak_or_turning() {
            return false;
        }
        let weakness = meta.weakness(self);
        self.note_weakness(table, weakness)
    }

    #[cold]
    fn note_weakness(&mut self, table: Gc<Table>, weakness: u8) -> bool {
        let flags = table.weak_flags();
        if weakness != flags || table.is_turning_weak() {
            self.weakness_changes.push(table.addr());
        }
        flags != 0 && flags & !weakness == 0 && !self.cycle.kept_strong.contains(&table.addr())
    }

    unsafe fn trace_values(&mut self, cell: usize, next: usize) -> usize {
        // SAFETY: the first `len` values of a block are initialised (storage.rs).
        unsafe {
            let len = (*(cell as *const Storage)).header.aux as usize;
            let first = (cell + STORAGE_HEADER) as *const RawValue;
            let last = len.min(next + PIECE * SLOTS_PER_STEP);
            let (mut index, mut references) = (next, 0);
            while index < last && references < PIECE {
                let end = last.min(index + SLOTS_BETWEEN_COUNTS);
                while index < end {
                    // Beyond this piece too: the next one is not far.
                    if index + MARKS_AHEAD < len
                        && let Some(cell) = (*first.add(index + MARKS_AHEAD)).heap_addr()
                    {
                        prefetch_mark(cell);
                    }
                    let value = *first.add(index);
                    references += usize::from(value.heap_addr().is_some());
                    self.marker.mark_value(value);
                    index += 1;
                }
            }
            self.continue_if(index < len, Work::Values { cell, next: index });
            references + (index - next.min(index)).div_ceil(SLOTS_PER_STEP)
        }
    }

    unsafe fn trace_lua_function(&mut self, function: &LuaFunction) -> usize {
        self.marker.mark_cell(function.proto.addr());
        self.marker.mark_cell(function.env.addr());
        let count = usize::from(function.header.extra[0]);
        let first = (&raw const function.upvalues).cast::<Gc<Upvalue>>();
        for index in 0..count {
            // SAFETY: the cell has room for that many upvalues, all initialised.
            self.marker.mark_cell(unsafe { (*first.add(index)).addr() });
        }
        count + 2
    }

    unsafe fn trace_native_function(&mut self, function: &NativeFunction) -> usize {
        self.marker.mark_cell(function.env.addr());
        self.marker.mark_leaf(function.name.addr());
        let count = usize::from(function.header.extra[0]);
        let first = (&raw const function.upvalues).cast::<RawValue>();
        for index in 0..count {
            // SAFETY: the cell has room for that many upvalues, all initialised.
            self.marker.mark_value(unsafe { *first.add(index) });
        }
        count + 2
    }

    unsafe fn trace_children(&mut self, cell: usize, next: usize) -> usize {
        // SAFETY: a live prototype.
        let children = unsafe { &(*(cell as *const Proto)).children };
        let end = children.len().min(next + PIECE);
        for child in children[next.min(end)..end].iter().flatten() {
            self.marker.mark_cell(child.addr());
        }
        self.continue_if(end < children.len(), Work::Children { cell, next: end });
        1 + end - next.min(end)
    }

    /// Caches count as one slot each, then come the constants.
    unsafe fn trace_code(&mut self, cell: usize, next: usize) -> usize {
        const CACHE_WORDS: usize = size_of::<InlineCache>() / size_of::<u64>();
        // SAFETY: a live code, laid out as its type says.
        unsafe {
            let code = &*(cell as *const Code);
            let caches = code.data.as_ptr().cast::<InlineCache>();
            let constants = code.data.as_ptr().add(code.cache_count * CACHE_WORDS + 1).cast::<RawValue>();
            let total = code.cache_count + (code.data.len() - code.cache_count * CACHE_WORDS - 1);
            let end = total.min(next + PIECE);
            for index in next..end {
                if index < code.cache_count {
                    let cache = &*caches.add(index);
                    self.marker.mark_leaf(cache.key.addr());
                    self.mark_shape(cache.shape);
                    self.mark_shape(cache.other_shape);
                } else {
                    self.marker.mark_value(*constants.add(index - code.cache_count));
                }
            }
            self.continue_if(end < total, Work::Code { cell, next: end });
            1 + end - next.min(end)
        }
    }

    /// The barrier for a table that leaves a shape: keys may be reachable through it alone.
    #[inline]
    pub(crate) fn barrier_shape(&mut self, id: u32) {
        if self.marking {
            self.mark_shape(id);
        }
    }

    fn mark_shape(&mut self, id: u32) {
        let marker = &mut self.marker;
        self.shapes.mark(id, |key| marker.mark_leaf(key.addr()));
    }
}
