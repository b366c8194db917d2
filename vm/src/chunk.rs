//! Source text on its way to being run.

use crate::compiler;
use crate::context::Context;
use crate::error::{Error, ErrorKind};
use crate::handle::{Function, Table};
use crate::host;
use crate::instantiate;
use crate::marshal::FromLuaMulti;
use crate::value::RawValue;

/// A chunk of source text with what is known about it: made by [`Context::load`].
#[must_use = "a chunk does nothing until it is run"]
pub struct Chunk<S> {
    source: S,
    name: Option<Vec<u8>>,
    environment: Option<Table>,
}

impl<S: AsRef<[u8]>> Chunk<S> {
    pub(crate) fn new(source: S) -> Chunk<S> {
        Chunk { source, name: None, environment: None }
    }

    /// The name of the file it comes from, for messages and tracebacks. A name that starts with `@` or `=` is taken as
    /// Lua's `load` takes it; without a name the source itself stands for it.
    pub fn name(mut self, name: impl AsRef<[u8]>) -> Self {
        let name = name.as_ref();
        let marked = matches!(name.first(), Some(b'@' | b'='));
        self.name = Some(if marked { name.to_vec() } else { [b"@", name].concat() });
        self
    }

    /// The table in which the chunk finds its global variables, instead of the globals.
    pub fn environment(mut self, environment: &Table) -> Self {
        self.environment = Some(environment.clone());
        self
    }

    /// Compiles the chunk to a function that takes the chunk's `...`.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`] with file and line when it does not compile.
    pub fn into_function(self, cx: &mut Context) -> Result<Function, Error> {
        let raw = self.compile(cx)?;
        Ok(Function(host::root(cx.vm(), raw)))
    }

    /// Runs the chunk, dropping what it returns.
    ///
    /// # Errors
    /// When it does not compile or fails.
    pub fn exec(self, cx: &mut Context) -> Result<(), Error> {
        self.eval(cx)
    }

    /// Runs the chunk and converts what it returns.
    ///
    /// # Errors
    /// When it does not compile or fails, or returns something else.
    pub fn eval<R: FromLuaMulti>(self, cx: &mut Context) -> Result<R, Error> {
        let function = self.compile(cx)?;
        host::call(cx, function, ())
    }

    fn compile(self, cx: &mut Context) -> Result<RawValue, Error> {
        let source = self.source.as_ref();
        let vm = cx.vm();
        let environment = match &self.environment {
            Some(table) => table.gc(vm)?,
            None => host::globals(vm),
        };
        if source.len() > u32::MAX as usize {
            return Err(Error::new(ErrorKind::Syntax, "the source text is larger than 4 GiB"));
        }
        let name = self.name.as_deref().unwrap_or(source);
        let draft = compiler::load_chunk(source, name, None, vm.hooks.loads_bytecode)
            .map_err(|message| Error::new(ErrorKind::Syntax, String::from_utf8_lossy(&message)))?;
        host::checked(vm, |vm| {
            let closure = instantiate::load_new_draft(&mut vm.heap, draft, environment)?;
            Ok(RawValue::from(closure.as_function()))
        })
    }
}
