//! Ten thousand ships in a hundred flocks: a Lua behaviour leads each flock, a Lua system steers every ship.
//!
//! ```sh
//! cargo run --example swarm
//! cargo run --example swarm -- --headless --frames 2000 --count 10000
//! ```
//!
//! In the window: up and down change the collector's budget, right and left the number of ships. Edit
//! `assets/scripts/swarm_ships.lua` while it runs.

mod overlay;
mod report;

use std::path::PathBuf;
use std::time::Duration;

use bevy::prelude::*;
use bevy_perilune::{LuaAppExt, LuaPlugins, LuaScript, LuaScriptPlugin, LuaSettings};
use lexopt::prelude::*;

/// Ships per flock.
const FLOCK: usize = 100;

/// A ship, moved by `swarm_ships.lua`.
#[derive(Component, Reflect, Default)]
#[reflect(Component, Default)]
struct Ship {
    /// Its flock.
    flock: u32,
    /// How far out it circles.
    spread: f32,
    vx: f32,
    vy: f32,
}

/// The leader of a flock, moved by `swarm_leader.lua`.
#[derive(Component, Reflect, Default)]
#[reflect(Component, Default)]
struct Leader {
    /// Its flock.
    flock: u32,
}

/// How many ships there should be.
#[derive(Resource)]
struct Count(usize);

/// The command line.
struct Options {
    headless: bool,
    frames: Option<u32>,
    count: usize,
    budget: Duration,
    jit: bool,
    screenshot: Option<PathBuf>,
}

fn main() -> AppExit {
    let options = match parse() {
        Ok(options) => options,
        Err(error) => {
            eprintln!(
                "swarm: {error}\nusage: swarm [--headless] [--frames N] [--count N] [--budget US] [--interpreted] [--screenshot FILE]"
            );
            return AppExit::error();
        }
    };
    let headless = options.headless || !perilune_examples::has_display();
    let mut app = if headless { perilune_examples::headless() } else { perilune_examples::windowed("swarm") };
    let settings = LuaSettings { gc_budget: options.budget, ..default() };
    app.add_plugins(LuaPlugins.build().set(LuaScriptPlugin { settings, jit: options.jit, ..default() }))
        .register_type::<Ship>()
        .register_type::<Leader>()
        .insert_resource(Count(options.count))
        .add_lua_script("scripts/swarm_ships.lua")
        .add_systems(First, spawn_ships);
    if headless {
        app.add_plugins(report::plugin);
        perilune_examples::stop_after(&mut app, options.frames.unwrap_or(600));
    } else {
        app.add_plugins(overlay::plugin(options.screenshot));
        if let Some(frames) = options.frames {
            perilune_examples::stop_after(&mut app, frames);
        }
    }
    app.run()
}

fn parse() -> Result<Options, lexopt::Error> {
    let mut options = Options {
        headless: false,
        frames: None,
        count: 10_000,
        budget: Duration::from_micros(500),
        jit: true,
        screenshot: None,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("headless") => options.headless = true,
            Long("frames") => options.frames = Some(parser.value()?.parse()?),
            Long("count") => options.count = parser.value()?.parse()?,
            Long("budget") => options.budget = Duration::from_micros(parser.value()?.parse()?),
            Long("interpreted") => options.jit = false,
            Long("screenshot") => options.screenshot = Some(parser.value()?.into()),
            other => return Err(other.unexpected()),
        }
    }
    Ok(options)
}

/// Keeps the number of ships and leaders as wanted.
fn spawn_ships(
    mut commands: Commands,
    assets: Res<AssetServer>,
    count: Res<Count>,
    ships: Query<Entity, With<Ship>>,
    leaders: Query<(Entity, &Leader)>,
) {
    if !count.is_changed() {
        return;
    }
    let existing = ships.iter().len();
    for ship in ships.iter().skip(count.0) {
        commands.entity(ship).despawn();
    }
    for number in existing..count.0 {
        let flock = number / FLOCK;
        // A golden-angle spiral: spread out, and the same in every run.
        let (angle, distance) = (number as f32 * 2.399_963, 20.0 + (number as f32).sqrt() * 3.2);
        commands.spawn((
            Ship { flock: flock as u32, spread: 0.2 + (number % 17) as f32 / 16.0, vx: 0.0, vy: 0.0 },
            Transform::from_xyz(angle.cos() * distance, angle.sin() * distance, 0.0),
            Sprite::from_color(Color::hsl((flock * 47 % 360) as f32, 0.8, 0.65), Vec2::splat(2.5)),
        ));
    }
    let flocks = count.0.div_ceil(FLOCK);
    for (leader, _) in leaders.iter().filter(|(_, leader)| leader.flock as usize >= flocks) {
        commands.entity(leader).despawn();
    }
    let script = assets.load("scripts/swarm_leader.lua");
    for flock in leaders.iter().len()..flocks {
        commands.spawn((
            Leader { flock: flock as u32 },
            Transform::from_xyz((flock % 10) as f32 * 100.0 - 450.0, (flock / 10) as f32 * 60.0 - 270.0, 1.0),
            Sprite::from_color(Color::WHITE, Vec2::splat(5.0)),
            LuaScript::new(script.clone()),
        ));
    }
}
