//! Values the host holds on to.
//!
//! A handle owns an index into `heap.roots.handles`. Handles are cloned and dropped on any thread: the last one dropped puts the index
//! on a queue, from which the VM takes it when it makes the next handle or collects.

use std::fmt;
use std::sync::Arc;

use crossbeam_queue::SegQueue;

use crate::error::{Error, ErrorKind};
use crate::value::RawValue;
use crate::vm::Vm;

/// The VM's side of its handles.
#[derive(Default)]
pub(super) struct Roots {
    released: Arc<SegQueue<u32>>,
    /// Places that hold nil.
    free: Vec<u32>,
    /// Handles whose values were taken back ([`Root::give_back`]), to be the next ones.
    spare: Vec<Arc<Slot>>,
}

/// How many of those are kept.
const MAX_SPARE: usize = 64;

/// A value held by the host: counted, for any thread.
#[derive(Clone)]
pub(crate) struct Root(Arc<Slot>);

struct Slot {
    index: u32,
    /// The queue of the VM the value belongs to; it also tells VMs apart.
    released: Arc<SegQueue<u32>>,
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0.index)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.released.push(self.index);
    }
}

impl Root {
    /// The value.
    ///
    /// # Errors
    /// [`ErrorKind::WrongState`] if it belongs to another VM.
    #[inline(always)]
    pub(crate) fn get(&self, vm: &Vm) -> Result<RawValue, Error> {
        if Arc::ptr_eq(&self.0.released, &vm.host.roots.released) {
            Ok(vm.heap.roots.handles[self.0.index as usize])
        } else {
            Err(wrong_state())
        }
    }

    /// The value, of a handle that is given up. The last of its clones is kept for the next handle, which a function that returns a new value to
    /// Lua makes at every call: it costs no allocation then, and no turn through the queue.
    ///
    /// # Errors
    /// As [`Root::get`].
    #[inline]
    pub(crate) fn give_back(self, vm: &mut Vm) -> Result<RawValue, Error> {
        let value = self.get(vm)?;
        // Nobody else can make another clone of the only one, and there are no weak ones.
        if Arc::strong_count(&self.0) == 1 && vm.host.roots.spare.len() < MAX_SPARE {
            assign(vm, self.0.index, RawValue::NIL);
            vm.host.roots.spare.push(self.0);
        }
        Ok(value)
    }
}

#[cold]
fn wrong_state() -> Error {
    Error::new(ErrorKind::WrongState, "a handle of one Lua state was used with another")
}

/// Makes a value survive until the handle is dropped.
pub(crate) fn root(vm: &mut Vm, value: RawValue) -> Root {
    if let Some(slot) = vm.host.roots.spare.pop() {
        assign(vm, slot.index, value);
        return Root(slot);
    }
    let roots = &mut vm.host.roots;
    let index = match roots.free.pop().or_else(|| roots.released.pop()) {
        Some(index) => {
            assign(vm, index, value);
            index
        }
        None => {
            vm.heap.roots.handles.push(value);
            u32::try_from(vm.heap.roots.handles.len() - 1).expect("fewer than 2^32 handles")
        }
    };
    Root(Arc::new(Slot { index, released: Arc::clone(&vm.host.roots.released) }))
}

fn assign(vm: &mut Vm, index: u32, value: RawValue) {
    let old = std::mem::replace(&mut vm.heap.roots.handles[index as usize], value);
    vm.heap.barrier(old);
}

impl Vm {
    /// Lets go of the values whose handles were dropped, so that a collection about to begin can free them.
    pub(crate) fn release_dropped_handles(&mut self) {
        while let Some(index) = self.host.roots.released.pop() {
            assign(self, index, RawValue::NIL);
            self.host.roots.free.push(index);
        }
    }
}
