//! [`Context`]: a virtual machine as Rust code may use it.

#![allow(unsafe_code, reason = "a transparent view of the VM")]

use std::sync::Arc;

use crate::bytecode::Draft;
use crate::chunk::Chunk;
use crate::error::{Error, ErrorKind};
use crate::function::{Special, new_native};
use crate::handle::{AnyUserData, Function, LuaString, Table, Thread, Value};
use crate::host::{self, UserData};
use crate::instantiate;
use crate::marshal::{FromLua, FromLuaMulti, IntoLua, IntoLuaMulti};
use crate::stats::Stats;
use crate::value::RawValue;
use crate::vm::Vm;

/// A virtual machine as Rust code uses it: what [`Lua`](crate::Lua) owns, and what a Rust function called by a script is given.
///
/// It relates to `Lua` as `str` to `String`: a `&mut Lua` may be passed wherever a `&mut Context` is wanted. It has no size, so
/// that two of them cannot be swapped while scripts run in them.
#[repr(transparent)]
pub struct Context([Vm]);

impl Context {
    /// The VM as the host sees it.
    #[inline(always)]
    pub(crate) fn of(vm: &mut Vm) -> &mut Context {
        let one = std::slice::from_mut(vm) as *mut [Vm] as *mut Context;
        // SAFETY: `Context` is transparent over `[Vm]`; a context is only ever made here, of exactly one VM.
        unsafe { &mut *one }
    }

    /// As [`Context::of`], to look at.
    #[inline(always)]
    pub(crate) fn of_ref(vm: &Vm) -> &Context {
        let one = std::slice::from_ref(vm) as *const [Vm] as *const Context;
        // SAFETY: as in `of`.
        unsafe { &*one }
    }

    #[inline(always)]
    pub(crate) fn vm(&mut self) -> &mut Vm {
        // SAFETY: a context is a slice of one VM (`of`).
        unsafe { self.0.get_unchecked_mut(0) }
    }

    #[inline(always)]
    pub(crate) fn vm_ref(&self) -> &Vm {
        // SAFETY: a context is a slice of one VM (`of`).
        unsafe { self.0.get_unchecked(0) }
    }

    /// The bare virtual machine, for crates that build on its internals.
    ///
    /// # Safety
    /// The caller keeps the rules at the top of `vm/mod.rs`, and neither moves nor replaces the `Vm`.
    #[doc(hidden)]
    pub unsafe fn raw(&mut self) -> &mut Vm {
        self.vm()
    }

    /// Runs a step on the bare virtual machine; what it raises becomes an [`Error`].
    ///
    /// # Errors
    /// Those the step raises.
    #[doc(hidden)]
    pub fn checked<R>(
        &mut self,
        step: impl FnOnce(&mut Vm) -> Result<R, crate::vm::Raised>,
    ) -> Result<R, Error> {
        host::checked(self.vm(), step)
    }

    /// The context of a bare virtual machine, inside a native function.
    #[doc(hidden)]
    pub fn from_raw(vm: &mut Vm) -> &mut Context {
        Context::of(vm)
    }

    // ---- running code ----------------------------------------------------------------------------------

    /// A chunk of source text, to be run or turned into a function.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::Error> {
    /// let mut lua = perilune::Lua::new();
    /// let sum: f64 = lua.load("return 1 + 2").name("sum.lua").eval(&mut lua)?;
    /// assert_eq!(sum, 3.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn load<S: AsRef<[u8]>>(&self, source: S) -> Chunk<S> {
        Chunk::new(source)
    }

    /// The main function of a chunk that was compiled beforehand, for example on another thread by
    /// [`compile`](crate::compile). It sees the globals.
    ///
    /// # Errors
    /// When the memory limit is reached, or the draft is an empty one that no compiler made.
    pub fn load_draft(&mut self, draft: &Arc<Draft>) -> Result<Function, Error> {
        if draft.protos.is_empty() {
            return Err(Error::new(ErrorKind::Syntax, "the draft has no main function"));
        }
        let vm = self.vm();
        let globals = host::globals(vm);
        host::checked(vm, |vm| {
            let closure = instantiate::load_draft(&mut vm.heap, Arc::clone(draft), globals)?;
            Ok(RawValue::from(closure.as_function()))
        })
        .map(|raw| Function(host::root(vm, raw)))
    }

    /// The table of global variables.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::Error> {
    /// let mut lua = perilune::Lua::new();
    /// lua.globals().set(&mut lua, "lives", 3)?;
    /// lua.load("lives = lives - 1").exec(&mut lua)?;
    /// assert_eq!(lua.globals().get::<u32>(&mut lua, "lives")?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn globals(&mut self) -> Table {
        let vm = self.vm();
        let globals = host::globals(vm);
        Table(host::root(vm, globals.into()))
    }

    // ---- making values ---------------------------------------------------------------------------------

    /// An empty table.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn create_table(&mut self) -> Result<Table, Error> {
        let vm = self.vm();
        let raw = host::checked(vm, |vm| vm.new_table(0, 0).map(RawValue::from))?;
        let table = Table(host::root(vm, raw));
        host::settle(vm);
        Ok(table)
    }

    /// A string of any bytes.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn create_string(&mut self, bytes: impl AsRef<[u8]>) -> Result<LuaString, Error> {
        let vm = self.vm();
        let raw = host::checked(vm, |vm| vm.new_string(bytes.as_ref()))?;
        let string = LuaString(host::root(vm, raw));
        host::settle(vm);
        Ok(string)
    }

    /// A function scripts can call. Its arguments and results are converted by their types; an `Err` becomes a Lua
    /// error at the place of the call, and so does a panic. `name` stands in messages and tracebacks.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::Error> {
    /// use perilune::{Context, Error, Lua};
    ///
    /// let mut lua = Lua::new();
    /// let damage = lua.create_function("damage", |_: &mut Context, (hit, armour): (f64, Option<f64>)| {
    ///     if hit < 0.0 {
    ///         return Err(Error::runtime("a hit cannot be negative"));
    ///     }
    ///     Ok((hit - armour.unwrap_or(0.0)).max(0.0))
    /// })?;
    /// lua.globals().set(&mut lua, "damage", &damage)?;
    /// lua.load("assert(damage(10, 4) == 6 and damage(3) == 3)").exec(&mut lua)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn create_function<F, A, R>(&mut self, name: &str, function: F) -> Result<Function, Error>
    where
        F: Fn(&mut Context, A) -> Result<R, Error> + Send + 'static,
        A: FromLuaMulti + 'static,
        R: IntoLuaMulti + 'static,
    {
        let vm = self.vm();
        let raw = host::checked(vm, |vm| host::new_host_function(vm, name, function))?;
        Ok(Function(host::root(vm, raw)))
    }

    /// A userdata holding a Rust value; see [`UserData`].
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn create_userdata<T: UserData>(&mut self, value: T) -> Result<AnyUserData, Error> {
        let raw = host::new_host_userdata(self, value)?;
        let vm = self.vm();
        let userdata = AnyUserData(host::root(vm, raw));
        host::settle(vm);
        Ok(userdata)
    }

    /// The table that holds the methods and functions of a type: the `Ship` in `Ship.new()`.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn class<T: UserData>(&mut self) -> Result<Table, Error> {
        let class = host::class_of::<T>(self)?;
        let vm = self.vm();
        let raw = vm.heap.roots.pinned[class.methods as usize];
        Ok(Table(host::root(vm, raw)))
    }

    /// A coroutine that will run a function.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn create_thread(&mut self, function: &Function) -> Result<Thread, Error> {
        Thread::create(self, function)
    }

    // ---- the collector and counters ---------------------------------------------------------------------

    /// Collects everything that is garbage now, and runs the finalizers that are due: `collectgarbage("collect")`.
    pub fn gc_collect(&mut self) {
        self.vm().collect_all();
    }

    /// The counters.
    pub fn stats(&self) -> Stats<'_> {
        Stats::of(self.vm_ref())
    }

    // ---- converting ------------------------------------------------------------------------------------

    /// Converts a Rust value to a Lua value.
    ///
    /// # Errors
    /// When the value has no Lua form, or the memory limit is reached.
    pub fn pack(&mut self, value: impl IntoLua) -> Result<Value, Error> {
        value.into_lua(self)
    }

    /// Converts a Lua value to a Rust value.
    ///
    /// # Errors
    /// [`ErrorKind::Conversion`](crate::ErrorKind::Conversion) when it is not of that type.
    pub fn unpack<T: FromLua>(&mut self, value: Value) -> Result<T, Error> {
        T::from_lua(value, self)
    }

    /// The text `tostring` gives for a value.
    ///
    /// # Errors
    /// When a `__tostring` metamethod fails.
    pub fn to_string_lossy(&mut self, value: &Value) -> Result<String, Error> {
        let raw = value.raw(self.vm_ref())?;
        let vm = self.vm();
        host::entered(vm, |vm| {
            let string = vm.tostring(raw)?;
            Ok(String::from_utf8_lossy(string.as_bytes()).into_owned())
        })
    }

    /// A native function of the lower layer as a value, for crates that build on the internals.
    ///
    /// # Errors
    /// When the memory limit is reached.
    #[doc(hidden)]
    pub fn create_native(
        &mut self,
        name: &str,
        function: crate::function::NativeFn,
    ) -> Result<Function, Error> {
        let vm = self.vm();
        let globals = host::globals(vm);
        let raw = host::checked(vm, |vm| {
            let native = new_native(&mut vm.heap, name, function, globals, &[], Special::None)?;
            Ok(RawValue::from(native))
        })?;
        Ok(Function(host::root(vm, raw)))
    }
}
