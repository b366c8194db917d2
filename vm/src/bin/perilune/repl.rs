//! The interactive mode.

use perilune::{ErrorKind, Function, Lua, Value, Variadic};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use crate::Failure;

/// Where the lines of earlier sessions are, in the user's home.
const HISTORY_FILE: &str = ".perilune_history";

/// Reads, runs and prints until the input ends.
pub(crate) fn run(lua: &mut Lua) -> Result<(), Failure> {
    let failed = |error: ReadlineError| Failure(format!("cannot edit lines: {error}"));
    let mut editor = DefaultEditor::new().map_err(failed)?;
    let interrupt = lua.interrupt_handle();
    // At the prompt Ctrl-C is a key; while a script runs it is a signal, which ends the script.
    ctrlc::set_handler(move || interrupt.interrupt())
        .map_err(|error| Failure(format!("cannot handle Ctrl-C: {error}")))?;
    let history = std::env::home_dir().map(|home| home.join(HISTORY_FILE));
    if let Some(history) = &history {
        // There is none the first time.
        drop(editor.load_history(history));
    }
    loop {
        match read_chunk(lua, &mut editor).map_err(failed)? {
            Input::Chunk(function) => evaluate(lua, &function),
            Input::Refused(message) => eprintln!("{message}"),
            Input::Abandoned => {}
            Input::End => break,
        }
        lua.flush_output();
    }
    if let Some(history) = &history {
        // A home that cannot be written to only costs the history.
        drop(editor.save_history(history));
    }
    println!();
    Ok(())
}

/// What the user entered.
enum Input {
    /// Something that compiles.
    Chunk(Function),
    /// Something that does not, with the message.
    Refused(String),
    /// Given up with Ctrl-C.
    Abandoned,
    /// The end of the input.
    End,
}

/// Reads lines until they are a complete chunk.
fn read_chunk(lua: &mut Lua, editor: &mut DefaultEditor) -> Result<Input, ReadlineError> {
    let mut source = String::new();
    loop {
        let (variable, default) = if source.is_empty() { ("_PROMPT", "> ") } else { ("_PROMPT2", ">> ") };
        let prompt = lua.globals().get::<Option<String>>(lua, variable).ok().flatten();
        let line = match editor.readline(prompt.as_deref().unwrap_or(default)) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => return Ok(Input::Abandoned),
            Err(ReadlineError::Eof) => return Ok(Input::End),
            Err(error) => return Err(error),
        };
        if source.is_empty() {
            // `= x` shows a value.
            source = match line.strip_prefix('=') {
                Some(expression) => format!("return {expression}"),
                None => line,
            };
        } else {
            source.push('\n');
            source.push_str(&line);
        }
        let compiled = lua.load(&source).name("=stdin").into_function(lua);
        let input = match compiled {
            Ok(function) => Input::Chunk(function),
            Err(error) if error.kind() == ErrorKind::Syntax && error.message().ends_with("'<eof>'") => {
                continue;
            }
            Err(error) => Input::Refused(error.to_string()),
        };
        editor.add_history_entry(&source)?;
        return Ok(input);
    }
}

/// Runs a chunk and prints its results.
fn evaluate(lua: &mut Lua, function: &Function) {
    let results = match function.call::<Variadic<Value>>(lua, ()) {
        Ok(results) => results,
        Err(error) => {
            lua.flush_output();
            eprintln!("{error}");
            return;
        }
    };
    if results.0.is_empty() {
        return;
    }
    let printed =
        lua.globals().get::<Function>(lua, "print").and_then(|print| print.call::<()>(lua, results));
    if let Err(error) = printed {
        eprintln!("error calling 'print' ({})", error.message());
    }
}
