//! The fast path of every opcode, grouped by family. The slow paths are in `interp/slow`.

mod arith;
mod call;
mod compare;
mod load;
mod loops;
mod native;
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
        $crate::interp::handlers::in_register($pc.offset($insn.d() as isize))
    };
}
pub(in crate::interp) use jump;

/// Jumps on a condition by a branch, which is predicted; a conditional move would make the next instruction wait for the operands.
macro_rules! jump_if {
    ($condition:expr, $pc:ident, $vm:ident, $insn:ident, $base:ident, $k:ident) => {{
        if $condition {
            $crate::interp::handlers::keep_branch();
            next!($crate::interp::handlers::jump!($pc, $insn), $vm, $base, $k)
        }
        next!($pc, $vm, $base, $k)
    }};
}
pub(in crate::interp) use jump_if;

/// Has the address of the next instruction computed once, not anew at each use from parts that occupy registers.
#[inline(always)]
#[allow(clippy::pointers_in_nomem_asm_block, reason = "the address is kept, not followed")]
pub(in crate::interp) fn in_register(mut pc: *const crate::bytecode::Insn) -> *const crate::bytecode::Insn {
    // SAFETY: no instructions.
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    unsafe {
        std::arch::asm!("/* {0} */", inout(reg) pc, options(pure, nomem, nostack, preserves_flags));
    }
    pc
}

/// Keeps the optimiser from turning the branch this stands behind into a conditional move.
#[inline(always)]
pub(in crate::interp) fn keep_branch() {
    // SAFETY: no instructions.
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    unsafe {
        std::arch::asm!("", options(nomem, nostack, preserves_flags));
    }
}
