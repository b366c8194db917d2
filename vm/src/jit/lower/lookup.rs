//! Numbers looked up in tables, values put behind arrays and into fields that are known: as `Gc<Table>::get` and `set_int` do it, but for what is rare.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, MemFlagsData, Value, types};

use super::super::helpers::Helper;
use super::super::ir::{Ins, Ref};
use super::{Lowering, layout};
use crate::table::{DICTIONARY, INTEGER_KEYS, RecordLayout, TURNING_WEAK, WEAK_KEYS, WEAK_VALUES};
use crate::value::RawValue;

impl Lowering<'_> {
    /// `NGET`: the key is searched for in the dictionary. Tables with an array, weak ones, and those whose dictionary is being rebuilt are left to a helper.
    pub(super) fn number_look_up(&mut self, ins: &Ins) -> Value {
        let (table, key) = (self.value(ins.a), self.value(ins.b));
        let (slow, done, missed) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let result = self.b.append_block_param(done, types::I64);
        let flags = self.b.ins().uload8(types::I64, MemFlagsData::trusted(), table, layout::TABLE_FLAGS);
        let weak = self.b.ins().band_imm_u(flags, i64::from(WEAK_KEYS | WEAK_VALUES | TURNING_WEAK));
        let elements = self.load_u32(table, layout::ARRAY_LEN);
        let rare = self.b.ins().bor(weak, elements);
        let ordinary = self.b.create_block();
        self.b.ins().brif(rare, slow, &[], ordinary, &[]);
        self.b.switch_to_block(ordinary);
        let is_dictionary = self.b.ins().band_imm_u(flags, i64::from(DICTIONARY));
        let search = self.b.create_block();
        self.b.ins().brif(is_dictionary, search, &[], missed, &[]);
        self.b.switch_to_block(search);
        self.search_dictionary(table, key, (slow, missed, done));

        self.b.switch_to_block(missed);
        let nil = self.word(RawValue::NIL.bits());
        self.b.ins().jump(done, &[BlockArg::Value(nil)]);
        self.b.switch_to_block(slow);
        self.b.set_cold_block(slow);
        self.call_rare(Helper::number_get, &[self.vm, self.runtime, table, key]);
        let found = self.load(self.runtime, layout::ARGUMENTS);
        self.b.ins().jump(done, &[BlockArg::Value(found)]);
        self.b.switch_to_block(done);
        result
    }

    /// `APPEND`: a value is put behind the last element if there is room. A helper makes room.
    pub(super) fn append(&mut self, ins: &Ins) {
        let (table, value, index) = (self.value(ins.a), self.boxed(ins.b), self.value(ins.c));
        let (next, slow, done) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let len = self.load_u32(table, layout::ARRAY_LEN);
        let longer = self.b.ins().iadd_imm_s(len, 1);
        let is_next = self.b.ins().icmp(IntCC::Equal, longer, index);
        self.go_on_if(is_next, slow);
        let room = self.load_u32(table, layout::ARRAY_CAP);
        let has_room = self.b.ins().icmp(IntCC::UnsignedLessThan, len, room);
        self.go_on_if(has_room, slow);
        let flags = self.b.ins().uload8(types::I64, MemFlagsData::trusted(), table, layout::TABLE_FLAGS);
        let keys = self.b.ins().band_imm_u(flags, i64::from(INTEGER_KEYS));
        let meta = self.load(table, layout::META);
        let rare = self.b.ins().bor(keys, meta);
        self.b.ins().brif(rare, slow, &[], next, &[]);
        self.b.switch_to_block(next);
        let array = self.load(table, layout::ARRAY);
        let offset = self.b.ins().ishl_imm_u(len, 3);
        let place = self.b.ins().iadd(array, offset);
        // Nothing was there: a barrier has nothing to shade.
        self.b.ins().store(MemFlagsData::trusted(), value, place, 0);
        self.b.ins().istore32(MemFlagsData::trusted(), longer, table, layout::ARRAY_LEN);
        self.b.ins().jump(done, &[]);
        self.b.switch_to_block(slow);
        self.b.set_cold_block(slow);
        self.call_rare(Helper::append, &[self.vm, self.runtime, table, value, index]);
        let failed = self.load(self.runtime, layout::ARGUMENTS);
        let fail = self.fail_block(ins.snap);
        self.b.ins().brif(failed, fail, &[], done, &[]);
        self.b.switch_to_block(done);
    }

    fn search_dictionary(&mut self, table: Value, key: Value, (slow, missed, done): (Block, Block, Block)) {
        // -0 is 0.
        let zero = self.b.ins().f64const(0.0);
        let sum = self.b.ins().fadd(key, zero);
        let bits = self.bits_of(sum);
        let slots = self.load(table, layout::SLOTS);
        let record = self.load(slots, RecordLayout::FROM_SLOTS);
        let keys = self.load(record, RecordLayout::KEYS);
        let index = self.load(record, RecordLayout::INDEX);
        let (in_order, hashed, hit) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let entry = self.b.append_block_param(hit, types::I64);
        self.b.ins().brif(index, hashed, &[], in_order, &[]);

        // A few keys, one after the other.
        self.b.switch_to_block(in_order);
        let count = self.load_u32(record, RecordLayout::LEN);
        let (next, compare) = (self.b.create_block(), self.b.create_block());
        let at = self.b.append_block_param(next, types::I64);
        let first = self.word(0);
        self.b.ins().jump(next, &[BlockArg::Value(first)]);
        self.b.switch_to_block(next);
        let is_there = self.b.ins().icmp(IntCC::UnsignedLessThan, at, count);
        self.b.ins().brif(is_there, compare, &[], missed, &[]);
        self.b.switch_to_block(compare);
        let is_it = self.has_key(keys, at, bits);
        let following = self.b.ins().iadd_imm_s(at, 1);
        self.b.ins().brif(is_it, hit, &[BlockArg::Value(at)], next, &[BlockArg::Value(following)]);

        // The index, from the cell that the hash names on.
        self.b.switch_to_block(hashed);
        let index_bits = self.load_u32(record, RecordLayout::INDEX_BITS);
        let high = self.b.ins().ushr_imm_u(bits, 32);
        let mixed = self.b.ins().bxor(bits, high);
        let factor = self.word(RecordLayout::FACTOR);
        let hash = self.b.ins().imul(mixed, factor);
        // Shifts take the low six bits: 64 less those of the index.
        let shift = self.b.ins().ineg(index_bits);
        let cell = self.b.ins().ushr(hash, shift);
        let (probe, check, empty) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let at = self.b.append_block_param(probe, types::I64);
        self.b.ins().jump(probe, &[BlockArg::Value(cell)]);
        self.b.switch_to_block(probe);
        let offset = self.b.ins().ishl_imm_u(at, 2);
        let place = self.b.ins().iadd(index, offset);
        let number = self.load_u32(place, 0);
        self.b.ins().brif(number, check, &[], empty, &[]);
        self.b.switch_to_block(check);
        let found = self.b.ins().iadd_imm_s(number, -1);
        let is_it = self.has_key(keys, found, bits);
        let one = self.word(1);
        let size = self.b.ins().ishl(one, index_bits);
        let mask = self.b.ins().iadd_imm_s(size, -1);
        let following = self.b.ins().iadd_imm_s(at, 1);
        let following = self.b.ins().band(following, mask);
        self.b.ins().brif(is_it, hit, &[BlockArg::Value(found)], probe, &[BlockArg::Value(following)]);
        self.b.switch_to_block(empty);
        let old = self.load(record, RecordLayout::OLD_INDEX);
        self.b.ins().brif(old, slow, &[], missed, &[]);

        self.b.switch_to_block(hit);
        let offset = self.b.ins().ishl_imm_u(entry, 3);
        let place = self.b.ins().iadd(slots, offset);
        let value = self.load(place, 0);
        self.b.ins().jump(done, &[BlockArg::Value(value)]);
    }

    /// Whether the key of an entry has these bits.
    fn has_key(&mut self, keys: Value, entry: Value, bits: Value) -> Value {
        let offset = self.b.ins().ishl_imm_u(entry, 3);
        let place = self.b.ins().iadd(keys, offset);
        let key = self.load(place, 0);
        self.b.ins().icmp(IntCC::Equal, key, bits)
    }

    /// Gives a fresh table a field whose slot is known; false if it is not.
    pub(super) fn initialise(&mut self, r: Ref, ins: &Ins) -> bool {
        let fields = self.region.layouts.get(&ins.a).map_or(&[][..], |layout| &layout.fields);
        let Some(slot) = fields.iter().position(|field| field.by == r) else { return false };
        let (table, value) = (self.value(ins.a), self.boxed(ins.b));
        let slots = self.load(table, layout::SLOTS);
        // Nothing was there: a barrier has nothing to shade.
        self.b.ins().store(MemFlagsData::trusted(), value, slots, slot as i32 * 8);
        let shape = self.b.ins().iconst(types::I32, i64::from(fields[slot].shape));
        self.b.ins().store(MemFlagsData::trusted(), shape, table, layout::SHAPE);
        true
    }
}
