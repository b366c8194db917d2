//! Functions that call themselves and do little else: compiled code makes their frames late, so that it matters where they are left.

use super::{Generator, Type};
use crate::choices::Choices;

/// What is returned where it ends, `n` being 0 or less.
const LAST: &[&str] =
    &["n", "x", "n, x", "x, n, 1", "", "0.5", "'3'", "n == 0 and x or 1", "nil", "{}", "x + 1, nil"];

/// What comes before the first call; there is a number or whatever in `x`, a table in `t`, and a variable `calls`.
const BEFORE: &[&str] = &[
    "",
    "calls = calls + 1",
    "t.k = (t.k or 0) + 1",
    "x = x + n",
    "for i = 1, n do x = x + i end",
    "for i = 1, n % 3 do if i == 2 then break end x = -x end",
    "if n % 3 == 0 then x = n end",
    "if n == 4 then t = {k = n} end",
    "local x = n",
    "t[n] = x",
];

/// The first call, which gives `a`.
const FIRST: &[&str] = &[
    "local a = f(n - 1, x, t)",
    "local a, b = f(n - 1, x, t)",
    "local a = (f(n - 1, y, t))",
    "local b, a = f(n - 1, x, t), y",
    "local a = select('#', f(n - 1, x, t))",
    "local ok, a = pcall(f, n - 1, x, t)",
    "local a = f(n - 1, n % 4 == 0 and '2' or x, t)",
    "local a = f(n - 1, f(n - 3, x, t), t)",
    "local a = x; if n % 2 == 0 then a = f(n - 1, x, t) end",
    "local a = 0; for i = 1, 2 do a = f(n - i, x, t) end",
];

/// The second, which gives `d`.
const SECOND: &[&str] = &[
    "local d = f(n - 2, a, t)",
    "local d = y",
    "local d = n % 2 == 0 and f(n - 2, x, t) or 0",
    "local d = t.k or n",
    "local d = calls",
    "local d = f(n - 2, x, {k = n})",
];

const RESULT: &[&str] = &[
    "a + d",
    "a + d, y",
    "a, d",
    "y + (a or 0)",
    "f(n - 2, d, t)",
    "f(n - 2, x, t), d",
    "clip(a .. d)",
    "a == d and x or y",
    "(f(n - 3, d, t))",
    "d",
];

impl Generator {
    pub(super) fn recursion(&mut self, c: &mut Choices<'_>) {
        self.labels += 1;
        let calls = format!("calls{}", self.labels);
        let name = self.scope.unique();
        let own = |text: &str| {
            let called = text.replace("f(", &format!("{name}("));
            called.replace("pcall(f", &format!("pcall({name}")).replace("calls", &calls)
        };
        self.line(&format!("local {calls} = 0"));
        let head = if c.percent(80) { "" } else { ", ..." };
        self.line(&format!("local function {name}(n, x, t{head})"));
        let last = c.pick(LAST);
        self.line(&format!("  if n <= 0 then return {last} end"));
        let y = c.pick(&["n * 2", "n", "x", "n % 3 + 0.5", "t.k or n"]);
        self.line(&format!("  local y = {y}"));
        for part in [BEFORE, FIRST, SECOND] {
            let text = own(c.pick(part));
            self.line(&format!("  {text}"));
        }
        let result = own(c.pick(RESULT));
        self.line(&format!("  return {result}"));
        self.line("end");
        let argument = self.sub(c, Type::Number, 2);
        let (turns, most) = (c.within(2, 12), c.within(2, 8));
        self.line(&format!("for i = 1, {turns} do try({name}, i % {most}, i, {{k = i}}) end"));
        self.line(&format!("try({name}, {most}, {argument}, {{}}) p({calls})"));
    }
}
