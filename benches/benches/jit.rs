//! Compiled loops, small ones, each about one thing: Perilune interpreted and compiled, LuaJIT interpreted and compiled; and what it costs to leave compiled
//! code, and to get it.
//!
//! `cargo bench -p perilune-benches --bench jit [NAME...]`. Rounds are interleaved in one process; figures are medians of thread CPU time, that of the
//! compiler's thread not included, but for the time until code is there, which is wall time.

use std::time::Instant;

use perilune::{Function, Lua, LuaOptions};
use perilune_benches::timing::{measure, median};

const ROUNDS: usize = 7;

/// A name, what one turn is, how many turns a run has, and a chunk that returns a function from the number of turns to a checksum.
struct Loop {
    name: &'static str,
    turns: u32,
    source: &'static str,
}

const LOOPS: &[Loop] = &[
    Loop {
        name: "numeric loop",
        turns: 5_000_000,
        source: "return function(n) local s = 0 for i = 1, n do s = s + i % 7 end return s end",
    },
    Loop {
        name: "field loop",
        turns: 2_000_000,
        source: "local all = {} for i = 1, 1000 do all[i] = {x = i, vx = i % 7} end
            return function(n)
              for _ = 1, n / 1000 do
                for i = 1, #all do local p = all[i] p.x = p.x + p.vx * 0.5 end
              end
              return all[17].x
            end",
    },
    Loop {
        name: "method calls",
        turns: 2_000_000,
        source: "local Base = {} Base.__index = Base
            function Base:add(n) self.n = self.n + n end
            local Class = setmetatable({}, Base) Class.__index = Class
            function Class:twice(n) self:add(n) self:add(n) end
            local all = {} for i = 1, 100 do all[i] = setmetatable({n = i}, Class) end
            return function(n)
              for _ = 1, n / 100 do for i = 1, #all do all[i]:twice(i) end end
              return all[17].n
            end",
    },
    Loop {
        name: "unpredictable branch",
        turns: 2_000_000,
        source: "local r, seed = {}, 1 for i = 1, 4096 do seed = (seed * 16807) % 2147483647 r[i] = seed % 2 end
            return function(n)
              local s, at = 0, 0
              for i = 1, n do
                at = at % 4096 + 1
                if r[at] == 1 then s = s + i else s = s - 2 end
              end
              return s
            end",
    },
    Loop {
        name: "three such branches",
        turns: 2_000_000,
        source: "local r, seed = {}, 1 for i = 1, 4096 do seed = (seed * 16807) % 2147483647 r[i] = seed % 8 end
            return function(n)
              local s, at = 0, 0
              for i = 1, n do
                at = at % 4096 + 1
                local v = r[at]
                if v % 2 == 1 then s = s + i else s = s - 2 end
                if v % 4 >= 2 then s = s + 3 else s = s - i end
                if v >= 4 then s = s + 5 else s = s - 7 end
              end
              return s
            end",
    },
    Loop {
        name: "inner loops of 2 to 10 turns",
        turns: 2_000_000,
        source: "local r, seed = {}, 1 for i = 1, 4096 do seed = (seed * 16807) % 2147483647 r[i] = 2 + seed % 9 end
            return function(n)
              local s, at = 0, 0
              while n > 0 do
                at = at % 4096 + 1
                local len = r[at]
                for j = 1, len do s = s + j * at end
                n = n - len
              end
              return s
            end",
    },
    Loop {
        name: "fib(27), calls",
        turns: 832_040,
        source: "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
            return function() return fib(27) end",
    },
    Loop {
        name: "events with arguments",
        turns: 400_000,
        source: "local heard, list = 0, {}
            for i = 1, 4 do local weight = i list[i] = function(a, b) heard = heard + a * weight % 3 + (b or 0) end end
            local function emit(...) for i = 1, #list do list[i](...) end end
            return function(n) for i = 1, n / 8 do emit(i % 7) emit(i % 5, 1) end return heard end",
    },
    Loop {
        name: "objects made and dropped",
        turns: 200_000,
        source: "local Class = setmetatable({}, {__call = function(class, ...)
                local self = setmetatable({}, class) self:init(...) return self end})
            Class.__index = Class
            function Class:init(x) self.x, self.y = x, 1 end
            function Class:sum() return self.x + self.y end
            return function(n) local s = 0 for i = 1, n do s = s + Class(i):sum() end return s end",
    },
    Loop {
        name: "counting by name",
        turns: 400_000,
        source: "local names = {'sword', 'potion', 'arrow', 'shield', 'gem'}
            return function(n)
              local count = {}
              for i = 1, n do
                local name = names[i % 5 + 1]
                count[name] = (count[name] or 0) + 1
                if count[name] > 50 then count[name] = nil end
              end
              return count.sword or 0
            end",
    },
    Loop {
        name: "pairs",
        turns: 400_000,
        source: "local all = {} for i = 1, 500 do all['e' .. i] = {hp = i} end
            return function(n)
              local s = 0
              for _ = 1, n / 500 do for name, it in pairs(all) do s = s + it.hp end end
              return s
            end",
    },
    Loop {
        name: "closures and text",
        turns: 200_000,
        source: "return function(n)
              local s, kept = 0, {}
              for i = 1, n do
                local name = 'n' .. i % 8
                kept[i % 4 + 1] = function() s = s + #name return i end
                s = s + kept[i % 4 + 1]()
              end
              return s
            end",
    },
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let names: Vec<String> = std::env::args().skip(1).filter(|name| name != "--bench").collect();
    let wanted = |name: &str| names.is_empty() || names.iter().any(|part| name.contains(part.as_str()));
    println!(
        "{:<30}{:>12}{:>12}{:>14}{:>12}{:>12}",
        "ns a turn", "perilune", "compiled", "luajit -joff", "luajit", "x luajit"
    );
    for it in LOOPS.iter().filter(|it| wanted(it.name)) {
        compare(it)?;
    }
    if wanted("exit") {
        println!("\nexit to the interpreter and back, with three instructions in it: {:.1} ns", exit()?);
    }
    if wanted("published") {
        let [least, middle, most] = until_published()?;
        println!("small loop, from its first turn to its code: {middle:.2} ms ({least:.2} to {most:.2})");
    }
    Ok(())
}

fn perilune(jit: bool) -> Lua {
    Lua::with_options(LuaOptions { seed: Some(1), jit, ..LuaOptions::default() })
}

fn compare(it: &Loop) -> Result<(), Box<dyn std::error::Error>> {
    let mut ours = Vec::new();
    for jit in [false, true] {
        let mut lua = perilune(jit);
        let run: Function = lua.load(it.source).eval(&mut lua)?;
        ours.push((lua, run));
    }
    let mut theirs = Vec::new();
    for jit in [false, true] {
        let lua = mlua::Lua::new();
        if !jit {
            lua.load("jit.off()").exec()?;
        }
        let run: mlua::Function = lua.load(it.source).eval()?;
        theirs.push((lua, run));
    }
    let mut times = [const { Vec::new() }; 4];
    for round in 0..=ROUNDS {
        let mut sums = Vec::new();
        for (at, times) in times.iter_mut().enumerate() {
            let (milliseconds, sum) = match at {
                0 | 1 => {
                    let (lua, run) = &mut ours[at];
                    let (time, sum) = measure(|| run.call::<f64>(lua, f64::from(it.turns)));
                    (time, sum?)
                }
                _ => {
                    let run = &theirs[at - 2].1;
                    let (time, sum) = measure(|| run.call::<f64>(it.turns));
                    (time, sum?)
                }
            };
            sums.push(sum);
            // The first round is for code to be made.
            if round > 0 {
                times.push(milliseconds * 1e6 / f64::from(it.turns));
            }
        }
        assert!(sums.iter().all(|sum| *sum == sums[0]), "{}: {sums:?}", it.name);
    }
    let [interpreted, compiled, interpreter, compiler] = times.map(|times| median(&times));
    println!(
        "{:<30}{interpreted:>12.1}{compiled:>12.2}{interpreter:>14.1}{compiler:>12.2}{:>12.2}",
        it.name,
        compiler / compiled
    );
    Ok(())
}

/// One turn in so many leaves.
const LEAVES: u32 = 16;

/// A loop that leaves where no side trace may begin, beside one that does not leave.
fn exit() -> Result<f64, Box<dyn std::error::Error>> {
    let turns: u32 = 1_600_000;
    let mut lua = perilune(true);
    lua.load("jit.opt.start('maxside=0')").exec(&mut lua)?;
    let source = "return function(n, every)
        local s = 0
        for i = 1, n do
          s = s + 1
          if i % every == 0 then s = s + 2 end
        end
        return s
      end";
    let leaves: Function = lua.load(source).eval(&mut lua)?;
    let stays: Function = lua.load(source).eval(&mut lua)?;
    let mut times = [const { Vec::new() }; 2];
    for round in 0..=ROUNDS {
        for ((run, every), times) in [(&leaves, LEAVES), (&stays, 1 << 30)].into_iter().zip(times.iter_mut())
        {
            let (milliseconds, _) =
                measure(|| run.call::<f64>(&mut lua, (f64::from(turns), f64::from(every))).expect("it runs"));
            if round > 0 {
                times.push(milliseconds * 1e6);
            }
        }
    }
    let compiler = lua.stats().compiler.ok_or("no compiler")?;
    let exits = f64::from(turns / LEAVES);
    assert!(compiler.entries as f64 > exits * ROUNDS as f64, "the loop was left: {compiler:?}");
    let [leaving, staying] = times.map(|times| median(&times));
    Ok((leaving - staying) / exits)
}

/// The least, the median and the most of the times it takes until a small loop has code, in milliseconds.
fn until_published() -> Result<[f64; 3], Box<dyn std::error::Error>> {
    let mut times = Vec::new();
    for _ in 0..31 {
        let mut lua = perilune(true);
        let source =
            "return function(t) local s = 0 for i = 1, 100 do t.x = t.x + i s = s + t.x end return s end";
        let run: Function = lua.load(source).eval(&mut lua)?;
        let table = lua.create_table()?;
        table.set(&mut lua, "x", 0.0)?;
        let start = Instant::now();
        while lua.stats().compiler.ok_or("no compiler")?.compiled == 0 {
            run.call::<f64>(&mut lua, &table)?;
        }
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok([times[0], median(&times), times[times.len() - 1]])
}
