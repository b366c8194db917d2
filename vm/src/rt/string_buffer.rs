//! The storage of a `string.buffer` object: bytes that are appended at the end and taken from the front.
//!
//! It is here and not with its library because a buffer is a plain operand of `..`.

#![allow(unsafe_code, reason = "fills the room behind a vector's elements")]

use std::sync::{Arc, Mutex, PoisonError};

use crate::gc::Heap;
use crate::rt::concat::MAX_STRING;
use crate::userdata::{UserData, new_userdata};
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// The payload of a buffer's userdata. What has been taken is dropped when room is needed.
#[derive(Default)]
pub(crate) struct StringBuffer {
    bytes: Vec<u8>,
    taken: usize,
    /// How far the room behind the contents is known to be initialised, counted from the first byte.
    initialised: usize,
    /// Who keeps the memory when the buffer gives it up, because C pointers lead into it.
    keeper: Option<Arc<Kept>>,
}

/// Memory that a buffer has given up and C pointers still lead into. It is the payload of the userdata that such pointers name as
/// their owner: their memory stays where it is as long as there are any, whatever becomes of the buffer.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Vec<u8>>);

impl Drop for StringBuffer {
    fn drop(&mut self) {
        self.give_up();
    }
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
        if bytes.len() > self.room() {
            self.reserve(heap, bytes.len())?;
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// How many bytes can be appended before more memory is needed.
    #[inline]
    pub(crate) fn room(&self) -> usize {
        self.bytes.capacity() - self.bytes.len()
    }

    /// Makes room for `additional` bytes: by moving the contents down when that is cheap, else by growing.
    ///
    /// # Errors
    /// "not enough memory", when the buffer would be too long or memory is short.
    pub(crate) fn reserve(&mut self, heap: &mut Heap, additional: usize) -> Result<(), Raised> {
        let capacity = self.bytes.capacity();
        if additional <= self.room() {
            return Ok(());
        }
        let needed = self.contents().len().checked_add(additional).ok_or(Raised::Memory)?;
        if needed > MAX_STRING {
            return Err(Raised::Memory);
        }
        // Less would mean to move almost everything again and again.
        let is_worth_moving = self.taken >= capacity / 8;
        if is_worth_moving {
            self.initialised = self.initialised.max(self.bytes.len());
            self.bytes.drain(..self.taken);
            self.taken = 0;
            if needed <= capacity {
                return Ok(());
            }
        }
        let grown = (self.bytes.len() + additional).max(capacity * 2);
        if self.keeper.is_none() {
            heap.check_room(grown - capacity)?;
            self.bytes.try_reserve(additional).map_err(|_| Raised::Memory)?;
            self.initialised = 0;
            return Ok(());
        }
        // The pointers that lead into the old memory go on doing so.
        heap.check_room(grown)?;
        let mut bytes = Vec::new();
        bytes.try_reserve(grown - self.taken).map_err(|_| Raised::Memory)?;
        bytes.extend_from_slice(self.contents());
        self.give_up();
        (self.bytes, self.taken, self.initialised) = (bytes, 0, 0);
        Ok(())
    }

    /// Leaves the memory to its keeper, if pointers may lead into it.
    fn give_up(&mut self) {
        if let Some(keeper) = self.keeper.take() {
            *keeper.0.lock().unwrap_or_else(PoisonError::into_inner) = std::mem::take(&mut self.bytes);
        }
    }

    /// The addresses of the contents' first byte, of the byte behind the last one, and of the end of the room, all of it initialised. They stay right
    /// for as long as what [`keep`] returned does.
    pub(crate) fn addresses(&mut self) -> [usize; 3] {
        self.initialise(self.bytes.capacity());
        let first = self.bytes.as_mut_ptr() as usize;
        [first + self.taken, first + self.bytes.len(), first + self.bytes.capacity()]
    }

    /// Counts bytes behind the contents as written.
    ///
    /// # Panics
    /// When there is no room for so many.
    pub(crate) fn commit(&mut self, count: usize) {
        assert!(count <= self.room(), "only room that is there is committed");
        let len = self.bytes.len() + count;
        self.initialise(len);
        // SAFETY: so many bytes lie inside the capacity, and are initialised.
        unsafe { self.bytes.set_len(len) };
    }

    fn initialise(&mut self, end: usize) {
        let start = self.initialised.max(self.bytes.len());
        if let Some(count) = end.checked_sub(start) {
            // SAFETY: `end` is at most the capacity.
            unsafe { self.bytes.as_mut_ptr().add(start).write_bytes(0, count) };
            self.initialised = end;
        }
    }
}

/// The value that keeps a buffer's memory in its place for C pointers, and where the contents and the room behind them lie
/// ([`StringBuffer::addresses`]).
///
/// # Errors
/// When the memory limit is reached.
pub(crate) fn keep(vm: &mut Vm, buffer: Gc<UserData>) -> Result<(RawValue, [usize; 3]), Raised> {
    let known = read_buffer(buffer, |storage| storage.keeper.is_some());
    let keeper = match buffer.environment() {
        Some(slots) if known => slots.get_int(&vm.heap, KEEPER_SLOT),
        Some(_) | None => {
            let slots = match buffer.environment() {
                Some(slots) => slots,
                None => {
                    let slots = vm.new_table(0, 1)?;
                    buffer.set_environment(&mut vm.heap, slots);
                    slots
                }
            };
            let kept = Arc::<Kept>::default();
            let keeper = new_userdata(&mut vm.heap, Some(Box::new(Arc::clone(&kept))), None)?;
            vm.raw_set(slots, RawValue::number(KEEPER_SLOT as f64), keeper.into())?;
            with_buffer(vm, buffer, |storage, _| storage.keeper = Some(kept));
            let room = read_buffer(buffer, |storage| storage.bytes.capacity());
            keeper.set_external_bytes(&mut vm.heap, room);
            keeper.into()
        }
    };
    let addresses = lend(buffer, StringBuffer::addresses);
    Ok((keeper, addresses))
}

/// Where the table of a buffer's dictionaries has the keeper of its memory.
const KEEPER_SLOT: i64 = 0;

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
    let (result, room) = lend(buffer, |storage| {
        let result = f(storage, vm);
        // The keeper counts what it keeps, or will.
        (result, if storage.keeper.is_none() { Some(storage.bytes.capacity()) } else { None })
    });
    buffer.set_external_bytes(&mut vm.heap, room.unwrap_or(0));
    if room.is_some()
        && let Some(slots) = buffer.environment()
        && !slots.get_int(&vm.heap, KEEPER_SLOT).is_nil()
    {
        // The memory is no longer the buffer's. An entry that exists is cleared without growing the table.
        let _ = vm.raw_set(slots, RawValue::number(KEEPER_SLOT as f64), RawValue::NIL);
    }
    result
}

/// Reads a buffer.
pub(crate) fn read_buffer<R>(buffer: Gc<UserData>, f: impl FnOnce(&StringBuffer) -> R) -> R {
    lend(buffer, |storage| f(storage))
}

fn lend<R>(buffer: Gc<UserData>, f: impl FnOnce(&mut StringBuffer) -> R) -> R {
    buffer.lend(f).expect("a buffer's storage is lent to one function at a time, which runs no Lua code")
}
