//! The math types in compiled loops: what they compute is what the interpreter computes, bit by bit, whichever guards fail.

#![allow(unsafe_code, reason = "opens the types of a host")]

use perilune::{Libraries, Lua, LuaOptions, Stress};

/// Programs that return text.
const PROGRAMS: &[&str] = &[
    // Operators, with numbers on either side, and results that are passed on, kept and forgotten.
    "local a, kept = Vec3(1, 2, 3), {}
     for i = 1, 60 do
       local b = Vec3(i * 0.1, -i, i / 3)
       local c = a * 0.5 + b / 7 - Vec3(b) * a
       a = c * 0.01 + 2 / (b + 10)
       if i % 10 == 0 then kept[#kept + 1] = -c end
     end
     for i, v in ipairs(kept) do kept[i] = tostring(v) end
     return tostring(a) .. table.concat(kept)",
    // Fields are read and written; two names for one value.
    "local sum = Vec4()
     for i = 1, 50 do
       local v = Vec4(i, 2, 3, 4)
       local same = v
       v.y = v.x + 0.1
       same.z = v.y * 2
       if i % 7 == 0 then v.w = -0.0 end
       sum = sum + v
       sum.x = sum.x - same.z
     end
     return tostring(sum)",
    // Methods.
    "local text, at = {}, Vec3(3, 4, 12)
     for i = 1, 60 do
       local v = Vec3(i % 5, i % 3 - 1, 0.5)
       local n = v:normalize() + at:normalize() * 0.25
       local d = v:dot(at) + n:length() + v:distance(at) + n:length_squared() + v:distance_squared(n)
       local c = v:cross(at):lerp(n, 0.3):clamp_length_max(2):abs()
       local t = v:truncate():extend(d):reflect(n):project_onto(at) + v:reject_from(at)
       at = at * 0.9 + c * 0.01
       if i % 12 == 0 then text[#text + 1] = ('%.9g %s %s %s'):format(d, tostring(n), tostring(c), tostring(t)) end
     end
     return table.concat(text, '; ')",
    // Two lanes, and what has no direction.
    "local n, text = 0, {}
     for i = 0, 60 do
       local v = Vec2(i % 4, i % 3)
       local u = v:normalize():perp() * v:perp_dot(Vec2(1, i)) + v:rotate(Vec2(0.6, 0.8))
       n = n + u:length() + v:with_length(2).x
       if i % 15 == 0 then text[#text + 1] = tostring(u) end
     end
     return n .. table.concat(text)",
    // Rotations.
    "local q, v = Quat.from_rotation_z(0.1), Vec3(1, 0, 0)
     local turn = Quat.IDENTITY
     for i = 1, 60 do
       turn = turn * q
       v = q * v + turn:mul_vec3(Vec3(0, 0.1, i))
       v = turn:inverse() * v * 0.5
       if i % 20 == 0 then turn = turn:lerp(q, 0.5):normalize() end
     end
     return tostring(v) .. tostring(turn)",
    // Numbers that are none, and zeros with a sign.
    "local text = {}
     for i = 1, 40 do
       local v = Vec2(i % 2 == 0 and 0 / 0 or -0.0, 1 / 0)
       local w = v * 0 + v - v
       text[#text + 1] = tostring(w) .. tostring(-v) .. (1 / Vec2(-0.0, 0):dot(Vec2(1, 0))) .. tostring(w:length())
     end
     return table.concat(text, ' ')",
    // Types that change, and mistakes.
    "local values, text = { Vec2(1, 2), Vec3(1, 2, 3), 2, Quat.IDENTITY }, {}
     for i = 1, 80 do
       local x, y = values[i % 4 + 1], values[math.floor(i / 4) % 4 + 1]
       local ok, z = pcall(function() return x * y end)
       text[#text + 1] = tostring(z)
     end
     return table.concat(text, ' ')",
    // A constructor that is replaced, a method that is, and one that a script adds.
    "local n, text = 0, {}
     function Vec3:twice() return self * 2 end
     local old = Vec3.length
     for i = 1, 60 do
       local v = Vec3(i, 1, 1):twice()
       n = n + v:length()
       if i == 40 then Vec3.length = function(v) return -v.x end end
       if i == 50 then Vec3 = function(x) return { twice = function() return { length = function() return x end } end } end end
     end
     return n",
    // Constants, closures, and values as keys.
    "local calls, keys, n = {}, {}, 0
     for i = 1, 40 do
       local v = Vec3.ONE * i + Vec3.X
       calls[i] = function() v.x = v.x + 1 return v.x end
       keys[v] = i
       n = n + calls[i]() + v.x
       if keys[v] ~= i then n = -1e9 end
     end
     for i = 1, 40 do n = n + calls[i]() end
     return n",
    // Inlined functions, several results, conditions.
    "local function clamp(v, limit)
       local length = v:length()
       if length > limit then return v * (limit / length), true end
       return v, false
     end
     local at, clamped = Vec2(), 0
     for i = 1, 100 do
       local v, was = clamp(Vec2(i % 7, i % 11), 5)
       at = at + v
       if was then clamped = clamped + 1 end
     end
     return tostring(at) .. clamped",
];

fn lua(jit: bool) -> Lua {
    let options = LuaOptions { libraries: Libraries::ALL, seed: Some(1), jit, ..LuaOptions::default() };
    let mut lua = Lua::with_options(options);
    // SAFETY: only opens the types.
    unsafe { lua.raw() }.open_host_types().expect("there is memory");
    lua
}

fn run(lua: &mut Lua, source: &str) -> String {
    match lua.load(source).name("=math").eval::<String>(lua) {
        Ok(text) => text,
        Err(error) => panic!("{source}\n{error}"),
    }
}

#[test]
fn compiled_math_is_the_interpreters() {
    for source in PROGRAMS {
        let wanted = run(&mut lua(false), source);
        let compiled = |prepare: &dyn Fn(&mut Lua)| {
            let mut lua = lua(true);
            lua.load("jit.opt.start('hotloop=1', 'hotexit=1')").exec(&mut lua).expect("flags");
            prepare(&mut lua);
            run(&mut lua, source)
        };
        assert_eq!(compiled(&|_| ()), wanted, "{source}");
        let stressed = |lua: &mut Lua| lua.set_gc_stress(Stress::EveryAllocation);
        assert_eq!(compiled(&stressed), wanted, "under collector stress: {source}");
        for number in 0..12 {
            let forced = |lua: &mut Lua| lua.set_compiler_test_parameter("force", number);
            assert_eq!(compiled(&forced), wanted, "guard {number} forced: {source}");
            let odd = |lua: &mut Lua| lua.set_compiler_test_parameter("seed", number);
            assert_eq!(compiled(&odd), wanted, "odd counts {number}: {source}");
        }
    }
}
