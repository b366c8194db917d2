//! 64-bit integers of C.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

use super::super::helpers::Helper;
use super::super::ir::{Ins, IrOp, Ty, WIDE_MASK, WideOp, wide_head};
use super::boxing::tag_bits;
use super::{Lowering, layout};

impl Lowering<'_> {
    /// The integer in a C value of such a type, or off to `refused`.
    pub(super) fn unboxed_wide(&mut self, raw: Value, ty: Ty, refused: Block) -> Value {
        let (is_cdata, done) = (self.b.create_block(), self.b.create_block());
        let tag = self.word(tag_bits(Ty::Cdt));
        let cdata = self.b.ins().bxor(raw, tag);
        let high = self.b.ins().ushr_imm_u(cdata, 47);
        let ok = self.b.ins().icmp_imm_u(IntCC::Equal, high, 0);
        self.b.ins().brif(ok, is_cdata, &[], refused, &[]);
        self.b.switch_to_block(is_cdata);
        let head = self.load(cdata, 0);
        let (mask, wanted) = (self.word(WIDE_MASK), self.word(wide_head(ty)));
        let head = self.b.ins().band(head, mask);
        let ok = self.b.ins().icmp(IntCC::Equal, head, wanted);
        self.b.ins().brif(ok, done, &[], refused, &[]);
        self.b.switch_to_block(done);
        self.load(cdata, layout::OWNED_BYTES)
    }

    pub(super) fn wide(&mut self, ins: &Ins) -> Value {
        let x = self.value(ins.a);
        match ins.op {
            IrOp::WIDEN => x,
            IrOp::W2N if self.region.ty(ins.a) == Ty::U64 => self.b.ins().fcvt_from_uint(types::F64, x),
            IrOp::W2N => self.b.ins().fcvt_from_sint(types::F64, x),
            IrOp::CBOX => {
                let is_unsigned = self.word(u64::from(self.region.ty(ins.a) == Ty::U64));
                let object = self.call(Helper::wide_value, &[self.vm, x, is_unsigned]);
                self.guard(object, ins.snap);
                object
            }
            _ => self.wide_arithmetic(ins, x),
        }
    }

    fn wide_arithmetic(&mut self, ins: &Ins, x: Value) -> Value {
        let y = self.value(ins.b);
        match WideOp::ALL[ins.imm as usize] {
            WideOp::Add => self.b.ins().iadd(x, y),
            WideOp::Sub => self.b.ins().isub(x, y),
            WideOp::Mul => self.b.ins().imul(x, y),
            WideOp::And => self.b.ins().band(x, y),
            WideOp::Or => self.b.ins().bor(x, y),
            WideOp::Xor => self.b.ins().bxor(x, y),
            // The six low bits of a count matter.
            WideOp::Shl => self.b.ins().ishl(x, y),
            WideOp::Shr => self.b.ins().ushr(x, y),
            WideOp::Sar => self.b.ins().sshr(x, y),
            WideOp::Rol => self.b.ins().rotl(x, y),
            WideOp::Ror => self.b.ins().rotr(x, y),
            WideOp::Div | WideOp::Mod | WideOp::Pow => {
                let how = self.word(ins.imm << 1 | u64::from(ins.ty == Ty::U64));
                self.call(Helper::wide_operation, &[x, y, how])
            }
        }
    }
}
