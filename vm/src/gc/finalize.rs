//! Finalizers and destructors: objects whose death runs user code.
//!
//! A userdata is listed when it gets a metatable with `__gc`. After marking, listed objects that were not reached move to a batch, the batch is
//! marked (its objects live once more, with all they refer to), and then waits for the VM to call the finalizers, newest object first. The
//! Rust value of a host userdata, a coroutine's stack and a function's code are dropped after the sweep has found the
//! cell dead, from a list of their own.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Heap;
use super::block::is_marked;
use super::budget::{Budget, Meter, Unit};
use super::kind::{Header, Kind};
use super::mark::Marker;
use super::memory::kind_of;
use super::segments::Segments;
use crate::ffi::cdata::CData;
use crate::function::{Code, Proto};
use crate::rt::meta::Meta;
use crate::table::SetError;
use crate::thread::Thread;
use crate::userdata::{FINALIZED, FINALIZER, UserData};
use crate::value::{Gc, RawValue};

/// The lists of objects that end with code of the user's.
#[derive(Default)]
pub(crate) struct Finalizers {
    /// Objects with a finalizer, oldest first.
    pub(crate) listed: Segments<usize>,
    /// Found unreachable in this cycle, oldest first.
    pub(crate) batch: Segments<usize>,
    /// Waiting to be finalized; the next is at `pending_at`.
    pub(crate) pending: Segments<usize>,
    pending_at: usize,
    /// Dead cells whose payload is to be dropped.
    pub(crate) drops: Segments<usize>,
    /// A finalizer is running.
    pub(crate) running: bool,
}

impl Finalizers {
    /// Moves up to `count` unreachable objects from the list to the batch; whether it came to the list's end.
    pub(crate) fn separate(&mut self, cursor: &mut usize, kept: &mut usize, count: usize) -> bool {
        let end = self.listed.len().min(*cursor + count);
        while *cursor < end {
            let cell = self.listed.get(*cursor);
            // SAFETY: listed objects are not swept before they have been finalized.
            if unsafe { is_marked(cell) } {
                self.listed.set(*kept, cell);
                *kept += 1;
            } else {
                // SAFETY: as above.
                unsafe { (*(cell as *mut Header)).flags |= FINALIZED };
                self.batch.push(cell);
            }
            *cursor += 1;
        }
        if *cursor < self.listed.len() {
            return false;
        }
        self.listed.truncate(*kept);
        true
    }

    /// Whether no unreachable object waits to be queued.
    pub(crate) fn batch_is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// Moves up to `count` objects of the batch to the queue, newest first, and marks them; how many it was.
    pub(crate) fn queue_batch(&mut self, count: usize, marker: &mut Marker) -> usize {
        for done in 0..count {
            let Some(cell) = self.batch.pop() else { return done };
            marker.mark_cell(cell);
            self.pending.push(cell);
        }
        count
    }

    /// How many objects wait for their finalizers.
    pub(crate) fn waiting(&self) -> usize {
        self.pending.len() - self.pending_at
    }

    /// The objects waiting for their finalizers.
    pub(crate) fn waiting_cells(&self) -> impl Iterator<Item = usize> {
        (self.pending_at..self.pending.len()).map(|index| self.pending.get(index))
    }

    fn next_pending(&mut self) -> Option<usize> {
        if self.waiting() == 0 {
            return None;
        }
        let cell = self.pending.get(self.pending_at);
        self.pending_at += 1;
        if self.waiting() == 0 {
            self.pending.truncate(0);
            self.pending_at = 0;
        }
        Some(cell)
    }
}

impl Heap {
    /// Puts a userdata whose metatable has `__gc` on the list of finalizable objects, once.
    pub fn register_finalizer_if_needed(&mut self, userdata: Gc<UserData>) {
        if let Some(meta) = userdata.metatable()
            && !meta.meta(self, Meta::Gc).is_nil()
        {
            self.register_finalizer(userdata);
        }
    }

    /// Puts a userdata on the list of finalizable objects, once: its metatable may get a `__gc` later.
    pub fn register_finalizer(&mut self, userdata: Gc<UserData>) {
        // SAFETY: a live userdata.
        let flags = unsafe { &mut (*userdata.as_ptr()).header.flags };
        if *flags & (FINALIZER | FINALIZED) == 0 {
            *flags |= FINALIZER;
            self.finalizers.listed.push(userdata.addr());
        }
    }

    /// The finalizer of a C value, nil when it has none.
    fn cdata_finalizer(&self, cdata: Gc<CData>) -> RawValue {
        let key = RawValue::number(cdata.addr() as f64);
        self.roots.cdata_finalizers.map_or(RawValue::NIL, |table| table.get(self, key))
    }

    /// Gives a C value a finalizer, or with nil takes it away.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub(crate) fn set_cdata_finalizer(
        &mut self,
        cdata: Gc<CData>,
        finalizer: RawValue,
    ) -> Result<(), SetError> {
        let table = match self.roots.cdata_finalizers {
            Some(table) => table,
            None if finalizer.is_nil() => return Ok(()),
            None => {
                let table = crate::table::new_table(self, 0, 8).map_err(SetError::from)?;
                self.roots.pinned.push(table.into());
                *self.roots.cdata_finalizers.insert(table)
            }
        };
        table.set(self, RawValue::number(cdata.addr() as f64), finalizer)?;
        // SAFETY: a live cell.
        let flags = unsafe { &mut (*cdata.as_ptr()).header.flags };
        if !finalizer.is_nil() && *flags & FINALIZER == 0 {
            *flags |= FINALIZER;
            self.finalizers.listed.push(cdata.addr());
        }
        Ok(())
    }

    /// The next object to be finalized and its finalizer. The caller roots both before anything else happens.
    pub fn take_finalizer(&mut self) -> Option<(RawValue, RawValue)> {
        loop {
            let cell = self.finalizers.next_pending()?;
            // SAFETY: a pending object is a root, so that it is live.
            if unsafe { kind_of(cell) } == Kind::CData {
                // SAFETY: as its kind says.
                let cdata = unsafe { Gc::<CData>::from_ptr(cell as *mut CData) };
                self.barrier(cdata.into());
                let finalizer = self.cdata_finalizer(cdata);
                self.set_cdata_finalizer(cdata, RawValue::NIL).ok()?;
                // Its finalizer may give it another one.
                // SAFETY: a live cell.
                unsafe { (*cdata.as_ptr()).header.flags &= !(FINALIZER | FINALIZED) };
                if !finalizer.is_nil() {
                    self.stats.finalizers_run += 1;
                    return Some((cdata.into(), finalizer));
                }
                continue;
            }
            // SAFETY: a pending object is live, and this one a userdata.
            let userdata = unsafe { Gc::<UserData>::from_ptr(cell as *mut UserData) };
            // It leaves the roots of the snapshot.
            self.barrier(userdata.into());
            let finalizer = userdata.metatable().map_or(RawValue::NIL, |meta| meta.meta(self, Meta::Gc));
            if !finalizer.is_nil() {
                self.stats.finalizers_run += 1;
                return Some((userdata.into(), finalizer));
            }
        }
    }

    /// How many objects wait for their finalizers, and how many dead ones for their destructors.
    pub fn finalizers_waiting(&self) -> (usize, usize) {
        (self.finalizers.waiting(), self.finalizers.drops.len())
    }

    /// Queues every object with a finalizer, as when the VM is closed. No collection may be under way.
    pub fn queue_all_finalizers(&mut self) {
        while let Some(cell) = self.finalizers.listed.pop() {
            // SAFETY: listed objects are live.
            unsafe { (*(cell as *mut Header)).flags |= FINALIZED };
            self.finalizers.pending.push(cell);
        }
    }

    /// Drops payloads of dead objects until the budget is used up; whether none is left.
    pub fn run_drops(&mut self, budget: Budget) -> bool {
        let mut meter = Meter::new(budget);
        let mut worst = std::mem::take(&mut self.cycle.worst);
        while !self.finalizers.drops.is_empty() && meter.allows(Unit::Drop, &worst) {
            if let Some(cell) = self.finalizers.drops.pop() {
                // SAFETY: the sweep found it dead and left it to this list.
                unsafe { self.drop_payload(cell) };
                self.memory.free_dropped(cell);
            }
            meter.spend(Unit::Drop, 1, &mut worst);
        }
        self.cycle.worst = worst;
        self.finalizers.drops.is_empty()
    }

    /// Runs the destructor of a dead cell's payload.
    ///
    /// # Safety
    /// The cell is dead and its payload has not been dropped.
    pub(crate) unsafe fn drop_payload(&mut self, cell: usize) {
        // SAFETY: the kind says what the cell holds; it is dropped once (contract).
        let dropped = catch_unwind(AssertUnwindSafe(|| unsafe {
            match kind_of(cell) {
                Kind::UserData => {
                    self.remove_external((*(cell as *const Header)).aux as usize);
                    std::ptr::drop_in_place(cell as *mut UserData);
                }
                Kind::Thread => {
                    self.remove_external(
                        (*(cell as *const Thread)).stack_size as usize * size_of::<RawValue>(),
                    );
                    std::ptr::drop_in_place(cell as *mut Thread);
                }
                Kind::Proto => std::ptr::drop_in_place(cell as *mut Proto),
                Kind::Code => {
                    let code = cell as *mut Code;
                    self.remove_external(crate::instantiate::external_bytes((*code).draft_proto()));
                    crate::instantiate::release_draft(self, &(*code).draft);
                    std::ptr::drop_in_place(code);
                }
                Kind::String
                | Kind::Table
                | Kind::Values
                | Kind::Bytes
                | Kind::LuaFunction
                | Kind::NativeFunction
                | Kind::Upvalue
                | Kind::CData => {}
            }
        }));
        if dropped.is_err() {
            self.stats.destructor_panics += 1;
        }
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        for cell in self.memory.payload_cells() {
            // SAFETY: the heap ends, and these have not been dropped.
            unsafe { self.drop_payload(cell) };
        }
    }
}
