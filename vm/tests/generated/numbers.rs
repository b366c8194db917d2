//! Numbers to text and back: random bit patterns printed in every form, random text read as numbers, with and without a base.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::choices::{Choices, words};
use crate::quote::quote;

/// Pieces of numbers. Twenty digits and an exponent are not among them: what LuaJIT makes of those differs from run to run.
const PARTS: &[&str] = &[
    "0",
    "1",
    "9",
    "12",
    "345",
    ".",
    "e",
    "E",
    "+",
    "-",
    "0x",
    "0X",
    "p",
    "P",
    "a",
    "F",
    " ",
    "\t",
    "\n",
    "_",
    "x",
    "inf",
    "nan",
    "e10",
    "e-5",
    "p3",
    "p-1074",
    "00",
    "123456789",
    "9007199254740993",
    "1844674407370955161",
    "0.1",
    "1e308",
    "e309",
    "e-324",
    ".5",
    "5.",
    "ff",
    "z",
    "Z",
    "\0",
    "LL",
    "ULL",
    "i",
    "0b",
    "0b101",
    "0o7",
    "\u{b}",
    "\u{c}",
    "1_000",
];
const BASES: &[&str] =
    &["10", "16", "2", "36", "8", "3", "35", "1", "37", "0", "-1", "10.5", "'16'", "nil", "{}"];

/// Conversions.
pub(crate) fn strategy() -> impl Strategy<Value = Vec<Vec<u16>>> {
    vec(words(4..16), 1..8)
}

pub(crate) fn source(conversions: &[Vec<u16>]) -> Vec<u8> {
    let mut text = String::from(
        "local function digits(v) return type(v) == 'number' and string.format('%.17g', v) or v end
local function show(ok, v) print(ok, type(v), digits(v), v) end
local function all(...) local t = {...} for i = 1, #t do t[i] = tostring(digits(t[i])) end print(unpack(t)) end
-- program\n",
    );
    for conversion in conversions {
        let c = &mut Choices::new(conversion);
        text += &match c.below(10) {
            0 => format!("print({})\n", number(c)),
            1 => format!("show(pcall(tonumber, {}))\n", quote(odd(c).as_bytes())),
            2 => {
                let base = c.pick(BASES);
                format!("show(pcall(tonumber, {}, {base}))\n", quote(odd(c).as_bytes()))
            }
            3 => format!(
                "local v = {} print(v, -v, v .. '', string.format('%.17g %.14g %a', v, v, v))\n",
                number(c)
            ),
            4 => format!("show(pcall(function() return {} + 0 end))\n", quote(odd(c).as_bytes())),
            5 => format!(
                "print(tonumber(string.format('%.17g', {0})) == {0}, tonumber(string.format('%a', {0})) == {0})\n",
                number(c)
            ),
            6 => format!("print(pcall(loadstring, 'return ' .. {}))\n", quote(literal(c).as_bytes())),
            7 => format!("print((loadstring('return ' .. {}) or type)(0))\n", quote(literal(c).as_bytes())),
            8 => format!(
                "local v, w = {}, {} all(v + w, v - w, v * w, v / w, v % w, v < w, v == w, math.floor(v), math.fmod(v, w))\n",
                number(c),
                number(c)
            ),
            _ => format!(
                "local v = {} print(bit.tobit(v), bit.bnot(v), bit.tohex(v), pcall(string.format, '%d %x', v, v))\n",
                number(c)
            ),
        };
    }
    text.into_bytes()
}

/// A number as Lua source that means exactly these bits: small, huge, or any bits at all.
pub(crate) fn number(c: &mut Choices<'_>) -> String {
    match c.below(8) {
        0 => c.within(0, 20).to_string(),
        1 => c
            .pick(&[
                "-0",
                "1/0",
                "-1/0",
                "0/0",
                "2^53",
                "-2^31",
                "2^31",
                "2^32",
                "5e-324",
                "1.7976931348623157e308",
                "0.1",
                "1e15",
                "1e14",
                "99999999999999.5",
                "1e21",
            ])
            .to_owned(),
        2 => format!("{}.{}", c.within(-99, 99), c.below(1000)),
        3 => format!("{}e{}", c.within(-9, 9), c.within(-320, 308)),
        4 => {
            let (factor, exponent) = (c.within(1, 1 << 15), c.within(-60, 60));
            if is_far_from_tie(factor as f64 * 2_f64.powi(exponent as i32)) {
                format!("{factor} * 2^{exponent}")
            } else {
                factor.to_string()
            }
        }
        5 => format!("{}", (c.below(1 << 16) as i64) << 16 | c.below(1 << 16) as i64),
        6 => format!("{}5e-{}", c.below(1 << 16), c.within(1, 12)),
        _ => any_bits(c),
    }
}

/// A number whose digits end far from the places `string.format` rounds at: a whole number, or one with many digits.
pub(crate) fn long_number(c: &mut Choices<'_>) -> String {
    match c.below(3) {
        0 => c.within(-1000, 1000).to_string(),
        1 => format!("{} * 2^{}", c.within(1, 1 << 15), c.within(-300, 300)),
        _ => any_bits(c),
    }
}

fn any_bits(c: &mut Choices<'_>) -> String {
    let value = f64::from_bits((0..4).fold(0, |bits, _| bits << 16 | c.below(1 << 16) as u64));
    match value {
        _ if !value.is_finite() => "0/0".to_owned(),
        _ if is_far_from_tie(value) => format!("{value:e}"),
        _ => format!("{value:.9e}"),
    }
}

/// Whether what follows the 14 digits that `print` shows is not near the middle, where LuaJIT rounds some numbers to the wrong side (a known
/// difference).
fn is_far_from_tie(value: f64) -> bool {
    const SHOWN: usize = 14;
    let digits = format!("{value:.16e}");
    let rest: String = digits.chars().filter(char::is_ascii_digit).skip(SHOWN).take(3).collect();
    !("490".."510").contains(&rest.as_str())
}

/// Text that may or may not be a number.
fn odd(c: &mut Choices<'_>) -> String {
    let count = 1 + c.below(5);
    (0..count).map(|_| c.pick(PARTS)).collect()
}

/// The same in source text, where a line's end would change what follows, without the suffixes of C numbers.
fn literal(c: &mut Choices<'_>) -> String {
    odd(c).replace(['\n', '\0', '_', 'i', 'L'], "")
}
