//! The methods of buffers. Those that change a buffer return it, so that calls can be chained.

use super::decode::Decoder;
use super::dictionary::Dictionaries;
use super::encode::Encoder;
use crate::convert;
use crate::ffi::ctab::{Quals, known};
use crate::ffi::ctype::Scalar;
use crate::ffi::memory::Extent;
use crate::ffi::scalars::boxed_integer;
use crate::rt::meta::Meta;
use crate::rt::string_buffer::{StringBuffer, as_buffer, keep, read_buffer, with_buffer};
use crate::stdlib::buffer::{Buffer, MAX_STRING};
use crate::stdlib::ffi::check_pointer;
use crate::stdlib::numbers::number_functions;
use crate::stdlib::string::format::write_formatted;
use crate::stdlib::{Builtin, add_functions, builtins};
use crate::table::Table;
use crate::userdata::UserData;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Ret, Vm};

const METHODS: &[Builtin] = builtins! {
    "__len" len,
    "__tostring" tostring,
    "commit" commit,
    "decode" decode,
    "encode" encode,
    "free" free,
    "get" get,
    "put" put,
    "putcdata" putcdata,
    "putf" putf,
    "ref" reference,
    "reserve" reserve,
    "reset" reset,
    "set" set,
    "skip" skip,
};

/// The metatable of buffers, which holds the methods too.
pub(super) fn metatable(vm: &mut Vm) -> Result<Gc<Table>, Raised> {
    let methods = vm.new_table(0, METHODS.len() + 3)?;
    vm.push(methods.into())?;
    add_functions(vm, methods, METHODS, &[])?;
    number_functions(vm, methods, "buffer")?;
    let key = vm.heap.intern(b"__tostring")?;
    let tostring = methods.get_str(&vm.heap, key);
    vm.raw_set_name(methods, "tostring", tostring)?;
    let name = vm.new_string(b"buffer")?;
    vm.raw_set_name(methods, "__metatable", name)?;
    vm.raw_set_name(methods, "__index", methods.into())?;
    Ok(methods)
}

/// The first argument, a buffer.
fn check_buffer(vm: &mut Vm, args: Args) -> Result<Gc<UserData>, Raised> {
    match as_buffer(vm.arg(args, 0)) {
        Some(buffer) => Ok(buffer),
        None => Err(vm.arg_type_error(args, 0, "buffer")),
    }
}

/// A number of bytes. Strings are not converted.
pub(super) fn check_size(vm: &mut Vm, args: Args, index: u32) -> Result<usize, Raised> {
    let value = vm.arg(args, index);
    let size = match (value.as_number(), boxed_integer(vm, value)) {
        (Some(number), _) => i64::from(convert::to_i32(number)),
        (None, Some((Scalar::U64, bits))) => i64::try_from(bits).unwrap_or(-1),
        (None, Some((_, bits))) => bits as i64,
        (None, None) => return Err(vm.arg_type_error(args, index, "number")),
    };
    match usize::try_from(size) {
        Ok(size) if size <= MAX_STRING => Ok(size),
        Ok(_) | Err(_) => Err(vm.arg_error(args, index, "number out of range")),
    }
}

/// The buffer itself as the result.
fn ret_buffer(args: Args) -> NativeResult {
    Ok(Ret { first: args.base, count: 1 })
}

fn append(vm: &mut Vm, buffer: Gc<UserData>, bytes: &[u8]) -> Result<(), Raised> {
    with_buffer(vm, buffer, |storage, vm| storage.push(&mut vm.heap, bytes))
}

// ---- writing ---------------------------------------------------------------------------------------------

fn put(vm: &mut Vm, args: Args) -> NativeResult {
    let buffer = check_buffer(vm, args)?;
    for index in 1..args.count {
        let value = vm.arg(args, index);
        if !put_plain(vm, args, index, buffer, value)? {
            let handler = vm.metamethod(value, Meta::ToString);
            let converted = if handler.is_nil() { None } else { Some(vm.call1(handler, &[value])?) };
            let is_put = match converted {
                Some(text) => put_plain(vm, args, index, buffer, text)?,
                None => false,
            };
            if !is_put {
                return Err(put_refused(vm, args, index, converted.unwrap_or(value)));
            }
        }
    }
    ret_buffer(args)
}

/// Appends a string, a number or another buffer; `false` for anything else.
fn put_plain(
    vm: &mut Vm,
    args: Args,
    index: u32,
    buffer: Gc<UserData>,
    value: RawValue,
) -> Result<bool, Raised> {
    if let Some(text) = value.as_string() {
        append(vm, buffer, text.as_bytes())?;
    } else if let Some(number) = value.as_number() {
        let mut text = Vec::with_capacity(24);
        convert::format_number(number, &mut text);
        append(vm, buffer, &text)?;
    } else if let Some(other) = as_buffer(value) {
        if other == buffer {
            return Err(vm.arg_error(args, index, "cannot put buffer into itself"));
        }
        read_buffer(other, |other| append(vm, buffer, other.contents()))?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// The error names what `__tostring` returned, if it was called.
fn put_refused(vm: &mut Vm, args: Args, index: u32, value: RawValue) -> Raised {
    let got = value.type_name();
    vm.arg_error(args, index, format!("string/number/__tostring expected, got {got}"))
}

fn putf(vm: &mut Vm, args: Args) -> NativeResult {
    let buffer = check_buffer(vm, args)?;
    let mut text = Buffer::new(vm);
    let written = write_formatted(vm, args, 1, &mut text);
    // What comes before an error stays.
    append(vm, buffer, text.bytes_mut())?;
    text.give_back(vm);
    written?;
    ret_buffer(args)
}

/// `set(string)` and `set(cdata, length)`. LuaJIT refers to the bytes until the buffer is written to; a copy shows no difference to
/// programs that keep to its rule of not changing them.
fn set(vm: &mut Vm, args: Args) -> NativeResult {
    let buffer = check_buffer(vm, args)?;
    if vm.arg(args, 1).is_cdata() {
        let memory = check_memory(vm, args)?;
        let fresh = StringBuffer::default();
        with_bytes(vm, memory, |vm, bytes| {
            with_buffer(vm, buffer, |storage, vm| {
                *storage = fresh;
                storage.push(&mut vm.heap, bytes)
            })
        })?;
        return ret_buffer(args);
    }
    let Some(text) = vm.arg(args, 1).as_string() else {
        return Err(vm.arg_type_error(args, 1, "string"));
    };
    with_buffer(vm, buffer, |storage, vm| {
        *storage = StringBuffer::default();
        storage.push(&mut vm.heap, text.as_bytes())
    })?;
    ret_buffer(args)
}

// ---- memory by address -----------------------------------------------------------------------------------

/// Memory that may be read: where it begins, its length, and what keeps it there.
#[derive(Clone, Copy)]
struct Memory {
    address: usize,
    length: usize,
    owner: RawValue,
}

/// The arguments `cdata, length`.
fn check_memory(vm: &mut Vm, args: Args) -> Result<Memory, Raised> {
    let (address, extent) = check_pointer(vm, args, 1, known::CONST_VOID_POINTER)?;
    let length = check_size(vm, args, 2)?;
    vm.check_memory(extent, address, length, false)?;
    Ok(Memory { address, length, owner: extent.owner })
}

/// Runs `f` on the bytes of memory that has been checked.
#[allow(unsafe_code, reason = "reads memory that was checked")]
fn with_bytes<R>(vm: &mut Vm, memory: Memory, f: impl FnOnce(&mut Vm, &[u8]) -> R) -> R {
    if memory.length == 0 {
        return f(vm, &[]);
    }
    // SAFETY: `check_memory` found it readable, and the arguments keep it. Memory of a buffer is copied before the buffer, which may be
    // the one, changes.
    let bytes = unsafe { std::slice::from_raw_parts(memory.address as *const u8, memory.length) };
    if memory.owner.is_userdata() {
        let copy = bytes.to_vec();
        f(vm, &copy)
    } else {
        f(vm, bytes)
    }
}

/// `putcdata(cdata, length)`
fn putcdata(vm: &mut Vm, args: Args) -> NativeResult {
    let buffer = check_buffer(vm, args)?;
    if !vm.arg(args, 1).is_cdata() {
        return Err(vm.arg_type_error(args, 1, "cdata"));
    }
    let memory = check_memory(vm, args)?;
    with_bytes(vm, memory, |vm, bytes| append(vm, buffer, bytes))?;
    ret_buffer(args)
}

/// A pointer to bytes of a buffer, and how many there are.
fn ret_pointer(vm: &mut Vm, owner: RawValue, start: usize, end: usize) -> NativeResult {
    let ctype = vm.ffi.c.table.pointer(known::UINT8, Quals::NONE);
    let ctype = vm.made(ctype)?;
    let extent = Extent { owner, start, end, is_writable: true };
    let pointer = vm.new_pointer_to(ctype, start as *mut u8, extent)?;
    vm.push(pointer.into())?;
    vm.push(((end - start) as f64).into())?;
    vm.ret_top(2)
}

/// `reserve(size)`: where to write, and how much fits.
fn reserve(vm: &mut Vm, args: Args) -> NativeResult {
    let buffer = check_buffer(vm, args)?;
    let size = check_size(vm, args, 1)?;
    with_buffer(vm, buffer, |storage, vm| storage.reserve(&mut vm.heap, size))?;
    let (owner, [_, last, end]) = keep(vm, buffer)?;
    ret_pointer(vm, owner, last, end)
}

/// `commit(used)`: so much of what was reserved has been written.
fn commit(vm: &mut Vm, args: Args) -> NativeResult {
    let buffer = check_buffer(vm, args)?;
    let used = check_size(vm, args, 1)?;
    if used > read_buffer(buffer, StringBuffer::room) {
        return Err(vm.arg_error(args, 1, "number out of range"));
    }
    with_buffer(vm, buffer, |storage, _| storage.commit(used));
    ret_buffer(args)
}

/// `ref()`: where the contents are, and how long they are.
fn reference(vm: &mut Vm, args: Args) -> NativeResult {
    let buffer = check_buffer(vm, args)?;
    let (owner, [first, last, _]) = keep(vm, buffer)?;
    ret_pointer(vm, owner, first, last)
}

fn encode(vm: &mut Vm, args: Args) -> NativeResult {
    let buffer = check_buffer(vm, args)?;
    let value = vm.check_any(args, 1)?;
    let dictionaries = Dictionaries::of(vm, buffer);
    with_buffer(vm, buffer, |storage, vm| {
        let length = storage.contents().len();
        let encoded = Encoder::new(storage, dictionaries).put(vm, value);
        if encoded.is_err() {
            storage.truncate(length);
        }
        encoded
    })?;
    ret_buffer(args)
}

// ---- reading ---------------------------------------------------------------------------------------------

fn get(vm: &mut Vm, args: Args) -> NativeResult {
    let buffer = check_buffer(vm, args)?;
    let count = args.count.max(2) - 1;
    for index in 1..=count {
        let wanted = if vm.arg(args, index).is_nil() { MAX_STRING } else { check_size(vm, args, index)? };
        let text = read_buffer(buffer, |storage| {
            let contents = storage.contents();
            vm.new_string(&contents[..wanted.min(contents.len())])
        })?;
        vm.push(text)?;
        with_buffer(vm, buffer, |storage, _| storage.skip(wanted));
    }
    vm.ret_top(count)
}

fn decode(vm: &mut Vm, args: Args) -> NativeResult {
    let buffer = check_buffer(vm, args)?;
    let dictionaries = Dictionaries::of(vm, buffer);
    let (value, length) = read_buffer(buffer, |storage| {
        let mut decoder = Decoder::new(storage.contents(), dictionaries);
        let value = decoder.get(vm)?;
        decoder.check_pointers(vm).map(|()| (value, decoder.position()))
    })?;
    with_buffer(vm, buffer, |storage, _| storage.skip(length));
    vm.ret1(value)
}

fn tostring(vm: &mut Vm, args: Args) -> NativeResult {
    let buffer = check_buffer(vm, args)?;
    let text = read_buffer(buffer, |storage| vm.new_string(storage.contents()))?;
    vm.ret1(text)
}

fn len(vm: &mut Vm, args: Args) -> NativeResult {
    let buffer = check_buffer(vm, args)?;
    vm.ret1(read_buffer(buffer, |storage| storage.contents().len()) as f64)
}

// ---- emptying --------------------------------------------------------------------------------------------

fn skip(vm: &mut Vm, args: Args) -> NativeResult {
    let buffer = check_buffer(vm, args)?;
    let count = check_size(vm, args, 1)?;
    with_buffer(vm, buffer, |storage, _| storage.skip(count));
    ret_buffer(args)
}

fn reset(vm: &mut Vm, args: Args) -> NativeResult {
    let buffer = check_buffer(vm, args)?;
    with_buffer(vm, buffer, |storage, _| storage.clear());
    ret_buffer(args)
}

/// Gives the memory back; the buffer can be used again.
fn free(vm: &mut Vm, args: Args) -> NativeResult {
    let buffer = check_buffer(vm, args)?;
    with_buffer(vm, buffer, |storage, _| *storage = StringBuffer::default());
    ret_buffer(args)
}
