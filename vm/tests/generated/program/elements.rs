//! Loops over the elements of C arrays: compiled code computes neighbours together, and several turns at once.

use super::{Generator, Type};
use crate::choices::Choices;

/// What the structs are.
const STRUCTS: &[&str] =
    &["float x, y, z;", "float x, y;", "double x, y, z;", "float x; int32_t n; float y;"];

/// What is read and written of element `@`, beside the fields `x` and `y`: another array, and the structs by another name, some elements on.
const PLACES: &[&str] = &["P[@].x", "P[@].y", "A[@]", "Q[@].x", "P[@].y", "P[@].x", "Q[@].y", "B[@]"];

/// What is stored; `$` is one of the places. Numbers stay small, and no integer leaves its range.
const VALUES: &[&str] = &[
    "i < I[i] and k or $ * 0.5",
    "$ * 0.5 + I[i]",
    "i <= bit.band(I[i], 31) and $ or c",
    "$ * 0.5 + k",
    "$ * 0.5 + $ * 0.25",
    "$ * 0.5 - i",
    "$",
    "k",
    "i",
    "($ + $) * 0.5",
    "-$",
    "$ * k",
    "math.floor($)",
    "$ < $ and k or $ * 0.5",
    "$ / 4 + k",
    "c",
];

impl Generator {
    pub(super) fn elements(&mut self, c: &mut Choices<'_>) {
        let name = self.scope.unique();
        let fields = c.pick(STRUCTS);
        let (count, apart) = (c.within(16, 40), c.within(0, 3));
        self.line(&format!("local {name} do"));
        self.line("  local ffi = require('ffi')");
        self.line(&format!("  local P = ffi.new('struct {{ {fields} }}[?]', {})", count + 4));
        self.line(&format!(
            "  local Q = {}",
            if apart == 0 { "P".into() } else { format!("P + {}", apart - 1) }
        ));
        self.line(&format!("  local A, B = ffi.new('double[?]', {count}), ffi.new('float[?]', {count})"));
        let most = c.pick(&[3, 40, 1000]);
        self.line(&format!("  local I = ffi.new('int32_t[?]', {count})"));
        self.line(&format!("  for i = 0, {} do", count - 1));
        self.line(&format!("    P[i].x = i P[i].y = i * 0.25 A[i] = -i B[i] = 1 I[i] = i * 7 % {most}"));
        self.line("  end");
        let step = c.pick(&["", "", "", "", ", 1", ", 2", ", -1"]);
        self.line(&format!("  function {name}(from, to, k)"));
        self.line("    local c = 0");
        let (from, to) = if step == ", -1" { ("to", "from") } else { ("from", "to") };
        self.line(&format!("    for i = {from}, {to}{step} do"));
        for _ in 0..c.within(1, 4) {
            let target = Self::place(c);
            let value = Self::filled(c, VALUES);
            let (before, behind) = if c.percent(15) { ("if i < I[i] then ", " end") } else { ("", "") };
            self.line(&format!("      {before}{target} = {value}{behind}"));
        }
        if c.percent(20) {
            let value = Self::filled(c, VALUES);
            self.line(&format!("      c = {value}"));
        }
        self.line("    end");
        self.line("    return math.floor(c * 256)");
        self.line("  end");
        let k = c.pick(&["1", "0.5", "-0.25", "1 / 3"]);
        let (turns, last) = (c.within(1, 6), c.within(2, count - 3));
        self.line(&format!("  for t = 1, {turns} do try({name}, t % 4 + 1, {last} - t % 2, {k}) end"));
        let argument = self.sub(c, Type::Number, 2);
        self.line(&format!("  try({name}, 2, {}, {argument})", c.within(0, count - 3)));
        self.line("  local sum = 0");
        self.line(&format!("  for i = 0, {} do", count - 1));
        self.line("    local all = P[i].x + P[i].y * 3 + A[i] * 5 + B[i] * 7");
        self.line("    if all == all and all < 1e9 and all > -1e9 then sum = (sum * 31 + math.floor(all * 64)) % 1000003 end");
        self.line("  end");
        self.line("  p(sum)");
        self.line("end");
    }

    /// A place of an element near `i`.
    fn place(c: &mut Choices<'_>) -> String {
        let index = c.pick(&["i", "i", "i", "i", "i + 1", "i - 1", "i + 2"]);
        c.pick(PLACES).replace('@', index)
    }

    fn filled(c: &mut Choices<'_>, from: &[&'static str]) -> String {
        let mut text = String::new();
        for (at, part) in c.pick(from).split('$').enumerate() {
            if at > 0 {
                text.push_str(&Self::place(c));
            }
            text.push_str(part);
        }
        text
    }
}
