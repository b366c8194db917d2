//! The boundary between Rust programs and the VM: handles' roots, calls from the host, Rust functions and userdata types.
//!
//! Everything the safe face does with the VM's innards goes through this folder: [`root`] makes a value survive,
//! [`call`] runs a function, [`entered`] and [`checked`] run an operation of the VM and turn what it raises into an
//! [`Error`], [`raise`] does the reverse.

#![allow(unsafe_code, reason = "borrows host values that the stack keeps alive")]

mod class;
mod function;
mod root;

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::Arc;

use crate::context::Context;
use crate::error::{Error, ErrorKind};
use crate::interp;
use crate::marshal::{BadValue, FromLuaMulti, IntoLuaMulti};
use crate::rt::meta::Meta;
use crate::table::Table;
use crate::thread::Thread;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

pub(crate) use class::{Class, Payload, class_of, new_host_userdata};
pub use class::{Methods, UserData};
pub(crate) use function::new_host_function;
pub(crate) use root::{Root, root};

/// What a VM keeps for its host.
#[derive(Default)]
pub(crate) struct HostState {
    roots: root::Roots,
    classes: HashMap<TypeId, Class>,
    /// How many of them were begun.
    class_count: u32,
    /// How deep calls from the host are nested.
    depth: u32,
    /// How many outermost calls there were.
    pub(crate) calls: u64,
    /// How many errors reached the host, by kind.
    pub(crate) errors: [u64; ErrorKind::COUNT],
}

/// A call from the host begins.
#[inline(always)]
pub(crate) fn enter(vm: &mut Vm) {
    vm.host.depth += 1;
    if vm.host.depth == 1 {
        vm.host.calls += 1;
        vm.interrupts.call_begins();
        vm.refuel();
    }
}

/// A call from the host has ended.
#[inline(always)]
pub(crate) fn leave(vm: &mut Vm) {
    vm.host.depth -= 1;
    if vm.host.depth == 0 {
        vm.interrupts.call_ends();
    }
}

/// The table of globals.
pub(crate) fn globals(vm: &Vm) -> Gc<Table> {
    vm.heap.roots.globals.expect("a VM has globals from its creation")
}

/// Calls a function with arguments from Rust and converts its results.
#[inline]
pub(crate) fn call<R: FromLuaMulti>(
    cx: &mut Context,
    function: RawValue,
    args: impl IntoLuaMulti,
) -> Result<R, Error> {
    let top = cx.vm().top;
    let outcome = call_inner(cx, function, args);
    // Also after an error: the arguments pushed so far go.
    let vm = cx.vm();
    vm.top = top;
    settle(vm);
    outcome
}

#[inline(always)]
fn call_inner<R: FromLuaMulti>(
    cx: &mut Context,
    function: RawValue,
    args: impl IntoLuaMulti,
) -> Result<R, Error> {
    let vm = cx.vm();
    let home = vm.top;
    if let Err(raised) = vm.push(function) {
        return Err(take_error(vm, raised));
    }
    let count = args.push_all(cx)?;
    let vm = cx.vm();
    enter(vm);
    let outcome = interp::call_at(vm, home, count, true);
    leave(vm);
    match outcome {
        Ok(results) => R::from_slots(cx, results.into(), 0).map_err(BadValue::for_result),
        Err(raised) => Err(take_error(vm, raised)),
    }
}

/// Resumes a coroutine from Rust and converts what it yields or returns.
pub(crate) fn resume<R: FromLuaMulti>(
    cx: &mut Context,
    coroutine: Gc<Thread>,
    args: impl IntoLuaMulti,
) -> Result<R, Error> {
    let top = cx.vm().top;
    let outcome = args.push_all(cx).and_then(|count| {
        let vm = cx.vm();
        let args: Vec<RawValue> = (0..count).map(|index| vm.slot(top + index)).collect();
        enter(vm);
        let outcome = interp::host_resume(vm, coroutine, &args);
        leave(vm);
        match outcome {
            Ok((results, _)) => R::from_slots(cx, results.into(), 0).map_err(BadValue::for_result),
            Err(raised) => Err(take_error(vm, raised)),
        }
    });
    cx.vm().top = top;
    outcome
}

/// Runs an operation that may call into Lua, as a call from the host.
pub(crate) fn entered<T>(
    vm: &mut Vm,
    operation: impl FnOnce(&mut Vm) -> Result<T, Raised>,
) -> Result<T, Error> {
    let top = vm.top;
    enter(vm);
    let outcome = operation(vm);
    leave(vm);
    let outcome = outcome.map_err(|raised| take_error(vm, raised));
    vm.top = top;
    settle(vm);
    outcome
}

/// Runs an operation that does not call into Lua.
pub(crate) fn checked<T>(
    vm: &mut Vm,
    operation: impl FnOnce(&mut Vm) -> Result<T, Raised>,
) -> Result<T, Error> {
    operation(vm).map_err(|raised| take_error(vm, raised))
}

/// The safe point after an operation of the host, for programs whose garbage is made by Rust: what the host holds is in handles or
/// on the stack here.
#[inline(always)]
pub(crate) fn settle(vm: &mut Vm) {
    if vm.heap.debt > 0 {
        collect(vm);
    }
}

#[cold]
fn collect(vm: &mut Vm) {
    vm.save_top();
    vm.safe_point();
}

/// The error the VM raised, as the host sees it.
#[cold]
pub(crate) fn take_error(vm: &mut Vm, raised: Raised) -> Error {
    let value = vm.heap.roots.raised.take();
    let traceback = vm.traceback.take();
    vm.raise_prepared = false;
    let kind = match raised {
        Raised::Error => vm.kind_of_error(value),
        Raised::Memory => ErrorKind::Memory,
        Raised::Interrupted => ErrorKind::Interrupted,
    };
    let object = value.filter(|value| !value.is_string()).map(|value| Arc::new(root(vm, value)) as _);
    vm.host.errors[kind as usize] += 1;
    let message = match (raised, value) {
        (Raised::Memory, _) => "not enough memory".to_owned(),
        (Raised::Error | Raised::Interrupted, value) => message_of(vm, value.unwrap_or(RawValue::NIL)),
    };
    let error = Error::new(kind, message).raised_with(object);
    match traceback {
        Some(traceback) => error.with_traceback(traceback),
        None => error,
    }
}

/// The text of an error value: itself, or what its `__tostring` makes of it.
fn message_of(vm: &mut Vm, value: RawValue) -> String {
    let describe = vm.metamethod(value, Meta::ToString);
    let plain = describe.is_nil() || value.is_string();
    let described = if plain { Ok(value) } else { vm.call1(describe, &[value]) };
    let value = match described {
        Ok(text) if text.is_string() => text,
        Ok(_) => value,
        Err(raised) => {
            vm.catch(raised);
            value
        }
    };
    match (value.as_string(), value.as_number()) {
        (Some(string), _) => String::from_utf8_lossy(string.as_bytes()).into_owned(),
        (None, Some(number)) => number_text(number),
        (None, None) => format!("(error object is a {} value)", value.type_name()),
    }
}

/// A number as `tostring` writes it.
pub(crate) fn number_text(number: f64) -> String {
    let mut bytes = Vec::new();
    crate::convert::format_number(number, &mut bytes);
    String::from_utf8(bytes).expect("numbers are printed in ASCII")
}

/// Raises a host's error in the VM.
#[cold]
pub(crate) fn raise(vm: &mut Vm, error: &Error) -> Raised {
    match error.kind() {
        ErrorKind::Memory => return Raised::Memory,
        ErrorKind::Interrupted => {
            vm.heap.roots.raised = match vm.new_string(error.message().as_bytes()) {
                Ok(message) => Some(message),
                Err(raised) => return raised,
            };
            return Raised::Interrupted;
        }
        ErrorKind::Syntax
        | ErrorKind::Runtime
        | ErrorKind::Conversion
        | ErrorKind::StackOverflow
        | ErrorKind::Panic
        | ErrorKind::WrongState => {}
    }
    let object = error.raised_value().and_then(|value| value.downcast_ref::<Root>());
    if let Some(value) = object.and_then(|object| object.get(vm).ok()) {
        return vm.throw(value);
    }
    let raised = if error.was_raised() {
        match vm.new_string(error.message().as_bytes()) {
            Ok(message) => vm.throw(message),
            Err(raised) => raised,
        }
    } else {
        vm.error(error.message())
    };
    vm.mark_error(error.kind());
    raised
}
