//! Random sequences of `string.buffer` operations, and random values encoded and decoded, also after a byte has changed.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::choices::{Choices, words};
use crate::numbers::number;

/// The literal makes LuaJIT load its FFI, without which it reads no C values.
const PRELUDE: &str = "\
local buffer, _ = require('string.buffer'), 1LL
local function show(v, depth)
  local kind = type(v)
  if kind == 'string' then return string.format('%q', v) end
  if kind == 'number' then return string.format('%.17g', v) end
  if kind ~= 'table' then return kind == 'boolean' and tostring(v) or kind end
  if depth == 0 then return '{...}' end
  local parts = {}
  for k, w in next, v do parts[#parts + 1] = show(k, 0) .. '=' .. show(w, depth - 1) end
  table.sort(parts)
  return '{' .. table.concat(parts, ',') .. '}'
end
local function p(...)
  local out = {}
  for i = 1, select('#', ...) do out[i] = show((select(i, ...)), 4) end
  print(table.concat(out, ' '))
end
local b, t = buffer.new(), {1, 2, x = {y = 1}}
-- program
";
const TEXTS: &[&str] =
    &["'a'", "''", "'hello world'", "('x'):rep(40)", "('y'):rep(300)", "'\\0\\255'", "12", "-0.5", "1e100"];

/// Sequences of operations.
pub(crate) fn strategy() -> impl Strategy<Value = Vec<Vec<u16>>> {
    vec(words(3..16), 1..24)
}

pub(crate) fn source(operations: &[Vec<u16>]) -> Vec<u8> {
    let mut text = PRELUDE.to_owned();
    for words in operations {
        text += &operation(&mut Choices::new(words));
        text += "p(#b, b)\n";
    }
    text.into_bytes()
}

fn operation(c: &mut Choices<'_>) -> String {
    let form = c.below(16);
    let text = c.pick(TEXTS);
    let count = c.pick(&["0", "1", "3", "10", "1000", "-1", "'2'", "nil", "2.5", "{}"]);
    match form {
        0 | 1 => format!("p(pcall(b.put, b, {text}, {}))\n", c.pick(TEXTS)),
        2 => format!("p(pcall(b.put, b, {}))\n", value(c, 2)),
        3 => format!("p(pcall(b.putf, b, '%s|%5d|%q', {text}, {}, {text}))\n", number(c)),
        4 => format!("p(pcall(b.get, b, {count}))\n"),
        5 => format!("p(pcall(b.get, b, {count}, 2, {count}))\n"),
        6 => "p(b:get())\n".to_owned(),
        7 => format!("p(pcall(b.skip, b, {count}))\n"),
        8 => "b:reset()\n".to_owned(),
        9 => format!("p(pcall(b.set, b, {text}))\n"),
        10 => "p(tostring(b), #b, b .. 'end', b == b)\n".to_owned(),
        // What an encoding that fails leaves behind depends on when the memory was last grown.
        11 => format!(
            "local ok, e = pcall(b.encode, b, {}) p(ok, e) if not ok then b:reset() end\n",
            value(c, 3)
        ),
        12 => format!("b:reset() b:encode({}) p(b:decode())\n", number(c).replace("0/0", "1")),
        13 => {
            format!("local ok, s = pcall(buffer.encode, {}) p(ok, s, ok and buffer.decode(s))\n", value(c, 3))
        }
        14 => format!(
            "local ok, s = pcall(buffer.encode, {}) if ok then s = s:sub(1, {}) .. string.char({}) .. s:sub({}) p(s, pcall(buffer.decode, s)) end\n",
            value(c, 3),
            c.below(12),
            tag(c),
            c.below(20),
        ),
        _ => format!("t = {} p(pcall(buffer.encode, t))\n", value(c, 3)),
    }
}

/// A byte in the place of another, that is not the tag of a pointer of 64 bits, which Perilune limits to 47.
fn tag(c: &mut Choices<'_>) -> usize {
    match c.below(256) {
        5 => 0,
        tag => tag,
    }
}

/// A value; tables have at most one key outside their array part, since the order of keys can be seen in what is encoded.
fn value(c: &mut Choices<'_>, depth: u8) -> String {
    match c.below(if depth == 0 { 7 } else { 11 }) {
        // The sign of a NaN, which comes from the processor, could be seen.
        0 => number(c).replace("0/0", "1"),
        1 => c.pick(TEXTS).to_owned(),
        2 => c.pick(&["true", "false", "nil"]).to_owned(),
        3 => c.pick(&["print", "b", "newproxy()", "coroutine.create(print)"]).to_owned(),
        4 => "t".to_owned(),
        5 | 6 => c.within(-70000, 70000).to_string(),
        7 | 8 => {
            let items = (0..c.below(5)).map(|_| value(c, depth - 1)).collect::<Vec<_>>();
            format!("{{{}}}", items.join(", "))
        }
        9 => format!(
            "{{[{}] = {}}}",
            c.pick(&["'key'", "true", "0", "1000", "0.5", "-1"]),
            value(c, depth - 1)
        ),
        _ => format!("{{{}, name = {}}}", value(c, depth - 1), value(c, depth - 1)),
    }
}
