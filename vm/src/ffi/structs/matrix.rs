//! Matrices.

use glam::{Mat3, Mat4, Vec2, Vec3, Vec4};

use super::{FloatStruct, Floats, check_floats, check_math, expected, floats_of, ret_floats, ret_math};
use crate::ffi::ctype::Math;
use crate::ffi::linear::{Outcome, arg, functions, give3};
use crate::ffi::vector::euler_order;
use crate::vm::{Args, NativeResult, Raised, Vm};

/// The side of a matrix type.
fn side(kind: FloatStruct) -> usize {
    if kind == FloatStruct::Mat3 { 3 } else { 4 }
}

pub(super) fn identity(kind: FloatStruct) -> Floats {
    let mut m = [0.0; 16];
    for i in 0..side(kind) {
        m[i * side(kind) + i] = 1.0;
    }
    m
}

fn mat_vec(n: usize, m: &Floats, v: [f32; 4]) -> [f32; 4] {
    let mut out = [0.0; 4];
    for (row, out) in out.iter_mut().enumerate().take(n) {
        *out = (0..n).map(|column| m[column * n + row] * v[column]).sum();
    }
    out
}

fn mat_mul(n: usize, a: &Floats, b: &Floats) -> Floats {
    let mut out = [0.0; 16];
    for column in 0..n {
        let mut v = [0.0; 4];
        v[..n].copy_from_slice(&b[column * n..column * n + n]);
        out[column * n..column * n + n].copy_from_slice(&mat_vec(n, a, v)[..n]);
    }
    out
}

fn transposed(n: usize, m: &Floats) -> Floats {
    let mut out = [0.0; 16];
    for column in 0..n {
        for row in 0..n {
            out[row * n + column] = m[column * n + row];
        }
    }
    out
}

/// The determinant of what is left of a matrix without these columns and rows.
fn minor(n: usize, m: &Floats, columns: &[usize], rows: &[usize]) -> f64 {
    let left = |without: &[usize]| (0..n).filter(|i| !without.contains(i)).collect::<Vec<usize>>();
    let (columns_left, rows_left) = (left(columns), left(rows));
    let at = |column: usize, row: usize| f64::from(m[columns_left[column] * n + rows_left[row]]);
    match columns_left.len() {
        1 => at(0, 0),
        2 => at(0, 0) * at(1, 1) - at(1, 0) * at(0, 1),
        size => (0..size)
            .map(|i| {
                let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
                let columns: Vec<usize> = columns.iter().copied().chain([columns_left[i]]).collect();
                let rows: Vec<usize> = rows.iter().copied().chain([rows_left[0]]).collect();
                sign * at(i, 0) * minor(n, m, &columns, &rows)
            })
            .sum(),
    }
}

fn inverse(n: usize, m: &Floats) -> Option<Floats> {
    let determinant = minor(n, m, &[], &[]);
    if determinant == 0.0 || !determinant.is_finite() {
        return None;
    }
    let mut out = [0.0; 16];
    for column in 0..n {
        for row in 0..n {
            let sign = if (column + row) % 2 == 0 { 1.0 } else { -1.0 };
            out[column * n + row] = (sign * minor(n, m, &[row], &[column]) / determinant) as f32;
        }
    }
    Some(out)
}

/// The axes of a rotation.
fn axes(q: [f32; 4]) -> [[f32; 3]; 3] {
    let [x, y, z, w] = q;
    let (x2, y2, z2) = (x + x, y + y, z + z);
    let (xx, xy, xz) = (x * x2, x * y2, x * z2);
    let (yy, yz, zz) = (y * y2, y * z2, z * z2);
    let (wx, wy, wz) = (w * x2, w * y2, w * z2);
    [
        [1.0 - (yy + zz), xy + wz, xz - wy],
        [xy - wz, 1.0 - (xx + zz), yz + wx],
        [xz + wy, yz - wx, 1.0 - (xx + yy)],
    ]
}

fn scale_rotation_translation(scale: [f32; 4], rotation: [f32; 4], translation: [f32; 4]) -> Floats {
    let mut m = identity(FloatStruct::Mat4);
    for (column, axis) in axes(rotation).iter().enumerate() {
        for row in 0..3 {
            m[column * 4 + row] = axis[row] * scale[column];
        }
    }
    m[12..15].copy_from_slice(&translation[..3]);
    m
}

pub(super) const ONE: [f32; 4] = [1.0, 1.0, 1.0, 1.0];
pub(super) const NO_ROTATION: [f32; 4] = [0.0, 0.0, 0.0, 1.0];

fn matrix_kind(vm: &mut Vm, args: Args, index: u32) -> Result<(FloatStruct, Floats), Raised> {
    let value = vm.arg(args, index);
    for kind in [FloatStruct::Mat3, FloatStruct::Mat4] {
        if let Some(m) = floats_of(vm, value, kind)? {
            return Ok((kind, m));
        }
    }
    Err(expected(vm, args, index, "Mat3 or Mat4"))
}

pub(super) fn transpose(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, m) = matrix_kind(vm, args, 0)?;
    ret_floats(vm, kind, &transposed(side(kind), &m))
}
pub(super) fn determinant(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, m) = matrix_kind(vm, args, 0)?;
    vm.ret1(f64::from(minor(side(kind), &m, &[], &[]) as f32))
}
pub(super) fn inverted(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, m) = matrix_kind(vm, args, 0)?;
    match inverse(side(kind), &m) {
        Some(m) => ret_floats(vm, kind, &m),
        None => Err(vm.error(format!(
            "this {} has no inverse: its determinant is 0, ask for that before",
            kind.name()
        ))),
    }
}
pub(super) fn transform_point(vm: &mut Vm, args: Args) -> NativeResult {
    let m = check_floats(vm, args, 0, FloatStruct::Mat4)?;
    let [x, y, z, _] = check_math(vm, args, 1, Math::Vec3)?;
    let [x, y, z, _] = mat_vec(4, &m, [x, y, z, 1.0]);
    ret_math(vm, Math::Vec3, [x, y, z, 0.0])
}
pub(super) fn transform_vector(vm: &mut Vm, args: Args) -> NativeResult {
    let m = check_floats(vm, args, 0, FloatStruct::Mat4)?;
    let [x, y, z, _] = check_math(vm, args, 1, Math::Vec3)?;
    let [x, y, z, _] = mat_vec(4, &m, [x, y, z, 0.0]);
    ret_math(vm, Math::Vec3, [x, y, z, 0.0])
}
pub(super) fn from_translation(vm: &mut Vm, args: Args) -> NativeResult {
    let t = check_math(vm, args, 0, Math::Vec3)?;
    ret_floats(vm, FloatStruct::Mat4, &scale_rotation_translation(ONE, NO_ROTATION, t))
}
pub(super) fn from_scale(vm: &mut Vm, args: Args) -> NativeResult {
    let s = check_math(vm, args, 0, Math::Vec3)?;
    ret_floats(vm, FloatStruct::Mat4, &scale_rotation_translation(s, NO_ROTATION, [0.0; 4]))
}
pub(super) fn mat4_from_quat(vm: &mut Vm, args: Args) -> NativeResult {
    let q = check_math(vm, args, 0, Math::Quat)?;
    ret_floats(vm, FloatStruct::Mat4, &scale_rotation_translation(ONE, q, [0.0; 4]))
}
pub(super) fn from_scale_rotation_translation(vm: &mut Vm, args: Args) -> NativeResult {
    let s = check_math(vm, args, 0, Math::Vec3)?;
    let q = check_math(vm, args, 1, Math::Quat)?;
    let t = check_math(vm, args, 2, Math::Vec3)?;
    ret_floats(vm, FloatStruct::Mat4, &scale_rotation_translation(s, q, t))
}
pub(super) fn mat3_from_quat(vm: &mut Vm, args: Args) -> NativeResult {
    let q = check_math(vm, args, 0, Math::Quat)?;
    let mut m = [0.0; 16];
    for (column, axis) in axes(q).iter().enumerate() {
        m[column * 3..column * 3 + 3].copy_from_slice(axis);
    }
    ret_floats(vm, FloatStruct::Mat3, &m)
}

/// `a * b` with a matrix on the left: by a matrix, vector or number; or a number on the left.
pub(super) fn mat_times(vm: &mut Vm, args: Args) -> NativeResult {
    let (left, right) = (vm.arg(args, 0), vm.arg(args, 1));
    if let Some(n) = left.as_number() {
        let (kind, m) = matrix_kind(vm, args, 1)?;
        return ret_floats(vm, kind, &m.map(|x| x * n as f32));
    }
    let (kind, m) = matrix_kind(vm, args, 0)?;
    if let Some(n) = right.as_number() {
        return ret_floats(vm, kind, &m.map(|x| x * n as f32));
    }
    let vector = if kind == FloatStruct::Mat3 { Math::Vec3 } else { Math::Vec4 };
    if let Some((math, lanes)) = vm.math_lanes(right)? {
        if math != vector {
            let (a, b) = (kind.name(), math.name());
            return Err(vm.error(format!("attempt to multiply {a} by {b}: it takes a {}", vector.name())));
        }
        return ret_math(vm, vector, mat_vec(side(kind), &m, lanes));
    }
    let other = check_floats(vm, args, 1, kind)?;
    ret_floats(vm, kind, &mat_mul(side(kind), &m, &other))
}

pub(super) fn mat_over(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, m) = matrix_kind(vm, args, 0)?;
    let n = arg::<f32>(vm, args, 1)?;
    ret_floats(vm, kind, &m.map(|x| x / n))
}
pub(super) fn unpack(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, m) = matrix_kind(vm, args, 0)?;
    let count = side(kind) * side(kind);
    for float in &m[..count] {
        vm.push(f64::from(*float).into())?;
    }
    vm.ret_top(count as u32)
}
/// The number of a column or row, from 0 as in Rust.
fn place(vm: &mut Vm, args: Args, kind: FloatStruct) -> Result<usize, Raised> {
    let n = vm.check_number(args, 1)?;
    if n.fract() == 0.0 && n >= 0.0 && n < side(kind) as f64 {
        return Ok(n as usize);
    }
    Err(vm.arg_error(args, 1, format!("a number from 0 to {} expected, got {n}", side(kind) - 1)))
}
fn ret_lanes(vm: &mut Vm, kind: FloatStruct, lanes: impl Iterator<Item = f32>) -> NativeResult {
    let mut all = [0.0; 4];
    all.iter_mut().zip(lanes.take(side(kind))).for_each(|(lane, float)| *lane = float);
    ret_math(vm, if kind == FloatStruct::Mat3 { Math::Vec3 } else { Math::Vec4 }, all)
}
pub(super) fn col(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, m) = matrix_kind(vm, args, 0)?;
    let at = place(vm, args, kind)? * side(kind);
    ret_lanes(vm, kind, m[at..].iter().copied())
}
pub(super) fn row(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, m) = matrix_kind(vm, args, 0)?;
    let at = place(vm, args, kind)?;
    ret_lanes(vm, kind, m[at..].iter().step_by(side(kind)).copied())
}
pub(super) fn diagonal(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, m) = matrix_kind(vm, args, 0)?;
    ret_lanes(vm, kind, m.iter().step_by(side(kind) + 1).copied())
}
pub(super) fn to_scale_rotation_translation(vm: &mut Vm, args: Args) -> NativeResult {
    let parts = arg::<Mat4>(vm, args, 0)?.to_scale_rotation_translation();
    give3(vm, parts)
}
/// The angles of a rotation, in the order that is named.
pub(super) fn mat3_to_euler(vm: &mut Vm, args: Args) -> NativeResult {
    let order = euler_order(vm, args, 1)?;
    let angles = arg::<Mat3>(vm, args, 0)?.to_euler(order);
    give3(vm, angles)
}
pub(super) fn mat4_to_euler(vm: &mut Vm, args: Args) -> NativeResult {
    let order = euler_order(vm, args, 1)?;
    let angles = arg::<Mat4>(vm, args, 0)?.to_euler(order);
    give3(vm, angles)
}

/// Functions of both types of matrices: `m` is the matrix.
macro_rules! matrices {
    ($($name:ident($vm:ident, $args:ident, $m:ident) $body:expr;)+) => {$(
        pub(super) fn $name($vm: &mut Vm, $args: Args) -> NativeResult {
            let (kind, floats) = matrix_kind($vm, $args, 0)?;
            if kind == FloatStruct::Mat3 {
                let $m = Mat3::from_cols_slice(&floats);
                let outcome = $body;
                return outcome.give($vm);
            }
            let $m = Mat4::from_cols_slice(&floats);
            let outcome = $body;
            outcome.give($vm)
        }
    )+};
}
matrices! {
    is_finite(vm, args, m) m.is_finite();
    is_nan(vm, args, m) m.is_nan();
    abs(vm, args, m) m.abs();
    abs_diff_eq(vm, args, m) m.abs_diff_eq(arg(vm, args, 1)?, arg(vm, args, 2)?);
    inverse_or_zero(vm, args, m) m.inverse_or_zero();
    try_inverse(vm, args, m) m.try_inverse();
    mul_diagonal_scale(vm, args, m) m.mul_diagonal_scale(arg(vm, args, 1)?);
}

functions! {
    mat3_from_cols(vm, args) Mat3::from_cols(arg(vm, args, 0)?, arg(vm, args, 1)?, arg(vm, args, 2)?);
    mat3_from_diagonal(vm, args) Mat3::from_diagonal(arg::<Vec3>(vm, args, 0)?);
    mat3_from_axis_angle(vm, args) Mat3::from_axis_angle(arg(vm, args, 0)?, arg(vm, args, 1)?);
    mat3_from_rotation_x(vm, args) Mat3::from_rotation_x(arg(vm, args, 0)?);
    mat3_from_rotation_y(vm, args) Mat3::from_rotation_y(arg(vm, args, 0)?);
    mat3_from_rotation_z(vm, args) Mat3::from_rotation_z(arg(vm, args, 0)?);
    mat3_from_euler(vm, args) {
        let order = euler_order(vm, args, 3)?;
        Mat3::from_euler(order, arg(vm, args, 0)?, arg(vm, args, 1)?, arg(vm, args, 2)?)
    };
    mat3_from_mat4(vm, args) Mat3::from_mat4(arg(vm, args, 0)?);
    mat3_from_scale(vm, args) Mat3::from_scale(arg::<Vec2>(vm, args, 0)?);
    mat3_from_angle(vm, args) Mat3::from_angle(arg(vm, args, 0)?);
    mat3_from_translation(vm, args) Mat3::from_translation(arg(vm, args, 0)?);
    mat3_from_scale_angle_translation(vm, args) {
        Mat3::from_scale_angle_translation(arg(vm, args, 0)?, arg(vm, args, 1)?, arg(vm, args, 2)?)
    };
    transform_point2(vm, args) arg::<Mat3>(vm, args, 0)?.transform_point2(arg(vm, args, 1)?);
    transform_vector2(vm, args) arg::<Mat3>(vm, args, 0)?.transform_vector2(arg(vm, args, 1)?);
    mat3_mul_vec3(vm, args) arg::<Mat3>(vm, args, 0)?.mul_vec3(arg(vm, args, 1)?);
    mul_transpose_vec3(vm, args) arg::<Mat3>(vm, args, 0)?.mul_transpose_vec3(arg(vm, args, 1)?);

    mat4_from_cols(vm, args) {
        Mat4::from_cols(arg(vm, args, 0)?, arg(vm, args, 1)?, arg(vm, args, 2)?, arg(vm, args, 3)?)
    };
    mat4_from_diagonal(vm, args) Mat4::from_diagonal(arg::<Vec4>(vm, args, 0)?);
    mat4_from_axis_angle(vm, args) Mat4::from_axis_angle(arg(vm, args, 0)?, arg(vm, args, 1)?);
    mat4_from_rotation_x(vm, args) Mat4::from_rotation_x(arg(vm, args, 0)?);
    mat4_from_rotation_y(vm, args) Mat4::from_rotation_y(arg(vm, args, 0)?);
    mat4_from_rotation_z(vm, args) Mat4::from_rotation_z(arg(vm, args, 0)?);
    mat4_from_euler(vm, args) {
        let order = euler_order(vm, args, 3)?;
        Mat4::from_euler(order, arg(vm, args, 0)?, arg(vm, args, 1)?, arg(vm, args, 2)?)
    };
    mat4_from_mat3(vm, args) Mat4::from_mat3(arg(vm, args, 0)?);
    from_rotation_translation(vm, args) Mat4::from_rotation_translation(arg(vm, args, 0)?, arg(vm, args, 1)?);
    project_point3(vm, args) arg::<Mat4>(vm, args, 0)?.project_point3(arg(vm, args, 1)?);
    mul_vec4(vm, args) arg::<Mat4>(vm, args, 0)?.mul_vec4(arg(vm, args, 1)?);
    mul_transpose_vec4(vm, args) arg::<Mat4>(vm, args, 0)?.mul_transpose_vec4(arg(vm, args, 1)?);
    look_at_rh(vm, args) Mat4::look_at_rh(arg(vm, args, 0)?, arg(vm, args, 1)?, arg(vm, args, 2)?);
    look_at_lh(vm, args) Mat4::look_at_lh(arg(vm, args, 0)?, arg(vm, args, 1)?, arg(vm, args, 2)?);
    look_to_rh(vm, args) Mat4::look_to_rh(arg(vm, args, 0)?, arg(vm, args, 1)?, arg(vm, args, 2)?);
    look_to_lh(vm, args) Mat4::look_to_lh(arg(vm, args, 0)?, arg(vm, args, 1)?, arg(vm, args, 2)?);
    perspective_rh(vm, args) {
        Mat4::perspective_rh(arg(vm, args, 0)?, arg(vm, args, 1)?, arg(vm, args, 2)?, arg(vm, args, 3)?)
    };
    perspective_lh(vm, args) {
        Mat4::perspective_lh(arg(vm, args, 0)?, arg(vm, args, 1)?, arg(vm, args, 2)?, arg(vm, args, 3)?)
    };
    perspective_infinite_reverse_rh(vm, args) {
        Mat4::perspective_infinite_reverse_rh(arg(vm, args, 0)?, arg(vm, args, 1)?, arg(vm, args, 2)?)
    };
    orthographic_rh(vm, args) Mat4::orthographic_rh(
        arg(vm, args, 0)?,
        arg(vm, args, 1)?,
        arg(vm, args, 2)?,
        arg(vm, args, 3)?,
        arg(vm, args, 4)?,
        arg(vm, args, 5)?,
    );
    orthographic_lh(vm, args) Mat4::orthographic_lh(
        arg(vm, args, 0)?,
        arg(vm, args, 1)?,
        arg(vm, args, 2)?,
        arg(vm, args, 3)?,
        arg(vm, args, 4)?,
        arg(vm, args, 5)?,
    );
}

type Row = (&'static str, crate::function::NativeFn);

/// Of both types.
pub(super) const ROWS: &[Row] = &[
    ("transpose", transpose),
    ("determinant", determinant),
    ("inverse", inverted),
    ("inverse_or_zero", inverse_or_zero),
    ("try_inverse", try_inverse),
    ("unpack", unpack),
    ("col", col),
    ("row", row),
    ("diagonal", diagonal),
    ("is_finite", is_finite),
    ("is_nan", is_nan),
    ("abs", abs),
    ("abs_diff_eq", abs_diff_eq),
    ("mul_diagonal_scale", mul_diagonal_scale),
    ("__mul", mat_times),
    ("__div", mat_over),
];

pub(super) const MAT3_ROWS: &[Row] = &[
    ("from_cols", mat3_from_cols),
    ("from_diagonal", mat3_from_diagonal),
    ("from_quat", mat3_from_quat),
    ("from_axis_angle", mat3_from_axis_angle),
    ("from_rotation_x", mat3_from_rotation_x),
    ("from_rotation_y", mat3_from_rotation_y),
    ("from_rotation_z", mat3_from_rotation_z),
    ("from_euler", mat3_from_euler),
    ("to_euler", mat3_to_euler),
    ("from_mat4", mat3_from_mat4),
    ("from_scale", mat3_from_scale),
    ("from_angle", mat3_from_angle),
    ("from_translation", mat3_from_translation),
    ("from_scale_angle_translation", mat3_from_scale_angle_translation),
    ("transform_point2", transform_point2),
    ("transform_vector2", transform_vector2),
    ("mul_vec3", mat3_mul_vec3),
    ("mul_transpose_vec3", mul_transpose_vec3),
];

pub(super) const MAT4_ROWS: &[Row] = &[
    ("transform_point3", transform_point),
    ("transform_vector3", transform_vector),
    ("from_translation", from_translation),
    ("from_scale", from_scale),
    ("from_quat", mat4_from_quat),
    ("from_scale_rotation_translation", from_scale_rotation_translation),
    ("to_scale_rotation_translation", to_scale_rotation_translation),
    ("from_rotation_translation", from_rotation_translation),
    ("from_cols", mat4_from_cols),
    ("from_diagonal", mat4_from_diagonal),
    ("from_axis_angle", mat4_from_axis_angle),
    ("from_rotation_x", mat4_from_rotation_x),
    ("from_rotation_y", mat4_from_rotation_y),
    ("from_rotation_z", mat4_from_rotation_z),
    ("from_euler", mat4_from_euler),
    ("to_euler", mat4_to_euler),
    ("from_mat3", mat4_from_mat3),
    ("project_point3", project_point3),
    ("mul_vec4", mul_vec4),
    ("mul_transpose_vec4", mul_transpose_vec4),
    ("look_at_rh", look_at_rh),
    ("look_at_lh", look_at_lh),
    ("look_to_rh", look_to_rh),
    ("look_to_lh", look_to_lh),
    ("perspective_rh", perspective_rh),
    ("perspective_lh", perspective_lh),
    ("perspective_infinite_reverse_rh", perspective_infinite_reverse_rh),
    ("orthographic_rh", orthographic_rh),
    ("orthographic_lh", orthographic_lh),
];
