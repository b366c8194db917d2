//! Resources as views.

use bevy_time::Time;

use super::*;

#[test]
fn declared_resources_are_read_and_written() {
    let mut test = Test::new();
    test.world.insert_resource(Score { points: 5 });
    let writer = r#"return { resources = { "mut Score" }, run = function(q, resources)
        if resources.Score.points < 7 then resources.Score.points = resources.Score.points + 1 end
      end }"#;
    let writer = test.build(writer).expect("the declaration is right");
    let watch = |score: Res<Score>, mut seen: ResMut<Changes>| seen.0.push(score.is_changed());
    test.world.init_resource::<Changes>();
    test.schedule.add_systems((writer, watch).chain());
    for _ in 0..4 {
        test.run_ok();
    }
    assert_eq!(test.world.resource::<Score>().points, 7);
    assert_eq!(test.world.resource::<Changes>().0, [true, true, false, false]);
}

#[derive(Resource, Default)]
struct Changes(Vec<bool>);

#[test]
fn reading_leaves_a_resource_unchanged_and_writing_needs_mut() {
    let mut test = Test::new();
    test.world.insert_resource(Score { points: 5 });
    test.system(r#"return { resources = { "Score" }, run = function(q, r) seen = r.Score.points; r.Score.points = 1 end }"#);
    test.world.clear_trackers();
    let message = test.run_failing();
    assert!(
        message.contains("resource 'Score' was declared read-only by system 'test': declare \"mut Score\""),
        "{message}"
    );
    assert_eq!(test.eval("seen"), "5");
    assert_eq!(test.world.resource::<Score>().points, 5);
}

#[test]
fn time_is_called_time() {
    let mut test = Test::new();
    test.register::<Time>();
    let mut time = Time::<()>::default();
    time.advance_by(std::time::Duration::from_millis(250));
    test.world.insert_resource(time);
    test.system(
        r#"return { resources = { "Time" }, run = function(q, r)
             assert(r.Time.delta_secs == 0.25 and r.Time.elapsed_secs_f64 == 0.25 and r.Time.elapsed == Duration(0.25))
           end }"#,
    );
    test.run_ok();
}

#[test]
fn a_missing_resource_is_an_error() {
    let mut test = Test::new();
    test.system(r#"return { resources = { "Score" }, run = function() end }"#);
    assert!(test.run_failing().contains("resource 'Score' declared by system 'test' does not exist"));
}

#[test]
fn an_exclusive_run_reaches_every_resource() {
    let mut test = Test::new();
    assert_eq!(test.exclusive("assert(world.resource('Score') == nil)"), Ok(()));
    test.world.insert_resource(Score { points: 5 });
    test.exclusive("world.resource('Score').points = 6").expect("it runs");
    assert_eq!(test.world.resource::<Score>().points, 6);
    let message = test.exclusive("world.resource('Scroe')").expect_err("misspelt");
    assert!(message.contains("did you mean 'Score'?"), "{message}");
}
