//! Coroutines held by Rust.

use crate::context::Context;
use crate::error::Error;
use crate::handle::Function;
use crate::host::{self, Root};
use crate::marshal::{FromLuaMulti, IntoLuaMulti};
use crate::thread::ThreadStatus;

/// A coroutine held by Rust.
#[derive(Clone, Debug)]
pub struct Thread(pub(crate) Root);

/// What a coroutine is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadState {
    /// It has not begun, or has yielded: it can be resumed.
    Suspended,
    /// It runs, or waits for a coroutine that it resumed.
    Active,
    /// It has returned or failed.
    Dead,
}

impl Thread {
    pub(crate) fn create(cx: &mut Context, function: &Function) -> Result<Thread, Error> {
        let function = function.0.get(cx.vm_ref())?;
        let vm = cx.vm();
        let raw = host::checked(vm, |vm| vm.new_coroutine(function))?;
        Ok(Thread(host::root(vm, raw.into())))
    }

    /// Runs the coroutine until it yields or returns, and converts the values it yields or returns.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::Error> {
    /// use perilune::ThreadState;
    ///
    /// let mut lua = perilune::Lua::new();
    /// let body = lua.load("local n = ...; while n > 0 do n = n - coroutine.yield(n) end").into_function(&mut lua)?;
    /// let countdown = lua.create_thread(&body)?;
    /// assert_eq!(countdown.resume::<u32>(&mut lua, 5)?, 5);
    /// assert_eq!(countdown.resume::<u32>(&mut lua, 2)?, 3);
    /// countdown.resume::<()>(&mut lua, 3)?;
    /// assert_eq!(countdown.state(&lua)?, ThreadState::Dead);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What the coroutine raises, which ends it; if it is not suspended; when the results are of other types.
    pub fn resume<R: FromLuaMulti>(&self, cx: &mut Context, args: impl IntoLuaMulti) -> Result<R, Error> {
        let raw = self.0.get(cx.vm_ref())?;
        host::resume(cx, raw.as_thread().expect("the handle of a coroutine roots one"), args)
    }

    /// What it is doing.
    ///
    /// # Errors
    /// [`ErrorKind::WrongState`](crate::ErrorKind::WrongState) if it belongs to another VM.
    pub fn state(&self, cx: &Context) -> Result<ThreadState, Error> {
        let raw = self.0.get(cx.vm_ref())?;
        Ok(match raw.as_thread().expect("the handle of a coroutine roots one").status() {
            ThreadStatus::Suspended => ThreadState::Suspended,
            ThreadStatus::Running | ThreadStatus::Normal => ThreadState::Active,
            ThreadStatus::Dead => ThreadState::Dead,
        })
    }
}
