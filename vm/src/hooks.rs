//! What the host gives the libraries: where `print` writes, where `require` finds modules.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use crate::context::Context;

/// A module's source, as a loader found it.
#[derive(Clone, Debug)]
pub struct ModuleSource {
    /// The chunk name, as `load` takes it (`@scripts/lib/flock.lua`).
    pub chunk_name: Vec<u8>,
    /// The source text.
    pub bytes: Vec<u8>,
}

/// Finds the source of a module for `require`.
///
/// `Err` says where it was looked for: the text is appended to the "module 'x' not found:" message and starts
/// with `"\n\t"`.
pub type ModuleLoader = Arc<dyn Fn(&str) -> Result<ModuleSource, String> + Send + Sync>;

/// A script had all garbage collected at once, which takes as long as the heap is large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullCollection {
    /// The chunk that asked, as error messages name it (`scripts/rules.lua`), and the line; `None` when no Lua function did.
    pub caller: Option<(String, u32)>,
    /// How long it took.
    pub time: Duration,
}

/// Told of full collections that scripts ask for.
pub type FullCollectionHook = Arc<dyn Fn(&FullCollection) + Send + Sync>;

/// The host's side of the libraries.
pub struct Hooks {
    /// Receives what `print`, `io.write` and `io.stdout` write.
    pub output: Box<dyn Write + Send>,
    /// Whether the output is flushed after every write: `io.stdout:setvbuf("no")`.
    pub(crate) is_unbuffered: bool,
    /// Asked by `require` after `package.preload`.
    pub module_loader: Option<ModuleLoader>,
    /// Whether bytecode is loaded, not only source text.
    pub(crate) loads_bytecode: bool,
    /// Whether scripts may write files.
    pub(crate) writes_files: bool,
    /// Told of full collections that scripts ask for.
    pub(crate) full_collection: Option<FullCollectionHook>,
}

impl Default for Hooks {
    /// Standard output, and no modules but the preloaded ones.
    fn default() -> Hooks {
        Hooks {
            output: Box::new(std::io::stdout()),
            is_unbuffered: false,
            module_loader: None,
            loads_bytecode: false,
            writes_files: false,
            full_collection: None,
        }
    }
}

impl Context {
    /// Writes out what the output has kept back.
    pub fn flush_output(&mut self) {
        // A closed output is no reason to stop anything, as with `print`.
        drop(self.vm().hooks.output.flush());
    }
}
