//! Recursions whose frames nobody gets to see: they are made when compiled code is left, not before each call.
//!
//! A function that only computes, reads and writes tables, and calls itself, shows its frames and registers to nobody while compiled code runs: no native, no
//! collection, no error looks at them. Such a region gets register 0 and its frame as arguments, and hands those of the called activation on; in memory they stay what they were when it
//! was entered, also for compiled code that waits for it. A call stores the function and its arguments, which the called code reads, and nothing else.
//!
//! Whoever leaves names its register 0 and its frame ([`name_frame`](Lowering::name_frame)), stores its slots and where it goes on, and answers. Each activation that gets such an answer stores
//! what its own frames have, and hands it on; so all is there before the interpreter looks, the innermost frame first. A frame's place is that of the activation below plus what the call says, so that the order does not
//! matter; only where the called function goes on is its own affair.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

use super::super::RETURNED;
use super::super::ir::{Ins, wanted_results};
use super::{Lowering, layout};

impl Lowering<'_> {
    /// `CALL` of the region itself, in frames that are made when an activation above is left: the first result.
    pub(super) fn call_itself(&mut self, ins: &Ins) -> Value {
        let snap = ins.snap;
        let fail = self.fail_block(snap);
        let own = self.load(self.runtime, layout::REGION);
        let room = self.word(u64::from(self.region.max_slots) * 8);
        let (slots, bytes) = self.distance(snap);
        self.ensure_room(room, slots, bytes, fail);
        let called_at = self.region.snaps[snap as usize].kept_below;
        self.store_slots(snap, |slot| slot >= called_at);
        let base = self.b.ins().iadd_imm_s(self.base, slots);
        let frame = self.b.ins().iadd_imm_s(self.frame, bytes);
        let status = self.call_code(own, base, frame);

        let returned = self.if_returned(ins, status);
        self.stored.clear();
        self.store_slots(snap, |slot| slot < called_at);
        let start = self.load(self.vm, layout::STACK);
        let distance = self.b.ins().isub(self.base, start);
        let index = self.b.ins().ushr_imm_u(distance, 3);
        self.store_records(snap, self.frame, index, false);
        let (left, counted) = (self.b.create_block(), self.b.create_block());
        let answer = self.b.ins().band_imm_s(status, i64::from(u32::MAX));
        let has_returned = self.b.ins().icmp_imm_s(IntCC::Equal, answer, i64::from(RETURNED));
        self.b.ins().brif(has_returned, counted, &[], left, &[]);
        self.b.switch_to_block(left);
        self.b.set_cold_block(left);
        self.b.ins().return_(&[status]);
        // Another number of values.
        self.b.switch_to_block(counted);
        self.b.set_cold_block(counted);
        if wanted_results(ins.imm).1 {
            // All are taken: the interpreter finds the frame of the function that has returned.
            self.b.ins().store(Self::flags(), frame, self.vm, layout::FRAME);
        }
        self.answer_otherwise(ins, status, returned);
        self.b.switch_to_block(returned);
        self.stored.clear();
        self.load(self.runtime, layout::ARGUMENTS)
    }

    /// The frame and register 0 are those of the activation that is about to be left.
    pub(super) fn name_frame(&mut self) {
        self.b.ins().store(Self::flags(), self.frame, self.vm, layout::FRAME);
        self.b.ins().store(Self::flags(), self.base, self.runtime, layout::BASE);
    }
}
