//! The state of a virtual machine, and what native functions may do with it.
//!
//! # Writing a native function
//!
//! A native is `fn(&mut Vm, Args) -> NativeResult`. Its arguments are stack slots `args.base..args.base + args.count`; it
//! returns where its results lie ([`Ret`]): `vm.ret0()`, `vm.ret1(v)`, or push any number and `vm.ret_top(n)`.
//! The stack may move: hold indices, never addresses. [`Gc`] references and [`RawValue`]s may be kept in Rust locals as long as the native does not call
//! back into Lua ([`Vm::call`] and everything that may run a metamethod); what must survive that is on the stack (arguments
//! are, results of `vm.push` are).
//!
//! Errors are values: `Err(vm.error("..."))` raises a string with the position of the caller, `Err(vm.arg_error(args, 0, "..."))` one about
//! an argument. Long loops call [`Vm::poll`].

#![allow(unsafe_code, reason = "reads and writes the running stack")]

use crate::gc::{Heap, OutOfMemory};
use crate::string::LuaString;
use crate::table::{SetError, Table};
use crate::thread::Thread;
use crate::userdata::UserData;
use crate::value::{Gc, RawValue, Type};

/// Where the arguments of a native lie on the stack.
#[derive(Clone, Copy, Debug)]
pub struct Args {
    /// The stack index of the first.
    pub base: u32,
    /// How many there are.
    pub count: u32,
}

/// Where the results of a native lie on the stack.
#[derive(Clone, Copy, Debug)]
pub struct Ret {
    /// The stack index of the first.
    pub first: u32,
    /// How many there are.
    pub count: u32,
}

/// An error is under way. The value of a Lua error is in `heap.roots.raised`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Raised {
    /// A Lua error, caught by `pcall`.
    Error,
    /// The memory limit: "not enough memory", caught by `pcall`.
    Memory,
    /// A time or instruction limit: not caught by scripts.
    Interrupted,
}

impl From<OutOfMemory> for Raised {
    fn from(_: OutOfMemory) -> Raised {
        Raised::Memory
    }
}

/// What a native returns.
pub type NativeResult = Result<Ret, Raised>;

/// A virtual machine.
#[repr(C)]
pub struct Vm {
    /// The first free stack slot of the running native; the end of the values after a multi-value instruction.
    pub top: u32,
    /// The running coroutine.
    pub thread: Gc<Thread>,
    /// The heap.
    pub heap: Heap,
    /// The host's side of the libraries.
    pub hooks: crate::hooks::Hooks,
    /// C types and the lending of host memory.
    pub ffi: crate::ffi::host::Ffi,
}

impl Vm {
    // ---- the stack -------------------------------------------------------------------------------------

    /// The value of a stack slot.
    pub fn slot(&self, _index: u32) -> RawValue {
        todo!()
    }
    /// Assigns a stack slot below the top.
    pub fn set_slot(&mut self, _index: u32, _value: RawValue) {
        todo!()
    }
    /// Pushes a value, growing the stack as needed.
    ///
    /// # Errors
    /// "stack overflow" at the stack limit.
    pub fn push(&mut self, _value: RawValue) -> Result<(), Raised> {
        todo!()
    }

    // ---- results ---------------------------------------------------------------------------------------

    /// No results.
    pub fn ret0(&mut self) -> NativeResult {
        Ok(Ret { first: self.top, count: 0 })
    }
    /// One result.
    pub fn ret1(&mut self, value: impl Into<RawValue>) -> NativeResult {
        self.push(value.into())?;
        self.ret_top(1)
    }
    /// The last `count` pushed values.
    pub fn ret_top(&mut self, count: u32) -> NativeResult {
        Ok(Ret { first: self.top - count, count })
    }

    // ---- arguments (index 0 is the first) --------------------------------------------------------------

    /// An argument; nil when not given.
    pub fn arg(&self, args: Args, index: u32) -> RawValue {
        self.arg_opt(args, index).unwrap_or(RawValue::NIL)
    }
    /// An argument, if one was given.
    pub fn arg_opt(&self, args: Args, index: u32) -> Option<RawValue> {
        if index < args.count { Some(self.slot(args.base + index)) } else { None }
    }
    /// Any value, but one must be given ("value expected").
    pub fn check_any(&mut self, _args: Args, _index: u32) -> Result<RawValue, Raised> {
        todo!()
    }
    /// A table.
    pub fn check_table(&mut self, _args: Args, _index: u32) -> Result<Gc<Table>, Raised> {
        todo!()
    }
    /// A number, or a string that can be read as one.
    pub fn check_number(&mut self, _args: Args, _index: u32) -> Result<f64, Raised> {
        todo!()
    }
    /// A number as an integer (truncated the way LuaJIT's `lj_lib_checkint` does: to i32).
    pub fn check_int(&mut self, _args: Args, _index: u32) -> Result<i32, Raised> {
        todo!()
    }
    /// `check_int` with a default for nil or none.
    pub fn opt_int(&mut self, args: Args, index: u32, default: i32) -> Result<i32, Raised> {
        if self.arg(args, index).is_nil() { Ok(default) } else { self.check_int(args, index) }
    }
    /// A string; a number is converted, and the slot then holds the string.
    pub fn check_string(&mut self, _args: Args, _index: u32) -> Result<Gc<LuaString>, Raised> {
        todo!()
    }
    /// `check_string`, `None` for nil or none.
    pub fn opt_string(&mut self, args: Args, index: u32) -> Result<Option<Gc<LuaString>>, Raised> {
        if self.arg(args, index).is_nil() { Ok(None) } else { self.check_string(args, index).map(Some) }
    }
    /// A function.
    pub fn check_function(&mut self, _args: Args, _index: u32) -> Result<RawValue, Raised> {
        todo!()
    }
    /// A coroutine.
    pub fn check_thread(&mut self, _args: Args, _index: u32) -> Result<Gc<Thread>, Raised> {
        todo!()
    }
    /// A userdata whose payload is a `T`; `expected` is the type's name for the message.
    pub fn check_userdata<T: 'static>(
        &mut self,
        _args: Args,
        _index: u32,
        _expected: &str,
    ) -> Result<Gc<UserData>, Raised> {
        todo!()
    }

    // ---- errors ----------------------------------------------------------------------------------------

    /// Raises a value.
    pub fn throw(&mut self, value: RawValue) -> Raised {
        self.heap.roots.raised = Some(value);
        Raised::Error
    }
    /// Raises a message with `chunk:line:` of the Lua function that called the running native (level 1).
    pub fn error(&mut self, _message: impl AsRef<[u8]>) -> Raised {
        todo!()
    }
    /// "bad argument #index+1 to 'name' (message)"; for a method called on a bad self, LuaJIT's wording for that.
    pub fn arg_error(&mut self, _args: Args, _index: u32, _message: impl AsRef<[u8]>) -> Raised {
        todo!()
    }
    /// "bad argument #n to 'name' (expected, got type)".
    pub fn arg_type_error(&mut self, _args: Args, _index: u32, _expected: &str) -> Raised {
        todo!()
    }
    /// The Lua error for a refused assignment ("table index is nil", "table index is NaN", "table overflow").
    pub fn set_error(&mut self, _error: SetError) -> Raised {
        todo!()
    }

    // ---- strings and tables ----------------------------------------------------------------------------

    /// A new string value.
    pub fn new_string(&mut self, bytes: &[u8]) -> Result<RawValue, Raised> {
        Ok(RawValue::string(self.heap.new_string(bytes)?))
    }
    /// A new table.
    pub fn new_table(&mut self, array: usize, keys: usize) -> Result<Gc<Table>, Raised> {
        Ok(crate::table::new_table(&mut self.heap, array, keys)?)
    }
    /// `rawset`, errors as Lua errors.
    pub fn raw_set(&mut self, table: Gc<Table>, key: RawValue, value: RawValue) -> Result<(), Raised> {
        table.set(&mut self.heap, key, value).map_err(|e| self.set_error(e))
    }
    /// `rawset` with a string key.
    pub fn raw_set_name(&mut self, table: Gc<Table>, key: &str, value: RawValue) -> Result<(), Raised> {
        let key = self.heap.intern(key.as_bytes())?;
        self.raw_set(table, key.into(), value)
    }

    // ---- meaning (may run metamethods: nested calls) ---------------------------------------------------

    /// Calls a value from Rust with arguments; the results lie on top of the stack (`vm.top` is moved past them; the caller
    /// resets `vm.top` to `ret.first` when done). Metamethod `__call` is honoured.
    pub fn call(&mut self, _function: RawValue, _args: &[RawValue]) -> NativeResult {
        todo!()
    }
    /// Calls a value and keeps the first result only; the stack is left as it was.
    pub fn call1(&mut self, _function: RawValue, _args: &[RawValue]) -> Result<RawValue, Raised> {
        todo!()
    }
    /// `object[key]` with metamethods.
    pub fn index(&mut self, _object: RawValue, _key: RawValue) -> Result<RawValue, Raised> {
        todo!()
    }
    /// `object[key] = value` with metamethods.
    pub fn set_index(&mut self, _object: RawValue, _key: RawValue, _value: RawValue) -> Result<(), Raised> {
        todo!()
    }
    /// `a == b` with metamethods.
    pub fn equals(&mut self, _a: RawValue, _b: RawValue) -> Result<bool, Raised> {
        todo!()
    }
    /// `a < b` with metamethods.
    pub fn less_than(&mut self, _a: RawValue, _b: RawValue) -> Result<bool, Raised> {
        todo!()
    }
    /// What `tostring` returns.
    pub fn tostring(&mut self, _value: RawValue) -> Result<Gc<LuaString>, Raised> {
        todo!()
    }
    /// The metatable of any value.
    pub fn metatable_of(&self, value: RawValue) -> Option<Gc<Table>> {
        match value.type_of() {
            Type::Table => value.as_table().and_then(Gc::<Table>::metatable),
            Type::UserData => value.as_userdata().and_then(Gc::<UserData>::metatable),
            Type::CData => value.as_cdata().and_then(|cdata| self.ffi.metatable(&self.heap, cdata.ctype())),
            other => self.heap.roots.type_metatables[other as usize],
        }
    }
    /// A metamethod of any value, nil when absent.
    pub fn metamethod(&self, value: RawValue, event: crate::rt::meta::Meta) -> RawValue {
        self.metatable_of(value).map_or(RawValue::NIL, |meta| meta.meta(&self.heap, event))
    }

    // ---- the host ----------------------------------------------------------------------------------------

    /// What `print` writes with.
    pub fn write_output(&mut self, bytes: &[u8]) {
        // A closed output is no reason to stop a script, and `print` has no way to report it.
        drop(self.hooks.output.write_all(bytes));
    }

    // ---- limits ----------------------------------------------------------------------------------------

    /// To be called every few thousand steps of a long library loop: the time limit and requests to stop are honoured here.
    ///
    /// # Errors
    /// When the script is to be stopped.
    pub fn poll(&mut self) -> Result<(), Raised> {
        todo!()
    }
    /// Runs the safe point after a native when a collection step is due. Called by the interpreter only.
    pub(crate) fn safe_point(&mut self) {
        self.heap.debt = 0;
    }
}
