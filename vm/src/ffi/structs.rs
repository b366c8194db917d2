//! Math types beyond the float vectors: integer vectors, matrices, colours and rectangles.
//!
//! They are structs with metatables, so that their fields are read and written like any struct's. The formulas are those of `glam` and
//! `bevy_math`, which tests of the plugin compare with.

use crate::function::NativeFn;
use crate::rt::meta::Meta;
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

use super::ctype::{CType, CTypeId, Field, Form, Math, Scalar};
use super::host::RegisterError;

macro_rules! structs {
    ($($(#[doc = $doc:literal])+ $name:ident $parts:expr, $floats:literal;)+) => {
        /// A struct of floats.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum FloatStruct { $($(#[doc = $doc])+ $name,)+ }

        impl FloatStruct {
            /// All of them.
            pub const ALL: &'static [FloatStruct] = &[$(FloatStruct::$name,)+];

            /// The name of the type, and of the global that constructs it.
            pub fn name(self) -> &'static str {
                match self { $(FloatStruct::$name => stringify!($name),)+ }
            }
            /// The fields, one after another; a math type, or a float.
            fn parts(self) -> &'static [(&'static str, Option<Math>)] {
                match self { $(FloatStruct::$name => $parts,)+ }
            }
            /// How many floats there are.
            fn floats(self) -> usize {
                match self { $(FloatStruct::$name => $floats,)+ }
            }
        }
    };
}

structs! {
    /// Columns of three numbers.
    Mat3 &[("x_axis", Some(Math::Vec3)), ("y_axis", Some(Math::Vec3)), ("z_axis", Some(Math::Vec3))], 9;
    /// Columns of four numbers.
    Mat4 &[
        ("x_axis", Some(Math::Vec4)), ("y_axis", Some(Math::Vec4)),
        ("z_axis", Some(Math::Vec4)), ("w_axis", Some(Math::Vec4))
    ], 16;
    /// Two corners.
    Rect &[("min", Some(Math::Vec2)), ("max", Some(Math::Vec2))], 4;
    /// In sRGB, with alpha.
    Color &[("red", None), ("green", None), ("blue", None), ("alpha", None)], 4;
}

macro_rules! integer_vectors {
    ($($(#[doc = $doc:literal])+ $name:ident $lanes:literal $scalar:ident;)+) => {
        /// A vector of 32-bit integers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum IntVector { $($(#[doc = $doc])+ $name,)+ }

        impl IntVector {
            /// All of them.
            pub const ALL: &'static [IntVector] = &[$(IntVector::$name,)+];

            /// The name of the type, and of the global that constructs it.
            pub fn name(self) -> &'static str {
                match self { $(IntVector::$name => stringify!($name),)+ }
            }
            /// The number of lanes.
            fn lanes(self) -> usize {
                match self { $(IntVector::$name => $lanes,)+ }
            }
            /// The type of the lanes.
            fn scalar(self) -> Scalar {
                match self { $(IntVector::$name => Scalar::$scalar,)+ }
            }
        }
    };
}

integer_vectors! {
    /// Two signed lanes.
    IVec2 2 I32;
    /// Three signed lanes.
    IVec3 3 I32;
    /// Four signed lanes.
    IVec4 4 I32;
    /// Two unsigned lanes.
    UVec2 2 U32;
    /// Three unsigned lanes.
    UVec3 3 U32;
    /// Four unsigned lanes.
    UVec4 4 U32;
}

type Floats = [f32; 16];
type Ints = [i64; 4];

/// The types of one VM.
#[derive(Debug, Default)]
pub struct StructTypes {
    floats: Vec<CTypeId>,
    integers: Vec<CTypeId>,
}

impl StructTypes {
    /// The type of a struct of floats.
    ///
    /// # Panics
    /// Before [`Vm::open_host_types`].
    pub fn of_floats(&self, kind: FloatStruct) -> CTypeId {
        self.floats[kind as usize]
    }
    /// The type of an integer vector.
    ///
    /// # Panics
    /// Before [`Vm::open_host_types`].
    pub fn of_integers(&self, kind: IntVector) -> CTypeId {
        self.integers[kind as usize]
    }
}

impl Vm {
    /// A new colour.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub(super) fn new_color(&mut self, lanes: [f32; 4]) -> Result<RawValue, Raised> {
        let mut floats = [0.0; 16];
        floats[..4].copy_from_slice(&lanes);
        new_floats(self, FloatStruct::Color, &floats)
    }

    /// The lanes of a colour; `None` for anything else.
    pub(super) fn color_lanes(&mut self, value: RawValue) -> Result<Option<[f32; 4]>, Raised> {
        if self.ffi.structs.floats.is_empty() {
            return Ok(None);
        }
        let floats = floats_of(self, value, FloatStruct::Color)?;
        Ok(floats.map(|floats| [floats[0], floats[1], floats[2], floats[3]]))
    }
}

// ---- values ---------------------------------------------------------------------------------------------

/// The bytes of a value of a type; `None` for any other value.
#[allow(unsafe_code, reason = "reads a value that was checked")]
pub(super) fn bytes<const N: usize>(
    vm: &mut Vm,
    value: RawValue,
    ctype: CTypeId,
    len: usize,
) -> Result<Option<[u8; N]>, Raised> {
    let Some(cdata) = value.as_cdata().filter(|cdata| cdata.ctype() == ctype) else { return Ok(None) };
    let data = vm.readable(cdata)?;
    let mut bytes = [0; N];
    // SAFETY: just checked; the type has `len` bytes.
    unsafe { std::ptr::copy_nonoverlapping(data, bytes.as_mut_ptr(), len) };
    Ok(Some(bytes))
}

fn floats_of(vm: &mut Vm, value: RawValue, kind: FloatStruct) -> Result<Option<Floats>, Raised> {
    let ctype = vm.ffi.structs.of_floats(kind);
    let Some(bytes) = bytes::<64>(vm, value, ctype, kind.floats() * 4)? else { return Ok(None) };
    let mut floats = [0.0; 16];
    for (float, chunk) in floats.iter_mut().zip(bytes.chunks_exact(4)) {
        *float = f32::from_ne_bytes(chunk.try_into().expect("chunks of four bytes"));
    }
    Ok(Some(floats))
}

fn new_floats(vm: &mut Vm, kind: FloatStruct, floats: &Floats) -> Result<RawValue, Raised> {
    let bytes: Vec<u8> = floats[..kind.floats()].iter().flat_map(|float| float.to_ne_bytes()).collect();
    let ctype = vm.ffi.structs.of_floats(kind);
    Ok(vm.owned_from_bytes(ctype, &bytes)?.into())
}

fn ret_floats(vm: &mut Vm, kind: FloatStruct, floats: &Floats) -> NativeResult {
    let value = new_floats(vm, kind, floats)?;
    vm.ret1(value)
}

fn ints_of(vm: &mut Vm, value: RawValue, kind: IntVector) -> Result<Option<Ints>, Raised> {
    let ctype = vm.ffi.structs.of_integers(kind);
    let Some(bytes) = bytes::<16>(vm, value, ctype, kind.lanes() * 4)? else { return Ok(None) };
    let mut ints = [0; 4];
    for (int, chunk) in ints.iter_mut().zip(bytes.chunks_exact(4)).take(kind.lanes()) {
        let word = u32::from_ne_bytes(chunk.try_into().expect("chunks of four bytes"));
        *int = if kind.scalar() == Scalar::I32 { i64::from(word as i32) } else { i64::from(word) };
    }
    Ok(Some(ints))
}

/// Lanes are cut to 32 bits, as integers wrap in release builds of Rust.
fn ret_ints(vm: &mut Vm, kind: IntVector, ints: Ints) -> NativeResult {
    let bytes: Vec<u8> = ints[..kind.lanes()].iter().flat_map(|int| (*int as u32).to_ne_bytes()).collect();
    let ctype = vm.ffi.structs.of_integers(kind);
    let value = vm.owned_from_bytes(ctype, &bytes)?;
    vm.ret1(RawValue::from(value))
}

#[cold]
pub(super) fn expected(vm: &mut Vm, args: Args, index: u32, what: &str) -> Raised {
    let value = vm.arg(args, index);
    let got = if index < args.count { vm.describe_type(value) } else { "no value".to_owned() };
    vm.arg_error(args, index, format!("{what} expected, got {got}"))
}

fn check_floats(vm: &mut Vm, args: Args, index: u32, kind: FloatStruct) -> Result<Floats, Raised> {
    let value = vm.arg(args, index);
    match floats_of(vm, value, kind)? {
        Some(floats) => Ok(floats),
        None => Err(expected(vm, args, index, kind.name())),
    }
}

fn check_math(vm: &mut Vm, args: Args, index: u32, math: Math) -> Result<[f32; 4], Raised> {
    let value = vm.arg(args, index);
    match vm.math_lanes(value)? {
        Some((found, lanes)) if found == math => Ok(lanes),
        _ => Err(expected(vm, args, index, math.name())),
    }
}

fn number(vm: &mut Vm, args: Args, index: u32) -> Result<f32, Raised> {
    Ok(vm.check_number(args, index)? as f32)
}

fn ret_math(vm: &mut Vm, math: Math, lanes: [f32; 4]) -> NativeResult {
    let value = vm.new_math(math, lanes)?;
    vm.ret1(value)
}

// ---- matrices -------------------------------------------------------------------------------------------

/// The side of a matrix type.
fn side(kind: FloatStruct) -> usize {
    if kind == FloatStruct::Mat3 { 3 } else { 4 }
}

fn identity(kind: FloatStruct) -> Floats {
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

const ONE: [f32; 4] = [1.0, 1.0, 1.0, 1.0];
const NO_ROTATION: [f32; 4] = [0.0, 0.0, 0.0, 1.0];

fn matrix_kind(vm: &mut Vm, args: Args, index: u32) -> Result<(FloatStruct, Floats), Raised> {
    let value = vm.arg(args, index);
    for kind in [FloatStruct::Mat3, FloatStruct::Mat4] {
        if let Some(m) = floats_of(vm, value, kind)? {
            return Ok((kind, m));
        }
    }
    Err(expected(vm, args, index, "Mat3 or Mat4"))
}

fn transpose(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, m) = matrix_kind(vm, args, 0)?;
    ret_floats(vm, kind, &transposed(side(kind), &m))
}
fn determinant(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, m) = matrix_kind(vm, args, 0)?;
    vm.ret1(f64::from(minor(side(kind), &m, &[], &[]) as f32))
}
fn inverted(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, m) = matrix_kind(vm, args, 0)?;
    match inverse(side(kind), &m) {
        Some(m) => ret_floats(vm, kind, &m),
        None => Err(vm.error(format!("this {} has no inverse: its determinant is 0", kind.name()))),
    }
}
fn transform_point(vm: &mut Vm, args: Args) -> NativeResult {
    let m = check_floats(vm, args, 0, FloatStruct::Mat4)?;
    let [x, y, z, _] = check_math(vm, args, 1, Math::Vec3)?;
    let [x, y, z, _] = mat_vec(4, &m, [x, y, z, 1.0]);
    ret_math(vm, Math::Vec3, [x, y, z, 0.0])
}
fn transform_vector(vm: &mut Vm, args: Args) -> NativeResult {
    let m = check_floats(vm, args, 0, FloatStruct::Mat4)?;
    let [x, y, z, _] = check_math(vm, args, 1, Math::Vec3)?;
    let [x, y, z, _] = mat_vec(4, &m, [x, y, z, 0.0]);
    ret_math(vm, Math::Vec3, [x, y, z, 0.0])
}
fn from_translation(vm: &mut Vm, args: Args) -> NativeResult {
    let t = check_math(vm, args, 0, Math::Vec3)?;
    ret_floats(vm, FloatStruct::Mat4, &scale_rotation_translation(ONE, NO_ROTATION, t))
}
fn from_scale(vm: &mut Vm, args: Args) -> NativeResult {
    let s = check_math(vm, args, 0, Math::Vec3)?;
    ret_floats(vm, FloatStruct::Mat4, &scale_rotation_translation(s, NO_ROTATION, [0.0; 4]))
}
fn mat4_from_quat(vm: &mut Vm, args: Args) -> NativeResult {
    let q = check_math(vm, args, 0, Math::Quat)?;
    ret_floats(vm, FloatStruct::Mat4, &scale_rotation_translation(ONE, q, [0.0; 4]))
}
fn from_scale_rotation_translation(vm: &mut Vm, args: Args) -> NativeResult {
    let s = check_math(vm, args, 0, Math::Vec3)?;
    let q = check_math(vm, args, 1, Math::Quat)?;
    let t = check_math(vm, args, 2, Math::Vec3)?;
    ret_floats(vm, FloatStruct::Mat4, &scale_rotation_translation(s, q, t))
}
fn mat3_from_quat(vm: &mut Vm, args: Args) -> NativeResult {
    let q = check_math(vm, args, 0, Math::Quat)?;
    let mut m = [0.0; 16];
    for (column, axis) in axes(q).iter().enumerate() {
        m[column * 3..column * 3 + 3].copy_from_slice(axis);
    }
    ret_floats(vm, FloatStruct::Mat3, &m)
}

/// `a * b` with a matrix on the left: by a matrix, vector or number; or a number on the left.
fn mat_times(vm: &mut Vm, args: Args) -> NativeResult {
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

// ---- all structs of floats ------------------------------------------------------------------------------

/// Two values of one type, or a value and a number for all its floats.
fn pair(vm: &mut Vm, args: Args) -> Result<(FloatStruct, Floats, Floats), Raised> {
    for &kind in FloatStruct::ALL {
        let (left, right) = (vm.arg(args, 0), vm.arg(args, 1));
        let (a, b) = (floats_of(vm, left, kind)?, floats_of(vm, right, kind)?);
        match (a, b, left.as_number(), right.as_number()) {
            (Some(a), Some(b), ..) => return Ok((kind, a, b)),
            (Some(a), None, _, Some(n)) => return Ok((kind, a, [n as f32; 16])),
            (None, Some(b), Some(n), _) => return Ok((kind, [n as f32; 16], b)),
            _ => {}
        }
    }
    let (left, right) = (vm.arg(args, 0), vm.arg(args, 1));
    let (a, b) = (vm.describe_type(left), vm.describe_type(right));
    Err(vm.error(format!("attempt to perform arithmetic on {a} and {b}")))
}

fn zip(a: Floats, b: Floats, f: impl Fn(f32, f32) -> f32) -> Floats {
    std::array::from_fn(|i| f(a[i], b[i]))
}

fn add(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = pair(vm, args)?;
    ret_floats(vm, kind, &zip(a, b, |a, b| a + b))
}
fn subtract(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = pair(vm, args)?;
    ret_floats(vm, kind, &zip(a, b, |a, b| a - b))
}
fn multiply(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = pair(vm, args)?;
    ret_floats(vm, kind, &zip(a, b, |a, b| a * b))
}
fn divide(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = pair(vm, args)?;
    ret_floats(vm, kind, &zip(a, b, |a, b| a / b))
}
fn negate(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, _) = pair(vm, args)?;
    ret_floats(vm, kind, &a.map(|x| -x))
}
fn clone(vm: &mut Vm, args: Args) -> NativeResult {
    let value = vm.arg(args, 0);
    for &kind in FloatStruct::ALL {
        if let Some(floats) = floats_of(vm, value, kind)? {
            return ret_floats(vm, kind, &floats);
        }
    }
    Err(expected(vm, args, 0, "Mat3, Mat4, Rect or Color"))
}

// ---- rectangles -----------------------------------------------------------------------------------------

fn rect(vm: &mut Vm, args: Args, index: u32) -> Result<[f32; 4], Raised> {
    let floats = check_floats(vm, args, index, FloatStruct::Rect)?;
    Ok([floats[0], floats[1], floats[2], floats[3]])
}
fn ret_rect(vm: &mut Vm, [x0, y0, x1, y1]: [f32; 4]) -> NativeResult {
    let mut floats = [0.0; 16];
    floats[..4].copy_from_slice(&[x0, y0, x1, y1]);
    ret_floats(vm, FloatStruct::Rect, &floats)
}
fn width(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, _, x1, _] = rect(vm, args, 0)?;
    vm.ret1(f64::from(x1 - x0))
}
fn height(vm: &mut Vm, args: Args) -> NativeResult {
    let [_, y0, _, y1] = rect(vm, args, 0)?;
    vm.ret1(f64::from(y1 - y0))
}
fn size(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, y0, x1, y1] = rect(vm, args, 0)?;
    ret_math(vm, Math::Vec2, [x1 - x0, y1 - y0, 0.0, 0.0])
}
fn center(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, y0, x1, y1] = rect(vm, args, 0)?;
    ret_math(vm, Math::Vec2, [(x0 + x1) * 0.5, (y0 + y1) * 0.5, 0.0, 0.0])
}
fn contains(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, y0, x1, y1] = rect(vm, args, 0)?;
    let [x, y, ..] = check_math(vm, args, 1, Math::Vec2)?;
    vm.ret1(x >= x0 && x <= x1 && y >= y0 && y <= y1)
}
fn union(vm: &mut Vm, args: Args) -> NativeResult {
    let ([x0, y0, x1, y1], [u0, v0, u1, v1]) = (rect(vm, args, 0)?, rect(vm, args, 1)?);
    ret_rect(vm, [x0.min(u0), y0.min(v0), x1.max(u1), y1.max(v1)])
}
fn intersect(vm: &mut Vm, args: Args) -> NativeResult {
    let ([x0, y0, x1, y1], [u0, v0, u1, v1]) = (rect(vm, args, 0)?, rect(vm, args, 1)?);
    let (min, max) = ([x0.max(u0), y0.max(v0)], [x1.min(u1), y1.min(v1)]);
    // Where they do not meet it is empty, as in Bevy.
    ret_rect(vm, [min[0].min(max[0]), min[1].min(max[1]), max[0], max[1]])
}
fn inflate(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, y0, x1, y1] = rect(vm, args, 0)?;
    let by = number(vm, args, 1)?;
    let (min, max) = ([x0 - by, y0 - by], [x1 + by, y1 + by]);
    ret_rect(vm, [min[0].min(max[0]), min[1].min(max[1]), max[0], max[1]])
}
fn is_empty(vm: &mut Vm, args: Args) -> NativeResult {
    let [x0, y0, x1, y1] = rect(vm, args, 0)?;
    vm.ret1(x0 >= x1 || y0 >= y1)
}
fn from_corners(vm: &mut Vm, args: Args) -> NativeResult {
    let a = check_math(vm, args, 0, Math::Vec2)?;
    let b = check_math(vm, args, 1, Math::Vec2)?;
    ret_rect(vm, [a[0].min(b[0]), a[1].min(b[1]), a[0].max(b[0]), a[1].max(b[1])])
}
fn from_center_size(vm: &mut Vm, args: Args) -> NativeResult {
    let c = check_math(vm, args, 0, Math::Vec2)?;
    let s = check_math(vm, args, 1, Math::Vec2)?;
    if s[0] < 0.0 || s[1] < 0.0 {
        return Err(vm.arg_error(args, 1, "a size without negative numbers expected"));
    }
    let half = [s[0] * 0.5, s[1] * 0.5];
    ret_rect(vm, [c[0] - half[0], c[1] - half[1], c[0] + half[0], c[1] + half[1]])
}

// ---- colours --------------------------------------------------------------------------------------------

fn ret_color(vm: &mut Vm, lanes: [f32; 4]) -> NativeResult {
    let mut floats = [0.0; 16];
    floats[..4].copy_from_slice(&lanes);
    ret_floats(vm, FloatStruct::Color, &floats)
}
fn lerp(vm: &mut Vm, args: Args) -> NativeResult {
    let a = check_floats(vm, args, 0, FloatStruct::Color)?;
    let b = check_floats(vm, args, 1, FloatStruct::Color)?;
    let t = number(vm, args, 2)?;
    let mixed = zip(a, b, |a, b| a * (1.0 - t) + b * t);
    ret_floats(vm, FloatStruct::Color, &mixed)
}
fn with_alpha(vm: &mut Vm, args: Args) -> NativeResult {
    let c = check_floats(vm, args, 0, FloatStruct::Color)?;
    let alpha = number(vm, args, 1)?;
    ret_color(vm, [c[0], c[1], c[2], alpha])
}
fn to_hex(vm: &mut Vm, args: Args) -> NativeResult {
    let c = check_floats(vm, args, 0, FloatStruct::Color)?;
    let byte = |x: f32| (x.clamp(0.0, 1.0) * 255.0).round() as u8;
    let [r, g, b, a] = [byte(c[0]), byte(c[1]), byte(c[2]), byte(c[3])];
    let text =
        if a == 255 { format!("#{r:02X}{g:02X}{b:02X}") } else { format!("#{r:02X}{g:02X}{b:02X}{a:02X}") };
    let text = vm.new_string(text.as_bytes())?;
    vm.ret1(text)
}
fn from_hex(vm: &mut Vm, args: Args) -> NativeResult {
    let text = vm.check_string(args, 0)?;
    let digits: Option<Vec<u8>> = text
        .as_bytes()
        .strip_prefix(b"#")
        .unwrap_or(text.as_bytes())
        .iter()
        .map(|c| char::from(*c).to_digit(16).map(|digit| digit as u8))
        .collect();
    let bytes: Option<Vec<u8>> = digits.and_then(|digits| match digits.len() {
        3 | 4 => Some(digits.iter().map(|digit| digit * 17).collect()),
        6 | 8 => Some(digits.chunks_exact(2).map(|pair| pair[0] * 16 + pair[1]).collect()),
        _ => None,
    });
    let Some(bytes) = bytes else {
        return Err(vm.arg_error(args, 0, "a colour like #RGB, #RGBA, #RRGGBB or #RRGGBBAA expected"));
    };
    let mut lanes = ONE;
    for (lane, byte) in lanes.iter_mut().zip(bytes) {
        *lane = f32::from(byte) / 255.0;
    }
    ret_color(vm, lanes)
}

// ---- constructors of structs of floats ------------------------------------------------------------------

/// `Rect(x0, y0, x1, y1)`, `Color(r, g, b, a)`, `Mat3()`, `Mat4(x_axis, y_axis, z_axis, w_axis)`; the type's table is argument 0.
fn construct(vm: &mut Vm, args: Args, kind: FloatStruct) -> NativeResult {
    let first = vm.arg(args, 1);
    if let Some(same) = floats_of(vm, first, kind)? {
        return ret_floats(vm, kind, &same);
    }
    let mut floats = match kind {
        FloatStruct::Mat3 | FloatStruct::Mat4 => identity(kind),
        FloatStruct::Rect => [0.0; 16],
        FloatStruct::Color => [1.0; 16],
    };
    if first.is_table() {
        let value = new_floats(vm, kind, &floats)?;
        let cdata = value.as_cdata().expect("a struct is cdata");
        vm.assign(cdata, first)?;
        return vm.ret1(value);
    }
    // Vectors fill the places of their lanes, numbers one each.
    let mut at = 0;
    for index in 1..args.count {
        let value = vm.arg(args, index);
        let lanes = match vm.math_lanes(value)? {
            Some((math, lanes)) => lanes[..math.lanes()].to_vec(),
            None => vec![number(vm, args, index)?],
        };
        if at + lanes.len() > kind.floats() {
            let message = format!("{} takes {} numbers, or vectors of as many", kind.name(), kind.floats());
            return Err(vm.arg_error(args, index, message));
        }
        floats[at..at + lanes.len()].copy_from_slice(&lanes);
        at += lanes.len();
    }
    let is_enough = at == 0 || at == kind.floats() || kind == FloatStruct::Color && at == 3;
    if !is_enough {
        let message = format!("{} takes {} numbers, got {at}", kind.name(), kind.floats());
        return Err(vm.error(message));
    }
    ret_floats(vm, kind, &floats)
}
fn new_mat3(vm: &mut Vm, args: Args) -> NativeResult {
    construct(vm, args, FloatStruct::Mat3)
}
fn new_mat4(vm: &mut Vm, args: Args) -> NativeResult {
    construct(vm, args, FloatStruct::Mat4)
}
fn new_rect(vm: &mut Vm, args: Args) -> NativeResult {
    construct(vm, args, FloatStruct::Rect)
}
fn new_color(vm: &mut Vm, args: Args) -> NativeResult {
    construct(vm, args, FloatStruct::Color)
}

// ---- integer vectors ------------------------------------------------------------------------------------

/// The integer vector of an argument.
fn int_kind(vm: &mut Vm, args: Args, index: u32) -> Result<(IntVector, Ints), Raised> {
    let value = vm.arg(args, index);
    for &kind in IntVector::ALL {
        if let Some(ints) = ints_of(vm, value, kind)? {
            return Ok((kind, ints));
        }
    }
    Err(expected(vm, args, index, "IVec or UVec"))
}

/// Two vectors of one type, or one and a number.
fn int_pair(vm: &mut Vm, args: Args) -> Result<(IntVector, Ints, Ints), Raised> {
    let (left, right) = (vm.arg(args, 0), vm.arg(args, 1));
    if let Some(n) = left.as_number() {
        let (kind, b) = int_kind(vm, args, 1)?;
        return Ok((kind, [n as i64; 4], b));
    }
    let (kind, a) = int_kind(vm, args, 0)?;
    if let Some(n) = right.as_number() {
        return Ok((kind, a, [n as i64; 4]));
    }
    match ints_of(vm, right, kind)? {
        Some(b) => Ok((kind, a, b)),
        None => {
            let other = vm.describe_type(right);
            Err(vm.error(format!("attempt to perform arithmetic on {} and {other}", kind.name())))
        }
    }
}

fn int_zip(a: Ints, b: Ints, f: impl Fn(i64, i64) -> i64) -> Ints {
    std::array::from_fn(|i| f(a[i], b[i]))
}

fn int_add(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    ret_ints(vm, kind, int_zip(a, b, i64::wrapping_add))
}
fn int_subtract(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    ret_ints(vm, kind, int_zip(a, b, i64::wrapping_sub))
}
fn int_multiply(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    ret_ints(vm, kind, int_zip(a, b, i64::wrapping_mul))
}
fn int_divide(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    check_divisor(vm, kind, b)?;
    ret_ints(vm, kind, int_zip(a, b, |a, b| if b == 0 { 0 } else { a.wrapping_div(b) }))
}
fn int_remainder(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    check_divisor(vm, kind, b)?;
    ret_ints(vm, kind, int_zip(a, b, |a, b| if b == 0 { 0 } else { a.wrapping_rem(b) }))
}
fn check_divisor(vm: &mut Vm, kind: IntVector, b: Ints) -> Result<(), Raised> {
    if b[..kind.lanes()].contains(&0) {
        return Err(vm.error(format!("attempt to divide {} by zero", kind.name())));
    }
    Ok(())
}
fn int_negate(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    if kind.scalar() == Scalar::U32 {
        return Err(vm.error(format!("attempt to negate {}, which has no sign", kind.name())));
    }
    ret_ints(vm, kind, a.map(i64::wrapping_neg))
}
fn int_min(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    ret_ints(vm, kind, int_zip(a, b, i64::min))
}
fn int_max(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    ret_ints(vm, kind, int_zip(a, b, i64::max))
}
fn int_abs(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_ints(vm, kind, a.map(i64::abs))
}
fn int_signum(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_ints(vm, kind, a.map(i64::signum))
}
/// A sum of 32-bit integers, which wraps.
fn ret_sum(vm: &mut Vm, kind: IntVector, terms: Ints) -> NativeResult {
    let sum = terms.iter().fold(0i64, |sum, term| sum.wrapping_add(*term));
    let word = sum as u32;
    let n = if kind.scalar() == Scalar::I32 { f64::from(word as i32) } else { f64::from(word) };
    vm.ret1(n)
}
fn int_dot(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a, b) = int_pair(vm, args)?;
    ret_sum(vm, kind, int_zip(a, b, i64::wrapping_mul))
}
fn int_length_squared(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_sum(vm, kind, int_zip(a, a, i64::wrapping_mul))
}
fn int_element_sum(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_sum(vm, kind, a)
}
fn int_clone(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    ret_ints(vm, kind, a)
}
fn int_unpack(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    for &lane in &a[..kind.lanes()] {
        vm.push((lane as f64).into())?;
    }
    vm.ret_top(kind.lanes() as u32)
}
/// The vector of floats with these lanes.
fn as_vec(vm: &mut Vm, args: Args) -> NativeResult {
    let (kind, a) = int_kind(vm, args, 0)?;
    let math = match kind.lanes() {
        2 => Math::Vec2,
        3 => Math::Vec3,
        _ => Math::Vec4,
    };
    ret_math(vm, math, a.map(|lane| lane as f32))
}

fn construct_ints(vm: &mut Vm, args: Args, kind: IntVector) -> NativeResult {
    let first = vm.arg(args, 1);
    if args.count == 2 {
        if let Some(ints) = ints_of(vm, first, kind)? {
            return ret_ints(vm, kind, ints);
        }
        if let Some((math, lanes)) = vm.math_lanes(first)?
            && math.lanes() == kind.lanes()
        {
            let (low, high) = match kind.scalar() {
                Scalar::I32 => (f64::from(i32::MIN), f64::from(i32::MAX)),
                _ => (0.0, f64::from(u32::MAX)),
            };
            // Casts of floats saturate, as in Rust.
            return ret_ints(vm, kind, lanes.map(|lane| f64::from(lane).clamp(low, high) as i64));
        }
    }
    let mut ints = [0; 4];
    if first.is_table() {
        let bytes = vec![0; kind.lanes() * 4];
        let ctype = vm.ffi.structs.of_integers(kind);
        let value = vm.owned_from_bytes(ctype, &bytes)?;
        vm.assign(value, first)?;
        return vm.ret1(RawValue::from(value));
    }
    if args.count > 1 {
        for (lane, int) in ints.iter_mut().enumerate().take(kind.lanes()) {
            *int = vm.check_number(args, lane as u32 + 1)? as i64;
        }
    }
    ret_ints(vm, kind, ints)
}

macro_rules! int_constructors {
    ($($function:ident $kind:ident,)+) => {
        $(fn $function(vm: &mut Vm, args: Args) -> NativeResult {
            construct_ints(vm, args, IntVector::$kind)
        })+
        fn int_constructor(kind: IntVector) -> NativeFn {
            match kind { $(IntVector::$kind => $function,)+ }
        }
    };
}
int_constructors! {
    new_ivec2 IVec2, new_ivec3 IVec3, new_ivec4 IVec4, new_uvec2 UVec2, new_uvec3 UVec3, new_uvec4 UVec4,
}

// ---- tables ---------------------------------------------------------------------------------------------

type Row = (&'static str, NativeFn);

fn rows(kind: FloatStruct) -> &'static [Row] {
    match kind {
        FloatStruct::Mat3 => &[
            ("transpose", transpose),
            ("determinant", determinant),
            ("inverse", inverted),
            ("from_quat", mat3_from_quat),
            ("__mul", mat_times),
        ],
        FloatStruct::Mat4 => &[
            ("transpose", transpose),
            ("determinant", determinant),
            ("inverse", inverted),
            ("transform_point3", transform_point),
            ("transform_vector3", transform_vector),
            ("from_translation", from_translation),
            ("from_scale", from_scale),
            ("from_quat", mat4_from_quat),
            ("from_scale_rotation_translation", from_scale_rotation_translation),
            ("__mul", mat_times),
        ],
        FloatStruct::Rect => &[
            ("width", width),
            ("height", height),
            ("size", size),
            ("center", center),
            ("contains", contains),
            ("union", union),
            ("intersect", intersect),
            ("inflate", inflate),
            ("is_empty", is_empty),
            ("from_corners", from_corners),
            ("from_center_size", from_center_size),
        ],
        FloatStruct::Color => &[
            ("lerp", lerp),
            ("with_alpha", with_alpha),
            ("to_hex", to_hex),
            ("hex", from_hex),
            ("__mul", multiply),
            ("__div", divide),
        ],
    }
}

const FLOAT_ROWS: &[Row] = &[("clone", clone), ("__add", add), ("__sub", subtract), ("__unm", negate)];

const INT_ROWS: &[Row] = &[
    ("clone", int_clone),
    ("unpack", int_unpack),
    ("min", int_min),
    ("max", int_max),
    ("dot", int_dot),
    ("length_squared", int_length_squared),
    ("element_sum", int_element_sum),
    ("as_vec", as_vec),
    ("__add", int_add),
    ("__sub", int_subtract),
    ("__mul", int_multiply),
    ("__div", int_divide),
    ("__mod", int_remainder),
    ("__unm", int_negate),
];

const SIGNED_ROWS: &[Row] = &[("abs", int_abs), ("signum", int_signum)];

fn constructor(kind: FloatStruct) -> NativeFn {
    match kind {
        FloatStruct::Mat3 => new_mat3,
        FloatStruct::Mat4 => new_mat4,
        FloatStruct::Rect => new_rect,
        FloatStruct::Color => new_color,
    }
}

fn open_type(
    vm: &mut Vm,
    name: &'static str,
    fields: Vec<(&'static str, CTypeId, u32)>,
    rows: &[&[Row]],
    call: NativeFn,
) -> Result<CTypeId, Raised> {
    let mut end = 0;
    let fields = fields.into_iter().map(|(name, ctype, size)| {
        end += size;
        Field::new(name, end - size, ctype)
    });
    let form = Form::Struct(fields.collect());
    let ctype = match vm.register_ctype(CType { name: name.to_owned(), size: end, form }) {
        Ok(ctype) => ctype,
        Err(RegisterError::Layout(error)) => unreachable!("fields one after another: {error}"),
        Err(RegisterError::Raised(raised)) => return Err(raised),
    };
    open_methods(vm, name, ctype, rows, call)?;
    Ok(ctype)
}

/// Gives a type its methods and metamethods, in a global table that makes a value when it is called.
pub(super) fn open_methods(
    vm: &mut Vm,
    name: &'static str,
    ctype: CTypeId,
    rows: &[&[Row]],
    call: NativeFn,
) -> Result<Gc<Table>, Raised> {
    let globals = vm.heap.roots.globals.expect("a VM has globals from its creation");
    let methods = vm.new_table(0, 16)?;
    vm.raw_set_name(globals, name, methods.into())?;
    vm.set_metatype(ctype, methods)?;
    for (name, function) in rows.iter().copied().flatten() {
        let function = vm.new_host_function(name, *function, &[])?;
        vm.raw_set_name(methods, name, function)?;
    }
    let meta = vm.new_table(0, 1)?;
    let call = vm.new_host_function(name, call, &[])?;
    vm.raw_set_name(meta, Meta::Call.name(), call)?;
    methods.set_metatable(&mut vm.heap, Some(meta))?;
    Ok(methods)
}

/// Puts the globals `IVec2` to `UVec4`, `Mat3`, `Mat4`, `Rect` and `Color` into a VM.
///
/// # Errors
/// When the memory limit is reached.
pub fn open(vm: &mut Vm) -> Result<(), Raised> {
    for &kind in FloatStruct::ALL {
        let fields = kind.parts().iter().map(|(name, math)| match math {
            Some(math) => (*name, math.ctype(), math.lanes() as u32 * 4),
            None => (*name, CTypeId::from(Scalar::F32), 4),
        });
        let fields = fields.collect();
        let ctype = open_type(vm, kind.name(), fields, &[FLOAT_ROWS, rows(kind)], constructor(kind))?;
        vm.ffi.structs.floats.push(ctype);
    }
    for &kind in IntVector::ALL {
        let fields =
            Math::LANES[..kind.lanes()].iter().map(|name| (*name, kind.scalar().into(), 4)).collect();
        let signed: &[Row] = if kind.scalar() == Scalar::I32 { SIGNED_ROWS } else { &[] };
        let ctype = open_type(vm, kind.name(), fields, &[INT_ROWS, signed], int_constructor(kind))?;
        vm.ffi.structs.integers.push(ctype);
    }
    Ok(())
}
