//! Numbers of C: read from where they lie, and stored as another type of number.

#![allow(unsafe_code, reason = "loads and stores where the caller may")]

use super::ctab::Kind;
use super::scalars::{load_bits, store_bits};
use crate::convert::{to_i64, to_u64};

/// Where a source's bytes are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Data {
    /// A double.
    Number(f64),
    /// A `bool`.
    Bool(bool),
    /// A pointer.
    Address(usize),
    /// In memory that may be read.
    Memory(*const u8),
}

/// A number on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Num {
    Signed(i64),
    Unsigned(u64),
    Float(f64),
}

impl Num {
    /// As an integer of up to 64 bits.
    pub(crate) fn bits(self, unsigned: bool) -> u64 {
        match self {
            Num::Signed(n) => n as u64,
            Num::Unsigned(n) => n,
            Num::Float(n) if unsigned => to_u64(n),
            Num::Float(n) => to_i64(n) as u64,
        }
    }
    /// As a double.
    pub(crate) fn float(self) -> f64 {
        match self {
            Num::Signed(n) => n as f64,
            Num::Unsigned(n) => n as f64,
            Num::Float(n) => n,
        }
    }
}

/// The number a source is.
///
/// # Safety
/// Data in memory may be read, and has `size` bytes of this kind.
pub(crate) unsafe fn number_of(kind: Kind, size: u32, data: Data) -> Option<Num> {
    let at = match data {
        Data::Number(n) => return Some(Num::Float(n)),
        Data::Bool(b) => return Some(Num::Unsigned(u64::from(b))),
        Data::Address(address) => return Some(Num::Unsigned(address as u64)),
        Data::Memory(at) => at,
    };
    // SAFETY: by contract.
    unsafe {
        Some(match (kind, size) {
            (Kind::Bool, _) => Num::Unsigned(u64::from(at.read() != 0)),
            (Kind::Float, 4) => Num::Float(f64::from(at.cast::<f32>().read_unaligned())),
            (Kind::Float, 8) => Num::Float(at.cast::<f64>().read_unaligned()),
            (Kind::Int { unsigned: true, .. }, _) => Num::Unsigned(load_bits(at, size.min(8))),
            (Kind::Int { unsigned: false, .. }, _) => {
                let size = size.min(8);
                let shift = 64 - 8 * size;
                Num::Signed((load_bits(at, size) << shift) as i64 >> shift)
            }
            _ => return None,
        })
    }
}

/// Stores a number; false when there is no such conversion.
///
/// # Safety
/// `size` bytes may be written.
#[inline]
pub(crate) unsafe fn store_number(kind: Kind, size: u32, at: *mut u8, number: Num) -> bool {
    // SAFETY: by contract.
    unsafe {
        match (kind, size) {
            (Kind::Bool, _) => at.write(u8::from(match number {
                Num::Signed(n) => n != 0,
                Num::Unsigned(n) => n != 0,
                Num::Float(n) => n != 0.0,
            })),
            (Kind::Float, 8) => at.cast::<f64>().write_unaligned(number.float()),
            (Kind::Float, 4) => at.cast::<f32>().write_unaligned(number.float() as f32),
            (Kind::Int { unsigned, .. }, 1 | 2 | 4 | 8) => {
                store_bits(at, size, number.bits(unsigned && size == 8));
            }
            (Kind::Int { .. }, 16) => {
                let high = match number {
                    Num::Signed(n) => (n >> 63) as u64,
                    Num::Unsigned(_) => 0,
                    Num::Float(_) => return false,
                };
                store_bits(at, 8, number.bits(false));
                store_bits(at.add(8), 8, high);
            }
            _ => return false,
        }
    }
    true
}
