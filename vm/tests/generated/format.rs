//! `string.format` with random directives and arguments of every type.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::choices::{Choices, words};
use crate::numbers::{long_number, number};
use crate::quote::quote;

const FLAGS: &[&str] =
    &["", "", "", "-", "0", "+", " ", "#", "-0", "+ ", "#0", "-+", "0-", "--", "00000", "+-0 #", "+-0 #0"];
const WIDTHS: &[&str] = &["", "", "1", "5", "12", "20", "99", "100", "123", "*"];
const PRECISIONS: &[&str] =
    &["", "", "", ".", ".0", ".1", ".3", ".10", ".14", ".17", ".20", ".40", ".99", ".100", ".*", ".-1"];
const CONVERSIONS: &[&str] = &[
    "d", "s", "g", "f", "x", "e", "q", "c", "i", "u", "o", "X", "E", "G", "a", "A", "%", "F", "n", "y", "l",
    "ld", "", "D", "S", "5", " ",
];
const STRINGS: &[&[u8]] = &[
    b"abc",
    b"",
    b"12",
    b"0x1F",
    b"-7.5",
    b"1e400",
    b"a\0b",
    b"line\nnext\r",
    b"\"q\"\\",
    b"\x01\x7f\x80\xff1",
    b" 3 ",
    b"nan",
    b"long text, longer than twenty",
];

/// Calls of `string.format`.
pub(crate) fn strategy() -> impl Strategy<Value = Vec<Vec<u16>>> {
    vec(words(4..30), 1..6)
}

pub(crate) fn source(calls: &[Vec<u16>]) -> Vec<u8> {
    let mut text = String::from(
        "-- program\nlocal function show(ok, text) print(ok, type(text) == 'string' and #text .. text) end\n",
    );
    for call in calls {
        let c = &mut Choices::new(call);
        let count = 1 + c.below(3);
        let mut format = String::new();
        let mut arguments = String::new();
        for _ in 0..count {
            format += c.pick(&["", "", "<", "a ", "%%", "\0"]);
            let conversion = c.pick(CONVERSIONS);
            format += &format!("%{}{}{}{conversion}", c.pick(FLAGS), c.pick(WIDTHS), c.pick(PRECISIONS));
            if conversion != "%" && !c.percent(3) {
                arguments += ", ";
                arguments += &argument(c, conversion);
            }
        }
        text += &format!("show(pcall(string.format, {}{arguments}))\n", quote(format.as_bytes()));
    }
    text.into_bytes()
}

/// A value for a conversion; usually of a type it takes.
fn argument(c: &mut Choices<'_>, conversion: &str) -> String {
    let text = matches!(conversion, "s" | "q");
    match c.below(if text { 20 } else { 10 }) {
        7 => quote(c.pick(STRINGS)),
        8 => c.pick(&["65", "0", "255", "256", "-1", "48.7"]).to_owned(),
        // An address, cut short by the precision, could be seen.
        9 if conversion == "s" => {
            c.pick(&["nil", "true", "setmetatable({}, {__tostring = error})"]).to_owned()
        }
        9 if c.percent(50) => c
            .pick(&[
                "nil",
                "true",
                "{}",
                "print",
                "setmetatable({}, {__tostring = function() return 'meta' end})",
            ])
            .to_owned(),
        9 => c
            .pick(&[
                "setmetatable({}, {__tostring = function() return 5 end})",
                "setmetatable({}, {__tostring = error})",
            ])
            .to_owned(),
        10.. => quote(c.pick(STRINGS)),
        // See format/tiny_numbers_as_decimals.lua and format/near_ties_in_exponent_form.lua.
        _ if matches!(conversion, "e" | "E" | "g" | "G") => long_number(c),
        _ => {
            let number = number(c);
            if number.parse::<f64>().is_ok_and(|value| value.abs() < 1e-150) {
                "0".to_owned()
            } else {
                number
            }
        }
    }
}
