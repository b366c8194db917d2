//! Expressions.

use super::library::{self, Call};
use super::{Function, Generator, Type};
use crate::choices::Choices;

/// How deep an expression may nest.
const DEPTH: u8 = 4;

const NUMBERS: &[&str] = &[
    "1",
    "0",
    "2",
    "3",
    "-1",
    "7",
    "10",
    "0.5",
    "-0.25",
    "1e15",
    "2^53",
    "0x7fffffff",
    "-0x80000000",
    "4294967296",
    "1/0",
    "-1/0",
    "0/0",
    "-0",
    "1e308",
    "1e-9",
    "123456789012",
    "3.7",
    "1e100",
    "-2.5",
    "0xff",
    "99",
    "2^31",
    "1e-5",
    "100000000000000",
    "0.1",
    "1_000",
];
const STRINGS: &[&str] = &[
    "'a'",
    "''",
    "'abc'",
    "'10'",
    "'0x10'",
    "' 5 '",
    "'hello world'",
    "'b\\0c'",
    "'\\n'",
    "'1e2'",
    "'nan'",
    "'Abc'",
    "'ab'",
    "'-7'",
    "'\\195\\169'",
    "[[long]]",
    "'x,y,,z'",
    "'%d'",
    "'1e'",
    "'key'",
];
const ARITHMETIC: &[&str] = &["+", "-", "*", "/", "%", "^"];
const BITWISE: &[&str] = &["&", "|", "~", "<<", ">>", "~>>"];
const RELATIONS: &[&str] = &["==", "<", "~=", "<=", ">", ">=", "!="];

/// A form of expression: how often it is chosen, and what writes it.
type Form = (usize, fn(&mut Generator, &mut Choices<'_>, u8) -> String);

const NUMBER_FORMS: &[Form] = &[
    (12, |g, c, d| g.leaf(c, Type::Number, d)),
    (12, |g, c, d| {
        let operator = c.pick(ARITHMETIC);
        g.binary(c, Type::Number, operator, Type::Number, d)
    }),
    (4, |g, c, d| {
        let operator = c.pick(BITWISE);
        g.binary(c, Type::Number, operator, Type::Number, d)
    }),
    (2, |g, c, d| format!("{}{}", c.pick(&["-", "~"]), g.operand(c, Type::Number, d))),
    (2, |g, c, d| {
        let field = c.pick(&["?.x", ".sub?.x", "?.sub?.x", "?.sub.x", "?.['x']", ".none?.x", ".none?.x.y"]);
        format!("{}{field}", g.prefix(c, Type::Record, d))
    }),
    (1, |g, c, d| {
        let method = c.pick(&["?.:get()", ":none?.()", "?.:none()", "?.none?.()"]);
        format!("({}{method})", g.prefix(c, Type::Object, d))
    }),
    (2, |g, c, d| format!("#{}", g.prefix(c, Type::Array, d))),
    (1, |g, c, d| format!("#{}", g.prefix(c, Type::String, d))),
    (2, |g, c, d| format!("{}[{}]", g.prefix(c, Type::Array, d), g.sub(c, Type::Number, d))),
    (4, |g, c, d| {
        let field = c.pick(&["x", "y", "z", "sub.x"]);
        format!("{}.{field}", g.prefix(c, Type::Record, d))
    }),
    (2, |g, c, d| format!("{}.v", g.prefix(c, Type::Object, d))),
    (3, |g, c, d| {
        let operator = c.pick(ARITHMETIC);
        g.binary(c, Type::Object, operator, Type::Number, d)
    }),
    (1, |g, c, d| {
        let operator = c.pick(ARITHMETIC);
        g.binary(c, Type::String, operator, Type::Number, d)
    }),
    (1, |g, c, d| {
        let operator = c.pick(ARITHMETIC);
        g.binary(c, Type::Number, operator, Type::Object, d)
    }),
    (1, |g, c, d| format!("-{}", g.prefix(c, Type::Object, d))),
    (1, |g, c, d| format!("#{}", g.prefix(c, Type::Object, d))),
    (5, |g, c, d| g.library(c, library::NUMBER, d)),
    (4, |g, c, d| g.call(c, Type::Number, d)),
    (2, |g, c, d| g.logic(c, Type::Number, d)),
    (1, |g, c, _| {
        if g.function.vararg {
            c.pick(&["(...)", "select('#', ...)", "select(-1, ...)", "..."]).to_owned()
        } else {
            "1".to_owned()
        }
    }),
];

const STRING_FORMS: &[Form] = &[
    (8, |g, c, d| g.leaf(c, Type::String, d)),
    (5, |g, c, d| g.binary(c, Type::String, "..", Type::String, d)),
    (3, |g, c, d| g.binary(c, Type::String, "..", Type::Number, d)),
    (1, |g, c, d| g.binary(c, Type::Number, "..", Type::Object, d)),
    (1, |g, c, d| g.binary(c, Type::Object, "..", Type::String, d)),
    (2, |g, c, d| format!("{}.name", g.prefix(c, Type::Record, d))),
    (8, |g, c, d| g.library(c, library::STRING, d)),
    (2, |g, c, d| g.method(c, library::STRING_METHODS, d)),
    (3, |g, c, d| g.call(c, Type::String, d)),
    (2, |g, c, d| g.logic(c, Type::String, d)),
];

const BOOLEAN_FORMS: &[Form] = &[
    (4, |g, c, d| g.leaf(c, Type::Boolean, d)),
    (8, |g, c, d| {
        let operator = c.pick(RELATIONS);
        g.binary(c, Type::Number, operator, Type::Number, d)
    }),
    (3, |g, c, d| {
        let operator = c.pick(RELATIONS);
        g.binary(c, Type::String, operator, Type::String, d)
    }),
    (3, |g, c, d| {
        let operator = c.pick(RELATIONS);
        g.binary(c, Type::Object, operator, Type::Object, d)
    }),
    (2, |g, c, d| {
        let (operator, left, right) = (c.pick(&["==", "~="]), c.pick(&Type::ALL), c.pick(&Type::ALL));
        g.binary(c, left, operator, right, d)
    }),
    (3, |g, c, d| format!("{}{}", c.pick(&["not ", "!"]), g.operand(c, Type::Boolean, d))),
    (3, |g, c, d| g.logic(c, Type::Boolean, d)),
    (2, |g, c, d| g.library(c, library::BOOLEAN, d)),
    (1, |g, c, d| g.call(c, Type::Boolean, d)),
];

const ARRAY_FORMS: &[Form] = &[
    (6, |g, c, d| g.leaf(c, Type::Array, d)),
    (3, |g, c, d| {
        let kind = c.pick(&[Type::Number, Type::String, Type::Record, Type::Object]);
        let parts = (0..c.below(5)).map(|_| g.solid(c, kind, d)).collect::<Vec<_>>();
        format!("{{{}}}", parts.join(c.pick(&[", ", "; "])))
    }),
    (2, |g, c, d| format!("{}.items", g.prefix(c, Type::Record, d))),
    (1, |g, c, d| format!("{{full({})}}", g.call(c, Type::Array, d))),
    (1, |g, _, _| if g.function.vararg { "{full(...)}".to_owned() } else { "{}".to_owned() }),
    (1, |g, c, d| g.call(c, Type::Array, d)),
];

const RECORD_FORMS: &[Form] = &[
    (6, |g, c, d| g.leaf(c, Type::Record, d)),
    (4, |g, c, d| {
        let mut fields = vec![format!("x = {}", g.sub(c, Type::Number, d))];
        if c.percent(60) {
            fields.push(format!("name = {}", g.sub(c, Type::String, d)));
        }
        if c.percent(50) {
            fields.push(format!("items = {}", g.sub(c, Type::Array, d)));
        }
        if c.percent(30) {
            fields.push(format!("sub = {}", g.sub(c, Type::Record, d)));
        }
        if c.percent(20) {
            fields.push(format!("[{}] = {}", g.sub(c, Type::String, d), g.sub(c, Type::Number, d)));
        }
        if c.percent(10) {
            fields.push(format!(
                "[{}] = {}",
                c.pick(&["-1", "0.5", "1000", "true", "-0", "1e300"]),
                g.sub(c, Type::Number, d)
            ));
        }
        format!("{{{}}}", fields.join(g.gap(c, ", ")))
    }),
    (1, |g, c, d| format!("{}.sub", g.prefix(c, Type::Record, d))),
    (1, |g, c, d| g.call(c, Type::Record, d)),
];

const OBJECT_FORMS: &[Form] = &[
    (6, |g, c, d| g.leaf(c, Type::Object, d)),
    (4, |g, c, d| {
        let metatable = c.pick(&["M1", "M2"]);
        format!("setmetatable({{v = {}}}, {metatable})", g.sub(c, Type::Number, d))
    }),
    (1, |g, c, d| {
        let operator = c.pick(ARITHMETIC);
        g.binary(c, Type::Object, operator, Type::Object, d)
    }),
    (1, |g, c, d| g.call(c, Type::Object, d)),
];

const FUNCTION_FORMS: &[Form] = &[
    (5, |g, c, d| g.leaf(c, Type::Function, d)),
    (4, |g, c, d| {
        let around = std::mem::replace(&mut g.function, Function { vararg: true, yields: false });
        let outside = g.scope.mark();
        let name = g.scope.fresh(c, Type::Number);
        g.scope.declare(&name, Type::Number, None);
        let (kind, short) = (c.pick(&Type::ALL), c.percent(20));
        let result = g.sub(c, kind, d);
        g.scope.leave(outside);
        g.function = around;
        if short {
            return format!("(|{name}, ...| -> (tick() ?? {result}))");
        }
        format!("function({name}, ...) tick() return {result} end")
    }),
    (1, |_, c, _| {
        c.pick(&[
            "type",
            "math.max",
            "math.floor",
            "string.upper",
            "tostring",
            "rawequal",
            "error",
            "select",
            "string.byte",
        ])
        .to_owned()
    }),
];

const NIL_FORMS: &[Form] = &[
    (3, |_, _, _| "nil".to_owned()),
    (1, |g, c, d| format!("{}.{}", g.prefix(c, Type::Record, d), c.pick(&["missing", "none", "x.y"]))),
    (1, |_, c, _| c.pick(&["G9", "M1.none", "undefined"]).to_owned()),
];

impl Type {
    fn forms(self) -> &'static [Form] {
        match self {
            Type::Number => NUMBER_FORMS,
            Type::String => STRING_FORMS,
            Type::Boolean => BOOLEAN_FORMS,
            Type::Array => ARRAY_FORMS,
            Type::Record => RECORD_FORMS,
            Type::Object => OBJECT_FORMS,
            Type::Function => FUNCTION_FORMS,
            Type::Nil => NIL_FORMS,
        }
    }
}

impl Generator {
    /// An expression of a type, most of the time.
    pub(super) fn expression(&mut self, c: &mut Choices<'_>, kind: Type) -> String {
        self.sub(c, kind, DEPTH)
    }

    /// An expression inside another that may nest `depth` levels deep.
    pub(super) fn sub(&mut self, c: &mut Choices<'_>, kind: Type, depth: u8) -> String {
        let kind = if c.percent(self.ill_typed) { c.pick(&Type::ALL) } else { kind };
        if depth <= 1 || c.exhausted() {
            return self.leaf(c, kind, 0);
        }
        let form = c.weighted(kind.forms());
        form(self, c, depth - 1)
    }

    /// An expression of a type that is not nil, for elements of arrays.
    pub(super) fn solid(&mut self, c: &mut Choices<'_>, kind: Type, depth: u8) -> String {
        let text = self.sub(c, kind, depth);
        format!("(full({text}) or 0)")
    }

    /// A variable or literal.
    pub(super) fn leaf(&mut self, c: &mut Choices<'_>, kind: Type, depth: u8) -> String {
        if c.percent(75)
            && let Some(name) = self.scope.of_kind(c, kind)
        {
            return name;
        }
        match kind {
            Type::Number if c.percent(10) => c.pick(&["G1", "#G3", "G3[1]"]).to_owned(),
            Type::Number => c.pick(NUMBERS).to_owned(),
            Type::String if c.percent(10) => "G2".to_owned(),
            Type::String => c.pick(STRINGS).to_owned(),
            Type::Boolean => c.pick(&["true", "false"]).to_owned(),
            Type::Array => c.pick(&["{}", "{1, 2, 3}", "G3", "{'b', 'a', 'c'}"]).to_owned(),
            Type::Record => format!("{{x = {}, y = 2, name = 'r'}}", self.simple(c, depth)),
            Type::Object => format!("setmetatable({{v = {}}}, M1)", self.simple(c, depth)),
            Type::Function => {
                c.pick(&["function() return 1 end", "function(...) return ... end", "p", "type"]).to_owned()
            }
            Type::Nil => "nil".to_owned(),
        }
    }

    fn simple(&mut self, c: &mut Choices<'_>, depth: u8) -> String {
        if depth == 0 { c.pick(NUMBERS).to_owned() } else { self.sub(c, Type::Number, depth) }
    }

    /// An operand: in parentheses when it could fall apart.
    fn operand(&mut self, c: &mut Choices<'_>, kind: Type, depth: u8) -> String {
        let text = self.sub(c, kind, depth);
        if c.percent(80) && text.contains([' ', '-', '^', '/']) {
            format!("({text})")
        } else {
            format!(" {text}")
        }
    }

    fn binary(&mut self, c: &mut Choices<'_>, left: Type, operator: &str, right: Type, depth: u8) -> String {
        let left = self.operand(c, left, depth);
        let right = self.operand(c, right, depth);
        let gap = self.gap(c, " ");
        format!("{} {operator}{gap}{}", left.trim_start(), right.trim_start())
    }

    /// An expression that can be indexed or called: a name, or in parentheses.
    pub(super) fn prefix(&mut self, c: &mut Choices<'_>, kind: Type, depth: u8) -> String {
        if c.percent(85)
            && let Some(name) = self.scope.of_kind(c, kind)
        {
            return name;
        }
        format!("({})", self.sub(c, kind, depth))
    }

    fn logic(&mut self, c: &mut Choices<'_>, kind: Type, depth: u8) -> String {
        let condition = self.operand(c, Type::Boolean, depth);
        let (yes, no) = (self.operand(c, kind, depth), self.operand(c, kind, depth));
        match c.below(6) {
            3 => format!("({} ?? {})", yes.trim_start(), no.trim_start()),
            4 => format!("(({}) ? ({}) : ({}))", condition.trim_start(), yes.trim_start(), no.trim_start()),
            5 => format!("({} && {} || {})", condition.trim_start(), yes.trim_start(), no.trim_start()),
            0 => format!("{} and{yes} or{no}", condition.trim_start())
                .replace("and(", "and (")
                .replace("or(", "or ("),
            1 => format!("({} or {})", yes.trim_start(), no.trim_start()),
            _ => format!("({} and {})", yes.trim_start(), no.trim_start()),
        }
    }

    /// A call of a function of the program that returns this type, or of any expression.
    pub(super) fn call(&mut self, c: &mut Choices<'_>, kind: Type, depth: u8) -> String {
        let suits = self
            .scope
            .find(c, |variable| variable.signature.as_ref().is_some_and(|known| known.result == kind));
        if let Some(variable) = suits {
            let parameters = variable.signature.map(|known| known.parameters).unwrap_or_default();
            let arguments = self.arguments(c, &parameters, depth);
            return format!("{}({arguments})", variable.name);
        }
        if c.percent(40) {
            return self.leaf(c, kind, depth);
        }
        if c.percent(50) {
            let arguments = self.arguments(c, &[Type::Number], depth);
            let method = c.pick(&["get", "add", "twice", "v", "none"]);
            return format!("{}:{method}({arguments})", self.prefix(c, Type::Object, depth));
        }
        let callee = if c.percent(70) { Type::Function } else { Type::Object };
        let callee = self.prefix(c, callee, depth);
        let arguments = self.arguments(c, &[Type::Number, Type::String], depth);
        format!("{callee}({arguments})")
    }

    /// Arguments of these types, now and then too few or too many.
    pub(super) fn arguments(&mut self, c: &mut Choices<'_>, types: &[Type], depth: u8) -> String {
        let mut arguments = types.iter().map(|&kind| self.sub(c, kind, depth)).collect::<Vec<_>>();
        if c.percent(6) {
            arguments.pop();
        } else if c.percent(6) {
            arguments.push(self.sub(c, Type::Number, depth));
        }
        arguments.join(self.gap(c, ", "))
    }

    fn library(&mut self, c: &mut Choices<'_>, calls: &[(usize, Call)], depth: u8) -> String {
        let call = c.weighted(calls);
        self.fill(c, call.0, depth)
    }

    fn method(&mut self, c: &mut Choices<'_>, calls: &[(usize, Call)], depth: u8) -> String {
        let receiver = self.prefix(c, Type::String, depth);
        let call = c.weighted(calls);
        format!("{receiver}:{}", self.fill(c, call.0, depth))
    }

    /// Writes a template: `$N` is a number, and so on for the other types, `$i` a small integer, `$P` a pattern, `$D` a directive.
    pub(super) fn fill(&mut self, c: &mut Choices<'_>, template: &str, depth: u8) -> String {
        let mut text = String::new();
        let mut parts = template.split('$');
        text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (hole, rest) = part.split_at(1);
            let filled = match hole {
                "N" => self.sub(c, Type::Number, depth),
                "S" => self.sub(c, Type::String, depth),
                "B" => self.sub(c, Type::Boolean, depth),
                "A" => self.sub(c, Type::Array, depth),
                "R" => self.sub(c, Type::Record, depth),
                "O" => self.sub(c, Type::Object, depth),
                "F" => self.sub(c, Type::Function, depth),
                "V" => {
                    let kind = c.pick(&Type::ALL);
                    self.sub(c, kind, depth)
                }
                "i" if c.percent(self.ill_typed) => {
                    c.pick(&["nil", "'x'", "{}", "'3'", "2.7", "-1e300", "true"]).to_owned()
                }
                "i" => c.within(-3, 8).to_string(),
                "P" => c.pick(library::PATTERNS).to_owned(),
                "D" => c.pick(library::DIRECTIVES).to_owned(),
                _ => unreachable!("no such hole: {hole}"),
            };
            text.push_str(&filled);
            text.push_str(rest);
        }
        text
    }

    /// What separates two parts of an expression: now and then it goes on in the next line.
    fn gap(&self, c: &mut Choices<'_>, usual: &'static str) -> &'static str {
        match (usual, c.percent(5)) {
            (", ", true) => ",\n    ",
            (_, true) => "\n    ",
            (_, false) => usual,
        }
    }
}
