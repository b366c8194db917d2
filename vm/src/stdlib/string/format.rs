//! `format`: the arguments of its directives.

use super::directive::{Conversion, Directive, Piece, Pieces, write_pointer, write_quoted};
use crate::convert::{to_i64, to_u64};
use crate::ffi::scalars::boxed_integer;
use crate::rt::meta::Meta;
use crate::stdlib::buffer::Buffer;
use crate::string::LuaString;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(super) fn format(vm: &mut Vm, args: Args) -> NativeResult {
    let mut buffer = Buffer::new(vm);
    write_formatted(vm, args, 0, &mut buffer)?;
    buffer.into_result(vm)
}

/// Writes the arguments behind the format, which is argument `index`, as it says.
pub(super) fn write_formatted(
    vm: &mut Vm,
    args: Args,
    mut index: u32,
    buffer: &mut Buffer,
) -> Result<(), Raised> {
    let text = vm.check_string(args, index)?.as_bytes();
    for piece in Pieces::new(text) {
        match piece {
            Ok(Piece::Literal(literal)) => buffer.push(vm, literal)?,
            Ok(Piece::Directive(directive)) => {
                index += 1;
                write_argument(vm, args, index, directive, buffer)?;
            }
            Err(option) => {
                let message = [b"invalid option '%", &option[1..], b"' to 'format'"].concat();
                return Err(vm.error(message));
            }
        }
    }
    Ok(())
}

fn write_argument(
    vm: &mut Vm,
    args: Args,
    index: u32,
    directive: Directive,
    buffer: &mut Buffer,
) -> Result<(), Raised> {
    let value = vm.check_any(args, index)?;
    match directive.conversion {
        Conversion::Signed => {
            let integer = match boxed_integer(vm, value) {
                Some((_, bits)) => bits as i64,
                None => to_i64(vm.check_number(args, index)?),
            };
            directive.write_signed(integer, buffer.bytes_mut());
        }
        Conversion::Unsigned | Conversion::Octal | Conversion::Hex => {
            let integer = match boxed_integer(vm, value) {
                Some((_, bits)) => bits,
                None => to_u64(vm.check_number(args, index)?),
            };
            directive.write_unsigned(integer, buffer.bytes_mut());
        }
        Conversion::Exponent | Conversion::Fixed | Conversion::General | Conversion::HexFloat => {
            let number = vm.check_number(args, index)?;
            directive.write_float(number, buffer.bytes_mut());
        }
        Conversion::Char => {
            let byte = vm.check_int(args, index)? as u8;
            directive.write_char(byte, buffer.bytes_mut());
        }
        Conversion::Str => {
            let text = text_of(vm, value)?.as_bytes();
            buffer.reserve(vm, text.len())?;
            directive.write_str(text, buffer.bytes_mut());
        }
        Conversion::Quoted => {
            let text = text_of(vm, value)?.as_bytes();
            buffer.reserve(vm, text.len())?;
            write_quoted(text, buffer.bytes_mut());
        }
        Conversion::Pointer => {
            let address = value.heap_addr().or(value.as_light().map(|payload| payload as usize));
            write_pointer(address.unwrap_or(0), buffer.bytes_mut());
        }
    }
    Ok(())
}

/// The text of an argument. `__tostring` may return any value, which is then written without its own `__tostring`.
fn text_of(vm: &mut Vm, value: RawValue) -> Result<Gc<LuaString>, Raised> {
    let method = if value.is_string() { RawValue::NIL } else { vm.metamethod(value, Meta::ToString) };
    let text = if method.is_nil() { value } else { vm.call1(method, &[value])? };
    vm.raw_tostring(text)
}
