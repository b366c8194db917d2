//! Hostile bytecode: whatever is loaded is refused or runs without doing harm.
//!
//! Harm shows as a crash, an assertion (debug builds check stack slots), a broken heap (the stress mode verifies it), or a machine that no longer
//! computes. `PERILUNE_HOSTILE` multiplies the number of random cases.

mod random;

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::bytecode::dump::dump;
use crate::bytecode::undump::undump;
use crate::bytecode::{Draft, Insn};
use crate::compiler::compile;
use crate::{Function, Libraries, Lua, LuaOptions, MemoryLimit, Stress};
use random::{Change, changes};

/// Programs that have every instruction in them; each takes and returns functions and tables.
const PROGRAMS: &[&str] = &[
    "local a, b, c = ... local t = {1, 2, c, x = a, [b] = c, ...} t.y = t.x t[1], t[2] = t[2], t[1] t[a] = b g = t
     return t, #t, -a, not b, a .. b .. 'x', t:m(1, ...), t.x.y.z",
    "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end return fib(7), fib",
    "local s = 0 for i = 1, 10 do for j = 10, i, -2 do s = s + i * j % 7 / 3 - 2 ^ j end end
     for k, v in pairs({...}) do s = v end for i, v in ipairs({1, 2, 3}) do s = s + v end return s",
    "local t, n = {}, ... for i = 1, 3 do local x = i t[i] = function(y) x = x + (y or 1) n = x return x, t end end
     local function all(f, ...) if f then return f(1), all(...) end return t[1] end return all(t[1], t[2], t[3])",
    "local a, b = ... repeat local c = function() return a, b end a = a == b if b then break end until c() or a ~= nil or true
     while not (a and b or 1 < 2) do b = a goto done end ::done:: do local x ::again:: x = (x or 0) + 1
     if x < 3 then goto again end end return pcall(error, a), select('#', ...), (select(2, ...))",
    "local x = 1 return function(...) local u = {f = function() return u, x end} local v = ... u.f().f = v
     return coroutine.wrap(function(...) local y = coroutine.yield(...) return y, u end), 10LL, 'text' == v, 1 == v, nil == v, v < 'a', 1 >= v end",
];

/// Calls a function in ways that lead it through all it has: with numbers, with strings, with tables whose metamethods look at and change the
/// variables of their caller, in a coroutine; then the functions it returns.
const HARNESS: &str = r#"
    debug.sethook()
    local f = ...
    local values, meddled = {1, "text", {}, tostring}, 0
    local function meddle()
        debug.traceback()
        for level = 2, 6 do
            local info = debug.getinfo(level, "nSlu")
            for i = -2, 12 do
                if info and info.source ~= "=harness" and info.what ~= "C" and debug.getlocal(level, i) then
                    meddled = meddled + 1
                    debug.setlocal(level, i, values[meddled % 5])
                end
            end
        end
    end
    local object
    local meta = {
        __call = function(_, ...) meddle() object.last = ... return object, ... end,
        __index = function(_, key) meddle() return object end,
        __newindex = function(...) meddle() return ... end,
        __concat = function(a, b) meddle() return object end,
        __eq = function() return true end,
        __lt = function() meddle() return true end,
        __le = function() return false end,
        __unm = function(a) return a end,
        __len = function() return 3 end,
    }
    for _, name in ipairs({"add", "sub", "mul", "div", "mod", "pow"}) do
        meta["__" .. name] = function(a, b) meddle() return object end
    end
    object = setmetatable({m = function(...) meddle() return object, ... end, last = 1}, meta)
    local function try(f, depth, ...)
        debug.getinfo(f, "SlnuL")
        local results = {pcall(f, ...)}
        for i = 1, #results do
            if type(results[i]) == "function" and depth < 3 and results[i] ~= error then
                try(results[i], depth + 1, ...)
            end
        end
    end
    try(f, 1)
    try(f, 1, 1, 2, 3)
    try(f, 1, "a", "b", {})
    try(f, 1, object, object, object)
    local wrapped = coroutine.wrap(f)
    for i = 1, 3 do pcall(wrapped, function() return object end, i, nil) end
    for i = 1, 20 do debug.setupvalue(f, i, i) end
    debug.sethook(meddle, "crl", 3)
    try(f, 1, nil, true, f)
    try(f, 1, object, object, object)
    debug.sethook()
    collectgarbage()
"#;

/// A machine that loads bytecode, with everything in it that does not reach outside.
fn machine(stress: bool) -> Lua {
    let libraries = Libraries { debug: true, ..Libraries::SAFE };
    let mut lua =
        Lua::with_options(LuaOptions { libraries, seed: Some(1), bytecode: true, ..LuaOptions::default() });
    lua.set_time_limit(Some(Duration::from_millis(16)));
    lua.set_memory_limit(Some(MemoryLimit { soft: 24 << 20, hard: 32 << 20 }));
    lua.set_stack_limit(2000);
    if stress {
        lua.set_gc_stress(Stress::EveryAllocation);
    }
    lua
}

/// Runs a function; its errors, and running out of time or memory, are its own affair.
fn run(lua: &mut Lua, main: &Function) {
    let outcome = lua.load(HARNESS).name("=harness").into_function(lua);
    let harness = outcome.expect("the harness compiles and fits");
    drop(harness.call::<()>(lua, main));
}

/// Runs what a draft holds, in a machine of its own, which must be in order afterwards.
fn run_alone(draft: Draft, stress: bool) {
    let mut lua = machine(stress);
    let main = lua.load_draft(&Arc::new(draft)).expect("memory for the prototype");
    run(&mut lua, &main);
    assert_in_order(&mut lua);
}

fn assert_in_order(lua: &mut Lua) {
    lua.set_time_limit(Some(Duration::from_secs(60)));
    // A harness that was stopped has not taken its hook away.
    lua.load("debug.sethook()").name("=harness").exec(lua).expect("a machine in order");
    let program =
        "local t = {} for i = 1, 100 do t[i] = i .. '' end collectgarbage() return #table.concat(t)";
    assert_eq!(lua.load(program).eval::<u32>(lua).expect("a machine in order"), 192);
}

fn compiled(program: &str) -> Draft {
    compile(program.as_bytes(), b"=hostile").expect("compiles")
}

/// How many cases a random test runs.
fn cases(count: u32) -> Config {
    let factor = std::env::var("PERILUNE_HOSTILE").ok().and_then(|factor| factor.parse::<u32>().ok());
    Config { cases: count * factor.unwrap_or(1), failure_persistence: None, ..Config::default() }
}

#[test]
fn the_programs_run_as_they_are() {
    for program in PROGRAMS {
        for strip in [false, true] {
            let draft = undump(&dump(&compiled(program), 0, strip), b"=again").expect("sound");
            run_alone(draft, true);
        }
    }
}

#[test]
fn every_byte_changed() {
    let mut accepted = 0;
    for program in PROGRAMS {
        let bytes = dump(&compiled(program), 0, false);
        let mut lua = machine(false);
        for at in 0..bytes.len() {
            for flip in [1, 0x80, 0xff, 1 << (at % 8)] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                if let Ok(main) = lua.load(&changed).into_function(&mut lua) {
                    accepted += 1;
                    run(&mut lua, &main);
                }
            }
        }
        assert_in_order(&mut lua);
    }
    assert!(accepted > 1000, "{accepted} changed programs were accepted");
}

#[test]
fn random_changes_of_bytes() {
    let dumps: Vec<Vec<u8>> = PROGRAMS.iter().map(|program| dump(&compiled(program), 0, false)).collect();
    let change = (any::<prop::sample::Index>(), any::<u8>());
    let input = (0..dumps.len(), prop::collection::vec(change, 2..8), any::<bool>());
    let mut runner = TestRunner::new(cases(5000));
    let outcome = runner.run(&input, |(program, changes, inserts)| {
        let mut bytes = dumps[program].clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            if inserts {
                bytes.insert(at, byte);
            } else {
                bytes[at] = byte;
            }
        }
        if let Ok(draft) = undump(&bytes, b"=changed") {
            run_alone(draft, byte_sum(&bytes).is_multiple_of(8));
        }
        Ok(())
    });
    outcome.expect("no change does harm");
}

fn byte_sum(bytes: &[u8]) -> usize {
    bytes.iter().map(|byte| usize::from(*byte)).sum()
}

#[test]
fn random_changes_of_instructions() {
    let drafts: Vec<Draft> = PROGRAMS.iter().map(|program| compiled(program)).collect();
    let input = (0..drafts.len(), changes());
    let mut runner = TestRunner::new(cases(3000));
    let accepted = std::cell::Cell::new(0);
    let outcome = runner.run(&input, |(program, changes)| {
        let mut draft = drafts[program].clone();
        changes.iter().for_each(|change: &Change| change.apply(&mut draft));
        if let Ok(draft) = undump(&dump(&draft, 0, false), b"=changed") {
            accepted.set(accepted.get() + 1);
            let stress = accepted.get() % 8 == 0;
            run_alone(draft, stress);
        }
        Ok(())
    });
    outcome.expect("no change does harm");
    assert!(accepted.get() > 300, "{} changed programs were accepted", accepted.get());
}

#[test]
fn random_instructions() {
    let mut runner = TestRunner::new(cases(3000));
    let accepted = std::cell::Cell::new(0);
    let outcome = runner.run(&random::function(), |code: Vec<Insn>| {
        let draft = random::draft(&code);
        if let Ok(draft) = undump(&dump(&draft, 0, false), b"=random") {
            accepted.set(accepted.get() + 1);
            let stress = accepted.get() % 8 == 0;
            run_alone(draft, stress);
        }
        Ok(())
    });
    outcome.expect("no instructions do harm");
    assert!(accepted.get() > 300, "{} functions were accepted", accepted.get());
}
