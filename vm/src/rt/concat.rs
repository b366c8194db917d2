//! Concatenation.

use super::string_buffer::{as_buffer, read_buffer};
use crate::convert;
use crate::value::RawValue;
use crate::vm::{Raised, Vm};

/// The longest string, in bytes.
pub(crate) const MAX_STRING: usize = 0x7FFF_FF00;

/// Whether a value is part of a plain concatenation.
pub(crate) fn is_concatenable(value: RawValue) -> bool {
    value.is_string() || value.is_number() || as_buffer(value).is_some()
}

/// The concatenation of the strings, numbers and buffers in stack slots `first..=last`.
pub(crate) fn concat_slots(vm: &mut Vm, first: u32, last: u32) -> Result<RawValue, Raised> {
    let mut buffer = std::mem::take(&mut vm.scratch);
    buffer.clear();
    let mut too_long = false;
    for slot in first..=last {
        let value = vm.slot(slot);
        match (value.as_string(), value.as_number()) {
            (Some(string), _) => {
                too_long |= buffer.len() + string.len() > MAX_STRING;
                if too_long {
                    break;
                }
                buffer.extend_from_slice(string.as_bytes());
            }
            (None, Some(number)) => convert::format_number(number, &mut buffer),
            (None, None) => {
                let part = as_buffer(value).expect("the caller checked that all can be concatenated");
                too_long |= read_buffer(part, |part| {
                    let fits = buffer.len() + part.contents().len() <= MAX_STRING;
                    if fits {
                        buffer.extend_from_slice(part.contents());
                    }
                    !fits
                });
                if too_long {
                    break;
                }
            }
        }
    }
    let result = if too_long { Err(vm.error("string length overflow")) } else { vm.new_string(&buffer) };
    if buffer.capacity() > 1 << 16 {
        buffer = Vec::new();
    }
    vm.scratch = buffer;
    result
}
