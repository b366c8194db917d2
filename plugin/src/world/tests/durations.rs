//! Spans of time: read from Bevy's clocks and written back, with Rust's operators and methods.

use std::time::Duration;

use bevy_time::{Stopwatch, Time, Timer, TimerMode};

use super::*;

#[derive(Component, Reflect, Clone, Debug, PartialEq)]
#[reflect(Component)]
struct Cooldown {
    left: Duration,
    maybe: Option<Duration>,
    laps: Vec<Duration>,
    timer: Timer,
    watch: Stopwatch,
}

impl Default for Cooldown {
    fn default() -> Cooldown {
        let mut timer = Timer::from_seconds(2.0, TimerMode::Repeating);
        timer.tick(Duration::from_millis(500));
        Cooldown {
            left: Duration::new(3, 250_000_001),
            maybe: None,
            laps: vec![Duration::from_secs(1), Duration::from_millis(1500)],
            timer,
            watch: Stopwatch::new(),
        }
    }
}

fn cooldown() -> (Test, Entity) {
    let mut test = Test::new();
    test.register::<Cooldown>();
    let entity = test.world.spawn(Cooldown::default()).id();
    (test, entity)
}

#[test]
fn clocks_show_durations() {
    let mut test = Test::new();
    test.register::<Time>();
    let mut time = Time::<()>::default();
    time.advance_by(Duration::from_millis(250));
    test.world.insert_resource(time);
    test.system(
        r#"return { resources = { "Time" }, run = function(q, r)
             local time = r.Time
             assert(time.delta == Duration.from_millis(250) and time.delta ~= Duration.ZERO)
             assert(time.elapsed:as_secs_f64() == 0.25 and time.elapsed:as_millis() == 250)
             assert(time.elapsed + time.delta == Duration.from_secs(0.5))
             assert(time.delta < Duration.from_secs(1) and time.delta >= time.elapsed)
             assert(tostring(time.delta) == "250ms" and tostring(time.wrap_period) == "3600s")
             kept = time.delta
           end }"#,
    );
    test.run_ok();
    assert_eq!(test.eval("kept"), "250ms", "a copy outlives the run");
}

#[test]
fn fields_are_read_and_written() {
    let (mut test, entity) = cooldown();
    test.system(
        r#"return { query = { "mut Cooldown" }, run = function(q)
             for e, c in q:iter() do
               assert(c.left:as_secs() == 3 and c.left:subsec_nanos() == 250000001)
               assert(c.maybe == nil and #c.laps == 2 and c.laps[2] == Duration(1.5))
               assert(c.timer.duration == Duration.from_secs(2) and c.timer.stopwatch.elapsed == Duration(0.5))
               c.left = c.left * 2
               c.maybe = Duration.from_micros(7)
               assert(c.maybe:as_nanos() == 7000)
               c.laps:push(c.left)
               c.laps[1] = 0.25
               c.watch.elapsed = Duration.new(1, 5)
             end
           end }"#,
    );
    test.run_ok();
    let found = test.world.get::<Cooldown>(entity).expect("it is there");
    assert_eq!(found.left, Duration::new(6, 500_000_002));
    assert_eq!(found.maybe, Some(Duration::from_micros(7)));
    assert_eq!(
        found.laps,
        [Duration::from_millis(250), Duration::from_millis(1500), Duration::new(6, 500_000_002)]
    );
    assert_eq!(found.watch.elapsed(), Duration::new(1, 5));
}

#[test]
fn mistakes_name_the_fix() {
    let mut wrong = Vec::new();
    for (line, part) in [
        ("c.left = 'soon'", "expected Duration or seconds for field 'left' of Cooldown, got string"),
        ("c.left = -1", "expected Duration or seconds from 0 to 2^64 for field 'left' of Cooldown, got -1"),
        ("c.left = 0/0", "got NaN"),
        (
            "c.left.secs = 4",
            "attempt to write to a constant or copied part (Duration): assign a whole value instead",
        ),
        (
            "local d = c.left + 1",
            "attempt to perform arithmetic on Duration and number: make a Duration of a number with Duration.from_secs(n)",
        ),
        ("local d = 1 - c.left", "attempt to perform arithmetic on number and Duration"),
        (
            "local d = Duration(1) - Duration(2)",
            "1s - 2s would be negative, which a Duration cannot be: saturating_sub gives zero, checked_sub nil",
        ),
        ("local d = Duration.MAX + Duration(1)", "is no Duration, which is between 0 and 2^64 seconds"),
        (
            "local d = Duration(1) * Duration(1)",
            "attempt to multiply Duration by Duration: a Duration is multiplied by a number",
        ),
        ("local d = Duration(1) * -1", "1s * -1 is no Duration"),
        ("local d = Duration(1) / 0", "1s / 0 is no Duration"),
        (
            "local d = 1 / Duration(1)",
            "attempt to divide number by Duration: a Duration is divided by a number",
        ),
        (
            "local d = Duration.from_millis(-3)",
            "bad argument #1 to 'from_millis' (a Duration is between 0 and 2^64 seconds, got -3)",
        ),
        ("local d = Duration.from_secs('x')", "number expected, got string"),
        ("local d = Duration(1):checked_add(5)", "Duration expected, got number"),
        ("local d = Duration(1).hours", "Duration has no field 'hours'"),
        ("local d = Duration(1):as_sec()", "(did you mean 'as_secs'"),
    ] {
        let (mut test, _) = cooldown();
        let source = format!(
            "return {{ query = {{ 'mut Cooldown' }}, run = function(q) local e, c = q:single() {line} end }}"
        );
        test.system(&source);
        let message = test.run_failing();
        if !message.contains(part) {
            wrong.push(format!("{line}: {message}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
