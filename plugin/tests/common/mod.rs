//! A headless app with a temporary asset folder, for the tests of the plugin.

pub(crate) mod log;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bevy_app::{App, Last, PluginGroup as _, TaskPoolOptions, TaskPoolPlugin};
use bevy_asset::{AssetPlugin, AssetServer};
use bevy_diagnostic::{DiagnosticsPlugin, FrameCountPlugin};
use bevy_ecs::prelude::*;
use bevy_perilune::{LuaAppExt, LuaError, LuaPlugins, LuaScript, LuaScriptPlugin, LuaSettings, LuaVm};
use bevy_reflect::Reflect;
use bevy_reflect::std_traits::ReflectDefault;
use bevy_time::{TimePlugin, TimeUpdateStrategy};
use bevy_transform::TransformPlugin;
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

/// A component for scripts to count in.
#[derive(Component, Reflect, Clone, Debug, Default, PartialEq)]
#[reflect(Component, Default)]
pub(crate) struct Counter {
    pub(crate) value: f64,
    pub(crate) other: f64,
}

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

/// One step of `FixedUpdate`, so that every frame but the first has exactly one.
const FRAME: Duration = Duration::from_micros(15_625);

/// The longest a test waits for something to happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where programs are slow, as under a sanitizer: by `PERILUNE_PATIENCE` tests wait so many times as long, and scripts may run so many times as long.
fn patience() -> u32 {
    std::env::var("PERILUNE_PATIENCE")
        .map_or(1, |times| times.parse().expect("PERILUNE_PATIENCE is a number"))
}

/// Whether every loop is compiled as soon as it goes round: with `PERILUNE_COMPILED` the same tests are run once more in that way.
fn is_compiled() -> bool {
    std::env::var_os("PERILUNE_COMPILED").is_some()
}

/// An app with the plugin, no window and an asset folder of its own.
pub(crate) fn test_app() -> TestApp {
    TestApp::new::<&str>(&[])
}

impl TestApp {
    /// An app with these files, by asset path, none of them loaded yet.
    pub(crate) fn new<B: AsRef<[u8]>>(files: &[(&str, B)]) -> TestApp {
        TestApp::interpreted_or_compiled(files, is_compiled())
    }

    /// The same, and whether every loop is compiled as soon as it goes round.
    pub(crate) fn interpreted_or_compiled<B: AsRef<[u8]>>(files: &[(&str, B)], jit: bool) -> TestApp {
        let plugins = LuaPlugins.set(LuaScriptPlugin { jit, ..LuaScriptPlugin::default() });
        let mut test = TestApp::with_plugins(files, plugins);
        if jit {
            let mut vm = test.app.world_mut().resource_mut::<LuaVm>();
            vm.lua().load("jit.opt.start('hotloop=1', 'hotexit=1')").exec(vm.lua()).expect("flags");
        }
        test
    }

    /// The same with the plugins set up in another way.
    pub(crate) fn with_plugins<B: AsRef<[u8]>, M>(
        files: &[(&str, B)],
        plugins: impl bevy_app::Plugins<M>,
    ) -> TestApp {
        let folder = TempDir::new().expect("a temporary folder");
        let mut app = App::new();
        let file_path = folder.path().to_str().expect("a path of UTF-8").to_owned();
        app.add_plugins((
            TaskPoolPlugin { task_pool_options: TaskPoolOptions::with_num_threads(4) },
            FrameCountPlugin,
            TimePlugin,
            TransformPlugin,
            DiagnosticsPlugin,
            AssetPlugin { file_path, ..AssetPlugin::default() },
        ));
        app.insert_resource(TimeUpdateStrategy::ManualDuration(FRAME));
        let test = TestApp { app, folder };
        // Before the plugin watches the folder.
        std::fs::create_dir_all(test.path("scripts/lib")).expect("the folder is ours");
        for (path, text) in files {
            test.write(path, text);
        }
        let mut test = test;
        test.app.add_plugins(plugins);
        test.app
            .register_type::<Velocity>()
            .register_type::<Health>()
            .register_type::<Frozen>()
            .register_type::<Counter>()
            .register_type::<Score>();
        let limit = &mut test.settings().time_limit;
        *limit = limit.map(|limit| limit * patience());
        test.app.init_resource::<Errors>().init_resource::<Score>().add_systems(Last, collect_errors);
        test
    }

    /// An app with one script that belongs to no entity.
    pub(crate) fn with_script(text: &str) -> TestApp {
        let mut test = TestApp::new(&[("scripts/main.lua", text)]);
        test.app.add_lua_script("scripts/main.lua");
        test
    }

    /// An app with one behaviour, and an entity that has it and a counter.
    pub(crate) fn with_behaviour(text: &str) -> (TestApp, Entity) {
        let mut test = TestApp::new(&[("scripts/main.lua", text)]);
        let entity = test.spawn("scripts/main.lua");
        (test, entity)
    }

    /// An entity with a counter and a behaviour.
    pub(crate) fn spawn(&mut self, script: &str) -> Entity {
        let script = self.behaviour(script);
        self.app.world_mut().spawn((Counter::default(), script)).id()
    }

    /// The plugin's settings.
    pub(crate) fn settings(&mut self) -> Mut<'_, LuaSettings> {
        self.app.world_mut().resource_mut()
    }

    /// Runs frames until a script error that contains this text, which must be the first; takes it.
    #[track_caller]
    pub(crate) fn error(&mut self, part: &str) -> LuaError {
        self.until(&format!("an error '{part}'"), |test| !test.errors().is_empty());
        let error = self.app.world_mut().resource_mut::<Errors>().0.remove(0);
        assert!(error.to_string().contains(part), "expected '{part}' in: {error}");
        error
    }

    /// Nothing has gone wrong that was not taken.
    #[track_caller]
    pub(crate) fn no_errors(&self) {
        assert!(self.errors().is_empty(), "{:#?}", self.errors());
    }

    /// The value of an entity's counter.
    pub(crate) fn value(&self, entity: Entity) -> f64 {
        self.counter(entity).value
    }

    /// An entity's counter.
    pub(crate) fn counter(&self, entity: Entity) -> &Counter {
        self.app.world().get(entity).expect("the entity has a counter")
    }

    /// Runs frames until a counter has this value.
    #[track_caller]
    pub(crate) fn until_value(&mut self, entity: Entity, value: f64) {
        self.until(&format!("counter = {value}"), |test| test.value(entity) == value);
    }

    /// One frame.
    pub(crate) fn frame(&mut self) {
        self.app.update();
    }

    /// The place of an asset on disk.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a script without loading it.
    pub(crate) fn write(&self, path: &str, source: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder is ours");
        std::fs::write(path, source).expect("the folder is writable");
    }

    /// Writes a script and adds it to the app.
    pub(crate) fn script(&mut self, path: &str, source: impl AsRef<[u8]>) {
        self.write(path, source);
        self.app.add_lua_script(path);
    }

    /// The component that attaches a script.
    pub(crate) fn behaviour(&self, path: &str) -> LuaScript {
        LuaScript::new(self.app.world().resource::<AssetServer>().load(path.to_owned()))
    }

    /// Runs frames.
    pub(crate) fn frames(&mut self, frames: usize) {
        for _ in 0..frames {
            self.app.update();
        }
    }

    /// Runs frames, a millisecond apart, until something holds.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, mut holds: impl FnMut(&mut TestApp) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            let errors: Vec<String> = self.errors().iter().map(ToString::to_string).collect();
            assert!(start.elapsed() < PATIENCE * patience(), "waiting until {what}; errors: {errors:#?}");
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
