//! Queries that an exclusive run makes as it goes.

use bevy_ecs::entity_disabling::Disabled;

use super::*;

fn populated() -> Test {
    let mut test = Test::new();
    for i in 0..5 {
        let velocity = Velocity { fast: false, linear: Vec2::ZERO, turn: i as f32 };
        let mut entity = test.world.spawn((Transform::from_xyz(i as f32, 0.0, 0.0), velocity));
        if i % 2 == 1 {
            entity.insert(Frozen);
        }
        if i == 4 {
            entity.insert(Stunned { seconds: 2.0 });
        }
    }
    test.world.spawn((
        Transform::default(),
        Velocity { fast: false, linear: Vec2::ZERO, turn: 0.0 },
        Disabled,
    ));
    test.world.spawn(Health(7.0));
    test
}

#[test]
fn rows_match_as_in_a_declared_query() {
    let mut test = populated();
    test.exclusive(
        r#"
        local sum, n = 0, 0
        for e, t, v in world.query { "mut Transform", "Velocity" }:iter() do
          t.translation.y = v.turn
          sum, n = sum + t.translation.x, n + 1
        end
        assert(sum == 10 and n == 5, n)
        assert(world.query { "Velocity", with = "Frozen" }:count() == 2)
        assert(world.query { "Velocity", without = { "Frozen", "Stunned" } }:count() == 2)
        local q = world.query { "Transform", optional = { "Stunned", "Health" } }
        local stunned = 0
        for e, t, s, h in q:iter() do assert(h == nil) stunned = stunned + (s and s.seconds or 0) end
        assert(stunned == 2)
        assert(q:get(world.query { "Stunned" }:single()).translation.x == 4)
        for n, ts in world.query { "mut Transform" }:columns() do for i = 0, n - 1 do ts[i].scale.x = 2 end end
        assert(world.query { "Team" }:count() == 0)
        assert(world.query { "Transform", optional = { "Team" } }:count() == 5)
        assert(world.query { "Transform", without = "Team" }:count() == 5)
        assert(world.query {}:count() >= 6)"#,
    )
    .expect("it runs");
    let mut query = test.world.query::<&Transform>();
    let mut moved: Vec<f32> = query.iter(&test.world).map(|t| t.translation.y * t.scale.x).collect();
    // Archetype by archetype.
    moved.sort_by(f32::total_cmp);
    assert_eq!(moved, [0.0, 2.0, 4.0, 6.0, 8.0]);
}

#[test]
fn writes_mark_rows_and_filters_see_what_changed() {
    let mut test = populated();
    test.world.clear_trackers();
    test.exclusive(
        r#"
        assert(world.query { "Transform", changed = "Transform" }:count() == 0)
        for e, t, v in world.query { "mut Transform", "Velocity" }:iter() do
          if v.turn == 3 then t.translation.y = 1 end
        end"#,
    )
    .expect("it runs");
    let mut changed = test.world.query_filtered::<&Transform, Changed<Transform>>();
    let found: Vec<f32> = changed.iter(&test.world).map(|t| t.translation.x).collect();
    assert_eq!(found, [3.0], "the one row that was written");
}

#[test]
fn mistakes_name_the_fix() {
    for (source, part) in [
        (
            "world.query { 'Trasnform' }",
            "world.query: there is no component 'Trasnform' (did you mean 'Transform'?)",
        ),
        ("world.query { 'mut Team' }", "component 'Team' is immutable and cannot be declared \"mut Team\""),
        (
            "world.query { 'mut GlobalTransform' }",
            "is computed by Bevy: declare \"GlobalTransform\" to read it",
        ),
        (
            "world.query { 'Velocity', wiht = 'Frozen' }",
            "query has no filter 'wiht' (did you mean 'with'?); filters are: with, without",
        ),
        ("world.query('Velocity')", "table expected, got string"),
        (
            "for e, t in world.query { 'Transform' }:iter() do t.scale.x = 1 end",
            "was declared read-only by behaviour 'test': declare \"mut Transform\"",
        ),
        ("world.spawn { Health = 1 }", "world has no 'spawn': structure changes by commands.spawn"),
        ("world.despawn(1)", "world has no 'despawn': structure changes by commands.despawn"),
        (
            "world.resorce('Score')",
            "world has no 'resorce' (did you mean 'resource'?); it has: get, query, resource",
        ),
        ("kept = world.query { 'Transform' }", ""),
        ("for _ in kept:iter() do end", "expired"),
    ] {
        if part.is_empty() {
            continue;
        }
        let mut test = populated();
        test.world.register_component::<Team>();
        test.world.register_component::<bevy_transform::components::GlobalTransform>();
        test.register::<bevy_transform::components::GlobalTransform>();
        test.exclusive("kept = world.query { 'Transform' }").expect("it runs");
        let message = test.exclusive(source).expect_err("a mistake");
        assert!(message.contains(part), "{source}: {message}");
    }
    let mut test = populated();
    test.system(r#"return { query = { "Health" }, run = function(q) world.query { "Transform" } end }"#);
    let message = test.run_failing();
    assert!(message.contains("system 'test' has declared access: name what it needs in its own query, or make it exclusive = true"), "{message}");
}
