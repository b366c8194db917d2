//! In place of calls, when the crate was built without the feature `c-calls`.

use crate::value::RawValue;
use crate::vm::{Args, Raised, Ret, Vm};

/// Nothing to keep.
#[derive(Debug, Default)]
pub(crate) struct Bridge;

fn refused(vm: &mut Vm) -> Raised {
    vm.error("C functions cannot be called: built without the feature 'c-calls'")
}

pub(super) fn call(vm: &mut Vm, _function: u32, _address: usize, _args: Args) -> Result<Ret, Raised> {
    Err(refused(vm))
}

pub(super) fn new_callback(vm: &mut Vm, _function: u32, _value: RawValue) -> Result<usize, Raised> {
    Err(refused(vm))
}

pub(super) fn set_callback(_vm: &mut Vm, _address: usize, _value: RawValue) -> bool {
    false
}
