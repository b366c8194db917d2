//! Loading bytecode is a host's decision.

use perilune::{ErrorKind, Libraries, Lua, LuaOptions, LuaString, ModuleSource};

fn with_bytecode() -> Lua {
    Lua::with_options(LuaOptions {
        bytecode: true,
        libraries: Libraries::SAFE,
        seed: Some(1),
        ..LuaOptions::default()
    })
}

fn dumped(lua: &mut Lua, source: &str) -> Vec<u8> {
    let script = format!("return string.dump(loadstring({source:?}, '=dumped'))");
    let bytes: LuaString = lua.load(script).eval(lua).expect("it can be dumped");
    bytes.as_bytes(lua).expect("a string of this machine").to_vec()
}

#[test]
fn it_is_off_unless_asked_for() {
    let mut lua = Lua::new();
    let bytes = dumped(&mut lua, "return 1");
    let error = lua.load(&bytes).exec(&mut lua).expect_err("bytecode is off");
    assert_eq!(error.kind(), ErrorKind::Syntax);
    assert!(error.message().contains("LuaOptions::bytecode"), "{}", error.message());
    let script =
        "local f, message = load(string.dump(function() end), '=chunk') return tostring(f) .. ' ' .. message";
    let outcome: String = lua.load(script).eval(&mut lua).expect("load returns its errors");
    assert_eq!(outcome, "nil chunk: loading bytecode is off in this virtual machine (LuaOptions::bytecode)");
    let script = "return select(2, load(string.dump(function() end), '=chunk', 't'))";
    let outcome: String = lua.load(script).eval(&mut lua).expect("load returns its errors");
    assert_eq!(outcome, "attempt to load chunk with wrong mode");
}

#[test]
fn hosts_load_it_like_source_text() {
    let mut lua = with_bytecode();
    let bytes = dumped(&mut lua, "return 1 + ...");
    let function = lua.load(&bytes).into_function(&mut lua).expect("sound bytecode");
    assert_eq!(function.call::<f64>(&mut lua, 2).expect("it runs"), 3.0);
    let error = lua.load(&bytes[..20]).name("cut.lua").exec(&mut lua).expect_err("the rest is missing");
    assert_eq!(error.message(), "cut.lua: cannot load malformed bytecode");
}

#[test]
fn modules_may_be_bytecode() {
    let mut lua = with_bytecode();
    let bytes = dumped(&mut lua, "return {name = ...}");
    lua.set_module_loader(move |_| {
        Ok(ModuleSource { chunk_name: b"@module.raw".to_vec(), bytes: bytes.clone() })
    });
    let name: String = lua.load("return require('game.flock').name").eval(&mut lua).expect("it is found");
    assert_eq!(name, "game.flock");
}
