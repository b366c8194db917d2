//! The embedding API, one file per behaviour.

mod calls;
mod coroutines;
mod errors;
mod functions;
mod handles;
mod limits;
mod tables;
mod userdata;
