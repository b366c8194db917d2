//! The math types: operators, methods and constructors in single-precision numbers, by the formulas the interpreter uses (`ffi/vector/formula.rs`). Their results
//! are fresh C values (`values.rs`).

#![allow(unsafe_code, reason = "reads values that may be read now")]

use super::refs::type_of_object;
use super::values::part_imm;
use super::{Recorded, Recorder};
use crate::ffi::ctype::{CTypeId, Math, Scalar};
use crate::ffi::host::Access;
use crate::ffi::vector::constructed_by;
use crate::ffi::vector::formula::{Answer, Method, Numbers, Operand, operate};
use crate::function::{FunctionView, NativeFunction};
use crate::jit::ir::{Ins, IrOp, Ref, Slot, Ty};
use crate::jit::reason::Reason;
use crate::rt::meta::Meta;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

const F32: u32 = Scalar::F32 as u32;

/// A number of single precision: what the trace has, and what it is now.
type Lane = (Ref, f32);
/// A math value or, without a type, a number.
type Operands = (Option<Math>, [Lane; 4]);

/// Scalars of a struct that are stored one by one, at most.
const MAX_SCALARS: usize = 16;

/// Formulas become instructions.
struct Emitter<'r> {
    recorder: &'r mut Recorder,
    /// The first reason to give up.
    failed: Option<Reason>,
}

impl Emitter<'_> {
    fn take(&mut self, made: Recorded<Ref>) -> Ref {
        made.unwrap_or_else(|reason| {
            self.failed.get_or_insert(reason);
            self.recorder.number(0.0)
        })
    }
    fn rounded(&mut self, op: IrOp, a: Lane, b: Lane) -> Ref {
        let made = self.recorder.op2(op, Ty::Num, a.0, b.0);
        let exact = self.take(made);
        let made = self.recorder.op1(IrOp::FROUND, Ty::Num, exact);
        self.take(made)
    }
    fn exact(&mut self, op: IrOp, a: Lane) -> Ref {
        let made = self.recorder.op1(op, Ty::Num, a.0);
        self.take(made)
    }
}

impl Numbers for Emitter<'_> {
    type N = Lane;
    fn number(&mut self, n: f32) -> Lane {
        (self.recorder.number(f64::from(n)), n)
    }
    fn add(&mut self, a: Lane, b: Lane) -> Lane {
        (self.rounded(IrOp::ADD, a, b), a.1 + b.1)
    }
    fn sub(&mut self, a: Lane, b: Lane) -> Lane {
        (self.rounded(IrOp::SUB, a, b), a.1 - b.1)
    }
    fn mul(&mut self, a: Lane, b: Lane) -> Lane {
        (self.rounded(IrOp::MUL, a, b), a.1 * b.1)
    }
    fn div(&mut self, a: Lane, b: Lane) -> Lane {
        (self.rounded(IrOp::DIV, a, b), a.1 / b.1)
    }
    fn neg(&mut self, a: Lane) -> Lane {
        (self.exact(IrOp::NEG, a), -a.1)
    }
    fn sqrt(&mut self, a: Lane) -> Lane {
        let root = self.exact(IrOp::SQRT, a);
        let made = self.recorder.op1(IrOp::FROUND, Ty::Num, root);
        (self.take(made), a.1.sqrt())
    }
    fn abs(&mut self, a: Lane) -> Lane {
        (self.exact(IrOp::ABS, a), a.1.abs())
    }
    fn less(&mut self, a: Lane, b: Lane) -> bool {
        let holds = a.1 < b.1;
        let guard = Ins::new(IrOp::GLT, Ty::Void).a(a.0).b(b.0).imm(u64::from(holds));
        let made = self.recorder.emit(guard);
        self.take(made);
        holds
    }
}

fn math_type(ctype: CTypeId) -> Option<Math> {
    Math::ALL.into_iter().find(|math| math.ctype() == ctype)
}

impl Recorder {
    /// The lanes of a math value, which may be read now.
    fn lanes(&mut self, vm: &Vm, value: Ref, actual: RawValue) -> Recorded<Option<Operands>> {
        let Some(cdata) = actual.as_cdata() else { return Ok(None) };
        let Some(math) = math_type(type_of_object(self.region.get(value), cdata)) else { return Ok(None) };
        let zero = (self.number(0.0), 0.0);
        let mut lanes = [zero; 4];
        let is_fresh = self.values.contains_key(&value);
        let target = if is_fresh { None } else { self.bytes_of(vm, value, cdata)? };
        if target.is_none() && !is_fresh {
            return Ok(None);
        }
        for (index, lane) in lanes.iter_mut().enumerate().take(math.lanes()) {
            let r = match target {
                Some(mut target) => {
                    target.offset += index * 4;
                    self.load_scalar(&target, F32)?
                }
                None => match self.part_of_fresh(value, F32, index * 4) {
                    Some(part) => part,
                    None => return Ok(None),
                },
            };
            let at = target.map_or(cdata.data(), |target| target.at);
            // SAFETY: it may be read now, and has so many lanes.
            *lane = (r, unsafe { at.cast::<f32>().add(index).read_unaligned() });
        }
        Ok(Some((Some(math), lanes)))
    }

    /// A number in all lanes.
    fn number_lanes(&mut self, value: Ref, actual: RawValue) -> Recorded<Option<Operands>> {
        let Some(n) = actual.as_number().filter(|_| self.region.ty(value).is_number()) else {
            return Ok(None);
        };
        let single = self.single(value)?;
        Ok(Some((None, [(single, n as f32); 4])))
    }

    fn give_math(&mut self, math: Math, lanes: [Lane; 4]) -> Recorded<Ref> {
        let parts: Vec<_> = (0..math.lanes()).map(|lane| (part_imm(F32, lane * 4), lanes[lane].0)).collect();
        self.make_value(math.ctype(), math.lanes() * 4, true, parts)
    }

    /// An operator on math values; `None` where it is none of theirs, or fails.
    pub(super) fn math_operator(
        &mut self,
        vm: &Vm,
        event: Meta,
        left: (Ref, RawValue),
        right: (Ref, RawValue),
    ) -> Recorded<Option<Ref>> {
        let is_math = |this: &Recorder, (r, actual): (Ref, RawValue)| {
            let ctype = actual.as_cdata().map(|cdata| type_of_object(this.region.get(r), cdata));
            ctype.and_then(math_type).is_some()
        };
        let operators = [Meta::Add, Meta::Sub, Meta::Mul, Meta::Div, Meta::Unm];
        if !(is_math(self, left) || is_math(self, right)) || !operators.contains(&event) {
            return Ok(None);
        }
        let mut found = [None; 2];
        for (operand, (r, actual)) in found.iter_mut().zip([left, right]) {
            *operand = match actual.is_number() {
                true => self.number_lanes(r, actual)?,
                false => self.lanes(vm, r, actual)?,
            };
        }
        let [Some(x), Some(y)] = found else { return Ok(None) };
        let mut emitter = Emitter { recorder: self, failed: None };
        let outcome = operate(&mut emitter, event, x, y);
        if let Some(reason) = emitter.failed {
            return Err(reason);
        }
        match outcome {
            Some((math, lanes)) => self.give_math(math, lanes).map(Some),
            None => Ok(None),
        }
    }

    /// A call of a method of the math types that has a formula; `None` if it is none.
    pub(super) fn math_method(
        &mut self,
        vm: &Vm,
        callee: Slot,
        count: usize,
        native: Gc<NativeFunction>,
    ) -> Recorded<Option<Ref>> {
        // SAFETY: a live native.
        let Some(method) = Method::of_native(unsafe { (*native.as_ptr()).function }) else { return Ok(None) };
        if count < 1 + method.operands().len() {
            return Ok(None);
        }
        let value = self.read_slot(vm, callee + 1)?;
        let Some((Some(math), a)) = self.lanes(vm, value, self.actual(vm, callee + 1))? else {
            return Ok(None);
        };
        if method.of().is_some_and(|of| of != math) {
            return Ok(None);
        }
        let mut operands = [a; 2];
        for (index, operand) in method.operands().iter().enumerate() {
            let slot = callee + 2 + index as Slot;
            let (r, actual) = (self.read_slot(vm, slot)?, self.actual(vm, slot));
            let (found, wanted) = match operand {
                Operand::Same => (self.lanes(vm, r, actual)?, Some(math)),
                Operand::Of(math) => (self.lanes(vm, r, actual)?, Some(*math)),
                Operand::Number => (self.number_lanes(r, actual)?, None),
            };
            match found {
                Some((is, lanes)) if is == wanted => operands[index] = lanes,
                _ => return Ok(None),
            }
        }
        self.guard_native(vm, callee, native)?;
        let mut emitter = Emitter { recorder: self, failed: None };
        let answer = method.compute(&mut emitter, math, a, &operands);
        if let Some(reason) = emitter.failed {
            return Err(reason);
        }
        match answer {
            Answer::Number((r, _)) => Ok(Some(r)),
            Answer::Value(math, lanes) => self.give_math(math, lanes).map(Some),
        }
    }

    /// A call of a math type, `Vec3(x, y, z)`, with numbers or a value to copy; `None` where it is something else.
    pub(super) fn math_constructor(
        &mut self,
        vm: &mut Vm,
        callee: Slot,
        count: usize,
    ) -> Recorded<Option<Ref>> {
        let actual = self.actual(vm, callee);
        let Some(meta) = actual.as_table().and_then(|table| table.metatable()) else { return Ok(None) };
        let now = meta.meta(&vm.heap, Meta::Call);
        let Some(FunctionView::Native(native)) = now.as_function().map(|function| function.view()) else {
            return Ok(None);
        };
        // SAFETY: a live native.
        let function = unsafe { (*native.as_ptr()).function };
        let Some(math) = constructed_by(function) else { return Ok(None) };
        let of_numbers = count >= math.lanes() && self.actual(vm, callee + 1).is_number();
        if !of_numbers && count != 1 {
            return Ok(None);
        }
        let zero = (self.number(0.0), 0.0);
        let mut lanes = [zero; 4];
        if of_numbers {
            for (index, lane) in lanes.iter_mut().enumerate().take(math.lanes()) {
                let slot = callee + 1 + index as Slot;
                let (r, actual) = (self.read_slot(vm, slot)?, self.actual(vm, slot));
                match self.number_lanes(r, actual)? {
                    Some((_, same)) => *lane = same[0],
                    None => return Ok(None),
                }
            }
        } else {
            let r = self.read_slot(vm, callee + 1)?;
            match self.lanes(vm, r, self.actual(vm, callee + 1))? {
                Some((is, same)) if is == Some(math) => lanes = same,
                _ => return Ok(None),
            }
        }
        let table = self.read_slot(vm, callee)?;
        let Some((handler, _)) = self.handler(vm, table, actual, Meta::Call)? else { return Ok(None) };
        if self.region.ty(handler) != Ty::Fun {
            return Ok(None);
        }
        self.emit(Ins::new(IrOp::FNATIVE, Ty::Void).a(handler).imm(function as usize as u64))?;
        self.give_math(math, lanes).map(Some)
    }

    /// `struct.field = value` where the field is a struct too: scalar by scalar; false where it takes the interpreter.
    pub(super) fn set_whole(
        &mut self,
        vm: &Vm,
        target: &super::cdata::Target,
        ctype: CTypeId,
        (value, actual): (Ref, RawValue),
    ) -> Recorded<bool> {
        let Some(cdata) = actual.as_cdata() else { return Ok(false) };
        if type_of_object(self.region.get(value), cdata) != ctype || !target.is_writable {
            return Ok(false);
        }
        let mut scalars = Vec::new();
        if !list_scalars(vm, ctype, 0, &mut scalars) {
            return Ok(false);
        }
        let is_fresh = self.values.contains_key(&value);
        let from = if is_fresh { None } else { self.bytes_of(vm, value, cdata)? };
        if from.is_none() && !is_fresh {
            return Ok(false);
        }
        // All are read before any is written: it may be the same place.
        let mut values = Vec::with_capacity(scalars.len());
        for (scalar, offset) in &scalars {
            let part = match from {
                Some(mut from) => {
                    from.offset += offset;
                    Some(self.load_scalar(&from, *scalar)?)
                }
                None => self.part_of_fresh(value, *scalar, *offset),
            };
            match part {
                Some(part) => values.push(part),
                None => return Ok(false),
            }
        }
        for ((scalar, offset), value) in scalars.into_iter().zip(values) {
            let mut target = *target;
            target.offset += offset;
            if !self.store_scalar(&target, scalar, value)? {
                unreachable!("numbers, and a place that may be written");
            }
        }
        Ok(true)
    }
}

/// The scalars of a struct, if they are few and all numbers.
fn list_scalars(vm: &Vm, ctype: CTypeId, offset: usize, found: &mut Vec<(u32, usize)>) -> bool {
    let fields = vm.ffi.fields(ctype);
    !fields.is_empty()
        && fields.iter().all(|field| {
            let offset = offset + field.offset as usize;
            match field.access {
                Access::Scalar(Scalar::Bool | Scalar::Char | Scalar::I64 | Scalar::U64 | Scalar::Entity) => {
                    false
                }
                Access::Scalar(scalar) if found.len() < MAX_SCALARS => {
                    found.push((scalar as u32, offset));
                    true
                }
                Access::Struct(part) => list_scalars(vm, part, offset, found),
                _ => false,
            }
        })
}
