//! The `math` library.

mod float;
mod random;

use super::{Builtin, Libraries, Library, always, builtins, native};
use crate::function::Special;
use crate::table::Table;
use crate::userdata::new_userdata;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};
use random::Generator;

pub(crate) const LIBRARY: Library = Library {
    name: "math",
    functions: builtins! {
        "abs" abs,
        "acos" acos,
        "asin" asin,
        "atan" atan,
        "atan2" atan2,
        "ceil" ceil,
        "cos" cos,
        "cosh" cosh,
        "deg" deg,
        "exp" exp,
        "floor" floor,
        "fmod" fmod,
        "frexp" frexp,
        "ldexp" ldexp,
        "log" log,
        "log10" log10,
        "max" max,
        "min" min,
        "modf" modf,
        "pow" pow,
        "rad" rad,
        "sin" sin,
        "sinh" sinh,
        "sqrt" sqrt,
        "tan" tan,
        "tanh" tanh,
    },
    open,
    wanted: always,
};

/// The functions that share a generator, their upvalue.
const WITH_GENERATOR: [Builtin; 2] = [
    Builtin::new("random", random::random, Special::None),
    Builtin::new("randomseed", random::randomseed, Special::None),
];

fn open(vm: &mut Vm, library: Gc<Table>, _: Libraries) -> Result<(), Raised> {
    vm.raw_set_name(library, "pi", RawValue::number(std::f64::consts::PI))?;
    vm.raw_set_name(library, "huge", RawValue::number(f64::INFINITY))?;
    let generator = new_userdata(&mut vm.heap, Some(Box::new(Generator::default())), None)?;
    for row in &WITH_GENERATOR {
        let function = native(vm, row, &[generator.into()])?;
        vm.raw_set_name(library, row.name, function)?;
    }
    Ok(())
}

macro_rules! unary {
    ($($name:ident $function:expr,)*) => {
        $(fn $name(vm: &mut Vm, args: Args) -> NativeResult {
            let x = vm.check_number(args, 0)?;
            vm.ret1($function(x))
        })*
    };
}

unary! {
    abs f64::abs,
    acos f64::acos,
    asin f64::asin,
    atan f64::atan,
    ceil f64::ceil,
    cos f64::cos,
    cosh f64::cosh,
    exp f64::exp,
    floor f64::floor,
    log10 f64::log10,
    sin f64::sin,
    sinh f64::sinh,
    sqrt f64::sqrt,
    tan f64::tan,
    tanh f64::tanh,
}

macro_rules! binary {
    ($($name:ident $function:expr,)*) => {
        $(fn $name(vm: &mut Vm, args: Args) -> NativeResult {
            let x = vm.check_number(args, 0)?;
            let y = vm.check_number(args, 1)?;
            vm.ret1($function(x, y))
        })*
    };
}

binary! {
    atan2 f64::atan2,
    fmod |x: f64, y: f64| x % y,
    ldexp float::scale,
    pow f64::powf,
}

/// With a base the quotient of two base-2 logarithms, rounded as in LuaJIT: by multiplying with the inverse.
fn log(vm: &mut Vm, args: Args) -> NativeResult {
    let x = vm.check_number(args, 0)?;
    if args.count < 2 {
        return vm.ret1(x.ln());
    }
    let base = vm.check_number(args, 1)?;
    vm.ret1(x.log2() * (1.0 / base.log2()))
}

fn frexp(vm: &mut Vm, args: Args) -> NativeResult {
    let (mantissa, exponent) = float::split_exponent(vm.check_number(args, 0)?);
    vm.push(mantissa.into())?;
    vm.push(f64::from(exponent).into())?;
    vm.ret_top(2)
}

fn modf(vm: &mut Vm, args: Args) -> NativeResult {
    let x = vm.check_number(args, 0)?;
    let whole = x.trunc();
    let fraction = if x.is_infinite() { 0.0 } else { x - whole };
    vm.push(whole.into())?;
    vm.push(fraction.copysign(x).into())?;
    vm.ret_top(2)
}

fn max(vm: &mut Vm, args: Args) -> NativeResult {
    fold(vm, args, |x, y| if x > y { x } else { y })
}

fn min(vm: &mut Vm, args: Args) -> NativeResult {
    fold(vm, args, |x, y| if x < y { x } else { y })
}

/// The comparison decides for its second operand when it is not true, which settles NaNs and the sign of zero as x86
/// does.
#[inline(always)]
fn fold(vm: &mut Vm, args: Args, choose: impl Fn(f64, f64) -> f64) -> NativeResult {
    let mut result = vm.check_number(args, 0)?;
    for index in 1..args.count {
        result = choose(result, vm.check_number(args, index)?);
    }
    vm.ret1(result)
}

fn deg(vm: &mut Vm, args: Args) -> NativeResult {
    multiply(vm, args, "deg", 57.295_779_513_082_32)
}

fn rad(vm: &mut Vm, args: Args) -> NativeResult {
    multiply(vm, args, "rad", 0.017_453_292_519_943_295)
}

/// LuaJIT's `deg` and `rad` are Lua functions that multiply without a check, so the error is that of the multiplication.
fn multiply(vm: &mut Vm, args: Args, name: &str, factor: f64) -> NativeResult {
    let value = vm.arg(args, 0);
    let number = value.as_number().or_else(|| crate::rt::to_number(value));
    match number {
        Some(x) => vm.ret1(x * factor),
        None => {
            let problem = format!("attempt to perform arithmetic on a {} value", value.type_name());
            let message = vm.new_string(format!("[builtin:{name}]:0: {problem}").as_bytes())?;
            Err(vm.throw(message))
        }
    }
}
