//! Components by entity, as behaviours reach them.

use super::super::access::instance_index;
use super::*;

/// A global `self` like a behaviour's instance, whose class is the global `Class`.
fn instance(test: &mut Test, entity: Entity) {
    super::entities::set_global(test, "e", entity);
    let lua = test.lua().0;
    lua.load("Class = { SPEED = 3 } self = { entity = e }").exec(lua).expect("it runs");
    let class: Value = lua.globals().get(lua, "Class").expect("it is there");
    let class = class.raw(raw(lua)).expect("of this VM");
    let index = instance_index(raw(lua), class).expect("there is memory");
    let index = Value::from_raw(index, lua);
    lua.globals().set(lua, "index", index).expect("there is memory");
    lua.load("setmetatable(self, { __index = index })").exec(lua).expect("it runs");
}

#[test]
fn self_component_is_a_view_or_nil() {
    let mut test = Test::new();
    let entity = test.world.spawn((Transform::default(), Stunned { seconds: 1.0 })).id();
    instance(&mut test, entity);
    test.exclusive(
        r#"assert(self.SPEED == 3 and self.absent == nil and self.Health == nil)
           self.Transform.translation.x = 5
           self.Stunned.seconds = self.Stunned.seconds + self.Transform.translation.x
           self.Own = 1
           assert(self.Own == 1 and self.Anything == nil)"#,
    )
    .expect("it runs");
    assert_eq!(test.world.get::<Transform>(entity).expect("it is there").translation.x, 5.0);
    assert_eq!(test.world.get::<Stunned>(entity).expect("it is there").seconds, 6.0);
    let message = test.exclusive("return self.Transfrom").expect_err("misspelt");
    assert!(message.contains("there is no component 'Transfrom' (did you mean 'Transform'?)"), "{message}");
}

#[test]
fn a_component_first_used_later_is_found() {
    let mut test = Test::new();
    let entity = test.world.spawn_empty().id();
    instance(&mut test, entity);
    test.exclusive("assert(self.Health == nil)").expect("it runs");
    test.world.entity_mut(entity).insert(Health(4.0));
    test.exclusive("assert(self.Health[0] == 4)").expect("it runs");
    test.world.entity_mut(entity).insert(Team(2));
    test.exclusive("assert(self.Team[0] == 2)").expect("it runs");
    let message = test.exclusive("self.Team[0] = 3").expect_err("immutable");
    assert!(message.contains("component 'Team' is immutable: replace it with commands.insert"), "{message}");
}

#[test]
fn a_despawned_entity_is_an_error() {
    let mut test = Test::new();
    let entity = test.world.spawn(Health(1.0)).id();
    instance(&mut test, entity);
    test.exclusive("assert(self.Health and world.contains(e))").expect("it runs");
    test.world.despawn(entity);
    let message = test.exclusive("return self.Health").expect_err("gone");
    assert_eq!(
        message,
        format!(
            "test:1: entity {entity} does not exist (any more): ask world.contains(entity) before using one that was kept"
        )
    );
    assert!(test.exclusive("world.get(e, 'Health')").expect_err("gone").contains("does not exist"));
    test.exclusive("assert(not world.contains(e))").expect("it runs");
}

#[test]
fn a_declared_run_reaches_only_what_it_declared() {
    let mut test = Test::new();
    let entity = test.world.spawn((Health(1.0), Transform::default())).id();
    instance(&mut test, entity);
    let other = test.world.spawn((Health(2.0), Frozen)).id();
    super::entities::set_global(&mut test, "other", other);
    test.system(
        r#"return { query = { optional = { "mut Health", "Transform", "Stunned" }, without = { "Frozen" } }, run = function(q)
             self.Health[0] = self.Health[0] + 1
             assert(self.Stunned == nil)
             local function fails(f, ...)
               local ok, message = pcall(f, ...)
               assert(not ok)
               return message
             end
             a = fails(function() self.Transform.scale = Vec3() end)
             b = fails(function() return self.Velocity end)
             c = fails(world.get, other, "Health")
             d = fails(world.resource, "Score")
           end }"#,
    );
    test.world.register_component::<Velocity>();
    test.run_ok();
    assert_eq!(test.world.get::<Health>(entity), Some(&Health(2.0)));
    assert!(test.eval("a").contains("declare \"mut Transform\" to write it"), "{}", test.eval("a"));
    assert!(
        test.eval("b").contains("system 'test' did not declare component 'Velocity'"),
        "{}",
        test.eval("b")
    );
    let (c, d) = (test.eval("c"), test.eval("d"));
    assert!(
        c.ends_with(" does not match the declaration of system 'test': its query reaches only entities it matches; widen it, or say exclusive = true"),
        "{c}"
    );
    assert!(
        d.ends_with("system 'test' has declared access: add \"Score\" or \"mut Score\" to its resources"),
        "{d}"
    );
}
