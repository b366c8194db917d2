//! What it costs to cross between Rust and Lua: Perilune, and LuaJIT through `mlua` with its compiler off.
//!
//! `cargo bench -p perilune-benches --bench host [NAME...]`. Rounds are interleaved in one process; figures are medians of
//! thread CPU time per crossing.

use perilune::{Function, Lua, LuaOptions, Methods, Table, UserData};
use perilune_benches::timing::{measure, median};

const CROSSINGS: u32 = 500_000;
const ROUNDS: usize = 9;

struct Counter(u32);

impl UserData for Counter {
    const NAME: &'static str = "Counter";

    fn methods(methods: &mut Methods<'_, Self>) {
        methods.method("get", |counter, _, ()| Ok(counter.0));
        methods.method_mut("set", |counter, _, value: u32| {
            counter.0 = value;
            Ok(())
        });
    }
}

impl mlua::UserData for Counter {
    fn add_methods<M: mlua::UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method("get", |_, counter, ()| Ok(counter.0));
        methods.add_method_mut("set", |_, counter, value: u32| {
            counter.0 = value;
            Ok(())
        });
    }
}

/// One way to cross, in both engines.
struct Case {
    name: &'static str,
    ours: Box<dyn FnMut()>,
    theirs: Box<dyn FnMut()>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let names: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    println!("{:<34}{:>12}{:>16}", "ns per crossing", "perilune", "luajit (mlua)");
    // Never dropped: closing the peer's state crashes inside LuaJIT (mlua 0.12.2), and the process ends here anyway.
    let mut cases = std::mem::ManuallyDrop::new(cases()?);
    for case in cases.iter_mut() {
        if !names.is_empty() && !names.iter().any(|name| case.name.contains(name.as_str())) {
            continue;
        }
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(per_crossing(&mut case.ours));
            theirs.push(per_crossing(&mut case.theirs));
        }
        println!("{:<34}{:>12.1}{:>16.1}", case.name, median(&ours), median(&theirs));
    }
    Ok(())
}

fn per_crossing(work: &mut dyn FnMut()) -> f64 {
    measure(work).0 * 1e6 / f64::from(CROSSINGS)
}

fn cases() -> Result<Vec<Case>, Box<dyn std::error::Error>> {
    let calls = |name, source: &str| -> Result<Case, Box<dyn std::error::Error>> {
        let (mut lua, peer) = engines()?;
        let ours: Function = lua.load(source).eval(&mut lua)?;
        let theirs: mlua::Function = peer.load(source).eval()?;
        Ok(Case {
            name,
            ours: Box::new(move || {
                for n in 0..CROSSINGS {
                    ours.call::<()>(&mut lua, n).expect("it works");
                }
            }),
            theirs: Box::new(move || {
                let _peer = &peer;
                for n in 0..CROSSINGS {
                    theirs.call::<()>(n).expect("it works");
                }
            }),
        })
    };
    let loops = |name, body: &str| -> Result<Case, Box<dyn std::error::Error>> {
        let (mut lua, peer) = engines()?;
        let source = format!("local f, c = f, c local x = 0 for i = 1, ... do {body} end");
        let ours = lua.load(&source).into_function(&mut lua)?;
        let theirs = peer.load(&source).into_function()?;
        Ok(Case {
            name,
            ours: Box::new(move || ours.call::<()>(&mut lua, CROSSINGS).expect("it works")),
            theirs: Box::new(move || {
                let _peer = &peer;
                theirs.call::<()>(CROSSINGS).expect("it works");
            }),
        })
    };
    Ok(vec![
        empty_call()?,
        calls("Rust calls a function of one", "return function(n) return n end")?,
        field_access()?,
        loops("Lua calls a Rust function", "x = f(x)")?,
        loops("Lua calls a method", "x = c:get()")?,
        loops("Lua calls a method that changes", "c:set(i)")?,
        loops("Lua calls a library function", "x = math.abs(i)")?,
    ])
}

/// An engine of each kind, with a function `f` and a userdata `c`.
fn engines() -> Result<(Lua, mlua::Lua), Box<dyn std::error::Error>> {
    // Both interpret: what a crossing costs, not what a compiler can leave out.
    let mut lua = Lua::with_options(LuaOptions { jit: false, ..LuaOptions::default() });
    let f = lua.create_function("f", |_, x: f64| Ok(x + 1.0))?;
    lua.globals().set(&mut lua, "f", &f)?;
    lua.globals().set(&mut lua, "c", Counter(0))?;
    let peer = mlua::Lua::new();
    peer.load("jit.off()").exec()?;
    peer.globals().set("f", peer.create_function(|_, x: f64| Ok(x + 1.0))?)?;
    peer.globals().set("c", peer.create_userdata(Counter(0))?)?;
    Ok((lua, peer))
}

fn empty_call() -> Result<Case, Box<dyn std::error::Error>> {
    let (mut lua, peer) = engines()?;
    let ours: Function = lua.load("return function() end").eval(&mut lua)?;
    let theirs: mlua::Function = peer.load("return function() end").eval()?;
    Ok(Case {
        name: "Rust calls an empty function",
        ours: Box::new(move || {
            for _ in 0..CROSSINGS {
                ours.call::<()>(&mut lua, ()).expect("it works");
            }
        }),
        theirs: Box::new(move || {
            let _peer = &peer;
            for _ in 0..CROSSINGS {
                theirs.call::<()>(()).expect("it works");
            }
        }),
    })
}

fn field_access() -> Result<Case, Box<dyn std::error::Error>> {
    let (mut lua, peer) = engines()?;
    let ours: Table = lua.load("return { x = 1 }").eval(&mut lua)?;
    let theirs: mlua::Table = peer.load("return { x = 1 }").eval()?;
    Ok(Case {
        name: "Rust reads a field",
        ours: Box::new(move || {
            for _ in 0..CROSSINGS {
                std::hint::black_box(ours.get::<f64>(&mut lua, "x").expect("it works"));
            }
        }),
        theirs: Box::new(move || {
            let _peer = &peer;
            for _ in 0..CROSSINGS {
                std::hint::black_box(theirs.get::<f64>("x").expect("it works"));
            }
        }),
    })
}
