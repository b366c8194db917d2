//! Loading of source text, beside LuaJIT with its compiler off: the chunk is compiled, not run.
//!
//! `cargo bench -p perilune-benches --bench load [--rounds N]`. The rounds are interleaved in one process; figures are
//! medians of thread CPU time.

use perilune::{Libraries, Lua, LuaOptions};
use perilune_benches::source_text;
use perilune_benches::timing::{measure, median};

const SOURCE_BYTES: usize = 5_000_000;
const DEFAULT_ROUNDS: usize = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let rounds = match arguments.iter().position(|argument| argument == "--rounds") {
        Some(at) => arguments[at + 1].parse().expect("a number of rounds"),
        None => DEFAULT_ROUNDS,
    };
    let source = source_text::generate(SOURCE_BYTES);
    let megabytes = source.len() as f64 / 1e6;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let times = (load_perilune(&source), load_luajit(&source));
        // The first round warms caches.
        if round > 0 {
            ours.push(times.0);
            theirs.push(times.1);
        }
    }
    let speed = |times: &[f64]| megabytes / (median(times) / 1e3);
    let (ours, theirs) = (speed(&ours), speed(&theirs));
    println!("{megabytes:.1} MB of source text, {} lines", source.lines().count());
    println!("perilune      {ours:>8.1} MB/s");
    println!("luajit -joff  {theirs:>8.1} MB/s");
    println!("ratio         {:>8.2}", ours / theirs);
}

/// Milliseconds until the chunk is a function.
fn load_perilune(source: &str) -> f64 {
    let mut lua = Lua::with_options(LuaOptions { libraries: Libraries::ALL, ..LuaOptions::default() });
    let (time, function) = measure(|| lua.load(source).name("=load").into_function(&mut lua));
    function.expect("the generated source is a program");
    time
}

/// The same for LuaJIT.
fn load_luajit(source: &str) -> f64 {
    let lua = mlua::Lua::new();
    lua.load("jit.off()").exec().expect("the jit library is there");
    let (time, function) = measure(|| lua.load(source).set_name("=load").into_function());
    function.expect("the generated source is a program");
    time
}
