//! Conversions between Lua values and C values, LuaJIT's rules.
//!
//! A source ([`Source`]) is a C value wherever it lies; a Lua number, string, boolean or nil counts as the C value it stands for. What a
//! conversion refuses, it refuses in LuaJIT's words ([`Fault`]).

#![allow(unsafe_code, reason = "loads and stores through pointers that memory.rs has checked")]

use super::cdata::{self, CData, UNCHECKED, VIEW};
use super::cnumber::{Data, Num, number_of, store_number};
use super::ctab::{Bits, CTypeId, Compatible, Kind, POINTER_SIZE, UNKNOWN, known, repr};
use super::memory::Extent;
use super::scalars::{load_bits, store_bits};
use crate::convert::to_i64;
use crate::gc::OutOfMemory;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, Raised, Vm};

/// Why a conversion was refused.
pub(crate) enum Fault {
    /// In these words.
    Bad(String),
    /// The table of a struct or array has too many values for it: its name.
    Overflow(String),
    /// By an error of its own.
    Raised(Raised),
}

impl From<Raised> for Fault {
    fn from(raised: Raised) -> Fault {
        Fault::Raised(raised)
    }
}

impl From<OutOfMemory> for Fault {
    fn from(_: OutOfMemory) -> Fault {
        Fault::Raised(Raised::Memory)
    }
}

/// A C value that is converted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub(crate) ctype: CTypeId,
    pub(crate) data: Data,
    /// It stands for a Lua value of another type, which messages name.
    from_lua: bool,
}

/// Extra permissions of a conversion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct How {
    /// `ffi.cast`: between pointers of any type, and from integers.
    pub(crate) is_cast: bool,
}

impl Vm {
    /// The C value a Lua value is or stands for; `None` for tables, functions and coroutines.
    pub(crate) fn source_of(&mut self, value: RawValue) -> Result<Option<Source>, Raised> {
        let lua = |ctype, data| Ok(Some(Source { ctype, data, from_lua: true }));
        if let Some(n) = value.as_number() {
            return lua(known::DOUBLE, Data::Number(n));
        }
        if let Some(cdata) = value.as_cdata() {
            return self.source_of_cdata(cdata);
        }
        if let Some(string) = value.as_string() {
            return lua(known::CONST_CHAR_ARRAY, Data::Memory(string.as_bytes().as_ptr()));
        }
        if value.is_nil() {
            return lua(known::VOID_POINTER, Data::Address(0));
        }
        if let Some(b) = value.as_boolean() {
            return Ok(Some(Source { ctype: known::BOOL, data: Data::Bool(b), from_lua: false }));
        }
        let address = match (value.as_userdata(), value.as_light()) {
            (Some(userdata), _) => userdata.addr(),
            (None, Some(address)) => address as usize,
            (None, None) => return Ok(None),
        };
        self.check_unrestricted("a pointer to userdata")?;
        Ok(Some(Source { ctype: known::VOID_POINTER, data: Data::Address(address), from_lua: false }))
    }

    fn source_of_cdata(&mut self, cdata: Gc<CData>) -> Result<Option<Source>, Raised> {
        let ctype = cdata.ctype();
        if !ctype.is_declared() {
            // A value of the host's types: only some have a C type they could be converted from.
            let Some(declared) = self.ffi.c.table.named_host(ctype) else { return Ok(None) };
            let data = self.readable(cdata)?;
            return Ok(Some(Source { ctype: declared, data: Data::Memory(data), from_lua: false }));
        }
        let table = &self.ffi.c.table;
        let (ctype, data) = match table.kind(ctype) {
            Kind::Pointer(_) => (ctype, Data::Address(cdata.data() as usize)),
            Kind::Function(_) => {
                let pointer = self.ffi.c.table.pointer(ctype, super::ctab::Quals::NONE);
                (self.made(pointer)?, Data::Address(cdata.data() as usize))
            }
            _ => {
                let referent = table.referent(ctype);
                let data = self.checked_data(cdata)?;
                (self.ffi.c.table.without_enum(referent), Data::Memory(data))
            }
        };
        Ok(Some(Source { ctype, data, from_lua: false }))
    }

    /// The bytes of a value that is no pointer, which may be read.
    pub(crate) fn checked_data(&mut self, cdata: Gc<CData>) -> Result<*mut u8, Raised> {
        if cdata.flags() & UNCHECKED != 0 {
            let extent = self.extent(cdata);
            let size = self.value_size(cdata) as usize;
            self.check_memory(extent, cdata.data() as usize, size, false)?;
            return Ok(cdata.data());
        }
        self.readable(cdata)
    }

    /// Converts a Lua value to a C value of type `to` at `at`.
    ///
    /// # Errors
    /// See [`Fault`]. A table that is refused half-way has been converted half-way, as in LuaJIT.
    ///
    /// # Safety
    /// `at` points at as many writable bytes as the type has.
    pub(crate) unsafe fn lua_to_c(
        &mut self,
        to: CTypeId,
        at: *mut u8,
        value: RawValue,
        how: How,
    ) -> Result<(), Fault> {
        if let Some(n) = value.as_number() {
            let info = self.ffi.c.table.get(to);
            // The common case without detours.
            if matches!(info.kind, Kind::Int { .. } | Kind::Float | Kind::Bool) {
                let size = self.ffi.c.table.size(to);
                // SAFETY: by contract.
                if unsafe { store_number(info.kind, size, at, Num::Float(n)) } {
                    return Ok(());
                }
            }
        }
        if let Some(string) = value.as_string() {
            match self.ffi.c.table.kind(to) {
                Kind::Enum(index) => {
                    let name = String::from_utf8_lossy(string.as_bytes());
                    let Some(constant) = self.ffi.c.table.enum_constant(index, &name) else {
                        return Err(self.bad_value(to, value));
                    };
                    // SAFETY: by contract; an enum has four bytes.
                    unsafe { store_bits(at, 4, u64::from(constant.bits)) };
                    return Ok(());
                }
                Kind::Array(of) | Kind::VariableArray(of) => {
                    let Some(size) = self.ffi.c.table.known_size(to) else {
                        return Err(self.bad_value(to, value));
                    };
                    // SAFETY: by contract.
                    return unsafe { self.string_to_array(to, of, at, size, value) };
                }
                _ => {}
            }
        }
        if let Some(table) = value.as_table() {
            let Some(size) = self.ffi.c.table.known_size(to) else {
                return Err(self.bad_value(to, value));
            };
            // SAFETY: by contract.
            return unsafe { self.table_to_c(to, at, size, table, how) };
        }
        if value.is_function() {
            let address = self.new_callback(to, value)?;
            // SAFETY: by contract: the type is a pointer, or there is no callback of it.
            unsafe { at.cast::<usize>().write_unaligned(address) };
            return Ok(());
        }
        let Some(source) = self.source_of(value)? else { return Err(self.bad_value(to, value)) };
        let to = self.ffi.c.table.without_enum(to);
        // SAFETY: by contract.
        unsafe { self.convert(to, at, source, how) }
    }

    /// `cannot convert 'table' to 'int'`
    #[cold]
    pub(crate) fn bad_value(&self, to: CTypeId, value: RawValue) -> Fault {
        let from = match value.as_cdata() {
            Some(cdata) => self.ctype_name(cdata.ctype()),
            None => value.type_name().to_owned(),
        };
        Fault::Bad(format!("cannot convert '{from}' to '{}'", repr(&self.ffi.c.table, to, None)))
    }

    #[cold]
    fn bad_conversion(&self, to: CTypeId, source: Source) -> Fault {
        let table = &self.ffi.c.table;
        let from = if source.from_lua {
            match table.kind(source.ctype) {
                Kind::Float => "number".to_owned(),
                Kind::Array(_) => "string".to_owned(),
                _ => "nil".to_owned(),
            }
        } else {
            repr(table, self.plain_id(source.ctype), None)
        };
        Fault::Bad(format!("cannot convert '{from}' to '{}'", repr(table, self.plain_id(to), None)))
    }

    /// Messages name structs without their qualifiers.
    fn plain_id(&self, ctype: CTypeId) -> CTypeId {
        match self.ffi.c.table.kind(ctype) {
            Kind::Record(record) => self.ffi.c.table.record(record).ctype,
            _ => ctype,
        }
    }

    /// Converts a C value.
    ///
    /// # Safety
    /// `at` points at as many writable bytes as the type has.
    pub(crate) unsafe fn convert(
        &mut self,
        to: CTypeId,
        at: *mut u8,
        source: Source,
        how: How,
    ) -> Result<(), Fault> {
        let table = &self.ffi.c.table;
        let (d, s) = (table.get(to), table.get(source.ctype));
        let (dsize, ssize) = (table.size(to), table.size(source.ctype));
        // SAFETY: by contract for the destination; a source in memory may be read, and has its type's size.
        unsafe {
            match (d.kind, s.kind) {
                (
                    Kind::Bool | Kind::Int { .. } | Kind::Float,
                    Kind::Bool | Kind::Int { .. } | Kind::Float,
                ) => {
                    if d.kind == Kind::Float
                        && s.kind == Kind::Float
                        && dsize == ssize
                        && dsize == 16
                        && let Data::Memory(from) = source.data
                    {
                        std::ptr::copy(from, at, 16);
                        return Ok(());
                    }
                    if let Some(number) = number_of(s.kind, ssize, source.data)
                        && store_number(d.kind, dsize, at, number)
                    {
                        return Ok(());
                    }
                }
                (Kind::Bool | Kind::Int { .. } | Kind::Float, Kind::Complex(part)) => {
                    if d.kind == Kind::Bool {
                        return Err(self.bad_conversion(to, source));
                    }
                    let part_size = table.size(part);
                    if let Some(number) = number_of(Kind::Float, part_size, source.data)
                        && store_number(d.kind, dsize, at, number)
                    {
                        return Ok(());
                    }
                }
                (Kind::Int { .. }, Kind::Pointer(_) | Kind::Array(_) | Kind::VariableArray(_))
                    if how.is_cast =>
                {
                    let address = match source.data {
                        Data::Address(address) => address,
                        Data::Memory(from) => from as usize,
                        Data::Number(_) | Data::Bool(_) => unreachable!("no pointer is a number"),
                    };
                    if store_number(d.kind, dsize, at, Num::Unsigned(address as u64)) {
                        return Ok(());
                    }
                }
                (Kind::Complex(part), Kind::Int { .. } | Kind::Float) => {
                    let part_size = table.size(part);
                    if let Some(number) = number_of(s.kind, ssize, source.data)
                        && store_number(Kind::Float, part_size, at, number)
                    {
                        at.add(part_size as usize).write_bytes(0, part_size as usize);
                        return Ok(());
                    }
                }
                (Kind::Complex(part), Kind::Complex(from_part)) => {
                    let (part_size, from_size) = (table.size(part), table.size(from_part));
                    if let Data::Memory(from) = source.data {
                        for half in 0..2 {
                            let from = Data::Memory(from.add(half * from_size as usize));
                            let number = number_of(Kind::Float, from_size, from).unwrap_or(Num::Float(0.0));
                            store_number(Kind::Float, part_size, at.add(half * part_size as usize), number);
                        }
                        return Ok(());
                    }
                }
                (Kind::Vector(of), Kind::Int { .. } | Kind::Float | Kind::Complex(_)) => {
                    let element = table.size(of) as usize;
                    self.convert(of, at, source, how)?;
                    for n in 1..dsize as usize / element {
                        std::ptr::copy_nonoverlapping(at, at.add(n * element), element);
                    }
                    return Ok(());
                }
                (Kind::Pointer(_), _) => {
                    let address = self.pointer_address(to, source, how)?;
                    store_bits(at, POINTER_SIZE, address as u64);
                    return Ok(());
                }
                (Kind::Vector(_), Kind::Vector(_)) if dsize == ssize => {
                    if let Data::Memory(from) = source.data {
                        std::ptr::copy(from, at, dsize as usize);
                        return Ok(());
                    }
                }
                (Kind::Array(_), Kind::Array(_) | Kind::VariableArray(_))
                    if !how.is_cast
                        && dsize == ssize
                        && dsize != UNKNOWN
                        && table.pointers_compatible(to, source.ctype, Compatible::Convert) =>
                {
                    if let Data::Memory(from) = source.data {
                        std::ptr::copy(from, at, dsize as usize);
                        return Ok(());
                    }
                }
                (Kind::Record(a), Kind::Record(b)) if a == b && !how.is_cast && !table.is_variable(to) => {
                    if let Data::Memory(from) = source.data {
                        std::ptr::copy(from, at, dsize as usize);
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        Err(self.bad_conversion(to, source))
    }

    /// The address a source is as a pointer of a type.
    fn pointer_address(&mut self, to: CTypeId, source: Source, how: How) -> Result<usize, Fault> {
        let table = &self.ffi.c.table;
        let compatible = how.is_cast || table.pointers_compatible(to, source.ctype, Compatible::Convert);
        match (table.kind(source.ctype), source.data) {
            (Kind::Pointer(_), Data::Address(address)) if compatible => Ok(address),
            (Kind::Array(_) | Kind::VariableArray(_) | Kind::Record(_), Data::Memory(from)) if compatible => {
                Ok(from as usize)
            }
            (Kind::Complex(_) | Kind::Vector(_), Data::Memory(from)) if how.is_cast => Ok(from as usize),
            (kind @ (Kind::Int { .. } | Kind::Bool), data) if how.is_cast && (kind != Kind::Bool) => {
                let size = table.size(source.ctype);
                // SAFETY: a source in memory may be read, and has its type's size.
                let number = unsafe { number_of(kind, size, data) };
                let Some(number) = number else { return Err(self.bad_conversion(to, source)) };
                self.integer_address(number.bits(true) as usize)
            }
            (Kind::Float, Data::Number(n)) if how.is_cast => self.integer_address(to_i64(n) as usize),
            _ => Err(self.bad_conversion(to, source)),
        }
    }

    fn integer_address(&mut self, address: usize) -> Result<usize, Fault> {
        if address != 0 {
            self.check_unrestricted("a pointer made of an integer")?;
        }
        Ok(address)
    }

    /// A Lua value as a pointer of a type, with what it may touch.
    pub(crate) fn pointer_from(
        &mut self,
        to: CTypeId,
        value: RawValue,
        how: How,
    ) -> Result<(usize, Extent), Fault> {
        if value.is_function() {
            return Ok((self.new_callback(to, value)?, Extent::RAW));
        }
        let Some(source) = self.source_of(value)? else { return Err(self.bad_value(to, value)) };
        let address = self.pointer_address(to, source, how)?;
        let extent = if let Some(cdata) = value.as_cdata() {
            match self.ffi.c.table.kind(source.ctype) {
                // An integer is no pointer, whatever memory it lies in.
                Kind::Int { .. } | Kind::Float | Kind::Bool => Extent::RAW,
                _ => self.extent(cdata),
            }
        } else if let Some(string) = value.as_string() {
            // The zero behind the last byte belongs to it.
            let end = address + string.len() + 1;
            Extent { owner: value, start: address, end, is_writable: false }
        } else {
            Extent::RAW
        };
        Ok((address, extent))
    }

    /// Assigns bits of an integer.
    ///
    /// # Safety
    /// The bytes the bits are in may be read and written.
    pub(crate) unsafe fn lua_to_bits(
        &mut self,
        ctype: CTypeId,
        bits: Bits,
        at: *mut u8,
        value: RawValue,
    ) -> Result<(), Fault> {
        let to = match self.ffi.c.table.kind(ctype) {
            Kind::Bool => known::BOOL,
            Kind::Int { unsigned: true, .. } => known::UINT32,
            _ => known::INT32,
        };
        let mut word = 0u32;
        // SAFETY: a word of this function.
        unsafe { self.lua_to_c(to, (&raw mut word).cast(), value, How::default())? };
        let Bits { container, position, width } = bits;
        if u32::from(position) + u32::from(width) > u32::from(container) * 8 {
            return Err(Fault::Bad("NYI: packed bit fields".to_owned()));
        }
        let mask = ((1u64 << width) - 1) << position;
        let value = u64::from(word) << position & mask;
        // SAFETY: by contract.
        unsafe {
            for byte in bits.bytes() {
                let (old, shift) = (at.add(byte).read(), 8 * byte);
                at.add(byte).write(old & !((mask >> shift) as u8) | (value >> shift) as u8);
            }
        }
        Ok(())
    }

    /// The value of some bits of an integer.
    ///
    /// # Safety
    /// The bytes the bits are in may be read.
    pub(crate) unsafe fn bits_to_lua(
        &mut self,
        ctype: CTypeId,
        bits: Bits,
        at: *const u8,
    ) -> Result<RawValue, Raised> {
        let Bits { container, position, width } = bits;
        if u32::from(position) + u32::from(width) > u32::from(container) * 8 {
            return Err(self.error("NYI: packed bit fields"));
        }
        // SAFETY: by contract.
        let word =
            bits.bytes().map(|byte| u64::from(unsafe { at.add(byte).read() }) << (8 * byte)).sum::<u64>();
        let word = word >> position;
        let unused = 32 - u32::from(width);
        let value = (word as u32) << unused;
        Ok(match self.ffi.c.table.kind(ctype) {
            Kind::Bool => RawValue::boolean(word & 1 != 0),
            Kind::Int { unsigned: true, .. } => f64::from(value >> unused).into(),
            _ => f64::from(value as i32 >> unused).into(),
        })
    }

    /// The Lua value of a C value in memory. A struct or array is referred to, where it lies: `extent` says whose it is.
    ///
    /// # Safety
    /// As many bytes as the type has may be read.
    #[inline]
    pub(crate) unsafe fn c_to_lua(
        &mut self,
        ctype: CTypeId,
        at: *mut u8,
        extent: Extent,
    ) -> Result<RawValue, Raised> {
        let info = self.ffi.c.table.get(ctype);
        let size = self.ffi.c.table.size(ctype);
        // SAFETY: by contract.
        unsafe {
            Ok(match info.kind {
                Kind::Bool => RawValue::boolean(at.read() != 0),
                Kind::Int { unsigned, .. } if size <= 4 => {
                    let bits = load_bits(at, size);
                    let shift = 64 - 8 * size;
                    let n = if unsigned { bits as f64 } else { ((bits << shift) as i64 >> shift) as f64 };
                    RawValue::number_unchecked(n)
                }
                Kind::Float if size == 8 => RawValue::number(at.cast::<f64>().read_unaligned()),
                Kind::Float if size == 4 => RawValue::number(f64::from(at.cast::<f32>().read_unaligned())),
                Kind::Float => {
                    let source = Source { ctype, data: Data::Memory(at), from_lua: false };
                    let fault = self.bad_conversion(known::DOUBLE, source);
                    return Err(self.fault(fault));
                }
                Kind::Record(record) if let Some(host) = self.ffi.c.table.record(record).host => {
                    return self.host_reference(ctype, host, at, extent);
                }
                Kind::Record(_) | Kind::Array(_) | Kind::VariableArray(_) => {
                    return self.new_reference(ctype, at, extent);
                }
                Kind::Pointer(_) => {
                    let target = at.cast::<usize>().read_unaligned();
                    self.loaded_pointer(ctype, target, extent)?.into()
                }
                Kind::Reference(to) => {
                    let target = at.cast::<usize>().read_unaligned();
                    let size = self.ffi.c.table.known_size(to).unwrap_or(0);
                    self.check_memory(Extent::RAW, target, size as usize, false)?;
                    return self.c_to_lua(to, target as *mut u8, Extent::RAW);
                }
                Kind::Int { .. } | Kind::Enum(_) | Kind::Complex(_) | Kind::Vector(_) | Kind::TypeObject => {
                    let copy = self.new_value(ctype, size)?;
                    std::ptr::copy_nonoverlapping(at, copy.data(), size as usize);
                    copy.into()
                }
                Kind::Void | Kind::Function(_) => {
                    return Err(self.error("size of C type is unknown or too large"));
                }
            })
        }
    }

    /// A pointer that was read from memory: it has the extent of that memory if it points there, and else none.
    fn loaded_pointer(&mut self, ctype: CTypeId, target: usize, extent: Extent) -> Result<Gc<CData>, Raised> {
        let known = !extent.is_raw() && target >= extent.start && target < extent.end;
        self.new_pointer_to(ctype, target as *mut u8, if known { extent } else { Extent::RAW })
    }

    /// An owned value, all bytes zero.
    pub(crate) fn new_value(&mut self, ctype: CTypeId, size: u32) -> Result<Gc<CData>, Raised> {
        let align = self.ffi.c.table.align(ctype);
        if align > 3 {
            return Ok(cdata::new_sized(&mut self.heap, ctype, size, align)?);
        }
        Ok(cdata::new_owned(&mut self.heap, ctype, size, cdata::WRITABLE)?)
    }

    /// Raises a fault as an error at the place that called.
    #[cold]
    pub(crate) fn fault(&mut self, fault: Fault) -> Raised {
        match fault {
            Fault::Bad(message) => self.error(message),
            Fault::Overflow(name) => self.error(format!("too many initializers for '{name}'")),
            Fault::Raised(raised) => raised,
        }
    }

    /// Raises a fault as a bad argument.
    #[cold]
    pub(crate) fn arg_fault(&mut self, args: Args, index: u32, fault: Fault) -> Raised {
        match fault {
            Fault::Bad(message) => self.arg_error(args, index, message),
            Fault::Overflow(_) | Fault::Raised(_) => self.fault(fault),
        }
    }
}

/// A value that names a type.
pub(super) fn new_type_object(vm: &mut Vm, ctype: CTypeId) -> Result<RawValue, Raised> {
    let object = cdata::new_owned(&mut vm.heap, known::TYPE_OBJECT, 4, 0)?;
    // SAFETY: an owned value of four bytes.
    unsafe { store_bits(object.data(), 4, u64::from(ctype.0)) };
    Ok(object.into())
}

/// The type that a value of `ffi.typeof` names.
pub(crate) fn type_object(cdata: Gc<CData>) -> Option<CTypeId> {
    if cdata.ctype() != known::TYPE_OBJECT || cdata.flags() & VIEW != 0 {
        return None;
    }
    // SAFETY: an owned value of four bytes.
    Some(CTypeId(unsafe { load_bits(cdata.data(), 4) } as u32))
}
