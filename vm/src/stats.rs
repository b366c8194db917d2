//! What a VM counts.

use crate::error::ErrorKind;
use crate::gc;
use crate::host::HostState;
use crate::vm::Vm;

/// The counters of a VM, as [`Context::stats`](crate::Context::stats) gives them.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Stats<'a> {
    /// Bytes the heap has in use, Rust-side buffers included.
    pub heap_bytes: usize,
    /// Bytes the heap has taken from the system, Rust-side buffers included: what the memory limit is about.
    pub committed_bytes: usize,
    /// Bytes allocated since the VM was made, garbage included.
    pub allocated_bytes: u64,
    /// Where the collection stands.
    pub phase: gc::Phase,
    /// What the collector goes by, and the budget it is given.
    pub pacing: gc::Pacing,
    /// Places for handles, in use or free.
    pub handle_slots: usize,
    /// Outermost calls from the host.
    pub calls: u64,
    /// What the collector reports.
    pub collector: &'a gc::Stats,
    host: &'a HostState,
}

impl<'a> Stats<'a> {
    pub(crate) fn of(vm: &'a Vm) -> Stats<'a> {
        Stats {
            heap_bytes: vm.heap.used(),
            committed_bytes: vm.heap.committed(),
            allocated_bytes: vm.heap.allocated(),
            phase: vm.heap.phase(),
            pacing: vm.heap.pacing(),
            handle_slots: vm.heap.roots.handles.len(),
            calls: vm.host.calls,
            collector: &vm.heap.stats,
            host: &vm.host,
        }
    }

    /// How many errors of a kind the host was given.
    pub fn errors(&self, kind: ErrorKind) -> u64 {
        self.host.errors[kind as usize]
    }
}
