//! The module `string.buffer`: byte queues, and a binary form of Lua values.
//!
//! A buffer is a userdata with a [`StringBuffer`] payload, whose memory counts towards the limit. `methods` has what is done with
//! one, `encode` and `decode` write and read the binary form, `dictionary` prepares the tables that shorten it.
//!
//! # The binary form
//!
//! As LuaJIT documents it. A value is a tag and what the tag says follows, all numbers little-endian. Lengths and indices
//! are "U124": below `0xe0` one byte; below `0x1fe0` two, of which the first is `0xe0` and the high five bits of the number less `0xe0`; else
//! `0xff` and four bytes. Tags are U124 too: one from `0x20` on is a string of so many bytes more.
//!
//! A table is an optional metatable (a dictionary index), the tag with its parts, the number of array places and of keys, the
//! array's values, and keys and values in turn. The array begins at 1, or at 0 when there is a value. The order of the keys is
//! that of a traversal, which is why tables with several keys are encoded in another order than LuaJIT would.
//!
//! What reaches into memory by address (`reserve`, `ref`, `putcdata`, `set`) does so within extents ([`crate::ffi::memory`]). A pointer into a
//! buffer is owned by a value that keeps the memory in its place ([`crate::rt::string_buffer::keep`]): after the buffer has grown or is gone, it
//! leads to the old bytes.

mod decode;
mod dictionary;
mod encode;
mod methods;

use crate::function::Special;
use crate::rt::string_buffer::{StringBuffer, with_buffer};
use crate::stdlib::numbers::number_functions;
use crate::stdlib::{Builtin, add_functions, builtins, native, preloaded_modules, upvalue};
use crate::table::Table;
use crate::userdata::new_userdata;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};
use decode::Decoder;
use dictionary::Dictionaries;
use encode::Encoder;

const MODULE: &str = "string.buffer";
const LOADER: Builtin = Builtin::new(MODULE, load, Special::None);

/// The upvalues of `new`.
#[derive(Clone, Copy)]
enum Upvalue {
    /// The metatable of buffers.
    Methods,
    /// What was made of dictionaries, see `dictionary`.
    Prepared,
}

/// How deep tables are nested at most, in either direction.
const MAX_DEPTH: u32 = 100;

/// The tags of the binary form.
mod tag {
    pub(super) const NIL: u32 = 0x00;
    pub(super) const FALSE: u32 = 0x01;
    pub(super) const TRUE: u32 = 0x02;
    /// A light userdata of zero.
    pub(super) const NULL: u32 = 0x03;
    pub(super) const LIGHT_32: u32 = 0x04;
    pub(super) const LIGHT_64: u32 = 0x05;
    /// Only written where LuaJIT keeps integers apart from other numbers, but read everywhere.
    pub(super) const INT: u32 = 0x06;
    pub(super) const NUMBER: u32 = 0x07;
    /// A table without parts; the parts are added to it.
    pub(super) const TABLE: u32 = 0x08;
    pub(super) const KEYS: u32 = 1;
    pub(super) const ARRAY_FROM_0: u32 = 2;
    pub(super) const ARRAY_FROM_1: u32 = 4;
    pub(super) const LAST_TABLE: u32 = TABLE + ARRAY_FROM_1 + KEYS;
    /// A metatable; the table follows.
    pub(super) const METATABLE: u32 = 0x0e;
    /// A string of the dictionary.
    pub(super) const KNOWN: u32 = 0x0f;
    pub(super) const INT_64: u32 = 0x10;
    pub(super) const UINT_64: u32 = 0x11;
    pub(super) const COMPLEX: u32 = 0x12;
    /// The empty string.
    pub(super) const STRING: u32 = 0x20;
}

/// Leaves the loader where `require` finds it.
pub(super) fn open(vm: &mut Vm) -> Result<(), Raised> {
    let preload = preloaded_modules(vm)?;
    let loader = native(vm, &LOADER, &[])?;
    vm.raw_set_name(preload, MODULE, loader)
}

/// Makes the module.
fn load(vm: &mut Vm, _: Args) -> NativeResult {
    let methods = methods::metatable(vm)?;
    let prepared = dictionary::cache(vm)?;
    let module = vm.new_table(0, 3)?;
    vm.push(module.into())?;
    add_functions(vm, module, builtins! { "new" new, }, &[methods.into(), prepared.into()])?;
    add_functions(vm, module, builtins! { "decode" decode_string, "encode" encode_string, }, &[])?;
    number_functions(vm, module, MODULE)?;
    vm.ret_top(1)
}

/// `new([size][, options])`
fn new(vm: &mut Vm, args: Args) -> NativeResult {
    let first = vm.arg_opt(args, 0);
    let has_size = first.is_some_and(|first| !first.is_table());
    let size = if has_size && !vm.arg(args, 0).is_nil() { methods::check_size(vm, args, 0)? } else { 0 };
    let at = u32::from(has_size);
    let dictionaries = if at < args.count {
        let options = vm.check_table(args, at)?;
        let prepared = table_upvalue(vm, args, Upvalue::Prepared);
        dictionary::from_options(vm, options, prepared)?
    } else {
        None
    };
    let methods = table_upvalue(vm, args, Upvalue::Methods);
    let buffer = new_userdata(&mut vm.heap, Some(Box::<StringBuffer>::default()), Some(methods))?;
    if let Some(dictionaries) = dictionaries {
        buffer.set_environment(&mut vm.heap, dictionaries);
    }
    if size > 0 {
        with_buffer(vm, buffer, |storage, vm| storage.reserve(&mut vm.heap, size))?;
    }
    vm.ret1(RawValue::from(buffer))
}

fn table_upvalue(vm: &Vm, args: Args, index: Upvalue) -> Gc<Table> {
    upvalue(vm, args, index as usize).as_table().expect("made by the loader")
}

fn encode_string(vm: &mut Vm, args: Args) -> NativeResult {
    let value = vm.check_any(args, 0)?;
    let mut out = StringBuffer::default();
    Encoder::new(&mut out, Dictionaries::default()).put(vm, value)?;
    let encoded = vm.new_string(out.contents())?;
    vm.ret1(encoded)
}

fn decode_string(vm: &mut Vm, args: Args) -> NativeResult {
    let Some(text) = vm.arg(args, 0).as_string() else {
        return Err(vm.arg_type_error(args, 0, "string"));
    };
    let mut decoder = Decoder::new(text.as_bytes(), Dictionaries::default());
    let value = decoder.get(vm)?;
    if decoder.position() < text.len() {
        return Err(vm.error("left-over data in buffer"));
    }
    decoder.check_pointers(vm)?;
    vm.ret1(value)
}
