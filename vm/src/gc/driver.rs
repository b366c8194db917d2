//! The collector's steps where the VM takes part: safe points, frames, `collectgarbage`, finalizers.

use std::time::{Duration, Instant};

use super::Heap;
use super::budget::{Budget, thread_cpu_time};
use super::cycle::Phase;
use super::pacer::Drive;
use super::probe::StallCause;
use super::stats::SliceRecord;
use crate::host;
use crate::value::RawValue;
use crate::vm::Vm;

/// Finalizers run at a safe point, at most.
const FINALIZERS_PER_STEP: usize = 8;
/// Payloads dropped at a safe point, at most.
const DROPS_PER_STEP: u64 = 64;

impl Vm {
    /// Runs the collection step that is due, and a few finalizers. Called by the interpreter only, between instructions, the running
    /// coroutine's `top` saved.
    pub(crate) fn safe_point(&mut self) {
        self.release_dropped_handles();
        self.heap.debt_step();
        self.update_stack_limit();
        self.heap.run_drops(Budget::Units(DROPS_PER_STEP));
        self.run_finalizers(FINALIZERS_PER_STEP);
    }

    /// A frame's slice of collection: to be called by the host once a frame, when no Lua runs. Finalizers of scripts run
    /// afterwards, for up to half of the budget again.
    pub fn collect_in_frame(&mut self, budget: Budget, slack: Duration) -> SliceRecord {
        self.frame_begins();
        self.release_dropped_handles();
        self.save_top();
        let record = self.heap.frame_step(budget, slack);
        self.update_stack_limit();
        let start = Instant::now();
        match budget {
            Budget::Time(time) => {
                self.heap.run_drops(Budget::Time(time / 4));
                while start.elapsed() < time / 2 && self.run_finalizers(1) {}
            }
            Budget::Units(units) => {
                self.heap.run_drops(Budget::Units(units));
                self.run_finalizers(FINALIZERS_PER_STEP);
            }
            Budget::Unlimited => {
                self.heap.run_drops(budget);
                while self.run_finalizers(FINALIZERS_PER_STEP) {}
            }
        }
        self.heap.stats.last_finalizers = start.elapsed();
        record
    }

    /// Collects everything that is garbage now, and runs all finalizers that are due: `collectgarbage("collect")`.
    pub fn collect_all(&mut self) {
        self.release_dropped_handles();
        self.save_top();
        let begun = self.heap.stall_begins();
        self.heap.collect_now();
        self.heap.stall_ends(begun, StallCause::Full);
        self.heap.stats.full_collections += 1;
        self.update_stack_limit();
        self.heap.run_drops(Budget::Unlimited);
        while self.run_finalizers(FINALIZERS_PER_STEP) {}
        // What a program collects before its frames begin is not in a hurry; the first script that needs much memory is.
        self.heap.memory.meet_releaser();
    }

    /// A step of so many kilobytes' worth of work, starting a collection if none is under way: `collectgarbage("step")`. Whether a
    /// collection ended.
    pub fn collect_step(&mut self, kilobytes: usize) -> bool {
        self.release_dropped_handles();
        self.save_top();
        let begun = self.heap.stall_begins();
        let was_idle = !self.heap.cycle_active();
        let ended = self.heap.explicit_step(kilobytes);
        let is_whole = was_idle && ended;
        self.heap.stall_ends(begun, if is_whole { StallCause::Full } else { StallCause::Requested });
        self.heap.stats.full_collections += u64::from(is_whole);
        self.update_stack_limit();
        self.heap.run_drops(Budget::Units(DROPS_PER_STEP));
        self.run_finalizers(FINALIZERS_PER_STEP);
        ended
    }

    /// Runs every finalizer there is, as the last thing the VM does.
    fn finalize_all(&mut self) {
        self.save_top();
        self.heap.finish_cycle();
        // A finalizer may make objects with finalizers; one that always does is not followed for ever.
        for _ in 0..10 {
            self.heap.queue_all_finalizers();
            if !self.run_finalizers(usize::MAX) {
                return;
            }
        }
    }

    /// Calls up to `count` finalizers; whether there was any. Their errors are counted, not raised: there is nobody to catch them. None
    /// runs inside another.
    fn run_finalizers(&mut self, count: usize) -> bool {
        if self.heap.finalizers.running {
            return false;
        }
        self.heap.finalizers.running = true;
        let mut any = false;
        for _ in 0..count {
            let Some((object, finalizer)) = self.heap.take_finalizer() else { break };
            any = true;
            self.run_finalizer(object, finalizer);
        }
        self.heap.finalizers.running = false;
        any
    }

    fn run_finalizer(&mut self, object: RawValue, finalizer: RawValue) {
        let (top, raised) = (self.top, self.heap.roots.raised);
        // When no call from the host is under way, a finalizer is one, with a time limit of its own.
        host::enter(self);
        let result = self.call(finalizer, &[object]);
        host::leave(self);
        if result.is_err() {
            self.heap.stats.finalizer_errors += 1;
            self.set_raised(raised);
        }
        self.top = top;
    }

    fn set_raised(&mut self, raised: Option<RawValue>) {
        if let Some(old) = self.heap.roots.raised {
            self.heap.barrier(old);
        }
        self.heap.roots.raised = raised;
    }
}

impl Drop for Vm {
    fn drop(&mut self) {
        // While a panic unwinds, the VM may be in the middle of anything.
        if !std::thread::panicking() {
            self.finalize_all();
        }
    }
}

impl Heap {
    /// The step due at a safe point: starts a collection or does as much of it as allocation owes.
    pub(crate) fn debt_step(&mut self) {
        let begun = self.stall_begins();
        let cause = match self.pacer.drive {
            _ if self.emergency => StallCause::Full,
            Drive::Debt => StallCause::Step,
            Drive::Frames => StallCause::Assist,
        };
        self.do_debt_step();
        self.stall_ends(begun, cause);
    }

    fn do_debt_step(&mut self) {
        if std::mem::take(&mut self.emergency) {
            self.stats.emergencies += 1;
            self.collect_now();
            // What is waiting to be dropped may hold most of it.
            self.run_drops(Budget::Unlimited);
            self.set_soft_mark();
        } else if self.cycle_active() {
            match self.pacer.drive {
                // Under stress marking is drawn out, so that much happens meanwhile.
                _ if self.stress.is_on() => self.step_units(1),
                Drive::Debt => self.step_units(self.pacer.units_for(self.debt)),
                // Waiting finalizers make safe points too, and are no reason to help.
                Drive::Frames if self.pacer.is_behind(self.used()) => {
                    if let Some(time) = self.assist_time() {
                        let mut meter = self.pacer.assist_meter(self.pacer.units_for_frames(self.debt), time);
                        self.run(&mut meter);
                    }
                }
                Drive::Frames => {}
            }
        } else if self.pacer.is_behind(self.used()) || self.stress.is_on() && self.stress_pause == 0 {
            self.start_cycle();
        } else {
            self.stress_pause = self.stress_pause.saturating_sub(1);
        }
        self.settle_debt();
    }

    /// How long allocation may help the collection under way, if it may.
    pub(super) fn assist_time(&self) -> Option<Duration> {
        self.pacer.assist_time(self.used(), self.stats.stalls.between_slices())
    }

    /// Ends the collection under way and runs a whole one. Only at a safe point.
    pub(crate) fn collect_now(&mut self) {
        self.finish_cycle();
        self.change_weakness(usize::MAX);
        let start = Instant::now();
        let cpu_start = thread_cpu_time(start);
        self.start_cycle();
        self.finish_cycle();
        // What a host collects at once before its frames begin says what their collections will take on this machine.
        self.pacer.learn_cost(thread_cpu_time(start).saturating_sub(cpu_start));
        self.settle_debt();
    }

    fn explicit_step(&mut self, kilobytes: usize) -> bool {
        if !self.cycle_active() {
            self.start_cycle();
        }
        if kilobytes == 0 {
            self.step_units(self.pacer.units_for(0));
        } else {
            self.step_units(self.pacer.units_for((kilobytes as isize).saturating_mul(1024)));
        }
        self.settle_debt();
        !self.cycle_active()
    }

    /// Says how much may be allocated before the next step is due.
    pub(crate) fn settle_debt(&mut self) {
        self.debt = if self.stress.is_on() {
            1
        } else if self.finalizers.waiting() > 0 && !self.finalizers.running {
            // Finalizers that are due do not wait for the next collection.
            -(FINALIZER_DEBT)
        } else if self.cycle.phase == Phase::Idle {
            self.pacer.idle_debt(self.used())
        } else {
            self.pacer.step_debt(self.used())
        };
    }
}

/// Bytes allocated between two runs of waiting finalizers.
const FINALIZER_DEBT: isize = 4096;
