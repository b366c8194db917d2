//! Concatenation.

use super::string_buffer::{as_buffer, read_buffer};
use crate::convert;
use crate::string::LuaString;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// The longest string, in bytes.
pub(crate) const MAX_STRING: usize = 0x7FFF_FF00;

/// Whether a value is part of a plain concatenation.
pub(crate) fn is_concatenable(value: RawValue) -> bool {
    value.is_string() || value.is_number() || as_buffer(value).is_some()
}

/// The concatenation of the strings, numbers and buffers in stack slots `first..=last`.
pub(crate) fn concat_slots(vm: &mut Vm, first: u32, last: u32) -> Result<RawValue, Raised> {
    with_scratch(vm, |vm, buffer| {
        let fits = join((first..=last).map(|slot| vm.slot(slot)), buffer);
        if fits { vm.new_string(buffer) } else { Err(vm.error("string length overflow")) }
    })
}

/// The concatenation of strings and numbers; nothing if it is too long or there is no memory.
pub(crate) fn concat_values(vm: &mut Vm, values: &[RawValue]) -> Option<Gc<LuaString>> {
    with_scratch(vm, |vm, buffer| {
        let fits = join(values.iter().copied(), buffer);
        if fits { vm.heap.new_string(buffer).ok() } else { None }
    })
}

/// Lends the VM's empty scratch buffer.
#[inline(always)]
fn with_scratch<R>(vm: &mut Vm, work: impl FnOnce(&mut Vm, &mut Vec<u8>) -> R) -> R {
    let mut buffer = std::mem::take(&mut vm.scratch);
    buffer.clear();
    let result = work(vm, &mut buffer);
    if buffer.capacity() > 1 << 16 {
        buffer = Vec::new();
    }
    vm.scratch = buffer;
    result
}

/// Appends strings, numbers and the contents of buffers to a buffer; false if they are too long for a string.
#[inline(always)]
fn join(parts: impl Iterator<Item = RawValue>, buffer: &mut Vec<u8>) -> bool {
    for value in parts {
        match (value.as_string(), value.as_number()) {
            (Some(string), _) => {
                if buffer.len() + string.len() > MAX_STRING {
                    return false;
                }
                buffer.extend_from_slice(string.as_bytes());
            }
            (None, Some(number)) => convert::format_number(number, buffer),
            (None, None) => {
                let part = as_buffer(value).expect("the caller checked that all can be concatenated");
                let fits = read_buffer(part, |part| {
                    let fits = buffer.len() + part.contents().len() <= MAX_STRING;
                    if fits {
                        buffer.extend_from_slice(part.contents());
                    }
                    fits
                });
                if !fits {
                    return false;
                }
            }
        }
    }
    true
}
