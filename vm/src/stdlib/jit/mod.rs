//! The `jit` library: `on`, `off`, `flush` and `status` are about the compiler, if the VM has one (`interp/compiled.rs`); `jit.util`
//! (`util.rs`) looks into functions, `jit.bc` (`bc.rs`) lists their bytecode, and `jit.opt` checks the flags it is given and passes parameters on.

mod bc;
mod listen;
mod opt;
mod profile;
mod traces;
mod util;

use super::{
    Builtin, Libraries, Library, add_functions, always, builtins, check_option, loaded_modules, native,
    preloaded_modules,
};
use crate::function::{FunctionView, Proto};
use crate::instantiate::child_proto;
use crate::interp::compiled::Control;
use crate::rt::frames::function_at_level;
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(crate) const LIBRARY: Library = Library {
    name: "jit",
    functions: builtins! {
        "attach" attach,
        "flush" flush,
        "off" off,
        "on" on,
        "security" security,
        "status" status,
    },
    open,
    wanted: always,
};

/// Modules that are made when they are required.
const PRELOADED: &[(&str, Builtin)] = &[
    ("jit.bc", Builtin::new("jit.bc", bc::make, crate::function::Special::None)),
    ("jit.p", Builtin::new("jit.p", profile::make_p, crate::function::Special::None)),
    ("jit.profile", Builtin::new("jit.profile", profile::make, crate::function::Special::None)),
    ("jit.zone", Builtin::new("jit.zone", profile::make_zone, crate::function::Special::None)),
    ("jit.dump", Builtin::new("jit.dump", listen::make_dump, crate::function::Special::None)),
    ("jit.v", Builtin::new("jit.v", listen::make_v, crate::function::Special::None)),
    ("jit.util", Builtin::new("jit.util", util::make, crate::function::Special::None)),
];

/// That of the LuaJIT whose dialect this is.
const VERSION_NUMBER: f64 = 20199.0;
const VERSION: &str = concat!("Perilune ", env!("CARGO_PKG_VERSION"), " (LuaJIT 2.1)");

fn open(vm: &mut Vm, table: Gc<Table>, libraries: Libraries) -> Result<(), Raised> {
    vm.hooks.writes_files = libraries.io;
    for (name, text) in [("version", VERSION), ("os", os_name()), ("arch", arch_name())] {
        let text = vm.new_string(text.as_bytes())?;
        vm.raw_set_name(table, name, text)?;
    }
    vm.raw_set_name(table, "version_num", RawValue::number(VERSION_NUMBER))?;
    let options = vm.new_table(0, 1)?;
    vm.raw_set_name(table, "opt", options.into())?;
    add_functions(vm, options, opt::FUNCTIONS, &[])?;
    let loaded = loaded_modules(vm)?;
    vm.raw_set_name(loaded, "jit.opt", options.into())?;
    let preload = preloaded_modules(vm)?;
    for (name, maker) in PRELOADED {
        let maker = native(vm, maker, &[])?;
        vm.raw_set_name(preload, name, maker)?;
    }
    Ok(())
}

fn os_name() -> &'static str {
    match std::env::consts::OS {
        "linux" | "android" => "Linux",
        "macos" | "ios" => "OSX",
        "windows" => "Windows",
        "freebsd" | "netbsd" | "openbsd" | "dragonfly" => "BSD",
        _ if cfg!(unix) => "POSIX",
        _ => "Other",
    }
}

fn arch_name() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        "powerpc" => "ppc",
        other => other,
    }
}

fn on(vm: &mut Vm, args: Args) -> NativeResult {
    switch(vm, args, true)
}

fn off(vm: &mut Vm, args: Args) -> NativeResult {
    switch(vm, args, false)
}

/// `jit.on` and `jit.off`.
fn switch(vm: &mut Vm, args: Args, on: bool) -> NativeResult {
    if vm.arg(args, 0).is_nil() {
        (vm.compiled.control)(vm, Control::Switch(on));
        return vm.ret0();
    }
    for proto in named_functions(vm, args)? {
        (vm.compiled.control)(vm, Control::SwitchFor(proto, on));
    }
    vm.ret0()
}

/// The functions that the arguments of `on`, `off` and `flush` name: one, `true` being the caller; with `true` behind it those inside it too, with
/// `false` only those.
fn named_functions(vm: &mut Vm, args: Args) -> Result<Vec<Gc<Proto>>, Raised> {
    let subject = vm.arg(args, 0);
    let function = if subject == RawValue::TRUE { function_at_level(vm, 1) } else { subject.as_function() };
    let Some(FunctionView::Lua(closure)) = function.map(Gc::view) else {
        return Err(vm.arg_type_error(args, 0, "function"));
    };
    let (itself, inner) = match vm.arg(args, 1) {
        RawValue::TRUE => (true, true),
        RawValue::FALSE => (false, true),
        _ => (true, false),
    };
    let mut protos = vec![closure.proto()];
    let mut next = 0;
    while inner && next < protos.len() {
        let proto = protos[next];
        next += 1;
        // SAFETY: a live prototype: it is reached from the closure, an argument.
        #[allow(unsafe_code, reason = "reads a prototype")]
        let children = unsafe { &(*proto.as_ptr()).children };
        let count = children.len();
        for index in 0..count {
            protos.push(child_proto(&mut vm.heap, proto, index)?);
        }
    }
    if !itself {
        protos.remove(0);
    }
    Ok(protos)
}

/// `jit.flush`, which also takes the number of a trace.
fn flush(vm: &mut Vm, args: Args) -> NativeResult {
    let subject = vm.arg(args, 0);
    if subject.is_number() {
        let number = vm.check_int(args, 0)?;
        (vm.compiled.control)(vm, Control::FlushRegion(number.max(0) as u32));
    } else if subject.is_nil() {
        (vm.compiled.control)(vm, Control::Flush);
    } else {
        for proto in named_functions(vm, args)? {
            (vm.compiled.control)(vm, Control::FlushFor(proto));
        }
    }
    vm.ret0()
}

/// The optimisations, by the names LuaJIT has for them.
const OPTIMISATIONS: &[&str] = &["fold", "cse", "dce", "fwd", "narrow", "loop", "sink"];

/// Whether there is a compiler and it is on; if there is one, what it does.
fn status(vm: &mut Vm, _: Args) -> NativeResult {
    let is_on = (vm.compiled.control)(vm, Control::Status);
    vm.push(is_on.into())?;
    let names = if vm.compiled.state.is_some() { OPTIMISATIONS } else { &[] };
    for name in names {
        let name = vm.new_string(name.as_bytes())?;
        vm.push(name)?;
    }
    vm.ret_top(1 + names.len() as u32)
}

/// How much is done for safety: seeds are random, string hashes are seeded, code pages are never writable.
fn security(vm: &mut Vm, args: Args) -> NativeResult {
    check_option(vm, args, 0, None, &["prng", "strhash", "strid", "mcode"])?;
    vm.ret1(1.0)
}

/// Handlers are for events of a compiler; none come.
fn attach(vm: &mut Vm, args: Args) -> NativeResult {
    vm.check_function(args, 0)?;
    vm.opt_string(args, 1)?;
    vm.ret0()
}

/// A module's table, for the function that makes it.
fn module(vm: &mut Vm, functions: &[Builtin]) -> NativeResult {
    let table = vm.new_table(0, functions.len())?;
    vm.push(table.into())?;
    add_functions(vm, table, functions, &[])?;
    vm.ret_top(1)
}

/// An argument that must be a function written in Lua.
fn check_closure(vm: &mut Vm, args: Args, index: u32) -> Result<Gc<crate::function::LuaFunction>, Raised> {
    match vm.arg(args, index).as_function().map(Gc::view) {
        Some(FunctionView::Lua(closure)) => Ok(closure),
        Some(FunctionView::Native(_)) | None => Err(vm.arg_type_error(args, index, "function")),
    }
}
