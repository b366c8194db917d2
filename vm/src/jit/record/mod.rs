//! The recorder: an abstract interpreter that runs one instruction ahead of the real one.
//!
//! `ops.rs` records instructions, `table.rs` those on tables, `call.rs` calls and returns; here is what they rest on: where the value of each slot is, the
//! snapshot of the current instruction, and [`Recorder::emit`], which folds (`opt/fold.rs`) and finds what has been computed already.
//!
//! Each [`step`](Recorder::step) first settles what the previous instruction left open: which way a branch went, whether the interpreter is where it was expected.

mod call;
pub(crate) mod live;
mod meta;
mod ops;
mod table;

use std::collections::HashMap;
use std::rc::Rc;

use super::ir::{End, FrameState, Ins, IrOp, Kind, Mem, NO_SNAP, Place, Ref, Region, SnapId, Slot, Snapshot, Trace, Ty};
use super::opt::fold::fold;
use super::reason::Reason;
use super::{BUFFER, State};
use crate::bytecode::{Insn, Op};
use crate::function::{Code, LuaFunction, Proto};
use crate::thread::{FrameKind, Thread};
use crate::value::{Gc, RawValue, Type};
use crate::vm::Vm;

use live::Liveness;

/// What became of a step.
pub(crate) enum Outcome {
    On,
    Done,
    Aborted(Reason),
}

type Recorded<T> = Result<T, Reason>;

/// A frame of the trace.
struct Frame {
    /// Register 0.
    base: Slot,
    proto: Gc<Proto>,
    code: Gc<Code>,
    constants: *const RawValue,
    live: Rc<Liveness>,
    /// Where the caller goes on, if it was called by the trace.
    return_pc: *const Insn,
    /// The instruction that called it.
    call: Insn,
    /// What proves that its closure is one of the prototype.
    proof: Ref,
    kind: FrameKind,
}

/// What is open until the next instruction shows it.
#[derive(Clone, Copy)]
enum Pending {
    Nothing,
    /// The branch of a comparison: the guard, whose immediate is whether it holds, and the targets.
    Branch { guard: Ins, when_taken: bool },
    /// An `EXEC`, whose immediate is the next instruction.
    Exec(Ref),
}

/// A trace in the making.
pub(crate) struct Recorder {
    pub(crate) region: Region,
    pub(crate) region_number: Option<u32>,
    pub(crate) parent: Option<SnapId>,
    pub(crate) site: u32,
    pub(crate) header: *const Insn,
    /// The slot because of which the trace cannot close.
    pub(crate) unstable: Option<Slot>,
    any: Vec<Slot>,
    thread: Gc<Thread>,
    native_depth: u32,
    /// How many frames lie below the root frame.
    depth: usize,
    base: u32,
    frames: Vec<Frame>,
    protos: Vec<Gc<Proto>>,
    /// Where the value of each slot is, from slot -1 on; `None`: it has not been touched.
    places: Vec<Option<Place>>,
    body: Vec<Ref>,
    known: HashMap<(Ins, u64), Ref>,
    versions: Versions,
    /// The snapshot of the current instruction.
    snap: Option<SnapId>,
    /// The current instruction.
    pc: *const Insn,
    top: Option<Slot>,
    pending: Pending,
    /// Where the next instruction may be.
    expected: [*const Insn; 2],
    steps: u32,
    ignored: u32,
    inner_turns: u32,
    /// Where a key was looked for in vain, and the `__index` function that is to be asked.
    asked: Option<(Ref, Ref, RawValue)>,
    max_record: u32,
    liveness: HashMap<usize, Rc<Liveness>>,
}

/// How often each part of memory has been written, so that what was read from it before is not known any more.
#[derive(Default)]
struct Versions {
    stack: u32,
    array: u32,
    head: u32,
    closure: u32,
    all_fields: u32,
    fields: HashMap<u64, u32>,
    any: u32,
}

impl Versions {
    fn of(&self, mem: Mem, imm: u64) -> u64 {
        match mem {
            Mem::Pure => 0,
            Mem::Stack => self.stack.into(),
            Mem::Array => self.array.into(),
            Mem::Head => self.head.into(),
            Mem::Closure => self.closure.into(),
            Mem::Field => {
                u64::from(self.all_fields) << 32 | u64::from(self.fields.get(&imm).copied().unwrap_or(0))
            }
            Mem::All => self.any.into(),
        }
    }

    fn written(&mut self, mem: Mem, imm: u64) {
        self.any += 1;
        match mem {
            Mem::Pure => self.any -= 1,
            Mem::Stack => self.stack += 1,
            Mem::Array => self.array += 1,
            Mem::Head => self.head += 1,
            Mem::Closure => self.closure += 1,
            Mem::Field => *self.fields.entry(imm).or_default() += 1,
            Mem::All => {
                self.stack += 1;
                self.array += 1;
                self.head += 1;
                self.closure += 1;
                self.all_fields += 1;
            }
        }
    }
}

impl Recorder {
    /// A recorder for a loop whose back-edge is at `header`, the next instruction of the frame on top.
    pub(crate) fn root(vm: &Vm, site: u32, header: *const Insn, any: Vec<Slot>, max_record: u32) -> Recorded<Recorder> {
        let mut recorder = Recorder::new(vm, site, header, any, max_record, vm.frames().len() - 1);
        recorder.push_frame(vm, 0, vm.frame().base, vm.frame().constants, std::ptr::null(), Insn(0))?;
        // The snapshot of the loop's beginning.
        recorder.pc = header;
        recorder.snapshot()?;
        recorder.region.snaps[0].may_grow = false;
        Ok(recorder)
    }

    /// A recorder for what follows an exit of a region, which has just been taken.
    #[allow(clippy::too_many_arguments, reason = "the parts of a region and where it is left")]
    pub(crate) fn side(
        vm: &Vm,
        site: u32,
        number: u32,
        region: &Region,
        header: *const Insn,
        protos: &[Gc<Proto>],
        parent: SnapId,
        any: Vec<Slot>,
        max_record: u32,
    ) -> Recorded<Recorder> {
        let snap = &region.snaps[parent as usize];
        let depth = vm.frames().len() - snap.frames.len();
        let mut recorder = Recorder::new(vm, site, header, any, max_record, depth);
        recorder.region = region.clone();
        recorder.region_number = Some(number);
        recorder.parent = Some(parent);
        recorder.protos = protos.to_vec();
        recorder.base = vm.frames()[depth].base;
        for (index, frame) in snap.frames.iter().enumerate() {
            let (return_pc, call) = match index.checked_sub(1) {
                // SAFETY: the caller's pc is behind its call.
                Some(caller) => (snap.frames[caller].pc, unsafe { *snap.frames[caller].pc.sub(1) }),
                None => (std::ptr::null(), Insn(0)),
            };
            let base = recorder.base.wrapping_add_signed(frame.base);
            recorder.push_frame(vm, frame.base, base, frame.constants, return_pc, call)?;
            recorder.frames.last_mut().expect("just pushed").kind = frame.kind;
        }
        for (slot, place) in &snap.slots {
            recorder.set_place(*slot, Some(*place));
        }
        recorder.top = snap.top;
        recorder.inherit(parent);
        Ok(recorder)
    }

    fn new(vm: &Vm, site: u32, header: *const Insn, any: Vec<Slot>, max_record: u32, depth: usize) -> Recorder {
        Recorder {
            region: Region::default(),
            region_number: None,
            parent: None,
            site,
            header,
            unstable: None,
            any,
            thread: vm.thread,
            native_depth: vm.native_depth,
            depth,
            base: vm.frames()[depth].base,
            frames: Vec::new(),
            protos: Vec::new(),
            places: Vec::new(),
            body: Vec::new(),
            known: HashMap::new(),
            versions: Versions::default(),
            snap: None,
            pc: std::ptr::null(),
            top: None,
            pending: Pending::Nothing,
            expected: [vm.frame().pc; 2],
            steps: 0,
            ignored: 0,
            inner_turns: 0,
            asked: None,
            max_record,
            liveness: HashMap::new(),
        }
    }

    /// What the traces before a side trace have computed is known in it, up to where it begins.
    fn inherit(&mut self, parent: SnapId) {
        let mut path = Vec::new();
        let mut at = Some(parent);
        while let Some(snap) = at {
            let Some(trace) = self.region.traces.iter().position(|trace| {
                trace.body.iter().any(|r| self.region.get(*r).snap == snap)
            }) else {
                break;
            };
            path.push((trace, snap));
            at = self.region.traces[trace].parent;
        }
        for (trace, snap) in path.into_iter().rev() {
            for r in self.region.traces[trace].body.clone() {
                let ins = *self.region.get(r);
                if ins.snap == snap {
                    break;
                }
                self.learn(r, ins);
            }
        }
    }

    /// Takes note of an instruction that has been executed.
    fn learn(&mut self, r: Ref, ins: Ins) {
        match ins.op.kind() {
            Kind::Value | Kind::Guard => {
                let key = self.key(ins);
                self.known.entry(key).or_insert(r);
            }
            Kind::Store | Kind::Call => {
                if ins.op == IrOp::APPEND {
                    self.versions.written(Mem::Array, 0);
                    self.versions.written(Mem::Head, 0);
                } else {
                    self.versions.written(ins.op.mem(), ins.imm);
                }
                self.forward(ins);
            }
            Kind::Floating => {}
        }
    }

    /// What was stored is what a load gives.
    fn forward(&mut self, ins: Ins) {
        let (load, value) = match ins.op {
            IrOp::HSTORE => (Ins::new(IrOp::HLOAD, Ty::Any).a(ins.a).imm(ins.imm), ins.b),
            IrOp::ASTORE => (Ins::new(IrOp::ALOAD, Ty::Any).a(ins.a).b(ins.b), ins.c),
            IrOp::USTORE => (Ins::new(IrOp::ULOAD, Ty::Any).a(ins.a), ins.b),
            IrOp::VSTORE => (Ins::new(IrOp::RELOAD, Ty::Any).imm(ins.imm), ins.a),
            _ => return,
        };
        let stored = *self.region.get(value);
        // The value as it was before it was boxed.
        let value = if stored.op == IrOp::BOX { stored.a } else { value };
        let key = self.key(load);
        self.known.insert(key, value);
    }

    /// What tells an instruction from others that give something else: proofs and snapshots do not, what was written meanwhile does.
    fn key(&self, ins: Ins) -> (Ins, u64) {
        let mut key = Ins { snap: NO_SNAP, ..ins };
        match ins.op {
            IrOp::HLOAD | IrOp::FUPV | IrOp::FENV => key.b = Ref::NONE,
            IrOp::ALOAD => key.c = Ref::NONE,
            _ => {}
        }
        (key, self.versions.of(ins.op.mem(), ins.imm))
    }

    // ---- instructions ----------------------------------------------------------------------------------

    /// Adds an instruction, or finds what gives the same.
    fn emit(&mut self, ins: Ins) -> Recorded<Ref> {
        let ins = match fold(&mut self.region, ins) {
            Ok(ins) => ins,
            Err(same) => return Ok(same),
        };
        let mut ins = ins;
        if matches!(ins.op.kind(), Kind::Value | Kind::Guard) {
            let key = self.key(ins);
            if let Some(r) = self.known.get(&key) {
                return Ok(*r);
            }
        }
        if matches!(ins.op.kind(), Kind::Guard) || matches!(ins.op, IrOp::SHORT | IrOp::EXEC | IrOp::APPEND) {
            ins.snap = self.snapshot()?;
        }
        let r = self.region.push(ins);
        self.body.push(r);
        if self.body.len() > self.max_record as usize {
            return Err(Reason::TooLong);
        }
        self.learn(r, ins);
        Ok(r)
    }

    fn op1(&mut self, op: IrOp, ty: Ty, a: Ref) -> Recorded<Ref> {
        self.emit(Ins::new(op, ty).a(a))
    }

    fn op2(&mut self, op: IrOp, ty: Ty, a: Ref, b: Ref) -> Recorded<Ref> {
        self.emit(Ins::new(op, ty).a(a).b(b))
    }

    fn number(&mut self, n: f64) -> Ref {
        self.region.constant(IrOp::KNUM, Ty::Num, RawValue::number(n).bits())
    }

    fn integer(&mut self, n: i64) -> Ref {
        self.region.constant(IrOp::KINT, Ty::Int, n as u64)
    }

    fn primitive(&mut self, value: RawValue) -> Ref {
        self.region.constant(IrOp::KPRI, Ty::Any, value.bits())
    }

    /// A constant of a prototype.
    fn constant(&mut self, value: RawValue) -> Recorded<Ref> {
        Ok(match value.type_of() {
            Type::Number => self.number(value.as_f64_or_nan()),
            Type::Nil | Type::Boolean => self.primitive(value),
            Type::String => {
                let address = value.heap_addr().expect("a string is a cell");
                self.region.constant(IrOp::KSTR, Ty::Str, address as u64)
            }
            _ => return Err(Reason::Special),
        })
    }

    /// The primitive that a value is known to be.
    fn known_primitive(&self, r: Ref) -> Option<RawValue> {
        let ins = self.region.get(r);
        // SAFETY: recorded from such a value.
        (ins.op == IrOp::KPRI).then(|| unsafe { RawValue::from_bits(ins.imm) })
    }

    /// A value with its type, which `actual` shows.
    fn refine(&mut self, r: Ref, actual: RawValue) -> Recorded<Ref> {
        if self.region.ty(r) != Ty::Any || self.known_primitive(r).is_some() {
            return Ok(r);
        }
        let ty = match actual.type_of() {
            Type::Nil | Type::Boolean => {
                self.emit(Ins::new(IrOp::GPRI, Ty::Void).a(r).imm(actual.bits()))?;
                return Ok(self.primitive(actual));
            }
            Type::LightUserData => {
                self.emit(Ins::new(IrOp::GLIGHT, Ty::Void).a(r))?;
                return Ok(r);
            }
            _ => type_of(actual),
        };
        self.op1(IrOp::GTYPE, ty, r)
    }

    /// As a Lua value in eight bytes.
    fn boxed(&mut self, r: Ref) -> Recorded<Ref> {
        if self.region.ty(r) == Ty::Any { Ok(r) } else { self.op1(IrOp::BOX, Ty::Any, r) }
    }

    /// A number as a double.
    fn double(&mut self, r: Ref) -> Recorded<Ref> {
        if self.region.ty(r) == Ty::Int { self.op1(IrOp::I2N, Ty::Num, r) } else { Ok(r) }
    }

    // ---- slots -----------------------------------------------------------------------------------------

    fn place(&self, slot: Slot) -> Option<Place> {
        self.places.get((slot + 1) as usize).copied().flatten()
    }

    fn set_place(&mut self, slot: Slot, place: Option<Place>) {
        let index = (slot + 1) as usize;
        if index >= self.places.len() {
            self.places.resize(index + 1, None);
        }
        self.places[index] = place;
    }

    /// The current frame.
    fn top_frame(&self) -> &Frame {
        self.frames.last().expect("a trace has a frame")
    }

    /// The slot of a register of the current frame.
    fn slot(&self, register: usize) -> Slot {
        self.top_frame().base + register as Slot
    }

    /// What is in a slot now.
    fn actual(&self, vm: &Vm, slot: Slot) -> RawValue {
        vm.slot(self.base.wrapping_add_signed(slot))
    }

    /// What is in a register of the current frame now.
    fn actual_reg(&self, vm: &Vm, register: usize) -> RawValue {
        self.actual(vm, self.slot(register))
    }

    fn is_captured(&self, slot: Slot) -> bool {
        let frame = self.frames.iter().rev().find(|frame| frame.base <= slot);
        frame.is_some_and(|frame| frame.live.captured.contains((slot - frame.base) as usize))
    }

    /// The value of a slot, with its type.
    fn read_slot(&mut self, vm: &Vm, slot: Slot) -> Recorded<Ref> {
        let actual = self.actual(vm, slot);
        let captured = self.is_captured(slot);
        let r = match self.place(slot) {
            Some(Place::Value(r)) if !captured => r,
            None if !captured => {
                let is_unclear = self.any.contains(&slot) || self.region.params.len() > 200;
                let ty = if is_unclear { Ty::Any } else { type_of(actual) };
                self.region.slot(slot, ty)
            }
            _ => self.emit(Ins::new(IrOp::RELOAD, Ty::Any).imm(slot as i64 as u64))?,
        };
        let refined = self.refine(r, actual)?;
        if self.region.ty(refined) != Ty::Any && type_of(actual) != self.region.ty(refined) {
            let is_integer = self.region.ty(refined) == Ty::Int && actual.is_number();
            if !is_integer {
                // A slot that was taken to have another type where the loop begins.
                self.unstable = Some(slot);
                return Err(Reason::Unstable);
            }
        }
        if !captured {
            self.set_place(slot, Some(Place::Value(refined)));
        }
        Ok(refined)
    }

    fn read(&mut self, vm: &Vm, register: usize) -> Recorded<Ref> {
        self.read_slot(vm, self.slot(register))
    }

    fn write_slot(&mut self, slot: Slot, value: Ref) -> Recorded<()> {
        if self.is_captured(slot) {
            let value = self.boxed(value)?;
            self.emit(Ins::new(IrOp::VSTORE, Ty::Void).a(value).imm(slot as i64 as u64))?;
            self.set_place(slot, Some(Place::Memory));
        } else {
            self.set_place(slot, Some(Place::Value(value)));
        }
        Ok(())
    }

    fn write(&mut self, register: usize, value: Ref) -> Recorded<()> {
        self.write_slot(self.slot(register), value)
    }

    /// The slots from one on are not the trace's any more.
    fn forget_from(&mut self, slot: Slot) {
        self.places.truncate((slot + 1).max(0) as usize);
    }

    // ---- frames and snapshots --------------------------------------------------------------------------

    fn push_frame(
        &mut self,
        vm: &Vm,
        base: Slot,
        stack_base: u32,
        constants: *const RawValue,
        return_pc: *const Insn,
        call: Insn,
    ) -> Recorded<()> {
        let closure = vm.slot(stack_base - 1).as_function().ok_or(Reason::LeftFrame)?;
        // SAFETY: a Lua frame has its closure below register 0.
        let closure: Gc<LuaFunction> = unsafe { Gc::from_ptr(closure.as_ptr().cast()) };
        self.push_frame_of(closure, base, constants, return_pc, call)
    }

    fn push_frame_of(
        &mut self,
        closure: Gc<LuaFunction>,
        base: Slot,
        constants: *const RawValue,
        return_pc: *const Insn,
        call: Insn,
    ) -> Recorded<()> {
        let proto = closure.proto();
        // SAFETY: live cells.
        let (code, current) = unsafe { ((*proto.as_ptr()).code, (*proto.as_ptr()).constants) };
        // SAFETY: as above.
        let (version, is_new) = unsafe { ((*proto.as_ptr()).version, (*closure.as_ptr()).header.aux) };
        if current != constants || version != is_new {
            return Err(Reason::Reloaded);
        }
        // SAFETY: as above.
        let (draft, function) = unsafe { (&(*code.as_ptr()).draft, (*code.as_ptr()).draft_proto()) };
        let live = self.liveness.entry(code.addr()).or_insert_with(|| Rc::new(Liveness::of(draft, function)));
        let live = Rc::clone(live);
        self.region.max_slots = self.region.max_slots.max((base + i32::from(function.frame_size)) as u32 + 2);
        if !self.protos.contains(&proto) {
            self.protos.push(proto);
        }
        self.frames.push(Frame { base, proto, code, constants, live, return_pc, call, proof: Ref::NONE, kind: FrameKind::Lua });
        Ok(())
    }

    /// The place of an instruction in the draft's code.
    fn index_of(frame: &Frame, pc: *const Insn) -> usize {
        // SAFETY: a live code, in which `pc` lies.
        unsafe {
            let code = &*frame.code.as_ptr();
            pc.offset_from_unsigned(code.insns.as_ptr()).saturating_sub(code.pc_bias as usize)
        }
    }

    /// The snapshot before the current instruction.
    fn snapshot(&mut self) -> Recorded<SnapId> {
        if let Some(snap) = self.snap {
            return Ok(snap);
        }
        let mut snapshot = Snapshot { may_grow: true, top: self.top, ..Snapshot::default() };
        let count = self.frames.len();
        for (index, frame) in self.frames.iter().enumerate() {
            let next = self.frames.get(index + 1);
            let pc = next.map_or(self.pc, |next| next.return_pc);
            let place = Self::index_of(frame, pc);
            let Frame { base, constants, kind, .. } = *frame;
            snapshot.frames.push(FrameState { base, pc, constants, kind });
            // What a caller has from the called function on is not its own any more.
            let end = next.map_or(Slot::MAX, |next| next.base - 1);
            let registers = frame.live.before(place);
            let slots = registers.iter().map(|register| frame.base + register as Slot);
            snapshot.live.extend(slots.filter(|slot| *slot < end));
            if let Some(next) = next {
                snapshot.live.push(next.base - 1);
            }
            if index + 1 == count {
                snapshot.pc_index = place as u32;
            }
        }
        if let Some(top) = self.top {
            let from = self.top_frame().base;
            for slot in from..top {
                if !snapshot.live.contains(&slot) && self.place(slot).is_some() {
                    snapshot.live.push(slot);
                }
            }
        }
        for (index, place) in self.places.iter().enumerate() {
            if let Some(place) = place {
                snapshot.slots.push((index as Slot - 1, *place));
            }
        }
        if snapshot.live.len() > BUFFER {
            return Err(Reason::TooDeep);
        }
        self.region.snaps.push(snapshot);
        let id = self.region.snaps.len() as SnapId - 1;
        self.snap = Some(id);
        Ok(id)
    }

    // ---- steps -----------------------------------------------------------------------------------------

    /// Before `insn`, which the frame on top is about to execute; its pc is behind it.
    pub(crate) fn step(&mut self, vm: &mut Vm, state: &mut State, insn: Insn) -> Outcome {
        if vm.native_depth > self.native_depth {
            // A native calls Lua.
            self.ignored += 1;
            return if self.ignored > 20_000 { Outcome::Aborted(Reason::TooLong) } else { Outcome::On };
        }
        // SAFETY: the pc is behind the instruction.
        let pc = unsafe { vm.frame().pc.sub(1) };
        let is_here = vm.thread == self.thread
            && vm.native_depth == self.native_depth
            && vm.frames().len() == self.depth + self.frames.len()
            && self.expected.contains(&pc);
        if !is_here {
            return Outcome::Aborted(Reason::LeftFrame);
        }
        match self.step_here(vm, state, insn, pc) {
            Ok(true) => Outcome::Done,
            Ok(false) => Outcome::On,
            Err(reason) => Outcome::Aborted(reason),
        }
    }

    fn step_here(&mut self, vm: &mut Vm, state: &mut State, insn: Insn, pc: *const Insn) -> Recorded<bool> {
        self.settle(pc)?;
        self.snap = None;
        self.pc = pc;
        if !matches!(insn.op(), Op::CALL | Op::RET | Op::SETLIST | Op::TAILCALL | Op::CLOSEUP) || insn.b() != 0 {
            self.top = None;
        }
        if self.frames.len() == 1 && pc == self.header && self.steps > 0 {
            self.close(vm)?;
            return Ok(true);
        }
        // SAFETY: a live code's instruction.
        let word = unsafe { *pc };
        if word.op() == Op::JLOOP && pc != self.header {
            let is_compiled = state.loop_sites[word.index()].region != 0;
            self.inner_turns += 1;
            if is_compiled || self.inner_turns > 24 {
                return self.stop(Reason::InnerLoop).map(|()| true);
            }
        }
        self.steps += 1;
        // SAFETY: code does not end with an instruction that is followed by none.
        self.expected = [unsafe { pc.add(1) }; 2];
        match self.instruction(vm, insn) {
            Err(reason @ (Reason::Returned | Reason::TooDeep | Reason::Vararg | Reason::Special | Reason::TailCall | Reason::OpenValues | Reason::CallHandler)) => {
                self.stop(reason).map(|()| true)
            }
            Err(reason) => Err(reason),
            Ok(()) => Ok(false),
        }
    }

    /// A side trace ends before the current instruction; a root that does not come round is of no use.
    fn stop(&mut self, reason: Reason) -> Recorded<()> {
        if self.parent.is_none() || self.body.is_empty() {
            return Err(reason);
        }
        self.snap = None;
        let snap = self.snapshot()?;
        self.region.snaps[snap as usize].may_grow = false;
        self.end(End::Exit(snap));
        Ok(())
    }

    fn end(&mut self, end: End) {
        let trace = Trace { parent: self.parent, body: std::mem::take(&mut self.body), end };
        self.region.traces.push(trace);
        if let Some(parent) = self.parent {
            self.region.snaps[parent as usize].side = Some(self.region.traces.len() as u32 - 1);
        }
    }

    /// What the previous instruction left open.
    fn settle(&mut self, pc: *const Insn) -> Recorded<()> {
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
        }
        Ok(())
    }

    /// The trace is back at the loop's beginning.
    fn close(&mut self, vm: &Vm) -> Recorded<()> {
        let live = self.top_frame().live.before(Self::index_of(self.top_frame(), self.header));
        let mut values = Vec::new();
        for register in live.iter() {
            let slot = register as Slot;
            if self.is_captured(slot) {
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
        self.emit(Ins::new(IrOp::POLL, Ty::Void))?;
        if let Some(snap) = self.snap {
            self.region.snaps[snap as usize].may_grow = false;
        }
        self.end(End::Loop(values));
        Ok(())
    }

    /// A value as one of the type that a slot has where the loop begins.
    fn convert(&mut self, vm: &Vm, slot: Slot, value: Ref, wanted: Ty) -> Recorded<Ref> {
        let ty = self.region.ty(value);
        match (ty, wanted) {
            _ if ty == wanted => Ok(value),
            (_, Ty::Any) => self.boxed(value),
            (Ty::Int, Ty::Num) => self.double(value),
            (Ty::Num, Ty::Int) => self.op1(IrOp::N2I, Ty::Int, value),
            (Ty::Any, _) if self.known_primitive(value).is_none() && type_of(self.actual(vm, slot)) == wanted => {
                self.op1(IrOp::GTYPE, wanted, value)
            }
            _ => {
                self.unstable = Some(slot);
                Err(Reason::Unstable)
            }
        }
    }

    /// The instruction it has come to.
    pub(crate) fn at(&self) -> *const Insn {
        self.pc
    }

    pub(crate) fn into_region(self) -> (Region, Vec<Gc<Proto>>) {
        (self.region, self.protos)
    }
}

/// The type a value has in a trace. Primitives and light userdata are known as they are.
fn type_of(value: RawValue) -> Ty {
    match value.type_of() {
        Type::Nil | Type::Boolean | Type::LightUserData => Ty::Any,
        Type::Number => Ty::Num,
        Type::String => Ty::Str,
        Type::Table => Ty::Tab,
        Type::Function => Ty::Fun,
        Type::UserData => Ty::Udt,
        Type::Thread => Ty::Thr,
        Type::CData => Ty::Cdt,
    }
}
