//! The passes over a region. [`fold`] works on each instruction as it is recorded; the recorder finds common expressions and forwards stores to loads.
//!
//! In builds with assertions the verifier runs after each pass.

mod dce;
pub(in crate::jit) mod fold;
mod hoist;
mod late;
mod narrow;
mod settle;
mod sink;
mod unroll;
mod written;

pub(super) use unroll::TURNS;

use super::ir::Region;

/// The passes that are not for every region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Guards and loads are hoisted out of the loop, and it may be unrolled.
    pub(super) hoists: bool,
    /// Numbers that the loop carries may be integers.
    pub(super) narrows: bool,
}

/// All passes, but for those that are not wanted for this region.
pub(super) fn optimise(region: &mut Region, wanted: Wanted) {
    type Pass = fn(&mut Region);
    let passes: [(bool, Pass); 7] = [
        (true, settle::settle),
        (true, sink::sink),
        (wanted.narrows, narrow::narrow),
        (wanted.hoists, hoist::hoist),
        (true, late::late),
        (true, dce::dce),
        (wanted.hoists, unroll::unroll),
    ];
    for (_, pass) in passes.into_iter().filter(|(wanted, _)| *wanted) {
        pass(region);
        #[cfg(debug_assertions)]
        if let Err(problem) = super::ir::verify(region) {
            panic!("{problem}\n{}", super::ir::print(region));
        }
    }
}
