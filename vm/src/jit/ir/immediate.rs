//! What the immediates of instructions hold, and how it is packed.

use super::{Slot, Ty};
use crate::ffi::ctab::known;
use crate::function::NativeFunction;
use crate::value::Gc;

/// Of a cdata's head, the bits that tell how its bytes may be read: not whom it was lent by, nor whether it has a finalizer or, a view, is made to show
/// other things.
pub(crate) fn head_mask(head: u64) -> u64 {
    use crate::ffi::cdata::{REUSED, VIEW};
    use crate::userdata::{FINALIZED, FINALIZER};
    let is_view = head >> 8 & u64::from(VIEW) != 0;
    let flags = FINALIZER | FINALIZED | if is_view { REUSED } else { 0 };
    0xFFFF_FFFF_0000_FFFF & !(u64::from(flags) << 8)
}

/// The head of a C value that is a 64-bit integer, but for bits that do not matter ([`WIDE_MASK`]): the type, none of the flags that say that its bytes lie elsewhere.
pub(crate) fn wide_head(ty: Ty) -> u64 {
    let ctype = if ty == Ty::U64 { known::UINT64 } else { known::INT64 };
    crate::gc::kind::Kind::CData as u64 | u64::from(ctype.0) << 32
}

pub(crate) const WIDE_MASK: u64 = 0xFFFF_FFFF_0000_FFFF & !((crate::ffi::cdata::WRITABLE as u64) << 8);

/// In the immediate of `SHOWN` and `PART`, beside the C type: it may be written.
pub(crate) const VIRTUAL_WRITABLE: u64 = 1 << 32;
/// It lies in one register, which holds nothing else than such views.
pub(crate) const VIRTUAL_REUSED: u64 = 1 << 33;

/// That immediate.
pub(crate) fn virtual_kind(ctype: u32, is_writable: bool) -> u64 {
    u64::from(ctype) | if is_writable { VIRTUAL_WRITABLE } else { 0 }
}

/// The immediate of `CNEW`: the type, the size in bytes, and whether it may be written.
pub(crate) fn made_imm(ctype: u32, size: u32, is_writable: bool) -> u64 {
    u64::from(ctype) | u64::from(size) << 32 | u64::from(is_writable) << 48
}

/// The immediate of `CREF`: the type referred to, and whether its bytes may be written.
pub(crate) fn reference_imm(to: u32, is_writable: bool) -> u64 {
    virtual_kind(to, is_writable)
}

/// The immediate of `ROWS`.
pub(crate) fn rows_imm(first_variable: Slot, is_at_row: bool) -> u64 {
    u64::from(first_variable as u32) | u64::from(is_at_row) << 32
}

/// The immediate of `CLOSURE`: the number of the child, and where the registers of its parent begin.
pub(crate) fn closure_imm(child: usize, base: Slot) -> u64 {
    child as u64 | u64::from(base as u32) << 32
}

/// The two parts of that.
pub(crate) fn closure_parts(imm: u64) -> (u64, u64) {
    (imm & 0xFFFF_FFFF, imm >> 32)
}

/// The immediate of `CALL`: the site of the function's region, how many results are wanted, and whether as many as there are are taken, that number being expected.
pub(crate) fn called_imm(site: u32, wanted: usize, is_open: bool) -> u64 {
    wanted as u64 | u64::from(is_open) << 16 | u64::from(site) << 32
}

/// The site in place of that of the region itself.
pub(crate) const OWN_SITE: u32 = 0;

/// The site in the immediate of `CALL`.
pub(crate) fn called_site(imm: u64) -> u32 {
    (imm >> 32) as u32
}

/// The results in the immediate of `CALL`: how many, and whether as many as there are are taken.
pub(crate) fn wanted_results(imm: u64) -> (usize, bool) {
    (usize::from(imm as u16), imm >> 16 & 1 != 0)
}

/// The immediate of `FNATIVE`: its code, and in the highest byte what is special about one that is not plain. Those that the interpreter runs all have the same code.
pub(crate) fn native_imm(native: Gc<NativeFunction>) -> u64 {
    // SAFETY: a live native.
    let code = unsafe { (*native.as_ptr()).function as usize as u64 };
    let special = native.special();
    let told_apart = if special.is_plain() { 0 } else { special as u64 };
    code | told_apart << NATIVE_CODE_BITS
}

/// The code and what is special, 0 if nothing, in the immediate of `FNATIVE`.
pub(crate) fn native_parts(imm: u64) -> (u64, u8) {
    (imm & ((1 << NATIVE_CODE_BITS) - 1), (imm >> NATIVE_CODE_BITS) as u8)
}

/// Addresses of code have no more.
const NATIVE_CODE_BITS: u32 = 56;

/// What `COLUMN` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum ColumnField {
    Places,
    Len,
    Stride,
}

/// What `LANE` reads, beside the number of the lane (in bits 8 and above).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum LaneField {
    Data,
    Stride,
    Ticks,
    View,
    /// Of the cursor, not of a lane: the entities.
    Entities,
}
