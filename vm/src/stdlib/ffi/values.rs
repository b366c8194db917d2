//! Making C values, and moving bytes.

#![allow(unsafe_code, reason = "moves bytes that memory.rs has checked")]

use super::{check_count, check_type};
use crate::ffi::cconv::How;
use crate::ffi::ctab::{CTypeId, Kind, UNKNOWN, known};
use crate::ffi::memory::Extent;
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(super) fn new(vm: &mut Vm, args: Args) -> NativeResult {
    let ctype = check_type(vm, args, false)?;
    new_of(vm, ctype, args)
}

/// `ffi.new` with the type already found; the initialisers begin with the second argument.
pub(super) fn new_of(vm: &mut Vm, ctype: CTypeId, args: Args) -> NativeResult {
    let (mut size, mut first) = (vm.ffi.c.table.size(ctype), 1);
    if vm.ffi.c.table.is_variable(ctype) {
        let count = check_count(vm, args, 1)?;
        size = vm.ffi.c.table.variable_size(ctype, count as u32).unwrap_or(UNKNOWN);
        first = 2;
    }
    if size == UNKNOWN {
        return Err(vm.arg_error(args, 0, "size of C type is unknown or too large"));
    }
    let value = vm.new_c_value(ctype, size, args, first)?;
    vm.ret1(value)
}

pub(super) fn cast(vm: &mut Vm, args: Args) -> NativeResult {
    let ctype = check_type(vm, args, false)?;
    let value = vm.check_any(args, 1)?;
    let kind = vm.ffi.c.table.kind(ctype);
    let is_number = matches!(kind, Kind::Bool | Kind::Int { .. } | Kind::Float | Kind::Enum(_));
    if !is_number && !matches!(kind, Kind::Pointer(_) | Kind::Reference(_)) {
        return Err(vm.arg_error(args, 0, "invalid C type"));
    }
    if value.as_cdata().is_some_and(|cdata| cdata.ctype() == ctype) {
        return vm.ret1(value);
    }
    let how = How { is_cast: true };
    let made = if is_number {
        let size = vm.ffi.c.table.size(ctype);
        if size == UNKNOWN {
            return Err(vm.arg_error(args, 0, "size of C type is unknown or too large"));
        }
        let made = vm.new_value(ctype, size)?;
        // SAFETY: the value has its type's size.
        unsafe { vm.lua_to_c(ctype, made.data(), value, how) }.map(|()| made.into())
    } else {
        vm.new_pointer_value(ctype, value, how)
    };
    match made {
        Ok(made) => vm.ret1(made),
        Err(fault) => Err(vm.fault(fault)),
    }
}

pub(super) fn errno(vm: &mut Vm, args: Args) -> NativeResult {
    let old = vm.ffi.c.errno;
    if args.count > 0 {
        vm.ffi.c.errno = check_count(vm, args, 0)?;
    }
    vm.ret1(f64::from(old))
}

/// An argument as a pointer to memory.
pub(crate) fn check_pointer(
    vm: &mut Vm,
    args: Args,
    index: u32,
    ctype: CTypeId,
) -> Result<(usize, Extent), Raised> {
    let Some(value) = vm.arg_opt(args, index) else {
        return Err(vm.arg_error(args, index, "value expected"));
    };
    if let Some(cdata) = value.as_cdata()
        && vm.c_type_of(cdata).is_none()
    {
        let name = vm.ctype_name(cdata.ctype());
        return Err(vm.arg_error(args, index, format!("cannot convert '{name}' to 'void *'")));
    }
    vm.pointer_from(ctype, value, How::default()).map_err(|fault| vm.arg_fault(args, index, fault))
}

pub(super) fn string(vm: &mut Vm, args: Args) -> NativeResult {
    vm.check_any(args, 0)?;
    let has_length = !vm.arg(args, 1).is_nil();
    if !has_length && vm.arg(args, 0).is_string() {
        let value = vm.arg(args, 0);
        let text = crate::stdlib::up_to_zero(value.as_string().expect("just asked").as_bytes());
        let text = vm.new_string(text)?;
        return vm.ret1(text);
    }
    let (address, extent, length);
    if has_length {
        length = check_count(vm, args, 1)? as u32 as usize;
        (address, extent) = check_pointer(vm, args, 0, known::CONST_VOID_POINTER)?;
        vm.check_memory(extent, address, length, false)?;
    } else {
        (address, extent) = check_pointer(vm, args, 0, known::CONST_CHAR_POINTER)?;
        length = terminated(vm, address, extent)?;
    }
    if length == 0 {
        let empty = vm.new_string(b"")?;
        return vm.ret1(empty);
    }
    // SAFETY: just checked.
    let bytes = unsafe { std::slice::from_raw_parts(address as *const u8, length) };
    let text = vm.new_string(bytes)?;
    vm.ret1(text)
}

/// The length of a string that ends with a zero.
fn terminated(vm: &mut Vm, address: usize, extent: Extent) -> Result<usize, Raised> {
    vm.check_memory(extent, address, 1, false)?;
    if extent.is_raw() {
        // SAFETY: the script was given the capability to follow raw pointers.
        return Ok(unsafe { std::ffi::CStr::from_ptr(address as *const std::ffi::c_char) }.to_bytes().len());
    }
    let room = extent.end - address;
    // SAFETY: just checked, up to the extent's end.
    let bytes = unsafe { std::slice::from_raw_parts(address as *const u8, room) };
    match memchr::memchr(0, bytes) {
        Some(length) => Ok(length),
        None => Err(vm.error(format!(
            "access out of bounds: no zero ends the string within the {room} bytes that are there"
        ))),
    }
}

pub(super) fn copy(vm: &mut Vm, args: Args) -> NativeResult {
    let (to, target) = check_pointer(vm, args, 0, known::VOID_POINTER)?;
    let (from, source) = check_pointer(vm, args, 1, known::CONST_VOID_POINTER)?;
    let length = match vm.arg(args, 1).as_string() {
        Some(string) if args.count < 3 => string.len() + 1,
        _ => check_count(vm, args, 2)? as u32 as usize,
    };
    vm.check_memory(target, to, length, true)?;
    vm.check_memory(source, from, length, false)?;
    // SAFETY: just checked.
    unsafe { std::ptr::copy(from as *const u8, to as *mut u8, length) };
    vm.wrote(target);
    vm.ret0()
}

pub(super) fn fill(vm: &mut Vm, args: Args) -> NativeResult {
    let (to, target) = check_pointer(vm, args, 0, known::VOID_POINTER)?;
    let length = check_count(vm, args, 1)? as u32 as usize;
    let value = if vm.arg(args, 2).is_nil() { 0 } else { check_count(vm, args, 2)? };
    vm.check_memory(target, to, length, true)?;
    // SAFETY: just checked.
    unsafe { (to as *mut u8).write_bytes(value as u8, length) };
    vm.wrote(target);
    vm.ret0()
}

pub(super) fn gc(vm: &mut Vm, args: Args) -> NativeResult {
    let Some(cdata) = vm.arg(args, 0).as_cdata() else { return Err(vm.arg_type_error(args, 0, "cdata")) };
    let finalizer = vm.check_any(args, 1)?;
    let ctype = cdata.ctype();
    let may_have = ctype.is_declared()
        && (matches!(vm.ffi.c.table.kind(ctype), Kind::Pointer(_) | Kind::Reference(_) | Kind::Record(_))
            || vm.ffi.c.table.is_array(ctype));
    if !may_have {
        return Err(vm.arg_error(args, 0, "invalid C type"));
    }
    vm.set_finalizer(cdata, finalizer)?;
    vm.ret1(RawValue::from(cdata))
}
