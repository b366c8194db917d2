//! The `os` library. `clock`, `date`, `difftime` and `time` are for everyone, the rest for hosts that open all of it.

mod date;
mod process;
mod time;

pub(crate) use process::shell;

use super::{Builtin, Libraries, Library, add_functions, always, builtins};
use crate::table::Table;
use crate::value::Gc;
use crate::vm::{Raised, Vm};

pub(crate) const LIBRARY: Library = Library {
    name: "os",
    functions: builtins! {
        "clock" time::clock,
        "date" date::date,
        "difftime" time::difftime,
        "time" time::time,
    },
    open,
    wanted: always,
};

const SYSTEM_FUNCTIONS: &[Builtin] = builtins! {
    "execute" process::execute,
    "exit" process::exit,
    "getenv" process::getenv,
    "remove" process::remove,
    "rename" process::rename,
    "setlocale" process::setlocale,
    "tmpname" process::tmpname,
};

fn open(vm: &mut Vm, table: Gc<Table>, which: Libraries) -> Result<(), Raised> {
    if which.os {
        add_functions(vm, table, SYSTEM_FUNCTIONS, &[])?;
    }
    Ok(())
}
