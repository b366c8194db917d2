//! IVec2 to IVec4 and UVec2 to UVec4, which wrap as Rust's integers do in release builds.

use bevy_math::{IVec2, IVec3, IVec4, UVec2, UVec3, UVec4};

use super::*;

fn integers(name: &str, lanes: &[f64]) -> String {
    let lanes: Vec<String> = lanes.iter().map(|lane| format!("{lane:.0}")).collect();
    format!("{name}({})", lanes.join(", "))
}

/// Cases of a type; `b` is small and has no zero.
macro_rules! vectors {
    ($function:ident $ty:ident $int:ident |$cases:ident, $a:ident, $b:ident| $own:block) => {
        pub(super) fn $function(x: [i32; 4], y: [i32; 4]) -> Cases {
            let lanes = |lanes: [i32; 4]| lanes.map(|lane| lane as $int);
            let ($a, $b) = ($ty::from_slice(&lanes(x)), $ty::from_slice(&lanes(y)));
            let name = stringify!($ty);
            let setup = format!("local a, b = {}, {}", integers(name, &$a.numbers()), integers(name, &$b.numbers()));
            let mut $cases = Cases::new(setup, 0.0);
            let wrapping = |f: fn($int, $int) -> $int, a: $ty, b: $ty| -> Vec<f64> {
                a.to_array().iter().zip(b.to_array()).map(|(a, b)| f(*a, b) as f64).collect()
            };
            let sum = |products: Vec<$int>| products.iter().fold(0 as $int, |sum, term| sum.wrapping_add(*term));
            let squares = |a: $ty| sum(a.to_array().iter().map(|lane| lane.wrapping_mul(*lane)).collect());
            let seven = $ty::splat(7 as $int);
            $cases.case("a + b", $a.wrapping_add($b));
            $cases.case("a - b", $a.wrapping_sub($b));
            $cases.case("a * b", $a.wrapping_mul($b));
            $cases.case("a / b", $a.wrapping_div($b));
            $cases.cases.push(("a % b".into(), wrapping($int::wrapping_rem, $a, $b)));
            $cases.case("a + 7, 7 + a", ($a.wrapping_add(seven), $a.wrapping_add(seven)));
            $cases.case("a - 7, 7 - a", ($a.wrapping_sub(seven), seven.wrapping_sub($a)));
            $cases.case("a * 7, 7 * a", ($a.wrapping_mul(seven), $a.wrapping_mul(seven)));
            $cases.case("a / 7", $a.wrapping_div(seven));
            $cases.case("a == b, a == a:clone()", ($a == $b, true));
            $cases.case(format!("{name}(a), {name}(a:unpack()), {name}()"), ($a, $a, $ty::ZERO));
            $cases.case(format!("{name}.splat(7), {name}.ONE, {name}.MAX"), (seven, $ty::ONE, $ty::MAX));
            $cases.case(format!("{name}.MIN, {name}.X, {name}.ZERO"), ($ty::MIN, $ty::X, $ty::ZERO));
            $cases.case("a:min(b), a:max(b)", ($a.min($b), $a.max($b)));
            $cases.case(format!("a:clamp({name}.ZERO, {name}.splat(7))"), $a.clamp($ty::ZERO, seven));
            $cases.case(
                "a:dot(b)",
                sum($a.to_array().iter().zip($b.to_array()).map(|(a, b)| a.wrapping_mul(b)).collect()),
            );
            $cases.case("a:length_squared()", squares($a));
            $cases.case("a:distance_squared(b)", squares($a.wrapping_sub($b)));
            $cases.case("b:manhattan_distance(a - a)", $b.manhattan_distance($ty::ZERO));
            $cases.case("b:chebyshev_distance(a - a)", $b.chebyshev_distance($ty::ZERO));
            $cases.case("a:element_sum()", sum($a.to_array().to_vec()));
            $cases.case(
                "a:element_product()",
                $a.to_array().iter().fold(1 as $int, |product, lane| product.wrapping_mul(*lane)),
            );
            $cases.case("a:min_element(), a:max_element()", ($a.min_element(), $a.max_element()));
            $cases.case("a:min_position(), a:max_position()", ($a.min_position(), $a.max_position()));
            $cases.case("a:saturating_add(b)", $a.saturating_add($b));
            $cases.case("a:saturating_sub(b)", $a.saturating_sub($b));
            $cases.case("a:saturating_mul(b)", $a.saturating_mul($b));
            $cases.cases.push(("a:div_euclid(b)".into(), wrapping($int::wrapping_div_euclid, $a, $b)));
            $cases.cases.push(("a:rem_euclid(b)".into(), wrapping($int::wrapping_rem_euclid, $a, $b)));
            $cases.case("a:with_x(7), a:with_y(7)", ($a.with_x(7), $a.with_y(7)));
            $own
            $cases
        }
    };
}

macro_rules! signed {
    ($cases:ident, $a:ident, $b:ident) => {
        $cases.case("(-b)", -$b);
        $cases.case("b:abs(), a:signum()", ($b.abs(), $a.signum()));
    };
}

macro_rules! unsigned {
    ($cases:ident) => {
        $cases.case("(pcall(function() return (-a) end))", false);
    };
}

vectors!(ivec2 IVec2 i32 |cases, a, b| {
    signed!(cases, a, b);
    cases.case("a:as_vec(), IVec2(b:as_vec())", (a.as_vec2(), b));
    cases.case("a:as_uvec()", a.as_uvec2());
    cases.case("b:perp(), b:perp_dot(b:perp())", (b.perp(), b.perp_dot(b.perp())));
    cases.case("b:rotate(b)", b.rotate(b));
    cases.case("a:extend(7)", a.extend(7));
});
vectors!(ivec3 IVec3 i32 |cases, a, b| {
    signed!(cases, a, b);
    cases.case("a:as_vec(), IVec3(b:as_vec())", (a.as_vec3(), b));
    cases.case("a:as_uvec()", a.as_uvec3());
    cases.case("b:cross(b:with_z(7))", b.cross(b.with_z(7)));
    cases.case("a:extend(7), a:truncate(), a:with_z(7)", (a.extend(7), a.truncate(), a.with_z(7)));
});
vectors!(ivec4 IVec4 i32 |cases, a, b| {
    signed!(cases, a, b);
    cases.case("a:as_vec(), IVec4(b:as_vec())", (a.as_vec4(), b));
    cases.case("a:as_uvec()", a.as_uvec4());
    cases.case("a:truncate(), a:with_z(7), a:with_w(7)", (a.truncate(), a.with_z(7), a.with_w(7)));
});
vectors!(uvec2 UVec2 u32 |cases, a, b| {
    unsigned!(cases);
    cases.case("a:as_vec(), UVec2(b:as_vec())", (a.as_vec2(), b));
    cases.case("a:as_ivec(), a:extend(7)", (a.as_ivec2(), a.extend(7)));
});
vectors!(uvec3 UVec3 u32 |cases, a, b| {
    unsigned!(cases);
    cases.case("a:as_vec(), UVec3(b:as_vec())", (a.as_vec3(), b));
    cases.case("a:as_ivec(), b:cross(b)", (a.as_ivec3(), b.cross(b)));
    cases.case("a:extend(7), a:truncate(), a:with_z(7)", (a.extend(7), a.truncate(), a.with_z(7)));
});
vectors!(uvec4 UVec4 u32 |cases, a, b| {
    unsigned!(cases);
    cases.case("a:as_vec(), UVec4(b:as_vec())", (a.as_vec4(), b));
    cases.case("a:as_ivec()", a.as_ivec4());
    cases.case("a:truncate(), a:with_z(7), a:with_w(7)", (a.truncate(), a.with_z(7), a.with_w(7)));
});

fn small() -> impl Strategy<Value = i32> {
    prop_oneof![-50i32..=-1, 1i32..=50]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn signed(a in prop::array::uniform4(any::<i32>()), b in prop::array::uniform4(small())) {
        ivec2(a, b).check()?;
        ivec3(a, b).check()?;
        ivec4(a, b).check()?;
    }

    #[test]
    fn unsigned(a in prop::array::uniform4(any::<i32>()), b in prop::array::uniform4(1i32..50)) {
        uvec2(a, b).check()?;
        uvec3(a, b).check()?;
        uvec4(a, b).check()?;
    }
}
