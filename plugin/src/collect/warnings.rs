//! What the log is told of collections: budgets raised, caps that cannot be kept, frames stopped.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bevy_ecs::resource::Resource;
use perilune::FullCollection;

use super::LuaCollector;

/// Warns once for each script that has all garbage collected at once.
#[derive(Default)]
pub(crate) struct FullCollectionWarnings(Mutex<BTreeSet<String>>);

impl FullCollectionWarnings {
    /// A script has done it.
    pub(crate) fn warn(&self, full: &FullCollection) {
        let (script, place) = match &full.caller {
            Some((script, line)) => (script.clone(), format!("{script}:{line}")),
            None => (String::new(), "a script".to_owned()),
        };
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(script) {
            let ms = full.time.as_secs_f64() * 1e3;
            tracing::warn!(
                target: "perilune",
                "{place}: a full collection inside a frame, which waited {ms:.2} ms for it. Every frame's slice collects \
                 within its budget; this script's further full collections are not reported"
            );
        }
    }
}

/// Warns once for each soft cap that what is alive exceeds.
#[derive(Resource, Default)]
pub(crate) struct SoftCapWarnings(BTreeSet<usize>);

impl SoftCapWarnings {
    /// A frame has ended.
    pub(super) fn note(&mut self, figures: &LuaCollector) {
        if let Some(cap) = figures.unkept_soft_cap
            && self.0.insert(cap)
        {
            tracing::warn!(
                target: "perilune",
                "the soft cap of {cap} bytes cannot be kept: {} bytes are alive. Collection goes by an eighth more than that instead; \
                 raise `LuaSettings::memory_soft_limit`, or have scripts hold less",
                figures.live_bytes
            );
        }
    }
}

/// Says when budgets begin to be raised, and for how many slices they were.
#[derive(Resource, Default)]
pub(crate) struct RaiseReports {
    /// Slices raised since it was said that they are, and the longest budget.
    raised: u32,
    largest: Duration,
    /// Frames since the last of them.
    quiet: u32,
}

/// Frames without a raise after which the next one is news.
const QUIET_FRAMES: u32 = 300;

impl RaiseReports {
    /// A frame has ended.
    pub(super) fn note(&mut self, figures: &LuaCollector) {
        let us = |time: Duration| time.as_micros();
        if figures.is_raised {
            if self.raised == 0 {
                tracing::info!(
                    target: "perilune",
                    "collection is given {} us of the frame instead of {}: scripts allocate {} KiB a frame, which takes {} us to collect",
                    us(figures.budget_in_force),
                    us(figures.budget),
                    figures.bytes_per_frame / 1024,
                    us(figures.sustaining_budget),
                );
            }
            self.raised += 1;
            self.largest = self.largest.max(figures.budget_in_force);
            self.quiet = 0;
        } else if self.raised > 0 {
            self.quiet += 1;
            if self.quiet == QUIET_FRAMES {
                tracing::info!(
                    target: "perilune",
                    "collection keeps to its budget again: it was raised in {} frames, to {} us at most",
                    self.raised,
                    us(self.largest),
                );
                *self = RaiseReports::default();
            }
        }
    }
}
