//! Large tables that become weak in pieces.

use crate::{Budget, Function, Libraries, Lua, LuaOptions};

const PROGRAM: &str = "
    local function list() local t = {} for i = 1, 4000 do t[i] = { i } end return t end
    local dead, kept, again = list(), list(), list()
    local witness = setmetatable({ dead, kept, again }, { __mode = 'v' })
    setmetatable(dead, { __mode = 'v' })
    setmetatable(kept, { __mode = 'v' })
    setmetatable(again, { __mode = 'v' })
    dead = nil
    return function(look)
        if look == 2 then setmetatable(again, nil) end
        local function alive(t)
            local count = 0
            for i = 1, 4000 do count = count + (t[i] and 1 or 0) end
            return count
        end
        return witness[1] ~= nil, alive(kept), alive(again)
    end
";

#[test]
fn a_table_becomes_weak_while_it_lives_and_only_if_it_is_still_asked_to() {
    let mut lua =
        Lua::with_options(LuaOptions { libraries: Libraries::ALL, seed: Some(1), ..LuaOptions::default() });
    let frame: Function = lua.load(PROGRAM).eval(&mut lua).expect("the program runs");
    let (mut looks, mut freed_in) = (0, None);
    for _ in 1..=4000 {
        lua.gc_request();
        lua.gc_frame(Budget::Units(20));
        // While marking, a look at what a weak table holds keeps it alive.
        if lua.vm().heap.cycle_active() {
            continue;
        }
        looks += 1;
        let (dead, kept, again) = frame.call::<(bool, u32, u32)>(&mut lua, looks).expect("the program runs");
        assert_eq!(again, 4000, "the table whose metatable was taken away has lost values");
        if !dead && freed_in.is_none() {
            assert!(kept > 0, "turning weak takes many cycles when there are few units between them");
            freed_in = Some(looks);
        }
        if kept == 0 {
            assert!(freed_in.is_some_and(|cycles| cycles <= 3), "waiting kept it alive: {freed_in:?}");
            return;
        }
    }
    panic!("never weak in {looks} cycles, the dead one freed in {freed_in:?}");
}
