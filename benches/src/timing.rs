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
