//! The Perilune virtual machine: LuaJIT 2.1's dialect of Lua for games, with a garbage collector that keeps a
//! time budget.
//!
//! ```
//! # fn main() -> Result<(), perilune::Error> {
//! use perilune::{Function, Lua};
//!
//! let mut lua = Lua::new();
//! let roll = lua.create_function("roll", |_, sides: u32| Ok(sides / 2 + 1))?;
//! lua.globals().set(&mut lua, "roll", &roll)?;
//!
//! lua.load("function attack(bonus) return roll(20) + bonus end").name("rules.lua").exec(&mut lua)?;
//! let attack: Function = lua.globals().get(&mut lua, "attack")?;
//! assert_eq!(attack.call::<u32>(&mut lua, 3)?, 14);
//! # Ok(())
//! # }
//! ```
//!
//! - [`Lua`] owns a virtual machine; [`Context`] is what it can do, and what Rust functions are given.
//! - [`Table`], [`Function`], [`LuaString`], [`AnyUserData`], [`Thread`] and [`Value`] are handles to values, which live as long as the
//!   handle, wherever it is stored.
//! - [`IntoLua`] and [`FromLua`] convert Rust values; [`UserData`] gives Rust types methods.
//! - [`Error`] has a kind, a message with file and line, and a traceback.
//! - Nothing a script does stalls or exhausts the host that sets limits: [`Lua::set_time_limit`], [`Lua::set_memory_limit`],
//!   [`Lua::set_stack_limit`]. [`Lua::gc_frame`] collects garbage within a budget, once a frame.

#![cfg_attr(
    not(feature = "jit"),
    allow(dead_code, unused_imports, reason = "what only the compiler uses is part of modules that all use")
)]

mod activity;
mod chunk;
mod context;
mod handle;
mod host;
mod interp;
#[cfg(feature = "jit")]
mod jit;
#[cfg(not(feature = "jit"))]
#[path = "jit/disabled.rs"]
mod jit;
mod limits;
mod lua;
mod marshal;
mod profile;
mod reload;
mod stats;

// The layers below the safe face, for the crates of this workspace. Their functions rest on rules the compiler does not
// check (`vm/mod.rs`, `gc/mod.rs`), so they are no part of the documented interface.
#[doc(hidden)]
pub mod bytecode;
#[doc(hidden)]
pub mod compiler;
#[doc(hidden)]
pub mod convert;
#[doc(hidden)]
pub mod error;
#[doc(hidden)]
pub mod ffi;
#[doc(hidden)]
pub mod function;
#[doc(hidden)]
pub mod gc;
#[doc(hidden)]
pub mod hooks;
#[doc(hidden)]
pub mod instantiate;
#[doc(hidden)]
pub mod rt;
#[doc(hidden)]
pub mod shape;
#[doc(hidden)]
pub mod stdlib;
#[doc(hidden)]
pub mod string;
#[doc(hidden)]
pub mod syntax;
#[doc(hidden)]
pub mod table;
#[doc(hidden)]
pub mod thread;
#[doc(hidden)]
pub mod userdata;
#[doc(hidden)]
pub mod value;
#[doc(hidden)]
pub mod vm;

#[doc(hidden)]
pub use interp::handler_code;

pub use bytecode::Draft;
pub use chunk::Chunk;
pub use compiler::compile;
pub use context::Context;
pub use error::{Error, ErrorKind};
pub use gc::{
    Budget, Clock, CycleRecord, CycleStart, Gap, MemoryLimit, Pacing, Phase, Policy, SliceRecord, StallCause,
    StallRecord, Stalls, Stats as CollectorStats, Stress, Unit,
};
pub use handle::{
    AnyCData, AnyUserData, Function, LightUserData, LuaString, Table, Thread, ThreadState, Value,
};
pub use hooks::{FullCollection, ModuleLoader, ModuleSource};
pub use host::{Methods, UserData};
pub use limits::InterruptHandle;
pub use lua::{Lua, LuaOptions};
pub use marshal::{Bytes, FromLua, FromLuaMulti, IntoLua, IntoLuaMulti, Variadic};
pub use reload::{Module, ReloadReport};
pub use rt::meta::Meta as MetaMethod;
pub use stats::{CompilerStats, Stats};
pub use stdlib::Libraries;
