//! C values as heap objects.

use crate::gc::kind::Header;

/// A C value: owned bytes behind the header, or a view of host memory. `header.aux` is the C type's id.
#[repr(C)]
pub struct CData {
    /// See the type.
    pub header: Header,
}
