//! Leaving: guards and where they go when they do not hold, calls of helpers.

use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

use super::super::LEFT;
use super::super::helpers::Helper;
use super::super::ir::{NO_SNAP, Ref, SnapId};
use super::compiler::{preserving, signature};
use super::{Lowering, Side, layout};

impl Lowering<'_> {
    pub(super) fn leave(&mut self, number: u32) {
        let number = self.word(u64::from(number));
        self.leave_with(number);
    }

    /// Leaves for the interpreter, with an answer.
    pub(super) fn leave_with(&mut self, answer: Value) {
        if self.region.makes_frames_late {
            self.name_frame();
        }
        self.b.ins().return_(&[answer]);
    }

    /// Where a guard with a snapshot goes when it does not hold.
    pub(super) fn fail_block(&mut self, snap: SnapId) -> Block {
        if snap == NO_SNAP {
            return self.one_turn.expect("only what has been unrolled has guards without a snapshot");
        }
        match self.region.snaps[snap as usize].side {
            Some(_) if self.exits.contains_key(&snap) => {
                let block = self.exits[&snap];
                if let Some(side) = self.sides.iter_mut().find(|side| side.block == block) {
                    // It is known if it is so wherever the trace begins.
                    side.stored.retain(|slot, r| self.stored.get(slot) == Some(r));
                }
                block
            }
            Some(trace) => {
                let block = self.b.create_block();
                self.exits.insert(snap, block);
                let (turns, stored) = (self.turns, self.stored.clone());
                self.sides.push(Side { trace, block, turns, stored });
                block
            }
            None => self.exit_block(snap),
        }
    }

    /// The cold block of a snapshot, filled at the end.
    fn exit_block(&mut self, snap: SnapId) -> Block {
        if let Some(block) = self.exits.get(&snap) {
            return *block;
        }
        let block = self.b.create_block();
        self.exits.insert(snap, block);
        self.cold.push((snap, block, self.in_loop, self.turns));
        block
    }

    /// Stores values as the arguments of a call, or as the results of one.
    pub(super) fn store_arguments(&mut self, values: &[Ref]) {
        for (index, value) in (0..).zip(values) {
            let value = self.stored(*value);
            self.b.ins().store(Self::flags(), value, self.runtime, layout::ARGUMENTS + index * 8);
        }
    }

    /// Stores the arguments of a call; how many there are.
    pub(super) fn store_list(&mut self, last: Ref) -> Value {
        let mut arguments = Vec::new();
        let mut at = last;
        while at != Ref::NONE {
            let link = *self.region.get(at);
            arguments.push(link.b);
            at = link.a;
        }
        arguments.reverse();
        self.store_arguments(&arguments);
        self.word(arguments.len() as u64)
    }

    /// Stores how many turns the loop has taken.
    pub(super) fn store_turns(&mut self) {
        self.b.ins().store(Self::flags(), self.turns, self.runtime, layout::TURNS);
    }

    /// Goes on if a condition holds, and leaves by a snapshot if not.
    pub(super) fn guard(&mut self, condition: Value, snap: SnapId) {
        let next = self.b.create_block();
        let fail = self.fail_block(snap);
        self.b.ins().brif(condition, next, &[], fail, &[]);
        self.b.switch_to_block(next);
    }

    /// Leaves without anything to restore if a status is not zero.
    pub(super) fn leave_unless_zero(&mut self, status: Value) {
        let (next, left) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(status, left, &[], next, &[]);
        self.b.switch_to_block(left);
        self.b.set_cold_block(left);
        self.store_turns();
        self.leave(LEFT);
        self.b.switch_to_block(next);
    }

    /// Calls a helper in a way that keeps all registers.
    pub(super) fn call_rare(&mut self, helper: Helper, arguments: &[Value]) {
        let known = self.rare.iter().position(|(other, _)| *other == helper);
        let index = known.expect("one of those that are made so");
        let (isa, builder) = (self.isa, &mut self.b);
        let signature = *self
            .preserving
            .entry(index)
            .or_insert_with(|| builder.import_signature(preserving(isa, helper.arguments())));
        let address = self.b.ins().iconst(types::I64, self.rare[index].1.start() as i64);
        self.b.ins().call_indirect(signature, address, arguments);
    }

    pub(super) fn call(&mut self, helper: Helper, arguments: &[Value]) -> Value {
        let key: Vec<u8> =
            helper.arguments().iter().chain([&helper.result()]).map(|arg| *arg as u8).collect();
        let wanted = match self.signatures.get(&key) {
            Some(known) => *known,
            None => {
                let signature = signature(self.isa, helper.arguments(), helper.result());
                let made = self.b.import_signature(signature);
                self.signatures.insert(key, made);
                made
            }
        };
        let address = self.b.ins().iconst(types::I64, helper.address() as i64);
        let call = self.b.ins().call_indirect(wanted, address, arguments);
        self.b.inst_results(call)[0]
    }
}
