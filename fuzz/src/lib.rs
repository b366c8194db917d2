//! What the fuzz targets share: a virtual machine that no input can keep busy or make large.

use std::time::Duration;

use perilune::{Libraries, Lua, LuaOptions, MemoryLimit};

/// Longer than any sensible input runs, shorter than what libFuzzer calls a hang.
const TIME_LIMIT: Duration = Duration::from_millis(200);
const MEMORY_LIMIT: MemoryLimit = MemoryLimit { soft: 48 << 20, hard: 64 << 20 };

/// A virtual machine with the libraries a script can do no harm with, and limits on time and memory.
pub fn limited() -> Lua {
    limited_with(LuaOptions { libraries: Libraries::SAFE, seed: Some(1), ..LuaOptions::default() })
}

/// A virtual machine as wanted, with the same limits.
pub fn limited_with(options: LuaOptions) -> Lua {
    let mut lua = Lua::with_options(options);
    lua.set_time_limit(Some(TIME_LIMIT));
    lua.set_memory_limit(Some(MEMORY_LIMIT));
    lua
}
