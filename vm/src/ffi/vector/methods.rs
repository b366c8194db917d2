//! Methods of the vectors, and those that rotations have too.

use super::{check, clear_absent, dot, number, pair, ret_math, ret_number, scale, zip};
use crate::ffi::ctype::Math;
use crate::vm::{Args, NativeResult, Vm};

pub(super) fn smallest(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a, b) = pair(vm, args)?;
    ret_math(vm, math, zip(a, b, f32::min))
}
pub(super) fn largest(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a, b) = pair(vm, args)?;
    ret_math(vm, math, zip(a, b, f32::max))
}
/// A function of each lane as a method.
macro_rules! lane_methods {
    ($($name:ident $f:expr,)+) => {
        $(pub(super) fn $name(vm: &mut Vm, args: Args) -> NativeResult {
            let (math, a) = check(vm, args, 0, None)?;
            ret_math(vm, math, clear_absent(math, a.map($f)))
        })+
    };
}
lane_methods! {
    floor f32::floor,
    ceil f32::ceil,
    round f32::round,
    fract |lane| lane - lane.trunc(),
    fract_gl |lane| lane - lane.floor(),
    signum f32::signum,
    recip f32::recip,
    exponential f32::exp,
}
pub(super) fn clamp(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    let (_, low) = check(vm, args, 1, Some(math))?;
    let (_, high) = check(vm, args, 2, Some(math))?;
    ret_math(vm, math, zip(zip(a, low, f32::max), high, f32::min))
}
pub(super) fn power(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    let n = number(vm, args, 1)?;
    ret_math(vm, math, clear_absent(math, a.map(|lane| lane.powf(n))))
}
pub(super) fn min_element(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    ret_number(vm, a[..math.lanes()].iter().copied().fold(f32::INFINITY, f32::min))
}
pub(super) fn max_element(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    ret_number(vm, a[..math.lanes()].iter().copied().fold(f32::NEG_INFINITY, f32::max))
}
pub(super) fn element_sum(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, None)?;
    ret_number(vm, a.iter().sum())
}
pub(super) fn is_finite(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, None)?;
    vm.ret1(a.iter().all(|lane| lane.is_finite()))
}
pub(super) fn is_normalized(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, None)?;
    vm.ret1((dot(a, a) - 1.0).abs() <= 2e-4)
}
pub(super) fn move_towards(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a, b) = pair(vm, args)?;
    let step = number(vm, args, 2)?;
    let way = zip(b, a, |b, a| b - a);
    let length = dot(way, way).sqrt();
    let there = length <= step || length <= 1e-4;
    ret_math(vm, math, if there { b } else { zip(a, scale(way, step / length), |a, b| a + b) })
}
/// Between two vectors without sign, between two rotations the angle of the one that is missing.
pub(super) fn angle_between(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a, b) = pair(vm, args)?;
    let cosine = dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
    ret_number(
        vm,
        if math == Math::Quat { 2.0 * cosine.abs().min(1.0).acos() } else { cosine.clamp(-1.0, 1.0).acos() },
    )
}
pub(super) fn angle_to(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, Some(Math::Vec2))?;
    let (_, b) = check(vm, args, 1, Some(Math::Vec2))?;
    ret_number(vm, (a[0] * b[1] - a[1] * b[0]).atan2(a[0] * b[0] + a[1] * b[1]))
}
pub(super) fn unpack(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    for &lane in &a[..math.lanes()] {
        vm.push(f64::from(lane).into())?;
    }
    vm.ret_top(math.lanes() as u32)
}
pub(super) fn angle(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, Some(Math::Vec2))?;
    ret_number(vm, a[1].atan2(a[0]))
}
pub(super) fn from_angle(vm: &mut Vm, args: Args) -> NativeResult {
    let (sin, cos) = number(vm, args, 0)?.sin_cos();
    ret_math(vm, Math::Vec2, [cos, sin, 0.0, 0.0])
}
