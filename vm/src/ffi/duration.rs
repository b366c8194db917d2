//! `Duration`: a span of time that is never negative, exact to the nanosecond, with the operators and methods of Rust's.
//!
//! Lua sees the type as a struct of two fields in an order of its own, whatever the order in Rust: a host hands values over as such
//! ([`HostValue::Duration`](super::host::HostValue::Duration)). Values are immutable: whoever wants another span assigns another value.

use std::time::Duration;

use crate::function::NativeFn;
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Raised, Vm};

use super::ctype::{CType, CTypeId, Field, Form, Scalar};
use super::host::RegisterError;
use super::scalars::boxed_integer;

/// The size of the type: eight bytes of seconds, four of nanoseconds, four unused.
pub const SIZE: usize = 16;
/// The name of the type, and of the global that constructs it.
pub const NAME: &str = "Duration";

const NANOS_PER_SEC: u32 = 1_000_000_000;

/// The span that these bytes of a value are; a script's own bytes may be anything, so what is too much becomes the longest span.
fn from_bytes(bytes: &[u8; SIZE]) -> Duration {
    let (secs, rest) = bytes.split_at(8);
    let secs = u64::from_ne_bytes(secs.try_into().expect("eight of sixteen bytes"));
    let nanos = u32::from_ne_bytes(rest[..4].try_into().expect("four of eight bytes"));
    match secs.checked_add(u64::from(nanos / NANOS_PER_SEC)) {
        Some(secs) => Duration::new(secs, nanos % NANOS_PER_SEC),
        None => Duration::MAX,
    }
}

fn to_bytes(duration: Duration) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    bytes[..8].copy_from_slice(&duration.as_secs().to_ne_bytes());
    bytes[8..12].copy_from_slice(&duration.subsec_nanos().to_ne_bytes());
    bytes
}

/// What a value in memory prints as: what Rust prints, `1.5s`.
///
/// # Safety
/// `at` points at a live value of the type.
#[allow(unsafe_code, reason = "reads a value through a pointer")]
pub(super) unsafe fn display(at: *const u8) -> String {
    // SAFETY: by contract, so many bytes.
    let bytes = unsafe { at.cast::<[u8; SIZE]>().read_unaligned() };
    format!("{:?}", from_bytes(&bytes))
}

impl Vm {
    /// A new span of time.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn new_duration(&mut self, duration: Duration) -> Result<RawValue, Raised> {
        let ctype = self.ffi.duration.expect("a host that knows durations has opened its types");
        let value = self.owned_constant(ctype, &to_bytes(duration))?;
        Ok(value.into())
    }

    /// The span a value is; `None` for anything else.
    ///
    /// # Errors
    /// An expired view.
    pub fn as_duration(&mut self, value: RawValue) -> Result<Option<Duration>, Raised> {
        let Some(ctype) = self.ffi.duration else { return Ok(None) };
        let bytes = super::structs::bytes::<SIZE>(self, value, ctype, SIZE)?;
        Ok(bytes.map(|bytes| from_bytes(&bytes)))
    }
}

// ---- arguments ------------------------------------------------------------------------------------------

fn check(vm: &mut Vm, args: Args, index: u32) -> Result<Duration, Raised> {
    let value = vm.arg(args, index);
    match vm.as_duration(value)? {
        Some(duration) => Ok(duration),
        None => Err(super::structs::expected(vm, args, index, NAME)),
    }
}

fn pair(vm: &mut Vm, args: Args) -> Result<(Duration, Duration), Raised> {
    Ok((check(vm, args, 0)?, check(vm, args, 1)?))
}

/// An argument that counts units of which a second has `per_second`.
fn check_units(vm: &mut Vm, args: Args, index: u32, per_second: u32) -> Result<Duration, Raised> {
    let value = vm.arg(args, index);
    let whole = match boxed_integer(vm, value) {
        Some((Scalar::I64, bits)) if (bits as i64) < 0 => {
            return Err(not_a_span(vm, args, index, bits as i64 as f64));
        }
        Some((_, bits)) => bits,
        None => {
            let n = vm.check_number(args, index)?;
            if n < 0.0 || n.fract() != 0.0 || n >= 2.0f64.powi(64) {
                return match Duration::try_from_secs_f64(n / f64::from(per_second)) {
                    Ok(duration) => Ok(duration),
                    Err(_) => Err(not_a_span(vm, args, index, n)),
                };
            }
            n as u64
        }
    };
    let per_second = u64::from(per_second);
    let nanos = whole % per_second * (u64::from(NANOS_PER_SEC) / per_second);
    Ok(Duration::new(whole / per_second, nanos as u32))
}

#[cold]
fn not_a_span(vm: &mut Vm, args: Args, index: u32, n: f64) -> Raised {
    vm.arg_error(args, index, format!("a {NAME} is between 0 and 2^64 seconds, got {n}"))
}

fn ret(vm: &mut Vm, duration: Duration) -> NativeResult {
    let value = vm.new_duration(duration)?;
    vm.ret1(value)
}

/// A result that may not exist: nil then.
fn ret_checked(vm: &mut Vm, duration: Option<Duration>) -> NativeResult {
    match duration {
        Some(duration) => ret(vm, duration),
        None => vm.ret1(RawValue::NIL),
    }
}

fn ret_number(vm: &mut Vm, n: f64) -> NativeResult {
    vm.ret1(n)
}

#[cold]
fn overflow(vm: &mut Vm, what: String) -> Raised {
    vm.error(format!("{what} is no {NAME}, which is between 0 and 2^64 seconds"))
}

// ---- operators ------------------------------------------------------------------------------------------

/// Two spans, or the error of an operator that takes nothing else.
fn operands(vm: &mut Vm, args: Args) -> Result<(Duration, Duration), Raised> {
    let (left, right) = (vm.arg(args, 0), vm.arg(args, 1));
    match (vm.as_duration(left)?, vm.as_duration(right)?) {
        (Some(a), Some(b)) => Ok((a, b)),
        _ => {
            let (a, b) = (vm.describe_type(left), vm.describe_type(right));
            Err(vm.error(format!(
                "attempt to perform arithmetic on {a} and {b}: make a {NAME} of a number with {NAME}.from_secs(n)"
            )))
        }
    }
}

fn add(vm: &mut Vm, args: Args) -> NativeResult {
    let (a, b) = operands(vm, args)?;
    match a.checked_add(b) {
        Some(sum) => ret(vm, sum),
        None => Err(overflow(vm, format!("{a:?} + {b:?}"))),
    }
}
fn subtract(vm: &mut Vm, args: Args) -> NativeResult {
    let (a, b) = operands(vm, args)?;
    match a.checked_sub(b) {
        Some(difference) => ret(vm, difference),
        None => Err(vm.error(format!(
            "{a:?} - {b:?} would be negative, which a {NAME} cannot be: saturating_sub gives zero, checked_sub nil"
        ))),
    }
}

/// A span and a factor, whole ones as such.
fn scaled(duration: Duration, factor: f64) -> Option<Duration> {
    if factor.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&factor) {
        return duration.checked_mul(factor as u32);
    }
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).ok()
}

fn multiply(vm: &mut Vm, args: Args) -> NativeResult {
    let (left, right) = (vm.arg(args, 0), vm.arg(args, 1));
    let (duration, factor) = match (left.as_number(), right.as_number()) {
        (Some(n), _) => (check(vm, args, 1)?, n),
        (None, Some(n)) => (check(vm, args, 0)?, n),
        (None, None) => {
            let (a, b) = (vm.describe_type(left), vm.describe_type(right));
            return Err(
                vm.error(format!("attempt to multiply {a} by {b}: a {NAME} is multiplied by a number"))
            );
        }
    };
    match scaled(duration, factor) {
        Some(product) => ret(vm, product),
        None => Err(overflow(vm, format!("{duration:?} * {factor}"))),
    }
}
/// By a number, or by a span: then it is a number.
fn divide(vm: &mut Vm, args: Args) -> NativeResult {
    let (left, right) = (vm.arg(args, 0), vm.arg(args, 1));
    let Some(duration) = vm.as_duration(left)? else {
        let (a, b) = (vm.describe_type(left), vm.describe_type(right));
        return Err(vm.error(format!("attempt to divide {a} by {b}: a {NAME} is divided by a number")));
    };
    if let Some(other) = vm.as_duration(right)? {
        return ret_number(vm, duration.as_secs_f64() / other.as_secs_f64());
    }
    let n = vm.check_number(args, 1)?;
    let whole = n.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&n);
    let quotient = match whole {
        true => duration.checked_div(n as u32),
        false => Duration::try_from_secs_f64(duration.as_secs_f64() / n).ok(),
    };
    match quotient {
        Some(quotient) => ret(vm, quotient),
        None => Err(overflow(vm, format!("{duration:?} / {n}"))),
    }
}
fn less_than(vm: &mut Vm, args: Args) -> NativeResult {
    let (a, b) = pair(vm, args)?;
    vm.ret1(a < b)
}
fn less_equal(vm: &mut Vm, args: Args) -> NativeResult {
    let (a, b) = pair(vm, args)?;
    vm.ret1(a <= b)
}

// ---- methods --------------------------------------------------------------------------------------------

/// Methods of one span that give a number.
macro_rules! numbers {
    ($($name:ident $f:expr,)+) => {
        $(fn $name(vm: &mut Vm, args: Args) -> NativeResult {
            let f: fn(Duration) -> f64 = $f;
            let duration = check(vm, args, 0)?;
            ret_number(vm, f(duration))
        })+
    };
}
numbers! {
    as_secs |d| d.as_secs() as f64,
    as_millis |d| d.as_millis() as f64,
    as_micros |d| d.as_micros() as f64,
    as_nanos |d| d.as_nanos() as f64,
    as_secs_f32 |d| f64::from(d.as_secs_f32()),
    as_secs_f64 |d| d.as_secs_f64(),
    subsec_millis |d| f64::from(d.subsec_millis()),
    subsec_micros |d| f64::from(d.subsec_micros()),
    subsec_nanos |d| f64::from(d.subsec_nanos()),
}

/// Methods of two spans that give one, or nil.
macro_rules! pairs {
    ($($name:ident $f:expr,)+) => {
        $(fn $name(vm: &mut Vm, args: Args) -> NativeResult {
            let f: fn(Duration, Duration) -> Option<Duration> = $f;
            let (a, b) = pair(vm, args)?;
            ret_checked(vm, f(a, b))
        })+
    };
}
pairs! {
    checked_add Duration::checked_add,
    checked_sub Duration::checked_sub,
    saturating_add |a, b| Some(a.saturating_add(b)),
    saturating_sub |a, b| Some(a.saturating_sub(b)),
    abs_diff |a, b| Some(a.abs_diff(b)),
    smallest |a, b| Some(a.min(b)),
    largest |a, b| Some(a.max(b)),
}

/// Constructors from a number of units.
macro_rules! from_units {
    ($($name:ident $per_second:literal,)+) => {
        $(fn $name(vm: &mut Vm, args: Args) -> NativeResult {
            let duration = check_units(vm, args, 0, $per_second)?;
            ret(vm, duration)
        })+
    };
}
from_units! {
    from_secs 1,
    from_millis 1_000,
    from_micros 1_000_000,
    from_nanos 1_000_000_000,
}

fn from_float(vm: &mut Vm, args: Args, n: f64, made: Option<Duration>) -> NativeResult {
    match made {
        Some(duration) => ret(vm, duration),
        None => Err(not_a_span(vm, args, 0, n)),
    }
}
fn from_secs_f32(vm: &mut Vm, args: Args) -> NativeResult {
    let n = vm.check_number(args, 0)?;
    from_float(vm, args, n, Duration::try_from_secs_f32(n as f32).ok())
}
fn from_secs_f64(vm: &mut Vm, args: Args) -> NativeResult {
    let n = vm.check_number(args, 0)?;
    from_float(vm, args, n, Duration::try_from_secs_f64(n).ok())
}

/// Whole seconds, and nanoseconds on top.
fn new(vm: &mut Vm, args: Args) -> NativeResult {
    let (secs, nanos) = (check_units(vm, args, 0, 1)?, check_units(vm, args, 1, NANOS_PER_SEC)?);
    match secs.checked_add(nanos) {
        Some(sum) => ret(vm, sum),
        None => Err(overflow(vm, format!("{secs:?} + {nanos:?}"))),
    }
}

fn is_zero(vm: &mut Vm, args: Args) -> NativeResult {
    let duration = check(vm, args, 0)?;
    vm.ret1(duration.is_zero())
}
fn clone(vm: &mut Vm, args: Args) -> NativeResult {
    let duration = check(vm, args, 0)?;
    ret(vm, duration)
}
fn clamp(vm: &mut Vm, args: Args) -> NativeResult {
    let (duration, low, high) = (check(vm, args, 0)?, check(vm, args, 1)?, check(vm, args, 2)?);
    ret(vm, duration.max(low).min(high))
}

/// Methods of a span and a number that give a span.
macro_rules! by_number {
    ($($name:ident $operator:literal $f:expr,)+) => {
        $(fn $name(vm: &mut Vm, args: Args) -> NativeResult {
            let f: fn(Duration, f64) -> Option<Duration> = $f;
            let (duration, n) = (check(vm, args, 0)?, vm.check_number(args, 1)?);
            match f(duration, n) {
                Some(result) => ret(vm, result),
                None => Err(overflow(vm, format!(concat!("{:?} ", $operator, " {}"), duration, n))),
            }
        })+
    };
}
by_number! {
    mul_f32 "*" |d, n| Duration::try_from_secs_f32(n as f32 * d.as_secs_f32()).ok(),
    mul_f64 "*" |d, n| Duration::try_from_secs_f64(n * d.as_secs_f64()).ok(),
    div_f32 "/" |d, n| Duration::try_from_secs_f32(d.as_secs_f32() / n as f32).ok(),
    div_f64 "/" |d, n| Duration::try_from_secs_f64(d.as_secs_f64() / n).ok(),
}

fn div_duration_f32(vm: &mut Vm, args: Args) -> NativeResult {
    let (a, b) = pair(vm, args)?;
    ret_number(vm, f64::from(a.div_duration_f32(b)))
}
fn div_duration_f64(vm: &mut Vm, args: Args) -> NativeResult {
    let (a, b) = pair(vm, args)?;
    ret_number(vm, a.div_duration_f64(b))
}

/// `Duration(secs)`, `Duration { secs = 1, nanos = 5 }`, `Duration()`; argument 0 is the type's table.
fn construct(vm: &mut Vm, args: Args) -> NativeResult {
    let first = vm.arg(args, 1);
    if args.count <= 1 {
        return ret(vm, Duration::ZERO);
    }
    if let Some(same) = vm.as_duration(first)? {
        return ret(vm, same);
    }
    if first.is_table() {
        let ctype = vm.ffi.duration.expect("the type whose table was called");
        let value = vm.owned_from_bytes(ctype, &[0; SIZE])?;
        vm.assign(value, first)?;
        let duration = vm.as_duration(value.into())?.expect("just made");
        return ret(vm, duration);
    }
    let duration = check_units(vm, args.of_call(), 0, 1)?;
    ret(vm, duration)
}

const ROWS: &[(&str, NativeFn)] = &[
    ("new", new),
    ("from_secs", from_secs),
    ("from_millis", from_millis),
    ("from_micros", from_micros),
    ("from_nanos", from_nanos),
    ("from_secs_f32", from_secs_f32),
    ("from_secs_f64", from_secs_f64),
    ("as_secs", as_secs),
    ("as_millis", as_millis),
    ("as_micros", as_micros),
    ("as_nanos", as_nanos),
    ("as_secs_f32", as_secs_f32),
    ("as_secs_f64", as_secs_f64),
    ("subsec_millis", subsec_millis),
    ("subsec_micros", subsec_micros),
    ("subsec_nanos", subsec_nanos),
    ("is_zero", is_zero),
    ("clone", clone),
    ("checked_add", checked_add),
    ("checked_sub", checked_sub),
    ("saturating_add", saturating_add),
    ("saturating_sub", saturating_sub),
    ("abs_diff", abs_diff),
    ("min", smallest),
    ("max", largest),
    ("clamp", clamp),
    ("mul_f32", mul_f32),
    ("mul_f64", mul_f64),
    ("div_f32", div_f32),
    ("div_f64", div_f64),
    ("div_duration_f32", div_duration_f32),
    ("div_duration_f64", div_duration_f64),
    ("__add", add),
    ("__sub", subtract),
    ("__mul", multiply),
    ("__div", divide),
    ("__lt", less_than),
    ("__le", less_equal),
];

/// Puts the global `Duration` into a VM: the type's table of methods, which makes a value when called.
///
/// # Errors
/// When the memory limit is reached.
pub fn open(vm: &mut Vm) -> Result<(), Raised> {
    let fields = vec![Field::new("secs", 0, Scalar::U64.into()), Field::new("nanos", 8, Scalar::U32.into())];
    let form = Form::Struct(fields);
    let ctype: CTypeId = match vm.register_ctype(CType { name: NAME.to_owned(), size: SIZE as u32, form }) {
        Ok(ctype) => ctype,
        Err(RegisterError::Layout(error)) => unreachable!("two fields of sixteen bytes: {error}"),
        Err(RegisterError::Raised(raised)) => return Err(raised),
    };
    vm.ffi.duration = Some(ctype);
    let methods = super::structs::open_methods(vm, NAME, ctype, &[ROWS], construct)?;
    for (name, duration) in [("ZERO", Duration::ZERO), ("MAX", Duration::MAX)] {
        let value = vm.new_duration(duration)?;
        vm.raw_set_name(methods, name, value)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_keep_every_span_and_strange_ones_saturate() {
        for duration in [Duration::ZERO, Duration::MAX, Duration::new(7, 999_999_999)] {
            assert_eq!(from_bytes(&to_bytes(duration)), duration);
        }
        let mut bytes = to_bytes(Duration::from_secs(1));
        bytes[8..12].copy_from_slice(&2_500_000_000u32.to_ne_bytes());
        assert_eq!(from_bytes(&bytes), Duration::from_millis(3500));
        assert_eq!(from_bytes(&[0xff; SIZE]), Duration::MAX);
    }

    #[test]
    fn factors_that_are_whole_are_exact() {
        let long = Duration::new(1 << 40, 1);
        assert_eq!(scaled(long, 3.0), Some(Duration::new(3 << 40, 3)));
        assert_eq!(scaled(Duration::from_secs(3), 0.5), Some(Duration::from_millis(1500)));
        assert_eq!(scaled(long, -1.0), None);
        assert_eq!(scaled(Duration::MAX, 2.0), None);
    }
}
