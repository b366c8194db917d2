//! Operators on C values: 64-bit integers, pointers, and the metamethods of metatypes.

#![allow(unsafe_code, reason = "loads through pointers that memory.rs has checked")]

use super::arith::{self, power};
use super::cconv::{Fault, How};
use super::cnumber::{Data, Num, number_of};
use super::ctab::{CTypeId, Compatible, Kind, Quals, UNKNOWN, known, repr};
use super::ctype::Scalar;
use super::memory::Extent;
use crate::rt::meta::Meta;
use crate::value::RawValue;
use crate::vm::{Raised, Vm};

/// How far an operator got.
pub(crate) enum Outcome {
    /// This is the result.
    Done(RawValue),
    /// Call this handler with the operands.
    Call(RawValue),
}

/// An operand.
#[derive(Clone, Copy)]
struct Operand {
    /// Its C type; `None` for a Lua value that stands for none.
    ctype: Option<CTypeId>,
    number: Option<Num>,
    /// What a pointer or array points at.
    address: usize,
}

fn operand(vm: &mut Vm, value: RawValue, other: RawValue) -> Result<Operand, Raised> {
    let none = Operand { ctype: None, number: None, address: 1 };
    if let Some(n) = value.as_number() {
        return Ok(Operand { ctype: Some(known::DOUBLE), number: Some(Num::Float(n)), address: 1 });
    }
    if value.is_nil() {
        return Ok(Operand { ctype: Some(known::VOID_POINTER), number: None, address: 0 });
    }
    if let Some(string) = value.as_string() {
        // A constant of the enum on the other side.
        let Some(cdata) = other.as_cdata().filter(|cdata| cdata.ctype().is_declared()) else {
            return Ok(none);
        };
        let Kind::Enum(index) = vm.ffi.c.table.kind(cdata.ctype()) else { return Ok(none) };
        let name = String::from_utf8_lossy(string.as_bytes());
        return Ok(match vm.ffi.c.table.enum_constant(index, &name) {
            Some(constant) => {
                let signed = constant.ctype == known::INT32;
                let bits = constant.bits;
                let number =
                    if signed { Num::Signed((bits as i32).into()) } else { Num::Unsigned(bits.into()) };
                Operand { ctype: Some(constant.ctype), number: Some(number), address: 0 }
            }
            None => none,
        });
    }
    let Some(cdata) = value.as_cdata() else { return Ok(none) };
    let Some(source) = vm.source_of(value)? else { return Ok(Operand { address: cdata.addr(), ..none }) };
    let (kind, size) = (vm.ffi.c.table.kind(source.ctype), vm.ffi.c.table.size(source.ctype));
    let is_number = matches!(kind, Kind::Int { .. } | Kind::Float | Kind::Bool) && size <= 8;
    // SAFETY: a source in memory may be read, and has its type's size.
    let number = if is_number { unsafe { number_of(kind, size, source.data) } } else { None };
    let address = match source.data {
        Data::Address(address) => address,
        Data::Memory(at) => at as usize,
        Data::Number(_) | Data::Bool(_) => 0,
    };
    Ok(Operand { ctype: Some(source.ctype), number, address })
}

/// An operator with at least one declared C value among its operands; for a unary one both are the operand.
pub(crate) fn operate(vm: &mut Vm, event: Meta, a: RawValue, b: RawValue) -> Result<Outcome, Raised> {
    let (x, y) = (operand(vm, a, b)?, operand(vm, b, a)?);
    let both = x.ctype.zip(y.ctype);
    if let Some((left, right)) = both
        && !matches!(event, Meta::Len | Meta::Concat)
    {
        if let Some((m, n)) = x.number.zip(y.number) {
            return integers(vm, event, (left, m), (right, n)).map(Outcome::Done);
        }
        if let Some(value) = pointers(vm, event, (a, x), (b, y))? {
            return Ok(Outcome::Done(value));
        }
    }
    if let Some(handler) = handler(vm, event, a).or_else(|| handler(vm, event, b)) {
        return Ok(Outcome::Call(handler));
    }
    if event == Meta::Eq {
        return Ok(Outcome::Done(RawValue::boolean(x.address == y.address)));
    }
    Err(refused(vm, event, (a, x), (b, y)))
}

fn handler(vm: &Vm, event: Meta, value: RawValue) -> Option<RawValue> {
    let cdata = value.as_cdata()?;
    if !cdata.ctype().is_declared() {
        let handler = vm.metamethod(value, event);
        return Some(handler).filter(|handler| !handler.is_nil());
    }
    let meta = vm.ffi.c.metatype(&vm.heap, cdata.ctype())?;
    Some(meta.meta(&vm.heap, event)).filter(|handler| !handler.is_nil())
}

fn is_wide_unsigned(vm: &Vm, ctype: CTypeId) -> bool {
    matches!(vm.ffi.c.table.kind(ctype), Kind::Int { unsigned: true, .. }) && vm.ffi.c.table.size(ctype) == 8
}

fn integers(
    vm: &mut Vm,
    event: Meta,
    (left, m): (CTypeId, Num),
    (right, n): (CTypeId, Num),
) -> Result<RawValue, Raised> {
    let unsigned = is_wide_unsigned(vm, left) || is_wide_unsigned(vm, right);
    let (x, y) = (m.bits(unsigned), n.bits(unsigned));
    let order = if unsigned { x.cmp(&y) } else { (x as i64).cmp(&(y as i64)) };
    match event {
        Meta::Eq => return Ok(RawValue::boolean(order.is_eq())),
        Meta::Lt => return Ok(RawValue::boolean(order.is_lt())),
        Meta::Le => return Ok(RawValue::boolean(order.is_le())),
        _ => {}
    }
    let bits = match event {
        Meta::Add => x.wrapping_add(y),
        Meta::Sub => x.wrapping_sub(y),
        Meta::Mul => x.wrapping_mul(y),
        Meta::Div => arith::divide(x, y, unsigned),
        Meta::Mod => arith::remainder(x, y, unsigned),
        Meta::Pow => power(x, y, !unsigned),
        Meta::Unm => x.wrapping_neg(),
        _ => unreachable!("{} is no operator on numbers", event.name()),
    };
    let scalar = if unsigned { Scalar::U64 } else { Scalar::I64 };
    Ok(arith::new_integer(&mut vm.heap, scalar, bits)?)
}

fn is_pointer(vm: &Vm, ctype: CTypeId) -> bool {
    matches!(vm.ffi.c.table.kind(ctype), Kind::Pointer(_)) || vm.ffi.c.table.is_array(ctype)
}

/// Arithmetic and comparison of pointers; `None` when the operands do not go together.
fn pointers(
    vm: &mut Vm,
    event: Meta,
    (a, x): (RawValue, Operand),
    (b, y): (RawValue, Operand),
) -> Result<Option<RawValue>, Raised> {
    let (Some(left), Some(right)) = (x.ctype, y.ctype) else { return Ok(None) };
    let (is_left, is_right) = (is_pointer(vm, left), is_pointer(vm, right));
    if is_left && is_right && matches!(event, Meta::Sub | Meta::Eq | Meta::Lt | Meta::Le) {
        if event == Meta::Eq {
            return Ok(Some(RawValue::boolean(x.address == y.address)));
        }
        if !vm.ffi.c.table.pointers_compatible(left, right, Compatible::AnyQualifiers) {
            return Ok(None);
        }
        return Ok(match event {
            Meta::Lt => Some(RawValue::boolean(x.address < y.address)),
            Meta::Le => Some(RawValue::boolean(x.address <= y.address)),
            _ => match element_size(vm, left) {
                None | Some(0) => None,
                Some(size) => {
                    let difference = (x.address as isize).wrapping_sub(y.address as isize);
                    Some(RawValue::number((difference / size as isize) as f64))
                }
            },
        });
    }
    let is_sum = event == Meta::Add || event == Meta::Sub && is_left;
    let (pointer, ctype, value, number) = match (is_left, is_right) {
        (true, _) if is_sum => (x, left, a, y.number),
        (false, true) if event == Meta::Add => (y, right, b, x.number),
        _ => return Ok(None),
    };
    let Some(number) = number else { return Ok(None) };
    let Some(size) = element_size(vm, ctype) else { return Ok(None) };
    let index = number.bits(false) as isize;
    let index = if event == Meta::Sub { index.wrapping_neg() } else { index };
    let target = (pointer.address as isize).wrapping_add(index.wrapping_mul(size as isize)) as usize;
    let element = vm.ffi.c.table.element(ctype).expect("a pointer points at something");
    let pointer = vm.ffi.c.table.pointer(element, Quals::NONE);
    let pointer = vm.made(pointer)?;
    let extent = value.as_cdata().map_or(Extent::RAW, |cdata| vm.extent(cdata));
    Ok(Some(vm.new_pointer_to(pointer, target as *mut u8, extent)?.into()))
}

fn element_size(vm: &Vm, pointer: CTypeId) -> Option<u32> {
    let element = vm.ffi.c.table.element(pointer)?;
    Some(vm.ffi.c.table.size(element)).filter(|&size| size != UNKNOWN)
}

#[cold]
fn refused(vm: &mut Vm, event: Meta, (a, x): (RawValue, Operand), (b, y): (RawValue, Operand)) -> Raised {
    let name = |vm: &Vm, value: RawValue, operand: Operand| match (value.as_cdata(), operand.ctype) {
        (Some(cdata), Some(ctype)) => match vm.ffi.c.table.kind(ctype) {
            Kind::Record(record) => repr(&vm.ffi.c.table, vm.ffi.c.table.record(record).ctype, None),
            _ if matches!(vm.ffi.c.table.kind(cdata.ctype()), Kind::Enum(_)) => vm.ctype_name(cdata.ctype()),
            _ => repr(&vm.ffi.c.table, ctype, None),
        },
        (Some(cdata), None) => vm.ctype_name(cdata.ctype()),
        (None, _) => value.type_name().to_owned(),
    };
    let is_enum = |vm: &Vm, value: RawValue| {
        value.as_cdata().is_some_and(|cdata| {
            cdata.ctype().is_declared() && matches!(vm.ffi.c.table.kind(cdata.ctype()), Kind::Enum(_))
        })
    };
    let plain = |vm: &Vm, value: RawValue, operand: Operand| match operand.ctype {
        // An enum is the integer that holds it, but for a string it is compared with.
        Some(ctype) if is_enum(vm, value) => repr(&vm.ffi.c.table, ctype, None),
        _ => name(vm, value, operand),
    };
    if is_enum(vm, a) && b.is_string() {
        let message = format!("cannot convert 'string' to '{}'", name(vm, a, x));
        return vm.error(message);
    }
    if is_enum(vm, b) && a.is_string() {
        let message = format!("cannot convert 'string' to '{}'", name(vm, b, y));
        return vm.error(message);
    }
    let (left, right) = (plain(vm, a, x), plain(vm, b, y));
    let message = match event {
        Meta::Len => format!("attempt to get length of '{left}'"),
        Meta::Concat => format!("attempt to concatenate '{left}' and '{right}'"),
        Meta::Lt | Meta::Le => format!("attempt to compare '{left}' with '{right}'"),
        _ => format!("attempt to perform arithmetic on '{left}' and '{right}'"),
    };
    vm.error(message)
}

/// A declared 64-bit integer: whether it has a sign, and its bits.
pub(crate) fn wide_integer(vm: &Vm, value: RawValue) -> Option<(Scalar, u64)> {
    let cdata = value.as_cdata()?;
    if cdata.flags() & (super::cdata::VIEW | super::cdata::UNCHECKED) != 0 || !cdata.ctype().is_declared() {
        return None;
    }
    let ctype = vm.ffi.c.table.referent(cdata.ctype());
    match vm.ffi.c.table.kind(ctype) {
        Kind::Int { unsigned, .. } if vm.ffi.c.table.size(ctype) == 8 => {
            // SAFETY: an owned value of eight bytes, or one inside another that is there.
            let bits = unsafe { cdata.data().cast::<u64>().read_unaligned() };
            Some((if unsigned { Scalar::U64 } else { Scalar::I64 }, bits))
        }
        _ => None,
    }
}

/// The two halves of a `complex`, of the size that `string.buffer` has a form for.
pub(crate) fn complex_double(vm: &Vm, value: RawValue) -> Option<[u64; 2]> {
    let cdata = value.as_cdata()?;
    if cdata.flags() & (super::cdata::VIEW | super::cdata::UNCHECKED) != 0 || !cdata.ctype().is_declared() {
        return None;
    }
    let ctype = vm.ffi.c.table.referent(cdata.ctype());
    if !matches!(vm.ffi.c.table.kind(ctype), Kind::Complex(_)) || vm.ffi.c.table.size(ctype) != 16 {
        return None;
    }
    // SAFETY: an owned value of sixteen bytes, or one inside another that is there.
    Some(unsafe { cdata.data().cast::<[u64; 2]>().read_unaligned() })
}

/// An operand of bit operations that is a declared C value, as an integer of 64 bits; `None` for what is none.
///
/// # Errors
/// A C value that is no number.
pub(crate) fn bit_operand(vm: &mut Vm, value: RawValue) -> Result<Option<(Scalar, u64)>, Fault> {
    let Some(cdata) = value.as_cdata().filter(|cdata| cdata.ctype().is_declared()) else { return Ok(None) };
    if cdata.flags() & (super::cdata::VIEW | super::cdata::UNCHECKED) == 0 {
        let ctype = vm.ffi.c.table.without_enum(vm.ffi.c.table.referent(cdata.ctype()));
        let (kind, size) = (vm.ffi.c.table.kind(ctype), vm.ffi.c.table.size(ctype));
        if matches!(kind, Kind::Int { .. } | Kind::Float | Kind::Bool) && size <= 8 {
            let unsigned = is_wide_unsigned(vm, ctype);
            // SAFETY: an owned value, or one inside another that is there.
            let number = unsafe { number_of(kind, size, Data::Memory(cdata.data())) };
            return Ok(number.map(|number| wide(unsigned, number.bits(unsigned))));
        }
    }
    let Some(source) = vm.source_of(value)? else { return Ok(None) };
    let unsigned = is_wide_unsigned(vm, source.ctype);
    let (to, mut bits) = (if unsigned { known::UINT64 } else { known::INT64 }, 0u64);
    // SAFETY: a word of this function.
    unsafe { vm.convert(to, (&raw mut bits).cast(), source, How::default())? };
    Ok(Some(wide(unsigned, bits)))
}

fn wide(unsigned: bool, bits: u64) -> (Scalar, u64) {
    (if unsigned { Scalar::U64 } else { Scalar::I64 }, bits)
}

/// The nearest double to a C number, as `tonumber` gives it.
pub(crate) fn to_double(vm: &mut Vm, value: RawValue) -> Result<Option<f64>, Raised> {
    let mut double = 0.0f64;
    let Some(source) = vm.source_of(value)? else { return Ok(None) };
    // SAFETY: a double of this function.
    match unsafe { vm.convert(known::DOUBLE, (&raw mut double).cast(), source, How::default()) } {
        Ok(()) => Ok(Some(double)),
        Err(Fault::Raised(raised)) => Err(raised),
        Err(_) => Ok(None),
    }
}
