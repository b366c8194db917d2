//! How much time recording and compiling may take of the thread that runs scripts.
//!
//! A bucket: it fills with a share of the time that goes by, holds so much at most, and what the compiler takes is paid from it. While it is
//! empty no recording begins. So a program whose loops grow without end (each path through its branches is a trace) runs at most that share slower than with no
//! compiler, and no frame of a game has more than a bucket's worth of compiling in it, but for the last recording, which is finished.

use std::time::{Duration, Instant};

/// One part of so many goes to the compiler.
const SHARE: u32 = 12;
/// What the bucket holds.
const MOST: Duration = Duration::from_millis(12);

/// See the module.
pub(super) struct Allowance {
    left: Duration,
    debt: Duration,
    filled: Instant,
    /// When the work under way began.
    began: Option<Instant>,
    /// All that was taken.
    pub(super) spent: Duration,
}

impl Allowance {
    pub(super) fn new() -> Allowance {
        Allowance {
            left: MOST,
            debt: Duration::ZERO,
            filled: Instant::now(),
            began: None,
            spent: Duration::ZERO,
        }
    }

    /// Whether work may begin now.
    pub(super) fn has_some(&mut self) -> bool {
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
            self.take(began.elapsed());
        }
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
}
