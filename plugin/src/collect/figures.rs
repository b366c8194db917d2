//! The collector's figures, frame by frame.

use std::time::Duration;

use bevy_ecs::resource::Resource;
use perilune::{Budget, CompilerStats, Phase, SliceRecord, StallCause, StallRecord, Stats};

/// The collector's figures of the last frame and in total, for overlays and reports. Each is in Bevy's diagnostics too.
#[derive(Resource, Clone, Copy, Debug)]
pub struct LuaCollector {
    /// CPU time of the last slice.
    pub slice_cpu: Duration,
    /// Wall time of the last slice.
    pub slice_wall: Duration,
    /// The budget set.
    pub budget: Duration,
    /// The budget the slice was given: more than was set when the frame had time left, or the policy raised it; less when scripts had waited for the VM
    /// already, see [`LuaSettings::gc_budget`](crate::LuaSettings::gc_budget).
    pub budget_in_force: Duration,
    /// What the frame had left beyond the budget, as far as the settings allow its use.
    pub slack: Duration,
    /// Whether the policy raised the last slice's budget beyond budget and slack.
    pub is_raised: bool,
    /// Slices whose budget was raised.
    pub raises: u64,
    /// Slices over the budget in force by more than 50 us of CPU time.
    pub overruns: u64,
    /// Median, 99th percentile and maximum of all slices' CPU time, in microseconds.
    pub percentiles_us: [f64; 3],
    /// The smallest budget that would keep the heap at twice its live size at the present rate of allocation.
    pub sustaining_budget: Duration,
    /// Bytes in use.
    pub heap_bytes: usize,
    /// Bytes alive at the end of the last cycle.
    pub live_bytes: usize,
    /// The soft cap, if more than that is alive, so that no collection can keep it.
    pub unkept_soft_cap: Option<usize>,
    /// Bytes allocated in the last frame.
    pub frame_bytes: u64,
    /// Bytes allocated a frame, smoothed.
    pub bytes_per_frame: u64,
    /// The phase the last slice began in.
    pub phase: Phase,
    /// Frames the last complete cycle took.
    pub cycle_frames: u64,
    /// Time of finalizers and destructors after the last slice.
    pub finalizers: Duration,
    /// Time in the last frame in which allocation did a part of the collection, because slices do not keep up.
    pub assists: Duration,
    /// Time in the last frame that scripts waited for the VM outside the slice, for any cause.
    pub stalled: Duration,
    /// The longest time that a script waited for the VM outside slices, and why.
    pub longest_stall: Option<StallRecord>,
    /// Whole collections that scripts asked for, so far.
    pub full_collections: u64,
    /// Collections that had to be finished at once at the hard cap, so far.
    pub emergencies: u64,
    /// What the compiler of hot loops has done; `None` without [`LuaScriptPlugin::jit`](crate::LuaScriptPlugin::jit).
    pub compiler: Option<CompilerStats>,
    /// Time in the frame that scripts waited for the compiler: recording, and putting to use what was compiled beside them.
    pub compiler_time: Duration,
    /// The share of the time of scripts that compiled code takes, between 0 and 1: of the last hundred samples or so, one a millisecond while a script runs.
    pub compiled_share: f64,
    /// Time of all script systems and behaviours in the last frame.
    pub script_time: Duration,
    stalls: [Duration; StallCause::ALL.len()],
}

impl Default for LuaCollector {
    fn default() -> LuaCollector {
        LuaCollector {
            slice_cpu: Duration::ZERO,
            slice_wall: Duration::ZERO,
            budget: Duration::ZERO,
            budget_in_force: Duration::ZERO,
            slack: Duration::ZERO,
            is_raised: false,
            raises: 0,
            overruns: 0,
            percentiles_us: [0.0; 3],
            sustaining_budget: Duration::ZERO,
            heap_bytes: 0,
            live_bytes: 0,
            unkept_soft_cap: None,
            frame_bytes: 0,
            bytes_per_frame: 0,
            phase: Phase::Idle,
            cycle_frames: 0,
            finalizers: Duration::ZERO,
            assists: Duration::ZERO,
            stalled: Duration::ZERO,
            longest_stall: None,
            full_collections: 0,
            compiler: None,
            compiler_time: Duration::ZERO,
            emergencies: 0,
            compiled_share: 0.0,
            script_time: Duration::ZERO,
            stalls: [Duration::ZERO; StallCause::ALL.len()],
        }
    }
}

impl LuaCollector {
    /// The longest time that a script waited for the VM for this cause.
    pub fn longest_stall_for(&self, cause: StallCause) -> Duration {
        self.stalls[cause as usize]
    }

    /// The collection that a frame's allocation calls for beyond the budget in force.
    pub fn debt(&self) -> Duration {
        self.sustaining_budget.saturating_sub(self.budget_in_force)
    }
}

/// What the VM had counted when the last frame ended.
#[derive(Resource, Default)]
pub(crate) struct Totals {
    frames: u64,
    allocated: u64,
    assists: Duration,
    stalled: Duration,
}

/// How often percentiles are computed, in frames.
const PERCENTILE_FRAMES: u64 = 30;

impl Totals {
    /// The figures of a frame whose slice has ended.
    pub(crate) fn figures_of_frame(
        &mut self,
        last: &LuaCollector,
        slice: &SliceRecord,
        slack: Duration,
        stats: Stats<'_>,
    ) -> LuaCollector {
        let heap = stats.collector;
        let last_cycle = heap.last_cycle.unwrap_or_default();
        let (assists, stalled) = (heap.stalls.total_for(StallCause::Assist), heap.stalls.total());
        let us = |nanoseconds: u64| nanoseconds as f64 / 1000.0;
        let slices = &heap.slice_cpu;
        let budget = stats.pacing.budget;
        let figures = LuaCollector {
            slice_cpu: slice.cpu,
            slice_wall: slice.wall,
            budget,
            budget_in_force: match slice.budget {
                Budget::Time(time) => time,
                Budget::Units(_) | Budget::Unlimited => budget,
            },
            slack,
            is_raised: slice.raised,
            raises: heap.raised,
            overruns: heap.overruns,
            percentiles_us: if self.frames.is_multiple_of(PERCENTILE_FRAMES) {
                [us(slices.value_at_quantile(0.5)), us(slices.value_at_quantile(0.99)), us(slices.max())]
            } else {
                last.percentiles_us
            },
            sustaining_budget: stats.pacing.sustaining_budget,
            heap_bytes: stats.heap_bytes,
            live_bytes: if last_cycle.live_bytes == 0 { stats.heap_bytes } else { last_cycle.live_bytes },
            unkept_soft_cap: stats.pacing.unkept_soft_limit,
            frame_bytes: stats.allocated_bytes.saturating_sub(self.allocated),
            bytes_per_frame: stats.pacing.bytes_per_frame as u64,
            phase: slice.phase,
            cycle_frames: last_cycle.slices,
            finalizers: heap.last_finalizers,
            assists: assists.saturating_sub(self.assists),
            stalled: stalled.saturating_sub(self.stalled),
            longest_stall: heap.stalls.worst(),
            full_collections: heap.full_collections,
            compiler: stats.compiler,
            emergencies: heap.emergencies,
            compiled_share: recent_share(last, stats.compiler),
            compiler_time: waited(stats.compiler).saturating_sub(waited(last.compiler)),
            script_time: last.script_time,
            stalls: std::array::from_fn(|cause| heap.stalls.worst_for(StallCause::ALL[cause])),
        };
        *self = Totals { frames: self.frames + 1, allocated: stats.allocated_bytes, assists, stalled };
        figures
    }
}

/// How long scripts have waited for the compiler.
fn waited(compiler: Option<CompilerStats>) -> Duration {
    compiler.map_or(Duration::ZERO, |compiler| compiler.waited)
}

/// Over how many samples the compiled share is smoothed.
const SHARE_SAMPLES: f64 = 100.0;

/// The compiled share after a frame: what was seen in it counts for as much of the whole as it is of so many samples.
fn recent_share(last: &LuaCollector, now: Option<CompilerStats>) -> f64 {
    let (Some(before), Some(now)) = (last.compiler, now) else { return last.compiled_share };
    let seen = now.samples.saturating_sub(before.samples) as f64;
    if seen == 0.0 {
        return last.compiled_share;
    }
    let share = now.compiled_samples.saturating_sub(before.compiled_samples) as f64 / seen;
    let weight = (seen / SHARE_SAMPLES).min(1.0);
    last.compiled_share + (share - last.compiled_share) * weight
}

#[cfg(test)]
mod share_tests {
    use super::*;

    #[test]
    fn the_compiled_share_follows_the_samples() {
        let stats = |samples, compiled| {
            let mut stats = CompilerStats::default();
            (stats.samples, stats.compiled_samples) = (samples, compiled);
            Some(stats)
        };
        let mut last = LuaCollector { compiler: stats(0, 0), ..LuaCollector::default() };
        last.compiled_share = recent_share(&last, stats(50, 50));
        assert_eq!(last.compiled_share, 0.5, "as much as half of a hundred samples");
        last.compiler = stats(50, 50);
        assert_eq!(recent_share(&last, stats(50, 50)), 0.5, "nothing was seen");
        assert_eq!(recent_share(&last, stats(250, 50)), 0.0, "more than a hundred");
    }
}
