//! `collectgarbage` and `gcinfo`.

use crate::stdlib::check_option;
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Vm};
pub(super) fn collectgarbage(vm: &mut Vm, args: Args) -> NativeResult {
    const OPTIONS: &[&str] =
        &["collect", "stop", "restart", "count", "step", "setpause", "setstepmul", "isrunning"];
    check_option(vm, args, 0, Some(0), OPTIONS)?;
    vm.ret1(RawValue::number(0.0))
}
pub(super) fn gcinfo(vm: &mut Vm, _args: Args) -> NativeResult {
    vm.ret1(RawValue::number(0.0))
}
