//! Any bytes, loaded as source text: a syntax error or a program that runs into its end, an error or a limit.

#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune_fuzz::limited;

fuzz_target!(|source: &[u8]| {
    let mut lua = limited();
    // Errors are what most inputs end in; only crashes and hangs are findings.
    let _ = lua.load(source).name("=fuzz").exec(&mut lua);
});
