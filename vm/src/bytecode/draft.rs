//! [`Draft`]: a compiled chunk as plain data.

use super::opcode::{Insn, Op};

/// How many registers a frame can have.
pub const MAX_REGISTERS: u8 = 250;
/// How many upvalues a function can have.
pub const MAX_UPVALUES: usize = 60;

/// An index into a draft's string pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StrId(pub u32);

/// A constant of a prototype.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Const {
    /// A number.
    Number(f64),
    /// A string.
    Str(StrId),
    /// A signed 64-bit integer (`1LL`).
    Int64(i64),
    /// An unsigned 64-bit integer (`1ULL`).
    Uint64(u64),
    /// An imaginary number (`1i`).
    Imaginary(f64),
}

/// Where a closure finds an upvalue when it is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpvalueSource {
    /// A register of the enclosing function's frame.
    ParentRegister(u8),
    /// An upvalue of the enclosing function.
    ParentUpvalue(u8),
}

/// The debug record of a local variable: it lives in `register` for instructions `start_pc..end_pc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalVar {
    /// The name; `(for generator)` and the like for hidden ones.
    pub name: StrId,
    /// The register.
    pub register: u8,
    /// The first instruction at which it is in scope.
    pub start_pc: u32,
    /// The first instruction at which it is no longer in scope.
    pub end_pc: u32,
    /// For locals at the top level of a chunk: a hash of the source text of the initialiser (0: none). A hot
    /// reload keeps the variable's value while this is unchanged.
    pub initialiser_hash: u64,
}

/// The compiled form of one function.
#[derive(Clone, Debug, Default)]
pub struct DraftProto {
    /// The instructions.
    pub code: Vec<Insn>,
    /// The constants; deduplicated.
    pub constants: Vec<Const>,
    /// For each inline cache slot, the index of the string constant that is its key.
    pub cache_keys: Vec<u32>,
    /// Where the upvalues come from.
    pub upvalues: Vec<UpvalueSource>,
    /// The names of the upvalues.
    pub upvalue_names: Vec<StrId>,
    /// A bit for each upvalue that is never assigned to after its declaration, as far as is known: saved bytecode does not say.
    pub constant_upvalues: u64,
    /// The functions defined directly inside, as indices into the draft's functions.
    pub children: Vec<u32>,
    /// How many fixed parameters the function has.
    pub param_count: u8,
    /// Whether it takes `...`.
    pub is_vararg: bool,
    /// How many registers a frame needs, parameters included (at most 250).
    pub frame_size: u8,
    /// The line of the `function` keyword; 0 for a main chunk.
    pub line_defined: u32,
    /// The line of the `end`.
    pub last_line_defined: u32,
    /// The line of each instruction.
    pub lines: Vec<u32>,
    /// Debug records of the local variables, in order of `start_pc`.
    pub locals: Vec<LocalVar>,
    /// The name the function is written with (`Ship.update`, `helper`; empty when anonymous). Hot reload matches functions
    /// by the path of these names.
    pub name: Option<StrId>,
}

impl DraftProto {
    /// What it takes in memory.
    fn bytes(&self) -> usize {
        size_of::<DraftProto>()
            + size_of_val(&self.code[..])
            + size_of_val(&self.constants[..])
            + size_of_val(&self.cache_keys[..])
            + size_of_val(&self.upvalues[..])
            + size_of_val(&self.upvalue_names[..])
            + size_of_val(&self.children[..])
            + size_of_val(&self.lines[..])
            + size_of_val(&self.locals[..])
    }

    /// Whether it is known to be a main chunk: a stripped function is not known to be anything.
    pub fn is_main(&self) -> bool {
        self.line_defined == 0 && self.last_line_defined != 0
    }
}

/// A compiled chunk: plain `Send` data, independent of any VM.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The chunk's name as given (`@file.lua`, `=stdin`, or the source itself).
    pub chunk_name: Vec<u8>,
    /// All functions; the main chunk is the first.
    pub(crate) protos: Vec<DraftProto>,
    string_bytes: Vec<u8>,
    string_ends: Vec<u32>,
    /// What the heap counts for it as long as functions of it live; nothing for a draft that the host keeps.
    pub(crate) charged_bytes: usize,
}

impl Draft {
    /// An empty draft with a chunk name.
    pub(crate) fn new(chunk_name: &[u8]) -> Draft {
        Draft { chunk_name: chunk_name.to_vec(), ..Draft::default() }
    }

    /// Adds a string to the pool. It is the caller's business not to add one twice.
    pub(crate) fn add_string(&mut self, bytes: &[u8]) -> StrId {
        let id = StrId(self.string_ends.len() as u32);
        self.string_bytes.extend_from_slice(bytes);
        self.string_ends.push(self.string_bytes.len() as u32);
        id
    }

    /// The bytes of a string.
    pub fn string(&self, id: StrId) -> &[u8] {
        let index = id.0 as usize;
        let start = if index == 0 { 0 } else { self.string_ends[index - 1] as usize };
        &self.string_bytes[start..self.string_ends[index] as usize]
    }

    /// What it takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        let strings = self.string_bytes.len() + size_of_val(&self.string_ends[..]);
        self.chunk_name.len() + strings + self.protos.iter().map(DraftProto::bytes).sum::<usize>()
    }

    /// How many strings the pool holds.
    pub fn string_count(&self) -> usize {
        self.string_ends.len()
    }
}

impl Draft {
    /// The names of the modules that the chunk requires by constant names (`require "lib.flock"`), each once, in order.
    pub fn required_modules(&self) -> Vec<&[u8]> {
        let mut names: Vec<&[u8]> = Vec::new();
        for proto in &self.protos {
            for (pc, insn) in proto.code.iter().enumerate() {
                if insn.op() != Op::GETGLOBAL || self.cache_key(proto, insn.index()) != Some(b"require") {
                    continue;
                }
                // The argument is loaded right behind the function.
                let Some(argument) = proto.code.get(pc + 1) else { continue };
                if argument.op() == Op::LOADK
                    && argument.a() == insn.a() + 1
                    && let Some(Const::Str(id)) = proto.constants.get(argument.index())
                    && !names.contains(&self.string(*id))
                {
                    names.push(self.string(*id));
                }
            }
        }
        names
    }

    /// The key of an inline cache slot.
    fn cache_key(&self, proto: &DraftProto, slot: usize) -> Option<&[u8]> {
        let constant = *proto.cache_keys.get(slot)? as usize;
        match proto.constants.get(constant)? {
            Const::Str(id) => Some(self.string(*id)),
            Const::Number(_) | Const::Int64(_) | Const::Uint64(_) | Const::Imaginary(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn required_modules_are_found_once_each() {
        let source = b"local a = require 'lib.a'\nlocal function f() return require('b').x, require('lib.a'), require(name) end";
        let draft = crate::compile(source, b"=t").expect("compiles");
        assert_eq!(draft.required_modules(), [b"lib.a".as_slice(), b"b"]);
    }
}
