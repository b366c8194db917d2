//! What the collector reports.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::budget::{Budget, Gap, Unit};
use super::cycle::{Cycle, Phase};
use super::probe::{Clock, Stalls};

/// An overrun is processor time above the budget plus this.
pub const TOLERANCE: Duration = Duration::from_micros(50);

/// One slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceRecord {
    /// Processor time of the thread.
    pub cpu: Duration,
    /// Time on the wall.
    pub wall: Duration,
    /// The budget in force.
    pub budget: Budget,
    /// The phase in which it began.
    pub phase: Phase,
    /// Units done.
    pub units: u64,
    /// Steps of these units.
    pub steps: u64,
    /// The longest time between two looks at the clock.
    pub gap: Gap,
    /// Wall time from the first look at the clock to the last: what the slice took besides is no work of the collector's.
    pub in_units: Duration,
    /// The budget is larger than the host offered: allocation outran it, and the policy allowed it.
    pub raised: bool,
    /// The snapshot, if the slice started a cycle.
    pub cycle_start: Option<CycleStart>,
}

/// The beginning of a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CycleStart {
    /// How long it took.
    pub time: Duration,
    /// What it did: cells marked, words of bitmaps written, slots of the running stack forgotten.
    pub steps: u64,
}

impl SliceRecord {
    /// By how much it exceeded a budget of time and the tolerance.
    pub fn overrun(&self) -> Option<Duration> {
        match self.budget {
            Budget::Time(time) => self.cpu.checked_sub(time + TOLERANCE).filter(|over| !over.is_zero()),
            Budget::Units(_) | Budget::Unlimited => None,
        }
    }
}

/// One collection cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CycleRecord {
    /// In how many slices it was done.
    pub slices: u64,
    /// Units of work.
    pub units: u64,
    /// Cells marked.
    pub marked_cells: u64,
    /// Bytes of cells found alive by the sweep.
    pub live_bytes: usize,
    /// Bytes of cells freed.
    pub freed_bytes: usize,
    /// Bytes in use when it began.
    pub heap_at_start: usize,
    /// Processor time of its slices.
    pub cpu: Duration,
}

/// Running figures of a heap.
#[derive(Clone, Debug)]
pub struct Stats {
    /// The last slice.
    pub last_slice: Option<SliceRecord>,
    /// The last complete cycle.
    pub last_cycle: Option<CycleRecord>,
    /// Complete cycles.
    pub cycles: u64,
    /// Slices.
    pub slices: u64,
    /// Slices that exceeded their budget by more than [`TOLERANCE`].
    pub overruns: u64,
    /// Slices whose budget was raised.
    pub raised: u64,
    /// The largest budget a slice was given.
    pub largest_budget: Duration,
    /// The longest slice, in processor time.
    pub worst_slice: Option<SliceRecord>,
    /// Units run by allocations, because slices could not keep up; the time is that of the stalls of this cause.
    pub assists: u64,
    /// The time scripts waited for the VM outside slices, by cause.
    pub stalls: Stalls,
    /// Wall time of units, by kind (`Unit as usize`), as far as slices have budgets of time.
    pub unit_time: [Duration; Unit::ALL.len()],
    /// The longest time between two looks at the clock in a slice.
    pub gap: Gap,
    /// The longest snapshot of a slice.
    pub cycle_start: Duration,
    /// What stalls are measured with.
    pub stall_clock: Clock,
    /// What gaps and the start of a cycle are measured with.
    pub gap_clock: Clock,
    /// Collections that had to be finished at once, at the memory limit.
    pub emergencies: u64,
    /// Finalizers handed to the VM.
    pub finalizers_run: u64,
    /// The time the last frame's finalizers and destructors took.
    pub last_finalizers: Duration,
    /// Full collections that scripts or the host asked for (`collectgarbage("collect")`).
    pub full_collections: u64,
    /// Errors in finalizers.
    pub finalizer_errors: u64,
    /// Destructors of host values that panicked.
    pub destructor_panics: u64,
    /// Processor time of slices, in nanoseconds.
    pub slice_cpu: Histogram<u64>,
    /// Wall time of slices, in nanoseconds.
    pub slice_wall: Histogram<u64>,
    current: CycleRecord,
    /// What stalls inside the one that is being timed have taken.
    pub(crate) within_stall: Duration,
}

impl Default for Stats {
    fn default() -> Self {
        // Bounds given ahead, so that recording never allocates: up to a minute.
        let histogram = Histogram::new_with_bounds(1, 60_000_000_000, 2).expect("valid bounds and precision");
        Stats {
            last_slice: None,
            last_cycle: None,
            cycles: 0,
            slices: 0,
            overruns: 0,
            raised: 0,
            largest_budget: Duration::ZERO,
            worst_slice: None,
            assists: 0,
            stalls: Stalls::default(),
            unit_time: [Duration::ZERO; Unit::ALL.len()],
            gap: Gap::default(),
            cycle_start: Duration::ZERO,
            stall_clock: Clock::default(),
            gap_clock: Clock::default(),
            emergencies: 0,
            finalizers_run: 0,
            last_finalizers: Duration::ZERO,
            full_collections: 0,
            finalizer_errors: 0,
            destructor_panics: 0,
            slice_cpu: histogram.clone(),
            slice_wall: histogram,
            current: CycleRecord::default(),
            within_stall: Duration::ZERO,
        }
    }
}

impl Stats {
    /// Forgets slices, stalls and their extremes, keeping counts of cycles: for a measurement that starts now.
    pub fn reset_slices(&mut self) {
        self.slices = 0;
        self.overruns = 0;
        self.worst_slice = None;
        self.raised = 0;
        self.largest_budget = Duration::ZERO;
        self.stalls = Stalls::default();
        self.unit_time = [Duration::ZERO; Unit::ALL.len()];
        self.gap = Gap::default();
        self.cycle_start = Duration::ZERO;
        self.slice_cpu.reset();
        self.slice_wall.reset();
    }

    pub(crate) fn cycle_started(&mut self, used: usize) {
        self.current = CycleRecord { heap_at_start: used, ..CycleRecord::default() };
    }

    pub(crate) fn slice(&mut self, record: &SliceRecord) {
        if record.units == 0 {
            return;
        }
        self.slices += 1;
        self.current.slices += 1;
        self.current.cpu += record.cpu;
        self.last_slice = Some(*record);
        if record.gap.time > self.gap.time {
            self.gap = record.gap;
        }
        self.cycle_start =
            self.cycle_start.max(record.cycle_start.map_or(Duration::ZERO, |start| start.time));
        self.raised += u64::from(record.raised);
        if let Budget::Time(given) = record.budget {
            self.largest_budget = self.largest_budget.max(given);
        }
        if record.overrun().is_some() {
            self.overruns += 1;
        }
        if self.worst_slice.is_none_or(|worst| worst.cpu < record.cpu) {
            self.worst_slice = Some(*record);
        }
        self.slice_cpu.saturating_record(nanoseconds(record.cpu));
        self.slice_wall.saturating_record(nanoseconds(record.wall));
    }

    /// Processor time the cycle under way has taken.
    pub(crate) fn cycle_time(&self) -> Duration {
        self.current.cpu
    }

    pub(crate) fn cycle_ended(&mut self, cycle: &Cycle, marked: u64) {
        self.cycles += 1;
        self.last_cycle = Some(CycleRecord {
            units: cycle.units,
            marked_cells: marked,
            live_bytes: cycle.kept_bytes,
            freed_bytes: cycle.freed_bytes,
            // The slice that ends it is counted afterwards.
            slices: self.current.slices + 1,
            ..self.current
        });
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
