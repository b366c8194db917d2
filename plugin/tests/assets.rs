//! Handles: fields that scripts assign by the path of an asset, and read as one.

use bevy_asset::Handle;
use bevy_ecs::prelude::*;
use bevy_perilune::LuaSource;
use bevy_reflect::Reflect;
use bevy_reflect::std_traits::ReflectDefault;

use crate::common::{Frozen, test_app};

#[derive(Component, Reflect, Clone, Debug, Default)]
#[reflect(Component, Default)]
struct Sign {
    text: Handle<LuaSource>,
    other: Option<Handle<LuaSource>>,
    all: Vec<Handle<LuaSource>>,
}

fn path(handle: &Handle<LuaSource>) -> String {
    handle.path().expect("it was loaded by path").to_string()
}

#[test]
fn handles_are_assigned_by_path() {
    let mut test = test_app();
    test.app.register_type::<Sign>().register_type::<Vec<Handle<LuaSource>>>();
    test.app.register_type::<Option<Handle<LuaSource>>>();
    for name in ["one", "two", "three", "four"] {
        test.write(&format!("signs/{name}.lua"), "return 1");
    }
    let entity = test.app.world_mut().spawn(Sign::default()).id();
    test.script(
        "scripts/main.lua",
        r#"
        system { name = "sign", query = { "mut Sign", without = "Frozen" }, run = function(q)
          local _, sign = q:single()
          before = before or tostring(sign.text) .. " " .. tostring(sign.other) .. " " .. #sign.all
          sign.text = asset("signs/one.lua")
          sign.other = asset("signs/two.lua")
          if #sign.all == 0 then sign.all:push(asset("signs/three.lua")) end
          after = table.concat({ sign.text, sign.other, sign.all[1] }, " ")
        end }
        commands.spawn { "Frozen", Sign = { text = asset("signs/four.lua"), all = { asset("signs/one.lua") } } }"#,
    );
    test.until_global("after ~= nil");
    test.no_errors();
    assert_eq!(test.eval::<String>("return before"), "nil nil 0");
    assert_eq!(test.eval::<String>("return after"), "signs/one.lua signs/two.lua signs/three.lua");
    let sign: Sign = test.get(entity);
    assert_eq!(path(&sign.text), "signs/one.lua");
    assert_eq!(sign.other.as_ref().map(path).as_deref(), Some("signs/two.lua"));
    assert_eq!(sign.all.iter().map(path).collect::<Vec<_>>(), ["signs/three.lua"]);
    let world = test.app.world_mut();
    let spawned =
        world.query_filtered::<&Sign, With<Frozen>>().single(world).expect("one was spawned").clone();
    assert_eq!(
        (path(&spawned.text), path(&spawned.all[0])),
        ("signs/four.lua".into(), "signs/one.lua".into())
    );
    // They load like any asset.
    test.until("the asset is there", |test| {
        test.app.world().resource::<bevy_asset::Assets<LuaSource>>().get(&sign.text).is_some()
    });
}
