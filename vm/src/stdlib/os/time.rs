//! `os.clock`, `os.time`, `os.difftime`.

#![allow(unsafe_code, reason = "asks the system for the processor time used")]

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{Local, NaiveDate, NaiveDateTime, TimeDelta, TimeZone};

use crate::convert;
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(super) fn clock(vm: &mut Vm, _args: Args) -> NativeResult {
    vm.ret1(process_seconds())
}

/// The processor time of the process, in seconds and whole microseconds, as C's `clock` gives it.
#[cfg(unix)]
fn process_seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a timespec the call may write; the clock exists on every Unix.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    (time.tv_sec as f64 * 1e6 + (time.tv_nsec / 1000) as f64) / 1e6
}

/// The time since the first call.
#[cfg(not(unix))]
fn process_seconds() -> f64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

pub(super) fn time(vm: &mut Vm, args: Args) -> NativeResult {
    if vm.arg(args, 0).is_nil() {
        return vm.ret1(now() as f64);
    }
    let table = vm.check_table(args, 0)?;
    let second = field(vm, table, "sec", Some(0))?;
    let minute = field(vm, table, "min", Some(0))?;
    let hour = field(vm, table, "hour", Some(12))?;
    let day = field(vm, table, "day", None)?;
    let month = field(vm, table, "month", None)?;
    let year = field(vm, table, "year", None)?;
    let key = vm.heap.intern(b"isdst")?;
    let is_summer = vm.index(table.into(), key.into())?;
    let time = local_seconds([year, month, day, hour, minute, second]).map(|seconds| {
        // Told that the clock reading is a summer one in a season without summer time, C takes an hour off.
        let differs = is_summer.is_truthy() && !super::date::is_summer_time(seconds);
        if differs { seconds - super::date::summer_shift(seconds) } else { seconds }
    });
    vm.ret1(time.map_or(RawValue::NIL, |seconds| RawValue::number(seconds as f64)))
}

/// A field of a date table; `None` as default: it must be there.
fn field(vm: &mut Vm, table: Gc<Table>, name: &str, default: Option<i64>) -> Result<i64, Raised> {
    let key = vm.heap.intern(name.as_bytes())?;
    let value = vm.index(table.into(), key.into())?;
    let text = |value: RawValue| convert::parse_number(value.as_string()?.as_bytes());
    match (value.as_number().or_else(|| text(value)), default) {
        (Some(number), _) => Ok(i64::from(convert::to_i32(number))),
        (None, Some(default)) => Ok(default),
        (None, None) => Err(vm.error(format!("field '{name}' missing in date table"))),
    }
}

/// The time of a local clock reading whose fields may be out of their ranges.
fn local_seconds([year, month, day, hour, minute, second]: [i64; 6]) -> Option<i64> {
    let months = year * 12 + month - 1;
    let year = i32::try_from(months.div_euclid(12)).ok()?;
    let first = NaiveDate::from_ymd_opt(year, months.rem_euclid(12) as u32 + 1, 1)?;
    let offset = ((day - 1) * 24 + hour) * 3600 + minute * 60 + second;
    let local: NaiveDateTime =
        first.and_hms_opt(0, 0, 0)?.checked_add_signed(TimeDelta::try_seconds(offset)?)?;
    match Local.from_local_datetime(&local) {
        chrono::LocalResult::Single(time) | chrono::LocalResult::Ambiguous(time, _) => Some(time.timestamp()),
        // A reading that the clock skipped when summer time began: as far after the jump as it is written.
        chrono::LocalResult::None => {
            let before = local.checked_sub_signed(TimeDelta::try_hours(3)?)?;
            Some(Local.from_local_datetime(&before).earliest()?.timestamp() + 3 * 3600)
        }
    }
}

/// Seconds since the epoch.
pub(super) fn now() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs() as i64,
        Err(before) => -(before.duration().as_secs() as i64),
    }
}

pub(super) fn difftime(vm: &mut Vm, args: Args) -> NativeResult {
    // The second argument is looked at first.
    let start = if vm.arg(args, 1).is_nil() { 0 } else { convert::to_i64(vm.check_number(args, 1)?) };
    let end = convert::to_i64(vm.check_number(args, 0)?);
    vm.ret1(end as f64 - start as f64)
}
