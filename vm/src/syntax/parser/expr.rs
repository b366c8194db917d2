//! Expressions.

use super::{Parsed, Parser, is_name, text};
use crate::bytecode::StrId;
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Item, ItemKey, Span, UnaryOp};
use crate::syntax::token::TokenKind;

/// How strongly unary operators bind.
const UNARY_PRIORITY: u8 = 8;

impl Parser<'_> {
    /// An expression.
    pub(super) fn expr(&mut self) -> Parsed<ExprId> {
        self.expr_above(0)
    }

    /// One or more expressions separated by commas.
    pub(super) fn expr_list(&mut self) -> Parsed<Span> {
        let mark = self.pending_exprs.len();
        self.push_expr()?;
        while self.token.kind == TokenKind::Comma {
            self.advance()?;
            self.push_expr()?;
        }
        Ok(self.take_list(mark))
    }

    /// An expression as the next element of the list under way.
    pub(super) fn push_expr(&mut self) -> Parsed<()> {
        let expr = self.expr()?;
        self.pending_exprs.push(expr);
        Ok(())
    }

    /// The list under way since `mark`, complete.
    pub(super) fn take_list(&mut self, mark: usize) -> Span {
        let start = self.tree.lists.len() as u32;
        let len = (self.pending_exprs.len() - mark) as u32;
        self.tree.lists.extend(self.pending_exprs.drain(mark..));
        Span { start, len }
    }

    /// An expression of operators that bind more strongly than `limit`.
    fn expr_above(&mut self, limit: u8) -> Parsed<ExprId> {
        self.enter()?;
        let mut left = match unary_op(self.token.kind) {
            Some(op) => {
                self.advance()?;
                let operand = self.expr_above(UNARY_PRIORITY)?;
                self.add(ExprKind::Unary { op, operand })
            }
            None => self.simple()?,
        };
        while let Some((op, left_priority, right_priority)) = binary_op(self.token.kind) {
            if left_priority <= limit {
                break;
            }
            self.advance()?;
            let right = self.expr_above(right_priority)?;
            left = self.add(ExprKind::Binary { op, left, right });
        }
        self.levels -= 1;
        Ok(left)
    }

    fn simple(&mut self) -> Parsed<ExprId> {
        let kind = match self.token.kind {
            TokenKind::Number => ExprKind::Number(self.lexer.number),
            TokenKind::String => ExprKind::Str(self.token.string),
            TokenKind::Nil => ExprKind::Nil,
            TokenKind::True => ExprKind::True,
            TokenKind::False => ExprKind::False,
            TokenKind::Dots => {
                if !self.tree.functions[self.scopes.current_function().0 as usize].is_vararg {
                    return Err(self.error("cannot use '...' outside a vararg function"));
                }
                ExprKind::Vararg
            }
            TokenKind::LeftBrace => return self.table(),
            TokenKind::Function => {
                self.advance()?;
                return self.function_body(false, self.token.line);
            }
            _ => return self.suffixed(),
        };
        self.advance()?;
        Ok(self.add(kind))
    }

    /// A variable or parenthesised expression with the fields, indices and calls that follow it.
    pub(super) fn suffixed(&mut self) -> Parsed<ExprId> {
        let mut expr = self.primary()?;
        loop {
            match self.token.kind {
                TokenKind::Dot => {
                    self.advance()?;
                    let name = self.name()?;
                    expr = self.add(ExprKind::Field { object: expr, name });
                }
                TokenKind::LeftBracket => {
                    let key = self.bracketed_key()?;
                    expr = self.add(ExprKind::Index { object: expr, key });
                }
                TokenKind::Colon => {
                    self.advance()?;
                    let name = self.name()?;
                    let line = self.token.line;
                    let arguments = self.arguments()?;
                    expr = self.add_at(line, ExprKind::Method { object: expr, name, arguments });
                }
                TokenKind::LeftParen | TokenKind::String | TokenKind::LeftBrace => {
                    let line = self.token.line;
                    let arguments = self.arguments()?;
                    expr = self.add_at(line, ExprKind::Call { callee: expr, arguments });
                }
                _ => return Ok(expr),
            }
        }
    }

    fn primary(&mut self) -> Parsed<ExprId> {
        if is_name(self.token.kind) {
            let name = self.name()?;
            return self.variable(name);
        }
        if self.token.kind != TokenKind::LeftParen {
            return Err(self.error("unexpected symbol"));
        }
        let line = self.token.line;
        self.advance()?;
        let inner = self.expr()?;
        self.expect_closing(TokenKind::RightParen, TokenKind::LeftParen, line)?;
        Ok(match self.tree.exprs[inner.0 as usize].kind {
            ExprKind::Local(_)
            | ExprKind::Upvalue(_)
            | ExprKind::Global(_)
            | ExprKind::Field { .. }
            | ExprKind::Index { .. }
            | ExprKind::Call { .. }
            | ExprKind::Method { .. }
            | ExprKind::Vararg => self.add(ExprKind::Paren(inner)),
            ExprKind::Nil
            | ExprKind::False
            | ExprKind::True
            | ExprKind::Number(_)
            | ExprKind::Str(_)
            | ExprKind::Function(_)
            | ExprKind::Binary { .. }
            | ExprKind::Unary { .. }
            | ExprKind::Paren(_)
            | ExprKind::Table(_) => inner,
        })
    }

    /// The variable a name stands for.
    pub(super) fn variable(&mut self, name: StrId) -> Parsed<ExprId> {
        let kind = self.scopes.resolve(&mut self.tree, name, self.token.line)?;
        Ok(self.add(kind))
    }

    /// `[key]`
    fn bracketed_key(&mut self) -> Parsed<ExprId> {
        self.advance()?;
        let key = self.expr()?;
        self.expect(TokenKind::RightBracket)?;
        Ok(key)
    }

    fn arguments(&mut self) -> Parsed<Span> {
        let line = self.token.line;
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
                let string = self.simple()?;
                self.pending_exprs.push(string);
                Ok(self.take_list(mark))
            }
            _ => Err(self.error("function arguments expected")),
        }
    }

    fn table(&mut self) -> Parsed<ExprId> {
        let line = self.token.line;
        self.advance()?;
        let mark = self.pending_items.len();
        while self.token.kind != TokenKind::RightBrace {
            let kind = self.token.kind;
            let key = match kind {
                TokenKind::LeftBracket => {
                    let key = self.bracketed_key()?;
                    self.expect(TokenKind::Assign)?;
                    ItemKey::Expr(key)
                }
                _ if is_name(kind) && self.look_ahead()?.kind == TokenKind::Assign => {
                    let name = self.name()?;
                    self.advance()?;
                    ItemKey::Name(name)
                }
                _ => ItemKey::Positional,
            };
            let value = self.expr()?;
            if let (ItemKey::Name(name), ExprKind::Function(id)) =
                (key, self.tree.exprs[value.0 as usize].kind)
            {
                self.tree.functions[id.0 as usize].name.get_or_insert(name);
            }
            self.pending_items.push(Item { key, value });
            if !matches!(self.token.kind, TokenKind::Comma | TokenKind::Semicolon) {
                break;
            }
            self.advance()?;
        }
        self.expect_closing(TokenKind::RightBrace, TokenKind::LeftBrace, line)?;
        let start = self.tree.items.len() as u32;
        let len = (self.pending_items.len() - mark) as u32;
        self.tree.items.extend(self.pending_items.drain(mark..));
        Ok(self.add(ExprKind::Table(Span { start, len })))
    }

    /// Parameters and body, after `function` and the name.
    pub(super) fn function_body(&mut self, is_method: bool, line: u32) -> Parsed<ExprId> {
        let id = self.scopes.open_function(&mut self.tree, line);
        let mut params = Vec::new();
        if is_method {
            let name = self.lexer.strings.intern(b"self");
            params.push(self.declare(name, 0)?);
        }
        self.expect(TokenKind::LeftParen)?;
        let mut is_vararg = false;
        while self.token.kind != TokenKind::RightParen {
            if is_name(self.token.kind) {
                let name = self.name()?;
                params.push(self.declare(name, params.len())?);
            } else if self.token.kind == TokenKind::Dots {
                self.advance()?;
                is_vararg = true;
                break;
            } else {
                return Err(self.error("<name> or '...' expected"));
            }
            if self.token.kind != TokenKind::Comma {
                break;
            }
            self.advance()?;
            if self.token.kind == TokenKind::RightParen {
                return Err(self.error("<name> or '...' expected"));
            }
        }
        self.expect(TokenKind::RightParen)?;
        for param in &params {
            self.scopes.show(&self.tree, *param);
        }
        let function = &mut self.tree.functions[id.0 as usize];
        function.params = params;
        function.is_vararg = is_vararg;
        let body = self.statements()?;
        let last_line = self.token.line;
        self.expect_closing(TokenKind::End, TokenKind::Function, line)?;
        let strings = &self.lexer.strings;
        self.scopes.close_function(&mut self.tree, |name| text(strings, name))?;
        let function = &mut self.tree.functions[id.0 as usize];
        function.body = body;
        function.last_line = last_line;
        Ok(self.add(ExprKind::Function(id)))
    }
}

fn unary_op(kind: TokenKind) -> Option<UnaryOp> {
    match kind {
        TokenKind::Minus => Some(UnaryOp::Minus),
        TokenKind::Not => Some(UnaryOp::Not),
        TokenKind::Hash => Some(UnaryOp::Length),
        _ => None,
    }
}

/// A binary operator with its priorities to the left and to the right; they differ where it is right-associative.
fn binary_op(kind: TokenKind) -> Option<(BinaryOp, u8, u8)> {
    Some(match kind {
        TokenKind::Or => (BinaryOp::Or, 1, 1),
        TokenKind::And => (BinaryOp::And, 2, 2),
        TokenKind::Equal => (BinaryOp::Eq, 3, 3),
        TokenKind::NotEqual => (BinaryOp::Ne, 3, 3),
        TokenKind::Less => (BinaryOp::Lt, 3, 3),
        TokenKind::LessEqual => (BinaryOp::Le, 3, 3),
        TokenKind::Greater => (BinaryOp::Gt, 3, 3),
        TokenKind::GreaterEqual => (BinaryOp::Ge, 3, 3),
        TokenKind::Concat => (BinaryOp::Concat, 5, 4),
        TokenKind::Plus => (BinaryOp::Add, 6, 6),
        TokenKind::Minus => (BinaryOp::Sub, 6, 6),
        TokenKind::Star => (BinaryOp::Mul, 7, 7),
        TokenKind::Slash => (BinaryOp::Div, 7, 7),
        TokenKind::Percent => (BinaryOp::Mod, 7, 7),
        TokenKind::Caret => (BinaryOp::Pow, 10, 9),
        _ => return None,
    })
}
