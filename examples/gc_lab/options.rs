//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use bevy_perilune::{GcPolicy, LuaSettings};
use lexopt::prelude::*;

use crate::WORKLOADS;

/// What was asked for.
pub(crate) struct Options {
    pub(crate) headless: bool,
    pub(crate) frames: Option<u32>,
    /// The index of the workload.
    pub(crate) workload: usize,
    pub(crate) load: f64,
    pub(crate) settings: LuaSettings,
    pub(crate) screenshot: Option<PathBuf>,
}

/// The policies by name.
pub(crate) const POLICIES: &[(&str, GcPolicy)] = &[
    ("strict", GcPolicy::Strict),
    ("adaptive", GcPolicy::Adaptive),
    ("bounded-heap", GcPolicy::BoundedHeap),
];

/// How to call the program.
pub(crate) fn usage() -> String {
    let mut text = "usage: gc_lab [--headless] [--frames N] [--workload NAME] [--load X] [--budget-us B] [--policy strict|adaptive|bounded-heap]\n\
                    \x20             [--frame-time-us T] [--soft-cap-mib M] [--hard-cap-mib M] [--screenshot FILE]\n\
                    workloads:"
        .to_owned();
    for workload in WORKLOADS {
        text += &format!("\n  {:14} {}", workload.name, workload.what);
    }
    text
}

impl Options {
    pub(crate) fn parse() -> Result<Options, lexopt::Error> {
        let mut options = Options {
            headless: false,
            frames: None,
            workload: 0,
            load: 1.0,
            settings: LuaSettings::default(),
            screenshot: None,
        };
        let settings = &mut options.settings;
        let mut parser = lexopt::Parser::from_env();
        while let Some(arg) = parser.next()? {
            match arg {
                Long("headless") => options.headless = true,
                Long("frames") => options.frames = Some(parser.value()?.parse()?),
                Long("workload") => options.workload = parser.value()?.parse_with(workload)?,
                Long("load") => options.load = parser.value()?.parse_with(load)?,
                Long("budget-us") => settings.gc_budget = Duration::from_micros(parser.value()?.parse()?),
                Long("policy") => settings.gc_policy = parser.value()?.parse_with(policy)?,
                Long("frame-time-us") => {
                    settings.gc_frame_time = Some(Duration::from_micros(parser.value()?.parse()?));
                }
                Long("soft-cap-mib") => settings.memory_soft_limit = Some(parser.value()?.parse_with(mib)?),
                Long("hard-cap-mib") => settings.memory_limit = parser.value()?.parse_with(mib)?,
                Long("screenshot") => options.screenshot = Some(parser.value()?.into()),
                other => return Err(other.unexpected()),
            }
        }
        Ok(options)
    }
}

fn workload(name: &str) -> Result<usize, String> {
    WORKLOADS
        .iter()
        .position(|workload| workload.name == name)
        .ok_or(format!("there is no workload '{name}'"))
}

fn policy(name: &str) -> Result<GcPolicy, String> {
    let found = POLICIES.iter().find(|(known, _)| *known == name);
    found.map(|(_, policy)| *policy).ok_or(format!("there is no policy '{name}'"))
}

fn load(text: &str) -> Result<f64, String> {
    let load = text.parse().ok().filter(|load| (0.01..=100.0).contains(load));
    load.ok_or(format!("the load is a number from 0.01 to 100, not '{text}'"))
}

fn mib(text: &str) -> Result<usize, String> {
    let bytes = text.parse().ok().filter(|&mib| mib > 0).and_then(|mib: usize| mib.checked_mul(1 << 20));
    bytes.ok_or(format!("a cap is a number of MiB above zero, not '{text}'"))
}
