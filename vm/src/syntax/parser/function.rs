//! Functions.

use super::expr::Flags;
use super::{Parsed, Parser, is_name, text};
use crate::bytecode::StrId;
use crate::syntax::ast::{Block, ExprId, ExprKind, FunctionId, LocalId, Span, Stat, StatKind};
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// Parameters and body, after `function` and the name.
    pub(super) fn function_body(&mut self, is_method: bool, line: u32) -> Parsed<ExprId> {
        let id = self.scopes.open_function(&mut self.tree, line);
        self.parameters(id, is_method, TokenKind::LeftParen, TokenKind::RightParen)?;
        let body = self.statements()?;
        if self.token.kind != TokenKind::End {
            self.expect_closing(TokenKind::End, TokenKind::Function, line)?;
        }
        self.finish_function(id, body)?;
        self.advance()?;
        Ok(self.add(ExprKind::Function(id)))
    }

    /// `name -> value`, `|parameters| -> value`, or with `do ... end` in place of the value.
    pub(super) fn short_function(
        &mut self,
        parameter: Option<StrId>,
        flags: Flags,
        line: u32,
    ) -> Parsed<ExprId> {
        let first_local = self.tree.locals.len();
        let id = self.scopes.open_function(&mut self.tree, line);
        if let Some(name) = parameter {
            let local = self.declare(name, 0)?;
            self.scopes.show(&self.tree, local);
            self.tree.functions[id.0 as usize].params.push(local);
        } else if !self.accept(TokenKind::OrOr)? {
            self.parameters(id, false, TokenKind::Pipe, TokenKind::Pipe)?;
        }
        self.expect(TokenKind::Arrow)?;
        let body = if self.accept(TokenKind::Do)? {
            let body = self.statements()?;
            self.expect_closing(TokenKind::End, TokenKind::Do, line)?;
            body
        } else {
            self.returned_value(flags)?
        };
        self.finish_function(id, body)?;
        let function = &self.tree.functions[id.0 as usize];
        let first_name = function.upvalues.first().map(|upvalue| upvalue.name).or_else(|| {
            let first = self.tree.locals[first_local..].iter().find(|local| local.function == id);
            first.map(|local| local.name)
        });
        let quoted = first_name.unwrap_or_else(|| self.lexer.strings.intern(b""));
        self.stale = Some((self.token.start, quoted));
        // The closure counts as made where the next token is.
        self.last_line = self.lexer.line();
        Ok(self.add(ExprKind::Function(id)))
    }

    /// A body that only returns an expression.
    fn returned_value(&mut self, flags: Flags) -> Parsed<Block> {
        let line = self.lexer.line();
        let mark = self.pending_exprs.len();
        let value = self.expr_with(flags)?;
        self.pending_exprs.push(value);
        let values = self.take_list(mark);
        let start = self.tree.stats.len() as u32;
        self.tree.stats.push(Stat { line, end_line: self.last_line, kind: StatKind::Return(values) });
        Ok(Span { start, len: 1 })
    }

    fn parameters(
        &mut self,
        id: FunctionId,
        is_method: bool,
        opening: TokenKind,
        closing: TokenKind,
    ) -> Parsed<()> {
        self.expect(opening)?;
        let first = LocalId(self.tree.locals.len() as u32);
        let mut count = 0;
        if is_method {
            let name = self.lexer.strings.intern(b"self");
            self.declare(name, 0)?;
            count += 1;
        }
        let mut is_vararg = false;
        if self.token.kind != closing {
            loop {
                if is_name(self.token.kind) {
                    let name = self.name()?;
                    self.declare(name, count)?;
                    count += 1;
                } else if self.accept(TokenKind::Dots)? {
                    is_vararg = true;
                    break;
                } else {
                    return Err(self.error("<name> or '...' expected"));
                }
                if !self.accept(TokenKind::Comma)? {
                    break;
                }
            }
        }
        self.show_from(first);
        let function = &mut self.tree.functions[id.0 as usize];
        function.params = (0..count as u32).map(|index| LocalId(first.0 + index)).collect();
        function.is_vararg = is_vararg;
        self.expect(closing)
    }

    fn finish_function(&mut self, id: FunctionId, body: Block) -> Parsed<()> {
        let strings = &self.lexer.strings;
        self.scopes.close_function(&mut self.tree, |name| text(strings, name))?;
        let function = &mut self.tree.functions[id.0 as usize];
        function.body = body;
        function.last_line = self.lexer.line();
        Ok(())
    }
}
