//! Lists of values: arguments and results.

use super::{BadValue, FromLua, IntoLua, Slots};
use crate::context::Context;
use crate::error::Error;
use crate::host;
use crate::vm::Given;

/// Values that can be the arguments of a call from Rust, or the results of a Rust function: `()`, one value, a tuple, which may
/// end in a [`Variadic`].
pub trait IntoLuaMulti {
    /// Pushes the values and returns how many they are.
    #[doc(hidden)]
    fn push_all(self, cx: &mut Context) -> Result<u32, Error>;

    /// The values as what a function gives: the only one is not pushed.
    #[doc(hidden)]
    #[inline(always)]
    fn give(self, cx: &mut Context) -> Result<Given, Error>
    where
        Self: Sized,
    {
        self.push_all(cx).map(Given::Pushed)
    }
}

/// Values that can be the results of a call from Rust, or the arguments of a Rust function: `()`, one value, a tuple, which may
/// end in a [`Variadic`]. Missing values are nil, values too many are dropped.
pub trait FromLuaMulti: Sized {
    /// Converts the values from an index on.
    #[doc(hidden)]
    fn from_slots(cx: &mut Context, slots: Slots, index: u32) -> Result<Self, BadValue>;
}

/// Any number of values, at the end of arguments or results.
///
/// ```
/// # fn main() -> Result<(), perilune::Error> {
/// use perilune::{Lua, Variadic};
///
/// let mut lua = Lua::new();
/// let longest = lua.create_function("longest", |_, names: Variadic<String>| {
///     Ok(names.0.into_iter().max_by_key(String::len))
/// })?;
/// assert_eq!(longest.call::<String>(&mut lua, ("a", "lunar", "bc"))?, "lunar");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variadic<T>(pub Vec<T>);

impl<T: IntoLua> IntoLuaMulti for T {
    #[inline(always)]
    fn push_all(self, cx: &mut Context) -> Result<u32, Error> {
        let raw = self.into_raw(cx)?;
        let vm = cx.vm();
        match vm.push(raw) {
            Ok(()) => Ok(1),
            Err(raised) => Err(host::take_error(vm, raised)),
        }
    }

    #[inline(always)]
    fn give(self, cx: &mut Context) -> Result<Given, Error> {
        self.into_raw(cx).map(Given::One)
    }
}

impl<T: FromLua> FromLuaMulti for T {
    #[inline(always)]
    fn from_slots(cx: &mut Context, slots: Slots, index: u32) -> Result<Self, BadValue> {
        let raw = slots.get(cx, index);
        T::from_raw(raw, cx).map_err(|error| BadValue { index, error })
    }
}

impl IntoLuaMulti for () {
    #[inline(always)]
    fn push_all(self, _: &mut Context) -> Result<u32, Error> {
        Ok(0)
    }

    #[inline(always)]
    fn give(self, _: &mut Context) -> Result<Given, Error> {
        Ok(Given::Nothing)
    }
}

impl FromLuaMulti for () {
    #[inline(always)]
    fn from_slots(_: &mut Context, _: Slots, _: u32) -> Result<Self, BadValue> {
        Ok(())
    }
}

impl<T: IntoLua> IntoLuaMulti for Variadic<T> {
    fn push_all(self, cx: &mut Context) -> Result<u32, Error> {
        let mut count = 0;
        for value in self.0 {
            count += value.push_all(cx)?;
        }
        Ok(count)
    }
}

impl<T: FromLua> FromLuaMulti for Variadic<T> {
    fn from_slots(cx: &mut Context, slots: Slots, index: u32) -> Result<Self, BadValue> {
        (index..slots.count)
            .map(|index| T::from_slots(cx, slots, index))
            .collect::<Result<_, _>>()
            .map(Variadic)
    }
}

macro_rules! tuples {
    ($(($($head:ident $value:ident),* ; $last:ident $rest:ident),)+) => {
        $(
            impl<$($head: IntoLua,)* $last: IntoLuaMulti> IntoLuaMulti for ($($head,)* $last,) {
                #[inline(always)]
                fn push_all(self, cx: &mut Context) -> Result<u32, Error> {
                    let ($($value,)* $rest,) = self;
                    let mut count = 0;
                    $(count += $value.push_all(cx)?;)*
                    count += $rest.push_all(cx)?;
                    Ok(count)
                }
            }
            impl<$($head: FromLua,)* $last: FromLuaMulti> FromLuaMulti for ($($head,)* $last,) {
                #[inline(always)]
                fn from_slots(cx: &mut Context, slots: Slots, index: u32) -> Result<Self, BadValue> {
                    #[allow(unused_mut, reason = "one value needs no counting")]
                    let mut index = index;
                    $(
                        let $value = $head::from_slots(cx, slots, index)?;
                        index += 1;
                    )*
                    let $rest = $last::from_slots(cx, slots, index)?;
                    Ok(($($value,)* $rest,))
                }
            }
        )+
    };
}

tuples! {
    (; A a),
    (A a; B b),
    (A a, B b; C c),
    (A a, B b, C c; D d),
    (A a, B b, C c, D d; E e),
    (A a, B b, C c, D d, E e; F f),
    (A a, B b, C c, D d, E e, F f; G g),
    (A a, B b, C c, D d, E e, F f, G g; H h),
    (A a, B b, C c, D d, E e, F f, G g, H h; I i),
    (A a, B b, C c, D d, E e, F f, G g, H h, I i; J j),
}
