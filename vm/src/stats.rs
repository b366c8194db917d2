//! What a VM counts.

use std::time::Duration;

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
    /// What the compiler of hot loops has done; `None` without one.
    pub compiler: Option<CompilerStats>,
    host: &'a HostState,
}

/// How many reasons [`CompilerStats::last_aborts`] holds.
pub(crate) const LAST_ABORTS: usize = 4;

/// What the compiler of hot loops has done in a VM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompilerStats {
    /// Loops that run compiled now.
    pub regions: usize,
    /// Bytes of their machine code.
    pub code_bytes: usize,
    /// How often a loop was compiled, anew because it had grown included.
    pub compiled: u64,
    /// How often compiled code was entered.
    pub entries: u64,
    /// How often a recording came to nothing. `jit.v` says where and why.
    pub aborts: u64,
    /// The last reasons for that, each once, the newest first, as `jit.v` words them.
    pub last_aborts: [Option<&'static str>; LAST_ABORTS],
    /// The time that recording and compiling took, that of the compiler's thread by half.
    pub time: Duration,
    /// What of it scripts waited for: recording, and putting to use what the compiler's thread had done.
    pub waited: Duration,
    /// How often it was looked what the VM was doing while a script ran: [`Lua::set_sampling`](crate::Lua::set_sampling).
    pub samples: u64,
    /// How often it ran compiled code then.
    pub compiled_samples: u64,
}

impl CompilerStats {
    /// The compiled share of the time of scripts, between 0 and 1, as far as samples tell: 0 without any.
    pub fn share(&self) -> f64 {
        if self.samples == 0 { 0.0 } else { self.compiled_samples as f64 / self.samples as f64 }
    }
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
            compiler: crate::jit::stats(vm),
            host: &vm.host,
        }
    }

    /// How many errors of a kind the host was given.
    pub fn errors(&self, kind: ErrorKind) -> u64 {
        self.host.errors[kind as usize]
    }
}
