//! When to collect, and how much: plain arithmetic.
//!
//! A collection starts when the heap has grown to `pause` percent of what was alive at the end of the last one. A host
//! without frames pays for allocation as it goes: [`Pacer::units_for`] turns bytes allocated into units. A host with frames gives each
//! frame a budget; [`Pacer::frame_budget`] says what is made of it, and the start is moved forward so that a collection paid for
//! by that budget ends before the heap has outgrown its mark.
//!
//! With A bytes allocated a frame, a cost of c per live byte and budget B, a collection of L live bytes takes `c L / B` frames, in
//! which the heap grows by `A c L / B`.
//!
//! When that is more than there is room for, up to twice the mark or the soft limit, then in this order: the slack the host has in the frame is used; the
//! budget is raised, as far as the policy goes; beyond the room allocation pays, a few units at a time.
//!
//! A budget is for all that the VM takes of a frame on its own behalf: what operations of scripts waited for the heap since the last slice (`probe.rs`), beyond
//! an eighth of the budget, is taken off the slice, down to a quarter, unless that is raised. With `Strict` allocation pays no more in a frame than a quarter
//! of the budget, which comes off the slice too, up to an eighth more than there is room for, or the soft limit.

use std::time::Duration;

use super::budget::{Budget, Meter};

/// What to do when a frame's budget does not keep up with allocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Never exceed the budget, help of allocation included: the heap grows. From two and a quarter times the size at which collections start on, or the soft limit, allocation helps as
    /// much as it takes.
    Strict,
    /// Exceed it up to fourfold when the heap would otherwise outgrow twice the size at which collections start, or the soft limit.
    #[default]
    Adaptive,
    /// Exceed it by whatever keeps the heap within these bounds: at most by what the rest of the collection is expected to take.
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
/// The heap size up to which no budget is raised, however fast it grows.
const SMALL_CEILING: usize = 8 << 20;
/// Bytes allocated between two steps.
const STEP_BYTES: usize = 32 << 10;
/// Bytes of allocation that pay for a unit. A unit of marking deals with about 4 KiB: collecting at
/// that rate, a script that makes strings all the time lets the heap run away, since a cycle then allocates what it frees.
const BYTES_PER_UNIT: usize = 1 << 10;
/// How far `Adaptive` raises a budget.
const ADAPTIVE_FACTOR: u32 = 4;
/// Units done for [`STEP_BYTES`] allocated beyond the ceiling while frames drive: in bytes marked or swept several times as much, and about a
/// twentieth of a millisecond.
const UNITS_BETWEEN_FRAMES: u64 = 12;
/// Units done at one safe point while frames drive, at most, and how long they may take where frames have budgets of time.
const MOST_UNITS: u64 = 36;
const LONGEST_ASSIST: Duration = Duration::from_micros(90);
/// The share of a strict budget, as a divisor, that allocation may help in a frame: the slice does it with less in its way.
const HELP_SHARE: u32 = 4;
/// By this part of its ceiling a heap is too large for that: then allocation helps as much as it takes.
const HELPED_SHARE: usize = 8;
/// No help is given for less time: a unit may take as long.
const SHORTEST_ASSIST: Duration = Duration::from_micros(25);
/// The share of the budget, as a divisor, that operations of scripts may wait for the heap in a frame without the slice being cut.
const WAITED_SHARE: u32 = 8;
/// The least that a cut leaves of a slice, as a divisor of its budget.
const LEAST_SLICE: u32 = 4;
/// Collections start earlier than need be if this one costs as much as the last ones, by this part of what is allocated meanwhile: one that costs more ends where it should too.
const EARLY: f64 = 1.0 / 8.0;
/// Slices and allocation go by a bound that is this part of the soft limit below it.
const SOFT_MARGIN: usize = 64;
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
    /// Frames see to it that no more is in use than this.
    pub(crate) soft_limit: usize,
    /// Bytes in use at which a collection starts.
    mark: usize,
    /// Bytes alive after the last collection, as far as that is known.
    live: usize,
    /// Bytes in use after the last collection.
    used_after: usize,
    /// Bytes allocated a frame, smoothed.
    bytes_per_frame: f64,
    /// Nanoseconds of a whole collection per live byte, smoothed.
    cost_per_byte: f64,
    /// Bytes acquired when the last frame ended.
    last_acquired: u64,
    /// How long operations of scripts had waited for the heap when the last frame ended.
    last_waited: Duration,
    /// The budget last asked for.
    last_budget: Duration,
    /// The budget last given.
    in_force: Duration,
}

/// What is known of a frame that ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// What the host asks for.
    pub(crate) budget: Budget,
    /// What it has left beyond that.
    pub(crate) slack: Duration,
    /// Bytes ever acquired.
    pub(crate) acquired: u64,
    /// Bytes in use.
    pub(crate) used: usize,
    /// How long operations of scripts have ever waited for the heap, help of allocation included.
    pub(crate) waited: Duration,
    /// What the collection under way has cost.
    pub(crate) spent: Option<Duration>,
}

/// A frame's budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameBudget {
    /// What the slice is given.
    pub(crate) budget: Budget,
    /// Whether that is more than the host offered.
    pub(crate) raised: bool,
}

/// What the pacer has measured and decided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pacing {
    /// Bytes allocated a frame, smoothed.
    pub bytes_per_frame: f64,
    /// Nanoseconds of a whole collection per live byte, smoothed.
    pub cost_per_byte: f64,
    /// Bytes alive after the last collection, as far as that is known.
    pub live_bytes: usize,
    /// Bytes in use at which the next collection starts.
    pub next_cycle_at: usize,
    /// Bytes in use beyond which slices are longer than the budget, as the policy allows, and allocation helps.
    pub ceiling: usize,
    /// The budget the last frame asked for.
    pub budget: Duration,
    /// The budget its slice was given: larger when the host had slack or the policy raised it, smaller when scripts had waited for the heap already.
    pub budget_in_force: Duration,
    /// The soft limit, if more than that is alive, so that no collection can keep it: slices go by an eighth more than is alive instead.
    pub unkept_soft_limit: Option<usize>,
    /// The smallest budget with which collections would keep the heap at twice its live size, at the present rate of allocation.
    pub sustaining_budget: Duration,
}

impl Default for Pacer {
    fn default() -> Self {
        Pacer {
            drive: Drive::Debt,
            policy: Policy::default(),
            pause: 200,
            step_multiplier: 200,
            stopped: false,
            soft_limit: usize::MAX,
            mark: SMALL_HEAP,
            live: 0,
            used_after: 0,
            bytes_per_frame: 0.0,
            cost_per_byte: 0.6,
            last_acquired: 0,
            last_waited: Duration::ZERO,
            last_budget: Duration::ZERO,
            in_force: Duration::ZERO,
        }
    }
}

impl Pacer {
    /// A collection has left this many bytes, and took so much time when that was measured. What was allocated meanwhile is among them, alive or
    /// not. In a game most of it is not, so while frames drive it does not count as live: a heap that does grow is collected once more for it.
    pub(crate) fn cycle_ended(&mut self, used: usize, allocated_meanwhile: usize, time: Duration) {
        self.live = match self.drive {
            Drive::Debt => used,
            Drive::Frames => used.saturating_sub(allocated_meanwhile).max(used / 4),
        };
        self.used_after = used;
        self.mark = (self.live as f64 * f64::from(self.pause.max(101)) / 100.0) as usize;
        self.mark = self.mark.max(SMALL_HEAP);
        self.learn_cost(time);
    }

    /// The last collection took so much time, zero if that is not known.
    pub(crate) fn learn_cost(&mut self, time: Duration) {
        if self.live >= SMALL_HEAP && !time.is_zero() {
            let cost = time.as_nanos() as f64 / self.live as f64;
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
            ceiling: self.ceiling(),
            budget: self.last_budget,
            budget_in_force: self.in_force,
            unkept_soft_limit: self.is_soft_limit_unkept().then_some(self.soft_limit),
            // In the time that collecting L bytes takes, no more than L are allocated.
            sustaining_budget: Duration::from_nanos((self.bytes_per_frame * self.cost_per_byte) as u64),
        }
    }

    /// Whether a collection is due.
    pub(crate) fn wants_cycle(&self, used: usize) -> bool {
        !self.stopped && used >= self.figures().next_cycle_at
    }

    /// The mark, brought forward by what will be allocated while the collection runs, but leaving room for a part of the live size.
    fn frame_mark(&self) -> usize {
        let growth = self.growth_while(self.cost_of_cycle(self.live)) as f64 * (1.0 + EARLY);
        let early = self.mark.min(self.soft_bound()).saturating_sub(growth as usize);
        early.max(self.used_after + self.live / 128).clamp(SMALL_HEAP / 2, self.mark)
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
        self.mark.saturating_mul(2).max(SMALL_CEILING).min(self.soft_bound())
    }

    /// Whether what is alive leaves no room to speak of below the soft limit.
    fn is_soft_limit_unkept(&self) -> bool {
        self.soft_limit < self.live.saturating_add(self.live / 32)
    }

    /// A little less than the soft limit, since what is done at the bound takes effect with the next step; or, where it cannot be kept, a size that can.
    fn soft_bound(&self) -> usize {
        if self.is_soft_limit_unkept() {
            self.live.saturating_add(self.live / 8)
        } else {
            self.soft_limit - self.soft_limit / SOFT_MARGIN
        }
    }

    /// A frame ends: what becomes of its budget.
    pub(crate) fn frame_budget(&mut self, frame: &Frame) -> FrameBudget {
        let bytes = frame.acquired.saturating_sub(self.last_acquired) as f64;
        self.last_acquired = frame.acquired;
        self.bytes_per_frame += (bytes - self.bytes_per_frame) * 0.1;
        let waited = frame.waited.saturating_sub(self.last_waited);
        self.last_waited = frame.waited;
        let Budget::Time(time) = frame.budget else {
            return FrameBudget { budget: frame.budget, raised: false };
        };
        self.last_budget = time;
        let share = time.saturating_sub(waited.saturating_sub(time / WAITED_SHARE)).max(time / LEAST_SLICE);
        let needed = frame.spent.map_or(Duration::ZERO, |spent| self.needed_budget(time, spent, frame.used));
        let offered = time.saturating_add(frame.slack);
        self.in_force = if needed <= time {
            share
        } else {
            let most = match self.policy {
                Policy::Strict => share,
                Policy::Adaptive => time.saturating_mul(ADAPTIVE_FACTOR),
                Policy::BoundedHeap => Duration::MAX,
            };
            needed.min(most.max(share.saturating_add(frame.slack)))
        };
        FrameBudget { budget: Budget::Time(self.in_force), raised: self.in_force > offered }
    }

    /// The budget with which the collection under way, which has cost so much, ends before the heap has outgrown its ceiling: not more than what is
    /// left of it is expected to take.
    fn needed_budget(&self, time: Duration, spent: Duration, used: usize) -> Duration {
        let total = self.cost_of_cycle(self.live.max(SMALL_HEAP));
        let left = total.saturating_sub(spent).max(total / 10);
        // A heap that hardly grows is in no hurry beyond its ceiling either.
        let room = self.ceiling().saturating_sub(used).max(self.live / 64).max(1) as f64;
        let times = self.growth_while(left) as f64 / room;
        let needed = Duration::try_from_secs_f64(time.as_secs_f64() * times).unwrap_or(Duration::MAX);
        needed.min(left)
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

    /// Whether it is up to allocation to start a collection, or to help with the one under way.
    pub(crate) fn is_behind(&self, used: usize) -> bool {
        self.idle_debt(used) >= 0
    }

    /// How long allocation may help, when so much is in use and operations have ever waited so long; `None` when it may not.
    pub(crate) fn assist_time(&self, used: usize, waited: Duration) -> Option<Duration> {
        let ceiling = self.ceiling();
        let is_out_of_bounds = used >= self.soft_bound().min(ceiling.saturating_add(ceiling / HELPED_SHARE));
        if self.policy != Policy::Strict || self.last_budget.is_zero() || is_out_of_bounds {
            return Some(LONGEST_ASSIST);
        }
        let this_frame = waited.saturating_sub(self.last_waited);
        let left = (self.last_budget / HELP_SHARE).saturating_sub(this_frame);
        (left >= SHORTEST_ASSIST).then_some(left.min(LONGEST_ASSIST))
    }

    /// What ends the help of an allocation with so many units. Frames that count units are the same in every run, and so is this then.
    pub(crate) fn assist_meter(&self, units: u64, time: Duration) -> Meter {
        if self.last_budget.is_zero() {
            Meter::new(Budget::Units(units))
        } else {
            Meter::limited(units, time)
        }
    }

    /// The units that allocation does at a safe point while frames drive, when they do not keep up.
    pub(crate) fn units_for_frames(&self, debt: isize) -> u64 {
        (UNITS_BETWEEN_FRAMES * (1 + debt.max(0) as u64 / STEP_BYTES as u64)).min(MOST_UNITS)
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
        pacer.cycle_ended(live, 0, Duration::ZERO);
        pacer
    }

    #[test]
    fn a_collection_starts_at_pause_percent_of_the_live_size() {
        let mut p = pacer(10 * MIB);
        assert!(!p.wants_cycle(20 * MIB - 1) && p.wants_cycle(20 * MIB));
        assert_eq!(p.idle_debt(20 * MIB), 0);
        p.pause = 150;
        p.cycle_ended(10 * MIB, 0, Duration::ZERO);
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
        for frame in 0..200 {
            p.frame_budget(&Frame { acquired: frame * 100_000, spent: None, ..frame_of(500, 100 * MIB) });
        }
        // 105 ms of work in slices of 0.5 ms are 210 frames of 100 kB, and an eighth for a slower machine.
        let early = 200 * MIB - p.frame_mark();
        assert!((22 * MIB..25 * MIB).contains(&early), "{early}");
    }

    /// A frame in which a collection is under way.
    fn frame_of(budget_us: u64, used: usize) -> Frame {
        Frame {
            budget: us(budget_us),
            slack: Duration::ZERO,
            acquired: 0,
            used,
            waited: Duration::ZERO,
            spent: Some(Duration::ZERO),
        }
    }

    fn us(us: u64) -> Budget {
        Budget::Time(Duration::from_micros(us))
    }

    #[test]
    fn policies_differ_when_the_budget_is_too_small() {
        let budget = us(100);
        let given = |policy, slack| {
            let mut p = pacer(100 * MIB);
            p.policy = policy;
            p.cost_per_byte = 1.0;
            let mut last = FrameBudget { budget, raised: false };
            for frame in 0..200 {
                let acquired = frame * 5_000_000;
                last = p.frame_budget(&Frame { acquired, slack, ..frame_of(100, 300 * MIB) });
            }
            (last.budget, last.raised)
        };
        assert_eq!(given(Policy::Strict, Duration::ZERO), (budget, false));
        assert_eq!(given(Policy::Adaptive, Duration::ZERO), (us(400), true));
        let (Budget::Time(unbounded), true) = given(Policy::BoundedHeap, Duration::ZERO) else {
            panic!("a budget of time, raised")
        };
        assert!(unbounded > Duration::from_millis(2), "{unbounded:?}");
        // What the host has left is used under every policy, and is no raise.
        assert_eq!(given(Policy::Strict, Duration::from_micros(600)), (us(700), false));
        assert_eq!(given(Policy::Adaptive, Duration::from_micros(600)), (us(700), false));
        assert_eq!(given(Policy::Adaptive, Duration::from_micros(100)), (us(400), true));
    }

    /// The last budget of two hundred frames that allocate so much each.
    fn after_frames(p: &mut Pacer, bytes: u64, frame: Frame) -> FrameBudget {
        let mut last = FrameBudget { budget: frame.budget, raised: false };
        for number in 1..=200 {
            last = p.frame_budget(&Frame { acquired: number * bytes, ..frame });
        }
        last
    }

    #[test]
    fn a_small_heap_is_no_reason_to_raise_a_budget() {
        let mut p = pacer(MIB / 4);
        let given = after_frames(&mut p, 400_000, frame_of(500, 2 * MIB));
        assert_eq!(given, FrameBudget { budget: us(500), raised: false });
    }

    #[test]
    fn a_heap_that_hardly_grows_is_in_no_hurry_beyond_its_ceiling() {
        let mut p = pacer(100 * MIB);
        p.soft_limit = 120 * MIB;
        assert_eq!(after_frames(&mut p, 2_000, frame_of(500, 125 * MIB)).budget, us(500));
        assert!(after_frames(&mut p, 2_000_000, frame_of(500, 125 * MIB)).raised);
    }

    #[test]
    fn no_budget_exceeds_what_is_left_of_the_collection() {
        let mut p = pacer(100 * MIB);
        p.policy = Policy::BoundedHeap;
        p.cost_per_byte = 1.0;
        p.soft_limit = 10 * MIB;
        let given = after_frames(&mut p, 5_000_000, frame_of(500, 150 * MIB));
        let Budget::Time(time) = given.budget else { panic!("a budget of time") };
        assert!(given.raised && time <= p.cost_of_cycle(p.live), "{time:?}");
        // And what cannot be kept is said, and something larger kept.
        assert_eq!(p.figures().unkept_soft_limit, Some(10 * MIB));
        assert!((101 * MIB..120 * MIB).contains(&p.ceiling()), "{}", p.ceiling());
        p.soft_limit = 150 * MIB;
        assert_eq!((p.figures().unkept_soft_limit, p.ceiling()), (None, 150 * MIB - 150 * MIB / SOFT_MARGIN));
    }

    #[test]
    fn a_budget_without_end_is_none() {
        for policy in [Policy::Strict, Policy::Adaptive, Policy::BoundedHeap] {
            let mut p = pacer(100 * MIB);
            p.policy = policy;
            let frame = frame_of(500, 300 * MIB);
            let endless = Frame { budget: Budget::Time(Duration::MAX), slack: Duration::MAX, ..frame };
            assert_eq!(after_frames(&mut p, 5_000_000, endless).budget, Budget::Time(Duration::MAX));
        }
    }

    #[test]
    fn what_scripts_waited_for_counts() {
        let given = |waited_us| {
            let mut p = pacer(100 * MIB);
            let waited = Duration::from_micros(waited_us);
            p.frame_budget(&Frame { waited, ..frame_of(800, 110 * MIB) }).budget
        };
        assert_eq!([given(0), given(100), given(250), given(5000)], [us(800), us(800), us(650), us(200)]);
        // Only what was waited since the last frame.
        let mut p = pacer(100 * MIB);
        let waited = Duration::from_micros(300);
        let again = [(); 2].map(|()| p.frame_budget(&Frame { waited, ..frame_of(800, 110 * MIB) }).budget);
        assert_eq!(again, [us(600), us(800)]);
    }

    #[test]
    fn a_strict_budget_includes_the_help_of_allocation() {
        let us = Duration::from_micros;
        let mut p = pacer(100 * MIB);
        p.policy = Policy::Strict;
        let help = |p: &Pacer, waited_us| p.assist_time(300 * MIB, us(waited_us));
        // Before there are frames, and where they count units, all of it.
        assert_eq!(help(&p, 900), Some(LONGEST_ASSIST));
        p.frame_budget(&Frame { waited: us(1000), ..frame_of(500, 110 * MIB) });
        // A quarter of 500 us in each frame.
        assert_eq!(
            [1000, 1050, 1090, 1101, 1500].map(|waited| help(&p, waited)),
            [Some(LONGEST_ASSIST), Some(us(75)), Some(us(35)), None, None]
        );
        let next = p.frame_budget(&Frame { waited: us(1125), ..frame_of(500, 110 * MIB) });
        assert_eq!(next.budget, super::Budget::Time(Duration::from_nanos(437_500)));
        assert_eq!(help(&p, 1125), Some(LONGEST_ASSIST), "a new frame");
        let help_at = |used| p.assist_time(used, us(9000));
        assert_eq!((help_at(450 * MIB - 1), help_at(450 * MIB)), (None, Some(LONGEST_ASSIST)));
        p.soft_limit = 250 * MIB;
        assert_eq!(help(&p, 9000), Some(LONGEST_ASSIST), "the soft limit is kept before the budget");
        (p.soft_limit, p.policy) = (usize::MAX, Policy::Adaptive);
        assert_eq!(help(&p, 9000), Some(LONGEST_ASSIST));
    }

    #[test]
    fn a_soft_limit_brings_collections_forward() {
        let mut p = pacer(100 * MIB);
        p.drive = Drive::Frames;
        p.soft_limit = 150 * MIB;
        assert!(p.wants_cycle(150 * MIB) && !p.wants_cycle(140 * MIB));
        // A little below it, so that it is kept.
        assert_eq!(p.idle_debt(150 * MIB), (150 * MIB / SOFT_MARGIN) as isize);
        p.soft_limit = 100 * MIB;
        assert!(!p.wants_cycle(100 * MIB + MIB / 2), "not all the time when the limit is tight");
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
