//! `module` and `package.seeall`, Lua 5.1's way of writing modules.

use crate::function::FunctionView;
use crate::rt::frames::function_at_level;
use crate::stdlib::{check_c_string, globals, loaded_modules};
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(super) fn module(vm: &mut Vm, args: Args) -> NativeResult {
    let name = check_c_string(vm, args, 0)?;
    let module = find_or_make(vm, name)?;
    vm.push(module.into())?;
    let name_key = vm.heap.intern(b"_NAME")?;
    if vm.index(module.into(), name_key.into())?.is_nil() {
        describe(vm, module, args)?;
    }
    match function_at_level(vm, 1).map(|function| (function, function.view())) {
        Some((function, FunctionView::Lua(_))) => function.set_env(&mut vm.heap, module),
        Some((_, FunctionView::Native(_))) | None => {
            return Err(vm.error("'module' not called from a Lua function"));
        }
    }
    for index in 1..args.count {
        let option = vm.arg(args, index);
        let top = vm.top;
        vm.call(option, &[module.into()])?;
        vm.top = top;
    }
    vm.ret0()
}

/// The module's table: the loaded one, or the one its dotted name leads to from the globals, made on the way.
fn find_or_make(vm: &mut Vm, name: &[u8]) -> Result<Gc<Table>, Raised> {
    let loaded = loaded_modules(vm)?;
    let key = vm.new_string(name)?;
    vm.push(key)?;
    if let Some(module) = vm.index(loaded.into(), key)?.as_table() {
        return Ok(module);
    }
    let mut table = globals(vm);
    for part in name.split(|&byte| byte == b'.') {
        let part = vm.heap.intern(part)?;
        let next = table.get_str(&vm.heap, part);
        table = if next.is_nil() {
            let fresh = vm.new_table(0, 4)?;
            vm.raw_set(table, part.into(), fresh.into())?;
            fresh
        } else if let Some(next) = next.as_table() {
            next
        } else {
            return Err(vm.error([b"name conflict for module '", name, b"'"].concat()));
        };
    }
    vm.raw_set(loaded, key, table.into())?;
    Ok(table)
}

/// Sets `_M`, `_NAME` and `_PACKAGE`.
fn describe(vm: &mut Vm, module: Gc<Table>, args: Args) -> Result<(), Raised> {
    let name = check_c_string(vm, args, 0)?;
    let parent_length = memchr::memrchr(b'.', name).map_or(0, |dot| dot + 1);
    let parent = vm.new_string(&name[..parent_length])?;
    vm.push(parent)?;
    let name = vm.new_string(name)?;
    vm.push(name)?;
    for (key, value) in [("_M", module.into()), ("_NAME", name), ("_PACKAGE", parent)] {
        let key = vm.heap.intern(key.as_bytes())?;
        vm.set_index(module.into(), key.into(), value)?;
    }
    Ok(())
}

pub(super) fn seeall(vm: &mut Vm, args: Args) -> NativeResult {
    let module = vm.check_table(args, 0)?;
    let metatable = match module.metatable() {
        Some(metatable) => metatable,
        None => {
            let metatable = vm.new_table(0, 1)?;
            module.set_metatable(&mut vm.heap, Some(metatable))?;
            metatable
        }
    };
    let globals: RawValue = globals(vm).into();
    vm.raw_set_name(metatable, "__index", globals)?;
    vm.ret0()
}
