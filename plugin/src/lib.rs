//! The Bevy plugin.

mod world;
