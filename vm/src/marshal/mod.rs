//! Conversions between Rust values and Lua values at the host's boundary.
//!
//! [`IntoLua`] and [`FromLua`] are for single values and can be implemented for types of one's own. [`IntoLuaMulti`] and
//! [`FromLuaMulti`] are for lists of arguments and results: nothing, one value, tuples, [`Variadic`].
//!
//! Values pass straight between Rust locals and stack slots: the methods that are not in the documentation take bare
//! values, and the ones that are go through rooted handles.

mod collections;
mod handles;
mod multi;
mod scalar;

use crate::context::Context;
use crate::error::{Error, ErrorKind};
use crate::handle::Value;
use crate::value::RawValue;
use crate::vm::{Args, Ret};

pub use multi::{FromLuaMulti, IntoLuaMulti, Variadic};
pub use scalar::Bytes;

/// A Rust type that has a Lua form.
///
/// ```
/// use perilune::{Context, Error, IntoLua, Lua, Value};
///
/// struct Rgb(u8, u8, u8);
///
/// impl IntoLua for Rgb {
///     fn into_lua(self, cx: &mut Context) -> Result<Value, Error> {
///         cx.pack([self.0, self.1, self.2])
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let mut lua = Lua::new();
/// lua.globals().set(&mut lua, "red", Rgb(255, 0, 0))?;
/// assert_eq!(lua.load("return red[1]").eval::<u8>(&mut lua)?, 255);
/// # Ok(())
/// # }
/// ```
pub trait IntoLua: Sized {
    /// Converts the value.
    ///
    /// # Errors
    /// When it has no Lua form, or the memory limit is reached.
    fn into_lua(self, cx: &mut Context) -> Result<Value, Error>;

    /// Converts to a bare value, which the caller puts where it survives.
    #[doc(hidden)]
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        let value = self.into_lua(cx)?;
        value.raw(cx.vm_ref())
    }
}

/// A Rust type that can be made from a Lua value.
pub trait FromLua: Sized {
    /// Converts a value.
    ///
    /// # Errors
    /// When it is of the wrong type; [`Error::conversion`] makes the fitting error.
    fn from_lua(value: Value, cx: &mut Context) -> Result<Self, Error>;

    /// Converts a bare value.
    #[doc(hidden)]
    fn from_raw(raw: RawValue, cx: &mut Context) -> Result<Self, Error> {
        let value = Value::from_raw(raw, cx);
        Self::from_lua(value, cx)
    }
}

/// Implements the documented half of the traits from the bare half.
macro_rules! through_raw {
    (into) => {
        fn into_lua(self, cx: &mut Context) -> Result<Value, Error> {
            let raw = self.into_raw(cx)?;
            Ok(Value::from_raw(raw, cx))
        }
    };
    (from) => {
        fn from_lua(value: Value, cx: &mut Context) -> Result<Self, Error> {
            let raw = value.raw(cx.vm_ref())?;
            Self::from_raw(raw, cx)
        }
    };
}
use through_raw;

/// A run of stack slots: arguments or results.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Slots {
    first: u32,
    count: u32,
}

impl Slots {
    /// A value; nil beyond the end.
    #[inline(always)]
    fn get(self, cx: &Context, index: u32) -> RawValue {
        if index < self.count { cx.vm_ref().slot(self.first + index) } else { RawValue::NIL }
    }
}

impl From<Args> for Slots {
    #[inline(always)]
    fn from(args: Args) -> Slots {
        Slots { first: args.base, count: args.count }
    }
}

impl From<Ret> for Slots {
    #[inline(always)]
    fn from(ret: Ret) -> Slots {
        Slots { first: ret.first, count: ret.count }
    }
}

/// A value of a list that could not be converted.
#[derive(Debug)]
#[doc(hidden)]
pub struct BadValue {
    /// Which, from 0.
    pub(crate) index: u32,
    /// Why.
    pub(crate) error: Error,
}

impl BadValue {
    /// The error as the caller of a function sees it.
    #[cold]
    pub(crate) fn for_result(self) -> Error {
        if self.error.kind() == ErrorKind::Conversion {
            self.error.context(format_args!("bad result #{}", self.index + 1))
        } else {
            self.error
        }
    }
}
