//! Functions that call themselves: the recorder lets the interpreter execute the call, and goes on behind it.

use super::super::ir::{Begin, End, Ins, IrOp, Place, Ref, Ty};
use super::super::reason::Reason;
use super::{Outcome, Recorded, Recorder};
use crate::jit::ARGUMENTS;
use crate::thread::FrameKind;
use crate::vm::Vm;

/// How often a function is inlined in itself before it calls itself.
const INLINED: usize = 1;
/// For how many instructions of a call the recording waits.
const PATIENCE: u32 = 4_000;

impl Recorder {
    /// Whether the function on top, which has just been called, is the one the region begins with, so often inlined that it is called now.
    pub(super) fn may_call_itself(&self) -> bool {
        let frame = self.top_frame();
        let depth = self.frames.iter().filter(|other| other.proto == frame.proto).count();
        self.region.is_function
            && !self.has_returned
            && self.pc == self.header
            && frame.kind == FrameKind::Lua
            && depth > 1 + INLINED
            && frame.call.c() <= ARGUMENTS
    }

    /// The function on top is called, not inlined; false if something would have to be an object that is none.
    pub(super) fn call_itself(&mut self) -> Recorded<bool> {
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
        let imm = wanted as u64 | u64::from(is_open) << 32;
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
