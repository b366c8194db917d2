//! Chooses how the interpreter's handlers are chained.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(perilune_tail_calls)");
    // Handlers end in a call of the next one. That is only a jump, and the stack only flat, when the optimiser makes sibling
    // calls of them: from level 2 on, on targets that pass six integer arguments in registers, without a sanitizer.
    let level = env::var("OPT_LEVEL").unwrap_or_default();
    let target = env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    let sanitized = env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("sanitizer"));
    if matches!(level.as_str(), "2" | "3") && matches!(target.as_str(), "x86_64" | "aarch64") && !sanitized {
        println!("cargo::rustc-cfg=perilune_tail_calls");
    }
}
