//! What the compiler's twin is where it is left out: a VM without one.

use crate::vm::Vm;

/// There is no compiler.
pub(crate) fn install(_: &mut Vm) -> bool {
    false
}

/// There is nothing to count.
pub(crate) fn stats(_: &Vm) -> Option<crate::CompilerStats> {
    None
}
