//! Components that scripts declare.

use crate::common::test_app;
use bevy_ecs::prelude::*;
use bevy_perilune::{LuaComponents, LuaVm};

const HEALTH: &str = r#"
component("Health2", "struct { float current, max; int32_t hits; Vec3 home; }")
component("Marked")
if not spawned then
  spawned = true
  for i = 1, 3 do commands.spawn { Health2 = { current = i, max = 10, home = Vec3(1, 2, 3) }, "Marked" } end
end
system { name = "hurt", query = { "mut Health2", with = "Marked" }, run = function(q, dt)
  rows = q:count()
  for entity, health in q:iter() do
    health.current = health.current + 1
    health.hits = health.hits + 1
    last = entity
    home = health.home.z
  end
end }
"#;

fn read_float(app: &mut bevy_app::App, entity: Entity, field: &str) -> f32 {
    let component = app.world().resource::<LuaComponents>().get("Health2").expect("it is declared");
    let offset = component.field(field).expect("a field").offset;
    let value = app.world().entity(entity).get_by_id(component.id).expect("the entity has it");
    #[allow(unsafe_code, reason = "a component without a Rust type")]
    // SAFETY: a live value, with a float at this offset.
    unsafe {
        *value.byte_add(offset).deref::<f32>()
    }
}

fn last_entity(test: &mut crate::common::TestApp) -> Entity {
    let text: String = test.eval("return tostring(last)");
    let mut found = Vec::new();
    let component = test.app.world().resource::<LuaComponents>().get("Health2").expect("it is declared");
    for archetype in test.app.world().archetypes().iter().filter(|a| a.contains(component.id)) {
        found.extend(archetype.entities().iter().map(|entity| entity.id()));
    }
    found.into_iter().find(|entity| entity.to_string() == text).expect("the last entity of the loop")
}

#[test]
fn values_are_seen_by_queries_and_by_id() {
    let mut test = test_app();
    test.script("scripts/main.lua", HEALTH);
    test.until_global("rows == 3");
    let before: f32 = {
        let entity = last_entity(&mut test);
        read_float(&mut test.app, entity, "current")
    };
    test.frames(1);
    let entity = last_entity(&mut test);
    assert_eq!(read_float(&mut test.app, entity, "current"), before + 1.0);
    assert_eq!(test.eval::<f64>("return home"), 3.0);
    assert!(test.errors().is_empty(), "{:?}", test.errors());
}

#[test]
fn clones_have_the_component_too() {
    let mut test = test_app();
    test.script("scripts/main.lua", HEALTH);
    test.until_global("rows == 3");
    let entity = last_entity(&mut test);
    test.app.world_mut().entity_mut(entity).clone_and_spawn();
    test.until_global("rows == 4");
}

#[test]
fn a_reload_with_other_fields_keeps_values_by_name() {
    let mut test = test_app();
    test.script("scripts/main.lua", HEALTH);
    test.until_global("rows == 3 and true");
    let old = test.app.world().resource::<LuaComponents>().get("Health2").expect("it is declared").id;
    let hits: f64 = test.eval("for _ = 1, 1 do end; return 0");
    assert_eq!(hits, 0.0);
    let entity = last_entity(&mut test);
    let current = read_float(&mut test.app, entity, "current");
    let changed = HEALTH
        .replace("float current, max; int32_t hits;", "double shield; float max; double hits; float current;")
        .replace("home = health.home.z", "home = health.home.z; shield = health.shield; hits = health.hits");
    test.write("scripts/main.lua", changed);
    test.until_global("shield == 0");
    let new = test.app.world().resource::<LuaComponents>().get("Health2").expect("it is declared").id;
    assert_ne!(old, new);
    assert!(read_float(&mut test.app, entity, "current") > current);
    assert_eq!(read_float(&mut test.app, entity, "max"), 10.0);
    assert!(test.eval::<f64>("return hits") >= 1.0);
    assert_eq!(test.eval::<f64>("return rows"), 3.0);
    assert!(test.app.world().entity(entity).get_by_id(old).is_err());
    assert!(test.errors().is_empty(), "{:?}", test.errors());
}

#[test]
fn behaviours_see_and_write_declared_components() {
    let mut test = test_app();
    test.write(
        "scripts/ship.lua",
        r#"
        component("Fuel", "struct { float litres; Entity source; }")
        local Ship = {}
        function Ship:start() commands.insert(self.entity, { Fuel = { litres = 5 } }) end
        function Ship:update()
          if self.Fuel then
            self.Fuel.litres = self.Fuel.litres - 1
            left = self.Fuel.litres
            commands.insert(self.entity, { Fuel = { litres = left, source = self.entity } })
            if left == 2 then commands.remove(self.entity, "Fuel") end
          elseif left == 2 then gone = true end
        end
        return Ship"#,
    );
    let ship = test.behaviour("scripts/ship.lua");
    test.app.world_mut().spawn(ship);
    test.until_global("gone");
    assert!(test.errors().is_empty(), "{:?}", test.errors());
}

#[test]
fn mistakes_name_the_fix() {
    for (script, part) in [
        (r#"component("health", "struct { float x; }")"#, "begins with a capital letter"),
        (r#"component("Shield", "struct { flot x; }")"#, "there is no type 'flot' (did you mean 'float'?)"),
        (r#"component("Velocity", "struct { float x; }")"#, "the game has a type of this name already"),
        (r#"component("Shield", "float")"#, "expected \"struct { float name; ... }\", got the type 'float'"),
        (r#"component("Shield", "struct { float x }")"#, "';' expected near '}', in \"struct { float x }\""),
        (
            r#"system { name = "s", query = { "Shild" }, run = print } component("Shield", "struct { float x; }")"#,
            "did you mean 'Shield'?",
        ),
        (
            r#"component("Shield", "struct { float x; }") commands.spawn { Shield = { y = 1 } }"#,
            "Shield has no field 'y'",
        ),
        (
            r#"component("Shield", "struct { float x; }") commands.spawn { Shield = { x = "a" } }"#,
            "expected number for field 'x' of Shield, got string",
        ),
        (
            r#"component("Shield", "struct { Entity of; }") commands.spawn { Shield = { of = 1 } }"#,
            "expected entity for field 'of' of Shield, got number",
        ),
    ] {
        let mut test = test_app();
        test.script("scripts/main.lua", script);
        let error = test.first_error().to_string();
        assert!(error.contains(part), "{script}: {error}");
    }
}

#[test]
fn declaring_while_a_system_runs_is_refused() {
    let mut test = test_app();
    test.script(
        "scripts/main.lua",
        r#"system { name = "late", query = { "Velocity" }, run = function() component("Late", "struct { float x; }") end }"#,
    );
    let error = test.first_error().to_string();
    assert!(error.contains("components are declared at the top of a script"), "{error}");
}

#[test]
fn two_scripts_must_agree() {
    let mut test = test_app();
    test.script("scripts/a.lua", r#"component("Ammo", "struct { int32_t shots; }") a = true"#);
    test.until_global("a");
    test.script("scripts/b.lua", r#"component("Ammo", "struct { int32_t shots; }") b = true"#);
    test.until_global("b");
    test.script("scripts/c.lua", r#"component("Ammo", "struct { float shots; }")"#);
    let error = test.first_error().to_string();
    assert!(error.contains("script 'scripts/a.lua' declares it with other fields"), "{error}");
    assert!(test.app.world().contains_resource::<LuaVm>());
}

#[test]
fn fields_that_are_renamed_retyped_and_removed() {
    let mut test = test_app();
    let old = r#"
        component("Tank", "struct { float fuel, water; int32_t level; Vec3 at; }")
        if not tank then tank = commands.spawn { Tank = { fuel = 5, water = 6, level = 7, at = Vec3(1, 2, 3) } } end
        system { name = "see", query = { "Tank" }, run = function(q)
          local _, it = q:single()
          see = tostring(it)
          field = pcall(function() return it.water end)
        end }"#;
    test.script("scripts/main.lua", old);
    test.until_global("see and field");
    let before = test.app.world().resource::<LuaComponents>().get("Tank").expect("it is declared").id;
    // `water` is called `oil` now, `level` is a whole struct, `at` has gone, and `fuel` is narrower.
    let new = old
        .replace(
            "float fuel, water; int32_t level; Vec3 at;",
            "uint8_t fuel; float oil; struct { int a; } level;",
        )
        .replace("fuel = 5, water = 6, level = 7, at = Vec3(1, 2, 3)", "fuel = 5");
    test.write("scripts/main.lua", new);
    test.until_global("see:find('oil', 1, true)");
    test.no_errors();
    assert_eq!(test.eval::<String>("return see"), "Tank { fuel = 5, oil = 0, level = Tank.level { a = 0 } }");
    assert_eq!(test.eval::<Option<bool>>("return field"), Some(false));
    let after = test.app.world().resource::<LuaComponents>().get("Tank").expect("it is declared").id;
    assert_ne!(before, after);
    // Nobody keeps the old component.
    let world = test.app.world();
    assert!(!world.archetypes().iter().any(|archetype| archetype.contains(before) && !archetype.is_empty()));
    // And a version that is wrong leaves it as it is.
    test.write("scripts/main.lua", old.replace("float fuel, water;", "float *fuel;"));
    test.error(
        "component 'Tank': field 'fuel' cannot be in a component: an address would outlive what it points at",
    );
    test.frames(3);
    assert_eq!(test.eval::<String>("return see:match('oil')"), "oil");
}
