//! The fast path of every opcode, grouped by family. The slow paths are in `interp/slow`.

mod arith;
mod call;
mod compare;
mod load;
mod loops;
mod table;

pub(super) use arith::*;
pub(super) use call::*;
pub(super) use compare::*;
pub(super) use load::*;
pub(super) use loops::*;
pub(super) use table::*;

/// Moves a pc by a jump distance.
macro_rules! jump {
    ($pc:expr, $insn:expr) => {
        $pc.offset($insn.d() as isize)
    };
}
pub(in crate::interp) use jump;
