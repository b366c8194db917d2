//! Tables while a collection goes on around every operation: nothing a table holds is lost, and nothing it no longer holds stays for good.

use proptest::prelude::*;
use std::collections::HashMap;

use super::{heap, name};
use crate::gc::Heap;
use crate::gc::Stress;
use crate::rt::meta::Meta;
use crate::table::{WEAK_KEYS, WEAK_VALUES, new_table};
use crate::value::RawValue;

#[derive(Clone, Debug)]
enum Op {
    /// Assigns a fresh object to a key of some kind, or nil.
    Set(u8, u32, bool),
    Append,
    Pop,
    Insert(u32),
    Remove(u32),
    Clear,
    /// So many units of collection, starting a cycle if none is under way.
    Collect(u64),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        20 => (0u8..4, 0u32..150, prop::bool::weighted(0.7)).prop_map(|(kind, n, set)| Op::Set(kind, n, set)),
        10 => Just(Op::Append),
        4 => Just(Op::Pop),
        2 => (0u32..20).prop_map(Op::Insert),
        2 => (0u32..20).prop_map(Op::Remove),
        1 => prop::bool::weighted(0.1).prop_map(|all| if all { Op::Clear } else { Op::Pop }),
        15 => (1u64..12).prop_map(Op::Collect),
    ]
}

/// A fresh object whose content says which it is.
fn object(heap: &mut Heap, stamp: u32) -> RawValue {
    if stamp.is_multiple_of(2) {
        return heap.new_string(format!("value {stamp}").as_bytes()).expect("memory").into();
    }
    let table = new_table(heap, 1, 0).expect("memory");
    table.set_int(heap, 1, RawValue::number(f64::from(stamp))).expect("memory");
    table.into()
}

fn is_object(heap: &Heap, value: RawValue, stamp: u32) -> bool {
    match (value.as_string(), value.as_table()) {
        (Some(text), _) => text.as_bytes() == format!("value {stamp}").as_bytes(),
        (_, Some(table)) => table.get_int(heap, 1) == RawValue::number(f64::from(stamp)),
        (None, None) => false,
    }
}

fn run(ops: Vec<Op>, is_meta: bool) {
    let heap = &mut heap();
    heap.set_stress(Stress::EveryAllocation);
    let table = new_table(heap, 0, 0).expect("memory");
    heap.roots.handles.push(table.into());
    if is_meta {
        table.make_meta(heap).expect("memory");
    }
    // Stamps of values by what the key is called; keys that are objects live in the table only.
    let mut model: HashMap<(u8, u32), u32> = HashMap::new();
    let mut object_keys: HashMap<u32, RawValue> = HashMap::new();
    let mut stamp = 0;
    for op in ops {
        match op {
            Op::Set(kind, n, set) => {
                let id = if kind == 0 { (0, n % 40) } else { (kind, n) };
                let key = match kind {
                    0 => RawValue::number(f64::from(n % 40)),
                    1 => name(heap, n),
                    2 => RawValue::number(f64::from(n) + 0.5),
                    _ => match object_keys.get(&n) {
                        Some(&key) => key,
                        None if set => object(heap, 2 * n + 1),
                        None => continue,
                    },
                };
                stamp += 1;
                let value = if set { object(heap, stamp) } else { RawValue::NIL };
                table.set(heap, key, value).expect("a good key");
                if set {
                    model.insert(id, stamp);
                } else {
                    model.remove(&id);
                }
                if kind == 3 {
                    if set {
                        object_keys.insert(n, key);
                    } else {
                        object_keys.remove(&n);
                    }
                }
            }
            Op::Append => {
                let index = table.len(heap) as u32 + 1;
                if index < 40 {
                    stamp += 1;
                    let value = object(heap, stamp);
                    table.set_int(heap, i64::from(index), value).expect("memory");
                    model.insert((0, index), stamp);
                }
            }
            Op::Pop => {
                let index = table.len(heap) as u32;
                table.set_int(heap, i64::from(index), RawValue::NIL).expect("memory");
                model.remove(&(0, index));
            }
            Op::Insert(index) => {
                stamp += 1;
                let value = object(heap, stamp);
                if let Some(len) = table.plain_len(heap)
                    && len < 38
                    && table.insert_shift(heap, index, value).expect("memory")
                {
                    for i in (index..len).rev() {
                        if let Some(moved) = model.remove(&(0, i + 1)) {
                            model.insert((0, i + 2), moved);
                        }
                    }
                    model.insert((0, index + 1), stamp);
                }
            }
            Op::Remove(index) => {
                if let Some(len) = table.plain_len(heap)
                    && table.remove_shift(heap, index).is_some()
                {
                    model.remove(&(0, index + 1));
                    for i in index + 1..len {
                        if let Some(moved) = model.remove(&(0, i + 1)) {
                            model.insert((0, i), moved);
                        }
                    }
                }
            }
            Op::Clear => {
                table.clear(heap);
                model.clear();
                object_keys.clear();
            }
            Op::Collect(units) => {
                if !heap.cycle_active() {
                    heap.start_cycle();
                }
                heap.step_units(units);
            }
        }
    }
    for _ in 0..2 {
        let mut count = 0;
        let mut position = 0;
        while let Some((next, _, _)) = table.entry_after(heap, position) {
            count += 1;
            position = next;
        }
        assert_eq!(count, model.len());
        for (&(kind, n), &stamp) in &model {
            let key = match kind {
                0 => RawValue::number(f64::from(n)),
                1 => name(heap, n),
                2 => RawValue::number(f64::from(n) + 0.5),
                _ => object_keys[&n],
            };
            assert!(is_object(heap, table.get(heap, key), stamp), "the value of {kind} {n}");
        }
        heap.collect_now();
        heap.verify_heap();
    }
    // Emptied, the table keeps no object alive.
    table.clear(heap);
    heap.roots.handles.clear();
    heap.roots.meta_names.clear();
    heap.collect_now();
    heap.collect_now();
    assert_eq!(heap.interned_strings(), 0);
    assert_eq!(heap.used(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_table_loses_nothing_while_it_is_collected(ops in prop::collection::vec(op(), 1..150)) {
        run(ops, false);
    }

    #[test]
    fn a_dictionary_loses_nothing_while_it_is_collected(ops in prop::collection::vec(op(), 200..800)) {
        run(ops, true);
    }

    #[test]
    fn a_weak_table_keeps_just_what_others_hold(
        flags in prop::sample::select(vec![WEAK_KEYS, WEAK_VALUES, WEAK_KEYS | WEAK_VALUES]),
        steps in prop::collection::vec((0u32..60, any::<bool>(), any::<bool>(), 0u64..6), 1..120),
    ) {
        let heap = &mut heap();
        heap.set_stress(Stress::EveryAllocation);
        let table = new_table(heap, 0, 0).expect("memory");
        heap.roots.handles.push(table.into());
        let mode = match flags {
            WEAK_KEYS => "k",
            WEAK_VALUES => "v",
            _ => "kv",
        };
        let meta = new_table(heap, 0, 1).expect("memory");
        let mode = heap.intern(mode.as_bytes()).expect("memory");
        meta.set_str(heap, heap.meta_name(Meta::Mode), mode.into()).expect("memory");
        table.set_metatable(heap, Some(meta)).expect("memory");
        let mut kept: HashMap<u64, (RawValue, u32)> = HashMap::new();
        for (stamp, (n, keep, is_name, units)) in steps.into_iter().enumerate() {
            let stamp = stamp as u32 * 2 + 1;
            let key = if is_name { name(heap, n) } else { object(heap, stamp) };
            let value = object(heap, stamp);
            table.set(heap, key, value).expect("memory");
            kept.remove(&key.bits());
            if keep {
                heap.roots.handles.extend([key, value]);
                kept.insert(key.bits(), (key, stamp));
            }
            if units > 0 {
                if !heap.cycle_active() {
                    heap.start_cycle();
                }
                heap.step_units(units);
            }
        }
        heap.collect_now();
        heap.verify_heap();
        let (mut position, mut seen) = (0, 0);
        while let Some((next, key, value)) = table.entry_after(heap, position) {
            prop_assert!(key.is_string() || kept.contains_key(&key.bits()));
            prop_assert!(value.is_table());
            seen += 1;
            position = next;
        }
        for &(key, stamp) in kept.values() {
            prop_assert!(is_object(heap, table.get(heap, key), stamp));
        }
        let names_stay = flags & WEAK_VALUES == 0;
        let complete = if names_stay { seen >= kept.len() } else { seen == kept.len() };
        prop_assert!(complete);
    }
}

#[test]
fn shapes_go_with_the_last_table_that_has_them() {
    let heap = &mut heap();
    heap.set_verify(true);
    let table = new_table(heap, 0, 0).expect("memory");
    heap.roots.handles.push(table.into());
    for n in 0..5 {
        let key = name(heap, n);
        table.set(heap, key, RawValue::TRUE).expect("memory");
    }
    let few = heap.shapes.bytes();
    for n in 0..100 {
        let other = new_table(heap, 0, 0).expect("memory");
        for m in 0..20 {
            let key = name(heap, 1000 + n * 20 + m);
            other.set(heap, key, RawValue::TRUE).expect("memory");
        }
    }
    assert!(heap.shapes.bytes() > few);
    // Tables may be built by caches until the epoch has moved twice.
    for _ in 0..3 {
        heap.collect_now();
    }
    assert_eq!(heap.shapes.bytes(), few);
    let key = name(heap, 3);
    assert_eq!(table.get(heap, key), RawValue::TRUE);
}
