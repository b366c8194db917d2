//! Functions held by Rust.

use crate::context::Context;
use crate::error::Error;
use crate::handle::Table;
use crate::host::{self, Root};
use crate::marshal::{FromLuaMulti, IntoLuaMulti};

/// A function held by Rust.
#[derive(Clone, Debug)]
pub struct Function(pub(crate) Root);

impl Function {
    /// Calls the function and converts its results. The arguments are `()`, one value or a tuple, and so are the results.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::Error> {
    /// let mut lua = perilune::Lua::new();
    /// lua.load("function divide(a, b) return math.floor(a / b), a % b end").exec(&mut lua)?;
    /// let divide: perilune::Function = lua.globals().get(&mut lua, "divide")?;
    /// let (quotient, rest): (u32, u32) = divide.call(&mut lua, (17, 5))?;
    /// assert_eq!((quotient, rest), (3, 2));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What the function raises, with a traceback; when a limit is reached; when the results are of other types.
    #[inline]
    pub fn call<R: FromLuaMulti>(&self, cx: &mut Context, args: impl IntoLuaMulti) -> Result<R, Error> {
        let function = self.0.get(cx.vm_ref())?;
        host::call(cx, function, args)
    }

    /// Gives the function another table to find its global variables in, like `setfenv`.
    ///
    /// # Errors
    /// [`ErrorKind::WrongState`](crate::ErrorKind::WrongState) for handles of different VMs.
    pub fn set_environment(&self, cx: &mut Context, environment: &Table) -> Result<(), Error> {
        let vm = cx.vm();
        let environment = environment.gc(vm)?;
        let function = self.0.get(vm)?.as_function().expect("the handle of a function roots one");
        function.set_env(&mut vm.heap, environment);
        Ok(())
    }
}
