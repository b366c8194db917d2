//! The `table` library.
//!
//! Its functions read and write without metamethods, as LuaJIT's do. `foreach`, `foreachi`, `getn`, `move` and `remove` are Lua functions there, in
//! which a missing argument is nil: their messages say so.

mod sort;

use super::buffer::Buffer;
use super::numbers::number_function;
use super::{Builtin, Libraries, Library, always, builtins, native, preloaded_modules, upvalue};
use crate::convert::{format_number, to_i32};
use crate::function::Special;
use crate::table::{MAX_ENTRIES, SetError, Table};
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(crate) const LIBRARY: Library = Library {
    name: "table",
    functions: builtins! {
        "concat" concat,
        "foreach" foreach as Each,
        "foreachi" foreachi as Each,
        "getn" getn,
        "insert" insert,
        "maxn" maxn,
        "move" move_,
        "remove" remove,
        "sort" sort::sort,
    },
    open,
    wanted: always,
};

/// Functions that appear in the library when their module is required (`require "table.new"`).
const ON_REQUEST: [(&str, Builtin, Builtin); 2] = [
    (
        "table.new",
        Builtin::new("new", new, Special::None),
        Builtin::new("table.new", require_new, Special::None),
    ),
    (
        "table.clear",
        Builtin::new("clear", clear, Special::None),
        Builtin::new("table.clear", require_clear, Special::None),
    ),
];

/// How many elements are handled between two polls.
const POLL_INTERVAL: u32 = 1 << 12;

/// Leaves loaders for [`ON_REQUEST`] where `require` finds them.
fn open(vm: &mut Vm, library: Gc<Table>, _: Libraries) -> Result<(), Raised> {
    let preload = preloaded_modules(vm)?;
    for (module, function, loader) in &ON_REQUEST {
        let name = function.name;
        let function = native(vm, function, &[])?;
        number_function(function, "table", name);
        let loader = native(vm, loader, &[library.into(), function])?;
        vm.raw_set_name(preload, module, loader)?;
    }
    Ok(())
}

fn require_new(vm: &mut Vm, args: Args) -> NativeResult {
    add_to_library(vm, args, "new")
}

fn require_clear(vm: &mut Vm, args: Args) -> NativeResult {
    add_to_library(vm, args, "clear")
}

/// The body of a loader, whose upvalues are the library and the function.
fn add_to_library(vm: &mut Vm, args: Args, name: &str) -> NativeResult {
    let library = upvalue(vm, args, 0).as_table().expect("the loader was made with the library");
    let function = upvalue(vm, args, 1);
    vm.raw_set_name(library, name, function)?;
    vm.ret1(function)
}

fn new(vm: &mut Vm, args: Args) -> NativeResult {
    // LuaJIT counts a place for the index zero. Negative sizes are huge ones.
    let array = (vm.check_int(args, 0)?.wrapping_add(1) as u32 as usize).saturating_sub(1);
    let keys = vm.check_int(args, 1)? as u32 as usize;
    if array > MAX_ENTRIES || keys > MAX_ENTRIES / 2 {
        return Err(vm.set_error(SetError::TooLarge));
    }
    let table = vm.new_table(array, keys)?;
    vm.ret1(table)
}

fn clear(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    table.clear(&mut vm.heap);
    vm.ret0()
}

fn concat(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let separator = vm.opt_string(args, 1)?.map_or(&b""[..], |separator| separator.as_bytes());
    let first = i64::from(vm.opt_int(args, 2, 1)?);
    let last = if vm.arg(args, 3).is_nil() { length(vm, table) } else { i64::from(vm.check_int(args, 3)?) };
    let mut buffer = Buffer::new(vm);
    let mut poll = Poll::default();
    for index in first..=last {
        let value = table.get_int(&vm.heap, index);
        if let Some(text) = value.as_string() {
            buffer.push(vm, text.as_bytes())?;
        } else if let Some(number) = value.as_number() {
            format_number(number, buffer.bytes_mut());
        } else {
            let name = value.type_name();
            return Err(vm.error(format!("invalid value ({name}) at index {index} in table for 'concat'")));
        }
        if index < last {
            buffer.push(vm, separator)?;
        }
        poll.tick(vm)?;
    }
    buffer.into_result(vm)
}

fn getn(vm: &mut Vm, args: Args) -> NativeResult {
    let table = lua_table(vm, args, 0)?;
    let length = length(vm, table);
    vm.ret1(length as f64)
}

fn maxn(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let (mut largest, mut position) = (0.0, 0);
    let mut poll = Poll::default();
    while let Some((next, key, _)) = table.entry_after(&vm.heap, position) {
        largest = key.as_number().filter(|&key| key > largest).unwrap_or(largest);
        position = next;
        poll.tick(vm)?;
    }
    vm.ret1(largest)
}

/// `table.insert`, as natives know it.
pub(crate) const INSERT: crate::function::NativeFn = insert;

fn insert(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let end = length(vm, table) + 1;
    let position = match args.count {
        2 => end,
        3 => i64::from(vm.check_int(args, 1)?),
        _ => return Err(vm.error("wrong number of arguments to 'insert'")),
    };
    let value = vm.arg(args, args.count - 1);
    if let Ok(place) = u32::try_from(position - 1)
        && table.insert_shift(&mut vm.heap, place, value).map_err(|error| vm.set_error(error))?
    {
        return vm.ret0();
    }
    let mut poll = Poll::default();
    let mut index = end;
    while index > position {
        let moved = table.get_int(&vm.heap, index - 1);
        set(vm, table, index, moved)?;
        index -= 1;
        poll.tick(vm)?;
    }
    set(vm, table, position, value)?;
    vm.ret0()
}

fn remove(vm: &mut Vm, args: Args) -> NativeResult {
    let table = lua_table(vm, args, 0)?;
    if vm.arg(args, 1).is_nil()
        && let Some(removed) = table.remove_last(&mut vm.heap)
    {
        return vm.ret1(removed);
    }
    let end = length(vm, table);
    if vm.arg(args, 1).is_nil() {
        if end == 0 {
            return vm.ret0();
        }
        let removed = table.get_int(&vm.heap, end);
        set(vm, table, end, RawValue::NIL)?;
        return vm.ret1(removed);
    }
    // A position with a fraction is truncated at each access only.
    let position = vm.check_number(args, 1)?;
    if !(position >= 1.0 && position <= end as f64) {
        return vm.ret0();
    }
    if position.fract() == 0.0
        && let Some(removed) = table.remove_shift(&mut vm.heap, truncated(position) as u32 - 1)
    {
        return vm.ret1(removed);
    }
    let removed = table.get_int(&vm.heap, truncated(position));
    // The element may leave the table while a collection marks, and is returned: the stack keeps it.
    vm.push(removed)?;
    let mut poll = Poll::default();
    let mut index = position + 1.0;
    while index <= end as f64 {
        let moved = table.get_int(&vm.heap, truncated(index));
        set(vm, table, truncated(index - 1.0), moved)?;
        index += 1.0;
        poll.tick(vm)?;
    }
    set(vm, table, end, RawValue::NIL)?;
    vm.ret_top(1)
}

fn move_(vm: &mut Vm, args: Args) -> NativeResult {
    let source = lua_table(vm, args, 0)?;
    let first = lua_number(vm, args, 1)?;
    let last = lua_number(vm, args, 2)?;
    let to = lua_number(vm, args, 3)?;
    let target = if vm.arg(args, 4).is_nil() { source } else { vm.check_table(args, 4)? };
    if last >= first {
        let distance = to - first;
        let mut poll = Poll::default();
        // Upwards within one table the elements are moved from the end, so that none is overwritten before it is moved.
        let forwards = to > last || to <= first || target != source;
        let (mut index, step) = if forwards { (first, 1.0) } else { (last, -1.0) };
        while (first..=last).contains(&index) {
            let moved = source.get_int(&vm.heap, truncated(index));
            set(vm, target, truncated(index + distance), moved)?;
            index += step;
            poll.tick(vm)?;
        }
    }
    vm.ret1(target)
}

/// Returns the state of a walk in the order of a traversal.
fn foreach(vm: &mut Vm, args: Args) -> NativeResult {
    let table = lua_table(vm, args, 0)?;
    let function = lua_function(vm, args, 1)?;
    for value in [table.into(), function, RawValue::NIL, RawValue::NIL] {
        vm.push(value)?;
    }
    vm.ret_top(4)
}

/// Returns the state of a walk from 1 to the length.
fn foreachi(vm: &mut Vm, args: Args) -> NativeResult {
    let table = lua_table(vm, args, 0)?;
    let function = lua_function(vm, args, 1)?;
    let end = length(vm, table) as f64;
    for value in [table.into(), function, RawValue::number(0.0), RawValue::number(end)] {
        vm.push(value)?;
    }
    vm.ret_top(4)
}

/// Polls now and then.
#[derive(Default)]
struct Poll {
    steps: u32,
}

impl Poll {
    #[inline]
    fn tick(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        self.steps += 1;
        if self.steps == POLL_INTERVAL {
            self.steps = 0;
            vm.poll()?;
        }
        Ok(())
    }
}

#[inline]
fn set(vm: &mut Vm, table: Gc<Table>, index: i64, value: RawValue) -> Result<(), Raised> {
    table.set_int(&mut vm.heap, index, value).map_err(|error| vm.set_error(error))
}

fn length(vm: &Vm, table: Gc<Table>) -> i64 {
    table.len(&vm.heap) as i64
}

fn truncated(index: f64) -> i64 {
    i64::from(to_i32(index))
}

/// A table argument of a function that LuaJIT writes in Lua.
fn lua_table(vm: &mut Vm, args: Args, index: u32) -> Result<Gc<Table>, Raised> {
    if vm.arg(args, index).is_nil() {
        return Err(vm.arg_error(args, index, "table expected, got nil"));
    }
    vm.check_table(args, index)
}

/// A function argument of such a function.
fn lua_function(vm: &mut Vm, args: Args, index: u32) -> Result<RawValue, Raised> {
    if vm.arg(args, index).is_nil() {
        return Err(vm.arg_error(args, index, "function expected, got nil"));
    }
    vm.check_function(args, index)
}

/// A number argument of such a function.
fn lua_number(vm: &mut Vm, args: Args, index: u32) -> Result<f64, Raised> {
    if vm.arg(args, index).is_nil() {
        return Err(vm.arg_error(args, index, "number expected, got nil"));
    }
    vm.check_number(args, index)
}
