//! Host values and C values held by Rust.

#![allow(unsafe_code, reason = "borrows the payload of a userdata that its handle keeps alive")]

use std::any::Any;
use std::cell::{Ref, RefMut};

use crate::context::Context;
use crate::error::Error;
use crate::host::{Payload, Root, UserData};
use crate::vm::Vm;

/// A userdata held by Rust.
#[derive(Clone, Debug)]
pub struct AnyUserData(pub(crate) Root);

/// A C value, or a view of host memory, held by Rust.
#[derive(Clone, Debug)]
pub struct AnyCData(pub(crate) Root);

impl AnyUserData {
    /// Whether it holds a `T`.
    ///
    /// # Errors
    /// [`ErrorKind::WrongState`](crate::ErrorKind::WrongState) if it belongs to another VM.
    pub fn is<T: UserData>(&self, cx: &Context) -> Result<bool, Error> {
        Ok(self.payload(cx.vm_ref())?.is_some_and(|payload| payload.is::<Payload<T>>()))
    }

    /// The value inside, to look at.
    ///
    /// # Errors
    /// If it is not a `T`, or one of its methods is changing it just now.
    #[inline]
    pub fn borrow<'a, T: UserData>(&self, cx: &'a Context) -> Result<Ref<'a, T>, Error> {
        self.cell(cx)?.try_borrow().map_err(|_| Error::runtime(format!("a {} is being changed", T::NAME)))
    }

    /// The value inside, to change.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::Error> {
    /// use perilune::{Lua, Methods, UserData};
    ///
    /// struct Counter(u32);
    /// impl UserData for Counter {
    ///     const NAME: &'static str = "Counter";
    ///     fn methods(methods: &mut Methods<'_, Self>) {
    ///         methods.method_mut("add", |counter, _, n: u32| {
    ///             counter.0 += n;
    ///             Ok(())
    ///         });
    ///     }
    /// }
    ///
    /// let mut lua = Lua::new();
    /// let counter = lua.create_userdata(Counter(1))?;
    /// lua.globals().set(&mut lua, "counter", &counter)?;
    /// lua.load("counter:add(2)").exec(&mut lua)?;
    /// counter.borrow_mut::<Counter>(&lua)?.0 *= 10;
    /// assert_eq!(counter.borrow::<Counter>(&lua)?.0, 30);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If it is not a `T`, or is in use.
    #[inline]
    pub fn borrow_mut<'a, T: UserData>(&self, cx: &'a Context) -> Result<RefMut<'a, T>, Error> {
        self.cell(cx)?.try_borrow_mut().map_err(|_| Error::runtime(format!("a {} is in use", T::NAME)))
    }

    /// Takes the value out. Scripts that still hold the userdata get errors when they use it.
    ///
    /// # Errors
    /// If it is not a `T`, or is in use.
    pub fn take<T: UserData>(&self, cx: &mut Context) -> Result<T, Error> {
        if self.cell::<T>(cx)?.try_borrow_mut().is_err() {
            return Err(Error::runtime(format!("a {} is in use", T::NAME)));
        }
        let userdata = self.0.get(cx.vm_ref())?.as_userdata().expect("the handle of a userdata roots one");
        // SAFETY: a live cell; the value is not borrowed, and nothing else refers to it while the context is.
        let payload = unsafe { (*userdata.as_ptr()).payload.take() };
        let payload: Box<dyn Any> = payload.expect("just looked at");
        let cell = payload.downcast::<Payload<T>>().expect("just looked at");
        Ok(cell.into_inner())
    }

    #[inline]
    fn cell<'a, T: UserData>(&self, cx: &'a Context) -> Result<&'a Payload<T>, Error> {
        self.payload(cx.vm_ref())?
            .and_then(|payload| payload.downcast_ref())
            .ok_or_else(|| Error::conversion(T::NAME, "another userdata"))
    }

    #[inline]
    fn payload<'a>(&self, vm: &'a Vm) -> Result<Option<&'a (dyn Any + Send)>, Error> {
        let userdata = self.0.get(vm)?.as_userdata().expect("the handle of a userdata roots one");
        // SAFETY: a live cell. While the VM is borrowed nothing is collected, even if the last handle is dropped meanwhile, and
        // payloads are only taken out with the VM borrowed mutably.
        Ok(unsafe { (*userdata.as_ptr()).payload.as_deref() })
    }
}
