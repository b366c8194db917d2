//! The base library: the functions that live in the globals table.
//!
//! `text` converts and prints, `chunk` compiles source text, `environment` has `getfenv` and proxies, `collect` talks to the
//! collector; the rest is here.

pub(crate) mod chunk;
mod collect;
mod environment;
mod text;

use super::numbers::number_function;
use super::{
    Builtin, Libraries, Library, add_functions, always, builtins, check_c_string, run_by_interpreter, upvalue,
};
use crate::function::Special;
use crate::rt::{self, meta::Meta};
use crate::table::Table;
use crate::value::{Gc, RawValue, Type};
use crate::vm::{Args, NativeResult, Raised, Ret, Vm};

/// How many values `unpack` returns at most, its own arguments counted.
const MAX_UNPACKED: u64 = 8000;

pub(crate) const LIBRARY: Library = Library {
    name: "_G",
    functions: builtins! {
        "assert" assert,
        "collectgarbage" collect::collectgarbage,
        "error" error,
        "gcinfo" collect::gcinfo,
        "getfenv" environment::getfenv,
        "getmetatable" getmetatable,
        "load" chunk::load,
        "loadstring" chunk::load,
        "next" next as Next,
        "pcall" run_by_interpreter as Pcall,
        "print" text::print,
        "rawequal" rawequal,
        "rawget" rawget,
        "rawset" rawset,
        "select" select,
        "setfenv" environment::setfenv,
        "setmetatable" setmetatable,
        "tonumber" text::tonumber,
        "tostring" text::tostring as ToString,
        "unpack" unpack,
        "xpcall" run_by_interpreter as Xpcall,
    },
    open,
    wanted: always,
};

/// For VMs that may read files.
const FILE_FUNCTIONS: &[Builtin] = builtins! {
    "dofile" chunk::dofile,
    "loadfile" chunk::loadfile,
};

const IPAIRS_STEP: Builtin = Builtin::new("ipairs_aux", ipairs_step, Special::NextIndex);

fn open(vm: &mut Vm, table: Gc<Table>, which: Libraries) -> Result<(), Raised> {
    vm.raw_set_name(table, "_G", table.into())?;
    let version = vm.new_string(b"Lua 5.1")?;
    vm.raw_set_name(table, "_VERSION", version)?;
    // The iterators hand out functions made once, so that `pairs(a) == pairs(b)` and no call allocates.
    let next_name = vm.heap.intern(b"next")?;
    let next = table.get_str(&vm.heap, next_name);
    add_functions(vm, table, builtins! { "pairs" pairs, }, &[next])?;
    let step = super::native(vm, &IPAIRS_STEP, &[])?;
    number_function(step, "_G", "ipairs_aux");
    add_functions(vm, table, builtins! { "ipairs" ipairs, }, &[step])?;
    let mut names = Vec::new();
    for ty in Type::ALL {
        names.push(vm.heap.intern(ty.name().as_bytes())?.into());
    }
    add_functions(vm, table, builtins! { "type" type_, }, &names)?;
    let metatables = environment::proxy_metatables(vm)?;
    add_functions(vm, table, builtins! { "newproxy" environment::newproxy, }, &[metatables.into()])?;
    if which.io {
        add_functions(vm, table, FILE_FUNCTIONS, &[])?;
    }
    Ok(())
}

/// All arguments as results.
fn ret_args(args: Args) -> NativeResult {
    Ok(Ret { first: args.base, count: args.count })
}

/// The first `count` arguments as results.
fn ret_first_args(args: Args, count: u32) -> NativeResult {
    Ok(Ret { first: args.base, count })
}

// ---- errors ----------------------------------------------------------------------------------------------

fn assert(vm: &mut Vm, args: Args) -> NativeResult {
    if vm.check_any(args, 0)?.is_truthy() {
        return ret_args(args);
    }
    match vm.arg_opt(args, 1) {
        None => Err(vm.error("assertion failed!")),
        Some(message) if message.is_string() || message.is_number() => {
            let message = check_c_string(vm, args, 1)?;
            Err(vm.error(message))
        }
        // LuaJIT throws what lies on top of the stack.
        Some(_) => Err(vm.throw(vm.arg(args, args.count - 1))),
    }
}

fn error(vm: &mut Vm, args: Args) -> NativeResult {
    let level = vm.opt_int(args, 1, 1)?;
    let value = vm.arg(args, 0);
    if level <= 0 || !(value.is_string() || value.is_number()) {
        return Err(vm.throw(value));
    }
    let mut message = vm.position(level as usize);
    message.extend_from_slice(vm.check_string(args, 0)?.as_bytes());
    let message = vm.new_string(&message)?;
    Err(vm.throw(message))
}

// ---- values ----------------------------------------------------------------------------------------------

/// The names are upvalues, in the order of the types.
fn type_(vm: &mut Vm, args: Args) -> NativeResult {
    let ty = vm.check_any(args, 0)?.type_of();
    let name = upvalue(vm, args, ty as usize);
    vm.ret1(name)
}

fn rawequal(vm: &mut Vm, args: Args) -> NativeResult {
    let a = vm.check_any(args, 0)?;
    let b = vm.check_any(args, 1)?;
    vm.ret1(rt::raw_equals(a, b))
}

fn rawget(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let key = vm.check_any(args, 1)?;
    let value = table.get(&vm.heap, key);
    vm.ret1(value)
}

fn rawset(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let key = vm.check_any(args, 1)?;
    let value = vm.check_any(args, 2)?;
    vm.raw_set(table, key, value)?;
    ret_first_args(args, 1)
}

fn getmetatable(vm: &mut Vm, args: Args) -> NativeResult {
    let value = vm.check_any(args, 0)?;
    let Some(metatable) = vm.metatable_of(value) else { return vm.ret1(RawValue::NIL) };
    let protection = vm.metamethod(value, Meta::Metatable);
    vm.ret1(if protection.is_nil() { metatable.into() } else { protection })
}

/// What compiled code knows `setmetatable` by.
pub(crate) const SETMETATABLE: crate::function::NativeFn = setmetatable;

fn setmetatable(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let metatable = check_metatable(vm, args, 1)?;
    if !vm.metamethod(table.into(), Meta::Metatable).is_nil() {
        return Err(vm.error("cannot change a protected metatable"));
    }
    table.set_metatable(&mut vm.heap, metatable)?;
    ret_first_args(args, 1)
}

/// An argument that is a table or, explicitly, nil.
pub(crate) fn check_metatable(vm: &mut Vm, args: Args, index: u32) -> Result<Option<Gc<Table>>, Raised> {
    match vm.arg_opt(args, index) {
        Some(value) if value.is_nil() => Ok(None),
        Some(value) if value.is_table() => Ok(value.as_table()),
        _ => Err(vm.arg_error(args, index, "nil or table expected")),
    }
}

fn select(vm: &mut Vm, args: Args) -> NativeResult {
    if let Some(text) = vm.arg(args, 0).as_string()
        && text.as_bytes().first() == Some(&b'#')
    {
        return vm.ret1(f64::from(args.count - 1));
    }
    let position = i64::from(vm.check_int(args, 0)?);
    let count = i64::from(args.count);
    let skipped = if position < 0 { count + position } else { position.min(count) };
    if skipped < 1 {
        return Err(vm.arg_error(args, 0, "index out of range"));
    }
    Ok(Ret { first: args.base + skipped as u32, count: (count - skipped) as u32 })
}

pub(crate) const UNPACK: crate::function::NativeFn = unpack;

fn unpack(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let first = i64::from(vm.opt_int(args, 1, 1)?);
    let last =
        if vm.arg(args, 2).is_nil() { table.len(&vm.heap) as i64 } else { i64::from(vm.check_int(args, 2)?) };
    if first > last {
        return vm.ret0();
    }
    let count = (last - first + 1) as u64;
    if count + u64::from(args.count) > MAX_UNPACKED {
        return Err(vm.error("too many results to unpack"));
    }
    for index in first..=last {
        let value = table.get_int(&vm.heap, index);
        vm.push(value)?;
    }
    vm.ret_top(count as u32)
}

// ---- iteration -------------------------------------------------------------------------------------------

fn next(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let key = vm.arg(args, 1);
    let Ok(entry) = table.entry_behind(&vm.heap, key) else {
        return Err(vm.error_value_str("invalid key to 'next'"));
    };
    match entry {
        Some((key, value)) => {
            vm.push(key)?;
            vm.push(value)?;
            vm.ret_top(2)
        }
        None => vm.ret1(RawValue::NIL),
    }
}

fn pairs(vm: &mut Vm, args: Args) -> NativeResult {
    vm.check_any(args, 0)?;
    if crate::ffi::arith::is_declared(vm.arg(args, 0)) {
        return iterate_cdata(vm, args, "__pairs");
    }
    let table = vm.check_table(args, 0)?;
    let next = upvalue(vm, args, 0);
    vm.push(next)?;
    vm.push(table.into())?;
    vm.push(RawValue::NIL)?;
    vm.ret_top(3)
}

/// `pairs` and `ipairs` of a C value: its metatype decides.
#[cold]
fn iterate_cdata(vm: &mut Vm, args: Args, event: &str) -> NativeResult {
    let value = vm.arg(args, 0);
    let ctype = value.as_cdata().expect("the caller has looked").ctype();
    let key = vm.heap.intern(event.as_bytes())?;
    let meta = vm.ffi.c.metatype(&vm.heap, ctype);
    let handler = meta.map_or(RawValue::NIL, |meta| meta.get_str(&vm.heap, key));
    if handler.is_nil() {
        let name = vm.ctype_name(ctype);
        return Err(vm.error(format!("'{name}' has no '{event}' metamethod")));
    }
    vm.call(handler, &[value])
}

fn ipairs(vm: &mut Vm, args: Args) -> NativeResult {
    vm.check_any(args, 0)?;
    let list = vm.arg(args, 0);
    if crate::ffi::arith::is_declared(list) {
        return iterate_cdata(vm, args, "__ipairs");
    }
    if let Some(step) = crate::ffi::list::ipairs(vm, list)? {
        vm.push(step)?;
        vm.push(list)?;
        vm.push(RawValue::number(0.0))?;
        return vm.ret_top(3);
    }
    let table = vm.check_table(args, 0)?;
    let step = upvalue(vm, args, 0);
    vm.push(step)?;
    vm.push(table.into())?;
    vm.push(RawValue::number(0.0))?;
    vm.ret_top(3)
}

fn ipairs_step(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let index = i64::from(vm.check_int(args, 1)?) + 1;
    let value = table.get_int(&vm.heap, index);
    if value.is_nil() {
        return vm.ret0();
    }
    vm.push(RawValue::number(index as f64))?;
    vm.push(value)?;
    vm.ret_top(2)
}
