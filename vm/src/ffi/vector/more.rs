//! Methods that are functions of `glam`.

use glam::{EulerRot, Mat3, Mat4, Quat, Vec2, Vec3, Vec4};

use super::check;
use crate::ffi::ctype::Math;
use crate::ffi::linear::{Outcome, arg, functions};
use crate::ffi::structs::expected;
use crate::vm::{Args, NativeResult, Vm};

/// Methods that every vector type has: `v` is the vector.
macro_rules! vectors {
    ($($name:ident($vm:ident, $args:ident, $v:ident) $body:expr;)+) => {$(
        pub(super) fn $name($vm: &mut Vm, $args: Args) -> NativeResult {
            let (math, lanes) = check($vm, $args, 0, None)?;
            match math {
                Math::Vec2 => {
                    let $v = Vec2::from_slice(&lanes);
                    let outcome = $body;
                    outcome.give($vm)
                }
                Math::Vec3 => {
                    let $v = Vec3::from_slice(&lanes);
                    let outcome = $body;
                    outcome.give($vm)
                }
                Math::Vec4 => {
                    let $v = Vec4::from_slice(&lanes);
                    let outcome = $body;
                    outcome.give($vm)
                }
                Math::Quat => Err(expected($vm, $args, 0, "Vec2, Vec3 or Vec4")),
            }
        }
    )+};
}

vectors! {
    trunc(vm, args, v) v.trunc();
    exp2(vm, args, v) v.exp2();
    ln(vm, args, v) v.ln();
    log2(vm, args, v) v.log2();
    sqrt(vm, args, v) v.sqrt();
    sin(vm, args, v) v.sin();
    cos(vm, args, v) v.cos();
    saturate(vm, args, v) v.saturate();
    is_nan(vm, args, v) v.is_nan();
    length_recip(vm, args, v) v.length_recip();
    normalize_or_zero(vm, args, v) v.normalize_or_zero();
    try_normalize(vm, args, v) v.try_normalize();
    normalize_or(vm, args, v) v.normalize_or(arg(vm, args, 1)?);
    element_product(vm, args, v) v.element_product();
    min_position(vm, args, v) v.min_position();
    max_position(vm, args, v) v.max_position();
    midpoint(vm, args, v) v.midpoint(arg(vm, args, 1)?);
    clamp_length(vm, args, v) v.clamp_length(arg(vm, args, 1)?, arg(vm, args, 2)?);
    mul_add(vm, args, v) v.mul_add(arg(vm, args, 1)?, arg(vm, args, 2)?);
    rem_euclid(vm, args, v) v.rem_euclid(arg(vm, args, 1)?);
    div_euclid(vm, args, v) v.div_euclid(arg(vm, args, 1)?);
    project_onto_normalized(vm, args, v) v.project_onto_normalized(arg(vm, args, 1)?);
    reject_from_normalized(vm, args, v) v.reject_from_normalized(arg(vm, args, 1)?);
    refract(vm, args, v) v.refract(arg(vm, args, 1)?, arg(vm, args, 2)?);
    abs_diff_eq(vm, args, v) v.abs_diff_eq(arg(vm, args, 1)?, arg(vm, args, 2)?);
    copysign(vm, args, v) v.copysign(arg(vm, args, 1)?);
    step(vm, args, v) v.step(arg(vm, args, 1)?);
    with_x(vm, args, v) v.with_x(arg(vm, args, 1)?);
    with_y(vm, args, v) v.with_y(arg(vm, args, 1)?);
}

functions! {
    splat2(vm, args) Vec2::splat(arg(vm, args, 0)?);
    splat3(vm, args) Vec3::splat(arg(vm, args, 0)?);
    splat4(vm, args) Vec4::splat(arg(vm, args, 0)?);
    rotate_towards2(vm, args) arg::<Vec2>(vm, args, 0)?.rotate_towards(arg(vm, args, 1)?, arg(vm, args, 2)?);
    with_z3(vm, args) arg::<Vec3>(vm, args, 0)?.with_z(arg(vm, args, 1)?);
    slerp3(vm, args) arg::<Vec3>(vm, args, 0)?.slerp(arg(vm, args, 1)?, arg(vm, args, 2)?);
    rotate_towards3(vm, args) arg::<Vec3>(vm, args, 0)?.rotate_towards(arg(vm, args, 1)?, arg(vm, args, 2)?);
    rotate_x(vm, args) arg::<Vec3>(vm, args, 0)?.rotate_x(arg(vm, args, 1)?);
    rotate_y(vm, args) arg::<Vec3>(vm, args, 0)?.rotate_y(arg(vm, args, 1)?);
    rotate_z(vm, args) arg::<Vec3>(vm, args, 0)?.rotate_z(arg(vm, args, 1)?);
    rotate_axis(vm, args) arg::<Vec3>(vm, args, 0)?.rotate_axis(arg(vm, args, 1)?, arg(vm, args, 2)?);
    any_orthogonal_vector(vm, args) arg::<Vec3>(vm, args, 0)?.any_orthogonal_vector();
    any_orthonormal_vector(vm, args) arg::<Vec3>(vm, args, 0)?.any_orthonormal_vector();
    with_z4(vm, args) arg::<Vec4>(vm, args, 0)?.with_z(arg(vm, args, 1)?);
    with_w(vm, args) arg::<Vec4>(vm, args, 0)?.with_w(arg(vm, args, 1)?);

    conjugate(vm, args) arg::<Quat>(vm, args, 0)?.conjugate();
    quat_is_nan(vm, args) arg::<Quat>(vm, args, 0)?.is_nan();
    quat_length_recip(vm, args) arg::<Quat>(vm, args, 0)?.length_recip();
    quat_abs_diff_eq(vm, args) arg::<Quat>(vm, args, 0)?.abs_diff_eq(arg(vm, args, 1)?, arg(vm, args, 2)?);
    is_near_identity(vm, args) arg::<Quat>(vm, args, 0)?.is_near_identity();
    mul_quat(vm, args) arg::<Quat>(vm, args, 0)?.mul_quat(arg(vm, args, 1)?);
    rotate_towards_quat(vm, args) {
        arg::<Quat>(vm, args, 0)?.rotate_towards(arg(vm, args, 1)?, arg(vm, args, 2)?)
    };
    to_scaled_axis(vm, args) arg::<Quat>(vm, args, 0)?.to_scaled_axis();
    xyz(vm, args) arg::<Quat>(vm, args, 0)?.xyz();
    from_scaled_axis(vm, args) Quat::from_scaled_axis(arg(vm, args, 0)?);
    from_rotation_arc_colinear(vm, args) Quat::from_rotation_arc_colinear(arg(vm, args, 0)?, arg(vm, args, 1)?);
    from_rotation_arc_2d(vm, args) Quat::from_rotation_arc_2d(arg(vm, args, 0)?, arg(vm, args, 1)?);
    from_rotation_axes(vm, args) {
        Quat::from_rotation_axes(arg(vm, args, 0)?, arg(vm, args, 1)?, arg(vm, args, 2)?)
    };
    from_mat3(vm, args) Quat::from_mat3(&arg::<Mat3>(vm, args, 0)?);
    from_mat4(vm, args) Quat::from_mat4(&arg::<Mat4>(vm, args, 0)?);
    look_to_rh(vm, args) Quat::look_to_rh(arg(vm, args, 0)?, arg(vm, args, 1)?);
    look_to_lh(vm, args) Quat::look_to_lh(arg(vm, args, 0)?, arg(vm, args, 1)?);
    look_at_rh(vm, args) Quat::look_at_rh(arg(vm, args, 0)?, arg(vm, args, 1)?, arg(vm, args, 2)?);
    look_at_lh(vm, args) Quat::look_at_lh(arg(vm, args, 0)?, arg(vm, args, 1)?, arg(vm, args, 2)?);
}

/// An order of turns by its name in `glam`, `XYZ` if none is given.
pub(in crate::ffi) fn euler_order(
    vm: &mut Vm,
    args: Args,
    index: u32,
) -> Result<EulerRot, crate::vm::Raised> {
    const ORDERS: &[(&str, EulerRot)] = &[
        ("XYZ", EulerRot::XYZ),
        ("XZY", EulerRot::XZY),
        ("YXZ", EulerRot::YXZ),
        ("YZX", EulerRot::YZX),
        ("ZXY", EulerRot::ZXY),
        ("ZYX", EulerRot::ZYX),
    ];
    if vm.arg(args, index).is_nil() {
        return Ok(EulerRot::XYZ);
    }
    let name = vm.check_string(args, index)?;
    match ORDERS.iter().find(|(known, _)| known.as_bytes() == name.as_bytes()) {
        Some((_, order)) => Ok(*order),
        None => {
            let names: Vec<&str> = ORDERS.iter().map(|(name, _)| *name).collect();
            Err(vm.arg_error(args, index, format!("one of {} expected", names.join(", "))))
        }
    }
}
