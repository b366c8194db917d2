//! Lua scripting for Bevy games: entity behaviours and systems in Lua, ECS components as native values, hot reload, and a
//! garbage collector that keeps its place in the frame.
//!
//! Add [`LuaPlugins`] to an app, then either attach scripts to entities with [`LuaScript`] or load scripts that declare systems
//! of their own with [`LuaAppExt::add_lua_script`]. Components are seen by every reflected (`#[derive(Reflect)]`,
//! registered) type's fields; there is nothing to bind.
//!
//! ```lua
//! system {
//!   name = "move",
//!   query = { "mut Transform", "Velocity" },
//!   run = function(q, dt)
//!     for entity, transform, velocity in q:iter() do
//!       transform.translation.x = transform.translation.x + velocity.x * dt
//!     end
//!   end,
//! }
//! ```
//!
//! What goes wrong in a script is logged once, sent as a [`LuaError`] message, and pauses what failed until the script is saved again;
//! nothing else stops.

mod asset;
mod behaviour;
mod collect;
mod error;
mod hooks;
mod input;
mod library;
mod messages;
mod observe;
mod output;
mod plugin;
mod props;
mod scripts;
mod sets;
mod settings;
mod system;
mod timing;
mod vm;
mod watch;
mod world;

pub use asset::LuaSource;
pub use behaviour::LuaScript;
pub use collect::{
    GC_ASSIST, GC_BUDGET, GC_CYCLE_FRAMES, GC_DEBT, GC_FINALIZERS, GC_OVERRUNS, GC_PHASE, GC_SLICE,
    GC_SLICE_CPU, GC_STALL_MAX, HEAP_ALLOCATED, HEAP_LIVE, HEAP_SIZE, LuaCollectPlugin, LuaCollector,
    SCRIPT_UPDATE,
};
pub use error::LuaError;
pub use perilune;
pub use plugin::{LuaAppExt, LuaFrameStart, LuaPlugins, LuaReloadPlugin, LuaScriptPlugin};
pub use props::{LuaProp, LuaProps};
pub use scripts::LuaReloads;
pub use sets::LuaSystems;
pub use settings::LuaSettings;
pub use vm::LuaVm;
pub use world::component::{LuaComponent, LuaComponents, LuaField};
