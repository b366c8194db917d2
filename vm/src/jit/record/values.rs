//! C values that a trace makes: as long as nobody else knows them, what they have is known, and they need not be made (`opt/sink.rs`), as with tables (`fresh.rs`).

use super::{Recorded, Recorder};
use crate::ffi::ctype::{CTypeId, Scalar};
use crate::jit::ir::{FreshValue, Ins, IrOp, Ref, Ty, made_imm};
use crate::value::RawValue;

/// Parts of a value that are kept track of.
const MAX_PARTS: usize = 32;

/// A scalar and where it is, as `CLOAD` has it.
pub(super) fn part_imm(scalar: u32, offset: usize) -> u64 {
    offset as u64 | u64::from(scalar) << 32
}

impl Recorder {
    /// Takes note of what an instruction means for fresh C values.
    pub(super) fn learn_of_values(&mut self, r: Ref, ins: Ins) {
        match ins.op {
            IrOp::KEEP => {
                self.kept.insert(ins.a);
                self.values.remove(&ins.a);
            }
            IrOp::CNEW => drop(self.values.insert(r, FreshValue::default())),
            IrOp::CINIT => {
                if let Some(value) = self.values.get_mut(&ins.a) {
                    match value.parts.iter_mut().find(|(part, _)| *part == ins.imm) {
                        Some(part) => part.1 = ins.b,
                        None => value.parts.push((ins.imm, ins.b)),
                    }
                }
            }
            _ => {
                for operand in ins.operands() {
                    self.values.remove(&operand);
                }
            }
        }
    }

    /// A new C value of a trace, zero but for these parts.
    pub(super) fn make_value(
        &mut self,
        ctype: CTypeId,
        size: usize,
        is_writable: bool,
        parts: impl IntoIterator<Item = (u64, Ref)>,
    ) -> Recorded<Ref> {
        let imm = made_imm(ctype.0, size as u32, is_writable);
        let made = self.emit(Ins::new(IrOp::CNEW, Ty::Cdt).imm(imm))?;
        self.does_not_grow();
        for (part, value) in parts {
            self.emit(Ins::new(IrOp::CINIT, Ty::Void).a(made).b(value).imm(part))?;
        }
        Ok(made)
    }

    /// What a fresh C value has in a place; `None` if it is no fresh value, or something else lies there.
    pub(super) fn part_of_fresh(&mut self, object: Ref, scalar: u32, offset: usize) -> Option<Ref> {
        let value = self.values.get(&object)?;
        let wanted = part_imm(scalar, offset);
        if let Some((_, part)) = value.parts.iter().find(|(part, _)| *part == wanted) {
            return Some(*part);
        }
        let end = offset + Scalar::ALL.get(scalar as usize)?.size() as usize;
        if value.parts.iter().any(|(part, _)| overlaps(*part, offset, end)) {
            return None;
        }
        Some(match scalar {
            n if n == Scalar::F32 as u32 || n == Scalar::F64 as u32 => self.number(0.0),
            n if n == Scalar::Bool as u32 => self.primitive(RawValue::FALSE),
            _ => self.integer(0),
        })
    }

    /// Stores a number in a fresh C value; false if it is none, or that takes more than taking note of it.
    pub(super) fn set_part_of_fresh(
        &mut self,
        object: Ref,
        scalar: u32,
        offset: usize,
        value: Ref,
    ) -> Recorded<bool> {
        let Some(fresh) = self.values.get(&object) else { return Ok(false) };
        let imm = part_imm(scalar, offset);
        let end = offset + Scalar::ALL[scalar as usize].size() as usize;
        let is_split = |(part, _): &(u64, Ref)| *part != imm && overlaps(*part, offset, end);
        let is_writable = self.region.get(object).imm >> 48 & 1 != 0;
        if !is_writable || fresh.parts.len() >= MAX_PARTS || fresh.parts.iter().any(is_split) {
            return Ok(false);
        }
        if scalar == Scalar::Bool as u32 {
            return Ok(false);
        }
        let value = self.as_part(scalar, value)?;
        self.emit(Ins::new(IrOp::CINIT, Ty::Void).a(object).b(value).imm(imm))?;
        Ok(true)
    }

    /// A number as it is read back from a scalar.
    pub(super) fn as_part(&mut self, scalar: u32, value: Ref) -> Recorded<Ref> {
        if scalar == Scalar::F64 as u32 {
            return self.double(value);
        }
        if scalar == Scalar::F32 as u32 {
            return self.single(value);
        }
        let whole = self.whole(value)?;
        self.emit(Ins::new(IrOp::CWRAP, Ty::Int).a(whole).imm(u64::from(scalar)))
    }

    /// A number without its fraction, to be stored as an integer.
    pub(super) fn whole(&mut self, value: Ref) -> Recorded<Ref> {
        match self.small_constant(value) {
            Some(n) => Ok(self.integer(n)),
            None if self.region.ty(value) == Ty::Num => self.op1(IrOp::TRUNC, Ty::Int, value),
            None => Ok(value),
        }
    }

    /// A number as one of single precision.
    pub(super) fn single(&mut self, r: Ref) -> Recorded<Ref> {
        let double = self.double(r)?;
        self.op1(IrOp::FROUND, Ty::Num, double)
    }
}

fn overlaps(part: u64, offset: usize, end: usize) -> bool {
    let from = (part & 0xFFFF_FFFF) as usize;
    let size = Scalar::ALL[(part >> 32) as usize].size() as usize;
    from < end && offset < from + size
}
