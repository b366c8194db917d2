//! The `string` library.
//!
//! `pattern.rs` (matching, with `program.rs` and `item.rs`) and `directive.rs` (the directives of `format`) are pure functions on
//! bytes; the other files hold the natives: `search.rs` has `find`, `match` and `gmatch`, `substitute.rs` `gsub`, `format.rs`
//! `format`, `dump.rs` `dump`, and `basic.rs` what is simpler. The folder `buffer` is the module `string.buffer`.

mod basic;
mod buffer;
mod directive;
mod dump;
mod format;
mod item;
#[cfg(test)]
mod oracle;
mod pattern;
mod program;
mod search;
mod substitute;

use super::{Libraries, Library, always, builtins};
use crate::table::Table;
use crate::value::{Gc, Type};
use crate::vm::{Raised, Vm};
pub(super) use basic::byte_range;
use pattern::PatternError;
pub(crate) use program::Patterns;

pub(crate) const LIBRARY: Library = Library {
    name: "string",
    functions: builtins! {
        "byte" basic::byte,
        "char" basic::char,
        "dump" dump::dump,
        "find" search::find,
        "format" format::format,
        "gsub" substitute::gsub,
        "len" basic::len,
        "lower" basic::lower,
        "match" search::match_,
        "rep" basic::rep,
        "reverse" basic::reverse,
        "sub" basic::sub,
        "upper" basic::upper,
    },
    open,
    wanted: always,
};

/// Makes the library the `__index` of all strings.
fn open(vm: &mut Vm, library: Gc<Table>, _: Libraries) -> Result<(), Raised> {
    let meta = vm.new_table(0, 1)?;
    vm.raw_set_name(meta, "__index", library.into())?;
    vm.heap.roots.type_metatables[Type::String as usize] = Some(meta);
    search::add_gmatch(vm, library)?;
    buffer::open(vm)
}

/// The Lua error for a failed match.
fn pattern_error(vm: &mut Vm, error: PatternError) -> Raised {
    match error {
        PatternError::Malformed(message) => vm.error(message),
        PatternError::Stopped(raised) => raised,
    }
}
