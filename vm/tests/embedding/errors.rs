//! What a host learns of an error.

use perilune::{Error, ErrorKind, Lua};

fn fails(source: &str) -> Error {
    let mut lua = Lua::new();
    lua.load(source).name("=t").exec(&mut lua).expect_err("it fails")
}

#[test]
fn the_message_has_a_position_and_a_name() {
    let error = fails("local x\nx.y = 1");
    assert_eq!(error.kind(), ErrorKind::Runtime);
    assert_eq!(error.message(), "t:2: attempt to index local 'x' (a nil value)");
}

#[test]
fn the_traceback_shows_where_it_was_raised() {
    let error =
        fails("local function inner() error('deep') end\nlocal function outer() inner() end\nouter()");
    let traceback = error.traceback().expect("a traceback");
    assert!(traceback.starts_with("stack traceback:\n"), "{traceback}");
    for part in
        ["in function 'error'", "t:1: in function 'inner'", "t:2: in function 'outer'", "t:3: in main chunk"]
    {
        assert!(traceback.contains(part), "{part} is missing: {traceback}");
    }
    assert_eq!(error.to_string(), format!("t:1: deep\n{traceback}"));
}

#[test]
fn values_that_are_not_strings_are_described() {
    assert_eq!(fails("error({})").message(), "(error object is a table value)");
    assert_eq!(fails("error()").message(), "(error object is a nil value)");
    assert_eq!(fails("error(42, 0)").message(), "42");
    assert_eq!(fails("error('bytes \\255', 0)").message(), "bytes \u{fffd}");
}

#[test]
fn endless_recursion_is_a_stack_overflow() {
    let error = fails("local function f() return 1 + f() end f()");
    assert_eq!(error.kind(), ErrorKind::StackOverflow);
    assert!(error.message().contains("stack overflow"), "{error}");
    assert!(error.traceback().is_some_and(|traceback| traceback.lines().count() < 40));
}

#[test]
fn a_caught_error_leaves_no_trace() -> Result<(), Error> {
    let mut lua = Lua::new();
    let f = lua.create_function("f", |_, ()| -> Result<(), Error> { panic!("caught") })?;
    lua.globals().set(&mut lua, "f", &f)?;
    let error = lua.load("pcall(f) pcall(error, 'x') error('last', 0)").exec(&mut lua).expect_err("it fails");
    assert_eq!((error.kind(), error.message()), (ErrorKind::Runtime, "last"));
    Ok(())
}
