//! Random sequences of table operations; the whole table is printed after each.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::choices::{Choices, words};

const PRELUDE: &str = "\
local function show(t)
  local parts = {}
  for k, v in next, t do parts[#parts + 1] = tostring(k) .. '=' .. tostring(v) end
  table.sort(parts)
  return table.concat(parts, ' ')
end
local function full(t) local n = #t for i = 1, n do if t[i] == nil then t[i] = 0 end end return n end
local t, u = {}, {}
-- program
";
const VALUES: &[&str] = &["1", "'v'", "2.5", "true", "'w'", "7", "-0"];
const KEYS: &[&str] = &[
    "'a'",
    "'b'",
    "'c'",
    "1000",
    "-5",
    "0.5",
    "true",
    "'d' .. #t",
    "0",
    "-0",
    "2^53",
    "'1'",
    "1e300",
    "print",
    "nil",
    "0/0",
];

/// Sequences of operations.
pub(crate) fn strategy() -> impl Strategy<Value = Vec<Vec<u16>>> {
    vec(words(2..8), 1..40)
}

pub(crate) fn source(operations: &[Vec<u16>]) -> Vec<u8> {
    let mut text = PRELUDE.to_owned();
    for words in operations {
        text += &operation(&mut Choices::new(words));
        text += "print(full(t), full(u), show(t), '|', show(u))\n";
    }
    text.into_bytes()
}

fn operation(c: &mut Choices<'_>) -> String {
    let (form, t) = (c.below(22), c.pick(&["t", "u"]));
    let other = if t == "t" { "u" } else { "t" };
    let (value, key) = (c.pick(VALUES), c.pick(KEYS));
    let (i, j) = (c.within(-2, 9), c.within(-2, 12));
    match form {
        0 | 1 => format!("{t}[#{t} + 1] = {value} "),
        2 => format!("table.insert({t}, {value}) "),
        3 => format!("if #{t} >= {j} and {j} > 0 then table.insert({t}, {j}, {value}) end "),
        4 => format!("print(table.remove({t})) "),
        5 => format!("if {i} <= #{t} then print(pcall(table.remove, {t}, {i})) end "),
        6 => format!("print(pcall(rawset, {t}, {key}, {value})) "),
        7 => format!("print(pcall(function() {t}[{key}] = nil end)) "),
        8 => format!("print(pcall(function() {t}[{key}] = {value} return {t}[{key}] end)) "),
        9 => format!("print(pcall(table.concat, {t}, ',', {i}, {j})) "),
        10 => format!("print(pcall(unpack, {t}, {i}, {j})) "),
        11 => format!("print(unpack({t})) "),
        12 => format!("for i = 1, {j} do {t}[#{t} + 1] = i end "),
        13 => format!("while #{t} > {} do {t}[#{t}] = nil end ", i.max(0)),
        14 => format!("print(table.maxn({t}), next({{}}), pcall(next, {t}, 'none')) "),
        15 => format!("if #{t} >= {j} then print(pcall(table.move, {t}, 1, {j}, 1, {other})) end "),
        16 => format!("{t} = {{unpack({other})}} "),
        17 => format!("{t} = {{{value}, {value}, a = {value}, [3] = 'three'}} "),
        18 => format!("for i, v in ipairs({t}) do if i == {j} then {t}[i] = 'new' end end "),
        19 => format!("for k in pairs({t}) do if type(k) == 'string' then {t}[k] = nil end end "),
        20 => format!("for k in pairs({t}) do {t}[k] = nil end "),
        _ => format!("print(pcall(table.concat, {t}, {value})) "),
    }
}
