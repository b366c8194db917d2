//! What a query matches and yields: filters together, optional columns, hierarchies, sparse sets.

use crate::common::{Counter, Frozen, Health, TestApp, Velocity, test_app};
use bevy_ecs::prelude::*;
use bevy_reflect::Reflect;
use bevy_reflect::std_traits::ReflectDefault;

/// In a sparse set.
#[derive(Component, Reflect, Clone, Debug, PartialEq, Default)]
#[component(storage = "SparseSet")]
#[reflect(Component, Default)]
struct Marked {
    by: u32,
}

/// An app whose script notes, in every frame, the health of the rows of a query as text in `seen`.
fn watching(query: &str) -> TestApp {
    let mut test = test_app();
    test.app.register_type::<Marked>();
    test.script(
        "scripts/main.lua",
        format!(
            r#"system {{ name = "see", query = {query}, run = function(q)
              local found = {{}}
              for entity, health, other in q:iter() do
                found[#found + 1] = health[0] .. (other and "+" or "")
              end
              table.sort(found)
              assert(#found == q:count())
              seen, frames = table.concat(found, " "), (frames or 0) + 1
            end }}"#
        ),
    );
    test.until_global("frames");
    test
}

fn seen(test: &mut TestApp) -> String {
    test.frame();
    test.no_errors();
    test.eval("return seen")
}

#[test]
fn changed_and_added_together() {
    let mut test = watching(r#"{ "Health", changed = { "Health", "Velocity" }, added = "Counter" }"#);
    let world = test.app.world_mut();
    let one = world.spawn((Health(1.0), Velocity::default(), Counter::default())).id();
    let two = world.spawn((Health(2.0), Velocity::default())).id();
    // Without one of the three nothing matches.
    assert_eq!(seen(&mut test), "1");
    assert_eq!(seen(&mut test), "");
    let world = test.app.world_mut();
    world.get_mut::<Health>(one).expect("it has some").0 = 1.5;
    world.get_mut::<Velocity>(one).expect("it has some").x = 1.0;
    // Both have changed, but the counter is not new.
    assert_eq!(seen(&mut test), "");
    let world = test.app.world_mut();
    world.entity_mut(two).insert(Counter::default());
    // The counter is new, but nothing else has changed.
    assert_eq!(seen(&mut test), "");
    let world = test.app.world_mut();
    world.entity_mut(two).remove::<Counter>().insert(Counter::default());
    world.get_mut::<Health>(two).expect("it has some").0 = 2.5;
    assert_eq!(seen(&mut test), "");
    let world = test.app.world_mut();
    world.entity_mut(two).remove::<Counter>().insert(Counter::default());
    world.get_mut::<Health>(two).expect("it has some").0 = 2.75;
    world.get_mut::<Velocity>(two).expect("it has some").y = 1.0;
    assert_eq!(seen(&mut test), "2.75");
}

#[test]
fn changes_of_what_is_in_a_sparse_set() {
    let mut test = watching(r#"{ "Health", changed = "Marked" }"#);
    let world = test.app.world_mut();
    let marked = world.spawn((Health(1.0), Marked { by: 1 })).id();
    world.spawn((Health(2.0), Marked { by: 1 }));
    world.spawn(Health(3.0));
    assert_eq!(seen(&mut test), "1 2");
    assert_eq!(seen(&mut test), "");
    test.app.world_mut().get_mut::<Marked>(marked).expect("it is").by = 2;
    assert_eq!(seen(&mut test), "1");
}

#[test]
fn optional_columns_with_filters() {
    let mut test = watching(r#"{ "Health", optional = "Marked", without = "Frozen", changed = "Health" }"#);
    let world = test.app.world_mut();
    world.spawn((Health(1.0), Marked { by: 1 }));
    world.spawn(Health(2.0));
    world.spawn((Health(3.0), Frozen));
    assert_eq!(seen(&mut test), "1+ 2");
    assert_eq!(seen(&mut test), "");
    let mut test = watching(r#"{ "Health", optional = { "Velocity" }, with = "Marked" }"#);
    let world = test.app.world_mut();
    world.spawn((Health(1.0), Marked { by: 1 }, Velocity::default()));
    world.spawn((Health(2.0), Marked { by: 1 }));
    world.spawn((Health(3.0), Velocity::default()));
    assert_eq!(seen(&mut test), "1+ 2");
}

#[test]
fn optional_columns_are_written() {
    let mut test = test_app();
    test.script(
        "scripts/main.lua",
        r#"system { name = "push", query = { "Health", optional = "mut Velocity" }, run = function(q)
          for _, health, velocity in q:iter() do
            if velocity then velocity.x = health[0] end
          end
          for n, healths, velocities in q:columns() do
            for i = 0, n - 1 do
              if velocities then velocities[i].y = healths[i][0] end
            end
          end
          ran = true
        end }"#,
    );
    let world = test.app.world_mut();
    let with = world.spawn((Health(3.0), Velocity::default())).id();
    world.spawn(Health(4.0));
    test.until_global("ran");
    test.no_errors();
    assert_eq!(test.get::<Velocity>(with), Velocity { x: 3.0, y: 3.0 });
}

#[test]
fn hierarchies_are_columns() {
    let mut test = test_app();
    let world = test.app.world_mut();
    let parent = world.spawn(Health(1.0)).id();
    let children = [2.0, 3.0].map(|health| world.spawn((Health(health), ChildOf(parent))).id());
    test.script(
        "scripts/main.lua",
        r#"
        system { name = "up", query = { "ChildOf", "Health" }, run = function(q)
          parents = {}
          for entity, child_of, health in q:iter() do parents[health[0]] = child_of[0] end
        end }
        system { name = "down", query = { "Children" }, run = function(q)
          for entity, children in q:iter() do
            parent, count, first, last = entity, #children, children[1], children[#children]
            listed = {}
            for i, child in children:iter() do listed[i] = child end
          end
          ran = parents
        end }"#,
    );
    test.until_global("ran and ran[2]");
    test.no_errors();
    assert_eq!(
        test.eval::<String>(
            "return table.concat({ tostring(parents[2] == parent), tostring(parents[3] == parent), count, tostring(listed[2] == last) }, ' ')"
        ),
        "true true 2 true"
    );
    let text = test.eval::<String>("return tostring(first) .. ' ' .. tostring(last)");
    assert_eq!(text, format!("{} {}", children[0], children[1]));
}

#[test]
fn single_with_none_one_and_two() {
    let mut test = test_app();
    test.script(
        "scripts/main.lua",
        r#"system { name = "one", query = { "mut Counter", without = "Frozen" }, run = function(q)
          local entity, counter = q:single()
          found = entity ~= nil
          if counter then counter.value = counter.value + 1 end
        end }"#,
    );
    test.until_global("found == false");
    let one = test.app.world_mut().spawn(Counter::default()).id();
    test.app.world_mut().spawn((Counter::default(), Frozen));
    test.frames(2);
    assert_eq!(test.value(one), 2.0);
    test.no_errors();
    test.app.world_mut().spawn(Counter::default());
    test.error(
        "system 'one': scripts/main.lua:2: single: the query matches more than one entity; loop over them with q:iter(), or narrow the query with a filter",
    );
    test.frames(2);
    // It is paused, once and for all.
    test.no_errors();
    assert_eq!(test.value(one), 2.0);
}

#[test]
fn entities_are_found_by_get() {
    let mut test = test_app();
    test.app.register_type::<Marked>();
    let world = test.app.world_mut();
    world.spawn((Health(1.0), Marked { by: 7 }));
    world.spawn((Health(2.0), Frozen));
    test.script(
        "scripts/main.lua",
        r#"
        system { name = "note", query = { "Health" }, run = function(q)
          all = {}
          for entity, health in q:iter() do all[health[0]] = entity end
        end }
        system { name = "get", after = "note", query = { "mut Health", optional = "Marked", without = "Frozen" }, run = function(q)
          local health, marked = q:get(all[1])
          missing = q:get(all[2]) == nil
          if health then health[0] = health[0] + 0 by = marked.by end
          gone = gone or commands.spawn { "Frozen" }
          unseen = q:get(gone) == nil
        end }"#,
    );
    test.until_global("by == 7 and missing and unseen");
    test.no_errors();
}

/// The inner loop goes on to another table; what the outer one shows stays.
#[test]
fn two_loops_over_one_step() {
    let mut test = test_app();
    test.app.world_mut().spawn(Health(1.0));
    test.app.world_mut().spawn((Health(2.0), Frozen));
    test.script(
        "scripts/nested.lua",
        r#"local run, wrong = 0, 0
           system { name = "nested", query = { "Health" }, run = function(q)
             local step = q:iter()
             for _, outer in step do
               local before, others = outer[0], 0
               for _, inner in step do others = others + inner[0] end
               if outer[0] ~= before or others + before ~= 3 then wrong = wrong + 1 end
             end
             run = run + 1
             if run == 20 then mistakes = wrong end
           end }"#,
    );
    test.until_global("mistakes");
    assert_eq!(test.eval::<f64>("return mistakes"), 0.0);
}

/// Loops over columns too, whose own views go on to the next table; those of others do not.
#[test]
fn columns_go_on_to_the_next_table() {
    let mut test = test_app();
    test.app.world_mut().spawn(Health(1.0));
    test.app.world_mut().spawn((Health(2.0), Frozen));
    test.script(
        "scripts/tables.lua",
        r#"local run, wrong = 0, 0
           local function is(condition) if not condition then wrong = wrong + 1 end end
           system { name = "tables", query = { "mut Health", optional = "Frozen" }, run = function(q)
             local sum, kept = 0, {}
             for n, hs in q:columns() do sum = sum + hs[0][0] + n * 10 end
             is(sum == 23)
             for n, hs, frozen, entities in q:columns() do
               kept[#kept + 1] = { hs, frozen, entities }
               local f = frozen
               is((f ~= nil) == (hs[0][0] == 2))
             end
             is(#kept == 2 and kept[1][1][0][0] + kept[2][1][0][0] == 3 and kept[1][3][0] ~= kept[2][3][0])
             local step = q:columns()
             for n, outer in step do
               local before, others = outer[0][0], 0
               for m, inner in step do others = others + inner[0][0] end
               is(outer[0][0] == before and others + before == 3)
             end
             for n, hs in q:columns() do hs[0][0] = hs[0][0] break end
             local n, hs, frozen, entities, more = q:columns()()
             is(n == 1 and hs and entities and more == nil)
             for n in q:columns() do is(n == 1) end
             run = run + 1
             if run == 20 then mistakes = wrong end
           end }"#,
    );
    test.until_global("mistakes");
    assert_eq!(test.eval::<f64>("return mistakes"), 0.0);
    test.no_errors();
}
