//! Metatables and environments of any value, and the registry.

use crate::function::FunctionView;
use crate::stdlib::base::check_metatable;
use crate::stdlib::globals;
use crate::table::Table;
use crate::value::{Gc, RawValue, Type};
use crate::vm::{Args, NativeResult, Raised, Ret, Vm};

pub(super) fn getregistry(vm: &mut Vm, _args: Args) -> NativeResult {
    let registry = vm.heap.roots.registry.expect("a VM has a registry from its creation");
    vm.ret1(registry)
}

pub(super) fn getmetatable(vm: &mut Vm, args: Args) -> NativeResult {
    let value = vm.check_any(args, 0)?;
    let metatable = vm.metatable_of(value).map_or(RawValue::NIL, RawValue::table);
    vm.ret1(metatable)
}

pub(super) fn setmetatable(vm: &mut Vm, args: Args) -> NativeResult {
    let metatable = check_metatable(vm, args, 1)?;
    set_any_metatable(vm, vm.arg(args, 0), metatable)?;
    vm.ret1(true)
}

/// Gives a table or userdata a metatable of its own; every value of another type shares one.
fn set_any_metatable(vm: &mut Vm, value: RawValue, metatable: Option<Gc<Table>>) -> Result<(), Raised> {
    match value.type_of() {
        Type::Table => {
            let table = value.as_table().expect("just matched");
            table.set_metatable(&mut vm.heap, metatable)?;
        }
        Type::UserData => {
            let userdata = value.as_userdata().expect("just matched");
            userdata.set_metatable(&mut vm.heap, metatable);
        }
        shared @ (Type::Nil
        | Type::Boolean
        | Type::LightUserData
        | Type::Number
        | Type::String
        | Type::Function
        | Type::Thread
        | Type::CData) => {
            if let Some(metatable) = metatable {
                metatable.make_meta(&mut vm.heap)?;
            }
            let place = &mut vm.heap.roots.type_metatables[shared as usize];
            if let Some(old) = std::mem::replace(place, metatable) {
                vm.heap.barrier(old.into());
            }
            // Compiled code takes for granted what basic types have.
            vm.flush_compiled();
        }
    }
    Ok(())
}

pub(super) fn getfenv(vm: &mut Vm, args: Args) -> NativeResult {
    let value = vm.check_any(args, 0)?;
    let environment = if let Some(function) = value.as_function() {
        match function.view() {
            FunctionView::Lua(_) => Some(function.env()),
            FunctionView::Native(_) => Some(vm.thread.environment().unwrap_or_else(|| globals(vm))),
        }
    } else if let Some(userdata) = value.as_userdata() {
        Some(userdata.environment().unwrap_or_else(|| globals(vm)))
    } else {
        value.as_thread().map(|thread| thread.environment().unwrap_or_else(|| globals(vm)))
    };
    vm.ret1(environment.map_or(RawValue::NIL, RawValue::table))
}

pub(super) fn setfenv(vm: &mut Vm, args: Args) -> NativeResult {
    let environment = vm.check_table(args, 1)?;
    let value = vm.arg(args, 0);
    if let Some(function) = value.as_function() {
        function.set_env(&mut vm.heap, environment);
    } else if let Some(userdata) = value.as_userdata() {
        userdata.set_environment(&mut vm.heap, environment);
    } else if let Some(thread) = value.as_thread() {
        thread.set_environment(&mut vm.heap, environment);
    } else {
        return Err(vm.error("'setfenv' cannot change environment of given object"));
    }
    Ok(Ret { first: args.base, count: 1 })
}
