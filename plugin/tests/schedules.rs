//! Where script systems run, and when they come and go.

use crate::common::{Health, Velocity, test_app};
use bevy_app::{FixedMainScheduleOrder, FixedPreUpdate, Update};
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{LogLevel, ScheduleBuildSettings, ScheduleLabel, Schedules};

#[test]
fn a_lua_schedule_runs_in_order_beside_update() {
    let mut test = test_app();
    test.script(
        "scripts/main.lua",
        r#"
        order = {}
        local function note(name) return function() order[#order + 1] = name end end
        system { name = "last", schedule = "LuaUpdate", run = note "last" }
        system { name = "first", schedule = "LuaUpdate", before = { "last" }, run = note "first" }
        system { name = "middle", schedule = "LuaUpdate", after = { "first" }, before = "last", run = note "middle" }
        system { name = "move", schedule = "LuaUpdate", query = { "mut Velocity" }, run = function(q, dt)
          rows = q:count()
          for _, v in q:iter() do v.x = v.x + 1 end
          commands.spawn { Health = 1 }
        end }
        system { name = "see", schedule = "LuaUpdate", after = "move", query = { "Health", changed = "Health" }, run = function(q)
          new = (new or 0) + q:count()
          runs = (runs or 0) + 1
        end }
        ready = true"#,
    );
    let entity = test.app.world_mut().spawn(Velocity::default()).id();
    test.until_global("ready");
    let systems_before =
        test.app.world().resource::<Schedules>().get(Update).expect("it is there").systems_len();
    test.until_global("runs == 5");
    assert_eq!(test.eval::<String>("return order[1] .. order[2] .. order[3]"), "firstmiddlelast");
    assert!(test.get::<Velocity>(entity).x >= 5.0);
    // Each frame's spawned component is seen once, in the same frame.
    assert_eq!(test.eval::<f64>("return new - runs"), 0.0);
    let systems = test.app.world().resource::<Schedules>().get(Update).expect("it is there").systems_len();
    assert_eq!(systems, systems_before);
    assert!(test.errors().is_empty(), "{:?}", test.errors());
}

#[test]
fn a_cycle_is_refused_and_named() {
    for schedule in ["Update", "LuaUpdate"] {
        let mut test = test_app();
        test.script(
            "scripts/main.lua",
            format!(
                r#"
                system {{ name = "a", schedule = "{schedule}", run = function() a = true end }}
                system {{ name = "b", schedule = "{schedule}", after = "a", run = function() b = true end }}
                system {{ name = "c", schedule = "{schedule}", after = "b", before = "a", run = function() c = true end }}"#
            ),
        );
        let error = test.first_error().to_string();
        assert!(
            error.contains("the order is a cycle: c -> a -> b -> c: leave out one 'before' or 'after'"),
            "{error}"
        );
        test.until_global("a and b");
        assert_eq!(test.eval::<Option<bool>>("return c"), None);
    }
}

#[test]
fn systems_of_two_schedules_cannot_be_ordered() {
    let mut test = test_app();
    test.script(
        "scripts/main.lua",
        r#"system { name = "a", schedule = "PostUpdate", run = print }
        system { name = "b", after = "a", run = print }"#,
    );
    let error = test.first_error().to_string();
    assert!(error.contains("'a' runs in schedule PostUpdate, this system in Update"), "{error}");
}

#[test]
fn an_exclusive_system_has_world_and_query() {
    let mut test = test_app();
    test.script(
        "scripts/main.lua",
        r#"
        system { name = "all", exclusive = true, query = { "mut Velocity" }, resources = { "mut Score" }, run = function(world, dt, q, resources)
          for entity, v in q:iter() do
            v.x = v.x + 1
            local health = world.get(entity, "Health")
            if health then health[0] = health[0] + 1 end
            parent = world.parent(entity)
            children = world.children(entity) and #world.children(entity)
          end
          resources.Score.points = q:count()
        end }"#,
    );
    let entity = test.app.world_mut().spawn((Velocity::default(), Health(0.0))).id();
    let world = test.app.world_mut();
    world.spawn((Health(0.0), ChildOf(entity)));
    test.until("it runs", |test| test.get::<Health>(entity).0 >= 2.0);
    assert!(test.get::<Velocity>(entity).x >= 2.0);
    assert_eq!(test.app.world().resource::<crate::common::Score>().points, 1);
    assert_eq!(test.eval::<f64>("return children"), 1.0);
    assert!(test.errors().is_empty(), "{:?}", test.errors());
}

#[test]
fn a_script_that_nobody_requires_any_more_is_unloaded() {
    let mut test = test_app();
    test.write(
        "scripts/lib/extra.lua",
        r#"
        component("Extra", "struct { float x; }")
        system { name = "extra", run = function() extra = (extra or 0) + 1 end }
        observe { add = "Health", run = function() observed = (observed or 0) + 1 end }
        return { version = 1 }"#,
    );
    test.script("scripts/main.lua", "local e = require 'lib.extra' version = 1 system { name = 'main', run = function() main = true end }");
    test.until_global("extra and main");
    test.app.world_mut().spawn(Health(1.0));
    assert_eq!(test.eval::<f64>("return observed"), 1.0);
    test.write(
        "scripts/main.lua",
        "second = true system { name = 'main', run = function() main = true end }",
    );
    test.until_global("second");
    test.frames(2);
    let before: f64 = test.eval("return extra");
    test.app.world_mut().spawn(Health(1.0));
    test.frames(3);
    assert_eq!(test.eval::<f64>("return extra"), before);
    assert_eq!(test.eval::<f64>("return observed"), 1.0);
    assert_eq!(test.eval::<Option<bool>>("return package.loaded['lib.extra'] ~= nil or nil"), None);
    // It can come back.
    test.write("scripts/main.lua", "local e = require 'lib.extra' third = true");
    test.until_global(&format!("third and extra > {before}"));
    assert!(test.errors().is_empty(), "{:?}", test.errors());
}

#[test]
fn a_required_script_keeps_its_own_systems() {
    let mut test = test_app();
    let lib = |by: i32| {
        format!(
            "system {{ name = 'count', run = function() n = (n or 0) + {by} step = {by} end }} return {{}}"
        )
    };
    test.write("scripts/lib/counter.lua", lib(1));
    test.script("scripts/main.lua", "require 'lib.counter' version = 1");
    test.until_global("step == 1");
    // Saving the one that requires it leaves its systems alone, and its own save does not double them.
    test.write("scripts/main.lua", "require 'lib.counter' second = true");
    test.until_global("second");
    test.write("scripts/lib/counter.lua", lib(100));
    test.until_global("step == 100");
    test.frames(1);
    let before: f64 = test.eval("return n");
    test.frames(1);
    assert_eq!(test.eval::<f64>("return n") - before, 100.0);
    assert!(test.errors().is_empty(), "{:?}", test.errors());
}

#[test]
fn a_system_whose_plan_changes_remembers_what_it_has_seen() {
    let mut test = test_app();
    let script = |extra: &str| {
        format!(
            "system {{ name = 'see', query = {{ 'Velocity', changed = 'Velocity' {extra} }}, run = function(q) seen = (seen or 0) + q:count() {} end }}",
            if extra.is_empty() { "" } else { "again = true" }
        )
    };
    test.app.world_mut().spawn_batch(vec![Velocity::default(); 3]);
    test.script("scripts/main.lua", script(""));
    test.until_global("seen == 3");
    test.frames(2);
    test.write("scripts/main.lua", script(", without = 'Frozen'"));
    test.until_global("again");
    test.frames(2);
    assert_eq!(test.eval::<f64>("return seen"), 3.0);
}

#[test]
fn ambiguity_detection_sees_script_access() {
    fn writer(mut query: Query<&mut Velocity>) {
        for mut velocity in &mut query {
            velocity.y += 1.0;
        }
    }
    let ambiguous = |declaration: &str| {
        let mut test = test_app();
        test.app.add_systems(Update, writer);
        test.script(
            "scripts/main.lua",
            format!("ready = true system {{ name = 's', query = {{ {declaration} }}, run = print }}"),
        );
        test.until_global("ready");
        let world = test.app.world_mut();
        world.schedule_scope(Update, |world, schedule| {
            schedule.set_build_settings(ScheduleBuildSettings {
                ambiguity_detection: LogLevel::Ignore,
                ..ScheduleBuildSettings::default()
            });
            schedule.initialize(world).expect("it can be built");
            let conflicts = schedule.graph().conflicting_systems();
            let id = world.register_component::<Velocity>();
            conflicts.0.iter().filter(|(_, _, components)| components.contains(&id)).count()
        })
    };
    assert!(ambiguous("'Velocity'") > 0);
    assert_eq!(ambiguous("'Health'"), 0);
}

#[test]
fn an_exclusive_system_asks_the_world() {
    let mut test = test_app();
    let entity = test.app.world_mut().spawn((Velocity { x: 1.0, y: 2.0 }, Health(3.0))).id();
    test.script(
        "scripts/main.lua",
        r#"
        component("Speed", "struct { float value; }")
        system { name = "ask", exclusive = true, run = function(world, dt)
          for e, v in world.query { "mut Velocity", without = "Speed" }:iter() do
            v.x = v.x + world.get(e, "Health")[0]
            commands.insert(e, { Speed = { value = v.x } })
          end
          for e, s in world.query { "mut Speed" }:iter() do s.value = s.value + 1 speed = s.value end
          world.resource("Score").points = 4
        end }"#,
    );
    test.until_global("speed == 6");
    assert_eq!(test.get::<Velocity>(entity).x, 4.0);
    assert_eq!(test.app.world().resource::<crate::common::Score>().points, 4);
    test.no_errors();
}

#[test]
fn every_schedule_that_bevy_runs_can_be_named_though_nothing_else_is_in_it() {
    let mut test = test_app();
    let names = [
        "PreUpdate",
        "Update",
        "PostUpdate",
        "Last",
        "FixedPreUpdate",
        "FixedUpdate",
        "FixedPostUpdate",
        "LuaUpdate",
    ];
    let systems = names.map(|name| {
        format!(
            "system {{ name = '{name}', schedule = '{name}', run = function() ran['{name}'] = true end }}"
        )
    });
    test.script("scripts/main.lua", format!("ran = {{}} {} ready = true", systems.join(" ")));
    for name in names {
        test.until_global(&format!("ready and ran['{name}']"));
    }
    assert!(test.errors().is_empty(), "{:?}", test.errors());
}

#[test]
fn a_schedule_that_the_app_does_not_run_is_an_error() {
    let mut test = test_app();
    let mut order = test.app.world_mut().resource_mut::<FixedMainScheduleOrder>();
    order.labels.retain(|label| *label != FixedPreUpdate.intern());
    test.app.world_mut().resource_mut::<Schedules>().remove(FixedPreUpdate);
    test.script(
        "scripts/main.lua",
        "system { name = 'a', schedule = 'FixedPreUpdate', run = function() end }",
    );
    test.error("this app does not run the schedule 'FixedPreUpdate': choose another, or add Bevy's plugin that runs it");
}
