//! Without the capability `UnsafeFfi` no Lua program reads or writes memory it was not lent: each program here tries.
//!
//! Under AddressSanitizer, with a target folder of its own:
//!
//! ```sh
//! RUSTFLAGS=-Zsanitizer=address CARGO_TARGET_DIR=target/asan \
//!   cargo +nightly test -p perilune --target x86_64-unknown-linux-gnu --test ffi_safety --test ffi_layouts
//! ```

use perilune::{Libraries, Lua, LuaOptions, MemoryLimit, Stress};

/// The start of every program: a helper that must not get anything back.
const PRELUDE: &str = r#"
local ffi = require "ffi"
local function refused(f, ...)
  local ok, message = pcall(f, ...)
  assert(not ok, "this should have been refused, but gave " .. tostring(message))
  return tostring(message)
end
local function names_capability(f, ...)
  local message = refused(f, ...)
  assert(message:find("UnsafeFfi", 1, true), message)
end
local function out_of_bounds(f, ...)
  local message = refused(f, ...)
  assert(message:find("out of bounds", 1, true), message)
end
"#;

fn run(source: &str) {
    for stress in [Stress::Off, Stress::EveryAllocation] {
        let mut lua = Lua::new();
        lua.set_gc_stress(stress);
        let program = format!("{PRELUDE}{source}");
        if let Err(error) = lua.load(&program).name("=safety").exec(&mut lua) {
            panic!("{source}\n{error}");
        }
    }
}

#[test]
fn what_reaches_beyond_needs_the_capability() {
    run(r#"
        ffi.cdef "int abs(int); size_t strlen(const char *); extern int errno_like; void qsort(void *, size_t, size_t, int (*)(const void *, const void *));"
        names_capability(function() return ffi.C.abs end)
        names_capability(function() return ffi.C.errno_like end)
        names_capability(function() ffi.C.errno_like = 5 end)
        names_capability(ffi.load, "m")
        names_capability(ffi.cast, "int *", 0x1000)
        names_capability(ffi.cast, "int *", 4096LL)
        names_capability(ffi.cast, "int *", ffi.new("uintptr_t", 4096))
        names_capability(ffi.cast, "int (*)(int)", function() end)
        names_capability(ffi.new, "int (*)(int)", function() end)
        local s = ffi.new("struct { int (*f)(int); }")
        names_capability(function() s.f = function() end end)
        names_capability(ffi.cast, "void *", newproxy(true))
    "#);
}

#[test]
fn addresses_from_memory_cannot_be_followed() {
    run(r#"
        -- A pointer forged through a union, through bytes, through a copy.
        local u = ffi.new("union { uint64_t bits; int *p; struct { int x; } *s; char *c; void (*f)(void); }")
        u.bits = 0x400000
        names_capability(function() return u.p[0] end)
        names_capability(function() u.p[0] = 1 end)
        names_capability(function() return u.s.x end)
        names_capability(function() u.s.x = 1 end)
        names_capability(function() return (u.p + 1)[0] end)
        names_capability(ffi.string, u.c)
        names_capability(ffi.string, u.c, 4)
        names_capability(ffi.copy, u.c, "x")
        names_capability(ffi.copy, ffi.new "char[8]", u.c, 8)
        names_capability(ffi.fill, u.c, 8)
        names_capability(function() u.f() end)
        local slots = ffi.new("int *[2]")
        ffi.fill(slots, 16, 0x41)
        names_capability(function() return slots[0][0] end)
        -- The address of one object, read back from another one, says nothing about the first.
        local target = ffi.new("int[4]", 1, 2, 3, 4)
        local holder = ffi.new("struct { int *p; }", { target })
        names_capability(function() return holder.p[0] end)
        assert(holder.p == target)
    "#);
}

#[test]
fn owned_memory_has_bounds() {
    run(r#"
        local a = ffi.new("int[4]", 1, 2, 3, 4)
        for _, i in ipairs { -1, 4, 5, 1e6, -1e6, 2^31, -2^31, 2^40, 0/0, 1/0, -1/0 } do
          out_of_bounds(function() return a[i] end)
          out_of_bounds(function() a[i] = 1 end)
        end
        out_of_bounds(function() return a[4LL] end)
        out_of_bounds(function() return a[0xffffffffffffffffULL] end)
        local v = ffi.new("uint8_t[?]", 10)
        for _, i in ipairs { -1, 10, 11, 2^33 } do
          out_of_bounds(function() return v[i] end)
          out_of_bounds(function() v[i] = 1 end)
        end
        local p = ffi.cast("int *", a)
        for _, i in ipairs { -1, 4, 2^30, -2^30, 2^61 } do
          out_of_bounds(function() return p[i] end)
          out_of_bounds(function() p[i] = 1 end)
          out_of_bounds(function() return (p + i)[0] end)
        end
        assert((p + 100 - 97)[0] == 4)
        -- A wider type than fits.
        out_of_bounds(function() return ffi.cast("double *", a)[2] end)
        out_of_bounds(function() return ffi.cast("int64_t *", p + 3)[0] end)
        out_of_bounds(function() ffi.cast("int64_t *", p + 3)[0] = 1 end)
        ffi.cdef "struct wide { char pad[16]; int x; };"
        local w = ffi.cast("struct wide *", a)
        out_of_bounds(function() return w.x end)
        out_of_bounds(function() w.x = 1 end)
        out_of_bounds(function() return w[0].x end)
        out_of_bounds(function() w.pad = "0123456789abcdefghijklmnop" return w[1].pad end)
        local m = ffi.new("int[2][2]")
        out_of_bounds(function() return m[0][2] end)
        out_of_bounds(function() return m[2] end)
        out_of_bounds(function() return m[1][-1] end)
    "#);
}

#[test]
fn flexible_arrays_end_where_the_memory_ends() {
    run(r#"
        ffi.cdef "struct vls { int n; char data[?]; }; struct fam { int n; char data[]; }; struct hack { int n; char data[1]; };"
        local s = ffi.new("struct vls", 8)
        s.data[7] = 1
        out_of_bounds(function() return s.data[8] end)
        out_of_bounds(function() s.data[8] = 1 end)
        out_of_bounds(function() return s.data[-5] end)
        local f = ffi.new("struct fam", 3)
        out_of_bounds(function() return f.data[0] end)
        local h = ffi.new("struct hack")
        out_of_bounds(function() return h.data[4] end)
        local room = ffi.cast("struct hack *", ffi.new("char[20]"))
        room.data[15] = 7
        out_of_bounds(function() room.data[16] = 7 end)
        -- A string longer than the room.
        s.data = ("x"):rep(100)
        assert(ffi.string(s.data, 8) == "xxxxxxxx")
        assert(s.n == 0)
    "#);
}

#[test]
fn bytes_are_moved_within_bounds() {
    run(r#"
        local a, b = ffi.new("char[8]"), ffi.new("char[16]")
        out_of_bounds(ffi.copy, a, b, 16)
        out_of_bounds(ffi.copy, b, a, 9)
        out_of_bounds(ffi.copy, a, ("x"):rep(8))
        out_of_bounds(ffi.copy, a, "abc", 100)
        out_of_bounds(ffi.copy, a, a, -1)
        out_of_bounds(ffi.fill, a, 9)
        out_of_bounds(ffi.fill, a + 4, 5)
        out_of_bounds(ffi.fill, a, -1)
        out_of_bounds(ffi.string, a, 9)
        out_of_bounds(ffi.string, a + 4, 5)
        out_of_bounds(ffi.string, a, -1)
        ffi.fill(a, 8, 65)
        out_of_bounds(ffi.string, a)
        out_of_bounds(ffi.string, a + 3)
        out_of_bounds(ffi.string, a + 8)
        ffi.copy(a, "1234567")
        assert(ffi.string(a) == "1234567")
        out_of_bounds(ffi.string, ffi.cast("const char *", "abc") + 5)
    "#);
}

#[test]
fn strings_cannot_be_written() {
    run(r#"
        local s = "immutable text that is interned or not, as may be"
        refused(function() ffi.cast("char *", s)[0] = 88 end)
        refused(ffi.copy, ffi.cast("char *", s), "X", 1)
        refused(ffi.fill, ffi.cast("void *", s), 4)
        refused(ffi.fill, ffi.cast("void *", ffi.cast("const char *", s) + 1), 4)
        ffi.cdef "struct over { char a, b; };"
        refused(function() ffi.cast("struct over *", s).a = 88 end)
        refused(function() ffi.cast("struct over *", s)[0] = ffi.new "struct over" end)
        refused(function() ffi.cast("int *", ffi.cast("char *", s))[0] = 88 end)
        refused(function() (ffi.cast("char *", s) + 1)[0] = 88 end)
        refused(function() local p = ffi.gc(ffi.cast("char *", s), function() end) p[0] = 88 end)
        assert(s == "immutable text that is interned or not, as may be")
    "#);
}

#[test]
fn references_keep_their_whole_alive() {
    run(r#"
        ffi.cdef "struct inner { int x[4]; }; struct outer { int n; struct inner in; struct outer *self; };"
        local function part() return ffi.new("struct outer", 1, { { 1, 2, 3, 4 } })["in"] end
        local function row() return ffi.new("int[3][4]", { { 1, 2, 3, 4 }, { 5, 6, 7, 8 } })[1] end
        local function pointer() return ffi.new("int[4]", 9, 8, 7, 6) + 2 end
        local function text() return ffi.cast("const char *", ("long text "):rep(20)) end
        local function self()
          local o = ffi.new("struct outer", 7)
          o.self = o
          return o.self
        end
        local a, b, c, d, e = part(), row(), pointer(), text(), self()
        for round = 1, 3 do
          collectgarbage() collectgarbage()
          for i = 1, 200 do local junk = ffi.new("int[50]", -1) local s = ("y"):rep(i + 100) end
          assert(a.x[3] == 4 and b[2] == 7 and c[-2] == 9 and c[1] == 6)
          assert(ffi.string(d, 10) == "long text ")
          assert(e.n == 7 and e.self.self.n == 7)
        end
    "#);
}

#[test]
fn nulls_and_nonsense_are_errors() {
    run(r#"
        local p = ffi.new("int *")
        for _, f in ipairs { function() return p[0] end, function() p[0] = 1 end, function() return p[1000] end } do refused(f) end
        ffi.cdef "struct thing { int x; struct thing *next; }; typedef int function_type(int);"
        local t = ffi.new("struct thing *")
        refused(function() return t.x end)
        refused(function() t.x = 1 end)
        refused(function() return ffi.new("struct thing").next.x end)
        refused(ffi.string, ffi.new("char *"))
        refused(ffi.copy, ffi.new("char *"), "x")
        refused(function() return ffi.new("function_type *")(1) end)
        refused(function() return ffi.new("int (*)(int)")(1) end)
        refused(ffi.new, "int[?]", 2^30)
    "#);
}

#[test]
fn references_made_of_integers_are_refused() {
    run(r#"
        names_capability(ffi.cast, "int &", 4096)
        local u = ffi.new("union { uint64_t bits; int &r; }")
        u.bits = 0x400000
        names_capability(function() return u.r end)
        names_capability(function() u.r = 5 end)
    "#);
}

#[test]
fn metatypes_do_not_help() {
    run(r#"
        ffi.cdef "struct m { int x; };"
        local seen
        local T = ffi.metatype("struct m", { __index = function(s, k) seen = s return s[0] end, __gc = function(s) s.x = 1 end })
        refused(function() return T(1).nothing end)
        for i = 1, 100 do T(i) end
        collectgarbage() collectgarbage()
        -- A finalizer that brings its object back does not make it die twice.
        local saved = {}
        for i = 1, 10 do ffi.gc(ffi.new("int[2]", i), function(c) saved[#saved + 1] = c end) end
        collectgarbage() collectgarbage()
        for _, c in ipairs(saved) do assert(c[0] == c[0] and c[1] == c[0]) ffi.gc(c, function() end) end
        saved = {}
        collectgarbage() collectgarbage()
    "#);
}

#[test]
fn declarations_have_limits() {
    run(r#"
        refused(ffi.cdef, "struct big { char a[0x1fffffff]; char b[0x1fffffff]; char c[0x1fffffff]; char d[0x1fffffff]; char e[0x1fffffff]; };")
        refused(ffi.typeof, "int[0x7fffffff]")
        refused(ffi.typeof, ("int (*"):rep(1) .. ("("):rep(1000))
        refused(ffi.cdef, "enum { A = " .. ("-"):rep(1000) .. "1 };")
        refused(ffi.cdef, ("struct { "):rep(1000))
        local ok, message = pcall(function() for i = 1, 100000 do ffi.cdef("struct n" .. i .. " { int x; };") end end)
        assert(not ok and message:find "table overflow", message)
    "#);
}

#[test]
fn with_the_capability_the_same_pointers_work() {
    let mut lua = Lua::with_options(LuaOptions {
        unsafe_ffi: true,
        libraries: Libraries::SAFE,
        ..LuaOptions::default()
    });
    let source = r#"
        local ffi = require "ffi"
        local a = ffi.new("int[4]", 1, 2, 3, 4)
        local p = ffi.cast("int *", ffi.cast("uintptr_t", a))
        assert(p[3] == 4 and p == a)
        local holder = ffi.new("struct { int *p; }", { a })
        assert(holder.p[2] == 3)
        holder.p[2] = 30
        assert(a[2] == 30)
        assert(not pcall(function() return ffi.new("int *")[0] end), "null is an error all the same")
        assert(not pcall(function() return a[4] end), "owned memory has bounds all the same")
    "#;
    if let Err(error) = lua.load(source).name("=safety").exec(&mut lua) {
        panic!("{error}");
    }
}

#[test]
fn pointers_into_buffers_have_bounds_and_outlive_the_memory() {
    run(r#"
        local buffer = require "string.buffer"
        local b = buffer.new():put("0123456789")
        local p, n = b:ref()
        assert(n == 10 and p[9] == 57)
        for _, i in ipairs { -1, 10, 11, 2^20, -2^20, 2^40 } do
          out_of_bounds(function() return p[i] end)
          out_of_bounds(function() p[i] = 1 end)
        end
        out_of_bounds(ffi.string, p, 11)
        out_of_bounds(ffi.copy, p, ("x"):rep(20))
        out_of_bounds(function() b:putcdata(p, 11) end)
        out_of_bounds(function() b:set(p + 5, 6) end)
        assert(tostring(b) == "0123456789")
        local w, room = b:reserve(20)
        assert(room >= 20 and w[0] == 0 and w[room - 1] == 0, "what was never written is zero")
        out_of_bounds(function() return w[room] end)
        out_of_bounds(function() w[-1] = 1 end)
        out_of_bounds(ffi.fill, w, room + 1)
        refused(function() b:commit(room + 1) end)
        -- Growth leaves pointers at the old bytes, which stay.
        local old = b:ref()
        for i = 1, 2000 do b:put("more and more ") end
        assert(old[0] == 48 and p[9] == 57)
        old[0], w[room - 1] = 33, 34
        assert(b:get(1) == "0" and old[0] == 33 and w[room - 1] == 34)
        -- So do those of buffers that are given up, set anew, or gone.
        local q, m = b:ref()
        b:free()
        assert(q[0] == 49 and #b == 0)
        ffi.fill(q, m, 65)
        assert(ffi.string(q + m - 4, 4) == "AAAA")
        b:set(q, 3)
        assert(tostring(b) == "AAA")
        local r = b:ref()
        b:set(r + 1, 2)
        assert(tostring(b) == "AA" and r[0] == 65)
        local s
        do local short = buffer.new(100):put("short") s = short:ref() end
        collectgarbage() collectgarbage()
        assert(ffi.string(s, 5) == "short")
        s[4] = 33
        assert(ffi.string(s, 5) == "shor!")
        out_of_bounds(function() return s[5] end)
        -- A buffer that grows from its own bytes.
        local own = buffer.new():put("ab")
        for i = 1, 14 do own:putcdata(own:ref()) end
        assert(tostring(own) == ("ab"):rep(2 ^ 14))
        local at, left = own:reserve(64)
        ffi.copy(at, "xy")
        own:putcdata(at, 2)
        assert(own:skip(2 ^ 15):tostring() == "xy")
        -- Pointers stored in memory say nothing, as ever.
        local slot = ffi.new("uint8_t *[1]")
        slot[0] = own:ref()
        names_capability(function() return slot[0][0] end)
    "#);
}

#[test]
fn memory_that_buffers_leave_to_pointers_counts_towards_the_limit() {
    let mut lua = Lua::new();
    lua.set_memory_limit(Some(MemoryLimit { soft: 12 << 20, hard: 32 << 20 }));
    let source = r#"
        local ffi, buffer = require "ffi", require "string.buffer"
        local kept = {}
        local ok, message = pcall(function()
          for i = 1, 300 do
            local b = buffer.new():put(("x"):rep(300000))
            kept[i] = b:ref()
            b:free()
          end
        end)
        assert(not ok and tostring(message):find("not enough memory"), message)
        assert(#kept > 50 and #kept < 120, #kept)
        kept = nil
        collectgarbage() collectgarbage()
        for i = 1, 100 do
          local b = buffer.new():put(("y"):rep(300000))
          assert(b:ref()[5] == 121)
        end"#;
    lua.load(source).name("=limit").exec(&mut lua).expect("it runs");
}

#[test]
fn messages_say_what_was_tried_and_what_to_do() {
    let capability = "needs the capability UnsafeFfi, which this program has not been given (LuaOptions::unsafe_ffi, in a game LuaScriptPlugin::unsafe_ffi)";
    for (statement, what) in [
        ("ffi.cdef 'int abs(int);' local _ = ffi.C.abs", "a symbol of a C library"),
        ("local _ = ffi.load 'm'", "loading a C library"),
        ("local _ = ffi.cast('int *', 4096)", "a pointer made of an integer"),
        ("local _ = ffi.cast('int (*)(int)', print)", "a callback"),
        ("local _ = ffi.cast('void *', newproxy(true))", "a pointer to userdata"),
    ] {
        assert_eq!(message(statement), format!("{what} {capability}"), "{statement}");
    }
    for (statement, expected) in [
        ("local _ = ffi.new('int[3]')[3]", "index 3 is out of bounds of 'int [3]'"),
        ("ffi.new('int[3]')[-1] = 5", "index -1 is out of bounds of 'int [3]'"),
        (
            "local _ = (ffi.new('int[3]') + 2)[1]",
            "access out of bounds: 4 bytes at offset 12 of 'int [3]', which has 12 bytes",
        ),
        ("local _ = ffi.new('int *')[0]", "attempt to dereference a null pointer"),
        (
            "local _ = ffi.string(ffi.new('char[2]', 'ab'))",
            "access out of bounds: no zero ends the string within the 2 bytes that are there",
        ),
        (
            "ffi.copy(ffi.new('char[2]'), 'abc')",
            "access out of bounds: 4 bytes at offset 0 of 'char [2]', which has 2 bytes",
        ),
    ] {
        assert_eq!(message(statement), expected, "{statement}");
    }
}

/// The message of a statement that fails, without its position.
fn message(statement: &str) -> String {
    let mut lua = Lua::new();
    let program = format!("local ffi = require 'ffi' {statement}");
    let error = lua.load(&program).name("=safety").exec(&mut lua).expect_err(statement);
    error.message().trim_start_matches("safety:1: ").to_owned()
}
