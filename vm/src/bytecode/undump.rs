//! Bytes back to a draft.
//!
//! The bytes may be anybody's. Reading checks that every count is possible with the bytes that are left, before room is made for it,
//! and that strings exist; what the functions do is then checked by [`verify`]. Nothing else makes a draft of bytes, so none is run unchecked.

use super::draft::{Const, Draft, DraftProto, LocalVar, StrId, UpvalueSource};
use super::dump::{MARK, SIGNATURE, STRIPPED, fingerprint, source, tag};
use super::opcode::Insn;
use super::verify::verify;

/// Why bytes are not loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// They are of another program, or another version of this one.
    Incompatible,
    /// They are damaged, or were never written by this program.
    Malformed,
}

impl Refusal {
    /// The message, after the chunk's name.
    pub fn message(self) -> &'static str {
        match self {
            Refusal::Incompatible => "cannot load incompatible bytecode",
            Refusal::Malformed => "cannot load malformed bytecode",
        }
    }
}

/// Reads what `dump` wrote. `chunk_name` is for bytes without debug information, which do not say where they come from.
///
/// # Errors
/// When the bytes are of another version, or no sound bytecode.
pub fn undump(bytes: &[u8], chunk_name: &[u8]) -> Result<Draft, Refusal> {
    let mut reader = Reader { rest: bytes };
    let is_stripped = reader.header().ok_or(Refusal::Incompatible)?;
    let draft = reader.draft(is_stripped, chunk_name).ok_or(Refusal::Malformed)?;
    verify(&draft).map_err(|_| Refusal::Malformed)?;
    Ok(draft)
}

struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    /// Whether the bytes are stripped; nothing if they are not of this version.
    fn header(&mut self) -> Option<bool> {
        let is_ours =
            self.take(SIGNATURE.len())? == SIGNATURE && self.take(4)? == fingerprint().to_le_bytes();
        match self.byte()? {
            flags if is_ours && flags & !STRIPPED == 0 => Some(flags & STRIPPED != 0),
            _ => None,
        }
    }

    fn draft(&mut self, is_stripped: bool, chunk_name: &[u8]) -> Option<Draft> {
        u32::try_from(self.rest.len()).ok()?;
        let chunk_name = if !is_stripped {
            self.block()?
        } else if chunk_name.first() == Some(&MARK) {
            b"=?"
        } else {
            chunk_name
        };
        let mut draft = Draft::new(chunk_name);
        for _ in 0..self.count(1)? {
            draft.add_string(self.block()?);
        }
        let strings = draft.string_count() as u32;
        // What stripped bytes leave out is called nothing.
        let nothing = draft.add_string(b"");
        for _ in 0..self.count(SMALLEST_FUNCTION)? {
            let mut proto = self.function(strings)?;
            if is_stripped {
                proto.upvalue_names = vec![nothing; proto.upvalues.len()];
            } else {
                self.debug_records(strings, &mut proto)?;
            }
            draft.protos.push(proto);
        }
        self.rest.is_empty().then_some(draft)
    }

    fn function(&mut self, strings: u32) -> Option<DraftProto> {
        let (param_count, is_vararg, frame_size) = (self.byte()?, self.byte()?, self.byte()?);
        Some(DraftProto {
            param_count,
            is_vararg: match is_vararg {
                0 => false,
                1 => true,
                _ => return None,
            },
            frame_size,
            upvalues: self.list(2, Reader::upvalue)?,
            constants: self.list(2, |reader| reader.constant(strings))?,
            cache_keys: self.list(1, Reader::small)?,
            children: self.list(1, Reader::small)?,
            code: self.list(8, |reader| reader.fixed().map(Insn))?,
            ..DraftProto::default()
        })
    }

    fn debug_records(&mut self, strings: u32, proto: &mut DraftProto) -> Option<()> {
        proto.name = match self.small()? {
            0 => None,
            place => Some(string(place - 1, strings)?),
        };
        proto.line_defined = self.small()?;
        proto.last_line_defined = self.small()?;
        let mut line = i64::from(proto.line_defined);
        proto.lines = self.list(1, |reader| {
            let step = reader.number()?;
            line = line.checked_add((step >> 1) as i64 ^ -((step & 1) as i64))?;
            u32::try_from(line).ok()
        })?;
        proto.locals = self.list(4, |reader| {
            let name = reader.string(strings)?;
            let register = reader.byte()?;
            let start_pc = reader.small()?;
            let end_pc = start_pc.checked_add(reader.small()?)?;
            Some(LocalVar { name, register, start_pc, end_pc, initialiser_hash: 0 })
        })?;
        proto.upvalue_names = self.list(1, |reader| reader.string(strings))?;
        Some(())
    }

    fn upvalue(&mut self) -> Option<UpvalueSource> {
        match (self.byte()?, self.byte()?) {
            (source::REGISTER, register) => Some(UpvalueSource::ParentRegister(register)),
            (source::UPVALUE, upvalue) => Some(UpvalueSource::ParentUpvalue(upvalue)),
            _ => None,
        }
    }

    fn constant(&mut self, strings: u32) -> Option<Const> {
        Some(match self.byte()? {
            tag::NUMBER => Const::Number(f64::from_bits(self.fixed()?)),
            tag::STRING => Const::Str(self.string(strings)?),
            tag::INT64 => Const::Int64(self.fixed()? as i64),
            tag::UINT64 => Const::Uint64(self.fixed()?),
            tag::IMAGINARY => Const::Imaginary(f64::from_bits(self.fixed()?)),
            _ => return None,
        })
    }

    fn string(&mut self, strings: u32) -> Option<StrId> {
        string(self.small()?, strings)
    }

    fn list<T>(&mut self, smallest: usize, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.count(smallest)?;
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(read(self)?);
        }
        Some(items)
    }

    /// A count of things that take at least `smallest` bytes each, all of which must still come.
    fn count(&mut self, smallest: usize) -> Option<usize> {
        let count = self.small()? as usize;
        (count <= self.rest.len() / smallest).then_some(count)
    }

    fn block(&mut self) -> Option<&'b [u8]> {
        let length = self.count(1)?;
        self.take(length)
    }

    fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if part << shift >> shift != part {
                return None;
            }
            number |= part << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn fixed(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn byte(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }
}

/// The bytes of a function without anything in it: three bytes, five counts and an instruction, which verification asks for.
const SMALLEST_FUNCTION: usize = 16;

fn string(place: u32, strings: u32) -> Option<StrId> {
    (place < strings).then_some(StrId(place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytecode::disasm::disassemble;
    use crate::bytecode::dump::dump;
    use crate::compiler::compile;

    const SOURCE: &[u8] = b"local a, t = ..., {1, x = 'y', 2LL, ...}
        local function f(b) for i = 1, #b do a = a + i * 0.5 end return function() return f, t.x, a end end
        return f(t), -1ULL";

    #[test]
    fn what_is_dumped_comes_back() {
        let draft = compile(SOURCE, b"@f.lua").unwrap();
        let again = undump(&dump(&draft, 0, false), b"=other").unwrap();
        assert_eq!(disassemble(&again), disassemble(&draft));
        for (one, other) in again.protos.iter().zip(&draft.protos) {
            assert_eq!((&one.lines, &one.code), (&other.lines, &other.code));
        }
        assert_eq!(dump(&again, 0, false), dump(&draft, 0, false));
    }

    #[test]
    fn an_inner_function_can_be_dumped_alone() {
        let draft = compile(SOURCE, b"@f.lua").unwrap();
        let inner = undump(&dump(&draft, 1, false), b"").unwrap();
        assert_eq!(inner.protos.len(), 2);
        assert_eq!(inner.protos[0].code, draft.protos[1].code);
    }

    #[test]
    fn stripped_bytes_have_no_lines_and_no_names() {
        let draft = compile(SOURCE, b"@f.lua").unwrap();
        let bytes = dump(&draft, 0, true);
        let stripped = undump(&bytes, b"=given").unwrap();
        assert_eq!(stripped.chunk_name, b"=given");
        assert_eq!(undump(&bytes, &bytes).unwrap().chunk_name, b"=?");
        assert!(stripped.protos.iter().all(|proto| proto.lines.is_empty() && proto.locals.is_empty()));
        assert_eq!(dump(&stripped, 0, true), bytes);
    }

    #[test]
    fn shortened_bytes_are_refused() {
        let bytes = dump(&compile(SOURCE, b"@f.lua").unwrap(), 0, false);
        for length in 0..bytes.len() {
            let refusal = undump(&bytes[..length], b"").err();
            let expected = if length < 9 { Refusal::Incompatible } else { Refusal::Malformed };
            assert_eq!(refusal, Some(expected), "{length} bytes");
        }
        assert_eq!(undump(&[&bytes[..], b"\0"].concat(), b"").err(), Some(Refusal::Malformed));
    }

    #[test]
    fn counts_cannot_ask_for_more_than_there_is() {
        let mut bytes = dump(&compile(b"", b"=x").unwrap(), 0, true);
        bytes.truncate(9);
        bytes.extend_from_slice(&[0xff, 0xff, 0xff, 0xff, 0x0f]);
        assert_eq!(undump(&bytes, b"").err(), Some(Refusal::Malformed));
    }
}
