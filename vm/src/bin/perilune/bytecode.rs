//! `-b`: the bytecode of a chunk, saved or, with `-bl`, as text.

use std::ffi::OsStr;
use std::io::Write;

use perilune::Draft;
use perilune::bytecode::{disasm, dump, undump};

use crate::Failure;
use crate::options::{Bytecode, Input};
use crate::run::read_source;

/// Compiles, or reads what was saved, and writes.
pub(crate) fn run(job: &Bytecode) -> Result<(), Failure> {
    let (source, default_name) = read_source(&job.input)?;
    let name = match (&job.name, &job.input) {
        (Some(name), _) => [b"@", name.as_encoded_bytes()].concat(),
        (None, Input::Text(_)) => source.clone(),
        (None, Input::File(_) | Input::Stdin) => default_name,
    };
    let draft = load(&source, &name)?;
    if job.lists {
        return write(job.output.as_deref(), disasm::disassemble(&draft).as_bytes());
    }
    write(job.output.as_deref(), &dump::dump(&draft, 0, job.strips))
}

fn load(source: &[u8], name: &[u8]) -> Result<Draft, Failure> {
    if source.first() != Some(&dump::MARK) {
        return Ok(perilune::compile(source, name)?);
    }
    undump::undump(source, name).map_err(|refusal| {
        let name = name.strip_prefix(b"@").unwrap_or(name);
        Failure(format!("{}: {}", String::from_utf8_lossy(name), refusal.message()))
    })
}

/// Writes a file, or standard output.
fn write(output: Option<&OsStr>, bytes: &[u8]) -> Result<(), Failure> {
    let (written, name) = match output {
        Some(path) => (std::fs::write(path, bytes), path.to_string_lossy()),
        None => (std::io::stdout().write_all(bytes), "standard output".into()),
    };
    written.map_err(|error| Failure(format!("cannot write {name}: {error}")))
}
