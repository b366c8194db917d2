//! Events and lifecycles that scripts observe.

use crate::common::{Frozen, Health, TestApp, Velocity, test_app};
use bevy_ecs::prelude::*;
use bevy_reflect::Reflect;

#[derive(Event, Reflect, Clone, Debug, PartialEq)]
#[reflect(Event)]
struct Explosion {
    power: f32,
    name: String,
}

#[derive(EntityEvent, Reflect, Clone, Debug, PartialEq)]
#[reflect(Event)]
struct Hit {
    entity: Entity,
    damage: f32,
}

#[derive(Resource, Default)]
struct Log(Vec<Explosion>);

const LOG: &str = r#"log = log or {}
local function note(...)
  local parts = { ... }
  for i, part in ipairs(parts) do parts[i] = tostring(part) end
  log[#log + 1] = table.concat(parts, ":")
end
ready = true
"#;

fn app(script: &str) -> TestApp {
    let mut test = test_app();
    test.app.register_type::<Explosion>().register_type::<Hit>().init_resource::<Log>();
    test.app.add_observer(|on: On<Explosion>, mut log: ResMut<Log>| log.0.push(on.event().clone()));
    test.script("scripts/main.lua", format!("{LOG}{script}"));
    test.until_global("ready");
    test.frames(1);
    test
}

fn log(test: &mut TestApp) -> String {
    test.eval("local text = table.concat(log, ' ') log = {} return text")
}

#[test]
fn components_that_come_and_go() {
    let mut test = app(r#"
        observe { add = "Health", run = function(entity) note("add", world.get(entity, "Health")[0]) end }
        observe { insert = "Health", run = function(entity) note("insert", world.get(entity, "Health")[0]) end }
        observe { remove = "Health", run = function(entity, old) note("remove", world.contains(entity), old[1]) end }
        observe { despawn = "Frozen", run = function(entity) note("despawn", world.contains(entity)) end }"#);
    let entity = test.app.world_mut().spawn(Health(1.0)).id();
    assert_eq!(log(&mut test), "add:1 insert:1");
    test.app.world_mut().entity_mut(entity).insert(Health(2.0));
    assert_eq!(log(&mut test), "insert:2");
    test.app.world_mut().entity_mut(entity).remove::<Health>();
    assert_eq!(log(&mut test), "remove:true:2");
    test.app.world_mut().entity_mut(entity).insert((Health(3.0), Frozen));
    log(&mut test);
    test.app.world_mut().despawn(entity);
    assert_eq!(log(&mut test), "despawn:false remove:false:3");
    assert!(test.errors().is_empty(), "{:?}", test.errors());
}

#[test]
fn components_declared_by_scripts_are_observed() {
    let mut test = app(r#"
        component("Ammo", "struct { int32_t shots; }")
        observe { add = "Ammo", run = function(entity) note("add", world.get(entity, "Ammo").shots) end }
        observe { remove = "Ammo", run = function(entity, old) note("remove", old.shots) end }
        system { name = "arm", query = { with = "Frozen", without = "Ammo" }, run = function(q)
          for entity in q:iter() do commands.insert(entity, { Ammo = { shots = 6 } }) end
        end }"#);
    let entity = test.app.world_mut().spawn(Frozen).id();
    test.frames(1);
    assert_eq!(log(&mut test), "add:6");
    test.app.world_mut().despawn(entity);
    assert_eq!(log(&mut test), "remove:6");
    assert!(test.errors().is_empty(), "{:?}", test.errors());
}

#[test]
fn events_go_both_ways() {
    let mut test = app(r#"
        observe { event = "Explosion", run = function(event) note(event.name, event.power) end }
        observe { event = "Hit", run = function(event)
          note("hit", event.damage)
          if event.damage > 1 then commands.trigger("Hit", { entity = event.entity, damage = event.damage - 1 }) end
        end }
        system { name = "bang", query = { "mut Velocity" }, run = function(q)
          for entity, v in q:iter() do
            if v.x == 1 then
              v.x = 0
              commands.trigger("Explosion", { name = "lua", power = 4 })
            end
          end
        end }"#);
    test.app.world_mut().trigger(Explosion { power: 2.0, name: "rust".into() });
    test.app.world_mut().flush();
    assert_eq!(log(&mut test), "rust:2");
    let entity = test.app.world_mut().spawn(Velocity { x: 1.0, y: 0.0 }).id();
    test.frames(1);
    assert_eq!(log(&mut test), "lua:4");
    let heard: Vec<String> = test.app.world().resource::<Log>().0.iter().map(|e| e.name.clone()).collect();
    assert_eq!(heard, ["rust", "lua"]);
    test.app.world_mut().trigger(Hit { entity, damage: 3.0 });
    test.app.world_mut().flush();
    assert_eq!(log(&mut test), "hit:3 hit:2 hit:1");
    assert!(test.errors().is_empty(), "{:?}", test.errors());
}

#[test]
fn behaviours_that_cause_what_is_observed() {
    let mut test = app(r#"observe { add = "Frozen", run = function(entity) note("frozen") end }"#);
    test.write(
        "scripts/ship.lua",
        r#"local Ship = {}
        function Ship:start() commands.insert(self.entity, { "Frozen" }) end
        return Ship"#,
    );
    let ship = test.behaviour("scripts/ship.lua");
    test.app.world_mut().spawn(ship);
    test.until("it is observed", |test| test.eval::<f64>("return #log") > 0.0);
    assert_eq!(log(&mut test), "frozen");
}

#[test]
fn they_stop_with_the_script_that_made_them() {
    let mut test = app(r#"observe { add = "Health", run = function() note("old") end }"#);
    test.app.world_mut().spawn(Health(1.0));
    assert_eq!(log(&mut test), "old");
    test.write(
        "scripts/main.lua",
        format!("{LOG}version = 2 observe {{ add = 'Health', run = function() note('new') end }}"),
    );
    test.until_global("version == 2");
    test.app.world_mut().spawn(Health(1.0));
    assert_eq!(log(&mut test), "new");
    test.write("scripts/main.lua", format!("{LOG}version = 3"));
    test.until_global("version == 3");
    test.frames(1);
    test.app.world_mut().spawn(Health(1.0));
    assert_eq!(log(&mut test), "");
    assert!(test.errors().is_empty(), "{:?}", test.errors());
}

#[test]
fn a_failing_observer_is_paused() {
    let mut test = app(r#"observe { add = "Health", run = function() note("seen") error("oh no") end }"#);
    for _ in 0..3 {
        test.app.world_mut().spawn(Health(1.0));
    }
    assert_eq!(log(&mut test), "seen");
    let error = test.first_error().to_string();
    assert!(error.contains("observer of add Health") && error.contains("oh no"), "{error}");
    test.frames(2);
    assert_eq!(test.errors().len(), 1);
}

#[test]
fn mistakes_name_the_fix() {
    for (script, part) in [
        (
            r#"observe { add = "Helth", run = print }"#,
            "there is no component 'Helth' (did you mean 'Health'?)",
        ),
        (
            r#"observe { event = "Explosin", run = print }"#,
            "there is no event 'Explosin' (did you mean 'Explosion'?)",
        ),
        (r#"observe { event = "Velocity", run = print }"#, "not as event: add #[reflect(Event)]"),
        (
            r#"observe { ad = "Health", run = print }"#,
            "observe has no setting 'ad' (did you mean 'add'?); settings are: event, add, insert, remove, despawn, run",
        ),
        (r#"observe { run = print }"#, "say what to observe by one of: event, add"),
        (r#"observe { add = "Health", insert = "Health", run = print }"#, "say what to observe by one of"),
        (r#"observe { add = "Health" }"#, "'run' must be a function"),
        (
            r#"commands.trigger("Explosion", { power = 1 })"#,
            "event 'Explosion' has no default: give all its fields (power, name)",
        ),
        (
            r#"commands.trigger("Explosion", { power = "a" })"#,
            "expected number for field 'power' of Explosion, got string",
        ),
    ] {
        let mut test = test_app();
        test.app.register_type::<Explosion>();
        test.script("scripts/main.lua", script);
        let error = test.first_error().to_string();
        assert!(error.contains(part), "{script}: {error}");
    }
}
