//! C values as heap objects.

#![allow(unsafe_code, reason = "reads and writes heap cells")]

use crate::gc::kind::{Header, Kind};
use crate::gc::{Heap, MAX_CELL, OutOfMemory};
use crate::userdata::{FINALIZED, FINALIZER};
use crate::value::{Gc, RawValue};

use super::ctype::CTypeId;

/// A C value. `header.aux` is the C type's id; `header.extra` of a view is the number of its source ([`super::view::Lending`]).
///
/// Behind this head lie the bytes of an owned value, or the rest of a [`View`] or [`Inner`]. `data` points at the value in all cases,
/// so that reading a field is the same for all. A pointer or C function is its `data`: what it points at is a field access away.
#[repr(C)]
pub struct CData {
    /// See the type.
    pub header: Header,
    /// The first byte of the value: in this cell when owned, in the host's memory when a view.
    pub data: *mut u8,
}

/// A view of memory the host has lent.
#[repr(C)]
pub struct View {
    /// The part every cdata has.
    pub head: CData,
    /// Where a write leaves the tick of the running system; null when nothing watches.
    pub tick: *mut u32,
    /// The epoch it was lent in, the only one it may be used in.
    pub epoch: u64,
}

/// A reference to, or pointer into, the memory of another value, which it keeps alive.
#[repr(C)]
pub struct Inner {
    /// The part every cdata has.
    pub head: CData,
    /// What owns the memory: an owned C value, a view or a string.
    pub owner: RawValue,
    /// Where the memory begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// Header flag: a view of the host's memory.
pub const VIEW: u8 = 1;
/// Header flag: may be written. An owned value without it is a constant, or a copy of a part of another value.
pub const WRITABLE: u8 = 2;
/// Header flag: a view of a whole column ([`super::column::Column`]).
pub const COLUMN: u8 = 0x80;
/// Header flag: an [`Inner`].
pub const INNER: u8 = 4;
/// Header flag: a pointer (or reference) whose target must be checked at each use: it may be out of bounds, null, of an expired view, or
/// not be the script's to follow.
pub const UNCHECKED: u8 = 8;
/// Header flag: owned, and its size is in the eight bytes in front of it.
pub const SIZED: u8 = 0x10;
/// Header flag of a view: it lies in one register and goes nowhere else ([`super::part`]), so that it may come to show something else. Views
/// are not [`SIZED`], whose bit this is.
pub const REUSED: u8 = SIZED;
// The collector's flags for values with finalizers have the bits between.
const _: () = assert!((FINALIZER | FINALIZED) & (VIEW | WRITABLE | INNER | UNCHECKED | SIZED | COLUMN) == 0);

/// A new owned value, all bytes zero.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_owned(heap: &mut Heap, ctype: CTypeId, size: u32, flags: u8) -> Result<Gc<CData>, OutOfMemory> {
    let (cell, is_zero) = alloc_owned(heap, size_of::<CData>() + size as usize)?;
    // SAFETY: the cell is fresh and has room for the head and `size` bytes behind it; cells never move, so the
    // address of those bytes stays right.
    unsafe {
        let data = cell.add(1).cast::<u8>();
        cell.write(CData {
            header: Header { flags: flags & !VIEW, aux: ctype.0, ..Header::new(Kind::CData) },
            data,
        });
        if !is_zero {
            data.write_bytes(0, size as usize);
        }
        Ok(Gc::from_ptr(cell))
    }
}

/// A new owned value of a size of its own, all bytes zero, aligned to `1 << align` bytes.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_sized(heap: &mut Heap, ctype: CTypeId, size: u32, align: u8) -> Result<Gc<CData>, OutOfMemory> {
    let align = (1usize << align).max(8);
    let (cell, is_zero) = alloc_owned(heap, size_of::<CData>() + 8 + align + size as usize)?;
    // SAFETY: as in `new_owned`, with room for the size and for moving the bytes to their alignment.
    unsafe {
        let first = cell.add(1).cast::<u8>().add(8);
        let data = first.add(first.align_offset(align));
        data.cast::<u64>().sub(1).write_unaligned(u64::from(size));
        let flags = WRITABLE | SIZED;
        cell.write(CData { header: Header { flags, aux: ctype.0, ..Header::new(Kind::CData) }, data });
        if !is_zero {
            data.write_bytes(0, size as usize);
        }
        Ok(Gc::from_ptr(cell))
    }
}

/// A cell for an owned value of so many bytes with its head, and whether they are zero already. Fresh memory of the system is, and stays untouched: the
/// system provides it page by page when it is used, which takes several times as long as clearing it.
#[inline]
fn alloc_owned(heap: &mut Heap, size: usize) -> Result<(*mut CData, bool), OutOfMemory> {
    let is_large = size > MAX_CELL;
    let cell = if is_large { heap.alloc_zeroed(Kind::CData, size)? } else { heap.alloc(Kind::CData, size)? };
    Ok((cell.cast(), is_large))
}

/// A new pointer or function, or a reference to memory nobody here owns.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_raw(heap: &mut Heap, ctype: CTypeId, data: *mut u8, flags: u8) -> Result<Gc<CData>, OutOfMemory> {
    let cell: *mut CData = heap.alloc(Kind::CData, size_of::<CData>())?.cast();
    // SAFETY: the cell is fresh and large enough.
    unsafe {
        cell.write(CData { header: Header { flags, aux: ctype.0, ..Header::new(Kind::CData) }, data });
        Ok(Gc::from_ptr(cell))
    }
}

/// A new reference or pointer into memory that something owns.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_inner(
    heap: &mut Heap,
    ctype: CTypeId,
    data: *mut u8,
    flags: u8,
    owner: RawValue,
    (start, end): (usize, usize),
) -> Result<Gc<CData>, OutOfMemory> {
    let cell: *mut Inner = heap.alloc(Kind::CData, size_of::<Inner>())?.cast();
    // SAFETY: the cell is fresh and large enough.
    unsafe {
        let header = Header { flags: flags | INNER, aux: ctype.0, ..Header::new(Kind::CData) };
        cell.write(Inner { head: CData { header, data }, owner, start, end });
        Ok(Gc::from_ptr(cell.cast()))
    }
}

/// What the cdata in a cell keeps alive.
///
/// # Safety
/// The cell is live and holds a cdata.
#[inline]
pub(crate) unsafe fn owner_of(cell: usize) -> Option<RawValue> {
    // SAFETY: by contract; a cdata with the flag is an `Inner`.
    unsafe {
        let inner = (*(cell as *const CData)).header.flags & INNER != 0;
        inner.then(|| (*(cell as *const Inner)).owner)
    }
}

/// A new view.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_view(
    heap: &mut Heap,
    ctype: CTypeId,
    data: *mut u8,
    tick: *mut u32,
    epoch: u64,
    source: u16,
    flags: u8,
) -> Result<Gc<CData>, OutOfMemory> {
    let cell: *mut View = heap.alloc(Kind::CData, size_of::<View>())?.cast();
    // SAFETY: the cell is fresh and large enough.
    unsafe {
        cell.write(View {
            head: CData {
                header: Header {
                    flags: flags | VIEW,
                    extra: source.to_ne_bytes(),
                    aux: ctype.0,
                    ..Header::new(Kind::CData)
                },
                data,
            },
            tick,
            epoch,
        });
        Ok(Gc::from_ptr(cell.cast()))
    }
}

/// Whether these are the flags of a view that may come to show something else.
#[inline(always)]
pub(super) fn is_reused(flags: u8) -> bool {
    flags & (VIEW | REUSED) == VIEW | REUSED
}

impl Gc<CData> {
    /// Its C type.
    #[inline(always)]
    pub fn ctype(self) -> CTypeId {
        // SAFETY: a live cell (gc/mod.rs).
        CTypeId(unsafe { (*self.as_ptr()).header.aux })
    }
    /// [`VIEW`] and [`WRITABLE`].
    #[inline(always)]
    pub fn flags(self) -> u8 {
        // SAFETY: a live cell (gc/mod.rs).
        unsafe { (*self.as_ptr()).header.flags }
    }
    /// The first byte of the value. Of a view it may be read only after the epoch was checked.
    #[inline(always)]
    pub(crate) fn data(self) -> *mut u8 {
        // SAFETY: a live cell (gc/mod.rs).
        unsafe { (*self.as_ptr()).data }
    }
    /// The rest of a view.
    #[inline(always)]
    pub(super) fn view(self) -> Option<*mut View> {
        if self.flags() & VIEW != 0 { Some(self.as_ptr().cast()) } else { None }
    }
    /// The rest of an [`Inner`].
    #[inline(always)]
    pub(super) fn inner(self) -> Option<*mut Inner> {
        if self.flags() & INNER != 0 { Some(self.as_ptr().cast()) } else { None }
    }
    /// The size of an owned value that has one of its own.
    #[inline]
    pub(crate) fn own_size(self) -> Option<u32> {
        // SAFETY: a live cell; with the flag the size lies in front of the bytes.
        (self.flags() & (SIZED | VIEW) == SIZED)
            .then(|| unsafe { self.data().cast::<u64>().sub(1).read_unaligned() } as u32)
    }
    /// The number of a view's source.
    pub(super) fn source(self) -> u16 {
        // SAFETY: a live cell (gc/mod.rs).
        u16::from_ne_bytes(unsafe { (*self.as_ptr()).header.extra })
    }
}
