//! Values of the host's types as text, and as plain data for the host.

#![allow(unsafe_code, reason = "loads through pointers that the caller has checked")]

use std::fmt::Write as _;

use super::access::{copy_plain, field_host};
use super::ctype::{CTypeId, Form, Scalar};
use super::entity;
use super::host::{Access, HostValue};
use super::scalars::{load_bits, load_part, variant_name};
use crate::vm::Vm;

/// How many elements of an array are printed.
const MAX_PRINTED: usize = 16;

/// # Safety
/// `at` points at a live value reached this way.
pub(super) unsafe fn print_value(vm: &Vm, text: &mut String, access: Access, at: *const u8) {
    // SAFETY: by contract; fields lie inside their struct. Writing to a String cannot fail.
    unsafe {
        match access {
            Access::Scalar(scalar) => print_scalar(text, scalar, at),
            Access::Enum(ctype) => text.push_str(&variant_name(vm, ctype, at)),
            Access::Hosted(number) => print_host(text, &field_host(vm).read(number, at)),
            Access::Bits(bits, of) => {
                let value = load_part(at, bits, of);
                let _ = match value.as_boolean() {
                    Some(b) => write!(text, "{b}"),
                    None => write!(text, "{}", value.as_f64_or_nan()),
                };
            }
            Access::Constant(scalar, bits) => print_scalar(text, scalar, (&raw const bits).cast()),
            Access::Struct(ctype) if vm.ffi.duration == Some(ctype) => {
                text.push_str(&super::duration::display(at));
            }
            Access::Struct(ctype) if let Form::Array { element, count } = vm.ffi.types.get(ctype).form => {
                let size = vm.ffi.types.get(element).size as usize;
                text.push_str(&vm.ffi.types.get(ctype).name);
                text.push_str(" { ");
                for n in 0..count as usize {
                    text.push_str(if n > 0 { ", " } else { "" });
                    if n == MAX_PRINTED {
                        text.push_str("...");
                        break;
                    }
                    print_value(vm, text, vm.ffi.access_of(element), at.add(n * size));
                }
                text.push_str(" }");
            }
            Access::Struct(ctype) => {
                let positional = matches!(vm.ffi.types.get(ctype).form, Form::Math(_));
                text.push_str(&vm.ffi.types.get(ctype).name);
                text.push_str(if positional { "(" } else { " { " });
                for (n, field) in vm.ffi.fields(ctype).iter().enumerate() {
                    if n > 0 {
                        text.push_str(", ");
                    }
                    if !positional {
                        let _ = write!(text, "{} = ", String::from_utf8_lossy(field.name.as_bytes()));
                    }
                    print_value(vm, text, field.access, at.add(field.offset as usize));
                }
                text.push_str(if positional { ")" } else { " }" });
            }
        }
    }
}

/// # Safety
/// `at` is a live scalar of the type.
unsafe fn print_scalar(text: &mut String, scalar: Scalar, at: *const u8) {
    // SAFETY: by contract. Writing to a String cannot fail.
    let _ = unsafe {
        let bits = load_bits(at, scalar.size());
        match scalar {
            Scalar::F32 => write!(text, "{}", f32::from_bits(bits as u32)),
            Scalar::F64 => write!(text, "{}", f64::from_bits(bits)),
            Scalar::Bool => write!(text, "{}", bits != 0),
            Scalar::Char => write!(text, "{:?}", char::from_u32(bits as u32).unwrap_or_default()),
            Scalar::I8 => write!(text, "{}", bits as i8),
            Scalar::I16 => write!(text, "{}", bits as i16),
            Scalar::I32 => write!(text, "{}", bits as i32),
            Scalar::I64 => write!(text, "{}LL", bits as i64),
            Scalar::U8 | Scalar::U16 | Scalar::U32 => write!(text, "{bits}"),
            Scalar::U64 => write!(text, "{bits}ULL"),
            Scalar::Entity => write!(text, "{}", entity::display(bits)),
        }
    };
}

fn print_host(text: &mut String, value: &HostValue) {
    // Writing to a String cannot fail.
    let _ = match value {
        HostValue::Nil => write!(text, "nil"),
        HostValue::Boolean(b) => write!(text, "{b}"),
        HostValue::Number(n) => write!(text, "{n}"),
        HostValue::Text(bytes) => write!(text, "{:?}", String::from_utf8_lossy(bytes)),
        HostValue::Entity(bits) => write!(text, "{}", entity::display(*bits)),
        HostValue::Color([r, g, b, a]) => write!(text, "Color({r}, {g}, {b}, {a})"),
        HostValue::Duration(duration) => write!(text, "{duration:?}"),
        HostValue::Struct(..) => write!(text, "cdata"),
        HostValue::Table(entries) => write!(text, "table of {}", entries.len()),
        HostValue::Other(name) => write!(text, "{name}"),
    };
}

/// The fields of a struct, or elements of an array, that has parts of the host's, as a table.
///
/// # Safety
/// `at` is a live value of the type.
pub(super) unsafe fn fields_to_host(vm: &Vm, ctype: CTypeId, at: *const u8) -> HostValue {
    let named = vm.ffi.fields(ctype).iter().map(|field| {
        let name = HostValue::Text(field.name.as_bytes().to_vec());
        (name, field.offset, field.access)
    });
    let (element, count) = match vm.ffi.types.get(ctype).form {
        Form::Array { element, count } => (element, count),
        Form::Scalar(_) | Form::Enum(_) | Form::Struct(_) | Form::Math(_) | Form::Hosted(_) => (ctype, 0),
    };
    let (size, access) = (vm.ffi.types.get(element).size, vm.ffi.access_of(element));
    let elements = (0..count).map(|n| (HostValue::Number(f64::from(n + 1)), n * size, access));
    let parts = named.chain(elements);
    // SAFETY: fields and elements lie inside the value.
    let values = parts
        .map(|(key, offset, access)| unsafe { (key, part_to_host(vm, access, at.add(offset as usize))) });
    HostValue::Table(values.collect())
}

/// # Safety
/// `at` is a live value reached this way.
unsafe fn part_to_host(vm: &Vm, access: Access, at: *const u8) -> HostValue {
    // SAFETY: by contract.
    unsafe {
        match access {
            Access::Scalar(scalar) => scalar_to_host(scalar, at),
            Access::Constant(scalar, bits) => scalar_to_host(scalar, (&raw const bits).cast()),
            Access::Bits(bits, of) => {
                let value = load_part(at, bits, of);
                value.as_boolean().map_or(HostValue::Number(value.as_f64_or_nan()), HostValue::Boolean)
            }
            Access::Enum(ctype) => HostValue::Text(variant_name(vm, ctype, at).into_bytes()),
            Access::Hosted(number) => field_host(vm).read(number, at),
            Access::Struct(ctype) if vm.ffi.is_plain(ctype) => {
                let mut bytes = vec![0; vm.ffi.types.get(ctype).size as usize];
                copy_plain(vm, ctype, at, bytes.as_mut_ptr());
                HostValue::Struct(ctype, bytes)
            }
            Access::Struct(ctype) => fields_to_host(vm, ctype, at),
        }
    }
}

/// # Safety
/// `at` is a live scalar of the type.
unsafe fn scalar_to_host(scalar: Scalar, at: *const u8) -> HostValue {
    // SAFETY: by contract.
    let bits = unsafe { load_bits(at, scalar.size()) };
    HostValue::Number(match scalar {
        Scalar::Bool => return HostValue::Boolean(bits != 0),
        Scalar::Char => {
            let c = char::from_u32(bits as u32).unwrap_or(char::REPLACEMENT_CHARACTER);
            return HostValue::Text(c.to_string().into_bytes());
        }
        Scalar::Entity => return HostValue::Entity(bits),
        Scalar::I8 => f64::from(bits as i8),
        Scalar::I16 => f64::from(bits as i16),
        Scalar::I32 => f64::from(bits as i32),
        Scalar::I64 => bits as i64 as f64,
        Scalar::U8 | Scalar::U16 | Scalar::U32 | Scalar::U64 => bits as f64,
        Scalar::F32 => f64::from(f32::from_bits(bits as u32)),
        Scalar::F64 => f64::from_bits(bits),
    })
}
