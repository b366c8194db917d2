//! The smallest complete app: a sprite that a Lua behaviour moves around a circle.
//!
//! ```sh
//! cargo run --example hello
//! ```
//!
//! Then change `SPEED` in `assets/scripts/hello.lua` and save. Without a display the app runs a hundred frames without a window and ends.

use bevy::prelude::*;
use bevy_perilune::{LuaPlugins, LuaScript};

fn main() -> AppExit {
    perilune_examples::app("hello", 100).add_plugins(LuaPlugins).add_systems(Startup, set_up).run()
}

fn set_up(mut commands: Commands, assets: Res<AssetServer>) {
    commands.spawn(Camera2d);
    commands.spawn((
        Sprite::from_color(Color::srgb(0.9, 0.8, 0.4), Vec2::splat(40.0)),
        Transform::default(),
        LuaScript::new(assets.load("scripts/hello.lua")),
    ));
}
