//! Processes, the environment and the file system.

use std::io::Write;

use crate::stdlib::io::{file_result, plain_message, unique_file};
use crate::stdlib::{check_c_string, check_option, opt_c_string, path_of};
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Vm};

pub(super) fn execute(vm: &mut Vm, args: Args) -> NativeResult {
    let Some(command) = opt_c_string(vm, args, 0)? else {
        // Whether there is a shell.
        return vm.ret1(1.0);
    };
    // What the script printed comes before what the command prints.
    drop(vm.hooks.output.flush());
    let status = shell(command).status();
    vm.ret1(status.map_or(-1.0, |status| f64::from(wait_status(status))))
}

/// The system's shell about to run a command.
pub(crate) fn shell(command: &[u8]) -> std::process::Command {
    let (program, option) = if cfg!(windows) { ("cmd", "/C") } else { ("/bin/sh", "-c") };
    let mut process = std::process::Command::new(program);
    process.arg(option).arg(path_of(command));
    process
}

/// The number C's `system` returns.
fn wait_status(status: std::process::ExitStatus) -> i32 {
    #[cfg(unix)]
    {
        std::os::unix::process::ExitStatusExt::into_raw(status)
    }
    #[cfg(not(unix))]
    {
        status.code().unwrap_or(-1)
    }
}

pub(super) fn exit(vm: &mut Vm, args: Args) -> NativeResult {
    let status = match vm.arg(args, 0).as_boolean() {
        Some(success) => i32::from(!success),
        None => vm.opt_int(args, 0, 0)?,
    };
    crate::stdlib::io::flush_all(vm);
    drop(vm.hooks.output.flush());
    std::process::exit(status)
}

pub(super) fn getenv(vm: &mut Vm, args: Args) -> NativeResult {
    let name = path_of(check_c_string(vm, args, 0)?);
    // The standard library panics on names the system cannot have.
    let is_possible = !name.as_os_str().is_empty() && !name.as_os_str().as_encoded_bytes().contains(&b'=');
    match std::env::var_os(&name).filter(|_| is_possible) {
        Some(value) => {
            let value = vm.new_string(value.as_encoded_bytes())?;
            vm.ret1(value)
        }
        None => vm.ret1(RawValue::NIL),
    }
}

pub(super) fn remove(vm: &mut Vm, args: Args) -> NativeResult {
    let name = check_c_string(vm, args, 0)?;
    let path = path_of(name);
    let is_directory = path.symlink_metadata().is_ok_and(|data| data.is_dir());
    let removed = if is_directory { std::fs::remove_dir(path) } else { std::fs::remove_file(path) };
    file_result(vm, removed, Some(name))
}

pub(super) fn rename(vm: &mut Vm, args: Args) -> NativeResult {
    let from = check_c_string(vm, args, 0)?;
    let to = check_c_string(vm, args, 1)?;
    file_result(vm, std::fs::rename(path_of(from), path_of(to)), Some(from))
}

/// There is one locale, the C one.
pub(super) fn setlocale(vm: &mut Vm, args: Args) -> NativeResult {
    let locale = opt_c_string(vm, args, 0)?;
    check_option(vm, args, 1, Some(0), &["all", "collate", "ctype", "monetary", "numeric", "time"])?;
    let is_known = locale.is_none_or(|name| matches!(name, b"" | b"C" | b"POSIX"));
    let answer = if is_known { vm.new_string(b"C")? } else { RawValue::NIL };
    vm.ret1(answer)
}

pub(super) fn tmpname(vm: &mut Vm, _args: Args) -> NativeResult {
    match unique_file() {
        Ok((path, _)) => {
            let name = vm.new_string(path.as_os_str().as_encoded_bytes())?;
            vm.ret1(name)
        }
        Err(error) => {
            let message = format!("unable to generate a unique filename: {}", plain_message(&error));
            Err(vm.error(message))
        }
    }
}
