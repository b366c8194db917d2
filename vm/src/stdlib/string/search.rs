//! `find`, `match` and `gmatch`.

use std::ops::Range;

use super::pattern::{Captured, Matcher, is_plain};
use super::pattern_error;
use super::program::program_of;
use crate::function::Special;
use crate::stdlib::numbers::number_function;
use crate::stdlib::{Builtin, add_functions, builtins, copy_of_upvalue, native, set_upvalue, upvalue};
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(super) fn find(vm: &mut Vm, args: Args) -> NativeResult {
    let subject = vm.check_string(args, 0)?.as_bytes();
    let pattern = vm.check_string(args, 1)?.as_bytes();
    let start = start_position(vm, args, subject.len())?;
    if vm.arg(args, 3).is_truthy() || is_plain(pattern) {
        return match find_plain(&subject[start..], pattern) {
            Some(offset) => {
                let found = start + offset..start + offset + pattern.len();
                push_range(vm, &found)?;
                vm.ret_top(2)
            }
            None => vm.ret1(RawValue::NIL),
        };
    }
    let mut matcher = Matcher::new(subject, program_of(vm, pattern, true)?);
    match matcher.search(start, &mut || vm.poll()) {
        Ok(Some(found)) => {
            let count = matcher.capture_count();
            push_range(vm, &found)?;
            push_captures(vm, &matcher, subject, &found, count)?;
            vm.ret_top(2 + count as u32)
        }
        Ok(None) => vm.ret1(RawValue::NIL),
        Err(error) => Err(pattern_error(vm, error)),
    }
}

pub(super) fn match_(vm: &mut Vm, args: Args) -> NativeResult {
    let subject = vm.check_string(args, 0)?.as_bytes();
    let pattern = vm.check_string(args, 1)?.as_bytes();
    let start = start_position(vm, args, subject.len())?;
    let mut matcher = Matcher::new(subject, program_of(vm, pattern, true)?);
    match matcher.search(start, &mut || vm.poll()) {
        Ok(Some(found)) => {
            let count = matcher.value_count();
            push_captures(vm, &matcher, subject, &found, count)?;
            vm.ret_top(count as u32)
        }
        Ok(None) => vm.ret1(RawValue::NIL),
        Err(error) => Err(pattern_error(vm, error)),
    }
}

/// The upvalues of the iterator that `gmatch` returns.
const SUBJECT: usize = 0;
const PATTERN: usize = 1;
/// The offset at which the search goes on.
const POSITION: usize = 2;

/// `gmatch` has its iterator as its upvalue, to make copies of.
pub(super) fn add_gmatch(vm: &mut Vm, library: Gc<Table>) -> Result<(), Raised> {
    let template = native(vm, &Builtin::new("gmatch_aux", next_match, Special::None), &[])?;
    number_function(template, "string", "gmatch_aux");
    add_functions(vm, library, builtins! { "gmatch" gmatch, }, &[template])
}

fn gmatch(vm: &mut Vm, args: Args) -> NativeResult {
    let subject = vm.check_string(args, 0)?;
    let pattern = vm.check_string(args, 1)?;
    let iterator = copy_of_upvalue(vm, args, &[subject.into(), pattern.into(), RawValue::number(0.0)])?;
    vm.ret1(iterator)
}

fn next_match(vm: &mut Vm, args: Args) -> NativeResult {
    let text = |index| upvalue(vm, args, index).as_string().expect("gmatch made it a string").as_bytes();
    let (subject, pattern) = (text(SUBJECT), text(PATTERN));
    let start = upvalue(vm, args, POSITION).as_f64_or_nan() as usize;
    if start > subject.len() {
        return vm.ret0();
    }
    let mut matcher = Matcher::new(subject, program_of(vm, pattern, false)?);
    match matcher.search(start, &mut || vm.poll()) {
        Ok(Some(found)) => {
            // An empty match must not be found again.
            let position = if found.is_empty() { found.end + 1 } else { found.end };
            set_upvalue(vm, args, POSITION, RawValue::number(position as f64));
            let count = matcher.value_count();
            push_captures(vm, &matcher, subject, &found, count)?;
            vm.ret_top(count as u32)
        }
        Ok(None) => vm.ret0(),
        Err(error) => Err(pattern_error(vm, error)),
    }
}

/// The value of one capture of a match.
pub(super) fn capture_value(
    vm: &mut Vm,
    matcher: &Matcher<'_>,
    subject: &[u8],
    found: &Range<usize>,
    index: usize,
) -> Result<RawValue, Raised> {
    match matcher.capture(index, found) {
        Ok(Captured::Bytes(range)) => vm.new_string(&subject[range]),
        Ok(Captured::Position(position)) => Ok(RawValue::number(position as f64)),
        Err(error) => Err(pattern_error(vm, error)),
    }
}

fn push_captures(
    vm: &mut Vm,
    matcher: &Matcher<'_>,
    subject: &[u8],
    found: &Range<usize>,
    count: usize,
) -> Result<(), Raised> {
    for index in 0..count {
        let value = capture_value(vm, matcher, subject, found, index)?;
        vm.push(value)?;
    }
    Ok(())
}

/// How many places with the right first byte are tried before a search that takes longer to set up.
const TRIES: usize = 8;

fn find_plain(subject: &[u8], text: &[u8]) -> Option<usize> {
    let Some((&first, rest)) = text.split_first() else { return Some(0) };
    let mut at = 0;
    for _ in 0..TRIES {
        at += memchr::memchr(first, &subject[at..])?;
        if subject[at + 1..].starts_with(rest) {
            return Some(at);
        }
        at += 1;
    }
    memchr::memmem::find(&subject[at..], text).map(|offset| at + offset)
}

/// Pushes the positions of the first and last byte.
fn push_range(vm: &mut Vm, found: &Range<usize>) -> Result<(), Raised> {
    vm.push(((found.start + 1) as f64).into())?;
    vm.push((found.end as f64).into())
}

/// The optional third argument: where the search starts, as an offset within the subject.
fn start_position(vm: &mut Vm, args: Args, length: usize) -> Result<usize, Raised> {
    let position = i64::from(vm.opt_int(args, 2, 1)?);
    let offset = if position < 0 { position + length as i64 } else { position - 1 };
    Ok((offset.max(0) as usize).min(length))
}
