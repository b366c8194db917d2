//! The `package` library, `require` and `module`.
//!
//! Modules come from `package.preload`, from the host's loader ([`crate::hooks::ModuleLoader`]) and, in a VM that may read files,
//! from the templates of `package.path`.

mod legacy;
mod loaders;

use super::{
    Libraries, Library, add_functions, always, builtins, check_c_string, globals, loaded_modules,
    preloaded_modules, upvalue,
};
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(crate) const LIBRARY: Library = Library {
    name: "package",
    functions: builtins! {
        "seeall" legacy::seeall,
    },
    open,
    wanted: always,
};

/// Where `require` looks for files when `LUA_PATH` does not say.
const DEFAULT_PATH: &str = "./?.lua;/usr/local/share/luajit-2.1/?.lua;/usr/local/share/lua/5.1/?.lua;/usr/local/share/lua/5.1/?/init.lua";
/// Where `require` looks for libraries, which it cannot load, when `LUA_CPATH` does not say.
const DEFAULT_C_PATH: &str = "./?.so;/usr/local/lib/lua/5.1/?.so;/usr/local/lib/lua/5.1/loadall.so";
/// Folder separator, template separator, template mark and two marks of C loaders, as scripts look them up.
const CONFIG: &[u8] = b"/\n;\n?\n!\n-\n";
/// In `package.loaded` while a module loads: no script can make this value.
const LOADING: u64 = u32::MAX as u64;

fn open(vm: &mut Vm, package: Gc<Table>, which: Libraries) -> Result<(), Raised> {
    let loaded = loaded_modules(vm)?;
    let preload = preloaded_modules(vm)?;
    let loaders = vm.new_table(3, 0)?;
    let search = |variable, default| if which.io { search_path(variable, default) } else { Vec::new() };
    let path = vm.new_string(&search("LUA_PATH", DEFAULT_PATH))?;
    let c_path = vm.new_string(&search("LUA_CPATH", DEFAULT_C_PATH))?;
    let config = vm.new_string(CONFIG)?;
    for (name, value) in [
        ("loaded", loaded.into()),
        ("preload", preload.into()),
        ("loaders", loaders.into()),
        ("path", path),
        ("cpath", c_path),
        ("config", config),
    ] {
        vm.raw_set_name(package, name, value)?;
    }
    loaders::open(vm, package, loaders, which)?;
    let globals = globals(vm);
    add_functions(vm, globals, builtins! { "require" require, "module" legacy::module, }, &[package.into()])
}

/// The value of an environment variable, in which `;;` stands for the default.
fn search_path(variable: &str, default: &str) -> Vec<u8> {
    match std::env::var_os(variable) {
        Some(path) => path.to_string_lossy().replace(";;", &format!(";{default};")).into_bytes(),
        None => default.as_bytes().to_vec(),
    }
}

fn require(vm: &mut Vm, args: Args) -> NativeResult {
    let name = check_c_string(vm, args, 0)?;
    let name = vm.heap.intern(name)?;
    // Cut short or not interned before, it is nobody else's.
    vm.push(name.into())?;
    let loaded = loaded_modules(vm)?;
    let known = vm.index(loaded.into(), name.into())?;
    if known == RawValue::light(LOADING) {
        return Err(vm.error([b"loop or previous error loading module '", name.as_bytes(), b"'"].concat()));
    }
    if known.is_truthy() {
        return vm.ret1(known);
    }
    let chunk = find(vm, args, name.into())?;
    vm.push(chunk)?;
    vm.set_index(loaded.into(), name.into(), RawValue::light(LOADING))?;
    let result = vm.call1(chunk, &[name.into()])?;
    if !result.is_nil() {
        vm.set_index(loaded.into(), name.into(), result)?;
    }
    let mut module = vm.index(loaded.into(), name.into())?;
    if module == RawValue::light(LOADING) {
        module = RawValue::TRUE;
        vm.set_index(loaded.into(), name.into(), module)?;
    }
    vm.ret1(module)
}

/// Asks the loaders in turn for the function that makes the module.
fn find(vm: &mut Vm, args: Args, name: RawValue) -> Result<RawValue, Raised> {
    let package = upvalue(vm, args, 0);
    let key = vm.heap.intern(b"loaders")?;
    let loaders = vm.index(package, key.into())?;
    let Some(table) = loaders.as_table() else {
        return Err(vm.error("'package.loaders' must be a table"));
    };
    vm.push(loaders)?;
    let mut tried = Vec::new();
    for index in 1.. {
        let loader = table.get_int(&vm.heap, index);
        if loader.is_nil() {
            break;
        }
        let answer = vm.call1(loader, &[name])?;
        if answer.is_function() {
            return Ok(answer);
        }
        if let Some(text) = vm.coerce(answer)? {
            tried.extend_from_slice(text.as_bytes());
        }
    }
    let name = name.as_string().expect("checked by `require`");
    Err(vm.error([b"module '", name.as_bytes(), b"' not found:", tried.as_slice()].concat()))
}
