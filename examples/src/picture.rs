//! A screenshot for the documentation.

use std::path::PathBuf;

use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, save_to_disk};

/// Saves a picture of the window in one of its frames.
pub fn save_picture(app: &mut App, file: PathBuf, frame: u32) {
    app.add_systems(Update, move |mut commands: Commands, mut count: Local<u32>| {
        *count += 1;
        if *count == frame {
            commands.spawn(Screenshot::primary_window()).observe(save_to_disk(file.clone()));
        }
    });
}
