//! Views and queries end with the run they were lent in.

use super::*;

#[test]
fn a_kept_view_is_an_error_never_stale_data() {
    let mut test = Test::new();
    let entity = test.world.spawn((Transform::default(), Health(1.0))).id();
    test.system(
        r#"return { query = { "mut Transform", "mut Health" }, run = function(q)
             for e, t, h in q:iter() do kept, part, health = t, t.translation, h end
             kept_query, step = q, q:iter()
           end }"#,
    );
    test.run_ok();
    test.world.despawn(entity);
    let cases = [
        ("return kept.scale", "expired view of Transform (borrowed by system 'test')"),
        ("return part.x", "expired view of Transform (borrowed by system 'test')"),
        ("part.x = 1", "expired view of Transform (borrowed by system 'test')"),
        ("kept.translation = Vec3()", "expired view of Transform"),
        ("return part + Vec3()", "expired view of Transform"),
        ("return part:length()", "expired view of Transform"),
        ("return part == Vec3()", "expired view of Transform"),
        ("health[0] = 1", "expired view of Health"),
        ("return kept_query:iter()", "expired query (borrowed by system 'test')"),
        ("return kept_query:count()", "expired query"),
        ("return step()", "expired query"),
    ];
    for (statement, expected) in cases {
        let message = test.exclusive(statement).expect_err("expired");
        assert!(message.contains(expected), "{statement}: {message}");
    }
    assert_eq!(test.eval("kept"), "Transform (expired view)");
}

#[test]
fn the_message_tells_the_frame() {
    let mut test = Test::new();
    test.world.spawn(Health(1.0));
    test.system(r#"return { query = { "Health" }, run = function(q) for _, h in q:iter() do kept = kept or h end end }"#);
    raw(test.lua().0).ffi.lending.begin_frame(812);
    test.run_ok();
    raw(test.lua().0).ffi.lending.begin_frame(813);
    test.run_ok();
    let message = test.exclusive("return kept[0]").expect_err("expired");
    assert_eq!(
        message,
        "test:1: expired view of Health (borrowed by system 'test', frame 812): ask for it anew in each run, and keep values or entities in place of views"
    );
}

#[test]
fn the_next_run_has_new_views() {
    let mut test = Test::new();
    test.world.spawn(Health(1.0));
    test.system(
        r#"return { query = { "mut Health" }, run = function(q)
             for _, h in q:iter() do h[0] = h[0] + 1; if kept then assert(not pcall(function() return kept[0] end)) end; kept = h end
           end }"#,
    );
    for _ in 0..3 {
        test.run_ok();
    }
    let mut healths = test.world.query::<&Health>();
    assert_eq!(healths.single(&test.world).expect("one").0, 4.0);
}
