//! C types and C values.

pub mod cdata;
