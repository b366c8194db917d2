//! Running what the command line asks for.

use std::ffi::{OsStr, OsString};
use std::io::{BufWriter, IsTerminal, Read, Write, stdout};

use perilune::{Function, Libraries, Lua, LuaOptions, Table, Value, Variadic};

use crate::options::{Before, Input, Job};
use crate::{Failure, repl};

/// A VM that may do what a command-line program may.
pub(crate) fn new_lua(jit: bool) -> Lua {
    let mut lua = Lua::with_options(LuaOptions {
        libraries: Libraries::ALL,
        bytecode: true,
        unsafe_ffi: true,
        seed: None,
        jit,
    });
    // Standard output writes line by line, which suits a terminal only.
    if stdout().is_terminal() {
        lua.set_output(ScriptOutput(stdout()));
    } else {
        lua.set_output(ScriptOutput(BufWriter::new(stdout())));
    }
    lua
}

/// Where scripts write: when nobody reads any more (`perilune script.lua | head`) the program ends, as C programs do.
struct ScriptOutput<W>(W);

impl<W: Write> Write for ScriptOutput<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes).inspect_err(end_if_unread)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush().inspect_err(end_if_unread)
    }
}

fn end_if_unread(error: &std::io::Error) {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        std::process::exit(1);
    }
}

/// Does it all, in LuaJIT's order.
pub(crate) fn run(lua: &mut Lua, job: &Job, argv: &[OsString]) -> Result<(), Failure> {
    let arg = set_arguments(lua, argv, job.script_position)?;
    run_init(lua)?;
    if job.shows_version {
        println!("{}", version());
    }
    for (module, arguments) in &job.listeners {
        let chunk = lua.load("require((...)).start(select(2, ...))").into_function(lua)?;
        let arguments = std::iter::once((*module).to_owned()).chain(arguments.iter().cloned());
        chunk.call::<()>(lua, Variadic(arguments.collect::<Vec<_>>()))?;
    }
    if !job.optimisation.is_empty() {
        let start: Function = lua.load("return jit.opt.start").eval(lua)?;
        start.call::<()>(lua, Variadic(job.optimisation.clone()))?;
    }
    for step in &job.before {
        match step {
            Before::Execute(chunk) => lua.load(chunk.as_encoded_bytes()).name("=(command line)").exec(lua)?,
            Before::Require(name) => {
                let require: Function = lua.globals().get(lua, "require")?;
                require.call::<()>(lua, name.as_encoded_bytes())?;
            }
        }
    }
    if let Some(script) = &job.script {
        let (source, name) = read_source(script)?;
        let main = lua.load(source).name(name).into_function(lua)?;
        let arguments = script_arguments(lua, &arg)?;
        main.call::<()>(lua, arguments)?;
    }
    if job.is_interactive {
        repl::run(lua)?;
    }
    Ok(())
}

/// The version as `-v` shows it.
pub(crate) fn version() -> String {
    format!("Perilune {} -- the LuaJIT 2.1 dialect of Lua", env!("CARGO_PKG_VERSION"))
}

/// The global `arg`: the script at 0, its arguments from 1, what comes before it at negative indices.
fn set_arguments(lua: &mut Lua, argv: &[OsString], script: usize) -> Result<Table, Failure> {
    let arg = lua.create_table()?;
    for (position, text) in argv.iter().enumerate() {
        arg.set(lua, position as f64 - script as f64, text.as_encoded_bytes())?;
    }
    lua.globals().set(lua, "arg", &arg)?;
    Ok(arg)
}

/// The script's `...`, which earlier chunks may have changed in `arg`.
fn script_arguments(lua: &mut Lua, arg: &Table) -> Result<Variadic<Value>, Failure> {
    let mut arguments = Vec::new();
    for index in 1.. {
        let value: Value = arg.raw_get(lua, index)?;
        if value.is_nil() {
            break;
        }
        arguments.push(value);
    }
    Ok(Variadic(arguments))
}

/// What `LUA_INIT` says: a chunk, or `@` and a file.
fn run_init(lua: &mut Lua) -> Result<(), Failure> {
    let Some(init) = std::env::var_os("LUA_INIT") else { return Ok(()) };
    match init.as_encoded_bytes().strip_prefix(b"@") {
        Some(_) => {
            let path: OsString = init.to_string_lossy()[1..].into();
            let (source, name) = read_source(&Input::File(path))?;
            lua.load(source).name(name).exec(lua)?;
        }
        None => lua.load(init.as_encoded_bytes()).name("=LUA_INIT").exec(lua)?,
    }
    Ok(())
}

/// Source text and chunk name.
pub(crate) fn read_source(input: &Input) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    match input {
        Input::Text(text) => Ok((text.as_encoded_bytes().to_vec(), b"=(command line)".to_vec())),
        Input::Stdin => {
            let mut source = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut source);
            read.map_err(|error| Failure(format!("cannot read stdin: {error}")))?;
            Ok((source, b"=stdin".to_vec()))
        }
        Input::File(path) => {
            let source = read_file(path)?;
            Ok((source, [b"@", path.as_encoded_bytes()].concat()))
        }
    }
}

fn read_file(path: &OsStr) -> Result<Vec<u8>, Failure> {
    let failed = |what: &str, error: std::io::Error| {
        let text = error.to_string();
        let text = text.split(" (os error").next().unwrap_or_default();
        Failure(format!("cannot {what} {}: {text}", path.to_string_lossy()))
    };
    let mut file = std::fs::File::open(path).map_err(|error| failed("open", error))?;
    let mut source = Vec::new();
    file.read_to_end(&mut source).map_err(|error| failed("read", error))?;
    Ok(source)
}
