//! Rust closures as native functions.
//!
//! A host function is a native whose only upvalue is a userdata that holds the closure. The native's code is [`trampoline`],
//! made for the closure's type, so that a call costs no virtual call but the look at that type.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::raise;
use crate::context::Context;
use crate::error::{Error, ErrorKind};
use crate::function::{FunctionView, NativeFunction, Special, new_native};
use crate::marshal::{BadValue, FromLuaMulti, IntoLuaMulti};
use crate::userdata::new_userdata;
use crate::value::RawValue;
use crate::vm::{Answer, Args, Given, NativeResult, Raised, Vm};

/// A function of the host as a Lua value.
///
/// # Errors
/// When the memory limit is reached.
pub(crate) fn new_host_function<F, A, R>(vm: &mut Vm, name: &str, function: F) -> Result<RawValue, Raised>
where
    F: Fn(&mut Context, A) -> Result<R, Error> + Send + 'static,
    A: FromLuaMulti + 'static,
    R: IntoLuaMulti + 'static,
{
    new_native_for(vm, name, move |vm: &mut Vm, args: Args| {
        let cx = Context::of(vm);
        match A::from_slots(cx, args.into(), 0) {
            Ok(values) => finish(function(cx, values), cx),
            Err(bad) => Err(raise_bad_argument(cx.vm(), args, &bad)),
        }
    })
}

/// The results of a host function as Lua values; or its error, raised.
#[inline(always)]
pub(super) fn finish<R: IntoLuaMulti>(outcome: Result<R, Error>, cx: &mut Context) -> Result<Given, Raised> {
    outcome.and_then(|results| results.give(cx)).map_err(|error| raise(cx.vm(), &error))
}

/// Raises an argument's failed conversion, in the words scripts know.
#[cold]
pub(super) fn raise_bad_argument(vm: &mut Vm, args: Args, bad: &BadValue) -> Raised {
    if bad.error.kind() != ErrorKind::Conversion {
        return raise(vm, &bad.error);
    }
    let message = bad.error.message();
    match message.strip_suffix("got nil") {
        Some(start) if bad.index >= args.count => {
            vm.arg_error(args, bad.index, format!("{start}got no value"))
        }
        Some(_) | None => vm.arg_error(args, bad.index, message),
    }
}

/// A native function that runs a closure on the VM itself.
///
/// # Errors
/// When the memory limit is reached.
pub(crate) fn new_native_for<C>(vm: &mut Vm, name: &str, closure: C) -> Result<RawValue, Raised>
where
    C: Fn(&mut Vm, Args) -> Result<Given, Raised> + Send + 'static,
{
    let holder = new_userdata(&mut vm.heap, Some(Box::new(closure)), None)?;
    let globals = super::globals(vm);
    let native = new_native(&mut vm.heap, name, pushing::<C>, globals, &[holder.into()], Special::Host)?;
    if let FunctionView::Native(native) = native.view() {
        native.set_direct(trampoline::<C>);
    }
    Ok(native.into())
}

/// The same as any native has it: results are pushed.
fn pushing<C>(vm: &mut Vm, args: Args) -> NativeResult
where
    C: Fn(&mut Vm, Args) -> Result<Given, Raised> + Send + 'static,
{
    match trampoline::<C>(vm, args).outcome()? {
        Given::Nothing => vm.ret0(),
        Given::One(value) => vm.ret1(value),
        Given::Pushed(count) => vm.ret_top(count),
    }
}

fn trampoline<C>(vm: &mut Vm, args: Args) -> Answer
where
    C: Fn(&mut Vm, Args) -> Result<Given, Raised> + Send + 'static,
{
    // SAFETY: only `new_native_for` makes natives with this code, so the slot below the arguments holds one whose upvalue holds a `C`. Nothing
    // replaces that: `debug` shows neither the upvalue nor the frame (`Special::Host`), and no handle to the holder is ever made. So the native
    // in its slot keeps the closure alive until it returns.
    let closure = unsafe { closure_of::<C>(vm.slot(args.base - 1)) };
    match catch_unwind(AssertUnwindSafe(|| Answer::new(closure(vm, args)))) {
        Ok(answer) => answer,
        Err(panic) => Answer::new(Err(raise_panic(vm, args, &*panic))),
    }
}

/// The closure of a host function.
///
/// # Safety
/// The value is a function made by [`new_native_for`] for a `C`, and outlives the reference.
#[inline(always)]
unsafe fn closure_of<'a, C: 'static>(function: RawValue) -> &'a C {
    // SAFETY: by contract it is a native with one upvalue, a userdata with a boxed `C`.
    unsafe {
        let native = function.as_function_unchecked().as_ptr().cast::<NativeFunction>();
        let holder = (*(&raw const (*native).upvalues).cast::<RawValue>()).as_userdata_unchecked();
        let payload = (*holder.as_ptr()).payload.as_deref().unwrap_unchecked();
        debug_assert!(payload.is::<C>(), "a host function's upvalue holds its closure");
        &*(&raw const *payload).cast::<C>()
    }
}

#[cold]
fn raise_panic(vm: &mut Vm, args: Args, panic: &(dyn Any + Send)) -> Raised {
    let what = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (None, Some(text)) => text.as_str(),
        (None, None) => "no message",
    };
    let name = match vm.slot(args.base - 1).as_function().map(|function| function.view()) {
        // SAFETY: a live cell.
        Some(FunctionView::Native(native)) => unsafe { (*native.as_ptr()).name.as_bytes() },
        Some(FunctionView::Lua(_)) | None => b"?",
    };
    let raised = vm.error(format!("panic in '{}': {what}", String::from_utf8_lossy(name)));
    vm.mark_error(ErrorKind::Panic);
    raised
}
