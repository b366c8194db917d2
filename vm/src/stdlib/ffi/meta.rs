//! Metatables of the library: C values, libraries, callbacks; and `ffi.metatype`.

use super::{check_type, values};
use crate::ffi::access::tostring;
use crate::ffi::ccall::library::Library;
use crate::ffi::cconv::type_object;
use crate::ffi::ctab::Kind;
use crate::rt::meta::Meta;
use crate::stdlib::{Libraries, add_functions, builtins, loaded_modules, numbers, upvalue};
use crate::string::LuaString;
use crate::table::Table;
use crate::userdata::UserData;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

/// `ffi.C`, `ffi.os`, `ffi.arch`, and the metatables.
pub(super) fn open(vm: &mut Vm, table: Gc<Table>, _: Libraries) -> Result<(), Raised> {
    let base = vm.new_table(0, 20)?;
    let functions = builtins! {
        "__index" index,
        "__newindex" new_index,
        "__eq" equals,
        "__len" length,
        "__lt" less_than,
        "__le" less_equal,
        "__concat" concat,
        "__call" call,
        "__add" add,
        "__sub" sub,
        "__mul" mul,
        "__div" div,
        "__mod" modulo,
        "__pow" pow,
        "__unm" unm,
        "__tostring" to_string,
    };
    add_functions(vm, base, functions, &[])?;
    numbers::number_functions(vm, base, "ffi metatable")?;
    let name = vm.new_string(b"ffi")?;
    vm.raw_set_name(base, "__metatable", name)?;
    vm.heap.roots.pinned.push(base.into());
    vm.ffi.c.base = Some(base);

    let callbacks = vm.new_table(0, 2)?;
    add_functions(vm, callbacks, builtins! { "free" free_callback, "set" set_callback, }, &[])?;
    numbers::number_functions(vm, callbacks, "ffi callback")?;
    vm.heap.roots.pinned.push(callbacks.into());
    vm.ffi.c.callback_methods = Some(callbacks);

    let library = vm.new_table(0, 2)?;
    let functions = builtins! { "__index" index_library, "__newindex" assign_library, };
    add_functions(vm, library, functions, &[])?;
    numbers::number_functions(vm, library, "ffi clib")?;
    vm.heap.roots.pinned.push(library.into());
    let load = crate::stdlib::native(vm, &LOAD, &[library.into()])?;
    vm.raw_set_name(table, "load", load)?;
    let symbols = vm.new_library(None, library)?;
    vm.raw_set_name(table, "C", symbols.into())?;
    for (key, value) in [("os", OS), ("arch", ARCH)] {
        let value = vm.new_string(value.as_bytes())?;
        vm.raw_set_name(table, key, value)?;
    }
    // Scripts get the library by `require`, not from a global.
    let globals = crate::stdlib::globals(vm);
    vm.raw_set_name(globals, "ffi", RawValue::NIL)?;
    let loaded = loaded_modules(vm)?;
    vm.raw_set_name(loaded, "ffi", table.into())
}

const LOAD: crate::stdlib::Builtin =
    crate::stdlib::Builtin::new("load", load, crate::function::Special::None);

const OS: &str = if cfg!(windows) {
    "Windows"
} else if cfg!(target_os = "linux") {
    "Linux"
} else if cfg!(target_os = "macos") {
    "OSX"
} else if cfg!(any(target_os = "freebsd", target_os = "netbsd", target_os = "openbsd")) {
    "BSD"
} else if cfg!(unix) {
    "POSIX"
} else {
    "Other"
};

const ARCH: &str = if cfg!(target_arch = "x86_64") {
    "x64"
} else if cfg!(target_arch = "aarch64") {
    "arm64"
} else if cfg!(target_arch = "x86") {
    "x86"
} else if cfg!(target_arch = "arm") {
    "arm"
} else {
    "other"
};

pub(super) fn metatype(vm: &mut Vm, args: Args) -> NativeResult {
    let ctype = check_type(vm, args, false)?;
    let table = vm.check_table(args, 1)?;
    if !matches!(vm.ffi.c.table.kind(ctype), Kind::Record(_) | Kind::Complex(_) | Kind::Vector(_)) {
        return Err(vm.arg_error(args, 0, "invalid C type"));
    }
    if vm.host_type(ctype).is_some() {
        let name = vm.ctype_name(ctype);
        return Err(vm.error(format!(
            "{name} has its methods in the global table {name}: add functions to that, as in function {name}:twice() return self * 2 end"
        )));
    }
    if !vm.ffi.c.set_metatype(&mut vm.heap, ctype, table) {
        return Err(vm.error("cannot change a protected metatable"));
    }
    vm.heap.method_epoch += 1;
    // Compiled code takes for granted what types have.
    vm.flush_compiled();
    let object = vm.new_type_object(ctype)?;
    vm.ret1(object)
}

// ---- libraries ---------------------------------------------------------------------------------------------

pub(super) fn load(vm: &mut Vm, args: Args) -> NativeResult {
    let name = vm.check_string(args, 0)?;
    vm.check_unrestricted("loading a C library")?;
    let is_global = vm.arg(args, 1).is_truthy();
    let meta = upvalue(vm, args, 0).as_table().expect("the library was opened with it");
    let library = vm.new_library(Some((name.as_bytes(), is_global)), meta)?;
    vm.ret1(library)
}

fn check_library(vm: &mut Vm, args: Args) -> Result<(Gc<UserData>, Gc<LuaString>), Raised> {
    let library = vm.check_userdata::<Library>(args, 0, "userdata")?;
    let Some(name) = vm.arg(args, 1).as_string() else { return Err(vm.arg_type_error(args, 1, "string")) };
    Ok((library, name))
}

fn index_library(vm: &mut Vm, args: Args) -> NativeResult {
    let (library, name) = check_library(vm, args)?;
    let value = vm.index_library(library, name)?;
    vm.ret1(value)
}

fn assign_library(vm: &mut Vm, args: Args) -> NativeResult {
    let (library, name) = check_library(vm, args)?;
    let value = vm.arg(args, 2);
    vm.assign_library(library, name, value)?;
    vm.ret0()
}

// ---- callbacks ---------------------------------------------------------------------------------------------

fn free_callback(vm: &mut Vm, args: Args) -> NativeResult {
    vm.set_callback(args, RawValue::NIL)
}

fn set_callback(vm: &mut Vm, args: Args) -> NativeResult {
    let function = vm.check_function(args, 1)?;
    vm.set_callback(args, function)
}

// ---- C values ----------------------------------------------------------------------------------------------

fn call(vm: &mut Vm, args: Args) -> NativeResult {
    let Some(cdata) = vm.arg(args, 0).as_cdata() else { return Err(vm.arg_type_error(args, 0, "cdata")) };
    let (ctype, event) = match type_object(cdata) {
        Some(ctype) => (ctype, NEW),
        None => {
            if let Some(ret) = vm.call_c(args)? {
                return Ok(ret);
            }
            (cdata.ctype(), Meta::Call.name())
        }
    };
    let handler = match vm.ffi.c.metatype(&vm.heap, ctype) {
        Some(meta) => {
            let key = vm.heap.intern(event.as_bytes())?;
            meta.get_str(&vm.heap, key)
        }
        None => RawValue::NIL,
    };
    if !handler.is_nil() {
        let arguments: Vec<RawValue> = (0..args.count).map(|index| vm.arg(args, index)).collect();
        return vm.call(handler, &arguments);
    }
    if event == NEW {
        return values::new_of(vm, ctype, args);
    }
    // LuaJIT names what a pointer points at.
    let named = match vm.ffi.c.table.kind(ctype) {
        Kind::Pointer(to) | Kind::Reference(to) if ctype.is_declared() => to,
        _ => ctype,
    };
    let name = vm.ctype_name(named);
    Err(vm.error(format!("'{name}' is not callable")))
}

/// The metamethod of a type object being called.
const NEW: &str = "__new";

fn to_string(vm: &mut Vm, args: Args) -> NativeResult {
    let Some(cdata) = vm.arg(args, 0).as_cdata() else { return Err(vm.arg_type_error(args, 0, "cdata")) };
    let text = tostring(vm, cdata)?;
    vm.ret1(text)
}

fn check_cdata(vm: &mut Vm, args: Args) -> Result<(), Raised> {
    if args.count < 2 || !vm.arg(args, 0).is_cdata() && !vm.arg(args, 1).is_cdata() {
        return Err(vm.arg_type_error(args, 0, "cdata"));
    }
    Ok(())
}

fn index(vm: &mut Vm, args: Args) -> NativeResult {
    check_cdata(vm, args)?;
    let value = vm.index(vm.arg(args, 0), vm.arg(args, 1))?;
    vm.ret1(value)
}

fn new_index(vm: &mut Vm, args: Args) -> NativeResult {
    check_cdata(vm, args)?;
    vm.set_index(vm.arg(args, 0), vm.arg(args, 1), vm.arg(args, 2))?;
    vm.ret0()
}

fn operate(vm: &mut Vm, args: Args, event: Meta) -> NativeResult {
    use crate::ffi::carith::Outcome;
    check_cdata(vm, args)?;
    let (left, right) = (vm.arg(args, 0), vm.arg(args, 1));
    match crate::ffi::carith::operate(vm, event, left, right)? {
        Outcome::Done(value) => vm.ret1(value),
        Outcome::Call(handler) => {
            let value = vm.call1(handler, &[left, right])?;
            vm.ret1(value)
        }
    }
}

macro_rules! operators {
    ($($name:ident $event:ident,)+) => {
        $(fn $name(vm: &mut Vm, args: Args) -> NativeResult {
            operate(vm, args, Meta::$event)
        })+
    };
}

operators! {
    equals Eq,
    length Len,
    less_than Lt,
    less_equal Le,
    concat Concat,
    add Add,
    sub Sub,
    mul Mul,
    div Div,
    modulo Mod,
    pow Pow,
    unm Unm,
}
