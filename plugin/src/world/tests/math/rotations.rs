//! Quat.

use bevy_math::{EulerRot, Mat3, Mat4};

use super::*;

pub(super) fn quat([x, y, z]: [f32; 3], p: [f32; 3], t: f32) -> Cases {
    let q = Quat::from_euler(EulerRot::XYZ, x, y, z);
    let r = Quat::from_rotation_y(z) * Quat::from_rotation_x(y);
    let v = Vec3::from_array(p);
    let setup = format!(
        "local q = Quat.from_euler({x:?}, {y:?}, {z:?}) local r = Quat.from_rotation_y({z:?}) * Quat.from_rotation_x({y:?})
         local v, t = {}, {t:?} local n = v:normalize()",
        literal("Vec3", &p)
    );
    let n = v.normalize_or_zero();
    let mut cases = Cases::new(setup, 1e-3);
    cases.case("q", q);
    cases
        .case("Quat(q), Quat(q:unpack()), Quat(), Quat.IDENTITY", ((q, q), (Quat::IDENTITY, Quat::IDENTITY)));
    cases.case("q * r", q * r);
    cases.case("q * v", q * v);
    cases.case("q + r", q + r);
    cases.case("q - r", q - r);
    cases.case("q * t", q * t);
    cases.case("q / t", q / t);
    cases.case("(-q)", -q);
    cases.case("q == r, q == q:clone()", (q == r, true));
    cases.case("q:mul_quat(r), q:mul_vec3(v)", (q.mul_quat(r), q.mul_vec3(v)));
    cases.case("q:inverse(), q:conjugate()", (q.inverse(), q.conjugate()));
    cases.case("(q * 2):normalize()", (q * 2.0).normalize());
    cases
        .case("(q * 2):length(), (q * 2):length_squared()", ((q * 2.0).length(), (q * 2.0).length_squared()));
    cases.case("(q * 2):length_recip()", (q * 2.0).length_recip());
    cases.case("q:is_normalized(), q:is_finite(), q:is_nan()", (true, true, false));
    cases.case("q:is_near_identity()", q.is_near_identity());
    cases.case("q:dot(r)", q.dot(r));
    cases.case("q:xyz()", q.xyz());
    cases.case("q:abs_diff_eq(r, 0.5)", q.abs_diff_eq(r, 0.5));
    cases.case("Quat.identity()", Quat::IDENTITY);
    cases.case("Quat.from_rotation_z(t)", Quat::from_rotation_z(t));
    cases.case("Quat.from_euler(t, 0.5, -0.25, 'ZYX')", Quat::from_euler(EulerRot::ZYX, t, 0.5, -0.25));
    cases.case("Quat.from_scaled_axis(v)", Quat::from_scaled_axis(v));
    let (m, w) = (Mat3::from_quat(q), Mat4::from_quat(q));
    let same = |other: Quat| if other.dot(q) < 0.0 { -other } else { other };
    let signed = |text: &str| format!("({text}):dot(q) < 0 and -({text}) or {text}");
    cases.case(signed("Quat.from_mat3(Mat3.from_quat(q))"), same(Quat::from_mat3(&m)));
    cases.case(signed("Quat.from_mat4(Mat4.from_quat(q))"), same(Quat::from_mat4(&w)));
    cases.case(
        signed("Quat.from_rotation_axes(q * Vec3.X, q * Vec3.Y, q * Vec3.Z)"),
        same(Quat::from_rotation_axes(q * Vec3::X, q * Vec3::Y, q * Vec3::Z)),
    );
    // Near the pole angles jump; what they turn does not.
    let turned = |order| {
        let (a, b, c) = q.to_euler(order);
        Quat::from_euler(order, a, b, c) * v
    };
    cases.case("Quat.from_euler(q:to_euler()) * v", turned(EulerRot::XYZ));
    cases.case(
        "(function() local a, b, c = q:to_euler('YXZ') return Quat.from_euler(a, b, c, 'YXZ') * v end)()",
        turned(EulerRot::YXZ),
    );
    cases.case(
        "Quat.from_scaled_axis(q:to_scaled_axis()) * v",
        Quat::from_scaled_axis(q.to_scaled_axis()) * v,
    );
    let (axis, angle) = q.to_axis_angle();
    cases.case("Quat.from_axis_angle(q:to_axis_angle()) * v", Quat::from_axis_angle(axis, angle) * v);
    if q.dot(r).abs() < 0.99 {
        cases.case("q:angle_between(r)", q.angle_between(r));
        if q.dot(r).abs() > 0.01 {
            // At right angles either way is the shorter one.
            cases.case("q:slerp(r, t) * v", q.slerp(r, t) * v);
            cases.case("q:lerp(r, t) * v", q.lerp(r, t) * v);
            cases.case("q:rotate_towards(r, 0.25) * v", q.rotate_towards(r, 0.25) * v);
        }
    }
    if v.length_squared() > 1e-2 && n.cross(Vec3::Y).length() > 0.05 {
        cases.case("Quat.from_axis_angle(n, t)", Quat::from_axis_angle(n, t));
        cases.case("Quat.look_to_rh(n, Vec3.Y)", Quat::look_to_rh(n, Vec3::Y));
        cases.case("Quat.look_to_lh(n, Vec3.Y)", Quat::look_to_lh(n, Vec3::Y));
        cases.case("Quat.look_at_rh(v, Vec3.ZERO, Vec3.Y)", Quat::look_at_rh(v, Vec3::ZERO, Vec3::Y));
        cases.case("Quat.look_at_lh(v, Vec3.ZERO, Vec3.Y)", Quat::look_at_lh(v, Vec3::ZERO, Vec3::Y));
        cases.case("Quat.from_rotation_arc(Vec3.Y, n) * v", Quat::from_rotation_arc(Vec3::Y, n) * v);
        cases.case(
            "Quat.from_rotation_arc_colinear(Vec3.Y, n) * Vec3.Y",
            Quat::from_rotation_arc_colinear(Vec3::Y, n) * Vec3::Y,
        );
    }
    let flat = Vec2::new(p[0], p[1]);
    if flat.length_squared() > 1e-2 && flat.normalize().x > -0.99 {
        cases.case(
            "Quat.from_rotation_arc_2d(Vec2.X, v:truncate():normalize())",
            Quat::from_rotation_arc_2d(Vec2::X, flat.normalize()),
        );
    }
    cases
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn turns(angles in prop::array::uniform3(-3.0f32..3.0), p in prop::array::uniform3(-20.0f32..20.0), t in 0.05f32..1.0) {
        quat(angles, p, t).check()?;
    }
}
