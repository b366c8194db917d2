//! Behaviours do the same compiled as interpreted: values and change ticks, in every frame.

use crate::common::{Health, TestApp, Velocity};
use bevy_asset::AssetServer;
use bevy_ecs::prelude::*;
use bevy_perilune::{LuaCollector, LuaScript};
use bevy_transform::components::Transform;

/// What an entity has, and whether it was changed in the frame.
type Row = ([f32; 2], Option<f32>, [f32; 7], [bool; 3]);

/// Classes of behaviours of entities with a `Velocity`, some of which have `Health`.
const CLASSES: &[&str] = &[
    "local Mover = {}
     function Mover:update(dt)
       running = true
       local v = self.Velocity
       v.x = v.x + v.y * dt
     end
     return Mover",
    // A component that some do not have, state of its own, and methods.
    "local Mover = { gain = 2 }
     function Mover:start() self.turns = 0 end
     function Mover:push(by) self.Velocity.x = self.Velocity.x + by * self.gain end
     function Mover:update(dt)
       running = true
       self.turns = self.turns + 1
       if self.Health then self.Health[0] = self.Health[0] + self.turns end
       if self.turns % 3 == 0 then self:push(self.turns) end
     end
     return Mover",
    // Views are kept and passed on.
    "local last
     local Mover = {}
     local function add(v, n) v.y = v.y + n end
     function Mover:update(dt)
       running = true
       local v = self.Velocity
       add(v, 1)
       if last then add(self.Velocity, last.x) end
       last = nil
       if v.x > 50 then last = v end
     end
     return Mover",
    // Math types as values: read, computed with, kept and written.
    "local Mover = {}
     function Mover:start() self.home = Vec3(1, 2, 3) end
     function Mover:update(dt)
       running = true
       local t, v = self.Transform, self.Velocity
       t.translation = t.translation + Vec3(v.x, v.y, 1) * dt
       if t.translation:distance(self.home) > 3 then
         t.translation = t.translation:lerp(self.home, 0.5)
         self.home = self.home + Vec3.X * 0.1
       end
       t.rotation = t.rotation * Quat.from_rotation_z(dt)
     end
     return Mover",
    // Some fail, and are paused.
    "local Mover = {}
     function Mover:update(dt)
       running = true
       local v = self.Velocity
       v.x = v.x + 1
       if v.x == 77 then error('enough') end
       v.y = v.y + v.x
     end
     return Mover",
];

fn frames(class: &str, jit: bool) -> (Vec<Vec<Row>>, usize) {
    let mut test = TestApp::interpreted_or_compiled(&[("scripts/main.lua", class)], jit);
    let world = test.app.world_mut();
    let script = LuaScript::new(world.resource::<AssetServer>().load("scripts/main.lua"));
    for n in 0..100 {
        let velocity = Velocity { x: n as f32, y: 3.0 };
        let mut entity = world.spawn((velocity, Transform::default(), script.clone()));
        if n % 3 == 0 {
            entity.insert(Health(n as f32));
        }
    }
    test.until_global("running");
    let mut history = Vec::new();
    for _ in 0..20 {
        test.frame();
        let world = test.app.world_mut();
        let mut query = world.query::<(Ref<Velocity>, Option<Ref<Health>>, Ref<Transform>)>();
        let row = |(v, h, t): (Ref<Velocity>, Option<Ref<Health>>, Ref<Transform>)| {
            let is_hurt = h.as_ref().is_some_and(|h| h.is_changed());
            let ([x, y, z], [i, j, k, w]) = (t.translation.to_array(), t.rotation.to_array());
            let changes = [v.is_changed(), is_hurt, t.is_changed()];
            ([v.x, v.y], h.map(|h| h.0), [x, y, z, i, j, k, w], changes)
        };
        history.push(query.iter(world).map(row).collect());
        world.clear_trackers();
    }
    let regions = test.app.world().resource::<LuaCollector>().compiler.map_or(0, |jit| jit.regions);
    (history, regions)
}

#[test]
fn compiled_behaviours_do_what_interpreted_ones_do() {
    for class in CLASSES {
        let ((interpreted, none), (compiled, regions)) = (frames(class, false), frames(class, true));
        assert_eq!(none, 0);
        assert!(regions > 0, "nothing was compiled of: {class}");
        for (frame, (expected, found)) in interpreted.iter().zip(&compiled).enumerate() {
            assert_eq!(expected, found, "frame {frame} of: {class}");
        }
    }
}
