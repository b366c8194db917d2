//! The command line as data.

use std::ffi::{OsStr, OsString};

use lexopt::Arg;

/// What the program is asked to do.
pub(crate) enum Command {
    /// `-bl`: show the bytecode of this.
    List(Input),
    /// Run scripts.
    Run(Job),
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
#[derive(Default)]
pub(crate) struct Job {
    /// What `-e` and `-l` ask for, in their order.
    pub(crate) before: Vec<Before>,
    /// The script.
    pub(crate) script: Option<Input>,
    /// Where the script stands on the command line; the end of it without a script.
    pub(crate) script_position: usize,
    /// Whether to show the version.
    pub(crate) shows_version: bool,
    /// Whether to go on interactively.
    pub(crate) is_interactive: bool,
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
    let mut job = Job { script_position: argv.len(), ..Job::default() };
    let mut has_commands = false;
    let wrong = |error: lexopt::Error| error.to_string();
    while let Some(arg) = parser.next().map_err(wrong)? {
        match arg {
            Arg::Short('e') => job.before.push(Before::Execute(parser.value().map_err(wrong)?)),
            Arg::Short('l') => job.before.push(Before::Require(parser.value().map_err(wrong)?)),
            Arg::Short('i') => (job.is_interactive, job.shows_version) = (true, true),
            Arg::Short('v') => job.shows_version = true,
            Arg::Short('j') => jit_command(&parser.value().map_err(wrong)?)?,
            Arg::Short('O') => {
                return Err("this version has no compiler whose optimisations -O could set".into());
            }
            Arg::Short('b') => {
                let letters = parser.optional_value().unwrap_or_default();
                let rest: Vec<OsString> = parser.raw_args().map_err(wrong)?.collect();
                return Ok(Command::List(listing_input(&letters, &rest)?));
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

fn jit_command(command: &OsStr) -> Result<(), String> {
    if command == "off" {
        return Ok(());
    }
    Err(format!("-j {}: this version has no compiler to control", command.to_string_lossy()))
}

fn listing_input(letters: &OsStr, rest: &[OsString]) -> Result<Input, String> {
    let letters = letters.to_string_lossy();
    if !letters.contains('l') {
        return Err("this version cannot save bytecode; -bl lists it".into());
    }
    if let Some(unknown) = letters.chars().find(|letter| !matches!(letter, 'l' | 'e' | 'g')) {
        return Err(format!("invalid option '-b{unknown}'"));
    }
    match rest {
        [text] if letters.contains('e') => Ok(Input::Text(text.clone())),
        [option, text] if option == "-e" => Ok(Input::Text(text.clone())),
        [file] if file == "-" => Ok(Input::Stdin),
        [file] => Ok(Input::File(file.clone())),
        _ => Err("-bl takes one file".into()),
    }
}
