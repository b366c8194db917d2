//! Mistakes, and what the message says.

use super::*;

const REST: &str = "run = function() end }";

#[test]
fn unknown_names_come_with_near_matches() {
    let mut test = Test::new();
    assert_eq!(
        test.refused(&format!("return {{ query = {{ 'Trasnform' }}, {REST}")),
        "there is no component 'Trasnform' (did you mean 'Transform'?)"
    );
    assert_eq!(
        test.refused(&format!("return {{ query = {{ without = {{ 'frozen' }} }}, {REST}")),
        "there is no component 'frozen' (did you mean 'Frozen'?)"
    );
    assert_eq!(
        test.refused(&format!("return {{ resources = {{ 'Scoer' }}, {REST}")),
        "there is no resource 'Scoer' (did you mean 'Score'?)"
    );
    let message = test.refused(&format!("return {{ query = {{ 'Wobble' }}, {REST}"));
    assert!(message.contains("register_type::<Wobble>"), "{message}");
}

#[test]
fn mut_of_an_immutable_component_is_refused() {
    let mut test = Test::new();
    let message = test.refused(&format!("return {{ query = {{ 'mut Team' }}, {REST}"));
    assert_eq!(
        message,
        "component 'Team' is immutable and cannot be declared \"mut Team\": declare \"Team\" to read it, and replace it with commands.insert"
    );
}

#[test]
fn a_write_without_mut_names_the_declaration() {
    let mut test = Test::new();
    test.world.spawn(Velocity { fast: false, linear: Vec2::ZERO, turn: 0.0 });
    test.system(
        r#"return { query = { "Velocity" }, run = function(q) for _, v in q:iter() do v.turn = 1 end end }"#,
    );
    assert_eq!(
        test.run_failing(),
        "test:1: component 'Velocity' was declared read-only by system 'test': declare \"mut Velocity\" to write it"
    );
    let mut velocities = test.world.query::<&Velocity>();
    assert_eq!(velocities.single(&test.world).expect("one").turn, 0.0);
}

#[test]
fn a_nested_write_without_mut_is_refused_too() {
    let mut test = Test::new();
    test.world.spawn(Transform::default());
    test.system(
        r#"return { query = { "Transform" }, run = function(q)
             for _, t in q:iter() do t.translation.x = 1 end
           end }"#,
    );
    assert!(test.run_failing().contains("declare \"mut Transform\" to write it"));
}

#[test]
fn wrong_fields_and_types_say_what_is_right() {
    let cases = [
        (
            "v.trun = 1",
            "Velocity has no field 'trun' (did you mean 'turn'?); its fields are: fast, linear, turn",
        ),
        ("return v.speed", "Velocity has no field 'speed'; its fields are: fast, linear, turn"),
        ("v.turn = 'left'", "expected number for field 'turn' of Velocity, got string"),
        ("v.fast = 1", "expected boolean for field 'fast' of Velocity, got number"),
        ("v.linear = 3", "expected Vec2 or a table of its fields for field 'linear' of Velocity, got number"),
        (
            "v.linear = Vec3(1, 2, 3)",
            "expected Vec2 or a table of its fields for field 'linear' of Velocity, got Vec3",
        ),
        ("v.linear = { x = 1, q = 2 }", "Vec2 has no field 'q'; its fields are: x, y"),
        ("v.linear.x = {}", "expected number for field 'x' of Vec2, got table"),
        (
            "x.mood = 'Angri'",
            "expected one of Calm, Angry, Asleep for field 'mood' of Everything, got 'Angri' (did you mean 'Angry'?)",
        ),
        ("x.mood = 1", "expected one of Calm, Angry, Asleep for field 'mood' of Everything, got number"),
        ("x.letter = 'ab'", "expected string of one character for field 'letter' of Everything, got string"),
        ("x.name = 5", "expected string for field 'name' of Everything, got number"),
        ("x.tags = { 1 }", "expected string for field 'tags' of Everything, got number"),
        (
            "x.rotation = Vec4(1, 2, 3, 4)",
            "expected Quat or a table of its fields for field 'rotation' of Everything, got Vec4",
        ),
        ("return v + 1", "attempt to perform arithmetic on"),
        (
            "return v.linear + Vec3()",
            "attempt to perform arithmetic on Vec2 and Vec3: v:extend(z) and v:truncate() change the number of lanes",
        ),
        (
            "return v.linear:lenght()",
            "Vec2 has no field 'lenght' (did you mean 'length'?); its fields are: x, y",
        ),
    ];
    for (statement, expected) in cases {
        let mut test = Test::new();
        test.world.spawn((Velocity { fast: false, linear: Vec2::ZERO, turn: 0.0 }, Everything::default()));
        test.system(&format!(
            r#"return {{ query = {{ "mut Velocity", "mut Everything" }}, run = function(q)
                 for _, v, x in q:iter() do {statement} end
               end }}"#
        ));
        let message = test.run_failing();
        assert!(message.contains(expected), "{statement}: {message}");
    }
}
