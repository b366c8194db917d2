//! Function environments and `newproxy`.

use crate::function::{Function, FunctionView};
use crate::rt::frames::function_at_level;
use crate::stdlib::{globals, upvalue};
use crate::table::Table;
use crate::userdata::new_userdata;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(super) fn getfenv(vm: &mut Vm, args: Args) -> NativeResult {
    let environment = match vm.arg(args, 0).as_function() {
        Some(function) => environment_of(vm, function),
        None => match vm.opt_int(args, 0, 1)? {
            0 => thread_environment(vm),
            level => {
                let function = function_at(vm, args, level)?;
                environment_of(vm, function)
            }
        },
    };
    vm.ret1(environment)
}

pub(super) fn setfenv(vm: &mut Vm, args: Args) -> NativeResult {
    let environment = vm.check_table(args, 1)?;
    let function = match vm.arg(args, 0).as_function() {
        Some(function) => function,
        None => match vm.check_int(args, 0)? {
            0 => {
                vm.thread.set_environment(&mut vm.heap, environment);
                return vm.ret0();
            }
            level => function_at(vm, args, level)?,
        },
    };
    match function.view() {
        FunctionView::Lua(_) => function.set_env(&mut vm.heap, environment),
        FunctionView::Native(_) => {
            return Err(vm.error("'setfenv' cannot change environment of given object"));
        }
    }
    vm.ret1(function)
}

/// The function of a stack level given as the first argument: 1 is the caller.
fn function_at(vm: &mut Vm, args: Args, level: i32) -> Result<Gc<Function>, Raised> {
    let found = u32::try_from(level).ok().and_then(|level| function_at_level(vm, level));
    found.ok_or_else(|| vm.arg_error(args, 0, "invalid level"))
}

/// A native has no environment of its own as far as scripts can tell: it sees the coroutine's.
fn environment_of(vm: &Vm, function: Gc<Function>) -> Gc<Table> {
    match function.view() {
        FunctionView::Lua(_) => function.env(),
        FunctionView::Native(_) => thread_environment(vm),
    }
}

fn thread_environment(vm: &Vm) -> Gc<Table> {
    vm.thread.environment().unwrap_or_else(|| globals(vm))
}

/// `newproxy`: an empty userdata, with a new metatable for `true`, with that of another proxy for a proxy. The upvalue is a weak
/// table of the metatables made here.
pub(super) fn newproxy(vm: &mut Vm, args: Args) -> NativeResult {
    let wanted = vm.arg(args, 0);
    let metatable = if wanted.is_falsy() {
        None
    } else {
        let known = upvalue(vm, args, 0).as_table().expect("made by `open`");
        Some(proxy_metatable(vm, args, wanted, known)?)
    };
    let proxy = new_userdata(&mut vm.heap, None, metatable)?;
    if metatable.is_some() {
        // Scripts make a proxy first and give its metatable a `__gc` then.
        vm.heap.register_finalizer(proxy);
    }
    vm.ret1(proxy)
}

fn proxy_metatable(vm: &mut Vm, args: Args, wanted: RawValue, known: Gc<Table>) -> Result<Gc<Table>, Raised> {
    if wanted.as_boolean().is_some() {
        let metatable = vm.new_table(0, 2)?;
        vm.raw_set(known, metatable.into(), RawValue::TRUE)?;
        return Ok(metatable);
    }
    let metatable = vm.metatable_of(wanted).filter(|_| wanted.is_userdata() || wanted.is_table());
    match metatable {
        Some(metatable) if known.get(&vm.heap, metatable.into()).is_truthy() => Ok(metatable),
        _ => Err(vm.arg_error(args, 0, "boolean or proxy expected")),
    }
}

/// The table of metatables that `newproxy` made, weak in its keys.
pub(super) fn proxy_metatables(vm: &mut Vm) -> Result<Gc<Table>, Raised> {
    let known = vm.new_table(0, 1)?;
    let metatable = vm.new_table(0, 1)?;
    let mode = vm.new_string(b"k")?;
    vm.raw_set_name(metatable, "__mode", mode)?;
    known.set_metatable(&mut vm.heap, Some(metatable))?;
    Ok(known)
}
