//! Duration, against the standard library's.

use std::time::Duration;

use super::*;

impl Numbers for Duration {
    fn numbers(&self) -> Vec<f64> {
        vec![self.as_secs_f64()]
    }
}

pub(super) fn duration((s, n): (u32, u32), (u, m): (u32, u32), t: f32) -> Cases {
    let (a, b) = (Duration::new(s.into(), n), Duration::new(u.into(), m));
    let t = f64::from(t);
    let setup = format!("local a, b, t = Duration.new({s}, {n}), Duration.new({u}, {m}), {t:?}");
    // Sums and the like are exact to the nanosecond; so is what they are shown as.
    let mut cases = Cases::new(setup, 0.0);
    cases.case("a, Duration(a), Duration(), Duration.ZERO", ((a, a), (Duration::ZERO, Duration::ZERO)));
    cases.case(format!("Duration {{ secs = {s}, nanos = {n} }}"), a);
    cases.case(
        format!("Duration({s}), Duration.from_secs({s})"),
        (Duration::from_secs(s.into()), Duration::from_secs(s.into())),
    );
    cases.case(
        format!("Duration.from_millis({n}), Duration.from_micros({n}), Duration.from_nanos({n})"),
        (Duration::from_millis(n.into()), Duration::from_micros(n.into()), Duration::from_nanos(n.into())),
    );
    cases.case("Duration.from_secs_f64(t)", Duration::from_secs_f64(t));
    cases.case("Duration.from_secs_f32(t)", Duration::from_secs_f32(t as f32));
    cases.case(
        "Duration.from_secs(t), Duration.from_millis(1000 * 0.5)",
        (Duration::from_secs_f64(t), Duration::from_millis(500)),
    );
    cases.case("a + b", a + b);
    cases.case("a * 3, 3 * a, a / 3", (a * 3, a * 3, a / 3));
    cases.case("a * t, a / t", (a.mul_f64(t), a.div_f64(t)));
    cases.case("a / b == a:as_secs_f64() / b:as_secs_f64()", true);
    cases.case("a < b, a <= b, a == b", (a < b, a <= b, a == b));
    cases.case("a > b, a >= b, a == a:clone()", (a > b, a >= b, true));
    cases.case("a:max(b) - a:min(b), a:abs_diff(b)", (a.max(b) - a.min(b), a.abs_diff(b)));
    cases.case("a:clamp(b, b + b)", a.clamp(b, b + b));
    cases.case("a:checked_add(b), a:checked_sub(b)", (a.checked_add(b), a.checked_sub(b)));
    cases.case("a:saturating_add(b), a:saturating_sub(b)", (a.saturating_add(b), a.saturating_sub(b)));
    cases.case(
        "Duration.MAX:saturating_add(a), Duration.MAX:checked_add(a + Duration(1))",
        (Duration::MAX, None::<Duration>),
    );
    cases.case(
        "a:as_secs(), a:as_secs_f64(), a:as_secs_f32()",
        (a.as_secs(), a.as_secs_f64(), a.as_secs_f32()),
    );
    cases.case("a:as_millis(), a:as_micros(), a:as_nanos()", (a.as_millis(), a.as_micros(), a.as_nanos()));
    cases.case(
        "a:subsec_millis(), a:subsec_micros(), a:subsec_nanos()",
        (a.subsec_millis(), a.subsec_micros(), a.subsec_nanos()),
    );
    cases.case("a:is_zero(), Duration.ZERO:is_zero()", (a.is_zero(), true));
    cases.case("a:mul_f32(t), a:mul_f64(t)", (a.mul_f32(t as f32), a.mul_f64(t)));
    cases.case("a:div_f32(t), a:div_f64(t)", (a.div_f32(t as f32), a.div_f64(t)));
    cases
        .case("a:div_duration_f32(b), a:div_duration_f64(b)", (a.div_duration_f32(b), a.div_duration_f64(b)));
    cases.case(format!("tostring(a) == {:?}", format!("{a:?}")), true);
    cases
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn durations(
        a in (any::<u32>(), 0u32..1_000_000_000),
        b in (any::<u32>(), 0u32..1_000_000_000),
        t in 0.05f32..100.0,
    ) {
        duration(a, b, t).check()?;
        duration((a.0 % 3, a.1), (b.0 % 3, b.1), t).check()?;
    }
}
