//! The `perilune` command-line program: runs Lua scripts the way the `luajit` program does.

mod bytecode;
mod options;
mod repl;
mod run;

use std::process::ExitCode;

use options::{Command, Job};

const USAGE: &str = "usage: perilune [options]... [script [args]...]
Available options are:
  -e chunk  Execute string 'chunk'.
  -l name   Require library 'name'.
  -b ...    Save or list bytecode: -b[options] input output, '-' for standard input or output.
              -l  Only list it. -e chunk  Take a string as input. -F name  Override the file name.
              -s  Strip debug information (default). -g  Keep it.
  -j cmd    Control the compiler: on, off (default), v (report), dump; p samples. v=FILE, dump=LETTERS,FILE, p=LETTERS,FILE.
  -O[opts]  Parameters of the compiler, as hotloop=N.
  -i        Enter interactive mode after executing 'script'.
  -v        Show version information.
  -E        Ignore environment variables.
  --        Stop handling options.
  -         Execute stdin and stop handling options.
";

fn main() -> ExitCode {
    let argv: Vec<std::ffi::OsString> = std::env::args_os().collect();
    let command = match options::parse(&argv) {
        Ok(command) => command,
        Err(problem) => {
            report(&problem);
            eprint!("{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = match command {
        Command::Bytecode(job) => bytecode::run(&job),
        Command::Run(job) => execute(&job, &argv),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(message)) => {
            report(&message);
            ExitCode::FAILURE
        }
    }
}

/// Why the program ends with status 1.
struct Failure(String);

impl From<perilune::Error> for Failure {
    fn from(error: perilune::Error) -> Failure {
        Failure(error.to_string())
    }
}

fn execute(job: &Job, argv: &[std::ffi::OsString]) -> Result<(), Failure> {
    if job.ignores_environment {
        for variable in ["LUA_INIT", "LUA_PATH", "LUA_CPATH"] {
            // SAFETY: no other thread runs yet, which might read the environment.
            #[allow(unsafe_code, reason = "the environment is shared")]
            unsafe {
                std::env::remove_var(variable);
            }
        }
    }
    let mut lua = run::new_lua(job.jit);
    let outcome = run::run(&mut lua, job, argv);
    lua.flush_output();
    outcome
}

fn report(message: &str) {
    eprintln!("perilune: {message}");
}
