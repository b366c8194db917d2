//! A write marks its row changed, as `Mut` does; nothing else does.

use super::*;

#[derive(Resource, Default)]
struct Seen(Vec<Entity>);

fn watch(query: Query<Entity, Changed<Health>>, mut seen: ResMut<Seen>) {
    seen.0 = query.iter().collect();
}

fn watched() -> (Test, Vec<Entity>) {
    let mut test = Test::new();
    test.world.init_resource::<Seen>();
    let entities = (0..10).map(|n| test.world.spawn(Health(n as f32)).id()).collect();
    let frozen = test.world.spawn((Health(100.0), Frozen)).id();
    let mut entities: Vec<Entity> = entities;
    entities.push(frozen);
    (test, entities)
}

#[test]
fn rust_sees_exactly_the_rows_written() {
    let (mut test, entities) = watched();
    let writer = r#"return { query = { "mut Health" }, run = function(q)
        for e, h in q:iter() do
          if h[0] % 3 == 0 then h[0] = h[0] end
        end
      end }"#;
    let writer = test.build(writer).expect("the declaration is right");
    test.schedule.add_systems((writer, watch).chain());
    test.run_ok();
    test.run_ok();
    let expected: Vec<Entity> = [0, 3, 6, 9].iter().map(|&n: &usize| entities[n]).collect();
    assert_eq!(test.world.resource::<Seen>().0, expected);
}

#[test]
fn reading_and_refused_writes_mark_nothing() {
    let (mut test, _) = watched();
    let reader = r#"return { query = { "mut Health" }, run = function(q)
        for e, h in q:iter() do
          local read = h[0]
          assert(not pcall(function() h[0] = "text" end))
          assert(not pcall(function() h.nothing = 1 end))
        end
      end }"#;
    let reader = test.build(reader).expect("the declaration is right");
    test.schedule.add_systems((reader, watch).chain());
    test.run_ok();
    test.run_ok();
    assert_eq!(test.world.resource::<Seen>().0, []);
}

#[test]
fn lua_sees_what_rust_and_lua_changed() {
    let (mut test, entities) = watched();
    test.lua().0.load("count = 0; seen = {}").exec(test.lua().0).expect("it runs");
    let reader = r#"return { query = { "Health", changed = { "Health" } }, run = function(q)
        count = q:count()
        seen = {}
        for e in q:iter() do seen[#seen + 1] = tostring(e) end
      end }"#;
    test.system(reader);
    test.run_ok();
    assert_eq!(test.eval("count"), "11", "all are new at first");
    test.run_ok();
    assert_eq!(test.eval("count"), "0");
    test.world.get_mut::<Health>(entities[4]).expect("it is there").0 = 1.0;
    test.world.get_mut::<Health>(entities[10]).expect("it is there").0 = 1.0;
    test.run_ok();
    assert_eq!(test.eval("table.concat(seen, ' ')"), format!("{} {}", entities[4], entities[10]));
}

#[test]
fn added_sees_new_rows_only() {
    let (mut test, entities) = watched();
    let reader = r#"return { query = { added = { "Health" } }, run = function(q) count = q:count() end }"#;
    test.system(reader);
    test.run_ok();
    test.world.get_mut::<Health>(entities[4]).expect("it is there").0 = 1.0;
    test.run_ok();
    assert_eq!(test.eval("count"), "0");
    test.world.spawn(Health(1.0));
    test.run_ok();
    assert_eq!(test.eval("count"), "1");
}

#[test]
fn a_nested_write_and_a_write_by_entity_mark_the_component() {
    let mut test = Test::new();
    let entity = test.world.spawn((Transform::default(), Health(1.0))).id();
    super::entities::set_global(&mut test, "e", entity);
    test.world.clear_trackers();
    let before = test.world.increment_change_tick();
    test.exclusive("world.get(e, 'Transform').translation.x = world.get(e, 'Health')[0]").expect("it runs");
    let now = test.world.increment_change_tick();
    let entity = test.world.entity(entity);
    let transform = entity.get_change_ticks::<Transform>().expect("it is there");
    assert!(transform.is_changed(before, now));
    let health = entity.get_change_ticks::<Health>().expect("it is there");
    assert!(!health.is_changed(before, now));
}
