//! Numbers, booleans and text.

use super::{FromLua, IntoLua, through_raw};
use crate::context::Context;
use crate::convert::parse_number;
use crate::error::{Error, ErrorKind};
use crate::handle::Value;
use crate::host;
use crate::value::RawValue;

impl IntoLua for bool {
    through_raw!(into);
    #[inline(always)]
    fn into_raw(self, _: &mut Context) -> Result<RawValue, Error> {
        Ok(self.into())
    }
}

impl FromLua for bool {
    through_raw!(from);
    #[inline(always)]
    fn from_raw(raw: RawValue, _: &mut Context) -> Result<Self, Error> {
        raw.as_boolean().ok_or_else(|| Error::conversion("boolean", raw.type_name()))
    }
}

/// A number, or a string that can be read as one, as Lua's own functions take it.
#[inline(always)]
fn number_of(raw: RawValue) -> Result<f64, Error> {
    match raw.as_number() {
        Some(number) => Ok(number),
        None => number_of_string(raw),
    }
}

#[cold]
fn number_of_string(raw: RawValue) -> Result<f64, Error> {
    raw.as_string()
        .and_then(|text| parse_number(text.as_bytes()))
        .ok_or_else(|| Error::conversion("number", raw.type_name()))
}

macro_rules! floats {
    ($($ty:ident)+) => {$(
        impl IntoLua for $ty {
            through_raw!(into);
            #[inline(always)]
            fn into_raw(self, _: &mut Context) -> Result<RawValue, Error> {
                Ok(RawValue::number(f64::from(self)))
            }
        }
        impl FromLua for $ty {
            through_raw!(from);
            #[inline(always)]
            fn from_raw(raw: RawValue, _: &mut Context) -> Result<Self, Error> {
                number_of(raw).map(|number| number as $ty)
            }
        }
    )+};
}
floats!(f32 f64);

/// The integers beyond which not every integer is a double.
const EXACT: i128 = 1 << 53;

/// A Lua number is a double: larger integers would silently become others.
#[cold]
fn inexact(integer: i128) -> Error {
    Error::new(ErrorKind::Conversion, format!("{integer} is too large to be a number without loss"))
}

#[cold]
fn not_an_integer(number: f64, ty: &str) -> Error {
    Error::conversion(&format!("integer ({ty})"), &host::number_text(number))
}

macro_rules! integers {
    ($($ty:ident)+) => {$(
        impl IntoLua for $ty {
            through_raw!(into);
            #[inline(always)]
            fn into_raw(self, _: &mut Context) -> Result<RawValue, Error> {
                if size_of::<$ty>() > 4 && (self as i128).abs() > EXACT {
                    return Err(inexact(self as i128));
                }
                Ok(RawValue::number(self as f64))
            }
        }
        impl FromLua for $ty {
            through_raw!(from);
            #[inline(always)]
            fn from_raw(raw: RawValue, _: &mut Context) -> Result<Self, Error> {
                let number = number_of(raw)?;
                let integer = number as $ty;
                // The cast saturates, so one that does not come back was out of range or had a fraction. The type's largest value may round up
                // to a double that is out of range.
                let too_large = size_of::<$ty>() > 4 && integer == $ty::MAX;
                if integer as f64 == number && !too_large { Ok(integer) } else { Err(not_an_integer(number, stringify!($ty))) }
            }
        }
    )+};
}
integers!(i8 u8 i16 u16 i32 u32 i64 u64 isize usize);

/// A new string as a bare value.
fn new_string(cx: &mut Context, bytes: &[u8]) -> Result<RawValue, Error> {
    host::checked(cx.vm(), |vm| vm.new_string(bytes))
}

impl IntoLua for &str {
    through_raw!(into);
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        new_string(cx, self.as_bytes())
    }
}

impl IntoLua for String {
    through_raw!(into);
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        new_string(cx, self.as_bytes())
    }
}

impl IntoLua for &String {
    through_raw!(into);
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        new_string(cx, self.as_bytes())
    }
}

/// Bytes become a Lua string.
impl IntoLua for &[u8] {
    through_raw!(into);
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        new_string(cx, self)
    }
}

/// Bytes as a Lua string, whatever they are stored in.
///
/// ```
/// # fn main() -> Result<(), perilune::Error> {
/// use perilune::{Bytes, Lua};
///
/// let mut lua = Lua::new();
/// let checksum = lua.create_function("checksum", |_, data: Bytes<Vec<u8>>| {
///     Ok(data.0.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)))
/// })?;
/// assert_eq!(checksum.call::<u8>(&mut lua, Bytes([200, 100]))?, 44);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bytes<B>(pub B);

impl<B: AsRef<[u8]>> IntoLua for Bytes<B> {
    through_raw!(into);
    #[inline]
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        new_string(cx, self.0.as_ref())
    }
}

/// A number is converted to its text, as Lua's own functions do.
impl FromLua for Bytes<Vec<u8>> {
    through_raw!(from);
    fn from_raw(raw: RawValue, _: &mut Context) -> Result<Self, Error> {
        match (raw.as_string(), raw.as_number()) {
            (Some(string), _) => Ok(Bytes(string.as_bytes().to_vec())),
            (None, Some(number)) => Ok(Bytes(host::number_text(number).into_bytes())),
            (None, None) => Err(Error::conversion("string", raw.type_name())),
        }
    }
}

/// Text must be UTF-8; [`Bytes`] and [`LuaString`](crate::LuaString) take any bytes. A number is converted.
impl FromLua for String {
    through_raw!(from);
    fn from_raw(raw: RawValue, _: &mut Context) -> Result<Self, Error> {
        match (raw.as_string(), raw.as_number()) {
            (Some(string), _) => std::str::from_utf8(string.as_bytes())
                .map(str::to_owned)
                .map_err(|_| Error::conversion("UTF-8 text", "other bytes")),
            (None, Some(number)) => Ok(host::number_text(number)),
            (None, None) => Err(Error::conversion("string", raw.type_name())),
        }
    }
}

/// `None` is nil.
impl<T: IntoLua> IntoLua for Option<T> {
    through_raw!(into);
    #[inline(always)]
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        match self {
            Some(value) => value.into_raw(cx),
            None => Ok(RawValue::NIL),
        }
    }
}

/// Nil, or no value, is `None`.
impl<T: FromLua> FromLua for Option<T> {
    through_raw!(from);
    #[inline(always)]
    fn from_raw(raw: RawValue, cx: &mut Context) -> Result<Self, Error> {
        if raw.is_nil() { Ok(None) } else { T::from_raw(raw, cx).map(Some) }
    }
}
