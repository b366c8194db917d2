//! What Lua means, written once: used by the interpreter's slow paths, library functions and compiled code.
//!
//! An operation that may need a metamethod does not call it: it answers with the handler ([`Step`]), and its caller decides how. The
//! interpreter pushes a frame; natives make a nested call (`Vm::index` and friends in `native.rs`).

mod arith;
mod bits;
mod compare;
mod concat;
pub(crate) mod error;
pub(crate) mod frame_name;
pub(crate) mod frames;
mod index;
pub mod meta;
pub(crate) mod names;
mod native;
pub(crate) mod string_buffer;
pub(crate) mod traceback;

pub(crate) use arith::{arith, binary_handler, event_of, to_number};
pub(crate) use bits::bit_operation;
pub(crate) use compare::{LessEqual, equals, less_equal, less_than, raw_equals};
pub(crate) use concat::{concat_slots, concat_values, is_concatenable};
pub(crate) use index::{Index, index, inherited, length, set_index};

use crate::value::RawValue;

/// How far an operation got without calling anything.
pub(crate) enum Step {
    /// This is the result.
    Done(RawValue),
    /// Call this handler; its first result is the result.
    Call(RawValue),
    /// The operands do not have this operation.
    Invalid,
}
