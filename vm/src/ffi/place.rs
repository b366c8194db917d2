//! Where a scalar field is, in one word: what an inline cache remembers of a field, and the loads and stores it then takes.

#![allow(unsafe_code, reason = "loads and stores through pointers that the caller has checked")]

use crate::string::LuaString;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

use super::cdata::{CData, INNER, Inner, SIZED, UNCHECKED, VIEW, View, WRITABLE};
use super::ctab::Kind;
use super::ctype::{CTypeId, Scalar};
use super::host::Access;
use super::state::CFieldKind;

// The scalars a place may have.
const F32: u32 = Scalar::F32 as u32;
const F64: u32 = Scalar::F64 as u32;
const I32: u32 = Scalar::I32 as u32;
const U32: u32 = Scalar::U32 as u32;
const U8: u32 = Scalar::U8 as u32;
const I8: u32 = Scalar::I8 as u32;
const U16: u32 = Scalar::U16 as u32;
const I16: u32 = Scalar::I16 as u32;
const BOOL: u32 = Scalar::Bool as u32;

/// The word for a scalar at an offset: `None` when it does not fit, or reading it takes more than a load.
fn pack(scalar: Scalar, offset: u32) -> Option<u32> {
    match scalar {
        Scalar::Bool
        | Scalar::I8
        | Scalar::U8
        | Scalar::I16
        | Scalar::U16
        | Scalar::I32
        | Scalar::U32
        | Scalar::F32
        | Scalar::F64 => (offset < 1 << 24).then_some(offset << 8 | scalar as u32),
        Scalar::Char | Scalar::I64 | Scalar::U64 | Scalar::Entity => None,
    }
}

/// As the kind of a place: a struct inside the struct, whose type the cache has beside the place.
pub(crate) const PART: u32 = 0xFF;

/// The place of a field and, of a struct inside the struct, its type; for the inline cache of an access that reads, or writes.
pub(crate) fn of_field(
    vm: &mut Vm,
    ctype: CTypeId,
    name: Gc<LuaString>,
    writes: bool,
) -> Option<(u32, CTypeId)> {
    if ctype.is_declared() {
        return of_declared(vm, ctype, name, writes).map(|place| (place, ctype));
    }
    let field = vm.ffi.field(ctype, name)?;
    match field.access {
        Access::Scalar(scalar) => Some((pack(scalar, field.offset)?, ctype)),
        Access::Struct(part) => (field.offset < 1 << 24).then_some((field.offset << 8 | PART, part)),
        Access::Enum(_) | Access::Bits(..) | Access::Constant(..) | Access::Hosted(_) => None,
    }
}

/// The place of a field of a struct a script has declared, or of the struct behind a pointer.
fn of_declared(vm: &mut Vm, ctype: CTypeId, name: Gc<LuaString>, writes: bool) -> Option<u32> {
    let table = &vm.ffi.c.table;
    let mut target = table.referent(ctype);
    if let Kind::Pointer(to) = table.kind(target) {
        target = table.referent(to);
    }
    let is_constant = table.get(target).quals.constant;
    let record = table.as_record(target)?;
    // No memory for the list of fields only means that nothing is cached.
    let field = vm.c_field(record, name).ok()??;
    if field.kind != CFieldKind::Field || writes && (is_constant || field.is_constant) {
        return None;
    }
    pack(scalar_of(vm, field.ctype)?, field.offset)
}

/// The first byte of a cdata that may be read now, if it may. What is behind a pointer, for a pointer.
///
/// # Safety
/// Both are live.
#[inline(always)]
pub(crate) unsafe fn readable(vm: *mut Vm, cdata: *mut CData) -> Option<*mut u8> {
    // SAFETY: by contract; a cdata with the flag is a view.
    unsafe {
        let flags = (*cdata).header.flags;
        if flags & (VIEW | UNCHECKED) == 0 {
            return Some((*cdata).data);
        }
        let current = flags & UNCHECKED == 0 && (*cdata.cast::<View>()).epoch == (*vm).ffi.lending.epoch;
        if current { Some((*cdata).data) } else { None }
    }
}

/// The elements of an array or of what a pointer points at, when each is a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Elements {
    /// The scalar, or [`Elements::NONE`] or [`Elements::NOT_ASKED`].
    scalar: u8,
    is_constant: bool,
    pub(crate) size: u32,
    /// How many; the largest number when the type does not say.
    pub(crate) count: u32,
}

impl Elements {
    const NONE: u8 = u8::MAX;
    const NOT_ASKED: u8 = u8::MAX - 1;
    /// Before anybody has asked.
    pub(crate) const UNKNOWN: Elements =
        Elements { scalar: Elements::NOT_ASKED, is_constant: true, size: 0, count: 0 };
}

/// What the elements of a type are.
#[cold]
fn elements_of(vm: &mut Vm, ctype: CTypeId) -> Elements {
    let table = &vm.ffi.c.table;
    let whole = table.referent(ctype);
    let none = Elements { scalar: Elements::NONE, ..Elements::UNKNOWN };
    let count = match table.kind(whole) {
        Kind::Pointer(_) | Kind::VariableArray(_) => u32::MAX,
        Kind::Array(of) => match (table.size(whole), table.size(of)) {
            (super::ctab::UNKNOWN, _) => u32::MAX,
            (size, element) => size.checked_div(element).unwrap_or(0),
        },
        _ => 0,
    };
    let known = match table.element(whole) {
        // The slow path looks at where arrays of one element end.
        Some(element) if count > 1 => match scalar_of(vm, element) {
            Some(scalar) => Elements {
                scalar: scalar as u8,
                is_constant: vm.ffi.c.table.quals(element).constant,
                size: scalar.size(),
                count,
            },
            None => none,
        },
        _ => none,
    };
    let slot = (ctype.0 - super::ctab::FIRST) as usize;
    let list = &mut vm.ffi.c.elements;
    if list.len() <= slot {
        list.resize(slot + 1, Elements::UNKNOWN);
    }
    list[slot] = known;
    known
}

/// `cdata[key]`, when it is an element that a load reads.
///
/// # Safety
/// Both are live.
#[inline(never)]
pub(crate) unsafe fn read_element(vm: *mut Vm, cdata: *mut CData, key: RawValue) -> Option<RawValue> {
    // SAFETY: by contract; the element may be read.
    unsafe { element(vm, cdata, key, false).map(|(at, scalar)| load(at, scalar)) }
}

/// `cdata[key] = value`, when it is an element that a store writes; whether it was.
///
/// # Safety
/// Both are live.
#[inline(never)]
pub(crate) unsafe fn write_element(vm: *mut Vm, cdata: *mut CData, key: RawValue, value: RawValue) -> bool {
    // SAFETY: by contract; the element may be written.
    unsafe { element(vm, cdata, key, true).is_some_and(|(at, scalar)| store_at(at, scalar, value)) }
}

/// Where an element is that may be read now, and its scalar; `None` when it takes the slow path to say.
///
/// # Safety
/// Both are live.
#[inline]
pub(crate) unsafe fn element(
    vm: *mut Vm,
    cdata: *mut CData,
    key: RawValue,
    writes: bool,
) -> Option<(*mut u8, u32)> {
    // SAFETY: by contract.
    unsafe {
        let (flags, ctype) = ((*cdata).header.flags, CTypeId((*cdata).header.aux));
        let number = key.as_f64_or_nan();
        let index = number as i32;
        if flags & (VIEW | UNCHECKED) != 0 || f64::from(index) != number || !ctype.is_declared() {
            return None;
        }
        let known = &(*vm).ffi.c.elements;
        let elements = match known.get((ctype.0 - super::ctab::FIRST) as usize) {
            Some(elements) if elements.scalar != Elements::NOT_ASKED => *elements,
            _ => elements_of(&mut *vm, ctype),
        };
        if elements.scalar == Elements::NONE
            || elements.count != u32::MAX && index as u32 >= elements.count
            || writes && (elements.is_constant || flags & WRITABLE == 0)
        {
            return None;
        }
        let at = (*cdata).data.wrapping_offset(index as isize * elements.size as isize);
        if flags & INNER != 0 {
            let inner = cdata.cast::<Inner>();
            let (start, end) = ((*inner).start, (*inner).end);
            if (at as usize) < start || at as usize + elements.size as usize > end {
                return None;
            }
        } else if flags & SIZED != 0 {
            let size = (*cdata).data.cast::<u64>().sub(1).read_unaligned();
            if index < 0 || (index as u64 + 1) * u64::from(elements.size) > size {
                return None;
            }
        } else if elements.count == u32::MAX && (at as usize) < 4096 {
            return None;
        }
        Some((at, u32::from(elements.scalar)))
    }
}

/// The scalar a C type is, if reading it takes no more than a load.
pub(crate) fn scalar_of(vm: &Vm, ctype: CTypeId) -> Option<Scalar> {
    let table = &vm.ffi.c.table;
    Some(match (table.kind(ctype), table.size(ctype)) {
        (Kind::Bool, 1) => Scalar::Bool,
        (Kind::Int { unsigned: false, .. }, 1) => Scalar::I8,
        (Kind::Int { unsigned: true, .. }, 1) => Scalar::U8,
        (Kind::Int { unsigned: false, .. }, 2) => Scalar::I16,
        (Kind::Int { unsigned: true, .. }, 2) => Scalar::U16,
        (Kind::Int { unsigned: false, .. }, 4) => Scalar::I32,
        (Kind::Int { unsigned: true, .. }, 4) => Scalar::U32,
        (Kind::Float, 4) => Scalar::F32,
        (Kind::Float, 8) => Scalar::F64,
        _ => return None,
    })
}

/// As the kind of a place: a single-precision number.
pub(crate) const FLOAT: u32 = Scalar::F32 as u32;

/// The value at the place of a single-precision number. Not-a-numbers are left to the slow path, which knows the one to store.
///
/// # Safety
/// As [`load`].
#[inline(always)]
pub(crate) unsafe fn load_float(data: *const u8, place: u32) -> Option<RawValue> {
    // SAFETY: by contract.
    let number = unsafe { data.add((place >> 8) as usize).cast::<f32>().read_unaligned() };
    if number.is_nan() { None } else { Some(RawValue::number_unchecked(f64::from(number))) }
}

/// The value at a place.
///
/// # Safety
/// `data` may be read and is of the type the place is of.
#[inline(always)]
pub(crate) unsafe fn load(data: *const u8, place: u32) -> RawValue {
    // SAFETY: by contract; `pack` made the place.
    unsafe {
        let at = data.add((place >> 8) as usize);
        match place & 0xFF {
            F32 => RawValue::number(f64::from(at.cast::<f32>().read_unaligned())),
            F64 => RawValue::number(at.cast::<f64>().read_unaligned()),
            I32 => RawValue::number_unchecked(f64::from(at.cast::<i32>().read_unaligned())),
            U32 => RawValue::number_unchecked(f64::from(at.cast::<u32>().read_unaligned())),
            U8 => RawValue::number_unchecked(f64::from(at.read())),
            I8 => RawValue::number_unchecked(f64::from(at.cast::<i8>().read())),
            U16 => RawValue::number_unchecked(f64::from(at.cast::<u16>().read_unaligned())),
            I16 => RawValue::number_unchecked(f64::from(at.cast::<i16>().read_unaligned())),
            // What `pack` lets pass beside these is `bool`.
            _ => RawValue::boolean(at.read() != 0),
        }
    }
}

/// Assigns a number at a place, if the cdata may be written now; integers only while nothing but the low bits of a word are asked for.
///
/// # Safety
/// Both are live, and the cdata is of the type the place is of.
#[inline(always)]
pub(crate) unsafe fn store(vm: *mut Vm, cdata: *mut CData, place: u32, value: RawValue) -> bool {
    // SAFETY: by contract; the view is checked before its memory and its tick are touched.
    unsafe {
        let flags = (*cdata).header.flags;
        let Some(data) = readable(vm, cdata) else { return false };
        if flags & WRITABLE == 0 || !value.is_number() {
            return false;
        }
        if !store_at(data.add((place >> 8) as usize), place & 0xFF, value) {
            return false;
        }
        leave_tick(vm, cdata);
        true
    }
}

/// The flags of a view that may be written.
const LENT: u8 = VIEW | WRITABLE;

/// Assigns a number at the place of a single-precision number, if the cdata may be written now. Not-a-numbers, as which whatever is no number
/// reads, are left to the slow path.
///
/// # Safety
/// As [`store`].
#[inline(always)]
pub(crate) unsafe fn store_float(vm: *mut Vm, cdata: *mut CData, place: u32, value: RawValue) -> bool {
    let number = value.as_f64_or_nan();
    if number.is_nan() {
        return false;
    }
    // SAFETY: by contract; a cdata with the flag is a view, which is checked before its memory and its tick are touched.
    unsafe {
        let at = (*cdata).data.wrapping_add((place >> 8) as usize).cast::<f32>();
        match (*cdata).header.flags & (VIEW | UNCHECKED | WRITABLE) {
            LENT => {
                let view = cdata.cast::<View>();
                if (*view).epoch != (*vm).ffi.lending.epoch {
                    return false;
                }
                at.write_unaligned(number as f32);
                let tick = (*view).tick;
                if !tick.is_null() {
                    tick.write((*vm).ffi.lending.tick);
                }
                true
            }
            WRITABLE => {
                at.write_unaligned(number as f32);
                true
            }
            _ => false,
        }
    }
}

/// Marks the row of a view that has been written.
///
/// # Safety
/// Both are live, and the cdata may be written now.
#[inline(always)]
unsafe fn leave_tick(vm: *mut Vm, cdata: *mut CData) {
    // SAFETY: by contract; a cdata with the flag is a view.
    unsafe {
        if (*cdata).header.flags & VIEW != 0 {
            let tick = (*cdata.cast::<View>()).tick;
            if !tick.is_null() {
                tick.write((*vm).ffi.lending.tick);
            }
        }
    }
}

/// Assigns a number to a scalar in memory; false when the slow path has to say what that means.
///
/// # Safety
/// The scalar may be written.
#[inline(always)]
pub(crate) unsafe fn store_at(at: *mut u8, scalar: u32, value: RawValue) -> bool {
    let number = value.as_f64_or_nan();
    if !value.is_number() {
        return false;
    }
    // SAFETY: by contract.
    unsafe {
        match scalar {
            F32 => at.cast::<f32>().write_unaligned(number as f32),
            F64 => at.cast::<f64>().write_unaligned(number),
            BOOL => return false,
            integer => {
                let word = number as i64;
                // Beyond, the slow path has the rules.
                if word == i64::MAX || word == i64::MIN {
                    return false;
                }
                match integer {
                    U8 | I8 => at.write(word as u8),
                    U16 | I16 => at.cast::<u16>().write_unaligned(word as u16),
                    _ => at.cast::<u32>().write_unaligned(word as u32),
                }
            }
        }
        true
    }
}
