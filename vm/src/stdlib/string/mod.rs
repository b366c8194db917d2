//! The `string` library.
#![allow(dead_code)]

mod format;
mod pattern;
