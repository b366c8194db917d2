//! What was not declared to be written cannot be.

use crate::common::{Health, Score, test_app};

#[test]
fn a_component_without_mut() {
    let mut test = test_app();
    let entity = test.app.world_mut().spawn(Health(1.0)).id();
    test.script(
        "scripts/read.lua",
        "system { name = 'read', query = { 'Health' }, run = function(q)\nfor _, health in q:iter() do health[0] = 5 end end }",
    );
    let error = test.first_error();
    assert!(
        error.message.ends_with(
            "scripts/read.lua:2: component 'Health' was declared read-only by system 'read': declare \"mut Health\" to write it"
        ),
        "{error}"
    );
    assert_eq!(test.get::<Health>(entity), Health(1.0));
}

#[test]
fn a_resource_without_mut() {
    let mut test = test_app();
    test.script(
        "scripts/score.lua",
        r#"system { name = "score", resources = { "Score" }, run = function(_, _, resources) resources.Score.points = 5 end }"#,
    );
    let error = test.first_error();
    assert!(error.message.contains("resource 'Score' was declared read-only by system 'score'"), "{error}");
    assert_eq!(test.app.world().resource::<Score>().points, 0);
}

#[test]
fn a_behaviour_with_declared_access() {
    let mut test = test_app();
    test.write(
        "scripts/ship.lua",
        r#"local Ship = { access = { "Health" } }
           function Ship:update() self.Health[0] = 2 end
           return Ship"#,
    );
    let script = test.behaviour("scripts/ship.lua");
    let entity = test.app.world_mut().spawn((Health(1.0), script)).id();
    let error = test.first_error();
    assert!(error.message.contains("declare \"mut Health\" to write it"), "{error}");
    assert_eq!(error.entity, Some(entity));
    assert_eq!(test.get::<Health>(entity), Health(1.0));
}
