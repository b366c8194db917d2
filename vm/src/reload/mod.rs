//! Hot reload: a new version of a chunk under closures, tables and coroutines that already exist.
//!
//! A [`Module`] is a chunk whose top-level locals are known: while its main function runs, every `CLOSEUP` it executes tells which
//! variables closures have captured ([`capture`]). A reload runs the new version's main function in a staging environment. Only when that has
//! succeeded is anything old touched, in an order in which nothing can fail for a script's reasons:
//!
//! 1. **code**: prototypes of both versions are matched by the path of their names from the main function down; the old ones get the
//!    new code ([`code`]). Closures made before lag behind until their next call, whose first instruction (`REMAP`) brings their upvalues
//!    up to date by name. Frames that run old code go on in it.
//! 2. **variables**: top-level locals are matched by name. An old one keeps its value unless the text of its initialiser
//!    changed. The new version's cell becomes an alias of the old one, so that both generations share the variable.
//! 3. **tables** that both versions hold (a class, a module) keep their identity; what the new source says differently from the old source is
//!    merged in ([`merge`]), what scripts have changed at run time stays.

mod capture;
mod code;
mod merge;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::bytecode::Draft;
use crate::context::Context;
use crate::error::Error;
use crate::handle::{Function, Table, Value};

pub(crate) use capture::{Capture, record};
pub(crate) use code::{ModuleCells, remap_closure};

/// A chunk that was loaded so that it can be reloaded: its functions get new code in place.
///
/// ```
/// # fn main() -> Result<(), perilune::Error> {
/// use std::sync::Arc;
/// use perilune::{Lua, compile};
///
/// let mut lua = Lua::new();
/// let first = "local greeting = 'hi' local M = {} function M.greet() return greeting end return M";
/// let mut module = lua.load_module(&Arc::new(compile(first.as_bytes(), b"=greet")?))?;
/// let greet: perilune::Function = module.result().as_table().expect("a module").get(&mut lua, "greet")?;
///
/// let second = first.replace("'hi'", "'hello'");
/// lua.reload_module(&mut module, &Arc::new(compile(second.as_bytes(), b"=greet")?))?;
/// assert_eq!(greet.call::<String>(&mut lua, ())?, "hello");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Module {
    result: Value,
    /// The main closure of every version so far: through them all prototypes are reached.
    generations: Vec<Function>,
    /// The top-level locals of the first version and those added since.
    locals: Vec<capture::Local>,
    /// What the tables held by locals, and the result, looked like right after the last load.
    result_snapshot: merge::Snapshot,
    /// The globals the last reload assigned, as they were then.
    globals_snapshot: merge::Snapshot,
    chunk_name: Vec<u8>,
}

/// What a reload did.
#[derive(Clone, Debug, Default)]
pub struct ReloadReport {
    /// How many functions got new code.
    pub functions: usize,
    /// How many top-level locals kept their value.
    pub locals_kept: usize,
    /// How many took a new one, because their initialiser changed.
    pub locals_replaced: usize,
    /// How many are new.
    pub locals_added: usize,
    /// How many table entries were assigned or removed.
    pub entries_changed: usize,
    /// The error of `on_reload`, which does not undo the reload.
    pub on_reload_error: Option<Error>,
    /// How long it took.
    pub time: Duration,
}

impl Module {
    /// What the chunk returned; a table keeps its identity over reloads.
    pub fn result(&self) -> &Value {
        &self.result
    }
}

impl Context {
    /// Runs a chunk so that it can be reloaded later.
    ///
    /// # Errors
    /// Those the chunk raises.
    pub fn load_module(&mut self, draft: &Arc<Draft>) -> Result<Module, Error> {
        let main = self.load_draft(draft)?;
        let (result, locals) = capture::run(self, &main)?;
        let result_snapshot = merge::Snapshot::of(self, &result)?;
        let mut module = Module {
            result,
            generations: vec![main],
            locals,
            result_snapshot,
            globals_snapshot: merge::Snapshot::default(),
            chunk_name: draft.chunk_name.clone(),
        };
        code::publish_cells(self, &mut module)?;
        Ok(module)
    }

    /// Replaces a module's code by that of a new version of its source: functions get new code in place, in closures already
    /// handed out too; instance state stays; a top-level local keeps its value unless the text of its initialiser changed. If the result
    /// has a function `on_reload` it is called with the result. When the new version's top level fails, the old version keeps
    /// running untouched.
    ///
    /// # Errors
    /// Those the new chunk's top level raises, or the memory limit.
    pub fn reload_module(&mut self, module: &mut Module, draft: &Arc<Draft>) -> Result<ReloadReport, Error> {
        let start = Instant::now();
        let staging = Staging::new(self)?;
        let main = self.load_draft(draft)?;
        main.set_environment(self, &staging.table)?;
        let (result, locals) = capture::run(self, &main)?;
        let result_snapshot = merge::Snapshot::of(self, &result)?;

        let mut report = ReloadReport::default();
        code::swap(self, module, &main, draft, &mut report)?;
        capture::merge_locals(self, module, locals, &mut report)?;
        match (&module.result, &result) {
            (Value::Table(old), Value::Table(new)) => {
                merge::tables(self, old, &module.result_snapshot, new, &mut report)?;
            }
            _ => module.result = result,
        }
        module.result_snapshot = result_snapshot;
        module.generations.push(main);
        staging.commit(self, module, &mut report)?;
        code::publish_cells(self, module)?;
        report.on_reload_error = call_on_reload(self, &module.result);
        report.time = start.elapsed();
        Ok(report)
    }
}

/// Calls `on_reload` of a module's result; its error.
fn call_on_reload(cx: &mut Context, result: &Value) -> Option<Error> {
    let table = result.as_table()?;
    let Ok(Value::Function(hook)) = table.get::<Value>(cx, "on_reload") else { return None };
    hook.call::<()>(cx, result).err()
}

/// The environment in which a new version's top level runs: it sees the globals, what it assigns stays in it.
struct Staging {
    table: Table,
    meta: Table,
}

impl Staging {
    fn new(cx: &mut Context) -> Result<Staging, Error> {
        let (table, meta) = (cx.create_table()?, cx.create_table()?);
        let globals = cx.globals();
        meta.set(cx, "__index", &globals)?;
        table.set_metatable(cx, Some(&meta))?;
        Ok(Staging { table, meta })
    }

    /// Brings what was assigned into the globals. The new version's closures see the globals through the staging table from then on.
    fn commit(self, cx: &mut Context, module: &mut Module, report: &mut ReloadReport) -> Result<(), Error> {
        let globals = cx.globals();
        let snapshot = merge::Snapshot::of_table(cx, &self.table)?;
        merge::globals(cx, &globals, &module.globals_snapshot, &self.table, report)?;
        module.globals_snapshot = snapshot;
        self.table.clear(cx)?;
        self.meta.set(cx, "__newindex", &globals)
    }
}
