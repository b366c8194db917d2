//! Where modules come from: `package.loaders` and `package.searchpath`.

use crate::stdlib::base::chunk::{compile, load_file};
use crate::stdlib::{
    Builtin, Libraries, add_functions, builtins, check_c_string, native, opt_c_string, path_of, up_to_zero,
    upvalue,
};
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

/// Loaders every VM has.
const LOADERS: &[Builtin] = builtins! {
    "loader_preload" preloaded,
};
/// Those for VMs that may read files.
const FILE_LOADERS: &[Builtin] = builtins! {
    "loader_lua" from_path,
    "loader_c" c_module,
    "loader_croot" c_root_module,
};

pub(super) fn open(
    vm: &mut Vm,
    package: Gc<Table>,
    loaders: Gc<Table>,
    which: Libraries,
) -> Result<(), Raised> {
    let files = if which.io { FILE_LOADERS } else { &[] };
    for (index, row) in LOADERS.iter().chain(files).enumerate() {
        let loader = native(vm, row, &[package.into()])?;
        vm.raw_set(loaders, RawValue::number(index as f64 + 1.0), loader)?;
    }
    if which.io {
        add_functions(vm, package, builtins! { "searchpath" searchpath, "loadlib" loadlib, }, &[])?;
    }
    Ok(())
}

/// `package.preload`, and behind it the host's loader.
fn preloaded(vm: &mut Vm, args: Args) -> NativeResult {
    let name = check_c_string(vm, args, 0)?.to_vec();
    let package = upvalue(vm, args, 0);
    let key = vm.heap.intern(b"preload")?;
    let preload = vm.index(package, key.into())?;
    if !preload.is_table() {
        return Err(vm.error("'package.preload' must be a table"));
    }
    let key = vm.new_string(&name)?;
    vm.push(key)?;
    let found = vm.index(preload, key)?;
    if !found.is_nil() {
        return vm.ret1(found);
    }
    let mut tried = [b"\n\tno field package.preload['", name.as_slice(), b"']"].concat();
    let Some(loader) = vm.hooks.module_loader.clone() else { return ret_text(vm, &tried) };
    match loader(&String::from_utf8_lossy(&name)) {
        Ok(source) => match compile(vm, &source.bytes, &source.chunk_name, None, None)? {
            Ok(function) => vm.ret1(function),
            Err(message) => {
                let file = source.chunk_name.strip_prefix(b"@").unwrap_or(&source.chunk_name).to_vec();
                Err(loading_failed(vm, &name, &file, &message))
            }
        },
        Err(also_tried) => {
            tried.extend_from_slice(also_tried.as_bytes());
            ret_text(vm, &tried)
        }
    }
}

fn from_path(vm: &mut Vm, args: Args) -> NativeResult {
    let name = check_c_string(vm, args, 0)?.to_vec();
    let path = path_field(vm, args, "path")?;
    let file = match search(&name, &path, b".", b"/") {
        Ok(file) => file,
        Err(tried) => return ret_text(vm, &tried),
    };
    match load_file(vm, Some(&file), None, None)? {
        Ok(function) => vm.ret1(function),
        Err(message) => Err(loading_failed(vm, &name, &file, &message)),
    }
}

/// C modules cannot be loaded, but are looked for, so that messages say so.
fn c_module(vm: &mut Vm, args: Args) -> NativeResult {
    let name = check_c_string(vm, args, 0)?.to_vec();
    find_c_module(vm, args, &name, &name)
}

/// A C module inside the library of its root package.
fn c_root_module(vm: &mut Vm, args: Args) -> NativeResult {
    let name = check_c_string(vm, args, 0)?.to_vec();
    match memchr::memchr(b'.', &name) {
        Some(dot) => find_c_module(vm, args, &name, &name[..dot]),
        None => vm.ret0(),
    }
}

fn find_c_module(vm: &mut Vm, args: Args, name: &[u8], searched: &[u8]) -> NativeResult {
    let path = path_field(vm, args, "cpath")?;
    match search(searched, &path, b".", b"/") {
        Ok(file) => Err(loading_failed(vm, name, &file, NO_C_MODULES)),
        Err(tried) => ret_text(vm, &tried),
    }
}

const NO_C_MODULES: &[u8] = b"dynamic libraries not enabled; check your Lua installation";

/// `package.loadlib`, which has nothing to load.
fn loadlib(vm: &mut Vm, args: Args) -> NativeResult {
    vm.check_string(args, 0)?;
    vm.check_string(args, 1)?;
    vm.push(RawValue::NIL)?;
    for text in [NO_C_MODULES, b"absent"] {
        let text = vm.new_string(text)?;
        vm.push(text)?;
    }
    vm.ret_top(3)
}

/// A search path among the fields of `package`.
fn path_field(vm: &mut Vm, args: Args, field: &str) -> Result<Vec<u8>, Raised> {
    let package = upvalue(vm, args, 0);
    let key = vm.heap.intern(field.as_bytes())?;
    let path = vm.index(package, key.into())?;
    match vm.coerce(path)? {
        Some(path) => Ok(up_to_zero(path.as_bytes()).to_vec()),
        None => Err(vm.error(format!("'package.{field}' must be a string"))),
    }
}

fn loading_failed(vm: &mut Vm, name: &[u8], file: &[u8], message: &[u8]) -> Raised {
    vm.error([b"error loading module '", name, b"' from file '", file, b"':\n\t", message].concat())
}

fn searchpath(vm: &mut Vm, args: Args) -> NativeResult {
    // The last argument is looked at first.
    let folder_separator = opt_c_string(vm, args, 3)?.unwrap_or(b"/");
    let separator = opt_c_string(vm, args, 2)?.unwrap_or(b".");
    let path = check_c_string(vm, args, 1)?;
    let name = check_c_string(vm, args, 0)?;
    match search(name, path, separator, folder_separator) {
        Ok(file) => ret_text(vm, &file),
        Err(tried) => {
            vm.push(RawValue::NIL)?;
            let tried = vm.new_string(&tried)?;
            vm.push(tried)?;
            vm.ret_top(2)
        }
    }
}

/// The first readable file among a path's templates, or the list of those tried.
fn search(name: &[u8], path: &[u8], separator: &[u8], folder_separator: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    let name = if separator.is_empty() { name.to_vec() } else { replace(name, separator, folder_separator) };
    let mut tried = Vec::new();
    for template in path.split(|&byte| byte == b';').filter(|template| !template.is_empty()) {
        let file = replace(template, b"?", &name);
        if std::fs::File::open(path_of(&file)).is_ok() {
            return Ok(file);
        }
        tried.extend_from_slice(&[b"\n\tno file '", file.as_slice(), b"'"].concat());
    }
    Err(tried)
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut copied = 0;
    for start in memchr::memmem::find_iter(text, from) {
        out.extend_from_slice(&text[copied..start]);
        out.extend_from_slice(to);
        copied = start + from.len();
    }
    out.extend_from_slice(&text[copied..]);
    out
}

fn ret_text(vm: &mut Vm, text: &[u8]) -> NativeResult {
    let text = vm.new_string(text)?;
    vm.ret1(text)
}
