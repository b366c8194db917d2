//! Storage blocks: the cells that hold what does not fit into a table's own cell.
//!
//! A block is addressed by its **first value** (or byte); the cell's header lies [`STORAGE_HEADER`] bytes below:
//!
//! ```text
//! cell -> [Header: aux = len][link][value 0][value 1] ... [value cap-1]
//!                                  ^ first
//! ```
//!
//! `len` says how far the marker scans a `Kind::Values` block. Its owner keeps two promises: values below `len` are initialised,
//! and no value at or above `len` refers to a heap cell that only this place keeps alive. It may write
//! nil ahead in pieces and move `len` seldom. `link` is a word for the owner, right in front of the first
//! value, not looked at by the collector.
//!
//! A block belongs to one owner. When the owner gives it up ([`retire`]) while marking, the block is shaded: it
//! belongs to the snapshot, and the values in it are found through it. At other times its memory is free at once. While
//! marking, whoever moves values *within* a block shades what it overwrites, as any store does.

use super::kind::{Header, Kind};
use super::{Heap, OutOfMemory};
use crate::value::RawValue;

/// Bytes between the start of a storage cell and its first value or byte.
pub const STORAGE_HEADER: usize = size_of::<Storage>();

/// What lies in front of the values.
#[repr(C)]
pub(crate) struct Storage {
    /// `aux`: how many values are initialised (`Kind::Values`).
    pub(crate) header: Header,
    /// The owner's word.
    pub(crate) link: usize,
}

/// A fresh block of values.
#[derive(Clone, Copy, Debug)]
pub struct NewValues {
    /// The first value.
    pub first: *mut RawValue,
    /// How many values there is room for: at least as many as asked for. The owner remembers it.
    pub cap: usize,
}

/// A block of values with room for at least `cap`, `len` 0, `link` 0, the values uninitialised.
///
/// # Errors
/// When the memory limit is reached.
pub fn alloc_values(heap: &mut Heap, cap: usize) -> Result<NewValues, OutOfMemory> {
    let size = cap.checked_mul(8).and_then(|n| n.checked_add(STORAGE_HEADER)).ok_or(OutOfMemory)?;
    let cell: *mut Storage = heap.alloc(Kind::Values, size)?.cast();
    // SAFETY: the cell is fresh and has room for the header.
    unsafe {
        cell.write(Storage { header: Header::new(Kind::Values), link: 0 });
        let cap = (heap.cell_size(cell as usize) - STORAGE_HEADER) / 8;
        Ok(NewValues { first: cell.add(1).cast(), cap })
    }
}

/// A block with room for `cap` values that holds what `first` holds, up to its `len`, and the same `len` and `link`. `first`
/// must not be used afterwards: it has been grown in place, moved by remapping pages, or copied and retired.
///
/// # Errors
/// When the memory limit is reached; the old block is as it was.
///
/// # Safety
/// `first` is the address of a block of values that the caller owns.
pub unsafe fn grow_values(
    heap: &mut Heap,
    first: *mut RawValue,
    cap: usize,
) -> Result<NewValues, OutOfMemory> {
    let size = cap.checked_mul(8).and_then(|n| n.checked_add(STORAGE_HEADER)).ok_or(OutOfMemory)?;
    // SAFETY: `first` is a block's (contract), so its header lies in front.
    unsafe {
        if let Some(cell) = heap.grow_large(first.cast::<u8>().sub(STORAGE_HEADER), size)? {
            let cap = (heap.cell_size(cell as usize) - STORAGE_HEADER) / 8;
            return Ok(NewValues { first: cell.add(STORAGE_HEADER).cast(), cap });
        }
        let new = alloc_values(heap, cap)?;
        let len = values_len(first);
        std::ptr::copy_nonoverlapping(first, new.first, len);
        set_values_len(new.first, len);
        *link(new.first) = *link(first);
        retire(heap, first.cast());
        Ok(new)
    }
}

/// How many values of a block are initialised.
///
/// # Safety
/// `first` is the address of a block of values.
#[inline(always)]
pub unsafe fn values_len(first: *const RawValue) -> usize {
    // SAFETY: the header lies in front of the first value (contract).
    unsafe { (*first.cast::<Storage>().sub(1)).header.aux as usize }
}

/// Says how many values of a block are initialised.
///
/// # Safety
/// `first` is the address of a block of values; those below `len` are initialised.
#[inline(always)]
pub unsafe fn set_values_len(first: *mut RawValue, len: usize) {
    // SAFETY: the header lies in front of the first value (contract).
    unsafe { (*first.cast::<Storage>().sub(1)).header.aux = len as u32 }
}

/// The owner's word of a block of values.
///
/// # Safety
/// `first` is the address of a block of values. The pointer is good as long as the block.
#[inline(always)]
pub unsafe fn link(first: *mut RawValue) -> *mut usize {
    // SAFETY: the header lies in front of the first value (contract).
    unsafe { &raw mut (*first.cast::<Storage>().sub(1)).link }
}

/// A block of `len` bytes, all zero.
///
/// # Errors
/// When the memory limit is reached.
pub fn alloc_bytes(heap: &mut Heap, len: usize) -> Result<*mut u8, OutOfMemory> {
    let size = len.checked_add(STORAGE_HEADER).ok_or(OutOfMemory)?;
    let cell = heap.alloc_zeroed(Kind::Bytes, size)?;
    // SAFETY: the cell is fresh and has room for the header.
    unsafe {
        cell.cast::<Storage>().write(Storage { header: Header::new(Kind::Bytes), link: 0 });
        Ok(cell.add(STORAGE_HEADER))
    }
}

/// Gives up a block of values or bytes: shaded while marking, free at once when no cycle is under way, else left to the sweep.
///
/// # Safety
/// `first` is the address of a block the caller owns, and nothing refers to it any more.
pub unsafe fn retire(heap: &mut Heap, first: *mut u8) {
    // SAFETY: the header lies in front (contract).
    unsafe { heap.retire_cell(first.sub(STORAGE_HEADER)) }
}
