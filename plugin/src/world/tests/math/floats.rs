//! Vec2, Vec3 and Vec4.

use bevy_math::Vec4;

use super::*;

/// Cases of a type, and those it does not share with the others.
macro_rules! vectors {
    ($function:ident $ty:ident $lanes:literal |$cases:ident, $a:ident, $b:ident, $c:ident, $t:ident| $own:block) => {
        pub(super) fn $function(x: [f32; 4], y: [f32; 4], z: [f32; 4], $t: f32) -> Cases {
            let ($a, $b, $c) = ($ty::from_slice(&x), $ty::from_slice(&y), $ty::from_slice(&z));
            let name = stringify!($ty);
            let setup = format!(
                "local a, b, c, t = {}, {}, {}, {:?} local n = b:normalize()",
                literal(name, &$a.to_array()),
                literal(name, &$b.to_array()),
                literal(name, &$c.to_array()),
                $t
            );
            let n = $b.normalize_or_zero();
            let mut $cases = Cases::new(setup, 2e-4);
            $cases.case("a + b", $a + $b);
            $cases.case("a - b", $a - $b);
            $cases.case("a * b", $a * $b);
            $cases.case("a / b", $a / $b);
            // Lane by lane as Rust's `%`: glam's Vec4 takes another remainder where it has vector registers.
            let remainder: Vec<f32> = $a.to_array().iter().zip($b.to_array()).map(|(a, b)| a % b).collect();
            $cases.case("a % b", $ty::from_slice(&remainder));
            $cases.case("a + t, t + a", ($a + $t, $t + $a));
            $cases.case("a - t, t - a", ($a - $t, $t - $a));
            $cases.case("a * t, t * a", ($a * $t, $t * $a));
            $cases.case("a / t, t / a", ($a / $t, $t / $a));
            let remainder: Vec<f32> = $a.to_array().iter().map(|a| a % $t).collect();
            $cases.case("a % t", $ty::from_slice(&remainder));
            $cases.case("(-a)", -$a);
            $cases.case("a == b, a == a:clone()", ($a == $b, true));
            $cases.case(format!("{name}(a), {name}(a:unpack()), {name}()"), ($a, $a, $ty::ZERO));
            $cases.case(format!("{name}.splat(t)"), $ty::splat($t));
            $cases.case(format!("{name}.ONE, {name}.X, {name}.NEG_Y"), ($ty::ONE, $ty::X, $ty::NEG_Y));
            $cases.case("a:length(), a:length_squared()", ($a.length(), $a.length_squared()));
            $cases.case("a:length_recip()", $a.length_recip());
            $cases.case("a:dot(b)", $a.dot($b));
            $cases.case("a:distance(b), a:distance_squared(b)", ($a.distance($b), $a.distance_squared($b)));
            $cases.case("a:normalize()", $a.normalize_or_zero());
            $cases.case("a:normalize_or_zero()", $a.normalize_or_zero());
            $cases.case("a:normalize_or(b)", $a.normalize_or($b));
            $cases.case("a:try_normalize()", $a.try_normalize());
            $cases.case(format!("{name}():try_normalize()"), $ty::ZERO.try_normalize());
            $cases.case("n:is_normalized(), a:is_finite(), a:is_nan()", (n.is_normalized(), $a.is_finite(), $a.is_nan()));
            $cases.case("a:lerp(b, t)", $a.lerp($b, $t));
            $cases.case("a:midpoint(b)", $a.midpoint($b));
            $cases.case("a:min(b), a:max(b)", ($a.min($b), $a.max($b)));
            $cases.case("a:abs()", $a.abs());
            $cases.case("a:signum()", $a.signum());
            $cases.case("a:copysign(b)", $a.copysign($b));
            $cases.case("a:floor(), a:ceil(), a:trunc()", ($a.floor(), $a.ceil(), $a.trunc()));
            // As Rust rounds halves: glam's Vec4 takes even numbers where it has vector registers.
            let rounded: Vec<f32> = $a.to_array().iter().map(|lane| lane.round()).collect();
            $cases.case("a:round()", $ty::from_slice(&rounded));
            $cases.case("a:fract(), a:fract_gl()", ($a.fract(), $a.fract_gl()));
            $cases.case("a:recip()", $a.recip());
            $cases.case("c:exp(), c:exp2()", ($c.exp(), $c.exp2()));
            $cases.case("c:ln(), c:log2()", ($c.ln(), $c.log2()));
            $cases.case("c:sqrt(), c:powf(t)", ($c.sqrt(), $c.powf($t)));
            $cases.case("a:sin(), a:cos()", ($a.sin(), $a.cos()));
            $cases.case("a:saturate()", $a.saturate());
            $cases.case("a:step(b)", $a.step($b));
            $cases.case(format!("a:clamp({name}.ZERO, {name}.ONE)"), $a.clamp($ty::ZERO, $ty::ONE));
            if $a.length_squared() > 1e-4 {
                $cases.case("a:clamp_length(1, 2)", $a.clamp_length(1.0, 2.0));
                $cases.case(
                    "a:clamp_length_min(5), a:clamp_length_max(5)",
                    ($a.clamp_length_min(5.0), $a.clamp_length_max(5.0)),
                );
            }
            $cases.case("a:with_length(3)", $a.normalize_or_zero() * 3.0);
            $cases.case("a:mul_add(b, c)", $a.mul_add($b, $c));
            $cases.case("a:rem_euclid(c)", $a.rem_euclid($c));
            $cases.case("a:div_euclid(c)", $a.div_euclid($c));
            $cases.case("a:min_element(), a:max_element()", ($a.min_element(), $a.max_element()));
            $cases.case("a:min_position(), a:max_position()", ($a.min_position(), $a.max_position()));
            $cases.case("a:element_sum(), a:element_product()", ($a.element_sum(), $a.element_product()));
            $cases.case("a:move_towards(b, 3)", $a.move_towards($b, 3.0));
            $cases.case("a:project_onto_normalized(n)", $a.project_onto_normalized(n));
            $cases.case("a:reject_from_normalized(n)", $a.reject_from_normalized(n));
            $cases.case("a:reflect(n)", $a.reflect(n));
            $cases.case(
                "a:normalize():refract(n, 0.8)",
                $a.normalize_or_zero().refract(n, 0.8),
            );
            $cases.case("a:abs_diff_eq(b, 0.5), a:abs_diff_eq(a + 0.25, 0.5)", ($a.abs_diff_eq($b, 0.5), true));
            $cases.case("a:with_x(t), a:with_y(t)", ($a.with_x($t), $a.with_y($t)));
            $cases.case("a.x, a.yx, a.xxyx", ($a.x, Vec2::new($a.y, $a.x), Vec4::new($a.x, $a.x, $a.y, $a.x)));
            if $b.length_squared() > 1e-2 {
                $cases.case("a:project_onto(b)", $a.project_onto($b));
                $cases.case("a:reject_from(b)", $a.reject_from($b));
                if $a.length_squared() > 1e-2 && $a.normalize().dot(n).abs() < 0.999 {
                    $cases.case("a:angle_between(b)", $a.normalize().dot(n).acos());
                }
            }
            let _ = $lanes;
            $own
            $cases
        }
    };
}

vectors!(vec2 Vec2 2 |cases, a, b, c, t| {
    cases.case("a:perp()", a.perp());
    cases.case("a:perp_dot(b)", a.perp_dot(b));
    cases.case("a:angle(), a:to_angle()", (a.to_angle(), a.to_angle()));
    cases.case("a:rotate(b)", a.rotate(b));
    cases.case("Vec2.from_angle(t)", Vec2::from_angle(t));
    cases.case("a:extend(t)", a.extend(t));
    if a.length_squared() > 1e-2 && b.length_squared() > 1e-2 && a.normalize().dot(b.normalize()).abs() < 0.999 {
        cases.case("a:angle_to(b)", a.angle_to(b));
        cases.case("a:normalize():rotate_towards(n, t)", a.normalize().rotate_towards(b.normalize(), t));
    }
    let _ = c;
});

vectors!(vec3 Vec3 3 |cases, a, b, c, t| {
    cases.case("a:cross(b)", a.cross(b));
    cases.case("a:extend(t), a:truncate()", (a.extend(t), a.truncate()));
    cases.case("a:with_z(t)", a.with_z(t));
    cases.case("a:rotate_x(t)", a.rotate_x(t));
    cases.case("a:rotate_y(t)", a.rotate_y(t));
    cases.case("a:rotate_z(t)", a.rotate_z(t));
    cases.case("a:any_orthogonal_vector()", a.any_orthogonal_vector());
    cases.case("a.zx, a.zyx", (Vec2::new(a.z, a.x), Vec3::new(a.z, a.y, a.x)));
    if a.length_squared() > 1e-2 && b.length_squared() > 1e-2 && a.normalize().dot(b.normalize()).abs() < 0.99 {
        let (m, n) = (a.normalize(), b.normalize());
        cases.case("a:rotate_axis(n, t)", a.rotate_axis(n, t));
        cases.case("n:any_orthonormal_vector()", n.any_orthonormal_vector());
        cases.case("a:normalize():rotate_towards(n, t)", m.rotate_towards(n, t));
        cases.case("a:normalize():slerp(n, t)", m.slerp(n, t));
    }
    let _ = c;
});

vectors!(vec4 Vec4 4 |cases, a, b, c, t| {
    cases.case("a:truncate()", a.truncate());
    cases.case("a:with_z(t), a:with_w(t)", (a.with_z(t), a.with_w(t)));
    cases.case("a.wx, a.wzyx", (Vec2::new(a.w, a.x), Vec4::new(a.w, a.z, a.y, a.x)));
    let _ = (b, c);
});

fn positive() -> impl Strategy<Value = f32> {
    0.015_625f32..20.0
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn two(a in prop::array::uniform4(lane()), b in prop::array::uniform4(lane()), c in prop::array::uniform4(positive()), t in 0.1f32..1.0) {
        vec2(a, b, c, t).check()?;
    }

    #[test]
    fn three(a in prop::array::uniform4(lane()), b in prop::array::uniform4(lane()), c in prop::array::uniform4(positive()), t in 0.1f32..1.0) {
        vec3(a, b, c, t).check()?;
    }

    #[test]
    fn four(a in prop::array::uniform4(lane()), b in prop::array::uniform4(lane()), c in prop::array::uniform4(positive()), t in 0.1f32..1.0) {
        vec4(a, b, c, t).check()?;
    }
}
