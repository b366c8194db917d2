//! Messages between scripts and the game.

use crate::common::{TestApp, test_app};
use bevy_app::Update;
use bevy_ecs::prelude::*;
use bevy_perilune::LuaAppExt;
use bevy_reflect::Reflect;
use bevy_reflect::std_traits::ReflectDefault;

#[derive(Message, Reflect, Clone, Debug, PartialEq)]
#[reflect(Message)]
struct Damage {
    target: Entity,
    amount: f32,
    tags: Vec<String>,
}

#[derive(Message, Reflect, Clone, Debug, PartialEq, Default)]
#[reflect(Message, Default)]
struct Announce {
    text: String,
    loud: bool,
}

#[derive(Resource, Default)]
struct Heard(Vec<Damage>, Vec<Announce>);

fn hear(
    mut heard: ResMut<Heard>,
    mut damage: MessageReader<Damage>,
    mut announcements: MessageReader<Announce>,
) {
    heard.0.extend(damage.read().cloned());
    heard.1.extend(announcements.read().cloned());
}

fn app() -> TestApp {
    let mut test = test_app();
    test.app.expose_message::<Damage>();
    test.app.add_message::<Announce>().register_type::<Announce>();
    test.app.init_resource::<Heard>().add_systems(Update, hear);
    test
}

#[test]
fn a_script_writes_messages_that_rust_reads() {
    let mut test = app();
    let target = test.app.world_mut().spawn_empty().id();
    test.script(
        "scripts/main.lua",
        r#"
        target = commands.spawn()
        messages.write("Damage", { target = target, amount = 3, tags = { "fire", "area" } })
        messages.write("Announce", { text = "boom" })"#,
    );
    test.until("the message is heard", |test| !test.app.world().resource::<Heard>().0.is_empty());
    let Heard(damage, announcements) = test.app.world().resource::<Heard>();
    assert_eq!((damage[0].amount, damage[0].tags.len()), (3.0, 2));
    assert_ne!(damage[0].target, target);
    assert_eq!(announcements, &[Announce { text: "boom".into(), loud: false }]);
    assert!(test.errors().is_empty());
}

#[test]
fn every_system_reads_each_message_once() {
    let mut test = app();
    test.script(
        "scripts/main.lua",
        r#"
        got, again = {}, {}
        for _, name in ipairs { "first", "second" } do
          system { name = name, run = function()
            ready = true
            for _, damage in ipairs(messages.read("Damage")) do
              got[#got + 1] = name .. damage.amount .. damage.tags[1]
            end
            again[#again + 1] = #messages.read("Damage") > 0 or nil
          end }
        end"#,
    );
    test.until_global("ready");
    let target = test.app.world_mut().spawn_empty().id();
    for amount in [1.0, 2.0] {
        let damage = Damage { target, amount, tags: vec!["x".into()] };
        test.app.world_mut().write_message(damage);
        test.frames(3);
    }
    let got: String = test.eval("table.sort(got) return table.concat(got, ' ')");
    assert_eq!(got, "first1x first2x second1x second2x");
    assert_eq!(test.eval::<f64>("return #again"), 0.0);
}

#[test]
fn behaviours_have_a_hook() {
    for access in ["", r#"access = { "mut Velocity" },"#] {
        let mut test = app();
        test.write(
            "scripts/ship.lua",
            format!(
                r#"
                local Ship = {{ {access} }}
                heard = {{}}
                function Ship:update() started = true end
                function Ship:on_message(name, message)
                  heard[#heard + 1] = name .. message.amount
                  if message.target == self.entity then self.Velocity.x = message.amount end
                end
                return Ship"#
            ),
        );
        let ship = test.behaviour("scripts/ship.lua");
        let entity = test.app.world_mut().spawn((ship.clone(), crate::common::Velocity::default())).id();
        let other = test.app.world_mut().spawn((ship, crate::common::Velocity::default())).id();
        test.until_global("started");
        test.app.world_mut().write_message(Damage { target: entity, amount: 7.0, tags: Vec::new() });
        test.frames(4);
        assert!(test.errors().is_empty(), "{:?}", test.errors());
        assert_eq!(test.eval::<String>("return table.concat(heard, ' ')"), "Damage7 Damage7");
        assert_eq!(test.get::<crate::common::Velocity>(entity).x, 7.0);
        assert_eq!(test.get::<crate::common::Velocity>(other).x, 0.0);
    }
}

#[test]
fn mistakes_name_the_fix() {
    for (line, part) in [
        (
            r#"messages.write("Damage", { amount = 1 })"#,
            "message 'Damage' has no default: give all its fields (target, amount, tags)",
        ),
        (
            r#"messages.write("Damage", { amount = "much" })"#,
            "expected number for field 'amount' of Damage, got string",
        ),
        (
            r#"messages.write("Damage", { amout = 1 })"#,
            "Damage has no field 'amout' (did you mean 'amount'?)",
        ),
        (r#"messages.write("Damag", {})"#, "there is no message 'Damag' (did you mean 'Damage'?)"),
        (
            r#"messages.write("Velocity", {})"#,
            "type 'Velocity' is registered, but not as message: add #[reflect(Message)] to it",
        ),
        (
            r#"messages.read("Announce")"#,
            "message 'Announce' cannot be read from Lua: expose it with app.expose_message::<Announce>()",
        ),
        (r#"messages.read("Damge")"#, "there is no message 'Damge' to read (did you mean 'Damage'?)"),
    ] {
        let mut test = app();
        test.script("scripts/main.lua", format!("system {{ name = 's', run = function() {line} end }}"));
        let error = test.first_error().to_string();
        assert!(error.contains(part), "{line}: {error}");
    }
}
