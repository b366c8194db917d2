//! Tables from Rust.

use std::collections::{BTreeMap, HashMap};

use perilune::{Error, ErrorKind, Lua, Table, Value};

#[test]
fn get_and_set_honour_metamethods_and_raw_access_does_not() -> Result<(), Error> {
    let mut lua = Lua::new();
    let table: Table = lua
        .load(
            "log = {}
             return setmetatable({}, {
                __index = function(_, key) return key .. '!' end,
                __newindex = function(t, key, value) rawset(t, key, value * 2) end,
             })",
        )
        .eval(&mut lua)?;
    assert_eq!(table.get::<String>(&mut lua, "hey")?, "hey!");
    assert!(table.raw_get::<Value>(&mut lua, "hey")?.is_nil());
    table.set(&mut lua, "n", 4)?;
    assert_eq!(table.raw_get::<u8>(&mut lua, "n")?, 8);
    table.raw_set(&mut lua, "n", 1)?;
    assert_eq!(table.get::<u8>(&mut lua, "n")?, 1);
    Ok(())
}

#[test]
fn an_error_in_a_metamethod_is_an_error_of_the_access() -> Result<(), Error> {
    let mut lua = Lua::new();
    let table: Table = lua
        .load("return setmetatable({}, { __index = function() error('no such thing') end })")
        .eval(&mut lua)?;
    let error = table.get::<Value>(&mut lua, "x").expect_err("it fails");
    assert!(error.message().ends_with("no such thing"), "{error}");
    Ok(())
}

#[test]
fn nil_and_nan_are_no_keys() -> Result<(), Error> {
    let mut lua = Lua::new();
    let table = lua.create_table()?;
    let error = table.raw_set(&mut lua, Value::Nil, 1).expect_err("nil is no key");
    assert_eq!((error.kind(), error.message()), (ErrorKind::Runtime, "table index is nil"));
    let error = table.set(&mut lua, f64::NAN, 1).expect_err("NaN is no key");
    assert_eq!(error.message(), "table index is NaN");
    Ok(())
}

#[test]
fn entries_come_in_order_of_insertion() -> Result<(), Error> {
    let mut lua = Lua::new();
    let table: Table = lua.load("return { 10, 20, zebra = 1, ant = 2, moth = 3 }").eval(&mut lua)?;
    let mut seen = Vec::new();
    table.for_each(&mut lua, |cx, key: Value, value: u32| {
        let key = cx.to_string_lossy(&key)?;
        seen.push(format!("{key}={value}"));
        Ok(())
    })?;
    assert_eq!(seen, ["1=10", "2=20", "zebra=1", "ant=2", "moth=3"]);
    Ok(())
}

#[test]
fn a_table_may_shrink_while_it_is_walked() -> Result<(), Error> {
    let mut lua = Lua::new();
    let table: Table =
        lua.load("local t = {} for i = 1, 100 do t['k' .. i] = i end return t").eval(&mut lua)?;
    let mut count = 0;
    let same = table.clone();
    table.for_each(&mut lua, |cx, key: String, _: Value| {
        count += 1;
        same.set(cx, key, Value::Nil)?;
        cx.load("collectgarbage()").exec(cx)
    })?;
    assert_eq!(count, 100);
    assert!(table.is_empty(&lua)?);
    Ok(())
}

#[test]
fn maps_go_both_ways() -> Result<(), Error> {
    let mut lua = Lua::new();
    let prices = BTreeMap::from([("fuel".to_owned(), 3), ("shield".to_owned(), 40)]);
    lua.globals().set(&mut lua, "prices", prices.clone())?;
    let back: HashMap<String, i32> = lua.load("prices.fuel = 4 return prices").eval(&mut lua)?;
    assert_eq!(back, HashMap::from([("fuel".to_owned(), 4), ("shield".to_owned(), 40)]));
    Ok(())
}

#[test]
fn length_push_and_clear() -> Result<(), Error> {
    let mut lua = Lua::new();
    let table = lua.create_table()?;
    for n in 0..10 {
        table.push(&mut lua, n)?;
    }
    assert_eq!(table.len(&lua)?, 10);
    table.clear(&mut lua)?;
    assert!(table.is_empty(&lua)? && table.len(&lua)? == 0);
    Ok(())
}

#[test]
fn metatables_are_seen_and_set() -> Result<(), Error> {
    let mut lua = Lua::new();
    let (table, meta) = (lua.create_table()?, lua.create_table()?);
    assert!(table.metatable(&mut lua)?.is_none());
    meta.set(&mut lua, "__index", &meta)?;
    meta.set(&mut lua, "x", 7)?;
    table.set_metatable(&mut lua, Some(&meta))?;
    assert_eq!(table.get::<u8>(&mut lua, "x")?, 7);
    assert!(table.metatable(&mut lua)?.is_some());
    table.set_metatable(&mut lua, None)?;
    assert!(table.get::<Value>(&mut lua, "x")?.is_nil());
    Ok(())
}
