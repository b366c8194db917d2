//! Checks of the heap's invariants, and a marker that shares nothing with the collector's.

use std::collections::HashSet;

use super::Heap;
use super::block::{is_allocated, is_marked};
use super::kind::Kind;
use super::memory::{POISON, kind_of};
use super::storage::{STORAGE_HEADER, values_len};
use crate::function::{Code, LuaFunction, NativeFunction, Proto, REDIRECTED, Upvalue};
use crate::string::LuaString;
use crate::table::{Part, Table};
use crate::thread::{FrameKind, NO_GUARD, Thread};
use crate::userdata::UserData;
use crate::value::{Gc, RawValue};

impl Heap {
    /// Checks at the end of a mark phase that everything reachable is marked: by a second marker that stops the world.
    ///
    /// # Panics
    /// When a reachable cell is not marked.
    pub(crate) fn verify_marks(&mut self) {
        assert!(self.marker.is_empty(), "marking ends when nothing is gray");
        for index in 0..self.threads.len() {
            // SAFETY: listed coroutines are live until they are found dead.
            unsafe { self.verify_scan(&*self.threads.get(index)) }
        }
        let reachable = self.reachable();
        self.verified_cells = reachable.len();
        for (cell, from) in reachable {
            // SAFETY: reached through live references.
            unsafe {
                assert!(
                    is_marked(cell),
                    "{:?} {cell:#x} in {from:#x} is reachable and not marked",
                    kind_of(cell)
                );
            }
        }
    }

    /// At the end of marking: all of a coroutine is scanned, and the frame said to be guarded is.
    fn verify_scan(&self, thread: &Thread) {
        if thread.begun_in == self.cycle.number {
            assert_eq!((thread.unscanned_frames, thread.unscanned_slots), (0, 0), "of a coroutine's stack");
        }
        if thread.guard != NO_GUARD {
            assert!((thread.guard as usize) < thread.frames.capacity(), "a guarded frame is on the list");
            // SAFETY: frames up to the one on top are there, whatever the length of the list, which handlers do not keep up to date.
            let kind = unsafe { (*thread.frames.as_ptr().add(thread.guard as usize)).kind };
            assert_eq!(kind, FrameKind::Guarded);
        }
    }

    /// Checks allocator, intern table and reachable objects against each other.
    ///
    /// # Panics
    /// When an invariant is broken.
    pub fn verify_heap(&self) {
        self.memory.verify();
        for (cell, from) in self.reachable() {
            // SAFETY: reached through live references.
            unsafe {
                assert!(*(cell as *const u8) != POISON, "{from:#x} refers to the freed cell {cell:#x}");
                assert!(is_allocated(cell), "{from:#x} refers to {cell:#x}, where no cell is");
                if kind_of(cell) == Kind::String {
                    self.verify_string(Gc::from_ptr(cell as *mut LuaString));
                }
            }
        }
    }

    /// An interned string is found by its bytes, and so is the only one that has them.
    fn verify_string(&self, string: Gc<LuaString>) {
        if string.is_interned() {
            let hash = self.strings.hash(string.as_bytes());
            assert_eq!(string.hash(), hash, "hash of {string:?}");
            assert_eq!(
                self.strings.find(&self.memory, string.as_bytes(), hash),
                Some(string),
                "in the intern table"
            );
        }
    }

    /// Every cell that strong references lead to, with the cell it was found in (0: a root).
    fn reachable(&self) -> Vec<(usize, usize)> {
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        let mut todo = Vec::new();
        self.root_references(&mut |cell| todo.push((cell, 0)));
        while let Some((cell, from)) = todo.pop() {
            if cell == 0 || !seen.insert(cell) {
                continue;
            }
            found.push((cell, from));
            // SAFETY: reached through live references.
            unsafe {
                if *(cell as *const u8) != POISON {
                    self.references(cell, &mut |to| todo.push((to, cell)));
                }
            }
        }
        found
    }

    fn root_references(&self, visit: &mut impl FnMut(usize)) {
        let roots = &self.roots;
        for table in roots.type_metatables.iter().chain([&roots.globals, &roots.registry]).flatten() {
            visit(table.addr());
        }
        for thread in [roots.main_thread, roots.current_thread].into_iter().flatten() {
            visit(thread.addr());
        }
        for name in &roots.meta_names {
            visit(name.addr());
        }
        for value in roots.handles.iter().chain(&roots.pinned).chain(&roots.raised) {
            visit_value(*value, visit);
        }
        for cell in self.finalizers.waiting_cells() {
            visit(cell);
        }
    }

    /// What a cell refers to strongly.
    unsafe fn references(&self, cell: usize, visit: &mut impl FnMut(usize)) {
        // SAFETY: the kind says what the live cell holds.
        unsafe {
            match kind_of(cell) {
                Kind::String | Kind::Bytes => {}
                Kind::CData => {
                    if let Some(owner) = crate::ffi::cdata::owner_of(cell) {
                        visit_value(owner, visit);
                    }
                }
                Kind::Table => {
                    let table = Gc::from_ptr(cell as *mut Table);
                    table.inline_values().into_iter().for_each(|value| visit_value(value, visit));
                    table.for_each_part(|part| match part {
                        Part::Metatable(meta) => visit(meta.addr()),
                        Part::Values(first) => visit(first as usize - STORAGE_HEADER),
                        Part::Bytes(first) => visit(first as usize - STORAGE_HEADER),
                        Part::WeakValues(_) => {}
                    });
                }
                Kind::Values => values(cell, visit),
                Kind::LuaFunction => {
                    let function = Gc::from_ptr(cell as *mut LuaFunction);
                    visit((*function.as_ptr()).proto.addr());
                    visit((*function.as_ptr()).env.addr());
                    (0..function.upvalue_count()).for_each(|index| visit(function.upvalue(index).addr()));
                }
                Kind::NativeFunction => {
                    let function = Gc::from_ptr(cell as *mut NativeFunction);
                    visit((*function.as_ptr()).env.addr());
                    visit((*function.as_ptr()).name.addr());
                    (0..function.upvalue_count())
                        .for_each(|index| visit_value(function.upvalue(index), visit));
                }
                Kind::Upvalue => {
                    let upvalue = &*(cell as *const Upvalue);
                    if upvalue.header.flags & REDIRECTED != 0 {
                        visit(upvalue.next_open as usize);
                    }
                    visit_value(*upvalue.location, visit);
                }
                Kind::Proto => {
                    let proto = &*(cell as *const Proto);
                    visit(proto.code.addr());
                    proto.children.iter().flatten().for_each(|child| visit(child.addr()));
                }
                Kind::Code => {
                    let code = &*(cell as *const Code);
                    code.proto.iter().for_each(|proto| visit(proto.addr()));
                    let start = code.data.len() - code.draft_proto().constants.len();
                    for &bits in &code.data[start..] {
                        visit_value(RawValue::from_bits(bits), visit);
                    }
                }
                Kind::UserData => {
                    visit((*(cell as *const UserData)).meta as usize);
                    visit((*(cell as *const UserData)).env as usize);
                }
                Kind::Thread => {
                    let thread = &*(cell as *const Thread);
                    thread.frames.iter().filter_map(|frame| frame.code()).for_each(|code| visit(code.addr()));
                    (0..thread.initialised as usize)
                        .for_each(|slot| visit_value(*thread.stack.add(slot), visit));
                    thread.resumer.iter().for_each(|resumer| visit(resumer.addr()));
                    thread.env.iter().for_each(|env| visit(env.addr()));
                }
            }
        }
    }
}

unsafe fn values(cell: usize, visit: &mut impl FnMut(usize)) {
    let first = (cell + STORAGE_HEADER) as *const RawValue;
    // SAFETY: a live block of values.
    unsafe {
        for index in 0..values_len(first) {
            visit_value(*first.add(index), visit);
        }
    }
}

fn visit_value(value: RawValue, visit: &mut impl FnMut(usize)) {
    if let Some(cell) = value.heap_addr() {
        visit(cell);
    }
}

impl Heap {
    /// Whether a cell is known to be garbage: for tests.
    #[cfg(test)]
    pub(crate) fn is_freed(&self, cell: usize) -> bool {
        // SAFETY: an address inside an arena of this heap.
        unsafe { *(cell as *const u8) == POISON || !is_allocated(cell) }
    }
}
