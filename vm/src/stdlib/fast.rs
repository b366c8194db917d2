//! Short forms of library functions, which the interpreter calls without a frame.
//!
//! Short forms write nothing that a script could read: compiled code relies on it.
//!
//! A short form gives the one result of a call with the arguments it is made for, most often numbers and strings as they are, and `None`
//! for all others: then the function itself is called, with its frame, and converts or complains. It does not call Lua, and what it gives
//! is what the function would give: the test below compares the two.
//!
//! To add one: a row in [`SHORT_FORMS`], and the function.

use super::{bit, string};
use crate::convert::to_bit;
use crate::function::{FunctionView, NativeFunction, ShortForm};
use crate::rt;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

macro_rules! rows {
    ($($library:literal $name:literal $short:expr,)*) => {
        /// The library, the function's name, and its short form.
        const SHORT_FORMS: &[(&str, &str, ShortForm)] = &[$(($library, $name, $short),)*];
    };
}

rows! {
    "_G" "assert" assert,
    "_G" "rawequal" rawequal,
    "_G" "rawget" rawget,
    "_G" "select" select,
    "_G" "tonumber" tonumber,
    "_G" "tostring" tostring,
    "_G" "type" type_,
    "bit" "arshift" |_, _, args| shift(args, bit::ARSHIFT),
    "bit" "band" |_, _, args| fold(args, |x, y| x & y),
    "bit" "bnot" |_, _, args| Some(integer(!to_bit(one(args)?))),
    "bit" "bor" |_, _, args| fold(args, |x, y| x | y),
    "bit" "bxor" |_, _, args| fold(args, |x, y| x ^ y),
    "bit" "bswap" |_, _, args| Some(integer(to_bit(one(args)?).swap_bytes())),
    "bit" "lshift" |_, _, args| shift(args, bit::LSHIFT),
    "bit" "rol" |_, _, args| shift(args, bit::ROL),
    "bit" "ror" |_, _, args| shift(args, bit::ROR),
    "bit" "rshift" |_, _, args| shift(args, bit::RSHIFT),
    "bit" "tobit" |_, _, args| Some(integer(to_bit(one(args)?))),
    "math" "abs" |_, _, args| Some(one(args)?.abs().into()),
    "math" "ceil" |_, _, args| Some(one(args)?.ceil().into()),
    "math" "cos" |_, _, args| Some(one(args)?.cos().into()),
    "math" "exp" |_, _, args| Some(one(args)?.exp().into()),
    "math" "floor" |_, _, args| Some(one(args)?.floor().into()),
    "math" "fmod" |_, _, args| two(args).map(|(x, y)| (x % y).into()),
    "math" "max" |_, _, args| two(args).map(|(x, y)| if x > y { x } else { y }.into()),
    "math" "min" |_, _, args| two(args).map(|(x, y)| if x < y { x } else { y }.into()),
    "math" "sin" |_, _, args| Some(one(args)?.sin().into()),
    "math" "sqrt" |_, _, args| Some(one(args)?.sqrt().into()),
    "string" "byte" byte,
    "string" "char" char,
    "string" "len" |_, _, args| Some((args.first()?.as_string()?.len() as f64).into()),
    "string" "sub" sub,
}

/// Gives the functions of a library, whose table is at hand, their short forms.
pub(super) fn add_short_forms(
    vm: &mut Vm,
    library: &str,
    table: Gc<crate::table::Table>,
) -> Result<(), Raised> {
    for (_, name, short) in SHORT_FORMS.iter().filter(|row| row.0 == library) {
        let key = vm.heap.intern(name.as_bytes())?;
        if let Some(FunctionView::Native(native)) = table.get_str(&vm.heap, key).as_function().map(Gc::view) {
            native.set_short_form(*short);
        }
    }
    Ok(())
}

/// The only argument, a number.
#[inline(always)]
fn one(args: &[RawValue]) -> Option<f64> {
    match args {
        [x] => x.as_number(),
        _ => None,
    }
}

/// Two arguments, numbers.
#[inline(always)]
fn two(args: &[RawValue]) -> Option<(f64, f64)> {
    match args {
        [x, y] => Some((x.as_number()?, y.as_number()?)),
        _ => None,
    }
}

fn integer(x: i32) -> RawValue {
    f64::from(x).into()
}

#[inline(always)]
fn fold(args: &[RawValue], operation: impl Fn(i32, i32) -> i32) -> Option<RawValue> {
    let (x, y) = two(args)?;
    Some(integer(operation(to_bit(x), to_bit(y))))
}

#[inline(always)]
fn shift(args: &[RawValue], operation: fn(i32, u32) -> i32) -> Option<RawValue> {
    let (x, count) = two(args)?;
    Some(integer(operation(to_bit(x), to_bit(count) as u32)))
}

fn assert(_: &mut Vm, _: Gc<NativeFunction>, args: &[RawValue]) -> Option<RawValue> {
    match args {
        [value] if value.is_truthy() => Some(*value),
        _ => None,
    }
}

fn rawequal(_: &mut Vm, _: Gc<NativeFunction>, args: &[RawValue]) -> Option<RawValue> {
    match args {
        [a, b] => Some(rt::raw_equals(*a, *b).into()),
        _ => None,
    }
}

fn rawget(vm: &mut Vm, _: Gc<NativeFunction>, args: &[RawValue]) -> Option<RawValue> {
    match args {
        [table, key] => Some(table.as_table()?.get(&vm.heap, *key)),
        _ => None,
    }
}

/// `select("#", ...)`
fn select(_: &mut Vm, _: Gc<NativeFunction>, args: &[RawValue]) -> Option<RawValue> {
    match args {
        [what, rest @ ..] if what.as_string()?.as_bytes() == b"#" => Some((rest.len() as f64).into()),
        _ => None,
    }
}

fn tonumber(_: &mut Vm, _: Gc<NativeFunction>, args: &[RawValue]) -> Option<RawValue> {
    match args {
        [value] if value.is_number() => Some(*value),
        [value] if value.is_string() => rt::to_number(*value).map(RawValue::from),
        _ => None,
    }
}

fn tostring(vm: &mut Vm, _: Gc<NativeFunction>, args: &[RawValue]) -> Option<RawValue> {
    match args {
        // A metatable of all strings may have a say.
        [value] if value.is_number() && vm.metatable_of(*value).is_none() => {
            let mut text = std::mem::take(&mut vm.scratch);
            text.clear();
            crate::convert::format_number(value.as_number()?, &mut text);
            let string = vm.new_string(&text).ok();
            vm.scratch = text;
            string
        }
        _ => None,
    }
}

/// The names are upvalues, in the order of the types.
fn type_(_: &mut Vm, native: Gc<NativeFunction>, args: &[RawValue]) -> Option<RawValue> {
    Some(native.upvalue(args.first()?.type_of() as usize))
}

/// `s:byte()` and `s:byte(i)` with a positive index.
fn byte(_: &mut Vm, _: Gc<NativeFunction>, args: &[RawValue]) -> Option<RawValue> {
    let (text, index) = match args {
        [text] => (text, 1.0),
        [text, index] => (text, index.as_number()?),
        _ => return None,
    };
    let whole = index as u32;
    let byte = text.as_string()?.as_bytes().get((whole as usize).wrapping_sub(1))?;
    (f64::from(whole) == index).then(|| f64::from(*byte).into())
}

fn char(vm: &mut Vm, _: Gc<NativeFunction>, args: &[RawValue]) -> Option<RawValue> {
    let code = one(args)?;
    let byte = code as u8;
    if f64::from(byte) != code {
        return None;
    }
    vm.new_string(&[byte]).ok()
}

/// `s:sub(i)` and `s:sub(i, j)` with whole numbers.
fn sub(vm: &mut Vm, _: Gc<NativeFunction>, args: &[RawValue]) -> Option<RawValue> {
    let (text, start, end) = match args {
        [text, start] => (text, start.as_number()?, -1.0),
        [text, start, end] => (text, start.as_number()?, end.as_number()?),
        _ => return None,
    };
    let bytes = text.as_string()?.as_bytes();
    let (first, last) = (start as i32, end as i32);
    if f64::from(first) != start || f64::from(last) != end {
        return None;
    }
    let range = string::byte_range(bytes.len(), first, last);
    if range.len() == bytes.len() {
        return Some(*text);
    }
    vm.new_string(&bytes[range]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stdlib::{Libraries, globals, open_libraries};

    /// Arguments of every kind that the short forms and the functions tell apart.
    fn samples(vm: &mut Vm) -> Vec<RawValue> {
        let mut values: Vec<RawValue> = vec![RawValue::NIL, RawValue::TRUE, RawValue::FALSE];
        let numbers = [0.0, -0.0, 1.0, 2.0, 3.0, -1.0, -2.0, 0.5, -1.5, 31.0, 32.0, 97.0, 255.0, 256.0];
        values.extend(numbers.map(RawValue::from));
        let far =
            [2_147_483_648.0, -2_147_483_649.0, 4_294_967_296.0, 1e15, 1e300, f64::INFINITY, -f64::INFINITY];
        values.extend(far.map(RawValue::from));
        values.push(f64::NAN.into());
        for text in ["", "#", "a", "hello", "10", "0x1f", " 7 ", "-1", "nan", "1e"] {
            values.push(vm.new_string(text.as_bytes()).expect("memory"));
        }
        let table = vm.new_table(2, 0).expect("memory");
        vm.raw_set(table, 1.0.into(), 10.0.into()).expect("memory");
        values.push(table.into());
        values
    }

    #[test]
    fn short_forms_give_what_the_functions_give() {
        let mut vm = Vm::new(1).expect("memory");
        open_libraries(&mut vm, Libraries::ALL).expect("memory");
        let values = samples(&mut vm);
        let mut answered = 0;
        for (library, name, short) in SHORT_FORMS {
            let mut holder = globals(&vm);
            for part in [*library, *name].into_iter().filter(|part| *part != "_G") {
                let key = vm.heap.intern(part.as_bytes()).expect("memory");
                let value = holder.get_str(&vm.heap, key);
                let Some(table) = value.as_table() else { break };
                holder = table;
            }
            let key = vm.heap.intern(name.as_bytes()).expect("memory");
            let function = holder.get_str(&vm.heap, key);
            let Some(FunctionView::Native(native)) = function.as_function().map(Gc::view) else {
                panic!("{library}.{name} is a native");
            };
            let mut check = |args: &[RawValue]| {
                let Some(given) = short(&mut vm, native, args) else { return };
                answered += 1;
                let result = vm.call(function, args).expect("what a short form answers is no error");
                assert_eq!(result.count, 1, "{name}{args:?}");
                let wanted = vm.slot(result.first);
                vm.top = result.first;
                let same_text = given.as_string().map(|text| text.as_bytes().to_vec())
                    == wanted.as_string().map(|text| text.as_bytes().to_vec());
                let equal =
                    given.bits() == wanted.bits() || given.is_string() && wanted.is_string() && same_text;
                assert!(equal, "{name}{args:?}: {given:?}, the function gives {wanted:?}");
            };
            check(&[]);
            for &a in &values {
                check(&[a]);
                for &b in &values {
                    check(&[a, b]);
                    for &c in &values {
                        check(&[a, b, c]);
                    }
                }
            }
        }
        assert!(answered > 5_000, "{answered} calls were answered");
    }
}
