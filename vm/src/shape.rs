//! Shapes: the key order and key-to-slot map that tables with the same string keys share.

/// The shapes of a heap.
#[derive(Default)]
pub struct Shapes {}
