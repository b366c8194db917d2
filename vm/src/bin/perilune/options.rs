//! The command line as data.

use std::ffi::{OsStr, OsString};

use lexopt::Arg;

/// What the program is asked to do.
pub(crate) enum Command {
    /// `-b`: save or show bytecode.
    Bytecode(Bytecode),
    /// Run scripts.
    Run(Job),
}

/// What to do with the bytecode of a chunk.
pub(crate) struct Bytecode {
    /// Where the chunk comes from.
    pub(crate) input: Input,
    /// The file name it gets instead of its own.
    pub(crate) name: Option<OsString>,
    /// Where the result goes; without a name to standard output.
    pub(crate) output: Option<OsString>,
    /// Whether the result is text for people.
    pub(crate) lists: bool,
    /// Whether debug information is left out.
    pub(crate) strips: bool,
}

/// Where source text comes from.
pub(crate) enum Input {
    /// A file.
    File(OsString),
    /// The command line.
    Text(OsString),
    /// Standard input.
    Stdin,
}

/// Scripts to run, in order.
pub(crate) struct Job {
    /// What `-e` and `-l` ask for, in their order.
    pub(crate) before: Vec<Before>,
    /// The script.
    pub(crate) script: Option<Input>,
    /// Where the script stands on the command line; the end of it without a script.
    pub(crate) script_position: usize,
    /// Whether to show the version.
    pub(crate) shows_version: bool,
    /// Whether `LUA_INIT`, `LUA_PATH` and `LUA_CPATH` are ignored.
    pub(crate) ignores_environment: bool,
    /// Whether to go on interactively.
    pub(crate) is_interactive: bool,
    /// Whether hot loops are compiled.
    pub(crate) jit: bool,
    /// Modules that are told what is compiled, or sample it, with the arguments of their `start`.
    pub(crate) listeners: Vec<(&'static str, Vec<String>)>,
    /// What `-O` says of the compiler.
    pub(crate) optimisation: Vec<String>,
}

impl Job {
    /// Nothing to do, with the arguments ending at `script_position`.
    fn new(script_position: usize) -> Job {
        Job {
            before: Vec::new(),
            script: None,
            script_position,
            shows_version: false,
            ignores_environment: false,
            is_interactive: false,
            jit: true,
            listeners: Vec::new(),
            optimisation: Vec::new(),
        }
    }
}

/// Something to do before the script.
pub(crate) enum Before {
    /// `-e chunk`
    Execute(OsString),
    /// `-l name`
    Require(OsString),
}

/// Reads the command line.
pub(crate) fn parse(argv: &[OsString]) -> Result<Command, String> {
    let mut parser = lexopt::Parser::from_args(argv.iter().skip(1));
    let mut job = Job::new(argv.len());
    let mut has_commands = false;
    let wrong = |error: lexopt::Error| error.to_string();
    while let Some(arg) = parser.next().map_err(wrong)? {
        match arg {
            Arg::Short('e') => job.before.push(Before::Execute(parser.value().map_err(wrong)?)),
            Arg::Short('l') => job.before.push(Before::Require(parser.value().map_err(wrong)?)),
            Arg::Short('i') => (job.is_interactive, job.shows_version) = (true, true),
            Arg::Short('E') => job.ignores_environment = true,
            Arg::Short('v') => job.shows_version = true,
            Arg::Short('j') => jit_command(&parser.value().map_err(wrong)?, &mut job)?,
            Arg::Short('O') => {
                let flags = parser.value().map_err(wrong)?.to_string_lossy().into_owned();
                job.optimisation.extend(flags.split(',').map(str::to_owned));
            }
            Arg::Short('b') => {
                let letters = parser.optional_value().unwrap_or_default();
                let rest: Vec<OsString> = parser.raw_args().map_err(wrong)?.collect();
                return bytecode(&letters, rest).map(Command::Bytecode);
            }
            Arg::Value(script) => {
                let rest = parser.raw_args().map_err(wrong)?.count();
                job.script_position = argv.len() - rest - 1;
                let follows_dashes =
                    argv.get(job.script_position - 1).is_some_and(|previous| previous == "--");
                job.script =
                    Some(if script == "-" && !follows_dashes { Input::Stdin } else { Input::File(script) });
                break;
            }
            Arg::Short(_) | Arg::Long(_) => return Err(arg.unexpected().to_string()),
        }
        has_commands = true;
    }
    let has_commands = has_commands && (job.shows_version || !job.before.is_empty());
    if job.script.is_none() && !has_commands && !job.is_interactive {
        if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
            (job.is_interactive, job.shows_version) = (true, true);
        } else {
            job.script = Some(Input::Stdin);
        }
    }
    Ok(Command::Run(job))
}

fn jit_command(command: &OsStr, job: &mut Job) -> Result<(), String> {
    let text = command.to_string_lossy();
    let (name, arguments) = match text.split_once('=') {
        Some((name, arguments)) => (name, arguments.split(',').map(str::to_owned).collect()),
        None => (&*text, Vec::new()),
    };
    match name {
        "on" | "off" => job.jit = name == "on",
        "v" => job.listeners.push(("jit.v", arguments)),
        "dump" => job.listeners.push(("jit.dump", arguments)),
        "p" => job.listeners.push(("jit.p", arguments)),
        _ => return Err(format!("-j {text}: it takes on, off, v, dump or p")),
    }
    // Who wants to see what is compiled wants something compiled; the profiler samples either way.
    job.jit |= matches!(name, "v" | "dump");
    Ok(())
}

/// What follows `-b`: letters right behind it, then more options, input and output.
fn bytecode(letters: &OsStr, rest: Vec<OsString>) -> Result<Bytecode, String> {
    let (mut lists, mut strips, mut is_text, mut name) = (false, true, false, None);
    let mut places = Vec::new();
    let mut first = OsString::from("-");
    first.push(letters);
    // A mere `-b` comes to a `-` here, which is no input yet.
    let first = (!letters.is_empty()).then_some(first);
    let mut arguments = first.into_iter().chain(rest);
    while let Some(argument) = arguments.next() {
        let option = argument.to_string_lossy();
        let Some(letters) = option.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
            places.push(argument);
            continue;
        };
        if letters == "-" {
            places.extend(arguments.by_ref());
            break;
        }
        for letter in letters.chars() {
            match letter {
                'l' => lists = true,
                's' => strips = true,
                'g' => strips = false,
                // The bytes are the same every time anyway.
                'd' => {}
                'e' if places.is_empty() => is_text = true,
                'F' => name = Some(arguments.next().ok_or("option '-F' needs a name")?),
                't' if arguments.next().is_some_and(|kind| kind == "raw") => {}
                't' => return Err("bytecode is saved raw only, not as an object file or source text".into()),
                _ => return Err(format!("invalid option '-b{letter}'")),
            }
        }
    }
    let mut places = places.into_iter();
    let (input, output) = match (places.next(), places.next(), places.next()) {
        (Some(input), output, None) if lists || output.is_some() => (input, output),
        _ if lists => return Err("-bl takes an input and perhaps an output".into()),
        _ => return Err("-b takes an input and an output".into()),
    };
    Ok(Bytecode {
        input: match input {
            text if is_text => Input::Text(text),
            file if file == "-" => Input::Stdin,
            file => Input::File(file),
        },
        name,
        output: output.filter(|output| output != "-"),
        lists,
        strips,
    })
}
