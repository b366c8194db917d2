//! Frames of the trace, and the snapshot of the current instruction.

use std::rc::Rc;

use super::live::Liveness;
use super::{Frame, Recorded, Recorder};
use crate::bytecode::{Insn, Op};
use crate::function::LuaFunction;
use crate::jit::BUFFER;
use crate::jit::exit::WORDS;
use crate::jit::ir::{FrameState, Place, Ref, Slot, SnapId, Snapshot};
use crate::jit::reason::Reason;
use crate::thread::FrameKind;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

impl Recorder {
    /// The `SLOT` of a slot of the frame in which the region was entered.
    pub(super) fn param(&self, slot: Slot) -> Option<Ref> {
        self.region.param(slot).filter(|_| !self.has_returned)
    }

    /// Whether the current instruction counts calls of the function on top.
    pub(super) fn is_at_entry(&self) -> bool {
        // SAFETY: live code.
        unsafe { (*self.top_frame().code.as_ptr()).call_counter() == Some(self.pc) }
    }

    /// Whether what the region begins with is a function, not a loop.
    pub(super) fn is_of_function(&self) -> bool {
        let code = self.frames.first().map(|frame| frame.code);
        // SAFETY: live code.
        !self.has_returned
            && code.is_some_and(|code| unsafe { (*code.as_ptr()).call_counter() } == Some(self.header))
    }

    pub(super) fn push_frame(
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

    pub(super) fn push_frame_of(
        &mut self,
        closure: Gc<LuaFunction>,
        base: Slot,
        constants: *const RawValue,
        return_pc: *const Insn,
        call: Insn,
    ) -> Recorded<()> {
        let proto = closure.proto();
        // SAFETY: a live cell.
        if unsafe { (*proto.as_ptr()).is_never_compiled } {
            return Err(Reason::SwitchedOff);
        }
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
        self.frames.push(Frame {
            base,
            proto,
            code,
            constants,
            live,
            return_pc,
            call,
            proof: Ref::NONE,
            varargs: 0,
            kind: FrameKind::Lua,
            catch: None,
        });
        Ok(())
    }

    /// The place of an instruction in the draft's code.
    pub(super) fn index_of(frame: &Frame, pc: *const Insn) -> usize {
        // SAFETY: a live code, in which `pc` lies.
        unsafe {
            let code = &*frame.code.as_ptr();
            pc.offset_from_unsigned(code.insns.as_ptr()).saturating_sub(code.pc_bias as usize)
        }
    }

    /// The snapshot before the current instruction.
    pub(super) fn snapshot(&mut self) -> Recorded<SnapId> {
        if let Some(snap) = self.snap {
            return Ok(snap);
        }
        let Recorder { top, has_returned, has_tail_called, .. } = *self;
        let mut snapshot =
            Snapshot { may_grow: true, top, has_returned, has_tail_called, ..Snapshot::default() };
        if has_tail_called {
            snapshot.live.push(-1);
        }
        // SAFETY: live code.
        let insn = unsafe { *self.pc };
        snapshot.kept_below = self.slot(if insn.op() == Op::CALL { insn.a() } else { 0 });
        let count = self.frames.len();
        for (index, frame) in self.frames.iter().enumerate() {
            let next = self.frames.get(index + 1);
            let pc = next.map_or(self.pc, |next| next.return_pc);
            let place = Self::index_of(frame, pc);
            let Frame { base, constants, varargs, kind, catch, .. } = *frame;
            snapshot.frames.push(FrameState { base, pc, constants, varargs, kind, catch });
            // What a caller has from the called function on is not its own any more.
            let end = next.map_or(self.list_end(), Frame::lowest);
            let registers = frame.live.before(place);
            let slots = registers.iter().map(|register| frame.base + register as Slot);
            snapshot.live.extend(slots.filter(|slot| *slot < end));
            if let Some(next) = next {
                snapshot.live.extend(next.lowest()..next.base);
            }
            if index + 1 == count {
                snapshot.pc_index = place as u32;
            }
        }
        if let Some(top) = self.top {
            // Those in the frame are live if they are taken; a list may be longer than that.
            let frame = self.top_frame();
            // SAFETY: a live prototype.
            let end = frame.base + Slot::from(unsafe { (*frame.proto.as_ptr()).frame_size });
            let beyond = (end..top).filter(|slot| self.place(*slot).is_some());
            snapshot.live.extend(beyond);
        }
        for index in 0..self.places.len() {
            let place = match self.places[index] {
                Some(Place::Value(r)) => Some(Place::Value(self.known_object(r).unwrap_or(r))),
                other => other,
            };
            snapshot.slots.extend(place.map(|place| (index as Slot - 1, place)));
        }
        for (_, place) in &snapshot.slots {
            if let Place::Value(r) = place
                && let Some(table) = self.fresh.get(r)
                && !snapshot.tables.iter().any(|(other, _)| other == r)
            {
                snapshot.tables.push((*r, table.clone()));
            }
        }
        for (_, place) in &snapshot.slots {
            if let Place::Value(r) = place
                && let Some(value) = self.values.get(r)
                && !snapshot.made.iter().any(|(other, _)| other == r)
            {
                snapshot.made.push((*r, value.clone()));
            }
        }
        let of_values: usize = snapshot.made.iter().map(|(_, value)| value.parts.len()).sum();
        let of_tables: usize = snapshot.tables.iter().map(|(_, table)| table.values().count()).sum();
        if snapshot.live.len() * WORDS + of_tables + of_values > BUFFER {
            return Err(Reason::TooDeep);
        }
        self.region.snaps.push(snapshot);
        let id = self.region.snaps.len() as SnapId - 1;
        self.snap = Some(id);
        Ok(id)
    }

    /// Guards from here on leave by a snapshot of their own, though it is of the same instruction: what has been computed so far is known in a side trace that
    /// begins there.
    pub(super) fn leave_from_here(&mut self) {
        self.snap = None;
    }
}
