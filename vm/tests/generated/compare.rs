//! Runs generated programs in both engines and shrinks the first that differs.

use std::cell::Cell;
use std::env;
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::Failed;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::common::Program;
use crate::common::diff::diff;
use crate::common::engines::{self, Mode};
use crate::normalize::{normalize, without_names_of_called};

/// The line after which a program is its own: what comes before is not printed when it fails.
pub(crate) const PROGRAM: &str = "-- program";

/// One program in this many also runs compiled.
const COMPILED: u32 = 2;

/// One program in this many also runs, interpreted and compiled, under collector stress, which takes many times as long.
const STRESSED: u32 = 8;

/// What a program that is compiled also runs with, one of them.
const ODD: [(Mode, &str); 2] =
    [(Mode::Forced, "with guards forced"), (Mode::OddlyHot, "hot at random times")];

/// How many programs Perilune has run in each mode.
static PLAIN: AtomicUsize = AtomicUsize::new(0);
static COMPILED_RUNS: AtomicUsize = AtomicUsize::new(0);
static STRESS: AtomicUsize = AtomicUsize::new(0);

/// How many programs have been compared.
pub(crate) fn counts() -> String {
    let count = |count: &AtomicUsize| count.load(Ordering::Relaxed);
    format!("{} plain, {} compiled, {} stress", count(&PLAIN), count(&COMPILED_RUNS), count(&STRESS))
}

/// Makes `cases` programs, different for every part and `PERILUNE_SEED`, and fails with the first that the engines disagree on, made
/// as small as possible.
pub(crate) fn compare<S: Strategy>(
    name: &str,
    part: u32,
    cases: u32,
    strategy: S,
    source: fn(&S::Value) -> Vec<u8>,
) -> Result<(), Failed> {
    let seed =
        env::var("PERILUNE_SEED").map_or(1, |text| text.parse::<u64>().expect("PERILUNE_SEED is a number"));
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..12].copy_from_slice(&part.to_le_bytes());
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 6000,
        max_shrink_time: 20_000,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let run = Cell::new(0_u32);
    let result = runner.run(&strategy, |value| {
        run.set(run.get() + 1);
        let every = |period| run.get().is_multiple_of(period);
        difference(&source(&value), every(COMPILED), every(STRESSED))
            .map_or(Ok(()), |text| Err(TestCaseError::fail(text)))
    });
    match result {
        Ok(()) => Ok(()),
        Err(TestError::Abort(reason)) => Err(reason.to_string().into()),
        Err(TestError::Fail(_, value)) => {
            let source = source(&value);
            let text = difference(&source, true, true)
                .unwrap_or_else(|| "no difference when it runs again\n".to_owned());
            let source = own_part(&source);
            Err(format!("{name} of seed {seed}:\n{source}\n(- LuaJIT, + Perilune)\n{text}").into())
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
fn difference(source: &[u8], compiled: bool, stressed: bool) -> Option<String> {
    let program = Program { name: "program".to_owned(), source: source.to_vec() };
    let print = env::var_os("PERILUNE_PRINT").is_some();
    if print {
        eprintln!("{}\n----", String::from_utf8_lossy(source));
    }
    let expected = engines::luajit(&program);
    if print {
        eprintln!("{}\n====", String::from_utf8_lossy(&expected));
    }
    let run = |mode| {
        let ours = engines::perilune(&program, mode);
        let difference = diff(&normalize(&expected), &normalize(&ours))?;
        // The same but for names that LuaJIT gets wrong?
        let unnamed = |output| without_names_of_called(&normalize(output), source);
        diff(&unnamed(&expected), &unnamed(&ours)).map(|_| difference)
    };
    PLAIN.fetch_add(1, Ordering::Relaxed);
    let mut found = run(Mode::Plain);
    if found.is_none() && compiled {
        // These by turns.
        let (mode, name) = ODD[PLAIN.load(Ordering::Relaxed) / 2 % ODD.len()];
        found = run(mode).map(|text| format!("{name}:\n{text}"));
    }
    if found.is_none() && compiled {
        COMPILED_RUNS.fetch_add(1, Ordering::Relaxed);
        found = run(Mode::Compiled).map(|text| format!("compiled:\n{text}"));
    }
    if found.is_none() && stressed {
        STRESS.fetch_add(1, Ordering::Relaxed);
        found = run(Mode::CollectorStress).map(|text| format!("under collector stress:\n{text}"));
        if found.is_none() && compiled {
            found =
                run(Mode::CompiledStress).map(|text| format!("compiled, under collector stress:\n{text}"));
        }
    }
    found
}
