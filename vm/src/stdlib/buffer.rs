//! Text under construction by a library function.

use crate::value::RawValue;
use crate::vm::{NativeResult, Raised, Vm};

/// The longest string, in bytes.
pub(crate) const MAX_STRING: usize = 0x7fff_ff00;

/// The largest buffer that is kept for the next function.
const MAX_KEPT: usize = 1 << 16;

/// Bytes that will become a string. Growth is checked against the limits, so that a script that builds too much gets a Lua
/// error.
pub(crate) struct Buffer {
    bytes: Vec<u8>,
}

impl Buffer {
    /// An empty buffer, with the room of the one used last.
    #[inline]
    pub(crate) fn new(vm: &mut Vm) -> Buffer {
        let mut bytes = std::mem::take(&mut vm.scratch);
        bytes.clear();
        Buffer { bytes }
    }

    /// Appends bytes.
    #[inline]
    pub(crate) fn push(&mut self, vm: &mut Vm, bytes: &[u8]) -> Result<(), Raised> {
        if bytes.len() > self.bytes.capacity() - self.bytes.len() {
            self.reserve(vm, bytes.len())?;
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Makes room.
    ///
    /// # Errors
    /// "not enough memory", when the string would be too long or memory is short.
    pub(crate) fn reserve(&mut self, vm: &mut Vm, additional: usize) -> Result<(), Raised> {
        let needed = self.bytes.len().checked_add(additional).ok_or(Raised::Memory)?;
        if needed > MAX_STRING {
            return Err(Raised::Memory);
        }
        vm.heap.check_room(needed)?;
        self.bytes.try_reserve(additional).map_err(|_| Raised::Memory)
    }

    /// The bytes, for functions that append a little.
    pub(crate) fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// The string.
    pub(crate) fn into_string(self, vm: &mut Vm) -> Result<RawValue, Raised> {
        let string = vm.new_string(&self.bytes)?;
        self.give_back(vm);
        Ok(string)
    }

    /// Leaves its room to the next function.
    pub(crate) fn give_back(self, vm: &mut Vm) {
        if self.bytes.capacity() <= MAX_KEPT {
            vm.scratch = self.bytes;
        }
    }

    /// Returns the string from a native.
    pub(crate) fn into_result(self, vm: &mut Vm) -> NativeResult {
        let string = self.into_string(vm)?;
        vm.ret1(string)
    }
}
