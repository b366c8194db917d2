//! Statements with functions of their own: functions, methods, metamethods, coroutines, closures.

use super::scope::Signature;
use super::stat::{DECLARED, EVENTS};
use super::{Function, Generator, Type};
use crate::choices::{Choices, Node};

impl Generator {
    /// The names and types of parameters.
    fn parameters(&mut self, c: &mut Choices<'_>) -> (Vec<String>, Vec<Type>) {
        let kinds = (0..c.below(4)).map(|_| c.pick(DECLARED)).collect::<Vec<_>>();
        let names = kinds.iter().map(|&kind| self.scope.fresh(c, kind)).collect();
        (names, kinds)
    }

    /// Writes a function from its parameter list on.
    fn function(
        &mut self,
        c: &mut Choices<'_>,
        head: &str,
        tail: &str,
        result: Type,
        nodes: &[Node],
    ) -> Signature {
        let (mut names, kinds) = self.parameters(c);
        let vararg = c.percent(35);
        let outside = self.scope.mark();
        for (name, &kind) in names.iter().zip(&kinds) {
            self.scope.declare(name, kind, None);
        }
        if vararg {
            names.push("...".to_owned());
        }
        self.line(&format!("{head}({})", names.join(", ")));
        let yields = self.function.yields && c.percent(50);
        self.function_body(Function { vararg, yields }, nodes, |g| {
            let first = g.expression(c, result);
            match c.below(4) {
                0 | 1 => format!("return {first}"),
                2 => format!("return {first}, {}", g.expression(c, Type::Number)),
                _ => format!("return {}", g.call(c, result, 2)),
            }
        });
        self.scope.leave(outside);
        self.line(tail);
        Signature { parameters: kinds, result }
    }

    pub(super) fn local_function(&mut self, c: &mut Choices<'_>, nodes: &[Node]) {
        let name = self.scope.fresh(c, Type::Function);
        let result = c.pick(DECLARED);
        let signature = if c.percent(40) {
            // Its own name can be called from inside.
            let outside = self.scope.mark();
            self.scope.declare(
                &name,
                Type::Function,
                Some(Signature { parameters: vec![Type::Number], result }),
            );
            let signature = self.function(c, &format!("local function {name}"), "end", result, nodes);
            self.scope.leave(outside);
            signature
        } else {
            self.function(c, &format!("local {name} = function"), "end", result, nodes)
        };
        self.scope.declare(&name, Type::Function, Some(signature.clone()));
        if c.percent(60) {
            let arguments = self.arguments(c, &signature.parameters, 2);
            self.line(&format!("try({name}{}{arguments})", if arguments.is_empty() { "" } else { ", " }));
        }
    }

    /// A coroutine that is resumed to its end.
    pub(super) fn coroutine(&mut self, c: &mut Choices<'_>, nodes: &[Node]) {
        self.labels += 1;
        let name = format!("co{}", self.labels);
        let wrapped = c.percent(30);
        let maker = if wrapped { "wrap" } else { "create" };
        self.line(&format!("local {name} = coroutine.{maker}(function(...)"));
        self.function_body(Function { vararg: true, yields: true }, nodes, |g| {
            let kind = c.pick(DECLARED);
            format!("return {}", g.expression(c, kind))
        });
        self.line("end)");
        let argument = self.sub(c, Type::Number, 2);
        if wrapped {
            self.line(&format!("for i = 1, 4 do try({name}, {argument}, i) end"));
        } else {
            self.line(&format!(
                "for i = 1, {} do p(coroutine.resume({name}, {argument}, i)) p({name}) end",
                c.within(2, 4)
            ));
        }
    }

    /// A method of a record or of the objects.
    pub(super) fn method_definition(&mut self, c: &mut Choices<'_>, nodes: &[Node]) {
        let owner = c.pick(&["M1", "M2"]);
        let name = c.pick(&["get", "add", "twice"]);
        self.line(&format!("{owner}.__index = {owner}"));
        let outside = self.scope.mark();
        self.scope.declare("self", Type::Object, None);
        let _ = self.function(c, &format!("function {owner}:{name}"), "end", Type::Number, nodes);
        self.scope.leave(outside);
        let arguments = self.arguments(c, &[Type::Number], 2);
        let object = self
            .scope
            .of_kind(c, Type::Object)
            .unwrap_or_else(|| format!("setmetatable({{v = 1}}, {owner})"));
        let object = if object.contains('(') { format!("({object})") } else { object };
        self.line(&format!("p(pcall(function() return {object}:{name}({arguments}) end))"));
    }

    pub(super) fn metamethod_with_body(&mut self, c: &mut Choices<'_>, nodes: &[Node]) {
        let metatable = c.pick(&["M1", "M2"]);
        let event = c.pick(EVENTS);
        let result = c.pick(DECLARED);
        let outside = self.scope.mark();
        let _ = self.function(c, &format!("{metatable}.{event} = function"), "end", result, nodes);
        self.scope.leave(outside);
    }

    /// Functions made in a loop, each with its own variable, called afterwards.
    pub(super) fn closures(&mut self, c: &mut Choices<'_>, nodes: &[Node]) {
        self.labels += 1;
        let list = format!("fs{}", self.labels);
        self.line(&format!("local {list} = {{}}"));
        let name = self.scope.fresh(c, Type::Number);
        self.line(&format!("for {name} = 1, 3 do"));
        let outside = self.scope.mark();
        self.scope.declare(&name, Type::Number, None);
        let own = self.scope.fresh(c, Type::Number);
        self.line(&format!("  local {own} = {name} * 2"));
        self.scope.declare(&own, Type::Number, None);
        self.line(&format!("  {list}[#{list} + 1] = function() {own} = {own} + {name} return {own} end"));
        self.loop_body(nodes);
        self.scope.leave(outside);
        self.line("end");
        self.line(&format!("for _, f in ipairs({list}) do p(f(), f()) end"));
    }
}
