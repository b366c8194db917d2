//! Integer vectors.

use super::{IntVector, Ints, expected, ints_of, ret_ints, ret_math};
use crate::ffi::ctype::{Math, Scalar};
use crate::ffi::vector::check_lanes;
use crate::function::NativeFn;
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Raised, Vm};

/// The integer vector of an argument.
fn int_kind(vm: &mut Vm, args: Args, index: u32) -> Result<(IntVector, Ints), Raised> {
    let value = vm.arg(args, index);
    for &kind in IntVector::ALL {
        if let Some(ints) = ints_of(vm, value, kind)? {
            return Ok((kind, ints));
        }
    }
    Err(expected(vm, args, index, "IVec or UVec"))
}

/// Two vectors of one type, or one and a number.
fn int_pair(vm: &mut Vm, args: Args) -> Result<(IntVector, Ints, Ints), Raised> {
    let (left, right) = (vm.arg(args, 0), vm.arg(args, 1));
    if let Some(n) = left.as_number() {
        let (kind, b) = int_kind(vm, args, 1)?;
        return Ok((kind, [n as i64; 4], b));
    }
    let (kind, a) = int_kind(vm, args, 0)?;
    if let Some(n) = right.as_number() {
        return Ok((kind, a, [n as i64; 4]));
    }
    match ints_of(vm, right, kind)? {
        Some(b) => Ok((kind, a, b)),
        None => {
            let other = vm.describe_type(right);
            Err(vm.error(format!("attempt to perform arithmetic on {} and {other}", kind.name())))
        }
    }
}

fn int_zip(a: Ints, b: Ints, f: impl Fn(i64, i64) -> i64) -> Ints {
    std::array::from_fn(|i| f(a[i], b[i]))
}

pub(super) fn int_add(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    ret_ints(vm, kind, int_zip(a, b, i64::wrapping_add))
}
pub(super) fn int_subtract(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    ret_ints(vm, kind, int_zip(a, b, i64::wrapping_sub))
}
pub(super) fn int_multiply(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    ret_ints(vm, kind, int_zip(a, b, i64::wrapping_mul))
}
pub(super) fn int_divide(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    check_divisor(vm, kind, b)?;
    ret_ints(vm, kind, int_zip(a, b, |a, b| if b == 0 { 0 } else { a.wrapping_div(b) }))
}
pub(super) fn int_remainder(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    check_divisor(vm, kind, b)?;
    ret_ints(vm, kind, int_zip(a, b, |a, b| if b == 0 { 0 } else { a.wrapping_rem(b) }))
}
fn check_divisor(vm: &mut Vm, kind: IntVector, b: Ints) -> Result<(), Raised> {
    if b[..kind.lanes()].contains(&0) {
        return Err(vm.error(format!("attempt to divide {} by zero", kind.name())));
    }
    Ok(())
}
pub(super) fn int_negate(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    if kind.scalar() == Scalar::U32 {
        return Err(vm.error(format!(
            "attempt to negate {}, which has no sign: take an I{}",
            kind.name(),
            &kind.name()[1..]
        )));
    }
    ret_ints(vm, kind, a.map(i64::wrapping_neg))
}
pub(super) fn int_min(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    ret_ints(vm, kind, int_zip(a, b, i64::min))
}
pub(super) fn int_max(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    ret_ints(vm, kind, int_zip(a, b, i64::max))
}
pub(super) fn int_abs(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_ints(vm, kind, a.map(i64::abs))
}
pub(super) fn int_signum(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_ints(vm, kind, a.map(i64::signum))
}
/// A sum of 32-bit integers, which wraps.
fn ret_sum(vm: &mut Vm, kind: IntVector, terms: Ints) -> NativeResult {
    let sum = terms.iter().fold(0i64, |sum, term| sum.wrapping_add(*term));
    let word = sum as u32;
    let n = if kind.scalar() == Scalar::I32 { f64::from(word as i32) } else { f64::from(word) };
    vm.ret1(n)
}
pub(super) fn int_dot(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    ret_sum(vm, kind, int_zip(a, b, i64::wrapping_mul))
}
pub(super) fn int_length_squared(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_sum(vm, kind, int_zip(a, a, i64::wrapping_mul))
}
pub(super) fn int_element_sum(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_sum(vm, kind, a)
}
pub(super) fn int_clone(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_ints(vm, kind, a)
}
pub(super) fn int_unpack(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    for &lane in &a[..kind.lanes()] {
        vm.push((lane as f64).into())?;
    }
    vm.ret_top(kind.lanes() as u32)
}
/// The vector of floats with these lanes.
pub(super) fn as_vec(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    let math = match kind.lanes() {
        2 => Math::Vec2,
        3 => Math::Vec3,
        _ => Math::Vec4,
    };
    ret_math(vm, math, a.map(|lane| lane as f32))
}

fn construct_ints(vm: &mut Vm, args: Args, kind: IntVector) -> NativeResult {
    let first = vm.arg(args, 1);
    if args.count == 2 {
        if let Some(ints) = ints_of(vm, first, kind)? {
            return ret_ints(vm, kind, ints);
        }
        if let Some((math, lanes)) = vm.math_lanes(first)?
            && math.lanes() == kind.lanes()
        {
            let (low, high) = match kind.scalar() {
                Scalar::I32 => (f64::from(i32::MIN), f64::from(i32::MAX)),
                _ => (0.0, f64::from(u32::MAX)),
            };
            // Casts of floats saturate, as in Rust.
            return ret_ints(vm, kind, lanes.map(|lane| f64::from(lane).clamp(low, high) as i64));
        }
    }
    let mut ints = [0; 4];
    if first.is_table() {
        let bytes = vec![0; kind.lanes() * 4];
        let ctype = vm.ffi.structs.of_integers(kind);
        let value = vm.owned_from_bytes(ctype, &bytes)?;
        vm.assign(value, first)?;
        return vm.ret1(RawValue::from(value));
    }
    if args.count > 1 {
        let given = args.of_call();
        check_lanes(vm, kind.name(), kind.lanes(), given)?;
        for (lane, int) in ints.iter_mut().enumerate().take(kind.lanes()) {
            *int = vm.check_number(given, lane as u32)? as i64;
        }
    }
    ret_ints(vm, kind, ints)
}

macro_rules! int_constructors {
    ($($function:ident $kind:ident,)+) => {
        $(fn $function(vm: &mut Vm, args: Args) -> NativeResult {
            construct_ints(vm, args, IntVector::$kind)
        })+
        pub(super) fn int_constructor(kind: IntVector) -> NativeFn {
            match kind { $(IntVector::$kind => $function,)+ }
        }
    };
}
int_constructors! {
    new_ivec2 IVec2, new_ivec3 IVec3, new_ivec4 IVec4, new_uvec2 UVec2, new_uvec3 UVec3, new_uvec4 UVec4,
}

// ---- more of glam's, wrapping where release builds of Rust wrap --------------------------------------------

/// Two vectors of one type; no numbers.
fn vectors(vm: &mut Vm, args: Args) -> Result<(IntVector, Ints, Ints), Raised> {
    let (kind, a) = int_kind(vm, args, 0)?;
    let right = vm.arg(args, 1);
    match ints_of(vm, right, kind)? {
        Some(b) => Ok((kind, a, b)),
        None => Err(expected(vm, args, 1, kind.name())),
    }
}
/// The smallest and largest lane.
fn range(kind: IntVector) -> (i64, i64) {
    match kind.scalar() {
        Scalar::I32 => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (0, i64::from(u32::MAX)),
    }
}
fn saturated(kind: IntVector, ints: Ints) -> Ints {
    let (low, high) = range(kind);
    ints.map(|int| int.clamp(low, high))
}
macro_rules! saturating {
    ($($name:ident $f:expr,)+) => {
        $(fn $name(vm: &mut Vm, args: Args) -> NativeResult {
            let (kind, a, b) = vectors(vm, args)?;
            let f: fn(i64, i64) -> i64 = $f;
            ret_ints(vm, kind, saturated(kind, int_zip(a, b, f)))
        })+
    };
}
saturating! {
    saturating_add |a, b| a + b,
    saturating_sub |a, b| a - b,
    saturating_mul i64::saturating_mul,
}
fn div_euclid(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    check_divisor(vm, kind, b)?;
    ret_ints(vm, kind, int_zip(a, b, |a, b| if b == 0 { 0 } else { a.wrapping_div_euclid(b) }))
}
fn rem_euclid(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    check_divisor(vm, kind, b)?;
    ret_ints(vm, kind, int_zip(a, b, |a, b| if b == 0 { 0 } else { a.wrapping_rem_euclid(b) }))
}
fn clamp(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, low) = vectors(vm, args)?;
    let high = vm.arg(args, 2);
    let Some(high) = ints_of(vm, high, kind)? else { return Err(expected(vm, args, 2, kind.name())) };
    ret_ints(vm, kind, int_zip(int_zip(a, low, i64::max), high, i64::min))
}
fn ret_int(vm: &mut Vm, int: i64) -> NativeResult {
    vm.ret1(int as f64)
}
fn min_element(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_int(vm, a[..kind.lanes()].iter().copied().fold(i64::MAX, i64::min))
}
fn max_element(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_int(vm, a[..kind.lanes()].iter().copied().fold(i64::MIN, i64::max))
}
/// The first place whose lane is before all others.
fn position(kind: IntVector, a: Ints, before: impl Fn(i64, i64) -> bool) -> i64 {
    (1..kind.lanes()).fold(0, |best, at| if before(a[at], a[best]) { at } else { best }) as i64
}
fn min_position(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_int(vm, position(kind, a, |a, b| a < b))
}
fn max_position(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_int(vm, position(kind, a, |a, b| a > b))
}
fn element_product(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    let product = a[..kind.lanes()].iter().fold(1i64, |product, lane| product.wrapping_mul(*lane));
    ret_sum(vm, kind, [product, 0, 0, 0])
}
fn distance_squared(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = vectors(vm, args)?;
    let d = int_zip(a, b, |a, b| a.wrapping_sub(b));
    ret_sum(vm, kind, int_zip(d, d, i64::wrapping_mul))
}
fn manhattan_distance(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a, b) = vectors(vm, args)?;
    let sum: i64 = int_zip(a, b, |a, b| (a - b).abs()).iter().sum();
    ret_int(vm, i64::from(sum as u32))
}
fn chebyshev_distance(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a, b) = vectors(vm, args)?;
    ret_int(vm, int_zip(a, b, |a, b| (a - b).abs()).into_iter().fold(0, i64::max))
}
fn splat(vm: &mut Vm, args: Args, kind: IntVector) -> NativeResult {
    let n = vm.check_number(args, 0)? as i64;
    ret_ints(vm, kind, [n; 4])
}
macro_rules! with_lane {
    ($($name:ident $lane:literal,)+) => {
        $(fn $name(vm: &mut Vm, args: Args) -> NativeResult {
            let (kind, mut a) = int_kind(vm, args, 0)?;
            a[$lane] = vm.check_number(args, 1)? as i64;
            ret_ints(vm, kind, a)
        })+
    };
}
with_lane! { with_x 0, with_y 1, with_z 2, with_w 3, }

/// Of this many lanes, with lanes of the same type.
fn sibling(kind: IntVector, lanes: usize) -> IntVector {
    let found = IntVector::ALL.iter().find(|other| other.lanes() == lanes && other.scalar() == kind.scalar());
    *found.expect("there are types of two to four lanes of either kind")
}
fn extend(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, mut a) = int_kind(vm, args, 0)?;
    a[kind.lanes()] = vm.check_number(args, 1)? as i64;
    ret_ints(vm, sibling(kind, kind.lanes() + 1), a)
}
fn truncate(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_ints(vm, sibling(kind, kind.lanes() - 1), a)
}
fn cross(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = vectors(vm, args)?;
    let part = |i: usize, j: usize| a[i].wrapping_mul(b[j]).wrapping_sub(b[i].wrapping_mul(a[j]));
    ret_ints(vm, kind, [part(1, 2), part(2, 0), part(0, 1), 0])
}
fn perp(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_ints(vm, kind, [-a[1], a[0], 0, 0])
}
fn perp_dot(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = vectors(vm, args)?;
    ret_sum(vm, kind, [a[0].wrapping_mul(b[1]).wrapping_sub(a[1].wrapping_mul(b[0])), 0, 0, 0])
}
fn rotate(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = vectors(vm, args)?;
    let x = a[0].wrapping_mul(b[0]).wrapping_sub(a[1].wrapping_mul(b[1]));
    let y = a[1].wrapping_mul(b[0]).wrapping_add(a[0].wrapping_mul(b[1]));
    ret_ints(vm, kind, [x, y, 0, 0])
}
/// The vector of the other kind of integers with the same bits.
fn as_other(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    let other = IntVector::ALL.iter().find(|o| o.lanes() == kind.lanes() && o.scalar() != kind.scalar());
    ret_ints(vm, *other.expect("each type has its like of the other kind"), a)
}

macro_rules! splats {
    ($($function:ident $kind:ident,)+) => {
        $(fn $function(vm: &mut Vm, args: Args) -> NativeResult {
            splat(vm, args, IntVector::$kind)
        })+
        fn splat_of(kind: IntVector) -> NativeFn {
            match kind { $(IntVector::$kind => $function,)+ }
        }
    };
}
splats! {
    splat_ivec2 IVec2, splat_ivec3 IVec3, splat_ivec4 IVec4, splat_uvec2 UVec2, splat_uvec3 UVec3, splat_uvec4 UVec4,
}

type Row = (&'static str, NativeFn);

/// Of all types.
const ROWS: &[Row] = &[
    ("clone", int_clone),
    ("unpack", int_unpack),
    ("min", int_min),
    ("max", int_max),
    ("clamp", clamp),
    ("dot", int_dot),
    ("length_squared", int_length_squared),
    ("distance_squared", distance_squared),
    ("manhattan_distance", manhattan_distance),
    ("chebyshev_distance", chebyshev_distance),
    ("element_sum", int_element_sum),
    ("element_product", element_product),
    ("min_element", min_element),
    ("max_element", max_element),
    ("min_position", min_position),
    ("max_position", max_position),
    ("saturating_add", saturating_add),
    ("saturating_sub", saturating_sub),
    ("saturating_mul", saturating_mul),
    ("div_euclid", div_euclid),
    ("rem_euclid", rem_euclid),
    ("as_vec", as_vec),
    ("with_x", with_x),
    ("with_y", with_y),
    ("__add", int_add),
    ("__sub", int_subtract),
    ("__mul", int_multiply),
    ("__div", int_divide),
    ("__mod", int_remainder),
    ("__unm", int_negate),
];
const SIGNED: &[Row] = &[("abs", int_abs), ("signum", int_signum), ("as_uvec", as_other)];
const UNSIGNED: &[Row] = &[("as_ivec", as_other)];
const TWO: &[Row] = &[("extend", extend)];
const TWO_SIGNED: &[Row] = &[("perp", perp), ("perp_dot", perp_dot), ("rotate", rotate)];
const THREE: &[Row] = &[("with_z", with_z), ("extend", extend), ("truncate", truncate), ("cross", cross)];
const FOUR: &[Row] = &[("with_z", with_z), ("with_w", with_w), ("truncate", truncate)];

/// The methods and metamethods of a type.
pub(super) fn rows(kind: IntVector) -> Vec<Row> {
    let is_signed = kind.scalar() == Scalar::I32;
    let own: &[&[Row]] = match (kind.lanes(), is_signed) {
        (2, true) => &[TWO, TWO_SIGNED],
        (2, false) => &[TWO],
        (3, _) => &[THREE],
        _ => &[FOUR],
    };
    let mut all = ROWS.to_vec();
    all.extend(if is_signed { SIGNED } else { UNSIGNED });
    all.extend(own.iter().copied().flatten());
    all.push(("splat", splat_of(kind)));
    all
}

/// Named values of a type.
pub(super) fn constants(kind: IntVector) -> Vec<(&'static str, Ints)> {
    let (low, high) = range(kind);
    let mut all = vec![("ZERO", [0; 4]), ("ONE", [1; 4]), ("MIN", [low; 4]), ("MAX", [high; 4])];
    let axes = [("X", "NEG_X"), ("Y", "NEG_Y"), ("Z", "NEG_Z"), ("W", "NEG_W")];
    for (lane, (name, negative)) in axes.into_iter().enumerate().take(kind.lanes()) {
        let mut ints = [0; 4];
        ints[lane] = 1;
        all.push((name, ints));
        if low < 0 {
            all.push((negative, ints.map(|int: i64| -int)));
        }
    }
    all
}
