//! Calls of a region by itself: recursion as calls of machine code.
//!
//! The frames between, and that of the function called, are made before the call, so that whoever looks at the stack meanwhile finds it as the interpreter would have
//! it, and whatever makes the called code leave may leave all of it at once. What returns tells so (`RETURNED`); any other answer is handed on.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::super::RETURNED;
use super::super::helpers::{Arg, GOES_ON, Helper};
use super::super::ir::{Ins, Ref, SnapId};
use super::{CODE_ARGUMENTS, Lowering, layout, signature};

impl Lowering<'_> {
    /// `CALL`: the first result.
    pub(super) fn call_region(&mut self, ins: &Ins) -> Value {
        let region = self.region;
        debug_assert!(self.restores_values_only(ins.snap), "the recorder has seen to it");
        let frames = &region.snaps[ins.snap as usize].frames;
        let [root, called @ ..] = frames.as_slice() else { unreachable!("a snapshot has a frame") };
        let callee = called.last().expect("a function was called");
        let (slots, bytes) =
            (i64::from(callee.base) * 8, called.len() as i64 * i64::from(layout::FRAME_SIZE));

        // Room for slots, frames, and on the machine's stack; else the interpreter makes some.
        let stack = self.stack();
        let end = self.b.ins().iadd_imm_s(stack, slots + i64::from(region.max_slots) * 8);
        let limit = self.load(self.vm, layout::STACK_LIMIT);
        let has_slots = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, end, limit);
        let frame = self.load(self.vm, layout::FRAME);
        let top = self.b.ins().iadd_imm_s(frame, bytes);
        let last = self.load(self.vm, layout::LAST_FRAME);
        let has_frames = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, top, last);
        let here = self.b.ins().get_stack_pointer(types::I64);
        let floor = self.load(self.runtime, layout::STACK_FLOOR);
        let has_stack = self.b.ins().icmp(IntCC::UnsignedGreaterThan, here, floor);
        let has_room = self.b.ins().band(has_slots, has_frames);
        let has_room = self.b.ins().band(has_room, has_stack);
        self.guard(has_room, ins.snap);

        self.store_in_slots(ins.snap);
        let index = self.load_u32(frame, layout::FRAME_BASE);
        let pc = self.word(root.pc as u64);
        self.b.ins().store(Self::flags(), pc, frame, layout::FRAME_PC);
        for (number, called) in (1..).zip(called) {
            let at = number * layout::FRAME_SIZE;
            for (value, offset) in
                [(called.pc as u64, layout::FRAME_PC), (called.constants as u64, layout::FRAME_CONSTANTS)]
            {
                let value = self.word(value);
                self.b.ins().store(Self::flags(), value, frame, at + offset);
            }
            let base = self.b.ins().iadd_imm_s(index, i64::from(called.base));
            self.b.ins().istore32(Self::flags(), base, frame, at + layout::FRAME_BASE);
            let rest = self.word(u64::from(called.varargs) | (called.kind as u64) << 32);
            self.b.ins().store(Self::flags(), rest, frame, at + layout::FRAME_REST);
        }
        self.b.ins().store(Self::flags(), top, self.vm, layout::FRAME);
        self.move_base(stack, slots);
        let count = self.load(self.runtime, layout::CALLS);
        let count = self.b.ins().iadd_imm_s(count, 1);
        self.b.ins().store(Self::flags(), count, self.runtime, layout::CALLS);

        let wanted = self.b.import_signature(signature(self.isa, &CODE_ARGUMENTS, Arg::Word));
        let code = self.load(self.runtime, layout::CODE);
        let call = self.b.ins().call_indirect(wanted, code, &[self.vm, self.runtime]);
        let status = self.b.inst_results(call)[0];

        let (returned, other, handed_on) =
            (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let expected = self.word((ins.imm & 0xFFFF_FFFF) << 32 | u64::from(RETURNED));
        let as_expected = self.b.ins().icmp(IntCC::Equal, status, expected);
        self.b.ins().brif(as_expected, returned, &[], other, &[]);
        self.b.switch_to_block(other);
        self.b.set_cold_block(other);
        let imm = self.word(ins.imm);
        let answer = self.call(Helper::called, &[self.vm, status, imm]);
        let goes_on = self.b.ins().icmp_imm_s(IntCC::Equal, answer, GOES_ON as i64);
        self.b.ins().brif(goes_on, returned, &[], handed_on, &[]);
        self.b.switch_to_block(handed_on);
        self.b.set_cold_block(handed_on);
        self.b.ins().return_(&[answer]);

        self.b.switch_to_block(returned);
        // Stack and frames may have moved.
        let stack = self.stack();
        self.move_base(stack, -slots);
        let top = self.load(self.vm, layout::FRAME);
        let frame = self.b.ins().iadd_imm_s(top, -bytes);
        self.b.ins().store(Self::flags(), frame, self.vm, layout::FRAME);
        self.load(self.runtime, layout::ARGUMENTS)
    }

    /// Register 0 is so many bytes from `stack`.
    fn move_base(&mut self, stack: Value, bytes: i64) {
        let base = self.b.ins().iadd_imm_s(stack, bytes);
        self.b.ins().store(Self::flags(), base, self.runtime, layout::BASE);
    }

    /// The function the region begins with returns: to compiled code if that has called it, else the interpreter does it, from a snapshot.
    pub(super) fn return_to_compiled(&mut self, snap: SnapId, values: &[Ref]) {
        let frame = self.load(self.vm, layout::FRAME);
        let bottom = self.load(self.runtime, layout::BOTTOM);
        let is_called = self.b.ins().icmp(IntCC::NotEqual, frame, bottom);
        self.guard(is_called, snap);
        self.store_arguments(values);
        let answer = self.word((values.len() as u64) << 32 | u64::from(RETURNED));
        self.b.ins().return_(&[answer]);
    }
}
