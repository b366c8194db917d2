//! Values held by Rust.

use perilune::{Error, ErrorKind, Function, Lua, LuaString, Table, Value};

fn collect(lua: &mut Lua) {
    lua.gc_collect();
}

#[test]
fn a_handle_keeps_its_value() -> Result<(), Error> {
    let mut lua = Lua::new();
    let (table, function, text): (Table, Function, LuaString) = lua
        .load("local t = { n = 5 } return t, function() return t.n end, ('x'):rep(1000)")
        .eval(&mut lua)?;
    for _ in 0..3 {
        collect(&mut lua);
        lua.load("local junk = {} for i = 1, 1000 do junk[i] = { i, ('y'):rep(i) } end").exec(&mut lua)?;
    }
    assert_eq!(table.get::<u32>(&mut lua, "n")?, 5);
    table.set(&mut lua, "n", 6)?;
    assert_eq!(function.call::<u32>(&mut lua, ())?, 6);
    assert_eq!(text.as_bytes(&lua)?, [b'x'; 1000]);
    Ok(())
}

#[test]
fn a_dropped_handle_lets_go() -> Result<(), Error> {
    let mut lua = Lua::new();
    lua.load("weak = setmetatable({}, { __mode = 'v' })").exec(&mut lua)?;
    let table = lua.create_table()?;
    lua.load("weak[1] = ...").into_function(&mut lua)?.call::<()>(&mut lua, &table)?;
    let clone = table.clone();
    drop(table);
    collect(&mut lua);
    assert!(!lua.load("return weak[1]").eval::<Value>(&mut lua)?.is_nil(), "a clone still holds it");
    drop(clone);
    collect(&mut lua);
    assert!(lua.load("return weak[1]").eval::<Value>(&mut lua)?.is_nil());
    Ok(())
}

#[test]
fn handles_may_be_cloned_and_dropped_on_other_threads() -> Result<(), Error> {
    let mut lua = Lua::new();
    let tables = (0..100).map(|_| lua.create_table()).collect::<Result<Vec<_>, _>>()?;
    let kept: Vec<Table> = tables.iter().step_by(10).cloned().collect();
    std::thread::scope(|scope| {
        for part in tables.chunks(25) {
            let part = part.to_vec();
            scope.spawn(move || drop(part.clone()));
        }
    });
    drop(tables);
    collect(&mut lua);
    for (index, table) in kept.iter().enumerate() {
        table.set(&mut lua, "index", index)?;
    }
    for (index, table) in kept.iter().enumerate() {
        assert_eq!(table.get::<usize>(&mut lua, "index")?, index, "no two handles share a place");
    }
    Ok(())
}

#[test]
fn a_vm_may_move_to_another_thread() -> Result<(), Error> {
    let mut lua = Lua::new();
    let function = lua.load("return (...) * 2").into_function(&mut lua)?;
    let result = std::thread::spawn(move || function.call::<u32>(&mut lua, 21)).join().expect("no panic")?;
    assert_eq!(result, 42);
    Ok(())
}

#[test]
fn a_handle_of_another_vm_is_refused() -> Result<(), Error> {
    let (mut one, mut two) = (Lua::new(), Lua::new());
    let table = one.create_table()?;
    let wrong = |result: Result<(), Error>| {
        assert_eq!(result.expect_err("the wrong VM").kind(), ErrorKind::WrongState);
    };
    wrong(table.set(&mut two, 1, 1));
    wrong(table.get::<Value>(&mut two, 1).map(drop));
    wrong(two.globals().set(&mut two, "x", &table));
    let function = two.load("return ...").into_function(&mut two)?;
    wrong(function.call::<()>(&mut two, (1, &table)));
    wrong(function.call::<()>(&mut one, ()));
    assert_eq!(function.call::<u8>(&mut two, 1)?, 1, "the refusals have left nothing behind");
    Ok(())
}

#[test]
fn handles_outlive_their_vm_harmlessly() -> Result<(), Error> {
    let mut lua = Lua::new();
    let table = lua.create_table()?;
    drop(lua);
    let mut other = Lua::new();
    assert_eq!(table.len(&other).expect_err("its VM is gone").kind(), ErrorKind::WrongState);
    drop(table);
    other.load("return 1").exec(&mut other)
}

#[test]
fn equality_is_lua_s() -> Result<(), Error> {
    let mut lua = Lua::new();
    let (a, b, c): (Value, Value, Value) =
        lua.load("local s, t = ('z'):rep(200), {} return s, ('z'):rep(200), t").eval(&mut lua)?;
    assert!(a.raw_equals(&lua, &b)?);
    assert!(!a.raw_equals(&lua, &c)? && c.raw_equals(&lua, &c.clone())?);
    assert!(Value::Number(0.0).raw_equals(&lua, &Value::Number(-0.0))?);
    assert!(!Value::Number(f64::NAN).raw_equals(&lua, &Value::Number(f64::NAN))?);
    Ok(())
}
