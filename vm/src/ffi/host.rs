//! What the embedding program gives the VM to see its data by: types, fields it serves itself, and a place for its own state.

use std::any::Any;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use crate::function::{FunctionView, NativeFn, NativeFunction, ShortForm, Special, new_native};
use crate::gc::Heap;
use crate::string::LuaString;
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, Raised, Vm};

use super::cdata::CData;
use super::ctype::{Bits, BitsOf, CType, CTypeId, CTypes, Form, LayoutError, Math, Place, Scalar};
use super::entity::LargeEntities;
use super::list::ListEdit;
use super::view::Lending;

/// A value of a hosted field, as plain data.
#[derive(Clone, Debug, PartialEq)]
pub enum HostValue {
    /// nil
    Nil,
    /// A boolean.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(Vec<u8>),
    /// An entity's bits.
    Entity(u64),
    /// A colour: red, green, blue and alpha in sRGB.
    Color([f32; 4]),
    /// A span of time.
    Duration(Duration),
    /// The bytes of a struct, enum or math value of a registered type.
    Struct(CTypeId, Vec<u8>),
    /// A table: its entries in order.
    Table(Vec<(HostValue, HostValue)>),
    /// Anything else, by the name of its Lua type.
    Other(&'static str),
}

impl HostValue {
    /// The name of its Lua type.
    pub fn type_name(&self) -> &'static str {
        match self {
            HostValue::Nil => "nil",
            HostValue::Boolean(_) => "boolean",
            HostValue::Number(_) => "number",
            HostValue::Text(_) => "string",
            HostValue::Entity(_) => "entity",
            HostValue::Color(_) => "Color",
            HostValue::Duration(_) => super::duration::NAME,
            HostValue::Struct(..) => "cdata",
            HostValue::Table(_) => "table",
            HostValue::Other(name) => name,
        }
    }
}

/// What is behind a hosted value that scripts reach part by part, because it may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// Nothing: the value is read and written whole.
    None,
    /// The elements of a list.
    Elements,
    /// What an option holds, if anything.
    Maybe,
}

/// A part of a hosted value, as a view of it knows it.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Which, counted from zero.
    pub index: u32,
    /// The type it had when the view was made.
    pub ctype: CTypeId,
    /// Whether it may be written: then nothing else reads it.
    pub is_writable: bool,
}

/// Reads and writes the fields whose memory Lua does not touch: strings, lists, enums with data.
pub trait FieldHost: Send + Sync {
    /// The value of a field of the struct at `base`.
    ///
    /// # Safety
    /// `base` points at a live value of the type the field was registered with.
    #[allow(unsafe_code, reason = "the contract of a raw pointer")]
    unsafe fn read(&self, field: u32, base: *const u8) -> HostValue;

    /// Assigns a field of the struct at `base`.
    ///
    /// # Errors
    /// What was expected instead of the value, in the words of "expected X for field 'f' of T, got Y".
    ///
    /// # Safety
    /// `base` points at a live value of the type the field was registered with, and nothing else reads it.
    #[allow(unsafe_code, reason = "the contract of a raw pointer")]
    unsafe fn write(&self, field: u32, base: *mut u8, value: HostValue) -> Result<(), String>;

    /// What is behind a field's values that scripts reach one by one.
    fn parts(&self, field: u32) -> Parts {
        let _ = field;
        Parts::None
    }

    /// The type of a part of the value at `base`: an element, or what an option holds. `None` when there is none.
    ///
    /// # Errors
    /// When the memory limit is reached.
    ///
    /// # Safety
    /// As [`FieldHost::read`].
    #[allow(unsafe_code, reason = "the contract of a raw pointer")]
    unsafe fn part_type(
        &self,
        vm: &mut Vm,
        field: u32,
        base: *mut u8,
        index: u32,
    ) -> Result<Option<CTypeId>, Raised> {
        let _ = (vm, field, base, index);
        Ok(None)
    }

    /// The address of a part of the value at `base`, which is of this type. It is used before anything else is done with the value.
    ///
    /// # Errors
    /// What has become of the part.
    ///
    /// # Safety
    /// As [`FieldHost::read`], or as [`FieldHost::write`] for a part that is writable.
    #[allow(unsafe_code, reason = "the contract of a raw pointer")]
    unsafe fn part(&self, field: u32, base: *mut u8, part: Part) -> Result<*mut u8, String> {
        let _ = (field, base, part);
        Err("this host has no parts".to_owned())
    }

    /// Reads or edits the list at `base`.
    ///
    /// # Errors
    /// As [`FieldHost::write`].
    ///
    /// # Safety
    /// As [`FieldHost::read`], or as [`FieldHost::write`] for what changes the list.
    #[allow(unsafe_code, reason = "the contract of a raw pointer")]
    unsafe fn edit_list(&self, field: u32, base: *mut u8, edit: ListEdit) -> Result<HostValue, String> {
        let _ = (field, base, edit);
        Err("this host has no lists".to_owned())
    }
}

/// Where something is that the host lends by name, as compiled loops know it: no view is made of it unless somebody looks.
#[derive(Clone, Copy, Debug)]
pub struct NamedPlace {
    /// The bytes.
    pub data: *mut u8,
    /// Where a write leaves the change tick, or null.
    pub tick: *mut u32,
    /// A view of the same type, source and epoch, which the host keeps alive as long as the epoch.
    pub like: Gc<CData>,
}

/// What `owner.Name` is for the values of a metatable whose `__index` is a native of the host: the way for compiled loops, which ask the native
/// itself only where this has no answer.
#[derive(Clone, Copy)]
pub struct NamedPlaces {
    /// The native.
    pub function: NativeFn,
    /// The field that says which owner a value stands for. A pinned string.
    pub owner: Gc<LuaString>,
    /// The place of what an owner has under a name, unless that particular native gives something else for it. It changes nothing that a script
    /// could see, and calls no script.
    pub place: fn(&mut Vm, Gc<NativeFunction>, owner: RawValue, name: Gc<LuaString>) -> Option<NamedPlace>,
}

/// How a field is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A load or store.
    Scalar(Scalar),
    /// A discriminant, in Lua a string.
    Enum(CTypeId),
    /// A struct or array inside the struct.
    Struct(CTypeId),
    /// Bits of an integer.
    Bits(Bits, BitsOf),
    /// A constant, not in memory.
    Constant(Scalar, u32),
    /// Through the host.
    Hosted(u32),
}

/// A field as a look-up finds it.
#[derive(Clone, Copy, Debug)]
pub struct FieldRef {
    /// The interned name. The VM's list of pinned values keeps it alive.
    pub name: Gc<LuaString>,
    /// From the start of the struct, in bytes.
    pub offset: u32,
    /// How to read and write it.
    pub access: Access,
}

/// The C side of a VM.
#[derive(Default)]
pub struct Ffi {
    /// The registered types.
    pub types: CTypes,
    /// What scripts declare.
    pub c: super::state::CState,
    /// Epoch and sources of views.
    pub lending: Lending,
    /// Serves hosted fields.
    pub field_host: Option<Arc<dyn FieldHost>>,
    /// The host's own state, for its native functions.
    pub context: Option<Box<dyn Any + Send>>,
    /// How compiled loops reach what the host lends by name.
    pub named_places: Option<NamedPlaces>,
    /// Entities that do not fit into a value.
    pub entities: LargeEntities,
    /// The types of matrices, integer vectors, rectangles and colours.
    pub structs: super::structs::StructTypes,
    /// The type of spans of time.
    pub duration: Option<CTypeId>,
    /// Where the methods of arrays are among the pinned values.
    pub(super) array_methods: Option<usize>,
    /// Where the methods of lists are among the pinned values.
    pub(super) list_methods: Option<usize>,
    /// Where a step of a loop over rows, and one of a loop over columns, are among the pinned values: the others are like them.
    pub(super) steps: [Option<usize>; 2],
    /// The types whose whole values are the host's, by the host's number.
    pub(super) hosted: Vec<(u32, CTypeId)>,
    /// The types of columns, by the type of their values.
    pub(super) columns: Vec<(CTypeId, CTypeId)>,
    /// By type id: the fields in declaration order.
    fields: Vec<Vec<FieldRef>>,
    /// By type id: whether a value may be copied byte by byte, no part being the host's.
    plain: Vec<bool>,
    /// By type id: the index into the pinned values, plus one, of the table of methods and metamethods.
    metatables: Vec<u32>,
}

impl Ffi {
    /// How a type's values are reached when they are a field.
    pub fn access_of(&self, ctype: CTypeId) -> Access {
        match &self.types.get(ctype).form {
            Form::Scalar(scalar) => Access::Scalar(*scalar),
            Form::Enum(_) => Access::Enum(ctype),
            Form::Struct(_) | Form::Array { .. } | Form::Math(_) => Access::Struct(ctype),
            Form::Hosted(number) => Access::Hosted(*number),
        }
    }

    /// The field of a type with this (interned) name.
    #[inline]
    pub fn field(&self, ctype: CTypeId, name: Gc<LuaString>) -> Option<FieldRef> {
        self.fields.get(ctype.0 as usize)?.iter().find(|field| field.name == name).copied()
    }

    /// The fields of a type in order.
    pub fn fields(&self, ctype: CTypeId) -> &[FieldRef] {
        self.fields.get(ctype.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// The element of an array that a key names: its offset and how it is reached.
    #[inline]
    pub(super) fn element(&self, ctype: CTypeId, key: RawValue) -> Option<(u32, Access)> {
        let Form::Array { element, count } = self.types.get(ctype).form else { return None };
        let n = key.as_number()?;
        let index = n as u32;
        // Registration checked that the last element lies inside.
        (f64::from(index) == n && index < count)
            .then(|| (index * self.types.get(element).size, self.access_of(element)))
    }

    /// The field of a struct that only wraps another value (Rust's `struct Health(f32)`), which may be assigned by that value.
    pub(super) fn newtype_field(&self, ctype: CTypeId) -> Option<FieldRef> {
        match self.fields(ctype) {
            [only] if only.name.as_bytes() == b"0" => Some(*only),
            _ => None,
        }
    }

    /// The table of methods and metamethods of a type.
    #[inline]
    pub fn metatable(&self, heap: &Heap, ctype: CTypeId) -> Option<Gc<Table>> {
        let index = (*self.metatables.get(ctype.0 as usize)?).checked_sub(1)?;
        heap.roots.pinned[index as usize].as_table()
    }

    /// Whether a value may be copied byte by byte.
    pub(super) fn is_plain(&self, ctype: CTypeId) -> bool {
        self.plain.get(ctype.0 as usize).copied().unwrap_or(false)
    }

    /// Interns the field names of types that have none yet.
    fn index_new_types(&mut self, heap: &mut Heap) -> Result<(), Raised> {
        while self.fields.len() < self.types.len() {
            let id = CTypeId(self.fields.len() as u32);
            let names: Vec<(String, u32, Access)> = match &self.types.get(id).form {
                Form::Struct(fields) => fields
                    .iter()
                    .map(|field| match field.place {
                        Place::Memory { offset, ctype } => {
                            (field.name.clone(), offset, self.access_of(ctype))
                        }
                        Place::Bits { offset, bits, of } => {
                            (field.name.clone(), offset, Access::Bits(bits, of))
                        }
                        Place::Constant { scalar, bits } => {
                            (field.name.clone(), 0, Access::Constant(scalar, bits))
                        }
                        Place::Hosted(number) => (field.name.clone(), 0, Access::Hosted(number)),
                    })
                    .collect(),
                Form::Math(math) => lanes(*math),
                Form::Scalar(_) | Form::Enum(_) | Form::Array { .. } | Form::Hosted(_) => Vec::new(),
            };
            let mut fields = Vec::with_capacity(names.len());
            for (name, offset, access) in names {
                let name = heap.intern(name.as_bytes())?;
                heap.roots.pinned.push(name.into());
                fields.push(FieldRef { name, offset, access });
            }
            let hosted_whole = matches!(self.types.get(id).form, Form::Hosted(_));
            if let Form::Hosted(number) = self.types.get(id).form {
                self.hosted.push((number, id));
            }
            let elements_are_plain = match self.types.get(id).form {
                Form::Array { element, .. } => self.is_plain(element),
                Form::Scalar(_) | Form::Enum(_) | Form::Struct(_) | Form::Math(_) | Form::Hosted(_) => true,
            };
            let plain = fields.iter().all(|field| match field.access {
                Access::Scalar(_) | Access::Enum(_) | Access::Bits(..) | Access::Constant(..) => true,
                Access::Struct(part) => self.is_plain(part),
                Access::Hosted(_) => false,
            });
            self.plain.push(plain && elements_are_plain && !hosted_whole);
            self.fields.push(fields);
        }
        Ok(())
    }
}

fn lanes(math: Math) -> Vec<(String, u32, Access)> {
    (0..math.lanes())
        .map(|lane| (Math::LANES[lane].to_owned(), lane as u32 * 4, Access::Scalar(Scalar::F32)))
        .collect()
}

/// Why a type could not be registered.
#[derive(Debug)]
pub enum RegisterError {
    /// The description contradicts itself.
    Layout(LayoutError),
    /// The memory limit was reached.
    Raised(Raised),
}

impl Vm {
    /// Opens what a host of entities and components offers to scripts: the math types and entities.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn open_host_types(&mut self) -> Result<(), Raised> {
        super::vector::open(self)?;
        super::structs::open(self)?;
        super::duration::open(self)?;
        super::entity::open(self)
    }

    /// Registers a C type.
    ///
    /// # Errors
    /// When its description contradicts itself, or the memory limit is reached.
    pub fn register_ctype(&mut self, ctype: CType) -> Result<CTypeId, RegisterError> {
        let id = self.ffi.types.add(ctype).map_err(RegisterError::Layout)?;
        self.ffi.index_new_types(&mut self.heap).map_err(RegisterError::Raised)?;
        Ok(id)
    }

    /// Gives a type its table of methods and metamethods (`__index` in it may be a function; other keys are found directly).
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn set_metatype(&mut self, ctype: CTypeId, table: Gc<Table>) -> Result<(), Raised> {
        self.ffi.index_new_types(&mut self.heap)?;
        // Compiled code takes for granted what types have.
        self.flush_compiled();
        let slot = ctype.0 as usize;
        if self.ffi.metatables.len() <= slot {
            self.ffi.metatables.resize(slot + 1, 0);
        }
        match self.ffi.metatables[slot].checked_sub(1) {
            Some(pinned) => {
                let old = std::mem::replace(&mut self.heap.roots.pinned[pinned as usize], table.into());
                self.heap.barrier(old);
            }
            None => {
                self.heap.roots.pinned.push(table.into());
                self.ffi.metatables[slot] = self.heap.roots.pinned.len() as u32;
            }
        }
        Ok(())
    }

    /// A native function of the host, its environment the globals.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn new_host_function(
        &mut self,
        name: &str,
        function: NativeFn,
        upvalues: &[RawValue],
    ) -> Result<RawValue, Raised> {
        let globals = self.heap.roots.globals.expect("a VM has globals from its creation");
        Ok(new_native(&mut self.heap, name, function, globals, upvalues, Special::None)?.into())
    }

    /// The same with a short form, which may answer a read of an absent field when the function is a table's `__index`.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn new_index_function(
        &mut self,
        name: &str,
        function: NativeFn,
        short: ShortForm,
        upvalues: &[RawValue],
    ) -> Result<RawValue, Raised> {
        let globals = self.heap.roots.globals.expect("a VM has globals from its creation");
        let native = new_native(&mut self.heap, name, function, globals, upvalues, Special::None)?;
        if let FunctionView::Native(native) = native.view() {
            native.set_short_form(short);
        }
        Ok(native.into())
    }

    /// An upvalue of the running native function.
    ///
    /// # Panics
    /// When it has fewer.
    pub fn native_upvalue(&self, args: Args, index: usize) -> RawValue {
        // A callee lies in the slot below its arguments.
        let callee = self.slot(args.base - 1).as_function();
        match callee.expect("the slot below a native's arguments holds the native").view() {
            FunctionView::Native(native) => native.upvalue(index),
            FunctionView::Lua(_) => unreachable!("the function below a native's arguments is that native"),
        }
    }

    /// The host's own state, if it is a `T`.
    pub fn host_context<T: Any + Send>(&mut self) -> Option<&mut T> {
        self.ffi.context.as_mut()?.downcast_mut()
    }

    /// A value as plain data, tables to a depth of eight.
    ///
    /// # Errors
    /// When a view in it has expired.
    pub fn to_host(&mut self, value: RawValue) -> Result<HostValue, Raised> {
        self.plain_data(value, 0)
    }

    fn plain_data(&mut self, value: RawValue, depth: u32) -> Result<HostValue, Raised> {
        if value.is_nil() {
            return Ok(HostValue::Nil);
        }
        if let Some(b) = value.as_boolean() {
            return Ok(HostValue::Boolean(b));
        }
        if let Some(n) = value.as_number() {
            return Ok(HostValue::Number(n));
        }
        if let Some(s) = value.as_string() {
            return Ok(HostValue::Text(s.as_bytes().to_vec()));
        }
        if let Some(bits) = self.ffi.entities.bits(value) {
            return Ok(HostValue::Entity(bits));
        }
        if let Some(cdata) = value.as_cdata() {
            return self.cdata_to_host(cdata);
        }
        let Some(table) = value.as_table() else { return Ok(HostValue::Other(value.type_name())) };
        if depth == 8 {
            return Err(self.error(
                "a table nested more than 8 deep cannot be given to the host: pass what is inside in parts",
            ));
        }
        let mut entries = Vec::new();
        let mut position = 0;
        while let Some((next, key, value)) = table.entry_after(&self.heap, position) {
            let key = self.plain_data(key, depth + 1)?;
            let value = self.plain_data(value, depth + 1)?;
            entries.push((key, value));
            position = next;
        }
        Ok(HostValue::Table(entries))
    }

    /// The Lua value of plain data.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn from_host(&mut self, value: &HostValue) -> Result<RawValue, Raised> {
        Ok(match value {
            HostValue::Nil | HostValue::Other(_) => RawValue::NIL,
            HostValue::Boolean(b) => (*b).into(),
            HostValue::Number(n) => (*n).into(),
            HostValue::Text(bytes) => self.new_string(bytes)?,
            HostValue::Entity(bits) => self.ffi.entities.value(*bits),
            HostValue::Color(lanes) => self.new_color(*lanes)?,
            HostValue::Duration(duration) => self.new_duration(*duration)?,
            HostValue::Struct(ctype, bytes) => self.owned_from_bytes(*ctype, bytes)?.into(),
            HostValue::Table(entries) => {
                let table = self.new_table(0, entries.len())?;
                for (key, value) in entries {
                    let key = self.from_host(key)?;
                    let value = self.from_host(value)?;
                    self.raw_set(table, key, value)?;
                }
                table.into()
            }
        })
    }
}

/// A list of names for a message, shortened.
pub(super) fn name_list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for (n, name) in names.enumerate() {
        if n == 12 {
            text.push_str(", ...");
            break;
        }
        let comma = if n == 0 { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{comma}{name}");
    }
    text
}
