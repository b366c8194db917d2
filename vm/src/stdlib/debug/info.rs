//! `debug.getinfo` and `debug.traceback`.

use super::thread_arg;
use crate::function::{Function, FunctionView};
use crate::rt::frames::{self, Definition};
use crate::rt::traceback;
use crate::syntax::chunk_id;
use crate::table::Table;
use crate::thread::Thread;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(super) fn traceback(vm: &mut Vm, args: Args) -> NativeResult {
    let (thread, first) = thread_arg(vm, args);
    let message = match vm.arg_opt(args, first) {
        None => Vec::new(),
        Some(value) if value.is_string() || value.is_number() => {
            [vm.check_string(args, first)?.as_bytes(), b"\n"].concat()
        }
        Some(value) => return vm.ret1(value),
    };
    let level = vm.opt_int(args, first + 1, i32::from(thread == vm.thread))?;
    let trace = traceback::traceback(vm, thread, None, level.max(0) as usize);
    let text = vm.new_string(&[message.as_slice(), trace.as_bytes()].concat())?;
    vm.ret1(text)
}

/// What `getinfo` is asked about.
struct Subject {
    function: Gc<Function>,
    /// The frame that runs it, when asked by level.
    frame: Option<(Gc<Thread>, usize)>,
}

pub(super) fn getinfo(vm: &mut Vm, args: Args) -> NativeResult {
    let (thread, first) = thread_arg(vm, args);
    let options = vm.opt_string(args, first + 1)?.map_or(b"flnSu".as_slice(), |options| options.as_bytes());
    let about = vm.arg(args, first);
    let subject = if let Some(function) = about.as_function() {
        Subject { function, frame: None }
    } else if crate::rt::to_number(about).is_some() {
        let level = vm.check_int(args, first)?;
        let Some(depth) = u32::try_from(level).ok().and_then(|level| frames::depth_of(thread, level)) else {
            return vm.ret1(RawValue::NIL);
        };
        let function = frames::function_at(thread, depth);
        // The marker may come to its slot when the frame is gone.
        vm.heap.barrier(function.into());
        Subject { function, frame: Some((thread, depth)) }
    } else {
        return Err(vm.arg_error(args, first, "function or level expected"));
    };
    let table = vm.new_table(0, 16)?;
    // A C string ends there.
    for &option in options.split(|&byte| byte == 0).next().unwrap_or_default() {
        if !add_fields(vm, table, option, &subject)? {
            return Err(vm.arg_error(args, first + 1, "invalid option"));
        }
    }
    vm.ret1(table)
}

/// Adds what an option letter asks for; false for an unknown one.
fn add_fields(vm: &mut Vm, table: Gc<Table>, option: u8, subject: &Subject) -> Result<bool, Raised> {
    let definition = match subject.function.view() {
        FunctionView::Lua(closure) => Some(frames::definition(closure)),
        FunctionView::Native(_) => None,
    };
    match option {
        b'S' => add_source(vm, table, definition.as_ref())?,
        b'l' => {
            let line = subject.frame.and_then(|(thread, depth)| frames::current_line(thread, depth));
            set_number(vm, table, "currentline", line.map_or(-1.0, f64::from))?;
        }
        b'u' => {
            let upvalues = match subject.function.view() {
                FunctionView::Lua(closure) => closure.upvalue_count(),
                FunctionView::Native(native) => native.shown_upvalues(),
            };
            let (parameters, is_vararg) = definition.map_or((0, true), |d| (d.parameters, d.is_vararg));
            set_number(vm, table, "nups", upvalues as f64)?;
            set_number(vm, table, "nparams", f64::from(parameters))?;
            vm.raw_set_name(table, "isvararg", is_vararg.into())?;
        }
        b'n' => {
            let name = subject.frame.and_then(|(thread, depth)| frames::function_name(thread, depth));
            let (kind, name) = name.map_or(("", None), |(kind, name)| (kind, Some(name)));
            if let Some(name) = name {
                set_text(vm, table, "name", name.as_bytes())?;
            }
            set_text(vm, table, "namewhat", kind.as_bytes())?;
        }
        b'f' => vm.raw_set_name(table, "func", subject.function.into())?,
        b'L' => {
            if let Some(definition) = definition {
                let lines = vm.new_table(0, 0)?;
                for line in definition.lines {
                    vm.raw_set(lines, RawValue::number(f64::from(line)), RawValue::TRUE)?;
                }
                vm.raw_set_name(table, "activelines", lines.into())?;
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn add_source(vm: &mut Vm, table: Gc<Table>, definition: Option<&Definition>) -> Result<(), Raised> {
    let (source, short, first, last, what) = match definition {
        Some(d) => {
            let what = if d.first_line == 0 && d.last_line != 0 { "main" } else { "Lua" };
            (
                d.chunk_name.as_slice(),
                chunk_id(&d.chunk_name),
                f64::from(d.first_line),
                f64::from(d.last_line),
                what,
            )
        }
        None => (b"=[C]".as_slice(), "[C]".to_owned(), -1.0, -1.0, "C"),
    };
    set_text(vm, table, "source", source)?;
    set_text(vm, table, "short_src", short.as_bytes())?;
    set_number(vm, table, "linedefined", first)?;
    set_number(vm, table, "lastlinedefined", last)?;
    set_text(vm, table, "what", what.as_bytes())
}

fn set_text(vm: &mut Vm, table: Gc<Table>, name: &str, text: &[u8]) -> Result<(), Raised> {
    let text = vm.new_string(text)?;
    vm.raw_set_name(table, name, text)
}

fn set_number(vm: &mut Vm, table: Gc<Table>, name: &str, number: f64) -> Result<(), Raised> {
    vm.raw_set_name(table, name, RawValue::number(number))
}
