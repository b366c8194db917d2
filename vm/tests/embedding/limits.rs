//! Limits: no script stalls or exhausts the host.

use std::time::{Duration, Instant};

use perilune::{Context, Error, ErrorKind, Function, Lua};

const LIMIT: Duration = Duration::from_millis(100);

fn limited() -> Lua {
    let mut lua = Lua::new();
    lua.set_time_limit(Some(LIMIT));
    lua
}

fn is_stopped(lua: &mut Lua, source: &str) -> Error {
    let start = Instant::now();
    let error = lua.load(source).name("=t").exec(lua).expect_err("it does not end");
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
    // Generous: the machine may be busy.
    assert!(start.elapsed() < Duration::from_secs(30));
    lua.load("assert(1 + 1 == 2)").exec(lua).expect("the VM is usable");
    error
}

#[test]
fn an_endless_loop_is_stopped_with_a_traceback() {
    let error = is_stopped(&mut limited(), "local function spin()\nwhile true do end\nend\nspin()");
    assert_eq!(error.message(), "t:2: time limit of 100 ms exceeded");
    assert!(error.traceback().expect("a traceback").contains("t:2: in function 'spin'"), "{error}");
}

#[test]
fn no_shape_of_endlessness_escapes() {
    let mut lua = limited();
    for source in [
        "repeat until false",
        "for i = 1, math.huge do end",
        "::top:: goto top",
        "local function f() return f() end f()",
        "for x in function() return 1 end do end",
        "while true do pcall(error) end",
        "while true do pcall(function() while true do end end) end",
        "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end",
        "coroutine.wrap(function() while true do end end)()",
        "local t = setmetatable({}, { __index = function(t, k) return t[k + 1] end }) pcall(function() while true do local x = #t end end)",
        "while true do xpcall(error, function() while true do end end) end",
        "local s = ('a'):rep(100000) while true do s:find('.-b') end",
        "table.sort(setmetatable({3, 2, 1, 4, 5, 6}, {}), function() while true do end end)",
        "string.gsub('x', 'x', function() while true do end end)",
        "load(function() return ' ' end)",
        "load(math.random)",
    ] {
        is_stopped(&mut lua, source);
    }
}

#[test]
fn a_pattern_that_takes_for_ever_is_stopped() {
    is_stopped(&mut limited(), "string.rep('a', 40):find(string.rep('a-', 30) .. 'b')");
}

#[test]
fn quick_calls_are_not_blamed_for_their_number() -> Result<(), Error> {
    let mut lua = limited();
    let f = lua.load("local x = 0 for i = 1, 100 do x = x + i end return x").into_function(&mut lua)?;
    let start = Instant::now();
    while start.elapsed() < 4 * LIMIT {
        f.call::<u32>(&mut lua, ())?;
    }
    Ok(())
}

#[test]
fn a_nested_call_shares_the_time_of_the_outermost() -> Result<(), Error> {
    let mut lua = limited();
    let again = lua.create_function("call", |cx: &mut Context, f: Function| {
        // Even a host that drops the error does not let the script go on.
        Ok(f.call::<()>(cx, ()).is_ok())
    })?;
    lua.globals().set(&mut lua, "call", &again)?;
    is_stopped(&mut lua, "while true do call(function() while true do end end) end");
    Ok(())
}

#[test]
fn another_thread_can_stop_a_script() {
    let mut lua = Lua::new();
    let handle = lua.interrupt_handle();
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        handle.interrupt();
    });
    let error = is_stopped(&mut lua, "while true do end");
    stopper.join().expect("no panic");
    assert_eq!(error.message(), "t:1: stopped by the host");
}

#[test]
fn endless_recursion_in_coroutines_ends_in_an_error() {
    let mut lua = Lua::new();
    let error = lua
        .load("local function f() return coroutine.wrap(f)() end f()")
        .exec(&mut lua)
        .expect_err("nesting has an end");
    assert!(error.message().contains("stack overflow"), "{error}");
}

#[test]
fn the_stack_can_be_limited() {
    let mut lua = Lua::new();
    let depth = "local n = 0 local function f() n = n + 1 return 1 + f() end pcall(f) return n";
    let deep: u32 = lua.load(depth).eval(&mut lua).expect("pcall catches it");
    lua.set_stack_limit(2_000);
    let shallow: u32 = lua.load(depth).eval(&mut lua).expect("pcall catches it");
    assert!(shallow < 3_000 && deep > 10_000, "{shallow}, {deep}");
}

#[test]
fn an_instruction_limit_stops_at_the_same_place_every_time() {
    let mut lua = Lua::new();
    let counter = "n = 0 local function f() n = n + 1 return f() end f()";
    let mut counts = Vec::new();
    for limit in [1_000, 1_000, 2_000] {
        lua.set_instruction_limit(Some(limit));
        let error = lua.load(counter).exec(&mut lua).expect_err("it does not end");
        assert_eq!(error.kind(), ErrorKind::Interrupted);
        assert!(error.message().ends_with(&format!("instruction limit of {limit} exceeded")), "{error}");
        lua.set_instruction_limit(None);
        counts.push(lua.load("return n").eval::<u32>(&mut lua).expect("a number"));
    }
    assert_eq!(counts[0], counts[1]);
    assert!(counts[2] > counts[0] && counts[0] > 100, "{counts:?}");
}

#[test]
fn an_instruction_limit_is_for_each_call_and_cannot_be_caught() {
    let mut lua = Lua::new();
    lua.set_instruction_limit(Some(5_000));
    for _ in 0..10 {
        lua.load("for i = 1, 500 do local x = i end").exec(&mut lua).expect("within the limit");
    }
    for source in [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "coroutine.wrap(function() while true do end end)()",
        "table.sort({3, 1, 2}, function(a, b) while true do end end)",
        "debug.sethook(function() while true do end end, 'l') local x = 1\nlocal y = 2",
    ] {
        let mut lua = Lua::with_options(perilune::LuaOptions {
            libraries: perilune::Libraries::ALL,
            ..Default::default()
        });
        lua.set_instruction_limit(Some(5_000));
        let error = lua.load(source).exec(&mut lua).expect_err("it does not end");
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{source}: {error}");
    }
}

#[test]
fn hooks_and_the_instruction_limit_go_together() {
    let mut lua =
        Lua::with_options(perilune::LuaOptions { libraries: perilune::Libraries::ALL, ..Default::default() });
    lua.set_instruction_limit(Some(20_000));
    let count: u32 = lua
        .load(
            "local lines = 0
            debug.sethook(function() lines = lines + 1 end, 'l')
            for i = 1, 10 do
                local x = i
            end
            debug.sethook()
            return lines",
        )
        .eval(&mut lua)
        .expect("within the limit");
    assert!(count > 20, "{count}");
}

#[test]
fn a_hook_that_had_to_be_stopped_is_removed() {
    let mut lua = Lua::with_options(perilune::LuaOptions {
        libraries: perilune::Libraries::ALL,
        ..perilune::LuaOptions::default()
    });
    lua.set_time_limit(Some(LIMIT));
    is_stopped(&mut lua, "debug.sethook(function() while true do end end, 'l') local x = 1\nx = 2");
    is_stopped(&mut lua, "debug.sethook(function() while true do end end, 'c') print()");
}
