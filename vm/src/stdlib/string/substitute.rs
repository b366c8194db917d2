//! `gsub`.

use std::ops::Range;

use super::pattern::{Captured, Matcher};
use super::pattern_error;
use super::program::program_of;
use super::search::capture_value;
use crate::convert::{format_number, write_u64};
use crate::stdlib::buffer::Buffer;
use crate::value::{RawValue, Type};
use crate::vm::{Args, NativeResult, Raised, Vm};

/// What takes the place of a match.
#[derive(Clone, Copy)]
enum Replacement<'a> {
    /// Text without `%`.
    Literal(&'a [u8]),
    /// Text with references to captures.
    Template(&'a [u8]),
    /// The value a table has for the first capture.
    Table(RawValue),
    /// What a function returns for the captures.
    Function(RawValue),
}

pub(super) fn gsub(vm: &mut Vm, args: Args) -> NativeResult {
    let subject = vm.check_string(args, 0)?.as_bytes();
    let pattern = vm.check_string(args, 1)?.as_bytes();
    let limit = vm.opt_int(args, 3, i32::try_from(subject.len() + 1).unwrap_or(i32::MAX))?;
    let replacement = check_replacement(vm, args)?;
    let mut matcher = Matcher::new(subject, program_of(vm, pattern, true)?);
    let mut buffer = Buffer::new(vm);
    let mut at = 0;
    let mut count = 0;
    while count < limit {
        let found = match matcher.search(at, &mut || vm.poll()) {
            Ok(Some(found)) => found,
            Ok(None) => break,
            Err(error) => return Err(pattern_error(vm, error)),
        };
        count += 1;
        buffer.push(vm, &subject[at..found.start])?;
        replace(vm, &mut buffer, &matcher, subject, &found, replacement)?;
        at = found.end;
        // After an empty match one byte is copied, so that the next search finds another place.
        let past_end = found.is_empty() && at == subject.len();
        if found.is_empty() && !past_end {
            buffer.push(vm, &subject[at..=at])?;
            at += 1;
        }
        if past_end || matcher.is_anchored() {
            break;
        }
    }
    let result = if count == 0 {
        vm.arg(args, 0)
    } else {
        buffer.push(vm, &subject[at..])?;
        buffer.into_string(vm)?
    };
    vm.push(result)?;
    vm.push(f64::from(count).into())?;
    vm.ret_top(2)
}

fn check_replacement<'a>(vm: &mut Vm, args: Args) -> Result<Replacement<'a>, Raised> {
    let value = vm.arg(args, 2);
    match value.type_of() {
        Type::String | Type::Number => {
            let text = vm.check_string(args, 2)?.as_bytes();
            Ok(if text.contains(&b'%') { Replacement::Template(text) } else { Replacement::Literal(text) })
        }
        Type::Table => Ok(Replacement::Table(value)),
        Type::Function => Ok(Replacement::Function(value)),
        Type::Nil | Type::Boolean | Type::LightUserData | Type::UserData | Type::Thread | Type::CData => {
            Err(vm.arg_error(args, 2, "string/function/table expected"))
        }
    }
}

fn replace(
    vm: &mut Vm,
    buffer: &mut Buffer,
    matcher: &Matcher<'_>,
    subject: &[u8],
    found: &Range<usize>,
    replacement: Replacement<'_>,
) -> Result<(), Raised> {
    let value = match replacement {
        Replacement::Literal(text) => return buffer.push(vm, text),
        Replacement::Template(text) => return expand(vm, buffer, matcher, subject, found, text),
        Replacement::Table(table) => {
            let key = capture_value(vm, matcher, subject, found, 0)?;
            vm.index(table, key)?
        }
        Replacement::Function(function) => {
            let mut values = [RawValue::NIL; super::pattern::MAX_CAPTURES];
            let count = matcher.value_count();
            for (index, value) in values[..count].iter_mut().enumerate() {
                *value = capture_value(vm, matcher, subject, found, index)?;
            }
            vm.call1(function, &values[..count])?
        }
    };
    if value.is_falsy() {
        buffer.push(vm, &subject[found.clone()])
    } else if let Some(text) = value.as_string() {
        buffer.push(vm, text.as_bytes())
    } else if let Some(number) = value.as_number() {
        format_number(number, buffer.bytes_mut());
        Ok(())
    } else {
        Err(vm.error(format!("invalid replacement value (a {})", value.type_name())))
    }
}

/// Appends a template with its `%0` to `%9` replaced. As in LuaJIT, a `%` at the end stands for a zero byte, and before anything but a digit for
/// what follows it.
fn expand(
    vm: &mut Vm,
    buffer: &mut Buffer,
    matcher: &Matcher<'_>,
    subject: &[u8],
    found: &Range<usize>,
    mut template: &[u8],
) -> Result<(), Raised> {
    while let Some(mark) = memchr::memchr(b'%', template) {
        buffer.push(vm, &template[..mark])?;
        let escaped = template.get(mark + 1).copied().unwrap_or(0);
        template = template.get(mark + 2..).unwrap_or(b"");
        match escaped {
            b'0' => buffer.push(vm, &subject[found.clone()])?,
            b'1'..=b'9' => match matcher.capture(usize::from(escaped - b'1'), found) {
                Ok(Captured::Bytes(range)) => buffer.push(vm, &subject[range])?,
                Ok(Captured::Position(position)) => write_u64(position as u64, buffer.bytes_mut()),
                Err(error) => return Err(pattern_error(vm, error)),
            },
            other => buffer.push(vm, &[other])?,
        }
    }
    buffer.push(vm, template)
}
