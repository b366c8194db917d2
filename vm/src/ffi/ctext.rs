//! What `tostring` makes of C values.

#![allow(unsafe_code, reason = "reads values that memory.rs has checked")]

use super::cconv::type_object;
use super::cdata::CData;
use super::ctab::{Kind, int64_text};
use super::scalars::load_bits;
use crate::convert;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// The `__tostring` of the value's metatype, which structs and pointers to them have.
pub(super) fn handler(vm: &mut Vm, cdata: Gc<CData>) -> Option<RawValue> {
    if type_object(cdata).is_some() {
        return None;
    }
    let ctype = vm.ffi.c.table.referent(cdata.ctype());
    let ctype = match vm.ffi.c.table.kind(ctype) {
        Kind::Pointer(to) => to,
        _ => ctype,
    };
    if !matches!(vm.ffi.c.table.kind(ctype), Kind::Record(_) | Kind::Vector(_)) {
        return None;
    }
    let meta = vm.ffi.c.exact_metatype(&vm.heap, ctype)?;
    let handler = meta.meta(&vm.heap, crate::rt::meta::Meta::ToString);
    (!handler.is_nil()).then_some(handler)
}

/// The text of a value without such a method.
pub(super) fn to_text(vm: &mut Vm, cdata: Gc<CData>) -> String {
    if let Some(ctype) = type_object(cdata) {
        return format!("ctype<{}>", vm.ctype_name(ctype));
    }
    let name = vm.ctype_name(cdata.ctype());
    let ctype = vm.ffi.c.table.referent(cdata.ctype());
    let (kind, size) = (vm.ffi.c.table.kind(ctype), vm.ffi.c.table.size(ctype));
    let is_wide = matches!(kind, Kind::Int { .. }) && size == 8;
    if !matches!(kind, Kind::Complex(_) | Kind::Enum(_)) && !is_wide {
        return match cdata.data() as usize {
            0 => format!("cdata<{name}>: NULL"),
            address => format!("cdata<{name}>: 0x{address:08x}"),
        };
    }
    let Ok(data) = vm.checked_data(cdata) else { return format!("cdata<{name}>") };
    // SAFETY: just checked; the value has its type's size.
    unsafe {
        match kind {
            Kind::Complex(_) if size == 8 => complex_text(
                f64::from(data.cast::<f32>().read_unaligned()),
                f64::from(data.cast::<f32>().add(1).read_unaligned()),
            ),
            Kind::Complex(_) => {
                complex_text(data.cast::<f64>().read_unaligned(), data.cast::<f64>().add(1).read_unaligned())
            }
            Kind::Enum(_) => format!("cdata<{name}>: {}", load_bits(data, 4) as i32),
            Kind::Int { unsigned, .. } => int64_text(load_bits(data, 8), unsigned),
            _ => unreachable!("the other kinds are told apart above"),
        }
    }
}

fn complex_text(re: f64, im: f64) -> String {
    let mut text = Vec::new();
    convert::format_number(re, &mut text);
    if !im.is_sign_negative() || im.is_nan() {
        text.push(b'+');
    }
    convert::format_number(im, &mut text);
    // `inf` and `nan` end with a letter already.
    let is_word = text.last().is_some_and(|&c| c >= b'a');
    text.push(if is_word { b'I' } else { b'i' });
    String::from_utf8_lossy(&text).into_owned()
}
