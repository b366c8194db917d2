//! What the write barrier costs: the programs of the speed bench with marking forced on, beside the same with the collector idle.
//!
//! Marking is forced by starting a collection that then stands still: every store shades, and finds what it would shade marked already as soon as
//! it was made after the start. In neither run is anything collected.

use perilune::{Budget, Lua, Phase};

use crate::engine;
use crate::program;
use crate::timing::{geometric_mean, measure, median};

const ROUNDS: usize = 5;

/// Runs the programs whose name contains `filter`.
///
/// # Panics
/// When a program fails.
pub fn run(filter: Option<&str>) {
    println!("{:<20}{:>12}{:>12}{:>8}", "ms of CPU time", "idle", "marking", "ratio");
    let mut ratios = Vec::new();
    for program in
        program::all().iter().filter(|program| filter.is_none_or(|filter| program.name.contains(filter)))
    {
        let mut lua = engine::perilune(false);
        let function = engine::prepare_perilune(&mut lua, program)
            .unwrap_or_else(|error| panic!("{}: {error}", program.name));
        let mut time = |marking| {
            lua.gc_collect();
            stand_still(&mut lua, marking);
            let (ms, result) = measure(|| function.call::<String>(&mut lua, ()));
            result.unwrap_or_else(|error| panic!("{}: {error}", program.name));
            ms
        };
        time(false);
        let rounds: Vec<_> = (0..ROUNDS).map(|_| (time(false), time(true))).collect();
        let of = |pick: fn(&(f64, f64)) -> f64| median(&rounds.iter().map(pick).collect::<Vec<_>>());
        let (idle, marking) = (of(|round| round.0), of(|round| round.1));
        ratios.push(of(|round| round.1 / round.0));
        println!("{:<20}{idle:>12.1}{marking:>12.1}{:>8.3}", program.name, ratios[ratios.len() - 1]);
    }
    println!("{:<44}{:>8.3}", "geometric mean", geometric_mean(ratios));
}

/// Stops the collector, in the middle of marking if asked to.
fn stand_still(lua: &mut Lua, marking: bool) {
    lua.load("collectgarbage('stop')").exec(lua).expect("the library is there");
    if marking {
        lua.gc_request();
        lua.gc_frame(Budget::Units(0));
        assert_eq!(lua.stats().phase, Phase::Mark);
    }
}
