//! Math types beyond the float vectors: integer vectors, matrices, colours and rectangles.
//!
//! They are structs with metatables, so that their fields are read and written like any struct's. Formulas are those of `glam`,
//! `bevy_math` and `bevy_color`, which tests of the plugin compare with.

use crate::function::NativeFn;
use crate::rt::meta::Meta;
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

use super::ctype::{CType, CTypeId, Field, Form, Math, Scalar};
use super::host::RegisterError;

mod color;
mod integer;
mod matrix;
mod rect;

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

pub(super) fn floats_of(vm: &mut Vm, value: RawValue, kind: FloatStruct) -> Result<Option<Floats>, Raised> {
    let ctype = vm.ffi.structs.of_floats(kind);
    let Some(bytes) = bytes::<64>(vm, value, ctype, kind.floats() * 4)? else { return Ok(None) };
    let mut floats = [0.0; 16];
    for (float, chunk) in floats.iter_mut().zip(bytes.chunks_exact(4)) {
        *float = f32::from_ne_bytes(chunk.try_into().expect("chunks of four bytes"));
    }
    Ok(Some(floats))
}

pub(super) fn new_floats(vm: &mut Vm, kind: FloatStruct, floats: &Floats) -> Result<RawValue, Raised> {
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

pub(super) fn check_floats(vm: &mut Vm, args: Args, index: u32, kind: FloatStruct) -> Result<Floats, Raised> {
    let value = vm.arg(args, index);
    match floats_of(vm, value, kind)? {
        Some(floats) => Ok(floats),
        None => Err(expected(vm, args, index, kind.name())),
    }
}

pub(super) fn check_math(vm: &mut Vm, args: Args, index: u32, math: Math) -> Result<[f32; 4], Raised> {
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
// ---- constructors of structs of floats ------------------------------------------------------------------

/// `Rect(x0, y0, x1, y1)`, `Color(r, g, b, a)`, `Mat3()`, `Mat4(x_axis, y_axis, z_axis, w_axis)`; the type's table is argument 0.
fn construct(vm: &mut Vm, args: Args, kind: FloatStruct) -> NativeResult {
    let first = vm.arg(args, 1);
    if let Some(same) = floats_of(vm, first, kind)? {
        return ret_floats(vm, kind, &same);
    }
    let mut floats = match kind {
        FloatStruct::Mat3 | FloatStruct::Mat4 => matrix::identity(kind),
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
            None => vec![number(vm, args.of_call(), index - 1)?],
        };
        if at + lanes.len() > kind.floats() {
            let message = format!("{} takes {} numbers, or vectors of as many", kind.name(), kind.floats());
            return Err(vm.arg_error(args.of_call(), index - 1, message));
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
// ---- tables ---------------------------------------------------------------------------------------------

type Row = (&'static str, NativeFn);

fn rows(kind: FloatStruct) -> &'static [&'static [Row]] {
    match kind {
        FloatStruct::Mat3 => &[FLOAT_ROWS, matrix::ROWS, matrix::MAT3_ROWS],
        FloatStruct::Mat4 => &[FLOAT_ROWS, matrix::ROWS, matrix::MAT4_ROWS],
        FloatStruct::Rect => &[FLOAT_ROWS, rect::ROWS],
        FloatStruct::Color => &[FLOAT_ROWS, color::ROWS],
    }
}

/// Named values of a type: `Mat4.IDENTITY`, `Color.RED`.
fn constants(kind: FloatStruct) -> Vec<(&'static str, Floats)> {
    let lanes = |lanes: [f32; 4]| {
        let mut floats = [0.0; 16];
        floats[..4].copy_from_slice(&lanes);
        floats
    };
    match kind {
        FloatStruct::Mat3 | FloatStruct::Mat4 => {
            vec![("IDENTITY", matrix::identity(kind)), ("ZERO", [0.0; 16])]
        }
        FloatStruct::Rect => {
            vec![("EMPTY", lanes([f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY]))]
        }
        FloatStruct::Color => vec![
            ("WHITE", lanes([1.0, 1.0, 1.0, 1.0])),
            ("BLACK", lanes([0.0, 0.0, 0.0, 1.0])),
            ("NONE", lanes([0.0, 0.0, 0.0, 0.0])),
        ],
    }
}

const FLOAT_ROWS: &[Row] = &[("clone", clone), ("__add", add), ("__sub", subtract), ("__unm", negate)];

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
) -> Result<(CTypeId, Gc<Table>), Raised> {
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
    let methods = open_methods(vm, name, ctype, rows, call)?;
    Ok((ctype, methods))
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
        let (ctype, methods) = open_type(vm, kind.name(), fields, rows(kind), constructor(kind))?;
        vm.ffi.structs.floats.push(ctype);
        for (name, floats) in constants(kind) {
            let bytes: Vec<u8> = floats[..kind.floats()].iter().flat_map(|x| x.to_ne_bytes()).collect();
            let value = vm.owned_constant(ctype, &bytes)?;
            vm.raw_set_name(methods, name, value.into())?;
        }
    }
    for &kind in IntVector::ALL {
        let fields =
            Math::LANES[..kind.lanes()].iter().map(|name| (*name, kind.scalar().into(), 4)).collect();
        let rows = integer::rows(kind);
        let (ctype, methods) = open_type(vm, kind.name(), fields, &[&rows], integer::int_constructor(kind))?;
        vm.ffi.structs.integers.push(ctype);
        for (name, ints) in integer::constants(kind) {
            let bytes: Vec<u8> =
                ints[..kind.lanes()].iter().flat_map(|int| (*int as u32).to_ne_bytes()).collect();
            let value = vm.owned_constant(ctype, &bytes)?;
            vm.raw_set_name(methods, name, value.into())?;
        }
    }
    Ok(())
}
