//! `print`, `tostring`, `tonumber`.

use crate::convert;
use crate::ffi;
use crate::rt::meta::Meta;
use crate::stdlib::globals;
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(super) fn tostring(vm: &mut Vm, args: Args) -> NativeResult {
    let value = vm.check_any(args, 0)?;
    let text = to_text(vm, value)?;
    vm.ret1(text)
}

/// What `tostring(value)` returns: whatever `__tostring` returns, be it a string or not.
fn to_text(vm: &mut Vm, value: RawValue) -> Result<RawValue, Raised> {
    let method = vm.metamethod(value, Meta::ToString);
    if method.is_nil() { Ok(vm.tostring(value)?.into()) } else { vm.call1(method, &[value]) }
}

pub(super) fn print(vm: &mut Vm, args: Args) -> NativeResult {
    let name = vm.heap.intern(b"tostring")?;
    let convert = vm.index(globals(vm).into(), name.into())?;
    // A call may replace the global.
    vm.push(convert)?;
    let is_builtin = convert.as_function().is_some_and(|function| function.is_native(tostring));
    let mut line = Vec::new();
    for index in 0..args.count {
        if index > 0 {
            line.push(b'\t');
        }
        let value = vm.arg(args, index);
        if let (true, Some(text)) = (is_builtin, value.as_string()) {
            line.extend_from_slice(text.as_bytes());
            continue;
        }
        let text = if is_builtin { to_text(vm, value)? } else { vm.call1(convert, &[value])? };
        if let Some(text) = text.as_string() {
            line.extend_from_slice(text.as_bytes());
        } else if let Some(number) = text.as_number() {
            convert::format_number(number, &mut line);
        } else {
            return Err(vm.error("'tostring' must return a string to 'print'"));
        }
    }
    line.push(b'\n');
    vm.write_output(&line);
    vm.ret0()
}

pub(super) fn tonumber(vm: &mut Vm, args: Args) -> NativeResult {
    let base = vm.opt_int(args, 1, 10)?;
    let number = if base == 10 {
        let value = vm.check_any(args, 0)?;
        let parsed = || convert::parse_number(value.as_string()?.as_bytes());
        value.as_number().or_else(parsed).or_else(|| ffi::arith::to_number(vm, value))
    } else {
        let text = vm.check_string(args, 0)?;
        if !(2..=36).contains(&base) {
            return Err(vm.arg_error(args, 1, "base out of range"));
        }
        convert::parse_number_with_base(text.as_bytes(), base as u32)
    };
    vm.ret1(number.map_or(RawValue::NIL, RawValue::number))
}
