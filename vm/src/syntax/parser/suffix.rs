//! Variables and parenthesised expressions with the fields, indices and calls that follow them.

use super::expr::Flags;
use super::{Parsed, Parser, is_name};
use crate::bytecode::StrId;
use crate::syntax::ast::{ExprId, ExprKind, Span};
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// A variable or parenthesised expression with its suffixes, or a short function of one parameter, as a value.
    pub(super) fn suffixed(&mut self, flags: Flags) -> Parsed<ExprId> {
        let line = self.lexer.line();
        let head = if is_name(self.token.kind) {
            let name = self.name()?;
            if self.token.kind == TokenKind::Arrow {
                return self.short_function(Some(name), flags, line);
            }
            self.variable(name)?
        } else {
            self.parenthesised()?
        };
        let (chain, has_guards) = self.suffixes(head, flags)?;
        Ok(if has_guards { self.add(ExprKind::Navigation(chain)) } else { chain })
    }

    /// What a call or an assignment begins with; whether there are guards in it.
    pub(super) fn statement_head(&mut self) -> Parsed<(ExprId, bool)> {
        let head = if is_name(self.token.kind) {
            let name = self.name()?;
            self.variable(name)?
        } else {
            self.parenthesised()?
        };
        self.suffixes(head, Flags::default())
    }

    fn suffixes(&mut self, head: ExprId, flags: Flags) -> Parsed<(ExprId, bool)> {
        let mut expr = head;
        let mut has_guards = false;
        loop {
            let mut is_guarded = false;
            if self.token.kind == TokenKind::Navigate && !flags.no_guards {
                self.advance()?;
                is_guarded = true;
                has_guards = true;
                self.settle(expr);
                expr = self.add(ExprKind::Guard(expr));
            }
            match self.token.kind {
                TokenKind::LeftBracket => {
                    let key = self.bracketed_key()?;
                    expr = self.add(ExprKind::Index { object: expr, key });
                }
                TokenKind::Colon if flags.no_colon => {
                    if is_guarded {
                        return Err(self.error("unexpected symbol"));
                    }
                    break;
                }
                TokenKind::Colon => {
                    self.advance()?;
                    let name = self.name()?;
                    self.settle(expr);
                    let is_guarded = self.accept(TokenKind::Navigate)?;
                    has_guards |= is_guarded;
                    let line = self.lexer.line();
                    let arguments = self.arguments()?;
                    expr = self.add_at(line, ExprKind::Method { object: expr, name, arguments, is_guarded });
                }
                TokenKind::LeftParen | TokenKind::String | TokenKind::LeftBrace => {
                    let line = self.lexer.line();
                    let arguments = self.arguments()?;
                    expr = self.add_at(line, ExprKind::Call { callee: expr, arguments });
                }
                kind if is_guarded || kind == TokenKind::Dot => {
                    if !is_guarded {
                        self.advance()?;
                        self.settle(expr);
                    }
                    let name = self.name()?;
                    expr = self.add(ExprKind::Field { object: expr, name });
                }
                _ => break,
            }
        }
        Ok((expr, has_guards))
    }

    fn parenthesised(&mut self) -> Parsed<ExprId> {
        if self.token.kind != TokenKind::LeftParen {
            return Err(self.error("unexpected symbol"));
        }
        let line = self.lexer.line();
        self.advance()?;
        let inner = self.expr()?;
        self.expect_closing(TokenKind::RightParen, TokenKind::LeftParen, line)?;
        self.settle(inner);
        Ok(match self.kind(inner) {
            ExprKind::Local(_)
            | ExprKind::Upvalue(_)
            | ExprKind::Global(_)
            | ExprKind::Field { .. }
            | ExprKind::Index { .. }
            | ExprKind::Call { .. }
            | ExprKind::Method { .. }
            | ExprKind::Navigation(_)
            | ExprKind::Vararg => self.add(ExprKind::Paren(inner)),
            ExprKind::Nil
            | ExprKind::False
            | ExprKind::True
            | ExprKind::Number(_)
            | ExprKind::Str(_)
            | ExprKind::Function(_)
            | ExprKind::Binary { .. }
            | ExprKind::Unary { .. }
            | ExprKind::Conditional { .. }
            | ExprKind::Guard(_)
            | ExprKind::Paren(_)
            | ExprKind::Table(_) => inner,
        })
    }

    /// The variable a name stands for.
    pub(super) fn variable(&mut self, name: StrId) -> Parsed<ExprId> {
        let kind = self.scopes.resolve(&mut self.tree, name, self.lexer.line())?;
        Ok(self.add(kind))
    }

    /// `[key]`
    pub(super) fn bracketed_key(&mut self) -> Parsed<ExprId> {
        self.advance()?;
        let key = self.expr()?;
        self.expect(TokenKind::RightBracket)?;
        Ok(key)
    }

    fn arguments(&mut self) -> Parsed<Span> {
        let line = self.lexer.line();
        match self.token.kind {
            TokenKind::LeftParen => {
                if line != self.last_line {
                    return Err(self.error("ambiguous syntax (function call x new statement)"));
                }
                self.advance()?;
                let arguments = if self.token.kind == TokenKind::RightParen {
                    Span::default()
                } else {
                    self.expr_list()?
                };
                self.expect_closing(TokenKind::RightParen, TokenKind::LeftParen, line)?;
                if let Some(last) = arguments.of(&self.tree.lists).last() {
                    self.settle(*last);
                }
                Ok(arguments)
            }
            TokenKind::LeftBrace => {
                let mark = self.pending_exprs.len();
                let table = self.table()?;
                self.pending_exprs.push(table);
                Ok(self.take_list(mark))
            }
            TokenKind::String => {
                let mark = self.pending_exprs.len();
                let string = self.token.string;
                self.advance()?;
                let string = self.add(ExprKind::Str(string));
                self.pending_exprs.push(string);
                Ok(self.take_list(mark))
            }
            _ => Err(self.error("function arguments expected")),
        }
    }
}
