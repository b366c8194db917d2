//! Reading and writing fields of cdata, and what else Lua does with one: compare, print.

#![allow(unsafe_code, reason = "loads and stores through pointers that view.rs has checked")]

use std::sync::Arc;

use crate::rt::meta::Meta;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

use super::assign::Target;
use super::cdata::{self, CData, COLUMN, VIEW, WRITABLE};
use super::cindex::Access as Found;
use super::ctype::{CTypeId, Form, Math, Scalar};
use super::host::{Access, FieldHost, HostValue, Parts};
use super::path::Step;
use super::scalars::{load_bits, load_float, load_part, load_scalar, scalar_bits, store_bits, variant_name};

/// `cdata[key]`
///
/// # Errors
/// An expired view; a name that is neither a field nor a method; whatever a metamethod raises.
pub(crate) fn index(vm: &mut Vm, cdata: Gc<CData>, key: RawValue) -> Result<Found, Raised> {
    if cdata.ctype().is_declared() {
        return super::cindex::index(vm, cdata, key);
    }
    index_host(vm, cdata, key)
}

fn index_host(vm: &mut Vm, cdata: Gc<CData>, key: RawValue) -> Result<Found, Raised> {
    if cdata.flags() & COLUMN != 0 {
        return super::column::index(vm, cdata, key).map(Found::Done);
    }
    if let Some(part) = find_part(vm, cdata, key) {
        let base = vm.readable(cdata)?;
        return load(vm, cdata, base, part).map(Found::Done);
    }
    index_metatype(vm, cdata, key)
}

/// `cdata[key] = value`
///
/// # Errors
/// An expired or read-only view; an unknown field; a value that does not fit.
pub(crate) fn newindex(
    vm: &mut Vm,
    cdata: Gc<CData>,
    key: RawValue,
    value: RawValue,
) -> Result<Found, Raised> {
    if cdata.ctype().is_declared() {
        return super::cindex::newindex(vm, cdata, key, value);
    }
    assign_host(vm, cdata, key, value)
}

fn assign_host(vm: &mut Vm, cdata: Gc<CData>, key: RawValue, value: RawValue) -> Result<Found, Raised> {
    if cdata.flags() & COLUMN != 0 {
        return Err(super::column::newindex(vm, cdata));
    }
    if let Some(part) = find_part(vm, cdata, key) {
        let base = vm.writable(cdata)?;
        if let Access::Scalar(scalar) = part.access
            && let Some(bits) = scalar_bits(vm, scalar, value)
        {
            // SAFETY: `writable` checked the pointer; the type's registration checked that the field is inside.
            unsafe { store_bits(base.add(part.offset as usize), scalar.size(), bits) };
        } else {
            vm.assign_part(base, part, value)?;
        }
        vm.written(cdata);
        return Ok(Found::Done(RawValue::NIL));
    }
    let ctype = cdata.ctype();
    if let Some(meta) = vm.ffi.metatable(&vm.heap, ctype) {
        let handler = meta.meta(&vm.heap, Meta::NewIndex);
        if handler.is_function() {
            return Ok(Found::Call(handler));
        }
    }
    vm.readable(cdata)?;
    Err(no_field(vm, ctype, key))
}

/// A part of a value, as a key finds it.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// From the start of the value, in bytes.
    pub(super) offset: u32,
    pub(super) access: Access,
    /// What it is to messages.
    pub(super) target: Target,
}

/// The field `value` of a type without fields whose values are no memory to Lua: an enum, or what the host reads and writes.
fn whole_value(vm: &Vm, cdata: Gc<CData>, key: RawValue) -> Option<Part> {
    let name = key.as_string().filter(|name| name.as_bytes() == b"value")?;
    match vm.ffi.access_of(cdata.ctype()) {
        access @ (Access::Enum(_) | Access::Hosted(_)) => {
            Some(Part { offset: 0, access, target: Target::Field { name, owner: cdata.ctype() } })
        }
        Access::Scalar(_) | Access::Struct(_) | Access::Bits(..) | Access::Constant(..) => None,
    }
}

/// The part a key names. A number names an element, or a field of a tuple struct, counted from zero as in Rust and C.
#[inline]
fn find_part(vm: &Vm, cdata: Gc<CData>, key: RawValue) -> Option<Part> {
    let owner = cdata.ctype();
    let field = match key.as_string() {
        Some(name) => match vm.ffi.field(owner, name) {
            Some(field) => field,
            None => return whole_value(vm, cdata, key),
        },
        None => {
            if let Some((offset, access)) = vm.ffi.element(owner, key) {
                let target = Target::Element { index: key.as_number()? as u32, owner };
                return Some(Part { offset, access, target });
            }
            let n = key.as_number()?;
            let field = *vm.ffi.fields(owner).get(n as usize)?;
            // Only fields of tuple structs have names that start with a digit.
            if n.fract() != 0.0 || n < 0.0 || !field.name.as_bytes()[0].is_ascii_digit() {
                return None;
            }
            field
        }
    };
    let target = Target::Field { name: field.name, owner };
    Some(Part { offset: field.offset, access: field.access, target })
}

/// `a == b` when at least one is cdata.
///
/// # Errors
/// An expired view.
pub fn equals(vm: &mut Vm, a: RawValue, b: RawValue) -> Result<bool, Raised> {
    let (Some(left), Some(right)) = (a.as_cdata(), b.as_cdata()) else {
        // An enum equals the name of its value.
        let (cdata, name) = match (a.as_cdata(), b.as_cdata()) {
            (Some(cdata), None) => (cdata, b.as_string()),
            (None, Some(cdata)) => (cdata, a.as_string()),
            (Some(_), Some(_)) | (None, None) => return Ok(false),
        };
        let (Some(name), Access::Enum(ctype)) = (name, vm.ffi.access_of(cdata.ctype())) else {
            return Ok(false);
        };
        let data = vm.readable(cdata)?;
        // SAFETY: just checked.
        return Ok(unsafe { variant_name(vm, ctype, data) }.as_bytes() == name.as_bytes());
    };
    if left == right {
        return Ok(true);
    }
    if left.ctype() != right.ctype() {
        return Ok(false);
    }
    let (p, q) = (vm.readable(left)?, vm.readable(right)?);
    // SAFETY: both were just checked, and are of the same type.
    Ok(unsafe { bytes_equal(vm, left.ctype(), p, q) })
}

/// What `tostring(cdata)` returns.
///
/// # Errors
/// When the memory limit is reached. An expired view prints as such.
pub fn tostring(vm: &mut Vm, cdata: Gc<CData>) -> Result<RawValue, Raised> {
    if cdata.ctype().is_declared()
        && let Some(handler) = super::ctext::handler(vm, cdata)
    {
        return vm.call1(handler, &[cdata.into()]);
    }
    let text = to_text(vm, cdata);
    vm.new_string(text.as_bytes())
}

/// The text of `tostring`.
pub fn to_text(vm: &mut Vm, cdata: Gc<CData>) -> String {
    let ctype = cdata.ctype();
    if ctype.is_declared() {
        return super::ctext::to_text(vm, cdata);
    }
    let Ok(data) = vm.readable(cdata) else {
        return format!("{} (expired view)", vm.ffi.types.get(ctype).name);
    };
    let mut text = String::new();
    // SAFETY: just checked.
    unsafe { super::show::print_value(vm, &mut text, vm.ffi.access_of(ctype), data) };
    text
}

fn index_metatype(vm: &mut Vm, cdata: Gc<CData>, key: RawValue) -> Result<Found, Raised> {
    let ctype = cdata.ctype();
    if let Some(meta) = vm.ffi.metatable(&vm.heap, ctype) {
        let direct = meta.get(&vm.heap, key);
        if !direct.is_nil() {
            return Ok(Found::Done(direct));
        }
        let handler = meta.meta(&vm.heap, Meta::Index);
        if handler.is_function() {
            return Ok(Found::Call(handler));
        }
        if !handler.is_nil() {
            return Ok(Found::Goto(handler));
        }
    }
    if let Some(value) = super::vector::swizzle(vm, cdata, key)? {
        return Ok(Found::Done(value));
    }
    vm.readable(cdata)?;
    Err(no_field(vm, ctype, key))
}

/// The names of a type's methods, for a message.
fn method_names(vm: &Vm, ctype: CTypeId) -> Vec<String> {
    let Some(methods) = vm.ffi.metatable(&vm.heap, ctype) else { return Vec::new() };
    let mut names = Vec::new();
    let mut position = 0;
    while let Some((next, key, value)) = methods.entry_after(&vm.heap, position) {
        position = next;
        if let Some(name) = key.as_string().filter(|name| !name.as_bytes().starts_with(b"__"))
            && value.is_function()
        {
            names.push(String::from_utf8_lossy(name.as_bytes()).into_owned());
        }
    }
    names
}

#[cold]
fn no_field(vm: &mut Vm, ctype: CTypeId, key: RawValue) -> Raised {
    let message = match key.as_string() {
        Some(name) => {
            let methods = method_names(vm, ctype);
            let methods: Vec<&str> = methods.iter().map(String::as_str).collect();
            vm.ffi.types.no_field_or_method(ctype, &String::from_utf8_lossy(name.as_bytes()), &methods)
        }
        // Elements and the fields of tuples have numbers for names.
        None if key.is_number() => vm.ffi.types.no_field(ctype, &key.as_f64_or_nan().to_string()),
        None => format!(
            "{} cannot be indexed with a {}: fields go by name, elements by number",
            vm.ffi.types.get(ctype).name,
            key.type_name()
        ),
    };
    vm.error(message)
}

/// Reads a part of the value at `base`, which the caller has checked.
fn load(vm: &mut Vm, cdata: Gc<CData>, base: *mut u8, part: Part) -> Result<RawValue, Raised> {
    // SAFETY: the type's registration checked that the part lies inside the value.
    let at = unsafe { base.add(part.offset as usize) };
    match part.access {
        // SAFETY: as above: a bit-field's bytes lie inside the value.
        Access::Bits(bits, of) => Ok(unsafe { load_part(at, bits, of) }),
        // SAFETY: a word, of which scalars of this kind have at most four bytes.
        Access::Constant(scalar, bits) => unsafe { load_scalar(vm, scalar, (&raw const bits).cast()) },
        // SAFETY: `at` points at a live scalar of this type: `base` was checked by the caller.
        Access::Scalar(scalar) => unsafe { load_scalar(vm, scalar, at) },
        Access::Enum(ctype) => {
            // SAFETY: as above.
            let name = unsafe { variant_name(vm, ctype, at) };
            vm.new_string(name.as_bytes())
        }
        Access::Struct(ctype) if cdata.flags() & VIEW != 0 => {
            Ok(vm.lend_part(cdata, ctype, part.offset)?.into())
        }
        // Inside a declared struct it is the same memory, too.
        Access::Struct(ctype) if cdata.inner().is_some() => {
            let (extent, flags) = (vm.extent(cdata), cdata.flags() & WRITABLE);
            let range = (extent.start, extent.end);
            Ok(cdata::new_inner(&mut vm.heap, ctype, at, flags, extent.owner, range)?.into())
        }
        // SAFETY: as above. Owned values are plain throughout.
        Access::Struct(ctype) => Ok(unsafe { copy_out(vm, ctype, at, 0) }?.into()),
        Access::Hosted(number) => {
            let host = field_host(vm);
            if cdata.flags() & VIEW != 0 {
                match host.parts(number) {
                    Parts::Elements => {
                        if let Some(&(_, ctype)) = vm.ffi.hosted.iter().find(|(known, _)| *known == number) {
                            return Ok(vm.lend_part(cdata, ctype, part.offset)?.into());
                        }
                    }
                    Parts::Maybe => {
                        // SAFETY: as above.
                        if let Some(view) = unsafe { lend_behind(vm, cdata, number, at, part.offset, 0)? } {
                            return Ok(view);
                        }
                    }
                    Parts::None => {}
                }
            }
            // SAFETY: as above.
            let value = unsafe { host.read(number, at) };
            if let HostValue::Other(_) = value {
                let target = vm.describe(part.target);
                return Err(vm.error(format!(
                    "{target} cannot be read from Lua: its type is not registered, call app.register_type for it"
                )));
            }
            let value = vm.from_host(&value)?;
            // What is written to a copy would be lost.
            if let Some(copy) = value.as_cdata() {
                // SAFETY: a live cell, just made.
                unsafe { (*copy.as_ptr()).header.flags &= !WRITABLE };
            }
            Ok(value)
        }
    }
}

/// A view of a part of the hosted value at `at`, which lies `offset` bytes behind the first of `whole`; `None` when there is no such part,
/// or it is a value that Lua copies.
///
/// # Safety
/// `at` is a live value of the type with this number.
pub(super) unsafe fn lend_behind(
    vm: &mut Vm,
    whole: Gc<CData>,
    number: u32,
    at: *mut u8,
    offset: u32,
    index: u32,
) -> Result<Option<RawValue>, Raised> {
    let host = field_host(vm);
    // SAFETY: by contract.
    let Some(ctype) = (unsafe { host.part_type(vm, number, at, index)? }) else { return Ok(None) };
    let is_part = match vm.ffi.access_of(ctype) {
        Access::Struct(_) => true,
        Access::Hosted(number) => host.parts(number) == Parts::Elements,
        Access::Scalar(_) | Access::Enum(_) | Access::Bits(..) | Access::Constant(..) => false,
    };
    if !is_part {
        return Ok(None);
    }
    let step = Step { number, offset, index, ctype };
    Ok(Some(vm.lend_path(whole, step)?.into()))
}

pub(super) fn field_host(vm: &Vm) -> Arc<dyn FieldHost> {
    vm.ffi.field_host.clone().expect("a host that registers hosted fields serves them")
}

/// An owned copy of a plain value.
///
/// # Safety
/// `at` points at a live value of the type, which has no hosted parts.
pub(super) unsafe fn copy_out(
    vm: &mut Vm,
    ctype: CTypeId,
    at: *const u8,
    flags: u8,
) -> Result<Gc<CData>, Raised> {
    let size = vm.ffi.types.get(ctype).size;
    let copy = cdata::new_owned(&mut vm.heap, ctype, size, flags)?;
    // SAFETY: by contract; the copy has the type's size.
    unsafe { copy_plain(vm, ctype, at, copy.data()) };
    Ok(copy)
}

/// Copies a plain value field by field, so that padding is never read.
///
/// # Safety
/// Both point at memory of the type's size, the source at a live value. They may be the same or overlap exactly.
pub(super) unsafe fn copy_plain(vm: &Vm, ctype: CTypeId, from: *const u8, to: *mut u8) {
    match &vm.ffi.types.get(ctype).form {
        Form::Struct(_) => {
            for field in vm.ffi.fields(ctype) {
                let offset = field.offset as usize;
                // SAFETY: the field lies inside both values.
                unsafe {
                    match field.access {
                        Access::Scalar(scalar) => {
                            std::ptr::copy(from.add(offset), to.add(offset), scalar.size() as usize);
                        }
                        Access::Enum(part) | Access::Struct(part) => {
                            copy_plain(vm, part, from.add(offset), to.add(offset));
                        }
                        // Bytes of their own, or shared with other bits that are copied too.
                        Access::Bits(bits, _) => {
                            let bytes = bits.bytes();
                            let first = offset + bytes.start;
                            std::ptr::copy(from.add(first), to.add(first), bytes.len());
                        }
                        Access::Constant(..) => {}
                        Access::Hosted(_) => unreachable!("a plain type has no hosted parts"),
                    }
                }
            }
        }
        Form::Array { element, count } => {
            let size = vm.ffi.types.get(*element).size as usize;
            for at in (0..*count as usize).map(|n| n * size) {
                // SAFETY: the element lies inside both values.
                unsafe { copy_plain(vm, *element, from.add(at), to.add(at)) };
            }
        }
        Form::Scalar(_) | Form::Enum(_) | Form::Math(_) => {
            let size = vm.ffi.types.get(ctype).size as usize;
            // SAFETY: by contract.
            unsafe { std::ptr::copy(from, to, size) };
        }
        Form::Hosted(_) => unreachable!("a plain type has no hosted parts"),
    }
}

/// # Safety
/// Both point at live values of the type.
unsafe fn bytes_equal(vm: &Vm, ctype: CTypeId, a: *const u8, b: *const u8) -> bool {
    // SAFETY: by contract; fields lie inside their struct, elements inside their array.
    unsafe {
        if let Form::Array { element, count } = vm.ffi.types.get(ctype).form {
            let size = vm.ffi.types.get(element).size as usize;
            let mut places = (0..count as usize).map(|n| n * size);
            return places.all(|at| bytes_equal(vm, element, a.add(at), b.add(at)));
        }
        match vm.ffi.access_of(ctype) {
            Access::Scalar(scalar @ (Scalar::F32 | Scalar::F64)) => {
                load_float(scalar, a) == load_float(scalar, b)
            }
            Access::Scalar(scalar) => load_bits(a, scalar.size()) == load_bits(b, scalar.size()),
            Access::Enum(id) => {
                load_bits(a, vm.ffi.types.get(id).size) == load_bits(b, vm.ffi.types.get(id).size)
            }
            Access::Struct(id) => vm.ffi.fields(id).iter().all(|field| {
                let offset = field.offset as usize;
                match field.access {
                    Access::Scalar(scalar) => bytes_equal(vm, scalar.into(), a.add(offset), b.add(offset)),
                    Access::Enum(part) | Access::Struct(part) => {
                        bytes_equal(vm, part, a.add(offset), b.add(offset))
                    }
                    Access::Bits(bits, of) => {
                        load_part(a.add(offset), bits, of) == load_part(b.add(offset), bits, of)
                    }
                    Access::Constant(..) => true,
                    Access::Hosted(number) => {
                        let host = field_host(vm);
                        host.read(number, a.add(offset)) == host.read(number, b.add(offset))
                    }
                }
            }),
            Access::Bits(..) | Access::Constant(..) => unreachable!("no type is reached so: only a field is"),
            Access::Hosted(number) => {
                let host = field_host(vm);
                host.read(number, a) == host.read(number, b)
            }
        }
    }
}

impl Vm {
    /// The plain data of a cdata.
    pub(super) fn cdata_to_host(&mut self, cdata: Gc<CData>) -> Result<HostValue, Raised> {
        let ctype = cdata.ctype();
        if ctype.is_declared() {
            let number = super::carith::to_double(self, cdata.into())?;
            return Ok(number.map_or(HostValue::Other("cdata"), HostValue::Number));
        }
        let data = self.readable(cdata)?;
        if let Some(lanes) = self.color_lanes(cdata.into())? {
            return Ok(HostValue::Color(lanes));
        }
        if let Some(duration) = self.as_duration(cdata.into())? {
            return Ok(HostValue::Duration(duration));
        }
        match self.ffi.access_of(ctype) {
            // SAFETY: just checked.
            Access::Hosted(number) => Ok(unsafe { field_host(self).read(number, data) }),
            Access::Scalar(_)
            | Access::Enum(_)
            | Access::Struct(_)
            | Access::Bits(..)
            | Access::Constant(..) => {
                if !self.ffi.is_plain(ctype) {
                    // SAFETY: just checked.
                    return Ok(unsafe { super::show::fields_to_host(self, ctype, data) });
                }
                let mut bytes = vec![0; self.ffi.types.get(ctype).size as usize];
                // SAFETY: just checked; `bytes` has the type's size.
                unsafe { copy_plain(self, ctype, data, bytes.as_mut_ptr()) };
                Ok(HostValue::Struct(ctype, bytes))
            }
        }
    }

    /// An owned cdata with these bytes, which came from a value of the same type.
    pub(super) fn owned_from_bytes(&mut self, ctype: CTypeId, bytes: &[u8]) -> Result<Gc<CData>, Raised> {
        assert_eq!(bytes.len(), self.ffi.types.get(ctype).size as usize, "the bytes of a whole value");
        assert!(self.ffi.is_plain(ctype), "only plain types are owned");
        // SAFETY: the bytes are of a value of this type, and it is plain.
        unsafe { copy_out(self, ctype, bytes.as_ptr(), WRITABLE) }
    }

    /// As [`Vm::owned_from_bytes`], a value that cannot be written.
    pub(super) fn owned_constant(&mut self, ctype: CTypeId, bytes: &[u8]) -> Result<Gc<CData>, Raised> {
        let value = self.owned_from_bytes(ctype, bytes)?;
        // SAFETY: a live cell, just made.
        unsafe { (*value.as_ptr()).header.flags &= !WRITABLE };
        Ok(value)
    }

    /// A new math value.
    ///
    /// # Errors
    /// When the memory limit is reached.
    #[inline]
    pub fn new_math(&mut self, math: Math, lanes: [f32; 4]) -> Result<RawValue, Raised> {
        let size = math.lanes() as u32 * 4;
        let cdata = cdata::new_owned(&mut self.heap, math.ctype(), size, WRITABLE)?;
        // SAFETY: an owned value with room for its lanes.
        unsafe { std::ptr::copy_nonoverlapping(lanes.as_ptr(), cdata.data().cast::<f32>(), math.lanes()) };
        Ok(cdata.into())
    }

    /// A math value that cannot be written.
    pub(super) fn new_math_constant(&mut self, math: Math, lanes: [f32; 4]) -> Result<RawValue, Raised> {
        let value = self.new_math(math, lanes)?;
        if let Some(cdata) = value.as_cdata() {
            // SAFETY: a live cell.
            unsafe { (*cdata.as_ptr()).header.flags &= !WRITABLE };
        }
        Ok(value)
    }

    /// The lanes of a math value, absent ones zero; `None` for anything else.
    ///
    /// # Errors
    /// An expired view.
    #[inline]
    pub fn math_lanes(&mut self, value: RawValue) -> Result<Option<(Math, [f32; 4])>, Raised> {
        let Some(cdata) = value.as_cdata() else { return Ok(None) };
        let Some(&math) =
            (cdata.ctype().0 as usize).checked_sub(Scalar::ALL.len()).and_then(|i| Math::ALL.get(i))
        else {
            return Ok(None);
        };
        let data = self.readable(cdata)?;
        let mut lanes = [0.0; 4];
        // SAFETY: just checked; the lanes are floats one after another.
        unsafe { std::ptr::copy_nonoverlapping(data, lanes.as_mut_ptr().cast::<u8>(), math.lanes() * 4) };
        Ok(Some((math, lanes)))
    }
}
