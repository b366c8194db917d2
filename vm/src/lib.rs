//! The Perilune virtual machine: LuaJIT 2.1's dialect of Lua for games, with a garbage collector that keeps a
//! time budget.

pub mod bytecode;
pub mod compiler;
pub mod convert;
pub mod error;
pub mod ffi;
pub mod function;
pub mod gc;
pub mod hooks;
pub mod instantiate;
mod interp;
mod limits;
mod reload;
pub mod rt;
pub mod shape;
pub mod stdlib;
pub mod string;
pub mod syntax;
pub mod table;
pub mod thread;
pub mod userdata;
pub mod value;
pub mod vm;

pub use error::{Error, ErrorKind};
