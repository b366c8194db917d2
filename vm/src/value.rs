//! [`RawValue`]: how the VM stores a Lua value in eight bytes.
//!
//! ```text
//!  63            47 46                                           0
//! +----------------+----------------------------------------------+
//! | any double, up to and including the canonical NaN 0xFFF8_0000_0000_0000
//! | tag (17 bits)  | payload (47 bits)                            |
//! +----------------+----------------------------------------------+
//!   0x1FFF2  primitive: 0 nil, 1 false, 2 true; address | 8: a dead key
//!   0x1FFF3  light userdata (a foreign address below 2^47, or an index into the side table)
//!   0x1FFF4  string      \
//!   0x1FFF5  table        |
//!   0x1FFF6  function     |  heap references: the payload is the address of a cell
//!   0x1FFF7  userdata     |
//!   0x1FFF8  thread       |
//!   0x1FFF9  cdata       /
//! ```
//!
//! Tags start where NaNs with a sign end, so "is a number" is one unsigned compare (`< 0xFFF9 << 48`), "is a heap
//! reference" is one (`>= STRING << 47`), and "is falsy" is a subtraction and one. Doubles are stored as they are; the only
//! NaNs stored are canonical ones ([`RawValue::number`] sees to it), so that arithmetic on raw bits can test
//! both operands at once: any boxed operand makes the result NaN.
//!
//! This is the only file that knows the bits.

#![allow(unsafe_code, reason = "turns payloads into references to heap cells")]

use std::fmt;
use std::ptr::NonNull;

use crate::ffi::cdata::CData;
use crate::function::Function;
use crate::string::LuaString;
use crate::table::Table;
use crate::thread::Thread;
use crate::userdata::UserData;

const SHIFT: u32 = 47;
const PAYLOAD: u64 = (1 << SHIFT) - 1;
const FIRST_TAGGED: u64 = 0xFFF9 << 48;
const CANONICAL_NAN: u64 = 0x7FF8 << 48;

/// The tags, as the top 17 bits of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Tag {
    /// nil, false, true
    Primitive = 0x1FFF2,
    /// A foreign address.
    LightUserData = 0x1FFF3,
    /// A heap string.
    String = 0x1FFF4,
    /// A heap table.
    Table = 0x1FFF5,
    /// A heap function, Lua or native.
    Function = 0x1FFF6,
    /// A heap userdata.
    UserData = 0x1FFF7,
    /// A heap coroutine.
    Thread = 0x1FFF8,
    /// A heap cdata.
    CData = 0x1FFF9,
}

/// The Lua types, in LuaJIT's numbering of basic types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Type {
    /// `nil`
    Nil,
    /// `boolean`
    Boolean,
    /// `userdata` without a heap object
    LightUserData,
    /// `number`
    Number,
    /// `string`
    String,
    /// `table`
    Table,
    /// `function`
    Function,
    /// `userdata`
    UserData,
    /// `thread`
    Thread,
    /// `cdata`
    CData,
}

impl Type {
    /// Every type, in its numbering.
    pub const ALL: [Type; Type::COUNT] = [
        Type::Nil,
        Type::Boolean,
        Type::LightUserData,
        Type::Number,
        Type::String,
        Type::Table,
        Type::Function,
        Type::UserData,
        Type::Thread,
        Type::CData,
    ];
    /// How many types there are.
    pub const COUNT: usize = 10;

    /// The name `type()` returns.
    pub fn name(self) -> &'static str {
        match self {
            Type::Nil => "nil",
            Type::Boolean => "boolean",
            Type::LightUserData | Type::UserData => "userdata",
            Type::Number => "number",
            Type::String => "string",
            Type::Table => "table",
            Type::Function => "function",
            Type::Thread => "thread",
            Type::CData => "cdata",
        }
    }
}

/// A reference to a live heap cell holding a `T`.
///
/// Copyable and without a lifetime: what keeps it valid is the collector's rule that a collection only starts at
/// a safe point, where every reference a native or the interpreter holds is in a stack slot or
/// another root (`gc/mod.rs`). So a `Gc` may be kept in a Rust local until the next call into Lua, not beyond.
#[repr(transparent)]
pub struct Gc<T>(NonNull<T>);

impl<T> Clone for Gc<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Gc<T> {}
impl<T> PartialEq for Gc<T> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Gc<T> {}
impl<T> fmt::Debug for Gc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:p}", self.0)
    }
}

impl<T> Gc<T> {
    /// Wraps the address of a live cell.
    ///
    /// # Safety
    /// `ptr` is the address of a live, initialised heap cell holding a `T`.
    #[inline(always)]
    pub unsafe fn from_ptr(ptr: *mut T) -> Gc<T> {
        // SAFETY: cells are never at address zero, by this function's contract.
        Gc(unsafe { NonNull::new_unchecked(ptr) })
    }

    /// The cell's address.
    #[inline(always)]
    pub fn as_ptr(self) -> *mut T {
        self.0.as_ptr()
    }

    /// The address as a number, for printing and hashing.
    #[inline(always)]
    pub fn addr(self) -> usize {
        self.0.as_ptr() as usize
    }
}

/// A Lua value in eight bytes. See the module for the layout.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct RawValue(u64);

macro_rules! heap_types {
    ($($make:ident $is:ident $get:ident $unchecked:ident $tag:ident $ty:ty,)+) => {
        impl RawValue {
            $(
                /// Boxes a reference of this type.
                #[inline(always)]
                pub fn $make(cell: Gc<$ty>) -> RawValue {
                    RawValue((Tag::$tag as u64) << SHIFT | cell.addr() as u64)
                }
                /// Whether the value has this type.
                #[inline(always)]
                pub fn $is(self) -> bool {
                    self.0 >> SHIFT == Tag::$tag as u64
                }
                /// The reference, if the value has this type.
                #[inline(always)]
                pub fn $get(self) -> Option<Gc<$ty>> {
                    // SAFETY: the tag says that the payload is the address of such a cell; values only exist for
                    // cells the collector keeps (`gc/mod.rs`, rule "no value outlives its cell").
                    if self.$is() { Some(unsafe { self.$unchecked() }) } else { None }
                }
                /// The reference, not checking the tag.
                ///
                /// # Safety
                /// The value has this type.
                #[inline(always)]
                pub unsafe fn $unchecked(self) -> Gc<$ty> {
                    debug_assert!(self.$is());
                    // SAFETY: by contract the payload is the address of a live cell of this type.
                    unsafe { Gc::from_ptr((self.0 & PAYLOAD) as *mut $ty) }
                }
            )+
        }
        $(impl From<Gc<$ty>> for RawValue {
            #[inline(always)]
            fn from(cell: Gc<$ty>) -> RawValue { RawValue::$make(cell) }
        })+
    };
}

heap_types! {
    string is_string as_string as_string_unchecked String LuaString,
    table is_table as_table as_table_unchecked Table Table,
    function is_function as_function as_function_unchecked Function Function,
    userdata is_userdata as_userdata as_userdata_unchecked UserData UserData,
    thread is_thread as_thread as_thread_unchecked Thread Thread,
    cdata is_cdata as_cdata as_cdata_unchecked CData CData,
}

impl RawValue {
    /// `nil`
    pub const NIL: RawValue = RawValue((Tag::Primitive as u64) << SHIFT);
    /// `false`
    pub const FALSE: RawValue = RawValue(Self::NIL.0 | 1);
    /// `true`
    pub const TRUE: RawValue = RawValue(Self::NIL.0 | 2);

    /// A number; any NaN becomes the canonical one.
    #[inline(always)]
    pub fn number(n: f64) -> RawValue {
        if n.is_nan() { RawValue(CANONICAL_NAN) } else { RawValue(n.to_bits()) }
    }

    /// A number known not to be a NaN with a foreign payload (the result of arithmetic on numbers).
    #[inline(always)]
    pub fn number_unchecked(n: f64) -> RawValue {
        debug_assert!(n.to_bits() < FIRST_TAGGED);
        RawValue(n.to_bits())
    }

    /// A boolean.
    #[inline(always)]
    pub fn boolean(b: bool) -> RawValue {
        RawValue(Self::FALSE.0 + b as u64)
    }

    /// The reference, if the value is a cdata. Theirs is the highest tag, so that a subtraction takes it off and looks at it.
    #[inline(always)]
    pub(crate) fn to_cdata(self) -> Option<Gc<CData>> {
        let (payload, is_other) = self.0.overflowing_sub(in_register((Tag::CData as u64) << SHIFT));
        // SAFETY: as `as_cdata`; no value has a higher tag.
        if is_other { None } else { Some(unsafe { Gc::from_ptr(payload as *mut CData) }) }
    }

    /// A light userdata with a payload below 2^47.
    #[inline(always)]
    pub fn light(payload: u64) -> RawValue {
        debug_assert!(payload <= PAYLOAD);
        RawValue((Tag::LightUserData as u64) << SHIFT | payload & PAYLOAD)
    }

    /// What a table keeps in place of a key whose entry was removed: it refers to nothing, and no other value has its bits, but
    /// the key itself, should it still exist, can be recognised.
    #[inline]
    pub(crate) fn dead_key(self) -> RawValue {
        match self.heap_addr() {
            Some(addr) => RawValue(Self::NIL.0 | addr as u64 | 8),
            None => self,
        }
    }

    /// Words from here on are no values.
    pub const NO_VALUE: u64 = (Tag::CData as u64 + 1) << SHIFT;

    /// The bits.
    #[inline(always)]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The value with these bits.
    ///
    /// # Safety
    /// `bits` came from [`RawValue::bits`] of a value that is still valid.
    #[inline(always)]
    pub unsafe fn from_bits(bits: u64) -> RawValue {
        RawValue(bits)
    }

    /// Whether it is a number.
    #[inline(always)]
    pub fn is_number(self) -> bool {
        self.0 < FIRST_TAGGED
    }

    /// The number, if it is one (no coercion).
    #[inline(always)]
    pub fn as_number(self) -> Option<f64> {
        if self.is_number() { Some(f64::from_bits(self.0)) } else { None }
    }

    /// The bits as a double, whatever the value is: NaN for everything but numbers.
    #[inline(always)]
    pub fn as_f64_or_nan(self) -> f64 {
        f64::from_bits(self.0)
    }

    /// Whether it is `nil`.
    #[inline(always)]
    pub fn is_nil(self) -> bool {
        self.0 == Self::NIL.0
    }

    /// Whether it is `nil` or `false`.
    #[inline(always)]
    pub fn is_falsy(self) -> bool {
        self.0.wrapping_sub(Self::NIL.0) <= 1
    }

    /// Whether it is anything but `nil` and `false`.
    #[inline(always)]
    pub fn is_truthy(self) -> bool {
        !self.is_falsy()
    }

    /// The boolean, if it is one.
    #[inline(always)]
    pub fn as_boolean(self) -> Option<bool> {
        match self.0.wrapping_sub(Self::FALSE.0) {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    /// The payload of a light userdata, if it is one.
    #[inline(always)]
    pub fn as_light(self) -> Option<u64> {
        if self.0 >> SHIFT == Tag::LightUserData as u64 { Some(self.0 & PAYLOAD) } else { None }
    }

    /// Whether it refers to a heap cell.
    #[inline(always)]
    pub fn is_heap(self) -> bool {
        self.0 >= (Tag::String as u64) << SHIFT
    }

    /// The address of the heap cell it refers to, if it does.
    #[inline(always)]
    pub fn heap_addr(self) -> Option<usize> {
        if self.is_heap() { Some((self.0 & PAYLOAD) as usize) } else { None }
    }

    /// Its type.
    pub fn type_of(self) -> Type {
        if self.is_number() {
            return Type::Number;
        }
        match (self.0 >> SHIFT) as u32 {
            t if t == Tag::Primitive as u32 => {
                if self.is_nil() {
                    Type::Nil
                } else {
                    Type::Boolean
                }
            }
            t if t == Tag::LightUserData as u32 => Type::LightUserData,
            t if t == Tag::String as u32 => Type::String,
            t if t == Tag::Table as u32 => Type::Table,
            t if t == Tag::Function as u32 => Type::Function,
            t if t == Tag::UserData as u32 => Type::UserData,
            t if t == Tag::Thread as u32 => Type::Thread,
            _ => Type::CData,
        }
    }

    /// The name `type()` returns for it.
    pub fn type_name(self) -> &'static str {
        self.type_of().name()
    }
}

/// Keeps the optimiser from knowing a number, which it would work into every use of what is computed from it.
#[inline(always)]
pub(crate) fn in_register(mut number: u64) -> u64 {
    // SAFETY: no instructions.
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    unsafe {
        std::arch::asm!("/* {0} */", inout(reg) number, options(pure, nomem, nostack, preserves_flags));
    }
    number
}

/// The integer a number is cut to; what does not fit or is NaN gives some integer that is not equal to it, or `i32::MIN`.
#[inline(always)]
pub(crate) fn truncate(number: f64) -> i32 {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_mm_cvttsd_si32, _mm_set_sd};
        // One instruction, where a saturating cast takes five. Its answer to what does not fit is `i32::MIN`.
        // SAFETY: every x86-64 processor has SSE2.
        unsafe { _mm_cvttsd_si32(_mm_set_sd(number)) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        number as i32
    }
}

impl From<f64> for RawValue {
    #[inline(always)]
    fn from(n: f64) -> RawValue {
        RawValue::number(n)
    }
}
impl From<bool> for RawValue {
    #[inline(always)]
    fn from(b: bool) -> RawValue {
        RawValue::boolean(b)
    }
}

impl fmt::Debug for RawValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.type_of() {
            Type::Nil => f.write_str("nil"),
            Type::Boolean => write!(f, "{}", self.is_truthy()),
            Type::Number => write!(f, "{}", self.as_f64_or_nan()),
            other => write!(f, "{}: {:#x}", other.name(), self.0 & PAYLOAD),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_double_survives_and_is_a_number() {
        for n in [0.0, -0.0, 1.5, f64::MAX, f64::MIN_POSITIVE, f64::INFINITY, f64::NEG_INFINITY] {
            let v = RawValue::number(n);
            assert!(v.is_number() && !v.is_heap() && !v.is_falsy());
            assert_eq!(v.as_number().expect("a number").to_bits(), n.to_bits());
        }
        let nan = RawValue::number(f64::from_bits(0xFFFF_8000_0000_1234));
        assert!(nan.is_number() && nan.as_f64_or_nan().is_nan());
    }

    #[test]
    fn primitives_are_told_apart() {
        assert!(RawValue::NIL.is_nil() && RawValue::NIL.is_falsy() && RawValue::FALSE.is_falsy());
        assert!(RawValue::TRUE.is_truthy() && !RawValue::TRUE.is_number() && !RawValue::NIL.is_heap());
        assert_eq!(RawValue::boolean(true), RawValue::TRUE);
        assert_eq!(RawValue::NIL.as_boolean(), None);
        assert_eq!(RawValue::light(77).as_light(), Some(77));
        assert!(RawValue::NIL.as_f64_or_nan().is_nan() && RawValue::light(0).as_f64_or_nan().is_nan());
    }
}
