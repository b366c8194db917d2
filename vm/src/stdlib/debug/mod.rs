//! The `debug` library. `traceback` and `getinfo` are for everyone; the rest, which reaches into other functions' variables and into
//! metatables, is for hosts that open all of it.

mod console;
mod hook;
mod info;
mod values;
mod variables;

use super::{Builtin, Libraries, Library, add_functions, always, builtins};
use crate::table::Table;
use crate::thread::Thread;
use crate::value::Gc;
use crate::vm::{Args, Raised, Vm};

pub(crate) const LIBRARY: Library = Library {
    name: "debug",
    functions: builtins! {
        "getinfo" info::getinfo,
        "traceback" info::traceback,
    },
    open,
    wanted: always,
};

const POWERFUL_FUNCTIONS: &[Builtin] = builtins! {
    "debug" console::debug,
    "getfenv" values::getfenv,
    "gethook" hook::gethook,
    "getlocal" variables::getlocal,
    "getmetatable" values::getmetatable,
    "getregistry" values::getregistry,
    "getupvalue" variables::getupvalue,
    "setfenv" values::setfenv,
    "sethook" hook::sethook,
    "setlocal" variables::setlocal,
    "setmetatable" values::setmetatable,
    "setupvalue" variables::setupvalue,
    "upvalueid" variables::upvalueid,
    "upvaluejoin" variables::upvaluejoin,
};

fn open(vm: &mut Vm, table: Gc<Table>, which: Libraries) -> Result<(), Raised> {
    if which.debug {
        add_functions(vm, table, POWERFUL_FUNCTIONS, &[])?;
    }
    Ok(())
}

/// The coroutine a call is about, and the index of the argument after it.
fn thread_arg(vm: &Vm, args: Args) -> (Gc<Thread>, u32) {
    match vm.arg(args, 0).as_thread() {
        Some(thread) => (thread, 1),
        None => (vm.thread, 0),
    }
}
