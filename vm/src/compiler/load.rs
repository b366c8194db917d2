//! From a chunk, source text or bytecode, to a draft.

use super::compile_bytes;
use crate::bytecode::Draft;
use crate::bytecode::dump::MARK;
use crate::bytecode::undump::{Refusal, undump};

/// Compiles source text, or reads bytecode where that is allowed. `mode` is that of Lua's `load`: `b`, `t` or both.
///
/// # Errors
/// The message that says what is wrong, as LuaJIT words it.
pub(crate) fn load_chunk(
    chunk: &[u8],
    name: &[u8],
    mode: Option<&[u8]>,
    allow_bytecode: bool,
) -> Result<Draft, Vec<u8>> {
    let body = behind_header(chunk);
    let is_bytecode = body.first() == Some(&MARK);
    if is_bytecode && body.len() < chunk.len() {
        // Who looks at the first byte to tell source text from bytecode is not to be deceived.
        return Err(Refusal::Malformed.message().into());
    }
    let wanted = if is_bytecode { b'b' } else { b't' };
    if mode.is_some_and(|mode| !mode.contains(&wanted)) {
        return Err(b"attempt to load chunk with wrong mode".to_vec());
    }
    if !is_bytecode {
        return compile_bytes(chunk, name);
    }
    let failed = |message: &str| [shown(name), b": ", message.as_bytes()].concat();
    if !allow_bytecode {
        return Err(failed("loading bytecode is off in this virtual machine (LuaOptions::bytecode)"));
    }
    undump(chunk, name).map_err(|refusal| failed(refusal.message()))
}

/// What comes after a byte order mark and a first line that begins with `#`.
fn behind_header(chunk: &[u8]) -> &[u8] {
    let chunk = chunk.strip_prefix(b"\xef\xbb\xbf").unwrap_or(chunk);
    if chunk.first() != Some(&b'#') {
        return chunk;
    }
    let Some(end) = memchr::memchr2(b'\n', b'\r', chunk) else { return &[] };
    let rest = &chunk[end..];
    match rest {
        [b'\r', b'\n', body @ ..] | [b'\n', b'\r', body @ ..] => body,
        _ => &rest[1..],
    }
}

/// What messages about bytecode call a chunk.
fn shown(name: &[u8]) -> &[u8] {
    match name.split_first() {
        // Without a name the chunk is named by its own bytes.
        Some((&MARK, _)) => b"(binary)",
        Some((b'@' | b'=', rest)) => rest,
        _ => name,
    }
}
