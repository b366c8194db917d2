//! From bytes to a syntax tree.

pub mod chunk_id;
pub use chunk_id::chunk_id;
