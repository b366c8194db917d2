//! Calls of functions with regions of their own, recursion above all: the recorder lets the interpreter execute the call, and goes on behind it.

use super::super::ir::{Begin, End, Ins, IrOp, OWN_SITE, Place, Ref, Ty, called_imm};
use super::super::reason::Reason;
use super::super::{LoopCode, State};
use super::{Outcome, Recorded, Recorder};
use crate::jit::ARGUMENTS;
use crate::thread::FrameKind;
use crate::vm::Vm;

/// How often a function is inlined in itself before it calls itself.
const INLINED: usize = 1;
/// For how many instructions of a call the recording waits.
const PATIENCE: u32 = 4_000;

impl Recorder {
    /// The site of the function on top, which has just been called by the trace, if its region is to be called.
    pub(super) fn site_to_call(&self, state: &State) -> Option<u32> {
        let frame = self.top_frame();
        if frame.kind != FrameKind::Lua || frame.call.c() > ARGUMENTS {
            return None;
        }
        if self.region.is_function && self.pc == self.header {
            let depth = self.frames.iter().filter(|other| other.proto == frame.proto).count();
            return (depth > 1 + INLINED).then_some(OWN_SITE);
        }
        // SAFETY: a live code's instruction.
        match state.code_of(unsafe { *self.pc }) {
            LoopCode::Compiled(site) if self.is_too_deep() || state.is_called(site) => Some(site),
            _ => None,
        }
    }

    /// The function on top is called, not inlined; false if something would have to be an object that is none.
    pub(super) fn call_region(&mut self, site: u32) -> Recorded<bool> {
        let snap = self.snapshot()?;
        let live = self.region.snaps[snap as usize].live.clone();
        let values: Vec<Ref> = live
            .into_iter()
            .filter_map(|slot| match self.place(slot) {
                Some(Place::Value(r)) => Some(r),
                _ => None,
            })
            .collect();
        if values.iter().any(|r| self.region.get(*r).is_virtual()) {
            return Ok(false);
        }
        for r in values {
            if matches!(self.region.get(r).op, IrOp::CREF | IrOp::CNEW | IrOp::TNEW) {
                self.emit(Ins::new(IrOp::KEEP, Ty::Void).a(r))?;
            }
        }
        self.snap = None;
        self.poll()?;
        let (wanted, is_open) = match self.top_frame().call.c() {
            0 => (1, true),
            c => (c - 1, false),
        };
        let imm = called_imm(site, wanted, is_open);
        let call = self.emit(Ins::new(IrOp::CALL, Ty::Any).imm(imm))?;
        let snap = self.region.get(call).snap;
        self.region.snaps[snap as usize].may_grow = false;
        let mut results = vec![call];
        for number in 1..wanted {
            results.push(self.emit(Ins::new(IrOp::RESULT, Ty::Any).a(call).imm(number as u64))?);
        }
        results.truncate(wanted);
        self.return_values(&results)?;
        (self.is_waiting, self.ignored) = (true, 0);
        Ok(true)
    }

    /// The interpreter is about to execute an instruction; what becomes of it if it is one of the call that the recording waits for.
    pub(super) fn wait(&mut self, vm: &Vm) -> Option<Outcome> {
        let is_inside = vm.thread == self.thread
            && vm.native_depth >= self.native_depth
            && vm.frames().len() > self.depth + self.frames.len();
        if !std::mem::replace(&mut self.is_waiting, is_inside) || !is_inside {
            return None;
        }
        self.ignored += 1;
        if self.ignored <= PATIENCE {
            return Some(Outcome::On);
        }
        if self.begin == Begin::Root && !self.region.is_function {
            return Some(Outcome::Aborted(Reason::TooLong));
        }
        // What follows is recorded when it has been left often enough.
        (self.pc, self.snap) = (self.expected[0], None);
        Some(match self.snapshot() {
            Ok(snap) => {
                self.end(End::Exit(snap));
                Outcome::Done
            }
            Err(reason) => Outcome::Aborted(reason),
        })
    }
}
