//! The Perilune virtual machine: LuaJIT 2.1's dialect of Lua for games, with a garbage collector that keeps a
//! time budget.

pub mod bytecode;
mod chunk;
pub mod compiler;
mod context;
pub mod convert;
pub mod error;
pub mod ffi;
pub mod function;
pub mod gc;
mod handle;
pub mod hooks;
mod host;
pub mod instantiate;
mod interp;
mod limits;
mod lua;
mod marshal;
mod reload;
pub mod rt;
pub mod shape;
mod stats;
pub mod stdlib;
pub mod string;
pub mod syntax;
pub mod table;
pub mod thread;
pub mod userdata;
pub mod value;
pub mod vm;

pub use bytecode::Draft;
pub use chunk::Chunk;
pub use compiler::compile;
pub use context::Context;
pub use error::{Error, ErrorKind};
pub use gc::{Budget, CycleRecord, MemoryLimit, Phase, Policy, SliceRecord, Stats as CollectorStats, Stress};
pub use handle::{
    AnyCData, AnyUserData, Function, LightUserData, LuaString, Table, Thread, ThreadState, Value,
};
pub use hooks::{ModuleLoader, ModuleSource};
pub use host::{Methods, UserData};
pub use limits::InterruptHandle;
pub use lua::{Lua, LuaOptions};
pub use marshal::{FromLua, FromLuaMulti, IntoLua, IntoLuaMulti, Variadic};
pub use reload::{Module, ReloadReport};
pub use rt::meta::Meta as MetaMethod;
pub use stats::Stats;
pub use stdlib::Libraries;
