//! What the examples share: an app with a window where there is a display, and without one where there is none.

pub mod gc_panel;
pub mod graph;
pub mod picture;

use std::path::PathBuf;
use std::time::Duration;

use bevy::app::ScheduleRunnerPlugin;
use bevy::asset::AssetPlugin;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::state::app::StatesPlugin;
use bevy::transform::TransformPlugin;

/// An app with Bevy's plugins and a window; with no display, one that runs `frames` frames without a window and ends.
pub fn app(title: &str, frames: u32) -> App {
    if has_display() {
        windowed(title)
    } else {
        let mut app = headless();
        stop_after(&mut app, frames);
        app
    }
}

/// Whether a window can be opened.
pub fn has_display() -> bool {
    cfg!(not(target_os = "linux"))
        || std::env::var_os("DISPLAY").is_some_and(|name| !name.is_empty())
        || std::env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty())
}

/// An app with a window.
pub fn windowed(title: &str) -> App {
    let mut app = App::new();
    app.add_plugins(
        DefaultPlugins
            .set(WindowPlugin {
                primary_window: Some(Window {
                    title: format!("Perilune: {title}"),
                    resolution: (1280, 720).into(),
                    ..default()
                }),
                ..default()
            })
            .set(asset_plugin()),
    );
    app
}

/// An app that runs as fast as it can without a window.
pub fn headless() -> App {
    let mut app = App::new();
    app.add_plugins((
        MinimalPlugins.set(ScheduleRunnerPlugin::run_loop(Duration::ZERO)),
        LogPlugin::default(),
        asset_plugin(),
        TransformPlugin,
        StatesPlugin,
        bevy::diagnostic::DiagnosticsPlugin,
    ));
    app.init_asset::<Image>();
    app
}

/// Ends an app after some frames.
pub fn stop_after(app: &mut App, frames: u32) {
    app.add_systems(First, move |mut count: Local<u32>, mut exit: MessageWriter<AppExit>| {
        *count += 1;
        if *count > frames {
            exit.write(AppExit::Success);
        }
    });
}

/// The `assets` folder of the repository, wherever the example is run from.
fn asset_plugin() -> AssetPlugin {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../assets");
    // The plugin watches scripts itself, without the 300 ms that the asset server waits.
    let watch_for_changes_override = Some(false);
    AssetPlugin { file_path: root.to_string_lossy().into_owned(), watch_for_changes_override, ..default() }
}
