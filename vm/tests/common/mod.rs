//! The Lua test programs and the engines that run them.
//!
//! Every program below `tests/lua` is run by LuaJIT and by Perilune through the same `driver.lua`; what it prints is the whole
//! of its result. An error that ends a program is printed as its last line.

pub(crate) mod diff;
pub(crate) mod engines;
pub(crate) mod known;

use std::fs;
use std::path::{Path, PathBuf};

/// The Lua program that runs a test program; takes a function that receives the output, the source and the chunk name.
pub(crate) const DRIVER: &str = include_str!("driver.lua");

/// One test program.
#[derive(Debug)]
pub(crate) struct Program {
    /// Path below `tests/lua`, which is also the chunk name: `strings/sub.lua`.
    pub(crate) name: String,
    pub(crate) source: Vec<u8>,
}

/// All programs whose name contains the environment variable `PERILUNE_TEST`, in order of name.
pub(crate) fn programs() -> Vec<Program> {
    let root = folder();
    let wanted = std::env::var("PERILUNE_TEST").unwrap_or_default();
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let below = path.strip_prefix(&root).expect("walked from the root");
            let name = below.to_str().expect("test names are ASCII").replace('\\', "/");
            (name, path)
        })
        .filter(|(name, _)| name.contains(&wanted))
        .map(|(name, path)| Program { name, source: fs::read(path).expect("the test program can be read") })
        .collect()
}

/// Where the programs are.
pub(crate) fn folder() -> PathBuf {
    // Asked for at run time first: two checkouts may share a target folder, and with it this program.
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&manifest).join("tests/lua")
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder of test programs can be read") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "lua") {
            found.push(path);
        }
    }
}
