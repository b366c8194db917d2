//! Random programs and values, run by LuaJIT and by Perilune: the outputs must be equal byte for byte.
//!
//! Each generator makes 2,000 programs in four tests, every second of which also runs compiled, and one in eight under collector stress. `PERILUNE_CASES` sets
//! another number, `PERILUNE_SEED` makes other programs. The first program that the engines disagree on is printed, made as
//! small as possible. `PERILUNE_PRINT` shows every program and its output.

#[allow(dead_code, reason = "shared with the suite of written programs")]
#[path = "../common/mod.rs"]
mod common;

mod buffers;
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

use std::env;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use proptest::prelude::*;

use compare::compare;

/// How many programs each generator makes when `PERILUNE_CASES` does not say.
const CASES: u32 = 2000;
/// In how many tests, which can run at the same time.
const PARTS: u32 = 4;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    generator(&mut trials, "programs", choices::nodes, |it| program::source(it));
    generator(&mut trials, "patterns", patterns::strategy, |it| patterns::source(it));
    generator(&mut trials, "formats", format::strategy, |it| format::source(it));
    generator(&mut trials, "numbers", numbers::strategy, |it| numbers::source(it));
    generator(&mut trials, "sorts", sort::strategy, |it| sort::source(it));
    generator(&mut trials, "tables", tables::strategy, |it| tables::source(it));
    generator(&mut trials, "buffers", buffers::strategy, |it| buffers::source(it));
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        println!("generated programs: {}\n", compare::counts());
    }
    conclusion.exit_code()
}

/// The tests of one generator.
fn generator<S: Strategy + 'static>(
    trials: &mut Vec<Trial>,
    name: &'static str,
    strategy: fn() -> S,
    source: fn(&S::Value) -> Vec<u8>,
) {
    let cases =
        env::var("PERILUNE_CASES").map_or(CASES, |text| text.parse().expect("PERILUNE_CASES is a number"));
    for part in 0..PARTS {
        let cases = (cases + part) / PARTS;
        let test = move || compare(name, part, cases, strategy(), source);
        trials.push(Trial::test(format!("{name}, part {} ({cases} programs)", part + 1), test));
    }
}
