//! Object graphs built by hand, collected in every rhythm, and what all these tests use.

mod coroutines;
mod oracle;
mod program;
mod strings;
mod units;
mod weakness;

use super::storage::{self, alloc_bytes, alloc_values};
use super::*;
use crate::function::{Upvalue, new_closed_upvalue};
use crate::thread::new_thread;
use crate::userdata::new_userdata;

fn heap() -> Heap {
    let mut heap = Heap::new(7);
    heap.set_verify(true);
    heap
}

/// Runs units until a phase begins.
fn run_to(heap: &mut Heap, phase: Phase) {
    while heap.phase() != phase && heap.cycle_active() {
        heap.step_units(1);
    }
}

fn upvalue(heap: &mut Heap, value: RawValue) -> Gc<Upvalue> {
    new_closed_upvalue(heap, value).expect("no limit is set")
}

/// A userdata whose metatable pointer is free to use as a link is not needed: upvalues chain through functions. This
/// wraps a reference to an upvalue in a value by way of a thread's stack.
fn thread_holding(heap: &mut Heap, values: &[RawValue]) -> Gc<Thread> {
    let thread = new_thread(heap, values.len().max(1) as u32 + 4).expect("no limit is set");
    // SAFETY: a fresh thread with room for the values.
    unsafe {
        for (index, &value) in values.iter().enumerate() {
            *(*thread.as_ptr()).stack.add(index) = value;
        }
        (*thread.as_ptr()).top = values.len() as u32;
    }
    thread
}

fn collect(heap: &mut Heap) {
    heap.collect_now();
    heap.run_drops(Budget::Unlimited);
    heap.verify_heap();
}

#[test]
fn what_roots_reach_survives_and_the_rest_goes() {
    let mut heap = heap();
    let kept = heap.new_string(b"kept").expect("memory");
    let lost = heap.new_string(b"lost").expect("memory");
    let thread = thread_holding(&mut heap, &[kept.into()]);
    let garbage = thread_holding(&mut heap, &[lost.into()]);
    heap.roots.handles.push(thread.into());
    collect(&mut heap);
    assert_eq!(kept.as_bytes(), b"kept");
    assert_eq!(heap.interned_strings(), 1);
    assert_eq!(heap.stats.last_cycle.expect("a cycle").marked_cells, 2);
    assert!(heap.is_freed(lost.addr()) && heap.is_freed(garbage.addr()));
}

#[test]
fn memory_of_garbage_is_used_again() {
    let mut heap = heap();
    let mut committed = 0;
    for round in 0..20 {
        for _ in 0..10_000 {
            upvalue(&mut heap, RawValue::NIL);
        }
        collect(&mut heap);
        if round == 1 {
            committed = heap.committed();
        }
    }
    assert!(heap.committed() <= committed);
    assert_eq!(heap.used(), 0);
}

#[test]
fn objects_born_during_a_collection_survive_it_and_not_the_next() {
    let mut heap = heap();
    heap.roots.handles.push(RawValue::NIL);
    upvalue(&mut heap, RawValue::NIL);
    heap.start_cycle();
    for phase in [
        Phase::Mark,
        Phase::Separate,
        Phase::Resurrect,
        Phase::ClearWeak,
        Phase::Threads,
        Phase::Shapes,
        Phase::Sweep,
    ] {
        run_to(&mut heap, phase);
        assert_eq!(heap.phase(), phase);
        let born = upvalue(&mut heap, RawValue::TRUE);
        let text = heap.new_string(phase.name().as_bytes()).expect("memory");
        let bytes = alloc_bytes(&mut heap, 100_000).expect("memory");
        heap.finish_cycle();
        assert_eq!((born.get(), text.as_bytes()), (RawValue::TRUE, phase.name().as_bytes()));
        assert!(!heap.is_freed(born.addr()) && !heap.is_freed(bytes as usize - storage::STORAGE_HEADER));
        collect(&mut heap);
        assert_eq!((heap.used(), heap.interned_strings()), (0, 0));
        upvalue(&mut heap, RawValue::NIL);
        heap.start_cycle();
    }
}

#[test]
fn an_overwritten_reference_is_kept_by_the_barrier() {
    let mut heap = heap();
    let text = heap.new_string(b"hidden").expect("memory");
    let up = upvalue(&mut heap, text.into());
    let filler: Vec<RawValue> = (0..1000)
        .map(|n| heap.new_string(format!("filler {n}").as_bytes()).expect("memory").into())
        .collect();
    let holder = thread_holding(&mut heap, &filler);
    heap.roots.handles.push(holder.into());
    // The upvalue is reached last, through a native's upvalue list.
    let env = Gc::clone(&thread_holding(&mut heap, &[]));
    let _ = env;
    heap.start_cycle();
    up.set(&mut heap, RawValue::NIL);
    heap.finish_cycle();
    assert!(!heap.is_freed(text.addr()), "the snapshot is kept");
    collect(&mut heap);
    assert!(heap.is_freed(text.addr()));
}

#[test]
fn a_string_looked_up_again_is_not_freed() {
    for phase in [Phase::Mark, Phase::Separate, Phase::ClearWeak, Phase::Sweep] {
        let mut heap = heap();
        heap.new_string(b"again").expect("memory");
        heap.start_cycle();
        run_to(&mut heap, phase);
        let found = heap.new_string(b"again").expect("memory");
        heap.finish_cycle();
        assert_eq!(heap.interned_strings(), 1, "{phase:?}");
        assert_eq!(heap.new_string(b"again").expect("memory"), found);
        collect(&mut heap);
        assert_eq!(heap.interned_strings(), 0);
    }
}

#[test]
fn many_strings_stay_findable_while_the_table_grows() {
    let mut heap = heap();
    let strings: Vec<_> =
        (0..5000).map(|n| heap.intern(format!("key{n}").as_bytes()).expect("memory")).collect();
    for (n, &string) in strings.iter().enumerate() {
        assert_eq!(heap.intern(format!("key{n}").as_bytes()).expect("memory"), string);
    }
    let long = heap.new_string(&[b'x'; 500]).expect("memory");
    assert!(!long.is_interned() && long.equals(heap.new_string(&[b'x'; 500]).expect("memory")));
    assert_eq!(heap.find_interned(long), None);
    let key = heap.intern_key(long).expect("memory");
    assert_eq!(key, long);
    let twin = heap.new_string(&[b'x'; 500]).expect("memory");
    assert_eq!(heap.intern_key(twin).expect("memory"), long);
    heap.verify_heap();
}

#[test]
fn payloads_are_dropped_once_and_a_panic_is_counted() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    struct Payload(Arc<AtomicU32>, bool);
    impl Drop for Payload {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
            assert!(!self.1, "a destructor that panics");
        }
    }
    let drops = Arc::new(AtomicU32::new(0));
    let mut heap = heap();
    for panics in [false, true, false] {
        new_userdata(&mut heap, Some(Box::new(Payload(Arc::clone(&drops), panics))), None).expect("memory");
    }
    let kept =
        new_userdata(&mut heap, Some(Box::new(Payload(Arc::clone(&drops), false))), None).expect("memory");
    heap.roots.handles.push(kept.into());
    heap.collect_now();
    assert_eq!((drops.load(Ordering::Relaxed), heap.finalizers_waiting().1), (0, 3));
    heap.run_drops(Budget::Units(2));
    assert_eq!(drops.load(Ordering::Relaxed), 2);
    collect(&mut heap);
    collect(&mut heap);
    assert_eq!((drops.load(Ordering::Relaxed), heap.stats.destructor_panics), (3, 1));
    drop(heap);
    assert_eq!(drops.load(Ordering::Relaxed), 4);
}

#[test]
fn a_hard_limit_fails_the_allocation_and_a_soft_one_collects() {
    let mut heap = heap();
    heap.set_memory_limit(MemoryLimit { soft: 1 << 20, hard: 2 << 20 });
    let mut allocated = 0;
    while alloc_bytes(&mut heap, 1000).is_ok() {
        allocated += 1000;
    }
    assert!((1 << 20..2 << 20).contains(&allocated), "{allocated}");
    assert!(heap.debt > 0, "the next safe point collects");
    assert_eq!(alloc_bytes(&mut heap, 10 << 20), Err(OutOfMemory));
    heap.debt_step();
    assert_eq!(heap.used(), 0);
    alloc_bytes(&mut heap, 1000).expect("there is room again");
    heap.verify_heap();
}

#[test]
fn the_hard_limit_finishes_a_collection_under_way() {
    let mut heap = heap();
    heap.set_memory_limit(MemoryLimit { soft: usize::MAX, hard: 2 << 20 });
    while heap.committed() < 15 << 16 {
        alloc_bytes(&mut heap, 1000).expect("memory");
    }
    heap.start_cycle();
    for _ in 0..1500 {
        alloc_bytes(&mut heap, 1000).expect("garbage of before makes room");
    }
    assert!(!heap.cycle_active());
    assert_eq!(heap.stats.emergencies, 1);
}

#[test]
fn large_blocks_grow_and_keep_their_values() {
    let mut heap = heap();
    // SAFETY: blocks of this test's own, values within their room.
    unsafe {
        let mut block = alloc_values(&mut heap, 4).expect("memory");
        let mut written = 0;
        while written < 3_000_000 {
            while written < block.cap {
                *block.first.add(written) = RawValue::number(written as f64);
                written += 1;
            }
            storage::set_values_len(block.first, written);
            *storage::link(block.first) = 99;
            block = storage::grow_values(&mut heap, block.first, block.cap * 2).expect("memory");
            assert_eq!((storage::values_len(block.first), *storage::link(block.first)), (written, 99));
        }
        for index in 0..written {
            assert_eq!(*block.first.add(index), RawValue::number(index as f64));
        }
        heap.verify_heap();
        storage::retire(&mut heap, block.first.cast());
    }
    assert_eq!(heap.used(), 0);
}

#[test]
fn a_huge_block_is_found_again_when_it_moves_while_marking() {
    let mut heap = heap();
    heap.memory.growth_room = 0;
    let text = heap.new_string(b"at the end").expect("memory");
    // SAFETY: a block of this test's own, values within its room.
    unsafe {
        let count = 200_000;
        let block = alloc_values(&mut heap, count).expect("memory");
        for index in 0..count {
            *block.first.add(index) = RawValue::NIL;
        }
        *block.first.add(count - 1) = text.into();
        storage::set_values_len(block.first, count);
        heap.start_cycle();
        heap.barrier_cell(block.first as usize - storage::STORAGE_HEADER);
        heap.step_units(3);
        let grown = storage::grow_values(&mut heap, block.first, count * 20).expect("memory");
        assert!(grown.first != block.first, "beyond its reservation");
        heap.finish_cycle();
        assert!(!heap.is_freed(text.addr()));
        assert_eq!(*grown.first.add(count - 1), text.into());
    }
    heap.verify_heap();
    collect(&mut heap);
    assert_eq!(heap.used(), 0);
}

#[test]
fn every_unit_is_bounded() {
    let mut heap = heap();
    heap.set_verify(false);
    let strings: Vec<RawValue> = (0..100_000)
        .map(|n| heap.new_string(format!("string {n}").as_bytes()).expect("memory").into())
        .collect();
    for chunk in strings.chunks(20_000) {
        let thread = thread_holding(&mut heap, chunk);
        heap.roots.handles.push(thread.into());
    }
    heap.start_cycle();
    let mut last = heap.marker.marked;
    while heap.marking {
        heap.step_units(1);
        assert!(heap.marker.marked - last <= Unit::Mark.most_steps() as u64, "{}", heap.marker.marked - last);
        last = heap.marker.marked;
    }
    assert!(last > 100_000);
    let units = heap.cycle.units;
    assert_eq!(heap.step(Budget::Units(10)).units, 10);
    assert_eq!(heap.cycle.units, units + 10);
}

#[test]
fn equal_runs_take_equal_units() {
    let run = || {
        let mut heap = heap();
        let mut log = Vec::new();
        for n in 0..3000 {
            let text = heap.new_string(format!("{n}").as_bytes()).expect("memory");
            if n % 3 == 0 {
                heap.roots.handles.push(text.into());
            }
            if n % 100 == 0 {
                if !heap.cycle_active() {
                    heap.start_cycle();
                }
                log.push((heap.step(Budget::Units(5)).units, heap.phase(), heap.used()));
            }
        }
        log
    };
    assert_eq!(run(), run());
}

/// Uses every kind of object, and returns a number that does not depend on memory.
const PROGRAM: &[u8] = b"
    local log = {}
    local Point = {} Point.__index = Point
    function Point.sum(p) return p.x + p.y end
    for i = 1, 20 do
        local p = setmetatable({x = i, y = i * 2}, Point)
        log['point ' .. i] = p
        log[i] = function() i = i + p:sum() return i end
        log[i + 0.5] = coroutine.wrap(function(...) local t = {...} while true do t[#t + 1] = coroutine.yield(#t) end end)
    end
    local total = 0
    for i = 1, 20 do
        total = total + log[i]() + log[i + 0.5](i, i) + log[i + 0.5](i)
        log[i] = nil
    end
    local weak = setmetatable({}, {__mode = 'kv'})
    for i = 1, 20 do weak[{}] = tostring(i):rep(30) end
    total = total + #string.format('%s %d', ('x'):rep(100), 7) + #table.concat({'a', 'b', 'c'}, ', ')
    return total
";

#[test]
fn any_allocation_may_fail() {
    let mut lua = crate::Lua::with_options(crate::LuaOptions { seed: Some(1), ..Default::default() });
    let expected: f64 = lua.load(PROGRAM).eval(&mut lua).expect("no limit is set");
    lua.set_gc_stress(Stress::EveryAllocation);
    let mut failures = 0;
    for allowed in 0.. {
        lua.vm().heap.allocations_left = Some(allowed);
        let result: Result<f64, crate::Error> = lua.load(PROGRAM).eval(&mut lua);
        lua.vm().heap.allocations_left = None;
        lua.vm().heap.verify_heap();
        match result {
            Ok(total) => {
                assert_eq!(total, expected);
                break;
            }
            Err(error) => assert_eq!(error.kind(), crate::ErrorKind::Memory, "{error}"),
        }
        failures += 1;
    }
    assert!(failures > 200, "{failures}");
    let total: f64 = lua.load(PROGRAM).eval(&mut lua).expect("the limit is gone");
    assert_eq!(total, expected);
}

#[test]
fn frames_keep_the_heap_bounded_within_their_units() {
    let mut lua = crate::Lua::with_options(crate::LuaOptions { seed: Some(1), ..Default::default() });
    let frame: crate::Function = lua
        .load(
            "local keep = {} for i = 1, 20000 do keep[i] = {x = i, name = 'object ' .. i} end
             local n = 0
             return function()
                 for i = 1, 200 do n = n + 1 keep[n % 20000 + 1] = {x = n, name = 'object ' .. n} end
             end",
        )
        .eval(&mut lua)
        .expect("no limit is set");
    lua.gc_collect();
    let live = lua.vm().heap.used();
    let mut most = 0;
    let mut cycles = 0;
    for _ in 0..1500 {
        let () = frame.call(&mut lua, ()).expect("no limit is set");
        let record = lua.gc_frame(Budget::Units(60));
        assert!(record.units <= 60);
        most = most.max(lua.vm().heap.used());
        cycles = lua.vm().heap.stats.cycles;
    }
    assert!(cycles > 5, "{cycles}");
    assert_eq!(lua.vm().heap.stats.assists, 0, "frames alone keep up");
    assert!(most < live * 7 / 2, "{most} bytes for {live} live ones");
}

#[test]
fn a_large_heap_below_its_hard_limit_is_not_collected_all_the_time() {
    let mut heap = heap();
    heap.set_verify(false);
    heap.set_memory_limit(MemoryLimit { soft: 4 << 20, hard: 32 << 20 });
    let keep: Vec<RawValue> = (0..100_000)
        .map(|n| {
            heap.new_string(format!("a string to be kept, number {n}").as_bytes()).expect("memory").into()
        })
        .collect();
    let holder = thread_holding(&mut heap, &keep);
    heap.roots.handles.push(holder.into());
    for _ in 0..100_000 {
        upvalue(&mut heap, RawValue::NIL);
        if heap.debt > 0 {
            heap.debt_step();
        }
    }
    assert!(heap.committed() > 4 << 20);
    assert!((1..6).contains(&heap.stats.emergencies), "{}", heap.stats.emergencies);
}
