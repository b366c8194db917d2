//! Folding: constants are computed, and conversions cancel.

use super::super::ir::{Ins, IrOp, Ref, Region, Ty};
use crate::ffi::ctype::Scalar;
use crate::value::RawValue;

/// Constants to add to an integer.
const SMALL: i64 = 1 << 31;

/// The instruction to add instead, or the value that is there already.
pub(crate) fn fold(region: &mut Region, ins: Ins) -> Result<Ins, Ref> {
    match ins.op {
        IrOp::ADD | IrOp::SUB | IrOp::MUL | IrOp::DIV => {
            if let (Some(x), Some(y)) = (double(region, ins.a), double(region, ins.b)) {
                let value = match ins.op {
                    IrOp::ADD => x + y,
                    IrOp::SUB => x - y,
                    IrOp::MUL => x * y,
                    _ => x / y,
                };
                if !value.is_nan() {
                    return Err(region.constant(IrOp::KNUM, Ty::Num, value.to_bits()));
                }
            }
            // `x / 2^n` is `x * 2^-n`.
            if ins.op == IrOp::DIV
                && let Some(y) = double(region, ins.b)
                && y.to_bits().trailing_zeros() >= 52
                && y.is_normal()
                && (1.0 / y).is_normal()
            {
                let inverse = region.constant(IrOp::KNUM, Ty::Num, (1.0 / y).to_bits());
                return Ok(Ins { op: IrOp::MUL, b: inverse, ..ins });
            }
        }
        IrOp::FROUND => {
            if let Some(x) = double(region, ins.a) {
                let single = f64::from(x as f32);
                return Err(region.constant(IrOp::KNUM, Ty::Num, RawValue::number(single).bits()));
            }
            if is_single(region, ins.a) {
                return Err(ins.a);
            }
        }
        IrOp::NEG => {
            if let Some(x) = double(region, ins.a) {
                return Err(region.constant(IrOp::KNUM, Ty::Num, (-x).to_bits()));
            }
        }
        IrOp::I2N if region.get(ins.a).op == IrOp::KINT => {
            let n = region.get(ins.a).imm as i64 as f64;
            return Err(region.constant(IrOp::KNUM, Ty::Num, n.to_bits()));
        }
        IrOp::N2I => {
            let source = *region.get(ins.a);
            match source.op {
                IrOp::I2N => return Err(source.a),
                IrOp::ADD | IrOp::SUB => {
                    let (x, y) = (*region.get(source.a), integer(region, source.b));
                    if x.op == IrOp::I2N
                        && let Some(y) = y
                        && y.abs() < SMALL
                    {
                        let y = if source.op == IrOp::SUB { -y } else { y };
                        let y = region.constant(IrOp::KINT, Ty::Int, y as u64);
                        return Ok(Ins::new(IrOp::IADD, Ty::Int).a(x.a).b(y));
                    }
                }
                _ => {}
            }
        }
        IrOp::IADD => {
            let (x, y) = (region.get(ins.a), region.get(ins.b));
            if x.op == IrOp::KINT && y.op == IrOp::KINT {
                let sum = (x.imm as i64 + y.imm as i64) as u64;
                return Err(region.constant(IrOp::KINT, Ty::Int, sum));
            }
            if y.op == IrOp::KINT && y.imm == 0 {
                return Err(ins.a);
            }
        }
        // A value that was boxed has its type.
        IrOp::GTYPE => {
            let source = *region.get(ins.a);
            if source.op == IrOp::BOX && region.ty(source.a) == ins.ty {
                return Err(source.a);
            }
        }
        IrOp::BOX => {
            let source = *region.get(ins.a);
            if source.op == IrOp::GTYPE {
                return Err(source.a);
            }
        }
        _ => {}
    }
    Ok(ins)
}

fn double(region: &Region, r: Ref) -> Option<f64> {
    let ins = region.get(r);
    (ins.op == IrOp::KNUM).then(|| f64::from_bits(ins.imm))
}

fn integer(region: &Region, r: Ref) -> Option<i64> {
    let n = double(region, r)?;
    (n.trunc() == n && n.abs() < SMALL as f64 && n.to_bits() != (-0.0f64).to_bits()).then_some(n as i64)
}

/// Whether a number is one of single precision.
pub(crate) fn is_single(region: &Region, r: Ref) -> bool {
    let ins = region.get(r);
    match ins.op {
        IrOp::FROUND => true,
        IrOp::KNUM => f64::from(f64::from_bits(ins.imm) as f32).to_bits() == ins.imm,
        IrOp::CLOAD => ins.imm >> 32 == Scalar::F32 as u64,
        IrOp::NEG | IrOp::ABS => is_single(region, ins.a),
        _ => false,
    }
}
