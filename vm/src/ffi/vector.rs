//! The math types: operators and methods of Vec2, Vec3, Vec4 and Quat, written once for all of them.
//!
//! A value is its lanes, absent ones zero; so length, dot product and interpolation need no case per type.
//! The formulas are those of the `glam` crate in single precision, so that Lua and Rust agree.

use crate::function::NativeFn;
use crate::rt::meta::Meta;
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Raised, Vm};

use super::ctype::Math;

type Lanes = [f32; 4];

/// The operators, numbers standing for a value with equal lanes.
pub(super) fn arith(
    vm: &mut Vm,
    event: Meta,
    (a, left): (RawValue, Option<(Math, Lanes)>),
    (b, right): (RawValue, Option<(Math, Lanes)>),
) -> Result<Option<RawValue>, Raised> {
    let (math, x, y) = match (left, right) {
        (Some((Math::Quat, q)), Some((Math::Vec3, v))) if event == Meta::Mul => {
            return vm.new_math(Math::Vec3, rotate(q, v)).map(Some);
        }
        (Some((Math::Quat, p)), Some((Math::Quat, q))) if event == Meta::Mul => {
            return vm.new_math(Math::Quat, quat_mul(p, q)).map(Some);
        }
        (Some((l, x)), Some((r, y))) if l == r => (l, x, y),
        (Some((math, x)), None) => match b.as_number() {
            Some(n) => (math, x, [n as f32; 4]),
            None => return Ok(None),
        },
        (None, Some((math, y))) => match a.as_number() {
            Some(n) => (math, [n as f32; 4], y),
            None => return Ok(None),
        },
        (Some((l, _)), Some((r, _))) => return Err(mismatch(vm, l, r)),
        (None, None) => return Ok(None),
    };
    let lanes = match event {
        Meta::Add => zip(x, y, |a, b| a + b),
        Meta::Sub => zip(x, y, |a, b| a - b),
        Meta::Mul => zip(x, y, |a, b| a * b),
        Meta::Div => zip(x, y, |a, b| a / b),
        Meta::Unm => x.map(|a| -a),
        Meta::Index
        | Meta::NewIndex
        | Meta::Mode
        | Meta::Gc
        | Meta::Eq
        | Meta::Len
        | Meta::Call
        | Meta::Mod
        | Meta::Pow
        | Meta::Concat
        | Meta::Lt
        | Meta::Le
        | Meta::Metatable
        | Meta::ToString
        | Meta::Name => {
            return Ok(None);
        }
    };
    vm.new_math(math, clear_absent(math, lanes)).map(Some)
}

#[cold]
fn mismatch(vm: &mut Vm, left: Math, right: Math) -> Raised {
    vm.error(format!("attempt to perform arithmetic on {} and {}", left.name(), right.name()))
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
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3]
}

fn cross(a: Lanes, b: Lanes) -> Lanes {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0], 0.0]
}

fn scale(a: Lanes, s: f32) -> Lanes {
    a.map(|lane| lane * s)
}

/// The value with length one; zero (for a rotation: none) when it has no direction.
fn normalize(math: Math, a: Lanes) -> Lanes {
    let length = dot(a, a).sqrt();
    if length > 0.0 && length.is_finite() {
        scale(a, 1.0 / length)
    } else if math == Math::Quat {
        IDENTITY
    } else {
        [0.0; 4]
    }
}

const IDENTITY: Lanes = [0.0, 0.0, 0.0, 1.0];

fn quat_mul(p: Lanes, q: Lanes) -> Lanes {
    let ([x0, y0, z0, w0], [x1, y1, z1, w1]) = (p, q);
    [
        w0 * x1 + x0 * w1 + y0 * z1 - z0 * y1,
        w0 * y1 - x0 * z1 + y0 * w1 + z0 * x1,
        w0 * z1 + x0 * y1 - y0 * x1 + z0 * w1,
        w0 * w1 - x0 * x1 - y0 * y1 - z0 * z1,
    ]
}

fn rotate(q: Lanes, v: Lanes) -> Lanes {
    let axis = [q[0], q[1], q[2], 0.0];
    let w = q[3];
    let first = scale(v, w * w - dot(axis, axis));
    let second = scale(axis, 2.0 * dot(v, axis));
    let third = scale(cross(axis, v), 2.0 * w);
    clear_absent(Math::Vec3, zip(zip(first, second, |a, b| a + b), third, |a, b| a + b))
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

// ---- methods --------------------------------------------------------------------------------------------

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

fn ret_math(vm: &mut Vm, math: Math, lanes: Lanes) -> NativeResult {
    let value = vm.new_math(math, lanes)?;
    vm.ret1(value)
}

fn ret_number(vm: &mut Vm, n: f32) -> NativeResult {
    vm.ret1(f64::from(n))
}

fn length(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, None)?;
    ret_number(vm, dot(a, a).sqrt())
}
fn length_squared(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, None)?;
    ret_number(vm, dot(a, a))
}
fn normalized(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    ret_math(vm, math, normalize(math, a))
}
fn dot_product(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a, b) = pair(vm, args)?;
    ret_number(vm, dot(a, b))
}
fn distance(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a, b) = pair(vm, args)?;
    let d = zip(a, b, |a, b| a - b);
    ret_number(vm, dot(d, d).sqrt())
}
fn distance_squared(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a, b) = pair(vm, args)?;
    let d = zip(a, b, |a, b| a - b);
    ret_number(vm, dot(d, d))
}
fn lerp(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a, b) = pair(vm, args)?;
    let t = number(vm, args, 2)?;
    let mixed = zip(a, b, |a, b| a + (b - a) * t);
    ret_math(vm, math, if math == Math::Quat { normalize(math, mixed) } else { mixed })
}
fn clone(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    ret_math(vm, math, a)
}
fn smallest(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a, b) = pair(vm, args)?;
    ret_math(vm, math, zip(a, b, f32::min))
}
fn largest(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a, b) = pair(vm, args)?;
    ret_math(vm, math, zip(a, b, f32::max))
}
fn absolute(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    ret_math(vm, math, a.map(f32::abs))
}
fn clamp_length(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    let limit = number(vm, args, 1)?;
    let length = dot(a, a).sqrt();
    ret_math(vm, math, if length > limit { scale(a, limit / length) } else { a })
}
/// A function of each lane as a method.
macro_rules! lane_methods {
    ($($name:ident $f:expr,)+) => {
        $(fn $name(vm: &mut Vm, args: Args) -> NativeResult {
            let (math, a) = check(vm, args, 0, None)?;
            ret_math(vm, math, clear_absent(math, a.map($f)))
        })+
    };
}
lane_methods! {
    floor f32::floor,
    ceil f32::ceil,
    round f32::round,
    fract |lane| lane - lane.trunc(),
    fract_gl |lane| lane - lane.floor(),
    signum f32::signum,
    recip f32::recip,
    exponential f32::exp,
}
fn clamp(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    let (_, low) = check(vm, args, 1, Some(math))?;
    let (_, high) = check(vm, args, 2, Some(math))?;
    ret_math(vm, math, zip(zip(a, low, f32::max), high, f32::min))
}
fn power(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    let n = number(vm, args, 1)?;
    ret_math(vm, math, clear_absent(math, a.map(|lane| lane.powf(n))))
}
fn min_element(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    ret_number(vm, a[..math.lanes()].iter().copied().fold(f32::INFINITY, f32::min))
}
fn max_element(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    ret_number(vm, a[..math.lanes()].iter().copied().fold(f32::NEG_INFINITY, f32::max))
}
fn element_sum(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, None)?;
    ret_number(vm, a.iter().sum())
}
fn is_finite(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, None)?;
    vm.ret1(a.iter().all(|lane| lane.is_finite()))
}
fn is_normalized(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, None)?;
    vm.ret1((dot(a, a) - 1.0).abs() <= 2e-4)
}
fn clamp_length_min(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    let limit = number(vm, args, 1)?;
    let length = dot(a, a).sqrt();
    ret_math(vm, math, if length < limit && length > 0.0 { scale(a, limit / length) } else { a })
}
fn with_length(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    let length = number(vm, args, 1)?;
    ret_math(vm, math, scale(normalize(math, a), length))
}
fn move_towards(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a, b) = pair(vm, args)?;
    let step = number(vm, args, 2)?;
    let way = zip(b, a, |b, a| b - a);
    let length = dot(way, way).sqrt();
    let there = length <= step || length <= 1e-4;
    ret_math(vm, math, if there { b } else { zip(a, scale(way, step / length), |a, b| a + b) })
}
fn project_onto(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a, b) = pair(vm, args)?;
    ret_math(vm, math, scale(b, dot(a, b) / dot(b, b)))
}
fn reject_from(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a, b) = pair(vm, args)?;
    ret_math(vm, math, zip(a, scale(b, dot(a, b) / dot(b, b)), |a, b| a - b))
}
fn reflect(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a, normal) = pair(vm, args)?;
    ret_math(vm, math, zip(a, scale(normal, 2.0 * dot(a, normal)), |a, b| a - b))
}
/// Between two vectors without sign, between two rotations the angle of the one that is missing.
fn angle_between(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a, b) = pair(vm, args)?;
    let cosine = dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
    ret_number(
        vm,
        if math == Math::Quat { 2.0 * cosine.abs().min(1.0).acos() } else { cosine.clamp(-1.0, 1.0).acos() },
    )
}
fn angle_to(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, Some(Math::Vec2))?;
    let (_, b) = check(vm, args, 1, Some(Math::Vec2))?;
    ret_number(vm, (a[0] * b[1] - a[1] * b[0]).atan2(a[0] * b[0] + a[1] * b[1]))
}
fn rotate2(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, Some(Math::Vec2))?;
    let (_, b) = check(vm, args, 1, Some(Math::Vec2))?;
    ret_math(vm, Math::Vec2, [a[0] * b[0] - a[1] * b[1], a[1] * b[0] + a[0] * b[1], 0.0, 0.0])
}
fn perp_dot(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, Some(Math::Vec2))?;
    let (_, b) = check(vm, args, 1, Some(Math::Vec2))?;
    ret_number(vm, a[0] * b[1] - a[1] * b[0])
}
/// The shortest rotation from one direction to another.
fn from_rotation_arc(vm: &mut Vm, args: Args) -> NativeResult {
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
fn unpack(vm: &mut Vm, args: Args) -> NativeResult {
    let (math, a) = check(vm, args, 0, None)?;
    for &lane in &a[..math.lanes()] {
        vm.push(f64::from(lane).into())?;
    }
    vm.ret_top(math.lanes() as u32)
}
fn perp(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, Some(Math::Vec2))?;
    ret_math(vm, Math::Vec2, [-a[1], a[0], 0.0, 0.0])
}
fn angle(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, Some(Math::Vec2))?;
    ret_number(vm, a[1].atan2(a[0]))
}
fn from_angle(vm: &mut Vm, args: Args) -> NativeResult {
    let (sin, cos) = number(vm, args, 0)?.sin_cos();
    ret_math(vm, Math::Vec2, [cos, sin, 0.0, 0.0])
}
fn extend2(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, Some(Math::Vec2))?;
    let z = number(vm, args, 1)?;
    ret_math(vm, Math::Vec3, [a[0], a[1], z, 0.0])
}
fn extend3(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, Some(Math::Vec3))?;
    let w = number(vm, args, 1)?;
    ret_math(vm, Math::Vec4, [a[0], a[1], a[2], w])
}
fn truncate3(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, Some(Math::Vec3))?;
    ret_math(vm, Math::Vec2, [a[0], a[1], 0.0, 0.0])
}
fn truncate4(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, Some(Math::Vec4))?;
    ret_math(vm, Math::Vec3, [a[0], a[1], a[2], 0.0])
}
fn cross_product(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, Some(Math::Vec3))?;
    let (_, b) = check(vm, args, 1, Some(Math::Vec3))?;
    ret_math(vm, Math::Vec3, cross(a, b))
}
fn mul_vec3(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, q) = check(vm, args, 0, Some(Math::Quat))?;
    let (_, v) = check(vm, args, 1, Some(Math::Vec3))?;
    ret_math(vm, Math::Vec3, rotate(q, v))
}
fn inverse(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, q) = check(vm, args, 0, Some(Math::Quat))?;
    ret_math(vm, Math::Quat, [-q[0], -q[1], -q[2], q[3]])
}
fn spherical(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, a) = check(vm, args, 0, Some(Math::Quat))?;
    let (_, b) = check(vm, args, 1, Some(Math::Quat))?;
    let t = number(vm, args, 2)?;
    ret_math(vm, Math::Quat, slerp(a, b, t))
}
fn euler(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, q) = check(vm, args, 0, Some(Math::Quat))?;
    let angles = to_euler(q);
    for &angle in &angles[..3] {
        vm.push(f64::from(angle).into())?;
    }
    vm.ret_top(3)
}
fn to_axis_angle(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, q) = check(vm, args, 0, Some(Math::Quat))?;
    let sin = (q[0] * q[0] + q[1] * q[1] + q[2] * q[2]).sqrt();
    let axis = if sin >= 1e-8 { scale(q, 1.0 / sin) } else { [1.0, 0.0, 0.0, 0.0] };
    let axis = vm.new_math(Math::Vec3, clear_absent(Math::Vec3, axis))?;
    vm.push(axis)?;
    vm.push(f64::from(2.0 * sin.atan2(q[3])).into())?;
    vm.ret_top(2)
}
fn identity(vm: &mut Vm, _: Args) -> NativeResult {
    ret_math(vm, Math::Quat, IDENTITY)
}
fn from_axis_angle(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, axis) = check(vm, args, 0, Some(Math::Vec3))?;
    let angle = number(vm, args, 1)?;
    ret_math(vm, Math::Quat, axis_angle(normalize(Math::Vec3, axis), angle))
}
fn from_rotation(vm: &mut Vm, args: Args, axis: Lanes) -> NativeResult {
    let angle = number(vm, args, 0)?;
    ret_math(vm, Math::Quat, axis_angle(axis, angle))
}
fn from_rotation_x(vm: &mut Vm, args: Args) -> NativeResult {
    from_rotation(vm, args, [1.0, 0.0, 0.0, 0.0])
}
fn from_rotation_y(vm: &mut Vm, args: Args) -> NativeResult {
    from_rotation(vm, args, [0.0, 1.0, 0.0, 0.0])
}
fn from_rotation_z(vm: &mut Vm, args: Args) -> NativeResult {
    from_rotation(vm, args, [0.0, 0.0, 1.0, 0.0])
}
fn from_euler(vm: &mut Vm, args: Args) -> NativeResult {
    let (x, y, z) = (number(vm, args, 0)?, number(vm, args, 1)?, number(vm, args, 2)?);
    let about = |axis: Lanes, angle| axis_angle(axis, angle);
    let q = quat_mul(
        quat_mul(about([1.0, 0.0, 0.0, 0.0], x), about([0.0, 1.0, 0.0, 0.0], y)),
        about([0.0, 0.0, 1.0, 0.0], z),
    );
    ret_math(vm, Math::Quat, q)
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
            return Err(vm.arg_error(args, 1, message));
        }
        return ret_math(vm, math, lanes);
    }
    if first.is_table() {
        let value = vm.new_math(math, [0.0; 4])?;
        let cdata = value.as_cdata().expect("a math value is cdata");
        vm.assign(cdata, first)?;
        return vm.ret1(value);
    }
    let mut lanes = [0.0; 4];
    for (lane, place) in lanes.iter_mut().enumerate().take(math.lanes()) {
        *place = number(vm, args, lane as u32 + 1)?;
    }
    ret_math(vm, math, lanes)
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
];

/// Methods of one type.
fn own_rows(math: Math) -> &'static [Row] {
    match math {
        Math::Vec2 => &[
            ("perp", perp),
            ("perp_dot", perp_dot),
            ("angle", angle),
            ("angle_to", angle_to),
            ("from_angle", from_angle),
            ("rotate", rotate2),
            ("extend", extend2),
        ],
        Math::Vec3 => &[("cross", cross_product), ("extend", extend3), ("truncate", truncate3)],
        Math::Vec4 => &[("truncate", truncate4)],
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
