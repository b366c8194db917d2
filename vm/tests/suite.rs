//! Every Lua test program, run by LuaJIT and by Perilune: the outputs must be equal byte for byte.
//!
//! `PERILUNE_TEST=strings/ cargo test -p perilune --test suite` runs the programs whose name contains `strings/`.

mod common;

use std::fmt::Write as _;

use common::diff::diff;
use common::engines::{self, Mode};
use common::{known, programs};

#[test]
fn plain() {
    compare(Mode::Plain);
}

#[test]
fn collector_stress() {
    compare(Mode::CollectorStress);
}

#[test]
fn the_oracle_is_deterministic() {
    let programs = programs();
    let unstable: Vec<_> = programs
        .iter()
        .filter(|program| engines::luajit(program) != engines::luajit(program))
        .map(|program| program.name.as_str())
        .collect();
    assert!(unstable.is_empty(), "LuaJIT prints something else the second time: {unstable:#?}");
}

#[test]
fn every_program_runs_to_its_end_in_the_oracle() {
    let failing: Vec<_> = programs()
        .iter()
        .map(|program| (program.name.clone(), engines::luajit(program)))
        .filter(|(_, output)| {
            last_line(output).starts_with(b"error: ") || last_line(output).starts_with(b"driver failed")
        })
        .map(|(name, output)| format!("{name}: {}", last_line(&output).escape_ascii()))
        .collect();
    assert!(failing.is_empty(), "{failing:#?}");
}

fn last_line(output: &[u8]) -> &[u8] {
    let output = output.strip_suffix(b"\n").unwrap_or(output);
    output.rsplit(|&byte| byte == b'\n').next().unwrap_or(output)
}

/// Fails with every program whose output is not LuaJIT's, and with every known difference that has gone.
fn compare(mode: Mode) {
    let mut report = String::new();
    let (mut run, mut wrong) = (0, 0);
    for program in programs() {
        run += 1;
        let difference = diff(&engines::luajit(&program), &engines::perilune(&program, mode));
        match (difference, known::reason(&program.name)) {
            (None, None) | (Some(_), Some(_)) => continue,
            (Some(difference), None) => {
                let _ = writeln!(report, "{}  (- LuaJIT, + Perilune)\n{difference}", program.name);
            }
            (None, Some(reason)) => {
                let _ = writeln!(report, "{}: no longer differs; was: {reason}", program.name);
            }
        }
        wrong += 1;
    }
    assert!(wrong == 0, "{wrong} of {run} programs, mode {mode:?}:\n\n{report}");
}
