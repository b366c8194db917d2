//! The embedding API, one file per behaviour.

mod bytecode;
mod c_parts;
mod calls;
mod collector;
mod compiled;
mod coroutines;
mod errors;
mod functions;
mod handles;
mod hooks;
mod limits;
mod math_types;
mod memory;
mod stress;
mod tables;
mod userdata;
