//! A laboratory for the collector: workloads like those of games, and what each takes of a frame under budgets and policies of your choice.
//!
//! ```sh
//! cargo run --example gc_lab
//! cargo run --example gc_lab -- --headless --frames 2000 --workload bullets --budget-us 300 --policy strict
//! ```
//!
//! In the window: 1 to 6 or left and right choose the workload, up and down the budget, P the policy, M the soft cap, F whether what is left of the frame may
//! be used, + and - the load, and C has a script collect everything at once. Without a window a histogram of the slices is printed at the end.

mod options;
mod report;
mod window;

use std::time::Duration;

use bevy::prelude::*;
use bevy_perilune::{LuaAppExt, LuaPlugins, LuaScriptPlugin};

use options::Options;

/// A workload: `assets/scripts/gc_lab/NAME.lua`.
struct Workload {
    name: &'static str,
    what: &'static str,
}

macro_rules! workloads {
    ($($name:literal $what:literal,)+) => {
        const WORKLOADS: &[Workload] = &[$(Workload { name: $name, what: $what },)+];
    };
}

workloads! {
    "bullets" "a bullet hell: a table and two vectors for each bullet, gone after a second",
    "pathfinding" "A* over a grid for several units a frame: a table for each node looked at",
    "ai_coroutines" "a thousand characters, each a coroutine; some die and are born in every frame",
    "ui_text" "labels, a chat log and tooltips put together from strings",
    "streaming" "chunks of a large world loaded and dropped as the player walks: a heap of hundreds of thousands of tables",
    "events" "an event bus: closures as listeners, a table for each event",
}

/// What runs. Read by the scripts.
#[derive(Resource, Reflect, Clone, Debug)]
#[reflect(Resource)]
struct Lab {
    /// The name of the workload.
    workload: String,
    /// How much of it, as a multiple.
    load: f64,
    /// Grows when a script is to collect everything at once.
    full_collections: u32,
}

fn main() -> AppExit {
    let options = match Options::parse() {
        Ok(options) => options,
        Err(error) => {
            eprintln!("gc_lab: {error}\n{}", options::usage());
            return AppExit::error();
        }
    };
    let headless = options.headless || !perilune_examples::has_display();
    let mut app =
        if headless { perilune_examples::headless() } else { perilune_examples::windowed("gc_lab") };
    app.add_plugins(LuaPlugins.set(LuaScriptPlugin::with_settings(options.settings.clone())))
        .register_type::<Lab>()
        .insert_resource(Lab {
            workload: WORKLOADS[options.workload].name.to_owned(),
            load: options.load,
            full_collections: 0,
        });
    for workload in WORKLOADS {
        app.add_lua_script(format!("scripts/gc_lab/{}.lua", workload.name));
    }
    app.add_lua_script("scripts/gc_lab/full_collection.lua");
    if headless {
        app.add_plugins(report::plugin(options.frames.unwrap_or(600)));
    } else {
        app.add_plugins(window::plugin(options.screenshot));
        if let Some(frames) = options.frames {
            perilune_examples::stop_after(&mut app, frames);
        }
    }
    app.run()
}

/// Where a window keeps its frames, if what is left of them is to be used.
const FRAME_TIME: Duration = Duration::from_millis(12);
