//! `Changed<T>` in Rust sees exactly the rows Lua wrote, and Lua's `changed` those that Rust wrote.

use crate::common::{Health, test_app};
use bevy_app::Update;
use bevy_ecs::prelude::*;
use bevy_perilune::LuaSystems;
use bevy_transform::components::Transform;

#[derive(Resource, Default)]
struct Seen {
    transforms: Vec<Vec<Entity>>,
    healths: Vec<Vec<Entity>>,
}

fn watch(
    transforms: Query<Entity, Changed<Transform>>,
    healths: Query<Entity, Changed<Health>>,
    mut seen: ResMut<Seen>,
) {
    seen.transforms.push(transforms.iter().collect());
    seen.healths.push(healths.iter().collect());
}

#[test]
fn rust_sees_the_rows_a_system_wrote() {
    let mut test = test_app();
    test.app.init_resource::<Seen>().add_systems(Update, watch.after(LuaSystems::Systems));
    let entities: Vec<Entity> =
        (0..6).map(|n| test.app.world_mut().spawn((Transform::default(), Health(n as f32))).id()).collect();
    test.script(
        "scripts/write.lua",
        r#"system {
             name = "write",
             query = { "mut Transform", "mut Health" },
             run = function(q, dt)
               for entity, transform, health in q:iter() do
                 if health[0] % 2 == 1 then transform.translation.y = transform.translation.y + 1 end
               end
               running = true
             end,
           }"#,
    );
    test.until_global("running");
    test.frames(3);
    let odd: Vec<Entity> = entities.iter().skip(1).step_by(2).copied().collect();
    let seen = test.app.world().resource::<Seen>();
    let last = seen.transforms.len() - 2;
    assert_eq!(seen.transforms[last..], [odd.clone(), odd], "written rows, in every frame");
    assert_eq!(seen.healths[last..], [vec![], vec![]], "what is only read is not changed");
    assert!(test.get::<Transform>(entities[1]).translation.y >= 3.0);
    assert_eq!(test.get::<Transform>(entities[2]).translation.y, 0.0);
    assert_eq!(test.errors().len(), 0);
}

#[test]
fn rust_sees_the_rows_behaviours_wrote() {
    let mut test = test_app();
    test.app.init_resource::<Seen>().add_systems(Update, watch.after(LuaSystems::Behaviours));
    test.write(
        "scripts/ship.lua",
        r#"local Ship = {}
           function Ship:update(dt)
             if self.Health[0] > 2 then self.Transform.translation.x = self.Health[0] end
             running = true
           end
           return Ship"#,
    );
    let script = test.behaviour("scripts/ship.lua");
    let entities: Vec<Entity> = (0..5)
        .map(|n| test.app.world_mut().spawn((Transform::default(), Health(n as f32), script.clone())).id())
        .collect();
    test.until_global("running");
    test.frames(3);
    let seen = test.app.world().resource::<Seen>();
    assert_eq!(seen.transforms.last().expect("frames ran"), &entities[3..]);
    assert_eq!(seen.healths.last().expect("frames ran"), &[]);
    assert_eq!(test.get::<Transform>(entities[4]).translation.x, 4.0);
}

#[test]
fn lua_sees_the_rows_rust_wrote() {
    let mut test = test_app();
    let entities: Vec<Entity> = (0..6).map(|n| test.app.world_mut().spawn(Health(n as f32)).id()).collect();
    test.script(
        "scripts/watch.lua",
        r#"system {
             name = "watch",
             query = { "Health", changed = { "Health" } },
             run = function(q)
               running = true
               sum, count = 0, 0
               for _, health in q:iter() do sum, count = sum + health[0], count + 1 end
             end,
           }"#,
    );
    test.until_global("running");
    test.frames(1);
    assert_eq!(test.eval::<f64>("return count"), 0.0);
    test.app.world_mut().get_mut::<Health>(entities[2]).expect("it is there").0 = 20.0;
    test.app.world_mut().get_mut::<Health>(entities[5]).expect("it is there").0 = 50.0;
    test.frames(1);
    assert_eq!(test.eval::<(f64, f64)>("return sum, count"), (70.0, 2.0));
    test.frames(1);
    assert_eq!(test.eval::<f64>("return count"), 0.0);
}
