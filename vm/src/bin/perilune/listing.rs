//! `-bl`: the bytecode of a chunk as text.

use std::io::Write;

use crate::Failure;
use crate::options::Input;
use crate::run::read_source;

/// Compiles and prints.
pub(crate) fn list(input: &Input) -> Result<(), Failure> {
    let (source, name) = read_source(input)?;
    let draft = perilune::compile(&source, &name)?;
    let text = perilune::bytecode::disasm::disassemble(&draft);
    let written = std::io::stdout().write_all(text.as_bytes());
    written.map_err(|error| Failure(format!("cannot write the listing: {error}")))
}
