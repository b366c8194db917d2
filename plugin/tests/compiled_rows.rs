//! Loops over rows and columns do the same compiled as interpreted: values and change ticks, in every frame.

use crate::common::{Health, TestApp, Velocity};
use bevy_diagnostic::DiagnosticsStore;
use bevy_ecs::prelude::*;
use bevy_math::Vec3;
use bevy_perilune::{JIT_TIME, LuaAppExt, LuaCollector};
use bevy_transform::components::Transform;

/// A marker that puts entities into tables of their own.
#[derive(Component)]
struct Apart;

/// What an entity has, and whether it was changed in the frame.
type Row = (Vec3, [f32; 2], Option<f32>, [bool; 2]);

/// Bodies of a system over `mut Transform`, `mut Velocity` and, where there is one, `Health`.
const BODIES: &[&str] = &[
    "for _, t, v in q:iter() do t.translation.x = t.translation.x + v.x * dt v.y = v.y - t.translation.x end",
    // Only some rows are written, and the loop is left early.
    "local n = 0
     for _, t, v in q:iter() do
       n = n + 1
       if n % 3 == 0 then t.translation.y = n elseif n % 7 == 0 then v.x = v.x * 0.5 end
       if n > 90 then break end
     end",
    // A part that is kept in a variable, and one of two.
    "for _, t, v in q:iter() do
       local p = t.translation
       local q = v.x > 10 and p or t.scale
       q.z = q.z + 1
     end",
    // Views are passed to functions, and leave the loop.
    "local function push(t, v) t.translation.x = v.x + v.y end
     local last, seen = nil, 0
     for e, t, v in q:iter() do push(t, v) last = t seen = seen + 1 end
     if last then last.translation.z = seen end",
    "local kept = {}
     for e, t, v in q:iter() do kept[#kept + 1] = v end
     for i = 1, #kept do kept[i].y = kept[i].y + i end",
    // A column that only some tables have.
    "for e, t, v, h in q:iter() do if h then t.translation.x = h[0] else v.y = v.y + 1 end end",
    // An error in the middle of a row.
    "local n = 0
     local ok, problem = pcall(function()
       for e, t, v in q:iter() do
         n = n + 1
         t.translation.y = n
         if n == 50 then error('enough') end
         v.x = n
       end
     end)
     assert(not ok and problem:find('enough') and n == 50)",
    // Two loops, one in the other.
    "local sum = 0
     for _, t in q:iter() do sum = sum + t.translation.x end
     for _, t, v in q:iter() do for i = 1, 5 do v.x = v.x + sum * i * 1e-6 end end",
    "for n, ts, vs in q:columns() do
       for i = 0, n - 1 do
         ts[i].translation.x = ts[i].translation.x + vs[i].x * dt
         if i % 2 == 0 then vs[i].y = i end
       end
     end",
    "for e, t, v in q:iter() do v.x = v.x + (v.y > 3 and 1 or 0) end",
    // Whole columns, and rows that depend on those before them.
    "for n, ts, vs in q:columns() do
       for i = 0, n - 1 do
         vs[i].x = vs[i].x + ts[i].translation.x * dt
         vs[i].y = vs[i].y - dt
       end
       for i = 2, n - 2 do ts[i].translation.x = ts[i - 2].translation.x * 0.5 + ts[i + 1].scale.x end
     end",
    // The same column twice, and an end that comes late.
    "for n, ts, vs in q:columns() do
       local _, again = q:columns()()
       local ok = pcall(function()
         for i = 0, n + 3 do
           vs[i].x = vs[i].x * 0.5 + 1
           ts[i].translation.y = ts[i].translation.y + vs[i].y
           again[i].translation.z = ts[i].translation.y
         end
       end)
       assert(not ok)
     end",
    // The row before by another name of the same column.
    "local _, _, before = q:columns()()
     for n, ts, vs in q:columns() do
       for i = 1, n - 1 do
         vs[i].y = before[i - 1].y * 0.5 + dt
         vs[i].x = before[i - 1].x * 0.5 + dt
       end
       break
     end",
    // Columns are left, and asked for anew in the same run.
    "for n, ts in q:columns() do if n > 3 then ts[n - 1].translation.x = n break end end
     for n, ts, vs, hs, entities in q:columns() do
       for i = 0, n - 1 do vs[i].y = vs[i].y + i end
       assert(not hs or #tostring(entities[0]) > 0)
     end",
    // Vectors that leave no trace.
    "local V = {} V.__index = V
     V.__add = function(a, b) return setmetatable({ x = a.x + b.x, y = a.y + b.y }, V) end
     for e, t, v in q:iter() do
       local at = setmetatable({ x = t.translation.x, y = t.translation.y }, V)
       local to = at + setmetatable({ x = v.x * dt, y = v.y * dt }, V)
       t.translation.x, t.translation.y = to.x, to.y
     end",
];

fn frames(body: &str, jit: bool) -> (Vec<Vec<Row>>, usize) {
    let script = format!(
        "local seen
         system {{ name = 'watch', query = {{ 'mut Transform', 'mut Velocity', changed = 'Velocity' }}, run = function(changed, dt)
             for e, t, v in changed:iter() do t.scale.x = t.scale.x + 1 end
         end }}
         system {{ name = 'move', query = {{ 'mut Transform', 'mut Velocity', optional = 'Health' }}, run = function(q, dt)
           {body}
           running = true
         end }}"
    );
    let mut test = TestApp::interpreted_or_compiled(&[("scripts/main.lua", script)], jit);
    let world = test.app.world_mut();
    for n in 0..200 {
        let row = (Transform::from_xyz(n as f32, 1.0, 2.0), Velocity { x: n as f32 * 0.5, y: 3.0 });
        let mut entity = world.spawn(row);
        match n % 3 {
            0 => drop(entity.insert(Health(n as f32))),
            1 => drop(entity.insert(Apart)),
            _ => {}
        }
    }
    test.app.add_lua_script("scripts/main.lua");
    test.until_global("running");
    let mut history = Vec::new();
    for _ in 0..30 {
        test.frame();
        let world = test.app.world_mut();
        let mut query = world.query::<(Ref<Transform>, Ref<Velocity>, Option<&Health>)>();
        let row = |(t, v, h): (Ref<Transform>, Ref<Velocity>, Option<&Health>)| {
            (t.translation + t.scale * 1000.0, [v.x, v.y], h.map(|h| h.0), [t.is_changed(), v.is_changed()])
        };
        history.push(query.iter(world).map(row).collect());
        world.clear_trackers();
    }
    test.no_errors();
    let regions = test.app.world().resource::<LuaCollector>().compiler.map_or(0, |jit| jit.regions);
    (history, regions)
}

#[test]
fn compiled_loops_do_what_the_interpreter_does() {
    for body in BODIES {
        let ((interpreted, none), (compiled, regions)) = (frames(body, false), frames(body, true));
        assert_eq!(none, 0);
        assert!(regions > 0, "nothing was compiled of: {body}");
        for (frame, (expected, found)) in interpreted.iter().zip(&compiled).enumerate() {
            for (row, (expected, found)) in expected.iter().zip(found).enumerate() {
                assert_eq!(expected, found, "frame {frame}, row {row} of: {body}");
            }
        }
    }
}

/// An app with one compiled loop over fifty rows, which is about to begin.
fn moving() -> TestApp {
    let script = "system { name = 'move', query = { 'mut Velocity' }, run = function(q, dt)
             for _, v in q:iter() do v.x = v.x + v.y * dt end
             running = true
         end }";
    let mut test = TestApp::interpreted_or_compiled(&[("scripts/main.lua", script)], true);
    test.app.world_mut().spawn_batch((0..50).map(|n| Velocity { x: n as f32, y: 1.0 }));
    test.app.add_lua_script("scripts/main.lua");
    test
}

/// Where rows are at their end a loop is left in front of where it begins: that is no reason to think that it cannot be entered.
#[test]
fn a_loop_that_ends_with_its_rows_stays_compiled() {
    let mut test = moving();
    test.until_global("running");
    let frames = |test: &mut TestApp, count: usize| {
        (0..count).for_each(|_| test.frame());
        test.app.world().resource::<LuaCollector>().compiler.expect("there is a compiler").compiled
    };
    let before = frames(&mut test, 20);
    assert!(before > 0);
    assert_eq!(frames(&mut test, 150), before, "it was compiled again");
    test.no_errors();
}

/// What the compiler takes of the script's thread is told in the frame in which it takes it, and only there.
#[test]
fn the_compilers_time_is_told_frame_by_frame() {
    let mut test = moving();
    let frame = |test: &mut TestApp| {
        test.frame();
        let world = test.app.world();
        let told = world.resource::<DiagnosticsStore>().get(&JIT_TIME).and_then(|known| known.value());
        (told.unwrap_or(0.0), world.resource::<LuaCollector>().compiler.map_or(0, |jit| jit.compiled))
    };
    let history: Vec<(f64, u64)> = (0..200).map(|_| frame(&mut test)).collect();
    let compiled = history.last().expect("frames").1;
    let first = history.iter().position(|(_, so_far)| *so_far == compiled).expect("the last one has it");
    assert!(compiled > 0 && first < 150, "{compiled} compiled, the last one in frame {first}");
    assert!(history[..=first].iter().any(|(told, _)| *told > 0.0));
    assert!(history[first + 20..].iter().all(|(told, _)| *told == 0.0), "{:?}", &history[first..]);
    test.no_errors();
}
