//! Every Lua test program, run by LuaJIT and by Perilune: the outputs must be equal byte for byte.
//!
//! Each program is one test per mode, so that the test run itself says how many there are and names the failing ones:
//!
//! - `oracle`: LuaJIT runs the program to its end, and prints the same when it runs it again;
//! - `plain`, `stress`, `dumped`, `compiled` and `compiled-stress`: Perilune prints what LuaJIT prints, as a host would run it, under collector
//!   stress, after the program has been through `string.dump` and back, with every loop compiled, and that under collector stress;
//! - `forced` and `oddly-hot`: also compiled, with each guard failing in its turn, and with loops and exits that become hot at random times;
//! - `background`: compiled by another thread while the program runs, and only where that pays, as by default, but hot soon.
//!
//! `cargo test -p perilune --test suite -- strings/` runs the programs whose name contains `strings/`; so does
//! `PERILUNE_TEST=strings/` in the environment.
//!
//! With `PERILUNE_ALONE=1` LuaJIT has no part in it: every mode must print what the plain one prints. For AddressSanitizer, which stops where LuaJIT writes behind
//! a block of its own.

mod common;

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Failed, Trial};

use common::diff::diff;
use common::engines::{self, Mode};
use common::{Program, known, programs};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let cases: Vec<_> = programs().into_iter().map(Case::new).collect();
    let mut trials: Vec<_> = cases.iter().flat_map(Case::trials).collect();
    trials.push(Trial::test("known differences are about programs", known_differences_are_about_programs));
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        let counts: Vec<_> = Check::ALL.iter().map(Check::count).collect();
        println!("programs: {}\n", counts.join(", "));
    }
    conclusion.exit_code()
}

/// What is shown about each program.
#[derive(Clone, Copy)]
enum Check {
    Oracle,
    Perilune(Mode),
}

/// How often each check ran.
static RAN: [AtomicUsize; Check::ALL.len()] = [const { AtomicUsize::new(0) }; Check::ALL.len()];

impl Check {
    const ALL: [Self; 9] = [
        Self::Oracle,
        Self::Perilune(Mode::Plain),
        Self::Perilune(Mode::CollectorStress),
        Self::Perilune(Mode::Dumped),
        Self::Perilune(Mode::Compiled),
        Self::Perilune(Mode::CompiledStress),
        Self::Perilune(Mode::Forced),
        Self::Perilune(Mode::OddlyHot),
        Self::Perilune(Mode::Background),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Oracle => "oracle",
            Self::Perilune(Mode::Plain) => "plain",
            Self::Perilune(Mode::CollectorStress) => "stress",
            Self::Perilune(Mode::Dumped) => "dumped",
            Self::Perilune(Mode::Compiled) => "compiled",
            Self::Perilune(Mode::CompiledStress) => "compiled-stress",
            Self::Perilune(Mode::Forced) => "forced",
            Self::Perilune(Mode::OddlyHot) => "oddly-hot",
            Self::Perilune(Mode::Background) => "background",
        }
    }

    fn ran(&self) -> &'static AtomicUsize {
        match self {
            Self::Oracle => &RAN[0],
            Self::Perilune(Mode::Plain) => &RAN[1],
            Self::Perilune(Mode::CollectorStress) => &RAN[2],
            Self::Perilune(Mode::Dumped) => &RAN[3],
            Self::Perilune(Mode::Compiled) => &RAN[4],
            Self::Perilune(Mode::CompiledStress) => &RAN[5],
            Self::Perilune(Mode::Forced) => &RAN[6],
            Self::Perilune(Mode::OddlyHot) => &RAN[7],
            Self::Perilune(Mode::Background) => &RAN[8],
        }
    }

    fn count(&self) -> String {
        format!("{} {}", self.ran().load(Ordering::Relaxed), self.name())
    }
}

/// A program and, once LuaJIT has run it, what it prints.
struct Case {
    program: Program,
    expected: OnceLock<Vec<u8>>,
}

impl Case {
    fn new(program: Program) -> Arc<Self> {
        Arc::new(Self { program, expected: OnceLock::new() })
    }

    fn trials(self: &Arc<Self>) -> impl Iterator<Item = Trial> + use<> {
        let case = Arc::clone(self);
        let checks = Check::ALL.into_iter().filter(|check| !is_alone() || !matches!(check, Check::Oracle));
        checks.map(move |check| {
            let case = Arc::clone(&case);
            Trial::test(case.program.name.clone(), move || {
                check.ran().fetch_add(1, Ordering::Relaxed);
                match check {
                    Check::Oracle => case.oracle(),
                    Check::Perilune(mode) => case.perilune(mode),
                }
            })
            .with_kind(check.name())
        })
    }

    fn expected(&self) -> &[u8] {
        self.expected.get_or_init(|| {
            if is_alone() {
                engines::perilune(&self.program, Mode::Plain)
            } else {
                engines::luajit(&self.program)
            }
        })
    }

    fn oracle(&self) -> Result<(), Failed> {
        if let Some(difference) = diff(self.expected(), &engines::luajit(&self.program)) {
            return Err(format!("LuaJIT prints something else the second time:\n{difference}").into());
        }
        let last = last_line(self.expected());
        if last.starts_with(b"error: ") || last.starts_with(b"driver failed") {
            return Err(format!("does not run to its end in LuaJIT: {}", last.escape_ascii()).into());
        }
        Ok(())
    }

    /// Fails when the output is not LuaJIT's, and when a known difference has gone.
    fn perilune(&self, mode: Mode) -> Result<(), Failed> {
        let difference = diff(self.expected(), &engines::perilune(&self.program, mode));
        match (difference, known::reason(&self.program.name)) {
            (None, None) | (Some(_), Some(_)) => Ok(()),
            (Some(difference), None) => {
                Err(format!("{} (- LuaJIT, + Perilune)\n{difference}", self.program.name).into())
            }
            (None, Some(_)) if is_alone() => Ok(()),
            (None, Some(reason)) => Err(format!("no longer differs; was: {reason}").into()),
        }
    }
}

/// Whether LuaJIT is left out.
fn is_alone() -> bool {
    std::env::var_os("PERILUNE_ALONE").is_some()
}

fn last_line(output: &[u8]) -> &[u8] {
    let output = output.strip_suffix(b"\n").unwrap_or(output);
    output.rsplit(|&byte| byte == b'\n').next().unwrap_or(output)
}

fn known_differences_are_about_programs() -> Result<(), Failed> {
    let folder = common::folder();
    match known::entries().find(|(name, _)| !folder.join(name).is_file()) {
        Some((name, _)) => Err(format!("no program is called {name}").into()),
        None => Ok(()),
    }
}
