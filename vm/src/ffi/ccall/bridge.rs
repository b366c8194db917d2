//! Calls and callbacks through libffi.

#![allow(unsafe_code, reason = "calls C")]

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

use libffi::raw::{self, ffi_cif};

use super::prepare::{Prepared, prepare};
use crate::ffi::cconv::{Fault, How};
use crate::ffi::ctab::{CTypeId, Kind, Quals, known};
use crate::ffi::memory::Extent;
use crate::function::FunctionView;
use crate::rt::{frames, traceback};
use crate::syntax::chunk_id::chunk_id;
use crate::value::RawValue;
use crate::vm::{Args, Raised, Ret, Vm};

/// How many callbacks there may be at once.
const MAX_CALLBACKS: usize = 1024;

/// What calls and callbacks keep.
#[derive(Default)]
pub(crate) struct Bridge {
    /// By function type, once one that is not variadic was called.
    prepared: Vec<Option<Box<Prepared>>>,
    callbacks: Vec<Callback>,
    /// The VM while it is inside a call of a C function.
    running: Running,
    /// The error of a callback, on its way past C.
    pending: Option<RawValue>,
}

/// The VM while it is inside a call of a C function, and the thread it is on. It lies outside the VM, where a callback finds it while the
/// call has the VM borrowed: a callback goes on with that borrow.
struct Running(*mut Option<(*mut Vm, ThreadMark)>);

impl Default for Running {
    fn default() -> Running {
        Running(Box::into_raw(Box::new(None)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // SAFETY: made by `default`, and callbacks, which have copies of the address, end with the bridge too.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

/// Tells threads apart.
#[cfg(unix)]
type ThreadMark = libc::pthread_t;
#[cfg(not(unix))]
type ThreadMark = std::thread::ThreadId;

#[cfg(unix)]
fn this_thread() -> ThreadMark {
    // SAFETY: always succeeds.
    unsafe { libc::pthread_self() }
}
#[cfg(not(unix))]
fn this_thread() -> ThreadMark {
    std::thread::current().id()
}

// SAFETY: closures belong to the bridge alone, and point at its boxes; the VM's address is there only during a call.
unsafe impl Send for Bridge {}

/// A function of C's that calls a Lua function.
struct Callback {
    closure: *mut c_void,
    code: usize,
    /// The index of the Lua function in the pinned values.
    pinned: u32,
    is_free: bool,
    prepared: Box<Prepared>,
    /// What C hands back.
    context: Box<Context>,
}

/// How a callback finds its way back.
struct Context {
    /// The bridge's `running`, which lives as long as the callback.
    running: *mut Option<(*mut Vm, ThreadMark)>,
    slot: usize,
}

impl Drop for Callback {
    fn drop(&mut self) {
        // SAFETY: allocated by libffi, freed once.
        unsafe { raw::ffi_closure_free(self.closure) };
    }
}

/// Words for arguments and results: large structs take many.
type Words = Vec<u128>;

/// Calls the function at an address.
pub(super) fn call(vm: &mut Vm, index: u32, address: usize, args: Args) -> Result<Ret, Raised> {
    let function = vm.ffi.c.table.function(index);
    let (given, wanted) = (args.count as usize - 1, function.parameters.len());
    if given < wanted || given > wanted && !function.is_variadic {
        return Err(vm.error("wrong number of arguments for function call"));
    }
    let prepared: *const Prepared = if function.is_variadic {
        let mut variadic = Vec::with_capacity(given - wanted);
        for n in wanted..given {
            let value = vm.arg(args, n as u32 + 1);
            variadic.push(variadic_type(vm, value)?);
        }
        let function = vm.ffi.c.table.function(index).clone();
        let Some(prepared) = prepare(&vm.ffi.c.table, &function, &variadic) else {
            return Err(not_callable(vm));
        };
        let prepared = Box::new(prepared);
        let result = run(vm, &prepared, address, args);
        return result;
    } else {
        match vm.ffi.c.bridge.prepared.get(index as usize) {
            Some(Some(prepared)) => &raw const **prepared,
            _ => {
                let function = function.clone();
                let Some(prepared) = prepare(&vm.ffi.c.table, &function, &[]) else {
                    return Err(not_callable(vm));
                };
                let list = &mut vm.ffi.c.bridge.prepared;
                if list.len() <= index as usize {
                    list.resize_with(index as usize + 1, || None);
                }
                &raw const **list[index as usize].insert(Box::new(prepared))
            }
        }
    };
    // SAFETY: boxed, and never removed from the list.
    run(vm, unsafe { &*prepared }, address, args)
}

#[cold]
fn not_callable(vm: &mut Vm) -> Raised {
    vm.error("NYI: cannot call this C function (yet)")
}

/// The C type of an argument without a parameter: small integers go as `int`, `float` as `double`.
fn variadic_type(vm: &mut Vm, value: RawValue) -> Result<CTypeId, Raised> {
    if value.is_number() {
        return Ok(known::DOUBLE);
    }
    if value.is_string() {
        return Ok(known::CONST_CHAR_POINTER);
    }
    if value.as_boolean().is_some() {
        return Ok(known::INT32);
    }
    let Some(cdata) = value.as_cdata().filter(|cdata| cdata.ctype().is_declared()) else {
        return Ok(known::VOID_POINTER);
    };
    let table = &mut vm.ffi.c.table;
    let ctype = table.referent(cdata.ctype());
    let made = match table.kind(ctype) {
        Kind::Array(of) | Kind::VariableArray(of) => table.pointer(of, Quals::NONE),
        Kind::Record(_) | Kind::Function(_) => table.pointer(ctype, Quals::NONE),
        Kind::Float if table.size(ctype) == 4 => Ok(known::DOUBLE),
        Kind::Bool => Ok(known::INT32),
        Kind::Int { .. } | Kind::Enum(_) if table.size(ctype) < 4 => Ok(known::INT32),
        _ => Ok(ctype),
    };
    vm.made(made)
}

fn run(vm: &mut Vm, prepared: &Prepared, address: usize, args: Args) -> Result<Ret, Raised> {
    let (mut small, mut small_addresses) = ([0u128; 12], [std::ptr::null_mut::<c_void>(); 12]);
    let (mut large, mut large_addresses) = (Words::new(), Vec::new());
    let count = prepared.arguments.len();
    let words: usize =
        prepared.arguments.iter().map(|&ctype| (vm.ffi.c.table.size(ctype) as usize).div_ceil(16)).sum();
    let (buffer, addresses) = if words <= small.len() && count <= small_addresses.len() {
        (small.as_mut_ptr(), small_addresses.as_mut_ptr())
    } else {
        large.resize(words, 0);
        large_addresses.resize(count, std::ptr::null_mut());
        (large.as_mut_ptr(), large_addresses.as_mut_ptr())
    };
    let mut at = 0;
    for (n, &ctype) in prepared.arguments.iter().enumerate() {
        let value = vm.arg(args, n as u32 + 1);
        let size = vm.ffi.c.table.size(ctype) as usize;
        // SAFETY: the buffer has as many words as the arguments take.
        let converted = unsafe {
            let place = buffer.add(at).cast::<u8>();
            *addresses.add(n) = place.cast();
            vm.lua_to_c(ctype, place, value, How::default())
        };
        if let Err(fault) = converted {
            return Err(bad_argument(vm, n as u32 + 1, fault));
        }
        at += size.div_ceil(16);
    }
    let result = prepared.result;
    let kind = vm.ffi.c.table.kind(result);
    let mut word = [0u128; 2];
    let (place, whole) = match kind {
        Kind::Record(_) | Kind::Complex(_) => {
            let size = vm.ffi.c.table.size(result);
            let value = vm.new_value(result, size.max(16))?;
            vm.push(value.into())?;
            (value.data(), Some(value))
        }
        _ => (word.as_mut_ptr().cast(), None),
    };
    enter(vm, prepared, address, place, addresses);
    let whole_value = whole.map(RawValue::from);
    if whole_value.is_some() {
        vm.top -= 1;
    }
    if let Some(error) = vm.ffi.c.bridge.pending.take() {
        return Err(vm.throw(error));
    }
    match (kind, whole_value) {
        (_, Some(value)) => {
            if let Some(cdata) = value.as_cdata() {
                vm.surface(cdata);
            }
            vm.ret1(value)
        }
        (Kind::Void, None) => vm.ret0(),
        (_, None) => {
            // SAFETY: the result lies in two words of this function.
            let value = unsafe { vm.c_to_lua(result, place, Extent::RAW)? };
            vm.ret1(value)
        }
    }
}

/// The call itself.
#[inline(never)]
fn enter(vm: &mut Vm, prepared: &Prepared, address: usize, place: *mut u8, addresses: *mut *mut c_void) {
    let running = vm.ffi.c.bridge.running.0;
    let errno_before = vm.ffi.c.errno;
    // SAFETY: lives as long as the bridge; nobody has a reference into it.
    let before = unsafe { running.replace(Some((&raw mut *vm, this_thread()))) };
    set_errno(errno_before);
    // SAFETY: the script was given the capability to call what it likes; arguments and result are laid out as it declared the function.
    unsafe {
        let function = std::mem::transmute::<usize, unsafe extern "C" fn()>(address);
        raw::ffi_call((&raw const *prepared.cif).cast_mut(), Some(function), place.cast(), addresses);
    }
    vm.ffi.c.errno = errno();
    // SAFETY: as above.
    unsafe { running.write(before) };
}

fn bad_argument(vm: &mut Vm, index: u32, fault: Fault) -> Raised {
    match fault {
        Fault::Bad(message) => {
            // The expression that was called names the function.
            let named = traceback::function_name(vm, vm.frames().len() - 1);
            let name = named.map_or_else(|| "?".to_owned(), |(_, name)| name);
            vm.error(format!("bad argument #{index} to '{name}' ({message})"))
        }
        Fault::Overflow(_) | Fault::Raised(_) => vm.fault(fault),
    }
}

/// The error number of the last call.
fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

fn set_errno(value: i32) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: the address of a variable of this thread's.
    unsafe {
        *libc::__errno_location() = value;
    }
    #[cfg(any(target_os = "macos", target_os = "ios"))]
    // SAFETY: as above.
    unsafe {
        *libc::__error() = value;
    }
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos", target_os = "ios")))]
    let _ = value;
}

/// Makes a callback; its address.
pub(super) fn new_callback(vm: &mut Vm, index: u32, function: RawValue) -> Result<usize, Raised> {
    let described = vm.ffi.c.table.function(index).clone();
    let free = vm.ffi.c.bridge.callbacks.iter().position(|callback| callback.is_free);
    let slot = free.unwrap_or(vm.ffi.c.bridge.callbacks.len());
    if slot >= MAX_CALLBACKS {
        return Err(vm.error("too many callbacks"));
    }
    let Some(prepared) = prepare(&vm.ffi.c.table, &described, &[]) else { return Err(not_callable(vm)) };
    let (prepared, context) =
        (Box::new(prepared), Box::new(Context { running: vm.ffi.c.bridge.running.0, slot }));
    let mut code: *mut c_void = std::ptr::null_mut();
    // SAFETY: libffi's own memory; what it points at lives in boxes that are dropped after it.
    let closure = unsafe { raw::ffi_closure_alloc(size_of::<raw::ffi_closure>(), &raw mut code) };
    if closure.is_null() {
        return Err(vm.error("too many callbacks"));
    }
    // SAFETY: as above.
    let status = unsafe {
        raw::ffi_prep_closure_loc(
            closure.cast(),
            (&raw const *prepared.cif).cast_mut(),
            Some(called_by_c),
            (&raw const *context).cast_mut().cast(),
            code,
        )
    };
    let pinned = match free {
        Some(slot) => vm.ffi.c.bridge.callbacks[slot].pinned,
        None => {
            vm.heap.roots.pinned.push(RawValue::NIL);
            vm.heap.roots.pinned.len() as u32 - 1
        }
    };
    let callback = Callback { closure, code: code as usize, pinned, is_free: false, prepared, context };
    if status != raw::ffi_status_FFI_OK {
        drop(callback);
        return Err(not_callable(vm));
    }
    let code = callback.code;
    debug_assert_eq!(callback.context.slot, slot);
    match free {
        Some(slot) => vm.ffi.c.bridge.callbacks[slot] = callback,
        None => vm.ffi.c.bridge.callbacks.push(callback),
    }
    set_function(vm, slot, function);
    Ok(code)
}

fn set_function(vm: &mut Vm, slot: usize, function: RawValue) {
    let pinned = vm.ffi.c.bridge.callbacks[slot].pinned as usize;
    let old = std::mem::replace(&mut vm.heap.roots.pinned[pinned], function);
    vm.heap.barrier(old);
}

/// Replaces the function of the callback at an address, or frees it; whether there is one.
pub(super) fn set_callback(vm: &mut Vm, address: usize, function: RawValue) -> bool {
    let callbacks = &mut vm.ffi.c.bridge.callbacks;
    let Some(slot) = callbacks.iter().position(|callback| callback.code == address && !callback.is_free)
    else {
        return false;
    };
    callbacks[slot].is_free = function.is_nil();
    set_function(vm, slot, function);
    true
}

/// What C calls.
unsafe extern "C" fn called_by_c(
    _: *mut ffi_cif,
    result: *mut c_void,
    arguments: *mut *mut c_void,
    context: *mut c_void,
) {
    // SAFETY: libffi hands back the context of a callback that has not been freed, and as many words as the result takes (at least
    // one). The VM that is inside a call on this thread has lent itself to what C calls back.
    unsafe {
        let context = context.cast::<Context>();
        let (running, slot) = ((*context).running.read(), (*context).slot);
        let Some((vm, _)) = running.filter(|(_, thread)| *thread == this_thread()) else {
            // Not ours to run Lua now: the VM may be busy on another thread. A result of zero harms least.
            result.cast::<u64>().write(0);
            return;
        };
        let callback: *const Callback = &raw const (&(*vm).ffi.c.bridge.callbacks)[slot];
        let result_type = (*callback).prepared.result;
        if !matches!((*vm).ffi.c.table.kind(result_type), Kind::Void) {
            result.cast::<u64>().write(0);
        }
        if (*vm).ffi.c.bridge.pending.is_some() {
            return;
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| answer(&mut *vm, slot, result.cast(), arguments)));
        let raised = match outcome {
            Ok(Ok(())) => return,
            Ok(Err(raised)) => raised,
            Err(_) => (*vm).error("a callback panicked"),
        };
        let error = (*vm).catch(raised);
        (*vm).ffi.c.bridge.pending = Some(error);
        (*vm).heap.roots.raised = Some(error);
    }
}

/// What a Lua function returned cannot be given to C: the error is at its end.
fn bad_result(vm: &mut Vm, function: RawValue, fault: Fault) -> Raised {
    let (Fault::Bad(message), Some(function)) = (&fault, function.as_function()) else {
        return vm.fault(fault);
    };
    match function.view() {
        FunctionView::Lua(closure) => {
            let definition = frames::definition(closure);
            let place = chunk_id(&definition.chunk_name);
            let message = format!("{place}:{}: {message}", definition.last_line);
            match vm.new_string(message.as_bytes()) {
                Ok(message) => vm.throw(message),
                Err(raised) => raised,
            }
        }
        FunctionView::Native(_) => vm.fault(fault),
    }
}

/// Calls the Lua function of a callback.
unsafe fn answer(
    vm: &mut Vm,
    slot: usize,
    result: *mut u8,
    arguments: *mut *mut c_void,
) -> Result<(), Raised> {
    let callback = &vm.ffi.c.bridge.callbacks[slot];
    if callback.is_free {
        return Err(vm.error("bad callback"));
    }
    let function = vm.heap.roots.pinned[callback.pinned as usize];
    let count = callback.prepared.arguments.len();
    let result_type = callback.prepared.result;
    let top = vm.top;
    for n in 0..count {
        let ctype = vm.ffi.c.bridge.callbacks[slot].prepared.arguments[n];
        // SAFETY: libffi gives the address of each argument.
        let value = unsafe { vm.c_to_lua(ctype, (*arguments.add(n)).cast(), Extent::RAW)? };
        vm.push(value)?;
    }
    let mut few = [RawValue::NIL; 8];
    let many: Vec<RawValue>;
    let values = if count <= few.len() {
        for (n, value) in few.iter_mut().enumerate().take(count) {
            *value = vm.slot(top + n as u32);
        }
        &few[..count]
    } else {
        many = (top..vm.top).map(|slot| vm.slot(slot)).collect();
        &many
    };
    let value = vm.call1(function, values);
    vm.top = top;
    let value = value?;
    if matches!(vm.ffi.c.table.kind(result_type), Kind::Void) {
        return Ok(());
    }
    let mut word = 0u64;
    // SAFETY: a word of this function; results of callbacks have at most eight bytes. libffi wants small integers widened to a word.
    unsafe {
        let converted = vm.lua_to_c(result_type, (&raw mut word).cast(), value, How::default());
        if let Err(fault) = converted {
            return Err(bad_result(vm, function, fault));
        }
        let size = vm.ffi.c.table.size(result_type);
        let number = match vm.ffi.c.table.kind(vm.ffi.c.table.without_enum(result_type)) {
            Kind::Int { unsigned: false, .. } if size < 8 => {
                let shift = 64 - 8 * size;
                (((word << shift) as i64) >> shift) as u64
            }
            _ => word,
        };
        result.cast::<u64>().write(number);
    }
    Ok(())
}
