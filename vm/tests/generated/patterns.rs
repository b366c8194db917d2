//! Random patterns against random subjects, through every function that takes one. Malformed patterns come often.

use proptest::prelude::*;

use crate::choices::{Choices, words};
use crate::quote::quote;

/// Pieces of patterns; a pattern is a handful of them, whether or not they fit together.
const PIECES: &[&[u8]] = &[
    b"a",
    b".",
    b"b",
    b"%a",
    b"%d",
    b"%w",
    b"%s",
    b"x",
    b"*",
    b"+",
    b"-",
    b"?",
    b"(",
    b")",
    b"()",
    b"[ab]",
    b"[^a]",
    b"[a-c]",
    b"[%d_]",
    b"%1",
    b"%2",
    b"%b()",
    b"%bxx",
    b"%f[%w]",
    b"%f[^a]",
    b"^",
    b"$",
    b"%",
    b"%%",
    b"[",
    b"]",
    b"[]",
    b"[^]",
    b"[]]",
    b"[^]]",
    b"[a-]",
    b"[a-%d]",
    b"%b",
    b"%f",
    b"%fa",
    b"\0",
    b"%z",
    b"%g",
    b"%A",
    b"%S",
    b"%W",
    b"%u",
    b"%l",
    b"%p",
    b"%c",
    b"%x",
    b"%D",
    b"(a*)",
    b"(.-)",
    b"(.)",
    b"[%a",
    b"[%",
    b"%3",
    b"\xff",
    b"[\x80-\xff]",
    b" ",
    b"ab",
    b"%.",
    b"%9",
    b"%0",
    b"%y",
];
const SUBJECTS: &[&[u8]] = &[
    b"a",
    b"b",
    b"c",
    b"ab",
    b"x",
    b"xx",
    b"(",
    b")",
    b"(a(b)c)",
    b"1",
    b"23",
    b" ",
    b"_",
    b"A",
    b"\0",
    b"\n",
    b"\xff",
    b"%",
    b"^",
    b"$",
    b"-",
    b".",
    b"hello ",
    b"aaa",
    b"key=value, ",
    b"]",
    b"[",
];
const REPLACEMENTS: &[&str] = &[
    "''",
    "'<%0>'",
    "'%1'",
    "'%2%1'",
    "'%%'",
    "'%'",
    "'%9'",
    "'x'",
    "'a\\0b'",
    "{a = 'A', ab = 1, [''] = 'empty', b = false}",
    "{a = {}}",
    "function(...) p('match', ...) return nil end",
    "function(x) return x end",
    "function() return 7 end",
    "function() return {} end",
    "function(a, b) return b or false end",
    "setmetatable({}, {__index = function(_, k) return '<' .. tostring(k) .. '>' end})",
    "5",
    "nil",
    "true",
];

/// What a program prints with.
const PRELUDE: &str = "\
local function p(...)
  local out = {}
  for i = 1, select('#', ...) do
    local v = select(i, ...)
    out[i] = type(v) == 'string' and string.format('%q', v) or type(v) == 'table' and 'table' or tostring(v)
  end
  print(table.concat(out, ' '))
end
local function all(...)
  local n = 0
  for a, b, c in string.gmatch(...) do
    n = n + 1
    p(n, a, b, c)
    if n > 30 then break end
  end
end
-- program
";

/// A few calls on one pattern and one subject.
pub(crate) fn strategy() -> impl Strategy<Value = Vec<Vec<u16>>> {
    proptest::collection::vec(words(4..24), 1..6)
}

pub(crate) fn source(calls: &[Vec<u16>]) -> Vec<u8> {
    let mut text = PRELUDE.to_owned();
    for call in calls {
        text += &statement(&mut Choices::new(call));
    }
    text.into_bytes()
}

fn statement(c: &mut Choices<'_>) -> String {
    let form = c.below(10);
    let init = c.pick(&["nil", "1", "2", "-1", "-3", "0", "5", "100", "'2'", "2.5", "{}"]);
    let replacement = c.pick(REPLACEMENTS);
    let (pattern_length, subject_length) = (1 + c.below(6), 1 + c.below(8));
    let pattern = quote(&concatenation(c, PIECES, pattern_length));
    let subject = quote(&concatenation(c, SUBJECTS, subject_length));
    match form {
        0 => format!("p(pcall(string.find, {subject}, {pattern}))\n"),
        1 => format!("p(pcall(string.match, {subject}, {pattern}))\n"),
        2 => format!("p(pcall(all, {subject}, {pattern}))\n"),
        3 => format!("p(pcall(string.gsub, {subject}, {pattern}, {replacement}))\n"),
        4 => format!("p(pcall(string.find, {subject}, {pattern}, {init}))\n"),
        5 => format!("p(pcall(string.find, {subject}, {pattern}, {init}, true))\n"),
        6 => format!("p(pcall(string.match, {subject}, {pattern}, {init}))\n"),
        7 => format!("p(pcall(function() return ({subject}):match({pattern}, {init}) end))\n"),
        8 => format!(
            "p(pcall(function() local r = string.gsub({subject}, {pattern}, {replacement}, {init}) return r end))\n"
        ),
        _ => format!("p(pcall(string.gsub, {subject}, {pattern}, '<%0>'))\n"),
    }
}

fn concatenation(c: &mut Choices<'_>, pieces: &[&[u8]], count: usize) -> Vec<u8> {
    (0..count).flat_map(|_| c.pick(pieces).to_vec()).collect()
}
