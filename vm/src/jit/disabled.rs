//! What the compiler's twin is where it is left out: a VM without one.

use crate::vm::Vm;

/// There is no compiler.
pub(crate) fn install(_: &mut Vm) -> bool {
    false
}

/// There is no compiled code.
pub(crate) fn flush_all(_: &mut Vm) {}
