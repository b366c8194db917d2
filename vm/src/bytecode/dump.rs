//! Functions as bytes: what `string.dump` writes.
//!
//! The format is for one version of this program: a fingerprint of the instruction table is in the header, and bytes with another are
//! refused. All counts and indices are LEB128 numbers; an instruction is its eight bytes, least significant first.
//!
//! ```text
//! ESC 'P' 'L' FORMAT fingerprint:u32 flags:u8
//! chunk name (absent when stripped)
//! strings
//! functions, outer before inner: parameters, vararg, registers, upvalue sources, constants, cache keys, children, code,
//!     and, unless stripped, name, first and last line, line of each instruction, locals, upvalue names
//! ```
//!
//! `undump.rs` reads it back.

use std::collections::HashMap;

use super::draft::{Const, Draft, DraftProto, StrId, UpvalueSource};
use super::opcode::{BitOp, Insn, Op};

/// The first byte of compiled Lua.
pub const MARK: u8 = 0x1b;
/// The rest of the signature, and the version of the layout.
pub(super) const SIGNATURE: [u8; 4] = [MARK, b'P', b'L', 1];
/// Header flag: without what only messages and debuggers need.
pub(super) const STRIPPED: u8 = 1;

/// The tag of each type of constant.
pub(super) mod tag {
    pub(crate) const NUMBER: u8 = 0;
    pub(crate) const STRING: u8 = 1;
    pub(crate) const INT64: u8 = 2;
    pub(crate) const UINT64: u8 = 3;
    pub(crate) const IMAGINARY: u8 = 4;
}

/// The tag of each source of an upvalue.
pub(super) mod source {
    pub(crate) const REGISTER: u8 = 0;
    pub(crate) const UPVALUE: u8 = 1;
}

/// A number that changes with the instruction table and the layout of instructions: FNV-1a over the names, in their order, and over one
/// instruction.
pub(super) fn fingerprint() -> u32 {
    let names = Op::ALL.iter().map(|op| op.name()).chain(BitOp::ALL.iter().map(|op| op.text()));
    let layout = Insn::abcd(Op::MOV, 1, 2, 3, 4).0.to_le_bytes();
    let letters = names.flat_map(|name| name.bytes().chain([0])).chain(layout);
    letters.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// One of a draft's functions, with those inside it, as bytes.
pub fn dump(draft: &Draft, root: u32, strip: bool) -> Vec<u8> {
    let functions = with_inner(draft, root);
    let places = functions.iter().enumerate().map(|(place, function)| (*function, place as u32)).collect();
    let mut writer = Writer { strip, places, strings: Vec::new(), string_places: HashMap::new() };
    let mut body = Vec::new();
    number(&mut body, functions.len() as u64);
    for function in functions {
        writer.function(&mut body, &draft.protos[function as usize]);
    }
    let mut bytes = SIGNATURE.to_vec();
    bytes.extend_from_slice(&fingerprint().to_le_bytes());
    bytes.push(if strip { STRIPPED } else { 0 });
    if !strip {
        block(&mut bytes, &draft.chunk_name);
    }
    number(&mut bytes, writer.strings.len() as u64);
    for string in &writer.strings {
        block(&mut bytes, draft.string(*string));
    }
    bytes.append(&mut body);
    bytes
}

/// A function and all inside it, in the order of the draft, which has outer functions before inner ones.
fn with_inner(draft: &Draft, root: u32) -> Vec<u32> {
    let mut functions = vec![root];
    let mut next = 0;
    while let Some(function) = functions.get(next) {
        functions.extend_from_slice(&draft.protos[*function as usize].children);
        next += 1;
    }
    functions.sort_unstable();
    functions
}

struct Writer {
    strip: bool,
    /// Where each function comes in the output.
    places: HashMap<u32, u32>,
    /// The strings that are used, in the order in which they were met.
    strings: Vec<StrId>,
    string_places: HashMap<StrId, u64>,
}

impl Writer {
    fn function(&mut self, out: &mut Vec<u8>, proto: &DraftProto) {
        out.extend_from_slice(&[proto.param_count, u8::from(proto.is_vararg), proto.frame_size]);
        list(out, &proto.upvalues, |out, upvalue| match *upvalue {
            UpvalueSource::ParentRegister(register) => out.extend_from_slice(&[source::REGISTER, register]),
            UpvalueSource::ParentUpvalue(upvalue) => out.extend_from_slice(&[source::UPVALUE, upvalue]),
        });
        list(out, &proto.constants, |out, constant| self.constant(out, *constant));
        list(out, &proto.cache_keys, |out, key| number(out, u64::from(*key)));
        list(out, &proto.children, |out, child| number(out, u64::from(self.places[child])));
        list(out, &proto.code, |out, insn| out.extend_from_slice(&insn.0.to_le_bytes()));
        if !self.strip {
            self.debug_records(out, proto);
        }
    }

    fn debug_records(&mut self, out: &mut Vec<u8>, proto: &DraftProto) {
        match proto.name {
            Some(name) => number(out, 1 + self.string(name)),
            None => number(out, 0),
        }
        number(out, u64::from(proto.line_defined));
        number(out, u64::from(proto.last_line_defined));
        let mut line_before = proto.line_defined;
        list(out, &proto.lines, |out, line| {
            let step = i64::from(*line) - i64::from(line_before);
            // Small steps in either direction are small numbers.
            number(out, ((step << 1) ^ (step >> 63)) as u64);
            line_before = *line;
        });
        list(out, &proto.locals, |out, local| {
            number(out, self.string(local.name));
            out.push(local.register);
            number(out, u64::from(local.start_pc));
            number(out, u64::from(local.end_pc - local.start_pc));
        });
        list(out, &proto.upvalue_names, |out, name| number(out, self.string(*name)));
    }

    fn constant(&mut self, out: &mut Vec<u8>, constant: Const) {
        let mut fixed = |tag: u8, bits: u64| {
            out.push(tag);
            out.extend_from_slice(&bits.to_le_bytes());
        };
        match constant {
            Const::Number(number) => fixed(tag::NUMBER, number.to_bits()),
            Const::Int64(integer) => fixed(tag::INT64, integer as u64),
            Const::Uint64(integer) => fixed(tag::UINT64, integer),
            Const::Imaginary(number) => fixed(tag::IMAGINARY, number.to_bits()),
            Const::Str(string) => {
                out.push(tag::STRING);
                number(out, self.string(string));
            }
        }
    }

    /// The place of a string among those written.
    fn string(&mut self, string: StrId) -> u64 {
        *self.string_places.entry(string).or_insert_with(|| {
            self.strings.push(string);
            self.strings.len() as u64 - 1
        })
    }
}

fn list<T>(out: &mut Vec<u8>, items: &[T], mut write: impl FnMut(&mut Vec<u8>, &T)) {
    number(out, items.len() as u64);
    items.iter().for_each(|item| write(out, item));
}

fn block(out: &mut Vec<u8>, bytes: &[u8]) {
    number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
