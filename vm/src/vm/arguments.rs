//! What a native function returns, and how it reads its arguments.

use super::{Args, NativeResult, Raised, Ret, Vm};
use crate::convert;
use crate::rt;
use crate::string::LuaString;
use crate::table::Table;
use crate::thread::Thread;
use crate::userdata::UserData;
use crate::value::{Gc, RawValue};

impl Vm {
    // ---- results ---------------------------------------------------------------------------------------

    /// No results.
    ///
    /// # Errors
    /// None; the type is what a native returns.
    pub fn ret0(&mut self) -> NativeResult {
        Ok(Ret { first: self.top, count: 0 })
    }

    /// One result.
    ///
    /// # Errors
    /// "stack overflow" at the stack limit.
    #[inline]
    pub fn ret1(&mut self, value: impl Into<RawValue>) -> NativeResult {
        self.push(value.into())?;
        self.ret_top(1)
    }

    /// The last `count` pushed values.
    ///
    /// # Errors
    /// None; the type is what a native returns.
    #[inline]
    pub fn ret_top(&mut self, count: u32) -> NativeResult {
        Ok(Ret { first: self.top - count, count })
    }

    // ---- arguments (index 0 is the first) --------------------------------------------------------------

    /// An argument; nil when not given.
    #[inline]
    pub fn arg(&self, args: Args, index: u32) -> RawValue {
        self.arg_opt(args, index).unwrap_or(RawValue::NIL)
    }

    /// An argument, if one was given.
    #[inline]
    pub fn arg_opt(&self, args: Args, index: u32) -> Option<RawValue> {
        if index < args.count { Some(self.slot(args.base + index)) } else { None }
    }

    /// Any value, but one must be given.
    ///
    /// # Errors
    /// "value expected".
    pub fn check_any(&mut self, args: Args, index: u32) -> Result<RawValue, Raised> {
        match self.arg_opt(args, index) {
            Some(value) => Ok(value),
            None => Err(self.arg_error(args, index, "value expected")),
        }
    }

    /// A table.
    ///
    /// # Errors
    /// "table expected, got ...".
    #[inline]
    pub fn check_table(&mut self, args: Args, index: u32) -> Result<Gc<Table>, Raised> {
        match self.arg(args, index).as_table() {
            Some(table) => Ok(table),
            None => Err(self.arg_type_error(args, index, "table")),
        }
    }

    /// A number, or a string that can be read as one.
    ///
    /// # Errors
    /// "number expected, got ...".
    #[inline]
    pub fn check_number(&mut self, args: Args, index: u32) -> Result<f64, Raised> {
        let value = self.arg(args, index);
        match value.as_number().or_else(|| rt::to_number(value)) {
            Some(number) => Ok(number),
            None => Err(self.arg_type_error(args, index, "number")),
        }
    }

    /// A number as an `i32`, converted as LuaJIT does it.
    ///
    /// # Errors
    /// "number expected, got ...".
    pub fn check_int(&mut self, args: Args, index: u32) -> Result<i32, Raised> {
        self.check_number(args, index).map(convert::to_i32)
    }

    /// `check_int` with a default for nil or none.
    ///
    /// # Errors
    /// "number expected, got ...".
    pub fn opt_int(&mut self, args: Args, index: u32, default: i32) -> Result<i32, Raised> {
        if self.arg(args, index).is_nil() { Ok(default) } else { self.check_int(args, index) }
    }

    /// A string; a number is converted, and the slot then holds the string.
    ///
    /// # Errors
    /// "string expected, got ...".
    #[inline]
    pub fn check_string(&mut self, args: Args, index: u32) -> Result<Gc<LuaString>, Raised> {
        match self.arg(args, index).as_string() {
            Some(string) => Ok(string),
            None => self.coerce_to_string(args, index),
        }
    }

    #[cold]
    fn coerce_to_string(&mut self, args: Args, index: u32) -> Result<Gc<LuaString>, Raised> {
        let Some(string) = self.coerce(self.arg(args, index))? else {
            return Err(self.arg_type_error(args, index, "string"));
        };
        self.set_slot(args.base + index, string.into());
        Ok(string)
    }

    /// `check_string`, `None` for nil or none.
    ///
    /// # Errors
    /// "string expected, got ...".
    pub fn opt_string(&mut self, args: Args, index: u32) -> Result<Option<Gc<LuaString>>, Raised> {
        if self.arg(args, index).is_nil() { Ok(None) } else { self.check_string(args, index).map(Some) }
    }

    /// A function.
    ///
    /// # Errors
    /// "function expected, got ...".
    pub fn check_function(&mut self, args: Args, index: u32) -> Result<RawValue, Raised> {
        let value = self.arg(args, index);
        if value.is_function() { Ok(value) } else { Err(self.arg_type_error(args, index, "function")) }
    }

    /// A coroutine.
    ///
    /// # Errors
    /// "coroutine expected".
    pub fn check_thread(&mut self, args: Args, index: u32) -> Result<Gc<Thread>, Raised> {
        match self.arg(args, index).as_thread() {
            Some(thread) => Ok(thread),
            None => Err(self.arg_error(args, index, "coroutine expected")),
        }
    }

    /// A userdata whose payload is a `T`; `expected` is the type's name for the message.
    ///
    /// # Errors
    /// "`expected` expected, got ...".
    pub fn check_userdata<T: 'static>(
        &mut self,
        args: Args,
        index: u32,
        expected: &str,
    ) -> Result<Gc<UserData>, Raised> {
        match self.arg(args, index).as_userdata() {
            Some(userdata) if userdata.is::<T>() => Ok(userdata),
            _ => Err(self.arg_type_error(args, index, expected)),
        }
    }
}
