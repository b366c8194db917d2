//! Steps: from one instruction to the next, and to the trace's end.

use super::super::ir::{Begin, End, Ins, IrOp, Place, Ref, Slot, SnapId, Trace, Ty};
use super::super::lower::cost_of_leaving;
use super::super::reason::Reason;
use super::super::{LoopCode, State};
use super::inner::Inner;
use super::live::Registers;
use super::{Outcome, Pending, Recorded, Recorder, type_of};
use crate::bytecode::{Insn, Op};
use crate::vm::Vm;

impl Recorder {
    /// Before `insn`, which the frame on top is about to execute; its pc is behind it.
    pub(crate) fn step(&mut self, vm: &mut Vm, state: &mut State, insn: Insn) -> Outcome {
        if let Some(waiting) = self.waiting.take() {
            match self.wait(vm, waiting) {
                Ok(None) => {}
                Ok(Some(outcome)) => return outcome,
                Err(reason) => return Outcome::Aborted(reason),
            }
        }
        if vm.native_depth > self.native_depth {
            // A native calls Lua.
            self.ignored += 1;
            return if self.ignored > 20_000 { Outcome::Aborted(Reason::TooLong) } else { Outcome::On };
        }
        // SAFETY: the pc is behind the instruction.
        let pc = unsafe { vm.frame().pc.sub(1) };
        let is_here = vm.thread == self.thread
            && vm.native_depth == self.native_depth
            && vm.frames().len() == self.depth + self.record_count()
            && self.expected.contains(&pc);
        if !is_here {
            return self.left_frame();
        }
        match self.step_here(vm, state, insn, pc) {
            Ok(true) => Outcome::Done,
            Ok(false) => Outcome::On,
            Err(reason) => Outcome::Aborted(reason),
        }
    }

    pub(super) fn step_here(
        &mut self,
        vm: &mut Vm,
        state: &mut State,
        insn: Insn,
        pc: *const Insn,
    ) -> Recorded<bool> {
        self.settle(pc)?;
        self.snap = None;
        let came_from = std::mem::replace(&mut self.pc, pc);
        if !matches!(insn.op(), Op::CALL | Op::RET | Op::SETLIST | Op::TAILCALL | Op::CLOSEUP)
            || insn.b() != 0
        {
            self.top = None;
        }
        self.settle_top(vm, insn)?;
        let is_root_frame = self.frames.len() == 1 && !self.has_returned && !self.has_tail_called;
        if pc == self.header && self.steps > 0 && self.frames.len() == 1 {
            if is_root_frame {
                self.close(vm)?;
            } else {
                self.link(self.site)?;
            }
            return Ok(true);
        }
        if self.steps > 0 && self.is_at_entry() {
            return self.enter_function(vm, state, insn);
        }
        // What is left where a loop begins does not begin it.
        if self.steps > 0
            && let Some(back_edge) = self.loop_that_begins()
        {
            // SAFETY: a live code's instruction, and the VM's own compiler.
            let jump = unsafe { super::super::original(state, *back_edge) };
            let is_own = back_edge == self.header && is_root_frame;
            if back_edge == self.header
                && !(is_own && came_from == self.header)
                && self.before_back_edge(vm, back_edge, jump)?
            {
                // In another frame it is the loop of another activation of the function.
                if is_own {
                    self.close(vm)?
                } else {
                    self.link(self.site)?
                }
                return Ok(true);
            }
            // SAFETY: as above.
            let code = unsafe { state.code_of(*back_edge) };
            if !is_own && let Inner::Closed = self.inner_loop(vm, back_edge, jump, code)? {
                return Ok(true);
            }
        }
        // SAFETY: a live code's instruction.
        let word = unsafe { *pc };
        // A loop that rests is not counted.
        let is_back_edge =
            matches!(word.op(), Op::JLOOP | Op::LOOP | Op::FORLOOP | Op::FORLOOP1 | Op::ITERLOOP);
        if is_back_edge && (pc != self.header || !is_root_frame) && !self.is_expected_to_turn() {
            let code = state.code_of(word);
            match code {
                LoopCode::Compiled(site) if self.may_link() => {
                    self.link(site)?;
                    return Ok(true);
                }
                LoopCode::Coming if self.frames.len() == 1 && !self.is_around(pc) => {
                    return Err(Reason::InnerLoop);
                }
                _ => {}
            }
            // One that could not be made a loop of the region, and has code of its own.
            let is_apart = self.declined.contains(&pc) && matches!(code, LoopCode::Compiled(_));
            self.inner_turns += 1;
            if is_apart || self.inner_turns > 24 {
                return self.stop(Reason::InnerLoop).map(|()| true);
            }
        }
        if self.steps == 0 && self.parent.is_none() {
            self.begin_rows(vm, insn)?;
        }
        self.record(vm, insn)
    }

    /// Where a function is called that has a counter: it is inlined unless it is so too deep, and then what is compiled for it may take over.
    fn enter_function(&mut self, vm: &mut Vm, state: &State, insn: Insn) -> Recorded<bool> {
        if let Some(site) = self.site_to_call(state)
            && self.call_region(site)?
        {
            self.steps += 1;
            return Ok(false);
        }
        if !self.is_too_deep() {
            return self.record(vm, insn);
        }
        // SAFETY: a live code's instruction.
        match state.code_of(unsafe { *self.pc }) {
            LoopCode::Compiled(site) => self.link(site)?,
            _ if self.pc == self.header => self.link(self.site)?,
            _ => self.stop(Reason::TooDeep)?,
        }
        Ok(true)
    }

    /// An instruction that nothing else is to be said of.
    fn record(&mut self, vm: &mut Vm, insn: Insn) -> Recorded<bool> {
        self.steps += 1;
        // SAFETY: code does not end with an instruction that is followed by none.
        self.expected = [unsafe { self.pc.add(1) }; 2];
        match self.instruction(vm, insn) {
            Err(
                reason @ (Reason::Returned
                | Reason::TooDeep
                | Reason::Vararg
                | Reason::Special
                | Reason::TailCall
                | Reason::OpenValues
                | Reason::CallHandler),
            ) => self.stop(reason).map(|()| true),
            Err(reason) => Err(reason),
            Ok(()) => Ok(false),
        }
    }

    /// The interpreter is somewhere else. If that is an `EXEC`'s doing, a side trace can end before it.
    pub(super) fn left_frame(&mut self) -> Outcome {
        match self.pending {
            Pending::Exec(r)
                if matches!(self.begin, Begin::At(_))
                    && self.is_worthwhile()
                    && self.body.last() == Some(&r) =>
            {
                self.body.pop();
                let snap = self.region.get(r).snap;
                self.region.snaps[snap as usize].may_grow = false;
                self.end(End::Exit(snap));
                Outcome::Done
            }
            _ => Outcome::Aborted(Reason::LeftFrame),
        }
    }

    /// Whether a side trace that ends in the interpreter saves more than it takes to compile its region again.
    fn is_worthwhile(&self) -> bool {
        self.body.len() >= if self.only_if_it_pays { 40 } else { 2 }
    }

    /// A side trace ends before the current instruction, and so does a function where it returns, and a loop where it resumes or yields: it is entered
    /// again in the next turn. The root of another loop that does not come round is of no use.
    pub(super) fn stop(&mut self, reason: Reason) -> Recorded<()> {
        let read = self.returned_registers().filter(|_| reason == Reason::Returned);
        if let Some(values) = self.results.take() {
            // The trace of a loop may return to a caller that is interpreted, too.
            let may_grow = !self.region.is_function;
            let snap = self.last_snapshot(may_grow, read)?;
            self.end(End::Return(snap, values));
            return Ok(());
        }
        let is_end = matches!(reason, Reason::Returned | Reason::TailCall);
        let is_switch = reason == Reason::Special && self.only_if_it_pays;
        let is_whole = self.begin == Begin::Root && (self.region.is_function && is_end || is_switch);
        if !(is_whole || matches!(self.begin, Begin::At(_))) || !self.is_worthwhile() {
            return Err(reason);
        }
        self.is_not_mostly_left()?;
        let snap = self.last_snapshot(false, read)?;
        self.end(End::Exit(snap));
        Ok(())
    }

    /// The snapshot by which a trace ends; of a frame that returns, the registers that are read.
    fn last_snapshot(&mut self, may_grow: bool, read: Option<Registers>) -> Recorded<SnapId> {
        self.snap = None;
        let snap = self.snapshot()?;
        let snapshot = &mut self.region.snaps[snap as usize];
        snapshot.may_grow = may_grow;
        if let Some(read) = read {
            snapshot.live.retain(|slot| *slot < 0 || read.contains(*slot as usize));
        }
        Ok(snap)
    }

    /// What the first frame is about to return, if the current instruction says: nobody gets to see its other registers any more.
    fn returned_registers(&self) -> Option<Registers> {
        // SAFETY: live code.
        let insn = unsafe { *self.pc };
        let says = matches!(insn.op(), Op::RET0 | Op::RET1) || insn.op() == Op::RET && insn.b() != 0;
        let is_first = self.frames.len() == 1 && !self.has_returned;
        (says && is_first).then(|| super::live::uses(insn, 250).0)
    }

    pub(super) fn end(&mut self, end: End) {
        let trace = Trace { begin: self.begin, body: std::mem::take(&mut self.body), end, rehoists: false };
        self.region.traces.push(trace);
        if let Begin::At(parent) = self.begin {
            self.region.snaps[parent as usize].side = Some(self.region.traces.len() as u32 - 1);
        }
    }

    /// What the previous instruction left open.
    pub(super) fn settle(&mut self, pc: *const Insn) -> Recorded<()> {
        match std::mem::replace(&mut self.pending, Pending::Nothing) {
            Pending::Nothing => {}
            Pending::Branch { guard, when_taken } => {
                // If both ways lead to the same place, nothing is known, and need not be.
                if self.expected[0] != self.expected[1] {
                    let taken = pc == self.expected[0];
                    self.emit(guard.imm(u64::from(taken == when_taken)))?;
                }
            }
            Pending::Exec(r) => {
                let at = r.index();
                self.region.ins[at].imm = pc as u64;
            }
            Pending::Chain { end, register, value } => {
                debug_assert_eq!(end, pc, "nothing else was expected");
                self.write(register, value)?;
            }
        }
        Ok(())
    }

    /// The trace is back at the loop's beginning.
    pub(super) fn close(&mut self, vm: &Vm) -> Recorded<()> {
        let live = self.top_frame().live.before(Self::index_of(self.top_frame(), self.header));
        let mut values = Vec::new();
        for register in live.iter() {
            let slot = register as Slot;
            if self.is_captured(slot) || self.region.rows.is_some_and(|rows| rows.has(slot)) {
                continue;
            }
            let value = match self.place(slot) {
                None => continue,
                Some(Place::Memory) => self.read_slot(vm, slot)?,
                Some(Place::Value(r)) => r,
            };
            let param = self.region.param(slot);
            if param == Some(value) {
                continue;
            }
            // A refined value of the slot itself is no change either.
            if let Some(param) = param
                && self.region.get(value).op == IrOp::GTYPE
                && self.region.get(value).a == param
            {
                continue;
            }
            let wanted = match param {
                Some(param) => self.region.ty(param),
                None if self.any.contains(&slot) => Ty::Any,
                // Nothing has read it; whoever will wants it as it is.
                None => Ty::Any,
            };
            let param = self.region.slot(slot, wanted);
            let value = self.convert(vm, slot, value, wanted)?;
            if value != param {
                values.push((slot, value));
            }
        }
        self.is_not_mostly_left()?;
        if !self.has_polled {
            self.emit(Ins::new(IrOp::POLL, Ty::Void))?;
        }
        if let Some(snap) = self.snap {
            self.region.snaps[snap as usize].may_grow = false;
        }
        self.end(End::Loop(values));
        Ok(())
    }

    /// Whether enough of a loop or function is recorded as more than work for the interpreter.
    pub(super) fn is_not_mostly_left(&self) -> Recorded<()> {
        // The way to the loops inside, and from there, belongs to a turn of the loop around them.
        let before = self.region.traces.iter().filter(|_| self.parent.is_none());
        self.pays(before.flat_map(|trace| &trace.body).chain(&self.body))
    }

    /// The same of a turn of the loop inside in which the trace is.
    pub(super) fn turn_is_not_mostly_left(&self) -> Recorded<()> {
        self.pays(self.body.iter())
    }

    fn pays<'r>(&self, recorded: impl Iterator<Item = &'r Ref>) -> Recorded<()> {
        if matches!(self.begin, Begin::At(_)) || !self.only_if_it_pays {
            return Ok(());
        }
        let (mut count, mut cost) = (0, 0);
        for r in recorded {
            let ins = self.region.get(*r);
            count += 1;
            // Each costs more here than in the interpreter: all that matters is brought to the stack before.
            if let Some(own) = cost_of_leaving(ins.op) {
                cost += own + self.region.snaps[ins.snap as usize].live.len();
            }
        }
        if cost > count { Err(Reason::Interpreter) } else { Ok(()) }
    }

    /// A value as one of the type that a slot has where the loop begins.
    pub(super) fn convert(&mut self, vm: &Vm, slot: Slot, value: Ref, wanted: Ty) -> Recorded<Ref> {
        let ty = self.region.ty(value);
        match (ty, wanted) {
            _ if self.region.get(value).is_virtual() => Err(Reason::View),
            // Somebody has seen the object that it is.
            _ if ty == wanted && ty.is_wide() && self.objects.contains_key(&value) => {
                self.unstable = Some(slot);
                Err(Reason::Unstable)
            }
            _ if ty == wanted => Ok(value),
            (_, Ty::Any) => self.boxed(value),
            (Ty::Int, Ty::Num) => self.double(value),
            (Ty::Num, Ty::Int) => self.op1(IrOp::N2I, Ty::Int, value),
            (Ty::Any, _)
                if self.known_primitive(value).is_none() && type_of(self.actual(vm, slot)) == wanted =>
            {
                self.op1(IrOp::GTYPE, wanted, value)
            }
            _ => {
                self.unstable = Some(slot);
                Err(Reason::Unstable)
            }
        }
    }
}
