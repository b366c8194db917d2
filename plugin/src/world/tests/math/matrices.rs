//! Mat3 and Mat4.

use bevy_math::{EulerRot, Mat3, Mat4, Vec4};

use super::*;

pub(super) fn mat3(a: [f32; 4], b: [f32; 4], t: f32) -> Cases {
    let (v, w) = (Vec3::from_slice(&a), Vec3::from_slice(&b));
    let (p, q) = (Vec2::from_slice(&a), Vec2::from_slice(&b));
    let m = Mat3::from_cols(v, w, Vec3::new(t, 2.0, -1.0));
    let n = Mat3::from_rotation_x(t) * Mat3::from_rotation_y(0.5) * Mat3::from_rotation_z(-t);
    let setup = format!(
        "local v, w, t = {}, {}, {t:?} local p, q = v:truncate(), w:truncate()
         local m = Mat3.from_cols(v, w, Vec3(t, 2, -1))
         local n = Mat3.from_rotation_x(t) * Mat3.from_rotation_y(0.5) * Mat3.from_rotation_z(-t)",
        literal("Vec3", &v.to_array()),
        literal("Vec3", &w.to_array())
    );
    let mut cases = Cases::new(setup, 1e-3);
    cases.case("m, n", (m, n));
    cases.case("Mat3(), Mat3.IDENTITY, Mat3.ZERO", (Mat3::IDENTITY, Mat3::IDENTITY, Mat3::ZERO));
    cases.case("m * n", m * n);
    cases.case("m * v", m * v);
    cases.case("m + n, m - n", (m + n, m - n));
    cases.case("m * t, t * m", (m * t, t * m));
    cases.case("m / t", m / t);
    cases.case("(-m)", -m);
    cases.case("m == n, m == m:clone()", (m == n, true));
    cases.case("m:transpose(), m:abs()", (m.transpose(), m.abs()));
    cases.case("n:determinant()", n.determinant());
    cases.case("n:inverse()", n.inverse());
    cases.case("n:try_inverse(), n:inverse_or_zero()", (n.try_inverse(), n.inverse_or_zero()));
    cases
        .case("Mat3.ZERO:try_inverse(), Mat3.ZERO:inverse_or_zero()", (Mat3::ZERO.try_inverse(), Mat3::ZERO));
    cases.case("m:col(1), m:row(2), m:diagonal()", (m.col(1), m.row(2), m.diagonal()));
    cases.case("m:unpack()", m);
    cases.case("m:is_finite(), m:is_nan()", (m.is_finite(), m.is_nan()));
    cases.case("m:abs_diff_eq(n, 0.5), m:abs_diff_eq(m, 0)", (m.abs_diff_eq(n, 0.5), true));
    cases.case("m:mul_diagonal_scale(v)", m.mul_diagonal_scale(v));
    cases.case("m:mul_vec3(v), m:mul_transpose_vec3(v)", (m.mul_vec3(v), m.mul_transpose_vec3(v)));
    cases.case("Mat3.from_diagonal(v)", Mat3::from_diagonal(v));
    cases.case("Mat3.from_quat(Quat.from_rotation_x(t))", Mat3::from_quat(Quat::from_rotation_x(t)));
    cases.case("Mat3.from_axis_angle(Vec3.Y, t)", Mat3::from_axis_angle(Vec3::Y, t));
    cases.case("Mat3.from_euler(t, 0.5, 0.25)", Mat3::from_euler(EulerRot::XYZ, t, 0.5, 0.25));
    cases.case("Mat3.from_euler(t, 0.5, 0.25, 'ZYX'):to_euler('ZYX')", (t, 0.5f32, 0.25f32));
    cases.case("Mat3.from_mat4(Mat4.from_rotation_z(t))", Mat3::from_mat4(Mat4::from_rotation_z(t)));
    cases.case(
        "Mat3.from_angle(t), Mat3.from_translation(p)",
        (Mat3::from_angle(t), Mat3::from_translation(p)),
    );
    cases.case("Mat3.from_scale(Vec2(2, 3))", Mat3::from_scale(Vec2::new(2.0, 3.0)));
    cases.case("Mat3.from_scale_angle_translation(p, t, q)", Mat3::from_scale_angle_translation(p, t, q));
    cases.case("Mat3.from_translation(p):transform_point2(q)", Mat3::from_translation(p).transform_point2(q));
    cases.case("Mat3.from_angle(t):transform_vector2(q)", Mat3::from_angle(t).transform_vector2(q));
    cases
}

pub(super) fn mat4(a: [f32; 4], b: [f32; 4], t: f32) -> Cases {
    let (v, w) = (Vec4::from_slice(&a), Vec4::from_slice(&b));
    let (p, s) = (v.truncate(), Vec3::new(2.0, 0.5, 1.5));
    let q = Quat::from_rotation_x(t) * Quat::from_rotation_z(0.5);
    let m = Mat4::from_cols(v, w, Vec4::new(t, 2.0, -1.0, 3.0), Vec4::new(1.0, t, 5.0, 1.0));
    let n = Mat4::from_scale_rotation_translation(s, q, p);
    let setup = format!(
        "local v, w, t = {}, {}, {t:?} local p, s, q = v:truncate(), Vec3(2, 0.5, 1.5), Quat.from_rotation_x(t) * Quat.from_rotation_z(0.5)
         local m = Mat4.from_cols(v, w, Vec4(t, 2, -1, 3), Vec4(1, t, 5, 1)) local n = Mat4.from_scale_rotation_translation(s, q, p)",
        literal("Vec4", &a),
        literal("Vec4", &b)
    );
    let mut cases = Cases::new(setup, 1e-3);
    cases.case("m, n", (m, n));
    cases.case("Mat4(), Mat4.IDENTITY, Mat4.ZERO", (Mat4::IDENTITY, Mat4::IDENTITY, Mat4::ZERO));
    cases.case("m * n", m * n);
    cases.case("m * v", m * v);
    cases.case("m + n, m - n", (m + n, m - n));
    cases.case("m * t, t * m", (m * t, t * m));
    cases.case("m / t", m / t);
    cases.case("(-m)", -m);
    cases.case("m == n, m == m:clone()", (m == n, true));
    cases.case("m:transpose(), m:abs()", (m.transpose(), m.abs()));
    cases.case("n:determinant()", n.determinant());
    cases.case("n:inverse()", n.inverse());
    cases.case("n:try_inverse(), n:inverse_or_zero()", (n.try_inverse(), n.inverse_or_zero()));
    cases.case("m:col(3), m:row(0), m:diagonal()", (m.col(3), m.row(0), m.diagonal()));
    cases.case("m:unpack()", m);
    cases.case("m:is_finite(), m:is_nan()", (m.is_finite(), m.is_nan()));
    cases.case("m:abs_diff_eq(n, 0.5), m:abs_diff_eq(m, 0)", (m.abs_diff_eq(n, 0.5), true));
    cases.case("m:mul_diagonal_scale(v)", m.mul_diagonal_scale(v));
    cases.case("m:mul_vec4(v), m:mul_transpose_vec4(v)", (m.mul_vec4(v), m.mul_transpose_vec4(v)));
    cases.case(
        "n:transform_point3(p), n:transform_vector3(p)",
        (n.transform_point3(p), n.transform_vector3(p)),
    );
    let perspective = Mat4::perspective_rh(1.0, 1.5, 0.1, 100.0);
    let (ahead, lua) = (Vec3::new(1.0, 2.0, -5.0), "Mat4.perspective_rh(1, 1.5, 0.1, 100)");
    cases.case(format!("{lua}:project_point3(Vec3(1, 2, -5))"), perspective.project_point3(ahead));
    cases.case(lua, perspective);
    cases.case("Mat4.perspective_lh(1, 1.5, 0.1, 100)", Mat4::perspective_lh(1.0, 1.5, 0.1, 100.0));
    cases.case(
        "Mat4.perspective_infinite_reverse_rh(1, 1.5, 0.1)",
        Mat4::perspective_infinite_reverse_rh(1.0, 1.5, 0.1),
    );
    cases.case(
        "Mat4.orthographic_rh(-1, 2, -3, 4, 0.1, 9)",
        Mat4::orthographic_rh(-1.0, 2.0, -3.0, 4.0, 0.1, 9.0),
    );
    cases.case(
        "Mat4.orthographic_lh(-1, 2, -3, 4, 0.1, 9)",
        Mat4::orthographic_lh(-1.0, 2.0, -3.0, 4.0, 0.1, 9.0),
    );
    cases.case(
        "Mat4.from_translation(p), Mat4.from_scale(s)",
        (Mat4::from_translation(p), Mat4::from_scale(s)),
    );
    cases.case("Mat4.from_quat(q)", Mat4::from_quat(q));
    cases.case("Mat4.from_rotation_translation(q, p)", Mat4::from_rotation_translation(q, p));
    cases.case("n:to_scale_rotation_translation()", n.to_scale_rotation_translation());
    cases.case("Mat4.from_diagonal(v)", Mat4::from_diagonal(v));
    cases.case("Mat4.from_axis_angle(Vec3.Y, t)", Mat4::from_axis_angle(Vec3::Y, t));
    cases.case("Mat4.from_rotation_x(t)", Mat4::from_rotation_x(t));
    cases.case("Mat4.from_rotation_y(t)", Mat4::from_rotation_y(t));
    cases.case("Mat4.from_rotation_z(t)", Mat4::from_rotation_z(t));
    cases.case("Mat4.from_euler(t, 0.5, 0.25)", Mat4::from_euler(EulerRot::XYZ, t, 0.5, 0.25));
    cases.case("Mat4.from_euler(t, 0.5, 0.25, 'YXZ'):to_euler('YXZ')", (t, 0.5f32, 0.25f32));
    cases.case("Mat4.from_mat3(Mat3.from_angle(t))", Mat4::from_mat3(Mat3::from_angle(t)));
    if p.length_squared() > 1e-2 && p.normalize().cross(Vec3::Y).length() > 0.05 {
        let d = p.normalize();
        cases.case("Mat4.look_at_rh(p, Vec3.ZERO, Vec3.Y)", Mat4::look_at_rh(p, Vec3::ZERO, Vec3::Y));
        cases.case("Mat4.look_at_lh(p, Vec3.ZERO, Vec3.Y)", Mat4::look_at_lh(p, Vec3::ZERO, Vec3::Y));
        cases.case("Mat4.look_to_rh(p, p:normalize(), Vec3.Y)", Mat4::look_to_rh(p, d, Vec3::Y));
        cases.case("Mat4.look_to_lh(p, p:normalize(), Vec3.Y)", Mat4::look_to_lh(p, d, Vec3::Y));
    }
    cases
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn three(a in prop::array::uniform4(-20.0f32..20.0), b in prop::array::uniform4(-20.0f32..20.0), t in 0.05f32..1.0) {
        mat3(a, b, t).check()?;
    }

    #[test]
    fn four(a in prop::array::uniform4(-20.0f32..20.0), b in prop::array::uniform4(-20.0f32..20.0), t in 0.05f32..1.0) {
        mat4(a, b, t).check()?;
    }
}
