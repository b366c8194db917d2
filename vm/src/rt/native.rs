//! Operations with metamethods for native functions: a handler is a nested call.

use crate::convert;
use crate::function::FunctionView;
use crate::rt::meta::Meta;
use crate::rt::{self, Index, LessEqual, Step};
use crate::string::LuaString;
use crate::value::{Gc, RawValue, Type};
use crate::vm::{Raised, Vm};

impl Vm {
    /// `object[key]` with metamethods.
    ///
    /// # Errors
    /// When the object cannot be indexed, or the metamethod fails.
    pub fn index(&mut self, object: RawValue, key: RawValue) -> Result<RawValue, Raised> {
        match rt::index(self, object, key)? {
            Index::Done(value) => Ok(value),
            Index::Call { handler, object } => self.call1(handler, &[object, key]),
            Index::Invalid(culprit) => Err(self.index_error(culprit, key, None)),
        }
    }

    /// `object[key] = value` with metamethods.
    ///
    /// # Errors
    /// When the object cannot be indexed, the key is not allowed, or the metamethod fails.
    pub fn set_index(&mut self, object: RawValue, key: RawValue, value: RawValue) -> Result<(), Raised> {
        match rt::set_index(self, object, key, value)? {
            Index::Done(_) => Ok(()),
            Index::Call { handler, object } => self.call1(handler, &[object, key, value]).map(|_| ()),
            Index::Invalid(culprit) => Err(self.index_error(culprit, key, None)),
        }
    }

    /// `a == b` with metamethods.
    ///
    /// # Errors
    /// When the metamethod fails.
    pub fn equals(&mut self, a: RawValue, b: RawValue) -> Result<bool, Raised> {
        match rt::equals(self, a, b)? {
            Step::Done(value) => Ok(value.is_truthy()),
            Step::Call(handler) => Ok(self.call1(handler, &[a, b])?.is_truthy()),
            Step::Invalid => unreachable!("any two values can be compared for equality"),
        }
    }

    /// `a < b` with metamethods.
    ///
    /// # Errors
    /// When the values cannot be ordered, or the metamethod fails.
    pub fn less_than(&mut self, a: RawValue, b: RawValue) -> Result<bool, Raised> {
        match rt::less_than(self, a, b)? {
            Step::Done(value) => Ok(value.is_truthy()),
            Step::Call(handler) => Ok(self.call1(handler, &[a, b])?.is_truthy()),
            Step::Invalid => Err(self.compare_error(a, b)),
        }
    }

    /// `a <= b` with metamethods.
    ///
    /// # Errors
    /// When the values cannot be ordered, or the metamethod fails.
    pub fn less_equal(&mut self, a: RawValue, b: RawValue) -> Result<bool, Raised> {
        match rt::less_equal(self, a, b)? {
            LessEqual::Done(outcome) => Ok(outcome),
            LessEqual::Call(handler) => Ok(self.call1(handler, &[a, b])?.is_truthy()),
            LessEqual::NotLess(handler) => Ok(self.call1(handler, &[b, a])?.is_falsy()),
            LessEqual::Invalid => Err(self.compare_error(a, b)),
        }
    }

    /// The string a string or number is; `None` for any other value.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub(crate) fn coerce(&mut self, value: RawValue) -> Result<Option<Gc<LuaString>>, Raised> {
        let Some(number) = value.as_number() else { return Ok(value.as_string()) };
        let mut text = Vec::with_capacity(24);
        convert::format_number(number, &mut text);
        Ok(Some(self.heap.new_string(&text)?))
    }

    /// What `tostring` returns.
    ///
    /// # Errors
    /// When `__tostring` fails or does not return a string.
    pub fn tostring(&mut self, value: RawValue) -> Result<Gc<LuaString>, Raised> {
        if let Some(string) = value.as_string() {
            return Ok(string);
        }
        let handler = self.metamethod(value, Meta::ToString);
        if handler.is_nil() {
            return self.raw_tostring(value);
        }
        let result = self.call1(handler, &[value])?;
        self.coerce(result)?.ok_or_else(|| self.error("'tostring' must return a string to 'print'"))
    }

    /// The text of a value whatever its metatable says.
    ///
    /// # Errors
    /// When memory runs out.
    pub(crate) fn raw_tostring(&mut self, value: RawValue) -> Result<Gc<LuaString>, Raised> {
        if let Some(string) = self.coerce(value)? {
            return Ok(string);
        }
        let text = match value.type_of() {
            Type::Nil => "nil".to_owned(),
            Type::Boolean => value.is_truthy().to_string(),
            Type::CData => {
                let cdata = value.as_cdata().expect("just told apart");
                let text = crate::ffi::access::tostring(self, cdata)?;
                return match self.coerce(text)? {
                    Some(text) => Ok(text),
                    None => Err(self.error("'tostring' must return a string to 'print'")),
                };
            }
            Type::LightUserData => format!("userdata: 0x{:08x}", value.as_light().unwrap_or(0)),
            _ => self.describe_reference(value),
        };
        Ok(self.heap.new_string(text.as_bytes())?)
    }

    /// `table: 0x...`; `function: builtin#29` for functions that LuaJIT has numbered.
    fn describe_reference(&self, value: RawValue) -> String {
        if let Some(FunctionView::Native(native)) = value.as_function().map(Gc::view)
            && native.number() != 0
        {
            return format!("function: builtin#{}", native.number());
        }
        format!("{}: 0x{:08x}", value.type_name(), value.heap_addr().unwrap_or(0))
    }
}
