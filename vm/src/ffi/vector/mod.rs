//! The math types: operators and methods of Vec2, Vec3, Vec4 and Quat, written once for all of them.
//!
//! A value is its lanes, absent ones zero; so length, dot product and interpolation need no case per type.
//! The formulas are those of the `glam` crate in single precision, so that Lua and Rust agree.

use crate::function::NativeFn;
use crate::rt::meta::Meta;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

use super::cdata::CData;
use super::ctype::Math;

pub(crate) mod formula;
mod methods;
mod more;
mod rotation;

use formula::natives::*;
use formula::{Answer, Method, Operand, Plain};
use methods::*;
pub(super) use more::euler_order;
use rotation::*;

type Lanes = [f32; 4];

/// The operators, numbers standing for a value with equal lanes.
pub(super) fn arith(
    vm: &mut Vm,
    event: Meta,
    (a, left): (RawValue, Option<(Math, Lanes)>),
    (b, right): (RawValue, Option<(Math, Lanes)>),
) -> Result<Option<RawValue>, Raised> {
    let lanes = |value: Option<(Math, Lanes)>, number: RawValue| match value {
        Some((math, lanes)) => Some((Some(math), lanes)),
        None => number.as_number().map(|n| (None, [n as f32; 4])),
    };
    let (Some(x), Some(y)) = (lanes(left, a), lanes(right, b)) else { return Ok(None) };
    if let Some((math, lanes)) = formula::operate(&mut Plain, event, x, y) {
        return vm.new_math(math, lanes).map(Some);
    }
    match (x.0, y.0) {
        (Some(left), Some(right)) if left != right => Err(mismatch(vm, left, right)),
        (Some(math), _) | (_, Some(math)) if event == Meta::Mod && math != Math::Quat => {
            vm.new_math(math, clear_absent(math, zip(x.1, y.1, |a, b| a % b))).map(Some)
        }
        _ => Ok(None),
    }
}

#[cold]
fn mismatch(vm: &mut Vm, left: Math, right: Math) -> Raised {
    let fix = match (left, right) {
        (Math::Quat, _) | (_, Math::Quat) => "a Quat goes on the left of a Vec3 or Quat",
        _ => "v:extend(z) and v:truncate() change the number of lanes",
    };
    vm.error(format!("attempt to perform arithmetic on {} and {}: {fix}", left.name(), right.name()))
}

fn zip(a: Lanes, b: Lanes, f: impl Fn(f32, f32) -> f32) -> Lanes {
    [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
}

/// Sets lanes a type does not have to zero (division by a number left NaN there).
fn clear_absent(math: Math, mut lanes: Lanes) -> Lanes {
    lanes[math.lanes()..].fill(0.0);
    lanes
}

fn dot(a: Lanes, b: Lanes) -> f32 {
    formula::dot(&mut Plain, a, b)
}

fn cross(a: Lanes, b: Lanes) -> Lanes {
    formula::cross(&mut Plain, a, b)
}

fn normalize(math: Math, a: Lanes) -> Lanes {
    formula::normalize(&mut Plain, math, a)
}

fn scale(a: Lanes, s: f32) -> Lanes {
    a.map(|lane| lane * s)
}

const IDENTITY: Lanes = [0.0, 0.0, 0.0, 1.0];

fn quat_mul(p: Lanes, q: Lanes) -> Lanes {
    formula::turned(&mut Plain, p, q)
}

fn axis_angle(axis: Lanes, angle: f32) -> Lanes {
    let (sin, cos) = (angle * 0.5).sin_cos();
    [axis[0] * sin, axis[1] * sin, axis[2] * sin, cos]
}

fn slerp(a: Lanes, b: Lanes, t: f32) -> Lanes {
    let cosine = dot(a, b);
    let (b, cosine) = if cosine < 0.0 { (scale(b, -1.0), -cosine) } else { (b, cosine) };
    if cosine > 1.0 - f32::EPSILON {
        return normalize(Math::Quat, zip(a, b, |a, b| a + (b - a) * t));
    }
    let theta = cosine.acos();
    let (from, to) = ((theta * (1.0 - t)).sin(), (theta * t).sin());
    scale(zip(a, b, |a, b| a * from + b * to), 1.0 / theta.sin())
}

/// Angles about z, then y, then x (glam's `EulerRot::XYZ`), as x, y, z.
fn to_euler(q: Lanes) -> Lanes {
    let [x, y, z, w] = q;
    // Elements of the rotation matrix, row by row.
    let (m00, m01, m02) = (1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - z * w), 2.0 * (x * z + y * w));
    let (m11, m21) = (1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z + x * w));
    let (m12, m22) = (2.0 * (y * z - x * w), 1.0 - 2.0 * (x * x + y * y));
    let cos_y = (m00 * m00 + m01 * m01).sqrt();
    if cos_y > 16.0 * f32::EPSILON {
        [(-m12).atan2(m22), m02.atan2(cos_y), (-m01).atan2(m00), 0.0]
    } else {
        [m21.atan2(m11), m02.atan2(cos_y), 0.0, 0.0]
    }
}

// ---- arguments and results --------------------------------------------------------------------------------

fn check(vm: &mut Vm, args: Args, index: u32, math: Option<Math>) -> Result<(Math, Lanes), Raised> {
    let value = vm.arg(args, index);
    match vm.math_lanes(value)? {
        Some((found, lanes)) if math.is_none_or(|wanted| wanted == found) => Ok((found, lanes)),
        _ => {
            let expected = math.map_or("Vec2, Vec3, Vec4 or Quat", Math::name);
            let got = if index < args.count { vm.describe_type(value) } else { "no value".to_owned() };
            Err(vm.arg_error(args, index, format!("{expected} expected, got {got}")))
        }
    }
}

fn pair(vm: &mut Vm, args: Args) -> Result<(Math, Lanes, Lanes), Raised> {
    let (math, a) = check(vm, args, 0, None)?;
    let (_, b) = check(vm, args, 1, Some(math))?;
    Ok((math, a, b))
}

fn number(vm: &mut Vm, args: Args, index: u32) -> Result<f32, Raised> {
    Ok(vm.check_number(args, index)? as f32)
}

/// Runs a method that has a formula.
#[inline(always)]
fn run_method(vm: &mut Vm, args: Args, method: Method) -> NativeResult {
    let (math, a) = check(vm, args, 0, method.of())?;
    let mut operands = [[0.0; 4]; 2];
    for (index, operand) in (1..).zip(method.operands()) {
        operands[index as usize - 1] = match operand {
            Operand::Same => check(vm, args, index, Some(math))?.1,
            Operand::Of(math) => check(vm, args, index, Some(*math))?.1,
            Operand::Number => [number(vm, args, index)?; 4],
        };
    }
    match method.compute(&mut Plain, math, a, &operands) {
        Answer::Number(n) => ret_number(vm, n),
        Answer::Value(math, lanes) => ret_math(vm, math, lanes),
    }
}

fn ret_math(vm: &mut Vm, math: Math, lanes: Lanes) -> NativeResult {
    let value = vm.new_math(math, lanes)?;
    vm.ret1(value)
}

fn ret_number(vm: &mut Vm, n: f32) -> NativeResult {
    vm.ret1(f64::from(n))
}

/// `v.xz`, `v.yyyx`: the vector of the lanes that a name lists; `None` for any other name.
pub(super) fn swizzle(vm: &mut Vm, cdata: Gc<CData>, key: RawValue) -> Result<Option<RawValue>, Raised> {
    let Some(name) = key.as_string() else { return Ok(None) };
    let to = match name.as_bytes().len() {
        2 => Math::Vec2,
        3 => Math::Vec3,
        4 => Math::Vec4,
        _ => return Ok(None),
    };
    let Some((math, lanes)) = vm.math_lanes(cdata.into())?.filter(|(math, _)| *math != Math::Quat) else {
        return Ok(None);
    };
    let mut picked = [0.0; 4];
    for (lane, letter) in picked.iter_mut().zip(name.as_bytes()) {
        let known = Math::LANES[..math.lanes()].iter().position(|known| known.as_bytes() == [*letter]);
        let Some(at) = known else { return Ok(None) };
        *lane = lanes[at];
    }
    vm.new_math(to, picked).map(Some)
}

/// The constructor's metamethod `__call`: argument 0 is the type's table.
fn construct(vm: &mut Vm, args: Args, math: Math) -> NativeResult {
    let first = vm.arg(args, 1);
    if args.count <= 1 {
        return ret_math(vm, math, if math == Math::Quat { IDENTITY } else { [0.0; 4] });
    }
    if let Some((found, lanes)) = vm.math_lanes(first)?
        && args.count == 2
    {
        if found != math {
            let message = format!("{} or numbers expected, got {}", math.name(), found.name());
            return Err(vm.arg_error(args.of_call(), 0, message));
        }
        return ret_math(vm, math, lanes);
    }
    if first.is_table() {
        let value = vm.new_math(math, [0.0; 4])?;
        let cdata = value.as_cdata().expect("a math value is cdata");
        vm.assign(cdata, first)?;
        return vm.ret1(value);
    }
    let (given, mut lanes) = (args.of_call(), [0.0; 4]);
    check_lanes(vm, math.name(), math.lanes(), given)?;
    for (lane, place) in lanes.iter_mut().enumerate().take(math.lanes()) {
        *place = number(vm, given, lane as u32)?;
    }
    ret_math(vm, math, lanes)
}
/// A vector is not made of more numbers than it has.
pub(super) fn check_lanes(vm: &mut Vm, name: &str, lanes: usize, given: Args) -> Result<(), Raised> {
    if given.count as usize > lanes {
        return Err(vm.error(format!("{name} takes {lanes} numbers, got {}", given.count)));
    }
    Ok(())
}

fn new_vec2(vm: &mut Vm, args: Args) -> NativeResult {
    construct(vm, args, Math::Vec2)
}
fn new_vec3(vm: &mut Vm, args: Args) -> NativeResult {
    construct(vm, args, Math::Vec3)
}
fn new_vec4(vm: &mut Vm, args: Args) -> NativeResult {
    construct(vm, args, Math::Vec4)
}
fn new_quat(vm: &mut Vm, args: Args) -> NativeResult {
    construct(vm, args, Math::Quat)
}

type Row = (&'static str, NativeFn);

/// Methods of every math type.
const COMMON: &[Row] = &[
    ("length", length),
    ("length_squared", length_squared),
    ("normalize", normalized),
    ("dot", dot_product),
    ("lerp", lerp),
    ("clone", clone),
    ("unpack", unpack),
    ("angle_between", angle_between),
    ("is_finite", is_finite),
    ("is_normalized", is_normalized),
];

/// Methods of the vectors.
const VECTOR: &[Row] = &[
    ("distance", distance),
    ("distance_squared", distance_squared),
    ("min", smallest),
    ("max", largest),
    ("abs", absolute),
    ("clamp_length_max", clamp_length),
    ("clamp_length_min", clamp_length_min),
    ("with_length", with_length),
    ("floor", floor),
    ("ceil", ceil),
    ("round", round),
    ("fract", fract),
    ("fract_gl", fract_gl),
    ("signum", signum),
    ("recip", recip),
    ("exp", exponential),
    ("powf", power),
    ("clamp", clamp),
    ("min_element", min_element),
    ("max_element", max_element),
    ("element_sum", element_sum),
    ("move_towards", move_towards),
    ("project_onto", project_onto),
    ("reject_from", reject_from),
    ("reflect", reflect),
    ("trunc", more::trunc),
    ("exp2", more::exp2),
    ("ln", more::ln),
    ("log2", more::log2),
    ("sqrt", more::sqrt),
    ("sin", more::sin),
    ("cos", more::cos),
    ("saturate", more::saturate),
    ("is_nan", more::is_nan),
    ("length_recip", more::length_recip),
    ("normalize_or_zero", more::normalize_or_zero),
    ("normalize_or", more::normalize_or),
    ("try_normalize", more::try_normalize),
    ("element_product", more::element_product),
    ("min_position", more::min_position),
    ("max_position", more::max_position),
    ("midpoint", more::midpoint),
    ("clamp_length", more::clamp_length),
    ("mul_add", more::mul_add),
    ("rem_euclid", more::rem_euclid),
    ("div_euclid", more::div_euclid),
    ("project_onto_normalized", more::project_onto_normalized),
    ("reject_from_normalized", more::reject_from_normalized),
    ("refract", more::refract),
    ("abs_diff_eq", more::abs_diff_eq),
    ("copysign", more::copysign),
    ("step", more::step),
    ("with_x", more::with_x),
    ("with_y", more::with_y),
];

/// Methods of one type.
fn own_rows(math: Math) -> &'static [Row] {
    match math {
        Math::Vec2 => &[
            ("perp", perp),
            ("perp_dot", perp_dot),
            ("angle", angle),
            ("to_angle", angle),
            ("angle_to", angle_to),
            ("from_angle", from_angle),
            ("rotate", rotate2),
            ("extend", extend2),
            ("splat", more::splat2),
            ("rotate_towards", more::rotate_towards2),
        ],
        Math::Vec3 => &[
            ("cross", cross_product),
            ("extend", extend3),
            ("truncate", truncate3),
            ("splat", more::splat3),
            ("with_z", more::with_z3),
            ("slerp", more::slerp3),
            ("rotate_towards", more::rotate_towards3),
            ("rotate_x", more::rotate_x),
            ("rotate_y", more::rotate_y),
            ("rotate_z", more::rotate_z),
            ("rotate_axis", more::rotate_axis),
            ("any_orthogonal_vector", more::any_orthogonal_vector),
            ("any_orthonormal_vector", more::any_orthonormal_vector),
        ],
        Math::Vec4 => &[
            ("truncate", truncate4),
            ("splat", more::splat4),
            ("with_z", more::with_z4),
            ("with_w", more::with_w),
        ],
        Math::Quat => &[
            ("mul_vec3", mul_vec3),
            ("inverse", inverse),
            ("slerp", spherical),
            ("to_euler", euler),
            ("to_axis_angle", to_axis_angle),
            ("identity", identity),
            ("from_axis_angle", from_axis_angle),
            ("from_rotation_x", from_rotation_x),
            ("from_rotation_y", from_rotation_y),
            ("from_rotation_z", from_rotation_z),
            ("from_euler", from_euler),
            ("from_rotation_arc", from_rotation_arc),
            ("conjugate", more::conjugate),
            ("is_nan", more::quat_is_nan),
            ("length_recip", more::quat_length_recip),
            ("abs_diff_eq", more::quat_abs_diff_eq),
            ("is_near_identity", more::is_near_identity),
            ("mul_quat", more::mul_quat),
            ("rotate_towards", more::rotate_towards_quat),
            ("to_scaled_axis", more::to_scaled_axis),
            ("xyz", more::xyz),
            ("from_scaled_axis", more::from_scaled_axis),
            ("from_rotation_arc_colinear", more::from_rotation_arc_colinear),
            ("from_rotation_arc_2d", more::from_rotation_arc_2d),
            ("from_rotation_axes", more::from_rotation_axes),
            ("from_mat3", more::from_mat3),
            ("from_mat4", more::from_mat4),
            ("look_to_rh", more::look_to_rh),
            ("look_to_lh", more::look_to_lh),
            ("look_at_rh", more::look_at_rh),
            ("look_at_lh", more::look_at_lh),
        ],
    }
}

/// Named values of a type: `Vec3.ZERO`, `Vec2.X`. They cannot be written.
fn constants(math: Math) -> Vec<(&'static str, Lanes)> {
    if math == Math::Quat {
        return vec![("IDENTITY", IDENTITY)];
    }
    let mut all = vec![("ZERO", [0.0; 4]), ("ONE", clear_absent(math, [1.0; 4]))];
    let axes = [("X", "NEG_X"), ("Y", "NEG_Y"), ("Z", "NEG_Z"), ("W", "NEG_W")];
    for (lane, (name, negative)) in axes.into_iter().enumerate().take(math.lanes()) {
        let mut lanes = [0.0; 4];
        lanes[lane] = 1.0;
        all.push((name, lanes));
        all.push((negative, lanes.map(|lane| -lane)));
    }
    all
}

/// The type that a native constructs.
pub(crate) fn constructed_by(function: NativeFn) -> Option<Math> {
    Math::ALL.into_iter().find(|math| constructor(*math) as usize == function as usize)
}

fn constructor(math: Math) -> NativeFn {
    match math {
        Math::Vec2 => new_vec2,
        Math::Vec3 => new_vec3,
        Math::Vec4 => new_vec4,
        Math::Quat => new_quat,
    }
}

/// Puts the globals `Vec2`, `Vec3`, `Vec4` and `Quat` into a VM: each is the type's table of methods, and when called
/// makes a value. Functions a script adds to such a table become methods.
///
/// # Errors
/// When the memory limit is reached.
pub fn open(vm: &mut Vm) -> Result<(), Raised> {
    let globals = vm.heap.roots.globals.expect("a VM has globals from its creation");
    for math in Math::ALL {
        let methods = vm.new_table(0, 24)?;
        vm.raw_set_name(globals, math.name(), methods.into())?;
        vm.set_metatype(math.ctype(), methods)?;
        let vector: &[Row] = if math == Math::Quat { &[] } else { VECTOR };
        for (name, function) in COMMON.iter().chain(vector).chain(own_rows(math)) {
            let function = vm.new_host_function(name, *function, &[])?;
            vm.raw_set_name(methods, name, function)?;
        }
        for (name, lanes) in constants(math) {
            let value = vm.new_math_constant(math, lanes)?;
            vm.raw_set_name(methods, name, value)?;
        }
        let meta = vm.new_table(0, 1)?;
        let call = vm.new_host_function(math.name(), constructor(math), &[])?;
        vm.raw_set_name(meta, Meta::Call.name(), call)?;
        methods.set_metatable(&mut vm.heap, Some(meta))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotate(q: Lanes, v: Lanes) -> Lanes {
        formula::rotate(&mut Plain, q, v)
    }

    fn near(a: Lanes, b: Lanes) -> bool {
        zip(a, b, |a, b| (a - b).abs()).iter().all(|d| *d < 1e-5)
    }

    #[test]
    fn rotations_compose_and_undo() {
        let quarter = axis_angle([0.0, 0.0, 1.0, 0.0], std::f32::consts::FRAC_PI_2);
        assert!(near(rotate(quarter, [1.0, 0.0, 0.0, 0.0]), [0.0, 1.0, 0.0, 0.0]));
        let half = quat_mul(quarter, quarter);
        assert!(near(rotate(half, [1.0, 0.0, 0.0, 0.0]), [-1.0, 0.0, 0.0, 0.0]));
        let back = [-quarter[0], -quarter[1], -quarter[2], quarter[3]];
        assert!(near(quat_mul(quarter, back), IDENTITY));
        assert!(near(slerp(IDENTITY, half, 0.5), quarter));
        assert!(near(to_euler(quarter), [0.0, 0.0, std::f32::consts::FRAC_PI_2, 0.0]));
    }

    #[test]
    fn normalizing_nothing_gives_nothing() {
        assert_eq!(normalize(Math::Vec3, [0.0; 4]), [0.0; 4]);
        assert_eq!(normalize(Math::Quat, [0.0; 4]), IDENTITY);
        assert!(near(normalize(Math::Vec2, [3.0, 4.0, 0.0, 0.0]), [0.6, 0.8, 0.0, 0.0]));
    }

    #[test]
    fn absent_lanes_stay_zero() {
        assert_eq!(clear_absent(Math::Vec2, [1.0, 2.0, f32::NAN, f32::NAN]), [1.0, 2.0, 0.0, 0.0]);
        assert_eq!(cross([1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]), [0.0, 0.0, 1.0, 0.0]);
    }
}
