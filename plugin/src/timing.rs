//! How long scripts took in this frame.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bevy_ecs::resource::Resource;

/// Time spent in each system and class since the last look. Shared with the systems, which run in parallel with whatever looks.
#[derive(Resource, Clone, Default)]
pub(crate) struct ScriptTimes(Arc<Mutex<Times>>);

/// Time by name, in order of first use.
type Times = Vec<(Arc<str>, Duration)>;

impl ScriptTimes {
    fn lock(&self) -> MutexGuard<'_, Times> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `f` and counts its time to `name`.
    pub(crate) fn measure<R>(&self, name: &Arc<str>, f: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = f();
        let elapsed = start.elapsed();
        let mut times = self.lock();
        match times.iter_mut().find(|(known, _)| known == name) {
            Some((_, time)) => *time += elapsed,
            None => times.push((Arc::clone(name), elapsed)),
        }
        result
    }

    /// Passes every name's time to `visit` and starts again.
    pub(crate) fn take(&self, mut visit: impl FnMut(&str, Duration)) {
        for (name, time) in self.lock().iter_mut() {
            visit(name, std::mem::take(time));
        }
    }
}
