//! The collector's slice is a system beside others: what does not need the VM runs at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::common::{TestApp, Velocity, test_app};
use bevy_app::Last;
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::Schedules;
use bevy_perilune::{LuaAppExt, LuaSettings, LuaVm};

/// Who is there.
#[derive(Resource, Clone, Default)]
struct Meeting {
    slice: Arc<AtomicBool>,
    system: Arc<AtomicBool>,
    met: Arc<AtomicBool>,
}

/// Long enough on any machine for another thread to begin.
const PATIENCE: Duration = Duration::from_secs(10);

impl Meeting {
    /// Is there until both are, or for so long.
    fn attend(&self, own: &AtomicBool, other: &AtomicBool, patience: Duration) {
        own.store(true, Ordering::SeqCst);
        let start = Instant::now();
        while start.elapsed() < patience && !self.met.load(Ordering::SeqCst) {
            if other.load(Ordering::SeqCst) {
                self.met.store(true, Ordering::SeqCst);
            }
            std::thread::yield_now();
        }
        own.store(false, Ordering::SeqCst);
    }
}

/// An app whose slices end with a finalizer that waits for the other one, until they have met or once in vain.
fn waiting_in_slices() -> (TestApp, Meeting) {
    let mut test = test_app();
    let meeting = Meeting::default();
    let of_slice = meeting.clone();
    test.app.add_lua_function("attend", move |_, (): ()| {
        of_slice.attend(&of_slice.slice, &of_slice.system, PATIENCE);
        Ok(())
    });
    test.app.insert_resource(meeting.clone());
    test.app.world_mut().spawn(Velocity::default());
    (test, meeting)
}

/// Makes garbage whose finalizer attends, and has the next slices find it.
fn arm(test: &mut TestApp) {
    test.settings().time_limit = None;
    test.frame();
    test.eval::<()>(
        "do local p = newproxy(true); getmetatable(p).__gc = function() attend(); attended = true end end",
    );
}

fn run_until_attended(test: &mut TestApp) {
    test.until("the finalizer has run", |test| {
        test.app.world_mut().resource_mut::<LuaVm>().lua().gc_request();
        test.eval::<Option<bool>>("return attended") == Some(true)
    });
}

fn moves(mut velocities: Query<&mut Velocity>, meeting: Res<Meeting>) {
    for mut velocity in &mut velocities {
        velocity.x += 1.0;
    }
    meeting.attend(&meeting.system, &meeting.slice, Duration::from_millis(20));
}

fn uses_the_vm(mut vm: ResMut<LuaVm>, meeting: Res<Meeting>) {
    vm.lua();
    meeting.attend(&meeting.system, &meeting.slice, Duration::from_millis(20));
}

#[test]
fn a_system_without_the_vm_runs_at_the_same_time() {
    let (mut test, meeting) = waiting_in_slices();
    test.app.add_systems(Last, moves);
    arm(&mut test);
    run_until_attended(&mut test);
    assert!(meeting.met.load(Ordering::SeqCst));
    test.no_errors();
}

#[test]
fn a_system_with_the_vm_waits() {
    let (mut test, meeting) = waiting_in_slices();
    test.app.add_systems(Last, uses_the_vm);
    // It must not wait in vain for as long.
    let of_slice = meeting.clone();
    test.app.add_lua_function("attend", move |_, (): ()| {
        of_slice.attend(&of_slice.slice, &of_slice.system, Duration::from_millis(200));
        Ok(())
    });
    arm(&mut test);
    run_until_attended(&mut test);
    assert!(!meeting.met.load(Ordering::SeqCst));
}

/// How many pairs of systems in `Last` have to take turns without being ordered, and how many systems have the world to themselves, sync
/// points among them.
fn obstacles(test: &TestApp) -> (usize, usize) {
    let schedules = test.app.world().resource::<Schedules>();
    let last = schedules.get(Last).expect("the app has it");
    let systems = last.systems().expect("the schedule has run");
    (last.graph().conflicting_systems().len(), systems.filter(|(_, system)| system.is_exclusive()).count())
}

fn changes_settings(_: ResMut<LuaSettings>) {}

#[test]
fn no_conflict_and_no_sync_point_keeps_others_from_running() {
    let mut test = test_app();
    test.app.insert_resource(Meeting::default()).add_systems(Last, moves);
    test.frames(2);
    assert_eq!(obstacles(&test), (0, 0));
    // Which would be seen.
    test.app.add_systems(Last, (changes_settings, |_: &mut World| {}));
    test.frame();
    assert!(obstacles(&test) >= (1, 1), "{:?}", obstacles(&test));
}
