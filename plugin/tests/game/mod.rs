//! A game without a window: an app on a folder of scripts that the test writes.

#![allow(dead_code, unreachable_pub, reason = "each test file is a crate of its own and uses a part of this")]

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use bevy_app::{App, TaskPoolOptions, TaskPoolPlugin};
use bevy_asset::{AssetPlugin, AssetServer};
use bevy_diagnostic::{DiagnosticsPlugin, FrameCountPlugin};
use bevy_ecs::message::{MessageCursor, Messages};
use bevy_ecs::prelude::*;
use bevy_perilune::{LuaAppExt, LuaError, LuaPlugins, LuaScript, LuaSettings};
use bevy_reflect::Reflect;
use bevy_reflect::std_traits::ReflectDefault;
use bevy_time::{TimePlugin, TimeUpdateStrategy};
use bevy_transform::TransformPlugin;
use tempfile::TempDir;

/// A component for scripts to write.
#[derive(Component, Reflect, Clone, Debug, Default, PartialEq)]
#[reflect(Component, Default)]
pub struct Counter {
    pub value: f64,
    pub other: f64,
}

/// Marks entities for filters.
#[derive(Component, Reflect, Clone, Debug, Default, PartialEq)]
#[reflect(Component, Default)]
pub struct Frozen;

/// One step of `FixedUpdate`, so that every frame but the first has exactly one.
pub const FRAME: Duration = Duration::from_micros(15_625);

/// The longest a test waits for something to happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// The app, its folder, and the errors its scripts have had.
pub struct Game {
    pub app: App,
    folder: TempDir,
    cursor: MessageCursor<LuaError>,
    errors: Vec<LuaError>,
}

impl Game {
    /// An app with these files, by asset path, none of them loaded yet.
    pub fn new<B: AsRef<[u8]>>(files: &[(&str, B)]) -> Game {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let mut app = App::new();
        app.add_plugins((
            TaskPoolPlugin { task_pool_options: TaskPoolOptions::with_num_threads(4) },
            FrameCountPlugin,
            TimePlugin,
            TransformPlugin,
            DiagnosticsPlugin,
            AssetPlugin { file_path: folder.path().display().to_string(), ..AssetPlugin::default() },
        ));
        app.insert_resource(TimeUpdateStrategy::ManualDuration(FRAME));
        let mut game = Game { app, folder, cursor: MessageCursor::default(), errors: Vec::new() };
        for (path, text) in files {
            game.write(path, text);
        }
        game.app.add_plugins(LuaPlugins).register_type::<Counter>().register_type::<Frozen>();
        game
    }

    /// An app with one script that belongs to no entity.
    pub fn with_script(text: &str) -> Game {
        let mut game = Game::new(&[("scripts/main.lua", text)]);
        game.app.add_lua_script("scripts/main.lua");
        game
    }

    /// An app with one behaviour, and an entity that has it and a counter.
    pub fn with_behaviour(text: &str) -> (Game, Entity) {
        let mut game = Game::new(&[("scripts/main.lua", text)]);
        let entity = game.spawn("scripts/main.lua");
        (game, entity)
    }

    /// An entity with a counter and a behaviour.
    pub fn spawn(&mut self, script: &str) -> Entity {
        let script = self.script(script);
        self.app.world_mut().spawn((Counter::default(), script)).id()
    }

    pub fn script(&self, path: &str) -> LuaScript {
        LuaScript::new(self.app.world().resource::<AssetServer>().load(path.to_owned()))
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Saves a file. It is closed when this returns.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder is ours");
        fs::write(path, text).expect("the folder is ours");
    }

    pub fn settings(&mut self) -> Mut<'_, LuaSettings> {
        self.app.world_mut().resource_mut()
    }

    /// One frame.
    pub fn frame(&mut self) {
        self.app.update();
        let messages = self.app.world().resource::<Messages<LuaError>>();
        self.errors.extend(self.cursor.read(messages).cloned());
    }

    pub fn frames(&mut self, count: usize) {
        for _ in 0..count {
            self.frame();
        }
    }

    /// Runs frames, a millisecond apart, until something is so.
    #[track_caller]
    pub fn until(&mut self, what: &str, mut happened: impl FnMut(&mut Game) -> bool) {
        let start = Instant::now();
        while !happened(self) {
            assert!(start.elapsed() < PATIENCE, "{what} never happened; errors: {:#?}", self.errors);
            self.frame();
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Runs frames until a script error that contains this text, which must be the first; takes it.
    #[track_caller]
    pub fn error(&mut self, part: &str) -> LuaError {
        self.until(&format!("an error '{part}'"), |game| !game.errors.is_empty());
        let error = self.errors.remove(0);
        assert!(error.to_string().contains(part), "expected '{part}' in: {error}");
        error
    }

    /// Nothing has gone wrong that was not taken.
    #[track_caller]
    pub fn no_errors(&self) {
        assert!(self.errors.is_empty(), "{:#?}", self.errors);
    }

    pub fn counter(&self, entity: Entity) -> &Counter {
        self.app.world().get(entity).expect("the entity has a counter")
    }

    pub fn value(&self, entity: Entity) -> f64 {
        self.counter(entity).value
    }

    /// Runs frames until a counter has this value.
    #[track_caller]
    pub fn until_value(&mut self, entity: Entity, value: f64) {
        self.until(&format!("counter = {value}"), |game| game.value(entity) == value);
    }
}
