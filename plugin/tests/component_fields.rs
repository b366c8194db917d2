//! What C declares of fixed size can be a field of a component that a script declares; what cannot is refused by name.

use bevy_perilune::LuaComponents;

use crate::common::{TestApp, test_app};

/// A component with everything, written and read back by a system.
const CARGO: &str = r#"
ffi = require "ffi"
ffi.cdef [[ typedef struct { float x, y; } spot; enum side { Left, Right = 4 }; ]]
component("Cargo", [[ struct {
  int16_t slots[100];
  struct { float weight; uint8_t kinds[3]; spot places[2]; } holds[2];
  union { uint32_t whole; uint8_t bytes[4]; };
  unsigned level : 3, filled : 5;
  bool sealed : 1;
  int balance : 4;
  enum side side;
  enum { Dry, Wet } state;
  char label[8];
  Entity owner;
  Entity crew[2];
  Quat turn;
  Mat4 frame;
  IVec3 cell;
  Color tint;
  Rect bounds;
  int64_t stamp;
  static const int LIMIT = 8;
} ]])
component("Plain", "spot")
if not spawned then
  spawned = true
  ship = commands.spawn { Cargo = {
    slots = { 1, 2, 3 },
    holds = { { weight = 5, kinds = { 7, 8, 9 }, places = { { x = 1, y = 2 }, { 3, 4 } } } },
    label = "grain", side = "Right", filled = 31, balance = -3, sealed = true, tint = Color(1, 0.5, 0, 1),
  }, Plain = { x = 3 } }
end
system { name = "load", query = { "mut Cargo", "Plain" }, run = function(q)
  for entity, cargo, plain in q:iter() do
    if done then return end
    first = table.concat({ cargo.slots[0], cargo.slots[2], cargo.slots[99], #cargo.slots, cargo.LIMIT, plain.x }, " ")
    hold = cargo.holds[0]
    held = table.concat({ hold.weight, hold.kinds[1], hold.places[1].y, #hold.kinds, #cargo.holds }, " ")
    bits = table.concat({ cargo.level, cargo.filled, cargo.balance, tostring(cargo.sealed) }, " ")
    names = cargo.side .. cargo.state .. cargo.label:text() .. tostring(cargo.owner == cargo.crew[1])
    turn = cargo.turn.w + cargo.frame.w_axis.w
    cargo.slots[99] = 99
    cargo.holds[1].places[0].x = 6
    cargo.holds[1].kinds = { 1, 2 }
    cargo.whole = 0x04030201
    bytes = table.concat({ cargo.bytes:unpack() }, "")
    cargo.level = 13
    cargo.sealed = false
    cargo.state = "Wet"
    cargo.label = "ore"
    cargo.crew[1] = entity
    cargo.cell = cargo.cell + IVec3(1, 2, 3)
    cargo.bounds.max = Vec2(4, 5)
    cargo.stamp = 2^40
    sum = 0
    for i, value in cargo.slots:iter() do sum = sum + i * value end
    text = tostring(cargo.holds[1])
    done = true
  end
end }
"#;

#[test]
fn everything_of_fixed_size_is_a_field() {
    let mut test = test_app();
    test.script("scripts/main.lua", CARGO);
    test.until_global("done");
    test.no_errors();
    assert_eq!(test.eval::<String>("return first"), "1 3 0 100 8 3");
    assert_eq!(test.eval::<String>("return held"), "5 8 4 3 2");
    assert_eq!(test.eval::<String>("return bits"), "0 31 -3 true");
    assert_eq!(test.eval::<String>("return names"), "RightDrygraintrue");
    assert_eq!(test.eval::<f64>("return turn"), 2.0);
    assert_eq!(test.eval::<String>("return bytes"), "1234");
    assert_eq!(test.eval::<f64>("return sum"), f64::from(2 + 2 * 3 + 99 * 99));
    assert_eq!(
        test.eval::<String>("return text"),
        "Cargo.holds { weight = 0, kinds = uint8_t [3] { 1, 2, 0 }, \
         places = Cargo.holds.places [2] { Cargo.holds.places { x = 6, y = 0 }, Cargo.holds.places { x = 0, y = 0 } } }"
    );
    test.eval::<()>("cargo_check = nil");
    let check = CARGO.replace("run = function(q)", "run = function(q) done = false").replace(
        "if done then return end",
        "cargo_check = table.concat({ cargo.level, tostring(cargo.sealed), cargo.state, cargo.label:text(), cargo.cell.z, \
         cargo.bounds.max.y, tostring(cargo.crew[1] == entity), cargo.slots[99], cargo.filled, tostring(cargo.stamp) }, ' ') \
         done = true if done then return end",
    );
    test.write("scripts/main.lua", check);
    test.until_global("cargo_check ~= nil");
    assert_eq!(test.eval::<String>("return cargo_check"), "5 false Wet ore 3 5 true 99 31 1099511627776LL");
    test.no_errors();
}

fn cargo_bytes(test: &TestApp, name: &str) -> Vec<u8> {
    let component = test.app.world().resource::<LuaComponents>().get(name).expect("it is declared");
    let world = test.app.world();
    let archetype = world
        .archetypes()
        .iter()
        .find(|a| a.contains(component.id) && !a.is_empty())
        .expect("somebody has it");
    let entity = archetype.entities()[0].id();
    let value = world.entity(entity).get_by_id(component.id).expect("the entity has it");
    #[allow(unsafe_code, reason = "a component without a Rust type")]
    // SAFETY: a live value of this size.
    unsafe {
        std::slice::from_raw_parts(value.as_ptr().cast_const(), component.size).to_vec()
    }
}

#[test]
fn rust_finds_parts_by_their_offsets() {
    let mut test = test_app();
    test.script("scripts/main.lua", CARGO);
    test.until_global("done");
    let component = test.app.world().resource::<LuaComponents>().get("Cargo").expect("it is declared");
    let holds = component.field("holds").expect("a field");
    assert_eq!(holds.type_name, "Cargo.holds [2]");
    let names: Vec<&str> = component.fields.iter().map(|field| field.type_name.as_str()).collect();
    assert_eq!(names[0], "int16_t [100]");
    assert_eq!(names[4..10], ["unsigned : 3", "unsigned : 5", "bool : 1", "int : 4", "side", "Cargo.state"]);
    let bytes = cargo_bytes(&test, "Cargo");
    let slot = component.field("slots").expect("a field").offset + 2 * 99;
    assert_eq!(i16::from_ne_bytes([bytes[slot], bytes[slot + 1]]), 99);
    let side = component.field("side").expect("a field").offset;
    assert_eq!(bytes[side], 4);
}

#[test]
fn values_move_by_name_through_every_level() {
    let mut test = test_app();
    let old = r#"
        component("Unit", [[ struct {
          struct { float x; int hits; struct { uint8_t a, b; } deep; } body;
          int16_t marks[4];
          enum { Idle, Busy } mode;
          unsigned flags : 4;
          bool on;
          union { int i; float f; } same;
          float was;
          Vec3 home;
        } ]])
        if not spawned then spawned = true commands.spawn { Unit = {
          body = { x = 1.5, hits = 7, deep = { 3, 4 } }, marks = { 10, 20, 30, 40 }, mode = "Busy",
          flags = 9, on = true, same = { i = 77 }, was = 2.5, home = Vec3(1, 2, 3),
        } } end
        rows = 0
        system { name = "see", query = { "Unit" }, run = function(q) for e, unit in q:iter() do see = tostring(unit) end end }"#;
    test.script("scripts/main.lua", old);
    test.until_global("see ~= nil");
    let new = old
        .replace(
            "struct { float x; int hits; struct { uint8_t a, b; } deep; } body;",
            "struct { struct { uint16_t b; float c; } deep; double hits; float x; } body;",
        )
        .replace("int16_t marks[4];", "float marks[6];")
        .replace("enum { Idle, Busy } mode;", "enum { Away = 3, Busy, Idle } mode;")
        .replace("unsigned flags : 4;", "float flags;")
        .replace("bool on;", "int on;")
        .replace("float was;", "struct { float x; } was; bool extra;");
    test.write("scripts/main.lua", new);
    test.until_global("see:find('float [6]', 1, true)");
    test.no_errors();
    assert_eq!(
        test.eval::<String>("return see"),
        "Unit { body = Unit.body { deep = Unit.body.deep { b = 4, c = 0 }, hits = 7, x = 1.5 }, \
         marks = float [6] { 10, 20, 30, 40, 0, 0 }, mode = Busy, flags = 9, on = 1, \
         same = Unit.same { i = 77, f = 0.000000000000000000000000000000000000000000108 }, was = Unit.was { x = 0 }, \
         extra = false, home = Vec3(1, 2, 3) }"
    );
}

#[test]
fn what_cannot_be_a_field_is_refused_by_name() {
    for (declaration, part) in [
        (
            "struct { int *p; }",
            "field 'p' cannot be in a component: an address would outlive what it points at",
        ),
        ("struct { char *name; }", "keep an Entity, or the value itself ('char *')"),
        ("struct { void (*f)(int); }", "field 'f' cannot be in a component: an address would outlive"),
        ("struct { float x[?]; }", "an array of variable length cannot be in a component: give its length"),
        ("struct { float x[]; }", "field 'x' cannot be in a component: give the array a length"),
        (
            "struct { complex z; }",
            "field 'z' cannot be in a component: write two numbers in place of a complex one",
        ),
        ("struct { long double d; }", "write double, which is what Lua computes with"),
        ("struct { int128_t i; }", "integers have at most 64 bits there"),
        ("struct { const float x; }", "it is const, and could never be assigned"),
        (
            "struct { float v __attribute__((vector_size(16))); }",
            "write an array, or Vec4, in place of a vector",
        ),
        ("struct { struct later *next; }", "an address would outlive"),
        ("struct { struct later it; }", "size of C type is unknown or too large"),
        (
            "struct { void f(int); }",
            "a field takes a type with a size, so no function, no void, and no struct or enum whose inside is not declared",
        ),
        (
            "struct { void v; }",
            "size of C type is unknown or too large, in \"struct { void v; }\": a field takes",
        ),
        (
            "struct { enum later e; }",
            "size of C type is unknown or too large, in \"struct { enum later e; }\": a field takes",
        ),
        (
            "struct { struct { int *p; } inner; }",
            "component 'Bad': field 'inner' has a part that is refused: field 'p' cannot be in a component: an address would outlive what it points at; keep an Entity, or the value itself ('int *')",
        ),
        (
            "struct { float x __attribute__((aligned(64))); }",
            "component 'Bad': it is aligned to 64 bytes, the limit is 16",
        ),
        ("struct later", "is declared, but nowhere with its fields"),
        ("struct { union { Entity e; int i; } u; }", "could make an entity of it that never was"),
        (
            "struct { struct { int *p; } inner; }",
            "field 'inner' has a part that is refused: field 'p' cannot be",
        ),
        ("struct { float x; struct { float x; }; }", "field 'x' is declared twice"),
        (
            "struct { char data[2000000]; }",
            "it has 2000000 bytes, the limit is 1048576: keep large data in Lua tables",
        ),
        ("struct { float x __attribute__((aligned(64))); }", "it is aligned to 64 bytes, the limit is 16"),
        (
            "struct { Vec3d at; }",
            "there is no type 'Vec3d' (did you mean 'Vec3'?), in \"struct { Vec3d at; }\"; there are the types of C, what ffi.cdef declares, and Entity, Vec2, Vec3,",
        ),
        ("struct { float; }", "expected near ';'"),
        ("struct { float x; ", "near '<eof>'"),
        ("Vec3", "a component is a struct of its own: write \"struct { Vec3 value; }\""),
        ("int", "expected \"struct { float name; ... }\", got the type 'int'"),
    ] {
        let mut test = test_app();
        test.script("scripts/main.lua", format!(r#"component("Bad", [[{declaration}]])"#));
        let error = test.first_error().to_string();
        assert!(error.contains(part), "{declaration}: {error}");
        assert!(error.contains("component 'Bad'"), "{error}");
    }
}

#[test]
fn wrong_values_are_refused_and_change_nothing() {
    for (assignment, part) in [
        ("cargo.slots[100] = 1", "int16_t [100] has no element 100; they are 0 to 99"),
        ("cargo.slots[-1] = 1", "int16_t [100] has no element -1; they are 0 to 99"),
        ("cargo.slots[1.5] = 1", "int16_t [100] has no element 1.5"),
        ("cargo.slots.length = 1", "int16_t [100] has no field 'length': it has elements, by number from 0"),
        ("cargo.slots[0] = 'x'", "expected number for element 0 of int16_t [100], got string"),
        (
            "cargo.slots = 5",
            "expected int16_t [100] or a table of its elements for field 'slots' of Cargo, got number",
        ),
        (
            "cargo.holds[0].kinds = { 1, 2, 3, 4 }",
            "uint8_t [3] has room for 3 elements, a table of them is counted from 1: got [4]",
        ),
        ("cargo.holds[0].kinds = { 1, 2, 'x' }", "expected number for element 2 of uint8_t [3], got string"),
        (
            "cargo.label = 'much too long'",
            "a string of 13 bytes does not fit field 'label' of Cargo, which has room for 8",
        ),
        ("cargo.LIMIT = 3", "field 'LIMIT' of Cargo is a constant of the type: it cannot be assigned"),
        ("cargo.sealed = 1", "expected boolean for field 'sealed' of Cargo, got number"),
        ("cargo.level = 'x'", "expected number for field 'level' of Cargo, got string"),
        (
            "cargo.state = 'Wett'",
            "expected one of Dry, Wet for field 'state' of Cargo, got 'Wett' (did you mean 'Wet'?)",
        ),
        ("cargo.state = 1", "expected one of Dry, Wet for field 'state' of Cargo, got number"),
        ("cargo.owner = 1", "expected entity for field 'owner' of Cargo, got number"),
        ("cargo.holds[0].wieght = 1", "has no field 'wieght' (did you mean 'weight'?)"),
        ("cargo.slots:text()", "int16_t [100] is no text"),
        ("cargo.slots.iter(1)", "array expected, got number (call it with a colon)"),
    ] {
        let mut test = test_app();
        test.script(
            "scripts/main.lua",
            CARGO.replace("if done then return end", &format!("before = tostring(cargo) {assignment}")),
        );
        let error = test.first_error().to_string();
        assert!(error.contains(part), "{assignment}: {error}");
    }
}

#[test]
fn more_types_than_there_is_room_for() {
    let mut test = test_app();
    test.script(
        "scripts/main.lua",
        r#"local ffi = require "ffi"
        local n = 0
        repeat
          n = n + 1
          local ok = pcall(ffi.cdef, "struct filler" .. n .. " { int x; };")
        until not ok
        component("Late", "struct { float x; }")"#,
    );
    test.settings().time_limit = None;
    let error = test.first_error();
    assert_eq!(
        error.message,
        "scripts/main.lua:7: component 'Late': more C types are declared than there is room for (65,536): declare fewer in ffi.cdef, or make them once, not in every call"
    );
}
