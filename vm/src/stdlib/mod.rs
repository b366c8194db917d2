//! The standard library.
//!
//! Each library is a file (or folder) with one table of rows, `"name" rust_function`, wrapped in a constant
//! [`Library`]; [`LIBRARIES`] lists them all. A native's signature and the rules it follows are in `vm/mod.rs`.
//!
//! To add a function: a row in its library's table, and the function. `fast.rs` has the short forms of the functions that are called most.

mod base;
mod bit;
mod buffer;
mod coroutine;
mod debug;
mod fast;
mod ffi;
mod io;
mod jit;
mod math;
mod numbers;
mod os;
mod package;
mod string;
mod table;

pub(crate) use self::ffi::{FFI_CAST, FFI_NEW};
pub(crate) use base::{SETMETATABLE, UNPACK};
pub(crate) use table::INSERT;

pub(crate) use string::Patterns;

use crate::function::{FunctionView, NativeFn, Special, copy_native, new_native};
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

/// A function of a library.
pub(crate) struct Builtin {
    name: &'static str,
    function: NativeFn,
    special: Special,
}

/// A library.
pub(crate) struct Library {
    /// The global that holds its table; `_G` for the base library.
    pub(crate) name: &'static str,
    /// Its functions.
    pub(crate) functions: &'static [Builtin],
    /// What else there is to do, after the functions are in the table: constants, metatables.
    pub(crate) open: fn(&mut Vm, Gc<Table>, Libraries) -> Result<(), Raised>,
    /// Whether a set of libraries has it.
    pub(crate) wanted: fn(Libraries) -> bool,
}

/// The rows of a library: `"name" function,`, or `"name" function as Special,` for one that the interpreter runs itself.
macro_rules! builtins {
    (@special) => { $crate::function::Special::None };
    (@special $special:ident) => { $crate::function::Special::$special };
    ($($name:literal $function:path $(as $special:ident)?,)*) => {
        &[$($crate::stdlib::Builtin::new($name, $function, builtins!(@special $($special)?)),)*]
    };
}
pub(crate) use builtins;

/// All libraries, in the order in which they are opened.
const LIBRARIES: &[&Library] = &[
    &base::LIBRARY,
    &package::LIBRARY,
    &coroutine::LIBRARY,
    &table::LIBRARY,
    &io::LIBRARY,
    &os::LIBRARY,
    &string::LIBRARY,
    &math::LIBRARY,
    &debug::LIBRARY,
    &bit::LIBRARY,
    &jit::LIBRARY,
    &ffi::LIBRARY,
];

/// Which libraries a VM gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Libraries {
    /// The `io` library, and `dofile` and `loadfile`.
    pub io: bool,
    /// All of `os`; without it only `clock`, `date`, `difftime` and `time`.
    pub os: bool,
    /// All of `debug`; without it only `traceback` and `getinfo`.
    pub debug: bool,
}

impl Libraries {
    /// What a script can do no harm with: no files, no processes, no access to other functions' variables.
    pub const SAFE: Libraries = Libraries { io: false, os: false, debug: false };
    /// Everything, as a command-line Lua has it.
    pub const ALL: Libraries = Libraries { io: true, os: true, debug: true };
}

impl Default for Libraries {
    fn default() -> Libraries {
        Libraries::SAFE
    }
}

impl Builtin {
    pub(crate) const fn new(name: &'static str, function: NativeFn, special: Special) -> Builtin {
        Builtin { name, function, special }
    }
}

/// Opens the wanted libraries in a new VM, whose globals table and registry exist but are empty.
///
/// # Errors
/// When the memory limit is reached.
pub(crate) fn open_libraries(vm: &mut Vm, which: Libraries) -> Result<(), Raised> {
    let globals = globals(vm);
    let loaded = loaded_modules(vm)?;
    for library in LIBRARIES {
        if !(library.wanted)(which) {
            continue;
        }
        let table = if library.name == "_G" { globals } else { vm.new_table(0, library.functions.len())? };
        add_functions(vm, table, library.functions, &[])?;
        if library.name != "_G" {
            vm.raw_set_name(globals, library.name, table.into())?;
        }
        vm.raw_set_name(loaded, library.name, table.into())?;
        (library.open)(vm, table, which)?;
        numbers::number_functions(vm, table, library.name)?;
        fast::add_short_forms(vm, library.name, table)?;
    }
    Ok(())
}

/// Puts functions into a table, each with the same upvalues.
pub(crate) fn add_functions(
    vm: &mut Vm,
    table: Gc<Table>,
    functions: &[Builtin],
    upvalues: &[RawValue],
) -> Result<(), Raised> {
    for row in functions {
        let value = native(vm, row, upvalues)?;
        vm.raw_set_name(table, row.name, value)?;
    }
    Ok(())
}

/// The function of a row, with upvalues.
pub(crate) fn native(vm: &mut Vm, row: &Builtin, upvalues: &[RawValue]) -> Result<RawValue, Raised> {
    let globals = globals(vm);
    Ok(new_native(&mut vm.heap, row.name, row.function, globals, upvalues, row.special)?.into())
}

/// A copy of the native that is the first upvalue of the running one, with upvalues of its own.
pub(crate) fn copy_of_upvalue(vm: &mut Vm, args: Args, upvalues: &[RawValue]) -> Result<RawValue, Raised> {
    match upvalue(vm, args, 0).as_function().map(Gc::view) {
        Some(FunctionView::Native(template)) => Ok(copy_native(&mut vm.heap, template, upvalues)?.into()),
        Some(FunctionView::Lua(_)) | None => unreachable!("the library made it a native"),
    }
}

/// An upvalue of the running native.
#[inline]
pub(crate) fn upvalue(vm: &Vm, args: Args, index: usize) -> RawValue {
    match running(vm, args) {
        FunctionView::Native(native) => native.upvalue(index),
        FunctionView::Lua(_) => unreachable!("the function below a native's arguments is that native"),
    }
}

/// How many upvalues the running native has.
pub(crate) fn upvalue_count(vm: &Vm, args: Args) -> usize {
    match running(vm, args) {
        FunctionView::Native(native) => native.upvalue_count(),
        FunctionView::Lua(_) => unreachable!("the function below a native's arguments is that native"),
    }
}

/// Replaces an upvalue of the running native.
pub(crate) fn set_upvalue(vm: &mut Vm, args: Args, index: usize, value: RawValue) {
    match running(vm, args) {
        FunctionView::Native(native) => native.set_upvalue(&mut vm.heap, index, value),
        FunctionView::Lua(_) => unreachable!("the function below a native's arguments is that native"),
    }
}

/// A callee lies in the slot below its arguments.
fn running(vm: &Vm, args: Args) -> FunctionView {
    let callee = vm.slot(args.base - 1).as_function();
    callee.expect("the slot below a native's arguments holds the native").view()
}

/// The globals table.
pub(crate) fn globals(vm: &Vm) -> Gc<Table> {
    vm.heap.roots.globals.expect("a VM has globals from its creation")
}

/// `package.loaded`, which lives in the registry so that `require` works whatever a script does to `package`.
pub(crate) fn loaded_modules(vm: &mut Vm) -> Result<Gc<Table>, Raised> {
    registry_table(vm, b"_LOADED")
}

/// `package.preload`, where libraries leave loaders for modules that appear when they are required.
pub(crate) fn preloaded_modules(vm: &mut Vm) -> Result<Gc<Table>, Raised> {
    registry_table(vm, b"_PRELOAD")
}

/// A table kept in the registry, made when first asked for.
fn registry_table(vm: &mut Vm, name: &[u8]) -> Result<Gc<Table>, Raised> {
    let registry = vm.heap.roots.registry.expect("a VM has a registry from its creation");
    let key = vm.heap.intern(name)?;
    if let Some(table) = registry.get_str(&vm.heap, key).as_table() {
        return Ok(table);
    }
    let table = vm.new_table(0, 16)?;
    vm.raw_set(registry, key.into(), table.into())?;
    Ok(table)
}

/// An argument that names one of several options; `default` when it is nil or absent.
pub(crate) fn check_option(
    vm: &mut Vm,
    args: Args,
    index: u32,
    default: Option<usize>,
    options: &[&str],
) -> Result<usize, Raised> {
    if let Some(default) = default
        && vm.arg(args, index).is_nil()
    {
        return Ok(default);
    }
    let given = vm.check_string(args, index)?;
    match options.iter().position(|option| option.as_bytes() == given.as_bytes()) {
        Some(found) => Ok(found),
        None => {
            let message = [b"invalid option '", up_to_zero(given.as_bytes()), b"'"].concat();
            Err(vm.arg_error(args, index, message))
        }
    }
}

/// A string argument that goes to the system: it ends where C would see its end.
pub(crate) fn check_c_string<'a>(vm: &mut Vm, args: Args, index: u32) -> Result<&'a [u8], Raised> {
    vm.check_string(args, index).map(|string| up_to_zero(string.as_bytes()))
}

/// `check_c_string`, `None` for nil or none.
pub(crate) fn opt_c_string<'a>(vm: &mut Vm, args: Args, index: u32) -> Result<Option<&'a [u8]>, Raised> {
    if vm.arg(args, index).is_nil() { Ok(None) } else { check_c_string(vm, args, index).map(Some) }
}

/// What C makes of a string: it ends at the first zero byte.
pub(crate) fn up_to_zero(bytes: &[u8]) -> &[u8] {
    memchr::memchr(0, bytes).map_or(bytes, |end| &bytes[..end])
}

/// The Rust side of functions that the interpreter runs itself ([`Special`]): never called.
pub(crate) fn run_by_interpreter(_: &mut Vm, _: Args) -> NativeResult {
    unreachable!("the interpreter runs this function itself")
}

/// For a library with nothing but functions.
pub(crate) fn no_more(_: &mut Vm, _: Gc<Table>, _: Libraries) -> Result<(), Raised> {
    Ok(())
}

/// For a library that every VM has.
pub(crate) fn always(_: Libraries) -> bool {
    true
}

/// A path of the file system from a Lua string.
pub(crate) fn path_of(bytes: &[u8]) -> std::path::PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        std::ffi::OsStr::from_bytes(bytes).into()
    }
    #[cfg(not(unix))]
    {
        String::from_utf8_lossy(bytes).into_owned().into()
    }
}
