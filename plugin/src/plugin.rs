//! The plugins and what they add to an app.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bevy_app::{
    App, FixedUpdate, MainScheduleOrder, Plugin, PluginGroup, PluginGroupBuilder, PreUpdate, Update,
};
use bevy_asset::io::file::FileAssetReader;
use bevy_asset::{AssetApp, AssetPath, AssetPlugin, AssetServer};
use bevy_ecs::change_detection::Mut;
use bevy_ecs::hierarchy::{ChildOf, Children};
use bevy_ecs::message::Message;
use bevy_ecs::name::Name;
use bevy_ecs::reflect::AppTypeRegistry;
use bevy_ecs::schedule::{IntoScheduleConfigs, Schedule, ScheduleLabel};
use bevy_ecs::world::World;
use bevy_input::InputSystems;
use bevy_reflect::{GetTypeRegistration, Reflect, TypePath};
use bevy_time::{Fixed, Real, Time};
use bevy_transform::components::{GlobalTransform, Transform};
use perilune::{FromLuaMulti, IntoLuaMulti, LuaOptions};

use crate::asset::{LuaLoader, LuaSource};
use crate::behaviour::{self, Behaviours, RemovedScripts};
use crate::collect::{self, FrameStart, LuaCollectPlugin};
use crate::error::LuaError;
use crate::hooks::Hook;
use crate::input::{self, ScriptInput};
use crate::library::Library;
use crate::messages::{self, ExposedMessages};
use crate::observe::{self, PendingEvents, ScriptObservers};
use crate::props::{self, LuaProp, LuaProps};
use crate::scripts::{self, GlobalScripts, LuaReloads, ReportedFailures, RetriedSources};
use crate::sets::LuaSystems;
use crate::settings::LuaSettings;
use crate::system::body::{ErrorQueue, flush_errors};
use crate::system::light::{self, LightSchedule};
use crate::system::{self, ScriptSystems};
use crate::timing::ScriptTimes;
use crate::vm::LuaVm;
use crate::watch::ScriptWatcher;
use crate::world::component::LuaComponents;
use crate::world::driver;

/// Everything scripts need. Add it after Bevy's own plugins:
///
/// ```no_run
/// use bevy_app::prelude::*;
/// use bevy_perilune::{LuaAppExt, LuaPlugins};
///
/// App::new()
///     // .add_plugins(DefaultPlugins)
///     .add_plugins(LuaPlugins)
///     .add_lua_script("scripts/rules.lua")
///     .run();
/// ```
pub struct LuaPlugins;

impl PluginGroup for LuaPlugins {
    fn build(self) -> PluginGroupBuilder {
        PluginGroupBuilder::start::<Self>()
            .add(LuaScriptPlugin::default())
            .add(LuaCollectPlugin)
            .add(LuaReloadPlugin)
    }
}

/// The VM, assets, behaviours and systems.
pub struct LuaScriptPlugin {
    /// Budgets and limits to begin with.
    pub settings: LuaSettings,
    /// The folder under the asset folder in which `require` looks.
    pub folder: String,
    /// Whether scripts get the capability `UnsafeFfi`: `ffi.cast` to any pointer, and, with this crate's feature `c-calls`, `ffi.C`, `ffi.load`
    /// and callbacks. Off by default. Without it `require "ffi"` has C types and values, every access checked, and no script can touch memory
    /// it was not lent. With it a script can do whatever the process can, crash it included: give it to no script that players or mods can
    /// change.
    ///
    /// ```no_run
    /// # use bevy_app::prelude::*;
    /// # use bevy_perilune::{LuaPlugins, LuaScriptPlugin};
    /// App::new().add_plugins(LuaPlugins.set(LuaScriptPlugin { unsafe_ffi: true, ..Default::default() }));
    /// ```
    pub unsafe_ffi: bool,
    /// Whether hot loops of scripts are compiled to machine code, with the crate's feature `jit`. On by default.
    /// Code is made on a thread of its own; recording what is to be compiled takes time of the frames in which loops become hot, within a bound.
    pub jit: bool,
}

impl LuaScriptPlugin {
    /// The plugin with settings to begin with: `LuaPlugins.set(LuaScriptPlugin::with_settings(settings))`.
    pub fn with_settings(settings: LuaSettings) -> LuaScriptPlugin {
        LuaScriptPlugin { settings, ..LuaScriptPlugin::default() }
    }
}

impl Default for LuaScriptPlugin {
    fn default() -> LuaScriptPlugin {
        LuaScriptPlugin {
            settings: LuaSettings::default(),
            folder: "scripts".to_owned(),
            unsafe_ffi: false,
            jit: true,
        }
    }
}

/// The schedule in which scripts are loaded and reloaded: before `First`, when no system runs.
#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
pub struct LuaFrameStart;

/// How often it is looked whether scripts run compiled, for the diagnostic of their share.
const SHARE_INTERVAL: Duration = Duration::from_millis(4);

impl Plugin for LuaScriptPlugin {
    fn build(&self, app: &mut App) {
        let root = asset_root(app).map_or_else(|| "assets".to_owned(), |(name, _)| name);
        let options = LuaOptions { unsafe_ffi: self.unsafe_ffi, jit: self.jit, ..LuaOptions::default() };
        let mut vm = LuaVm::new(Library::new(&self.folder, &root), options)
            .expect("a new VM has room for its libraries");
        if self.jit {
            vm.lua().set_sampling(Some(SHARE_INTERVAL));
        }
        let modules = vm.modules().expect("a new VM has the table 'package'");
        let registry = app.world_mut().get_resource_or_init::<AppTypeRegistry>().clone();
        let components = LuaComponents::default();
        driver::install(vm.lua(), registry, components.clone())
            .expect("a new VM has room for the plugin's types");
        app.insert_resource(components);
        let input = ScriptInput::default();
        input::install(vm.lua(), &input).expect("a new VM has room for the plugin's functions");
        app.insert_resource(input);
        let asset = vm.lua().create_function("asset", |_, path: String| match AssetPath::try_parse(&path) {
            Ok(_) => Ok(path),
            Err(error) => Err(perilune::Error::runtime(format!("asset: '{path}' is no path: {error}"))),
        });
        asset
            .and_then(|asset| vm.lua().globals().set(vm.lua(), "asset", &asset))
            .expect("a new VM has room for the plugin's functions");
        if let Some(assets) = app.world().get_resource::<AssetServer>() {
            driver::set_asset_server(vm.lua(), assets.clone());
        }
        // Systems of one VM run one after another, in whichever order: that is no ambiguity.
        app.allow_ambiguous_resource::<LuaVm>();
        // Bevy's plugins register types only with a feature of Bevy's; these every script needs.
        app.register_type::<Transform>().register_type::<GlobalTransform>().register_type::<Name>();
        app.register_type::<ChildOf>().register_type::<Children>();
        app.register_type::<LuaProps>().register_type::<LuaProp>();
        app.register_type::<Time>().register_type::<Time<Real>>().register_type::<Time<Fixed>>();
        app.insert_resource(vm)
            .insert_resource(self.settings.clone())
            .init_resource::<Behaviours>()
            .init_resource::<RemovedScripts>()
            .init_resource::<GlobalScripts>()
            .init_resource::<ScriptSystems>()
            .init_resource::<LightSchedule>()
            .init_resource::<ScriptObservers>()
            .init_resource::<PendingEvents>()
            .init_resource::<ExposedMessages>()
            .init_resource::<ScriptTimes>()
            .init_resource::<FrameStart>()
            .init_resource::<ErrorQueue>()
            .init_resource::<LuaReloads>()
            .init_resource::<ReportedFailures>()
            .init_resource::<RetriedSources>()
            .init_resource::<PendingFunctions>()
            .add_message::<LuaError>()
            .init_asset::<LuaSource>()
            .register_asset_loader(LuaLoader { folder: self.folder.clone(), modules });
        let mut start = Schedule::new(LuaFrameStart);
        start.add_systems(
            (
                collect::frame_starts,
                apply_settings,
                scripts::apply_saved,
                scripts::run_loaded,
                system::sync,
                observe::sync,
                messages::collect,
                behaviour::update_instances,
                props::update,
                observe::run_pending,
                flush_errors,
            )
                .chain(),
        );
        app.add_schedule(start);
        app.world_mut().resource_mut::<MainScheduleOrder>().insert_before(bevy_app::First, LuaFrameStart);
        app.add_systems(Update, run_update.in_set(LuaSystems::Behaviours));
        app.add_systems(PreUpdate, input::note.after(InputSystems));
        app.add_systems(Update, light::run.in_set(LuaSystems::Systems));
        app.add_systems(FixedUpdate, run_fixed_update.in_set(LuaSystems::Behaviours));
    }

    fn finish(&self, app: &mut App) {
        apply_settings(app.world_mut());
    }
}

/// Reloads scripts that are saved while the game runs. A folder that cannot be watched (there is none, or the platform has no
/// watching) is a warning, and scripts are then not reloaded.
#[derive(Default)]
pub struct LuaReloadPlugin;

impl Plugin for LuaReloadPlugin {
    fn build(&self, app: &mut App) {
        let Some((name, root)) = asset_root(app) else { return };
        match ScriptWatcher::new(root) {
            Ok(watcher) => {
                app.insert_resource(watcher);
            }
            Err(error) => {
                tracing::warn!(
                    target: "perilune",
                    "scripts in '{name}' are not reloaded when they are saved: {error}; make sure that the folder is there, or leave `LuaReloadPlugin` out"
                );
            }
        }
    }
}

/// The asset folder's name and place.
fn asset_root(app: &App) -> Option<(String, std::path::PathBuf)> {
    let plugin = app.get_added_plugins::<AssetPlugin>().first()?.file_path.clone();
    let root = FileAssetReader::new(&plugin).root_path().clone();
    Some((plugin, root))
}

type Installer = Box<dyn FnOnce(&mut perilune::Lua) -> Result<(), perilune::Error> + Send>;

/// Functions added before the plugin.
#[derive(bevy_ecs::resource::Resource, Default)]
struct PendingFunctions(Arc<Mutex<Vec<Installer>>>);

fn apply_settings(world: &mut World) {
    let pending = std::mem::take(
        &mut *world.resource::<PendingFunctions>().0.lock().unwrap_or_else(PoisonError::into_inner),
    );
    let settings = world.resource::<LuaSettings>().clone();
    world.resource_scope(|_, mut vm: Mut<LuaVm>| {
        let last = vm.applied.take();
        let lua = vm.lua();
        settings.apply(last.as_ref(), lua);
        for install in pending {
            install(lua).expect("a new VM has room for the app's functions");
        }
        vm.applied = Some(settings);
    });
}

fn run_update(world: &mut World) {
    let dt = f64::from(world.resource::<Time>().delta_secs());
    behaviour::run_exclusive_classes(world, Hook::Update, dt);
}

fn run_fixed_update(world: &mut World) {
    let dt = f64::from(world.resource::<Time<Fixed>>().delta_secs());
    behaviour::run_exclusive_classes(world, Hook::FixedUpdate, dt);
}

/// What scripts add to an [`App`].
pub trait LuaAppExt {
    /// Lets scripts read messages of a type: with `messages.read("Damage")` in systems and the hook `on_message(name, message)` in
    /// behaviours, from the frame after they were written on. Writing needs no more than the type's registration.
    ///
    /// ```no_run
    /// # use bevy_app::prelude::*;
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_perilune::{LuaAppExt, LuaPlugins};
    /// # use bevy_reflect::Reflect;
    /// #[derive(Message, Reflect)]
    /// #[reflect(Message)]
    /// struct Damage { target: Entity, amount: f32 }
    ///
    /// App::new().add_plugins(LuaPlugins).expose_message::<Damage>();
    /// ```
    fn expose_message<M: Message + Reflect + TypePath + GetTypeRegistration>(&mut self) -> &mut Self;

    /// Runs a script that belongs to no entity, once it has loaded: rules, systems, set-up.
    ///
    /// # Panics
    /// Before `LuaPlugins` or `AssetPlugin` is added.
    fn add_lua_script(&mut self, path: impl Into<String>) -> &mut Self;

    /// Gives scripts a Rust function as a global.
    ///
    /// ```no_run
    /// # use bevy_app::prelude::*;
    /// # use bevy_perilune::{LuaAppExt, LuaPlugins};
    /// App::new()
    ///     .add_plugins(LuaPlugins)
    ///     .add_lua_function("damage", |_, (armour, force): (f64, f64)| Ok((force - armour).max(0.0)));
    /// ```
    fn add_lua_function<F, A, R>(&mut self, name: &'static str, function: F) -> &mut Self
    where
        F: Fn(&mut perilune::Context, A) -> Result<R, perilune::Error> + Send + 'static,
        A: FromLuaMulti + 'static,
        R: IntoLuaMulti + 'static;
}

impl LuaAppExt for App {
    fn expose_message<M: Message + Reflect + TypePath + GetTypeRegistration>(&mut self) -> &mut App {
        self.add_message::<M>().register_type::<M>();
        self.world_mut().get_resource_or_init::<ExposedMessages>().expose::<M>();
        self
    }

    fn add_lua_script(&mut self, path: impl Into<String>) -> &mut App {
        scripts::add(self.world_mut(), path.into());
        self
    }

    fn add_lua_function<F, A, R>(&mut self, name: &'static str, function: F) -> &mut App
    where
        F: Fn(&mut perilune::Context, A) -> Result<R, perilune::Error> + Send + 'static,
        A: FromLuaMulti + 'static,
        R: IntoLuaMulti + 'static,
    {
        let pending = self.world_mut().get_resource_or_init::<PendingFunctions>();
        pending.0.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(move |lua| {
            let function = lua.create_function(name, function)?;
            lua.globals().set(lua, name, &function)
        }));
        self
    }
}
