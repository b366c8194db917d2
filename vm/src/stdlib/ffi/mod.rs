//! The `ffi` library: C types and values, and calls of C.
//!
//! What scripts do with C values through operators is in `crate::ffi`; here are the functions. There is no global `ffi`: scripts
//! `require` it.

mod meta;
mod values;

pub(crate) use values::check_pointer;

use super::{Library, always, builtins};
use crate::ffi::cconv::{How, type_object};
use crate::ffi::cparse::{self, Parameter};
use crate::ffi::ctab::{CTypeId, Kind, UNKNOWN, known};
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(crate) const LIBRARY: Library = Library {
    name: "ffi",
    functions: builtins! {
        "cdef" cdef,
        "new" values::new,
        "cast" values::cast,
        "typeof" type_of,
        "typeinfo" type_info,
        "istype" is_type,
        "sizeof" size_of,
        "alignof" align_of,
        "offsetof" offset_of,
        "errno" values::errno,
        "string" values::string,
        "copy" values::copy,
        "fill" values::fill,
        "abi" abi,
        "metatype" meta::metatype,
        "gc" values::gc,
        "load" meta::load,
    },
    open: meta::open,
    wanted: always,
};

/// How many types named by strings are remembered.
const MAX_SPELLED: usize = 1024;

/// `ffi.new`
pub(crate) const FFI_NEW: crate::function::NativeFn = values::new;
/// `ffi.cast`
pub(crate) const FFI_CAST: crate::function::NativeFn = values::cast;

/// A type argument: a string that names one, a type object, or a C value of it.
#[inline]
fn check_type(vm: &mut Vm, args: Args, has_parameters: bool) -> Result<CTypeId, Raised> {
    let value = vm.arg(args, 0);
    if let Some(cdata) = value.as_cdata() {
        if has_parameters && args.count > 1 {
            return Err(vm.arg_error(args, 0, "wrong number of type parameters"));
        }
        return match type_object(cdata).or_else(|| vm.c_type_of(cdata)) {
            Some(ctype) => Ok(ctype),
            None => {
                let name = vm.ctype_name(cdata.ctype());
                Err(vm.arg_error(args, 0, format!("invalid C type: '{name}' has no name in C declarations")))
            }
        };
    }
    let Some(source) = value.as_string() else { return Err(vm.arg_type_error(args, 0, "C type")) };
    let source = source.as_bytes();
    if has_parameters && args.count > 1 {
        let parameters = parameters(vm, args)?;
        return parse(vm, source, &parameters);
    }
    if let Some(&known) = vm.ffi.c.spelled.get(source) {
        return Ok(known);
    }
    let before = vm.ffi.c.table.unique_types();
    let ctype = parse(vm, source, &[])?;
    // What a name stands for never changes. A struct without a name is another one each time it is spelled.
    if vm.ffi.c.table.unique_types() == before && vm.ffi.c.spelled.len() < MAX_SPELLED {
        vm.ffi.c.spelled.insert(source.into(), ctype);
    }
    Ok(ctype)
}

fn parse(vm: &mut Vm, source: &[u8], parameters: &[Parameter]) -> Result<CTypeId, Raised> {
    cparse::parse_type(&mut vm.ffi.c.table, source, parameters).map_err(|error| vm.error(error.to_string()))
}

/// The arguments that stand for the `$` of a declaration.
fn parameters(vm: &mut Vm, args: Args) -> Result<Vec<Parameter>, Raised> {
    let mut list = Vec::new();
    for index in 1..args.count {
        let value = vm.arg(args, index);
        list.push(if let Some(name) = value.as_string() {
            Parameter::Name(String::from_utf8_lossy(name.as_bytes()).into_owned())
        } else if let Some(n) = value.as_number() {
            Parameter::Number(crate::convert::to_i32(n))
        } else {
            match value.as_cdata().and_then(|cdata| type_object(cdata).or_else(|| vm.c_type_of(cdata))) {
                Some(ctype) => Parameter::Type(ctype),
                None => return Err(vm.arg_type_error(args, index, "type parameter")),
            }
        });
    }
    Ok(list)
}

fn cdef(vm: &mut Vm, args: Args) -> NativeResult {
    let source = vm.check_string(args, 0)?.as_bytes();
    let parameters = parameters(vm, args)?;
    match cparse::declare(&mut vm.ffi.c.table, source, &parameters) {
        Ok(()) if parameters.is_empty() => vm.ffi.c.remember(source),
        Ok(()) => {}
        Err(_) if parameters.is_empty() && vm.ffi.c.is_repeated(source) => {}
        Err(error) => return Err(vm.error(error.to_string())),
    }
    vm.ret0()
}

fn type_of(vm: &mut Vm, args: Args) -> NativeResult {
    let ctype = check_type(vm, args, true)?;
    let object = vm.new_type_object(ctype)?;
    vm.ret1(object)
}

/// LuaJIT's unsupported look into its table of types: here the size, and the name printed.
fn type_info(vm: &mut Vm, args: Args) -> NativeResult {
    let number = check_count(vm, args, 0)?;
    if number <= 0 || number as usize >= vm.ffi.c.table.len() {
        return vm.ret0();
    }
    let ctype = CTypeId(crate::ffi::ctab::FIRST + number as u32);
    let info = vm.new_table(0, 2)?;
    if let Some(size) = vm.ffi.c.table.known_size(ctype) {
        vm.raw_set_name(info, "size", f64::from(size).into())?;
    }
    let name = vm.ctype_name(ctype);
    let name = vm.new_string(name.as_bytes())?;
    vm.raw_set_name(info, "name", name)?;
    vm.ret1(info)
}

fn is_type(vm: &mut Vm, args: Args) -> NativeResult {
    let left = check_type(vm, args, false)?;
    let value = vm.check_any(args, 1)?;
    let right = value.as_cdata().and_then(|cdata| type_object(cdata).or_else(|| vm.c_type_of(cdata)));
    let is = right.is_some_and(|right| same_type(vm, left, right));
    vm.ret1(is)
}

/// Types but for qualifiers; a pointer to a struct counts as the struct.
fn same_type(vm: &Vm, left: CTypeId, right: CTypeId) -> bool {
    use crate::ffi::ctab::Compatible;
    let table = &vm.ffi.c.table;
    let (left, right) = (table.referent(left), table.referent(right));
    if left == right {
        return true;
    }
    match (table.kind(left), table.kind(right)) {
        (Kind::Record(a), Kind::Record(b)) => a == b,
        (Kind::Record(a), Kind::Pointer(to)) => table.as_record(to) == Some(a),
        (Kind::Enum(a), Kind::Enum(b)) => a == b,
        (Kind::Pointer(_), Kind::Pointer(_))
        | (
            Kind::Array(_) | Kind::VariableArray(_) | Kind::Complex(_) | Kind::Vector(_),
            Kind::Array(_) | Kind::VariableArray(_) | Kind::Complex(_) | Kind::Vector(_),
        ) => {
            table.size(left) == table.size(right)
                && table.pointers_compatible(left, right, Compatible::AnyQualifiers)
        }
        (Kind::Int { unsigned: a, .. }, Kind::Int { unsigned: b, .. }) => {
            a == b && table.size(left) == table.size(right)
        }
        (Kind::Float, Kind::Float) => table.size(left) == table.size(right),
        (Kind::Bool, Kind::Bool) | (Kind::Void, Kind::Void) => true,
        _ => false,
    }
}

fn size_of(vm: &mut Vm, args: Args) -> NativeResult {
    let ctype = check_type(vm, args, false)?;
    if let Some(size) = vm.arg(args, 0).as_cdata().and_then(|cdata| cdata_size(vm, cdata)) {
        return vm.ret1(f64::from(size));
    }
    let ctype = vm.ffi.c.table.referent(ctype);
    let size = if vm.ffi.c.table.is_variable(ctype) {
        let count = check_count(vm, args, 1)?;
        vm.ffi.c.table.variable_size(ctype, count as u32).unwrap_or(UNKNOWN)
    } else {
        vm.ffi.c.table.size(ctype)
    };
    if size == UNKNOWN {
        return vm.ret1(RawValue::NIL);
    }
    vm.ret1(f64::from(size))
}

/// The size of a value that has one of its own.
fn cdata_size(vm: &Vm, cdata: Gc<crate::ffi::cdata::CData>) -> Option<u32> {
    let own = cdata.own_size()?;
    vm.ffi.c.table.is_variable(cdata.ctype()).then_some(own)
}

fn align_of(vm: &mut Vm, args: Args) -> NativeResult {
    let ctype = check_type(vm, args, false)?;
    let ctype = vm.ffi.c.table.referent(ctype);
    vm.ret1(f64::from(1u32 << vm.ffi.c.table.align(ctype)))
}

fn offset_of(vm: &mut Vm, args: Args) -> NativeResult {
    use crate::ffi::ctab::MemberKind;
    let ctype = check_type(vm, args, false)?;
    let name = vm.check_string(args, 1)?;
    let name = String::from_utf8_lossy(name.as_bytes());
    let ctype = vm.ffi.c.table.referent(ctype);
    let Some(record) = vm.ffi.c.table.as_record(ctype) else { return vm.ret0() };
    if vm.ffi.c.table.size(ctype) == UNKNOWN {
        return vm.ret0();
    }
    let Some(found) = vm.ffi.c.table.find_member(record, &name) else { return vm.ret0() };
    let (offset, kind) = (f64::from(found.offset), found.member.kind);
    match kind {
        MemberKind::Bits(bits) => {
            vm.push(offset.into())?;
            vm.push(f64::from(bits.position).into())?;
            vm.push(f64::from(bits.width).into())?;
            vm.ret_top(3)
        }
        MemberKind::Field | MemberKind::Anonymous | MemberKind::Constant(_) => vm.ret1(offset),
    }
}

fn abi(vm: &mut Vm, args: Args) -> NativeResult {
    let name = vm.check_string(args, 0)?;
    let holds = match name.as_bytes() {
        b"64bit" => cfg!(target_pointer_width = "64"),
        b"32bit" => cfg!(target_pointer_width = "32"),
        b"fpu" | b"hardfp" => true,
        b"le" => cfg!(target_endian = "little"),
        b"be" => cfg!(target_endian = "big"),
        b"win" => cfg!(windows),
        b"gc64" => cfg!(target_pointer_width = "64"),
        _ => false,
    };
    vm.ret1(holds)
}

/// An argument as an `int`, converted as C does it.
fn check_count(vm: &mut Vm, args: Args, index: u32) -> Result<i32, Raised> {
    let Some(value) = vm.arg_opt(args, index) else {
        return Err(vm.arg_error(args, index, "value expected"));
    };
    let mut count = 0i32;
    // SAFETY: an `int` of this function.
    #[allow(unsafe_code, reason = "converts to a local variable")]
    let converted = unsafe { vm.lua_to_c(known::INT32, (&raw mut count).cast(), value, How::default()) };
    converted.map_err(|fault| vm.arg_fault(args, index, fault))?;
    Ok(count)
}
