//! Handles and userdata.

use super::{FromLua, IntoLua, through_raw};
use crate::context::Context;
use crate::error::Error;
use crate::handle::{AnyCData, AnyUserData, Function, LuaString, Table, Thread, Value};
use crate::host::{self, UserData};
use crate::value::RawValue;

macro_rules! handles {
    ($($ty:ident $is:ident $name:literal,)+) => {$(
        impl IntoLua for $ty {
            fn into_lua(self, _: &mut Context) -> Result<Value, Error> {
                Ok(Value::$ty(self))
            }
            #[inline(always)]
            fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
                self.0.give_back(cx.vm())
            }
        }
        impl IntoLua for &$ty {
            fn into_lua(self, _: &mut Context) -> Result<Value, Error> {
                Ok(Value::$ty(self.clone()))
            }
            #[inline(always)]
            fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
                self.0.get(cx.vm_ref())
            }
        }
        impl FromLua for $ty {
            through_raw!(from);
            fn from_raw(raw: RawValue, cx: &mut Context) -> Result<Self, Error> {
                if raw.$is() {
                    Ok($ty(host::root(cx.vm(), raw)))
                } else {
                    Err(Error::conversion($name, raw.type_name()))
                }
            }
        }
    )+};
}

handles! {
    Table is_table "table",
    Function is_function "function",
    AnyUserData is_userdata "userdata",
    Thread is_thread "coroutine",
    AnyCData is_cdata "cdata",
}

impl IntoLua for LuaString {
    fn into_lua(self, _: &mut Context) -> Result<Value, Error> {
        Ok(Value::String(self))
    }
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        self.0.give_back(cx.vm())
    }
}

impl IntoLua for &LuaString {
    fn into_lua(self, _: &mut Context) -> Result<Value, Error> {
        Ok(Value::String(self.clone()))
    }
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        self.0.get(cx.vm_ref())
    }
}

/// A number is converted to a string, as Lua's own functions do.
impl FromLua for LuaString {
    through_raw!(from);
    fn from_raw(raw: RawValue, cx: &mut Context) -> Result<Self, Error> {
        match (raw.is_string(), raw.as_number()) {
            (true, _) => Ok(LuaString(host::root(cx.vm(), raw))),
            (false, Some(number)) => cx.create_string(host::number_text(number)),
            (false, None) => Err(Error::conversion("string", raw.type_name())),
        }
    }
}

impl IntoLua for Value {
    fn into_lua(self, _: &mut Context) -> Result<Value, Error> {
        Ok(self)
    }
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        self.raw(cx.vm_ref())
    }
}

impl IntoLua for &Value {
    fn into_lua(self, _: &mut Context) -> Result<Value, Error> {
        Ok(self.clone())
    }
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        self.raw(cx.vm_ref())
    }
}

impl FromLua for Value {
    fn from_lua(value: Value, _: &mut Context) -> Result<Self, Error> {
        Ok(value)
    }
}

/// A value of a host type becomes a new userdata.
impl<T: UserData> IntoLua for T {
    through_raw!(into);
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        host::new_host_userdata(cx, self)
    }
}
