//! What the interpreter knows of compiled code: nothing but where to ask.
//!
//! In code that may be compiled, the instruction at each back-edge is a [`JLOOP`](crate::bytecode::Op::JLOOP), which names a [`LoopSite`]: the
//! instruction it stands for, and a count. The handler counts down and does what the instruction does; at zero it asks [`CompilerLink::hot`], which
//! records, compiles, or runs what was compiled. A `JLOOP` in front of a function's first instruction counts calls: it goes straight on. Where nothing may be compiled, no `JLOOP` exists and nothing of this costs anything.
//!
//! While a trace is recorded, the VM's handler table is exchanged for one in which every opcode first tells [`CompilerLink::record`].

use std::any::Any;
use std::fmt;
use std::io::Write;

use crate::bytecode::Insn;
use crate::function::Proto;
use crate::interp::{Go, SlowFn};
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// A back-edge.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct LoopSite {
    /// The instruction that `JLOOP` stands for.
    pub(crate) original: Insn,
    /// How often it is taken until the compiler is asked.
    pub(crate) count: u32,
    /// What is compiled for it: the compiler's business.
    pub(crate) region: u32,
}

/// The compiler, if there is one.
pub(crate) struct CompilerLink {
    /// The sites; the first stands for those that are not known yet.
    pub(crate) sites: *mut LoopSite,
    /// Asked when a site's count is down.
    pub(crate) hot: SlowFn,
    /// Told of every instruction while a trace is recorded.
    pub(crate) record: SlowFn,
    /// Does what a script wants of the compiler.
    pub(crate) control: fn(&mut Vm, Control<'_>) -> bool,
    /// Whether a trace is being recorded.
    pub(crate) recording: bool,
    /// The compiler's own.
    pub(crate) state: Option<Box<dyn Any + Send>>,
}

/// What a script may want of the compiler, by the `jit` library. The answer is whether there is such a thing.
#[derive(Debug)]
pub(crate) enum Control<'a> {
    /// Whether it is on.
    Status,
    /// The host's next frame begins.
    Frame,
    /// Switch it on or off.
    Switch(bool),
    /// Switch it on or off for one function.
    SwitchFor(Gc<Proto>, bool),
    /// Forget all compiled code.
    Flush,
    /// Forget the code that has to do with one function.
    FlushFor(Gc<Proto>),
    /// Forget a region.
    FlushRegion(u32),
    /// A parameter, as `hotloop`, and its value.
    Parameter(&'a [u8], i32),
    /// Tell somebody what is compiled, or nobody any more.
    Listen(Option<Listener>),
    /// Tell of a region.
    Facts(u32, &'a mut RegionFacts),
    /// A line of a region's listing.
    Line(u32, ListingPart, u32, &'a mut String),
    /// A constant of a region.
    Constant(u32, u32, &'a mut RawValue),
    /// A region's machine code.
    Code(u32, &'a mut Vec<u8>),
}

/// Somebody who wants to know what is compiled.
pub(crate) struct Listener {
    /// What of it, as `jit.dump` has letters for it.
    pub(crate) letters: Vec<u8>,
    /// It is about lines only, which are no output of the program.
    pub(crate) is_brief: bool,
    /// Where it goes, if not to where the VM writes.
    pub(crate) out: Option<Box<dyn Write + Send>>,
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("letters", &self.letters.escape_ascii().to_string()).finish()
    }
}

/// Which part of a region's listing is meant.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ListingPart {
    /// An instruction.
    Instruction,
    /// A snapshot.
    Snapshot,
}

/// What can be counted of a region.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RegionFacts {
    /// Instructions, constants included.
    pub(crate) instructions: usize,
    /// Constants.
    pub(crate) constants: usize,
    /// Snapshots, each an exit.
    pub(crate) exits: usize,
    /// Traces: the root and what was added to it.
    pub(crate) traces: usize,
    /// Where the machine code begins.
    pub(crate) address: usize,
}

impl CompilerLink {
    /// No compiler.
    pub(crate) fn none() -> CompilerLink {
        CompilerLink {
            sites: std::ptr::null_mut(),
            hot: unlinked,
            record: unlinked,
            control: |_, _| false,
            recording: false,
            state: None,
        }
    }
}

fn unlinked(_: &mut Vm, _: Insn) -> Result<Go, Raised> {
    unreachable!("without a compiler no code asks for one")
}

impl Vm {
    /// Forgets all compiled code: what it rests on has changed.
    pub(crate) fn flush_compiled(&mut self) {
        (self.compiled.control)(self, Control::Flush);
    }

    /// The host's next frame begins, and with it the compiler has time again.
    pub(crate) fn frame_begins(&mut self) {
        (self.compiled.control)(self, Control::Frame);
    }

    /// Begins or ends telling the compiler of every instruction. While somebody looks on, the table is another.
    pub(crate) fn set_recording(&mut self, on: bool) {
        self.compiled.recording = on;
        if !self.watch.is_on() {
            self.handlers = if on { super::recording_table() } else { super::handler_table() };
        }
    }
}
