//! What held a slice up, as far as that can be told from its work.
//!
//! A slice looks at the clock after every unit, so one that is too long was late in a single unit, or before the first look at the clock or after the last, where nothing is
//! done. Units are counted in steps, and a step costs much the same throughout a slice: what a unit took beyond its steps' share was not work.

use std::time::Duration;

use perilune::SliceRecord;

/// Reading the clocks at both ends of a slice, and what it does there, takes no longer.
const ENDS: Duration = Duration::from_micros(10);

/// The processor time of a slice that was no work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldUp {
    /// In its longest unit.
    pub in_unit: Duration,
    /// Outside of units.
    pub outside: Duration,
}

impl HeldUp {
    /// All together.
    pub fn total(self) -> Duration {
        self.in_unit + self.outside
    }
}

/// What held up a slice.
pub fn held_up(slice: &SliceRecord) -> HeldUp {
    let (gap, others) = (slice.gap, slice.in_units.saturating_sub(slice.gap.time));
    let other_steps = slice.steps.saturating_sub(gap.steps as u64);
    if other_steps == 0 {
        return HeldUp::default();
    }
    let share = others.mul_f64(gap.steps as f64 / other_steps as f64);
    // Units are timed on the wall: time in which the thread did not run is none of the slice's processor time.
    let off = slice.wall.saturating_sub(slice.cpu);
    let in_unit = gap.time.saturating_sub(share).saturating_sub(off);
    let outside = slice.cpu.saturating_sub(slice.in_units).saturating_sub(ENDS);
    HeldUp { in_unit, outside }
}

/// Why a slice exceeded its budget and the tolerance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lateness {
    /// Without what held up one unit it would have kept the bound.
    InUnit,
    /// Without what held it up outside of units, and in one, it would have.
    Outside,
    /// The thread was taken off its processor meanwhile, so that what its units took of the processor is not known.
    Switched,
    /// Its units took too long, or several were held up.
    Work,
}

impl Lateness {
    /// Every reason.
    pub const ALL: [Lateness; 4] = [Lateness::InUnit, Lateness::Outside, Lateness::Switched, Lateness::Work];

    /// Why a slice was too long, if it was.
    pub fn of(slice: &SliceRecord) -> Option<Lateness> {
        let over = slice.overrun()?;
        let held = held_up(slice);
        Some(if held.in_unit >= over {
            Lateness::InUnit
        } else if held.total() >= over {
            Lateness::Outside
        } else if slice.wall.saturating_sub(slice.cpu) > over {
            Lateness::Switched
        } else {
            Lateness::Work
        })
    }
}

#[cfg(test)]
mod tests {
    use perilune::{Budget, Gap, Phase};

    use super::*;

    /// A slice of a thousand steps, of which the longest unit took a hundred, with a budget of 500.
    fn slice(cpu: u64, wall: u64, in_units: u64, gap: u64) -> SliceRecord {
        let us = Duration::from_micros;
        SliceRecord {
            cpu: us(cpu),
            wall: us(wall),
            budget: Budget::Time(us(500)),
            phase: Phase::Mark,
            units: 10,
            steps: 1000,
            gap: Gap { time: us(gap), steps: 100, ..Gap::default() },
            in_units: us(in_units),
            raised: false,
            cycle_start: None,
        }
    }

    #[test]
    fn what_steps_do_not_explain_held_a_slice_up() {
        let us = Duration::from_micros;
        // 450 us for 900 steps are 50 for the hundred of the unit that took 150.
        assert_eq!(held_up(&slice(605, 605, 600, 150)), HeldUp { in_unit: us(100), outside: us(0) });
        // Sixty of these were somebody else's time.
        assert_eq!(held_up(&slice(545, 605, 600, 150)), HeldUp { in_unit: us(40), outside: us(0) });
        assert_eq!(held_up(&slice(605, 605, 495, 45)), HeldUp { in_unit: us(0), outside: us(100) });
    }

    #[test]
    fn slices_are_told_apart_by_what_would_have_kept_them_within_the_bound() {
        assert_eq!(Lateness::of(&slice(550, 550, 540, 150)), None);
        assert_eq!(Lateness::of(&slice(605, 605, 600, 150)), Some(Lateness::InUnit));
        assert_eq!(Lateness::of(&slice(605, 605, 495, 45)), Some(Lateness::Outside));
        assert_eq!(Lateness::of(&slice(605, 605, 600, 60)), Some(Lateness::Work));
        assert_eq!(Lateness::of(&slice(605, 2605, 600, 60)), Some(Lateness::Switched));
    }
}
