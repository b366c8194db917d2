//! Rectangles.

use super::{FloatStruct, check_floats, check_math, number, ret_floats, ret_math};
use crate::ffi::ctype::Math;
use crate::vm::{Args, NativeResult, Raised, Vm};

fn rect(vm: &mut Vm, args: Args, index: u32) -> Result<[f32; 4], Raised> {
    let floats = check_floats(vm, args, index, FloatStruct::Rect)?;
    Ok([floats[0], floats[1], floats[2], floats[3]])
}
fn ret_rect(vm: &mut Vm, [x0, y0, x1, y1]: [f32; 4]) -> NativeResult {
    let mut floats = [0.0; 16];
    floats[..4].copy_from_slice(&[x0, y0, x1, y1]);
    ret_floats(vm, FloatStruct::Rect, &floats)
}
pub(super) fn width(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, _, x1, _] = rect(vm, args, 0)?;
    vm.ret1(f64::from(x1 - x0))
}
pub(super) fn height(vm: &mut Vm, args: Args) -> NativeResult {
    let [_, y0, _, y1] = rect(vm, args, 0)?;
    vm.ret1(f64::from(y1 - y0))
}
pub(super) fn size(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, y0, x1, y1] = rect(vm, args, 0)?;
    ret_math(vm, Math::Vec2, [x1 - x0, y1 - y0, 0.0, 0.0])
}
pub(super) fn center(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, y0, x1, y1] = rect(vm, args, 0)?;
    ret_math(vm, Math::Vec2, [(x0 + x1) * 0.5, (y0 + y1) * 0.5, 0.0, 0.0])
}
pub(super) fn contains(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, y0, x1, y1] = rect(vm, args, 0)?;
    let [x, y, ..] = check_math(vm, args, 1, Math::Vec2)?;
    vm.ret1(x >= x0 && x <= x1 && y >= y0 && y <= y1)
}
pub(super) fn union(vm: &mut Vm, args: Args) -> NativeResult {
    let ([x0, y0, x1, y1], [u0, v0, u1, v1]) = (rect(vm, args, 0)?, rect(vm, args, 1)?);
    ret_rect(vm, [x0.min(u0), y0.min(v0), x1.max(u1), y1.max(v1)])
}
pub(super) fn intersect(vm: &mut Vm, args: Args) -> NativeResult {
    let ([x0, y0, x1, y1], [u0, v0, u1, v1]) = (rect(vm, args, 0)?, rect(vm, args, 1)?);
    let (min, max) = ([x0.max(u0), y0.max(v0)], [x1.min(u1), y1.min(v1)]);
    // Where they do not meet it is empty, as in Bevy.
    ret_rect(vm, [min[0].min(max[0]), min[1].min(max[1]), max[0], max[1]])
}
pub(super) fn inflate(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, y0, x1, y1] = rect(vm, args, 0)?;
    let by = number(vm, args, 1)?;
    let (min, max) = ([x0 - by, y0 - by], [x1 + by, y1 + by]);
    ret_rect(vm, [min[0].min(max[0]), min[1].min(max[1]), max[0], max[1]])
}
pub(super) fn is_empty(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, y0, x1, y1] = rect(vm, args, 0)?;
    vm.ret1(x0 >= x1 || y0 >= y1)
}
pub(super) fn from_corners(vm: &mut Vm, args: Args) -> NativeResult {
    let a = check_math(vm, args, 0, Math::Vec2)?;
    let b = check_math(vm, args, 1, Math::Vec2)?;
    ret_rect(vm, [a[0].min(b[0]), a[1].min(b[1]), a[0].max(b[0]), a[1].max(b[1])])
}
pub(super) fn from_center_size(vm: &mut Vm, args: Args) -> NativeResult {
    let c = check_math(vm, args, 0, Math::Vec2)?;
    let s = check_math(vm, args, 1, Math::Vec2)?;
    if s[0] < 0.0 || s[1] < 0.0 {
        return Err(vm.arg_error(args, 1, "a size without negative numbers expected"));
    }
    let half = [s[0] * 0.5, s[1] * 0.5];
    ret_rect(vm, [c[0] - half[0], c[1] - half[1], c[0] + half[0], c[1] + half[1]])
}
pub(super) fn half_size(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, y0, x1, y1] = rect(vm, args, 0)?;
    ret_math(vm, Math::Vec2, [0.5 * (x1 - x0), 0.5 * (y1 - y0), 0.0, 0.0])
}
pub(super) fn translate(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, y0, x1, y1] = rect(vm, args, 0)?;
    let [x, y, ..] = check_math(vm, args, 1, Math::Vec2)?;
    ret_rect(vm, [x0 + x, y0 + y, x1 + x, y1 + y])
}
pub(super) fn union_point(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, y0, x1, y1] = rect(vm, args, 0)?;
    let [x, y, ..] = check_math(vm, args, 1, Math::Vec2)?;
    ret_rect(vm, [x0.min(x), y0.min(y), x1.max(x), y1.max(y)])
}
/// A rectangle in coordinates in which another one lies from 0 to 1.
pub(super) fn normalize(vm: &mut Vm, args: Args) -> NativeResult {
    let ([x0, y0, x1, y1], [u0, v0, u1, v1]) = (rect(vm, args, 0)?, rect(vm, args, 1)?);
    let (width, height) = (u1 - u0, v1 - v0);
    ret_rect(vm, [(x0 - u0) / width, (y0 - v0) / height, (x1 - u0) / width, (y1 - v0) / height])
}
pub(super) fn area(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, y0, x1, y1] = rect(vm, args, 0)?;
    vm.ret1(f64::from((x1 - x0) * (y1 - y0)))
}
pub(super) fn from_center_half_size(vm: &mut Vm, args: Args) -> NativeResult {
    let c = check_math(vm, args, 0, Math::Vec2)?;
    let half = check_math(vm, args, 1, Math::Vec2)?;
    if half[0] < 0.0 || half[1] < 0.0 {
        return Err(vm.arg_error(args, 1, "a size without negative numbers expected"));
    }
    ret_rect(vm, [c[0] - half[0], c[1] - half[1], c[0] + half[0], c[1] + half[1]])
}

pub(super) const ROWS: &[(&str, crate::function::NativeFn)] = &[
    ("width", width),
    ("height", height),
    ("size", size),
    ("half_size", half_size),
    ("area", area),
    ("center", center),
    ("contains", contains),
    ("union", union),
    ("union_point", union_point),
    ("intersect", intersect),
    ("inflate", inflate),
    ("translate", translate),
    ("normalize", normalize),
    ("is_empty", is_empty),
    ("from_corners", from_corners),
    ("from_center_size", from_center_size),
    ("from_center_half_size", from_center_half_size),
];
