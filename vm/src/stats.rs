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
