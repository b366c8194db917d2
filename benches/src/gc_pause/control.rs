//! What the machine itself takes of a loop that only looks at the clock.

use std::time::{Duration, Instant};

use super::series::Series;
use crate::timing::cpu_time;

/// Spins for `budget`, `frames` times; processor time and wall time of each, and the longest time between two looks at the clock.
pub fn spin(budget: Duration, frames: u64) -> (Series, Series, Series) {
    let (mut cpu, mut wall, mut gaps) = (Series::default(), Series::default(), Series::default());
    for _ in 0..frames {
        let (start, cpu_start) = (Instant::now(), cpu_time());
        let (mut last, mut gap) = (cpu_start, Duration::ZERO);
        while start.elapsed() < budget {
            (0..500).for_each(|_| std::hint::spin_loop());
            let now = cpu_time();
            gap = gap.max(now - last);
            last = now;
        }
        gaps.push(gap.as_secs_f64() * 1e6);
        cpu.push((cpu_time() - cpu_start).as_secs_f64() * 1e6);
        wall.push(start.elapsed().as_secs_f64() * 1e6);
    }
    (cpu, wall, gaps)
}
