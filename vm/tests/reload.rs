//! Reloading modules: what takes the new version, what stays.

use std::sync::Arc;

use perilune::{Error, Function, Lua, LuaOptions, Module, Table, Value, compile};

/// With every loop compiled as soon as it goes round if `PERILUNE_COMPILED` is set.
fn new_lua() -> Lua {
    let jit = std::env::var_os("PERILUNE_COMPILED").is_some();
    let mut lua = Lua::with_options(LuaOptions { jit, ..LuaOptions::default() });
    if jit {
        lua.load("jit.opt.start('hotloop=1', 'hotexit=1')").exec(&mut lua).expect("flags");
    }
    lua
}

fn load(lua: &mut Lua, source: &str) -> Module {
    let draft = Arc::new(compile(source.as_bytes(), b"@m.lua").expect("compiles"));
    lua.load_module(&draft).expect("loads")
}

fn reload(lua: &mut Lua, module: &mut Module, source: &str) -> Result<perilune::ReloadReport, Error> {
    let draft = Arc::new(compile(source.as_bytes(), b"@m.lua").expect("compiles"));
    lua.reload_module(module, &draft)
}

fn table(module: &Module) -> Table {
    module.result().as_table().expect("a table").clone()
}

fn function(lua: &mut Lua, module: &Module, name: &str) -> Function {
    table(module).get(lua, name).expect("a function")
}

#[test]
fn a_function_handed_out_runs_the_new_body() {
    let mut lua = new_lua();
    let mut module = load(&mut lua, "local M = {} function M.f() return 1 end return M");
    let f = function(&mut lua, &module, "f");
    let report =
        reload(&mut lua, &mut module, "local M = {} function M.f() return 2 end return M").expect("reloads");
    assert_eq!(f.call::<i32>(&mut lua, ()).expect("runs"), 2);
    assert_eq!(report.functions, 1);
}

#[test]
fn a_local_keeps_its_value_unless_its_initialiser_changed() {
    let mut lua = new_lua();
    let source = "local kept, changed = 1, 10 local M = {} function M.step() kept = kept + 1 return kept, changed end return M";
    let source = &source.replace("local kept, changed = 1, 10", "local kept = 1 local changed = 10");
    let mut module = load(&mut lua, source);
    let step = function(&mut lua, &module, "step");
    assert_eq!(step.call::<(i32, i32)>(&mut lua, ()).expect("runs"), (2, 10));
    reload(&mut lua, &mut module, &source.replace("= 10", "= 20")).expect("reloads");
    assert_eq!(step.call::<(i32, i32)>(&mut lua, ()).expect("runs"), (3, 20));
}

#[test]
fn new_upvalues_are_found_by_name() {
    let mut lua = new_lua();
    let mut module = load(
        &mut lua,
        "local a = 1 local M = {} function M.set(x) a = x end function M.f() return 0 end return M",
    );
    let f = function(&mut lua, &module, "f");
    function(&mut lua, &module, "set").call::<()>(&mut lua, 5).expect("runs");
    let source = "local a = 1 local b = 7 local c = 8 local M = {} function M.set(x) a = x end function M.f() return a, b, c end return M";
    reload(&mut lua, &mut module, source).expect("reloads");
    for _ in 0..3 {
        assert_eq!(f.call::<(i32, i32, i32)>(&mut lua, ()).expect("runs"), (5, 7, 8));
    }
    let swapped = source.replace("return a, b, c", "return c, a, b");
    reload(&mut lua, &mut module, &swapped).expect("reloads");
    assert_eq!(f.call::<(i32, i32, i32)>(&mut lua, ()).expect("runs"), (8, 5, 7));
}

#[test]
fn a_class_keeps_its_identity_and_gets_new_methods() {
    let mut lua = new_lua();
    let mut module = load(
        &mut lua,
        "local C = {} C.__index = C C.speed = 1 C.lives = 3 function C:old() return 'old' end return C",
    );
    let class = table(&module);
    lua.globals().set(&mut lua, "C", &class).expect("set");
    lua.load("object = setmetatable({}, C) C.lives = 2").exec(&mut lua).expect("runs");
    let source =
        "local C = {} C.__index = C C.speed = 5 C.lives = 3 function C:new() return 'new' end return C";
    reload(&mut lua, &mut module, source).expect("reloads");
    let check = "return object.speed, object.lives, object:new(), object.old == nil";
    let seen: (i32, i32, String, bool) = lua.load(check).eval(&mut lua).expect("runs");
    assert_eq!(seen, (5, 2, "new".to_owned(), true));
    assert!(Value::Table(table(&module)).raw_equals(&lua, &Value::Table(class)).expect("same VM"));
}

#[test]
fn a_failing_version_changes_nothing() {
    let mut lua = new_lua();
    let mut module = load(&mut lua, "local n = 1 local M = {} function M.f() return n end return M");
    let f = function(&mut lua, &module, "f");
    let broken = "local n = 2 local M = {} function M.f() return n + 100 end leaked = 1 error('no') return M";
    let error = reload(&mut lua, &mut module, broken).expect_err("fails");
    assert!(error.message().contains("m.lua:1: no"), "{error}");
    assert_eq!(f.call::<i32>(&mut lua, ()).expect("runs"), 1);
    assert!(lua.globals().get::<Value>(&mut lua, "leaked").expect("get").is_nil());
}

#[test]
fn a_suspended_coroutine_goes_on_in_the_old_code() {
    let mut lua = new_lua();
    let source = "local M = {} function M.f() coroutine.yield('first') return 'old end' end return M";
    let mut module = load(&mut lua, source);
    let class = table(&module);
    lua.globals().set(&mut lua, "M", &class).expect("set");
    lua.load("co = coroutine.create(M.f) coroutine.resume(co)").exec(&mut lua).expect("runs");
    reload(&mut lua, &mut module, &source.replace("old end", "new end")).expect("reloads");
    lua.load("collectgarbage()").exec(&mut lua).expect("runs");
    let seen: (String, String) = lua
        .load("local _, a = coroutine.resume(co) local c = coroutine.wrap(M.f) c() return a, c()")
        .eval(&mut lua)
        .expect("runs");
    assert_eq!(seen, ("old end".to_owned(), "new end".to_owned()));
}

#[test]
fn nested_functions_and_local_functions_are_matched() {
    let mut lua = new_lua();
    let source = "local function helper(x) return x * 2 end local M = {} function M.make() return function(x) return helper(x) + 1 end end return M";
    let mut module = load(&mut lua, source);
    let make = function(&mut lua, &module, "make");
    let made: Function = make.call(&mut lua, ()).expect("runs");
    assert_eq!(made.call::<i32>(&mut lua, 10).expect("runs"), 21);
    reload(&mut lua, &mut module, &source.replace("x * 2", "x * 3").replace("+ 1", "+ 2")).expect("reloads");
    assert_eq!(made.call::<i32>(&mut lua, 10).expect("runs"), 32);
}

#[test]
fn on_reload_is_called_and_its_error_does_not_undo() {
    let mut lua = new_lua();
    let source = "local M = {} function M.f() return 1 end function M.on_reload(old) old.seen = true error('late') end return M";
    let mut module = load(&mut lua, source);
    let report = reload(&mut lua, &mut module, &source.replace("return 1", "return 2")).expect("reloads");
    assert!(report.on_reload_error.expect("raised").message().contains("late"));
    assert!(table(&module).get::<bool>(&mut lua, "seen").expect("set"));
    assert_eq!(function(&mut lua, &module, "f").call::<i32>(&mut lua, ()).expect("runs"), 2);
}

#[test]
fn globals_of_the_new_version_take_effect() {
    let mut lua = new_lua();
    let mut module = load(&mut lua, "function g() return 1 end limit = 5");
    let g: Function = lua.globals().get(&mut lua, "g").expect("set");
    lua.load("limit = 6").exec(&mut lua).expect("runs");
    reload(&mut lua, &mut module, "function g() return extra end limit = 5 extra = 9").expect("reloads");
    assert_eq!(g.call::<i32>(&mut lua, ()).expect("runs"), 9);
    assert_eq!(lua.globals().get::<i32>(&mut lua, "limit").expect("set"), 6);
    let absent: String =
        lua.load("return tostring(nobody_set_this)").eval(&mut lua).expect("absent globals are nil");
    assert_eq!(absent, "nil");
}

#[test]
fn a_hundred_reloads_in_a_row_leave_everything_in_step() {
    let mut lua = new_lua();
    let source = |n: usize| {
        let extra = if n.is_multiple_of(3) { "local extra = 1" } else { "" };
        let used = if n.is_multiple_of(3) { "+ extra - 1" } else { "" };
        format!(
            "local count = 0 {extra} local M = {{}} function M.f() count = count + 1 return count {used}, {n} end return M"
        )
    };
    let mut module = load(&mut lua, &source(1));
    let f = function(&mut lua, &module, "f");
    for n in 2..=100 {
        reload(&mut lua, &mut module, &source(n)).expect("reloads");
        if n % 10 == 0 {
            lua.load("collectgarbage()").exec(&mut lua).expect("runs");
        }
        assert_eq!(f.call::<(usize, usize)>(&mut lua, ()).expect("runs"), (n - 1, n));
    }
}
