//! From values to bytes.

use super::dictionary::Dictionaries;
use super::{MAX_DEPTH, tag};
use crate::ffi::carith::complex_double;
use crate::ffi::ctype::Scalar;
use crate::ffi::scalars::boxed_integer;
use crate::rt::string_buffer::StringBuffer;
use crate::table::Table;
use crate::value::{Gc, RawValue, Type};
use crate::vm::{Raised, Vm};

/// How many table entries are written between two polls.
const POLL_INTERVAL: u32 = 1 << 12;

/// The bits of LuaJIT's NaN, which is also what `0/0` gives on x86.
const NAN: u64 = 0xfff8_0000_0000_0000;

/// Appends values to a buffer.
pub(super) struct Encoder<'a> {
    out: &'a mut StringBuffer,
    dictionaries: Dictionaries,
    depth: u32,
    entries: u32,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(out: &'a mut StringBuffer, dictionaries: Dictionaries) -> Encoder<'a> {
        Encoder { out, dictionaries, depth: 0, entries: 0 }
    }

    /// Appends a value.
    ///
    /// # Errors
    /// A value that has no binary form, tables nested too deep (a cycle, that is), or the memory limit.
    pub(super) fn put(&mut self, vm: &mut Vm, value: RawValue) -> Result<(), Raised> {
        match value.type_of() {
            Type::Nil => self.tag(vm, tag::NIL),
            Type::Boolean => self.tag(vm, if value.is_truthy() { tag::TRUE } else { tag::FALSE }),
            Type::Number => {
                let number = value.as_f64_or_nan();
                self.wide(vm, tag::NUMBER, if number.is_nan() { NAN } else { number.to_bits() })
            }
            Type::String => self.string(vm, value.as_string().expect("just told apart").as_bytes()),
            Type::Table => self.table(vm, value.as_table().expect("just told apart")),
            Type::LightUserData => self.light(vm, value.as_light().expect("just told apart")),
            Type::CData => match boxed_integer(vm, value) {
                Some((Scalar::U64, bits)) => self.wide(vm, tag::UINT_64, bits),
                Some((_, bits)) => self.wide(vm, tag::INT_64, bits),
                None => match complex_double(vm, value) {
                    Some([re, im]) => {
                        self.wide(vm, tag::COMPLEX, re)?;
                        self.push(vm, &im.to_le_bytes())
                    }
                    None => Err(refused(vm, value)),
                },
            },
            Type::Function | Type::UserData | Type::Thread => Err(refused(vm, value)),
        }
    }

    fn table(&mut self, vm: &mut Vm, table: Gc<Table>) -> Result<(), Raised> {
        if self.depth == MAX_DEPTH {
            return Err(vm.error("too deep to serialize"));
        }
        self.depth += 1;
        self.metatable(vm, table)?;
        let (last, behind_array) = table.array_extent();
        let zeroth = table.get_int(&vm.heap, 0);
        let keys = self.count_keys(vm, table, behind_array)?;
        let places = if last > 0 || !zeroth.is_nil() { last + 1 } else { 0 };
        let array = match places {
            0 => 0,
            _ if zeroth.is_nil() => tag::ARRAY_FROM_1,
            _ => tag::ARRAY_FROM_0,
        };
        self.tag(vm, tag::TABLE + array + if keys > 0 { tag::KEYS } else { 0 })?;
        if places > 0 {
            self.u124(vm, places)?;
        }
        if keys > 0 {
            self.u124(vm, keys)?;
        }
        if array == tag::ARRAY_FROM_0 {
            self.put(vm, zeroth)?;
        }
        for index in 1..=last {
            let value = table.get_int(&vm.heap, i64::from(index));
            self.put(vm, value)?;
            self.poll(vm)?;
        }
        let mut position = behind_array;
        while let Some((next, key, value)) = table.entry_after(&vm.heap, position) {
            position = next;
            if !is_zero(key) {
                self.key(vm, key)?;
                self.put(vm, value)?;
                self.poll(vm)?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn metatable(&mut self, vm: &mut Vm, table: Gc<Table>) -> Result<(), Raised> {
        if let (Some(known), Some(metatable)) = (self.dictionaries.metatables, table.metatable())
            && let Some(index) = known.index(vm, metatable.into())
        {
            self.tag(vm, tag::METATABLE)?;
            self.u124(vm, index)?;
        }
        Ok(())
    }

    /// How many keys there are behind the array, zero, which goes into the array, left out.
    fn count_keys(&mut self, vm: &mut Vm, table: Gc<Table>, mut position: u32) -> Result<u32, Raised> {
        let mut keys = 0;
        while let Some((next, key, _)) = table.entry_after(&vm.heap, position) {
            position = next;
            keys += u32::from(!is_zero(key));
            self.poll(vm)?;
        }
        Ok(keys)
    }

    fn key(&mut self, vm: &mut Vm, key: RawValue) -> Result<(), Raised> {
        if key.is_string()
            && let Some(known) = self.dictionaries.strings
            && let Some(index) = known.index(vm, key)
        {
            self.tag(vm, tag::KNOWN)?;
            return self.u124(vm, index);
        }
        self.put(vm, key)
    }

    fn light(&mut self, vm: &mut Vm, payload: u64) -> Result<(), Raised> {
        if payload == 0 {
            return self.tag(vm, tag::NULL);
        }
        match u32::try_from(payload) {
            Ok(payload) => {
                self.tag(vm, tag::LIGHT_32)?;
                self.push(vm, &payload.to_le_bytes())
            }
            Err(_) => self.wide(vm, tag::LIGHT_64, payload),
        }
    }

    fn string(&mut self, vm: &mut Vm, bytes: &[u8]) -> Result<(), Raised> {
        let length = u32::try_from(bytes.len()).expect("strings are shorter than 2^31");
        self.u124(vm, tag::STRING + length)?;
        self.push(vm, bytes)
    }

    fn wide(&mut self, vm: &mut Vm, tag: u32, bits: u64) -> Result<(), Raised> {
        let mut bytes = [tag as u8; 9];
        bytes[1..].copy_from_slice(&bits.to_le_bytes());
        self.push(vm, &bytes)
    }

    fn tag(&mut self, vm: &mut Vm, tag: u32) -> Result<(), Raised> {
        self.push(vm, &[tag as u8])
    }

    fn u124(&mut self, vm: &mut Vm, number: u32) -> Result<(), Raised> {
        if number < 0xe0 {
            self.push(vm, &[number as u8])
        } else if number < 0x1fe0 {
            let rest = number - 0xe0;
            self.push(vm, &[0xe0 | (rest >> 8) as u8, rest as u8])
        } else {
            self.push(vm, &[0xff])?;
            self.push(vm, &number.to_le_bytes())
        }
    }

    #[inline]
    fn push(&mut self, vm: &mut Vm, bytes: &[u8]) -> Result<(), Raised> {
        self.out.push(&mut vm.heap, bytes)
    }

    fn poll(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        self.entries = self.entries.wrapping_add(1);
        if self.entries.is_multiple_of(POLL_INTERVAL) { vm.poll() } else { Ok(()) }
    }
}

fn is_zero(key: RawValue) -> bool {
    key.as_number() == Some(0.0)
}

fn refused(vm: &mut Vm, value: RawValue) -> Raised {
    let name = value.type_name();
    vm.error(format!("cannot serialize '{name}'"))
}
