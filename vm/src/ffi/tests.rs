//! Cdata seen from Lua.

#![allow(unsafe_code, reason = "lends memory of the test")]

use super::ctype::{CType, CTypeId, EnumType, Field, Form, Math, Scalar};
use super::view::{Source, WriteRule};
use crate::value::RawValue;
use crate::{Lua, Value};

fn lua() -> Lua {
    let mut lua = Lua::new();
    // SAFETY: only opens the types.
    unsafe { lua.raw() }.open_host_types().expect("there is memory");
    lua
}

fn run(source: &str) {
    let mut lua = lua();
    if let Err(error) = lua.load(source).name("=test").exec(&mut lua) {
        panic!("{source}\n{error}");
    }
}

fn fails(source: &str) -> String {
    let mut lua = lua();
    let error = lua.load(source).name("=test").exec(&mut lua).expect_err("a mistake");
    error.message().to_owned()
}

#[test]
fn vectors_are_made_read_and_printed() {
    run(r#"
        local v = Vec3(1, 2.5, -3)
        assert(v.x == 1 and v.y == 2.5 and v.z == -3 and type(v) == "cdata")
        v.y = 4
        assert(tostring(v) == "Vec3(1, 4, -3)" and tostring(Vec2(0.1, 2)) == "Vec2(0.1, 2)")
        assert(Vec3() == Vec3(0, 0, 0) and Vec3 { x = 1, z = 2 } == Vec3(1, 0, 2) and Vec3 { 1, 2, 3 } == Vec3(1, 2, 3))
        local copy = Vec3(v)
        copy.x = 9
        assert(v.x == 1 and v:clone() == v and v ~= copy)
        local x, y, z = v:unpack()
        assert(x == 1 and y == 4 and z == -3)
        assert(Quat() == Quat(0, 0, 0, 1) and Vec3(1, 2, 3) ~= Vec4(1, 2, 3, 0) and Vec2(1, 2) ~= 1)
    "#);
}

#[test]
fn operators_work_lane_by_lane() {
    run(r#"
        local a, b = Vec3(1, 2, 3), Vec3(4, 5, 6)
        assert(a + b == Vec3(5, 7, 9) and b - a == Vec3(3, 3, 3) and a * b == Vec3(4, 10, 18))
        assert(b / 2 == Vec3(2, 2.5, 3) and 2 * a == Vec3(2, 4, 6) and a * 2 == 2 * a and -a == Vec3(-1, -2, -3))
        assert(a + 1 == Vec3(2, 3, 4) and 1 / Vec2(2, 4) == Vec2(0.5, 0.25))
        assert(a:dot(b) == 32 and a:cross(b) == Vec3(-3, 6, -3) and Vec2(3, 4):length() == 5)
        assert(Vec2(3, 4):length_squared() == 25 and Vec2(0, 0):normalize() == Vec2(0, 0))
        assert(Vec3(0, 3, 0):normalize() == Vec3(0, 1, 0) and a:lerp(b, 0.5) == Vec3(2.5, 3.5, 4.5))
        assert(Vec2(1, 1):distance(Vec2(4, 5)) == 5 and Vec2(6, 8):clamp_length_max(5) == Vec2(3, 4))
        assert(Vec3.dot(a, b) == 32 and Vec2(1, 2):extend(3) == a and a:truncate() == Vec2(1, 2))
        assert(Vec2(1, 0):perp() == Vec2(0, 1) and Vec3(1, 5, 3):min(Vec3(2, 4, 6)) == Vec3(1, 4, 3))
    "#);
}

#[test]
fn quaternions_rotate() {
    run(r#"
        local function near(a, b) return (a - b):length() < 1e-5 end
        local quarter = Quat.from_rotation_z(math.pi / 2)
        assert(near(quarter * Vec3(1, 0, 0), Vec3(0, 1, 0)) and near(quarter:mul_vec3(Vec3(0, 1, 0)), Vec3(-1, 0, 0)))
        assert(near(quarter * quarter, Quat.from_rotation_z(math.pi)) and near(quarter * quarter:inverse(), Quat()))
        assert(near(Quat():slerp(quarter, 0.5), Quat.from_rotation_z(math.pi / 4)))
        local x, y, z = quarter:to_euler()
        assert(math.abs(z - math.pi / 2) < 1e-5 and x == 0 and y == 0)
        local axis, angle = quarter:to_axis_angle()
        assert(near(axis, Vec3(0, 0, 1)) and math.abs(angle - math.pi / 2) < 1e-5)
        assert(near(Quat.from_axis_angle(Vec3(0, 0, 2), math.pi / 2), quarter))
        assert(near(Quat.from_euler(0, 0, math.pi / 2), quarter) and Quat(0, 0, 0, 2):normalize() == Quat())
    "#);
}

#[test]
fn scripts_add_methods_of_their_own() {
    run(r#"
        function Vec2:turned() return Vec2(-self.y, self.x) end
        assert(Vec2(1, 2):turned() == Vec2(-2, 1))
    "#);
}

#[test]
fn caches_keep_types_apart() {
    run(r#"
        local function x_of(object) return object.x end
        local function set_x(object, value) object.x = value end
        local function measure(object) return object:length() end
        local list = { Vec2(1, 2), { x = 3, length = function() return "table" end }, Vec3(4, 0, 3), Quat(5, 6, 7, 8), "text" }
        for round = 1, 3 do
          assert(x_of(list[1]) == 1 and x_of(list[2]) == 3 and x_of(list[3]) == 4 and x_of(list[4]) == 5 and x_of("") == nil)
          assert(measure(Vec2(3, 4)) == 5 and measure(list[2]) == "table" and measure(list[3]) == 5)
          assert(not pcall(measure, "text") and measure(Vec4(2, 2, 2, 2)) == 4 and measure(list[2]) == "table")
          for _, object in ipairs { Vec2(), { x = 0 }, Vec3(), Quat() } do
            set_x(object, round)
            assert(object.x == round and not pcall(set_x, Vec2(), "text"))
          end
        end
        local old = Vec2.length
        function Vec2:length() return "new" end
        assert(measure(Vec2(3, 4)) == "new" and measure(Vec3(0, 3, 4)) == 5)
        Vec2.length = old
        assert(measure(Vec2(3, 4)) == 5)
        Vec2.length = nil
        assert(not pcall(measure, Vec2(3, 4)))
    "#);
}

#[test]
fn temporaries_are_collected_in_a_loop_without_calls() {
    let mut lua = lua();
    let source = "local v, d = Vec3(), Vec3(1, 2, 3) for i = 1, 3000000 do v = v + d end return v.x";
    let x: f64 = lua.load(source).eval(&mut lua).expect("it runs");
    assert_eq!(x, 3_000_000.0);
    // SAFETY: only looks.
    let used = unsafe { lua.raw() }.heap.used();
    assert!(used < 32 << 20, "{used} bytes");
}

#[test]
fn mistakes_with_vectors_are_named() {
    assert_eq!(fails("return Vec3().w"), "test:1: Vec3 has no field 'w'; its fields are: x, y, z");
    assert_eq!(fails("Vec2().x = 'a'"), "test:1: expected number for field 'x' of Vec2, got string");
    assert_eq!(
        fails("return Vec2() + Vec3()"),
        "test:1: attempt to perform arithmetic on Vec2 and Vec3: v:extend(z) and v:truncate() change the number of lanes"
    );
    assert!(fails("return Vec2() + {}").contains("attempt to perform arithmetic on"));
    assert!(fails("return Vec2() < Vec2()").contains("attempt to compare"));
    assert_eq!(fails("Vec2():dot(5)"), "test:1: bad argument #1 to 'dot' (Vec2 expected, got number)");
    assert_eq!(
        fails("Vec3.cross(Vec3())"),
        "test:1: bad argument #2 to 'cross' (Vec3 expected, got no value)"
    );
    assert!(fails("return Vec2('x', 1)").contains("number expected, got string"));
}

#[test]
fn structs_enums_and_wide_integers() {
    let mut lua = lua();
    // SAFETY: types and memory of this test; the memory outlives the epoch.
    let vm = unsafe { lua.raw() };
    let mood = CType {
        name: "Mood".into(),
        size: 1,
        form: Form::Enum(EnumType { size: 1, variants: vec![("Calm".into(), 0), ("Angry".into(), 7)] }),
    };
    let mood = vm.register_ctype(mood).expect("well formed");
    let fields = vec![
        Field::new("signed", 0, Scalar::I64.into()),
        Field::new("unsigned", 8, Scalar::U64.into()),
        Field::new("position", 16, Math::Vec2.ctype()),
        Field::new("mood", 24, mood),
        Field::new("flag", 25, Scalar::Bool.into()),
        Field::new("letter", 28, Scalar::Char.into()),
    ];
    let thing = CType { name: "Thing".into(), size: 32, form: Form::Struct(fields) };
    let thing = vm.register_ctype(thing).expect("well formed");
    let mut memory = [0u64; 4];
    let mut tick = 0u32;
    vm.ffi.lending.set_tick(99);
    let view = lend(vm, thing, memory.as_mut_ptr().cast(), &mut tick);
    let view = Value::from_raw(view, &mut lua);
    lua.globals().set(&mut lua, "thing", view).expect("there is memory");
    let source = r#"
        assert(thing.signed == 0 and thing.mood == "Calm" and thing.flag == false and thing.position.x == 0)
        thing.signed, thing.unsigned = -7, 2^63
        local s, u = thing.signed, thing.unsigned
        assert(tostring(s) == "-7LL" and tostring(u) == "9223372036854775808ULL" and tonumber(s) == -7)
        assert(tostring(s / 2) == "-3LL" and tostring(s % 3) == "-1LL" and tostring(s + 1.9) == "-6LL")
        assert(tostring(-u) == "9223372036854775808ULL" and s < 0 and 0 > s and s <= -7 and s == -7 and s ~= 7)
        assert(tostring(s ^ 2) == "49LL" and tostring(s * s) == "49LL" and tostring(s ^ -1) == "0LL")
        thing.signed = s + 10
        assert(thing.signed == 3)
        thing.mood, thing.flag, thing.letter = "Angry", true, "ß"
        assert(thing.mood == "Angry" and thing.flag and thing.letter == "ß")
        thing.position = Vec2(1, 2)
        thing.position.y = 5
        local part = thing.position
        part.x = 4
        assert(thing.position == Vec2(4, 5))
        assert(tostring(thing) == "Thing { signed = 3LL, unsigned = 9223372036854775808ULL, position = Vec2(4, 5), "
          .. "mood = Angry, flag = true, letter = 'ß' }")
        local ok, message = pcall(function() thing.position = { x = 7, y = "no" } end)
        assert(not ok and thing.position.x == 4, "a refused assignment changes nothing")
    "#;
    if let Err(error) = lua.load(source).name("=test").exec(&mut lua) {
        panic!("{error}");
    }
    assert_eq!((memory[0], tick), (3, 99));
    assert_eq!(memory[3].to_ne_bytes()[..2], [7, 1]);
}

fn lend(vm: &mut crate::vm::Vm, ctype: CTypeId, data: *mut u8, tick: &mut u32) -> RawValue {
    let source = Source {
        category: "component",
        name: "Thing".into(),
        borrower: "the test".into(),
        rule: WriteRule::Allowed,
    };
    let source = vm.ffi.lending.source(source);
    // SAFETY: the caller's memory is of the type and outlives the epoch.
    unsafe { vm.lend(ctype, data, tick, source) }.expect("there is memory").into()
}

#[test]
fn lent_memory_may_be_of_a_declared_type() {
    let mut lua = lua();
    // SAFETY: types and memory of this test; the memory outlives the epoch.
    let vm = unsafe { lua.raw() };
    let source = b"struct health { float current, max; struct { int16_t x, y; } at[2]; };";
    super::cparse::declare(&mut vm.ffi.c.table, source, &[]).expect("well formed");
    let health = super::cparse::parse_type(&mut vm.ffi.c.table, b"struct health", &[]).expect("declared");
    let mut memory = [0u64; 2];
    let mut tick = 0u32;
    vm.ffi.lending.set_tick(99);
    let view = lend(vm, health, memory.as_mut_ptr().cast(), &mut tick);
    let view = Value::from_raw(view, &mut lua);
    lua.globals().set(&mut lua, "health", view).expect("there is memory");
    let use_it = r#"
        local ffi = require "ffi"
        assert(ffi.istype("struct health", health) and ffi.sizeof(health) == 16)
        for i = 1, 3 do health.current = health.current + 10 end
        part, whole = health.at[1], ffi.cast("struct health *", health)
        bytes = ffi.cast("uint8_t *", health)
        part.y = 7
        whole.max = 100
        assert(health.current == 30 and health.max == 100 and health.at[1].y == 7 and bytes[14] == 7)
        assert(not pcall(function() return health.at[2] end) and not pcall(function() return bytes[16] end))
        assert(not pcall(function() return whole[1].max end))
        copy = ffi.new("struct health", health)
    "#;
    if let Err(error) = lua.load(use_it).name("=test").exec(&mut lua) {
        panic!("{error}");
    }
    assert_eq!((f32::from_bits(memory[0] as u32), tick), (30.0, 99));
    // SAFETY: only moves the epoch.
    unsafe { lua.raw() }.ffi.lending.expire();
    let after = r#"
        local ffi = require "ffi"
        local function expired(f, ...)
          local ok, message = pcall(f, ...)
          assert(not ok and message:find("expired view", 1, true), message)
        end
        expired(function() return health.current end)
        expired(function() health.current = 1 end)
        expired(function() return part.y end)
        expired(function() part.y = 1 end)
        expired(function() return whole.max end)
        expired(function() whole.max = 1 end)
        expired(function() return bytes[0] end)
        expired(function() return (bytes + 1)[0] end)
        expired(function() return health.at[1] end)
        expired(ffi.string, bytes, 4)
        expired(ffi.fill, bytes, 4)
        expired(ffi.copy, bytes, "abc")
        expired(ffi.new, "struct health", health)
        assert(copy.current == 30 and copy.at[1].y == 7)
    "#;
    if let Err(error) = lua.load(after).name("=test").exec(&mut lua) {
        panic!("{error}");
    }
}
