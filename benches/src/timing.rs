//! Time that holds on a shared machine: thread CPU time, medians of interleaved rounds.

use std::time::Duration;

/// The CPU time this thread has used.
///
/// # Panics
/// When the platform has no such clock.
#[allow(unsafe_code, reason = "the standard library has no clock of a thread's CPU time")]
pub fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock writes the `timespec` it is given and keeps no reference to it.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(status, 0, "a clock of thread CPU time");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// What the system has done to this thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Disturbances {
    /// Pages it was given at their first use.
    pub page_faults: u64,
    /// How often others were given its processor.
    pub switches: u64,
}

impl Disturbances {
    /// Since the thread began.
    #[allow(unsafe_code, reason = "the standard library does not ask the system for it")]
    pub fn so_far() -> Disturbances {
        #[cfg(target_os = "linux")]
        {
            // SAFETY: all bytes zero are a valid value of the type.
            let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
            // SAFETY: the system writes the structure it is given and keeps no reference to it.
            let status = unsafe { libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage) };
            assert_eq!(status, 0, "a thread's use of the system");
            let count = |count: libc::c_long| u64::try_from(count).unwrap_or_default();
            Disturbances { page_faults: count(usage.ru_minflt), switches: count(usage.ru_nivcsw) }
        }
        #[cfg(not(target_os = "linux"))]
        Disturbances::default()
    }

    /// Those since an earlier moment.
    #[must_use]
    pub fn since(self, earlier: Disturbances) -> Disturbances {
        Disturbances {
            page_faults: self.page_faults - earlier.page_faults,
            switches: self.switches - earlier.switches,
        }
    }
}

impl std::fmt::Display for Disturbances {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} page faults, {} switches", self.page_faults, self.switches)
    }
}

/// The CPU time `work` takes in milliseconds, and what it returns.
pub fn measure<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = cpu_time();
    let result = work();
    ((cpu_time() - start).as_secs_f64() * 1e3, result)
}

/// The middle value; of an even number of values the upper middle.
///
/// # Panics
/// When there are no values.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The geometric mean: the one that ratios have.
pub fn geometric_mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (sum, count) =
        values.into_iter().fold((0.0, 0.0), |(sum, count), value| (sum + value.ln(), count + 1.0));
    f64::exp(sum / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_outliers() {
        assert_eq!(median(&[3.0, 1.0, 900.0]), 3.0);
    }

    #[test]
    fn the_geometric_mean_of_a_ratio_and_its_inverse_is_one() {
        assert!((geometric_mean([4.0, 0.25]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn cpu_time_counts_work_and_not_sleep() {
        let (asleep, ()) = measure(|| std::thread::sleep(Duration::from_millis(60)));
        let (busy, _) = measure(|| {
            (0..3_000_000_u64).fold(1, |hash: u64, i| std::hint::black_box(hash.rotate_left(5) ^ i))
        });
        assert!(asleep < 30.0, "{asleep} ms asleep");
        assert!(busy > 0.5, "{busy} ms busy");
    }
}
