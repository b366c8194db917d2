//! The table of diagnostics: what each path means, and where its value comes from.

use std::sync::LazyLock;
use std::time::Duration;

use bevy_app::App;
use bevy_diagnostic::{Diagnostic, DiagnosticPath, Diagnostics, RegisterDiagnostic};
use perilune::StallCause;

use super::LuaCollector;

macro_rules! diagnostics {
    ($($(#[doc = $doc:literal])+ $name:ident $path:literal $suffix:literal $value:expr,)+) => {
        $($(#[doc = $doc])+ pub const $name: DiagnosticPath = DiagnosticPath::const_new($path);)+

        /// Path, suffix, and the value of a frame.
        const ALL: &[(DiagnosticPath, &str, fn(&LuaCollector) -> f64)] = &[$(($name, $suffix, $value),)+];
    };
}

diagnostics! {
    /// Wall time of the frame's slice of collection, ms.
    GC_SLICE "perilune/gc/slice" "ms" |gc| ms(gc.slice_wall),
    /// CPU time of the frame's slice, ms.
    GC_SLICE_CPU "perilune/gc/slice_cpu" "ms" |gc| ms(gc.slice_cpu),
    /// The longest slice so far, us of CPU time; looked at twice a second.
    GC_SLICE_MAX "perilune/gc/slice_max" "us" |gc| gc.percentiles_us[2],
    /// The budget set, ms.
    GC_BUDGET "perilune/gc/budget" "ms" |gc| ms(gc.budget),
    /// The budget the frame's slice was given, ms: more than was set when the frame had time left, or the policy raised it; less when scripts had waited
    /// for the VM already.
    GC_BUDGET_IN_FORCE "perilune/gc/budget_in_force" "ms" |gc| ms(gc.budget_in_force),
    /// What the frame had left beyond the budget, as far as the settings allow its use, ms.
    GC_SLACK "perilune/gc/slack" "ms" |gc| ms(gc.slack),
    /// Slices whose budget the policy raised, so far.
    GC_RAISES "perilune/gc/raises" "" |gc| gc.raises as f64,
    /// Slices whose CPU time exceeded the budget in force by more than 50 us, so far.
    GC_OVERRUNS "perilune/gc/overruns" "" |gc| gc.overruns as f64,
    /// The collector's phase, by number (0: idle).
    GC_PHASE "perilune/gc/phase" "" |gc| f64::from(gc.phase as u8),
    /// Frames the last complete cycle took.
    GC_CYCLE_FRAMES "perilune/gc/cycle_frames" "" |gc| gc.cycle_frames as f64,
    /// The collection that the frame's allocation calls for beyond the budget in force, ms.
    GC_DEBT "perilune/gc/debt" "ms" |gc| ms(gc.debt()),
    /// Time in the frame in which allocation did a part of the collection, because slices do not keep up, ms.
    GC_ASSIST "perilune/gc/assist" "ms" |gc| ms(gc.assists),
    /// Time of finalizers and destructors in the frame, ms.
    GC_FINALIZERS "perilune/gc/finalizers" "ms" |gc| ms(gc.finalizers),
    /// Time in the frame that scripts waited for the VM outside the slice, for any cause (growing a table, assists, ...), ms.
    GC_STALL "perilune/gc/stall" "ms" |gc| ms(gc.stalled),
    /// The longest such time so far, us. By cause: [`gc_stall_max`].
    GC_STALL_MAX "perilune/gc/stall_max" "us" |gc| gc.longest_stall.map_or(0.0, |stall| us(stall.time)),
    /// Whole collections that scripts asked for, so far.
    GC_FULL_COLLECTIONS "perilune/gc/full_collections" "" |gc| gc.full_collections as f64,
    /// Collections that had to be finished at once at the memory limit, so far.
    GC_EMERGENCIES "perilune/gc/emergencies" "" |gc| gc.emergencies as f64,
    /// Loops of scripts that run as machine code; 0 without the compiler ([`LuaScriptPlugin::jit`](crate::LuaScriptPlugin::jit)).
    JIT_REGIONS "perilune/jit/regions" "" |gc| gc.compiler.map_or(0.0, |jit| jit.regions as f64),
    /// The share of the time of scripts that compiled code takes, of the last hundred samples or so, between 0 and 1.
    JIT_SHARE "perilune/jit/share" "" |gc| gc.compiled_share,
    /// Machine code of scripts, KiB.
    JIT_CODE "perilune/jit/code" "KiB" |gc| gc.compiler.map_or(0.0, |jit| jit.code_bytes as f64 / 1024.0),
    /// How often a loop could not be compiled, or not all of it, so far; `require("jit.v").start()` says where and
    /// why, [`last_aborts`](perilune::CompilerStats::last_aborts) in [`LuaCollector::compiler`] the last reasons.
    JIT_ABORTS "perilune/jit/aborts" "" |gc| gc.compiler.map_or(0.0, |jit| jit.aborts as f64),
    /// Time in the frame that scripts waited for the compiler, ms.
    JIT_TIME "perilune/jit/time" "ms" |gc| ms(gc.compiler_time),
    /// Memory in use by scripts, MiB.
    HEAP_SIZE "perilune/heap/size" "MiB" |gc| mib(gc.heap_bytes),
    /// Memory alive at the end of the last cycle, MiB.
    HEAP_LIVE "perilune/heap/live" "MiB" |gc| mib(gc.live_bytes),
    /// Memory allocated in the frame, KiB.
    HEAP_ALLOCATED "perilune/heap/allocated" "KiB" |gc| gc.frame_bytes as f64 / 1024.0,
}

/// Time of all script systems and behaviours in the frame, ms.
pub const SCRIPT_UPDATE: DiagnosticPath = DiagnosticPath::const_new("perilune/script/update");

/// The path of the longest time so far that a script waited for the VM for one cause, us: `perilune/gc/stall_max/growth`.
pub fn gc_stall_max(cause: StallCause) -> DiagnosticPath {
    STALLS[cause as usize].clone()
}

/// By cause.
static STALLS: LazyLock<Vec<DiagnosticPath>> = LazyLock::new(|| {
    let path = |cause: &StallCause| format!("perilune/gc/stall_max/{}", cause.name().replace(' ', "_"));
    StallCause::ALL.iter().map(|cause| DiagnosticPath::new(path(cause))).collect()
});

/// Tells the store of every path but those of single scripts.
pub(super) fn register(app: &mut App) {
    for (path, suffix, _) in ALL {
        app.register_diagnostic(Diagnostic::new(path.clone()).with_suffix(*suffix));
    }
    for path in STALLS.iter() {
        app.register_diagnostic(Diagnostic::new(path.clone()).with_suffix("us"));
    }
    app.register_diagnostic(Diagnostic::new(SCRIPT_UPDATE).with_suffix("ms"));
}

/// Adds a frame's values.
pub(super) fn add_measurements(diagnostics: &mut Diagnostics<'_, '_>, figures: &LuaCollector) {
    for (path, _, value) in ALL {
        diagnostics.add_measurement(path, || value(figures));
    }
    for (path, cause) in STALLS.iter().zip(StallCause::ALL) {
        diagnostics.add_measurement(path, || us(figures.longest_stall_for(*cause)));
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn us(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn mib(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
