//! Coroutines driven by Rust.

use perilune::{Error, Function, Lua, ThreadState};

#[test]
fn values_go_in_and_out() -> Result<(), Error> {
    let mut lua = Lua::new();
    let body = lua
        .load("local a = ... local b = coroutine.yield(a + 1) local c, d = coroutine.yield(b * 2) return c .. d")
        .into_function(&mut lua)?;
    let thread = lua.create_thread(&body)?;
    assert_eq!(thread.state(&lua)?, ThreadState::Suspended);
    assert_eq!(thread.resume::<u32>(&mut lua, 1)?, 2);
    assert_eq!(thread.resume::<u32>(&mut lua, 10)?, 20);
    assert_eq!(thread.resume::<String>(&mut lua, ("x", "y"))?, "xy");
    assert_eq!(thread.state(&lua)?, ThreadState::Dead);
    let error = thread.resume::<()>(&mut lua, ()).expect_err("it is dead");
    assert!(error.message().contains("cannot resume dead coroutine"), "{error}");
    Ok(())
}

#[test]
fn an_error_ends_it() -> Result<(), Error> {
    let mut lua = Lua::new();
    let body = lua.load("coroutine.yield() error('broken')").name("=t").into_function(&mut lua)?;
    let thread = lua.create_thread(&body)?;
    thread.resume::<()>(&mut lua, ())?;
    let error = thread.resume::<()>(&mut lua, ()).expect_err("it fails");
    assert_eq!(error.message(), "t:1: broken");
    assert_eq!(thread.state(&lua)?, ThreadState::Dead);
    lua.load("assert(coroutine.running() == nil)").exec(&mut lua)
}

#[test]
fn a_rust_function_inside_sees_its_own_thread() -> Result<(), Error> {
    let mut lua = Lua::new();
    let call = lua.create_function("call", |cx, f: Function| f.call::<u32>(cx, ()))?;
    lua.globals().set(&mut lua, "call", &call)?;
    lua.load(
        "local co = coroutine.wrap(function()
            coroutine.yield(call(function() return 5 end))
            local ok, text = pcall(call, function() coroutine.yield(1) end)
            return ok, text
         end)
         assert(co() == 5)
         local ok, text = co()
         assert(not ok and text:find('attempt to yield across C%-call boundary'), text)",
    )
    .exec(&mut lua)
}
