//! The `coroutine` library. Switching is the interpreter's business (`interp/slow/coroutine.rs`); what is left is here.

use super::numbers::number_function;
use super::{
    Builtin, Libraries, Library, add_functions, always, builtins, copy_of_upvalue, native, run_by_interpreter,
};
use crate::function::Special;
use crate::table::Table;
use crate::thread::{Thread, ThreadStatus};
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(crate) const LIBRARY: Library = Library {
    name: "coroutine",
    functions: builtins! {
        "create" create,
        "isyieldable" isyieldable,
        "resume" run_by_interpreter as Resume,
        "running" running,
        "status" status,
        "yield" run_by_interpreter as Yield,
    },
    open,
    wanted: always,
};

/// `wrap` has what it returns as its upvalue, to make copies of.
fn open(vm: &mut Vm, table: Gc<Table>, _: Libraries) -> Result<(), Raised> {
    let template = native(vm, &WRAPPED, &[])?;
    number_function(template, "coroutine", "wrap_aux");
    add_functions(vm, table, builtins! { "wrap" wrap, }, &[template])
}

const WRAPPED: Builtin = Builtin::new("wrap_aux", run_by_interpreter, Special::Wrapped);

fn create(vm: &mut Vm, args: Args) -> NativeResult {
    let coroutine = new_coroutine(vm, args)?;
    vm.ret1(coroutine)
}

fn wrap(vm: &mut Vm, args: Args) -> NativeResult {
    let coroutine = new_coroutine(vm, args)?;
    let function = copy_of_upvalue(vm, args, &[coroutine.into()])?;
    vm.ret1(function)
}

fn new_coroutine(vm: &mut Vm, args: Args) -> Result<Gc<Thread>, Raised> {
    let function = vm.check_function(args, 0)?;
    let coroutine = vm.new_coroutine(function)?;
    if let Some(environment) = vm.thread.environment() {
        coroutine.set_environment(&mut vm.heap, environment);
    }
    Ok(coroutine)
}

fn status(vm: &mut Vm, args: Args) -> NativeResult {
    let Some(coroutine) = vm.arg(args, 0).as_thread() else {
        return Err(vm.arg_error(args, 0, "coroutine expected"));
    };
    let name = match coroutine.status() {
        ThreadStatus::Suspended => "suspended",
        ThreadStatus::Running => "running",
        ThreadStatus::Normal => "normal",
        ThreadStatus::Dead => "dead",
    };
    let name = vm.heap.intern(name.as_bytes())?;
    vm.ret1(name)
}

fn running(vm: &mut Vm, _args: Args) -> NativeResult {
    let thread = vm.thread;
    let is_main = vm.heap.roots.main_thread == Some(thread);
    vm.ret1(if is_main { RawValue::NIL } else { thread.into() })
}

fn isyieldable(vm: &mut Vm, _args: Args) -> NativeResult {
    let can_yield = vm.thread.can_yield();
    vm.ret1(can_yield)
}
