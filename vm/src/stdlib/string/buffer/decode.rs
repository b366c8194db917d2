//! From bytes to values. The bytes may be anything: what is wrong with them is a Lua error, and no count in them makes a table larger than
//! the bytes that follow could fill.

use super::dictionary::Dictionaries;
use super::{MAX_DEPTH, tag};
use crate::ffi::arith::{new_complex, new_integer};
use crate::ffi::ctype::Scalar;
use crate::table::{MAX_ENTRIES, SetError, Table};
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// How many table entries are read between two polls.
const POLL_INTERVAL: u32 = 1 << 12;
/// The most keys of a table: LuaJIT's largest hash part.
const MAX_KEYS: u32 = 1 << 26;
/// The payload of a light userdata is smaller than this.
const LIGHT_END: u64 = 1 << 47;

/// Reads values.
pub(super) struct Decoder<'a> {
    input: &'a [u8],
    at: usize,
    dictionaries: Dictionaries,
    depth: u32,
    entries: u32,
    /// Whether there was a light userdata that has no value here.
    bad_pointer: bool,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(input: &'a [u8], dictionaries: Dictionaries) -> Decoder<'a> {
        Decoder { input, at: 0, dictionaries, depth: 0, entries: 0, bad_pointer: false }
    }

    /// How many bytes have been read.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Refuses pointers of more than 47 bits. To be asked after everything else, because LuaJIT has values for them, so that all other
    /// errors come first.
    ///
    /// # Errors
    /// When such a pointer has been read.
    pub(super) fn check_pointers(&self, vm: &mut Vm) -> Result<(), Raised> {
        if self.bad_pointer { Err(vm.error_value_str("bad light userdata pointer")) } else { Ok(()) }
    }

    /// Reads a value.
    ///
    /// # Errors
    /// Bytes that mean nothing or end too early, tables nested too deep, or the memory limit.
    pub(super) fn get(&mut self, vm: &mut Vm) -> Result<RawValue, Raised> {
        let kind = self.u124(vm)?;
        match kind {
            tag::STRING.. => {
                let bytes = self.take(vm, (kind - tag::STRING) as usize)?;
                vm.new_string(bytes)
            }
            tag::NIL => Ok(RawValue::NIL),
            tag::FALSE => Ok(RawValue::FALSE),
            tag::TRUE => Ok(RawValue::TRUE),
            tag::NULL => Ok(RawValue::light(0)),
            tag::LIGHT_32 => Ok(RawValue::light(u64::from(self.four(vm)?))),
            tag::LIGHT_64 => {
                let pointer = self.eight(vm)?;
                self.bad_pointer |= pointer >= LIGHT_END;
                Ok(RawValue::light(pointer % LIGHT_END))
            }
            tag::INT => Ok(RawValue::number(f64::from(self.four(vm)? as i32))),
            // The bits of a NaN could be those of another value; `number` makes all NaNs one.
            tag::NUMBER => Ok(RawValue::number(f64::from_bits(self.eight(vm)?))),
            tag::TABLE..=tag::LAST_TABLE => self.nested(vm, |decoder, vm| decoder.table(vm, kind, None)),
            tag::METATABLE => self.nested(vm, Decoder::table_with_metatable),
            tag::KNOWN => {
                let index = self.u124(vm)?;
                let entry = self.dictionaries.strings.map(|known| known.entry(vm, index));
                match entry.filter(|entry| entry.is_string()) {
                    Some(string) => Ok(string),
                    None => Err(bad_index(vm, index)),
                }
            }
            tag::INT_64 => self.integer(vm, Scalar::I64),
            tag::UINT_64 => self.integer(vm, Scalar::U64),
            tag::COMPLEX => {
                let [re, im] = [self.eight(vm)?, self.eight(vm)?].map(f64::from_bits);
                Ok(new_complex(&mut vm.heap, re, im)?)
            }
            0x13..=0x1f => Err(bad_tag(vm, kind)),
        }
    }

    fn nested(
        &mut self,
        vm: &mut Vm,
        read: impl FnOnce(&mut Self, &mut Vm) -> Result<RawValue, Raised>,
    ) -> Result<RawValue, Raised> {
        if self.depth == MAX_DEPTH {
            return Err(vm.error("too deep to serialize"));
        }
        self.depth += 1;
        let value = read(self, vm)?;
        self.depth -= 1;
        Ok(value)
    }

    fn table_with_metatable(&mut self, vm: &mut Vm) -> Result<RawValue, Raised> {
        let index = self.u124(vm)?;
        let entry = self.dictionaries.metatables.and_then(|known| known.entry(vm, index).as_table());
        let Some(metatable) = entry else { return Err(bad_index(vm, index)) };
        match self.u124(vm)? {
            kind @ tag::TABLE..=tag::LAST_TABLE => self.table(vm, kind, Some(metatable)),
            other => Err(bad_tag(vm, other)),
        }
    }

    fn table(&mut self, vm: &mut Vm, kind: u32, metatable: Option<Gc<Table>>) -> Result<RawValue, Raised> {
        let places = if kind >= tag::TABLE + tag::ARRAY_FROM_0 { self.u124(vm)? } else { 0 };
        let keys = if kind & tag::KEYS != 0 { self.u124(vm)? } else { 0 };
        if places as usize > MAX_ENTRIES + 1 || keys > MAX_KEYS {
            return Err(vm.set_error(SetError::TooLarge));
        }
        let rest = self.input.len() - self.at;
        let table = vm.new_table(rest.min(places as usize), (rest / 2).min(keys as usize))?;
        for index in u32::from(kind >= tag::TABLE + tag::ARRAY_FROM_1)..places {
            let value = self.get(vm)?;
            if !value.is_nil() {
                vm.raw_set(table, RawValue::number(f64::from(index)), value)?;
            }
            self.poll(vm)?;
        }
        for _ in 0..keys {
            let key = self.get(vm)?;
            if !key.is_nil() && !table.get(&vm.heap, key).is_nil() {
                return Err(vm.error("duplicate table key"));
            }
            // A key that cannot be one is refused before its value is read.
            vm.raw_set(table, key, RawValue::NIL)?;
            let value = self.get(vm)?;
            vm.raw_set(table, key, value)?;
            self.poll(vm)?;
        }
        // Last, so that its `__gc` and `__mode` do not get to see a table under construction.
        table.set_metatable(&mut vm.heap, metatable)?;
        Ok(table.into())
    }

    fn integer(&mut self, vm: &mut Vm, scalar: Scalar) -> Result<RawValue, Raised> {
        let bits = self.eight(vm)?;
        Ok(new_integer(&mut vm.heap, scalar, bits)?)
    }

    fn u124(&mut self, vm: &mut Vm) -> Result<u32, Raised> {
        let first = u32::from(self.take(vm, 1)?[0]);
        match first {
            0xff => self.four(vm),
            0xe0.. => Ok(((first & 0x1f) << 8) + u32::from(self.take(vm, 1)?[0]) + 0xe0),
            _ => Ok(first),
        }
    }

    fn four(&mut self, vm: &mut Vm) -> Result<u32, Raised> {
        Ok(u32::from_le_bytes(self.take(vm, 4)?.try_into().expect("four bytes were asked for")))
    }

    fn eight(&mut self, vm: &mut Vm) -> Result<u64, Raised> {
        Ok(u64::from_le_bytes(self.take(vm, 8)?.try_into().expect("eight bytes were asked for")))
    }

    fn take(&mut self, vm: &mut Vm, count: usize) -> Result<&'a [u8], Raised> {
        let end = self.at.checked_add(count);
        let Some(bytes) = end.and_then(|end| self.input.get(self.at..end)) else {
            return Err(vm.error("unexpected end of buffer"));
        };
        self.at += count;
        Ok(bytes)
    }

    fn poll(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        self.entries = self.entries.wrapping_add(1);
        if self.entries.is_multiple_of(POLL_INTERVAL) { vm.poll() } else { Ok(()) }
    }
}

fn bad_tag(vm: &mut Vm, found: u32) -> Raised {
    vm.error(format!("cannot deserialize tag 0x{found:02x}"))
}

fn bad_index(vm: &mut Vm, index: u32) -> Raised {
    let index = index.wrapping_add(1) as i32;
    vm.error(format!("cannot deserialize dictionary index {index}"))
}
