//! Assignments, and calls as statements.

use super::{MAX_LEVELS, Parsed, Parser, text};
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, StatKind};
use crate::syntax::lexer::SyntaxError;
use crate::syntax::parser::expr::{Flags, binary_op};
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    pub(super) fn call_or_assignment(&mut self, line: u32) -> Parsed<()> {
        let (first, has_guards) = self.statement_head()?;
        if let ExprKind::Call { .. } | ExprKind::Method { .. } = self.kind(first) {
            self.push(line, StatKind::Call(first));
            return Ok(());
        }
        // With several targets it would be open which assignments a guard prevents.
        if has_guards && self.token.kind == TokenKind::Comma {
            return Err(self.error("syntax error"));
        }
        if self.is_assignable(first)
            && let Some(op) = compound_op(self.token.kind)
        {
            return self.compound_assignment(line, first, op);
        }
        self.assignment(line, first)
    }

    fn compound_assignment(&mut self, line: u32, target: ExprId, op: BinaryOp) -> Parsed<()> {
        self.check_target(target)?;
        match self.token.kind {
            TokenKind::BangEqual => {
                return Err(SyntaxError::near(self.lexer.line(), "'=' expected", b"!"));
            }
            TokenKind::NotEqual => {}
            // No space between the operator and the `=`; what else begins with an `=` will do.
            _ if self.lexer.following_byte() != b'=' => return Err(self.expected(TokenKind::Assign)),
            _ => self.advance()?,
        }
        self.advance()?;
        let operator_line = self.last_line;
        self.note_part(target);
        let value = self.expr()?;
        self.push(line, StatKind::Compound { op, target, value, line: operator_line });
        Ok(())
    }

    fn assignment(&mut self, line: u32, first: ExprId) -> Parsed<()> {
        let mark = self.pending_exprs.len();
        self.push_target(first)?;
        while self.accept(TokenKind::Comma)? {
            let target = self.suffixed(Flags { no_guards: true, ..Flags::default() })?;
            let count = self.pending_exprs.len() - mark;
            if self.levels + count >= MAX_LEVELS {
                let function = self.scopes.current_function();
                let line = self.lexer.line();
                let what = "variable names";
                return Err(self.scopes.limit_error(&self.tree, function, MAX_LEVELS, what, line));
            }
            self.push_target(target)?;
        }
        let targets = self.take_list(mark);
        if let [target] = targets.of(&self.tree.lists) {
            self.note_part(*target);
        }
        self.expect(TokenKind::Assign)?;
        let values = self.expr_list()?;
        for index in 0..values.len.min(targets.len) {
            let value = self.tree.lists[(values.start + index) as usize];
            if let ExprKind::Function(_) = self.kind(value) {
                let target = self.tree.lists[(targets.start + index) as usize];
                self.name_function(value, target);
            }
        }
        self.push(line, StatKind::Assign { targets, values });
        Ok(())
    }

    /// Notes that the function assigns to a field of a field or element, if it does.
    fn note_part(&mut self, target: ExprId) {
        if self.tree.part_of(target).is_some() {
            let function = self.scopes.current_function();
            self.tree.functions[function.0 as usize].assigns_to_parts = true;
        }
    }

    fn push_target(&mut self, target: ExprId) -> Parsed<()> {
        if !self.is_assignable(target) {
            return Err(self.error("syntax error"));
        }
        self.check_target(target)?;
        self.pending_exprs.push(target);
        Ok(())
    }

    fn is_assignable(&self, target: ExprId) -> bool {
        match self.kind(target) {
            ExprKind::Local(_)
            | ExprKind::Upvalue(_)
            | ExprKind::Global(_)
            | ExprKind::Field { .. }
            | ExprKind::Index { .. } => true,
            // `a, b:c?.().d = ...`: the last suffix is assigned to.
            ExprKind::Navigation(chain) => self.is_assignable(chain),
            _ => false,
        }
    }

    /// Constants are not assigned to, and it is noted what is.
    pub(super) fn check_target(&mut self, target: ExprId) -> Parsed<()> {
        let local = match self.kind(target) {
            ExprKind::Local(local) => local,
            ExprKind::Upvalue(index) => {
                let function = self.scopes.current_function();
                self.tree.functions[function.0 as usize].upvalues[usize::from(index)].local
            }
            _ => return Ok(()),
        };
        let local = &mut self.tree.locals[local.0 as usize];
        if !local.is_const {
            local.is_assigned = true;
            return Ok(());
        }
        let name = text(&self.lexer.strings, local.name);
        let message = format!("attempt to assign to const variable '{name}'");
        Err(SyntaxError::plain(self.lexer.line(), message))
    }

    /// Gives a function the name of what it is assigned to, if that is a path of names.
    pub(super) fn name_function(&mut self, function: ExprId, target: ExprId) {
        let ExprKind::Function(id) = self.kind(function) else { return };
        let mut path = Vec::new();
        let mut at = target;
        loop {
            let (name, next) = match self.kind(at) {
                ExprKind::Field { object, name } => (name, Some(object)),
                ExprKind::Local(local) => (self.tree.locals[local.0 as usize].name, None),
                ExprKind::Global(name) => (name, None),
                ExprKind::Upvalue(index) => {
                    let function = self.scopes.current_function();
                    (self.tree.functions[function.0 as usize].upvalues[usize::from(index)].name, None)
                }
                _ => return,
            };
            path.push(name);
            match next {
                Some(object) => at = object,
                None => break,
            }
        }
        let name = if let [name] = path[..] {
            name
        } else {
            let parts: Vec<&[u8]> = path.iter().rev().map(|name| self.lexer.strings.bytes(*name)).collect();
            let joined = parts.join(&b'.');
            self.lexer.strings.intern(&joined)
        };
        self.tree.functions[id.0 as usize].name.get_or_insert(name);
    }
}

/// The operator that a token followed by `=` assigns with. `~=` is among them as the exclusive or, and `!=` to be refused;
/// `^=` would be taken for it and is left out.
fn compound_op(kind: TokenKind) -> Option<BinaryOp> {
    if matches!(kind, TokenKind::NotEqual | TokenKind::BangEqual) {
        return binary_op(TokenKind::Tilde).map(|(op, ..)| op);
    }
    match binary_op(kind) {
        Some((
            op @ (BinaryOp::Add
            | BinaryOp::Sub
            | BinaryOp::Mul
            | BinaryOp::Div
            | BinaryOp::Mod
            | BinaryOp::Bit(_)
            | BinaryOp::Concat),
            ..,
        )) => Some(op),
        _ => None,
    }
}
