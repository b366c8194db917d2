//! Rust functions called by scripts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use perilune::{
    Context, Error, ErrorKind, Function, Libraries, Lua, LuaOptions, LuaString, Methods, Table, UserData,
    Value, Variadic,
};

#[test]
fn arguments_and_results_are_converted() -> Result<(), Error> {
    let mut lua = Lua::new();
    let f = lua.create_function("f", |_, (a, b, c): (i32, Option<String>, Variadic<f64>)| {
        Ok((a + 1, b.unwrap_or_default(), c.0.len()))
    })?;
    lua.globals().set(&mut lua, "f", &f)?;
    lua.load(
        "local a, b, c = f(1, 'x', 5, 6)
         assert(a == 2 and b == 'x' and c == 2)
         a, b, c = f('41')
         assert(a == 42 and b == '' and c == 0)
         assert(select('#', f(1)) == 3)",
    )
    .exec(&mut lua)
}

#[test]
fn wrong_arguments_are_reported_as_by_a_library_function() -> Result<(), Error> {
    let mut lua = Lua::new();
    let f = lua.create_function("move", |_, (_, _): (Table, u8)| Ok(()))?;
    lua.globals().set(&mut lua, "move", &f)?;
    let message = |lua: &mut Lua, source: &str| {
        lua.load(source).name("=t").exec(lua).expect_err("wrong arguments").message().to_owned()
    };
    assert_eq!(message(&mut lua, "move(1)"), "t:1: bad argument #1 to 'move' (table expected, got number)");
    assert_eq!(
        message(&mut lua, "move({})"),
        "t:1: bad argument #2 to 'move' (number expected, got no value)"
    );
    assert_eq!(
        message(&mut lua, "move({}, 300)"),
        "t:1: bad argument #2 to 'move' (integer (u8) expected, got 300)"
    );
    Ok(())
}

#[test]
fn an_error_has_the_position_of_the_call() -> Result<(), Error> {
    let mut lua = Lua::new();
    let fail = lua.create_function("fail", |_, ()| Err::<(), _>(Error::runtime("out of fuel")))?;
    lua.globals().set(&mut lua, "fail", &fail)?;
    let error = lua.load("local x = 1\nfail()").name("ship.lua").exec(&mut lua).expect_err("it fails");
    assert_eq!((error.kind(), error.message()), (ErrorKind::Runtime, "ship.lua:2: out of fuel"));
    let caught: String = lua.load("return select(2, pcall(fail))").eval(&mut lua)?;
    assert!(caught.ends_with("out of fuel"), "{caught}");
    Ok(())
}

#[test]
fn a_panic_becomes_an_error() -> Result<(), Error> {
    let mut lua = Lua::new();
    let f = lua.create_function("explode", |_, n: usize| Ok([1, 2, 3][n]))?;
    lua.globals().set(&mut lua, "explode", &f)?;
    let error = lua.load("explode(7)").name("=t").exec(&mut lua).expect_err("it panics");
    assert_eq!(error.kind(), ErrorKind::Panic);
    assert!(error.message().starts_with("t:1: panic in 'explode': index out of bounds"), "{error}");
    let (caught, message): (bool, String) = lua.load("return pcall(explode, 7)").eval(&mut lua)?;
    assert!(!caught && message.contains("panic in 'explode'"), "{message}");
    assert_eq!(f.call::<u32>(&mut lua, 1)?, 2, "the VM goes on");
    Ok(())
}

#[test]
fn a_function_may_call_back() -> Result<(), Error> {
    let mut lua = Lua::new();
    let map = lua.create_function("map", |cx: &mut Context, (items, f): (Table, Function)| {
        let result = cx.create_table()?;
        for index in 1..=items.len(cx)? {
            let item: Value = items.get(cx, index)?;
            let mapped: Value = f.call(cx, &item)?;
            result.push(cx, mapped)?;
            cx.load("collectgarbage('step')").exec(cx)?;
        }
        Ok(result)
    })?;
    lua.globals().set(&mut lua, "map", &map)?;
    let lengths: Vec<u32> =
        lua.load("return map({ 'a', 'bb', ('c'):rep(100) }, function(s) return #s end)").eval(&mut lua)?;
    assert_eq!(lengths, [1, 2, 100]);
    Ok(())
}

#[test]
fn an_error_object_passes_through_rust_unchanged() -> Result<(), Error> {
    let mut lua = Lua::new();
    let call = lua.create_function("call", |cx, f: Function| f.call::<()>(cx, ()))?;
    lua.globals().set(&mut lua, "call", &call)?;
    lua.load(
        "local object = { code = 7 }
         local ok, caught = pcall(call, function() error(object) end)
         assert(not ok and caught == object)
         local ok, text = pcall(call, function() error('at level 1') end)
         assert(text:match('^[^:]+:%d+: at level 1$'), text)",
    )
    .name("=t")
    .exec(&mut lua)
}

#[test]
fn a_function_lives_as_long_as_scripts_hold_it() -> Result<(), Error> {
    struct Counted(Arc<AtomicU32>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
        }
    }
    let drops = Arc::new(AtomicU32::new(0));
    let mut lua = Lua::new();
    let counted = Counted(Arc::clone(&drops));
    let f = lua.create_function("f", move |_, ()| {
        let _kept = &counted;
        Ok(1)
    })?;
    lua.globals().set(&mut lua, "f", &f)?;
    drop(f);
    lua.load("collectgarbage() assert(f() == 1)").exec(&mut lua)?;
    assert_eq!(drops.load(SeqCst), 0);
    drop(lua);
    assert_eq!(drops.load(SeqCst), 1, "the VM drops what it holds");
    Ok(())
}

#[test]
fn recursion_through_rust_ends_in_an_error() -> Result<(), Error> {
    let mut lua = Lua::new();
    let again = lua.create_function("again", |cx, f: Function| f.call::<()>(cx, ()))?;
    lua.globals().set(&mut lua, "again", &again)?;
    let error = lua.load("local function f() again(f) end f()").exec(&mut lua).expect_err("no end");
    assert!(error.message().contains("stack overflow"), "{error}");
    assert_eq!(error.kind(), ErrorKind::StackOverflow);
    lua.load("assert(1 + 1 == 2)").exec(&mut lua)
}

#[test]
fn strings_are_bytes() -> Result<(), Error> {
    let mut lua = Lua::new();
    let reverse = lua.create_function("reverse", |cx, s: LuaString| {
        let mut bytes = s.as_bytes(cx)?.to_vec();
        bytes.reverse();
        cx.create_string(bytes)
    })?;
    lua.globals().set(&mut lua, "reverse", &reverse)?;
    lua.load("assert(reverse('a\\0\\255') == '\\255\\0a')").exec(&mut lua)?;
    let error = lua.load("return '\\255'").eval::<String>(&mut lua).expect_err("not UTF-8");
    assert_eq!(error.kind(), ErrorKind::Conversion);
    Ok(())
}

/// Rust code relies on what a script could otherwise take away under it: its closure, and the values it works on.
#[test]
fn debug_shows_nothing_of_a_running_rust_function() -> Result<(), Error> {
    struct Crew(Vec<String>);
    impl UserData for Crew {
        const NAME: &'static str = "Crew";
        fn methods(methods: &mut Methods<'_, Self>) {
            methods.method("each", |crew, cx, visit: Function| {
                for name in &crew.0 {
                    visit.call::<()>(cx, name.as_str())?;
                }
                Ok(crew.0.len())
            });
        }
    }
    let mut lua = Lua::with_options(LuaOptions { libraries: Libraries::ALL, ..LuaOptions::default() });
    let names = vec!["Ada".to_owned(), "Eve".to_owned()];
    let greeting = "Hello, ".to_owned();
    let greet = lua.create_function("greet", move |cx, (name, then): (String, Function)| {
        then.call::<()>(cx, ())?;
        Ok(format!("{greeting}{name}"))
    })?;
    lua.globals().set(&mut lua, "greet", &greet)?;
    drop(greet);
    let new_crew = lua.create_function("new_crew", move |_, ()| Ok(Crew(names.clone())))?;
    lua.globals().set(&mut lua, "new_crew", new_crew)?;
    lua.load(
        "local function attack()
           local running = debug.getinfo(2, 'f').func
           assert(debug.getinfo(running, 'S').what == 'C' and debug.getinfo(running, 'u').nups == 0)
           assert(debug.getupvalue(running, 1) == nil and debug.setupvalue(running, 1, 0) == nil)
           assert(not pcall(debug.upvalueid, running, 1))
           for i = 1, 8 do
             assert(debug.getlocal(2, i) == nil and debug.setlocal(2, i, false) == nil)
           end
           collectgarbage() collectgarbage()
         end
         assert(greet('Ada', attack) == 'Hello, Ada')
         assert(new_crew():each(attack) == 2)
         debug.sethook(function(event)
           if debug.getinfo(2, 'f').func == greet then
             seen = true
             for i = 1, 8 do debug.setlocal(2, i, nil) end
           end
         end, 'c')
         local greeting = greet('Eve', function() end)
         debug.sethook()
         assert(seen and greeting == 'Hello, Eve')",
    )
    .exec(&mut lua)
}

/// A call may take its only result straight from the function, or any number of them from the stack: all ways to call see the same.
#[test]
fn no_one_or_several_results_reach_every_kind_of_call() -> Result<(), Error> {
    for jit in [false, true] {
        let mut lua = Lua::with_options(LuaOptions { jit, ..LuaOptions::default() });
        let none = lua.create_function("none", |_, ()| Ok(()))?;
        let one = lua.create_function("one", |_, n: f64| Ok(n))?;
        let two = lua.create_function("two", |_, n: f64| Ok((n, n + 1.0)))?;
        let some = lua.create_function("some", |_, n: u32| Ok(Variadic((0..n).collect::<Vec<u32>>())))?;
        for (name, function) in [("none", none), ("one", one), ("two", two), ("some", some)] {
            lua.globals().set(&mut lua, name, &function)?;
        }
        lua.load(
            r#"
            local function count(...) return select('#', ...) end
            local function tail(f, ...) return f(...) end
            for i = 1, 200 do
              none(); one(i); two(i); some(3)
              local a, b = none()
              assert(a == nil and b == nil)
              a, b = one(i)
              assert(a == i and b == nil)
              a, b = two(i)
              assert(a == i and b == i + 1)
              local c = two(i)
              assert(c == i)
              c = none()
              assert(c == nil)
              assert(count(none()) == 0 and count(one(i)) == 1 and count(two(i)) == 2 and count(some(7)) == 7)
              assert(count(tail(none)) == 0 and tail(one, i) == i and count(tail(two, i)) == 2)
              assert(select('#', pcall(none)) == 1 and select(3, pcall(two, i)) == i + 1)
              local t = { one(i), none(), two(i) }
              assert(#t == 4 and t[1] == i and t[2] == nil and t[4] == i + 1)
              assert(coroutine.wrap(function() return count(two(one(i))) end)() == 2)
            end"#,
        )
        .exec(&mut lua)?;
    }
    Ok(())
}

/// What a caller has in registers is read again when the function it has called was called back into Lua, and stack and frames are elsewhere by then.
#[test]
fn a_caller_finds_its_registers_when_the_stack_has_moved() -> Result<(), Error> {
    for jit in [false, true] {
        let mut lua = Lua::with_options(LuaOptions { jit, ..LuaOptions::default() });
        let call = lua.create_function("call", |cx, (f, n): (Function, f64)| f.call::<f64>(cx, n))?;
        lua.globals().set(&mut lua, "call", &call)?;
        let source = r#"
            local function down(n) if n <= 0 then return 0 end return 1 + down(n - 1) end
            local function nested(n) return call(down, n) + call(down, 1) end
            local function work(depth)
              local a, b, c = 1, "two", { 3 }
              local x = call(nested, depth)
              call(nested, depth)
              local y = call(nested, 2)
              assert(a == 1 and b == "two" and c[1] == 3)
              return x * 1000 + y
            end
            local results = {}
            for _, depth in ipairs { 1, 10, 100, 1000, 5000 } do
              results[#results + 1] = coroutine.wrap(work)(depth)
              results[#results + 1] = work(depth)
            end
            return table.concat(results, " ")"#;
        let all: String = lua.load(source).eval(&mut lua)?;
        let expected: Vec<String> = [1, 10, 100, 1000, 5000]
            .iter()
            .flat_map(|d| [(d + 1) * 1000 + 3; 2])
            .map(|n| n.to_string())
            .collect();
        assert_eq!(all, expected.join(" "));
    }
    Ok(())
}
