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
//! Scripts declare components of their own, exchange messages and events with the game, and observe what happens to entities:
//!
//! ```lua
//! component("Health", "struct { float current, max; }")
//!
//! system {
//!   name = "hurt",
//!   query = { "mut Health", without = { "Shielded" } },
//!   run = function(q)
//!     for _, strike in ipairs(messages.read("Strike")) do          -- app.expose_message::<Strike>()
//!       local health = q:get(strike.target)
//!       if health then health.current = health.current - strike.force end
//!     end
//!   end,
//! }
//!
//! observe { add = "Health", run = function(entity) print(entity, "lives") end }
//! observe { event = "Explosion", run = function(explosion) messages.write("Noise", { at = explosion.at }) end }
//! ```
//!
//! | in a script | what it does |
//! |---|---|
//! | `q:iter()`, `q:columns()`, `q:get(entity)`, `q:single()`, `q:count()` | the rows of a system's query |
//! | `commands.spawn`, `insert`, `remove`, `despawn`, `set_parent`, `remove_parent`, `trigger` | changes of structure, at the next sync point |
//! | `world.get`, `resource`, `contains`, `parent`, `children` | by entity, inside what was declared |
//! | `messages.read`, `messages.write`, `observe { ... }` | messages, events, components that come and go |
//! | `input.pressed("KeyA")`, `just_pressed`, `just_released`, `axis`, `cursor`, `mouse_motion`, `scroll` | devices |
//! | `Vec2` to `Vec4`, `Quat`, `IVec2` to `UVec4`, `Mat3`, `Mat4`, `Rect`, `Color` | values with operators and methods |
//! | `self.props.speed` | what Rust or a scene says in [`LuaProps`] |
//!
//! A handle of an asset is its path in Lua: `sprite.image = asset("ship.png")`. A list in a component is used in place: `#list`, `list[1]`,
//! `list:push(value)`, `list:remove(1)`, `for i, value in list:iter() do`. An enum without data equals its name
//! (`visibility == "Hidden"`), and `.value` assigns it. The schedule `LuaUpdate` beside Bevy's own runs systems one after
//! another in `Update`, where adding one costs no rebuild.
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
    GC_ASSIST, GC_BUDGET, GC_BUDGET_IN_FORCE, GC_CYCLE_FRAMES, GC_DEBT, GC_EMERGENCIES, GC_FINALIZERS,
    GC_FULL_COLLECTIONS, GC_OVERRUNS, GC_PHASE, GC_RAISES, GC_SLACK, GC_SLICE, GC_SLICE_CPU, GC_SLICE_MAX,
    GC_STALL, GC_STALL_MAX, HEAP_ALLOCATED, HEAP_LIVE, HEAP_SIZE, JIT_ABORTS, JIT_CODE, JIT_REGIONS,
    JIT_SHARE, JIT_TIME, LuaCollectPlugin, LuaCollector, SCRIPT_UPDATE, gc_stall_max,
};
pub use error::LuaError;
pub use perilune;
pub use plugin::{LuaAppExt, LuaFrameStart, LuaPlugins, LuaReloadPlugin, LuaScriptPlugin};
pub use props::{LuaProp, LuaProps};
pub use scripts::LuaReloads;
pub use sets::LuaSystems;
pub use settings::{GcPolicy, LuaSettings};
pub use vm::LuaVm;
pub use world::component::{LuaComponent, LuaComponents, LuaField};
