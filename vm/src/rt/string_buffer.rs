//! The storage of a `string.buffer` object: bytes that are appended at the end and taken from the front.
//!
//! It is here and not with its library because a buffer is a plain operand of `..`.

use crate::gc::Heap;
use crate::rt::concat::MAX_STRING;
use crate::userdata::UserData;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// The payload of a buffer's userdata. What has been taken is dropped when room is needed.
#[derive(Default)]
pub(crate) struct StringBuffer {
    bytes: Vec<u8>,
    taken: usize,
}

impl StringBuffer {
    /// What is in the buffer.
    pub(crate) fn contents(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }

    /// Takes up to `count` bytes from the front.
    pub(crate) fn skip(&mut self, count: usize) {
        self.taken += count.min(self.bytes.len() - self.taken);
        if self.taken == self.bytes.len() {
            self.clear();
        }
    }

    /// Empties the buffer, keeping its room.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.taken = 0;
    }

    /// Removes what was appended since the contents had this length.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.bytes.truncate(self.taken + length);
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// See `reserve`.
    #[inline]
    pub(crate) fn push(&mut self, heap: &mut Heap, bytes: &[u8]) -> Result<(), Raised> {
        if bytes.len() > self.bytes.capacity() - self.bytes.len() {
            self.reserve(heap, bytes.len())?;
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Makes room for `additional` bytes: by moving the contents down when that is cheap, else by growing.
    ///
    /// # Errors
    /// "not enough memory", when the buffer would be too long or memory is short.
    pub(crate) fn reserve(&mut self, heap: &mut Heap, additional: usize) -> Result<(), Raised> {
        let capacity = self.bytes.capacity();
        if additional <= capacity - self.bytes.len() {
            return Ok(());
        }
        let needed = self.contents().len().checked_add(additional).ok_or(Raised::Memory)?;
        if needed > MAX_STRING {
            return Err(Raised::Memory);
        }
        // Less would mean to move almost everything again and again.
        let is_worth_moving = self.taken >= capacity / 8;
        if is_worth_moving {
            self.bytes.drain(..self.taken);
            self.taken = 0;
            if needed <= capacity {
                return Ok(());
            }
        }
        heap.check_room((self.bytes.len() + additional).max(capacity * 2) - capacity)?;
        self.bytes.try_reserve(additional).map_err(|_| Raised::Memory)
    }
}

/// The buffer a value is, if it is one.
pub(crate) fn as_buffer(value: RawValue) -> Option<Gc<UserData>> {
    value.as_userdata().filter(|userdata| userdata.is::<StringBuffer>())
}

/// Changes a buffer, and counts the memory it has then.
pub(crate) fn with_buffer<R>(
    vm: &mut Vm,
    buffer: Gc<UserData>,
    f: impl FnOnce(&mut StringBuffer, &mut Vm) -> R,
) -> R {
    let (result, room) = lend(buffer, |storage| (f(storage, vm), storage.bytes.capacity()));
    buffer.set_external_bytes(&mut vm.heap, room);
    result
}

/// Reads a buffer.
pub(crate) fn read_buffer<R>(buffer: Gc<UserData>, f: impl FnOnce(&StringBuffer) -> R) -> R {
    lend(buffer, |storage| f(storage))
}

fn lend<R>(buffer: Gc<UserData>, f: impl FnOnce(&mut StringBuffer) -> R) -> R {
    buffer.lend(f).expect("a buffer's storage is lent to one function at a time, which runs no Lua code")
}
