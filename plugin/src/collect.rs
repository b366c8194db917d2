//! The frame's slice of garbage collection, and the figures of the frame in Bevy's diagnostics.

use std::time::Duration;

use bevy_app::{App, Last, Plugin};
use bevy_diagnostic::{Diagnostic, DiagnosticPath, Diagnostics, DiagnosticsStore, RegisterDiagnostic};
use bevy_ecs::change_detection::{Res, ResMut};
use bevy_ecs::resource::Resource;
use bevy_ecs::schedule::IntoScheduleConfigs;
use perilune::gc::{Phase, TOLERANCE};

use crate::sets::LuaSystems;
use crate::settings::LuaSettings;
use crate::timing::ScriptTimes;
use crate::vm::LuaVm;
use crate::world::driver;

/// Collects garbage at the end of every frame within [`LuaSettings::gc_budget`], and reports.
#[derive(Default)]
pub struct LuaCollectPlugin;

macro_rules! diagnostics {
    ($($(#[doc = $doc:literal])+ $name:ident $path:literal $suffix:literal,)+) => {
        $($(#[doc = $doc])+ pub const $name: DiagnosticPath = DiagnosticPath::const_new($path);)+

        const ALL: &[(DiagnosticPath, &str)] = &[$(($name, $suffix),)+];
    };
}

diagnostics! {
    /// Wall time of the frame's slice of collection, ms.
    GC_SLICE "perilune/gc/slice" "ms",
    /// CPU time of the frame's slice, ms.
    GC_SLICE_CPU "perilune/gc/slice_cpu" "ms",
    /// The budget set, ms; when collection cannot keep up with allocation a slice may be given up to four times it.
    GC_BUDGET "perilune/gc/budget" "ms",
    /// Slices whose CPU time exceeded the budget by more than 50 us, so far.
    GC_OVERRUNS "perilune/gc/overruns" "",
    /// The collector's phase, by number (0: idle).
    GC_PHASE "perilune/gc/phase" "",
    /// Frames the last complete cycle took.
    GC_CYCLE_FRAMES "perilune/gc/cycle_frames" "",
    /// CPU time by which the slice exceeded its budget, ms.
    GC_DEBT "perilune/gc/debt" "ms",
    /// Units of collection that allocations of the frame had to run, because slices do not keep up.
    GC_ASSIST "perilune/gc/assist" "",
    /// Time of finalizers and destructors in the frame, ms.
    GC_FINALIZERS "perilune/gc/finalizers" "ms",
    /// The longest slice so far, us of CPU time.
    GC_STALL_MAX "perilune/gc/stall_max" "us",
    /// Memory in use by scripts, MiB.
    HEAP_SIZE "perilune/heap/size" "MiB",
    /// Memory alive at the end of the last cycle, MiB.
    HEAP_LIVE "perilune/heap/live" "MiB",
    /// Memory allocated in the frame, KiB.
    HEAP_ALLOCATED "perilune/heap/allocated" "KiB",
    /// Time of all script systems and behaviours in the frame, ms.
    SCRIPT_UPDATE "perilune/script/update" "ms",
}

/// The collector's figures of the last frame and in total, for overlays and reports.
#[derive(Resource, Clone, Copy, Debug, Default)]
pub struct LuaCollector {
    /// CPU time of the last slice.
    pub slice_cpu: Duration,
    /// Wall time of the last slice.
    pub slice_wall: Duration,
    /// The budget set.
    pub budget: Duration,
    /// Slices over budget by more than 50 us of CPU time.
    pub overruns: u64,
    /// Median, 99th percentile and maximum of all slices' CPU time, in microseconds.
    pub percentiles_us: [f64; 3],
    /// Bytes in use.
    pub heap_bytes: usize,
    /// Bytes alive at the end of the last cycle.
    pub live_bytes: usize,
    /// The phase the last slice began in.
    pub phase: &'static str,
    /// Time of all script systems and behaviours in the last frame.
    pub script_time: Duration,
    frames: u64,
    allocated: u64,
    assists: u64,
}

impl Plugin for LuaCollectPlugin {
    fn build(&self, app: &mut App) {
        for (path, suffix) in ALL {
            app.register_diagnostic(Diagnostic::new(path.clone()).with_suffix(*suffix));
        }
        app.init_resource::<LuaCollector>().add_systems(
            Last,
            (
                collect.in_set(LuaSystems::Collect),
                measure.in_set(LuaSystems::Diagnostics).after(LuaSystems::Collect),
            ),
        );
    }
}

/// How often percentiles are computed, in frames.
const PERCENTILE_FRAMES: u64 = 30;

fn collect(
    mut vm: ResMut<'_, LuaVm>,
    settings: Res<'_, LuaSettings>,
    mut figures: ResMut<'_, LuaCollector>,
    mut diagnostics: Diagnostics<'_, '_>,
) {
    let _span = tracing::info_span!("lua_collect").entered();
    let budget = settings.gc_budget;
    let lua = vm.lua();
    let heap = driver::collect_in_frame(lua, budget);
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let mib = |bytes: usize| bytes as f64 / f64::from(1 << 20);
    let allocated = heap.allocated.saturating_sub(figures.allocated);
    let assists = heap.assists.saturating_sub(figures.assists);
    diagnostics.add_measurement(&GC_SLICE, || ms(heap.slice.wall));
    diagnostics.add_measurement(&GC_SLICE_CPU, || ms(heap.slice.cpu));
    diagnostics.add_measurement(&GC_BUDGET, || ms(budget));
    diagnostics.add_measurement(&GC_OVERRUNS, || heap.overruns as f64);
    diagnostics.add_measurement(&GC_PHASE, || phase_number(heap.slice.phase));
    diagnostics.add_measurement(&GC_CYCLE_FRAMES, || heap.cycle_slices as f64);
    diagnostics.add_measurement(&GC_DEBT, || ms(heap.slice.cpu.saturating_sub(budget + TOLERANCE)));
    diagnostics.add_measurement(&GC_ASSIST, || assists as f64);
    diagnostics.add_measurement(&GC_FINALIZERS, || ms(heap.finalizers));
    diagnostics.add_measurement(&HEAP_SIZE, || mib(heap.used));
    diagnostics.add_measurement(&HEAP_LIVE, || mib(heap.live));
    diagnostics.add_measurement(&HEAP_ALLOCATED, || allocated as f64 / 1024.0);
    if figures.frames.is_multiple_of(PERCENTILE_FRAMES) {
        figures.percentiles_us = driver::slice_percentiles(lua);
    }
    let longest = figures.percentiles_us[2];
    diagnostics.add_measurement(&GC_STALL_MAX, || longest);
    *figures = LuaCollector {
        slice_cpu: heap.slice.cpu,
        slice_wall: heap.slice.wall,
        budget,
        overruns: heap.overruns,
        heap_bytes: heap.used,
        live_bytes: heap.live,
        phase: heap.slice.phase.name(),
        frames: figures.frames + 1,
        allocated: heap.allocated,
        assists: heap.assists,
        ..*figures
    };
}

fn phase_number(phase: Phase) -> f64 {
    f64::from(phase as u8)
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
