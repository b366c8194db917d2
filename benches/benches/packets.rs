//! The packet server of the `embed` example, stage by stage: Perilune interpreted and compiled, LuaJIT's interpreter, and LuaJIT with its compiler.
//!
//! `cargo bench -p perilune-benches --bench packets`. Rounds are interleaved in one process; figures are medians of thread CPU time.

use perilune::{Lua, LuaOptions};
use perilune_benches::timing::{measure, median};
use perilune_benches::{embed, packets};

const ROUNDS: usize = 9;
const PACKETS: u32 = 200_000;

/// Runs one round; how many packets were answered.
type Run = Box<dyn FnMut() -> u32>;
/// A stage: its name, and how each engine runs it.
type Stage = (&'static str, [Run; 4]);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!(
        "{:<34}{:>12}{:>12}{:>16}{:>16}   million packets a second",
        "", "perilune", "compiled", "luajit -joff", "luajit -jon"
    );
    // Never dropped: closing the peer's state crashes inside LuaJIT (mlua 0.12.2), and the process ends here anyway.
    let mut stages = std::mem::ManuallyDrop::new(stages()?);
    for (name, engines) in stages.iter_mut() {
        let mut times = [const { Vec::new() }; 4];
        let mut answers = Vec::new();
        for _ in 0..ROUNDS {
            for (engine, times) in engines.iter_mut().zip(&mut times) {
                let (milliseconds, answered) = measure(engine);
                times.push(milliseconds);
                answers.push(answered);
            }
        }
        assert!(answers.iter().all(|answered| *answered == answers[0]), "{name}: {answers:?}");
        let [ours, compiled, interpreter, compiler] =
            times.map(|times| f64::from(PACKETS) / median(&times) / 1e3);
        println!("{name:<34}{ours:>12.2}{compiled:>12.2}{interpreter:>16.2}{compiler:>16.2}");
    }
    Ok(())
}

fn stages() -> Result<Vec<Stage>, Box<dyn std::error::Error>> {
    Ok(vec![
        (
            "callbacks through methods",
            [methods(false)?, methods(true)?, peer_methods(false)?, peer_methods(true)?],
        ),
        (
            "callbacks through a C struct",
            [ours(false, false)?, ours(false, true)?, theirs(false, false)?, theirs(false, true)?],
        ),
        (
            "the event loop in Lua",
            [ours(true, false)?, ours(true, true)?, theirs(true, false)?, theirs(true, true)?],
        ),
    ])
}

fn count(text: &str) -> u32 {
    text.split(' ').next().and_then(|count| count.parse().ok()).unwrap_or(0)
}

fn methods(jit: bool) -> Result<Run, Box<dyn std::error::Error>> {
    let mut lua = Lua::with_options(LuaOptions { jit, ..LuaOptions::default() });
    let mut server = embed::Server::<perilune::Function, perilune::AnyUserData>::in_perilune(&mut lua)?;
    Ok(Box::new(move || count(&server.run_perilune(&mut lua, PACKETS).expect("it serves"))))
}

fn peer(compiles: bool) -> Result<mlua::Lua, Box<dyn std::error::Error>> {
    // SAFETY: the script calls only the function it is given, as it was declared.
    #[allow(unsafe_code, reason = "the script needs `ffi`")]
    let lua = unsafe { mlua::Lua::unsafe_new() };
    if !compiles {
        lua.load("jit.off()").exec()?;
    }
    Ok(lua)
}

fn peer_methods(compiles: bool) -> Result<Run, Box<dyn std::error::Error>> {
    let lua = peer(compiles)?;
    let mut server = embed::Server::<mlua::Function, mlua::AnyUserData>::in_luajit(&lua)?;
    Ok(Box::new(move || {
        let _lua = &lua;
        count(&server.run_luajit(PACKETS).expect("it serves"))
    }))
}

fn ours(in_loop: bool, jit: bool) -> Result<Run, Box<dyn std::error::Error>> {
    let mut lua = Lua::with_options(LuaOptions { unsafe_ffi: true, jit, ..LuaOptions::default() });
    let mut server = packets::Server::<perilune::Function>::in_perilune(&mut lua)?;
    Ok(Box::new(move || {
        let answered =
            if in_loop { server.event_loop(&mut lua, PACKETS) } else { server.callbacks(&mut lua, PACKETS) };
        answered.expect("it serves")
    }))
}

fn theirs(in_loop: bool, compiles: bool) -> Result<Run, Box<dyn std::error::Error>> {
    let lua = peer(compiles)?;
    let mut server = packets::Server::<mlua::Function>::in_luajit(&lua)?;
    Ok(Box::new(move || {
        let _lua = &lua;
        let answered = if in_loop { server.event_loop(PACKETS) } else { server.callbacks(PACKETS) };
        answered.expect("it serves")
    }))
}
