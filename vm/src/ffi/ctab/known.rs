//! The types every C program has, with ids known in advance.

use super::{CTab, CTypeId, FIRST, Kind, Name, POINTER_SIZE, Quals, TypeInfo, UNKNOWN};

macro_rules! known_types {
    ($($(#[doc = $doc:literal])+ $name:ident $kind:expr, $quals:expr, $size:expr, $align:expr;)+) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "only counts")]
        #[repr(u32)]
        enum Number { $($name,)+ }
        $($(#[doc = $doc])+ pub const $name: CTypeId = CTypeId(FIRST + Number::$name as u32);)+

        pub(super) fn fill(table: &mut CTab) {
            $({
                let info = TypeInfo { kind: $kind, quals: $quals, size: $size, align: $align };
                let id = table.intern(info).expect("an empty table has room");
                assert_eq!(id, $name, "the known types are unlike each other");
            })+
            for &(name, id) in TYPEDEFS {
                table.declare(name, Name::Typedef(id));
            }
        }
    };
}

const fn int(unsigned: bool) -> Kind {
    Kind::Int { unsigned, long: false }
}

/// `int64_t` is `long` where that has 64 bits.
const fn wide(unsigned: bool) -> Kind {
    Kind::Int { unsigned, long: size_of::<std::ffi::c_long>() == 8 }
}

const POINTER_ALIGN: u8 = POINTER_SIZE.trailing_zeros() as u8;
const PLAIN: Quals = Quals::NONE;
/// Whether `char` has no sign.
pub const UNSIGNED_CHAR: bool = std::ffi::c_char::MIN == 0;

known_types! {
    /// `void`
    VOID Kind::Void, PLAIN, UNKNOWN, 0;
    /// `const void`
    CONST_VOID Kind::Void, Quals::CONST, UNKNOWN, 0;
    /// `bool`
    BOOL Kind::Bool, PLAIN, 1, 0;
    /// `const char`
    CONST_CHAR int(UNSIGNED_CHAR), Quals::CONST, 1, 0;
    /// `int8_t`
    INT8 int(false), PLAIN, 1, 0;
    /// `uint8_t`
    UINT8 int(true), PLAIN, 1, 0;
    /// `int16_t`
    INT16 int(false), PLAIN, 2, 1;
    /// `uint16_t`
    UINT16 int(true), PLAIN, 2, 1;
    /// `int32_t`
    INT32 int(false), PLAIN, 4, 2;
    /// `uint32_t`
    UINT32 int(true), PLAIN, 4, 2;
    /// `int64_t`
    INT64 wide(false), PLAIN, 8, 3;
    /// `uint64_t`
    UINT64 wide(true), PLAIN, 8, 3;
    /// `int128_t`
    INT128 int(false), PLAIN, 16, 4;
    /// `uint128_t`
    UINT128 int(true), PLAIN, 16, 4;
    /// `float`
    FLOAT Kind::Float, PLAIN, 4, 2;
    /// `double`
    DOUBLE Kind::Float, PLAIN, 8, 3;
    /// `complex float`
    COMPLEX_FLOAT Kind::Complex(FLOAT), PLAIN, 8, 2;
    /// `complex`
    COMPLEX_DOUBLE Kind::Complex(DOUBLE), PLAIN, 16, 3;
    /// `void *`
    VOID_POINTER Kind::Pointer(VOID), PLAIN, POINTER_SIZE, POINTER_ALIGN;
    /// `const void *`
    CONST_VOID_POINTER Kind::Pointer(CONST_VOID), PLAIN, POINTER_SIZE, POINTER_ALIGN;
    /// `const char *`
    CONST_CHAR_POINTER Kind::Pointer(CONST_CHAR), PLAIN, POINTER_SIZE, POINTER_ALIGN;
    /// `const char []`
    CONST_CHAR_ARRAY Kind::Array(CONST_CHAR), Quals::CONST, UNKNOWN, 0;
    /// What `ffi.typeof` returns.
    TYPE_OBJECT Kind::TypeObject, PLAIN, 4, 2;
}

const SIZE: CTypeId = if POINTER_SIZE == 8 { UINT64 } else { UINT32 };
/// A signed integer of a pointer's size.
pub const POINTER_INT: CTypeId = if POINTER_SIZE == 8 { INT64 } else { INT32 };
const WCHAR: CTypeId = if cfg!(windows) { UINT16 } else { INT32 };

const TYPEDEFS: &[(&str, CTypeId)] = &[
    ("va_list", VOID_POINTER),
    ("__builtin_va_list", VOID_POINTER),
    ("__gnuc_va_list", VOID_POINTER),
    ("ptrdiff_t", POINTER_INT),
    ("size_t", SIZE),
    ("wchar_t", WCHAR),
    ("int8_t", INT8),
    ("int16_t", INT16),
    ("int32_t", INT32),
    ("int64_t", INT64),
    ("int128_t", INT128),
    ("uint8_t", UINT8),
    ("uint16_t", UINT16),
    ("uint32_t", UINT32),
    ("uint64_t", UINT64),
    ("uint128_t", UINT128),
    ("intptr_t", POINTER_INT),
    ("uintptr_t", SIZE),
    ("ssize_t", POINTER_INT),
];
