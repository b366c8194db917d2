//! The plugin in headless apps: each file a behaviour. One program, since linking Bevy takes longer than all of the tests.

mod common;

mod assets;
mod bad_input;
mod behaviours;
mod changed_rows;
mod collector;
mod compiled_behaviours;
mod compiled_rows;
mod component_fields;
mod expired_views;
mod ffi;
mod full_collections;
mod gc_settings;
mod input;
mod isolation;
mod lua_components;
mod messages;
mod mistakes;
mod mistakes_in_use;
mod observers;
mod parallel;
mod props;
mod queries;
mod refused_writes;
mod reload;
mod resources_and_commands;
mod schedules;
mod slice_overlap;
mod systems;
