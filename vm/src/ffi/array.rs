//! What arrays inside a host's values offer beside their elements: `#array`, `for i, value in array:iter() do`, `array:unpack()`, and for
//! arrays of bytes `array:text()`.

#![allow(unsafe_code, reason = "reads lent memory that was checked")]

use crate::function::NativeFn;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

use super::cdata::CData;
use super::ctype::{CTypeId, Form, Scalar};

/// The methods and metamethods of arrays.
const METHODS: &[(&str, NativeFn)] = &[("__len", length), ("iter", iter), ("unpack", unpack), ("text", text)];

impl Vm {
    /// Gives a type the methods of arrays, if it is one of the host's arrays.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn make_array_type(&mut self, ctype: CTypeId) -> Result<(), Raised> {
        if elements(self, ctype).is_none() {
            return Ok(());
        }
        let methods = match self.ffi.array_methods {
            Some(known) => self.heap.roots.pinned[known].as_table().expect("pinned as a table"),
            None => {
                let methods = self.new_table(0, METHODS.len())?;
                self.heap.roots.pinned.push(methods.into());
                self.ffi.array_methods = Some(self.heap.roots.pinned.len() - 1);
                for (name, function) in METHODS {
                    let function = self.new_host_function(name, *function, &[])?;
                    self.raw_set_name(methods, name, function)?;
                }
                methods
            }
        };
        self.set_metatype(ctype, methods)
    }
}

/// The type of the elements, and how many there are.
fn elements(vm: &Vm, ctype: CTypeId) -> Option<(CTypeId, u32)> {
    if ctype.is_declared() {
        return None;
    }
    match vm.ffi.types.get(ctype).form {
        Form::Array { element, count } => Some((element, count)),
        Form::Scalar(_) | Form::Enum(_) | Form::Struct(_) | Form::Math(_) | Form::Hosted(_) => None,
    }
}

/// The array that argument 0 is, the type of its elements and their number.
fn check_array(vm: &mut Vm, args: Args) -> Result<(Gc<CData>, CTypeId, u32), Raised> {
    let value = vm.arg(args, 0);
    let found = value.as_cdata().and_then(|cdata| Some((cdata, elements(vm, cdata.ctype())?)));
    match found {
        Some((cdata, (element, count))) => Ok((cdata, element, count)),
        None => {
            let got = vm.describe_type(value);
            Err(vm.arg_error(args, 0, format!("array expected, got {got} (call it with a colon)")))
        }
    }
}

fn length(vm: &mut Vm, args: Args) -> NativeResult {
    let (.., count) = check_array(vm, args)?;
    vm.ret1(f64::from(count))
}

/// `for i, value in array:iter() do`, from 0.
fn iter(vm: &mut Vm, args: Args) -> NativeResult {
    check_array(vm, args)?;
    let array = vm.arg(args, 0);
    let step = vm.new_host_function("next_element", next_element, &[])?;
    vm.push(step)?;
    vm.push(array)?;
    vm.push((-1.0).into())?;
    vm.ret_top(3)
}

fn next_element(vm: &mut Vm, args: Args) -> NativeResult {
    let (array, _, count) = check_array(vm, args)?;
    let next = vm.check_number(args, 1)? + 1.0;
    if next >= f64::from(count) {
        return vm.ret1(RawValue::NIL);
    }
    let value = vm.index(array.into(), next.into())?;
    vm.push(next.into())?;
    vm.push(value)?;
    vm.ret_top(2)
}

/// `array:unpack()`: all elements.
fn unpack(vm: &mut Vm, args: Args) -> NativeResult {
    let (array, _, count) = check_array(vm, args)?;
    if count > 200 {
        return Err(vm.error(format!(
            "too many results to unpack: {count} elements, the limit is 200: go through them by index"
        )));
    }
    for n in 0..count {
        let value = vm.index(array.into(), f64::from(n).into())?;
        vm.push(value)?;
    }
    vm.ret_top(count)
}

/// `array:text()`: the bytes up to the first zero, as a string.
fn text(vm: &mut Vm, args: Args) -> NativeResult {
    let (array, element, count) = check_array(vm, args)?;
    if element != Scalar::I8.into() && element != Scalar::U8.into() {
        let name = vm.ctype_name(array.ctype());
        return Err(vm.error(format!("{name} is no text: only arrays of char or uint8_t are")));
    }
    let data = vm.readable(array)?;
    // SAFETY: just checked; as many bytes as there are elements of one byte.
    let bytes = unsafe { std::slice::from_raw_parts(data, count as usize) };
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
    let value = vm.new_string(&bytes)?;
    vm.ret1(value)
}
