//! Which memory a C value may touch.
//!
//! Every C value has an *extent*: the memory it lies in or points into, and what keeps that memory there.
//!
//! - An **owned** value's extent is its own bytes.
//! - A **view**'s is what the host lent, good for the epoch it was lent in ([`super::view`]).
//! - A reference into, or pointer to, either of them ([`super::cdata::Inner`]) has the extent of the whole it was derived from, and keeps that
//!   alive. Casts and pointer arithmetic pass it on. So does a Lua string's, which may only be read, and a `string.buffer`'s.
//! - A **raw** pointer has none: it came from an integer, from C, or was read from memory. Following it takes the capability
//!   `UnsafeFfi`, as there is nothing to check it against.
//!
//! A pointer read from memory gets the extent of the memory it was read from if it points there, and else none: the bytes of a
//! pointer say nothing about what it may touch.

#![allow(unsafe_code, reason = "reads the heads of cdata cells")]

use super::cdata::{self, CData, INNER, UNCHECKED, VIEW, WRITABLE};
use super::ctab::{CTypeId, Kind, UNKNOWN};
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// The memory a value lies in or points into.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// What keeps the memory there; nil when nothing does.
    pub(crate) owner: RawValue,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) is_writable: bool,
}

impl Extent {
    /// The extent of a raw pointer.
    pub(crate) const RAW: Extent =
        Extent { owner: RawValue::NIL, start: 0, end: usize::MAX, is_writable: true };

    pub(crate) fn is_raw(self) -> bool {
        self.owner.is_nil()
    }

    fn contains(self, at: usize, size: usize) -> bool {
        at >= self.start && at <= self.end && size <= self.end - at
    }
}

/// Addresses below are never memory.
const FIRST_PAGE: usize = 4096;

impl Vm {
    /// The size of the memory of an owned value or view.
    pub(crate) fn value_size(&self, cdata: Gc<CData>) -> u32 {
        match cdata.own_size() {
            Some(size) => size,
            None if !cdata.ctype().is_declared() => self.ffi.types.get(cdata.ctype()).size,
            None => match self.ffi.c.table.size(self.ffi.c.table.referent(cdata.ctype())) {
                UNKNOWN => 0,
                size => size,
            },
        }
    }

    /// The extent of a value. That of a pointer is what it points into.
    #[inline]
    pub(crate) fn extent(&self, cdata: Gc<CData>) -> Extent {
        let is_writable = cdata.flags() & WRITABLE != 0;
        if let Some(inner) = cdata.inner() {
            // SAFETY: a live cell with the flag of an `Inner`.
            let (owner, start, end) = unsafe { ((*inner).owner, (*inner).start, (*inner).end) };
            return Extent { owner, start, end, is_writable };
        }
        if cdata.flags() & VIEW == 0 && cdata.ctype().is_declared() && self.is_pointer_like(cdata.ctype()) {
            return Extent::RAW;
        }
        if let Some(view) = cdata.view()
            // SAFETY: a live cell with the flag of a view.
            && unsafe { super::path::is_path(view) }
        {
            // It has no address to keep.
            return Extent { owner: cdata.into(), start: 0, end: 0, is_writable: false };
        }
        let start = cdata.data() as usize;
        let end = start + self.value_size(cdata) as usize;
        Extent { owner: cdata.into(), start, end, is_writable }
    }

    /// Whether a value of the type has its address in place of its bytes.
    #[inline]
    pub(crate) fn is_pointer_like(&self, ctype: CTypeId) -> bool {
        matches!(self.ffi.c.table.kind(ctype), Kind::Pointer(_) | Kind::Reference(_) | Kind::Function(_))
    }

    /// Checks that memory may be read, or written.
    ///
    /// # Errors
    /// An expired view; out of bounds; a raw pointer without the capability, or null; read-only memory.
    #[inline]
    pub(crate) fn check_memory(
        &mut self,
        extent: Extent,
        at: usize,
        size: usize,
        writes: bool,
    ) -> Result<(), Raised> {
        if extent.is_raw() {
            return self.check_raw(at, size);
        }
        if let Some(owner) = extent.owner.as_cdata()
            && owner.flags() & VIEW != 0
        {
            self.readable(owner)?;
        }
        if !extent.contains(at, size) {
            return Err(self.out_of_bounds(extent, at, size));
        }
        if writes && !extent.is_writable {
            return Err(self.write_refused(extent));
        }
        Ok(())
    }

    fn check_raw(&mut self, at: usize, size: usize) -> Result<(), Raised> {
        if at < FIRST_PAGE && size > 0 {
            return Err(self.error(if at == 0 {
                "attempt to dereference a null pointer"
            } else {
                "attempt to dereference an invalid pointer"
            }));
        }
        if !self.ffi.c.is_unrestricted {
            return Err(self.needs_capability("following a raw pointer"));
        }
        Ok(())
    }

    #[cold]
    fn out_of_bounds(&mut self, extent: Extent, at: usize, size: usize) -> Raised {
        let what = match extent.owner.as_cdata() {
            Some(owner) => self.ctype_name(owner.ctype()),
            None if extent.owner.is_string() => "string".to_owned(),
            None => "buffer".to_owned(),
        };
        let offset = at.wrapping_sub(extent.start) as isize;
        let length = extent.end - extent.start;
        self.error(format!(
            "access out of bounds: {size} bytes at offset {offset} of '{what}', which has {length} bytes"
        ))
    }

    #[cold]
    fn write_refused(&mut self, extent: Extent) -> Raised {
        match extent.owner.as_cdata() {
            Some(owner) if owner.flags() & VIEW != 0 => match self.writable(owner) {
                Err(raised) => raised,
                Ok(_) => self.error("attempt to write to constant location"),
            },
            _ => self.error("attempt to write to constant location"),
        }
    }

    /// Leaves the change tick after a write through a value derived from a view.
    #[inline]
    pub(crate) fn wrote(&mut self, extent: Extent) {
        if let Some(owner) = extent.owner.as_cdata() {
            self.written(owner);
        }
    }

    /// A reference or pointer with an extent. `size` is what an access through it touches, [`UNKNOWN`] if it cannot be accessed
    /// without an index.
    pub(crate) fn new_pointer(
        &mut self,
        ctype: CTypeId,
        at: *mut u8,
        extent: Extent,
        size: u32,
    ) -> Result<Gc<CData>, Raised> {
        let writable = if extent.is_writable { WRITABLE } else { 0 };
        if extent.is_raw() {
            let checked = self.ffi.c.is_unrestricted && at as usize >= FIRST_PAGE;
            let flags = writable | if checked { 0 } else { UNCHECKED };
            return Ok(cdata::new_raw(&mut self.heap, ctype, at, flags)?);
        }
        let is_view = extent.owner.as_cdata().is_some_and(|owner| owner.flags() & VIEW != 0);
        let inside = size != UNKNOWN && extent.contains(at as usize, size as usize);
        let flags = writable | INNER | if inside && !is_view { 0 } else { UNCHECKED };
        Ok(cdata::new_inner(&mut self.heap, ctype, at, flags, extent.owner, (extent.start, extent.end))?)
    }

    /// A pointer, knowing the type it points at.
    pub(crate) fn new_pointer_to(
        &mut self,
        pointer: CTypeId,
        at: *mut u8,
        extent: Extent,
    ) -> Result<Gc<CData>, Raised> {
        let size = match self.ffi.c.table.element(pointer) {
            Some(element) => self.ffi.c.table.size(element),
            None => UNKNOWN,
        };
        self.new_pointer(pointer, at, extent, size)
    }

    /// A reference to a part of what `extent` is about; the part is known to lie inside.
    pub(crate) fn new_reference(
        &mut self,
        to: CTypeId,
        at: *mut u8,
        extent: Extent,
    ) -> Result<RawValue, Raised> {
        let reference = self.ffi.c.table.reference(to);
        let reference = self.made(reference)?;
        let size = self.ffi.c.table.known_size(to).unwrap_or(0);
        Ok(self.new_pointer(reference, at, extent, size)?.into())
    }

    /// A type that was made, or the error of a full table.
    pub(crate) fn made(
        &mut self,
        ctype: Result<CTypeId, super::ctab::TooManyTypes>,
    ) -> Result<CTypeId, Raised> {
        ctype.map_err(|super::ctab::TooManyTypes| self.error("table overflow"))
    }
}
