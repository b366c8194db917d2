//! Any bytes, loaded as source text: a syntax error, or bytecode that the verifier accepts and that runs into its end, an
//! error or a limit.

#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune::bytecode::verify::verify;
use perilune_fuzz::limited;

fuzz_target!(|source: &[u8]| {
    let Ok(draft) = perilune::compile(source, b"=fuzz") else { return };
    assert_eq!(verify(&draft), Ok(()));
    let mut lua = limited();
    // Errors are what most programs end in; only crashes and hangs are findings.
    let _ = lua.load(source).name("=fuzz").exec(&mut lua);
});
