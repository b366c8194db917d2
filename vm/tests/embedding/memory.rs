//! The memory limit.

use perilune::{ErrorKind, Lua, LuaOptions, MemoryLimit};

#[test]
fn endless_allocation_ends_in_an_error() {
    endless_allocation(&mut Lua::new());
    let mut lua = Lua::with_options(LuaOptions { jit: true, ..LuaOptions::default() });
    // Compiled at once.
    lua.load("jit.opt.start('hotloop=1')").exec(&mut lua).expect("flags");
    endless_allocation(&mut lua);
}

fn endless_allocation(lua: &mut Lua) {
    lua.set_memory_limit(Some(MemoryLimit { soft: 4 << 20, hard: 8 << 20 }));
    for source in [
        "local t = {} while true do t[#t + 1] = {} end",
        "local s = 'x' while true do s = s .. s end",
        "local s = 'x' for i = 1, math.huge do s = s .. i .. s end",
        "local t = {} for i = 1, math.huge do local j = i t[i] = function() j = j + 1 return j end end",
        "local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end",
        "local t = {} for i = 1, math.huge do t['key' .. i] = i end",
        "string.rep('x', 1e9)",
        "local b = require('string.buffer').new() while true do b:put('0123456789') end",
        "local b = require('string.buffer').new(1e9)",
        "local b = require('string.buffer').new() while true do b:encode({{}, ('x'):rep(1000)}) end",
        "local b = require('string.buffer') local t = {} while true do t[#t + 1] = b.new():put(('x'):rep(10000)) end",
        "assert(load(function() return '          ' end))",
        "local s = (' '):rep(100000) assert(load(function() return s end))",
        "local function f(...) return f(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...) end f()",
    ] {
        let error = lua.load(source).exec(lua).expect_err("memory has an end");
        assert!(matches!(error.kind(), ErrorKind::Memory | ErrorKind::StackOverflow), "{source}: {error}");
        lua.load("local t = {} for i = 1, 100 do t[i] = { i } end collectgarbage()")
            .exec(lua)
            .unwrap_or_else(|error| panic!("the VM is unusable after {source}: {error}"));
    }
    let (ok, text): (bool, String) =
        lua.load("return pcall(string.rep, 'x', 1e9)").eval(lua).expect("pcall catches it");
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

#[test]
fn hostile_counts_in_encoded_values_take_no_memory() {
    let mut lua = Lua::new();
    lua.set_memory_limit(Some(MemoryLimit { soft: 4 << 20, hard: 8 << 20 }));
    // Ten million array places, then ten million keys, and one byte of either.
    for bytes in [r"\x0a\xff\x80\x96\x98\0\x02", r"\x09\xff\x80\x96\x98\0\x02"] {
        let source = format!("return select(2, pcall(require('string.buffer').decode, '{bytes}'))");
        let text: String = lua.load(&source).eval(&mut lua).expect("pcall catches it");
        assert_eq!(text, "unexpected end of buffer");
    }
}

#[test]
fn the_memory_of_buffers_is_counted_and_given_back() {
    let mut lua = Lua::new();
    let counts = "
        local buffer = require('string.buffer')
        local function count() collectgarbage() collectgarbage() return collectgarbage('count') end
        local before = count()
        local b = buffer.new(1000000)
        local full = count()
        b:free()
        local freed = count()
        for i = 1, 20 do buffer.new(1000000) end
        return full - before, freed - before, count() - before";
    let (full, freed, dropped): (f64, f64, f64) = lua.load(counts).eval(&mut lua).expect("it runs");
    assert!(full > 900.0, "a buffer of a megabyte counts {full} KB");
    assert!(freed < 50.0, "{freed} KB left after free");
    assert!(dropped < 50.0, "{dropped} KB left of collected buffers");
}
