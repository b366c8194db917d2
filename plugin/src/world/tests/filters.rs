//! Which rows a query has.

use super::*;

fn populated() -> Test {
    let mut test = Test::new();
    test.world.spawn(Health(1.0));
    test.world.spawn((Health(2.0), Frozen));
    test.world.spawn((Health(3.0), Stunned { seconds: 0.5 }));
    test.world.spawn((Health(4.0), Frozen, Stunned { seconds: 1.5 }));
    test.world.spawn((Health(5.0), Transform::default()));
    test.world.spawn(Transform::default());
    test
}

/// The health of the rows a query has, in order.
fn rows(query: &str) -> String {
    let mut test = populated();
    test.system(&format!(
        r#"return {{ query = {query}, run = function(q)
             local found = {{}}
             for e, h in q:iter() do found[#found + 1] = h[0] end
             table.sort(found)
             assert(#found == q:count())
             result = table.concat(found, " ")
           end }}"#
    ));
    test.run_ok();
    test.eval("result")
}

#[test]
fn with_and_without() {
    assert_eq!(rows(r#"{ "Health" }"#), "1 2 3 4 5");
    assert_eq!(rows(r#"{ "Health", with = { "Frozen" } }"#), "2 4");
    assert_eq!(rows(r#"{ "Health", without = "Frozen" }"#), "1 3 5");
    assert_eq!(rows(r#"{ "Health", with = { "Frozen" }, without = { "Stunned" } }"#), "2");
    assert_eq!(rows(r#"{ "Health", "Transform" }"#), "5");
}

#[test]
fn sparse_sets_are_filters_and_columns() {
    assert_eq!(rows(r#"{ "Health", with = { "Stunned" } }"#), "3 4");
    assert_eq!(rows(r#"{ "Health", without = { "Stunned" } }"#), "1 2 5");
    let mut test = populated();
    test.system(
        r#"return { query = { "mut Stunned", "mut Health" }, run = function(q)
             for e, s, h in q:iter() do s.seconds = s.seconds + h[0]; h[0] = 0 end
           end }"#,
    );
    test.run_ok();
    let mut stunned = test.world.query::<(&Stunned, &Health)>();
    let mut found: Vec<(f32, f32)> = stunned.iter(&test.world).map(|(s, h)| (s.seconds, h.0)).collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(found, [(3.5, 0.0), (5.5, 0.0)]);
}

#[test]
fn optional_columns_are_nil_where_absent() {
    for optional in ["Transform", "Stunned", "Frozen"] {
        let mut test = populated();
        test.system(&format!(
            r#"return {{ query = {{ "Health", optional = {{ "mut {optional}" }} }}, run = function(q)
                 present, absent = 0, 0
                 for e, h, o in q:iter() do if o == nil then absent = absent + 1 else present = present + 1 end end
               end }}"#
        ));
        test.run_ok();
        let expected = if optional == "Transform" { ("1", "4") } else { ("2", "3") };
        assert_eq!((test.eval("present").as_str(), test.eval("absent").as_str()), expected, "{optional}");
    }
}

#[test]
fn a_query_without_columns_yields_entities_not_resources() {
    let mut test = populated();
    test.world.init_resource::<Score>();
    test.system(r#"return { query = {}, run = function(q) all = q:count() end }"#);
    test.run_ok();
    assert_eq!(test.eval("all"), "6");
}

#[test]
fn get_finds_an_entity_among_the_rows() {
    for query in [r#"{ "Health" }"#, r#"{ "Health", without = { "Stunned" } }"#] {
        let mut test = populated();
        let entity = test.world.spawn((Health(7.0), Frozen)).id();
        let other = test.world.spawn(Transform::default()).id();
        let gone = test.world.spawn(Health(8.0)).id();
        test.world.despawn(gone);
        super::entities::set_global(&mut test, "entity", entity);
        super::entities::set_global(&mut test, "other", other);
        super::entities::set_global(&mut test, "gone", gone);
        test.system(&format!(
            r#"return {{ query = {query}, run = function(q)
                 assert(q:get(entity)[0] == 7)
                 assert(q:get(other) == nil and q:get(gone) == nil)
                 assert(not pcall(q.get, q, 5))
               end }}"#
        ));
        test.run_ok();
    }
}

#[test]
fn new_archetypes_are_seen_in_the_next_run() {
    let mut test = populated();
    test.system(r#"return { query = { "Health" }, run = function(q) count = q:count() end }"#);
    test.run_ok();
    test.world.spawn((Health(6.0), Velocity { fast: true, linear: Vec2::ONE, turn: 0.0 }));
    test.run_ok();
    assert_eq!(test.eval("count"), "6");
}
