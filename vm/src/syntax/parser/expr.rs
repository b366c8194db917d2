//! Expressions: operators, constants, tables.

use super::{Parsed, Parser, is_name};
use crate::bytecode::BitOp;
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Item, ItemKey, Span, UnaryOp};
use crate::syntax::token::TokenKind;

/// How strongly unary operators bind.
const UNARY_PRIORITY: u8 = 12;

/// What an expression must not contain, outside of parentheses and brackets.
#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    /// No method call: a colon ends the expression, which is in the middle of a conditional one.
    pub(super) no_colon: bool,
    /// No `?.`: it is one of several targets of an assignment.
    pub(super) no_guards: bool,
}

impl Parser<'_> {
    /// An expression.
    pub(super) fn expr(&mut self) -> Parsed<ExprId> {
        self.expr_with(Flags::default())
    }

    pub(super) fn expr_with(&mut self, flags: Flags) -> Parsed<ExprId> {
        let first = self.expr_above(0, flags)?;
        if self.token.kind != TokenKind::Question { Ok(first) } else { self.conditional(first) }
    }

    /// The rest of `a ? b : c ? d : e`, which has no limit to its length.
    fn conditional(&mut self, first: ExprId) -> Parsed<ExprId> {
        let mark = self.pending_exprs.len();
        let mut last = first;
        while self.accept(TokenKind::Question)? {
            self.settle(last);
            self.pending_exprs.push(last);
            self.enter()?;
            let accepted = self.expr_with(Flags { no_colon: true, ..Flags::default() })?;
            self.levels -= 1;
            self.pending_exprs.push(accepted);
            self.expect(TokenKind::Colon)?;
            last = self.expr_above(0, Flags::default())?;
        }
        while self.pending_exprs.len() > mark {
            let accepted = self.pending_exprs.pop().expect("the length was just checked");
            let condition = self.pending_exprs.pop().expect("they were pushed in pairs");
            last = self.add(ExprKind::Conditional { condition, accepted, rejected: last });
        }
        Ok(last)
    }

    /// One or more expressions separated by commas.
    pub(super) fn expr_list(&mut self) -> Parsed<Span> {
        let mark = self.pending_exprs.len();
        self.push_expr()?;
        while self.accept(TokenKind::Comma)? {
            let last = *self.pending_exprs.last().expect("one was pushed");
            self.settle(last);
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
    fn expr_above(&mut self, limit: u8, flags: Flags) -> Parsed<ExprId> {
        self.enter()?;
        let mut left = match unary_op(self.token.kind) {
            Some(op) => {
                self.advance()?;
                let operand = self.expr_above(UNARY_PRIORITY, flags)?;
                self.add(ExprKind::Unary { op, operand })
            }
            None => self.simple(flags)?,
        };
        while let Some((op, left_priority, right_priority)) = binary_op(self.token.kind) {
            if left_priority <= limit {
                break;
            }
            self.advance()?;
            self.settle(left);
            let right = self.expr_above(right_priority, flags)?;
            left = self.add(ExprKind::Binary { op, left, right });
        }
        self.levels -= 1;
        Ok(left)
    }

    fn simple(&mut self, flags: Flags) -> Parsed<ExprId> {
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
                return self.function_body(false, self.lexer.line());
            }
            TokenKind::Pipe | TokenKind::OrOr => return self.short_function(None, flags, self.lexer.line()),
            _ => return self.suffixed(flags),
        };
        self.advance()?;
        Ok(self.add(kind))
    }

    pub(super) fn table(&mut self) -> Parsed<ExprId> {
        let line = self.lexer.line();
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
            if let (ItemKey::Name(name), ExprKind::Function(id)) = (key, self.kind(value)) {
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
}

fn unary_op(kind: TokenKind) -> Option<UnaryOp> {
    match kind {
        TokenKind::Minus => Some(UnaryOp::Minus),
        TokenKind::Not | TokenKind::Bang => Some(UnaryOp::Not),
        TokenKind::Hash => Some(UnaryOp::Length),
        TokenKind::Tilde => Some(UnaryOp::BitNot),
        _ => None,
    }
}

/// A binary operator with its priorities to the left and to the right; they differ where it is right-associative.
pub(super) fn binary_op(kind: TokenKind) -> Option<(BinaryOp, u8, u8)> {
    Some(match kind {
        TokenKind::Or | TokenKind::OrOr => (BinaryOp::Or, 1, 1),
        TokenKind::Coalesce => (BinaryOp::Coalesce, 1, 1),
        TokenKind::And | TokenKind::AndAnd => (BinaryOp::And, 2, 2),
        TokenKind::Equal => (BinaryOp::Eq, 3, 3),
        TokenKind::NotEqual | TokenKind::BangEqual => (BinaryOp::Ne, 3, 3),
        TokenKind::Less => (BinaryOp::Lt, 3, 3),
        TokenKind::LessEqual => (BinaryOp::Le, 3, 3),
        TokenKind::Greater => (BinaryOp::Gt, 3, 3),
        TokenKind::GreaterEqual => (BinaryOp::Ge, 3, 3),
        TokenKind::Pipe => (BinaryOp::Bit(BitOp::Or), 4, 4),
        TokenKind::Tilde => (BinaryOp::Bit(BitOp::Xor), 5, 5),
        TokenKind::Ampersand => (BinaryOp::Bit(BitOp::And), 6, 6),
        TokenKind::ShiftLeft => (BinaryOp::Bit(BitOp::Shl), 7, 7),
        TokenKind::ShiftRight => (BinaryOp::Bit(BitOp::Shr), 7, 7),
        TokenKind::ShiftArithmetic => (BinaryOp::Bit(BitOp::Sar), 7, 7),
        TokenKind::Concat => (BinaryOp::Concat, 9, 8),
        TokenKind::Plus => (BinaryOp::Add, 10, 10),
        TokenKind::Minus => (BinaryOp::Sub, 10, 10),
        TokenKind::Star => (BinaryOp::Mul, 11, 11),
        TokenKind::Slash => (BinaryOp::Div, 11, 11),
        TokenKind::Percent => (BinaryOp::Mod, 11, 11),
        TokenKind::Caret => (BinaryOp::Pow, 14, 13),
        _ => return None,
    })
}
