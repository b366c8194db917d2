//! Calls of regions by compiled code: of the function that the region itself begins with, of others, and of what a trace links to while somebody waits for the function it is in.
//!
//! The frames between, and that of the function called, are made before the call, so that whoever looks at the stack meanwhile finds it as the interpreter would have
//! it, and whatever makes the called code leave may leave all of it at once. What returns tells so (`RETURNED`); any other answer is handed on. Recursions that nobody
//! looks into make their frames only then: `late.rs`.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

use super::super::RETURNED;
use super::super::helpers::{Arg, GOES_ON, Helper};
use super::super::ir::{Ins, OWN_SITE, Ref, SnapId, called_site, record_count, wanted_results};
use super::compiler::{CODE_ARGUMENTS, signature};
use super::{Lowering, layout};

/// What is called: its region, and the room it takes above register 0, in bytes.
struct Callee {
    region: Value,
    room: Value,
}

impl Lowering<'_> {
    /// `CALL`: the first result.
    pub(super) fn call_region(&mut self, ins: &Ins) -> Value {
        debug_assert!(self.makes_nothing(ins.snap), "the recorder has seen to it");
        if self.region.makes_frames_late {
            return self.call_itself(ins);
        }
        let fail = self.fail_block(ins.snap);
        let own = self.load(self.runtime, layout::REGION);
        let site = called_site(ins.imm);
        let callee = if site == OWN_SITE {
            let room = self.word(u64::from(self.region.max_slots) * 8);
            Callee { region: own, room }
        } else {
            self.callee(site, fail)
        };
        let (slots, bytes) = self.distance(ins.snap);
        self.ensure_room(callee.room, slots, bytes, fail);
        self.store_in_slots(ins.snap);
        let status = self.call_in_frames(&callee, ins.snap);
        let returned = self.if_returned(ins, status);
        self.answer_otherwise(ins, status, returned);
        self.b.switch_to_block(returned);
        if self.leads_elsewhere() {
            self.b.ins().store(Self::flags(), own, self.runtime, layout::REGION);
        }
        // Stack and frames may have moved.
        let above = self.stack();
        let base = self.b.ins().iadd_imm_s(above, -slots);
        self.b.ins().store(Self::flags(), base, self.runtime, layout::BASE);
        let top = self.frame();
        let frame = self.b.ins().iadd_imm_s(top, -bytes);
        self.b.ins().store(Self::flags(), frame, self.vm, layout::FRAME);
        self.forget_written(ins.snap);
        self.load(self.runtime, layout::ARGUMENTS)
    }

    /// Where a trace links to a region whose site is given, and compiled code waits for the function in which this one was entered, that region is called: what it answers is the answer. The
    /// slots are stored. Goes on if not.
    pub(super) fn call_linked(&mut self, snap: SnapId, site: u32) {
        if self.region.snaps[snap as usize].frames.len() > 1 {
            // What returns there is another function.
            return;
        }
        let (waited_for, linked) = (self.b.create_block(), self.b.create_block());
        let is_called = self.is_called();
        self.b.ins().brif(is_called, waited_for, &[], linked, &[]);
        self.b.switch_to_block(waited_for);
        let callee = self.callee(site, linked);
        let (slots, bytes) = self.distance(snap);
        self.ensure_room(callee.room, slots, bytes, linked);
        let status = self.call_in_frames(&callee, snap);
        self.b.ins().return_(&[status]);
        self.b.switch_to_block(linked);
    }

    /// The region of a site, or off to a block if there is none.
    fn callee(&mut self, site: u32, none: Block) -> Callee {
        let entrances = &self.region.entrances;
        let entrance = entrances.iter().find(|(known, _)| *known == site);
        let (_, entrance) = *entrance.expect("whoever has a region compiled fills in what it links to");
        let entrance = self.word(entrance as u64);
        let region = self.load(entrance, 0);
        let next = self.b.create_block();
        self.b.ins().brif(region, next, &[], none, &[]);
        self.b.switch_to_block(next);
        let slots = self.load_u32(region, layout::COMPILED_SLOTS);
        let room = self.b.ins().ishl_imm_u(slots, 3);
        Callee { region, room }
    }

    /// Where it goes on when a call has answered that its function has returned as many values as expected, and when it has answered anything else: that block is begun.
    pub(super) fn if_returned(&mut self, ins: &Ins, status: Value) -> Block {
        let (returned, other) = (self.b.create_block(), self.b.create_block());
        let (wanted, _) = wanted_results(ins.imm);
        let expected = self.word((wanted as u64) << 32 | u64::from(RETURNED));
        let as_expected = self.b.ins().icmp(IntCC::Equal, status, expected);
        self.b.ins().brif(as_expected, returned, &[], other, &[]);
        self.b.switch_to_block(other);
        self.b.set_cold_block(other);
        returned
    }

    /// A call has answered anything else: goes on with other values than expected, or hands the answer on.
    pub(super) fn answer_otherwise(&mut self, ins: &Ins, status: Value, returned: Block) {
        let imm = self.word(ins.imm);
        let answer = self.call(Helper::called, &[self.vm, status, imm]);
        let handed_on = self.b.create_block();
        let goes_on = self.b.ins().icmp_imm_s(IntCC::Equal, answer, GOES_ON as i64);
        self.b.ins().brif(goes_on, returned, &[], handed_on, &[]);
        self.b.switch_to_block(handed_on);
        self.b.set_cold_block(handed_on);
        self.b.ins().return_(&[answer]);
    }

    /// How far register 0 and the frame on top of a snapshot are from those of the frame the region runs in, in bytes.
    pub(super) fn distance(&self, snap: SnapId) -> (i64, i64) {
        let frames = &self.region.snaps[snap as usize].frames;
        let top = frames.last().expect("a snapshot has a frame");
        (i64::from(top.base) * 8, (record_count(frames) as i64 - 1) * i64::from(layout::FRAME_SIZE))
    }

    /// Goes on if there is room for slots, frames, and on the machine's stack; else the interpreter makes some.
    pub(super) fn ensure_room(&mut self, room: Value, slots: i64, bytes: i64, none: Block) {
        let stack = self.stack();
        let first = self.b.ins().iadd_imm_s(stack, slots);
        let end = self.b.ins().iadd(first, room);
        let limit = self.load(self.vm, layout::STACK_LIMIT);
        let has_slots = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, end, limit);
        self.go_on_if(has_slots, none);
        let frame = self.frame();
        let top = self.b.ins().iadd_imm_s(frame, bytes);
        let last = self.load(self.vm, layout::LAST_FRAME);
        let has_frames = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, top, last);
        self.go_on_if(has_frames, none);
        let here = self.b.ins().get_stack_pointer(types::I64);
        let floor = self.load(self.runtime, layout::STACK_FLOOR);
        let has_stack = self.b.ins().icmp(IntCC::UnsignedGreaterThan, here, floor);
        self.go_on_if(has_stack, none);
    }

    /// Goes on if a condition holds, and elsewhere if not.
    pub(super) fn go_on_if(&mut self, condition: Value, otherwise: Block) {
        let next = self.b.create_block();
        self.b.ins().brif(condition, next, &[], otherwise, &[]);
        self.b.switch_to_block(next);
    }

    /// Makes the frames of a snapshot, whose slots are stored, and calls a region in the one on top. What it answers.
    fn call_in_frames(&mut self, callee: &Callee, snap: SnapId) -> Value {
        let (slots, bytes) = self.distance(snap);
        let frame = self.frame();
        let index = self.load_u32(frame, layout::FRAME_BASE);
        self.store_records(snap, frame, index, true);
        let top = self.b.ins().iadd_imm_s(frame, bytes);
        let stack = self.stack();
        let base = self.b.ins().iadd_imm_s(stack, slots);
        if bytes > 0 {
            self.b.ins().store(Self::flags(), top, self.vm, layout::FRAME);
            self.b.ins().store(Self::flags(), base, self.runtime, layout::BASE);
        }
        if self.leads_elsewhere() {
            self.b.ins().store(Self::flags(), callee.region, self.runtime, layout::REGION);
        }
        self.call_code(callee.region, base, top)
    }

    /// Stores the frames of a snapshot, from `frame` on, whose registers begin at stack index `index`; where the last one goes on only if that is `whole`.
    pub(super) fn store_records(&mut self, snap: SnapId, frame: Value, index: Value, whole: bool) {
        let region = self.region;
        let [root, called @ ..] = region.snaps[snap as usize].frames.as_slice() else {
            unreachable!("a snapshot has a frame")
        };
        let pc = self.word(root.pc as u64);
        self.b.ins().store(Self::flags(), pc, frame, layout::FRAME_PC);
        if region.snaps[snap as usize].has_tail_called {
            // Another function is in the place of the one in which the region was entered.
            let constants = self.word(root.constants as u64);
            self.b.ins().store(Self::flags(), constants, frame, layout::FRAME_CONSTANTS);
        }
        let last = record_count(called) as i32;
        for (number, record) in (1..).zip(called.iter().flat_map(|frame| frame.records(0))) {
            let at = number * layout::FRAME_SIZE;
            if whole || number < last {
                let pc = self.word(record.pc as u64);
                self.b.ins().store(Self::flags(), pc, frame, at + layout::FRAME_PC);
            }
            let constants = self.word(record.constants as u64);
            self.b.ins().store(Self::flags(), constants, frame, at + layout::FRAME_CONSTANTS);
            let base = self.b.ins().iadd_imm_s(index, i64::from(record.base as i32));
            self.b.ins().istore32(Self::flags(), base, frame, at + layout::FRAME_BASE);
            let rest = u64::from(record.varargs) | (record.kind as u64) << 32 | u64::from(record.flags) << 48;
            let rest = self.word(rest);
            self.b.ins().store(Self::flags(), rest, frame, at + layout::FRAME_REST);
        }
    }

    /// Calls the code of a region. What it answers.
    pub(super) fn call_code(&mut self, region: Value, base: Value, frame: Value) -> Value {
        let count = self.load(self.runtime, layout::CALLS);
        let count = self.b.ins().iadd_imm_s(count, 1);
        self.b.ins().store(Self::flags(), count, self.runtime, layout::CALLS);
        let wanted = self.b.import_signature(signature(self.isa, &CODE_ARGUMENTS, Arg::Word));
        let code = self.load(region, layout::COMPILED_CODE);
        let call = self.b.ins().call_indirect(wanted, code, &[self.vm, self.runtime, base, frame]);
        self.b.inst_results(call)[0]
    }

    /// Whether the code of other regions may run before what it calls returns.
    fn leads_elsewhere(&self) -> bool {
        self.region.linked_sites().any(|site| site != OWN_SITE)
    }

    /// Whether compiled code waits for the function in which the region runs.
    fn is_called(&mut self) -> Value {
        let frame = self.frame();
        let bottom = self.load(self.runtime, layout::BOTTOM);
        self.b.ins().icmp(IntCC::NotEqual, frame, bottom)
    }

    /// The function in which the region runs returns: to compiled code if that has called it, else the interpreter does it, from a snapshot.
    pub(super) fn return_to_compiled(&mut self, snap: SnapId, values: &[Ref]) {
        let is_called = self.is_called();
        self.guard(is_called, snap);
        self.store_arguments(values);
        let answer = self.word((values.len() as u64) << 32 | u64::from(RETURNED));
        self.b.ins().return_(&[answer]);
    }
}
