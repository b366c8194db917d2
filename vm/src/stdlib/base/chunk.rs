//! `load`, `loadstring`, `loadfile`, `dofile`: source text or bytecode to function.

use std::io::Read;

use crate::compiler::load_chunk;
use crate::rt::string_buffer::{StringBuffer, as_buffer, read_buffer};
use crate::stdlib::{globals, opt_c_string, path_of, up_to_zero};
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

/// A function, or the message that says why there is none.
type Loaded = Result<RawValue, Vec<u8>>;

pub(super) fn load(vm: &mut Vm, args: Args) -> NativeResult {
    let name = vm.opt_string(args, 1)?;
    let mode = vm.opt_string(args, 2)?;
    let environment = vm.arg(args, 3).as_table();
    let first = vm.arg(args, 0);
    let (source, default_name) = if first.is_string() || first.is_number() {
        let text = vm.check_string(args, 0)?.as_bytes().to_vec();
        (text.clone(), up_to_zero(&text).to_vec())
    } else if let Some(buffer) = as_buffer(first) {
        (read_buffer(buffer, |buffer| buffer.contents().to_vec()), Vec::new())
    } else {
        let reader = vm.check_function(args, 0)?;
        match read_all(vm, reader)? {
            Ok(source) => (source, b"=(load)".to_vec()),
            Err(value) => return refuse(vm, value),
        }
    };
    // The reader may have run a collection, which the arguments survived on the stack.
    let name = name.and(opt_c_string(vm, args, 1)?).map_or(default_name, <[u8]>::to_vec);
    let mode = mode.and(opt_c_string(vm, args, 2)?).map(<[u8]>::to_vec);
    let loaded = compile(vm, &source, &name, mode.as_deref(), environment)?;
    answer(vm, loaded)
}

pub(super) fn loadfile(vm: &mut Vm, args: Args) -> NativeResult {
    let path = opt_c_string(vm, args, 0)?.map(<[u8]>::to_vec);
    let mode = opt_c_string(vm, args, 1)?.map(<[u8]>::to_vec);
    let environment = vm.arg(args, 2).as_table();
    let loaded = load_file(vm, path.as_deref(), mode.as_deref(), environment)?;
    answer(vm, loaded)
}

pub(super) fn dofile(vm: &mut Vm, args: Args) -> NativeResult {
    let path = opt_c_string(vm, args, 0)?.map(<[u8]>::to_vec);
    match load_file(vm, path.as_deref(), None, None)? {
        Ok(function) => vm.call(function, &[]),
        Err(message) => {
            let message = vm.new_string(&message)?;
            Err(vm.throw(message))
        }
    }
}

/// Reads and compiles a file, or standard input.
pub(crate) fn load_file(
    vm: &mut Vm,
    path: Option<&[u8]>,
    mode: Option<&[u8]>,
    environment: Option<Gc<Table>>,
) -> Result<Loaded, Raised> {
    let (source, name) = match path {
        Some(path) => (read_file(path), [b"@", path].concat()),
        None => {
            let mut source = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut source);
            let read = read.map_err(|error| format!("cannot read stdin: {}", plain_message(&error)));
            (read.map(|_| source).map_err(String::into_bytes), b"=stdin".to_vec())
        }
    };
    match source {
        Ok(source) => compile(vm, &source, &name, mode, environment),
        Err(message) => Ok(Err(message)),
    }
}

fn read_file(path: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    let failed = |what: &str, error: std::io::Error| {
        [what.as_bytes(), b" ", path, b": ", plain_message(&error).as_bytes()].concat()
    };
    let mut file = std::fs::File::open(path_of(path)).map_err(|e| failed("cannot open", e))?;
    let mut source = Vec::new();
    file.read_to_end(&mut source).map_err(|e| failed("cannot read", e))?;
    Ok(source)
}

/// Compiles source text, or reads bytecode, in an environment; the globals when none is given.
pub(crate) fn compile(
    vm: &mut Vm,
    source: &[u8],
    name: &[u8],
    mode: Option<&[u8]>,
    environment: Option<Gc<Table>>,
) -> Result<Loaded, Raised> {
    let draft = match load_chunk(source, name, mode, vm.hooks.loads_bytecode) {
        Ok(draft) => draft,
        Err(message) => {
            // Text that does not compile is an error that is caught: see `run_handler`.
            vm.thread.set_handling_error(false);
            return Ok(Err(message));
        }
    };
    let environment = environment.unwrap_or_else(|| vm.thread.environment().unwrap_or_else(|| globals(vm)));
    let function = crate::instantiate::load_new_draft(&mut vm.heap, draft, environment)?;
    Ok(Ok(function.as_function().into()))
}

/// The pieces a reader function returns, joined; or the error value it failed with.
fn read_all(vm: &mut Vm, reader: RawValue) -> Result<Result<Vec<u8>, RawValue>, Raised> {
    // A reader that never ends meets the memory limit, and the time limit even if it is no Lua function.
    let mut source = StringBuffer::default();
    let mut digits = Vec::new();
    loop {
        vm.poll()?;
        let piece = match vm.call1(reader, &[]) {
            Ok(piece) => piece,
            Err(Raised::Interrupted) => return Err(Raised::Interrupted),
            Err(raised @ (Raised::Error | Raised::Memory)) => return Ok(Err(vm.catch(raised))),
        };
        let text = if let Some(text) = piece.as_string() {
            text.as_bytes()
        } else if let Some(number) = piece.as_number() {
            digits.clear();
            crate::convert::format_number(number, &mut digits);
            digits.as_slice()
        } else if piece.is_nil() {
            &[]
        } else {
            let raised = vm.error("reader function must return a string");
            return Ok(Err(vm.catch(raised)));
        };
        if text.is_empty() {
            return Ok(Ok(source.contents().to_vec()));
        }
        source.push(&mut vm.heap, text)?;
    }
}

fn answer(vm: &mut Vm, loaded: Loaded) -> NativeResult {
    match loaded {
        Ok(function) => vm.ret1(function),
        Err(message) => {
            let message = vm.new_string(&message)?;
            refuse(vm, message)
        }
    }
}

fn refuse(vm: &mut Vm, message: RawValue) -> NativeResult {
    vm.push(RawValue::NIL)?;
    vm.push(message)?;
    vm.ret_top(2)
}

/// The system's message without the number that Rust appends.
pub(crate) fn plain_message(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
