//! The Perilune virtual machine: LuaJIT 2.1's dialect of Lua for games, with a garbage collector that keeps a
//! time budget.

pub mod bytecode;
pub mod error;

pub use error::{Error, ErrorKind};
