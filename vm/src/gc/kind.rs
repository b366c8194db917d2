//! The table of heap object kinds.
//!
//! To add a kind: a row here, a trace function in `gc/trace.rs`, a constructor in the object's own file.

/// What the cells of a block hold, as far as the collector must know without looking at a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Cells that may hold references: traced.
    References,
    /// Cells without references.
    Leaf,
    /// Cells with a Rust payload that needs dropping; traced too.
    Payload,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident $contents:ident,)+) => {
        /// The kind of a heap object: the first byte of its cell.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Kind { $($(#[doc = $doc])+ $name,)+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)+];

            /// What its cells hold.
            pub fn contents(self) -> Contents {
                match self { $(Kind::$name => Contents::$contents,)+ }
            }
        }
    };
}

kinds! {
    /// A string.
    String Leaf,
    /// A table's header cell.
    Table References,
    /// Values outside a table's header: its array, its slots or its dictionary's keys.
    Values References,
    /// Bytes without references: a dictionary's index.
    Bytes Leaf,
    /// A Lua closure.
    LuaFunction References,
    /// A Rust function with upvalues.
    NativeFunction References,
    /// A variable shared by closures.
    Upvalue References,
    /// A function prototype.
    Proto Payload,
    /// One version of a prototype's code.
    Code Payload,
    /// A host value.
    UserData Payload,
    /// A coroutine.
    Thread Payload,
    /// A C value, a view of host memory, or a pointer into another C value, which it keeps alive.
    CData References,
}

/// The first eight bytes of every cell.
#[derive(Debug)]
#[repr(C)]
pub struct Header {
    /// The kind of the object.
    pub kind: Kind,
    /// Flags of the kind's own (see the object's file). Bit 7 is the collector's, kept free for generational cycles.
    pub flags: u8,
    /// Bytes of the kind's own.
    pub extra: [u8; 2],
    /// A word of the kind's own: a string's hash, a table's shape id, a closure's version.
    pub aux: u32,
}

impl Header {
    /// A header with everything but the kind zero.
    pub fn new(kind: Kind) -> Header {
        Header { kind, flags: 0, extra: [0; 2], aux: 0 }
    }
}
