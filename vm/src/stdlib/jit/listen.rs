//! `jit.v` and `jit.dump`: `start` has the compiler say what it does, `stop` (also named `off`) ends that.
//!
//! `jit.v` writes a line for each trace on standard error; `jit.dump` writes regions with the output of `print` as well.

use super::module;
use crate::interp::compiled::Control;
use crate::stdlib::{Builtin, builtins};
use crate::vm::{Args, NativeResult, Vm};

const V: &[Builtin] = builtins! { "off" stop, "on" start_v, "start" start_v, };
const DUMP: &[Builtin] = builtins! { "off" stop, "on" start_dump, "start" start_dump, };

pub(super) fn make_v(vm: &mut Vm, _: Args) -> NativeResult {
    module(vm, V)
}

pub(super) fn make_dump(vm: &mut Vm, _: Args) -> NativeResult {
    module(vm, DUMP)
}

fn start_v(vm: &mut Vm, _: Args) -> NativeResult {
    report(vm, 1)
}

/// The options are letters, as LuaJIT has them: with `m` machine code is shown too.
fn start_dump(vm: &mut Vm, args: Args) -> NativeResult {
    let options = vm.opt_string(args, 0)?;
    let shows_code = options.is_some_and(|options| options.as_bytes().contains(&b'm'));
    report(vm, if shows_code { 3 } else { 2 })
}

fn stop(vm: &mut Vm, _: Args) -> NativeResult {
    report(vm, 0)
}

fn report(vm: &mut Vm, level: i32) -> NativeResult {
    (vm.compiled.control)(vm, Control::Parameter(b"report", level));
    vm.ret0()
}
