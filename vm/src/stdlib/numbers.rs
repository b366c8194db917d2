//! The numbers by which LuaJIT knows its builtin functions: `tostring(print)` is `function: builtin#29` there, and here.
//!
//! The order is that of LuaJIT 2.1, groups of which nothing is here yet included. Library functions that are not in it have an
//! address, as they have there.

use crate::function::FunctionView;
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// The number of the first builtin: Lua functions and other C functions come before.
const FIRST: u32 = 2;

/// Libraries (by the name of their global or module), metatables (by the name in error messages) and what is in them.
const BUILTINS: &[(&str, &[&str])] = &[
    (
        "_G",
        &[
            "assert",
            "type",
            "next",
            "pairs",
            "ipairs_aux",
            "ipairs",
            "getmetatable",
            "setmetatable",
            "getfenv",
            "setfenv",
            "rawget",
            "rawset",
            "rawequal",
            "unpack",
            "select",
            "tonumber",
            "tostring",
            "error",
            "pcall",
            "xpcall",
            "loadfile",
            "load",
            "loadstring",
            "dofile",
            "gcinfo",
            "collectgarbage",
            "newproxy",
            "print",
        ],
    ),
    ("coroutine", &["status", "running", "isyieldable", "create", "yield", "resume", "wrap_aux", "wrap"]),
    (
        "math",
        &[
            "abs",
            "floor",
            "ceil",
            "sqrt",
            "log10",
            "exp",
            "sin",
            "cos",
            "tan",
            "asin",
            "acos",
            "atan",
            "sinh",
            "cosh",
            "tanh",
            "frexp",
            "modf",
            "log",
            "atan2",
            "pow",
            "fmod",
            "ldexp",
            "min",
            "max",
            "random",
            "randomseed",
        ],
    ),
    (
        "bit",
        &[
            "tobit", "bnot", "bswap", "lshift", "rshift", "arshift", "rol", "ror", "band", "bor", "bxor",
            "tohex",
        ],
    ),
    (
        "string",
        &[
            "byte",
            "char",
            "sub",
            "rep",
            "reverse",
            "lower",
            "upper",
            "dump",
            "find",
            "match",
            "gmatch_aux",
            "gmatch",
            "gsub",
            "format",
        ],
    ),
    ("table", &["maxn", "insert", "concat", "sort", "new", "clear"]),
    ("FILE*", &["close", "read", "write", "flush", "seek", "setvbuf", "lines", "__gc", "__tostring"]),
    (
        "io",
        &["open", "popen", "tmpfile", "close", "read", "write", "flush", "input", "output", "lines", "type"],
    ),
    (
        "os",
        &[
            "execute",
            "remove",
            "rename",
            "tmpname",
            "getenv",
            "exit",
            "clock",
            "date",
            "time",
            "difftime",
            "setlocale",
        ],
    ),
    (
        "debug",
        &[
            "getregistry",
            "getmetatable",
            "setmetatable",
            "getfenv",
            "setfenv",
            "getinfo",
            "getlocal",
            "setlocal",
            "getupvalue",
            "setupvalue",
            "upvalueid",
            "upvaluejoin",
            "sethook",
            "gethook",
            "debug",
            "traceback",
        ],
    ),
    ("jit", &["on", "off", "flush", "status", "security", "attach"]),
    (
        "jit.util",
        &[
            "funcinfo",
            "funcbc",
            "funck",
            "funcuvname",
            "traceinfo",
            "traceir",
            "tracek",
            "tracesnap",
            "tracemc",
            "traceexitstub",
            "ircalladdr",
        ],
    ),
    ("jit.opt", &["start"]),
    ("jit.profile", &["start", "stop", "dumpstack"]),
    (
        "ffi metatable",
        &[
            "__index",
            "__newindex",
            "__eq",
            "__len",
            "__lt",
            "__le",
            "__concat",
            "__call",
            "__add",
            "__sub",
            "__mul",
            "__div",
            "__mod",
            "__pow",
            "__unm",
            "__tostring",
            "__pairs",
            "__ipairs",
        ],
    ),
    ("ffi clib", &["__index", "__newindex", "__gc"]),
    ("ffi callback", &["free", "set"]),
    (
        "ffi",
        &[
            "cdef", "new", "cast", "typeof", "typeinfo", "istype", "sizeof", "alignof", "offsetof", "errno",
            "string", "copy", "fill", "abi", "metatype", "gc", "load",
        ],
    ),
    (
        "buffer",
        &[
            "free",
            "reset",
            "skip",
            "set",
            "put",
            "putf",
            "get",
            "putcdata",
            "reserve",
            "commit",
            "ref",
            "encode",
            "decode",
            "__gc",
            "__tostring",
            "__len",
        ],
    ),
    ("string.buffer", &["new", "encode", "decode"]),
];

/// Numbers the functions of a library or metatable.
pub(super) fn number_functions(vm: &mut Vm, table: Gc<Table>, group: &str) -> Result<(), Raised> {
    let Some((first, names)) = find(group) else { return Ok(()) };
    for (name, number) in names.iter().zip(first..) {
        let key = vm.heap.intern(name.as_bytes())?;
        set_number(table.get_str(&vm.heap, key), number);
    }
    Ok(())
}

/// Numbers a function that is in no table.
pub(super) fn number_function(function: RawValue, group: &str, name: &str) {
    let (first, names) = find(group).expect("a group of the table above");
    let place = names.iter().position(|&other| other == name).expect("a name of the group");
    set_number(function, first + place as u32);
}

fn find(group: &str) -> Option<(u32, &'static [&'static str])> {
    let mut first = FIRST;
    for &(name, functions) in BUILTINS {
        if name == group {
            return Some((first, functions));
        }
        first += functions.len() as u32;
    }
    None
}

/// A function that has a number keeps it: it may be in several tables.
fn set_number(function: RawValue, number: u32) {
    if let Some(FunctionView::Native(native)) = function.as_function().map(Gc::view)
        && native.number() == 0
    {
        native.set_number(number);
    }
}
