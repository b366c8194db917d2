//! Rust closures as native functions.
//!
//! A host function is a native whose only upvalue is a userdata that holds the closure. The native's code is [`trampoline`],
//! made for the closure's type, so that a call costs no virtual call but the look at that type.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::raise;
use crate::context::Context;
use crate::error::{Error, ErrorKind};
use crate::function::{FunctionView, Special, new_native};
use crate::marshal::{BadValue, FromLuaMulti, IntoLuaMulti};
use crate::stdlib::upvalue;
use crate::userdata::new_userdata;
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Raised, Ret, Vm};

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

/// The results of a host function, pushed; or its error, raised.
#[inline(always)]
pub(super) fn finish<R: IntoLuaMulti>(outcome: Result<R, Error>, cx: &mut Context) -> NativeResult {
    match outcome.and_then(|results| results.push_all(cx)) {
        Ok(count) => cx.vm().ret_top(count),
        Err(error) => Err(raise(cx.vm(), &error)),
    }
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
    C: Fn(&mut Vm, Args) -> NativeResult + Send + 'static,
{
    let holder = new_userdata(&mut vm.heap, Some(Box::new(closure)), None)?;
    let globals = super::globals(vm);
    let native = new_native(&mut vm.heap, name, trampoline::<C>, globals, &[holder.into()], Special::None)?;
    Ok(native.into())
}

fn trampoline<C>(vm: &mut Vm, args: Args) -> NativeResult
where
    C: Fn(&mut Vm, Args) -> NativeResult + Send + 'static,
{
    let holder = upvalue(vm, args, 0);
    // SAFETY: a live userdata; the reference outlives every other use of the payload: it is only replaced by the host through a
    // handle, and no handle to a holder is ever made.
    let payload = holder.as_userdata().and_then(|cell| unsafe { (*cell.as_ptr()).payload.as_deref() });
    let Some(closure) = payload.and_then(|payload| (payload as &dyn Any).downcast_ref::<C>()) else {
        return Err(vm.error("a Rust function was called with a foreign upvalue"));
    };
    // On the stack the closure survives whatever the script does to the function meanwhile.
    vm.push(holder)?;
    match catch_unwind(AssertUnwindSafe(|| pack(closure(vm, args)))) {
        Ok(packed) => unpack(packed),
        Err(panic) => Err(raise_panic(vm, args, &*panic)),
    }
}

/// A result in one word. What passes a `catch_unwind` is stored and read again: in one piece that is free, a structure written field by
/// field and read whole stalls the processor for as long as the call takes.
#[inline(always)]
fn pack(outcome: NativeResult) -> u64 {
    match outcome {
        Ok(Ret { first, count }) => u64::from(first) << 32 | u64::from(count),
        Err(raised) => u64::MAX - raised as u64,
    }
}

#[inline(always)]
fn unpack(packed: u64) -> NativeResult {
    for raised in [Raised::Error, Raised::Memory, Raised::Interrupted] {
        if packed == u64::MAX - raised as u64 {
            return Err(raised);
        }
    }
    Ok(Ret { first: (packed >> 32) as u32, count: packed as u32 })
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
