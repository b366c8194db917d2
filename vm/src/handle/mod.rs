//! Handles: Lua values held by Rust.
//!
//! A handle keeps its value alive from wherever it is stored. It can be cloned, sent to other threads and dropped on any; it is
//! used with the VM it came from, given as the first argument, and gives
//! [`ErrorKind::WrongState`](crate::ErrorKind::WrongState) with another.

mod function;
mod string;
mod table;
mod thread;
mod userdata;
mod value;

pub use function::Function;
pub use string::LuaString;
pub use table::Table;
pub use thread::{Thread, ThreadState};
pub use userdata::{AnyCData, AnyUserData};
pub use value::{LightUserData, Value};
