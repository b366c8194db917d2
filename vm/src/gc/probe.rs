//! How long the VM works on its own behalf outside slices, and how long the collector goes without a look at the clock.
//!
//! A **stall** is time an ordinary operation of a script spends on the heap's business: growing a table, dividing the intern table, copying the
//! stack of a coroutine. Only paths that are cold already are timed, and of those the ones that may be long, so that nothing a
//! script does often pays for it. Wall time is what a game feels and costs the least to read; a bench on a shared machine asks for the
//! thread's processor time instead ([`Clock::Processor`]).

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::Heap;
use super::budget::thread_cpu_time;

/// What stalls and the gaps between two looks at the clock are measured with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// Time on the wall: a few nanoseconds to read.
    #[default]
    Wall,
    /// Processor time of the thread: a system call on most systems. For measurements on a machine that others use too.
    Processor,
}

impl Clock {
    /// The time since some moment of the past.
    #[inline]
    pub(crate) fn now(self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        let start = *START.get_or_init(Instant::now);
        match self {
            Clock::Wall => start.elapsed(),
            Clock::Processor => thread_cpu_time(start),
        }
    }
}

macro_rules! stall_causes {
    ($($(#[doc = $doc:literal])+ $name:ident $label:literal,)+) => {
        /// Why a script waited for the VM outside a slice.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum StallCause { $($(#[doc = $doc])+ $name,)+ }

        impl StallCause {
            /// Every cause.
            pub const ALL: &'static [StallCause] = &[$(StallCause::$name,)+];

            /// Its name, for reports.
            pub fn name(self) -> &'static str {
                match self { $(StallCause::$name => $label,)+ }
            }
        }
    };
}

stall_causes! {
    /// A table or a stack grew.
    Growth "growth",
    /// The intern table grew.
    Interning "interning",
    /// A coroutine ran while marking before the marker had come to its stack.
    Resume "resume",
    /// Blocks were swept, or memory was taken from the system, to find room.
    Allocation "allocation",
    /// A table became weak.
    Weakness "weakness",
    /// Allocation ran units of a collection that its slices do not keep up with.
    Assist "assist",
    /// A step of a collection that the debt of allocation made due: hosts without frames.
    Step "step",
    /// A step that a script asked for (`collectgarbage("step")`), or the host.
    Requested "requested step",
    /// A collection was finished at once: at the memory limit, or because a script asked for it.
    Full "full collection",
}

/// A time the VM took, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StallRecord {
    /// For what.
    pub cause: StallCause,
    /// How long.
    pub time: Duration,
}

/// The stalls of a heap since they were last reset.
#[derive(Clone, Debug, Default)]
pub struct Stalls {
    worst: [Duration; StallCause::ALL.len()],
    total: [Duration; StallCause::ALL.len()],
}

impl Stalls {
    /// The longest for a cause.
    pub fn worst_for(&self, cause: StallCause) -> Duration {
        self.worst[cause as usize]
    }

    /// The time all of a cause took.
    pub fn total_for(&self, cause: StallCause) -> Duration {
        self.total[cause as usize]
    }

    /// The longest there was.
    pub fn worst(&self) -> Option<StallRecord> {
        let longest = StallCause::ALL.iter().max_by_key(|&&cause| self.worst_for(cause))?;
        let time = self.worst_for(*longest);
        (!time.is_zero()).then_some(StallRecord { cause: *longest, time })
    }

    /// The time all stalls took.
    pub fn total(&self) -> Duration {
        self.total.iter().sum()
    }

    /// The time that operations of scripts took on the heap's behalf while frames drive, without collections that somebody has asked for or that memory ran out for.
    pub(crate) fn between_slices(&self) -> Duration {
        let counts = |cause: StallCause| match cause {
            StallCause::Growth
            | StallCause::Interning
            | StallCause::Resume
            | StallCause::Allocation
            | StallCause::Weakness
            | StallCause::Assist => true,
            StallCause::Step | StallCause::Requested | StallCause::Full => false,
        };
        StallCause::ALL.iter().filter(|&&cause| counts(cause)).map(|&cause| self.total_for(cause)).sum()
    }

    /// Something took so long; of the time, `own` was not a part of a stall within it.
    pub(crate) fn record(&mut self, cause: StallCause, time: Duration, own: Duration) {
        let worst = &mut self.worst[cause as usize];
        *worst = (*worst).max(time);
        self.total[cause as usize] += own;
    }
}

/// When something that may take long has begun.
#[derive(Clone, Copy)]
pub(crate) struct Begun {
    at: Duration,
    /// What stalls within the one around it had taken by then.
    within_outer: Duration,
}

impl Heap {
    /// Something begins that may take long. Inside another such thing both are as long as they are, and the time they have in common counts for the inner one.
    #[inline]
    pub(crate) fn stall_begins(&mut self) -> Begun {
        let within_outer = std::mem::take(&mut self.stats.within_stall);
        Begun { at: self.stats.stall_clock.now(), within_outer }
    }

    /// It has ended.
    #[inline]
    pub(crate) fn stall_ends(&mut self, begun: Begun, cause: StallCause) {
        let time = self.stats.stall_clock.now().saturating_sub(begun.at);
        let within = std::mem::replace(&mut self.stats.within_stall, begun.within_outer + time);
        self.stats.stalls.record(cause, time, time.saturating_sub(within));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_within_two_stalls_counts_once() {
        let mut heap = Heap::new(1);
        let begun = Instant::now();
        let outer = heap.stall_begins();
        for _ in 0..2 {
            let inner = heap.stall_begins();
            std::thread::sleep(Duration::from_millis(2));
            heap.stall_ends(inner, StallCause::Allocation);
        }
        heap.stall_ends(outer, StallCause::Growth);
        let elapsed = begun.elapsed();
        let stalls = &heap.stats.stalls;
        assert!(stalls.total() <= elapsed, "{:?} of {elapsed:?}", stalls.total());
        assert!(stalls.total_for(StallCause::Allocation) >= Duration::from_millis(4));
        assert!(stalls.worst_for(StallCause::Growth) >= Duration::from_millis(4));
        // What comes after is a stall of its own.
        let begun = heap.stall_begins();
        std::thread::sleep(Duration::from_millis(1));
        heap.stall_ends(begun, StallCause::Resume);
        assert!(heap.stats.stalls.total_for(StallCause::Resume) >= Duration::from_millis(1));
    }
}
