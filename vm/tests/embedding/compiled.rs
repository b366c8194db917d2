//! Compiled loops: what a host relies on holds for them as it does for the interpreter.

use std::sync::Arc;
use std::time::Duration;

use perilune::{ErrorKind, Function, Libraries, Lua, LuaOptions, Stress, Table, compile};

/// A VM that compiles every loop in its second turn.
fn eager() -> Lua {
    let mut lua = Lua::with_options(LuaOptions {
        libraries: Libraries::ALL,
        seed: Some(1),
        jit: true,
        ..LuaOptions::default()
    });
    lua.load("jit.opt.start('hotloop=1', 'hotexit=1')").exec(&mut lua).expect("flags");
    lua
}

#[test]
fn the_compiler_is_there_unless_the_host_wants_none() {
    let mut lua = Lua::with_options(LuaOptions { jit: false, ..LuaOptions::default() });
    assert!(!lua.load("return jit.status()").eval::<bool>(&mut lua).expect("runs"));
    let mut lua = Lua::new();
    assert_eq!(lua.load("return jit.status()").eval::<bool>(&mut lua).expect("runs"), cfg!(feature = "jit"));
    let text = "jit.off() local off = jit.status() jit.on() return off";
    assert!(!lua.load(text).eval::<bool>(&mut lua).expect("runs"));
}

/// Its paths are recorded while versions of its region are being compiled on the other thread.
#[test]
fn a_loop_of_many_paths_computes_the_same_while_it_grows() {
    let source = "
        local function walk(n)
          local sum, kinds, object = 0, {}, {count = 0}
          for i = 1, n do
            local kind = i * 7919 % 61 % 23
            if kind < 3 then object.last = nil
            elseif kind < 6 then object.last = i
            elseif kind < 9 then sum = sum + (object.last or 1)
            elseif kind < 12 then object = {count = object.count + kind, last = object.last}
            elseif kind < 15 then kinds[kind] = (kinds[kind] or 0) + 1
            elseif kind < 18 then for j = 1, kind % 4 + 1 do sum = sum + j * kind end
            else sum = sum + #tostring(kind) end
            sum = sum % 1000003
          end
          return table.concat({sum, object.count, tostring(object.last), kinds[12], kinds[14]}, ' ')
        end
        return walk(...)";
    let [interpreted, compiled] = [false, true].map(|jit| {
        let options = LuaOptions { libraries: Libraries::ALL, seed: Some(1), jit, ..LuaOptions::default() };
        let mut lua = Lua::with_options(options);
        let walk: Function = lua.load(source).into_function(&mut lua).expect("it compiles");
        [1_000, 300_000, 300_000].map(|n| walk.call::<String>(&mut lua, n).expect("runs"))
    });
    assert_eq!(interpreted, compiled);
}

#[test]
fn endless_loops_are_stopped() {
    let mut lua = eager();
    lua.set_time_limit(Some(Duration::from_millis(50)));
    for source in [
        "while true do end",
        "local i = 0 while true do i = i + 1 end",
        "local t = {x = 1} for i = 1, math.huge do t.x = t.x + i end",
        "local t = {} while true do t[1] = #t end",
        "local function f(x) return x end while true do f(1) end",
        "while true do pcall(error) end",
        "local function f() error() end while true do pcall(f) end",
        "local c = coroutine.wrap(function() while true do coroutine.yield() end end) while true do c() end",
        "local s = '' while true do s = ('x'):sub(1, 1) end",
    ] {
        let error = lua.load(source).exec(&mut lua).expect_err("it does not end");
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{source}: {error}");
    }
    assert_eq!(
        lua.load("local n = 0 for i = 1, 100 do n = n + i end return n").eval::<i32>(&mut lua).expect("runs"),
        5050
    );
}

#[test]
fn the_instruction_limit_stops_at_the_same_place() {
    let place = |mut lua: Lua| {
        lua.load("count = 0 function run() while true do count = count + 1 end end")
            .exec(&mut lua)
            .expect("runs");
        let run: Function = lua.globals().get(&mut lua, "run").expect("a function");
        lua.set_instruction_limit(Some(10_000));
        let error = run.call::<()>(&mut lua, ()).expect_err("it does not end");
        assert_eq!(error.kind(), ErrorKind::Interrupted);
        lua.set_instruction_limit(None);
        lua.globals().get::<u32>(&mut lua, "count").expect("a number")
    };
    assert_eq!(place(eager()), place(Lua::new()));
}

#[test]
fn an_error_in_a_compiled_loop_names_its_line() {
    let mut lua = eager();
    let source = "local t = {}\nfor i = 1, 50 do t[i] = {x = i} end\nt[40] = false\nlocal n = 0\nfor i = 1, 50 do\n  n = n +\n    t[i].x\nend";
    let error = lua.load(source).name("=t").exec(&mut lua).expect_err("an error");
    assert_eq!(error.message(), "t:7: attempt to index a boolean value");
    let mut plain = Lua::new();
    let wanted = plain.load(source).name("=t").exec(&mut plain).expect_err("an error");
    assert_eq!(error.to_string(), wanted.to_string());
}

#[test]
fn a_hook_set_in_the_middle_sees_the_rest() {
    let mut lua = eager();
    let source = "local lines = 0
        for i = 1, 100 do
          if i == 90 then debug.sethook(function() lines = lines + 1 end, 'l') end
        end
        debug.sethook()
        return lines";
    // Two lines in each of ten turns, and the line that ends it.
    assert_eq!(lua.load(source).eval::<u32>(&mut lua).expect("runs"), 22);
}

#[test]
fn a_reload_takes_functions_out_of_the_loops_they_were_compiled_into() {
    let mut lua = eager();
    let draft = |body: &str| {
        let source = format!("local M = {{}} function M.f(x) return {body} end return M");
        Arc::new(compile(source.as_bytes(), b"@m.lua").expect("compiles"))
    };
    let mut module = lua.load_module(&draft("x + 1")).expect("loads");
    let table: Table = module.result().as_table().expect("a table").clone();
    lua.globals().set(&mut lua, "M", &table).expect("a global");
    let run = lua
        .load("local n = 0 for i = 1, 100 do n = M.f(n) end return n")
        .into_function(&mut lua)
        .expect("compiles");
    for _ in 0..3 {
        assert_eq!(run.call::<i32>(&mut lua, ()).expect("runs"), 100);
    }
    lua.reload_module(&mut module, &draft("x + 2")).expect("reloads");
    for _ in 0..3 {
        assert_eq!(run.call::<i32>(&mut lua, ()).expect("runs"), 200);
    }
}

#[test]
fn flushing_inside_a_compiled_loop_is_harmless() {
    let mut lua = eager();
    let source = "local n = 0 for i = 1, 200 do n = n + i if i % 7 == 0 then jit.flush() end end return n";
    assert_eq!(lua.load(source).eval::<i32>(&mut lua).expect("runs"), 20_100);
}

#[test]
fn what_compiled_loops_hold_survives_collections() {
    let mut lua = eager();
    lua.set_gc_stress(Stress::EveryAllocation);
    let source = "local list, text = {}, ''
        for i = 1, 60 do
          local node = {value = i, next = list[#list]}
          list[#list + 1] = node
          text = text .. i
          node.name = text:sub(-3)
        end
        local n = 0
        for i = 1, #list do n = n + list[i].value + #list[i].name end
        return n";
    assert_eq!(lua.load(source).eval::<i32>(&mut lua).expect("runs"), 1830 + 1 + 2 + 3 * 58);
}

/// How many regions there are.
fn regions(lua: &Lua) -> usize {
    lua.stats().compiler.map_or(0, |compiler| compiler.regions)
}

#[test]
fn the_compiler_is_switched_for_single_functions() {
    if !cfg!(feature = "jit") {
        return;
    }
    let mut lua = eager();
    let source = "function double(x) return x * 2 end
        function sum() local n = 0 for i = 1, 100 do n = n + double(i) end return n end
        jit.off(sum) assert(sum() == 10100)";
    lua.load(source).exec(&mut lua).expect("runs");
    assert_eq!(regions(&lua), 0, "it is off");
    lua.load("jit.on(sum) assert(sum() == 10100 and sum() == 10100)").exec(&mut lua).expect("runs");
    assert_ne!(regions(&lua), 0);
    // What was inlined is in the region too.
    lua.load("jit.off(double)").exec(&mut lua).expect("runs");
    assert_eq!(regions(&lua), 0);
    lua.load("assert(sum() == 10100 and sum() == 10100)").exec(&mut lua).expect("runs");
    assert_eq!(regions(&lua), 0, "its loop calls what is not to be compiled");
    lua.load("jit.on(double) assert(sum() == 10100)").exec(&mut lua).expect("runs");
    lua.load("jit.on(sum) assert(sum() == 10100 and sum() == 10100)").exec(&mut lua).expect("runs");
    assert_ne!(regions(&lua), 0);
    lua.load("jit.flush(double)").exec(&mut lua).expect("runs");
    assert_eq!(regions(&lua), 0);
}

#[test]
fn a_chunk_keeps_the_compiler_from_all_its_functions() {
    let mut lua = eager();
    let source = "jit.off(true, true)
        local n = 0
        for i = 1, 50 do n = n + i end
        local function inner() for i = 1, 50 do n = n + i end return function() for i = 1, 50 do n = n + i end end end
        inner()()
        return n";
    assert_eq!(lua.load(source).eval::<i32>(&mut lua).expect("runs"), 3 * 1275);
    assert_eq!(regions(&lua), 0);
}

#[test]
fn regions_are_told_of_and_flushed_by_number() {
    if !cfg!(feature = "jit") {
        return;
    }
    let mut lua = eager();
    let source = "local n = 0
        for i = 1, 100 do n = n + i * 2.5 end
        jit.off()
        local util, number = require('jit.util'), 0
        for candidate = 1, 50 do if util.traceinfo(candidate) then number = candidate break end end
        local info = util.traceinfo(number)
        assert(info.nins > 3 and info.nk >= 1 and info.nexit >= 1 and info.ways >= 1, 'counts')
        assert(info.link == number and info.linktype == 'loop', 'link')
        local constant
        for at = 0, info.nins + info.nk - 1 do
          assert(util.traceir(number, at):find('^%%' .. at .. ' = %u'), 'instructions')
          constant = constant or util.tracek(number, at) == 2.5
        end
        assert(constant, 'the constant')
        assert(util.tracesnap(number, 0):find('^snap 0 pc %d+'), 'snapshots')
        assert(not util.traceir(number, 1e6) and not util.tracesnap(number, 1e6) and not util.tracek(number, 1e6))
        local code, address, loop = util.tracemc(number)
        assert(#code > 20 and address > 0 and loop == 0, 'code')
        jit.flush(number)
        return util.traceinfo(number) == nil";
    assert!(lua.load(source).eval::<bool>(&mut lua).expect("runs"));
}

#[test]
fn old_regions_make_room_one_by_one() {
    if !cfg!(feature = "jit") {
        return;
    }
    let mut lua = eager();
    let source = "jit.opt.start('maxtrace=2')
        for k = 1, 6 do
          local f = loadstring('local n = 0 for i = 1, 50 do n = n + i * ' .. k .. ' end return n')
          assert(f() == 1275 * k and f() == 1275 * k)
        end";
    lua.load(source).exec(&mut lua).expect("runs");
    assert!((1..=2).contains(&regions(&lua)), "{} regions", regions(&lua));
    lua.load("jit.opt.start('maxtrace=600', 'maxmcode=0') for i = 1, 50 do end")
        .exec(&mut lua)
        .expect("runs");
    assert!(regions(&lua) <= 1, "what was just compiled stays");
}

#[test]
fn the_compiled_share_of_the_time_is_told() {
    if !cfg!(feature = "jit") {
        return;
    }
    let mut lua = eager();
    lua.set_time_limit(Some(Duration::from_secs(60)));
    lua.set_sampling(Some(Duration::from_micros(100)));
    let work = lua
        .load("local n = 0 for i = 1, 1e6 do n = n + i % 3 end")
        .into_function(&mut lua)
        .expect("compiles");
    let sampled = |lua: &Lua| lua.stats().compiler.expect("a compiler");
    while sampled(&lua).compiled_samples < 10 {
        work.call::<()>(&mut lua, ()).expect("runs");
    }
    let share = sampled(&lua).share();
    assert!(share > 0.0 && share <= 1.0);
    lua.set_sampling(None);
    assert_eq!(sampled(&lua).samples, 0);
}

/// Until it has been seen in each of the states.
#[test]
fn the_profiler_tells_what_the_machine_is_doing() {
    let source = "local states, work = ...
        local profile, seen, samples = require('jit.profile'), {}, 0
        profile.start('i1', function(thread, n, state)
          assert(thread == (coroutine.running() or thread) and n >= 1)
          assert(profile.dumpstack(thread, 'F', 1) ~= '')
          seen[state], samples = true, samples + n
        end)
        local function missing()
          for state in states:gmatch('.') do if not seen[state] then return true end end
        end
        while missing() do work() end
        profile.stop()
        local before = samples
        for i = 1, 1000 do work() end
        assert(samples == before, 'it has stopped')";
    let compiled = if cfg!(feature = "jit") { "N" } else { "I" };
    for (mut lua, states, work) in [
        (Lua::new(), "I", "local n = 0 for i = 1, 1000 do n = n + i end"),
        (Lua::new(), "IC", "for i = 1, 100 do ('x'):rep(10000):reverse() end for i = 1, 10000 do end"),
        (Lua::new(), "G", "collectgarbage()"),
        (Lua::new(), "I", "local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end fib(10)"),
        (eager(), compiled, "local n = 0 for i = 1, 10000 do n = n + i end"),
    ] {
        lua.set_time_limit(Some(Duration::from_secs(60)));
        let work = lua.load(work).into_function(&mut lua).expect("compiles");
        let test = lua.load(source).into_function(&mut lua).expect("compiles");
        test.call::<()>(&mut lua, (states, work)).expect(states);
    }
}

#[test]
fn an_error_in_the_profilers_function_is_the_programs() {
    let mut lua = Lua::new();
    lua.set_time_limit(Some(Duration::from_secs(60)));
    let source = "require('jit.profile').start('i1', function() error('no more') end) while true do end";
    let error = lua.load(source).exec(&mut lua).expect_err("it ends so");
    assert!(error.to_string().contains("no more"), "{error}");
    lua.load("require('jit.profile').stop()").exec(&mut lua).expect("stops");
    // The limit holds while there is a profiler, too.
    lua.set_time_limit(Some(Duration::from_millis(50)));
    let source = "require('jit.profile').start('i1', function() end) while true do end";
    assert_eq!(lua.load(source).exec(&mut lua).expect_err("a limit").kind(), ErrorKind::Interrupted);
}

#[test]
fn scripts_without_files_write_none() {
    let mut lua = Lua::new();
    let error = lua.load("require('jit.dump').start('t', '/tmp/x')").exec(&mut lua).expect_err("no files");
    assert!(error.to_string().contains("no access to files"), "{error}");
}

/// As LuaJIT's own `dumpstack` writes them; it is no oracle of the suite because it leaks what it writes to.
#[test]
fn stacks_are_written_as_luajit_writes_them() {
    let mut lua = Lua::new();
    let source = "local dump = require('jit.profile').dumpstack
local function inner() coroutine.yield() end
local object = {}
function object:method() inner() end
local co = coroutine.create(function()
  local named = function() object:method() end
  named()
end)
coroutine.resume(co)
local format, depth = ...
return dump(co, format, depth)";
    let run = lua.load(source).name("@a/stack.lua").into_function(&mut lua).expect("compiles");
    for (format, depth, wanted) in [
        ("f;", 2, "yield;inner;"),
        ("fZ;", 3, "yield;inner;method"),
        ("fZ;", -3, "method;inner;yield"),
        ("F < ", 3, "yield < stack.lua:inner < stack.lua:method < "),
        ("pFZ < ", -5, "a/stack.lua:5 < a/stack.lua:named < a/stack.lua:method < a/stack.lua:inner < yield"),
        ("fZ;", 9, "yield;inner;method;named;stack.lua:5"),
        ("x", 3, "xxx"),
        ("fZ", 0, ""),
    ] {
        let text: String = run.call(&mut lua, (format, depth)).expect("runs");
        assert_eq!(text, wanted, "{format} {depth}");
    }
    let lines: String = run.call(&mut lua, ("lZ ", -4)).expect("runs");
    assert!(lines.starts_with("stack.lua:6 stack.lua:4 stack.lua:2 "), "{lines}");
}

#[test]
fn zones_name_what_a_program_is_busy_with() {
    let mut lua = Lua::new();
    let source = "local zone = require('jit.zone')
        assert(zone:get() == nil and zone('a') == nil and zone:get() == 'a')
        zone('b')
        assert(zone:get() == 'b' and zone() == 'b' and zone:get() == 'a' and zone() == 'a')
        assert(not pcall(zone))
        zone('c') zone:flush()
        assert(zone:get() == nil)
        local start = require('jit.profile').start
        assert(select(2, pcall(start, 'i10')):find('function expected, got no value', 1, true))";
    lua.load(source).exec(&mut lua).expect("it holds");
}

#[test]
fn the_last_reasons_why_something_was_not_compiled_are_told() {
    let mut lua = eager();
    let reasons = |lua: &Lua| lua.stats().compiler.expect("a compiler").last_aborts;
    assert_eq!(reasons(&lua), [None; 4]);
    lua.load("for i = 1, 40 do coroutine.wrap(function() end)() end").exec(&mut lua).expect("runs");
    let switch = Some("NYI: call of a native that runs Lua functions");
    assert_eq!(reasons(&lua)[..2], [switch, None]);
    lua.load("for i = 1, 40 do debug.sethook() end").exec(&mut lua).expect("runs");
    assert_eq!(reasons(&lua)[..3], [Some("call of a native that may change variables"), switch, None]);
}
