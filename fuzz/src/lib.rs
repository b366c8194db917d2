//! What the fuzz targets share: a virtual machine that no input can keep busy or make large.

use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use perilune::{InterruptHandle, Libraries, Lua, LuaOptions, MemoryLimit};

/// More than any sensible input needs.
const INSTRUCTION_LIMIT: u64 = 200_000;
/// For library functions that take long over one instruction; shorter than what libFuzzer calls a hang.
const TIME_LIMIT: Duration = Duration::from_millis(500);
const MEMORY_LIMIT: MemoryLimit = MemoryLimit { soft: 48 << 20, hard: 64 << 20 };

/// When the virtual machine made last was made, and how to stop it. One watchdog for all: thousands are made a second, and a thread
/// each would be most of the work.
static RUNNING: LazyLock<Mutex<Option<(Instant, InterruptHandle)>>> = LazyLock::new(|| {
    thread::spawn(|| {
        loop {
            thread::sleep(TIME_LIMIT / 10);
            if let Some((start, handle)) = &*RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
                && start.elapsed() > TIME_LIMIT
            {
                handle.interrupt();
            }
        }
    });
    Mutex::new(None)
});

/// A virtual machine with the libraries a script can do no harm with, and limits on time and memory.
pub fn limited() -> Lua {
    limited_with(LuaOptions { libraries: Libraries::SAFE, seed: Some(1), ..LuaOptions::default() })
}

/// A virtual machine as wanted, with the same limits.
pub fn limited_with(options: LuaOptions) -> Lua {
    let mut lua = Lua::with_options(options);
    lua.set_instruction_limit(Some(INSTRUCTION_LIMIT));
    lua.set_memory_limit(Some(MEMORY_LIMIT));
    let entry = (Instant::now(), lua.interrupt_handle());
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = Some(entry);
    lua
}
