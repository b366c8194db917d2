//! The audit of units: none does more than its kind allows, whatever the heap holds. In steps, not in time.

use crate::gc::{Budget, Heap, Phase, Unit};
use crate::vm::Vm;
use crate::{Function, Libraries, Lua, LuaOptions};

/// Makes much of everything, and changes it a little in every frame.
const PROGRAM: &str = "
    local all = {}
    local function fill()
        local big = {}
        for i = 1, 40000 do big[i] = { i } end
        all.big = big
        local map = {}
        for i = 1, 20000 do map['key ' .. i] = i end
        all.map = map
        all.weak = setmetatable({}, { __mode = 'kv' })
        for i = 1, 20000 do all.weak[big[i]] = big[40001 - i] all.weak['name ' .. i] = {} end
        all.small = {}
        for i = 1, 5000 do all.small[i] = setmetatable({ {}, {} }, { __mode = 'v' }) end
        all.late = {}
        for i = 1, 5000 do all.late[i] = { i } end
        setmetatable(all.late, { __mode = 'v' })
        local first = newproxy(true)
        getmetatable(first).__gc = function(object) all.last = object end
        all.objects = {}
        for i = 1, 5000 do all.objects[i] = newproxy(first) end
        all.threads = {}
        local function deep(level, ...)
            if level == 0 then
                while true do coroutine.yield() end
            end
            local t = { level }
            local result = deep(level - 1, t, ...)
            return t, result
        end
        for i = 1, 3 do
            all.threads[i] = coroutine.create(deep)
            assert(coroutine.resume(all.threads[i], 200))
        end
        for i = 4, 3000 do
            local variable = i
            all.threads[i] = coroutine.create(function()
                local open = {}
                all.closure = function() return open, variable end
                coroutine.yield()
            end)
            coroutine.resume(all.threads[i])
        end
        for i = 1, 3000 do all['shape ' .. i % 10] = { ['field ' .. i] = i, ['other ' .. i % 100] = i } end
    end
    fill()
    return function(frame)
        if frame % 400 == 0 then fill() end
        for i = 1, 3 do assert(coroutine.resume(all.threads[i])) end
        for i = 1, 20 do all.big[math.random(40000)] = { frame } end
        table.remove(all.big, 1)
        table.insert(all.big, 1, { frame })
    end
";

fn heap(lua: &mut Lua) -> &mut Heap {
    let vm: &mut Vm = lua.vm();
    &mut vm.heap
}

#[test]
fn no_unit_does_more_steps_than_its_kind_allows() {
    let mut lua =
        Lua::with_options(LuaOptions { libraries: Libraries::ALL, seed: Some(1), ..LuaOptions::default() });
    let frame: Function = lua.load(PROGRAM).eval(&mut lua).expect("the program runs");
    let mut phases = Vec::new();
    for number in 1..=1200 {
        frame.call::<()>(&mut lua, number).expect("the program runs");
        heap(&mut lua).request_cycle();
        let slice = lua.gc_frame(Budget::Units(40));
        assert!(slice.units <= 40);
        phases.push(slice.phase);
    }
    assert!(lua.stats().collector.cycles >= 3, "{} cycles", lua.stats().collector.cycles);
    for phase in Phase::ALL.iter().filter(|&&phase| phase != Phase::Idle && phase != Phase::Resurrect) {
        // Short phases need not be at work when a slice begins, the long ones are.
        let is_long = matches!(phase, Phase::Mark | Phase::Sweep | Phase::ClearWeak);
        assert!(!is_long || phases.contains(phase), "{phase:?} was never seen");
    }
    for &unit in Unit::ALL {
        let longest = heap(&mut lua).cycle.longest_units[unit as usize];
        assert!(longest <= unit.most_steps(), "{unit:?}: {longest} steps, {} allowed", unit.most_steps());
        assert!(longest > 0 || unit == Unit::Drop, "{unit:?} was never audited");
    }
}
