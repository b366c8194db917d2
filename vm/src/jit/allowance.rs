//! How much time recording and compiling may take of the thread that runs scripts.
//!
//! A bucket: it fills with a share of the time that goes by, holds so much at most, and what the compiler takes is paid from it. While it is
//! empty no recording begins. So a program whose loops grow without end (each path through its branches is a trace) runs at most that share slower than with no
//! compiler.
//!
//! Where the host has frames, each has a small share of its own besides, and none of it left over. A recording that has begun is finished; what it takes beyond that the frames after it pay for.

use std::time::{Duration, Instant};

/// One part of so many goes to the compiler.
const SHARE: u32 = 12;
/// What the bucket holds.
const MOST: Duration = Duration::from_millis(12);

/// What a frame may have.
const IN_FRAME: Duration = Duration::from_micros(200);

/// See the module.
pub(super) struct Allowance {
    /// What is left of the frame's share, and what frames to come have to pay; nothing without frames.
    frame: Option<(Duration, Duration)>,
    left: Duration,
    debt: Duration,
    filled: Instant,
    /// When the work under way began.
    began: Option<Instant>,
    /// All that was taken.
    pub(super) spent: Duration,
    /// What of it the script's thread has worked.
    pub(super) spent_here: Duration,
}

impl Allowance {
    pub(super) fn new() -> Allowance {
        Allowance {
            frame: None,
            left: MOST,
            debt: Duration::ZERO,
            filled: Instant::now(),
            began: None,
            spent: Duration::ZERO,
            spent_here: Duration::ZERO,
        }
    }

    /// The host's next frame begins.
    pub(super) fn frame_begins(&mut self) {
        let owed = self.frame.map_or(Duration::ZERO, |(_, owed)| owed);
        self.frame = Some((IN_FRAME.saturating_sub(owed), owed.saturating_sub(IN_FRAME)));
    }

    /// Whether work may begin now.
    pub(super) fn has_some(&mut self) -> bool {
        if self.frame.is_some_and(|(left, _)| left.is_zero()) {
            return false;
        }
        let now = Instant::now();
        self.fill(now.duration_since(self.filled));
        self.filled = now;
        self.debt.is_zero() && !self.left.is_zero()
    }

    fn fill(&mut self, gone_by: Duration) {
        let share = gone_by / SHARE;
        self.left = (self.left + share.saturating_sub(self.debt)).min(MOST);
        self.debt = self.debt.saturating_sub(share);
    }

    pub(super) fn begin(&mut self) {
        self.began = Some(Instant::now());
    }

    pub(super) fn end(&mut self) {
        if let Some(began) = self.began.take() {
            self.took_here(began.elapsed());
        }
    }

    /// The script's thread has worked for so long.
    pub(super) fn took_here(&mut self, time: Duration) {
        if let Some((left, owed)) = &mut self.frame {
            *owed += time.saturating_sub(*left);
            *left = left.saturating_sub(time);
        }
        self.spent_here += time;
        self.take(time);
    }

    /// Another thread has worked for so long, which is not for nothing where there are few processors: it may have two thirds of one.
    pub(super) fn took_elsewhere(&mut self, time: Duration) {
        self.take(time / 8);
    }

    fn take(&mut self, time: Duration) {
        self.spent += time;
        self.debt += time.saturating_sub(self.left);
        self.left = self.left.saturating_sub(time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_beyond_the_bucket_is_paid_back_first() {
        let mut allowance = Allowance::new();
        allowance.take(MOST + Duration::from_millis(5));
        assert!(!allowance.has_some());
        allowance.fill(Duration::from_millis(5) * (SHARE - 1));
        assert!(allowance.left.is_zero() && !allowance.debt.is_zero());
        allowance.fill(Duration::from_millis(2) * SHARE);
        assert!(allowance.debt.is_zero() && !allowance.left.is_zero());
        allowance.fill(Duration::from_secs(100));
        assert_eq!(allowance.left, MOST);
        assert_eq!(allowance.spent, MOST + Duration::from_millis(5));
    }

    #[test]
    fn frames_have_a_share_each_and_pay_for_those_before() {
        let mut allowance = Allowance::new();
        allowance.frame_begins();
        allowance.took_here(IN_FRAME / 2);
        assert!(allowance.has_some());
        allowance.took_here(IN_FRAME * 2);
        assert!(!allowance.has_some());
        allowance.frame_begins();
        assert!(!allowance.has_some(), "it pays for one and a half frames' shares");
        allowance.frame_begins();
        assert!(allowance.has_some());
        assert_eq!(allowance.frame, Some((IN_FRAME / 2, Duration::ZERO)));
        allowance.frame_begins();
        assert_eq!(allowance.frame, Some((IN_FRAME, Duration::ZERO)), "and nothing is saved");
        assert_eq!(allowance.spent_here, IN_FRAME / 2 * 5);
    }
}
