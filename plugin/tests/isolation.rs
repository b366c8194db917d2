//! An error stops what failed, and nothing else.

use crate::common::{Health, test_app};
use bevy_ecs::prelude::*;

#[test]
fn one_instance_fails_and_the_others_go_on() {
    let mut test = test_app();
    test.write(
        "scripts/ship.lua",
        r#"local Ship = {}
           function Ship:update(dt)
             if self.Health[0] == 3 then error("out of fuel") end
             self.Health[0] = self.Health[0] + 10
             running = true
           end
           return Ship"#,
    );
    let script = test.behaviour("scripts/ship.lua");
    let entities: Vec<Entity> =
        [1.0, 3.0, 5.0].map(|n| test.app.world_mut().spawn((Health(n), script.clone())).id()).to_vec();
    let error = test.first_error();
    assert_eq!((error.entity, error.doing.as_str()), (Some(entities[1]), "update"));
    assert!(error.message.contains("scripts/ship.lua:3: out of fuel"), "{error}");
    assert!(error.traceback.as_deref().unwrap_or_default().contains("stack traceback"), "{error}");
    let before = test.get::<Health>(entities[2]).0;
    test.frames(4);
    assert_eq!(test.get::<Health>(entities[1]).0, 3.0);
    assert_eq!(test.get::<Health>(entities[2]).0, before + 40.0);
    assert_eq!(test.errors().len(), 1);
}

#[test]
fn one_system_fails_and_the_others_go_on() {
    let mut test = test_app();
    test.script(
        "scripts/bad.lua",
        r#"system { name = "bad", run = function() local x = nil; return x.y end }
           system { name = "beside", run = function() beside = (beside or 0) + 1 end }"#,
    );
    test.script(
        "scripts/good.lua",
        r#"system { name = "good", run = function() good = (good or 0) + 1 end }"#,
    );
    test.script("scripts/broken.lua", "system { name = ");
    test.until("both errors are reported", |test| test.errors().len() == 2);
    test.until_global("good");
    let (good, beside) = test.eval::<(f64, f64)>("return good, beside");
    test.frames(4);
    assert_eq!(test.eval::<(f64, f64)>("return good, beside"), (good + 4.0, beside + 4.0));
    assert_eq!(test.errors().len(), 2);
}
