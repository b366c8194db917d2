//! The intern table, which is told of no string's death.

use std::collections::HashMap;

use super::*;

fn name(group: &str, i: usize) -> Vec<u8> {
    format!("{group} string {i:07}").into_bytes()
}

#[test]
fn strings_die_by_blocks_and_one_by_one() {
    let mut heap = heap();
    // Whole blocks of dead strings, whole blocks of live ones, and some of both.
    let make = |heap: &mut Heap, group: &str, count: usize, every: usize| {
        for i in 0..count {
            let string = heap.new_string(&name(group, i)).expect("memory");
            if i % every == 0 {
                heap.roots.handles.push(string.into());
            }
        }
    };
    make(&mut heap, "dead", 20_000, usize::MAX);
    make(&mut heap, "live", 20_000, 1);
    make(&mut heap, "mixed", 20_000, 3);
    let kept = heap.roots.handles.len();
    collect(&mut heap);
    assert_eq!(heap.interned_strings(), kept);
    // While blocks are swept, dead strings are found again, and new ones are made in old and in fresh blocks.
    heap.roots.handles.truncate(20_001);
    heap.start_cycle();
    run_to(&mut heap, Phase::Sweep);
    let mut found = Vec::new();
    for round in 0.. {
        if heap.phase() != Phase::Sweep {
            break;
        }
        for part in 0..60 {
            found.push(heap.new_string(&name("mixed", 3 * ((round * 60 + part) % 6000))).expect("memory"));
            found.push(heap.new_string(&name("new", round * 60 + part)).expect("memory"));
        }
        heap.step_units(1);
    }
    assert!(found.len() > 1000, "{} strings were made meanwhile", found.len());
    heap.finish_cycle();
    heap.verify_heap();
    for string in &found {
        assert!(!heap.is_freed(string.addr()));
        assert_eq!(heap.new_string(string.as_bytes()).expect("memory"), *string);
    }
    heap.roots.handles.clear();
    collect(&mut heap);
    collect(&mut heap);
    assert_eq!((heap.interned_strings(), heap.used()), (0, 0));
}

#[test]
fn strings_of_overfull_buckets_are_found_again() {
    let mut heap = heap();
    let name = |i: usize| name("full", i);
    // With three to six strings a bucket, some have three lines.
    let strings: Vec<_> = (0..200_000).map(|i| heap.new_string(&name(i)).expect("memory")).collect();
    for (i, string) in strings.iter().enumerate() {
        assert_eq!(heap.new_string(&name(i)).expect("memory"), *string, "{i}");
    }
    assert_eq!(heap.interned_strings(), strings.len());
}

/// Forty collections, in each of which most strings die, some are made again with the same bytes, and cells are used again for other strings, of other sizes too, and for
/// objects of other kinds.
fn churn(heap: &mut Heap, rounds: usize, strings: usize) {
    let mut alive: HashMap<Vec<u8>, Gc<LuaString>> = HashMap::new();
    let mut random = 12345_usize;
    for round in 0..rounds {
        let (from, to) = (round % 3, 3 + round % 5);
        for i in 0..strings {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let bytes = match (random >> 33) % 4 {
                // One that may be alive, dead, or neither yet.
                0 => name("again", (random >> 40) % strings),
                1 => vec![b'x'; (random >> 40) % 60],
                2 => format!("{round}/{i} {}", "-".repeat((random >> 40) % 40)).into_bytes(),
                _ => format!("{round}/{i}").into_bytes(),
            };
            let made = heap.new_string(&bytes).expect("memory");
            assert_eq!(made.as_bytes(), bytes);
            if let Some(known) = alive.get(&bytes) {
                assert_eq!(*known, made, "there are two of {bytes:?} in round {round}");
            } else if (random >> 20).is_multiple_of(16) {
                heap.roots.handles.push(made.into());
                alive.insert(bytes, made);
            }
            if i % 64 == 0 {
                upvalue(heap, RawValue::NIL);
                alloc_bytes(heap, 8 + i % 70).expect("memory");
            }
            if i % 97 == 0 {
                // The collection goes on among allocations.
                if !heap.cycle_active() && i % (97 * from.max(1)) == 0 {
                    heap.start_cycle();
                }
                heap.step_units(to as u64);
            }
        }
        // Most of them die.
        if round % 4 == 3 {
            heap.finish_cycle();
            let cut = heap.roots.handles.len() / 8;
            heap.roots.handles.truncate(cut);
            alive.retain(|_, string| heap.roots.handles.contains(&RawValue::from(*string)));
        }
        heap.finish_cycle();
        heap.verify_heap();
    }
}

#[test]
fn a_string_is_found_while_it_is_alive_and_no_other_in_its_place() {
    churn(&mut heap(), 40, 3000);
}

#[test]
fn a_string_is_found_under_stress_too() {
    let mut heap = heap();
    heap.set_stress(Stress::EveryAllocation);
    churn(&mut heap, 12, 700);
}

#[test]
fn arenas_and_buckets_go_when_the_strings_are_gone() {
    let mut heap = heap();
    let make = |heap: &mut Heap, count: usize| {
        for i in 0..count {
            heap.new_string(&name("many", i)).expect("memory");
        }
    };
    make(&mut heap, 1_200_000);
    let (arenas, buckets) = (heap.memory.arena_count(), heap.strings.bucket_count());
    assert!(arenas > 6 && buckets > 100_000, "{arenas} arenas, {buckets} buckets");
    heap.start_cycle();
    run_to(&mut heap, Phase::Strings);
    assert_eq!(heap.phase(), Phase::Strings);
    // While the table is looked through, strings are made, buckets divided and merged.
    let mut made = Vec::new();
    while heap.cycle_active() {
        for _ in 0..4 {
            made.push(heap.new_string(&name("meanwhile", made.len())).expect("memory"));
        }
        heap.step_units(1);
    }
    heap.verify_heap();
    for (i, string) in made.iter().enumerate() {
        assert_eq!(heap.new_string(&name("meanwhile", i)).expect("memory"), *string);
    }
    assert!(heap.memory.arena_count() < arenas, "arenas are given back");
    assert!(
        heap.strings.bucket_count() < buckets / 4,
        "{} of {buckets} buckets",
        heap.strings.bucket_count()
    );
    // Looks for the dead ones, where nothing is mapped any more.
    make(&mut heap, 1_200_000);
    heap.verify_heap();
}

#[test]
fn arenas_that_every_cycle_needs_again_stay() {
    let mut heap = heap();
    let mut most = 0;
    for round in 0..8 {
        for i in 0..300_000 {
            heap.new_string(&name("round", round * 300_000 + i)).expect("memory");
        }
        // As in frames: what is made meanwhile survives, and the heap does not fall empty.
        heap.start_cycle();
        for i in 0..200_000 {
            heap.new_string(&name("meanwhile", round * 200_000 + i)).expect("memory");
        }
        heap.finish_cycle();
        if round == 3 {
            most = heap.memory.arena_count();
        }
    }
    assert_eq!(heap.memory.arena_count(), most);
}

#[test]
fn a_table_of_long_keys_does_not_shrink() {
    let mut heap = heap();
    let key = |i: usize| format!("{} {i}", "long".repeat(30)).into_bytes();
    for i in 0..20_000 {
        let string = heap.intern(&key(i)).expect("memory");
        heap.roots.handles.push(string.into());
    }
    let buckets = heap.strings.bucket_count();
    (0..3).for_each(|_| collect(&mut heap));
    assert_eq!((heap.strings.bucket_count(), heap.interned_strings()), (buckets, 20_000));
    heap.roots.handles.truncate(20);
    collect(&mut heap);
    assert!(heap.strings.bucket_count() < buckets / 4);
    assert_eq!(heap.intern(&key(7)).map(RawValue::from), Ok(heap.roots.handles[7]));
}

#[test]
fn long_strings_that_are_keys_leave_the_table_before_their_memory_goes() {
    let mut heap = heap();
    for size in [1000, 50_000, 100_000, 500_000, 5_000_000] {
        let text = |fill: u8| vec![fill; size];
        let key = heap.new_string(&text(b'k')).expect("memory");
        let key = heap.intern_key(key).expect("memory");
        heap.roots.handles.push(key.into());
        let lost = heap.new_string(&text(b'l')).expect("memory");
        heap.intern_key(lost).expect("memory");
        collect(&mut heap);
        assert_eq!(heap.intern(&text(b'k')).expect("memory"), key);
        // Where it was may be no memory any more.
        let again = heap.new_string(&text(b'l')).expect("memory");
        assert_eq!(heap.find_interned(again), None);
        assert_eq!(heap.intern_key(again).expect("memory"), again);
        heap.roots.handles.clear();
        collect(&mut heap);
        assert_eq!(heap.used(), 0);
    }
}
