//! C values as heap objects.

#![allow(unsafe_code, reason = "reads and writes heap cells")]

use crate::gc::kind::{Header, Kind};
use crate::gc::{Heap, OutOfMemory};
use crate::value::Gc;

use super::ctype::CTypeId;

/// A C value. `header.aux` is the C type's id; `header.extra` of a view is the number of its source ([`super::view::Lending`]).
///
/// Behind this head lie the bytes of an owned value, or the rest of a [`View`]. `data` points at the value in both cases,
/// so that reading a field is the same for both.
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

/// Header flag: a view of the host's memory.
pub const VIEW: u8 = 1;
/// Header flag: may be written. An owned value without it is a constant, or a copy of a part of another value.
pub const WRITABLE: u8 = 2;
/// Header flag: a view that lies in one register and goes nowhere else ([`super::part`]), so that it may come to show something else.
pub const REUSED: u8 = 0x40;
/// Header flag: a view of a whole column ([`super::column::Column`]).
pub const COLUMN: u8 = 0x20;

/// A new owned value, all bytes zero.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_owned(heap: &mut Heap, ctype: CTypeId, size: u32, flags: u8) -> Result<Gc<CData>, OutOfMemory> {
    let cell: *mut CData = heap.alloc(Kind::CData, size_of::<CData>() + size as usize)?.cast();
    // SAFETY: the cell is fresh and has room for the head and `size` bytes behind it; cells never move, so the
    // address of those bytes stays right.
    unsafe {
        let data = cell.add(1).cast::<u8>();
        cell.write(CData {
            header: Header { flags: flags & !VIEW, aux: ctype.0, ..Header::new(Kind::CData) },
            data,
        });
        data.write_bytes(0, size as usize);
        Ok(Gc::from_ptr(cell))
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
    pub(super) fn data(self) -> *mut u8 {
        // SAFETY: a live cell (gc/mod.rs).
        unsafe { (*self.as_ptr()).data }
    }
    /// The rest of a view.
    #[inline(always)]
    pub(super) fn view(self) -> Option<*mut View> {
        if self.flags() & VIEW != 0 { Some(self.as_ptr().cast()) } else { None }
    }
    /// The number of a view's source.
    pub(super) fn source(self) -> u16 {
        // SAFETY: a live cell (gc/mod.rs).
        u16::from_ne_bytes(unsafe { (*self.as_ptr()).header.extra })
    }
}
