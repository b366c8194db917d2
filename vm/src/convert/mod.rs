//! Numbers and text: what a numeral means, how a number is printed, how a number becomes an integer.
//!
//! Pure functions on bytes, used by the lexer (literals), the runtime (coercions) and the library (`tonumber`,
//! `string.format`). Everything here follows LuaJIT 2.1; nothing here knows about values or the heap.

mod integer;
mod print;
mod scan;

pub use integer::{to_bit, to_i32, to_i64, to_u64};
pub use print::{format_number, write_exponent, write_fixed, write_general, write_u64};
pub use scan::{NumberLiteral, parse_number, parse_number_with_base, scan_number_literal};
