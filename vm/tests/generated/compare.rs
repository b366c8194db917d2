//! Runs generated programs in both engines and shrinks the first that differs.

use std::cell::Cell;
use std::env;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::common::Program;
use crate::common::diff::diff;
use crate::common::engines::{self, Mode};
use crate::normalize::normalize;

/// The line after which a program is its own: what comes before is not printed when it fails.
pub(crate) const PROGRAM: &str = "-- program";

/// How many programs each generator makes when `PERILUNE_CASES` does not say.
const CASES: u32 = 2000;
/// One program in this many also runs under collector stress, which takes many times as long.
const STRESSED: u32 = 8;

/// The number of programs each generator makes.
pub(crate) fn cases() -> u32 {
    env::var("PERILUNE_CASES").map_or(CASES, |text| text.parse().expect("PERILUNE_CASES is a number"))
}

fn seed() -> u64 {
    env::var("PERILUNE_SEED").map_or(1, |text| text.parse().expect("PERILUNE_SEED is a number"))
}

/// Makes `cases` programs, the seed being `PERILUNE_SEED` and `part`, and fails with the first that the engines disagree on, made as
/// small as possible.
pub(crate) fn compare<S: Strategy>(
    name: &str,
    part: u32,
    cases: u32,
    strategy: S,
    source: fn(&S::Value) -> Vec<u8>,
) {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 6000,
        max_shrink_time: 20_000,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed().to_le_bytes());
    bytes[8..12].copy_from_slice(&part.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let run = Cell::new(0);
    let result = runner.run(&strategy, |value| {
        run.set(run.get() + 1);
        let stressed = run.get() % STRESSED == 0;
        match difference(&source(&value), stressed) {
            None => Ok(()),
            Some(text) => Err(TestCaseError::fail(text)),
        }
    });
    match result {
        Ok(()) => {}
        Err(TestError::Abort(reason)) => panic!("{name}: {reason}"),
        Err(TestError::Fail(_, value)) => {
            let source = source(&value);
            let text =
                difference(&source, true).unwrap_or_else(|| "no difference when run alone\n".to_owned());
            panic!(
                "{name}, seed {}, part {part}, after {} runs:\n{}\n(- LuaJIT, + Perilune)\n{text}",
                seed(),
                run.get(),
                own_part(&source),
            );
        }
    }
}

/// A program from the line `PROGRAM` on, with line numbers.
fn own_part(source: &[u8]) -> String {
    let source = String::from_utf8_lossy(source);
    let lines = source.lines().enumerate().map(|(at, line)| (at + 1, line)).collect::<Vec<_>>();
    let start = lines.iter().position(|(_, line)| *line == PROGRAM).map_or(0, |at| at + 1);
    lines[start..].iter().fold(String::new(), |text, (number, line)| text + &format!("{number:>4} {line}\n"))
}

/// How the outputs of a program differ.
fn difference(source: &[u8], stressed: bool) -> Option<String> {
    let program = Program { name: "program".to_owned(), source: source.to_vec() };
    if env::var_os("PERILUNE_PRINT").is_some() {
        eprintln!("{}\n----", String::from_utf8_lossy(source));
    }
    let expected = normalize(&engines::luajit(&program));
    if env::var_os("PERILUNE_PRINT").is_some() {
        eprintln!("{}\n====", String::from_utf8_lossy(&expected));
    }
    let plain = diff(&expected, &normalize(&engines::perilune(&program, Mode::Plain)));
    if plain.is_some() || !stressed {
        return plain;
    }
    diff(&expected, &normalize(&engines::perilune(&program, Mode::CollectorStress)))
        .map(|text| format!("under collector stress:\n{text}"))
}
