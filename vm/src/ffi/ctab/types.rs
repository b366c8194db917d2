//! What the table of declared types consists of.

use super::CTypeId;

/// Qualifiers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Quals {
    /// `const`
    pub constant: bool,
    /// `volatile`
    pub volatile: bool,
}

impl Quals {
    /// No qualifier.
    pub const NONE: Quals = Quals { constant: false, volatile: false };
    /// `const`
    pub const CONST: Quals = Quals { constant: true, volatile: false };

    /// The qualifiers of either.
    pub fn or(self, other: Quals) -> Quals {
        Quals { constant: self.constant || other.constant, volatile: self.volatile || other.volatile }
    }
    /// Whether these are all of `other`'s.
    pub fn contain(self, other: Quals) -> bool {
        self.or(other) == self
    }
}

/// What a type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `void`
    Void,
    /// `bool`
    Bool,
    /// An integer of the type's size. `long` is told apart from `long long` of the same size.
    Int {
        /// Without a sign.
        unsigned: bool,
        /// `long`
        long: bool,
    },
    /// `float`, `double` or `long double`, by size.
    Float,
    /// `complex`, of this part.
    Complex(CTypeId),
    /// A GCC vector of these elements.
    Vector(CTypeId),
    /// A pointer to this type.
    Pointer(CTypeId),
    /// A reference to this type.
    Reference(CTypeId),
    /// An array of these elements; without a size, `[]`.
    Array(CTypeId),
    /// An array whose length is given when it is made: `[?]`.
    VariableArray(CTypeId),
    /// A struct or union: an index into the records.
    Record(u32),
    /// An enum: an index into the enums.
    Enum(u32),
    /// A function: an index into the functions.
    Function(u32),
    /// What `ffi.typeof` returns: the id of a type.
    TypeObject,
}

/// A type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeInfo {
    /// What it is.
    pub kind: Kind,
    /// How it is qualified.
    pub quals: Quals,
    /// In bytes; use [`CTab::size`](super::CTab::size).
    pub(super) size: u32,
    /// The binary logarithm of the alignment; use [`CTab::align`](super::CTab::align).
    pub(super) align: u8,
}

/// A part of a struct or union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name; none for an anonymous part, and for padding bits.
    pub name: Option<Box<str>>,
    /// Its type.
    pub ctype: CTypeId,
    /// From the start of the struct, in bytes.
    pub offset: u32,
    /// What it is.
    pub kind: MemberKind,
}

/// What a part of a struct or union is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// An ordinary field.
    Field,
    /// Bits of an integer at the offset.
    Bits(Bits),
    /// An anonymous struct, union or enum, whose members are reached directly.
    Anonymous,
    /// A `static const`: the value, not in memory.
    Constant(u32),
}

/// Where a bit-field is in its container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits {
    /// The container's size in bytes.
    pub container: u8,
    /// The lowest bit.
    pub position: u8,
    /// How many bits.
    pub width: u8,
}

impl Bits {
    /// The bytes the bits are in, from the container's first. A packed struct may end before its last container does, but not
    /// before these.
    pub fn bytes(self) -> std::ops::Range<usize> {
        let (first, end) = (usize::from(self.position), usize::from(self.position) + usize::from(self.width));
        first / 8..end.div_ceil(8)
    }
}

/// A struct or union.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Its tag.
    pub name: Option<Box<str>>,
    /// Whether it is a union.
    pub is_union: bool,
    /// In bytes; [`UNKNOWN`](super::UNKNOWN) while it is incomplete.
    pub size: u32,
    /// The binary logarithm of the alignment.
    pub align: u8,
    /// The qualifiers of its fields, which it has as a whole.
    pub quals: Quals,
    /// Whether its last field is `[?]`.
    pub is_variable: bool,
    /// Its definition has begun.
    pub is_defined: bool,
    /// Its parts in order.
    pub members: Vec<Member>,
    /// The id of the unqualified type.
    pub ctype: CTypeId,
    /// The host's type that values of it are seen as.
    pub host: Option<CTypeId>,
}

/// A member, with what the anonymous parts around it add.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The member.
    pub member: &'a Member,
    /// From the start of the outermost struct, in bytes.
    pub offset: u32,
    /// Qualifiers of the anonymous parts around it.
    pub quals: Quals,
}

/// An enum.
#[derive(Clone, Debug)]
pub struct Enumeration {
    /// Its tag.
    pub name: Option<Box<str>>,
    /// Whether it is complete.
    pub is_complete: bool,
    /// The integer that holds it.
    pub integer: CTypeId,
    /// Its constants, each with its value.
    pub constants: Vec<(Box<str>, Constant)>,
    /// The id of the unqualified type.
    pub ctype: CTypeId,
}

/// A constant integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Constant {
    /// `int32_t`, `uint32_t` or the declared type.
    pub ctype: CTypeId,
    /// The value's low bits.
    pub bits: u32,
}

/// A function type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The type of the result.
    pub result: CTypeId,
    /// The types of the parameters.
    pub parameters: Vec<CTypeId>,
    /// Whether more arguments may follow.
    pub is_variadic: bool,
}

/// What an identifier stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// A type.
    Typedef(CTypeId),
    /// A constant.
    Constant(Constant),
    /// A function or variable of a library, and its name there if it has another one.
    Symbol {
        /// The type.
        ctype: CTypeId,
        /// `asm("name")`
        redirect: Option<Box<str>>,
    },
}
