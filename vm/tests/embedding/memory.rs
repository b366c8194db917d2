//! The memory limit.

use perilune::{ErrorKind, Lua, LuaOptions, MemoryLimit};

#[test]
fn endless_allocation_ends_in_an_error() {
    let mut lua = Lua::new();
    lua.set_memory_limit(Some(MemoryLimit { soft: 4 << 20, hard: 8 << 20 }));
    for source in [
        "local t = {} while true do t[#t + 1] = {} end",
        "local s = 'x' while true do s = s .. s end",
        "local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end",
        "local t = {} for i = 1, math.huge do t['key' .. i] = i end",
        "string.rep('x', 1e9)",
        "local function f(...) return f(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...) end f()",
    ] {
        let error = lua.load(source).exec(&mut lua).expect_err("memory has an end");
        assert!(matches!(error.kind(), ErrorKind::Memory | ErrorKind::StackOverflow), "{source}: {error}");
        lua.load("local t = {} for i = 1, 100 do t[i] = { i } end collectgarbage()")
            .exec(&mut lua)
            .unwrap_or_else(|error| panic!("the VM is unusable after {source}: {error}"));
    }
    let (ok, text): (bool, String) =
        lua.load("return pcall(string.rep, 'x', 1e9)").eval(&mut lua).expect("pcall catches it");
    assert_eq!((ok, text.as_str()), (false, "not enough memory"));
}

#[test]
fn loaded_functions_count() {
    let mut lua = Lua::with_options(LuaOptions { bytecode: true, ..LuaOptions::default() });
    lua.set_memory_limit(Some(MemoryLimit { soft: 6 << 20, hard: 8 << 20 }));
    let sources = [
        "local text = ('do local a = x.y end '):rep(1000)",
        "local text = ('local f = function() end '):rep(150)",
        "local text = string.dump(loadstring(('do local function f() end end '):rep(2000)), true)",
    ];
    for source in sources {
        let kept =
            format!("{source} local kept = {{}} while true do kept[#kept + 1] = assert(load(text)) end");
        let error = lua.load(&kept).exec(&mut lua).expect_err("memory has an end");
        assert_eq!(error.kind(), ErrorKind::Memory, "{source}: {error}");
        lua.load("collectgarbage()").exec(&mut lua).expect("there is memory again");
        let used = lua.stats().heap_bytes;
        assert!(used < 2 << 20, "{used} bytes are left of {source}");
        let dropped = format!("{source} for i = 1, 500 do assert(load(text)) end");
        lua.load(&dropped).exec(&mut lua).unwrap_or_else(|error| panic!("{source}: {error}"));
    }
}
