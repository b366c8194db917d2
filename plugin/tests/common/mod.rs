//! A headless app with a temporary asset folder, for the tests of the plugin.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bevy_app::{App, Last, TaskPoolPlugin};
use bevy_asset::{AssetPlugin, AssetServer};
use bevy_ecs::prelude::*;
use bevy_perilune::{LuaAppExt, LuaError, LuaPlugins, LuaScript, LuaVm};
use bevy_reflect::Reflect;
use bevy_reflect::std_traits::ReflectDefault;
use bevy_time::TimePlugin;
use perilune::FromLuaMulti;
use tempfile::TempDir;

/// A component of the tests' game.
#[derive(Component, Reflect, Clone, Debug, PartialEq, Default)]
#[reflect(Component, Default)]
pub(crate) struct Velocity {
    pub(crate) x: f32,
    pub(crate) y: f32,
}

/// Another.
#[derive(Component, Reflect, Clone, Debug, PartialEq, Default)]
#[reflect(Component, Default)]
pub(crate) struct Health(pub(crate) f32);

/// A marker.
#[derive(Component, Reflect, Clone, Debug, PartialEq, Default)]
#[reflect(Component, Default)]
pub(crate) struct Frozen;

/// A resource of the tests' game.
#[derive(Resource, Reflect, Clone, Debug, PartialEq, Default)]
#[reflect(Resource, Default)]
pub(crate) struct Score {
    pub(crate) points: u32,
}

/// Every script error so far.
#[derive(Resource, Default)]
pub(crate) struct Errors(pub(crate) Vec<LuaError>);

fn collect_errors(mut errors: ResMut<Errors>, mut messages: MessageReader<LuaError>) {
    errors.0.extend(messages.read().cloned());
}

/// A headless app and its asset folder.
pub(crate) struct TestApp {
    pub(crate) app: App,
    folder: TempDir,
}

/// An app with the plugin, no window and an asset folder of its own.
pub(crate) fn test_app() -> TestApp {
    let folder = TempDir::new().expect("a temporary folder");
    std::fs::create_dir_all(folder.path().join("scripts/lib")).expect("a folder in it");
    let mut app = App::new();
    let file_path = folder.path().to_str().expect("a path of UTF-8").to_owned();
    app.add_plugins((
        TaskPoolPlugin::default(),
        TimePlugin,
        AssetPlugin { file_path, ..AssetPlugin::default() },
    ));
    app.add_plugins(LuaPlugins);
    app.register_type::<Velocity>()
        .register_type::<Health>()
        .register_type::<Frozen>()
        .register_type::<Score>();
    app.init_resource::<Errors>().init_resource::<Score>().add_systems(Last, collect_errors);
    TestApp { app, folder }
}

impl TestApp {
    /// The place of an asset on disk.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a script without loading it.
    pub(crate) fn write(&self, path: &str, source: impl AsRef<[u8]>) {
        std::fs::write(self.path(path), source).expect("the folder is writable");
    }

    /// Writes a script and adds it to the app.
    pub(crate) fn script(&mut self, path: &str, source: impl AsRef<[u8]>) {
        self.write(path, source);
        self.app.add_lua_script(path);
    }

    /// The component that attaches a script.
    pub(crate) fn behaviour(&mut self, path: &str) -> LuaScript {
        LuaScript::new(self.app.world().resource::<AssetServer>().load(path.to_owned()))
    }

    /// Runs frames.
    pub(crate) fn frames(&mut self, frames: usize) {
        for _ in 0..frames {
            self.app.update();
        }
    }

    /// Runs frames until something holds; fails after ten seconds.
    pub(crate) fn until(&mut self, what: &str, mut holds: impl FnMut(&mut TestApp) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            let errors: Vec<String> = self.errors().iter().map(ToString::to_string).collect();
            assert!(start.elapsed() < Duration::from_secs(10), "waiting until {what}; errors: {errors:#?}");
            self.app.update();
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Runs frames until a global of the scripts is true.
    pub(crate) fn until_global(&mut self, name: &str) {
        self.until(name, |test| test.eval::<Option<bool>>(&format!("return {name} and true")) == Some(true));
    }

    /// Runs frames until a script error was reported, and returns the first one.
    pub(crate) fn first_error(&mut self) -> LuaError {
        self.until("an error is reported", |test| !test.errors().is_empty());
        self.errors()[0].clone()
    }

    /// The script errors so far.
    pub(crate) fn errors(&self) -> &[LuaError] {
        &self.app.world().resource::<Errors>().0
    }

    /// Runs a chunk in the app's VM, outside any system.
    pub(crate) fn eval<R: FromLuaMulti>(&mut self, source: &str) -> R {
        let mut vm = self.app.world_mut().resource_mut::<LuaVm>();
        let lua = vm.lua();
        lua.load(source).name("=test").eval(lua).expect("the test's own chunk runs")
    }

    /// The component of an entity.
    pub(crate) fn get<C: Component + Clone>(&self, entity: Entity) -> C {
        self.app.world().get::<C>(entity).expect("the entity has it").clone()
    }
}
