//! Scripts attached to entities.

use crate::common::{Counter, Frozen, TestApp, Velocity};
use bevy_perilune::LuaScript;

#[test]
fn hooks_run_in_order_and_know_their_entity() {
    let (mut test, entity) = TestApp::with_behaviour(
        "local Class = {}
         function Class:start() self.count = 10; self.fixed = 0; started = tostring(self.entity) end
         function Class:update(dt) assert(dt > 0); self.count = self.count + 1; self.Counter.value = self.count end
         function Class:fixed_update(dt) self.fixed = self.fixed + 1; self.Counter.other = self.fixed * dt end
         function Class:stop() stopped = self.count end
         return Class",
    );
    test.until("it starts", |test| test.value(entity) > 0.0);
    let before = test.counter(entity).clone();
    test.frames(64);
    let after = test.counter(entity).clone();
    assert_eq!(after.value - before.value, 64.0);
    assert!((after.other - before.other - 1.0).abs() < 1e-9, "64 steps are a second: {before:?} {after:?}");
    assert_eq!(global(&mut test, "started"), entity.to_string());
    test.app.world_mut().entity_mut(entity).remove::<LuaScript>();
    test.frames(2);
    assert_eq!(global(&mut test, "stopped"), format!("{}", after.value));
    assert_eq!(test.value(entity), after.value);
    test.no_errors();
}

/// A global of the scripts, as text.
fn global(test: &mut TestApp, name: &str) -> String {
    let mut vm = test.app.world_mut().resource_mut::<bevy_perilune::LuaVm>();
    let lua = vm.lua();
    lua.load(format!("return tostring({name})")).eval(lua).expect("it is an expression")
}

#[test]
fn an_error_pauses_only_its_instance() {
    let (mut test, first) = TestApp::with_behaviour(
        "local Class = {}
         function Class:update()
           if self.Counter.other == 1 then error('out of order') end
           self.Counter.value = self.Counter.value + 1
         end
         return Class",
    );
    let failing = test.spawn("scripts/main.lua");
    let last = test.spawn("scripts/main.lua");
    test.until("all run", |test| test.value(last) > 0.0);
    test.app.world_mut().get_mut::<Counter>(failing).expect("it is there").other = 1.0;
    let (before, stuck) = (test.value(first), test.value(failing));
    let error = test.error("scripts/main.lua:3: out of order");
    assert_eq!(error.entity, Some(failing));
    assert!(error.traceback.is_some_and(|traceback| traceback.contains("scripts/main.lua:3")));
    test.frames(10);
    assert_eq!(test.value(failing), stuck);
    assert!(test.value(first) >= before + 10.0);
    assert_eq!(test.value(first), test.value(last));
    test.no_errors();
}

#[test]
fn declared_access_is_enforced() {
    let (mut test, entity) = TestApp::with_behaviour(
        "local Class = { access = { 'mut Counter' } }
         function Class:update()
           self.Counter.value = self.Counter.value + 1
           if self.Counter.value == 5 then return self.Transform end
         end
         return Class",
    );
    test.until_value(entity, 4.0);
    test.no_errors();
    test.error("did not declare component 'Transform'");
    test.frames(3);
    assert_eq!(test.value(entity), 5.0);
}

#[test]
fn read_only_access_refuses_a_write() {
    let (mut test, entity) = TestApp::with_behaviour(
        "local Class = { access = { 'Counter' } }
         function Class:update() self.Counter.value = 7 end
         return Class",
    );
    let error = test.error("declare \"mut Counter\" to write it");
    assert!(error.message.contains("behaviour 'scripts/main.lua'"), "{error}");
    assert_eq!(test.value(entity), 0.0);
}

#[test]
fn a_despawned_entity_is_an_error_never_stale_data() {
    let (mut test, entity) = TestApp::with_behaviour(
        "local Class = {}
         function Class:start() target = target or self.entity end
         function Class:update()
           if self.entity ~= target then
             self.Counter.other = world.contains(target) and 1 or 2
             self.Counter.value = world.get(target, 'Counter').value + 1
           end
         end
         return Class",
    );
    test.until("the target starts", |test| global(test, "target") == entity.to_string());
    let other = test.spawn("scripts/main.lua");
    test.until_value(other, 1.0);
    test.no_errors();
    test.app.world_mut().despawn(entity);
    // Its place in memory is taken by another.
    test.app.world_mut().spawn(Counter { value: 41.0, other: 0.0 });
    let error = test.error(&format!("entity {entity} does not exist"));
    assert_eq!(error.entity, Some(other));
    assert_eq!((test.value(other), test.counter(other).other), (1.0, 2.0));
}

#[test]
fn a_view_kept_over_frames_is_expired() {
    let (mut test, entity) = TestApp::with_behaviour(
        "local Class = {}
         function Class:update()
           if self.kept then self.kept.value = 99 end
           self.kept = self.Counter
           self.Counter.value = 1
         end
         return Class",
    );
    let error = test.error("expired view of Counter");
    assert!(error.message.starts_with("scripts/main.lua:3:"), "{error}");
    assert_eq!(test.value(entity), 1.0);
}

#[test]
fn structural_changes_go_through_commands() {
    let (mut test, entity) = TestApp::with_behaviour(
        "local Class = {}
         function Class:start()
           self.child = commands.spawn { Counter = { value = 5 } }
           self.frame = 0
         end
         function Class:update()
           self.frame = self.frame + 1
           if self.frame == 1 then commands.insert(self.child, { 'Frozen' }) end
           if self.frame == 3 then commands.remove(self.child, 'Frozen') end
           if self.frame == 5 then commands.despawn(self.child) end
           self.Counter.value = self.frame
         end
         return Class",
    );
    let counts = |test: &mut TestApp| {
        let world = test.app.world_mut();
        let spawned = world.query::<&Counter>().iter(world).filter(|counter| counter.value == 5.0).count();
        (spawned, world.query::<&Frozen>().iter(world).count())
    };
    for (frame, expected) in [(1.0, (1, 1)), (2.0, (1, 1)), (3.0, (1, 0)), (4.0, (1, 0))] {
        test.until_value(entity, frame);
        assert_eq!(counts(&mut test), expected, "after frame {frame}");
    }
    test.until_value(entity, 6.0);
    assert_eq!(counts(&mut test), (0, 0));
    test.no_errors();
}

#[test]
fn a_behaviour_may_despawn_its_own_entity() {
    let (mut test, entity) = TestApp::with_behaviour(
        "local Class = {}
         function Class:update() commands.despawn(self.entity) end
         function Class:stop() stopped = true end
         return Class",
    );
    let other = test.spawn("scripts/main.lua");
    test.until("both are gone", |test| {
        let world = test.app.world();
        world.get_entity(entity).is_err() && world.get_entity(other).is_err()
    });
    test.frames(2);
    assert_eq!(global(&mut test, "stopped"), "true");
    test.no_errors();
}

/// Where a component of one instance was found says where those of the next are, as long as nothing is different about them.
#[test]
fn components_of_instances_that_differ() {
    let (mut test, first) = TestApp::with_behaviour(
        "local Class = {}
         function Class:update()
           self.Counter.value = self.Counter.value + 1
           self.Counter.other = self.Velocity and self.Velocity.x or -1
         end
         return Class",
    );
    let script = test.behaviour("scripts/main.lua");
    let world = test.app.world_mut();
    let velocity = |x| Velocity { x, y: 0.0 };
    let mut others = Vec::new();
    for n in 0..30 {
        // Three tables, in turns.
        let mut entity = world.spawn((Counter::default(), script.clone()));
        match n % 3 {
            0 => drop(entity.insert(velocity(n as f32))),
            1 => drop(entity.insert((velocity(n as f32), Frozen))),
            _ => {}
        }
        others.push(entity.id());
    }
    test.until("all run", |test| others.iter().chain([&first]).all(|entity| test.value(*entity) > 0.0));
    for (n, &entity) in others.iter().enumerate() {
        let expected = if n % 3 == 2 { -1.0 } else { n as f64 };
        assert_eq!(test.counter(entity).other, expected, "of number {n}");
    }
    // One that goes leaves its row to another.
    let counts: Vec<f64> = others.iter().map(|entity| test.value(*entity)).collect();
    test.app.world_mut().despawn(others[0]);
    test.app.world_mut().entity_mut(others[1]).remove::<Velocity>();
    test.frames(10);
    assert_eq!(test.counter(others[1]).other, -1.0);
    for (n, &entity) in others.iter().enumerate().skip(2) {
        assert_eq!(test.value(entity), counts[n] + 10.0, "of number {n}");
        assert_eq!(test.counter(entity).other, if n % 3 == 2 { -1.0 } else { n as f64 });
    }
    test.no_errors();
}

/// The class comes before components, also when it gets the name, or a parent that has it, while its instances run.
#[test]
fn a_class_that_gets_what_a_component_was() {
    let (mut test, first) = TestApp::with_behaviour(
        "local Class = {}
         local plain = {}
         function Class:update()
           seen[#seen + 1] = type(self.Counter) == 'table' and 'plain' or 'component'
           if #seen == 3 then Class.Counter = plain end
           if #seen == 6 then Class.Counter = nil end
           if #seen == 9 then setmetatable(Class, { __index = { Counter = plain } }) end
           if #seen == 12 then setmetatable(Class, nil) end
           if #seen == 15 then self.Counter.value = 1 end
           if #seen == 16 then self.entity = nil; none = self.Counter == nil end
         end
         return Class",
    );
    test.eval::<()>("seen = {}");
    for _ in 0..15 {
        test.spawn("scripts/main.lua");
    }
    test.until("all have run", |test| test.eval::<f64>("return #seen") >= 16.0);
    let seen: String = test.eval("return table.concat(seen, ' ', 1, 16)");
    let (component, plain) = ("component ".repeat(3), "plain ".repeat(3));
    assert_eq!(seen, format!("{component}{plain}{component}{plain}{component}component"));
    assert!(test.eval::<bool>("return none"));
    assert!(test.value(first) <= 1.0);
    test.no_errors();
}
