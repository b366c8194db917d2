//! Budgets: how much a slice may do, and the meter that ends it in time.

use std::time::{Duration, Instant};

use super::cycle::{ENTRIES, LINKS, MARKS, Phase, TABLE_STEPS};
use super::memory::LARGE_IN_A_ROW;
use super::probe::Clock;
use super::trace::LARGEST_PIECE;

/// How much collecting a call may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// So much time.
    Time(Duration),
    /// So many units: the same work on every machine and in every run.
    Units(u64),
    /// Whatever there is to do.
    Unlimited,
}

macro_rules! unit_kinds {
    ($($(#[doc = $doc:literal])+ $name:ident $steps:expr,)+) => {
        /// What a unit of work did. Each kind has a bound of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Unit { $($(#[doc = $doc])+ $name,)+ }

        impl Unit {
            /// Every kind.
            pub const ALL: &'static [Unit] = &[$(Unit::$name,)+];

            /// The most steps a unit takes: marks attempted or slots looked at, entries, buckets, blocks.
            pub const fn most_steps(self) -> usize {
                match self { $(Unit::$name => $steps,)+ }
            }
        }
    };
}

unit_kinds! {
    /// Attempts to mark, eight slots without a reference counting as one: what is begun is done, of an object or a piece of one.
    Mark MARKS + LARGEST_PIECE,
    /// Entries of the list of finalizable objects.
    Finalizers ENTRIES,
    /// Entries of weak tables.
    Weak LINKS + TABLE_STEPS,
    /// Buckets of the intern table, coroutines or shapes.
    Unlink LINKS,
    /// A block, or a piece of one, or a few large objects.
    Sweep LARGE_IN_A_ROW,
    /// A payload's destructor.
    Drop 1,
}

/// No unit is assumed to take longer than this: longer ones were interrupted by the system.
const CREDIBLE: Duration = Duration::from_micros(40);

/// What a slice leaves of its budget, for its own beginning and end.
const MARGIN: Duration = Duration::from_micros(10);

/// The longest each kind of unit took, slowly forgotten.
#[derive(Clone, Debug, Default)]
pub(crate) struct WorstCosts([Duration; Unit::ALL.len()]);

impl WorstCosts {
    fn record(&mut self, unit: Unit, cost: Duration) {
        let worst = &mut self.0[unit as usize];
        *worst = (*worst - *worst / 256).max(cost.min(CREDIBLE));
    }
}

/// Counts a slice's units and says when it must end.
pub(crate) struct Meter {
    deadline: Option<Instant>,
    first_look: Option<Instant>,
    last_look: Option<Instant>,
    units_left: u64,
    units_done: u64,
    steps: u64,
    /// The longest time between two looks at the clock, by `clock`.
    gap: Gap,
    /// The time units took, by kind.
    by_kind: [Duration; Unit::ALL.len()],
    clock: Clock,
    last_precise: Duration,
    /// The phase the last unit belongs to.
    phase: Option<Phase>,
}

/// The longest time between two looks at the clock, and what was done in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// How long.
    pub time: Duration,
    /// The unit; `None` for the beginning of a slice.
    pub unit: Option<Unit>,
    /// The phase of the collection that the unit belongs to.
    pub phase: Option<Phase>,
    /// The steps it took ([`Unit::most_steps`]).
    pub steps: usize,
}

impl Meter {
    pub(crate) fn new(budget: Budget) -> Meter {
        Meter::with_clock(budget, Clock::Wall)
    }

    /// One whose gaps are measured by a clock of the caller's choice; the deadline is always one on the wall.
    pub(crate) fn with_clock(budget: Budget, clock: Clock) -> Meter {
        let meter = Meter {
            deadline: None,
            first_look: None,
            last_look: None,
            units_left: u64::MAX,
            units_done: 0,
            steps: 0,
            gap: Gap::default(),
            by_kind: [Duration::ZERO; Unit::ALL.len()],
            clock,
            last_precise: Duration::ZERO,
            phase: None,
        };
        match budget {
            Budget::Time(time) => {
                let now = Instant::now();
                // A budget beyond the clock's range is none.
                let deadline = now.checked_add(time.saturating_sub(MARGIN.min(time / 8)));
                let look = Some(now);
                Meter { deadline, first_look: look, last_look: look, last_precise: clock.now(), ..meter }
            }
            Budget::Units(units) => Meter { units_left: units, ..meter },
            Budget::Unlimited => meter,
        }
    }

    /// One that ends after so many units or so much time.
    pub(crate) fn limited(units: u64, time: Duration) -> Meter {
        Meter { units_left: units, ..Meter::new(Budget::Time(time)) }
    }

    /// The units from here on belong to a phase.
    #[inline(always)]
    pub(crate) fn enters(&mut self, phase: Phase) {
        self.phase = Some(phase);
    }

    /// A look at the clock after something that is no unit.
    pub(crate) fn look(&mut self) {
        if let Some(last) = self.last_look {
            let now = Instant::now();
            self.gap_ends(None, 0, now - last);
            self.last_look = Some(now);
        }
    }

    fn gap_ends(&mut self, unit: Option<Unit>, steps: usize, wall: Duration) {
        let time = match self.clock {
            Clock::Wall => wall,
            Clock::Processor => {
                let now = self.clock.now();
                now.saturating_sub(std::mem::replace(&mut self.last_precise, now))
            }
        };
        if time > self.gap.time {
            self.gap = Gap { time, unit, phase: self.phase, steps };
        }
    }

    /// The longest gap so far.
    pub(crate) fn gap(&self) -> Gap {
        self.gap
    }

    /// Whether another unit of this kind fits, judging by the longest of its kind so far.
    #[inline]
    pub(crate) fn allows(&self, unit: Unit, worst: &WorstCosts) -> bool {
        self.units_left > 0
            && match (self.deadline, self.last_look) {
                (Some(deadline), Some(now)) => now + worst.0[unit as usize] <= deadline,
                _ => true,
            }
    }

    /// Records that a unit of so many steps was done.
    #[inline]
    pub(crate) fn spend(&mut self, unit: Unit, steps: usize, worst: &mut WorstCosts) {
        self.units_left = self.units_left.saturating_sub(1);
        self.units_done += 1;
        self.steps += steps as u64;
        if let Some(last) = self.last_look {
            let now = Instant::now();
            worst.record(unit, now - last);
            self.gap_ends(Some(unit), steps, now - last);
            self.by_kind[unit as usize] += now - last;
            self.last_look = Some(now);
        }
    }

    /// The time from the first look at the clock to the last.
    pub(crate) fn in_units(&self) -> Duration {
        match (self.first_look, self.last_look) {
            (Some(first), Some(last)) => last - first,
            _ => Duration::ZERO,
        }
    }

    /// The time that units took on the wall, by kind.
    pub(crate) fn time_by_kind(&self) -> &[Duration; Unit::ALL.len()] {
        &self.by_kind
    }

    /// How many steps the units took.
    pub(crate) fn steps(&self) -> u64 {
        self.steps
    }

    /// How many units were done.
    pub(crate) fn units_done(&self) -> u64 {
        self.units_done
    }
}

/// The time the calling thread has had the processor; where the system does not say, wall time since `start`.
pub(crate) fn thread_cpu_time(start: Instant) -> Duration {
    #[cfg(unix)]
    {
        #[allow(unsafe_code, reason = "a system call")]
        fn now() -> Option<Duration> {
            let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
            // SAFETY: `time` is valid for the call to write to.
            let status = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
            (status == 0).then(|| Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
        }
        now().unwrap_or_else(|| start.elapsed())
    }
    #[cfg(not(unix))]
    {
        start.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_counts_units() {
        let mut worst = WorstCosts::default();
        let mut meter = Meter::new(Budget::Units(2));
        for _ in 0..2 {
            assert!(meter.allows(Unit::Mark, &worst));
            meter.spend(Unit::Mark, 1, &mut worst);
        }
        assert!(!meter.allows(Unit::Mark, &worst));
        assert_eq!(meter.units_done(), 2);
    }

    #[test]
    fn a_unit_that_would_not_fit_is_not_started() {
        let mut worst = WorstCosts::default();
        worst.record(Unit::Sweep, Duration::from_micros(30));
        let meter = Meter::new(Budget::Time(Duration::from_micros(20)));
        assert!(meter.allows(Unit::Mark, &worst) && !meter.allows(Unit::Sweep, &worst));
        assert!(!Meter::new(Budget::Time(Duration::ZERO)).allows(Unit::Sweep, &worst));
    }
}
