//! Calls of functions with regions of their own, recursion above all: the recorder lets the interpreter execute the call, and goes on behind it.

use super::super::ir::{Begin, End, Ins, IrOp, OWN_SITE, Place, Ref, Slot, Ty, called_imm, called_site};
use super::super::reason::Reason;
use super::super::{LoopCode, State};
use super::{Outcome, Recorded, Recorder};
use crate::jit::ARGUMENTS;
use crate::thread::FrameKind;
use crate::vm::Vm;

/// For how many instructions of a call the recording waits.
const PATIENCE: u32 = 4_000;

/// A call that the interpreter executes, behind which the trace goes on.
pub(super) struct Waiting {
    call: Ref,
    /// Where its results go, if all are taken.
    into: Option<Slot>,
    /// How many instructions it has taken.
    steps: u32,
}

impl Recorder {
    /// The site of the function on top, which has just been called by the trace, if its region is to be called.
    pub(super) fn site_to_call(&self, state: &State) -> Option<u32> {
        let frame = self.top_frame();
        // The first frame is nobody's call, also if a tail call has put another function there.
        if self.frames.len() == 1 || frame.kind != FrameKind::Lua || frame.call.c() > ARGUMENTS {
            return None;
        }
        if self.region.is_function && self.pc == self.header {
            let depth = self.frames.iter().filter(|other| other.proto == frame.proto).count();
            return (depth > 1 + state.parameters.unrolled_recursion as usize).then_some(OWN_SITE);
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
        if values.iter().any(|r| self.region.get(*r).is_virtual() || self.region.ty(*r).is_wide()) {
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
        let frame = self.top_frame();
        let called_at = self.frames[self.frames.len() - 2].base + frame.call.a() as Slot;
        let snapshot = &mut self.region.snaps[snap as usize];
        (snapshot.may_grow, snapshot.kept_below) = (false, called_at);
        let results = self.results_of(call, wanted)?;
        self.return_values(&results)?;
        let into = self.top.map(|top| top - wanted as Slot).filter(|_| is_open);
        self.waiting = Some(Waiting { call, into, steps: 0 });
        Ok(true)
    }

    /// The first results of a call, right behind it.
    fn results_of(&mut self, call: Ref, count: usize) -> Recorded<Vec<Ref>> {
        let result = |number| match number {
            0 => Ok(call),
            _ => self.emit(Ins::new(IrOp::RESULT, Ty::Any).a(call).imm(number as u64)),
        };
        (0..count).map(result).collect()
    }

    /// The interpreter is about to execute an instruction; what becomes of it if it is one of the call that the recording waits for.
    pub(super) fn wait(&mut self, vm: &Vm, mut waiting: Waiting) -> Recorded<Option<Outcome>> {
        let is_inside = vm.thread == self.thread
            && vm.native_depth >= self.native_depth
            && vm.frames().len() > self.depth + self.record_count();
        if !is_inside {
            if vm.frames().len() == self.depth + self.record_count() {
                self.settle_results(vm, &waiting)?;
            }
            return Ok(None);
        }
        waiting.steps += 1;
        if waiting.steps <= PATIENCE {
            self.waiting = Some(waiting);
            return Ok(Some(Outcome::On));
        }
        if self.begin == Begin::Root && !self.region.is_function {
            return Err(Reason::TooLong);
        }
        // What follows is recorded when it has been left often enough.
        (self.pc, self.snap) = (self.expected[0], None);
        let snap = self.snapshot()?;
        self.end(End::Exit(snap));
        Ok(Some(Outcome::Done))
    }

    /// The call has returned: if all its results are taken, it gave as many as there are now.
    fn settle_results(&mut self, vm: &Vm, waiting: &Waiting) -> Recorded<()> {
        let Some(into) = waiting.into else { return Ok(()) };
        let count = (vm.top - self.base.wrapping_add_signed(into)) as usize;
        if count > ARGUMENTS {
            return Err(Reason::OpenValues);
        }
        let call = &mut self.region.ins[waiting.call.index()];
        call.imm = called_imm(called_site(call.imm), count, true);
        let results = self.results_of(waiting.call, count)?;
        self.forget_from(into);
        for (slot, value) in (into..).zip(results) {
            self.write_slot(slot, value)?;
        }
        self.top = Some(into + count as Slot);
        self.region.max_slots = self.region.max_slots.max((into + count as Slot) as u32 + 2);
        Ok(())
    }
}
