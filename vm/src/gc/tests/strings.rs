//! The intern table while strings are unlinked.

use super::*;

#[test]
fn strings_die_by_blocks_and_one_by_one() {
    let mut heap = heap();
    // Whole blocks of dead strings, whole blocks of live ones, and some of both.
    let name = |group: &str, i: usize| format!("{group} string {i}").into_bytes();
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
    // While strings are unlinked, dead ones are found again, and new ones are made in old and in fresh blocks.
    heap.roots.handles.truncate(20_001);
    heap.start_cycle();
    run_to(&mut heap, Phase::Strings);
    let mut found = Vec::new();
    for round in 0.. {
        if heap.phase() != Phase::Strings {
            break;
        }
        found.push(heap.new_string(&name("mixed", 3 * (round % 6000))).expect("memory"));
        found.push(heap.new_string(&name("new", round)).expect("memory"));
        if round % 4 == 0 {
            heap.step_units(1);
        }
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
    let name = |i: usize| format!("a string of a full bucket {i}").into_bytes();
    // With three to six strings a bucket, some have three lines.
    let strings: Vec<_> = (0..200_000).map(|i| heap.new_string(&name(i)).expect("memory")).collect();
    for (i, string) in strings.iter().enumerate() {
        assert_eq!(heap.new_string(&name(i)).expect("memory"), *string, "{i}");
    }
    assert_eq!(heap.interned_strings(), strings.len());
}
