//! The embedding API, one file per behaviour.

mod calls;
