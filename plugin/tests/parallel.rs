//! A Lua system runs beside a Rust system that does not touch the same data, and never beside one that does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::common::{Frozen, Health, TestApp, Velocity, test_app};
use bevy_app::{App, TaskPoolOptions, TaskPoolPlugin, TaskPoolThreadAssignmentPolicy, Update};
use bevy_ecs::prelude::*;
use bevy_perilune::LuaAppExt;

/// Who is at work, and how often both were at once.
#[derive(Resource, Clone, Default)]
struct Meeting {
    lua: Arc<AtomicUsize>,
    rust: Arc<AtomicUsize>,
    together: Arc<AtomicUsize>,
}

const WORK: Duration = Duration::from_millis(15);

impl Meeting {
    /// Is there for a while, and looks whether the other is too.
    fn attend(&self, own: &AtomicUsize, other: &AtomicUsize) {
        own.fetch_add(1, Ordering::SeqCst);
        let start = Instant::now();
        while start.elapsed() < WORK {
            if other.load(Ordering::SeqCst) > 0 {
                self.together.fetch_add(1, Ordering::SeqCst);
                break;
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        // Stays for the rest, so that the other can see it.
        std::thread::sleep(WORK.saturating_sub(start.elapsed()).min(Duration::from_millis(5)));
        own.fetch_sub(1, Ordering::SeqCst);
    }
}

fn app_with_threads() -> (TestApp, Meeting) {
    // The pools are the process's: whoever comes first decides. Two compute threads, so that two systems can run at once.
    let compute = TaskPoolThreadAssignmentPolicy {
        min_threads: 2,
        max_threads: 2,
        ..TaskPoolOptions::default().compute
    };
    let task_pool_options = TaskPoolOptions { compute, ..TaskPoolOptions::default() };
    App::new().add_plugins(TaskPoolPlugin { task_pool_options });
    let mut test = test_app();
    let meeting = Meeting::default();
    let lua_side = meeting.clone();
    test.app.add_lua_function("attend", move |_, (): ()| {
        lua_side.attend(&lua_side.lua, &lua_side.rust);
        Ok(())
    });
    test.app.insert_resource(meeting.clone());
    test.app.world_mut().spawn((Health(1.0), Velocity::default()));
    test.script(
        "scripts/work.lua",
        r#"system {
             name = "work",
             query = { "mut Health" },
             run = function(q)
               for _, health in q:iter() do health[0] = health[0] + 1 end
               attend()
               running = true
             end,
           }"#,
    );
    (test, meeting)
}

fn meet<F: bevy_ecs::query::QueryFilter + 'static, D: bevy_ecs::query::QueryData + 'static>(
    _: Query<D, F>,
    meeting: Res<Meeting>,
) {
    meeting.attend(&meeting.rust, &meeting.lua);
}

/// Whether the Lua system and this Rust system were at work at the same time in some frame of so many: other tests use the same threads.
fn have_met<M>(system: impl IntoScheduleConfigs<bevy_ecs::system::ScheduleSystem, M>, frames: usize) -> bool {
    let (mut test, meeting) = app_with_threads();
    test.until_global("running");
    test.app.add_systems(Update, system);
    meeting.together.store(0, Ordering::SeqCst);
    let meets = |_: usize| {
        test.frames(1);
        meeting.together.load(Ordering::SeqCst) > 0
    };
    let have_met = (0..frames).any(meets);
    assert_eq!(test.errors().len(), 0);
    have_met
}

#[test]
fn systems_that_do_not_conflict_run_together() {
    assert!(have_met(meet::<(), &mut Velocity>, 100));
}

#[test]
fn systems_that_conflict_never_do() {
    assert!(!have_met(meet::<(), &Health>, 5));
    assert!(!have_met(meet::<With<Frozen>, &mut Health>, 5));
}
