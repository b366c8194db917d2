//! Calls of C functions, callbacks from C, and the libraries both come from.
//!
//! A call converts its arguments to words in a buffer, lets libffi put them where the platform's calling convention wants them, and converts
//! the result back ([`bridge`]). How a function is called is worked out once for its type. Without the feature `c-calls` the twin
//! `disabled` takes its place, which refuses.
//!
//! A callback is a function of C's that libffi makes: it finds the Lua function by its slot and calls it in the VM that made it, while that VM
//! is inside a call of a C function, on the same thread. An error in it cannot go through frames of C, which would not be cleaned up:
//! it is kept, C gets zero, further callbacks of the same call do nothing, and once C returns the error goes on from the call. C code must
//! not keep a callback longer than the VM lives.

#[cfg(feature = "c-calls")]
mod bridge;
#[cfg(not(feature = "c-calls"))]
#[path = "disabled.rs"]
mod bridge;
pub(crate) mod library;
#[cfg(feature = "c-calls")]
mod prepare;

pub(crate) use bridge::Bridge;

use super::cconv::Fault;
use super::ctab::CTypeId;
use super::ctab::Kind;
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Raised, Vm};

impl Vm {
    /// Calls a C function, the first argument, with the others; `None` when it is no C function.
    pub(crate) fn call_c(&mut self, args: Args) -> Result<Option<crate::vm::Ret>, Raised> {
        let Some(cdata) = self.arg(args, 0).as_cdata().filter(|cdata| cdata.ctype().is_declared()) else {
            return Ok(None);
        };
        let Some(function) = self.ffi.c.table.as_function(cdata.ctype()) else { return Ok(None) };
        self.check_unrestricted("calling a C function")?;
        let address = cdata.data() as usize;
        if address == 0 {
            return Err(self.error("attempt to call a null pointer"));
        }
        bridge::call(self, function, address, args).map(Some)
    }

    /// The address of a C function that calls a Lua function.
    pub(crate) fn new_callback(&mut self, to: CTypeId, function: RawValue) -> Result<usize, Fault> {
        match (self.ffi.c.table.kind(to), self.ffi.c.table.as_function(to)) {
            (Kind::Pointer(_), Some(index)) if is_callback(self, index) => {
                self.check_unrestricted("a callback")?;
                Ok(bridge::new_callback(self, index, function)?)
            }
            _ => Err(self.bad_value(to, function)),
        }
    }

    /// Replaces the Lua function of a callback, or with nil frees it.
    pub(crate) fn set_callback(&mut self, args: Args, function: RawValue) -> NativeResult {
        let address = self.arg(args, 0).as_cdata().and_then(|cdata| {
            let is_function =
                cdata.ctype().is_declared() && self.ffi.c.table.as_function(cdata.ctype()).is_some();
            is_function.then(|| cdata.data() as usize)
        });
        match address {
            Some(address) if bridge::set_callback(self, address, function) => self.ret0(),
            _ => Err(self.error("bad callback")),
        }
    }
}

/// Whether Lua can take the arguments of such a function and give its result.
fn is_callback(vm: &Vm, index: u32) -> bool {
    let table = &vm.ffi.c.table;
    let passes = |ctype: CTypeId| match table.kind(ctype) {
        Kind::Enum(_) | Kind::Pointer(_) => true,
        Kind::Bool | Kind::Int { .. } | Kind::Float => table.size(ctype) <= 8,
        _ => false,
    };
    let function = table.function(index);
    !function.is_variadic
        && (passes(function.result) || matches!(table.kind(function.result), Kind::Void))
        && function.parameters.iter().all(|&parameter| passes(parameter))
}
