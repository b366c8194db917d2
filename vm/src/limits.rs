//! What stops a script that runs too long: the interrupt flag, the watchdog, requests from other threads.
//!
//! The interpreter looks at one flag, at back-edges and calls. When it is set, [`Interrupts::reason`] says whether the script is
//! to stop and why. A time limit costs a call from the host two plain stores and no look at the clock: the VM counts calls, odd while one runs, and a
//! watchdog thread sets the flag when it has seen the same odd number for too long. It looks every eighth of the limit,
//! so a script is stopped that much late at most.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

/// The limits of one VM, as it sees them.
pub(crate) struct Interrupts {
    flag: Arc<AtomicU32>,
    shared: Arc<Shared>,
    /// How many calls from the host have begun and ended: odd while one runs.
    calls: u64,
    /// The time limit in force, for the message.
    limit: Option<Duration>,
}

/// What the VM shares with the watchdog and the holders of an [`InterruptHandle`].
struct Shared {
    /// `Interrupts::calls`, for the watchdog.
    calls: AtomicU64,
    /// The call the watchdog found too long.
    overdue: AtomicU64,
    /// The host asked for a stop.
    stop: AtomicBool,
    watch: Mutex<Watch>,
    changed: Condvar,
}

/// What the watchdog goes by.
struct Watch {
    /// The longest a call may take; without one there is no watchdog.
    limit: Option<Duration>,
    running: bool,
}

impl Interrupts {
    /// No limits; `flag` is what the interpreter looks at.
    pub(crate) fn new(flag: Arc<AtomicU32>) -> Interrupts {
        let shared = Shared {
            calls: AtomicU64::new(0),
            overdue: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            watch: Mutex::new(Watch { limit: None, running: false }),
            changed: Condvar::new(),
        };
        Interrupts { flag, shared: Arc::new(shared), calls: 0, limit: None }
    }

    /// An outermost call from the host begins.
    #[inline(always)]
    pub(crate) fn call_begins(&mut self) {
        self.calls += 1;
        self.shared.calls.store(self.calls, Relaxed);
    }

    /// An outermost call from the host has ended.
    #[inline(always)]
    pub(crate) fn call_ends(&mut self) {
        self.calls += 1;
        self.shared.calls.store(self.calls, Relaxed);
        if self.flag.load(Relaxed) != 0 {
            self.clear();
        }
    }

    /// Why the running script is to stop, if it is: asked when the flag is set.
    pub(crate) fn reason(&self) -> Option<String> {
        // The flag goes first: whoever sets it afterwards has set its reason before.
        self.flag.store(0, SeqCst);
        let reason = if self.shared.stop.load(SeqCst) {
            "stopped by the host".to_owned()
        } else if self.shared.overdue.load(SeqCst) == self.calls {
            format!("time limit of {} exceeded", self.limit.map_or_else(String::new, display))
        } else {
            return None;
        };
        // Until the call has ended, going on with it is no way out.
        self.flag.store(1, SeqCst);
        Some(reason)
    }

    #[cold]
    fn clear(&mut self) {
        self.flag.store(0, SeqCst);
        self.shared.stop.store(false, SeqCst);
    }

    /// Sets the longest an outermost call may take.
    pub(crate) fn set_time_limit(&mut self, limit: Option<Duration>) {
        self.limit = limit;
        let mut watch = self.shared.lock();
        watch.limit = limit;
        self.shared.changed.notify_all();
        if limit.is_some() && !watch.running {
            let shared = Arc::clone(&self.shared);
            let flag = Arc::clone(&self.flag);
            // Where no thread can be had, scripts run without the limit.
            watch.running = thread::Builder::new()
                .name("perilune-watchdog".to_owned())
                .spawn(move || shared.watch(&flag))
                .is_ok();
        }
    }

    /// The time limit in force.
    pub(crate) fn time_limit(&self) -> Option<Duration> {
        self.limit
    }

    /// For other threads: whether a call from the host runs.
    pub(crate) fn running_calls(&self) -> RunningCalls {
        RunningCalls(Arc::clone(&self.shared))
    }

    /// A handle to stop the script with.
    pub(crate) fn handle(&self) -> InterruptHandle {
        InterruptHandle { flag: Arc::clone(&self.flag), shared: Arc::downgrade(&self.shared) }
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.shared.lock().limit = None;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The watchdog's thread: ends when there is no limit any more.
    fn watch(&self, flag: &AtomicU32) {
        let mut seen = (0, Instant::now());
        let mut watch = self.lock();
        while let Some(limit) = watch.limit {
            let calls = self.calls.load(Relaxed);
            let elapsed = seen.1.elapsed();
            let mut wait = (limit / 8).clamp(Duration::from_millis(1), Duration::from_millis(100));
            if calls.is_multiple_of(2) || calls != seen.0 {
                seen = (calls, Instant::now());
            } else if elapsed >= limit {
                self.overdue.store(calls, SeqCst);
                flag.store(1, SeqCst);
            } else {
                wait = wait.min(limit - elapsed);
            }
            watch = self.changed.wait_timeout(watch, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
        watch.running = false;
    }
}

/// Tells whether a call from the host runs.
pub(crate) struct RunningCalls(Arc<Shared>);

impl RunningCalls {
    pub(crate) fn is_one_running(&self) -> bool {
        !self.0.calls.load(Relaxed).is_multiple_of(2)
    }
}

/// Stops a script from another thread; made by [`Lua::interrupt_handle`](crate::Lua::interrupt_handle).
#[derive(Clone)]
pub struct InterruptHandle {
    flag: Arc<AtomicU32>,
    shared: Weak<Shared>,
}

impl InterruptHandle {
    /// Ends the call that is running, or else the next one, with
    /// [`ErrorKind::Interrupted`](crate::ErrorKind::Interrupted). Scripts cannot catch it.
    pub fn interrupt(&self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.stop.store(true, SeqCst);
            self.flag.store(1, SeqCst);
        }
    }
}

/// "1 s", "250 ms".
fn display(limit: Duration) -> String {
    let mut text = String::new();
    let written = if limit.subsec_nanos() == 0 {
        write!(text, "{} s", limit.as_secs())
    } else if limit.subsec_nanos().is_multiple_of(1_000_000) {
        write!(text, "{} ms", limit.as_millis())
    } else {
        write!(text, "{} us", limit.as_micros())
    };
    written.expect("writing to a string does not fail");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_for(flag: &AtomicU32) {
        let start = Instant::now();
        while flag.load(SeqCst) == 0 {
            assert!(start.elapsed() < Duration::from_secs(20), "the watchdog has not barked");
            thread::yield_now();
        }
    }

    #[test]
    fn a_long_call_is_found_and_a_new_one_is_not_blamed() {
        let flag = Arc::new(AtomicU32::new(0));
        let mut interrupts = Interrupts::new(Arc::clone(&flag));
        interrupts.set_time_limit(Some(Duration::from_millis(20)));
        interrupts.call_begins();
        wait_for(&flag);
        assert_eq!(interrupts.reason().as_deref(), Some("time limit of 20 ms exceeded"));
        assert_eq!(flag.load(SeqCst), 1, "still to be stopped");
        interrupts.call_ends();
        assert_eq!(flag.load(SeqCst), 0);
        interrupts.call_begins();
        assert_eq!(interrupts.reason(), None);
    }

    #[test]
    fn a_request_lasts_until_a_call_has_seen_it() {
        let flag = Arc::new(AtomicU32::new(0));
        let mut interrupts = Interrupts::new(Arc::clone(&flag));
        let handle = interrupts.handle();
        thread::spawn(move || handle.interrupt()).join().expect("no panic");
        interrupts.call_begins();
        assert_eq!(interrupts.reason().as_deref(), Some("stopped by the host"));
        interrupts.call_ends();
        assert_eq!(interrupts.reason(), None);
    }

    #[test]
    fn limits_read_well() {
        assert_eq!(display(Duration::from_secs(1)), "1 s");
        assert_eq!(display(Duration::from_millis(1500)), "1500 ms");
        assert_eq!(display(Duration::from_micros(250)), "250 us");
    }
}
