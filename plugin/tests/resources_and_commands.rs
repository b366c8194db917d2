//! Resources, `Time` among them, and structural changes, through the whole app.

use crate::common::{Frozen, Health, Score, Velocity, test_app};
use bevy_ecs::prelude::*;
use bevy_transform::components::Transform;

#[test]
fn a_system_writes_a_resource_and_reads_the_time() {
    let mut test = test_app();
    test.script(
        "scripts/score.lua",
        r#"system {
             name = "score",
             resources = { "mut Score", "Time" },
             run = function(q, dt, resources)
               resources.Score.points = resources.Score.points + 1
               assert(resources.Time.delta_secs == dt and resources.Time.elapsed_secs >= dt)
               running = true
             end,
           }"#,
    );
    test.until_global("running");
    let before = test.app.world().resource::<Score>().points;
    test.frames(3);
    assert_eq!(test.app.world().resource::<Score>().points, before + 3);
    assert_eq!(test.errors().len(), 0);
}

#[test]
fn the_apps_clock_cannot_be_written() {
    let mut test = test_app();
    test.script(
        "scripts/clock.lua",
        r#"system { name = "clock", resources = { "mut Time" }, run = function() end }"#,
    );
    let error = test.first_error();
    assert!(
        error.message.contains("resource 'Time' is kept by Bevy: declare \"Time\" to read it"),
        "{error}"
    );
}

#[test]
fn entities_come_and_go_through_commands() {
    let mut test = test_app();
    test.script(
        "scripts/spawn.lua",
        r#"local spawned
           system {
             name = "spawn",
             query = { "Health", with = { "Frozen" } },
             run = function(q)
               if not spawned then
                 spawned = commands.spawn {
                   Transform = { translation = Vec3(1, 2, 3) }, Health = 5, Velocity = { x = 1 }, "Frozen",
                 }
                 assert(q:count() == 0)
               elseif q:get(spawned) and not found then
                 found = q:get(spawned)[0]
                 commands.remove(spawned, "Velocity")
                 commands.insert(spawned, { Health = 6 })
                 commands.spawn { Health = 1 }
               end
             end,
           }"#,
    );
    test.until_global("found");
    test.frames(1);
    assert_eq!(test.eval::<f64>("return found"), 5.0);
    let world = test.app.world_mut();
    let mut query = world.query_filtered::<(&Transform, &Health, Has<Velocity>), With<Frozen>>();
    let (transform, health, moving) = query.single(world).expect("one entity");
    assert_eq!((transform.translation.to_array(), health.0, moving), ([1.0, 2.0, 3.0], 6.0, false));
    assert_eq!(world.query::<&Health>().iter(world).count(), 2);
    assert_eq!(test.errors().len(), 0);
}
