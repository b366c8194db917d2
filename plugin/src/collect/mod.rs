//! The frame's slice of garbage collection, and the figures of the frame in Bevy's diagnostics.

mod diagnostics;
mod figures;
mod warnings;

use std::time::{Duration, Instant};

use bevy_app::{App, Last, Plugin};
use bevy_diagnostic::{Diagnostic, DiagnosticPath, Diagnostics, DiagnosticsStore};
use bevy_ecs::change_detection::{Res, ResMut};
use bevy_ecs::resource::Resource;
use bevy_ecs::schedule::IntoScheduleConfigs;
use perilune::Budget;

use crate::sets::LuaSystems;
use crate::settings::LuaSettings;
use crate::timing::ScriptTimes;
use crate::vm::LuaVm;

pub use diagnostics::*;
pub use figures::LuaCollector;
pub(crate) use warnings::FullCollectionWarnings;

use figures::Totals;
use warnings::{RaiseReports, SoftCapWarnings};

/// Collects garbage at the end of every frame within [`LuaSettings::gc_budget`], and reports.
///
/// The slice is an ordinary system in [`Last`] that has the VM and the settings to itself: systems that use neither run beside it.
#[derive(Default)]
pub struct LuaCollectPlugin;

impl Plugin for LuaCollectPlugin {
    fn build(&self, app: &mut App) {
        diagnostics::register(app);
        app.init_resource::<LuaCollector>().init_resource::<Totals>();
        app.init_resource::<RaiseReports>().init_resource::<SoftCapWarnings>();
        app.add_systems(
            Last,
            (
                collect.in_set(LuaSystems::Collect),
                // It needs nothing of what `collect` defers, and a sync point between them would wait for every other system.
                measure.in_set(LuaSystems::Diagnostics).after_ignore_deferred(LuaSystems::Collect),
            ),
        );
    }
}

/// When the frame began.
#[derive(Resource)]
pub(crate) struct FrameStart(Instant);

impl Default for FrameStart {
    fn default() -> FrameStart {
        FrameStart(Instant::now())
    }
}

/// A frame begins.
pub(crate) fn frame_starts(mut start: ResMut<'_, FrameStart>) {
    start.0 = Instant::now();
}

fn collect(
    mut vm: ResMut<'_, LuaVm>,
    settings: Res<'_, LuaSettings>,
    start: Res<'_, FrameStart>,
    mut figures: ResMut<'_, LuaCollector>,
    mut totals: ResMut<'_, Totals>,
    (mut reports, mut caps): (ResMut<'_, RaiseReports>, ResMut<'_, SoftCapWarnings>),
    mut diagnostics: Diagnostics<'_, '_>,
) {
    let _span = tracing::info_span!("lua_collect").entered();
    let slack = settings.slack(start.0.elapsed());
    let lua = vm.lua();
    let slice = lua.gc_frame_with_slack(Budget::Time(settings.gc_budget), slack);
    *figures = totals.figures_of_frame(&figures, &slice, slack, lua.stats());
    reports.note(&figures);
    caps.note(&figures);
    diagnostics::add_measurements(&mut diagnostics, &figures);
}

/// Takes the frame's script times. Paths of systems and scripts appear as they are first used.
fn measure(
    times: Res<'_, ScriptTimes>,
    mut figures: ResMut<'_, LuaCollector>,
    mut store: ResMut<'_, DiagnosticsStore>,
) {
    let mut total = Duration::ZERO;
    times.take(|name, time| {
        total += time;
        let name: String = name.chars().filter(|c| !matches!(c, '\'' | ' ')).collect();
        let path = DiagnosticPath::new(format!("perilune/script/{name}"));
        if store.get(&path).is_none() {
            store.add(Diagnostic::new(path.clone()).with_suffix("ms"));
        }
        add(&mut store, &path, time.as_secs_f64() * 1e3);
    });
    figures.script_time = total;
    add(&mut store, &SCRIPT_UPDATE, total.as_secs_f64() * 1e3);
}

fn add(store: &mut DiagnosticsStore, path: &DiagnosticPath, value: f64) {
    if let Some(diagnostic) = store.get_mut(path) {
        diagnostic.add_measurement(bevy_diagnostic::DiagnosticMeasurement {
            time: bevy_platform::time::Instant::now(),
            value,
        });
    }
}
