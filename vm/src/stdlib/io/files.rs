//! The functions of the `io` table: opening files, and the default input and output.

use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::{Error, ErrorKind, Write};
use std::path::PathBuf;
use std::process::Stdio;

use super::methods::{
    INVALID_ARGUMENT, as_file, check_file, default_file, is_open, lines_iterator, read_args, write_args,
};
use super::stream::{Source, Stream};
use super::{
    LuaFile, State, error_text, failure, file_result, get_state, new_file, set_state, state_of, with_stream,
};
use crate::stdlib::os::shell;
use crate::stdlib::{check_c_string, opt_c_string, path_of};
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(super) fn open_file(vm: &mut Vm, args: Args) -> NativeResult {
    let name = check_c_string(vm, args, 0)?;
    let mode = opt_c_string(vm, args, 1)?.unwrap_or(b"r");
    match open_stream(name, mode) {
        Ok(stream) => ret_file(vm, args, stream),
        Err(error) => failure(vm, &error, Some(name)),
    }
}

fn ret_file(vm: &mut Vm, args: Args, stream: Stream) -> NativeResult {
    let state = state_of(vm, args);
    let file =
        new_file(vm, state, LuaFile { stream: Some(stream), is_standard: false, closes_at_end: false })?;
    vm.ret1(file)
}

/// C's `fopen`: `r`, `w` or `a`, then flags in any order, of which `+` and `x` matter here.
fn open_stream(name: &[u8], mode: &[u8]) -> std::io::Result<Stream> {
    let updates = mode.contains(&b'+');
    let is_exclusive = mode.contains(&b'x');
    let mut options = OpenOptions::new();
    let (can_read, can_write) = match mode.first() {
        Some(b'r') => (true, updates),
        Some(b'w') => {
            options.truncate(!is_exclusive).create(true).create_new(is_exclusive);
            (updates, true)
        }
        Some(b'a') => {
            options.append(true).create(true).create_new(is_exclusive);
            (updates, true)
        }
        _ => return Err(Error::from_raw_os_error(INVALID_ARGUMENT)),
    };
    let is_append = mode.first() == Some(&b'a');
    let file = options.read(can_read).write(can_write && !is_append).open(path_of(name))?;
    Ok(Stream::new(Source::File(file), can_read, can_write))
}

pub(super) fn popen(vm: &mut Vm, args: Args) -> NativeResult {
    let command = check_c_string(vm, args, 0)?;
    let mode = opt_c_string(vm, args, 1)?.unwrap_or(b"r");
    super::flush_all(vm);
    match open_process(command, mode) {
        Ok(stream) => ret_file(vm, args, stream),
        Err(error) => failure(vm, &error, Some(command)),
    }
}

fn open_process(command: &[u8], mode: &[u8]) -> std::io::Result<Stream> {
    let mut process = shell(command);
    let is_known = mode.iter().all(|flag| b"rwe".contains(flag));
    match (is_known && mode.contains(&b'r'), is_known && mode.contains(&b'w')) {
        (true, false) => {
            let mut child = process.stdout(Stdio::piped()).spawn()?;
            let pipe = child.stdout.take().expect("asked for above");
            Ok(Stream::new(Source::FromProcess(child, pipe), true, false))
        }
        (false, true) => {
            let mut child = process.stdin(Stdio::piped()).spawn()?;
            let pipe = child.stdin.take();
            Ok(Stream::new(Source::ToProcess(child, pipe), false, true))
        }
        (true, true) | (false, false) => Err(Error::from_raw_os_error(INVALID_ARGUMENT)),
    }
}

pub(super) fn tmpfile(vm: &mut Vm, args: Args) -> NativeResult {
    match unique_file() {
        Ok((path, file)) => {
            // Where an open file cannot be removed it stays in the folder for temporary files.
            drop(std::fs::remove_file(path));
            ret_file(vm, args, Stream::new(Source::File(file), true, true))
        }
        Err(error) => failure(vm, &error, None),
    }
}

/// A new file with a name of its own in the folder for temporary files.
pub(crate) fn unique_file() -> std::io::Result<(PathBuf, File)> {
    const ATTEMPTS: u32 = 100;
    for _ in 0..ATTEMPTS {
        // Every hasher of the standard library starts from fresh random keys.
        let random = std::hash::RandomState::new().build_hasher().finish();
        let path = std::env::temp_dir().join(format!("lua_{:06x}", random & 0xff_ffff));
        match File::options().read(true).write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (path, file)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

pub(super) fn type_(vm: &mut Vm, args: Args) -> NativeResult {
    let name = match as_file(vm.check_any(args, 0)?) {
        Some(file) if is_open(file) => vm.new_string(b"file")?,
        Some(_) => vm.new_string(b"closed file")?,
        None => RawValue::NIL,
    };
    vm.ret1(name)
}

pub(super) fn lines(vm: &mut Vm, args: Args) -> NativeResult {
    let file = if vm.arg(args, 0).is_nil() {
        let state = state_of(vm, args);
        get_state(vm, state, State::Input)
    } else {
        let stream = open_or_raise(vm, args, b"r")?;
        let state = state_of(vm, args);
        new_file(vm, state, LuaFile { stream: Some(stream), is_standard: false, closes_at_end: true })?
    };
    lines_iterator(vm, args, file.as_userdata().expect("a file"))
}

/// Opens the file named by the first argument; failing is an error about that argument.
fn open_or_raise(vm: &mut Vm, args: Args, mode: &[u8]) -> Result<Stream, Raised> {
    let name = check_c_string(vm, args, 0)?;
    open_stream(name, mode).map_err(|error| vm.arg_error(args, 0, error_text(&error, Some(name))))
}

// ---- the default files -------------------------------------------------------------------------------------

pub(super) fn input(vm: &mut Vm, args: Args) -> NativeResult {
    default_or_set(vm, args, State::Input, b"r")
}

pub(super) fn output(vm: &mut Vm, args: Args) -> NativeResult {
    default_or_set(vm, args, State::Output, b"w")
}

fn default_or_set(vm: &mut Vm, args: Args, which: State, mode: &[u8]) -> NativeResult {
    let state = state_of(vm, args);
    let value = vm.arg(args, 0);
    if value.is_nil() {
        let file = get_state(vm, state, which);
        return vm.ret1(file);
    }
    let file = if value.is_userdata() {
        let file = check_file(vm, args)?;
        with_stream(vm, file, |_, _| ())?;
        value
    } else {
        let stream = open_or_raise(vm, args, mode)?;
        new_file(vm, state, LuaFile { stream: Some(stream), is_standard: false, closes_at_end: false })?
    };
    set_state(vm, state, which, file)?;
    vm.ret1(file)
}

pub(super) fn read(vm: &mut Vm, args: Args) -> NativeResult {
    let file = default_file(vm, args, State::Input)?;
    if file.lend(|file: &mut LuaFile| file.is_standard).unwrap_or(false) {
        // A prompt written before reading from the terminal must be seen.
        drop(vm.hooks.output.flush());
    }
    read_args(vm, args, file, 0)
}

pub(super) fn write(vm: &mut Vm, args: Args) -> NativeResult {
    let file = default_file(vm, args, State::Output)?;
    write_args(vm, args, file, 0)
}

pub(super) fn flush(vm: &mut Vm, args: Args) -> NativeResult {
    let file = default_file(vm, args, State::Output)?;
    let flushed = with_stream(vm, file, Stream::flush)?;
    file_result(vm, flushed, None)
}
