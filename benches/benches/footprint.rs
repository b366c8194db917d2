//! What things cost at rest: resident memory of a million objects of each kind, and the time to make a state with all libraries, beside LuaJIT.
//!
//! `cargo bench -p perilune-benches --bench footprint` measures each kind in a process of its own, so that one does not live in
//! memory another has left behind.

use std::process::Command;

use perilune_benches::timing::{measure, median};

/// How many objects of a kind are alive at once.
const OBJECTS: u32 = 1_000_000;
const STATES: usize = 200;

/// A kind of object and the expression that makes one; `i` counts.
const KINDS: &[(&str, &str)] = &[
    ("{}", "{}"),
    ("{x=1,y=2,z=3}", "{x = 1, y = 2, z = 3}"),
    ("{1,2,3}", "{1, 2, 3}"),
    ("closure with two upvalues", "make_closure(i)"),
    ("coroutine", "coroutine.create(body)"),
    ("string of 10 bytes", "string.format('%010d', i)"),
];

/// Makes `keep`, with all its memory in use, and a function that fills it with objects.
const PROGRAM: &str = "
    local count = ...
    local keep = {}
    for i = 1, count do keep[i] = i end
    local function make_closure(i)
        local a, b = i, i + 1
        return function() return a + b end
    end
    local function body() end
    return function()
        for i = 1, count do keep[i] = OBJECT end
        return keep
    end
";

#[derive(Clone, Copy)]
enum Engine {
    Perilune,
    LuaJit,
}

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--measure") {
        let kind = arguments[at + 1].parse().expect("the number of a kind");
        let engine = if arguments[at + 2] == "perilune" { Engine::Perilune } else { Engine::LuaJit };
        println!("{}", bytes_each(engine, kind));
        return;
    }
    println!("{:<28}{:>12}{:>12}{:>10}", "resident bytes each", "perilune", "luajit", "ratio");
    for (kind, (name, _)) in KINDS.iter().enumerate() {
        let ours = in_another_process(kind, "perilune");
        let theirs = in_another_process(kind, "luajit");
        println!("{name:<28}{ours:>12.1}{theirs:>12.1}{:>10.2}", ours / theirs);
    }
    let ours = state_creation(|| drop(perilune_state()));
    let theirs = state_creation(|| drop(luajit_state()));
    println!("\n{:<28}{:>12}{:>12}{:>10}", "microseconds", "perilune", "luajit", "ratio");
    println!("{:<28}{ours:>12.1}{theirs:>12.1}{:>10.2}", "a state, all libraries", ours / theirs);
}

fn perilune_state() -> perilune::Lua {
    perilune::Lua::with_options(perilune::LuaOptions {
        libraries: perilune::Libraries::ALL,
        ..Default::default()
    })
}

#[allow(unsafe_code, reason = "the only way to a LuaJIT state with all its libraries")]
fn luajit_state() -> mlua::Lua {
    // SAFETY: the bench runs its own programs, which neither load bytecode nor call C functions.
    unsafe { mlua::Lua::unsafe_new() }
}

/// Median time of making and dropping a state.
fn state_creation(mut make: impl FnMut()) -> f64 {
    let times: Vec<_> = (0..STATES).map(|_| measure(&mut make).0 * 1e3).collect();
    median(&times)
}

fn in_another_process(kind: usize, engine: &str) -> f64 {
    let this = std::env::current_exe().expect("a program knows where it is");
    let output = Command::new(this)
        .args(["--measure", &kind.to_string(), engine])
        .output()
        .expect("the bench can start itself");
    assert!(output.status.success(), "{engine}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number")
}

/// How much the process grows by an object.
fn bytes_each(engine: Engine, kind: usize) -> f64 {
    let source = PROGRAM.replace("OBJECT", KINDS[kind].1);
    let (before, after) = match engine {
        Engine::Perilune => {
            let mut lua = perilune_state();
            let chunk = lua.load(&source).into_function(&mut lua).expect("it compiles");
            let fill: perilune::Function = chunk.call(&mut lua, OBJECTS).expect("it runs");
            lua.gc_collect();
            let before = resident();
            let _kept: perilune::Table = fill.call(&mut lua, ()).expect("it runs");
            lua.gc_collect();
            (before, resident())
        }
        Engine::LuaJit => {
            let lua = luajit_state();
            let fill: mlua::Function = lua.load(&source).call(OBJECTS).expect("it runs");
            lua.gc_collect().expect("a collection");
            let before = resident();
            let _kept: mlua::Table = fill.call(()).expect("it runs");
            lua.gc_collect().expect("a collection");
            (before, resident())
        }
    };
    (after - before) as f64 / f64::from(OBJECTS)
}

/// The resident memory of this process, in bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux tells a process its size");
    let pages: usize =
        statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("the second field is a number");
    pages * 4096
}
