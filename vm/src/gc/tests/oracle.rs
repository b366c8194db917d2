//! Random mutators beside a reference-counted model: what the model has dropped must go, what it has not must stay, in tables of every sort.
//!
//! The model counts references, so the graph has no cycles: a node refers to older ones only.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use proptest::prelude::*;

use super::collect;
use crate::gc::{Budget, Heap, Stress};
use crate::table::tests::heap;
use crate::table::{Table, WEAK_KEYS, WEAK_VALUES, new_table};
use crate::value::{Gc, RawValue};

const REGISTERS: usize = 6;
/// Fields of a node: array elements, a name, and one that makes the table a dictionary.
const FIELDS: usize = 8;
/// The field that says which node it is.
const ID: i64 = 1;

#[derive(Clone, Debug)]
enum Op {
    New(usize),
    Link(usize, usize, usize),
    Load(usize, usize, usize),
    Unlink(usize, usize),
    Move(usize, usize),
    Drop(usize),
    Append(usize, usize),
    RemoveFirst(usize),
    Clear(usize),
    LoadWeak(usize, usize),
    Units(u64),
    Start,
    Collect,
}

fn op() -> impl Strategy<Value = Op> {
    let r = || 0..REGISTERS;
    let f = || 0..FIELDS;
    prop_oneof![
        8 => r().prop_map(Op::New),
        8 => (r(), f(), r()).prop_map(|(a, k, b)| Op::Link(a, k, b)),
        6 => (r(), r(), f()).prop_map(|(a, b, k)| Op::Load(a, b, k)),
        3 => (r(), f()).prop_map(|(a, k)| Op::Unlink(a, k)),
        2 => (r(), r()).prop_map(|(a, b)| Op::Move(a, b)),
        2 => r().prop_map(Op::Drop),
        4 => (r(), r()).prop_map(|(a, b)| Op::Append(a, b)),
        3 => r().prop_map(Op::RemoveFirst),
        1 => r().prop_map(Op::Clear),
        4 => (r(), any::<usize>()).prop_map(|(a, n)| Op::LoadWeak(a, n)),
        6 => (1u64..8).prop_map(Op::Units),
        2 => Just(Op::Start),
        1 => Just(Op::Collect),
    ]
}

/// The model's node.
#[derive(Debug)]
struct Node {
    id: u32,
    fields: RefCell<HashMap<usize, Rc<Node>>>,
    list: RefCell<Vec<Rc<Node>>>,
}

/// Both heaps.
struct Worlds {
    heap: Heap,
    /// The registers, as a table's elements.
    registers: Gc<Table>,
    /// Every node by number, held weakly: as a value, and as a key of a table of numbers.
    by_id: Gc<Table>,
    ids: Gc<Table>,
    model: Vec<Option<Rc<Node>>>,
    known: Vec<Weak<Node>>,
}

impl Worlds {
    fn new(stress: bool) -> Worlds {
        let mut heap = heap();
        if stress {
            heap.set_stress(Stress::EveryAllocation);
        }
        let mut table = || {
            let table = new_table(&mut heap, 0, 0).expect("memory");
            heap.roots.handles.push(table.into());
            table
        };
        let (registers, by_id, ids) = (table(), table(), table());
        // As `setmetatable` would, so that marking finds them to be what they are.
        for (table, mode) in [(by_id, WEAK_VALUES), (ids, WEAK_KEYS)] {
            let meta = new_table(&mut heap, 0, 0).expect("memory");
            heap.roots.handles.push(meta.into());
            let name = heap.intern(b"__mode").expect("memory");
            let text = heap.intern(if mode == WEAK_VALUES { b"v" } else { b"k" }).expect("memory");
            meta.set_str(&mut heap, name, text.into()).expect("memory");
            table.set_metatable(&mut heap, Some(meta)).expect("memory");
        }
        Worlds { heap, registers, by_id, ids, model: vec![None; REGISTERS], known: Vec::new() }
    }

    fn register(&self, r: usize) -> Option<Gc<Table>> {
        self.registers.get_int(&self.heap, r as i64 + 1).as_table()
    }

    fn set_register(&mut self, r: usize, value: RawValue, model: Option<Rc<Node>>) {
        self.registers.set_int(&mut self.heap, r as i64 + 1, value).expect("memory");
        self.model[r] = model;
    }

    fn key(&mut self, field: usize) -> RawValue {
        match field {
            0..3 => RawValue::number(f64::from(field as u32) + 0.5),
            _ => self.heap.intern(format!("field {field}").as_bytes()).expect("memory").into(),
        }
    }

    fn id_of(&self, node: Gc<Table>) -> u32 {
        node.get_int(&self.heap, ID).as_number().expect("a node has a number") as u32
    }

    fn apply(&mut self, op: Op) {
        match op {
            Op::New(r) => {
                let id = self.known.len() as u32;
                let node = new_table(&mut self.heap, 0, 0).expect("memory");
                let node_model = Rc::new(Node { id, fields: RefCell::default(), list: RefCell::default() });
                self.known.push(Rc::downgrade(&node_model));
                self.set_register(r, node.into(), Some(node_model));
                let number = RawValue::number(f64::from(id));
                node.set_int(&mut self.heap, ID, number).expect("memory");
                self.by_id.set_int(&mut self.heap, i64::from(id) + 1, node.into()).expect("memory");
                self.ids.set(&mut self.heap, node.into(), number).expect("memory");
            }
            Op::Link(a, field, b) => {
                if let (Some(parent), Some(child)) = (self.model[a].clone(), self.model[b].clone())
                    && child.id < parent.id
                {
                    let key = self.key(field);
                    let (node, value) =
                        (self.register(a).expect("a node"), self.register(b).expect("a node"));
                    node.set(&mut self.heap, key, value.into()).expect("memory");
                    parent.fields.borrow_mut().insert(field, child);
                }
            }
            Op::Load(a, b, field) => {
                let Some(parent) = self.model[b].clone() else { return };
                let key = self.key(field);
                let value = self.register(b).expect("a node").get(&self.heap, key);
                let child = parent.fields.borrow().get(&field).cloned();
                assert_eq!(
                    value.as_table().map(|node| self.id_of(node)),
                    child.as_ref().map(|child| child.id)
                );
                self.set_register(a, value, child);
            }
            Op::Unlink(a, field) => {
                let Some(parent) = self.model[a].clone() else { return };
                let key = self.key(field);
                let node = self.register(a).expect("a node");
                node.set(&mut self.heap, key, RawValue::NIL).expect("memory");
                parent.fields.borrow_mut().remove(&field);
            }
            Op::Move(a, b) => {
                let value = self.registers.get_int(&self.heap, b as i64 + 1);
                let model = self.model[b].clone();
                self.set_register(a, value, model);
            }
            Op::Drop(a) => self.set_register(a, RawValue::NIL, None),
            Op::Append(a, b) => {
                if let (Some(parent), Some(child)) = (self.model[a].clone(), self.model[b].clone())
                    && child.id < parent.id
                {
                    let (node, value) =
                        (self.register(a).expect("a node"), self.register(b).expect("a node"));
                    let end = node.len(&self.heap) as i64 + 1;
                    node.set_int(&mut self.heap, end, value.into()).expect("memory");
                    parent.list.borrow_mut().push(child);
                }
            }
            Op::RemoveFirst(a) => {
                let Some(parent) = self.model[a].clone() else { return };
                if !parent.list.borrow().is_empty() {
                    // The number lies in the first place.
                    let node = self.register(a).expect("a node");
                    node.remove_shift(&mut self.heap, 1).expect("a plain array");
                    parent.list.borrow_mut().remove(0);
                }
            }
            Op::Clear(a) => {
                let Some(parent) = self.model[a].clone() else { return };
                let node = self.register(a).expect("a node");
                node.clear(&mut self.heap);
                node.set_int(&mut self.heap, ID, RawValue::number(f64::from(parent.id))).expect("memory");
                parent.fields.borrow_mut().clear();
                parent.list.borrow_mut().clear();
            }
            Op::LoadWeak(a, n) => {
                if self.known.is_empty() {
                    return;
                }
                let id = n % self.known.len();
                let value = self.by_id.get_int(&self.heap, id as i64 + 1);
                // One that the model has dropped may be there still, or not.
                if let Some(node) = self.known[id].upgrade() {
                    let found = value.as_table().expect("what is in use is in weak tables, too");
                    assert_eq!(self.id_of(found), node.id);
                    self.set_register(a, value, Some(node));
                }
            }
            Op::Units(units) => self.heap.step_units(units),
            Op::Start => {
                if !self.heap.cycle_active() {
                    self.heap.start_cycle();
                }
            }
            Op::Collect => {
                collect(&mut self.heap);
                self.compare_all();
            }
        }
    }

    /// After a whole collection exactly what the model holds is alive.
    fn compare_all(&self) {
        for (id, node) in self.known.iter().enumerate() {
            let value = self.by_id.get_int(&self.heap, id as i64 + 1);
            assert_eq!(value.as_table().is_some(), node.strong_count() > 0, "node {id}");
        }
        let mut position = 0;
        let mut keys = 0;
        while let Some((next, _, _)) = self.ids.entry_after(&self.heap, position) {
            position = next;
            keys += 1;
        }
        assert_eq!(keys, self.known.iter().filter(|node| node.strong_count() > 0).count());
        for r in 0..REGISTERS {
            if let (Some(node), Some(model)) = (self.register(r), &self.model[r]) {
                self.compare(node, model);
            }
        }
    }

    fn compare(&self, node: Gc<Table>, model: &Node) {
        assert_eq!(self.id_of(node), model.id);
        assert_eq!(node.len(&self.heap) as usize, 1 + model.list.borrow().len());
        for (at, child) in model.list.borrow().iter().enumerate() {
            let value = node.get_int(&self.heap, at as i64 + 2);
            self.compare(value.as_table().expect("a node"), child);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn what_a_reference_counted_model_drops_goes_and_nothing_else(
        ops in proptest::collection::vec(op(), 1..300),
        stress in prop::bool::weighted(0.3),
    ) {
        let mut worlds = Worlds::new(stress);
        for op in ops {
            worlds.apply(op);
        }
        collect(&mut worlds.heap);
        worlds.compare_all();
        for r in 0..REGISTERS {
            worlds.set_register(r, RawValue::NIL, None);
        }
        collect(&mut worlds.heap);
        worlds.compare_all();
        worlds.heap.run_drops(Budget::Unlimited);
    }
}
