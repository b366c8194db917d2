//! The `perilune` command-line program.
fn main() {}
