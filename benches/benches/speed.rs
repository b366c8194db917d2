//! Perilune against LuaJIT, each with its compiler off and on, over the programs in `benches/programs`.
//!
//! `cargo bench -p perilune-benches --bench speed [--rounds N] [NAME...]` runs the programs whose name contains one of the
//! given ones. The rounds of all engines are interleaved in one process; figures are medians of thread CPU time.

use perilune_benches::engine::{Engine, Ready};
use perilune_benches::program;
use perilune_benches::timing::{geometric_mean, measure, median};

/// Packets per run of the `embed` callback loop.
const PACKETS: u32 = 200_000;
const DEFAULT_ROUNDS: usize = 5;
/// Rounds before those that count: caches are filled, and what will be compiled mostly has been.
const WARM_ROUNDS: usize = 3;

fn main() {
    let (rounds, names) = arguments();
    let wanted = |name: &str| names.is_empty() || names.iter().any(|part| name.contains(part.as_str()));
    println!(
        "{:<18}{:>10}{:>10}{:>14}{:>10}{:>10}{:>12}{:>10}",
        "ms of CPU time",
        "perilune",
        "compiled",
        "luajit -joff",
        "luajit",
        "x -joff",
        "x perilune",
        "x luajit"
    );
    let mut ratios = Vec::new();
    for program in program::all().iter().filter(|program| wanted(&program.name)) {
        ratios.push(compare(&program.name, rounds, |engine| engine.prepare(program)));
    }
    if wanted("embed") {
        ratios.push(compare("embed", rounds, |engine| engine.prepare_embed(PACKETS)));
    }
    let mean = |of: fn(&Ratios) -> f64| geometric_mean(ratios.iter().map(of));
    let [interpreter, gain, compiler] =
        [mean(|it| it.interpreter), mean(|it| it.gain), mean(|it| it.compiler)];
    println!("{:<62}{interpreter:>10.2}{gain:>12.2}{compiler:>10.2}", "geometric mean");
}

/// How fast we are relative to others: above 1 is faster.
struct Ratios {
    /// Our interpreter to LuaJIT's.
    interpreter: f64,
    /// Our compiled code to our interpreter.
    gain: f64,
    /// Our compiled code to LuaJIT's.
    compiler: f64,
}

/// Runs one program in every engine, round by round, and prints its line.
fn compare(name: &str, rounds: usize, prepare: impl Fn(Engine) -> Ready) -> Ratios {
    let mut ready = Engine::ALL.map(prepare);
    let mut times = Engine::ALL.map(|_| Vec::with_capacity(rounds));
    let expected = ready[Engine::LuaJitInterpreter as usize].run();
    for round in 0..WARM_ROUNDS + rounds {
        for (engine, (ready, times)) in Engine::ALL.into_iter().zip(ready.iter_mut().zip(&mut times)) {
            ready.collect();
            let (time, checksum) = measure(|| ready.run());
            assert_eq!(checksum, expected, "{name}: the checksum of {}", engine.heading());
            if round >= WARM_ROUNDS {
                times.push(time);
            }
        }
    }
    let [ours, compiled, interpreter, compiler] = times.map(|times| median(&times));
    let ratios =
        Ratios { interpreter: interpreter / ours, gain: ours / compiled, compiler: compiler / compiled };
    println!(
        "{name:<18}{ours:>10.1}{compiled:>10.1}{interpreter:>14.1}{compiler:>10.1}{:>10.2}{:>12.2}{:>10.2}",
        ratios.interpreter, ratios.gain, ratios.compiler
    );
    ratios
}

/// The number of rounds and the names to run.
fn arguments() -> (usize, Vec<String>) {
    let mut rounds = DEFAULT_ROUNDS;
    let mut names = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // What `cargo bench` passes to every bench.
            "--bench" => {}
            "--rounds" => {
                rounds =
                    arguments.next().and_then(|count| count.parse().ok()).expect("--rounds takes a number");
                assert!(rounds > 0, "at least one round");
            }
            _ => names.push(argument),
        }
    }
    (rounds, names)
}
