//! Shared by the benches: the Lua programs, the engines that run them, and how time is taken.

pub mod embed;
pub mod engine;
pub mod gc_pause;
pub mod packets;
pub mod program;
pub mod source_text;
pub mod timing;
