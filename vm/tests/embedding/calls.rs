//! Chunks, calls and their arguments and results.

use perilune::{Error, ErrorKind, Function, Lua, Table, Value, Variadic};

#[test]
fn a_chunk_returns_what_it_computes() -> Result<(), Error> {
    let mut lua = Lua::new();
    assert_eq!(lua.load("return 6 * 7").eval::<i32>(&mut lua)?, 42);
    let (text, flag, rest): (String, bool, Variadic<f64>) =
        lua.load("return 'a', true, 1, 2, 3").eval(&mut lua)?;
    assert_eq!((text.as_str(), flag, rest.0), ("a", true, vec![1.0, 2.0, 3.0]));
    assert!(lua.load("return").eval::<Value>(&mut lua)?.is_nil());
    Ok(())
}

#[test]
fn a_function_takes_and_gives_several_values() -> Result<(), Error> {
    let mut lua = Lua::new();
    lua.load("function swap(a, b) return b, a end").exec(&mut lua)?;
    let swap: Function = lua.globals().get(&mut lua, "swap")?;
    let (a, b): (String, u8) = swap.call(&mut lua, (7, "seven"))?;
    assert_eq!((a.as_str(), b), ("seven", 7));
    Ok(())
}

#[test]
fn an_environment_stands_for_the_globals() -> Result<(), Error> {
    let mut lua = Lua::new();
    let sandbox = lua.create_table()?;
    lua.load("x = 5").environment(&sandbox).exec(&mut lua)?;
    assert_eq!(sandbox.get::<u32>(&mut lua, "x")?, 5);
    assert!(lua.globals().get::<Value>(&mut lua, "x")?.is_nil());
    Ok(())
}

#[test]
fn a_syntax_error_has_file_and_line() {
    let mut lua = Lua::new();
    let error = lua.load("local x\nlocal = 3").name("scripts/a.lua").exec(&mut lua).expect_err("bad source");
    assert_eq!(error.kind(), ErrorKind::Syntax);
    assert!(error.message().starts_with("scripts/a.lua:2:"), "{error}");
}

#[test]
fn a_draft_compiled_elsewhere_runs_in_any_vm() -> Result<(), Error> {
    let draft =
        std::thread::spawn(|| perilune::compile(b"return ... + 1", b"=draft")).join().expect("no panic")?;
    let draft = std::sync::Arc::new(draft);
    for start in [1, 10] {
        let mut lua = Lua::new();
        let function = lua.load_draft(&draft)?;
        assert_eq!(function.call::<i32>(&mut lua, start)?, start + 1);
    }
    Ok(())
}

#[test]
fn results_of_another_type_are_refused() -> Result<(), Error> {
    let mut lua = Lua::new();
    let error = lua.load("return 1, {}").eval::<(u8, String)>(&mut lua).expect_err("a table is no string");
    assert_eq!(error.kind(), ErrorKind::Conversion);
    assert_eq!(error.message(), "bad result #2: string expected, got table");
    let error = lua.load("return 2.5").eval::<u8>(&mut lua).expect_err("no integer");
    assert_eq!(error.message(), "bad result #1: integer (u8) expected, got 2.5");
    lua.load("return 256").eval::<u8>(&mut lua).expect_err("out of range");
    Ok(())
}

#[test]
fn collections_are_tables() -> Result<(), Error> {
    let mut lua = Lua::new();
    let t: Table = lua.load("return { 1, 2, 3, x = { 'a', 'b' } }").eval(&mut lua)?;
    assert_eq!(t.len(&lua)?, 3);
    assert_eq!(t.get::<[String; 2]>(&mut lua, "x")?, ["a", "b"]);
    t.set(&mut lua, "y", vec![1.5, 2.5])?;
    let y: Vec<f64> = t.get(&mut lua, "y")?;
    assert_eq!(y, [1.5, 2.5]);
    let error = t.get::<String>(&mut lua, "x").expect_err("no string");
    assert_eq!(error.message(), "field 'x': string expected, got table");
    Ok(())
}
