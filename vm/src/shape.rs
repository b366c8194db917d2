//! Shapes: the key order and key-to-slot map that tables with the same string keys share.
//!
//! A shape is a list of up to [`MAX_KEYS`] interned strings in the order they were added; key `i` has its value in slot `i` of every
//! table of that shape. The root shape has no keys. Adding a key leads to a child shape, found in the parent's transitions, so
//! tables built the same way end up with the same shape, and one compare of a shape id proves the slot of every known
//! key and the absence of every other.
//!
//! - **Ids are never reused**, so an inline cache may hold an id for ever: at worst no table has it any more. Private ids (given to
//!   dictionaries, replaced when their keys change) are drawn from a range of their own.
//! - **A child keeps its parent**; a parent forgets a child that no table uses. The collector marks the shape of each
//!   table it reaches ([`Shapes::mark`]) and sweeps the rest with a cursor, between the end of marking and the sweep of the
//!   strings ([`Shapes::start_sweep`], [`Shapes::sweep_step`]): no shape that can be found refers to a freed key.
//! - **An inline cache** may hand a shape to tables for one method epoch, which ends when the sweep of shapes starts, and not while marking: so tables
//!   that got it are scanned, or were given it by [`Shapes::child`], which marks it.
//! - Along a line of single children the key list is shared: a shape is a list and a count. A second child copies it.
//!
//! Keys are compared and hashed by address: they are interned.

use std::cell::RefCell;
use std::rc::Rc;

use crate::string::LuaString;
use crate::value::Gc;

/// The shape without keys.
pub const ROOT: u32 = 1;
/// How many keys a shape has at most; tables with more are dictionaries.
pub const MAX_KEYS: usize = 64;
/// How many children a shape has at most; further tables that branch there become dictionaries, which bounds both the cost of a
/// transition and what generated keys cost in shapes.
const MAX_CHILDREN: usize = 128;
/// Ids from here on are private ones.
const FIRST_PRIVATE: u32 = 1 << 30;
/// The last ids stay unused: inline caches have meanings for them.
const LAST_PRIVATE: u32 = u32::MAX - 16;
/// Shapes per chunk of the id map.
const CHUNK: usize = 64;
/// Key lists up to this length are searched in order.
const SCANNED_KEYS: usize = 8;

/// The shapes of a heap.
pub struct Shapes {
    /// Shapes by id, in chunks that go away when all their shapes are dead.
    chunks: Vec<Option<Box<Chunk>>>,
    next_shape: u32,
    next_private: u32,
    /// The number of the collection cycle: shapes with this mark are alive.
    cycle: u32,
    /// The shape found marked last in this cycle, or 0: tables of a kind often come one after the other.
    last_marked: u32,
    /// While sweeping: the ids from here up have been looked at.
    sweep: Option<u32>,
    bytes: usize,
}

struct Chunk {
    shapes: [Option<Shape>; CHUNK],
    live: usize,
}

struct Shape {
    keys: Rc<RefCell<KeyList>>,
    /// Sorted by the address of the key.
    children: Vec<(Gc<LuaString>, u32)>,
    parent: u32,
    /// The cycle in which it was last found alive.
    mark: u32,
    count: u8,
}

/// Keys in order of insertion; longer lists with an open-addressing index of `key number + 1`.
#[derive(Default)]
struct KeyList {
    keys: Vec<Gc<LuaString>>,
    index: Vec<u8>,
}

impl Default for Shapes {
    fn default() -> Self {
        let mut shapes = Shapes {
            chunks: Vec::new(),
            next_shape: ROOT,
            next_private: FIRST_PRIVATE,
            last_marked: 0,
            cycle: 1,
            sweep: None,
            bytes: 0,
        };
        shapes.add(0, 0, Rc::default());
        shapes
    }
}

impl Shapes {
    /// The slot of a key.
    #[inline]
    pub fn find(&self, id: u32, key: Gc<LuaString>) -> Option<u32> {
        let shape = self.shape(id);
        shape.keys.borrow().find(key, shape.count)
    }

    /// How many keys a shape has.
    #[inline]
    pub fn key_count(&self, id: u32) -> usize {
        usize::from(self.shape(id).count)
    }

    /// The key of a slot.
    pub fn key(&self, id: u32, slot: u32) -> Option<Gc<LuaString>> {
        let shape = self.shape(id);
        if slot < u32::from(shape.count) { Some(shape.keys.borrow().keys[slot as usize]) } else { None }
    }

    /// The shape with one more key; `None` when the table should become a dictionary instead. The child counts as marked: while
    /// marking, the parent is to be marked with its keys before ([`Heap::barrier_shape`](crate::gc::Heap::barrier_shape)).
    pub(crate) fn child(&mut self, id: u32, key: Gc<LuaString>) -> Option<u32> {
        let shape = self.shape(id);
        let place = match shape.children.binary_search_by_key(&key.addr(), |child| child.0.addr()) {
            Ok(place) => {
                let child = shape.children[place].1;
                if self.shape(child).mark == self.cycle || self.sweep.is_none() {
                    self.mark_chain(child);
                    return Some(child);
                }
                // Marking found no table with it, and its keys may be garbage: it is the sweep's.
                self.forget_child(id, child);
                place
            }
            Err(place) => place,
        };
        let shape = self.shape(id);
        let full = shape.children.len() >= MAX_CHILDREN || usize::from(shape.count) >= MAX_KEYS;
        if full || self.next_shape >= FIRST_PRIVATE {
            return None;
        }
        self.mark_chain(id);
        let shape = self.shape(id);
        let count = shape.count;
        let shared = shape.keys.borrow().keys.len() == usize::from(count);
        let keys = if shared { shape.keys.clone() } else { shape.keys.borrow().prefix(count) };
        keys.borrow_mut().push(key);
        let child = self.add(id, count + 1, keys);
        self.shape_mut(id).children.insert(place, (key, child));
        Some(child)
    }

    /// An id that no shape has, for a dictionary; 0 when there is none left.
    pub(crate) fn private_id(&mut self) -> u32 {
        if self.next_private > LAST_PRIVATE {
            return 0;
        }
        self.next_private += 1;
        self.next_private - 1
    }

    /// How much memory shapes take outside the heap's blocks.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    // ---- the collector ---------------------------------------------------------------------------------

    /// Starts a marking phase: no shape is marked but those made from now on.
    pub fn start_marking(&mut self) {
        self.cycle = self.cycle.wrapping_add(1);
        self.last_marked = 0;
        self.mark_chain(ROOT);
    }

    /// Marks the shape of a table, by the table's `header.aux`, or one that a cache knows, which may be gone; `visit` gets its keys if it was
    /// not marked before. At most [`MAX_KEYS`] steps.
    #[inline(always)]
    pub fn mark(&mut self, id: u32, visit: impl FnMut(Gc<LuaString>)) {
        if id != self.last_marked && id != 0 && id < FIRST_PRIVATE {
            self.mark_another(id, visit);
        }
    }

    fn mark_another(&mut self, id: u32, mut visit: impl FnMut(Gc<LuaString>)) {
        let Some(shape) = self.shape_opt(id) else { return };
        let is_marked = shape.mark == self.cycle;
        self.last_marked = id;
        if is_marked {
            return;
        }
        self.mark_chain(id);
        let shape = self.shape(id);
        for &key in &shape.keys.borrow().keys[..usize::from(shape.count)] {
            visit(key);
        }
    }

    /// Whether a shape has been marked in this cycle, and with it those it comes from.
    #[inline]
    pub(crate) fn is_marked(&self, id: u32) -> bool {
        id == self.last_marked || self.shape_opt(id).is_some_and(|shape| shape.mark == self.cycle)
    }

    /// Starts to sweep: as soon as marking has ended, together with a move of the method epoch.
    pub fn start_sweep(&mut self) {
        self.sweep = Some(self.next_shape);
    }

    /// Looks at up to `units` ids, or chunks without any, and drops the shapes that no table has. Returns whether it is done.
    pub fn sweep_step(&mut self, units: usize) -> bool {
        let Some(mut id) = self.sweep else { return true };
        // Downwards: a child that stays keeps its parents before their turn comes.
        for _ in 0..units {
            if id <= ROOT + 1 {
                break;
            }
            id -= 1;
            if self.chunks[id as usize / CHUNK].is_none() {
                id = (id - id % CHUNK as u32).max(ROOT + 1);
                continue;
            }
            let is_dead = self.shape_opt(id).is_some_and(|shape| shape.mark != self.cycle);
            if is_dead {
                self.drop_shape(id);
            }
        }
        self.sweep = if id > ROOT + 1 { Some(id) } else { None };
        self.sweep.is_none()
    }

    fn drop_shape(&mut self, id: u32) {
        let parent = self.shape(id).parent;
        self.forget_child(parent, id);
        let chunk_number = id as usize / CHUNK;
        let chunk = self.chunks[chunk_number].as_mut().expect("the chunk of a live shape");
        let shape = chunk.shapes[id as usize % CHUNK].take().expect("a live shape");
        chunk.live -= 1;
        // The id map's last chunk stays: new shapes go there.
        if chunk.live == 0 && chunk_number + 1 < self.chunks.len() {
            self.chunks[chunk_number] = None;
        }
        shape.keys.borrow_mut().forget(shape.count);
        self.bytes -= Self::COST;
    }

    fn forget_child(&mut self, parent: u32, child: u32) {
        self.shape_mut(parent).children.retain(|&(_, id)| id != child);
    }

    fn mark_chain(&mut self, id: u32) {
        let (cycle, mut at) = (self.cycle, id);
        while at != 0 && self.shape(at).mark != cycle {
            self.shape_mut(at).mark = cycle;
            at = self.shape(at).parent;
        }
    }

    // ---- the id map ------------------------------------------------------------------------------------

    /// What a shape costs, roughly: itself, its key and its parent's entry.
    const COST: usize = size_of::<Option<Shape>>() + 32;

    fn add(&mut self, parent: u32, count: u8, keys: Rc<RefCell<KeyList>>) -> u32 {
        let id = self.next_shape;
        self.next_shape += 1;
        let chunk_number = id as usize / CHUNK;
        if chunk_number >= self.chunks.len() {
            self.chunks.push(Some(Box::new(Chunk { shapes: [const { None }; CHUNK], live: 0 })));
        }
        let chunk = self.chunks[chunk_number].as_mut().expect("the last chunk is never dropped");
        chunk.shapes[id as usize % CHUNK] =
            Some(Shape { keys, children: Vec::new(), parent, mark: self.cycle, count });
        chunk.live += 1;
        self.bytes += Self::COST;
        id
    }

    #[inline]
    fn shape_opt(&self, id: u32) -> Option<&Shape> {
        self.chunks.get(id as usize / CHUNK)?.as_ref()?.shapes[id as usize % CHUNK].as_ref()
    }

    #[inline]
    fn shape(&self, id: u32) -> &Shape {
        self.shape_opt(id).expect("a table's shape is alive")
    }

    fn shape_mut(&mut self, id: u32) -> &mut Shape {
        let chunk = self.chunks[id as usize / CHUNK].as_mut().expect("a table's shape is alive");
        chunk.shapes[id as usize % CHUNK].as_mut().expect("a table's shape is alive")
    }
}

impl KeyList {
    #[inline]
    fn find(&self, key: Gc<LuaString>, count: u8) -> Option<u32> {
        let count = usize::from(count);
        if count <= SCANNED_KEYS {
            return self.keys[..count].iter().position(|&k| k == key).map(|slot| slot as u32);
        }
        let mask = self.index.len() - 1;
        let mut cell = hash(key) & mask;
        loop {
            let number = usize::from(self.index[cell]);
            if number == 0 {
                return None;
            }
            if self.keys[number - 1] == key {
                return if number <= count { Some(number as u32 - 1) } else { None };
            }
            cell = (cell + 1) & mask;
        }
    }

    fn push(&mut self, key: Gc<LuaString>) {
        self.keys.push(key);
        if self.keys.len() * 2 > self.index.len() {
            self.rebuild_index();
        } else {
            self.enter(self.keys.len() - 1);
        }
    }

    /// The key list of a branch.
    fn prefix(&self, count: u8) -> Rc<RefCell<KeyList>> {
        let mut list = KeyList { keys: self.keys[..usize::from(count)].to_vec(), index: Vec::new() };
        list.rebuild_index();
        Rc::new(RefCell::new(list))
    }

    /// Removes the last key when the last shape that had it goes away.
    fn forget(&mut self, count: u8) {
        if self.keys.len() == usize::from(count) && count > 0 {
            self.keys.pop();
            self.rebuild_index();
        }
    }

    /// Sizes the index for the keys. A list of at most [`SCANNED_KEYS`] keys has none.
    fn rebuild_index(&mut self) {
        self.index.clear();
        if self.keys.len() <= SCANNED_KEYS {
            return;
        }
        self.index.resize((self.keys.len() * 4).next_power_of_two().min(4 * MAX_KEYS), 0);
        for number in 0..self.keys.len() {
            self.enter(number);
        }
    }

    fn enter(&mut self, number: usize) {
        let mask = self.index.len() - 1;
        let mut cell = hash(self.keys[number]) & mask;
        while self.index[cell] != 0 {
            cell = (cell + 1) & mask;
        }
        self.index[cell] = number as u8 + 1;
    }
}

/// By address, not by content: a list may still name a key that died with the shapes that had it.
#[inline]
fn hash(key: Gc<LuaString>) -> usize {
    ((key.addr() >> 4) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) as usize >> 40
}
