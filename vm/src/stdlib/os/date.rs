//! `os.date`: C's `strftime` in the C locale.

use std::fmt::Write;

use chrono::{DateTime, Datelike, Local, Offset, TimeZone, Timelike, Utc};

use crate::convert;
use crate::stdlib::opt_c_string;
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Vm};

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment as a clock on the wall shows it.
struct BrokenDown {
    second: u32,
    minute: u32,
    hour: u32,
    day: u32,
    /// From 0.
    month: u32,
    year: i64,
    /// From Sunday, 0.
    week_day: u32,
    /// From 0.
    year_day: u32,
    is_summer_time: bool,
    /// East of Greenwich.
    offset_seconds: i32,
    is_utc: bool,
    timestamp: i64,
}

pub(super) fn date(vm: &mut Vm, args: Args) -> NativeResult {
    let format = opt_c_string(vm, args, 0)?.unwrap_or(b"%c");
    let timestamp = if vm.arg(args, 1).is_nil() {
        super::time::now()
    } else {
        convert::to_i64(vm.check_number(args, 1)?)
    };
    let (format, is_utc) = match format.strip_prefix(b"!") {
        Some(rest) => (rest, true),
        None => (format, false),
    };
    let Some(moment) = break_down(timestamp, is_utc) else { return vm.ret1(RawValue::NIL) };
    if format == b"*t" {
        return date_table(vm, &moment);
    }
    let text = vm.new_string(format_date(format, &moment).as_slice())?;
    vm.ret1(text)
}

fn date_table(vm: &mut Vm, moment: &BrokenDown) -> NativeResult {
    let table = vm.new_table(0, 9)?;
    let fields = [
        ("sec", i64::from(moment.second)),
        ("min", i64::from(moment.minute)),
        ("hour", i64::from(moment.hour)),
        ("day", i64::from(moment.day)),
        ("month", i64::from(moment.month) + 1),
        ("year", moment.year),
        ("wday", i64::from(moment.week_day) + 1),
        ("yday", i64::from(moment.year_day) + 1),
    ];
    for (name, value) in fields {
        vm.raw_set_name(table, name, RawValue::number(value as f64))?;
    }
    vm.raw_set_name(table, "isdst", moment.is_summer_time.into())?;
    vm.ret1(table)
}

fn break_down(timestamp: i64, is_utc: bool) -> Option<BrokenDown> {
    if is_utc {
        let time = Utc.timestamp_opt(timestamp, 0).single()?;
        Some(fields_of(&time, 0, true, false))
    } else {
        let time = Local.timestamp_opt(timestamp, 0).single()?;
        Some(fields_of(&time, time.offset().fix().local_minus_utc(), false, is_summer_time(timestamp)))
    }
}

fn fields_of<Z: TimeZone>(
    time: &DateTime<Z>,
    offset_seconds: i32,
    is_utc: bool,
    is_summer_time: bool,
) -> BrokenDown {
    BrokenDown {
        second: time.second(),
        minute: time.minute(),
        hour: time.hour(),
        day: time.day(),
        month: time.month0(),
        year: i64::from(time.year()),
        week_day: time.weekday().num_days_from_sunday(),
        year_day: time.ordinal0(),
        is_summer_time,
        offset_seconds,
        is_utc,
        timestamp: time.timestamp(),
    }
}

/// Whether the local clock is ahead of what it shows in the other half of the year.
pub(super) fn is_summer_time(timestamp: i64) -> bool {
    offset_at(timestamp) > standard_offset(timestamp)
}

/// By how much summer time moves the clock in that year; an hour where there is none.
pub(super) fn summer_shift(timestamp: i64) -> i64 {
    let half_year = 183 * 86_400;
    let shift =
        offset_at(timestamp + half_year).max(offset_at(timestamp - half_year)) - standard_offset(timestamp);
    if shift > 0 { i64::from(shift) } else { 3600 }
}

fn standard_offset(timestamp: i64) -> i32 {
    let half_year = 183 * 86_400;
    offset_at(timestamp).min(offset_at(timestamp + half_year)).min(offset_at(timestamp - half_year))
}

fn offset_at(timestamp: i64) -> i32 {
    Local.timestamp_opt(timestamp, 0).single().map_or(0, |time| time.offset().fix().local_minus_utc())
}

fn format_date(format: &[u8], moment: &BrokenDown) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = format.iter().copied();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut start = vec![b'%'];
        let mut directive = rest.next();
        // The alternative forms are the ordinary ones in the C locale.
        while let Some(modifier @ (b'E' | b'O')) = directive {
            start.push(modifier);
            directive = rest.next();
        }
        let mut text = String::new();
        match directive {
            Some(directive) if write_directive(directive, moment, &mut text) => {
                out.extend_from_slice(text.as_bytes())
            }
            unknown => {
                out.extend_from_slice(&start);
                out.extend(unknown);
            }
        }
    }
    out
}

/// Appends what a conversion stands for; false for an unknown one.
fn write_directive(directive: u8, moment: &BrokenDown, out: &mut String) -> bool {
    let BrokenDown { second, minute, hour, day, month, year, week_day, year_day, .. } = *moment;
    let day_name = DAYS[week_day as usize];
    let month_name = MONTHS[month as usize];
    let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
    let half = if hour < 12 { "AM" } else { "PM" };
    let (iso_year, iso_week) = iso_week(moment);
    let written = match directive {
        b'a' => write!(out, "{}", &day_name[..3]),
        b'A' => write!(out, "{day_name}"),
        b'b' | b'h' => write!(out, "{}", &month_name[..3]),
        b'B' => write!(out, "{month_name}"),
        b'c' => write!(
            out,
            "{} {} {day:2} {hour:02}:{minute:02}:{second:02} {year}",
            &day_name[..3],
            &month_name[..3]
        ),
        b'C' => write!(out, "{:02}", year.div_euclid(100)),
        b'd' => write!(out, "{day:02}"),
        b'D' | b'x' => write!(out, "{:02}/{day:02}/{:02}", month + 1, year.rem_euclid(100)),
        b'e' => write!(out, "{day:2}"),
        b'F' => write!(out, "{year}-{:02}-{day:02}", month + 1),
        b'g' => write!(out, "{:02}", iso_year.rem_euclid(100)),
        b'G' => write!(out, "{iso_year}"),
        b'H' => write!(out, "{hour:02}"),
        b'I' => write!(out, "{hour12:02}"),
        b'j' => write!(out, "{:03}", year_day + 1),
        b'k' => write!(out, "{hour:2}"),
        b'l' => write!(out, "{hour12:2}"),
        b'm' => write!(out, "{:02}", month + 1),
        b'M' => write!(out, "{minute:02}"),
        b'n' => out.write_char('\n'),
        b'p' => write!(out, "{half}"),
        b'P' => write!(out, "{}", half.to_ascii_lowercase()),
        b'r' => write!(out, "{hour12:02}:{minute:02}:{second:02} {half}"),
        b'R' => write!(out, "{hour:02}:{minute:02}"),
        b's' => write!(out, "{}", moment.timestamp),
        b'S' => write!(out, "{second:02}"),
        b't' => out.write_char('\t'),
        b'T' | b'X' => write!(out, "{hour:02}:{minute:02}:{second:02}"),
        b'u' => write!(out, "{}", if week_day == 0 { 7 } else { week_day }),
        b'U' => write!(out, "{:02}", (year_day + 7 - week_day) / 7),
        b'V' => write!(out, "{iso_week:02}"),
        b'w' => write!(out, "{week_day}"),
        b'W' => write!(out, "{:02}", (year_day + 7 - (week_day + 6) % 7) / 7),
        b'y' => write!(out, "{:02}", year.rem_euclid(100)),
        b'Y' => write!(out, "{year}"),
        b'z' => write_offset(moment.offset_seconds, out),
        b'Z' => write_zone(moment, out),
        b'%' => write!(out, "%"),
        _ => return false,
    };
    written.expect("writing to a string does not fail");
    true
}

/// The year and number of the ISO 8601 week.
fn iso_week(moment: &BrokenDown) -> (i64, u32) {
    let date = chrono::NaiveDate::from_yo_opt(moment.year as i32, moment.year_day + 1)
        .expect("the fields come from a date");
    let week = date.iso_week();
    (i64::from(week.year()), week.week())
}

fn write_offset(seconds: i32, out: &mut String) -> std::fmt::Result {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    write!(out, "{sign}{:02}{:02}", minutes / 60, minutes % 60)
}

/// Zones are named by their offset, except the one without.
fn write_zone(moment: &BrokenDown, out: &mut String) -> std::fmt::Result {
    match (moment.is_utc, moment.offset_seconds) {
        (true, _) => out.write_str("GMT"),
        (false, 0) => out.write_str("UTC"),
        (false, seconds) if seconds % 3600 == 0 => write!(out, "{:+03}", seconds / 3600),
        (false, seconds) => write_offset(seconds, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(format: &str, timestamp: i64) -> String {
        let moment = break_down(timestamp, true).expect("in range");
        String::from_utf8(format_date(format.as_bytes(), &moment)).expect("text")
    }

    #[test]
    fn directives_are_those_of_the_c_locale() {
        assert_eq!(utc("%c", 0), "Thu Jan  1 00:00:00 1970");
        assert_eq!(utc("%x %X %p", 1_000_000_000), "09/09/01 01:46:40 AM");
        assert_eq!(
            utc("%Y-%m-%d %H:%M:%S %j %a %A %b %B", 951_782_400),
            "2000-02-29 00:00:00 060 Tue Tuesday Feb February"
        );
        assert_eq!(utc("%G %V %g %u %w %U %W", 1_230_768_000 - 86_400), "2009 01 09 3 3 52 52");
        assert_eq!(utc("%I %l %k %r %R %D %e", 46_800), "01  1 13 01:00:00 PM 13:00 01/01/70  1");
        assert_eq!(utc("%s %z %Z %C %y", 86_399), "86399 +0000 GMT 19 70");
    }

    #[test]
    fn unknown_directives_are_kept_and_modifiers_skipped() {
        assert_eq!(utc("%Q%%%", 0), "%Q%%");
        assert_eq!(utc("%Ey %Od", 0), "70 01");
    }
}
