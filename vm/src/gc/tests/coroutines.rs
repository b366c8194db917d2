//! Coroutines: what of their stacks is scanned when, and their variables.

use super::*;
use crate::{Function, Libraries, Lua, LuaOptions};

#[test]
fn stacks_above_the_limit_are_wiped() {
    let mut heap = heap();
    let text = heap.new_string(b"stale").expect("memory");
    let thread = thread_holding(&mut heap, &[RawValue::TRUE, text.into()]);
    // SAFETY: a live thread.
    unsafe { (*thread.as_ptr()).top = 1 };
    heap.roots.handles.push(thread.into());
    collect(&mut heap);
    // SAFETY: as above.
    unsafe { assert!((*(*thread.as_ptr()).stack.add(1)).is_nil()) };
    assert!(heap.is_freed(text.addr()));
}

#[test]
fn variables_of_a_dead_coroutine_are_closed() {
    let mut heap = heap();
    let text = heap.new_string(b"captured").expect("memory");
    let thread = thread_holding(&mut heap, &[text.into()]);
    let up = upvalue(&mut heap, RawValue::NIL);
    // SAFETY: live cells; the variable lies in the stack's first slot.
    unsafe {
        (*up.as_ptr()).location = (*thread.as_ptr()).stack;
        (*thread.as_ptr()).open_upvalues = up.as_ptr();
    }
    assert!(up.is_open());
    let closure_like = crate::function::new_native(
        &mut heap,
        "holder",
        |vm, _| vm.ret0(),
        // SAFETY: never called, and environments are not looked into here; replaced below.
        unsafe { Gc::from_ptr(up.as_ptr().cast()) },
        &[],
        crate::function::Special::None,
    )
    .expect("memory");
    heap.roots.handles.push(closure_like.into());
    collect(&mut heap);
    assert!(!up.is_open());
    assert_eq!(up.get(), text.into());
    assert!(!heap.is_freed(text.addr()));
}

#[test]
fn a_coroutine_that_runs_before_its_variables_were_marked_keeps_them() {
    let mut heap = heap();
    let thread = thread_holding(&mut heap, &[RawValue::NIL, RawValue::NIL]);
    let (lower, upper) = (upvalue(&mut heap, RawValue::NIL), upvalue(&mut heap, RawValue::NIL));
    heap.roots.handles.push(thread.into());
    // SAFETY: live cells; the variables lie in the stack's slots, the upper one comes first.
    unsafe {
        let it = thread.as_ptr();
        (*lower.as_ptr()).location = (*it).stack;
        (*upper.as_ptr()).location = (*it).stack.add(1);
        (*upper.as_ptr()).next_open = lower.as_ptr();
        (*it).open_upvalues = upper.as_ptr();
        heap.start_cycle();
        // Its stack has been scanned, the variables wait ...
        heap.marker.mark_leaf(thread.addr());
        heap.trace(thread.addr());
        // ... when it runs and leaves the upper one's scope.
        heap.scan_before_running(thread);
        (*it).open_upvalues = lower.as_ptr();
        (*upper.as_ptr()).next_open = std::ptr::null_mut();
        (*upper.as_ptr()).location = &raw mut (*upper.as_ptr()).closed;
    }
    heap.finish_cycle();
    assert!(!heap.is_freed(lower.addr()), "the coroutine lists it still");
}

/// A coroutine some thousand slots deep, which resumes to a function that returns from so many of its frames; the other function looks
/// whether what they held is there.
const DEEP: &str = "
    local kept, count = {}, 0
    local function down(level, ...)
        local mine = { level }
        if level == 0 then
            coroutine.yield()
            return
        end
        down(level - 1, ...)
        kept[level] = mine
        mine = nil
        count = count + 1
        if level % 10 == 0 then coroutine.yield() end
    end
    local co = coroutine.create(down)
    assert(coroutine.resume(co, 400, 1, 2, 3))
    return function() assert(coroutine.resume(co)) return count end, function()
        for level, value in pairs(kept) do assert(value[1] == level) end
        return coroutine.status(co)
    end, co
";

#[test]
fn a_deep_coroutine_that_runs_is_scanned_at_the_top_only() {
    let mut lua =
        Lua::with_options(LuaOptions { libraries: Libraries::ALL, seed: Some(1), ..LuaOptions::default() });
    let (resume, check, _co): (Function, Function, crate::Value) =
        lua.load(DEEP).eval(&mut lua).expect("the program runs");
    lua.vm().heap.set_verify(true);
    // In a collection that stands still, so that the marker does not come to the coroutine by itself.
    lua.load("collectgarbage('stop')").exec(&mut lua).expect("the library is there");
    lua.vm().heap.start_cycle();
    let unscanned = |lua: &mut Lua| {
        let heap = &lua.vm().heap;
        (0..heap.threads.len())
            // SAFETY: listed coroutines are live.
            .map(|index| unsafe { (*heap.threads.get(index)).unscanned_slots })
            .max()
            .expect("there are coroutines")
    };
    let mut left = Vec::new();
    for _ in 0..10 {
        resume.call::<f64>(&mut lua, ()).expect("the program runs");
        left.push(unscanned(&mut lua));
    }
    // Sixteen frames at a time of those that return, ten each time.
    assert!(left[0] > 2500, "{left:?}");
    assert!(left.windows(2).all(|pair| pair[0] - pair[1] <= 400), "{left:?}");
    assert!(left[0] - left[9] > 500, "{left:?}");
    // The marker goes on where it is, and the rest of the frames return in the next collections.
    lua.vm().heap.step_units(10);
    resume.call::<f64>(&mut lua, ()).expect("the program runs");
    lua.vm().heap.finish_cycle();
    assert_eq!(unscanned(&mut lua), 0);
    for _ in 0..10 {
        lua.vm().heap.start_cycle();
        resume.call::<f64>(&mut lua, ()).expect("the program runs");
        lua.vm().heap.finish_cycle();
        resume.call::<f64>(&mut lua, ()).expect("the program runs");
    }
    while check.call::<String>(&mut lua, ()).expect("all is there") == "suspended" {
        resume.call::<f64>(&mut lua, ()).expect("the program runs");
    }
}

#[test]
fn open_variables_are_marked_while_the_coroutine_closes_some() {
    let mut lua =
        Lua::with_options(LuaOptions { libraries: Libraries::ALL, seed: Some(1), ..LuaOptions::default() });
    // Many variables are captured by closures that are gone; new closures capture them again.
    let source = "
        local again = {}
        local function level(n)
            local a, b = { n }, { -n }
            local function forgotten() return a, b end
            forgotten = nil
            if n == 0 then
                for _ = 1, 20 do coroutine.yield() end
            else
                level(n - 1)
                if n % 5 == 0 then coroutine.yield() end
            end
            again[n] = function() return a[1] + b[1] + n end
        end
        local co = coroutine.create(level)
        assert(coroutine.resume(co, 600))
        return function()
            if coroutine.status(co) == 'suspended' then assert(coroutine.resume(co)) end
            for n, f in pairs(again) do assert(f() == n) end
            return coroutine.status(co)
        end
    ";
    let resume: Function = lua.load(source).eval(&mut lua).expect("the program runs");
    lua.vm().heap.set_verify(true);
    lua.load("collectgarbage('stop')").exec(&mut lua).expect("the library is there");
    for round in 1.. {
        lua.vm().heap.start_cycle();
        let mut status = String::new();
        for _ in 0..3 {
            lua.vm().heap.step_units(round);
            status = resume.call::<String>(&mut lua, ()).expect("the program runs");
        }
        lua.vm().heap.finish_cycle();
        if status == "dead" {
            break;
        }
    }
}
