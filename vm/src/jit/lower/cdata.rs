//! The lowering of what is about C values and rows.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::super::helpers::Helper;
use super::super::ir::{ColumnField, Ins, IrOp, LaneField, Ref, head_mask};
use super::{Lowering, layout};
use crate::ffi::ctype::Scalar;
use crate::jit::opt::fold::is_single;

/// Doubles of this size and more are no integers to count with: 2^51.
const TOO_LARGE: f64 = 2_251_799_813_685_248.0;

/// What a load or a store is of: the scalar, and its offset.
pub(super) fn scalar_of(ins: &Ins) -> (Scalar, i32) {
    (Scalar::ALL[(ins.imm >> 32) as usize], ins.imm as u32 as i32)
}

impl Lowering<'_> {
    pub(super) fn lower_cdata(&mut self, ins: &Ins) -> Option<Value> {
        Some(match ins.op {
            IrOp::GINDEX => {
                let (index, len) = (self.value(ins.a), self.value(ins.b));
                let ok = self.b.ins().icmp(IntCC::UnsignedLessThan, index, len);
                return self.guarded(ok, ins);
            }
            IrOp::GNULL => {
                let address = self.value(ins.a);
                let condition = if ins.imm != 0 { IntCC::Equal } else { IntCC::NotEqual };
                let ok = self.b.ins().icmp_imm_u(condition, address, 0);
                return self.guarded(ok, ins);
            }
            IrOp::ADDR => self.address(ins),
            IrOp::CHEAD => {
                let cdata = self.value(ins.a);
                let head = self.load(cdata, 0);
                let (mask, wanted) = (self.word(head_mask(ins.imm)), self.word(ins.imm));
                let head = self.b.ins().band(head, mask);
                let ok = self.b.ins().icmp(IntCC::Equal, head, wanted);
                return self.guarded(ok, ins);
            }
            IrOp::CEPOCH => {
                let view = self.value(ins.a);
                let (epoch, now) = (self.load(view, layout::VIEW_EPOCH), self.load(self.vm, layout::EPOCH));
                let ok = self.b.ins().icmp(IntCC::Equal, epoch, now);
                return self.guarded(ok, ins);
            }
            IrOp::CDATA => {
                let cdata = self.value(ins.a);
                self.load(cdata, layout::DATA)
            }
            IrOp::CTICK => {
                let view = self.value(ins.a);
                self.load(view, layout::VIEW_TICK)
            }
            IrOp::COLUMN => {
                let column = self.value(ins.a);
                match ins.imm {
                    n if n == ColumnField::Places as u64 => self.load(column, layout::COLUMN_PLACES),
                    n if n == ColumnField::Len as u64 => self.load_u32(column, layout::COLUMN_LEN),
                    _ => self.load_u32(column, layout::COLUMN_STRIDE),
                }
            }
            IrOp::CCOUNT => {
                let data = self.value(ins.a);
                let size = self.load(data, -8);
                match ins.imm {
                    1 => size,
                    n if !n.is_power_of_two() => self.b.ins().udiv_imm_u(size, n as i64),
                    n => self.b.ins().ushr_imm_u(size, i64::from(n.trailing_zeros())),
                }
            }
            IrOp::CBOUND => {
                let (inner, address) = (self.value(ins.a), self.value(ins.b));
                let (start, end) =
                    (self.load(inner, layout::INNER_START), self.load(inner, layout::INNER_END));
                let above = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, address, start);
                let last = self.b.ins().iadd_imm_s(address, ins.imm as i64);
                let below = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, last, end);
                let ok = self.b.ins().band(above, below);
                return self.guarded(ok, ins);
            }
            IrOp::CPAGE => {
                let address = self.value(ins.a);
                let ok = self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, address, 4096);
                return self.guarded(ok, ins);
            }
            IrOp::CREF => {
                let (whole, data, to) =
                    (self.value(ins.a), self.value(ins.b), self.word(ins.imm & 0xFFFF_FFFF));
                let object = self.call(Helper::reference, &[self.vm, whole, data, to]);
                self.guard(object, ins.snap);
                object
            }
            IrOp::KEEP => return None,
            IrOp::CLOAD => self.load_scalar(ins),
            IrOp::CSTORE => {
                let data = self.value(ins.a);
                self.store_scalar(ins, data, 0);
                return None;
            }
            IrOp::CNEW => {
                let how = self.word(ins.imm);
                let object = self.call(Helper::new_value, &[self.vm, how]);
                self.guard(object, ins.snap);
                object
            }
            IrOp::CINIT => {
                let object = self.value(ins.a);
                self.store_scalar(ins, object, layout::OWNED_BYTES);
                return None;
            }
            IrOp::TRUNC => {
                let double = self.value(ins.a);
                let magnitude = self.b.ins().fabs(double);
                let bound = self.b.ins().f64const(TOO_LARGE);
                let ok =
                    self.b.ins().fcmp(cranelift_codegen::ir::condcodes::FloatCC::LessThan, magnitude, bound);
                self.guard(ok, ins.snap);
                self.b.ins().fcvt_to_sint_sat(types::I64, double)
            }
            IrOp::CWRAP => {
                let x = self.value(ins.a);
                let scalar = Scalar::ALL[ins.imm as usize];
                let narrow = match scalar.size() {
                    1 => types::I8,
                    2 => types::I16,
                    _ => types::I32,
                };
                let low = self.b.ins().ireduce(narrow, x);
                match scalar {
                    Scalar::I8 | Scalar::I16 | Scalar::I32 => self.b.ins().sextend(types::I64, low),
                    _ => self.b.ins().uextend(types::I64, low),
                }
            }
            IrOp::LTICK => self.load_u32(self.vm, layout::TICK),
            IrOp::TSTORE => {
                let (place, tick) = (self.value(ins.a), self.value(ins.b));
                self.b.ins().istore32(Self::flags(), tick, place, ins.imm as i32);
                return None;
            }
            IrOp::TPAIR => {
                let tick = self.value(ins.a);
                let high = self.b.ins().ishl_imm_u(tick, 32);
                self.b.ins().bor(tick, high)
            }
            IrOp::TSTORE2 => {
                let (place, ticks) = (self.value(ins.a), self.value(ins.b));
                self.b.ins().store(super::pairs::unaligned(), ticks, place, ins.imm as i32);
                return None;
            }
            IrOp::ROWS => {
                let (function, slot) = (self.value(ins.a), self.word(ins.imm));
                let cursor = self.call(Helper::rows, &[self.vm, function, slot]);
                self.guard(cursor, ins.snap);
                cursor
            }
            IrOp::RNEXT => {
                let cursor = self.value(ins.a);
                self.load(cursor, layout::NEXT_ROW)
            }
            IrOp::RLEN => {
                let cursor = self.value(ins.a);
                self.load(cursor, layout::ROWS)
            }
            IrOp::RSTEP => {
                let (cursor, next) = (self.value(ins.a), self.value(ins.b));
                self.b.ins().store(Self::flags(), next, cursor, layout::NEXT_ROW);
                return None;
            }
            IrOp::RENTITY => {
                let bits = self.value(ins.a);
                self.call(Helper::entity, &[self.vm, bits])
            }
            IrOp::LANE => self.lane(ins),
            IrOp::PLACE => {
                let native = self.value(self.region.get(ins.c).a);
                let (owner, name) = (self.value(ins.a), self.value(ins.b));
                let data = self.call(Helper::place, &[self.vm, native, owner, name]);
                self.guard(data, ins.snap);
                data
            }
            IrOp::PTICK | IrOp::PLIKE => {
                self.load(self.runtime, layout::ARGUMENTS + if ins.op == IrOp::PTICK { 0 } else { 8 })
            }
            _ => unreachable!("{} is not about C values", ins.op.name()),
        })
    }

    /// `a + b * imm`
    fn address(&mut self, ins: &Ins) -> Value {
        let base = self.value(ins.a);
        if ins.b == Ref::NONE {
            return self.b.ins().iadd_imm_s(base, ins.imm as i64);
        }
        let offset = match self.offsets.get(&(ins.b, ins.imm)) {
            Some(offset) => *offset,
            None => {
                let index = self.value(ins.b);
                let offset = if ins.imm.is_power_of_two() {
                    self.b.ins().ishl_imm_u(index, i64::from(ins.imm.trailing_zeros()))
                } else {
                    self.b.ins().imul_imm_s(index, ins.imm as i64)
                };
                self.offsets.insert((ins.b, ins.imm), offset);
                offset
            }
        };
        self.b.ins().iadd(base, offset)
    }

    fn lane(&mut self, ins: &Ins) -> Value {
        let cursor = self.value(ins.a);
        let field = ins.imm & 0xFF;
        if field == LaneField::Entities as u64 {
            return self.load(cursor, layout::ENTITIES);
        }
        let lanes = self.load(cursor, layout::LANES);
        let offset = match field {
            n if n == LaneField::Data as u64 => layout::LANE_DATA,
            n if n == LaneField::Stride as u64 => layout::LANE_STRIDE,
            n if n == LaneField::Ticks as u64 => layout::LANE_TICKS,
            _ => layout::LANE_VIEW,
        };
        self.load(lanes, (ins.imm >> 8) as i32 * layout::LANE_SIZE + offset)
    }

    /// A number in single precision.
    pub(super) fn single(&mut self, r: Ref) -> Value {
        if let Some(single) = self.singles.get(&r) {
            return *single;
        }
        let ins = *self.region.get(r);
        match ins.op {
            IrOp::KNUM => self.b.ins().f32const(f64::from_bits(ins.imm) as f32),
            IrOp::NEG if is_single(self.region, ins.a) => {
                let x = self.single(ins.a);
                self.b.ins().fneg(x)
            }
            _ => {
                let double = self.value(r);
                self.b.ins().fdemote(types::F32, double)
            }
        }
    }

    /// `FROUND`: where an operation on numbers of single precision is rounded to it, it may as well be done in it.
    pub(super) fn rounded(&mut self, r: Ref, ins: &Ins) -> Value {
        let exact = *self.region.get(ins.a);
        let of_singles = exact.operands().all(|operand| is_single(self.region, operand));
        let single = match exact.op {
            IrOp::ADD | IrOp::SUB | IrOp::MUL | IrOp::DIV if of_singles => {
                let (x, y) = (self.single(exact.a), self.single(exact.b));
                match exact.op {
                    IrOp::ADD => self.b.ins().fadd(x, y),
                    IrOp::SUB => self.b.ins().fsub(x, y),
                    IrOp::MUL => self.b.ins().fmul(x, y),
                    _ => self.b.ins().fdiv(x, y),
                }
            }
            IrOp::SQRT if of_singles => {
                let x = self.single(exact.a);
                self.b.ins().sqrt(x)
            }
            _ => {
                let double = self.value(ins.a);
                self.b.ins().fdemote(types::F32, double)
            }
        };
        self.singles.insert(r, single);
        self.b.ins().fpromote(types::F64, single)
    }

    fn load_scalar(&mut self, ins: &Ins) -> Value {
        let data = self.value(ins.a);
        let (scalar, offset) = scalar_of(ins);
        let flags = Self::flags();
        match scalar {
            Scalar::F32 => {
                let single = self.b.ins().load(types::F32, flags, data, offset);
                self.loaded_single = Some(single);
                self.b.ins().fpromote(types::F64, single)
            }
            Scalar::F64 => self.b.ins().load(types::F64, flags, data, offset),
            Scalar::I8 => self.b.ins().sload8(types::I64, flags, data, offset),
            Scalar::U8 | Scalar::Bool => self.b.ins().uload8(types::I64, flags, data, offset),
            Scalar::I16 => self.b.ins().sload16(types::I64, flags, data, offset),
            Scalar::U16 => self.b.ins().uload16(types::I64, flags, data, offset),
            Scalar::I32 => self.b.ins().sload32(flags, data, offset),
            Scalar::U32 => self.b.ins().uload32(flags, data, offset),
            Scalar::I64 | Scalar::U64 => self.load(data, offset),
            Scalar::Char | Scalar::Entity => {
                unreachable!("takes more than a load")
            }
        }
    }

    fn store_scalar(&mut self, ins: &Ins, data: Value, before: i32) {
        let (scalar, offset) = scalar_of(ins);
        let offset = offset + before;
        let flags = Self::flags();
        if scalar == Scalar::F32 {
            let single = self.single(ins.b);
            self.b.ins().store(flags, single, data, offset);
            return;
        }
        let value = self.value(ins.b);
        match scalar {
            Scalar::F32 => unreachable!("just stored"),
            Scalar::F64 | Scalar::I64 | Scalar::U64 => {
                self.b.ins().store(flags, value, data, offset);
            }
            Scalar::I8 | Scalar::U8 => {
                self.b.ins().istore8(flags, value, data, offset);
            }
            Scalar::I16 | Scalar::U16 => {
                self.b.ins().istore16(flags, value, data, offset);
            }
            Scalar::I32 | Scalar::U32 => {
                self.b.ins().istore32(flags, value, data, offset);
            }
            Scalar::Bool | Scalar::Char | Scalar::Entity => {
                unreachable!("takes more than a store")
            }
        }
    }
}
