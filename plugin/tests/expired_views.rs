//! What a script keeps beyond its time is an error, never stale data.

use crate::common::{Health, test_app};
use bevy_transform::components::Transform;

#[test]
fn a_view_kept_over_frames() {
    let mut test = test_app();
    test.app.world_mut().spawn(Health(1.0));
    test.script(
        "scripts/keep.lua",
        r#"local kept
           system {
             name = "keep",
             query = { "Health" },
             run = function(q)
               for _, health in q:iter() do kept = kept or health end
               local x = kept[0]
             end,
           }"#,
    );
    let error = test.first_error();
    assert_eq!(error.doing, "system 'keep'");
    assert!(
        error.message.contains("scripts/keep.lua:7: expired view of Health (borrowed by system 'keep'"),
        "{error}"
    );
    test.frames(5);
    assert_eq!(test.errors().len(), 1, "reported once, and paused");
}

#[test]
fn a_despawned_entity() {
    let mut test = test_app();
    test.write(
        "scripts/hunter.lua",
        r#"local Hunter = {}
           function Hunter:update(dt)
             ready = true
             if prey then seen = world.get(prey, "Health")[0] end
           end
           return Hunter"#,
    );
    let script = test.behaviour("scripts/hunter.lua");
    let prey = test.app.world_mut().spawn(Health(7.0)).id();
    test.app.world_mut().spawn((Transform::default(), script));
    test.script(
        "scripts/find.lua",
        r#"system { name = "find", query = { "Health" }, run = function(q) for e in q:iter() do prey = e end end }"#,
    );
    test.until_global("seen");
    assert_eq!(test.eval::<f64>("return seen"), 7.0);
    test.app.world_mut().despawn(prey);
    let error = test.first_error();
    assert!(error.message.contains(&format!("entity {prey} does not exist")), "{error}");
    assert!(error.entity.is_some() && error.script == "scripts/hunter.lua", "{error}");
}

/// A query keeps the cursor of its loops for the next run: nobody who has begun one before moves it.
#[test]
fn loops_begun_in_an_earlier_run() {
    let mut test = test_app();
    for health in [1.0, 2.0, 4.0] {
        test.app.world_mut().spawn(Health(health));
    }
    test.script(
        "scripts/loops.lua",
        r#"local run, step, suspended = 0, nil, nil
           system {
             name = "loops",
             query = { "Health" },
             run = function(q)
               run = run + 1
               if run == 1 then
                 step = q:iter()
                 step()
                 suspended = coroutine.wrap(function() for _, h in q:iter() do coroutine.yield(h[0]) end end)
                 suspended()
                 return
               end
               local sum, told = 0, {}
               for _, h in q:iter() do
                 sum = sum + h[0]
                 for _, begun in ipairs({step, suspended}) do told[#told + 1] = select(2, pcall(begun)) end
                 for _, again in q:iter() do sum = sum + again[0] * 10 end
               end
               if run == 2 then first, second = told[1], told[2] end
               if run == 40 then all = sum end
             end,
           }"#,
    );
    test.until_global("all");
    assert_eq!(test.eval::<f64>("return all"), 7.0 + 3.0 * 70.0);
    for name in ["first", "second"] {
        let message = test.eval::<String>(&format!("return {name}"));
        assert!(message.contains("expired query (borrowed by system 'loops')"), "{message}");
    }
}

/// What a suspended loop shows is expired in the next run, and is not what that shows.
#[test]
fn a_row_that_a_suspended_loop_shows() {
    let mut test = test_app();
    for health in [1.0, 2.0, 4.0] {
        test.app.world_mut().spawn(Health(health));
    }
    test.script(
        "scripts/rows.lua",
        r#"local run, suspended = 0, {}
           local function left(q) for _, h in q:iter() do coroutine.yield() h[0] = 100 end end
           local function shared(q)
             local step = q:iter()
             for _, h in step do for _, other in step do local _ = other[0] end coroutine.yield() h[0] = 100 end
           end
           system {
             name = "rows",
             query = { "mut Health" },
             run = function(q)
               run = run + 1
               local sum = 0
               for index, f in ipairs({left, shared}) do
                 if run == index then
                   suspended[index] = coroutine.create(f)
                   coroutine.resume(suspended[index], q)
                   return
                 end
               end
               for _, h in q:iter() do
                 if run == 3 then
                   for index, co in pairs(suspended) do
                     told = (told or "") .. tostring(select(2, coroutine.resume(co)))
                     suspended[index] = nil
                   end
                 end
                 sum = sum + h[0]
               end
               if run == 3 then all = sum end
             end,
           }"#,
    );
    test.until_global("all");
    assert_eq!(test.eval::<f64>("return all"), 7.0);
    let messages = test.eval::<String>("return told");
    assert_eq!(
        messages.matches("expired view of Health (borrowed by system 'rows'").count(),
        2,
        "{messages}"
    );
}

/// The same of loops over whole columns, which a query keeps too.
#[test]
fn columns_of_an_earlier_run() {
    let mut test = test_app();
    for health in [1.0, 2.0, 4.0] {
        test.app.world_mut().spawn(Health(health));
    }
    test.script(
        "scripts/columns.lua",
        r#"local run, step, suspended, kept = 0, nil, nil, nil
           local function left(q) for _, hs in q:columns() do coroutine.yield() hs[0][0] = 100 end end
           local function tell(f, ...) told[#told + 1] = tostring(select(2, pcall(f, ...))) end
           system {
             name = "columns",
             query = { "mut Health" },
             run = function(q)
               run = run + 1
               if run == 1 then
                 step = q:columns()
                 step()
                 suspended = coroutine.create(left)
                 coroutine.resume(suspended, q)
                 kept = select(2, q:columns()())
                 told = {}
                 return
               end
               local sum = 0
               for n, hs in q:columns() do
                 if run == 2 then
                   tell(step)
                   tell(function() assert(coroutine.resume(suspended)) end)
                   tell(function() return kept[0][0] end)
                 end
                 for i = 0, n - 1 do sum = sum + hs[i][0] end
                 for m, again in q:columns() do for i = 0, m - 1 do sum = sum + again[i][0] * 10 end end
               end
               if run == 40 then all = sum end
             end,
           }"#,
    );
    test.until_global("all");
    assert_eq!(test.eval::<f64>("return all"), 77.0);
    let message = |at: usize| test.eval::<String>(&format!("return told[{at}]"));
    let messages = [1, 2, 3].map(message);
    assert!(messages[0].contains("expired query (borrowed by system 'columns')"), "{messages:?}");
    for expired in &messages[1..] {
        assert!(expired.contains("expired view of Health (borrowed by system 'columns'"), "{expired}");
    }
}
