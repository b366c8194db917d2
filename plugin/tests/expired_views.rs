//! What a script keeps beyond its time is an error, never stale data.

use crate::common::{Health, test_app};
use bevy_transform::components::Transform;

#[test]
fn a_view_kept_over_frames() {
    let mut test = test_app();
    test.app.world_mut().spawn(Health(1.0));
    test.script(
        "scripts/keep.lua",
        r#"local kept
           system {
             name = "keep",
             query = { "Health" },
             run = function(q)
               for _, health in q:iter() do kept = kept or health end
               local x = kept[0]
             end,
           }"#,
    );
    let error = test.first_error();
    assert_eq!(error.doing, "system 'keep'");
    assert!(
        error.message.contains("scripts/keep.lua:7: expired view of Health (borrowed by system 'keep'"),
        "{error}"
    );
    test.frames(5);
    assert_eq!(test.errors().len(), 1, "reported once, and paused");
}

#[test]
fn a_despawned_entity() {
    let mut test = test_app();
    test.write(
        "scripts/hunter.lua",
        r#"local Hunter = {}
           function Hunter:update(dt)
             ready = true
             if prey then seen = world.get(prey, "Health")[0] end
           end
           return Hunter"#,
    );
    let script = test.behaviour("scripts/hunter.lua");
    let prey = test.app.world_mut().spawn(Health(7.0)).id();
    test.app.world_mut().spawn((Transform::default(), script));
    test.script(
        "scripts/find.lua",
        r#"system { name = "find", query = { "Health" }, run = function(q) for e in q:iter() do prey = e end end }"#,
    );
    test.until_global("seen");
    assert_eq!(test.eval::<f64>("return seen"), 7.0);
    test.app.world_mut().despawn(prey);
    let error = test.first_error();
    assert!(error.message.contains(&format!("entity {prey} does not exist")), "{error}");
    assert!(error.entity.is_some() && error.script == "scripts/hunter.lua", "{error}");
}
