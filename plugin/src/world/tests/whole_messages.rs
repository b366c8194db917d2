//! What a script's author reads, from the first word to the last: messages about values, rows and math types.

use bevy_asset::{Asset, Handle};
use bevy_reflect::TypePath;

use super::*;

#[derive(Asset, TypePath)]
struct Picture;

/// A handle in an app that has no assets.
#[derive(Component, Reflect, Default)]
#[reflect(Component, Default)]
struct Poster(Handle<Picture>);

#[derive(Component, Reflect, Default)]
#[reflect(Component, Default)]
struct Shelf {
    books: Vec<String>,
    marks: [f32; 3],
    many: Vec<u8>,
}

/// Each statement fails with just this message.
#[track_caller]
fn each_says(cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (statement, expected) in cases {
        let mut test = Test::new();
        test.register::<Poster>();
        test.register::<Shelf>();
        test.register::<Vec<String>>();
        test.register::<Vec<u8>>();
        test.register::<Handle<Picture>>();
        let shelf = Shelf { many: vec![0; 201], ..Shelf::default() };
        let velocity = Velocity { fast: false, linear: Vec2::ZERO, turn: 0.0 };
        test.world.spawn((velocity, Everything::default(), Poster::default(), shelf));
        test.world.spawn((Health(1.0), Target(Entity::PLACEHOLDER)));
        test.world.spawn(Health(2.0));
        test.system(&format!(
            r#"return {{ query = {{ "mut Velocity", "mut Everything", "mut Poster", "mut Shelf" }}, run = function(q)
                 for entity, v, x, poster, shelf in q:iter() do {statement} end
               end }}"#
        ));
        test.run();
        let message = test.world.resource_mut::<LastError>().0.take().unwrap_or_default();
        if message != format!("test:2: {expected}") {
            wrong.push(format!("{statement}\n  wanted {expected}\n  got    {message}\n"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
}

#[test]
fn fields_and_elements() {
    each_says(&[
        (
            "local _ = v[true]",
            "Velocity cannot be indexed with a boolean: fields go by name, elements by number",
        ),
        ("local _ = v[{}]", "Velocity cannot be indexed with a table: fields go by name, elements by number"),
        ("local _ = v[1]", "Velocity has no field '1'; its fields are: fast, linear, turn"),
        ("poster[0] = 'ship.png'", "this app has no assets: add Bevy's AssetPlugin"),
        ("poster[0] = 5", "expected asset(\"path\") for field '0' of Poster, got number"),
        (
            "local _ = shelf.many:unpack()",
            "too many results to unpack: 201 elements, the limit is 200: go through them with :iter()",
        ),
        ("local _ = shelf.marks:text()", "[f32; 3] is no text: only arrays of char or uint8_t are"),
        ("shelf.books.push()", "bad argument #1 to 'push' (list expected, got nil (call it with a colon))"),
    ]);
}

#[test]
fn rows() {
    each_says(&[
        ("q.count()", "bad argument #1 to 'count' (query expected (call it with a colon: q:iter()))"),
        ("q:get('me')", "bad argument #1 to 'get' (entity expected, got string)"),
        ("q:get()", "bad argument #1 to 'get' (entity expected, got no value)"),
    ]);
    let mut test = Test::new();
    for health in [1.0, 2.0] {
        test.world.spawn(Health(health));
    }
    test.system(
        r#"return { query = { "Health" }, run = function(q)
             q:single()
           end }"#,
    );
    assert_eq!(
        test.run_failing(),
        "test:2: single: the query matches more than one entity; loop over them with q:iter(), or narrow the query with a filter"
    );
}

#[test]
fn a_query_that_was_kept() {
    let mut test = Test::new();
    test.world.spawn(Health(1.0));
    test.system(r#"return { query = { "Health" }, run = function(q) kept = q; step = q:iter() end }"#);
    test.run_ok();
    let expired = "expired query (borrowed by system 'test'): it can be used only while that runs, use the q it is called with";
    for call in ["kept:count()", "kept:iter()", "kept:columns()", "kept:single()", "step()"] {
        assert_eq!(test.exclusive(call), Err(format!("test:1: {expired}")), "{call}");
    }
}

#[test]
fn math() {
    each_says(&[
        (
            "Color.hex('red')",
            "bad argument #1 to 'hex' (a colour like #RGB, #RGBA, #RRGGBB or #RRGGBBAA expected)",
        ),
        ("local _ = -UVec2(1, 2)", "attempt to negate UVec2, which has no sign: take an IVec2"),
        ("local _ = IVec2(1, 2) / IVec2(0, 1)", "attempt to divide IVec2 by zero"),
        ("local _ = IVec2(1, 2) + 'x'", "attempt to perform arithmetic on IVec2 and string"),
        (
            "local _ = (Mat3() * 0):inverse()",
            "this Mat3 has no inverse: its determinant is 0, ask for that before",
        ),
        ("local _ = Mat3() * Vec2(1, 2)", "attempt to multiply Mat3 by Vec2: it takes a Vec3"),
        ("local _ = Mat4():col(4)", "bad argument #1 to 'col' (a number from 0 to 3 expected, got 4)"),
        (
            "local _ = Rect.from_center_size(Vec2(), Vec2(-1, 1))",
            "bad argument #2 to 'from_center_size' (a size without negative numbers expected)",
        ),
        ("local _ = Rect(1, 2, 3)", "Rect takes 4 numbers, got 3"),
        (
            "local _ = Rect(1, 2, 3, 4, 5)",
            "bad argument #5 to 'Rect' (Rect takes 4 numbers, or vectors of as many)",
        ),
        ("local _ = Vec2(1, 2, 3)", "Vec2 takes 2 numbers, got 3"),
        ("local _ = IVec3(1, 2, 3, 4)", "IVec3 takes 3 numbers, got 4"),
        ("local _ = Vec3(1, 2)", "bad argument #3 to 'Vec3' (number expected, got no value)"),
        ("local _ = Vec2(Vec3())", "bad argument #1 to 'Vec2' (Vec2 or numbers expected, got Vec3)"),
        ("local _ = Vec2('x')", "bad argument #1 to 'Vec2' (number expected, got string)"),
        (
            "local _ = Vec3(1, 2, 3) * Quat()",
            "attempt to perform arithmetic on Vec3 and Quat: a Quat goes on the left of a Vec3 or Quat",
        ),
        ("local _ = v.linear:dot(5)", "bad argument #1 to 'dot' (Vec2 expected, got number)"),
        (
            "local _ = Quat.from_euler(1, 2, 3, 'XYX')",
            "bad argument #4 to 'from_euler' (one of XYZ, XZY, YXZ, YZX, ZXY, ZYX expected)",
        ),
        (
            "local _ = Duration(-1)",
            "bad argument #1 to 'Duration' (a Duration is between 0 and 2^64 seconds, got -1)",
        ),
        (
            "local _ = Duration(1) - Duration(2)",
            "1s - 2s would be negative, which a Duration cannot be: saturating_sub gives zero, checked_sub nil",
        ),
        (
            "local _ = Duration(1) * Duration(2)",
            "attempt to multiply Duration by Duration: a Duration is multiplied by a number",
        ),
        (
            "local _ = 1 / Duration(2)",
            "attempt to divide number by Duration: a Duration is divided by a number",
        ),
    ]);
}

#[test]
fn tables_for_the_host() {
    let mut test = Test::new();
    let entity = test.world.spawn(Everything::default()).id();
    super::entities::set_global(&mut test, "e", entity);
    let deep = "local t = {} for _ = 1, 20 do t = { t } end";
    assert_eq!(
        test.exclusive(&format!("{deep} world.get(e, 'Everything').tags = t")),
        Err("test:1: a table nested more than 8 deep cannot be given to the host: pass what is inside in parts".to_owned())
    );
}

/// Known to reflection, but not how to look at one.
#[derive(Component, Reflect)]
struct Dark(u32);

#[test]
fn a_component_that_reflection_cannot_look_at() {
    let mut test = Test::new();
    let registration = bevy_reflect::TypeRegistration::of::<Dark>();
    test.world.resource::<AppTypeRegistry>().write().add_registration(registration);
    let entity = test.world.spawn(Dark(5)).id();
    super::entities::set_global(&mut test, "e", entity);
    test.system(r#"return { query = { "Dark" }, run = function(q) end }"#);
    let message = "component 'Dark' cannot be seen from Lua: derive Reflect for it, with #[reflect(Component)], and call app.register_type::<Dark>()";
    assert!(test.run_failing().ends_with(message));
    assert_eq!(test.exclusive("local _ = world.get(e, 'Dark')"), Err(format!("test:1: {message}")));
}
