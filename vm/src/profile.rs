//! Sampling: a thread that looks at fixed intervals what a VM is doing (`activity.rs`), while a call from the host runs.
//!
//! A [`Sampler`] counts. That of a [`Profiler`] also sets the interrupt flag, which stops loops, compiled or not, at their back-edges and calls: there the thread
//! that runs the VM takes the sample itself, by calling the profiler's Lua function with the number of looks since the last sample and what
//! the VM was doing at the last of them. Where the flag is seen but nothing may be called (in a native, on the way out of compiled
//! code) it is left set for the next safe point.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::activity::{ACTIVITIES, Activity, ActivityCell};
use crate::limits::RunningCalls;
use crate::value::RawValue;
use crate::vm::{Raised, Vm};

/// Looks at a VM until it is dropped.
pub(crate) struct Sampler {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    counts: [AtomicU64; ACTIVITIES],
    /// Looks since the last sample was taken.
    pending: AtomicU32,
    /// What was seen last.
    seen: AtomicU8,
    stops: AtomicBool,
    lock: Mutex<()>,
    changed: Condvar,
}

impl Sampler {
    /// Starts looking. With `flag`, it is set whenever there is something to sample. Nothing where no thread can be had.
    fn start(
        interval: Duration,
        activity: ActivityCell,
        calls: RunningCalls,
        flag: Option<Arc<AtomicU32>>,
    ) -> Option<Sampler> {
        let shared = Arc::new(Shared {
            counts: Default::default(),
            pending: AtomicU32::new(0),
            seen: AtomicU8::new(0),
            stops: AtomicBool::new(false),
            lock: Mutex::new(()),
            changed: Condvar::new(),
        });
        let theirs = Arc::clone(&shared);
        let look = move || {
            let mut guard = theirs.lock.lock().unwrap_or_else(PoisonError::into_inner);
            while !theirs.stops.load(SeqCst) {
                guard =
                    theirs.changed.wait_timeout(guard, interval).unwrap_or_else(PoisonError::into_inner).0;
                if calls.is_one_running() {
                    let activity = activity.get();
                    theirs.counts[activity as usize].fetch_add(1, Relaxed);
                    if let Some(flag) = &flag {
                        theirs.seen.store(activity as u8, Relaxed);
                        theirs.pending.fetch_add(1, SeqCst);
                        flag.store(1, SeqCst);
                    }
                }
            }
        };
        let thread = thread::Builder::new().name("perilune-sampler".to_owned()).spawn(look).ok()?;
        Some(Sampler { shared, thread: Some(thread) })
    }

    /// How often the VM was seen at something.
    pub(crate) fn count(&self, activity: Activity) -> u64 {
        self.shared.counts[activity as usize].load(Relaxed)
    }

    /// How often it was seen.
    pub(crate) fn total(&self) -> u64 {
        self.shared.counts.iter().map(|count| count.load(Relaxed)).sum()
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        {
            // With the lock held the thread waits, or has yet to look whether it is to stop.
            let _guard = self.shared.lock.lock().unwrap_or_else(PoisonError::into_inner);
            self.shared.stops.store(true, SeqCst);
            self.shared.changed.notify_all();
        }
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// The profiler of a script: `jit.profile`. The function it calls is in the registry.
pub(crate) struct Profiler {
    sampler: Sampler,
    /// While its function runs: how many frames the running coroutine had before.
    depth: Option<usize>,
}

/// Where the profiler's function is in the registry.
pub(crate) const PROFILER_KEY: &[u8] = b"_PROFILER";

impl Vm {
    /// Has a thread look what this VM is doing, or stops that.
    pub(crate) fn sample_activity(&mut self, interval: Option<Duration>) {
        self.sampler = interval.and_then(|interval| {
            Sampler::start(interval, self.activity.clone(), self.interrupts.running_calls(), None)
        });
    }

    /// Begins or ends calling the function in the registry; false where there is no thread to be had.
    pub(crate) fn profile(&mut self, interval: Option<Duration>) -> bool {
        self.profiler = None;
        let Some(interval) = interval else { return true };
        let flag = Some(Arc::clone(&self.interrupt));
        let sampler = Sampler::start(interval, self.activity.clone(), self.interrupts.running_calls(), flag);
        self.profiler = sampler.map(|sampler| Profiler { sampler, depth: None });
        self.profiler.is_some()
    }

    /// How many frames of the running coroutine are the profiled program's, if its profiler's function runs in it.
    pub(crate) fn profiled_depth(&self) -> Option<usize> {
        self.profiler.as_ref()?.depth
    }

    /// Keeps the flag set that was found set and cleared, if there is a sample to be taken.
    pub(crate) fn keep_sample(&self) {
        let has_one = |profiler: &Profiler| {
            profiler.depth.is_none() && profiler.sampler.shared.pending.load(SeqCst) > 0
        };
        if self.profiler.as_ref().is_some_and(has_one) {
            self.interrupt.store(1, SeqCst);
        }
    }

    /// Takes the sample that is due, at a safe point: the registers of the frame on top are all that is alive on the stack.
    ///
    /// # Errors
    /// Those of the profiler's function.
    #[cold]
    #[inline(never)]
    pub(crate) fn take_sample(&mut self) -> Result<(), Raised> {
        // What is recorded is not to have the profiler in it.
        let Some(profiler) = self.profiler.as_mut().filter(|_| !self.compiled.recording) else {
            return Ok(());
        };
        if profiler.depth.is_some() {
            return Ok(());
        }
        let samples = profiler.sampler.shared.pending.swap(0, SeqCst);
        if samples == 0 {
            return Ok(());
        }
        let seen = ActivityCell::letter_of(profiler.sampler.shared.seen.load(Relaxed));
        self.honour_interrupt()?;
        let depth = self.frames().len();
        if let Some(profiler) = &mut self.profiler {
            profiler.depth = Some(depth);
        }
        let top = self.top;
        self.top = self.frame_limit();
        let outcome = self.call_profiler(samples, seen);
        self.top = top;
        if let Some(profiler) = &mut self.profiler {
            profiler.depth = None;
            // What was seen meanwhile is the profiler's own.
            profiler.sampler.shared.pending.store(0, SeqCst);
        }
        outcome
    }

    fn call_profiler(&mut self, samples: u32, seen: &str) -> Result<(), Raised> {
        let registry = self.heap.roots.registry.expect("a VM has a registry from its creation");
        let key = self.heap.intern(PROFILER_KEY)?;
        let function = registry.get_str(&self.heap, key);
        let seen = self.new_string(seen.as_bytes())?;
        let thread = RawValue::thread(self.thread);
        self.call(function, &[thread, f64::from(samples).into(), seen]).map(drop)
    }
}
