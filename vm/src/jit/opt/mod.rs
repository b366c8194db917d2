//! The passes over a region. [`fold`] works on each instruction as it is recorded; the recorder finds common expressions and forwards stores to loads.
//!
//! In builds with assertions the verifier runs after each pass.

mod dce;
pub(in crate::jit) mod fold;
mod hoist;
mod settle;
mod sink;

use super::ir::Region;

/// All passes; code is hoisted if `hoists`.
pub(super) fn optimise(region: &mut Region, hoists: bool) {
    let passes: [fn(&mut Region); 4] =
        [settle::settle, sink::sink, if hoists { hoist::hoist } else { |_| () }, dce::dce];
    for pass in passes {
        pass(region);
        #[cfg(debug_assertions)]
        if let Err(problem) = super::ir::verify(region) {
            panic!("{problem}\n{}", super::ir::print(region));
        }
    }
}
