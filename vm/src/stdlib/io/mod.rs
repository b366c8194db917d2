//! The `io` library over Rust's standard library.
//!
//! A file is a userdata with a [`LuaFile`] payload. The functions of the library share one table as upvalue, the [`State`] slots:
//! the default input and output, the metatable of files and the weak set of open files, flushed by `os.exit`.

mod files;
mod methods;
mod number;
mod stream;

use std::io::Write;

use super::numbers::number_functions;
use super::{Builtin, Libraries, Library, add_functions, builtins, upvalue};
use crate::table::Table;
use crate::userdata::{UserData, new_userdata};
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};
use stream::{Source, Stream};

pub(crate) use super::base::chunk::plain_message;
pub(crate) use files::unique_file;

/// Everything here needs the shared state, so `open` adds the functions.
pub(crate) const LIBRARY: Library = Library { name: "io", functions: &[], open, wanted: |which| which.io };

const FUNCTIONS: &[Builtin] = builtins! {
    "close" methods::close,
    "flush" files::flush,
    "input" files::input,
    "lines" files::lines,
    "open" files::open_file,
    "output" files::output,
    "popen" files::popen,
    "read" files::read,
    "tmpfile" files::tmpfile,
    "type" files::type_,
    "write" files::write,
};

const METHODS: &[Builtin] = builtins! {
    "__gc" methods::gc,
    "__tostring" methods::tostring,
    "close" methods::close,
    "flush" methods::flush,
    "lines" methods::lines,
    "read" methods::read,
    "seek" methods::seek,
    "setvbuf" methods::setvbuf,
    "write" methods::write,
};

/// The payload of a file userdata.
struct LuaFile {
    /// `None` once closed.
    stream: Option<Stream>,
    /// Standard streams cannot be closed.
    is_standard: bool,
    /// Opened by `io.lines`, to be closed at the end of the file.
    closes_at_end: bool,
}

/// What lies where in the library's shared table.
#[derive(Clone, Copy)]
enum State {
    Input = 1,
    Output,
    Metatable,
    OpenFiles,
}

/// The registry key of the shared table.
const REGISTRY_KEY: &str = "_IO";

fn open(vm: &mut Vm, table: Gc<Table>, _which: Libraries) -> Result<(), Raised> {
    let state = vm.new_table(4, 0)?;
    let registry = vm.heap.roots.registry.expect("a VM has a registry from its creation");
    vm.raw_set_name(registry, REGISTRY_KEY, state.into())?;

    let metatable = vm.new_table(0, METHODS.len() + 1)?;
    add_functions(vm, metatable, METHODS, &[state.into()])?;
    number_functions(vm, metatable, "FILE*")?;
    vm.raw_set_name(metatable, "__index", metatable.into())?;
    set_state(vm, state, State::Metatable, metatable.into())?;

    let open_files = vm.new_table(0, 0)?;
    let weakness = vm.new_table(0, 1)?;
    let mode = vm.new_string(b"k")?;
    vm.raw_set_name(weakness, "__mode", mode)?;
    open_files.set_metatable(&mut vm.heap, Some(weakness))?;
    set_state(vm, state, State::OpenFiles, open_files.into())?;

    let stdin = standard_stream(vm, state, Stream::new(Source::Stdin, true, false))?;
    let stdout = standard_stream(vm, state, Stream::new(Source::Output, false, true))?;
    let stderr = standard_stream(vm, state, Stream::new(Source::Stderr, false, true))?;
    set_state(vm, state, State::Input, stdin)?;
    set_state(vm, state, State::Output, stdout)?;
    for (name, file) in [("stdin", stdin), ("stdout", stdout), ("stderr", stderr)] {
        vm.raw_set_name(table, name, file)?;
    }
    add_functions(vm, table, FUNCTIONS, &[state.into()])
}

fn standard_stream(vm: &mut Vm, state: Gc<Table>, stream: Stream) -> Result<RawValue, Raised> {
    let file = LuaFile { stream: Some(stream), is_standard: true, closes_at_end: false };
    new_file(vm, state, file)
}

/// The library's shared table, from the running function.
fn state_of(vm: &Vm, args: Args) -> Gc<Table> {
    upvalue(vm, args, 0).as_table().expect("every function of the library has the state as upvalue")
}

fn get_state(vm: &mut Vm, state: Gc<Table>, slot: State) -> RawValue {
    state.get_int(&vm.heap, slot as i64)
}

fn set_state(vm: &mut Vm, state: Gc<Table>, slot: State, value: RawValue) -> Result<(), Raised> {
    vm.raw_set(state, RawValue::number(slot as i64 as f64), value)
}

/// A userdata for a file.
fn new_file(vm: &mut Vm, state: Gc<Table>, file: LuaFile) -> Result<RawValue, Raised> {
    let metatable = get_state(vm, state, State::Metatable).as_table();
    let userdata = new_userdata(&mut vm.heap, Some(Box::new(file)), metatable)?;
    let open_files = get_state(vm, state, State::OpenFiles).as_table().expect("made by `open`");
    vm.raw_set(open_files, userdata.into(), RawValue::TRUE)?;
    Ok(userdata.into())
}

/// Flushes every open file, for a process about to end.
pub(crate) fn flush_all(vm: &mut Vm) {
    let registry = vm.heap.roots.registry.expect("a VM has a registry from its creation");
    let Ok(key) = vm.heap.intern(REGISTRY_KEY.as_bytes()) else { return };
    let Some(state) = registry.get_str(&vm.heap, key).as_table() else { return };
    let Some(open_files) = get_state(vm, state, State::OpenFiles).as_table() else { return };
    let mut position = 0;
    while let Some((next, key, _)) = open_files.entry_after(&vm.heap, position) {
        position = next;
        if let Some(file) = key.as_userdata() {
            // The process ends; there is nobody to tell.
            drop(use_stream(vm, file, |stream, output| stream.flush(output)));
        }
    }
}

/// Runs `f` on an open file's stream and the host's output; `None` when the file is closed.
fn use_stream<R>(
    vm: &mut Vm,
    file: Gc<UserData>,
    f: impl FnOnce(&mut Stream, &mut dyn Write) -> R,
) -> Option<R> {
    let output = &mut *vm.hooks.output;
    file.lend(|file: &mut LuaFile| file.stream.as_mut().map(|stream| f(stream, output))).flatten()
}

/// `use_stream` for a file that must be open.
fn with_stream<R>(
    vm: &mut Vm,
    file: Gc<UserData>,
    f: impl FnOnce(&mut Stream, &mut dyn Write) -> R,
) -> Result<R, Raised> {
    use_stream(vm, file, f).ok_or_else(|| vm.error("attempt to use a closed file"))
}

/// True, or nil, a message and the system's error number.
pub(crate) fn file_result(vm: &mut Vm, result: std::io::Result<()>, name: Option<&[u8]>) -> NativeResult {
    match result {
        Ok(()) => vm.ret1(true),
        Err(error) => failure(vm, &error, name),
    }
}

/// nil, a message and the system's error number.
pub(crate) fn failure(vm: &mut Vm, error: &std::io::Error, name: Option<&[u8]>) -> NativeResult {
    let message = error_text(error, name);
    vm.push(RawValue::NIL)?;
    let message = vm.new_string(&message)?;
    vm.push(message)?;
    vm.push(RawValue::number(f64::from(error.raw_os_error().unwrap_or(0))))?;
    vm.ret_top(3)
}

fn error_text(error: &std::io::Error, name: Option<&[u8]>) -> Vec<u8> {
    let text = plain_message(error);
    match name {
        Some(name) => [name, b": ", text.as_bytes()].concat(),
        None => text.into_bytes(),
    }
}
