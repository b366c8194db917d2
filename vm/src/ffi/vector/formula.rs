//! What operators and methods of the math types compute, written once: in numbers of single precision ([`Plain`]), or in whatever a compiler has for them.

use super::super::ctype::Math;
use crate::function::NativeFn;
use crate::rt::meta::Meta;

/// What formulas are written in.
pub(crate) trait Numbers {
    /// A number of single precision.
    type N: Copy;
    fn number(&mut self, n: f32) -> Self::N;
    fn add(&mut self, a: Self::N, b: Self::N) -> Self::N;
    fn sub(&mut self, a: Self::N, b: Self::N) -> Self::N;
    fn mul(&mut self, a: Self::N, b: Self::N) -> Self::N;
    fn div(&mut self, a: Self::N, b: Self::N) -> Self::N;
    fn neg(&mut self, a: Self::N) -> Self::N;
    fn sqrt(&mut self, a: Self::N) -> Self::N;
    fn abs(&mut self, a: Self::N) -> Self::N;
    /// Whether `a < b`.
    fn less(&mut self, a: Self::N, b: Self::N) -> bool;
}

/// Numbers themselves.
pub(crate) struct Plain;

impl Numbers for Plain {
    type N = f32;
    #[inline(always)]
    fn number(&mut self, n: f32) -> f32 {
        n
    }
    #[inline(always)]
    fn add(&mut self, a: f32, b: f32) -> f32 {
        a + b
    }
    #[inline(always)]
    fn sub(&mut self, a: f32, b: f32) -> f32 {
        a - b
    }
    #[inline(always)]
    fn mul(&mut self, a: f32, b: f32) -> f32 {
        a * b
    }
    #[inline(always)]
    fn div(&mut self, a: f32, b: f32) -> f32 {
        a / b
    }
    #[inline(always)]
    fn neg(&mut self, a: f32) -> f32 {
        -a
    }
    #[inline(always)]
    fn sqrt(&mut self, a: f32) -> f32 {
        a.sqrt()
    }
    #[inline(always)]
    fn abs(&mut self, a: f32) -> f32 {
        a.abs()
    }
    #[inline(always)]
    fn less(&mut self, a: f32, b: f32) -> bool {
        a < b
    }
}

/// The lanes of a value, absent ones zero.
pub(crate) type LanesOf<T> = [<T as Numbers>::N; 4];

/// What a formula gives.
pub(crate) enum Answer<N> {
    Number(N),
    Value(Math, [N; 4]),
}

/// What a method is given behind the value itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    /// A value of the same type.
    Same,
    /// A value of this type.
    Of(Math),
    Number,
}

macro_rules! methods {
    ($($name:ident $of:expr, [$($operand:expr),*];)+) => {
        /// A method with a formula.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(non_camel_case_types, reason = "named as their functions")]
        pub(crate) enum Method { $($name,)+ }

        impl Method {
            /// Whose method it is; of every type, if of none.
            pub(crate) fn of(self) -> Option<Math> {
                match self { $(Method::$name => $of,)+ }
            }
            /// What it is given behind the value itself.
            pub(crate) fn operands(self) -> &'static [Operand] {
                match self { $(Method::$name => &[$($operand),*],)+ }
            }
            /// The method that a native is.
            pub(crate) fn of_native(function: NativeFn) -> Option<Method> {
                $(if function as usize == natives::$name as *const () as usize {
                    return Some(Method::$name);
                })+
                None
            }
        }

        /// The methods as natives.
        pub(in crate::ffi::vector) mod natives {
            use super::Method;
            use crate::vm::{Args, NativeResult, Vm};
            $(pub(in crate::ffi::vector) fn $name(vm: &mut Vm, args: Args) -> NativeResult {
                super::super::run_method(vm, args, Method::$name)
            })+
        }
    };
}

methods! {
    length None, [];
    length_squared None, [];
    normalized None, [];
    dot_product None, [Operand::Same];
    distance None, [Operand::Same];
    distance_squared None, [Operand::Same];
    lerp None, [Operand::Same, Operand::Number];
    clone None, [];
    absolute None, [];
    clamp_length None, [Operand::Number];
    clamp_length_min None, [Operand::Number];
    with_length None, [Operand::Number];
    project_onto None, [Operand::Same];
    reject_from None, [Operand::Same];
    reflect None, [Operand::Same];
    perp Some(Math::Vec2), [];
    perp_dot Some(Math::Vec2), [Operand::Same];
    rotate2 Some(Math::Vec2), [Operand::Same];
    extend2 Some(Math::Vec2), [Operand::Number];
    extend3 Some(Math::Vec3), [Operand::Number];
    truncate3 Some(Math::Vec3), [];
    truncate4 Some(Math::Vec4), [];
    cross_product Some(Math::Vec3), [Operand::Same];
    mul_vec3 Some(Math::Quat), [Operand::Of(Math::Vec3)];
    inverse Some(Math::Quat), [];
}

impl Method {
    /// The method of `a`, a value of type `math`; numbers among the operands are given in all lanes.
    #[inline(always)]
    pub(crate) fn compute<T: Numbers>(
        self,
        t: &mut T,
        math: Math,
        a: LanesOf<T>,
        operands: &[LanesOf<T>],
    ) -> Answer<T::N> {
        use Answer::{Number, Value};
        let zero = t.number(0.0);
        match self {
            Method::length => Number(length(t, a)),
            Method::length_squared => Number(dot(t, a, a)),
            Method::normalized => Value(math, normalize(t, math, a)),
            Method::dot_product => Number(dot(t, a, operands[0])),
            Method::distance => {
                let way = zip(t, math, a, operands[0], T::sub);
                Number(length(t, way))
            }
            Method::distance_squared => {
                let way = zip(t, math, a, operands[0], T::sub);
                Number(dot(t, way, way))
            }
            Method::lerp => {
                let (b, by) = (operands[0], operands[1][0]);
                if math != Math::Quat {
                    return Value(math, mix(t, math, a, b, by));
                }
                // Both signs are the same rotation: the nearer one is meant.
                let cosine = dot(t, a, b);
                let b = if t.less(cosine, zero) { opposite(t, b) } else { b };
                let between = mix(t, math, a, b, by);
                Value(math, normalize(t, math, between))
            }
            Method::clone => Value(math, a),
            Method::absolute => Value(math, each(t, math, a, T::abs)),
            Method::clamp_length => {
                let (length, limit) = (length(t, a), operands[0][0]);
                Value(math, if t.less(limit, length) { shrunk(t, math, a, limit, length) } else { a })
            }
            Method::clamp_length_min => {
                let (length, limit) = (length(t, a), operands[0][0]);
                let grows = t.less(length, limit) && t.less(zero, length);
                Value(math, if grows { shrunk(t, math, a, limit, length) } else { a })
            }
            Method::with_length => {
                let direction = normalize(t, math, a);
                Value(math, scale(t, math, direction, operands[0][0]))
            }
            Method::project_onto => {
                let b = operands[0];
                Value(math, shadow(t, math, a, b))
            }
            Method::reject_from => {
                let along = shadow(t, math, a, operands[0]);
                Value(math, zip(t, math, a, along, T::sub))
            }
            Method::reflect => {
                let normal = operands[0];
                let (two, along) = (t.number(2.0), dot(t, a, normal));
                let twice = t.mul(two, along);
                let back = scale(t, math, normal, twice);
                Value(math, zip(t, math, a, back, T::sub))
            }
            Method::perp => {
                let x = t.neg(a[1]);
                Value(Math::Vec2, [x, a[0], zero, zero])
            }
            Method::perp_dot => {
                let b = operands[0];
                Number(difference(t, (a[0], b[1]), (a[1], b[0])))
            }
            Method::rotate2 => {
                let b = operands[0];
                let x = difference(t, (a[0], b[0]), (a[1], b[1]));
                let (left, right) = (t.mul(a[1], b[0]), t.mul(a[0], b[1]));
                let y = t.add(left, right);
                Value(Math::Vec2, [x, y, zero, zero])
            }
            Method::extend2 => Value(Math::Vec3, [a[0], a[1], operands[0][0], zero]),
            Method::extend3 => Value(Math::Vec4, [a[0], a[1], a[2], operands[0][0]]),
            Method::truncate3 => Value(Math::Vec2, [a[0], a[1], zero, zero]),
            Method::truncate4 => Value(Math::Vec3, [a[0], a[1], a[2], zero]),
            Method::cross_product => Value(Math::Vec3, cross(t, a, operands[0])),
            Method::mul_vec3 => Value(Math::Vec3, rotate(t, a, operands[0])),
            Method::inverse => {
                let [x, y, z, w] = a;
                Value(Math::Quat, [t.neg(x), t.neg(y), t.neg(z), w])
            }
        }
    }
}

/// An operator between two values, or a value and a number, which has no type and is given in all lanes; `None` for one that is no operator of these types.
#[inline(always)]
pub(crate) fn operate<T: Numbers>(
    t: &mut T,
    event: Meta,
    (left, x): (Option<Math>, LanesOf<T>),
    (right, y): (Option<Math>, LanesOf<T>),
) -> Option<(Math, LanesOf<T>)> {
    let math = match (left, right) {
        (Some(Math::Quat), Some(Math::Vec3)) if event == Meta::Mul => {
            return Some((Math::Vec3, rotate(t, x, y)));
        }
        (Some(Math::Quat), Some(Math::Quat)) if event == Meta::Mul => {
            return Some((Math::Quat, turned(t, x, y)));
        }
        (Some(left), Some(right)) if left != right => return None,
        (Some(math), _) | (None, Some(math)) => math,
        (None, None) => return None,
    };
    let lanes = match event {
        Meta::Add => zip(t, math, x, y, T::add),
        Meta::Sub => zip(t, math, x, y, T::sub),
        Meta::Mul => zip(t, math, x, y, T::mul),
        Meta::Div => zip(t, math, x, y, T::div),
        Meta::Unm => each(t, math, x, T::neg),
        _ => return None,
    };
    Some((math, lanes))
}

/// The rotation by `q`, then by `p`.
#[inline(always)]
pub(super) fn turned<T: Numbers>(t: &mut T, p: LanesOf<T>, q: LanesOf<T>) -> LanesOf<T> {
    // The signs and lanes of each lane's products.
    const PRODUCTS: [[(bool, usize, usize); 4]; 4] = [
        [(true, 3, 0), (true, 0, 3), (true, 1, 2), (false, 2, 1)],
        [(true, 3, 1), (false, 0, 2), (true, 1, 3), (true, 2, 0)],
        [(true, 3, 2), (true, 0, 1), (false, 1, 0), (true, 2, 3)],
        [(true, 3, 3), (false, 0, 0), (false, 1, 1), (false, 2, 2)],
    ];
    PRODUCTS.map(|products| {
        let mut sum = t.mul(p[products[0].1], q[products[0].2]);
        for (is_added, i, j) in &products[1..] {
            let product = t.mul(p[*i], q[*j]);
            sum = if *is_added { t.add(sum, product) } else { t.sub(sum, product) };
        }
        sum
    })
}

/// A function of each lane that the type has.
#[inline(always)]
pub(super) fn each<T: Numbers>(
    t: &mut T,
    math: Math,
    a: LanesOf<T>,
    f: impl Fn(&mut T, T::N) -> T::N,
) -> LanesOf<T> {
    let mut lanes = [t.number(0.0); 4];
    for lane in 0..math.lanes() {
        lanes[lane] = f(t, a[lane]);
    }
    lanes
}

/// A function of both lanes, for those that the type has.
#[inline(always)]
pub(super) fn zip<T: Numbers>(
    t: &mut T,
    math: Math,
    a: LanesOf<T>,
    b: LanesOf<T>,
    f: impl Fn(&mut T, T::N, T::N) -> T::N,
) -> LanesOf<T> {
    let mut lanes = [t.number(0.0); 4];
    for lane in 0..math.lanes() {
        lanes[lane] = f(t, a[lane], b[lane]);
    }
    lanes
}

#[inline(always)]
pub(super) fn dot<T: Numbers>(t: &mut T, a: LanesOf<T>, b: LanesOf<T>) -> T::N {
    let mut sum = t.mul(a[0], b[0]);
    for lane in 1..4 {
        let product = t.mul(a[lane], b[lane]);
        sum = t.add(sum, product);
    }
    sum
}

#[inline(always)]
fn length<T: Numbers>(t: &mut T, a: LanesOf<T>) -> T::N {
    let squared = dot(t, a, a);
    t.sqrt(squared)
}

#[inline(always)]
fn scale<T: Numbers>(t: &mut T, math: Math, a: LanesOf<T>, by: T::N) -> LanesOf<T> {
    zip(t, math, a, [by; 4], T::mul)
}

/// `x0 * x1 - y0 * y1`
#[inline(always)]
fn difference<T: Numbers>(t: &mut T, x: (T::N, T::N), y: (T::N, T::N)) -> T::N {
    let (left, right) = (t.mul(x.0, x.1), t.mul(y.0, y.1));
    t.sub(left, right)
}

#[inline(always)]
pub(super) fn cross<T: Numbers>(t: &mut T, a: LanesOf<T>, b: LanesOf<T>) -> LanesOf<T> {
    let x = difference(t, (a[1], b[2]), (a[2], b[1]));
    let y = difference(t, (a[2], b[0]), (a[0], b[2]));
    let z = difference(t, (a[0], b[1]), (a[1], b[0]));
    [x, y, z, t.number(0.0)]
}

/// The value with length one; zero (for a rotation: none) when it has no direction.
#[inline(always)]
pub(super) fn normalize<T: Numbers>(t: &mut T, math: Math, a: LanesOf<T>) -> LanesOf<T> {
    let length = length(t, a);
    let (zero, one, infinite) = (t.number(0.0), t.number(1.0), t.number(f32::INFINITY));
    if t.less(zero, length) && t.less(length, infinite) {
        let by = t.div(one, length);
        scale(t, math, a, by)
    } else if math == Math::Quat {
        [zero, zero, zero, one]
    } else {
        [zero; 4]
    }
}

#[inline(always)]
fn opposite<T: Numbers>(t: &mut T, a: LanesOf<T>) -> LanesOf<T> {
    let minus = t.number(-1.0);
    scale(t, Math::Quat, a, minus)
}

/// `a + (b - a) * by`
#[inline(always)]
fn mix<T: Numbers>(t: &mut T, math: Math, a: LanesOf<T>, b: LanesOf<T>, by: T::N) -> LanesOf<T> {
    let way = zip(t, math, b, a, T::sub);
    let part = scale(t, math, way, by);
    zip(t, math, a, part, T::add)
}

/// With another length.
#[inline(always)]
fn shrunk<T: Numbers>(t: &mut T, math: Math, a: LanesOf<T>, to: T::N, length: T::N) -> LanesOf<T> {
    let by = t.div(to, length);
    scale(t, math, a, by)
}

/// The part of `a` along `b`.
#[inline(always)]
fn shadow<T: Numbers>(t: &mut T, math: Math, a: LanesOf<T>, b: LanesOf<T>) -> LanesOf<T> {
    let (along, squared) = (dot(t, a, b), dot(t, b, b));
    let by = t.div(along, squared);
    scale(t, math, b, by)
}

/// A vector turned by a rotation.
#[inline(always)]
pub(super) fn rotate<T: Numbers>(t: &mut T, q: LanesOf<T>, v: LanesOf<T>) -> LanesOf<T> {
    let (zero, two, w) = (t.number(0.0), t.number(2.0), q[3]);
    let axis = [q[0], q[1], q[2], zero];
    let (square, of_axis) = (t.mul(w, w), dot(t, axis, axis));
    let by = t.sub(square, of_axis);
    let first = scale(t, Math::Vec3, v, by);
    let along = dot(t, v, axis);
    let by = t.mul(two, along);
    let second = scale(t, Math::Vec3, axis, by);
    let by = t.mul(two, w);
    let across = cross(t, axis, v);
    let third = scale(t, Math::Vec3, across, by);
    let sum = zip(t, Math::Vec3, first, second, T::add);
    zip(t, Math::Vec3, sum, third, T::add)
}
