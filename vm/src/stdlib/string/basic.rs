//! The functions of `string` that need no pattern.

use std::ops::Range;

use crate::stdlib::buffer::{Buffer, MAX_STRING};
use crate::vm::{Args, NativeResult, Raised, Vm};

/// How many bytes `string.byte` returns at most.
const MAX_BYTES: usize = 8000;

/// How many bytes `string.rep` copies between two polls.
const POLL_BYTES: usize = 1 << 20;

pub(super) fn len(vm: &mut Vm, args: Args) -> NativeResult {
    // In LuaJIT this function is written in Lua, where a missing argument is nil.
    if vm.arg(args, 0).is_nil() {
        return Err(vm.arg_error(args, 0, "string expected, got nil"));
    }
    let length = vm.check_string(args, 0)?.len();
    vm.ret1(length as f64)
}

pub(super) fn sub(vm: &mut Vm, args: Args) -> NativeResult {
    let text = vm.check_string(args, 0)?.as_bytes();
    let start = vm.check_int(args, 1)?;
    let end = vm.opt_int(args, 2, -1)?;
    let range = byte_range(text.len(), start, end);
    if range.len() == text.len() {
        let whole = vm.arg(args, 0);
        return vm.ret1(whole);
    }
    let part = vm.new_string(&text[range])?;
    vm.ret1(part)
}

pub(super) fn byte(vm: &mut Vm, args: Args) -> NativeResult {
    let text = vm.check_string(args, 0)?.as_bytes();
    let start = vm.opt_int(args, 1, 1)?;
    let end = vm.opt_int(args, 2, start)?;
    let bytes = &text[byte_range(text.len(), start, end)];
    if bytes.len() > MAX_BYTES {
        return Err(vm.error("string slice too long"));
    }
    for &byte in bytes {
        vm.push(f64::from(byte).into())?;
    }
    vm.ret_top(bytes.len() as u32)
}

pub(super) fn char(vm: &mut Vm, args: Args) -> NativeResult {
    let mut buffer = Buffer::new(vm);
    buffer.reserve(vm, args.count as usize)?;
    for index in 0..args.count {
        match u8::try_from(vm.check_int(args, index)?) {
            Ok(byte) => buffer.bytes_mut().push(byte),
            Err(_) => return Err(vm.arg_error(args, index, "invalid value")),
        }
    }
    buffer.into_result(vm)
}

pub(super) fn lower(vm: &mut Vm, args: Args) -> NativeResult {
    map_bytes(vm, args, <[u8]>::make_ascii_lowercase)
}

pub(super) fn upper(vm: &mut Vm, args: Args) -> NativeResult {
    map_bytes(vm, args, <[u8]>::make_ascii_uppercase)
}

pub(super) fn reverse(vm: &mut Vm, args: Args) -> NativeResult {
    map_bytes(vm, args, <[u8]>::reverse)
}

fn map_bytes(vm: &mut Vm, args: Args, change: fn(&mut [u8])) -> NativeResult {
    let text = vm.check_string(args, 0)?.as_bytes();
    let mut buffer = Buffer::new(vm);
    buffer.push(vm, text)?;
    change(buffer.bytes_mut());
    buffer.into_result(vm)
}

pub(super) fn rep(vm: &mut Vm, args: Args) -> NativeResult {
    let text = vm.check_string(args, 0)?.as_bytes();
    let count = vm.check_int(args, 1)?.max(0) as usize;
    let separator = vm.opt_string(args, 2)?.map_or(&b""[..], |separator| separator.as_bytes());
    let mut buffer = Buffer::new(vm);
    let total = repeated_length(text.len(), separator.len(), count).ok_or(Raised::Memory)?;
    if total > 0 {
        buffer.reserve(vm, total)?;
        buffer.push(vm, text)?;
        if count > 1 {
            buffer.push(vm, separator)?;
        }
        // What is there already is copied, twice as much each time, in whole periods.
        let period = text.len() + separator.len();
        let bytes = buffer.bytes_mut();
        while bytes.len() < total {
            let most = (POLL_BYTES / period).max(1) * period;
            let chunk = bytes.len().min(most).min(total - bytes.len());
            bytes.extend_from_within(..chunk);
            vm.poll()?;
        }
    }
    buffer.into_result(vm)
}

/// The length of `count` copies with separators between them, unless no string can be that long.
fn repeated_length(text: usize, separator: usize, count: usize) -> Option<usize> {
    let copies = text.checked_mul(count)?;
    let separators = separator.checked_mul(count.saturating_sub(1))?;
    copies.checked_add(separators).filter(|&total| total <= MAX_STRING)
}

/// The bytes `start..=end` of a string, counted from 1, negative positions from its end.
pub(crate) fn byte_range(length: usize, start: i32, end: i32) -> Range<usize> {
    let length = length as i64;
    let from_end = |position: i32| {
        let position = i64::from(position);
        if position < 0 { position + length + 1 } else { position }
    };
    let start = from_end(start).max(1);
    let end = from_end(end).min(length);
    if start > end { 0..0 } else { (start - 1) as usize..end as usize }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_clipped() {
        assert_eq!(byte_range(3, 2, -1), 1..3);
        assert_eq!(byte_range(3, -2, -1), 1..3);
        assert_eq!(byte_range(3, 0, 2), 0..2);
        assert_eq!(byte_range(3, -10, 2), 0..2);
        assert_eq!(byte_range(3, 5, 9), 0..0);
        assert_eq!(byte_range(3, i32::MIN, i32::MAX), 0..3);
        assert_eq!(byte_range(0, 1, -1), 0..0);
    }

    #[test]
    fn repetition_has_a_limit() {
        assert_eq!(repeated_length(3, 1, 4), Some(15));
        assert_eq!(repeated_length(3, 1, 0), Some(0));
        assert_eq!(repeated_length(1, 0, MAX_STRING + 1), None);
        assert_eq!(repeated_length(usize::MAX, 1, 2), None);
    }
}
