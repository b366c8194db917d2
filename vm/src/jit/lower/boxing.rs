//! Values as Lua has them, in eight bytes, and as compiled code computes with them.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};

use super::super::ir::{IrOp, Ref, Ty};
use super::Lowering;
use crate::value::{RawValue, Tag};

impl Lowering<'_> {
    /// A Lua value as one of a type, or off to `refused`.
    pub(super) fn unboxed(&mut self, raw: Value, ty: Ty, refused: cranelift_codegen::ir::Block) -> Value {
        let (ok, value) = match ty {
            Ty::Any => return raw,
            Ty::I64 | Ty::U64 => return self.unboxed_wide(raw, ty, refused),
            Ty::Int => {
                let ok = self.is_number(raw);
                let next = self.b.create_block();
                self.b.ins().brif(ok, next, &[], refused, &[]);
                self.b.switch_to_block(next);
                let double = self.b.ins().bitcast(types::F64, MemFlagsData::new(), raw);
                self.integer_of(double)
            }
            _ => self.typed(raw, ty),
        };
        let next = self.b.create_block();
        self.b.ins().brif(ok, next, &[], refused, &[]);
        self.b.switch_to_block(next);
        value
    }

    /// Whether a Lua value has a type (not an integer), and the value if so.
    pub(super) fn typed(&mut self, raw: Value, ty: Ty) -> (Value, Value) {
        if ty == Ty::Num {
            let ok = self.is_number(raw);
            return (ok, self.b.ins().bitcast(types::F64, MemFlagsData::new(), raw));
        }
        let tag = self.word(tag_bits(ty));
        let address = self.b.ins().bxor(raw, tag);
        let end = self.word(1 << 47);
        (self.b.ins().icmp(IntCC::UnsignedLessThan, address, end), address)
    }

    pub(super) fn is_number(&mut self, raw: Value) -> Value {
        let first = self.word(0xFFF9 << 48);
        self.b.ins().icmp(IntCC::UnsignedLessThan, raw, first)
    }

    /// A double as an integer, and whether it is one of 31 bits (and not -0).
    pub(super) fn integer_of(&mut self, double: Value) -> (Value, Value) {
        let narrow = self.b.ins().fcvt_to_sint_sat(types::I32, double);
        let integer = self.b.ins().sextend(types::I64, narrow);
        let back = self.b.ins().fcvt_from_sint(types::F64, integer);
        let (x, y) = (self.bits_of(double), self.bits_of(back));
        (self.b.ins().icmp(IntCC::Equal, x, y), integer)
    }

    pub(super) fn bits_of(&mut self, double: Value) -> Value {
        self.b.ins().bitcast(types::I64, MemFlagsData::new(), double)
    }

    /// A value in eight bytes.
    pub(super) fn boxed(&mut self, r: Ref) -> Value {
        if let Some(value) = super::super::exit::constant(self.region, r) {
            return self.word(value.bits());
        }
        let value = self.value(r);
        match self.region.ty(r) {
            Ty::Any => value,
            Ty::Num => {
                let bits = self.bits_of(value);
                if !self.is_foreign[r.index()] {
                    return bits;
                }
                // Any NaN becomes one that may be stored.
                let is_nan = self.b.ins().fcmp(FloatCC::Unordered, value, value);
                let nan = self.word(RawValue::number(f64::NAN).bits());
                self.b.ins().select(is_nan, nan, bits)
            }
            Ty::Int => {
                let double = self.b.ins().fcvt_from_sint(types::F64, value);
                self.bits_of(double)
            }
            ty => {
                let tag = self.word(tag_bits(ty));
                self.b.ins().bor(value, tag)
            }
        }
    }

    /// A value in eight bytes, in whatever register it is in already.
    pub(super) fn stored(&mut self, r: Ref) -> Value {
        let ins = *self.region.get(r);
        let inside = if ins.op == IrOp::BOX { ins.a } else { r };
        let is_double = self.region.ty(inside) == Ty::Num && !self.is_foreign[inside.index()];
        if is_double && !self.region.get(inside).is_constant() { self.value(inside) } else { self.boxed(r) }
    }
}

/// The bits of a type's tag in place.
pub(super) fn tag_bits(ty: Ty) -> u64 {
    let tag = match ty {
        Ty::Str => Tag::String,
        Ty::Tab => Tag::Table,
        Ty::Fun => Tag::Function,
        Ty::Udt => Tag::UserData,
        Ty::Thr => Tag::Thread,
        Ty::Cdt => Tag::CData,
        Ty::Void | Ty::Any | Ty::Num | Ty::Int | Ty::Ptr | Ty::I64 | Ty::U64 => {
            unreachable!("{ty:?} has no tag")
        }
    };
    (tag as u64) << 47
}
