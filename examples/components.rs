//! Components, queries, messages, events and observers from Lua: everything that lives here is declared in
//! `assets/scripts/components.lua`. The game's own part is a camera, strikes written as messages, and a line of text.
//!
//! ```sh
//! cargo run --example components
//! cargo run --example components -- --screenshot FILE
//! ```
//!
//! Click to strike. Edit the script while it runs: a component may even get other fields.

use std::path::PathBuf;

use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, save_to_disk};
use bevy::window::PrimaryWindow;
use bevy_perilune::{LuaAppExt, LuaPlugins};

/// Something comes down on the creatures.
#[derive(Message, Reflect, Clone)]
#[reflect(Message)]
struct Strike {
    at: Vec2,
    force: f32,
}

/// The player clicked, as the script tells.
#[derive(Message, Reflect, Clone)]
#[reflect(Message)]
struct Click {
    force: f32,
}

/// A strike is to be seen.
#[derive(Event, Reflect, Clone)]
#[reflect(Event)]
struct Flash {
    at: Vec2,
    radius: f32,
}

/// What the script reports.
#[derive(Resource, Reflect, Default)]
#[reflect(Resource, Default)]
struct Report {
    alive: u32,
    deaths: u32,
}

/// A ring that fades.
#[derive(Component)]
struct Ring {
    age: f32,
    radius: f32,
}

#[derive(Component)]
struct ReportText;

/// The file a screenshot goes to.
#[derive(Resource)]
struct ScreenshotFile(PathBuf);

fn main() -> AppExit {
    let mut app = perilune_examples::app("components", 200);
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some("--screenshot") {
        app.insert_resource(ScreenshotFile(
            args.next().map_or_else(|| "components.png".into(), PathBuf::from),
        ));
    }
    app.add_plugins(LuaPlugins)
        .register_type::<Sprite>()
        .register_type::<Report>()
        .register_type::<Flash>()
        .add_message::<Click>()
        .register_type::<Click>()
        .expose_message::<Strike>()
        .init_resource::<Report>()
        .add_lua_script("scripts/components.lua")
        .add_observer(show_flash)
        .add_systems(Startup, set_up)
        .add_systems(Update, (strike, click, report));
    if perilune_examples::has_display() {
        app.add_systems(Update, (draw_rings, take_screenshot));
    }
    app.run()
}

fn set_up(mut commands: Commands) {
    commands.spawn(Camera2d);
    commands.spawn((Text::new(""), Node { left: Val::Px(12.0), top: Val::Px(8.0), ..default() }, ReportText));
}

/// A strike every half second, walking around a spiral.
fn strike(time: Res<Time>, mut next: Local<f32>, mut number: Local<f32>, mut strikes: MessageWriter<Strike>) {
    if time.elapsed_secs() < *next {
        return;
    }
    *next = time.elapsed_secs() + 0.5;
    *number += 1.0;
    let (angle, distance) = (*number * 2.4, 60.0 + (*number * 37.0) % 240.0);
    strikes.write(Strike { at: Vec2::from_angle(angle) * distance, force: 60.0 });
}

/// A strike where the player points.
fn click(
    mut clicks: MessageReader<Click>,
    mut strikes: MessageWriter<Strike>,
    windows: Query<&Window, With<PrimaryWindow>>,
    cameras: Query<(&Camera, &GlobalTransform)>,
) {
    for click in clicks.read() {
        let cursor = windows.single().ok().and_then(Window::cursor_position);
        let Ok((camera, transform)) = cameras.single() else { continue };
        if let Some(at) = cursor.and_then(|at| camera.viewport_to_world_2d(transform, at).ok()) {
            strikes.write(Strike { at, force: click.force });
        }
    }
}

fn show_flash(flash: On<Flash>, mut commands: Commands) {
    commands
        .spawn((Ring { age: 0.0, radius: flash.radius }, Transform::from_translation(flash.at.extend(0.0))));
}

fn draw_rings(
    mut gizmos: Gizmos,
    time: Res<Time>,
    mut commands: Commands,
    mut rings: Query<(Entity, &mut Ring, &Transform)>,
) {
    for (entity, mut ring, transform) in &mut rings {
        ring.age += time.delta_secs();
        let grown = (ring.age / 0.4).min(1.0);
        gizmos.circle_2d(
            transform.translation.truncate(),
            ring.radius * grown,
            Color::srgba(1.0, 0.9, 0.5, 1.0 - grown),
        );
        if ring.age > 0.4 {
            commands.entity(entity).despawn();
        }
    }
}

fn report(report: Res<Report>, mut texts: Query<&mut Text, With<ReportText>>) {
    if report.is_changed() {
        for mut text in &mut texts {
            text.0 = format!("{} creatures, {} deaths", report.alive, report.deaths);
        }
    }
}

fn take_screenshot(
    file: Option<Res<ScreenshotFile>>,
    time: Res<Time>,
    mut taken: Local<bool>,
    mut commands: Commands,
    mut exit: MessageWriter<AppExit>,
) {
    let Some(file) = file else { return };
    if time.elapsed_secs() > 16.0 && !*taken {
        *taken = true;
        commands.spawn(Screenshot::primary_window()).observe(save_to_disk(file.0.clone()));
    }
    if time.elapsed_secs() > 19.0 {
        exit.write(AppExit::Success);
    }
}
