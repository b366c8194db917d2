//! Indexing C values: fields, elements, what pointers point at, and where metatypes come in.

#![allow(unsafe_code, reason = "loads and stores through pointers that memory.rs has checked")]

use super::cconv::{How, type_object};
use super::cdata::{CData, UNCHECKED, VIEW, WRITABLE};
use super::ctab::{CTypeId, Kind, MemberKind, UNKNOWN, repr};
use super::memory::Extent;
use super::state::CFieldKind;
use crate::rt::meta::Meta;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// What a key leads to.
enum Place {
    /// A value of a type in memory.
    Memory { ctype: CTypeId, at: *mut u8, is_constant: bool, kind: CFieldKind },
    /// A number that is in no memory.
    Constant(f64),
    /// Nothing: the type whose metatype is asked, and the message names. Whether assigning fails for being constant.
    Nothing { ctype: CTypeId, is_constant: bool },
}

/// How far an access got.
pub(crate) enum Access {
    /// Reading: this is the value. Assigning: it is done.
    Done(RawValue),
    /// Call this handler with the object and the key.
    Call(RawValue),
    /// Go on with this value in place of the object.
    Goto(RawValue),
}

fn constant(vm: &Vm, ctype: CTypeId, bits: u32) -> f64 {
    match vm.ffi.c.table.kind(vm.ffi.c.table.without_enum(ctype)) {
        Kind::Int { unsigned: true, .. } => f64::from(bits),
        _ => f64::from(bits as i32),
    }
}

/// An integer key.
#[inline]
fn integer_key(vm: &mut Vm, key: RawValue) -> Result<Option<i64>, Raised> {
    if let Some(n) = key.as_number() {
        return Ok(Some(crate::convert::to_i64(n)));
    }
    let Some(cdata) = key.as_cdata() else { return Ok(None) };
    if !cdata.ctype().is_declared() || vm.is_pointer_like(cdata.ctype()) {
        return Ok(None);
    }
    let ctype = vm.ffi.c.table.without_enum(cdata.ctype());
    let kind = vm.ffi.c.table.kind(ctype);
    if !matches!(kind, Kind::Int { .. }) || type_object(cdata).is_some() {
        return Ok(None);
    }
    let (size, data) = (vm.ffi.c.table.size(ctype), vm.checked_data(cdata)?);
    // SAFETY: just checked; the value has its type's size.
    let number = unsafe { super::cnumber::number_of(kind, size, super::cnumber::Data::Memory(data)) };
    Ok(number.map(|number| number.bits(false) as i64))
}

/// Finds what a key leads to. Memory is found, not yet checked.
fn find(vm: &mut Vm, cdata: Gc<CData>, key: RawValue) -> Result<Place, Raised> {
    let mut ctype = vm.ffi.c.table.referent(cdata.ctype());
    let at = cdata.data();
    if let Some(name) = key.as_string() {
        let mut record = vm.ffi.c.table.as_record(ctype);
        if record.is_none()
            && let Kind::Pointer(to) = vm.ffi.c.table.kind(ctype)
            && let Some(behind) = vm.ffi.c.table.as_record(vm.ffi.c.table.referent(to))
        {
            (record, ctype) = (Some(behind), to);
        }
        if let Some(record) = record {
            let name = match vm.heap.find_interned(name) {
                Some(name) => name,
                None => return Ok(Place::Nothing { ctype, is_constant: false }),
            };
            if let Some(field) = vm.c_field(record, name)? {
                if let CFieldKind::Constant(bits) = field.kind {
                    return Ok(Place::Constant(constant(vm, field.ctype, bits)));
                }
                let is_constant = field.is_constant || vm.ffi.c.table.get(ctype).quals.constant;
                let at = at.wrapping_add(field.offset as usize);
                return Ok(Place::Memory { ctype: field.ctype, at, is_constant, kind: field.kind });
            }
        } else if let Kind::Complex(part) = vm.ffi.c.table.kind(ctype) {
            let half = match name.as_bytes() {
                b"re" => 0,
                b"im" => vm.ffi.c.table.size(part),
                _ => return Ok(Place::Nothing { ctype, is_constant: name.len() == 2 }),
            };
            let at = at.wrapping_add(half as usize);
            return Ok(Place::Memory { ctype: part, at, is_constant: true, kind: CFieldKind::Field });
        } else if let Some(named) = type_object(cdata) {
            return find_constant(vm, named, name);
        }
        return Ok(Place::Nothing { ctype, is_constant: false });
    }
    let Some(index) = integer_key(vm, key)? else {
        // A pointer to a struct is looked through for any key that is no number.
        if let Kind::Pointer(to) = vm.ffi.c.table.kind(ctype)
            && vm.ffi.c.table.as_record(to).is_some()
        {
            ctype = to;
        }
        return Ok(Place::Nothing { ctype, is_constant: false });
    };
    let Some(element) = vm.ffi.c.table.element(ctype) else {
        return Ok(Place::Nothing { ctype, is_constant: false });
    };
    let size = vm.ffi.c.table.size(element);
    if size == UNKNOWN {
        return Err(vm.error("size of C type is unknown or too large"));
    }
    let (mut index, mut is_constant) = (index, vm.ffi.c.table.quals(element).constant);
    match vm.ffi.c.table.kind(ctype) {
        Kind::Complex(_) => {
            index &= 1;
            is_constant = true;
        }
        Kind::Vector(_) => is_constant = true,
        Kind::Array(_) => check_index(vm, cdata, ctype, index)?,
        _ => {}
    }
    let at = at.wrapping_offset((index as isize).wrapping_mul(size as isize));
    Ok(Place::Memory { ctype: element, at, is_constant, kind: CFieldKind::Field })
}

/// An array that somebody owns is as long as its type says. One of at most one element is taken for the beginning of more, as C programs
/// do at the end of a struct; that it stays within its memory is checked all the same.
fn check_index(vm: &mut Vm, cdata: Gc<CData>, ctype: CTypeId, index: i64) -> Result<(), Raised> {
    let element = vm.ffi.c.table.element(ctype).map_or(1, |element| vm.ffi.c.table.size(element));
    let length = match vm.ffi.c.table.size(ctype) {
        UNKNOWN => return Ok(()),
        size => i64::from(size.checked_div(element).unwrap_or(0)),
    };
    if length <= 1 || (0..length).contains(&index) || vm.extent(cdata).is_raw() {
        return Ok(());
    }
    let name = vm.ctype_name(ctype);
    Err(vm.error(format!("index {index} is out of bounds of '{name}'")))
}

/// A constant of the struct a type object names.
fn find_constant(
    vm: &mut Vm,
    mut named: CTypeId,
    name: Gc<crate::string::LuaString>,
) -> Result<Place, Raised> {
    if let Kind::Pointer(to) = vm.ffi.c.table.kind(named) {
        named = to;
    }
    if let Some(record) = vm.ffi.c.table.as_record(named) {
        let text = String::from_utf8_lossy(name.as_bytes()).into_owned();
        if let Some(found) = vm.ffi.c.table.find_member(record, &text)
            && let MemberKind::Constant(bits) = found.member.kind
        {
            let ctype = found.member.ctype;
            return Ok(Place::Constant(constant(vm, ctype, bits)));
        }
        if let Some(found) = vm.ffi.c.table.find_enum_member(record, &text) {
            return Ok(Place::Constant(constant(vm, found.ctype, found.bits)));
        }
    }
    Ok(Place::Nothing { ctype: named, is_constant: false })
}

/// The memory a place is in: that of the value indexed, for whatever it is part of.
fn extent_of(vm: &Vm, cdata: Gc<CData>) -> Extent {
    vm.extent(cdata)
}

/// Whether a field of a struct is known to lie in memory that is there.
#[inline]
fn is_inside(cdata: Gc<CData>, key: RawValue) -> bool {
    cdata.flags() & (VIEW | UNCHECKED) == 0 && key.is_string()
}

/// `cdata[key]`
pub(crate) fn index(vm: &mut Vm, cdata: Gc<CData>, key: RawValue) -> Result<Access, Raised> {
    match find(vm, cdata, key)? {
        Place::Memory { ctype, at, kind, .. } => {
            let extent = extent_of(vm, cdata);
            if !is_inside(cdata, key) {
                let size = access_size(vm, ctype, kind);
                vm.check_memory(extent, at as usize, size, false)?;
            }
            // SAFETY: just checked, or a field inside a value that is there.
            let value = unsafe {
                match kind {
                    CFieldKind::Bits(bits) => vm.bits_to_lua(ctype, bits, at)?,
                    CFieldKind::Field | CFieldKind::Constant(_) => vm.c_to_lua(ctype, at, extent)?,
                }
            };
            Ok(Access::Done(value))
        }
        Place::Constant(value) => Ok(Access::Done(value.into())),
        Place::Nothing { ctype, .. } => index_metatype(vm, ctype, key),
    }
}

fn access_size(vm: &Vm, ctype: CTypeId, kind: CFieldKind) -> usize {
    match kind {
        CFieldKind::Bits(bits) => bits.bytes().end,
        CFieldKind::Field | CFieldKind::Constant(_) => vm.ffi.c.table.known_size(ctype).unwrap_or(0) as usize,
    }
}

fn index_metatype(vm: &mut Vm, ctype: CTypeId, key: RawValue) -> Result<Access, Raised> {
    if let Some(meta) = vm.ffi.c.exact_metatype(&vm.heap, ctype) {
        let handler = meta.meta(&vm.heap, Meta::Index);
        if handler.is_function() {
            return Ok(Access::Call(handler));
        }
        if !handler.is_nil() {
            let value = vm.index(handler, key)?;
            if !value.is_nil() {
                return Ok(Access::Done(value));
            }
        }
    }
    if let Kind::Pointer(to) = vm.ffi.c.table.kind(ctype)
        && matches!(vm.ffi.c.table.kind(to), Kind::Function(_))
        && let Some(methods) = vm.ffi.c.callback_methods
    {
        let value = methods.get(&vm.heap, key);
        if !value.is_nil() {
            return Ok(Access::Done(value));
        }
    }
    Err(no_member(vm, ctype, key))
}

#[cold]
fn no_member(vm: &mut Vm, ctype: CTypeId, key: RawValue) -> Raised {
    let name = repr(&vm.ffi.c.table, ctype, None);
    let message = match key.as_string() {
        Some(key) => format!("'{name}' has no member named '{}'", String::from_utf8_lossy(key.as_bytes())),
        None => {
            let key = match key.as_cdata() {
                Some(key) => vm.ctype_name(key.ctype()),
                None => key.type_name().to_owned(),
            };
            format!("'{name}' cannot be indexed with '{key}'")
        }
    };
    vm.error(message)
}

/// `cdata[key] = value`
pub(crate) fn newindex(
    vm: &mut Vm,
    cdata: Gc<CData>,
    key: RawValue,
    value: RawValue,
) -> Result<Access, Raised> {
    match find(vm, cdata, key)? {
        Place::Memory { is_constant: true, .. }
        | Place::Constant(_)
        | Place::Nothing { is_constant: true, .. } => Err(vm.error("attempt to write to constant location")),
        Place::Memory { ctype, at, kind, .. } => {
            let extent = extent_of(vm, cdata);
            if vm.ffi.c.table.quals(vm.ffi.c.table.referent(ctype)).constant {
                return Err(vm.error("attempt to write to constant location"));
            }
            if !is_inside(cdata, key) || cdata.flags() & WRITABLE == 0 {
                let size = access_size(vm, ctype, kind);
                vm.check_memory(extent, at as usize, size, true)?;
            }
            // SAFETY: just checked, or a field inside a value that is there.
            let stored = unsafe {
                match kind {
                    CFieldKind::Bits(bits) => vm.lua_to_bits(ctype, bits, at, value),
                    CFieldKind::Field | CFieldKind::Constant(_) => store(vm, ctype, at, extent, value),
                }
            };
            if let Err(fault) = stored {
                return Err(vm.fault(fault));
            }
            vm.wrote(extent);
            Ok(Access::Done(RawValue::NIL))
        }
        Place::Nothing { ctype, .. } => {
            if let Some(meta) = vm.ffi.c.exact_metatype(&vm.heap, ctype) {
                let handler = meta.meta(&vm.heap, Meta::NewIndex);
                if handler.is_function() {
                    return Ok(Access::Call(handler));
                }
                if !handler.is_nil() {
                    return Ok(Access::Goto(handler));
                }
            }
            Err(no_member(vm, ctype, key))
        }
    }
}

/// # Safety
/// As many bytes as the type has may be written at `at`, which lies in `extent`.
unsafe fn store(
    vm: &mut Vm,
    ctype: CTypeId,
    at: *mut u8,
    extent: Extent,
    value: RawValue,
) -> Result<(), super::cconv::Fault> {
    if let Kind::Reference(to) = vm.ffi.c.table.kind(ctype) {
        // SAFETY: by contract.
        let target = unsafe { at.cast::<usize>().read_unaligned() };
        let size = vm.ffi.c.table.known_size(to).unwrap_or(0) as usize;
        vm.check_memory(Extent::RAW, target, size, true)?;
        // SAFETY: just checked.
        return unsafe { vm.lua_to_c(to, target as *mut u8, value, How::default()) };
    }
    let is_open = vm.ffi.c.table.is_array(ctype) && vm.ffi.c.table.size(ctype) == UNKNOWN;
    if is_open && !extent.is_raw() {
        let rest = (extent.end - at as usize).min(u32::MAX as usize - 1) as u32;
        // SAFETY: so many bytes are left of the extent.
        return unsafe { vm.member_to_c(ctype, at, rest, 0, value, How::default()) };
    }
    // SAFETY: by contract.
    unsafe { vm.lua_to_c(ctype, at, value, How::default()) }
}
