//! Between Lua values and the types of the `glam` crate, whose functions most methods of the math types are.

use glam::{Mat3, Mat4, Quat, Vec2, Vec3, Vec4};

use super::ctype::Math;
use super::structs::{self, FloatStruct};
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Raised, Vm};

/// A type that functions take as an argument.
pub(super) trait Argument: Sized {
    /// The argument with this index.
    ///
    /// # Errors
    /// A value of another type.
    fn take(vm: &mut Vm, args: Args, index: u32) -> Result<Self, Raised>;
}

/// The argument with this index, of the type that is wanted.
pub(super) fn arg<T: Argument>(vm: &mut Vm, args: Args, index: u32) -> Result<T, Raised> {
    T::take(vm, args, index)
}

/// A type that functions return.
pub(super) trait Outcome: Sized {
    /// The Lua value.
    ///
    /// # Errors
    /// When the memory limit is reached.
    fn value(self, vm: &mut Vm) -> Result<RawValue, Raised>;

    /// Returns it from a native.
    fn give(self, vm: &mut Vm) -> NativeResult {
        let value = self.value(vm)?;
        vm.ret1(value)
    }
}

impl Argument for f32 {
    fn take(vm: &mut Vm, args: Args, index: u32) -> Result<f32, Raised> {
        Ok(vm.check_number(args, index)? as f32)
    }
}

impl Argument for usize {
    fn take(vm: &mut Vm, args: Args, index: u32) -> Result<usize, Raised> {
        Ok(vm.check_number(args, index)? as usize)
    }
}

macro_rules! math {
    ($($ty:ident $lanes:literal,)+) => {$(
        impl Argument for $ty {
            fn take(vm: &mut Vm, args: Args, index: u32) -> Result<$ty, Raised> {
                let lanes = structs::check_math(vm, args, index, Math::$ty)?;
                Ok($ty::from_slice(&lanes))
            }
        }
        impl Outcome for $ty {
            fn value(self, vm: &mut Vm) -> Result<RawValue, Raised> {
                let mut lanes = [0.0; 4];
                lanes[..$lanes].copy_from_slice(&self.to_array());
                vm.new_math(Math::$ty, lanes)
            }
        }
    )+};
}
math! { Vec2 2, Vec3 3, Vec4 4, Quat 4, }

macro_rules! matrices {
    ($($ty:ident $floats:literal,)+) => {$(
        impl Argument for $ty {
            fn take(vm: &mut Vm, args: Args, index: u32) -> Result<$ty, Raised> {
                let floats = structs::check_floats(vm, args, index, FloatStruct::$ty)?;
                Ok($ty::from_cols_slice(&floats))
            }
        }
        impl Outcome for $ty {
            fn value(self, vm: &mut Vm) -> Result<RawValue, Raised> {
                let mut floats = [0.0; 16];
                floats[..$floats].copy_from_slice(&self.to_cols_array());
                structs::new_floats(vm, FloatStruct::$ty, &floats)
            }
        }
    )+};
}
matrices! { Mat3 9, Mat4 16, }

impl Outcome for f32 {
    fn value(self, _: &mut Vm) -> Result<RawValue, Raised> {
        Ok(RawValue::number(f64::from(self)))
    }
}

impl Outcome for bool {
    fn value(self, _: &mut Vm) -> Result<RawValue, Raised> {
        Ok(RawValue::boolean(self))
    }
}

impl Outcome for usize {
    fn value(self, _: &mut Vm) -> Result<RawValue, Raised> {
        Ok(RawValue::number(self as f64))
    }
}

/// Nothing is nil.
impl<T: Outcome> Outcome for Option<T> {
    fn value(self, vm: &mut Vm) -> Result<RawValue, Raised> {
        self.map_or(Ok(RawValue::NIL), |value| value.value(vm))
    }
}

/// Returns three values.
pub(super) fn give3<A: Outcome, B: Outcome, C: Outcome>(vm: &mut Vm, (a, b, c): (A, B, C)) -> NativeResult {
    let value = a.value(vm)?;
    vm.push(value)?;
    let value = b.value(vm)?;
    vm.push(value)?;
    let value = c.value(vm)?;
    vm.push(value)?;
    vm.ret_top(3)
}

/// Functions whose body gives an [`Outcome`].
macro_rules! functions {
    ($($name:ident($vm:ident, $args:ident) $body:expr;)+) => {$(
        pub(super) fn $name($vm: &mut Vm, $args: Args) -> NativeResult {
            let outcome = $body;
            outcome.give($vm)
        }
    )+};
}
pub(super) use functions;
