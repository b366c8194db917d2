//! Fields of every kind, read and written in place.

use super::*;

#[test]
fn transform_is_read_and_written_at_its_real_offsets() {
    let mut test = Test::new();
    let entity = test.world.spawn(Transform::from_xyz(1.0, 2.0, 3.0)).id();
    test.system(
        r#"return { query = { "mut Transform" }, run = function(q)
             for e, t in q:iter() do
               assert(t.translation.x == 1 and t.translation.y == 2 and t.translation.z == 3)
               assert(t.rotation.w == 1 and t.scale.y == 1)
               t.translation.x = t.translation.x + 10
               t.translation = t.translation + Vec3(0, 1, 0)
               t.rotation = Quat.from_rotation_z(math.pi)
               t.scale = { x = 2, z = 4 }
             end
           end }"#,
    );
    test.run_ok();
    let transform = *test.world.get::<Transform>(entity).expect("it is there");
    assert_eq!(transform.translation, Vec3::new(11.0, 3.0, 3.0));
    assert!(transform.rotation.abs_diff_eq(Quat::from_rotation_z(std::f32::consts::PI), 1e-6));
    assert_eq!(transform.scale, Vec3::new(2.0, 1.0, 4.0));
}

#[test]
fn a_component_without_default_is_laid_out_from_its_first_row() {
    let mut test = Test::new();
    let velocity = Velocity { fast: true, linear: Vec2::new(1.0, 2.0), turn: 3.0 };
    let entity = test.world.spawn(velocity).id();
    test.system(
        r#"return { query = { "mut Velocity" }, run = function(q)
             for e, v in q:iter() do
               assert(v.fast == true and v.linear.y == 2 and v.turn == 3)
               v.fast, v.linear.x, v.turn = false, -1, v.linear:length_squared()
             end
           end }"#,
    );
    test.run_ok();
    let expected = Velocity { fast: false, linear: Vec2::new(-1.0, 2.0), turn: 5.0 };
    assert_eq!(test.world.get::<Velocity>(entity), Some(&expected));
}

#[test]
fn every_kind_of_field() {
    let mut test = Test::new();
    let everything = Everything {
        byte: 200,
        short: -3,
        int: -70_000,
        word: 4_000_000_000,
        long: -1,
        size: 7,
        double: 0.1,
        letter: 'ü',
        mood: Mood::Angry,
        name: "Ann".into(),
        tags: vec!["a".into(), "b".into()],
        maybe: Some(1.5),
        ..Everything::default()
    };
    let entity = test.world.spawn(everything).id();
    test.system(
        r#"return { query = { "mut Everything" }, run = function(q)
             for _, e in q:iter() do
               assert(e.byte == 200 and e.short == -3 and e.int == -70000 and e.word == 4000000000)
               assert(tostring(e.long) == "-1LL" and e.size == 7 and e.double == 0.1)
               assert(e.flag == false and e.letter == "ü" and e.mood == "Angry" and e.rotation.w == 1)
               assert(e.name == "Ann" and #e.tags == 2 and e.tags[2] == "b" and e.maybe == 1.5)
               e.byte, e.short, e.int, e.word = 255, 12, 1, 2
               e.long, e.size, e.double = e.long + 5, 99, 2.5
               e.flag, e.letter, e.mood = true, "x", "Asleep"
               e.name, e.tags, e.maybe = "Bob", { "c" }, nil
               e.nested.flag = true
               e.nested.position.y = 4
               e.nested.label = "in"
             end
           end }"#,
    );
    test.run_ok();
    let expected = Everything {
        byte: 255,
        short: 12,
        int: 1,
        word: 2,
        long: 4,
        size: 99,
        double: 2.5,
        flag: true,
        letter: 'x',
        mood: Mood::Asleep,
        rotation: Quat::IDENTITY,
        name: "Bob".into(),
        tags: vec!["c".into()],
        maybe: None,
        nested: Nested { flag: true, position: Vec3::new(0.0, 4.0, 0.0), label: "in".into() },
    };
    assert_eq!(test.world.get::<Everything>(entity), Some(&expected));
}

#[test]
fn tuple_structs_are_indexed_from_zero_or_assigned_whole() {
    let mut test = Test::new();
    let entity = test.world.spawn((Health(3.0), Target(Entity::PLACEHOLDER))).id();
    test.system(
        r#"return { query = { "mut Health", "mut Target" }, run = function(q)
             for e, health, target in q:iter() do
               assert(health[0] == 3)
               health[0] = health[0] - 1
               target[0] = e
             end
           end }"#,
    );
    test.run_ok();
    assert_eq!(test.world.get::<Health>(entity), Some(&Health(2.0)));
    assert_eq!(test.world.get::<Target>(entity), Some(&Target(entity)));
}

#[test]
fn nan_from_rust_is_a_plain_nan() {
    let mut test = Test::new();
    test.world.spawn(Health(f32::from_bits(0xFFFF_1234)));
    test.system(
        r#"return { query = { "Health" }, run = function(q)
             for _, h in q:iter() do assert(h[0] ~= h[0] and type(h[0]) == "number") end
           end }"#,
    );
    test.run_ok();
}

#[test]
fn what_bevy_computes_is_read_only() {
    use bevy_transform::components::GlobalTransform;
    let mut test = Test::new();
    test.register::<GlobalTransform>();
    test.world.spawn((GlobalTransform::from_translation(Vec3::new(1.0, 2.0, 3.0)), Health(1.0)));
    test.system(
        r#"return { query = { "GlobalTransform" }, run = function(q)
          for _, g in q:iter() do x, y = g[0].translation.x, g[0].matrix3.y_axis.y end
        end }"#,
    );
    test.run_ok();
    assert_eq!(test.eval("x .. y"), "11");
    let refused = test.refused(r#"return { query = { "mut GlobalTransform" }, run = print }"#);
    assert!(refused.contains("component 'GlobalTransform' is computed by Bevy: declare \"GlobalTransform\" to read it, and write Transform"), "{refused}");
}
