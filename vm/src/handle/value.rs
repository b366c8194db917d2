//! Any Lua value.

use super::{AnyCData, AnyUserData, Function, LuaString, Table, Thread};
use crate::context::Context;
use crate::error::Error;
use crate::host;
use crate::value::{RawValue, Type};
use crate::vm::Vm;

/// A Lua value held by Rust.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Value {
    /// `nil`
    #[default]
    Nil,
    /// `true` or `false`
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A string.
    String(LuaString),
    /// A table.
    Table(Table),
    /// A function, Lua's or Rust's.
    Function(Function),
    /// A value of a host type.
    AnyUserData(AnyUserData),
    /// A foreign address.
    LightUserData(LightUserData),
    /// A coroutine.
    Thread(Thread),
    /// A C value or a view of host memory.
    AnyCData(AnyCData),
}

/// A foreign address as a Lua value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LightUserData(u64);

impl Value {
    /// The name `type()` gives for it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Nil => "nil",
            Value::Boolean(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Table(_) => "table",
            Value::Function(_) => "function",
            Value::AnyUserData(_) | Value::LightUserData(_) => "userdata",
            Value::Thread(_) => "thread",
            Value::AnyCData(_) => "cdata",
        }
    }

    /// Whether it is `nil`.
    pub fn is_nil(&self) -> bool {
        matches!(self, Value::Nil)
    }

    /// Whether a condition takes it for true: everything but `nil` and `false`.
    pub fn is_truthy(&self) -> bool {
        !matches!(self, Value::Nil | Value::Boolean(false))
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        if let Value::Number(number) = self { Some(*number) } else { None }
    }

    /// The boolean, if it is one.
    pub fn as_boolean(&self) -> Option<bool> {
        if let Value::Boolean(boolean) = self { Some(*boolean) } else { None }
    }

    /// The string, if it is one.
    pub fn as_string(&self) -> Option<&LuaString> {
        if let Value::String(string) = self { Some(string) } else { None }
    }

    /// The table, if it is one.
    pub fn as_table(&self) -> Option<&Table> {
        if let Value::Table(table) = self { Some(table) } else { None }
    }

    /// The function, if it is one.
    pub fn as_function(&self) -> Option<&Function> {
        if let Value::Function(function) = self { Some(function) } else { None }
    }

    /// The userdata, if it is one.
    pub fn as_userdata(&self) -> Option<&AnyUserData> {
        if let Value::AnyUserData(userdata) = self { Some(userdata) } else { None }
    }

    /// Whether two values are the same to Lua without metamethods (`rawequal`).
    ///
    /// # Errors
    /// [`ErrorKind::WrongState`](crate::ErrorKind::WrongState) if one belongs to another VM.
    pub fn raw_equals(&self, cx: &Context, other: &Value) -> Result<bool, Error> {
        let (a, b) = (self.raw(cx.vm_ref())?, other.raw(cx.vm_ref())?);
        Ok(match (a.as_string(), b.as_string(), a.as_number(), b.as_number()) {
            (Some(a), Some(b), _, _) => a.equals(b),
            (_, _, Some(a), Some(b)) => a == b,
            _ => a == b,
        })
    }

    /// The handle for a bare value.
    #[doc(hidden)]
    pub fn from_raw(raw: RawValue, cx: &mut Context) -> Value {
        match raw.type_of() {
            Type::Nil => Value::Nil,
            Type::Boolean => Value::Boolean(raw.is_truthy()),
            Type::Number => Value::Number(raw.as_f64_or_nan()),
            Type::LightUserData => Value::LightUserData(LightUserData(raw.as_light().unwrap_or_default())),
            Type::String => Value::String(LuaString(host::root(cx.vm(), raw))),
            Type::Table => Value::Table(Table(host::root(cx.vm(), raw))),
            Type::Function => Value::Function(Function(host::root(cx.vm(), raw))),
            Type::UserData => Value::AnyUserData(AnyUserData(host::root(cx.vm(), raw))),
            Type::Thread => Value::Thread(Thread(host::root(cx.vm(), raw))),
            Type::CData => Value::AnyCData(AnyCData(host::root(cx.vm(), raw))),
        }
    }

    /// The bare value of a handle.
    #[doc(hidden)]
    pub fn raw(&self, vm: &Vm) -> Result<RawValue, Error> {
        match self {
            Value::Nil => Ok(RawValue::NIL),
            Value::Boolean(boolean) => Ok((*boolean).into()),
            Value::Number(number) => Ok((*number).into()),
            Value::LightUserData(LightUserData(payload)) => Ok(RawValue::light(*payload)),
            Value::String(LuaString(root))
            | Value::Table(Table(root))
            | Value::Function(Function(root))
            | Value::AnyUserData(AnyUserData(root))
            | Value::Thread(Thread(root))
            | Value::AnyCData(AnyCData(root)) => root.get(vm),
        }
    }

    /// The value in a message: itself when short, else its type.
    pub(crate) fn describe(&self, cx: &Context) -> String {
        match self {
            Value::Number(number) => host::number_text(*number),
            Value::Boolean(boolean) => boolean.to_string(),
            Value::String(string) => match string.as_bytes(cx) {
                Ok(bytes) => format!("'{}'", String::from_utf8_lossy(bytes)),
                Err(_) => "string".to_owned(),
            },
            Value::Nil
            | Value::Table(_)
            | Value::Function(_)
            | Value::AnyUserData(_)
            | Value::LightUserData(_)
            | Value::Thread(_)
            | Value::AnyCData(_) => self.type_name().to_owned(),
        }
    }
}
