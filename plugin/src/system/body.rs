//! What a system or observer runs: a function that a reload may replace, paused when it fails.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bevy_ecs::change_detection::Tick;
use bevy_ecs::resource::Resource;
use bevy_ecs::world::World;
use crossbeam_channel::{Receiver, Sender, unbounded};
use perilune::{Error, Function};

use crate::error::{LuaError, report};

/// Errors of systems that have no access to the whole world; reported between frames.
#[derive(Resource)]
pub(crate) struct ErrorQueue {
    pub(crate) sender: Sender<LuaError>,
    receiver: Receiver<LuaError>,
}

impl Default for ErrorQueue {
    fn default() -> ErrorQueue {
        let (sender, receiver) = unbounded();
        ErrorQueue { sender, receiver }
    }
}

/// Reports what systems have queued.
pub(crate) fn flush_errors(world: &mut World) {
    let errors: Vec<LuaError> = world.resource::<ErrorQueue>().receiver.try_iter().collect();
    for error in errors {
        report(world, error);
    }
}

/// A function in use.
pub(crate) struct Body {
    run: Mutex<Function>,
    paused: AtomicBool,
    pub(crate) label: Arc<str>,
    pub(crate) script: Arc<str>,
    errors: Sender<LuaError>,
    /// The tick of the last run, if there was one: kept here, because a system that is added anew forgets its own.
    has_run: AtomicBool,
    last_run: AtomicU32,
}

impl Body {
    pub(crate) fn new(world: &World, script: &Arc<str>, label: Arc<str>, run: Function) -> Arc<Body> {
        Arc::new(Body {
            run: Mutex::new(run),
            paused: AtomicBool::new(false),
            label,
            script: Arc::clone(script),
            errors: world.resource::<ErrorQueue>().sender.clone(),
            has_run: AtomicBool::new(false),
            last_run: AtomicU32::new(0),
        })
    }

    pub(crate) fn function(&self) -> Function {
        self.run.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The script has a new version.
    pub(crate) fn replace(&self, run: Function) {
        *self.run.lock().unwrap_or_else(PoisonError::into_inner) = run;
        self.paused.store(false, Ordering::Relaxed);
    }

    /// Pauses it and queues its error.
    pub(crate) fn fail(&self, error: &Error) {
        self.paused.store(true, Ordering::Relaxed);
        drop(self.errors.send(LuaError::new(&self.script, &*self.label, error)));
    }

    pub(crate) fn paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }

    /// The tick of the last run.
    pub(crate) fn last_run(&self) -> Option<Tick> {
        self.has_run.load(Ordering::Relaxed).then(|| Tick::new(self.last_run.load(Ordering::Relaxed)))
    }

    /// It runs at a tick.
    pub(crate) fn runs_at(&self, tick: Tick) {
        self.last_run.store(tick.get(), Ordering::Relaxed);
        self.has_run.store(true, Ordering::Relaxed);
    }

    /// Goes on from where another one was.
    pub(crate) fn continue_from(&self, other: &Body) {
        if let Some(tick) = other.last_run() {
            self.runs_at(tick);
        }
    }
}
