//! The pause bench: what the collector takes of every frame, workload by workload.
//!
//! A workload is a Lua program (`programs/gc/`) that builds a heap and returns a function to call once a frame. After each call the collector gets its
//! slice. Workloads run in processes of their own, so that none lives in what another has left behind. Beside it run LuaJIT, stepped the way games do
//! it, and a spin loop of the same length as a slice, which shows how much of the longest slice is the machine's.
//!
//! Slices are counted in processor time of the thread, by the collector itself and once more from outside.

pub mod barrier;
pub mod control;
pub mod held;
pub mod limits;
pub mod mmu;
pub mod options;
pub mod ours;
pub mod peer;
pub mod report;
pub mod series;
pub mod workload;

/// A frame of a game at 60 frames a second, in seconds.
pub const FRAME: f64 = 1.0 / 60.0;
