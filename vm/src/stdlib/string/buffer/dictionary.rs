//! Dictionaries: arrays of strings or metatables that the binary form refers to by index.
//!
//! The encoder needs them the other way round, a table from entry to index. It is made once for each dictionary, whatever happens to the
//! dictionary later, and remembered in a table with weak keys.

use crate::table::Table;
use crate::userdata::UserData;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// A dictionary in both directions.
#[derive(Clone, Copy)]
pub(super) struct Dictionary {
    entries: Gc<Table>,
    indices: Gc<Table>,
}

/// The dictionaries of a buffer.
#[derive(Clone, Copy, Default)]
pub(super) struct Dictionaries {
    pub(super) strings: Option<Dictionary>,
    pub(super) metatables: Option<Dictionary>,
}

/// Whether a value can be an entry.
type IsEntry = fn(RawValue) -> bool;

/// What lies where in the table that holds a buffer's dictionaries, which is its environment.
#[derive(Clone, Copy)]
enum Slot {
    Strings = 1,
    StringIndices,
    Metatables,
    MetatableIndices,
}

/// The table with weak keys.
pub(super) fn cache(vm: &mut Vm) -> Result<Gc<Table>, Raised> {
    let cache = vm.new_table(0, 0)?;
    vm.push(cache.into())?;
    let weakness = vm.new_table(0, 1)?;
    let mode = vm.new_string(b"k")?;
    vm.raw_set_name(weakness, "__mode", mode)?;
    cache.set_metatable(&mut vm.heap, Some(weakness))?;
    Ok(cache)
}

/// The table that holds the dictionaries of an options table, if it has any.
pub(super) fn from_options(
    vm: &mut Vm,
    options: Gc<Table>,
    cache: Gc<Table>,
) -> Result<Option<Gc<Table>>, Raised> {
    let mut slots = None;
    let rows: [(&str, IsEntry, Slot, Slot); 2] = [
        ("dict", RawValue::is_string, Slot::Strings, Slot::StringIndices),
        ("metatable", RawValue::is_table, Slot::Metatables, Slot::MetatableIndices),
    ];
    for (option, is_entry, entries_slot, indices_slot) in rows {
        let option = vm.heap.intern(option.as_bytes())?;
        let Some(entries) = options.get_str(&vm.heap, option).as_table() else { continue };
        let indices = indices_of(vm, entries, is_entry, cache)?;
        let slots = match slots {
            Some(slots) => slots,
            None => *slots.insert(vm.new_table(4, 0)?),
        };
        for (slot, table) in [(entries_slot, entries), (indices_slot, indices)] {
            vm.raw_set(slots, RawValue::number(f64::from(slot as u8)), table.into())?;
        }
    }
    Ok(slots)
}

/// From entry to index, which counts from zero. `false` keeps a place without being an entry.
fn indices_of(
    vm: &mut Vm,
    entries: Gc<Table>,
    is_entry: IsEntry,
    cache: Gc<Table>,
) -> Result<Gc<Table>, Raised> {
    if let Some(indices) = cache.get(&vm.heap, entries.into()).as_table() {
        return Ok(indices);
    }
    let count = entries.len(&vm.heap);
    let indices = vm.new_table(0, count as usize)?;
    for index in 0..count {
        let entry = entries.get_int(&vm.heap, index as i64 + 1);
        if is_entry(entry) {
            if indices.get(&vm.heap, entry).is_nil() {
                vm.raw_set(indices, entry, RawValue::number(index as f64))?;
            }
        } else if entry != RawValue::FALSE {
            return Err(vm.error("bad options table"));
        }
        if index % 4096 == 4095 {
            vm.poll()?;
        }
    }
    if count > 0 {
        vm.raw_set(cache, entries.into(), indices.into())?;
    }
    Ok(indices)
}

impl Dictionaries {
    /// Those of a buffer.
    pub(super) fn of(vm: &Vm, buffer: Gc<UserData>) -> Dictionaries {
        let Some(slots) = buffer.environment() else { return Dictionaries::default() };
        let table = |slot| slots.get_int(&vm.heap, slot as i64).as_table();
        let dictionary = |entries, indices| {
            let (entries, indices) = (table(entries)?, table(indices)?);
            Some(Dictionary { entries, indices })
        };
        Dictionaries {
            strings: dictionary(Slot::Strings, Slot::StringIndices),
            metatables: dictionary(Slot::Metatables, Slot::MetatableIndices),
        }
    }
}

impl Dictionary {
    /// The index of an entry.
    pub(super) fn index(&self, vm: &Vm, entry: RawValue) -> Option<u32> {
        self.indices.get(&vm.heap, entry).as_number().map(|index| index as u32)
    }

    /// The entry of an index.
    pub(super) fn entry(&self, vm: &Vm, index: u32) -> RawValue {
        self.entries.get_int(&vm.heap, i64::from(index) + 1)
    }
}
