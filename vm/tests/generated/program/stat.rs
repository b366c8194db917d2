//! Statements.

use super::{Function, Generator, Type, library};
use crate::choices::{Choices, Node};

/// A form of statement without others inside: how often it is chosen, and what writes it.
type Simple = (usize, fn(&mut Generator, &mut Choices<'_>));
/// A form of statement with others inside.
type Block = (usize, fn(&mut Generator, &mut Choices<'_>, &[Node]));

const SIMPLE: &[Simple] = &[
    (10, Generator::effect),
    (10, Generator::local),
    (4, Generator::locals),
    (8, Generator::assign),
    (4, Generator::assign_several),
    (7, Generator::table_change),
    (4, Generator::array_change),
    (5, Generator::metamethod),
    (2, |g, _| g.checkpoint()),
    (3, Generator::jump),
    (3, Generator::varargs),
    (3, Generator::yields),
    (3, Generator::raise),
    (3, Generator::call_statement),
    (1, Generator::global),
    (2, Generator::recursion),
    (2, Generator::elements),
];

const BLOCKS: &[Block] = &[
    (8, Generator::branch),
    (5, Generator::attempt),
    (7, Generator::local_function),
    (5, Generator::numeric_for),
    (5, Generator::generic_for),
    (3, Generator::while_loop),
    (3, Generator::repeat_loop),
    (4, Generator::coroutine),
    (3, Generator::method_definition),
    (3, Generator::metamethod_with_body),
    (2, Generator::closures),
    (1, |g, _, nodes| {
        g.line("do");
        g.block(nodes);
        g.line("end");
    }),
    (2, Generator::sort),
    (2, Generator::replace),
];

pub(super) const EVENTS: &[&str] = &[
    "__add",
    "__index",
    "__newindex",
    "__call",
    "__sub",
    "__mul",
    "__div",
    "__mod",
    "__pow",
    "__unm",
    "__concat",
    "__len",
    "__eq",
    "__lt",
    "__le",
    "__tostring",
    "__metatable",
    "__mode",
    "__pairs",
    "__name",
    "__gc",
];

/// What a type of a new variable is.
pub(super) const DECLARED: &[Type] = &[
    Type::Number,
    Type::String,
    Type::Number,
    Type::Array,
    Type::Record,
    Type::Object,
    Type::Boolean,
    Type::Function,
    Type::Nil,
];

impl Generator {
    /// The statement that a node stands for.
    pub(super) fn statement(&mut self, node: &Node) {
        let c = &mut Choices::new(&node.words);
        if node.children.is_empty() || c.percent(25) {
            c.weighted(SIMPLE)(self, c);
        } else {
            c.weighted(BLOCKS)(self, c, &node.children);
        }
    }

    fn effect(&mut self, c: &mut Choices<'_>) {
        let call = c.weighted(library::EFFECTS);
        let text = self.fill(c, call.0, 3);
        self.line(&text);
    }

    fn local(&mut self, c: &mut Choices<'_>) {
        let kind = c.pick(DECLARED);
        let value = self.expression(c, kind);
        if c.percent(10) {
            let name = self.scope.unique();
            self.line(&format!("const {name} = {value}"));
            return self.scope.declare_fixed(&name, kind);
        }
        let name = self.scope.fresh(c, kind);
        self.line(&format!("local {name} = {value}"));
        self.scope.declare(&name, kind, None);
    }

    /// Several names and values, not always equally many.
    fn locals(&mut self, c: &mut Choices<'_>) {
        let kinds = (0..2 + c.below(2)).map(|_| c.pick(DECLARED)).collect::<Vec<_>>();
        let values = self.values(c, &kinds);
        let names = kinds.iter().map(|&kind| self.scope.fresh(c, kind)).collect::<Vec<_>>();
        self.line(&format!("local {} = {values}", names.join(", ")));
        for (name, kind) in names.iter().zip(kinds) {
            self.scope.declare(name, kind, None);
        }
    }

    /// As many values as there are types, or one fewer, or a call in their place.
    fn values(&mut self, c: &mut Choices<'_>, kinds: &[Type]) -> String {
        let mut values = kinds.iter().map(|&kind| self.expression(c, kind)).collect::<Vec<_>>();
        match c.below(8) {
            6 => {
                values.pop();
            }
            7 => {
                values.pop();
                values.push(self.call(c, Type::Number, 2));
            }
            _ => {}
        }
        values.join(", ")
    }

    /// Something that can be assigned to, and what it should hold.
    fn target(&mut self, c: &mut Choices<'_>) -> (String, Type) {
        match c.below(8) {
            0..=3 => match self.scope.find(c, |variable| variable.signature.is_none() && !variable.fixed) {
                Some(variable) => (variable.name, variable.kind),
                None => ("G1".to_owned(), Type::Number),
            },
            4 => {
                let (field, kind) = c.pick(&[
                    ("x", Type::Number),
                    ("name", Type::String),
                    ("items", Type::Array),
                    ("sub", Type::Record),
                    ("y", Type::Number),
                    ("extra", Type::Boolean),
                    ("sub.x", Type::Number),
                ]);
                (format!("{}.{field}", self.record(c)), kind)
            }
            5 => {
                let object = self.scope.of_kind(c, Type::Object).unwrap_or_else(|| "M1".to_owned());
                (format!("{object}.{}", c.pick(&["v", "w", "missing"])), Type::Number)
            }
            6 => {
                let key = self.sub(c, Type::String, 2);
                (format!("{}[{key}]", self.record(c)), Type::Number)
            }
            _ => (c.pick(&["G1", "G4"]).to_owned(), Type::Number),
        }
    }

    fn record(&mut self, c: &mut Choices<'_>) -> String {
        self.scope.of_kind(c, Type::Record).unwrap_or_else(|| "M1".to_owned())
    }

    fn assign(&mut self, c: &mut Choices<'_>) {
        let (target, kind) = self.target(c);
        let value = self.expression(c, kind);
        if c.percent(20) && matches!(kind, Type::Number | Type::String) {
            let operator = if kind == Type::String {
                ".."
            } else {
                c.pick(&["+", "-", "*", "/", "%", "&", "|", "~", "<<", ">>", "~>>"])
            };
            return self.line(&format!("{target} {operator}= {value}{}", self.clipped(&target, "..")));
        }
        self.line(&format!("{target} = {value}{}", self.clipped(&target, &value)));
    }

    fn assign_several(&mut self, c: &mut Choices<'_>) {
        let (first, second) = (self.target(c), self.target(c));
        let values = self.values(c, &[first.1, second.1]);
        let clipped = self.clipped(&first.0, &values);
        let clipped = clipped + &self.clipped(&second.0, &values);
        self.line(&format!("{}, {} = {values}{clipped}", first.0, second.0));
    }

    /// Cuts what an assignment that may run often could let grow.
    fn clipped(&self, target: &str, value: &str) -> String {
        let grows = value.contains("..") || value.contains('(') || value.contains("name");
        if self.nesting > 0 && grows && !target.contains('[') {
            format!("; {target} = clip({target})")
        } else {
            String::new()
        }
    }

    fn table_change(&mut self, c: &mut Choices<'_>) {
        let record = self.record(c);
        let field = c.pick(&["x", "y", "name", "items", "sub", "extra", "w1", "w2", "w3"]);
        let text = match c.below(5) {
            0 => format!("{record}.{field} = nil"),
            1 => format!("{record}[{}] = nil", self.sub(c, Type::String, 2)),
            2 => format!("{record}[{}] = {}", self.sub(c, Type::Boolean, 2), self.sub(c, Type::Number, 2)),
            3 => format!("for i = 1, {} do {record}['k' .. i] = i end", c.below(12)),
            _ => format!(
                "for k in sorted({record}) do if type({record}[k]) == 'number' then {record}[k] = nil end end"
            ),
        };
        self.line(&text);
    }

    fn array_change(&mut self, c: &mut Choices<'_>) {
        let array = self.scope.of_kind(c, Type::Array).unwrap_or_else(|| "G3".to_owned());
        let kind = c.pick(&[Type::Number, Type::String, Type::Number, Type::Object]);
        let text = match c.below(9) {
            0 => format!("local appended = {} {array}[#{array} + 1] = appended", self.solid(c, kind, 3)),
            1 => format!("{array}[#{array}] = nil"),
            2 => format!("table.insert({array}, {})", self.solid(c, kind, 3)),
            3 => format!("table.insert({array}, {}, {})", c.within(-1, 5), self.solid(c, kind, 3))
                .replace("insert(", "insert(#"),
            4 => format!("p(table.remove({array}))"),
            5 => format!("p(table.remove({array}, 1))"),
            6 => format!("p(pcall(table.sort, {array}))"),
            7 => format!("for i = 1, {} do {array}[#{array} + 1] = i end", c.below(20)),
            _ => format!("if #{array} > 1 then {array}[2] = {} end", self.solid(c, kind, 3)),
        };
        // An insertion in the middle must not leave a hole.
        let text = match text.strip_prefix("table.insert(#") {
            Some(rest) => {
                let (_, rest) = rest.split_once(", ").expect("an array and a position");
                let (position, value) = rest.split_once(", ").expect("a position and a value");
                format!(
                    "if #{array} >= {position} and {position} > 0 then table.insert({array}, {position}, {value} end"
                )
            }
            None => text,
        };
        self.line(&text);
    }

    fn metamethod(&mut self, c: &mut Choices<'_>) {
        let metatable = c.pick(&["M1", "M2"]);
        let event = c.pick(EVENTS);
        let value = match c.below(6) {
            0..=2 => {
                let outside = self.scope.mark();
                self.scope.declare("a", Type::Object, None);
                self.scope.declare("b", Type::Number, None);
                let around = std::mem::take(&mut self.function);
                let kind = c.pick(&[Type::Number, Type::Boolean, Type::String, Type::Object, Type::Nil]);
                let result = self.expression(c, kind);
                self.function = around;
                self.scope.leave(outside);
                let head = c.pick(&["function(a, b)", "function(a, b, c)"]);
                format!("{head} tick() p('{event}', a, b) return {result} end")
            }
            // LuaJIT names a `__tostring` that cannot be called after the function that looked for it.
            3.. if event == "__tostring" => "function() return 5 end".to_owned(),
            3 => c
                .pick(&["M2", "M1", "rawget", "nil", "{get = function(self) return self.v end}", "rawset"])
                .to_owned(),
            4 => c
                .pick(&[
                    "function(a, b) tick() return coroutine.yield(a, b) end",
                    "function(a, b) error('in handler') end",
                ])
                .to_owned(),
            _ => self.expression(c, Type::String),
        };
        self.line(&format!("{metatable}.{event} = {value}"));
    }

    /// Leaves the loop, the function or the block.
    fn jump(&mut self, c: &mut Choices<'_>) {
        let condition = self.expression(c, Type::Boolean);
        let jump = match (self.loops.last(), c.below(4)) {
            (Some(_), 0) => "break".to_owned(),
            (Some(_), 3) => "continue".to_owned(),
            (Some(label), 1) => format!("goto continue{label}"),
            _ if self.nesting == 0 => return self.line(&format!("if {condition} then p('yes') end")),
            _ => {
                let kind = c.pick(DECLARED);
                format!("return {}", self.expression(c, kind))
            }
        };
        self.line(&format!("if {condition} then"));
        self.line(&format!("  {jump}"));
        self.line("end");
    }

    fn varargs(&mut self, c: &mut Choices<'_>) {
        if !self.function.vararg {
            return self.local(c);
        }
        let text = match c.below(5) {
            0 => "p(...)".to_owned(),
            1 => "p(select('#', ...), (...))".to_owned(),
            2 => format!("p(select({}, ...))", c.within(-2, 4)),
            3 => "p({...}, {..., ...})".to_owned(),
            _ => {
                let kind = c.pick(DECLARED);
                let name = self.scope.fresh(c, kind);
                let other = self.scope.fresh(c, Type::Number);
                self.scope.declare(&name, kind, None);
                self.scope.declare(&other, Type::Number, None);
                format!("local {name}, {other} = ...")
            }
        };
        self.line(&text);
    }

    fn yields(&mut self, c: &mut Choices<'_>) {
        if !self.function.yields && !c.percent(15) {
            return self.effect(c);
        }
        let kind = c.pick(DECLARED);
        let value = self.expression(c, kind);
        if c.percent(50) {
            let name = self.scope.fresh(c, Type::Number);
            self.line(&format!("local {name} = coroutine.yield({value})"));
            self.scope.declare(&name, Type::Number, None);
        } else {
            self.line(&format!("p('resumed', coroutine.yield({value}, 1))"));
        }
    }

    fn raise(&mut self, c: &mut Choices<'_>) {
        let condition = self.expression(c, Type::Boolean);
        let kind = c.pick(&[Type::String, Type::Record, Type::Nil, Type::Object, Type::Number]);
        let value = self.expression(c, kind);
        let level = c.pick(&["", "", ", 0", ", 1", ", 2", ", 3"]);
        if self.nesting == 0 {
            self.line(&format!("p(pcall(function() if {condition} then error({value}{level}) end end))"));
        } else {
            self.line(&format!("if {condition} then error({value}{level}) end"));
        }
    }

    fn call_statement(&mut self, c: &mut Choices<'_>) {
        let kind = c.pick(DECLARED);
        let call = self.call(c, kind, 3);
        if c.percent(50) {
            self.line(&format!("p({call})"));
        } else {
            self.line(&format!("do local _ = {call} end"));
        }
    }

    fn global(&mut self, c: &mut Choices<'_>) {
        let name = c.pick(&["G1", "G2", "G4", "G5"]);
        let kind = if name == "G2" { Type::String } else { Type::Number };
        let value = self.expression(c, kind);
        self.line(&format!("{name} = clip({value})"));
    }

    fn branch(&mut self, c: &mut Choices<'_>, nodes: &[Node]) {
        let condition = self.expression(c, Type::Boolean);
        self.line(&format!("if {condition} then"));
        let (yes, no) = nodes.split_at(nodes.len().div_ceil(2));
        self.block(yes);
        if c.percent(30) {
            let condition = self.expression(c, Type::Boolean);
            self.line(&format!("elseif {condition} then"));
            self.line("  p('elseif')");
        }
        if !no.is_empty() {
            self.line("else");
            self.block(no);
        }
        self.line("end");
    }

    fn attempt(&mut self, c: &mut Choices<'_>, nodes: &[Node]) {
        let function = Function { vararg: true, yields: self.function.yields };
        self.line(c.pick(&["try(function(...)", "p(pcall(function(...)"]));
        let close = if self.text.ends_with("p(pcall(function(...)\n") {
            "end, 1, 'two', nil))"
        } else {
            "end, 1, 'two', nil)"
        };
        self.function_body(function, nodes, |g| {
            let kind = c.pick(DECLARED);
            format!("return {}", g.expression(c, kind))
        });
        self.line(close);
    }

    fn numeric_for(&mut self, c: &mut Choices<'_>, nodes: &[Node]) {
        let (start, stop) = (c.within(-2, 4), c.within(-1, 6));
        let step = c.pick(&["", "", ", 1", ", 2", ", -1", ", 0.5", ", -2", ", 3", ", 1e300"]);
        let (start, stop) = match c.below(12) {
            9 => (format!("{start}.5"), stop.to_string()),
            10 => (
                start.to_string(),
                c.pick(&["#G3", "'3'", "nil", "{}", "0/0", "G2", "1/0", "2^53"]).to_owned(),
            ),
            11 => (c.pick(&["'1'", "nil", "G9", "0/0", "-1/0", "true"]).to_owned(), stop.to_string()),
            _ => (start.to_string(), stop.to_string()),
        };
        let name = self.scope.fresh(c, Type::Number);
        self.line(&format!("for {name} = {start}, {stop}{step} do"));
        let outside = self.scope.mark();
        self.scope.declare(&name, Type::Number, None);
        self.loop_body(nodes);
        self.scope.leave(outside);
        self.line("end");
    }

    fn generic_for(&mut self, c: &mut Choices<'_>, nodes: &[Node]) {
        let (list, key, value) = match c.below(9) {
            0 | 1 => (format!("ipairs({})", self.expression(c, Type::Array)), Type::Number, Type::Number),
            2 => (format!("sorted({})", self.expression(c, Type::Record)), Type::String, Type::Number),
            3 => (
                format!(
                    "string.gmatch(clip({}), {})",
                    self.sub(c, Type::String, 2),
                    c.pick(library::PATTERNS)
                ),
                Type::String,
                Type::String,
            ),
            4 => {
                let kind = c.pick(DECLARED);
                let value = self.sub(c, kind, 2);
                (
                    format!("coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i, {value}) end end)"),
                    Type::Number,
                    kind,
                )
            }
            5 => (format!("next, {{{}}}", self.expression(c, Type::Number)), Type::Number, Type::Number),
            6 => (
                c.pick(&["pairs({10, 20, 30})", "pairs({})", "pairs({only = 1})"]).to_owned(),
                Type::Number,
                Type::Number,
            ),
            7 => {
                let state = self.sub(c, Type::Number, 2);
                (
                    format!("function(s, i) i = i + 1 if i < 4 then return i, s end end, {state}, 0"),
                    Type::Number,
                    Type::Number,
                )
            }
            // What a longer expression leaves in the stack's slots can end up in LuaJIT's message.
            _ => (c.pick(&["nil", "5", "G9", "'s'", "o", "f", "r"]).to_owned(), Type::Number, Type::Number),
        };
        let names = [self.scope.fresh(c, key), self.scope.fresh(c, value)];
        self.line(&format!("for {} in {list} do", names.join(", ")));
        let outside = self.scope.mark();
        // LuaJIT names what it could not call after the last assignment to the first variable.
        self.scope.declare_fixed(&names[0], key);
        self.scope.declare(&names[1], value, None);
        if c.percent(30) {
            self.line(&format!("  p({})", names.join(", ")));
        }
        self.loop_body(nodes);
        self.scope.leave(outside);
        self.line("end");
    }

    fn while_loop(&mut self, c: &mut Choices<'_>, nodes: &[Node]) {
        self.labels += 1;
        let counter = format!("w{}", self.labels);
        self.line(&format!("local {counter} = 0"));
        let condition =
            if c.percent(40) { format!(" and {}", self.sub(c, Type::Boolean, 2)) } else { String::new() };
        self.line(&format!("while {counter} < {}{condition} do", c.within(1, 4)));
        self.line(&format!("  {counter} = {counter} + 1"));
        self.loop_body(nodes);
        self.line("end");
    }

    fn repeat_loop(&mut self, c: &mut Choices<'_>, nodes: &[Node]) {
        self.labels += 1;
        let counter = format!("w{}", self.labels);
        self.line(&format!("local {counter} = 0"));
        self.line("repeat");
        self.line(&format!("  {counter} = {counter} + 1"));
        self.line(&format!("  local done{counter} = {counter} > {}", c.within(0, 3)));
        if c.percent(50) {
            self.line(&format!("  local function peek{counter}() return {counter} end"));
        }
        self.line("  do");
        self.loop_body(nodes);
        self.line("  end");
        let condition =
            if c.percent(40) { format!(" or {}", self.sub(c, Type::Boolean, 2)) } else { String::new() };
        self.line(&format!("until done{counter}{condition}"));
    }

    fn sort(&mut self, c: &mut Choices<'_>, nodes: &[Node]) {
        let array = self.scope.of_kind(c, Type::Array).unwrap_or_else(|| "G3".to_owned());
        // A copy, out of the order function's reach: what is removed meanwhile leaves a hole, and then any length is right.
        self.line(&format!("local sorted = {{unpack({array})}}"));
        self.line("p(pcall(table.sort, sorted, function(a, b)");
        let outside = self.scope.mark();
        self.scope.declare("a", Type::Number, None);
        self.scope.declare("b", Type::Number, None);
        self.function_body(Function::default(), &nodes[..1], |g| {
            let order = c.pick(&["a < b", "a > b", "tostring(a) < tostring(b)"]);
            if c.percent(80) {
                format!("return {order}")
            } else {
                format!("return {}", g.expression(c, Type::Boolean))
            }
        });
        self.scope.leave(outside);
        self.line("end))");
        self.line("p(sorted)");
    }

    fn replace(&mut self, c: &mut Choices<'_>, nodes: &[Node]) {
        let subject = self.sub(c, Type::String, 2);
        self.line(&format!("p(string.gsub(clip({subject}), {}, function(...)", c.pick(library::PATTERNS)));
        self.function_body(Function { vararg: true, yields: false }, nodes, |g| {
            let kind = c.pick(&[Type::String, Type::Number, Type::Nil, Type::Boolean]);
            format!("return {}", g.expression(c, kind))
        });
        self.line("end))");
    }
}
