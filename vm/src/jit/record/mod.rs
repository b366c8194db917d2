//! The recorder: an abstract interpreter that runs one instruction ahead of the real one.
//!
//! `ops.rs` records instructions, `loops.rs` loops, `table.rs` what is about tables, `cdata.rs` and `refs.rs` about C values, `math.rs` about the math types, `call.rs` calls and
//! returns, `open.rs` lists of values, `meta.rs` metamethods; `fresh.rs` and `values.rs` know the objects that the trace makes. Here is what they rest on: where
//! the value of each slot is; `frames.rs` has the frames and the snapshot of the current instruction; `emit.rs` folds (`opt/fold.rs`) and finds what has been computed already.
//!
//! Each [`step`](Recorder::step) (`step.rs`) first settles what the previous instruction left open: which way a branch went, whether the interpreter is where it was expected.

mod call;
mod cdata;
mod emit;
mod frames;
mod fresh;
mod host;
mod inner;
pub(crate) mod live;
mod loops;
mod make;
mod math;
mod meta;
mod open;
mod ops;
mod recursion;
mod refs;
mod rows;
mod step;
mod table;
mod values;
mod wide;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::ir::{
    Begin, Catch, FreshTable, FreshValue, Ins, IrOp, Place, Ref, Region, Slot, SnapId, Ty, record_count,
};
use super::reason::Reason;
use crate::bytecode::Insn;
use crate::function::{Code, Proto};
use crate::table::Table;
use crate::thread::{FrameKind, Thread};
use crate::value::{Gc, RawValue, Type};
use crate::vm::Vm;

pub(crate) use open::takes_all;

use emit::Versions;
use live::Liveness;
use recursion::Waiting;

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
    /// How many extra arguments lie below it.
    varargs: u32,
    kind: FrameKind,
    /// The frame of the `pcall` that has called it.
    catch: Option<Catch>,
}

impl Frame {
    /// The lowest slot that is its own, not its caller's: that of the function that was called, or of its first extra argument.
    fn lowest(&self) -> Slot {
        self.catch.map_or(self.base - 1 - self.varargs as Slot, |catch| catch.base - 1)
    }
}

/// What is open until the next instruction shows it.
#[derive(Clone, Copy)]
enum Pending {
    Nothing,
    /// The branch of a comparison: the guard, whose immediate is whether it holds, and the targets.
    Branch {
        guard: Ins,
        when_taken: bool,
    },
    /// An `EXEC`, whose immediate is the next instruction.
    Exec(Ref),
    /// Reads of fields that the interpreter does in one go: where it goes on, and what it has put where.
    Chain {
        end: *const Insn,
        register: usize,
        value: Ref,
    },
}

/// A trace in the making.
pub(crate) struct Recorder {
    pub(crate) region: Region,
    pub(crate) region_number: Option<u32>,
    pub(crate) parent: Option<SnapId>,
    /// Where the trace in the making begins.
    begin: Begin,
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
    /// The frame in which the region was entered has returned: `frames` begins with the one that it has returned to.
    has_returned: bool,
    /// A tail call has put another function in place of that one: `frames` begins with it.
    has_tail_called: bool,
    frames: Vec<Frame>,
    protos: Vec<Gc<Proto>>,
    /// How many of them somebody keeps.
    kept_protos: usize,
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
    /// The interpreter executes a function with a region of its own, behind which the trace goes on.
    waiting: Option<Waiting>,
    /// Compiled code waits for the function in which the region was entered.
    pub(crate) is_called: bool,
    /// What the frame in which the region was entered returns.
    results: Option<Vec<Ref>>,
    inner_turns: u32,
    /// How often the trace has returned from the frame it is in to one that it has not called.
    returned: u32,
    /// The back-edges of loops that are unrolled.
    unrolled: HashSet<*const Insn>,
    /// Those of loops that can be no loops of the region.
    declined: HashSet<*const Insn>,
    /// Where a key was looked for in vain, and the `__index` function that is to be asked.
    asked: Option<((Ref, Gc<Table>), Ref, RawValue)>,
    /// The tables that the trace has made and nobody else knows.
    fresh: HashMap<Ref, FreshTable>,
    /// The C values of which that is so.
    values: HashMap<Ref, FreshValue>,
    /// References and C values that are objects from where they were made on.
    kept: HashSet<Ref>,
    /// The objects that 64-bit integers have been made.
    objects: HashMap<Ref, Ref>,
    /// The constants of prototypes that are 64-bit integers.
    wide_constants: HashMap<Ref, RawValue>,
    /// The change ticks that have been left already.
    ticked: HashSet<Ref>,
    /// The loads from the memory of C values that are known, for stores that do not touch it.
    loads: Vec<(Ins, Ref)>,
    /// Views that are kept are made by the interpreter: a recording has come to where one is needed.
    pub(crate) makes_views: bool,
    /// Whether the trace has looked whether somebody wants it to stop.
    has_polled: bool,
    max_record: u32,
    /// Whether traces that leave most to the interpreter are given up.
    pub(crate) only_if_it_pays: bool,
    liveness: HashMap<usize, Rc<Liveness>>,
}

impl Recorder {
    /// A recorder for a loop whose back-edge is at `header`, the next instruction of the frame on top.
    pub(crate) fn root(
        vm: &Vm,
        site: u32,
        header: *const Insn,
        any: Vec<Slot>,
        max_record: u32,
    ) -> Recorded<Recorder> {
        let mut recorder = Recorder::new(vm, site, header, any, max_record, vm.frames().len() - 1);
        recorder.push_frame(vm, 0, vm.frame().base, vm.frame().constants, std::ptr::null(), Insn(0))?;
        recorder.region.is_function = recorder.is_of_function();
        // The snapshot of the loop's beginning.
        recorder.pc = header;
        recorder.snapshot()?;
        recorder.region.snaps[0].may_grow = false;
        Ok(recorder)
    }

    /// The function in which the recording began.
    pub(crate) fn function(&self) -> Gc<Proto> {
        self.protos[0]
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
        let depth = vm.frames().len() - record_count(&snap.frames);
        let mut recorder = Recorder::new(vm, site, header, any, max_record, depth);
        recorder.region = region.clone();
        recorder.region_number = Some(number);
        recorder.parent = Some(parent);
        recorder.begin = Begin::At(parent);
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
            let pushed = recorder.frames.last_mut().expect("just pushed");
            (pushed.kind, pushed.varargs, pushed.catch) = (frame.kind, frame.varargs, frame.catch);
        }
        for (slot, place) in &snap.slots {
            recorder.set_place(*slot, Some(*place));
        }
        recorder.top = snap.top;
        (recorder.has_returned, recorder.has_tail_called) = (snap.has_returned, snap.has_tail_called);
        recorder.inherit(parent);
        Ok(recorder)
    }

    fn new(
        vm: &Vm,
        site: u32,
        header: *const Insn,
        any: Vec<Slot>,
        max_record: u32,
        depth: usize,
    ) -> Recorder {
        Recorder {
            region: Region::default(),
            region_number: None,
            parent: None,
            begin: Begin::Root,
            site,
            header,
            unstable: None,
            any,
            thread: vm.thread,
            native_depth: vm.native_depth,
            depth,
            base: vm.frames()[depth].base,
            has_returned: false,
            has_tail_called: false,
            frames: Vec::new(),
            protos: Vec::new(),
            kept_protos: 0,
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
            waiting: None,
            is_called: false,
            results: None,
            inner_turns: 0,
            returned: 0,
            unrolled: HashSet::new(),
            declined: HashSet::new(),
            asked: None,
            fresh: HashMap::new(),
            values: HashMap::new(),
            kept: HashSet::new(),
            objects: HashMap::new(),
            wide_constants: HashMap::new(),
            ticked: HashSet::new(),
            loads: Vec::new(),
            makes_views: false,
            has_polled: false,
            max_record,
            only_if_it_pays: false,
            liveness: HashMap::new(),
        }
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

    /// How many records the VM has for its frames.
    fn record_count(&self) -> usize {
        self.frames.len() + self.frames.iter().filter(|frame| frame.catch.is_some()).count()
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
            Some(Place::Value(r)) if !captured && self.region.get(r).is_virtual() => return Ok(r),
            Some(Place::Value(r)) if !captured => r,
            None if !captured && !self.has_returned => {
                // A function that calls itself is entered for every type; but what is called is a function.
                let is_unclear = self.any.contains(&slot)
                    || self.region.is_function && slot >= 0
                    || self.region.params.len() > 200;
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

    /// The functions it has come to.
    pub(crate) fn protos(&self) -> &[Gc<Proto>] {
        &self.protos
    }

    /// The instruction it has come to.
    pub(crate) fn at(&self) -> *const Insn {
        self.pc
    }

    /// The functions it has come to since it was last asked: somebody has to keep them.
    pub(crate) fn protos_to_keep(&mut self) -> Vec<Gc<Proto>> {
        let new = self.protos[self.kept_protos..].to_vec();
        self.kept_protos = self.protos.len();
        new
    }

    pub(crate) fn has_to_do_with(&self, proto: Gc<Proto>) -> bool {
        self.protos.contains(&proto)
    }

    pub(crate) fn into_region(self) -> (Region, Vec<Gc<Proto>>) {
        (self.region, self.protos)
    }
}

/// The type a value has in a trace. Primitives and light userdata are known as they are.
pub(super) fn type_of(value: RawValue) -> Ty {
    match value.type_of() {
        Type::Nil | Type::Boolean | Type::LightUserData => Ty::Any,
        Type::Number => Ty::Num,
        Type::String => Ty::Str,
        Type::Table => Ty::Tab,
        Type::Function => Ty::Fun,
        Type::UserData => Ty::Udt,
        Type::Thread => Ty::Thr,
        Type::CData => wide::wide_type(value).unwrap_or(Ty::Cdt),
    }
}
