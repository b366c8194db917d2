//! Whole columns, and rows that reuse their views.

use super::*;

fn moving(test: &mut Test, count: usize) -> Vec<Entity> {
    (0..count)
        .map(|i| {
            let velocity = Velocity { fast: i % 2 == 0, linear: Vec2::new(i as f32, 1.0), turn: 0.0 };
            test.world.spawn((Transform::default(), velocity)).id()
        })
        .collect()
}

#[test]
fn columns_are_indexed_from_zero_and_written() {
    let mut test = Test::new();
    let entities = moving(&mut test, 5);
    test.world.spawn((Transform::default(), Health(1.0)));
    test.system(
        r#"
        seen = {}
        return { query = { "mut Transform", "Velocity", optional = { "Health" } }, run = function(q)
          for n, transforms, velocities, healths, entities in q:columns() do
            for i = 0, n - 1 do
              transforms[i].translation.x = transforms[i].translation.x + velocities[i].linear.x * 2
              local one = transforms[i]
              one.scale.y = i
              seen[#seen + 1] = entities[i]
            end
            absent = healths == nil
          end
        end }"#,
    );
    test.run_ok();
    for (i, entity) in entities.iter().enumerate() {
        let transform = test.world.get::<Transform>(*entity).expect("it has one");
        assert_eq!(transform.translation, Vec3::new(i as f32 * 2.0, 0.0, 0.0));
        assert_eq!(transform.scale.y, i as f32);
    }
    assert_eq!(test.eval("#seen"), "5");
    assert_eq!(test.eval("seen[3]"), format!("{}v{}", entities[2].index(), entities[2].generation()));
    assert_eq!(test.eval("absent"), "true");
}

#[test]
fn a_write_through_a_column_marks_its_row_only() {
    let mut test = Test::new();
    let entities = moving(&mut test, 4);
    test.system(
        r#"return { query = { "mut Transform" }, run = function(q)
          for n, transforms in q:columns() do
            local sum = 0
            for i = 0, n - 1 do sum = sum + transforms[i].translation.y end
            transforms[2].translation.z = 9
          end
        end }"#,
    );
    test.world.clear_trackers();
    let before = test.world.increment_change_tick();
    test.run_ok();
    let now = test.world.change_tick();
    let changed: Vec<bool> = entities
        .iter()
        .map(|entity| {
            let transform = test.world.entity(*entity).get_ref::<Transform>().expect("it has one");
            transform.last_changed().is_newer_than(before, now)
        })
        .collect();
    assert_eq!(changed, [false, false, true, false]);
}

#[test]
fn filters_and_sparse_sets_list_the_rows_that_pass() {
    let mut test = Test::new();
    let entities = moving(&mut test, 6);
    for entity in [entities[1], entities[4]] {
        test.world.entity_mut(entity).insert(Stunned { seconds: 2.0 });
    }
    test.world.entity_mut(entities[4]).insert(Frozen);
    test.system(
        r#"total, rows, tables = 0, 0, 0
        return { query = { "mut Stunned", "Velocity" }, run = function(q)
          for n, stunned, velocities in q:columns() do
            tables = tables + 1
            for i = 0, n - 1 do
              rows = rows + 1
              total = total + velocities[i].linear.x
              stunned[i].seconds = stunned[i].seconds - 1
            end
          end
          counted = q:count()
        end }"#,
    );
    test.run_ok();
    assert_eq!(test.eval("total"), "5");
    assert_eq!(test.eval("rows .. ' ' .. tables .. ' ' .. counted"), "2 2 2");
    assert_eq!(test.world.get::<Stunned>(entities[4]), Some(&Stunned { seconds: 1.0 }));
}

#[test]
fn changed_columns_hold_only_changed_rows() {
    let mut test = Test::new();
    let entities = moving(&mut test, 3);
    test.system(
        r#"return { query = { "Velocity", changed = { "Velocity" } }, run = function(q)
          rows, which = 0, nil
          for n, velocities, entities in q:columns() do
            rows = rows + n
            which = entities[0]
          end
        end }"#,
    );
    test.run_ok();
    assert_eq!(test.eval("rows"), "3");
    test.world.get_mut::<Velocity>(entities[1]).expect("it has one").turn = 1.0;
    test.run_ok();
    assert_eq!(test.eval("rows"), "1");
    assert_eq!(test.eval("which"), format!("{}v{}", entities[1].index(), entities[1].generation()));
    test.run_ok();
    assert_eq!(test.eval("rows"), "0");
}

#[test]
fn mistakes_with_columns_are_named() {
    let mut test = Test::new();
    moving(&mut test, 2);
    for (body, part) in [
        ("local x = columns[2]", "row 2 is outside the column of Transform, whose rows are 0 to 1"),
        ("local x = columns[-1].translation", "row -1 is outside the column of Transform"),
        ("local x = columns.translation", "a column of Transform is indexed by row, 0 to 1, not by a string"),
        ("columns[0] = 1", "a row of a column of Transform cannot be replaced: assign its fields"),
        ("columns[0].translation.x = 'far'", "expected number for field 'x' of Vec3, got string"),
        ("columns[0].translation.q = 1", "Vec3 has no field 'q'"),
        ("entities[0] = 1", "cannot be replaced"),
    ] {
        let mut test = Test::new();
        moving(&mut test, 2);
        test.system(&format!(
            r#"return {{ query = {{ "mut Transform" }}, run = function(q)
              for n, columns, entities in q:columns() do {body} end
            end }}"#
        ));
        let message = test.run_failing();
        assert!(message.contains(part), "{body}: {message}");
    }
}

#[test]
fn a_kept_column_expires() {
    let mut test = Test::new();
    moving(&mut test, 2);
    test.system(
        r#"return { query = { "Transform" }, run = function(q)
          if kept then return kept[0].translation.x end
          for n, transforms in q:columns() do kept = transforms end
        end }"#,
    );
    test.run_ok();
    let message = test.run_failing();
    assert!(message.contains("expired view"), "{message}");
}

#[test]
fn rows_kept_by_the_body_are_views_of_their_own() {
    let mut test = Test::new();
    let entities = moving(&mut test, 3);
    test.system(
        r#"return { query = { "mut Transform", "Velocity" }, run = function(q)
          local kept, parts = {}, {}
          for entity, transform, velocity in q:iter() do
            kept[#kept + 1] = transform
            parts[#parts + 1] = velocity.linear
          end
          for i = 1, 3 do
            kept[i].translation.x = i
            kept[i].translation.y = parts[i].x
          end
          -- Two loops over one iterator: the inner one takes rows from the outer one's.
          local both = q:iter()
          pairs_seen = ""
          for outer, a in both do
            for inner, b in both do
              pairs_seen = pairs_seen .. a.translation.x .. b.translation.x .. " "
              break
            end
          end
        end }"#,
    );
    test.run_ok();
    for (i, entity) in entities.iter().enumerate() {
        let transform = test.world.get::<Transform>(*entity).expect("it has one");
        assert_eq!(transform.translation, Vec3::new(i as f32 + 1.0, i as f32, 0.0));
    }
    assert_eq!(test.eval("pairs_seen"), "12 ");
}

#[test]
fn assignments_to_parts_see_their_own_object() {
    let mut test = Test::new();
    let entities = moving(&mut test, 2);
    test.system(
        r#"return { query = { "mut Transform" }, run = function(q)
          local function set(t, depth)
            -- The value is computed by the same assignment, of another object.
            t.translation.x = depth == 0 and 1 or set(other, depth - 1) + 10
            return t.translation.x
          end
          local list = {}
          for _, t in q:iter() do list[#list + 1] = t end
          other = list[2]
          set(list[1], 1)
          list[1].translation.y, list[2].translation.y = 5, 6
          list[1].scale.x += 3
        end }"#,
    );
    test.run_ok();
    let at = |i: usize| test.world.get::<Transform>(entities[i]).expect("it has one").translation;
    assert_eq!(at(0), Vec3::new(11.0, 5.0, 0.0));
    assert_eq!(at(1), Vec3::new(1.0, 6.0, 0.0));
    assert_eq!(test.world.get::<Transform>(entities[0]).expect("it has one").scale.x, 4.0);
}

#[test]
fn a_query_of_one_row() {
    let mut test = Test::new();
    test.system(
        r#"return { query = { "mut Health" }, run = function(q)
          local entity, health = q:single()
          found = entity ~= nil
          if found then health[0] = health[0] + 1 end
        end }"#,
    );
    test.run_ok();
    assert_eq!(test.eval("found"), "false");
    let one = test.world.spawn(Health(1.0)).id();
    test.run_ok();
    assert_eq!(test.world.get::<Health>(one), Some(&Health(2.0)));
    test.world.spawn(Health(5.0));
    let message = test.run_failing();
    assert!(message.contains("matches more than one entity"), "{message}");
}
