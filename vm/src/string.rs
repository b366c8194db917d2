//! Strings as heap objects.

#![allow(unsafe_code, reason = "reads and writes heap cells")]

use crate::gc::kind::Header;
use crate::value::Gc;

/// A byte string. `header.aux` is the hash of an interned string, and zero otherwise. The bytes follow the struct, and a zero follows them.
///
/// Short strings are interned (flag [`INTERNED`]), so that equality is identity.
#[repr(C)]
pub struct LuaString {
    /// See the type.
    pub header: Header,
    /// The length in bytes.
    pub len: u32,
    /// The first byte; the others follow.
    pub bytes: [u8; 0],
}

/// Header flag: the string is in the intern table.
pub const INTERNED: u8 = 1;
/// The longest string that is always interned, in bytes.
pub const MAX_SHORT: usize = 64;

impl Gc<LuaString> {
    /// The bytes. The slice is valid as long as the reference is (see [`Gc`]).
    #[inline]
    pub fn as_bytes<'a>(self) -> &'a [u8] {
        // SAFETY: a string's bytes follow its header and never change; the cell is live (gc/mod.rs).
        unsafe {
            let string = self.as_ptr();
            std::slice::from_raw_parts((&raw const (*string).bytes).cast::<u8>(), (*string).len as usize)
        }
    }
    /// The length in bytes.
    #[inline]
    pub fn len(self) -> usize {
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).len as usize }
    }
    /// Whether it has no bytes.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
    /// Whether equality with another interned string is identity.
    #[inline]
    pub fn is_interned(self) -> bool {
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).header.flags & INTERNED != 0 }
    }
    /// The hash, which an interned string has.
    #[inline]
    pub fn hash(self) -> u32 {
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).header.aux }
    }
    /// Whether two strings have the same bytes.
    #[inline]
    pub fn equals(self, other: Gc<LuaString>) -> bool {
        self == other || !(self.is_interned() && other.is_interned()) && self.as_bytes() == other.as_bytes()
    }
}
