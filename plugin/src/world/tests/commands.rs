//! Structural changes through commands.

use super::*;

#[test]
fn spawn_builds_components_by_reflection() {
    let mut test = Test::new();
    test.system(
        r#"return { run = function()
             spawned = commands.spawn {
               Transform = { translation = Vec3(1, 2, 3), scale = { 2, 2, 2 } },
               Velocity = { fast = true, linear = Vec2(4, 5), turn = 6 },
               Health = 7,
               Everything = { name = "Ann", mood = "Angry", nested = { position = { y = 8 } } },
               "Frozen",
             }
             assert(tostring(spawned):match("^%d+v%d+$"))
           end }"#,
    );
    test.run_ok();
    let mut query =
        test.world.query_filtered::<(&Transform, &Velocity, &Health, &Everything), With<Frozen>>();
    let (transform, velocity, health, everything) = query.single(&test.world).expect("one entity");
    assert_eq!(transform.translation, Vec3::new(1.0, 2.0, 3.0));
    assert_eq!((transform.scale, transform.rotation), (Vec3::splat(2.0), Quat::IDENTITY));
    assert_eq!(*velocity, Velocity { fast: true, linear: Vec2::new(4.0, 5.0), turn: 6.0 });
    assert_eq!(*health, Health(7.0));
    assert_eq!((everything.name.as_str(), everything.mood), ("Ann", Mood::Angry));
    assert_eq!(everything.nested.position, Vec3::new(0.0, 8.0, 0.0));
}

#[test]
fn what_is_spawned_can_be_used_at_once() {
    let mut test = Test::new();
    test.exclusive(
        r#"local e = commands.spawn()
           commands.insert(e, { Health = 1, Stunned = { seconds = 2 } })
           commands.insert(e, { Health = { 3 } })
           commands.remove(e, "Stunned")
           e2 = commands.spawn { Target = e }"#,
    )
    .expect("it runs");
    let mut query = test.world.query::<(Entity, &Health, Has<Stunned>)>();
    let (entity, health, stunned) = query.single(&test.world).expect("one entity");
    assert_eq!((health.0, stunned), (3.0, false));
    let mut targets = test.world.query::<&Target>();
    assert_eq!(targets.single(&test.world).expect("one"), &Target(entity));
}

#[test]
fn insert_remove_and_despawn() {
    let mut test = Test::new();
    for n in 0..4 {
        test.world.spawn((Health(n as f32), Frozen));
    }
    test.system(
        r#"return { query = { "Health" }, run = function(q)
             for e, h in q:iter() do
               if h[0] == 0 then commands.despawn(e) end
               if h[0] == 1 then commands.remove(e, "Frozen", "Health") end
               if h[0] == 2 then commands.insert(e, { "Stunned" }) end
             end
             assert(q:count() == 4, "views and rows stay until the system returns")
           end }"#,
    );
    test.run_ok();
    let count =
        |test: &mut Test, n: usize, actual: usize| assert_eq!(actual, n, "{:?}", test.world.entities());
    let frozen = test.world.query_filtered::<(), With<Frozen>>().iter(&test.world).count();
    count(&mut test, 2, frozen);
    let health = test.world.query::<&Health>().iter(&test.world).count();
    count(&mut test, 2, health);
    let stunned = test.world.query::<&Stunned>().iter(&test.world).count();
    count(&mut test, 1, stunned);
}

#[test]
fn a_view_can_be_copied_to_another_entity() {
    let mut test = Test::new();
    let entity = test.world.spawn(Transform::from_xyz(1.0, 2.0, 3.0)).id();
    super::entities::set_global(&mut test, "e", entity);
    let velocity = Velocity { fast: true, linear: Vec2::ONE, turn: 2.0 };
    test.world.entity_mut(entity).insert(velocity.clone());
    test.exclusive(
        "commands.spawn { Transform = world.get(e, 'Transform'), Velocity = world.get(e, 'Velocity'), 'Frozen' }",
    )
    .expect("it runs");
    let mut query = test.world.query_filtered::<(&Transform, &Velocity), With<Frozen>>();
    let (transform, copy) = query.single(&test.world).expect("one");
    assert_eq!((transform.translation, copy), (Vec3::new(1.0, 2.0, 3.0), &velocity));
}

#[test]
fn mistakes_are_found_at_the_call_and_nothing_is_spawned() {
    let cases = [
        (
            "commands.spawn { Trasnform = {} }",
            "there is no component 'Trasnform' (did you mean 'Transform'?)",
        ),
        (
            "commands.spawn { Transform = { translaton = Vec3() } }",
            "Transform has no field 'translaton' (did you mean 'translation'?)",
        ),
        (
            "commands.spawn { Transform = { translation = 'up' } }",
            "expected Vec3 or a table of its fields for field 'translation' of Transform, got string",
        ),
        (
            "commands.spawn { Velocity = { turn = 1 } }",
            "component 'Velocity' has no default: give all its fields (fast, linear, turn)",
        ),
        ("commands.spawn { Velocity = { trun = 1 } }", "Velocity has no field 'trun' (did you mean 'turn'?)"),
        (
            "commands.spawn { Velocity = { turn = 'x' } }",
            "expected number for field 'turn' of Velocity, got string",
        ),
        ("commands.spawn { 'Velocity' }", "component 'Velocity' has no default"),
        ("commands.spawn { Health = 'x' }", "expected number for Health, got string"),
        (
            "commands.spawn { Bomb = true }",
            "component 'Bomb': its default panicked: mend its Default in Rust, or leave Default out of its #[reflect(...)]",
        ),
        ("commands.spawn { {} }", "components expected: Name = { fields }, or \"Name\""),
        ("commands.spawn(5)", "bad argument #1 to 'spawn' (table expected, got number)"),
        ("commands.insert(5, {})", "bad argument #1 to 'insert' (entity expected, got number)"),
        ("commands.despawn(gone)", "does not exist"),
        ("commands.insert(gone, { Health = 1 })", "does not exist"),
        ("commands.remove(gone, 'Health')", "does not exist"),
    ];
    for (statement, expected) in cases {
        let mut test = Test::new();
        let gone = test.world.spawn_empty().id();
        test.world.despawn(gone);
        super::entities::set_global(&mut test, "gone", gone);
        let before = test.world.entities().count_spawned();
        let message = test.exclusive(statement).expect_err("a mistake");
        assert!(message.contains(expected), "{statement}: {message}");
        assert_eq!(test.world.entities().count_spawned(), before, "{statement}");
    }
}

#[test]
fn despawning_twice_in_a_run_is_harmless() {
    let mut test = Test::new();
    let entity = test.world.spawn(Health(1.0)).id();
    super::entities::set_global(&mut test, "e", entity);
    test.exclusive("commands.despawn(e) commands.despawn(e) commands.insert(e, { Health = 2 })")
        .expect("it runs");
    assert!(test.world.get_entity(entity).is_err());
}

#[test]
fn outside_a_run_there_are_no_commands() {
    let mut test = Test::new();
    let lua = test.lua().0;
    let error = lua.load("commands.spawn {}").name("=test").exec(lua).expect_err("no run");
    assert!(error.message().contains("commands can be used only inside a system"), "{error}");
}
