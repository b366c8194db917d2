//! Methods of rotations.

use glam::{EulerRot, Quat};

use super::{
    IDENTITY, Lanes, axis_angle, check, clear_absent, cross, dot, normalize, number, quat_mul, ret_math,
    scale, slerp, to_euler,
};
use crate::ffi::ctype::Math;
use crate::ffi::vector::more::euler_order;
use crate::vm::{Args, NativeResult, Vm};

pub(super) fn spherical(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, Some(Math::Quat))?;
    let (_, b) = check(vm, args, 1, Some(Math::Quat))?;
    let t = number(vm, args, 2)?;
    ret_math(vm, Math::Quat, slerp(a, b, t))
}
/// `q:to_euler()`: the angles about x, y and z; `q:to_euler("ZYX")`: those of another order of turns, in that order.
pub(super) fn euler(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, q) = check(vm, args, 0, Some(Math::Quat))?;
    let angles = match euler_order(vm, args, 1)? {
        EulerRot::XYZ => to_euler(q),
        order => {
            let (a, b, c) = Quat::from_array(q).to_euler(order);
            [a, b, c, 0.0]
        }
    };
    for &angle in &angles[..3] {
        vm.push(f64::from(angle).into())?;
    }
    vm.ret_top(3)
}
pub(super) fn to_axis_angle(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, q) = check(vm, args, 0, Some(Math::Quat))?;
    let sin = (q[0] * q[0] + q[1] * q[1] + q[2] * q[2]).sqrt();
    let axis = if sin >= 1e-8 { scale(q, 1.0 / sin) } else { [1.0, 0.0, 0.0, 0.0] };
    let axis = vm.new_math(Math::Vec3, clear_absent(Math::Vec3, axis))?;
    vm.push(axis)?;
    vm.push(f64::from(2.0 * sin.atan2(q[3])).into())?;
    vm.ret_top(2)
}
pub(super) fn identity(vm: &mut Vm, _: Args) -> NativeResult {
    ret_math(vm, Math::Quat, IDENTITY)
}
pub(super) fn from_axis_angle(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, axis) = check(vm, args, 0, Some(Math::Vec3))?;
    let angle = number(vm, args, 1)?;
    ret_math(vm, Math::Quat, axis_angle(normalize(Math::Vec3, axis), angle))
}
pub(super) fn from_rotation(vm: &mut Vm, args: Args, axis: Lanes) -> NativeResult {
    let angle = number(vm, args, 0)?;
    ret_math(vm, Math::Quat, axis_angle(axis, angle))
}
pub(super) fn from_rotation_x(vm: &mut Vm, args: Args) -> NativeResult {
    from_rotation(vm, args, [1.0, 0.0, 0.0, 0.0])
}
pub(super) fn from_rotation_y(vm: &mut Vm, args: Args) -> NativeResult {
    from_rotation(vm, args, [0.0, 1.0, 0.0, 0.0])
}
pub(super) fn from_rotation_z(vm: &mut Vm, args: Args) -> NativeResult {
    from_rotation(vm, args, [0.0, 0.0, 1.0, 0.0])
}
pub(super) fn from_euler(vm: &mut Vm, args: Args) -> NativeResult {
    let (x, y, z) = (number(vm, args, 0)?, number(vm, args, 1)?, number(vm, args, 2)?);
    let order = euler_order(vm, args, 3)?;
    if order != EulerRot::XYZ {
        return ret_math(vm, Math::Quat, Quat::from_euler(order, x, y, z).to_array());
    }
    let about = |axis: Lanes, angle| axis_angle(axis, angle);
    let q = quat_mul(
        quat_mul(about([1.0, 0.0, 0.0, 0.0], x), about([0.0, 1.0, 0.0, 0.0], y)),
        about([0.0, 0.0, 1.0, 0.0], z),
    );
    ret_math(vm, Math::Quat, q)
}

/// The shortest rotation from one direction to another.
pub(super) fn from_rotation_arc(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, from) = check(vm, args, 0, Some(Math::Vec3))?;
    let (_, to) = check(vm, args, 1, Some(Math::Vec3))?;
    let cosine = dot(from, to);
    let q = if cosine > 1.0 - 2.0 * f32::EPSILON {
        IDENTITY
    } else if cosine < -1.0 + 2.0 * f32::EPSILON {
        // Half a turn about any axis at a right angle.
        let axis = if from[0].abs() > from[2].abs() {
            [-from[1], from[0], 0.0, 0.0]
        } else {
            [0.0, -from[2], from[1], 0.0]
        };
        axis_angle(normalize(Math::Vec3, axis), std::f32::consts::PI)
    } else {
        let [x, y, z, _] = cross(from, to);
        normalize(Math::Quat, [x, y, z, 1.0 + cosine])
    };
    ret_math(vm, Math::Quat, q)
}
