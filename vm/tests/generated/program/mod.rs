//! Random Lua programs.
//!
//! A program ends by construction: loops and functions call `tick`, which fails for good after 150 calls, so that LuaJIT's C stack, which it
//! does not watch, holds them all, and strings that
//! outlive a statement inside a loop or function are cut by `clip`. Arrays have no holes, and the order of hash keys is never seen.
//! Every variable has a type it was declared with, which expressions respect most of the time; elsewhere operations meet values of
//! any type, and their errors are printed.

mod elements;
mod expr;
mod function;
mod library;
mod recursion;
mod scope;
mod stat;

use crate::choices::{Choices, Node};
use crate::compare::PROGRAM;
use scope::Scope;

/// How often, in percent, an expression is of another type than wanted.
const ILL_TYPED: usize = 4;

/// Functions that generated programs print with and are bounded by.
const PRELUDE: &str = include_str!("prelude.lua");

/// Variables that generated programs begin with, so that most operations find something to work on.
const START: &str = "\
local n, s, b, a, f = 4, 'text', true, {5, 3, 8}, function(v, w) return v, w end
local r = {x = 1.5, y = -2, name = 'first', items = {1, 2}, sub = {x = 0, name = 'second', items = {'a', 'b'}}}
local o = setmetatable({v = 10}, M1)
for i, M in ipairs({M1, M2}) do
  local function value(x) tick() return type(x) == 'table' and (rawget(x, 'v') or 0) or x end
  function M.__add(x, y) return setmetatable({v = value(x) + value(y)}, M) end
  function M.__sub(x, y) return setmetatable({v = value(x) - value(y)}, M) end
  function M.__mul(x, y) return value(x) * value(y) end
  function M.__concat(x, y) return value(x) .. '|' .. value(y) end
  function M.__lt(x, y) return value(x) < value(y) end
  function M.__le(x, y) return value(x) <= value(y) end
  function M.__eq(x, y) return value(x) == value(y) end
  function M.__unm(x) return i == 1 and -value(x) end
  function M.__call(self, x, ...) return value(self), x, ... end
  function M.__tostring(x) return 'object ' .. tostring(value(x)) end
  M.__index = { get = function(self) return self.v end, twice = function(self, x) return self.v * 2, x end }
end
";
const STARTED: &[(&str, Type)] = &[
    ("n", Type::Number),
    ("s", Type::String),
    ("b", Type::Boolean),
    ("a", Type::Array),
    ("r", Type::Record),
    ("o", Type::Object),
    ("f", Type::Function),
];

/// A program with these statements.
pub(crate) fn source(nodes: &[Node]) -> Vec<u8> {
    format!("{}\n{}\n{PROGRAM}\n{}", PRELUDE.trim_end(), START.trim_end(), statements(nodes)).into_bytes()
}

/// The statements alone, without the variables and functions they use.
pub(crate) fn statements(nodes: &[Node]) -> String {
    let mut generator = Generator::default();
    for (name, kind) in STARTED {
        generator.scope.declare(name, *kind, None);
    }
    let whole = &mut Choices::new(nodes.first().map_or(&[], |node| &node.words));
    let coroutine = whole.percent(12);
    if coroutine {
        generator.line("local main = coroutine.create(function(...)");
        generator.function = Function { vararg: true, yields: true };
    }
    generator.block(nodes);
    generator.checkpoint();
    if coroutine {
        generator.line("end)");
        generator.line("repeat tick() p('main', coroutine.resume(main, 1, 'resumed')) until coroutine.status(main) == 'dead'");
    }
    generator.text
}

/// What an expression should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Number,
    String,
    Boolean,
    /// A table with the keys 1 to `#t`.
    Array,
    /// A table with fields `x`, `y` (numbers), `name`, `items` (an array), `sub` (another or nil) and keys of other types.
    Record,
    /// A table with a field `v` and a random metatable.
    Object,
    Function,
    Nil,
}

impl Type {
    const ALL: [Type; 8] = [
        Type::Number,
        Type::String,
        Type::Boolean,
        Type::Array,
        Type::Record,
        Type::Object,
        Type::Function,
        Type::Nil,
    ];
}

/// The function whose body is being written.
#[derive(Clone, Copy, Default)]
pub(crate) struct Function {
    vararg: bool,
    yields: bool,
}

/// A program being written.
#[derive(Default)]
pub(crate) struct Generator {
    text: String,
    indent: usize,
    scope: Scope,
    function: Function,
    /// Labels of the loops around, innermost last; of those in the same function.
    loops: Vec<usize>,
    labels: usize,
    /// How many functions and loops are around.
    nesting: usize,
    /// How often, in percent, an expression is of another type than wanted.
    ill_typed: usize,
}

impl Generator {
    fn line(&mut self, text: &str) {
        for _ in 0..self.indent {
            self.text.push_str("  ");
        }
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Statements in a scope of their own.
    fn block(&mut self, nodes: &[Node]) {
        let outside = self.scope.mark();
        self.indent += 1;
        for node in nodes {
            if self.nesting == 0 { self.guarded(node) } else { self.statement(node) }
        }
        self.indent -= 1;
        self.scope.leave(outside);
    }

    /// A statement outside loops and functions. Its errors are printed and the program goes on, unless it declares a variable.
    fn guarded(&mut self, node: &Node) {
        let (scope, text) = (self.scope.mark(), self.text.len());
        self.ill_typed = ILL_TYPED;
        self.nesting += 1;
        self.statement(node);
        self.nesting -= 1;
        if self.scope.mark() == scope {
            let statement = self.text.split_off(text);
            self.line("try(function(...)");
            self.text.push_str(&statement);
            self.line("end, 1, nil)");
            return;
        }
        self.scope.leave(scope);
        self.text.truncate(text);
        self.ill_typed = 0;
        self.statement(node);
        self.ill_typed = ILL_TYPED;
    }

    /// The body of a loop, with a place to continue at.
    fn loop_body(&mut self, nodes: &[Node]) {
        self.labels += 1;
        self.loops.push(self.labels);
        self.nesting += 1;
        self.line("  tick()");
        let before = self.text.len();
        self.block(nodes);
        let label = format!("continue{}", self.loops.pop().expect("pushed above"));
        if self.text[before..].contains(&format!("goto {label}\n")) {
            self.line(&format!("  ::{label}::"));
        }
        self.nesting -= 1;
    }

    /// The body of a function, with what comes before its statements and the result after them.
    fn function_body(
        &mut self,
        function: Function,
        nodes: &[Node],
        result: impl FnOnce(&mut Generator) -> String,
    ) {
        let around = std::mem::replace(&mut self.function, function);
        let loops = std::mem::take(&mut self.loops);
        self.nesting += 1;
        self.line("  tick()");
        let outside = self.scope.mark();
        self.indent += 1;
        for node in nodes {
            self.statement(node);
        }
        let result = result(self);
        self.line(&result);
        self.indent -= 1;
        self.scope.leave(outside);
        self.nesting -= 1;
        self.loops = loops;
        self.function = around;
    }

    /// Prints every variable.
    fn checkpoint(&mut self) {
        let names = self.scope.visible().map(|variable| variable.name.clone()).collect::<Vec<_>>();
        for names in names.chunks(12) {
            self.line(&format!("p({})", names.join(", ")));
        }
        self.line("p(G1, G2, G3)");
    }
}
