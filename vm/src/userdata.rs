//! Host values as heap objects.

#![allow(unsafe_code, reason = "reads and writes heap cells")]

use std::any::Any;

use crate::gc::kind::{Header, Kind};
use crate::gc::{Heap, OutOfMemory};
use crate::table::Table;
use crate::value::Gc;

/// A host value. `header.flags` has [`FINALIZER`] when its metatable has `__gc`; `header.aux` is what the value takes outside the
/// heap, in bytes, as far as anybody told; `header.extra` is the number of its class (host/class.rs).
#[repr(C)]
pub struct UserData {
    /// See the type.
    pub header: Header,
    /// The metatable, or null.
    pub meta: *mut Table,
    /// The environment (`newproxy` and `getfenv` on userdata), or null.
    pub env: *mut Table,
    /// The value; `None` for `newproxy` and once finalized by the host.
    pub payload: Option<Box<dyn Any + Send>>,
}

/// Header flag, of C values too: registered for finalization.
pub const FINALIZER: u8 = 0x20;
/// Header flag, of C values too: found unreachable; its finalizer has run or waits to.
pub const FINALIZED: u8 = 0x40;

/// A new userdata.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_userdata(
    heap: &mut Heap,
    payload: Option<Box<dyn Any + Send>>,
    meta: Option<Gc<Table>>,
) -> Result<Gc<UserData>, OutOfMemory> {
    let cell: *mut UserData = heap.alloc(Kind::UserData, size_of::<UserData>())?.cast();
    let meta_ptr = meta.map_or(std::ptr::null_mut(), Gc::as_ptr);
    // SAFETY: the cell is fresh and large enough.
    let userdata = unsafe {
        cell.write(UserData {
            header: Header::new(Kind::UserData),
            meta: meta_ptr,
            env: std::ptr::null_mut(),
            payload,
        });
        Gc::from_ptr(cell)
    };
    heap.register_finalizer_if_needed(userdata);
    Ok(userdata)
}

impl Gc<UserData> {
    /// The number of its class; 0 for none.
    #[inline(always)]
    pub(crate) fn class(self) -> u16 {
        // SAFETY: a live cell.
        u16::from_ne_bytes(unsafe { (*self.as_ptr()).header.extra })
    }
    /// Says which class its value is of.
    pub(crate) fn set_class(self, number: u16) {
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).header.extra = number.to_ne_bytes() }
    }
    /// Whether the payload is a `T`.
    pub fn is<T: 'static>(self) -> bool {
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).payload.as_ref().is_some_and(|payload| payload.is::<T>()) }
    }
    /// A copy of the payload, if it is a `T`.
    pub fn payload_copy<T: Copy + 'static>(self) -> Option<T> {
        // SAFETY: a live cell; the borrow ends here.
        unsafe { (*self.as_ptr()).payload.as_ref()?.downcast_ref::<T>().copied() }
    }
    /// Assigns a payload that is a `T`; any other is left alone.
    pub fn set_payload_copy<T: Copy + 'static>(self, value: T) {
        // SAFETY: a live cell; the borrow ends here, and dropping a `Copy` value runs no code.
        unsafe {
            if let Some(payload) = (*self.as_ptr()).payload.as_mut().and_then(|p| p.downcast_mut::<T>()) {
                *payload = value;
            }
        }
    }
    /// Runs `f` on the value when it is a `T`. The value is taken out meanwhile, so that whatever `f` does, nobody else has a
    /// reference to it; a panic in `f` loses it.
    pub fn lend<T: 'static, R>(self, f: impl FnOnce(&mut T) -> R) -> Option<R> {
        // SAFETY: a live cell; the reference to its payload ends before `f` runs.
        let payload = unsafe { &mut (*self.as_ptr()).payload };
        let mut value = payload.take_if(|value| value.is::<T>())?;
        let result = value.downcast_mut().map(f);
        // SAFETY: as above. The place is empty: only `f` could have filled it, and a payload is never replaced.
        unsafe { (*self.as_ptr()).payload = Some(value) };
        result
    }
    /// Says how many bytes the value takes outside the heap; they count towards the memory limit until it is dropped.
    pub fn set_external_bytes(self, heap: &mut Heap, bytes: usize) {
        // SAFETY: a live cell.
        let counted = unsafe { &mut (*self.as_ptr()).header.aux };
        let before = *counted as usize;
        *counted = u32::try_from(bytes).unwrap_or(u32::MAX);
        let after = *counted as usize;
        if after > before {
            heap.add_external(after - before);
        } else {
            heap.remove_external(before - after);
        }
    }
    /// The metatable.
    pub fn metatable(self) -> Option<Gc<Table>> {
        // SAFETY: a live cell, whose metatable is null or live.
        unsafe {
            let meta = (*self.as_ptr()).meta;
            if meta.is_null() { None } else { Some(Gc::from_ptr(meta)) }
        }
    }
    /// The environment, if it has one of its own.
    pub fn environment(self) -> Option<Gc<Table>> {
        // SAFETY: a live cell, whose environment is null or live.
        unsafe {
            let env = (*self.as_ptr()).env;
            if env.is_null() { None } else { Some(Gc::from_ptr(env)) }
        }
    }
    /// Gives it an environment of its own.
    pub fn set_environment(self, heap: &mut Heap, env: Gc<Table>) {
        if let Some(old) = self.environment() {
            heap.barrier(old.into());
        }
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).env = env.as_ptr() };
    }
    /// Replaces the metatable, registering the value for finalization when it has `__gc`.
    pub fn set_metatable(self, heap: &mut Heap, meta: Option<Gc<Table>>) {
        if let Some(old) = self.metatable() {
            heap.barrier(old.into());
        }
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).meta = meta.map_or(std::ptr::null_mut(), Gc::as_ptr) };
        heap.register_finalizer_if_needed(self);
    }
}
