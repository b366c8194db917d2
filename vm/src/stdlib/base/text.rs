//! `print`, `tostring`, `tonumber`.

use crate::convert;
use crate::ffi;
use crate::rt::meta::Meta;
use crate::stdlib::globals;
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Raised, Vm};

/// The interpreter calls `__tostring` in its place.
pub(super) fn tostring(vm: &mut Vm, args: Args) -> NativeResult {
    let value = vm.check_any(args, 0)?;
    let text = vm.tostring(value)?;
    vm.ret1(text)
}

pub(super) fn print(vm: &mut Vm, args: Args) -> NativeResult {
    let name = vm.heap.intern(b"tostring")?;
    let convert = vm.index(globals(vm).into(), name.into())?;
    // A call may replace the global.
    vm.push(convert)?;
    let mut line = Vec::new();
    let written = write_line(vm, args, convert, &mut line);
    // What comes before an error has been written.
    vm.write_output(&line);
    written?;
    vm.ret0()
}

fn write_line(vm: &mut Vm, args: Args, convert: RawValue, line: &mut Vec<u8>) -> Result<(), Raised> {
    let is_builtin = convert.as_function().is_some_and(|function| function.is_native(tostring));
    for index in 0..args.count {
        if index > 0 {
            line.push(b'\t');
        }
        let value = vm.arg(args, index);
        if is_builtin && (value.is_string() || vm.metamethod(value, Meta::ToString).is_nil()) {
            line.extend_from_slice(vm.tostring(value)?.as_bytes());
            continue;
        }
        let text = vm.call1(convert, &[value])?;
        if let Some(text) = text.as_string() {
            line.extend_from_slice(text.as_bytes());
        } else if let Some(number) = text.as_number() {
            convert::format_number(number, line);
        } else {
            return Err(vm.error("'tostring' must return a string to 'print'"));
        }
    }
    line.push(b'\n');
    Ok(())
}

pub(super) fn tonumber(vm: &mut Vm, args: Args) -> NativeResult {
    let base = vm.opt_int(args, 1, 10)?;
    let number = if base == 10 {
        let value = vm.check_any(args, 0)?;
        let parsed = || convert::parse_number(value.as_string()?.as_bytes());
        match value.as_number().or_else(parsed) {
            Some(number) => Some(number),
            None if value.is_cdata() => ffi::carith::to_double(vm, value)?,
            None => None,
        }
    } else {
        let text = vm.check_string(args, 0)?;
        if !(2..=36).contains(&base) {
            return Err(vm.arg_error(args, 1, "base out of range"));
        }
        convert::parse_number_with_base(text.as_bytes(), base as u32)
    };
    vm.ret1(number.map_or(RawValue::NIL, RawValue::number))
}
