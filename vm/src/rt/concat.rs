//! Concatenation.

use crate::convert;
use crate::value::RawValue;
use crate::vm::{Raised, Vm};

/// The longest string, in bytes.
pub(crate) const MAX_STRING: usize = 0x7FFF_FF00;

/// Whether a value is part of a plain concatenation.
pub(crate) fn is_concatenable(value: RawValue) -> bool {
    value.is_string() || value.is_number()
}

/// The concatenation of the strings and numbers in stack slots `first..=last`.
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
            (None, None) => unreachable!("the caller checked that all are strings or numbers"),
        }
    }
    let result = if too_long { Err(vm.error("string length overflow")) } else { vm.new_string(&buffer) };
    if buffer.capacity() > 1 << 16 {
        buffer = Vec::new();
    }
    vm.scratch = buffer;
    result
}
