//! The table of workloads.

/// A workload.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// Its name, and that of its program unless that is shared.
    pub name: &'static str,
    /// The program.
    pub source: &'static str,
    /// Object counts it is run with.
    pub sizes: &'static [u64],
    /// Frames at least.
    pub frames: u64,
    /// Kilobytes a frame, for programs that take it.
    pub kilobytes: u32,
    /// When collections start.
    pub rhythm: Rhythm,
}

/// When collections start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// One after the other, so that every frame has a slice.
    Continuous,
    /// When the pacer says so, as in a game.
    Paced,
}

/// Frames of most workloads.
const FRAMES: u64 = 2_000;
const K: u64 = 1_000;
const M: u64 = 1_000_000;

macro_rules! workloads {
    ($($name:literal $file:literal $rhythm:ident $frames:expr, $kilobytes:expr, [$($size:expr),+];)+) => {
        /// Every workload.
        pub const ALL: &[Workload] = &[$(Workload {
            name: $name,
            source: include_str!(concat!("../../programs/gc/", $file, ".lua")),
            sizes: &[$($size),+],
            frames: $frames,
            kilobytes: $kilobytes,
            rhythm: Rhythm::$rhythm,
        },)+];
    };
}

workloads! {
    "big_table" "big_table" Continuous FRAMES, 0, [10 * K, M, 10 * M];
    "medium_tables" "medium_tables" Continuous FRAMES, 0, [M];
    "linked_list" "linked_list" Continuous FRAMES, 0, [10 * M];
    "weak_keys" "weak_table" Continuous FRAMES, 0, [M];
    "weak_values" "weak_table" Continuous FRAMES, 0, [M];
    "weak_both" "weak_table" Continuous FRAMES, 0, [M];
    "small_weak" "small_weak" Continuous FRAMES, 0, [100 * K];
    "finalizers" "finalizers" Continuous FRAMES, 0, [M];
    "ffi_gc" "ffi_gc" Continuous FRAMES, 0, [M];
    "coroutines" "coroutines" Continuous FRAMES, 0, [100 * K];
    "deep_coroutines" "deep_coroutines" Continuous FRAMES, 0, [10];
    "string_churn" "string_churn" Continuous FRAMES, 0, [200 * K];
    "string_array" "string_array" Continuous FRAMES, 0, [M];
    "intern_growth" "intern_growth" Continuous FRAMES, 0, [4 * M];
    "array_growth" "array_growth" Continuous FRAMES, 0, [8 * M];
    "hash_growth" "hash_growth" Continuous FRAMES, 0, [4 * M];
    "cdata_release" "cdata_release" Continuous FRAMES, 0, [K];
    "drop_all" "drop_all" Continuous FRAMES, 0, [10 * M];
    "burst" "burst" Continuous FRAMES, 0, [M];
    "finalizer_storm" "finalizer_storm" Continuous FRAMES, 0, [100 * K];
    "closures" "closures" Continuous FRAMES, 0, [M];
    "message_buffer" "message_buffer" Continuous FRAMES, 0, [200 * K];
    "splay" "splay" Continuous FRAMES, 0, [8 * K];
    "gcbench" "gcbench" Continuous FRAMES, 0, [M];
    "binary_trees" "binary_trees" Continuous FRAMES, 0, [500 * K];
    "game" "game" Paced 30_000, 0, [10 * K];
    "table_work" "table_work" Continuous FRAMES, 0, [100 * K];
    "rate_50" "allocation_rate" Paced 4 * FRAMES, 50, [M];
    "rate_100" "allocation_rate" Paced 4 * FRAMES, 100, [M];
    "rate_250" "allocation_rate" Paced 2 * FRAMES, 250, [M];
    "rate_500" "allocation_rate" Paced FRAMES, 500, [M];
    "rate_1000" "allocation_rate" Paced FRAMES, 1000, [M];
    "rate_2000" "allocation_rate" Paced FRAMES, 2000, [M];
}

/// The workload of a name.
pub fn find(name: &str) -> Option<&'static Workload> {
    ALL.iter().find(|workload| workload.name == name)
}

impl Workload {
    /// What its program is called with: how many objects, frames to come, kilobytes a frame, and its name.
    pub fn arguments(&self, objects: u64, frames: u64) -> (u64, u64, u32, &'static str) {
        (objects, frames, self.kilobytes, self.name)
    }
}
