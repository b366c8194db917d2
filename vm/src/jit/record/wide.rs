//! 64-bit integers of C, as values without the C value around them.
//!
//! Whoever shows one to the interpreter has it made (`CBOX`): once, so that it stays the same object for the rest of the trace. Exits make those they restore. One that
//! was read from a Lua value, or is a constant, is that value. A loop carries it without its object only where nobody has seen or will see one; where somebody does, the
//! slot is recorded anew as a Lua value.

use super::{Recorded, Recorder};
use crate::bytecode::BitOp;
use crate::ffi::cdata::WRITABLE;
use crate::ffi::ctab::known;
use crate::ffi::ctype::{CTypeId, Scalar};
use crate::function::NativeFunction;
use crate::jit::ir::{Ins, IrOp, Ref, Slot, Ty, WideOp};
use crate::jit::reason::Reason;
use crate::rt::meta::Meta;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// The type of a C value that is a 64-bit integer and nothing more.
pub(super) fn wide_type(value: RawValue) -> Option<Ty> {
    let cdata = value.as_cdata().filter(|cdata| cdata.flags() & !WRITABLE == 0)?;
    wide_type_of(cdata.ctype())
}

/// The type of values of a C type, if it is one of these.
pub(super) fn wide_type_of(ctype: CTypeId) -> Option<Ty> {
    match ctype {
        known::INT64 => Some(Ty::I64),
        known::UINT64 => Some(Ty::U64),
        _ => None,
    }
}

/// The scalar that a wide type is in memory.
pub(super) fn wide_scalar(ty: Ty) -> Scalar {
    if ty == Ty::U64 { Scalar::U64 } else { Scalar::I64 }
}

impl WideOp {
    /// That of an operator.
    pub(super) fn of_event(event: Meta) -> Option<WideOp> {
        Some(match event {
            Meta::Add => WideOp::Add,
            Meta::Sub => WideOp::Sub,
            Meta::Mul => WideOp::Mul,
            Meta::Div => WideOp::Div,
            Meta::Mod => WideOp::Mod,
            Meta::Pow => WideOp::Pow,
            _ => return None,
        })
    }
}

impl Recorder {
    /// A constant of a prototype that is one.
    pub(super) fn wide_constant(&mut self, value: RawValue) -> Option<Ref> {
        let ty = wide_type(value)?;
        // SAFETY: an owned value of eight bytes.
        let bits = unsafe { value.as_cdata()?.data().cast::<u64>().read_unaligned() };
        let r = self.region.constant(IrOp::KWIDE, ty, bits);
        self.wide_constants.entry(r).or_insert(value);
        Some(r)
    }

    /// A number or 64-bit integer as one of a type; `None` if that takes the interpreter.
    pub(super) fn as_wide(&mut self, r: Ref, ty: Ty) -> Recorded<Option<Ref>> {
        let from = self.region.ty(r);
        if from == ty {
            return Ok(Some(r));
        }
        if let Some(n) = self.small_constant(r) {
            return Ok(Some(self.region.constant(IrOp::KWIDE, ty, n as u64)));
        }
        let whole = match from {
            Ty::Int | Ty::I64 | Ty::U64 => r,
            Ty::Num => self.op1(IrOp::TRUNC, Ty::Int, r)?,
            _ => return Ok(None),
        };
        self.op1(IrOp::WIDEN, ty, whole).map(Some)
    }

    /// Two operands as 64-bit integers of one type, if one of them is one already.
    pub(super) fn wide_pair(&mut self, left: Ref, right: Ref) -> Recorded<Option<(Ref, Ref)>> {
        let types = [self.region.ty(left), self.region.ty(right)];
        if !types.iter().any(|ty| ty.is_wide()) || !types.iter().all(|ty| ty.is_wide() || ty.is_number()) {
            return Ok(None);
        }
        let ty = if types.contains(&Ty::U64) { Ty::U64 } else { Ty::I64 };
        Ok(self.as_wide(left, ty)?.zip(self.as_wide(right, ty)?))
    }

    /// An operation on two numbers of which at least one is a 64-bit integer.
    pub(super) fn wide_arithmetic(&mut self, op: WideOp, left: Ref, right: Ref) -> Recorded<Option<Ref>> {
        let Some((left, right)) = self.wide_pair(left, right)? else { return Ok(None) };
        let ty = self.region.ty(left);
        self.emit(Ins::new(IrOp::WARITH, ty).a(left).b(right).imm(op as u64)).map(Some)
    }

    /// A shift or rotation of a 64-bit integer.
    fn wide_shift(&mut self, op: WideOp, left: Ref, count: Ref) -> Recorded<Option<Ref>> {
        let ty = self.region.ty(left);
        if !ty.is_wide() {
            return Ok(None);
        }
        // Which way a count with a fraction is rounded depends on who is asked.
        let is_number = self.region.ty(count) == Ty::Num && self.small_constant(count).is_none();
        let count = if is_number { self.op1(IrOp::N2I, Ty::Int, count)? } else { count };
        let Some(count) = self.as_wide(count, ty)? else { return Ok(None) };
        self.emit(Ins::new(IrOp::WARITH, ty).a(left).b(count).imm(op as u64)).map(Some)
    }

    /// A bit operator.
    pub(super) fn wide_bits(&mut self, op: BitOp, left: Ref, right: Ref) -> Recorded<Option<Ref>> {
        match op {
            BitOp::And => self.wide_arithmetic(WideOp::And, left, right),
            BitOp::Or => self.wide_arithmetic(WideOp::Or, left, right),
            BitOp::Xor => self.wide_arithmetic(WideOp::Xor, left, right),
            BitOp::Shl => self.wide_shift(WideOp::Shl, left, right),
            BitOp::Shr => self.wide_shift(WideOp::Shr, left, right),
            BitOp::Sar => self.wide_shift(WideOp::Sar, left, right),
            BitOp::Not => {
                let ones = self.number(-1.0);
                self.wide_arithmetic(WideOp::Xor, left, ones)
            }
        }
    }

    /// A call of `tonumber` or of a function of `bit` with such an argument; `None` if it is none.
    pub(super) fn wide_call(
        &mut self,
        vm: &Vm,
        callee: Slot,
        count: usize,
        native: Gc<NativeFunction>,
    ) -> Recorded<Option<Ref>> {
        let argument = |i: usize| callee + 1 + i as Slot;
        let has_one = (0..count.min(2)).any(|i| wide_type(self.actual(vm, argument(i))).is_some());
        // SAFETY: a live native.
        let (name, is_of_library) = unsafe { ((*native.as_ptr()).name, (*native.as_ptr()).short.is_some()) };
        if !has_one || !is_of_library || count > 2 {
            return Ok(None);
        }
        let name = name.as_bytes();
        let name = name.rsplit(|byte| *byte == b'.').next().unwrap_or(name);
        let is_known = match count {
            1 => matches!(name, b"tonumber" | b"bnot"),
            _ => matches!(
                name,
                b"band" | b"bor" | b"bxor" | b"lshift" | b"rshift" | b"arshift" | b"rol" | b"ror"
            ),
        };
        if !is_known {
            return Ok(None);
        }
        let x = self.read_slot(vm, argument(0))?;
        let y = if count == 2 { self.read_slot(vm, argument(1))? } else { x };
        self.guard_native(vm, callee, native)?;
        match name {
            b"tonumber" => self.op1(IrOp::W2N, Ty::Num, x).map(Some),
            b"bnot" => self.wide_bits(BitOp::Not, x, x),
            b"band" => self.wide_bits(BitOp::And, x, y),
            b"bor" => self.wide_bits(BitOp::Or, x, y),
            b"bxor" => self.wide_bits(BitOp::Xor, x, y),
            b"lshift" => self.wide_shift(WideOp::Shl, x, y),
            b"rshift" => self.wide_shift(WideOp::Shr, x, y),
            b"arshift" => self.wide_shift(WideOp::Sar, x, y),
            b"rol" => self.wide_shift(WideOp::Rol, x, y),
            _ => self.wide_shift(WideOp::Ror, x, y),
        }
    }

    /// The object that a 64-bit integer is already.
    pub(super) fn known_object(&mut self, r: Ref) -> Option<Ref> {
        if let Some(constant) = self.wide_constants.get(&r) {
            return Some(self.primitive(*constant));
        }
        self.objects.get(&r).copied()
    }

    /// A value as what the interpreter can be shown: a 64-bit integer as the object that it is, or that is made of it.
    pub(super) fn object(&mut self, r: Ref) -> Recorded<Ref> {
        let ins = *self.region.get(r);
        if !ins.ty.is_wide() {
            return Ok(r);
        }
        match ins.op {
            IrOp::GTYPE => return Ok(ins.a),
            IrOp::SLOT | IrOp::PHI => {
                self.unstable = Some(ins.imm as i64 as Slot);
                return Err(Reason::Unstable);
            }
            _ => {}
        }
        if let Some(object) = self.known_object(r) {
            return Ok(object);
        }
        let object = self.op1(IrOp::CBOX, Ty::Cdt, r)?;
        self.does_not_grow();
        // From here on snapshots have the object.
        self.leave_from_here();
        Ok(object)
    }
}
