//! The register machine's instruction set and the compiled form of a chunk.
//!
//! Instructions are 64-bit words (see [`Insn`]); [`opcode`] is the one table of opcodes, from which the
//! enum, the decoder, the disassembler and the interpreter's handler table derive. A compiled chunk is a
//! [`Draft`]: plain `Send` data that knows nothing of the heap, so that it can be built on any thread and
//! instantiated by any VM.

pub mod disasm;
pub mod draft;
pub mod dump;
pub mod opcode;
pub mod undump;
pub mod verify;

#[cfg(test)]
mod tests;

pub use draft::{Const, Draft, DraftProto, LocalVar, StrId, UpvalueSource};
pub use opcode::{BitOp, Format, Insn, Op, Part, Pri};
