//! The compiler of hot loops.
//!
//! # How a loop gets compiled
//!
//! In a VM with a compiler every back-edge is a `JLOOP` with a [`LoopSite`](crate::interp::compiled::LoopSite). When its count is down, [`hot`] starts to
//! **record** (`record/`): the handler table is exchanged, and the recorder is told of each instruction before the interpreter executes it. It
//! reads the values that are there, and writes down what the instruction does with values of such types as [`ir`] instructions: guards of what it
//! takes for granted, and the work. Whether a branch is taken, and what an instruction left to the interpreter gives, it sees before the instruction that
//! follows. Back at the loop's beginning the trace is complete. It is **optimised** (`opt/`) and **lowered** (`lower/`) to machine code by way of
//! Cranelift on a thread of its own (`background.rs`), while the interpreter goes on; a visit of the `JLOOP` after that finds the code and runs it. How much time all
//! that may take is bounded (`allowance.rs`).
//!
//! A guard that does not hold leaves the code through its **snapshot** (`exit.rs`): compiled code stores the values that matter in a buffer and returns
//! the snapshot's number, and the interpreter goes on before the instruction. An exit taken often is recorded in turn, from
//! where it leaves: a **side trace** of the same [`Region`], which is compiled again as one function with both. So a loop with branches
//! becomes a loop with branches, and an inner loop grows the outer one around it. A trace that comes to a loop with a region of its own **links** to it: that region goes on,
//! from the Lua stack (`enter.rs`). Other loops on the way become loops of the same region (`record/inner.rs`). Functions have regions as well, for recursion: they begin where calls are counted, and
//! call each other's machine code (`record/recursion.rs`, `lower/calls.rs`).
//!
//! # What holds
//!
//! - **Nothing is compiled that the interpreter does not do.** What the recorder has no instructions for is executed by the interpreter's slow path in the middle of
//!   compiled code (`EXEC`), the stack and the frames brought up to date before. What that cannot do either ends the recording with a [`Reason`], which is counted.
//! - **What was lent is checked again after whatever the interpreter executes**: it may have ended the epoch. Views of rows and parts, and tables nobody else knows, exist as
//!   descriptions (`SHOWN`, `PART`, `FreshTable`) that exits turn into objects; one that would have to be an object inside the code ends the recording.
//! - **A guard comes before all effects of its instruction**: leaving means doing the whole instruction again.
//! - **Slots that closures share stay in memory**, and so does every slot that no trace changes.
//! - **A snapshot restores what may be read or shown**: registers that are read later, and local variables in scope (`record/live.rs`).
//! - **No reference is held that the collector does not see.** While compiled code runs no collection starts but inside `EXEC`, where all that matters is on
//!   the stack. References in the code itself are to constants of prototypes, which are kept as long as the region, and to metatables of C types. Tables and functions are told by what they
//!   are (shapes, prototypes, native code), not by their address.
//! - **Compiled code may wait for compiled code** that it has called. All frames are made and all that matters is stored before, so that what is called may leave for good; in recursions
//!   that nobody looks into, once it does (`lower/late.rs`).
//! - **A region is freed when none of its code runs** (`State::retire`).
//! - **The compiler's thread follows no address**: a region sent to it is a copy, and what it names is pinned.
//! - A reload, and whatever changes what a region rests on without a guard noticing, flushes all regions. Hooks and the instruction limit keep
//!   compiled code from being entered, and it is left when an `EXEC` sets one.
//!
//! `ARCHITECTURE.md` says what is missing.

#![allow(unsafe_code, reason = "runs compiled code, reads and writes bytecode and stack slots")]

mod allowance;
mod background;
mod control;
mod enter;
mod execute;
mod exit;
mod force;
mod helpers;
pub(crate) mod ir;
mod layout;
mod lifecycle;
mod lower;
mod memory;
mod opt;
mod reason;
mod record;
mod report;
mod rest;
mod sites;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::collections::HashMap;

use crate::CompilerStats;
use crate::activity::Activity;
use crate::bytecode::{Insn, Op};
use crate::function::Proto;
use crate::interp::compiled::{CompilerLink, LoopSite};
use crate::profile::Sampler;
use crate::stats::LAST_ABORTS;
use crate::thread::CallInfo;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

use allowance::Allowance;
use background::{Background, Garbage};
use control::control;
use exit::Exit;
use ir::{Region, Slot, SnapId};
use lifecycle::Pending;
use memory::Code;
use reason::Reason;
use record::Recorder;
use sites::hot;

/// Values an exit may restore.
const BUFFER: usize = 1024;
/// Arguments of a short form.
pub(crate) const ARGUMENTS: usize = 8;
/// Traces of one region, at most.
const MAX_TRACES: usize = 60;

/// What compiled code and the routines around it share. Compiled code knows its address.
#[repr(C)]
pub(crate) struct Runtime {
    /// Register 0 of the frame in which the region was entered.
    pub(crate) base: *mut RawValue,
    /// The region that runs.
    pub(crate) region: *const Compiled,
    /// The frame in which compiled code was entered: those above it were called by compiled code, which they return to.
    pub(crate) bottom: *mut CallInfo,
    /// Compiled code calls itself only while the machine's stack has not grown to here.
    pub(crate) stack_floor: usize,
    /// How often compiled code has called itself since it was entered.
    pub(crate) calls: u64,
    /// Arguments of a short form.
    pub(crate) arguments: [u64; ARGUMENTS],
    /// How many turns the loop has taken since it was entered.
    pub(crate) turns: u64,
    /// What an exit restores, raw.
    pub(crate) buffer: [u64; BUFFER],
}

/// The part of [`Runtime`] that belongs to one entry.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct RuntimeHead {
    base: *mut RawValue,
    region: *const Compiled,
    bottom: *mut CallInfo,
}

/// How the interpreter takes over where an `EXEC` has left compiled code.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Left {
    /// With the frame on top.
    On,
    /// An `Entry` frame has returned.
    Exit,
    /// With an error.
    Raised(Raised),
}

/// What compiled code returns when the frames are as they should be already.
pub(crate) const LEFT: u32 = u32::MAX;
/// What it returns when a slot had another type where the loop begins.
pub(crate) const NOT_ENTERED: u32 = u32::MAX - 1;

/// What it returns, beside the number of a snapshot, when the stack is as that says and its frames are to be made: another region goes on.
pub(crate) const LINKED: u32 = u32::MAX - 2;

/// What it returns above the number of a snapshot when stack and frame are as that says.
pub(crate) const STORED: u32 = u32::MAX;

/// What it returns to compiled code that has called it when its function has returned; above that, how many values, which are the first arguments.
pub(crate) const RETURNED: u32 = u32::MAX - 3;

/// A region and its code.
pub(crate) struct Compiled {
    /// As recorded: it is optimised anew when it has grown.
    pub(crate) region: Region,
    pub(crate) code: Code,
    /// Its number, and that of its site.
    number: u32,
    site: u32,
    pub(crate) exits: Vec<Exit>,
    /// Where the loop begins.
    header: *const Insn,
    /// The prototypes it has to do with.
    protos: Vec<Gc<Proto>>,
    /// Where holders of the prototypes are pinned.
    pinned: Vec<usize>,
    pub(crate) is_retired: Cell<bool>,
    /// The exit that is always taken, in tests.
    forced: Option<SnapId>,
    /// When it was entered last, in entries of all regions.
    last_entry: u64,
    /// How often in a row it was not entered.
    refused: u32,
    /// How often it was entered, and how many turns it took, since that was last looked at.
    entries: u64,
    turns: u64,
    /// So often it is entered until it is asked whether it pays.
    trial: u64,
}

/// How many times as often as a loop turns a function is called until it is recorded by itself: most are part of a loop by then.
const CALLS_PER_LOOP: u32 = 4;
/// Up to this value of `hotloop`, everything is compiled that can be, whether it pays or not: for tests.
const EAGER: u32 = 3;

/// What is known of a site beyond what the interpreter needs.
#[derive(Clone, Debug, Default)]
struct Site {
    /// Slots whose type changes.
    any: Vec<Slot>,
    /// Guards stay in the loop: hoisted, they have kept it from being entered.
    keeps_guards: bool,
    /// What the loop carries stays a double: narrowed, it has kept the loop from being entered.
    keeps_doubles: bool,
    /// Views that are kept are made: somewhere an object is needed.
    makes_views: bool,
    /// It, or its region, is being compiled.
    is_pending: bool,
    failures: u32,
    /// How long it rests next.
    rests: u32,
    /// It counts calls of a function, not turns of a loop.
    counts_calls: bool,
}

impl Site {
    /// From now on a slot may have any type.
    fn has_any(&mut self, slot: Slot) {
        if !self.any.contains(&slot) {
            self.any.push(slot);
        }
    }
}

/// Parameters, by the names that LuaJIT has for them.
#[derive(Clone, Copy, Debug)]
struct Parameters {
    hot_loop: u32,
    hot_exit: u32,
    max_record: u32,
    max_side: u32,
    /// Regions at most.
    max_trace: u32,
    /// KiB of machine code at most.
    max_mcode: u32,
    /// How often a function is inlined in itself before it calls itself.
    unrolled_recursion: u32,
    /// Whether guards and loads are hoisted out of loops.
    hoists: bool,
    /// Whether loops carry integers where they can.
    narrows: bool,
}

impl Default for Parameters {
    fn default() -> Parameters {
        Parameters {
            hot_loop: 56,
            hot_exit: 10,
            max_record: 4000,
            max_side: MAX_TRACES as u32,
            max_trace: 600,
            max_mcode: 8192,
            unrolled_recursion: 2,
            hoists: true,
            narrows: true,
        }
    }
}

/// What code there is for a loop that a recording comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoopCode {
    /// A region, by its site.
    Compiled(u32),
    /// None yet.
    Coming,
    /// None, and it has been tried.
    Never,
}

/// The compiler of a VM.
pub(crate) struct State {
    pub(crate) runtime: Runtime,
    pub(crate) left: Left,
    loop_sites: Vec<LoopSite>,
    sites: Vec<Site>,
    /// By number, from 1; freed ones are `None`.
    regions: Vec<Option<Box<Compiled>>>,
    /// The region of each site, null if there is none, where compiled code finds it.
    #[allow(clippy::vec_box, reason = "compiled code knows the address")]
    entrances: Vec<Box<Cell<*const Compiled>>>,
    #[allow(clippy::vec_box, reason = "the running one is known by its address")]
    retired: Vec<Box<Compiled>>,
    /// What has been retired and left, and other parts of regions that nobody needs: the compiler's thread frees them.
    garbage: Garbage,
    /// How many entries of compiled code are under way.
    running: u32,
    recorder: Option<Box<Recorder>>,
    is_on: bool,
    parameters: Parameters,
    odd: force::Odd,
    /// Where what the recorder knows by its address is pinned: a function may be gone before its trace is complete.
    recording_pins: Vec<usize>,
    /// Free places among the pinned values.
    free_pins: Vec<usize>,
    aborts: HashMap<Reason, u64>,
    /// The last reasons, each once, the newest first.
    last_aborts: [Option<Reason>; LAST_ABORTS],
    /// Compiles at once, where that is asked for; made when it is.
    compiler: Option<lower::Compiler>,
    /// Compiles while the interpreter goes on, once there was something to compile.
    background: Option<Background>,
    /// What is being compiled.
    pending: Vec<Pending>,
    tickets: u64,
    /// How often all code was flushed.
    generation: u64,
    report: report::Report,
    allowance: Allowance,
    resting: rest::Resting,
    /// Counters.
    pub(crate) compiled: u64,
    pub(crate) entries: u64,
}

// SAFETY: what it points to belongs to the VM that owns it.
unsafe impl Send for State {}

/// Gives a VM a compiler; whether this machine has one. Code instantiated from now on may be compiled.
pub(crate) fn install(vm: &mut Vm) -> bool {
    if !lower::is_supported() {
        return false;
    }
    let unknown = LoopSite { original: Insn::abc(Op::RET0, 0, 0, 0), count: 1, region: 0 };
    let mut state = Box::new(State {
        runtime: Runtime {
            base: std::ptr::null_mut(),
            region: std::ptr::null(),
            bottom: std::ptr::null_mut(),
            stack_floor: 0,
            calls: 0,
            arguments: [0; ARGUMENTS],
            turns: 0,
            buffer: [0; BUFFER],
        },
        left: Left::On,
        loop_sites: vec![unknown],
        sites: vec![Site::default()],
        regions: vec![None],
        entrances: vec![Box::new(Cell::new(std::ptr::null()))],
        retired: Vec::new(),
        garbage: Garbage::default(),
        running: 0,
        recorder: None,
        is_on: true,
        parameters: Parameters::default(),
        odd: force::Odd::default(),
        recording_pins: Vec::new(),
        free_pins: Vec::new(),
        aborts: HashMap::new(),
        last_aborts: [None; LAST_ABORTS],
        compiler: None,
        background: None,
        pending: Vec::new(),
        tickets: 0,
        generation: 0,
        report: report::Report::default(),
        allowance: Allowance::new(),
        resting: rest::Resting::default(),
        compiled: 0,
        entries: 0,
    });
    let sites = state.loop_sites.as_mut_ptr();
    vm.compiled =
        CompilerLink { sites, hot, record: sites::record, control, recording: false, state: Some(state) };
    vm.heap.counts_loops = true;
    true
}

/// The instruction at a place in code, looked through a `JLOOP`.
///
/// # Safety
/// The state is that of the VM whose code it is.
pub(crate) unsafe fn original(state: *const State, insn: Insn) -> Insn {
    if insn.op() == Op::JLOOP && insn.index() != 0 {
        // SAFETY: by contract; sites are never removed.
        unsafe { (&(*state).loop_sites)[insn.index()].original }
    } else {
        insn
    }
}

impl State {
    /// The compiler of a VM that has one.
    ///
    /// # Safety
    /// `vm` is a live VM with a compiler.
    pub(crate) unsafe fn of(vm: *mut Vm) -> *mut State {
        // SAFETY: by contract.
        let state = unsafe { (*vm).compiled.state.as_mut() };
        let state: *mut dyn std::any::Any = &mut **state.expect("only a VM with a compiler gets here");
        // `install` has put it there, and nobody asks what it is each time compiled code is entered.
        // SAFETY: it lives.
        debug_assert!(unsafe { (*state).is::<State>() });
        state.cast()
    }

    /// What code there is for the loop of a back-edge.
    fn code_of(&self, back_edge: Insn) -> LoopCode {
        if back_edge.op() != Op::JLOOP {
            return LoopCode::Never;
        }
        let site = back_edge.index();
        if site == 0 {
            LoopCode::Coming
        } else if self.loop_sites[site].region != 0 {
            LoopCode::Compiled(site as u32)
        } else if self.sites[site].failures < 3 {
            LoopCode::Coming
        } else {
            LoopCode::Never
        }
    }

    /// Whether a function has a region of its own that a trace calls rather than to record the function: it calls others itself, or leads to them.
    fn is_called(&self, site: u32) -> bool {
        let number = self.loop_sites[site as usize].region;
        let Some(Some(compiled)) = self.regions.get(number as usize) else { return false };
        let region = &compiled.region;
        region.is_function
            && (region.traces.iter().any(|trace| matches!(trace.end, ir::End::Link(..)))
                || region.bodies().any(|r| region.get(r).op == ir::IrOp::CALL))
    }

    /// Whether what does not pay is given up; not where loops are to be compiled at once, for tests.
    fn only_if_it_pays(&self) -> bool {
        self.parameters.hot_loop > EAGER
    }

    /// How often an exit is taken until a side trace is recorded from there, where so many pay for it.
    fn hot_exit(&mut self, exits_to_pay: u32) -> u32 {
        let hot = self.parameters.hot_exit.max(1);
        let usual = if self.only_if_it_pays() { hot.max(exits_to_pay) } else { hot };
        self.odd.count(usual, 4)
    }

    /// Whether there is time to record and compile something now.
    fn may_begin(&mut self) -> bool {
        !self.only_if_it_pays() || self.allowance.has_some()
    }

    /// The thread to compile on, if the system has one to give; starts it.
    fn background(&mut self, vm: &Vm) -> Option<&Background> {
        if self.background.is_none() {
            self.background = Background::start(interrupt_flag(vm));
        }
        self.background.as_ref()
    }

    /// What compiles at once.
    fn compiler(&mut self, vm: &Vm) -> Option<&mut lower::Compiler> {
        if self.compiler.is_none() {
            self.compiler = lower::Compiler::new(interrupt_flag(vm));
        }
        self.compiler.as_mut()
    }

    /// Instructions are recorded from now on.
    fn begin(&mut self, vm: &mut Vm, mut recorder: Recorder) {
        self.allowance.begin();
        recorder.only_if_it_pays = self.only_if_it_pays();
        recorder.makes_views = self.sites[recorder.site as usize].makes_views;
        self.recorder = Some(Box::new(recorder));
        vm.set_recording(true);
    }

    fn abort(&mut self, reason: Reason) {
        *self.aborts.entry(reason).or_default() += 1;
        let known = self.last_aborts.iter().position(|other| *other == Some(reason));
        self.last_aborts[..=known.unwrap_or(LAST_ABORTS - 1)].rotate_right(1);
        self.last_aborts[0] = Some(reason);
    }
}

/// Where compiled code finds out that the script is to stop.
fn interrupt_flag(vm: &Vm) -> usize {
    std::sync::Arc::as_ptr(&vm.interrupt) as usize
}

/// What the compiler of a VM has done, if it has one.
pub(crate) fn stats(vm: &Vm) -> Option<CompilerStats> {
    let state = vm.compiled.state.as_ref()?.downcast_ref::<State>()?;
    let regions = || state.regions.iter().flatten();
    Some(CompilerStats {
        regions: regions().count(),
        code_bytes: regions().map(|compiled| compiled.code.len()).sum(),
        compiled: state.compiled,
        entries: state.entries,
        aborts: state.aborts.values().sum(),
        last_aborts: state.last_aborts.map(|reason| reason.map(Reason::text)),
        time: state.allowance.spent,
        waited: state.allowance.spent_here,
        samples: vm.sampler.as_ref().map_or(0, Sampler::total),
        compiled_samples: vm.sampler.as_ref().map_or(0, |sampler| sampler.count(Activity::Compiled)),
    })
}
