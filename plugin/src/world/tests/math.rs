//! The math types against `glam` and `bevy_math`, on random values.

use bevy_color::{Color, ColorToComponents, Mix, Srgba};
use bevy_math::{IVec3, Mat3, Mat4, Rect, UVec4, Vec4};
use proptest::prelude::*;

use super::*;

/// A VM that evaluates expressions on the variables `a`, `b`, ... and gives numbers.
struct Calculator(Lua);

impl Calculator {
    fn new() -> Calculator {
        let mut lua = Lua::new();
        install(raw(&mut lua), AppTypeRegistry::default(), LuaComponents::default())
            .expect("there is memory");
        Calculator(lua)
    }

    /// The numbers that `expression` returns, in an environment where `setup` has run.
    fn numbers(&mut self, setup: &str, expression: &str) -> Vec<f64> {
        let lua = &mut self.0;
        let source =
            format!("{setup}\nlocal function list(...) return {{ ... }} end\nreturn list({expression})");
        let table: Table = lua.load(source).name("=math").eval(lua).expect("the expression is right");
        let len = table.len(lua).expect("a table");
        (1..=len).map(|i| table.get::<f64>(lua, i as f64).expect("a number")).collect()
    }
}

fn near(ours: &[f64], theirs: &[f32], tolerance: f64) -> bool {
    ours.len() == theirs.len()
        && ours.iter().zip(theirs).all(|(ours, theirs)| {
            let theirs = f64::from(*theirs);
            ours.is_nan() && theirs.is_nan()
                || (ours - theirs).abs() <= tolerance * (1.0 + theirs.abs().max(ours.abs()))
                || *ours == theirs
        })
}

fn literal(name: &str, lanes: &[f32]) -> String {
    let lanes: Vec<String> = lanes.iter().map(|lane| format!("{lane:?}")).collect();
    format!("{name}({})", lanes.join(", "))
}

fn lane() -> impl Strategy<Value = f32> {
    (-1000i32..1000, 1i32..64).prop_map(|(n, d)| n as f32 / d as f32)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn float_vectors(a in prop::array::uniform4(lane()), b in prop::array::uniform4(lane()), t in -2.0f32..2.0) {
        let mut calculator = Calculator::new();
        let (v, w) = (Vec3::new(a[0], a[1], a[2]), Vec3::new(b[0], b[1], b[2]));
        let setup = format!(
            "local a, b, t = {}, {}, {t:?}",
            literal("Vec3", &v.to_array()), literal("Vec3", &w.to_array())
        );
        let cases: Vec<(&str, Vec<f32>)> = vec![
            ("(a + b):unpack()", (v + w).to_array().to_vec()),
            ("(a - b):unpack()", (v - w).to_array().to_vec()),
            ("(a * b):unpack()", (v * w).to_array().to_vec()),
            ("(a * t):unpack()", (v * t).to_array().to_vec()),
            ("(-a):unpack()", (-v).to_array().to_vec()),
            ("a:dot(b)", vec![v.dot(w)]),
            ("a:cross(b):unpack()", v.cross(w).to_array().to_vec()),
            ("a:length()", vec![v.length()]),
            ("a:length_squared()", vec![v.length_squared()]),
            ("a:distance(b)", vec![v.distance(w)]),
            ("a:normalize():unpack()", v.normalize_or_zero().to_array().to_vec()),
            ("a:lerp(b, t):unpack()", v.lerp(w, t).to_array().to_vec()),
            ("a:min(b):unpack()", v.min(w).to_array().to_vec()),
            ("a:max(b):unpack()", v.max(w).to_array().to_vec()),
            ("a:abs():unpack()", v.abs().to_array().to_vec()),
            ("a:floor():unpack()", v.floor().to_array().to_vec()),
            ("a:ceil():unpack()", v.ceil().to_array().to_vec()),
            ("a:signum():unpack()", v.signum().to_array().to_vec()),
            ("a:fract():unpack()", v.fract().to_array().to_vec()),
            ("a:fract_gl():unpack()", v.fract_gl().to_array().to_vec()),
            ("a:reflect(Vec3.Y):unpack()", v.reflect(Vec3::Y).to_array().to_vec()),
            ("a:clamp(Vec3.ZERO, Vec3.ONE):unpack()", v.clamp(Vec3::ZERO, Vec3::ONE).to_array().to_vec()),
            ("a:clamp_length_max(5):unpack()", v.clamp_length_max(5.0).to_array().to_vec()),
            ("a:move_towards(b, 3):unpack()", v.move_towards(w, 3.0).to_array().to_vec()),
            ("a:min_element(), a:max_element()", vec![v.min_element(), v.max_element()]),
        ];
        for (expression, theirs) in cases {
            let ours = calculator.numbers(&setup, expression);
            prop_assert!(near(&ours, &theirs, 1e-4), "{expression}: {ours:?} and {theirs:?} for {setup}");
        }
        if w.length_squared() > 1e-3 {
            let ours = calculator.numbers(&setup, "a:project_onto(b):unpack()");
            prop_assert!(near(&ours, &v.project_onto(w).to_array(), 1e-3));
        }
    }

    #[test]
    fn rotations(angles in prop::array::uniform3(-3.0f32..3.0), p in prop::array::uniform3(lane()), s in 0.0f32..1.0) {
        use bevy_math::EulerRot;
        let mut calculator = Calculator::new();
        let [x, y, z] = angles;
        let q = Quat::from_euler(EulerRot::XYZ, x, y, z);
        let r = Quat::from_rotation_y(z);
        let v = Vec3::from_array(p);
        let setup = format!(
            "local q = Quat.from_euler({x:?}, {y:?}, {z:?}) local r = Quat.from_rotation_y({z:?}) local v = {}",
            literal("Vec3", &p)
        );
        let cases: Vec<(String, Vec<f32>)> = vec![
            ("q:unpack()".into(), q.to_array().to_vec()),
            ("(q * r):unpack()".into(), (q * r).to_array().to_vec()),
            ("(q * v):unpack()".into(), (q * v).to_array().to_vec()),
            ("q:inverse():unpack()".into(), q.inverse().to_array().to_vec()),
            (format!("q:slerp(r, {s:?}):unpack()"), q.slerp(r, s).to_array().to_vec()),
            ("Mat3.from_quat(q) * v".into(), Vec::new()),
        ];
        for (expression, theirs) in cases.iter().filter(|(_, theirs)| !theirs.is_empty()) {
            let ours = calculator.numbers(&setup, expression);
            prop_assert!(near(&ours, theirs, 2e-3), "{expression}: {ours:?} and {theirs:?} for {setup}");
        }
        let ours = calculator.numbers(&setup, "(Mat3.from_quat(q) * v):unpack()");
        prop_assert!(near(&ours, &(Mat3::from_quat(q) * v).to_array(), 1e-3));
    }

    #[test]
    fn matrices(
        scale in prop::array::uniform3(0.25f32..4.0),
        angle in -3.0f32..3.0,
        move_by in prop::array::uniform3(-50.0f32..50.0),
        p in prop::array::uniform3(-20.0f32..20.0),
    ) {
        let mut calculator = Calculator::new();
        let q = Quat::from_rotation_x(angle);
        let m = Mat4::from_scale_rotation_translation(scale.into(), q, move_by.into());
        let n = Mat4::from_translation(p.into()) * Mat4::from_scale(scale.into());
        let setup = format!(
            "local q = Quat.from_rotation_x({angle:?})
             local m = Mat4.from_scale_rotation_translation({}, q, {})
             local n = Mat4.from_translation({2}) * Mat4.from_scale({0})
             local p = {2}
             local function flat(m) return m.x_axis.x, m.x_axis.y, m.x_axis.z, m.x_axis.w, m.y_axis.x, m.y_axis.y, m.y_axis.z, m.y_axis.w,
               m.z_axis.x, m.z_axis.y, m.z_axis.z, m.z_axis.w, m.w_axis.x, m.w_axis.y, m.w_axis.z, m.w_axis.w end",
            literal("Vec3", &scale), literal("Vec3", &move_by), literal("Vec3", &p)
        );
        let v = Vec3::from_array(p);
        let w = Vec4::new(p[0], p[1], p[2], 0.5);
        let cases: Vec<(&str, Vec<f32>)> = vec![
            ("flat(m)", m.to_cols_array().to_vec()),
            ("flat(n)", n.to_cols_array().to_vec()),
            ("flat(m * n)", (m * n).to_cols_array().to_vec()),
            ("flat(m + n)", (m + n).to_cols_array().to_vec()),
            ("flat(m * 2)", (m * 2.0).to_cols_array().to_vec()),
            ("flat(m:transpose())", m.transpose().to_cols_array().to_vec()),
            ("flat(m:inverse())", m.inverse().to_cols_array().to_vec()),
            ("m:determinant()", vec![m.determinant()]),
            ("m:transform_point3(p):unpack()", m.transform_point3(v).to_array().to_vec()),
            ("m:transform_vector3(p):unpack()", m.transform_vector3(v).to_array().to_vec()),
            ("(m * Vec4(p.x, p.y, p.z, 0.5)):unpack()", (m * w).to_array().to_vec()),
        ];
        for (expression, theirs) in cases {
            let ours = calculator.numbers(&setup, expression);
            prop_assert!(near(&ours, &theirs, 1e-3), "{expression}: {ours:?} and {theirs:?} for {setup}");
        }
    }

    #[test]
    fn integer_vectors(a in prop::array::uniform4(any::<i32>()), b in prop::array::uniform4(-50i32..50)) {
        let mut calculator = Calculator::new();
        let (v, w) = (IVec3::new(a[0], a[1], a[2]), IVec3::new(b[0], b[1], b[2]));
        let unsigned = |lanes: [i32; 4]| UVec4::new(lanes[0] as u32, lanes[1] as u32, lanes[2] as u32, lanes[3] as u32);
        let (s, t) = (unsigned(a), unsigned(b.map(i32::abs)));
        let setup = format!(
            "local a, b = IVec3({}, {}, {}), IVec3({}, {}, {}) local s, t = UVec4({}, {}, {}, {}), UVec4({}, {}, {}, {})",
            v.x, v.y, v.z, w.x, w.y, w.z, s.x, s.y, s.z, s.w, t.x, t.y, t.z, t.w
        );
        let ints = |v: IVec3| v.to_array().map(f64::from).to_vec();
        let words = |v: UVec4| v.to_array().map(f64::from).to_vec();
        let mut cases: Vec<(&str, Vec<f64>)> = vec![
            ("(a + b):unpack()", ints(v.wrapping_add(w))),
            ("(a - b):unpack()", ints(v.wrapping_sub(w))),
            ("(a * b):unpack()", ints(v.wrapping_mul(w))),
            ("(a + 7):unpack()", ints(v.wrapping_add(IVec3::splat(7)))),
            ("a:min(b):unpack()", ints(v.min(w))),
            ("a:max(b):unpack()", ints(v.max(w))),
            ("b:abs():unpack()", ints(w.abs())),
            ("a:signum():unpack()", ints(v.signum())),
            ("b:dot(b)", vec![f64::from(w.dot(w))]),
            ("b:length_squared()", vec![f64::from(w.length_squared())]),
            ("(-b):unpack()", ints(-w)),
            ("(s + t):unpack()", words(s.wrapping_add(t))),
            ("(s * t):unpack()", words(s.wrapping_mul(t))),
            ("s:max(t):unpack()", words(s.max(t))),
            ("IVec3(b:as_vec()):unpack()", ints(w)),
        ];
        if w.to_array().iter().all(|lane| *lane != 0) {
            cases.push(("(a / b):unpack()", ints(v.wrapping_div(w))));
            cases.push(("(a % b):unpack()", ints(v % w)));
        }
        for (expression, theirs) in cases {
            let ours = calculator.numbers(&setup, expression);
            prop_assert_eq!(&ours, &theirs, "{} for {}", expression, setup);
        }
    }

    #[test]
    fn rectangles(a in prop::array::uniform4(lane()), b in prop::array::uniform4(lane()), by in 0.0f32..5.0) {
        let mut calculator = Calculator::new();
        let (r, s) = (Rect::new(a[0], a[1], a[2], a[3]), Rect::new(b[0], b[1], b[2], b[3]));
        let setup = format!(
            "local r = Rect.from_corners(Vec2({:?}, {:?}), Vec2({:?}, {:?})) local s = Rect.from_corners(Vec2({:?}, {:?}), Vec2({:?}, {:?}))
             local function flat(r) return r.min.x, r.min.y, r.max.x, r.max.y end",
            a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]
        );
        let flat = |r: Rect| vec![r.min.x, r.min.y, r.max.x, r.max.y];
        let inflate = format!("flat(r:inflate({by:?}))");
        let cases: Vec<(&str, Vec<f32>)> = vec![
            ("flat(r)", flat(r)),
            ("r:width(), r:height()", vec![r.width(), r.height()]),
            ("r:center():unpack()", r.center().to_array().to_vec()),
            ("r:size():unpack()", r.size().to_array().to_vec()),
            ("flat(r:union(s))", flat(r.union(s))),
            ("flat(r:intersect(s))", flat(r.intersect(s))),
            (&inflate, flat(r.inflate(by))),
            ("r:contains(s:center()) and 1 or 0", vec![f32::from(u8::from(r.contains(s.center())))]),
            ("r:is_empty() and 1 or 0", vec![f32::from(u8::from(r.is_empty()))]),
        ];
        for (expression, theirs) in cases {
            let ours = calculator.numbers(&setup, expression);
            prop_assert!(near(&ours, &theirs, 1e-4), "{expression}: {ours:?} and {theirs:?} for {setup}");
        }
    }

    #[test]
    fn colours(a in prop::array::uniform4(0.0f32..1.0), b in prop::array::uniform4(0.0f32..1.0), t in 0.0f32..1.0) {
        let mut calculator = Calculator::new();
        let (c, d) = (Srgba::from_f32_array(a), Srgba::from_f32_array(b));
        let setup = format!(
            "local c, d = {}, {} local function flat(c) return c.red, c.green, c.blue, c.alpha end",
            literal("Color", &a), literal("Color", &b)
        );
        let hex = Srgba::hex(c.to_hex()).expect("its own text").to_f32_array();
        let lerp = format!("flat(c:lerp(d, {t:?}))");
        let cases: Vec<(&str, Vec<f32>)> = vec![
            ("flat(c)", a.to_vec()),
            (&lerp, c.mix(&d, t).to_f32_array().to_vec()),
            ("flat(Color.hex(c:to_hex()))", hex.to_vec()),
            ("flat(c + d)", (c + d).to_f32_array().to_vec()),
            ("flat(c * 2)", (c * 2.0).to_f32_array().to_vec()),
        ];
        for (expression, theirs) in cases {
            let ours = calculator.numbers(&setup, expression);
            prop_assert!(near(&ours, &theirs, 1e-5), "{expression}: {ours:?} and {theirs:?} for {setup}");
        }
        let _ = Color::Srgba(c);
    }
}
