//! When to collect, and how much: plain arithmetic.
//!
//! A collection starts when the heap has grown to `pause` percent of what was alive at the end of the last one. A host
//! without frames pays for allocation as it goes: [`Pacer::units_for`] turns bytes allocated into units. A host with frames gives each
//! frame a budget; [`Pacer::frame_budget`] says what is made of it, and the start is moved forward so that a collection paid for
//! by that budget ends before the heap has outgrown its mark.
//!
//! With A bytes allocated a frame, a cost of c per live byte and budget B, a collection of L live bytes takes `c L / B` frames, in
//! which the heap grows by `A c L / B`.

use std::time::Duration;

use super::budget::Budget;

/// What to do when a frame's budget does not keep up with allocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Never exceed the budget: the heap grows, up to the memory limit.
    Strict,
    /// Exceed it up to fourfold when the heap would otherwise outgrow twice its mark.
    #[default]
    Adaptive,
    /// Exceed it by whatever keeps the heap within twice its mark.
    BoundedHeap,
}

/// Who drives collections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drive {
    /// Allocation.
    Debt,
    /// The host's frames; allocation helps out beyond twice the mark.
    Frames,
}

/// The smallest heap worth collecting, in bytes.
const SMALL_HEAP: usize = 1 << 20;
/// Bytes allocated between two steps.
const STEP_BYTES: usize = 32 << 10;
/// Bytes of allocation that pay for a unit. A unit of marking or of unlinking strings deals with about 4 KiB: collecting at
/// that rate, a script that makes strings all the time lets the heap run away, since a cycle then allocates what it frees.
const BYTES_PER_UNIT: usize = 1 << 10;
/// How far `Adaptive` raises a budget.
const ADAPTIVE_FACTOR: u32 = 4;
/// A debt never reached.
const NEVER: isize = isize::MIN / 2;

/// The pacer's figures.
#[derive(Clone, Debug)]
pub(crate) struct Pacer {
    pub(crate) drive: Drive,
    pub(crate) policy: Policy,
    /// Percent of the live size at which a collection starts.
    pub(crate) pause: u32,
    /// Percent: bytes dealt with per byte allocated while collecting.
    pub(crate) step_multiplier: u32,
    pub(crate) stopped: bool,
    /// Bytes in use at which a collection starts.
    mark: usize,
    /// Bytes in use after the last collection.
    live: usize,
    /// Bytes allocated a frame, smoothed.
    bytes_per_frame: f64,
    /// Nanoseconds of a whole collection per live byte, smoothed.
    cost_per_byte: f64,
    /// Bytes acquired when the last frame ended.
    last_acquired: u64,
    /// The budget last asked for.
    last_budget: Duration,
}

/// What the pacer has measured and decided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pacing {
    /// Bytes allocated a frame, smoothed.
    pub bytes_per_frame: f64,
    /// Nanoseconds of a whole collection per live byte, smoothed.
    pub cost_per_byte: f64,
    /// Bytes in use after the last collection.
    pub live_bytes: usize,
    /// Bytes in use at which the next collection starts.
    pub next_cycle_at: usize,
}

impl Default for Pacer {
    fn default() -> Self {
        Pacer {
            drive: Drive::Debt,
            policy: Policy::default(),
            pause: 200,
            step_multiplier: 200,
            stopped: false,
            mark: SMALL_HEAP,
            live: 0,
            bytes_per_frame: 0.0,
            cost_per_byte: 0.6,
            last_acquired: 0,
            last_budget: Duration::ZERO,
        }
    }
}

impl Pacer {
    /// A collection has left this many bytes, and took so much time when that was measured.
    pub(crate) fn cycle_ended(&mut self, used: usize, time: Duration) {
        self.live = used;
        self.mark = (used as f64 * f64::from(self.pause.max(101)) / 100.0) as usize;
        self.mark = self.mark.max(SMALL_HEAP);
        if used >= SMALL_HEAP && !time.is_zero() {
            let cost = time.as_nanos() as f64 / used as f64;
            self.cost_per_byte += (cost - self.cost_per_byte) * 0.5;
        }
    }

    /// What has been measured and decided.
    pub(crate) fn figures(&self) -> Pacing {
        Pacing {
            bytes_per_frame: self.bytes_per_frame,
            cost_per_byte: self.cost_per_byte,
            live_bytes: self.live,
            next_cycle_at: match self.drive {
                Drive::Debt => self.mark,
                Drive::Frames => self.frame_mark(),
            },
        }
    }

    /// Whether a collection is due.
    pub(crate) fn wants_cycle(&self, used: usize) -> bool {
        !self.stopped && used >= self.figures().next_cycle_at
    }

    /// The mark, brought forward by what will be allocated while the collection runs, but leaving room for an eighth of the live size.
    fn frame_mark(&self) -> usize {
        let early = self.mark.saturating_sub(self.growth_while(self.cost_of_cycle(self.live)));
        early.max(self.live + self.live / 8).clamp(SMALL_HEAP / 2, self.mark)
    }

    fn cost_of_cycle(&self, live: usize) -> Duration {
        Duration::from_nanos((live as f64 * self.cost_per_byte) as u64)
    }

    /// What will be allocated until slices of the usual budget have done this work.
    fn growth_while(&self, work: Duration) -> usize {
        if self.last_budget.is_zero() {
            return 0;
        }
        (self.bytes_per_frame * work.as_secs_f64() / self.last_budget.as_secs_f64()) as usize
    }

    /// The heap is not to outgrow this while frames drive.
    fn ceiling(&self) -> usize {
        self.mark.saturating_mul(2)
    }

    /// A frame ends: what its budget becomes. `work_left` is what the collection under way still costs, judged by the last one.
    pub(crate) fn frame_budget(
        &mut self,
        budget: Budget,
        acquired: u64,
        used: usize,
        spent: Option<Duration>,
    ) -> Budget {
        let bytes = acquired.saturating_sub(self.last_acquired) as f64;
        self.last_acquired = acquired;
        self.bytes_per_frame += (bytes - self.bytes_per_frame) * 0.1;
        let Budget::Time(time) = budget else { return budget };
        self.last_budget = time;
        let (Some(spent), true) = (spent, !time.is_zero()) else { return budget };
        let total = self.cost_of_cycle(self.live.max(SMALL_HEAP));
        let left = total.saturating_sub(spent).max(total / 10);
        let room = self.ceiling().saturating_sub(used).max(1) as f64;
        let factor = (self.growth_while(left) as f64 / room).max(1.0);
        let factor = match self.policy {
            Policy::Strict => 1.0,
            Policy::Adaptive => factor.min(f64::from(ADAPTIVE_FACTOR)),
            Policy::BoundedHeap => factor.min(1e6),
        };
        Budget::Time(time.mul_f64(factor))
    }

    /// The debt of an idle heap: negative while nothing is due.
    pub(crate) fn idle_debt(&self, used: usize) -> isize {
        if self.stopped {
            return NEVER;
        }
        let due = match self.drive {
            Drive::Debt => self.mark,
            Drive::Frames => self.ceiling(),
        };
        used as isize - due as isize
    }

    /// The debt after a step of a collection under way.
    pub(crate) fn step_debt(&self, used: usize) -> isize {
        match self.drive {
            _ if self.stopped => NEVER,
            Drive::Debt => -(STEP_BYTES as isize),
            Drive::Frames => (used as isize - self.ceiling() as isize).min(-(STEP_BYTES as isize)),
        }
    }

    /// The units to do for a debt above the last `step_debt`.
    pub(crate) fn units_for(&self, debt: isize) -> u64 {
        let bytes = debt.max(0) as u64 + STEP_BYTES as u64;
        (bytes * u64::from(self.step_multiplier.max(1)) / 100 / BYTES_PER_UNIT as u64).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    fn pacer(live: usize) -> Pacer {
        let mut pacer = Pacer::default();
        pacer.cycle_ended(live, Duration::ZERO);
        pacer
    }

    #[test]
    fn a_collection_starts_at_pause_percent_of_the_live_size() {
        let mut p = pacer(10 * MIB);
        assert!(!p.wants_cycle(20 * MIB - 1) && p.wants_cycle(20 * MIB));
        assert_eq!(p.idle_debt(20 * MIB), 0);
        p.pause = 150;
        p.cycle_ended(10 * MIB, Duration::ZERO);
        assert!(p.wants_cycle(15 * MIB));
        p.stopped = true;
        assert!(!p.wants_cycle(100 * MIB) && p.idle_debt(100 * MIB) < 0);
    }

    #[test]
    fn an_idle_small_heap_is_left_alone() {
        assert!(!pacer(1000).wants_cycle(SMALL_HEAP - 1));
    }

    #[test]
    fn frames_start_early_by_what_is_allocated_meanwhile() {
        let mut p = pacer(100 * MIB);
        p.drive = Drive::Frames;
        p.cost_per_byte = 1.0;
        let budget = Budget::Time(Duration::from_micros(500));
        for frame in 0..200 {
            p.frame_budget(budget, frame * 100_000, 100 * MIB, None);
        }
        // 105 ms of work in slices of 0.5 ms are 210 frames of 100 kB.
        let early = 200 * MIB - p.frame_mark();
        assert!((19 * MIB..22 * MIB).contains(&early), "{early}");
    }

    #[test]
    fn policies_differ_when_the_budget_is_too_small() {
        let budget = Budget::Time(Duration::from_micros(100));
        let raised = |policy| {
            let mut p = pacer(100 * MIB);
            p.policy = policy;
            p.cost_per_byte = 1.0;
            let mut last = budget;
            for frame in 0..200 {
                last = p.frame_budget(budget, frame * 5_000_000, 300 * MIB, Some(Duration::ZERO));
            }
            last
        };
        assert_eq!(raised(Policy::Strict), budget);
        assert_eq!(raised(Policy::Adaptive), Budget::Time(Duration::from_micros(400)));
        let Budget::Time(unbounded) = raised(Policy::BoundedHeap) else { panic!("a budget of time") };
        assert!(unbounded > Duration::from_millis(2), "{unbounded:?}");
    }

    #[test]
    fn steps_follow_the_multiplier() {
        let mut p = Pacer::default();
        let usual = p.units_for(0);
        p.step_multiplier = 400;
        assert_eq!(p.units_for(0), usual * 2);
        assert!(p.units_for(1 << 20) > p.units_for(0));
    }
}
