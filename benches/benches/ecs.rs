//! `position += velocity * dt` over a Bevy world: a Lua system through `iter()`, behaviours, and the same system in Rust.
//!
//! `cargo bench -p perilune-benches --bench ecs`. One world for all; medians of the time per entity over many frames.

use std::time::{Duration, Instant};

use bevy_app::{App, TaskPoolPlugin};
use bevy_asset::AssetPlugin;
use bevy_ecs::component::Component;
use bevy_ecs::reflect::ReflectComponent;
use bevy_ecs::system::Query;
use bevy_perilune::{LuaAppExt, LuaCollector, LuaPlugins};
use bevy_reflect::Reflect;
use bevy_reflect::std_traits::ReflectDefault;
use bevy_time::TimePlugin;
use perilune_benches::timing::median;

const SCRIPT: &str = r#"
system {
  name = "move",
  query = { "mut Position", "Velocity" },
  run = function(q, dt)
    for _, p, v in q:iter() do
      p.x = p.x + v.x * dt
      p.y = p.y + v.y * dt
      p.z = p.z + v.z * dt
    end
  end,
}
"#;

const FRAMES: usize = 60;

#[derive(Component, Reflect, Default)]
#[reflect(Component, Default)]
struct Position {
    x: f32,
    y: f32,
    z: f32,
}

#[derive(Component, Reflect, Default)]
#[reflect(Component, Default)]
struct Velocity {
    x: f32,
    y: f32,
    z: f32,
}

fn main() {
    let folder = std::env::temp_dir().join(format!("perilune-ecs-bench-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("scripts")).expect("a temporary folder");
    std::fs::write(folder.join("scripts/move.lua"), SCRIPT).expect("a temporary file");
    println!("{:>10}{:>16}{:>16}{:>10}", "entities", "Lua ns/entity", "Rust ns/entity", "x Rust");
    for count in [1_000, 10_000, 100_000, 1_000_000] {
        let (lua, rust) = compare(&folder, count);
        println!("{count:>10}{lua:>16.1}{rust:>16.2}{:>10.1}", lua / rust);
    }
    std::fs::remove_dir_all(&folder).expect("the folder made above");
}

/// Nanoseconds per entity: Lua, Rust.
fn compare(folder: &std::path::Path, count: usize) -> (f64, f64) {
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), TimePlugin));
    app.add_plugins(AssetPlugin {
        file_path: folder.to_string_lossy().into_owned(),
        ..AssetPlugin::default()
    });
    app.add_plugins((bevy_diagnostic::DiagnosticsPlugin, LuaPlugins));
    app.register_type::<Position>().register_type::<Velocity>();
    app.world_mut()
        .spawn_batch((0..count).map(|i| (Position::default(), Velocity { x: 1.0, y: i as f32, z: 0.5 })));
    app.add_lua_script("scripts/move.lua");
    app.finish();
    app.cleanup();
    wait_for_script(&mut app);
    let mut lua = Vec::with_capacity(FRAMES);
    let mut rust = Vec::with_capacity(FRAMES);
    for _ in 0..FRAMES {
        app.update();
        lua.push(nanoseconds(app.world().resource::<LuaCollector>().script_time));
        let start = Instant::now();
        app.world_mut().run_system_cached(move_in_rust).expect("the system runs");
        rust.push(nanoseconds(start.elapsed()));
    }
    (median(&lua) / count as f64, median(&rust) / count as f64)
}

fn wait_for_script(app: &mut App) {
    let start = Instant::now();
    loop {
        app.update();
        if !app.world().resource::<LuaCollector>().script_time.is_zero() {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "the script has not begun to run");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn move_in_rust(mut query: Query<'_, '_, (&mut Position, &Velocity)>) {
    let dt = 1.0 / 60.0;
    for (mut position, velocity) in &mut query {
        position.x += velocity.x * dt;
        position.y += velocity.y * dt;
        position.z += velocity.z * dt;
    }
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}
