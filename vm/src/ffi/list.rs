//! Lists of the host as Lua values: `#list`, `list[1]`, `list:push(value)`, `for i, value in list:iter() do`.
//!
//! A list is a view of a hosted type ([`super::host::FieldHost::parts`]), or of a struct that only wraps one. Its elements are
//! the host's: structs and lists among them are views too ([`super::path`]), other values are copied in and out. All there is to it is a table of methods and metamethods that list types have.

use crate::function::NativeFn;
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

use super::access::{field_host, lend_behind};
use super::cdata::{CData, WRITABLE};
use super::ctype::{CTypeId, Form};
use super::host::{Access, HostValue, Parts};

/// What is done with a list. Positions count from zero.
#[derive(Clone, Debug, PartialEq)]
pub enum ListEdit {
    /// How many elements there are.
    Len,
    /// An element; nil beyond the end.
    Get(usize),
    /// Another value for an element.
    Set(usize, HostValue),
    /// A new element in front of another, or at the end.
    Insert(usize, HostValue),
    /// An element goes, and is the result.
    Remove(usize),
    /// All elements go.
    Clear,
}

/// The methods and metamethods of lists.
const METHODS: &[(&str, NativeFn)] = &[
    ("push", push),
    ("insert", insert),
    ("remove", remove),
    ("clear", clear),
    ("iter", iter),
    ("unpack", unpack),
    ("__len", length),
    ("__index", index),
    ("__newindex", new_index),
];

impl Vm {
    /// Gives a type the methods of lists, if its values are lists of the host.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn make_list_type(&mut self, ctype: CTypeId) -> Result<(), Raised> {
        if self.list_field(ctype).is_none() {
            return Ok(());
        }
        let methods = match self.ffi.list_methods {
            Some(known) => self.heap.roots.pinned[known].as_table().expect("pinned as a table"),
            None => self.open_lists()?,
        };
        self.set_metatype(ctype, methods)
    }

    fn open_lists(&mut self) -> Result<Gc<Table>, Raised> {
        let methods = self.new_table(0, METHODS.len())?;
        self.heap.roots.pinned.push(methods.into());
        self.ffi.list_methods = Some(self.heap.roots.pinned.len() - 1);
        for (name, function) in METHODS {
            let function = self.new_host_function(name, *function, &[])?;
            self.raw_set_name(methods, name, function)?;
        }
        Ok(methods)
    }

    /// Where values of a type have the list that they are: the offset and the host's number.
    fn list_field(&self, ctype: CTypeId) -> Option<(u32, u32)> {
        let (offset, number) = match self.ffi.types.get(ctype).form {
            Form::Hosted(number) => (0, number),
            Form::Struct(_) => {
                let only = self.ffi.newtype_field(ctype)?;
                let Access::Hosted(number) = only.access else { return None };
                (only.offset, number)
            }
            Form::Scalar(_) | Form::Enum(_) | Form::Array { .. } | Form::Math(_) => return None,
        };
        let host = self.ffi.field_host.as_ref()?;
        (host.parts(number) == Parts::Elements).then_some((offset, number))
    }
}

/// The list that argument 0 is.
fn check_list(vm: &mut Vm, args: Args) -> Result<(Gc<CData>, u32, u32), Raised> {
    let value = vm.arg(args, 0);
    let found = value.as_cdata().and_then(|cdata| Some((cdata, vm.list_field(cdata.ctype())?)));
    match found {
        Some((cdata, (offset, number))) => Ok((cdata, offset, number)),
        None => {
            let got = vm.describe_type(value);
            Err(vm.arg_error(args, 0, format!("list expected, got {got} (call it with a colon)")))
        }
    }
}

fn read(
    vm: &mut Vm,
    (list, offset, number): (Gc<CData>, u32, u32),
    edit: ListEdit,
) -> Result<HostValue, Raised> {
    let data = vm.readable(list)?;
    apply(vm, data, (offset, number), edit)
}

fn write(
    vm: &mut Vm,
    (list, offset, number): (Gc<CData>, u32, u32),
    edit: ListEdit,
) -> Result<HostValue, Raised> {
    let data = vm.writable(list)?;
    let result = apply(vm, data, (offset, number), edit)?;
    vm.written(list);
    Ok(result)
}

#[allow(unsafe_code, reason = "the host reads and writes lent memory")]
fn apply(
    vm: &mut Vm,
    data: *mut u8,
    (offset, number): (u32, u32),
    edit: ListEdit,
) -> Result<HostValue, Raised> {
    let host = field_host(vm);
    // SAFETY: the caller has found the view readable, and writable if it edits; registration checked that the field is inside.
    let result = unsafe { host.edit_list(number, data.add(offset as usize), edit) };
    result.map_err(|message| vm.error(message))
}

/// An element that exists: a view of a struct or list, a copy of anything else.
#[allow(unsafe_code, reason = "the host reads lent memory")]
fn element(vm: &mut Vm, list: (Gc<CData>, u32, u32), position: usize) -> Result<RawValue, Raised> {
    let (view, offset, number) = list;
    let data = vm.readable(view)?;
    // SAFETY: just checked; registration checked that the field is inside.
    let behind =
        unsafe { lend_behind(vm, view, number, data.add(offset as usize), offset, position as u32)? };
    if let Some(part) = behind {
        return Ok(part);
    }
    let value = read(vm, list, ListEdit::Get(position))?;
    let value = vm.from_host(&value)?;
    // What is written to a copy would be lost.
    if let Some(copy) = value.as_cdata() {
        // SAFETY: a live cell, just made.
        unsafe { (*copy.as_ptr()).header.flags &= !WRITABLE };
    }
    Ok(value)
}

fn len_of(vm: &mut Vm, list: (Gc<CData>, u32, u32)) -> Result<usize, Raised> {
    match read(vm, list, ListEdit::Len)? {
        HostValue::Number(n) => Ok(n as usize),
        _ => Ok(0),
    }
}

/// A position from one on as the host counts; `None` when it is none in `0..=limit`.
fn position(value: RawValue, limit: usize) -> Option<usize> {
    let n = value.as_number().filter(|n| n.fract() == 0.0 && *n >= 1.0 && *n <= limit as f64 + 1.0)?;
    Some(n as usize - 1)
}

#[cold]
fn outside(vm: &mut Vm, index: RawValue, len: usize) -> Raised {
    let index = match index.as_number() {
        Some(n) => n.to_string(),
        None => format!("a {}", index.type_name()),
    };
    vm.error(format!("position {index} is outside the list, which has {len} elements (1 to {len})"))
}

fn length(vm: &mut Vm, args: Args) -> NativeResult {
    let list = check_list(vm, args)?;
    let len = len_of(vm, list)?;
    vm.ret1(len as f64)
}

fn index(vm: &mut Vm, args: Args) -> NativeResult {
    let list = check_list(vm, args)?;
    let key = vm.arg(args, 1);
    if let Some(name) = key.as_string() {
        let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
        let methods = METHODS.iter().map(|(name, _)| *name).filter(|name| !name.starts_with('_'));
        let methods: Vec<&str> = methods.collect();
        return Err(
            vm.error(format!("a list has no field '{name}'; its methods are: {}", methods.join(", ")))
        );
    }
    let len = len_of(vm, list)?;
    let value = match position(key, len) {
        Some(position) if position < len => element(vm, list, position)?,
        Some(_) | None => RawValue::NIL,
    };
    vm.ret1(value)
}

fn new_index(vm: &mut Vm, args: Args) -> NativeResult {
    let list = check_list(vm, args)?;
    let (key, value) = (vm.arg(args, 1), vm.arg(args, 2));
    let len = len_of(vm, list)?;
    let Some(position) = position(key, len) else { return Err(outside(vm, key, len)) };
    let value = vm.to_host(value)?;
    let edit =
        if position == len { ListEdit::Insert(position, value) } else { ListEdit::Set(position, value) };
    write(vm, list, edit)?;
    vm.ret0()
}

fn push(vm: &mut Vm, args: Args) -> NativeResult {
    let list = check_list(vm, args)?;
    for i in 1..args.count {
        let len = len_of(vm, list)?;
        let value = vm.arg(args, i);
        let value = vm.to_host(value)?;
        write(vm, list, ListEdit::Insert(len, value))?;
    }
    vm.ret0()
}

fn insert(vm: &mut Vm, args: Args) -> NativeResult {
    let list = check_list(vm, args)?;
    let (key, value) = (vm.arg(args, 1), vm.arg(args, 2));
    let len = len_of(vm, list)?;
    let Some(position) = position(key, len) else { return Err(outside(vm, key, len)) };
    let value = vm.to_host(value)?;
    write(vm, list, ListEdit::Insert(position, value))?;
    vm.ret0()
}

/// `list:remove(position)`, the last one without a position: the element, nil from an empty list.
fn remove(vm: &mut Vm, args: Args) -> NativeResult {
    let list = check_list(vm, args)?;
    let len = len_of(vm, list)?;
    let key = vm.arg(args, 1);
    let at = if args.count < 2 { len.checked_sub(1) } else { position(key, len).filter(|at| *at < len) };
    let value = match at {
        Some(at) => write(vm, list, ListEdit::Remove(at))?,
        None if args.count < 2 => HostValue::Nil,
        None => return Err(outside(vm, key, len)),
    };
    let value = vm.from_host(&value)?;
    vm.ret1(value)
}

fn clear(vm: &mut Vm, args: Args) -> NativeResult {
    let list = check_list(vm, args)?;
    write(vm, list, ListEdit::Clear)?;
    vm.ret0()
}

/// `list:unpack()`: all elements.
fn unpack(vm: &mut Vm, args: Args) -> NativeResult {
    let list = check_list(vm, args)?;
    let len = len_of(vm, list)?;
    if len > 200 {
        return Err(vm.error(format!(
            "too many results to unpack: {len} elements, the limit is 200: go through them with :iter()"
        )));
    }
    for position in 0..len {
        let value = element(vm, list, position)?;
        vm.push(value)?;
    }
    vm.ret_top(len as u32)
}

/// `for i, value in list:iter() do`
fn iter(vm: &mut Vm, args: Args) -> NativeResult {
    check_list(vm, args)?;
    let list = vm.arg(args, 0);
    let step = vm.new_host_function("next_element", next_element, &[])?;
    vm.push(step)?;
    vm.push(list)?;
    vm.push(0.0.into())?;
    vm.ret_top(3)
}

fn next_element(vm: &mut Vm, args: Args) -> NativeResult {
    let list = check_list(vm, args)?;
    let index = vm.check_number(args, 1)?;
    let len = len_of(vm, list)?;
    if !(index >= 0.0 && index < len as f64) {
        return vm.ret1(RawValue::NIL);
    }
    let value = element(vm, list, index as usize)?;
    vm.push((index + 1.0).into())?;
    vm.push(value)?;
    vm.ret_top(2)
}

/// `ipairs(list)`: the three values of its loop; `None` when it is no list.
pub(crate) fn ipairs(vm: &mut Vm, value: RawValue) -> Result<Option<RawValue>, Raised> {
    match value.as_cdata() {
        Some(cdata) if vm.list_field(cdata.ctype()).is_some() => {
            vm.new_host_function("next_element", next_element, &[]).map(Some)
        }
        Some(_) | None => Ok(None),
    }
}
