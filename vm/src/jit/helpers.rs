//! What compiled code calls. One row for each; `lower/` knows them by this table only.

#![allow(unsafe_code, reason = "called by compiled code with addresses")]

use super::execute::{call_native, call_native_here, exec, exec_stored};
use super::ir::WideOp;
use super::{LEFT, RETURNED, Runtime, State};
use crate::bytecode::Insn;
use crate::ffi::arith;
use crate::ffi::cdata::CData;
use crate::ffi::ctype::Scalar;
use crate::ffi::cursor;
use crate::function::{LuaFunction, NativeFunction, ShortForm};
use crate::rt;
use crate::string::LuaString;
use crate::table::Table;
use crate::thread::FrameKind;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// The bits of no value: a short form has no answer.
pub(crate) const NO_VALUE: u64 = RawValue::NIL.bits() | 4;

/// What `called` answers when compiled code goes on.
pub(crate) const GOES_ON: u64 = u64::MAX;

/// The type of an argument or a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arg {
    /// 64 bits.
    Word,
    /// A double.
    Double,
}

macro_rules! helpers {
    ($($name:ident ($($arg:ident),*) -> $ret:ident;)+) => {
        /// A function that compiled code calls.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(non_camel_case_types, reason = "named as the functions")]
        pub(crate) enum Helper { $($name,)+ }
        impl Helper {
            pub(crate) fn address(self) -> usize {
                match self { $(Helper::$name => $name as *const () as usize,)+ }
            }
            pub(crate) fn arguments(self) -> &'static [Arg] {
                match self { $(Helper::$name => &[$(Arg::$arg),*],)+ }
            }
            pub(crate) fn result(self) -> Arg {
                match self { $(Helper::$name => Arg::$ret,)+ }
            }
        }
    };
}

helpers! {
    barrier(Word, Word, Word) -> Word;
    exec(Word, Word, Word) -> Word;
    exec_stored(Word, Word, Word) -> Word;
    call_native(Word, Word, Word) -> Word;
    call_native_here(Word, Word, Word) -> Word;
    short(Word, Word, Word, Word) -> Word;
    concat(Word, Word) -> Word;
    append(Word, Word, Word, Word, Word) -> Word;
    table_len(Word, Word) -> Word;
    table_get(Word, Word, Word) -> Word;
    number_get(Word, Word, Word, Double) -> Word;
    number_set(Word, Word, Double, Word) -> Word;
    table_set(Word, Word, Word, Word) -> Word;
    next(Word, Word, Word, Word) -> Word;
    return_to(Word, Word) -> Word;
    called(Word, Word, Word) -> Word;
    close(Word, Word) -> Word;
    closure(Word, Word, Word, Word) -> Word;
    power(Double, Double) -> Double;
    new_table(Word, Word) -> Word;
    init_field(Word, Word, Word, Word) -> Word;
    init_element(Word, Word, Word, Word) -> Word;
    set_metatable(Word, Word, Word) -> Word;
    rows(Word, Word, Word) -> Word;
    entity(Word, Word) -> Word;
    place(Word, Word, Word, Word) -> Word;
    reference(Word, Word, Word, Word) -> Word;
    new_value(Word, Word) -> Word;
    wide_value(Word, Word, Word) -> Word;
    wide_operation(Word, Word, Word) -> Word;
}

/// Shades a value that is about to be overwritten. What compiled code has in its first registers stays there.
extern "C" fn barrier(vm: *mut Vm, _runtime: *mut Runtime, old: u64) -> u64 {
    // SAFETY: compiled code hands over its VM and the bits of a live value.
    unsafe { (*vm).heap.barrier(RawValue::from_bits(old)) };
    0
}

/// The function that compiled code has called has not returned with the number of values it expected, `imm` as `CALL` has it: what compiled code returns then, or
/// `GOES_ON` if it goes on.
extern "C" fn called(vm: *mut Vm, status: u64, imm: u64) -> u64 {
    if status as u32 != RETURNED {
        return status;
    }
    // SAFETY: compiled code hands over its VM; the state is there while it runs.
    let (vm, state) = unsafe { (&mut *vm, &mut *State::of(vm)) };
    let count = (status >> 32) as usize;
    let (wanted, is_open) = super::ir::wanted_results(imm);
    let values = &mut state.runtime.arguments;
    if !is_open {
        // Those that are missing are nil.
        values.iter_mut().take(wanted).skip(count).for_each(|value| *value = RawValue::NIL.bits());
        return GOES_ON;
    }
    // As many as there are.
    // SAFETY: compiled code keeps to `frame`; the values lie where the function and its registers were.
    unsafe { vm.keep_frames() };
    let first = vm.pop_frame().base - 1;
    for (index, bits) in (first..).zip(values.iter().take(count)) {
        // SAFETY: compiled code has stored values.
        vm.set_slot(index, unsafe { RawValue::from_bits(*bits) });
    }
    vm.top = first + count as u32;
    state.left = super::Left::On;
    u64::from(LEFT)
}

/// Returns from the frame in which the region runs, if it was called by a Lua function that goes on at `pc`; 0 if so.
extern "C" fn return_to(vm: *mut Vm, pc: *const Insn) -> u64 {
    // SAFETY: compiled code hands over its VM; the state is there while it runs.
    let (vm, state) = unsafe { (&mut *vm, State::of(vm)) };
    // SAFETY: compiled code keeps to `frame`.
    unsafe { vm.keep_frames() };
    // SAFETY: as above.
    if vm.frame != unsafe { (*state).runtime.bottom } {
        // Compiled code waits for what it has called.
        return 1;
    }
    let [.., caller, frame] = vm.frames().as_slice() else { return 1 };
    if frame.kind.unguarded() != FrameKind::Lua || caller.pc != pc {
        return 1;
    }
    let base = caller.base;
    vm.pop_frame();
    // SAFETY: as above; the caller's registers are on the stack.
    unsafe {
        let runtime = &mut (*state).runtime;
        runtime.base = vm.stack.add(base as usize);
        runtime.bottom = vm.find_frame();
    }
    0
}

/// A short form's answer to the arguments in the argument buffer.
extern "C" fn short(vm: *mut Vm, native: *mut NativeFunction, form: usize, count: u64) -> u64 {
    // SAFETY: compiled code hands over its VM, a live native, the address of the short form recorded for it, and so many values.
    unsafe {
        let form: ShortForm = std::mem::transmute::<usize, ShortForm>(form);
        let args = arguments(vm, count);
        form(&mut *vm, Gc::from_ptr(native), args).map_or(NO_VALUE, RawValue::bits)
    }
}

/// The string that so many strings and numbers in the argument buffer make together; null if there is none.
extern "C" fn concat(vm: *mut Vm, count: u64) -> *mut LuaString {
    // SAFETY: compiled code hands over its VM, and has stored so many values.
    unsafe { rt::concat_values(&mut *vm, arguments(vm, count)).map_or(std::ptr::null_mut(), Gc::as_ptr) }
}

/// The first values of the argument buffer.
///
/// # Safety
/// Compiled code of the VM runs, and has stored so many values there.
unsafe fn arguments<'a>(vm: *mut Vm, count: u64) -> &'a [RawValue] {
    // SAFETY: by contract; the state is there while compiled code runs, and nothing called meanwhile runs compiled code.
    unsafe {
        let state = State::of(vm);
        std::slice::from_raw_parts((&raw const (*state).runtime.arguments).cast(), count as usize)
    }
}

/// Appends a value to a table's array, if that is all there is to do: then 0 is left among the arguments. What calls it keeps all registers.
extern "C" fn append(vm: *mut Vm, runtime: *mut Runtime, table: *mut Table, value: u64, index: u64) -> u64 {
    // SAFETY: compiled code hands over its VM, the runtime, a live table and the bits of a live value.
    unsafe {
        let is_next = u64::from((*table).array_len) + 1 == index && (*table).meta.is_null();
        let table: Gc<Table> = Gc::from_ptr(table);
        let is_done =
            is_next && table.set_int(&mut (*vm).heap, index as i64, RawValue::from_bits(value)).is_ok();
        (*runtime).arguments[0] = u64::from(!is_done);
    }
    0
}

/// A table with room as `NEWTABLE` says; null if there is no memory.
extern "C" fn new_table(vm: *mut Vm, hints: u64) -> *mut Table {
    // SAFETY: compiled code hands over its VM.
    let heap = unsafe { &mut (*vm).heap };
    let (array, keys) = table_room(hints as u32);
    crate::table::new_table(heap, array, keys).map_or(std::ptr::null_mut(), Gc::as_ptr)
}

/// The room of `NEWTABLE`: for array values and for keys.
pub(crate) fn table_room(hints: u32) -> (usize, usize) {
    ((hints & 0xFFFF) as usize, (hints >> 16) as usize)
}

/// Gives a table that nobody else knows a field; 0 if there was memory for it.
extern "C" fn init_field(vm: *mut Vm, table: *mut Table, key: *mut LuaString, value: u64) -> u64 {
    // SAFETY: compiled code hands over its VM, a live table, a live string and the bits of a live value.
    unsafe {
        let (table, key) = (Gc::from_ptr(table), Gc::from_ptr(key));
        u64::from(table.init_str(&mut (*vm).heap, key, RawValue::from_bits(value)).is_err())
    }
}

/// Gives a table that nobody else knows an element; 0 if there was memory for it.
extern "C" fn init_element(vm: *mut Vm, table: *mut Table, index: i64, value: u64) -> u64 {
    // SAFETY: compiled code hands over its VM, a live table and the bits of a live value.
    unsafe {
        u64::from(Gc::from_ptr(table).set_int(&mut (*vm).heap, index, RawValue::from_bits(value)).is_err())
    }
}

/// Gives a table that nobody else knows a metatable; 0 if there was memory for it.
extern "C" fn set_metatable(vm: *mut Vm, table: *mut Table, meta: *mut Table) -> u64 {
    // SAFETY: compiled code hands over its VM and live tables.
    unsafe {
        u64::from(Gc::from_ptr(table).set_metatable(&mut (*vm).heap, Some(Gc::from_ptr(meta))).is_err())
    }
}

/// `#table`
extern "C" fn table_len(vm: *mut Vm, table: *mut Table) -> u64 {
    // SAFETY: compiled code hands over its VM and a live table.
    unsafe { Gc::from_ptr(table).len(&(*vm).heap) }
}

/// `rawget`, or no value if a metatable is to be asked.
extern "C" fn table_get(vm: *mut Vm, table: *mut Table, key: u64) -> u64 {
    // SAFETY: compiled code hands over its VM, a live table and the bits of a live value.
    unsafe {
        let gc: Gc<Table> = Gc::from_ptr(table);
        let value = gc.get(&(*vm).heap, RawValue::from_bits(key));
        if value.is_nil() && !(*table).meta.is_null() { NO_VALUE } else { value.bits() }
    }
}

/// What a table itself has at a number, left among the arguments: what calls it keeps all registers.
extern "C" fn number_get(vm: *mut Vm, runtime: *mut Runtime, table: *mut Table, key: f64) -> u64 {
    // SAFETY: compiled code hands over its VM, the runtime and a live table.
    unsafe {
        let value = Gc::from_ptr(table).get(&(*vm).heap, RawValue::number(key));
        (*runtime).arguments[0] = value.bits();
    }
    0
}

/// Gives a table without a metatable a value at a number; 0 if it could, with its shape as before.
extern "C" fn number_set(vm: *mut Vm, table: *mut Table, key: f64, value: u64) -> u64 {
    // SAFETY: compiled code hands over its VM, a live table and the bits of a live value.
    unsafe {
        let table: Gc<Table> = Gc::from_ptr(table);
        if !table.takes_number(key) {
            return 1;
        }
        u64::from(table.set(&mut (*vm).heap, RawValue::number(key), RawValue::from_bits(value)).is_err())
    }
}

/// `rawset`; 0 if it could.
extern "C" fn table_set(vm: *mut Vm, table: *mut Table, key: u64, value: u64) -> u64 {
    // SAFETY: compiled code hands over its VM, a live table and the bits of live values.
    unsafe {
        let table: Gc<Table> = Gc::from_ptr(table);
        let (key, value) = (RawValue::from_bits(key), RawValue::from_bits(value));
        u64::from(table.is_weak() || table.set(&mut (*vm).heap, key, value).is_err())
    }
}

/// The key behind another one in a table, whose value is left as the second argument; no value if the table has never had the other one.
extern "C" fn next(vm: *mut Vm, runtime: *mut Runtime, table: *mut Table, key: u64) -> u64 {
    // SAFETY: compiled code hands over its VM, the runtime, a live table and the bits of a live value.
    unsafe {
        let (heap, table) = (&(*vm).heap, Gc::from_ptr(table));
        let Ok(entry) = table.entry_behind(heap, RawValue::from_bits(key)) else { return NO_VALUE };
        let (key, value) = entry.unwrap_or((RawValue::NIL, RawValue::NIL));
        (*runtime).arguments[1] = value.bits();
        key.bits()
    }
}

/// A closure of a function's child with a number, the function's registers beginning at a stack slot; null if there is no memory.
extern "C" fn closure(vm: *mut Vm, parent: *mut LuaFunction, child: usize, slot: i64) -> *mut LuaFunction {
    // SAFETY: compiled code hands over its VM and a live function, one of whose children that is.
    unsafe {
        let base = (*(*vm).frame).base.wrapping_add_signed(slot as i32);
        let made = (*vm).make_closure(Gc::from_ptr(parent), base, child);
        made.map_or(std::ptr::null_mut(), Gc::as_ptr)
    }
}

/// Closes the open upvalues from a stack slot on.
extern "C" fn close(vm: *mut Vm, slot: i64) -> u64 {
    // SAFETY: compiled code hands over its VM.
    unsafe {
        let from = (*(*vm).frame).base.wrapping_add_signed(slot as i32);
        (*vm).close_upvalues(from);
    }
    0
}

/// `x ^ y`
extern "C" fn power(x: f64, y: f64) -> f64 {
    x.powf(y)
}

/// The cursor of a step over rows, which the function is, if it is as the immediate of `ROWS` says; 0 if compiled code may not go on with it.
extern "C" fn rows(vm: *mut Vm, native: *mut NativeFunction, imm: u64) -> *mut cursor::Cursor {
    // SAFETY: compiled code hands over its VM and a live native, whose code is that of steps.
    unsafe {
        let first = (*(*vm).frame).base.wrapping_add_signed(imm as u32 as i32);
        match cursor::cursor_of(&*vm, Gc::from_ptr(native), first) {
            Some(cursor) if imm >> 32 == 0 || (1..=(*cursor).plain).contains(&(*cursor).next) => cursor,
            _ => std::ptr::null_mut(),
        }
    }
}

/// A reference to what is at an address in the memory of a cdata; null if there is no memory for it.
extern "C" fn reference(vm: *mut Vm, whole: *mut CData, data: *mut u8, to: u64) -> *mut CData {
    // SAFETY: compiled code hands over its VM, a live cdata and an address in its memory.
    let made = unsafe { super::exit::reference(&mut *vm, Gc::from_ptr(whole), data, to as u32) };
    made.ok().and_then(|made| made.as_cdata()).map_or(std::ptr::null_mut(), Gc::as_ptr)
}

/// A C value as the immediate of `CNEW` says; null if there is no memory for it.
extern "C" fn new_value(vm: *mut Vm, imm: u64) -> *mut CData {
    // SAFETY: compiled code hands over its VM.
    let vm = unsafe { &mut *vm };
    super::exit::new_value(vm, imm).map_or(std::ptr::null_mut(), Gc::as_ptr)
}

/// A C value that is a 64-bit integer; null if there is no memory for it.
extern "C" fn wide_value(vm: *mut Vm, bits: u64, is_unsigned: u64) -> *mut CData {
    let scalar = if is_unsigned != 0 { Scalar::U64 } else { Scalar::I64 };
    // SAFETY: compiled code hands over its VM.
    let made = arith::new_integer(unsafe { &mut (*vm).heap }, scalar, bits);
    made.ok().and_then(RawValue::as_cdata).map_or(std::ptr::null_mut(), Gc::as_ptr)
}

/// A quotient, remainder or power of 64-bit integers: the operation, and in the lowest bit whether they have no sign.
extern "C" fn wide_operation(x: u64, y: u64, how: u64) -> u64 {
    let is_unsigned = how & 1 != 0;
    match WideOp::ALL[(how >> 1) as usize] {
        WideOp::Div => arith::divide(x, y, is_unsigned),
        WideOp::Mod => arith::remainder(x, y, is_unsigned),
        _ => arith::power(x, y, !is_unsigned),
    }
}

/// The value of the entity whose bits are at an address.
extern "C" fn entity(vm: *mut Vm, bits: *const u64) -> u64 {
    // SAFETY: compiled code hands over its VM, and has checked that there is an entity.
    unsafe { (*vm).ffi.entities.value(bits.read_unaligned()).bits() }
}

/// The bytes of what an owner has under a name, as the host says, null if it does not; the tick's place and a view of the kind are left among the arguments.
extern "C" fn place(vm: *mut Vm, native: *mut NativeFunction, owner: u64, name: *mut LuaString) -> *mut u8 {
    // SAFETY: compiled code hands over its VM, a live native, the bits of a live value and a live string.
    unsafe {
        let vm = &mut *vm;
        let Some(places) = vm.ffi.named_places else { return std::ptr::null_mut() };
        let Some(found) =
            (places.place)(vm, Gc::from_ptr(native), RawValue::from_bits(owner), Gc::from_ptr(name))
        else {
            return std::ptr::null_mut();
        };
        let arguments = &mut (*State::of(vm)).runtime.arguments;
        arguments[0] = found.tick as u64;
        arguments[1] = found.like.as_ptr() as u64;
        found.data
    }
}
