//! Random programs and values, run by LuaJIT and by Perilune: the outputs must be equal byte for byte.
//!
//! `PERILUNE_CASES` says how many programs each generator makes (2,000 otherwise), `PERILUNE_SEED` which; a failing program is
//! printed as small as it can be made. `PERILUNE_PRINT` shows every program and its output.

#[allow(dead_code, reason = "shared with the suite of written programs")]
#[path = "../common/mod.rs"]
mod common;

mod choices;
mod compare;
mod format;
mod normalize;
mod numbers;
mod patterns;
mod program;
mod quote;
mod sort;
mod tables;

use compare::{cases, compare};

#[test]
fn programs_1() {
    programs(1);
}

#[test]
fn programs_2() {
    programs(2);
}

#[test]
fn programs_3() {
    programs(3);
}

#[test]
fn programs_4() {
    programs(4);
}

/// A fourth of the programs.
fn programs(part: u32) {
    compare("programs", part, cases() / 4, choices::nodes(), |nodes| program::source(nodes).into_bytes());
}

#[test]
fn string_patterns() {
    compare("patterns", 0, cases(), patterns::strategy(), patterns::source);
}

#[test]
fn string_formats() {
    compare("formats", 0, cases(), format::strategy(), format::source);
}

#[test]
fn number_conversions() {
    compare("numbers", 0, cases(), numbers::strategy(), numbers::source);
}

#[test]
fn sorts() {
    compare("sorts", 0, cases(), sort::strategy(), sort::source);
}

#[test]
fn table_operations() {
    compare("tables", 0, cases(), tables::strategy(), tables::source);
}
