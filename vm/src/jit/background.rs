//! The thread on which regions are optimised and lowered, while the interpreter goes on.
//!
//! A region goes there as a copy and comes back with its code; what it names (prototypes, strings) is pinned by whoever sends it. The thread reads nothing
//! of the VM: addresses in a region are numbers to it. The VM looks for results where it asks the compiler anyway (`State::collect`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::Compiled;
use super::exit::{Exit, exits_of};
use super::force::force;
use super::ir::{Region, SnapId};
use super::lower::Compiler;
use super::memory::Code;
use super::opt::{self, Wanted};

/// What nobody refers to any more. To free it takes longer than to publish what takes its place: regions are lists of lists, and their code is memory of the system.
#[derive(Default)]
pub(super) struct Garbage {
    #[allow(clippy::vec_box, reason = "as they were")]
    pub(super) compiled: Vec<Box<Compiled>>,
    pub(super) regions: Vec<Region>,
}

impl Garbage {
    pub(super) fn len(&self) -> usize {
        self.compiled.len() + self.regions.len()
    }
}

/// What the thread is sent.
enum Work {
    Compile(Box<Job>),
    Free(Garbage),
}

/// A region to be compiled.
pub(super) struct Job {
    /// By which the result is known.
    pub(super) ticket: u64,
    /// As recorded. The thread makes its own copy, which takes as long as some recordings, and lets go of this.
    pub(super) region: Arc<Region>,
    pub(super) wanted: Wanted,
    /// The guard that is to leave always, in tests.
    pub(super) forced: Option<u32>,
    pub(super) wants_listing: bool,
    /// To be freed.
    pub(super) garbage: Garbage,
}

/// What became of it.
pub(super) struct Done {
    pub(super) ticket: u64,
    /// As it was compiled.
    pub(super) optimised: Region,
    /// Its exits.
    pub(super) exits: Vec<Exit>,
    /// The exit that is always taken.
    pub(super) forced: Option<SnapId>,
    /// Nothing where the code could not be made.
    pub(super) code: Option<Code>,
    pub(super) listing: Option<String>,
    /// How long it took.
    pub(super) time: Duration,
}

#[allow(unsafe_code, reason = "see the module")]
// SAFETY: the addresses in a region are not followed on the thread it is sent to.
unsafe impl Send for Job {}
#[allow(unsafe_code, reason = "see the module")]
// SAFETY: as above.
unsafe impl Send for Done {}
#[allow(unsafe_code, reason = "see the module")]
// SAFETY: as above; nobody else refers to it.
unsafe impl Send for Garbage {}

impl Job {
    /// Optimises and lowers the region.
    pub(super) fn run(self, compiler: &mut Compiler) -> Done {
        drop(self.garbage);
        let start = Instant::now();
        let mut optimised = Region::clone(&self.region);
        drop(self.region);
        opt::optimise(&mut optimised, self.wanted);
        let forced = self.forced.and_then(|guard| force(&mut optimised, guard));
        compiler.wants_listing = self.wants_listing;
        let code = compiler.compile(&optimised);
        let listing = compiler.listing.take();
        let exits = exits_of(&optimised);
        Done { ticket: self.ticket, optimised, exits, forced, code, listing, time: start.elapsed() }
    }
}

impl Done {
    /// The compiler has panicked.
    fn nothing(ticket: u64) -> Done {
        Done {
            ticket,
            optimised: Region::default(),
            exits: Vec::new(),
            forced: None,
            code: None,
            listing: None,
            time: Duration::ZERO,
        }
    }
}

/// The thread.
pub(super) struct Background {
    /// Nothing once it is to end.
    jobs: Option<Sender<Work>>,
    done: Receiver<Done>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Starts the thread, for code that asks the flag at `interrupt`; nothing where the system has none to give.
    pub(super) fn start(interrupt: usize) -> Option<Background> {
        let (jobs, received) = channel();
        let (sent, done) = channel();
        let work = move || {
            let Some(mut compiler) = Compiler::new(interrupt) else { return };
            for work in received {
                let job = match work {
                    Work::Compile(job) => job,
                    Work::Free(garbage) => {
                        drop(garbage);
                        continue;
                    }
                };
                let ticket = job.ticket;
                let done = catch_unwind(AssertUnwindSafe(|| job.run(&mut compiler)));
                // Its loop stays with the interpreter.
                let done = done.unwrap_or_else(|_| {
                    compiler.begin_anew();
                    Done::nothing(ticket)
                });
                if sent.send(done).is_err() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("perilune compiler".to_owned()).spawn(work).ok()?;
        Some(Background { jobs: Some(jobs), done, thread: Some(thread) })
    }

    /// Sends a region; false if the thread is gone.
    pub(super) fn send(&self, job: Job) -> bool {
        self.jobs.as_ref().is_some_and(|jobs| jobs.send(Work::Compile(Box::new(job))).is_ok())
    }

    /// Has garbage freed. Where the thread is gone it is freed at once.
    pub(super) fn free(&self, garbage: Garbage) {
        if let Some(jobs) = &self.jobs {
            drop(jobs.send(Work::Free(garbage)));
        }
    }

    /// What has been compiled since it was last asked.
    pub(super) fn next(&self) -> Option<Done> {
        self.done.try_recv().ok()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to say but what it panicked with, which has been printed.
            drop(thread.join());
        }
    }
}
