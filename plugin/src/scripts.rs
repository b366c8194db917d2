//! Scripts on their way from asset to library: loading, the scripts without an entity, reloads.

use std::sync::Arc;
use std::time::Instant;

use bevy_asset::{AssetEvent, AssetLoadError, AssetServer, Assets, Handle, LoadState};
use bevy_ecs::change_detection::Mut;
use bevy_ecs::message::{MessageCursor, Messages};
use bevy_ecs::resource::Resource;
use bevy_ecs::world::World;
use bevy_platform::collections::HashMap;
use perilune::ErrorKind;

use crate::asset::{Compiled, LuaSource};
use crate::behaviour::Behaviours;
use crate::error::{LuaError, report};
use crate::observe::ScriptObservers;
use crate::system::{self, ScriptSystems};
use crate::vm::LuaVm;
use crate::watch::ScriptWatcher;
use crate::world::driver;

/// Scripts without an entity, from [`LuaAppExt::add_lua_script`](crate::LuaAppExt::add_lua_script).
#[derive(Resource, Default)]
pub(crate) struct GlobalScripts {
    scripts: Vec<GlobalScript>,
    cursor: MessageCursor<AssetEvent<LuaSource>>,
}

struct GlobalScript {
    path: String,
    source: Handle<LuaSource>,
    state: ScriptState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ScriptState {
    Waiting,
    Running,
    /// Reported; tried again when it changes.
    Failed,
}

/// How often scripts were reloaded, and how that went.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LuaReloads {
    /// Reloads that took effect.
    pub applied: u64,
    /// Saves that did not compile, or whose new version failed: the old one runs on.
    pub failed: u64,
    /// Saves that changed nothing.
    pub unchanged: u64,
    /// From noticing the last save to its taking effect, in microseconds.
    pub last_latency_us: u64,
}

/// Adds a script without an entity.
pub(crate) fn add(world: &mut World, path: String) {
    let source = world.resource::<AssetServer>().load(path.clone());
    world.resource_mut::<GlobalScripts>().scripts.push(GlobalScript {
        path,
        source,
        state: ScriptState::Waiting,
    });
}

/// Whether a script can run.
pub(crate) enum Readiness {
    /// It and all it requires are in the library.
    Ready,
    /// Something is still loading.
    Loading,
    /// It, or something it requires, could not be loaded.
    Failed(Arc<AssetLoadError>),
}

/// Puts a script and what it requires into the library, once all of it has loaded. Looked up script by script: Bevy's state of
/// all dependencies stays "failed" when a missing one appears later.
pub(crate) fn make_known(world: &mut World, vm: &mut LuaVm, source: &Handle<LuaSource>) -> Readiness {
    let server = world.resource::<AssetServer>();
    let sources = world.resource::<Assets<LuaSource>>();
    let mut found: Vec<&LuaSource> = Vec::new();
    let mut queue = vec![source];
    while let Some(handle) = queue.pop() {
        let Some(script) = sources.get(handle) else {
            return match server.load_state(handle) {
                LoadState::Failed(problem) => Readiness::Failed(problem),
                LoadState::NotLoaded | LoadState::Loading | LoadState::Loaded => Readiness::Loading,
            };
        };
        if !found.iter().any(|known| known.path == script.path) {
            queue.extend(&script.requires);
            found.push(script);
        }
    }
    for script in found {
        vm.library.add(&script.path, Compiled { draft: script.draft.clone(), hash: script.hash });
    }
    Readiness::Ready
}

/// Load failures that have been reported, by script: each is reported once, until the script has loaded.
#[derive(Resource, Default)]
pub(crate) struct ReportedFailures(HashMap<String, String>);

/// Reports that a script could not be loaded, unless that is known.
pub(crate) fn report_load_failure(world: &mut World, path: &str, why: &str, problem: &AssetLoadError) {
    let error = load_error(path, why, problem);
    let mut reported = world.resource_mut::<ReportedFailures>();
    if reported.0.insert(path.to_owned(), error.message.clone()).as_ref() != Some(&error.message) {
        report(world, error);
    }
}

/// The error for a script, or one it requires, that could not be loaded.
pub(crate) fn load_error(path: &str, why: &str, problem: &AssetLoadError) -> LuaError {
    // The compiler's own error, without what Bevy wraps around it.
    if let AssetLoadError::AssetLoaderError(error) = problem
        && let Some(error) = error.error().downcast_ref::<perilune::Error>()
    {
        return LuaError::new(path, format!("loading ({why})"), error);
    }
    LuaError::text(path, format!("loading ({why})"), ErrorKind::Runtime, problem.to_string())
}

/// Runs scripts that have loaded since the last frame.
pub(crate) fn run_loaded(world: &mut World) {
    world.resource_scope(|world, mut global: Mut<GlobalScripts>| {
        for script in global.scripts.iter_mut().filter(|script| script.state == ScriptState::Waiting) {
            world.resource_scope(|world, mut vm: Mut<LuaVm>| {
                script.state = match make_known(world, &mut vm, &script.source) {
                    Readiness::Ready => {
                        let library = vm.library.clone();
                        match system::load(world, vm.lua(), &library, &script.path) {
                            Ok(_) => ScriptState::Running,
                            Err(error) => {
                                report(world, LuaError::new(&script.path, "loading", &error));
                                ScriptState::Failed
                            }
                        }
                    }
                    Readiness::Failed(problem) => {
                        report_load_failure(world, &script.path, "added to the app", &problem);
                        ScriptState::Failed
                    }
                    Readiness::Loading => ScriptState::Waiting,
                };
            });
        }
    });
}

/// Applies what was saved since the last frame.
pub(crate) fn apply_saved(world: &mut World) {
    let mut saved = Vec::new();
    if let Some(watcher) = world.get_resource::<ScriptWatcher>() {
        saved.extend(watcher.saved.try_iter().map(|saved| (saved.path, saved.result, saved.noticed)));
    }
    // Bevy's own watcher, where the app has it on, brings the same news later: the hash tells.
    world.resource_scope(|world, mut global: Mut<GlobalScripts>| {
        let events = world.resource::<Messages<AssetEvent<LuaSource>>>();
        let changed: Vec<_> = global
            .cursor
            .read(events)
            .filter_map(|event| match event {
                AssetEvent::Modified { id } => Some(*id),
                AssetEvent::Added { .. }
                | AssetEvent::Removed { .. }
                | AssetEvent::Unused { .. }
                | AssetEvent::LoadedWithDependencies { .. } => None,
            })
            .collect();
        let sources = world.resource::<Assets<LuaSource>>();
        for id in changed {
            if let Some(script) = sources.get(id) {
                let compiled = Compiled { draft: script.draft.clone(), hash: script.hash };
                saved.push((script.path.clone(), Ok(compiled), Instant::now()));
            }
        }
    });
    for (path, result, noticed) in saved {
        apply(world, &path, result, noticed);
    }
}

fn apply(world: &mut World, path: &str, result: Result<Compiled, perilune::Error>, noticed: Instant) {
    let known = world.resource::<LuaVm>().library.hash(path);
    if known.is_none() {
        // A script nobody has loaded; or one whose first version could not be, which the asset server tries again.
        retry_loading(world, path);
        return;
    }
    let compiled = match result {
        Ok(compiled) if known == Some(compiled.hash) => {
            world.resource_mut::<LuaReloads>().unchanged += 1;
            return;
        }
        Ok(compiled) => compiled,
        Err(error) => {
            world.resource_mut::<LuaReloads>().failed += 1;
            report(world, LuaError::new(path, "reloading", &error));
            return;
        }
    };
    let outcome = world.resource_scope(|world, mut vm: Mut<LuaVm>| {
        let library = vm.library.clone();
        let lua = vm.lua();
        let borrower = format!("script '{path}'").into();
        let outcome = driver::run_exclusive(world, lua, borrower, |cx| library.reload(cx, path, compiled));
        system::take_in(world, lua);
        if outcome.is_ok() {
            let revived =
                world.resource_scope(|_, mut behaviours: Mut<Behaviours>| behaviours.revive(lua, path));
            if let Err(error) = revived {
                report(world, LuaError::new(path, "reloading", &error));
            }
        }
        outcome
    });
    let mut reloads = world.resource_mut::<LuaReloads>();
    match outcome {
        Ok(()) => {
            reloads.applied += 1;
            reloads.last_latency_us = u64::try_from(noticed.elapsed().as_micros()).unwrap_or(u64::MAX);
            tracing::info!(target: "perilune", "reloaded {path}");
            unload_unused(world);
            retry_failed(world);
        }
        Err(error) => {
            reloads.failed += 1;
            report(world, LuaError::new(path, "reloading", &error));
        }
    }
}

/// Scripts that nobody requires any more go, with the systems and observers they declared.
fn unload_unused(world: &mut World) {
    let mut roots = world.resource::<Behaviours>().paths();
    roots.extend(world.resource::<GlobalScripts>().scripts.iter().map(|script| script.path.clone()));
    world.resource_scope(|world, mut vm: Mut<LuaVm>| {
        let library = vm.library.clone();
        match library.unload_unused(vm.lua(), &roots) {
            Ok(unloaded) => {
                for path in unloaded {
                    world.resource_mut::<ScriptSystems>().declare(&path, Vec::new());
                    world.resource_mut::<ScriptObservers>().declare(&path, Vec::new());
                    tracing::info!(target: "perilune", "unloaded {path}: nothing requires it");
                }
            }
            Err(error) => report(world, LuaError::new("", "unloading", &error)),
        }
    });
}

/// Something changed: whatever could not be loaded may work now.
fn retry_failed(world: &mut World) {
    world.resource_mut::<Behaviours>().retry_failed();
    for script in &mut world.resource_mut::<GlobalScripts>().scripts {
        if script.state == ScriptState::Failed {
            script.state = ScriptState::Waiting;
        }
    }
}

/// A file changed that is not in the library: what could not be loaded because of it is tried again.
fn retry_loading(world: &mut World, path: &str) {
    let server = world.resource::<AssetServer>();
    // Asking for a path that failed before loads it anew; the handle of whoever waits for it is the same.
    if server.get_path_id(path.to_owned()).is_some() {
        let handle: Handle<LuaSource> = server.load(path.to_owned());
        world.resource_mut::<RetriedSources>().0.push(handle);
        retry_failed(world);
    }
}

/// Sources that are loaded again: kept, since nobody else may hold a handle to a missing module's.
#[derive(Resource, Default)]
pub(crate) struct RetriedSources(Vec<Handle<LuaSource>>);
