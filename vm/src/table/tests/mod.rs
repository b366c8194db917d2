//! The table against a reference model, and the shapes of memory others rely on.

mod collected;

use proptest::prelude::*;
use std::collections::HashMap;

use super::*;
use crate::rt::meta::Meta;

#[test]
fn a_table_is_one_cell_of_64_bytes() {
    assert_eq!(size_of::<Table>(), 64);
    assert_eq!(std::mem::offset_of!(Table, header), 0);
    assert_eq!(std::mem::offset_of!(Table, meta), 8);
    assert_eq!(std::mem::offset_of!(Table, slots), 16);
    assert_eq!(std::mem::offset_of!(Table, array), 24);
    assert_eq!(std::mem::offset_of!(Table, array_len), 32);
    assert_eq!(std::mem::offset_of!(Table, array_cap), 36);
    assert_eq!(std::mem::offset_of!(Table, inline), 40);
}

/// A heap with the names of metamethods, which tables look for.
pub(crate) fn heap() -> Heap {
    let mut heap = Heap::new(1);
    for event in Meta::ALL {
        let name = heap.intern(event.name().as_bytes()).expect("memory");
        heap.roots.meta_names.push(name);
    }
    heap
}

fn name(heap: &mut Heap, n: u32) -> RawValue {
    heap.intern(format!("key{n}").as_bytes()).expect("memory").into()
}

/// What a table must do, in the plainest way.
#[derive(Default)]
struct Model {
    values: HashMap<u64, RawValue>,
}

fn check_all(heap: &Heap, table: Gc<Table>, model: &Model) {
    let mut seen = HashMap::new();
    let (mut position, mut last_integer) = (0, 0.0);
    while let Some((next, key, value)) = table.entry_after(heap, position) {
        assert!(next > position);
        assert_eq!(table.position_of(heap, key), Ok(next), "position of {key:?}");
        assert!(seen.insert(key.bits(), value).is_none(), "{key:?} twice");
        if next <= table.array_cap() {
            assert!(key.as_f64_or_nan() > last_integer, "the array in order");
            last_integer = key.as_f64_or_nan();
        }
        position = next;
    }
    assert_eq!(seen.len(), model.values.len());
    for (&key, &value) in &model.values {
        assert_eq!(seen.get(&key), Some(&value));
        // SAFETY: the bits are those of a key of a live table.
        assert_eq!(table.get(heap, unsafe { RawValue::from_bits(key) }), value);
    }
    let border = table.len(heap);
    assert!(border == 0 || !table.get_int(heap, border as i64).is_nil());
    assert!(table.get_int(heap, border as i64 + 1).is_nil());
}

#[derive(Clone, Debug)]
enum Op {
    Set(u8, u32, bool),
    Append,
    Pop,
    Insert(u32),
    Remove(u32),
    ClearWhileTraversing(u32),
    Fill(i32, u32),
    Clear,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        20 => (0u8..5, 0u32..200, prop::bool::weighted(0.7)).prop_map(|(kind, n, set)| Op::Set(kind, n, set)),
        10 => Just(Op::Append),
        5 => Just(Op::Pop),
        2 => (0u32..40).prop_map(Op::Insert),
        2 => (0u32..40).prop_map(Op::Remove),
        1 => (1u32..5).prop_map(Op::ClearWhileTraversing),
        2 => (-5i32..300, 1u32..100).prop_map(|(from, count)| Op::Fill(from, count)),
        1 => Just(Op::Clear),
    ]
}

/// A key of some kind, and the key it is stored under.
fn key(heap: &mut Heap, others: &[RawValue], kind: u8, n: u32) -> RawValue {
    match kind {
        0 => RawValue::number(f64::from(n % 40)),
        1 => RawValue::number(f64::from(n) * 7.0 - 20.0),
        2 => name(heap, n),
        3 => others[n as usize % others.len()],
        _ => RawValue::number(f64::from(n) + 0.5),
    }
}

fn run(ops: Vec<Op>, prepare: impl Fn(&mut Heap, Gc<Table>)) {
    let heap = &mut heap();
    let mut others = vec![RawValue::TRUE, RawValue::FALSE];
    for _ in 0..40 {
        others.push(new_table(heap, 0, 0).expect("memory").into());
    }
    let table = new_table(heap, 0, 0).expect("memory");
    prepare(heap, table);
    let mut model = Model::default();
    let mut stamp = 0.0;
    let mut assign = |heap: &mut Heap, model: &mut Model, key: RawValue, set: bool| {
        stamp += 1.0;
        let value = if set { RawValue::number(stamp) } else { RawValue::NIL };
        table.set(heap, key, value).expect("a good key");
        if set {
            model.values.insert(key.bits(), value);
        } else {
            model.values.remove(&key.bits());
        }
    };
    for op in ops {
        match op {
            Op::Set(kind, n, set) => {
                let key = key(heap, &others, kind, n);
                assign(heap, &mut model, key, set);
            }
            Op::Append => {
                let key = RawValue::number(table.len(heap) as f64 + 1.0);
                assign(heap, &mut model, key, true);
            }
            Op::Pop => {
                let key = RawValue::number(table.len(heap) as f64);
                assign(heap, &mut model, key, false);
            }
            Op::Insert(index) => {
                let value = RawValue::number(-1.0);
                if let Some(len) = table.plain_len(heap)
                    && table.insert_shift(heap, index, value).expect("memory")
                {
                    for i in (index..len).rev() {
                        let moved = model.values.remove(&RawValue::number(f64::from(i) + 1.0).bits());
                        if let Some(moved) = moved {
                            model.values.insert(RawValue::number(f64::from(i) + 2.0).bits(), moved);
                        }
                    }
                    model.values.insert(RawValue::number(f64::from(index) + 1.0).bits(), value);
                }
            }
            Op::Remove(index) => {
                if let Some(len) = table.plain_len(heap)
                    && table.remove_shift(heap, index).is_some()
                {
                    model.values.remove(&RawValue::number(f64::from(index) + 1.0).bits());
                    for i in index + 1..len {
                        let moved = model.values.remove(&RawValue::number(f64::from(i) + 1.0).bits());
                        if let Some(moved) = moved {
                            model.values.insert(RawValue::number(f64::from(i)).bits(), moved);
                        }
                    }
                }
            }
            Op::ClearWhileTraversing(every) => {
                let (mut key, mut count, total) = (RawValue::NIL, 0, model.values.len());
                loop {
                    let position = table.position_of(heap, key).expect("a key of the traversal");
                    let Some((_, next, _)) = table.entry_after(heap, position) else { break };
                    key = next;
                    count += 1;
                    assign(heap, &mut model, key, count % every != 0);
                }
                assert_eq!(count as usize, total);
            }
            Op::Fill(from, count) => {
                for i in 0..count as i32 {
                    assign(heap, &mut model, RawValue::number(f64::from(from + i)), true);
                }
            }
            Op::Clear => {
                table.clear(heap);
                model.values.clear();
            }
        }
        check_all(heap, table, &model);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_table_does_what_a_map_does(ops in prop::collection::vec(op(), 1..80)) {
        run(ops, |_, _| ());
    }

    #[test]
    fn a_metatable_does_what_a_map_does(ops in prop::collection::vec(op(), 1..60)) {
        run(ops, |heap, table| table.make_meta(heap).expect("memory"));
    }

    #[test]
    fn a_weak_table_does_what_a_map_does(ops in prop::collection::vec(op(), 1..60)) {
        run(ops, |heap, table| table.make_weak(heap, WEAK_KEYS | WEAK_VALUES).expect("memory"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn a_failed_assignment_leaves_the_table_as_it_was(
        steps in prop::collection::vec((0u8..5, 0u32..400, prop::option::of(0u32..5)), 1..400),
    ) {
        let heap = &mut heap();
        let others: Vec<RawValue> = (0..40).map(|_| new_table(heap, 0, 0).expect("memory").into()).collect();
        let names: Vec<RawValue> = (0..400).map(|n| name(heap, n)).collect();
        let table = new_table(heap, 0, 0).expect("memory");
        let mut model = Model::default();
        for (stamp, (kind, n, failing_in)) in steps.into_iter().enumerate() {
            let key = if kind == 2 { names[n as usize] } else { key(heap, &others, kind, n) };
            let value = RawValue::number(stamp as f64);
            heap.failing_in = failing_in;
            let result = table.set(heap, key, value);
            heap.failing_in = None;
            match result {
                Ok(()) => {
                    model.values.insert(key.bits(), value);
                }
                Err(error) => {
                    prop_assert_eq!(error, SetError::Memory);
                }
            }
            if stamp % 16 == 0 || result.is_err() {
                check_all(heap, table, &model);
            }
        }
        check_all(heap, table, &model);
    }
}

fn keys_of(heap: &Heap, table: Gc<Table>) -> Vec<RawValue> {
    let (mut position, mut keys) = (0, Vec::new());
    while let Some((next, key, _)) = table.entry_after(heap, position) {
        keys.push(key);
        position = next;
    }
    keys
}

#[test]
fn keys_come_in_order_of_insertion_from_shape_to_large_dictionary() {
    let heap = &mut heap();
    let table = new_table(heap, 0, 0).expect("memory");
    let mut expected = Vec::new();
    for n in 0..5000 {
        let key = name(heap, n * 7919 % 5000);
        table.set(heap, key, RawValue::TRUE).expect("memory");
        expected.push(key);
        if n == 60 || n == 70 || n == 4999 {
            assert_eq!(keys_of(heap, table), expected);
        }
    }
}

#[test]
fn tables_built_alike_share_a_shape_and_branches_do_not_mix() {
    let heap = &mut heap();
    let build = |heap: &mut Heap, keys: &[u32]| {
        let table = new_table(heap, 0, 0).expect("memory");
        for &n in keys {
            let key = name(heap, n);
            table.set(heap, key, RawValue::number(f64::from(n))).expect("memory");
        }
        table
    };
    let a = build(heap, &(0..20).collect::<Vec<_>>());
    let b = build(heap, &(0..20).collect::<Vec<_>>());
    assert_eq!(a.cache_shape(heap), b.cache_shape(heap));
    let c = build(heap, &(0..10).chain(30..40).collect::<Vec<_>>());
    assert_ne!(a.cache_shape(heap), c.cache_shape(heap));
    let (absent, present) = (name(heap, 15), name(heap, 35));
    assert!(c.get(heap, absent).is_nil() && a.get(heap, present).is_nil());
    assert_eq!(c.get(heap, present), RawValue::number(35.0));
}

#[test]
fn a_queue_stays_small() {
    let heap = &mut heap();
    let table = new_table(heap, 0, 0).expect("memory");
    for n in 1..200_000i64 {
        table.set_int(heap, n, RawValue::TRUE).expect("memory");
        if n > 10 {
            table.set_int(heap, n - 10, RawValue::NIL).expect("memory");
        }
    }
    assert_eq!(keys_of(heap, table).len(), 10);
    assert!(table.array_cap() < 1000);
    assert!(!table.is_dictionary() || table.dict().len() < 1000);
}

#[test]
fn first_in_first_out_by_next_is_linear() {
    let heap = &mut heap();
    let table = new_table(heap, 0, 0).expect("memory");
    let keys: Vec<_> = (0..30_000).map(|n| name(heap, n)).collect();
    for &key in &keys {
        table.set(heap, key, RawValue::TRUE).expect("memory");
    }
    for &key in &keys {
        let (_, first, _) = table.entry_after(heap, 0).expect("an entry is left");
        assert_eq!(first, key);
        table.set(heap, key, RawValue::NIL).expect("memory");
        assert!(table.dict().first_live() + 1 >= table.position_of(heap, key).expect("dead, but found") - 1);
    }
    assert!(table.entry_after(heap, 0).is_none());
}

#[test]
fn keys_filled_backwards_end_in_the_array() {
    let heap = &mut heap();
    let table = new_table(heap, 0, 0).expect("memory");
    for n in (1..=3000i64).rev() {
        table.set_int(heap, n, RawValue::number(n as f64)).expect("memory");
    }
    for n in 3001..=3400i64 {
        table.set_int(heap, n, RawValue::number(n as f64)).expect("memory");
    }
    assert_eq!(table.len(heap), 3400);
    assert_eq!(table.array_len(), 3400);
    assert!(!table.is_dictionary());
}

#[test]
fn absence_of_a_metamethod_is_forgotten_when_it_is_set() {
    let heap = &mut heap();
    let (table, meta) = (new_table(heap, 0, 0).expect("memory"), new_table(heap, 0, 0).expect("memory"));
    table.set_metatable(heap, Some(meta)).expect("memory");
    assert!(meta.meta(heap, Meta::Index).is_nil());
    assert_ne!(meta.extra()[1], 0);
    let epoch = heap.method_epoch;
    meta.set_str(heap, heap.meta_name(Meta::Index), RawValue::TRUE).expect("memory");
    assert_eq!(meta.meta(heap, Meta::Index), RawValue::TRUE);
    assert_ne!(heap.method_epoch, epoch);
}

#[test]
fn a_key_removed_twice_is_found_where_it_was_last() {
    let heap = &mut heap();
    let table = new_table(heap, 0, 0).expect("memory");
    let keys: Vec<RawValue> = (0..12).map(|_| new_table(heap, 0, 0).expect("memory").into()).collect();
    for value in [RawValue::TRUE, RawValue::NIL, RawValue::TRUE] {
        for &key in &keys {
            table.set(heap, key, value).expect("memory");
        }
    }
    let mut key = RawValue::NIL;
    for &expected in &keys {
        let position = table.position_of(heap, key).expect("a key of the traversal");
        (_, key, _) = table.entry_after(heap, position).expect("an entry is left");
        assert_eq!(key, expected);
        table.set(heap, key, RawValue::NIL).expect("memory");
    }
}
