//! The plugin's types by their names in C declarations.

use super::*;

fn run(source: &str) {
    let mut test = Test::new();
    test.exclusive(&format!("local ffi = require 'ffi'\n{source}")).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn new_values_are_the_plugins() {
    run(r##"
        local v = ffi.new("Vec3", 1, 2, 3)
        assert(v == Vec3(1, 2, 3) and tostring(v) == "Vec3(1, 2, 3)" and (v + Vec3.ONE):length_squared() == 29)
        assert(ffi.new("Vec3") == Vec3.ZERO and ffi.new("Vec2", { x = 1, y = 2 }) == Vec2(1, 2))
        assert(ffi.new("Vec3", { 4, 5, 6 }).z == 6 and ffi.new("Vec3", v) == v and ffi.new("Vec3", v) ~= ffi.new("Vec3", v) * 2)
        local copy = ffi.new("Vec3", v)
        copy.x = 9
        assert(v.x == 1 and copy.x == 9)
        assert(ffi.new("Rect", { min = { 1, 2 }, max = Vec2(3, 4) }):center() == Vec2(2, 3))
        assert(ffi.new("UVec2", -1, 2^32 - 2) == UVec2(2^32 - 1, 2^32 - 2) and ffi.new("IVec3", 1, 2, 3):element_sum() == 6)
        assert(ffi.new("Color", 1, 0.5, 0, 1):to_hex() == "#FF8000")
        assert(ffi.new("Mat4", { x_axis = { 1, 2, 3, 4 } }).x_axis.w == 4 and ffi.new("Quat", 0, 0, 0, 1) == Quat())
        assert(ffi.new("Duration", 1, 5) == Duration.new(1, 5) and tostring(ffi.new("Duration", 0, 4294967295)) == "4.294967295s")
        local make = ffi.typeof("Vec2")
        assert(make(3, 4):length() == 5 and tostring(make) == "ctype<Vec2>")
        assert(ffi.sizeof("Vec3") == 12 and ffi.sizeof(v) == 12 and ffi.offsetof("Rect", "max") == 8 and ffi.alignof("Vec2") == 4)
        assert(ffi.istype("Vec3", v) and not ffi.istype("Vec2", v) and ffi.istype(ffi.typeof(v), Vec3()))"##);
}

#[test]
fn parts_of_declared_structs_are_the_same_memory() {
    run(r#"
        ffi.cdef "typedef struct { float speed; Vec3 at; Rect bounds; Quat turn; const Vec2 fixed; } craft; "
        local c = ffi.new("craft", 5, Vec3(1, 2, 3))
        assert(c.at == Vec3(1, 2, 3) and c.at:length_squared() == 14 and c.turn == Quat(0, 0, 0, 0))
        c.at = c.at + Vec3(1, 1, 1) * c.speed
        assert(c.at == Vec3(6, 7, 8))
        c.at.x = 100
        local at = c.at
        at.y = 200
        assert(c.at == Vec3(100, 200, 8))
        c.bounds.max.x = 7
        c.bounds.min = Vec2(1, 1)
        c.bounds.min = { 2, 3 }
        assert(c.bounds == Rect(2, 3, 7, 0))
        assert(ffi.offsetof("craft", "turn") % ffi.alignof("Quat") == 0)
        c = nil
        collectgarbage() collectgarbage()
        assert(at == Vec3(100, 200, 8), "a part keeps the whole")
        local many = ffi.new("Vec3[4]", { { 1, 1, 1 }, Vec3(2, 2, 2) })
        many[3] = many[0] + many[1]
        many[2].z = 4
        assert(many[3] == Vec3(3, 3, 3) and many[2] == Vec3(0, 0, 4) and ffi.sizeof(many) == 48)
        local sum = Vec3()
        for i = 0, 3 do sum = sum + many[i] end
        assert(sum == Vec3(6, 6, 10))
        local floats = ffi.cast("float *", many)
        assert(floats[9] == 3)
        floats[9] = 5
        assert(many[3].x == 5)
        local p = ffi.cast("Vec3 *", floats + 3)
        assert(p[0] == Vec3(2, 2, 2) and p.x == 2 and p[2].x == 5)
        p[0] = Vec3(8, 8, 8)
        assert(many[1] == Vec3(8, 8, 8))
        local raw = ffi.new("float[3]")
        ffi.copy(raw, Vec3(4, 5, 6), 12)
        assert(raw[2] == 6 and ffi.string(ffi.new("Vec2"), 8) == ("\0"):rep(8))
        local grown = ffi.new("Vec2[?]", 1000)
        for i = 0, 999 do grown[i] = Vec2(i, -i) end
        assert(grown[999]:unpack() == 999)"#);
}

#[test]
fn what_does_not_fit_is_refused() {
    run(r#"
        local function refused(part, f, ...)
          local ok, message = pcall(f, ...)
          assert(not ok and tostring(message):find(part, 1, true), tostring(message))
        end
        ffi.cdef "typedef struct { Vec3 at; const Vec2 fixed; } thing;"
        local thing = ffi.new("thing")
        refused("cannot convert 'number' to 'Vec3'", function() thing.at = 5 end)
        refused("cannot convert 'Vec2' to 'Vec3'", function() thing.at = Vec2(1, 2) end)
        refused("attempt to write to constant location", function() thing.fixed = Vec2(1, 2) end)
        refused("constant", function() thing.fixed.x = 1 end)
        refused("too many initializers for 'Vec3'", ffi.new, "Vec3", 1, 2, 3, 4)
        refused("attempt to redefine 'Vec3'", ffi.cdef, "typedef struct { double x, y, z; } Vec3;")
        ffi.cdef "struct Vec3 { double a; };"
        assert(ffi.sizeof("struct Vec3") == 8 and ffi.sizeof("Vec3") == 12)
        refused("Vec3 has its methods in the global table Vec3: add functions to that", ffi.metatype, "Vec3", {})
        refused("Vec3 has no field 'w'", function() return ffi.new("Vec3").w end)
        refused("index 4 is out of bounds", function() return ffi.new("Vec3[4]")[4] end)
        local p = ffi.cast("Vec3 *", ffi.new("Vec3[2]"))
        refused("out of bounds", function() return p[2] end)
        refused("out of bounds", function() p[2] = Vec3() end)
        refused("out of bounds", function() return ffi.cast("Vec4 *", Vec3())[0] end)
        refused("constant", function() ffi.fill(Vec3.ZERO, 12, 1) end)
        refused("out of bounds", ffi.copy, Vec3(), ("x"):rep(20))
        local half = ffi.new("union { Vec3 *p; uint64_t bits; }")
        half.bits = 0x400000
        refused("UnsafeFfi", function() return half.p[0] end)
        refused("UnsafeFfi", function() half.p[0] = Vec3() end)"#);
}

#[test]
fn pointers_into_components_are_checked_and_leave_ticks() {
    let mut test = Test::new();
    let entity = test.world.spawn(Transform::from_xyz(1.0, 2.0, 3.0)).id();
    let other = test.world.spawn(Transform::from_xyz(4.0, 5.0, 6.0)).id();
    test.world.clear_trackers();
    test.system(
        r#"return { query = { "mut Transform" }, run = function(q)
             local ffi = require "ffi"
             for e, t in q:iter() do
               if t.translation.x == 1 then
                 p = ffi.cast("Vec3 *", t.translation)
                 f = ffi.cast("float *", t.translation)
                 assert(p[0] == Vec3(1, 2, 3) and f[2] == 3 and p[0]:length_squared() == 14)
                 p[0].y = 20
                 f[2] = 30
                 for _, out in ipairs { 3, -1, 100 } do
                   assert(not pcall(function() return f[out] end))
                   assert(not pcall(function() f[out] = 1 end))
                 end
               end
             end
           end }"#,
    );
    test.schedule.run(&mut test.world);
    assert_eq!(test.world.resource::<LastError>().0, None);
    assert_eq!(
        test.world.get::<Transform>(entity).expect("it is there").translation,
        Vec3::new(1.0, 20.0, 30.0)
    );
    let mut changed = test.world.query_filtered::<Entity, Changed<Transform>>();
    let changed: Vec<Entity> = changed.iter(&test.world).collect();
    assert!(changed.contains(&entity) && !changed.contains(&other), "{changed:?}");
    for line in ["return p[0]", "p[0] = Vec3()", "return f[0]", "f[0] = 1"] {
        let message = test.exclusive(line).expect_err("the run is over");
        assert!(message.contains("expired view of Transform"), "{line}: {message}");
    }
    let mut test = Test::new();
    test.world.spawn(Transform::default());
    test.system(
        r#"return { query = { "Transform" }, run = function(q)
             for e, t in q:iter() do
               local f = require "ffi".cast("float *", t.translation)
               f[0] = 1
             end
           end }"#,
    );
    assert!(test.run_failing().contains("declare \"mut Transform\" to write it"));
}

#[test]
fn components_and_declarations_agree() {
    run(r#"
        ffi.cdef "typedef struct { Vec3 point; float weight; Duration age; } named_part;"
        component("Named", "struct { named_part parts[2]; Vec2 last; }")
        component("Plain", "named_part")"#);
}
