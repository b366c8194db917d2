//! What Lua means, written once: used by the interpreter's slow paths, library functions and compiled code.

pub mod meta;
