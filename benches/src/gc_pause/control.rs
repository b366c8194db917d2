//! What the machine itself takes of a loop that only looks at the clock.

use std::time::{Duration, Instant};

use super::series::Series;
use crate::timing::cpu_time;

/// Spins for `budget`, `frames` times; processor time and wall time of each.
pub fn spin(budget: Duration, frames: u64) -> (Series, Series) {
    let (mut cpu, mut wall) = (Series::default(), Series::default());
    for _ in 0..frames {
        let (start, cpu_start) = (Instant::now(), cpu_time());
        while start.elapsed() < budget {
            std::hint::spin_loop();
        }
        cpu.push((cpu_time() - cpu_start).as_secs_f64() * 1e6);
        wall.push(start.elapsed().as_secs_f64() * 1e6);
    }
    (cpu, wall)
}
