//! Properties that Rust gives an entity's script, and components assigned whole.

use crate::common::{Health, Velocity, test_app};
use bevy_ecs::prelude::*;
use bevy_perilune::LuaProps;
use bevy_reflect::PartialReflect;
use bevy_reflect::enums::DynamicEnum;
use bevy_reflect::map::DynamicMap;
use bevy_reflect::tuple::DynamicTuple;
use bevy_reflect::tuple_struct::DynamicTupleStruct;

const SHIP: &str = r#"
local Ship = {}
function Ship:start() self.started_with = self.props.speed end
function Ship:update()
  if self.Velocity then self.Velocity.x = self.props.speed or -1 end
  name, started = self.props.name, self.started_with
end
return Ship"#;

#[test]
fn properties_are_read_and_follow_changes() {
    let mut test = test_app();
    test.write("scripts/ship.lua", SHIP);
    let ship = test.behaviour("scripts/ship.lua");
    let props = LuaProps::new().with("speed", 5.0).with("name", "scout");
    let entity = test.app.world_mut().spawn((ship.clone(), props, Velocity::default())).id();
    let plain = test.app.world_mut().spawn((ship, Velocity::default())).id();
    test.until("they move", |test| test.get::<Velocity>(plain).x == -1.0);
    assert_eq!(test.get::<Velocity>(entity).x, 5.0);
    let mut props = test.app.world_mut().get_mut::<LuaProps>(entity).expect("it has some");
    props.0.insert("speed".into(), 8.0.into());
    test.frames(2);
    assert_eq!(test.get::<Velocity>(entity).x, 8.0);
    assert!(test.errors().is_empty(), "{:?}", test.errors());
}

/// A scene inserts components by reflection, from values that name their types.
#[test]
fn properties_come_from_a_scene() {
    let mut test = test_app();
    test.write("scripts/ship.lua", SHIP);
    let ship = test.behaviour("scripts/ship.lua");
    let mut map = DynamicMap::default();
    for (name, variant, value) in [
        ("speed", "Number", Box::new(6.5f64) as Box<dyn PartialReflect>),
        ("name", "Text", Box::new("from a scene".to_owned())),
        ("is_big", "Boolean", Box::new(true)),
        ("home", "Vec2", Box::new(bevy_math::Vec2::new(1.0, 2.0))),
    ] {
        let mut fields = DynamicTuple::default();
        fields.insert_boxed(value);
        map.insert(name.to_owned(), DynamicEnum::new(variant, fields));
    }
    let mut props = DynamicTupleStruct::default();
    props.insert(map);
    let entity = test.app.world_mut().spawn(Velocity::default()).id();
    let registry = test.app.world().resource::<AppTypeRegistry>().clone();
    let registry = registry.read();
    let registration = registry.get_with_short_type_path("LuaProps").expect("the plugin registers it");
    let component = registration.data::<ReflectComponent>().expect("it is a component").clone();
    component.insert(&mut test.app.world_mut().entity_mut(entity), &props, &registry);
    drop(registry);
    test.app.world_mut().entity_mut(entity).insert(ship);
    test.until("it has its speed", |test| test.get::<Velocity>(entity).x == 6.5);
    assert_eq!(test.eval::<String>("return name"), "from a scene");
    assert_eq!(test.eval::<f64>("return started"), 6.5);
    test.no_errors();
}

#[test]
fn components_are_assigned_whole() {
    let mut test = test_app();
    test.write(
        "scripts/ship.lua",
        r#"local Ship = {}
        function Ship:update()
          self.Velocity = { x = 3, y = 4 }
          self.Health = 7
          self.count = (self.count or 0) + 1
          self.Custom = self.count
          custom = self.Custom
        end
        return Ship"#,
    );
    let ship = test.behaviour("scripts/ship.lua");
    let entity = test.app.world_mut().spawn((ship.clone(), Velocity::default(), Health(0.0))).id();
    test.until("it is assigned", |test| test.get::<Health>(entity).0 == 7.0);
    assert_eq!(test.get::<Velocity>(entity), Velocity { x: 3.0, y: 4.0 });
    assert!(test.eval::<f64>("return custom") >= 1.0);
    assert!(test.errors().is_empty(), "{:?}", test.errors());
    test.app.world_mut().spawn(ship);
    let error = test.first_error().to_string();
    assert!(error.contains("the entity has no Velocity to assign: add one with commands.insert"), "{error}");
}

#[test]
fn hierarchies_are_spawned_and_read() {
    let mut test = test_app();
    test.script(
        "scripts/main.lua",
        r#"
        root = commands.spawn { Health = 1, children = { { Health = 2 }, { Health = 3, children = { { Health = 4 } } } } }
        extra = commands.spawn { Health = 5, parent = root }
        system { name = "look", exclusive = true, run = function(world)
          local sum = 0
          for _, child in world.children(root):iter() do
            sum = sum + world.get(child, "Health")[0]
            same = world.parent(child) == root
          end
          total, count = sum, #world.children(root)
          if total == 10 then commands.set_parent(extra, world.children(root)[1]) end
          if total == 5 then commands.remove_parent(extra) orphan = world.parent(extra) == nil end
        end }
        system { name = "kin", query = { "Health", with = { "ChildOf", "Children" } }, run = function(q)
          middle = q:count()
        end }"#,
    );
    test.until_global("total == 5 and orphan");
    assert_eq!(test.eval::<f64>("return count"), 2.0);
    assert_eq!(test.eval::<Option<bool>>("return same"), Some(true));
    assert!(test.errors().is_empty(), "{:?}", test.errors());
    let world = test.app.world_mut();
    let children: usize = world.query::<&Children>().iter(world).map(|children| children.len()).sum();
    assert_eq!(children, 3);
}
