//! The standard library.
//!
//! Each library is a file (or folder) with one table of rows, `"name" rust_function`, wrapped in a constant
//! [`Library`]; [`LIBRARIES`] lists them all. A native's signature and the rules it follows are in `vm.rs`.
//!
//! To add a function: a row in its library's table, and the function.

mod string;

use crate::function::{NativeFn, Special, new_native};
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

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
const LIBRARIES: &[&Library] = &[];

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

/// Opens the wanted libraries in a new VM, whose globals table and type metatables exist but are empty.
///
/// # Errors
/// When the memory limit is reached.
pub(crate) fn open_libraries(vm: &mut Vm, which: Libraries) -> Result<(), Raised> {
    let globals = vm.heap.roots.globals.expect("a VM has globals from its creation");
    for library in LIBRARIES {
        if !(library.wanted)(which) {
            continue;
        }
        let table = if library.name == "_G" { globals } else { vm.new_table(0, library.functions.len())? };
        add_functions(vm, table, library.functions)?;
        if library.name != "_G" {
            vm.raw_set_name(globals, library.name, table.into())?;
        }
        (library.open)(vm, table, which)?;
    }
    Ok(())
}

/// Puts functions into a table.
pub(crate) fn add_functions(vm: &mut Vm, table: Gc<Table>, functions: &[Builtin]) -> Result<(), Raised> {
    for row in functions {
        let value = native(vm, row, &[])?;
        vm.raw_set_name(table, row.name, value)?;
    }
    Ok(())
}

/// The function of a row, with upvalues.
pub(crate) fn native(vm: &mut Vm, row: &Builtin, upvalues: &[RawValue]) -> Result<RawValue, Raised> {
    let globals = vm.heap.roots.globals.expect("a VM has globals from its creation");
    Ok(new_native(&mut vm.heap, row.name, row.function, globals, upvalues, row.special)?.into())
}

/// For a library with nothing but functions.
pub(crate) fn no_more(_: &mut Vm, _: Gc<Table>, _: Libraries) -> Result<(), Raised> {
    Ok(())
}

/// For a library that every VM has.
pub(crate) fn always(_: Libraries) -> bool {
    true
}
